"""A results folder while a run fills it: what is there already, finished blocks as they come, the change to final files."""

from __future__ import annotations

import csv
import json
import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, Self

from sim.errors import Finding, InputError, Mark, RunError, Words
from sim.experiment import disk
from sim.experiment.blocks import BadBlockError, Record, decode
from sim.experiment.events import Names, read_logs
from sim.experiment.identity import folder_name, run_id
from sim.experiment.observations import read_folds

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from sim.experiment.stop import Signals
    from sim.scenario.frozen import Scenario

_FLUSH_SECONDS = 1.0
"""Finished replications are put on disk at least so often."""
_IDENTITY = "run.json"
EVENTS, ROUTES, OBSERVATIONS, REPLICATIONS = "events.parquet", "routes.parquet", "observations.parquet", "replications.csv"
REPLICATION_COLUMNS = ("replication", "digest", "rows", "measured", "derived")


class Folder:
    """The folder of one run, ``<out>/<scenario>/<run id>``: a context in which nobody else may write to it.

    Parameters
    ----------
    out
        Root of all results.
    identity
        What decides the numbers of the run.
    resume
        Go on from what is there.

    Raises
    ------
    InputError
        If the folder cannot be made, another process is using it, or what lies there is of another run.
    """

    def __init__(
        self, out: Path, scenario: Scenario, identity: Mapping[str, str | int], signals: Signals, *, resume: bool
    ) -> None:
        self.path = out / folder_name(scenario.name) / run_id(dict(identity))
        self._identity = dict(identity)
        self._scenario = scenario
        self._signals = signals
        self._resume = resume
        self._lock = disk.Lock(self.path / disk.LOCK)
        self._pending: list[bytes] = []
        self._first_pending = 0
        self._flushed = time.monotonic()

    @property
    def partial(self) -> Path:
        """Return the folder of all that is not yet a result."""
        return self.path / disk.PARTIAL

    def __enter__(self) -> Self:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            mine = self._lock.take()
        except OSError as error:
            raise InputError([_cannot_write(self.path, error)], self._scenario.language) from error
        if not mine:
            raise InputError([_in_use(self.path)], self._scenario.language)
        try:
            try:
                disk.complete(self.path)
            except (ValueError, KeyError, TypeError) as error:
                raise InputError([_of_another_run(self.path)], self._scenario.language) from error
            self._check()
            disk.clear(self.path, keep=self._blocks() if self._resume else ())
            (self.partial / disk.FINAL).mkdir(parents=True, exist_ok=True)
            disk.write_whole(self.partial / _IDENTITY, json.dumps(self._identity).encode())
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            with self._signals.held():
                blocks = self._blocks()
                disk.clear(self.path, keep=[*blocks, self.partial / _IDENTITY] if blocks else ())
        finally:
            self._lock.release()
            for path in (self.path, self.path.parent):
                with suppress(OSError):  # it holds something
                    path.rmdir()

    def _check(self) -> None:
        """Refuse a folder whose files are of another run: somebody has moved or changed them."""
        if not self._resume:
            return
        found = [manifest["identity"] for manifest in [self.manifest()] if manifest is not None]
        with suppress(FileNotFoundError, ValueError):
            found.append(read_json(self.partial / _IDENTITY))
        if any(identity != self._identity for identity in found):
            raise InputError([_of_another_run(self.path)], self._scenario.language)

    def manifest(self) -> dict[str, Any] | None:
        """Return the manifest of the finished result that is there, if there is one."""
        try:
            return read_json(self.path / disk.MANIFEST)
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise InputError([_of_another_run(self.path)], self._scenario.language) from error

    # --- what is there -----------------------------------------------------------------------------------------------

    def stored(self, numbers: Sequence[int], *, with_log: bool) -> Iterator[Record]:
        """Yield what is finished of `numbers`, from the first on, up to the first that is missing or damaged.

        Blocks beyond that are removed.
        """
        found = 0
        for records in (self._finished(with_log=with_log), self._kept()):
            with closing(records):
                for record in records:
                    if found < len(numbers) and record.replication < numbers[found]:
                        continue
                    usable = record.is_whole and (record.rows is not None or not with_log)
                    if found == len(numbers) or record.replication != numbers[found] or not usable:
                        break
                    found += 1
                    yield record
        wanted = numbers[found] if found < len(numbers) else None
        for path in self._blocks():
            if wanted is None or int(path.stem) >= wanted:
                path.unlink()

    def _kept(self) -> Generator[Record, None, None]:
        for path in self._blocks():
            try:
                yield from decode(path.read_bytes())
            except BadBlockError:
                return

    def _finished(self, *, with_log: bool) -> Generator[Record, None, None]:
        manifest = self.manifest()
        if manifest is None or (with_log and not manifest["log"]):
            return
        import pyarrow as pa

        from sim.analysis.fold import metrics_of

        folds = read_folds(self.path / OBSERVATIONS, metrics_of(self._scenario))
        logs = read_logs(self.path / EVENTS, Names(self._scenario)) if with_log else None
        try:
            for line in read_replications(self.path / REPLICATIONS):
                number, fold = next(folds)
                log = next(logs) if logs is not None else None
                if number != line["replication"] or (log is not None and log.replication != number):
                    return
                yield Record(
                    number, line["digest"], line["rows"], line["measured"], line["derived"], fold,
                    None if log is None else log.rows, () if log is None else log.incidents,
                )  # fmt: skip
        except (pa.ArrowException, OSError, KeyError, ValueError, StopIteration, RunError):
            return

    @property
    def holds_blocks(self) -> bool:
        """Tell whether there are finished replications to go on from."""
        return bool(self._blocks())

    def _blocks(self) -> list[Path]:
        return sorted(self.partial.glob("*.block"))

    # --- what comes --------------------------------------------------------------------------------------------------

    def keep(self, block: bytes, first: int) -> None:
        """Take a finished block, whose first replication is `first`; it is on disk within a second or so."""
        if not self._pending:
            self._first_pending = first
        self._pending.append(block)
        if time.monotonic() - self._flushed >= _FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Have all finished blocks on disk."""
        if self._pending:
            with self._signals.held():
                disk.write_whole(self.partial / f"{self._first_pending:010d}.block", b"".join(self._pending))
                self._pending.clear()
        self._flushed = time.monotonic()

    def stage(self, name: str) -> Path:
        """Return where to write a file of the result."""
        return self.partial / disk.FINAL / name

    def commit(self, dropped: Sequence[str] = ()) -> None:
        """Turn the staged files into the result."""
        with self._signals.held():
            disk.commit(self.path, dropped)


def read_json(path: Path) -> dict[str, Any]:
    """Return a file of ours that holds a JSON object.

    Raises
    ------
    ValueError
        If it does not.
    """
    found = json.loads(path.read_bytes())
    if not isinstance(found, dict):
        message = f"{path} holds no object"
        raise ValueError(message)  # noqa: TRY004 (what a file holds, not what a caller passed)
    return found


def read_replications(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a ``replications.csv``."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {name: value if name == "digest" else int(value) for name, value in line.items()} for line in csv.DictReader(file)
        ]


def _cannot_write(path: Path, error: OSError) -> Finding:
    what = Words(f"cannot write to {path}: {error.strerror}", f"无法写入 {path}:{error.strerror}")
    return Finding("out-not-writable", what, Words("choose another folder with --out", "请用 --out 指定另一个文件夹"))


def _in_use(path: Path) -> Finding:
    what = Words("another run is writing to this folder", "另一次运行正在写入这个文件夹")
    remedy = Words("wait until it has ended, or use another --out", "请等它结束,或用 --out 换一个文件夹")
    return Finding("folder-in-use", what, remedy, Mark(str(path)))


def _of_another_run(path: Path) -> Finding:
    what = Words("the files in this folder are of another run", "这个文件夹里的文件属于另一次运行")
    remedy = Words("move them away, or run without --resume", "请把它们移走,或不用 --resume")
    return Finding("another-run", what, remedy, Mark(str(path)))
