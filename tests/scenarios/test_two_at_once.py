"""A gas explosion while the leak is running: who is taken from the road, what the leak loses, and what cover is left."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from sim.analysis.cover import cover_steps
from sim.analysis.levels import Window
from sim.analysis.replication import Replication
from sim.engine.simulate import simulate
from sim.scenario import check_scenario, load_scenario
from sim.units import HOUR, MINUTE
from tests.scenarios.files import told

FOLDER = Path(__file__).parents[2] / "scenarios"
NAMES = ("two-at-once", "two-at-once-move-up")
KNOWN = 26
"""The explosion's needs are known at 09:56: alarm 09:55, a minute to take the call."""
SCENE = "朔城区某居民区"


class Run(NamedTuple):
    """A scenario, its planned run, and the rows of the log: minute, kind, incident, team, item, place, cause."""

    scenario: object
    outcome: object
    rows: list

    @property
    def replication(self) -> Replication:
        return Replication(self.scenario, self.outcome.rows, self.outcome.incidents)


def planned(name: str) -> Run:
    scenario = load_scenario(FOLDER / f"{name}.yaml")
    outcome = simulate(scenario)
    return Run(scenario, outcome, told(scenario, outcome, "incident", "team", "item", "place", "cause"))


@pytest.fixture(scope="module")
def run() -> Run:
    return planned("two-at-once")


@pytest.fixture(scope="module")
def moved() -> Run:
    return planned("two-at-once-move-up")


@pytest.fixture(scope="module")
def alone() -> Run:
    return planned("jsm-hazchem-joint")


def at(run: Run, kind: str, *words: str) -> list[float]:
    """Return the minutes after 09:30 of rows of a kind that name all the words."""
    return [row[0] for row in run.rows if row[1] == kind and set(words) <= set(row[2:])]


def standard(run: Run, name: str):
    return next(entry for entry in run.scenario.command.standards if entry.id == name)


def taken(run: Run) -> dict[str, float]:
    """Return the teams taken from the leak for the explosion, and when."""
    return {row[3]: row[0] for row in run.rows if row[1] == "team.released" and row[2] == "leak" and row[6] == "retargeted"}


@pytest.mark.parametrize("name", NAMES)
def test_the_files_are_good(name):
    scenario, findings, _ = check_scenario(FOLDER / f"{name}.yaml")
    assert scenario is not None
    assert findings == ()


def test_the_more_urgent_incident_takes_teams_under_way(run):
    """All that had left for the leak and not arrived, of fire brigade and ambulances of the city, turn round at 09:56; each is
    there when it would be from its next spot, and at once: no turn-out. Only teams on the road are taken.
    """
    at_once = {team for team, minute in taken(run).items() if minute == KNOWN}
    assert at_once == {"fire-kaifa-1", "fire-shuocheng-1", "fire-shuocheng-2", "amb-city-1", "amb-city-2"}
    travel, sites = run.scenario.travel, [site.name for site in run.scenario.sites]
    leak, scene = sites.index("园区专职队驻地"), sites.index(SCENE)
    for team in (team for team in run.scenario.teams if team.id in at_once):
        (left,) = at(run, "team.departed", "leak", team.id)
        profile = travel.profile(team.vehicle, 9, run.scenario.weather)
        trip = travel.trip(travel.spot(team.base), leak, profile, 0, round(left * MINUTE))
        assert left < KNOWN < trip.arrives / MINUTE
        assert at(run, "team.departed", "explosion", team.id) == [KNOWN]
        expected = KNOWN + travel.reach(trip, KNOWN * MINUTE, scene, profile, 0) / MINUTE
        assert at(run, "team.arrived", "explosion", team.id) == pytest.approx([expected])


def test_teams_are_never_taken_the_other_way(run):
    """The leak is less urgent: it takes nobody from the explosion."""
    assert not [row for row in run.rows if row[1] == "team.released" and row[2] == "explosion" and row[6] == "retargeted"]


def test_what_is_taken_is_asked_for_again(run):
    """Every team that was taken leaves one open place at the leak, of its capability, filled anew or waiting."""
    again = [row for row in run.rows if row[1] == "need.reopened" and row[2] == "leak"]
    assert len(again) == len(taken(run))
    assert sorted(row[0] for row in again) == sorted(taken(run).values())
    for item in {row[4] for row in again}:
        reopened = len([row for row in again if row[4] == item])
        asked = sum(quantity for _, kind, incident, name, quantity in told(run.scenario, run.outcome, "incident", "item", "quantity")
                    if (kind, incident, name) == ("need.raised", "leak", item))  # fmt: skip
        ordered = [row for row in run.rows if row[1] == "team.ordered" and (row[2], row[4]) == ("leak", item)]
        assert len(ordered) >= asked + reopened or at(run, "need.waiting", "leak", item)


def test_the_leak_pays_for_it(run, alone):
    """Work against the cloud begins late: the teams that come instead drive longer; plugging waits for them."""
    first = {name: at(some, "team.arrived", "leak", "稀释抑爆")[0] for name, some in (("two", run), ("one", alone))}
    assert first["two"] - first["one"] > 30
    closed = {name: at(some, "incident.closed", "leak")[0] for name, some in (("two", run), ("one", alone))}
    assert closed["two"] - closed["one"] > 30


def test_both_incidents_end_and_nobody_is_at_two_places(run):
    """Every team's missions follow each other: ordered again only after it was released."""
    assert len(at(run, "incident.closed")) == 2
    held = defaultdict(int)
    for _, kind, _, team, *_ in run.rows:
        held[team] += (kind == "team.ordered") - (kind == "team.released")
        assert held[team] in (0, 1)


def test_one_desk_serves_both(run):
    """The city's duty office takes one call at a time: two calls of at least 4 min (planned 5.5 and 4) never end closer."""
    post = [entry.id for entry in run.scenario.command.posts].index("shuozhou-duty")
    rows = told(run.scenario, run.outcome, "incident", "post")
    received = [(minute, incident) for minute, kind, incident, who in rows if kind == "report.received" and who == post]
    assert {incident for _, incident in received} == {"leak", "explosion"}
    assert min(np.diff(sorted(minute for minute, _ in received))) >= 4


@pytest.mark.parametrize(("name", "minute"), [("fire-15", 25.5), ("fire-15", 35), ("ambulance-20", 35), ("plants", 60)])
def test_the_cover_left_against_asking_every_team(run, name, minute):
    """Share of people (or plants) that some team which is free at that minute reaches in time from its base: by a loop over the
    log and the travel service.
    """
    entry, travel = standard(run, name), run.scenario.travel
    busy = {team.id: False for team in run.scenario.teams}
    refits = {team.id: team.refit.planned > 0 for team in run.scenario.teams}
    for moment, kind, _, team, *_ in run.rows:
        if moment <= minute and kind in ("team.ordered", "team.released", "team.home", "team.ready"):
            busy[team] = kind == "team.ordered" or (kind == "team.home" and refits[team])
    free = [team for team in run.scenario.teams if team.capabilities.get(entry.capability, 0) >= 1 and not busy[team.id]]
    covered = 0.0
    for site, weight in zip(entry.sites, entry.weights, strict=True):
        reached = any(
            team.turnout.planned
            + travel.drive(travel.spot(team.base), site, travel.profile(team.vehicle, 0, run.scenario.weather), 0)
            <= entry.within
            for team in free
        )
        covered += weight * reached
    steps = cover_steps(run.replication, entry)
    now = np.searchsorted(steps.moments, minute * MINUTE, side="right") - 1
    assert steps.share[now] == pytest.approx(covered / sum(entry.weights))


def test_the_explosion_takes_more_than_half_of_the_fire_cover(run):
    """Before the alarm about three in five people have a fire team within 15 min; afterwards one in four."""
    steps = cover_steps(run.replication, standard(run, "fire-15"))
    before, after = (steps.share[np.searchsorted(steps.moments, minute * MINUTE, side="right") - 1] for minute in (25, 27))
    assert before > 0.6
    assert after < 0.3


def test_moving_ambulances_up_covers_more_people_over_the_day(run, moved):
    """Over the seven hours from 09:30 more people are covered on average; not in the first, as teams on the move cover nobody."""
    day, hour = Window(0, 7 * HOUR), Window(26 * MINUTE, 60 * MINUTE)
    assert mean(moved, day) > mean(run, day) + 0.05
    assert mean(moved, hour) <= mean(run, hour)


def mean(run: Run, window: Window) -> float:
    steps = cover_steps(run.replication, standard(run, "ambulance-20"), window)
    return float((steps.share * np.diff(np.append(steps.moments, window.ends))).sum() / window.length)


@pytest.mark.parametrize("name", NAMES)
def test_a_replication_run_twice_is_the_same(name):
    scenario = load_scenario(FOLDER / f"{name}.yaml").as_plan()
    first = simulate(scenario, 2)
    assert simulate(scenario, 2).digest == first.digest
    assert simulate(scenario, 3).digest != first.digest
