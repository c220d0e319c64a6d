"""Shifts on breathing apparatus: each squad in, standing by or at rest; when nobody may go in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.analysis.rows import courses_followed, rows_of
from sim.log import Cause, Kind
from sim.log_words import CAUSE_NAMES
from sim.report.lanes import Across, Bar, Lane, Mark, Section
from sim.report.text import plain, shorten
from sim.units import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.analysis.replication import Replication
    from sim.analysis.rows import Row
    from sim.errors import Language
    from sim.scenario.frozen import Course

MOST_SQUADS = 16
_STATES: dict[Kind, str] = {Kind.SHIFT_ENTERED: "inside", Kind.SHIFT_STANDBY: "standby", Kind.SHIFT_OUT: "resting"}
_ENDS = frozenset({Kind.SHIFT_RESTED, Kind.TEAM_RELEASED})
_STOPS = frozenset({Kind.SHIFT_STOPPED, Kind.SHIFT_RESUMED})


class Stop(NamedTuple):
    """Nobody may go in, from when to when (ms), and why."""

    begins: int
    ends: int
    cause: Cause


def shifts_section(replication: Replication, language: Language, of: Callable[[int], str]) -> Section | None:
    """Return the section of shifts; None where there are none. `of` names an incident."""
    kinds = (*_STATES, *_ENDS, *_STOPS, Kind.FINDING)
    courses = courses_followed(replication)
    by_line: dict[tuple[int, int], list[Row]] = {}
    for row in rows_of(replication, *kinds):
        by_line.setdefault((row.incident, _joined(courses[row.incident], row.need)), []).append(row)
    lanes, across = list[Lane](), list[Across]()
    for (incident, _), rows in by_line.items():
        if not any(row.kind in _STATES for row in rows):
            continue
        stops = stops_of(rows, min(int(replication.incidents.closed[incident]), replication.log.last))
        squads = _squads(replication, rows, language)
        lanes.append(Lane(_said(replication, rows, stops, language, of(incident)), head=True))
        if stops:
            start = replication.scenario.start
            bars = tuple(
                Bar("stop", stop.begins, stop.ends, f"{clock(stop.begins, start)}–{clock(stop.ends, start)}") for stop in stops
            )
            lanes.append(Lane("停止入井" if language == "zh" else "nobody may go in", bars=bars))
        first, left = len(lanes), len(squads) - MOST_SQUADS
        lanes += squads[:MOST_SQUADS]
        across += [Across("stopped", stop.begins, stop.ends, first, len(lanes)) for stop in stops]
        if left > 0:
            lanes.append(Lane(f"… 另 {left} 队" if language == "zh" else f"… and {left} more squads", head=True))
    if not lanes:
        return None
    moments = [moment for lane in lanes for bar in lane.bars for moment in (bar.begins, bar.ends)]
    title = "轮班:入井、待机、休息" if language == "zh" else "Shifts: in, standing by, at rest"
    return Section(title, tuple(lanes), min(moments), max(moments), tuple(across))


def _joined(course: Course, line: int) -> int:
    """Return the line whose shifts the teams of a line join, or itself."""
    shifts = course.lines[line].shifts if line >= 0 else None
    return line if shifts is None or shifts.joins < 0 else shifts.joins


def stops_of(rows: list[Row], over: int) -> list[Stop]:
    """Return when nobody could go in; what never resumes lasts until it is all over."""
    found = list[Stop]()
    since: Row | None = None
    for row in rows:
        if row.kind == Kind.SHIFT_STOPPED:
            since = since or row
        elif row.kind == Kind.SHIFT_RESUMED and since is not None:
            found.append(Stop(since.time, row.time, since.cause))
            since = None
    if since is not None and since.time < over:
        found.append(Stop(since.time, over, since.cause))
    return [stop for stop in found if stop.begins < stop.ends]


def _said(replication: Replication, rows: list[Row], stops: list[Stop], language: Language, incident: str) -> str:
    """Return the heading of the shifts of one line: how many, the first entry, why it stopped."""
    zh, start = language == "zh", replication.scenario.start
    entered = [row for row in rows if row.kind == Kind.SHIFT_ENTERED]
    said = [incident, plain(replication.scenario.capabilities[rows[0].item]) if rows[0].item >= 0 else ""]
    if entered:
        first = clock(entered[0].time, start)
        said.append(f"首次入井 {first} · 共 {len(entered)} 班" if zh else f"first entry {first} · {len(entered)} shifts")
    if stops:
        first, why = clock(stops[0].begins, start), CAUSE_NAMES[stops[0].cause].say(language)
        more = len(stops) - 1
        again = (f"(另 {more} 次)" if zh else f" (and {more} more)") if more else ""
        said.append(f"{first} 停止入井:{why}{again}" if zh else f"stopped {first}: {why}{again}")
    return " · ".join(part for part in said if part)


def _squads(replication: Replication, rows: list[Row], language: Language) -> list[Lane]:
    """Return a lane for each squad, in the order in which they took their first turn."""
    by_team: dict[int, list[Row]] = {}
    for row in rows:
        if row.kind in _STATES:
            by_team.setdefault(row.team, [])
    for row in rows:
        if row.team in by_team:
            by_team[row.team].append(row)
    return [_squad(replication, team, mine, language) for team, mine in by_team.items()]


def _squad(replication: Replication, team: int, rows: list[Row], language: Language) -> Lane:
    bars, marks, shifts = list[Bar](), list[Mark](), 0
    state, since = "", 0
    for row in rows:
        if row.kind == Kind.FINDING:
            marks.append(Mark("finding", row.time))
            continue
        if state and since < row.time:
            bars.append(Bar(state, since, row.time))
        state, since = _STATES.get(row.kind, ""), row.time
        shifts += row.kind == Kind.SHIFT_ENTERED
    if state and since < replication.log.last:
        bars.append(Bar(state, since, replication.log.last))
    name = shorten(plain(replication.scenario.teams[team].name), 26)
    return Lane(name, bars=tuple(bars), marks=tuple(marks), tail=f"{shifts} 班" if language == "zh" else f"{shifts} shifts")
