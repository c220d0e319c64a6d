"""Response levels: each government judges what it has been told by its own plan, finds its signatory, and releases forces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.field import Phase, State
from sim.log import CAUSE_CODE, Cause, Kind, Rank
from sim.scenario.conditions import Comparison, holds, leaves_of

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from simpy import Event

    from sim.engine.field import Case
    from sim.engine.run import Run
    from sim.scenario.command import Level

_LOWERED = CAUSE_CODE[Cause.LEVEL_LOWERED]


class Levels:
    """Raises and lowers the response levels of a replication."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.known: dict[tuple[int, int], dict[str, float]] = {}
        """(incident, post) → what the post has been told."""
        self.raised: dict[tuple[int, int], list[int]] = {}
        """(incident, post) → levels of the course in force there, lowest first."""
        self.proposed: dict[tuple[int, int], int] = {}
        """(incident, post) → highest severity that has been put to the signatory."""

    def informed(self, case: Case, post: int, values: Mapping[str, float], ref: int) -> None:
        """Let a post judge anew, since it has been told something."""
        if case.closed:
            return
        first = (case.number, post) not in self.known
        known = self.known.setdefault((case.number, post), {})
        known.update(values)
        if first:
            known.update(self._levels(case))
            self._watch_clock(case, post)
        self._judge(case, post, ref)

    def _levels(self, case: Case) -> dict[str, float]:
        """Return the levels in force, as signals."""
        posts, found = self.run.scenario.command.posts, {}
        for (incident, post), numbers in self.raised.items():
            if incident == case.number and numbers:
                found[f"level:{posts[post].id}"] = float(case.course.levels[numbers[-1]].severity)
        return found

    def _watch_clock(self, case: Case, post: int) -> None:
        """Judge again when a time that a condition names has passed."""
        alarm = self.run.cases.times[case.number]
        for level in case.course.levels:
            conditions = (level.when, level.until) if level.post == post else ()
            for part in (leaf for condition in conditions if condition is not None for leaf in leaves_of(condition)):
                if isinstance(part, Comparison) and part.signal == "elapsed":
                    moment = alarm + int(part.value) + (part.op == ">")
                    if moment > self.run.clock._now:
                        self.run.clock.at(moment, Rank.COMMAND, case.number, self._judge, case, post, case.ref)

    def _judge(self, case: Case, post: int, ref: int) -> None:
        if case.closed:
            return
        values = {**self.known[case.number, post], "elapsed": float(self.run.clock._now - self.run.cases.times[case.number])}
        key = (case.number, post)
        if self.run.tracer is not None:
            self.run.tracer.judged(self.run, case, post, values, self.proposed.get(key, 0), self.raised.get(key, []))
        for number in reversed(self.raised.get(key, [])):
            until = case.course.levels[number].until
            if until is not None and holds(until, values):
                self._lower(case, number, ref)
                if case.closed:
                    return
        wanted = [
            (level.severity, number)
            for number, level in enumerate(case.course.levels)
            if level.post == post and level.severity > self.proposed.get(key, 0) and holds(level.when, values)
            if level.until is None or not holds(level.until, values)  # what would end at once is not begun
        ]
        if wanted:
            severity, number = max(wanted)
            self.proposed[key] = severity
            self.run.story(self._approve(case, number, ref))

    def _approve(self, case: Case, number: int, ref: int) -> Generator[Event, object, None]:
        """Find the signatory and convince him; then the level is raised."""
        run, level = self.run, case.course.levels[number]
        item = run.command.item_of(level)
        ref = run.write(Kind.LEVEL_PROPOSED, case, post=level.post, item=item, ref=ref)
        purpose = f"level/{run.scenario.command.levels[level.index]}"
        found = yield from run.calls.reach(case, level.find, purpose, decide=level.decide)
        if case.closed or not found:
            return
        in_force = self.raised.setdefault((case.number, level.post), [])
        if any(case.course.levels[other].severity >= level.severity for other in in_force):
            return  # overtaken: a higher level has been approved meanwhile, and includes this one
        row = ref
        for other in self._with_lower(case, number):
            if not case.closed:  # nobody to be had for a lower level, and no queue: the incident is lost
                in_force.append(other)
                row = self._raise(case, other, ref)
        self._tell_others(case, level, level.severity, row)

    def _with_lower(self, case: Case, number: int) -> list[int]:
        """Return a level and those below it in its plan that are not in force, lowest first: a higher level includes them."""
        levels, level = case.course.levels, case.course.levels[number]
        in_force = self.raised[case.number, level.post]
        lower = [
            (other.severity, n)
            for n, other in enumerate(levels)
            if (other.post, other.plan) == (level.post, level.plan) and other.severity < level.severity and n not in in_force
        ]
        return [*(n for _, n in sorted(lower)), number]

    def _raise(self, case: Case, number: int, ref: int) -> int:
        """Put a level in force, release its forces, and return its row."""
        run, level = self.run, case.course.levels[number]
        row = case.ref = run.write(Kind.LEVEL_RAISED, case, post=level.post, item=run.command.item_of(level), ref=ref)
        run.command.level_raised(case, number)
        if level.lines:
            run.cases.raise_stage(case, number + 1)
            run.dispatcher.dispatch(case, number + 1)
        return row

    def _tell_others(self, case: Case, level: Level, severity: int, ref: int) -> None:
        """Let the other governments that know of the incident hear of the level at once; its own knows it."""
        signal = {f"level:{self.run.scenario.command.posts[level.post].id}": float(severity)}
        self.known[case.number, level.post].update(signal)
        for incident, post in sorted(self.known):
            if incident == case.number and post != level.post:
                self.informed(case, post, signal, ref)

    def _lower(self, case: Case, number: int, ref: int) -> None:
        """End a level: what it released and has not begun to work is taken back."""
        run, level = self.run, case.course.levels[number]
        key = (case.number, level.post)
        self.raised[key].remove(number)
        left = self.raised[key]
        self.proposed[key] = case.course.levels[left[-1]].severity if left else 0
        row = run.write(Kind.LEVEL_LOWERED, case, post=level.post, item=run.command.item_of(level), ref=ref)
        run.aid.withdraw(case, row, level.lines)
        run.dispatcher.withdraw(case, row, level.lines)
        run.cases.withdraw_undecided(case, row, level.lines)
        for mission in tuple(case.missions):
            if mission.line in level.lines and mission.phase < Phase.WORK:
                mission.slot.state = State.OVER
                run.cases.lost_to_line(mission)
                run.missions.release(mission, _LOWERED, row)
        case.stages.pop(number + 1, None)
        self._tell_others(case, level, self.proposed[key], row)
        if case.raised and run.cases.all_done(case) and not run.command.trees.open.get(case.number):
            run.cases.close(case, row)
