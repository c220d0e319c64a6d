"""Keyed draws: the published generator, and keys that mean what they say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.randomness import Draws, child_key, child_keys, name_key, philox

KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN)
def test_philox_gives_the_published_words(counter, key, expected):
    """The three known answers that Random123 publishes for Philox4x32-10."""
    words = philox(tuple(np.array([c], dtype=np.uint64) for c in counter), key)
    assert tuple(int(word[0]) for word in words) == expected


def test_one_draw_equals_the_draw_in_a_block():
    """A draw depends on its key alone, not on what is drawn with it."""
    draws = Draws(7, 3)
    keys = child_keys(name_key("source"), np.arange(50, dtype=np.uint64))
    block = draws.uniforms("work", keys, line=2, slot=1)
    alone = [draws.uniform("work", child_key(name_key("source"), n), 2, 1) for n in range(50)]
    assert block.tolist() == alone


def test_every_part_of_the_key_matters():
    """Seed, replication, purpose, incident, line and slot each give another number."""
    keys = child_keys(name_key("a"), np.arange(3, dtype=np.uint64))
    seen = [
        Draws(seed, replication).uniforms(purpose, keys, line, slot).tolist()
        for seed, replication, purpose, line, slot in [
            (1, 0, "work", 0, 0), (2, 0, "work", 0, 0), (1, 1, "work", 0, 0), (1, 0, "turnout", 0, 0), (1, 0, "work", 1, 0),
            (1, 0, "work", 0, 1),
        ]
    ]  # fmt: skip
    flat = [u for row in seen for u in row]
    assert len(set(flat)) == len(flat)


@pytest.mark.parametrize("along", ["incident", "replication", "slot"])
def test_draws_are_uniform_and_uncorrelated_along_each_part_of_the_key(along):
    """Kolmogorov–Smirnov and lag-one correlation over 20,000 draws, at the one-in-ten-thousand level (seeds fixed)."""
    n = 20_000
    key = np.array([name_key("one")], dtype=np.uint64)
    if along == "incident":
        u = Draws(5, 0).uniforms("x", child_keys(name_key("s"), np.arange(n, dtype=np.uint64)))
    elif along == "replication":
        u = np.array([Draws(5, r).uniforms("x", key)[0] for r in range(2000)])
    else:
        u = np.array([Draws(5, 0).uniforms("x", key, s // 1000, s % 1000)[0] for s in range(2000)])
    assert stats.kstest(u, "uniform").pvalue > 1e-4
    lag = np.corrcoef(u[:-1], u[1:])[0, 1]
    assert abs(lag) < 4 / np.sqrt(len(u))
    assert u.min() > 0
    assert u.max() < 1


def test_a_line_or_slot_beyond_the_key_is_refused():
    """65,535 is the last slot; the next would collide with another line."""
    draws, key = Draws(1, 0), name_key("a")
    assert 0 < draws.uniform("x", key, 0, 65_535) < 1
    with pytest.raises(ValueError, match="beyond"):
        draws.uniform("x", key, 0, 65_536)
