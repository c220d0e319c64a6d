"""The (r, Q) rule with continuous review: as soon as stock on hand and on order falls to r, order Q."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.planning.stockpile.inputs import require
from sim.planning.stockpile.newsvendor import newsvendor_poisson, poisson_cost


class ReorderPoint(NamedTuple):
    """Reorder point r, order quantity Q, and the expected cost a period of ordering, holding and missing."""

    reorder: int
    quantity: int
    cost: float


def reorder_point_poisson(holding: float, shortage: float, order: float, rate: float, lead: float) -> ReorderPoint:
    """Return the best (r, Q) for Poisson demand whose shortages wait (backorders).

    Parameters
    ----------
    holding, shortage
        Cost per unit and period of stock on hand, of units that wait.
    order
        Cost of one order.
    rate
        Mean demand a period.
    lead
        Lead time in periods.

    Raises
    ------
    InputError
        If a number is not above 0.

    Notes
    -----
    The inventory position is uniform on r+1 … r+Q, so the cost is (K λ + Σ g(y)) / Q with g the newsvendor cost of the
    lead-time demand. g is convex: the best window of Q positions grows by its cheaper neighbour, and stops where that is
    dearer than the average. A. Federgruen and Y.-S. Zheng (1992), Operations Research 40(4), 808–813. Exact.
    """
    require(positive={"holding": holding, "shortage": shortage, "order": order, "rate": rate, "lead": lead})
    mean = rate * lead

    def position_cost(position: int) -> float:
        return float(poisson_cost(np.array([position]), holding, shortage, mean)[0])

    low = high = int(newsvendor_poisson(holding, shortage, mean).level)
    total = order * rate + position_cost(low)
    below, above = position_cost(low - 1), position_cost(high + 1)
    while min(below, above) < total / (high - low + 1):
        total += min(below, above)
        if below <= above:
            low -= 1
            below = position_cost(low - 1)
        else:
            high += 1
            above = position_cost(high + 1)
    return ReorderPoint(low - 1, high - low + 1, total / (high - low + 1))
