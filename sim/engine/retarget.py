"""Teams taken from elsewhere: one under way to something less urgent, or one called away by a post that may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.field import Phase, Slot, Status
from sim.engine.policies import OWN, Offer
from sim.log import CAUSE_CODE, Cause
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.engine.field import Unit
    from sim.engine.run import Run

_RETARGETED, _CALLED_AWAY = CAUSE_CODE[Cause.RETARGETED], CAUSE_CODE[Cause.CALLED_AWAY]


def better(run: Run, slots: Sequence[Slot], chosen: dict[Slot, tuple[Offer, int]]) -> None:
    """Let a team that is busy elsewhere fill a slot, where the rules allow it.

    A team under way to a less urgent incident (a greater number of priority) is taken if it is there sooner than whoever
    was chosen, by the scenario's margin. A post that may call a team away takes it only when nobody else can come.
    """
    margin = run.scenario.command.retarget
    taken = {offer.provider for offer, _ in chosen.values()}
    spared: dict[int, int] = {}  # a team that was chosen and is not needed there any more → cause of the choice
    for slot in slots:
        found = chosen.get(slot)
        best: tuple[int, int, int] | None = None
        for unit in run.units:
            cause = _rule(run, slot, unit) if unit.index not in taken else None
            if cause is None or (cause == _CALLED_AWAY and found is not None):
                continue
            eta = run.missions.eta_returning(unit, slot.case.site)
            gains = found is None or (margin is not None and found[0].eta - eta >= margin)
            if eta < NEVER and gains and (best is None or (eta, unit.index) < best[:2]):
                best = (eta, unit.index, cause)
        if best is not None:
            eta, team, cause = best
            quality = run.units[team].team.capabilities[slot.need.capability]
            if found is not None and found[0].channel == OWN:
                spared[found[0].provider] = found[1]
            chosen[slot] = (Offer(quality < 1.0, eta, team), cause)
            taken.add(team)
    _use(run, [slot for slot in slots if slot not in chosen], spared, chosen)


def _use(run: Run, slots: Sequence[Slot], spared: dict[int, int], chosen: dict[Slot, tuple[Offer, int]]) -> None:
    """Let teams that somebody on the road has taken the place of fill what is still open."""
    for slot in slots:
        offers = [offer for team in spared if (offer := run.dispatcher.offer(team, slot)) is not None]
        if offers:
            best = min(offers)
            chosen[slot] = (best, spared.pop(best.provider))


def _rule(run: Run, slot: Slot, unit: Unit) -> int | None:
    """Return by which rule a busy unit may be taken for a slot, or None."""
    mission, case = unit.mission, slot.case
    if unit.status != Status.BUSY or mission is None or mission.case is case or mission.request >= 0:
        return None
    if slot.need.capability not in unit.team.capabilities or not slot.need.own:
        return None
    if slot.need.orderer in unit.team.called_away_by and Phase.DRIVE <= mission.phase <= Phase.HOLD:
        return _CALLED_AWAY
    if run.scenario.command.retarget is None or mission.phase != Phase.DRIVE or not run.dispatcher.may_order(slot, unit.index):
        return None
    return _RETARGETED if mission.case.course.priority > case.course.priority else None
