"""What pydantic found → findings: file and line, both languages, one finding a place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.errors import Finding, Words
from sim.scenario.names import offer
from sim.scenario.node import Node, Place, below, follow, plain
from sim.scenario.shapes import (
    ChoiceShape,
    ListShape,
    NamedShape,
    PartShape,
    QuantityShape,
    ScalarShape,
    Shape,
    UnionShape,
    part_shape,
)
from sim.units import EXAMPLES

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError
    from pydantic_core import ErrorDetails

_LONGEST = 40


class Placed(NamedTuple):
    """A finding and the place in the tree that it speaks of."""

    place: Place
    finding: Finding


class _Problem(NamedTuple):
    """One error of pydantic, with its place in the tree and the branch of a union that it comes from."""

    error: ErrorDetails
    place: Place
    union: Place | None
    branch: str


def placed_findings(error: ValidationError, model: type[BaseModel], top: Node) -> list[Placed]:
    """Return a finding for each place that pydantic complains about.

    Parameters
    ----------
    error
        What pydantic raised.
    model
        The model class.
    top
        The tree that was validated.
    """
    problems = [_locate(one, top) for one in error.errors(include_url=False)]
    found: dict[Place, Placed] = {}
    for problem in _likeliest_branches(problems):
        if problem.place not in found:
            found[problem.place] = Placed(problem.place, _finding(problem, model, top))
    return list(found.values())


def _locate(error: ErrorDetails, top: Node) -> _Problem:
    """Follow pydantic's path through the tree; steps that the tree does not have are names of union branches."""
    steps = error["loc"]
    last = steps[-1:] if error["type"] in ("missing", "extra_forbidden") else ()
    node = top
    union: Place | None = None
    branch = ""
    walked: list[str | int] = []
    for step in steps[: len(steps) - len(last)]:
        child = below(node, step)
        if child is not None:
            node = child
            walked.append(step)
        elif step != "[key]" and union is None:
            union, branch = tuple(walked), str(step)
    return _Problem(error, (*walked, *last), union, branch)


def _likeliest_branches(problems: list[_Problem]) -> list[_Problem]:
    """Of the branches of each union keep the one that fits best: right kind of value, fewest errors."""
    unions: dict[Place, dict[str, list[_Problem]]] = {}
    for problem in problems:
        if problem.union is not None:
            unions.setdefault(problem.union, {}).setdefault(problem.branch, []).append(problem)
    kept: dict[Place, str] = {}
    for place, branches in unions.items():
        kept[place] = min(
            branches, key=lambda name: (any(_wrong_kind(p) and p.place == place for p in branches[name]), len(branches[name]))
        )  # fmt: skip
    return [p for p in problems if p.union is None or kept[p.union] == p.branch]


def _wrong_kind(problem: _Problem) -> bool:
    return problem.error["type"] in _KIND_ERRORS


_KIND_ERRORS = frozenset({
    "string_type", "int_type", "float_type", "bool_type", "list_type", "tuple_type", "set_type", "frozen_set_type", "dict_type",
    "model_type", "model_attributes_type", "mapping_type", "none_required", "is_instance_of", "int_parsing", "float_parsing",
    "bool_parsing", "int_from_float", "int_parsing_size", "enum", "literal_error", "string_sub_type", "dataclass_type",
    "iterable_type",
})  # fmt: skip
"""Error types that say: another kind of value belongs here."""


def _finding(problem: _Problem, model: type[BaseModel], top: Node) -> Finding:
    error, place = problem.error, problem.place
    node, _ = follow(top, place)
    name, shape = describe(model, top, place)
    context: Mapping[str, Any] = error.get("ctx") or {}
    if error["type"] == "missing":
        what = Words(f"{name.en} is missing", f"缺少{name.zh}")
        return Finding("missing-key", what, _write(place, name, shape), node.mark)
    if "zh" in context:
        what = Words(f"{name.en}: {error['msg']}", f"{name.zh}:{context['zh']}")
        remedy = Words(str(context.get("remedy", "correct it")), str(context.get("remedy_zh", "请改正")))
        return Finding("quantity" if error["type"] == "quantity" else str(error["type"]), what, remedy, node.mark)
    if error["type"] in _KIND_ERRORS:
        return Finding("wrong-kind", *_wrong_kind_words(node, name, shape), node.mark)
    limit = _LIMITS.get(error["type"])
    if limit is not None:
        what, remedy = limit(context, name, _shown(node))
        return Finding("out-of-range", what, remedy, node.mark)
    if error["type"] == "extra_forbidden":
        what = Words(f"unknown key '{place[-1]}'", f"不认识的键“{place[-1]}”")
        return Finding("unknown-key", what, Words("delete it", "请删去"), node.mark)
    what = Words(f"{name.en} cannot be {_shown(node)}: {error['msg']}", f"{name.zh}不能写成 {_shown(node)}")
    return Finding("wrong-value", what, Words("correct it", "请改正"), node.mark)


def _wrong_kind_words(node: Node, name: Words, shape: Shape) -> tuple[Words, Words]:
    right = expected(shape)
    if node.value is None:
        what = Words(f"{name.en} is empty", f"{name.zh}是空的")
        return what, Words(f"write {right.en}, or delete the line", f"请写上{right.zh},或删去此行")
    what = Words(f"{name.en} must be {right.en}, not {_shown(node)}", f"{name.zh}应为{right.zh},写的却是{_shown_zh(node)}")
    return what, how_to_write(shape)


def describe(model: type[BaseModel], top: Node, place: Place) -> tuple[Words, Shape]:
    """Return what a place is called in messages, and its shape."""
    shape: Shape = part_shape(model)
    name = Words("the file", "文件")
    node: Node | None = top
    for step in place:
        inside, name = _step(shape, node, step, name)
        node = None if node is None else below(node, step)
        shape = inside
    return name, shape


def _step(shape: Shape, node: Node | None, step: str | int, name: Words) -> tuple[Shape, Words]:
    if isinstance(shape, UnionShape):
        option = shape.for_list() if isinstance(step, int) else shape.for_map(node.value if node and not node.is_scalar else ())
        shape = option or ScalarShape("any")
    if isinstance(step, int):
        item = shape.item if isinstance(shape, ListShape) else ScalarShape("any")
        return item, Words(f"item {step + 1} of {name.en}", f"{name.zh}第 {step + 1} 项")
    if isinstance(shape, PartShape) and step in shape.fields:
        return shape.fields[step].shape, Words(f"'{step}'", f"“{shape.zh(step)}”")
    inside = shape.value if isinstance(shape, NamedShape) else ScalarShape("any")
    return inside, Words(f"'{step}'", f"“{step}”")


def expected(shape: Shape) -> Words:
    """Return what belongs at a place of this shape."""
    if isinstance(shape, UnionShape):
        parts = [expected(option) for option in shape.options]
        return Words(" or ".join(p.en for p in parts), "或".join(p.zh for p in parts))
    if isinstance(shape, QuantityShape):
        en, zh = EXAMPLES[shape.of.dimension]
        return Words(f"a quantity ({en})", f"数量(如 {zh})")
    if isinstance(shape, ChoiceShape):
        return Words(f"one of {', '.join(shape.zh)}", f"“{'、'.join(shape.zh.values())}”之一")
    if isinstance(shape, ScalarShape):
        return _SCALARS[shape.kind]
    if isinstance(shape, ListShape):
        return Words("a list", "列表")
    return Words("a map of keys and values", "“键: 值”若干行")


_SCALARS: dict[str, Words] = {
    "bool": Words("true or false (yes or no)", "是或否"),
    "int": Words("a whole number", "整数"),
    "float": Words("a number", "数字"),
    "text": Words("a text", "文字"),
    "any": Words("a value", "值"),
}


def how_to_write(shape: Shape) -> Words:
    """Return how a value of this shape is written."""
    if isinstance(shape, UnionShape):
        shape = shape.options[-1]
    if isinstance(shape, ListShape):
        return Words("begin every entry with '- ' on its own line, or write [a, b]", "每项另起一行、以“- ”开头,或写成 [甲, 乙]")
    if isinstance(shape, PartShape):
        required = {f.name: f.zh for f in shape.fields.values() if f.required} or {f.name: f.zh for f in shape.fields.values()}
        en, zh = ", ".join(list(required)[:6]), "、".join(list(required.values())[:6])
        return Words(f"write its keys below, indented: {en}", f"在下面缩进写它的键:{zh}")
    if isinstance(shape, NamedShape):
        return Words("write 'name: …' below, indented", "在下面缩进写“名称: …”")
    if isinstance(shape, ChoiceShape):
        return offer([], shape.zh)
    right = expected(shape)
    return Words(f"write {right.en}", f"请写{right.zh}")


def _write(place: Place, name: Words, shape: Shape) -> Words:
    if isinstance(shape, PartShape | ListShape | NamedShape):
        return Words(f"add {name.en}", f"请补上{name.zh}")
    right = expected(shape)
    zh = name.zh.strip("“”")
    return Words(f"add '{place[-1]}: …' ({right.en})", f"请补上“{zh}: …”({right.zh})")


def _shown(node: Node) -> str:
    if isinstance(node.value, dict):
        return "a map"
    if isinstance(node.value, list):
        return "a list"
    return f"'{_short(node)}'"


def _shown_zh(node: Node) -> str:
    if isinstance(node.value, dict):
        return "“键: 值”若干行"
    if isinstance(node.value, list):
        return "列表"
    return f"“{_short(node)}”"


def _short(node: Node) -> str:
    text = node.text or str(plain(node))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


_Limit = Callable[[Mapping[str, Any], Words, str], tuple[Words, Words]]


def _bound(key: str, en: str, zh: str) -> _Limit:
    def words(context: Mapping[str, Any], name: Words, shown: str) -> tuple[Words, Words]:
        limit = context.get(key)
        what = Words(f"{name.en} is {shown}, but must be {en} {limit}", f"{name.zh}是 {shown},应{zh} {limit}")
        return what, Words(f"write a number {en} {limit}", f"请写{zh} {limit} 的数")

    return words


def _length(key: str, en: str, zh: str) -> _Limit:
    def words(context: Mapping[str, Any], name: Words, shown: str) -> tuple[Words, Words]:
        del shown
        limit, actual = context.get(key), context.get("actual_length")
        has = "" if actual is None else f", there are {actual}"
        has_zh = "" if actual is None else f",现有 {actual} 项"
        what = Words(f"{name.en} needs {en} {limit} entries{has}", f"{name.zh}须有{zh} {limit} 项{has_zh}")
        return what, Words("add or delete entries", "请增删条目")

    return words


def _text_length(key: str, en: str, zh: str) -> _Limit:
    def words(context: Mapping[str, Any], name: Words, shown: str) -> tuple[Words, Words]:
        del shown
        limit = context.get(key)
        what = Words(f"{name.en} needs {en} {limit} characters", f"{name.zh}须有{zh} {limit} 个字")
        return what, Words("lengthen or shorten the text", "请增删文字")

    return words


def _finite(context: Mapping[str, Any], name: Words, shown: str) -> tuple[Words, Words]:
    del context
    what = Words(f"{name.en} is {shown}, which is no finite number", f"{name.zh}是 {shown},不是有限的数")
    return what, Words("write a number", "请写具体的数")


_LIMITS: dict[str, _Limit] = {
    "greater_than": _bound("gt", "above", "大于"),
    "greater_than_equal": _bound("ge", "at least", "不小于"),
    "less_than": _bound("lt", "below", "小于"),
    "less_than_equal": _bound("le", "at most", "不大于"),
    "multiple_of": _bound("multiple_of", "a multiple of", "整除于"),
    "too_short": _length("min_length", "at least", "至少"),
    "too_long": _length("max_length", "at most", "至多"),
    "string_too_short": _text_length("min_length", "at least", "至少"),
    "string_too_long": _text_length("max_length", "at most", "至多"),
    "finite_number": _finite,
}
"""Words for limits that pydantic checks."""
