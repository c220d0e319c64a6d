"""Single-depot laws against the textbook's printed answers, stockpyl, and plain summation."""

from __future__ import annotations

import math
from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.planning.stockpile import (
    base_stock_normal,
    base_stock_poisson,
    min_max,
    newsvendor_empirical,
    newsvendor_normal,
    newsvendor_poisson,
    poisson_demand,
    reorder_point_poisson,
)

COST = st.floats(0.05, 50)
WITH_STOCKPYL = pytest.mark.skipif(find_spec("stockpyl") is None, reason="needs stockpyl (pip install --no-deps stockpyl)")


def test_newsvendor_of_the_textbook():
    """Snyder and Shen, example 4.3: S 56.604, cost 1.99761."""
    level, cost = newsvendor_normal(0.18, 0.7, 50, 8)
    assert level == pytest.approx(56.604, abs=1e-3)
    assert cost == pytest.approx(1.99761, abs=1e-5)


def test_base_stock_of_the_textbook():
    """Snyder and Shen, example 4.4: with a lead time of 4 periods the base stock is 264.77."""
    assert base_stock_normal(0.18, 0.7, 50, 8, 4).level == pytest.approx(264.77, abs=5e-3)


def test_reorder_point_of_the_textbook():
    """Snyder and Shen, example 5.8: r 3, Q 5, cost 107.92."""
    reorder, quantity, cost = reorder_point_poisson(20, 150, 100, 1.5, 2)
    assert (reorder, quantity) == (3, 5)
    assert cost == pytest.approx(107.92, abs=5e-3)


def test_min_max_of_the_textbook():
    """Snyder and Shen, example 4.7: s 4, S 10, cost 8.034."""
    reorder, up_to, cost = min_max(1, 4, 5, poisson_demand(6))
    assert (reorder, up_to) == (4, 10)
    assert cost == pytest.approx(8.034, abs=5e-4)


@WITH_STOCKPYL
@settings(max_examples=25)
@given(COST, COST, st.floats(1, 500), st.floats(0.1, 80), st.integers(0, 6))
def test_normal_laws_equal_stockpyls(holding, shortage, mean, sd, lead):
    """Newsvendor and periodic base stock."""
    from stockpyl.newsvendor import newsvendor_normal as theirs

    assert newsvendor_normal(holding, shortage, mean, sd) == pytest.approx(theirs(holding, shortage, mean, sd), rel=1e-9)
    assert base_stock_normal(holding, shortage, mean, sd, lead) == pytest.approx(
        theirs(holding, shortage, mean, sd, lead), rel=1e-9
    )


@WITH_STOCKPYL
@settings(max_examples=25)
@given(COST, COST, st.floats(0.1, 60))
def test_poisson_newsvendor_equals_stockpyls_and_plain_summation(holding, shortage, mean):
    """The level and its cost; the cost also as a sum over demands."""
    from stockpyl.newsvendor import newsvendor_poisson as theirs

    level, cost = newsvendor_poisson(holding, shortage, mean)
    assert (level, cost) == pytest.approx(theirs(holding, shortage, mean), rel=1e-6)
    units = np.arange(400)
    chance = np.exp(units * math.log(mean) - mean - np.array([math.lgamma(unit + 1) for unit in units]))
    summed = chance @ (holding * np.maximum(level - units, 0) + shortage * np.maximum(units - level, 0))
    assert cost == pytest.approx(summed, rel=1e-9)
    assert base_stock_poisson(holding, shortage, mean / 2, 2) == pytest.approx((level, cost))


@WITH_STOCKPYL
@settings(max_examples=10)
@given(COST, COST, st.floats(0.1, 300), st.floats(0.1, 10), st.floats(0.1, 2))
def test_reorder_point_equals_stockpyls(holding, shortage, order, rate, lead):
    """Policies may tie; costs may not differ."""
    from stockpyl.rq import r_q_cost_poisson, r_q_poisson_exact

    mine = reorder_point_poisson(holding, shortage, order, rate, lead)
    theirs = r_q_poisson_exact(holding, shortage, order, rate, lead)
    assert mine.cost == pytest.approx(theirs[2], rel=1e-6)
    assert mine.cost == pytest.approx(
        r_q_cost_poisson(mine.reorder, mine.quantity, holding, shortage, order, rate, lead), rel=1e-6
    )


@WITH_STOCKPYL
@settings(max_examples=10)
@given(st.floats(0.2, 5), st.floats(0.5, 20), st.floats(0.5, 60), st.floats(0.5, 12))
def test_min_max_equals_stockpyls(holding, shortage, order, mean):
    """Random costs and Poisson demands."""
    from stockpyl.ss import s_s_discrete_exact

    mine = min_max(holding, shortage, order, poisson_demand(mean))
    theirs = s_s_discrete_exact(holding, shortage, order, use_poisson=True, demand_mean=mean)
    assert mine.cost == pytest.approx(theirs[2], rel=1e-3)


def test_min_max_is_the_best_of_all_pairs_also_with_a_lead_time():
    """Every (s, S) near by, its cost from the stationary distribution of the inventory position."""
    chance, holding, shortage, order, lead = np.array([0.2, 0.3, 0.3, 0.2]), 1.0, 6.0, 8.0, 2
    over_lead = np.convolve(np.convolve(chance, chance), chance)

    def cost(low: int, high: int) -> float:
        positions = np.arange(low + 1, high + 1)  # after ordering
        step = np.zeros((len(positions), len(positions)))
        fixed = np.zeros(len(positions))
        for at, position in enumerate(positions):
            for units, share in enumerate(chance):
                left = position - units
                step[at, -1 if left <= low else left - low - 1] += share
                fixed[at] += order * share * (left <= low)
            left = position - np.arange(len(over_lead))
            fixed[at] += over_lead @ (holding * np.maximum(left, 0) + shortage * np.maximum(-left, 0))
        system = np.vstack([step.T - np.eye(len(positions)), np.ones(len(positions))])
        stationary = np.linalg.lstsq(system, np.append(np.zeros(len(positions)), 1), rcond=None)[0]
        return float(stationary @ fixed)

    best = min(cost(low, high) for low in range(-2, 10) for high in range(low + 1, 20))
    found = min_max(holding, shortage, order, chance, lead)
    assert found.cost == pytest.approx(best, rel=1e-9)
    assert cost(found.reorder, found.up_to) == pytest.approx(best, rel=1e-9)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=12), COST, COST)
def test_empirical_newsvendor_is_the_best_of_all_levels(demand, holding, shortage):
    """The cost is piecewise linear: its least value lies at an observation."""
    level, cost = newsvendor_empirical(holding, shortage, demand)
    seen = np.array(demand)
    costs = [holding * np.maximum(x - seen, 0).mean() + shortage * np.maximum(seen - x, 0).mean() for x in demand]
    assert level in demand
    assert cost == pytest.approx(min(costs), rel=1e-9, abs=1e-12)


def test_weights_are_repeated_observations():
    """A weight of 3 is the same demand seen three times."""
    assert newsvendor_empirical(1, 2, [5, 9], [3, 1]) == pytest.approx(newsvendor_empirical(1, 2, [5, 5, 5, 9]))


@pytest.mark.parametrize(
    ("call", "findings"),
    [
        (lambda: newsvendor_normal(0, -1, 50, float("nan")), 3),
        (lambda: newsvendor_poisson(1, 1, 0), 1),
        (lambda: base_stock_normal(1, 1, 5, 1, -1), 1),
        (lambda: base_stock_poisson(1, 1, 1, 0), 1),
        (lambda: reorder_point_poisson(1, 0, 1, -2, 1), 2),
        (lambda: min_max(1, 1, 0, [0.5, 0.5]), 1),
        (lambda: min_max(1, 1, 1, [0.5, 0.6]), 1),
        (lambda: min_max(1, 1, 1, [1.0, 0.0]), 1),
        (lambda: poisson_demand(0), 1),
        (lambda: newsvendor_empirical(1, 1, []), 1),
        (lambda: newsvendor_empirical(1, 1, [1, 2], [1]), 1),
        (lambda: newsvendor_empirical(1, 1, [1, -2]), 1),
    ],
)
def test_numbers_that_cannot_be_meant_are_refused_all_at_once(call, findings):
    """Every wrong number has a finding in both languages."""
    with pytest.raises(InputError) as caught:
        call()
    assert len(caught.value.findings) == findings
    assert all(finding.what.en and finding.what.zh for finding in caught.value.findings)
