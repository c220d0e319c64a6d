"""Who does the work of a campaign: this process, or worker processes of this machine. A cluster: `sim.experiment.cluster`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Protocol

from sim.errors import RunError, Words
from sim.experiment.comparing.work import Benches, batch, work
from sim.experiment.replications import _INLINE_BYTES, end_workers
from sim.experiment.worker import Bench, packed, settle_in

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

    from sim.experiment.comparing.work import Task
    from sim.scenario.frozen import Scenario

Done = tuple[bytes, float]
"""A block of replications, and the seconds that one took."""


class Pool(Protocol):
    """Runs tasks; results come in the order of the tasks, whoever is faster."""

    @property
    def workers(self) -> int:
        """Return how many work at a time."""

    def run(self, scenarios: Sequence[Scenario], tasks: Iterable[Task]) -> Generator[Done, None, None]:
        """Yield what each task gives; `Task.place` is a position in `scenarios`."""

    def each(self, function: Callable[..., Any], items: Iterable[tuple[Any, ...]]) -> Generator[Any, None, None]:
        """Yield ``function(*item)`` of each item."""

    def close(self) -> None:
        """Let the workers go."""


class Here:
    """Does it all in this process."""

    workers = 1

    def __init__(self) -> None:
        self._benches = Benches()

    def run(self, scenarios: Sequence[Scenario], tasks: Iterable[Task]) -> Generator[Done, None, None]:
        """Yield what each task gives."""
        for task in tasks:
            scenario = scenarios[task.place]
            yield batch(self._benches.get(task.order.token, lambda held=scenario: Bench(held)), task.order, task.numbers)  # type: ignore[misc]

    def each(self, function: Callable[..., Any], items: Iterable[tuple[Any, ...]]) -> Generator[Any, None, None]:
        """Yield ``function(*item)`` of each item."""
        for item in items:
            yield function(*item)

    def close(self) -> None:
        """Nobody is to be let go."""


class Processes:
    """Worker processes of this machine, kept from one call to the next.

    Parameters
    ----------
    jobs
        How many.
    language
        Of the message when a worker is killed.
    """

    def __init__(self, jobs: int, language: str) -> None:
        self.workers = jobs
        self._language = language
        self._payloads: dict[str, Any] = {}

    def run(self, scenarios: Sequence[Scenario], tasks: Iterable[Task]) -> Generator[Done, None, None]:
        """Yield what each task gives; each scenario goes to the workers through one file that they share."""
        from joblib import delayed

        yield from self._parallel(
            delayed(work)(task.order, self._packed(task.order.token, scenarios[task.place]), task.numbers) for task in tasks
        )

    def _packed(self, token: str, scenario: Scenario) -> Any:
        import numpy as np

        if token not in self._payloads:
            self._payloads[token] = np.frombuffer(packed(scenario), dtype=np.uint8)
        return self._payloads[token]

    def each(self, function: Callable[..., Any], items: Iterable[tuple[Any, ...]]) -> Generator[Any, None, None]:
        """Yield ``function(*item)`` of each item."""
        from joblib import delayed

        yield from self._parallel(delayed(function)(*item) for item in items)

    def _parallel(self, calls: Iterable[Any]) -> Generator[Any, None, None]:
        import warnings
        from concurrent.futures.process import BrokenProcessPool

        from joblib import Parallel

        parallel = Parallel(
            self.workers, backend="loky", return_as="generator", batch_size=1, pre_dispatch=2 * self.workers,
            max_nbytes=_INLINE_BYTES, initializer=settle_in, initargs=(os.getpid(),),
        )  # fmt: skip
        finished, results = False, None
        # A worker that has grown is replaced by a fresh one: nothing that a planner need know.
        warnings.filterwarnings("ignore", message="A worker stopped while some jobs were given", category=UserWarning)
        try:
            results = parallel(calls)
            yield from results
            finished = True
        except BrokenProcessPool as error:
            words = Words(
                "a worker process was ended from outside; perhaps memory ran out: try fewer jobs",
                "一个工作进程被外部终止,可能是内存不足:请减少并行数",
            )
            raise RunError(words.say("zh" if self._language == "zh" else "en")) from error
        finally:
            if not finished:
                end_workers(results)

    def close(self) -> None:
        """Forget the scenarios; joblib keeps its workers for whoever comes next."""
        self._payloads.clear()


def pool_of(jobs: int, cluster: str | None, language: str) -> Pool:
    """Return who does the work.

    Parameters
    ----------
    jobs
        Processes; one for this process alone.
    cluster
        Address of the scheduler of a Dask cluster, or ``local`` for one of `jobs` processes here; None for none.

    Raises
    ------
    InputError
        If the cluster cannot be reached or its package is not there.
    """
    if cluster is not None:
        from sim.experiment.cluster import Cluster

        return Cluster(cluster, jobs, "zh" if language == "zh" else "en")
    return Here() if jobs == 1 else Processes(jobs, language)
