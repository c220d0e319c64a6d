"""How near the best a plan is, when its cases are drawn: a confidence that covers the drawing too."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.analysis.statistics import t_quantile
from sim.planning.stockpile import solve

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from sim.planning.sizing.needs import Needs
    from sim.planning.stockpile import Plan, Problem

BATCHES = 10
CONFIDENCE = 0.95


class Judged(NamedTuple):
    """What a plan costs over other draws: all in all, and in each draw, with its case and probability."""

    total: float
    cost: NDArray[np.float64]
    case: NDArray[np.int64]
    probability: NDArray[np.float64]


class Certificate(NamedTuple):
    """The plan costs at most `within` more than the best (a share), with `confidence`; 1 where nothing was drawn."""

    within: float
    confidence: float
    lower: float
    """The best costs at least so much (yuan a year)."""
    upper: float
    """The plan costs at most so much."""


def certificate(problem: Problem, needs: Needs, plan: Plan, gap: float, afresh: Callable[[], Judged]) -> Certificate:
    """Return how far from the best a plan can be.

    Parameters
    ----------
    afresh
        Judges the plan by draws that it was not made for; called only where draws can be told from each other.

    Notes
    -----
    With given needs the bound of the program itself holds. Drawn needs are split into batches, each with its share of every
    case: the mean of their optima, less a Student margin, is below the true optimum; the plan's cost over fresh draws, plus a
    margin from the spread within each case, is above its true cost (Mak, Morton and Wood 1999, Operations Research Letters 24,
    47–56). The two share the doubt. Cases with fewer draws than two a batch cannot be split, and neither a weight on the worst
    cases nor a promise of service is a mean over draws: then only the bound of the program is told, for these draws.
    """
    count = np.bincount(needs.case)
    drawn = [case for case in np.unique(needs.case) if count[case] > 1]
    few = not drawn or min(count[case] for case in drawn) < 2 * BATCHES
    if few or problem.risk is not None or problem.service is not None:
        return Certificate(plan.gap, 1.0, plan.bound, plan.cost)
    number = np.concatenate([np.arange(size) for size in count if size])
    bounds = []
    for batch in range(BATCHES):
        chosen = np.flatnonzero((number % BATCHES == batch) | (count[needs.case] == 1))
        share = needs.probability[chosen] * count[needs.case[chosen]] / np.bincount(needs.case[chosen])[needs.case[chosen]]
        bounds.append(solve(problem.of_scenarios(chosen, share), gap=gap).bound)
    each = 1 - (1 - CONFIDENCE) / 2
    low = float(np.mean(bounds)) - t_quantile(BATCHES - 1, each) * float(np.std(bounds, ddof=1)) / BATCHES**0.5
    judged = afresh()
    spread = sum(
        judged.probability[judged.case == case].sum() ** 2 * judged.cost[judged.case == case].var(ddof=1) / count[case]
        for case in drawn
    )
    high = judged.total + t_quantile(min(count[case] for case in drawn) - 1, each) * float(spread) ** 0.5
    return Certificate(max(0.0, high - low) / low if low > 0 else np.inf, CONFIDENCE, low, high)
