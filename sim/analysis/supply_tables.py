"""Tables of supplies of one replication. pandas is slow to import: import this module late.

Moments and lengths of time are ms, as in `sim.analysis.tables`; amounts are in each item's own unit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.analysis.endurance import force_endurance, people_endurance
from sim.analysis.frames import moment_column, text_column
from sim.analysis.shortfall import BARRED_NAMES, WAY_NAMES, shortfalls_of
from sim.analysis.stock import changes_of, levels_of, moves_of, together
from sim.analysis.supplies import consignments_of, dry_spans
from sim.analysis.supply_cost import costs_of
from sim.analysis.supply_needs import RELIEF, Wants
from sim.errors import Words
from sim.log import Account, Cause
from sim.log_words import CAUSE_NAMES
from sim.scenario.metric_names import title
from sim.scenario.supplies import MILLI
from sim.units import HOUR, NEVER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.analysis.replication import Replication
    from sim.analysis.shortfall import Filler
    from sim.analysis.stock import Levels
    from sim.errors import Language
    from sim.scenario.frozen import Scenario
    from sim.scenario.supplies import Item

SUPPLY_MOMENTS = (
    "first_asked", "due", "let_go", "keeper_in", "trucks_found", "loaded", "set_out", "all_there", "received_at", "by",
)  # fmt: skip
"""Columns that hold moments."""
SUPPLY_LENGTHS = ("delay", "takes")
"""Columns that hold lengths of time."""
SUPPLY_HEADINGS: dict[str, Words] = {
    "store": Words("store", "库存"), "owner": Words("owner", "所属"), "depot": Words("depot", "仓库"),
    "item": Words("item", "物资"), "set": Words("set", "成套"), "unit": Words("unit", "单位"),
    "amount": Words("amount", "数量"), "empty": Words("ran out", "用尽"), "need": Words("need", "需求项"),
    "first_asked": Words("asked for", "提出"), "due": Words("due", "时限时刻"),
    "asked_for": Words("asked for (amount)", "需求量"), "in_time": Words("there in time", "按时到位"),
    "came": Words("ever there", "最终到位"), "missing": Words("missing", "缺口"),
    "delay": Words("until all there", "到齐用时"), "unit_hours": Words("unit-hours short", "短缺量时"),
    "sets": Words("sets asked for", "所需套数"), "sets_early": Words("sets within 10 h", "10小时内配齐"),
    "sets_in_time": Words("sets in time", "按时配齐"), "people_early": Words("people within 10 h", "10小时内人数"),
    "people_in_time": Words("people in time", "按时人数"), "people_short": Words("people short", "未安置人数"),
    "binds": Words("short part", "短板"), "there": Words("there", "已到位"), "consignment": Words("order", "指令序号"),
    "goods": Words("goods ordered", "调拨物资"), "goods_received": Words("goods received", "签收物资"),
    "rule": Words("by what rule", "依据"), "let_go": Words("released by owner", "同意动用"),
    "keeper_in": Words("keeper in", "保管员到位"), "trucks_found": Words("trucks found", "车辆到位"),
    "loaded": Words("last truck loaded", "装车完毕"), "set_out": Words("first truck left", "首车出发"),
    "all_there": Words("last truck there", "末车到达"), "received_at": Words("received", "签收"),
    "trucks": Words("trucks", "车辆"), "why_not": Words("why not", "未成原因"), "way": Words("how", "途径"),
    "who": Words("who could fill it", "可由谁补"), "fills": Words("would fill", "可补数量"),
    "substitute": Words("with", "以何物资"), "cost": Words("cost (yuan)", "费用(元)"), "takes": Words("would take", "需时"),
    "by": Words("there by", "最早到位"), "barred": Words("in the way", "受限"),
    "worth": Words("price of it (yuan)", "价值(元)"), "yuan": Words("yuan", "元"), "days": Words("days", "天数"),
    "hours": Words("hours", "小时数"), "hours_alone": Words("hours on what is carried", "仅靠携行小时数"),
    "carried": Words("carried", "携行"), "stored": Words("stored", "库存量"),
    "rate_hour": Words("used an hour", "每小时用量"), "share_left": Words("rate of work left", "剩余效率"),
    "resumed": Words("supplied again", "恢复供应"),
}  # fmt: skip
"""Heading of each column in both languages."""


def stock_table(replication: Replication) -> pd.DataFrame:
    """Return the stock curves: one row a store, item and moment at which it changes, the opening stock first.

    `empty` marks the rows from which on nothing is left.
    """
    levels = _depot_levels(replication)
    stores, items = replication.scenario.supplies.stores, replication.scenario.supplies.items
    owners = [stores[number] for number in levels.owner.tolist()]
    depots = replication.scenario.supplies.depots
    return pd.DataFrame(
        {
            "store": text_column(store.id for store in owners),
            "depot": text_column(depots[store.depot].name for store in owners),
            "owner": text_column(store.owner for store in owners),
            **_curve(levels, [items[number] for number in levels.item.tolist()]),
        }
    )


def stock_total_table(replication: Replication) -> pd.DataFrame:
    """Return the stock curve of each item over all stores that may be used."""
    scenario = replication.scenario
    changes = changes_of(moves_of(scenario, replication.log), Account.DEPOT)
    usable = np.array([store.usable for store in scenario.supplies.stores], dtype=bool)
    levels = levels_of(together(changes.only(usable[changes.owner]) if len(changes.owner) else changes))
    return pd.DataFrame(_curve(levels, [scenario.supplies.items[number] for number in levels.item.tolist()]))


def _depot_levels(replication: Replication) -> Levels:
    return levels_of(changes_of(moves_of(replication.scenario, replication.log), Account.DEPOT))


def _curve(levels: Levels, items: Sequence[Item]) -> dict[str, object]:
    return {
        "item": text_column(item.name for item in items),
        "unit": text_column(item.unit for item in items),
        "time": moment_column(levels.time),
        "amount": levels.amount / MILLI,
        "empty": pd.Series(levels.amount <= 0, dtype=bool),
    }


def needs_table(replication: Replication) -> pd.DataFrame:
    """Return one row for each incident, need and item: asked for, there in time, there at all, missing, delay, hours short.

    Without a deadline `in_time` and `missing` are those at the end. The delay is that of what was asked for last.
    """
    wants = Wants(replication)
    lines, every = len(wants.keys), np.arange(len(wants.keys))
    _, there = wants.met(wants.held_against)
    total, came = wants.met(np.full(lines, NEVER))
    missing, hours = wants.missing_at(wants.held_against), wants.outstanding().hours(lines)
    which, waited = wants.delays()
    delay = np.zeros(lines)
    delay[which] = waited  # of equal indices numpy keeps the last value that it is given
    first = wants.asks.time[np.searchsorted(wants.asks.line, every)] if lines else every
    items = [replication.scenario.supplies.items[number] for number in wants.item.tolist()]
    return pd.DataFrame(
        {
            "incident": text_column(replication.log.incidents[number] for number in wants.incident.tolist()),
            "need": wants.need,
            "set": text_column(_set_of(replication.scenario, wants, line) for line in range(lines)),
            "item": text_column(item.name for item in items),
            "unit": text_column(item.unit for item in items),
            "first_asked": moment_column(first),
            "due": moment_column(wants.deadline),
            "asked_for": total / MILLI,
            "in_time": there / MILLI,
            "came": came / MILLI,
            "missing": missing / MILLI,
            "delay": moment_column(np.where(np.isinf(delay), NEVER, delay).astype(np.int64)),
            "unit_hours": hours / MILLI / HOUR,
        }
    )


def _set_of(scenario: Scenario, wants: Wants, line: int) -> str:
    need = int(wants.need[line])
    if need < 0:
        return ""
    kit = scenario.courses[wants.course_of(int(wants.incident[line]))].supplies[need].kit
    return scenario.supplies.kits[kit].name if kit >= 0 else ""


def people_table(replication: Replication) -> pd.DataFrame:
    """Return one row for each incident and set: sets and people within 10 h and in time, people short, the part that binds."""
    wants = Wants(replication)
    sets, scenario = wants.sets, replication.scenario
    judged = np.where(sets.deadline < NEVER, sets.deadline, sets.alarm + RELIEF)
    asked, (early, _) = sets.asked(np.arange(len(sets.kit)), judged), sets.complete(sets.alarm + RELIEF)
    in_time, binds = sets.complete(judged)
    return pd.DataFrame(
        {
            "incident": text_column(replication.log.incidents[number] for number in sets.incident.tolist()),
            "need": sets.need,
            "set": text_column(scenario.supplies.kits[number].name for number in sets.kit.tolist()),
            "due": moment_column(sets.deadline),
            "sets": asked,
            "sets_early": early,
            "sets_in_time": in_time,
            "people_early": early * sets.serves,
            "people_in_time": in_time * sets.serves,
            "people_short": (asked - in_time) * sets.serves,
            "binds": text_column(scenario.supplies.items[number].name if number >= 0 else "" for number in binds.tolist()),
        }
    )


def unmet_table(replication: Replication) -> pd.DataFrame:
    """Return the unmet need by item and hour after the start: asked for and there at the end of the hour, hours short in it.

    Hours in which nothing of an item is missing, from its first being asked for to the last that is missing, are kept.
    """
    wants, scenario = Wants(replication), replication.scenario
    spans, found = wants.outstanding(), list[tuple[object, ...]]()
    for item in scenario.supplies.items:
        mine = np.flatnonzero(wants.item == item.index)
        of_spans = np.flatnonzero(np.isin(spans.line, mine))
        if not len(mine):
            continue
        begins = int(wants.asks.time[np.isin(wants.asks.line, mine)].min()) // HOUR
        ends = -(-int(spans.ends[of_spans].max(initial=0)) // HOUR)
        for hour in range(begins, max(ends, begins + 1)):
            end = (hour + 1) * HOUR
            moments = np.full(len(mine), end)
            asked, there = wants.asks.by(mine, moments), wants.comes.by(mine, moments)
            missing = np.maximum(asked - there, 0)[wants.closes[mine] >= end].sum()
            length = np.minimum(spans.ends[of_spans], end) - np.maximum(spans.begins[of_spans], hour * HOUR)
            short = (spans.amount[of_spans] * np.maximum(length, 0)).sum() / MILLI / HOUR
            found.append((item.name, item.unit, hour * HOUR, asked.sum() / MILLI, there.sum() / MILLI, missing / MILLI, short))
    columns = list(zip(*found, strict=True)) or [()] * 7
    return pd.DataFrame({
        "item": text_column(columns[0]), "unit": text_column(columns[1]), "time": moment_column(list(columns[2])),
        "asked_for": pd.Series(columns[3], dtype=float), "there": pd.Series(columns[4], dtype=float),
        "missing": pd.Series(columns[5], dtype=float), "unit_hours": pd.Series(columns[6], dtype=float),
    })  # fmt: skip


def consignments_table(replication: Replication, language: Language = "zh") -> pd.DataFrame:
    """Return one row an order to a store: what, by what rule, and the moment of each step; why, where nothing came of it."""
    scenario, found = replication.scenario, consignments_of(replication)
    stores, teams = scenario.supplies.stores, scenario.teams

    def why(cause: Cause) -> str:
        return "" if cause == Cause.NONE else CAUSE_NAMES[cause].say(language)

    return pd.DataFrame(
        {
            "consignment": [one.number for one in found],
            "incident": text_column(replication.log.incidents[one.incident] for one in found),
            "store": text_column(stores[one.store].name for one in found),
            "goods": text_column(say_goods(scenario, one.ordered) for one in found),
            "rule": text_column(why(one.cause) for one in found),
            "ordered": moment_column([one.ordered_at for one in found]),
            "let_go": moment_column([one.released for one in found]),
            "keeper_in": moment_column([one.keeper_in for one in found]),
            "trucks_found": moment_column([one.trucks_found for one in found]),
            "loaded": moment_column([one.loaded for one in found]),
            "set_out": moment_column([one.departed for one in found]),
            "all_there": moment_column([one.arrived for one in found]),
            "received_at": moment_column([one.delivered for one in found]),
            "goods_received": text_column(say_goods(scenario, one.received) for one in found),
            "trucks": text_column(" ".join(teams[number].id for number in one.trucks) for one in found),
            "why_not": text_column(why(one.why) for one in found),
        }
    )


def say_goods(scenario: Scenario, goods: Mapping[int, int]) -> str:
    """Return amounts of goods as ``帐篷 600 顶、取暖炉 600 台``."""
    items = scenario.supplies.items
    return "、".join(f"{items[item].name} {amount / MILLI:g} {items[item].unit}".strip() for item, amount in goods.items())


def shortfall_table(replication: Replication, language: Language = "zh") -> pd.DataFrame:
    """Return the shortfall list: one row for each shortage and each who could fill it; one with nobody where there is none."""
    scenario = replication.scenario
    items, stores, suppliers = scenario.supplies.items, scenario.supplies.stores, scenario.supplies.suppliers
    rows = [(one, filler) for one in shortfalls_of(replication) for filler in one.fillers or (None,)]

    def who(filler: Filler | None) -> str:
        if filler is None:
            return ""
        return suppliers[filler.supplier].name if filler.supplier >= 0 else stores[filler.store].name

    return pd.DataFrame(
        {
            "incident": text_column(replication.log.incidents[one.incident] for one, _ in rows),
            "item": text_column(items[one.item].name for one, _ in rows),
            "unit": text_column(items[one.item].unit for one, _ in rows),
            "due": moment_column([one.judged for one, _ in rows]),
            "asked_for": [one.wanted / MILLI for one, _ in rows],
            "missing": [one.short / MILLI for one, _ in rows],
            "worth": [one.worth for one, _ in rows],
            "way": text_column(WAY_NAMES[filler.way].say(language) if filler else "" for _, filler in rows),
            "who": text_column(who(filler) for _, filler in rows),
            "substitute": text_column(items[filler.item].name if filler else "" for _, filler in rows),
            "fills": [filler.amount / MILLI if filler else 0.0 for _, filler in rows],
            "cost": [filler.cost if filler else 0.0 for _, filler in rows],
            "takes": moment_column([filler.takes if filler else NEVER for _, filler in rows]),
            "by": moment_column([filler.by if filler else NEVER for _, filler in rows]),
            "barred": text_column(BARRED_NAMES[filler.barred].say(language) if filler else "" for _, filler in rows),
        }
    )


def cost_table(replication: Replication, language: Language = "zh") -> pd.DataFrame:
    """Return what supplies cost, one row a kind of cost and one for the total."""
    costs = costs_of(replication, Wants(replication))
    amounts = costs._asdict() | {"total": costs.total}
    return pd.DataFrame({
        "what": text_column(title(f"cost.{name}", language) for name in amounts), "yuan": list(amounts.values()),
    })  # fmt: skip


def dry_table(replication: Replication) -> pd.DataFrame:
    """Return when tasks stood dry: of what, from when to when, and what was left of their rate of work."""
    scenario, found = replication.scenario, dry_spans(replication)
    return pd.DataFrame(
        {
            "incident": text_column(replication.log.incidents[one.incident] for one in found),
            "line": [one.line for one in found],
            "item": text_column(scenario.supplies.items[one.item].name for one in found),
            "begins": moment_column([one.begins for one in found]),
            "ends": moment_column([one.ends for one in found]),
            "length": moment_column([one.ends - one.begins for one in found]),
            "share_left": [one.share for one in found],
            "resumed": pd.Series([one.resumed for one in found], dtype=bool),
        }
    )


def people_endurance_table(scenario: Scenario, people: float, stock: Mapping[tuple[int, int], int] | None = None) -> pd.DataFrame:
    """Return how many days each item lasts so many people (see `sim.analysis.endurance`)."""
    found, items = people_endurance(scenario, people, stock), scenario.supplies.items
    return pd.DataFrame(
        {
            "item": text_column(items[one.item].name for one in found),
            "unit": text_column(items[one.item].unit for one in found),
            "stored": [one.stored / MILLI for one in found],
            "people": [one.people for one in found],
            "days": [one.days for one in found],
        }
    )


def force_endurance_table(scenario: Scenario, stock: Mapping[tuple[int, int], int] | None = None) -> pd.DataFrame:
    """Return how many hours each item lasts the packages that use it (see `sim.analysis.endurance`)."""
    found, items = force_endurance(scenario, stock), scenario.supplies.items
    return pd.DataFrame(
        {
            "kind": text_column(scenario.courses[one.course].kind for one in found),
            "item": text_column(items[one.item].name for one in found),
            "unit": text_column(items[one.item].unit for one in found),
            "rate_hour": [one.rate * HOUR / MILLI for one in found],
            "carried": [one.carried / MILLI for one in found],
            "stored": [one.stored / MILLI for one in found],
            "hours_alone": [one.alone / HOUR for one in found],
            "hours": [one.lasts / HOUR for one in found],
        }
    )
