"""The results folder of a study: one folder a variant (a normal result), finished work of the rest, the final files."""

from __future__ import annotations

import json
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any, Self

from sim.errors import InputError
from sim.experiment import disk
from sim.experiment.blocks import BadBlockError, decode
from sim.experiment.folder import Folder, _cannot_write, _in_use, read_json
from sim.experiment.identity import folder_name, run_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from sim.errors import Language
    from sim.experiment.blocks import Record
    from sim.experiment.comparing.campaign import Cell
    from sim.experiment.stop import Signals
    from sim.scenario.frozen import Scenario

VARIANTS = "variants"
_CELLS = "cells"


class VariantFolder(Folder):
    """The results folder of one variant: a normal one, under the folder of its study."""

    def __init__(
        self, path: Path, scenario: Scenario, identity: Mapping[str, str | int], signals: Signals, *, resume: bool
    ) -> None:
        super().__init__(path.parent, scenario, identity, signals, resume=resume)
        self.path = path
        self._lock = disk.Lock(path / disk.LOCK)


class Blocks:
    """Finished replications of a scenario that gets no results folder of its own."""

    def __init__(self, folder: Path, signals: Signals, *, resume: bool) -> None:
        self._folder, self._signals = folder, signals
        folder.mkdir(parents=True, exist_ok=True)
        if not resume:
            for path in self._paths():
                path.unlink()

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob("*.block"))

    def stored(self, numbers: Sequence[int], *, with_log: bool) -> Iterator[Record]:
        """Yield what is there of `numbers`, up to the first that is missing or damaged; what lies beyond is removed."""
        found, paths = 0, self._paths()
        with suppress(BadBlockError):
            for path in paths:
                for record in decode(path.read_bytes()):
                    if found == len(numbers) or record.replication != numbers[found]:
                        break
                    found += 1
                    yield record
        for path in paths:
            if found < len(numbers) and int(path.stem) >= numbers[found]:
                path.unlink()

    def keep(self, block: bytes, first: int) -> None:
        """Put a finished block on disk."""
        with self._signals.held():
            disk.write_whole(self._folder / f"{first:010d}.block", block)

    def flush(self) -> None:
        """All of it is on disk."""


class StudyFolder:
    """The folder ``<out>/<study>/<id>``: a context in which nobody else may write to it.

    Raises
    ------
    InputError
        If the folder cannot be made, or another process is using it.
    """

    def __init__(
        self, out: Path, name: str, identity: Mapping[str, Any], signals: Signals, language: Language, *, resume: bool
    ) -> None:
        self.path = out / folder_name(name) / run_id(dict(identity))
        self._signals, self._language, self._resume = signals, language, resume
        self._lock = disk.Lock(self.path / disk.LOCK)
        self._stack = ExitStack()
        self._committed = False

    @property
    def partial(self) -> Path:
        """Return the folder of all that is not yet a result."""
        return self.path / disk.PARTIAL

    def __enter__(self) -> Self:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            mine = self._lock.take()
        except OSError as error:
            raise InputError([_cannot_write(self.path, error)], self._language) from error
        if not mine:
            raise InputError([_in_use(self.path)], self._language)
        try:
            disk.complete(self.path)
            disk.clear(self.path, keep=(self.partial / _CELLS,) if self._resume else ())
            (self.partial / disk.FINAL).mkdir(parents=True, exist_ok=True)
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self._stack.close()
            with self._signals.held():
                cells = self.partial / _CELLS
                kept = cells.exists() and any(cells.glob("*/*")) and not self._committed
                disk.clear(self.path, keep=(cells,) if kept else ())
        finally:
            self._lock.release()
            for path in (self.path / VARIANTS, self.path, self.path.parent):
                with suppress(OSError):  # it holds something
                    path.rmdir()

    def variant(self, name: str, cell: Cell) -> VariantFolder:
        """Return the results folder of a variant, open until this one is closed."""
        folder = VariantFolder(
            self.path / VARIANTS / folder_name(name), cell.scenario, cell.identity, self._signals, resume=self._resume
        )
        return self._stack.enter_context(folder)

    def blocks(self, cell: Cell) -> Blocks:
        """Return where finished replications of a scenario without a results folder are kept."""
        return Blocks(self.partial / _CELLS / run_id(cell.identity), self._signals, resume=self._resume)

    def note(self, name: str) -> Notes:
        """Return where single results are kept until the whole is finished."""
        return Notes(self.partial / _CELLS / name, self._signals, resume=self._resume)

    def stage(self, name: str) -> Path:
        """Return where to write a file of the result."""
        return self.partial / disk.FINAL / name

    def commit(self) -> None:
        """Turn the staged files into the result."""
        self._stack.close()
        with self._signals.held():
            staged = {path.name for path in (self.partial / disk.FINAL).iterdir()}
            old = [path.name for path in self.path.iterdir() if path.is_file() and path.suffix in (".csv", ".json", ".yaml")]
            disk.commit(self.path, [name for name in old if name not in staged])
            self._committed = True


class Notes:
    """Results of single trials, one JSON line each, for a later run to go on from."""

    def __init__(self, folder: Path, signals: Signals, *, resume: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path, self._signals = folder / "done.jsonl", signals
        if not resume:
            self._path.unlink(missing_ok=True)

    def read(self) -> dict[str, Any]:
        """Return what is there, by key; a line that was cut off is not."""
        found: dict[str, Any] = {}
        if self._path.exists():
            for line in self._path.read_text(encoding="utf-8").splitlines():
                with suppress(ValueError, KeyError, TypeError):
                    entry = json.loads(line)
                    found[entry["key"]] = entry["value"]
        return found

    def add(self, key: str, value: object) -> None:
        """Put one more on disk."""
        with self._signals.held(), self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"key": key, "value": value}) + "\n")


def manifest_of(path: Path) -> dict[str, Any] | None:
    """Return the manifest of a finished study, if there is one."""
    try:
        return read_json(path / disk.MANIFEST)
    except (FileNotFoundError, ValueError):
        return None
