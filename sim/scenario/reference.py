"""The reference page of the scenario file, written from the model: a table for each part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pydantic_core import PydanticUndefined

from sim.errors import Language, Words
from sim.quantities import DISTRIBUTION_NAMES, KEY_NAMES, PARAMETERS
from sim.scenario.shapes import (
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
from sim.units import EXAMPLES, UNITS, Dimension

if TYPE_CHECKING:
    from pydantic import BaseModel

_HEAD = Words("| key | 中文 | value | when not written | meaning |", "| 键 | English | 值 | 不写时 | 含义 |")
_TITLE = Words("# Scenario file: reference", "# 情景文件参考")
_REQUIRED = Words("required", "必填")
_DIMENSIONS: dict[Dimension, str] = {
    "duration": "时长", "length": "长度", "area": "面积", "volume": "体积", "speed": "速度", "mass": "质量",
    "mass_rate": "质量速率", "flow": "流量", "money": "金额", "temperature": "温度", "angle": "角度", "count": "个数",
    "share": "份额", "rate": "频率",
}  # fmt: skip
_SCALARS: dict[str, Words] = {
    "bool": Words("true, false", "是、否"),
    "int": Words("whole number", "整数"),
    "float": Words("number", "数字"),
    "text": Words("text", "文字"),
    "any": Words("text", "文字"),
}


def reference_markdown(language: Language, model: type[BaseModel] | None = None) -> str:
    """Return the reference page in one language, as Markdown."""
    if model is None:
        from sim.scenario.schema.root import ScenarioFile

        model = ScenarioFile
    lines = [_TITLE.say(language), ""]
    parts = _parts(part_shape(model))
    names = _names(parts)
    for shape in parts:
        lines += [f"## {_heading(shape, names, language)}", "", *_table(shape, names, language), ""]
    lines += [*_quantities(language)]
    return "\n".join(lines) + "\n"


def _parts(top: PartShape) -> list[PartShape]:
    """Return every part that can stand in a file, each once, outer before inner."""
    found: dict[type[BaseModel], PartShape] = {}
    queue: list[Shape] = [top]
    while queue:
        shape = queue.pop(0)
        if isinstance(shape, PartShape) and shape.model not in found:
            found[shape.model] = shape
            queue += [field.shape for field in shape.fields.values()]
        else:
            queue += _inner(shape)
    return list(found.values())


def _inner(shape: Shape) -> list[Shape]:
    if isinstance(shape, ListShape):
        return [shape.item]
    if isinstance(shape, NamedShape):
        return [shape.value]
    return list(shape.options) if isinstance(shape, UnionShape) else []


Names = Mapping["type[BaseModel]", Words]


def _names(parts: list[PartShape]) -> Names:
    """Return what each part is called: the key under which it first stands."""
    found: dict[type[BaseModel], Words] = {}
    for shape in parts:
        for field in shape.fields.values():
            for inside in _reached(field.shape):
                found.setdefault(inside.model, Words(inside.model.__name__, field.zh))
    return found


def _reached(shape: Shape) -> Iterator[PartShape]:
    if isinstance(shape, PartShape):
        yield shape
    for inside in _inner(shape):
        yield from _reached(inside)


def _heading(shape: PartShape, names: Names, language: Language) -> str:
    words = names.get(shape.model, Words("Scenario", "情景文件"))
    said = (shape.model.__doc__ or "").strip().splitlines()
    return f"{words.zh}({words.en})" if language == "zh" else f"{words.en}{': ' + said[0] if said else ''}"


def _table(shape: PartShape, names: Names, language: Language) -> Iterator[str]:
    yield _HEAD.say(language)
    yield "|---|---|---|---|---|"
    for field in shape.fields.values():
        own, other = (field.zh, field.name) if language == "zh" else (field.name, field.zh)
        cells = (
            f"`{own}`",
            f"`{other}`",
            _value(field.shape, names, language),
            _default(field, language),
            _said(field, language),
        )
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _said(field: Field, language: Language) -> str:
    extra = field.info.json_schema_extra
    if language == "zh" and isinstance(extra, Mapping):
        return str(extra.get("zh_description", ""))
    return field.info.description or ""


def _default(field: Field, language: Language) -> str:
    if field.required:
        return f"**{_REQUIRED.say(language)}**"
    default = field.info.default
    if default is None or default is PydanticUndefined or default == "":
        return "—"
    if isinstance(default, bool):
        return {"zh": ("否", "是"), "en": ("false", "true")}[language][default]
    if isinstance(field.shape, ChoiceShape) and language == "zh":
        return field.shape.zh.get(str(default), str(default))
    return str(default)


def _value(shape: Shape, names: Names, language: Language) -> str:
    zh = language == "zh"
    if isinstance(shape, PartShape):
        return names.get(shape.model, Words(shape.model.__name__, shape.model.__name__)).say(language)
    if isinstance(shape, ListShape):
        inside = _value(shape.item, names, language)
        return f"列表:{inside}" if zh else f"list: {inside}"
    if isinstance(shape, NamedShape):
        inside = _value(shape.value, names, language)
        return f"名称 → {inside}" if zh else f"name → {inside}"
    if isinstance(shape, UnionShape):
        return (" 或 " if zh else " or ").join(_value(option, names, language) for option in shape.options)
    if isinstance(shape, ChoiceShape):
        return "、".join(shape.zh.values()) if zh else ", ".join(shape.zh)
    if isinstance(shape, QuantityShape):
        return _quantity(shape, language)
    return _SCALARS[shape.kind].say(language)


def _quantity(shape: QuantityShape, language: Language) -> str:
    dimension = shape.of.dimension
    name = Words(dimension.replace("_", " "), _DIMENSIONS[dimension])
    spread = Words("" if shape.of.plain else ", may spread", "" if shape.of.plain else ",可有偏差")
    example = Words(*EXAMPLES[dimension])
    return (
        f"{name.say(language)}({example.say(language)}){spread.say(language)}"
        if language == "zh"
        else (f"{name.en} ({example.en}){spread.en}")
    )


def _quantities(language: Language) -> Iterator[str]:
    """Yield the tables of distributions and of units."""
    zh = language == "zh"
    yield from ("## 有偏差的数量" if zh else "## Quantities that spread", "")
    yield "| 分布 | English | 键 |" if zh else "| distribution | 中文 | keys |"
    yield "|---|---|---|"
    spoken = ("planned", "p90")
    rows: list[tuple[str, str, tuple[str, ...]]] = [
        ("计划值与不利值" if zh else "planned and bad day", "planned, p90" if zh else "计划值、不利", spoken)
    ]
    rows += [(DISTRIBUTION_NAMES[n] if zh else n, n if zh else DISTRIBUTION_NAMES[n], keys) for n, keys in PARAMETERS.items()]
    for own, other, keys in rows:
        shown = [KEY_NAMES[key] if zh else key for key in keys]
        yield f"| {own} | {other} | {'、'.join(shown) if zh else ', '.join(shown)} |"
    yield from ("", "## 单位" if zh else "## Units", "")
    yield "| 量 | 单位 |" if zh else "| quantity | units |"
    yield "|---|---|"
    for dimension, units in UNITS.items():
        written = " ".join(f"`{unit}`" for unit in units if unit)
        yield f"| {_DIMENSIONS[dimension] if zh else dimension.replace('_', ' ')} | {written} |"
