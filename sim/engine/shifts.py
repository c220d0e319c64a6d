"""Work in shifts on breathing apparatus."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.engine.field import Mission
    from sim.engine.run import Run


class ShiftWork:
    """Runs the shifts of a replication."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def stands(self, mission: Mission) -> None:
        """Take in a squad that stands ready on the scene."""
