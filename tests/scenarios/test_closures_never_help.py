"""A closure on the way never makes a team arrive earlier, not even by moving the rest of its drive out of the rush hour."""

from __future__ import annotations

import pytest

from sim.engine.simulate import simulate
from sim.log import COLUMNS, KIND_CODE, Kind
from sim.scenario import load_scenario

NODES = "id,lon,lat\n1,0,0\n2,30000,0\n3,60000,0\n4,45000,9000\n"
ROADS = "from,to,length_m\n1,2,30000\n2,3,30000\n2,4,18000\n4,3,18000\n"
SCENARIO = """\
format: 1
name: rush
mode: drill
start: 2026-01-01 08:00
network: net
traffic: [{begins: 8, ends: 9, factor: 0.2}]
vehicles: [{id: car, like: light, speed: 60 km/h}]
bases: [{id: b, place: node 1}]
teams: [{id: t, base: b, capabilities: [help], vehicle: car}]
packages: {p: [{capability: help, work: 1 min}]}
incidents: [{id: i, place: node 3, at: 08:00, package: p}]
"""


def arrival(tmp_path, extra=""):
    """Return when the team is there (min after the start)."""
    (tmp_path / "net").mkdir(exist_ok=True)
    (tmp_path / "net" / "nodes.csv").write_text(NODES, encoding="utf-8")
    (tmp_path / "net" / "roads.csv").write_text(ROADS, encoding="utf-8")
    (tmp_path / "net" / "network.yaml").write_text("name: net\ncoordinates: metres\n", encoding="utf-8")
    file = tmp_path / "a.yaml"
    file.write_text(SCENARIO + extra, encoding="utf-8")
    rows = simulate(load_scenario(file)).rows
    there = rows[rows[:, COLUMNS.index("kind")] == KIND_CODE[Kind.TEAM_ARRIVED]]
    return int(there[0, COLUMNS.index("time")]) / 60_000


@pytest.mark.parametrize("closed", ["08:05", "09:10", "10:00"])
def test_a_closure_ahead_delays(tmp_path, closed):
    """By hand: 60 km at 12 km/h are 300 min. Round by 4 it is 66 km, 330 min, at the hour of the departure whenever it closes."""
    assert arrival(tmp_path) == pytest.approx(300, abs=0.01)
    event = f"road_events: [{{id: e, close: {{begin: node 2, end: node 3}}, begins: {closed}, lasts: 20 h}}]\n"
    assert arrival(tmp_path, event) == pytest.approx(330, abs=0.01)
