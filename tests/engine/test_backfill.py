"""A lender whose floor keeps its last team at home sends it once a neighbour stands in."""

from __future__ import annotations

from dataclasses import replace

from sim.engine.simulate import simulate
from sim.log import CAUSES, COLUMNS, KINDS, Cause, Kind
from sim.scenario.command import Channel, Command, Convoy, Floor, Lender, Link, Post
from sim.scenario.frozen import Ticks
from sim.units import MINUTE
from tests.engine.builders import course, line, planned, scenario, team

KM = 1000.0
CITY, DESK = 0, 1


def world(backfill):
    """Return a scenario: lender at 30 km from the incident, its neighbour 10 km behind it; calls take 5 min, turn-outs 1."""
    points = [(0.0, 0.0), (30 * KM, 0.0), (40 * KM, 0.0)]
    teams = [replace(team(0, 1, turnout=MINUTE), lender=0), team(1, 2, turnout=MINUTE, able={1: 1.0})]
    wanted = replace(line(work=60 * MINUTE), own=False, lenders=(0,), orderer=CITY)
    posts = (Post("city", "city", -1, -1, 0), Post("desk", "desk", -1, 1, 0))
    channel = Channel(0, "c", "c", CITY, (Link(DESK, Ticks(5 * MINUTE)),), (), frozenset(), -1)
    lender = Lender(0, "l", "l", (0,), (0,), Floor(1), Convoy(True, "", ()), (1,) if backfill else ())
    command = Command(
        posts=posts, channels=(channel,), lenders=(lender,), orderable=(frozenset({1}), None), unlent=frozenset({1})
    )
    found = scenario(points, teams, [course(wanted, jurisdiction=CITY)], capabilities=("a", "b"), planned=(planned("x", 0, 0),))
    return replace(found, command=command, mode="drill")


def told(found):
    """Return (minute, kind, team, cause) of what matters."""
    at = {name: position for position, name in enumerate(COLUMNS)}
    kinds = {
        Kind.REQUEST_MADE, Kind.REQUEST_REFUSED, Kind.REQUEST_GRANTED, Kind.TEAM_MOVING_UP, Kind.TEAM_MOVED_UP, Kind.TEAM_ORDERED,
    }  # fmt: skip
    return [
        (row[at["time"]] // MINUTE, KINDS[row[at["kind"]]], row[at["team"]], CAUSES[row[at["cause"]]])
        for row in simulate(found).rows.tolist()
        if KINDS[row[at["kind"]]] in kinds
    ]


def test_without_a_neighbour_the_floor_keeps_the_team_at_home():
    assert told(world(backfill=False)) == [
        (0, Kind.REQUEST_MADE, -1, Cause.NONE),
        (5, Kind.REQUEST_REFUSED, -1, Cause.FLOOR),
    ]


def test_once_the_neighbour_stands_there_the_team_is_lent():
    """The neighbour sets out at 5 and needs 10 min; the lender grants at once when it stands there."""
    assert told(world(backfill=True))[:7] == [
        (0, Kind.REQUEST_MADE, -1, Cause.NONE),
        (5, Kind.TEAM_MOVING_UP, 1, Cause.COVER),
        (5, Kind.REQUEST_REFUSED, -1, Cause.FLOOR),
        (15, Kind.TEAM_MOVED_UP, 1, Cause.COVER),
        (15, Kind.REQUEST_MADE, -1, Cause.COVER),
        (15, Kind.REQUEST_GRANTED, -1, Cause.NONE),
        (15, Kind.TEAM_ORDERED, 0, Cause.MUTUAL_AID),
    ]
