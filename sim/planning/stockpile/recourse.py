"""What is decided in each scenario: which depot sends what where, what is handed out by which recipe, what is short.

Built with index arithmetic alone. A drive of t hours serves every want whose deadline is t or more, so one flow of an item
from a depot to a place serves wants of several deadlines: of the wants due within D, no more may be met than has arrived
within D, for each deadline D. As deadlines are nested this is also enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.planning.stockpile.first_stage import most_useful

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.planning.stockpile.problem import Floats, Problem, Whole
    from sim.planning.stockpile.program import Builder


class Arcs(NamedTuple):
    """Flows, sorted by scenario, depot, item, place; `time` is the drive (h)."""

    scenario: Whole
    depot: Whole
    item: Whole
    place: Whole
    time: Floats


class Given(NamedTuple):
    """Wants met: scenario, recipe, place."""

    scenario: Whole
    recipe: Whole
    place: Whole


class Short(NamedTuple):
    """Wants that are asked for: scenario, want, place."""

    scenario: Whole
    want: Whole
    place: Whole


class Links(NamedTuple):
    """Entries of second-stage rows in first-stage columns: row, column, value."""

    row: Whole
    column: Whole
    value: Floats


@dataclass(frozen=True, eq=False)
class Recourse:
    """Where the second stage stands in the program."""

    arcs: Arcs
    given: Given
    short: Short
    flow: int
    """First column of the flows; the wants met and the shortages follow."""
    met: int
    shortage: int
    excess: int
    """Shortage cost beyond the value at risk, a column a scenario; −1 without risk."""
    failed: int
    """Yes or no a scenario; −1 without a promise of service."""
    links: Links


def add_recourse(problem: Problem, build: Builder, *, stock: int = 0, threshold: int = -1) -> Recourse:
    """Add columns and rows of all scenarios; costs are times their probability.

    Parameters
    ----------
    stock, threshold
        First column of the stock in the first stage, and the column of the value at risk. The links to them are returned,
        not added.
    """
    wanted = problem.demand > 0
    drives = problem.time[problem.state]
    can = _usable(problem)
    given, due = _recipes_within_reach(problem, wanted, drives, can)
    arcs = _arcs(problem, drives, can, due)
    short = Short(*np.nonzero(wanted))
    chance = problem.probability
    toll = tolls(problem, arcs)
    flow = build.add_columns(chance[arcs.scenario] * problem.freight * toll)
    met = build.add_columns(np.zeros(len(given.scenario)))
    asked = problem.demand[wanted]
    shortage = build.add_columns(chance[short.scenario] * problem.penalty[short.want], upper=asked)
    _add_deliveries(problem, build, due, (arcs, flow), (given, met))
    _add_wants(problem, build, wanted, (given, met), shortage)
    _add_trucks(problem, build, arcs, flow, toll)
    links = [_add_stocks(problem, build, arcs, flow, stock)]
    excess = failed = -1
    if problem.risk is not None:
        excess, link = _add_risk(problem, build, short, shortage, threshold)
        links.append(link)
    if problem.service is not None:
        failed = _add_service(problem, build, short, shortage)
    together = Links(*(np.concatenate([link[at] for link in links]) for at in range(3)))
    return Recourse(arcs, given, short, flow, met, shortage, excess, failed, together)


def tolls(problem: Problem, arcs: Arcs) -> Floats:
    """Return what a unit takes of its trucks, there and back (t h)."""
    toll: Floats = 2 * problem.mass[arcs.item] * np.maximum(arcs.time - problem.handling[arcs.depot], 0.0)
    return toll


def _usable(problem: Problem) -> NDArray[np.bool_]:
    """Tell where a depot can have something to give in a scenario (S × I × K)."""
    held: NDArray[np.bool_] = (problem.survive > 0)[:, :, None] & (most_useful(problem) > 0)[None]
    return held


def _recipes_within_reach(
    problem: Problem, wanted: NDArray[np.bool_], drives: Floats, can: NDArray[np.bool_]
) -> tuple[Given, NDArray[np.bool_]]:
    """Return the recipes all of whose items can come in time, and where something is due by each deadline (C × S × K × J)."""
    scenarios, _, depots, items, places = problem.shape
    soonest = np.full((scenarios, items, places), np.inf)
    for depot in range(depots):
        np.minimum(soonest, np.where(can[:, depot, :, None], drives[:, depot, None, :], np.inf), out=soonest)
    deadlines, of_want = np.unique(problem.deadline, return_inverse=True)
    due = np.zeros((len(deadlines), scenarios, items, places), dtype=np.bool_)
    possible = np.empty((scenarios, len(problem.recipes), places), dtype=np.bool_)
    for recipe, amounts in enumerate(problem.recipes):
        want = problem.recipe_want[recipe]
        needed = np.flatnonzero(amounts > 0)
        possible[:, recipe] = wanted[:, want] & (soonest[:, needed] <= problem.deadline[want]).all(axis=1)
        due[of_want[want], :, needed] |= possible[:, recipe]
    return Given(*np.nonzero(possible)), due


def _arcs(problem: Problem, drives: Floats, can: NDArray[np.bool_], due: NDArray[np.bool_]) -> Arcs:
    """Return every flow that comes in time for something that is due."""
    deadlines = np.unique(problem.deadline)
    latest = np.full(due.shape[1:], -np.inf)
    for deadline, here in zip(deadlines, due, strict=True):
        latest[here] = deadline  # later deadlines come later
    reach = (drives[:, :, None, :] <= latest[:, None]) & can[:, :, :, None]
    scenario, depot, item, place = np.unravel_index(np.flatnonzero(reach), reach.shape)
    return Arcs(scenario, depot, item, place, drives[scenario, depot, place])


def _add_deliveries(
    problem: Problem, build: Builder, due: NDArray[np.bool_], flows: tuple[Arcs, int], recipes: tuple[Given, int]
) -> None:
    """Of each item at each place: what is handed out by a deadline has arrived by it."""
    (arcs, flow), (given, met) = flows, recipes
    deadlines, of_want = np.unique(problem.deadline, return_inverse=True)
    for at, deadline in enumerate(deadlines):
        count = int(due[at].sum())
        first = build.add_rows(count, upper=0.0)
        row = np.full(due.shape[1:], -1, dtype=np.int64)
        row[due[at]] = first + np.arange(count)
        rows = row[arcs.scenario, arcs.item, arcs.place]
        here = np.flatnonzero((rows >= 0) & (arcs.time <= deadline))
        build.add_entries(rows[here], flow + here, -1.0)
        for recipe, item in np.argwhere(problem.recipes > 0):
            if of_want[problem.recipe_want[recipe]] > at:
                continue
            mine = np.flatnonzero(given.recipe == recipe)
            rows = row[given.scenario[mine], item, given.place[mine]]
            build.add_entries(rows[rows >= 0], met + mine[rows >= 0], problem.recipes[recipe, item])


def _add_wants(problem: Problem, build: Builder, wanted: NDArray[np.bool_], recipes: tuple[Given, int], shortage: int) -> None:
    """Add that each want is met by one recipe or another, or short."""
    given, met = recipes
    asked = problem.demand[wanted]
    first = build.add_rows(len(asked), asked, asked)
    row = np.full(wanted.shape, -1, dtype=np.int64)
    row[wanted] = first + np.arange(len(asked))
    build.add_entries(first + np.arange(len(asked)), shortage + np.arange(len(asked)), 1.0)
    rows = row[given.scenario, problem.recipe_want[given.recipe], given.place]
    build.add_entries(rows, met + np.arange(len(rows)), 1.0)


def _add_stocks(problem: Problem, build: Builder, arcs: Arcs, flow: int, stock: int) -> Links:
    """Add that no depot sends more than what is left of its stock; returns the links to the stock."""
    _, _, depots, items, _ = problem.shape
    key = (arcs.scenario * depots + arcs.depot) * items + arcs.item
    first_of = np.flatnonzero(np.diff(key, prepend=-1))  # keys come sorted
    group = np.cumsum(np.diff(key, prepend=-1) != 0) - 1
    first = build.add_rows(len(first_of), upper=0.0)
    build.add_entries(first + group, flow + np.arange(len(key)), 1.0)
    left = problem.survive[arcs.scenario[first_of], arcs.depot[first_of]]
    return Links(first + np.arange(len(first_of)), stock + key[first_of] % (depots * items), -left)


def _add_trucks(problem: Problem, build: Builder, arcs: Arcs, flow: int, toll: Floats) -> None:
    """Add that the trucks of a depot carry no more than their payload times their hours on the road."""
    limited = np.isfinite(problem.carry)
    row = np.full(limited.shape, -1, dtype=np.int64)
    row[limited] = build.add_rows(int(limited.sum()), upper=problem.carry[limited]) + np.arange(int(limited.sum()))
    rows = row[arcs.scenario, arcs.depot]
    here = np.flatnonzero((rows >= 0) & (toll > 0))
    build.add_entries(rows[here], flow + here, toll[here])


def _add_risk(problem: Problem, build: Builder, short: Short, shortage: int, threshold: int) -> tuple[int, Links]:
    """Add the shortage cost beyond the value at risk, by which the worst cases weigh more."""
    assert problem.risk is not None
    count = len(problem.probability)
    weight = problem.risk.weight / (1 - problem.risk.level)
    excess = build.add_columns(problem.probability * weight)
    first = build.add_rows(count, lower=0.0)
    each = np.arange(count)
    build.add_entries(first + each, excess + each, 1.0)
    build.add_entries(first + short.scenario, shortage + np.arange(len(short.want)), -problem.penalty[short.want])
    return excess, Links(first + each, np.full(count, threshold), np.ones(count))


def _add_service(problem: Problem, build: Builder, short: Short, shortage: int) -> int:
    """Add that a scenario with a shortage beyond the tolerance counts as failed, and that few enough fail."""
    assert problem.service is not None
    failed = build.add_columns(np.zeros(len(problem.probability)), upper=1.0, integer=True)
    asked = problem.demand[short.scenario, short.want, short.place]
    slack = problem.service.tolerance
    first = build.add_rows(len(asked), upper=slack * asked)
    each = np.arange(len(asked))
    build.add_entries(first + each, shortage + each, 1.0)
    build.add_entries(first + each, failed + short.scenario, -(1 - slack) * asked)
    allowed = build.add_rows(1, upper=1 - problem.service.level + 1e-9)  # probabilities are rounded sums
    build.add_entries(allowed, failed + np.arange(len(problem.probability)), problem.probability)
    return failed
