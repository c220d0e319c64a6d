"""Sample average approximation: bounds in order, the promise kept as often as promised, draws that depend on nothing else."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from towns import question

from sim.errors import InputError
from sim.planning.stockpile import Question, Risk, Want, check, sample_average, sample_average_fresh, solve
from sim.planning.stockpile.sampling import drawn


def newsvendor(demand, chance=None) -> Question:
    """One depot, item and place: a shortage costs 10, a unit held 2."""
    units = np.asarray(demand, dtype=float)
    share = np.full(len(units), 1 / len(units)) if chance is None else chance
    return Question(
        wants=[Want("food", [[1]], 1, 10)], probability=share, demand=units[:, None, None], time=[[[1]]], price=[1],
        yearly_cost=[2], language="en",
    )  # fmt: skip


def test_bounds_are_in_the_right_order():
    """Lower ≤ best ≤ upper, and every candidate costs no less than the best."""
    problem = check(newsvendor(np.random.default_rng(3).integers(0, 60, 60)))
    best = solve(problem, gap=1e-7)
    found = sample_average(problem, batches=8, size=25, gap=1e-6)
    assert found.lower <= best.cost + 1e-6 <= found.upper + 2e-6
    assert min(found.candidates) == pytest.approx(found.plan.cost)
    assert min(found.candidates) >= best.cost - 1e-6
    assert found.plan.cost <= best.cost * (1 + found.within) + 1e-6
    assert "% of the best with 95 % confidence" in found.words().en


def test_mean_of_batch_bounds_lies_below_the_optimum_and_rises_with_the_size():
    """E[optimum of N] ≤ E[optimum of N + 1] ≤ optimum (Mak, Morton and Wood): within three standard errors."""
    problem = check(newsvendor([0, 5, 20, 60], [0.4, 0.3, 0.2, 0.1]))
    best = solve(problem, gap=1e-7).cost
    means, errors = [], []
    for size in (2, 20):
        bounds = [solve(drawn(problem, size, 7, number), gap=1e-7).bound for number in range(40)]
        means.append(np.mean(bounds))
        errors.append(np.std(bounds, ddof=1) / 40**0.5)
    assert means[0] <= means[1] + 3 * (errors[0] + errors[1])
    assert means[1] <= best + 3 * errors[1]
    assert means[0] < best - 3 * errors[0]  # two scenarios alone are too rosy


def test_promise_is_kept_as_often_as_promised():
    """Of 25 studies at 90 % the bound fails in no more than chance allows (2.5 expected, 7 by three sigma)."""
    problem = check(newsvendor([0, 5, 20, 60], [0.4, 0.3, 0.2, 0.1]))
    best = solve(problem, gap=1e-7).cost
    wrong = sum(
        sample_average(problem, batches=3, size=6, seed=seed, confidence=0.9, gap=1e-6).lower > best + 1e-6 for seed in range(25)
    )
    assert wrong <= 7


def test_fresh_scenarios_widen_the_upper_side():
    """Exponential demand of mean μ: at S = μ ln(p/c) the cost is c S + p μ exp(−S/μ) = c μ (1 + ln(p/c)), between the bounds."""
    rng = np.random.default_rng(5)
    truth = 2 * 20 * (1 + np.log(10 / 2))
    samples = [check(newsvendor(rng.exponential(20, 60))) for _ in range(6)]
    fresh = check(newsvendor(rng.exponential(20, 400)))
    found = sample_average_fresh(samples, fresh, gap=1e-6)
    assert found.lower <= truth <= found.upper
    assert found.upper > found.plan.cost


def test_draws_depend_on_seed_and_batch_alone():
    """The same again is the same; another batch or seed is not."""
    problem = check(newsvendor(np.arange(50)))
    one = drawn(problem, 20, 1, 0)
    assert np.array_equal(one.demand, drawn(problem, 20, 1, 0).demand)
    assert not np.array_equal(one.demand, drawn(problem, 20, 1, 1).demand)
    assert one.probability.sum() == pytest.approx(1)


def test_what_cannot_be_promised_is_refused():
    """One batch, a confidence of 1, CVaR over scenarios without end."""
    problem = check(question(1))
    with pytest.raises(InputError) as caught:
        sample_average(problem, batches=1, confidence=1.0)
    assert [finding.code for finding in caught.value.findings] == ["few-batches", "bad-share"]
    with pytest.raises(InputError, match="CVaR"):
        sample_average_fresh([problem, problem], check(question(1, risk=Risk(1.0))))
