"""Timing in turns, and the rows of the table: every ratio is of two works that ran one after the other."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Setup = Callable[[], object]


def nothing() -> None:
    """Prepare nothing."""


@dataclass(frozen=True)
class Work:
    """What is timed: `run`, after `setup`, which is not. The time is divided by `amount` (targets, incidents)."""

    run: Callable[[], object]
    setup: Setup = nothing
    amount: float = 1.0


@dataclass(frozen=True)
class Goal:
    """What a ratio must reach (``>=``) or not exceed (``<=``)."""

    sign: str
    value: float

    def met(self, ratio: float) -> bool:
        """Tell whether a ratio is good enough."""
        return ratio >= self.value if self.sign == ">=" else ratio <= self.value

    def __str__(self) -> str:
        return f"{'≥' if self.sign == '>=' else '≤'} {self.value:g}"


@dataclass(frozen=True)
class Row:
    """One line of the table.

    `above` and `below` are seconds, pair by pair; the ratio is above / below. A row without pairs was skipped, and its
    note says why.
    """

    what: str
    above: tuple[str, list[float]] = ("", [])
    below: tuple[str, list[float]] = ("", [])
    goal: Goal | None = None
    note: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    """Anything else worth keeping in the JSON file."""

    @property
    def ratios(self) -> list[float]:
        """Return the ratio of every pair."""
        return [a / b for a, b in zip(self.above[1], self.below[1], strict=True)]

    @property
    def ratio(self) -> float:
        """Return the median ratio."""
        return statistics.median(self.ratios)

    @property
    def verdict(self) -> str:
        """Return met, missed, skipped, or a dash where nothing was promised."""
        if not self.above[1]:
            return "skipped"
        if self.goal is None:
            return "–"
        return "met" if self.goal.met(self.ratio) else "missed"

    def as_json(self) -> dict[str, Any]:
        """Return the row for a JSON file."""
        found: dict[str, Any] = {"what": self.what, "verdict": self.verdict, "note": self.note, **self.data}
        if self.above[1]:
            ratios = self.ratios
            found |= {
                "ratio": {"median": self.ratio, "min": min(ratios), "max": max(ratios), "runs": len(ratios)},
                "goal": None if self.goal is None else {"sign": self.goal.sign, "value": self.goal.value},
                "seconds": {self.above[0]: self.above[1], self.below[0]: self.below[1]},
            }
        return found


def take_turns(works: dict[str, Work], rounds: int) -> dict[str, list[float]]:
    """Run every work once a round (A B C A B C …) and return its CPU seconds per unit of its amount, round by round.

    CPU time of this process, so that other load on the machine counts little. Whatever is in memory before is hidden
    from the cycle collector, so that no work pays for the objects of another.
    """
    seconds: dict[str, list[float]] = {name: [] for name in works}
    gc.collect()
    gc.freeze()
    try:
        for turn in range(rounds + 1):
            for name, work in works.items():
                work.setup()
                gc.collect()
                begun = time.process_time()
                kept = work.run()
                spent = time.process_time() - begun
                del kept
                if turn:  # the first round only warms up
                    seconds[name].append(spent / work.amount)
    finally:
        gc.unfreeze()
    return seconds


def spoken(seconds: float) -> str:
    """Return a time with the unit that suits it."""
    for unit, factor in (("s", 1.0), ("ms", 1e3)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"
