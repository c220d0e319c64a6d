"""Suppliers, and how stores fill up again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from sim.errors import Words
from sim.scenario.compiling.fleets import contract
from sim.scenario.frozen import ReadOnly
from sim.scenario.supplies import Restock, Supplier

if TYPE_CHECKING:
    from sim.scenario.compiling.aid import MutualAid
    from sim.scenario.compiling.context import Context
    from sim.scenario.compiling.depots import Depots
    from sim.scenario.compiling.goods import Goods
    from sim.scenario.compiling.posts import Steps
    from sim.scenario.schema.amounts import Stated
    from sim.scenario.schema.supplies import Restock as RestockEntry
    from sim.scenario.supplies import RuleKind

SUPPLIER = Words("supplier", "供应商")
_WRITTEN: dict[str, tuple[str, str]] = {"r_q": ("when", "order"), "s_s": ("when", "up_to"), "base_stock": ("up_to", "up_to")}
"""Rule → which keys say its level and how much is ordered."""
_ZH = {"when": "订货点", "order": "订货量", "up_to": "补至"}


class Restocking:
    """Suppliers and rules of restocking, compiled."""

    def __init__(self, context: Context, goods: Goods, depots: Depots, aid: MutualAid) -> None:
        self.context, self.goods, self.depots, self.aid = context, goods, depots, aid
        self._number: dict[str, int] = {}
        self.suppliers = tuple(self._supplier(number) for number in range(len(context.file.suppliers)))
        self.rules: list[Restock] = []
        for number, entry in enumerate(context.file.restock):
            self._rule(entry, ("restock", number))

    def _supplier(self, number: int) -> Supplier:
        entry, path, context = self.context.file.suppliers[number], ("suppliers", number), self.context
        self._number.setdefault(entry.id, number)
        if entry.fails.planned >= 1:
            what = Words(f"'{entry.id}' never delivers", f"“{entry.id}”永远不会到货")
            context.add("never-reached", what, Words("lower 'fails'", "请降低“落空”"), *path, "fails")
        prices = {self.goods.item(name, *path, "prices", name): price.planned for name, price in entry.prices.items()}
        prices.pop(-1, None)
        contract(context, self.aid, entry.agreement, ("supply",), (*path, "agreement"))
        return Supplier(
            number, entry.id, entry.name or entry.id, context.ticks(entry.lead), entry.fails.planned, ReadOnly(prices),
        )  # fmt: skip

    def _rule(self, entry: RestockEntry, path: Steps) -> None:
        context = self.context
        store, item = self._store(entry, path), self.goods.item(entry.item, *path, "item")
        if entry.supplier not in self._number:
            context.unknown(SUPPLIER, entry.supplier, self._number, *path, "supplier")
        level, order = self._levels(entry, item, path)
        if store < 0 or item < 0:
            return
        if any(rule.store == store and rule.item == item for rule in self.rules):
            what = Words(f"the stock of '{entry.item}' is filled up by two rules", f"“{entry.item}”的库存有两条补库办法")
            context.add("duplicate-id", what, Words("keep one of the two", "请只保留一处"), *path)
        self.rules.append(Restock(
            len(self.rules), store, item, cast("RuleKind", str(entry.policy)), level, order, round(entry.review.planned),
            self._number.get(entry.supplier, 0), entry.order_cost.planned,
        ))  # fmt: skip
        holder = self.depots.stores[store]
        if item not in holder.lots:
            self.depots.stores[store] = replace(holder, lots=ReadOnly({**holder.lots, item: ()}))

    def _store(self, entry: RestockEntry, path: Steps) -> int:
        """Return the one store that is meant."""
        name = entry.depot if entry.owner is None else f"{entry.depot}/{entry.owner}"
        found = self.depots.named(name, *path, "depot" if entry.owner is None else "owner")
        if len(found) > 1:
            several = ", ".join(self.depots.stores[number].id for number in found)
            what = Words(f"'{name}' has several stores: {several}", f"“{name}”有几家的库存:{several}")
            self.context.add("contradiction", what, Words("name the owner, or the store", "请写明权属,或写库存的编号"), *path)
        return found[0] if found else -1

    def _levels(self, entry: RestockEntry, item: int, path: Steps) -> tuple[int, int]:
        """Return level and order of a rule; what contradicts itself is a finding."""
        keys, context = _WRITTEN[str(entry.policy)], self.context
        word = entry.policy.names()[str(entry.policy)]
        amounts: dict[str, int] = {}
        for key in ("when", "order", "up_to"):
            stated: Stated | None = getattr(entry, key)
            if stated is None and key in keys:
                what = Words(f"'{entry.policy}' needs '{key}'", f"“{word}”须写“{_ZH[key]}”")
                context.add("missing-key", what, Words(f"write {key}: …", f"请写 {_ZH[key]}: …"), *path)
            elif stated is not None and key not in keys:
                what = Words(f"'{entry.policy}' has no '{key}'", f"“{word}”不用“{_ZH[key]}”")
                context.add("contradiction", what, Words("drop it", "请去掉"), *path, key)
            elif stated is not None:
                amounts[key] = self.goods.amount(stated, item, *path, key)
        level, order = (amounts.get(key, 0) for key in keys)
        if item < 0:
            return level, order
        if keys[1] in amounts and order <= 0:
            what = Words("nothing would ever be ordered", "这样什么也不会订")
            context.add("out-of-range", what, Words("write a number above zero", "请写大于零的数"), *path, keys[1])
        elif str(entry.policy) == "s_s" and len(amounts) == 2 and level >= order:
            what = Words("the order point is not below what is filled up to", "订货点不低于补至的数量")
            context.add(
                "contradiction", what, Words("lower 'when', or raise 'up_to'", "请降低“订货点”,或提高“补至”"), *path, "when"
            )
        return level, order
