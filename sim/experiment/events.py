"""The log on disk: names in place of codes, and the way back.

The bytes of ``events.parquet`` depend on the rows alone: row groups end between replications by a fixed rule, dictionaries
are those of the scenario and of the incidents in order.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np

from sim.errors import RunError
from sim.log import CAUSES, COLUMNS, KINDS, NONE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

    from sim.scenario.frozen import Scenario

    Integers = NDArray[np.int64]

GROUP_ROWS = 1 << 18
"""A row group is closed when it holds at least so many rows."""
NUMBERS: dict[str, str] = {
    "time": "int64", "need": "int32", "mission": "int32", "request": "int32", "quantity": "int64", "ref": "int32",
}  # fmt: skip
"""Columns that stay numbers. In all but the first and `quantity`, which are always there, -1 becomes null."""
_ALWAYS = ("time", "quantity")
PARQUET: dict[str, Any] = {"compression": "zstd", "version": "2.6", "write_page_checksum": True}
"""How every Parquet file of a results folder is written."""


class Logged(NamedTuple):
    """The log of one replication."""

    replication: int
    rows: Integers
    """Shape (rows, columns of `sim.log.COLUMNS`), coded."""
    incidents: tuple[str, ...]


class Names:
    """Names behind the codes of a scenario's log."""

    def __init__(self, scenario: Scenario) -> None:
        self.of: dict[str, tuple[str, ...]] = {
            "kind": tuple(KINDS),
            "team": tuple(team.id for team in scenario.teams),
            "post": tuple(post.id for post in scenario.command.posts),
            "region": (),
            "depot": tuple(store.id for store in scenario.supplies.stores),
            "item": scenario.signals,
            "place": tuple(site.id for site in scenario.sites),
            "cause": tuple(CAUSES),
        }

    def table(self, logs: Sequence[Logged]) -> pa.Table:
        """Return rows of several replications, in order, as a table of names."""
        import pyarrow as pa

        sizes = [len(log.rows) for log in logs]
        rows = np.concatenate([log.rows for log in logs]) if logs else np.empty((0, len(COLUMNS)), np.int64)
        columns: dict[str, pa.Array] = {
            "replication": pa.array(np.repeat([log.replication for log in logs], sizes).astype(np.int32)),
            "seq": pa.array(np.concatenate([np.arange(size, dtype=np.int32) for size in sizes] or [np.empty(0, np.int32)])),
        }
        for position, name in enumerate(COLUMNS):
            values = rows[:, position]
            if name == "incident":
                columns[name] = _incidents(logs)
            elif name in NUMBERS:
                mask = None if name in _ALWAYS else values == NONE
                columns[name] = pa.array(values.astype(NUMBERS[name]), mask=mask)
            else:
                columns[name] = _named(values, self.of[name])
        return pa.table(columns)

    def logs(self, table: pa.Table) -> Iterator[Logged]:
        """Yield the logs in a table of names, one a replication.

        Raises
        ------
        RunError
            If it names something that the scenario does not have.
        """
        replication = table.column("replication").to_numpy()
        rows = np.empty((len(replication), len(COLUMNS)), dtype=np.int64)
        incidents, incident_names = _codes(table.column("incident"))
        for position, name in enumerate(COLUMNS):
            if name == "incident":
                rows[:, position] = incidents
            elif name in NUMBERS:
                rows[:, position] = table.column(name).fill_null(NONE).to_numpy()
            else:
                rows[:, position] = _recode(name, *_codes(table.column(name)), self.of[name])
        cause = COLUMNS.index("cause")
        rows[rows[:, cause] == NONE, cause] = 0
        bounds = [0, *(np.flatnonzero(np.diff(replication)) + 1).tolist(), len(replication)]
        for begins, ends in itertools.pairwise(bounds):
            if ends > begins:
                yield Logged(int(replication[begins]), *_renumbered(rows[begins:ends], incident_names))


def _incidents(logs: Sequence[Logged]) -> pa.DictionaryArray:
    names: dict[str, int] = {}
    parts = [np.empty(0, np.int64)]
    for log in logs:
        number = np.array([*(names.setdefault(name, len(names)) for name in log.incidents), NONE])
        parts.append(number[log.rows[:, COLUMNS.index("incident")]])  # -1, none, finds the last
    return _dictionary(np.concatenate(parts), list(names))


def _named(codes: Integers, names: Sequence[str]) -> pa.DictionaryArray:
    distinct = {name: position for position, name in enumerate(name for name in dict.fromkeys(names) if name)}
    number = np.array([*(distinct.get(name, NONE) for name in names), NONE])
    return _dictionary(number[codes], list(distinct))


def _dictionary(codes: Integers, names: list[str]) -> pa.DictionaryArray:
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32), mask=codes == NONE), pa.array(names, "string"))


def _codes(column: pa.ChunkedArray) -> tuple[Integers, list[str]]:
    """Return the positions of names in the dictionary (`NONE` for null), and the dictionary."""
    array = column.unify_dictionaries().combine_chunks()
    codes = array.indices.fill_null(NONE).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, array.dictionary.to_pylist()


def _recode(column: str, codes: Integers, dictionary: list[str], names: Sequence[str]) -> Integers:
    known = {name: position for position, name in reversed(list(enumerate(names)))}
    used = set(np.unique(codes).tolist()) - {NONE}
    strange = [dictionary[code] for code in used if dictionary[code] not in known]
    if strange:
        message = f"the log names {column} '{strange[0]}', which the scenario does not have"
        raise RunError(message)
    number = np.array([*(known.get(name, NONE) for name in dictionary), NONE])
    found: Integers = number[codes]
    return found


def _renumbered(rows: Integers, names: Sequence[str]) -> tuple[Integers, tuple[str, ...]]:
    """Return a replication whose incidents are numbered in the order in which they come up: that of their alarms."""
    column = rows[:, COLUMNS.index("incident")]
    present, first = np.unique(column, return_index=True)
    order = present[np.argsort(first)]
    order = order[order != NONE]
    number = np.full(len(names) + 1, NONE)
    number[order] = np.arange(len(order))
    renumbered = rows.copy()
    renumbered[:, COLUMNS.index("incident")] = number[column]
    return renumbered, tuple(names[code] for code in order)


class TableWriter:
    """Writes tables to a Parquet file in row groups of at least so many rows, each a whole number of parts.

    A context: left by an exception, it leaves an unfinished file behind.
    """

    def __init__(self, path: Path, rows_per_group: int) -> None:
        self.path = path
        self._least = rows_per_group
        self._parts: list[Any] = []
        self._size = 0
        self._writer: Any = None

    def _table(self, parts: list[Any]) -> pa.Table:
        raise NotImplementedError

    def take(self, part: Any, size: int) -> None:
        """Take the part of one replication, with its number of rows."""
        self._parts.append(part)
        self._size += size
        if self._size >= self._least:
            self._flush()

    def _flush(self) -> None:
        import pyarrow.parquet as pq

        table = self._table(self._parts)
        if self._writer is None:
            self._writer = pq.ParquetWriter(self.path, table.schema, **PARQUET)
        self._writer.write_table(table, row_group_size=max(1, len(table)))
        self._parts, self._size = [], 0

    def close(self) -> None:
        """Finish the file."""
        if self._parts or self._writer is None:
            self._flush()
        self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self.close()
        elif self._writer is not None:
            self._writer.close()


class EventsWriter(TableWriter):
    """Writes ``events.parquet``."""

    def __init__(self, path: Path, names: Names) -> None:
        super().__init__(path, GROUP_ROWS)
        self._names = names

    def add(self, log: Logged) -> None:
        """Take the log of the next replication."""
        self.take(log, len(log.rows))

    def _table(self, parts: list[Logged]) -> pa.Table:
        return self._names.table(parts)


def row_groups(path: Path) -> Iterator[pa.Table]:
    """Yield the row groups of a Parquet file."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        for group in range(file.num_row_groups):
            yield file.read_row_group(group)


def read_logs(path: Path, names: Names) -> Iterator[Logged]:
    """Yield the logs in an ``events.parquet``, in order."""
    for table in row_groups(path):
        yield from names.logs(table)



def frame_of(table: pa.Table) -> pd.DataFrame:
    """Return a log as a pandas frame: names are categories, numbers that may be missing nullable integers."""
    import pyarrow as pa

    frame: pd.DataFrame = table.unify_dictionaries().to_pandas(types_mapper=_pandas_types().get)
    for name in ("replication", "seq"):
        frame[name] = frame[name].astype(pa.int32().to_pandas_dtype())
    return frame


def _pandas_types() -> dict[Any, Any]:
    import pandas as pd
    import pyarrow as pa

    return {pa.int32(): pd.Int32Dtype()}
