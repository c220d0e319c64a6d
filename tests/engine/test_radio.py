"""Radio that fails: orders and reports take longer in the area and nowhere else, until a relay stands there. 1 km is 1 min."""

from __future__ import annotations

import pytest

from sim.engine.simulate import simulate
from tests.scenarios.files import load, times, told

TEXT = """\
format: 1
name: a valley
mode: drill
start: 2026-01-01 08:00
coordinates: metres
network: {straight_line: {speed: 60 km/h, detour: 1}}
bases:
  - {id: valley, place: "0, 0"}
  - {id: town, place: "20000, 0"}
authorities: [{id: desk, place: "20000, 0"}]
teams:
  - {id: squad, base: valley, capabilities: [search], turnout: 2 min}
  - {id: fire, base: town, capabilities: [search], turnout: 2 min}
  - {id: van, base: town, capabilities: [relay], turnout: 5 min, set_up: 3 min}
radio: [{id: gap, around: "0, 0", radius: 5 km, delay: 10 min, relay: relay}]
incidents:
  - id: one
    place: "1000, 0"
    at: 08:00
    first_response: [{team: squad}, {team: fire}]
    reports: [{id: line, links: [{to: desk, time: 4 min}]}]
    package: [{capability: search, count: 2, work: 90 min}]
"""
RELAY = """\
  - {id: radio-van, place: "1000, 0", at: 08:00, package: [{capability: relay, work: 30 min}]}
  - {id: late, place: "1000, 0", at: 08:40, reports: [{id: later, links: [{to: desk, time: 4 min}]}], package: [{capability: relay, work: 1 min}]}
"""


def run(folder, text: str = TEXT):
    scenario = load(folder, text)
    return scenario, simulate(scenario)


def gap(text: str, more: str) -> str:
    return text.replace("delay: 10 min", f"delay: 10 min, {more}")


def received(scenario, outcome, line: str) -> list[float]:
    return [row[0] for row in told(scenario, outcome, "item") if row[1:] == ("report.received", line)]


def test_orders_into_the_area_are_late_and_no_others(tmp_path):
    """The squad in the valley is told at 10 and leaves at 12; the fire brigade in town leaves at 2."""
    scenario, out = run(tmp_path)
    assert times(scenario, out, "team.told") == times(scenario, out, "team.told", "squad") == [10]
    assert times(scenario, out, "team.departed", "squad") == [12]
    assert times(scenario, out, "team.departed", "fire") == [2]


def test_reports_out_of_the_area_are_late(tmp_path):
    """A call of 4 min takes 14."""
    scenario, out = run(tmp_path)
    assert received(scenario, out, "line")[0] == 14


def test_where_radio_is_lost_somebody_drives(tmp_path):
    """No delay written: lost; the messenger takes 30 min unless the file says otherwise."""
    scenario, out = run(tmp_path, TEXT.replace("delay: 10 min, ", ""))
    assert times(scenario, out, "team.told") == [30]
    scenario, out = run(tmp_path, TEXT.replace("delay: 10 min", "messenger: 17 min"))
    assert times(scenario, out, "team.told") == [17]


@pytest.mark.parametrize("more", ["begins: 08:01", "ends: 08:05"])
def test_outside_its_time_nothing_is_late(tmp_path, more):
    """A gap that begins later does not hold up the order; one that ends does not bring back whoever is on the way with the order."""
    scenario, out = run(tmp_path, gap(TEXT, more))
    assert times(scenario, out, "team.told") == ([] if "begins" in more else [10])


def test_of_two_gaps_the_longer_delay_counts(tmp_path):
    """10 and 25 min over the same base: 25."""
    two = TEXT.replace("relay: relay}]", 'relay: relay}, {id: wide, around: "0, 0", radius: 9 km, delay: 25 min}]')
    scenario, out = run(tmp_path, two)
    assert times(scenario, out, "team.told") == [25]


def test_a_relay_restores_radio_when_it_is_ready(tmp_path):
    """Turn-out 5, 19 km, set-up 3: restored at 27. A report at 40 takes 4 min."""
    scenario, out = run(tmp_path, TEXT + RELAY)
    assert times(scenario, out, "radio.restored") == [27]
    assert [row[2] for row in told(scenario, out, "cause") if row[1] == "radio.restored"] == ["relay"]
    assert received(scenario, out, "later")[0] == 44


@pytest.mark.parametrize(("begins", "down"), [("08:26", [26]), ("08:30", []), ("08:58", [58])])
def test_a_relay_that_stands_there_already_keeps_radio_up(tmp_path, begins, down):
    """The van is ready from 27 to 57, when its work is done: a gap that begins meanwhile is none."""
    text = gap(TEXT + RELAY.splitlines(keepends=True)[0], f"begins: {begins}")
    scenario, out = run(tmp_path, text)
    assert times(scenario, out, "radio.down") == down
    assert times(scenario, out, "radio.restored") == ([27] if begins == "08:26" else [])
