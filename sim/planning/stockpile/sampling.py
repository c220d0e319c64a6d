"""Sample average approximation: plans made for samples of the scenarios, and how far from the best such a plan can be.

W.-K. Mak, D. P. Morton and R. K. Wood (1999), Operations Research Letters 24, 47–56; A. J. Kleywegt, A. Shapiro and T. Homem-de-
Mello (2002), SIAM J. Optim. 12(2), 479–502. The expected optimum of a sample lies below the true optimum, so the mean over
independent batches, less its Student margin, is a bound at the stated confidence. A plan's true cost lies above the optimum.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.statistics import t_quantile
from sim.errors import Finding, InputError, Words
from sim.planning.stockpile.judge import judge
from sim.planning.stockpile.solve import GAP, solve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.planning.stockpile.plan import Plan
    from sim.planning.stockpile.problem import Floats, Problem


@dataclass(frozen=True, eq=False)
class Sampled:
    """A plan, and how sure it is to be near the best."""

    plan: Plan
    """Costs and service over all scenarios given, not over a sample."""
    lower: float
    """The best cost is above this, with the confidence."""
    upper: float
    """Cost of the plan; over fresh scenarios, its upper limit."""
    confidence: float
    batch_bounds: Floats
    """Lower bound on the optimum of each batch."""
    candidates: tuple[float, ...]
    """Cost of the plan of each batch over all scenarios given."""

    @property
    def within(self) -> float:
        """Return by which share of the best cost the plan may be dearer, with the confidence."""
        return max(0.0, self.upper - self.lower) / self.lower if self.lower > 0 else np.inf

    def words(self) -> Words:
        """Return the promise in a sentence."""
        share, sure = 100 * self.within, 100 * self.confidence
        return Words(
            f"within {share:.2g} % of the best with {sure:.3g} % confidence",
            f"有 {sure:.3g}% 的把握,与最优相差不超过 {share:.2g}%",
        )


def sample_average(
    problem: Problem,
    *,
    batches: int = 10,
    size: int = 20,
    seed: int = 1,
    confidence: float = 0.95,
    gap: float = GAP,
    jobs: int = 1,
) -> Sampled:
    """Return the best of the plans made for samples of the scenarios, with a bound on its distance from the best of all.

    The scenarios given are the whole truth: the plan's cost is exact, and only the lower bound is uncertain.

    Parameters
    ----------
    batches, size
        So many samples of so many scenarios, drawn by their probability, with replacement.
    seed
        Of the draws; a batch's draws depend on seed and its number alone.
    confidence
        That the promise holds.
    gap
        To which each sample is solved; its bound enters, not its plan's cost, so that a wide gap only costs sharpness.
    jobs
        Threads.

    Raises
    ------
    InputError
        If there are fewer than two batches, or service is promised: an average over samples says nothing about that.
    """
    _check(problem, batches, size, confidence)
    samples = [drawn(problem, size, seed, number) for number in range(batches)]
    return _certify(samples, problem, confidence, gap, jobs, exact=True)


def sample_average_fresh(
    samples: Sequence[Problem], fresh: Problem, *, confidence: float = 0.95, gap: float = GAP, jobs: int = 1
) -> Sampled:
    """Return the same for scenarios without end, of which samples were drawn independently by the simulator.

    Parameters
    ----------
    samples
        Batches: independent problems, alike but for their scenarios, of equal number and equal probability.
    fresh
        The problem with further scenarios, equally likely, on which the plans are judged. Both the bound and the plan's cost are
        then uncertain, and share the doubt (Bonferroni).

    Raises
    ------
    InputError
        As `sample_average`; also with CVaR, whose estimate from a sample is biased.
    """
    _check(fresh, len(samples), 1, confidence, endless=True)
    return _certify(samples, fresh, confidence, gap, jobs, exact=False)


def _certify(samples: Sequence[Problem], judging: Problem, confidence: float, gap: float, jobs: int, *, exact: bool) -> Sampled:
    plans = [solve(sample, gap=gap, jobs=jobs) for sample in samples]
    bounds = np.array([plan.bound for plan in plans])
    judged = [judge(judging, plan.stock) for plan in plans]
    best = min(judged, key=lambda plan: plan.cost)  # the first of equals
    doubt = 1 - confidence if exact else (1 - confidence) / 2
    lower = float(bounds.mean()) - _margin(bounds, doubt)
    # Choosing the best of the judged by the same scenarios flatters it: every candidate gets its share of the doubt.
    upper = best.cost if exact else best.cost + _margin(best.scenario_cost, doubt / len(judged))
    return Sampled(best, lower, upper, confidence, bounds, tuple(plan.cost for plan in judged))


def _margin(values: Floats, doubt: float) -> float:
    """Return by how much the true mean may differ from that of the values, to one side, with the doubt given."""
    return t_quantile(len(values) - 1, 1 - doubt) * float(values.std(ddof=1)) / math.sqrt(len(values))


def drawn(problem: Problem, size: int, seed: int, number: int) -> Problem:
    """Return a sample: scenarios drawn with replacement; one drawn twice weighs twice."""
    rng = np.random.default_rng(np.random.SeedSequence((seed, number)))
    at = np.searchsorted(np.cumsum(problem.probability), rng.random(size), side="right")
    chosen, count = np.unique(np.minimum(at, len(problem.probability) - 1), return_counts=True)
    return problem.of_scenarios(chosen, count / size)


def _check(problem: Problem, batches: int, size: int, confidence: float, *, endless: bool = False) -> None:
    found = []
    if batches < 2 or size < 1:
        what = Words(f"{batches} batches of {size}", f"{batches} 批,每批 {size} 个情景")
        found.append(Finding("few-batches", what, Words("at least two batches of one scenario", "至少两批,每批至少一个情景")))
    if not 0 < confidence < 1:
        what = Words(f"confidence is {confidence:g}", f"置信水平为 {confidence:g}")
        found.append(Finding("bad-share", what, Words("a share between 0 and 1", "应为 0 到 1 之间的比例")))
    if problem.service is not None:
        what = Words("a promise of service cannot be bounded by samples", "服务保证不能用抽样给出界")
        found.append(Finding("not-sampled", what, Words("solve all scenarios together", "请对全部情景一并求解")))
    if endless and problem.risk is not None:
        what = Words("CVaR over scenarios without end is not bounded", "无限情景下的 CVaR 不能给出界")
        found.append(
            Finding(
                "not-sampled", what, Words("leave out risk, or give the scenarios as a finite set", "去掉 risk,或给定有限情景集")
            )
        )
    if found:
        raise InputError(found, problem.language)
