"""Road states and what closures take."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.network.closures import closed_roads, edges_between, edges_within
from sim.network.graph import RoadGraph, build_graph
from sim.network.sites import segments
from sim.network.states import Effect, Parts, RoadStates
from sim.network.trips import Site


def square(*, oneway: bool = False) -> RoadGraph:
    """Return a square of 1 km roads a-b-c-d-a; with `oneway` it is driven a -> b -> c -> d -> a only."""
    return build_graph("abcd", [0, 1000, 1000, 0], [0, 0, 1000, 1000], "abcd", "bcda", [1000] * 4,
                       edge_name=["南街", "东街", "北街", "西街"], oneway=[int(oneway)] * 4, projected=True)  # fmt: skip


def test_the_same_set_of_effects_is_the_same_state() -> None:
    """Proves numbering: 0 is no effect, equal sets are equal, and an effect that is not there is refused."""
    states = RoadStates([Effect(None, 0.5), Effect(None, 0.8, frozenset({"bus"}))])
    assert states.number(frozenset()) == 0
    both = states.number(frozenset({1, 0}))
    assert states.number(frozenset({0, 1})) == both != states.number(frozenset({0}))
    assert states.active(both) == {0, 1}
    assert states.bearing_on(both, "bus") == {0}
    assert states.everywhere(states.number(frozenset({1})), "bus") == 1.0
    assert states.everywhere(both, "light") == 0.5
    with pytest.raises(IndexError):
        states.number(frozenset({2}))


def test_factors_and_radii_outside_their_range_are_refused() -> None:
    """Proves the checks, beside the nearest valid values."""
    for factor in (-0.1, 1.1, math.nan):
        with pytest.raises(InputError) as error:
            Effect(None, factor)
        assert error.value.findings[0].code == "bad-factor"
    assert [Effect(None, f).factor for f in (0.0, 1.0)] == [0.0, 1.0]
    for radius in (0.0, -1.0, math.inf, math.nan):
        with pytest.raises(InputError) as error:
            edges_within(square(), 0, 0, radius)
        assert error.value.findings[0].code == "bad-radius"
    assert len(edges_within(square(), 0, 0, 0.1).edge) == 2


def test_parts_cannot_be_written() -> None:
    """Proves that a shared closure stays as it is."""
    parts = Parts.whole([3, 1, 3])
    assert parts.edge.tolist() == [1, 3]
    with pytest.raises(ValueError, match="read-only"):
        parts.lo[0] = 0.5


def test_a_circle_takes_only_what_lies_inside() -> None:
    """Proves the shares by hand: 250 m about a corner takes the nearest quarter of both its roads; and their lengths."""
    graph = square()
    parts = edges_within(graph, 0, 0, 250)
    taken = {(graph.edge_name[e], lo, hi) for e, lo, hi in zip(parts.edge, parts.lo, parts.hi, strict=True)}
    assert taken == {("南街", 0.0, 0.25), ("西街", 0.75, 1.0)}
    assert [(r.name, r.km) for r in closed_roads(graph, Effect(parts))] == [("南街", 0.25), ("西街", 0.25)]
    assert len(edges_within(graph, 500, 500, 499).edge) == 0
    assert len(edges_within(graph, 500, 500, 501).edge) == 4
    assert sum(r.km for r in closed_roads(graph, Effect(None, 0.5))) == 4


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 9999), radius=st.floats(50, 3000), lonlat=st.booleans())
def test_a_circle_equals_sampling_along_the_roads(seed: int, radius: float, lonlat: bool) -> None:
    """Proves circles on bent roads by a second method: points sampled along every road are taken when inside."""
    rng = np.random.default_rng(seed)
    unit = 1 / (6371008.8 * math.pi / 180) if lonlat else 1.0
    xy = rng.random((6, 2)) * 4000 * unit
    bends = rng.random((9, 2)) * 4000 * unit
    graph = build_graph(np.arange(6), xy[:, 0], xy[:, 1], [0, 1, 2, 3], [1, 2, 3, 4], [1000.0] * 4,
                        projected=not lonlat, shape_offset=[0, 3, 6, 9, 9], shape_xy=bends)  # fmt: skip
    x, y = rng.random(2) * 4000 * unit
    parts = edges_within(graph, x, y, radius)
    pieces = segments(graph)
    assert pieces.lo[np.flatnonzero(np.diff(pieces.edge, prepend=-1))].tolist() == [0.0] * 4
    for i in range(len(pieces.edge)):
        for t in (np.arange(20) + 0.5) / 20:
            px = pieces.x0[i] + t * (pieces.x1 - pieces.x0)[i]
            py = pieces.y0[i] + t * (pieces.y1 - pieces.y0)[i]
            far = math.hypot((px - x) / unit * (math.cos(math.radians(y)) if lonlat else 1), (py - y) / unit)
            share = pieces.lo[i] + t * (pieces.hi - pieces.lo)[i]
            hit = any(e == pieces.edge[i] and lo <= share <= hi
                      for e, lo, hi in zip(parts.edge, parts.lo, parts.hi, strict=True))  # fmt: skip
            if abs(far - radius) > 1e-3:
                assert hit == (far < radius)


def test_between_two_places_takes_the_way_between_them_only() -> None:
    """Proves that a road on which a place lies is closed only towards the other place."""
    graph = square()
    parts = edges_between(graph, Site(250, 0, "甲"), Site(1000, 500, "乙"))
    roads = {r.name: r.km for r in closed_roads(graph, Effect(parts))}
    assert roads == {"南街": 0.75, "东街": 0.5}


def test_between_two_places_takes_there_and_back() -> None:
    """Proves that with one-way roads both ways are closed: there a -> b, back b -> c -> d -> a."""
    graph = square(oneway=True)
    a, b = Site(0, 0, "a", node="a"), Site(0, 0, "b", node="b")
    assert sorted(edges_between(graph, a, b).edge.tolist()) == [0, 1, 2, 3]
    assert edges_between(square(), a, b).edge.tolist() == [0]


def test_between_a_place_and_itself_is_refused() -> None:
    """Proves the finding when both places meet the roads at one point, and that a neighbour passes."""
    a = Site(0, 0, "a", node="a")
    with pytest.raises(InputError) as error:
        edges_between(square(), a, a)
    assert error.value.findings[0].code == "same-place"
    assert len(edges_between(square(), a, Site(0, 0, "d", node="d")).edge) == 1


def test_between_places_a_light_vehicle_cannot_join_is_refused() -> None:
    """Proves the finding `no-way`, and that a limit the vehicle meets passes."""
    places = Site(0, 0, "a", node="a"), Site(0, 0, "b", node="b")
    for height, ok in ((2.5, False), (2.6, True)):
        graph = build_graph("ab", [0, 1000], [0, 0], "a", "b", [1000], max_height_m=[height], projected=True)
        if ok:
            assert edges_between(graph, *places).edge.tolist() == [0]
        else:
            with pytest.raises(InputError) as error:
                edges_between(graph, *places)
            assert error.value.findings[0].code == "no-way"
