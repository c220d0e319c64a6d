"""HiGHS: a program goes in as arrays, an answer comes out.

highspy rather than `scipy.optimize.milp`: decomposition needs duals of rows, rows added and bounds changed with the last
basis kept, and a time limit that gives back both the best plan and the bound.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import RunError

if TYPE_CHECKING:
    from sim.planning.stockpile.problem import Floats
    from sim.planning.stockpile.program import Program


@dataclass(frozen=True, eq=False)
class Outcome:
    """What HiGHS found."""

    status: str
    """``optimal``, ``time`` (stopped by the clock), ``infeasible``, ``unbounded``."""
    values: Floats
    """Of the columns; empty if nothing was found."""
    objective: float
    bound: float
    """No plan is cheaper than this."""
    seconds: float


def load(program: Program, *, relax: bool = False, gap: float = 1e-6, seconds: float | None = None, quick: bool = False) -> Any:
    """Return a solver of highspy that holds the program.

    Parameters
    ----------
    relax
        Leave out that some columns are whole.
    gap
        Relative gap at which a program with whole columns counts as solved.
    seconds
        Time limit.
    quick
        For small programs solved many times: the simplex method, which begins every solve but the first at the last basis.
    """
    import highspy

    # The class below `Highs`: that one prints a banner before it can be told not to, and adds only ways to write models.
    core: Any = highspy.Highs.__base__
    solver = core()
    options: dict[str, Any] = {"output_flag": False, "mip_rel_gap": gap, "mip_abs_gap": 1e-9, "random_seed": 0}
    if seconds is not None:
        options["time_limit"] = max(seconds, 0.01)
    if quick:
        options["solver"] = "simplex"
    for name, value in options.items():
        solver.setOptionValue(name, value)
    whole = np.zeros(program.columns, dtype=np.int32) if relax else program.integer.astype(np.int32)
    done = solver.passModel(
        program.columns, program.rows, len(program.value), 1, 1, 0.0, program.cost, program.lower, program.upper,
        program.row_lower, program.row_upper, program.start, program.index, program.value, whole,
    )  # fmt: skip
    if done == highspy.HighsStatus.kError:
        message = "HiGHS refuses the program"
        raise RunError(message)
    return solver


def solved(solver: Any, *, whole: bool) -> Outcome:
    """Run a loaded solver and return what it found.

    Raises
    ------
    RunError
        If HiGHS ends in a way that says nothing about the program.
    """
    from highspy import HighsModelStatus as Status

    begun = time.perf_counter()
    solver.run()
    spent = time.perf_counter() - begun
    status = solver.getModelStatus()
    names = {
        Status.kOptimal: "optimal", Status.kTimeLimit: "time", Status.kInfeasible: "infeasible",
        Status.kUnbounded: "unbounded", Status.kUnboundedOrInfeasible: "infeasible",
    }  # fmt: skip
    if status not in names:
        message = f"HiGHS ended with {solver.modelStatusToString(status)}"
        raise RunError(message)
    info = solver.getInfo()
    name = names[status]
    found = name == "optimal" or (name == "time" and whole and info.primal_solution_status == 2)
    values = np.array(solver.getSolution().col_value) if found else np.zeros(0)
    objective = float(info.objective_function_value) if found else np.inf
    bound = float(info.mip_dual_bound) if whole else objective if name == "optimal" else -np.inf
    return Outcome(name, values, objective, bound, spent)


def minimise(
    program: Program, *, relax: bool = False, gap: float = 1e-6, seconds: float | None = None, rough: bool = False
) -> Outcome:
    """Solve a program from scratch; `rough` is quicker for a large one, and gives no vertex."""
    whole = bool(program.integer.any()) and not relax
    solver = load(program, relax=relax, gap=gap, seconds=seconds)
    if rough and not whole:
        solver.setOptionValue("solver", "ipm")
        solver.setOptionValue("run_crossover", "off")
    return solved(solver, whole=whole)
