"""Stock plans as changes of scenario files: so many units of each item more, or fewer, in each depot."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sim.scenario.compiling.study_context import stacked
from sim.scenario.load import load_scenario
from sim.scenario.load_tree import load_tree
from sim.scenario.node import with_marks
from sim.scenario.schema.root import ScenarioFile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.scenario.frozen import Scenario
    from sim.scenario.size_study import Case, SizeStudy

_NUMBER = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*?)\s*$")
_KEPT = ("owner", "released_by", "time", "refuses", "channel", "agreement", "no_answer", "tries", "again", "second", "by_road")
"""What new stock has in common with what its owner holds there already."""
_SMALL = 5e-4


def with_stock(study: SizeStudy, case: Case, more: Mapping[tuple[str, str], float]) -> Scenario:
    """Return the scenario of a case with another stock.

    Parameters
    ----------
    more
        (depot, item) → units to add; fewer than none are taken away.
    """
    assert case.file is not None
    tree = load_tree(case.file, ScenarioFile, case.patch, study.root).tree
    depots = []
    for depot in tree.get("depots", ()):
        changes = {item: amount for (name, item), amount in more.items() if name == depot["id"] and abs(amount) > _SMALL}
        if changes:
            owner = study.owners[study.depots.index(depot["id"])]
            depots.append({"id": depot["id"], "stock": _stock(depot.get("stock") or [], changes, owner)})
    patch = with_marks({"depots": depots}, str(study.path), 1) if depots else None
    return load_scenario(case.file, stacked(case.patch, patch), study.root)


def _stock(entries: Sequence[Mapping[str, Any]], changes: Mapping[str, float], owner: str) -> list[dict[str, Any]]:
    """Return the stock of a depot with changes: to what its owner has of an item, else as a new entry of his."""
    stock = [dict(entry) for entry in entries]
    for item, amount in changes.items():
        own = [entry for entry in stock if entry.get("item") == item and str(entry.get("owner", "")) == owner]
        if amount < 0:
            _take_away([entry for entry in stock if entry.get("item") == item], -amount)
        elif own:
            _add(own[0], amount)
        else:
            like = next((entry for entry in stock if str(entry.get("owner", "")) == owner), {})
            new: dict[str, Any] = {key: like[key] for key in _KEPT if key in like}
            new |= {"item": item, "quantity": _plain(amount)}
            if any("id" in entry for entry in stock):
                new["id"] = f"new-{item}"
            stock.append(new)
    return stock


def _add(entry: dict[str, Any], amount: float) -> None:
    match = _NUMBER.match(str(entry.get("quantity", 0)))
    number, unit = (float(match[1]), match[2]) if match else (0.0, "")
    total = _plain(number + amount)
    entry["quantity"] = f"{total} {unit}" if unit else total


def _take_away(entries: Sequence[dict[str, Any]], amount: float) -> None:
    for entry in entries:
        match = _NUMBER.match(str(entry.get("quantity", 0)))
        part = min(amount, float(match[1]) if match else 0.0)
        _add(entry, -part)
        amount -= part


def _plain(amount: float) -> int | float:
    whole = round(amount, 3)
    return int(whole) if whole == int(whole) else whole
