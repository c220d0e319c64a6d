"""Dispatch against brute force: every assignment enumerated, every choice recomputed from the log."""

from __future__ import annotations

import math
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.engine.assignment import earliest_complete
from sim.engine.simulate import simulate
from sim.log import COLUMNS, KINDS, Kind
from sim.scenario.frozen import ZERO
from sim.units import HOUR, MINUTE, NEVER
from tests.engine.builders import course, line, planned, scenario, team, ticks

MS_A_METRE = 60
"""At 60 km/h."""
AT = {name: column for column, name in enumerate(COLUMNS)}
often = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def best_by_enumeration(etas):
    """Return the best (slots filled, times from the last arrival down) over every assignment of teams to slots."""
    teams = len(etas[0])
    best = None
    for pick in product(range(-1, teams), repeat=len(etas)):
        used = [team for team in pick if team >= 0]
        if len(used) != len(set(used)) or any(team >= 0 and row[team] >= NEVER for row, team in zip(etas, pick, strict=True)):
            continue
        times = sorted((row[team] for row, team in zip(etas, pick, strict=True) if team >= 0), reverse=True)
        key = (-len(times), times)
        if best is None or key < best:
            best = key
    return -best[0], best[1]


times = st.one_of(st.integers(0, 6), st.integers(0, 10**8), st.just(NEVER))


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(times, min_size=n, max_size=n), min_size=1, max_size=4)))
def test_earliest_complete_is_best_of_all_assignments(etas):
    """As many slots as possible; then the last arrival as early as possible, then the next to last, and so on."""
    pick = earliest_complete(etas)
    used = [team for team in pick if team >= 0]
    assert len(used) == len(set(used))
    assert all(team < 0 or row[team] < NEVER for row, team in zip(etas, pick, strict=True))
    found = sorted((row[team] for row, team in zip(etas, pick, strict=True) if team >= 0), reverse=True)
    assert (len(found), found) == best_by_enumeration(etas)


def test_nobody_and_nothing():
    """No slots, no teams, nobody who can."""
    assert earliest_complete([]) == []
    assert earliest_complete([[], []]) == [-1, -1]
    assert earliest_complete([[NEVER, NEVER]]) == [-1]


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 9))
def test_among_equals_the_lower_numbers(slots, teams, time):
    """All times alike: the lowest team numbers are taken."""
    pick = earliest_complete([[time] * teams for _ in range(slots)])
    assert sorted(team for team in pick if team >= 0) == list(range(min(slots, teams)))


# --- through the engine ------------------------------------------------------------------------------------------------------


def metres(a, b):
    return math.sqrt((b[0] - a[0]) * (b[0] - a[0]) + (b[1] - a[1]) * (b[1] - a[1]))


@st.composite
def first_alarms(draw):
    """Return one incident and up to five idle teams that can do some of what it asks for."""
    point = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda p: (p[0] * 1000.0, p[1] * 1000.0))
    teams = draw(st.integers(1, 5))
    points = [draw(point) for _ in range(teams + 1)]
    units = [
        team(
            n, n, able=dict.fromkeys(draw(st.sets(st.integers(0, 2), min_size=1)), 1.0), turnout=draw(st.integers(0, 3)) * MINUTE
        )
        for n in range(teams)
    ]
    lines = [
        line(n, capability, draw(st.integers(1, 2)), work=HOUR) for n, capability in enumerate(draw(st.permutations(range(3))))
    ]
    lines = lines[: draw(st.integers(1, 3))]
    if sum(entry.count for entry in lines) > 4:
        lines = lines[:2]
    return scenario(
        points,
        units,
        [course(*lines)],
        capabilities=("a", "b", "c"),
        planned=(planned("x", 0, teams),),
        policies=("earliest_complete",),
    )


@often
@given(first_alarms())
def test_the_engine_sends_the_best_of_all_packages(model):
    """Orders at the alarm fill as many needs, as early, as the best assignment found by enumeration; the rest waits."""
    out = simulate(model, planned=True)
    place = model.planned[0].site
    etas = [
        [
            one.turnout.planned + round(metres((model.sites[one.base].x, model.sites[one.base].y), (model.sites[place].x, model.sites[place].y)) * MS_A_METRE)
            if entry.capability in one.capabilities
            else NEVER
            for one in model.teams
        ]
        for entry in model.courses[0].lines
        for _ in range(entry.count)
    ]  # fmt: skip
    rows = [row for row in out.rows.tolist() if row[AT["time"]] == 0]
    ordered = [row for row in rows if KINDS[row[AT["kind"]]] == Kind.TEAM_ORDERED]
    waiting = [row for row in rows if KINDS[row[AT["kind"]]] == Kind.NEED_WAITING]
    first = [0, *(sum(entry.count for entry in model.courses[0].lines[: n + 1]) for n in range(len(model.courses[0].lines)))]
    sent = sorted((etas[first[row[AT["need"]]]][row[AT["team"]]] for row in ordered), reverse=True)
    assert (len(sent), sent) == best_by_enumeration(etas)
    assert len(ordered) + len(waiting) == len(etas)
    arrived = {row[AT["mission"]]: row[AT["time"]] for row in out.rows.tolist() if KINDS[row[AT["kind"]]] == Kind.TEAM_ARRIVED}
    for row in ordered:
        assert arrived[row[AT["mission"]]] == etas[first[row[AT["need"]]]][row[AT["team"]]]


@st.composite
def busy_days(draw):
    """Return some teams, some of them substitutes, and a dozen calls close upon each other: queues and call-backs happen."""
    point = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda p: (p[0] * 1000.0, p[1] * 1000.0))
    points = [draw(point) for _ in range(5)]
    units = [
        team(
            n,
            draw(st.integers(0, 4)),
            able=draw(st.dictionaries(st.integers(0, 1), st.sampled_from((0.5, 1.0)), min_size=1)),
            turnout=draw(st.integers(0, 4)) * MINUTE,
            refit=draw(st.sampled_from((ZERO, ticks(7 * MINUTE)))),
            call_back=draw(st.sampled_from((True, True, False))),
            return_factor=draw(st.sampled_from((1.0, 1.3))),
        )
        for n in range(draw(st.integers(1, 4)))
    ]
    courses = [
        course(line(0, capability, work=draw(st.integers(1, 40)) * MINUTE), kind=str(n), priority=draw(st.integers(1, 3)))
        for n, capability in enumerate((0, 1, 0))
    ]
    calls = tuple(
        planned(f"p{n}", time * MINUTE, draw(st.integers(0, 4)), draw(st.integers(0, 2)))
        for n, time in enumerate(sorted(draw(st.lists(st.integers(0, 240), min_size=3, max_size=12))))
    )
    return scenario(points, units, courses, capabilities=("a", "b"), planned=calls)


def whereabouts(model, rows, who, now):
    """Return (free, ms before it can leave, position) of a team, from the rows written so far alone."""
    mine = [row for row in rows if row[AT["team"]] == who]
    base = (model.sites[model.teams[who].base].x, model.sites[model.teams[who].base].y)
    if not mine:
        return True, model.teams[who].turnout.planned, base
    kind = KINDS[mine[-1][AT["kind"]]]
    if kind == Kind.TEAM_READY or (kind == Kind.TEAM_HOME and model.teams[who].refit is ZERO):
        return True, model.teams[who].turnout.planned, base
    if kind != Kind.TEAM_RELEASED or not model.teams[who].call_back:
        return False, 0, base
    left, place = mine[-1][AT["time"]], model.sites[mine[-1][AT["place"]]]
    start = (place.x, place.y)
    lasts = round(round(metres(start, base) * MS_A_METRE) * model.teams[who].return_factor)
    share = min((now - left) / lasts, 1.0) if lasts else 1.0
    spot = base if share >= 1 else (start[0] + share * (base[0] - start[0]), start[1] + share * (base[1] - start[1]))
    return True, 0, spot


@often
@given(busy_days())
def test_nearest_idle_at_every_decision(model):
    """Recomputed from the log: at every choice the team sent is the one that can be there first, of those idle or on their way
    home (from their exact place), in full before substitutes, lower number first; nobody is sent only when nobody is free.
    """  # fmt: skip
    decisions = []
    out = simulate(model, planned=True, tracer=decisions.append)
    rows = out.rows.tolist()
    chosen = {}
    for decision in decisions:
        chosen.setdefault((decision.incident, decision.chosen is not None), decision)
    for at, row in enumerate(rows):
        kind = KINDS[row[AT["kind"]]]
        if kind not in (Kind.TEAM_ORDERED, Kind.NEED_WAITING):
            continue
        now, incident = row[AT["time"]], row[AT["incident"]]
        call = model.planned[incident]
        goal = (model.sites[call.site].x, model.sites[call.site].y)
        capability = model.courses[call.course].lines[0].capability
        options = []
        for one in model.teams:
            free, wait, spot = whereabouts(model, rows[:at], one.index, now)
            if free and capability in one.capabilities:
                options.append((one.capabilities[capability] < 1.0, wait + round(metres(spot, goal) * MS_A_METRE), one.index))
        decision = chosen[incident, kind == Kind.TEAM_ORDERED]
        assert decision.time == now
        assert sorted(c.team for c in decision.considered) == [t.index for t in model.teams if capability in t.capabilities]
        if kind == Kind.NEED_WAITING:
            assert not options
            assert decision.chosen is None
        else:
            assert min(options)[2] == row[AT["team"]] == decision.chosen
            etas = {c.team: c.eta for c in decision.considered if c.eta < NEVER}
            assert etas == {team: eta for _, eta, team in options}
    assert sum(KINDS[row[AT["kind"]]] == Kind.INCIDENT_CLOSED for row in rows) <= len(model.planned)


@often
@given(busy_days())
def test_nobody_waits_while_somebody_who_can_is_free(model):
    """The queue is worked: whenever a team is free, no need that it could fill has been waiting since before; by priority, then age."""
    rows = simulate(model, planned=True).rows.tolist()
    waiting = {}
    for at, row in enumerate(rows):
        kind, incident = KINDS[row[AT["kind"]]], row[AT["incident"]]
        if kind == Kind.NEED_WAITING:
            waiting[incident] = at
        elif kind == Kind.TEAM_ORDERED and incident in waiting:
            own = model.courses[model.planned[incident].course]
            for other, since in waiting.items():
                course_of = model.courses[model.planned[other].course]
                if course_of.lines[0].capability in model.teams[row[AT["team"]]].capabilities:
                    assert (own.priority, waiting[incident]) <= (course_of.priority, since)
            del waiting[incident]
    end = rows[-1][AT["time"]]
    for incident in waiting:
        capability = model.courses[model.planned[incident].course].lines[0].capability
        assert not any(capability in one.capabilities and whereabouts(model, rows, one.index, end)[0] for one in model.teams)


@pytest.mark.parametrize("returning", [0, 1])
def test_of_two_who_would_arrive_together_the_lower_number_goes(returning):
    """One is on its way home, 5 km off after 5 of 10 min; the other is idle, 5 km off: both eta 5 min."""
    bases = [(0.0, 0.0), (5000.0, 10_000.0)]
    units = [team(returning, 0), team(1 - returning, 1)]
    model = scenario(
        [*bases, (10_000.0, 0.0), (5000.0, 5000.0)],
        sorted(units, key=lambda one: one.index),
        [course(line(work=MINUTE))],
        planned=(planned("x", 0, 2), planned("y", 16 * MINUTE, 3)),
    )
    for tracer in (None, lambda _: None):
        rows = simulate(model, planned=True, tracer=tracer).rows.tolist()
        ordered = [row for row in rows if KINDS[row[AT["kind"]]] == Kind.TEAM_ORDERED]
        assert [row[AT["team"]] for row in ordered] == [returning, 0]
        arrived = [row[AT["time"]] for row in rows if KINDS[row[AT["kind"]]] == Kind.TEAM_ARRIVED]
        assert arrived == [10 * MINUTE, 21 * MINUTE]
