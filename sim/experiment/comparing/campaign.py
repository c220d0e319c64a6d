"""Several scenarios run side by side: each up to its own number of replications, all in one stream of work.

Replication *n* of a scenario depends on the scenario, its seed and *n* alone. With one seed for all, replication *n* of
each scenario meets the same luck: common random numbers by construction.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from sim.experiment.blocks import decode
from sim.experiment.comparing.work import Task
from sim.experiment.identity import identity_of, run_id
from sim.experiment.replications import _BATCH_SECONDS, _GROWTH
from sim.experiment.worker import Order
from sim.scenario.metric_names import split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from sim.experiment.blocks import Record
    from sim.experiment.comparing.pools import Pool
    from sim.scenario.frozen import Scenario

    Floats = NDArray[np.float64]


class Store(Protocol):
    """Where finished replications of one scenario are kept, for a later run to go on from."""

    def stored(self, numbers: Sequence[int], *, with_log: bool) -> Iterator[Record]:
        """Yield what is there, from the first on."""

    def keep(self, block: bytes, first: int) -> None:
        """Take a finished block."""

    def flush(self) -> None:
        """Have all of it on disk."""


@dataclass(slots=True, eq=False)
class Cell:
    """One scenario of a campaign, and what is known of it.

    Parameters
    ----------
    scenario, seed
        What is run.
    store
        Where finished replications go; None keeps nothing.
    keep_log
        Whether the event log is kept.
    """

    scenario: Scenario
    seed: int
    store: Store | None = None
    keep_log: bool = False
    done: int = 0
    """Replications there are: 0 … done − 1."""
    observed: dict[str, list[Floats]] = field(default_factory=dict)
    """Metric → for each replication its observations in the metric's unit; +inf for never."""

    @property
    def identity(self) -> dict[str, str | int]:
        """Return what decides its numbers."""
        return identity_of(self.scenario, self.seed, None)

    def values(self, metric: str, count: int | None = None) -> Floats:
        """Return one number a replication: the mean of what happened, +inf when nothing did, NaN when there was nothing to.

        Parameters
        ----------
        count
            The first so many replications; all by default.
        """
        return np.array([_value(observed) for observed in self.observed[metric][:count]])

    def observations(self, metric: str, count: int | None = None) -> list[Floats]:
        """Return the observations of each replication in the metric's unit."""
        return self.observed[metric][:count]


def _value(observed: Floats) -> float:
    if not len(observed):
        return math.nan
    happened = observed[np.isfinite(observed)]
    return float(np.mean(happened)) if len(happened) else math.inf


class Campaign:
    """Runs cells, and keeps what they give for some metrics.

    Parameters
    ----------
    pool
        Who does the work.
    metrics
        What is looked at.
    tell
        Is told (done, total) replications of the call under way.
    """

    def __init__(self, pool: Pool, metrics: Sequence[str], tell: Callable[[int, int], None] | None = None) -> None:
        self.pool = pool
        self.metrics = tuple(metrics)
        self.tell = tell or (lambda _done, _total: None)

    def recall(self, cells: Sequence[Cell], most: int) -> None:
        """Take in what the stores hold of each cell, up to `most` replications."""
        for cell in cells:
            if cell.store is not None:
                for record in cell.store.stored(range(most + 1), with_log=cell.keep_log):  # one more: blocks must stay
                    self._take(cell, record)

    def extend(self, cells: Sequence[Cell], wanted: Sequence[int] | int) -> None:
        """Run what is missing of each cell up to its wanted number of replications.

        Raises
        ------
        RunError
            If a replication fails.
        """
        numbers = [wanted] * len(cells) if isinstance(wanted, int) else list(wanted)
        missing = [range(cell.done, max(cell.done, number)) for cell, number in zip(cells, numbers, strict=True)]
        total, done = sum(map(len, missing)), 0
        if not total:
            return
        orders = [Order(_token(cell), cell.seed, cell.keep_log, 0) for cell in cells]
        batches = Batches(missing, self.pool.workers)
        results = self.pool.run([cell.scenario for cell in cells], (Task(orders[at], at, part) for at, part in batches))
        try:
            for block, seconds in results:
                batches.seconds = seconds
                first, cell = None, None
                for record in decode(block):
                    if cell is None:
                        first, cell = record.replication, cells[batches.taken()]
                    self._take(cell, record)
                    done += 1
                if cell is not None and cell.store is not None and first is not None:
                    cell.store.keep(block, first)
                self.tell(done, total)
        finally:
            results.close()
            for cell in cells:
                if cell.store is not None:
                    cell.store.flush()

    def _take(self, cell: Cell, record: Record) -> None:
        if record.replication != cell.done:
            message = f"replication {record.replication} came where {cell.done} was due"
            raise RuntimeError(message)
        for metric in self.metrics:
            found = record.fold.get(metric)
            values = np.empty(0) if found is None else found / split(metric)[0].per_unit
            cell.observed.setdefault(metric, []).append(values)
        cell.done += 1


def _token(cell: Cell) -> str:
    return f"{run_id(cell.identity)}/{cell.scenario.digest}"


class Batches:
    """Cuts the missing replications of several cells into batches, by the pace seen so far; cell after cell."""

    def __init__(self, missing: Sequence[range], workers: int) -> None:
        self._missing = missing
        self._workers = workers
        self._order: list[int] = []
        self._taken = 0
        self.seconds = _BATCH_SECONDS
        """Seconds that a replication takes; told as results come in."""

    def __iter__(self) -> Iterator[tuple[int, range]]:
        left, size = sum(map(len, self._missing)), 1
        for place, numbers in enumerate(self._missing):
            at = 0
            while at < len(numbers):
                wanted = round(_BATCH_SECONDS / max(self.seconds, 1e-9))
                fair = -(-left // (2 * self._workers))
                size = max(1, min(wanted, fair, _GROWTH * size))
                part = numbers[at : at + size]
                at, left = at + len(part), left - len(part)
                self._order.append(place)
                yield place, part

    def taken(self) -> int:
        """Return the cell of the next result."""
        self._taken += 1
        return self._order[self._taken - 1]


def planned_values(scenario: Scenario, metrics: Sequence[str]) -> Mapping[str, float] | None:
    """Return the value of each metric with planned values; None for a scenario of random incidents, which has no plan."""
    if scenario.sources:
        return None
    from sim.analysis.fold import fold
    from sim.engine.simulate import simulate

    outcome = simulate(scenario, planned=True, keep_drives=False)
    found = fold(scenario, outcome.rows, outcome.incidents)
    return {name: _value(found[name] / split(name)[0].per_unit) if name in found else math.nan for name in metrics}
