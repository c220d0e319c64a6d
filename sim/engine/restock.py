"""How stores fill up again: orders to suppliers by (r, Q), (s, S) or base stock; and goods that come to the end of their life."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.log import Account, Cause, Kind, Rank
from sim.randomness import child_key, name_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.engine.run import Run
    from sim.engine.supply import Demand, SupplyDesk
    from sim.scenario.supplies import Restock


class Restocking:
    """Looks after the levels of every store."""

    def __init__(self, run: Run, desk: SupplyDesk) -> None:
        self.run = run
        self.desk = desk
        self.supplies = run.scenario.supplies
        self.on_order = [0] * len(self.supplies.restock)
        """Of each rule: ordered and not here yet (thousandths)."""
        self._orders = [0] * len(self.supplies.restock)
        self._in_vain = [False] * len(self.supplies.restock)
        """Of each rule: whether its supplier has failed that never delivers; it is asked no more."""
        self._upkeep = 0
        """Reviews, deliveries and ends of shelf life that are still to come."""
        self._rules: dict[tuple[int, int], Restock] = {(rule.store, rule.item): rule for rule in self.supplies.restock}
        self._first: dict[int, Restock] = {}
        """Item → the rule that answers for what waits for it."""
        for rule in self.supplies.restock:
            self._first.setdefault(rule.item, rule)

    def begin(self) -> None:
        """Schedule reviews, and the end of shelf lives."""
        for rule in self.supplies.restock:
            if rule.review:
                self._later(rule.review, Rank.COMMAND, rule.index, self._review, rule)
            else:
                self._look(rule)
        for store in self.supplies.stores:
            for item, lots in store.lots.items():
                for lot in lots:
                    if lot.expires is not None:
                        self.watch(store.index, item, lot.expires)

    # --- upkeep ----------------------------------------------------------------------------------------------------

    def _later(self, moment: int, rank: Rank, entity: int, fn: Callable[..., None], *args: object) -> None:
        self._upkeep += 1
        self.run.clock.at(moment, rank, entity, self._do, fn, args)

    def _do(self, fn: Callable[..., None], args: tuple[object, ...]) -> None:
        """Do some upkeep; end the run where nothing else is left to happen and nobody waits for goods that may come."""
        self._upkeep -= 1
        fn(*args)
        clock = self.run.clock
        if len(clock._heap) == self._upkeep and not self.desk.hopeful():
            clock.halt()

    # --- ordering --------------------------------------------------------------------------------------------------

    def changed(self, store: int, item: int) -> None:
        """Look at a level that is kept under review all the time, since it has changed."""
        rule = self._rules.get((store, item))
        if rule is not None and not rule.review:
            self._look(rule)

    def wanted(self, item: int) -> None:
        """Look at the level that answers for an item that somebody waits for."""
        rule = self._first.get(item)
        if rule is not None and not rule.review:
            self._look(rule)

    def hope(self, demand: Demand, able: set[int]) -> bool:
        """Tell whether a demand may be served from what is on order, or will be ordered when a rule is looked at next.

        Parameters
        ----------
        able
            Items that serve it: the one asked for, and those that stand in for it.
        """
        return any(
            rule.item in able and self._comes_in(rule) and self.desk.stores.serves(demand, rule.store)
            for rule in self.supplies.restock
        )

    def _comes_in(self, rule: Restock) -> bool:
        return self.on_order[rule.index] > 0 or (not self._in_vain[rule.index] and self._amount(rule) > 0)

    def _review(self, rule: Restock) -> None:
        self._later(self.run.clock._now + rule.review, Rank.COMMAND, rule.index, self._review, rule)
        self._look(rule)

    def position(self, rule: Restock) -> int:
        """Return what is there and not promised, and on order, less what is waited for (thousandths)."""
        ledger, key = self.desk.ledger, (rule.store, rule.item)
        there = ledger.held(Account.DEPOT, *key) - ledger.reserved.get(key, 0)
        waiting = self.desk.waiting(rule.item) if self._first[rule.item] is rule else 0
        return there + self.on_order[rule.index] - waiting

    def _amount(self, rule: Restock) -> int:
        """Return how much a rule wants ordered now (thousandths)."""
        position = self.position(rule)
        if rule.rule == "r_q":
            return max(0, (rule.level - position) // rule.order + 1) * rule.order
        if rule.rule == "s_s":
            return rule.order - position if position <= rule.level else 0
        return rule.level - position

    def _look(self, rule: Restock) -> None:
        """Order if the rule says so."""
        amount = self._amount(rule)
        if amount > 0 and not self._in_vain[rule.index]:
            self._order(rule, amount)

    def _order(self, rule: Restock, amount: int) -> None:
        run, supplier = self.run, self.supplies.suppliers[rule.supplier]
        self.on_order[rule.index] += amount
        number = self._orders[rule.index]
        self._orders[rule.index] += 1
        store, item = self.supplies.stores[rule.store], self.supplies.items[rule.item]
        key = child_key(name_key(f"restock/{store.id}/{item.id}"), number)
        ref = run.write(
            Kind.STOCK_REORDERED, depot=rule.store, item=self.desk.ledger.first + rule.item, quantity=amount, cause=Cause.REORDER
        )
        lead = run.durations.once(key, "lead", supplier.lead)
        fails = run.durations.fails_once(key, "supplier", supplier.fails)
        self._later(run.clock._now + lead, Rank.FREE, rule.index, self._comes, rule, amount, ref, fails)

    def _comes(self, rule: Restock, amount: int, ref: int, fails: bool) -> None:  # noqa: FBT001  (a callback)
        self.on_order[rule.index] -= amount
        if fails:
            self.run.write(
                Kind.STOCK_FAILED, depot=rule.store, item=self.desk.ledger.first + rule.item, quantity=amount, ref=ref,
                cause=Cause.CONTRACT_FAILED,
            )  # fmt: skip
            chance = self.supplies.suppliers[rule.supplier].fails
            self._in_vain[rule.index] = chance >= 1 or self.run.durations.draws is None
            self._look(rule)
            self.desk.settle_all()
            return
        site = self.supplies.depots[self.supplies.stores[rule.store].depot].site
        self.desk.ledger.move(Kind.STOCK_RESTOCKED, rule.item, amount, store=rule.store, place=site, ref=ref)
        self.desk.arrived_in(rule.store, rule.item)
        self.desk.settle_all()

    # --- shelf life ------------------------------------------------------------------------------------------------

    def watch(self, store: int, item: int, moment: int) -> None:
        """Look at a store again at the end of a shelf life; what comes in past its time goes out at once."""
        self._later(max(self.run.clock._now, moment), Rank.HAZARD, store, self._expire, store, item)

    def _expire(self, store: int, item: int) -> None:
        amount = self.desk.ledger.expired(store, item)
        if amount:
            site = self.supplies.depots[self.supplies.stores[store].depot].site
            self.desk.ledger.move(Kind.STOCK_EXPIRED, item, amount, store=store, place=site, cause=Cause.SHELF_LIFE)
            self.changed(store, item)
