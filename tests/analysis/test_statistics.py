"""Intervals and quantiles against published tables, scipy.stats, and their own promise of coverage."""

from __future__ import annotations

import json
import math
import os
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis.statistics import quantile, t_interval, t_quantile
from sim.analysis.summary import Pool


@pytest.mark.parametrize(
    ("freedom", "share", "printed"),
    [(1, 0.975, 12.706), (2, 0.975, 4.303), (4, 0.95, 2.132), (9, 0.975, 2.262), (9, 0.95, 1.833), (30, 0.975, 2.042),
     (120, 0.975, 1.980)],
)  # fmt: skip
def test_t_quantiles_are_those_of_the_printed_table(freedom: int, share: float, printed: float) -> None:
    """Fisher and Yates's table of t, three places."""
    assert t_quantile(freedom, share) == pytest.approx(printed, abs=5.1e-4)


def test_interval_of_a_textbook_example() -> None:
    """Law and Kelton (section 4.5): ten normal observations, mean 1.34, variance 0.17, 90 % interval 1.34 ± 0.24."""
    values = np.array([1.20, 1.50, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.50, 1.09])
    mean, bounds = t_interval(values, 0.90)
    assert bounds is not None
    assert round(mean, 2) == 1.34
    assert round((bounds[1] - bounds[0]) / 2, 2) == 0.24


@settings(deadline=None)  # the first example imports scipy.stats
@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60).filter(lambda v: np.std(v) > 1e-3))
def test_interval_equals_scipys(values: list[float]) -> None:
    """Against `scipy.stats.t.interval` with the standard error of `scipy.stats.sem`."""
    from scipy import stats

    mean, bounds = t_interval(np.array(values))
    low, high = stats.t.interval(0.95, len(values) - 1, loc=np.mean(values), scale=stats.sem(values))
    assert bounds == pytest.approx((low, high), rel=1e-9, abs=1e-9)
    assert mean == pytest.approx(np.mean(values), rel=1e-12, abs=1e-12)


def test_variance_survives_a_large_offset() -> None:
    """Adding 10⁹ to every value moves the interval by 10⁹ and does not change its width (sums of squares would)."""
    values = np.array([1.0, 2.0, 4.0, 7.0])
    _, plain = t_interval(values)
    _, moved = t_interval(values + 1e9)
    assert plain is not None
    assert moved is not None
    assert moved[1] - moved[0] == pytest.approx(plain[1] - plain[0], rel=1e-6)


def test_interval_covers_as_promised() -> None:
    """4,000 seeded studies of 10 normal replications: the true mean lies inside in 95 %, within 3 standard errors of that."""
    random = np.random.default_rng(20_261_124)
    studies = 4_000
    hits = 0
    for study in random.normal(3.0, 2.0, (studies, 10)):
        _, bounds = t_interval(study)
        assert bounds is not None
        hits += bounds[0] <= 3.0 <= bounds[1]
    error = math.sqrt(0.95 * 0.05 / studies)
    assert abs(hits / studies - 0.95) < 3 * error


def test_coverage_of_skewed_replications_is_that_of_the_literature() -> None:
    """Law's reliability model, T = min(G₁, max(G₂, G₃)), n = 5 at 90 %: coverage is about 0.71 and not 0.90.

    The recomputed value is read from the bench data; 3 standard errors of both.
    """
    home = os.environ.get("DRILLSIM_DATA")
    path = Path(home or "") / "bench" / "simulation_statistics.json"
    if home is None or not path.exists():
        pytest.skip("DRILLSIM_DATA does not name the folder of the bench data")
    expected = json.loads(path.read_text())["ci_coverage_90pct_recomputed_50000exp"]["reliability"]["5"]
    random, studies = np.random.default_rng(1), 8_000
    lives = random.weibull(0.5, (3, studies, 5))
    system = np.minimum(lives[0], np.maximum(lives[1], lives[2]))
    hits = 0
    for study in system:
        _, bounds = t_interval(study, 0.90)
        assert bounds is not None
        hits += bounds[0] <= 7 / 9 <= bounds[1]
    error = math.sqrt(expected * (1 - expected) * (1 / studies + 1 / 50_000))
    assert abs(hits / studies - expected) < 3 * error


@given(st.lists(st.integers(0, 50) | st.just(math.inf), min_size=1, max_size=80), st.integers(1, 100))
def test_quantile_is_the_least_value_that_enough_do_not_exceed(values: list[float], percent: int) -> None:
    """By counting: at least that share is at or below it, and fewer are at or below any smaller observation."""
    array = np.array(values, dtype=float)
    found = quantile(array, percent)
    assert 100 * (array <= found).sum() >= percent * len(array)
    below = array[array < found]
    assert len(below) == 0 or 100 * (array <= below.max()).sum() < percent * len(array)


def test_quantile_of_the_first_n_numbers() -> None:
    """Of 1 … n the p % quantile is n · p / 100 rounded up, by exact fractions."""
    for count in range(1, 61):
        values = np.random.default_rng(count).permutation(np.arange(1.0, count + 1))
        for percent in range(1, 101):
            assert quantile(values, percent) == math.ceil(Fraction(count * percent, 100))


def test_nine_in_ten_of_ten() -> None:
    """Of 1 … 10 it is 9; with one never it is still 9; with two it is never."""
    values = np.arange(1.0, 11.0)
    assert quantile(values, 90) == 9.0
    values[-1] = math.inf
    assert quantile(values, 90) == 9.0
    values[-2] = math.inf
    assert quantile(values, 90) == math.inf


def minutes(*values: float) -> np.ndarray:
    return np.array(values) * 60_000


def test_summary_by_hand() -> None:
    """Replication means 2 and 5 (of 4 and 6 min): mean 3.5, half-width 12.706 · 1.5; pooled median 4; two never."""
    pool = Pool()
    pool.add(1, {"response": minutes(4, 6, math.inf)})
    pool.add(0, {"response": minutes(1, 3, 2, math.inf)})
    line = pool.summary()["response"]
    assert line["mean"] == 3.5
    assert line["ci95"] == pytest.approx([3.5 - 12.7062 * 1.5, 3.5 + 12.7062 * 1.5], abs=1e-3)
    assert (line["p50"], line["p90"], line["n"], line["never"], line["unit"]) == (4.0, None, 7, 2, "min")
    assert pool.worst() == {"response": math.inf}


def test_one_replication_has_no_interval() -> None:
    """With one replication nothing is known of the spread between replications."""
    pool = Pool()
    pool.add(0, {"response": minutes(4, 6)})
    assert pool.summary()["response"]["ci95"] is None
    assert pool.summary()["response"]["mean"] == 5.0


def test_summary_is_json_without_nan() -> None:
    """Metrics without observations, or that never happen, give null; strict JSON takes the summary; the keys are fixed."""
    pool = Pool()
    pool.add(0, {"response": np.array([math.inf]), "duration": np.empty(0), "busy.all": np.array([0.25])})
    pool.add(1, {"response": np.array([math.inf]), "duration": np.empty(0), "busy.all": np.array([0.75])})
    read = json.loads(json.dumps(pool.summary(), allow_nan=False))
    assert list(read["response"]) == ["mean", "ci95", "p50", "p90", "n", "never", "unit"]
    assert read["response"] == {"mean": None, "ci95": None, "p50": None, "p90": None, "n": 2, "never": 2, "unit": "min"}
    assert read["duration"]["n"] == 0
    assert read["busy.all"]["mean"] == 0.5


def test_a_replication_counts_once() -> None:
    """The same replication twice is refused; another one passes."""
    pool = Pool()
    pool.add(0, {"lost": np.array([1.0])})
    with pytest.raises(ValueError, match="replication 0"):
        pool.add(0, {"lost": np.array([1.0])})
    pool.add(1, {"lost": np.array([2.0])})
    assert pool.replications == (0, 1)
    assert pool.means("lost").tolist() == [1.0, 2.0]


@given(st.lists(st.integers(0, 2**33) | st.just(math.inf) | st.floats(0, 1e6), max_size=30))
def test_observations_are_kept_exactly(values: list[float]) -> None:
    """However they are stored, the pool gives back what it was given (here in thousandths of kg)."""
    pool = Pool()
    pool.add(0, {"released": np.array(values, dtype=float)})
    assert np.array_equal(pool.observations("released"), np.array(values, dtype=float) / 1000)
