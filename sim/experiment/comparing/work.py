"""What a worker does for several scenarios at once: it holds the latest of them, each unpacked once."""

from __future__ import annotations

import pickle
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sim.experiment.worker import Bench, Order

MOST_HELD = 24
"""Scenarios that a worker keeps; the one that was used longest ago goes first."""


class Task(NamedTuple):
    """Some replications of one scenario."""

    order: Order
    place: int
    """Position of the scenario among those of the campaign."""
    numbers: Sequence[int]


class Benches:
    """The scenarios that a process holds, by token."""

    def __init__(self) -> None:
        self._held: dict[str, Bench] = {}

    def get(self, token: str, make: Callable[[], Bench]) -> Bench:
        """Return a scenario, made if it is not held; the latest used is last."""
        found = self._held.pop(token, None) or make()
        self._held[token] = found
        while len(self._held) > MOST_HELD:
            del self._held[next(iter(self._held))]
        return found


def batch(bench: Bench, order: Order, numbers: Sequence[int]) -> tuple[bytes, float]:
    """Run some replications; return their block, and the seconds that one took."""
    from sim.experiment.blocks import encode

    begun = time.perf_counter()
    block = encode([bench.replicate(order, number) for number in numbers])
    return block, (time.perf_counter() - begun) / len(numbers)


_mine = Benches()
_turn = threading.Lock()
"""Workers of a cluster may have several threads; what is learned of a scenario is not shared between threads."""


def work(order: Order, scenario: Any, numbers: Sequence[int]) -> tuple[bytes, float]:
    """Run some replications in a worker.

    Parameters
    ----------
    scenario
        Bytes of `sim.experiment.worker.packed`, in any form that gives a buffer.
    """
    from sim.experiment.worker import Bench

    with _turn:
        bench = _mine.get(order.token, lambda: Bench(pickle.loads(memoryview(scenario))))  # noqa: S301  (packed by the parent)
        return batch(bench, order, numbers)
