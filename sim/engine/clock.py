"""The clock: a SimPy environment that can also call a function at a moment.

Missions are state machines on `Clock.at`; SimPy's own processes serve what is told as a story (duty chains, requests).
Textbook SimPy spends most of its time on making processes, events and interrupts; a slim callback is several times
cheaper. Equal times are ordered by (rank of kind, entity, order of scheduling).
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, cast

from simpy import Environment, Event
from simpy.core import EmptySchedule

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.log import Rank

_ENTITIES = 1 << 26
"""Entities (teams, incidents) that one rank can order in a replication; with the rank it fits one machine digit."""


class Clock(Environment):
    """A SimPy environment in whole milliseconds, with ranked callbacks."""

    _now: int  # SimPy allows any number; here it is always whole

    def __init__(self) -> None:
        super().__init__(0)
        self._heap: list[Any] = self._queue
        self._scheduled = 0

    @property
    def now_ms(self) -> int:
        """Return the present moment (ms)."""
        return self._now

    def at(self, time: int, rank: Rank | int, entity: int, fn: Callable[..., object], *args: Any) -> None:
        """Call ``fn(*args)`` at `time` (ms). Callbacks are not cancelled: they carry a version and check it."""
        # SimPy numbers its own entries; they never tie with ours, whose ranks lie above its priorities.
        self._scheduled = number = self._scheduled + 1
        heappush(self._heap, (time, rank * _ENTITIES + entity, number, fn, args))

    def until(self, time: int, rank: Rank | int, entity: int) -> Event:
        """Return an event for a process to wait for: it comes at `time`, in its place among equals.

        SimPy's own `timeout` knows no rank: it would come before everything else of the same moment.
        """
        event = Event(self)
        self.at(time, rank, entity, event.succeed)
        return event

    def schedule(self, event: Event, priority: int = 1, delay: float = 0) -> None:
        """Enter one of SimPy's own events, in the form of a callback."""
        entry = (self._now + delay, int(priority), next(self._eid), self._happen, (event,))
        heappush(self._heap, entry)

    def play(self) -> None:
        """Run until nothing is left to happen."""
        heap = self._heap
        while heap:
            self._now, _, _, fn, args = heappop(heap)
            fn(*args)

    def halt(self) -> None:
        """Forget everything that is still to come: `play` ends with the present event."""
        self._heap.clear()

    def step(self) -> None:
        """Do the next thing (as SimPy's `run` does).

        Raises
        ------
        EmptySchedule
            If nothing is left to happen.
        """
        if not self._heap:
            raise EmptySchedule
        self._now, _, _, fn, args = heappop(self._heap)
        fn(*args)

    @staticmethod
    def _happen(event: Event) -> None:
        callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]
        for callback in callbacks:
            callback(event)
        if not event.ok and not event.defused:
            raise cast("BaseException", event.value)
