"""The compiled scenario: checked, resolved and read-only. The engine and the analysis read nothing else.

Ids have become positions in tuples; times are whole milliseconds after the start; places are sites of the travel service.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from sim.scenario.command import Command
from sim.scenario.supplies import Supplies
from sim.units import HOUR

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from sim.network.places import Place
    from sim.network.trips import Travel
    from sim.quantities import Quantity
    from sim.scenario.command import CallTree, Change, Level, ReportLine, SceneCommand, Shifts
    from sim.scenario.supplies import Fill, SupplyNeed, Use

SIGNALS = ("released", "tank_empty")
"""What hazards write to the log."""
NO_COMMAND = Command()
NO_SUPPLIES = Supplies()
NEAREST = -1
"""Hospital: the nearest one."""


@dataclass(frozen=True, slots=True, eq=False)
class Ticks:
    """A duration in whole milliseconds: planned, and drawn from when it has a spread."""

    planned: int
    quantity: Quantity | None = None
    """None when there is no spread."""

    def __reduce__(self) -> tuple[object, ...] | str:
        """Keep `ZERO` the one object that it is: the engine tells it by identity."""
        return "ZERO" if self is ZERO else (Ticks, (self.planned, self.quantity))


ZERO = Ticks(0)


@dataclass(frozen=True, slots=True)
class Site:
    """A place that the scenario uses: base, incident place, hospital."""

    id: str
    name: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Team:
    """One team."""

    index: int
    id: str
    name: str
    group: str
    base: int
    """Site of its base."""
    vehicle: str
    capabilities: Mapping[int, float]
    """Capability code → share of the full rate of work."""
    turnout: Ticks
    report_in: Ticks
    set_up: Ticks
    refit: Ticks
    call_back: bool
    return_factor: float
    crew: int
    owner: str
    source: str
    kind: str = ""
    """Its team type."""
    flow: float = 0.0
    """Water that it supplies (L/s)."""
    standby: Ticks | None = None
    """Turn-out when it is on standby; None: no quicker than else."""
    ordered_by: tuple[int, ...] = ()
    """Posts that may order it; empty: anybody."""
    release_by: int = -1
    """Post that must release it beyond the border of its province, or -1."""
    called_away_by: frozenset[int] = frozenset()
    """Posts that may take it from an incident."""
    province: int = -1
    """Topmost region of its base, or -1."""
    lender: int = -1
    """Lender that it belongs to, or -1."""
    desk: int = -1
    """Post that is the duty desk of its group, or -1."""
    carries: tuple[tuple[int, int], ...] = ()
    """(item, thousandths of its unit) that it brings along."""
    fleet: int = -1
    """Fleet that it is a truck of, or -1."""


@dataclass(frozen=True, slots=True)
class Carry:
    """Carrying to hospital after the work."""

    chance: float
    hospital: int
    """Site of the hospital, or `NEAREST`."""
    handover: Ticks


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a package."""

    index: int
    capability: int
    count: int
    deadline: int | None
    work: Ticks
    holds: bool
    ends: bool
    stops_release: bool
    after: tuple[int, ...]
    """Lines that must stand ready before this work begins."""
    after_done: tuple[int, ...]
    """Lines whose work must be done before this begins."""
    carry: Carry | None
    measure: str = ""
    """`people` or `flow`: as many teams as make up `amount`; "": `count` teams."""
    amount: float = 0.0
    stage: int = 0
    """0: the package of the incident; else 1 + the course's level that releases it."""
    orderer: int = -1
    """Post that orders its teams, or -1."""
    own: bool = True
    """Teams that need not be asked for may fill it."""
    lenders: tuple[int, ...] = ()
    """Lenders that may be asked."""
    relieves: int = -1
    """Line of which a team is relieved when one of this line stands ready."""
    shifts: Shifts | None = None
    ahead: bool = False
    """Not raised with the others, but just in time for the shifts that it joins not to break."""
    reopens: int = -1
    """Road event that ends when this work is done."""
    uses: tuple[Use, ...] = ()
    fills: tuple[Fill, ...] = ()

    @property
    def simple(self) -> bool:
        """Tell whether a team comes, works and goes: nothing is asked for, shared out, used up, relieved or reopened."""
        if self.measure or self.lenders or self.shifts or self.uses or self.fills:
            return False
        return self.relieves < 0 and self.reopens < 0 and self.orderer < 0

    @property
    def works(self) -> bool:
        """Tell whether there is work to be done, besides standing there."""
        return self.work.planned > 0 or self.work.quantity is not None

    def gives(self, team: Team) -> float:
        """Return how much of what is wanted a team makes up."""
        if not self.measure:
            return 1.0
        return float(team.crew) if self.measure == "people" else team.flow

    @property
    def wanted(self) -> float:
        """Return how much is wanted: teams, people, or L/s."""
        return self.amount if self.measure else float(self.count)


@dataclass(frozen=True, slots=True)
class FirstOrder:
    """Teams that move on the first alarm."""

    teams: tuple[int, ...]
    count: int
    after: Ticks
    basis: str


@dataclass(frozen=True, slots=True)
class Leak:
    """A release of a substance (kg, kg per ms)."""

    substance: str
    mass: Quantity
    rate: Quantity


@dataclass(frozen=True, slots=True)
class Course:
    """How incidents of one kind are answered."""

    kind: str
    priority: int
    call_handling: Ticks
    decision: Ticks
    first: tuple[FirstOrder, ...]
    lines: tuple[Line, ...]
    leak: Leak | None
    jurisdiction: int = -1
    """Post that orders the package, or -1."""
    province: int = -1
    """Topmost region of that post, or -1."""
    grade: int = 0
    """Accident grade at the alarm: 1 (一般) to 4 (特别重大); 0 when not said."""
    levels: tuple[Level, ...] = ()
    reports: tuple[ReportLine, ...] = ()
    command: SceneCommand | None = None
    calls: CallTree | None = None
    signals: tuple[tuple[str, float], ...] = ()
    """Own amounts at the alarm."""
    changes: tuple[Change, ...] = ()
    supplies: tuple[SupplyNeed, ...] = ()

    @property
    def plain(self) -> bool:
        """Tell whether it is answered by a package alone: nobody reports, decides, asks or commands."""
        return not (self.levels or self.reports or self.command or self.calls or self.changes)

    @property
    def single(self) -> bool:
        """Tell whether one team answers it, and nobody else."""
        lines = self.lines
        return len(lines) == 1 and lines[0].count == 1 and not self.first and self.plain and lines[0].simple and not self.supplies


@dataclass(frozen=True, slots=True)
class Planned:
    """One incident that the scenario puts at a moment."""

    id: str
    name: str
    key: int
    time: int
    site: int
    course: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """A table of recorded incidents; `given` holds the durations that are not drawn."""

    id: str
    key: int
    rows: tuple[Planned, ...]
    given: tuple[Mapping[str, int], ...]
    """For each row: purpose → ms (`call_handling`, `turnout`, `work`, `handover`), `carry` → 0/1, `hospital` → site.

    Durations hold for the first team of the first line, carry and hospital for every team that carries.
    """


@dataclass(frozen=True, slots=True)
class Source:
    """A Poisson source. Rate per ms; shapes are relative to their mean."""

    id: str
    key: int
    course: int
    rate: float
    sites: tuple[int, ...]
    shares: NDArray[np.float64]
    """Cumulative share of each site, ending at 1."""
    by_hour: tuple[float, ...] | None
    by_weekday: tuple[float, ...] | None
    by_month: tuple[float, ...] | None
    begins: int
    ends: int


@dataclass(frozen=True, slots=True)
class RunCard:
    """Teams in order of preference, for some kinds and sites (empty: all)."""

    kinds: frozenset[str]
    sites: frozenset[int]
    teams: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RoadEvent:
    """An effect on the roads (an index that the travel service knows), from a moment on."""

    id: str
    name: str
    key: int
    effect: int
    begins: int
    ends: int | None
    lasts: Ticks | None


@dataclass(frozen=True, slots=True)
class Objective:
    """A metric and the value that it is held against."""

    metric: str
    at_most: int | None
    at_least: float | None
    basis: str


@dataclass(frozen=True, slots=True)
class Assumption:
    """An input that the file marks as assumed."""

    what: str
    value: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything a run needs. See the module's docstring."""

    name: str
    question: str
    mode: Literal["drill", "plan"]
    language: Literal["zh", "en"]
    start: dt.datetime
    ends: int | None
    """No alarm comes at or after this moment; what is under way is finished. None: as long as anything happens."""
    warm_up: int
    replications: int
    seed: int
    weather: str
    capabilities: tuple[str, ...]
    sites: tuple[Site, ...]
    teams: tuple[Team, ...]
    hospitals: tuple[int, ...]
    courses: tuple[Course, ...]
    planned: tuple[Planned, ...]
    recorded: tuple[Recorded, ...]
    sources: tuple[Source, ...]
    run_cards: tuple[RunCard, ...]
    road_events: tuple[RoadEvent, ...]
    policies: tuple[str, ...]
    queue: bool
    thresholds: tuple[int, ...]
    objectives: tuple[Objective, ...]
    assumptions: tuple[Assumption, ...]
    notices: tuple[str, ...]
    """Licence notices of the data used."""
    travel: Travel
    resolved: str
    """The whole scenario as one YAML text: what the results folder keeps."""
    network_hash: str
    digest: str
    """SHA-256 of the resolved text, the network and the tables."""
    places: tuple[Place, ...] = ()
    """Named places of the network, for maps."""
    command: Command = NO_COMMAND
    supplies: Supplies = NO_SUPPLIES

    @property
    def signals(self) -> tuple[str, ...]:
        """Names that the `item` column of the log may hold: capabilities, road events, those of command, goods, signals."""
        events = (event.id for event in self.road_events)
        return (*self.capabilities, *events, *self.command.items, *self.supplies.names, *SIGNALS)

    @property
    def first_item(self) -> int:
        """Return the code in the log's `item` column of the first item of supplies; sets come after the items."""
        return len(self.capabilities) + len(self.road_events) + len(self.command.items)

    @property
    def commanded(self) -> bool:
        """Tell whether anybody reports, decides, asks, commands, stands by or must be covered for."""
        command = self.command
        parts = (command.levels, command.lenders, command.standards, command.warnings, command.radio)
        return any(parts) or not all(course.plain for course in self.courses)

    def as_plan(self) -> Scenario:
        """Return the same scenario as a plan test: chance on, many replications."""
        resolved = re.sub("^mode: drill$", "mode: plan", self.resolved, count=1, flags=re.MULTILINE)
        return replace(self, mode="plan", resolved=resolved)

    def hour_of_day(self, ticks: int) -> int:
        """Return the hour of day (0–23) at a moment."""
        midnight = self.start.replace(hour=0, minute=0, second=0, microsecond=0)
        return (round((self.start - midnight).total_seconds() * 1000) + ticks) // HOUR % 24


class ReadOnly(dict):  # type: ignore[type-arg]
    """A map that cannot be changed once made (and that survives pickling, unlike a mapping proxy)."""

    def _refuse(self, *_: object, **__: object) -> None:
        message = "a compiled scenario is read-only"
        raise TypeError(message)

    __setitem__ = __delitem__ = update = pop = popitem = clear = setdefault = __ior__ = _refuse  # type: ignore[assignment]

    def __reduce__(self) -> tuple[type[ReadOnly], tuple[dict[object, object]]]:
        """Rebuild through the constructor, since items cannot be set."""
        return ReadOnly, (dict(self),)
