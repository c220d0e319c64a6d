"""A value of a scenario file together with where it stands: what reading, naming and overlaying work on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sim.errors import Mark

Place = tuple[str | int, ...]
"""Way from the top of a file to a value: keys of maps and positions in lists."""


class Key(NamedTuple):
    """A key as it is written: its text, and the characters that it takes (quotes included)."""

    text: str
    start: int
    end: int
    quoted: bool


class Node:
    """A map, list or plain value, with the file and line where it stands.

    Parameters
    ----------
    value
        ``dict[str, Node]``, ``list[Node]``, or a plain value.
    file, line
        Where it stands; for a value of a map, the line of its key.
    start, end
        The characters of the file that it takes.
    text
        A plain value as it is written, without quotes; ``""`` for maps and lists.
    bare
        A plain value without quotes and not in a block of text.
    flow
        A map or list in braces or brackets.
    key
        The key in front of it, if it is a value of a map.
    """

    __slots__ = ("bare", "end", "file", "flow", "key", "line", "start", "text", "value")

    def __init__(
        self,
        value: Any,
        file: str,
        line: int,
        start: int = 0,
        end: int = 0,
        text: str = "",
        *,
        bare: bool = False,
        flow: bool = False,
        key: Key | None = None,
    ) -> None:
        self.value = value
        self.file = file
        self.line = line
        self.start = start
        self.end = end
        self.text = text
        self.bare = bare
        self.flow = flow
        self.key = key

    @property
    def mark(self) -> Mark:
        """Return file and line."""
        return Mark(self.file, self.line)

    @property
    def is_scalar(self) -> bool:
        """Tell whether it is neither a map nor a list."""
        return not isinstance(self.value, dict | list)

    def holding(self, value: Any) -> Node:
        """Return the same place with another value."""
        return Node(value, self.file, self.line, self.start, self.end, self.text, bare=self.bare, flow=self.flow, key=self.key)

    def __repr__(self) -> str:
        return f"Node({plain(self)!r}, {self.file}:{self.line})"


def plain(node: Node) -> Any:
    """Return dicts, lists and plain values, without the places."""
    value = node.value
    if isinstance(value, dict):
        return {key: plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [plain(child) for child in value]
    return value


def with_marks(tree: Any, file: str = "", line: int = 1) -> Node:
    """Return a tree of plain values as nodes that all stand at one place (for patches that are made by code)."""
    if isinstance(tree, Mapping):
        return Node({str(key): with_marks(value, file, line) for key, value in tree.items()}, file, line)
    if isinstance(tree, list | tuple):
        return Node([with_marks(value, file, line) for value in tree], file, line)
    return Node(tree, file, line, text=str(tree))


class Marks(Mapping[Place, Mark]):
    """Place → file and line, for every value of a tree; looked up in the tree itself."""

    def __init__(self, top: Node) -> None:
        """Take the tree."""
        self._top = top

    def __getitem__(self, place: Place) -> Mark:
        """Return where a value stands."""
        node = self._top
        for step in place:
            child = below(node, step)
            if child is None:
                raise KeyError(place)
            node = child
        return node.mark

    def nearest(self, place: Place) -> Mark:
        """Return where a value stands, or the nearest value around it."""
        return follow(self._top, place)[0].mark

    def __iter__(self) -> Iterator[Place]:
        """Walk all places, top first."""
        return _places(self._top, ())

    def __len__(self) -> int:
        """Return the number of values."""
        return sum(1 for _ in self)


def below(node: Node, step: str | int) -> Node | None:
    """Return the value at one key or position, if there is one."""
    value = node.value
    if isinstance(value, dict):
        found: Node | None = value.get(step)
        return found
    if isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
        inside: Node = value[step]
        return inside
    return None


def follow(top: Node, place: Place) -> tuple[Node, Place]:
    """Return the value at a place, or the nearest one around it, and its own place."""
    node = top
    for position, step in enumerate(place):
        child = below(node, step)
        if child is None:
            return node, place[:position]
        node = child
    return node, place


def _places(node: Node, place: Place) -> Iterator[Place]:
    yield place
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            yield from _places(child, (*place, key))
    elif isinstance(node.value, list):
        for position, child in enumerate(node.value):
            yield from _places(child, (*place, position))
