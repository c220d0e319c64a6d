"""Hazards of the incidents under way: told what is done, asked what has escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.run import Codes
from sim.hazards.release import Release
from sim.log import Rank

if TYPE_CHECKING:
    from sim.engine.field import Case
    from sim.engine.run import Run


class Hazards:
    """Runs the leaks of a replication."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.leaks: dict[int, Release] = {}
        """Incident → its leak."""

    def begin(self, case: Case) -> None:
        """Let the hazard of an incident begin, if it has one."""
        leak, run = case.course.leak, self.run
        if leak is None:
            return
        mass = run.durations.value(case.block, case.n, "leak_mass", leak.mass)
        rate = run.durations.value(case.block, case.n, "leak_rate", leak.rate)
        release = self.leaks[case.number] = Release(mass, rate, run.clock._now)
        empty = release.next_change()
        if empty is not None:
            run.clock.at(empty, Rank.HAZARD, case.number, self._emptied, case)

    def _emptied(self, case: Case) -> None:
        if self.leaks[case.number].stopped is None:
            self._tell(case, 1, case.ref)

    def stop(self, case: Case, ref: int) -> None:
        """Stop the leak of an incident, once, and say how much has escaped."""
        leak = self.leaks.get(case.number)
        if leak is not None and leak.stopped is None:
            leak.stop(self.run.clock._now)
            self._tell(case, 2, ref)

    def released(self, case: Case) -> float:
        """Return what has escaped up to now (kg)."""
        leak = self.leaks.get(case.number)
        return 0.0 if leak is None else leak.released(self.run.clock._now)

    def _tell(self, case: Case, from_last: int, ref: int) -> None:
        run = self.run
        item, released = len(run.scenario.signals) - from_last, round(self.released(case) * 1000)
        run.log(Codes.SIGNAL, case.number, item=item, quantity=released, place=case.site, ref=ref)
