"""The stopping rule: looks at fixed places, says what is reached, and what would be enough."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis.precision import Asked, Plan, look
from sim.analysis.statistics import t_interval, t_quantile
from sim.errors import InputError

INF = math.inf


def half_width(values: np.ndarray) -> float:
    """Return the half-width of the Student interval."""
    _, bounds = t_interval(values)
    return (bounds[1] - bounds[0]) / 2


@given(st.integers(2, 20), st.integers(1, 9), st.integers(0, 40))
def test_looks_by_counting(first: int, batch: int, beyond: int) -> None:
    """Every number from first to most that is first + a multiple of batch, and most."""
    most = first + beyond
    expected = sorted({n for n in range(first, most + 1) if (n - first) % batch == 0} | {most})
    assert list(Plan(first, batch, most).looks()) == expected


@pytest.mark.parametrize("asked", [Asked(0.35), Asked(0.08, relative=True)])
def test_it_stops_at_the_first_look_that_is_met(asked: Asked) -> None:
    """By trying every look; and never a look too early or between two."""
    values = np.random.default_rng(1).normal(5, 1, 300)
    met = [
        n
        for n in range(10, 301, 7)
        if half_width(values[:n]) <= asked.half_width * (abs(values[:n].mean()) if asked.relative else 1)
    ]
    found = look([values], [asked], Plan(10, 7, 300))
    assert found.stopped
    assert found.met
    assert found.replications == met[0] > 10
    assert found.reached[0].half_width == pytest.approx(half_width(values[: met[0]]))


def test_the_outcome_does_not_depend_on_how_many_were_run() -> None:
    """Fed with every number of replications: before the stop it asks for the next look, from it on it says the same."""
    values = np.random.default_rng(2).normal(0, 1, (2, 200))
    plan, asked = Plan(8, 6, 200), [Asked(0.4), Asked(0.45)]
    final = look(values, asked, plan)
    assert final.met
    for count in range(1, 201):
        found = look(values[:, :count], asked, plan)
        if count < 8:
            assert found is None
        elif count < final.replications:
            assert not found.stopped
            assert count < found.next <= count + 6
            assert found.replications == found.next - 6
        else:
            assert found == final


def test_it_gives_up_at_the_most() -> None:
    """The last look is there even where no batch ends; what was run beyond is not looked at."""
    values = np.random.default_rng(3).normal(0, 1, 60)
    found = look([values], [Asked(0.01)], Plan(10, 10, 45))
    assert (found.replications, found.stopped, found.met) == (45, True, False)
    assert found.needed > 45


def test_needed_is_the_least_number_that_is_enough() -> None:
    """By trying: with the spread found, that many are enough and one fewer is not."""
    values = np.random.default_rng(4).normal(10, 2, 20)
    reached = look([values], [Asked(0.3)], Plan(20, 10, 100)).reached[0]
    spread = values.std(ddof=1)
    assert t_quantile(reached.needed - 1, 0.975) * spread / math.sqrt(reached.needed) <= 0.3
    assert t_quantile(reached.needed - 2, 0.975) * spread / math.sqrt(reached.needed - 1) > 0.3
    assert look([values], [Asked(100.0)], Plan(20, 10, 100)).reached[0].needed == 2


def test_all_quantities_have_to_be_met() -> None:
    """One constant, one not: the result waits for the other; the need is that of the greediest."""
    values = np.array([np.ones(30), np.random.default_rng(5).normal(0, 1, 30)])
    found = look(values, [Asked(0.01, relative=True), Asked(0.05)], Plan(10, 10, 30))
    assert [one.met for one in found.reached] == [True, False]
    assert not found.met
    assert found.needed == found.reached[1].needed


def test_what_cannot_be_reached_has_no_number() -> None:
    """A mean of 0 has no relative precision, a never no mean; a quantity that is always 0 is known."""
    plan = Plan(4, 4, 4)
    found = look(
        [[1, -1, 1, -1], [1, 2, INF, 3], [0, 0, 0, 0]], [Asked(0.1, relative=True), Asked(1), Asked(0.1, relative=True)], plan
    )
    assert [one.needed for one in found.reached] == [None, None, 2]
    assert [one.met for one in found.reached] == [False, False, True]
    assert found.reached[1].mean is None
    assert found.needed is None


def test_coverage_at_the_stop_is_near_the_level() -> None:
    """1,500 studies to ± 0.4 from a first look at 20: at most 4 % below 95 % (stopping at lucky moments), and not above."""
    random, studies, hits = np.random.default_rng(6), 1_500, 0
    plan = Plan(20, 10, 200)
    for values in random.normal(1, 1, (studies, 200)):
        reached = look([values], [Asked(0.4)], plan).reached[0]
        hits += abs(reached.mean - 1) <= reached.half_width
    error = 3 * math.sqrt(0.95 * 0.05 / studies)
    assert 0.91 - error < hits / studies < 0.95 + error


def test_bad_plans_are_refused() -> None:
    """Everything that is wrong at once, in both languages; the nearest good plan passes."""
    with pytest.raises(InputError) as error:
        Plan(1, 0, 0, 1.0)
    assert [finding.code for finding in error.value.findings] == ["bad-first", "bad-batch", "bad-most", "bad-level"]
    assert all(finding.what.en != finding.what.zh for finding in error.value.findings)
    assert list(Plan(2, 1, 2, 0.5).looks()) == [2]


@pytest.mark.parametrize(
    ("series", "asked", "expected"),
    [([], [], ["nothing-asked"]), ([[1, 2]], [Asked(1), Asked(1)], ["unequal-lengths"]),
     ([[1, 2], [1]], [Asked(1)] * 2, ["unequal-lengths"]),
     ([[1, math.nan]], [Asked(0)], ["not-a-number", "bad-half-width"]), ([[]], [Asked(1)], ["empty-series"]),
     ([[1, -INF]], [Asked(INF)], ["minus-infinity", "bad-half-width"]), ([[[1, 2]]], [Asked(1)], ["bad-shape"])],
)  # fmt: skip
def test_bad_series_are_refused(series: list, asked: list[Asked], expected: list[str]) -> None:
    """Every raise, and the nearest good input."""
    with pytest.raises(InputError) as error:
        look(series, asked, Plan(2, 1, 2))
    assert [finding.code for finding in error.value.findings] == expected
    assert look([[1, 2]], [Asked(1)], Plan(2, 1, 2)).stopped
