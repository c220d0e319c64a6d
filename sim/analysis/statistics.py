"""Statistics over replications: the replication is the unit, since what happens within one is not independent."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEVEL = 0.95


class Interval(NamedTuple):
    """A mean, and the interval that covers the true one in 95 of 100 studies; None with fewer than two replications."""

    mean: float
    bounds: tuple[float, float] | None


def t_interval(means: NDArray[np.float64], level: float = LEVEL) -> Interval:
    """Return the mean of replication means and its Student interval, mean ± t · s / √n with n − 1 degrees of freedom.

    Parameters
    ----------
    means
        One finite number a replication; at least one.
    level
        Confidence level.

    Notes
    -----
    A. M. Law (2015), Simulation Modeling and Analysis, eq. 4.12. The variance is taken about the mean (two passes).
    """
    count = len(means)
    mean = float(np.mean(means))
    if count < 2:
        return Interval(mean, None)
    half = t_quantile(count - 1, 0.5 + level / 2) * float(np.std(means, ddof=1)) / count**0.5
    return Interval(mean, (mean - half, mean + half))


def t_quantile(freedom: float, share: float) -> float:
    """Return the quantile of Student's t; scipy.stats would cost a second at import, scipy.special does not."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, share))


def quantile(values: NDArray[np.float64], percent: int) -> float:
    """Return the smallest value that at least `percent` of 100 observations do not exceed; no interpolation.

    So "nine in ten within X" is true of the observations as they are, and +inf (never) takes its place among them.
    """
    rank = max(1, -(-len(values) * percent // 100))
    return float(np.partition(values, rank - 1)[rank - 1])
