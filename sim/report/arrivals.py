"""Arrival curves: what has come of each capability, against what is needed, with the deadlines."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.rounding import say_minutes, say_share
from sim.errors import Words
from sim.report.style import GOOD, HEAD_ROOM, SERIES, SOFT, TARGET, heading, note_no_data, safe
from sim.units import MINUTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from sim.errors import Language
    from sim.report.view import View

WIDTH, PANEL, FOOT = 10.6, 1.75, 0.55
"""Inches: the figure, a row of panels, the axis and legend below."""
_ARRIVED, _READY = SERIES[0], GOOD
_FIRST = SERIES[5]


@dataclass(frozen=True, slots=True)
class Steps:
    """One capability at one incident: counts over minutes since the alarm, each until the next; the deadline (minutes)."""

    capability: str
    minutes: tuple[float, ...]
    needed: tuple[int, ...]
    arrived: tuple[int, ...]
    ready: tuple[int, ...]
    deadline: float | None

    @property
    def complete(self) -> float:
        """Return when as many have arrived as are needed; inf when they never do."""
        most = max(self.needed)
        there = (minute for minute, arrived in zip(self.minutes, self.arrived, strict=True) if arrived >= most)
        return next(there, math.inf)


@dataclass(frozen=True, slots=True)
class Shares:
    """One capability over many incidents: minutes until the first and until all have arrived (inf: never)."""

    capability: str
    first: NDArray[np.float64]
    complete: NDArray[np.float64]
    deadline: float | None


def deadlines(view: View) -> dict[str, float]:
    """Return the tightest deadline (minutes) of each capability that has one."""
    found: dict[str, float] = {}
    for course in view.scenario.courses:
        for line in course.lines:
            if line.deadline is not None:
                name = view.scenario.capabilities[line.capability]
                found[name] = min(found.get(name, math.inf), line.deadline / MINUTE)
    return found


def steps_of(view: View, incident: str) -> tuple[Steps, ...]:
    """Return the capabilities of one incident of the first replication, those that are complete first in front."""
    from sim.analysis.incidents import courses_of
    from sim.analysis.tables import arrival_curve

    first, scenario = view.first, view.scenario
    assert first is not None
    curve = arrival_curve(first, incident)
    course = scenario.courses[int(courses_of(scenario, (incident,))[0])]
    limits: dict[str, float] = {}
    for line in course.lines:
        if line.deadline is not None:  # all are there when the last line's are: its deadline is what that is held against
            name = scenario.capabilities[line.capability]
            limits[name] = max(limits.get(name, 0.0), line.deadline / MINUTE)
    found = []
    for capability, part in curve.groupby("capability", sort=False):
        minutes = tuple(float(moment) / MINUTE for moment in part["since_alarm"])
        needed, arrived, ready = (tuple(int(count) for count in part[column]) for column in ("needed", "arrived", "ready"))
        found.append(Steps(str(capability), minutes, needed, arrived, ready, limits.get(str(capability))))
    return tuple(sorted(found, key=lambda steps: (steps.complete, steps.capability)))


def shares_of(view: View) -> tuple[Shares, ...]:
    """Return the capabilities that incidents ask for, over every replication; in the order of the scenario."""
    asked = dict.fromkeys(line.capability for course in view.scenario.courses for line in course.lines)
    names = [view.scenario.capabilities[code] for code in asked]
    observed = view.observed([f"{key}.{name}" for name in names for key in ("first", "complete")])
    limits = deadlines(view)
    found = [Shares(name, observed[f"first.{name}"], observed[f"complete.{name}"], limits.get(name)) for name in names]
    return tuple(shares for shares in found if len(shares.complete))


def draw_arrivals(
    figure: Figure, data: Sequence[Steps] | Sequence[Shares], *, language: Language, title: str, note: str
) -> None:
    """Draw a panel a capability over the whole figure: `Steps` as counts, `Shares` as the share of incidents.

    Parameters
    ----------
    title, note
        Already `safe`.
    """
    count = len(data)
    across = min(max(count, 1), 4 if count > 6 or count == 4 else 3)
    down = max(1, -(-count // across))
    tall = PANEL if down > 1 else 2 * PANEL
    height = HEAD_ROOM + down * tall + FOOT
    figure.set_size_inches(WIDTH, height)
    heading(figure, title, note)
    if not count:
        note_no_data(figure, Words("no data: nothing was asked for", "无数据:没有提出力量需求"), language)
        return
    longest = _longest(data)
    panels: Sequence[Steps | Shares] = data
    for number, panel in enumerate(panels):
        row, column = divmod(number, across)
        axes = figure.add_axes((
            (0.55 + column * (WIDTH - 0.7) / across) / WIDTH, 1 - (HEAD_ROOM + (row + 1) * tall - 0.32) / height,
            ((WIDTH - 0.7) / across - 0.5) / WIDTH, (tall - 0.72) / height,
        ))  # fmt: skip
        if isinstance(panel, Steps):
            _steps(axes, panel, longest, language)
        else:
            _shares(axes, panel, longest, language)
        axes.set_xlim(0, longest)
        axes.set_xticks(_ticks(longest))
        axes.grid(visible=True)
        _deadline(axes, panel, language)
    figure.supxlabel({"zh": "接警后(分钟)", "en": "minutes since the alarm"}[language], y=0.43 / height, fontsize=9)
    ylabel = Words("teams", "支(组)") if isinstance(data[0], Steps) else Words("share of incidents, %", "事件所占比例(%)")
    figure.supylabel(ylabel.say(language), x=0.012, fontsize=9)
    _legend(figure, data, language, height)


def _longest(data: Sequence[Steps] | Sequence[Shares]) -> float:
    """Return the minutes that every panel shows: until all is there and every deadline is past."""
    ends = [panel.deadline or 0.0 for panel in data]
    for panel in data:
        times = np.asarray(panel.minutes) if isinstance(panel, Steps) else panel.complete
        times = times[np.isfinite(times)]
        if len(times):
            ends.append(float(times.max()) if isinstance(panel, Steps) else float(np.quantile(times, 0.99)))
    return max(ends) * 1.06 or 1.0


def _ticks(longest: float) -> list[int]:
    step = next(step for step in (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440, 10**6) if longest / step <= 6)
    return list(range(0, int(longest) + 1, step))


def _steps(axes: Axes, panel: Steps, longest: float, language: Language) -> None:
    def line(counts: tuple[int, ...]) -> tuple[list[float], list[int]]:
        return [0.0, *panel.minutes, longest], [0, *counts, counts[-1]]

    zh = language == "zh"
    axes.fill_between(*line(panel.arrived), step="post", color=_ARRIVED, alpha=0.13, linewidth=0)
    axes.step(*line(panel.needed), where="post", color=SOFT, linestyle=(0, (4, 2)), linewidth=1.2, gid="needed")
    axes.step(*line(panel.ready), where="post", color=_READY, linewidth=1.3, gid="ready")
    axes.step(*line(panel.arrived), where="post", color=_ARRIVED, linewidth=1.8, gid="arrived")
    most = max(*panel.needed, *panel.arrived)
    axes.set_ylim(0, most * 1.18)
    axes.set_yticks(sorted({0, most, *range(0, most + 1, max(1, most // 4))}))
    there, needed = panel.arrived[-1], panel.needed[-1]
    axes.set_title(f"{safe(panel.capability, 20)}  {there}/{needed}", loc="left", fontsize=9.5)
    if math.isinf(panel.complete):
        said = "未到齐" if zh else "never all there"
    else:
        said = f"{say_minutes(panel.complete, language)}到齐" if zh else f"all at {say_minutes(panel.complete, language)}"
    late = panel.complete > panel.deadline if panel.deadline is not None else math.isinf(panel.complete)
    axes.set_title(said, loc="right", fontsize=8.5, color=TARGET if late else GOOD if panel.deadline is not None else SOFT)


def _shares(axes: Axes, panel: Shares, longest: float, language: Language) -> None:
    for values, colour, width, gid in ((panel.first, _FIRST, 3.4, "first"), (panel.complete, _ARRIVED, 1.4, "complete")):
        happened = np.sort(values[np.isfinite(values)])
        share = 100 * np.arange(1, len(happened) + 1) / max(len(values), 1)
        keep = _thinned(len(happened))
        minutes = np.concatenate([[0.0], happened[keep], [max(longest, happened[-1] if len(happened) else 0.0)]])
        level = np.concatenate([[0.0], share[keep], share[-1:] if len(share) else [0.0]])
        axes.step(minutes, level, where="post", color=colour, linewidth=width, gid=gid)
    axes.set_ylim(0, 104)
    axes.set_yticks([0, 25, 50, 75, 100])
    count, never = len(panel.complete), int(np.isinf(panel.complete).sum())
    axes.set_title(f"{safe(panel.capability, 20)}  n = {count}", loc="left", fontsize=9.5)
    if panel.deadline is not None:
        in_time = say_share(float((panel.complete <= panel.deadline).mean()))
        said = f"按时到齐 {in_time}" if language == "zh" else f"all in time {in_time}"
        axes.set_title(said, loc="right", fontsize=8.5, color=SOFT)
    elif never:
        axes.set_title(f"未到齐 {never}" if language == "zh" else f"never {never}", loc="right", fontsize=8.5, color=TARGET)


def _thinned(count: int, most: int = 1500) -> Any:
    """Return which of many sorted observations to draw: more cannot be seen."""
    return np.arange(count) if count <= most else np.unique(np.linspace(0, count - 1, most).astype(int))


def _deadline(axes: Axes, panel: Steps | Shares, language: Language) -> None:
    if panel.deadline is None:
        return
    axes.axvline(panel.deadline, color=TARGET, linewidth=1.2, linestyle=(0, (2, 1.5)), zorder=4, gid="deadline")
    right = panel.deadline > axes.get_xlim()[1] * 0.72
    axes.annotate(
        f"{'限时' if language == 'zh' else 'by'} {panel.deadline:g}", (panel.deadline, 0.04), xycoords=("data", "axes fraction"),
        xytext=(-3 if right else 3, 0), textcoords="offset points", ha="right" if right else "left", va="bottom", fontsize=7.5,
        color=TARGET, zorder=5, bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.8},
    )  # fmt: skip


def _legend(figure: Figure, data: Sequence[Steps] | Sequence[Shares], language: Language, height: float) -> None:
    from matplotlib.lines import Line2D

    if isinstance(data[0], Steps):
        lines: list[tuple[Words, str, Any, float]] = [
            (Words("needed", "所需"), SOFT, (0, (4, 2)), 1.2), (Words("arrived", "已到场"), _ARRIVED, "-", 1.8),
            (Words("ready to work", "可作业"), _READY, "-", 1.3),
        ]  # fmt: skip
    else:
        lines = [(Words("first there", "首支到场"), _FIRST, "-", 3.4), (Words("all there", "到齐"), _ARRIVED, "-", 1.4)]
    if any(panel.deadline is not None for panel in data):
        lines.append((Words("deadline", "限时"), TARGET, (0, (2, 1.5)), 1.2))
    handles = [
        Line2D([], [], color=colour, linestyle=style, linewidth=width, label=words.say(language))
        for words, colour, style, width in lines
    ]
    figure.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 0.04 / height), ncols=len(handles))
