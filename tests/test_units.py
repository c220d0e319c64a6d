"""Amounts and moments as planners write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.units import DAY, HOUR, MINUTE, NEVER, SECOND, UnitError, clock, parse, parse_moment

START = dt.datetime(2026, 11, 24, 9, 30)


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("15 min", 15 * MINUTE), ("15min", 15 * MINUTE), ("15 分钟", 15 * MINUTE), ("1 h 30 min", 90 * MINUTE), ("1h30min", 90 * MINUTE),
        ("1 小时 30 分", 90 * MINUTE), ("90 s", 90 * SECOND), ("0.5 h", 30 * MINUTE), ("3 天", 3 * DAY), (".5 d", DAY / 2), (0, 0),
    ],
)  # fmt: skip
def test_durations(text, ms):
    """Units in both languages, together or apart, alone or in a row."""
    assert parse(text, "duration") == ms


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [("5 km", "length", 5000), ("5 公里", "length", 5000), ("60 t", "mass", 60_000), ("60 %", "share", 0.6), ("0.6", "share", 0.6),
     ("3 组", "count", 3), ("-8 °C", "temperature", -8), ("36 km/h", "speed", 10), ("40 L/s", "flow", 40), ("315°", "angle", 315)],
)  # fmt: skip
def test_other_amounts(text, dimension, value):
    """Each dimension in the unit that is kept."""
    assert parse(text, dimension) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "said"),
    [("15", "no unit"), (15, "no unit"), ("15 mim", "unknown unit"), ("", "empty"), ("soon", "not a quantity"), (True, "not a quantity"),
     ("1e999 min", "not finite"), ("1e300 min", "too large"), ("9" * 300 + " min", "too long"), (float("inf"), "no unit")],
)  # fmt: skip
def test_what_is_not_a_duration(text, said):
    """Each is refused with its reason; the nearest right spelling passes."""
    with pytest.raises(UnitError, match=said) as caught:
        parse(text, "duration")
    assert caught.value.words.zh
    assert "15 min" in caught.value.remedy.zh
    assert parse("15 min", "duration") == 15 * MINUTE


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("09:30", 0), ("10:15", 45), ("10\uff1a15", 45), ("09:29", 24 * 60 - 1), ("次日 02:00", 990), ("day 2 02:00", 990),
     ("第3天 09:30", 2 * 24 * 60), ("+20 min", 20), ("2026-11-24 09:50", 20), ("2026年11月25日 09:30", 24 * 60), ("2026-11-24", -570)],
)  # fmt: skip
def test_moments(text, minutes):
    """A bare time is its first occurrence at or after the start; days count from the day of the start."""
    assert parse_moment(text).ticks(START) == minutes * MINUTE


def test_a_bare_time_before_the_start_says_that_it_is_the_next_day():
    """09:29 is read as tomorrow and says so; 09:30 and a dated moment do not."""
    assert parse_moment("09:29").wraps(START)
    assert not parse_moment("09:30").wraps(START)
    assert not parse_moment("2026-11-25 09:29").wraps(START)


@pytest.mark.parametrize("text", ["25:00", "24:30", "10:61", "2026-02-30", "tomorrow", "10", ""])
def test_what_is_not_a_moment(text):
    """Impossible times and words are refused; 24:00 is midnight."""
    with pytest.raises(UnitError):
        parse_moment(text)
    assert parse_moment("24:00").time_of_day == DAY


@given(st.integers(0, 5 * DAY // MINUTE))
def test_the_clock_reads_back_as_the_moment(minutes):
    """What `clock` shows, with the day written out, is the same moment again."""
    shown = clock(minutes * MINUTE, START)
    day, _, time = shown.rpartition(" ")
    written = f"day {day[1:]} {time}" if day else shown
    assert parse_moment(written).ticks(START) == minutes * MINUTE


def test_never_is_beyond_every_moment():
    """The sentinel lies above any amount that can be written, and its sums fit 64 bits."""
    assert parse("300000 d", "duration") < NEVER
    assert 4 * NEVER < 2**63
    assert HOUR < NEVER
