"""What each team did when: missions as spans of phases that follow each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.analysis.incidents import courses_of
from sim.errors import Words
from sim.log import Kind
from sim.units import NEVER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.analysis.records import Integers
    from sim.analysis.replication import Replication
    from sim.scenario.frozen import Line

PHASE_NAMES: dict[str, Words] = {
    "contact": Words("order not through yet", "命令传达"),
    "turnout": Words("turnout", "出动"),
    "forming": Words("waiting for the convoy", "集结待发"),
    "travel": Words("travel", "行进"),
    "stuck": Words("stopped by a closed road", "道路中断等待"),
    "rest": Words("stop on the way", "途中休整"),
    "briefing_wait": Words("waiting for a commander", "等待布置任务"),
    "report_in": Words("report in", "报到"),
    "set_up": Words("set-up", "展开"),
    "held_up": Words("waiting for others", "待他队就位"),
    "work": Words("work", "作业"),
    "hold": Words("hold", "待命保持"),
    "carry": Words("carry to hospital", "送医"),
    "handover": Words("hand-over", "交接"),
    "return": Words("return", "归建"),
    "refit": Words("refit", "整备"),
}
"""Phases of a mission in order, with their names."""
OVER_THE_DRIVE = frozenset({"stuck", "rest"})
"""Phases that lie over the drive that they hold up."""


class Spans(NamedTuple):
    """All spans of one phase: whose mission, from when to when (ms)."""

    phase: str
    mission: Integers
    begins: Integers
    ends: Integers


def spans_of(replication: Replication) -> list[Spans]:
    """Return the spans of each phase of `PHASE_NAMES`; only those that last."""
    m, last = replication.missions, replication.log.last
    told, ready = np.where(m.told < NEVER, m.told, m.ordered), np.where(m.formed < NEVER, m.formed, m.departed)
    briefed = np.where(m.briefed < NEVER, m.briefed, m.arrived)
    tasked = np.where(m.tasked < NEVER, m.tasked, np.where(m.working < NEVER, briefed, NEVER))
    after_ready = _after_ready(replication)
    finished = np.where(m.finished < NEVER, m.finished, m.released)
    begun = np.where(after_ready == "held_up", NEVER, m.work_begun)
    working = m.finished < NEVER
    spans = [
        _cut("contact", m.ordered, told, m.released, last),
        _cut("turnout", told, ready, m.released, last),
        _cut("forming", m.formed, m.departed, m.released, last),
        _cut("travel", m.departed, m.arrived, m.released, last),
        _stuck(replication),
        _rests(replication),
        _cut("briefing_wait", np.where(m.briefed < NEVER, m.arrived, NEVER), briefed, m.released, last),
        _cut("report_in", briefed, tasked, m.released, last),
        _cut("set_up", tasked, m.working, m.released, last),
        _cut("held_up", m.working, begun, m.released, last),
        _cut("work", np.where(working | (after_ready == "work"), begun, NEVER), finished, m.released, last),
        _cut("hold", np.where(after_ready == "hold", begun, m.done), m.released, m.released, last),
        _cut("carry", m.carrying, m.at_hospital, m.released, last),
        _cut("handover", m.at_hospital, m.released, m.released, last),
        _cut("return", m.released, m.back, m.back, last),
        _cut("refit", m.home, np.where(m.refitted < NEVER, m.refitted, m.home), m.refitted, last),
    ]
    assert [span.phase for span in spans] == list(PHASE_NAMES)
    return spans


def _cut(phase: str, begins: Integers, ends: Integers, released: Integers, last: int) -> Spans:
    """Return the spans that last; a release cuts them short, and what never ends runs to the last row."""
    ends = np.minimum(np.minimum(ends, released), max(last, 0))
    some = np.flatnonzero(begins < ends)
    return Spans(phase, some, begins[some], ends[some])


def _stuck(replication: Replication) -> Spans:
    """Return the waits at closed roads: until the team has a way again, is released or is ordered elsewhere."""
    log, missions = replication.log, replication.missions
    stops, ways = log.of(Kind.TEAM_STUCK), log.of(Kind.TEAM_REROUTED)
    stops = stops[log.column("mission", stops) >= 0]  # a team that moves up is on no mission
    mission, begins, ends = log.column("mission", stops), log.column("time", stops), []
    for number, since in zip(mission, begins, strict=True):
        again = log.column("time", ways)[log.column("mission", ways) == number]
        moments = (*again, missions.released[number], missions.recalled[number], replication.log.last)
        ends.append(min(moment for moment in moments if moment > since or moment == replication.log.last))
    return Spans("stuck", mission, begins, np.array(ends, dtype=np.int64))


def _rests(replication: Replication) -> Spans:
    """Return the stops on the way: as long as they were to last, unless the team is released or ordered elsewhere."""
    log, missions = replication.log, replication.missions
    rows = log.of(Kind.TEAM_RESTING)
    mission, begins = log.column("mission", rows), log.column("time", rows)
    if not len(rows):
        return Spans("rest", mission, begins, begins)
    ends = np.minimum(begins + log.column("quantity", rows), np.minimum(missions.released, missions.recalled)[mission])
    ends = np.minimum(ends, log.last)
    some = begins < ends
    return Spans("rest", mission[some], begins[some], ends[some])


def _after_ready(replication: Replication) -> NDArray[np.object_]:
    """Return what missions without finished work did once ready: ``work``, ``hold`` or ``held_up``; "" for the rest."""
    missions, scenario = replication.missions, replication.scenario
    found = np.full(len(missions.team), "", dtype=object)
    unfinished = np.flatnonzero((missions.working < NEVER) & (missions.finished >= NEVER))
    if not len(unfinished):
        return found
    courses = courses_of(scenario, replication.log.incidents)
    for mission in unfinished:
        number = int(missions.line[mission])
        if number < 0:
            found[mission] = "hold"
            continue
        lines = scenario.courses[courses[missions.incident[mission]]].lines
        line = lines[number]
        if missions.started[mission] >= NEVER and not _may_begin(replication, int(mission), line, lines):
            found[mission] = "held_up"
        else:
            found[mission] = "hold" if line.holds and not line.work.planned and line.work.quantity is None else "work"
    return found


def _may_begin(replication: Replication, mission: int, line: Line, lines: tuple[Line, ...]) -> bool:
    """Tell whether those that the work must wait for stood ready, or were done, when the team was ready."""
    missions, teams = replication.missions, replication.scenario.teams
    now, same = missions.working[mission], missions.incident == missions.incident[mission]

    def enough(other: int, moments: Integers) -> bool:
        there = missions.team[same & (missions.line == other) & (moments <= now)].tolist()
        return sum(lines[other].gives(teams[team]) for team in there) >= lines[other].wanted

    return all(enough(other, missions.working) for other in line.after) and all(
        enough(other, missions.finished) for other in line.after_done
    )
