"""Supplies put together: goods, depots, trucks, restocking and shelters, and what asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from sim.errors import Words
from sim.scenario.compiling.fleets import Fleets
from sim.scenario.compiling.restocking import Restocking
from sim.scenario.compiling.supply_needs import Needs
from sim.scenario.supplies import Shelter, Supplies

if TYPE_CHECKING:
    from sim.scenario.compiling.aid import MutualAid
    from sim.scenario.compiling.context import Context
    from sim.scenario.compiling.depots import Depots
    from sim.scenario.compiling.forces import Forces
    from sim.scenario.compiling.goods import Goods
    from sim.scenario.compiling.places import Sites
    from sim.scenario.compiling.posts import Steps
    from sim.scenario.schema.supplies import Shelter as ShelterEntry
    from sim.scenario.supplies import SupplyPolicy


class SupplySide:
    """All parts of supplies, compiled in the order in which they need each other."""

    def __init__(self, context: Context, sites: Sites, goods: Goods, depots: Depots, forces: Forces, aid: MutualAid) -> None:
        self.context, self.sites, self.goods, self.depots, self.forces = context, sites, goods, depots, forces
        self.fleets = Fleets(context, sites, forces, aid)
        depots.fill(goods, self.fleets, aid)
        self.restocking = Restocking(context, goods, depots, aid)
        self.shelters = tuple(self._shelter(number, entry) for number, entry in enumerate(context.file.shelters))
        self.needs = Needs(context, goods, depots, self.shelters)

    def compiled(self) -> Supplies:
        """Return everything, read-only."""
        rules = self.context.file.supply
        return Supplies(
            self.goods.items, self.goods.kits, tuple(self.depots.depots), tuple(self.depots.stores),
            tuple(self.fleets.fleets), self.restocking.suppliers, tuple(self.restocking.rules), self.shelters,
            cast("SupplyPolicy", str(rules.policy)), rules.holding.planned,
            None if rules.collect is None else self.context.ticks(rules.collect),
        )  # fmt: skip

    def _shelter(self, number: int, entry: ShelterEntry) -> Shelter:
        context, path = self.context, cast("Steps", ("shelters", number))
        site = self.sites.find(entry.place, entry.name or entry.id, *path, "place")
        if site is not None:
            self.sites.name(entry.id, site, *path, "id")
        people = entry.people or 0
        if (entry.area is None) == (entry.people is None):
            what = Words(f"shelter '{entry.id}' has either an area or people", f"安置点“{entry.id}”须写面积或人数之一")
            code = "missing-key" if entry.area is None else "contradiction"
            context.add(code, what, Words("write area and per_head, or people", "请写 面积 与 人均,或只写 人数"), *path)
        elif entry.area is not None and (entry.per_head is None or entry.per_head.planned <= 0):
            what = Words("the area a head is missing", "没有写人均面积")
            context.add("missing-key", what, Words("write per_head: 2 m2", "例如写 人均: 2 平方米"), *path)
        elif entry.area is not None and entry.per_head is not None:
            people = int(entry.area.planned / entry.per_head.planned + 1e-9)  # a whole quotient stays whole
        return Shelter(entry.id, entry.name or entry.id, 0 if site is None else site, people)
