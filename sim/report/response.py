"""Response times: their distribution over many incidents, or where the time went at a few."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.rounding import say_minutes, say_share
from sim.analysis.rows import courses_followed
from sim.errors import Words
from sim.report.style import GOOD, HEAD_ROOM, INK, PHASE_COLOURS, PHASE_HATCHES, SERIES, SOFT, TARGET, heading, note_no_data, safe
from sim.report.text import columns
from sim.scenario.metric_names import PHASES, split, threshold_of, title
from sim.units import MINUTE, NEVER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from sim.errors import Language
    from sim.report.view import View

WIDTH, PANEL, BAR, FOOT = 10.6, 2.7, 0.36, 0.95
"""Inches: the figure, a panel of a distribution, a bar of a waterfall, the axis and legend below."""
_BINS, _REACH = 48, 0.995
_NAME_COLUMNS = 40
_COLUMN = 0.0575


@dataclass(frozen=True, slots=True)
class Spread:
    """Observations of one time (minutes, inf: never), and the limits that it is held against."""

    metric: str
    values: NDArray[np.float64]
    target: float | None
    """Minutes that an objective asks for."""
    thresholds: Mapping[float, float | None] = field(default_factory=dict)
    """Minutes of which the share within is told → the share that an objective asks for."""


@dataclass(frozen=True, slots=True)
class Way:
    """How long each phase took (minutes) for one team until it was ready to work."""

    name: str
    team: str
    phases: dict[str, float]
    deadline: float | None = None
    """Minutes within which it ought to have arrived."""

    @property
    def arrived(self) -> float:
        """Return the minutes until it arrived."""
        return sum(length for phase, length in self.phases.items() if phase not in ("report_in", "set_up"))

    @property
    def total(self) -> float:
        """Return the minutes until it was ready to work."""
        return sum(self.phases.values())


def spreads_of(view: View) -> tuple[Spread, ...]:
    """Return what a plan test is judged by: the first team, the complete package, and timed objectives; at most four."""
    scenario, summary = view.scenario, view.results.summary["metrics"]
    targets = {goal.metric: goal.at_most / MINUTE for goal in scenario.objectives if goal.at_most is not None}
    several = any(sum(line.count for line in course.lines) > 1 for course in scenario.courses)
    wished = [name for name in targets if split(name)[0].is_duration]
    names = [name for name in dict.fromkeys(["response", *(["package.complete"] if several else []), *wished]) if name in summary]
    observed = view.observed(names[:4])
    limits: dict[float, float | None] = {ticks / MINUTE: None for ticks in scenario.thresholds}
    for goal in scenario.objectives:
        ticks = threshold_of(goal.metric)
        if ticks is not None:
            limits[ticks / MINUTE] = goal.at_least
    limits = dict(sorted(limits.items()))
    found = [Spread(name, values, targets.get(name), limits if name == "response" else {}) for name, values in observed.items()]
    return tuple(spread for spread in found if len(spread.values))


def ways_of(view: View) -> tuple[Way, ...]:
    """Return the ways of the first replication that tell where the time goes.

    Of one incident: the first team on the scene, the first team ready of each capability, and the one that completes the
    package. Of several: the first and the last of each.
    """
    first = view.first
    if first is None:
        return ()
    alone = len(first.log.incidents) == 1
    found = [way for number in range(len(first.log.incidents)) for way in _ends(view, number, alone=alone)]
    return (found[0], *_capabilities(view), *found[1:]) if alone and found else tuple(found)


def _ends(view: View, number: int, *, alone: bool) -> list[Way]:
    """Return the way of the first team on the scene of an incident, and of the one that completes its package."""
    first = view.first
    assert first is not None
    incident = first.log.incidents[number]
    label = "" if alone else f"{view.incident_names.get(incident, incident)}: "
    said = {"first": Words("first team there", "首支到场"), "last": Words("last of the package", "最后到场")}
    pairs = (("first", int(first.incidents.first_mission[number])), ("last", int(first.incidents.last_mission[number])))
    return [
        _way(view, mission, label + said[which].say(view.language))
        for which, mission in pairs
        if mission >= 0 and first.missions.working[mission] < NEVER
    ]


def _capabilities(view: View) -> list[Way]:
    """Return the way of the first team ready of each capability, the earliest first."""
    first, scenario = view.first, view.scenario
    assert first is not None
    missions = first.missions
    found: dict[int, int] = {}
    for mission in np.argsort(missions.working, kind="stable").tolist():
        if missions.working[mission] < NEVER and missions.line[mission] >= 0:
            found.setdefault(int(missions.capability[mission]), mission)
    courses = courses_followed(first)
    said, ways = Words("first {}", "首支{}").say(view.language), []
    for code, mission in found.items():
        deadline = courses[missions.incident[mission]].lines[missions.line[mission]].deadline
        limit = None if deadline is None else deadline / MINUTE
        ways.append(_way(view, mission, said.format(scenario.capabilities[code]), limit))
    return ways


def _way(view: View, mission: int, name: str, deadline: float | None = None) -> Way:
    from sim.analysis.waterfall import phases

    first = view.first
    assert first is not None
    told = phases(first.missions, first.incidents, np.array([mission]))
    lengths = {phase: int(length[0]) / MINUTE for phase, length in told.items()}
    return Way(name, view.scenario.teams[int(first.missions.team[mission])].name, lengths, deadline)


def draw_response(figure: Figure, data: Sequence[Spread], *, language: Language, title: str, note: str) -> None:
    """Draw a histogram for each time, with its median, its 90 % quantile and what it is held against.

    Parameters
    ----------
    title, note
        Already `safe`.
    """
    height = HEAD_ROOM + max(len(data), 1) * PANEL + 0.1
    figure.set_size_inches(WIDTH, height)
    heading(figure, title, note)
    if not data:
        note_no_data(figure, Words("no data: nothing happened that could be measured", "无数据:没有发生需要统计的事件"), language)
    for number, spread in enumerate(data):
        axes = figure.add_axes((
            0.75 / WIDTH, 1 - (HEAD_ROOM + (number + 1) * PANEL - 0.62) / height, (WIDTH - 3.5) / WIDTH, (PANEL - 1.0) / height,
        ))  # fmt: skip
        _histogram(axes, spread, language)


def _histogram(axes: Axes, spread: Spread, language: Language) -> None:
    zh = language == "zh"
    values = spread.values
    happened, never = values[np.isfinite(values)], int(np.isinf(values).sum())
    axes.set_title(safe(title(spread.metric, language), 60), loc="left")
    axes.set_xlabel("接警后(分钟)" if zh else "minutes since the alarm")
    axes.set_ylabel("占比(%)" if zh else "share, %")
    marks = [mark for mark in (spread.target, *spread.thresholds) if mark is not None]
    high = max([float(np.quantile(happened, _REACH)) if len(happened) else 0.0, *marks]) * 1.05 or 1.0
    bins = np.linspace(0, high, _BINS + 1)
    counts, _ = np.histogram(happened, bins)
    share = 100 * counts / len(values)
    axes.bar(bins[:-1], share, width=np.diff(bins), align="edge", color=SERIES[5], edgecolor="white", linewidth=0.4, gid="bars")
    axes.set_xlim(0, high)
    axes.set_ylim(0, min(max(float(share.max()), 1.0) * 1.22, 104))
    axes.grid(visible=True, axis="y")
    lines = [_said_line("n", f"{len(values)}", INK)]
    for percent, style in ((50, "-"), (90, (0, (5, 2)))):
        lines.append(_quantile(axes, values, percent, style, language))
    beyond = int((happened > high).sum())
    for mark, wanted in spread.thresholds.items():
        if mark != spread.target:
            lines.append(_within(axes, values, mark, wanted, language))
    if spread.target is not None:
        axes.axvline(spread.target, color=TARGET, linewidth=1.6, gid="target")
        within = say_share(float((values <= spread.target).mean()))
        lines.append(_said_line(f"{'目标' if zh else 'target'} ≤ {say_minutes(spread.target, language)}", within, TARGET, "-"))
    if never:
        lines.append(_said_line("从未" if zh else "never", f"{never}", TARGET))
    if beyond:
        lines.append(_said_line(f"> {high:.0f} {'分钟,未画' if zh else 'min, not drawn'}", f"{beyond}", SOFT))
    _aside(axes, lines)


def _within(axes: Axes, values: NDArray[np.float64], mark: float, wanted: float | None, language: Language) -> Any:
    """Mark a threshold; return the line that says how many are within, and whether that is enough."""
    share = float((values <= mark).mean())
    colour = SOFT if wanted is None else GOOD if share >= wanted else TARGET
    axes.axvline(mark, color=colour, linewidth=0.9 if wanted is None else 1.6, linestyle=":", gid="threshold")
    said = say_share(share)
    if wanted is not None:
        said += f"(要求 {say_share(wanted)})" if language == "zh" else f" (asked: {say_share(wanted)})"
    return _said_line(f"≤ {mark:g} {'分钟' if language == 'zh' else 'min'}", said, colour, ":")


def _quantile(axes: Axes, values: NDArray[np.float64], percent: int, style: Any, language: Language) -> Any:
    from sim.analysis.statistics import quantile

    value = quantile(values, percent)
    words = {50: Words("median", "中位数"), 90: Words("nine in ten within", "十次有九次不超过")}[percent]
    if math.isfinite(value):
        axes.axvline(value, color=SERIES[0], linewidth=1.4, linestyle=style, gid=f"p{percent}")
    said = say_minutes(value, language) if math.isfinite(value) else Words("never", "从未").say(language)
    return _said_line(words.say(language), said, SERIES[0], style)


def _said_line(what: str, value: str, colour: str, style: Any = "none") -> Any:
    from matplotlib.lines import Line2D

    return Line2D([], [], color=colour, linestyle=style, linewidth=1.4, label=f"{what}  {value}")


def _aside(axes: Axes, lines: list[Any]) -> None:
    """Write the numbers beside a panel: nothing covers the bars."""
    axes.legend(
        handles=lines, loc="upper left", bbox_to_anchor=(1.01, 1.06), handlelength=1.9, labelspacing=0.35, borderaxespad=0.0
    )


def draw_waterfall(figure: Figure, data: Sequence[Way], *, language: Language, title: str, note: str) -> None:
    """Draw a stacked bar a way, from the alarm until ready to work; deadlines on arrival are marked on the bars.

    Parameters
    ----------
    title, note
        Already `safe`.
    """
    height = HEAD_ROOM + max(len(data), 5) * BAR + FOOT
    figure.set_size_inches(WIDTH, height)
    heading(figure, title, note)
    if not data:
        note_no_data(figure, Words("no data: no team became ready to work", "无数据:没有队伍展开作业"), language)
        return
    names = [f"{safe(way.name, _NAME_COLUMNS - 16)} · {safe(way.team, 18)}" for way in data]
    left = 0.25 + max(columns(name.replace(r"\$", "$")) for name in names) * _COLUMN
    axes = figure.add_axes((left / WIDTH, FOOT / height, 1 - (left + 1.3) / WIDTH, 1 - (FOOT + HEAD_ROOM) / height))
    axes.set_ylim(max(len(data), 5) - 0.4, -0.6)
    axes.set_yticks(range(len(data)), names)
    axes.tick_params(axis="y", length=0)
    used = [phase for phase in PHASES if any(way.phases.get(phase, 0) > 0 for way in data)]
    for phase in used:
        _stack(axes, data, phase)
    longest = max([way.total for way in data] + [way.deadline or 0.0 for way in data])
    axes.set_xlim(0, longest * 1.02)
    for y, way in enumerate(data):
        axes.text(
            1.012, y, say_minutes(way.total, language), transform=axes.get_yaxis_transform(), va="center", fontsize=8, color=INK,
            gid="total",
        )  # fmt: skip
        if way.deadline is not None:
            colour = TARGET if way.arrived > way.deadline else GOOD
            axes.plot([way.deadline] * 2, [y - 0.46, y + 0.46], color=colour, linewidth=2.2, zorder=5, gid="deadline")
    axes.set_xlabel({"zh": "接警后(分钟)", "en": "minutes since the alarm"}[language])
    axes.grid(visible=True, axis="x")
    _waterfall_legend(figure, data, used, language, height)


def _stack(axes: Axes, data: Sequence[Way], phase: str) -> None:
    order = list(PHASES)
    before = [sum(way.phases.get(other, 0) for other in order[: order.index(phase)]) for way in data]
    lengths = [way.phases.get(phase, 0) for way in data]
    axes.barh(
        range(len(data)), lengths, left=before, height=0.66, color=PHASE_COLOURS[phase], edgecolor="white", linewidth=0.5,
        hatch=PHASE_HATCHES.get(phase), label=phase, zorder=3, gid=f"phase-{phase}",
    )  # fmt: skip


def _waterfall_legend(figure: Figure, data: Sequence[Way], used: list[str], language: Language, height: float) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = [
        Patch(facecolor=PHASE_COLOURS[phase], hatch=PHASE_HATCHES.get(phase), edgecolor="#8a8a8a", linewidth=0.4,
              label=PHASES[phase].say(language)) for phase in used
    ]  # fmt: skip
    dated = [way for way in data if way.deadline is not None]
    for late, colour, words in (
        (False, GOOD, Words("deadline, first team in time", "限时(首支按时到场)")),
        (True, TARGET, Words("deadline, first team late", "限时(首支超时)")),
    ):  # fmt: skip
        if any((way.arrived > (way.deadline or 0.0)) == late for way in dated):
            handles.append(Line2D([], [], color=colour, linewidth=2.2, label=words.say(language)))
    figure.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 0.06 / height), ncols=len(handles), columnspacing=1.4,
                  handlelength=1.6)  # fmt: skip
