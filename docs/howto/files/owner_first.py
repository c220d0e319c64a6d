"""A policy of one's own: teams of one owner first, then whoever is nearest."""

from sim.engine.policies import register
from sim.log import Cause

OWNER = "中煤平朔"


@register("owner_first", Cause.NEAREST_IDLE)
def owner_first(case, slots, dispatcher):
    """Fill slot after slot: the earliest team of `OWNER`; else the earliest of all, substitutes last."""
    teams = dispatcher.run.scenario.teams
    chosen, taken = {}, set()
    for slot in slots:
        capability = case.course.lines[slot[0]].capability
        offers = [offer for substitute in (False, True) for offer in dispatcher.offers(capability, case.site, substitute)]
        free = [offer for offer in offers if offer.provider not in taken]
        if free:
            best = min(free, key=lambda offer: (teams[offer.provider].owner != OWNER, offer))
            chosen[slot] = best
            taken.add(best.provider)
    return chosen
