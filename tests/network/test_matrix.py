"""The travel-time matrix."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sim.errors import InputError
from sim.network.matrix import MatrixTravel, build_matrix, read_matrix
from sim.network.states import Effect, Parts
from sim.network.trips import Measured, Site
from sim.units import MINUTE, NEVER

if TYPE_CHECKING:
    from pathlib import Path

TABLE = [[0, 10, 30], [12, 0, math.inf], [30, 25, 0]]


def three() -> MatrixTravel:
    matrix = build_matrix(["朔城区", "平鲁区", "右玉县"], TABLE, [0, 1000, 4000], [0, 0, 0], projected=True)
    sites = [Site(0, 0, "朔城区"), Site(0, 0, "some base", node="平鲁区"), Site(0, 0, "右玉县"), Site(0, 0, "朔城区")]
    return MatrixTravel(matrix, sites, effects=[Effect(None, 0.5)], measured=[Measured(2, 1, 20 * MINUTE, both_ways=False)])


def test_times_are_those_of_the_table_in_each_direction() -> None:
    """Proves rows by hand: not symmetric, no way where the cell is empty, weather and slowing apply alike."""
    travel = three()
    light = travel.profile("light", 8)
    assert travel.row([0, 1, 2, 3], 0, light, 0) == [0, 12 * MINUTE, 30 * MINUTE, 0]
    assert travel.row([1], 2, light, 0) == [NEVER]
    assert travel.trip(1, 2, light, 0, 0) is None
    assert travel.row([0], 1, light, travel.state(frozenset({0}))) == [20 * MINUTE]
    assert travel.row([1], 2, light, travel.state(frozenset({0}))) == [NEVER]
    assert travel.row([0], 1, travel.profile("light", 8, "rain"), 0) == [round(10 * MINUTE / 0.88)]
    assert travel.row([2], 1, light, 0) == [20 * MINUTE]
    assert travel.is_measured(2, 1, light)
    assert travel.table([0, 1, 2], [0, 1], light, 0).tolist() == [[0, 600_000], [720_000, 0], [1_800_000, 1_200_000]]


def test_a_team_under_way_stands_at_the_nearest_place() -> None:
    """Proves `locate` on the line from 0 to 4000 m with a place at 1000: it changes at 500 m and at 2500 m."""
    travel = three()
    trip = travel.trip(0, 2, travel.profile("light"), 0, 0)
    assert trip is not None
    at = [travel.locate(trip, round(share * trip.duration))[0] for share in (0, 0.12, 0.13, 0.62, 0.63, 1, 2)]
    assert at == [0, 0, 1, 1, 2, 2, 2]
    assert travel.touched(trip, 5, 0, travel.state(frozenset({0})))
    assert not travel.touched(trip, trip.arrives, 0, travel.state(frozenset({0})))
    assert travel.route(trip).xy.tolist() == [[0, 0], [4000, 0]]


def test_without_positions_a_team_turns_over_at_half_time() -> None:
    """Proves `locate` when places have no coordinates."""
    travel = MatrixTravel(build_matrix(["a", "b"], [[0, 10], [10, 0]]), [Site(0, 0, "a"), Site(0, 0, "b")])
    trip = travel.trip(0, 1, travel.profile("light"), 0, 0)
    assert trip is not None
    assert [travel.locate(trip, m * MINUTE)[0] for m in (4, 5)] == [0, 1]


def test_reading_a_csv(tmp_path: Path) -> None:
    """Proves the file form, with positions and an empty cell, and that the arrays cannot be written."""
    path = tmp_path / "m.csv"
    path.write_text("起/止,甲,乙,经度,纬度\n甲,0,10.5,112.3,39.5\n乙,,0,112.4,39.6\n", encoding="utf-8-sig")
    matrix = read_matrix(path)
    assert matrix.names == ("甲", "乙")
    assert matrix.ms.tolist() == [[0, 630_000], [NEVER, 0]]
    assert matrix.x.tolist() == [112.3, 112.4]
    with pytest.raises(ValueError, match="read-only"):
        matrix.ms[0, 0] = 1


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "matrix-shape", None),
        (",a,b\na,0,1\n", "matrix-names", 1),
        (",a,b\nb,0,1\na,1,0\n", "matrix-names", 1),
        (",a,b\na,0,x\nb,1,0\n", "bad-time", 2),
        (",a,b\na,0,1\nb,-1,0\n", "bad-time", 3),
        (",a,b\na,0,1\nb,1\n", "bad-time", 3),
        (",a,a\na,0,1\na,1,0\n", "duplicate-place", None),
    ],
)
def test_bad_files_are_refused_with_their_line(tmp_path: Path, text: str, code: str, line: int | None) -> None:
    """Proves each finding of a matrix file; the whole file passes."""
    path = tmp_path / "m.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_matrix(path)
    finding = error.value.findings[0]
    assert (finding.code, finding.where and finding.where.line) == (code, line)
    path.write_text(",a,b\na,0,1\nb,1,0\n", encoding="utf-8")
    assert read_matrix(path).ms.tolist() == [[0, MINUTE], [MINUTE, 0]]


def test_bad_tables_and_sites_are_refused() -> None:
    """Proves the remaining findings, beside valid input."""
    for table, code in (([[0, 1]], "matrix-shape"), ([[0, -1], [1, 0]], "bad-time"), ([[0, np.nan], [1, 0]], "bad-time")):
        with pytest.raises(InputError) as error:
            build_matrix(["a", "b"], table)
        assert [f.code for f in error.value.findings] == [code]
    matrix = build_matrix(["平鲁区", "b"], [[0, np.inf], [0, 0]])
    with pytest.raises(InputError, match="平鲁区") as error:
        MatrixTravel(matrix, [Site(0, 0, "平卢区")], effects=[Effect(Parts.whole([1]))])
    assert [f.code for f in error.value.findings] == ["closure-needs-roads", "unknown-place"]
    assert MatrixTravel(matrix, [Site(0, 0, "平鲁区")], effects=[Effect(None)]).sites == 1
