"""Supplies in words: who is housed or supplied in time, what part is short, and, of a drill, each order and shortage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.rounding import say_minutes
from sim.analysis.shortfall import BARRED_NAMES, WAY_NAMES, shortfalls_of
from sim.analysis.supplies import consignments_of, dry_spans, empties
from sim.analysis.supply_needs import RELIEF, Wants
from sim.errors import Words
from sim.log import Cause
from sim.log_words import CAUSE_NAMES
from sim.scenario.supplies import MILLI
from sim.units import MINUTE, NEVER, clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.analysis.replication import Replication
    from sim.analysis.shortfall import Filler, Shortfall
    from sim.analysis.summary import Summary
    from sim.analysis.supplies import Consignment
    from sim.errors import Language
    from sim.scenario.frozen import Scenario

_MOST = 8
"""Orders, shortages and spans that are named."""
_FEW = 4
"""Stores that ran out that are named."""
_WHO = 3
"""Who could fill a shortage: so many are named."""
_NEXT = " \u00b7 "
_TEN_THOUSAND = 10_000


def supply_sentences(scenario: Scenario, summary: Summary, language: Language) -> list[str]:
    """Return, for each set (or item with a need a day), how many people have it in time, and what part is short; worst first."""
    found, supplies = list[tuple[float, int, str]](), scenario.supplies
    for code, name, serves in (
        *((one.id, one.name, one.parts) for one in supplies.kits),
        *((one.id, one.name, ((one.index, MILLI),)) for one in supplies.items),
    ):
        line, lacking = summary.get(f"supplied.in_time.{code}"), summary.get(f"supplied.short.{code}")
        if line is None or lacking is None or line["mean"] is None or lacking["mean"] is None:
            continue
        short = lacking["mean"]
        parts = _short_parts(scenario, summary, serves)
        said = _sentence(scenario, code, name, (line["mean"], short), parts, language)
        found.append((-short, len(found), said))
    return [said for _, _, said in sorted(found)] or _items_alone(scenario, summary, language)


def _items_alone(scenario: Scenario, summary: Summary, language: Language) -> list[str]:
    """Return, where nobody is counted, what share of each item is there in time (or ever), and what is short; worst first."""
    found = list[tuple[float, int, str]]()
    for item in scenario.supplies.items:
        line = summary.get(f"supply.in_time.{item.id}")
        timed = line is not None and line["mean"] is not None
        line = line if timed else summary.get(f"supply.fill.{item.id}")
        lacking = summary.get(f"supply.short.{item.id}")
        if line is None or line["mean"] is None or lacking is None:
            continue
        short = lacking["mean"] or 0.0
        share = f"{100 * line['mean']:.0f} %"
        zh = f"{item.name}{'按时' if timed else ''}到位 {share}" + (f",缺 {say_units(short)} {item.unit}" if short else "")
        en = f"{share} of {item.name} {'comes in time' if timed else 'comes'}"
        en += f", {say_units(short)} {item.unit} short" if short else ""
        found.append((line["mean"], len(found), Words(en, zh.rstrip()).say(language)))
    if not found:
        return []
    drill = scenario.mode == "drill"
    lead = Words("As planned" if drill else "On average", "按计划值" if drill else "平均").say(language)
    several = [said for _, _, said in sorted(found)[:_WHO]]
    return [f"{lead}, {'; '.join(several)}." if language == "en" else f"{lead},{';'.join(several)}。"]


def _sentence(
    scenario: Scenario, code: str, name: str, people: tuple[float, float], parts: list[tuple[int, float]], language: Language
) -> str:
    zh, drill = language == "zh", scenario.mode == "drill"
    within, (housed, short) = _within(scenario, code, language), (round(number) for number in people)
    is_set = code in {kit.id for kit in scenario.supplies.kits}
    if zh:
        said = f"{'按计划值' if drill else '平均'},{within}{'安置' if is_set else '供应'} {housed:,} 人({name})"
        said += f",缺 {short:,} 人" if short else ",无缺口"
    else:
        said = f"{'As planned' if drill else 'On average'}, {within} {housed:,} people are "
        said += f"{'housed' if is_set else 'supplied'} ({name}), " + (f"{short:,} are not" if short else "none is left out")
    if short and parts and is_set:
        (item, amount), *others = [(scenario.supplies.items[item], amount) for item, amount in parts]
        lacks = f"{say_units(amount)} {item.unit}".rstrip()
        said += f":短板是{item.name},缺 {lacks}" if zh else f": the short part is {item.name}, {lacks} are missing"
        also = [f"{item.name} {say_units(amount)} {item.unit}".rstrip() for item, amount in others]
        if also:
            said += f"(另缺{'、'.join(also)})" if zh else f" (and {', '.join(also)})"
    return said + ("。" if zh else ".")


def say_units(amount: float) -> str:
    """Return an amount in an item's unit: whole ones as such, thousands set off."""
    return f"{round(amount):,}" if abs(amount - round(amount)) < 1e-9 or abs(amount) >= 100 else f"{amount:.3g}"


def say_yuan(yuan: float, language: Language) -> str:
    """Return an amount of money."""
    if language == "zh":
        return f"{yuan / _TEN_THOUSAND:.4g} 万元" if yuan >= _TEN_THOUSAND else f"{yuan:.0f} 元"
    return f"{yuan:,.0f} yuan"


def _within(scenario: Scenario, code: str, language: Language) -> str:
    """Return by when people are to have a set or item: its deadline, 10 h without one."""
    kits = {kit.id: kit.index for kit in scenario.supplies.kits}
    items = {item.id: item.index for item in scenario.supplies.items}
    needs = [
        need
        for course in scenario.courses
        for need in course.supplies
        if (need.kit == kits[code] if code in kits else need.item == items[code])
    ]
    limits = {RELIEF if need.deadline is None else need.deadline for need in needs}
    if len(limits) != 1:
        return "按各自时限" if language == "zh" else "in time"
    limit = say_minutes(limits.pop() / MINUTE, language)
    return f"{limit}内" if language == "zh" else f"within {limit}"


def _short_parts(scenario: Scenario, summary: Summary, parts: tuple[tuple[int, int], ...]) -> list[tuple[int, float]]:
    """Return the parts of a set that are short, the one that most sets lack in front: item, units short."""
    found = []
    for item, each in parts:
        line = summary.get(f"supply.short.{scenario.supplies.items[item].id}")
        if line is not None and line["mean"]:
            found.append((-line["mean"] * MILLI / each, item, line["mean"]))
    return [(item, short) for _, item, short in sorted(found)]


class SupplyTeller:
    """Tells what a drill did with supplies, one line a matter: what it is about, and what it says."""

    def __init__(self, replication: Replication, language: Language) -> None:
        self.replication, self.language = replication, language
        self.scenario, self.supplies = replication.scenario, replication.scenario.supplies
        self.wants = Wants(replication)

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield the lines; none where the scenario has no supplies."""
        yield from self._people()
        yield from self._orders()
        yield from self._shortages()
        yield from self._dry()
        yield from self._empty()

    def _say(self, en: str, zh: str) -> str:
        return zh if self.language == "zh" else en

    def _at(self, moment: int) -> str:
        return clock(moment // MINUTE * MINUTE, self.scenario.start) if moment < NEVER else self._say("never", "始终没有")

    def _goods(self, item: int, amount: float) -> str:
        thing = self.supplies.items[item]
        return f"{thing.name} {say_units(amount / MILLI)} {thing.unit}".rstrip()

    def _people(self) -> Iterator[tuple[str, str]]:
        """Say how many people each set serves in time, and which part binds."""
        sets = self.wants.sets
        judged = np.where(sets.deadline < NEVER, sets.deadline, sets.alarm + RELIEF)
        (whole, binds), wanted = sets.complete(judged), sets.asked(np.arange(len(sets.kit)), judged)
        for line, (complete, of) in enumerate(zip(whole.tolist(), wanted.tolist(), strict=True)):
            kit, served, when = self.supplies.kits[int(sets.kit[line])], float(sets.serves[line]), self._at(int(judged[line]))
            people, short = complete * served, of - complete
            said = self._say(
                f"{complete:,} of {of:,} sets complete by {when}: {people:,.0f} people",
                f"{when} 前配齐 {complete:,}/{of:,} 套,{people:,.0f} 人",
            )
            if short > 0:
                said += self._say(f"; {short * served:,.0f} without", f";缺 {short * served:,.0f} 人")
            if binds[line] >= 0:
                name = self.supplies.items[int(binds[line])].name
                said += self._say(f"; the short part is {name}", f";短板是{name}")
            yield kit.name, said

    def _orders(self) -> Iterator[tuple[str, str]]:
        """Say of each order to a store what was ordered when, and when it was released, left and was received."""
        found = consignments_of(self.replication)
        for one in found[:_MOST]:
            yield self._say("Supplies", "物资"), self._order(one)
        if len(found) > _MOST:
            yield self._say("Supplies", "物资"), self._say(f"{len(found)} orders in all", f"共 {len(found)} 批")

    def _order(self, one: Consignment) -> str:
        goods = self._say(", ", "、").join(self._goods(item, amount) for item, amount in one.ordered.items())
        said = [self._say(f"{goods} ordered {self._at(one.ordered_at)}", f"{self._at(one.ordered_at)} 下令调 {goods}")]
        if one.refused < NEVER:
            why = CAUSE_NAMES[one.why].say(self.language) if one.why != Cause.NONE else ""
            said.append(self._say(f"not released {self._at(one.refused)}: {why}", f"{self._at(one.refused)} 未能动用:{why}"))
        for moment, en, zh in (
            (one.released, "released", "同意动用"), (one.departed, "first truck left", "首车出发"),
            (one.delivered, "all on the scene", "全部到场"),
        ):  # fmt: skip
            if moment < NEVER:
                said.append(self._say(f"{en} {self._at(moment)}", f"{self._at(moment)} {zh}"))
        return f"{self.supplies.stores[one.store].name}: {_NEXT.join(said)}"

    def _shortages(self) -> Iterator[tuple[str, str]]:
        """Say what was short, and who could fill it, at what cost, by when."""
        for one in shortfalls_of(self.replication, self.wants)[:_MOST]:
            yield self._say("Short", "缺口"), self._shortage(one)

    def _shortage(self, one: Shortfall) -> str:
        thing = self.supplies.items[one.item]
        amount = f"{say_units(one.short / MILLI)} {thing.unit}".rstrip()
        when = self._at(one.judged)
        said = self._say(f"{thing.name} lacks {amount} at {when}", f"{when} {thing.name}缺 {amount}")
        if one.fillers:
            who = self._say("; ", "、").join(self._filler(one, filler) for filler in one.fillers[:_WHO])
            return said + self._say(f"; could come from {who}", f";可补:{who}")
        return said + self._say("; nobody has any", ";无处可补")

    def _filler(self, one: Shortfall, filler: Filler) -> str:
        name = self.supplies.suppliers[filler.supplier].name if filler.supplier >= 0 else self.supplies.stores[filler.store].name
        said = [f"{say_units(filler.amount / MILLI)} {self.supplies.items[one.item].unit}".rstrip()]
        if filler.item != one.item:
            substitute = self.supplies.items[filler.item].name
            said.append(self._say(f"as {substitute}", f"以{substitute}代"))
        if filler.way != "store":
            said.append(WAY_NAMES[filler.way].say(self.language))
        if filler.cost:
            said.append(say_yuan(filler.cost, self.language))
        if filler.by < NEVER:
            said.append(self._say(f"there by {self._at(filler.by)}", f"最早 {self._at(filler.by)}"))
        if filler.barred:
            said.append(BARRED_NAMES[filler.barred].say(self.language))
        return f"{name}({self._say(', ', ',').join(said)})"

    def _dry(self) -> Iterator[tuple[str, str]]:
        """Say when tasks stood dry."""
        for one in dry_spans(self.replication)[:_MOST]:
            name, span = self.supplies.items[one.item].name, f"{self._at(one.begins)}–{self._at(one.ends)}"
            left = self._say(f"{one.share:.0%} of the rate of work left", f"剩余效率 {one.share:.0%}")
            yield self._say("Dry", "断供"), f"{span} {name}({left})"

    def _empty(self) -> Iterator[tuple[str, str]]:
        """Say which stores ran out of what, first ones first."""
        stores: dict[tuple[int, int], list[str]] = {}
        for one in empties(self.replication):
            stores.setdefault((one.begins, one.store), []).append(self.supplies.items[one.item].name)
        if not stores:
            return
        said = [
            f"{self._at(moment)} {self.supplies.stores[store].name}({self._say(', ', '、').join(items)})"
            for (moment, store), items in list(stores.items())[:_FEW]
        ]
        more = len(stores) - len(said)
        rest = self._say(f" and {more} more", f" 等 {len(stores)} 处") if more else ""
        yield self._say("Ran out", "用尽"), self._say("; ", "、").join(said) + rest
