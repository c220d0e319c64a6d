"""Who is cut off, on five places whose roads close and open at random: against searching the graph minute by minute.

A ──10── B ──10── C         1 km a minute (60 km/h on every road)
5        5
D ──10── E
"""  # fmt: skip

from __future__ import annotations

import random
from itertools import groupby

import networkx as nx
import pytest

from sim.analysis.cut_off import CutOff, cut_off, cut_off_from_hospitals, cut_off_table, places, road_spans
from sim.analysis.replication import Replication
from sim.analysis.tables import readable
from sim.engine.simulate import simulate
from sim.units import MINUTE
from tests.scenarios.files import ROADS, five_places, load

LASTS = 60
TEXT = """\
format: 1
name: roads
mode: drill
start: 2026-01-01 10:00
end: 60 min
network: net
coordinates: metres
vehicles:
  - {id: car, like: light, speed: 60 km/h}
  - {id: truck, like: heavy, speed: 60 km/h}
bases: [{id: a, place: A}, {id: e, place: E}]
hospitals: [{id: h, place: A}]
teams:
  - {id: t, base: a, vehicle: car, capabilities: [help]}
  - {id: u, base: e, vehicle: truck, capabilities: [dig], substitutes: {help: 0.5}}
packages: {p: [{capability: help, work: 1 min}]}
standards:
  - {id: s, capability: help, within: 10 min, people: yes, places: [{place: A}, {place: B}, {place: C, weight: 300}, {place: D}, {place: E}]}
incidents: [{id: one, place: A, at: 10:58, package: p}]
"""


@pytest.fixture
def net(tmp_path):
    return five_places(tmp_path)


def closing(*closures: tuple[tuple[str, str], int, int | None], allow: str = "") -> str:
    """Return road events: each closes a road (its ends) from a minute to another."""
    entries = [
        f"  - {{id: e{n}, close: {{begin: {a}, end: {b}}}, begins: +{begins} min{allow}"
        + (f", ends: +{ends} min}}\n" if ends is not None else "}\n")
        for n, ((a, b), begins, ends) in enumerate(closures)
    ]
    return "road_events:\n" + "".join(entries) if entries else ""


def replication(folder, *closures, text: str = TEXT, **more) -> Replication:
    scenario = load(folder, text + closing(*closures, **more))
    out = simulate(scenario)
    return Replication(scenario, out.rows, out.incidents)


def named(rep: Replication, found: list[CutOff]) -> list[tuple[str, int, int]]:
    """Return place, first and last minute of each span, in the order of names."""
    return sorted((rep.scenario.sites[one.site].name, one.begins // MINUTE, one.ends // MINUTE) for one in found)


def by_search(closures, sources: str) -> dict[str, list[tuple[int, int]]]:
    """Return, for each place, the spans of minutes in which the open roads lead there from none of the sources."""
    lost: dict[str, list[int]] = {place: [] for place in "ABCDE"}
    for minute in range(LASTS):
        graph = nx.Graph()
        graph.add_nodes_from("ABCDE")
        closed = {ends for ends, begins, until in closures if begins <= minute < (LASTS if until is None else until)}
        graph.add_edges_from((a, b) for a, b, _ in ROADS if (a, b) not in closed)
        for place in "ABCDE":
            if not any(nx.has_path(graph, source, place) for source in sources):
                lost[place].append(minute)
    spans = {}
    for place, minutes in lost.items():
        runs = [[m for _, m in run] for _, run in groupby(enumerate(minutes), lambda pair: pair[1] - pair[0])]
        spans[place] = [(run[0], run[-1] + 1) for run in runs]
    return spans


def at_random(seed: int) -> list[tuple[tuple[str, str], int, int | None]]:
    """Return closures of some roads, each at most once at a time: a closed road does not close again."""
    rng = random.Random(seed)
    found = []
    for a, b, _ in ROADS:
        if rng.random() < 0.8:
            begins = rng.randrange(40)
            ends = None if rng.random() < 0.2 else begins + rng.randrange(1, 30)
            found.append(((a, b), begins, ends))
    return found


@pytest.mark.parametrize("seed", range(25))
def test_against_searching_the_graph(net, seed):
    """Every span from the base at A, from hospitals (at A), and from either base equals a search minute by minute."""
    closures = at_random(seed)
    rep = replication(net, *closures)
    for found, sources in (
        (cut_off(rep, capability=0), "A"),
        (cut_off_from_hospitals(rep), "A"),
        (cut_off(rep, capability=1), "E"),
        (cut_off(rep), "AE"),
    ):
        expected = [(place, *span) for place, spans in by_search(closures, sources).items() for span in spans]
        assert named(rep, found) == sorted((place, begins, min(ends, LASTS)) for place, begins, ends in expected)


def test_a_substitute_does_not_count(net):
    """`help` is given in full at A alone; capability 0 is `help`."""
    rep = replication(net, (("B", "C"), 5, 20), (("D", "E"), 5, 20))
    assert rep.scenario.capabilities[:2] == ("help", "dig")
    assert named(rep, cut_off(rep, capability=0)) == [("C", 5, 20), ("E", 5, 20)]
    assert named(rep, cut_off(rep)) == []


def test_a_way_round_is_a_way(net):
    """B to C closed: over D and E it is 30 km, and nobody is cut off."""
    rep = replication(net, (("B", "C"), 5, 20))
    assert cut_off(rep, capability=0) == []


def test_spans_that_touch_are_one_and_name_the_roads_that_would_do(net):
    """A to B closed 5–30; B to C and D to E 10–40. C is cut off 5–40 from A: until 10 and from 30 on one road alone is enough,
    between only two together; D is cut off while A to B is closed.
    """
    rep = replication(net, (("A", "B"), 5, 30), (("B", "C"), 10, 40), (("D", "E"), 10, 40))
    found = cut_off(rep, capability=0)
    assert named(rep, found) == [("B", 5, 30), ("C", 5, 40), ("D", 5, 30), ("E", 5, 40)]
    assert {rep.scenario.sites[one.site].name: one.by for one in found} == {"B": (0,), "C": (0, 1, 2), "D": (0,), "E": (0, 1, 2)}


def test_one_of_two_roads_is_enough(net):
    """B to C and D to E closed: opening either gives C a way; opening A to B, closed too but behind nobody, would not alone."""
    rep = replication(net, (("B", "C"), 5, 20), (("D", "E"), 5, 20))
    assert {one.by for one in cut_off(rep, capability=0)} == {(0, 1)}


def test_vehicles_that_may_pass_are_not_cut_off(net):
    """A to B closed but for trucks: from A cars do not pass; trucks from E reach A."""
    rep = replication(net, (("A", "B"), 5, 20), allow=", allow: [truck]")
    assert named(rep, cut_off(rep, capability=0)) == [("B", 5, 20), ("C", 5, 20), ("D", 5, 20), ("E", 5, 20)]
    assert named(rep, cut_off(rep, capability=1)) == []


def test_what_is_never_opened_lasts_to_the_end_of_the_window(net):
    """Closed at 20 and never opened: cut off from 20 to 60."""
    rep = replication(net, (("A", "B"), 20, None))
    assert named(rep, cut_off(rep, capability=0))[0] == ("B", 20, 60)


def test_the_window_cuts_both_ends(net):
    """Closed from 10 to 90 min of a run of 60 with 30 min of warm-up: cut off from 30 to 60."""
    rep = replication(net, (("A", "B"), 10, 90), text=TEXT.replace("end: 60 min", "end: 60 min\nwarm_up: 30 min"))
    assert named(rep, cut_off(rep, capability=0))[0] == ("B", 30, 60)
    assert [(span.begins // MINUTE, span.ends // MINUTE, set(span.active)) for span in road_spans(rep)] == [(30, 60, {0})]


def test_without_road_events_nobody_is_cut_off(net):
    """No closures: one span of open roads, no place cut off."""
    rep = replication(net)
    assert cut_off(rep) == cut_off_from_hospitals(rep) == []
    assert [span.active for span in road_spans(rep)] == [frozenset()]


def test_places_are_where_somebody_is(net):
    """The ends of closures are no places; those of standards, bases, hospitals and incidents are."""
    text = TEXT.replace("{place: B}, {place: C, weight: 300}, ", "")
    rep = replication(net, (("B", "C"), 5, 20), text=text)
    assert [rep.scenario.sites[site].name for site in places(rep.scenario)] == ["A", "E", "D"]


@pytest.mark.parametrize(("language", "headings"), [
    ("zh", ["地点", "开始", "结束", "用时", "人数", "原因"]), ("en", ["place", "begins", "ends", "minutes", "people", "reason"]),
])  # fmt: skip
def test_the_table_in_both_languages(net, language, headings):
    """C: 300 people, 15 min, and the two roads of which one is enough."""
    rep = replication(net, (("B", "C"), 5, 20), (("D", "E"), 5, 20))
    table = readable(cut_off_table(rep, cut_off(rep, capability=0), language), rep.scenario.start, language)
    assert list(table) == headings
    row = table[table[headings[0]] == "C"].iloc[0]
    assert (row.iloc[0], f"{row.iloc[1]:%H:%M}", f"{row.iloc[2]:%H:%M}", row.iloc[3], row.iloc[4]) == (
        "C",
        "10:05",
        "10:20",
        15,
        300,
    )
    assert row.iloc[5] == ("e0、e1" if language == "zh" else "e0, e1")
    assert len(cut_off_table(rep, [])) == 0
