"""Two results side by side: the first event that differs, what followed from it, and the metrics that changed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment.disk import MANIFEST
from sim.experiment.folder import EVENTS, read_json
from sim.experiment.results import Results
from sim.log import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sim.errors import Language

Event = dict[str, Any]
"""One row of the log: the columns that it fills, and its `seq`."""

SHOWN = 10
"""Events that are listed."""
_SAME_EVENT = ("kind", "incident", "need", "team", "request", "post", "region", "depot", "item")
"""What makes a row of one log the same event as a row of the other; it may come at another time or for another cause."""
_TELLING = ("time", "quantity", "place", "cause")
"""What is compared of two rows that are the same event."""
_NUMBERS = ("mean", "p50", "p90", "n", "never")


@dataclass(frozen=True, slots=True)
class Change:
    """One event in both results; None where it did not happen."""

    one: Event | None
    other: Event | None


@dataclass(frozen=True, slots=True)
class MetricChange:
    """A metric whose summary differs; None where a result does not have it."""

    name: str
    one: Mapping[str, Any] | None
    other: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between two results.

    Parameters
    ----------
    paths
        The two results.
    replications
        How many each has.
    starts
        Start of the scenario in each.
    replication
        The first that differs; None when none does that both have.
    first
        The first row that differs, from both; None when no log tells.
    followed
        What else went differently later in that replication, in order of time: the first few.
    followed_in_all
        How many such events there are.
    metrics
        Metrics that changed.
    """

    paths: tuple[Path, Path]
    replications: tuple[int, int]
    starts: tuple[dt.datetime, dt.datetime]
    replication: int | None
    first: Change | None
    followed: tuple[Change, ...]
    followed_in_all: int
    metrics: tuple[MetricChange, ...]

    @property
    def same(self) -> bool:
        """Tell whether nothing differs."""
        return self.replication is None and self.replications[0] == self.replications[1] and not self.metrics

    @property
    def seq(self) -> int | None:
        """Return the number of the first row that differs."""
        event = None if self.first is None else self.first.one or self.first.other
        return None if event is None else int(event["seq"])

    def render(self, language: Language = "zh") -> list[str]:
        """Return it in words, line by line."""
        from sim.experiment.diff_words import Teller

        return list(Teller(self, language).lines())


def diff_results(one: str | Path, other: str | Path) -> Difference:
    """Compare two results folders.

    Rows are compared by names, so results of different scenarios can be compared too.

    Raises
    ------
    InputError
        If one of them is no whole result.
    """
    paths = Path(one), Path(other)
    results = Results.load(one), Results.load(other)
    replication, rows = _first_difference(paths, results)
    first, followed = _events_that_differ(*rows) if rows is not None else (None, [])
    a, b = (result.summary for result in results)
    return Difference(
        paths=paths,
        replications=(results[0].replications, results[1].replications),
        starts=(dt.datetime.fromisoformat(a["start"]), dt.datetime.fromisoformat(b["start"])),
        replication=replication,
        first=first,
        followed=tuple(followed[:SHOWN]),
        followed_in_all=len(followed),
        metrics=tuple(_metrics_that_differ(a["metrics"], b["metrics"])),
    )


# --- where they part -----------------------------------------------------------------------------------------------------

_Rows = tuple[list[Event], list[Event]]


def _first_difference(paths: tuple[Path, Path], results: tuple[Results, Results]) -> tuple[int | None, _Rows | None]:
    """Return the first replication that differs, and its rows in both if the logs were kept."""
    logs = [path / EVENTS for path in paths]
    told = all(log.exists() for log in logs)
    numbers = [result.numbers for result in results]
    common = sorted(set(numbers[0]) & set(numbers[1]))
    digests = [dict(zip(number, result.digests, strict=True)) for number, result in zip(numbers, results, strict=True)]
    if _same_codes(paths) or not told:
        common = [number for number in common if digests[0][number] != digests[1][number]]
        if not told:
            return (common[0] if common else None), None
    if common:
        for number, rows in _both(logs, common):
            if any(a != b for a, b in zip_longest(*rows)):
                return number, rows
    return None, None


def _same_codes(paths: tuple[Path, Path]) -> bool:
    """Tell whether codes mean the same in both, so that equal digests are equal logs."""
    one, other = (read_json(path / MANIFEST)["identity"] for path in paths)
    return bool(one["scenario"] == other["scenario"] and one["network"] == other["network"] and one["code"] == other["code"])


def _both(logs: list[Path], numbers: list[int]) -> Iterator[tuple[int, _Rows]]:
    one, other = (_by_replication(log, numbers) for log in logs)
    for (number, rows), (_, others) in zip(one, other, strict=True):
        yield number, (rows, others)


def _by_replication(log: Path, numbers: list[int]) -> Iterator[tuple[int, list[Event]]]:
    """Yield the rows of each of some replications; the log is in order, and each lies in one row group."""
    import numpy as np

    from sim.experiment.events import row_groups

    wanted = set(numbers)
    for table in row_groups(log):
        held = table.column("replication").to_numpy()
        for number in np.unique(held).tolist():
            if number in wanted:
                begins, ends = np.searchsorted(held, [number, number + 1])
                rows = table.slice(int(begins), int(ends - begins)).select(["seq", *COLUMNS]).to_pylist()
                yield number, [{name: value for name, value in row.items() if value is not None} for row in rows]


def _events_that_differ(one: list[Event], other: list[Event]) -> tuple[Change, list[Change]]:
    """Return the first pair of rows that differs, and the events that went differently after it."""
    at = next(at for at, (a, b) in enumerate(zip_longest(one, other)) if a != b)
    first = Change(one[at] if at < len(one) else None, other[at] if at < len(other) else None)
    changed = [pair for pair in _paired(one[at:], other[at:]) if _differs(pair) and not _is_at(pair, at)]
    return first, sorted(changed, key=_when)


def _is_at(pair: Change, seq: int) -> bool:
    return all(row is None or row["seq"] == seq for row in (pair.one, pair.other))


def _paired(one: Iterable[Event], other: Iterable[Event]) -> list[Change]:
    """Pair rows that are the same event, the nth time with the nth time."""
    sides: list[dict[tuple[Any, ...], list[Event]]] = [{}, {}]
    for side, rows in zip(sides, (one, other), strict=True):
        for row in rows:
            side.setdefault(tuple(row.get(name) for name in _SAME_EVENT), []).append(row)
    keys = dict.fromkeys([*sides[0], *sides[1]])
    return [Change(a, b) for key in keys for a, b in zip_longest(sides[0].get(key, []), sides[1].get(key, []))]


def _differs(pair: Change) -> bool:
    if pair.one is None or pair.other is None:
        return True
    return any(pair.one.get(name) != pair.other.get(name) for name in _TELLING)


def _when(pair: Change) -> tuple[int, int]:
    return min((row["time"], row["seq"]) for row in (pair.one, pair.other) if row is not None)


def _metrics_that_differ(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[MetricChange]:
    for name in dict.fromkeys([*one, *other]):
        a, b = one.get(name), other.get(name)
        if a is None or b is None or any(a[key] != b[key] for key in (*_NUMBERS, "ci95")):
            yield MetricChange(name, a, b)
