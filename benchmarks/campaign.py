"""Plan tests with one process and with one a processor: the joint drill, and two months of a city's calls."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from measure import Goal, Row

from sim.experiment.runs import run
from sim.scenario.load import load_scenario
from sim.scenario.node import with_marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.scenario.frozen import Scenario

ROOT = Path(__file__).parents[1]
JOINT = "scenarios/jsm-hazchem-joint.yaml"
DAILY, MONTHS = "scenarios/city-daily.yaml", "60 d"


def measure(*, quick: bool) -> Iterator[Row]:
    """Measure wall time: what matters is how long a planner waits."""
    jobs = os.cpu_count() or 1
    goals = (Goal(">=", 1.5), Goal(">=", 0.85 * jobs)) if jobs > 1 else (None, None)
    joint, daily = load_scenario(ROOT / JOINT), load_scenario(ROOT / DAILY, with_marks({"end": MONTHS}))
    yield _row("joint drill as a plan test", joint, 60 if quick else 500, 1 if quick else 3, goals[0])
    yield _row("two months of calls", daily, 40 if quick else 200, 1 if quick else 2, goals[1])


def _row(what: str, scenario: Scenario, count: int, rounds: int, goal: Goal | None) -> Row:
    jobs = os.cpu_count() or 1
    seconds: dict[int, list[float]] = {1: [], jobs: []}
    for _ in range(rounds):
        for number, spent in seconds.items():
            begun = time.perf_counter()
            run(scenario, count, jobs=number)
            spent.append((time.perf_counter() - begun) / count)
    note = f"{count} replications in memory, workers started anew each time; a replication's time is the wall's"
    return Row(f"{what}, {jobs} processes", ("one process", seconds[1]), (f"{jobs}", seconds[jobs]), goal, note)
