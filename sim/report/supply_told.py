"""Supplies of a drill in a block of short lines: who has what by when, what was ordered, what is short, what ran out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.shortfall import BARRED_NAMES, shortfalls_of
from sim.analysis.stock import changes_of, levels_of, moves_of, together
from sim.analysis.supplies import consignments_of, dry_spans
from sim.analysis.supply_needs import RELIEF, Wants
from sim.analysis.supply_words import say_units, say_yuan
from sim.log import Account, Cause, Kind
from sim.log_words import CAUSE_NAMES
from sim.scenario.supplies import MILLI
from sim.units import MINUTE, NEVER, clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.analysis.replication import Replication
    from sim.analysis.shortfall import Shortfall
    from sim.errors import Language

_MOST = 5
"""Lines of one label."""
_NEXT = " \u00b7 "


def short_lines(replication: Replication, language: Language) -> list[tuple[str, str]]:
    """Return what each line is about and what it says; nothing where a scenario has no supplies."""
    if not replication.scenario.supplies.items:
        return []
    teller = _Teller(replication, language)
    found = list[tuple[str, str]]()
    for en, zh, part in (
        ("Supplies", "物资", teller.sets), ("Supplies", "物资", teller.items), ("Haulage", "调运", teller.orders),
        ("Short", "缺口", teller.shortages), ("Dry", "断供", teller.dry), ("Ran out", "用尽", teller.empty),
    ):  # fmt: skip
        said = list(part())
        more = len(said) - _MOST
        if more > 0:
            said = [*said[:_MOST], teller.say(f"… and {more} more", f"… 另 {more} 项")]
        found += [(teller.say(en, zh), line) for line in said]
    return found


def handed_out(replication: Replication) -> dict[int, int]:
    """Return when the last goods of each order were handed out to people: number of the order → moment."""
    log = replication.log
    rows = log.of(Kind.STOCK_HANDED_OUT)
    orders, times = (log.column(name, rows).tolist() for name in ("request", "time"))
    return dict(zip(orders, times, strict=True))  # in the order of time


class _Teller:
    def __init__(self, replication: Replication, language: Language) -> None:
        self.replication, self.language = replication, language
        self.scenario, self.supplies = replication.scenario, replication.scenario.supplies
        self.wants = Wants(replication)

    def say(self, en: str, zh: str) -> str:
        return zh if self.language == "zh" else en

    def at(self, moment: int) -> str:
        return clock(moment // MINUTE * MINUTE, self.scenario.start)

    def of(self, item: int, there: float, wanted: float) -> str:
        thing = self.supplies.items[item]
        return f"{thing.name} {say_units(there / MILLI)}/{say_units(wanted / MILLI)} {thing.unit}".rstrip()

    def sets(self) -> Iterator[str]:
        """Say how many of each set, and of the people, were there in time; and what binds."""
        sets = self.wants.sets
        judged = np.where(sets.deadline < NEVER, sets.deadline, sets.alarm + RELIEF)
        (whole, binds), asked = sets.complete(judged), sets.asked(np.arange(len(sets.kit)), judged)
        for line in np.argsort(-((asked - whole) * sets.serves), kind="stable").tolist():
            kit, serves = self.supplies.kits[int(sets.kit[line])], float(sets.serves[line])
            complete, wanted, when = int(whole[line]), int(asked[line]), self.at(int(judged[line]))
            said = [
                self.say(f"{kit.name} {complete:,}/{wanted:,} sets by {when}", f"{kit.name} {when} 前 {complete:,}/{wanted:,} 套")
            ]
            if serves:
                said.append(self.say(f"{complete * serves:,.0f}/{wanted * serves:,.0f} people",
                                     f"{complete * serves:,.0f}/{wanted * serves:,.0f} 人"))  # fmt: skip
            if binds[line] >= 0:
                said.append(self.say("short part ", "短板 ") + self.supplies.items[int(binds[line])].name)
            missing = f"{(wanted - complete) * serves:,.0f}"
            short = self.say(f"missed ({missing} people short)", f"未达到(缺 {missing} 人)")
            said.append(self.say("met", "达到") if complete >= wanted else short if serves else self.say("missed", "未达到"))
            yield _NEXT.join(said)

    def items(self) -> Iterator[str]:
        """Say how much of each item that no set asks for was there, and by when."""
        wants = self.wants
        whose = set(zip(wants.sets.incident.tolist(), wants.sets.need.tolist(), strict=True))
        judged = wants.held_against
        (asked, there), every = wants.met(judged), np.arange(len(wants.keys))
        full = wants.comes.reached(every, wants.asks.total())
        for line in np.argsort(-wants.missing_at(judged), kind="stable").tolist():
            if (int(wants.incident[line]), int(wants.need[line])) in whose or not asked[line]:
                continue
            said = [self.of(int(wants.item[line]), float(there[line]), float(asked[line]))]
            if full[line] < NEVER:
                said.append(self.say(f"all there {self.at(int(full[line]))}", f"{self.at(int(full[line]))} 到齐"))
            if wants.deadline[line] < NEVER:
                met = full[line] <= wants.deadline[line]
                due = self.at(int(wants.deadline[line]))
                said.append(self.say(f"due {due}", f"时限 {due}"))
                said.append(self.say("met" if met else "missed", "达到" if met else "未达到"))
            yield _NEXT.join(said)

    def orders(self) -> Iterator[str]:
        """Say of all orders when the first and the last steps were done; and what came of none."""
        found = consignments_of(self.replication)
        if not found:
            return
        said = [
            self.say(
                f"{len(found)} orders from {self.at(found[0].ordered_at)}", f"{self.at(found[0].ordered_at)} 起 {len(found)} 批"
            )
        ]
        for moments, pick, en, zh in (
            ([one.released for one in found], min, "first released", "首批同意动用"),
            ([one.departed for one in found], min, "first truck left", "首车出发"),
            ([one.delivered for one in found], min, "first there", "首批到场"),
            ([one.delivered for one in found], max, "last there", "末批到场"),
            (list(handed_out(self.replication).values()), max, "all handed out", "发放完毕"),
        ):
            happened = [moment for moment in moments if moment < NEVER]
            if happened:
                said.append(f"{self.say(en, zh)} {self.at(pick(happened))}")
        yield _NEXT.join(said)
        for one in found:
            if one.why != Cause.NONE and one.delivered >= NEVER:
                why = CAUSE_NAMES[one.why].say(self.language)
                yield f"{self.supplies.stores[one.store].name}{self.say(': nothing came, ', ':未成,')}{why}"

    def shortages(self) -> Iterator[str]:
        """Say what was short, and who could fill it first."""
        for one in sorted(shortfalls_of(self.replication, self.wants), key=lambda one: -one.worth):
            yield self._shortage(one)

    def _shortage(self, one: Shortfall) -> str:
        thing = self.supplies.items[one.item]
        amount = f"{say_units(one.short / MILLI)} {thing.unit}".rstrip()
        said = [self.say(f"{thing.name} lacks {amount}", f"{thing.name}缺 {amount}")]
        if not one.fillers:
            return _NEXT.join([*said, self.say("nobody has any", "无处可补")])
        first = one.fillers[0]
        store = first.supplier < 0
        who = self.supplies.stores[first.store].name if store else self.supplies.suppliers[first.supplier].name
        fills = f"{say_units(first.amount / MILLI)} {thing.unit}".rstrip()
        said.append(self.say(f"could come from {who}: {fills}", f"可补:{who} {fills}"))
        if first.cost:
            said.append(say_yuan(first.cost, self.language))
        if first.by < NEVER:
            said.append(self.say(f"there by {self.at(first.by)}", f"最早 {self.at(first.by)}"))
        if first.barred:
            said.append(BARRED_NAMES[first.barred].say(self.language))
        return _NEXT.join(said)

    def dry(self) -> Iterator[str]:
        """Say when tasks stood dry."""
        for one in dry_spans(self.replication):
            name = self.supplies.items[one.item].name
            left = self.say(f"{one.share:.0%} of the rate of work left", f"剩余效率 {one.share:.0%}")
            yield f"{name} {self.at(one.begins)}–{self.at(one.ends)}{_NEXT}{left}"

    def empty(self) -> Iterator[str]:
        """Say of what nothing was left in any store that may be used, and from when."""
        changes = changes_of(moves_of(self.scenario, self.replication.log), Account.DEPOT)
        usable = np.array([store.usable for store in self.supplies.stores], dtype=bool)
        levels = levels_of(together(changes.only(usable[changes.owner]) if len(changes.owner) else changes))
        had, first = set[int](), dict[int, int]()
        for item, time, amount in zip(levels.item.tolist(), levels.time.tolist(), levels.amount.tolist(), strict=True):
            if amount > 0:
                had.add(item)
            elif item in had:
                first.setdefault(item, time)
        said = [
            f"{self.supplies.items[item].name} {self.at(time)}" for item, time in sorted(first.items(), key=lambda pair: pair[1])
        ]
        if said:
            yield self.say(", ", "、").join(said)
