"""Where goods came from, and why from there, in words that a duty officer would use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.supply_trace import StoreConsidered, StoreWhyNot, SupplyDecision
from sim.errors import Words
from sim.experiment.why_names import printable
from sim.log import Cause
from sim.log_words import CAUSE_NAMES
from sim.scenario.supplies import MILLI
from sim.units import NEVER

if TYPE_CHECKING:
    from sim.experiment.why_names import Namer

REASONS: dict[StoreWhyNot, Words] = {
    StoreWhyNot.ENOUGH: Words("not needed", "未用上"),
    StoreWhyNot.NOT_USABLE: Words("may not be touched", "不得动用"),
    StoreWhyNot.NOT_NAMED: Words("not named for this need", "本项未列"),
    StoreWhyNot.TURNED_DOWN: Words("asked before, in vain", "此前未果"),
    StoreWhyNot.EMPTY: Words("has none left", "已无库存"),
    StoreWhyNot.PROMISED: Words("promised to others", "已另许"),
    StoreWhyNot.KEPT: Words("must stay", "须留底"),
    StoreWhyNot.NO_WAY: Words("no way there", "道路不通"),
}
"""Why a store sends nothing."""
_POLICY = {
    "nearest": Cause.NEAREST_STOCK, "fewest_vehicles": Cause.FEWEST_VEHICLES, "earliest_complete": Cause.EARLIEST_COMPLETE,
}  # fmt: skip


def said(names: Namer, told: SupplyDecision) -> str:
    """Return a decision about goods as a sentence."""
    supplies = names.scenario.supplies
    item = supplies.items[told.item]
    chosen = [one for one in told.considered if one.verdict == StoreWhyNot.CHOSEN]
    others = [one for one in told.considered if one.verdict != StoreWhyNot.CHOSEN]
    wanted = names.say(f"{_amount(names, told.item, told.wanted)} wanted", f"需 {_amount(names, told.item, told.wanted)}")
    policy = CAUSE_NAMES[_POLICY[told.policy]].say(names.language)
    sent = names.listed([_sends(names, told, one) for one in chosen])
    text = f"{printable(item.name)}: {wanted}" if names.language == "en" else f"{printable(item.name)}:{wanted}"
    if sent:
        text += names.say(f"; sent ({policy}): {sent}", f";{policy}:{sent}")
    if told.left > 0:
        left = _amount(names, told.item, told.left)
        text += names.say(f"; nobody can send {left} now", f";尚缺 {left},暂无处可调")
    rest = [f"{_store(names, one)} ({REASONS[one.verdict].say(names.language)})" for one in others]
    if rest:
        text += names.say("; others: ", ";其余:") + names.listed(rest)
    return text + names.say(".", "。")


def _sends(names: Namer, told: SupplyDecision, one: StoreConsidered) -> str:
    """Return what a store sends, and when the first of it is to be there."""
    amount = _amount(names, one.item, one.amount)
    what = "" if one.item == told.item else printable(names.scenario.supplies.items[one.item].name) + " "
    first = "" if one.eta >= NEVER else names.there(told.time + one.eta)
    notes = [names.say("to be made", "现生产")] if one.makes else []
    notes += [names.say(f"first load there {first}", f"首车 {first} 到")] if first else []
    return f"{_store(names, one)} {what}{amount}{names.notes(notes)}"


def _store(names: Namer, one: StoreConsidered) -> str:
    return printable(names.scenario.supplies.stores[one.store].name)


def _amount(names: Namer, item: int, amount: int) -> str:
    unit = printable(names.scenario.supplies.items[item].unit)
    return f"{amount / MILLI:,.10g} {unit}".rstrip()
