"""What must hold of the metrics of any run: random small scenarios, run by the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.analysis.fold import fold, metrics_of
from sim.analysis.replication import Replication
from sim.analysis.summary import Pool
from sim.analysis.tables import idle_over_time, team_timeline, waterfall_table
from sim.analysis.waterfall import phases, tellers
from sim.engine.simulate import simulate
from sim.log import KINDS
from sim.quantities import Exponential
from sim.scenario.frozen import FirstOrder, Ticks
from sim.scenario.metric_names import split
from sim.units import HOUR, MINUTE, NEVER
from tests.analysis.builders import course, line, minutes, planned, poisson, scenario, team

if TYPE_CHECKING:
    from sim.scenario.frozen import Scenario

POINTS = ((0.0, 0.0), (10_000.0, 0.0), (3_000.0, 7_000.0), (15_000.0, 12_000.0))


def drawn(mean: float) -> Ticks:
    return Ticks(round(mean * MINUTE), Exponential(mean * MINUTE, mean * MINUTE))


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Draw a day of calls for packages of one to four teams, with or without queue, first response, refit, call-back."""
    teams = tuple(
        team(
            number, draw(st.integers(0, 3)), draw(st.sampled_from([{0: 1.0}, {1: 1.0}, {0: 1.0, 1: 0.5}])),
            turnout=drawn(2), report_in=minutes(draw(st.sampled_from([0, 3]))), set_up=drawn(4),
            refit=minutes(draw(st.sampled_from([0, 10]))), call_back=draw(st.booleans()),
        )
        for number in range(draw(st.integers(2, 5)))
    )  # fmt: skip
    teams += (team(len(teams), 0, {0: 1.0, 1: 1.0}),)
    lines = [line(0, 0, draw(st.integers(1, 2)), work=drawn(40))]
    if draw(st.booleans()):
        lines.append(line(1, 1, draw(st.integers(1, 2)), work=drawn(20), after=(0,) if draw(st.booleans()) else ()))
    first = (FirstOrder((0, 1), draw(st.integers(1, 2)), minutes(1), ""),) if draw(st.booleans()) else ()
    answer = course(*lines, call_handling=drawn(1), decision=drawn(draw(st.sampled_from([0.001, 5]))), first=first)
    source = poisson(draw(st.sampled_from([0.5, 3.0])), 24, (0, 1, 2, 3))
    return scenario(
        teams, (answer,), (), POINTS, sources=(source,), mode="plan", ends=24 * HOUR, queue=draw(st.booleans()),
        warm_up=draw(st.sampled_from([0, 3 * HOUR])), seed=draw(st.integers(0, 10_000)),
    )  # fmt: skip


few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@few
@given(scenarios())
def test_phases_add_up_to_the_time_until_ready(case: Scenario) -> None:
    """To the millisecond, for the first team and for the one that completes the package; no phase is negative."""
    outcome = simulate(case)
    seen = Replication(case, outcome.rows, outcome.incidents)
    for prefix in ("waterfall", "waterfall.package"):
        which = tellers(seen.missions, seen.incidents, prefix)
        which = which[which >= 0]
        told = phases(seen.missions, seen.incidents, which)
        since_alarm = seen.missions.working[which] - seen.incidents.alarm[seen.missions.incident[which]]
        assert np.array_equal(sum(told.values()), since_alarm)
        assert all((lengths >= 0).all() for lengths in told.values())
    until = ("report", "decision", "queue", "turnout", "travel")
    there = sum(told[phase] for phase in until)
    incidents = seen.missions.incident[which]
    assert np.array_equal(there, seen.incidents.complete[incidents] - seen.incidents.alarm[incidents])
    table = waterfall_table(seen)
    assert (table[list(told)].sum(axis=1) == table["total"]).all()


@few
@given(scenarios())
def test_shares_lie_between_0_and_1(case: Scenario) -> None:
    """Every share is one number in [0, 1], every observation is at least 0, and the names are those announced."""
    outcome = simulate(case)
    found = fold(case, outcome.rows, outcome.incidents)
    assert tuple(found) == metrics_of(case)
    for name, values in found.items():
        family = split(name)[0]
        assert (values >= 0).all()
        if family.aggregation != "observations":
            assert len(values) <= 1
        if family.aggregation == "share":
            assert (values <= 1).all()


@few
@given(scenarios())
def test_busy_and_idle_by_a_second_method(case: Scenario) -> None:
    """Walk the log row by row, keep who may be ordered, and integrate: busy shares and idle teams are the same."""
    outcome = simulate(case)
    found = fold(case, outcome.rows, outcome.incidents)
    seen = Replication(case, outcome.rows, outcome.incidents)
    begins, ends = seen.window
    refits = {int(m) for m in np.flatnonzero(seen.missions.refitted < NEVER)}
    busy, total, fewest, now = set(), dict.fromkeys(range(len(case.teams)), 0), len(case.teams), 0
    for row in [*outcome.rows.tolist(), None]:
        time = ends if row is None else row[0]
        low, high = max(now, begins), min(time, ends)
        if low < high:
            fewest = min(fewest, len(case.teams) - len(busy))
            for member in busy:
                total[member] += high - low
        now = max(now, time)
        if row is None:
            break
        kind, who, mission = KINDS[row[1]], row[4], row[5]
        if kind == "team.ordered":
            busy.add(who)
        elif (kind == "team.released" and case.teams[who].call_back) or kind == "team.ready":
            busy.discard(who)
        elif kind == "team.home":
            (busy.add if mission in refits else busy.discard)(who)
    for number, member in enumerate(case.teams):
        assert found[f"busy.{member.id}"][0] == total[number] / (ends - begins)
    assert found["idle.min"][0] == fewest


@few
@given(scenarios())
def test_timelines_do_not_overlap(case: Scenario) -> None:
    """A team does one thing at a time; and the idle curve stays between none and all."""
    outcome = simulate(case)
    seen = Replication(case, outcome.rows, outcome.incidents)
    spans = team_timeline(seen)
    assert (spans["begins"] < spans["ends"]).all()
    for _, mine in spans.groupby("team"):
        assert (mine["ends"].to_numpy()[:-1] <= mine["begins"].to_numpy()[1:]).all()
    idle = idle_over_time(seen)["idle"]
    assert idle.between(0, len(case.teams)).all()
    assert idle.iloc[0] == len(case.teams)


@few
@given(scenarios(), st.permutations(range(4)))
def test_summary_does_not_depend_on_batches(case: Scenario, order: list[int]) -> None:
    """Replications added in any order give the same summary, to the bit."""
    folds = {}
    for replication in range(4):
        outcome = simulate(case, replication)
        folds[replication] = fold(case, outcome.rows, outcome.incidents)
    straight, mixed = Pool(), Pool()
    for replication in range(4):
        straight.add(replication, folds[replication])
        mixed.add(order[replication], folds[order[replication]])
    assert straight.summary() == mixed.summary()
    assert straight.worst() == mixed.worst()


def test_a_team_that_is_always_engaged_is_busy_all_the_time() -> None:
    """Work without end in sight: ordered at 0, not released before the end of the window: the share is exactly 1."""
    case = scenario(
        (team(0),), (course(line(work=minutes(48 * 60))),), (planned("a", 0), planned("b", 10)), ends=24 * HOUR
    )
    outcome = simulate(case, planned=True)
    found = fold(case, outcome.rows, outcome.incidents)
    assert found["busy.t0"].tolist() == found["busy.all"].tolist() == [1.0]
    assert found["idle.mean"].tolist() == found["idle.min"].tolist() == [0.0]


def test_a_team_without_calls_is_never_busy() -> None:
    """The nearest team takes the only call; the other one is idle throughout."""
    case = scenario((team(0, 0), team(1, 1)), (), (planned("a", 0),))
    outcome = simulate(case)
    found = fold(case, outcome.rows, outcome.incidents)
    assert found["busy.t1"].tolist() == [0.0]
    assert found["busy.t0"].tolist() == [1.0]

