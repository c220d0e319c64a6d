"""Numbers as they are said: rounded to what the inputs support, in hours and minutes, shares in per cent."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.analysis.summary import Line
    from sim.errors import Language

STEPS = (1, 5, 10, 30, 60)
"""What minutes are rounded to: inputs are planners' whole minutes, so never finer than one."""
HOUR_MINUTES = 60


def step_of(line: Line) -> int:
    """Return what to round minutes to: the greatest of `STEPS` that the half-width of the interval reaches."""
    if line["ci95"] is None:
        return STEPS[0]
    half = (line["ci95"][1] - line["ci95"][0]) / 2
    return max((step for step in STEPS if step <= half), default=STEPS[0])


def to_step(minutes: float, step: int = 1) -> int:
    """Return minutes rounded to a multiple of a step, halves to the even multiple."""
    return round(minutes / step) * step


def say_minutes(minutes: float, language: Language, step: int = 1) -> str:
    """Return ``2 小时 50 分`` or ``2 h 50 min``; under a step, that it is less."""
    whole = to_step(minutes, step)
    if whole == 0 and minutes > 0:
        return f"不足 {step} 分钟" if language == "zh" else f"less than {step} min"
    hours, rest = divmod(abs(whole), HOUR_MINUTES)
    sign = "-" if whole < 0 else ""
    if hours == 0:
        return f"{sign}{rest} 分钟" if language == "zh" else f"{sign}{rest} min"
    if language == "zh":
        return f"{sign}{hours} 小时" + (f" {rest} 分" if rest else "")
    return f"{sign}{hours} h" + (f" {rest} min" if rest else "")


def say_share(share: float, half: float | None = None) -> str:
    """Return a share in per cent: whole, or to one place when its interval is narrower than that."""
    exact = half is not None and half < 0.005 and not share.is_integer()
    shown = f"{100 * share:.1f}" if exact else f"{100 * share:.0f}"
    if 0 < share < 1 and float(shown) in (0.0, 100.0):
        return "< 1 %" if float(shown) == 0 else "> 99 %"
    return f"{shown} %"


_LARGE = 100


def say_amount(amount: float, half: float | None = None) -> str:
    """Return a plain number: whole ones as such, others to the order of the half-width, or to three figures without one."""
    if float(amount).is_integer() and abs(amount) < 1e15:
        return f"{int(amount)}"
    if not half and abs(amount) >= _LARGE:
        return f"{round(amount, 2 - math.floor(math.log10(abs(amount)))):.0f}"
    places = 1 if not half else min(2, max(0, -math.floor(math.log10(half))))
    return f"{amount:.{places}f}"
