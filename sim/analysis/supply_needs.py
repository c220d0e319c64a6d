"""What was asked for and what came of it: one line for each incident, need and item, and one for each set.

A need may grow: what was asked for first is met first. Goods count as there when they have been handed out, or, where they stay
on the scene for tasks to use, when they have been received. A substitute counts as the amount of the item that it stands in for.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.analysis.incidents import courses_of
from sim.analysis.records import COLUMN
from sim.analysis.supplies import dry_spans
from sim.log import CAUSE_CODE, NONE, Cause, Kind
from sim.scenario.supplies import MILLI
from sim.units import HOUR, NEVER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from sim.analysis.records import Integers, Log
    from sim.analysis.replication import Replication
    from sim.scenario.frozen import Scenario

RELIEF = 10 * HOUR
"""Relief is measured as people housed or supplied within so many ms of the alarm."""
_NO_MORE = (Cause.WORK_ENDED, Cause.NOT_NEEDED)


class Series:
    """Amounts that come in over time on numbered lines; lookups are by running sum.

    Parameters
    ----------
    line, time, amount
        One entry an event, in the order of the log; amounts are whole and not below zero.
    lines
        Number of lines.
    """

    def __init__(self, line: Integers, time: Integers, amount: Integers, lines: int) -> None:
        order = np.argsort(line, kind="stable")
        self.line, self.time, self.amount = line[order], time[order], amount[order]
        self._ends = np.append(0, np.cumsum(np.bincount(line, minlength=lines)))
        self._sum = np.append(0, np.cumsum(self.amount))
        self._last = int(self.time.max(initial=0)) + 1
        self._most = int(self._sum[-1]) + 1
        self._keys = self.line * self._last + np.minimum(self.time, self._last - 1)

    @cached_property
    def running(self) -> Integers:
        """Return the running sum of each event's line, in the order of `line`."""
        found: Integers = self._sum[1:] - self._sum[self._ends[self.line]]
        return found

    def total(self) -> Integers:
        """Return the whole amount of each line."""
        found: Integers = self._sum[self._ends[1:]] - self._sum[self._ends[:-1]]
        return found

    def by(self, lines: Integers, moments: Integers) -> Integers:
        """Return what has come on some lines by some moments (that moment included)."""
        wanted = lines * self._last + np.clip(moments, -1, self._last - 1)
        at = np.searchsorted(self._keys, wanted, side="right")
        at = np.clip(at, self._ends[lines], self._ends[lines + 1])  # moments before the start are in front of the line
        found: Integers = self._sum[at] - self._sum[self._ends[lines]]
        return found

    def reached(self, lines: Integers, amounts: Integers) -> Integers:
        """Return when the running sum of some lines first reached some amounts; `NEVER`. An amount of 0 is there from 0 on."""
        if not len(lines):
            return np.empty(0, dtype=np.int64)
        wanted = self._sum[self._ends[lines]] + amounts
        at = np.searchsorted(self._sum, wanted, side="left") - 1  # the event that brings the sum there
        there = (at < self._ends[lines + 1]) & (wanted <= self._sum[-1])
        moments = np.append(self.time, NEVER)[np.clip(at, 0, len(self.time))]
        return np.where(amounts <= 0, 0, np.where(there & (at >= 0), moments, NEVER))


class Wants:
    """Lines of supplies that were asked for in one replication, a field an array; sorted by incident, need and item."""

    def __init__(self, replication: Replication) -> None:
        self.scenario: Scenario = replication.scenario
        self._log: Log = replication.log
        self._items, self._end = len(self.scenario.supplies.items), max(self._log.last, replication.window.ends)
        self._course = courses_of(self.scenario, self._log.incidents)
        asked = self._log.of(Kind.SUPPLY_NEEDED)
        code = self._log.column("item", asked) - self.scenario.first_item
        rows, sets = asked[code < self._items], asked[code >= self._items]
        rows, amount = self._kept_up(replication, rows)
        self.keys, first, line = np.unique(self._keys_of(rows), return_index=True, return_inverse=True)
        self.incident, self.need = self._log.column("incident", rows[first]), self._log.column("need", rows[first])
        self.item: Integers = self._item(rows[first])
        self.counted: NDArray[np.bool_] = replication.counted[self.incident]
        self.alarm: Integers = replication.incidents.alarm[self.incident]
        self._alarms = replication.incidents.alarm
        self.deadline: Integers = self.deadlines(self.incident, self.need)
        """Moment by which it is to be there; `NEVER` without one."""
        self.asks = Series(line, self._log.column("time", rows), amount, len(self.keys))
        self.comes = self._received()
        self.closes = self._closes()
        """Moment up to which what is lacking counts."""
        self.sets = Sets(self, replication, sets)

    def course_of(self, incident: int) -> int:
        """Return the number of the course that an incident follows."""
        return int(self._course[incident])

    # ---- how the log is read

    def _item(self, rows: Integers) -> Integers:
        return self._log.column("item", rows) - self.scenario.first_item

    def _keys_of(self, rows: Integers) -> Integers:
        return self._key(self._log.column("incident", rows), self._log.column("need", rows), self._item(rows))

    def _key(self, incident: Integers, need: Integers, item: Integers) -> Integers:
        width = 1 + max((len(course.supplies) for course in self.scenario.courses), default=0)
        found: Integers = (incident * width + need + 1) * max(1, self._items) + item
        return found

    def _kept_up(self, replication: Replication, rows: Integers) -> tuple[Integers, Integers]:
        """Return the rows that ask and their amounts, without what tasks had asked for ahead and never needed.

        Tasks ask before they run dry. What has not come when their incident is over, and nobody stands dry for, was not lacking.
        """
        log, amount = self._log, self._log.column("quantity", rows).copy()
        back = log.of(Kind.SUPPLY_WITHDRAWN)
        back = back[log.column("need", back) < 0]
        if not len(back):
            return rows, amount
        dry = {(span.incident, span.item) for span in dry_spans(replication) if not span.resumed}
        keys = self._keys_of(rows)
        order = np.argsort(keys, kind="stable")
        bounds = (np.searchsorted(keys[order], self._keys_of(back), side=side).tolist() for side in ("left", "right"))
        whose = zip(*(column.tolist() for column in (log.column("incident", back), self._item(back))), strict=True)
        for begins, ends, missing, who in zip(*bounds, log.column("quantity", back).tolist(), whose, strict=True):
            left = 0 if who in dry else missing
            if left:
                for at in order[begins:ends][::-1].tolist():
                    taken = min(left, int(amount[at]))
                    amount[at] -= taken
                    left -= taken
        return rows[amount > 0], amount[amount > 0]

    def find(self, incident: Integers, need: Integers, item: Integers) -> Integers:
        """Return the line of each (incident, need, item); -1 for what was never asked for."""
        return self._find(self._key(incident, need, item))

    def _find(self, keys: Integers) -> Integers:
        if not len(self.keys):
            return np.full(len(keys), NONE, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[at] == keys, at, NONE)

    def of_needs(self, what: Sequence[Sequence[int]], incident: Integers, need: Integers, none: int) -> Integers:
        """Return what each need of each course says (`what[course][need]`), for some incidents and needs; -1 says `none`."""
        widest = max((len(row) for row in what), default=0)
        table = np.array([[*row, *[none] * (widest + 1 - len(row))] for row in what], dtype=np.int64)
        found: Integers = table[self._course[incident], need] if len(incident) else np.empty(0, np.int64)
        return np.where(need >= 0, found, none)

    def deadlines(self, incident: Integers, need: Integers) -> Integers:
        """Return the moment by which some needs of some incidents are to be met; `NEVER` without a deadline."""
        given = [[NEVER if one.deadline is None else one.deadline for one in course.supplies] for course in self.scenario.courses]
        after = self.of_needs(given, incident, need, NEVER)
        return np.where(after < NEVER, self._alarms[incident] + after, NEVER)

    def _received(self) -> Series:
        """Return what came: handed out or used up by people, or delivered for tasks; of orders, not what teams bring along."""
        log = self._log
        delivered, handed = log.of(Kind.STOCK_DELIVERED), [log.of(Kind.STOCK_HANDED_OUT), log.of(Kind.STOCK_USED)]
        delivered = delivered[log.column("request", delivered) >= 0]
        feeds = [[int(one.feeds) for one in course.supplies] for course in self.scenario.courses]
        rows = np.concatenate([delivered, *handed])
        need = log.column("need", rows)
        to_tasks = (need < 0) | (self.of_needs(feeds, log.column("incident", rows), need, 1) > 0)
        brought = np.arange(len(rows)) < len(delivered)
        rows = np.sort(rows[brought == to_tasks])
        line, amount = self._find(self._keys_of(rows)), log.column("quantity", rows)
        for at in np.flatnonzero(line < 0).tolist():
            line[at] = self._stood_in_for(rows[at : at + 1])
        item = self._item(rows)
        for number in np.unique(line[(line >= 0) & (self.item[line] != item)]).tolist() if len(self.item) else ():
            for other in np.unique(item[line == number]).tolist():
                mine = (line == number) & (item == other)
                stands = dict(self.scenario.supplies.items[int(self.item[number])].substitutes).get(other, MILLI)
                whole = np.cumsum(amount[mine]) * MILLI // stands if other != self.item[number] else np.cumsum(amount[mine])
                amount[mine] = np.diff(whole, prepend=0)
        known = line >= 0
        return Series(line[known], log.column("time", rows)[known], amount[known], len(self.keys))

    def _stood_in_for(self, row: Integers) -> int:
        """Return the first line of the same incident and need that this row's item is a substitute for; -1."""
        item = int(self._item(row)[0])
        incident, need = self._log.column("incident", row), self._log.column("need", row)
        for line in np.flatnonzero((self.incident == incident[0]) & (self.need == need[0])).tolist():
            if item in dict(self.scenario.supplies.items[int(self.item[line])].substitutes):
                return int(line)
        return NONE

    def _closes(self) -> Integers:
        """Return from when on each line is no longer asked for: the incident is over, or it is not needed; a set with its parts.

        What is taken back for another reason, such as that nothing is left to happen, is still lacking until its deadline.
        """
        log, over = self._log, np.where(self.deadline < NEVER, np.maximum(self.deadline, self._end), self._end)
        rows = log.of(Kind.SUPPLY_WITHDRAWN)
        rows = rows[np.isin(log.column("cause", rows), [CAUSE_CODE[cause] for cause in _NO_MORE])]
        code, time = self._item(rows), log.column("time", rows)
        line = np.where(code < self._items, self._find(self._keys_of(rows)), NONE)
        np.minimum.at(over, line[line >= 0], time[line >= 0])
        for row, moment in zip(rows[code >= self._items].tolist(), time[code >= self._items].tolist(), strict=True):
            whose = log.rows[row]
            mine = (self.incident == whose[COLUMN["incident"]]) & (self.need == whose[COLUMN["need"]])
            over[mine] = np.minimum(over[mine], moment)
        return over

    # ---- what is computed of it

    @property
    def held_against(self) -> Integers:
        """Return the moment at which each line is judged: its deadline, or the end where it has none."""
        return np.where(self.deadline < NEVER, self.deadline, self._end)

    def missing_at(self, moments: Integers) -> Integers:
        """Return how much of each line had been asked for by a moment and was not there."""
        every = np.arange(len(self.keys))
        missing: Integers = np.maximum(self.asks.by(every, moments) - self.comes.by(every, moments), 0)
        return missing

    def met(self, moments: Integers) -> tuple[Integers, Integers]:
        """Return how much of each line had been asked for by a moment, and how much of that was there."""
        every = np.arange(len(self.keys))
        asked = self.asks.by(every, moments)
        return asked, np.minimum(asked, self.comes.by(every, moments))

    def delays(self) -> tuple[Integers, NDArray[np.float64]]:
        """Return the line of every asking, and ms until all asked for by then was there; +inf for never."""
        lines = self.asks.line
        reached = self.comes.reached(lines, self.asks.running)
        waited = np.maximum(reached - self.asks.time, 0).astype(np.float64)
        return lines, np.where(reached < NEVER, waited, np.inf)

    def outstanding(self) -> Outstanding:
        """Return how much each line lacks over time."""
        line = np.concatenate([self.asks.line, self.comes.line])
        time = np.concatenate([self.asks.time, self.comes.time])
        change = np.concatenate([self.asks.amount, -self.comes.amount])
        order = np.lexsort((time, line))  # stable: what is asked for at a moment comes before what is there at it
        line, time, change = line[order], time[order], change[order]
        total = np.cumsum(change)
        first = np.append(True, line[1:] != line[:-1])[: len(line)]
        base = np.append(0, total[:-1])[: len(line)]
        level = np.maximum(total - base[first][np.cumsum(first) - 1], 0) if len(line) else total
        ends = np.where(np.append(first[1:], True)[: len(line)], NEVER, np.append(time[1:], NEVER)[: len(line)])
        ends = np.minimum(ends, self.closes[line]) if len(line) else ends
        some = (level > 0) & (ends > time)
        return Outstanding(line[some], time[some], ends[some], level[some])


class Outstanding(NamedTuple):
    """Spans in which a line lacks an amount, a field an array."""

    line: Integers
    begins: Integers
    ends: Integers
    amount: Integers

    def hours(self, lines: int, begins: int = 0, ends: int = NEVER) -> NDArray[np.float64]:
        """Return the integral of what each of so many lines lacks, over all time or a part of it (thousandths · ms)."""
        length = np.minimum(self.ends, ends) - np.maximum(self.begins, begins)
        weights = self.amount.astype(np.float64) * np.maximum(length, 0)
        return np.bincount(self.line, weights=weights, minlength=lines).astype(np.float64)


class Sets:
    """Sets that were asked for, one line for each incident and need, a field an array.

    How many were asked for follows from their parts, which are asked for with them.
    """

    def __init__(self, wants: Wants, replication: Replication, rows: Integers) -> None:
        log, self._wants, self._kits = replication.log, wants, replication.scenario.supplies.kits
        incident, need = log.column("incident", rows), log.column("need", rows)
        kit = log.column("item", rows) - replication.scenario.first_item - len(replication.scenario.supplies.items)
        width = int(need.max(initial=0)) + 2
        _, first, line = np.unique(incident * width + need + 1, return_index=True, return_inverse=True)
        self.incident, self.need, self.kit = incident[first], need[first], kit[first]
        self.counted: NDArray[np.bool_] = replication.counted[self.incident]
        self.alarm: Integers = replication.incidents.alarm[self.incident]
        self.deadline: Integers = wants.deadlines(self.incident, self.need)
        self.serves = np.array([self._kits[number].serves for number in self.kit.tolist()], dtype=np.float64)
        self.asking, self.asked_at = line, log.column("time", rows)
        """Line and moment of every asking."""

    def asked(self, lines: Integers, moments: Integers) -> Integers:
        """Return how many whole sets of some lines had been asked for by some moments."""
        found = np.full(len(lines), NEVER, dtype=np.int64)
        for mine, _, part, at in self._parts(lines):
            wanted = np.zeros(len(mine), dtype=np.int64)
            wanted[at >= 0] = self._wants.asks.by(at[at >= 0], moments[mine][at >= 0])
            found[mine] = np.minimum(found[mine], wanted // part)
        return found

    def complete(self, moments: Integers) -> tuple[Integers, Integers]:
        """Return how many whole sets each line had by a moment, at most those asked for by then; and the item that binds.

        Only a part that lacks something binds, of several the one that is there for the fewest sets; -1 where none does.
        """
        every = np.arange(len(self.kit))
        found, binds = self.asked(every, moments), np.full(len(every), NONE, dtype=np.int64)
        for mine, item, part, at in self._parts(every):
            there = np.zeros(len(mine), dtype=np.int64)
            there[at >= 0] = self._wants.comes.by(at[at >= 0], moments[mine][at >= 0])
            less = there // part < found[mine]
            binds[mine[less]], found[mine] = item, np.minimum(found[mine], there // part)
        return found, binds

    def delays(self) -> tuple[Integers, NDArray[np.float64]]:
        """Return the line of every asking, and ms until all sets asked for by then were complete; +inf for never."""
        sets, reached = self.asked(self.asking, self.asked_at), np.zeros(len(self.asking), dtype=np.int64)
        for mine, _, part, at in self._parts(self.asking):
            moment = np.full(len(mine), NEVER, dtype=np.int64)
            moment[at >= 0] = self._wants.comes.reached(at[at >= 0], sets[mine][at >= 0] * part)
            reached[mine] = np.maximum(reached[mine], moment)
        waited = np.maximum(reached - self.asked_at, 0).astype(np.float64)
        return self.asking, np.where(reached < NEVER, waited, np.inf)

    def _parts(self, lines: Integers) -> Iterator[tuple[Integers, int, int, Integers]]:
        """Yield, for every part of every kind of set, which of some lines are such sets, the item, its amount, its lines."""
        for number, kit in enumerate(self._kits):
            mine = np.flatnonzero(self.kit[lines] == number)
            for item, part in kit.parts:
                which = lines[mine]
                yield mine, item, part, self._wants.find(self.incident[which], self.need[which], np.full(len(mine), item))
