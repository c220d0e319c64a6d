"""The model as shapes: what may stand where, and what each key and word is called in either language.

One shape a model class, built from its fields and kept. Names, translation, the JSON Schema and the reference page
all walk the same shapes.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from sim.quantities import DISTRIBUTION_NAMES, KEY_NAMES
from sim.scenario.schema.fields import Choice, QuantityOf

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

REMOVE = ("remove", "删除")
"""Key that takes a thing with an id out of a list, in an overlay."""
YES, NO = ("yes", "是"), ("no", "否")
"""Words for true and false beside `true` and `false`."""

Kind = Literal["bool", "int", "float", "text", "any"]


@dataclass(frozen=True)
class Field:
    """One key of a part."""

    name: str
    zh: str
    info: FieldInfo

    @cached_property
    def shape(self) -> Shape:
        """Return what may stand under the key."""
        return shape_of(self.info.annotation, self.info.metadata)

    @property
    def required(self) -> bool:
        """Tell whether it must be written."""
        return self.info.is_required()

    @property
    def droppable(self) -> bool:
        """Tell whether a key without a value counts as not written."""
        return not self.required and (self.info.default is None or type(None) not in get_args(self.info.annotation))


class PartShape:
    """A map with the keys of a model class."""

    def __init__(self, model: type[BaseModel]) -> None:
        """Take the fields of the class."""
        self.model = model
        self.fields: dict[str, Field] = {}
        self.by_zh: dict[str, str] = {}
        for name, info in model.model_fields.items():
            extra = info.json_schema_extra if isinstance(info.json_schema_extra, Mapping) else {}
            zh = str(extra.get("zh", name))
            self.fields[name] = Field(name, zh, info)
            self.by_zh[zh] = name
        self.has_id = "id" in self.fields

    def canonical(self, key: str) -> str | None:
        """Return the English name of a key that is written in either language; None when it is not known."""
        if key in self.fields:
            return key
        return self.by_zh.get(key)

    def zh(self, name: str) -> str:
        """Return the Chinese name of a key."""
        field = self.fields.get(name)
        return name if field is None else field.zh


@dataclass(frozen=True)
class ListShape:
    """A list of things of one shape."""

    item: Shape


@dataclass(frozen=True)
class NamedShape:
    """A map whose keys are names of the planner's own, or words of a choice."""

    value: Shape
    key: ChoiceShape | None = None


@dataclass(frozen=True)
class QuantityShape:
    """A plain quantity, or a map with the keys of a quantity."""

    of: QuantityOf


@dataclass(frozen=True)
class ChoiceShape:
    """One of a few words."""

    choice: type[Choice]

    @cached_property
    def zh(self) -> dict[str, str]:
        """Return the Chinese word of each value."""
        return dict(self.choice.names())

    @cached_property
    def by_word(self) -> dict[str, str]:
        """Return the value of each word in either language."""
        return {word: value for value, word in self.zh.items()} | {str(member): str(member) for member in self.choice}


@dataclass(frozen=True)
class ScalarShape:
    """A plain value; `limits` are those that pydantic checks."""

    kind: Kind
    limits: tuple[Any, ...] = ()


@dataclass(frozen=True)
class UnionShape:
    """One of several shapes."""

    options: tuple[Shape, ...]

    def for_map(self, keys: Iterable[str]) -> Shape | None:
        """Return the option for a map: the one that knows most of its keys."""
        maps = [o for o in self.options if isinstance(o, PartShape | NamedShape | QuantityShape)]
        written = list(keys)
        return max(maps, key=lambda option: sum(_knows(option, key) for key in written), default=None)

    def for_list(self) -> Shape | None:
        """Return the option for a list."""
        return next((o for o in self.options if isinstance(o, ListShape)), None)

    def for_scalar(self) -> Shape | None:
        """Return the option for a plain value."""
        return next((o for o in self.options if isinstance(o, ScalarShape | ChoiceShape | QuantityShape)), None)


Shape = PartShape | ListShape | NamedShape | QuantityShape | ChoiceShape | ScalarShape | UnionShape


@cache
def part_shape(model: type[BaseModel]) -> PartShape:
    """Return the shape of a model class."""
    return PartShape(model)


def shape_of(annotation: Any, metadata: Iterable[Any] = ()) -> Shape:
    """Return the shape of a type annotation with its metadata."""
    marks = list(metadata)
    quantity = next((m for m in marks if isinstance(m, QuantityOf)), None)
    if quantity is not None:
        return QuantityShape(quantity)
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *extra = get_args(annotation)
        return shape_of(inner, [*extra, *marks])
    if any(hasattr(m, "__get_pydantic_core_schema__") for m in marks):
        return ScalarShape("any")
    if origin is Union or origin is types.UnionType:
        options = tuple(shape_of(a, marks) for a in get_args(annotation) if a is not type(None))
        return options[0] if len(options) == 1 else UnionShape(options)
    if origin in (list, tuple, set, frozenset):
        return ListShape(shape_of(next(iter(get_args(annotation)), Any)))
    if origin is dict or origin is Mapping:
        key, value = get_args(annotation)
        named = shape_of(key)
        return NamedShape(shape_of(value), named if isinstance(named, ChoiceShape) else None)
    return _of_class(annotation, tuple(marks))


def _of_class(annotation: Any, marks: tuple[Any, ...]) -> Shape:
    if isinstance(annotation, type):
        if issubclass(annotation, BaseModel):
            return part_shape(annotation)
        if issubclass(annotation, Choice):
            return ChoiceShape(annotation)
        for kind, known in _SCALARS:
            if annotation is known:
                return ScalarShape(kind, marks)
    return ScalarShape("any", marks)


_SCALARS: tuple[tuple[Kind, type], ...] = (("bool", bool), ("int", int), ("float", float), ("text", str))


def _knows(shape: Shape, key: str) -> bool:
    if isinstance(shape, PartShape):
        return shape.canonical(key) is not None
    if isinstance(shape, QuantityShape):
        return key in KEY_NAMES or key in QUANTITY_KEYS
    return False


QUANTITY_KEYS: dict[str, str] = {zh: en for en, zh in KEY_NAMES.items()}
"""English name of each Chinese key of a quantity."""
DISTRIBUTIONS: dict[str, str] = {zh: en for en, zh in DISTRIBUTION_NAMES.items()}
"""English name of each Chinese name of a distribution."""


@cache
def all_keys(model: type[BaseModel]) -> frozenset[str]:
    """Return every key that can stand anywhere in a file of this model, in both languages."""
    found: set[str] = set()
    seen: set[type[BaseModel]] = set()
    queue: list[Shape] = [part_shape(model)]
    while queue:
        shape = queue.pop()
        if isinstance(shape, PartShape):
            if shape.model not in seen:
                seen.add(shape.model)
                found |= shape.fields.keys() | shape.by_zh.keys()
                queue.extend(field.shape for field in shape.fields.values())
        elif isinstance(shape, ListShape):
            queue.append(shape.item)
        elif isinstance(shape, NamedShape):
            queue.append(shape.value)
        elif isinstance(shape, UnionShape):
            queue.extend(shape.options)
    return frozenset(found | KEY_NAMES.keys() | QUANTITY_KEYS.keys())
