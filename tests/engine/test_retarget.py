"""A team under way goes to what is more urgent; what it leaves behind, and whom it spares, are used well."""

from __future__ import annotations

from dataclasses import replace

from sim.engine.simulate import simulate
from sim.log import COLUMNS, KINDS, Kind
from sim.scenario.command import Command
from sim.units import MINUTE
from tests.engine.builders import course, line, planned, scenario, team

KM = 1000.0
AT = {name: position for position, name in enumerate(COLUMNS)}


def told(found, out):
    """Return (minute, kind, incident, team) of orders and reopened needs."""
    kinds = (Kind.TEAM_ORDERED, Kind.NEED_REOPENED, Kind.NEED_WAITING)
    return [
        (row[AT["time"]] // MINUTE, str(KINDS[row[AT["kind"]]]), out.incidents[row[AT["incident"]]], row[AT["team"]])
        for row in out.rows.tolist()
        if KINDS[row[AT["kind"]]] in kinds
    ]


def world(teams, wanted, at):
    """Return a scenario on a line: `low` at 60 km from the start, `high` at 20 km ten minutes later."""
    points = [(0.0, 0.0), (5 * KM, 0.0), (40 * KM, 0.0), (60 * KM, 0.0), (20 * KM, 0.0)]
    courses = [course(line(work=30 * MINUTE), kind="low", priority=5)]
    courses.append(course(line(count=wanted, work=30 * MINUTE), kind="high", priority=1))
    found = scenario(points, teams, courses, planned=(planned("low", 0, 3), planned("high", at * MINUTE, 4, 1)), mode="drill")
    return replace(found, command=Command(retarget=MINUTE))


def test_a_team_under_way_is_sent_to_what_is_more_urgent_and_another_goes_in_its_place():
    teams = [team(0, 0, turnout=MINUTE), team(1, 0, turnout=5 * MINUTE)]
    found = world(teams, 1, 10)
    assert told(found, simulate(found)) == [
        (0, "team.ordered", "low", 0),
        (10, "need.reopened", "low", -1),
        (10, "team.ordered", "high", 0),  # 9 of 60 km on its way: 11 km left, against 25 min for the idle one
        (10, "team.ordered", "low", 1),
    ]


def test_whom_the_team_on_the_road_spares_fills_what_else_is_open_at_the_urgent_incident():
    teams = [team(0, 0, turnout=MINUTE), team(1, 0, turnout=5 * MINUTE)]
    found = world(teams, 2, 10)
    assert told(found, simulate(found))[1:5] == [
        (10, "need.reopened", "low", -1),
        (10, "team.ordered", "high", 0),
        (10, "team.ordered", "high", 1),
        (10, "need.waiting", "low", -1),
    ]


def test_the_slot_left_behind_takes_nobody_who_was_chosen_for_the_urgent_incident():
    teams = [team(0, 0, turnout=MINUTE), team(1, 1, turnout=MINUTE), team(2, 2, turnout=5 * MINUTE)]
    found = world(teams, 2, 10)
    urgent = [row[3] for row in told(found, simulate(found)) if row[1:3] == ("team.ordered", "high")]
    # `low` is 20 km from the third team; the first two are nearest to `high`.
    assert sorted(urgent) == [0, 1]
