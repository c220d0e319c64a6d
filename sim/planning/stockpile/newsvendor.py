"""One depot, one order: the newsvendor, and base stock, which is the newsvendor of the demand during the lead time.

Costs are per unit and period: `holding` for what is left over, `shortage` for what is missing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.errors import Finding, InputError, Words
from sim.planning.stockpile.inputs import require

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


class Level(NamedTuple):
    """How much to hold, and the expected cost of holding that much (leftover and shortage, a period)."""

    level: float
    cost: float


def newsvendor_normal(holding: float, shortage: float, mean: float, sd: float) -> Level:
    """Return the best stock against a normal demand.

    Raises
    ------
    InputError
        If a cost or the deviation is not above 0, or the mean is below 0.

    Notes
    -----
    S = μ + z σ with Φ(z) = p / (p + h); cost (p + h) φ(z) σ. Snyder and Shen (2019), Fundamentals of Supply Chain Theory,
    eqs. 4.24 and 4.30.
    """
    from scipy.special import ndtri

    require(positive={"holding": holding, "shortage": shortage, "sd": sd}, nonnegative={"mean": mean})
    z = float(ndtri(shortage / (shortage + holding)))
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    return Level(mean + z * sd, (shortage + holding) * density * sd)


def newsvendor_poisson(holding: float, shortage: float, mean: float) -> Level:
    """Return the best whole stock against a Poisson demand.

    Raises
    ------
    InputError
        If a cost or the mean is not above 0.

    Notes
    -----
    The least S with P(D ≤ S) ≥ p / (p + h): Snyder and Shen (2019), chapter 4.
    """
    from scipy.special import pdtr, pdtrik

    require(positive={"holding": holding, "shortage": shortage, "mean": mean})
    ratio = shortage / (shortage + holding)
    level = max(0, math.floor(float(pdtrik(ratio, mean))) - 1)  # a start at or below: the inverse is continuous
    while pdtr(level, mean) < ratio:
        level += 1
    return Level(float(level), float(poisson_cost(np.array([level]), holding, shortage, mean)[0]))


def poisson_cost(level: NDArray[np.int64], holding: float, shortage: float, mean: float) -> NDArray[np.float64]:
    """Return the expected cost of each stock level (whole numbers, also below 0) against a Poisson demand.

    Notes
    -----
    E[(S − D)⁺] = S P(D ≤ S) − μ P(D ≤ S − 1), as k P(D = k) = μ P(D = k − 1).
    """
    from scipy.special import pdtr

    stock = np.asarray(level, dtype=np.float64)
    at_most = np.where(stock >= 0, pdtr(np.maximum(stock, 0), mean), 0.0)
    below = np.where(stock >= 1, pdtr(np.maximum(stock - 1, 0), mean), 0.0)
    left = stock * at_most - mean * below
    cost: NDArray[np.float64] = holding * left + shortage * (left - (stock - mean))
    return cost


def newsvendor_empirical(holding: float, shortage: float, demand: ArrayLike, weights: ArrayLike | None = None) -> Level:
    """Return the best stock against demands as they were seen or simulated.

    Parameters
    ----------
    demand
        Observations, at least one.
    weights
        Their probabilities up to a factor; equal when left out.

    Raises
    ------
    InputError
        If a cost is not above 0, or demands or weights are empty, negative, not finite or of unlike number.
    """
    require(positive={"holding": holding, "shortage": shortage})
    seen = np.asarray(demand, dtype=np.float64)
    share = np.ones(len(seen)) if weights is None else np.asarray(weights, dtype=np.float64)
    if not (seen.ndim == 1 and seen.size and seen.shape == share.shape and _usable(seen) and _usable(share) and share.sum() > 0):
        what = Words("demands and weights do not fit", "需求样本与权重不合用")
        raise InputError(
            [Finding("bad-sample", what, Words("one weight of 0 or more for each demand", "每个样本配一个非负权重"))]
        )
    order = np.argsort(seen, kind="stable")
    seen, share = seen[order], share[order] / share.sum()
    ratio = shortage / (shortage + holding)
    at = min(int(np.searchsorted(np.cumsum(share), ratio * (1 - 1e-12))), len(seen) - 1)  # 0.1 summed 7 times stays 0.7
    level = float(seen[at])
    cost = holding * float(share @ np.maximum(level - seen, 0)) + shortage * float(share @ np.maximum(seen - level, 0))
    return Level(level, cost)


def _usable(values: NDArray[np.float64]) -> bool:
    return bool(np.isfinite(values).all() and (values >= 0).all())


def base_stock_poisson(holding: float, shortage: float, rate: float, lead: float) -> Level:
    """Return the base stock with continuous review: every unit used is ordered at once and comes after the lead time.

    Parameters
    ----------
    rate
        Mean demand a period (Poisson).
    lead
        Lead time in periods.

    Raises
    ------
    InputError
        If a number is not above 0.

    Notes
    -----
    The newsvendor of the demand during the lead time: Zipkin (2000), Foundations of Inventory Management.
    """
    require(positive={"holding": holding, "shortage": shortage, "rate": rate, "lead": lead})
    return newsvendor_poisson(holding, shortage, rate * lead)


def base_stock_normal(holding: float, shortage: float, mean: float, sd: float, lead: int) -> Level:
    """Return the base stock with review once a period and normal, independent demands.

    Parameters
    ----------
    mean, sd
        Of the demand of one period.
    lead
        Whole periods between order and delivery; 0 means before the period's demand.

    Raises
    ------
    InputError
        If a cost or the deviation is not above 0, or the mean or the lead time below 0.

    Notes
    -----
    The newsvendor of the demand of `lead` + 1 periods: Snyder and Shen (2019), chapter 4.
    """
    require(nonnegative={"lead": lead, "mean": mean}, positive={"holding": holding, "shortage": shortage, "sd": sd})
    return newsvendor_normal(holding, shortage, mean * (lead + 1), sd * math.sqrt(lead + 1))
