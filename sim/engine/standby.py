"""Early warning: teams stand by from then on, and turn out quicker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.log import Cause, Kind, Rank

if TYPE_CHECKING:
    from sim.engine.field import Unit
    from sim.engine.run import Run


class Standby:
    """Puts teams on standby, and stands them down."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.warnings = run.scenario.command.warnings
        self.units: dict[int, Unit] = {}
        """Units on standby whose turn-out is quicker for it."""

    def begin(self) -> None:
        """Schedule every warning."""
        clock = self.run.clock
        for number, warning in enumerate(self.warnings):
            clock.at(max(0, warning.begins), Rank.HAZARD, number, self._issue, number)
            if warning.ends is not None:
                clock.at(max(0, warning.ends), Rank.HAZARD, number, self._end, number)

    def _issue(self, number: int) -> None:
        run = self.run
        row = run.write(Kind.WARNING_ISSUED, item=run.command.items["warning"] + number)
        for team in self.warnings[number].teams:
            unit = run.units[team]
            if not unit.standby:
                unit.standby = True
                if unit.team.standby is not None:
                    self.units[team] = unit
                run.write(Kind.TEAM_STANDBY, team=team, place=unit.team.base, ref=row, cause=Cause.WARNING)

    def _end(self, number: int) -> None:
        run = self.run
        for team in self.warnings[number].teams:
            unit = run.units[team]
            if unit.standby:
                unit.standby = False
                self.units.pop(team, None)
                run.write(Kind.TEAM_STOOD_DOWN, team=team, place=unit.team.base)
