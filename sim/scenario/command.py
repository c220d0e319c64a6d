"""Command and mutual aid, compiled: who orders, who is asked, what asking costs, who stays at home. Read-only.

One abstraction carries reports, channels of mutual aid and call trees: the `Link`, one call from a post to the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.scenario.conditions import Condition
    from sim.scenario.frozen import Ticks

ANYWHERE = -1
"""No place, post or region is meant."""


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the land. Who may order whom is not this tree."""

    id: str
    name: str
    parent: int


@dataclass(frozen=True, slots=True)
class Post:
    """An authority, or the duty desk of a group of teams: it decides, orders, asks, is told."""

    id: str
    name: str
    region: int
    place: int
    """Site, or `ANYWHERE`: radio outages and drives to it matter only with a place."""
    desks: int
    """How many calls and decisions it handles at once; 0 for no limit."""
    people: int = 0
    """People it answers for, who are moved after a warning."""


@dataclass(frozen=True, slots=True)
class Link:
    """One call to a post, until it has understood and decided.

    An answered call takes `time`. A try that is not answered takes `again`; after `tries` of them the second contact is
    called, then somebody drives. A way that is None does not exist.
    """

    post: int
    time: Ticks
    no_answer: float = 0.0
    """Chance that a try is not answered."""
    tries: int = 2
    again: Ticks | None = None
    """None: as planned for an answered call."""
    second: Ticks | None = None
    second_no_answer: float = 0.0
    by_road: Ticks | None = None
    refuses: float = 0.0
    """Chance that the post declines what it is asked for."""


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A line on which reports go up from the scene: links one after the other."""

    id: str
    name: str
    sender: int
    """Post that sends, or `ANYWHERE` (the scene)."""
    after: Ticks
    """From the alarm (or the change) to the first call."""
    links: tuple[Link, ...]
    deadlines: tuple[int | None, ...]
    """For each link: ms after the alarm by which the first report must have arrived."""
    basis: str


@dataclass(frozen=True, slots=True)
class Level:
    """A response level of one government under its own plan, and what it releases."""

    index: int
    """Number among the levels of all plans: names it in the log."""
    plan: str
    post: int
    """The government."""
    name: str
    severity: int
    """1 (四级, lowest) to 4 (一级)."""
    when: Condition
    until: Condition | None
    """The level ends when this holds; None: with the incident."""
    signatory: str
    find: Link
    """Finding the signatory; the time is from the first try to having him on the line."""
    decide: Ticks
    lines: tuple[int, ...]
    """Need lines of the course that it releases."""
    basis: str


@dataclass(frozen=True, slots=True)
class Commander:
    """A post that takes scene command."""

    post: int
    level: int
    """Comes after this level of its government is raised; -1: after the alarm."""
    arrives: Ticks
    """From that moment until it is on the scene."""
    handover: Ticks


@dataclass(frozen=True, slots=True)
class SceneCommand:
    """Who commands on the scene, in order of rank, and how many teams can be briefed at once."""

    commanders: tuple[Commander, ...]
    briefs: int
    """0 for no limit."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement between governments, or a rescue contract of an enterprise."""

    id: str
    name: str
    kind: str
    """`government`, `rescue`, `supply`."""
    parties: tuple[str, ...]
    kinds: frozenset[str]
    """Kinds of incident it covers; empty: all."""
    most: int
    """Teams at a time; 0 for no limit."""
    lasts: int
    """ms after which a lent team goes home; 0 for no limit."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A way of asking for teams: a named chain of links; the last link is the lender's own desk."""

    index: int
    id: str
    name: str
    asks: int
    """Post that asks."""
    links: tuple[Link, ...]
    notify: tuple[int, ...]
    """Posts told at the same time, off the path."""
    excluded: frozenset[str]
    """Forces that it cannot move: team types, owners or capabilities."""
    agreement: int
    """Number of the agreement it rests on, or -1."""

    @property
    def planned(self) -> int:
        """Return the planned time of its calls (ms)."""
        return sum(link.time.planned for link in self.links)

    def serves(self, asks: int) -> bool:
        """Tell whether a post may ask by it; -1 stands for any."""
        return asks in (-1, self.asks)


@dataclass(frozen=True, slots=True)
class Convoy:
    """How the teams of one request travel."""

    together: bool
    """The first waits for the last; otherwise each leaves when it is ready."""
    vehicle: str
    """Vehicle class of the convoy, or "" for that of each team."""
    stops: tuple[tuple[int, int, str], ...]
    """(after every so many ms of driving, ms of the stop, `rest` or `fuel`)."""

    def stopped(self, drive: int) -> int:
        """Return how long a drive of so many ms stops on its way (ms); not on arriving."""
        return sum((drive - 1) // every * lasts for every, lasts, _ in self.stops)


@dataclass(frozen=True, slots=True)
class Floor:
    """What a lender keeps at home: checked at the moment of release, against the teams that would remain."""

    teams: int
    """So many of its teams stay ready at home."""
    sites: tuple[int, ...] = ()
    weights: tuple[float, ...] = ()
    capability: int = -1
    within: int = 0
    """Sites (or people: weights) that a remaining team must reach within so many ms …"""
    share: float = 0.0
    """… for at least this share of them."""


@dataclass(frozen=True, slots=True)
class Lender:
    """Teams that may be asked for, and the channel that reaches them."""

    index: int
    id: str
    name: str
    teams: tuple[int, ...]
    channels: tuple[int, ...]
    """Channel for each post that may ask; one a post."""
    floor: Floor
    convoy: Convoy
    backfill: tuple[int, ...]
    """Teams of neighbours that may move up to its base."""


@dataclass(frozen=True, slots=True)
class CallNode:
    """A post of a call tree, and those that it calls."""

    link: Link
    doors: Ticks
    """From the answer until the last door is reached."""
    moves: Ticks
    """From then until its people are in safety."""
    people: int
    in_turn: bool
    """Calls the next only when the one before is dealt with; otherwise all at once."""
    below: tuple[CallNode, ...]


@dataclass(frozen=True, slots=True)
class CallTree:
    """Call-and-answer after a warning (叫应)."""

    root: CallNode
    before: int | None
    """ms after the alarm at which the danger comes."""


@dataclass(frozen=True, slots=True)
class Change:
    """A turn that an incident takes by itself."""

    after: Ticks
    """From the alarm."""
    values: tuple[tuple[str, float], ...]
    """Signals and their new values."""


@dataclass(frozen=True, slots=True)
class Shifts:
    """Work in shifts on breathing apparatus (ms)."""

    on: int
    """On apparatus, the way in and out and the reserve included."""
    rest: int
    way: int
    """In, and out: each."""
    reserve: int
    standby: bool
    """Another squad stands by at the underground base: never one squad alone."""
    lasts: int
    """The operation ends after so long; 0: when the work is done."""
    sets: int
    """Apparatus sets used a shift."""
    life_saving: bool
    """Rest may be cut, by name: it is then a finding."""
    joins: int
    """These teams join the shifts of that line; -1: the line's own."""

    @property
    def effective(self) -> int:
        """Return the work of one shift (ms)."""
        return max(0, self.on - 2 * self.way - self.reserve)


@dataclass(frozen=True, slots=True)
class EarlyWarning:
    """An early warning that puts teams on standby."""

    id: str
    name: str
    colour: str
    begins: int
    ends: int | None
    teams: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RadioGap:
    """Where and when radio fails or is weak."""

    id: str
    name: str
    key: int
    sites: frozenset[int]
    begins: int
    ends: int | None
    lasts: Ticks | None
    delay: Ticks | None
    """Each order or report takes so much longer; None: lost, until somebody has driven."""
    messenger: Ticks
    relay: int
    """Capability that restores radio once a team with it stands in the area; -1 for none."""


@dataclass(frozen=True, slots=True)
class Standard:
    """A standard of cover: places that a team with a capability must reach in time."""

    id: str
    name: str
    capability: int
    within: int
    squads: int
    """So many teams must be able to be there in time."""
    sites: tuple[int, ...]
    weights: tuple[float, ...]
    """People, or 1 each for listed sites."""
    served_by: tuple[tuple[int, ...], ...]
    """For each site, the teams that serve it by contract; empty: all count."""
    people: bool
    basis: str


@dataclass(frozen=True, slots=True)
class MoveUp:
    """How idle teams are moved to cover gaps."""

    id: str
    capability: int
    teams: frozenset[int]
    bases: tuple[int, ...]
    """Sites that may be manned."""
    table: tuple[tuple[int, ...], ...]
    """Compliance table: for 1, 2, … idle teams, the bases to man. Empty: greedy maximum expected cover."""
    standard: int
    """Standard whose cover the greedy rule maximises."""
    busy: float
    """Share of time that a team is busy, for the expected cover (Daskin 1983)."""


@dataclass(frozen=True, slots=True)
class Command:
    """Everything of command and mutual aid that a scenario holds."""

    regions: tuple[Region, ...] = ()
    posts: tuple[Post, ...] = ()
    levels: tuple[str, ...] = ()
    """Name in the log of each level of each plan."""
    reports: tuple[str, ...] = ()
    """Name in the log of each report line."""
    signals: tuple[str, ...] = ()
    """Own signals of incidents, in the order of the log's names."""
    agreements: tuple[Agreement, ...] = ()
    channels: tuple[Channel, ...] = ()
    lenders: tuple[Lender, ...] = ()
    ask_all: bool = False
    """Every lender is asked at once; otherwise one after the other."""
    warnings: tuple[EarlyWarning, ...] = ()
    radio: tuple[RadioGap, ...] = ()
    standards: tuple[Standard, ...] = ()
    move_up: tuple[MoveUp, ...] = ()
    retarget: int | None = None
    """A team under way is sent to a more urgent incident if that brings help so many ms earlier; None: never."""
    orderable: tuple[frozenset[int] | None, ...] = ()
    """For each post: the teams that it may order; None: every team that is not only lent."""
    unlent: frozenset[int] | None = None
    """Teams that may be sent without anybody's order; None: all."""

    @property
    def items(self) -> tuple[str, ...]:
        """Return what the log's `item` column may name besides capabilities, road events and hazards' signals."""
        gaps, colours = (gap.id for gap in self.radio), (warning.id for warning in self.warnings)
        return (*self.levels, *self.reports, *self.signals, *gaps, *colours)

    def channel_to(self, lender: Lender, asks: int) -> Channel | None:
        """Return the first channel by which a post may ask a lender, or None; -1 stands for any post."""
        return next((self.channels[number] for number in lender.channels if self.channels[number].serves(asks)), None)
