"""Metrics against logs that are written out here row by row, and answers worked out by hand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from sim.analysis.fold import Fold, fold, metrics_of
from sim.log import Cause, Kind
from sim.quantities import Constant
from sim.scenario.frozen import Carry, Leak, Objective, Scenario
from sim.units import MINUTE
from tests.analysis.builders import Book, course, line, minutes, planned, scenario, team

if TYPE_CHECKING:
    import numpy as np


def in_minutes(found: Fold, name: str) -> list[float]:
    return [value / MINUTE for value in found[name]]


def drill() -> tuple[Scenario, np.ndarray, tuple[str, ...]]:
    """Three teams, two incidents.

    Fire at 0: known at 2, decided at 5. t0 goes as first response at 1 and fills one of two 堵漏 slots; t1 is free for the
    other, nobody for 洗消 (t2 is at the accident until 30). t2 is called on its way home at 30, waits 25 min in all.
    """
    teams = (team(0), team(1), team(2, capabilities={1: 1.0}))
    courses = (
        course(line(0, 0, 2, deadline=20 * MINUTE), line(1, 1, 1, deadline=20 * MINUTE), kind="fire"),
        course(line(0, 1, 1), kind="accident"),
    )
    case = scenario(
        teams, courses, (planned("crash", 0, of_course=1), planned("fire", 0, of_course=0)), thresholds=(10 * MINUTE, 20 * MINUTE)
    )
    log = Book()
    log(0, Kind.INCIDENT_ALARM, incident=0, place=1)
    a = log(0, Kind.NEED_RAISED, incident=0, need=0, item=1, quantity=1, ref=0)
    o = log(0, Kind.TEAM_ORDERED, Cause.NEAREST_IDLE, incident=0, need=0, team=2, mission=0, item=1, ref=a)
    f = log(0, Kind.INCIDENT_ALARM, incident=1, place=0)
    log(1, Kind.TEAM_ORDERED, Cause.FIRST_RESPONSE, incident=1, need=0, team=0, mission=1, item=0, ref=f)
    log(2, Kind.NEED_RAISED, incident=1, need=0, item=0, quantity=2, ref=f)
    log(2, Kind.NEED_RAISED, incident=1, need=1, item=1, quantity=1, ref=f)
    log(3, Kind.TEAM_DEPARTED, incident=0, need=0, team=2, mission=0, ref=o)
    log(4, Kind.TEAM_DEPARTED, incident=1, need=0, team=0, mission=1)
    d = log(5, Kind.INCIDENT_DECIDED, incident=1, ref=f)
    log(5, Kind.TEAM_ORDERED, Cause.NEAREST_IDLE, incident=1, need=0, team=1, mission=2, item=0, ref=d)
    w = log(5, Kind.NEED_WAITING, Cause.NOBODY_FREE, incident=1, need=1, item=1, quantity=1, ref=d)
    log(7, Kind.TEAM_DEPARTED, incident=1, need=0, team=1, mission=2)
    log(9, Kind.TEAM_ARRIVED, incident=1, need=0, team=0, mission=1)
    log(10, Kind.TEAM_WORKING, incident=1, need=0, team=0, mission=1)
    log(15, Kind.TEAM_ARRIVED, incident=0, need=0, team=2, mission=0)
    log(15, Kind.INCIDENT_COMPLETE, incident=0)
    log(15, Kind.TEAM_WORKING, incident=0, need=0, team=2, mission=0)
    log(17, Kind.TEAM_ARRIVED, incident=1, need=0, team=1, mission=2)
    log(18, Kind.TEAM_TASKED, incident=1, need=0, team=1, mission=2)
    log(21, Kind.TEAM_WORKING, incident=1, need=0, team=1, mission=2)
    log(30, Kind.TEAM_RELEASED, Cause.WORK_DONE, incident=0, need=0, team=2, mission=0)
    log(30, Kind.INCIDENT_CLOSED, incident=0)
    log(30, Kind.TEAM_ORDERED, Cause.NEAREST_IDLE, incident=1, need=1, team=2, mission=3, item=1, ref=w)
    log(30, Kind.TEAM_DEPARTED, incident=1, need=1, team=2, mission=3)
    log(40, Kind.TEAM_RELEASED, Cause.WORK_DONE, incident=1, need=0, team=0, mission=1)
    log(42, Kind.TEAM_ARRIVED, incident=1, need=1, team=2, mission=3)
    log(42, Kind.INCIDENT_COMPLETE, incident=1)
    log(44, Kind.TEAM_WORKING, incident=1, need=1, team=2, mission=3)
    log(44, Kind.INCIDENT_READY, incident=1)
    log(45, Kind.TEAM_HOME, incident=1, team=0, mission=1)
    log(51, Kind.TEAM_RELEASED, Cause.WORK_DONE, incident=1, need=0, team=1, mission=2)
    log(54, Kind.TEAM_READY, incident=1, team=0, mission=1)
    log(74, Kind.TEAM_RELEASED, Cause.WORK_DONE, incident=1, need=1, team=2, mission=3)
    log(74, Kind.INCIDENT_CLOSED, incident=1)
    log(80, Kind.TEAM_HOME, incident=1, team=1, mission=2)
    log(100, Kind.TEAM_HOME, incident=1, team=2, mission=3)
    log(900, Kind.ROAD_RESTORED)
    log(900, Kind.RUN_ENDED, Cause.ALL_HOME)
    return case, log.array, ("crash", "fire")


def test_times_of_incidents() -> None:
    """Response, package and duration are those that one reads off the log; first response counts for its line."""
    found = fold(*drill())
    assert in_minutes(found, "response") == [15, 9]
    assert in_minutes(found, "first.堵漏") == [9]
    assert in_minutes(found, "ready.堵漏") == [10]
    assert in_minutes(found, "first.洗消") == [15, 42]
    assert in_minutes(found, "ready.洗消") == [15, 44]
    assert in_minutes(found, "package.complete") == [15, 42]
    assert in_minutes(found, "package.ready") == [15, 44]
    assert in_minutes(found, "duration") == [30, 74]


def test_shares_and_waits() -> None:
    """One of four teams called for had to wait, 25 min; one of two lines with a deadline is late; half come within 10 min."""
    found = fold(*drill())
    assert sorted(in_minutes(found, "wait.queue")) == [0, 0, 0, 25]
    assert found["waiting"].tolist() == [0.25]
    assert found["within.10min"].tolist() == [0.5]
    assert found["within.20min"].tolist() == [1.0]
    assert found["deadline.met"].tolist() == [0.5]
    assert found["incidents"].tolist() == [2.0]
    assert found["open"].tolist() == [0.0]


def test_waterfall_of_the_first_and_of_the_last() -> None:
    """Phases of first response (all before its order is report), of the called-back team (queue, no turnout)."""
    found = fold(*drill())
    first = {name.rpartition(".")[2]: in_minutes(found, name)[1] for name in found if name.count(".") == 1 and "waterfall" in name}
    assert first == {"report": 1, "decision": 0, "queue": 0, "turnout": 3, "travel": 5, "report_in": 0, "set_up": 1}
    last = {name.rpartition(".")[2]: in_minutes(found, name)[1] for name in found if "waterfall.package" in name}
    assert last == {"report": 2, "decision": 3, "queue": 25, "turnout": 0, "travel": 12, "report_in": 0, "set_up": 2}


def test_busy_counts_refit_but_not_the_way_home() -> None:
    """The window ends with the last that happened to a team (100 min), not with a later road event."""
    found = fold(*drill())
    assert found["busy.t0"].tolist() == [(39 + 9) / 100]
    assert found["busy.t1"].tolist() == [46 / 100]
    assert found["busy.t2"].tolist() == [74 / 100]
    assert found["busy.all"][0] == pytest.approx((48 + 46 + 74) / 300, abs=1e-15)
    assert found["idle.mean"][0] == pytest.approx(3 - 1.68, abs=1e-15)
    assert found["idle.min"].tolist() == [0.0]


def test_way_home_is_busy_when_nobody_can_call_back() -> None:
    """The same log with `call_back` off: t1 is busy from 5 until it is home at 80."""
    case, rows, names = drill()
    off = scenario((team(0), team(1, call_back=False), team(2, capabilities={1: 1.0})), case.courses, case.planned)
    assert fold(off, rows, names)["busy.t1"].tolist() == [75 / 100]


def test_work_is_what_was_finished() -> None:
    """30 min for t0, 30 for t1, 15 and 30 for t2: 1.75 team-hours."""
    found = fold(*drill())
    assert found["work.done"].tolist() == [105 * MINUTE]


def test_warm_up_leaves_out_early_incidents() -> None:
    """With a warm-up of 1 min both alarms (at 0) are out; levels are over what is left of time."""
    case, rows, names = drill()
    later = scenario(case.teams, case.courses, case.planned, warm_up=MINUTE, ends=101 * MINUTE)
    found = fold(later, rows, names)
    assert found["incidents"].tolist() == [0.0]
    assert len(found["response"]) == len(found["waiting"]) == len(found["waterfall.travel"]) == 0
    assert found["busy.t0"].tolist() == [48 / 100]
    assert found["busy.t2"].tolist() == [73 / 100]


def test_never_is_infinite() -> None:
    """Nobody comes, the need is withdrawn, the incident is lost: each stays in the count, as infinite."""
    case = scenario((team(0),), (course(line(0, 0, 2)),), (planned("a", 0),), queue=False)
    log = Book()
    log(0, Kind.INCIDENT_ALARM, incident=0)
    log(1, Kind.NEED_RAISED, incident=0, need=0, item=0, quantity=2, ref=0)
    log(1, Kind.TEAM_ORDERED, Cause.NEAREST_IDLE, incident=0, need=0, team=0, mission=0, item=0, ref=1)
    log(1, Kind.NEED_WAITING, Cause.NOBODY_FREE, incident=0, need=0, item=0, quantity=1, ref=1)
    log(3, Kind.INCIDENT_LOST, Cause.QUEUE_OFF, incident=0)
    log(3, Kind.INCIDENT_CLOSED, incident=0)
    log(3, Kind.NEED_WITHDRAWN, incident=0, need=0, item=0)
    log(3, Kind.TEAM_RELEASED, Cause.WORK_ENDED, incident=0, need=0, team=0, mission=0)
    log(3, Kind.TEAM_HOME, incident=0, team=0, mission=0)
    found = fold(case, log.array, ("a",))
    assert found["response"].tolist() == found["first.堵漏"].tolist() == found["package.complete"].tolist() == [math.inf]
    assert found["within.15min"].tolist() == [0.0]
    assert found["wait.queue"].tolist() == [0.0, math.inf]
    assert found["waiting"].tolist() == [0.5]
    assert found["lost"].tolist() == [1.0]
    assert found["lost.share"].tolist() == [1.0]
    assert len(found["duration"]) == 0
    assert found["work.done"].tolist() == [0.0]
    assert len(found["waterfall.travel"]) == 0
    assert found["busy.t0"][0] == pytest.approx(2 / 3, abs=1e-15)


def test_hospital_and_release() -> None:
    """A carry counts from the alarm to the hospital; a leak by what had escaped when it was stopped (kg·1000 in the log)."""
    hot = course(line(carry=Carry(1.0, 1, minutes(10))), leak=Leak("氨", Constant(60_000.0), Constant(1e-3)))
    case = scenario((team(0),), (hot,), (planned("a", 5),))
    item = len(case.signals) - 2
    log = Book()
    log(5, Kind.INCIDENT_ALARM, incident=0)
    log(5, Kind.NEED_RAISED, incident=0, need=0, item=0, quantity=1, ref=0)
    log(5, Kind.TEAM_ORDERED, incident=0, need=0, team=0, mission=0, item=0, ref=1)
    for minute, kind in ((5, Kind.TEAM_DEPARTED), (8, Kind.TEAM_ARRIVED), (8, Kind.INCIDENT_COMPLETE), (9, Kind.TEAM_WORKING)):
        log(minute, kind, incident=0, need=0, team=0, mission=0)
    log(20, Kind.TEAM_CARRYING, incident=0, need=0, team=0, mission=0)
    log(20, Kind.SIGNAL, incident=0, item=item, quantity=900_000)
    log(20, Kind.INCIDENT_CLOSED, incident=0)
    log(26, Kind.TEAM_AT_HOSPITAL, incident=0, need=0, team=0, mission=0)
    log(36, Kind.TEAM_RELEASED, Cause.HANDED_OVER, incident=0, need=0, team=0, mission=0)
    found = fold(case, log.array, ("a",))
    assert in_minutes(found, "hospital") == [21]
    assert found["released"].tolist() == [900_000.0]
    assert in_minutes(found, "work.done") == [11]


def test_an_empty_log_folds() -> None:
    """Nothing happens: every metric is there and has nothing to say."""
    case = scenario((team(0),))
    log = Book()
    log(0, Kind.RUN_ENDED, Cause.ALL_HOME)
    found = fold(case, log.array, ())
    assert tuple(found) == metrics_of(case)
    assert len(found["response"]) == 0
    assert found["incidents"].tolist() == [0.0]


def test_metrics_are_those_that_the_scenario_has() -> None:
    """No hospital without a carry, no deadline share without a deadline; an objective brings its own threshold."""
    plain = metrics_of(scenario((team(0),)))
    assert not {"hospital", "deadline.met", "released", "lost", "stuck"} & set(plain)
    assert {"first.堵漏", "busy.t0", "within.15min"} <= set(plain)
    assert "first.洗消" not in plain
    wished = metrics_of(scenario((team(0),), objectives=(Objective("within.8min", None, 0.9, ""),)))
    assert "within.8min" in wished
