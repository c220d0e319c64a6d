"""How stocks and people served spread over the replications of a plan test: nine in ten lie above, nine in ten below."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.analysis.stock import changes_of, levels_of, moves_of, together
from sim.analysis.supply_needs import Wants
from sim.log import Account
from sim.scenario.supplies import MILLI

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from sim.analysis.records import Integers
    from sim.analysis.replication import Replication

MOST = 100
"""Replications that are looked at: the first ones."""
LEAST = 10
"""Below so many nothing is said of nine in ten."""
_POINTS = 145


class Band(NamedTuple):
    """Quantiles over replications at some moments (ms): each is an observed value."""

    moments: tuple[int, ...]
    low: tuple[float, ...]
    """Nine in ten replications have at least this."""
    middle: tuple[float, ...]
    high: tuple[float, ...]
    """Nine in ten have at most this."""
    replications: int


class Spread(NamedTuple):
    """Bands of a plan test."""

    stock: Mapping[int, Band]
    """Item → units in all stores that may be used."""
    people: Mapping[int, Band]
    """Set → people served."""
    replications: int


def spread_of(replications: Iterable[Replication], end: int) -> Spread | None:
    """Return the bands from 0 to a moment over some replications of one scenario; None of too few."""
    moments = np.linspace(0, end, _POINTS).astype(np.int64)
    stock: dict[int, list[NDArray[np.float64]]] = {}
    people: dict[int, list[NDArray[np.float64]]] = {}
    count = 0
    for one in replications:
        count += 1
        for item, level in _stock(one, moments).items():
            stock.setdefault(item, []).append(level)
        for kit, served in _people(one, moments).items():
            people.setdefault(kit, []).append(served)
    if count < LEAST:
        return None
    return Spread(
        {item: band(moments, np.array(found)) for item, found in stock.items() if len(found) == count},
        {kit: band(moments, np.array(found)) for kit, found in people.items() if len(found) == count},
        count,
    )


def band(moments: Integers, values: NDArray[np.float64]) -> Band:
    """Return the tenth, half and nine tenths of values, shape (replications, moments); each is a value of some replication."""
    ranked, count = np.sort(values, axis=0), len(values)
    low, middle, high = ranked[count // 10], ranked[(count - 1) // 2], ranked[-1 - count // 10]
    return Band(tuple(moments.tolist()), tuple(low.tolist()), tuple(middle.tolist()), tuple(high.tolist()), count)


def _stock(one: Replication, moments: Integers) -> dict[int, NDArray[np.float64]]:
    """Return the stock of each item at some moments (units)."""
    changes = changes_of(moves_of(one.scenario, one.log), Account.DEPOT)
    usable = np.array([store.usable for store in one.scenario.supplies.stores], dtype=bool)
    levels = levels_of(together(changes.only(usable[changes.owner]) if len(changes.owner) else changes))
    return {
        item: at_moments(levels.time[levels.item == item], levels.amount[levels.item == item] / MILLI, moments)
        for item in np.unique(levels.item).tolist()
    }


def _people(one: Replication, moments: Integers) -> dict[int, NDArray[np.float64]]:
    """Return the people whom each set serves at some moments, over all incidents."""
    wants = Wants(one)
    found: dict[int, NDArray[np.float64]] = {}
    for line in np.flatnonzero(wants.sets.serves > 0).tolist():
        kit = int(wants.sets.kit[line])
        found[kit] = found.get(kit, 0.0) + complete_at(wants, line, moments) * wants.sets.serves[line]
    return found


def complete_at(wants: Wants, line: int, moments: Integers) -> Integers:
    """Return how many whole sets of one line of `Wants.sets` there were at many moments, at most those asked for by then."""
    sets, count = wants.sets, len(moments)
    found = sets.asked(np.full(count, line), moments)
    for item, part in wants.scenario.supplies.kits[int(sets.kit[line])].parts:
        at = wants.find(sets.incident[line : line + 1], sets.need[line : line + 1], np.array([item]))
        there = wants.comes.by(np.repeat(at, count), moments) // part if at[0] >= 0 else np.zeros(count, dtype=np.int64)
        found = np.minimum(found, there)
    return found


def at_moments(times: Integers, amounts: NDArray[np.float64], moments: Integers) -> NDArray[np.float64]:
    """Return the value that holds at some moments of a quantity that changes at times; 0 before the first."""
    found: NDArray[np.float64] = np.append(0.0, amounts)[np.searchsorted(times, moments, side="right")]
    return found
