"""Which stores can supply what, when, and how much each shall send: nearest stock, fewest vehicles, earliest complete.

A store's offer is a series of truckloads with the planned moment of each; a policy takes loads until enough is on its way.
With fewer trucks than loads the trucks go again, and at every turn they queue for a loading bay.
"""

from __future__ import annotations

from heapq import heapreplace
from typing import TYPE_CHECKING, NamedTuple

from sim.log import Cause

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sim.scenario.supplies import SupplyPolicy


class SupplyOffer(NamedTuple):
    """What one store can send to one place of one item, as planned."""

    drive: int
    """From the depot to the scene (ms)."""
    store: int
    amount: int
    """At most (thousandths)."""
    load: int
    """One truckload (thousandths)."""
    ready: int
    """From now until the first truck could begin to load (ms)."""
    loading: int
    """Loading one full truck (ms)."""
    bays: int
    """Trucks loaded at once; 0: any number."""
    trucks: int
    receiving: int = 0
    """Unloading and handing out one truck (ms)."""
    making: int = 0
    """Making one truckload, where it is not in stock (ms); everything is made before the first truck is loaded."""

    @property
    def loads(self) -> int:
        """Return how many truckloads it is."""
        return -(-self.amount // self.load)

    def arrivals(self) -> Iterator[tuple[int, int, int]]:
        """Yield (ms from now when it is handed out, store, thousandths) of one truckload after the other."""
        loads = Loads(self)
        while loads.left:
            moment, load = loads.next(loads.left)
            yield moment, self.store, load
            loads.take(load)


class Loads:
    """The truckloads of an offer, one after the other, as they would be loaded and come."""

    __slots__ = ("_bays", "_trucks", "left", "offer", "taken")

    def __init__(self, offer: SupplyOffer) -> None:
        most = min(offer.trucks, offer.loads)
        self.offer = offer
        self.left = offer.amount
        self.taken = 0
        self._trucks = [offer.ready] * most
        """When each truck can begin to load."""
        self._bays = [0] * min(offer.bays or most, most)
        """From when each bay is free."""

    def next(self, wanted: int) -> tuple[int, int]:
        """Return when the next load is handed out (ms from now), and how much it is: a truckload, or what is wanted or left."""
        offer = self.offer
        load = min(offer.load, self.left, wanted)
        part = (self.taken + load) * offer.making // offer.load + load * offer.loading // offer.load
        return max(self._trucks[0], self._bays[0]) + part + offer.drive + offer.receiving, load

    def take(self, load: int) -> None:
        """Let the next truck carry so much."""
        offer = self.offer
        loaded = max(self._trucks[0], self._bays[0]) + load * offer.loading // offer.load
        heapreplace(self._bays, loaded)
        heapreplace(self._trucks, loaded + 2 * offer.drive + offer.receiving)
        self.left -= load
        self.taken += load


class Share(NamedTuple):
    """What one store is asked to send."""

    store: int
    amount: int


def nearest(offers: Sequence[SupplyOffer], wanted: int) -> list[Share]:
    """Take from the nearest store what it has, then from the next."""
    return _in_order(sorted(offers), wanted)


def fewest_vehicles(offers: Sequence[SupplyOffer], wanted: int) -> list[Share]:
    """Take the largest loads first, of near stores before others; the rest from the nearest store that needs one truck for it.

    The loads of a store fall off only at its last, so that no other choice needs fewer trucks.
    """
    taken = dict.fromkeys((offer.store for offer in sorted(offers)), 0)
    left = min(wanted, sum(offer.amount for offer in offers))
    while left > 0:
        rest = [(offer, min(offer.amount - taken[offer.store], offer.load)) for offer in sorted(offers)]
        whole = [(offer, can) for offer, can in rest if can >= left]
        offer, can = whole[0] if whole else max(rest, key=lambda entry: entry[1])
        times = 1 if whole or can < offer.load else max(1, min(left, offer.amount - taken[offer.store]) // offer.load)
        taken[offer.store] += min(can * times, left)
        left -= min(can * times, left)
    return [Share(store, amount) for store, amount in taken.items() if amount]


def earliest_complete(offers: Sequence[SupplyOffer], wanted: int) -> list[Share]:
    """Take the load that would be there first, then the next: complete as early as whole truckloads can be, as planned."""
    rows = [Loads(offer) for offer in sorted(offers)]
    while wanted > 0 and rows:
        (_, load), row = min(((row.next(wanted), row) for row in rows if row.left), key=_moment, default=((0, 0), rows[0]))
        if not load:
            break
        row.take(load)
        wanted -= load
    return [Share(row.offer.store, row.taken) for row in rows if row.taken]


def _moment(entry: tuple[tuple[int, int], Loads]) -> int:
    return entry[0][0]


def _in_order(offers: Sequence[SupplyOffer], wanted: int) -> list[Share]:
    shares = []
    for offer in offers:
        if wanted <= 0:
            break
        shares.append(Share(offer.store, min(offer.amount, wanted)))
        wanted -= shares[-1].amount
    return shares


POLICIES: dict[SupplyPolicy, tuple[Callable[[Sequence[SupplyOffer], int], list[Share]], Cause]] = {
    "nearest": (nearest, Cause.NEAREST_STOCK),
    "fewest_vehicles": (fewest_vehicles, Cause.FEWEST_VEHICLES),
    "earliest_complete": (earliest_complete, Cause.EARLIEST_COMPLETE),
}
