"""Speeds by road class, vehicle, hour and weather."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from sim.errors import InputError
from sim.network.speeds import CLASSES, DEFAULT_SPEEDS, VEHICLE_ALIASES, WEATHER, WEATHER_ALIASES, SpeedTable, Vehicle


def test_vector_multiplies_free_speed_hour_and_weather() -> None:
    """Proves the product by hand: light on a secondary road, 8 h, snow: 55 x 0.8 x 0.55; the hour wraps."""
    at = CLASSES.index("secondary")
    assert DEFAULT_SPEEDS.vector("light", 8, "snow")[at] == pytest.approx(55 * 0.8 * 0.55)
    assert DEFAULT_SPEEDS.vector("light", 32, "雪") == DEFAULT_SPEEDS.vector("轻型", 8, "snow")
    assert DEFAULT_SPEEDS.vector("light")[at] == 55


def test_no_weather_and_no_hour_is_quicker_than_the_clear_free_road() -> None:
    """Proves that defaults only ever slow, whatever the road class."""
    for vehicle in DEFAULT_SPEEDS.vehicles:
        free = DEFAULT_SPEEDS.vector(vehicle)
        for hour in range(24):
            for weather in WEATHER:
                assert all(a <= b for a, b in zip(DEFAULT_SPEEDS.vector(vehicle, hour, weather), free, strict=True))


def test_every_alias_leads_somewhere() -> None:
    """Proves that each Chinese name is one of the table's."""
    assert {DEFAULT_SPEEDS.vehicle(name).name for name in VEHICLE_ALIASES} == set(DEFAULT_SPEEDS.vehicles)
    assert {DEFAULT_SPEEDS.weather_name(name) for name in WEATHER_ALIASES} == set(WEATHER)


def test_unknown_names_are_refused_with_the_nearest() -> None:
    """Proves the remedy names what was meant, and that it passes."""
    with pytest.raises(InputError, match="救护车") as error:
        DEFAULT_SPEEDS.vehicle("救户车")
    assert error.value.findings[0].code == "unknown-vehicle"
    assert DEFAULT_SPEEDS.vehicle("救护车").name == "ambulance"
    with pytest.raises(InputError, match="heavy_rain"):
        DEFAULT_SPEEDS.vector("light", 0, "heavy_rian")
    assert DEFAULT_SPEEDS.weather_name("heavy_rain") == "heavy_rain"


def test_impossible_vehicles_and_factors_are_refused() -> None:
    """Proves each check of the table, beside the nearest valid one."""
    speeds = (50.0,) * len(CLASSES)
    for bad in (speeds[1:], (0.0, *speeds[1:]), (300.1, *speeds[1:])):
        with pytest.raises(InputError) as error:
            Vehicle("v", bad)
        assert error.value.findings[0].code == "bad-speed"
    for factor in (0.9, 10.5):
        with pytest.raises(InputError):
            Vehicle("v", speeds, ordinary_factor=factor)
    assert Vehicle("v", (300.0, *speeds[1:]), ordinary_factor=1.0).speeds_kmh[0] == 300
    hours = dict(DEFAULT_SPEEDS.hours)
    for wrong in ({**hours, "local": (1.0,) * 23}, {**hours, "local": (0.0,) * 24}, {"local": (1.0,) * 24}):
        with pytest.raises(InputError):
            replace(DEFAULT_SPEEDS, hours=wrong)
    assert replace(DEFAULT_SPEEDS, hours={**hours, "local": (1.5,) * 24}).hours["local"][0] == 1.5
    with pytest.raises(InputError, match="clear"):
        SpeedTable(weather={"rain": (0.9,) * len(CLASSES)})


def test_the_table_is_frozen_and_pickles() -> None:
    """Proves that nobody writes into shared defaults, and that a worker gets an equal table."""
    with pytest.raises(TypeError):
        DEFAULT_SPEEDS.hours["local"] = ()  # type: ignore[index]
    copy = pickle.loads(pickle.dumps(DEFAULT_SPEEDS))
    assert copy.vector("bus", 7, "fog") == DEFAULT_SPEEDS.vector("bus", 7, "fog")
