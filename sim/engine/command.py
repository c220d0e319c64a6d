"""Command beside the response: reports, response levels, scene command and call trees of every incident."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.call_tree import CallTrees
from sim.engine.levels import Levels
from sim.engine.reports import Reports
from sim.engine.scene import Scene
from sim.log import Cause, Kind, Rank

if TYPE_CHECKING:
    from sim.engine.field import Case
    from sim.engine.run import Run
    from sim.scenario.command import Change, Level, ReportLine


class CommandPost:
    """Starts what an alarm starts beside first response, and keeps what is the case at each incident."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.reports, self.levels, self.trees = Reports(run), Levels(run), CallTrees(run)
        self.values: dict[int, dict[str, float]] = {}
        """Incident → what is the case there, whether told or not."""
        self.turns: dict[int, int] = {}
        """Incident → turns that it is still to take."""
        self._scenes: dict[int, Scene] = {}
        self.items = self._items()
        """Group of names → first code of the log's item column."""
        command = run.scenario.command
        self._signals = {name: code for code, name in enumerate(command.signals)}
        self._reports = {name: code for code, name in enumerate(command.reports)}

    def _items(self) -> dict[str, int]:
        scenario, found = self.run.scenario, {}
        command = scenario.command
        first = len(scenario.capabilities) + len(scenario.road_events)
        sizes = {
            "level": len(command.levels), "report": len(command.reports), "signal": len(command.signals),
            "radio": len(command.radio), "warning": len(command.warnings),
        }  # fmt: skip
        for name, size in sizes.items():
            found[name] = first
            first += size
        return found

    def item_of(self, level: Level) -> int:
        """Return the code of a level in the log's item column."""
        return self.items["level"] + level.index

    def report_number(self, line: ReportLine) -> int:
        """Return the number of a report line among all of the scenario."""
        return self._reports[line.id]

    def scene(self, case: Case) -> Scene | None:
        """Return the scene command of an incident, or None where nobody is said to command."""
        return self._scenes.get(case.number)

    def alarm(self, case: Case) -> None:
        """Begin what runs side by side from the first alarm on."""
        run, course = self.run, case.course
        self.values[case.number] = {"grade": float(course.grade), **dict(course.signals)}
        if course.command is not None:
            scene = self._scenes[case.number] = Scene(run, case)
            scene.begin()
        if course.reports:
            self.reports.send(case, Cause.FIRST, self.now(case), case.ref)
        if course.calls is not None:
            self.trees.begin(case)
        self.turns[case.number] = len(course.changes)
        for number, change in enumerate(course.changes):
            after = run.durations.get(case.block, case.n, f"change/{number}", change.after)
            run.clock.at(run.clock._now + after, Rank.HAZARD, case.number, self._change, case, change)

    def now(self, case: Case) -> dict[str, float]:
        """Return what could be reported now."""
        asks = any(request.case is case for request in self.run.aid.open)
        return {**self.values[case.number], "released": self.run.hazards.released(case), "asks_outside": float(asks)}

    def raised(self, case: Case) -> None:
        """Let the post that answers for the incident know, now that the call has been taken."""
        for post in self._at_the_desk(case):
            self.levels.informed(case, post, self.now(case), case.ref)

    def _at_the_desk(self, case: Case) -> list[int]:
        """Return who learns without a report: the post in charge; without report lines, every government with a plan."""
        course = case.course
        posts = [] if course.jurisdiction < 0 else [course.jurisdiction]
        if not course.reports:
            posts += [level.post for level in course.levels]
        return list(dict.fromkeys(posts))

    def _change(self, case: Case, change: Change) -> None:
        """Let an incident take a turn: follow-up reports go out."""
        self.turns[case.number] -= 1
        if case.closed:
            return
        run, ref = self.run, case.ref
        for name, value in change.values:
            self.values[case.number][name] = value
            code = self._signals.get(name)
            if code is not None:
                ref = run.write(Kind.SIGNAL, case, item=self.items["signal"] + code, quantity=round(value * 1000), ref=case.ref)
        if case.course.reports:
            self.reports.send(case, Cause.FOLLOW_UP, self.now(case), ref)
        if case.raised:
            run.supply.signals_changed(case)
            for post in self._at_the_desk(case):
                self.levels.informed(case, post, self.now(case), ref)
            run.supply.settle(case)

    def level_raised(self, case: Case, level: int) -> None:
        """Let commanders set out who come with a level."""
        scene = self._scenes.get(case.number)
        if scene is not None:
            scene.level_raised(level)

    def closed(self, case: Case, ref: int) -> None:
        """Send the final reports."""
        if case.course.reports:
            self.reports.send(case, Cause.FINAL, self.now(case), ref)
