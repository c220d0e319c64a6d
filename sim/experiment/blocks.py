"""Finished replications on their way from a worker to the results: one block of bytes holds a batch of them.

A block is its length, its SHA-256 and an Arrow stream with one row a replication; blocks may follow one another in one
file. Nothing in it can run code when it is read, and damage on disk is recognised.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from hashlib import sha256
from struct import Struct
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.digest import digest_of
from sim.log import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Floats = NDArray[np.float64]

TYPES: dict[str, str] = {
    "time": "int64", "kind": "int8", "incident": "int32", "need": "int32", "team": "int32", "mission": "int32",
    "request": "int32", "post": "int32", "region": "int32", "depot": "int32", "item": "int32", "quantity": "int64",
    "place": "int32", "ref": "int32", "cause": "int8",
}  # fmt: skip
"""How narrow each column of the log may be kept."""
_HEAD = Struct("<Q32s")
_FOLD = "fold."
_LOG = "log."


class BadBlockError(ValueError):
    """A block cannot be read: it was damaged on disk."""


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One finished replication."""

    replication: int
    digest: str
    size: int
    """Rows in its log."""
    measured: int
    """Drives by a measured time."""
    derived: int
    """Drives by a time derived from the network."""
    fold: dict[str, Floats]
    """Metric → observations, in the counts of `sim.analysis.fold`."""
    rows: Integers | None = None
    """The coded log; None when logs are not kept."""
    incidents: tuple[str, ...] = ()
    """Ids of the incidents by number; empty when logs are not kept."""
    routes: bytes = b""
    """``routes.parquet`` of the first replication; empty in the others."""

    @property
    def is_whole(self) -> bool:
        """Tell whether the log, if it is there, is the one that the digest was taken of."""
        return self.rows is None or digest_of(self.rows, self.incidents) == self.digest


def encode(records: Sequence[Record]) -> bytes:
    """Return a block; all records have the same metrics."""
    import pyarrow as pa

    columns: dict[str, pa.Array] = {
        "replication": pa.array([record.replication for record in records], "int64"),
        "digest": pa.array([record.digest for record in records], "string"),
        "size": pa.array([record.size for record in records], "int64"),
        "measured": pa.array([record.measured for record in records], "int64"),
        "derived": pa.array([record.derived for record in records], "int64"),
        "routes": pa.array([record.routes for record in records], "binary"),
        "logged": pa.array([record.rows is not None for record in records], "bool"),
        "incidents": pa.array([list(record.incidents) for record in records], pa.list_(pa.string())),
    }
    for name in records[0].fold:
        columns[_FOLD + name] = _lists([record.fold[name] for record in records], "float64")
    logs = [np.empty((0, len(COLUMNS)), np.int64) if record.rows is None else record.rows for record in records]
    for position, name in enumerate(COLUMNS):
        columns[_LOG + name] = _lists([rows[:, position] for rows in logs], TYPES[name])
    table = pa.table(columns)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    body: bytes = sink.getvalue().to_pybytes()
    return _HEAD.pack(len(body), sha256(body).digest()) + body


def _lists(arrays: Sequence[NDArray[Any]], kind: str) -> pa.Array:
    import pyarrow as pa

    offsets = np.zeros(len(arrays) + 1, dtype=np.int32)
    np.cumsum([len(array) for array in arrays], out=offsets[1:])
    return pa.ListArray.from_arrays(offsets, np.concatenate(arrays).astype(kind))


def decode(data: bytes) -> Iterator[Record]:
    """Yield the records of one block, or of several that follow one another.

    Raises
    ------
    BadBlockError
        If the bytes are damaged.
    """
    import pyarrow as pa

    for body in _bodies(memoryview(data)):
        for batch in pa.ipc.open_stream(pa.py_buffer(body)):
            yield from _records(batch)


def _bodies(data: memoryview) -> Iterator[memoryview]:
    while data:
        if len(data) < _HEAD.size:
            message = "a block is cut off"
            raise BadBlockError(message)
        length, digest = _HEAD.unpack_from(data)
        body, data = data[_HEAD.size : _HEAD.size + length], data[_HEAD.size + length :]
        if sha256(body).digest() != digest:
            message = "a block is damaged"
            raise BadBlockError(message)
        yield body


def _records(batch: pa.RecordBatch) -> Iterator[Record]:
    names = ("replication", "digest", "size", "measured", "derived", "routes", "logged")
    plain = {name: batch.column(name).to_pylist() for name in names}
    folds = {name.removeprefix(_FOLD): _arrays(batch.column(name)) for name in batch.schema.names if name.startswith(_FOLD)}
    logs = [_arrays(batch.column(_LOG + name)) for name in COLUMNS]
    incidents = batch.column("incidents")
    for at in range(batch.num_rows):
        logged = plain["logged"][at]
        yield Record(
            replication=plain["replication"][at],
            digest=plain["digest"][at],
            size=plain["size"][at],
            measured=plain["measured"][at],
            derived=plain["derived"][at],
            fold={name: arrays[at] for name, arrays in folds.items()},
            rows=np.stack([column[at].astype(np.int64) for column in logs], axis=1) if logged else None,
            incidents=tuple(incidents[at].as_py()) if logged else (),
            routes=plain["routes"][at],
        )


def _arrays(column: pa.ListArray) -> list[NDArray[Any]]:
    offsets = column.offsets.to_numpy()
    values = column.values.to_numpy(zero_copy_only=False)
    return [values[begins:ends] for begins, ends in itertools.pairwise(offsets)]
