"""The folder form: what is read, and every complaint with its file and line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.errors import Finding, InputError
from sim.network.coordinates import from_wgs84, haversine_m
from sim.network.load import load_network

NODES = "id,lon,lat,region\n1,112.0,39.0,山西省\n2,112.1,39.0,山西省\n3,112.1,39.1,内蒙古自治区\n"
ROADS = "from,to,length_m,class,oneway,max_height_m,hazardous,name\n1,2,9000,primary,0,,,甲路\n2,3,,二级公路,1,4.2,no,\n3,1,,,-1,,,\n"
PLACES = "id,name,aliases,lon,lat,region,population,kind,source\na,甲县,甲|甲城,112.0,39.0,山西省/某市/甲县,1000,county,假定\n"


def folder(path: Path, **files: str | bytes) -> Path:
    """Write a network folder; names of files with _ for the dot."""
    for name, text in {"nodes_csv": NODES, "roads_csv": ROADS, "places_csv": PLACES, **files}.items():
        data = text if isinstance(text, bytes) else text.encode()
        (path / name.replace("_", ".")).write_bytes(data)
    return path


def refused(path: Path) -> list[Finding]:
    """Return the findings with which a network is refused."""
    with pytest.raises(InputError) as caught:
        load_network(path)
    return list(caught.value.findings)


def test_a_folder_is_read_as_it_is_written(tmp_path: Path) -> None:
    """Hand count: 3 nodes, 3 roads, 4 arcs (one two-way, two one-way); limits, classes, names, places as written."""
    network = load_network(folder(tmp_path))
    graph = network.graph
    assert graph is not None
    assert (graph.nodes, graph.edges, graph.arcs) == (3, 3, 4)
    ids = graph.node_id
    arcs = {(int(ids[t]), int(ids[h])) for t, h in zip(graph.tail, graph.head, strict=True)}
    assert arcs == {(1, 2), (2, 1), (2, 3), (1, 3)}
    assert graph.edge_length_m[0] == 9000
    assert graph.edge_length_m[1] == pytest.approx(haversine_m(112.1, 39.0, 112.1, 39.1), rel=1e-12)
    assert graph.edge_name[0] == "甲路"
    limited = graph.edge == 1
    assert graph.max_height_m[limited].tolist() == [4.2]
    assert np.isnan(graph.max_height_m[~limited]).all()
    assert graph.hazardous_ok.tolist() == (~limited).tolist()
    assert [p.population for p in network.places] == [1000]
    assert network.places.find("甲城")[0].id == "a"
    assert network.name == tmp_path.name


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_same_network_in_every_encoding(tmp_path: Path, encoding: str, end: str) -> None:
    """GBK, UTF-8 with and without mark, UTF-16, either line end, tabs, and spreadsheet leftovers give the same content."""
    plain, other = tmp_path / "a", tmp_path / "b"
    plain.mkdir()
    other.mkdir()
    files = {
        "nodes_csv": (NODES + ",,,\n\n").replace("\n", end).encode(encoding),
        "roads_csv": ROADS.replace(",", "\t").replace("\n", end).encode(encoding),
        "places_csv": PLACES.replace("\n", end).encode(encoding),
    }
    assert load_network(folder(other, **files)).content_hash == load_network(folder(plain)).content_hash


def test_chinese_headers_and_x_y(tmp_path: Path) -> None:
    """Headers may be Chinese; places.csv may leave out the id (then the name is it)."""
    nodes = NODES.replace("id,lon,lat,region", "编号,经度,纬度,行政区")
    roads = "起点,终点,长度,等级\n1,2,9000,一级公路\n"
    network = load_network(folder(tmp_path, nodes_csv=nodes, roads_csv=roads, places_csv="名称,经度,纬度\n乙镇,112,39\n"))
    assert network.graph is not None
    assert network.graph.edge_length_m.tolist() == [9000]
    assert network.places.by_id["乙镇"].lon == 112


def test_declared_coordinates_are_converted(tmp_path: Path) -> None:
    """Nodes and places given in GCJ-02 come out where their WGS-84 points are, to 0.1 m."""
    true = [(112.0, 39.0), (112.1, 39.0)]
    shifted = [from_wgs84(lon, lat, "GCJ-02") for lon, lat in true]
    rows = "".join(f"{i},{lon!r},{lat!r}\n" for i, (lon, lat) in enumerate(shifted))
    network = load_network(folder(
        tmp_path, nodes_csv="id,lon,lat\n" + rows, roads_csv="from,to\n0,1\n", network_yaml="name: 路网\ncoordinates: 火星坐标\n",
        places_csv=f"name,lon,lat\n甲,{shifted[0][0]!r},{shifted[0][1]!r}\n",
    ))  # fmt: skip
    assert network.graph is not None
    order = np.argsort(network.graph.x)
    np.testing.assert_allclose(network.graph.x[order], [112.0, 112.1], atol=1e-6)
    assert next(iter(network.places)).lon == pytest.approx(112.0, abs=1e-6)
    assert network.name == "路网"


def test_projected_coordinates_are_metres(tmp_path: Path) -> None:
    """Declared as projected, 3 and 4 km apart are 5 km by Pythagoras; undeclared, the same numbers are refused."""
    files = {"nodes_csv": "id,x,y\na,0,0\nb,3000,4000\n", "roads_csv": "from,to\na,b\n", "places_csv": "name,x,y\n甲,0,0\n"}
    network = load_network(folder(tmp_path, network_yaml="coordinates: projected\n", **files))
    assert network.projected
    assert network.graph is not None
    assert network.graph.edge_length_m.tolist() == [5000]
    (tmp_path / "network.yaml").unlink()
    assert {(f.code, f.where.line) for f in refused(tmp_path) if f.where} >= {("bad-coordinate", 3)}


BAD = [
    ("roads_csv", ROADS.replace("9000", "-9000"), "bad-length", 2),
    ("roads_csv", ROADS.replace("9000", "nan"), "bad-length", 2),
    ("roads_csv", ROADS.replace("9000", "9 km"), "bad-length", 2),
    ("roads_csv", ROADS.replace("2,3,", "2,33,"), "unknown-node", 3),
    ("roads_csv", ROADS.replace("2,3,", "2,x,"), "unknown-node", 3),
    ("roads_csv", ROADS.replace("primary", "primry"), "unknown-class", 2),
    ("roads_csv", ROADS.replace(",-1,", ",2,"), "bad-oneway", 4),
    ("roads_csv", ROADS.replace("4.2", "-4.2"), "bad-limit", 3),
    ("roads_csv", ROADS.replace("4.2", "high"), "bad-limit", 3),
    ("roads_csv", ROADS.replace(",no,", ",maybe,"), "bad-hazardous", 3),
    ("roads_csv", ROADS[:-6], "truncated-file", 4),
    ("roads_csv", ROADS.replace("9000,primary", "9000"), "row-width", 2),
    ("roads_csv", b"", "empty-file", None),
    ("roads_csv", "a,b\n1,2\n", "missing-column", 1),
    ("roads_csv", ROADS.replace(",", "\uff0c"), "full-width-comma", 1),
    ("roads_csv", bytes(range(256)), "bad-encoding", None),
    ("roads_csv", ROADS + '1,2,"9', "truncated-file", 5),
    ("nodes_csv", NODES.replace("\n2,", "\n1,"), "duplicate-node", 3),
    ("nodes_csv", NODES.replace("2,112.1,39.0", "2,nan,39.0"), "bad-coordinate", 3),
    ("nodes_csv", NODES.replace("2,112.1,39.0", "2,,39.0"), "bad-coordinate", 3),
    ("nodes_csv", NODES.replace("2,112.1,39.0", "2,39.0,112.1"), "bad-coordinate", 3),
    ("nodes_csv", "id,lon,lat\n", "truncated-file", None),
    ("places_csv", PLACES + "a,乙县,,112,39,,,,\n", "duplicate-id", 3),
    ("places_csv", PLACES.replace("112.0", "east"), "bad-coordinate", 2),
    ("places_csv", PLACES.replace(",1000,", ",many,"), "bad-number", 2),
    ("network_yaml", "coordinates: mars\n", "unknown-coordinates", 1),
    ("network_yaml", "name: x\nnotice: y\n", "unknown-key", 2),
    ("network_yaml", "name: [x\n", "bad-yaml", 2),
    ("network_yaml", "counts: {nodes: 4}\n", "truncated-file", None),
]


@pytest.mark.parametrize(("file", "text", "code", "line"), BAD, ids=[f"{f}-{c}-{i}" for i, (f, _, c, _) in enumerate(BAD)])
def test_bad_input_is_refused_with_file_and_line(tmp_path: Path, file: str, text: str | bytes, code: str, line: int | None) -> None:
    """Each fault gives its code with the file and line it stands on, in both languages; the file without it passes."""
    assert load_network(folder(tmp_path)).graph is not None
    findings = refused(folder(tmp_path, **{file: text}))
    named = file.replace("_", ".") if "counts" not in str(text) else "nodes.csv"
    hit = [f for f in findings if f.code == code]
    assert hit, [f.render() for f in findings]
    assert hit[0].where is not None
    assert Path(hit[0].where.file).name == named
    assert hit[0].where.line == line
    assert all(hit[0].what)
    assert all(hit[0].remedy)


def test_lines_count_blank_lines_and_quoted_line_ends(tmp_path: Path) -> None:
    """A blank line, a row of commas and a quoted cell over two lines come before the fault: it still stands on line 7."""
    roads = 'from,to,length_m,name\n\n1,2,10,"a\nb"\n,,,\n2,3,10,\n3,1,-5,\n'
    findings = refused(folder(tmp_path, roads_csv=roads))
    assert [(f.code, f.where.line) for f in findings if f.where] == [("bad-length", 7)]


def test_the_findings_of_all_files_come_together(tmp_path: Path) -> None:
    """Faults in nodes, roads and places are reported at once, not one after the other."""
    path = folder(
        tmp_path,
        nodes_csv=NODES.replace("112.1,39.1", "x,39.1"),
        roads_csv=ROADS.replace("9000", "-1").replace("primary", "prim"),
        places_csv=PLACES.replace("112.0", "east"),
    )
    assert {f.code for f in refused(path)} == {"bad-coordinate", "bad-length", "unknown-class"}
    assert sum(f.code == "bad-coordinate" for f in refused(path)) == 2


def test_a_missing_file_names_what_is_there(tmp_path: Path) -> None:
    """Without roads.csv the finding names it and offers the file beside it; a missing folder offers its sibling."""
    path = folder(tmp_path)
    (path / "roads.csv").rename(path / "road.csv")
    found = refused(path)
    assert [f.code for f in found] == ["missing-file"]
    assert "road.csv" in found[0].remedy.en
    found = refused(tmp_path.parent / (tmp_path.name + "x"))
    assert tmp_path.name in found[0].remedy.zh


def test_many_faults_are_counted_not_listed(tmp_path: Path) -> None:
    """A thousand bad lengths give twenty findings and one that counts the 980 others."""
    findings = refused(folder(tmp_path, roads_csv="from,to,length_m\n" + "1,2,x\n" * 1000))
    assert len(findings) == 21
    assert "980" in findings[-1].what.en


def test_text_ids_and_numbers_with_leading_zeros_stay_apart(tmp_path: Path) -> None:
    """Ids 7 and 007 are two nodes; ids that are words work."""
    nodes = "id,lon,lat\n7,112,39\n007,112.1,39\n甲,112.2,39\n"
    network = load_network(folder(tmp_path, nodes_csv=nodes, roads_csv="from,to\n7,007\n007,甲\n"))
    assert network.graph is not None
    assert sorted(network.graph.node_id.tolist()) == ["007", "7", "甲"]
    assert network.graph.edges == 2


def test_the_hash_tells_networks_apart(tmp_path: Path) -> None:
    """Same files, same hash; one metre, one alias or one projected flag more, another."""
    first = load_network(folder(tmp_path)).content_hash
    assert load_network(folder(tmp_path)).content_hash == first
    assert load_network(folder(tmp_path, roads_csv=ROADS.replace("9000", "9001"))).content_hash != first
    assert load_network(folder(tmp_path, places_csv=PLACES.replace("甲城", "乙城"))).content_hash != first


def test_a_large_grid_is_read_whole(tmp_path: Path) -> None:
    """A grid of 160,000 nodes and 319,200 roads: every node and road is there, and all of it hangs together."""
    side = 400
    number = np.arange(side * side)
    x, y = number % side, number // side
    nodes = "id,lon,lat\n" + "".join(f"{i},{108 + a / 100:.2f},{37 + b / 100:.2f}\n" for i, a, b in zip(number.tolist(), x.tolist(), y.tolist(), strict=True))
    right, up = number[x < side - 1], number[y < side - 1]
    roads = "from,to\n" + "".join(f"{i},{i + 1}\n" for i in right.tolist()) + "".join(f"{i},{i + side}\n" for i in up.tolist())
    path = folder(tmp_path, nodes_csv=nodes, roads_csv=roads)
    graph = load_network(path).graph
    assert graph is not None
    assert (graph.nodes, graph.edges) == (side * side, 2 * side * (side - 1))
    assert graph.main_part.all()
