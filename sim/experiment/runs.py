"""Run a scenario: `run` in, `Results` out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import Finding, InputError, Words
from sim.experiment import papers
from sim.experiment.blocks import Record, decode
from sim.experiment.disk import MANIFEST
from sim.experiment.events import EventsWriter, Logged, Names
from sim.experiment.folder import EVENTS, OBSERVATIONS, REPLICATIONS, ROUTES, Folder
from sim.experiment.identity import identity_of, run_id
from sim.experiment.observations import ObservationsWriter, observations_table
from sim.experiment.results import Results
from sim.experiment.stop import Interrupted, Signals

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.scenario.frozen import Scenario

__all__ = ["Interrupted", "Results", "run"]

Progress = Callable[[int, int], None]
_MOST = 1 << 31
"""Numbers of replications stay below this."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be run."""

    scenario: Scenario
    numbers: Sequence[int]
    """Replications, ascending."""
    seed: int
    alone: int | None
    jobs: int
    keep_log: bool
    identity: dict[str, str | int]
    cluster: str | None = None
    """Address of a Dask cluster that does the work."""


def run(
    scenario: Scenario,
    replications: int | None = None,
    seed: int | None = None,
    jobs: int = 1,
    out: str | Path | None = None,
    *,
    resume: bool = False,
    keep_log: bool = True,
    replication: int | None = None,
    progress: Progress | None = None,
    cluster: str | None = None,
) -> Results:
    """Run a scenario.

    Parameters
    ----------
    scenario
        A compiled scenario. A drill takes planned values: one run.
    replications
        How many; the scenario's own number by default. Asked for, they make a plan test of a drill: chance is on.
    seed
        Seed of all draws; the scenario's own by default.
    jobs
        Processes at work; 0 for one a processor. It bears on nothing but the time a run takes.
    out
        Root of results: the run gets a folder ``<out>/<scenario>/<run id>``. None: the run stays in memory.
    resume
        Go on from what is finished there, of a run that was broken off or that had fewer replications. Never drops any:
        asked for fewer than are finished, it gives back what is there.
    keep_log
        Keep ``events.parquet``. Without it, resuming a run that had kept it drops it.
    replication
        Run only this one of the replications; it equals itself in the whole run.
    progress
        Is told (done, total) about twice a second.
    cluster
        Address of a Dask scheduler, or ``local`` for a cluster of `jobs` processes here; the result is the same.

    Returns
    -------
    Results

    Raises
    ------
    InputError
        If the run cannot be done as asked; nothing is written.
    RunError
        If the simulator fails.
    Interrupted
        On Ctrl-C or SIGTERM. Finished replications are kept in the folder for `resume`.
    """
    plan = _plan(scenario, replications, seed, jobs, replication, keep_log=keep_log, cluster=cluster)
    tell = progress or (lambda _done, _total: None)
    with Signals() as signals:
        if out is None:
            return _in_memory(plan, tell)
        with Folder(Path(out), scenario, plan.identity, signals, resume=resume) as folder:
            return _in_folder(plan, folder, tell, resume=resume)


def _plan(
    scenario: Scenario, replications: int | None, seed: int | None, jobs: int, replication: int | None, *, keep_log: bool,
    cluster: str | None = None,
) -> Plan:  # fmt: skip
    from sim.experiment.replications import usable_jobs
    from sim.scenario.schema.forces import PolicyWord

    if scenario.mode == "drill" and replications is not None:
        scenario = scenario.as_plan()
    drill = scenario.mode == "drill"
    count = 1 if drill else scenario.replications if replications is None else replications
    seed = scenario.seed if seed is None else seed
    findings = []
    if not 0 < count <= _MOST:
        what = Words(f"{count} replications cannot be run", f"重复运行次数不能是 {count}")
        findings.append(Finding("bad-replications", what, Words("ask for 1 or more", "请写不小于 1 的次数")))
    if replication is not None and not 0 <= replication < (1 if drill else _MOST):
        what = Words(f"there is no replication {replication}", f"没有第 {replication} 次重复运行")
        from_zero = Words("they count from 0", "编号从 0 开始")
        remedy = Words("a drill has only number 0", "演练推演只有编号 0") if drill else from_zero
        findings.append(Finding("bad-replication", what, remedy))
    jobs = usable_jobs(jobs)
    own = [name for name in scenario.policies if name not in PolicyWord.names()]
    if own and (jobs > 1 or cluster is not None):
        what = Words(f"other processes do not know the policy '{own[0]}'", f"其他进程不认识自己登记的策略“{own[0]}”")
        findings.append(Finding("own-policy", what, Words("run it with jobs=1", "请用 jobs=1 运行")))
    if findings:
        raise InputError(findings, scenario.language)
    numbers = range(count) if replication is None else range(replication, replication + 1)
    return Plan(scenario, numbers, seed, replication, jobs, keep_log, identity_of(scenario, seed, replication), cluster)


class Book:
    """Takes in finished replications, in order."""

    def __init__(self, plan: Plan) -> None:
        from sim.analysis.fold import metrics_of
        from sim.analysis.summary import Pool

        self.plan = plan
        self.metrics = metrics_of(plan.scenario)
        self.pool = Pool()
        self.records: list[Record] = []
        """Without log and observations."""
        self._hash = sha256()

    def add(self, record: Record) -> None:
        """Take in the next replication."""
        self.pool.add(record.replication, record.fold)
        self._hash.update(record.digest.encode())
        self.records.append(Record(record.replication, record.digest, record.size, record.measured, record.derived, {}))

    def summary(self) -> dict[str, Any]:
        """Return what ``summary.json`` holds."""
        plan = self.plan
        drives = sum(record.measured for record in self.records), sum(record.derived for record in self.records)
        return papers.summary_of(
            plan.scenario, self.pool, seed=plan.seed, run=run_id(plan.identity), digest=self._hash.hexdigest(),
            alone=plan.alone, drives=drives,
        )  # fmt: skip

    @property
    def digests(self) -> list[str]:
        """Return the digests of the replications."""
        return [record.digest for record in self.records]


@contextmanager
def _fresh(plan: Plan, numbers: Sequence[int]) -> Iterator[Iterator[bytes]]:
    """Give blocks of replications as they are run; at the end of the context nobody is at work any more."""
    from sim.experiment.replications import blocks
    from sim.experiment.worker import Order

    token = f"{run_id(plan.identity)}/{plan.scenario.digest}"
    order = Order(token, plan.seed, plan.keep_log, plan.numbers[0])
    running = blocks(plan.scenario, order, numbers, plan.jobs, plan.cluster)
    try:
        yield running
    finally:
        running.close()


def _in_memory(plan: Plan, tell: Progress) -> Results:
    book, kept = Book(plan), list[bytes]()
    total = len(plan.numbers)
    try:
        with _fresh(plan, plan.numbers) as running:
            for block in running:
                kept.append(block)
                for record in decode(block):
                    book.add(record)
                tell(len(book.records), total)
    except KeyboardInterrupt as stop:
        raise _interrupted(stop, len(book.records), total, None) from None

    def source(name: str) -> pa.Table | None:
        return _table(name, plan, [record for block in kept for record in decode(block)], book.metrics)

    return Results(book.summary(), list(plan.numbers), book.digests, None, source)


def _table(name: str, plan: Plan, records: Sequence[Record], metrics: tuple[str, ...]) -> pa.Table | None:
    """Return a table of a run in memory, as it would be read from its file."""
    if name == EVENTS:
        logs = [Logged(record.replication, record.rows, record.incidents) for record in records if record.rows is not None]
        return Names(plan.scenario).table(logs) if logs else None
    if name == OBSERVATIONS:
        return observations_table([(record.replication, record.fold) for record in records], metrics)
    import pyarrow as pa
    import pyarrow.parquet as pq

    return pq.read_table(pa.BufferReader(records[0].routes))


def _in_folder(plan: Plan, folder: Folder, tell: Progress, *, resume: bool) -> Results:
    manifest = folder.manifest() if resume else None
    if manifest is not None and manifest["replications"] >= len(plan.numbers) and (manifest["log"] or not plan.keep_log):
        return Results.load(folder.path)
    return _made(plan, folder, tell, resume=resume)


def settle(scenario: Scenario, count: int, seed: int, folder: Folder, *, keep_log: bool) -> Results:
    """Turn the first `count` finished replications in an open folder into its result; what is missing is run here."""
    plan = Plan(scenario, range(count), seed, None, 1, keep_log, identity_of(scenario, seed, None))
    manifest = folder.manifest()
    if manifest is not None and manifest["replications"] == count and manifest["log"] == keep_log:
        return Results.load(folder.path)
    return _made(plan, folder, lambda _done, _total: None, resume=True)


def _made(plan: Plan, folder: Folder, tell: Progress, *, resume: bool) -> Results:
    """Make the result: take in what is stored where that is wanted, run the rest, write the files."""
    began, clock = datetime.now(UTC), time.perf_counter()
    book, total = Book(plan), len(plan.numbers)
    try:
        _fill(plan, folder, book, tell, resume=resume)
        summary = book.summary()
        _write_papers(plan, folder, book, summary)
        ended = {"began": began.isoformat(), "ended": datetime.now(UTC).isoformat(), "seconds": time.perf_counter() - clock}
        manifest = {
            "format": 1, "run": summary["run"], "scenario": plan.scenario.name, "mode": plan.scenario.mode,
            "replications": total, "seed": plan.seed, "digest": summary["digest"], "log": plan.keep_log,
            "identity": plan.identity, "jobs": plan.jobs, **ended, **papers.surroundings(),
        }  # fmt: skip
        folder.stage(MANIFEST).write_bytes(papers.as_json(manifest))
        folder.commit(() if plan.keep_log else (EVENTS,))
        return Results.load(folder.path)
    except KeyboardInterrupt as stop:
        folder.flush()
        raise _interrupted(stop, len(book.records), total, folder.path if folder.holds_blocks else None) from None
    except Exception:
        folder.flush()
        raise


def _fill(plan: Plan, folder: Folder, book: Book, tell: Progress, *, resume: bool) -> None:
    """Take in what is stored, run the rest, and write the large files on the way."""
    total = len(plan.numbers)
    with ExitStack() as stack:
        writer = EventsWriter(folder.stage(EVENTS), Names(plan.scenario)) if plan.keep_log else None
        events = stack.enter_context(writer) if writer is not None else None
        observations = stack.enter_context(ObservationsWriter(folder.stage(OBSERVATIONS), book.metrics))

        def take(record: Record) -> None:
            if events is not None and record.rows is not None:
                events.add(Logged(record.replication, record.rows, record.incidents))
            observations.add(record.replication, record.fold)
            if record.routes:
                folder.stage(ROUTES).write_bytes(record.routes)
            book.add(record)

        if resume:
            for record in folder.stored(plan.numbers, with_log=plan.keep_log):
                take(record)
                tell(len(book.records), total)
        with _fresh(plan, plan.numbers[len(book.records) :]) as running:
            for block in running:
                folder.keep(block, plan.numbers[len(book.records)])
                for record in decode(block):
                    take(record)
                tell(len(book.records), total)


def _write_papers(plan: Plan, folder: Folder, book: Book, summary: dict[str, Any]) -> None:
    scenario = plan.scenario
    files = {
        "scenario.resolved.yaml": scenario.resolved.encode(),
        "summary.json": papers.as_json(summary),
        "metrics.csv": papers.metrics_csv(scenario, summary["metrics"]),
        "assumptions.csv": papers.assumptions_csv(scenario),
        "notices.txt": papers.notices_txt(scenario),
        REPLICATIONS: papers.replications_csv(book.records),
    }
    for name, data in files.items():
        folder.stage(name).write_bytes(data)


def _interrupted(stop: KeyboardInterrupt, done: int, total: int, path: Path | None) -> Interrupted:
    signum = stop.signum if isinstance(stop, Interrupted) else Interrupted().signum
    return Interrupted(signum, done, total, path)
