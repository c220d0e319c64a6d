"""Coordinates as they come from maps in China, and distances on the globe.

WGS-84 (GPS, OpenStreetMap) is what the simulator keeps. CGCS2000 (国家2000) agrees with it to centimetres.
GCJ-02 (高德, 腾讯) and BD-09 (百度) are shifted by some hundred metres and are turned back here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args, overload

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

System = Literal["WGS-84", "CGCS2000", "GCJ-02", "BD-09"]
Floats = NDArray[np.float64]
_Pair = tuple[Floats, Floats]

SYSTEMS: tuple[System, ...] = get_args(System)
EARTH_RADIUS_M = 6371008.8
"""Mean radius of the Earth, (2a + b) / 3 of the GRS80 ellipsoid (Moritz 2000)."""

_NAMES: dict[str, System] = {
    "wgs84": "WGS-84", "gps": "WGS-84", "epsg4326": "WGS-84", "osm": "WGS-84",
    "cgcs2000": "CGCS2000", "epsg4490": "CGCS2000", "国家2000": "CGCS2000",
    "2000国家大地坐标系": "CGCS2000", "天地图": "CGCS2000",
    "gcj02": "GCJ-02", "gcj": "GCJ-02", "火星坐标": "GCJ-02", "高德": "GCJ-02", "腾讯": "GCJ-02",
    "bd09": "BD-09", "bd09ll": "BD-09", "百度": "BD-09", "百度坐标": "BD-09",
}  # fmt: skip

# Ellipsoid (Krasovsky 1940) and box of the published GCJ-02 shift.
_AXIS_M = 6378245.0
_ECCENTRICITY2 = 0.00669342162296594323
_CHINA_LON = (72.004, 137.8347)
_CHINA_LAT = (0.8293, 55.8271)
_BD_PI = np.pi * 3000.0 / 180.0
_BD_EAST, _BD_NORTH = 0.0065, 0.006
_ROUNDS = 30
_CLOSE_DEG = 1e-10


def system_named(text: str) -> System | None:
    """Return the coordinate system that `text` names (``WGS84``, ``国家2000``, ``高德`` …), or None."""
    key = "".join(c for c in text.strip().casefold() if c not in "-_ :/")
    return _NAMES.get(key)


@overload
def to_wgs84(lon: float, lat: float, system: System) -> tuple[float, float]: ...
@overload
def to_wgs84(lon: Floats, lat: Floats, system: System) -> _Pair: ...
def to_wgs84(lon: float | Floats, lat: float | Floats, system: System) -> tuple[float, float] | _Pair:
    """Convert longitude and latitude from one of `SYSTEMS` to WGS-84.

    Parameters
    ----------
    lon, lat
        Degrees; floats or arrays of equal shape.
    system
        The system they are given in.

    Returns
    -------
    tuple
        Longitude and latitude in WGS-84, floats for floats and arrays for arrays. CGCS2000 is passed through (the two
        differ by centimetres). GCJ-02 and BD-09 are inverted by fixed-point iteration, to well under 1e-6 degrees.
    """
    return _convert(lon, lat, _BACK[system])


@overload
def from_wgs84(lon: float, lat: float, system: System) -> tuple[float, float]: ...
@overload
def from_wgs84(lon: Floats, lat: Floats, system: System) -> _Pair: ...
def from_wgs84(lon: float | Floats, lat: float | Floats, system: System) -> tuple[float, float] | _Pair:
    """Convert longitude and latitude from WGS-84 to one of `SYSTEMS`: the other way round of `to_wgs84`."""
    return _convert(lon, lat, _FORTH[system])


def _convert(
    lon: float | Floats, lat: float | Floats, way: Callable[[Floats, Floats], _Pair]
) -> tuple[float, float] | _Pair:
    scalar = np.ndim(lon) == 0
    out_lon, out_lat = way(
        np.atleast_1d(np.asarray(lon, dtype=np.float64)), np.atleast_1d(np.asarray(lat, dtype=np.float64))
    )
    return (float(out_lon[0]), float(out_lat[0])) if scalar else (out_lon, out_lat)


def _same(lon: Floats, lat: Floats) -> _Pair:
    return lon.copy(), lat.copy()


def _wgs_to_gcj(lon: Floats, lat: Floats) -> _Pair:
    """Return the GCJ-02 shift added; the published polynomial and sines, and nothing outside China.

    Source: the formula in public use since 2010 (EvilTransform; eviltransform.js, MIT); there is no official text.
    """
    x, y = lon - 105.0, lat - 35.0
    waves = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + waves
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y / 30.0 * np.pi)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + waves
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    phi = np.radians(lat)
    bulge = 1.0 - _ECCENTRICITY2 * np.sin(phi) ** 2
    d_lat = np.degrees(north * bulge * np.sqrt(bulge) / (_AXIS_M * (1.0 - _ECCENTRICITY2)))
    d_lon = np.degrees(east * np.sqrt(bulge) / (_AXIS_M * np.cos(phi)))
    inside = (lon > _CHINA_LON[0]) & (lon < _CHINA_LON[1]) & (lat > _CHINA_LAT[0]) & (lat < _CHINA_LAT[1])
    return lon + np.where(inside, d_lon, 0.0), lat + np.where(inside, d_lat, 0.0)


def _gcj_to_bd(lon: Floats, lat: Floats) -> _Pair:
    """Return BD-09 of GCJ-02: a small turn and stretch (the formula in public use; same sources as GCJ-02)."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_PI)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_PI)
    return radius * np.cos(angle) + _BD_EAST, radius * np.sin(angle) + _BD_NORTH


def _wgs_to_bd(lon: Floats, lat: Floats) -> _Pair:
    return _gcj_to_bd(*_wgs_to_gcj(lon, lat))


def _inverse(way: Callable[[Floats, Floats], _Pair]) -> Callable[[Floats, Floats], _Pair]:
    """Return the inverse of a shift that is small and smooth: each round the error falls about a thousandfold."""

    def back(lon: Floats, lat: Floats) -> _Pair:
        out_lon, out_lat = lon.copy(), lat.copy()
        for _ in range(_ROUNDS):
            seen_lon, seen_lat = way(out_lon, out_lat)
            miss_lon, miss_lat = lon - seen_lon, lat - seen_lat
            out_lon += miss_lon
            out_lat += miss_lat
            if max(np.max(np.abs(miss_lon), initial=0.0), np.max(np.abs(miss_lat), initial=0.0)) < _CLOSE_DEG:
                break
        return out_lon, out_lat

    return back


_FORTH: dict[System, Callable[[Floats, Floats], _Pair]] = {
    "WGS-84": _same, "CGCS2000": _same, "GCJ-02": _wgs_to_gcj, "BD-09": _wgs_to_bd,
}  # fmt: skip
_BACK: dict[System, Callable[[Floats, Floats], _Pair]] = {
    "WGS-84": _same, "CGCS2000": _same, "GCJ-02": _inverse(_wgs_to_gcj), "BD-09": _inverse(_wgs_to_bd),
}  # fmt: skip


@overload
def haversine_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float: ...
@overload
def haversine_m(lon1: Floats, lat1: Floats, lon2: Floats | float, lat2: Floats | float) -> Floats: ...
def haversine_m(
    lon1: float | Floats, lat1: float | Floats, lon2: float | Floats, lat2: float | Floats
) -> float | Floats:
    """Return great-circle distance in metres on a sphere of mean radius (haversine, Sinnott 1984).

    Parameters
    ----------
    lon1, lat1, lon2, lat2
        Degrees; floats, or arrays that broadcast together.

    Returns
    -------
    float or array
        Metres; a float when all four are floats. The sphere is at most 0.56 % off the ellipsoid.
    """
    phi1, phi2 = np.radians(lat1), np.radians(lat2)
    half_lat = (phi2 - phi1) / 2.0
    half_lon = np.radians(np.subtract(lon2, lon1)) / 2.0
    h = np.sin(half_lat) ** 2 + np.cos(phi1) * np.cos(phi2) * np.sin(half_lon) ** 2
    metres = 2.0 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(h, 1.0)))
    return float(metres) if np.ndim(metres) == 0 else np.asarray(metres, dtype=np.float64)
