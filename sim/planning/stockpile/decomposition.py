"""Many scenarios: the first stage alone, and what the scenarios tell it through cuts.

The cost of the scenarios is a convex function of the first stage, so the tangent at any point lies below it everywhere. The
first stage with all tangents found so far is cheaper than the truth: its best value is a bound. The true cost at any plan
that obeys the first stage is dear enough: the best one met is the plan. The gap between the two is certain, whatever the
number of rounds. R. M. Van Slyke and R. Wets (1969), SIAM J. Appl. Math. 17(4), 638–663; several cuts a round: J. R. Birge and
F. V. Louveaux (1988), Eur. J. Oper. Res. 34(3), 384–392.

Tangents are taken between the best point known and the one the first stage proposes, which damps its leaps: W. Ben-Ameur and
J. Neto (2007), Networks 49(1), 3–17. Whole packs and openings are left aside until the bound without them is close.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.errors import RunError
from sim.planning.stockpile.extensive import extensive
from sim.planning.stockpile.first_stage import FirstStage, add_first_stage
from sim.planning.stockpile.highs import Outcome, load, minimise, solved
from sim.planning.stockpile.plan import Served
from sim.planning.stockpile.program import Builder
from sim.planning.stockpile.scenario import Scenario

if TYPE_CHECKING:
    from sim.planning.stockpile.problem import Floats, Problem, Whole
    from sim.planning.stockpile.scenario import Answer

GROUPS = 40
"""Scenarios share cuts in so many groups: more tell more a round, and weigh more on the first stage."""
STEP = 0.3
"""How far towards the proposal the tangent is taken."""
SAMPLE = 5
"""Scenarios whose best stock is the first guess: a guess in the right region saves most rounds."""
RELAXED_SHARE = 0.8
"""Part of the gap asked for at which packs and openings are made whole."""
BRANCHING = 20.0
"""Longest search for whole packs with the cuts of one round (s); after it new cuts do more than branching on."""
LOOKS, LOOK = 8, 4.0
"""How often, and how long each time (s), whole plans are looked for near the best point before all are searched."""
ROUNDS = 2_000
"""After so many rounds the answer is what there is: a guard against standing still."""


class Decomposed(NamedTuple):
    """Best point of the first stage found, its cost, and what no plan can go below."""

    point: Floats
    cost: float
    bound: float
    rounds: int
    status: str


class Decomposition:
    """The first stage with its cuts, and the scenarios.

    Parameters
    ----------
    problem
        Without a promise of service.
    jobs
        Threads that solve scenarios.
    relax
        Leave out that packs and openings are whole.
    """

    def __init__(self, problem: Problem, *, jobs: int = 1, relax: bool = False) -> None:
        self.begun = time.perf_counter()
        self.problem = problem
        self.jobs = jobs
        build = Builder()
        self.first: FirstStage = add_first_stage(problem, build)
        count = len(problem.probability)
        self.groups = min(GROUPS, count)
        self.theta = build.add_columns(np.ones(self.groups))
        self.program = build.build()
        self.scenarios = [Scenario(problem, number, self.first.threshold) for number in range(count)]
        self.group_of = np.arange(count) * self.groups // count
        self.whole: Whole = np.flatnonzero(self.program.integer & (not relax))
        self.rounds = 0
        self.best: tuple[float, Floats] = (np.inf, np.zeros(0))
        self.bound = -np.inf
        self._master = load(self.program, relax=True)

    def run(self, *, gap: float, seconds: float | None = None) -> Decomposed:
        """Search until the gap is closed, or until the time is over and there is a plan."""
        until = np.inf if seconds is None else self.begun + seconds
        centre = self.relaxed(gap * RELAXED_SHARE if len(self.whole) else gap, until)
        if len(self.whole):
            self.best = (np.inf, centre)
            self.whole_plans(gap, until)
            if not np.isfinite(self.best[0]):
                message = "the clock stopped the search before any whole plan was found"
                raise RunError(message)
        cost, point = self.best
        status = "optimal" if self._closed(gap) else "time"
        return Decomposed(point, cost, min(self.bound, cost), self.rounds, status)

    def relaxed(self, gap: float, until: float) -> Floats:
        """Close the gap without packs and openings being whole; returns the best point."""
        step, known = STEP, -np.inf
        point = self._guess()
        while True:
            cost = self.price(point)
            better = self._keep(cost, point)
            proposal = self._propose()
            centre = self.best[1]
            if self._closed(gap) or self._over(until):
                return centre
            # A damped step may stand still close to the end, where the full one does not.
            moved = better or self.bound > known + 1e-9 * abs(known)
            step, known = STEP if moved else min(1.0, 2 * step), self.bound
            point = centre + step * (proposal - centre)

    def whole_plans(self, gap: float, until: float) -> None:
        """Close the gap with whole packs and openings: HiGHS branches on the first stage with the cuts known so far."""
        self._master.changeColsIntegrality(len(self.whole), self.whole.astype(np.int32), np.ones(len(self.whole), dtype=np.uint8))
        share = gap / 4
        self._round(share, gap, until)
        while not (self._closed(gap) or self._over(until)):
            outcome = self._branch(share, until, BRANCHING)
            self.bound = max(self.bound, outcome.bound)
            cost = np.inf
            if outcome.values.size:
                cost = self.price(outcome.values)
                self._keep(cost, outcome.values)
            if cost - outcome.objective <= share * abs(cost):
                share /= 4  # the cuts are exact here: what is left is the gap of the branching itself

    def _round(self, share: float, gap: float, until: float) -> None:
        """Look for good whole plans among those whose packs are the best point's rounded up or down.

        Far fewer plans than all, and each look adds the tangents that the next one needs.
        """
        packs = self.best[1][self.whole]
        lower, upper = self.program.lower[self.whole], self.program.upper[self.whole]
        columns, count = self.whole.astype(np.int32), len(self.whole)
        near = np.maximum(np.floor(packs + 1e-6), lower), np.minimum(np.ceil(packs - 1e-6), upper)
        near = np.minimum(*near), np.maximum(*near)
        self._nearest(near)
        self._master.changeColsBounds(count, columns, *near)
        for _ in range(LOOKS):
            outcome = self._branch(share, until, LOOK)
            if outcome.values.size:
                cost = self.price(outcome.values)
                self._keep(cost, outcome.values)
            if not outcome.values.size or self._closed(gap) or self._over(until) or cost - outcome.objective <= share * cost:
                break
        self._master.changeColsBounds(count, columns, lower, upper)

    def _nearest(self, near: tuple[Floats, Floats]) -> None:
        """Price the whole plan whose packs differ least in money from the best point: there is a plan from now on."""
        point, program = self.best[1], self.program
        unit = program.row(self.first.budget_row)[self.whole] + 1e-6
        lower, upper, cost = program.lower.copy(), program.upper.copy(), np.zeros(program.columns)
        lower[self.whole], upper[self.whole] = near
        cost[self.whole] = unit * (1 - 2 * (point[self.whole] - near[0]))  # rounding up costs this more than down
        outcome = minimise(replace(program, lower=lower, upper=upper, cost=cost), gap=0.01, seconds=LOOK)
        if not outcome.values.size:  # no rounding obeys all constraints: any whole plan that buys little more
            outcome = minimise(replace(program, cost=np.where(program.integer, 1.0, 0.0)), gap=0.05, seconds=BRANCHING)
        if outcome.values.size:
            self._keep(self.price(outcome.values), outcome.values)

    def _keep(self, cost: float, point: Floats) -> bool:
        """Keep a point if it is the best one; tells whether it is."""
        better = cost < self.best[0]
        if better:
            self.best = (cost, point)
        return better

    def _branch(self, share: float, until: float, longest: float) -> Outcome:
        if self.best[0] < np.inf:
            self._master.setSolution(len(self.whole), self.whole.astype(np.int32), self.best[1][self.whole].round())
        self._master.setOptionValue("mip_rel_gap", share)
        self._master.setOptionValue("time_limit", min(max(until - time.perf_counter(), 1.0), longest))
        return solved(self._master, whole=True)

    def _closed(self, gap: float) -> bool:
        cost = self.best[0]
        return cost < np.inf and cost - self.bound <= gap * abs(cost) + 1e-9

    def _over(self, until: float) -> bool:
        return time.perf_counter() > until or self.rounds > ROUNDS

    def price(self, point: Floats) -> float:
        """Return the true cost at a point of the first stage, and add the tangents there."""
        self.rounds += 1
        costs, constants = np.zeros(self.groups), np.zeros(self.groups)
        columns = self.first.columns
        slopes = np.zeros((self.groups, columns))
        for number, answer in enumerate(self._ask(point)):
            group, share = self.group_of[number], self.problem.probability[number]
            mine = self.scenarios[number].columns
            costs[group] += share * answer.cost
            constants[group] += share * (answer.cost - float(answer.slope @ point[mine]))
            np.add.at(slopes[group], mine, share * answer.slope)
        self._add_cuts(slopes, constants)
        return float(self.program.cost[:columns] @ point[:columns] + costs.sum())

    def serve(self, point: Floats) -> Served:
        """Return transport and shortage of every scenario at a point."""
        problem = self.problem
        transport, shortage = np.zeros(len(self.scenarios)), np.zeros_like(problem.demand)
        for number, scenario in enumerate(self.scenarios):
            transport[number], units = scenario.outcome(point)
            shortage[number][tuple(scenario.second.short)[1:]] = units
        return Served(transport, shortage)

    def _guess(self) -> Floats:
        """Return the best point for a few scenarios, one of each layer of bad, worse and worst."""
        problem = self.problem
        hurt = np.einsum("swj,w->s", problem.demand, problem.penalty)
        layers = np.array_split(np.argsort(hurt, kind="stable"), min(SAMPLE, len(hurt)))
        chosen = [int(layer[len(layer) // 2]) for layer in layers]  # the middle one of each
        shares = np.array([problem.probability[layer].sum() for layer in layers])
        few = extensive(problem.of_scenarios(chosen, np.maximum(shares, 1e-9)))
        found = minimise(few.program, relax=True, rough=True)
        point = np.zeros(self.program.columns)
        point[: self.first.columns] = found.values[: self.first.columns]
        return point

    def _propose(self) -> Floats:
        """Return the best point of the first stage for the cuts known, and take its cost as bound."""
        outcome = solved(self._master, whole=False)
        self.bound = max(self.bound, outcome.bound)
        return outcome.values

    def _ask(self, point: Floats) -> list[Answer]:
        if self.jobs == 1:
            return [scenario.answer(point) for scenario in self.scenarios]
        with ThreadPoolExecutor(self.jobs) as pool:
            return list(pool.map(lambda scenario: scenario.answer(point), self.scenarios))

    def _add_cuts(self, slopes: Floats, constants: Floats) -> None:
        """Add θ ≥ constant + slope · y for each group."""
        group, column = np.nonzero(slopes)
        each = np.arange(self.groups)
        start = np.searchsorted(group, each) + each  # the θ of each group stands before its slopes
        index = np.empty(len(group) + self.groups, dtype=np.int32)
        value = np.empty(len(index))
        index[start], value[start] = self.theta + each, 1.0
        rest = np.ones(len(index), dtype=bool)
        rest[start] = False
        index[rest], value[rest] = column, -slopes[group, column]
        upper = np.full(self.groups, np.inf)
        self._master.addRows(self.groups, constants, upper, len(index), start.astype(np.int32), index, value)
