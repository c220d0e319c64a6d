"""The answer: what to hold where, what it costs, how well it serves, and how sure the optimum is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.planning.stockpile.problem import frozen

if TYPE_CHECKING:
    from sim.errors import Finding
    from sim.planning.stockpile.first_stage import FirstStage
    from sim.planning.stockpile.problem import Floats, Problem


class Costs(NamedTuple):
    """Parts of the objective (yuan): of a year, and expected over the scenarios."""

    yearly: float
    """Holding, opening, moving, giving away."""
    transport: float
    shortage: float
    risk: float
    """Weight × CVaR of the shortage cost."""

    @property
    def total(self) -> float:
        """Return the objective."""
        return sum(self)


@dataclass(frozen=True, eq=False)
class Plan:
    """A plan for the first stage and what it gives; arrays cannot be written."""

    stock: Floats
    """Held of each item in each depot (I × K)."""
    bought: Floats
    """Units bought (I × K)."""
    moved_out: Floats
    """Present stock that leaves a depot (I × K); what is not placed elsewhere is given away."""
    moved_in: Floats
    costs: Costs
    spent: float
    """On what is bought (yuan)."""
    shortage: Floats
    """Units short (S × W × J)."""
    service: Floats
    """Share of what is asked that comes in time (S × W); 1 where nothing is asked."""
    expected_shortage: Floats
    """Units a want is short of on average (W)."""
    expected_service: float
    """Share of all wants met, each weighed by its penalty."""
    scenario_cost: Floats
    """Of transport and shortage in each scenario (S)."""
    full_service: float
    """Probability that nobody is short of anything."""
    bound: float
    """No plan costs less than this; −inf where nothing was searched (`judge`)."""
    status: str
    """``optimal`` (within the gap asked for), ``time`` (stopped by the clock), ``judged`` (a stock that was given)."""
    method: str
    """``whole`` program, or ``decomposition``, or ``scenarios`` one by one."""
    seconds: float
    warnings: tuple[Finding, ...]

    @property
    def cost(self) -> float:
        """Return the objective."""
        return self.costs.total

    @property
    def gap(self) -> float:
        """Return by which share of its cost the plan may be dearer than the best one."""
        return max(0.0, self.cost - self.bound) / max(abs(self.cost), 1e-9)


class Served(NamedTuple):
    """What the scenarios answer to a plan."""

    transport: Floats
    """Cost of transport in each scenario."""
    shortage: Floats
    """Units short (S × W × J)."""


class Found(NamedTuple):
    """How a plan was found."""

    bound: float
    status: str
    method: str
    seconds: float


def make_plan(problem: Problem, first: FirstStage, point: Floats, served: Served, found: Found) -> Plan:
    """Read a point of the first stage as a plan."""
    depots, items = problem.have.shape
    size = depots * items

    def block(start: int) -> Floats:
        return point[start : start + size].reshape(depots, items) if start >= 0 else np.zeros((depots, items))

    bought = block(first.bought) * np.where(problem.pack > 0, problem.pack, 1.0)
    gone, placed = block(first.gone), block(first.placed)
    yearly = float((problem.yearly_cost * block(first.stock)).sum())
    yearly += float((gone * problem.discard_cost).sum() + (placed * (problem.move_cost - problem.discard_cost)).sum())
    if first.opened >= 0:
        dear = problem.open_cost[problem.open_cost > 0]
        yearly += float(dear @ point[first.opened : first.opened + len(dear)])
    chance, asked = problem.probability, problem.demand
    each = np.einsum("swj,w->s", served.shortage, problem.penalty)
    weighted = np.einsum("swj,w,s->", asked, problem.penalty, chance)
    expected = float(chance @ each)
    by_want = asked.sum(axis=2)
    lack = served.shortage.sum(axis=2)
    service = 1 - np.divide(lack, by_want, out=np.zeros_like(lack), where=by_want > 0)
    full = (served.shortage <= 1e-6 * np.maximum(asked, 1)).all(axis=(1, 2))
    return Plan(
        stock=frozen(block(first.stock)),
        bought=frozen(bought),
        moved_out=frozen(gone),
        moved_in=frozen(placed),
        costs=Costs(yearly, float(chance @ served.transport), expected, _tail(problem, each)),
        spent=float((bought * problem.price).sum()),
        shortage=frozen(served.shortage),
        service=frozen(service),
        expected_shortage=frozen(chance @ lack),
        expected_service=1 - expected / weighted if weighted > 0 else 1.0,
        scenario_cost=frozen(served.transport + each),
        full_service=float(chance @ full),
        bound=found.bound,
        status=found.status,
        method=found.method,
        seconds=found.seconds,
        warnings=problem.warnings,
    )


def _tail(problem: Problem, cost: Floats) -> float:
    return 0.0 if problem.risk is None else problem.risk.weight * cvar(cost, problem.probability, problem.risk.level)


def cvar(cost: Floats, probability: Floats, level: float) -> float:
    """Return the mean cost of the worst share ``1 − level`` of the scenarios.

    Notes
    -----
    A scenario across the border counts with the part of its probability that is needed: Rockafellar and Uryasev (2002),
    Journal of Banking & Finance 26(7).
    """
    order = np.argsort(-cost, kind="stable")
    room = 1 - level
    before = np.concatenate([[0.0], np.cumsum(probability[order])[:-1]])
    share = np.clip(room - before, 0, probability[order])
    return float(share @ cost[order] / room)
