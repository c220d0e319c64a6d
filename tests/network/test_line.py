"""The straight line."""

from __future__ import annotations

import math
import pickle
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.network.coordinates import haversine_m
from sim.network.line import MANY, Line, LineTravel, haversine
from sim.network.states import Effect, Parts
from sim.network.trips import Measured, Site
from sim.units import MINUTE, NEVER

PLANE = st.tuples(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5))


def test_three_four_five() -> None:
    """Proves by hand: 5 km at 60 km/h with detour 1.2 is 6 minutes; 30 km/h for the vehicle named is 12."""
    line = Line(60.0, 1.2, projected=True, speeds_kmh={"heavy": 30.0})
    travel = LineTravel(line, [Site(0, 0), Site(3000, 4000)])
    assert travel.row([0, 1], 1, travel.profile("light"), 0) == [6 * MINUTE, 0]
    assert travel.row([0], 1, travel.profile("重型"), 0) == [12 * MINUTE]
    assert travel.profile("light", 3) == travel.profile("light", 8)


def test_a_degree_of_latitude() -> None:
    """Proves lon/lat: one degree of a meridian is pi/180 of the earth's mean radius."""
    travel = LineTravel(Line(36.0), [Site(112, 39), Site(112, 40)])
    assert travel.row([0], 1, travel.profile("light"), 0) == [round(6371008.8 * math.pi / 180 * 100)]


@given(st.lists(PLANE, min_size=2, max_size=MANY + 5), st.floats(5, 120), st.booleans())
def test_row_table_and_drive_agree_to_the_bit(points: list[tuple[float, float]], speed: float, projected: bool) -> None:
    """Proves that one look-up, a row (by hand or numpy) and a table give the same ms, both ways alike."""
    sites = [Site(x, y) if projected else Site(x / 1e3, y / 2e3) for x, y in points * (1 + projected)]
    travel = LineTravel(Line(speed, projected=projected), sites)
    light, everyone = travel.profile("light"), range(len(sites))
    row = travel.row(everyone, 0, light, 0)
    assert row == [travel.drive(travel.spot(a), 0, light, 0) for a in everyone]
    assert row == [travel.drive(travel.spot(0), a, light, 0) for a in everyone]
    assert travel.table(everyone, [0], light, 0)[:, 0].tolist() == row
    if projected:
        k = 3600.0 * 1.0 / speed
        assert row == [round(math.sqrt((sites[0].x - s.x) ** 2 + (sites[0].y - s.y) ** 2) * k) for s in sites]


@given(st.floats(-180, 180), st.floats(-89, 89), st.floats(-180, 180), st.floats(-89, 89))
def test_haversine_equals_that_of_the_coordinates_module(a: float, b: float, c: float, d: float) -> None:
    """Proves the two implementations of one formula agree to a micrometre a kilometre."""
    assert haversine(a, b, c, d) == pytest.approx(haversine_m(a, b, c, d), rel=1e-9, abs=1e-3)


def test_under_way_a_team_can_turn_anywhere() -> None:
    """Proves `locate` at a quarter, before the start and after the end; and that the rest is three quarters."""
    travel = LineTravel(Line(60.0, projected=True), [Site(0, 0), Site(4000, 0)])
    light = travel.profile("light")
    trip = travel.trip(travel.spot(0), 1, light, 0, 1000)
    assert trip is not None
    assert travel.locate(trip, 1000 + MINUTE) == ((1000.0, 0.0), 0)
    assert travel.drive((1000.0, 0.0), 1, light, 0) == 3 * MINUTE
    assert travel.locate(trip, 0) == ((0.0, 0.0), 0)
    assert travel.locate(trip, trip.arrives + 5) == ((4000.0, 0.0), 0)
    assert travel.route(trip).xy.tolist() == [[0, 0], [4000, 0]]
    assert travel.route(trip).ms.tolist() == [0, 4 * MINUTE]
    still = travel.trip(travel.spot(1), 1, light, 0, 0)
    assert still is not None
    assert travel.locate(still, 0) == ((4000.0, 0.0), 0)


def test_weather_and_slowing_everywhere() -> None:
    """Proves that half speed doubles the time, a stop of everything is no way, and both touch who is under way."""
    effects = [Effect(None, 0.5), Effect(None, 0.0, frozenset({"light"}))]
    travel = LineTravel(Line(60.0, projected=True), [Site(0, 0), Site(1000, 0)], effects=effects)
    light, heavy = travel.profile("light"), travel.profile("heavy")
    slow, stop = travel.state(frozenset({0})), travel.state(frozenset({1}))
    assert travel.row([0], 1, light, slow) == [2 * MINUTE]
    assert travel.row([0, 1], 1, heavy, stop) == [NEVER, NEVER]
    assert travel.drive((0.0, 0.0), 1, heavy, stop) == NEVER
    assert travel.row([0], 1, light, stop) == [MINUTE]
    assert travel.row([0], 1, travel.profile("light", None, "rain"), 0) == [round(MINUTE / 0.88)]
    trip = travel.trip(travel.spot(0), 1, light, 0, 0)
    assert trip is not None
    assert travel.touched(trip, 10, 0, slow)
    assert not travel.touched(trip, 10, 0, stop)
    assert not travel.touched(trip, trip.arrives, 0, slow)


def test_measured_pairs_lie_over_the_line() -> None:
    """Proves the measured time and its scaling with a slowing."""
    travel = LineTravel(Line(60.0, projected=True), [Site(0, 0), Site(1000, 0)], effects=[Effect(None, 0.5)],
                        measured=[Measured(0, 1, 90_000, "重型")])  # fmt: skip
    heavy = travel.profile("heavy")
    assert travel.row([0, 1], 1, heavy, 0) == [90_000, 0]
    assert travel.drive(travel.spot(1), 0, heavy, travel.state(frozenset({0}))) == 180_000
    assert travel.is_measured(travel.spot(0), 1, heavy)
    assert not travel.is_measured(travel.spot(0), 1, travel.profile("light"))


def test_what_a_line_cannot_be_is_refused() -> None:
    """Proves each finding, beside the nearest valid input."""
    for bad, code in (({"speed_kmh": 0.0}, "bad-speed"), ({"speed_kmh": math.nan}, "bad-speed"),
                      ({"speed_kmh": 50.0, "detour": 0.99}, "bad-detour"),
                      ({"speed_kmh": 50.0, "speeds_kmh": {"light": -1.0}}, "bad-speed")):  # fmt: skip
        with pytest.raises(InputError) as error:
            Line(**bad)  # type: ignore[arg-type]
        assert [f.code for f in error.value.findings] == [code]
    fine = Line(0.1, 1.0, speeds_kmh={"light": 0.1})
    with pytest.raises(InputError) as error:
        LineTravel(fine, [Site(181, 0, "x"), Site(0, math.nan, "y")], effects=[Effect(Parts.whole([0]), name="滑坡")])
    assert [f.code for f in error.value.findings] == ["closure-needs-roads", "bad-coordinate", "bad-coordinate"]
    assert LineTravel(fine, [Site(180, 0), Site(0, 0)], effects=[Effect(None)]).sites == 2


def test_it_pickles() -> None:
    """Proves that a worker's copy answers alike."""
    travel = LineTravel(Line(60.0), [Site(112, 39), Site(113, 39)])
    light = travel.profile("light")
    copy = pickle.loads(pickle.dumps(travel))
    assert copy.row([0], 1, light, 0) == travel.row([0], 1, light, 0)


def test_without_roads_scipy_is_not_imported() -> None:
    """Proves that a straight-line or matrix scenario starts without scipy."""
    code = "import sys, sim.network.service; sys.exit(any(m.split('.')[0] == 'scipy' for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
