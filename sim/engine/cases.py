"""The life of an incident: alarm, first response at once, needs, decision, package, work, close."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.field import EXTRA, Case, Mission, Phase, Stage, State
from sim.engine.run import Codes
from sim.log import WIDTH, Kind, Rank
from sim.scenario.frozen import ZERO

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.engine.run import Run
    from sim.scenario.frozen import Line

_CALL = int(Rank.CALL)
PACKAGE = 0
"""Stage of the lines that the incident itself calls for; level k of its course releases stage k + 1."""


class Cases:
    """Runs every incident of a replication."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.clock = run.clock
        self.rows = run.rows
        coming = run.arrivals
        self.times, self.stream, self.number = coming.times, coming.stream, coming.number
        self.sites, self.courses, self.blocks = coming.sites, coming.courses, coming.blocks
        self._kinds = [(course, course.plain, course.single) for course in run.scenario.courses]
        self.count = len(coming.times)
        self.unfinished = self.count
        """Incidents that are still to come, or not closed."""

    def begin(self) -> None:
        """Schedule the first alarm; each alarm schedules the next."""
        if self.count:
            self.clock.at(self.times[0], _CALL, 0, self._alarm, 0)

    # --- what is asked for -----------------------------------------------------------------------------------------

    def _alarm(self, alarm: int) -> None:
        run, following = self.run, alarm + 1
        if following < self.count:
            self.clock.at(self.times[following], _CALL, following, self._alarm, following)
        course, plain, single = self._kinds[self.courses[alarm]]
        now, site = self.times[alarm], self.sites[alarm]
        case = Case(alarm, self.blocks[self.stream[alarm]], self.number[alarm], site, course, plain, single)
        rows = self.rows
        case.ref = len(rows) // WIDTH
        rows.extend((now, Codes.ALARM, alarm, -1, -1, -1, -1, -1, -1, -1, -1, 0, site, -1, 0))
        if course.leak is not None:
            run.hazards.begin(case)
        for position, order in enumerate(course.first):
            after = run.durations.get(case.block, case.n, "first_response", order.after, slot=position)
            if not after:  # what moves at once is ordered before anything else is thought about
                self._first(case, position)
                continue
            self.clock.at(now + after, _CALL, alarm, self._first, case, position)
        if not case.plain:
            run.command.alarm(case)
        handling = run.durations.get(case.block, case.n, "call_handling", course.call_handling)
        if handling:
            self.clock.at(now + handling, _CALL, alarm, self._raised, case)
        else:
            self._raised(case)

    def _first(self, case: Case, position: int) -> None:
        """Send what moves on the first alarm; nobody waits for an assessment."""
        if not case.closed:
            order = case.course.first[position]
            self.run.dispatcher.send_first(case, order.teams, order.count)

    def _raised(self, case: Case) -> None:
        if case.closed:
            return
        case.raised = True
        if case.single:
            ref, line = case.ref, case.course.lines[0]
            case.ref = len(self.rows) // WIDTH
            now, item = self.clock._now, line.capability
            self.rows.extend((now, Codes.RAISED, case.number, 0, -1, -1, -1, -1, -1, -1, item, 1, case.site, ref, 0))
        else:
            self.raise_stage(case, PACKAGE)
        if not case.plain:
            self.run.command.raised(case)
        if case.course.supplies:
            self.run.supply.raised(case)
            if case.closed:
                return
        if case.course.decision is not ZERO:
            decision = self.run.durations.get(case.block, case.n, "decision", case.course.decision)
            self.clock.at(self.clock._now + decision, _CALL, case.number, self._decided, case)
        else:
            self.run.dispatcher.dispatch(case, PACKAGE)

    def raise_stage(self, case: Case, stage: int) -> None:
        """Say what is asked for; the lines that are called just in time stay back."""
        rows, ref, now = self.rows, case.ref, self.clock._now
        case.ref = len(rows) // WIDTH
        number, site, raised = case.number, case.site, 0
        for line in case.course.lines:
            if line.stage == stage and not line.ahead:
                raised += 1
                if line.simple:
                    count = line.count
                else:
                    self.run.dispatcher.open_slots(case, line)
                    slots = case.slots[line.index]  # of a level that is raised again, only what is sought anew
                    count = len(slots) if stage == PACKAGE else sum(slot.state == State.OPEN for slot in slots)
                rows.extend((now, Codes.RAISED, number, line.index, -1, -1, -1, -1, -1, -1, line.capability, count, site, ref, 0))
        case.stages[stage] = Stage(raised)
        if not raised:
            case.ref = ref

    def _decided(self, case: Case) -> None:
        if not case.closed:
            case.ref = self.run.log(Codes.DECIDED, case.number, place=case.site, ref=case.ref)
            self.run.dispatcher.dispatch(case, PACKAGE)

    # --- what has come ---------------------------------------------------------------------------------------------

    def arrived(self, mission: Mission) -> None:
        """Count a team that has reached the scene."""
        case = mission.case
        if case.single:
            now = self.clock._now
            self.rows.extend((now, Codes.COMPLETE, case.number, -1, -1, -1, -1, -1, -1, -1, -1, 0, case.site, mission.ref, 0))
            return
        line = case.course.lines[mission.line]
        before = case.arrived[line.index]
        case.arrived[line.index] = after = before + line.gives(mission.unit.team)
        stage = case.stages.get(line.stage)
        if stage is not None and before < line.wanted <= after and not line.ahead:
            stage.missing -= 1
        if stage is not None and not stage.missing and not stage.complete:
            stage.complete = True
            self._stage_row(case, line.stage, Codes.COMPLETE, Kind.LEVEL_COMPLETE, mission.ref)

    def stands(self, mission: Mission) -> None:
        """Count a team that is ready to work."""
        case = mission.case
        line = case.course.lines[mission.line]
        before = case.standing[line.index]
        case.standing[line.index] = after = before + line.gives(mission.unit.team)
        stage = case.stages.get(line.stage)
        if stage is not None and before < line.wanted <= after and not line.ahead:
            stage.unready -= 1
        if stage is not None and not stage.unready and not stage.ready:
            stage.ready = True
            if line.stage != PACKAGE or self._teams(case, PACKAGE) > 1:
                self._stage_row(case, line.stage, Codes.READY, Kind.LEVEL_READY, mission.ref)

    @staticmethod
    def _teams(case: Case, stage: int) -> int:
        return sum(len(case.slots[line.index]) for line in case.course.lines if line.stage == stage)

    def _stage_row(self, case: Case, stage: int, package: int, released: Kind, ref: int) -> None:
        if stage == PACKAGE:
            self.run.log(package, case.number, place=case.site, ref=ref)
            return
        level = case.course.levels[stage - 1]
        self.run.write(released, case, post=level.post, item=self.run.command.item_of(level), ref=ref)

    def lost_to_line(self, mission: Mission) -> None:
        """Take a team that leaves for good before its work is done out of the counts of its line."""
        case, phase = mission.case, mission.phase
        if case.single or mission.line == EXTRA:
            return
        line = case.course.lines[mission.line]
        stage, gives = case.stages.get(line.stage), line.gives(mission.unit.team)
        if phase >= Phase.REPORT_IN:
            had = case.arrived[line.index]
            case.arrived[line.index] = left = had - gives
            if stage is not None and left < line.wanted <= had:
                stage.missing += 1
        if phase >= Phase.HELD_UP:
            had = case.standing[line.index]
            case.standing[line.index] = left = had - gives
            if stage is not None and left < line.wanted <= had:
                stage.unready += 1

    def may_begin(self, mission: Mission) -> bool:
        """Tell whether the order of work lets a team begin."""
        return self.line_may_begin(mission.case, mission.case.course.lines[mission.line])

    @staticmethod
    def line_may_begin(case: Case, need: Line) -> bool:
        """Tell whether the order of work lets the teams of a line begin."""
        lines = case.course.lines
        return all(case.standing[other] >= lines[other].wanted for other in need.after) and all(
            case.done[other] >= lines[other].wanted for other in need.after_done
        )

    def work_done(self, mission: Mission) -> None:
        """Count a team whose work is done; close the incident if that ends it."""
        case = mission.case
        if case.single:
            self.close(case, mission.ref)
            return
        need = case.course.lines[mission.line]
        if need.shifts is not None:  # shifts are done all together
            return
        case.done[need.index] += need.gives(mission.unit.team)
        if case.done[need.index] >= need.wanted:
            self.line_done(case, need.index, mission.ref)
        elif need.stage not in case.stages and self.all_done(case):  # what its level released is no longer asked for
            self.close(case, mission.ref)

    def line_done(self, case: Case, line: int, ref: int) -> None:
        """Draw the consequences of a line whose work is done."""
        need = case.course.lines[line]
        if need.stops_release:
            self.run.hazards.stop(case, ref)
        if need.reopens >= 0:
            self.run.roads.cleared(need.reopens, ref)
            if case.closed:  # an open road has shown that nothing more can come
                return
        if need.ends or self.all_done(case):
            self.close(case, ref)
        else:
            self.let_begin(case, ref)

    def all_done(self, case: Case) -> bool:
        """Tell whether everything that was asked for is done; where a line is named to end the incident, only that counts.

        What a level released that has ended is no longer asked for, but whoever has begun to work there finishes.
        """
        lines = case.course.lines
        raised = [line for line in lines if line.stage in case.stages and not line.ahead]
        done = all(
            (line.holds and not line.works) or line.relieves >= 0 or case.done[line.index] >= line.wanted for line in raised
        )
        if not done or any(line.ends for line in raised) or self.run.supply.busy(case):
            return False
        at_work = (lines[mission.line] for mission in case.missions if mission.phase == Phase.WORK and mission.line != EXTRA)
        return all(line.stage in case.stages or line.holds for line in at_work)

    # --- the end ---------------------------------------------------------------------------------------------------

    def close(self, case: Case, ref: int) -> None:
        """End the incident: whoever is still there, or on the way, is released."""
        run = self.run
        case.closed = True
        self.unfinished -= 1
        if case.course.leak is not None:
            run.hazards.stop(case, ref)
        row = len(self.rows) // WIDTH
        self.rows.extend((self.clock._now, Codes.CLOSED, case.number, -1, -1, -1, -1, -1, -1, -1, -1, 0, case.site, ref, 0))
        if not case.single:
            run.aid.withdraw(case, row)
        if case.waiting:
            run.dispatcher.withdraw(case, row)
        if not case.single:
            self.withdraw_undecided(case, row)
            for mission in tuple(case.missions):
                if mission.phase < Phase.CARRY:
                    run.missions.recall(mission, row)
            if run.scenario.supplies.items:
                run.supply.closed(case, row)
            if not case.plain:
                run.command.closed(case, row)
        for slots in case.slots:
            slots.clear()  # the collector is off during a run: nothing may hold itself
        if not self.unfinished:
            run.settle()

    def withdraw_undecided(self, case: Case, ref: int, lines: Sequence[int] | None = None) -> None:
        """Take back the needs (of some lines) that nobody has been found for: not decided, or still being asked for."""
        for line in case.course.lines:
            slots = case.slots[line.index]
            if (line.ahead and not slots) or line.stage not in case.stages or (lines is not None and line.index not in lines):
                continue
            undecided = [slot for slot in slots if slot.state in (State.OPEN, State.ASKED)]
            for slot in undecided:
                slot.state = State.OVER
            missing = len(undecided) + (max(0, line.count - len(slots)) if line.simple else 0)
            if missing:
                self.run.log(
                    Codes.WITHDRAWN, case.number, line.index, item=line.capability, quantity=missing, place=case.site, ref=ref
                )

    def let_begin(self, case: Case, ref: int) -> None:
        """Let those begin who are ready and had to wait for others."""
        for mission in tuple(case.missions):
            if mission.phase == Phase.HELD_UP and self.may_begin(mission):
                self.run.missions.begin_late(mission, ref)
        if self.run.shifts.pools:
            self.run.shifts.let_begin(case)
