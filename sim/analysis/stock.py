"""The ledger of goods: what lies in each account over time, from the opening stock and the rows that move it.

Double entry (`sim.log.MOVES`): every row takes its quantity from one account and puts it into another, so that the sum over all
accounts never changes. Amounts are thousandths of an item's unit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.analysis.command import Fault
from sim.errors import Words
from sim.log import MOVES, NONE, Account, Kind
from sim.units import NEVER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.analysis.records import Integers, Log
    from sim.analysis.replication import Replication
    from sim.scenario.frozen import Scenario

ACCOUNTS: tuple[Account, ...] = tuple(Account)
_OWNER: dict[Account, str] = {
    Account.DEPOT: "depot", Account.VEHICLE: "team", Account.SCENE: "incident", Account.IN_USE: "incident",
    Account.REFIT: "incident",
}  # fmt: skip
"""Column of the log that says whose account it is; the other accounts are one for everybody."""
_REUSABLE = frozenset({Kind.STOCK_HANDED_OUT, Kind.STOCK_WORN, Kind.STOCK_FILLED, Kind.STOCK_COLLECTED, Kind.STOCK_LOST})
_CONSUMABLE = frozenset({Kind.STOCK_USED})


class Moves(NamedTuple):
    """Movements in the order of the log, a field an array; opening stock in front, with row -1."""

    row: Integers
    time: Integers
    item: Integers
    """Number among the scenario's items."""
    amount: Integers
    source: Integers
    """Position in `ACCOUNTS`; -1 for opening stock."""
    source_owner: Integers
    """Store, team or incident; -1 where the account is everybody's."""
    target: Integers
    target_owner: Integers


class Changes(NamedTuple):
    """What enters (or leaves, below zero) the accounts of one kind, a field an array, in the order of the log."""

    owner: Integers
    item: Integers
    time: Integers
    row: Integers
    amount: Integers

    def only(self, which: NDArray[np.bool_]) -> Changes:
        """Return some of them."""
        return Changes(*(column[which] for column in self))


class Levels(NamedTuple):
    """Balances of accounts: a row holds from its moment until the next of the same owner and item, a field an array.

    In the order of owner, item and time; the last of one moment only. The first is the opening stock, or the first to come.
    """

    owner: Integers
    item: Integers
    time: Integers
    amount: Integers

    @property
    def begins(self) -> NDArray[np.bool_]:
        """Tell which rows are the first of their owner and item."""
        return np.append(True, (self.owner[1:] != self.owner[:-1]) | (self.item[1:] != self.item[:-1]))[: len(self.owner)]

    def until(self, end: int) -> Integers:
        """Return until when each row holds; the last of an owner and item until `end`."""
        following = np.append(self.time[1:], end)[: len(self.time)]
        return np.where(np.append(self.begins[1:], True)[: len(self.time)], np.maximum(end, self.time), following)


def opening_of(scenario: Scenario) -> Moves:
    """Return the opening stock: that of the stores, and what teams carry."""
    stores, teams = scenario.supplies.stores, scenario.teams
    held = [
        (Account.DEPOT, store.index, item, lot.amount) for store in stores for item, lots in store.lots.items() for lot in lots
    ]
    held += [(Account.VEHICLE, team.index, item, amount) for team in teams for item, amount in team.carries]
    kind, owner, item, amount = (
        np.array(column, dtype=np.int64).reshape(-1)
        for column in zip(*[(ACCOUNTS.index(kind), *rest) for kind, *rest in held], strict=True)
    ) if held else (np.empty(0, np.int64),) * 4  # fmt: skip
    none, zero = np.full(len(kind), NONE), np.zeros(len(kind), dtype=np.int64)
    return Moves(none, zero, item, amount, none, none, kind, owner)


def moves_of(scenario: Scenario, log: Log) -> Moves:
    """Return the opening stock and every movement of goods in a log."""
    pieces = [opening_of(scenario)]
    for kind, (source, target) in MOVES.items():
        rows = log.of(kind)
        if len(rows):
            owners = [_owners(log, account, rows) for account in (source, target)]
            numbers = [np.full(len(rows), ACCOUNTS.index(account)) for account in (source, target)]
            pieces.append(Moves(
                rows, log.column("time", rows), log.column("item", rows) - scenario.first_item, log.column("quantity", rows),
                numbers[0], owners[0], numbers[1], owners[1],
            ))  # fmt: skip
    joined = [np.concatenate(columns) for columns in zip(*pieces, strict=True)]
    order = np.argsort(joined[0], kind="stable")
    return Moves(*(column[order] for column in joined))


def _owners(log: Log, account: Account, rows: Integers) -> Integers:
    column = _OWNER.get(account)
    return np.full(len(rows), NONE) if column is None else log.column(column, rows)


def changes_of(moves: Moves, account: Account) -> Changes:
    """Return what enters and leaves the accounts of one kind."""
    number = ACCOUNTS.index(account)
    out, into = moves.source == number, moves.target == number
    owner = np.concatenate([moves.source_owner[out], moves.target_owner[into]])
    row = np.concatenate([moves.row[out], moves.row[into]])
    order = np.argsort(row, kind="stable")
    item, time = (np.concatenate([column[out], column[into]]) for column in (moves.item, moves.time))
    amount = np.concatenate([-moves.amount[out], moves.amount[into]])
    return Changes(owner[order], item[order], time[order], row[order], amount[order])


def running(owner: Integers, item: Integers, amount: Integers) -> tuple[Integers, Integers]:
    """Return an order by owner and item that keeps what comes first, and the running sum within each, in that order."""
    order = np.lexsort((item, owner))
    owner, item, total = owner[order], item[order], np.cumsum(amount[order])
    first = np.append(True, (owner[1:] != owner[:-1]) | (item[1:] != item[:-1]))[: len(order)]
    before = np.append(0, total[:-1])[: len(order)]
    which = np.cumsum(first) - 1
    return order, total - before[first][which] if len(order) else total


def levels_of(changes: Changes) -> Levels:
    """Return the balance of each owner and item over time."""
    order, level = running(changes.owner, changes.item, changes.amount)
    owner, item, time = changes.owner[order], changes.item[order], changes.time[order]
    same = (owner[1:] == owner[:-1]) & (item[1:] == item[:-1]) & (time[1:] == time[:-1])
    last = np.append(~same, True)[: len(order)]
    return Levels(owner[last], item[last], time[last], level[last])


def together(changes: Changes) -> Changes:
    """Return changes as if all owners were one (number 0): for the stock of an item over all."""
    return changes._replace(owner=np.zeros(len(changes.owner), dtype=np.int64))


def stored(replication: Replication, at: int = NEVER) -> dict[tuple[int, int], int]:
    """Return what lies in each store of each item after everything that happens by a moment: (store, item) → thousandths."""
    changes = changes_of(moves_of(replication.scenario, replication.log), Account.DEPOT)
    found: dict[tuple[int, int], int] = {}
    for store, item, time, amount in zip(
        changes.owner.tolist(), changes.item.tolist(), changes.time.tolist(), changes.amount.tolist(), strict=True
    ):
        if time <= at:
            found[store, item] = found.get((store, item), 0) + amount
    return found


def totals(moves: Moves, item: int) -> Integers:
    """Return what is in all accounts of each kind after the opening and after each movement of an item.

    Returns
    -------
    array
        Shape (movements + 1, accounts). Each row has the same sum; that of suppliers falls below zero as they deliver.
    """
    opening, after = moves.row < 0, (moves.row >= 0) & (moves.item == item)
    mine = opening & (moves.item == item)
    before = np.bincount(moves.target[mine], weights=moves.amount[mine], minlength=len(ACCOUNTS)).astype(np.int64)
    steps = np.zeros((int(after.sum()), len(ACCOUNTS)), dtype=np.int64)
    every = np.arange(len(steps))
    np.subtract.at(steps, (every, moves.source[after]), moves.amount[after])
    np.add.at(steps, (every, moves.target[after]), moves.amount[after])
    found: Integers = before + np.concatenate([np.zeros((1, len(ACCOUNTS)), dtype=np.int64), np.cumsum(steps, axis=0)])
    return found


def stock_faults(replication: Replication) -> list[Fault]:
    """Return what must not be in a ledger: goods out of an empty account, of nobody, of no item, or of the wrong nature.

    An empty list says that no account but the suppliers' ever falls below nothing, that every row says whose account it moves,
    and that only what is consumed is used up and only what comes back is in use.
    """
    scenario, log = replication.scenario, replication.log
    moves, items = moves_of(scenario, log), scenario.supplies.items
    found: list[tuple[int, Words]] = []
    strange = (moves.row >= 0) & ((moves.item < 0) | (moves.item >= len(items)) | (moves.amount < 0))
    words = Words("no item, or less than nothing, is moved", "移动的不是物资或数量为负")
    found += [(row, words) for row in moves.row[strange].tolist()]
    for account in (Account.DEPOT, Account.SCENE, Account.IN_USE, Account.REFIT):  # without a vehicle it goes by hand
        number, words = ACCOUNTS.index(account), Words(f"it is not said whose {account} it is", f"未说明是谁的账户({account})")
        nobody = (moves.row >= 0) & (
            ((moves.source == number) & (moves.source_owner < 0)) | ((moves.target == number) & (moves.target_owner < 0))
        )
        found += [(row, words) for row in moves.row[nobody].tolist()]
    for account in ACCOUNTS:
        if account != Account.SUPPLIER:
            words = Words(f"more leaves '{account}' than was there", f"转出超过账户({account})余额")
            found += [(row, words) for row in _overdrawn(changes_of(moves, account))]
    found += _of_wrong_nature(replication)
    return [Fault(row, int(log.column("incident", np.array([row]))[0]), words) for row, words in sorted(found)]


def _overdrawn(changes: Changes) -> list[int]:
    """Return the rows after which an account is below nothing."""
    order, level = running(changes.owner, changes.item, changes.amount)
    below: list[int] = changes.row[order][level < 0].tolist()
    return below


def _of_wrong_nature(replication: Replication) -> list[tuple[int, Words]]:
    scenario, log, found = replication.scenario, replication.log, list[tuple[int, Words]]()
    reusable = np.array([item.reusable for item in scenario.supplies.items], dtype=bool)
    for kinds, right, words in (
        (_REUSABLE, True, Words("a consumable is treated as one that comes back", "消耗品被当作可回收物资")),
        (_CONSUMABLE, False, Words("something that comes back is used up", "可回收物资被当作消耗品")),
    ):
        for kind in kinds:
            rows = log.of(kind)
            item = log.column("item", rows) - scenario.first_item
            known = (item >= 0) & (item < len(reusable))
            wrong = rows[known][reusable[item[known]] != right] if len(reusable) else rows[:0]
            found += [(row, words) for row in wrong.tolist()]
    return found
