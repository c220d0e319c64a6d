"""One scenario alone: its cost for a given stock, and by how much another unit of each stock would lower it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.errors import RunError
from sim.planning.stockpile.highs import load
from sim.planning.stockpile.program import Builder
from sim.planning.stockpile.recourse import add_recourse

if TYPE_CHECKING:
    from sim.planning.stockpile.problem import Floats, Problem, Whole


class Answer(NamedTuple):
    """Cost of a scenario at a point of the first stage, and its slope in the columns `Scenario.columns`."""

    cost: float
    slope: Floats


class Scenario:
    """The second stage of one scenario, kept in HiGHS with its last basis.

    Parameters
    ----------
    problem
        The whole problem.
    number
        Of the scenario.
    threshold
        Column of the value at risk in the first stage.

    Notes
    -----
    The cost is a convex function of the stock; its slope is made of the duals of the rows that the stock limits. A new stock
    changes only right-hand sides, so that the last basis stays dual feasible and a few pivots of the dual simplex suffice.
    """

    def __init__(self, problem: Problem, number: int, threshold: int = -1) -> None:
        build = Builder()
        self.second = add_recourse(problem.of_scenarios([number], [1.0]), build, threshold=threshold)
        program = build.build()
        self.columns: Whole = self.second.links.column
        self._rows = self.second.links.row.astype(np.int32)
        self._lower, self._upper = program.row_lower[self._rows], program.row_upper[self._rows]
        self._value = self.second.links.value
        self._flow_cost = program.cost[self.second.flow : self.second.flow + len(self.second.arcs.time)]
        self._solver = load(program, quick=True)

    def answer(self, point: Floats) -> Answer:
        """Return cost and slope at a point of the first stage."""
        self._run(point)
        duals = np.array(self._solver.getSolution().row_dual)[self._rows]
        return Answer(float(self._solver.getInfo().objective_function_value), -self._value * duals)

    def outcome(self, point: Floats) -> tuple[float, Floats]:
        """Return the cost of transport at a point, and what is short, in the order of `Recourse.short`."""
        self._run(point)
        values = np.array(self._solver.getSolution().col_value)
        second = self.second
        short = np.maximum(values[second.shortage : second.shortage + len(second.short.want)], 0)
        flow = values[second.flow : second.flow + len(second.arcs.time)]
        return float(self._flow_cost @ flow), short

    def _run(self, point: Floats) -> None:
        from highspy import HighsModelStatus

        moved = self._value * point[self.columns]
        self._solver.changeRowsBounds(len(self._rows), self._rows, self._lower - moved, self._upper - moved)
        self._solver.run()
        if self._solver.getModelStatus() == HighsModelStatus.kModelEmpty:  # nothing is asked for
            return
        if self._solver.getModelStatus() != HighsModelStatus.kOptimal:
            self._solver.clearSolver()  # a second try without the old basis
            self._solver.run()
        if self._solver.getModelStatus() != HighsModelStatus.kOptimal:
            message = "the program of a scenario was not solved"
            raise RunError(message)
