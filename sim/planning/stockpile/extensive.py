"""The whole program in one piece: first stage and every scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.planning.stockpile.first_stage import FirstStage, add_first_stage
from sim.planning.stockpile.program import Builder, Program
from sim.planning.stockpile.recourse import Recourse, add_recourse

if TYPE_CHECKING:
    from sim.planning.stockpile.problem import Problem

LARGE = 60_000
"""Flows from which on scenarios are taken apart: a guess between the sizes of benchmarks/stockpile.py, not a measured border."""


class Extensive(NamedTuple):
    """The program, and where the two stages stand in it."""

    program: Program
    first: FirstStage
    second: Recourse


def extensive(problem: Problem) -> Extensive:
    """Return the deterministic equivalent of the two-stage problem."""
    build = Builder()
    first = add_first_stage(problem, build)
    second = add_recourse(problem, build, stock=first.stock, threshold=first.threshold)
    build.add_entries(*second.links)
    return Extensive(build.build(), first, second)


def is_large(problem: Problem) -> bool:
    """Tell whether a problem is better taken apart: by its flows, pairs in time × items over all scenarios."""
    reach = (problem.time <= problem.deadline.max()).sum(axis=(1, 2))[problem.state].sum()
    return int(reach) * len(problem.items) > LARGE
