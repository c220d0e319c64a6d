"""What foresight is worth: plans made for the average case, and plans made by somebody who knew the future."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.planning.stockpile.judge import judge
from sim.planning.stockpile.problem import frozen
from sim.planning.stockpile.solve import GAP, solve

if TYPE_CHECKING:
    from sim.planning.stockpile.plan import Plan
    from sim.planning.stockpile.problem import Floats, Problem


class Foresight(NamedTuple):
    """Expected costs (yuan): ``wait_and_see ≤ here_and_now ≤ of_average``, up to the gap they were solved to."""

    wait_and_see: float
    """If every scenario could be prepared for alone."""
    here_and_now: float
    """The best plan."""
    of_average: float
    """The plan made for the average scenario, when all scenarios may come."""

    @property
    def stochastic_value(self) -> float:
        """Return what planning for all scenarios saves over planning for the average (value of the stochastic solution)."""
        return self.of_average - self.here_and_now

    @property
    def perfect_information(self) -> float:
        """Return what knowing the scenario beforehand would be worth."""
        return self.here_and_now - self.wait_and_see


def foresight(problem: Problem, *, gap: float = GAP, plan: Plan | None = None) -> Foresight:
    """Return the three costs, of expectation alone.

    Parameters
    ----------
    gap
        To which each is solved.
    plan
        Best plan of `problem.neutral()`, if it is known.

    Notes
    -----
    J. R. Birge and F. Louveaux (2011), Introduction to Stochastic Programming, 2nd ed. The average scenario has
    the mean needs, surviving shares and trucks, and of each drive the weighted median, which bears infinite ones.
    """
    neutral = problem.neutral()
    now = plan or solve(neutral, gap=gap)
    alone = [solve(neutral.of_scenarios([number], [1.0]), gap=gap).cost for number in range(len(neutral.probability))]
    average = solve(average_scenario(neutral), gap=gap)
    met = judge(neutral, average.stock)
    return Foresight(float(neutral.probability @ np.array(alone)), now.cost, met.cost)


def average_scenario(problem: Problem) -> Problem:
    """Return the problem with one scenario, the average of all."""
    from dataclasses import replace

    chance = problem.probability
    return replace(
        problem,
        probability=frozen(np.ones(1)),
        demand=frozen(np.einsum("s,swj->wj", chance, problem.demand)[None]),
        state=frozen(np.zeros(1, dtype=np.int64)),
        time=frozen(_median(problem)[None]),
        survive=frozen((chance @ problem.survive)[None]),
        carry=frozen((chance @ problem.carry)[None]),
    )


def _median(problem: Problem) -> Floats:
    """Return the median drive of each pair over the scenarios, by their probability."""
    drives = problem.time[problem.state]
    order = np.argsort(drives, axis=0, kind="stable")
    weight = np.cumsum(problem.probability[order], axis=0)
    at = (weight >= 0.5 - 1e-12).argmax(axis=0)
    median: Floats = np.take_along_axis(np.take_along_axis(drives, order, axis=0), at[None], axis=0)[0]
    return median
