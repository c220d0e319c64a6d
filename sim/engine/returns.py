"""What comes back when an incident is over: goods in use and left over are collected, refitted, and in stock again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.log import Account, Kind, Rank
from sim.units import NEVER

if TYPE_CHECKING:
    from sim.engine.field import Case
    from sim.engine.run import Run
    from sim.engine.supply import SupplyDesk

_AT_THE_SCENE = (Account.SCENE, Account.IN_USE, Account.REFIT)


class Returns:
    """Brings goods home. Nobody waits for them: a run does not go on for their sake."""

    def __init__(self, run: Run, desk: SupplyDesk) -> None:
        self.run = run
        self.desk = desk
        self.collect = run.scenario.supplies.collect
        self.sent: dict[tuple[int, int], list[list[int]]] = {}
        """(incident, item) → [store, amount] in the order of coming: what goes back, and where to."""
        self._coming = [0] * len(run.scenario.supplies.items)
        """Of each item: how many returns are under way."""

    def delivered(self, case: Case, item: int, store: int, amount: int) -> None:
        """Remember whose goods have come to an incident."""
        if self.collect is not None:
            self.sent.setdefault((case.number, item), []).append([store, amount])

    def expected(self, items: set[int]) -> bool:
        """Tell whether any of some items is on its way back."""
        return any(self._coming[item] for item in items)

    def closed(self, case: Case, ref: int) -> None:
        """Begin to collect what an incident has left."""
        collect, run, desk = self.collect, self.run, self.desk
        if collect is None:
            return
        for item in run.scenario.supplies.items:
            held = sum(desk.ledger.held(account, case.number, item.index) for account in _AT_THE_SCENE)
            homes = self.sent.pop((case.number, item.index), [])
            if not held or not homes:
                continue
            depot = run.scenario.supplies.depots[run.scenario.supplies.stores[homes[0][0]].depot]
            fleet = next((run.scenario.supplies.fleets[number] for number in depot.fleets), None)
            drive = desk.stores.drive(depot, fleet, case.site)
            lasts = run.durations.get(case.block, case.n, "supply/collect", collect, 0, item.index)
            lasts += drive if drive < NEVER else 0
            self._coming[item.index] += 1
            run.clock.at(run.clock._now + lasts, Rank.FREE, case.number, self._collected, case, item.index, homes, ref)

    def _collected(self, case: Case, item: int, homes: list[list[int]], ref: int) -> None:
        """Take in what has come back: some is lost, the rest must be refitted."""
        ledger, run = self.desk.ledger, self.run
        goods = run.scenario.supplies.items[item]
        in_use = ledger.held(Account.IN_USE, case.number, item)
        lost = round(in_use * goods.loss)
        if lost:
            ref, _ = ledger.move(Kind.STOCK_LOST, item, lost, case=case, ref=ref)
        if in_use - lost:
            ref, _ = ledger.move(Kind.STOCK_COLLECTED, item, in_use - lost, case=case, ref=ref)
        left = ledger.held(Account.SCENE, case.number, item)
        if left:
            ref, _ = ledger.move(Kind.STOCK_LEFT_OVER, item, left, case=case, ref=ref)
        lasts = run.durations.get(case.block, case.n, "supply/refit", goods.refit, 0, item)
        run.clock.at(run.clock._now + lasts, Rank.FREE, case.number, self._refitted, case, item, homes, ref)

    def _refitted(self, case: Case, item: int, homes: list[list[int]], ref: int) -> None:
        """Put goods back into the stores that they came from, first come first filled."""
        self._coming[item] -= 1
        rest = self.desk.ledger.held(Account.REFIT, case.number, item)
        for number, (store, amount) in enumerate(homes):
            back = rest if number == len(homes) - 1 else min(rest, amount)
            if back:
                site = self.run.scenario.supplies.depots[self.run.scenario.supplies.stores[store].depot].site
                self.desk.ledger.move(Kind.STOCK_REFITTED, item, back, case=case, store=store, place=site, ref=ref)
                self.desk.arrived_in(store, item)
            rest -= back
        self.desk.settle_all()
