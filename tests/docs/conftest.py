"""The marker of the slow test."""

from __future__ import annotations


def pytest_configure(config):
    """Register the marker (markers are strict)."""
    config.addinivalue_line("markers", "slow: takes more than a few seconds")
