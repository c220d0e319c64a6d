"""The bootstrap of quantiles: against counting, against its own promise of coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis.bootstrap import Pooled, quantile_difference
from sim.analysis.statistics import quantile
from sim.analysis.verdict import Verdict, judge
from sim.errors import InputError

INF = math.inf


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_quantile_of_a_resample_is_that_of_the_observations_written_out(data: st.DataObject) -> None:
    """Replications of 0 to 6 observations with ties and nevers, drawn 0 to 3 times: written out and counted."""
    number = st.integers(0, 6).map(float) | st.just(INF)
    parts = data.draw(st.lists(st.lists(number, max_size=6), min_size=1, max_size=8).filter(any))
    counts = np.array(data.draw(st.lists(st.tuples(*[st.integers(0, 3)] * len(parts)), min_size=1, max_size=4)), dtype=float)
    percent = data.draw(st.integers(1, 99))
    found = Pooled([np.array(part, dtype=float) for part in parts]).quantiles(counts, percent)
    for row, value in zip(counts, found, strict=True):
        written = np.array([x for part, times in zip(parts, row, strict=True) for x in part * int(times)])
        assert math.isnan(value) if len(written) == 0 else value == quantile(written, percent)


def test_bootstrap_covers_a_known_quantile() -> None:
    """Median of exponentials against twice the same draws: true difference ln 2.

    Both ways cover 95 %, within 2.5 % (what the percentile interval is off at 40 replications of 4) and the standard error;
    pairing makes the interval shorter.
    """
    random, studies = np.random.default_rng(3), 400
    hits, widths = np.zeros(2), np.zeros(2)
    for study in range(studies):
        base, fresh = random.exponential(size=(2, 40, 4))
        for side, (other, common) in enumerate([(2 * base, True), (2 * fresh, False)]):
            low, high = quantile_difference(base, other, 50, common=common, resamples=399, seed=study).bounds
            hits[side] += low <= math.log(2) <= high
            widths[side] += high - low
    error = 3.5 * math.sqrt(0.95 * 0.05 / studies)
    assert (np.abs(hits / studies - 0.95) < 0.025 + error).all()
    assert widths[0] < 0.8 * widths[1]


def test_the_replication_is_the_unit() -> None:
    """Ten observations that are one: the interval is that of one observation a replication, not √10 narrower."""
    random = np.random.default_rng(5)
    base, other = random.normal(size=(2, 50, 1))
    one = quantile_difference(base, other, 50)
    ten = quantile_difference(np.repeat(base, 10, axis=1), np.repeat(other, 10, axis=1), 50)
    assert ten.bounds == one.bounds


def test_equal_in_law_is_rarely_called_different() -> None:
    """At 95 %: 300 studies, at most 5 % wrong within 2.5 % and the standard error; the p value agrees with the interval."""
    random, studies, wrong = np.random.default_rng(7), 300, 0
    for study in range(studies):
        base, other = random.normal(size=(2, 40, 3))
        found = quantile_difference(base, other, 50, common=False, resamples=399, seed=study)
        real = judge(found) is Verdict.REAL
        wrong += real
        assert not (real and found.p > 0.06)
    assert wrong / studies < 0.075 + 3.5 * math.sqrt(0.05 * 0.95 / studies)


def test_independent_replications_are_drawn_apart() -> None:
    """The same numbers under other seeds: no difference, but with common draws that is certain, and here it is not."""
    series = np.random.default_rng(11).normal(size=(20, 3))
    assert quantile_difference(series, series, 50).bounds == (0, 0)
    low, high = quantile_difference(series, series, 50, common=False).bounds
    assert low < 0 < high


def test_same_seed_same_interval() -> None:
    """And another seed another one."""
    base, other = np.random.default_rng(9).normal(size=(2, 20, 3))
    first = quantile_difference(base, other, 90, seed=1)
    assert first == quantile_difference(base, other, 90, seed=1)
    assert first.bounds != quantile_difference(base, other, 90, seed=2).bounds


def test_identical_observations_differ_by_nothing() -> None:
    """Also with nevers and replications without observations."""
    series = [[1, INF], [], [3]]
    found = quantile_difference(series, series, 90)
    assert (found.estimate, found.bounds, found.p, found.identical) == (0, (0, 0), 1, True)
    assert judge(found) is Verdict.IDENTICAL


def test_never_takes_its_place() -> None:
    """A 90 % quantile that is never, against one that is not: infinitely later, and so is the interval; two nevers are equal."""
    base = [[1.0, 2.0]] * 20
    found = quantile_difference(base, [[1.0, INF]] * 20, 90)
    assert (found.estimate, found.bounds, found.error) == (INF, (INF, INF), None)
    assert judge(found) is Verdict.REAL
    found = quantile_difference([[1.0, INF]] * 20, [[2.0, INF]] * 20, 90)
    assert (found.estimate, found.bounds, found.identical) == (0, (0, 0), False)


def test_one_replication_gives_no_interval() -> None:
    """Its quantiles differ, and nobody knows how surely."""
    found = quantile_difference([[1, 2]], [[2, 3]], 50)
    assert (found.estimate, found.bounds) == (1, None)


@pytest.mark.parametrize(
    ("base", "other", "settings", "expected"),
    [([], [[1]], {}, ["empty-series", "unequal-lengths"]), ([[], []], [[1], [2]], {}, ["empty-series"]),
     ([[1], [2]], [[1]], {}, ["unequal-lengths"]), ([[1, math.nan]], [[2, -INF]], {}, ["not-a-number", "minus-infinity"]),
     ([[1]], [[2]], {"percent": 100}, ["bad-percent"]), ([[1]], [[2]], {"level": 0}, ["bad-level"]),
     ([[1]], [[2]], {"level": 0.999}, ["few-resamples"])],
)  # fmt: skip
def test_bad_input_is_refused(base: list, other: list, settings: dict, expected: list[str]) -> None:
    """Every raise, and beside it the nearest input that passes."""
    with pytest.raises(InputError) as error:
        quantile_difference(base, other, **{"percent": 50, "resamples": 1_998} | settings)
    assert [finding.code for finding in error.value.findings] == expected
    assert quantile_difference([[1]], [[2]], 99, 0.999, resamples=1_999).estimate == 1
    assert quantile_difference([[1], [2]], [[1]], 50, common=False).bounds is None
