"""Why: every choice of the dispatcher, with everyone who was considered and why the others were not taken."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from sim.engine.field import Status
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from sim.engine.field import Slot
    from sim.engine.policies import Offer
    from sim.engine.run import Run


class WhyNot(StrEnum):
    """Why a team was not chosen."""

    CHOSEN = "chosen"
    LATER = "later"
    TAKEN = "taken"
    """Sent, in the same decision, to fill another slot."""
    BUSY = "busy"
    REFIT = "refit"
    NO_WAY = "no_way"


class Considered(NamedTuple):
    """A team that has the capability, and what became of it."""

    team: int
    substitute: bool
    eta: int
    """ms from now; `NEVER` when it could not come."""
    verdict: WhyNot


class Decision(NamedTuple):
    """One choice: who was to be found, who was considered, who was chosen (or nobody)."""

    time: int
    incident: int
    line: int
    slot: int
    considered: tuple[Considered, ...]
    chosen: int | None
    cause: int


def explain(run: Run, slot: Slot, chosen: tuple[Offer, int] | None, taken: AbstractSet[int]) -> Decision:
    """Return the record of one choice, just before it is carried out."""
    capability = slot.need.capability
    considered = []
    for unit in run.units:
        quality = unit.team.capabilities.get(capability)
        if quality is None:
            continue
        offer = run.dispatcher.offer(unit.index, slot)
        if chosen is not None and unit.index == chosen[0].provider:
            verdict = WhyNot.CHOSEN
        elif unit.index in taken:
            verdict = WhyNot.TAKEN
        elif offer is not None:
            verdict = WhyNot.LATER
        elif unit.status == Status.REFIT:
            verdict = WhyNot.REFIT
        else:
            free = unit.status == Status.IDLE or unit.index in run.missions.returning
            verdict = WhyNot.NO_WAY if free else WhyNot.BUSY
        considered.append(Considered(unit.index, quality < 1.0, NEVER if offer is None else offer.eta, verdict))
    picked, cause = (None, 0) if chosen is None else (chosen[0].provider, chosen[1])
    return Decision(
        run.clock.now_ms, slot.case.number, slot.line, slot.number, tuple(sorted(considered, key=lambda c: c.eta)), picked, cause
    )
