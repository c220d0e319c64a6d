"""Sixty hours at a mine: the story's figures, counted from the log of the shipped scenarios."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from sim.engine.simulate import simulate
from sim.log import CAUSES, COLUMNS, KINDS, Cause, Kind
from sim.scenario.load import load_scenario
from sim.units import HOUR, MINUTE

SCENARIOS = Path(__file__).parents[2] / "scenarios"
NOON = 12 * 60


def told(name: str):
    """Run a drill; return the scenario and its rows as dicts, times in minutes after midnight."""
    scenario = load_scenario(SCENARIOS / f"mine-rescue-majialiang{name}.yaml")
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in simulate(scenario).rows.tolist()]
    for row in rows:
        row["kind"], row["cause"] = KINDS[row["kind"]], CAUSES[row["cause"]]
        row["at"] = row["time"] / MINUTE + NOON
        row["team"] = scenario.teams[row["team"]].id if row["team"] >= 0 else ""
    return scenario, rows


def of(rows, kind):
    return [row for row in rows if row["kind"] == kind]


@pytest.fixture(scope="module")
def four():
    return told("")


@pytest.fixture(scope="module")
def three():
    return told("-three")


def test_four_squads_do_fifteen_shifts_without_a_break(four):
    scenario, rows = four
    entered = of(rows, Kind.SHIFT_ENTERED)
    assert [row["at"] for row in entered] == [14 * 60 + shift * 240 for shift in range(15)]
    assert sorted(Counter(row["team"] for row in entered).values()) == [3, 4, 4, 4]
    assert not of(rows, Kind.SHIFT_STOPPED)
    assert sum(row["quantity"] for row in entered) == 90 * 1000  # apparatus sets, in thousandths
    shifts = next(line.shifts for line in scenario.courses[0].lines if line.shifts is not None)
    assert 15 * shifts.effective == 30 * HOUR


def test_no_squad_goes_in_before_it_has_rested_and_never_one_alone(four):
    _, rows = four
    out, inside, standing = {}, None, None
    for row in rows:
        if row["kind"] == Kind.SHIFT_OUT:
            out[row["team"]], inside = row["at"], None
        elif row["kind"] == Kind.SHIFT_ENTERED:
            assert row["at"] - out.get(row["team"], -480) >= 480
            inside = row["team"]
        elif row["kind"] == Kind.SHIFT_STANDBY:
            assert row["at"] - out.get(row["team"], -480) >= 480
            standing = row["team"]
            assert standing != inside


def test_the_fourth_squad_is_called_at_the_latest_moment(four):
    """Call 10 + turn-out 20 + drive 141 + report-in 15 + down to the base 45 = 231 min before 22:00: 18:09."""
    _, rows = four
    (made,) = of(rows, Kind.REQUEST_MADE)
    (granted,) = of(rows, Kind.REQUEST_GRANTED)
    squad = [row for row in rows if row["team"].startswith("datong-mine")]
    at = {row["kind"]: row["at"] for row in reversed(squad)}
    assert made["at"] == 18 * 60 + 9
    assert granted["at"] == made["at"] + 10
    assert at[Kind.TEAM_DEPARTED] == granted["at"] + 20
    assert at[Kind.TEAM_ARRIVED] == at[Kind.TEAM_DEPARTED] + 141
    assert at[Kind.TEAM_TASKED] == at[Kind.TEAM_ARRIVED] + 15
    assert at[Kind.TEAM_WORKING] == at[Kind.TEAM_TASKED] + 45 == 22 * 60


def test_three_squads_break_at_ten_in_the_evening(three):
    """A rests until 02:00, B until 06:00, C alone would go in."""
    _, rows = three
    first = of(rows, Kind.SHIFT_STOPPED)[0]
    assert (first["at"], first["cause"]) == (22 * 60, Cause.NO_STANDBY_SQUAD)
    rested = {row["team"]: row["at"] for row in reversed(of(rows, Kind.SHIFT_RESTED))}
    assert rested == {"city-mine-1": 26 * 60, "city-mine-2": 30 * 60, "city-mine-3": rested["city-mine-3"]}
    assert of(rows, Kind.SHIFT_RESUMED)[0]["at"] == 26 * 60
    assert not of(rows, Kind.FINDING)


def test_the_life_saving_exception_is_never_silent():
    """Three squads without a stop: every rest that is cut is a finding, with what is missing of it."""
    _, rows = told("-life-saving")
    assert not of(rows, Kind.SHIFT_STOPPED)
    assert len(of(rows, Kind.SHIFT_ENTERED)) == 15
    findings = of(rows, Kind.FINDING)
    assert findings
    assert findings[0]["at"] == 22 * 60
    assert all(row["cause"] == Cause.LIFE_SAVING and row["quantity"] > 0 for row in findings)
