"""Columns of tables. pandas is slow to import: import this module late."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sim.analysis.records import Integers


def text_column(values: Iterable[str]) -> pd.Series[str]:
    """Return a column of texts."""
    return pd.Series(list(values), dtype=object)


def moment_column(values: Integers | Sequence[int]) -> pd.Series[int]:
    """Return a column of moments or lengths of time (ms), missing where a thing never happened."""
    whole = np.asarray(values, dtype=np.int64)
    return pd.Series(pd.arrays.IntegerArray(whole, whole >= NEVER))


def name_column(names: tuple[str, ...], codes: Integers) -> pd.Series[str]:
    """Return the name of each code; "" for none."""
    table = np.array([*names, ""], dtype=object)
    return pd.Series(table[codes] if len(codes) else np.empty(0, dtype=object), dtype=object)
