"""Stores in a run: what each could send and when, whether its keeper is in, what a firm is making."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from simpy import Event

from sim.engine.supply_offers import SupplyOffer
from sim.log import Kind
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Generator

    from sim.engine.consignment import Consignment, Piece
    from sim.engine.field import Case
    from sim.engine.ledger import Ledger
    from sim.engine.run import Run
    from sim.engine.supply import Demand
    from sim.scenario.supplies import Depot, Fleet, Item, Step, Store


class Stores:
    """The stores of a replication."""

    def __init__(self, run: Run, ledger: Ledger) -> None:
        self.run = run
        self.ledger = ledger
        self.supplies = run.scenario.supplies
        self.ordered: dict[tuple[int, int], int] = {}
        """(store, item) → what has been ordered to be made."""
        self._keepers: dict[int, Event] = {}
        """Depot → whether its keeper is in."""
        self._making: dict[tuple[int, int], int] = {}
        """(store, item) → until when it is making what was ordered before."""

    # --- what they could send --------------------------------------------------------------------------------------

    def offers(self, demand: Demand, item: Item, *, makes: bool) -> list[SupplyOffer]:
        """Return what stores that may be asked could send for a demand: from stock, or made to order."""
        found = []
        for store in self.supplies.stores:
            if self.may_ask(demand, store):
                offer = self._offer(demand.case, store, item, makes=makes)
                if offer is not None:
                    found.append(offer)
        return found

    def may_ask(self, demand: Demand, store: Store) -> bool:
        """Tell whether a demand may be put to a store: it has not turned it down, and a channel is for who asks by it."""
        case = demand.case
        allowed = () if demand.need < 0 else case.course.supplies[demand.need].stores
        if not store.usable or store.index in demand.turned_down or (allowed and store.index not in allowed):
            return False
        return store.channel < 0 or self.run.scenario.command.channels[store.channel].serves(case.course.jurisdiction)

    def serves(self, demand: Demand, number: int) -> bool:
        """Tell whether what a store has, or will have, can be sent for a demand: it may be asked, and there is a way."""
        store = self.supplies.stores[number]
        depot = self.supplies.depots[store.depot]
        fleet = next((self.supplies.fleets[fleet] for fleet in depot.fleets), None)
        return self.may_ask(demand, store) and self.drive(depot, fleet, demand.case.site) < NEVER

    def _offer(self, case: Case, store: Store, item: Item, *, makes: bool) -> SupplyOffer | None:
        """Return what a store could send, as planned; None when it has nothing or there is no way."""
        ready, amount, rate = self.supplies.planned_release(store), 0, 0.0
        if not makes:
            amount = self.ledger.free(store.index, item.index)
        elif store.makes is not None and item.index in store.makes:
            first, rate, most = store.makes[item.index]
            amount = most - self.ordered.get((store.index, item.index), 0)
            ready = max(ready + first.planned, self._making.get((store.index, item.index), 0) - self.run.clock._now)
        if amount <= 0:
            return None
        depot = self.supplies.depots[store.depot]
        fleet = next((self.supplies.fleets[number] for number in depot.fleets), None)
        drive = self.drive(depot, fleet, case.site)
        if drive >= NEVER:
            return None
        load = amount if fleet is None else min(amount, self.supplies.truckload(item, fleet))
        trucks = 1
        if fleet is not None:
            ready += self._approach(fleet, depot)
            drive += sum((drive - 1) // every * lasts for every, lasts, _ in fleet.stops)
            trucks = max(1, sum(len(self.supplies.fleets[number].trucks) for number in depot.fleets))
        loading, receiving = round(self.supplies.loading(depot, item, load)), self.supplies.planned_receiving(depot)
        ready += self._promised_loads(depot) // trucks * (loading + 2 * drive + receiving)
        return SupplyOffer(
            drive, store.index, amount, load, ready, loading, depot.bays, trucks,
            receiving, round(load / rate) if rate else 0,
        )  # fmt: skip

    def _promised_loads(self, depot: Depot) -> int:
        """Return how many truckloads the trucks of a depot have before them: ordered and not delivered yet."""
        if not depot.fleets:
            return 0
        fleet, desk = self.supplies.fleets[depot.fleets[0]], self.run.supply
        return int(sum(
            consignment.loads_to_come(fleet)
            for orders in desk.consignments.values() for consignment in orders
            if fleet.index in consignment.depot.fleets
        ))  # fmt: skip

    def drive(self, depot: Depot, fleet: Fleet | None, site: int) -> int:
        """Return the planned drive of a depot's trucks (ms), `NEVER` without a way; without trucks only to its own place."""
        run = self.run
        if fleet is None:
            return 0 if run.travel.spot(depot.site) == run.travel.spot(site) else NEVER
        truck = run.units[fleet.trucks[0]]
        profile = truck.profiles[run.outlook.kind_of_hour(run.clock._now)]
        return run.travel.drive(run.travel.spot(depot.site), site, profile, run.state)

    def _approach(self, fleet: Fleet, depot: Depot) -> int:
        """Return the planned drive of trucks from their base to the depot (ms)."""
        run, truck = self.run, self.run.units[fleet.trucks[0]]
        profile = truck.profiles[run.outlook.kind_of_hour(run.clock._now)]
        return run.travel.drive(run.travel.spot(truck.team.base), depot.site, profile, run.state)

    # --- what goes on there ----------------------------------------------------------------------------------------

    def keeper(self, consignment: Consignment, step: Step) -> Generator[Event, object, bool]:
        """Have the keeper in: he is called once, and then stays. Tell whether he could be reached."""
        depot, run = consignment.depot, self.run
        there = self._keepers.get(depot.index)
        if there is not None:
            return bool(there.value if there.triggered else (yield there))
        there = self._keepers[depot.index] = Event(run.clock)
        if step.call is not None:
            purpose = f"supply/{depot.id}/keeper" + (f"#{consignment.turn}" if consignment.turn else "")
            if not (yield from run.calls.reach(consignment.case, step.call, purpose)):
                del self._keepers[depot.index]  # whoever wants something later calls again
                there.succeed(value=False)
                return False
        else:  # else the call is what takes the time
            yield run.wait(consignment.lasts(step), consignment.case.number)
        consignment.ref = consignment.row(Kind.KEEPER_IN)
        there.succeed(value=True)
        return True

    def made(self, consignment: Consignment, piece: Piece) -> Generator[Event, object, None]:
        """Wait until a firm has made what was ordered, after what was ordered before."""
        store, run = consignment.store, self.run
        assert store.makes is not None
        first, rate, _ = store.makes[piece.item]
        now, key = run.clock._now, (store.index, piece.item)
        case = consignment.case
        start = run.durations.get(case.block, case.n, f"supply/{store.id}/makes", first, 0, consignment.turn)
        begins = max(now + start, self._making.get(key, 0))
        self._making[key] = ends = begins + ceil(piece.amount / rate - 1e-6)
        yield run.wait(ends - now, case.number)
        if not consignment.over:
            consignment.ref, _ = self.ledger.move(
                Kind.STOCK_MADE, piece.item, piece.amount, case=case, need=piece.demand.need, store=store.index,
                request=consignment.number, place=consignment.depot.site, ref=consignment.ref,
            )  # fmt: skip
            piece.makes = False
            self.ledger.reserve(store.index, piece.item, piece.amount)

