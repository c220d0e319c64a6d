"""Metrics of supplies of one replication; needs of incidents that count, stocks over the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.stock import changes_of, levels_of, moves_of, together
from sim.analysis.supplies import dry_spans
from sim.analysis.supply_cost import costs_of
from sim.analysis.supply_needs import RELIEF, Wants
from sim.log import Account
from sim.scenario.supplies import MILLI
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from sim.analysis.records import Integers
    from sim.analysis.replication import Replication
    from sim.analysis.stock import Changes, Levels
    from sim.scenario.frozen import Scenario

    Found = Iterator[tuple[str, NDArray[np.float64]]]


def supply_metrics(replication: Replication) -> Found:
    """Yield the metrics of supplies; nothing where a scenario has none."""
    scenario = replication.scenario
    if not scenario.supplies.items:
        return
    wants = Wants(replication)
    changes = changes_of(moves_of(scenario, replication.log), Account.DEPOT)
    levels = levels_of(changes)
    if any(course.supplies for course in scenario.courses) or len(wants.keys):
        yield from _needs(wants)
        yield from _people(wants)
    yield from _running_out(replication, changes, levels)
    spans = [span for span in dry_spans(replication) if replication.counted[span.incident]]
    yield "dry", np.array([float(sum(span.ends - span.begins for span in spans))])
    costs = costs_of(replication, wants, levels)
    for name, yuan in costs._asdict().items():
        yield f"cost.{name}", np.array([yuan])
    yield "cost.total", np.array([costs.total])


def absent_of_supplies(scenario: Scenario) -> dict[str, bool]:
    """Return which metrics of supplies a scenario has nothing for."""
    supplies = scenario.supplies
    if not supplies.items:
        missing = {"dry": True, "cost.total": True}
        return missing | {f"cost.{name}": True for name in ("holding", "expired", "moved", "short", "ordering", "purchases")}
    asked, dated, sets = _asked(scenario)
    held = {item for store in supplies.stores if store.usable for item in (*store.lots, *(store.makes or ()))}
    held |= {rule.item for rule in supplies.restock}
    uses = any(line.uses for course in scenario.courses for line in course.lines)
    missing = {
        "dry": not uses, "cost.holding": not supplies.holding,
        "cost.expired": all(item.shelf_life is None for item in supplies.items) and not _dated_lots(scenario),
        "cost.moved": not any(fleet.per_hour for fleet in supplies.fleets),
        "cost.short": not any(item.shortage for item in supplies.items),
        "cost.ordering": not any(rule.order_cost for rule in supplies.restock),
        "cost.purchases": not supplies.restock and not any(store.makes for store in supplies.stores),
    }  # fmt: skip
    missing["cost.total"] = all(absent for name, absent in missing.items() if name.startswith("cost."))
    for item in supplies.items:
        for family in ("supply.fill", "supply.short", "short.hours"):
            missing[f"{family}.{item.id}"] = item.index not in asked
        missing[f"supply.delay.{item.id}"] = item.index not in asked
        missing[f"supply.in_time.{item.id}"] = item.index not in dated
        served = item.index in asked - sets and item.per_person_day > 0
        missing |= {f"{family}.{item.id}": not served for family in _PEOPLE}
        missing |= {f"{family}.{item.id}": item.index not in held & asked for family in ("ran_out", "store_empty")}
    kits = {need.kit for course in scenario.courses for need in course.supplies}
    for kit in supplies.kits:
        missing[f"supply.delay.{kit.id}"] = kit.index not in kits
        missing |= {f"{family}.{kit.id}": kit.index not in kits or not kit.serves for family in _PEOPLE}
    return missing


_PEOPLE = ("supplied.people", "supplied.in_time", "supplied.share", "supplied.short")


def _asked(scenario: Scenario) -> tuple[set[int], set[int], set[int]]:
    """Return the items that may be asked for, those that have a deadline, and those that are asked for in sets alone."""
    needs = [need for course in scenario.courses for need in course.supplies]
    kits = scenario.supplies.kits
    parts = {item for need in needs if need.kit >= 0 for item, _ in kits[need.kit].parts}
    alone = {need.item for need in needs if need.item >= 0}
    by_tasks = {use.item for course in scenario.courses for line in course.lines for use in line.uses if use.ask_when >= 0}
    dated = {need.item for need in needs if need.item >= 0 and need.deadline is not None}
    dated |= {item for need in needs if need.kit >= 0 and need.deadline is not None for item, _ in kits[need.kit].parts}
    return alone | parts | by_tasks, dated, parts - alone


def _dated_lots(scenario: Scenario) -> bool:
    return any(lot.expires is not None for store in scenario.supplies.stores for lots in store.lots.values() for lot in lots)


def _needs(wants: Wants) -> Found:
    """Yield delays, fill rates, shortages and hours short of each item, and delays of each set."""
    items, counted = wants.scenario.supplies.items, wants.counted
    lines, waited = wants.delays()
    dated = counted & (wants.deadline < NEVER)
    in_time, ever = wants.met(wants.deadline), wants.met(np.full(len(wants.keys), NEVER))
    missing, hours = wants.missing_at(wants.held_against), wants.outstanding().hours(len(wants.keys))
    for item in items:
        mine = counted & (wants.item == item.index)
        yield f"supply.delay.{item.id}", waited[mine[lines]]
        yield f"supply.in_time.{item.id}", _ratio(in_time, mine & dated)
        yield f"supply.fill.{item.id}", _ratio(ever, mine)
        if mine.any():
            yield f"supply.short.{item.id}", np.array([float(missing[mine].sum())])
            yield f"short.hours.{item.id}", np.array([hours[mine].sum()])
    which, waited = wants.sets.delays()
    for kit in wants.scenario.supplies.kits:
        mine = wants.sets.counted & (wants.sets.kit == kit.index)
        yield f"supply.delay.{kit.id}", waited[mine[which]]


def _ratio(met: tuple[Integers, Integers], which: NDArray[np.bool_]) -> NDArray[np.float64]:
    asked, there = (int(part[which].sum()) for part in met)
    return np.array([there / asked]) if asked else np.empty(0)


def _people(wants: Wants) -> Found:
    """Yield the people housed or supplied: by whole sets, or for a day by an item of which a person needs so much a day."""
    sets = wants.sets
    judged = np.where(sets.deadline < NEVER, sets.deadline, sets.alarm + RELIEF)
    every = np.arange(len(sets.kit))
    asked, (early, _), (in_time, _) = sets.asked(every, judged), sets.complete(sets.alarm + RELIEF), sets.complete(judged)
    for kit in wants.scenario.supplies.kits:
        mine = sets.counted & (sets.kit == kit.index)
        if mine.any():
            people = (float((part * sets.serves)[mine].sum()) for part in (early, in_time, asked))
            yield from _told(kit.id, *people)
    alone = ~np.isin(wants.incident * _WIDE + wants.need, sets.incident * _WIDE + sets.need) if len(every) else True
    held = np.where(wants.deadline < NEVER, wants.deadline, wants.alarm + RELIEF)
    (_, soon), (wanted, there) = wants.met(wants.alarm + RELIEF), wants.met(held)
    for item in wants.scenario.supplies.items:
        mine = wants.counted & (wants.item == item.index) & (wants.need >= 0) & alone
        if item.per_person_day > 0 and mine.any():
            people = (float(part[mine].sum()) / MILLI / item.per_person_day for part in (soon, there, wanted))
            yield from _told(item.id, *people)


_WIDE = 1 << 20


def _told(name: str, early: float, in_time: float, asked: float) -> Found:
    yield f"supplied.people.{name}", np.array([early])
    yield f"supplied.in_time.{name}", np.array([in_time])
    yield f"supplied.short.{name}", np.array([asked - in_time])
    if asked:
        yield f"supplied.share.{name}", np.array([in_time / asked])


def _running_out(replication: Replication, changes: Changes, levels: Levels) -> Found:
    """Yield, for each item, whether all stores that may be used, or any that had some, had nothing left in the window."""
    stores, window = replication.scenario.supplies.stores, replication.window
    usable = np.array([store.usable for store in stores], dtype=bool)
    ours = usable[changes.owner] if len(changes.owner) else np.empty(0, dtype=bool)
    total = levels_of(together(changes.only(ours)))
    out = set(total.item[_empty(total, window.begins, window.ends)].tolist())
    some = _empty(levels, window.begins, window.ends) & (usable[levels.owner] if len(levels.owner) else True)
    somewhere = set(levels.item[some].tolist())
    for item in replication.scenario.supplies.items:
        known = (total.item == item.index).any()
        yield f"ran_out.{item.id}", np.array([float(item.index in out or not known)])
        yield f"store_empty.{item.id}", np.array([float(item.index in somewhere or not known)])


def _empty(levels: Levels, begins: int, ends: int) -> NDArray[np.bool_]:
    """Tell which rows say that there is nothing at a moment of a window."""
    found: NDArray[np.bool_] = (levels.amount <= 0) & (levels.time <= ends) & (levels.until(NEVER) > begins)
    return found
