"""Road changes in a run: closures begin and end, and those under way look for another way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.run import Codes
from sim.log import Rank

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.engine.field import Unit
    from sim.engine.run import Run
    from sim.scenario.frozen import RoadEvent


class RoadWatch:
    """Keeps the state of the roads, and re-plans the drives that a change touches."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.active: frozenset[int] = frozenset()
        self.held: dict[int, tuple[Unit, int, float]] = {}
        """Units that wait for a way: where they want to go, and the factor of their driving mode."""
        self.coming = 0
        """Changes of the roads that are still to come."""

    def begin(self) -> None:
        """Schedule every road event."""
        run = self.run
        for number, event in enumerate(run.scenario.road_events):
            self._later(event.begins, number, self._change, number, event)
            ends = event.ends
            if event.lasts is not None:
                ends = event.begins + run.durations.once(event.key, "road_event", event.lasts)
            if ends is not None:
                self._later(ends, number, self._restore, number, event)

    def _later(self, moment: int, number: int, change: Callable[..., None], *args: object) -> None:
        self.coming += 1
        self.run.clock.at(max(0, moment), Rank.ROAD, number, self._come, change, args)

    def _come(self, change: Callable[..., None], args: tuple[object, ...]) -> None:
        self.coming -= 1
        change(*args)
        if not self.coming:
            self.run.supply.settle_all()

    def _change(self, number: int, event: RoadEvent) -> None:
        row = self.run.log(Codes.ROAD_CHANGED, item=len(self.run.scenario.capabilities) + number)
        self._switch(self.active | {event.effect}, row)

    def cleared(self, number: int, ref: int) -> None:
        """End a road event because a team has cleared the road."""
        self._restore(number, self.run.scenario.road_events[number], ref, Codes.CLEARED)

    def _restore(self, number: int, event: RoadEvent, ref: int = -1, cause: int = 0) -> None:
        if event.effect not in self.active:
            return
        row = self.run.log(
            Codes.ROAD_RESTORED, item=len(self.run.scenario.capabilities) + number, ref=ref, cause=cause
        )
        self._switch(self.active - {event.effect}, row)

    def _switch(self, active: frozenset[int], row: int) -> None:
        run = self.run
        before, after = run.state, run.travel.state(active)
        self.active, run.state = active, after
        if before == after:
            return
        now, driving = run.clock._now, run.missions.driving
        for index in sorted(driving.under_way):
            unit = driving.under_way[index]
            if unit.trip is not None and run.travel.touched(unit.trip, now, before, after):
                driving.replan(unit, row)
        for index in sorted(self.held):
            unit, target, factor = self.held.pop(index)
            driving.try_again(unit, target, factor, row)
        run.dispatcher.roads_changed()
        run.supply.roads_changed()

    def hold(self, unit: Unit, target: int, factor: float) -> None:
        """Remember a unit that has no way."""
        self.held[unit.index] = (unit, target, factor)

    def forget(self, unit: Unit) -> None:
        """Drop a unit that no longer wants to go there."""
        self.held.pop(unit.index, None)
