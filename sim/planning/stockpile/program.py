"""A linear program as arrays, gathered as blocks of columns, rows and entries; nothing here knows what they mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from sim.planning.stockpile.problem import Floats, Whole


@dataclass(frozen=True, eq=False)
class Program:
    """Minimise ``cost · x`` with ``row_lower ≤ A x ≤ row_upper``; A in column order (CSC)."""

    cost: Floats
    lower: Floats
    upper: Floats
    integer: NDArray[np.bool_]
    row_lower: Floats
    row_upper: Floats
    start: NDArray[np.int32]
    index: NDArray[np.int32]
    value: Floats

    @property
    def columns(self) -> int:
        """Return how many columns there are."""
        return len(self.cost)

    @property
    def rows(self) -> int:
        """Return how many rows there are."""
        return len(self.row_lower)

    def row(self, number: int) -> Floats:
        """Return one row of the matrix, spread over all columns."""
        spread = np.zeros(self.columns)
        at = np.flatnonzero(self.index == number)
        spread[np.searchsorted(self.start, at, side="right") - 1] = self.value[at]
        return spread


@dataclass(slots=True)
class Builder:
    """Gathers a program block by block; each block of columns or rows is numbered on from the last."""

    columns: int = 0
    rows: int = 0
    _columns: list[tuple[Floats, Floats, Floats, NDArray[np.bool_]]] = field(default_factory=list)
    _rows: list[tuple[Floats, Floats]] = field(default_factory=list)
    _entries: list[tuple[Whole, Whole, Floats]] = field(default_factory=list)

    def add_columns(self, cost: Floats, lower: ArrayLike = 0.0, upper: ArrayLike = np.inf, integer: ArrayLike = False) -> int:  # noqa: FBT002
        """Add a block of columns; returns the number of the first."""
        first, size = self.columns, len(cost)
        whole: Any = np.broadcast_to(np.asarray(integer, dtype=np.bool_), size)
        self._columns.append((cost, _spread(lower, size), _spread(upper, size), whole))
        self.columns += size
        return first

    def add_rows(self, count: int, lower: ArrayLike = -np.inf, upper: ArrayLike = np.inf) -> int:
        """Add a block of rows; returns the number of the first."""
        first = self.rows
        self._rows.append((_spread(lower, count), _spread(upper, count)))
        self.rows += count
        return first

    def add_entries(self, row: ArrayLike, column: ArrayLike, value: ArrayLike) -> None:
        """Add entries of the matrix; single numbers are spread over the others."""
        rows, columns, values = np.broadcast_arrays(
            np.asarray(row, dtype=np.int64), np.asarray(column, dtype=np.int64), np.asarray(value, dtype=np.float64)
        )
        self._entries.append((rows.ravel(), columns.ravel(), values.ravel()))

    def build(self) -> Program:
        """Return the program in column order."""
        from scipy.sparse import coo_array

        row, column, value = (np.concatenate([entry[at] for entry in self._entries]) for at in range(3))
        shape = (self.rows, self.columns)
        matrix = coo_array((value, (row.astype(np.int32), column.astype(np.int32))), shape=shape).tocsc()
        cost, lower, upper, integer = (np.concatenate([block[at] for block in self._columns]) for at in range(4))
        row_lower, row_upper = (np.concatenate([block[at] for block in self._rows]) for at in range(2))
        return Program(cost, lower, upper, integer, row_lower, row_upper, matrix.indptr, matrix.indices, matrix.data)


def _spread(value: ArrayLike, size: int) -> Floats:
    spread: Floats = np.broadcast_to(np.asarray(value, dtype=np.float64), size)
    return spread
