"""Solve a two-stage problem: in one piece when it is small, by decomposition when there are many scenarios."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

from sim.errors import Finding, InputError, RunError, Words
from sim.planning.stockpile.conflicts import explain
from sim.planning.stockpile.decomposition import Decomposition
from sim.planning.stockpile.extensive import extensive, is_large
from sim.planning.stockpile.highs import minimise
from sim.planning.stockpile.plan import Found, Plan, make_plan
from sim.planning.stockpile.serving import served_in

if TYPE_CHECKING:
    from sim.planning.stockpile.problem import Problem

    Method = Literal["auto", "whole", "decomposition"]

GAP = 1e-3


def solve(
    problem: Problem,
    *,
    gap: float = GAP,
    seconds: float | None = None,
    method: Method = "auto",
    jobs: int = 1,
    relax: bool = False,
) -> Plan:
    """Return the best plan, or one within `gap` of it.

    Parameters
    ----------
    gap
        Share of the cost by which the plan may be dearer than the best. What is certified is `Plan.gap`.
    seconds
        Stop after so long with the best plan found.
    method
        ``whole`` gives HiGHS the whole program; ``decomposition`` takes the scenarios apart, and cannot promise service;
        ``auto`` chooses by size.
    jobs
        Threads, for decomposition. The plan does not depend on it, unless the clock stops the work.
    relax
        Leave out that packs and openings are whole.

    Raises
    ------
    InputError
        If no plan obeys all constraints: says which ones fight. If a promise of service is to be decomposed.
    RunError
        If the clock stops before any plan is found.
    """
    begun = time.perf_counter()
    if method == "decomposition" and problem.service is not None:
        what = Words("a promise of service cannot be decomposed", "带服务保证的问题不能分解求解")
        raise InputError([Finding("not-decomposable", what, Words("use method whole", "请改用 whole 方法"))], problem.language)
    found = explain(problem)
    if found:
        raise InputError(found, problem.language)
    if method == "auto":
        method = "decomposition" if problem.service is None and is_large(problem) else "whole"
    if method == "whole":
        return solve_whole(problem, gap=gap, seconds=seconds, relax=relax)
    engine = Decomposition(problem, jobs=jobs, relax=relax)
    done = engine.run(gap=gap, seconds=seconds)
    served = engine.serve(done.point)
    spent = time.perf_counter() - begun
    return make_plan(problem, engine.first, done.point, served, Found(done.bound, done.status, "decomposition", spent))


def solve_whole(problem: Problem, *, gap: float, seconds: float | None, relax: bool = False) -> Plan:
    """Solve the program in one piece.

    Parameters
    ----------
    relax
        Leave out that packs and openings are whole.
    """
    begun = time.perf_counter()
    whole = extensive(problem)
    left = None if seconds is None else seconds - (time.perf_counter() - begun)
    outcome = minimise(whole.program, relax=relax, gap=gap, seconds=left)
    if outcome.status in {"infeasible", "unbounded"}:
        raise InputError(explain(problem, service=True), problem.language)
    if not outcome.values.size:
        message = "the clock stopped the search before any plan was found"
        raise RunError(message)
    served = served_in(problem, whole, outcome.values)
    found = Found(outcome.bound, outcome.status, "whole", time.perf_counter() - begun)
    return make_plan(problem, whole.first, outcome.values, served, found)
