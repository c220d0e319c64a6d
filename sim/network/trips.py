"""What a travel service answers, whatever the form of the network: trips, routes, sites, measured times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from sim.errors import Finding, InputError, Mark, Words
from sim.network.speeds import CLEAR, SpeedTable
from sim.network.states import Effect, RoadStates
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

Spot = int | tuple[float, float]
"""Where a moving team is: a node (roads), a place (matrix), coordinates (straight line)."""


@dataclass(frozen=True, slots=True)
class Site:
    """A static location of a scenario: a base, an incident's place, a hospital.

    Parameters
    ----------
    x, y
        lon, lat in degrees (WGS-84), or metres on a projected network.
    name
        For messages; on a matrix the place, if `node` is None.
    node
        Id of a node of the network (a place of a matrix); then x and y are not used and may be NaN.
    where
        File and line, for findings.

    """

    x: float
    y: float
    name: str = ""
    node: str | int | None = None
    where: Mark | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """A measured driving time between two sites, which overrides the network.

    Parameters
    ----------
    origin, target
        Numbers of the sites.
    ms
        Driving time of an emergency run, clear weather, no road events.
    vehicle
        Vehicle class it holds for; None: every one.
    date
        ISO date; of two times for the same pair the later counts.
    both_ways
        Holds for the way back too.

    """

    origin: int
    target: int
    ms: int
    vehicle: str | None = None
    date: str = ""
    both_ways: bool = True


class Trip(NamedTuple):
    """One drive under way: `duration` ms from `departs`; `factor` is that of the driving mode."""

    origin: Spot
    target: int
    profile: int
    state: int
    departs: int
    duration: int
    factor: float
    measured: bool

    @property
    def arrives(self) -> int:
        """Moment of arrival (ms)."""
        return self.departs + self.duration


class Route(NamedTuple):
    """The way of a trip: points (lon, lat or x, y), shape (k, 2), and ms since departure at each."""

    xy: npt.NDArray[np.float64]
    ms: npt.NDArray[np.int64]


class Travel(Protocol):
    """Driving times between the sites of one scenario; shared by its replications.

    Times are whole ms; `NEVER` when there is no way. Pickled, it leaves its caches behind.
    """

    sites: int
    effects: tuple[Effect, ...]

    def spot(self, site: int) -> Spot:
        """Return where a team at a site stands."""

    def point(self, spot: Spot) -> tuple[float, float]:
        """Return lon, lat (x, y) of a spot."""

    def profile(self, vehicle: str, hour: int | None = None, weather: str = CLEAR) -> int:
        """Return the number of a vehicle in an hour and weather; equal speeds share one."""

    def ordinary_factor(self, vehicle: str) -> float:
        """Return time of an ordinary run over that of an emergency run."""

    def state(self, active: frozenset[int]) -> int:
        """Return the number of a road state: the effects that are active; 0 is none."""

    def row(self, origins: Sequence[int], target: int, profile: int, state: int) -> list[int]:
        """Return ms from each origin site to the target site."""

    def table(self, origins: Sequence[int], targets: Sequence[int], profile: int, state: int) -> npt.NDArray[np.int64]:
        """Return ms from each origin site to each target site, shape (origins, targets); equals `row`."""

    def drive(self, origin: Spot, target: int, profile: int, state: int) -> int:
        """Return ms from a spot to a target site."""

    def trip(
        self, origin: Spot, target: int, profile: int, state: int, at: int, factor: float = 1.0
    ) -> Trip | None:
        """Return the drive that departs at `at`; None when there is no way."""

    def locate(self, trip: Trip, now: int) -> tuple[Spot, int]:
        """Return the next spot ahead at which a team can be turned, and ms until it is there."""

    def reach(self, trip: Trip, now: int, target: int, profile: int, state: int) -> int:
        """Return ms from now until a team under way can be at another site, turned at the next spot; `NEVER` without a way."""

    def touched(self, trip: Trip, now: int, before: int, after: int) -> bool:
        """Tell whether a change of road state touches the rest of the way."""

    def route(self, trip: Trip) -> Route:
        """Return the way as a polyline with times."""

    def is_measured(self, origin: Spot, target: int, profile: int) -> bool:
        """Tell whether the time from a spot to a site rests on a measurement."""


class Profile(NamedTuple):
    """A vehicle at certain speeds; `key` decides what is the same."""

    vehicle: str
    key: Hashable


class TravelBase:
    """What the three forms share: numbering of profiles and states, measured times, trips.

    A subclass gives `_profile_key`, `_derived`, `_derived_row`, `spot` and `locate`.
    """

    speeds: SpeedTable
    _dropped: tuple[str, ...] = ()
    """Names of caches, emptied on pickling."""

    def __init__(self, sites: int, effects: Sequence[Effect], measured: Sequence[Measured]) -> None:
        """Start with the empty road state."""
        self.sites = sites
        self.effects = tuple(effects)
        self.states = RoadStates(self.effects)
        self._profiles: list[Profile] = []
        self._profile_of: dict[Hashable, int] = {}
        self._named: dict[tuple[str, int | None, str], int] = {}
        self._reference: dict[int, int] = {}
        self._measured_list = tuple(measured)
        self._measured: dict[tuple[str | None, Spot, Spot], tuple[str, int]] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Pickle without caches."""
        state = dict(self.__dict__)
        for name in self._dropped:
            state[name] = type(state[name])()
        return state

    # ---- given by the form of the network

    def spot(self, site: int) -> Spot:
        """Return where a team at a site stands."""
        raise NotImplementedError

    def _profile_key(self, vehicle: str, hour: int | None, weather: str) -> Profile:
        raise NotImplementedError

    def _derived(self, origin: Spot, target: int, profile: int, state: int) -> int:
        raise NotImplementedError

    def _derived_row(self, origins: Sequence[int], target: int, profile: int, state: int) -> list[int]:
        raise NotImplementedError

    def ordinary_factor(self, vehicle: str) -> float:
        """Return time of an ordinary run over that of an emergency run."""
        return self.speeds.vehicle(vehicle).ordinary_factor

    # ---- numbering

    def profile(self, vehicle: str, hour: int | None = None, weather: str = CLEAR) -> int:
        """Return the number of a vehicle in an hour and weather; equal speeds share one.

        Raises
        ------
        InputError
            If the vehicle class or the weather is unknown.

        """
        name = (vehicle, hour, weather)
        number = self._named.get(name)
        if number is None:
            entry = self._profile_key(vehicle, hour, weather)
            number = self._profile_of.setdefault(entry, len(self._profiles))
            if number == len(self._profiles):
                self._profiles.append(entry)
            self._named[name] = number
        return number

    def state(self, active: frozenset[int]) -> int:
        """Return the number of a road state: the effects that are active; 0 is none."""
        return self.states.number(active)

    def _reference_profile(self, profile: int) -> int:
        """Return the profile a measured time holds in: same vehicle, clear, whatever the hour."""
        number = self._reference.get(profile)
        if number is None:
            number = self._reference[profile] = self.profile(self._profiles[profile].vehicle)
        return number

    # ---- measured times

    def _lay_over(self, vehicle_id: dict[str, str]) -> None:
        """Enter the measured times, by spot; `vehicle_id` gives the id of each vehicle named in them."""
        for entry in self._measured_list:
            vehicle = None if entry.vehicle is None else vehicle_id[entry.vehicle]
            a, b = self.spot(entry.origin), self.spot(entry.target)
            for pair in ((a, b), (b, a)) if entry.both_ways else ((a, b),):
                known = self._measured.get((vehicle, *pair))
                if known is None or entry.date >= known[0]:
                    self._measured[(vehicle, *pair)] = (entry.date, entry.ms)

    def _measurement(self, origin: Spot, target: Spot, profile: int) -> int | None:
        found = self._measured.get((self._profiles[profile].vehicle, origin, target))
        if found is None:
            found = self._measured.get((None, origin, target))
        return None if found is None else found[1]

    def is_measured(self, origin: Spot, target: int, profile: int) -> bool:
        """Tell whether the time from a spot to a site rests on a measurement."""
        return bool(self._measured) and self._measurement(origin, self.spot(target), profile) is not None

    def _scaled(self, measured: int, derived: int, origin: Spot, target: int, profile: int) -> int:
        """Return a measured time as the derived one changes with hour, weather and road state."""
        if derived >= NEVER:
            return NEVER
        reference = self._derived(origin, target, self._reference_profile(profile), 0)
        if derived == reference or reference <= 0:
            return measured
        return round(measured * derived / reference)

    # ---- times

    def drive(self, origin: Spot, target: int, profile: int, state: int) -> int:
        """Return ms from a spot to a target site; `NEVER` when there is no way."""
        ms = self._derived(origin, target, profile, state)
        if self._measured:
            measured = self._measurement(origin, self.spot(target), profile)
            if measured is not None:
                return self._scaled(measured, ms, origin, target, profile)
        return ms

    def row(self, origins: Sequence[int], target: int, profile: int, state: int) -> list[int]:
        """Return ms from each origin site to the target site, measured times laid over."""
        times = self._derived_row(origins, target, profile, state)
        if self._measured:
            goal = self.spot(target)
            for at, origin in enumerate(origins):
                spot = self.spot(origin)
                measured = self._measurement(spot, goal, profile)
                if measured is not None:
                    times[at] = self._scaled(measured, times[at], spot, target, profile)
        return times

    def table(self, origins: Sequence[int], targets: Sequence[int], profile: int, state: int) -> npt.NDArray[np.int64]:
        """Return ms from each origin site to each target site, shape (origins, targets); equals `row`."""
        result = np.empty((len(origins), len(targets)), np.int64)
        for at, target in enumerate(targets):
            result[:, at] = self.row(origins, target, profile, state)
        return result

    def locate(self, trip: Trip, now: int) -> tuple[Spot, int]:
        """Return the next spot ahead at which a team can be turned, and ms until it is there."""
        raise NotImplementedError

    def reach(self, trip: Trip, now: int, target: int, profile: int, state: int) -> int:
        """Return ms from now until a team under way can be at another site; `NEVER` without a way."""
        spot, lead = self.locate(trip, now)
        ms = self.drive(spot, target, profile, state)
        return ms if ms >= NEVER else lead + ms

    def trip(
        self, origin: Spot, target: int, profile: int, state: int, at: int, factor: float = 1.0
    ) -> Trip | None:
        """Return the drive that departs at `at`; None when there is no way.

        `factor` is that of the driving mode (1: emergency run): the duration is ``round(ms * factor)``.
        """
        ms = self.drive(origin, target, profile, state)
        if ms >= NEVER:
            return None
        measured = self.is_measured(origin, target, profile)
        return Trip(origin, target, profile, state, at, round(ms * factor), factor, measured)


def bad_coordinate(site: Site) -> Finding:
    """Return the finding for a site whose position cannot be."""
    what = Words(
        f"'{site.name}' lies at {site.x:g}, {site.y:g}", f"“{site.name}”的坐标是 {site.x:g}, {site.y:g}"
    )
    remedy = Words("write lon, lat in degrees, or declare projected metres",
                   "请按经度、纬度(度)填写,或声明为投影坐标(米)")  # fmt: skip
    return Finding("bad-coordinate", what, remedy, site.where)


def check_measured(measured: Sequence[Measured], sites: Sequence[Site]) -> list[Finding]:
    """Return findings for measured times that are not above 0."""
    findings = []
    for entry in measured:
        if entry.ms <= 0:
            a, b = sites[entry.origin].name, sites[entry.target].name
            what = Words(
                f"measured time {a} -> {b} is {entry.ms / 60000:g} min",
                f"{a} → {b} 的实测时间是 {entry.ms / 60000:g} 分钟"
            )
            findings.append(Finding("bad-measured", what, Words("write a time above 0", "请写大于 0 的时间")))
    return findings


def refuse_located(effects: Sequence[Effect], form: Words) -> list[Finding]:
    """Return findings for road events that name roads, on a network form that has none."""
    return [
        Finding(
            "closure-needs-roads",
            Words(f"road event '{effect.name}' names roads, but {form.en} has none",
                  f"路况事件“{effect.name}”针对具体道路,而{form.zh}没有道路"),
            Words("use a road network, or a slowing of everything", "请改用道路路网,或改为整体减速"),
            effect.where,
        )
        for effect in effects
        if effect.parts is not None
    ]  # fmt: skip


def raise_all(findings: Sequence[Finding]) -> None:
    """Raise the findings together, if there are any."""
    if findings:
        raise InputError(findings)
