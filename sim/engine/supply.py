"""Supplies inside the response: what is asked for, which stores send it, what waits, when a need is met."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from sim.engine.consignment import Consignment, Piece, Promise
from sim.engine.consumption import Consumption
from sim.engine.haulage import Haulage
from sim.engine.ledger import Ledger
from sim.engine.restock import Restocking
from sim.engine.returns import Returns
from sim.engine.stores import Stores
from sim.engine.supply_offers import POLICIES, SupplyOffer
from sim.log import Cause, Kind, Rank
from sim.scenario.supplies import MILLI
from sim.units import MINUTE

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from simpy import Event

    from sim.engine.field import Case, Unit
    from sim.engine.run import Run
    from sim.scenario.supplies import Store, SupplyNeed, SupplyPolicy

Key = tuple[int, int, bool]
"""Store, item, whether it is to be made."""
LOOK = 10 * MINUTE
"""So often a need that follows a leak is looked at again (ms)."""
_MOST_SPOILT = 100
"""So often goods may expire before they are loaded, until their store is asked no more: else a run might never end."""


class Demand:
    """One item that one incident asks for."""

    __slots__ = ("case", "item", "need", "order", "ordered", "received", "ref", "spoilt", "told", "turned_down", "wanted")

    def __init__(self, case: Case, need: int, item: int, order: tuple[int, int]) -> None:
        self.case = case
        self.need = need
        """Line of the course's supplies, or -1: a task asks."""
        self.item = item
        self.order = order
        """Priority of the incident, then in order of asking."""
        self.wanted = 0
        """Thousandths of the item, as are the others."""
        self.ordered = 0
        """… of which some store is to send."""
        self.received = 0
        self.ref = -1
        self.told = 0
        """What the log says is waiting."""
        self.spoilt = 0
        """How often goods for it have expired before they were loaded."""
        self.turned_down: frozenset[int] = frozenset()
        """Stores that will not be asked again."""

    @property
    def open(self) -> int:
        """Return what nobody has been asked for."""
        return self.wanted - self.ordered


class SupplyDesk:
    """Runs the supplies of a replication."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.supplies = run.scenario.supplies
        self.ledger = Ledger(run)
        self.haulage = Haulage(run)
        self.stores = Stores(run, self.ledger)
        self.restock = Restocking(run, self)
        self.returns = Returns(run, self)
        self.consumption = Consumption(run, self)
        self.demands: dict[int, list[Demand]] = {}
        """Incident → what it asks for."""
        self.consignments: dict[int, list[Consignment]] = {}
        """Incident → orders to stores."""
        self._coming: dict[int, int] = {}
        """Incident → needs that are still to be asked for."""
        self._turns: dict[tuple[int, int], int] = {}
        self._asked = 0
        self._orders = 0

    # --- what is asked for -----------------------------------------------------------------------------------------

    def raised(self, case: Case) -> None:
        """Ask for the supplies of an incident, now that its needs are known."""
        needs = case.course.supplies
        if not needs:
            return
        self._coming[case.number] = len(needs)
        at_once = []
        for need in needs:
            after = self.run.durations.get(case.block, case.n, "supply/after", need.after, need.index)
            if after:
                self.run.clock.at(self.run.clock._now + after, Rank.COMMAND, case.number, self._ask_for, case, [need])
            else:
                at_once.append(need)
        self._ask_for(case, at_once)
        if any(need.per is not None and need.per.signal == "released" for need in needs):
            self._look(case)

    def _ask_for(self, case: Case, needs: Sequence[SupplyNeed]) -> None:
        """Ask for what is wanted at one moment together: what one store sends of it may share trucks."""
        if case.closed:
            return
        self._coming[case.number] -= len(needs)
        self._grow(case, needs)
        self.settle(case)

    def _look(self, case: Case) -> None:
        """Look again at what follows a leak, as long as it runs."""
        if case.closed:
            return
        self.signals_changed(case)
        empty, now = self._empty(case), self.run.clock._now
        if empty is not None:
            self.run.clock.at(min(now + LOOK, empty), Rank.HAZARD, case.number, self._look, case)
        else:
            self.settle(case)

    def _empty(self, case: Case) -> int | None:
        """Return when the tank of an incident that leaks will be empty; None when it does not leak, or no longer."""
        leak = self.run.hazards.leaks.get(case.number)
        empty = None if leak is None or leak.stopped is not None else leak.next_change()
        return None if empty is None or empty <= self.run.clock._now else empty

    def signals_changed(self, case: Case) -> None:
        """Ask for more where a need follows a signal that has grown."""
        asked = {demand.need for demand in self.demands.get(case.number, ())}
        self._grow(case, [need for need in case.course.supplies if need.per is not None and need.index in asked])

    def _grow(self, case: Case, needs: Sequence[SupplyNeed]) -> None:
        """Ask for what needs want now beyond what has been asked for them."""
        grown: list[Demand] = []
        for need in needs:
            amount = self._amount(case, need)
            parts = [(need.item, amount)]
            if need.item < 0:
                kit = self.supplies.kits[need.kit]
                parts = [(item, amount * each // MILLI) for item, each in kit.parts]
                if any(wanted > self._demand(case, need.index, item).wanted for item, wanted in parts):
                    code = self.ledger.first + len(self.supplies.items) + kit.index
                    self.run.write(Kind.SUPPLY_NEEDED, case, line=need.index, item=code, quantity=amount, ref=case.ref)
            grown += self._wanted(case, need.index, parts)
        if grown:
            self.dispatch(case, grown)

    def _amount(self, case: Case, need: SupplyNeed) -> int:
        """Return what a need wants in all, now (thousandths)."""
        if need.per is None:
            assert need.amount is not None
            drawn = self.run.durations.value(case.block, case.n, f"supply/amount/{need.index}", need.amount)
            counted = need.kit >= 0 or self.supplies.items[need.item].counted  # half a tent houses nobody
            return max(0, ceil(drawn - 1e-9) * MILLI if counted else round(drawn * MILLI))
        per = need.per
        value = self._signals(case).get(per.signal, 0.0)
        return max(0, ceil((value - per.less) / per.each - 1e-9)) * per.amount

    def _signals(self, case: Case) -> dict[str, float]:
        if not case.plain:
            return self.run.command.now(case)
        return {**dict(case.course.signals), "released": self.run.hazards.released(case)}

    def _demand(self, case: Case, need: int, item: int) -> Demand:
        """Return what an incident asks for of an item on one need, new if it has not asked yet."""
        demands = self.demands.setdefault(case.number, [])
        for demand in demands:
            if demand.need == need and demand.item == item:
                return demand
        self._asked += 1
        demands.append(Demand(case, need, item, (case.course.priority, self._asked)))
        return demands[-1]

    def ask(self, case: Case, need: int, wanted: Sequence[tuple[int, int]], cause: Cause = Cause.NONE) -> None:
        """Ask for items so that this much of each is asked for in all."""
        grown = self._wanted(case, need, wanted, cause)
        if grown:
            self.dispatch(case, grown)

    def _wanted(
        self, case: Case, need: int, wanted: Sequence[tuple[int, int]], cause: Cause = Cause.NONE
    ) -> list[Demand]:
        """Write down what is asked for beyond what has been; return the demands that have grown."""
        grown = []
        for item, amount in wanted:
            demand = self._demand(case, need, item)
            if amount > demand.wanted:
                more, demand.wanted = amount - demand.wanted, amount
                demand.ref = self.run.write(
                    Kind.SUPPLY_NEEDED, case, line=need, item=self.ledger.first + item, quantity=more, ref=case.ref, cause=cause
                )
                grown.append(demand)
        return grown

    # --- who sends it ----------------------------------------------------------------------------------------------

    def dispatch(self, case: Case, demands: Sequence[Demand]) -> None:
        """Order what is open from stores: what goes from one store to one incident is one consignment."""
        goods: dict[int, list[tuple[Piece, Cause]]] = {}
        for demand in demands:
            self._choose(demand, goods)
        for store, pieces in goods.items():
            self._order(case, self.supplies.stores[store], pieces)
        for demand in demands:
            if demand.open > 0:
                self._wait(demand)
            else:
                demand.told = 0

    def _choose(self, demand: Demand, goods: dict[int, list[tuple[Piece, Cause]]]) -> None:
        """Choose who sends how much for a demand: the item itself, what must be made, then what can stand in for it."""
        item, wanted, told, taken = self.supplies.items[demand.item], demand.open, dict[Key, SupplyOffer](), dict[Key, int]()
        others = ((other, each, False) for other, each in self._stand_ins(demand))
        for number, each, makes in ((item.index, MILLI, False), *others, (item.index, MILLI, True)):
            if demand.open <= 0:
                break
            offers = self.stores.offers(demand, self.supplies.items[number], makes=makes)
            told |= {(offer.store, number, makes): offer for offer in offers}
            choose, cause = POLICIES[self._policy(demand)]
            if number != item.index:
                cause = Cause.SUBSTITUTE
            lacks = -(-demand.open * each // MILLI)
            if number != item.index and self.supplies.items[number].counted:  # nobody loads half a tent
                lacks = -(-lacks // MILLI) * MILLI
            for store, amount in choose(offers, lacks):
                worth = min(demand.open, amount * MILLI // each)
                if worth <= 0:
                    continue
                piece = Piece(Promise(demand, amount, worth), number, amount, makes)
                demand.ordered += worth
                taken[store, number, makes] = amount
                if makes:
                    self.stores.ordered[store, number] = self.stores.ordered.get((store, number), 0) + amount
                elif self.supplies.stores[store].channel < 0:
                    self.ledger.reserve(store, number, amount)
                goods.setdefault(store, []).append((piece, cause))
        if self.run.tracer is not None:
            self.run.tracer.supplied(self.run, demand, wanted, told, taken, self._policy(demand))

    def _stand_ins(self, demand: Demand) -> tuple[tuple[int, int], ...]:
        """Return what can stand in for what a demand asks for: nothing where tasks draw on the item itself."""
        feeds = demand.need < 0 or demand.case.course.supplies[demand.need].feeds
        return () if feeds else self.supplies.items[demand.item].substitutes

    def _policy(self, demand: Demand) -> SupplyPolicy:
        own = None if demand.need < 0 else demand.case.course.supplies[demand.need].policy
        return own or self.supplies.policy

    def _order(self, case: Case, store: Store, pieces: Sequence[tuple[Piece, Cause]]) -> None:
        consignment = Consignment(self, self._orders, case, store, [piece for piece, _ in pieces])
        self._orders += 1
        self.consignments.setdefault(case.number, []).append(consignment)
        depot = self.supplies.depots[store.depot]
        for piece, cause in pieces:
            ref = self.run.write(
                Kind.SUPPLY_ORDERED, case, line=piece.demand.need, request=consignment.number, depot=store.index,
                item=self.ledger.first + piece.item, quantity=piece.amount, place=depot.site, ref=piece.demand.ref, cause=cause,
            )  # fmt: skip
            consignment.ref = ref
            self.restock.changed(store.index, piece.item)
        self.run.story(self._until_over(consignment))

    def _until_over(self, consignment: Consignment) -> Generator[Event, object, None]:
        yield from consignment.go()
        self.settle(consignment.case)

    def turn_of(self, case: Case, store: Store) -> int:
        """Return how many orders a store has had from an incident before."""
        turn = self._turns.get((case.number, store.index), 0)
        self._turns[case.number, store.index] = turn + 1
        return turn

    def reopen(self, case: Case, missing: Sequence[tuple[Demand, int]], store: Store, cause: Cause) -> None:
        """Seek elsewhere what a store does not send after all."""
        again = []
        for demand, amount in missing:
            if amount > 0:
                demand.ordered -= amount
                demand.spoilt += cause == Cause.SHELF_LIFE
                if cause != Cause.SHELF_LIFE or demand.spoilt > _MOST_SPOILT:
                    demand.turned_down |= {store.index}
                again.append(demand)
        if again and not case.closed:
            self.dispatch(case, list(dict.fromkeys(again)))

    # --- what has come ---------------------------------------------------------------------------------------------

    def received(self, consignment: Consignment, load: Sequence[Piece], ref: int) -> int:
        """Hand out what has been unloaded, and see whether that was all. Return the last row."""
        case = consignment.case
        for piece in load:
            demand = piece.demand
            if not piece.amount:
                continue
            demand.received += piece.promise.settle(piece.amount)
            if demand.need < 0 or case.course.supplies[demand.need].feeds:
                self.consumption.changed(case)
            else:
                kind = Kind.STOCK_HANDED_OUT if self.supplies.items[piece.item].reusable else Kind.STOCK_USED
                ref, _ = self.ledger.move(
                    kind, piece.item, piece.amount, case=case, need=demand.need, store=consignment.store.index,
                    request=consignment.number, ref=ref,
                )  # fmt: skip
            if demand.received >= demand.wanted:
                self._complete(demand, ref)
        self.settle(case)
        return ref

    def _complete(self, demand: Demand, ref: int) -> None:
        case, run = demand.case, self.run
        run.write(
            Kind.SUPPLY_COMPLETE, case, line=demand.need, item=self.ledger.first + demand.item, quantity=demand.wanted, ref=ref
        )
        kit = -1 if demand.need < 0 else case.course.supplies[demand.need].kit
        parts = [other for other in self.demands[case.number] if other.need == demand.need]
        if kit >= 0 and all(other.received >= other.wanted for other in parts):
            each = dict(self.supplies.kits[kit].parts)
            sets = min(other.wanted // each[other.item] for other in parts)
            code = self.ledger.first + len(self.supplies.items) + kit
            run.write(Kind.SUPPLY_COMPLETE, case, line=demand.need, item=code, quantity=sets * MILLI, ref=ref)

    # --- what waits ------------------------------------------------------------------------------------------------

    def _wait(self, demand: Demand) -> None:
        if demand.open != demand.told:
            demand.told = demand.open
            demand.ref = self.run.write(
                Kind.SUPPLY_WAITING, demand.case, line=demand.need, item=self.ledger.first + demand.item, quantity=demand.open,
                ref=demand.ref, cause=self._why_not(demand),
            )  # fmt: skip
            self.restock.wanted(demand.item)

    def _why_not(self, demand: Demand) -> Cause:
        """Return why nobody can send more of an item."""
        item = demand.item
        stores = [store for store in self.supplies.stores if store.usable]
        free = [store for store in stores if self.ledger.free(store.index, item)]
        if any(store.index not in demand.turned_down for store in free):
            return Cause.NOBODY_REACHES
        keeps = any(store.keeps and store.keeps.get(item) and self.ledger.lots.get((store.index, item)) for store in stores)
        return Cause.DECLINED if free else Cause.KEPT_BACK if keeps else Cause.NO_STOCK

    def _shut_off(self, demand: Demand) -> bool:
        """Tell whether only the roads keep goods from a demand."""
        able = (demand.item, *(other for other, _ in self._stand_ins(demand)))
        stores = [store for store in self.supplies.stores if self.stores.may_ask(demand, store)]
        return any(self.ledger.free(store.index, item) for store in stores for item in able)

    def waiting(self, item: int) -> int:
        """Return how much of an item is asked for that nobody can send (thousandths)."""
        return sum(demand.open for demands in self.demands.values() for demand in demands if demand.item == item)

    def arrived_in(self, store: int, item: int) -> None:
        """Serve those who wait, now that a store has more of an item: in order of priority, then of asking."""
        self.restock.changed(store, item)
        able = {item} | {other.index for other in self.supplies.items if any(number == item for number, _ in other.substitutes)}
        waiting = [
            demand for demands in self.demands.values() for demand in demands if demand.open > 0 and demand.item in able
        ]
        for demand in sorted(waiting, key=lambda demand: demand.order):
            self.dispatch(demand.case, [demand])

    def roads_changed(self) -> None:
        """Look again at what waits: a road may have opened."""
        waiting = [demand for demands in self.demands.values() for demand in demands if demand.open > 0]
        for demand in sorted(waiting, key=lambda demand: demand.order):
            self.dispatch(demand.case, [demand])
        self.settle_all()

    def hope(self, demand: Demand) -> bool:
        """Tell whether what nobody can send now may come after all: from suppliers, from elsewhere, or once a road opens."""
        able = {demand.item, *(other for other, _ in self._stand_ins(demand))}
        return (
            self.restock.hope(demand, able)
            or self.returns.expected(able)
            or (self.run.roads.coming > 0 and self._shut_off(demand))
        )

    def hopeful(self) -> bool:
        """Tell whether anybody still waits for something that may come."""
        return any(demand.open > 0 and self.hope(demand) for demands in self.demands.values() for demand in demands)

    # --- the end ---------------------------------------------------------------------------------------------------

    def busy(self, case: Case) -> bool:
        """Tell whether supplies of an incident are still to be asked for, on their way, or to be hoped for."""
        if not case.course.supplies:
            return False
        if self._coming.get(case.number, 0) or self._grows(case):
            return True
        return any(
            demand.need >= 0
            and (demand.received < demand.ordered or (demand.open > 0 and self.hope(demand)))
            for demand in self.demands.get(case.number, ())
        )

    def _grows(self, case: Case) -> bool:
        """Tell whether what an incident asks for may still grow: it leaks, or will take a turn."""
        follows = {need.per.signal for need in case.course.supplies if need.per is not None}
        if "released" in follows and self._empty(case) is not None:
            return True
        return bool(follows) and not case.plain and self.run.command.turns[case.number] > 0

    def settle(self, case: Case) -> None:
        """Close an incident that asked for supplies alone, or whose work is done, once nothing more can come."""
        if not case.course.supplies or case.closed or not case.raised or self.run.command.trees.open.get(case.number):
            return
        if self.run.cases.all_done(case):
            self.run.cases.close(case, case.ref)

    def settle_all(self) -> None:
        """Close what has waited in vain: nothing more can come."""
        for demands in tuple(self.demands.values()):
            if demands:
                self.settle(demands[0].case)

    def closed(self, case: Case, ref: int) -> None:
        """Call off what is under way for an incident that is closed; what is there goes home."""
        for demand in self.demands.pop(case.number, ()):
            missing = demand.wanted - demand.received
            if missing > 0:
                item = self.ledger.first + demand.item
                self.run.write(Kind.SUPPLY_WITHDRAWN, case, line=demand.need, item=item, quantity=missing, ref=ref)
        freed: dict[tuple[int, int], None] = {}
        for consignment in self.consignments.pop(case.number, ()):
            freed |= dict.fromkeys((consignment.store.index, item) for item in consignment.call_off())
        self.consumption.closed(case)
        self.returns.closed(case, ref)
        for store, item in freed:
            self.arrived_in(store, item)

    def home(self, unit: Unit) -> None:
        """Let a team at its base fill up what it carries."""
        for item, amount in unit.team.carries:
            self.consumption.refill(unit, item, amount)
