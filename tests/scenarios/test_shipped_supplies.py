"""Facts of the shipped supply scenarios that can be worked out by hand: what runs dry when, and what is short of the needs."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from sim.engine.simulate import simulate
from sim.log import CAUSES, COLUMNS, KINDS, Cause, Kind
from sim.scenario.load import check_scenario, load_scenario
from sim.units import MINUTE

SCENARIOS = Path(__file__).parents[2] / "scenarios"
NEEDS = ("earthquake-huairen", "flood-sanggan", "cold-wave")
EVERY = ("winter-huairen", "tank-fire-foam", *(f"needs/{name}" for name in NEEDS))
FOAM_RATE, WORK = 90.0, 75.0
"""L of foam a minute and team; minutes of work of each of the two teams."""
DIESEL_RATE = 1.0
"""L a minute."""


@cache
def played(name: str):
    """Return a scenario and its log as dicts, with planned values: minutes from the start, whole units."""
    scenario = load_scenario(SCENARIOS / f"{name}.yaml")
    out = simulate(scenario, planned=True)
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in out.rows.tolist()]
    for row in rows:
        row["kind"], row["cause"], row["at"] = KINDS[row["kind"]], CAUSES[row["cause"]], row["time"] / MINUTE
        row["item"] = scenario.signals[row["item"]] if row["item"] >= 0 else ""
        row["incident"] = out.incidents[row["incident"]] if row["incident"] >= 0 else ""
        row["quantity"] /= 1000
    return scenario, rows


def of(rows, kind, **cells):
    return [row for row in rows if row["kind"] == kind and all(row[key] == cells[key] for key in cells)]


def line_of(scenario, capability: str) -> int:
    """Return the number of the need line of a capability."""
    return next(line.index for line in scenario.courses[0].lines if scenario.capabilities[line.capability] == capability)


@pytest.mark.parametrize("name", EVERY)
def test_the_checker_finds_nothing(name):
    _, findings, _ = check_scenario(SCENARIOS / f"{name}.yaml")
    assert not findings


# --- a tank fire: foam, water, air and diesel ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fire():
    return played("tank-fire-foam")


def foam_work(fire) -> list[float]:
    """Return when each of the two foam teams began."""
    scenario, rows = fire
    return [row["at"] for row in of(rows, Kind.TEAM_WORKING, need=line_of(scenario, "泡沫灭火"))]


def test_the_foam_on_board_runs_dry_when_the_rates_say(fire):
    """Five engines with 2,000 L each; two teams use 90 L a minute each: 90 (t − first) + 90 (t − second) = 10,000."""
    _, rows = fire
    first, second = foam_work(fire)
    on_board = of(rows, Kind.STOCK_DELIVERED, item="foam", request=-1)
    assert [row["quantity"] for row in on_board] == [2_000] * 5
    (dry,) = of(rows, Kind.TASK_DRY, item="foam")
    expected = (5 * 2_000 / FOAM_RATE + first + second) / 2
    assert max(row["at"] for row in on_board) < dry["at"]
    assert dry["at"] == pytest.approx(expected, abs=0.001)
    assert dry["quantity"] == 0  # without foam nothing is left of the rate of work


def test_more_foam_is_asked_for_a_quarter_of_an_hour_before_and_for_an_hour(fire):
    _, rows = fire
    (dry,), (asked,) = of(rows, Kind.TASK_DRY, item="foam"), of(rows, Kind.SUPPLY_NEEDED, item="foam")
    assert asked["cause"] == Cause.RUNNING_LOW
    assert dry["at"] - asked["at"] == pytest.approx(15, abs=0.001)
    assert asked["quantity"] == 2 * FOAM_RATE * 60


def test_the_attack_stands_still_without_foam_and_uses_none(fire):
    """Work that stops is not lost: each team works 75 min in all, and 2 × 75 × 90 L are used."""
    scenario, rows = fire
    first, second = foam_work(fire)
    (dry,), (resumed,) = of(rows, Kind.TASK_DRY, item="foam"), of(rows, Kind.TASK_RESUMED, item="foam")
    stood = resumed["at"] - dry["at"]
    done = [row["at"] for row in of(rows, Kind.TEAM_RELEASED, need=line_of(scenario, "泡沫灭火"))]
    assert done == pytest.approx([first + WORK + stood, second + WORK + stood], abs=0.001)
    used = sum(row["quantity"] for row in of(rows, Kind.STOCK_USED, item="foam"))
    assert used == pytest.approx(2 * WORK * FOAM_RATE, abs=1)
    assert of(rows, Kind.INCIDENT_CLOSED)[0]["at"] == done[-1]


def test_the_attack_goes_on_with_the_first_truck_of_foam(fire):
    """The nearer store's 6,000 L come first; ten minutes after the truck is there they are on the line."""
    _, rows = fire
    truck = of(rows, Kind.STOCK_DELIVERED, item="foam")[5]
    (resumed,) = of(rows, Kind.TASK_RESUMED, item="foam")
    assert truck["request"] >= 0
    assert truck["quantity"] == 6_000
    assert resumed["at"] - truck["at"] == pytest.approx(10, abs=0.001)


def test_diesel_is_asked_for_in_time_and_never_runs_out(fire):
    """120 L on board at 60 L an hour: with 90 min left, half an hour after work begins, six hours' worth is asked for."""
    scenario, rows = fire
    (began,) = of(rows, Kind.TEAM_WORKING, need=line_of(scenario, "供水"))
    (asked,) = of(rows, Kind.SUPPLY_NEEDED, item="diesel")
    assert asked["at"] - began["at"] == pytest.approx(30, abs=0.001)
    assert asked["quantity"] == 6 * 60 * DIESEL_RATE
    assert not of(rows, Kind.TASK_DRY, item="diesel")


def test_air_cylinders_go_round_between_the_teams_and_the_filling_vehicle(fire):
    """16 an hour and team are emptied, 30 an hour filled: what is ready falls by 2 an hour, and nobody is without."""
    _, rows = fire
    assert not of(rows, Kind.TASK_DRY, item="cylinder")
    assert not of(rows, Kind.SUPPLY_NEEDED, item="cylinder")
    worn = sum(row["quantity"] for row in of(rows, Kind.STOCK_WORN, item="cylinder"))
    filled = sum(row["quantity"] for row in of(rows, Kind.STOCK_FILLED, item="cylinder"))
    assert filled > 0
    assert 0 < worn <= 2 * 16 * WORK / 60


def test_the_pond_of_the_plant_needs_no_truck(fire):
    """300 m³ lie where they are used, and are there at the moment of asking."""
    _, rows = fire
    (asked,) = of(rows, Kind.SUPPLY_NEEDED, item="fire-water", need=0)
    pond = of(rows, Kind.STOCK_DELIVERED, item="fire-water")[0]
    assert (pond["at"], pond["quantity"], pond["team"]) == (asked["at"], 300, -1)


# --- needs, for sizing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NEEDS)
def test_needs_come_from_several_places_each_with_a_deadline(name):
    scenario, _ = played(f"needs/{name}")
    assert len({one.site for one in scenario.planned}) == len(scenario.planned) >= 3
    assert all(course.supplies for course in scenario.courses)
    assert all(need.deadline is not None for course in scenario.courses for need in course.supplies)


SHORT = {
    # what is asked for in all, against what today's stock holds (planned values)
    "earthquake-huairen": {
        "tent": 2_000 + 300 + 150 - (600 + 650 + 600),
        "stove": 2_000 + 300 + 150 - (600 + 600),
        "cot": 8_000 + 1_500 + 800 - (2_500 + 1_450 + 2_000),
        "food": 36_000 + 5_400 + 2_700 - (4_000 + 20_000),
        "water": 100_000 + 16_000 + 8_000 - (10_000 + 60_000),
    },
    "flood-sanggan": {"generator": 6 + 6 + 3 - 12},
    "cold-wave": {},
}


@pytest.mark.parametrize("name", NEEDS)
def test_what_today_cannot_give(name):
    """Asked for less held: what is never handed out of each item; quilts can be made, and so are never short for good."""
    _, rows = played(f"needs/{name}")
    found = {}
    for item in dict.fromkeys(row["item"] for row in of(rows, Kind.SUPPLY_NEEDED)):
        asked = sum(row["quantity"] for row in of(rows, Kind.SUPPLY_NEEDED, item=item))
        there = sum(row["quantity"] for kind in (Kind.STOCK_HANDED_OUT, Kind.STOCK_USED) for row in of(rows, kind, item=item))
        if there < asked and item not in ("winter-tent", "bedding", "drainage"):
            found[item] = asked - there
    assert found == SHORT[name]
