"""Convoys: the teams of one request leave together or each when it is ready, at the pace of a convoy, with stops."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.engine.field import Mission, Unit
    from sim.engine.run import Run
    from sim.scenario.command import Convoy as Plan


class Convoy:
    """Teams of one request on their way."""

    def __init__(self, run: Run, plan: Plan, teams: tuple[int, ...]) -> None:
        self.run = run
        self.plan = plan
        self.expected = set(teams)
        """Teams that have not turned out yet."""
        self.formed: list[Mission] = []
        """Teams that wait for the others."""

    def take(self, unit: Unit) -> None:
        """Let a unit travel at the pace of the convoy."""
        if self.plan.vehicle:
            unit.profiles = tuple(hour[self.plan.vehicle] for hour in self.run.outlook.profiles)
        unit.stops, unit.since_stop = self.plan.stops, [0] * len(self.plan.stops)

    def leave(self, unit: Unit) -> None:
        """Let a unit travel at its own pace again."""
        unit.profiles = tuple(hour[unit.team.vehicle] for hour in self.run.outlook.profiles)
        unit.stops, unit.since_stop = (), []

    def must_wait(self, mission: Mission) -> bool:
        """Tell whether a team that has turned out must wait for others; when it is the last, the others leave first."""
        self.expected.discard(mission.team)
        if not self.plan.together:
            return False
        if self.expected:
            self.formed.append(mission)
            return True
        self._leave_all()
        return False

    def dropped(self, mission: Mission) -> None:
        """Do without a team that no longer comes."""
        self.expected.discard(mission.team)
        if mission in self.formed:
            self.formed.remove(mission)
        if not self.expected:
            self._leave_all()

    def _leave_all(self) -> None:
        formed, self.formed = self.formed, []
        for mission in formed:
            self.run.missions.set_off(mission)
