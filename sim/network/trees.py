"""Shortest-path trees rooted at targets, kept by size: the least recently used go first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
from scipy.sparse.csgraph import dijkstra

from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from scipy.sparse import csr_array

COMPACT_FROM = 100_000
"""From so many nodes on a tree is kept as uint32, when its times fit (49 days); half the memory, still exact."""

TOP32 = 0xFFFF_FFFF
Value = TypeVar("Value")
CHUNK_BYTES = 64 << 20
LONGEST = float(1 << 52)
"""No drive is longer (ms): keeps closed arcs, of infinite weight, out of the search; sums below it are exact."""


class Tree:
    """ms from every node to one target. `far` and above means no way."""

    __slots__ = ("far", "item", "times")

    def __init__(self, found: npt.NDArray[np.float64]) -> None:
        """Keep what a search found, as compactly as is exact."""
        if len(found) >= COMPACT_FROM:
            reached = found.max(initial=0.0, where=found < np.inf)
            if reached < TOP32:
                self._keep(np.minimum(found, TOP32).astype(np.uint32), TOP32)
                return
        self._keep(np.minimum(found, NEVER).astype(np.int64), NEVER)

    def _keep(self, times: npt.NDArray[Any], far: int) -> None:
        times.setflags(write=False)
        self.times = times
        self.far = far
        self.item: Callable[[int], int] = times.item

    def at(self, nodes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return ms from some nodes; `NEVER` when there is no way."""
        times = self.times[nodes].astype(np.int64)
        if self.far != NEVER:
            times[times == self.far] = NEVER
        return times


class Kept(Generic[Value]):
    """A cache that holds at most so many bytes."""

    def __init__(self, limit_bytes: int, size: Callable[[Value], int]) -> None:
        """Start empty; `size` gives the bytes of an entry."""
        self.limit = limit_bytes
        self.size = size
        self.held = 0
        self.entries: dict[Hashable, Value] = {}

    def get(self, key: Hashable) -> Value | None:
        """Return an entry and mark it as just used."""
        value = self.entries.pop(key, None)
        if value is not None:
            self.entries[key] = value
        return value

    def put(self, key: Hashable, value: Value) -> None:
        """Enter a value; the least recently used make room, but the newest always stays."""
        self.entries[key] = value
        self.held += self.size(value)
        while self.held > self.limit and len(self.entries) > 1:
            oldest = next(iter(self.entries))
            self.held -= self.size(self.entries.pop(oldest))


def grow(matrix: csr_array, roots: Sequence[int]) -> list[Tree]:
    """Return the tree of each root: one call of `scipy.sparse.csgraph.dijkstra` for as many as fit in memory."""
    chunk = max(1, CHUNK_BYTES // (8 * max(1, matrix.shape[0])))
    trees: list[Tree] = []
    for at in range(0, len(roots), chunk):
        some = list(roots[at : at + chunk])
        trees += [Tree(found) for found in dijkstra(matrix, directed=True, indices=some, limit=LONGEST)]
    return trees
