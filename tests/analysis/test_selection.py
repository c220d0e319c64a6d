"""Choosing the best: constants against the published table and closed forms, promises kept on known problems."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from sim.analysis.selection import Race, h_square
from sim.analysis.selection_constants import dudewicz_dalal, rinott
from sim.analysis.two_stage import best_mean, total_sizes
from sim.errors import InputError

INF = math.inf


def codes(error: InputError) -> list[str]:
    """Return the codes of an error; each finding speaks both languages."""
    assert all(finding.what.en != finding.what.zh and finding.remedy.zh for finding in error.findings)
    return [finding.code for finding in error.findings]


def draw(random: np.random.Generator, means: list[float], correlation: float, rows: int) -> np.ndarray:
    """Return normal rows with variance 1 and one correlation between all systems."""
    shared = random.normal(size=(rows, 1))
    own = random.normal(size=(rows, len(means)))
    return np.array(means) + math.sqrt(correlation) * shared + math.sqrt(1 - correlation) * own


# --- constants ---------------------------------------------------------------------------------------------------------------


def test_constants_are_those_of_the_published_table() -> None:
    """Dudewicz and Dalal's h₁ as Law prints them, 36 values to the last of three places; for two systems they are Rinott's."""
    path = Path(os.environ.get("DRILLSIM_DATA") or "") / "bench" / "simulation_statistics.json"
    if not path.exists():
        pytest.skip("DRILLSIM_DATA does not name the folder of the bench data")
    table = json.loads(path.read_text())["dudewicz_dalal_h1"]
    cases = {"P.90_n0_20": (20, 0.90), "P.90_n0_40": (40, 0.90), "P.95_n0_20": (20, 0.95), "P.95_n0_40": (40, 0.95)}
    for name, (first, promise) in cases.items():
        for systems, printed in table[name].items():
            assert dudewicz_dalal(int(systems), first, promise) == pytest.approx(printed, abs=5.1e-4)
        assert rinott(2, first, promise) == pytest.approx(table[name]["2"], abs=5.1e-4)


@pytest.mark.parametrize("promise", [0.75, 0.9, 0.95, 0.99])
def test_constants_of_two_observations_have_a_closed_form(promise: float) -> None:
    """n₀ = 2, k = 2: a difference of two Cauchy variables is one of scale 2, so h = 2 tan π (P* − ½)."""
    exact = 2 * math.tan(math.pi * (promise - 0.5))
    assert rinott(2, 2, promise) == pytest.approx(exact, rel=1e-7)
    assert dudewicz_dalal(2, 2, promise) == pytest.approx(exact, rel=1e-7)


@pytest.mark.parametrize("systems", [2, 5, 40])
def test_constant_tends_to_that_of_known_variances(systems: int) -> None:
    """For n₀ → ∞: Φ(h / √2)^(k−1) = P*."""
    assert rinott(systems, 10**6, 0.95) == pytest.approx(math.sqrt(2) * ndtri(0.95 ** (1 / (systems - 1))), abs=1e-4)


@pytest.mark.parametrize(("systems", "first", "promise"), [(3, 5, 0.9), (5, 10, 0.95), (10, 20, 0.95), (20, 3, 0.8)])
def test_rinotts_constant_by_monte_carlo(systems: int, first: int, promise: float) -> None:
    """The mean over χ² draws of the product over the other systems is P*, within 4 standard errors (about 0.0005 in P*)."""
    random, freedom = np.random.default_rng(systems), first - 1
    x = random.chisquare(freedom, (200_000, systems))
    product = ndtr(rinott(systems, first, promise) / np.sqrt(freedom * (1 / x[:, 1:] + 1 / x[:, :1]))).prod(axis=1)
    error = product.std() / math.sqrt(len(product))
    assert error < 6e-4
    assert abs(product.mean() - promise) < 4 * error


@pytest.mark.parametrize(("systems", "first", "promise"), [(3, 10, 0.95), (10, 20, 0.9)])
def test_rinotts_constant_by_another_quadrature(systems: int, first: int, promise: float) -> None:
    """Gauss-Laguerre with the χ² density as its weight, as in Bechhofer, Santner and Goldsman's program: to 1e-4."""
    from scipy.special import roots_genlaguerre

    freedom = first - 1
    x, weight = roots_genlaguerre(60, freedom / 2 - 1)
    x, weight = 2 * x, weight / weight.sum()

    def chance(h: float) -> float:
        return (ndtr(h / np.sqrt(freedom * (1 / x[:, None] + 1 / x))) @ weight) ** (systems - 1) @ weight

    h = rinott(systems, first, promise)
    assert chance(h - 1e-4) < promise < chance(h + 1e-4)


@pytest.mark.parametrize("constant", [rinott, dudewicz_dalal])
def test_bad_constants_are_refused(constant) -> None:
    """Fewer than two systems or replications, and a promise that guessing keeps."""
    for wrong, code in [
        ((1, 10, 0.95), "bad-systems"),
        ((2, 1, 0.95), "bad-first"),
        ((4, 10, 0.25), "bad-promise"),
        ((2, 9, 1), "bad-promise"),
    ]:
        with pytest.raises(InputError) as error:
            constant(*wrong)
        assert codes(error.value) == [code]
    assert constant(4, 2, 0.26) > 0


# --- Rinott's procedure ------------------------------------------------------------------------------------------------------


def test_sizes_by_hand() -> None:
    """Two columns with s = 1 and 0 of three rows: (h / δ)² rounded up, and the first stage at least."""
    h = rinott(2, 3, 0.9)
    assert total_sizes([[1, 5], [2, 5], [3, 5]], 0.5, 0.9, common=False) == (math.ceil((h / 0.5) ** 2), 3)


@pytest.mark.parametrize(("systems", "better"), [(2, "high"), (5, "low")])
def test_rinott_keeps_its_promise(systems: int, better: str) -> None:
    """Slippage of δ with unequal variances, 1,500 studies: right in at least 90 %; with two systems it is exact."""
    random, studies, first, delta = np.random.default_rng(20), 1_500, 8, 0.4
    sign = 1 if better == "high" else -1
    means = np.array([sign * delta] + [0.0] * (systems - 1))
    spread = np.linspace(1, 2, systems)
    right = 0
    for rows in random.normal(means, spread, (studies, first, systems)):
        sizes = np.array(total_sizes(rows, delta, 0.90, common=False))
        more = np.maximum(sizes - first, 1)
        second = random.normal(means, spread / np.sqrt(more))  # the mean of the second stage has this law
        pooled = (first * rows.mean(axis=0) + (sizes - first) * second) / sizes
        right += best_mean([[mean] for mean in pooled], better) == 0
    error = math.sqrt(0.9 * 0.1 / studies)
    assert right / studies > 0.90 - 3 * error
    if systems == 2:
        assert right / studies < 0.90 + 4 * error


def test_rinott_refuses_common_draws_and_says_what_to_use() -> None:
    """With everything else that is wrong; the same table with independent seeds passes."""
    with pytest.raises(InputError, match="KN") as error:
        total_sizes([[1, 2], [2, INF]], 0, 0.5, common=True)
    assert codes(error.value) == ["common-draws", "bad-promise", "never-has-no-mean", "bad-indifference"]
    with pytest.raises(InputError) as error:
        total_sizes([[1, math.nan], [-INF, 1]], 1, common=False)
    assert codes(error.value) == ["not-a-number", "minus-infinity"]
    for shape in [(3,), (1, 3), (3, 1), (0, 2)]:
        with pytest.raises(InputError) as error:
            total_sizes(np.zeros(shape), 1, common=False)
        assert codes(error.value) == ["bad-shape"]
    assert total_sizes([[1, 2], [2, 3]], 10, common=False) == (2, 2)


def test_best_mean_takes_the_first_of_equals() -> None:
    """Samples of different sizes; nothing to choose from is refused."""
    assert best_mean([[1, 3], [2], [5, 0]], "low") == 0
    assert best_mean([[1, 3], [2], [5, 0]], "high") == 2
    with pytest.raises(InputError) as error:
        best_mean([], "low")
    assert codes(error.value) == ["empty-series"]
    with pytest.raises(InputError) as error:
        best_mean([[1], [], [INF]], "low")
    assert codes(error.value) == ["empty-series", "never-has-no-mean"]


# --- KN ----------------------------------------------------------------------------------------------------------------------


def test_kn_by_hand() -> None:
    """Two systems, n₀ = 3, α = 0.05: 2 η = 0.1^(−1) − 1 = 9, h² = 18.

    Differences 1, 2, 3 (S² = 1), δ = 3: h² S² / δ² = 2 < 3, so at the third nothing is forgiven and the lower leaves.
    """
    assert h_square(2, 3, 0.95, independent=False) == pytest.approx(18)
    race = Race(2, 3, better="high", first=3)
    assert race.feed([[0, 1], [0, 2]]) == ()
    assert (race.finished, race.leader, race.needed_at_most) == (False, 1, None)
    assert race.feed([[0, 3]]) == ((0, 3),)
    assert (race.finished, race.racing, race.leader, race.needed_at_most, race.spent) == (True, (1,), 1, 0, (3, 3))


def test_kn_forgives_by_the_triangle() -> None:
    """As before with δ = 1: h² S² / δ² = 18, so after r replications a gap in means of (18 / r − 1) / 2 is forgiven.

    At r = 3 that is 2.5 > 2; at r = 4 it is 1.75, and a fourth difference of 0.96 or 1.04 makes the gap 1.74 or 1.76.
    """
    start = [[0, 1], [0, 2], [0, 3]]
    for fourth, out in [(0.96, ()), (1.04, ((0, 4),))]:
        race = Race(2, 1, better="high", first=3)
        assert race.feed(start) == ()
        assert race.needed_at_most in {17 + 1 - 3, 18 + 1 - 3}  # h² is 18 up to rounding
        assert race.feed([[0, fourth]]) == out


def test_kn_low_is_high_turned_around() -> None:
    """The same race on negated numbers."""
    rows = draw(np.random.default_rng(2), [0, 0.4, 0.8], 0.5, 400)
    high, low = Race(3, 0.4, better="high"), Race(3, 0.4, better="low")
    high.feed(rows)
    low.feed(-rows)
    assert high.finished
    assert (high.out, high.leader) == (low.out, low.leader)


def test_kn_does_not_depend_on_how_rows_come() -> None:
    """All at once, and one by one with columns for those in the race alone."""
    rows = draw(np.random.default_rng(5), [0, 0.1, 0.2, 0.6], 0.3, 400)
    whole, single = Race(4, 0.4, better="high"), Race(4, 0.4, better="high")
    whole.feed(rows)
    for row in rows:
        if not single.finished:
            before = single.needed_at_most
            single.feed(row[None, list(single.racing)])
            assert before is None or single.needed_at_most < before
    assert whole.finished
    assert (whole.out, whole.leader, whole.spent) == (single.out, single.leader, single.spent)


def run_races(means: list[float], correlation: float, better: str, *, independent: bool = False) -> tuple[float, float]:
    """Return how often system 0 is chosen in 800 races, and how many numbers they use on average."""
    random, right, spent = np.random.default_rng(30), 0, 0
    for _ in range(800):
        race = Race(len(means), 0.6, better=better, promise=0.90, first=8, independent=independent)
        while not race.finished:
            race.feed(draw(random, means, correlation, 60)[:, list(race.racing)])
        right, spent = right + (race.leader == 0), spent + sum(race.spent)
    return right / 800, spent / 800


def test_kn_keeps_its_promise_and_spends_less_with_common_draws() -> None:
    """Slippage of δ among four: right in at least 90 % (3 standard errors) with independent and with common draws.

    With common draws it uses less than half, and less than Rinott asks for of the same systems (independent, as it must be).
    """
    floor = 0.90 - 3 * math.sqrt(0.9 * 0.1 / 800)
    right, apart = run_races([0.6, 0, 0, 0], 0.0, "high", independent=True)
    assert right > floor
    right, together = run_races([0, 0.6, 0.6, 0.6], 0.8, "low")
    assert right > floor
    assert together < apart / 2
    random = np.random.default_rng(31)
    two_stage = np.mean([sum(total_sizes(draw(random, [0.6, 0, 0, 0], 0, 8), 0.6, 0.9, common=False)) for _ in range(200)])
    assert together < two_stage / 2
    assert apart < two_stage


def test_kn_with_equal_systems_ends_at_once_with_the_first() -> None:
    """Two that are equal in every replication: nothing will ever tell them apart."""
    race = Race(3, 1, better="low", first=4)
    race.feed([[x, x, x + 2] for x in (3.0, 1.0, 4.0, 1.0)])
    assert (race.finished, race.racing, race.leader) == (True, (0, 1), 0)


def test_kn_independence_makes_the_triangle_smaller() -> None:
    """1 − (1 − α)^(1/(k−1)) is more than α / (k − 1)."""
    assert h_square(5, 10, 0.95, independent=True) < h_square(5, 10, 0.95, independent=False)
    assert h_square(2, 10, 0.95, independent=True) == pytest.approx(h_square(2, 10, 0.95, independent=False))


def test_kn_refuses_what_it_cannot_keep() -> None:
    """Every finding of the settings at once; the nearest good ones pass."""
    with pytest.raises(InputError) as error:
        Race(1, 0, better="low", promise=1, first=1)
    assert codes(error.value) == ["bad-systems", "bad-first", "bad-indifference", "bad-promise"]
    with pytest.raises(InputError) as error:
        Race(2, math.nan, better="low", promise=0.5)
    assert codes(error.value) == ["bad-indifference", "bad-promise"]
    assert Race(2, 0.1, better="low", promise=0.51, first=2).leader is None


def test_kn_refuses_bad_rows() -> None:
    """Other columns than systems in the race, what is no number or never, and rows when all is over."""
    race = Race(2, 3, better="high", first=3)
    for rows, expected in [
        ([[1, 2, 3]], ["bad-shape"]),
        ([1, 2], ["bad-shape"]),
        ([[1, math.nan]], ["not-a-number"]),
        ([[1, INF]], ["never-has-no-mean"]),
    ]:
        with pytest.raises(InputError) as error:
            race.feed(rows)
        assert codes(error.value) == expected
    assert race.replications == 0
    race.feed([[0, 1], [0, 2], [0, 3]])
    with pytest.raises(InputError) as error:
        race.feed([[1]])
    assert codes(error.value) == ["race-over"]
