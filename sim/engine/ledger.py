"""The ledger of goods: double entry. What leaves one account enters another, and every move is a row of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.log import MOVES, Account, Cause, Kind
from sim.scenario.supplies import Lot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sim.engine.field import Case
    from sim.engine.run import Run

_EVERYBODY = 0
"""Owner of the accounts that are not told apart: supplier, used, expired, lost."""
_LATE = 1 << 62


class Ledger:
    """Balances of every account, in thousandths of each item's unit."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.first = run.scenario.first_item
        self.balance: dict[tuple[Account, int, int], int] = {}
        """(account, its owner, item) → amount."""
        self.lots: dict[tuple[int, int], list[Lot]] = {}
        """(store, item) → its lots, those that expire first in front."""
        self.reserved: dict[tuple[int, int], int] = {}
        """(store, item) → what is promised and not loaded yet."""
        for store in run.scenario.supplies.stores:
            for item, lots in store.lots.items():
                self.lots[store.index, item] = sorted(lots, key=_first_out)
                self.balance[Account.DEPOT, store.index, item] = sum(lot.amount for lot in lots)
        for team in run.scenario.teams:
            for item, amount in team.carries:
                self.balance[Account.VEHICLE, team.index, item] = amount

    def held(self, account: Account, owner: int, item: int) -> int:
        """Return a balance."""
        return self.balance.get((account, owner, item), 0)

    def free(self, store: int, item: int) -> int:
        """Return what a store may still promise: not promised yet, and not to be kept."""
        keeps = self.run.scenario.supplies.stores[store].keeps
        kept = 0 if keeps is None else keeps.get(item, 0)
        held = self.held(Account.DEPOT, store, item)
        return max(0, held - self.reserved.get((store, item), 0) - kept)

    def reserve(self, store: int, item: int, amount: int) -> None:
        """Promise goods, or (with a negative amount) take a promise back."""
        self.reserved[store, item] = self.reserved.get((store, item), 0) + amount

    def move(
        self, kind: Kind, item: int, amount: int, *, case: Case | None = None, need: int = -1, store: int = -1, team: int = -1,
        request: int = -1, place: int | None = None, ref: int = -1, cause: Cause = Cause.NONE, lots: Iterable[Lot] = (),
    ) -> tuple[int, tuple[Lot, ...]]:  # fmt: skip
        """Move goods from one account to another, as the kind of row says, and write that row.

        Parameters
        ----------
        lots
            What comes into a depot, where its shelf life is known; else it counts as new.

        Returns
        -------
        tuple
            The number of the row, and the lots that have left a depot.
        """
        owners = {
            Account.DEPOT: store, Account.VEHICLE: team, Account.SCENE: -1 if case is None else case.number,
            Account.IN_USE: -1 if case is None else case.number, Account.REFIT: -1 if case is None else case.number,
        }  # fmt: skip
        giver, taker = MOVES[kind]
        given, taken = (giver, owners.get(giver, _EVERYBODY), item), (taker, owners.get(taker, _EVERYBODY), item)
        assert amount > 0
        assert giver == Account.SUPPLIER or self.balance.get(given, 0) >= amount, (kind, given, amount)
        self.balance[given] = self.balance.get(given, 0) - amount
        self.balance[taken] = self.balance.get(taken, 0) + amount
        left = self._out(store, item, amount) if giver == Account.DEPOT else ()
        if taker == Account.DEPOT:
            self._in(store, item, amount, tuple(lots))
        row = self.run.write(
            kind, case, line=need, team=team, request=request, depot=store, item=self.first + item, quantity=amount,
            place=place, ref=ref, cause=cause,
        )  # fmt: skip
        return row, left

    def _out(self, store: int, item: int, amount: int) -> tuple[Lot, ...]:
        """Take lots out of a store, those that expire first in front."""
        rest, gone = self.lots[store, item], list[Lot]()
        while amount:
            lot = rest.pop(0)
            if lot.amount > amount:
                rest.insert(0, Lot(lot.amount - amount, lot.expires))
                lot = Lot(amount, lot.expires)
            gone.append(lot)
            amount -= lot.amount
        return tuple(gone)

    def _in(self, store: int, item: int, amount: int, lots: tuple[Lot, ...]) -> None:
        if not lots:
            life = self.run.scenario.supplies.items[item].shelf_life
            lots = (Lot(amount, None if life is None else self.run.clock._now + life),)
        self.lots[store, item] = sorted([*self.lots.get((store, item), ()), *lots], key=_first_out)
        for lot in lots:
            if lot.expires is not None:
                self.run.supply.restock.watch(store, item, lot.expires)

    def expired(self, store: int, item: int) -> int:
        """Return how much of a store's goods has come to the end of its shelf life."""
        now = self.run.clock._now
        return sum(lot.amount for lot in self.lots.get((store, item), ()) if lot.expires is not None and lot.expires <= now)


def _first_out(lot: Lot) -> int:
    return _LATE if lot.expires is None else lot.expires
