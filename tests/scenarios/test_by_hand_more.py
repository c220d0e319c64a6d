"""Further hand-computed runs: hours and weather, limits of vehicles, borders, the leg to the road, a leak, first response."""

from __future__ import annotations

import pytest

from sim.engine.simulate import simulate
from tests.scenarios.files import SMALL, five_places, load, times, told

HEAD = """\
format: 1
name: roads
mode: drill
start: 2026-01-01 10:00
network: net
coordinates: metres
vehicles:
  - {id: car, like: light, speed: 60 km/h, ordinary_factor: 1.5}
bases: [{id: a, place: A}]
teams: [{id: t, base: a, vehicle: car, capabilities: [help]}]
packages: {p: [{capability: help, work: 1 min}]}
incidents: [{id: one, place: C, at: 10:00, package: p}]
"""


def arrives(folder, text):
    scenario = load(folder, text)
    return times(scenario, simulate(scenario), "team.arrived")


def test_slow_hours_count_at_departure(tmp_path):
    """Half speed from 10 to 11: 40 min when leaving at 10:00; leaving at 11:00, or on roads of another class, 20."""
    five_places(tmp_path)
    slow = HEAD + "traffic: [{begins: 10, ends: 11, factor: 0.5}]\n"
    assert arrives(tmp_path, slow) == [40]
    assert arrives(tmp_path, slow.replace("at: 10:00", "at: 10:59")) == [59 + 40]
    assert arrives(tmp_path, slow.replace("at: 10:00", "at: 11:00")) == [60 + 20]
    assert arrives(tmp_path, slow.replace("factor: 0.5}", "factor: 0.5, classes: [primary]}")) == [20]


def test_snow_slows_the_roads(tmp_path):
    """Snow leaves 60 % of the speed of a motorway (the assumed default): 20 / 0.6 min."""
    five_places(tmp_path)
    assert arrives(tmp_path, HEAD + "weather: {condition: snow}\n") == pytest.approx([20 / 0.6], abs=1e-3)


def test_a_low_bridge_and_a_weak_one(tmp_path):
    """B to C lets pass what is lower than 3 m and lighter than 10 t; others go round over D and E."""
    five_places(tmp_path, max_height_m=",3,,,", max_weight_t=",10,,,")
    for traits, minutes in (
        ("", 20),
        (", height: 2.9 m", 20),
        (", height: 3.5 m", 30),
        (", weight: 9 t", 20),
        (", weight: 12 t", 30),
    ):
        assert arrives(tmp_path, HEAD.replace("speed: 60 km/h", f"speed: 60 km/h{traits}")) == [minutes]


def test_a_road_that_bars_hazardous_loads(tmp_path):
    """A tanker goes round."""
    five_places(tmp_path, hazardous=",no,,,")
    assert arrives(tmp_path, HEAD) == [20]
    assert arrives(tmp_path, HEAD.replace("speed: 60 km/h", "speed: 60 km/h, hazardous: yes")) == [30]


def test_a_speed_limit_and_given_minutes(tmp_path):
    """B to C is limited to 30 km/h: 20 min instead of 10, as long as the way round; given 4 min for a light vehicle (100 km/h on
    a motorway), a car that does 60 there takes 4 × 100 / 60.
    """
    five_places(tmp_path, max_speed_kmh=",30,,,")
    assert arrives(tmp_path, HEAD) == [30]
    given = tmp_path / "given"
    given.mkdir()
    five_places(given, minutes=",4,,,")
    assert arrives(given, HEAD) == pytest.approx([10 + 4 * 100 / 60], abs=1e-4)
    light = HEAD.replace("vehicle: car", "vehicle: light")
    assert arrives(given, light) == pytest.approx([10 * 60 / 100 + 4], abs=1e-4)


def test_a_one_way_road(tmp_path):
    """C to B only: out over D and E, 30 min; home straight, 20 × 1.5."""
    five_places(tmp_path, oneway=",-1,,,")
    scenario = load(tmp_path, HEAD)
    out = simulate(scenario)
    assert times(scenario, out, "team.arrived") == [30]
    assert times(scenario, out, "team.home") == [31 + 30]


def test_a_border_takes_time(tmp_path):
    """A lies west, B and the others east: 7 min lost on the way out, and 7 × 1.5 on the way home like all of it."""
    five_places(tmp_path)
    scenario = load(tmp_path, HEAD + "border_delays: [{between: [west, east], time: 7 min}]\n")
    out = simulate(scenario)
    assert times(scenario, out, "team.arrived") == [27]


def test_a_place_beside_the_road(tmp_path):
    """2 km south of km 15: 15 min by road, then 2 km at 20 km/h are 6 min; at 40 km/h 3."""
    five_places(tmp_path)
    beside = HEAD.replace("place: C", 'place: "15000, -2000"')
    assert arrives(tmp_path, beside) == [21]
    assert arrives(tmp_path, beside.replace("network: net", "network: {file: net, access_speed: 40 km/h}")) == [18]


def test_two_places_on_one_stretch(tmp_path):
    """Base at km 12, incident at km 17 of the same road: 5 min, without the way to either end."""
    five_places(tmp_path)
    assert arrives(tmp_path, HEAD.replace("place: A", 'place: "12000, 0"').replace("place: C", 'place: "17000, 0"')) == [5]


LEAK = SMALL.replace("package: p}", "package: p, release: {substance: gas, mass: 1000 kg, rate: 10 kg/min}}").replace(
    "{capability: help, work: 10 min}", "{capability: help, work: 10 min, stops_release: yes}"
)


def test_a_leak_runs_until_the_work_is_done(tmp_path):
    """Team there at 6, done at 16: 160 kg have escaped; the signal is in thousandths, at that moment."""
    scenario = load(tmp_path, LEAK)
    rows = told(scenario, simulate(scenario), "item", "quantity")
    assert [row for row in rows if row[1] == "signal"] == [(16, "signal", "released", 160_000)]


def test_a_leak_that_empties_the_tank_first(tmp_path):
    """100 kg at 10 kg a minute are gone at 10; when the work ends at 16 it is still 100."""
    scenario = load(tmp_path, LEAK.replace("mass: 1000 kg", "mass: 100 kg"))
    rows = told(scenario, simulate(scenario), "item", "quantity")
    assert [row for row in rows if row[1] == "signal"] == [
        (10, "signal", "tank_empty", 100_000), (16, "signal", "released", 100_000),
    ]  # fmt: skip


def test_first_response_counts_for_the_package_and_extras_stay_to_the_end(tmp_path):
    """Three teams move at once, the package asks for one line of one: the first fills it, two stay until it is closed."""
    text = SMALL.replace(
        "{id: t, base: b, capabilities: [help], turnout: 1 min}", "{id: t, count: 3, base: b, capabilities: [help]}"
    )
    text = text.replace("package: p}", "package: p, call_handling: 2 min, first_response: [{team: t}]}")
    scenario = load(tmp_path, text)
    rows = told(scenario, simulate(scenario), "team", "need", "cause")
    assert [row[2:] for row in rows if row[1] == "team.ordered"] == [
        ("t-1", 0, "first_response"), ("t-2", -1, "first_response"), ("t-3", -1, "first_response"),
    ]  # fmt: skip
    assert [(row[0], row[2], row[4]) for row in rows if row[1] == "team.released"] == [
        (15, "t-1", "work_done"), (15, "t-2", "work_ended"), (15, "t-3", "work_ended"),
    ]  # fmt: skip


def test_queue_off_loses_what_nobody_can_take(tmp_path):
    """The second call comes while the only team is out: lost, at once; with the queue on it is served later."""
    two = SMALL + '  - {id: two, place: "0, 0", at: 08:03, package: p}\n'
    scenario = load(tmp_path, two + "dispatch: {queue: no}\n")
    rows = told(scenario, simulate(scenario), "incident")
    assert [row for row in rows if row[1] == "incident.lost"] == [(3, "incident.lost", "two")]
    assert (16, "team.ordered", "two") in told(load(tmp_path, two), simulate(load(tmp_path, two)), "incident")


def test_a_team_ordered_but_not_gone_stands_down(tmp_path):
    """First response ends the incident at 15; a second team, 30 min in turn-out, never leaves: released and home at once."""
    text = SMALL.replace(
        "  - {id: t, base: b, capabilities: [help], turnout: 1 min}",
        "  - {id: t, base: b, capabilities: [help]}\n  - {id: slow, base: b, capabilities: [more], turnout: 30 min}",
    ).replace(
        "{capability: help, work: 10 min}", "{capability: help, work: 10 min, ends: yes}\n    - {capability: more, work: 5 min}"
    )
    scenario = load(tmp_path, text)
    out = simulate(scenario)
    assert times(scenario, out, "incident.closed") == [15]
    assert times(scenario, out, "team.departed", "slow") == []
    assert times(scenario, out, "team.released", "slow") == times(scenario, out, "team.home", "slow") == [15]


def test_policies_are_asked_in_order(tmp_path):
    """The card names the far team: it goes though the near one is idle; when it is out, the nearest goes by the second policy."""
    text = SMALL.replace("bases:\n", 'bases:\n  - {id: far, place: "30000, 0"}\n').replace(
        "teams:\n", "teams:\n  - {id: u, base: far, capabilities: [help]}\n"
    )
    text += '  - {id: two, place: "5000, 0", at: 08:01, package: p}\n'
    text += "dispatch: {policy: [run_card, nearest_idle]}\nrun_cards: [{id: c, teams: [u]}]\n"
    scenario = load(tmp_path, text)
    rows = told(scenario, simulate(scenario), "incident", "team", "cause")
    assert [row[2:] for row in rows if row[1] == "team.ordered"] == [("one", "u", "run_card"), ("two", "t", "nearest_idle")]
