"""The shortfall list: what was not there in time, how much, who could fill it, at what cost, by when.

Whoever could fill it is judged by planned times on open roads, from the moment at which it was asked for, and by the stock that
is left when it is missed. Someone named here may be out of bounds in this scenario: `barred` says why.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from sim.analysis.planned_haul import first_fleet, planned_approach, planned_drive
from sim.analysis.stock import stored
from sim.analysis.supply_needs import Wants
from sim.errors import Words
from sim.scenario.supplies import MILLI
from sim.units import HOUR, NEVER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.analysis.replication import Replication
    from sim.scenario.frozen import Scenario
    from sim.scenario.supplies import Fleet, Item, Store

Way = Literal["store", "maker", "supplier"]
Barred = Literal["", "unusable", "kept", "not_asked", "late"]

WAY_NAMES: dict[Way, Words] = {
    "store": Words("from stock", "库存"), "maker": Words("made by a firm", "协议产能"), "supplier": Words("bought", "采购"),
}  # fmt: skip
BARRED_NAMES: dict[Barred, Words] = {
    "": Words("", ""),
    "unusable": Words("may not be touched here", "本情景不得动用"),
    "kept": Words("must stay in the store", "最低库存留用"),
    "not_asked": Words("was not to be asked for this", "不在可调范围"),
    "late": Words("comes too late", "赶不上时限"),
}


class Filler(NamedTuple):
    """Somebody who could fill a shortage, in part or in full."""

    way: Way
    store: int
    """Where it lies, is made, or comes in."""
    supplier: int
    """Who sells it, or -1."""
    item: int
    """The item itself, or a substitute."""
    amount: int
    """How much of the shortage it would fill (thousandths of the item that is short)."""
    cost: float
    """Price, where it has to be bought or made, and the trucks' hours there and back (yuan)."""
    takes: int
    """Planned time from asking until it is there (ms)."""
    by: int
    """Moment by which it would be there, had it been asked when the need was."""
    barred: Barred
    """Why it does not count in this scenario; "" when nothing is in the way."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """An item of one need that was not all there when it was to be."""

    incident: int
    need: int
    """Line of the course's supplies; -1 where tasks asked."""
    item: int
    kit: int
    """Set that it is a part of, or -1."""
    asked: int
    """Moment at which it was first asked for."""
    judged: int
    """Its deadline, or the end where it has none."""
    wanted: int
    short: int
    late: int
    """… of which so much came after all, too late."""
    worth: float
    """Price of what is short (yuan)."""
    fillers: tuple[Filler, ...]
    """Quickest first, those that nothing bars in front."""


def shortfalls_of(replication: Replication, wants: Wants | None = None) -> list[Shortfall]:
    """Return what was short, in the order of incidents, needs and items; of incidents that count."""
    wants = wants or Wants(replication)
    found, scenario, judged = list[Shortfall](), replication.scenario, wants.held_against
    missing, wanted = wants.missing_at(judged), wants.asks.by(np.arange(len(wants.keys)), judged)
    came = wants.comes.total()
    there = wants.comes.by(np.arange(len(wants.keys)), judged)
    for line in np.flatnonzero((missing > 0) & wants.counted).tolist():
        incident, need, item = int(wants.incident[line]), int(wants.need[line]), int(wants.item[line])
        asked = int(wants.asks.time[np.searchsorted(wants.asks.line, line)])
        course = scenario.courses[wants.course_of(incident)]
        allowed, kit = (course.supplies[need].stores, course.supplies[need].kit) if need >= 0 else ((), -1)
        left, due = stored(replication, int(judged[line])), int(wants.deadline[line])
        search = _Search(replication, incident, item, int(missing[line]), asked, due, allowed, left)
        found.append(Shortfall(
            incident, need, item, kit, asked, int(judged[line]), int(wanted[line]), int(missing[line]),
            int(min(missing[line], came[line] - there[line])), missing[line] / MILLI * scenario.supplies.items[item].price,
            tuple(sorted(search.fillers(), key=lambda one: (one.barred != "", one.takes, one.store, one.item))),
        ))  # fmt: skip
    return found


class _Search:
    """Looks for those who could fill one shortage."""

    def __init__(
        self, replication: Replication, incident: int, item: int, short: int, asked: int, due: int, allowed: tuple[int, ...],
        left: dict[tuple[int, int], int],
    ) -> None:  # fmt: skip
        self.scenario, self.supplies = replication.scenario, replication.scenario.supplies
        self.item, self.short, self.asked, self.due = self.supplies.items[item], short, asked, due
        self.site, self.allowed, self.left = int(replication.incidents.place[incident]), allowed, left

    def fillers(self) -> Iterator[Filler]:
        """Yield everybody: stores with the item or a substitute, firms that make it, suppliers."""
        for number, each in ((self.item.index, MILLI), *self.item.substitutes):
            other = self.supplies.items[number]
            for store in self.supplies.stores:
                yield from self._in_store(store, other, each)
                yield from self._made(store, other, each)
        yield from self._bought()

    def _in_store(self, store: Store, item: Item, each: int) -> Iterator[Filler]:
        held, keeps = self.left.get((store.index, item.index), 0), (store.keeps or {}).get(item.index, 0)
        free = max(0, held - keeps)
        for most, kept in ((free, False), (held - free, True)):
            amount = min(most, self._wanted(each))
            if amount > 0:
                takes = release_time(self.scenario, store, item, amount, self.site, self.asked)
                yield self._filler("store", store, -1, item, amount, each, takes, "kept" if kept else "")

    def _made(self, store: Store, item: Item, each: int) -> Iterator[Filler]:
        if store.makes is None or item.index not in store.makes:
            return
        first, rate, most = store.makes[item.index]
        amount = min(most, self._wanted(each))
        if amount > 0 and rate > 0:
            takes = release_time(self.scenario, store, item, amount, self.site, self.asked)
            takes += first.planned + math.ceil(amount / rate) if takes < NEVER else 0
            yield self._filler("maker", store, -1, item, amount, each, takes, "", item.price)

    def _bought(self) -> Iterator[Filler]:
        """Yield suppliers: those that a store has a rule with, and those with a price for the item; by the quickest store."""
        rules = {(rule.supplier, rule.store) for rule in self.supplies.restock if rule.item == self.item.index}
        sellers = {supplier for supplier, _ in rules}
        sellers |= {one.index for one in self.supplies.suppliers if self.item.index in one.price}
        amount = self._wanted(MILLI)
        for number in sorted(seller for seller in sellers if seller >= 0):
            supplier = self.supplies.suppliers[number]
            into = [store for seller, store in sorted(rules) if seller == number] or range(len(self.supplies.stores))
            stores = self.supplies.stores
            ways = [(release_time(self.scenario, stores[at], self.item, amount, self.site, self.asked), at) for at in into]
            if ways:
                takes, at = min(ways)
                takes = takes if takes >= NEVER else takes + supplier.lead.planned
                price = supplier.price.get(self.item.index, self.item.price)
                yield self._filler("supplier", self.supplies.stores[at], number, self.item, amount, MILLI, takes, "", price)

    def _wanted(self, each: int) -> int:
        """Return how much of an item fills the shortage when so much of it stands in for a unit."""
        return -(-self.short * each // MILLI)

    def _filler(
        self, way: Way, store: Store, supplier: int, item: Item, amount: int, each: int, takes: int, barred: Barred,
        price: float = 0.0,
    ) -> Filler:  # fmt: skip
        if not store.usable:
            barred = "unusable"
        elif not barred and self.allowed and store.index not in self.allowed:
            barred = "not_asked"
        elif not barred and (takes >= NEVER or self.asked + takes > self.due):
            barred = "late"
        cost = amount / MILLI * price + moving_cost(self.scenario, store, item, amount, self.site, self.asked)
        by = self.asked + takes if takes < NEVER else NEVER
        return Filler(way, store.index, supplier, item.index, min(self.short, amount * MILLI // each), cost, takes, by, barred)


def release_time(scenario: Scenario, store: Store, item: Item, amount: int, site: int, at: int = 0) -> int:
    """Return the planned time from asking a store until its goods are received at a site (ms); `NEVER` without a way.

    Calls, the steps of the depot, finding trucks, loading (truck after truck at the bays), the drive with its stops, receiving:
    of the first truck of the first fleet; a fleet with fewer trucks than loads goes several times.
    """
    supplies = scenario.supplies
    depot = supplies.depots[store.depot]
    fleet = first_fleet(scenario, depot)
    drive = planned_drive(scenario, depot, site, at, scenario.travel.state(frozenset()))
    if drive >= NEVER:
        return NEVER
    release, receiving = supplies.planned_release(store), supplies.planned_receiving(depot)
    if fleet is None:
        return release + round(supplies.loading(depot, item, amount)) + drive + receiving
    loads = _loads(scenario, fleet, item, amount)
    trucks = sum(len(supplies.fleets[number].trucks) for number in depot.fleets) or 1
    one = round(supplies.loading(depot, item, min(amount, -(-amount // loads))))
    waves = -(-loads // trucks)
    in_turn = -(-min(loads, trucks) // depot.bays) if depot.bays else 1
    again = (waves - 1) * (one + 2 * drive + receiving)
    return release + planned_approach(scenario, depot, at) + in_turn * one + drive + receiving + again


def moving_cost(scenario: Scenario, store: Store, item: Item, amount: int, site: int, at: int = 0) -> float:
    """Return what it costs to drive an amount from a store to a site and come back (yuan)."""
    depot = scenario.supplies.depots[store.depot]
    fleet = first_fleet(scenario, depot)
    drive = planned_drive(scenario, depot, site, at, scenario.travel.state(frozenset()))
    if fleet is None or drive >= NEVER:
        return 0.0
    return 2 * drive / HOUR * fleet.per_hour * _loads(scenario, fleet, item, amount)


def _loads(scenario: Scenario, fleet: Fleet, item: Item, amount: int) -> int:
    return max(1, -(-amount // scenario.supplies.truckload(item, fleet)))
