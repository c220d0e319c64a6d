"""places.csv: named places, with aliases, of a network of any form."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.errors import InputError, Words
from sim.network.coordinates import System, to_wgs84
from sim.network.formats.table import Table, read_table
from sim.network.places import Place, PlaceTable, plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Floats = npt.NDArray[np.float64]

COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "id": ("编号",),
    "name": ("名称", "地名"),
    "aliases": ("别名",),
    "lon": ("x", "longitude", "经度"),
    "lat": ("y", "latitude", "纬度"),
    "region": ("行政区",),
    "population": ("人口",),
    "kind": ("类别", "类型"),
    "source": ("来源", "资料来源"),
})  # fmt: skip


def read_places(path: Path, system: System = "WGS-84", *, projected: bool = False) -> PlaceTable:
    """Read named places.

    Parameters
    ----------
    path
        CSV with columns name, lon, lat, and perhaps id (else the name is the id), aliases (``a|b``), region,
        population, kind, source; others are passed over.
    system, projected
        Coordinates the file is in; what is returned is WGS-84, or metres when `projected`.

    Raises
    ------
    InputError
        Bad or missing cells, coordinates out of range, ids used twice; with file and line.
    """
    table = read_table(path, COLUMNS, ("name", "lon", "lat"))
    lon, lat = coordinates(table, system, projected=projected)
    population = table.numbers("population")
    names = table.texts("name")
    ids = [key or name for key, name in zip(table.texts("id"), names, strict=True)]
    _check_ids(table, ids)
    if table.findings:
        raise InputError(table.findings)
    parts = zip(ids, names, lon.tolist(), lat.tolist(), table.texts("aliases"), table.texts("region"),
                population.tolist(), table.texts("kind"), table.texts("source"), strict=True)  # fmt: skip
    return PlaceTable(
        Place(key, name, x, y, _split(aliases), region, None if np.isnan(people) else round(people), kind, source)
        for key, name, x, y, aliases, region, people, kind, source in parts
    )


def coordinates(table: Table, system: System, *, projected: bool) -> tuple[Floats, Floats]:
    """Return lon and lat in WGS-84 (metres when `projected`); bad cells are added to the table's findings."""
    lon, lat = (
        table.numbers("lon", "bad-coordinate", required=True),
        table.numbers("lat", "bad-coordinate", required=True),
    )
    if projected:
        return lon, lat
    outside = np.flatnonzero((np.abs(lon) > 180) | (np.abs(lat) > 90)).tolist()
    if outside:
        swapped = bool(np.all((np.abs(lat[outside]) <= 180) & (np.abs(lon[outside]) <= 90)))
        remedy = Words("write lon, lat in degrees, or 'coordinates: projected' in network.yaml for metres",
                       "请按度填写经度、纬度;若为投影坐标(米),请在 network.yaml 写 coordinates: projected")  # fmt: skip
        if swapped:
            remedy = Words("lon and lat seem to be exchanged", "经度与纬度似乎写反了")
        table.complain(
            "bad-coordinate",
            outside,
            lambda row: Words(
                f"lon, lat = {lon[row]:g}, {lat[row]:g} is not on Earth", f"经纬度 {lon[row]:g}, {lat[row]:g} 超出范围"
            ),
            remedy,
        )
    return to_wgs84(lon, lat, system)


def _check_ids(table: Table, ids: list[str]) -> None:
    first: dict[str, int] = {}
    again = [row for row, key in enumerate(ids) if key and first.setdefault(plain(key), row) != row]
    table.complain(
        "duplicate-id",
        again,
        lambda row: Words(
            f"the place id '{ids[row]}' is already on line {table.mark(first[plain(ids[row])]).line}",
            f"地点编号“{ids[row]}”与第 {table.mark(first[plain(ids[row])]).line} 行重复",
        ),
        Words("give each place an id of its own in column id", "请在 id 列给每个地点各自的编号"),
    )
    unnamed = [row for row, key in enumerate(ids) if not key]
    table.complain(
        "no-name", unnamed, lambda _row: Words("the place has no name", "地点没有名称"), Words("name it", "请写上名称")
    )


def _split(aliases: str) -> tuple[str, ...]:
    parts = (part.strip() for part in aliases.replace("\uff5c", "|").split("|"))
    return tuple(part for part in parts if part)
