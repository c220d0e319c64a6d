"""Names of folders, and what decides them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.experiment.identity import folder_name, identity_of, run_id
from tests.experiment.scenarios import make


@pytest.mark.parametrize(("name", "folder"), [
    ("平鲁液氨泄漏", "平鲁液氨泄漏"),
    ("日常 calls / 2026", "日常-calls-2026"),
    ("../../etc/passwd", "etc-passwd"),
    ("..\\..\\windows", "windows"),
    ("CON", "_CON"), ("nul.txt", "_nul.txt"), ("com1", "_com1"), ("console", "console"),
    ("a\nb\x00c\u202ed", "a-b-c-d"),
    ("...", "scenario"), ("", "scenario"), ("a.", "a"),
    ("长" * 300, "长" * 60),
])  # fmt: skip
def test_folder_names(name, folder):
    """A name from a file becomes a name for a folder: Chinese kept, everything that could do harm gone."""
    assert folder_name(name) == folder


@given(st.text())
def test_any_name_is_safe(name):
    """Whatever the name: one path component, no control characters, short, not hidden, stable when applied again."""
    folder = folder_name(name)
    assert 0 < len(folder.encode()) <= 240
    assert not set(folder) & set('/\\:*?"<>|')
    assert folder.isprintable()
    assert folder.strip(". ") == folder
    assert folder_name(folder) == folder


def test_run_id_follows_what_decides_the_numbers():
    """Scenario, network, seed, mode and a replication run alone change the id; the number of replications cannot."""
    scenario = make()
    plain = run_id(identity_of(scenario, 1, None))
    others = [
        identity_of(replace(scenario, digest="x"), 1, None),
        identity_of(replace(scenario, network_hash="x"), 1, None),
        identity_of(scenario, 2, None),
        identity_of(replace(scenario, mode="drill"), 1, None),
        identity_of(scenario, 1, 3),
    ]
    assert len({plain, *map(run_id, others)}) == 6
    assert run_id(identity_of(replace(scenario, replications=99), 1, None)) == plain
