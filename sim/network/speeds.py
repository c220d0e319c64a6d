"""Speeds: road class x vehicle class x hour of day x weather. Every default is an assumption, open to override."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from sim.errors import Finding, InputError, Words, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

CLASSES: tuple[str, ...] = (
    "motorway", "trunk", "primary", "secondary", "tertiary", "local", "access", "unknown",
)  # fmt: skip
"""Road classes; an arc's class is a position in this tuple."""

CLASS_CODE: Mapping[str, int] = MappingProxyType({name: code for code, name in enumerate(CLASSES)})

CLASS_WORDS: Mapping[str, Words] = MappingProxyType({
    "motorway": Words("motorway", "高速公路"),
    "trunk": Words("trunk road", "国道快速"),
    "primary": Words("primary road", "一级公路"),
    "secondary": Words("secondary road", "二级公路"),
    "tertiary": Words("tertiary road", "三级公路"),
    "local": Words("local road", "乡村及街区道路"),
    "access": Words("access road", "出入便道"),
    "unknown": Words("class unknown", "等级不明"),
})

WEATHER: tuple[str, ...] = ("clear", "rain", "heavy_rain", "snow", "ice", "fog", "dust")
CLEAR = "clear"

WEATHER_ALIASES: Mapping[str, str] = MappingProxyType({
    "晴": "clear", "多云": "clear", "阴": "clear", "雨": "rain", "小雨": "rain", "中雨": "rain",
    "大雨": "heavy_rain", "暴雨": "heavy_rain", "雪": "snow", "小雪": "snow", "大雪": "snow",
    "结冰": "ice", "冰": "ice", "雾": "fog", "大雾": "fog", "沙尘": "dust", "扬沙": "dust",
})  # fmt: skip

HOURS = 24
NO_WORDS = Words("", "")


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle class as roads see it.

    Parameters
    ----------
    name
        Stable id, such as ``heavy``.
    speeds_kmh
        Free speed by road class, in the order of `CLASSES`, on an emergency run (km/h).
    height_m, weight_t
        Height and total weight; roads with a lower limit are barred.
    hazardous
        Carries a hazardous load.
    ordinary_factor
        Time of an ordinary run (no lights, no siren) over that of an emergency run; at least 1.
    words
        Name in both languages.

    """

    name: str
    speeds_kmh: tuple[float, ...]
    height_m: float = 0.0
    weight_t: float = 0.0
    hazardous: bool = False
    ordinary_factor: float = 1.2
    words: Words = NO_WORDS

    def __post_init__(self) -> None:
        """Refuse a speed that no vehicle has."""
        findings = []
        if len(self.speeds_kmh) != len(CLASSES):
            count = len(self.speeds_kmh)
            findings.append(_bad_vehicle(self.name, f"{count} speeds for {len(CLASSES)} road classes",
                                         f"{len(CLASSES)} 个道路等级却有 {count} 个速度"))  # fmt: skip
        findings += [
            _bad_vehicle(self.name, f"speed {speed:g} km/h is not in (0, 300]", f"速度 {speed:g} km/h 不在 (0, 300] 内")
            for speed in self.speeds_kmh
            if not 0 < speed <= 300
        ]
        if not 1 <= self.ordinary_factor <= 10:
            factor = self.ordinary_factor
            findings.append(_bad_vehicle(self.name, f"ordinary-run factor {factor:g} is not in [1, 10]",
                                         f"普通行驶系数 {factor:g} 不在 [1, 10] 内"))  # fmt: skip
        if findings:
            raise InputError(findings)


def _bad_vehicle(name: str, en: str, zh: str) -> Finding:
    return Finding(
        "bad-speed",
        Words(f"vehicle '{name}': {en}", f"车型“{name}”:{zh}"),
        Words("correct the speed table", "请改正速度表"),
    )


# Assumed defaults (no survey): free speeds on an emergency run, by CLASSES.
_DEFAULT_VEHICLES = (
    Vehicle("light", (100, 80, 65, 55, 45, 35, 20, 50), 2.6, 3.5, words=Words("light vehicle", "轻型"),
            ordinary_factor=1.2),
    Vehicle("heavy", (80, 65, 55, 45, 38, 28, 15, 42), 3.8, 25.0, words=Words("heavy vehicle", "重型"),
            ordinary_factor=1.15),
    Vehicle("convoy", (70, 55, 50, 40, 35, 25, 15, 38), 3.8, 25.0, words=Words("convoy", "编队"),
            ordinary_factor=1.1),
    Vehicle("ambulance", (100, 80, 65, 55, 45, 35, 20, 50), 2.8, 4.5, words=Words("ambulance", "救护车"),
            ordinary_factor=1.25),
    Vehicle("bus", (85, 70, 58, 48, 40, 30, 15, 45), 3.6, 18.0, words=Words("coach", "大客车"),
            ordinary_factor=1.1),
    Vehicle("plant", (60, 50, 45, 35, 30, 20, 10, 32), 4.2, 49.0, words=Words("construction plant on a flatbed",
            "工程机械"), ordinary_factor=1.05),
)  # fmt: skip

VEHICLE_ALIASES: Mapping[str, str] = MappingProxyType({
    "轻型": "light", "重型": "heavy", "编队": "convoy", "救护车": "ambulance", "大客车": "bus",
    "工程机械": "plant", "工程机械(平板)": "plant", "工程机械（平板）": "plant",
})  # fmt: skip


def _hours(low: dict[int, float]) -> tuple[float, ...]:
    return tuple(low.get(hour, 1.0) for hour in range(HOURS))


_FREE = _hours({})
_RURAL = _hours({7: 0.95, 8: 0.95, 17: 0.95, 18: 0.95})
_TOWN = _hours({7: 0.85, 8: 0.8, 11: 0.95, 12: 0.95, 14: 0.95, 17: 0.8, 18: 0.8, 19: 0.9})

# Assumed: rush hours slow streets, hardly the open road.
_DEFAULT_HOURS: dict[str, tuple[float, ...]] = {
    "motorway": _FREE, "trunk": _RURAL, "primary": _RURAL, "secondary": _TOWN, "tertiary": _TOWN, "local": _TOWN,
    "access": _FREE, "unknown": _RURAL,
}  # fmt: skip

# Assumed share of the free speed in each weather, by CLASSES.
_DEFAULT_WEATHER: dict[str, tuple[float, ...]] = {
    "clear": (1.0,) * len(CLASSES),
    "rain": (0.9, 0.9, 0.9, 0.9, 0.88, 0.85, 0.8, 0.88),
    "heavy_rain": (0.7, 0.7, 0.7, 0.68, 0.65, 0.6, 0.5, 0.65),
    "snow": (0.6, 0.6, 0.6, 0.55, 0.5, 0.45, 0.4, 0.55),
    "ice": (0.45, 0.45, 0.45, 0.4, 0.35, 0.3, 0.3, 0.4),
    "fog": (0.55, 0.6, 0.65, 0.65, 0.7, 0.75, 0.8, 0.65),
    "dust": (0.7, 0.75, 0.75, 0.75, 0.75, 0.8, 0.85, 0.75),
}


@dataclass(frozen=True, slots=True)
class SpeedTable:
    """Speeds of every vehicle class, and how hour and weather lower them.

    Parameters
    ----------
    vehicles
        By name.
    hours
        Road class -> 24 factors on speed, in (0, 1.5].
    weather
        Weather -> one factor on speed for each of `CLASSES`, in (0, 1.5].
    assumed
        Whether the numbers are the assumed defaults (reports carry the word on).

    """

    vehicles: Mapping[str, Vehicle] = field(
        default_factory=lambda: MappingProxyType({v.name: v for v in _DEFAULT_VEHICLES})
    )
    hours: Mapping[str, tuple[float, ...]] = field(default_factory=lambda: MappingProxyType(_DEFAULT_HOURS))
    weather: Mapping[str, tuple[float, ...]] = field(default_factory=lambda: MappingProxyType(_DEFAULT_WEATHER))
    assumed: bool = True

    def __post_init__(self) -> None:
        """Freeze the maps and refuse factors that are out of range or of the wrong number."""
        findings = [
            *_bad_factors("hour", self.hours, HOURS),
            *_bad_factors("weather", self.weather, len(CLASSES)),
            *(_missing("road class", name) for name in CLASSES if name not in self.hours),
        ]
        if CLEAR not in self.weather:
            findings.append(_missing("weather", CLEAR))
        if findings:
            raise InputError(findings)
        for name in ("vehicles", "hours", "weather"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle: read-only maps cannot, their contents can."""
        return (SpeedTable, (dict(self.vehicles), dict(self.hours), dict(self.weather), self.assumed))

    def vehicle(self, name: str) -> Vehicle:
        """Return a vehicle class by its id or Chinese name.

        Raises
        ------
        InputError
            If there is none of that name; the remedy names the nearest.

        """
        found = self.vehicles.get(name) or self.vehicles.get(VEHICLE_ALIASES.get(name, ""))
        if found is None:
            what = Words(f"unknown vehicle class '{name}'", f"没有“{name}”这种车型")
            raise InputError([Finding("unknown-vehicle", what, did_you_mean(name, [*self.vehicles, *VEHICLE_ALIASES]))])
        return found

    def weather_name(self, name: str) -> str:
        """Return the id of a weather given by its id or Chinese name.

        Raises
        ------
        InputError
            If there is none of that name; the remedy names the nearest.

        """
        found = name if name in self.weather else WEATHER_ALIASES.get(name, "")
        if found not in self.weather:
            what = Words(f"unknown weather '{name}'", f"没有“{name}”这种天气")
            raise InputError([Finding("unknown-weather", what, did_you_mean(name, [*self.weather, *WEATHER_ALIASES]))])
        return found

    def vector(self, vehicle: str, hour: int | None = None, weather: str = CLEAR) -> tuple[float, ...]:
        """Return the speed on each of `CLASSES` (km/h).

        Parameters
        ----------
        vehicle, weather
            By id or Chinese name.
        hour
            Hour of day 0-23 (a larger one wraps), or None for no influence of the hour.

        """
        speeds = self.vehicle(vehicle).speeds_kmh
        by_weather = self.weather[self.weather_name(weather)]
        if hour is None:
            return tuple(speed * w for speed, w in zip(speeds, by_weather, strict=True))
        at = hour % HOURS
        return tuple(
            speed * self.hours[road][at] * w for road, speed, w in zip(CLASSES, speeds, by_weather, strict=True)
        )

    def weather_factor(self, weather: str) -> float:
        """Return one factor on speed for networks that know no road class: that of class ``unknown``."""
        return self.weather[self.weather_name(weather)][CLASS_CODE["unknown"]]


def _bad_factors(kind: str, table: Mapping[str, tuple[float, ...]], count: int) -> list[Finding]:
    findings = []
    for name, factors in table.items():
        if len(factors) != count or not all(0 < f <= 1.5 for f in factors):
            what = Words(
                f"{kind} factors of '{name}' must be {count} numbers in (0, 1.5]",
                f"“{name}”的{'时段' if kind == 'hour' else '天气'}系数应为 {count} 个 (0, 1.5] 内的数",
            )
            findings.append(Finding("bad-speed", what, Words("correct the speed table", "请改正速度表")))
    return findings


def _missing(kind: str, name: str) -> Finding:
    what = Words(f"the speed table lacks {kind} '{name}'", f"速度表缺少“{name}”")
    return Finding("bad-speed", what, Words("add it, or start from the default table", "请补上,或从默认表改起"))


DEFAULT_SPEEDS = SpeedTable()
