"""Metrics of command and mutual aid of one replication; of incidents that count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.aid import floors_kept, requests_of, teams_left
from sim.analysis.call_trees import trees_of
from sim.analysis.command import levels_of, reports_of
from sim.analysis.rows import courses_followed, rows_of
from sim.log import Cause, Kind
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from sim.analysis.replication import Replication

    Found = Iterator[tuple[str, NDArray[np.float64]]]


def command_metrics(replication: Replication) -> Found:
    """Yield the metrics of command and mutual aid; of incidents that count."""
    command, courses = replication.scenario.command, replication.scenario.courses
    if command.lenders:
        yield from _aid_metrics(replication)
    if command.levels:
        yield from _level_metrics(replication)
    if command.reports:
        yield from _report_metrics(replication)
    if any(course.calls is not None for course in courses):
        yield from _tree_metrics(replication)
    if any(line.shifts is not None for course in courses for line in course.lines):
        yield from _shift_metrics(replication)


def _values(amounts: Sequence[float]) -> NDArray[np.float64]:
    found = np.array(amounts, dtype=np.float64)
    found[found >= NEVER] = np.inf
    return found


def _since_alarm(replication: Replication, moments: Mapping[int, int], which: Sequence[int]) -> NDArray[np.float64]:
    """Return ms from the alarm to a moment of some incidents that count; +inf for never."""
    alarms = replication.incidents.alarm.tolist()
    counted = [incident for incident in which if replication.counted[incident]]
    return _values([moments.get(incident, NEVER + alarms[incident]) - alarms[incident] for incident in counted])


def _aid_metrics(replication: Replication) -> Found:
    requests = [request for request in requests_of(replication) if replication.counted[request.incident]]
    granted = [request for request in requests if request.outcome in ("granted", "partly")]
    yield "approval", _values([request.answered - request.made for request in granted])
    refused = sum(request.outcome == "refused" for request in requests)
    yield "requests.refused", _values([refused / len(requests)] if requests else [])
    for lender in replication.scenario.command.lenders:
        left = teams_left(replication, lender)
        if left:
            yield f"lender.left.{lender.id}", _values([min(count for _, count in left)])
    kept = floors_kept(replication, granted)
    yield "floor.kept", _values([sum(kept) / len(kept)] if kept else [])


def _level_metrics(replication: Replication) -> Found:
    courses, spans = courses_followed(replication), levels_of(replication)
    for number, name in enumerate(replication.scenario.command.levels):
        which = [incident for incident, course in enumerate(courses) if any(level.index == number for level in course.levels)]
        for moment in ("raised", "complete", "ready"):
            found: dict[int, int] = {}
            for span in spans:
                if span.level == number and getattr(span, moment) < NEVER:
                    found.setdefault(span.incident, getattr(span, moment))
            yield f"level.{moment}.{name}", _since_alarm(replication, found, which)


def _report_metrics(replication: Replication) -> Found:
    courses, reports = courses_followed(replication), reports_of(replication)
    for number, name in enumerate(replication.scenario.command.reports):
        ends = {
            incident: line.links[-1].post
            for incident, course in enumerate(courses)
            for line in course.reports
            if line.id == name and line.links
        }
        found = {
            report.incident: report.received
            for report in reports
            if report.line == number and report.what == Cause.FIRST and report.received < NEVER
            and report.post == ends.get(report.incident)
        }  # fmt: skip
        yield f"report.{name}", _since_alarm(replication, found, list(ends))


def _tree_metrics(replication: Replication) -> Found:
    trees = [tree for tree in trees_of(replication) if replication.counted[tree.incident]]
    which = [tree.incident for tree in trees]
    for name in ("answered", "moved"):
        happened = {tree.incident: getattr(tree, name) for tree in trees if getattr(tree, name) < NEVER}
        yield name, _since_alarm(replication, happened, which)
    yield "margin", _values([tree.margin for tree in trees if tree.margin is not None])


def _shift_metrics(replication: Replication) -> Found:
    counted, closed = replication.counted, replication.incidents.closed
    which = [
        incident
        for incident, course in enumerate(courses_followed(replication))
        if any(line.shifts is not None for line in course.lines)
    ]
    entered: dict[int, int] = {}
    stopped: dict[tuple[int, int], int] = {}
    total, findings = 0, 0
    for row in rows_of(replication, Kind.SHIFT_ENTERED, Kind.SHIFT_STOPPED, Kind.SHIFT_RESUMED, Kind.FINDING):
        if not counted[row.incident]:
            continue
        key = (row.incident, row.need)
        if row.kind == Kind.SHIFT_ENTERED:
            entered.setdefault(row.incident, row.time)
        elif row.kind == Kind.SHIFT_STOPPED:
            stopped.setdefault(key, row.time)
        elif row.kind == Kind.SHIFT_RESUMED:
            total += row.time - stopped.pop(key, row.time)
        else:
            findings += 1
    for (incident, _), since in stopped.items():
        total += max(0, min(int(closed[incident]), replication.log.last) - since)
    yield "entry", _since_alarm(replication, entered, which)
    yield "shifts.stopped", _values([total])
    yield "findings", _values([findings])
