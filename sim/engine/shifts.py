"""Work in shifts on breathing apparatus: a rotation of squads put on the clock, its rows written, its end drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.field import Phase, State
from sim.engine.relief import Relief
from sim.engine.rotation import NOBODY, Rotation
from sim.engine.run import Codes
from sim.log import Kind, Rank

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sim.engine.field import Case, Mission
    from sim.engine.rotation import Step
    from sim.engine.run import Run
    from sim.scenario.frozen import Line


class Pool:
    """The squads that share the shifts of one line: its own, and those of lines that join it."""

    __slots__ = ("called", "case", "line", "lines", "ref", "rotation", "squads", "wakes")

    def __init__(self, case: Case, line: Line, rotation: Rotation) -> None:
        self.case = case
        self.line = line
        joined = [other for other in case.course.lines if other.shifts is not None and other.shifts.joins == line.index]
        self.lines = (line, *joined)
        self.rotation = rotation
        self.squads: dict[int, Mission] = {}
        """Team → its mission, while it belongs to the rotation."""
        self.called: dict[int, int] = {}
        """Line called just in time → when its first squad was to stand ready, as planned."""
        self.wakes: set[int] = set()
        """Moments at which it will be looked at."""
        self.ref = -1
        """Its last row in the log."""

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return the numbers of its lines."""
        return tuple(line.index for line in self.lines)


class ShiftWork:
    """Runs the shifts of a replication.

    Whatever happens at a moment (a squad is ready, or taken away) is looked at once all teams have had their turn: a squad that
    stands ready just when the shift changes counts.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.clock = run.clock
        self.relief = Relief(run)
        self.pools: dict[int, dict[int, Pool]] = {}
        """Incident → line → pool, until the incident is closed."""
        self.rested: dict[int, int] = {}
        """Team → when the rest after its last shift is over, wherever that shift was."""

    # --- who belongs to it -----------------------------------------------------------------------------------------

    def stands(self, mission: Mission) -> None:
        """Take in a squad that stands ready on the scene."""
        pool = self._pool(mission)
        if not pool.rotation.over:
            pool.squads[mission.team] = mission
            pool.rotation.join(mission.team, self.clock._now, self.rested.get(mission.team, 0))
            self._wake(pool, self.clock._now)
        elif not mission.case.course.lines[mission.line].holds:
            self.run.missions.release(mission, Codes.WORK_ENDED, mission.ref)

    def leaves(self, mission: Mission) -> None:
        """Do without a squad that is released or taken away; when the incident is closed, without all of them."""
        pool = next((pool for pool in self._of(mission.case) if pool.squads.get(mission.team) is mission), None)
        if pool is None:
            return
        if mission.case.closed:
            pool.rotation.over = True
            del self.pools[mission.case.number][pool.line.index]
            leaving = tuple(pool.squads)
        else:
            leaving = (mission.team,)
            self._wake(pool, self.clock._now)
        for team in leaving:
            self._write(pool, pool.rotation.leave(team, self.clock._now))
            del pool.squads[team]

    def let_begin(self, case: Case) -> None:
        """Look again whether squads may go in: what had to come first may be in place."""
        for pool in self._of(case):
            if not pool.rotation.open:
                self._wake(pool, self.clock._now)

    def _of(self, case: Case) -> Iterable[Pool]:
        return self.pools.get(case.number, {}).values()

    def _pool(self, mission: Mission) -> Pool:
        """Return the pool that a team of a line belongs to."""
        case = mission.case
        shifts = case.course.lines[mission.line].shifts
        assert shifts is not None
        line = case.course.lines[mission.line if shifts.joins < 0 else shifts.joins]
        pools = self.pools.setdefault(case.number, {})
        if line.index not in pools:
            assert line.shifts is not None
            work = self.run.durations.get(case.block, case.n, "work", line.work, line.index)
            pools[line.index] = Pool(case, line, Rotation(line.shifts, work))
        return pools[line.index]

    # --- on the clock ----------------------------------------------------------------------------------------------

    def _wake(self, pool: Pool, moment: int) -> None:
        if moment not in pool.wakes:
            pool.wakes.add(moment)
            self.clock.at(moment, Rank.COMMAND, pool.case.number, self._look, pool)

    def _look(self, pool: Pool) -> None:
        """Do what is due in a pool, call relief if it is time, and see when to look again."""
        now, rotation = self.clock._now, pool.rotation
        pool.wakes.discard(now)
        if rotation.over or pool.case.closed:
            return
        rotation.open = rotation.open or self.run.cases.line_may_begin(pool.case, pool.line)
        self._write(pool, rotation.step(now))
        if rotation.over:
            self._end(pool)
            return
        for moment in (rotation.next, self.relief.see_to(pool)):
            if moment is not None:
                self._wake(pool, moment)

    def _write(self, pool: Pool, steps: Iterable[Step]) -> None:
        run, case, line = self.run, pool.case, pool.line
        for step in steps:
            if step.squad == NOBODY:
                pool.ref = run.write(step.kind, case, line=line.index, item=line.capability, ref=pool.ref, cause=step.cause)
                continue
            if step.kind == Kind.SHIFT_OUT:
                self.rested[step.squad] = self.clock._now + pool.rotation.shifts.rest
            mission = pool.squads[step.squad]
            pool.ref = mission.ref = run.write(
                step.kind, case, mission=mission, quantity=step.quantity, ref=mission.ref, cause=step.cause
            )

    # --- the end ---------------------------------------------------------------------------------------------------

    def _end(self, pool: Pool) -> None:
        """End an operation: its lines are done, whoever was there is released, whoever was to come is not needed."""
        case, lines, squads = pool.case, pool.lines, tuple(pool.squads.values())
        pool.squads.clear()
        for line in lines:
            case.done[line.index] = max(case.done[line.index], line.wanted)
        for mission in squads:
            if case.course.lines[mission.line].holds:
                mission.ref = self.run.write(Kind.WORK_DONE, case, mission=mission, ref=mission.ref)
            else:
                self.run.missions.release(mission, Codes.WORK_DONE, mission.ref)
        self._call_off(pool, tuple(line.index for line in lines if not line.holds))
        for line in lines:
            if not case.closed and (case.slots[line.index] or line is pool.line):
                self.run.cases.line_done(case, line.index, pool.ref)

    def _call_off(self, pool: Pool, lines: tuple[int, ...]) -> None:
        """Take back what was still asked for on lines that are done, and recall who is on the way."""
        run, case = self.run, pool.case
        run.aid.withdraw(case, pool.ref, lines)
        run.dispatcher.withdraw(case, pool.ref, lines)
        for mission in tuple(case.missions):
            if mission.line in lines and mission.phase < Phase.HOLD:
                mission.slot.state = State.OVER
                run.missions.recall(mission, pool.ref)
        for line in lines:
            missing = [slot for slot in case.slots[line] if slot.state == State.OPEN]
            for slot in missing:
                slot.state = State.OVER
            if missing:
                item = case.course.lines[line].capability
                run.write(Kind.NEED_WITHDRAWN, case, line=line, item=item, quantity=len(missing), ref=pool.ref)
