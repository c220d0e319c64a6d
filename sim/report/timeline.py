"""The timeline: one row a team and incident, a bar a phase, in clock time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.timeline import OVER_THE_DRIVE, PHASE_NAMES
from sim.errors import Words
from sim.report.clock_axis import clock_axis
from sim.report.legend import Foot, legend_below
from sim.report.style import HEAD_ROOM, INK, PHASE_COLOURS, PHASE_HATCHES, SOFT, TARGET, heading, note_no_data, safe
from sim.report.text import columns
from sim.units import DAY, NEVER, clock

if TYPE_CHECKING:
    import datetime as dt

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.errors import Language
    from sim.report.view import View

WIDTH, ROW, FOOT = 10.6, 0.235, 0.47
"""Inches: the figure, a row, the axis below."""
MOST_ROWS = 60
"""Beyond so many rows only the busiest are shown, and the figure says how many are not."""
_NAME_COLUMNS = 34
_COLUMN = 0.0575
"""Inches that one column of text takes at 8 points."""
MILESTONES: dict[str, tuple[Words, str, Any]] = {
    "alarm": (Words("alarm", "接警"), INK, "-"),
    "complete": (Words("package complete", "编成到齐"), TARGET, "--"),
    "ready": (Words("package ready", "编成可作业"), "#1b7f5c", "-."),
    "closed": (Words("closed", "处置结束"), SOFT, ":"),
}
"""Moments of an incident that are drawn across its rows."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One phase of a mission (ms after the start)."""

    phase: str
    begins: int
    ends: int


@dataclass(frozen=True, slots=True)
class Row:
    """One team at one incident, or all missions of a team; `task` is what it was called for."""

    team: str
    task: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one incident; `moments` of `MILESTONES` that happened. Without a name: a plain list of teams."""

    name: str
    moments: dict[str, int]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class TimelineData:
    """What a timeline shows: groups, limits (ms), how many rows are left out, incidents in it."""

    groups: tuple[Group, ...]
    low: int
    high: int
    left_out: int
    incidents: int
    day: bool = False
    """One day out of a longer run."""

    @property
    def bars(self) -> int:
        """Number of bars."""
        return sum(len(row.bars) for group in self.groups for row in group.rows)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return sum(len(group.rows) for group in self.groups)


def timeline_data(view: View) -> TimelineData:
    """Gather what a timeline of the first replication shows: every incident if they are few, else the busiest day."""
    from sim.analysis.tables import missions_table, team_timeline

    first = view.first
    if first is None:
        return TimelineData((), 0, 0, 0, 0)
    spans, missions = team_timeline(first, view.language), missions_table(first)
    if not len(spans):
        return TimelineData((), 0, 0, 0, len(first.log.incidents))
    return _by_incident(view, spans, missions) if view.few else _busiest_day(view, spans)


def _by_incident(view: View, spans: Any, missions: Any) -> TimelineData:
    first = view.first
    assert first is not None
    arrived = missions["arrived"].fillna(NEVER).to_numpy(np.int64)
    ordered = missions["ordered"].fillna(NEVER).to_numpy(np.int64)
    task = missions["capability"].to_numpy(object)
    rows: dict[str, list[tuple[tuple[int, int, int], Row]]] = {}
    for (incident, team, name), part in spans.groupby(["incident", "team", "team_name"], sort=False):
        numbers = part["mission"].to_numpy()
        order = (int(arrived[numbers].min()), int(ordered[numbers].min()), len(rows.get(incident, ())))
        tasks = "、".join(dict.fromkeys(str(task[number]) for number in numbers if task[number]))
        rows.setdefault(incident, []).append((order, Row(str(name or team), tasks, _bars(part))))
    kept = _keep(rows)
    found = []
    for number, incident in enumerate(first.log.incidents):
        if incident not in rows:
            continue
        moments = {name: int(getattr(first.incidents, name)[number]) for name in MILESTONES}
        happened = {name: moment for name, moment in moments.items() if moment < NEVER}
        chosen = tuple(row for _, row in sorted(rows[incident], key=lambda pair: pair[0]) if id(row) in kept)
        if chosen:
            found.append(Group(view.incident_names.get(incident, incident), happened, chosen))
    bars = [bar for group in found for row in group.rows for bar in row.bars]
    low = min(*(bar.begins for bar in bars), *(moment for group in found for moment in group.moments.values()))
    total = sum(len(lines) for lines in rows.values())
    return TimelineData(tuple(found), low, max(bar.ends for bar in bars), total - len(kept), len(found))


def _keep(rows: dict[str, list[tuple[tuple[int, int, int], Row]]]) -> set[int]:
    """Return which rows to show: all, or those with the most time out."""
    every = [row for lines in rows.values() for _, row in lines]
    busiest = sorted(every, key=lambda row: -sum(bar.ends - bar.begins for bar in row.bars))
    return {id(row) for row in busiest[:MOST_ROWS]}


def _busiest_day(view: View, spans: Any) -> TimelineData:
    """Return the calendar day on which teams are out longest: one row a team, the busiest teams."""
    first = view.first
    assert first is not None
    start = view.scenario.start
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    into_day = round((start - midnight).total_seconds() * 1000)
    begins, ends = spans["begins"].to_numpy(np.int64), spans["ends"].to_numpy(np.int64)
    middle = ((begins + ends) // 2 + into_day) // DAY
    day = int(np.argmax(np.bincount(middle, weights=(ends - begins).astype(float))))
    low, high = day * DAY - into_day, (day + 1) * DAY - into_day
    inside = spans[(begins < high) & (ends > low)].copy()
    inside["begins"], inside["ends"] = inside["begins"].clip(lower=low), inside["ends"].clip(upper=high)
    rows = [
        Row(str(name or team), "", _bars(part)) for (team, name), part in inside.groupby(["team", "team_name"], sort=False)
    ]
    rows.sort(key=lambda row: -sum(bar.ends - bar.begins for bar in row.bars))
    alarms = first.incidents.alarm
    count = int(((alarms >= low) & (alarms < high)).sum())
    return TimelineData((Group("", {}, tuple(rows[:MOST_ROWS])),), low, high, max(0, len(rows) - MOST_ROWS), count, day=True)


def _bars(part: Any) -> tuple[Bar, ...]:
    columns_of = (part["phase"], part["begins"], part["ends"])
    return tuple(Bar(str(phase), int(begins), int(ends)) for phase, begins, ends in zip(*columns_of, strict=True))


def draw_timeline(
    figure: Figure, data: TimelineData, *, language: Language, title: str, note: str, start: dt.datetime
) -> None:
    """Draw a timeline over the whole figure; its height grows with the rows.

    Parameters
    ----------
    title, note
        Already `safe`.
    start
        Clock time of the scenario's start.
    """
    lines = data.rows + sum(1 for group in data.groups if group.name)
    foot = Foot(figure, _entries(data, language), WIDTH)
    height = HEAD_ROOM + max(lines, 8) * ROW + FOOT + foot.height
    figure.set_size_inches(WIDTH, height)
    heading(figure, title, note)
    if not data.rows:
        nothing = Words("no data: no team was sent, or no log was kept", "无数据:没有队伍出动,或未保留事件记录")
        note_no_data(figure, nothing, language)
        return
    names = [_label(row) for group in data.groups for row in group.rows]
    left = 0.25 + max(columns(name.replace(r"\$", "$")) for name in names) * _COLUMN
    bottom = (FOOT + foot.height) / height
    axes = figure.add_axes((left / WIDTH, bottom, 1 - (left + 0.45) / WIDTH, 1 - bottom - HEAD_ROOM / height))
    axes.set_ylim(max(lines, 1) - 0.4, -0.6)
    high = data.high if data.day else data.high + (data.high - data.low) // 100
    clock_axis(axes, data.low, max(high, data.low + 60_000), start, language)
    y, ticks, bars = 0, [], []
    for group in data.groups:
        top = y
        if group.name:
            _group_line(axes, group, y, start, language)
            y += 1
        for row in group.rows:
            ticks.append(y)
            bars += [(bar, y) for bar in row.bars]
            y += 1
        for name, moment in group.moments.items():
            _, colour, style = MILESTONES[name]
            ends = [top + 0.45, y - 0.5]
            axes.plot([moment] * 2, ends, color=colour, linestyle=style, linewidth=1.1, zorder=4, gid=f"moment-{name}")
    axes.set_yticks(ticks, names)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel({"zh": "时刻", "en": "clock time"}[language])
    _draw_bars(axes, bars)
    legend_below(figure, foot)


def _label(row: Row) -> str:
    name = safe(row.team, _NAME_COLUMNS - 12 if row.task else _NAME_COLUMNS)
    return f"{name} · {safe(row.task, 12)}" if row.task else name


def _group_line(axes: Axes, group: Group, y: float, start: dt.datetime, language: Language) -> None:
    """Write the name of an incident and its moments above its rows."""
    said = [f"{MILESTONES[name][0].say(language)} {clock(moment, start)}" for name, moment in group.moments.items()]
    axes.axhspan(y - 0.5, y + 0.45, color="#f1efe9", zorder=0)
    axes.text(
        0.006, y, "   ".join([safe(group.name, 40), *said]), transform=axes.get_yaxis_transform(), fontsize=8.5, va="center",
        ha="left", zorder=6, gid="incident",
    )  # fmt: skip


def _draw_bars(axes: Axes, bars: list[tuple[Bar, int]]) -> None:
    """Draw all bars, a collection a phase; what holds a drive up lies over it."""
    from matplotlib.collections import PolyCollection

    for phase in PHASE_NAMES:
        mine = [(bar, y) for bar, y in bars if bar.phase == phase]
        if not mine:
            continue
        half = 0.16 if phase in OVER_THE_DRIVE else 0.33
        boxes = [
            [(bar.begins, y - half), (bar.ends, y - half), (bar.ends, y + half), (bar.begins, y + half)] for bar, y in mine
        ]
        hatch = PHASE_HATCHES.get(phase)
        axes.add_collection(PolyCollection(
            boxes, facecolors=PHASE_COLOURS[phase], edgecolors="#8a8a8a" if hatch else "white", linewidths=0.4, hatch=hatch,
            zorder=3.5 if phase in OVER_THE_DRIVE else 3, gid=f"phase-{phase}",
        ), autolim=False)  # fmt: skip


def _entries(data: TimelineData, language: Language) -> list[Any]:
    """Return legend entries for the phases and moments that there are."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    used = {bar.phase for group in data.groups for row in group.rows for bar in row.bars}
    handles: list[Any] = [
        Patch(
            facecolor=PHASE_COLOURS[phase], hatch=PHASE_HATCHES.get(phase), label=PHASE_NAMES[phase].say(language), linewidth=0.4,
            edgecolor="#8a8a8a",
        ) for phase in PHASE_NAMES if phase in used
    ]  # fmt: skip
    shown = dict.fromkeys(name for name in MILESTONES for group in data.groups if name in group.moments)
    for words, colour, style in (MILESTONES[name] for name in shown):
        handles.append(Line2D([], [], color=colour, linestyle=style, linewidth=1.2, label=words.say(language)))
    return handles
