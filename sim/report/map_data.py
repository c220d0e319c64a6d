"""What a map shows, gathered from a run: roads, places, bases, incidents, routes driven, road events."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.aid import requests_of
from sim.analysis.endurance import opening
from sim.analysis.supplies import consignments_of
from sim.analysis.supply_words import say_units
from sim.report.view import View, is_projected
from sim.scenario.supplies import MILLI
from sim.units import MINUTE, NEVER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from sim.scenario.frozen import RoadEvent, Scenario

Floats = Any
RATIO = 1.12
"""Width of a map over its height."""
_MARGIN, _LEAST_KM = 1.22, 6.0
MOST_ROADS = 40_000
"""Beyond so many roads in sight, the least important classes are left out."""
DEGREE_KM = 111.195
RANKS = {"incident": 0, "base": 1, "depot": 2, "hospital": 2, "city": 3, "county": 4, "own": 4, "mine": 6, "township": 7}
"""What is named first where room is short."""


@dataclass(frozen=True, slots=True)
class Point:
    """A point with a name: ``incident``, ``base``, ``depot``, ``hospital``, or the kind of a place."""

    kind: str
    name: str
    x: float
    y: float
    teams: int = 0
    """Teams that were sent from a base; orders that were sent to a depot."""
    asked: bool = False
    """Base of a lender that was asked for teams, whether it sent any or not."""
    note: str = ""
    """What a depot holds at the start of the goods that it was to send."""


@dataclass(frozen=True, slots=True)
class Driven:
    """A way driven to a scene or a hospital, by teams of one owner, or to a scene by its trucks; points, shape (k, 2)."""

    owner: str
    teams: frozenset[str]
    xy: Floats
    trucks: bool = False


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A road event: its name, factor on speed (0: closed), when, and the roads it takes."""

    name: str
    factor: float
    begins: int
    ends: int | None
    roads: tuple[Floats, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """Incidents counted at one place: how many, and the median minutes until the first team (inf: never)."""

    name: str
    x: float
    y: float
    count: int
    minutes: float


@dataclass(frozen=True, slots=True)
class MapData:
    """Everything on a map. ``extent`` is x0, x1, y0, y1; empty when nothing has a position."""

    projected: bool
    extent: tuple[float, float, float, float] | None
    roads: dict[int, list[Floats]] = field(default_factory=dict)
    left_out: int = 0
    """Roads in sight that are not drawn."""
    points: tuple[Point, ...] = ()
    driven: tuple[Driven, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    spots: tuple[Spot, ...] = ()
    drives: int = 0
    measured: int = 0
    """How many of the drives rest on measured times."""

    @property
    def routes(self) -> int:
        """Return how many different ways were driven."""
        return len({way.xy.tobytes() for way in self.driven})


def map_data(view: View) -> MapData:
    """Gather what a map of a run shows."""
    few = view.few or view.first is None
    positions = _positions(view)
    driven, drives, measured = _driven(view) if few else ((), 0, 0)
    points, spots = _own_points(view, positions, few=few), () if few else _spots(view, positions)
    projected = is_projected(view.scenario)
    extent = _extent([*(d.xy for d in driven), _array(points, few=few), _array(spots, few=True)], projected=projected)
    if extent is None:
        return MapData(projected, None)
    roads, left_out = _roads(view, extent)
    seen = [place for place in view.places if _inside(extent, place.lon, place.lat)]
    places = [Point(place.kind if place.kind in RANKS else "township", place.name, place.lon, place.lat) for place in seen]
    points = (*points, *_others(points, places))
    return MapData(projected, extent, roads, left_out, points, driven, _obstacles(view), spots, drives, measured)


def _positions(view: View) -> NDArray[np.float64]:
    """Return x, y of each site; NaN where unknown."""
    scenario, found = view.scenario, []
    for number, site in enumerate(scenario.sites):
        known = math.isfinite(site.x) and math.isfinite(site.y)
        found.append((site.x, site.y) if known else scenario.travel.point(scenario.travel.spot(number)))
    return np.array(found, dtype=np.float64).reshape(-1, 2)


def _own_points(view: View, positions: NDArray[np.float64], *, few: bool) -> tuple[Point, ...]:
    """Return incidents, bases with how many teams were sent from them, and hospitals."""
    scenario, first, asked = view.scenario, view.first, _asked(view)
    sent = np.unique(first.missions.team) if first is not None else np.arange(len(scenario.teams))
    from_base = [scenario.teams[team].base for team in sent]
    found: dict[tuple[str, int], Point] = {}
    if few and first is not None:
        for name, site in zip(first.log.incidents, first.incidents.place, strict=True):
            if site >= 0:
                x, y = positions[site].tolist()
                found["incident", int(site)] = Point("incident", view.incident_names.get(name, name), x, y)
    bases = dict.fromkeys(team.base for team in scenario.teams if team.fleet < 0)
    found |= _depots(view, positions, few=few)
    for kind, sites in (("base", bases), ("hospital", scenario.hospitals)):
        for site in sites:
            teams = from_base.count(site) if kind == "base" else 0
            x, y = positions[site].tolist()
            name = _base_name(scenario, site) if kind == "base" else scenario.sites[site].name
            found[kind, site] = Point(kind, name, x, y, teams, kind == "base" and site in asked)
    return tuple(point for point in found.values() if math.isfinite(point.x) and math.isfinite(point.y))


def _base_name(scenario: Scenario, site: int) -> str:
    """Return the name of a base; that of its first team, less its number, where its place goes by a depot's name."""
    name = scenario.sites[site].name
    if all(depot.name != name for depot in scenario.supplies.depots):
        return name
    return next(team.name.rstrip("0123456789 ") for team in scenario.teams if team.base == site and team.fleet < 0) or name


def _depots(view: View, positions: NDArray[np.float64], *, few: bool) -> dict[tuple[str, int], Point]:
    """Return the depots with how many orders were sent to each, the busiest first."""
    scenario, sent, goods = view.scenario, dict[int, int](), dict[int, dict[int, None]]()
    if few and view.first is not None:
        for one in consignments_of(view.first):
            number = scenario.supplies.stores[one.store].depot
            sent[number] = sent.get(number, 0) + 1
            goods.setdefault(number, {}).update(dict.fromkeys(one.ordered))
    found: dict[tuple[str, int], Point] = {}
    for depot in sorted(scenario.supplies.depots, key=lambda depot: -sent.get(depot.index, 0)):
        x, y = positions[depot.site].tolist()
        held = _held(scenario, depot.index, goods.get(depot.index, {}))
        found["depot", depot.index] = Point("depot", depot.name, x, y, sent.get(depot.index, 0), note=held)
    return found


def _held(scenario: Scenario, depot: int, items: Iterable[int]) -> str:
    """Return what all owners have of some items in a depot at the start, in words."""
    stock, said = opening(scenario), list[str]()
    mine = [store.index for store in scenario.supplies.stores if store.depot == depot]
    for item in items:
        thing, amount = scenario.supplies.items[item], sum(stock.get((store, item), 0) for store in mine)
        said.append(f"{thing.name} {say_units(amount / MILLI)} {thing.unit}".rstrip())
    return "、".join(said)


def _asked(view: View) -> frozenset[int]:
    """Return the sites of the bases of lenders that were asked in the first replication."""
    scenario, first = view.scenario, view.first
    if first is None or not scenario.command.lenders:
        return frozenset()
    lenders = [scenario.command.lenders[one.lender] for one in requests_of(first) if one.lender >= 0]
    return frozenset(scenario.teams[team].base for lender in lenders for team in lender.teams)


def _driven(view: View) -> tuple[tuple[Driven, ...], int, int]:
    """Return the ways to scenes and hospitals, by owner; how many drives they hold, and how many of them are measured."""
    routes, scenario, first = view.routes, view.scenario, view.first
    if routes is None or first is None:
        return (), 0, 0
    scenes = {scenario.sites[site].id for site in first.incidents.place if site >= 0}
    goals = scenes | {scenario.sites[site].id for site in scenario.hospitals if site >= 0}
    trucks = {team.id for team in scenario.teams if team.fleet >= 0}
    owners = {team.id: team.owner for team in scenario.teams}
    found: list[Driven] = []
    drives = measured = 0
    rows: list[dict[str, Any]] = routes[routes["target"].isin(goals)].to_dict("records")  # type: ignore[assignment]
    for row in rows:
        begun = zip(row["missions"], row["teams"], row["departs"], strict=True)
        # The way home begins with the release; it may lead to a hospital too, where one stands beside the base.
        teams = [
            team for mission, team, departs in begun
            if (row["target"] in scenes if mission < 0 else departs < first.missions.released[mission])
        ]  # fmt: skip
        xy = np.stack([row["lon"], row["lat"]], axis=1)
        xy = xy[np.isfinite(xy).all(axis=1)]
        if len(xy) < 2 or not teams:  # one point: it stands there already
            continue
        drives, measured = drives + len(teams), measured + len(teams) * bool(row["measured"])
        by_owner: dict[tuple[str, bool], set[str]] = {}
        for team in teams:
            by_owner.setdefault((owners[team], team in trucks), set()).add(team)
        found += [Driven(owner, frozenset(mine), xy, hauls) for (owner, hauls), mine in by_owner.items()]
    return tuple(found), drives, measured


def _spots(view: View, positions: NDArray[np.float64]) -> tuple[Spot, ...]:
    """Return the incidents of the first replication, counted by place."""
    first = view.first
    assert first is not None
    counted, place = first.counted, first.incidents.place
    after = np.where(first.incidents.first < NEVER, first.incidents.first - first.incidents.alarm, math.inf) / MINUTE
    found = []
    for site in np.unique(place[counted & (place >= 0)]):
        here = after[counted & (place == site)]
        x, y = positions[site]
        if math.isfinite(x):
            middle = float(np.partition(here, (len(here) - 1) // 2)[(len(here) - 1) // 2])
            found.append(Spot(view.scenario.sites[site].name, float(x), float(y), len(here), middle))
    return tuple(sorted(found, key=lambda spot: -spot.count))


def _others(own: tuple[Point, ...], places: list[Point]) -> list[Point]:
    """Return places that do not stand on the map already under the same name."""
    named = {point.name for point in own}
    return [place for place in places if place.name not in named]


def _array(points: Any, *, few: bool) -> NDArray[np.float64]:
    """Return the positions that the extent must hold: in a drill only those that took part."""
    aside = ("base", "hospital", "depot")  # a hospital that takes somebody is the end of a way
    chosen = [
        (p.x, p.y) for p in points if not (few and isinstance(p, Point) and p.kind in aside and not p.teams and not p.asked)
    ]
    return np.array(chosen, dtype=np.float64).reshape(-1, 2)


def _extent(parts: list[NDArray[np.float64]], *, projected: bool) -> tuple[float, float, float, float] | None:
    """Return the limits around all parts, with a margin, in the shape of the map."""
    xy = np.concatenate([part for part in parts if len(part)] or [np.empty((0, 2))])
    if not len(xy):
        return None
    (x0, y0), (x1, y1) = xy.min(axis=0), xy.max(axis=0)
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    x_km, y_km = km_per_unit(float(y), projected=projected)
    half_x, half_y = max((x1 - x0) / 2 * x_km, _LEAST_KM) * _MARGIN, max((y1 - y0) / 2 * y_km, _LEAST_KM) * _MARGIN
    half_x, half_y = max(half_x, half_y * RATIO), max(half_y, half_x / RATIO)
    return float(x - half_x / x_km), float(x + half_x / x_km), float(y - half_y / y_km), float(y + half_y / y_km)


def km_per_unit(y: float, *, projected: bool) -> tuple[float, float]:
    """Return kilometres in one unit of x and of y, at a latitude."""
    if projected:
        return 1e-3, 1e-3
    return DEGREE_KM * math.cos(math.radians(y)), DEGREE_KM


def _inside(extent: tuple[float, float, float, float], x: float, y: float) -> bool:
    return extent[0] <= x <= extent[1] and extent[2] <= y <= extent[3]


def _roads(view: View, extent: tuple[float, float, float, float]) -> tuple[dict[int, list[Floats]], int]:
    """Return the roads in sight by class, the most important classes first."""
    graph = getattr(view.scenario.travel, "graph", None)
    if graph is None:
        return {}, 0
    x, y = graph.x, graph.y
    ends = np.stack([graph.edge_start, graph.edge_end])
    seen = (
        (x[ends].max(axis=0) >= extent[0]) & (x[ends].min(axis=0) <= extent[1])
        & (y[ends].max(axis=0) >= extent[2]) & (y[ends].min(axis=0) <= extent[3])
    )  # fmt: skip
    edges = np.flatnonzero(seen)
    classes = graph.edge_class[edges]
    order = np.argsort(classes, kind="stable")[:MOST_ROADS]
    found: dict[int, list[Floats]] = {}
    for edge, code in zip(edges[order].tolist(), classes[order].tolist(), strict=True):
        found.setdefault(code, []).append(graph.polyline(edge))
    return found, len(edges) - len(order)


def _obstacles(view: View) -> tuple[Obstacle, ...]:
    return tuple(_obstacle(view, event) for event in view.scenario.road_events)


def _obstacle(view: View, event: RoadEvent) -> Obstacle:
    from sim.network.roads import piece_of

    travel: Any = view.scenario.travel
    effect = travel.effects[event.effect]
    ends = event.ends
    if ends is None and event.lasts is not None:
        ends = event.begins + event.lasts.planned
    roads: tuple[Floats, ...] = ()
    if effect.parts is not None:
        parts = zip(effect.parts.edge.tolist(), effect.parts.lo.tolist(), effect.parts.hi.tolist(), strict=True)
        roads = tuple(piece_of(travel.graph, edge, lo, hi) for edge, lo, hi in parts)
    return Obstacle(event.name, effect.factor, event.begins, ends, roads)
