"""Small scenarios and logs, built by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np

from sim.log import CAUSE_CODE, COLUMNS, KIND_CODE, Cause, Kind
from sim.network.line import Line as StraightLine
from sim.network.line import LineTravel
from sim.network.trips import Site as TravelSite
from sim.scenario.frozen import (
    ZERO,
    Course,
    FirstOrder,
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
from sim.units import MINUTE

START = dt.datetime(2026, 11, 24, 9, 30)


def minutes(count: float) -> Ticks:
    return Ticks(round(count * MINUTE))


def team(index: int, base: int = 0, capabilities: dict[int, float] | None = None, **more: Any) -> Team:
    """Return a team that turns out at once, without report, set-up or refit unless said otherwise."""
    plain: dict[str, Any] = {
        "id": f"t{index}", "name": f"队{index}", "group": f"t{index}", "vehicle": "light", "turnout": ZERO, "report_in": ZERO,
        "set_up": ZERO, "refit": ZERO, "call_back": True, "return_factor": 1.0, "crew": 6, "owner": "", "source": "",
    }  # fmt: skip
    return Team(index=index, base=base, capabilities=ReadOnly(capabilities or {0: 1.0}), **(plain | more))


def line(index: int = 0, capability: int = 0, count: int = 1, **more: Any) -> Line:
    plain: dict[str, Any] = {
        "deadline": None, "work": minutes(30), "holds": False, "ends": False, "stops_release": False,
        "after": (), "after_done": (), "carry": None,
    }  # fmt: skip
    return Line(index=index, capability=capability, count=count, **(plain | more))


def course(*lines: Line, kind: str = "call", **more: Any) -> Course:
    plain: dict[str, Any] = {"priority": 5, "call_handling": ZERO, "decision": ZERO, "first": (), "leak": None}
    return Course(kind=kind, lines=lines or (line(),), **(plain | more))


def planned(name: str, at_minute: float, site: int = 0, of_course: int = 0) -> Planned:
    return Planned(name, name, abs(hash(name)) % 2**60, round(at_minute * MINUTE), site, of_course)


def scenario(
    teams: tuple[Team, ...],
    courses: tuple[Course, ...] = (),
    incidents: tuple[Planned, ...] = (),
    points: tuple[tuple[float, float], ...] = ((0.0, 0.0), (10_000.0, 0.0)),
    **more: Any,
) -> Scenario:
    """Return a scenario on a straight-line network: 1 km takes 1 min."""
    travel = LineTravel(StraightLine(60.0, projected=True), [TravelSite(x, y) for x, y in points])
    plain: dict[str, Any] = {
        "name": "小情景", "question": "", "mode": "drill", "language": "zh", "start": START, "ends": None, "warm_up": 0,
        "replications": 1, "seed": 1, "weather": "clear", "capabilities": ("堵漏", "洗消"),
        "sites": tuple(Site(f"s{n}", f"地点{n}", x, y) for n, (x, y) in enumerate(points)), "teams": teams, "hospitals": (),
        "courses": courses or (course(),), "planned": incidents, "recorded": (), "sources": (), "run_cards": (),
        "road_events": (), "policies": ("nearest_idle",), "queue": True, "thresholds": (15 * MINUTE,), "objectives": (),
        "assumptions": (), "notices": (), "travel": travel, "resolved": "", "network_hash": "", "digest": "",
    }  # fmt: skip
    return Scenario(**(plain | more))


def poisson(rate_per_hour: float, hours: float, sites: tuple[int, ...] = (0,), of_course: int = 0) -> Source:
    shares = np.cumsum(np.full(len(sites), 1 / len(sites)))
    shares[-1] = 1.0
    return Source(
        "calls", 7, of_course, rate_per_hour / 3_600_000, sites, shares, None, None, None, 0, round(hours * 3_600_000)
    )


class Book:
    """Writes a log by hand; moments in minutes."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, ...]] = []

    def __call__(self, minute: float, kind: Kind, cause: Cause = Cause.NONE, **named: int) -> int:
        row = dict.fromkeys(COLUMNS, -1) | {"quantity": 0} | named
        row |= {"time": round(minute * MINUTE), "kind": KIND_CODE[kind], "cause": CAUSE_CODE[cause]}
        self.rows.append(tuple(row[name] for name in COLUMNS))
        return len(self.rows) - 1

    @property
    def array(self) -> np.ndarray:
        return np.array(self.rows, dtype=np.int64).reshape(-1, len(COLUMNS))


__all__ = [
    "START", "Book", "FirstOrder", "Objective", "Ticks", "course", "line", "minutes", "planned", "poisson", "replace",
    "scenario", "team",
]  # fmt: skip
