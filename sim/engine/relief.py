"""Relief ordered ahead: squads called just in time for the shifts not to break, by planned values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.field import Phase, Slot, State
from sim.engine.rotation import latest_call
from sim.log import WIDTH, Kind
from sim.units import NEVER

if TYPE_CHECKING:
    from sim.engine.field import Mission
    from sim.engine.run import Run
    from sim.engine.shifts import Pool
    from sim.scenario.frozen import Line


class Relief:
    """Calls lines that are marked to be called just in time."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.clock = run.clock

    def see_to(self, pool: Pool) -> int | None:
        """Call whoever must be called by now; return when the next must be, as it stands."""
        now, rotation = self.clock._now, pool.rotation
        if rotation.begun is None:
            return None
        for line in self._uncalled(pool):
            breaks = rotation.breaks(now, self._coming(pool), pool.line.work.planned)
            if breaks is None:
                return None
            lead = self.lead(pool, line)
            moment = now if lead is None else latest_call(breaks, lead)
            if moment > now:
                return moment
            self._call(pool, line, lead)
        return None

    @staticmethod
    def _uncalled(pool: Pool) -> list[Line]:
        return [line for line in pool.lines if line.ahead and line.index not in pool.called and line.stage in pool.case.stages]

    def lead(self, pool: Pool, line: Line) -> int | None:
        """Return planned ms from the call until the squad that can come first stands ready; None: nobody can come."""
        slot, run = Slot(pool.case, line.index, 0), self.run
        for substitute in (False, True):
            offers = run.dispatcher.offers(slot, substitute=substitute)
            if offers:
                team = run.units[offers[0].provider].team
                return offers[0].eta + team.report_in.planned + team.set_up.planned
        return None

    def _call(self, pool: Pool, line: Line, lead: int | None) -> None:
        run, case = self.run, pool.case
        pool.called[line.index] = NEVER if lead is None else self.clock._now + lead
        if lead is None and not run.scenario.queue:
            return
        slots = run.dispatcher.open_slots(case, line)
        row = run.write(Kind.NEED_RAISED, case, line=line.index, item=line.capability, quantity=len(slots), ref=pool.ref)
        for slot in slots:
            slot.ref = row
        run.dispatcher.fill(case, slots)

    # --- who is on the way -----------------------------------------------------------------------------------------

    def _coming(self, pool: Pool) -> list[tuple[int, int]]:
        """Return (moment, squad) of those who will join, as planned: on the way, or being asked for."""
        now, case, numbers, rested = self.clock._now, pool.case, pool.numbers, self.run.shifts.rested
        found = [
            (max(self._stands_at(mission), rested.get(mission.team, 0)), mission.team)
            for mission in case.missions
            if mission.line in numbers and mission.phase < Phase.HELD_UP
        ]
        asked = [
            (max(now, due), -2 - number)  # whoever comes: a number that no squad has
            for index, due in pool.called.items()
            for number, slot in enumerate(case.slots[index])
            if slot.state == State.ASKED
        ]
        return [(moment, squad) for moment, squad in found + asked if moment < NEVER]

    def _stands_at(self, mission: Mission) -> int:
        """Return when a squad on its way will stand ready, as planned; `NEVER` when it has no way."""
        run, now, unit, phase = self.run, self.clock._now, mission.unit, mission.phase
        since = run.rows[mission.ref * WIDTH]
        report_in, set_up = unit.team.report_in.planned, unit.team.set_up.planned
        if phase == Phase.SET_UP:
            return max(now, since + set_up)
        if phase == Phase.REPORT_IN:
            return max(now, since + report_in) + set_up
        if phase == Phase.DRIVE:
            arrives = NEVER if unit.trip is None else unit.trip.departs + unit.trip.duration
        else:
            leaves = since + run.missions.turnout_of(unit).planned if phase == Phase.TURNOUT else now
            arrives = max(now, leaves) + run.missions.eta_returning(unit, mission.target)
        return NEVER if arrives >= NEVER else max(now, arrives) + report_in + set_up
