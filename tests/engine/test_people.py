"""A line of people is asked for until as many have come, whoever brings them."""

from __future__ import annotations

from dataclasses import replace

from sim.engine.simulate import simulate
from sim.log import COLUMNS, KINDS, Kind
from sim.units import MINUTE
from tests.engine.builders import course, line, planned, scenario, team


def test_a_small_team_that_comes_again_and_again_makes_up_the_people():
    """Ten people wanted; the team of eight is away all day, that of two brings two at a time: five times, then it is over."""
    teams = [replace(team(0, 0, turnout=MINUTE), crew=8), replace(team(1, 0, turnout=MINUTE), crew=2)]
    wanted = replace(line(count=2, work=10 * MINUTE), measure="people", amount=10.0)
    courses = [course(line(work=600 * MINUTE), kind="long"), course(wanted, kind="people")]
    found = scenario(
        [(0.0, 0.0), (1000.0, 0.0)], teams, courses, planned=(planned("o", 0, 1, 0), planned("p", 2 * MINUTE, 1, 1)), mode="drill"
    )  # fmt: skip
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in simulate(found).rows.tolist()]
    mine = [(KINDS[row["kind"]], row["team"]) for row in rows if row["incident"] == 1]
    assert mine.count((Kind.TEAM_ORDERED, 1)) == 5
    assert (Kind.TEAM_ORDERED, 0) not in mine
    assert (Kind.INCIDENT_CLOSED, -1) in mine
