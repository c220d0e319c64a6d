"""Scenarios and logs with supplies, built by hand."""

from __future__ import annotations

from typing import Any

from sim.log import Cause, Kind
from sim.quantities import Constant
from sim.scenario.frozen import ZERO, Scenario
from sim.scenario.supplies import (
    Depot,
    Fill,
    Fleet,
    Item,
    Kit,
    Lot,
    PerSignal,
    Restock,
    Step,
    Store,
    Supplier,
    Supplies,
    SupplyNeed,
    Use,
)
from sim.units import HOUR
from tests.analysis.builders import Book, course, minutes, planned, replace, scenario, team

TENT, STOVE, FOAM = range(3)


def item(index: int, name: str, unit: str = "台", **more: Any) -> Item:
    plain: dict[str, Any] = {
        "reusable": True, "mass": 0.0, "volume": 0.0, "price": 0.0, "shelf_life": None, "refit": ZERO, "loss": 0.0,
        "substitutes": (), "shortage": 0.0, "per_person_day": 0.0,
    }  # fmt: skip
    return Item(index, f"i{index}", name, unit, **(plain | more))


def depot(index: int, site: int = 0, steps: tuple[Step, ...] = (), fleets: tuple[int, ...] = (), **more: Any) -> Depot:
    plain: dict[str, Any] = {"region": -1, "space": 0.0, "bays": 0, "load_mass": 0.0, "load_units": 0.0, "firm": False}
    return Depot(index, f"d{index}", f"库{index}", site, steps=steps, fleets=fleets, **(plain | more))


def store(index: int, stock: dict[int, int], of_depot: int = 0, **more: Any) -> Store:
    """Return a store with whole units of some items, that keep."""
    lots = {number: (Lot(amount * 1000, None),) for number, amount in stock.items()}
    plain: dict[str, Any] = {"owner": "市", "lots": lots, "call": ()}
    return Store(index, f"x{index}", f"库存{index}", of_depot, **(plain | more))


def need(index: int = 0, which: int = -1, kit: int = -1, **more: Any) -> SupplyNeed:
    plain: dict[str, Any] = {
        "amount": Constant(1.0), "per": None, "after": ZERO, "deadline": None, "stores": (), "policy": None, "feeds": False,
        "must": False,
    }  # fmt: skip
    return SupplyNeed(index, which, kit, **(plain | more))


def winter(provincial: bool = False, more_stoves: int = 0, more_tents: int = 0, **more: Any) -> Scenario:
    """Return story 2: 2,000 sets of a tent and a stove for 12,000 people within 10 h; trucks take 1 h from the depot."""
    items = (item(TENT, "帐篷", "顶", price=1500.0, shortage=100.0), item(STOVE, "取暖炉", "台", price=400.0))
    stores = (
        store(0, {TENT: 1250 + more_tents, STOVE: 1200 + more_stoves}),
        store(1, {TENT: 600}, owner="省", usable=provincial),
    )
    supplies = Supplies(
        items=items, kits=(Kit(0, "k", "冬季帐篷", ((TENT, 1000), (STOVE, 1000)), 6.0),), depots=(depot(0, fleets=(0,)),),
        stores=stores, fleets=(Fleet(0, "f", "车队", (1,), 1e6, 0.0, ZERO, 0.0, 120.0),), holding=0.1,
    )  # fmt: skip
    wanted = need(0, kit=0, amount=None, per=PerSignal("people", 6.0, 20_000.0, 1000), deadline=10 * HOUR)
    plain: dict[str, Any] = {"supplies": supplies}
    calls = replace(course(kind="quake", supplies=(wanted,)), lines=())
    teams = (team(0), team(1, fleet=0, capabilities={}))
    points = ((0.0, 0.0), (60_000.0, 0.0))
    return scenario(teams, (calls,), (planned("quake", 0, 1),), points, **(plain | more))


class SupplyBook(Book):
    """Writes rows of supplies by hand; amounts in units."""

    def __init__(self, case: Scenario) -> None:
        super().__init__()
        self.case = case

    def goods(self, minute: float, kind: Kind, which: int, units: float, cause: Cause = Cause.NONE, **named: int) -> int:
        return self(minute, kind, cause, item=self.case.first_item + which, quantity=round(units * 1000), **named)

    def sets(self, minute: float, kit: int, count: int, parts: dict[int, int], **named: int) -> None:
        """Ask for sets and their parts."""
        self.goods(minute, Kind.SUPPLY_NEEDED, len(self.case.supplies.items) + kit, count, **named)
        for which, units in parts.items():
            self.goods(minute, Kind.SUPPLY_NEEDED, which, units, **named)

    def bring(self, minute: float, which: int, units: float, depot: int = 0, request: int = 0, **named: int) -> None:
        """Load at a store, receive and hand out, all at once, by truck 1."""
        self.goods(minute, Kind.STOCK_LOADED, which, units, team=1, depot=depot, request=request, **named)
        self.goods(minute, Kind.STOCK_DELIVERED, which, units, team=1, depot=depot, request=request, **named)
        reusable = self.case.supplies.items[which].reusable
        out = Kind.STOCK_HANDED_OUT if reusable else Kind.STOCK_USED
        self.goods(minute, out, which, units, depot=depot, request=request, **named)


def story_log(case: Scenario, tents: int, stoves: int, provincial: int = 0, at: float = 300.0) -> SupplyBook:
    """Return the log of story 2: all asked for at 30 min, what there is received at 300 min."""
    log = SupplyBook(case)
    log(0, Kind.INCIDENT_ALARM, incident=0, place=1)
    log.sets(30, 0, 2000, {TENT: 2000, STOVE: 2000}, incident=0, need=0)
    log.goods(31, Kind.SUPPLY_ORDERED, TENT, tents, Cause.NEAREST_STOCK, incident=0, need=0, depot=0, request=0)
    log.goods(31, Kind.SUPPLY_ORDERED, STOVE, stoves, Cause.NEAREST_STOCK, incident=0, need=0, depot=0, request=0)
    log(60, Kind.SUPPLY_RELEASED, incident=0, depot=0, request=0)
    log(at - 60, Kind.TRUCK_DEPARTED, incident=0, depot=0, request=0, team=1, place=1)
    log(at, Kind.TRUCK_ARRIVED, incident=0, depot=0, request=0, team=1, place=1)
    log.bring(at, TENT, tents, incident=0, need=0)
    log.bring(at, STOVE, stoves, incident=0, need=0)
    if provincial:
        log.bring(at, TENT, provincial, depot=1, request=1, incident=0, need=0)
    log(at, Kind.TRUCK_DEPARTED, incident=0, depot=0, request=0, team=1, place=0)
    log(at + 60, Kind.TRUCK_HOME, incident=0, depot=0, request=0, team=1, place=0)
    log(at + 60, Kind.INCIDENT_CLOSED, incident=0)
    return log


__all__ = [
    "FOAM", "STOVE", "TENT", "Fill", "Fleet", "Kit", "Lot", "Restock", "Step", "Supplier", "Supplies", "SupplyBook", "Use", "depot",
    "item", "minutes", "need", "store", "story_log", "winter",
]  # fmt: skip
