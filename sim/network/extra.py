"""Roads that a planner adds to a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.network.coordinates import haversine_m
from sim.network.graph import Floats, RoadGraph, build_graph
from sim.network.speeds import CLASSES

if TYPE_CHECKING:
    from collections.abc import Sequence

_SAME_M = 50.0
"""An end that lies this near a node is that node."""
_PREFIX = "added"


@dataclass(frozen=True, slots=True)
class AddedRoad:
    """One road: its two ends (lon, lat or metres), length (m), class, and whether only from first to second."""

    begin: tuple[float, float]
    end: tuple[float, float]
    length_m: float
    road_class: str
    one_way: bool = False
    name: str = ""


def straight_m(a: tuple[float, float], b: tuple[float, float], *, projected: bool) -> float:
    """Return the straight distance between two points (m)."""
    if projected:
        return float(np.hypot(b[0] - a[0], b[1] - a[1]))
    return float(haversine_m(a[0], a[1], b[0], b[1]))


def add_roads(graph: RoadGraph, roads: Sequence[AddedRoad]) -> RoadGraph:
    """Return the graph with the roads added.

    An end that is no node yet becomes one, joined to the nearest node of the main part by a local road of straight length.
    """
    main = np.flatnonzero(graph.main_part)
    ids = [str(node) for node in graph.node_id.tolist()]
    xs, ys = graph.x.tolist(), graph.y.tolist()
    regions = graph.region.tolist()
    new: list[tuple[str, str, float, str, int, str]] = []

    def node_at(point: tuple[float, float]) -> str:
        x, y = np.asarray(xs), np.asarray(ys)
        away = np.hypot(x - point[0], y - point[1]) if graph.projected else haversine_m(x, y, point[0], point[1])
        near = int(np.argmin(away))
        if away[near] <= _SAME_M:
            return ids[near]
        name = f"{_PREFIX}-{len(ids)}"
        joint = int(main[np.argmin(away[main])])
        new.append((name, ids[joint], float(away[joint]), "local", 0, ""))
        ids.append(name)
        xs.append(point[0])
        ys.append(point[1])
        regions.append(regions[joint])
        return name

    for road in roads:
        a, b = node_at(road.begin), node_at(road.end)
        new.append((a, b, road.length_m, road.road_class, int(road.one_way), road.name))
    return _joined(graph, ids, xs, ys, regions, new)


def _joined(
    graph: RoadGraph, ids: list[str], xs: list[float], ys: list[float], regions: list[str],
    new: list[tuple[str, str, float, str, int, str]],
) -> RoadGraph:  # fmt: skip
    edges, extra = graph.edges, len(new)
    first = np.full(edges, -1)
    first[graph.edge[::-1]] = np.arange(graph.arcs)[::-1]
    arcs = np.bincount(graph.edge, minlength=edges)
    one_way = np.where(arcs == 2, 0, np.where(graph.backward[first], -1, 1))
    old_ids = np.array(ids, object)

    def limit(values: Floats) -> Floats:
        found: Floats = np.concatenate([values[first], np.full(extra, np.nan)])
        return found

    return build_graph(
        ids, xs, ys,
        [*old_ids[graph.edge_start], *(road[0] for road in new)], [*old_ids[graph.edge_end], *(road[1] for road in new)],
        np.concatenate([graph.edge_length_m, [road[2] for road in new]]),
        road_class=[*(CLASSES[code] for code in graph.edge_class), *(road[3] for road in new)],
        oneway=np.concatenate([one_way, [road[4] for road in new]]),
        region=regions,
        max_speed_kmh=limit(graph.max_speed_kmh), max_height_m=limit(graph.max_height_m),
        max_weight_t=limit(graph.max_weight_t), minutes=limit(graph.minutes),
        hazardous_ok=np.concatenate([graph.hazardous_ok[first], np.ones(extra, np.bool_)]),
        edge_name=[*graph.edge_name.tolist(), *(road[5] for road in new)],
        shape_offset=np.concatenate([graph.shape_offset, np.full(extra, graph.shape_offset[-1])]),
        shape_xy=graph.shape_xy, projected=graph.projected,
    )  # fmt: skip
