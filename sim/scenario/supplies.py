"""Supplies, compiled: what there is, whose it is, who releases it, how it is moved, what asks for it. Read-only.

Amounts are whole thousandths of an item's own unit, so that sums are exact: what leaves one account enters another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sim.units import UNITS, Dimension

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.quantities import Quantity
    from sim.scenario.command import Link
    from sim.scenario.frozen import Ticks

_ANY = 1e12
_MEASURED: tuple[Dimension, ...] = ("mass", "volume", "length", "area")
MILLI = 1000
"""Thousandths in one unit of an item."""
StepKind = Literal["order", "keeper", "loading", "trucks", "receiving"]
RuleKind = Literal["r_q", "s_s", "base_stock"]
SupplyPolicy = Literal["nearest", "fewest_vehicles", "earliest_complete"]


@dataclass(frozen=True, slots=True)
class Item:
    """A kind of goods."""

    index: int
    id: str
    name: str
    unit: str
    reusable: bool
    """It comes back and is refitted; otherwise it is used up."""
    mass: float
    """kg a unit."""
    volume: float
    """m³ a unit."""
    price: float
    """yuan a unit."""
    shelf_life: int | None
    """ms after which new stock expires; None: it keeps."""
    refit: Ticks
    """From being back until it can be used again."""
    loss: float
    """Share of reusable items that do not come back."""
    substitutes: tuple[tuple[int, int], ...]
    """(item, thousandths of it that stand in for one unit of this), in order of preference."""
    shortage: float
    """yuan a unit that is not there in time."""
    per_person_day: float
    """Units that a person needs a day; 0 where that has no meaning."""
    source: str = ""

    @property
    def counted(self) -> bool:
        """Tell whether it comes in whole units; what is measured in kg, L, m or m² need not."""
        return not self.unit or not any(self.unit in UNITS[dimension] for dimension in _MEASURED)


@dataclass(frozen=True, slots=True)
class Kit:
    """A set: items that count only together."""

    index: int
    id: str
    name: str
    parts: tuple[tuple[int, int], ...]
    """(item, thousandths in one set)."""
    serves: float
    """People whom one set serves."""


@dataclass(frozen=True, slots=True)
class Lot:
    """Goods of one item that came in together."""

    amount: int
    expires: int | None
    """ms after the start; None: it keeps."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a release, in the order of `Depot.steps`; what it takes that is not said elsewhere."""

    kind: StepKind
    name: str
    time: Ticks
    """`loading` takes its time from the rate, `order` from the owner's call."""
    call: Link | None = None
    """`keeper`: how he is reached, where he has a post."""


@dataclass(frozen=True, slots=True)
class Depot:
    """A building with stock; a firm's too."""

    index: int
    id: str
    name: str
    site: int
    region: int
    space: float
    """m³; 0 when not said."""
    steps: tuple[Step, ...]
    bays: int
    """Vehicles loaded at once; 0 for no limit."""
    load_mass: float
    """kg a ms and bay; 0: not said."""
    load_units: float
    """Thousandths of units a ms and bay; 0: not said. With both zero loading takes no time."""
    fleets: tuple[int, ...]
    """Fleets that carry its goods, in order."""
    firm: bool
    source: str = ""


@dataclass(frozen=True, slots=True)
class Store:
    """What one owner has in one depot: the provider of supplies. Its word releases it."""

    index: int
    id: str
    name: str
    depot: int
    owner: str
    lots: Mapping[int, tuple[Lot, ...]]
    """Item → its lots, those that expire first in front."""
    call: tuple[Link, ...]
    """Calls, one after the other, until it is released; empty: nobody need be asked."""
    channel: int = -1
    """Channel of mutual aid that these calls are, or -1."""
    agreement: int = -1
    usable: bool = True
    """False: it may not be touched in this scenario."""
    keeps: Mapping[int, int] | None = None
    """Item → amount that must stay (thousandths)."""
    makes: Mapping[int, tuple[Ticks, float, int]] | None = None
    """Item → (time before the first comes, thousandths a ms, most): a firm's capacity to make it."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """Trucks alike at one base: a depot's own, or a carrier's under contract."""

    index: int
    id: str
    name: str
    trucks: tuple[int, ...]
    """Numbers among the scenario's teams."""
    payload: float
    """kg a truck."""
    volume: float
    """m³ a truck."""
    find: Ticks
    """From asking for it until trucks and drivers are there to set out."""
    fails: float
    """Chance that none can be had for an order."""
    per_hour: float
    """yuan an hour of driving."""
    stops: tuple[tuple[int, int, str], ...] = ()
    """Stops on the way: every so many ms, lasting so many ms, why (`Convoy.stops`)."""
    agreement: int = -1


@dataclass(frozen=True, slots=True)
class Supplier:
    """Where a store orders new goods."""

    index: int
    id: str
    name: str
    lead: Ticks
    fails: float
    """Chance that an order does not come; it is ordered again when that is seen (at the end of its lead time)."""
    price: Mapping[int, float]
    """Item → yuan a unit, where it is not the item's price."""


@dataclass(frozen=True, slots=True)
class Restock:
    """How a store fills up again (thousandths, ms)."""

    index: int
    store: int
    item: int
    rule: RuleKind
    level: int
    """r, s, or S of a base stock: an order goes out when the position is at or below it (base stock: below)."""
    order: int
    """Q, or S."""
    review: int
    """ms between looks; 0: it is looked at all the time."""
    supplier: int
    order_cost: float
    """yuan an order."""


@dataclass(frozen=True, slots=True)
class PerSignal:
    """An amount that follows a signal: ⌈max(0, signal − less) / each⌉ · `amount` units."""

    signal: str
    each: float
    less: float
    amount: int
    """Thousandths."""


@dataclass(frozen=True, slots=True)
class SupplyNeed:
    """One line of supplies that an incident asks for."""

    index: int
    item: int
    """Item, or -1 for a set."""
    kit: int
    """Set, or -1."""
    amount: Quantity | None
    """Units wanted, where it follows no signal."""
    per: PerSignal | None
    after: Ticks
    """From the need being known."""
    deadline: int | None
    """ms after the alarm."""
    stores: tuple[int, ...]
    """Stores that may be asked, nearest first decided in the run; empty: all usable ones."""
    policy: SupplyPolicy | None
    """None: the scenario's."""
    feeds: bool
    """It stays on the scene for tasks to use; otherwise it is handed out to people."""
    must: bool
    """A shortage is an error of the plan, not a warning (told by the checks)."""


@dataclass(frozen=True, slots=True)
class Use:
    """What the task of a need line consumes, each team by itself."""

    item: int
    rate: float
    """Thousandths a ms and team."""
    when_dry: float
    """Share of the full rate of work without it: 0 stops."""
    ask_when: int
    """More is asked for when what is there lasts so many ms or less; -1: never asked for."""
    ask_for: int
    """… and then as much as lasts so many ms."""


@dataclass(frozen=True, slots=True)
class Fill:
    """What a team of a need line makes ready again on the scene, such as air cylinders."""

    item: int
    rate: float
    """Thousandths a ms and team."""


@dataclass(frozen=True, slots=True)
class Shelter:
    """An indoor shelter."""

    id: str
    name: str
    site: int
    people: int


@dataclass(frozen=True, slots=True)
class Supplies:
    """Everything of supplies that a scenario holds."""

    items: tuple[Item, ...] = ()
    kits: tuple[Kit, ...] = ()
    depots: tuple[Depot, ...] = ()
    stores: tuple[Store, ...] = ()
    fleets: tuple[Fleet, ...] = ()
    suppliers: tuple[Supplier, ...] = ()
    restock: tuple[Restock, ...] = ()
    shelters: tuple[Shelter, ...] = ()
    policy: SupplyPolicy = "nearest"
    holding: float = 0.0
    """Cost of holding goods for a year, as a share of their price."""
    collect: Ticks | None = None
    """From the end of an incident until what comes back is on its way; None: nothing comes back."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return what the log's `item` column names: the items, then the sets."""
        return (*(item.id for item in self.items), *(kit.id for kit in self.kits))

    def planned_release(self, store: Store) -> int:
        """Return the planned time from asking a store until its first truck can begin to load (ms).

        Calls, then the steps of the depot but for receiving. Where somebody is called, the call is the whole time of that step.
        """
        depot = self.depots[store.depot]
        total = sum(link.time.planned for link in store.call)
        for step in depot.steps:
            if step.kind == "receiving" or (step.kind == "order" and store.call):
                continue
            total += step.time.planned if step.call is None else step.call.time.planned
        return total + (self.fleets[depot.fleets[0]].find.planned if depot.fleets else 0)

    def planned_receiving(self, depot: Depot) -> int:
        """Return the planned time of unloading and handing out one truck (ms)."""
        return sum(step.time.planned for step in depot.steps if step.kind == "receiving")

    def truckload(self, item: Item, fleet: Fleet) -> int:
        """Return how much of an item one truck takes (thousandths): whole units, by payload and by volume; at least one."""
        by_mass = fleet.payload / item.mass if item.mass else _ANY
        by_volume = fleet.volume / item.volume if item.volume and fleet.volume else _ANY
        return max(1, int(min(by_mass, by_volume, _ANY) + 1e-9)) * MILLI

    def loading(self, depot: Depot, item: Item, amount: int) -> float:
        """Return how long it takes to load so much at one bay (ms)."""
        if depot.load_units:
            return amount / depot.load_units
        return amount / MILLI * item.mass / depot.load_mass if depot.load_mass else 0.0
