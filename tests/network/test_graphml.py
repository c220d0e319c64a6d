"""GraphML as osmnx writes it: a file in exactly that form, counted by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from sim.errors import InputError
from sim.network.coordinates import haversine_m
from sim.network.formats.graphml import values_of
from sim.network.load import load_network
from sim.network.speeds import CLASSES

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
  <key id="d15" for="edge" attr.name="geometry" attr.type="string" />
  <key id="d14" for="edge" attr.name="name" attr.type="string" />
  <key id="d13" for="edge" attr.name="maxspeed" attr.type="string" />
  <key id="d12" for="edge" attr.name="length" attr.type="string" />
  <key id="d11" for="edge" attr.name="reversed" attr.type="string" />
  <key id="d10" for="edge" attr.name="oneway" attr.type="string" />
  <key id="d9" for="edge" attr.name="highway" attr.type="string" />
  <key id="d8" for="edge" attr.name="osmid" attr.type="string" />
  <key id="d6" for="node" attr.name="street_count" attr.type="string" />
  <key id="d5" for="node" attr.name="x" attr.type="string" />
  <key id="d4" for="node" attr.name="y" attr.type="string" />
  <key id="d3" for="graph" attr.name="simplified" attr.type="string" />
  <key id="d2" for="graph" attr.name="created_with" attr.type="string" />
  <key id="d1" for="graph" attr.name="created_date" attr.type="string" />
  <key id="d0" for="graph" attr.name="crs" attr.type="string" />
  <graph edgedefault="directed">
    <data key="d0">CRS</data>
    <data key="d1">2024-05-01 10:00:00</data>
    <data key="d2">OSMnx 2.0.0</data>
    <data key="d3">True</data>
"""
NODES = {10: (112.0, 39.0), 20: (112.01, 39.0), 30: (112.01, 39.01)}
KEYS = {"osmid": "d8", "highway": "d9", "oneway": "d10", "reversed": "d11", "length": "d12", "maxspeed": "d13", "name": "d14", "geometry": "d15"}

BEND = "LINESTRING (112 39, 112.005 39.002, 112.01 39)"
BACK = "LINESTRING (112.01 39, 112.005 39.002, 112 39)"
EDGES = [
    # A two-way road with a bend stands twice, each way.
    (10, 20, 0, {"osmid": "[1, 2]", "highway": "['residential', 'primary']", "oneway": "False", "reversed": "False", "length": "1000.5",
                 "maxspeed": "['60', '40']", "name": "['甲路', '乙路']", "geometry": BEND}),
    (20, 10, 0, {"osmid": "[1, 2]", "highway": "['residential', 'primary']", "oneway": "False", "reversed": "True", "length": "1000.5",
                 "maxspeed": "['60', '40']", "name": "['甲路', '乙路']", "geometry": BACK}),
    # A straight parallel road, the same two ends, one-way.
    (10, 20, 1, {"osmid": "3", "highway": "secondary", "oneway": "True", "reversed": "False", "length": "870.0"}),
    (20, 30, 0, {"osmid": "4", "highway": "motorway_link", "oneway": "True", "reversed": "False", "length": "1112.0", "maxspeed": "30 mph"}),
    (30, 10, 0, {"osmid": "5", "highway": "busway", "oneway": "True", "reversed": "False"}),
]  # fmt: skip


def graphml(path: Path, crs: str = "epsg:4326", edges=EDGES, nodes=NODES) -> Path:
    """Write a file in the form osmnx gives it."""
    lines = [HEAD.replace("CRS", crs)]
    for ref, (x, y) in nodes.items():
        lines.append(f'<node id="{ref}"><data key="d4">{y}</data><data key="d5">{x}</data><data key="d6">3</data></node>')
    for a, b, key, data in edges:
        body = "".join(f'<data key="{KEYS[k]}">{v}</data>' for k, v in data.items())
        lines.append(f'<edge source="{a}" target="{b}" id="{key}">{body}</edge>')
    file = path / "city.graphml"
    file.write_text("\n".join([*lines, "</graph></graphml>"]), encoding="utf-8")
    return file


def test_a_graph_as_osmnx_writes_it(tmp_path: Path) -> None:
    """Hand count: 3 nodes, 4 roads, 5 arcs: the road that stands both ways is one; the parallel one-way road is kept."""
    graph = load_network(graphml(tmp_path)).graph
    ids = graph.node_id.tolist()
    assert sorted(ids) == [10, 20, 30]
    assert (graph.edges, graph.arcs) == (4, 5)
    found = sorted((ids[t], ids[h], m) for t, h, m in zip(graph.tail, graph.head, graph.length_m.round(1), strict=True))
    straight = round(haversine_m(112.01, 39.01, 112.0, 39.0), 1)
    assert found == [(10, 20, 870.0), (10, 20, 1000.5), (20, 10, 1000.5), (20, 30, 1112.0), (30, 10, straight)]


def test_lists_units_and_geometry(tmp_path: Path) -> None:
    """Of several classes the highest counts, of several limits the lowest; mph are turned to km/h; bends are kept."""
    graph = load_network(graphml(tmp_path)).graph
    by_length = {round(float(m), 1): e for e, m in enumerate(graph.edge_length_m)}
    bend = by_length[1000.5]
    assert graph.polyline(bend).tolist() == [[112.0, 39.0], [112.005, 39.002], [112.01, 39.0]]
    assert graph.edge_name[bend] == "甲路"
    classes = {round(float(graph.edge_length_m[e]), 1): CLASSES[graph.edge_class[e]] for e in range(4)}
    assert (classes[1000.5], classes[870.0], classes[1112.0]) == ("primary", "secondary", "motorway")
    assert sorted(classes.values()) == ["motorway", "primary", "secondary", "unknown"]
    speed = dict(zip(graph.edge.tolist(), graph.max_speed_kmh.tolist(), strict=True))
    assert speed[bend] == 40
    assert speed[by_length[1112.0]] == pytest.approx(48.28032)
    assert np.isnan(speed[by_length[870.0]])


def test_a_projected_graph_is_in_metres(tmp_path: Path) -> None:
    """With a projected crs a road without a length is as long as Pythagoras says, along its geometry."""
    nodes = {10: (0.0, 0.0), 20: (300.0, 400.0), 30: (300.0, 0.0)}
    edges = [(10, 20, 0, {"highway": "primary"}), (20, 10, 0, {"highway": "primary", "geometry": "LINESTRING (300 400, 300 0, 0 0)"})]
    network = load_network(graphml(tmp_path, "epsg:32649", edges, nodes))
    assert network.projected
    assert network.graph.edge_length_m.tolist() == [500.0, 700.0]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda text: text[: len(text) // 2], "bad-graphml"),
        (lambda _: "", "empty-file"),
        (lambda _: "hello", "bad-graphml"),
        (lambda text: text.replace('<data key="d5">112.01</data>', "", 1), "bad-coordinate"),
        (lambda text: text.replace("870.0", "-870.0"), "bad-length"),
        (lambda text: text.replace("870.0", "nan"), "bad-length"),
        (lambda text: text.replace("112.01</data>", "212.01</data>"), "bad-coordinate"),
    ],
)
def test_bad_files_are_refused(tmp_path: Path, change, code: str) -> None:
    """Half a file, an empty one, no GraphML, a node without x, a bad length: a finding each; the whole file passes."""
    file = graphml(tmp_path)
    assert load_network(file).graph is not None
    file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_network(file)
    assert {f.code for f in caught.value.findings} == {code}
    assert all(f.where is not None for f in caught.value.findings)


def test_values_of_attributes() -> None:
    """A list's text gives its values, anything else itself; text that only looks like a list is not run."""
    assert values_of("['a', 'b']") == ["a", "b"]
    assert values_of("[50, 60]") == ["50", "60"]
    assert values_of("residential") == ["residential"]
    assert values_of(None) == []
    assert values_of("[__import__('os')]") == ["[__import__('os')]"]
