"""What supplies cost in one replication (yuan): holding, expired, moved, short, ordered, bought."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.analysis.stock import changes_of, levels_of, moves_of
from sim.log import KIND_CODE, Account, Kind
from sim.scenario.supplies import MILLI
from sim.units import DAY, HOUR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.analysis.records import Integers
    from sim.analysis.replication import Replication
    from sim.analysis.stock import Levels
    from sim.analysis.supply_needs import Wants

YEAR = 365 * DAY
_ON_THE_ROAD = (Kind.TRUCK_DEPARTED, Kind.TRUCK_ARRIVED, Kind.STOCK_LOADED, Kind.STOCK_UNLOADED, Kind.TRUCK_HOME)


class Costs(NamedTuple):
    """Costs of one replication (yuan)."""

    holding: float
    """Price of what lies in stores × yearly share × time, over the window."""
    expired: float
    """Price of what passed its shelf life."""
    moved: float
    """Hours that trucks drive, there and back, × their hourly cost."""
    short: float
    """Shortage cost of what is not there at the deadline, or at the end where there is none."""
    ordering: float
    """Cost of sending orders to suppliers."""
    purchases: float
    """Price of what suppliers and contracted firms brought."""

    @property
    def total(self) -> float:
        """Return the sum."""
        return float(sum(self))


def costs_of(replication: Replication, wants: Wants, levels: Levels | None = None) -> Costs:
    """Return the costs of a replication; `levels` of its stores are worked out unless given."""
    if levels is None:
        levels = levels_of(changes_of(moves_of(replication.scenario, replication.log), Account.DEPOT))
    ordering, purchases = _restocking(replication)
    return Costs(
        _holding(replication, levels), _expired(replication), _moved(replication), _short(replication, wants), ordering, purchases
    )


def prices(replication: Replication) -> NDArray[np.float64]:
    """Return the price of each item (yuan for a thousandth of its unit)."""
    return np.array([item.price / MILLI for item in replication.scenario.supplies.items])


def _holding(replication: Replication, levels: Levels) -> float:
    share, window = replication.scenario.supplies.holding, replication.window
    if not share or not len(levels.item):
        return 0.0
    length = np.minimum(levels.until(window.ends), window.ends) - np.maximum(levels.time, window.begins)
    worth = levels.amount * prices(replication)[levels.item]
    return float((worth * np.maximum(length, 0)).sum()) * share / YEAR


def _within(replication: Replication, kind: Kind) -> Integers:
    """Return the rows of a kind in the window, its end included."""
    rows, window = replication.log.of(kind), replication.window
    time = replication.log.column("time", rows)
    found: Integers = rows[(time >= window.begins) & (time <= max(window.ends, replication.log.last))]
    return found


def _expired(replication: Replication) -> float:
    log, rows = replication.log, _within(replication, Kind.STOCK_EXPIRED)
    if not len(rows):
        return 0.0
    item = log.column("item", rows) - replication.scenario.first_item
    return float((log.column("quantity", rows) * prices(replication)[item]).sum())


def driven(replication: Replication) -> tuple[Integers, Integers]:
    """Return the truck of each drive that began in the window, and its length (ms), stops on the way included.

    A drive begins when the truck sets out; it ends when the truck arrives, is home, has turned round, or has its load on board
    (or off again) at a depot.
    """
    log = replication.log
    rows = np.sort(np.concatenate([log.of(kind) for kind in _ON_THE_ROAD]))
    team, time, kind = (log.column(name, rows) for name in ("team", "time", "kind"))
    order = np.argsort(team, kind="stable")
    team, time, kind = team[order], time[order], kind[order]
    drives = (kind[:-1] == KIND_CODE[Kind.TRUCK_DEPARTED]) & (team[1:] == team[:-1]) & (time[:-1] >= replication.window.begins)
    return team[:-1][drives], (time[1:] - time[:-1])[drives]


def _moved(replication: Replication) -> float:
    fleets, teams = replication.scenario.supplies.fleets, replication.scenario.teams
    if not any(fleet.per_hour for fleet in fleets):
        return 0.0
    rate = np.array([fleets[team.fleet].per_hour / HOUR if team.fleet >= 0 else 0.0 for team in teams])
    team, length = driven(replication)
    return float((length * rate[team]).sum()) if len(team) else 0.0


def _short(replication: Replication, wants: Wants) -> float:
    items = replication.scenario.supplies.items
    if not len(wants.keys) or not any(item.shortage for item in items):
        return 0.0
    rate = np.array([item.shortage / MILLI for item in items])
    return float((wants.missing_at(wants.held_against) * rate[wants.item])[wants.counted].sum())


def _restocking(replication: Replication) -> tuple[float, float]:
    scenario, log = replication.scenario, replication.log
    supplies, first = scenario.supplies, scenario.first_item
    rules = {(rule.store, rule.item): rule for rule in supplies.restock}

    def rows_with(kind: Kind) -> list[tuple[int, int, int]]:
        rows = _within(replication, kind)
        columns = (log.column("depot", rows), log.column("item", rows) - first, log.column("quantity", rows))
        return list(zip(*(column.tolist() for column in columns), strict=True))

    sent = rows_with(Kind.STOCK_REORDERED)
    ordering = sum(rules[store, item].order_cost for store, item, _ in sent if (store, item) in rules)
    bought = 0.0
    for store, item, amount in rows_with(Kind.STOCK_RESTOCKED):
        rule = rules.get((store, item))
        asked = {} if rule is None or rule.supplier < 0 else supplies.suppliers[rule.supplier].price
        bought += amount / MILLI * asked.get(item, supplies.items[item].price)
    for _, item, amount in rows_with(Kind.STOCK_MADE):
        bought += amount / MILLI * supplies.items[item].price
    return float(ordering), bought
