"""Travel times over roads: trees rooted at targets, closures and weights, against networkx, igraph and plain scipy."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from measure import Goal, Row, Work, take_turns
from scipy.sparse.csgraph import dijkstra

from sim.network.coordinates import haversine_m
from sim.network.graph import RoadGraph, build_graph
from sim.network.load import load_network
from sim.network.states import Effect, Parts
from sim.network.travel import RoadTravel
from sim.network.trips import Site
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[1]
REGION = ROOT / "networks" / "jin-shaan-meng"
WORLD = Path("data", "world_roads.npz")
CLOSED_SHARE = 0.01
VEHICLE = "light"


@dataclass(frozen=True)
class Extent:
    """A network to measure on, and how much of each work."""

    name: str
    read: Callable[[], RoadGraph]
    rounds: int
    targets: int
    slow_targets: int
    """Targets of the peers in pure Python; their time is scaled."""


def measure(*, quick: bool) -> Iterator[Row]:
    """Measure on the region's network and on that of the world."""
    rounds, targets = (3, 50) if quick else (7, 100)
    yield from _on(Extent("region", lambda: _graph_of(REGION), rounds, targets, 10))
    data = os.environ.get("DRILLSIM_DATA")
    world = Path(data) / WORLD if data else None
    if world is None or not world.exists():
        why = "DRILLSIM_DATA is not set" if data is None else f"no {WORLD.name} under DRILLSIM_DATA"
        yield Row("world", note=why)
        return
    rounds, targets, slow = (3, 5, 1) if quick else (5, 100, 2)
    yield from _on(Extent("world", lambda: _world(world), rounds, targets, slow))


def _graph_of(folder: Path) -> RoadGraph:
    graph = load_network(folder).graph
    assert graph is not None
    return graph


def _world(path: Path) -> RoadGraph:
    with np.load(path) as data:
        lat, lon, u, v = (data[name] for name in ("lat", "lon", "u", "v"))
    return build_graph(np.arange(len(lat)), lon, lat, u, v, haversine_m(lon[u], lat[u], lon[v], lat[v]))


def _on(extent: Extent) -> Iterator[Row]:
    graph = extent.read()
    service = _Service(graph, extent.targets)
    yield from _trees(extent, service)
    yield _closing(extent, service)
    yield _updating(extent, service)
    yield from _numbering(extent, service)


class _Service:
    """The travel service with nothing but targets, and with one road event that closes a share of the roads."""

    def __init__(self, graph: RoadGraph, targets: int) -> None:
        rng = np.random.default_rng(1)
        nodes = rng.choice(np.flatnonzero(graph.main_part), targets, replace=False)
        edges = rng.choice(graph.edges, round(graph.edges * CLOSED_SHARE), replace=False)
        self.nodes: list[int] = nodes.tolist()
        self.travel = compiled(graph, self.nodes, edges)
        self.targets = range(targets)
        self.roots = [self.travel.spot(target) for target in self.targets]
        self.profile = self.travel.profile(VEHICLE)
        self.closed = self.travel.state(frozenset({0}))
        self.matrix = self.travel.matrix(self.profile, 0)

    def forget(self) -> None:
        """Drop all trees, and all weights but those of open roads."""
        self.travel._new_caches()
        self.travel.matrix(self.profile, 0)

    def work(self, state: int) -> Work:
        """Return the work of growing every tree in a state of the roads."""
        return Work(lambda: self.travel.prepare(self.targets, self.profile, state), self.forget, len(self.targets))


def compiled(graph: RoadGraph, nodes: list[int], edges: Any) -> RoadTravel:
    sites = [Site(float("nan"), float("nan"), str(node), node=graph.node_id[node : node + 1].tolist()[0]) for node in nodes]
    return RoadTravel(graph, sites, effects=[Effect(Parts.whole(edges.tolist()), 0.0)])


def _trees(extent: Extent, service: _Service) -> Iterator[Row]:
    matrix, roots = service.matrix, service.roots
    few = roots[: extent.slow_targets]
    works = {
        "sim": service.work(0),
        "scipy": Work(lambda: dijkstra(matrix, directed=True, indices=roots), amount=len(roots)),
    }
    searches = {"networkx": _networkx(matrix), "igraph": _igraph(matrix)}
    for name, search in searches.items():
        if search is not None:
            works[name] = Work(lambda search=search: [search(root) for root in few], amount=len(few))
    checked = _same_answers(service, searches)
    seconds = take_turns(works, extent.rounds)
    what = f"{extent.name}: {len(roots)} trees"
    size = f"{matrix.shape[0]:,} nodes, {matrix.nnz:,} arcs"
    sim = ("sim", seconds["sim"])
    yield Row(what, ("networkx", seconds["networkx"]), sim, Goal(">=", 15), f"{size}; {checked}; networkx {len(few)}, scaled")
    yield Row(what, sim, ("scipy", seconds["scipy"]), Goal("<=", 1.15), "plain csgraph on the same arrays")
    if "igraph" in seconds:
        yield Row(what, ("igraph", seconds["igraph"]), sim, None, f"igraph {len(few)}, scaled")
    else:
        yield Row(f"{what}, igraph", note="igraph is not installed")


def _networkx(matrix: Any) -> Callable[[int], dict[int, float]]:
    """Return a search with networkx on the reversed graph."""
    import networkx as nx

    arcs = matrix.tocoo()
    order = np.argsort(-arcs.data)  # of parallel arcs the quickest is written last, and stays
    graph = nx.DiGraph()
    graph.add_nodes_from(range(matrix.shape[0]))
    graph.add_weighted_edges_from(zip(arcs.row[order].tolist(), arcs.col[order].tolist(), arcs.data[order].tolist(), strict=True))
    return lambda root: nx.single_source_dijkstra_path_length(graph, root, weight="weight")


def _igraph(matrix: Any) -> Callable[[int], dict[int, float]] | None:
    """Return a search with igraph on the reversed graph; None when it is not installed."""
    try:
        import igraph
    except ImportError:
        return None
    arcs = matrix.tocoo()
    graph = igraph.Graph(matrix.shape[0], list(zip(arcs.row.tolist(), arcs.col.tolist(), strict=True)), directed=True)
    weights = arcs.data.tolist()
    return lambda root: graph.distances(source=root, weights=weights)[0]


def _same_answers(service: _Service, searches: dict[str, Callable[[int], Any] | None]) -> str:
    """Hold one tree of the service against that of every peer, node by node."""
    root, nodes = service.roots[0], np.arange(service.matrix.shape[0])
    mine = service.travel.tree(0, service.profile, 0).at(nodes)
    for name, search in searches.items():
        if search is None:
            continue
        found = search(root)
        theirs = np.full(len(nodes), np.inf)
        if isinstance(found, dict):
            theirs[list(found)] = list(found.values())
        else:
            theirs[:] = found
        if not np.array_equal(mine, np.where(np.isinf(theirs), NEVER, theirs).astype(np.int64)):
            message = f"{name} finds other travel times"
            raise RuntimeError(message)
    return "same answers"


def _closing(extent: Extent, service: _Service) -> Row:
    seconds = take_turns({"1 % closed": service.work(service.closed), "open": service.work(0)}, extent.rounds)
    what = f"{extent.name}: close 1 % of the roads, same trees"
    note = "weights updated, trees grown anew"
    return Row(what, ("1 % closed", seconds["1 % closed"]), ("open", seconds["open"]), Goal("<=", 1.3), note)


def _updating(extent: Extent, service: _Service) -> Row:
    travel, profile = service.travel, service.profile

    def build() -> object:
        graph = extent.read()
        fresh = compiled(graph, service.nodes[:1], np.array([0]))
        return fresh.matrix(fresh.profile(VEHICLE), 0)

    works = {
        "read and build": Work(build),
        "update": Work(lambda: travel.matrix(profile, service.closed), service.forget),
    }
    seconds = take_turns(works, min(extent.rounds, 3))
    what = f"{extent.name}: weights after a closure"
    return Row(what, ("read and build", seconds["read and build"]), ("update", seconds["update"]), Goal(">=", 10))


def _numbering(extent: Extent, service: _Service) -> Iterator[Row]:
    """Compare the numbering along a Hilbert curve with others, by the same search."""
    matrix, count = service.matrix, service.matrix.shape[0]
    roots = service.roots[: max(5, extent.targets // 5)]
    orders = {"random order": np.random.default_rng(2).permutation(count)}
    ids = service.travel.graph.node_id
    if ids.dtype.kind == "i" and count == len(ids):
        orders["order of the source"] = np.argsort(ids, kind="stable")
    works = {"Hilbert order": Work(lambda: dijkstra(matrix, directed=True, indices=roots), amount=len(roots))}
    for name, order in orders.items():
        place = np.empty(count, np.int64)
        place[order] = np.arange(count)
        other, there = matrix[order][:, order], place[roots].tolist()
        works[name] = Work(lambda other=other, there=there: dijkstra(other, directed=True, indices=there), amount=len(roots))
    seconds = take_turns(works, min(extent.rounds, 5))
    for name in orders:
        yield Row(f"{extent.name}: {len(roots)} trees", (name, seconds[name]), ("Hilbert order", seconds["Hilbert order"]))
