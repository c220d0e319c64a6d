"""One tree laid over another: how a scenario changes what it includes, what it extends, and what a study varies.

Maps merge key by key, lists of things with an id merge by id, everything else is replaced; ``null`` drops a key,
``remove: true`` a thing. Quantities count as one value: a patch with a planned value or a distribution replaces it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.scenario.shapes import REMOVE

if TYPE_CHECKING:
    from sim.scenario.node import Node


def overlay(base: Node, patch: Node) -> Node:
    """Return `base` changed by `patch`; both have canonical keys, and neither is changed.

    What comes from the patch keeps the patch's file and line. A thing that the patch removes but the base does not
    have stays in the result with its ``remove`` key, for `load_tree` to report.
    """
    if isinstance(base.value, dict) and isinstance(patch.value, dict):
        return _maps(base, patch)
    lists = isinstance(base.value, list) and isinstance(patch.value, list) and patch.value
    return _by_id(base, patch) if lists and things_with_ids(base) and things_with_ids(patch) else patch


def things_with_ids(node: Node) -> bool:
    """Tell whether every item of a list is a map with an id."""
    return all(isinstance(item.value, dict) and "id" in item.value for item in node.value)


def removes(node: Node) -> bool:
    """Tell whether a thing is to be taken out."""
    mark = node.value.get(REMOVE[0]) if isinstance(node.value, dict) else None
    return mark is not None and mark.value is True


def _maps(base: Node, patch: Node) -> Node:
    if "planned" in patch.value or "distribution" in patch.value:
        return patch
    merged = dict(base.value)
    for key, change in patch.value.items():
        if change.value is None:
            merged.pop(key, None)
        elif key in merged:
            merged[key] = overlay(merged[key], change)
        else:
            merged[key] = change
    return patch.holding(merged)


def _by_id(base: Node, patch: Node) -> Node:
    positions = {item.value["id"].value: position for position, item in enumerate(base.value)}
    items: list[Node | None] = list(base.value)
    for change in patch.value:
        position = positions.get(change.value["id"].value)
        if position is None:
            items.append(change)
            continue
        known = items[position]
        items[position] = None if removes(change) else change if known is None else overlay(known, change)
    return patch.holding([item for item in items if item is not None])
