"""What was asked for: need lines as they were raised, and how long a team was waited for or asked of others."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.log import KIND_CODE, NONE, Kind
from sim.units import NEVER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.analysis.records import Integers, Log

_WAITING = KIND_CODE[Kind.NEED_WAITING]
_LEVEL = KIND_CODE[Kind.LEVEL_RAISED]
_ANSWERS = (Kind.REQUEST_GRANTED, Kind.REQUEST_PARTLY, Kind.REQUEST_REFUSED, Kind.REQUEST_WITHDRAWN)


class NeedLines(NamedTuple):
    """Need lines of one replication, a field an array, in order of (incident, line)."""

    incident: Integers
    line: Integers
    raised: Integers
    """When it was first raised (ms)."""
    known: Integers
    """When it was known; of what a level released, when the level was put to its signatory."""
    quantity: Integers
    """Teams asked for, later additions included."""
    package: NDArray[np.bool_]
    """It belongs to the package of the incident: raised first, and by no response level."""

    def find(self, incident: Integers, line: Integers) -> Integers:
        """Return the position of each (incident, line); -1 for a line that was never raised."""
        if not len(self.line):
            return np.full(len(line), NONE, dtype=np.int64)
        width = int(max(self.line.max(), line.max(initial=0))) + 1
        keys, wanted = self.incident * width + self.line, incident * width + line
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where((line >= 0) & (keys[at] == wanted), at, NONE)


def need_lines(log: Log) -> NeedLines:
    """Return the need lines that a log raises."""
    rows = log.of(Kind.NEED_RAISED)
    incident, line = log.column("incident", rows), log.column("need", rows)
    width = int(line.max(initial=0)) + 1
    _, first, which = np.unique(incident * width + line, return_index=True, return_inverse=True)
    quantity = np.bincount(which, weights=log.column("quantity", rows), minlength=len(first)).astype(np.int64)
    cause, raised, incident = log.column("ref", rows[first]), log.column("time", rows[first]), incident[first]
    by_level = (cause >= 0) & (log.column("kind", cause) == _LEVEL)
    begun = np.full(len(log.incidents), NEVER, dtype=np.int64)
    np.minimum.at(begun, incident[~by_level], raised[~by_level])
    proposed = np.where(by_level, log.column("ref", np.where(by_level, cause, 0)), NONE)
    known = np.where(proposed >= 0, log.column("time", np.maximum(proposed, 0)), raised)
    return NeedLines(incident, line[first], raised, known, quantity, ~by_level & (raised == begun[incident]))


class Sought(NamedTuple):
    """How long it was looked for teams, a field an array over some rows of the log."""

    since: Integers
    """Since when the need had waited for somebody to be free (ms); -1 when it had not."""
    asked: Integers
    """How long lenders were being asked for it (ms)."""
    led_on: NDArray[np.bool_]
    """Over all rows of the log: waits that an order, or a later wait, came of."""


def sought(log: Log, ordered: Integers) -> Sought:
    """Return how long it was looked for the teams that some rows order: from the rows that they refer to.

    An order refers to what filled its slot: a grant, which its request led to, which may have come of a wait or of the
    refusal of another lender, and so on back.
    """
    cause = log.column("ref", ordered)
    waits = log.of(Kind.NEED_WAITING)
    waiting, led_on = np.zeros(len(log.rows) + 1, dtype=bool), np.zeros(len(log.rows), dtype=bool)
    waiting[waits] = True
    had_to = waiting[cause]
    led_on[cause[had_to]] = True
    since = np.where(had_to, log.column("time", np.where(had_to, cause, 0)), NONE)
    asked = np.zeros(len(ordered), dtype=np.int64)
    if len(log.of(Kind.REQUEST_MADE)):
        trail = _Trail(log)
        for number, row in enumerate(ordered.tolist()):
            since[number], asked[number] = trail.back(row, led_on)
        for row in waits.tolist():
            trail.back(row, led_on)
    return Sought(since, asked, led_on)


class _Trail:
    """Goes back from a row over waits and requests."""

    def __init__(self, log: Log) -> None:
        every = np.arange(len(log.rows))
        self.kind, self.ref = log.column("kind", every), log.column("ref", every)
        self.time, self.request = log.column("time", every), log.column("request", every)
        self.answers = {KIND_CODE[kind] for kind in _ANSWERS}
        made = log.of(Kind.REQUEST_MADE)
        self.made = dict(zip(log.column("request", made).tolist(), made.tolist(), strict=True))

    def back(self, row: int, led_on: NDArray[np.bool_]) -> tuple[int, int]:
        """Return since when there was a wait before a row (-1: none), and how long lenders were asked; mark the waits."""
        since, asked, at = NONE, 0, int(self.ref[row])
        while 0 <= at < row:
            row = at
            if self.kind[row] in self.answers and int(self.request[row]) in self.made:
                made = self.made[int(self.request[row])]
                asked += int(self.time[row] - self.time[made])
                at = int(self.ref[made])
            elif self.kind[row] == _WAITING:
                since, led_on[row] = int(self.time[row]), True
                at = int(self.ref[row])
            else:
                break
        return since, asked
