"""The difference of a quantile of pooled observations, with a bootstrap interval: whole replications are drawn again.

What happens within a replication is not independent, so a replication is drawn with all its observations. Under common
draws the same replications are drawn for both configurations, which keeps what pairing gains.

The interval is the percentile one. BCa would need the acceleration, which is estimated by leaving replications out one
by one: for quantiles that estimate does not converge (B. Efron and R. Tibshirani 1993, An Introduction to the
Bootstrap, section 11.6), and where +inf takes its place among the observations it does not exist.
"""

from __future__ import annotations

from math import floor, isqrt
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.analysis.comparison import Difference
from sim.analysis.series import BASE, OTHER, level_of, read_numbers, same_length, stop
from sim.analysis.statistics import LEVEL, quantile
from sim.errors import Finding, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]

RESAMPLES: Final = 1_999
_ROUNDING = 1e-9


def quantile_difference(
    base: Sequence[ArrayLike],
    other: Sequence[ArrayLike],
    percent: int,
    level: float = LEVEL,
    *,
    common: bool = True,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Difference:
    """Return the difference of a quantile of all observations pooled, other − base, with its percentile interval.

    Parameters
    ----------
    base, other
        For each replication its observations, +inf for never; a replication may have none.
    percent
        The quantile in per cent, 1 to 99, as `statistics.quantile` defines it (never takes its place; inf − inf is 0).
    level
        Confidence level.
    common
        Whether replication i of both shares its luck; then the two are drawn together and must be as many.
    resamples
        How often the replications are drawn again.
    seed
        Of the drawing: the same seed gives the same interval, and the same replications for every metric.

    Returns
    -------
    Difference
        `error` is the standard deviation over the resamples (None if never comes into it); `p` twice the smaller share
        of resamples on either side of 0, counting the estimate as one more.

    Raises
    ------
    InputError
        ``empty-series`` (no replications, or no observation in any), ``unequal-lengths``, ``not-a-number``,
        ``minus-infinity``, ``bad-percent``, ``bad-level``, ``few-resamples``.

    Notes
    -----
    Efron and Tibshirani (1993), section 13.3. With fewer than about 20 replications the interval is too short.
    """
    findings: list[Finding] = []
    a, b = _read(base, BASE, findings), _read(other, OTHER, findings)
    if common:
        same_length(np.empty(len(a)), np.empty(len(b)), findings)
    _settings(percent, level, resamples, findings)
    stop(findings)
    used = (len(a), len(b))
    estimate = float(_minus(quantile(np.concatenate(b), percent), quantile(np.concatenate(a), percent)))
    if common and all(np.array_equal(mine, its) for mine, its in zip(a, b, strict=True)):
        return Difference(0.0, (0.0, 0.0), level, used, 0.0, 1.0, identical=True)
    if min(used) < 2:
        return Difference(estimate, None, level, used, None, None)
    drawn = _drawn(len(a), resamples, seed, 0)
    drawn_other = drawn if common else _drawn(len(b), resamples, seed, 1)
    gaps = _minus(Pooled(b).quantiles(drawn_other, percent), Pooled(a).quantiles(drawn, percent))
    gaps = np.sort(gaps[~np.isnan(gaps)])  # a resample of replications without observations has no quantile
    tail = max(1, floor((len(gaps) + 1) * (1 - level) / 2 + _ROUNDING))
    sides = 1 + min(int((gaps <= 0).sum()), int((gaps >= 0).sum()))
    error = float(np.std(gaps, ddof=1)) if np.isfinite(gaps).all() else None
    bounds = (float(gaps[tail - 1]), float(gaps[-tail]))
    return Difference(estimate, bounds, level, used, error, min(1.0, 2 * sides / (len(gaps) + 1)))


class Pooled:
    """The observations of all replications in one sorted list, each remembering its replication.

    The quantile of a resample is searched in two steps, first among √M groups of neighbours, then within one: a matrix
    product and a short row for each resample, in place of M running sums.

    Parameters
    ----------
    observations
        For each replication its observations.
    """

    def __init__(self, observations: Sequence[Numbers]) -> None:
        self._sizes = np.array([len(part) for part in observations], dtype=np.float64)
        values = np.concatenate(observations)
        owner = np.repeat(np.arange(len(observations)), self._sizes.astype(np.int64))
        order = np.argsort(values, kind="stable")
        self._values, self._owner = values[order], owner[order]
        self._width = isqrt(len(values)) + 1
        group = np.arange(len(values)) // self._width
        self._table = np.zeros((len(observations), int(group[-1]) + 1))
        np.add.at(self._table, (self._owner, group), 1.0)

    def quantiles(self, counts: Numbers, percent: int) -> Numbers:
        """Return the quantile of each resample; NaN where nothing was drawn.

        Parameters
        ----------
        counts
            How often each replication is drawn, shape (resamples, replications), whole numbers.
        percent
            As in `statistics.quantile`.
        """
        total = counts @ self._sizes
        rank = np.maximum(1.0, -(-total * percent // 100))[:, None]
        running = np.cumsum(counts @ self._table, axis=1)
        group = np.minimum((running < rank).sum(axis=1), running.shape[1] - 1)
        rows = np.arange(len(counts))
        before = np.where(group > 0, running[rows, group - 1], 0.0)[:, None]
        places = group[:, None] * self._width + np.arange(self._width)
        inside = places < len(self._values)
        owner = self._owner[np.where(inside, places, 0)]
        weight = np.where(inside, counts[rows[:, None], owner], 0.0)
        step = (before + np.cumsum(weight, axis=1) < rank).sum(axis=1)
        found = self._values[np.minimum(group * self._width + step, len(self._values) - 1)]
        return np.where(total > 0, found, np.nan)


def _drawn(replications: int, resamples: int, seed: int, side: int) -> Numbers:
    """Return how often each replication is drawn in each resample, shape (resamples, replications)."""
    chosen = np.random.default_rng([seed, side]).integers(0, replications, (resamples, replications))
    cells = (chosen + np.arange(resamples)[:, None] * replications).ravel()
    return np.bincount(cells, minlength=resamples * replications).reshape(resamples, replications).astype(np.float64)


def _minus(high: Numbers | float, low: Numbers | float) -> Numbers:
    """Subtract, where two nevers are the same."""
    a, b = np.asarray(high, dtype=np.float64), np.asarray(low, dtype=np.float64)
    same = a == b
    gap: Numbers = np.where(same, 0.0, np.where(same, 0.0, a) - np.where(same, 0.0, b))
    return gap


def _read(series: Sequence[ArrayLike], name: Words, findings: list[Finding]) -> list[Numbers]:
    parts = [np.asarray(part, dtype=np.float64).ravel() for part in series]
    if sum(len(part) for part in parts) == 0:
        what = Words(
            f"{name.en} has no observations in {len(parts)} replications", f"{name.zh}的 {len(parts)} 次推演中没有任何观测"
        )
        remedy = Words("run more replications, or compare another metric", "请增加推演次数,或改比另一项指标")
        findings.append(Finding("empty-series", what, remedy))
    worst = np.array([[part.min(), part.max()] if len(part) else [0.0, 0.0] for part in parts]).reshape(-1, 2)
    read_numbers(worst, name, findings, never=True)
    return parts


def _settings(percent: int, level: float, resamples: int, findings: list[Finding]) -> None:
    if not 1 <= percent <= 99:
        what = Words(f"the quantile is {percent} %", f"分位数为 {percent}%")
        findings.append(Finding("bad-percent", what, Words("give 1 to 99", "请给出 1 到 99")))
    before = len(findings)
    level_of(level, findings)
    if len(findings) == before and (resamples + 1) * (1 - level) / 2 < 1 - _ROUNDING:
        least = -int(-2 // (1 - level))
        what = Words(
            f"{resamples} resamples are too few for a level of {level:g}", f"重抽样 {resamples} 次不足以支持 {level:g} 的置信水平"
        )
        findings.append(Finding("few-resamples", what, Words(f"give at least {least}", f"请至少重抽样 {least} 次")))
