"""Quantities with a spread: the quantile functions against scipy, and what cannot be read."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.quantities import PARAMETERS, read
from sim.units import MINUTE, UnitError

U = np.array([1e-6, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1 - 1e-6])
CASES = [
    ({"distribution": "uniform", "min": "2 min", "max": "6 min"}, stats.uniform(2, 4)),
    ({"distribution": "triangular", "min": "1 min", "mode": "2 min", "max": "6 min"}, stats.triang(0.2, 1, 5)),
    ({"distribution": "exponential", "mean": "10 min"}, stats.expon(scale=10)),
    ({"distribution": "gamma", "mean": "10 min", "sd": "5 min"}, stats.gamma(4, scale=2.5)),
    ({"distribution": "gamma", "shape": 0.7, "scale": "3 min"}, stats.gamma(0.7, scale=3)),
    ({"distribution": "lognormal", "median": "15 min", "p90": "30 min"}, stats.lognorm(np.log(2) / stats.norm.ppf(0.9), scale=15)),
    ({"distribution": "weibull", "shape": 1.5, "scale": "20 min"}, stats.weibull_min(1.5, scale=20)),
]


@pytest.mark.parametrize(("raw", "law"), CASES, ids=lambda case: case.get("distribution") if isinstance(case, dict) else "")
def test_quantile_functions_agree_with_scipy(raw, law):
    """Each inverse distribution function against an independent one; the planned value is the median."""
    found = read(raw, "duration")
    assert found.quantiles(U) / MINUTE == pytest.approx(law.ppf(U), rel=1e-9)
    assert found.planned / MINUTE == pytest.approx(law.median(), rel=1e-9)
    assert found.spread


def test_mean_and_sd_of_a_lognormal_are_those_asked_for():
    """The other pair of parameters: moments by scipy."""
    found = read({"distribution": "lognormal", "mean": "20 min", "sd": "10 min"}, "duration")
    law = stats.lognorm(found.sigma, scale=found.median / MINUTE)
    assert law.mean() == pytest.approx(20)
    assert law.std() == pytest.approx(10)


def test_planned_and_bad_day_are_median_and_ninth_decile():
    """`{planned, p90}` passes through both values, and one day in ten is worse."""
    found = read({"planned": "15 min", "p90": "45 min"}, "duration")
    assert found.quantiles(np.array([0.5, 0.9])) / MINUTE == pytest.approx([15, 45])
    assert found.planned == 15 * MINUTE


def test_recorded_values_come_as_often_as_recorded():
    """The empirical distribution function steps by 1/n at each value."""
    found = read({"distribution": "empirical", "values": ["1 min", "2 min", "2 min", "9 min"]}, "duration")
    u = (np.arange(1000) + 0.5) / 1000
    values, counts = np.unique(found.quantiles(u) / MINUTE, return_counts=True)
    assert dict(zip(values.tolist(), counts.tolist(), strict=True)) == {1.0: 250, 2.0: 500, 9.0: 250}


@pytest.mark.parametrize("raw", [case[0] for case in CASES], ids=lambda raw: raw["distribution"])
def test_quantiles_never_fall(raw):
    """A larger uniform never gives a smaller value: shared draws stay comparable."""
    values = read(raw, "duration").quantiles(np.linspace(1e-9, 1 - 1e-9, 2001))
    assert (np.diff(values) >= 0).all()


@pytest.mark.parametrize(
    ("raw", "said", "right"),
    [
        ({"planned": "15 min", "p90": "10 min"}, "better than planned", {"planned": "10 min", "p90": "15 min"}),
        ({"p90": "10 min"}, "planned value is missing", {"planned": "10 min"}),
        ({"planned": "0 min", "p90": "5 min"}, "above zero", {"planned": "1 min", "p90": "5 min"}),
        ("-5 min", "negative", "5 min"),
        ({"distribution": "normal", "mean": "5 min"}, "no distribution", {"distribution": "exponential", "mean": "5 min"}),
        ({"distribution": "uniform", "min": "6 min", "max": "2 min"}, "above the lesser", {"distribution": "uniform", "min": "2 min", "max": "6 min"}),
        ({"distribution": "gamma", "shape": 0, "scale": "2 min"}, "above zero", {"distribution": "gamma", "shape": 1, "scale": "2 min"}),
        ({"distribution": "empirical", "values": []}, "not a list", {"distribution": "empirical", "values": ["1 min"]}),
        ({"planned": "5 min", "p95": "9 min"}, "does not belong", {"planned": "5 min", "p90": "9 min"}),
        ({"distribution": "triangular", "min": "1 min", "mode": "9 min", "max": "6 min"}, "not between",
         {"distribution": "triangular", "min": "1 min", "mode": "6 min", "max": "6 min"}),
    ],
)  # fmt: skip
def test_what_cannot_be_read(raw, said, right):
    """Each mistake is named in both languages; the nearest right spelling is read."""
    with pytest.raises(UnitError, match=said) as caught:
        read(raw, "duration")
    assert caught.value.words.zh
    assert read(right, "duration").planned > 0


def test_every_distribution_is_tried_here():
    """No named distribution without a comparison (constant and empirical have their own)."""
    assert {case[0]["distribution"] for case in CASES} | {"constant", "empirical"} == set(PARAMETERS)
    assert read({"distribution": "constant", "value": "3 min"}, "duration").planned == 3 * MINUTE
