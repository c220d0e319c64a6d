"""Size the reserve: how much of which item to hold in which depot, against needs that nobody knows beforehand.

`check` makes a `Problem` of a `Question`; `solve` answers it; `sample_average` answers with a confidence; `foresight`, `marginal`
and `price_service` say what the answer is worth. For one depot alone, see the laws: `newsvendor_normal` and its like.
"""

from __future__ import annotations

from sim.planning.stockpile.budgets import Marginal, Point, marginal, price_service
from sim.planning.stockpile.checks import check
from sim.planning.stockpile.judge import judge
from sim.planning.stockpile.min_max import MinMax, min_max, poisson_demand
from sim.planning.stockpile.newsvendor import (
    Level,
    base_stock_normal,
    base_stock_poisson,
    newsvendor_empirical,
    newsvendor_normal,
    newsvendor_poisson,
)
from sim.planning.stockpile.plan import Costs, Plan
from sim.planning.stockpile.problem import Minimum, Problem, Risk, Service, Want, yearly_share
from sim.planning.stockpile.question import Question
from sim.planning.stockpile.reorder_point import ReorderPoint, reorder_point_poisson
from sim.planning.stockpile.sampling import Sampled, sample_average, sample_average_fresh
from sim.planning.stockpile.solve import solve
from sim.planning.stockpile.value import Foresight, foresight

__all__ = [
    "Costs",
    "Foresight",
    "Level",
    "Marginal",
    "MinMax",
    "Minimum",
    "Plan",
    "Point",
    "Problem",
    "Question",
    "ReorderPoint",
    "Risk",
    "Sampled",
    "Service",
    "Want",
    "base_stock_normal",
    "base_stock_poisson",
    "check",
    "foresight",
    "judge",
    "marginal",
    "min_max",
    "newsvendor_empirical",
    "newsvendor_normal",
    "newsvendor_poisson",
    "poisson_demand",
    "price_service",
    "reorder_point_poisson",
    "sample_average",
    "sample_average_fresh",
    "solve",
    "yearly_share",
]
