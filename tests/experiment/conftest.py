"""Makes `scenarios` importable, whichever way pytest is started; ends the workers that tests have used."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session", autouse=True)
def no_workers_left() -> Iterator[None]:
    yield
    if "joblib" in sys.modules:
        from sim.experiment.replications import end_workers

        end_workers()
