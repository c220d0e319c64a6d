"""The engine against a second implementation: plain SimPy as a textbook writes it, fed the same recorded calls."""

from __future__ import annotations

import random

import pytest
import textbook

from sim.engine.simulate import simulate
from sim.log import CAUSES, COLUMNS, KINDS
from sim.units import MINUTE
from tests.engine.builders import course, line, planned, recorded, scenario, team

PRIORITIES = (1, 2, 3)


def engine_rows(bases, places, teams, calls):
    """Run the calls through the engine; rows as the textbook writes them (names instead of codes)."""
    points = bases + places
    units = [team(n, base, turnout=2 * MINUTE) for n, base in enumerate(teams)]
    courses = [course(line(), kind=f"p{p}", priority=p) for p in PRIORITIES]
    rows = [planned(f"h/{n}", call.time, len(bases) + call.place, call.priority - 1) for n, call in enumerate(calls)]
    given = [{"call_handling": call.handling, "turnout": call.turnout, "work": call.work} for call in calls]
    model = scenario(points, units, courses, detour=1.3, recorded=(recorded(rows, given),))
    out = simulate(model)
    found = []
    for row in out.rows[:-1].tolist():
        cell = dict(zip(COLUMNS, row, strict=True))
        place = cell["place"] - len(bases) if cell["place"] >= 0 else -1
        found.append((
            cell["time"], str(KINDS[cell["kind"]]), cell["incident"], cell["need"], cell["team"], cell["mission"],
            cell["quantity"], place, cell["ref"], str(CAUSES[cell["cause"]]),
        ))  # fmt: skip
    return found


def textbook_rows(bases, places, teams, calls):
    """Run the calls through the textbook model, without the columns it does not use."""
    peer = textbook.Dispatch([bases[base] for base in teams], places, 60, 1.3, 2 * MINUTE)
    return [(*row[:6], row[11], *row[12:]) for row in peer.run(iter(calls))]


@pytest.mark.parametrize("mean_gap", [300 * MINUTE, 12 * MINUTE, 4 * MINUTE], ids=["quiet", "busy", "overloaded"])
@pytest.mark.parametrize("seed", [1, 2])
def test_rows_equal_those_of_the_textbook_model(mean_gap, seed):
    """Two independent programs write the same log, row by row: queueing by priority and call-backs from the road included."""
    rng = random.Random(seed)
    bases = [(rng.uniform(0, 60_000), rng.uniform(0, 60_000)) for _ in range(6)]
    places = [(rng.uniform(0, 60_000), rng.uniform(0, 60_000)) for _ in range(40)]
    teams = [n % 6 for n in range(10)]
    calls = list(textbook.draw_calls(600, mean_gap, len(places), seed))
    mine, theirs = engine_rows(bases, places, teams, calls), textbook_rows(bases, places, teams, calls)
    assert mine == theirs
    if mean_gap == 4 * MINUTE:
        assert sum(row[1] == "need.waiting" for row in mine) > 100
