"""GraphML as osmnx writes it: nodes with x and y, directed edges with length, highway, oneway, maxspeed, geometry."""

from __future__ import annotations

import ast
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.errors import Finding, InputError, Mark, Words
from sim.network.coordinates import haversine_m
from sim.network.formats.osm import NOTICE, ROAD_CLASS, limit
from sim.network.graph import build_graph
from sim.network.load import Network
from sim.network.places import PlaceTable

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from pathlib import Path

    from sim.network.graph import RoadGraph

Points = tuple[tuple[float, float], ...]
_RANK = ("motorway", "trunk", "primary", "secondary", "tertiary", "local", "access", "unknown")
_WKT = re.compile(r"\s*LINESTRING\s*\(([^)]*)\)\s*$", re.IGNORECASE)
_LIST = re.compile(r"\s*\[.*\]\s*$", re.DOTALL)
_METRES_APART = 0.01


@dataclass(frozen=True)
class Edge:
    """A road, as it stands in the file, in one direction."""

    start: Hashable
    end: Hashable
    length_m: float
    road_class: str
    limits: tuple[float, float, float]
    name: str
    inner: Points

    def opposite(self) -> Edge:
        """Return the same road driven the other way."""
        return Edge(self.end, self.start, self.length_m, self.road_class, self.limits, self.name, self.inner[::-1])


def read_graphml(path: Path) -> Network:
    """Read a GraphML file written by ``osmnx.save_graphml``.

    Parameters
    ----------
    path
        The file. An edge stands for one direction; two that are each other's reverse become one road with two
        directions. Where simplification left a list of values, the highest class and the lowest limit count. Without a
        length, that of the geometry is taken. Coordinates are metres if the graph's ``crs`` is a projected one.

    Raises
    ------
    InputError
        ``empty-file``, ``bad-graphml`` (truncated, or no GraphML), ``bad-coordinate``, and what `build_graph` finds.
    """
    graph = _parse(path)
    projected = _projected(str(graph.graph.get("crs", "epsg:4326")))
    findings: list[Finding] = []
    position = {node: _position(node, data, Mark(str(path)), findings) for node, data in graph.nodes(data=True)}
    if findings:
        raise InputError(findings)
    edges = [_edge(a, b, data, position, projected=projected) for a, b, data in graph.edges(data=True)]
    if not graph.is_directed():
        edges += [edge.opposite() for edge in edges]
    return Network(
        name=path.stem, graph=_graph(path, position, edges, projected=projected), matrix=None, places=PlaceTable(),
        notices=(NOTICE,), projected=projected, source=str(path),
    )  # fmt: skip


def _parse(path: Path) -> Any:
    import xml.etree.ElementTree as ET

    import networkx as nx

    mark = Mark(str(path))
    if path.stat().st_size == 0:
        what = Words("the file is empty (0 bytes)", "文件是空的(0 字节)")
        raise InputError([Finding("empty-file", what, Words("write it again", "请重新导出"), mark)])
    try:
        return nx.read_graphml(path, node_type=str, force_multigraph=True)
    except (ET.ParseError, nx.NetworkXError, KeyError, ValueError) as error:
        line = error.position[0] if isinstance(error, ET.ParseError) else None
        what = Words(f"the file breaks off or is not GraphML ({error})", f"文件不完整,或不是 GraphML({error})")
        remedy = Words("write it again with osmnx.save_graphml", "请用 osmnx.save_graphml 重新导出")
        raise InputError([Finding("bad-graphml", what, remedy, Mark(str(path), line))]) from None


def _projected(crs: str) -> bool:
    """Tell whether a coordinate system is in metres: anything but the geographic ones osmnx uses."""
    return crs.strip().casefold() not in {"epsg:4326", "epsg:4490", "wgs84", "none", ""}


def _position(node: Any, data: Mapping[str, Any], mark: Mark, findings: list[Finding]) -> tuple[float, float]:
    try:
        return float(data["x"]), float(data["y"])
    except (KeyError, ValueError):
        what = Words(f"node '{node}' has no x and y", f"节点“{node}”没有 x、y 坐标")
        findings.append(
            Finding("bad-coordinate", what, Words("export it again with positions", "请连同坐标重新导出"), mark)
        )
        return math.nan, math.nan


def _edge(
    a: Any, b: Any, data: Mapping[str, Any], position: Mapping[Any, tuple[float, float]], *, projected: bool
) -> Edge:
    inner = _inner(str(data.get("geometry", "")))
    length = _number(data.get("length"))
    if math.isnan(length) and "length" not in data:
        length = _measure((position[a], *inner, position[b]), projected=projected)
    found = {ROAD_CLASS.get(value, "unknown") for value in values_of(data.get("highway"))} or {"unknown"}
    limits = [
        min((v for text in values_of(data.get(key)) if (v := limit(text)) is not None), default=math.nan)
        for key in ("maxspeed", "maxheight", "maxweight")
    ]
    names = values_of(data.get("name"))
    return Edge(
        a, b, length, min(found, key=_RANK.index), (limits[0], limits[1], limits[2]), names[0] if names else "", inner
    )


def values_of(value: Any) -> list[str]:
    """Return the values of an attribute: osmnx writes several as the text of a Python list."""
    if value is None:
        return []
    text = str(value)
    if _LIST.match(text):
        try:
            return [str(part) for part in ast.literal_eval(text)]
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return [text]
    return [text]


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def _inner(wkt: str) -> Points:
    """Return the points of a LINESTRING between its ends."""
    match = _WKT.match(wkt)
    if match is None:
        return ()
    points = [tuple(float(number) for number in pair.split()) for pair in match[1].split(",")]
    return tuple((point[0], point[1]) for point in points[1:-1])


def _measure(points: Points, *, projected: bool) -> float:
    xy = np.array(points)
    if projected:
        return float(np.hypot(*np.diff(xy, axis=0).T).sum())
    return float(haversine_m(xy[:-1, 0], xy[:-1, 1], xy[1:, 0], xy[1:, 1]).sum())


def _paired(edges: list[Edge]) -> list[tuple[Edge, int]]:
    """Return roads with their one-way mark: an edge and its reverse are one road (0), an edge alone is one-way (1)."""
    waiting: dict[tuple[Any, ...], list[int]] = {}
    roads: list[tuple[Edge, int]] = []
    for edge in edges:
        partner = waiting.get(_key(edge.opposite()))
        if partner:
            at = partner.pop()
            roads[at] = (roads[at][0], 0)
        else:
            waiting.setdefault(_key(edge), []).append(len(roads))
            roads.append((edge, 1))
    return roads


def _key(edge: Edge) -> tuple[Any, ...]:
    limits = tuple(-1.0 if math.isnan(value) else value for value in edge.limits)
    length = -1 if math.isnan(edge.length_m) else round(edge.length_m / _METRES_APART)
    return (edge.start, edge.end, length, edge.road_class, limits, edge.name, edge.inner)


def _graph(path: Path, position: Mapping[Any, tuple[float, float]], edges: list[Edge], *, projected: bool) -> RoadGraph:
    roads = _paired(edges)
    inner: npt.NDArray[np.float64] = np.array([point for road, _ in roads for point in road.inner]).reshape(-1, 2)
    nodes = list(position)
    whole = all(str(node).isdecimal() and str(int(node)) == str(node) for node in nodes)
    number = {node: int(node) if whole else str(node) for node in nodes}
    return build_graph(
        [number[node] for node in nodes],
        [position[node][0] for node in nodes],
        [position[node][1] for node in nodes],
        [number[road.start] for road, _ in roads],
        [number[road.end] for road, _ in roads],
        [road.length_m for road, _ in roads],
        road_class=[road.road_class for road, _ in roads],
        oneway=np.array([one_way for _, one_way in roads], np.int8),
        max_speed_kmh=[road.limits[0] for road, _ in roads],
        max_height_m=[road.limits[1] for road, _ in roads],
        max_weight_t=[road.limits[2] for road, _ in roads],
        edge_name=[road.name for road, _ in roads],
        shape_offset=np.cumsum([0, *(len(road.inner) for road, _ in roads)]),
        shape_xy=inner,
        projected=projected,
        node_mark=lambda _i: Mark(str(path)),
        edge_mark=lambda _i: Mark(str(path)),
    )
