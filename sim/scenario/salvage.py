"""Go on checking behind the first mistakes: what pydantic refuses is cut out, so that the rest can be checked too."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from sim.scenario.messages import placed_findings
from sim.scenario.node import Node, Place, follow

if TYPE_CHECKING:
    from pydantic import BaseModel

    from sim.scenario.load_tree import Loaded

    M = TypeVar("M", bound=BaseModel)

_MOST_CUTS = 20


def salvage(model: type[M], loaded: Loaded) -> tuple[M | None, Loaded, frozenset[str]]:
    """Return the model of what is sound, the tree that it was made of, and the ids of things that had to go.

    An optional value that is wrong is left out; a thing that lacks what it must have goes as a whole. None when the file
    has nothing to go on with. The result serves checks only: a file with a finding is never run.
    """
    top, gone = loaded.top, set[str]()
    for _ in range(_MOST_CUTS):
        if top is None:
            break
        held = replace(loaded, top=top)
        try:
            return model.model_validate(held.tree), held, frozenset(gone)
        except ValidationError as error:
            places = sorted({placed.place for placed in placed_findings(error, model, top)}, key=_last_first, reverse=True)
        for place in places:
            top = _cut(top, place, gone) if top is not None else None
    return None, loaded, frozenset(gone)


def _last_first(place: Place) -> tuple[tuple[bool, str, int], ...]:
    """Order places so that cutting from the end leaves the positions of the others as they are."""
    return tuple((isinstance(step, int), str(step), step if isinstance(step, int) else 0) for step in place)


def _cut(top: Node, place: Place, gone: set[str]) -> Node | None:
    """Return the tree without the value at a place; where it is missing, without the thing that lacks it."""
    _, there = follow(top, place)
    if there != place:
        while there and not isinstance(there[-1], int):
            there = there[:-1]
        place = there
    if not place:
        return None
    removed, _ = follow(top, place)
    if isinstance(removed.value, dict) and "id" in removed.value:
        gone.add(str(removed.value["id"].value))
    if isinstance(place[-1], str):
        gone.add(place[-1])
    return _without(top, place)


def _without(node: Node, place: Place) -> Node:
    first, rest = place[0], place[1:]
    if isinstance(node.value, list) and isinstance(first, int):
        items = [_without(item, rest) if at == first and rest else item for at, item in enumerate(node.value)]
        return node.holding(items if rest else items[:first] + items[first + 1 :])
    held = dict(node.value)
    key = str(first)
    if rest:
        held[key] = _without(held[key], rest)
    else:
        del held[key]
    return node.holding(held)
