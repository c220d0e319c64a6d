"""Poisson sources with daily, weekly and seasonal shape: counts and times against what theory expects (fixed seeds)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from sim.engine.arrivals import arrivals
from sim.engine.simulate import simulate
from sim.log import COLUMNS, KIND_CODE, Kind
from sim.quantities import Exponential
from sim.randomness import Draws
from sim.units import DAY, HOUR, MINUTE
from tests.engine.builders import course, line, per_hour, scenario, source, team
from tests.scenarios.files import load

BY_HOUR = (5, 4, 3, 3, 3, 4, 6, 9, 11, 12, 12, 11, 10, 10, 10, 10, 10, 11, 11, 11, 10, 9, 8, 0)
BY_WEEKDAY = (10, 10, 10, 10, 12, 6, 4)
BY_MONTH = (12, 13, 12, 10, 8, 7, 6, 6, 7, 8, 10, 12)
TAIL = 1e-4
"""Chance of a false alarm of each test, at a fixed seed."""


def times_of(*sources, start=dt.datetime(2026, 1, 1), replication=0, seed=1):
    """Return the moments of the calls of each source (ms after the start)."""
    ends = max(one.ends for one in sources)
    model = scenario([(0.0, 0.0), (1000.0, 0.0)], [team(0, 0)], [course(line())], sources=sources, ends=ends, start=start)
    found = arrivals(model, Draws(seed, replication))
    times, stream = np.array(found.times), np.array(found.stream)
    return [times[stream == n] for n in range(len(sources))]


def assert_fits(counts, expected, *, given_total=False):
    """Assert that independent Poisson counts fit what is expected: chi-square on all cells that can hold something, both tails."""
    if given_total:
        expected = expected * (np.sum(counts) / np.sum(expected))
    counts, expected = np.asarray(counts), np.asarray(expected)
    assert (counts[expected == 0] == 0).all()
    counts, expected = counts[expected > 0], expected[expected > 0]
    assert expected.min() > 10
    chance = stats.chi2.sf(((counts - expected) ** 2 / expected).sum(), len(expected) - given_total)
    assert TAIL < chance < 1 - TAIL


@pytest.mark.parametrize("start", [dt.datetime(2026, 1, 1), dt.datetime(2026, 11, 24, 9, 30)], ids=["midnight", "half past nine"])
def test_daily_shape(start):
    """Counts by hour of the clock follow the weights, whenever the scenario starts; an hour of weight 0 has no call."""
    days = 100
    (times,) = times_of(source("s", per_hour(3.0), (0,), days * DAY, by_hour=BY_HOUR), start=start)
    hours = ((times + (start.hour * 60 + start.minute) * MINUTE) // HOUR) % 24
    assert_fits(np.bincount(hours, minlength=24), 3.0 * days * np.array(BY_HOUR) / np.mean(BY_HOUR))


def test_weekly_shape():
    """Counts by weekday follow the weights, Monday first; the start, 2026-11-24, is a Tuesday."""
    start, weeks = dt.datetime(2026, 11, 24), 50
    assert start.weekday() == 1
    (times,) = times_of(source("s", per_hour(1.0), (0,), weeks * 7 * DAY, by_weekday=BY_WEEKDAY), start=start)
    assert_fits(np.bincount((times // DAY + 1) % 7, minlength=7), weeks * 24 * np.array(BY_WEEKDAY) / np.mean(BY_WEEKDAY))


def test_seasonal_shape():
    """Counts by month follow weight × days of the month, over four years with a leap day, from a start in the middle of one."""
    start = dt.datetime(2026, 7, 15)
    days = (dt.datetime(2030, 7, 15) - start).days
    assert days == 4 * 365 + 1
    (times,) = times_of(source("s", per_hour(1.0), (0,), days * DAY, by_month=BY_MONTH), start=start)
    month_of = np.array([(start + dt.timedelta(days=day)).month - 1 for day in range(days)])
    expected = np.bincount(month_of, minlength=12) * np.array(BY_MONTH)
    assert_fits(np.bincount(month_of[times // DAY], minlength=12), expected, given_total=True)


def test_all_three_shapes_at_once():
    """The rates multiply: counts in every cell of hour of day × weekday."""
    weeks = 104
    one = source("s", per_hour(4.0), (0,), weeks * 7 * DAY, by_hour=BY_HOUR, by_weekday=BY_WEEKDAY)
    (times,) = times_of(one, start=dt.datetime(2026, 1, 5))  # a Monday
    cell = (times // DAY % 7) * 24 + times // HOUR % 24
    shape = np.outer(np.array(BY_WEEKDAY) / np.mean(BY_WEEKDAY), np.array(BY_HOUR) / np.mean(BY_HOUR)).ravel()
    assert_fits(np.bincount(cell, minlength=168), 4.0 * weeks * shape)


def test_times_within_the_shape_are_poisson():
    """Time rescaling (Brown et al. 2002): gaps of the integrated rate are exponential with mean 1, and independent."""
    days = 60
    (times,) = times_of(source("s", per_hour(5.0), (0,), days * DAY, by_hour=BY_HOUR))
    rate = 5.0 * np.array(BY_HOUR) / np.mean(BY_HOUR)
    before = np.concatenate([[0.0], np.cumsum(rate)])
    hour, within = times // HOUR % 24, times % HOUR / HOUR
    gaps = np.diff(times // DAY * before[-1] + before[hour] + rate[hour] * within)
    assert stats.kstest(gaps, "expon").pvalue > TAIL
    u = 1 - np.exp(-gaps)
    assert abs(np.corrcoef(u[:-1], u[1:])[0, 1]) < 4 / np.sqrt(len(u))


def test_the_count_is_poisson_over_replications():
    """Without a shape: mean and variance of the count are both rate × span."""
    counts = np.array([len(times_of(source("s", per_hour(2.0), (0,), DAY), replication=k)[0]) for k in range(400)])
    assert abs(counts.mean() - 48) < 4 * np.sqrt(48 / 400)
    assert abs(counts.var(ddof=1) / 48 - 1) < 4 * np.sqrt(2 / 399)


def test_a_source_begins_and_ends_when_it_says():
    """Only between its moments, in full there; the shape still goes by the clock."""
    (times,) = times_of(
        source("s", per_hour(30.0), (0,), 50 * HOUR, begins=10 * HOUR + 17 * MINUTE, by_hour=(1,) * 12 + (3,) * 12)
    )
    assert times.min() >= 10 * HOUR + 17 * MINUTE
    assert times.max() < 50 * HOUR
    edges = [10 * HOUR + 17 * MINUTE, 12 * HOUR, 24 * HOUR, 36 * HOUR, 48 * HOUR, 50 * HOUR]
    expected = np.diff(edges) / HOUR * 30.0 * np.array([0.5, 1.5, 0.5, 1.5, 0.5])
    assert_fits(np.histogram(times, edges)[0], expected)


def test_places_follow_their_shares():
    """Calls over places with shares 1 : 3 (from a file, weights in words)."""
    model = scenario(
        [(0.0, 0.0), (1000.0, 0.0)], [team(0, 0)], [course(line())], ends=200 * DAY,
        sources=(replace(source("s", per_hour(1.0), (0, 1), 200 * DAY), shares=np.array([0.25, 1.0])),),
    )  # fmt: skip
    sites = arrivals(model, Draws(1, 0)).sites
    assert_fits(np.bincount(sites, minlength=2), 4800 * np.array([0.25, 0.75]))


# --- common random numbers ---------------------------------------------------------------------------------------------------


def test_doubling_a_source_leaves_the_other_as_it_was():
    """Times and places of the other source are the same to the ms."""
    one, other = source("one", per_hour(2.0), (0, 1), 20 * DAY), source("other", per_hour(3.0), (0, 1), 20 * DAY, by_hour=BY_HOUR)
    twice = replace(one, rate=2 * one.rate)
    before, after = times_of(one, other), times_of(twice, other)
    assert (before[1] == after[1]).all()
    assert len(after[0]) > 1.5 * len(before[0])
    assert (times_of(other)[0] == before[1]).all()


def test_doubling_a_source_halves_its_own_gaps():
    """The same luck, twice as fast: call k comes at half the time."""
    one = source("one", per_hour(2.0), (0,), 20 * DAY)
    (slow,), (fast,) = times_of(one), times_of(replace(one, rate=2 * one.rate))
    assert np.abs(fast[: len(slow)] - slow / 2).max() <= 1


def test_durations_of_the_other_source_stay_too():
    """In the run: call by call the other source's work is the same, though the run holds twice the first source's calls."""
    work = Exponential(10 * MINUTE, 10 * MINUTE)
    one, other = source("one", per_hour(1.0), (0,), 5 * DAY), source("other", per_hour(1.0), (1,), 5 * DAY, 1)

    def works(first):
        model = scenario(
            [(0.0, 0.0), (1000.0, 0.0)], [team(0, 0), team(1, 1, able={1: 1.0})],
            [course(line(work=work)), course(line(0, 1, work=work), kind="other")],
            capabilities=("a", "b"), sources=(first, other), ends=5 * DAY,
        )  # fmt: skip
        out = simulate(model, 2)
        kind, incident, time = (out.rows[:, COLUMNS.index(name)] for name in ("kind", "incident", "time"))
        begun = dict(zip(incident[kind == KIND_CODE[Kind.TEAM_WORKING]], time[kind == KIND_CODE[Kind.TEAM_WORKING]], strict=True))
        ended = dict(
            zip(incident[kind == KIND_CODE[Kind.TEAM_RELEASED]], time[kind == KIND_CODE[Kind.TEAM_RELEASED]], strict=True)
        )
        return {out.incidents[n]: (begun[n], ended[n]) for n in begun if out.incidents[n].startswith("other/")}

    assert works(one) == works(replace(one, rate=2 * one.rate))
    assert len(works(one)) > 80


# --- from a file -------------------------------------------------------------------------------------------------------------

FILE = """\
格式: 1
名称: 一年
方式: 推演
开始: 2026-01-01 00:00
结束: 2027-01-01 00:00
坐标系: 平面米
路网: {直线: {车速: 60 km/h}}
驻地: [{编号: b, 地点: "0, 0"}]
队伍: [{编号: t, 驻地: b, 能力: [救援]}]
事件类型: {k: {力量编成: [{能力: 救援, 作业: 1 min}]}}
地点组:
  各地:
    - {地点: "1000, 0", 权重: 1}
    - {地点: "2000, 0", 权重: 3}
事件源:
  - {编号: s, 类型: k, 频率: 12000 /年, 地点: 各地, 按小时: [5, 4, 3, 3, 3, 4, 6, 9, 11, 12, 12, 11, 10, 10, 10, 10, 10, 11, 11, 11, 10, 9, 8, 0]}
"""


def test_a_year_from_a_file(tmp_path):
    """12,000 a year in Chinese keys: the count, its daily shape and the shares of its places."""
    model = load(tmp_path, FILE)
    found = arrivals(model, Draws(model.seed, 0))
    times = np.array(found.times)
    assert abs(len(times) - 12_000) < 4 * np.sqrt(12_000)
    assert_fits(np.bincount(times // HOUR % 24, minlength=24), 12_000 * np.array(BY_HOUR) / sum(BY_HOUR))
    assert_fits(np.bincount([model.sites[site].x > 1500 for site in found.sites]), 12_000 * np.array([0.25, 0.75]))


def test_seasonal_weights_keep_the_yearly_rate(tmp_path):
    """`/年` is the mean over a year: weights by month move calls between months and leave their yearly number alone."""
    heavy = FILE.replace(
        "按小时: [5, 4, 3, 3, 3, 4, 6, 9, 11, 12, 12, 11, 10, 10, 10, 10, 10, 11, 11, 11, 10, 9, 8, 0]",
        "按月: [1, 0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1]",
    )
    model = load(tmp_path, heavy)
    counts = [len(arrivals(model, Draws(1, k)).times) for k in range(30)]
    assert abs(np.mean(counts) - 12_000) < 4 * np.sqrt(12_000 / 30)
