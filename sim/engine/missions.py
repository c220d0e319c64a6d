"""The life of a mission, as a state machine on the clock: turn-out, drive, report in, set up, work, carry, return, refit.

The handlers write their rows directly: this is the engine's inner loop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.driving import Driving
from sim.engine.field import EXTRA, Mission, Phase, Slot, State, Status, Unit
from sim.engine.run import Codes
from sim.log import WIDTH, Rank
from sim.scenario.frozen import NEAREST, ZERO
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.engine.move_up import MoveUps
    from sim.engine.run import Run
    from sim.scenario.frozen import Ticks

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
        """Units that are neither idle at their base nor posted at another."""
        self.returning: dict[int, Unit] = {}
        """Units away from their base that may be sent: on their way home, moving up, or posted."""
        self.moves: MoveUps | None = None
        """Is told of every unit that becomes free or is ordered, where teams are moved up at all."""
        self.driving = Driving(run, self.reached)
        self.drive = self.driving.drive
        self.gaps = bool(run.scenario.command.radio)
        self.goods = bool(run.scenario.supplies.items)

    def log(self, kind: int, mission: Mission, place: int, ref: int, cause: int = 0) -> None:
        """Write a row of a mission, and let it be the mission's last."""
        rows = self.rows
        mission.ref = len(rows) // WIDTH
        rows.extend((
            self.clock._now, kind, mission.incident, mission.line, mission.team, mission.number,
            mission.request, -1, -1, -1, mission.item, 0, place, ref, cause,
        ))  # fmt: skip

    def _draw(self, mission: Mission, purpose: str, ticks: Ticks) -> int:
        """Return the length of a stage; every attempt at a slot has draws of its own."""
        case, slot = mission.case, mission.slot
        block = case.block
        if ticks.quantity is None and not block.given:
            return ticks.planned
        if slot.attempt:
            purpose = f"{purpose}#{slot.attempt}"
        column = block.columns.get((purpose, ticks, mission.key, slot.number))
        if column is None:
            return self.get(block, case.n, purpose, ticks, mission.key, slot.number)
        return column[case.n]

    # --- going out -------------------------------------------------------------------------------------------------

    def order(self, unit: Unit, slot: Slot, ref: int, cause: int, request: int = -1) -> Mission:
        """Send a unit to fill a slot: from its base after turning out, or at once from where it is on the road."""
        case = slot.case
        mission = Mission(self.count, slot, unit, cause, request)
        self.count += 1
        slot.state = State.ORDERED
        if not case.single:
            case.missions.append(mission)
            slot.given = 1.0 if slot.line == EXTRA else slot.need.gives(unit.team)
        before = unit.mission
        if before is not None:
            if before.request >= 0:  # lent, and ordered on its way home: the loan is over
                self.run.aid.back(unit, before)
            self._leave(before)
        unit.mission = mission
        unit.version += 1
        self.log(Codes.ORDERED, mission, case.site, ref, cause)
        if unit.status != Status.RETURNING:
            if unit.posted >= 0:
                del self.returning[unit.index]
            unit.status = Status.BUSY
            self.away += 1
            lag = self.run.radio.lag(unit.base) if self.gaps else 0
            if lag:
                self.clock.at(self.clock._now + lag, _TEAM, unit.index, self._told, unit, unit.version)
            elif request >= 0 or unit.standby:
                self._turn_out(unit, mission)
            else:
                turnout = self._draw(mission, "turnout", unit.team.turnout)
                self.clock.at(self.clock._now + turnout, _TEAM, unit.index, self._depart, unit, unit.version)
        else:
            unit.status = Status.BUSY
            self.returning.pop(unit.index, None)
            self.run.roads.forget(unit)
            self._depart(unit, unit.version)
        if self.moves is not None:
            self.moves.changed(unit, mission.ref)
        return mission

    def turnout_of(self, unit: Unit) -> Ticks:
        """Return how long the unit takes to turn out: quicker when it stands by."""
        standby = unit.team.standby
        return standby if unit.standby and standby is not None else unit.team.turnout

    def _told(self, unit: Unit, version: int) -> None:
        """Let an order get through that the radio could not carry at once."""
        if version == unit.version:
            assert unit.mission is not None
            self.log(Codes.TOLD, unit.mission, unit.base, unit.mission.ref, Codes.RADIO)
            self._turn_out(unit, unit.mission)

    def _turn_out(self, unit: Unit, mission: Mission) -> None:
        turnout = self._draw(mission, "turnout", self.turnout_of(unit))
        then = self._depart if mission.request < 0 else self._form_up
        self.clock.at(self.clock._now + turnout, _TEAM, unit.index, then, unit, unit.version)

    def _form_up(self, unit: Unit, version: int) -> None:
        """Wait for the convoy, if others are still to come."""
        if version == unit.version:
            mission = unit.mission
            assert mission is not None
            if self.run.aid.convoy_of(mission).must_wait(mission):
                mission.phase = Phase.FORMING
                self.log(Codes.FORMED, mission, unit.team.base, mission.ref)
            else:
                self._depart(unit, version)

    def set_off(self, mission: Mission) -> None:
        """Let a unit leave whose convoy is complete."""
        self._depart(mission.unit, mission.unit.version)

    def _depart(self, unit: Unit, version: int) -> None:
        if version != unit.version:
            return
        mission = unit.mission
        assert mission is not None
        mission.phase = Phase.DRIVE
        unit.posted = -1
        self.log(Codes.DEPARTED, mission, mission.target, mission.ref)
        self.drive(unit, mission.target, 1.0)

    def move(self, unit: Unit, target: int) -> None:
        """Drive to a base to cover for others: on no mission, as on the way home."""
        assert self.moves is not None
        unit.arrived = self.moves.arrived
        unit.status = Status.RETURNING
        unit.version += 1
        self.run.roads.forget(unit)
        self.drive(unit, target, unit.team.return_factor)

    def reached(self, unit: Unit) -> None:
        """Go on with a unit that has arrived where it drove to."""
        mission = unit.mission
        if mission is None:
            assert unit.arrived is not None
            unit.arrived(unit)
        elif mission.phase == Phase.DRIVE:
            self._arrive(mission)
        elif mission.phase == Phase.CARRY:
            self._at_hospital(mission)
        else:
            self._home(unit, mission)

    # --- on the scene ----------------------------------------------------------------------------------------------

    def _arrive(self, mission: Mission) -> None:
        self.log(Codes.ARRIVED, mission, mission.target, mission.ref)
        if self.goods:
            self.run.supply.consumption.arrives(mission)
        if mission.line != EXTRA:
            self.run.cases.arrived(mission)
        mission.phase = Phase.REPORT_IN
        scene = None if mission.case.plain else self.run.command.scene(mission.case)
        if scene is None and mission.unit.team.report_in is ZERO:
            self._set_up(mission)
        elif scene is not None:
            scene.report_in(mission)
        else:
            self.brief(mission)

    def brief(self, mission: Mission, over: Callable[[], None] | None = None) -> None:
        """Let a team report in and receive its task; `over` is called when the commander is free again."""
        ticks = mission.unit.team.report_in
        if ticks is ZERO:
            self._set_up(mission)
            if over is not None:
                over()
            return
        lasts = self._draw(mission, "report_in", ticks)
        self._later(mission, lasts, self._tasked)
        if over is not None:
            self.clock.at(self.clock._now + lasts, _TASK, mission.unit.index, over)

    def _tasked(self, mission: Mission, version: int) -> None:
        if version == mission.unit.version:
            self.log(Codes.TASKED, mission, mission.target, mission.ref)
            self._set_up(mission)

    def _set_up(self, mission: Mission) -> None:
        mission.phase = Phase.SET_UP
        ticks = mission.unit.team.set_up
        if ticks is ZERO:
            self._ready(mission, mission.unit.version)
        else:
            self._later(mission, self._draw(mission, "set_up", ticks), self._ready)

    def _ready(self, mission: Mission, version: int) -> None:
        if version != mission.unit.version:
            return
        case, cases = mission.case, self.run.cases
        self.log(Codes.WORKING, mission, mission.target, mission.ref)
        if self.gaps:
            self.run.radio.stands(mission)
        if mission.line == EXTRA:
            mission.phase = Phase.HOLD
        elif case.single:
            self._work(mission)
        else:
            cases.stands(mission)
            need = case.course.lines[mission.line]
            if need.shifts is not None:
                mission.phase = Phase.HOLD
                if self.goods:
                    self.run.supply.consumption.begins(mission)
                self.run.shifts.stands(mission)
            elif need.relieves >= 0:
                self._take_over(mission)
            elif cases.may_begin(mission):
                self._work(mission)
            else:
                mission.phase = Phase.HELD_UP
            cases.let_begin(case, mission.ref)

    def begin_late(self, mission: Mission, ref: int) -> None:
        """Begin work that had to wait for others."""
        self.log(Codes.STARTED, mission, mission.target, ref)
        self._work(mission)

    def _take_over(self, mission: Mission) -> None:
        """Relieve a team of another line: take over its task as it stands."""
        line, case = mission.case.course.lines[mission.line].relieves, mission.case
        there = [
            other
            for other in case.missions
            if other.line == line and other.was_sent_for != mission.was_sent_for and Phase.HELD_UP <= other.phase <= Phase.HOLD
        ]  # a second team of the relief does not send home the first
        if not there:
            mission.phase = Phase.HOLD
            return
        old = there[0]
        mission.own_line, old.own_line = mission.was_sent_for, old.was_sent_for
        mission.slot, old.slot = old.slot, mission.slot
        mission.line, old.line, mission.key, old.key = old.line, mission.line, old.key, mission.key
        mission.item, old.item, mission.phase, mission.ends = old.item, mission.item, old.phase, old.ends
        if self.goods:
            self.run.supply.consumption.hands_over(old, mission)
        if mission.phase == Phase.WORK and mission.ends < NEVER:
            self._later(mission, mission.ends - self.clock._now, self._finish)
        self.release(old, Codes.RELIEVED, mission.ref)

    def _work(self, mission: Mission) -> None:
        need = mission.case.course.lines[mission.line]
        mission.phase = Phase.WORK
        work = self._draw(mission, "work", need.work)
        quality = mission.unit.team.capabilities[need.capability]
        if quality < 1.0:
            work = round(work / quality)
        if need.holds and not work:
            mission.phase = Phase.HOLD
        else:
            mission.ends = self.clock._now + work
            self._later(mission, work, self._finish)
        if self.goods:
            self.run.supply.consumption.begins(mission)

    def work_until(self, mission: Mission) -> None:
        """Let work end at another moment, or not before it is told so again."""
        mission.unit.version += 1
        if mission.ends < NEVER:
            self._later(mission, mission.ends - self.clock._now, self._finish)

    def _finish(self, mission: Mission, version: int) -> None:
        if version != mission.unit.version:
            return
        run, case, need = self.run, mission.case, mission.case.course.lines[mission.line]
        if self.goods:
            run.supply.consumption.ends(mission)
        if need.holds:
            mission.phase = Phase.HOLD
            self.log(Codes.DONE, mission, mission.target, mission.ref)
            run.cases.work_done(mission)
        elif need.carry is not None and run.durations.happens(
            case.block, case.n, "carry", need.carry.chance, need.index, mission.slot.number
        ):
            self._carry(mission)
        else:
            self.release(mission, Codes.WORK_DONE, mission.ref)

    # --- to hospital -----------------------------------------------------------------------------------------------

    def _carry(self, mission: Mission) -> None:
        if self.goods:
            self.run.supply.consumption.leaves(mission)
        mission.phase = Phase.CARRY
        mission.target = self._hospital(mission)
        if self.run.tracer is not None:
            self.run.tracer.hospital(self.run, mission)
        self.log(Codes.CARRYING, mission, mission.target, mission.ref)
        self.run.cases.work_done(mission)
        self.drive(mission.unit, mission.target, 1.0)

    def _hospital(self, mission: Mission) -> int:
        case, run, unit = mission.case, self.run, mission.unit
        given = case.block.given[case.n] if case.block.given else {}
        carry = case.course.lines[mission.line].carry
        assert carry is not None
        wanted = given.get("hospital", carry.hospital)
        if wanted != NEAREST:
            return wanted
        profile = unit.profiles[self.outlook.kind_of_hour(self.clock._now)]
        # Where no way leads to any, it makes for the one that is nearest on open roads, and waits on the way there.
        states = (run.state, self.travel.state(frozenset()))
        drives = (
            (*(self.travel.drive(unit.at, hospital, profile, state) for state in states), hospital)
            for hospital in run.scenario.hospitals
        )
        return min(drives)[-1]

    def _at_hospital(self, mission: Mission) -> None:
        case = mission.case
        carry = case.course.lines[mission.line].carry
        assert carry is not None
        mission.phase = Phase.HANDOVER
        self.log(Codes.AT_HOSPITAL, mission, mission.target, mission.ref)
        self._later(mission, self._draw(mission, "handover", carry.handover), self._handed_over)

    def _handed_over(self, mission: Mission, version: int) -> None:
        if version == mission.unit.version:
            self.release(mission, Codes.HANDED_OVER, mission.ref)

    # --- going home ------------------------------------------------------------------------------------------------

    def release(self, mission: Mission, cause: int, ref: int) -> None:
        """Release a team where it stands; it may be sent on before it turns for home."""
        run, unit = self.run, mission.unit
        at_base = mission.phase <= Phase.FORMING
        if mission.phase == Phase.HOLD and run.shifts.pools:
            run.shifts.leaves(mission)
        there, mission.phase = Phase.REPORT_IN <= mission.phase <= Phase.HOLD, Phase.RETURN
        unit.version += 1
        self.log(Codes.RELEASED, mission, mission.target, ref, cause)
        if self.goods and there:
            run.supply.consumption.leaves(mission)
        if cause == Codes.WORK_DONE:
            run.cases.work_done(mission)
        if at_base:
            self._stand_down(unit, mission)
            if mission.request >= 0:
                run.aid.convoy_of(mission).dropped(mission)
            return
        unit.status = Status.RETURNING
        self.send_home(mission)

    def recall(self, mission: Mission, ref: int) -> None:
        """Release a team because the incident is closed: on the scene, on its way, or still at its base."""
        self.driving.stop_watching(mission.unit)
        self.release(mission, Codes.WORK_ENDED, ref)

    def take_away(self, mission: Mission, cause: int, ref: int) -> Slot | None:
        """Take a team out of an incident that goes on, and let its slot be filled anew; return that slot."""
        unit, slot = mission.unit, mission.slot
        if mission.phase == Phase.HOLD and self.run.shifts.pools:
            self.run.shifts.leaves(mission)
        self.run.cases.lost_to_line(mission)
        self.driving.stop_watching(unit)
        there, mission.phase = Phase.REPORT_IN <= mission.phase <= Phase.HOLD, Phase.RETURN
        unit.version += 1
        unit.status = Status.RETURNING
        self.log(Codes.RELEASED, mission, mission.target, ref, cause)
        if self.goods and there:
            self.run.supply.consumption.leaves(mission)
        if slot.line == EXTRA:
            return None
        self.run.dispatcher.reopen(slot, mission.ref)
        return slot

    def send_home(self, mission: Mission) -> None:
        """Let a team turn for home; it may be sent on before it does."""
        unit = mission.unit
        if unit.team.call_back:
            self.returning[unit.index] = unit
            self.run.dispatcher.freed(unit)
        if unit.mission is mission:
            self.drive(unit, unit.team.base, unit.team.return_factor)

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
            unit.status = Status.REFIT
            refit = self._draw(mission, "refit", ticks)
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
            mission.request, -1, -1, -1, -1, 0, -1, mission.ref, 0,
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
        mission = unit.mission
        if mission is not None and mission.request >= 0:
            self.run.aid.back(unit, mission)
        unit.status, unit.mission = Status.IDLE, None
        unit.version += 1
        if self.goods:
            self.run.supply.home(unit)
        if self.moves is not None:
            self.moves.changed(unit, -1 if mission is None else mission.ref)
        self.away -= 1
        if self.away or self.run.cases.unfinished:
            self.run.dispatcher.freed(unit)
        else:
            self.run.settle()

    # --- helpers ---------------------------------------------------------------------------------------------------

    def _later(self, mission: Mission, duration: int, then: Callable[[Mission, int], None]) -> None:
        unit = mission.unit
        self.clock.at(self.clock._now + duration, _TASK, unit.index, then, mission, unit.version)

    def eta_returning(self, unit: Unit, site: int) -> int:
        """Return when a unit away from its base could be at a site: ms from now, `NEVER` if there is no way."""
        now = self.clock._now
        profile = unit.profiles[self.outlook.kind_of_hour(now)]
        if unit.trip is not None:
            return self.travel.reach(unit.trip, now, site, profile, self.run.state)
        drive = self.travel.drive(unit.at, site, profile, self.run.state)
        if drive >= NEVER:
            return NEVER
        if unit.status == Status.POSTED:
            return self.turnout_of(unit).planned + drive
        return max(0, unit.clear_from - now) + drive
