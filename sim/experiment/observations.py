"""Observations of every metric on disk: ``observations.parquet``, exactly as `sim.analysis.fold` gives them."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiment.events import TableWriter, row_groups

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

GROUP_ROWS = 1 << 20


class ObservationsWriter(TableWriter):
    """Writes ``observations.parquet``: replication, metric, value (ms, thousandths or plain numbers; +inf for never)."""

    def __init__(self, path: Path, metrics: tuple[str, ...]) -> None:
        super().__init__(path, GROUP_ROWS)
        self._metrics = metrics

    def add(self, replication: int, fold: Mapping[str, Floats]) -> None:
        """Take the observations of the next replication."""
        self.take((replication, fold), sum(len(values) for values in fold.values()))

    def _table(self, parts: list[tuple[int, Mapping[str, Floats]]]) -> pa.Table:
        return observations_table(parts, self._metrics)


def observations_table(parts: list[tuple[int, Mapping[str, Floats]]], metrics: tuple[str, ...]) -> pa.Table:
    """Return observations of several replications as one table; `metrics` gives the order."""
    import pyarrow as pa

    sizes = np.array([[len(fold[metric]) for metric in metrics] for _, fold in parts], np.int64).reshape(len(parts), len(metrics))
    codes = np.tile(np.arange(len(metrics), dtype=np.int32), len(parts))
    values = [fold[metric] for _, fold in parts for metric in metrics]
    return pa.table({
        "replication": pa.array(np.repeat([number for number, _ in parts], sizes.sum(axis=1)).astype(np.int32)),
        "metric": pa.DictionaryArray.from_arrays(pa.array(np.repeat(codes, sizes.ravel())), pa.array(metrics, "string")),
        "value": pa.array(np.concatenate([np.empty(0), *values])),
    })  # fmt: skip


def read_folds(path: Path, metrics: tuple[str, ...]) -> Iterator[tuple[int, dict[str, Floats]]]:
    """Yield the replications in an ``observations.parquet`` that have any observation, with their folds."""
    for table in row_groups(path):
        replication = table.column("replication").to_numpy()
        array = table.column("metric").unify_dictionaries().combine_chunks()
        names, codes = array.dictionary.to_pylist(), array.indices.to_numpy()
        values = table.column("value").to_numpy()
        turns = np.flatnonzero((np.diff(replication) != 0) | (np.diff(codes) != 0)) + 1
        bounds = [0, *turns.tolist(), len(values)]
        fold: dict[str, Any] = {}
        for begins, ends in itertools.pairwise(bounds):
            if ends == begins:
                continue
            fold[names[codes[begins]]] = values[begins:ends]
            if ends == len(values) or replication[ends] != replication[begins]:
                yield int(replication[begins]), {metric: fold.get(metric, np.empty(0)) for metric in metrics}
                fold = {}
