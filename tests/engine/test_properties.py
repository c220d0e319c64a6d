"""What holds for every scenario: repeatability, draws keyed by meaning, and the life of teams, needs and incidents."""

from __future__ import annotations

import copy
import pickle
from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.engine.outlook import Outlook
from sim.engine.simulate import simulate
from sim.engine.trace import Decision
from sim.log import CAUSES, COLUMNS, KINDS, Cause, Kind
from sim.quantities import Exponential, Lognormal
from sim.scenario.frozen import ZERO, FirstOrder, Ticks
from sim.units import HOUR, MINUTE
from tests.engine.builders import course, line, per_hour, planned, scenario, source, team, ticks
from tests.engine.random_scenarios import small_scenarios

often = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
AT = {name: column for column, name in enumerate(COLUMNS)}


def cells(out):
    """Return the log as dicts, the kind by name."""
    found = [dict(zip(COLUMNS, row, strict=True)) for row in out.rows.tolist()]
    for cell in found:
        cell["kind"] = KINDS[cell["kind"]]
    return found


def by_incident(out, names=None):
    """Return what happened to each incident by its id: (time, kind, need, team, item, quantity, place, cause) in order."""
    found = defaultdict(list)
    for cell in cells(out):
        if cell["incident"] >= 0:
            team = cell["team"] if names is None or cell["team"] < 0 else names[cell["team"]]
            found[out.incidents[cell["incident"]]].append(
                (cell["time"], cell["kind"], cell["need"], team, cell["item"], cell["quantity"], cell["place"], cell["cause"])
            )
    return dict(found)


# --- repeatability -----------------------------------------------------------------------------------------------------------


@often
@given(small_scenarios())
def test_same_seed_same_log(model):
    """Twice the same digest, whether or not anything was learned in between; another replication differs if anything is random."""
    assert simulate(model, 3).digest == simulate(model, 3).digest
    assert simulate(model, 3, seed=model.seed).digest == simulate(model, 3).digest


@often
@given(small_scenarios(), st.integers(0, 4))
def test_a_replication_alone_equals_itself_in_the_batch(model, k):
    """Replication k after k others, with their outlook, equals k alone."""
    outlook = Outlook(model)
    batch = [simulate(model, n, outlook=outlook).digest for n in range(k + 1)]
    assert simulate(model, k).digest == batch[-1]
    assert simulate(model, k, outlook=outlook, keep_drives=False).digest == batch[-1]


@often
@given(small_scenarios())
def test_tracing_does_not_change_the_run(model):
    """With a tracer the log is the same, and every order by a policy was told to it."""
    told = []
    traced = simulate(model, 1, tracer=told.append)
    assert traced.digest == simulate(model, 1).digest
    chosen = Counter((d.time, d.incident, d.chosen) for d in told if isinstance(d, Decision) and d.chosen is not None)
    ordered = Counter(
        (c["time"], c["incident"], c["team"])
        for c in cells(traced)
        if c["kind"] == Kind.TEAM_ORDERED and CAUSES[c["cause"]] != Cause.FIRST_RESPONSE
    )
    assert set(ordered) <= set(chosen)


@often
@given(small_scenarios())
def test_a_pickled_scenario_runs_the_same(model):
    """A copy made by pickle, or by deepcopy, is the same scenario: "no such step" stays no step."""
    assert simulate(pickle.loads(pickle.dumps(model)), 2).digest == simulate(model, 2).digest


def test_no_step_survives_pickling():
    """Without decision, report-in, set-up and refit there are no such rows, in a copy neither; a step of 0 min has its row."""
    plain = scenario([(0.0, 0.0)], [team(0, 0)], [course(line(work=MINUTE))], planned=(planned("x", 0, 0),))
    kinds = [cell["kind"] for cell in cells(simulate(plain))]
    assert not {Kind.INCIDENT_DECIDED, Kind.TEAM_TASKED, Kind.TEAM_READY} & set(kinds)
    for clone in (pickle.loads(pickle.dumps(plain)), copy.deepcopy(plain)):
        assert [cell["kind"] for cell in cells(simulate(clone))] == kinds


# --- draws keyed by meaning --------------------------------------------------------------------------------------------------


@often
@given(small_scenarios())
def test_a_team_that_is_never_used_shifts_nothing(model):
    """A team with a capability that nobody asks for changes no row."""
    spare = team(len(model.teams), 0, able={3: 1.0})
    more = replace(model, teams=(*model.teams, spare), capabilities=(*model.capabilities, "d"))
    before, after = simulate(model, 1), simulate(more, 1)
    signals = len(model.capabilities)
    assert (before.rows[:, AT["item"]] < signals).all()
    assert after.digest == before.digest


@often
@given(small_scenarios(), st.booleans())
def test_a_source_that_never_fires_shifts_nothing(model, first):
    """Before or behind the others in the file."""
    silent = source("silent", 1e-18, (0,), model.ends)
    sources = (silent, *model.sources) if first else (*model.sources, silent)
    assert simulate(replace(model, sources=sources), 1).digest == simulate(model, 1).digest


@often
@given(small_scenarios())
def test_a_source_served_by_others_changes_nothing_for_the_rest(model):
    """A busy source with a team and a capability of its own: every other incident's rows are the same, whatever their numbers."""
    own = team(len(model.teams), 0, able={3: 1.0})
    extra = source("extra", per_hour(3), (1, 2), model.ends, len(model.courses))
    more = replace(
        model,
        teams=(*model.teams, own),
        capabilities=(*model.capabilities, "d"),
        courses=(*model.courses, course(line(0, 3, work=Lognormal(9 * MINUTE, 0.5, 9 * MINUTE)), kind="extra")),
        sources=(extra, *model.sources),
    )
    before, after = by_incident(simulate(model, 1)), by_incident(simulate(more, 1))
    assert len(after) > len(before) or not any(name.startswith("extra/") for name in after)
    assert {name: rows for name, rows in after.items() if not name.startswith("extra/")} == before


@often
@given(small_scenarios())
def test_a_planned_incident_served_by_others_changes_nothing_for_the_rest(model):
    """Put in front of all others, it moves every number, but no draw: they go by id."""
    own = team(len(model.teams), 0, able={3: 1.0})
    more = replace(
        model,
        teams=(*model.teams, own),
        capabilities=(*model.capabilities, "d"),
        courses=(*model.courses, course(line(0, 3, work=Lognormal(9 * MINUTE, 0.5, 9 * MINUTE)), kind="extra")),
        planned=(planned("extra", 0, 1, len(model.courses)), *model.planned),
    )
    before, after = by_incident(simulate(model, 1)), by_incident(simulate(more, 1))
    assert after.pop("extra")
    assert after == before


@often
@given(
    st.integers(1, 4), st.integers(0, 50), st.sampled_from((0.5, 1.0, 2.0)), st.sampled_from(("exponential", "lognormal", "fixed"))
)  # fmt: skip
def test_one_more_team_never_lengthens_a_wait(servers, seed, load, law):
    """One class, one place, first come first served: call by call the wait with c + 1 teams is at most that with c
    (Kiefer and Wolfowitz 1955: the workload vector is monotone), since both runs share calls and services.
    """  # fmt: skip
    service = {"exponential": Exponential(HOUR, HOUR), "lognormal": Lognormal(HOUR, 1.0, HOUR), "fixed": HOUR}[law]

    def waits(count):
        model = scenario(
            [(0.0, 0.0)], [team(n, 0) for n in range(count)], [course(line(work=service))],
            sources=(source("calls", per_hour(load * servers), (0,), 40 * HOUR),), ends=40 * HOUR, seed=seed,
        )  # fmt: skip
        begun, found = {}, {}
        for cell in cells(simulate(model)):
            if cell["kind"] == Kind.NEED_RAISED:
                begun[cell["incident"]] = cell["time"]
            elif cell["kind"] == Kind.TEAM_ORDERED:
                found[cell["incident"]] = cell["time"] - begun[cell["incident"]]
        return found

    few, many = waits(servers), waits(servers + 1)
    assert few.keys() == many.keys()
    assert all(many[call] <= few[call] for call in few)


# --- invariants --------------------------------------------------------------------------------------------------------------

FREE = (Kind.TEAM_RELEASED, Kind.TEAM_HOME, Kind.TEAM_READY)


@often
@given(small_scenarios())
def test_time_and_causes_go_forward(model):
    """Time never runs backward; `ref` names an earlier row, and only alarms and the end have none; the end is last."""
    rows = cells(simulate(model, 1))
    assert all(a["time"] <= b["time"] for a, b in zip(rows, rows[1:], strict=False))
    for number, cell in enumerate(rows):
        assert cell["ref"] < number
        assert (cell["ref"] >= 0) != (cell["kind"] in (Kind.INCIDENT_ALARM, Kind.RUN_ENDED))
    assert [cell["kind"] for cell in rows].count(Kind.RUN_ENDED) == 1
    assert rows[-1]["kind"] == Kind.RUN_ENDED


@often
@given(small_scenarios())
def test_a_team_is_in_one_mission_at_a_time_and_every_order_ends(model):
    """A team is ordered when it is free: at its base and refitted, or on its way home; it comes home, is ordered again on the
    way, or is still at an incident that never ended (nobody could fill a need).
    """  # fmt: skip
    last, mission, open_orders, closed = {}, {}, {}, set()
    for cell in cells(simulate(model, 1)):
        who, kind = cell["team"], cell["kind"]
        if kind == Kind.INCIDENT_CLOSED:
            closed.add(cell["incident"])
        if who < 0 or cell["mission"] < 0:  # not about a team, or told that it could not be sent
            continue
        if kind == Kind.TEAM_ORDERED:
            before = last.get(who, Kind.TEAM_READY)
            assert before in FREE
            if before == Kind.TEAM_RELEASED:
                assert model.teams[who].call_back
                del open_orders[mission[who]]
            mission[who] = cell["mission"]
            open_orders[cell["mission"]] = cell["incident"]
        else:
            assert cell["mission"] == mission[who]
        if kind == Kind.TEAM_HOME:
            del open_orders[cell["mission"]]
        last[who] = kind
    assert not closed & set(open_orders.values())


@often
@given(small_scenarios())
def test_every_need_ends_filled_withdrawn_or_waiting(model):
    """Of each need raised, the teams ordered, taken back and still waiting add up to what was asked for, unless it was lost."""
    rows = cells(simulate(model, 1))
    lost = {cell["incident"] for cell in rows if cell["kind"] == Kind.INCIDENT_LOST}
    raised = {(c["incident"], c["need"]): c["quantity"] for c in rows if c["kind"] == Kind.NEED_RAISED}
    filled, waiting, withdrawn = Counter(), Counter(), Counter()
    for cell in rows:
        key = (cell["incident"], cell["need"])
        if cell["kind"] == Kind.TEAM_ORDERED:
            filled[key] += cell["need"] >= 0
            waiting[key] -= waiting[key] > 0 and rows[cell["ref"]]["kind"] == Kind.NEED_WAITING
        elif cell["kind"] == Kind.NEED_WAITING:
            waiting[key] += 1
        elif cell["kind"] == Kind.NEED_WITHDRAWN:
            withdrawn[key] += 1
            waiting[key] -= waiting[key] > 0
    for key, asked in raised.items():
        ended = filled[key] + waiting[key] + withdrawn[key]
        assert ended == asked or (key[0] in lost and ended <= asked), (key, asked, filled[key], waiting[key], withdrawn[key])


@often
@given(small_scenarios())
def test_a_closed_incident_is_closed_once_and_gets_nobody_any_more(model):
    """One `incident.closed` each; after it nobody is ordered there, arrives there, or begins work there."""
    rows = cells(simulate(model, 1))
    closed = set()
    for cell in rows:
        if cell["kind"] == Kind.INCIDENT_CLOSED:
            assert cell["incident"] not in closed
            closed.add(cell["incident"])
        elif cell["incident"] in closed:
            assert cell["kind"] not in (
                Kind.TEAM_ORDERED, Kind.TEAM_ARRIVED, Kind.TEAM_WORKING, Kind.WORK_STARTED, Kind.NEED_RAISED, Kind.NEED_WAITING,
            )  # fmt: skip


@often
@given(small_scenarios())
def test_the_order_of_work_holds(model):
    """Work that waits for others begins (or is begun late) only when they stand ready, or are done."""
    out = simulate(model, 1)
    courses = {number: model.courses[course] for number, course in enumerate(out.arrivals.courses)}
    ready, done = Counter(), Counter()
    for cell in cells(out):
        need, incident = cell["need"], cell["incident"]
        if need < 0:
            continue
        lines = courses[incident].lines
        if cell["kind"] == Kind.TEAM_WORKING:
            ready[incident, need] += 1
        if cell["kind"] == Kind.WORK_STARTED:
            assert all(ready[incident, other] >= lines[other].count for other in lines[need].after)
            assert all(done[incident, other] >= lines[other].count for other in lines[need].after_done)
        if cell["kind"] in (Kind.WORK_DONE, Kind.TEAM_CARRYING) or (
            cell["kind"] == Kind.TEAM_RELEASED and CAUSES[cell["cause"]] == Cause.WORK_DONE
        ):
            done[incident, need] += 1
            assert all(ready[incident, other] >= lines[other].count for other in lines[need].after)
            assert all(done[incident, other] >= lines[other].count for other in lines[need].after_done)


# --- what hand cases showed --------------------------------------------------------------------------------------------------


def test_first_response_that_ends_it_before_the_need_is_known():
    """Call handling takes 30 min; first response is there after 5, works 10 and ends it: nobody else is sent, it closes once."""
    first = FirstOrder((0,), 1, ZERO, "")
    model = scenario(
        [(0.0, 0.0), (5000.0, 0.0)],
        [team(0, 0), team(1, 0, able={1: 1.0})],
        [course(line(0, 0, work=10 * MINUTE, ends=True), line(1, 1, work=5 * MINUTE), handling=30 * MINUTE, first=(first,))],
        capabilities=("a", "b"),
        planned=(planned("x", 0, 1),),
    )
    rows = cells(simulate(model, planned=True))
    closed = [cell["time"] for cell in rows if cell["kind"] == Kind.INCIDENT_CLOSED]
    assert closed == [15 * MINUTE]
    assert [cell["team"] for cell in rows if cell["kind"] == Kind.TEAM_ORDERED] == [0]


def test_a_need_not_yet_dispatched_is_withdrawn_when_the_incident_closes():
    """Raised at 1 min, decided at 60; first response ends it at 15: the need that was raised is taken back, in the log."""
    first = FirstOrder((0,), 1, ZERO, "")
    model = scenario(
        [(0.0, 0.0), (5000.0, 0.0)],
        [team(0, 0), team(1, 0, able={1: 1.0})],
        [
            course(
                line(0, 0, work=10 * MINUTE, ends=True), line(1, 1, work=5 * MINUTE), handling=MINUTE, first=(first,),
                decision=ticks(HOUR),
            )
        ],
        capabilities=("a", "b"),
        planned=(planned("x", 0, 1),),
    )  # fmt: skip
    rows = cells(simulate(model, planned=True))
    assert [(cell["time"], cell["need"]) for cell in rows if cell["kind"] == Kind.NEED_WITHDRAWN] == [(15 * MINUTE, 1)]
    assert [cell["team"] for cell in rows if cell["kind"] == Kind.TEAM_ORDERED] == [0]


@pytest.mark.parametrize("quality", [0.5, 0.25])
def test_a_substitute_works_slower(quality):
    """A team with a share q of the full rate needs work / q; it is asked only when no full team can come."""
    model = scenario(
        [(0.0, 0.0), (5000.0, 0.0), (30_000.0, 0.0)],
        [team(0, 0, able={0: quality}), team(1, 2)],
        [course(line(work=10 * MINUTE))],
        planned=(planned("x", 0, 1), planned("y", MINUTE, 1)),
    )
    rows = cells(simulate(model, planned=True))
    released = {cell["team"]: cell["time"] for cell in rows if cell["kind"] == Kind.TEAM_RELEASED}
    assert [cell["team"] for cell in rows if cell["kind"] == Kind.TEAM_ORDERED] == [1, 0]  # 25 km away, but in full
    assert released == {1: 35 * MINUTE, 0: 6 * MINUTE + round(10 * MINUTE / quality)}


def test_draws_of_a_team_do_not_depend_on_who_else_is_sent():
    """Common random numbers: work of a call is drawn by call, line and slot, whoever does it."""
    work = Exponential(20 * MINUTE, 20 * MINUTE)
    calls = tuple(planned(f"p{n}", n * 10 * HOUR, 1) for n in range(6))
    near = scenario([(0.0, 0.0), (5000.0, 0.0)], [team(0, 0)], [course(line(work=work))], planned=calls)
    far = replace(near, teams=(team(0, 0), team(1, 1)))  # now another team, on the spot, answers

    def works(model):
        rows = cells(simulate(model, 4))
        begun = {c["incident"]: c["time"] for c in rows if c["kind"] == Kind.TEAM_WORKING}
        return [c["time"] - begun[c["incident"]] for c in rows if c["kind"] == Kind.TEAM_RELEASED]

    assert works(near) == works(far)
    assert len(set(works(near))) == 6


def test_a_drill_takes_planned_values_and_no_draws():
    """Planned: the same whatever seed and replication, and equal to a scenario whose spreads are replaced by planned values."""
    work = Lognormal(20 * MINUTE, 0.6, 20 * MINUTE)
    model = scenario(
        [(0.0, 0.0), (5000.0, 0.0)], [team(0, 0, turnout=Lognormal(2 * MINUTE, 0.4, 2 * MINUTE))], [course(line(work=work))],
        planned=(planned("x", 0, 1),), mode="drill",
    )  # fmt: skip
    fixed = replace(model, teams=(replace(model.teams[0], turnout=Ticks(2 * MINUTE)),), courses=(course(line(work=20 * MINUTE)),))
    assert simulate(model, 0, seed=1).digest == simulate(model, 7, seed=2).digest == simulate(fixed).digest
    assert len({simulate(model, k, planned=False).digest for k in range(5)}) == 5


def test_rows_are_an_array_of_whole_numbers():
    """The log as an array has the documented columns and is int64."""
    model = scenario([(0.0, 0.0)], [team(0, 0)], [course(line(work=MINUTE))], planned=(planned("x", 0, 0),))
    out = simulate(model)
    assert out.rows.dtype == np.int64
    assert out.rows.shape[1] == len(COLUMNS) == 15
