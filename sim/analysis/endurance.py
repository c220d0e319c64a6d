"""How long the present stock lasts: days for people, hours for the work of a package. A function of scenario and stock alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from sim.scenario.supplies import MILLI

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.scenario.frozen import Course, Line, Scenario

    Stock = Mapping[tuple[int, int], int]
    """(store, item) → thousandths."""


class PeopleEndurance(NamedTuple):
    """How long an item lasts so many people."""

    item: int
    stored: int
    """Thousandths, in the stores that may be used."""
    people: float
    days: float


class ForceEndurance(NamedTuple):
    """How long an item lasts for the work of one kind of incident, every line of its package at work with all its teams."""

    course: int
    item: int
    rate: float
    """What is used, less what is made ready again on the scene (thousandths a ms)."""
    carried: int
    """What as many teams as are wanted bring along at least (thousandths)."""
    stored: int
    alone: float
    """ms that what is carried lasts; inf when nothing is used up."""
    lasts: float
    """… with what is stored."""


def opening(scenario: Scenario) -> dict[tuple[int, int], int]:
    """Return what lies in each store at the start."""
    return {
        (store.index, item): sum(lot.amount for lot in lots)
        for store in scenario.supplies.stores
        for item, lots in store.lots.items()
    }


def in_use(scenario: Scenario, stock: Stock | None = None) -> list[int]:
    """Return how much of each item lies in the stores that may be used, less what must stay there (thousandths)."""
    stock, found = opening(scenario) if stock is None else stock, [0] * len(scenario.supplies.items)
    for (number, item), amount in stock.items():
        store = scenario.supplies.stores[number]
        if store.usable:
            found[item] += max(0, amount - (store.keeps or {}).get(item, 0))
    return found


def people_endurance(scenario: Scenario, people: float, stock: Stock | None = None) -> list[PeopleEndurance]:
    """Return how many days each item with a need a person and day lasts so many people, shortest first.

    Parameters
    ----------
    stock
        (store, item) → thousandths, such as `sim.analysis.stock.stored` gives; None: that at the start.
    """
    found = []
    for item, amount in zip(scenario.supplies.items, in_use(scenario, stock), strict=True):
        if item.per_person_day > 0:
            need = people * item.per_person_day * MILLI
            found.append(PeopleEndurance(item.index, amount, people, amount / need if need else math.inf))
    return sorted(found, key=lambda one: (one.days, one.item))


def force_endurance(scenario: Scenario, stock: Stock | None = None) -> list[ForceEndurance]:
    """Return how long each item lasts the packages that use it, shortest first for each kind of incident."""
    stored, found = in_use(scenario, stock), list[ForceEndurance]()
    for number, course in enumerate(scenario.courses):
        items = sorted({use.item for line in course.lines for use in line.uses})
        mine = []
        for item in items:
            rate, carried = _rate(course, item), sum(_carried(scenario, line, item) for line in course.lines)
            alone, lasts = ((carried + more) / rate if rate > 0 else math.inf for more in (0, stored[item]))
            mine.append(ForceEndurance(number, item, rate, carried, stored[item], alone, lasts))
        found += sorted(mine, key=lambda one: (one.lasts, one.item))
    return found


def _rate(course: Course, item: int) -> float:
    used = sum(use.rate * line.count for line in course.lines for use in line.uses if use.item == item)
    filled = sum(fill.rate * line.count for line in course.lines for fill in line.fills if fill.item == item)
    return max(0.0, used - filled)


def _carried(scenario: Scenario, line: Line, item: int) -> int:
    """Return what the teams of a line bring along at least: as many of those able as are wanted, that carry the least."""
    if all(use.item != item for use in line.uses):
        return 0
    able = sorted(dict(team.carries).get(item, 0) for team in scenario.teams if line.capability in team.capabilities)
    return sum(able[: line.count])
