"""What money buys: the best plan for each of several budgets, and what the next 10,000 yuan would change."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.planning.stockpile.solve import GAP, solve

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sim.planning.stockpile.plan import Plan
    from sim.planning.stockpile.problem import Problem

NEXT = 10_000.0


class Point(NamedTuple):
    """One point of the price–service curve."""

    budget: float
    plan: Plan
    best: bool
    """No other point costs no more to buy and serves no worse, one of them better."""


class Marginal(NamedTuple):
    """What a further sum buys, beyond the budget."""

    step: float
    saved: float
    """Expected yearly cost saved (yuan)."""
    service: float
    """Gain in the share of wants met (`Plan.expected_service`)."""
    uncertain: float
    """By how much `saved` may be wrong, as both plans are only within their gaps (yuan)."""


def price_service(problem: Problem, budgets: Iterable[float], *, gap: float = GAP, jobs: int = 1) -> tuple[Point, ...]:
    """Return the best plan for each budget, by rising budget.

    Raises
    ------
    InputError
        If a budget is below what must be bought.
    """
    amounts = sorted(dict.fromkeys(float(budget) for budget in budgets))
    plans = [solve(problem.with_budget(amount), gap=gap, jobs=jobs) for amount in amounts]
    return tuple(Point(amount, plan, _undominated(plan, plans)) for amount, plan in zip(amounts, plans, strict=True))


def _undominated(plan: Plan, others: list[Plan]) -> bool:
    """Tell whether no other plan spends no more and serves no worse, one of them better."""
    spent, service = plan.spent + 1e-6, plan.expected_service - 1e-9
    return not any(
        other.spent <= spent and other.expected_service >= service
        and (other.spent < plan.spent - 1e-6 or other.expected_service > plan.expected_service + 1e-9)
        for other in others
    )  # fmt: skip


def marginal(problem: Problem, *, step: float = NEXT, gap: float = 1e-6, jobs: int = 1) -> Marginal:
    """Return what the next `step` yuan of budget buy, by solving again.

    Both plans are those without whole packs and openings: with them the value of money is a staircase whose steps say more about
    packs than about money. `Marginal.uncertain` says how far the two gaps reach.
    """
    now = solve(problem, gap=gap, jobs=jobs, relax=True)
    more = solve(problem.with_budget(problem.budget + step), gap=gap, jobs=jobs, relax=True)
    slack = max(now.cost - now.bound, more.cost - more.bound)
    return Marginal(step, now.cost - more.cost, more.expected_service - now.expected_service, slack)
