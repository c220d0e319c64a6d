"""Ends the workers that tests have used."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator



@pytest.fixture(scope="session", autouse=True)
def no_workers_left() -> Iterator[None]:
    yield
    if "joblib" in sys.modules:
        from sim.experiment.replications import end_workers

        end_workers()
