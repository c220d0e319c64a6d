"""Small panels in rows on one figure, each with clock time below and amounts at the left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.report.clock_axis import clock_axis
from sim.report.style import HEAD_ROOM

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.errors import Language

WIDTH = 10.6
"""Inches of the figure."""
_LEFT, _RIGHT, _GAP, _TITLE, _AXIS = 0.68, 0.36, 0.74, 0.34, 0.34
_TICKS = {1: 12, 2: 7, 3: 5}
"""Ticks of time that have room, by panels in a row."""


def panel_rows(figure: Figure, rows: Sequence[tuple[int, float]], foot: float) -> list[list[Axes]]:
    """Size a figure and return its axes, row by row.

    Parameters
    ----------
    rows
        For each row, how many panels it has and how high their axes are (inches).
    foot
        Inches that stay free at the bottom.
    """
    height = HEAD_ROOM + sum(tall + _TITLE + _AXIS for _, tall in rows) + foot
    figure.set_size_inches(WIDTH, height)
    top, found = height - HEAD_ROOM, []
    for across, tall in rows:
        wide = (WIDTH - _LEFT - _RIGHT - (across - 1) * _GAP) / across
        low = top - _TITLE - tall
        found.append([
            figure.add_axes(((_LEFT + number * (wide + _GAP)) / WIDTH, low / height, wide / WIDTH, tall / height))
            for number in range(across)
        ])  # fmt: skip
        top = low - _AXIS
    return found


def arranged(count: int, across: int = 3) -> list[int]:
    """Return how many panels each row has: all as wide as those of the first row, which is full."""
    if not count:
        return []
    across = 2 if count in (2, 4) else min(count, across)
    return [across] * -(-count // across)


def finish(axes: Axes, high: float, end: int, start: dt.datetime, language: Language, across: int) -> None:
    """Set the limits of a panel and its ticks: clock times and plain amounts."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_ylim(0, high)
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    clock_axis(axes, 0, end, start, language, _TICKS.get(across, 4))
    axes.grid(visible=True)


def right_end(last: int) -> int:
    """Return the right end of the time axes when the last thing to be seen happens at a moment: a little later (ms)."""
    return round(1.06 * last)


def staircase(moments: Sequence[int], values: Sequence[float], end: int) -> tuple[list[int], list[float]]:
    """Return a step line from 0 to `end`: nothing before the first moment."""
    kept = [(moment, value) for moment, value in zip(moments, values, strict=True) if moment <= end]
    last = kept[-1][1] if kept else 0.0
    return [0, *(moment for moment, _ in kept), end], [0.0, *(value for _, value in kept), last]


def note_at(axes: Axes, at: float, end: int, text: str, colour: str, level: float) -> Any:
    """Write a text beside a moment, on the side where there is more room; `level` is a share of the panel's height."""
    right = at > 0.6 * end
    return axes.annotate(
        text, (at, level), xycoords=("data", "axes fraction"), xytext=(-3 if right else 3, 0), textcoords="offset points",
        ha="right" if right else "left", va="center", fontsize=7.5, color=colour, zorder=6,
        bbox={"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 0.8},
    )  # fmt: skip
