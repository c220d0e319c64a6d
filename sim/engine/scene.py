"""Scene command: who holds it, hand-overs, and arriving teams that wait for a commander to brief them."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from sim.log import Kind

if TYPE_CHECKING:
    from collections.abc import Generator

    from simpy import Event

    from sim.engine.field import Case, Mission
    from sim.engine.run import Run
    from sim.scenario.command import Commander


class Scene:
    """Command on the scene of one incident. One post holds it at any moment; a higher one takes over, never a lower one."""

    def __init__(self, run: Run, case: Case) -> None:
        plan = case.course.command
        assert plan is not None
        self.run, self.case, self.plan = run, case, plan
        self.holder = -1
        """Number of the commander in the plan; -1: nobody yet."""
        self.coming: list[int] = []
        """Commanders on the scene that wait to take over."""
        self.handing = False
        self.briefing = 0
        """Teams being briefed."""
        self.queue: deque[tuple[Mission, int]] = deque()
        """Teams that wait to be briefed, and their units' version."""

    def begin(self) -> None:
        """Let those come who come on the alarm."""
        self.level_raised(-1)

    def level_raised(self, level: int) -> None:
        """Let the commanders set out who come when this level of the course is raised."""
        for number, commander in enumerate(self.plan.commanders):
            if commander.level == level:
                self.run.story(self._come(number, commander))

    def _come(self, number: int, commander: Commander) -> Generator[Event, object, None]:
        run, case = self.run, self.case
        arrives = run.durations.get(case.block, case.n, f"commander/{number}", commander.arrives)
        if arrives:
            yield run.wait(arrives, case.number)
        if not case.closed and number > self.holder:
            self.coming.append(number)
            if not self.handing:
                yield from self._hand_over()

    def _hand_over(self) -> Generator[Event, object, None]:
        """Hand over to the highest who is there, until nobody higher is."""
        run, case = self.run, self.case
        while self.coming and not case.closed:
            number = max(self.coming)
            self.coming = []
            if number <= self.holder:  # somebody higher has taken over while this one waited
                return
            commander = self.plan.commanders[number]
            lasts = run.durations.get(case.block, case.n, f"handover/{number}", commander.handover)
            ref = case.ref
            if lasts and self.holder >= 0:
                self.handing = True
                ref = run.write(Kind.COMMAND_HANDING, case, post=commander.post, ref=ref)
                yield run.wait(lasts, case.number)
                self.handing = False
            if case.closed:
                return
            self.holder = number
            run.write(Kind.COMMAND_TAKEN, case, post=commander.post, ref=ref)
            self._brief_next()

    @property
    def free(self) -> bool:
        """Tell whether somebody can be briefed now."""
        return self.holder >= 0 and not self.handing and (not self.plan.briefs or self.briefing < self.plan.briefs)

    def report_in(self, mission: Mission) -> None:
        """Take in a team that has arrived: it is briefed at once, or waits its turn."""
        if self.free and not self.queue:
            self._brief(mission)
        else:
            self.queue.append((mission, mission.unit.version))

    def _brief(self, mission: Mission) -> None:
        self.briefing += 1
        self.run.missions.brief(mission, self._briefed)

    def _briefed(self) -> None:
        self.briefing -= 1
        self._brief_next()

    def _brief_next(self) -> None:
        while self.queue and self.free:
            mission, version = self.queue.popleft()
            if mission.unit.version == version and mission.unit.mission is mission:
                row = self.run.write(Kind.TEAM_BRIEFING, self.case, mission=mission, ref=mission.ref)
                mission.ref = row
                self._brief(mission)
