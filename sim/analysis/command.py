"""Command of one replication, from the log alone: reports, response levels, who holds scene command.

Records in the order of the log; `sim.analysis.tables` makes tables of them. Moments are ms, `NEVER` where a thing did not
happen; posts are positions in the scenario's table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sim.analysis.rows import Row, courses_followed, first_item, rows_of
from sim.errors import Words
from sim.log import NONE, Cause, Kind
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.analysis.replication import Replication
    from sim.scenario.frozen import Course


@dataclass(slots=True)
class Report:
    """A report that a post on a line was to have."""

    incident: int
    line: int
    """Number among the report lines of the scenario."""
    post: int
    what: Cause
    """First, follow-up or final."""
    received: int
    since_alarm: int
    deadline: int | None
    """ms after the alarm; None: no deadline, as for everything but the first report."""

    @property
    def met(self) -> bool | None:
        """Tell whether it came in time; None without a deadline."""
        return None if self.deadline is None else self.since_alarm <= self.deadline


@dataclass(slots=True)
class LevelSpan:
    """A response level that was proposed, and what came of it."""

    incident: int
    level: int
    """Number among the levels of all plans."""
    post: int
    proposed: int = NEVER
    raised: int = NEVER
    lowered: int = NEVER
    complete: int = NEVER
    ready: int = NEVER


@dataclass(slots=True)
class Holder:
    """A post that holds scene command, from when to when."""

    incident: int
    post: int
    handing: int
    """Hand-over to it began; `NEVER` without one."""
    begins: int
    ends: int
    """The next one takes over, the incident is closed, or the log ends."""


class Fault(NamedTuple):
    """Something about scene command that must not be."""

    row: int
    incident: int
    what: Words


def reports_of(replication: Replication) -> list[Report]:
    """Return every report that reached a post, and every first report that never reached a post of its line."""
    scenario, alarms = replication.scenario, replication.incidents.alarm
    first = first_item(scenario, "report")
    numbers = {name: number for number, name in enumerate(scenario.command.reports)}
    expected: dict[tuple[int, int, int], int | None] = {}
    for incident, course in enumerate(courses_followed(replication)):
        for line in course.reports:
            for link, deadline in zip(line.links, line.deadlines, strict=True):
                expected[incident, numbers[line.id], link.post] = deadline
    found, seen = [], set[tuple[int, int, int]]()
    for row in rows_of(replication, Kind.REPORT_RECEIVED):
        key = (row.incident, row.item - first, row.post)
        deadline = expected.get(key) if row.cause == Cause.FIRST else None
        seen |= {key} if row.cause == Cause.FIRST else set()
        since = row.time - int(alarms[row.incident])
        found.append(Report(*key, row.cause, row.time, since, deadline))
    for key, deadline in expected.items():
        if key not in seen and alarms[key[0]] < NEVER:
            found.append(Report(*key, Cause.FIRST, NEVER, NEVER, deadline))
    return found


def levels_of(replication: Replication) -> list[LevelSpan]:
    """Return every response level that was proposed; one that is proposed again after it was lowered comes again."""
    first, found = first_item(replication.scenario, "level"), list[LevelSpan]()
    current: dict[tuple[int, int], LevelSpan] = {}
    names = {
        Kind.LEVEL_PROPOSED: "proposed", Kind.LEVEL_RAISED: "raised", Kind.LEVEL_LOWERED: "lowered",
        Kind.LEVEL_COMPLETE: "complete", Kind.LEVEL_READY: "ready",
    }  # fmt: skip
    for row in rows_of(replication, *names):
        key = (row.incident, row.item - first)
        if key not in current or (row.kind == Kind.LEVEL_PROPOSED and current[key].proposed < NEVER):
            current[key] = LevelSpan(*key, row.post)
            found.append(current[key])
        setattr(current[key], names[row.kind], row.time)
    return found


def holders_of(replication: Replication) -> list[Holder]:
    """Return who held scene command at each incident, and when."""
    found, now, handing = list[Holder](), dict[int, Holder](), dict[tuple[int, int], int]()
    last = replication.log.last
    for row in rows_of(replication, Kind.COMMAND_HANDING, Kind.COMMAND_TAKEN, Kind.INCIDENT_CLOSED):
        if row.kind == Kind.COMMAND_HANDING:
            handing[row.incident, row.post] = row.time
            continue
        if row.incident in now:
            now.pop(row.incident).ends = row.time
        if row.kind == Kind.COMMAND_TAKEN:
            began = handing.pop((row.incident, row.post), NEVER)
            now[row.incident] = Holder(row.incident, row.post, began, row.time, max(row.time, last))
            found.append(now[row.incident])
    return found


def command_faults(replication: Replication) -> list[Fault]:
    """Return what must not be: two posts in command at once, a lower one taking over, briefings during a hand-over.

    An empty list says that at each incident exactly one post held scene command from the first taking on.
    """
    found, courses = list[Fault](), courses_followed(replication)
    holder: dict[int, Row] = {}
    handing: dict[int, Row] = {}
    closed = set[int]()
    kinds = (Kind.COMMAND_HANDING, Kind.COMMAND_TAKEN, Kind.INCIDENT_CLOSED, Kind.TEAM_BRIEFING)
    for row in rows_of(replication, *kinds):
        said = _fault(row, courses[row.incident], holder.get(row.incident), handing.get(row.incident), row.incident in closed)
        found += [Fault(row.number, row.incident, words) for words in said]
        if row.kind == Kind.COMMAND_HANDING:
            handing[row.incident] = row
        elif row.kind == Kind.COMMAND_TAKEN:
            holder[row.incident] = row
            handing.pop(row.incident, None)
        elif row.kind == Kind.INCIDENT_CLOSED:
            closed.add(row.incident)
            handing.pop(row.incident, None)
    return found


def _fault(row: Row, course: Course, holder: Row | None, handing: Row | None, closed: bool) -> Iterator[Words]:  # noqa: FBT001
    """Yield what is wrong about one row, given who holds command and to whom it is being handed over."""
    ranks = {} if course.command is None else {one.post: rank for rank, one in enumerate(course.command.commanders)}
    if row.kind == Kind.TEAM_BRIEFING:
        if holder is None:
            yield Words("a team is briefed while nobody holds command", "无人指挥时布置任务")
        if handing is not None:
            yield Words("a team is briefed during a hand-over", "移交期间布置任务")
    elif row.kind == Kind.COMMAND_HANDING:
        if handing is not None:
            yield Words("two hand-overs at once", "同时进行两次移交")
    elif row.kind == Kind.COMMAND_TAKEN:
        if closed:
            yield Words("command is taken after the incident is over", "处置结束后接过指挥权")
        if ranks and row.post not in ranks:
            yield Words("a post takes command that the plan does not name", "接过指挥权的机构不在预案中")
        if holder is not None and ranks.get(row.post, NEVER) <= ranks.get(holder.post, NONE):
            yield Words("a post takes command that ranks no higher", "接过指挥权的机构级别不高于现任")
        if handing is not None and handing.post != row.post:
            yield Words("one post takes command while another is being handed it", "移交给另一机构期间接过指挥权")
