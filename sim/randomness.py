"""Draws keyed by meaning: the same seed, replication, purpose, incident, need line and slot give the same number.

A counter-based generator (Philox4x32-10: Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as
1, 2, 3", SC'11) turns each key into one uniform. Adding a team, a source or an incident therefore shifts no other draw,
and two configurations share their luck: common random numbers by construction.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Keys = NDArray[np.uint64]

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = 0x9E3779B9, 0xBB67AE85
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_ROUNDS = 10
_MASK64 = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_LINES = 1 << 16


def philox(counter: tuple[Keys, Keys, Keys, Keys], key: tuple[int, int]) -> tuple[Keys, Keys, Keys, Keys]:
    """Return the four 32-bit words of Philox4x32-10 (each in a uint64 array) for 32-bit counters and key."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(_ROUNDS):
        p0, p1 = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (p1 >> _HALF) ^ c1 ^ np.uint64(k0), p1 & _LOW, (p0 >> _HALF) ^ c3 ^ np.uint64(k1), p0 & _LOW
        k0, k1 = (k0 + _W0) & 0xFFFFFFFF, (k1 + _W1) & 0xFFFFFFFF
    return c0, c1, c2, c3


def philox_one(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Return what `philox` does for one counter: in plain numbers that takes a tenth of the time."""
    for _ in range(_ROUNDS):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & 0xFFFFFFFF, (p0 >> 32) ^ c3 ^ k1, p0 & 0xFFFFFFFF
        k0, k1 = (k0 + _W0) & 0xFFFFFFFF, (k1 + _W1) & 0xFFFFFFFF
    return c0, c1, c2, c3


def name_key(name: str) -> int:
    """Return the 64-bit key of an id."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")


def child_key(parent: int, number: int) -> int:
    """Return the key of the id path ``parent/number`` (splitmix64 finaliser: Steele, Lea and Flood 2014)."""
    return int(child_keys(parent, np.array([number], dtype=np.uint64))[0])


def child_keys(parent: int, numbers: NDArray[np.uint64]) -> Keys:
    """Return the keys of the id paths ``parent/n`` for an array of numbers."""
    z = np.uint64(parent) + (numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(_GOLDEN)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


class Draws:
    """The uniforms of one replication.

    Parameters
    ----------
    seed
        Seed of the whole run.
    replication
        Number of the replication, from 0, below 2³².
    """

    def __init__(self, seed: int, replication: int) -> None:
        self.seed = seed
        self.replication = replication
        self._purposes: dict[str, tuple[int, int]] = {}

    def uniforms(self, purpose: str, keys: Keys, line: int = 0, slot: int = 0) -> NDArray[np.float64]:
        """Return one uniform in the open interval (0, 1) for each key (shape as `keys`)."""
        if line >= _LINES or slot >= _LINES:
            message = f"need line {line} or slot {slot} is beyond {_LINES - 1}"
            raise ValueError(message)
        if len(keys) == 1:
            return np.array([self._one(purpose, int(keys[0]), line, slot)])
        zeros = np.zeros_like(keys)
        counter = (keys & _LOW, keys >> _HALF, zeros + np.uint64(self.replication), zeros + np.uint64(line << 16 | slot))
        high, low, _, _ = philox(counter, self._purpose(purpose))
        return (((high << np.uint64(20)) | (low >> np.uint64(12))).astype(np.float64) + 0.5) * 2.0**-52

    def uniform(self, purpose: str, key: int, line: int = 0, slot: int = 0) -> float:
        """Return the uniform of one key; equal to what `uniforms` gives for it."""
        return float(self.uniforms(purpose, np.array([key & _MASK64], dtype=np.uint64), line, slot)[0])

    def _one(self, purpose: str, key: int, line: int, slot: int) -> float:
        high, low, _, _ = philox_one(
            key & 0xFFFFFFFF, key >> 32, self.replication, line << 16 | slot, *self._purpose(purpose)
        )
        return (((high << 20) | (low >> 12)) + 0.5) * 2.0**-52

    def _purpose(self, purpose: str) -> tuple[int, int]:
        found = self._purposes.get(purpose)
        if found is None:
            key = name_key(f"{self.seed}/{purpose}")
            found = self._purposes[purpose] = (key & 0xFFFFFFFF, key >> 32)
        return found
