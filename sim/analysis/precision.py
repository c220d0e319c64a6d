"""When there are enough replications: the precision asked for is looked at after fixed numbers of them only.

Replications are counted in their order, and looks are at `first`, `first + batch`, `first + 2 batch` … and `most`. What
was run beyond a look does not change what it says, so the outcome is the same for one process or many.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from sim.analysis.series import above_zero, at_least, level_of, read_series, stop
from sim.analysis.statistics import LEVEL, t_interval, t_quantile
from sim.errors import Finding, Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import ArrayLike, NDArray

BEYOND: Final = 10**9
"""More replications than this are not worth naming."""


class Asked(NamedTuple):
    """The half-width asked of one quantity: in its unit, or as a share of its mean."""

    half_width: float
    relative: bool = False


class Reached(NamedTuple):
    """What a look finds of one quantity."""

    mean: float | None
    """None if it never happened in some replication: what never happened has no mean."""
    half_width: float | None
    """In the quantity's unit; None without an interval."""
    allowed: float | None
    """The half-width asked for, in the quantity's unit."""
    met: bool
    needed: int | None
    """Replications that would be enough, if the spread stays as it is; None if no number can be named."""


@dataclass(frozen=True, slots=True)
class Plan:
    """When to look, and when to give up.

    Parameters
    ----------
    first, batch, most
        Replications before the first look, between looks, and at the last look.
    level
        Confidence level of each interval.

    Raises
    ------
    InputError
        ``bad-first`` below 2, ``bad-batch`` below 1, ``bad-most`` below `first`, ``bad-level``.
    """

    first: int
    batch: int
    most: int
    level: float = LEVEL

    def __post_init__(self) -> None:
        findings: list[Finding] = []
        at_least(self.first, 2, "bad-first", Words("the number of first replications", "首批推演次数"), findings)
        at_least(self.batch, 1, "bad-batch", Words("the batch", "每批推演次数"), findings)
        at_least(self.most, self.first, "bad-most", Words("the most replications", "推演次数上限"), findings)
        level_of(self.level, findings)
        stop(findings)

    def looks(self) -> Iterator[int]:
        """Yield the numbers of replications after which is looked, ascending; the last is `most`."""
        yield from range(self.first, self.most, self.batch)
        yield self.most


@dataclass(frozen=True, slots=True)
class Look:
    """What the last look says, or the first at which everything was met."""

    replications: int
    """How many it looked at: the result is made of these, whatever was run beyond."""
    reached: tuple[Reached, ...]
    """A quantity each, in the order asked."""
    next: int | None
    """Replications at the next look; None if this is the end."""

    @property
    def met(self) -> bool:
        """Whether every half-width asked for is reached."""
        return all(each.met for each in self.reached)

    @property
    def stopped(self) -> bool:
        """Whether to stop: everything is met, or the most is reached."""
        return self.next is None

    @property
    def needed(self) -> int | None:
        """Replications that would be enough for all; None if no number can be named."""
        each = [one.needed for one in self.reached]
        return None if None in each else max(n for n in each if n is not None)


def look(series: Sequence[ArrayLike], asked: Sequence[Asked], plan: Plan) -> Look | None:
    """Return what is known of the precision; None before the first look.

    Parameters
    ----------
    series
        For each quantity one number a replication, in the order of the replications, shape (n,); +inf for never.
    asked
        The half-width asked of each.
    plan
        When to look.

    Raises
    ------
    InputError
        ``nothing-asked``, ``unequal-lengths`` (one precision a quantity, and all as long), ``bad-half-width`` not above
        0, ``empty-series``, ``not-a-number``, ``minus-infinity``, ``bad-shape``.

    Notes
    -----
    Law (2015), section 9.4.1 (the estimate of n from a fixed sample, and the sequential procedure). Looking often makes it
    likelier to stop at a lucky moment: the interval at the stop covers somewhat less than its level says, the less the
    larger `first` and `batch` are. A relative half-width is one over the mean found, |half-width / mean|.
    """
    columns = _read(series, asked)
    last = None
    for count in plan.looks():
        if count > len(columns[0]):
            return None if last is None else Look(last.replications, last.reached, count)
        reached = tuple(_reach(column[:count], a, plan.level) for column, a in zip(columns, asked, strict=True))
        last = Look(count, reached, None)
        if last.met:
            break
    return last


def _reach(values: NDArray[np.float64], asked: Asked, level: float) -> Reached:
    if not np.isfinite(values).all():
        return Reached(None, None, None if asked.relative else asked.half_width, met=False, needed=None)
    mean, bounds = t_interval(values, level)
    allowed = abs(mean) * asked.half_width if asked.relative else asked.half_width
    spread = float(np.std(values, ddof=1))
    half = 0.0 if bounds is None else (bounds[1] - bounds[0]) / 2
    return Reached(mean, half, allowed, half <= allowed, _needed(spread, allowed, level))


def _needed(spread: float, allowed: float, level: float) -> int | None:
    """Return the least n with t(n − 1) · s / √n within what is allowed, by doubling and halving."""

    def enough(count: int) -> bool:
        half: float = t_quantile(count - 1, 0.5 + level / 2) * spread / count**0.5
        return half <= allowed

    low, high = 1, 2
    while not enough(high):
        low, high = high, 2 * high
        if high > BEYOND:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _read(series: Sequence[ArrayLike], asked: Sequence[Asked]) -> list[NDArray[np.float64]]:
    findings: list[Finding] = []
    if not asked:
        what = Words("no precision is asked for", "没有提出精度要求")
        findings.append(Finding("nothing-asked", what, Words("ask for one half-width at least", "请至少提出一个半宽要求")))
    named = [(Words(f"quantity {i}", f"第 {i} 项"), values) for i, values in enumerate(series)]
    columns = [read_series(values, name, findings) for name, values in named]
    if len(columns) != len(asked) or len({len(column) for column in columns}) > 1:
        lengths = ", ".join(str(len(column)) for column in columns)
        what = Words(
            f"{len(asked)} precisions are asked for, and the quantities have {lengths or 'no'} replications",
            f"提出了 {len(asked)} 项精度要求,而各项数据的推演次数为 {lengths or '零'}",
        )
        remedy = Words("give each quantity one precision and the same replications", "请给每项数据一个精度要求和相同的推演")
        findings.append(Finding("unequal-lengths", what, remedy))
    for one in asked:
        above_zero(one.half_width, "bad-half-width", Words("a half-width asked for", "要求的半宽"), findings)
    stop(findings)
    return columns
