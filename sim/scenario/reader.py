"""A scenario file → nodes: the part of YAML that planners need, with every problem found and where it stands.

YAML is read event by event: size, depth, anchors and tags are judged before anything is built, and each value keeps its
line and its characters.
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from sim.errors import Finding, Mark, Words
from sim.scenario.core_values import core_value
from sim.scenario.decoding import read_text
from sim.scenario.node import Key, Node
from sim.scenario.syntax import explain

if TYPE_CHECKING:
    from pathlib import Path

MAX_DEPTH = 50
"""Deepest nesting of maps and lists that is read."""
MOST_FINDINGS = 100
"""Reading ends after so many problems."""

_TAGS = "tag:yaml.org,2002:"
_CORE = frozenset(_TAGS + name for name in ("str", "int", "float", "bool", "null", "map", "seq"))
_TURNS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that turn the direction of a text."""
_TEXT_TAGS = frozenset({_TAGS + "str", "!"})
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Document:
    """A file as it was read; `top` is None when nothing could be made of it."""

    file: str
    text: str | None
    top: Node | None
    findings: tuple[Finding, ...]


def read(path: Path, file: str | None = None) -> Document:
    """Read one file; never raises for what is in it.

    Parameters
    ----------
    path
        The file.
    file
        How messages call it; the path as given when not said.
    """
    name = str(path) if file is None else file
    text, findings = read_text(path, name)
    if text is None:
        return Document(name, None, None, findings)
    found = parse(text, name)
    return Document(name, text, found.top, (*findings, *found.findings))


def parse(text: str, file: str = "<text>") -> Document:
    """Read a text that was decoded before."""
    builder = _Builder(file)
    try:
        builder.run(text)
    except yaml.YAMLError as error:
        return Document(file, text, None, (*builder.findings, *explain(text, error, file)))
    except _TooMuchError:
        return Document(file, text, None, tuple(builder.findings))
    top = builder.top
    if top is None or top.value is None:
        what = Words("there is nothing in the file but comments", "文件中除注释外没有内容")
        remedy = Words("write a scenario that begins with 'format: 1'", "写入情景,第一行为“格式: 1”")
        builder.findings.append(Finding("empty-file", what, remedy, Mark(file)))
        top = None
    return Document(file, text, top, tuple(builder.findings))


class _TooMuchError(Exception):
    """Reading cannot go on."""


@dataclass(slots=True)
class _Open:
    """A map or list whose end has not come."""

    node: Node
    is_map: bool
    key: Key | None = None
    key_line: int = 0
    awaits_value: bool = False
    skip: bool = False
    lines: dict[str, int] = field(default_factory=dict)


class _Builder:
    """Builds nodes from events; an own stack in place of recursion."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.top: Node | None = None
        self.stack: list[_Open] = []
        self.documents = 0

    def run(self, text: str) -> None:
        """Take all events."""
        loader = _LOADER(text)
        try:
            next_event, scalar = loader.get_event, self.scalar
            while True:
                event = next_event()
                kind = type(event)
                if kind is yaml.ScalarEvent:
                    scalar(event)
                elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                    self.opens(event, is_map=kind is yaml.MappingStartEvent)
                elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                    self.closes(event)
                elif kind is yaml.AliasEvent:
                    self.alias(event)
                elif kind is yaml.DocumentStartEvent:
                    self.document(event)
                elif kind is yaml.StreamEndEvent:
                    return
        finally:
            loader.dispose()  # frees the buffers of the C parser

    def add(self, code: str, what: Words, remedy: Words, line: int) -> None:
        """Add a finding about a line (from 1)."""
        self.findings.append(Finding(code, what, remedy, Mark(self.file, line)))
        if len(self.findings) >= MOST_FINDINGS:
            raise _TooMuchError

    def document(self, event: Any) -> None:
        """Refuse a second document."""
        self.documents += 1
        if self.documents > 1:
            what = Words("a second document begins here ('---')", "这里又开始了一份文档(“---”)")
            remedy = Words("keep one scenario in one file; delete this line", "一个文件只写一个情景;删去此行")
            self.add("several-documents", what, remedy, event.start_mark.line + 1)
            raise _TooMuchError

    def scalar(self, event: Any) -> None:
        """Take a key or a plain value."""
        start = event.start_mark
        line = start.line + 1
        if event.anchor is not None or event.tag is not None:
            self.extras(event, line)
        text: str = event.value
        if not text.isprintable() and (hidden := _hidden(text)):
            self.hidden(hidden, line)
        bare = not event.style
        stack = self.stack
        if stack and stack[-1].is_map and not stack[-1].awaits_value:
            self.take_key(Key(text, start.index, event.end_mark.index, not bare), line)
            return
        value: Any = text
        if bare and event.tag not in _TEXT_TAGS:
            value = core_value(text)
            if isinstance(value, float) and not math.isfinite(value):
                self.not_finite(text, line)
                value = 0.0
        self.put(Node(value, self.file, line, start.index, event.end_mark.index, text, bare=bare))

    def hidden(self, sign: str, line: int) -> None:
        """Refuse a sign that is not seen but steers a terminal or turns the direction of a text."""
        what = Words(f"the text holds a hidden sign (U+{ord(sign):04X})", f"文字里有看不见的控制符(U+{ord(sign):04X})")
        self.add("hidden-character", what, Words("delete it and type the text again", "删去后重新输入这段文字"), line)

    def opens(self, event: Any, *, is_map: bool) -> None:
        """Begin a map or list."""
        line = event.start_mark.line + 1
        if event.anchor is not None or event.tag is not None:
            self.extras(event, line)
        if len(self.stack) >= MAX_DEPTH:
            what = Words(f"nested more than {MAX_DEPTH} deep", f"嵌套超过 {MAX_DEPTH} 层")
            self.add("too-deep", what, Words("a bracket is probably not closed", "多半是括号没有配对,请检查"), line)
            raise _TooMuchError
        node = Node({} if is_map else [], self.file, line, event.start_mark.index, flow=bool(event.flow_style))
        opened = _Open(node, is_map)
        if self.stack and self.stack[-1].is_map and not self.stack[-1].awaits_value:
            what = Words("a map or list stands where a key should be", "应写键的地方写了列表或映射")
            remedy = Words("write a word as the key; '{', '[' and '?' begin no key", "键应为词语;键不能以 {、[、? 开头")
            self.add("key-not-text", what, remedy, line)
            opened.skip = True
        self.stack.append(opened)

    def closes(self, event: Any) -> None:
        """End a map or list."""
        opened = self.stack.pop()
        opened.node.end = event.end_mark.index
        if opened.skip:
            self.stack[-1].key = None
            self.stack[-1].awaits_value = True
            return
        self.put(opened.node)

    def alias(self, event: Any) -> None:
        """Refuse an alias; reading goes on."""
        line = event.start_mark.line + 1
        what = Words(
            f"'*{event.anchor}' refers to another part of the file (a YAML alias)", f"“*{event.anchor}”引用文件别处(YAML 别名)"
        )
        self.add("alias", what, _NO_ALIAS, line)
        opened = self.stack[-1] if self.stack else None
        if opened is not None and opened.is_map and not opened.awaits_value:
            opened.key, opened.awaits_value = None, True
            return
        self.put(Node(None, self.file, line, event.start_mark.index, event.end_mark.index))

    def extras(self, event: Any, line: int) -> None:
        """Refuse anchors and tags."""
        if event.anchor is not None:
            what = Words(
                f"'&{event.anchor}' names a part of the file (a YAML anchor)", f"“&{event.anchor}”给文件的一部分起名(YAML 锚点)"
            )
            self.add("alias", what, _NO_ALIAS, line)
        tag = event.tag
        if tag is not None and tag not in _CORE and tag != "!":
            shown = tag.replace(_TAGS, "!!")
            what = Words(f"the tag '{shown}' is not allowed", f"不允许使用标签“{shown}”")
            remedy = Words("delete it; if the text begins with '!', put it in quotes", "请删去;若文字本身以 ! 开头,请加引号")
            self.add("tag", what, remedy, line)

    def take_key(self, key: Key, line: int) -> None:
        """Keep a key until its value comes."""
        opened = self.stack[-1]
        opened.awaits_value, opened.key, opened.key_line = True, key, line
        text = key.text
        if text in opened.lines:
            what = Words(
                f"'{text}' is written twice (first: line {opened.lines[text]})",
                f"“{text}”写了两次(前一次在第 {opened.lines[text]} 行)",
            )
            self.add("duplicate-key", what, Words("keep one of the two", "请只保留一处"), line)
            opened.key = None
        elif text == "<<" and not key.quoted:
            what = Words("'<<' merges maps (a YAML merge key)", "“<<”用来合并映射(YAML 合并键)")
            remedy = Words(
                "write what is shared once as a type, or in a file to 'include'", "共同的内容请写成类型,或放进“引用”的文件"
            )
            self.add("merge-key", what, remedy, line)
            opened.key = None
        elif text == "" or (not key.quoted and text in ("~", "null")):
            what = Words("a value stands here without a key", "这里有值而没有键")
            self.add("key-not-text", what, Words("write a word before the ':'", "请在冒号前写上键"), line)
            opened.key = None
        else:
            opened.lines[text] = line

    def put(self, node: Node) -> None:
        """Put a finished value where it belongs."""
        if not self.stack:
            self.top = node
            return
        opened = self.stack[-1]
        if not opened.is_map:
            opened.node.value.append(node)
            return
        opened.awaits_value = False
        key = opened.key
        if key is not None:
            node.key = key
            node.line = opened.key_line
            opened.node.value[key.text] = node

    def not_finite(self, text: str, line: int) -> None:
        """Refuse infinity and NaN."""
        what = Words(f"{text} is not a finite number", f"{text} 不是有限的数")
        self.add("not-finite", what, Words("write a number, or leave the line out", "请写具体的数,或删去此行"), line)


_NO_ALIAS = Words("write the value out; what teams share belongs into a type", "请把内容写出来;队伍的共同项写进“队伍类型”")


def _hidden(text: str) -> str:
    """Return the first control sign or change of direction in a text; "" if there is none. Line ends and tabs may stand."""
    for sign in text:
        if sign in _TURNS or (unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t\r"):
            return sign
    return ""
