"""The straight line: travel for those who have no roads (distance x detour factor / speed)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import Finding, InputError, Mark, Words
from sim.network.coordinates import EARTH_RADIUS_M
from sim.network.speeds import DEFAULT_SPEEDS, SpeedTable
from sim.network.trips import (
    Measured,
    Profile,
    Route,
    Site,
    Spot,
    TravelBase,
    Trip,
    bad_coordinate,
    check_measured,
    raise_all,
    refuse_located,
)
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.network.states import Effect

_new = tuple.__new__
"""Makes a named tuple without the detour through its constructor: trips are made all the time."""
MANY = 24
"""From so many origins on, numpy is quicker than a loop."""


@dataclass(frozen=True, slots=True)
class Line:
    """A straight-line network.

    Parameters
    ----------
    speed_kmh
        Of every vehicle that `speeds_kmh` does not name.
    detour
        Road length over straight length; at least 1.
    projected
        Coordinates are metres, not lon, lat.
    speeds_kmh
        By vehicle class.

    """

    speed_kmh: float
    detour: float = 1.0
    projected: bool = False
    speeds_kmh: Mapping[str, float] | None = None
    where: Mark | None = None

    def __post_init__(self) -> None:
        """Refuse speeds and detours that cannot be."""
        findings = []
        for speed in (self.speed_kmh, *(self.speeds_kmh or {}).values()):
            if not 0 < speed < math.inf:
                what = Words(f"the speed is {speed:g} km/h", f"速度是 {speed:g} km/h")
                remedy = Words("write a speed above 0", "请写大于 0 的速度")
                findings.append(Finding("bad-speed", what, remedy, self.where))
        if not 1 <= self.detour < math.inf:
            what = Words(f"the detour factor is {self.detour:g}", f"绕行系数是 {self.detour:g}")
            findings.append(Finding("bad-detour", what, Words("write 1 or more", "请写不小于 1 的数"), self.where))
        if findings:
            raise InputError(findings)


class LineTravel(TravelBase):
    """Straight-line travel times (see `Travel`). A spot is a point.

    ``ms = round(metres * k)`` with ``k = 3600.0 * detour / speed_kmh``. On a projected network
    ``metres = sqrt(dx * dx + dy * dy)``, operations that every IEEE machine rounds the same way; else haversine.
    The hour of day has no influence; weather has that of `SpeedTable.weather_factor`.
    """

    def __init__(
        self,
        line: Line,
        sites: Sequence[Site],
        *,
        effects: Sequence[Effect] = (),
        measured: Sequence[Measured] = (),
        speeds: SpeedTable = DEFAULT_SPEEDS,
    ) -> None:
        """Check line and sites."""
        super().__init__(len(sites), effects, measured)
        self._check(line, sites)
        self.line = line
        self.speeds = speeds
        self._points: list[tuple[float, float]] = [(float(site.x), float(site.y)) for site in sites]
        self._k: dict[tuple[int, int], float] = {}
        self._plain = line.projected and not measured
        """Times are distances on a plane, and nothing else."""
        self._lay_over({m.vehicle: speeds.vehicle(m.vehicle).name for m in measured if m.vehicle is not None})

    def _check(self, line: Line, sites: Sequence[Site]) -> None:
        findings = refuse_located(self.effects, Words("a straight-line network", "直线路网"))
        findings += check_measured(self._measured_list, sites)
        for site in sites:
            inside = line.projected or (abs(site.x) <= 180 and abs(site.y) <= 90)
            if not (math.isfinite(site.x) and math.isfinite(site.y) and inside):
                findings.append(bad_coordinate(site))
        raise_all(findings)

    def spot(self, site: int) -> Spot:
        """Return where a team at a site stands."""
        return self._points[site]

    def point(self, spot: Spot) -> tuple[float, float]:
        """Return lon, lat (x, y) of a spot."""
        return spot  # type: ignore[return-value]

    def _profile_key(self, vehicle: str, hour: int | None, weather: str) -> Profile:
        name = self.speeds.vehicle(vehicle).name
        speeds = self.line.speeds_kmh or {}
        free = speeds.get(name, speeds.get(vehicle, self.line.speed_kmh))
        return Profile(name, free * self.speeds.weather_factor(weather))

    def rate(self, profile: int, state: int = 0) -> float:
        """Return ms per metre; infinite when everything is closed."""
        k = self._k.get((profile, state))
        if k is None:
            entry = self._profiles[profile]
            speed: float = entry.key * self.states.everywhere(state, entry.vehicle)  # type: ignore[operator]
            k = self._k[profile, state] = 3600.0 * self.line.detour / speed if speed > 0 else math.inf
        return k

    def metres(self, a: tuple[float, float], b: tuple[float, float]) -> float:
        """Return the straight distance between two points (m)."""
        if self.line.projected:
            dx, dy = b[0] - a[0], b[1] - a[1]
            return math.sqrt(dx * dx + dy * dy)
        return haversine(a[0], a[1], b[0], b[1])

    def _derived(self, origin: Spot, target: int, profile: int, state: int) -> int:
        rate = self.rate(profile, state)
        return round(self.metres(origin, self._points[target]) * rate) if rate < math.inf else NEVER  # type: ignore[arg-type]

    def _derived_row(self, origins: Sequence[int], target: int, profile: int, state: int) -> list[int]:
        points, rate = self._points, self.rate(profile, state)
        if rate == math.inf:
            return [NEVER] * len(origins)
        goal = points[target]
        if self.line.projected and len(origins) >= MANY:
            at = np.array([points[origin] for origin in origins])
            dx, dy = goal[0] - at[:, 0], goal[1] - at[:, 1]
            times: list[int] = np.rint(np.sqrt(dx * dx + dy * dy) * rate).astype(np.int64).tolist()
            return times
        if not self.line.projected:
            return [round(self.metres(points[origin], goal) * rate) for origin in origins]
        (x, y), found = goal, []
        for origin in origins:
            x0, y0 = points[origin]
            east, north = x - x0, y - y0
            found.append(round(math.sqrt(east * east + north * north) * rate))
        return found

    def trip(self, origin: Spot, target: int, profile: int, state: int, at: int, factor: float = 1.0) -> Trip | None:
        """Return the drive that departs at `at`; None when everything is closed."""
        rate = self._k.get((profile, state)) or self.rate(profile, state)
        if not self._plain or rate == math.inf:
            return super().trip(origin, target, profile, state, at, factor)
        (x0, y0), (x1, y1) = origin, self._points[target]  # type: ignore[misc]
        dx, dy = x1 - x0, y1 - y0
        ms = round(math.sqrt(dx * dx + dy * dy) * rate)
        if factor != 1.0:
            ms = round(ms * factor)
        return _new(Trip, (origin, target, profile, state, at, ms, factor, False))

    def locate(self, trip: Trip, now: int) -> tuple[Spot, int]:
        """Return the point a team has reached, and 0: it can be turned anywhere."""
        share = min(max((now - trip.departs) / trip.duration, 0.0), 1.0) if trip.duration else 1.0
        (x0, y0), (x1, y1) = self.point(trip.origin), self._points[trip.target]
        if share >= 1:
            return (x1, y1), 0
        return (x0 + share * (x1 - x0), y0 + share * (y1 - y0)), 0

    def reach(self, trip: Trip, now: int, target: int, profile: int, state: int) -> int:
        """Return ms from now until a team under way can be at another site: `locate` and `drive` in one."""
        rate = self._k.get((profile, state)) or self.rate(profile, state)
        origin, goal, _, _, departs, duration, _, _ = trip
        if not self._plain or rate == math.inf or not departs <= now < departs + duration:
            return super().reach(trip, now, target, profile, state)
        share = (now - departs) / duration
        (x0, y0), (x1, y1), (x, y) = origin, self._points[goal], self._points[target]  # type: ignore[misc]
        dx, dy = x - (x0 + share * (x1 - x0)), y - (y0 + share * (y1 - y0))
        return round(math.sqrt(dx * dx + dy * dy) * rate)

    def touched(self, trip: Trip, now: int, before: int, after: int) -> bool:
        """Tell whether a change of road state changes the time of the rest of the way."""
        vehicle = self._profiles[trip.profile].vehicle
        changed = self.states.everywhere(before, vehicle) != self.states.everywhere(after, vehicle)
        return changed and now < trip.arrives

    def route(self, trip: Trip) -> Route:
        """Return the straight way: its two ends."""
        xy = np.array([self.point(trip.origin), self._points[trip.target]])
        return Route(xy, np.array([0, trip.duration], np.int64))


def haversine(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Return the great-circle distance (m) of two points given in degrees.

    Plain floats through `math` only, so that a single time and a row of times agree to the bit.
    """
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    s, t = math.sin((phi2 - phi1) / 2), math.sin(math.radians(lon2 - lon1) / 2)
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, s * s + math.cos(phi1) * math.cos(phi2) * t * t)))
