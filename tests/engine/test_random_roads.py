"""Invariants on random roads with random closures: a grid of nine places, roads that close, slow down and open again."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.engine.simulate import simulate
from sim.log import COLUMNS, KINDS, Kind
from sim.network.graph import build_graph
from sim.network.service import compile_travel
from sim.network.states import Effect, Parts
from sim.network.trips import Site as TravelSite
from sim.quantities import Exponential
from sim.randomness import name_key
from sim.scenario.frozen import RoadEvent, Site
from sim.units import MINUTE, NEVER
from tests.engine.builders import ticks
from tests.engine.random_scenarios import small_scenarios

often = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
SIDE = 3
GRID = [(column * 6000.0, row * 6000.0) for row in range(SIDE) for column in range(SIDE)]
STREETS = [
    (at, at + step)
    for at in range(SIDE * SIDE)
    for step in (1, SIDE)
    if (step == 1 and at % SIDE < SIDE - 1) or (step == SIDE and at + SIDE < SIDE * SIDE)
]


def cells(out):
    found = [dict(zip(COLUMNS, row, strict=True)) for row in out.rows.tolist()]
    for cell in found:
        cell["kind"] = KINDS[cell["kind"]]
    return found


@st.composite
def on_roads(draw):
    """Return a small scenario whose places are those of the grid, with up to five road events."""
    model = draw(small_scenarios())
    lengths = [draw(st.integers(6000, 12_000)) for _ in STREETS]
    graph = build_graph(
        list(range(len(GRID))), [x for x, _ in GRID], [y for _, y in GRID], [a for a, _ in STREETS], [b for _, b in STREETS], lengths,
        road_class=["motorway"] * len(STREETS), projected=True,
    )  # fmt: skip
    sites = [TravelSite(np.nan, np.nan, f"s{n}", n) for n in range(len(GRID))]
    effects, events = [], []
    for n in range(draw(st.integers(1, 5))):
        edges = draw(st.sets(st.integers(0, len(STREETS) - 1), min_size=1, max_size=8))
        allow = draw(st.sampled_from((frozenset(), frozenset(), frozenset({"heavy"}))))
        effects.append(Effect(Parts.whole(edges), draw(st.sampled_from((0.0, 0.0, 0.3))), allow, f"e{n}"))
        begins = draw(st.integers(0, 360)) * MINUTE
        ends = draw(st.sampled_from((None, "at", "drawn")))
        events.append(
            RoadEvent(
                f"e{n}", f"e{n}", name_key(f"e{n}"), n, begins, begins + draw(st.integers(1, 200)) * MINUTE if ends == "at" else None,
                ticks(Exponential(40 * MINUTE, 40 * MINUTE)) if ends == "drawn" else None,
            )
        )  # fmt: skip
    return replace(
        model,
        sites=tuple(Site(f"s{n}", f"s{n}", x, y) for n, (x, y) in enumerate(GRID)),
        travel=compile_travel(graph, sites, effects=effects),
        road_events=tuple(events),
    )


@often
@given(on_roads())
def test_repeatable_on_roads(model):
    """Same seed, same log; so do a pickled copy, which has lost its trees, and a run with a tracer."""
    digest = simulate(model, 1).digest
    assert simulate(model, 1).digest == digest
    assert simulate(pickle.loads(pickle.dumps(model)), 1).digest == digest
    assert simulate(model, 1, tracer=lambda _: None, keep_drives=False).digest == digest


@often
@given(on_roads())
def test_life_of_a_team_on_roads(model):
    """Time goes forward, `ref` back; one mission at a time; each order ends at home, in another order on the way, at an incident
    that never ended, or before a road that never opened again.
    """  # fmt: skip
    rows = cells(simulate(model, 1))
    free = {Kind.TEAM_RELEASED, Kind.TEAM_HOME, Kind.TEAM_READY}
    last, mission, phase, closed = {}, {}, {}, set()
    for number, cell in enumerate(rows):
        assert number == 0 or rows[number - 1]["time"] <= cell["time"]
        assert cell["ref"] < number
        who, kind = cell["team"], cell["kind"]
        if kind == Kind.INCIDENT_CLOSED:
            assert cell["incident"] not in closed
            closed.add(cell["incident"])
        if who < 0 or cell["mission"] < 0:
            continue
        if kind == Kind.TEAM_ORDERED:
            assert phase.get(who, Kind.TEAM_READY) in free
            assert cell["incident"] not in closed
            mission[who] = cell
        assert cell["mission"] == mission[who]["mission"]
        last[who] = kind
        if kind not in (Kind.TEAM_REROUTED, Kind.TEAM_STUCK):
            phase[who] = kind
    for who, kind in last.items():
        ended = phase[who] in (Kind.TEAM_HOME, Kind.TEAM_READY)
        assert ended or kind == Kind.TEAM_STUCK or mission[who]["incident"] not in closed


@often
@given(on_roads())
def test_a_stuck_team_has_no_way_and_a_driving_one_has(model):
    """At the end nobody stands stuck who has a way in the last state of the roads; nobody drives without a way."""
    out = simulate(model, 1)
    rows, travel = cells(out), model.travel
    active, stuck = set(), {}
    for number, cell in enumerate(rows):
        kind = cell["kind"]
        if kind in (Kind.ROAD_CHANGED, Kind.ROAD_RESTORED):
            event = model.road_events[cell["item"] - len(model.capabilities)]
            (active.add if kind == Kind.ROAD_CHANGED else active.discard)(event.effect)
        elif cell["mission"] >= 0 and kind == Kind.TEAM_STUCK:
            stuck[cell["team"]] = number
        elif cell["mission"] >= 0:
            stuck.pop(cell["team"], None)
    state, profile = travel.state(frozenset(active)), travel.profile("heavy", 12, "clear")
    for who, number in stuck.items():
        now, target = rows[number]["time"], rows[number]["place"]
        trips = [drive.trip for drive in out.drives if drive.team == who and drive.row < number]
        spot = travel.spot(model.teams[who].base)
        if trips:
            spot = travel.spot(trips[-1].target) if trips[-1].arrives <= now else travel.locate(trips[-1], now)[0]
        assert travel.drive(spot, target, profile, state) >= NEVER
    for drive in out.drives:
        assert drive.trip.duration < NEVER
        assert drive.trip.departs >= rows[drive.row]["time"]
