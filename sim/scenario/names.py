"""Keys and words in either language → the canonical English ones, guided by the model.

Names of the planner's own (ids, names of teams, keys of maps by name) are left as they are. Text fields keep what is
written: `101` under a text field is the text "101".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sim.errors import Finding, Language, Words, nearest
from sim.quantities import DISTRIBUTION_NAMES, KEY_NAMES
from sim.scenario.node import Node, Place
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
    all_keys,
    part_shape,
)
from sim.scenario.syntax import WIDE_COLON, WIDE_COMMA, split_lines, wide_sign, wide_words
from sim.units import UnitError, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import BaseModel

_FIRST_CHINESE, _LAST_CHINESE = "\u3400", "\u9fff"


@dataclass(slots=True)
class Named:
    """A tree with canonical keys and words."""

    top: Node
    findings: list[Finding]
    language: Language
    spoken_of: set[Place] = field(default_factory=set)
    """Places that a finding speaks of already: what the model would add about them is left out."""


def canonical(top: Node, model: type[BaseModel], text: str = "") -> Named:
    """Give a tree canonical keys and words.

    Parameters
    ----------
    top
        The file as it was read; it is not changed.
    model
        Its model class.
    text
        The text of the file, to look at how values are written.
    """
    walk = _Walk(model, text)
    found = walk.value(top, part_shape(model), ())
    return Named(found, walk.findings, "zh" if walk.chinese else "en", walk.spoken_of)


def is_chinese(text: str) -> bool:
    """Tell whether a text holds a Chinese character."""
    return any(_FIRST_CHINESE <= sign <= _LAST_CHINESE for sign in text)


def likely(word: str, pairs: Mapping[str, str]) -> list[str]:
    """Return the English names of those of ``{English: Chinese}`` that a word most looks like, in either language."""
    by_en, by_zh = {en: en for en in pairs}, {zh: en for en, zh in pairs.items()}
    for by_shown in (by_zh, by_en) if is_chinese(word) else (by_en, by_zh):
        close = nearest(word, by_shown) or _contained(word, by_shown)
        if close:
            return [by_shown[shown] for shown in close]
    return []


def offer(names: list[str], pairs: Mapping[str, str]) -> Words:
    """Return a remedy that offers some of ``{English: Chinese}`` words, or lists what there is."""
    if names:
        en, zh = ", ".join(names), "、".join(pairs[name] for name in names)
        return Words(f"did you mean {en}?", f"是否想写:{zh}?")
    en, zh = ", ".join(list(pairs)[:_SHOWN]), "、".join(list(pairs.values())[:_SHOWN])
    more = " …" if len(pairs) > _SHOWN else ""
    return Words(f"known here: {en}{more}", f"此处可用:{zh}{more}")


def unknown_word(word: str, pairs: Mapping[str, str]) -> Words:
    """Return a remedy for a word that is not one of ``{English: Chinese}``."""
    return offer(likely(word, pairs), pairs)


_SHOWN = 12


def _contained(word: str, known: Iterable[str]) -> list[str]:
    """Return known words that the word holds or is held by: likeness is a poor guide to words of two characters."""
    return [k for k in known if len(word) > 1 and (word in k or (len(k) > 1 and k in word))][:3]


class _Walk:
    """Walks a tree along the shapes of its model."""

    def __init__(self, model: type[BaseModel], text: str) -> None:
        self.model = model
        self.text = text
        self.findings: list[Finding] = []
        self.spoken_of: set[Place] = set()
        self.chinese = False

    def add(self, code: str, what: Words, remedy: Words, node: Node, *places: Place) -> None:
        self.findings.append(Finding(code, what, remedy, node.mark))
        self.spoken_of.update(places)

    def value(self, node: Node, shape: Shape, place: Place) -> Node:
        """Return one value in canonical words."""
        held = node.value
        if isinstance(held, dict):
            return self.map(node, shape, place)
        if isinstance(held, list):
            return self.items(node, shape, place)
        return self.scalar(node, shape, place)

    def map(self, node: Node, shape: Shape, place: Place) -> Node:
        """Return a map in canonical words."""
        option = shape.for_map(node.value) if isinstance(shape, UnionShape) else shape
        if isinstance(option, PartShape):
            return self.part(node, option, place)
        if isinstance(option, QuantityShape):
            return self.quantity(node, place)
        if isinstance(option, NamedShape):
            return self.named(node, option, place)
        return node

    def items(self, node: Node, shape: Shape, place: Place) -> Node:
        """Return a list in canonical words."""
        option = shape.for_list() if isinstance(shape, UnionShape) else shape
        if not isinstance(option, ListShape):
            return node
        item = option.item
        found = [self.value(child, item, (*place, position)) for position, child in enumerate(node.value)]
        if isinstance(item, PartShape) and item.has_id:
            self.duplicates(found, place)
        return node.holding(found)

    def part(self, node: Node, shape: PartShape, place: Place) -> Node:
        """Return a part with English keys; notes (``x-…``) are dropped."""
        found: dict[str, Node] = {}
        for key, child in node.value.items():
            name = shape.canonical(key)
            if name is None:
                if key in REMOVE and shape.has_id:
                    self.chinese |= key == REMOVE[1]
                    found[REMOVE[0]] = self.flag(child)
                elif not key.startswith("x-"):
                    self.unknown_key(key, child, shape, place)
                continue
            if name != key:
                self.chinese = True
            if name in found:
                zh = shape.zh(name)
                what = Words(f"'{name}' and '{zh}' are the same key", f"“{zh}”与“{name}”是同一个键,写了两次")
                self.add("duplicate-key", what, Words("keep one of the two", "请只保留一处"), child)
                continue
            found[name] = self.value(child, shape.fields[name].shape, (*place, name))
        return node.holding(found)

    def named(self, node: Node, shape: NamedShape, place: Place) -> Node:
        """Return a map by name; only the words of a choice are translated."""
        found: dict[str, Node] = {}
        for key, child in node.value.items():
            name = key
            if shape.key is not None:
                name = shape.key.by_word.get(key, key)
                self.chinese |= name != key
                if name not in shape.key.zh:
                    self.unknown_choice(key, child, shape.key, (*place, name))
            found[name] = self.value(child, shape.value, (*place, name))
        return node.holding(found)

    def quantity(self, node: Node, place: Place) -> Node:
        """Return a quantity with English keys and the English name of its distribution."""
        found: dict[str, Node] = {}
        for key, child in node.value.items():
            name = QUANTITY_KEYS.get(key, key)
            if name not in KEY_NAMES:
                if not key.startswith("x-") and not self.full_width(child, key, place):
                    what = Words(f"unknown key '{key}' in a quantity", f"数量里不认识的键“{key}”")
                    remedy = unknown_word(key, KEY_NAMES)
                    if key in DISTRIBUTION_NAMES or key in DISTRIBUTION_NAMES.values():
                        remedy = Words(f"write {{distribution: {key}, …}}", f"写成 {{分布: {key}, …}}")
                    self.add("unknown-key", what, remedy, child, place)
                continue
            self.chinese |= name != key
            if name in found:
                what = Words(
                    f"'{name}' and '{KEY_NAMES[name]}' are the same key", f"“{KEY_NAMES[name]}”与“{name}”是同一个键,写了两次"
                )
                self.add("duplicate-key", what, Words("keep one of the two", "请只保留一处"), child)
                continue
            named = name == "distribution" and isinstance(child.value, str)
            found[name] = self.distribution(child, place) if named else child
        return node.holding(found)

    def distribution(self, node: Node, place: Place) -> Node:
        word = str(node.value)
        name = DISTRIBUTIONS.get(word, word)
        if name not in DISTRIBUTION_NAMES:
            what = Words(f"there is no distribution '{word}'", f"没有“{word}”分布")
            self.add("unknown-word", what, unknown_word(word, DISTRIBUTION_NAMES), node, place)
        return node.holding(name)

    def scalar(self, node: Node, shape: Shape, place: Place) -> Node:
        """Return a plain value in canonical words."""
        option = shape.for_scalar() if isinstance(shape, UnionShape) else shape
        if isinstance(node.value, str) and node.bare:
            self.swallowed(node, option, place)
        if option is None or isinstance(option, PartShape | ListShape | NamedShape):
            return node
        if isinstance(option, ChoiceShape):
            return self.choice(node, option, place)
        if isinstance(option, ScalarShape) and node.value is not None:
            return _as_kind(node, option.kind)
        return node

    def choice(self, node: Node, shape: ChoiceShape, place: Place) -> Node:
        """Return the value of a word."""
        if node.value is None:
            return node
        word = node.text if not isinstance(node.value, str) else node.value
        value = shape.by_word.get(word)
        if value is None:
            self.unknown_choice(word, node, shape, place)
            return node
        return node.holding(value)

    def flag(self, node: Node) -> Node:
        return _as_kind(node, "bool")

    def duplicates(self, items: Iterable[Node], place: Place) -> None:
        """Report ids that are used twice in one list."""
        seen: dict[Any, Node] = {}
        for position, item in enumerate(items):
            own = item.value.get("id") if isinstance(item.value, dict) else None
            if own is None or not own.is_scalar or own.value is None:
                continue
            first = seen.setdefault(own.value, own)
            if first is not own:
                what = Words(
                    f"the id '{own.text}' is used twice (first: line {first.line})",
                    f"编号“{own.text}”用了两次(前一次在第 {first.line} 行)",
                )
                remedy = Words("give one of them another id", "给其中一个换个编号")
                self.add("duplicate-id", what, remedy, own, (*place, position, "id"))

    def unknown_key(self, key: str, child: Node, shape: PartShape, place: Place) -> None:
        """Report a key that the part does not have."""
        self.chinese |= is_chinese(key)
        if self.full_width(child, key, place):
            return
        pairs = {f.name: f.zh for f in shape.fields.values()}
        names = likely(key, pairs)
        what = Words(f"unknown key '{key}'", f"不认识的键“{key}”")
        self.add("unknown-key", what, offer(names, pairs), child, *((*place, name) for name in names[:1]))

    def unknown_choice(self, word: str, node: Node, shape: ChoiceShape, place: Place) -> None:
        """Report a word that the choice does not have."""
        what = Words(f"'{word}' is not one of the words that can stand here", f"这里不能写“{word}”")
        self.add("unknown-word", what, unknown_word(word, shape.zh), node, place)

    def full_width(self, node: Node, key: str, place: Place) -> bool:
        """Report a key that holds a full-width sign in place of one of YAML."""
        sign = wide_sign(key)
        if sign is None:
            return False
        what, remedy = wide_words(sign)
        self.add("full-width", what, remedy, node, place)
        self.spoken_of.update((*place, name) for name in self._names_in(key))
        return True

    def _names_in(self, text: str) -> list[str]:
        """Return the keys of any part that stand in front of a full-width colon in a text."""
        return [word for word in text.replace(WIDE_COMMA, " ").replace(WIDE_COLON, " ").split() if word in all_keys(self.model)]

    def swallowed(self, node: Node, option: Shape | None, place: Place) -> None:
        """Report layout that YAML took for text: full-width colons, colons without a space, full-width commas."""
        value = str(node.value)
        wants_map = option is None or isinstance(option, PartShape | ListShape | NamedShape)
        several = self.text.count("\n", node.start, node.end)
        if not wants_map and not several and WIDE_COMMA not in value:
            return
        known = all_keys(self.model)
        found = False
        for offset, line in enumerate(split_lines(self.text[node.start : node.end])):
            word, sign = _before_colon(line)
            if sign is None or (not wants_map and (offset == 0 or word not in known)):
                continue
            found = True
            self.chinese |= is_chinese(word)
            at = Node(None, node.file, self._line_of(node) + offset)
            if sign == WIDE_COLON:
                self.add("full-width", *wide_words(sign), at, place)
            else:
                what = Words(f"no space after the colon of '{word}'", f"“{word}”的冒号后面没有空格")
                self.add("no-space", what, Words("write a space after ':'", "请在“:”后面加一个空格"), at, place)
        if not found and WIDE_COMMA in value and self._in_flow(node):
            what, remedy = wide_words(WIDE_COMMA)
            sure = any(_before_colon(part)[0] in known for part in value.split(WIDE_COMMA)[1:])
            self.findings.append(Finding("full-width", what, remedy, node.mark, "error" if sure else "warning"))

    def _line_of(self, node: Node) -> int:
        """Return the line where the value itself begins (the line of a node is that of its key)."""
        return node.line if node.key is None else node.line + self.text.count("\n", node.key.end, node.start)

    def _in_flow(self, node: Node) -> bool:
        """Tell whether the text right after a value shows that it stands in braces or brackets."""
        after = self.text[node.end : node.end + 200].lstrip()
        return after[:1] in (",", "]", "}")


def _before_colon(line: str) -> tuple[str, str | None]:
    """Return the word in front of the first colon of a line, and the colon: full-width, or half-width without space."""
    positions = [(line.index(sign), sign) for sign in (WIDE_COLON, ":") if sign in line]
    if not positions:
        return "", None
    at, sign = min(positions)
    word = line[:at].strip().removeprefix("- ").strip()
    return (word, sign) if word and " " not in word else (word, None)


def _as_kind(node: Node, kind: str) -> Node:
    """Return a plain value as the kind that the field wants, where what is written leaves no doubt."""
    value = node.value
    if kind == "text":
        return node if isinstance(value, str) else node.holding(node.text)
    if kind == "bool":
        if isinstance(value, str):
            word = value.strip()
            if word.lower() == YES[0] or word == YES[1]:
                return node.holding(True)
            if word.lower() == NO[0] or word == NO[1]:
                return node.holding(False)
        return node if isinstance(value, bool) else node.holding(node.text)
    if isinstance(value, bool):
        return node.holding(node.text)
    if kind == "int" and isinstance(value, str):
        return node.holding(_count(value))
    return node


def _count(text: str) -> object:
    """Return `3` for a text such as ``3 组``; any other text as it is."""
    try:
        amount = parse(text, "count")
    except UnitError:
        return text
    return int(amount) if amount == int(amount) and abs(amount) < 2**53 else text
