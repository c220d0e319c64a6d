"""First response goes first, extra teams have draws of their own, and a second policy knows whom the first has taken."""

from __future__ import annotations

from sim.engine.simulate import simulate
from sim.log import CAUSES, COLUMNS, KINDS, Cause, Kind
from sim.quantities import Lognormal
from sim.scenario.frozen import ZERO, FirstOrder, RunCard
from sim.units import MINUTE
from tests.engine.builders import course, line, planned, scenario, team

AT = {name: number for number, name in enumerate(COLUMNS)}


def orders(out):
    """Return (time, team, need, cause) of every order."""
    return [
        (row[AT["time"]], row[AT["team"]], row[AT["need"]], CAUSES[row[AT["cause"]]])
        for row in out.rows.tolist()
        if KINDS[row[AT["kind"]]] == Kind.TEAM_ORDERED
    ]


def test_first_response_is_ordered_before_the_package_even_when_nobody_handles_the_call():
    """Call handling and decision take no time: still the run-card team fills the line, and policy only what is left."""
    way = course(line(count=2, work=MINUTE), first=(FirstOrder((1,), 1, ZERO, ""),))
    teams = [team(0, 0), team(1, 1), team(2, 2)]
    out = simulate(scenario([(0, 0), (9000, 0), (5000, 0)], teams, [way], planned=(planned("i", 0, 0),)), planned=True)
    assert orders(out) == [(0, 1, 0, Cause.FIRST_RESPONSE), (0, 0, 0, Cause.NEAREST_IDLE)]


def test_extra_teams_have_turn_outs_of_their_own():
    """Two first-response teams that fill no line, and the team of the line: three draws, not one."""
    turnout = Lognormal(5 * MINUTE, 0.5, 5 * MINUTE)
    extras = [team(n, 0, turnout=turnout, able={1: 1.0}) for n in (0, 1)]
    way = course(line(work=MINUTE), first=(FirstOrder((0, 1), 2, ZERO, ""),))
    model = scenario(
        [(0, 0)], [*extras, team(2, 0, turnout=turnout)], [way], capabilities=("c", "d"), planned=(planned("i", 0, 0),)
    )
    rows = simulate(model).rows.tolist()
    departed = {row[AT["team"]]: row[AT["time"]] for row in rows if KINDS[row[AT["kind"]]] == Kind.TEAM_DEPARTED}
    assert len(set(departed.values())) == 3


def test_the_second_policy_fills_what_the_first_leaves_with_another_team():
    """A run card with one team, two wanted: the other comes by `nearest_idle`, and nobody waits."""
    teams = [team(0, 0), team(1, 1)]
    model = scenario(
        [(0, 0), (9000, 0)], teams, [course(line(count=2, work=MINUTE))], planned=(planned("i", 0, 0),),
        policies=("run_card", "nearest_idle"), run_cards=(RunCard(frozenset(), frozenset(), (0,)),),
    )  # fmt: skip
    out = simulate(model, planned=True)
    assert orders(out) == [(0, 0, 0, Cause.RUN_CARD), (0, 1, 0, Cause.NEAREST_IDLE)]
    assert all(KINDS[row[AT["kind"]]] != Kind.NEED_WAITING for row in out.rows.tolist())
