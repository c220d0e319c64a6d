"""Small scenarios for runs: a few teams on a straight-line network, a stream of calls or a few planned incidents."""

from __future__ import annotations

import datetime as dt
import sys
from hashlib import sha256
from typing import Any

import numpy as np

from sim.network.line import Line as StraightLine
from sim.network.line import LineTravel
from sim.network.trips import Measured
from sim.network.trips import Site as TravelSite
from sim.quantities import Lognormal
from sim.randomness import name_key
from sim.scenario.frozen import (
    ZERO,
    Assumption,
    Course,
    Line,
    Objective,
    Planned,
    ReadOnly,
    Scenario,
    Site,
    Source,
    Team,
    Ticks,
)
from sim.units import DAY, HOUR, MINUTE

START = dt.datetime(2026, 11, 24, 9, 30)
POINTS = ((0.0, 0.0), (10_000.0, 0.0), (4_000.0, 9_000.0), (7_000.0, 3_000.0), (1_000.0, 6_000.0))


def spread(minutes: float) -> Ticks:
    """Return a duration with a median and a long tail."""
    return Ticks(round(minutes * MINUTE), Lognormal(minutes * MINUTE, 0.4, minutes * MINUTE))


def make(*, mode: str = "plan", calls_per_day: float = 60.0, days: float = 1.0, name: str = "日常 calls", **more: Any) -> Scenario:
    """Three teams, a Poisson stream of calls over three places, and one planned incident that needs two teams.

    No step of a call is a decision, so `ZERO` must stay `ZERO` in workers; refit is a step of the third team only.
    """
    teams = tuple(
        Team(
            index=n, id=f"队{n}", name=f"{n}号队", group=f"队{n}", base=n % 2, vehicle="light",
            capabilities=ReadOnly({0: 1.0} if n else {0: 1.0, 1: 0.5}), turnout=spread(2), report_in=ZERO, set_up=Ticks(MINUTE),
            refit=spread(10) if n == 2 else ZERO, call_back=True, return_factor=1.2, crew=6, owner="市", source="假定",
        )
        for n in range(3)
    )  # fmt: skip
    plain = {"deadline": 30 * MINUTE, "holds": False, "ends": False, "stops_release": False, "after": (), "after_done": ()}
    call = Course("call", 5, spread(1), ZERO, (), (Line(index=0, capability=0, count=1, work=spread(20), carry=None, **plain),), None)
    leak = Course(
        "leak", 1, Ticks(2 * MINUTE), Ticks(5 * MINUTE), (),
        (
            Line(index=0, capability=0, count=1, work=spread(30), carry=None, **plain),
            Line(index=1, capability=1, count=1, work=spread(45), carry=None, **(plain | {"after": (0,)})),
        ),
        None,
    )  # fmt: skip
    source = Source(
        "calls", name_key("calls"), 0, calls_per_day / DAY, (2, 3, 4), np.array([0.5, 0.8, 1.0]), None, None, None, 0, round(days * DAY)
    )
    sites = [TravelSite(x, y, f"地点{n}") for n, (x, y) in enumerate(POINTS)]
    resolved = f"name: {name}\ncalls: {calls_per_day}\ndays: {days}\nmode: {mode}\n"
    fields: dict[str, Any] = {
        "name": name, "question": "谁先到?", "mode": mode, "language": "zh", "start": START, "ends": round(days * DAY),
        "warm_up": HOUR, "replications": 4, "seed": 7, "weather": "clear", "capabilities": ("消防", "堵漏"),
        "sites": tuple(Site(f"s{n}", f"地点{n}", x, y) for n, (x, y) in enumerate(POINTS)), "teams": teams, "hospitals": (),
        "courses": (call, leak), "planned": (Planned("液氨泄漏", "液氨泄漏", name_key("液氨泄漏"), 3 * HOUR, 2, 1),), "recorded": (),
        "sources": (source,) if mode == "plan" else (), "run_cards": (), "road_events": (),
        "policies": ("nearest_idle",), "queue": True, "thresholds": (15 * MINUTE,),
        "objectives": (Objective("response", 15 * MINUTE, None, "GB 1"),),
        "assumptions": (Assumption("teams/队0/turnout", "=2 min", "a.yaml", 3), Assumption("weather", "-8 °C", "a.yaml", 9)),
        "notices": ("© data",),
        "travel": LineTravel(StraightLine(60.0, projected=True), sites, measured=[Measured(0, 2, 11 * MINUTE)]),
        "resolved": resolved, "network_hash": "line-60", "digest": sha256(resolved.encode()).hexdigest(),
    }  # fmt: skip
    return Scenario(**(fields | more))


def run_from_command_line() -> None:
    """``python scenarios.py OUT n jobs calls days resume``: a run in a process of its own, that tests can interrupt."""
    from pathlib import Path

    from sim.experiment.runs import Interrupted, run

    out, count, jobs, calls, days, resume = sys.argv[1:7]

    def tell(done: int, total: int) -> None:
        Path(out, "progress").write_text(f"{done}/{total}", encoding="utf-8")

    Path(out).mkdir(parents=True, exist_ok=True)
    try:
        found = run(
            make(calls_per_day=float(calls), days=float(days)), int(count), jobs=int(jobs), out=out, resume=resume == "1", progress=tell
        )
    except Interrupted as stop:
        print(stop, flush=True)
        sys.exit(130)
    print(found.digest, flush=True)


if __name__ == "__main__":
    run_from_command_line()
