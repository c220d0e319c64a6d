"""The road graph made ready for one scenario: split where sites and road events need it, weighted by profile."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from sim.network.sites import local

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.network.graph import RoadGraph
    from sim.network.speeds import SpeedTable
    from sim.network.states import Effect

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Indices = npt.NDArray[np.int64]
APART_M = 1.0
"""Points of a road nearer than this are taken as one."""


class Cuts:
    """Collects the points at which roads are split. Points asked for first keep their place; near ones join them."""

    def __init__(self, graph: RoadGraph) -> None:
        """Start without any cut."""
        self.graph = graph
        self.nodes = graph.nodes
        self.at: dict[int, list[tuple[float, int]]] = {}
        self.x: list[float] = []
        self.y: list[float] = []

    def node(self, edge: int, share: float) -> int:
        """Return the node at a share of an edge: an end, a point already there, or a new one."""
        metres = float(self.graph.edge_length_m[edge])
        start, end = int(self.graph.edge_start[edge]), int(self.graph.edge_end[edge])
        near = [(abs(share) * metres, start), (abs(1 - share) * metres, end)]
        near += [(abs(share - other) * metres, node) for other, node in self.at.get(edge, ())]
        distance, node = min(near)
        if distance < APART_M:
            return node
        node = self.nodes + len(self.x)
        x, y = point_on(self.graph, edge, share)
        self.x.append(x)
        self.y.append(y)
        self.at.setdefault(edge, []).append((share, node))
        return node


def point_on(graph: RoadGraph, edge: int, share: float) -> tuple[float, float]:
    """Return the position at a share of an edge's length."""
    xy = piece_of(graph, edge, 0.0, share)
    return float(xy[-1, 0]), float(xy[-1, 1])


def piece_of(graph: RoadGraph, edge: int, lo: float, hi: float) -> Floats:
    """Return the points of an edge between two shares of its length, shape (k, 2)."""
    line = graph.polyline(edge)
    if lo <= 0 and hi >= 1:
        return line
    step = np.hypot(*local(graph, np.diff(line[:, 0]), np.diff(line[:, 1]), (line[1:, 1] + line[:-1, 1]) / 2))
    run = np.concatenate([[0.0], np.cumsum(step)])
    share = run / run[-1] if run[-1] > 0 else np.linspace(0, 1, len(line))
    inside = (share > lo) & (share < hi)
    at = np.concatenate([[lo], share[inside], [hi]])
    return np.stack([np.interp(at, share, line[:, 0]), np.interp(at, share, line[:, 1])], axis=1)


@dataclass(frozen=True, eq=False)
class Streets:
    """Arcs of the graph and of its split roads, plus the legs between sites and roads.

    Arcs are sorted by tail. ``base`` is the arc of the graph an arc is a piece of (-1: a leg), ``lo`` and ``hi`` the
    shares of the edge's length it covers (from the edge's start, in both directions). ``rev_*`` is the reversed graph,
    the one that trees rooted at targets are grown on; ``rev_of[a]`` is where arc a stands in it.
    """

    graph: RoadGraph
    nodes: int
    x: Floats
    y: Floats
    indptr: Ints
    tail: Ints
    head: Ints
    base: Ints
    lo: Floats
    hi: Floats
    leg_ms: Floats
    rev_indptr: Ints
    rev_indices: Ints
    rev_of: Indices
    order_rev: Indices

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    def reversed_matrix(self, data: Floats) -> csr_array:
        """Return the reversed graph with weights that stand in its order."""
        matrix = csr_array((self.nodes, self.nodes), dtype=np.float64)
        matrix.data, matrix.indices, matrix.indptr = data, self.rev_indices, self.rev_indptr
        return matrix

    def forward_matrix(self, data: Floats) -> csr_array:
        """Return the graph itself with weights that stand in the order of the reversed one."""
        matrix = csr_array((self.nodes, self.nodes), dtype=np.float64)
        matrix.data, matrix.indices, matrix.indptr = data[self.rev_of], self.head, self.indptr
        return matrix


@dataclass(frozen=True, slots=True)
class Leg:
    """A two-way leg between a site and a road. `effect`: open only while that road event is active."""

    site: int
    foot: int
    ms: int
    effect: int | None = None


class Relief(NamedTuple):
    """While an effect is active, a site's way to the road: `opens` instead of `closes` (arcs of the reversed graph)."""

    site: int
    opens: Indices
    closes: Indices
    ms: int


def lay_out(
    graph: RoadGraph, cuts: Cuts, legs: Sequence[Leg], extra_x: Sequence[float], extra_y: Sequence[float]
) -> Streets:
    """Split the roads at the cuts and add the legs; sites with legs are the nodes after the cuts."""
    split = np.zeros(graph.edges, np.bool_)
    split[list(cuts.at)] = True
    whole = np.flatnonzero(~split[graph.edge])
    rows = [row for arc in np.flatnonzero(split[graph.edge]) for row in _pieces(graph, int(arc), cuts)]
    for leg in legs:
        rows += [(leg.site, leg.foot, -1, 0.0, 1.0), (leg.foot, leg.site, -1, 0.0, 1.0)]
    table = np.array(rows, np.float64).reshape(-1, 5)
    tail: Ints = np.concatenate([graph.tail[whole], table[:, 0].astype(np.int32)])
    head: Ints = np.concatenate([graph.head[whole], table[:, 1].astype(np.int32)])
    base: Ints = np.concatenate([whole.astype(np.int32), table[:, 2].astype(np.int32)])
    lo = np.concatenate([np.zeros(len(whole)), table[:, 3]])
    hi = np.concatenate([np.ones(len(whole)), table[:, 4]])
    leg_ms = np.zeros(len(tail))
    if legs:
        leg_ms[-2 * len(legs) :] = np.repeat([np.inf if leg.effect is not None else leg.ms for leg in legs], 2)
    order = np.argsort(tail, kind="stable")
    tail, head, base = tail[order], head[order], base[order]
    lo, hi, leg_ms = lo[order], hi[order], leg_ms[order]
    nodes = graph.nodes + len(cuts.x) + len(extra_x)
    numbers = np.arange(nodes + 1)
    by_head = np.argsort(head, kind="stable")
    rev_of = np.empty(len(by_head), np.int64)
    rev_of[by_head] = np.arange(len(by_head))
    return Streets(
        graph, nodes, np.concatenate([graph.x, cuts.x, extra_x]), np.concatenate([graph.y, cuts.y, extra_y]),
        np.searchsorted(tail, numbers).astype(np.int32), tail, head, base, lo, hi, leg_ms,
        np.searchsorted(head[by_head], numbers).astype(np.int32), tail[by_head], rev_of, by_head,
    )  # fmt: skip


def _pieces(graph: RoadGraph, arc: int, cuts: Cuts) -> list[tuple[float, float, float, float, float]]:
    edge = int(graph.edge[arc])
    stops = [(0.0, int(graph.edge_start[edge])), *sorted(cuts.at[edge]), (1.0, int(graph.edge_end[edge]))]
    pieces = [(a, b, arc, lo, hi) for (lo, a), (hi, b) in pairwise(stops)]
    return [(b, a, arc, lo, hi) for a, b, _, lo, hi in pieces] if graph.backward[arc] else list(pieces)


class Weights:
    """Makes the weights (ms, exact in float64) of a profile, and changes them for road events.

    A road's time is ``max(1, rint(length_m * 3600 / speed_kmh))``. Its pieces share it by cumulative rounding, so
    that splitting a road never changes the time to drive all of it.
    """

    def __init__(
        self,
        streets: Streets,
        speeds: SpeedTable,
        effects: Sequence[Effect],
        legs: Sequence[Leg],
        border_ms: Mapping[tuple[str, str], int],
    ) -> None:
        """Find the arcs of each effect, the pieces of split roads and the borders, once."""
        self.streets = streets
        self.speeds = speeds
        self.effects = tuple(effects)
        self._delay = self._border(border_ms) if border_ms else None
        self._pieces = np.flatnonzero((streets.base >= 0) & ((streets.lo > 0) | (streets.hi < 1)))
        self._leg = np.flatnonzero(streets.base < 0)
        self.arcs = self._arcs_of_effects()
        self._relief = self._relief_legs(legs)

    def profile(self, vehicle: str, vector: tuple[float, ...]) -> Floats:
        """Return the weights of a vehicle at certain speeds, in the order of the reversed graph."""
        streets = self.streets
        whole, barred = self._whole(vehicle, vector)
        data = whole[streets.base]
        at = self._pieces
        time = data[at]
        data[at] = np.maximum(1.0, np.rint(time * streets.hi[at]) - np.rint(time * streets.lo[at]))
        if self._delay is not None:
            data += self._delay
        data[barred[streets.base]] = np.inf
        data[self._leg] = streets.leg_ms[self._leg]
        return data[streets.order_rev]

    def _whole(self, vehicle: str, vector: tuple[float, ...]) -> tuple[Floats, npt.NDArray[np.bool_]]:
        graph = self.streets.graph
        car = self.speeds.vehicle(vehicle)
        free = np.array(car.speeds_kmh)[graph.road_class]
        speed = np.array(vector)[graph.road_class] * np.fmin(1.0, graph.max_speed_kmh / free)
        time = graph.length_m * 3600.0 / speed
        if not np.isnan(graph.minutes).all():
            slower = np.array(self.speeds.vector("light"))[graph.road_class] / np.array(vector)[graph.road_class]
            time = np.where(np.isnan(graph.minutes), time, graph.minutes * 60000.0 * slower)
        barred = (car.height_m > graph.max_height_m) | (car.weight_t > graph.max_weight_t)
        if car.hazardous:
            barred = barred | ~graph.hazardous_ok
        # One entry more, for the legs (base -1).
        return np.append(np.maximum(1.0, np.rint(time)), 0.0), np.append(barred, False)

    def _border(self, border_ms: Mapping[tuple[str, str], int]) -> Floats:
        """Return the delay of each arc: on the piece of the road that holds its middle."""
        streets, graph = self.streets, self.streets.graph
        names = {name: code for code, name in enumerate(dict.fromkeys(graph.region.tolist()))}
        code = np.array([names[name] for name in graph.region.tolist()])
        delay = np.zeros((len(names), len(names)))
        for (a, b), ms in border_ms.items():
            if a in names and b in names and a != b:
                delay[names[a], names[b]] = ms
        of_arc = np.append(delay[code[graph.tail], code[graph.head]], 0.0)
        return np.where((streets.lo <= 0.5) & (streets.hi > 0.5), of_arc[streets.base], 0.0)

    def _arcs_of_effects(self) -> list[Indices]:
        """Return the arcs each effect takes, as positions in the reversed graph."""
        streets = self.streets
        road = np.flatnonzero(streets.base >= 0)
        if not any(effect.parts is not None for effect in self.effects):
            return [streets.rev_of[road] for _ in self.effects]
        edge = streets.graph.edge[streets.base[road]]
        order = np.argsort(edge, kind="stable")
        road, edge = road[order], edge[order]
        middle = (streets.lo[road] + streets.hi[road]) / 2
        result = []
        for effect in self.effects:
            if effect.parts is None:
                result.append(streets.rev_of[road])
                continue
            first, last = np.searchsorted(edge, effect.parts.edge), np.searchsorted(edge, effect.parts.edge, "right")
            count = last - first
            part = np.repeat(np.arange(len(count)), count)
            at = np.arange(len(part)) - (np.cumsum(count) - count)[part] + first[part]
            inside = (middle[at] >= effect.parts.lo[part]) & (middle[at] <= effect.parts.hi[part])
            result.append(np.unique(streets.rev_of[road[at[inside]]]))
        return result

    def _relief_legs(self, legs: Sequence[Leg]) -> dict[int, list[Relief]]:
        """Return, per effect, the legs it opens, each with the ordinary leg of that site."""
        result: dict[int, list[Relief]] = {}
        ordinary = {leg.site: leg.foot for leg in legs if leg.effect is None}
        for leg in legs:
            if leg.effect is not None:
                opens, closes = self._leg_arcs(leg.site, leg.foot), self._leg_arcs(leg.site, ordinary[leg.site])
                result.setdefault(leg.effect, []).append(Relief(leg.site, opens, closes, leg.ms))
        return result

    def _leg_arcs(self, site: int, foot: int) -> Indices:
        """Return the two arcs of the (first) leg between a site and a foot, as positions in the reversed graph."""
        streets = self.streets
        found = []
        for a, b in ((site, foot), (foot, site)):
            arcs = range(int(streets.indptr[a]), int(streets.indptr[a + 1]))
            found.append(next(i for i in arcs if streets.head[i] == b and streets.base[i] < 0))
        return streets.rev_of[found]

    def under(self, base: Floats, active: frozenset[int]) -> Floats:
        """Return weights with effects laid over: a copy with the arcs concerned changed. The slowest effect counts."""
        data = base.copy()
        factor: dict[float, list[int]] = {}
        for at in active:
            factor.setdefault(self.effects[at].factor, []).append(at)
        # From the mildest to the strongest: the strongest is written last.
        for slow in sorted(factor, reverse=True):
            for at in factor[slow]:
                arcs = self.arcs[at]
                data[arcs] = np.inf if slow == 0 else self._slowed(base[arcs], arcs, slow)
        relieved: set[int] = set()
        for at in sorted(active):
            for leg in self._relief.get(at, ()):
                # One way out and no way in: a site must never become a passage into what is closed.
                if leg.site not in relieved:
                    relieved.add(leg.site)
                    data[leg.closes] = np.inf
                    data[leg.opens] = leg.ms
        return data

    def _slowed(self, weight: Floats, arcs: Indices, factor: float) -> Floats:
        if self._delay is None:
            return np.maximum(1.0, np.rint(weight / factor))
        wait = self._delay[self.streets.order_rev[arcs]]
        slowed: Floats = np.maximum(1.0, np.rint((weight - wait) / factor)) + wait
        return slowed
