"""Road states: which parts of which roads an event closes or slows, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.errors import Finding, InputError, Mark, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Parts of roads: edge ``edge[i]`` from share ``lo[i]`` to ``hi[i]`` of its length.

    A road may appear more than once (it leaves a circle and comes back). `circle` (x, y, radius in m) is kept when the
    parts are what lies inside one.
    """

    edge: Ints
    lo: Floats
    hi: Floats
    circle: tuple[float, float, float] | None = None

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for array in (self.edge, self.lo, self.hi):
            array.setflags(write=False)

    @classmethod
    def whole(cls, edges: Iterable[int]) -> Parts:
        """Return whole roads."""
        edge = np.unique(np.fromiter(edges, np.int32))
        return cls(edge, np.zeros(len(edge)), np.ones(len(edge)))


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """What one road event does while it is active.

    Where several are active on a road, the slowest counts.

    Parameters
    ----------
    parts
        The roads it takes (both directions); None: everything (weather-like slowing, any network form).
    factor
        On speed: 0 closed, between 0 and 1 slower.
    allow
        Names of vehicle classes that may pass as if nothing were.
    name, where
        For messages.

    """

    parts: Parts | None
    factor: float = 0.0
    allow: frozenset[str] = frozenset()
    name: str = ""
    where: Mark | None = None

    def __post_init__(self) -> None:
        """Refuse a factor outside 0..1."""
        if not 0 <= self.factor <= 1:
            what = Words(
                f"road event '{self.name}' has speed factor {self.factor:g}",
                f"路况事件“{self.name}”的速度系数是 {self.factor:g}"
            )
            remedy = Words("write 0 (closed) to 1 (no change)", "请写 0(封闭)到 1(不变)之间的数")
            raise InputError([Finding("bad-factor", what, remedy, self.where)])


class RoadStates:
    """Numbers sets of active effects; 0 is the empty set."""

    def __init__(self, effects: Sequence[Effect]) -> None:
        """Start with the empty state."""
        self._effects = tuple(effects)
        self._number: dict[frozenset[int], int] = {frozenset(): 0}
        self._active: list[frozenset[int]] = [frozenset()]

    def number(self, active: frozenset[int]) -> int:
        """Return the number of a set of effects; the same set always gets the same one.

        Raises
        ------
        IndexError
            If there is no such effect.

        """
        found = self._number.get(active)
        if found is None:
            if not all(0 <= at < len(self._effects) for at in active):
                message = f"no such effect among {len(self._effects)}: {sorted(active)}"
                raise IndexError(message)
            found = self._number[active] = len(self._active)
            self._active.append(active)
        return found

    def active(self, state: int) -> frozenset[int]:
        """Return the effects of a state."""
        return self._active[state]

    def bearing_on(self, state: int, vehicle: str) -> frozenset[int]:
        """Return the effects of a state that hold for a vehicle class."""
        return frozenset(at for at in self._active[state] if vehicle not in self._effects[at].allow)

    def everywhere(self, state: int, vehicle: str) -> float:
        """Return the factor on speed of the effects that hold everywhere (1: none)."""
        return min(
            (self._effects[at].factor for at in self.bearing_on(state, vehicle) if self._effects[at].parts is None),
            default=1.0,
        )
