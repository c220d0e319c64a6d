"""What a stock that is given costs and how it serves, over all scenarios."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import Finding, InputError, Words
from sim.planning.stockpile.extensive import extensive, is_large
from sim.planning.stockpile.first_stage import FirstStage, add_first_stage
from sim.planning.stockpile.highs import minimise
from sim.planning.stockpile.plan import Found, Plan, Served, make_plan
from sim.planning.stockpile.program import Builder
from sim.planning.stockpile.scenario import Scenario
from sim.planning.stockpile.serving import served_in

if TYPE_CHECKING:
    from sim.planning.stockpile.problem import Floats, Problem
    from sim.planning.stockpile.program import Program


def judge(problem: Problem, stock: Floats) -> Plan:
    """Return the plan that holds a given stock (I × K), supplied in each scenario as well as can be.

    Raises
    ------
    InputError
        If the stock breaks a constraint.
    """
    begun = time.perf_counter()
    build = Builder()
    first = add_first_stage(problem, build)
    program = _fix(problem, build.build(), first, stock)
    outcome = minimise(program)
    if outcome.status != "optimal":
        raise _not_allowed(problem)
    if problem.risk is None and problem.service is None and is_large(problem):
        point, served = outcome.values, _one_by_one(problem, outcome.values)
        method = "scenarios"
    else:
        whole = extensive(problem)
        outcome = minimise(_fix(problem, whole.program, whole.first, stock))
        if outcome.status != "optimal":
            raise _not_allowed(problem)
        point, served = outcome.values, served_in(problem, whole, outcome.values)
        method = "whole"
    return make_plan(problem, first, point, served, Found(-np.inf, "judged", method, time.perf_counter() - begun))


def _fix(problem: Problem, program: Program, first: FirstStage, stock: Floats) -> Program:
    """Give the stock; a solver's rounding of whole packs and of the stock may not make it impossible."""
    at = slice(first.stock, first.stock + stock.size)
    slack = 1e-6 * np.maximum(stock.ravel(), 1)
    program.lower[at] = np.maximum(stock.ravel() - slack, problem.keep.ravel())
    program.upper[at] = np.maximum(stock.ravel() + slack, problem.keep.ravel())
    return program


def _one_by_one(problem: Problem, point: Floats) -> Served:
    transport, shortage = np.zeros(len(problem.probability)), np.zeros_like(problem.demand)
    for number in range(len(transport)):
        scenario = Scenario(problem, number)
        transport[number], units = scenario.outcome(point)
        shortage[number][tuple(scenario.second.short)[1:]] = units
    return Served(transport, shortage)


def _not_allowed(problem: Problem) -> InputError:
    what = Words("the stock to be judged breaks a constraint", "待评价的储备方案违反约束")
    remedy = Words(
        "see budget, space, minimums, packs and what must be kept", "请核对预算、库容、最低储备、整包数量与须保留的库存"
    )
    return InputError([Finding("stock-not-allowed", what, remedy)], problem.language)
