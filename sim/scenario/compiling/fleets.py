"""Fleets: trucks become teams without a capability, numbered behind all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.errors import InputError, Words
from sim.scenario.compiling.forces import BASE, DEFAULT_VEHICLE
from sim.scenario.frozen import ZERO, ReadOnly, Team
from sim.scenario.supplies import Fleet

if TYPE_CHECKING:
    from sim.scenario.command import Agreement
    from sim.scenario.compiling.aid import MutualAid
    from sim.scenario.compiling.context import Context
    from sim.scenario.compiling.forces import Forces
    from sim.scenario.compiling.places import Sites
    from sim.scenario.compiling.posts import Steps
    from sim.scenario.schema.supplies import Fleet as FleetEntry

FLEET = Words("fleet", "运力")
TRUCK = "truck"
"""Kind of the teams that are trucks."""


class Fleets:
    """Fleets and their trucks, compiled."""

    def __init__(self, context: Context, sites: Sites, forces: Forces, aid: MutualAid) -> None:
        self.context, self.sites, self.forces, self.aid = context, sites, forces, aid
        self.trucks: list[Team] = []
        self.fleets: list[Fleet] = []
        self.sites_of: list[int | None] = []
        """Site of each fleet; None where it could not be found."""
        self._number: dict[str, int] = {}
        self._taken = {team.id for team in forces.teams} | set(forces.groups)
        for position, entry in enumerate(context.file.fleets):
            self._fleet(entry, ("fleets", position))

    def named(self, names: list[str], *path: str | int) -> tuple[int, ...]:
        """Return the fleets of some ids, in order."""
        for position, name in enumerate(names):
            if name not in self._number:
                self.context.unknown(FLEET, name, self._number, *path, position)
        return tuple(dict.fromkeys(self._number[name] for name in names if name in self._number))

    def vehicle_of(self, fleet: int) -> str:
        """Return the vehicle class of a fleet."""
        return self.trucks[self.fleets[fleet].trucks[0] - len(self.forces.teams)].vehicle

    def _fleet(self, entry: FleetEntry, path: Steps) -> None:
        context, index = self.context, len(self.fleets)
        self._number.setdefault(entry.id, index)
        site = self._site(entry, path)
        self.sites_of.append(site)
        if entry.payload.planned <= 0:
            what = Words(f"the trucks of '{entry.id}' carry nothing", f"“{entry.id}”的车什么也装不了")
            context.add("out-of-range", what, Words("write a payload above zero", "请写大于零的载重"), *path, "payload")
        if entry.fails.planned >= 1:
            what = Words(f"'{entry.id}' can never be had", f"“{entry.id}”永远要不到车")
            context.add("never-reached", what, Words("lower 'fails'", "请降低“落空”"), *path, "fails")
        trucks = self._trucks(entry, index, 0 if site is None else site, path)
        self.fleets.append(Fleet(
            index, entry.id, entry.name or entry.id, trucks, entry.payload.planned, entry.volume.planned,
            context.ticks(entry.find), entry.fails.planned, entry.per_hour.planned, self._stops(entry, path),
            contract(context, self.aid, entry.agreement, ("supply",), (*path, "agreement")),
        ))  # fmt: skip

    def _site(self, entry: FleetEntry, path: Steps) -> int | None:
        context = self.context
        if (entry.base is None) == (entry.place is None):
            what = Words(f"fleet '{entry.id}' stands either at a base or at a place", f"运力“{entry.id}”须写驻地或地点之一")
            context.add("contradiction", what, Words("write base: … or place: …", "请写 驻地: … 或 地点: …"), *path)
            return None
        if entry.base is not None:
            known = [base.id for base in context.file.bases]
            if entry.base not in known:
                context.unknown(BASE, entry.base, known, *path, "base")
            return self.forces.bases.get(entry.base)
        return self.sites.find(str(entry.place), entry.name or entry.id, *path, "place")

    def _trucks(self, entry: FleetEntry, fleet: int, site: int, path: Steps) -> tuple[int, ...]:
        speeds, numbers = self.forces.speeds, []
        try:
            vehicle = speeds.vehicle(entry.vehicle)
        except InputError as error:
            self.context.take(error, *path, "vehicle")
            vehicle = speeds.vehicle(DEFAULT_VEHICLE)
        for copy in range(entry.count):
            index, numbered = len(self.forces.teams) + len(self.trucks), f"{entry.id}-{copy + 1}"
            if numbered in self._taken:
                what = Words(f"a team and a truck come to be called '{numbered}'", f"队伍和车辆都编号为“{numbered}”")
                self.context.add("duplicate-id", what, Words("give one of them another id", "给其中一个换个编号"), *path, "id")
            self._taken.add(numbered)
            self.trucks.append(Team(
                index, numbered, f"{entry.name or entry.id} {copy + 1}", entry.id, site, vehicle.name, ReadOnly({}), ZERO, ZERO,
                ZERO, ZERO, call_back=False, return_factor=vehicle.ordinary_factor, crew=0, owner=entry.owner,
                source=entry.source, kind=TRUCK, fleet=fleet,
            ))  # fmt: skip
            numbers.append(index)
        return tuple(numbers)

    def _stops(self, entry: FleetEntry, path: Steps) -> tuple[tuple[int, int, str], ...]:
        stops = []
        for cause, stop in (("rest", entry.rest), ("fuel", entry.fuel)):
            if stop is not None and stop.every.planned > 0:
                stops.append((round(stop.every.planned), round(stop.lasts.planned), cause))
            elif stop is not None:
                what = Words("a stop after no driving at all never ends", "行驶 0 时间就停,永远走不完")
                self.context.add("out-of-range", what, Words("write for example 4 h", "例如写 4 h"), *path, cause, "every")
        return tuple(stops)


def contract(context: Context, aid: MutualAid, name: str | None, kinds: tuple[str, ...], path: Steps) -> int:
    """Return the number of an agreement; one of another kind than those that serve is a finding."""
    number = aid.agreement(name, *path)
    if number >= 0 and aid.agreements[number].kind not in kinds:
        found: Agreement = aid.agreements[number]
        what = Words(f"'{found.id}' is no agreement on supplies or transport", f"“{found.id}”不是物资运力协议")
        context.add("no-contract", what, Words("name an agreement of kind 'supply'", "请写性质为“物资运力”的协议"), *path)
    return number
