"""Travel times over roads: trees rooted at targets, trips, where a team is, when a road event touches its way."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.errors import Finding, Words, did_you_mean
from sim.network.roads import APART_M, Cuts, Leg, Streets, Weights, lay_out, piece_of
from sim.network.sites import local, nearest_roads
from sim.network.speeds import DEFAULT_SPEEDS, SpeedTable
from sim.network.trees import Kept, Tree, grow
from sim.network.trips import (
    Measured,
    Profile,
    Route,
    Site,
    Spot,
    TravelBase,
    Trip,
    bad_coordinate,
    check_measured,
    raise_all,
)
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scipy.sparse import csr_array

    from sim.network.graph import RoadGraph
    from sim.network.states import Effect

TOLERANCE_M = 5_000.0
ACCESS_KMH = 20.0
CACHE_BYTES = 512 << 20
WAYS_KEPT = 20_000
BY_HAND = 16
"""Up to so many origins a loop is quicker than numpy."""


class Way(NamedTuple):
    """The quickest way from a spot to a target: nodes, arcs between them, ms left at each node."""

    nodes: tuple[int, ...]
    arcs: tuple[int, ...]
    left: tuple[int, ...]


class RoadTravel(TravelBase):
    """Travel times over a road graph (see `Travel`). A spot is the number of a node of `streets`.

    Parameters
    ----------
    graph
        The roads.
    sites
        All static locations of the scenario. Each meets the nearest point of a road of the main part.
    effects
        All road events of the scenario; roads are split where they begin and end.
    measured
        Measured times between sites.
    speeds
        Speeds of vehicle classes.
    border_ms
        (region, region) -> delay of crossing from the first to the second (ms).
    tolerance_m
        How far a site may lie from its road.
    access_kmh
        Speed on the leg between a site and its road.
    cache_bytes
        How much memory trees may take.

    Raises
    ------
    InputError
        ``out-of-reach``, ``on-island``, ``unknown-node``, ``bad-coordinate``, ``bad-measured``, ``unknown-vehicle``,
        all of them at once.

    """

    _dropped = ("_fast", "_ways")

    def __init__(
        self,
        graph: RoadGraph,
        sites: Sequence[Site],
        *,
        effects: Sequence[Effect] = (),
        measured: Sequence[Measured] = (),
        speeds: SpeedTable = DEFAULT_SPEEDS,
        border_ms: Mapping[tuple[str, str], int] | None = None,
        tolerance_m: float = TOLERANCE_M,
        access_kmh: float = ACCESS_KMH,
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        """Attach the sites and split the roads."""
        super().__init__(len(sites), effects, measured)
        self.graph = graph
        self.speeds = speeds
        self.cache_bytes = cache_bytes
        self.streets, self._node, legs = _compile(graph, sites, self.effects, measured, tolerance_m, access_kmh)
        self._node_array = np.array(self._node, np.int64)
        self._weights = Weights(self.streets, speeds, self.effects, legs, dict(border_ms or {}))
        self._new_caches()
        self._lay_over({m.vehicle: speeds.vehicle(m.vehicle).name for m in measured if m.vehicle is not None})

    def _new_caches(self) -> None:
        self._fast: dict[tuple[int, int, int], Tree] = {}
        self._ways: dict[tuple[Spot, int, int, int], Way] = {}
        self._trees: Kept[Tree] = Kept(self.cache_bytes, lambda tree: int(tree.times.nbytes))
        self._matrices: Kept[csr_array] = Kept(self.cache_bytes // 2, lambda matrix: int(matrix.data.nbytes))

    def __getstate__(self) -> dict[str, Any]:
        """Pickle without caches."""
        state = super().__getstate__()
        return {name: value for name, value in state.items() if name not in ("_trees", "_matrices")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Start with empty caches."""
        self.__dict__.update(state)
        self._new_caches()

    # ---- places

    def spot(self, site: int) -> Spot:
        """Return the node of a site."""
        return self._node[site]

    def point(self, spot: Spot) -> tuple[float, float]:
        """Return lon, lat (x, y) of a spot."""
        return float(self.streets.x[spot]), float(self.streets.y[spot])  # type: ignore[index]

    def _profile_key(self, vehicle: str, hour: int | None, weather: str) -> Profile:
        return Profile(self.speeds.vehicle(vehicle).name, self.speeds.vector(vehicle, hour, weather))

    # ---- weights and trees

    def matrix(self, profile: int, state: int) -> csr_array:
        """Return the reversed graph with the weights (ms) of a profile in a road state."""
        entry = self._profiles[profile]
        return self._matrix(profile, self.states.bearing_on(state, entry.vehicle))

    def _matrix(self, profile: int, active: frozenset[int]) -> csr_array:
        matrix = self._matrices.get((profile, active))
        if matrix is None:
            if active:
                data = self._weights.under(self._matrix(profile, frozenset()).data, active)
            else:
                entry = self._profiles[profile]
                data = self._weights.profile(entry.vehicle, entry.key)  # type: ignore[arg-type]
            matrix = self.streets.reversed_matrix(data)
            self._matrices.put((profile, active), matrix)
        return matrix

    def tree(self, target: int, profile: int, state: int) -> Tree:
        """Return the tree rooted at a target site."""
        tree = self._fast.get((target, profile, state))
        if tree is None:
            self.prepare((target,), profile, state)
            return self._fast[target, profile, state]
        return tree

    def prepare(self, targets: Sequence[int], profile: int, state: int) -> None:
        """Grow the trees of several targets at once, if they are not there yet."""
        active = self.states.bearing_on(state, self._profiles[profile].vehicle)
        wanted: dict[int, Tree | None] = {}
        for target in targets:
            node = self._node[target]
            wanted[node] = self._trees.get((node, profile, active))
        missing = [node for node, tree in wanted.items() if tree is None]
        if missing:
            for node, tree in zip(missing, grow(self._matrix(profile, active), missing), strict=True):
                wanted[node] = tree
                self._trees.put((node, profile, active), tree)
            if self._trees.held > self.cache_bytes * 0.9:
                self._fast.clear()
        for target in targets:
            found = wanted[self._node[target]]
            if found is not None:
                self._fast[target, profile, state] = found

    # ---- times

    def _derived(self, origin: Spot, target: int, profile: int, state: int) -> int:
        tree = self._fast.get((target, profile, state))
        if tree is None:
            tree = self.tree(target, profile, state)
        ms = tree.item(origin)  # type: ignore[arg-type]
        return ms if ms < tree.far else NEVER

    def drive(self, origin: Spot, target: int, profile: int, state: int) -> int:
        """Return ms from a spot to a target site; `NEVER` when there is no way. A look-up once the tree is there."""
        tree = self._fast.get((target, profile, state))
        if tree is None:
            tree = self.tree(target, profile, state)
        ms = tree.item(origin)  # type: ignore[arg-type]
        if ms >= tree.far:
            return NEVER
        if self._measured:
            measured = self._measurement(origin, self._node[target], profile)
            if measured is not None:
                return self._scaled(measured, ms, origin, target, profile)
        return ms

    def _derived_row(self, origins: Sequence[int], target: int, profile: int, state: int) -> list[int]:
        tree = self.tree(target, profile, state)
        if len(origins) <= BY_HAND:
            item, node, far = tree.item, self._node, tree.far
            return [ms if (ms := item(node[origin])) < far else NEVER for origin in origins]
        times: list[int] = tree.at(self._node_array[np.asarray(origins, np.int64)]).tolist()
        return times

    def table(self, origins: Sequence[int], targets: Sequence[int], profile: int, state: int) -> npt.NDArray[np.int64]:
        """Return ms from each origin site to each target site, shape (origins, targets); equals `row`.

        Trees are rooted on the side that needs fewer.
        """
        active = self.states.bearing_on(state, self._profiles[profile].vehicle)
        goals = {self._node[target] for target in targets}
        missing = sum((goal, profile, active) not in self._trees.entries for goal in goals)
        starts = list(dict.fromkeys(self._node[origin] for origin in origins))
        if missing <= len(starts):
            return self._table_to(origins, targets, profile, state)
        nodes = self._node_array[np.asarray(targets, np.int64)]
        forward = self.streets.forward_matrix(self._matrix(profile, active).data)
        rows = {}
        for at in range(0, len(starts), 64):
            some = starts[at : at + 64]
            rows.update({start: tree.at(nodes) for start, tree in zip(some, grow(forward, some), strict=True)})
        result = np.empty((len(origins), len(targets)), np.int64)
        for at, origin in enumerate(origins):
            result[at] = rows[self._node[origin]]
        return self._measured_table(result, origins, targets, profile)

    def _table_to(
        self, origins: Sequence[int], targets: Sequence[int], profile: int, state: int
    ) -> npt.NDArray[np.int64]:
        result = np.empty((len(origins), len(targets)), np.int64)
        nodes = self._node_array[np.asarray(origins, np.int64)]
        room = max(1, int(self.cache_bytes * 0.8) // max(1, 8 * self.streets.nodes))
        for first in range(0, len(targets), room):
            some = targets[first : first + room]
            self.prepare(some, profile, state)
            for at, target in enumerate(some, first):
                result[:, at] = self.tree(target, profile, state).at(nodes)
        return self._measured_table(result, origins, targets, profile)

    def _measured_table(
        self, table: npt.NDArray[np.int64], origins: Sequence[int], targets: Sequence[int], profile: int
    ) -> npt.NDArray[np.int64]:
        if not self._measured:
            return table
        ends = {(a, b) for _, a, b in self._measured}
        for i, origin in enumerate(origins):
            for j, target in enumerate(targets):
                spot, goal = self._node[origin], self._node[target]
                measured = self._measurement(spot, goal, profile) if (spot, goal) in ends else None
                if measured is not None:
                    table[i, j] = self._scaled(measured, int(table[i, j]), spot, target, profile)
        return table

    # ---- ways

    def way(self, origin: Spot, target: int, profile: int, state: int) -> Way:
        """Return the quickest way; of equals the one over the lowest node numbers.

        Raises
        ------
        ValueError
            If there is no way.

        """
        key = (origin, target, profile, state)
        way = self._ways.get(key)
        if way is None:
            if len(self._ways) >= WAYS_KEPT:
                self._ways.clear()
            way = self._ways[key] = self._walk(origin, target, profile, state)  # type: ignore[arg-type]
        return way

    def _walk(self, node: int, target: int, profile: int, state: int) -> Way:
        streets = self.streets
        tree = self.tree(target, profile, state)
        weight = self.matrix(profile, state).data.item
        first, head, rev, time = streets.indptr.item, streets.head.item, streets.rev_of.item, tree.item
        left = time(node)
        if left >= tree.far:
            message = f"no way from node {node} to site {target}"
            raise ValueError(message)
        nodes, arcs, times = [node], [], [left]
        while left > 0:
            # Weights are whole numbers of at least 1: the step that lies on a quickest way fits exactly, and one does.
            arc = next(a for a in range(first(node), first(node + 1)) if weight(rev(a)) + time(head(a)) == left)
            node = head(arc)
            left = time(node)
            arcs.append(arc)
            nodes.append(node)
            times.append(left)
        return Way(tuple(nodes), tuple(arcs), tuple(times))

    def _progress(self, trip: Trip, now: int) -> tuple[Way, float, int]:
        """Return the way of a trip, ms of trip per ms of way, and the position of the next node ahead."""
        way = self.way(trip.origin, trip.target, trip.profile, trip.state)
        scale = trip.duration / way.left[0] if trip.measured and way.left[0] else trip.factor
        gone = now - trip.departs
        total, left = trip.duration, way.left
        at = bisect_left(range(len(left)), gone, key=lambda i: total - round(left[i] * scale))
        return way, scale, min(at, len(left) - 1)

    def locate(self, trip: Trip, now: int) -> tuple[Spot, int]:
        """Return the next node ahead, and ms until it is reached.

        The time left from that node, at the trip's factor, plus the ms until it, ends at the trip's arrival.
        """
        way, scale, at = self._progress(trip, now)
        return way.nodes[at], max(0, trip.arrives - round(way.left[at] * scale) - now)

    def touched(self, trip: Trip, now: int, before: int, after: int) -> bool:
        """Tell whether a change of road state touches the rest of the way from the next node.

        It does when a road of that rest gets another time, or when what has opened or quickened elsewhere gives a
        quicker way.
        """
        vehicle = self._profiles[trip.profile].vehicle
        old, new = self.states.bearing_on(before, vehicle), self.states.bearing_on(after, vehicle)
        if old == new or now >= trip.arrives:
            return False
        way, _, at = self._progress(trip, now)
        arcs = self.streets.rev_of[list(way.arcs[at:])]
        weight = self.matrix(trip.profile, after).data[arcs]
        if not np.array_equal(weight, self.matrix(trip.profile, before).data[arcs]):
            return True
        return bool(old - new) and self._derived(way.nodes[at], trip.target, trip.profile, after) < weight.sum()

    def route(self, trip: Trip) -> Route:
        """Return the way of a trip as points with ms since departure; between nodes time goes with distance."""
        way, scale, _ = self._progress(trip, trip.departs)
        reach = [trip.duration - round(left * scale) for left in way.left]
        points = [np.array([self.point(way.nodes[0])])]
        times = [np.zeros(1)]
        for at, arc in enumerate(way.arcs):
            xy = self._line_of(arc)
            step = np.hypot(*local(self.graph, np.diff(xy[:, 0]), np.diff(xy[:, 1]), (xy[1:, 1] + xy[:-1, 1]) / 2))
            run = np.cumsum(step)
            share = run / run[-1] if run[-1] > 0 else np.linspace(0, 1, len(run) + 1)[1:]
            points.append(xy[1:])
            times.append(reach[at] + share * (reach[at + 1] - reach[at]))
        return Route(np.concatenate(points), np.rint(np.concatenate(times)).astype(np.int64))

    def _line_of(self, arc: int) -> npt.NDArray[np.float64]:
        streets = self.streets
        base = int(streets.base[arc])
        if base < 0:
            return np.array([self.point(int(streets.tail[arc])), self.point(int(streets.head[arc]))])
        xy = piece_of(self.graph, int(self.graph.edge[base]), float(streets.lo[arc]), float(streets.hi[arc]))
        return xy[::-1] if self.graph.backward[base] else xy


def _compile(
    graph: RoadGraph, sites: Sequence[Site], effects: Sequence[Effect], measured: Sequence[Measured],
    tolerance_m: float, access_kmh: float,
) -> tuple[Streets, list[int], list[Leg]]:  # fmt: skip
    """Attach the sites, split the roads, give back the streets, the node of each site, and the legs."""
    findings = check_measured(measured, sites)
    cuts = Cuts(graph)
    feet, distances, wrong = _feet(graph, cuts, sites, tolerance_m)
    raise_all(findings + wrong)
    edges_of_effects = [_cut_effect(cuts, effect) for effect in effects]
    first = graph.nodes + len(cuts.x)
    apart = [at for at, distance in enumerate(distances) if distance >= APART_M]
    nodes = list(feet)
    legs = []
    for number, at in enumerate(apart):
        nodes[at] = first + number
        legs.append(Leg(nodes[at], feet[at], max(1, round(distances[at] * 3600.0 / access_kmh))))
        legs += _relief(graph, cuts, sites[at], nodes[at], feet[at], effects, edges_of_effects, access_kmh)
    streets = lay_out(graph, cuts, legs, [sites[at].x for at in apart], [sites[at].y for at in apart])
    return streets, nodes, legs


def _feet(
    graph: RoadGraph, cuts: Cuts, sites: Sequence[Site], tolerance_m: float
) -> tuple[list[int], list[float], list[Finding]]:
    findings: list[Finding] = []
    free = []
    for at, site in enumerate(sites):
        if site.node is not None:
            continue
        inside = graph.projected or (abs(site.x) <= 180 and abs(site.y) <= 90)
        if np.isfinite(site.x) and np.isfinite(site.y) and inside:
            free.append(at)
        else:
            findings.append(bad_coordinate(site))
    found = nearest_roads(graph, [sites[at].x for at in free], [sites[at].y for at in free])
    place = dict(zip(free, range(len(free)), strict=True))
    feet, distances = [-1] * len(sites), [0.0] * len(sites)
    for at, site in enumerate(sites):
        if site.node is not None:
            feet[at] = _at_node(graph, site, findings)
        elif at in place:
            i = place[at]
            distances[at] = float(found.distance_m[i])
            if distances[at] > tolerance_m:
                findings.append(_too_far(site, distances[at], tolerance_m))
            else:
                feet[at] = cuts.node(int(found.edge[i]), float(found.share[i]))
    return feet, distances, findings


def _at_node(graph: RoadGraph, site: Site, findings: list[Finding]) -> int:
    index = graph.node_index
    node = index.get(site.node, -1)
    if node < 0 and isinstance(site.node, str) and site.node.lstrip("-").isdigit():
        node = index.get(int(site.node), -1)
    if node < 0:
        what = Words(
            f"'{site.name}': the network has no node '{site.node}'", f"“{site.name}”:路网没有节点“{site.node}”"
        )
        known = map(str, index) if len(index) <= 10_000 else ()
        findings.append(Finding("unknown-node", what, did_you_mean(str(site.node), known), site.where))
    elif not graph.main_part[node]:
        what = Words(
            f"'{site.name}' is at node '{site.node}', on an island: no road joins it to the main part and back",
            f"“{site.name}”在节点“{site.node}”,与主路网不连通(孤岛或单向断头)",
        )
        remedy = Words("take a node of the main part, give lon, lat, or add the road that is missing",
                       "请改用主路网的节点、改写经纬度,或补上缺的道路")  # fmt: skip
        findings.append(Finding("on-island", what, remedy, site.where))
    return node


def _too_far(site: Site, metres: float, tolerance_m: float) -> Finding:
    if np.isinf(metres):
        what = Words(f"'{site.name}': the network has no connected roads", f"“{site.name}”:路网里没有连通的道路")
    else:
        what = Words(
            f"'{site.name}' is {metres / 1000:.1f} km from the nearest connected road (limit {tolerance_m / 1000:g} km)",
            f"“{site.name}”距最近的连通道路 {metres / 1000:.1f} 公里(上限 {tolerance_m / 1000:g} 公里)",
        )
    remedy = Words("check the coordinates and their system, add the road, give a measured time, or raise the tolerance",
                   "请核对坐标和坐标系、补上道路、填实测时间,或放宽容许距离")  # fmt: skip
    return Finding("out-of-reach", what, remedy, site.where)


def _cut_effect(cuts: Cuts, effect: Effect) -> list[int]:
    """Split the roads where an effect begins and ends; return the nodes there."""
    if effect.parts is None:
        return []
    ends = [(int(edge), float(share)) for shares in (effect.parts.lo, effect.parts.hi)
            for edge, share in zip(effect.parts.edge, shares, strict=True) if 0 < share < 1]  # fmt: skip
    return [cuts.node(edge, share) for edge, share in ends]


def _relief(
    graph: RoadGraph, cuts: Cuts, site: Site, node: int, foot: int, effects: Sequence[Effect],
    borders: Sequence[list[int]], access_kmh: float,
) -> list[Leg]:  # fmt: skip
    """Let out a site outside a closed circle whose nearest road lies inside: a leg to the nearest open road end."""
    legs = []
    for at, effect in enumerate(effects):
        if effect.parts is None or effect.parts.circle is None or effect.factor > 0 or not borders[at]:
            continue
        cx, cy, radius = effect.parts.circle
        x, y = _position(graph, cuts, foot)
        outside = np.hypot(*local(graph, site.x - cx, site.y - cy, cy)) > radius
        if not outside or np.hypot(*local(graph, x - cx, y - cy, cy)) >= radius:
            continue
        ends = [(*_position(graph, cuts, end), end) for end in borders[at]]
        far = [float(np.hypot(*local(graph, ex - site.x, ey - site.y, site.y))) for ex, ey, _ in ends]
        best = int(np.argmin(far))
        legs.append(Leg(node, ends[best][2], max(1, round(far[best] * 3600.0 / access_kmh)), at))
    return legs


def _position(graph: RoadGraph, cuts: Cuts, node: int) -> tuple[float, float]:
    if node < graph.nodes:
        return float(graph.x[node]), float(graph.y[node])
    return cuts.x[node - graph.nodes], cuts.y[node - graph.nodes]
