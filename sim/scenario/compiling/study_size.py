"""A sizing study compiled: cases, depots and items, minimums and prices, checked against the scenarios of the cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.errors import Words
from sim.scenario.compiling.goods import same_word
from sim.scenario.compiling.study_context import opened, stacked
from sim.scenario.compiling.study_resolved import as_text, shown
from sim.scenario.node import plain, with_marks
from sim.scenario.schema.study_size import SizeStudy as SizeFile
from sim.scenario.size_study import Case, Floor, SizeStudy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sim.scenario.compiling.study_context import StudyContext
    from sim.scenario.frozen import Scenario
    from sim.scenario.node import Node
    from sim.scenario.schema.amounts import Stated
    from sim.scenario.supplies import Item

_TOLERANCE = 1e-9
_ITEM, _DEPOT, _CASE = Words("item", "物资"), Words("depot", "储备库"), Words("case", "情形")


def load(path: Path, root: Path | None, asked: Mapping[str, Any]) -> SizeStudy:
    """Compile a sizing study. See `sim.scenario.study.load_study`."""
    return _Compiler(opened(path, SizeFile, root), asked).study()


class _Compiler:
    """Compiles one study file; findings gather in its context."""

    def __init__(self, context: StudyContext, asked: Mapping[str, Any]) -> None:
        self.context = context
        self.file: SizeFile = context.file
        self.asked = asked

    def study(self) -> SizeStudy:
        """Return the compiled study.

        Raises
        ------
        InputError
            With every finding.
        """
        context, file = self.context, self.file
        sound = {at: case for at in range(len(file.cases)) if (case := self.case(at)) is not None}
        cases = tuple(sound.values())
        self.probabilities()
        scenarios = [case.scenario for case in cases if case.scenario is not None]
        if not scenarios:
            if not context.wrong:
                what = Words("nothing happens in any case", "各情形都没有情景")
                context.add("no-scenario", what, Words("write 'scenario: …' for one", "请至少给一个情形写“情景: …”"), "cases")
            context.stop_if_wrong()
        first = scenarios[0]
        self.same_depots(sound, first)
        items, depots = self.items(scenarios), self.depots(first)
        goods = {item.id: item for item in first.supplies.items}
        owners, open_cost, survives = self.rooms(first, depots)
        minimum = self.minimum(goods, items, depots)
        packs = tuple(
            self.units(file.packs[name], goods[name], "packs", name) if name in file.packs else float(goods[name].counted)
            for name in items
        )
        prices = tuple(self.price(goods[name]) for name in items)
        self.named(file.packs, goods, "packs")
        self.named(file.prices, goods, "prices")
        self.named(file.shortage, {**goods, **dict.fromkeys(kit.id for kit in first.supplies.kits)}, "shortage")
        context.stop_if_wrong()
        return SizeStudy(
            name=file.name, question=file.question, language=context.language, path=context.path, root=context.root, cases=cases,
            items=items, depots=depots, owners=owners, open_cost=open_cost, survives=survives, prices=prices, packs=packs,
            shortage={name: money.planned for name, money in file.shortage.items()}, minimum=minimum,
            within=round(file.within.planned), budget=None if file.budget is None else file.budget.planned,
            budgets=tuple(sorted({money.planned for money in file.budgets})), movable=file.movable,
            move_cost=file.move_cost.planned,
            risk=None if file.risk is None else (file.risk.weight.planned, file.risk.level.planned),
            service=None if file.service is None else (file.service.level.planned, file.service.tolerance.planned),
            gap=file.gap.planned, proof=self.asked.get("replications", file.proof), seed=self.asked.get("seed", file.seed),
            resolved=self.resolved(cases), warnings=tuple(context.findings),
        )  # fmt: skip

    # --- cases -------------------------------------------------------------------------------------------------------

    def case(self, position: int) -> Case | None:
        """Return a case with its scenario, as far as it can be had."""
        context, entry, at = self.context, self.file.cases[position], ("cases", position)
        if [other.id for other in self.file.cases].index(entry.id) < position:
            what = Words(f"two cases are called '{entry.id}'", f"有两个情形都叫“{entry.id}”")
            context.add("duplicate-id", what, Words("give one another id", "给其中一个换个编号"), *at, "id")
        named = [other.name or other.id for other in self.file.cases]
        first = named.index(named[position])
        if self.file.cases[first].id != entry.id:
            what = Words(f"two cases are called '{named[position]}'", f"有两个情形的名称都是“{named[position]}”")
            context.add("duplicate-name", what, Words("give one another name", "给其中一个换个名称"), *at, "name")
        name, probability = entry.name or entry.id, entry.probability.planned
        if entry.scenario is None:
            if entry.change is not None:
                what = Words("a change without a scenario", "写了改动却没有情景")
                context.add("missing-key", what, Words("write 'scenario: …'", "请写“情景: …”"), *at, "change")
            return Case(entry.id, name, None, None, None, probability, 1)
        file = context.scenario_file(entry.scenario, *at, "scenario")
        if file is None:
            return None
        patch: Node | None = context.change(*at, "change") if entry.change is not None else None
        if entry.draws > 1:
            mark = context.where(*at, "draws")
            patch = stacked(patch, with_marks({"mode": "plan"}, mark.file, mark.line or 1))
        scenario = context.compiled(file, patch)
        if scenario is None:
            return None
        if not any(course.supplies for course in scenario.courses):
            what = Words(f"nothing in '{scenario.name}' asks for supplies", f"情景“{scenario.name}”没有物资需求")
            remedy = Words("write 'supplies: […]' for its incidents", "请给其事件写“物资需求: […]”")
            context.add("no-needs", what, remedy, *at, "scenario")
        return Case(entry.id, name, scenario, file, patch, probability, entry.draws if scenario.mode == "plan" else 1)

    def probabilities(self) -> None:
        """Check that all cases together make 1."""
        total = sum(case.probability.planned for case in self.file.cases)
        if abs(total - 1.0) > _TOLERANCE:
            what = Words(f"the probabilities make {total:.6g}, not 1", f"各情形概率合计 {total:.6g},不是 1")
            remedy = Words(
                "correct them; for years in which nothing happens add a case without a scenario",
                "请改正;无事发生的年份可写一个没有情景的情形",
            )
            self.context.add("probabilities", what, remedy, "cases")

    def same_depots(self, cases: Mapping[int, Case], first: Scenario) -> None:
        """Check that all cases (by their places in the file) start from the same depots and stock."""
        today = stock_of(first)
        for position, case in cases.items():
            if case.scenario is not None and stock_of(case.scenario) != today:
                what = Words(
                    f"case '{case.id}' does not start from the same depots and stock as the first",
                    f"情形“{case.id}”的储备库或库存与第一个情形不同",
                )
                remedy = Words("let all scenarios include the same resource file", "请让各情景引用同一份资源文件")
                self.context.add("different-stock", what, remedy, "cases", position)

    # --- what is sized -----------------------------------------------------------------------------------------------

    def items(self, scenarios: Sequence[Scenario]) -> tuple[str, ...]:
        """Return the items to size: those named, or all that are asked for."""
        known = [item.id for item in scenarios[0].supplies.items]
        by_name = {item.name: item.id for item in scenarios[0].supplies.items}
        if not self.file.items:
            return tuple(item for item in known if any(item in asked_for(scenario) for scenario in scenarios))
        found = []
        for position, name in enumerate(self.file.items):
            item = by_name.get(name, name)
            if item not in known:
                self.context.unknown(_ITEM, name, known, "items", position)
            else:
                found.append(item)
        return tuple(dict.fromkeys(found))

    def depots(self, first: Scenario) -> tuple[str, ...]:
        """Return the depots that may hold more: those named, or all that are no firm's."""
        known = [depot.id for depot in first.supplies.depots]
        by_name = {depot.name: depot.id for depot in first.supplies.depots}
        held = {store.depot for store in first.supplies.stores if store.usable}
        if not self.file.depots:
            return tuple(depot.id for depot in first.supplies.depots if not depot.firm and depot.index in held)
        found = []
        for position, name in enumerate(self.file.depots):
            depot = by_name.get(name, name)
            if depot not in known:
                self.context.unknown(_DEPOT, name, known, "depots", position)
            elif first.supplies.depots[known.index(depot)].index not in held:
                self.nobody_owns(depot, first.supplies.items[0], "depots", position)
            else:
                found.append(depot)
        return tuple(dict.fromkeys(found))

    def nobody_owns(self, depot: str, item: Item, *path: str | int) -> None:
        """Add a finding about a depot in which there is nobody whose word releases what would be put there."""
        what = Words(f"nobody has stock in '{depot}' that may be used", f"储备库“{depot}”没有可动用的库存,新增的不知归谁动用")
        entry = f"{{item: {item.id}, quantity: 0, owner: …}}", f"{{物资: {item.id}, 数量: 0, 权属: …}}"
        remedy = Words(f"write an empty stock with its owner: {entry[0]}", f"请写一项空库存并注明权属: {entry[1]}")
        self.context.add("nobody-owns", what, remedy, *path)

    def rooms(
        self, first: Scenario, depots: tuple[str, ...]
    ) -> tuple[tuple[str, ...], tuple[float, ...], dict[tuple[str, str], float]]:
        """Return whose the new stock of each depot is, what it costs to use it, and what of it survives."""
        supplies = first.supplies
        number = {depot.id: depot.index for depot in supplies.depots}
        own = {
            depot: next((store.owner for store in supplies.stores if store.depot == number[depot] and store.usable), "")
            for depot in depots
        }
        cost: dict[str, float] = {}
        cases = [entry.id for entry in self.file.cases]
        survives: dict[tuple[str, str], float] = {}
        for position, room in enumerate(self.file.rooms):
            at = ("rooms", position)
            if room.depot not in own:
                self.context.unknown(_DEPOT, room.depot, own, *at, "depot")
                continue
            if room.owner is not None:
                owners = [store.owner for store in supplies.stores if store.depot == number[room.depot] and store.usable]
                if room.owner not in owners:
                    self.context.unknown(Words("owner of stock there", "权属"), room.owner, owners, *at, "owner")
                own[room.depot] = room.owner
            cost[room.depot] = room.open_cost.planned
            for case, share in room.survives.items():
                if case not in cases:
                    self.context.unknown(_CASE, case, cases, *at, "survives", case)
                survives[case, room.depot] = share.planned
        return tuple(own[depot] for depot in depots), tuple(cost.get(depot, 0.0) for depot in depots), survives

    def minimum(self, goods: Mapping[str, Item], items: Sequence[str], depots: Sequence[str]) -> tuple[Floor, ...]:
        """Return what standards ask to be held."""
        found = []
        for position, entry in enumerate(self.file.minimum):
            at = ("minimum", position)
            if entry.item not in items:
                self.context.unknown(Words("item to size", "定量物资"), entry.item, items, *at, "item")
                continue
            amount = self.units(entry.amount, goods[entry.item], "minimum", position, "amount")
            where = [self.place(depots, name, *at, "depots", number) for number, name in enumerate(entry.depots)]
            whole = tuple(range(len(depots)))
            found.append(Floor(items.index(entry.item), tuple(one for one in where if one >= 0) or whole, amount, entry.basis))
        return tuple(found)

    def place(self, depots: Sequence[str], name: str, *path: str | int) -> int:
        """Return the number of a depot that may hold more."""
        if name not in depots:
            self.context.unknown(_DEPOT, name, depots, *path)
            return -1
        return depots.index(name)

    def units(self, stated: Stated | None, item: Item, *path: str | int) -> float:
        """Return an amount in an item's own unit; 0 when it is not written."""
        if stated is None:
            return 0.0
        if not same_word(stated.unit, item.unit):
            what = Words(f"'{stated.unit}' is not the unit of '{item.id}'", f"“{stated.unit}”不是“{item.id}”的单位")
            remedy = Words(f"write it in '{item.unit}', or as a plain number", f"请用“{item.unit}”,或只写数字")
            self.context.add("unknown-unit", what, remedy, *path)
        return stated.planned

    def price(self, item: Item) -> float:
        """Return what a unit costs; without a price there is nothing to weigh."""
        own = self.file.prices.get(item.id)
        price = item.price if own is None else own.planned
        if price <= 0:
            what = Words(f"'{item.id}' has no price", f"“{item.id}”没有单价")
            remedy = Words("write it for the item, or under 'prices'", "请在物资表或“单价”里写明")
            self.context.add("missing-key", what, remedy, "prices")
        return price

    def named(self, written: Mapping[str, object], known: Mapping[str, object], key: str) -> None:
        """Check that what is written for items is for items that there are."""
        for name in written:
            if name not in known:
                self.context.unknown(_ITEM, name, known, key, name)

    def resolved(self, cases: Sequence[Case]) -> str:
        """Return the study as one text, with the digest of every scenario."""
        tree: dict[str, Any] = dict(self.context.loaded.tree)
        entries = []
        for entry, case in zip(tree["cases"], cases, strict=True):
            kept = dict(entry)
            if case.file is not None and case.scenario is not None:
                kept |= {"scenario": shown(case.file, self.context.root), "digest": case.scenario.digest}
            if case.patch is not None:
                kept["change"] = plain(case.patch)
            entries.append(kept)
        return as_text({**tree, "cases": entries})


def asked_for(scenario: Scenario) -> set[str]:
    """Return the ids of the items that a scenario's incidents ask for, alone or in sets."""
    supplies, found = scenario.supplies, set[str]()
    for course in scenario.courses:
        for need in course.supplies:
            parts = ((need.item, 0),) if need.item >= 0 else supplies.kits[need.kit].parts
            found |= {supplies.items[item].id for item, _ in parts}
    return found


def stock_of(scenario: Scenario) -> dict[tuple[str, str], int]:
    """Return what lies where: (store, item) → thousandths."""
    supplies = scenario.supplies
    return {
        (store.id, supplies.items[item].id): sum(lot.amount for lot in lots)
        for store in supplies.stores
        for item, lots in store.lots.items()
    }
