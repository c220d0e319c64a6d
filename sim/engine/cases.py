"""The life of an incident: alarm, first response at once, needs, decision, package, work, close."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.field import Case, Mission, Phase
from sim.engine.run import Codes
from sim.hazards.release import Release
from sim.log import WIDTH, Rank
from sim.scenario.frozen import ZERO

if TYPE_CHECKING:
    from sim.engine.run import Run

_CALL = int(Rank.CALL)


class Cases:
    """Runs every incident of a replication."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.clock = run.clock
        self.rows = run.rows
        coming = run.arrivals
        self.times, self.stream, self.number = coming.times, coming.stream, coming.number
        self.sites, self.courses, self.blocks = coming.sites, coming.courses, coming.blocks
        self.count = len(coming.times)
        self.unfinished = self.count
        """Incidents that are still to come, or not closed."""
        self.leaks: dict[int, Release] = {}

    def begin(self) -> None:
        """Schedule the first alarm; each alarm schedules the next."""
        if self.count:
            self.clock.at(self.times[0], _CALL, 0, self._alarm, 0)

    def _alarm(self, alarm: int) -> None:
        run, following = self.run, alarm + 1
        if following < self.count:
            self.clock.at(self.times[following], _CALL, following, self._alarm, following)
        course = run.scenario.courses[self.courses[alarm]]
        now, site = self.times[alarm], self.sites[alarm]
        case = Case(alarm, self.blocks[self.stream[alarm]], self.number[alarm], site, course)
        rows = self.rows
        case.ref = len(rows) // WIDTH
        rows.extend((now, Codes.ALARM, alarm, -1, -1, -1, -1, -1, -1, -1, 0, site, -1, 0))
        if course.leak is not None:
            self._leak(case)
        for position, order in enumerate(course.first):
            after = run.durations.get(case.block, case.n, "first_response", order.after, slot=position)
            if not after:  # what moves at once is ordered before anything else is thought about
                self._first(case, position)
                continue
            self.clock.at(now + after, _CALL, alarm, self._first, case, position)
        handling = run.durations.get(case.block, case.n, "call_handling", course.call_handling)
        if handling:
            self.clock.at(now + handling, _CALL, alarm, self._raised, case)
        else:
            self._raised(case)

    def _leak(self, case: Case) -> None:
        leak, durations = case.course.leak, self.run.durations
        assert leak is not None
        mass = durations.value(case.block, case.n, "leak_mass", leak.mass)
        rate = durations.value(case.block, case.n, "leak_rate", leak.rate)
        release = self.leaks[case.number] = Release(mass, rate, self.clock._now)
        empty = release.next_change()
        if empty is not None:
            self.clock.at(empty, Rank.HAZARD, case.number, self._emptied, case)

    def _emptied(self, case: Case) -> None:
        leak, run = self.leaks[case.number], self.run
        if leak.stopped is None:
            item = len(run.scenario.signals) - 1
            released = round(leak.released(self.clock._now) * 1000)
            run.log(Codes.SIGNAL, case.number, item=item, quantity=released, place=case.site, ref=case.ref)

    def _first(self, case: Case, position: int) -> None:
        """Send what moves on the first alarm; nobody waits for an assessment."""
        if not case.closed:
            order = case.course.first[position]
            self.run.dispatcher.send_first(case, order.teams, order.count)

    def _raised(self, case: Case) -> None:
        if case.closed:
            return
        run, rows, ref, now = self.run, self.rows, case.ref, self.clock._now
        case.ref, case.raised = len(rows) // WIDTH, True
        number, site = case.number, case.site
        for line in case.course.lines:
            rows.extend((now, Codes.RAISED, number, line.index, -1, -1, -1, -1, -1, line.capability, line.count, site, ref, 0))
        if case.course.decision is not ZERO:
            decision = run.durations.get(case.block, case.n, "decision", case.course.decision)
            self.clock.at(self.clock._now + decision, _CALL, case.number, self._decided, case)
        else:
            run.dispatcher.dispatch(case)

    def _decided(self, case: Case) -> None:
        if not case.closed:
            case.ref = self.run.log(Codes.DECIDED, case.number, place=case.site, ref=case.ref)
            self.run.dispatcher.dispatch(case)

    def arrived(self, mission: Mission) -> None:
        """Count a team that has reached the scene."""
        case = mission.case
        case.arrived += 1
        if case.arrived == case.wanted:
            now = self.clock._now
            self.rows.extend((now, Codes.COMPLETE, case.number, -1, -1, -1, -1, -1, -1, -1, 0, case.site, mission.ref, 0))

    def stands(self, mission: Mission) -> None:
        """Count a team that is ready to work."""
        case, line = mission.case, mission.line
        case.standing[line] += 1
        case.ready += 1
        if case.wanted > 1 and case.ready == case.wanted:
            self.run.log(Codes.READY, case.number, place=case.site, ref=mission.ref)

    def may_begin(self, mission: Mission) -> bool:
        """Tell whether the order of work lets a team begin."""
        case, lines = mission.case, mission.case.course.lines
        need = lines[mission.line]
        return all(case.standing[other] >= lines[other].count for other in need.after) and all(
            case.done[other] >= lines[other].count for other in need.after_done
        )

    def work_done(self, mission: Mission) -> None:
        """Count a team whose work is done; close the incident if that ends it."""
        case, lines = mission.case, mission.case.course.lines
        if case.single:
            self.close(case, mission.ref)
            return
        need = lines[mission.line]
        case.done[need.index] += 1
        if case.done[need.index] < need.count:
            return
        if need.stops_release and case.number in self.leaks:
            self._stop_leak(case, mission.ref)
        named = any(line.ends for line in lines)
        if need.ends or (not named and all(line.holds or case.done[line.index] >= line.count for line in lines)):
            self.close(case, mission.ref)
        else:
            self.let_begin(case, mission.ref)

    def close(self, case: Case, ref: int) -> None:
        """End the incident: whoever is still there, or on the way, is released."""
        run = self.run
        case.closed = True
        self.unfinished -= 1
        if case.number in self.leaks:
            self._stop_leak(case, ref)
        row = len(self.rows) // WIDTH
        self.rows.extend((self.clock._now, Codes.CLOSED, case.number, -1, -1, -1, -1, -1, -1, -1, 0, case.site, ref, 0))
        if case.waiting:
            run.dispatcher.withdraw(case, row)
        if not case.single:
            self._withdraw_undecided(case, row)
            for mission in tuple(case.missions):
                if mission.phase < Phase.CARRY:
                    run.missions.recall(mission, row)

    def _withdraw_undecided(self, case: Case, ref: int) -> None:
        """Take back the needs that were known but not yet ordered: the incident has ended before the decision."""
        for line in case.course.lines if case.raised else ():
            missing = line.count - case.ordered[line.index]
            if missing > 0:
                self.run.log(
                    Codes.WITHDRAWN, case.number, line.index, item=line.capability, quantity=missing, place=case.site, ref=ref
                )

    def _stop_leak(self, case: Case, ref: int) -> None:
        """Stop a release, once, and say how much has escaped."""
        leak, run = self.leaks[case.number], self.run
        if leak.stopped is None:
            leak.stop(self.clock._now)
            released = round(leak.released(self.clock._now) * 1000)
            item = len(run.scenario.signals) - 2
            run.log(Codes.SIGNAL, case.number, item=item, quantity=released, place=case.site, ref=ref)

    def let_begin(self, case: Case, ref: int) -> None:
        """Let those begin who are ready and had to wait for others."""
        for mission in tuple(case.missions):
            if mission.phase == Phase.HELD_UP and self.may_begin(mission):
                self.run.missions.begin_late(mission, ref)
