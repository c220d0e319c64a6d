"""A plan test of the joint drill: 500 replications, with one process and with one a processor."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from measure import Goal, Row

from sim.experiment.runs import run
from sim.scenario.load import load_scenario

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
JOINT = "scenarios/jsm-hazchem-joint.yaml"


def measure(*, quick: bool) -> Iterator[Row]:
    """Measure wall time: what matters is how long a planner waits."""
    count, rounds, jobs = (60, 1, os.cpu_count() or 1) if quick else (500, 3, os.cpu_count() or 1)
    scenario = load_scenario(ROOT / JOINT)
    seconds: dict[int, list[float]] = {1: [], jobs: []}
    for _ in range(rounds):
        for number, spent in seconds.items():
            begun = time.perf_counter()
            run(scenario, count, jobs=number)
            spent.append((time.perf_counter() - begun) / count)
    note = f"{count} replications in memory, workers started anew each time; a replication's time is the wall's"
    goal = Goal(">=", 1.5) if jobs > 1 else None
    what = f"joint drill as a plan test, {jobs} processes"
    yield Row(what, ("one process", seconds[1]), (f"{jobs}", seconds[jobs]), goal, note)
