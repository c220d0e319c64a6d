"""The same work on a Dask cluster: the same blocks in the same order, so the same bytes as on this machine.

Every worker needs this program in the same version; scenarios are sent once, networks and tables are not read there.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from sim.errors import Finding, InputError, RunError, Words
from sim.experiment.comparing.work import Task, work
from sim.experiment.worker import packed

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

    from sim.errors import Language
    from sim.experiment.comparing.pools import Done
    from sim.experiment.worker import Order
    from sim.scenario.frozen import Scenario

LOCAL = "local"
_WAITS = 30
"""Seconds that the scheduler has to answer."""
_LARGE = 65_536
"""Larger parts of a call are sent once, not with each call."""


class Cluster:
    """Workers of a Dask cluster.

    Parameters
    ----------
    address
        Address of the scheduler, such as ``tcp://10.0.0.5:8786``; ``local`` makes a cluster of processes here.
    jobs
        Processes of a local cluster.
    language
        Of messages.

    Raises
    ------
    InputError
        If the package is not there, or nobody answers at the address.
    """

    def __init__(self, address: str, jobs: int, language: Language) -> None:
        try:
            import distributed
        except ImportError as error:
            raise InputError([_not_installed()], language) from error
        library: Any = distributed
        self._language = language
        self._local: Any = None
        try:
            if address == LOCAL:
                self._local = library.LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address=None)
            self._client: Any = library.Client(self._local or address, timeout=_WAITS)
        except (OSError, ValueError, TimeoutError) as error:
            raise InputError([_no_answer(address)], language) from error
        self._sent: dict[str, Any] = {}

    @property
    def workers(self) -> int:
        """Return how many threads the cluster has now."""
        return max(1, int(sum(self._client.nthreads().values())))

    def run(self, scenarios: Sequence[Scenario], tasks: Iterable[Task]) -> Generator[Done, None, None]:
        """Yield what each task gives, in the order of the tasks."""
        yield from self._ordered(
            (work, (task.order, self._scenario(task.order.token, scenarios[task.place]), task.numbers)) for task in tasks
        )

    def _scenario(self, token: str, scenario: Scenario) -> Any:
        if token not in self._sent:
            self._sent[token] = self._client.scatter(packed(scenario), broadcast=True)
        return self._sent[token]

    def each(self, function: Callable[..., Any], items: Iterable[tuple[Any, ...]]) -> Generator[Any, None, None]:
        """Yield ``function(*item)`` of each item, in order."""
        yield from self._ordered((function, tuple(map(self._part, item))) for item in items)

    def _part(self, part: Any) -> Any:
        if getattr(part, "nbytes", 0) < _LARGE:
            return part
        key = str(id(part))
        if key not in self._sent:
            self._sent[key] = self._client.scatter(part.tobytes(), broadcast=True)
        return self._sent[key]

    def _ordered(self, calls: Iterable[tuple[Callable[..., Any], tuple[Any, ...]]]) -> Generator[Any, None, None]:
        """Keep two calls a worker under way; give the results in the order of the calls."""
        waiting: deque[Any] = deque()
        try:
            for function, arguments in calls:
                waiting.append(self._client.submit(function, *arguments, pure=False))
                if len(waiting) >= 2 * self.workers:
                    yield self._result(waiting.popleft())
            while waiting:
                yield self._result(waiting.popleft())
        finally:
            if waiting:
                self._client.cancel(list(waiting))

    def _result(self, future: Any) -> Any:
        from distributed.client import FutureCancelledError
        from distributed.scheduler import KilledWorker

        try:
            return future.result()
        except (KilledWorker, FutureCancelledError, OSError) as error:
            words = Words(
                "workers of the cluster were lost; look at their memory and at the scheduler",
                "集群的工作进程丢失:请检查其内存与调度器",
            )
            raise RunError(words.say(self._language)) from error

    def close(self) -> None:
        """Leave the cluster; one that was made here ends."""
        self._sent.clear()
        self._client.close()
        if self._local is not None:
            self._local.close()


def cluster_blocks(
    scenario: Scenario, order: Order, numbers: Sequence[int], jobs: int, address: str
) -> Generator[bytes, None, None]:
    """Run replications of one scenario on a cluster and yield blocks of them, in the order of `numbers`.

    Raises
    ------
    InputError
        If the cluster cannot be reached.
    RunError
        If a replication fails, or workers are lost.
    """
    from sim.experiment.replications import Batches

    cluster = Cluster(address, jobs, scenario.language)
    try:
        batches = Batches(numbers, cluster.workers)
        results = cluster.run([scenario], (Task(order, 0, batch) for batch in batches))
        try:
            for block, seconds in results:
                batches.seconds = seconds
                yield block
        finally:
            results.close()
    finally:
        cluster.close()


def _not_installed() -> Finding:
    what = Words("Dask is not installed", "没有安装 Dask")
    remedy = Words("install it: pip install 'drillsim[cluster]'", "请安装: pip install 'drillsim[cluster]'")
    return Finding("no-dask", what, remedy)


def _no_answer(address: str) -> Finding:
    what = Words(f"no Dask scheduler answers at '{address}'", f"“{address}”处没有 Dask 调度器应答")
    remedy = Words("write its address, such as tcp://10.0.0.5:8786, or local", "请写调度器地址,如 tcp://10.0.0.5:8786,或写 local")
    return Finding("no-cluster", what, remedy)
