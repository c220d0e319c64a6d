"""Driving: a unit on its way, with stops, round closures, waiting for a road; teams and trucks alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.run import Codes, Drive
from sim.log import WIDTH, Cause, Kind, Rank
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.engine.field import Unit
    from sim.engine.run import Run
    from sim.network.trips import Spot

_TEAM = int(Rank.TEAM)


class Driving:
    """Moves every unit of a replication over the roads."""

    def __init__(self, run: Run, reached: Callable[[Unit], None]) -> None:
        self.run = run
        self.clock = run.clock
        self.rows = run.rows
        self.travel = run.travel
        self.outlook = run.outlook
        self.reached = reached
        """Is told of every unit that has arrived."""
        self.under_way: dict[int, Unit] = {}
        """Units whose way a change of the roads may touch (kept only when the scenario has road events)."""
        self.watch_roads = bool(run.scenario.road_events)

    def drive(self, unit: Unit, target: int, factor: float, row: int | None = None, profile: int | None = None) -> None:
        """Begin a drive, from the next spot at which the unit can turn if it is on the road; without a way, wait."""
        run = self.run
        begins = now = self.clock._now
        if unit.trip is not None:
            unit.at, lead = self._position(unit)
            begins += lead
            if unit.since_stop and unit.paused is None:
                self._driven(unit, begins)
            unit.paused = None
        elif unit.clear_from > now:
            begins = unit.clear_from
        elif unit.since_stop:
            self._rested(unit, now)
        if profile is None:
            profile = unit.profiles[self.outlook.kind_of_hour(now)]
        trip = self.travel.trip(unit.at, target, profile, run.state, begins, factor)
        if trip is None:
            unit.trip, unit.clear_from = None, begins
            self._wait_for_a_way(unit, target, factor, row)
            return
        unit.trip = trip
        run.driven += 1
        run.measured += trip.measured
        if run.drives is not None:
            run.drives.append(
                Drive(len(self.rows) // WIDTH - 1, -1 if unit.mission is None else unit.mission.number, unit.index, trip)
            )
        if self.watch_roads:
            self.under_way[unit.index] = unit
        if unit.since_stop:
            self._next_stop(unit, target)
        else:
            self.clock.at(begins + trip.duration, _TEAM, unit.index, self._reach, unit, unit.version, target)

    def _position(self, unit: Unit) -> tuple[Spot, int]:
        """Return where a unit under way can turn next, and how long it takes to be there."""
        assert unit.trip is not None
        now = self.clock._now
        if unit.paused is None:
            return self.travel.locate(unit.trip, now)
        since, until = unit.paused
        spot, lead = self.travel.locate(unit.trip, since)
        return spot, lead + until - now

    def _next_stop(self, unit: Unit, target: int) -> None:
        """Schedule the next stop of a convoy on its way, or its arrival."""
        trip = unit.trip
        assert trip is not None
        unit.rolling = begins = max(self.clock._now, trip.departs)
        due, which = min((max(0, every - unit.since_stop[kind]), kind) for kind, (every, _, _) in enumerate(unit.stops))
        arrives = trip.departs + trip.duration
        if begins + due < arrives:
            self.clock.at(begins + due, _TEAM, unit.index, self._stop, unit, unit.version, target, which)
        else:
            self.clock.at(arrives, _TEAM, unit.index, self._reach, unit, unit.version, target)

    def _driven(self, unit: Unit, until: int) -> None:
        """Count what a unit has driven since it last stopped or set out."""
        lasted, unit.rolling = max(0, until - unit.rolling), until
        unit.since_stop = [driven + lasted for driven in unit.since_stop]

    @staticmethod
    def _rested(unit: Unit, now: int) -> None:
        """Let a stay that is as long as a rest be one; fuel is none the more for it."""
        for kind, (_, lasts, why) in enumerate(unit.stops):
            if why == Cause.REST and now - unit.rolling >= lasts:
                unit.since_stop[kind] = 0

    def _stop(self, unit: Unit, version: int, target: int, which: int) -> None:
        if version != unit.version:
            return
        _, lasts, why = unit.stops[which]
        now = self.clock._now
        self._driven(unit, now)
        unit.since_stop[which], unit.paused = 0, (now, now + lasts)
        self._log_stop(Kind.TEAM_RESTING, unit, target, lasts, why)
        self.clock.at(now + lasts, _TEAM, unit.index, self._drive_on, unit, unit.version, target)

    def _drive_on(self, unit: Unit, version: int, target: int) -> None:
        if version != unit.version:
            return
        assert unit.paused is not None
        assert unit.trip is not None
        since, until = unit.paused
        unit.paused, unit.trip = None, unit.trip._replace(departs=unit.trip.departs + until - since)
        self._log_stop(Kind.TEAM_DROVE_ON, unit, target)
        self._next_stop(unit, target)

    def _log_stop(self, kind: Kind, unit: Unit, target: int, lasts: int = 0, why: str = "") -> None:
        run, mission = self.run, unit.mission
        if mission is None:
            run.write(kind, team=unit.index, quantity=lasts, place=target, cause=why)
        else:
            mission.ref = run.write(
                kind, mission.case, mission=mission, quantity=lasts, place=target, ref=mission.ref, cause=why
            )

    def _wait_for_a_way(self, unit: Unit, target: int, factor: float, row: int | None) -> None:
        self.under_way.pop(unit.index, None)
        self.run.roads.hold(unit, target, factor)
        if row is None:
            row = -1 if unit.mission is None else unit.mission.ref
        self._log_way(Codes.STUCK, unit, target, row, Codes.ROAD_CLOSED)

    def _log_way(self, kind: int, unit: Unit, target: int, ref: int, cause: int = 0) -> None:
        """Write a row about the way of a unit: on its mission, or moving up on none."""
        if unit.mission is not None:
            self.run.missions.log(kind, unit.mission, target, ref, cause)
        else:
            self.run.log(kind, team=unit.index, place=target, ref=ref, cause=cause)

    def replan(self, unit: Unit, row: int) -> None:
        """Look for the best way from where a unit is, because the roads ahead of it have changed."""
        now, trip = self.clock._now, unit.trip
        assert trip is not None
        spot, lead = self._position(unit)
        if now + lead >= trip.departs + trip.duration:
            return
        unit.version += 1
        # The hour stays that of the departure: a closure must not help by moving a drive out of the rush hour.
        if self.travel.drive(spot, trip.target, trip.profile, self.run.state) < NEVER:
            self._log_way(Codes.REROUTED, unit, trip.target, row)
        self.drive(unit, trip.target, trip.factor, row, trip.profile)
        if self.run.tracer is not None:
            self.run.tracer.replanned(self.run, unit, trip, row)

    def try_again(self, unit: Unit, target: int, factor: float, row: int) -> None:
        """Look again for a way, after a change of the roads."""
        profile = unit.profiles[self.outlook.kind_of_hour(self.clock._now)]
        if self.travel.drive(unit.at, target, profile, self.run.state) >= NEVER:
            self.run.roads.hold(unit, target, factor)
            return
        self._log_way(Codes.REROUTED, unit, target, row, Codes.ROAD_OPENED)
        self.drive(unit, target, factor)
        if self.run.tracer is not None:
            self.run.tracer.replanned(self.run, unit, None, row)

    def _reach(self, unit: Unit, version: int, target: int) -> None:
        if version != unit.version:
            return
        unit.trip, unit.at, unit.paused = None, self.travel.spot(target), None
        if unit.since_stop:
            self._driven(unit, self.clock._now)
        if self.watch_roads:
            self.under_way.pop(unit.index, None)
        self.reached(unit)

    def stop_watching(self, unit: Unit) -> None:
        """Forget a unit that has been told to go elsewhere, or home."""
        self.run.roads.forget(unit)
        self.under_way.pop(unit.index, None)
