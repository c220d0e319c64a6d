"""What the scenarios answer, read from the values of the whole program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.planning.stockpile.plan import Served
from sim.planning.stockpile.recourse import tolls

if TYPE_CHECKING:
    from sim.planning.stockpile.extensive import Extensive
    from sim.planning.stockpile.problem import Floats, Problem


def served_in(problem: Problem, whole: Extensive, values: Floats) -> Served:
    """Read transport and shortage from the values of all columns."""
    second = whole.second
    scenarios = len(problem.probability)
    flow = values[second.flow : second.flow + len(second.arcs.time)]
    toll = tolls(problem, second.arcs) * problem.freight
    transport: Floats = np.zeros(scenarios)
    transport += np.bincount(second.arcs.scenario, flow * toll, minlength=scenarios)
    shortage = np.zeros_like(problem.demand)
    count = len(second.short.want)
    shortage[tuple(second.short)] = np.maximum(values[second.shortage : second.shortage + count], 0)
    return Served(transport, shortage)
