"""Travel times over roads: against networkx, trips in motion, closures, measured times, memory."""

from __future__ import annotations

import itertools
import math
import pickle
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.network.closures import edges_between, edges_within
from sim.network.graph import RoadGraph, build_graph
from sim.network.service import compile_travel
from sim.network.speeds import CLASSES, DEFAULT_SPEEDS
from sim.network.states import Effect, Parts
from sim.network.travel import RoadTravel
from sim.network.trips import Measured, Site
from sim.units import MINUTE, NEVER

MINUTE_ROAD = 50_000 / 60
"""Metres that a light vehicle drives in one minute on a road of unknown class (50 km/h)."""


# ---------------------------------------------------------------- second method: networkx, built edge by edge


class Town:
    """A random town as plain lists, and its own idea of the streets: a MultiDiGraph that shares no code with ours."""

    def __init__(self, draw: Any) -> None:
        n = draw(st.integers(3, 7))
        cells = st.tuples(st.integers(0, 20), st.integers(0, 20))
        self.xy = [(100.0 * x, 100.0 * y) for x, y in draw(st.lists(cells, min_size=n, max_size=n, unique=True))]
        ends = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda e: e[0] != e[1])
        road = st.fixed_dictionaries({
            "ends": ends, "m": st.integers(40, 3000), "class": st.integers(0, len(CLASSES) - 1),
            "oneway": st.sampled_from([0, 0, 0, 1, -1]), "limit": st.sampled_from([math.nan, 30.0, 60.0]),
            "height": st.sampled_from([math.nan, math.nan, 3.0]), "minutes": st.sampled_from([math.nan, math.nan, 2.5]),
        })  # fmt: skip
        ring = [{"ends": (i, (i + 1) % n), "m": 700, "class": 3, "oneway": 0, "limit": math.nan, "height": math.nan,
                 "minutes": math.nan} for i in range(draw(st.integers(1, n)))]  # fmt: skip
        self.roads = ring + draw(st.lists(road, min_size=1, max_size=10))
        self.region = [draw(st.sampled_from(["A", "B"])) for _ in range(n)]
        spots = st.tuples(st.integers(-150, 2150), st.integers(-150, 2150))
        self.sites = draw(st.lists(spots, min_size=2, max_size=5))
        share = st.sampled_from([i / 16 for i in range(17)])
        part = st.tuples(st.integers(0, len(self.roads) - 1), share, share).filter(lambda p: p[1] < p[2])
        effect = st.tuples(st.lists(part, min_size=1, max_size=4), st.sampled_from([0.0, 0.0, 0.4, 0.7]),
                           st.sampled_from([frozenset(), frozenset(["light"])]))  # fmt: skip
        self.effects = draw(st.lists(effect, max_size=3))

    def ours(self) -> RoadTravel:
        """Return the town through the code under test."""
        graph = build_graph(
            [f"n{i}" for i in range(len(self.xy))], *zip(*self.xy, strict=True),
            [f"n{r['ends'][0]}" for r in self.roads], [f"n{r['ends'][1]}" for r in self.roads],
            [r["m"] for r in self.roads], road_class=[r["class"] for r in self.roads],
            oneway=[r["oneway"] for r in self.roads], max_speed_kmh=[r["limit"] for r in self.roads],
            max_height_m=[r["height"] for r in self.roads], minutes=[r["minutes"] for r in self.roads],
            region=self.region, projected=True,
        )  # fmt: skip
        effects = [
            Effect(Parts(*(np.array(c, t) for c, t in zip(zip(*parts, strict=True), (np.int32, float, float), strict=True))),
                   factor, allow)
            for parts, factor, allow in self.effects
        ]  # fmt: skip
        return RoadTravel(graph, [Site(x, y, f"s{i}") for i, (x, y) in enumerate(self.sites)], effects=effects,
                          tolerance_m=1e6, border_ms={("A", "B"): 60_000, ("B", "A"): 5_000})  # fmt: skip

    def arcs(self, road: dict[str, Any]) -> list[tuple[int, int]]:
        """Return the directions a road may be driven in."""
        a, b = road["ends"]
        return [way for way, ok in (((a, b), road["oneway"] >= 0), ((b, a), road["oneway"] <= 0)) if ok]

    def feet(self) -> list[tuple[int, float, float]]:
        """Return road, share and distance of the nearest point for each site, by trying every road."""
        graph = nx.DiGraph()
        graph.add_nodes_from(range(len(self.xy)))
        graph.add_edges_from(way for road in self.roads for way in self.arcs(road))
        parts = sorted(nx.strongly_connected_components(graph), key=len)
        assume(len(parts[-1]) > 1 and (len(parts) == 1 or len(parts[-2]) < len(parts[-1])))
        found = []
        for x, y in self.sites:
            options = []
            for at, road in enumerate(self.roads):
                if set(road["ends"]) <= parts[-1]:
                    (ax, ay), (bx, by) = (self.xy[end] for end in road["ends"])
                    share = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)
                    share = min(max(share, 0.0), 1.0)
                    far = math.hypot(x - ax - share * (bx - ax), y - ay - share * (by - ay))
                    options.append((far, at, share))
            best = min(options)
            # Two roads equally near: which one is taken is a convention, not a truth.
            ties = [o for o in options if o[0] < best[0] + 1e-6]
            assume(len({self.name(at, share) for _, at, share in ties}) == 1)
            assume(best[0] < 1e-6 or best[0] > 1.001)
            found.append((best[1], best[2], best[0]))
        return found

    def name(self, at: int, share: float) -> Any:
        """Return the node at a share of a road."""
        metres = self.roads[at]["m"]
        if share * metres < 1:
            return self.roads[at]["ends"][0]
        return self.roads[at]["ends"][1] if (1 - share) * metres < 1 else (at, share)

    def theirs(self, vehicle: str, hour: int | None, weather: str, active: frozenset[int]) -> nx.MultiDiGraph:
        """Return the streets of a vehicle in a road state."""
        feet = self.feet()
        cuts: dict[int, set[float]] = {}
        for at, share in [(at, share) for at, share, _ in feet] + [
            (at, s) for parts, _, _ in self.effects for at, lo, hi in parts for s in (lo, hi)
        ]:
            if not isinstance(self.name(at, share), int):
                cuts.setdefault(at, set()).add(share)
        for at, shares in cuts.items():
            ordered = sorted(shares)
            assume(all((b - a) * self.roads[at]["m"] > 1.001 for a, b in itertools.pairwise(ordered)))
        graph = nx.MultiDiGraph()
        car, speeds = DEFAULT_SPEEDS.vehicle(vehicle), DEFAULT_SPEEDS.vector(vehicle, hour, weather)
        for at, road in enumerate(self.roads):
            if car.height_m > road["height"]:
                continue
            c = road["class"]
            limit = 1.0 if math.isnan(road["limit"]) else min(1.0, road["limit"] / car.speeds_kmh[c])
            whole = max(1, round(road["m"] * 3600.0 / (speeds[c] * limit)))
            if not math.isnan(road["minutes"]):
                whole = max(1, round(road["minutes"] * 60000.0 * (DEFAULT_SPEEDS.vector("light")[c] / speeds[c])))
            stops = [0.0, *sorted(cuts.get(at, ())), 1.0]
            for a, b in self.arcs(road):
                for lo, hi in itertools.pairwise(stops):
                    ms = max(1, round(whole * hi) - round(whole * lo))
                    hit = [factor for i, (parts, factor, allow) in enumerate(self.effects) if i in active
                           and vehicle not in allow and any(p == at and s <= (lo + hi) / 2 <= e for p, s, e in parts)]  # fmt: skip
                    if 0.0 in hit:
                        continue
                    ms = max(1, round(ms / min(hit))) if hit else ms
                    if lo <= 0.5 < hi and self.region[a] != self.region[b]:
                        ms += 60_000 if self.region[a] == "A" else 5_000
                    ends = [self.name(at, lo) if lo else road["ends"][0], self.name(at, hi) if hi < 1 else road["ends"][1]]
                    graph.add_edge(*(ends if (a, b) == road["ends"] else ends[::-1]), ms=ms)
        for site, (at, share, far) in enumerate(feet):
            leg = max(1, round(far * 3600.0 / 20.0)) if far >= 1 else 0
            graph.add_edge(("s", site), self.name(at, share), ms=leg)
            graph.add_edge(self.name(at, share), ("s", site), ms=leg)
        return graph


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_times_equal_networkx_to_the_millisecond(data: st.DataObject) -> None:
    """Proves travel times on random towns (one-way, parallel, split, closed, slowed, barred roads, borders) exactly."""
    town = Town(data.draw)
    vehicle = data.draw(st.sampled_from(["light", "heavy"]))
    hour, weather = data.draw(st.sampled_from([None, 8])), data.draw(st.sampled_from(["clear", "snow"]))
    active = frozenset(data.draw(st.sets(st.integers(0, len(town.effects) - 1)))) if town.effects else frozenset()
    streets = town.theirs(vehicle, hour, weather, active)
    travel = town.ours()
    profile, state = travel.profile(vehicle, hour, weather), travel.state(active)
    everyone = range(len(town.sites))
    truth = [[nx.single_source_dijkstra_path_length(streets, ("s", a), weight="ms").get(("s", b), NEVER)
              for b in everyone] for a in everyone]  # fmt: skip
    rows = [travel.row(everyone, b, profile, state) for b in everyone]
    assert [[rows[b][a] for b in everyone] for a in everyone] == truth
    assert travel.table(everyone, everyone, profile, state).tolist() == truth
    # A fresh service with fewer origins than targets grows its trees from the origins.
    fresh = town.ours()
    forward = fresh.table([0], everyone, fresh.profile(vehicle, hour, weather), fresh.state(active))
    assert forward.tolist() == truth[:1]
    for a in everyone:
        assert [travel.drive(travel.spot(a), b, profile, state) for b in everyone] == truth[a]


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_a_team_located_on_its_way_still_arrives_on_time(data: st.DataObject) -> None:
    """Proves `locate`: time to the next node plus the time left from there is the trip's arrival, in any driving mode."""
    town = Town(data.draw)
    town.feet()
    travel = town.ours()
    profile = travel.profile("heavy", 8, "rain")
    factor = data.draw(st.sampled_from([1.0, 1.15, 1.3]))
    trip = travel.trip(travel.spot(0), 1, profile, 0, 1_000, factor)
    assume(trip is not None)
    assert trip is not None
    now = data.draw(st.integers(1_000, trip.arrives + 10))
    node, until = travel.locate(trip, now)
    if now <= trip.arrives:
        assert now + until + round(travel.drive(node, 1, profile, 0) * factor) == trip.arrives
        assert until >= 0
    else:
        assert (node, until) == (travel.spot(1), 0)
    assert travel.locate(trip, 1_000) == (travel.spot(0), 0)
    route = travel.route(trip)
    assert route.ms[0] == 0
    assert route.ms[-1] == trip.duration
    assert (np.diff(route.ms) >= 0).all()
    assert route.xy[0].tolist() == list(travel.point(travel.spot(0)))
    assert route.xy[-1].tolist() == list(travel.point(travel.spot(1)))


# ---------------------------------------------------------------- a street drawn by hand


def street(count: int = 5, *, loop: bool = True) -> RoadGraph:
    """Return `count` nodes in a row, a minute apart; with `loop` a slow way round joins the ends (20 minutes)."""
    ends = [(i, i + 1) for i in range(count - 1)] + ([(count - 1, 0)] if loop else [])
    metres = [MINUTE_ROAD] * (count - 1) + ([20 * MINUTE_ROAD] if loop else [])
    x = [i * MINUTE_ROAD for i in range(count)]
    names = [f"road {a}-{b}" for a, b in ends]
    # The way round bows out to the south.
    offset = np.array([0] * count + [2]) if loop else None
    bow = np.array([[x[-1], -3000.0], [0.0, -3000.0]]) if loop else None
    return build_graph([f"n{i}" for i in range(count)], x, [0.0] * count, [f"n{a}" for a, _ in ends],
                       [f"n{b}" for _, b in ends], metres, edge_name=names, projected=True,
                       shape_offset=offset, shape_xy=bow)  # fmt: skip


def at(node: int) -> Site:
    return Site(math.nan, math.nan, f"n{node}", node=f"n{node}")


def test_a_closure_sends_teams_round_and_a_longer_one_cuts_off() -> None:
    """Proves closing and reopening by hand count: 4 min straight, 20 min round, no way when both are closed."""
    graph = street()
    effects = [Effect(edges_between(graph, at(1), at(2))), Effect(Parts.whole([4]), 0.0), Effect(Parts.whole([2]), 0.5)]
    travel = RoadTravel(graph, [at(0), at(4)], effects=effects)
    light = travel.profile("light")
    minutes = {name: travel.row([0], 1, light, travel.state(frozenset(name)))[0] / MINUTE
               for name in [(), (0,), (2,), (0, 1)]}  # fmt: skip
    assert minutes == {(): 4, (0,): 20, (2,): 5, (0, 1): NEVER / MINUTE}
    assert travel.trip(travel.spot(0), 1, light, travel.state(frozenset({0, 1})), 0) is None
    assert travel.state(frozenset()) == 0


def test_allowed_vehicles_pass_a_closure_and_share_the_open_trees() -> None:
    """Proves that a closure binds only those it is not open to, and that they need no tree of their own."""
    graph = street()
    travel = RoadTravel(graph, [at(0), at(4)], effects=[Effect(Parts.whole([1]), 0.0, frozenset({"ambulance"}))])
    state = travel.state(frozenset({0}))
    light, ambulance = travel.profile("light"), travel.profile("ambulance")
    assert travel.row([0], 1, light, state) == [20 * MINUTE]
    assert travel.row([0], 1, ambulance, state) == [4 * MINUTE]
    assert travel.tree(1, ambulance, state) is travel.tree(1, ambulance, 0)


def test_hours_with_equal_speeds_share_a_profile() -> None:
    """Proves that two hours with the same speeds are one profile, hence one tree; a rush hour is another."""
    travel = RoadTravel(street(), [at(0)])
    assert travel.profile("light", 2) == travel.profile("轻型", 3, "晴")
    assert travel.profile("light", 2) != travel.profile("light", 8)


def test_touched_only_by_what_lies_ahead() -> None:
    """Proves re-planning: a closure behind the team or beside its way does not touch it, one ahead does."""
    graph = street()
    travel = RoadTravel(graph, [at(0), at(4)], effects=[Effect(Parts.whole([e])) for e in (0, 3, 4)])
    light = travel.profile("light")
    trip = travel.trip(travel.spot(0), 1, light, 0, 0)
    assert trip is not None
    behind, ahead, beside = (travel.state(frozenset({i})) for i in range(3))
    now = round(1.5 * MINUTE)
    assert not travel.touched(trip, now, 0, behind)
    assert travel.touched(trip, now, 0, ahead)
    assert not travel.touched(trip, now, 0, beside)
    assert not travel.touched(trip, trip.arrives, 0, ahead)
    # On the last road already, the next node is its end: nothing ahead.
    assert not travel.touched(trip, round(3.5 * MINUTE), 0, ahead)


def test_a_reopening_touches_a_team_on_the_way_round() -> None:
    """Proves that a reopened road calls a team back from its detour while that pays, and not when it no longer does."""
    graph = street()
    travel = RoadTravel(graph, [at(0), at(4), Site(MINUTE_ROAD * 4, -1500.0, "late")], effects=[Effect(Parts.whole([3]))])
    light, closed = travel.profile("light"), travel.state(frozenset({0}))
    trip = travel.trip(travel.spot(0), 1, light, closed, 0)
    assert trip is not None
    assert trip.duration == 20 * MINUTE
    assert travel.touched(trip, 0, closed, 0)
    node, until = travel.locate(trip, 15 * MINUTE)
    assert until > 0
    assert node not in (travel.spot(0), travel.spot(1))
    assert not travel.touched(trip, 15 * MINUTE, closed, 0)


def test_sites_split_roads_without_changing_other_times() -> None:
    """Proves that more sites and events on a road leave the time along it as it was, to the millisecond."""
    graph = street(3, loop=False)
    alone = RoadTravel(graph, [at(0), at(2)])
    crowd = [Site(MINUTE_ROAD * (0.1 + 0.137 * i), 0.0, str(i)) for i in range(12)]
    crowded = RoadTravel(graph, [at(0), at(2), *crowd], effects=[Effect(edges_within(graph, 500.0, 0.0, 123.4))])
    for vehicle in ("light", "plant"):
        profile = alone.profile(vehicle, 8, "snow")
        assert crowded.row([0, 1], 1, crowded.profile(vehicle, 8, "snow"), 0) == alone.row([0, 1], 1, profile, 0)
    order = crowded.row(range(2, 14), 0, crowded.profile("light"), 0)
    assert order == sorted(order)
    assert order[0] == round(0.1 * MINUTE)


def test_the_access_leg_has_its_own_speed() -> None:
    """Proves a site 200 m off the road, a quarter along: 200 m at 20 km/h, then a quarter of a minute."""
    travel = RoadTravel(street(3), [at(0), Site(MINUTE_ROAD / 4, 200.0, "farm")])
    assert travel.row([1], 0, travel.profile("light"), 0) == [36_000 + 15_000]


def test_a_circle_does_not_trap_people_outside_it() -> None:
    """Proves that only the inside of a circle closes: sites on the same road outside leave by the free end.

    One site stands outside but its nearest road point is inside; it leaves by the edge of the circle.
    """
    graph = street(3, loop=False)
    outside, inside = Site(100.0, 0.0, "outside"), Site(MINUTE_ROAD * 0.5, 0.0, "inside")
    beside = Site(MINUTE_ROAD * 0.5, 150.0, "beside")
    circle = Effect(edges_within(graph, MINUTE_ROAD * 0.5, 0.0, 100.0))
    travel = RoadTravel(graph, [at(0), at(2), outside, inside, beside], effects=[circle])
    light, closed = travel.profile("light"), travel.state(frozenset({0}))
    assert travel.row([2, 3, 4, 1], 0, light, closed)[:2] == [round(100 / MINUTE_ROAD * MINUTE), NEVER]
    assert travel.row([1], 0, light, closed) == [NEVER]
    leave = round(math.hypot(100.0, 150.0) * 3600 / 20)
    to_start = round((MINUTE_ROAD * 0.5 - 100) / MINUTE_ROAD * MINUTE)
    assert travel.row([4], 0, light, closed) == [leave + to_start]
    # Without the closure the leg to the edge of the circle is not there.
    assert travel.row([4], 0, light, 0) == [150 * 180 + MINUTE // 2]


def test_restrictions_bar_only_what_is_too_high_heavy_or_hazardous() -> None:
    """Proves limits: a vehicle just within passes, one above goes round."""
    ends = [("a", "b"), ("a", "c"), ("c", "b")]
    graph = build_graph("abc", [0, 1000, 500], [0, 0, 800], *zip(*ends, strict=True), [1000, 5000, 5000],
                        max_height_m=[3.8, np.nan, np.nan], max_weight_t=[25.0, np.nan, np.nan], projected=True)  # fmt: skip
    travel = RoadTravel(graph, [Site(0, 0, "a", node="a"), Site(0, 0, "b", node="b")])
    heavy, plant = travel.profile("heavy"), travel.profile("plant")
    assert travel.row([0], 1, heavy, 0) == [round(1000 * 3600 / 42)]
    assert travel.row([0], 1, plant, 0) == [2 * round(5000 * 3600 / 32)]


def test_border_delay_counts_once_per_direction() -> None:
    """Proves that crossing from one region to another costs its delay, and driving within costs none."""
    graph = build_graph("abc", [0, 1000, 2000], [0, 0, 0], "ab", "bc", [1000, 1000], region=["山西", "山西", "陕西"],
                        projected=True)  # fmt: skip
    sites = [Site(0, 0, k, node=k) for k in "abc"]
    travel = RoadTravel(graph, sites, border_ms={("山西", "陕西"): 600_000})
    road = round(1000 * 3600 / 50)
    light = travel.profile("light")
    assert travel.table([0, 1, 2], [0, 1, 2], light, 0).tolist() == [
        [0, road, 2 * road + 600_000], [road, 0, road + 600_000], [2 * road, road, 0],
    ]  # fmt: skip


# ---------------------------------------------------------------- measured times


def test_measured_times_lie_over_the_network() -> None:
    """Proves precedence and scaling: for its vehicle only, later date first, slower in step with the network, cut off too."""
    graph = street()
    effects = [Effect(Parts.whole([1]), 0.5), Effect(Parts.whole([1]), 0.0), Effect(Parts.whole([4]), 0.0)]
    measured = [Measured(0, 1, 9 * MINUTE, "轻型", "2025-01-01"), Measured(0, 1, 8 * MINUTE, "light", "2026-01-01")]
    travel = RoadTravel(graph, [at(0), at(4), at(2)], effects=effects, measured=measured)
    light, heavy = travel.profile("light"), travel.profile("heavy")
    slow, cut = travel.state(frozenset({0})), travel.state(frozenset({1, 2}))
    assert travel.row([0, 1, 2], 1, light, 0) == [8 * MINUTE, 0, 2 * MINUTE]
    assert travel.row([1], 0, light, 0) == [8 * MINUTE]
    assert travel.row([0], 1, light, slow) == [10 * MINUTE]  # 5 min by the network where it was 4
    assert travel.row([0], 1, light, cut) == [NEVER]
    assert travel.row([0], 1, heavy, 0) == [4 * round(MINUTE_ROAD * 3600 / 42)]
    assert travel.is_measured(travel.spot(0), 1, light)
    assert not travel.is_measured(travel.spot(0), 1, heavy)
    assert not travel.is_measured(travel.spot(2), 1, light)
    for state in (0, slow, cut):
        assert travel.table([0, 1, 2], [0, 1], light, state).tolist() == [
            list(pair) for pair in zip(*(travel.row([0, 1, 2], t, light, state) for t in (0, 1)), strict=True)
        ]
    trip = travel.trip(travel.spot(0), 1, light, 0, 0, 1.5)
    assert trip is not None
    assert (trip.duration, trip.measured) == (12 * MINUTE, True)
    # A quarter of the way is a quarter of the measured time.
    assert travel.locate(trip, 3 * MINUTE - 1)[1] == 1
    assert travel.locate(trip, 12 * MINUTE) == (travel.spot(1), 0)


def test_a_one_way_measurement_leaves_the_way_back() -> None:
    """Proves `both_ways=False`."""
    travel = RoadTravel(street(), [at(0), at(4)], measured=[Measured(0, 1, 7 * MINUTE, both_ways=False)])
    light = travel.profile("light")
    assert travel.row([0], 1, light, 0) == [7 * MINUTE]
    assert travel.row([1], 0, light, 0) == [4 * MINUTE]


# ---------------------------------------------------------------- what is refused


def codes(error: pytest.ExceptionInfo[InputError]) -> list[str]:
    return [finding.code for finding in error.value.findings]


def test_sites_out_of_reach_or_on_an_island_are_refused_together() -> None:
    """Proves that every bad site is reported at once, and that the nearest valid ones pass."""
    graph = build_graph("abcd", [0, 1000, 2000, 2100], [0, 0, 9000, 9000], "aabc", "bbad", [1000, 1000, 1000, 100],
                        projected=True)  # fmt: skip
    bad = [Site(500, 5001, "far"), Site(0, 0, "island", node="c"), Site(0, 0, "typo", node="bb"),
           Site(math.nan, 0, "nan")]  # fmt: skip
    with pytest.raises(InputError) as error:
        RoadTravel(graph, [*bad, Site(0, 0, "good", node="a")], measured=[Measured(0, 1, 0)])
    assert sorted(codes(error)) == ["bad-coordinate", "bad-measured", "on-island", "out-of-reach", "unknown-node"]
    good = [Site(500, 5000, "far"), Site(0, 0, "main", node="a"), Site(0, 0, "b", node="b"), Site(2050, 4000, "east")]
    travel = RoadTravel(graph, good, measured=[Measured(0, 1, 1)])
    assert travel.row([1], 2, travel.profile("light"), 0) == [72_000]


def test_a_place_beside_an_island_attaches_to_the_main_part() -> None:
    """Proves that a site never meets the network on an island, however near."""
    graph = build_graph("abcd", [0, 1000, 0, 1000], [0, 0, 500, 500], "ac", "bd", [1000, 1000], oneway=[0, 1],
                        projected=True)  # fmt: skip
    travel = RoadTravel(graph, [Site(0, 490, "x"), Site(0, 0, "a", node="a")])
    assert travel.row([0], 1, travel.profile("light"), 0) == [490 * 180]


# ---------------------------------------------------------------- memory


def test_trees_are_bounded_and_grown_again_alike() -> None:
    """Proves that a tiny cache forgets trees and gives the same answers."""
    graph = street(40)
    sites = [at(i) for i in range(40)]
    roomy, tight = RoadTravel(graph, sites), RoadTravel(graph, sites, cache_bytes=1000)
    light = roomy.profile("light"), tight.profile("light")
    for target in [*range(40), 0, 7]:
        assert tight.row(range(40), target, light[1], 0) == roomy.row(range(40), target, light[0], 0)
    assert len(tight._trees.entries) <= 3
    assert tight._trees.held == sum(t.times.nbytes for t in tight._trees.entries.values())
    assert len(roomy._trees.entries) == 40


def test_pickled_travel_answers_alike_and_leaves_its_trees_behind() -> None:
    """Proves that workers get a small copy with the same numbers of profiles and states."""
    travel = RoadTravel(street(), [at(0), at(4)], effects=[Effect(Parts.whole([1]))], measured=[Measured(0, 1, 5)])
    heavy, state = travel.profile("heavy", 8, "snow"), travel.state(frozenset({0}))
    row = travel.row([0, 1], 1, heavy, state)
    copy = pickle.loads(pickle.dumps(travel))
    assert not copy._trees.entries
    assert not copy._fast
    assert copy.profile("heavy", 8, "snow") == heavy
    assert copy.row([0, 1], 1, heavy, state) == row
    with pytest.raises(ValueError, match="read-only"):
        copy.graph.x[0] = 1.0


def test_large_trees_are_compact_and_exact() -> None:
    """Proves that a tree kept in 32 bits holds the same times, and one too long for them is kept in 64."""
    from sim.network.trees import COMPACT_FROM, Tree

    found = np.arange(COMPACT_FROM, dtype=float)
    found[-1] = np.inf
    small = Tree(found)
    assert small.times.dtype == np.uint32
    assert small.at(np.array([5, COMPACT_FROM - 1])).tolist() == [5, NEVER]
    found[0] = 2.0**33
    large = Tree(found)
    assert large.times.dtype == np.int64
    assert large.at(np.array([0, COMPACT_FROM - 1])).tolist() == [2**33, NEVER]


def test_the_door_gives_roads_for_a_graph() -> None:
    """Proves that `compile_travel` passes everything on."""
    travel = compile_travel(street(3), [at(0), Site(0, 100.0, "off")], access_kmh=36.0, tolerance_m=100.0)
    assert travel.row([1], 0, travel.profile("light"), 0) == [10_000]
    with pytest.raises(InputError, match="公里"):
        compile_travel(street(3), [at(0), Site(0, 100.0, "off")], tolerance_m=99.0)
