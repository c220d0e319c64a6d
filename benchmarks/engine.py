"""The engine on a year of routine incidents, against the same model in plain SimPy (textbook.py)."""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import textbook
from measure import Goal, Row, Work, take_turns

from sim.engine.outlook import Outlook
from sim.engine.simulate import simulate
from sim.log import COLUMNS, KIND_CODE, Kind
from sim.quantities import Lognormal
from sim.units import MINUTE

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "engine"))

import builders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.scenario.frozen import Scenario

INCIDENTS, BASES, TEAMS, PLACES, SIDE_M = 10_000, 20, 34, 200, 60_000.0
PRIORITIES = (1, 2, 3)
SPEED_KMH, DETOUR = 60.0, 1.3
LOADS = {"a year's load": 365 * 24 * 60 / INCIDENTS, "35 % busy": 6.1, "90 % busy": 2.7}
"""Mean minutes between calls; busy counts from the order to the return, as measured. The first two are promised."""


@dataclass(frozen=True)
class Region:
    """Bases, teams and places, the same for both models."""

    seed: int = 7

    @cached_property
    def points(self) -> list[tuple[float, float]]:
        """Return the bases, then the places (m)."""
        rng = random.Random(self.seed)
        return [(rng.uniform(0, SIDE_M), rng.uniform(0, SIDE_M)) for _ in range(BASES + PLACES)]

    @property
    def teams(self) -> list[int]:
        """Return the base of each team."""
        return [number % BASES for number in range(TEAMS)]

    def scenario(self, gap_minutes: float) -> Scenario:
        """Return the scenario: three Poisson sources, one for each priority, and what `textbook.draw_calls` draws."""
        # As a compiled scenario has it: what is written once, or alike, is one object.
        turnout, work = (
            builders.ticks(Lognormal(minutes * MINUTE, sigma, minutes * MINUTE)) for minutes, sigma in ((2, 0.5), (40, 0.6))
        )
        ends = round(gap_minutes * MINUTE * INCIDENTS)
        sites = range(BASES, BASES + PLACES)
        sources = tuple(
            builders.source(f"p{p}", 1 / (gap_minutes * MINUTE * len(PRIORITIES)), sites, ends, number)
            for number, p in enumerate(PRIORITIES)
        )
        line = replace(builders.line(), work=work)
        courses = [builders.course(line, kind=f"p{p}", priority=p, handling=MINUTE) for p in PRIORITIES]
        teams = [replace(builders.team(number, base), turnout=turnout) for number, base in enumerate(self.teams)]
        return builders.scenario(self.points, teams, courses, speed_kmh=SPEED_KMH, detour=DETOUR, sources=sources, ends=ends)

    def textbook(self, count: int, gap_minutes: float) -> textbook.Dispatch:
        """Run the textbook model; return it with its rows."""
        bases, places = self.points[:BASES], self.points[BASES:]
        peer = textbook.Dispatch([bases[base] for base in self.teams], places, SPEED_KMH, DETOUR, 2 * MINUTE)
        peer.run(textbook.draw_calls(count, gap_minutes * MINUTE, PLACES))
        return peer


def measure(*, quick: bool) -> Iterator[Row]:
    """Measure at every load."""
    region = Region()
    same = _verify(region)
    for number, (load, gap) in enumerate(LOADS.items()):
        yield _at(region, load, gap, 3 if quick else 7, None if number == len(LOADS) - 1 else Goal(">=", 2.5), same)


def _at(region: Region, load: str, gap: float, rounds: int, goal: Goal | None, same: str) -> Row:
    scenario = region.scenario(gap)
    ours = simulate(scenario, keep_drives=False)
    count = len(ours.incidents)
    theirs = region.textbook(count, gap)
    works = {
        # A new Outlook each time: what replications share is not taken for granted.
        "sim": Work(lambda: simulate(scenario, outlook=Outlook(scenario), keep_drives=False), amount=count),
        "textbook SimPy": Work(lambda: region.textbook(count, gap), amount=count),
    }
    busy = _busy(ours.rows)
    note = f"{count:,} incidents; rows {len(ours.rows):,} and {len(theirs.rows):,}; measured busy {busy:.0%}; {same}"
    seconds = take_turns(works, rounds)
    data = {"incidents": count, "rows": [len(ours.rows), len(theirs.rows)], "busy": busy}
    what = f"routine incidents, {load}"
    return Row(what, ("textbook SimPy", seconds["textbook SimPy"]), ("sim", seconds["sim"]), goal, note, data)


def _busy(rows: np.ndarray) -> float:
    """Return the share of team time between an order and the return, or the next order, while calls come."""
    column = {name: rows[:, at] for at, name in enumerate(COLUMNS)}
    kind, time, team = column["kind"], column["time"], column["team"]
    lasts = time[kind == KIND_CODE[Kind.INCIDENT_ALARM]].max()
    spent = 0
    for number in range(TEAMS):
        mine = (team == number) & np.isin(kind, [KIND_CODE[Kind.TEAM_ORDERED], KIND_CODE[Kind.TEAM_HOME]])
        out = kind[mine] == KIND_CODE[Kind.TEAM_ORDERED]
        moments = np.minimum(time[mine], lasts)
        spent += int(np.diff(moments, append=lasts)[out].sum())
    return spent / (TEAMS * int(lasts))


def _verify(region: Region) -> str:
    """Feed both models the same calls and compare their logs, row by row."""
    try:
        from test_textbook import engine_rows, textbook_rows
    except ImportError as error:  # pytest is not installed
        return f"row equality not checked here ({error.name} is not installed)"
    calls = list(textbook.draw_calls(1000, LOADS["90 % busy"] * MINUTE, PLACES))
    world = region.points[:BASES], region.points[BASES:], region.teams, calls
    ours, theirs = engine_rows(*world), textbook_rows(*world)
    if ours != theirs:
        message = "the engine and textbook.py write different rows for the same calls"
        raise RuntimeError(message)
    return f"same model: fed the same 1,000 calls, both write the same {len(ours):,} rows"
