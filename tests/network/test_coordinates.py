"""Coordinates: shifts, their inverses, and distances."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.network.coordinates import EARTH_RADIUS_M, from_wgs84, haversine_m, system_named, to_wgs84

LON = st.floats(74.0, 135.0)
LAT = st.floats(4.0, 53.0)
TIGHT_DEG = 1e-6


@given(LON, LAT, st.sampled_from(["GCJ-02", "BD-09"]))
def test_the_inverse_of_a_shift_brings_a_point_back(lon: float, lat: float, system: str) -> None:
    """A point shifted to GCJ-02 or BD-09 and turned back is where it was, to 1e-6 degrees, anywhere in China."""
    shifted = from_wgs84(lon, lat, system)
    back = to_wgs84(*shifted, system)
    assert abs(back[0] - lon) < TIGHT_DEG
    assert abs(back[1] - lat) < TIGHT_DEG


@given(LON, LAT)
def test_the_shift_has_the_known_size(lon: float, lat: float) -> None:
    """GCJ-02 moves a point in China by 30 to 1000 m; BD-09 moves that one further: a wrong sign or unit would not."""
    gcj = from_wgs84(lon, lat, "GCJ-02")
    assert 30 < haversine_m(lon, lat, *gcj) < 1000
    bd = from_wgs84(lon, lat, "BD-09")
    assert 300 < haversine_m(*gcj, *bd) < 1200


def test_gcj_of_a_published_point() -> None:
    """Second source: eviltransform's test table gives Shanghai 31.1774276, 121.5272106 -> 31.17530398364597, 121.531541859215."""
    lon, lat = from_wgs84(121.5272106, 31.1774276, "GCJ-02")
    assert lon == pytest.approx(121.531541859215, abs=2e-6)
    assert lat == pytest.approx(31.17530398364597, abs=2e-6)


def test_bd09_of_the_published_point() -> None:
    """BD-09 is the turn and stretch of GCJ-02 written out here, applied to the published GCJ-02 point."""
    x, y = 121.531541859215, 31.17530398364597
    z = np.hypot(x, y) + 0.00002 * np.sin(y * np.pi * 3000 / 180)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * np.pi * 3000 / 180)
    lon, lat = from_wgs84(121.5272106, 31.1774276, "BD-09")
    assert (lon, lat) == pytest.approx((z * np.cos(angle) + 0.0065, z * np.sin(angle) + 0.006), abs=2e-6)


def test_nothing_moves_outside_china_or_in_wgs84_and_cgcs2000() -> None:
    """GCJ-02 leaves London and Sydney where they are; CGCS2000 agrees with WGS-84 and is passed through everywhere."""
    for lon, lat in ((-0.1, 51.5), (151.2, -33.9)):
        assert to_wgs84(lon, lat, "GCJ-02") == (lon, lat)
    for system in ("WGS-84", "CGCS2000"):
        assert to_wgs84(112.42, 39.32, system) == (112.42, 39.32)


def test_arrays_and_floats_agree() -> None:
    """An array is converted to the very numbers that its elements are, and is not changed in place."""
    lon, lat = np.array([112.42, 110.5]), np.array([39.32, 38.84])
    out = to_wgs84(lon, lat, "BD-09")
    one = [to_wgs84(float(x), float(y), "BD-09") for x, y in zip(lon, lat, strict=True)]
    np.testing.assert_allclose(np.stack(out, axis=1), one, rtol=0, atol=1e-10)
    assert lon.tolist() == [112.42, 110.5]


def test_distances_on_great_circles_known_by_theory() -> None:
    """A degree of a meridian is pi R / 180; a quarter of the equator pi R / 2; antipodes pi R; a point itself 0."""
    degree = np.pi * EARTH_RADIUS_M / 180
    assert haversine_m(112.0, 39.0, 112.0, 40.0) == pytest.approx(degree, rel=1e-12)
    assert haversine_m(0.0, 0.0, 90.0, 0.0) == pytest.approx(90 * degree, rel=1e-12)
    assert haversine_m(10.0, 20.0, -170.0, -20.0) == pytest.approx(180 * degree, rel=1e-9)
    assert haversine_m(112.0, 39.0, 112.0, 39.0) == 0.0


@given(st.floats(-180, 180), st.floats(-89, 89), st.floats(-180, 180), st.floats(-89, 89))
def test_distance_agrees_with_the_angle_between_vectors(lon1: float, lat1: float, lon2: float, lat2: float) -> None:
    """Second method: the angle between unit vectors by atan2 of cross and dot product."""

    def vector(lon: float, lat: float) -> np.ndarray:
        a, b = np.radians([lon, lat])
        return np.array([np.cos(b) * np.cos(a), np.cos(b) * np.sin(a), np.sin(b)])

    u, v = vector(lon1, lat1), vector(lon2, lat2)
    angle = np.arctan2(np.linalg.norm(np.cross(u, v)), u @ v)
    assert haversine_m(lon1, lat1, lon2, lat2) == pytest.approx(EARTH_RADIUS_M * angle, abs=0.2, rel=1e-9)


@pytest.mark.parametrize(
    ("text", "system"),
    [("WGS84", "WGS-84"), ("wgs-84", "WGS-84"), ("国家2000", "CGCS2000"), ("高德", "GCJ-02"), ("BD09", "BD-09"), ("mars", None)],
)
def test_names_of_systems(text: str, system: str | None) -> None:
    """Planners' names of the systems are understood; an unknown one is not guessed."""
    assert system_named(text) == system
