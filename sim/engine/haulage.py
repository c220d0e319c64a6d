"""Haulage: trucks are found, loaded at a bay, driven, unloaded, and come home; a truck may go several times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simpy import Event, Resource

from sim.engine.field import Status
from sim.log import Kind
from sim.scenario.supplies import MILLI

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from sim.engine.consignment import Consignment, Piece
    from sim.engine.field import Unit
    from sim.engine.run import Run
    from sim.scenario.supplies import Fleet

    Story = Generator[Event, object, None]


class Haul:
    """One truck at work for a consignment."""

    __slots__ = ("consignment", "fleet", "ref", "unit")

    def __init__(self, consignment: Consignment, unit: Unit, fleet: Fleet) -> None:
        self.consignment = consignment
        self.unit = unit
        self.fleet = fleet
        self.ref = -1
        """Its last row in the log."""


class Haulage:
    """The trucks and loading bays of a replication."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.supplies = run.scenario.supplies
        self._bays: dict[int, Resource] = {}
        self._wanted: list[tuple[Consignment, tuple[Fleet, ...]]] = []
        """Consignments that wait for a truck, in order."""

    def idle(self, fleet: Fleet) -> list[Unit]:
        """Return the trucks of a fleet that stand at their base."""
        return [self.run.units[truck] for truck in fleet.trucks if self.run.units[truck].status == Status.IDLE]

    def send(self, consignment: Consignment, fleets: tuple[Fleet, ...]) -> int:
        """Give every load a truck, as far as there are any; return how many set out. The rest waits until one is back."""
        sent = 0
        for fleet in fleets:
            for unit in self.idle(fleet):
                load = consignment.take(fleet)
                if not load:
                    return sent
                sent += 1
                consignment.hauling += 1
                unit.status = Status.BUSY
                self.run.story(self._shuttle(Haul(consignment, unit, fleet), load))
        if consignment.left:
            self._wanted.append((consignment, fleets))
        return sent

    def _free(self, unit: Unit) -> None:
        """Let a truck that is home again serve whoever waits for one."""
        unit.status = Status.IDLE
        waiting, self._wanted = self._wanted, []
        for consignment, fleets in waiting:
            if consignment.left:
                self.send(consignment, fleets)

    # --- one truck -------------------------------------------------------------------------------------------------

    def _shuttle(self, haul: Haul, load: list[Piece]) -> Story:
        """Carry load after load, then go home."""
        consignment, unit, fleet = haul.consignment, haul.unit, haul.fleet
        unit.stops, unit.since_stop = fleet.stops, [0] * len(fleet.stops)
        haul.ref = consignment.ref
        while load:
            if not self._stands_at(unit, consignment.depot.site):
                yield from self._drive(haul, consignment.depot.site)
                self._row(Kind.TRUCK_ARRIVED, haul, consignment.depot.site)
            if (yield from self._load(haul, load)):
                yield from self._deliver(haul, load)
            load = consignment.take(fleet)
            consignment.hauling -= not load
        if not self._stands_at(unit, unit.team.base):
            yield from self._drive(haul, unit.team.base)
        self._row(Kind.TRUCK_HOME, haul, unit.team.base)
        self._free(unit)

    def _stands_at(self, unit: Unit, site: int) -> bool:
        return unit.at == self.run.travel.spot(site)

    def _drive(self, haul: Haul, site: int) -> Story:
        """Drive to a site; closures and stops are those of any unit."""
        there, unit = Event(self.run.clock), haul.unit
        unit.arrived = _telling(there)
        unit.version += 1
        self._row(Kind.TRUCK_DEPARTED, haul, site)
        self.run.missions.driving.drive(unit, site, 1.0)
        yield there

    def _load(self, haul: Haul, load: list[Piece]) -> Generator[Event, object, bool]:
        """Load at a bay; tell whether there is anything to carry (the incident may be over, or the goods past their time)."""
        consignment = haul.consignment
        if not consignment.staged and not consignment.over:
            items, depot = self.supplies.items, consignment.depot
            lasts = round(sum(self.supplies.loading(depot, items[piece.item], piece.amount) for piece in load))
            yield from self.at_a_bay(consignment, lasts)
        if consignment.over:
            return False
        consignment.to_load = [other for other in consignment.to_load if other is not load]
        for piece in load:
            haul.ref = consignment.load(piece, haul.unit, haul.ref)
        return any(piece.amount for piece in load)

    def at_a_bay(self, consignment: Consignment, lasts: int) -> Story:
        """Spend some time at a loading bay, once one is free."""
        run, depot = self.run, consignment.depot
        if not lasts:
            return
        if not depot.bays:
            yield run.wait(lasts, consignment.case.number)
            return
        bay = self._bays.setdefault(depot.index, Resource(run.clock, depot.bays))
        with bay.request() as turn:
            yield turn
            yield run.wait(lasts, consignment.case.number)

    def _deliver(self, haul: Haul, load: list[Piece]) -> Story:
        """Drive to the scene, unload and hand out; when the incident is over before that, bring the goods back."""
        consignment, depot = haul.consignment, haul.consignment.depot
        consignment.on_the_way.append(haul)
        yield from self._drive(haul, consignment.case.site)
        if not consignment.over:
            consignment.on_the_way.remove(haul)
            self._row(Kind.TRUCK_ARRIVED, haul, consignment.case.site)
            haul.ref = yield from consignment.hand_over(load, haul.unit, haul.ref)
            return
        if not self._stands_at(haul.unit, depot.site):
            yield from self._drive(haul, depot.site)
        for piece in load:
            haul.ref = consignment.bring_back(piece, haul.unit, haul.ref)

    def turn_back(self, consignment: Consignment) -> None:
        """Let the trucks of a consignment that are on their way to the scene turn round."""
        hauls, consignment.on_the_way = consignment.on_the_way, []
        for haul in hauls:
            haul.unit.version += 1
            self.run.missions.driving.stop_watching(haul.unit)
            self._row(Kind.TRUCK_DEPARTED, haul, consignment.depot.site)
            self.run.missions.driving.drive(haul.unit, consignment.depot.site, 1.0)

    def _row(self, kind: Kind, haul: Haul, place: int) -> None:
        consignment = haul.consignment
        haul.ref = self.run.write(
            kind, consignment.case, team=haul.unit.index, request=consignment.number, depot=consignment.store.index, place=place,
            ref=haul.ref,
        )  # fmt: skip


def _telling(there: Event) -> Callable[[Unit], None]:
    """Return what lets a story go on that waits for a truck to arrive."""

    def arrived(_: Unit) -> None:
        there.succeed()

    return arrived


def packed(goods: list[Piece], items: tuple[tuple[float, float], ...], payload: float, volume: float) -> list[int]:
    """Return how much of each good one truck takes (thousandths): all if they fit, else the same share of each.

    Parameters
    ----------
    goods
        What is left to carry.
    items
        For each good: kg and m³ a unit.
    payload, volume
        Of the truck (kg, m³; 0 for no limit of volume).
    """
    masses = [piece.amount / MILLI * mass for piece, (mass, _) in zip(goods, items, strict=True)]
    volumes = [piece.amount / MILLI * size for piece, (_, size) in zip(goods, items, strict=True)]
    share = min(1.0, payload / sum(masses) if sum(masses) else 1.0, volume / sum(volumes) if volume and sum(volumes) else 1.0)
    if share >= 1.0:
        return [piece.amount for piece in goods]
    taken = [int(piece.amount / MILLI * share) * MILLI for piece in goods]
    for number, (mass, size) in enumerate(items):  # what the rounding has left room for
        room = payload - sum(amount / MILLI * items[i][0] for i, amount in enumerate(taken))
        space = volume - sum(amount / MILLI * items[i][1] for i, amount in enumerate(taken))
        more = min(room / mass if mass else 1e18, space / size if size and volume else 1e18)
        units = min(int(more + 1e-9), -(-(goods[number].amount - taken[number]) // MILLI))
        taken[number] = min(goods[number].amount, taken[number] + max(0, units) * MILLI)
    if not any(taken):  # a unit that fits no truck is refused by the checks; here it travels alone
        taken[0] = min(goods[0].amount, MILLI)
    return taken
