"""A scenario file with its keys and words in the other language; comments, order and layout stay.

The text is changed only where a known key or word stands. Names, texts and numbers of the planner are not touched.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sim.errors import InputError, Language
from sim.quantities import DISTRIBUTION_NAMES, KEY_NAMES
from sim.scenario.names import is_chinese
from sim.scenario.reader import read
from sim.scenario.shapes import (
    DISTRIBUTIONS,
    NO,
    QUANTITY_KEYS,
    REMOVE,
    YES,
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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

    from sim.scenario.node import Node


_CHANGE = "change"
"""Key of a study under which a change stands in the keys of the scenario file."""


class _Edit(NamedTuple):
    start: int
    end: int
    word: str


def translate(path: str | Path, to: Language, model: type[BaseModel] | None = None) -> str:
    """Return the text of a scenario file with keys and words in one language.

    Parameters
    ----------
    path
        The file. What it includes is left as it is.
    to
        The language wanted.
    model
        Class of the root model; the scenario file's when not given.

    Raises
    ------
    InputError
        If the file cannot be read as YAML.
    """
    document = read(Path(path), os.path.normpath(path))
    if document.text is None or document.top is None or any(f.severity == "error" for f in document.findings):
        raise InputError(document.findings, "zh" if document.text is None or is_chinese(document.text) else "en")
    return translate_node(document.text, document.top, to, model or _scenario_file())


def translate_node(text: str, top: Node, to: Language, model: type[BaseModel]) -> str:
    """Return a text whose tree was read before with keys and words in one language."""
    parts: list[str] = []
    done = 0
    for edit in sorted(_edits(top, part_shape(model), to)):
        parts += [text[done : edit.start], _quoted_alike(text[edit.start : edit.end], edit.word)]
        done = edit.end
    return "".join([*parts, text[done:]])


def _scenario_file() -> type[BaseModel]:
    from sim.scenario.schema.root import ScenarioFile

    return ScenarioFile


def _quoted_alike(written: str, word: str) -> str:
    quote = written[:1] if written[:1] in ("'", '"') else ""
    return f"{quote}{word}{quote}"


def _edits(node: Node, shape: Shape, to: Language) -> Iterator[_Edit]:
    if isinstance(node.value, dict):
        yield from _map_edits(node, shape.for_map(node.value) if isinstance(shape, UnionShape) else shape, to)
    elif isinstance(node.value, list):
        option = shape.for_list() if isinstance(shape, UnionShape) else shape
        if isinstance(option, ListShape):
            for item in node.value:
                yield from _edits(item, option.item, to)
    else:
        word = _word(node, shape.for_scalar() if isinstance(shape, UnionShape) else shape, to)
        yield from _scalar_edit(node, word)


def _map_edits(node: Node, shape: Shape | None, to: Language) -> Iterator[_Edit]:
    for key, child in node.value.items():
        inside: Shape | None = None
        if isinstance(shape, PartShape):
            name = shape.canonical(key)
            if name is not None:
                inside = part_shape(_scenario_file()) if name == _CHANGE else shape.fields[name].shape
                yield from _key_edit(child, name if to == "en" else shape.zh(name))
            elif key in REMOVE and shape.has_id:
                inside = ScalarShape("bool")
                yield from _key_edit(child, REMOVE[to == "zh"])
        elif isinstance(shape, QuantityShape):
            name = QUANTITY_KEYS.get(key, key)
            if name in KEY_NAMES:
                yield from _key_edit(child, name if to == "en" else KEY_NAMES[name])
            if name == "distribution" and child.is_scalar:
                yield from _scalar_edit(child, (DISTRIBUTIONS if to == "en" else DISTRIBUTION_NAMES).get(child.text))
        elif isinstance(shape, NamedShape):
            inside = shape.value
            if shape.key is not None:
                yield from _key_edit(child, _choice_word(key, shape.key, to) or key)
        if inside is not None:
            yield from _edits(child, inside, to)


def _key_edit(child: Node, word: str) -> Iterator[_Edit]:
    key = child.key
    if key is not None and key.text != word:
        yield _Edit(key.start, key.end, word)


def _scalar_edit(node: Node, word: str | None) -> Iterator[_Edit]:
    if word is not None and word != node.text and not node.text.endswith("\n"):
        yield _Edit(node.start, node.end, word)


def _word(node: Node, shape: Shape | None, to: Language) -> str | None:
    """Return the word of a plain value in a language, if it is one of those that have an equal."""
    if isinstance(shape, ChoiceShape):
        return _choice_word(node.text, shape, to)
    if isinstance(shape, ScalarShape) and shape.kind == "bool":
        for pair in (YES, NO):
            if node.text in pair:
                return pair[to == "zh"]
    return None


def _choice_word(word: str, shape: ChoiceShape, to: Language) -> str | None:
    value = shape.by_word.get(word)
    return None if value is None else value if to == "en" else shape.zh[value]
