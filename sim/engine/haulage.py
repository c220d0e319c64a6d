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

_MANY = 1e15
"""More units than any truck takes."""


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


def packed(amounts: list[int], sizes: list[tuple[float, float]], payload: float, volume: float) -> list[int]:
    """Return how much of each good fits (thousandths): all if there is room, else the same share of each, in whole units.

    Parameters
    ----------
    amounts
        What is left to carry of each.
    sizes
        For each good: kg and m³ a unit.
    payload, volume
        What there is room for (kg, m³).
    """
    mass = sum(amount / MILLI * each for amount, (each, _) in zip(amounts, sizes, strict=True))
    size = sum(amount / MILLI * each for amount, (_, each) in zip(amounts, sizes, strict=True))
    share = min(1.0, payload / mass if mass else 1.0, volume / size if size else 1.0)
    if share >= 1.0:
        return list(amounts)
    taken = [int(amount / MILLI * share) * MILLI for amount in amounts]
    room = payload - sum(amount / MILLI * each for amount, (each, _) in zip(taken, sizes, strict=True))
    space = volume - sum(amount / MILLI * each for amount, (_, each) in zip(taken, sizes, strict=True))
    for number, (heavy, large) in enumerate(sizes):  # what the rounding has left room for
        more = min(room / heavy if heavy else _MANY, space / large if large else _MANY)
        units = max(0, min(int(more + 1e-9), -(-(amounts[number] - taken[number]) // MILLI)))
        added = min(amounts[number] - taken[number], units * MILLI)
        taken[number] += added
        room, space = room - added / MILLI * heavy, space - added / MILLI * large
    return taken
