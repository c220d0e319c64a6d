"""Loading by what is there, the matrix form, and the description of a network."""

from __future__ import annotations

import math
import pickle
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sim.errors import InputError
from sim.network.inspect import describe, render
from sim.network.load import Network, load_network
from sim.units import MINUTE, NEVER

if TYPE_CHECKING:
    from pathlib import Path

MATRIX = ",甲,乙,丙\n甲,0,12,30.5\n乙,14,0,-\n丙,,20,0\n"


def written(path: Path, name: str, text: str) -> Path:
    """Write a file."""
    file = path / name
    file.write_text(text, encoding="utf-8")
    return file


def refused(path: Path) -> list[tuple[str, int | None]]:
    """Return codes and lines with which a network is refused."""
    with pytest.raises(InputError) as caught:
        load_network(path)
    return [(f.code, f.where.line if f.where else None) for f in caught.value.findings]


def test_a_matrix_is_read_as_it_is_written(tmp_path: Path) -> None:
    """Row to column, minutes to ms, not symmetric; empty and - are no way; the names are the places."""
    network = load_network(written(tmp_path, "times.csv", MATRIX))
    matrix = network.matrix
    assert network.graph is None
    assert matrix is not None
    assert matrix.names == ("甲", "乙", "丙")
    assert matrix.ms.tolist() == [
        [0, 12 * MINUTE, 30 * MINUTE + MINUTE // 2],
        [14 * MINUTE, 0, NEVER],
        [NEVER, 20 * MINUTE, 0],
    ]
    assert [p.id for p in network.places] == ["甲", "乙", "丙"]


def test_a_matrix_in_another_order_and_in_a_folder(tmp_path: Path) -> None:
    """Rows in another order than the columns, spreadsheet leftovers, and matrix.csv of a folder give the same matrix."""
    plain = load_network(written(tmp_path, "times.csv", MATRIX)).matrix
    rows = MATRIX.splitlines()
    turned = written(tmp_path, "turned.csv", "\n".join(row + ",," for row in [rows[0], rows[3], rows[1], rows[2]]) + "\n,,,,,\n")
    home = tmp_path / "home"
    home.mkdir()
    written(home, "matrix.csv", MATRIX)
    written(home, "network.yaml", "名称: 三地\n")
    assert plain is not None
    for network in (load_network(turned), load_network(home)):
        assert network.matrix is not None
        assert network.matrix.content_hash == plain.content_hash
    assert load_network(home).name == "三地"


def test_coordinates_come_from_places_beside_the_matrix(tmp_path: Path) -> None:
    """places.csv gives positions and aliases, matched by name or alias; a stranger is named with the line of the header."""
    home = tmp_path
    written(home, "places.csv", "id,name,aliases,lon,lat\njia,甲县,甲,112,39\nyi,乙,,112.5,39.5\nbing,丙,,113,40\n")
    file = written(home, "matrix.csv", MATRIX)
    matrix = load_network(file).matrix
    assert matrix is not None
    assert matrix.x.tolist() == [112, 112.5, 113]
    assert matrix.y.tolist() == [39, 39.5, 40]
    written(home, "places.csv", "id,name,lon,lat\njia,甲,112,39\nyi,乙,112.5,39.5\n")
    assert refused(file) == [("unknown-place", 1)]


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        (MATRIX.replace("12", "-12"), [("bad-minutes", 2)]),
        (MATRIX.replace("12", "nan"), [("bad-minutes", 2)]),
        (MATRIX.replace("20", "soon"), [("bad-minutes", 4)]),
        (MATRIX.replace("\n丙", "\n丁"), [("not-square", 4), ("not-square", 1)]),
        (MATRIX.replace("丙,,20,0\n", ""), [("not-square", 1)]),
        (MATRIX.replace("14,0,-", "14,0"), [("row-width", 3)]),
        (MATRIX.replace(",甲,乙", ",甲,甲"), [("duplicate-place", 1), ("not-square", 3)]),
        ("", [("empty-file", None)]),
        ("甲\n", [("not-square", 1)]),
    ],
)
def test_bad_matrices_are_refused(tmp_path: Path, text: str, findings: list[tuple[str, int | None]]) -> None:
    """Each fault gives its code and line, all of a file together; the matrix without it passes."""
    assert load_network(written(tmp_path, "times.csv", MATRIX)).matrix is not None
    assert refused(written(tmp_path, "times.csv", text)) == findings


def test_forms_that_are_not_known(tmp_path: Path) -> None:
    """A spreadsheet is no network: the remedy lists the forms. A missing file offers its neighbour."""
    assert refused(written(tmp_path, "roads.xlsx", "x")) == [("unknown-form", None)]
    written(tmp_path, "times.csv", MATRIX)
    with pytest.raises(InputError) as caught:
        load_network(tmp_path / "time.csv")
    assert "times.csv" in caught.value.findings[0].remedy.zh


def crossroads(path: Path) -> Network:
    """Write and load: a cross of four two-way arms of 1 km on a plane, a one-way exit, and an island 20 km away."""
    nodes = "id,x,y\nm,0,0\nn,0,1000\ne,1000,0\ns,0,-1000\nw,-1000,0\nx,-2000,0\np,20000,0\nq,20000,500\n"
    roads = "from,to,class,oneway\nm,n,primary,\nm,e,primary,\nm,s,local,\nm,w,local,\nw,x,local,1\np,q,access,\n"
    places = "name,x,y\n在路边,500,300\n远处,0,8000\n岛上,20000,0\n"
    for name, text in (("nodes", nodes), ("roads", roads), ("places", places)):
        written(path, f"{name}.csv", text)
    written(path, "network.yaml", "name: 十字路口\ncoordinates: 投影\nnotices: [假定]\n")
    return load_network(path)


def test_a_network_is_described(tmp_path: Path) -> None:
    """Hand count of the cross: km by class, parts, dead ends, islands, and the places out of reach with their distances."""
    report = describe(crossroads(tmp_path), 1000)
    assert (report.nodes, report.roads, report.km) == (8, 6, pytest.approx(5.5))
    assert report.km_by_class == pytest.approx({"primary": 2.0, "local": 3.0, "access": 0.5})
    assert report.one_way_km == pytest.approx(1.0)
    assert (report.weak_parts, report.strong_parts, report.main_nodes) == (2, 3, 5)
    assert [(i.nodes, i.km) for i in report.islands] == [(2, pytest.approx(0.5)), (1, pytest.approx(1.0))]
    assert report.dead_ends == 6  # n, e, s, x, p, q
    assert [(f.place.name, f.distance_m) for f in report.far] == [("岛上", pytest.approx(19000)), ("远处", pytest.approx(7000))]
    assert [f.place.name for f in describe(crossroads(tmp_path), 7500).far] == ["岛上"]


def test_the_description_is_written_in_both_languages(tmp_path: Path) -> None:
    """The figures stand in both texts; Chinese names of classes in one, English in the other; the notice in both."""
    report = describe(crossroads(tmp_path), 1000)
    zh, en = render(report, "zh"), render(report, "en")
    for text in (zh, en):
        assert "岛上" in text
        assert "19.0 km" in text
        assert "假定" in text
    assert "一级公路" in zh
    assert "primary road" in en
    assert "dead ends" in en


def test_a_matrix_is_described(tmp_path: Path) -> None:
    """Three places, two ordered pairs without a way."""
    report = describe(load_network(written(tmp_path, "times.csv", MATRIX)))
    assert (report.form, report.places, report.no_way) == ("matrix", 3, 2)
    assert "2" in render(report, "en").splitlines()[1]


def test_a_network_survives_pickling_and_cannot_be_written(tmp_path: Path) -> None:
    """A pickled network has the same hash; its fields and arrays refuse to be written."""
    network = crossroads(tmp_path)
    again = pickle.loads(pickle.dumps(network))
    assert again.content_hash == network.content_hash
    with pytest.raises(AttributeError):
        network.name = "x"  # type: ignore[misc]
    assert again.graph is not None
    with pytest.raises(ValueError, match="read-only"):
        again.graph.length_m[0] = math.nan
    assert np.array_equal(again.graph.x, network.graph.x)
