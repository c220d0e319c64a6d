"""Replications on this machine, one after another or in parallel: blocks of finished ones, in order.

How they are cut into batches follows the clock (progress twice a second, little overhead) and bears on nothing else.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from sim.errors import RunError, Words
from sim.experiment.worker import Bench, Order, packed, settle_in, work

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from sim.scenario.frozen import Scenario

_BATCH_SECONDS = 0.25
_GROWTH = 4
"""A batch is at most so many times larger than the last: the first replications tell little."""
_INLINE_BYTES = 65_536
"""A scenario larger than this goes to the workers once, through a file that they share."""


def usable_jobs(jobs: int) -> int:
    """Return the number of processes: `jobs`, or all processors that may be used when it is not positive."""
    if jobs > 0:
        return jobs
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def blocks(
    scenario: Scenario, order: Order, numbers: Sequence[int], jobs: int, cluster: str | None = None
) -> Generator[bytes, None, None]:
    """Run replications and yield blocks of them, in the order of `numbers`; on a Dask cluster if its address is given.

    Raises
    ------
    InputError
        If the scenario cannot be run at all.
    RunError
        If a replication fails, or a worker is killed.
    """
    if not numbers:
        return
    bench = Bench(scenario)  # what is wrong with the scenario shows here, not in a worker
    if cluster is not None:
        from sim.experiment.cluster import cluster_blocks

        yield from cluster_blocks(scenario, order, numbers, jobs, cluster)
    elif min(jobs, len(numbers)) > 1:
        yield from _in_parallel(scenario, order, numbers, min(jobs, len(numbers)))
    else:
        yield from _here(bench, order, numbers)


def _here(bench: Bench, order: Order, numbers: Sequence[int]) -> Iterator[bytes]:
    from sim.experiment.blocks import Record, encode

    records: list[Record] = []
    begun = time.perf_counter()
    for number in numbers:
        records.append(bench.replicate(order, number))
        if time.perf_counter() - begun >= _BATCH_SECONDS:
            yield encode(records)
            records, begun = [], time.perf_counter()
    if records:
        yield encode(records)


class Batches:
    """Cuts the numbers of replications into batches, by the pace seen so far."""

    def __init__(self, numbers: Sequence[int], jobs: int) -> None:
        self._numbers = numbers
        self._jobs = jobs
        self._at = 0
        self._size = 1
        self.seconds = _BATCH_SECONDS
        """Seconds that a replication takes; told as results come in."""

    def __iter__(self) -> Iterator[Sequence[int]]:
        while self._at < len(self._numbers):
            left = len(self._numbers) - self._at
            wanted = round(_BATCH_SECONDS / max(self.seconds, 1e-9))
            fair = -(-left // (2 * self._jobs))
            self._size = max(1, min(wanted, fair, _GROWTH * self._size))
            begins, self._at = self._at, self._at + self._size
            yield self._numbers[begins : self._at]


def _in_parallel(scenario: Scenario, order: Order, numbers: Sequence[int], jobs: int) -> Iterator[bytes]:
    from concurrent.futures.process import BrokenProcessPool

    import numpy as np
    from joblib import Parallel, delayed

    payload = np.frombuffer(packed(scenario), dtype=np.uint8)
    batches = Batches(numbers, jobs)
    parallel = Parallel(
        jobs, backend="loky", return_as="generator", batch_size=1, pre_dispatch=2 * jobs, max_nbytes=_INLINE_BYTES,
        initializer=settle_in, initargs=(os.getpid(),),
    )  # fmt: skip
    finished, results = False, None
    try:
        results = parallel(delayed(work)(order, payload, batch) for batch in batches)
        for block, seconds in results:
            batches.seconds = seconds
            yield block
        finished = True
    except BrokenProcessPool as error:
        words = Words(
            "a worker process was ended from outside; perhaps memory ran out: try fewer jobs",
            "一个工作进程被外部终止,可能是内存不足:请减少并行数",
        )
        raise RunError(words.say(scenario.language)) from error
    finally:
        if not finished:
            end_workers(results)


def end_workers(results: Iterator[object] | None = None) -> None:
    """Kill the workers of this process, and whatever still waits for them."""
    import warnings

    from joblib.externals.loky import reusable_executor

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that tasks were given up is what is wanted
        if results is not None:
            results.close()  # type: ignore[attr-defined]
        executor = reusable_executor._executor
        if executor is not None:
            executor.shutdown(wait=True, kill_workers=True)
