"""The assumed numbers of a scenario: each quantity and count whose nearest source says that it is assumed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.errors import Mark, Words
from sim.scenario.compiling.assemble import ASSUMED
from sim.scenario.node import Node, Place, plain
from sim.scenario.schema.root import ScenarioFile
from sim.scenario.shapes import (
    ListShape,
    NamedShape,
    PartShape,
    QuantityShape,
    ScalarShape,
    Shape,
    UnionShape,
    part_shape,
)
from sim.units import UNITS, Dimension, UnitError, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.scenario.load_tree import Loaded

_NOT_FACTS = frozenset({
    "format", "seed", "replications", "thresholds", "objectives", "warm_up", "tolerance", "priority", "begins", "ends",
    "deadline", "weather", "weight", "price", "shortage", "prices",
})  # fmt: skip
"""Keys whose numbers say how it is counted, what is demanded or what it costs; nothing of the world turns with them."""
_NO_SCALE: frozenset[Dimension] = frozenset({"temperature", "angle", "moment", "money"})
"""Dimensions of which a multiple means nothing, or that decide nothing in a run."""
_PLAIN_UNIT: dict[Dimension, str] = {"duration": "min", "speed": "km/h", "mass": "kg", "length": "m"}
_SHAPES_OF_A_DISTRIBUTION = ("distribution", "shape")
_ONE = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([^\d]*)$")


@dataclass(frozen=True, slots=True)
class Input:
    """One assumed number.

    Parameters
    ----------
    key
        Where it is, by ids where there are ids: the same in scenarios that share it.
    place
        Where it is in the tree of this scenario.
    value
        What is written: a number, a text with a unit, or a map of a quantity.
    dimension
        Of a quantity; None for a whole number.
    most
        Greatest value that can stand there, in the unit that is kept; None for no limit.
    """

    key: tuple[str, ...]
    place: Place
    value: Any
    dimension: Dimension | None
    most: float | None
    label: Words
    mark: Mark

    @property
    def said(self) -> str:
        """Return the planned value as it is written."""
        return said(self.value)

    @property
    def greatest(self) -> float:
        """Return by what factor it can grow at most."""
        if self.most is None or self.dimension is None:
            return float("inf")
        held = self.value if isinstance(self.value, dict) else {"value": self.value}
        amounts = [parse(value, self.dimension) for name, value in held.items() if name not in _SHAPES_OF_A_DISTRIBUTION]
        return self.most / max(amounts)


def said(value: Any) -> str:
    """Return the planned value of what is written."""
    if isinstance(value, dict):
        value = next((value[key] for key in ("planned", "value", "median", "mean", "mode") if key in value), value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def assumed_inputs(loaded: Loaded) -> list[Input]:
    """Return every assumed number of a scenario, in the order of its tree."""
    assert loaded.top is not None
    return list(_walk(loaded.top, part_shape(ScenarioFile), (), (), Words("", ""), assumed=False))


def _walk(node: Node, shape: Shape, place: Place, key: tuple[str, ...], label: Words, *, assumed: bool) -> Iterator[Input]:
    if isinstance(shape, UnionShape):
        option = _option(shape, node.value)
        if option is not None:
            yield from _walk(node, option, place, key, label, assumed=assumed)
    elif isinstance(shape, PartShape) and isinstance(node.value, dict):
        assumed = _assumed(node, given=assumed)
        for name, child in node.value.items():
            field = shape.fields.get(name)
            if field is not None and name not in _NOT_FACTS:
                inside = _joined(label, Words(name, field.zh))
                yield from _walk(child, field.shape, (*place, name), (*key, name), inside, assumed=assumed)
    elif isinstance(shape, NamedShape) and isinstance(node.value, dict):
        for name, child in node.value.items():
            yield from _walk(child, shape.value, (*place, name), (*key, name), _joined(label, Words(name, name)), assumed=assumed)
    elif isinstance(shape, ListShape) and isinstance(node.value, list):
        for position, child in enumerate(node.value):
            step = _name(child, position)
            inside = _joined(label, Words(step[1], step[1]))
            yield from _walk(child, shape.item, (*place, position), (*key, step[0]), inside, assumed=assumed)
    elif assumed:
        yield from _number(node, shape, place, key, label)


def _option(shape: UnionShape, value: Any) -> Shape | None:
    if isinstance(value, dict):
        return shape.for_map(value)
    return shape.for_list() if isinstance(value, list) else shape.for_scalar()


def _number(node: Node, shape: Shape, place: Place, key: tuple[str, ...], label: Words) -> Iterator[Input]:
    value = plain(node)
    if isinstance(shape, QuantityShape) and shape.of.dimension not in _NO_SCALE and isinstance(place[-1], str):
        most = shape.of.most if shape.of.most != float("inf") else None
        found = Input(key, place, value, shape.of.dimension, most, label, node.mark)
    elif isinstance(shape, ScalarShape) and shape.kind == "int" and isinstance(value, int) and not isinstance(value, bool):
        found = Input(key, place, value, None, None, label, node.mark)
    else:
        return
    if scaled(found, 2.0) not in (None, value):
        yield found


def _assumed(node: Node, *, given: bool) -> bool:
    """Tell whether what a thing holds is assumed: by its own source, else by that of what holds it."""
    source = node.value.get("source")
    if source is None or not isinstance(source.value, str) or not source.value.strip():
        return given
    return any(word in source.value.lower() for word in ASSUMED)


def _name(item: Node, position: int) -> tuple[str, str]:
    """Return the step of a thing in a list: its id, else its position; and what it is called."""
    if not isinstance(item.value, dict):
        return f"#{position}", str(position + 1)
    if "begin" in item.value and "end" in item.value:
        return f"#{position}", f"{item.value['begin'].value}–{item.value['end'].value}"
    for own in ("id", "to", "item", "capability", "level", "name", "vehicle"):
        if own in item.value and item.value[own].is_scalar:
            word = str(item.value[own].value)
            shown = item.value["name"].value if "name" in item.value and item.value["name"].value else word
            return (word if own == "id" else f"#{position}"), str(shown)
    return f"#{position}", str(position + 1)


def _joined(label: Words, more: Words) -> Words:
    return Words(f"{label.en} {more.en}".strip(), f"{label.zh} {more.zh}".strip())


def scaled(found: Input, factor: float) -> Any:
    """Return what would be written if an input were so many times as large; None when that cannot be."""
    if found.dimension is None:
        return max(1, round(found.value * factor)) if found.value >= 1 else found.value  # none often means: no limit
    try:
        if not isinstance(found.value, dict):
            return _scaled(found.value, found.dimension, factor, found.most)
        return {
            name: value if name in _SHAPES_OF_A_DISTRIBUTION else _many(value, found.dimension, factor, found.most)
            for name, value in found.value.items()
        }
    except UnitError:
        return None


def _many(value: Any, dimension: Dimension, factor: float, most: float | None) -> Any:
    if isinstance(value, list):
        return [_scaled(one, dimension, factor, most) for one in value]
    return _scaled(value, dimension, factor, most)


def _scaled(value: Any, dimension: Dimension, factor: float, most: float | None) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = value * factor
        return min(number, most) if most is not None else number
    match = _ONE.match(str(value))
    if match is not None and most is None:
        unit = match[2].strip()
        text = f"{float(match[1]) * factor:.12g}"
        return f"{text} {unit}" if unit else float(text)
    amount = parse(value, dimension) * factor
    if most is not None:
        amount = min(amount, most)
    unit = _PLAIN_UNIT.get(dimension, next(iter(UNITS[dimension])))
    text = f"{amount / UNITS[dimension][unit]:.12g}"
    return f"{text} {unit}" if unit else float(text)


def with_value(top: Node, place: Place, value: Any) -> Node:
    """Return a tree with another value at a place; what stays is shared."""
    step, rest = place[0], place[1:]
    if isinstance(node := top.value, list):
        at = int(step)
        items = list(node)
        items[at] = with_value(items[at], rest, value) if rest else _holding(items[at], value)
        return top.holding(items)
    held = dict(node)
    name = str(step)
    held[name] = with_value(held[name], rest, value) if rest else _holding(held[name], value)
    return top.holding(held)


def _holding(node: Node, value: Any) -> Node:
    if isinstance(value, dict):
        return node.holding({key: _holding(node.value[key], inside) for key, inside in value.items()})
    if isinstance(value, list):
        return node.holding([node.holding(inside) for inside in value])
    return node.holding(value)
