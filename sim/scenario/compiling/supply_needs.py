"""What asks for goods: the lines of an incident, and what the work of a need line uses up and makes ready."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sim.errors import Words, did_you_mean
from sim.scenario.compiling.goods import SET, SET_UNITS
from sim.scenario.supplies import Fill, PerSignal, SupplyNeed, Use

if TYPE_CHECKING:
    from sim.quantities import Quantity
    from sim.scenario.compiling.context import Context
    from sim.scenario.compiling.depots import Depots
    from sim.scenario.compiling.goods import Goods
    from sim.scenario.compiling.posts import Steps
    from sim.scenario.schema.incidents import NeedLine
    from sim.scenario.schema.supplies import PerSignal as PerEntry
    from sim.scenario.schema.supplies import SupplyNeed as NeedEntry
    from sim.scenario.supplies import Shelter, SupplyPolicy

RELEASED = {"released": "released", "泄漏量": "released", "泄露量": "released"}
"""Words for what has leaked (kg)."""
SHELTERS = ("shelters", "安置点")
"""Words for everybody whom the shelters take."""


class Asked(NamedTuple):
    """A need of a course, and where it is written."""

    course: int
    need: SupplyNeed
    path: Steps


class Needs:
    """Compiles what asks for goods, and remembers it for the checks that need everything."""

    def __init__(self, context: Context, goods: Goods, depots: Depots, shelters: tuple[Shelter, ...]) -> None:
        self.context, self.goods, self.depots, self.shelters = context, goods, depots, shelters
        self.asked: list[Asked] = []
        self.used: dict[int, Steps] = {}
        """Item that some work uses up → where that is first written."""

    # --- incidents -------------------------------------------------------------------------------------------------

    def of_course(
        self, course: int, entries: list[NeedEntry] | None, own: tuple[str, ...], path: Steps, *, leaks: bool
    ) -> tuple[SupplyNeed, ...]:
        """Return the goods that a course asks for.

        Parameters
        ----------
        own
            Amounts that the incident tells of.
        leaks
            There is a release, whose mass may be followed.
        """
        found = tuple(self._need(number, entry, own, (*path, number), leaks=leaks) for number, entry in enumerate(entries or ()))
        self.asked += [Asked(course, need, (*path, need.index)) for need in found if need.item >= 0 or need.kit >= 0]
        return found

    def _need(self, number: int, entry: NeedEntry, own: tuple[str, ...], path: Steps, *, leaks: bool) -> SupplyNeed:
        item = -1 if entry.item is None else self.goods.item(entry.item, *path, "item")
        kit = -1 if entry.set is None else self.goods.kit(entry.set, *path, "set")
        self._one_of((entry.item, entry.set), ("item", "set"), ("物资", "成套"), path)
        self._one_of((entry.quantity, entry.per), ("quantity", "per"), ("数量", "按"), path)
        stores = [s for n, name in enumerate(entry.stores) for s in self.depots.named(name, *path, "stores", n)]
        amount: Quantity | None = None
        if entry.quantity is not None and item >= 0:
            amount = self.goods.quantity(entry.quantity, item, *path, "quantity")
        elif entry.quantity is not None and entry.item is None:
            self.goods.plain(entry.quantity, SET, SET_UNITS, *path, "quantity")
            amount = entry.quantity.quantity
        per = None
        if entry.per is not None:
            per = self._per(entry.per, None if entry.item is None else item, own, (*path, "per"), leaks=leaks)
        if amount is not None and amount.planned <= 0:
            what = Words("nothing is asked for", "需要的数量是零")
            self.context.warn(
                "nothing", what, Words("write how much, or delete this line", "请写数量,或删去此行"), *path, "quantity"
            )
        return SupplyNeed(
            number, item, kit, amount, per, self.context.ticks(entry.after),
            None if entry.deadline is None else round(entry.deadline.planned), tuple(dict.fromkeys(stores)),
            None if entry.policy is None else cast("SupplyPolicy", str(entry.policy)), entry.feeds,
            str(entry.when_missing) == "error",
        )  # fmt: skip

    def _one_of(self, values: tuple[Any, Any], keys: tuple[str, str], zh: tuple[str, str], path: Steps) -> None:
        if (values[0] is None) == (values[1] is None):
            what = Words(f"write either '{keys[0]}' or '{keys[1]}'", f"须写“{zh[0]}”或“{zh[1]}”之一")
            code = "missing-key" if values[0] is None else "contradiction"
            self.context.add(code, what, Words("write one of the two", "请只写其中之一"), *path)

    def _per(self, entry: PerEntry, item: int | None, own: tuple[str, ...], path: Steps, *, leaks: bool) -> PerSignal:
        """Compile an amount that follows a signal; without an item it counts sets."""
        context, goods = self.context, self.goods
        signal = RELEASED.get(entry.signal.strip(), entry.signal.strip())
        if signal == "released" and not leaks:
            what = Words("nothing leaks here", "这起事件没有泄漏")
            context.add(
                "unknown-id", what, Words("write release: …, or name an amount", "请写 泄漏,或改写态势数值"), *path, "signal"
            )
        elif signal != "released" and signal not in own:
            what = Words(f"the incident tells of no '{signal}'", f"这起事件的态势里没有“{signal}”")
            context.add("unknown-id", what, did_you_mean(signal, [*own, *(["released"] if leaks else [])]), *path, "signal")
        if entry.each.unit and signal != "released":
            what = Words(f"'{signal}' is a plain number, not a mass", f"“{signal}”是普通的数,不是质量")
            context.add("unknown-unit", what, Words("write a plain number", "请只写数字"), *path, "each")
        goods.above_zero(entry.each, *path, "each")
        goods.above_zero(entry.quantity, *path, "quantity")
        if item is not None:
            amount = goods.amount(entry.quantity, item, *path, "quantity")
        else:
            amount = round(goods.plain(entry.quantity, SET, SET_UNITS, *path, "quantity") * 1000)
        return PerSignal(signal, entry.each.planned or 1.0, self._less(entry.less, path), amount)

    def _less(self, less: float | str, path: Steps) -> float:
        """Return what is taken off a signal: a number, or the people that shelters take."""
        if not isinstance(less, str):
            if less < 0:
                what = Words(f"{less:g} is negative", f"{less:g} 是负数")
                self.context.add("out-of-range", what, Words("write zero or more", "请写不小于零的数"), *path, "less")
            return less
        if less.lower() in SHELTERS:
            if not self.shelters:
                what = Words("there are no shelters", "没有写安置点")
                self.context.add("missing", what, Words("write shelters: […]", "请写 安置点: […]"), *path, "less")
            return float(sum(shelter.people for shelter in self.shelters))
        for shelter in self.shelters:
            if less in (shelter.id, shelter.name):
                return float(shelter.people)
        kind = Words("shelter", "安置点")
        self.context.unknown(kind, less, [*(shelter.id for shelter in self.shelters), "shelters"], *path, "less")
        return 0.0

    # --- need lines ------------------------------------------------------------------------------------------------

    def uses(self, entry: NeedLine, path: Steps) -> tuple[Use, ...]:
        """Return what the work of a need line uses up."""
        found: list[Use] = []
        for number, use in enumerate(entry.uses):
            here = (*path, "uses", number)
            item = self.goods.item(use.item, *here, "item")
            rate = self.goods.rate(use.rate, item, *here, "rate")
            if (use.ask_when is None) != (use.ask_for is None):
                lacks, zh = ("ask_when", "低于") if use.ask_when is None else ("ask_for", "请供")
                what = Words(f"'{lacks}' is missing", f"缺少“{zh}”")
                self.context.add("missing-key", what, Words(f"write {lacks}: …", f"请写 {zh}: …"), *here)
            elif use.ask_for is not None and use.ask_for.planned <= 0:
                what = Words("nothing is asked for", "请供的量是零")
                self.context.add("out-of-range", what, Words("write for example 2 h", "例如写 2 h"), *here, "ask_for")
            if item < 0:
                continue
            self._once(item, [known.item for known in found], use.item, here)
            self.used.setdefault(item, here)
            found.append(Use(
                item, rate, use.when_dry, -1 if use.ask_when is None else round(use.ask_when.planned),
                0 if use.ask_for is None else round(use.ask_for.planned),
            ))  # fmt: skip
        if found and entry.work is None and not entry.holds:
            what = Words("goods are used up, but there is no work", "写了消耗,却没有作业")
            self.context.warn("no-work", what, Words("write work: …", "请写 作业: …"), *path, "uses")
        return tuple(found)

    def fills(self, entry: NeedLine, path: Steps) -> tuple[Fill, ...]:
        """Return what the teams of a need line make ready again on the scene."""
        found: list[Fill] = []
        for number, fill in enumerate(entry.fills):
            here = (*path, "fills", number)
            item = self.goods.item(fill.item, *here, "item")
            rate = self.goods.rate(fill.rate, item, *here, "rate")
            if item >= 0:
                self._once(item, [known.item for known in found], fill.item, here)
                found.append(Fill(item, rate))
        return tuple(found)

    def _once(self, item: int, before: list[int], name: str, path: Steps) -> None:
        if item in before:
            what = Words(f"'{name}' is listed twice", f"“{name}”列了两次")
            self.context.add("duplicate-id", what, Words("keep one of the two", "请只保留一处"), *path, "item")
