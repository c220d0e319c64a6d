"""OpenStreetMap extracts (.osm.pbf, .osm): roads that vehicles may use, with their limits, and named places.

Needs pyosmium (``pip install "drillsim[osm]"``).
"""

from __future__ import annotations

import math
import re
from array import array
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.errors import Finding, InputError, Mark, Words
from sim.network.coordinates import haversine_m
from sim.network.formats.chains import Pieces, merge, strong_main
from sim.network.graph import build_graph
from sim.network.load import Network
from sim.network.places import Place, PlaceTable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sim.network.graph import RoadGraph

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ROAD_CLASS: Mapping[str, str] = MappingProxyType({
    "motorway": "motorway", "motorway_link": "motorway",
    "trunk": "trunk", "trunk_link": "trunk",
    "primary": "primary", "primary_link": "primary",
    "secondary": "secondary", "secondary_link": "secondary",
    "tertiary": "tertiary", "tertiary_link": "tertiary",
    "unclassified": "local", "residential": "local", "living_street": "local",
    "service": "access", "track": "access",
    "road": "unknown",
})  # fmt: skip
"""Value of ``highway`` -> road class; ways of other values (foot, cycle, building sites) are no roads here."""

NOTICE = "Roads and places: ODbL 1.0, © OpenStreetMap contributors"
PLACE_KINDS = frozenset({"city", "town", "village", "suburb"})
KMH_PER_MPH = 1.609344
METRES_PER_FOOT = 0.3048
_YES = frozenset({"yes", "true", "1"})
_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph|m|t|kg|lbs|st)?\s*$")
_FEET = re.compile(r"\s*(\d+)\s*'\s*(?:(\d+)\s*(?:\"|''))?\s*$")
_UNIT = {
    "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": KMH_PER_MPH, "m": 1.0, "t": 1.0, "kg": 0.001,
    "lbs": 0.00045359237, "st": 0.90718474,
}  # fmt: skip


class Kind(NamedTuple):
    """What roads must share to be merged; `one_way` ways run as their nodes stand."""

    road_class: str
    one_way: bool
    max_speed_kmh: float | None
    max_height_m: float | None
    max_weight_t: float | None
    hazardous_ok: bool
    name: str


@dataclass
class Ways:
    """Ways as read: node ids with positions, one run after the other; attributes of each run."""

    ref: array[int] = field(default_factory=lambda: array("q"))
    lon: array[float] = field(default_factory=lambda: array("d"))
    lat: array[float] = field(default_factory=lambda: array("d"))
    run: array[int] = field(default_factory=lambda: array("q"))
    kinds: dict[Kind, int] = field(default_factory=dict)
    run_kind: array[int] = field(default_factory=lambda: array("q"))

    def add(self, kind: Kind, nodes: list[tuple[int, float, float]]) -> None:
        """Add a run of nodes."""
        number = len(self.run_kind)
        self.run_kind.append(self.kinds.setdefault(kind, len(self.kinds)))
        for ref, lon, lat in nodes:
            self.ref.append(ref)
            self.lon.append(lon)
            self.lat.append(lat)
            self.run.append(number)


def read_osm(path: Path) -> Network:
    """Read an OpenStreetMap extract.

    Parameters
    ----------
    path
        ``.osm.pbf`` or ``.osm`` file.

    Returns
    -------
    Network
        The largest strongly connected part of the roads, nodes of degree 2 merged where all attributes agree (geometry
        kept); named places of ``place`` = city, town, village, suburb. What is left out is said in `notices`.

    Raises
    ------
    InputError
        ``missing-extra`` (no pyosmium), ``empty-file``, ``truncated-file`` (or not OpenStreetMap data), ``no-roads``.

    Notes
    -----
    One-way: tag ``oneway`` (``-1`` against the nodes), and implied on motorways and roundabouts. A way that motor
    vehicles may not use (``access``, ``vehicle``, ``motor_vehicle`` = no) is left out unless ``emergency`` = yes;
    private ways stay. Limits: ``maxspeed``, ``maxheight``, ``maxweight``; ``hazmat`` = no bars hazardous loads.
    """
    ways, places = _read(path)
    pieces, ref, lon, lat = _pieces(ways)
    if len(pieces.a) == 0:
        what = Words("there are no roads in the file", "文件里没有道路")
        raise InputError(
            [Finding("no-roads", what, Words("choose another extract", "请换一个区域的数据"), Mark(str(path)))]
        )
    one_way = np.array([kind.one_way for kind in ways.kinds], np.bool_)
    main = strong_main(pieces, one_way, len(ref))
    graph = _graph(list(ways.kinds), main, ref, lon, lat)
    left_km = (pieces.metres.sum() - main.metres.sum()) / 1000
    notices = [NOTICE]
    if left_km > 0:
        share = left_km / (pieces.metres.sum() / 1000)
        notices.append(
            f"不与主体双向连通的道路已略去 / roads cut off from the main part left out: {left_km:.1f} km ({share:.1%})"
        )
    return Network(
        name=path.name.split(".")[0], graph=graph, matrix=None, places=PlaceTable(places), notices=tuple(notices),
        source=str(path),
    )  # fmt: skip


def _read(path: Path) -> tuple[Ways, list[Place]]:
    """Return ways and places; places and nodes come before ways in the file."""
    try:
        import osmium
    except ImportError:
        what = Words(
            "OpenStreetMap files need pyosmium, which is not installed", "读取 OpenStreetMap 文件需要 pyosmium,尚未安装"
        )
        remedy = Words('run: pip install "drillsim[osm]"', '请运行:pip install "drillsim[osm]"')
        raise InputError([Finding("missing-extra", what, remedy, Mark(str(path)))]) from None
    if path.stat().st_size == 0:
        what = Words("the file is empty (0 bytes)", "文件是空的(0 字节)")
        raise InputError([Finding("empty-file", what, Words("download it again", "请重新下载"), Mark(str(path)))])
    ways, places = Ways(), []
    entities = osmium.osm.NODE | osmium.osm.WAY
    try:
        source = osmium.FileProcessor(str(path), entities).with_locations()
        for item in source.with_filter(osmium.filter.KeyFilter("highway", "place")):
            tags = {tag.k: tag.v for tag in item.tags}
            if isinstance(item, osmium.osm.Node) and tags.get("place") in PLACE_KINDS:
                places += _place(item.id, item.location.lon, item.location.lat, tags)
            elif isinstance(item, osmium.osm.Way) and (found := road_kind(tags)) is not None:
                _add_way(ways, item.nodes, *found)
    except RuntimeError as error:
        what = Words(
            f"the file breaks off or is not OpenStreetMap data ({error})",
            f"文件不完整,或不是 OpenStreetMap 数据({error})",
        )
        remedy = Words("download it again", "请重新下载")
        raise InputError([Finding("truncated-file", what, remedy, Mark(str(path)))]) from None
    return ways, places


def _add_way(ways: Ways, nodes: Any, kind: Kind, direction: int) -> None:
    """Add a way, turned so that one-way runs along its nodes; nodes outside the extract cut it."""
    run: list[tuple[int, float, float]] = []
    for node in reversed(list(nodes)) if direction < 0 else nodes:
        location = node.location
        if not location.valid():
            ways.add(kind, run)
            run = []
        elif not run or run[-1][0] != node.ref:
            run.append((node.ref, location.lon, location.lat))
    ways.add(kind, run)


def road_kind(tags: Mapping[str, str]) -> tuple[Kind, int] | None:
    """Return the attributes of a way and its direction (-1: one-way against its nodes), or None if it is no road."""
    road_class = ROAD_CLASS.get(tags.get("highway", ""))
    if road_class is None or tags.get("area") == "yes" or not _may_enter(tags):
        return None
    direction = _direction(tags)
    name = tags.get("name:zh") or tags.get("name") or tags.get("ref") or ""
    return Kind(
        road_class=road_class,
        one_way=direction != 0,
        max_speed_kmh=limit(tags.get("maxspeed", "")),
        max_height_m=limit(tags.get("maxheight", "")),
        max_weight_t=limit(tags.get("maxweight", "")),
        hazardous_ok=tags.get("hazmat") != "no",
        name=name,
    ), direction


def _may_enter(tags: Mapping[str, str]) -> bool:
    """Tell whether motor vehicles may use a way: the most special of the access tags counts."""
    if tags.get("emergency") in {"yes", "designated"}:
        return True
    special = next((tags[key] for key in ("motor_vehicle", "vehicle", "access") if key in tags), "yes")
    return special != "no"


def _direction(tags: Mapping[str, str]) -> int:
    value = tags.get("oneway", "")
    if value in _YES:
        return 1
    if value in {"-1", "reverse"}:
        return -1
    implied = tags.get("highway") == "motorway" or tags.get("junction") in {"roundabout", "circular"}
    return 1 if implied and value == "" else 0


def limit(text: str) -> float | None:
    """Return a limit in km/h, m or t (of several, the lowest); None without a number (``none``, ``CN:urban``)."""
    found = [value for part in text.split(";") if (value := _limit(part)) is not None and value > 0]
    return min(found, default=None)


def _limit(text: str) -> float | None:
    if (match := _NUMBER.match(text)) is not None:
        return float(match[1]) * _UNIT[match[2] or "m"]
    if (match := _FEET.match(text)) is not None:
        return (int(match[1]) + int(match[2] or 0) / 12) * METRES_PER_FOOT
    return None


def _place(osm_id: int, lon: float, lat: float, tags: Mapping[str, str]) -> list[Place]:
    names = [tags.get(key, "") for key in ("name:zh", "name", "name:zh-Hans", "name:en")]
    names += [
        part.strip() for key in ("alt_name", "old_name", "official_name") for part in tags.get(key, "").split(";")
    ]
    known = list(dict.fromkeys(name for name in names if name))
    if not known:
        return []
    people = tags.get("population", "").replace(",", "").replace(" ", "")
    return [
        Place(
            id=f"osm-{osm_id}", name=known[0], lon=lon, lat=lat, aliases=tuple(known[1:]),
            population=int(people) if people.isascii() and people.isdigit() else None, kind=tags["place"],
            source=f"OpenStreetMap node {osm_id}",
        )
    ]  # fmt: skip


def _pieces(ways: Ways) -> tuple[Pieces, Ints, Floats, Floats]:
    """Return the straight pieces of all ways, and id and position of the nodes they join."""
    ref, first, number = np.unique(np.array(ways.ref, np.int64), return_index=True, return_inverse=True)
    lon, lat = np.array(ways.lon)[first], np.array(ways.lat)[first]
    run = np.array(ways.run, np.int64)
    at = np.flatnonzero(run[1:] == run[:-1])
    a, b = number[at], number[at + 1]
    kind = np.array(ways.run_kind, np.int64)[run[at]]
    return Pieces(a, b, kind, haversine_m(lon[a], lat[a], lon[b], lat[b])), ref, lon, lat


def _graph(kinds: list[Kind], pieces: Pieces, ref: Ints, lon: Floats, lat: Floats) -> RoadGraph:
    one_way = np.array([kind.one_way for kind in kinds], np.bool_)
    chains = merge(pieces, one_way, len(ref))
    node = np.unique(np.concatenate([chains.start, chains.end]))
    per_road = [kinds[number] for number in chains.kind.tolist()]
    limits: dict[str, Any] = {
        name: np.array([math.nan if (value := getattr(kind, name)) is None else value for kind in per_road])
        for name in ("max_speed_kmh", "max_height_m", "max_weight_t")
    }
    return build_graph(
        ref[node], lon[node], lat[node], ref[chains.start], ref[chains.end], chains.metres,
        road_class=[kind.road_class for kind in per_road],
        oneway=one_way[chains.kind].astype(np.int8),
        hazardous_ok=np.array([kind.hazardous_ok for kind in per_road], np.bool_),
        edge_name=[kind.name for kind in per_road],
        shape_offset=chains.offset,
        shape_xy=np.stack([lon[chains.inner], lat[chains.inner]], axis=1),
        **limits,
    )  # fmt: skip
