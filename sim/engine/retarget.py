"""Teams taken from elsewhere: one under way to something less urgent, or one called away by a post that may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.field import EXTRA, Phase, Slot, Status
from sim.engine.policies import OWN, Offer
from sim.log import CAUSE_CODE, Cause
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.engine.field import Mission, Unit
    from sim.engine.run import Run

FROM_ELSEWHERE = _RETARGETED, _CALLED_AWAY = CAUSE_CODE[Cause.RETARGETED], CAUSE_CODE[Cause.CALLED_AWAY]


def better(run: Run, slots: Sequence[Slot], chosen: dict[Slot, tuple[Offer, int]]) -> bool:
    """Let a team that is busy elsewhere fill a slot, where the rules allow it.

    A team under way to a less urgent incident (a greater number of priority) is taken if it is there sooner than whoever
    was chosen, by the scenario's margin. A post that may call a team away takes it only when nobody else can come.
    Return whether somebody who was chosen is spared by it.
    """
    margin = run.scenario.command.retarget
    taken = {offer.provider for offer, _ in chosen.values()}
    spared = False
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
            spared |= found is not None and found[0].channel == OWN
            chosen[slot] = (Offer(quality < 1.0, eta, team), cause)
            taken.add(team)
    return spared


def _rule(run: Run, slot: Slot, unit: Unit) -> int | None:
    """Return by which rule a busy unit may be taken for a slot, or None."""
    mission, case = unit.mission, slot.case
    if unit.status != Status.BUSY or mission is None or mission.case is case or mission.request >= 0:
        return None
    if slot.need.capability not in unit.team.capabilities or not slot.need.own:
        return None
    urgent = mission.case.course.priority > case.course.priority
    if slot.need.orderer in unit.team.called_away_by and Phase.DRIVE <= mission.phase <= Phase.HOLD:
        # Not to and fro: who was taken from elsewhere, or serves the same post already, goes only to what is more urgent.
        settled = mission.cause in (_RETARGETED, _CALLED_AWAY) or _orderer(mission) == slot.need.orderer
        return _CALLED_AWAY if urgent or not settled else None
    if run.scenario.command.retarget is None or mission.phase != Phase.DRIVE or mission.cause == _CALLED_AWAY:
        return None
    return _RETARGETED if urgent and run.dispatcher.may_order(slot, unit.index) else None


def _orderer(mission: Mission) -> int:
    """Return the post that a mission serves: of its line, or of its incident where it fills none."""
    course = mission.case.course
    return course.jurisdiction if mission.line == EXTRA else course.lines[mission.line].orderer
