"""A time axis in clock times."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

from sim.units import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.errors import Language

_STEPS = (
    5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY,
    30 * DAY, 90 * DAY,
)  # fmt: skip


def clock_axis(axes: Axes, low: int, high: int, start: dt.datetime, language: Language, most: int = 12) -> None:
    """Set limits (ms after the start) and ticks at round clock times; midnight is shown by its date."""
    step = next((step for step in _STEPS if (high - low) / step <= most), _STEPS[-1])
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    into_day = round((start - midnight).total_seconds() * 1000)
    first = math.ceil((low + into_day) / step) * step - into_day
    ticks = list(range(first, high + 1, step))
    axes.set_xlim(low, high)
    axes.set_xticks(ticks, [_say(start + dt.timedelta(milliseconds=tick), step, language) for tick in ticks])
    axes.grid(visible=True, axis="x")
    axes.tick_params(axis="x", length=3)


def _say(moment: dt.datetime, step: int, language: Language) -> str:
    if step < DAY and (moment.hour or moment.minute):
        return f"{moment:%H:%M}"
    if step >= DAY:
        return f"{moment.month}-{moment.day}"
    return f"{moment.month} 月 {moment.day} 日" if language == "zh" else f"{moment.day} {moment:%b}"
