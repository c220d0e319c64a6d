"""Checks of supplies that need everything: does anybody hold what is asked for, can it be loaded, is there a way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.errors import Words
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sim.network.trips import Travel
    from sim.scenario.compiling.context import Context
    from sim.scenario.compiling.courses import Courses
    from sim.scenario.compiling.happenings import Happenings
    from sim.scenario.compiling.posts import Steps
    from sim.scenario.compiling.supplies import SupplySide
    from sim.scenario.compiling.supply_needs import Asked
    from sim.scenario.supplies import Depot


class SupplyChecks:
    """Adds a finding for everything that would keep goods from getting where they are asked for."""

    def __init__(self, context: Context, side: SupplySide, courses: Courses) -> None:
        self.context, self.side, self.courses = context, side, courses
        self.items, self.depots, self.stores = side.goods.items, side.depots.depots, side.depots.stores
        self.fleets = side.fleets.fleets
        self._restocked = {(rule.store, rule.item) for rule in side.restocking.rules}

    def held(self) -> None:
        """Check that somebody holds, makes, restocks or can substitute what is asked for, and holds what work uses up."""
        for asked in self.side.needs.asked:
            for item in self._wanted(asked):
                if not self._holders(asked, item):
                    self._nobody_holds(item, asked.path, severity="error" if asked.need.must else "warning")
        carried = {item for team in self.side.forces.teams for item, _ in team.carries}
        for item, path in self.side.needs.used.items():
            if item not in carried and not any(self._has(store, item) for store in range(len(self.stores))):
                self._nobody_holds(item, path, severity="warning")

    def _nobody_holds(self, item: int, path: Steps, severity: str) -> None:
        name = self.items[item].id
        what = Words(
            f"'{name}' is wanted, but nobody who may be asked holds it, makes it or has anything that stands in for it",
            f"需要“{name}”,但可调的储备库都没有货、不生产,也没有替代品",
        )
        remedy = Words(
            "add it to a depot's stock, or let stock be touched (usable)", "给某个储备库写上库存,或允许动用(可动用: 是)"
        )
        self.context.add("nobody-holds", what, remedy, *path, severity=severity)

    def _wanted(self, asked: Asked) -> list[int]:
        need = asked.need
        return [need.item] if need.item >= 0 else [item for item, _ in self.side.goods.kits[need.kit].parts]

    def _has(self, store: int, item: int) -> bool:
        """Tell whether a store may give an item, now or later; it may be one that stands in for it."""
        holder = self.stores[store]
        able = (item, *(other for other, _ in self.items[item].substitutes))
        return holder.usable and any(
            bool(holder.lots.get(one)) or one in (holder.makes or {}) or (store, one) in self._restocked for one in able
        )

    def _holders(self, asked: Asked, item: int) -> list[int]:
        """Return the stores that may be asked for an item of a need and have it."""
        post = self.courses.courses[asked.course].jurisdiction
        channels = list(self.side.restocking.aid.channels.values())
        may = [store for store in asked.need.stores or range(len(self.stores)) if self._has(store, item)]
        return [
            store for store in may if self.stores[store].channel < 0 or channels[self.stores[store].channel].serves(post)
        ]  # fmt: skip

    # --- trucks ----------------------------------------------------------------------------------------------------

    def loads(self) -> None:
        """Check that a truck of a depot can carry at least one unit of everything in it."""
        for depot in self.depots:
            fleets = [self.fleets[number] for number in depot.fleets]
            for item, path in self._stocked(depot):
                one = self.items[item]
                fits = any(f.payload >= one.mass and (f.volume <= 0 or f.volume >= one.volume) for f in fleets)
                if fleets and not fits:
                    what = Words(
                        f"one '{one.id}' ({one.mass:g} kg, {one.volume:g} m³) fits no truck of '{depot.id}'",
                        f"一{one.unit or '件'}“{one.id}”({one.mass:g} kg、{one.volume:g} m³)装不进“{depot.id}”的任何车",
                    )
                    remedy = Words("correct mass or payload, or name a larger fleet", "核对质量与载重,或写更大的车")
                    self.context.add("fits-no-truck", what, remedy, *path)

    def _stocked(self, depot: Depot) -> Iterator[tuple[int, Steps]]:
        """Yield each item that is or comes to be in a depot, and where that is first written."""
        lots = self.context.file.depots[depot.index].stock
        here = [store for store in self.stores if store.depot == depot.index]
        for item in sorted({item for store in here for item in store.lots}):
            names = (self.items[item].id, self.items[item].name)
            number = next((n for n, lot in enumerate(lots) if lot.item.strip() in names), None)
            yield item, ("depots", depot.index) if number is None else ("depots", depot.index, "stock", number, "item")

    # --- ways ------------------------------------------------------------------------------------------------------

    def ways(self, happenings: Happenings, travel: Travel) -> None:
        """Check that trucks have a way to their depots, and from there to where goods are asked for, with all roads open."""
        self._to_depots(travel)
        for (site, course), path in sorted(happenings.demands.items()):
            for asked in self.side.needs.asked:
                if asked.course == course:
                    self._need_reached(asked, site, path, travel)

    def _to_depots(self, travel: Travel) -> None:
        for depot in self.depots:
            names = self.context.file.depots[depot.index].fleets
            for fleet in depot.fleets:
                site, at = self.side.fleets.sites_of[fleet], names.index(self.fleets[fleet].id)
                if site is not None and self._never([fleet], site, depot.site, travel):
                    what = Words(
                        f"'{self.fleets[fleet].id}' has no way to '{depot.id}'",
                        f"“{self.fleets[fleet].id}”没有路可到“{depot.id}”",
                    )
                    remedy = Words("add a road, or name another fleet", "增补道路,或改写其他运力")
                    self.context.add("unreachable", what, remedy, "depots", depot.index, "fleets", at)

    def _need_reached(self, asked: Asked, site: int, path: Steps, travel: Travel) -> None:
        """Check that what a need asks for can leave the depots that have it, and be driven to a site."""
        for item in self._wanted(asked):
            depots = [
                self.depots[number]
                for number in dict.fromkeys(self.stores[store].depot for store in self._holders(asked, item))
                if self.side.depots.sites_of[number] is not None
            ]
            self._can_leave(depots, item, site)
            moving = [depot for depot in depots if depot.fleets and depot.site != site]
            stuck = [depot for depot in moving if self._never(depot.fleets, depot.site, site, travel)]
            if stuck:
                whole = len(stuck) == len(depots)
                self._cut_off(stuck, item, site, path, severity="error" if whole and asked.need.must else "warning")

    def _can_leave(self, depots: Iterable[Depot], item: int, site: int) -> None:
        for depot in depots:
            if not depot.fleets and depot.site != site:
                name = self.items[item].id
                what = Words(
                    f"'{name}' can never leave '{depot.id}': it has no fleet", f"“{depot.id}”没有写运力,“{name}”运不出去"
                )
                self.context.add("no-fleet", what, Words("write fleets: […]", "请写 运力: […]"), "depots", depot.index)

    def _cut_off(self, stuck: list[Depot], item: int, site: int, path: Steps, severity: str) -> None:
        place, name = self.side.sites.sites[site].name, self.items[item].id
        who = ", ".join(f"'{depot.id}'" for depot in stuck)
        zh = "、".join(f"“{depot.id}”" for depot in stuck)
        what = Words(f"'{name}' has no way from {who} to '{place}'", f"“{name}”从{zh}没有路可到“{place}”")
        remedy = Words("add a road, or stock on this side", "增补道路,或在这一侧增加库存")
        self.context.add("unreachable", what, remedy, *path, severity=severity)

    def _never(self, fleets: Iterable[int], origin: int, target: int, travel: Travel) -> bool:
        """Tell whether no truck of some fleets can drive from one site to another."""
        weather = str(self.context.file.weather.condition)
        vehicles = dict.fromkeys(self.side.fleets.vehicle_of(fleet) for fleet in fleets)
        return origin != target and all(
            travel.row([origin], target, travel.profile(vehicle, None, weather), 0)[0] >= NEVER for vehicle in vehicles
        )
