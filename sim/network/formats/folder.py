"""The project's own form of a road network: a folder with nodes.csv, roads.csv, places.csv and network.yaml.

Only nodes.csv (id, lon, lat) and roads.csv (from, to) must be there. Headers may be Chinese.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from sim.errors import Finding, InputError, Mark, Words
from sim.network.coordinates import haversine_m
from sim.network.formats.about import About, read_about
from sim.network.formats.places_table import coordinates, read_places
from sim.network.formats.table import Table, read_table
from sim.network.graph import RoadGraph, build_graph
from sim.network.load import Network
from sim.network.places import PlaceTable
from sim.network.speeds import CLASS_WORDS, CLASSES

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T")

Floats = npt.NDArray[np.float64]
Names = Mapping[str, tuple[str, ...]]

NODE_COLUMNS: Names = MappingProxyType({
    "id": ("node", "node_id", "编号", "节点"),
    "lon": ("x", "longitude", "经度"),
    "lat": ("y", "latitude", "纬度"),
    "region": ("行政区", "省份"),
})  # fmt: skip
ROAD_COLUMNS: Names = MappingProxyType({
    "from": ("u", "start", "起点"),
    "to": ("v", "end", "终点", "止点"),
    "length_m": ("length", "长度", "长度_m", "长度(米)"),
    "class": ("road_class", "等级", "道路等级"),
    "class_basis": ("等级依据",),
    "oneway": ("单行",),
    "name": ("名称", "路名"),
    "max_speed_kmh": ("限速", "限速_kmh"),
    "max_height_m": ("限高", "限高_m"),
    "max_weight_t": ("限重", "限重_t"),
    "hazardous": ("危化品", "危险品"),
    "minutes": ("分钟", "实测分钟"),
})  # fmt: skip

YES_NO: Mapping[str, bool] = MappingProxyType({
    "1": True, "yes": True, "true": True, "y": True, "是": True, "可": True, "允许": True,
    "0": False, "no": False, "false": False, "n": False, "否": False, "不可": False, "禁止": False,
})  # fmt: skip
ONE_WAY: Mapping[str, int] = MappingProxyType({
    "0": 0, "no": 0, "false": 0, "否": 0, "双向": 0,
    "1": 1, "yes": 1, "true": 1, "是": 1, "单向": 1, "单行": 1,
    "-1": -1, "reverse": -1, "反向": -1,
})  # fmt: skip
LIMITS = ("max_speed_kmh", "max_height_m", "max_weight_t", "minutes")
ROAD_CLASS: Mapping[str, str] = MappingProxyType(
    {name: name for name in CLASSES} | {words.zh: name for name, words in CLASS_WORDS.items()}
)


def read_folder(path: Path) -> Network:
    """Read a road network from its folder.

    Parameters
    ----------
    path
        Folder with ``nodes.csv`` (id, lon, lat, region) and ``roads.csv`` (from, to, length_m, class, class_basis,
        oneway, name, max_speed_kmh, max_height_m, max_weight_t, hazardous, minutes); if there, ``places.csv`` (id,
        name, aliases, lon, lat, region, population, kind, source) and ``network.yaml`` (name, coordinates, notices,
        source, made, counts). A missing length is the distance between the ends.

    Raises
    ------
    InputError
        With the findings of all files: missing, empty or truncated file, bad cell, NaN or negative length, unknown
        node, duplicate id.
    """
    findings: list[Finding] = []
    about = _tried(lambda: read_about(path), findings) or About(path.name)
    nodes = _tried(lambda: read_table(path / "nodes.csv", NODE_COLUMNS, ("id", "lon", "lat")), findings)
    roads = _tried(lambda: read_table(path / "roads.csv", ROAD_COLUMNS, ("from", "to")), findings)
    places: PlaceTable | None = PlaceTable()
    if (path / "places.csv").exists():
        places = _tried(lambda: read_places(path / "places.csv", about.system, projected=about.projected), findings)
    for name, part in {"nodes": nodes, "roads": roads, "places": places}.items():
        rows = about.counts.get(name, 0) if part is None else part.rows if isinstance(part, Table) else len(part)
        if rows < about.counts.get(name, 0):
            findings.append(_fewer(path / f"{name}.csv", rows, about.counts[name]))
    for name, part in {"nodes": nodes, "roads": roads}.items():
        if part is not None and part.rows == 0:
            findings.append(_fewer(path / f"{name}.csv", 0, 1))
    graph = None
    if nodes is not None and nodes.rows and roads is not None:
        graph = _tried(lambda: _graph(nodes, roads, about), findings)
    if findings or places is None:
        raise InputError(findings)
    return Network(
        name=about.name, graph=graph, matrix=None, places=places, notices=about.notices, projected=about.projected,
        source=str(path),
    )  # fmt: skip


def _tried(step: Callable[[], T], findings: list[Finding]) -> T | None:
    """Return what a step gives; gather its findings instead of stopping at the first file."""
    try:
        return step()
    except InputError as error:
        findings += error.findings
        return None


def _fewer(path: Path, rows: int, expected: int) -> Finding:
    return Finding(
        "truncated-file",
        Words(f"{rows} rows, network.yaml counts {expected}", f"只有 {rows} 行,network.yaml 记为 {expected} 行"),
        Words(
            "copy the file again, or correct 'counts' in network.yaml", "请重新复制该文件,或改正 network.yaml 的 counts"
        ),
        Mark(str(path)),
    )


def _graph(nodes: Table, roads: Table, about: About) -> RoadGraph:
    """Build the graph; the complaints of both tables and of the builder are raised together."""
    lon, lat = coordinates(nodes, about.system, projected=about.projected)
    node_id, start, end = _ids(nodes, roads)
    given = roads.numbers("length_m", "bad-length")
    between = _between(node_id, start, end, lon, lat, projected=about.projected)
    columns: dict[str, Any] = {
        "length_m": np.where(np.isnan(given), between, given),
        "road_class": roads.choices("class", ROAD_CLASS, "unknown", "unknown-class"),
        "oneway": np.array(roads.choices("oneway", ONE_WAY, 0, "bad-oneway"), np.int8),
        "hazardous_ok": np.array(roads.choices("hazardous", YES_NO, default=True, code="bad-hazardous"), np.bool_),
        "edge_name": roads.texts("name"),
        **{name: roads.numbers(name, "bad-limit") for name in LIMITS},
    }
    unreadable = [*nodes.findings, *roads.findings]
    graph = _tried(
        lambda: build_graph(
            node_id, np.nan_to_num(lon), np.nan_to_num(lat), start, end, region=nodes.texts("region"),
            projected=about.projected, node_mark=nodes.mark, edge_mark=roads.mark, **columns,
        ),
        unreadable,
    )  # fmt: skip
    if graph is None or unreadable:
        raise InputError(unreadable)
    return graph


def _ids(nodes: Table, roads: Table) -> tuple[Any, Any, Any]:
    """Return node ids and the ends of roads: int64 when every one is a plain whole number, else text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = [nodes.columns["id"], roads.columns["from"], roads.columns["to"]]
    try:
        whole = [pc.cast(column, pa.int64()) for column in columns]
    except pa.ArrowInvalid:
        whole = []
    if whole and all(pc.cast(w, pa.string()).equals(column) for w, column in zip(whole, columns, strict=True)):
        a, b, c = (column.to_numpy(zero_copy_only=False) for column in whole)
    else:
        a, b, c = (np.array(column.to_pylist(), dtype=object) for column in columns)
    return a, b, c


def _between(node_id: Any, start: Any, end: Any, lon: Floats, lat: Floats, *, projected: bool) -> Floats:
    """Return the distance between the ends of each road (m); 0 where an end is unknown, which is found later."""
    if len(node_id) == 0:
        return np.zeros(len(start))
    order = np.argsort(node_id, kind="stable")
    at = [order[np.minimum(np.searchsorted(node_id, side, sorter=order), len(order) - 1)] for side in (start, end)]
    known = (node_id[at[0]] == start) & (node_id[at[1]] == end)
    (x0, x1), (y0, y1) = (lon[at[0]], lon[at[1]]), (lat[at[0]], lat[at[1]])
    metres = np.hypot(x1 - x0, y1 - y0) if projected else haversine_m(x0, y0, x1, y1)
    return np.where(known & np.isfinite(metres), metres, 0.0)
