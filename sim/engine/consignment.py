"""A consignment: goods that one store sends to one incident. The word that releases them, then the steps, then the trucks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.engine.haulage import packed
from sim.log import Account, Cause, Kind
from sim.scenario.supplies import MILLI
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from simpy import Event

    from sim.engine.field import Case, Unit
    from sim.engine.haulage import Haul
    from sim.engine.run import Run
    from sim.engine.supply import Demand, SupplyDesk
    from sim.scenario.supplies import Fleet, Lot, Step, Store

    Story = Generator[Event, object, None]
    Asked = Generator[Event, object, bool]


class Promise:
    """What one store is to send of one item for one demand, and what it makes up of what was asked for."""

    __slots__ = ("_gone", "amount", "demand", "worth")

    def __init__(self, demand: Demand, amount: int, worth: int) -> None:
        self.demand = demand
        self.amount = amount
        """Thousandths of what is sent, which may stand in for what was asked for."""
        self.worth = worth
        """Thousandths of what was asked for."""
        self._gone = 0

    def settle(self, amount: int) -> int:
        """Return what an amount makes up that has come, or will not come; all parts together make up the whole."""
        before, self._gone = self.worth * self._gone // self.amount, self._gone + amount
        return self.worth * self._gone // self.amount - before

_ANY = 1e15
"""Room for anything (m³)."""


@dataclass(slots=True)
class Piece:
    """Goods of one item for one demand."""

    promise: Promise
    item: int
    """What is sent: the item asked for, or what stands in for it."""
    amount: int
    makes: bool = False
    """It must be made first."""
    lots: tuple[Lot, ...] = ()
    """On a truck: what it was taken from."""

    @property
    def demand(self) -> Demand:
        """Return what asks for it."""
        return self.promise.demand


class Consignment:
    """An order to one store for one incident."""

    def __init__(self, desk: SupplyDesk, number: int, case: Case, store: Store, goods: list[Piece]) -> None:
        self.desk = desk
        self.run: Run = desk.run
        self.number = number
        self.case = case
        self.store = store
        self.depot = self.run.scenario.supplies.depots[store.depot]
        self.left = goods
        """What has no truck yet."""
        self.to_load: list[list[Piece]] = []
        """What has a truck, and is not loaded yet."""
        self.over = False
        """Called off: the incident is closed."""
        self.staged = False
        """It has been brought to the dock: trucks need not wait at a bay."""
        self.hauling = 0
        """Loads that have a truck and are not delivered yet."""
        self.on_the_way: list[Haul] = []
        """Trucks between depot and scene."""
        self.turn = desk.turn_of(case, store)
        """How many orders the store has had from this incident: each has draws of its own."""
        self.ref = case.ref
        self.own = store.channel < 0
        """It is ours to promise; what another region has is promised when it is released."""
        self.receiving = sum(self.lasts(step) for step in self.depot.steps if step.kind == "receiving")
        """Unloading and handing out one truck (ms)."""

    # --- the steps -------------------------------------------------------------------------------------------------

    def go(self) -> Story:
        """Go through the steps of the depot, in its order, until the trucks are on their way."""
        found = False
        for step in self.depot.steps:
            if self.over:
                return
            if step.kind == "order":
                if not (yield from self._release(step)):
                    return
            elif step.kind == "keeper":
                if not (yield from self._keeper(step)):
                    return
            elif step.kind == "loading" and not found:
                yield from self._make()
                yield from self._stage(step)
            elif step.kind == "trucks" and self.depot.fleets:
                if not (yield from self._trucks(step)):
                    return
                found = True
        if not found and not self.over:
            yield from self._make()
            yield from self._by_hand()

    def lasts(self, step: Step) -> int:
        """Return the length of a step (ms)."""
        return self.run.durations.get(
            self.case.block, self.case.n, f"supply/{self.store.id}/{step.kind}", step.time, 0, self.turn
        )

    def _release(self, step: Step) -> Asked:
        """Have the goods released by whose word releases them."""
        if not self.store.call:  # else the calls are what takes the time
            yield self.run.wait(self.lasts(step), self.case.number)
        refused = yield from self._ask()
        if self.over:
            return False
        if refused is not None:
            self.refuse(*refused)
            return False
        if not self.own and not self._grant():
            return False
        post = self.store.call[-1].post if self.store.call else -1
        self.ref = self.row(Kind.SUPPLY_RELEASED, post=post, quantity=sum(piece.amount for piece in self.left))
        return True

    def _keeper(self, step: Step) -> Asked:
        """Have the keeper in; without him nothing leaves the store."""
        found = yield from self.desk.stores.keeper(self, step)
        if not found and not self.over:
            self.refuse(Cause.NOT_REACHED, -1 if step.call is None else step.call.post)
        return found

    def _ask(self) -> Generator[Event, object, tuple[Cause, int] | None]:
        """Call one post after the other; return why nothing comes of it, and where, or None."""
        run, asks = self.run, self.store.channel
        if asks >= 0:
            excluded = run.scenario.command.channels[asks].excluded
            items = run.scenario.supplies.items
            if all({items[piece.item].id, items[piece.item].name} & excluded for piece in self.left):
                return Cause.NOT_MOVABLE, -1
            for post in run.scenario.command.channels[asks].notify:  # no request for teams: those have numbers of their own
                run.write(
                    Kind.REQUEST_NOTIFIED, self.case, post=post, depot=self.store.index, place=self.depot.site, ref=self.ref
                )
        agreement = None if self.store.agreement < 0 else run.scenario.command.agreements[self.store.agreement]
        if agreement is not None and agreement.kinds and self.case.course.kind not in agreement.kinds:
            return Cause.LIMIT, -1
        for number, link in enumerate(self.store.call):
            purpose = f"supply/{self.store.id}/{run.scenario.command.posts[link.post].id}"
            purpose += f"#{self.turn}" if self.turn else ""
            reached = yield from run.calls.reach(self.case, link, purpose)
            if self.over:
                return None
            if not reached or run.calls.declines(self.case, link, purpose):
                return Cause.DECLINED if reached else Cause.NOT_REACHED, link.post
            if number < len(self.store.call) - 1:
                self.ref = self.row(Kind.SUPPLY_PASSED, post=link.post)
        return None

    def _grant(self) -> bool:
        """Let another region decide at the moment of release what must stay; what it keeps is sought elsewhere.

        Tell whether anything is left to send.
        """
        ledger, kept = self.desk.ledger, []
        for piece in self.left:
            if not piece.makes:
                may = min(piece.amount, ledger.free(self.store.index, piece.item))
                kept.append((piece, piece.amount - may))
                piece.amount = may
                ledger.reserve(self.store.index, piece.item, may)
        self.own = True
        self.left = [piece for piece in self.left if piece.amount]
        missing = [(piece.demand, piece.promise.settle(amount)) for piece, amount in kept if amount]
        if not self.left:
            self.refuse(Cause.KEPT_BACK, self.store.call[-1].post if self.store.call else -1, missing)
            return False
        self.desk.reopen(self.case, missing, self.store, Cause.KEPT_BACK)
        return True

    def _make(self) -> Story:
        """Have made what must be made first."""
        for piece in self.left:
            if piece.makes:
                yield from self.desk.stores.made(self, piece)
                if self.over:
                    return

    def _stage(self, step: Step) -> Story:
        """Bring everything to the dock before there is a truck."""
        supplies = self.run.scenario.supplies
        lasts = self.lasts(step)
        lasts += round(sum(supplies.loading(self.depot, supplies.items[piece.item], piece.amount) for piece in self.left))
        yield from self.desk.haulage.at_a_bay(self, lasts)
        self.staged = True

    def _trucks(self, step: Step) -> Asked:
        """Find trucks, fleet after fleet, and let them go."""
        run, supplies = self.run, self.run.scenario.supplies
        yield run.wait(self.lasts(step), self.case.number)
        found: list[Fleet] = []
        for number in self.depot.fleets:
            fleet = supplies.fleets[number]
            purpose = f"supply/{self.store.id}/find/{fleet.id}"
            yield run.wait(run.durations.get(self.case.block, self.case.n, purpose, fleet.find, 0, self.turn), self.case.number)
            if self.over:
                return False
            if self._fails(f"{purpose}/fails", fleet.fails):
                self.row(Kind.TRUCKS_FAILED, cause=Cause.CONTRACT_FAILED)
                continue
            found.append(fleet)
            if self._fits(found):
                break
        if not found:
            self.refuse(Cause.NO_TRUCKS, -1)
            return False
        yield from self._make()
        if self.over:
            return False
        sent = self.desk.haulage.send(self, tuple(found))
        self.ref = self.row(Kind.TRUCKS_FOUND, quantity=sent)
        return True

    def _fails(self, purpose: str, chance: float) -> bool:
        durations = self.run.durations
        if durations.draws is None:  # as planned it does when that is likelier than not
            return chance > 0.5
        return bool(chance) and durations.happens(self.case.block, self.case.n, purpose, chance, 0, self.turn)

    def _fits(self, fleets: list[Fleet]) -> bool:
        """Tell whether trucks of some fleets that stand ready can take everything at once, by payload and by volume."""
        items, idle = self.run.scenario.supplies.items, self.desk.haulage.idle
        mass = sum(piece.amount / MILLI * items[piece.item].mass for piece in self.left)
        volume = sum(piece.amount / MILLI * items[piece.item].volume for piece in self.left)
        room = sum(len(idle(fleet)) * fleet.volume if fleet.volume else NEVER for fleet in fleets if idle(fleet))
        return sum(len(idle(fleet)) * fleet.payload for fleet in fleets) >= mass and room >= volume

    def _by_hand(self) -> Story:
        """Hand goods over where they lie: a depot without trucks serves its own place."""
        goods, self.left = self.left, []
        for piece in goods:
            self.ref = self.load(piece, None, self.ref)
        self.ref = yield from self.hand_over(goods, None, self.ref)

    def loads_to_come(self, fleet: Fleet) -> float:
        """Return how many truckloads of a fleet are still to be delivered."""
        supplies = self.run.scenario.supplies
        left = sum(piece.amount / supplies.truckload(supplies.items[piece.item], fleet) for piece in self.left)
        return self.hauling + left

    # --- what trucks ask of it -------------------------------------------------------------------------------------

    def take(self, fleet: Fleet) -> list[Piece]:
        """Give a truck its load: what is due first goes first, and what is due together in equal shares."""
        if not self.left:
            return []
        taken = self._packed(fleet)
        load = [Piece(piece.promise, piece.item, amount) for piece, amount in zip(self.left, taken, strict=True) if amount]
        for piece, amount in zip(self.left, taken, strict=True):
            piece.amount -= amount
        self.left = [piece for piece in self.left if piece.amount]
        self.to_load.append(load)
        return load

    def _packed(self, fleet: Fleet) -> list[int]:
        """Return how much of each piece one truck takes (thousandths)."""
        items, taken = self.run.scenario.supplies.items, [0] * len(self.left)
        room, space = fleet.payload, fleet.volume or _ANY
        dues = [self._due(piece) for piece in self.left]
        for due in sorted(set(dues)):
            group = [number for number, other in enumerate(dues) if other == due]
            sizes = [(items[self.left[number].item].mass, items[self.left[number].item].volume) for number in group]
            amounts = packed([self.left[number].amount for number in group], sizes, room, space)
            for number, amount, (mass, size) in zip(group, amounts, sizes, strict=True):
                taken[number] = amount
                room, space = max(0.0, room - amount / MILLI * mass), max(0.0, space - amount / MILLI * size)
        if not any(taken):  # a unit that fits no truck is refused by the checks; here it travels alone
            taken[0] = min(self.left[0].amount, MILLI)
        return taken

    def _due(self, piece: Piece) -> int:
        """Return by when a piece is wanted (ms): at once where tasks wait for it."""
        need = piece.demand.need
        if need < 0:
            return 0
        deadline = self.case.course.supplies[need].deadline
        return NEVER if deadline is None else deadline

    def load(self, piece: Piece, unit: Unit | None, ref: int) -> int:
        """Put goods on a truck; what has expired meanwhile is sought elsewhere. Return the row."""
        ledger, store = self.desk.ledger, self.store.index
        ledger.reserve(store, piece.item, -piece.amount)
        there = min(piece.amount, ledger.held(Account.DEPOT, store, piece.item))
        if there < piece.amount:
            missing, piece.amount = piece.promise.settle(piece.amount - there), there
            self.desk.reopen(self.case, [(piece.demand, missing)], self.store, Cause.SHELF_LIFE)
        if there:
            ref, piece.lots = ledger.move(
                Kind.STOCK_LOADED, piece.item, there, case=self.case, need=piece.demand.need, store=store,
                team=-1 if unit is None else unit.index, request=self.number, place=self.depot.site, ref=ref,
            )  # fmt: skip
            self.desk.restock.changed(store, piece.item)
        return ref

    def hand_over(self, load: list[Piece], unit: Unit | None, ref: int) -> Generator[Event, object, int]:
        """Unload on the scene, then hand out to people, or leave there for tasks to use. Return the last row."""
        use = self.desk.consumption
        for piece in load:
            if piece.amount:
                use.unloads(self.case, piece.item, piece.amount)
                ref, _ = self.desk.ledger.move(
                    Kind.STOCK_DELIVERED, piece.item, piece.amount, case=self.case, need=piece.demand.need,
                    store=self.store.index, team=-1 if unit is None else unit.index, request=self.number, ref=ref,
                )  # fmt: skip
                self.desk.returns.delivered(self.case, piece.item, self.store.index, piece.amount)
        if self.receiving:
            yield self.run.wait(self.receiving, self.case.number)
        for piece in load:
            use.unloads(self.case, piece.item, -piece.amount)
        return ref if self.case.closed else self.desk.received(self, load, ref)

    def bring_back(self, piece: Piece, unit: Unit, ref: int) -> int:
        """Unload at the depot what is no longer wanted. Return the row."""
        if piece.amount:
            ref, _ = self.desk.ledger.move(
                Kind.STOCK_UNLOADED, piece.item, piece.amount, case=self.case, store=self.store.index, team=unit.index,
                request=self.number, place=self.depot.site, ref=ref, lots=piece.lots,
            )  # fmt: skip
            self.desk.arrived_in(self.store.index, piece.item)
        return ref

    # --- the end ---------------------------------------------------------------------------------------------------

    def refuse(self, cause: Cause, post: int, kept: Sequence[tuple[Demand, int]] = ()) -> None:
        """End it because the goods do not come; they are sought elsewhere, and what is in stock is there for others."""
        self.over = True
        self.ref = self.row(Kind.SUPPLY_REFUSED, post=post, cause=cause)
        missing = [*kept, *((piece.demand, piece.promise.settle(piece.amount)) for piece in self.left)]
        freed = self._unpromise()
        self.desk.reopen(self.case, missing, self.store, cause)
        for item in freed:
            self.desk.arrived_in(self.store.index, item)

    def call_off(self) -> list[int]:
        """End it because the incident is closed: nothing more is loaded, trucks on the way turn round.

        Returns
        -------
        list
            Items of which some is there for others again.
        """
        self.over = True
        freed = self._unpromise()
        self.desk.haulage.turn_back(self)
        return freed

    def _unpromise(self) -> list[int]:
        """Take back the promise of all that is not loaded; return the items."""
        desk, store = self.desk, self.store.index
        freed: dict[int, None] = {}
        for piece in (*self.left, *(piece for load in self.to_load for piece in load)):
            if piece.makes:
                desk.stores.ordered[store, piece.item] -= piece.amount
            elif self.own:
                desk.ledger.reserve(store, piece.item, -piece.amount)
            freed[piece.item] = None
        self.left, self.to_load = [], []
        return list(freed)

    def row(self, kind: Kind, *, post: int = -1, quantity: int = 0, cause: Cause = Cause.NONE) -> int:
        """Write a row about the consignment as a whole."""
        return self.run.write(
            kind, self.case, request=self.number, post=post, depot=self.store.index, quantity=quantity, place=self.depot.site,
            ref=self.ref, cause=cause,
        )  # fmt: skip
