"""A policy of one's own: teams of one owner first, then whoever is nearest."""

from collections.abc import Sequence

from sim.engine.dispatch import Dispatcher
from sim.engine.field import Case, Slot
from sim.engine.policies import Offer, register
from sim.log import Cause

OWNER = "中煤平朔"


@register("owner_first", Cause.NEAREST_IDLE)
def owner_first(_case: Case, slots: Sequence[Slot], dispatcher: Dispatcher, taken: frozenset[int]) -> dict[Slot, Offer]:
    """Fill slot after slot: the earliest team of `OWNER`; else the earliest of all, substitutes last."""
    teams = dispatcher.run.scenario.teams
    chosen: dict[Slot, Offer] = {}
    for slot in slots:
        full = dispatcher.offers(slot, substitute=False)
        partial = dispatcher.offers(slot, substitute=True)
        free = [offer for offer in (*full, *partial) if offer.provider not in taken]
        if free:
            best = min(free, key=lambda offer: (teams[offer.provider].owner != OWNER, offer))
            chosen[slot] = best
            taken |= {best.provider}
    return chosen
