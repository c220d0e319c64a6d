"""The life of a mission, as a state machine on the clock: turn-out, drive, report in, set up, work, carry, return, refit.

The handlers write their rows directly: this is the engine's inner loop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.field import EXTRA, Case, Mission, Phase, Status, Unit
from sim.engine.run import Codes, Drive
from sim.log import WIDTH, Rank
from sim.scenario.frozen import NEAREST, ZERO
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.engine.run import Run

_TEAM, _TASK, _FREE = int(Rank.TEAM), int(Rank.TASK), int(Rank.FREE)


class Missions:
    """Moves every unit of a replication."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.clock = run.clock
        self.rows = run.rows
        self.travel = run.travel
        self.outlook = run.outlook
        self.get = run.durations.get
        self.count = 0
        self.away = 0
        """Units that are not idle at their base."""
        self.returning: dict[int, Unit] = {}
        """Units on their way home that may be called again."""
        self.driving: dict[int, Unit] = {}
        """Units whose way a change of the roads may touch (kept only when the scenario has road events)."""
        self.watch_roads = bool(run.scenario.road_events)

    def _log(self, kind: int, mission: Mission, place: int, ref: int, cause: int = 0) -> None:
        """Write a row of a mission, and let it be the mission's last."""
        rows = self.rows
        mission.ref = len(rows) // WIDTH
        rows.extend((
            self.clock._now, kind, mission.incident, mission.line, mission.team, mission.number,
            -1, -1, -1, mission.item, 0, place, ref, cause,
        ))  # fmt: skip

    # --- going out -------------------------------------------------------------------------------------------------

    def order(self, unit: Unit, case: Case, line: int, slot: int, ref: int, cause: int) -> None:
        """Send a unit to a case: from its base after turning out, or at once from where it is on the road."""
        mission = Mission(self.count, case, line, slot, unit)
        self.count += 1
        if not case.single:
            case.missions.append(mission)
        if unit.mission is not None:
            self._leave(unit.mission)
        unit.mission = mission
        unit.version += 1
        self._log(Codes.ORDERED, mission, case.site, ref, cause)
        if unit.status == Status.IDLE:
            unit.status = Status.BUSY
            self.away += 1
            turnout = self.get(case.block, case.n, "turnout", unit.team.turnout, mission.key, slot)
            self.clock.at(self.clock._now + turnout, _TEAM, unit.index, self._depart, unit, unit.version)
        else:
            unit.status = Status.BUSY
            self.returning.pop(unit.index, None)
            self.run.roads.forget(unit)
            self._depart(unit, unit.version)

    def _depart(self, unit: Unit, version: int) -> None:
        if version != unit.version:
            return
        mission = unit.mission
        assert mission is not None
        mission.phase = Phase.DRIVE
        self._log(Codes.DEPARTED, mission, mission.target, mission.ref)
        self._drive(unit, mission.target, 1.0)

    def _drive(self, unit: Unit, target: int, factor: float, row: int | None = None, profile: int | None = None) -> None:
        """Begin a drive, from the next spot at which the unit can turn if it is on the road; without a way, wait."""
        run = self.run
        begins = now = self.clock._now
        if unit.trip is not None:
            unit.at, lead = self.travel.locate(unit.trip, now)
            begins += lead
        elif unit.clear_from > now:
            begins = unit.clear_from
        if profile is None:
            profile = unit.profiles[self.outlook.kind_of_hour(now)]
        trip = self.travel.trip(unit.at, target, profile, run.state, begins, factor)
        if trip is None:
            unit.trip, unit.clear_from = None, begins
            self._wait_for_a_way(unit, target, factor, row)
            return
        unit.trip = trip
        run.driven += 1
        run.measured += trip.measured
        if run.drives is not None:
            run.drives.append(
                Drive(len(self.rows) // WIDTH - 1, -1 if unit.mission is None else unit.mission.number, unit.index, trip)
            )
        if self.watch_roads:
            self.driving[unit.index] = unit
        self.clock.at(begins + trip.duration, _TEAM, unit.index, self._reach, unit, unit.version, target)

    def _wait_for_a_way(self, unit: Unit, target: int, factor: float, row: int | None) -> None:
        self.driving.pop(unit.index, None)
        self.run.roads.hold(unit, target, factor)
        if unit.mission is not None:
            self._log(Codes.STUCK, unit.mission, target, unit.mission.ref if row is None else row, Codes.ROAD_CLOSED)

    def replan(self, unit: Unit, row: int) -> None:
        """Look for the best way from where a unit is, because the roads ahead of it have changed."""
        now, trip, mission = self.clock._now, unit.trip, unit.mission
        assert trip is not None
        assert mission is not None
        spot, lead = self.travel.locate(trip, now)
        if now + lead >= trip.departs + trip.duration:
            return
        unit.version += 1
        # The hour stays that of the departure: a closure must not help by moving a drive out of the rush hour.
        if self.travel.drive(spot, trip.target, trip.profile, self.run.state) < NEVER:
            self._log(Codes.REROUTED, mission, trip.target, row)
        self._drive(unit, trip.target, trip.factor, row, trip.profile)

    def try_again(self, unit: Unit, target: int, factor: float, row: int) -> None:
        """Look again for a way, after a change of the roads."""
        mission = unit.mission
        assert mission is not None
        profile = unit.profiles[self.outlook.kind_of_hour(self.clock._now)]
        if self.travel.drive(unit.at, target, profile, self.run.state) >= NEVER:
            self.run.roads.hold(unit, target, factor)
            return
        self._log(Codes.REROUTED, mission, target, row, Codes.ROAD_OPENED)
        self._drive(unit, target, factor)

    def _reach(self, unit: Unit, version: int, target: int) -> None:
        if version != unit.version:
            return
        unit.trip, unit.at = None, self.travel.spot(target)
        if self.watch_roads:
            self.driving.pop(unit.index, None)
        mission = unit.mission
        assert mission is not None
        if mission.phase == Phase.DRIVE:
            self._arrive(mission)
        elif mission.phase == Phase.CARRY:
            self._at_hospital(mission)
        else:
            self._home(unit, mission)

    # --- on the scene ----------------------------------------------------------------------------------------------

    def _arrive(self, mission: Mission) -> None:
        self._log(Codes.ARRIVED, mission, mission.target, mission.ref)
        if mission.line != EXTRA:
            self.run.cases.arrived(mission)
        mission.phase = Phase.REPORT_IN
        ticks = mission.unit.team.report_in
        if ticks is ZERO:
            self._set_up(mission)
        else:
            case = mission.case
            self._later(mission, self.get(case.block, case.n, "report_in", ticks, mission.key, mission.slot), self._tasked)

    def _tasked(self, mission: Mission, version: int) -> None:
        if version == mission.unit.version:
            self._log(Codes.TASKED, mission, mission.target, mission.ref)
            self._set_up(mission)

    def _set_up(self, mission: Mission) -> None:
        mission.phase = Phase.SET_UP
        ticks = mission.unit.team.set_up
        if ticks is ZERO:
            self._ready(mission, mission.unit.version)
        else:
            case = mission.case
            self._later(mission, self.get(case.block, case.n, "set_up", ticks, mission.key, mission.slot), self._ready)

    def _ready(self, mission: Mission, version: int) -> None:
        if version != mission.unit.version:
            return
        case, cases = mission.case, self.run.cases
        self._log(Codes.WORKING, mission, mission.target, mission.ref)
        if mission.line == EXTRA:
            mission.phase = Phase.HOLD
        elif case.single:
            self._work(mission)
        else:
            cases.stands(mission)
            if cases.may_begin(mission):
                self._work(mission)
            else:
                mission.phase = Phase.HELD_UP
            cases.let_begin(case, mission.ref)

    def begin_late(self, mission: Mission, ref: int) -> None:
        """Begin work that had to wait for others."""
        self._log(Codes.STARTED, mission, mission.target, ref)
        self._work(mission)

    def _work(self, mission: Mission) -> None:
        case, need = mission.case, mission.case.course.lines[mission.line]
        mission.phase = Phase.WORK
        work = self.get(case.block, case.n, "work", need.work, mission.line, mission.slot)
        quality = mission.unit.team.capabilities[need.capability]
        if quality < 1.0:
            work = round(work / quality)
        if need.holds and not work:
            mission.phase = Phase.HOLD
        else:
            self._later(mission, work, self._finish)

    def _finish(self, mission: Mission, version: int) -> None:
        if version != mission.unit.version:
            return
        run, case, need = self.run, mission.case, mission.case.course.lines[mission.line]
        if need.holds:
            mission.phase = Phase.HOLD
            self._log(Codes.DONE, mission, mission.target, mission.ref)
            run.cases.work_done(mission)
        elif need.carry is not None and run.durations.happens(
            case.block, case.n, "carry", need.carry.chance, need.index, mission.slot
        ):
            self._carry(mission)
        else:
            self.release(mission, Codes.WORK_DONE, mission.ref)

    # --- to hospital -----------------------------------------------------------------------------------------------

    def _carry(self, mission: Mission) -> None:
        mission.phase = Phase.CARRY
        mission.target = self._hospital(mission)
        self._log(Codes.CARRYING, mission, mission.target, mission.ref)
        self.run.cases.work_done(mission)
        self._drive(mission.unit, mission.target, 1.0)

    def _hospital(self, mission: Mission) -> int:
        case, run, unit = mission.case, self.run, mission.unit
        given = case.block.given[case.n] if case.block.given else {}
        carry = case.course.lines[mission.line].carry
        assert carry is not None
        wanted = given.get("hospital", carry.hospital)
        if wanted != NEAREST:
            return wanted
        profile = unit.profiles[self.outlook.kind_of_hour(self.clock._now)]
        hospitals = run.scenario.hospitals
        return min((self.travel.drive(unit.at, hospital, profile, run.state), hospital) for hospital in hospitals)[1]

    def _at_hospital(self, mission: Mission) -> None:
        case = mission.case
        carry = case.course.lines[mission.line].carry
        assert carry is not None
        mission.phase = Phase.HANDOVER
        self._log(Codes.AT_HOSPITAL, mission, mission.target, mission.ref)
        handover = self.get(case.block, case.n, "handover", carry.handover, mission.line, mission.slot)
        self._later(mission, handover, self._handed_over)

    def _handed_over(self, mission: Mission, version: int) -> None:
        if version == mission.unit.version:
            self.release(mission, Codes.HANDED_OVER, mission.ref)

    # --- going home ------------------------------------------------------------------------------------------------

    def release(self, mission: Mission, cause: int, ref: int) -> None:
        """Release a team where it stands; it may be sent on before it turns for home."""
        run, unit = self.run, mission.unit
        at_base = mission.phase == Phase.TURNOUT
        mission.phase = Phase.RETURN
        unit.version += 1
        self._log(Codes.RELEASED, mission, mission.target, ref, cause)
        if cause == Codes.WORK_DONE:
            run.cases.work_done(mission)
        if at_base:
            self._stand_down(unit, mission)
            return
        unit.status = Status.RETURNING
        if unit.team.call_back:
            self.returning[unit.index] = unit
            run.dispatcher.freed(unit)
        if unit.mission is mission:
            self._drive(unit, unit.team.base, unit.team.return_factor)

    def recall(self, mission: Mission, ref: int) -> None:
        """Release a team because the incident is closed: on the scene, on its way, or still at its base."""
        self.run.roads.forget(mission.unit)
        self.driving.pop(mission.unit.index, None)
        self.release(mission, Codes.WORK_ENDED, ref)

    def _stand_down(self, unit: Unit, mission: Mission) -> None:
        """Cancel a mission that has not left its base: there is nothing to refit."""
        self._log_home(Codes.HOME, mission)
        self._idle(unit)

    def _home(self, unit: Unit, mission: Mission) -> None:
        self._log_home(Codes.HOME, mission)
        self.returning.pop(unit.index, None)
        ticks = unit.team.refit
        if ticks is ZERO:
            self._idle(unit)
        else:
            case = mission.case
            unit.status = Status.REFIT
            refit = self.get(case.block, case.n, "refit", ticks, mission.key, mission.slot)
            self.clock.at(self.clock._now + refit, _FREE, unit.index, self._refitted, unit, unit.version)

    def _refitted(self, unit: Unit, version: int) -> None:
        if version == unit.version:
            assert unit.mission is not None
            self._log_home(Codes.TEAM_READY, unit.mission)
            self._idle(unit)

    def _log_home(self, kind: int, mission: Mission) -> None:
        """Write a row of a mission that has left its incident: it fills no need and stands at no incident's place."""
        rows = self.rows
        rows.extend((
            self.clock._now, kind, mission.incident, -1, mission.team, mission.number,
            -1, -1, -1, -1, 0, -1, mission.ref, 0,
        ))  # fmt: skip
        mission.ref = len(rows) // WIDTH - 1
        self._leave(mission)

    @staticmethod
    def _leave(mission: Mission) -> None:
        """End a mission for its case, once: its team is home, or sent elsewhere on the way."""
        if mission.phase != Phase.OVER:
            mission.phase = Phase.OVER
            if not mission.case.single:
                mission.case.missions.remove(mission)

    def _idle(self, unit: Unit) -> None:
        unit.status, unit.mission = Status.IDLE, None
        unit.version += 1
        self.away -= 1
        if self.away or self.run.cases.unfinished:
            self.run.dispatcher.freed(unit)
        else:
            self.clock.halt()  # only roads are left to change

    # --- helpers ---------------------------------------------------------------------------------------------------

    def _later(self, mission: Mission, duration: int, then: Callable[[Mission, int], None]) -> None:
        unit = mission.unit
        self.clock.at(self.clock._now + duration, _TASK, unit.index, then, mission, unit.version)

    def eta_returning(self, unit: Unit, site: int) -> int:
        """Return when a unit on its way home could be at a site: ms from now, `NEVER` if there is no way."""
        now = self.clock._now
        profile = unit.profiles[self.outlook.kind_of_hour(now)]
        if unit.trip is not None:
            return self.travel.reach(unit.trip, now, site, profile, self.run.state)
        drive = self.travel.drive(unit.at, site, profile, self.run.state)
        return NEVER if drive >= NEVER else max(0, unit.clear_from - now) + drive
