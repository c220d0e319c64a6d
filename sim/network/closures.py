"""What a closure takes: the roads inside a circle, the roads of the way between two places."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.errors import Finding, InputError, Words
from sim.network.sites import local, segments
from sim.network.speeds import CLASSES, DEFAULT_SPEEDS, SpeedTable
from sim.network.states import Effect, Parts
from sim.units import NEVER

if TYPE_CHECKING:
    from sim.network.graph import RoadGraph
    from sim.network.trips import Site


class ClosedRoad(NamedTuple):
    """One road that an effect takes: edge, name, class, and how much of it (km)."""

    edge: int
    name: str
    road_class: str
    km: float


def edges_within(graph: RoadGraph, x: float, y: float, radius_m: float) -> Parts:
    """Return the parts of roads that lie inside a circle.

    Parameters
    ----------
    x, y
        Centre: lon, lat, or metres on a projected network.
    radius_m
        Above 0.

    Raises
    ------
    InputError
        ``bad-radius``.

    """
    if not 0 < radius_m < np.inf:
        what = Words(f"the radius of the closure is {radius_m:g} m", f"封闭半径是 {radius_m:g} 米")
        raise InputError([Finding("bad-radius", what, Words("write a radius above 0", "请写大于 0 的半径"))])
    pieces = segments(graph)
    ax, ay = local(graph, pieces.x0 - x, pieces.y0 - y, y)
    bx, by = local(graph, pieces.x1 - x, pieces.y1 - y, y)
    dx, dy = bx - ax, by - ay
    # |a + t d| = r: the roots of a quadratic, cut to 0..1.
    square, half, rest = dx * dx + dy * dy, ax * dx + ay * dy, ax * ax + ay * ay - radius_m**2
    root = half * half - square * rest
    hit = np.flatnonzero((root > 0) & (square > 0))
    deep = np.sqrt(root[hit])
    lo = np.clip((-half[hit] - deep) / square[hit], 0, 1)
    hi = np.clip((-half[hit] + deep) / square[hit], 0, 1)
    keep = hi > lo
    hit, lo, hi = hit[keep], lo[keep], hi[keep]
    span = pieces.hi[hit] - pieces.lo[hit]
    # The rounding of lo + 1 * span must not leave a sliver at a bend.
    ends = np.where(hi == 1, pieces.hi[hit], pieces.lo[hit] + hi * span)
    spans = zip(pieces.edge[hit].tolist(), (pieces.lo[hit] + lo * span).tolist(), ends.tolist(), strict=True)
    return _joined(list(spans), (x, y, radius_m))


def _joined(spans: list[tuple[int, float, float]], circle: tuple[float, float, float] | None) -> Parts:
    """Join spans of one edge that touch."""
    joined: list[tuple[int, float, float]] = []
    for edge, lo, hi in sorted(spans):
        if joined and joined[-1][0] == edge and lo <= joined[-1][2]:
            joined[-1] = (edge, joined[-1][1], max(hi, joined[-1][2]))
        else:
            joined.append((edge, lo, hi))
    edges = np.array([span[0] for span in joined], np.int32)
    start, end = (np.array([span[i] for span in joined], np.float64) for i in (1, 2))
    return Parts(edges, start, end, circle)


def edges_between(graph: RoadGraph, a: Site, b: Site, *, speeds: SpeedTable = DEFAULT_SPEEDS,
                  tolerance_m: float | None = None) -> Parts:  # fmt: skip
    """Return the roads of the quickest free-flow way between two places, there and back.

    Free flow: light vehicle, clear weather, no hour, no events. A road on which a place lies is taken only between that
    place and the other.

    Raises
    ------
    InputError
        ``no-way`` if there is none, ``same-place`` if both meet the roads at one point; and what `RoadTravel` raises.

    """
    from sim.network.travel import TOLERANCE_M, RoadTravel

    travel = RoadTravel(graph, [a, b], speeds=speeds, tolerance_m=TOLERANCE_M if tolerance_m is None else tolerance_m)
    profile = travel.profile("light")
    spans = []
    for origin, target in ((0, 1), (1, 0)):
        if travel.drive(travel.spot(origin), target, profile, 0) >= NEVER:
            what = Words(f"no way leads from '{a.name}' to '{b.name}'", f"“{a.name}”与“{b.name}”之间没有路")
            raise InputError([Finding("no-way", what, Words("name two other places", "请改写两端地点"), a.where)])
        streets = travel.streets
        for arc in travel.way(travel.spot(origin), target, profile, 0).arcs:
            base = int(streets.base[arc])
            if base >= 0:
                spans.append((int(graph.edge[base]), float(streets.lo[arc]), float(streets.hi[arc])))
    if not spans:
        what = Words(
            f"'{a.name}' and '{b.name}' meet the roads at the same point", f"“{a.name}”与“{b.name}”在路网上是同一点"
        )
        raise InputError([Finding("same-place", what, Words("name two other places", "请改写两端地点"), a.where)])
    return _joined(spans, None)


def closed_roads(graph: RoadGraph, effect: Effect) -> list[ClosedRoad]:
    """Return the roads an effect takes, with how much of each; longest first."""
    parts = Parts.whole(range(graph.edges)) if effect.parts is None else effect.parts
    edges, at = np.unique(parts.edge, return_inverse=True)
    share = np.bincount(at, parts.hi - parts.lo, minlength=len(edges))
    km = graph.edge_length_m[edges] * share / 1000
    order = np.lexsort((edges, -km))
    return [
        ClosedRoad(int(edges[i]), str(graph.edge_name[edges[i]]), CLASSES[graph.edge_class[edges[i]]], float(km[i]))
        for i in order
    ]
