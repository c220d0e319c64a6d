"""The road graph: nodes, directed arcs and the roads (edges) they belong to, as frozen arrays."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.errors import Finding, InputError, Mark, Words
from sim.network.speeds import CLASS_CODE, CLASSES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
Objects = npt.NDArray[Any]

SHOWN = 20
"""How many findings of one kind are listed before the rest is only counted."""


@dataclass(frozen=True, eq=False)
class RoadGraph:
    """A road network as arrays that cannot be written.

    Nodes are numbered along a Hilbert curve, arcs sorted by (tail, head). An *edge* is a road as it stands in the
    source; it has one arc, or two when it may be driven both ways. Parallel roads are kept.

    Attributes
    ----------
    x, y
        Node positions: lon, lat (degrees), or metres when `projected`.
    node_id
        Ids of the source (int64, or str as objects).
    region
        Name of the region each node lies in, or "".
    indptr
        Arcs that leave node v are ``indptr[v]:indptr[v + 1]``.
    tail, head, edge
        Per arc: from node, to node, edge.
    backward
        Per arc: runs against the direction of its edge.
    length_m, road_class
        Per arc: length, and position in `CLASSES`.
    max_speed_kmh, max_height_m, max_weight_t, hazardous_ok, minutes
        Per arc: limits (NaN: none known); may hazardous loads pass; driving time of a light vehicle (NaN: from
        the speed).
    edge_start, edge_end, edge_length_m, edge_name
        Per edge.
    shape_offset, shape_xy
        Per edge, points between its ends, from start to end: ``shape_xy[shape_offset[e]:shape_offset[e + 1]]``.
    main_part
        Per node: in the largest strongly connected part.
    weak_part, strong_part
        Per node: number of the part; 0 is the largest.
    content_hash
        SHA-256 of all the above (hex).

    """

    projected: bool
    x: Floats
    y: Floats
    node_id: Objects
    region: Objects
    indptr: Ints
    tail: Ints
    head: Ints
    edge: Ints
    backward: Bools
    length_m: Floats
    road_class: npt.NDArray[np.int8]
    max_speed_kmh: Floats
    max_height_m: Floats
    max_weight_t: Floats
    hazardous_ok: Bools
    minutes: Floats
    edge_start: Ints
    edge_end: Ints
    edge_length_m: Floats
    edge_name: Objects
    shape_offset: npt.NDArray[np.int64]
    shape_xy: Floats
    weak_part: Ints
    strong_part: Ints
    main_part: Bools
    content_hash: str

    def __post_init__(self) -> None:
        """Make every array read-only."""
        self._freeze()

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Unpickled arrays are writable again: freeze them."""
        self.__dict__.update(state)
        self._freeze()

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is only cached."""
        return {f.name: self.__dict__[f.name] for f in fields(self)}

    def _freeze(self) -> None:
        for f in fields(self):
            value = getattr(self, f.name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.x)

    @property
    def arcs(self) -> int:
        """Number of directed arcs."""
        return len(self.tail)

    @property
    def edges(self) -> int:
        """Number of roads."""
        return len(self.edge_start)

    @cached_property
    def node_index(self) -> dict[Any, int]:
        """Original node id -> node number."""
        return {key: at for at, key in enumerate(self.node_id.tolist())}

    @cached_property
    def edge_class(self) -> npt.NDArray[np.int8]:
        """Class of each edge (that of its first arc)."""
        result = np.zeros(self.edges, np.int8)
        result[self.edge[::-1]] = self.road_class[::-1]
        result.setflags(write=False)
        return result

    @cached_property
    def edge_in_main(self) -> Bools:
        """Per edge: both its ends lie in the largest strongly connected part."""
        result: Bools = self.main_part[self.edge_start] & self.main_part[self.edge_end]
        result.setflags(write=False)
        return result

    def polyline(self, edge: int) -> Floats:
        """Return the points of an edge from start to end, shape (k, 2)."""
        lo, hi = int(self.shape_offset[edge]), int(self.shape_offset[edge + 1])
        start, end = int(self.edge_start[edge]), int(self.edge_end[edge])
        ends = np.array([[self.x[start], self.y[start]], [self.x[end], self.y[end]]])
        return np.concatenate([ends[:1], self.shape_xy[lo:hi], ends[1:]])


def build_graph(
    node_id: Sequence[Any] | npt.NDArray[Any],
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    start: Sequence[Any] | npt.NDArray[Any],
    end: Sequence[Any] | npt.NDArray[Any],
    length_m: npt.ArrayLike,
    *,
    road_class: npt.ArrayLike | Sequence[str] | None = None,
    oneway: npt.ArrayLike | None = None,
    region: Sequence[str] | npt.NDArray[Any] | None = None,
    max_speed_kmh: npt.ArrayLike | None = None,
    max_height_m: npt.ArrayLike | None = None,
    max_weight_t: npt.ArrayLike | None = None,
    hazardous_ok: npt.ArrayLike | None = None,
    minutes: npt.ArrayLike | None = None,
    edge_name: Sequence[str] | npt.NDArray[Any] | None = None,
    shape_offset: npt.ArrayLike | None = None,
    shape_xy: npt.ArrayLike | None = None,
    projected: bool = False,
    node_mark: Callable[[int], Mark] | None = None,
    edge_mark: Callable[[int], Mark] | None = None,
) -> RoadGraph:
    """Check and build a road graph.

    Parameters
    ----------
    node_id, x, y, region
        Nodes: unique ids (all int, or all str), lon and lat in degrees (metres when `projected`), region name or "".
    start, end
        Node ids of the ends of each edge.
    length_m
        Length of each edge; at least 0 and finite.
    road_class
        Names out of `CLASSES`, or their codes; default ``unknown``.
    oneway
        0 both ways (default), 1 only start to end, -1 only end to start.
    max_speed_kmh, max_height_m, max_weight_t, minutes
        NaN where unknown; `minutes` is the time of a light vehicle in clear weather and replaces length / speed.
    hazardous_ok
        Default True.
    shape_offset, shape_xy
        Points of each edge between its ends (the ends left out), from start to end.
    node_mark, edge_mark
        Give file and line of the i-th node or edge, for findings.

    Raises
    ------
    InputError
        With every finding: ``no-nodes``, ``duplicate-node``, ``bad-coordinate``, ``unknown-node``, ``bad-length``,
        ``bad-limit``, ``unknown-class``, ``bad-oneway``.

    """
    ids = _ids(node_id)
    xs, ys = np.array(x, np.float64), np.array(y, np.float64)
    lengths = np.array(length_m, np.float64)
    count = len(lengths)
    limits = {
        name: np.full(count, np.nan) if value is None else np.array(value, np.float64)
        for name, value in (
            ("max_speed_kmh", max_speed_kmh), ("max_height_m", max_height_m), ("max_weight_t", max_weight_t),
            ("minutes", minutes),
        )
    }  # fmt: skip
    findings = _check_nodes(ids, xs, ys, projected=projected, mark=node_mark)
    classes, wrong = _class_codes(road_class, count, edge_mark)
    findings += wrong
    ways = np.zeros(count, np.int8) if oneway is None else np.array(oneway, np.int8)
    a, b, wrong = _ends(ids, start, end, edge_mark)
    findings += wrong + _check_edges(lengths, ways, limits, edge_mark)
    if findings:
        raise InputError(findings)
    names = np.full(count, "", object) if edge_name is None else np.array(edge_name, object)
    regions = np.full(len(ids), "", object) if region is None else np.array(region, object)
    hazard = np.ones(count, np.bool_) if hazardous_ok is None else np.array(hazardous_ok, np.bool_)
    offsets = np.zeros(count + 1, np.int64) if shape_offset is None else np.array(shape_offset, np.int64)
    shape = np.zeros((0, 2)) if shape_xy is None else np.array(shape_xy, np.float64).reshape(-1, 2)
    order = hilbert_order(xs, ys)
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return _assemble(
        xs[order], ys[order], ids[order], regions[order], rank[a], rank[b],
        lengths, classes, ways, limits, hazard, names, offsets, shape, projected=projected,
    )  # fmt: skip


def hilbert_order(x: Floats, y: Floats, bits: int = 16) -> npt.NDArray[np.int64]:
    """Return the order of points along a Hilbert curve over their bounding square.

    Neighbours on the map become neighbours in memory, which halves the time of a search on a large network.
    The turn-and-flip recursion is that of Hamilton and Rau-Chaplin (2008), here for all points at once.
    """
    if len(x) == 0:
        return np.zeros(0, np.int64)
    span = max(float(np.ptp(x)), float(np.ptp(y))) or 1.0
    top = (1 << bits) - 1
    px = np.minimum((x - x.min()) / span * top, top).astype(np.uint32)
    py = np.minimum((y - y.min()) / span * top, top).astype(np.uint32)
    key = np.zeros(len(x), np.uint64)
    for bit in range(bits - 1, -1, -1):
        side = np.uint32(1 << bit)
        rx = (px & side) > 0
        ry = (py & side) > 0
        key = (key << np.uint64(2)) | ((np.where(rx, 3, 0).astype(np.uint64)) ^ ry.astype(np.uint64))
        flip = ~ry & rx
        px = np.where(flip, np.uint32(top) - px, px)
        py = np.where(flip, np.uint32(top) - py, py)
        px, py = np.where(ry, px, py), np.where(ry, py, px)
    return np.argsort(key, kind="stable")


def _ids(node_id: Sequence[Any] | npt.NDArray[Any]) -> Objects:
    array = np.array(node_id) if len(node_id) else np.zeros(0, np.int64)
    if array.dtype.kind in "iu":
        return array.astype(np.int64)
    return np.array([str(key) for key in array.tolist()], object)


def _ends(
    ids: Objects, start: Sequence[Any] | npt.NDArray[Any], end: Sequence[Any] | npt.NDArray[Any],
    mark: Callable[[int], Mark] | None,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], list[Finding]]:  # fmt: skip
    found = []
    findings: list[Finding] = []
    for side in (start, end):
        values = np.asarray(side)
        if ids.dtype.kind == "i" and values.dtype.kind in "iu" and len(ids):
            by_id = np.argsort(ids, kind="stable")
            at = np.minimum(np.searchsorted(ids, values, sorter=by_id), len(ids) - 1)
            place = np.where(ids[by_id[at]] == values, by_id[at], -1)
        else:
            where = {key: at for at, key in enumerate(ids.tolist())}
            keys = values.tolist() if ids.dtype.kind == "i" else [str(key) for key in values.tolist()]
            place = np.array([where.get(key, -1) for key in keys], np.int64)
        findings += _list(
            "unknown-node", np.flatnonzero(place < 0), mark,
            lambda i, values=values: Words(  # type: ignore[misc]
                f"a road ends at node '{values[i]}', which is not there",
                f"道路一端的节点“{values[i]}”不存在"),
            Words("add the node, or correct its id", "请补上该节点,或改正编号"),
        )  # fmt: skip
        found.append(place)
    return found[0], found[1], findings


def _check_nodes(
    ids: Objects, x: Floats, y: Floats, *, projected: bool, mark: Callable[[int], Mark] | None
) -> list[Finding]:
    if len(ids) == 0:
        what = Words("the network has no nodes", "路网没有节点")
        return [Finding("no-nodes", what, Words("check that the file is complete", "请检查文件是否完整"))]
    keys = ids.tolist()
    first = {key: at for at, key in reversed(list(enumerate(keys)))}
    again = np.zeros(0, np.int64)
    if len(first) < len(keys):
        again = np.array([at for at, key in enumerate(keys) if first[key] != at], np.int64)
    bad = ~(np.isfinite(x) & np.isfinite(y))
    if not projected:
        bad |= (np.abs(x) > 180) | (np.abs(y) > 90)
    return [
        *_list("duplicate-node", again, mark,
               lambda i: Words(f"node '{keys[i]}' is there twice", f"节点“{keys[i]}”重复"),
               Words("keep one of them", "请只留一个")),
        *_list("bad-coordinate", np.flatnonzero(bad), mark,
               lambda i: Words(f"node '{keys[i]}' lies at {x[i]:g}, {y[i]:g}",
                               f"节点“{keys[i]}”的坐标是 {x[i]:g}, {y[i]:g}"),
               Words("write lon, lat in degrees, or declare the network as projected (metres)",
                     "请按经度、纬度(度)填写,或声明为投影坐标(米)")),
    ]  # fmt: skip


def _check_edges(
    length: Floats, ways: npt.NDArray[np.int8], limits: dict[str, Floats], mark: Callable[[int], Mark] | None
) -> list[Finding]:
    findings = _list(
        "bad-length", np.flatnonzero(~(np.isfinite(length) & (length >= 0))), mark,
        lambda i: Words(f"a road has length {length[i]:g} m", f"有道路长度为 {length[i]:g} 米"),
        Words("write a length of 0 m or more", "长度应为不小于 0 的数(米)"),
    )  # fmt: skip
    for name, values in limits.items():
        findings += _list(
            "bad-limit", np.flatnonzero((values <= 0) | np.isinf(values)), mark,
            lambda i, name=name, values=values: Words(  # type: ignore[misc]
                f"a road has {name} = {values[i]:g}", f"有道路的 {name} = {values[i]:g}"
            ),
            Words("write a number above 0, or leave it empty", "请写大于 0 的数,不明则留空"),
        )  # fmt: skip
    return findings + _list(
        "bad-oneway", np.flatnonzero(np.abs(ways) > 1), mark,
        lambda i: Words(f"oneway is {ways[i]}", f"单行标记是 {ways[i]}"),
        Words("write 0 (both ways), 1 (from -> to) or -1", "请写 0(双向)、1(由起到止)或 -1"),
    )  # fmt: skip


def _class_codes(
    road_class: npt.ArrayLike | Sequence[str] | None, count: int, mark: Callable[[int], Mark] | None
) -> tuple[npt.NDArray[np.int8], list[Finding]]:
    if road_class is None:
        return np.full(count, CLASS_CODE["unknown"], np.int8), []
    values = np.asarray(road_class)
    if values.dtype.kind in "iu":
        codes = values.astype(np.int64)
        wrong = np.flatnonzero((codes < 0) | (codes >= len(CLASSES)))
    else:
        codes = np.array([CLASS_CODE.get(str(name), -1) for name in values.tolist()], np.int64)
        wrong = np.flatnonzero(codes < 0)
    findings = _list(
        "unknown-class", wrong, mark,
        lambda i: Words(f"unknown road class '{values[i]}'", f"没有“{values[i]}”这个道路等级"),
        Words(f"known: {', '.join(CLASSES)}", f"可用:{'、'.join(CLASSES)}"),
    )  # fmt: skip
    return codes.astype(np.int8), findings


def _list(
    code: str,
    at: npt.NDArray[np.int64],
    mark: Callable[[int], Mark] | None,
    what: Callable[[int], Words],
    remedy: Words,
) -> list[Finding]:
    """Return one finding for each position, the rest counted in the last."""
    shown = [int(i) for i in at[:SHOWN]]
    findings = [Finding(code, what(i), remedy, mark(i) if mark else None) for i in shown]
    if len(at) > SHOWN:
        more = len(at) - SHOWN
        findings.append(Finding(code, Words(f"and {more} more of this kind", f"同类问题还有 {more} 处"), remedy))
    return findings


def _assemble(
    x: Floats, y: Floats, ids: Objects, region: Objects, a: Ints, b: Ints,
    length: Floats, classes: npt.NDArray[np.int8], ways: npt.NDArray[np.int8], limits: dict[str, Floats],
    hazard: Bools, names: Objects, offsets: npt.NDArray[np.int64], shape: Floats, *, projected: bool,
) -> RoadGraph:  # fmt: skip
    """Make the arcs, sort them, find the connected parts."""
    forth, back = np.flatnonzero(ways >= 0), np.flatnonzero(ways <= 0)
    edge = np.concatenate([forth, back]).astype(np.int32)
    backward = np.repeat([False, True], [len(forth), len(back)])
    tail = np.where(backward, b[edge], a[edge]).astype(np.int32)
    head = np.where(backward, a[edge], b[edge]).astype(np.int32)
    order = np.lexsort((backward, edge, head, tail))
    tail, head, edge, backward = tail[order], head[order], edge[order], backward[order]
    indptr = np.searchsorted(tail, np.arange(len(x) + 1)).astype(np.int32)
    weak, strong = _parts(len(x), tail, head)
    arrays: dict[str, Any] = {
        "x": x, "y": y, "node_id": ids, "region": region, "indptr": indptr, "tail": tail, "head": head, "edge": edge,
        "backward": backward, "length_m": length[edge], "road_class": classes[edge],
        **{name: values[edge] for name, values in limits.items()}, "hazardous_ok": hazard[edge],
        "edge_start": a.astype(np.int32), "edge_end": b.astype(np.int32), "edge_length_m": length, "edge_name": names,
        "shape_offset": offsets, "shape_xy": shape, "weak_part": weak, "strong_part": strong, "main_part": strong == 0,
    }  # fmt: skip
    return RoadGraph(projected=projected, content_hash=_hash(arrays, projected=projected), **arrays)


def _parts(nodes: int, tail: Ints, head: Ints) -> tuple[Ints, Ints]:
    """Return the weak and strong part of each node, largest part first."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    # Each pair once and no loops: scipy's strong components never return when an entry is there twice.
    once = tail != head
    once[1:] &= (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    tail, head = tail[once], head[once]
    indptr = np.searchsorted(tail, np.arange(nodes + 1)).astype(np.int32)
    matrix = csr_array((np.ones(len(tail)), head, indptr), shape=(nodes, nodes))
    result = []
    for connection in ("weak", "strong"):
        count, label = connected_components(matrix, directed=True, connection=connection)
        size = np.bincount(label, minlength=count)
        first = np.full(count, nodes)
        np.minimum.at(first, label, np.arange(nodes))
        rank = np.empty(count, np.int32)
        rank[np.lexsort((first, -size))] = np.arange(count, dtype=np.int32)
        result.append(rank[label])
    return result[0], result[1]


def _hash(arrays: dict[str, Any], *, projected: bool) -> str:
    digest = hashlib.sha256(b"projected" if projected else b"lonlat")
    for name in sorted(arrays):
        value = arrays[name]
        digest.update(f"|{name}:{value.shape}:".encode())
        if value.dtype == object:
            digest.update("\x1f".join(map(str, value.tolist())).encode())
        else:
            digest.update(np.ascontiguousarray(value).tobytes())
    return digest.hexdigest()
