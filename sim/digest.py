"""The fingerprint of a replication: two runs are the same when their canonical rows have the same SHA-256."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


def digest_of(rows: NDArray[np.int64], incidents: Iterable[str]) -> str:
    """Return the SHA-256 of the canonical rows: little-endian 64-bit numbers row by row, then the incidents' ids."""
    found = sha256(np.ascontiguousarray(rows.astype("<i8", copy=False)).data)
    found.update("\n".join(incidents).encode())
    return found.hexdigest()
