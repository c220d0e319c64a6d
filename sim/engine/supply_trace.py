"""Why goods come from where they come: every store that might have sent them, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from sim.engine.trace import Told
from sim.log import Account
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.engine.run import Run
    from sim.engine.supply import Demand
    from sim.engine.supply_offers import SupplyOffer
    from sim.scenario.supplies import Store


class StoreWhyNot(StrEnum):
    """What became of a store that was considered."""

    CHOSEN = "chosen"
    ENOUGH = "enough"
    """It could send, but as much as is wanted comes from elsewhere, as the policy prefers."""
    NOT_USABLE = "not_usable"
    """It may not be touched in this scenario."""
    NOT_NAMED = "not_named"
    """The need names other stores."""
    TURNED_DOWN = "turned_down"
    """It has refused, or could not send, before."""
    EMPTY = "empty"
    PROMISED = "promised"
    """What it has is promised to others."""
    KEPT = "kept"
    """What it has must stay."""
    NO_WAY = "no_way"


class StoreConsidered(NamedTuple):
    """A store that holds an item, held it, or makes it."""

    store: int
    item: int
    """What it would send: the item asked for, or what stands in for it."""
    amount: int
    """What it is to send (thousandths)."""
    eta: int
    """When its first truckload would be there, ms from now as planned; `NEVER` when it sends nothing."""
    verdict: StoreWhyNot
    makes: bool = False


@dataclass(frozen=True, slots=True)
class SupplyDecision(Told):
    """Goods were sought for one demand."""

    need: int
    """Line of the course's supplies, or -1: a task asked."""
    item: int
    wanted: int
    """What was open (thousandths)."""
    left: int
    """What nobody could send."""
    policy: str
    considered: tuple[StoreConsidered, ...]


def decision(
    run: Run, base: tuple[int, int, int], demand: Demand, wanted: int, offers: Mapping[tuple[int, int, bool], SupplyOffer],
    taken: Mapping[tuple[int, int, bool], int], policy: str,
) -> SupplyDecision:  # fmt: skip
    """Return what was decided for a demand, just after it was."""
    supplies = run.scenario.supplies
    items = (demand.item, *(other for other, _ in supplies.items[demand.item].substitutes))
    found = []
    for store in supplies.stores:
        for item in items:
            for makes in (False, True):
                key = (store.index, item, makes)
                has = item in (store.makes or ()) if makes else (store.index, item) in run.supply.ledger.lots
                if not has or (makes and item != demand.item):
                    continue
                offer = offers.get(key)
                if key in taken:
                    eta = NEVER if offer is None else next(offer.arrivals())[0]
                    found.append(StoreConsidered(store.index, item, taken[key], eta, StoreWhyNot.CHOSEN, makes))
                else:
                    verdict = _why_not(run, demand, store, item, makes=makes, offered=offer is not None)
                    eta = NEVER if offer is None else next(offer.arrivals())[0]
                    found.append(StoreConsidered(store.index, item, 0, eta, verdict, makes))
    found.sort(key=lambda one: (one.verdict != StoreWhyNot.CHOSEN, one.eta, one.store))
    return SupplyDecision(*base, demand.need, demand.item, wanted, demand.open, policy, tuple(found))


def _why_not(run: Run, demand: Demand, store: Store, item: int, *, makes: bool, offered: bool) -> StoreWhyNot:
    """Return why a store sends nothing: what no waiting would change comes first."""
    named = () if demand.need < 0 else demand.case.course.supplies[demand.need].stores
    held = run.supply.ledger.held(Account.DEPOT, store.index, item)
    reasons = (
        (not store.usable, StoreWhyNot.NOT_USABLE),
        (bool(named) and store.index not in named, StoreWhyNot.NOT_NAMED),
        (store.index in demand.turned_down, StoreWhyNot.TURNED_DOWN),
        (offered, StoreWhyNot.ENOUGH),
        (makes, StoreWhyNot.EMPTY),
        (not held, StoreWhyNot.EMPTY),
        (held <= run.supply.ledger.reserved.get((store.index, item), 0), StoreWhyNot.PROMISED),
        (not run.supply.ledger.free(store.index, item), StoreWhyNot.KEPT),
    )
    free = run.supply.ledger.free(store.index, item)
    if free and not offered and demand.open <= 0 and not any(true for true, _ in reasons[:3]):
        return StoreWhyNot.ENOUGH
    return next((verdict for true, verdict in reasons if true), StoreWhyNot.NO_WAY)
