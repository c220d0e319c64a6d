"""What a network holds and what is cut off in it: for the eyes of a planner before the first run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.network.speeds import CLASS_WORDS, CLASSES
from sim.units import NEVER

if TYPE_CHECKING:
    from sim.errors import Language
    from sim.network.graph import RoadGraph
    from sim.network.load import Network
    from sim.network.matrix import TravelMatrix
    from sim.network.places import Place

TOLERANCE_M = 5_000.0
"""Places farther than this from a road are listed."""
SHOWN = 10


class Island(NamedTuple):
    """A part of the network from which, or to which, there is no way to the main part."""

    nodes: int
    km: float
    example: str


class FarPlace(NamedTuple):
    """A place and its distance to the nearest road of the main part."""

    place: Place
    distance_m: float


@dataclass(frozen=True)
class NetworkReport:
    """Counts of a network.

    Parameters
    ----------
    name, form
        Name; ``roads`` or ``matrix``.
    nodes, roads, km
        Of a road graph; 0 on a matrix.
    weak_parts, strong_parts
        Components: connected at all, connected in both directions.
    main_nodes
        Nodes of the largest strongly connected part.
    km_by_class
        Kilometres by road class, classes that occur only.
    one_way_km
        Kilometres that may be driven in one direction only.
    dead_ends
        Nodes with one neighbour.
    islands
        Parts outside the main one, largest first.
    places, far
        Number of places; those farther than `tolerance_m` from a road of the main part, farthest first.
    tolerance_m
        See `far`.
    no_way
        Ordered pairs of places without a way (matrix).
    notices
        Licences and limits.
    content_hash
        Of the network.
    """

    name: str
    form: str
    nodes: int
    roads: int
    km: float
    weak_parts: int
    strong_parts: int
    main_nodes: int
    km_by_class: dict[str, float]
    one_way_km: float
    dead_ends: int
    islands: tuple[Island, ...]
    places: int
    far: tuple[FarPlace, ...]
    tolerance_m: float
    no_way: int
    notices: tuple[str, ...]
    content_hash: str


def describe(network: Network, tolerance_m: float = TOLERANCE_M) -> NetworkReport:
    """Return the counts of a network and what is cut off in it."""
    common = {
        "name": network.name, "places": len(network.places), "tolerance_m": tolerance_m, "notices": network.notices,
        "content_hash": network.content_hash,
    }  # fmt: skip
    if network.graph is None:
        return _of_matrix(network.matrix, common)
    return _of_graph(network.graph, tuple(network.places), common)


def _of_matrix(matrix: TravelMatrix | None, common: dict[str, object]) -> NetworkReport:
    no_way = 0 if matrix is None else int((matrix.ms >= NEVER).sum())
    return NetworkReport(
        form="matrix", nodes=0, roads=0, km=0.0, weak_parts=0, strong_parts=0, main_nodes=0, km_by_class={},
        one_way_km=0.0, dead_ends=0, islands=(), far=(), no_way=no_way, **common,  # type: ignore[arg-type]
    )  # fmt: skip


def _of_graph(graph: RoadGraph, places: tuple[Place, ...], common: dict[str, object]) -> NetworkReport:
    km = graph.edge_length_m / 1000
    by_class = np.bincount(graph.edge_class, km, minlength=len(CLASSES))
    one_way = np.bincount(graph.edge, minlength=graph.edges) == 1
    return NetworkReport(
        form="roads", nodes=graph.nodes, roads=graph.edges, km=float(km.sum()), weak_parts=_parts(graph.weak_part),
        strong_parts=_parts(graph.strong_part), main_nodes=int(graph.main_part.sum()),
        km_by_class={name: float(by_class[code]) for code, name in enumerate(CLASSES) if by_class[code] > 0},
        one_way_km=float(km[one_way].sum()), dead_ends=_dead_ends(graph), islands=_islands(graph),
        far=far_places(graph, places, float(str(common["tolerance_m"]))), no_way=0, **common,  # type: ignore[arg-type]
    )  # fmt: skip


def _dead_ends(graph: RoadGraph) -> int:
    """Return the number of nodes with one neighbour."""
    ends = np.stack([np.concatenate([graph.tail, graph.head]), np.concatenate([graph.head, graph.tail])])
    pairs = np.unique(ends[:, ends[0] != ends[1]], axis=1)
    return int((np.bincount(pairs[0], minlength=graph.nodes) == 1).sum())


def _parts(label: np.ndarray[tuple[int, ...], np.dtype[np.int32]]) -> int:
    return int(label.max()) + 1 if len(label) else 0


def _islands(graph: RoadGraph) -> tuple[Island, ...]:
    """Return the strongly connected parts other than the main one; a road counts with the part of its lesser end."""
    part = np.maximum(graph.strong_part[graph.edge_start], graph.strong_part[graph.edge_end])
    count = _parts(graph.strong_part)
    km = np.bincount(part, graph.edge_length_m / 1000, minlength=count)
    nodes = np.bincount(graph.strong_part, minlength=count)
    _, first = np.unique(graph.strong_part, return_index=True)
    islands = [Island(int(nodes[i]), float(km[i]), str(graph.node_id[first[i]])) for i in range(1, count)]
    return tuple(sorted(islands, key=lambda island: (-island.nodes, -island.km, island.example)))


def far_places(graph: RoadGraph, places: tuple[Place, ...], tolerance_m: float) -> tuple[FarPlace, ...]:
    """Return the places farther than the tolerance from every road of the main part, farthest first."""
    from sim.network.sites import RoadIndex

    if not places:
        return ()
    feet = RoadIndex(graph).nearest([place.lon for place in places], [place.lat for place in places])
    far = [FarPlace(p, d) for p, d in zip(places, feet.distance_m.tolist(), strict=True) if d > tolerance_m]
    return tuple(sorted(far, key=lambda one: (-one.distance_m, one.place.id)))


def render(report: NetworkReport, language: Language = "zh") -> str:
    """Return the report as plain text."""
    zh = language == "zh"
    lines = [f"路网:{report.name}" if zh else f"Network: {report.name}"]
    lines += _matrix_lines(report, zh=zh) if report.form == "matrix" else _road_lines(report, zh=zh)
    for notice in report.notices:
        lines.append(f"{'声明' if zh else 'Notice'}: {notice}")
    lines.append(f"{'内容指纹' if zh else 'Content hash'}: {report.content_hash[:16]}")
    return "\n".join(lines)


def _matrix_lines(report: NetworkReport, *, zh: bool) -> list[str]:
    if zh:
        return [f"形式:行车时间矩阵;地点 {report.places} 个;走不通的有向地点对 {report.no_way} 个"]
    return [f"Form: travel-time matrix; {report.places} places; {report.no_way} ordered pairs without a way"]


def _road_lines(report: NetworkReport, *, zh: bool) -> list[str]:
    r = report
    if zh:
        lines = [
            f"节点 {r.nodes:,} 个,道路 {r.roads:,} 条,{r.km:,.0f} km(单行 {r.one_way_km:,.0f} km)",
            f"断头 {r.dead_ends:,} 处",
            f"连通:{r.weak_parts} 块;双向连通 {r.strong_parts} 块,主体 {r.main_nodes:,} 个节点",
            "道路等级:",
        ]
    else:
        lines = [
            f"{r.nodes:,} nodes, {r.roads:,} roads, {r.km:,.0f} km ({r.one_way_km:,.0f} km one-way)",
            f"{r.dead_ends:,} dead ends",
            f"Parts: {r.weak_parts} connected, {r.strong_parts} both ways; {r.main_nodes:,} nodes in the main part",
            "Road classes:",
        ]
    language: Language = "zh" if zh else "en"
    lines += [f"  {CLASS_WORDS[name].say(language)} ({name}): {km:,.0f} km" for name, km in r.km_by_class.items()]
    return lines + _island_lines(r, zh=zh) + _place_lines(r, zh=zh)


def _island_lines(report: NetworkReport, *, zh: bool) -> list[str]:
    islands = report.islands
    if not islands:
        return ["没有与主体隔断的部分" if zh else "Nothing is cut off from the main part"]
    nodes, km = sum(i.nodes for i in islands), sum(i.km for i in islands)
    if zh:
        lines = [f"与主体隔断:{len(islands)} 块,{nodes} 个节点,{km:,.1f} km(驻地与地点不会接到这里)"]
        lines += [f"  {i.nodes} 个节点,{i.km:,.1f} km,例如节点 {i.example}" for i in islands[:SHOWN]]
    else:
        lines = [f"Cut off: {len(islands)} parts, {nodes} nodes, {km:,.1f} km (no place is ever attached to them)"]
        lines += [f"  {i.nodes} nodes, {i.km:,.1f} km, such as node {i.example}" for i in islands[:SHOWN]]
    return [*lines, "  …"] if len(islands) > SHOWN else lines


def _place_lines(report: NetworkReport, *, zh: bool) -> list[str]:
    km = report.tolerance_m / 1000
    if zh:
        lines = [f"地点 {report.places} 个,距道路超过 {km:g} km 的 {len(report.far)} 个"]
    else:
        lines = [f"{report.places} places, {len(report.far)} of them more than {km:g} km from a road"]
    lines += [f"  {one.place.name} ({one.place.id}): {one.distance_m / 1000:.1f} km" for one in report.far[:SHOWN]]
    return [*lines, "  …"] if len(report.far) > SHOWN else lines
