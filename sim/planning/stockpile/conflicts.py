"""Why no plan exists: which constraints cannot all hold, and how far each alone would have to give way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import Finding, Words
from sim.planning.stockpile.extensive import extensive
from sim.planning.stockpile.first_stage import FirstStage, add_first_stage
from sim.planning.stockpile.highs import Outcome, minimise
from sim.planning.stockpile.program import Builder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sim.planning.stockpile.problem import Problem


@dataclass(frozen=True)
class _Limit:
    """A constraint that may be to blame: its row, its name, its unit, and whether it bounds from above."""

    row: int
    name: Words
    unit: Words
    above: bool
    value: float


def explain(problem: Problem, *, service: bool = False) -> list[Finding]:
    """Return a finding for each group of constraints that cannot all hold; none if a plan exists.

    Parameters
    ----------
    service
        The first stage alone is known to be possible: it is the promise of service that is not.

    Notes
    -----
    Each group is irreducible: without any one of its members the others could hold (a deletion filter: J. W. Chinneck and E. W.
    Dravnieks (1991), ORSA Journal on Computing 3(2), 157–168). Groups found are put aside and the rest is searched on, so that
    everything is said at once.
    """
    found = _First(problem).conflicts()
    if service and not found and problem.service is not None:
        found.append(_service_out_of_reach(problem))
    return found


class _First:
    """The first stage, some of whose limits can be lifted."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        build = Builder()
        self.stage = add_first_stage(problem, build)
        self.program = build.build()
        self.limits = _limits(problem, self.stage)

    def possible(self, limits: Iterable[_Limit]) -> bool:
        return self.least(limits, None).status == "optimal"

    def least(self, limits: Iterable[_Limit], wanted: _Limit | None) -> Outcome:
        """Minimise what a limit bounds (or nothing) under the limits given; where it bounds from below, maximise."""
        held = {limit.row for limit in limits}
        lower, upper = self.program.row_lower.copy(), self.program.row_upper.copy()
        for limit in self.limits:
            if limit.row not in held:
                lower[limit.row], upper[limit.row] = -np.inf, np.inf
        cost = np.zeros(self.program.columns)
        if wanted is not None:
            cost = self.program.row(wanted.row) * (1 if wanted.above else -1)
        return minimise(replace(self.program, row_lower=lower, row_upper=upper, cost=cost), gap=1e-6, seconds=10)

    def conflicts(self) -> list[Finding]:
        held, found = list(self.limits), []
        while held and not self.possible(held):
            fighting = list(held)
            for limit in held:
                rest = [other for other in fighting if other is not limit]
                if not self.possible(rest):
                    fighting = rest
            if not fighting:
                break
            found.append(self._finding(fighting))
            held = [limit for limit in held if limit not in fighting]
        return found

    def _finding(self, fighting: Sequence[_Limit]) -> Finding:
        english = "; ".join(f"{limit.name.en} {limit.value:,.6g} {limit.unit.en}" for limit in fighting)
        chinese = ";".join(f"{limit.name.zh} {limit.value:,.6g} {limit.unit.zh}" for limit in fighting)
        what = Words(f"these cannot all hold: {english}", f"以下约束不能同时满足:{chinese}")
        ways = [way for limit in fighting if (way := self._way_out(limit, fighting)) is not None]
        remedy = Words(" or ".join(way.en for way in ways), ",或".join(way.zh for way in ways))
        rows = {limit.row for limit in fighting}
        if self.stage.budget_row in rows:
            code = "budget-below-minimum"
        else:
            code = "space-below-minimum" if len(fighting) > 1 else "space-below-stock"
        return Finding(code, what, remedy)

    def _way_out(self, limit: _Limit, fighting: Sequence[_Limit]) -> Words | None:
        """Say what one limit alone would have to be; none where no value of it would do."""
        outcome = self.least([other for other in fighting if other is not limit], limit)
        if outcome.status != "optimal" or not outcome.values.size:
            return None
        needed = abs(outcome.objective)
        name, unit = limit.name, limit.unit
        if limit.above:
            return Words(f"{name.en} of at least {needed:,.6g} {unit.en}", f"{name.zh} 至少 {needed:,.6g} {unit.zh}")
        return Words(f"{name.en} of at most {needed:,.6g} {unit.en}", f"{name.zh} 至多 {needed:,.6g} {unit.zh}")


def _limits(problem: Problem, stage: FirstStage) -> list[_Limit]:
    """Name what a planner has set: budget, space and minimums; the present stock is a fact."""
    yuan, cubic, units = Words("yuan", "元"), Words("m³", "立方米"), Words("units", "件")
    found = []
    if np.isfinite(problem.budget):
        found.append(_Limit(stage.budget_row, Words("budget", "预算"), yuan, above=True, value=problem.budget))
    for depot, row in stage.space_rows.items():
        name = problem.depots[depot]
        space = float(problem.space[depot])
        found.append(_Limit(row, Words(f"space in {name}", f"{name}库容"), cubic, above=True, value=space))
    for minimum, row in zip(problem.minimums, stage.minimum_rows, strict=True):
        name = minimum.name or problem.items[minimum.item]
        found.append(_Limit(row, Words(f"minimum of {name}", f"{name}最低储备"), units, above=False, value=minimum.amount))
    return found


def _service_out_of_reach(problem: Problem) -> Finding:
    """Say which service can be reached, with the budget and without."""
    assert problem.service is not None
    reached, unbound = _reachable(problem), _reachable(problem.with_budget(float("inf")))
    asked = problem.service.level
    what = Words(
        f"service in {asked:.4g} of the cases is out of reach: at most {reached:.4g} under the budget and the space",
        f"达到服务要求的概率不可能为 {asked:.4g}:在现有预算和库容下至多 {reached:.4g}",
    )
    remedy = Words(
        f"ask for less, or allow more tolerance; without a limit on the budget {unbound:.4g} could be reached",
        f"降低要求或放宽容许缺口;不限预算时至多可达 {unbound:.4g}",
    )
    return Finding("service-out-of-reach", what, remedy)


def _reachable(problem: Problem) -> float:
    """Return the highest probability of a scenario without shortage beyond the tolerance."""
    whole = extensive(problem)
    program = whole.program
    upper = program.row_upper.copy()
    upper[-1] = np.inf  # the row that says how many may fail
    cost = np.zeros(program.columns)
    scenarios = len(problem.probability)
    cost[whole.second.failed : whole.second.failed + scenarios] = problem.probability
    return 1 - minimise(replace(program, row_upper=upper, cost=cost), gap=1e-4, seconds=60).objective
