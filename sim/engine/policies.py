"""Dispatch policies: who is sent, among those who could come. A scenario names policies; code registers them.

A policy is given the open slots of one incident and the dispatcher, and returns who fills which slot; what it leaves open
goes to the next policy in the file, then waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from sim.engine.assignment import earliest_complete
from sim.log import Cause
from sim.scenario.known import POLICIES
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sim.engine.dispatch import Dispatcher
    from sim.engine.field import Case, Slot

OWN = -1
"""Channel of those who need not be asked for."""


class Offer(NamedTuple):
    """What a provider can do for a need: here, a team that could be on the scene after `eta` ms.

    Mutual aid is the same with a channel of calls in front of the turn-out: `eta` has their planned times in it.
    """

    substitute: bool
    eta: int
    provider: int
    channel: int = OWN


class Policy(Protocol):
    """Chooses a team for each slot, if it can."""

    def __call__(self, case: Case, slots: Sequence[Slot], dispatcher: Dispatcher, taken: frozenset[int]) -> dict[Slot, Offer]:
        """Return the offer chosen for each slot that it fills; no team twice, and none that is taken already."""


_POLICIES: dict[str, tuple[Policy, Cause]] = {}


def register(name: str, cause: Cause) -> Callable[[Policy], Policy]:
    """Register a policy under a name that scenario files may use."""

    def keep(policy: Policy) -> Policy:
        _POLICIES[name] = (policy, cause)
        POLICIES.setdefault(name, name)
        return policy

    return keep


def policy(name: str) -> tuple[Policy, Cause]:
    """Return a registered policy and the cause that its orders carry in the log.

    Raises
    ------
    KeyError
        If no policy has that name (the checks have refused such a file before).
    """
    return _POLICIES[name]


@register("nearest_idle", Cause.NEAREST_IDLE)
def nearest_idle(
    case: Case, slots: Sequence[Slot], dispatcher: Dispatcher, taken: frozenset[int]  # noqa: ARG001  (slots know it)
) -> dict[Slot, Offer]:
    """Fill slot after slot with whoever can be there first; a substitute only when nobody else can."""
    chosen: dict[Slot, Offer] = {}
    for slot in slots:
        offer = dispatcher.nearest(slot, taken)
        if offer is not None:
            chosen[slot] = offer
            taken |= {offer.provider}
    return chosen


@register("earliest_complete", Cause.EARLIEST_COMPLETE)
def earliest(
    case: Case, slots: Sequence[Slot], dispatcher: Dispatcher, taken: frozenset[int]  # noqa: ARG001  (slots know it)
) -> dict[Slot, Offer]:
    """Choose so that the last team of the package arrives as early as possible; substitutes for what is left open."""
    chosen: dict[Slot, Offer] = {}
    for substitute in (False, True):
        open_slots = [slot for slot in slots if slot not in chosen]
        # All slots of a line have the same offers, but for lenders that have turned one of them down.
        alike = {(slot.line, slot.turned_down): slot for slot in open_slots}
        offers = {
            key: {offer.provider: offer for offer in dispatcher.offers(slot, substitute=substitute)}
            for key, slot in alike.items()
        }
        teams = sorted({provider for found in offers.values() for provider in found} - taken)
        if not open_slots or not teams:
            continue
        columns = [offers[slot.line, slot.turned_down] for slot in open_slots]
        picks = earliest_complete([[column[team].eta if team in column else NEVER for team in teams] for column in columns])
        for slot, column, pick in zip(open_slots, columns, picks, strict=True):
            if pick >= 0:
                chosen[slot] = column[teams[pick]]
        taken |= {offer.provider for offer in chosen.values()}
    return chosen


@register("run_card", Cause.RUN_CARD)
def run_card(case: Case, slots: Sequence[Slot], dispatcher: Dispatcher, taken: frozenset[int]) -> dict[Slot, Offer]:
    """Take the first team on the incident's run card that is available, can do it and has a way."""
    order = dispatcher.card(case)
    chosen: dict[Slot, Offer] = {}
    for slot in slots:
        for team in order:
            offer = dispatcher.offer(team, slot) if team not in taken else None
            if offer is not None:
                chosen[slot] = offer
                taken |= {team}
                break
    return chosen
