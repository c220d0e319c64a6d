"""A drill on a table of travel times, with no roads at all: times read off the table, which is not symmetric."""

from __future__ import annotations

import pytest

from sim.engine.simulate import simulate
from sim.scenario import check_scenario
from tests.scenarios.files import load, times, write

MINUTES = """\
,P,Q,R
P,0,8,20
Q,9,0,7
R,30,11,0
"""
PLACES = "id,name,lon,lat\nP,P,112.0,39.0\nQ,Q,112.1,39.0\nR,R,112.2,39.0\n"
TEXT = """\
format: 1
name: matrix
mode: drill
start: 2026-01-01 10:00
network: table
vehicles: [{id: car, like: light, ordinary_factor: 1.5}]
bases: [{id: base, place: P}]
teams: [{id: t, base: base, vehicle: car, capabilities: [help]}]
packages: {p: [{capability: help, work: 1 min}]}
incidents:
  - {id: one, place: R, at: 10:00, package: p}
"""


@pytest.fixture
def folder(tmp_path):
    """Write the folder with the matrix; return the folder in which scenarios stand."""
    table = tmp_path / "table"
    table.mkdir()
    (table / "matrix.csv").write_text(MINUTES, encoding="utf-8")
    (table / "places.csv").write_text(PLACES, encoding="utf-8")
    return tmp_path


def test_there_and_back_by_the_table(folder):
    """P to R takes 20 min, R to P 30 × 1.5 without siren: there at 20, released at 21, home at 66."""
    scenario = load(folder, TEXT)
    out = simulate(scenario)
    assert times(scenario, out, "team.arrived") == [20]
    assert times(scenario, out, "team.home") == [66]


@pytest.mark.parametrize(
    ("called", "arrives"),
    [
        (25, 25),  # 4 of 45 min: nearest to R, which is where it is wanted
        (43, 50),  # 22 of 45 min, a bit before the middle of the line from R to P: at Q, 7 min from R
        (57, 77),  # 36 of 45 min, 0.8 of the line: at P, 20 min from R
    ],
)
def test_a_team_under_way_stands_at_the_nearest_place(folder, called, arrives):
    """Called back to R on its way from R to P: from the place nearest to the point that its share of the trip has reached."""
    scenario = load(folder, TEXT + f"  - {{id: two, place: R, at: 10:{called}, package: p}}\n")
    assert times(scenario, simulate(scenario), "team.arrived")[1] == arrives


def test_a_measured_time_lies_over_the_table(folder):
    """12 min measured from P to R, once; the other way is as in the table."""
    scenario = load(folder, TEXT + "measured_times: [{begin: P, end: R, time: 12 min}]\n")
    out = simulate(scenario)
    assert times(scenario, out, "team.arrived") == [12]
    assert times(scenario, out, "team.home") == [13 + 45]
    assert (out.measured, len(out.drives)) == (1, 2)


def test_what_a_table_cannot_do_is_told(folder):
    """Closures need roads; a place that is not in the table cannot be reached; both at their lines."""
    for entry, line in (
        ("road_events: [{id: r, close: {begin: P, end: Q}, begins: 10:05}]\n", 12),
        ("extra_roads: [{begin: P, end: R}]\n", 12),
    ):
        _, findings, _ = check_scenario(write(folder, TEXT + entry))
        assert [(f.code, f.where.line) for f in findings] == [("closure-needs-roads", line)]
    _, findings, _ = check_scenario(write(folder, TEXT.replace("place: R", "place: S")))
    assert [(f.code, f.where.line) for f in findings] == [("unknown-place", 11)]
    _, findings, _ = check_scenario(write(folder, TEXT))
    assert findings == ()


@pytest.mark.parametrize(
    ("table", "line"),
    [
        (MINUTES.replace("R,30,11,0\n", "R,30,11\n"), 4),
        (MINUTES.replace("9,0,7", "9,0,-7"), 3),
        (MINUTES.replace("9,0,7", "9,0,nan"), 3),
    ],
    ids=["cut off", "negative", "nan"],
)
def test_a_bad_table(folder, table, line):
    """Truncated, negative, NaN: the table's file and line."""
    (folder / "table" / "matrix.csv").write_text(table, encoding="utf-8")
    _, findings, _ = check_scenario(write(folder, TEXT))
    assert [(f.where.file.rpartition("/")[2], f.where.line) for f in findings] == [("matrix.csv", line)]
