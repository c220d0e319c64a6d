"""The two-stage model against brute force, bounds that theory puts in order, and answers that a hand can check."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from towns import Minimum, question, second_stage, stocks

from sim.planning.stockpile import Question, Risk, Service, Want, check, foresight, judge, marginal, price_service, solve
from sim.planning.stockpile.plan import cvar
from sim.planning.stockpile.problem import yearly_share

SEEDS = st.integers(0, 10_000)
EXACT = {"gap": 1e-7}


def brute_force(asked: Question, most: int) -> tuple[float, np.ndarray]:
    """Return the least cost over all stocks, and the cost of every one."""
    costs = []
    for stock in stocks(asked, most):
        second = sum(p * second_stage(asked, s, stock)[0] for s, p in enumerate(asked.probability))
        costs.append(float((stock * np.asarray(asked.yearly_cost)).sum()) + second)
    return min(costs)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("method", ["whole", "decomposition"])
def test_plan_is_the_best_of_all_stocks(seed, method):
    """Every whole stock with at most two packs a shelf; both methods find the cheapest."""
    asked = question(seed, budget=14.0, price=[6.0, 5.0])  # no more than two packs can be bought
    plan = solve(check(asked), method=method, **EXACT)
    assert plan.cost == pytest.approx(brute_force(asked, 2), rel=1e-5)
    assert plan.bound <= plan.cost + 1e-6
    assert plan.status == "optimal"


def test_packs_space_and_minimums_bind_as_in_brute_force():
    """Packs of 2 and 3, a full depot, a minimum over both depots."""
    changes = {"pack": [2, 3], "budget": 60.0, "price": [6.0, 5.0], "volume": [1.0, 0.5], "space": [4.0, 6.0]}
    asked = question(11, minimums=(Minimum(1, (0, 1), 5.0),), **changes)
    plan = solve(check(asked), **EXACT)
    assert plan.cost == pytest.approx(brute_force(asked, 3), rel=1e-5)
    assert plan.spent <= 60 + 1e-6
    assert ((plan.stock * [1.0, 0.5]).sum(axis=1) <= np.array([4.0, 6.0]) + 1e-6).all()
    assert plan.stock[:, 1].sum() >= 5 - 1e-6
    packs = plan.bought / np.array([2.0, 3.0])
    assert packs == pytest.approx(packs.round(), abs=1e-6)


@settings(max_examples=15)
@given(SEEDS)
def test_each_scenario_costs_what_the_other_program_says(seed):
    """A given stock, judged scenario by scenario, against loops and scipy."""
    asked = question(seed)
    stock = np.asarray(asked.have) + np.random.default_rng(seed).integers(0, 2, (2, 2))
    plan = judge(check(question(seed, budget=1e9)), stock)
    assert plan.scenario_cost == pytest.approx([second_stage(asked, s, stock)[0] for s in range(3)], rel=1e-6, abs=1e-6)


def test_a_large_problem_is_judged_scenario_by_scenario(monkeypatch):
    """One by one or all together: the same costs and shortages."""
    problem, stock = check(question(4, budget=1e9)), np.array([[1.0, 2.0], [2.0, 0.0]])
    together = judge(problem, stock)
    monkeypatch.setattr("sim.planning.stockpile.extensive.LARGE", -1)
    apart = judge(problem, stock)
    assert (together.method, apart.method) == ("whole", "scenarios")
    assert apart.cost == pytest.approx(together.cost)
    assert solve(problem).method == "decomposition"


@settings(max_examples=15)
@given(SEEDS)
def test_foresight_is_in_order(seed):
    """Wait and see ≤ here and now ≤ plan for the average; the value of the stochastic solution is not below 0."""
    found = foresight(check(question(seed, pack=None)), gap=1e-7)
    slack = 1e-6 * found.of_average
    assert found.wait_and_see <= found.here_and_now + slack
    assert found.stochastic_value >= -slack
    assert found.perfect_information >= -slack


@settings(max_examples=10)
@given(SEEDS)
def test_bounds_are_in_order(seed):
    """Without whole packs ≤ with; a bound never above the cost; both methods agree within what they certify."""
    problem = check(question(seed))
    whole, apart = solve(problem, **EXACT), solve(problem, method="decomposition", gap=1e-3)
    relaxed = solve(problem, relax=True, **EXACT)
    assert relaxed.cost <= whole.cost + 1e-6
    assert apart.bound <= whole.cost + 1e-6
    assert whole.cost - 1e-6 <= apart.cost <= whole.cost * (1 + 1e-3) + 1e-6


def test_threads_do_not_change_the_plan():
    """One thread and three find the same plan to the bit."""
    problem = check(question(5))
    one, three = (solve(problem, method="decomposition", gap=1e-4, jobs=jobs) for jobs in (1, 3))
    assert np.array_equal(one.stock, three.stock)
    assert one.cost == three.cost


def sets(stoves: float, **changes) -> Question:
    """Housing sets of a tent, two quilts and half a stove; one depot, one place, 100 sets wanted."""
    given = {
        "wants": [Want("housing", [[1, 2, 0.5]], 10, 1000)], "probability": [1], "demand": [[[100]]], "time": [[[1]]],
        "price": [800, 60, 300], "have": [[100, 180, stoves]], "budget": 0, "language": "en",
    }  # fmt: skip
    return Question(**(given | changes))


def test_what_binds_a_set_is_its_scarcest_item():
    """20 stoves serve 40 sets however many tents; money goes to stoves alone."""
    assert 100 - solve(check(sets(20))).shortage.sum() == pytest.approx(40)
    richer = solve(check(sets(20, budget=1500)))  # five stoves, ten sets
    assert richer.bought[0] == pytest.approx([0, 0, 5])
    assert 100 - richer.shortage.sum() == pytest.approx(50)


def test_next_yuan_buy_stoves_until_quilts_bind():
    """300 yuan a stove make two sets of 1000: 10,000 yuan are worth 66,667, as long as stoves bind."""
    found = marginal(check(sets(20, yearly_cost=[0, 0, 0])), step=3000)
    assert found.saved == pytest.approx(20_000)
    assert found.service == pytest.approx(0.2)


def test_a_substitute_serves_at_its_own_rate():
    """Two small tents for a large one: 10 large and 30 small serve 25."""
    asked = Question(
        wants=[Want("roof", [[1, 0], [0, 2]], 5, 10)], probability=[1], demand=[[[40]]], time=[[[1]]], price=[1, 1],
        have=[[10, 30]], budget=0,
    )  # fmt: skip
    assert solve(check(asked)).shortage.sum() == pytest.approx(15)


def test_deadlines_are_kept_when_one_item_serves_two_wants():
    """A near depot may serve the urgent want, a far one only the other: of 5 near and 5 far, 5 urgent are met, 5 of the rest."""
    asked = Question(
        wants=[Want("urgent", [[1]], 1, 10), Want("later", [[1]], 5, 9)], probability=[1], demand=[[[8], [8]]],
        time=[[[0.5], [3]]], price=[1], have=[[5], [5]], budget=0,
    )  # fmt: skip
    assert solve(check(asked)).shortage[0, :, 0] == pytest.approx([3, 3])


def test_trucks_bind_by_mass_and_drive():
    """12 t h carry units of 0.5 t there and back over 2 h: 6 of them."""
    asked = Question(
        wants=[Want("sand", [[1]], 5, 10)], probability=[1], demand=[[[20]]], time=[[[2]]], price=[1], have=[[20]], budget=0,
        mass=[0.5], carry=[[12]],
    )  # fmt: skip
    assert solve(check(asked)).shortage.sum() == pytest.approx(14)


def test_present_stock_moves_where_it_may_and_pays():
    """10 units in the wrong depot; 4 must stay; moving 6 costs 2 each, a shortage 10."""
    asked = Question(
        wants=[Want("food", [[1]], 1, 10)], probability=[1], demand=[[[10]]], time=[[[9], [0.5]]], price=[1], budget=0,
        have=[[10], [0]], keep=[[4], [0]], move_cost=[2],
    )  # fmt: skip
    plan = solve(check(asked))
    assert plan.stock[:, 0] == pytest.approx([4, 6])
    assert plan.costs.yearly == pytest.approx(12)
    assert plan.costs.shortage == pytest.approx(40)


def test_stock_that_costs_more_than_it_helps_is_given_away():
    """Nobody asks for it, holding costs 3 a year, giving away 2."""
    asked = Question(
        wants=[Want("food", [[1]], 1, 10)], probability=[1], demand=[[[0]]], time=[[[1]]], price=[1], have=[[10]], keep=[[0]],
        yearly_cost=[3], discard_cost=[2],
    )  # fmt: skip
    plan = solve(check(asked))
    assert plan.moved_out.sum() == pytest.approx(10)
    assert plan.cost == pytest.approx(20)


@pytest.mark.parametrize(("fee", "used"), [(5.0, 2), (100.0, 1)])
def test_a_depot_opens_when_it_is_worth_its_fee(fee, used):
    """Two places, each near one depot; a shortage of 3 costs 30: the second depot pays below 30 a year, not above."""
    asked = Question(
        wants=[Want("food", [[1]], 1, 10)], probability=[1], demand=[[[6, 3]]], time=[[[0.5, 9], [9, 0.5]]], price=[1],
        open_cost=[0, fee], pack=[1],
    )  # fmt: skip
    plan = solve(check(asked))
    assert (plan.stock.sum(axis=1) > 0).sum() == used
    assert plan.cost == pytest.approx(min(fee, 30))


@settings(max_examples=8)
@given(SEEDS)
def test_weight_on_the_worst_cases(seed):
    """Weight 0 is expectation; as it grows, CVaR of the plan falls and its expected cost rises; both methods agree."""
    plain = solve(check(question(seed, pack=None)), **EXACT)
    plans = [solve(check(question(seed, pack=None, risk=Risk(weight, 0.6))), **EXACT) for weight in (0.0, 0.5, 3.0)]
    assert plans[0].cost == pytest.approx(plain.cost, rel=1e-6)
    penalty = np.array([want.penalty for want in question(seed).wants])
    tails, means = [], []
    for plan in plans:
        hurt = np.einsum("swj,w->s", plan.shortage, penalty)
        tails.append(cvar(hurt, check(question(seed)).probability, 0.6))
        means.append(plan.cost - plan.costs.risk)
    slack = 1e-5 * max(plain.cost, 1)
    assert tails[1] >= tails[2] - slack
    assert means[0] <= means[1] + slack
    assert means[1] <= means[2] + slack
    apart = solve(check(question(seed, pack=None, risk=Risk(3.0, 0.6))), method="decomposition", gap=1e-4)
    assert apart.cost == pytest.approx(plans[2].cost, rel=1e-4)


def test_cvar_is_the_mean_of_the_worst_part():
    """Worst 30 % of four: all of 10 (0.2) and half of 6 (0.2): (2 + 0.6) / 0.3."""
    found = cvar(np.array([1.0, 10.0, 6.0, 2.0]), np.array([0.3, 0.2, 0.2, 0.3]), 0.7)
    assert found == pytest.approx((0.2 * 10 + 0.1 * 6) / 0.3)


@pytest.mark.parametrize("level", [0.0, 0.5, 0.9])
def test_chance_constraint_against_brute_force(level):
    """The cheapest whole stock whose scenarios without shortage have enough probability."""
    changes = {
        "wants": (Want("tent", [[1, 0]], 2.0, 4.0), Want("heat", [[0, 1]], 2.0, 2.5)), "demand": [[[1, 0], [1, 1]], [[2, 1], [0, 1]], [[0, 3], [2, 2]]],
        "time": np.ones((3, 2, 2)), "probability": [0.5, 0.3, 0.2], "survive": np.ones((3, 2)), "carry": np.full((3, 2), 99.0),
        "have": [[0, 1], [1, 0]], "budget": 50.0, "yearly_cost": [3.0, 2.0], "price": [4.0, 4.0],
    }  # fmt: skip
    asked = question(1, service=Service(level), **changes)
    best = np.inf
    for stock in stocks(asked, 2):
        answers = [second_stage(asked, s, stock) for s in range(3)]
        full = sum(p for p, answer in zip(asked.probability, answers, strict=True) if answer[2].max() <= 1e-7)
        if full >= level - 1e-9:
            best = min(
                best, (stock * asked.yearly_cost).sum() + sum(p * a[0] for p, a in zip(asked.probability, answers, strict=True))
            )
    plan = solve(check(asked), **EXACT)
    assert plan.cost == pytest.approx(best, rel=1e-5)
    assert plan.full_service >= level - 1e-6


def test_curve_falls_with_the_budget():
    """More money never costs more in all, and dominated budgets are marked."""
    curve = price_service(check(question(3, pack=None)), [0, 10, 20, 5000, 6000], gap=1e-7)
    costs = [point.plan.cost for point in curve]
    assert costs == sorted(costs, reverse=True)
    assert [point.budget for point in curve] == [0, 10, 20, 5000, 6000]
    assert curve[0].best


def test_plan_cannot_be_written():
    """Neither the problem's arrays nor the plan's."""
    problem = check(question(1))
    plan = solve(problem)
    for array in (problem.have, problem.demand, plan.stock, plan.shortage):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 1


def test_yearly_share_of_a_price():
    """A tent of 800 that lasts 8 years and costs 5 % to keep: 140 a year; one that keeps for ever 40."""
    assert yearly_share([800, 800], [8, np.inf], 0.05) == pytest.approx([140, 40])
