"""Supplies of one replication step by step: each consignment, tasks that stood dry, stores that ran out.

Records in the order of the log. Moments are ms, `NEVER` where a thing did not happen; amounts are thousandths of an item's unit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from sim.analysis.rows import rows_of
from sim.analysis.stock import changes_of, levels_of, moves_of
from sim.log import NONE, Account, Cause, Kind
from sim.units import NEVER

if TYPE_CHECKING:
    from sim.analysis.replication import Replication
    from sim.analysis.rows import Row

_STEPS: dict[Kind, str] = {
    Kind.SUPPLY_RELEASED: "released", Kind.SUPPLY_REFUSED: "refused", Kind.KEEPER_IN: "keeper_in",
    Kind.TRUCKS_FOUND: "trucks_found", Kind.STOCK_LOADED: "loaded", Kind.TRUCK_DEPARTED: "departed",
    Kind.TRUCK_ARRIVED: "arrived", Kind.STOCK_DELIVERED: "delivered",
}  # fmt: skip
_FIRST = frozenset({"departed"})
"""Of these the first moment counts, of the others the last."""


@dataclass(slots=True)
class Consignment:
    """One order to one store for one incident."""

    number: int
    incident: int
    store: int
    cause: Cause
    """By what rule it was chosen."""
    ordered_at: int
    ordered: dict[int, int]
    """Item → amount."""
    received: dict[int, int] = field(default_factory=dict)
    trucks: list[int] = field(default_factory=list)
    """Teams, in the order in which they left."""
    why: Cause = Cause.NONE
    """Why it was refused, or no trucks were found."""
    released: int = NEVER
    refused: int = NEVER
    keeper_in: int = NEVER
    trucks_found: int = NEVER
    loaded: int = NEVER
    """Last truck loaded."""
    departed: int = NEVER
    """First truck on its way."""
    arrived: int = NEVER
    """Last truck there."""
    delivered: int = NEVER
    """Last goods received."""


def consignments_of(replication: Replication) -> list[Consignment]:
    """Return the consignments, in the order in which they were ordered."""
    found: dict[int, Consignment] = {}
    first, places = replication.scenario.first_item, replication.incidents.place.tolist()
    for row in rows_of(replication, Kind.SUPPLY_ORDERED, Kind.TRUCKS_FAILED, *_STEPS):
        if row.kind == Kind.SUPPLY_ORDERED:
            one = found.setdefault(row.request, Consignment(row.request, row.incident, row.depot, row.cause, row.time, {}))
            one.ordered[row.item - first] = one.ordered.get(row.item - first, 0) + row.quantity
        elif row.request in found:
            to_scene = row.place in (NONE, places[row.incident])
            if to_scene or row.kind not in (Kind.TRUCK_DEPARTED, Kind.TRUCK_ARRIVED):
                _take(found[row.request], row, first)
    return list(found.values())


def _take(one: Consignment, row: Row, first: int) -> None:
    name = _STEPS.get(row.kind)
    if row.kind in (Kind.SUPPLY_REFUSED, Kind.TRUCKS_FAILED):
        one.why = row.cause
    if row.kind == Kind.TRUCK_DEPARTED and row.team not in one.trucks:
        one.trucks.append(row.team)
    if row.kind == Kind.STOCK_DELIVERED:
        one.received[row.item - first] = one.received.get(row.item - first, 0) + row.quantity
    if name is not None and not (name in _FIRST and getattr(one, name) < NEVER):
        setattr(one, name, row.time)


class Dry(NamedTuple):
    """A span in which a task lacked an item."""

    incident: int
    line: int
    """Line of the package."""
    team: int
    item: int
    begins: int
    ends: int
    """The end of the incident, or of the log, where it never got any."""
    share: float
    """Share of the full rate of work that was left at first."""
    resumed: bool


def dry_spans(replication: Replication) -> list[Dry]:
    """Return the spans in which tasks stood dry, in the order in which they began."""
    found: list[Dry] = []
    open_at: dict[tuple[int, int, int, int], int] = {}
    closed, first = replication.incidents.closed.tolist(), replication.scenario.first_item
    for row in rows_of(replication, Kind.TASK_DRY, Kind.TASK_RESUMED):
        key = (row.incident, row.need, row.team, row.item)
        if row.kind == Kind.TASK_DRY:
            if key not in open_at:
                open_at[key] = len(found)
                end = max(row.time, min(closed[row.incident], replication.log.last))
                found.append(
                    Dry(row.incident, row.need, row.team, row.item - first, row.time, end, row.quantity / 1000, resumed=False)
                )
        elif key in open_at:
            at = open_at.pop(key)
            found[at] = found[at]._replace(ends=row.time, resumed=True)
    return found


class Empty(NamedTuple):
    """A store that has nothing left of an item that it had."""

    store: int
    item: int
    begins: int
    ends: int
    """When some came in again; `NEVER` if none did."""


def empties(replication: Replication) -> list[Empty]:
    """Return when stores had nothing left of what they had held, in order of time."""
    levels = levels_of(changes_of(moves_of(replication.scenario, replication.log), Account.DEPOT))
    had, found = set[tuple[int, int]](), list[Empty]()
    ends = levels.until(NEVER).tolist()
    for store, item, time, end, amount in zip(
        levels.owner.tolist(), levels.item.tolist(), levels.time.tolist(), ends, levels.amount.tolist(), strict=True
    ):
        if amount > 0:
            had.add((store, item))
        elif (store, item) in had:
            found.append(Empty(store, item, time, end))
    return sorted(found, key=lambda one: (one.begins, one.store, one.item))
