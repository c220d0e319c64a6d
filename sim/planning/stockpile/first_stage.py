"""What is decided before anything happens: stock held, packs bought, present stock moved or given away, depots open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.planning.stockpile.problem import Floats, Problem
    from sim.planning.stockpile.program import Builder


@dataclass(frozen=True)
class FirstStage:
    """Numbers of the first column of each block (−1 where there is none) and of the rows that can fight each other."""

    stock: int
    bought: int
    gone: int
    placed: int
    opened: int
    threshold: int
    """Value at risk: the first-stage variable of CVaR."""
    columns: int
    budget_row: int
    space_rows: dict[int, int]
    """Depot → row."""
    minimum_rows: tuple[int, ...]


def add_first_stage(problem: Problem, build: Builder) -> FirstStage:
    """Add columns and rows of the first stage.

    Notes
    -----
    Stock is what is there, less what goes, plus what is placed and bought; what is placed anywhere must have gone elsewhere.
    """
    _, _, depots, items, _ = problem.shape
    size = depots * items
    have, movable = problem.have.ravel(), (problem.have - problem.keep).ravel()
    unit = np.broadcast_to(np.where(problem.pack > 0, problem.pack, 1.0), (depots, items)).ravel()
    whole = np.broadcast_to(problem.pack > 0, (depots, items)).ravel()
    stock = build.add_columns(problem.yearly_cost.ravel(), lower=problem.keep.ravel())
    most = np.repeat(np.where(problem.grows > 0, np.inf, 0.0), items)
    bought = build.add_columns(np.zeros(size), upper=most, integer=whole)
    balance = build.add_rows(size, have, have)
    each = np.arange(size)
    build.add_entries(balance + each, stock + each, 1.0)
    build.add_entries(balance + each, bought + each, -unit)
    gone, placed = _add_moves(problem, build, movable, balance)
    opened = _add_openings(problem, build, stock)
    tail = 0.0 if problem.risk is None else problem.risk.weight
    threshold = build.add_columns(np.array([tail])) if problem.risk else -1
    budget_row = build.add_rows(1, upper=problem.budget)
    build.add_entries(budget_row, bought + each, problem.price.ravel() * unit)
    spaces = {int(depot): build.add_rows(1, upper=problem.space[depot]) for depot in np.flatnonzero(np.isfinite(problem.space))}
    for depot, row in spaces.items():
        build.add_entries(row, stock + depot * items + np.arange(items), problem.volume)
    minima = tuple(build.add_rows(1, lower=minimum.amount) for minimum in problem.minimums)
    for minimum, row in zip(problem.minimums, minima, strict=True):
        build.add_entries(row, stock + np.array(sorted(set(minimum.depots))) * items + minimum.item, 1.0)
    return FirstStage(stock, bought, gone, placed, opened, threshold, build.columns, budget_row, spaces, minima)


def _add_moves(problem: Problem, build: Builder, movable: Floats, balance: int) -> tuple[int, int]:
    """Add what present stock may do; none of it where all is kept."""
    if not (movable > 0).any():
        return -1, -1
    _, _, depots, items, _ = problem.shape
    each, item = np.arange(depots * items), np.tile(np.arange(items), depots)
    anywhere = (problem.have - problem.keep).sum(axis=0)
    gone = build.add_columns(problem.discard_cost[item], upper=movable)
    placed = build.add_columns((problem.move_cost - problem.discard_cost)[item], upper=anywhere[item])
    build.add_entries(balance + each, gone + each, 1.0)
    build.add_entries(balance + each, placed + each, -1.0)
    same = build.add_rows(items, upper=0.0)
    build.add_entries(same + item, placed + each, 1.0)
    build.add_entries(same + item, gone + each, -1.0)
    return gone, placed


def _add_openings(problem: Problem, build: Builder, stock: int) -> int:
    """Add a yes or no for each depot whose opening costs; without a yes it holds nothing."""
    dear = np.flatnonzero(problem.open_cost > 0)
    if not len(dear):
        return -1
    items = len(problem.items)
    opened = build.add_columns(problem.open_cost[dear], upper=1.0, integer=True)
    most = most_useful(problem)[dear].ravel()
    rows = build.add_rows(len(dear) * items, upper=0.0)
    each = np.arange(len(dear) * items)
    build.add_entries(rows + each, stock + dear[each // items] * items + each % items, 1.0)
    build.add_entries(rows + each, opened + each // items, -most)
    return opened


def most_useful(problem: Problem) -> Floats:
    """Return a stock of each item in each depot beyond which no best plan goes (I × K).

    Notes
    -----
    No scenario can use more than all its needs met from the one depot, whichever recipe takes most; a standard may ask for
    more, present stock may be more, and a last pack may go beyond.
    """
    worth = np.zeros((problem.demand.shape[1], len(problem.items)))
    np.maximum.at(worth, problem.recipe_want, problem.recipes)
    use = problem.demand.sum(axis=2) @ worth
    alive = np.where(problem.survive > 0, problem.survive, np.inf)
    most: NDArray[np.float64] = (use[:, None, :] / alive[:, :, None]).max(axis=0)
    for minimum in problem.minimums:
        most[:, minimum.item] = np.maximum(most[:, minimum.item], minimum.amount)
    return np.maximum(most, problem.have) + problem.pack
