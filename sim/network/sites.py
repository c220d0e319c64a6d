"""Where places meet the roads: the nearest point of a road of the connected part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from sim.network.coordinates import EARTH_RADIUS_M

if TYPE_CHECKING:
    from sim.network.graph import RoadGraph

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
DEGREE_M = EARTH_RADIUS_M * np.pi / 180
CHUNK = 2_000


class Feet(NamedTuple):
    """Nearest points on roads: edge, share of its length from its start, distance (m), position."""

    edge: Indices
    share: Floats
    distance_m: Floats
    x: Floats
    y: Floats


class Segments(NamedTuple):
    """Straight pieces of roads: edge, ends, and the shares of the edge's length at which they begin and end."""

    edge: Indices
    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    lo: Floats
    hi: Floats

    def only(self, which: npt.NDArray[np.bool_]) -> Segments:
        """Return some of the pieces."""
        return Segments(
            self.edge[which], self.x0[which], self.y0[which], self.x1[which], self.y1[which],
            self.lo[which], self.hi[which],
        )  # fmt: skip


def segments(graph: RoadGraph) -> Segments:
    """Return every straight piece of every road, in the order of edges."""
    inner = np.diff(graph.shape_offset)
    edge = np.repeat(np.arange(graph.edges), inner + 1)
    first = np.concatenate([[0], np.cumsum(inner + 1)])[:-1].astype(np.int64)
    within = np.arange(len(edge)) - first[edge] if len(edge) else edge
    start = np.stack([graph.x[graph.edge_start], graph.y[graph.edge_start]], axis=1)
    end = np.stack([graph.x[graph.edge_end], graph.y[graph.edge_end]], axis=1)
    last = within == inner[edge]
    at = graph.shape_offset[:-1][edge] + within
    p0, p1 = start[edge], end[edge]
    p0[within > 0] = graph.shape_xy[at[within > 0] - 1]
    p1[~last] = graph.shape_xy[at[~last]]
    length = np.hypot(*local(graph, p1[:, 0] - p0[:, 0], p1[:, 1] - p0[:, 1], (p0[:, 1] + p1[:, 1]) / 2))
    run = np.cumsum(length)
    before = run - length
    total = np.bincount(edge, length, minlength=graph.edges)
    base = before[first] if len(edge) else before
    safe = np.where(total > 0, total, 1.0)[edge]
    lo = np.where(within == 0, 0.0, np.clip((before - base[edge]) / safe, 0, 1))
    hi = np.where(last, 1.0, np.clip((run - base[edge]) / safe, 0, 1))
    return Segments(edge, p0[:, 0], p0[:, 1], p1[:, 0], p1[:, 1], lo, hi)


def local(graph: RoadGraph, dx: Any, dy: Any, latitude: Any) -> tuple[Floats, Floats]:
    """Return a difference of coordinates in metres (equirectangular about a latitude; as is when projected)."""
    if graph.projected:
        return np.asarray(dx), np.asarray(dy)
    return dx * DEGREE_M * np.cos(np.radians(latitude)), dy * DEGREE_M


class RoadIndex:
    """Finds nearest roads. Samples along every piece in a KD-tree give candidates, then each is measured exactly."""

    def __init__(self, graph: RoadGraph) -> None:
        """Sample the roads of the main part."""
        from scipy.spatial import cKDTree

        self.graph = graph
        every = segments(graph)
        usable = graph.edge_in_main[every.edge]
        self.pieces = pieces = every.only(usable)
        latitude = np.minimum(np.abs(pieces.y0), np.abs(pieces.y1))
        length = np.hypot(*local(graph, pieces.x1 - pieces.x0, pieces.y1 - pieces.y0, latitude))
        # About three samples a piece: long chords get many, so that no point of a road is far from a sample.
        self.step = max(float(length.mean()), 1.0) if len(length) else 1.0
        count = np.ceil(length / self.step).astype(np.int64) + 1
        self.piece = np.repeat(np.arange(len(length)), count)
        first = np.cumsum(count) - count
        share = (np.arange(len(self.piece)) - first[self.piece]) / np.maximum(count - 1, 1)[self.piece]
        x = pieces.x0[self.piece] + share * (pieces.x1 - pieces.x0)[self.piece]
        y = pieces.y0[self.piece] + share * (pieces.y1 - pieces.y0)[self.piece]
        self.tree: Any = cKDTree(self._embed(x, y)) if len(x) else None

    def _embed(self, x: Floats, y: Floats) -> Floats:
        """Return points in a space whose straight distances are metres: the plane, or the sphere's chord."""
        if self.graph.projected:
            return np.stack([x, y], axis=1)
        lon, lat = np.radians(x), np.radians(y)
        return EARTH_RADIUS_M * np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)

    def nearest(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Feet:
        """Return the nearest point of a road of the main part for each place; of equals, the lowest edge.

        Without any road the distance is infinite.
        """
        xs, ys = np.atleast_1d(np.asarray(x, np.float64)), np.atleast_1d(np.asarray(y, np.float64))
        if self.tree is None:
            none = np.full(len(xs), -1, np.int64)
            return Feet(none, np.zeros(len(xs)), np.full(len(xs), np.inf), xs, ys)
        chunks = [self._nearest(xs[at : at + CHUNK], ys[at : at + CHUNK]) for at in range(0, len(xs), CHUNK)]
        return Feet(*(np.concatenate(column) for column in zip(*chunks, strict=True))) if chunks else _no_feet()

    def _nearest(self, x: Floats, y: Floats) -> Feet:
        where = self._embed(x, y)
        sample_m, _ = self.tree.query(where)
        # 2 %: the local projection and the sphere differ by less within any distance of interest.
        found = self.tree.query_ball_point(where, (sample_m + self.step / 2) * 1.02 + 1.0)
        count = np.array([len(one) for one in found])
        query = np.repeat(np.arange(len(x)), count)
        piece = self.piece[np.concatenate([np.asarray(one, np.int64) for one in found])]
        share, distance = measure(self.graph, self.pieces, piece, x[query], y[query])
        order = np.lexsort((piece, distance, query))
        best = order[np.cumsum(count) - count]
        piece, share = piece[best], share[best]
        p = self.pieces
        return Feet(
            p.edge[piece],
            p.lo[piece] + share * (p.hi - p.lo)[piece],
            distance[best],
            p.x0[piece] + share * (p.x1 - p.x0)[piece],
            p.y0[piece] + share * (p.y1 - p.y0)[piece],
        )


def measure(graph: RoadGraph, pieces: Segments, piece: Indices, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return the share of each piece nearest to each point, and the distance (m), in the projection about the point."""
    ax, ay = local(graph, pieces.x0[piece] - x, pieces.y0[piece] - y, y)
    bx, by = local(graph, pieces.x1[piece] - x, pieces.y1[piece] - y, y)
    dx, dy = bx - ax, by - ay
    square = dx * dx + dy * dy
    share = np.clip(-(ax * dx + ay * dy) / np.where(square > 0, square, 1.0), 0.0, 1.0)
    return share, np.hypot(ax + share * dx, ay + share * dy)


def _no_feet() -> Feet:
    none = np.zeros(0)
    return Feet(np.zeros(0, np.int64), none, none, none, none)


_INDEX: WeakKeyDictionary[RoadGraph, RoadIndex] = WeakKeyDictionary()


def nearest_roads(graph: RoadGraph, x: npt.ArrayLike, y: npt.ArrayLike) -> Feet:
    """Return where places meet the roads of the main part; the index of a graph is made once."""
    index = _INDEX.get(graph)
    if index is None:
        index = _INDEX[graph] = RoadIndex(graph)
    return index.nearest(x, y)
