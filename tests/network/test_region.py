"""The shipped network of the region: built anew it has the same bytes; its facts agree with their sources."""

from __future__ import annotations

import csv
import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest

from sim.network.coordinates import haversine_m
from sim.network.inspect import far_places
from sim.network.load import Network, load_network

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "networks" / "jin-shaan-meng"
DATA = Path(os.environ.get("DRILLSIM_DATA", "")) / "data"
needs_data = pytest.mark.skipif(
    "DRILLSIM_DATA" not in os.environ or not DATA.is_dir(), reason="the source data (DRILLSIM_DATA) is not on this machine"
)


@pytest.fixture(scope="module")
def network() -> Network:
    """Load the shipped network once."""
    return load_network(HOME)


def build_script():
    """Import the script that builds the network."""
    spec = importlib.util.spec_from_file_location("build_jin_shaan_meng", ROOT / "networks" / "build_jin_shaan_meng.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def source(name: str) -> list[dict[str, str]]:
    """Return the rows of a table of the source data."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@needs_data
def test_built_anew_it_has_the_same_bytes(tmp_path: Path) -> None:
    """The script is deterministic and the shipped files are what it makes."""
    build_script().build(DATA, tmp_path)
    made = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    assert made.keys() == {p.name for p in HOME.iterdir()}
    for name, data in made.items():
        assert data == (HOME / name).read_bytes(), name


@needs_data
def test_the_roads_are_those_of_the_source(network: Network) -> None:
    """As many nodes and roads as the source, the same total length, and each road as long as there (to 0.1 m)."""
    nodes, edges = source("roads_nodes.csv"), source("roads_edges.csv")
    graph = network.graph
    assert (graph.nodes, graph.edges) == (len(nodes), len(edges))
    km = np.array([float(e["gc_km"]) for e in edges])
    np.testing.assert_allclose(graph.edge_length_m / 1000, km, atol=1e-4)
    largest = sum(n["component"] == "0" for n in nodes)
    assert int(graph.main_part.sum()) == largest
    ends = haversine_m(graph.x[graph.edge_start], graph.y[graph.edge_start], graph.x[graph.edge_end], graph.y[graph.edge_end])
    assert np.abs(graph.edge_length_m - ends).max() < 250  # coordinates are rounded to 0.001 degrees


@needs_data
def test_populations_are_those_of_the_census(network: Network) -> None:
    """Each county's figure equals the census table's, matched by its code; none is written for a place without one."""
    census = {row["adcode"]: row for row in source("counties.csv")}
    with (ROOT / "networks" / "data" / "county_seats.csv").open(encoding="utf-8", newline="") as file:
        seats = list(csv.DictReader(file))
    for seat in seats:
        if seat["population_2020"]:
            assert int(seat["population_2020"]) == int(census[seat["adcode"]]["pop2020"]), seat["name"]
            assert seat["name"] == census[seat["adcode"]]["name"]
            assert network.places.by_id[seat["id"]].population == int(seat["population_2020"])
    assert all(p.population is None for p in network.places if p.kind in {"township", "mine", "city"})


@needs_data
def test_every_county_seat_inside_is_there(network: Network) -> None:
    """Each county of the census table whose seat lies in the region (special zones have none) is found by its name."""
    for row in source("counties.csv"):
        if row["lat"] and 108 <= float(row["lon"]) <= 115 and 37.5 <= float(row["lat"]) <= 41.5:
            assert any(p.kind == "county" for p in network.places.find(row["name"])), row["name"]


ALIASES = [
    ("朔城区", 39.316, 112.423), ("朔州", 39.316, 112.423), ("怀仁市", 39.827, 113.096), ("怀仁县", 39.827, 113.096),
    ("云中镇", 39.827, 113.096), ("平鲁区", 39.520, 112.284), ("井坪", 39.520, 112.284), ("府谷县", 39.03, 111.07),
    ("府谷", 39.03, 111.07), ("神木市", 38.84, 110.50), ("神木", 38.84, 110.50), ("榆林", 38.28, 109.73), ("榆阳区", 38.28, 109.73),
    ("准格尔旗", 39.867, 111.221), ("薛家湾", 39.867, 111.221), ("鄂尔多斯", 39.826, 110.000), ("东胜区", 39.826, 110.000),
    ("呼和浩特", 40.811, 111.652), ("大同", 40.09, 113.30), ("忻州", 38.409, 112.733), ("太原", 37.87, 112.55),
    ("右玉县", 39.987, 112.461), ("右玉县/新城镇", 39.987, 112.461), ("山阴县", 39.520, 112.817), ("应县", 39.559, 113.186),
    ("偏关县", 39.455, 111.530), ("保德", 39.017, 111.127), ("河曲", 39.387, 111.191), ("兴县", 38.481, 111.167),
]  # fmt: skip


@pytest.mark.parametrize(("name", "lat", "lon"), ALIASES)
def test_seats_are_found_by_their_usual_names(network: Network, name: str, lat: float, lon: float) -> None:
    """Each usual name means exactly one place, where the town is (within 2 km, the sum of the stated errors)."""
    found = network.places.find(name)
    assert len(found) == 1
    assert haversine_m(found[0].lon, found[0].lat, lon, lat) < 2000


def test_regions_of_shuozhou(network: Network) -> None:
    """The six counties of Shuozhou carry their path and the census figures; they hold all its townships and no other's."""
    people = {"朔城区": 493331, "平鲁区": 148212, "山阴县": 199505, "应县": 243970, "右玉县": 88212, "怀仁市": 348470}
    for name, count in people.items():
        (place,) = network.places.find(name)
        assert place.population == count
        assert place.region == f"山西省/朔州市/{name}"
    inside = [p for p in network.places if p.region.startswith("山西省/朔州市/")]
    assert {p.region.rsplit("/", 1)[1] for p in inside} == set(people)
    assert sum(p.kind == "township" for p in inside) == 60
    assert network.places.find("右卫镇")[0].region == "山西省/朔州市/右玉县"


@needs_data
def test_townships_keep_the_prefecture_of_the_source(network: Network) -> None:
    """Where GeoNames gives a prefecture code, the township's region lies in that prefecture."""
    codes = {"1401": "太原市", "1402": "大同市", "1406": "朔州市", "1409": "忻州市", "1501": "呼和浩特市", "1509": "乌兰察布市", "1301": "石家庄市"}
    geonames = {row["geonameid"]: row for row in source("places.csv")}
    checked = 0
    for place in network.places:
        row = geonames.get(place.source.removeprefix("GeoNames "))
        if place.kind == "township" and row and row["admin2"] in codes:
            assert place.region.split("/")[1] == codes[row["admin2"]], place
            checked += 1
    assert checked > 200


def test_mines_are_there_with_their_source(network: Network) -> None:
    """All sixteen mines, named as planners do, with the licence notice; a name two places share is reported as such."""
    mines = [p for p in network.places if p.kind == "mine"]
    assert len(mines) == 16
    assert all("Global Energy Monitor, CC BY 4.0" in p.source for p in mines)
    for name in ("麻家梁", "麻家梁煤矿", "安太堡", "井工一矿", "东露天矿"):
        assert [p.kind for p in network.places.find(name)] == ["mine"]
    assert {p.kind for p in network.places.find("马道头")} == {"mine", "township"}


def test_far_mines_are_known(network: Network) -> None:
    """The mines that the source's notes call far from any road (南阳坡, 马道头, 小峪) are named as beyond 5 km."""
    far = {one.place.id: one.distance_m for one in far_places(network.graph, tuple(network.places), 5000)}
    assert {"nanyangpo", "madaotou-mine", "xiaoyu"} <= set(far)
    assert "majialiang" not in far
    assert "shuocheng" not in far


def test_road_classes_follow_the_stated_rule() -> None:
    """Trunk and primary take the busiest 10 % and 30 % of the kilometres (to one road's length); no flow is tertiary."""
    with (HOME / "roads.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    km: dict[str, float] = {}
    for row in rows:
        km[row["class"]] = km.get(row["class"], 0.0) + float(row["length_m"]) / 1000
        assert row["class_basis"] == ("inferred: no flow" if row["class"] == "tertiary" else "inferred: flow rank")
    total = sum(km.values())
    longest = max(float(row["length_m"]) for row in rows) / 1000
    assert 0.10 * total <= km["trunk"] < 0.10 * total + longest
    assert 0.30 * total <= km["trunk"] + km["primary"] < 0.30 * total + 2 * longest
    assert set(km) == {"trunk", "primary", "secondary", "tertiary"}


@needs_data
def test_flows_agree_with_networkx() -> None:
    """Second method: the flow through every road from one-by-one shortest paths of networkx, on twelve seats."""
    import networkx as nx

    script = build_script()
    roads, places = script.read_roads(DATA), script.build_places(DATA)
    seats = [p for p in places if p.prefecture in {"朔州市", "大同市"} and p.kind == "county"][:12]
    flow = script.road_flows(roads, seats)
    graph = nx.Graph()
    for i, (a, b, length) in enumerate(zip(roads.a.tolist(), roads.b.tolist(), roads.length.tolist(), strict=True)):
        graph.add_edge(a, b, w=length, i=i)
    people, at = script.seat_nodes(roads, seats)
    total = 0.0
    for i in range(len(at)):
        for j in range(i + 1, len(at)):
            metres = nx.dijkstra_path_length(graph, at[i], at[j], weight="w")
            km = max(metres / script.TENTHS_PER_KM, 1.0)
            total += people[i] * people[j] / km * metres
    # Ways may differ where two are equally long, flow times length may not.
    assert float(flow @ roads.length) == pytest.approx(total, rel=1e-9)
    assert (flow > 0).sum() > 20


def test_the_notice_names_licences_and_limits(network: Network) -> None:
    """ODbL, GeoNames, the mine tracker and the census are named; so are the limits that planners must know."""
    text = (HOME / "NOTICE.md").read_text(encoding="utf-8")
    for words in ("ODbL 1.0", "© OpenStreetMap contributors", "routrs 1.1.0", "GeoNames", "CC BY 4.0", "2020 Population", "13 %", "140 km"):
        assert words in text
    assert any("OpenStreetMap" in notice for notice in network.notices)
    assert network.name == "晋陕蒙公路网"
