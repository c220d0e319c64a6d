"""Two configurations beside each other: the difference of their means, with an interval, paired or independent.

A difference is always *other − base*: what changes when the base is replaced. One number a replication goes in.

What never happened (+inf) has no mean, so two questions are asked and kept apart: by how much the two differ where it
happened, and whether it happens more often in one of them.

* Paired, the difference is taken over the replications where it happened under both: the same luck, so the same
  sample of the world on both sides. Whether it happened at all is McNemar's exact test on the replications in which
  the two disagree. Two nevers agree.
* Independent, the means are over what happened on each side, and read with the counts of never; whether it happened
  at all is Fisher's exact test.

Where both questions have an answer, each is asked at half the error (Bonferroni): the interval widens, and the p value
is twice the smaller one. Both exact tests are conditional on how many disagree, so this keeps the error of the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.analysis.series import BASE, OTHER, level_of, read_series, same_length, stop
from sim.analysis.statistics import LEVEL, t_interval, t_quantile

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from sim.errors import Finding

    Series = NDArray[np.float64]


class Never(NamedTuple):
    """In how many replications it never happened, and whether the two differ in that."""

    base: int
    other: int
    both: int | None
    """Replications that are never in both; None for independent ones, which have no partner."""
    p: float
    """Of the exact test that it happens equally often (McNemar's if paired, else Fisher's); two-sided."""

    @property
    def differs(self) -> bool:
        """Whether any replication speaks of a difference in whether it happens."""
        return self.base + self.other > 0 if self.both is None else self.base + self.other > 2 * self.both


@dataclass(frozen=True, slots=True)
class Difference:
    """How another configuration differs from the base in one metric, in the metric's unit: other − base."""

    estimate: float | None
    """The difference; None if it happened nowhere."""
    bounds: tuple[float, float] | None
    """The interval; None with fewer than two replications."""
    level: float
    """The confidence asked for, of everything said here together."""
    used: tuple[int, int]
    """Replications of base and other behind the estimate: where it happened, and under both if paired."""
    error: float | None
    """Standard error of the estimate."""
    p: float | None
    """That there is no difference, neither in amount nor in whether it happens; two-sided."""
    variance_ratio: float | None = None
    """Variance of the estimate had the same replications been independent, over the paired one; inf if that is 0."""
    never: Never | None = None
    """None if it happened in every replication of both."""
    identical: bool = False
    """Every replication gives exactly the same: the interval is (0, 0) and p is 1, with one replication too."""


def paired(base: ArrayLike, other: ArrayLike, level: float = LEVEL) -> Difference:
    """Return the difference of means of two configurations that share their luck: replication i of both is a pair.

    Parameters
    ----------
    base, other
        One number a replication, shape (n,), the same replications in the same order; +inf for never.
    level
        Confidence level.

    Raises
    ------
    InputError
        ``empty-series``, ``unequal-lengths``, ``not-a-number``, ``minus-infinity``, ``bad-shape``, ``bad-level``.

    Notes
    -----
    A. M. Law (2015), Simulation Modeling and Analysis, section 10.2.1 (paired t). McNemar (1947), Psychometrika 12:
    153-157, exact by the binomial.
    """
    findings: list[Finding] = []
    a, b = read_series(base, BASE, findings), read_series(other, OTHER, findings)
    same_length(a, b, findings)
    level_of(level, findings)
    stop(findings)
    both = np.isfinite(a) & np.isfinite(b)
    never = _never_paired(a, b)
    used = (int(both.sum()),) * 2
    if np.array_equal(a, b):
        return Difference(0.0, (0.0, 0.0), level, used, 0.0, 1.0, None, never, identical=True)
    a, b = a[both], b[both]
    each = _level_each(level, never, enough=len(a) > 1)
    gaps = b - a
    estimate, bounds = t_interval(gaps, each) if len(gaps) else (None, None)
    if bounds is None:
        return Difference(estimate, None, level, used, None, _joint_p(None, never), None, never)
    error = float(np.std(gaps, ddof=1)) / len(gaps) ** 0.5
    p = _joint_p(_p_of(float(np.mean(gaps)), error, len(gaps) - 1), never)
    return Difference(estimate, bounds, level, used, error, p, _ratio(a, b, gaps), never)


def independent(base: ArrayLike, other: ArrayLike, level: float = LEVEL) -> Difference:
    """Return the difference of means of two configurations with seeds of their own (Welch).

    Parameters
    ----------
    base, other
        One number a replication, shapes (n,) and (m,); +inf for never.
    level
        Confidence level.

    Raises
    ------
    InputError
        ``empty-series``, ``not-a-number``, ``minus-infinity``, ``bad-shape``, ``bad-level``.

    Notes
    -----
    B. L. Welch (1938), Biometrika 29: 350-362; Law (2015), section 10.2.2. `identical` here: all numbers of both are one.
    """
    findings: list[Finding] = []
    a, b = read_series(base, BASE, findings), read_series(other, OTHER, findings)
    level_of(level, findings)
    stop(findings)
    never = _never_independent(a, b)
    if a.min() == a.max() == b.min() == b.max():
        used = (len(a), len(b)) if never is None else (0, 0)
        return Difference(0.0, (0.0, 0.0), level, used, 0.0, 1.0, None, never, identical=True)
    a, b = a[np.isfinite(a)], b[np.isfinite(b)]
    used = (len(a), len(b))
    estimate = float(np.mean(b) - np.mean(a)) if min(used) else None
    if estimate is None or min(used) < 2:
        return Difference(estimate, None, level, used, None, _joint_p(None, never), None, never)
    each = _level_each(level, never, enough=True)
    error, freedom = _welch(a, b)
    half = t_quantile(freedom, 0.5 + each / 2) * error
    p = _joint_p(_p_of(estimate, error, freedom), never)
    return Difference(estimate, (estimate - half, estimate + half), level, used, error, p, None, never)


def _welch(a: Series, b: Series) -> tuple[float, float]:
    """Return the standard error of the difference of means, and its degrees of freedom."""
    parts = np.array([np.var(a, ddof=1) / len(a), np.var(b, ddof=1) / len(b)])
    total = float(parts.sum())
    if total == 0:
        return 0.0, float(len(a) + len(b) - 2)
    shares = parts / total
    return total**0.5, 1 / float((shares**2 / (len(a) - 1, len(b) - 1)).sum())


def _p_of(estimate: float, error: float, freedom: float) -> float:
    from scipy.special import stdtr

    if error == 0:
        return float(estimate == 0)
    return float(2 * stdtr(freedom, -abs(estimate) / error))


def _ratio(a: Series, b: Series, gaps: Series) -> float | None:
    apart, together = float(np.var(a, ddof=1) + np.var(b, ddof=1)), float(np.var(gaps, ddof=1))
    if together == 0:
        return float("inf") if apart > 0 else None
    return apart / together


def _level_each(level: float, never: Never | None, *, enough: bool) -> float:
    """Return the level of the interval: half the error if whether it happens is asked as well."""
    return 1 - (1 - level) / 2 if enough and never is not None and never.differs else level


def _joint_p(amount: float | None, never: Never | None) -> float | None:
    asked = [p for p in (amount, never.p if never is not None and never.differs else None) if p is not None]
    return min(1.0, len(asked) * min(asked)) if asked else None


def _never_paired(a: Series, b: Series) -> Never | None:
    from scipy.special import bdtr

    base, other = np.isposinf(a), np.isposinf(b)
    both = int((base & other).sum())
    if not (base | other).any():
        return None
    alone = (int(base.sum()) - both, int(other.sum()) - both)
    p = min(1.0, 2 * float(bdtr(min(alone), sum(alone), 0.5))) if sum(alone) else 1.0
    return Never(int(base.sum()), int(other.sum()), both, p)


def _never_independent(a: Series, b: Series) -> Never | None:
    base, other = int(np.isposinf(a).sum()), int(np.isposinf(b).sum())
    return Never(base, other, None, _fisher(base, len(a), other, len(b))) if base + other else None


def _fisher(first: int, of_first: int, second: int, of_second: int) -> float:
    """Return the p value of Fisher's exact test: the chance of all tables as rare as this one, or rarer."""
    from scipy.special import gammaln

    drawn = first + second
    count = np.arange(max(0, drawn - of_second), min(drawn, of_first) + 1)
    ways = -gammaln(count + 1) - gammaln(of_first - count + 1)
    ways -= gammaln(drawn - count + 1) + gammaln(of_second - drawn + count + 1)
    chance = np.exp(ways - ways.max())
    here = chance[first - count[0]]
    return min(1.0, float(chance[chance <= here * (1 + 1e-7)].sum() / chance.sum()))  # the last bits are no difference
