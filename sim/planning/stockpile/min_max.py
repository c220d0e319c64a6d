"""The (s, S) rule with review once a period: at s or below, order up to S."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.errors import Finding, InputError, Words
from sim.planning.stockpile.inputs import require

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


class MinMax(NamedTuple):
    """Reorder point s, order-up-to level S, and the expected cost a period."""

    reorder: int
    up_to: int
    cost: float


def min_max(holding: float, shortage: float, order: float, demand: ArrayLike, lead: int = 0) -> MinMax:
    """Return the best (s, S) for whole demands that are independent from period to period; shortages wait.

    Parameters
    ----------
    holding, shortage
        Cost per unit left, per unit missing, at the end of a period.
    order
        Cost of one order.
    demand
        ``demand[d]`` is the probability that a period asks for d units; sums to 1. For Poisson see `poisson_demand`.
    lead
        Whole periods between order and delivery; 0 means before the period's demand.

    Raises
    ------
    InputError
        If a cost is not above 0, the lead time is below 0, or `demand` is no distribution or is always 0.

    Notes
    -----
    Exact: Y.-S. Zheng and A. Federgruen (1991), Operations Research 39(4), 654–665.
    """
    require(positive={"holding": holding, "shortage": shortage, "order": order}, nonnegative={"lead": lead})
    chance = np.asarray(demand, dtype=np.float64)
    _require_distribution(chance)
    return _Search(holding, shortage, order, chance, int(lead)).best()


def poisson_demand(mean: float) -> NDArray[np.float64]:
    """Return the probabilities of 0, 1, 2 … units of a Poisson demand, up to where what is left out is below 1e-14."""
    from scipy.special import gammaln

    require(positive={"mean": mean})
    units = np.arange(int(mean + 12 * mean**0.5 + 30))
    found: NDArray[np.float64] = np.exp(units * np.log(mean) - mean - gammaln(units + 1))
    found /= found.sum()
    return found


def _require_distribution(chance: NDArray[np.float64]) -> None:
    good = chance.ndim == 1 and chance.size > 1 and bool(np.isfinite(chance).all() and (chance >= 0).all())
    if good and abs(float(chance.sum()) - 1) <= 1e-9 and chance[0] < 1:
        return
    what = Words("the demand is not a distribution over 0, 1, 2 … units", "需求不是 0、1、2……件上的概率分布")
    remedy = Words("give probabilities that sum to 1, not all of it at 0", "请给出合计为 1 的概率,且不全在 0 件")
    raise InputError([Finding("bad-distribution", what, remedy)])


class _Search:
    """The cost of (s, S), and the walk to the best; s and S move one unit at a time."""

    def __init__(self, holding: float, shortage: float, order: float, chance: NDArray[np.float64], lead: int) -> None:
        self.holding, self.shortage, self.order, self.chance = holding, shortage, order, chance
        self.over_lead = chance
        for _ in range(lead):
            self.over_lead = np.convolve(self.over_lead, chance)
        self.units = np.arange(len(self.over_lead))
        self.one_period: dict[int, float] = {}
        self.renewals = [1 / (1 - chance[0])]

    def period(self, level: int) -> float:
        """Return G(y): the expected cost of a period that begins with y units on hand and on order."""
        if level not in self.one_period:
            left = level - self.units
            cost = self.holding * np.maximum(left, 0) + self.shortage * np.maximum(-left, 0)
            self.one_period[level] = float(self.over_lead @ cost)
        return self.one_period[level]

    def visits(self, count: int) -> NDArray[np.float64]:
        """Return m(0 … count − 1): how many periods the stock is expected to stay j below S, from one order to the next."""
        while len(self.renewals) < count:
            j = len(self.renewals)
            reach = min(j, len(self.chance) - 1)
            before = np.array(self.renewals[j - reach : j][::-1])
            self.renewals.append(float(self.chance[1 : reach + 1] @ before) / (1 - self.chance[0]))
        return np.array(self.renewals[:count])

    def cost(self, reorder: int, up_to: int) -> float:
        """Return the expected cost a period: that of one order and all periods until the next, over their number."""
        visits = self.visits(up_to - reorder)
        periods = np.array([self.period(up_to - j) for j in range(up_to - reorder)])
        return float((self.order + visits @ periods) / visits.sum())

    def best(self) -> MinMax:
        cheapest = self._cheapest_period()
        up_to, reorder = cheapest, cheapest - 1
        while self.cost(reorder, up_to) > self.period(reorder):
            reorder -= 1
        found = self.cost(reorder, up_to)
        tried = up_to + 1
        while self.period(tried) <= found:
            if self.cost(reorder, tried) < found:
                up_to = tried
                while self.cost(reorder, up_to) <= self.period(reorder + 1):
                    reorder += 1
                found = self.cost(reorder, up_to)
            tried += 1
        return MinMax(reorder, up_to, found)

    def _cheapest_period(self) -> int:
        ratio = self.shortage / (self.shortage + self.holding)
        return int(np.searchsorted(np.cumsum(self.over_lead), ratio * (1 - 1e-12)))
