"""Small scenarios built by hand, on a plane with straight-line travel: coordinates in metres, times in ms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sim.network.line import Line as StraightLine
from sim.network.service import compile_travel
from sim.network.trips import Site as TravelSite
from sim.quantities import Quantity
from sim.randomness import name_key
from sim.scenario.frozen import ZERO, Course, Line, Planned, ReadOnly, Recorded, Scenario, Site, Source, Team, Ticks
from sim.units import MINUTE

START = dt.datetime(2026, 1, 1)


def ticks(quantity: Quantity | int) -> Ticks:
    """Return ms, or a quantity, as ticks."""
    if isinstance(quantity, int):
        return Ticks(quantity) if quantity else ZERO
    return Ticks(round(quantity.planned), quantity if quantity.spread else None)


def team(index: int, base: int, *, turnout: Quantity | int = 0, able: dict[int, float] | None = None, **traits: object) -> Team:
    """Return a team with no delays but its turn-out."""
    plain = Team(
        index, f"t{index}", f"t{index}", f"t{index}", base, "heavy", ReadOnly(able or {0: 1.0}), ticks(turnout), ZERO, ZERO, ZERO,
        True, 1.0, 0, "", "",
    )  # fmt: skip
    return replace(plain, **traits)  # type: ignore[arg-type]


def line(index: int = 0, capability: int = 0, count: int = 1, work: Quantity | int = 0, **traits: object) -> Line:
    """Return a line of a package."""
    plain = Line(index, capability, count, None, ticks(work), False, False, False, (), (), None)
    return replace(plain, **traits)  # type: ignore[arg-type]


def course(*lines: Line, kind: str = "k", priority: int = 5, handling: Quantity | int = 0, **traits: object) -> Course:
    """Return a way of answering."""
    plain = Course(kind, priority, ticks(handling), ZERO, (), lines, None)
    return replace(plain, **traits)  # type: ignore[arg-type]


def planned(name: str, time: int, site: int, course_number: int = 0) -> Planned:
    """Return an incident."""
    return Planned(name, name, name_key(name), time, site, course_number)


def recorded(rows: Sequence[Planned], given: Sequence[dict[str, int]]) -> Recorded:
    """Return a recorded history."""
    return Recorded("h", name_key("h"), tuple(rows), tuple(ReadOnly(entry) for entry in given))


def source(name: str, rate_per_ms: float, sites: Sequence[int], ends: int, course_number: int = 0, **traits: object) -> Source:
    """Return a Poisson source over equally likely sites."""
    shares = np.arange(1, len(sites) + 1) / len(sites)
    plain = Source(name, name_key(name), course_number, rate_per_ms, tuple(sites), shares, None, None, None, 0, ends)
    return replace(plain, **traits)  # type: ignore[arg-type]


def scenario(
    points: Sequence[tuple[float, float]],
    teams: Sequence[Team],
    courses: Sequence[Course],
    *,
    capabilities: Sequence[str] = ("c",),
    speed_kmh: float = 60.0,
    detour: float = 1.0,
    **traits: object,
) -> Scenario:
    """Return a scenario on the plane; `points` are its sites."""
    sites = [TravelSite(x, y, f"s{n}") for n, (x, y) in enumerate(points)]
    travel = compile_travel(StraightLine(speed_kmh, detour, projected=True), sites)
    plain = Scenario(
        name="test", question="", mode="plan", language="en", start=START, ends=None, warm_up=0, replications=1, seed=1,
        weather="clear", capabilities=tuple(capabilities), sites=tuple(Site(f"s{n}", f"s{n}", x, y) for n, (x, y) in enumerate(points)),
        teams=tuple(teams), hospitals=(), courses=tuple(courses), planned=(), recorded=(), sources=(), run_cards=(), road_events=(),
        policies=("nearest_idle",), queue=True, thresholds=(), objectives=(), assumptions=(), notices=(), travel=travel,
        resolved="", network_hash="", digest="",
    )  # fmt: skip
    return replace(plain, **traits)  # type: ignore[arg-type]


def per_hour(count: float) -> float:
    """Return a rate per ms."""
    return count / (60 * MINUTE)
