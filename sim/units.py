"""Ticks and units: how planners write times and amounts, and what the simulator keeps.

Inside, time is whole milliseconds and everything else SI. Units are read and written only at the border.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from typing import Literal

from sim.errors import Words

MS = 1
SECOND = 1_000
MINUTE = 60_000
HOUR = 3_600_000
DAY = 86_400_000
WEEK = 604_800_000
KMH = 3.6
"""km/h in one m/s."""
NEVER = 1 << 60
"""A time that does not come: no way there, or never happened (ms)."""

Dimension = Literal[
    "duration", "length", "area", "volume", "speed", "mass", "mass_rate", "flow", "temperature", "angle", "count", "share",
    "rate", "money", "moment",
]  # fmt: skip

UNITS: dict[Dimension, dict[str, float]] = {
    "duration": {
        "ms": MS, "毫秒": MS,
        "s": SECOND, "sec": SECOND, "second": SECOND, "seconds": SECOND, "秒": SECOND,
        "min": MINUTE, "mins": MINUTE, "minute": MINUTE, "minutes": MINUTE, "分": MINUTE, "分钟": MINUTE,
        "h": HOUR, "hr": HOUR, "hour": HOUR, "hours": HOUR, "时": HOUR, "小时": HOUR, "个小时": HOUR,
        "d": DAY, "day": DAY, "days": DAY, "天": DAY, "日": DAY,
        "week": WEEK, "weeks": WEEK, "周": WEEK,
    },
    "length": {"m": 1, "米": 1, "km": 1000, "公里": 1000, "千米": 1000},
    "area": {"m2": 1, "m²": 1, "平方米": 1, "ha": 10_000, "公顷": 10_000, "亩": 10_000 / 15, "mu": 10_000 / 15},
    "volume": {"m3": 1, "m³": 1, "立方米": 1, "方": 1, "L": 0.001, "l": 0.001, "升": 0.001},
    "speed": {"km/h": 1 / 3.6, "kmh": 1 / 3.6, "公里/小时": 1 / 3.6, "千米/小时": 1 / 3.6, "m/s": 1, "米/秒": 1},
    "mass": {"kg": 1, "公斤": 1, "千克": 1, "t": 1000, "吨": 1000},
    "mass_rate": {
        "kg/s": 1 / SECOND, "kg/min": 1 / MINUTE, "kg/h": 1 / HOUR, "t/min": 1000 / MINUTE, "t/h": 1000 / HOUR,
        "吨/分钟": 1000 / MINUTE, "吨/小时": 1000 / HOUR, "公斤/分钟": 1 / MINUTE,
    },
    "flow": {"L/s": 1, "l/s": 1, "升/秒": 1, "m3/h": 1 / 3.6, "m³/h": 1 / 3.6},
    "temperature": {"°C": 1, "℃": 1, "C": 1, "度": 1},
    "angle": {"°": 1, "度": 1, "deg": 1},
    "count": {
        "": 1, "人": 1, "组": 1, "台": 1, "辆": 1, "支": 1, "队": 1, "个": 1, "起": 1, "次": 1, "件": 1, "套": 1, "顶": 1,
    },
    "share": {"": 1, "%": 0.01, "\uff05": 0.01, "成": 0.1, "‰": 0.001},
    "money": {
        "yuan": 1, "CNY": 1, "RMB": 1, "元": 1, "百元": 100, "千元": 1000, "万元": 10_000,
        "百万元": 1_000_000, "亿元": 100_000_000,
    },
    "rate": {
        "/s": 1 / SECOND, "/min": 1 / MINUTE, "/h": 1 / HOUR, "/d": 1 / DAY, "/day": 1 / DAY, "/week": 1 / WEEK,
        "/year": 1 / (365 * DAY), "/分钟": 1 / MINUTE, "/小时": 1 / HOUR, "/天": 1 / DAY, "/周": 1 / WEEK,
        "/年": 1 / (365 * DAY),
    },
}  # fmt: skip
"""Factor of each unit to what is kept: ms, m, m², m³, m/s, kg, kg/ms, L/s, °C, degrees, 1, 1, yuan, per ms."""

EXAMPLES: dict[Dimension, tuple[str, str]] = {
    "duration": ("15 min, 2 h, 1 h 30 min", "15 min、2 h、1 小时 30 分钟"),
    "length": ("800 m, 5 km", "800 m、5 公里"),
    "area": ("40000 m2, 22 mu", "40000 平方米、22 亩"),
    "volume": ("0.4 m3, 60 L", "0.4 立方米、60 升"),
    "money": ("1500 yuan", "1500 元、26 万元"),
    "speed": ("65 km/h, 4 m/s", "65 km/h、4 m/s"),
    "mass": ("500 kg, 60 t", "500 kg、60 吨"),
    "mass_rate": ("0.1 t/min, 20 kg/min", "0.1 t/min、20 公斤/分钟"),
    "flow": ("40 L/s", "40 L/s"),
    "temperature": ("-8 °C", "-8 °C"),
    "angle": ("315°", "315°"),
    "count": ("3", "3、3 组"),
    "share": ("0.6, 60 %", "0.6、60 %"),
    "rate": ("12 /day, 4000 /year", "12 /天、4000 /年"),
    "moment": ("2026-11-24 09:30, 09:30, day 2 09:30, +20 min", "2026-11-24 09:30、09:30、次日 09:30、+20 min"),
}

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_PART = re.compile(rf"\s*({_NUMBER})\s*([^\d\s+\-.][^\d\s]*)?")
_POWER = re.compile(rf"\s*({_NUMBER})\s*([^\d\s+\-.]+[23](?:/[^\d\s]+)?)\s*$")
"""One number with a unit such as m2, m3 or m3/h."""
_UNITLESS: frozenset[Dimension] = frozenset({"count", "share"})
_LONGEST = 200
_MOST = 1e15
"""Some 30,000 years in ms."""


class UnitError(ValueError):
    """A quantity cannot be read; `words` says why in both languages, `remedy` how to write it."""

    def __init__(self, words: Words, dimension: Dimension) -> None:
        self.words = words
        en, zh = EXAMPLES[dimension]
        self.remedy = Words(f"write for example {en}", f"例如写成 {zh}")
        super().__init__(words.en)


def parse(value: object, dimension: Dimension) -> float:
    """Return an amount such as ``"1 h 30 min"`` in the unit that is kept (see `UNITS`).

    Raises
    ------
    UnitError
        If there is no number, no unit where one is needed, an unknown unit, or the number is not finite.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise UnitError(Words(f"{_short(value)} is not a quantity", f"{_short(value)} 不是数量"), dimension)
    return _sensible(_read(value, dimension), dimension)


def _read(value: float | str, dimension: Dimension) -> float:
    if isinstance(value, int | float):
        return _bare(float(value), dimension)
    text = value.strip()
    parts = _parts(text, dimension)
    if len(parts) == 1 and parts[0][1] == "":
        return _bare(parts[0][0], dimension)
    if len(parts) > 1 and dimension != "duration":
        raise UnitError(Words(f"'{_short(text)}' holds several amounts", f"“{_short(text)}”里有几个数"), dimension)
    return sum(number * _factor(unit, text, dimension) for number, unit in parts)


def _sensible(amount: float, dimension: Dimension) -> float:
    """Return a finite amount that whole milliseconds can hold."""
    if not math.isfinite(amount):
        raise UnitError(Words("the number is not finite", "数值不是有限数"), dimension)
    if abs(amount) > _MOST:
        raise UnitError(Words("the amount is too large", "数值太大"), dimension)
    return amount


def _parts(text: str, dimension: Dimension) -> list[tuple[float, str]]:
    if len(text) > _LONGEST:
        raise UnitError(Words("the quantity is too long", "数量写得太长"), dimension)
    power = _POWER.match(text)
    if power is not None:
        return [(float(power[1]), power[2])]
    parts: list[tuple[float, str]] = []
    position = 0
    while position < len(text):
        match = _PART.match(text, position)
        if match is None:
            raise UnitError(Words(f"'{_short(text)}' is not a quantity", f"“{_short(text)}”不是数量"), dimension)
        parts.append((float(match[1]), match[2] or ""))
        position = match.end()
    if not parts:
        raise UnitError(Words("the quantity is empty", "数量是空的"), dimension)
    return parts


def _bare(number: float, dimension: Dimension) -> float:
    if number == 0 or dimension in _UNITLESS:
        return number
    raise UnitError(Words(f"{number:g} has no unit", f"{number:g} 没有写单位"), dimension)


def _factor(unit: str, text: str, dimension: Dimension) -> float:
    table = UNITS[dimension]
    if unit in table:
        return table[unit]
    if unit.lower() in table:
        return table[unit.lower()]
    known = "、".join(u for u in table if u)
    if unit == "":
        raise UnitError(Words(f"'{_short(text)}' has a number without a unit", f"“{_short(text)}”里有数没写单位"), dimension)
    raise UnitError(
        Words(f"unknown unit '{_short(unit)}' (known: {known})", f"不认识的单位“{_short(unit)}”(可用:{known})"), dimension
    )


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:37] + "…"


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment as it is written: a date, a time of day, or an offset from the start of the scenario."""

    text: str
    date: dt.datetime | None = None
    day: int | None = None
    time_of_day: int | None = None
    offset: int | None = None

    def ticks(self, start: dt.datetime) -> int:
        """Return ms after `start`. A bare time of day is its first occurrence at or after the start."""
        if self.offset is not None:
            return self.offset
        if self.date is not None:
            return round((self.date - start).total_seconds() * SECOND)
        midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
        into_day = round((start - midnight).total_seconds() * SECOND)
        of_day = self.time_of_day or 0
        if self.day is not None:
            return (self.day - 1) * DAY + of_day - into_day
        return of_day - into_day if of_day >= into_day else of_day - into_day + DAY

    def wraps(self, start: dt.datetime) -> bool:
        """Tell whether a bare time of day had to be taken as the next day."""
        return self.day is None and self.time_of_day is not None and self.ticks(start) + _into_day(start) >= DAY


def _into_day(start: dt.datetime) -> int:
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    return round((start - midnight).total_seconds() * SECOND)


_TIME = "(\\d{1,2})[:\uff1a](\\d{2})(?:[:\uff1a](\\d{2}))?"
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+" + _TIME + r")?$")
_TIME_OF_DAY = re.compile(r"(?:(次日|第\s*(\d+)\s*[天日]|[dD]ay\s*(\d+)|next day)\s*)?" + _TIME + "$")


def parse_moment(value: object) -> Moment:
    """Read ``2026-11-24 09:30``, ``09:30``, ``次日 02:00``, ``day 2 02:00`` or ``+20 min``.

    Raises
    ------
    UnitError
        If it is none of these.
    """
    text = str(value).strip()
    if len(text) <= _LONGEST:
        if (match := _DATE.match(text)) is not None:
            return _date(text, match)
        if (match := _TIME_OF_DAY.match(text)) is not None:
            return _time_of_day(text, match)
        if text.startswith("+"):
            return Moment(text, offset=round(parse(text[1:], "duration")))
    raise UnitError(
        Words(
            f"'{_short(text)}' is not a moment",
            f"“{_short(text)}”不是时刻",
        ),
        "moment",
    )


def _date(text: str, match: re.Match[str]) -> Moment:
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    try:
        return Moment(text, date=dt.datetime(year, month, day, hour, minute, second))  # noqa: DTZ001 (local time of the scenario)
    except ValueError:
        raise UnitError(Words(f"no such date: {text}", f"没有这个日期:{text}"), "moment") from None


def _time_of_day(text: str, match: re.Match[str]) -> Moment:
    word, nth_zh, nth_en, hour, minute, second = match.groups()
    hour, minute, second = int(hour), int(minute), int(second or 0)
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and (minute or second)):
        raise UnitError(Words(f"no such time of day: {text}", f"没有这个时刻:{text}"), "moment")
    day = None
    if word is not None:
        day = int(nth_zh or nth_en or 2)
    return Moment(text, day=day, time_of_day=hour * HOUR + minute * MINUTE + second * SECOND)


def clock(ticks: int, start: dt.datetime) -> str:
    """Return a moment as ``09:30``, with the day in front when it is not the first."""
    moment = start + dt.timedelta(milliseconds=ticks)
    days = (moment.date() - start.date()).days
    return (f"D{days + 1} " if days else "") + f"{moment:%H:%M}"
