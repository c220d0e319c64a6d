"""JSON Schema of the scenario file for editors: every key and word in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticUndefined

from sim.quantities import DISTRIBUTION_NAMES, KEY_NAMES
from sim.scenario.shapes import (
    NO,
    REMOVE,
    YES,
    ChoiceShape,
    Field,
    ListShape,
    NamedShape,
    PartShape,
    QuantityShape,
    Shape,
    UnionShape,
    part_shape,
)
from sim.units import EXAMPLES

if TYPE_CHECKING:
    from pydantic import BaseModel

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NOTES = {"^x-": {"description": "a note · 备注"}}
_LIMITS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
_LENGTHS = {"min_length": "minItems", "max_length": "maxItems"}
_SCALARS: dict[str, dict[str, Any]] = {
    "bool": {"enum": [True, False, *YES, *NO]},
    "int": {"type": ["integer", "string"]},
    "float": {"type": "number"},
    "text": {"type": ["string", "number", "boolean"]},
    "any": {"type": ["string", "number"]},
}


def scenario_schema(model: type[BaseModel] | None = None) -> dict[str, Any]:
    """Return the JSON Schema of the scenario file.

    Parameters
    ----------
    model
        Class of the root model; the scenario file's when not given.

    Notes
    -----
    Of a thing with an id only the id is required, and a file that extends another requires nothing: an overlay
    writes only what it changes.
    """
    if model is None:
        from sim.scenario.schema.root import ScenarioFile

        model = ScenarioFile
    writer = _Writer()
    writer.part(part_shape(model))
    top = writer.parts[model.__name__]
    required = top.pop("allOf", None)
    if required is not None:
        top["anyOf"] = [{"required": ["extends"]}, {"required": ["基于"]}, {"allOf": required}]
    return {
        "$schema": DIALECT,
        "title": "drillsim scenario · 情景文件",
        "$ref": f"#/$defs/{model.__name__}",
        "$defs": writer.parts,
    }


class _Writer:
    """Writes each model class once, under its name."""

    def __init__(self) -> None:
        self.parts: dict[str, dict[str, Any]] = {}

    def part(self, shape: PartShape) -> dict[str, Any]:
        name = shape.model.__name__
        if name not in self.parts:
            self.parts[name] = {}
            self.parts[name] = self.written(shape)
        return {"$ref": f"#/$defs/{name}"}

    def written(self, shape: PartShape) -> dict[str, Any]:
        properties: dict[str, Any] = {}
        for field in shape.fields.values():
            for key in dict.fromkeys((field.name, field.zh)):
                properties[key] = self.property(field)
        if shape.has_id:
            said = "take it out (in an overlay) · 删去(用于修改别的文件)"
            properties |= {key: {**_SCALARS["bool"], "description": said} for key in REMOVE}
        found: dict[str, Any] = {
            "type": "object",
            "description": (shape.model.__doc__ or "").strip().splitlines()[0] if shape.model.__doc__ else "",
            "properties": properties,
            "patternProperties": _NOTES,
            "additionalProperties": False,
        }
        named = shape.has_id and shape.fields["id"].required
        required = [f for f in shape.fields.values() if (f.name == "id" if named else f.required)]
        if required:
            found["allOf"] = [{"anyOf": [{"required": [key]} for key in dict.fromkeys((f.name, f.zh))]} for f in required]
        return found

    def property(self, field: Field) -> dict[str, Any]:
        extra = field.info.json_schema_extra
        said = extra.get("zh_description", "") if isinstance(extra, Mapping) else ""
        found = {**self.shape(field.shape), **_limits(field)}
        found["description"] = f"{field.name} {field.zh}: {field.info.description or ''} · {said}"
        default = field.info.default
        if default is not PydanticUndefined and (default is None or isinstance(default, str | int | float)):
            found["default"] = default
        if default is None:
            return {"anyOf": [found, {"type": "null"}], "description": found["description"]}
        return found

    def shape(self, shape: Shape) -> dict[str, Any]:
        if isinstance(shape, PartShape):
            return self.part(shape)
        if isinstance(shape, ListShape):
            return {"type": "array", "items": self.shape(shape.item)}
        if isinstance(shape, NamedShape):
            found: dict[str, Any] = {"type": "object", "additionalProperties": self.shape(shape.value)}
            return found if shape.key is None else {**found, "propertyNames": {"enum": _words(shape.key)}}
        if isinstance(shape, UnionShape):
            return {"anyOf": [self.shape(option) for option in shape.options]}
        if isinstance(shape, ChoiceShape):
            return {"enum": _words(shape)}
        if isinstance(shape, QuantityShape):
            return self.quantity(shape)
        return dict(_SCALARS[shape.kind])

    def quantity(self, shape: QuantityShape) -> dict[str, Any]:
        name = f"{'plain_' if shape.of.plain else ''}{shape.of.dimension}"
        self.parts.setdefault(name, _quantity(shape))
        return {"$ref": f"#/$defs/{name}"}


def _words(shape: ChoiceShape) -> list[str]:
    return list(dict.fromkeys([*shape.zh, *shape.zh.values()]))


def _quantity(shape: QuantityShape) -> dict[str, Any]:
    value = {"type": ["string", "number"], "examples": list(EXAMPLES[shape.of.dimension])}
    if shape.of.plain:
        return value
    keys: dict[str, Any] = {}
    for name, zh in KEY_NAMES.items():
        inside: dict[str, Any] = {"type": ["string", "number"]}
        if name == "distribution":
            inside = {"enum": [*DISTRIBUTION_NAMES, *DISTRIBUTION_NAMES.values()]}
        elif name == "values":
            inside = {"type": "array", "items": inside}
        keys |= {name: inside, zh: inside}
    return {"anyOf": [value, {"type": "object", "properties": keys, "patternProperties": _NOTES, "additionalProperties": False}]}


def _limits(field: Field) -> dict[str, Any]:
    """Return the limits that pydantic checks, where JSON Schema has words for them."""
    found: dict[str, Any] = {}
    for mark in field.info.metadata:
        for name, word in (_LIMITS | (_LENGTHS if isinstance(field.shape, ListShape) else {})).items():
            limit = getattr(mark, name, None)
            if isinstance(limit, int | float):
                found[word] = limit
    return found
