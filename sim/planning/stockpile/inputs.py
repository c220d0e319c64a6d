"""The door of the single-depot laws: every number that cannot be meant is named, all at once."""

from __future__ import annotations

import math

from sim.errors import Finding, InputError, Words


def require(*, positive: dict[str, float] | None = None, nonnegative: dict[str, float] | None = None) -> None:
    """Refuse numbers that are not finite, not above 0, or below 0.

    Parameters
    ----------
    positive, nonnegative
        Name of the number → its value.

    Raises
    ------
    InputError
        With one finding for each number refused.
    """
    wrong = [_not_positive(name, value) for name, value in (positive or {}).items() if not (math.isfinite(value) and value > 0)]
    wrong += [_negative(name, value) for name, value in (nonnegative or {}).items() if not (math.isfinite(value) and value >= 0)]
    if wrong:
        raise InputError(wrong)


def _not_positive(name: str, value: float) -> Finding:
    what = Words(f"{name} is {value:g}, which is not above 0", f"{name} 为 {value:g},应大于 0")
    return Finding("not-positive", what, Words("give a finite number above 0", "请填写大于 0 的有限数"))


def _negative(name: str, value: float) -> Finding:
    what = Words(f"{name} is {value:g}, which is not 0 or more", f"{name} 为 {value:g},不应小于 0")
    return Finding("negative", what, Words("give a finite number, 0 or more", "请填写不小于 0 的有限数"))
