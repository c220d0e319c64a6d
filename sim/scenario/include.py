"""Included files put together: every file once, nothing defined twice, what stands behind its facts kept."""

from __future__ import annotations

from sim.errors import Finding, Words
from sim.scenario.node import Node, plain
from sim.scenario.overlay import overlay, things_with_ids
from sim.scenario.shapes import ListShape, NamedShape, PartShape

ABOUT_ITSELF = ("format", "name", "question", "source", "include", "extends")
"""What a file says about itself and not about the scenario; it is not included."""


def contents(top: Node, shape: PartShape) -> Node:
    """Return what a file gives to those that include it.

    Where its facts come from (``source`` at its top) is passed on to every thing of it that does not say.
    """
    source = top.value.get("source")
    kept = {}
    for key, section in top.value.items():
        if key in ABOUT_ITSELF:
            continue
        field = shape.fields.get(key)
        kept[key] = section if source is None or field is None else _sourced(section, field.shape, source)
    return top.holding(kept)


def _sourced(section: Node, shape: object, source: Node) -> Node:
    item = shape.item if isinstance(shape, ListShape) else shape.value if isinstance(shape, NamedShape) else None
    if not isinstance(item, PartShape) or "source" not in item.fields or section.is_scalar:
        return section
    if isinstance(section.value, dict):
        return section.holding({key: _with_source(thing, source) for key, thing in section.value.items()})
    return section.holding([_with_source(thing, source) for thing in section.value])


def _with_source(thing: Node, source: Node) -> Node:
    if not isinstance(thing.value, dict) or "source" in thing.value or "remove" in thing.value:
        return thing
    return thing.holding({**thing.value, "source": source})


def combine(first: Node, second: Node, shape: PartShape, findings: list[Finding]) -> Node:
    """Return two included files as one; ids and names that both define become findings."""
    merged = dict(first.value)
    for key, section in second.value.items():
        known = merged.get(key)
        field = shape.fields.get(key)
        if known is None or section.value is None:
            merged[key] = section
        elif isinstance(known.value, list) and isinstance(section.value, list):
            if things_with_ids(known) and things_with_ids(section):
                _same_ids(known, section, findings)
            merged[key] = _joined(known, section)
        elif field is not None and isinstance(field.shape, NamedShape) and not known.is_scalar and not section.is_scalar:
            _same_names(known, section, findings)
            merged[key] = section.holding({**known.value, **section.value})
        else:
            merged[key] = overlay(known, section)
    return second.holding(merged)


def lay_over(included: Node, own: Node) -> Node:
    """Return included contents changed by the file that includes them.

    As `overlay`, but of lists whose things have no id both the included entries and the file's own stay.
    """
    laid = overlay(included, own)
    for key, section in own.value.items():
        known = included.value.get(key)
        if known is None or not isinstance(known.value, list) or not isinstance(section.value, list) or not section.value:
            continue
        if not (things_with_ids(known) and things_with_ids(section)):
            laid.value[key] = _joined(known, section)
    return laid


def _joined(first: Node, second: Node) -> Node:
    """Return the entries of both lists; plain values that both hold stand once."""
    said = [plain(item) for item in first.value if item.is_scalar]
    return second.holding([*first.value, *(item for item in second.value if not item.is_scalar or plain(item) not in said)])


def _same_ids(first: Node, second: Node, findings: list[Finding]) -> None:
    known = {item.value["id"].value: item.value["id"] for item in first.value}
    for item in second.value:
        own = item.value["id"]
        if own.value in known:
            findings.append(_twice(own, str(own.value), known[own.value]))


def _same_names(first: Node, second: Node, findings: list[Finding]) -> None:
    findings.extend(_twice(item, name, first.value[name]) for name, item in second.value.items() if name in first.value)


def _twice(node: Node, name: str, first: Node) -> Finding:
    what = Words(
        f"'{name}' is defined in two included files (first: {first.mark})",
        f"两个引用的文件都定义了“{name}”(前一个在 {first.mark})",
    )
    remedy = Words("delete one of them, or give it another id", "删去其中一处,或换个编号")
    return Finding("duplicate-id", what, remedy, node.mark)
