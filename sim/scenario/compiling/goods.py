"""Goods: items, sets, and amounts of them in thousandths of the item's own unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.errors import Words
from sim.quantities import Constant
from sim.scenario.supplies import MILLI, Item, Kit
from sim.units import UNITS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.quantities import Quantity
    from sim.scenario.compiling.context import Context
    from sim.scenario.compiling.posts import Steps
    from sim.scenario.schema.amounts import Stated
    from sim.scenario.schema.supplies import GoodsSet
    from sim.scenario.schema.supplies import Item as ItemEntry
    from sim.units import Dimension

ITEM, SET = Words("item of supplies", "物资"), Words("set", "成套")
SET_UNITS = ("", "套", "set", "sets")
_CONVERTED: tuple[Dimension, ...] = ("mass", "volume", "length", "area")
"""Dimensions whose units stand in for each other: 2 m3 of what is counted in L."""


class Goods:
    """Finds and numbers items and sets; reads amounts of them."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._number: dict[str, int] = {}
        self._kit_number: dict[str, int] = {}
        _by_name(context.file.items, self._number)
        _by_name(context.file.sets, self._kit_number)
        self.units = [entry.unit.strip() for entry in context.file.items]
        self.items = tuple(self._item(number, entry) for number, entry in enumerate(context.file.items))
        self.kits = tuple(self._kit(number, entry) for number, entry in enumerate(context.file.sets))

    # --- items -----------------------------------------------------------------------------------------------------

    def item(self, name: str, *path: str | int) -> int:
        """Return the number of an item by its id or name; -1, with a finding, when there is none."""
        found = self._number.get(name.strip(), -1)
        if found < 0:
            self.context.unknown(ITEM, name, [entry.id for entry in self.context.file.items], *path)
        return found

    def _item(self, number: int, entry: ItemEntry) -> Item:
        context, path = self.context, ("items", number)
        daily = 0.0
        if entry.per_person_day is not None:
            daily = entry.per_person_day.planned * self.factor(entry.per_person_day, number, *path, "per_person_day")
        return Item(
            number, entry.id, entry.name or entry.id, entry.unit.strip(), str(entry.kind) == "reusable", entry.mass.planned,
            entry.volume.planned, entry.price.planned, None if entry.shelf_life is None else round(entry.shelf_life.planned),
            context.ticks(entry.refit), entry.loss.planned, self._substitutes(number, entry, path), entry.shortage.planned, daily,
            entry.source,
        )  # fmt: skip

    def _substitutes(self, number: int, entry: ItemEntry, path: Steps) -> tuple[tuple[int, int], ...]:
        found = []
        for name, stated in entry.substitutes.items():
            here = (*path, "substitutes", name)
            other = self.item(name, *here)
            if other == number:
                what = Words(f"'{name}' stands in for itself", f"“{name}”在代替自己")
                self.context.add("circle", what, Words("name another item", "请写别的物资"), *here)
            elif other >= 0:
                amount = self.amount(stated, other, *here)
                self._more_than_none(amount, here)
                found.append((other, amount))
        return tuple(found)

    def _more_than_none(self, amount: int, path: Steps) -> None:
        if amount <= 0:
            what = Words("none of it counts for nothing", "数量为零,不起作用")
            self.context.add("out-of-range", what, Words("write a number above zero", "请写大于零的数"), *path)

    # --- sets ------------------------------------------------------------------------------------------------------

    def kit(self, name: str, *path: str | int) -> int:
        """Return the number of a set by its id or name; -1, with a finding, when there is none."""
        found = self._kit_number.get(name.strip(), -1)
        if found < 0:
            self.context.unknown(SET, name, [entry.id for entry in self.context.file.sets], *path)
        return found

    def _kit(self, number: int, entry: GoodsSet) -> Kit:
        path: Steps = ("sets", number)
        if not entry.parts:
            what = Words(f"set '{entry.id}' has no parts", f"成套“{entry.id}”没有写组成")
            self.context.add("no-parts", what, Words("write parts: {item: amount}", "请写 组成: {物资: 数量}"), *path)
        parts: dict[int, float] = {}
        self._gather(entry, path, 1.0, parts, (number,))
        serves = self.plain(entry.serves, SET, ("", "人", "people", "person", "persons"), *path, "serves")
        return Kit(number, entry.id, entry.name or entry.id, tuple((i, round(m * MILLI)) for i, m in parts.items()), serves)

    def _gather(self, entry: GoodsSet, path: Steps, times: float, parts: dict[int, float], within: tuple[int, ...]) -> None:
        """Add up the items of a set, those of the sets in it too."""
        for name, stated in entry.parts.items():
            here = (*path, "parts", name)
            inner = self._kit_number.get(name.strip(), -1)
            if name.strip() not in self._number and inner >= 0:
                if inner in within:
                    what = Words(f"set '{name}' contains itself", f"成套“{name}”包含了自己")
                    self.context.add("circle", what, Words("take it out", "请去掉这一项"), *here)
                    continue
                many = self.plain(stated, SET, SET_UNITS, *here)
                self._gather(self.context.file.sets[inner], ("sets", inner), times * many, parts, (*within, inner))
                continue
            item = self.item(name, *here)
            if item >= 0:
                amount = self.amount(stated, item, *here)
                self._more_than_none(amount, here)
                parts[item] = parts.get(item, 0.0) + times * amount / MILLI

    # --- amounts ---------------------------------------------------------------------------------------------------

    def factor(self, stated: Stated, item: int, *path: str | int) -> float:
        """Return what turns a stated amount into the item's own unit; a finding is added when its unit word is another."""
        own, word = self.units[item], stated.unit
        if same_word(word, own):
            return 1.0
        for dimension in _CONVERTED:
            table = UNITS[dimension]
            if word in table and own in table:
                return table[word] / table[own]
        name = self.context.file.items[item].id
        what = Words(f"'{word}' is not the unit of '{name}'", f"“{word}”不是“{name}”的单位")
        if own:
            remedy = Words(f"write it in '{own}', or as a plain number", f"请用“{own}”,或只写数字")
        else:
            remedy = Words("write a plain number, or give the item its unit", "请只写数字,或给该物资写上单位")
        self.context.add("unknown-unit", what, remedy, *path)
        return 1.0

    def amount(self, stated: Stated, item: int, *path: str | int) -> int:
        """Return a plain amount in thousandths of the item's unit."""
        if item < 0:
            return 0
        whole = stated.planned * self.factor(stated, item, *path)
        milli = round(whole * MILLI)
        if whole > 0 and milli == 0:
            what = Words("that is less than a thousandth of a unit", "不足千分之一个单位")
            self.context.add(
                "out-of-range", what, Words("choose a smaller unit for the item", "请给该物资换用小一级的单位"), *path
            )
        return milli

    def quantity(self, stated: Stated, item: int, *path: str | int) -> Quantity:
        """Return an amount that may spread, in the item's unit."""
        factor = self.factor(stated, item, *path)
        if factor == 1.0:
            return stated.quantity
        if stated.quantity.spread:
            own = self.units[item]
            what = Words(f"an amount that spreads must be in the item's unit, '{own}'", f"有偏差的数量须用物资自己的单位“{own}”")
            self.context.add("unknown-unit", what, Words(f"write it in '{own}'", f"请用“{own}”"), *path)
        return Constant(stated.planned * factor)

    def rate(self, stated: Stated, item: int, *path: str | int) -> float:
        """Return a rate in thousandths of the item's unit a ms; a finding is added when it is zero."""
        if item < 0:
            return 0.0
        self.above_zero(stated, *path)
        return stated.planned * self.factor(stated, item, *path) * MILLI

    def above_zero(self, stated: Stated, *path: str | int) -> None:
        """Add a finding when an amount or a rate is zero."""
        if stated.planned <= 0:
            what = Words("it is zero", "写的是零")
            self.context.add("out-of-range", what, Words("write a number above zero", "请写大于零的数"), *path)

    def plain(self, stated: Stated, kind: Words, words: tuple[str, ...], *path: str | int) -> float:
        """Return an amount of something that is no item, with the unit words that it may bear."""
        if stated.unit not in words:
            what = Words(f"'{stated.unit}' is not a unit of a {kind.en}", f"“{stated.unit}”不是{kind.zh}的单位")
            self.context.add("unknown-unit", what, Words("write a plain number", "请只写数字"), *path)
        return stated.planned

    def by_item(self, entries: Mapping[str, Stated] | None, path: Steps) -> tuple[tuple[int, int], ...]:
        """Return (item, thousandths) for a map of items and amounts."""
        found: dict[int, int] = {}
        for name, stated in (entries or {}).items():
            item = self.item(name, *path, name)
            if item >= 0:
                found[item] = found.get(item, 0) + self.amount(stated, item, *path, name)
        return tuple(found.items())


def _by_name(entries: Sequence[ItemEntry | GoodsSet], numbers: dict[str, int]) -> None:
    """Give things numbers by id, and by name where that is no id."""
    for name in ("id", "name"):
        for position, entry in enumerate(entries):
            numbers.setdefault(getattr(entry, name) or entry.id, position)


def same_word(word: str, own: str) -> bool:
    """Tell whether a unit word is that of an item: none is, and so is an English plural."""
    return not word or word == own or (bool(own) and word.lower().removesuffix("s") == own.lower().removesuffix("s"))
