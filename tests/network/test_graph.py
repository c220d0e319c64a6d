"""The road graph: checks at the door, order, parts, read-only arrays; nearest points of roads."""

from __future__ import annotations

import itertools
import pickle
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError, Mark
from sim.network.graph import SHOWN, build_graph, hilbert_order
from sim.network.sites import nearest_roads

GOOD: dict[str, Any] = {
    "node_id": ["a", "b", "c"], "x": [112.0, 112.1, 112.2], "y": [39.0, 39.0, 39.1], "start": ["a", "b"],
    "end": ["b", "c"], "length_m": [9000.0, 0.0],
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "bad", "valid"),
    [
        ("no-nodes", {"node_id": [], "x": [], "y": [], "start": [], "end": [], "length_m": []}, {}),
        ("duplicate-node", {"node_id": ["a", "b", "a"], "start": ["a"], "end": ["b"], "length_m": [1]}, {}),
        ("bad-coordinate", {"x": [180.5, 0, 0]}, {"x": [180.0, 0, 0]}),
        ("bad-coordinate", {"y": [np.nan, 0, 0]}, {"y": [90.0, 0, 0]}),
        ("bad-coordinate", {"x": [500.0, 0, 0]}, {"x": [500.0, 0, 0], "projected": True}),
        ("unknown-node", {"end": ["b", "d"]}, {"end": ["b", "a"]}),
        ("bad-length", {"length_m": [1.0, -0.1]}, {"length_m": [1.0, 0.0]}),
        ("bad-length", {"length_m": [1.0, np.nan]}, {"length_m": [1.0, 1.0]}),
        ("bad-length", {"length_m": [1.0, np.inf]}, {"length_m": [1.0, 1e6]}),
        ("bad-limit", {"max_speed_kmh": [0.0, 50]}, {"max_speed_kmh": [0.1, np.nan]}),
        ("bad-limit", {"minutes": [-1.0, 50]}, {"minutes": [0.1, np.nan]}),
        ("unknown-class", {"road_class": ["primry", "local"]}, {"road_class": ["primary", "local"]}),
        ("unknown-class", {"road_class": [0, 8]}, {"road_class": [0, 7]}),
        ("bad-oneway", {"oneway": [2, 0]}, {"oneway": [1, -1]}),
    ],
)
def test_bad_networks_are_refused_and_the_nearest_good_one_passes(code: str, bad: dict[str, Any], valid: dict[str, Any]) -> None:
    """Proves every finding of `build_graph`, and that what is only just right is built."""
    with pytest.raises(InputError) as error:
        build_graph(**{**GOOD, **bad})
    assert [finding.code for finding in error.value.findings] == [code]
    build_graph(**{**GOOD, **valid})


def test_all_findings_come_at_once_with_their_lines_and_a_count() -> None:
    """Proves that findings name file and line, and that a flood of one kind is counted, not listed."""
    many = SHOWN + 7
    with pytest.raises(InputError) as error:
        build_graph(["a", "b"], [0, 200.0], [0, 0], ["a"] * many, ["b"] * many, [-1.0] * many,
                    node_mark=lambda i: Mark("nodes.csv", i + 2), edge_mark=lambda i: Mark("roads.csv", i + 2))  # fmt: skip
    findings = error.value.findings
    assert str(findings[0].where) == "nodes.csv:3"
    assert [str(f.where) for f in findings[1:3]] == ["roads.csv:2", "roads.csv:3"]
    assert len(findings) == 1 + SHOWN + 1
    assert "7" in findings[-1].what.en


def test_arrays_cannot_be_written_also_after_pickling() -> None:
    """Proves that the graph is frozen."""
    graph = build_graph(**GOOD)
    for each in (graph, pickle.loads(pickle.dumps(graph))):
        for name in ("x", "tail", "length_m", "node_id", "main_part", "shape_xy", "edge_class"):
            array = getattr(each, name)
            with pytest.raises(ValueError, match="read-only"):
                array[...] = array[:1] if len(array) else 0
        with pytest.raises(AttributeError):
            each.x = np.zeros(3)


def test_hilbert_curve_visits_a_grid_step_by_step() -> None:
    """Proves the curve: on a full 2^k grid each step goes to a neighbouring cell (Hilbert 1891), each cell once."""
    x, y = (c.ravel() for c in np.meshgrid(np.arange(16.0), np.arange(16.0)))
    order = hilbert_order(x, y)
    assert sorted(order) == list(range(256))
    assert (np.abs(np.diff(x[order])) + np.abs(np.diff(y[order])) == 1).all()
    assert len(hilbert_order(x[:0], y[:0])) == 0


ROADS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from([-1, 0, 1])), max_size=14)


@settings(max_examples=150, deadline=None)
@given(roads=ROADS)
def test_parts_equal_those_of_networkx(roads: list[tuple[int, int, int]]) -> None:
    """Proves weak and strong parts, also with parallel roads and loops; part 0 is a largest one."""
    rng = np.random.default_rng(len(roads))
    start, end, ways = zip(*roads, strict=True) if roads else ((), (), ())
    graph = build_graph(np.arange(8), rng.random(8), rng.random(8), np.array(start, int), np.array(end, int),
                        np.ones(len(roads)), oneway=np.array(ways, int))  # fmt: skip
    other = nx.DiGraph()
    other.add_nodes_from(range(8))
    other.add_edges_from((a, b) for a, b, way in roads if way >= 0)
    other.add_edges_from((b, a) for a, b, way in roads if way <= 0)
    for label, truth in ((graph.weak_part, nx.weakly_connected_components(other)),
                         (graph.strong_part, nx.strongly_connected_components(other))):  # fmt: skip
        ours: dict[int, set[int]] = {}
        for node, part in zip(graph.node_id.tolist(), label.tolist(), strict=True):
            ours.setdefault(part, set()).add(node)
        theirs = list(truth)
        assert sorted(map(sorted, ours.values())) == sorted(map(sorted, theirs))
        assert len(ours[0]) == max(map(len, theirs))
    assert graph.main_part.sum() == max(map(len, nx.strongly_connected_components(other)))
    assert graph.arcs == sum(2 if way == 0 else 1 for *_, way in roads)


def test_arcs_are_sorted_and_keep_what_belongs_to_their_road() -> None:
    """Proves the arrays by hand: a two-way road has two arcs of one edge, a reversed one-way road one."""
    graph = build_graph(**GOOD, oneway=[0, -1], edge_name=["甲", "乙"], road_class=["primary", "local"])
    names = graph.node_id
    arcs = {(names[t], names[h], graph.edge_name[e], bool(b), float(m), int(c)) for t, h, e, b, m, c in zip(
        graph.tail, graph.head, graph.edge, graph.backward, graph.length_m, graph.road_class, strict=True)}  # fmt: skip
    assert arcs == {("a", "b", "甲", False, 9000, 2), ("b", "a", "甲", True, 9000, 2), ("c", "b", "乙", True, 0, 5)}
    assert (np.diff(graph.tail) >= 0).all()
    assert [graph.indptr[v + 1] - graph.indptr[v] for v in range(3)] == np.bincount(graph.tail, minlength=3).tolist()
    assert graph.edge_class.tolist() == [2, 5]


def test_the_hash_tells_networks_apart() -> None:
    """Proves that the same content gives the same hash, and any change another."""
    base = build_graph(**GOOD).content_hash
    assert build_graph(**GOOD).content_hash == base
    assert build_graph(**{**GOOD, "length_m": [9000.0, 0.001]}).content_hash != base
    assert build_graph(**GOOD, edge_name=["x", ""]).content_hash != base


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), projected=st.booleans())
def test_nearest_points_equal_brute_force_also_on_long_chords(seed: int, projected: bool) -> None:
    """Proves the index: for streets of metres beside chords of 50 km, no point of any road is nearer than the one found."""
    rng = np.random.default_rng(seed)
    n, scale = 30, 50_000.0 if projected else 0.5
    x, y = rng.random(n) * scale, rng.random(n) * scale
    x[10:], y[10:] = x[0] + rng.random(20) * scale / 500, y[0] + rng.random(20) * scale / 500
    if not projected:
        x, y = x + 112, y + 39
    a = np.concatenate([np.arange(n), rng.integers(0, n, 15)])
    b = np.concatenate([(np.arange(n) + 1) % n, rng.integers(0, n, 15)])
    bend = np.stack([rng.permutation(x)[:7], rng.permutation(y)[:7]], axis=1)
    graph = build_graph(np.arange(n), x, y, a, b, np.full(len(a), 5.0), projected=projected,
                        shape_offset=np.minimum(np.arange(len(a) + 1), 7), shape_xy=bend)  # fmt: skip
    px, py = rng.random(40) * scale + x.min(), rng.random(40) * scale + y.min()
    px[20:], py[20:] = x[0] + rng.random(20) * scale / 300, y[0] + rng.random(20) * scale / 300
    feet = nearest_roads(graph, px, py)
    for i in range(40):
        kx = 1.0 if projected else 6371008.8 * np.pi / 180 * np.cos(np.radians(py[i]))
        ky = 1.0 if projected else 6371008.8 * np.pi / 180
        best = np.inf
        for edge in range(graph.edges):
            line = (graph.polyline(edge) - (px[i], py[i])) * (kx, ky)
            for p, q in itertools.pairwise(line):
                long = float((q - p) @ (q - p))
                t = min(max(float(-p @ (q - p)) / long, 0.0), 1.0) if long else 0.0
                best = min(best, float(np.hypot(*(p + t * (q - p)))))
        assert feet.distance_m[i] == pytest.approx(best, rel=1e-9, abs=1e-6)
        there = np.hypot((feet.x[i] - px[i]) * kx, (feet.y[i] - py[i]) * ky)
        assert there == pytest.approx(best, rel=1e-6, abs=1e-4)


def test_a_network_without_connected_roads_has_no_nearest_point() -> None:
    """Proves that nothing is found, at infinite distance, rather than something wrong."""
    graph = build_graph(["a"], [0.0], [0.0], [], [], [])
    feet = nearest_roads(graph, [1.0], [1.0])
    assert feet.distance_m.tolist() == [np.inf]
    assert len(nearest_roads(build_graph(**GOOD), [], []).edge) == 0
