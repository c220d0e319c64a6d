"""Differences of means, verdicts, and tables of many comparisons: against theory, scipy.stats and their own promise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis.comparison import Difference, Never, independent, paired
from sim.analysis.multiplicity import holm, level_each
from sim.analysis.verdict import Verdict, judge
from sim.errors import InputError

INF = math.inf


def codes(error: InputError) -> list[str]:
    """Return the codes of an error, after a look at both languages: Chinese is Chinese, English is not."""
    for finding in error.findings:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in finding.what.zh)
        assert any("\u4e00" <= letter <= "\u9fff" for letter in finding.remedy.zh)
        assert (finding.what.en + finding.remedy.en).isascii() or "×" in finding.what.en or "…" in finding.what.en
    return [finding.code for finding in error.findings]


def near(hits: int, studies: int, share: float, slack: float = 0.0) -> bool:
    """Whether a share is reached within 3.5 standard errors."""
    return abs(hits / studies - share) < 3.5 * math.sqrt(share * (1 - share) / studies) + slack


# --- paired ------------------------------------------------------------------------------------------------------------------


def test_paired_example_by_hand() -> None:
    """Differences 1, 2, 3: mean 2, s = 1, t(2; 0.975) = 4.303 from the printed table, half-width 4.303 / √3."""
    found = paired([10, 20, 30], [11, 22, 33])
    assert found.estimate == 2
    assert found.error == pytest.approx(1 / math.sqrt(3))
    assert found.bounds == pytest.approx((2 - 4.303 / math.sqrt(3), 2 + 4.303 / math.sqrt(3)), abs=5e-4)
    assert found.variance_ratio == pytest.approx(100 + 121)
    assert found.used == (3, 3)
    assert found.never is None


@settings(deadline=None, max_examples=60)  # the first example imports scipy.stats
@given(st.lists(st.tuples(st.integers(-1000, 1000), st.integers(-1000, 1000)), min_size=3, max_size=30))
def test_paired_is_scipys(pairs: list[tuple[int, int]]) -> None:
    """Against `scipy.stats.ttest_rel`: p value and interval."""
    from scipy import stats

    a, b = np.array(pairs, dtype=float).T
    if np.std(b - a) == 0:
        return
    truth = stats.ttest_rel(b, a)
    found = paired(a, b, 0.9)
    assert found.p == pytest.approx(truth.pvalue, rel=1e-9, abs=1e-12)
    assert found.bounds == pytest.approx(tuple(truth.confidence_interval(0.9)), rel=1e-9, abs=1e-9)


def test_turning_a_pair_around_turns_the_sign() -> None:
    """From base to other and from other to base: everything else is the same."""
    a, b = np.random.default_rng(1).normal(size=(2, 12))
    there, back = paired(a, b), paired(b, a)
    assert there.estimate == -back.estimate
    assert there.bounds == (-back.bounds[1], -back.bounds[0])
    assert (there.p, there.error) == (back.p, back.error)


@pytest.mark.parametrize("series", [[5.0], [1.0, 2.0, 4.0], [INF, 3.0], [INF]])
def test_identical_series_differ_by_exactly_nothing(series: list[float]) -> None:
    """One replication is enough for that, and two nevers are the same."""
    found = paired(series, series)
    assert (found.estimate, found.bounds, found.p, found.identical) == (0.0, (0.0, 0.0), 1.0, True)
    assert judge(found, 1.0) is Verdict.IDENTICAL


def test_a_constant_shift_is_certain() -> None:
    """Differences without spread: the interval is the shift itself, and pairing gains without limit."""
    found = paired([1, 2, 3], [3, 4, 5])
    assert (found.estimate, found.bounds, found.p, found.variance_ratio) == (2, (2, 2), 0, INF)
    assert judge(found) is Verdict.REAL


def test_constants_have_no_variance_to_compare() -> None:
    """0 / 0 is not a ratio."""
    assert paired([1, 1], [2, 2]).variance_ratio is None


def test_one_pair_gives_no_interval() -> None:
    """One replication has a difference, but nobody knows how sure it is."""
    found = paired([1], [3])
    assert (found.estimate, found.bounds, found.p) == (2, None, None)
    assert judge(found) is Verdict.UNDECIDED


def test_paired_interval_covers_as_promised() -> None:
    """3,000 studies of 8 pairs with correlation 0.8 cover the truth in 90 %; the ratio of variances tends to 1 / (1 − ρ)."""
    random, studies = np.random.default_rng(4), 3_000
    hits, ratios = 0, []
    for study in random.multivariate_normal([3, 3.5], [[1, 0.8], [0.8, 1]], (studies, 8)):
        found = paired(study[:, 0], study[:, 1], 0.90)
        hits += found.bounds[0] <= 0.5 <= found.bounds[1]
        ratios.append(found.variance_ratio)
    assert near(hits, studies, 0.90)
    assert np.median(ratios) == pytest.approx(5, rel=0.1)


# --- never -------------------------------------------------------------------------------------------------------------------


def test_never_is_counted_apart_from_the_amount() -> None:
    """Three of six pairs are finite; in two only the base never happens, in one neither: McNemar p = 2 · (1/2)² = 1/2."""
    found = paired([1, 2, 3, INF, INF, INF], [2, 4, 6, 5, 5, INF])
    assert found.never == Never(3, 1, 1, 0.5)
    assert found.used == (3, 3)
    assert found.estimate == 2
    alone = paired([1, 2, 3], [2, 4, 6], 0.975)  # each question at half the error
    assert found.bounds == alone.bounds
    assert found.p == 2 * min(alone.p, 0.5)


def test_nevers_of_both_alone_ask_no_second_question() -> None:
    """Where both agree in what never happens, the interval is that of the other pairs at the whole level."""
    found, alone = paired([1, 2, 3, INF], [2, 4, 6, INF]), paired([1, 2, 3], [2, 4, 6])
    assert (found.bounds, found.p) == (alone.bounds, alone.p)
    assert found.never == Never(1, 1, 1, 1.0)


def test_whether_it_happens_can_be_the_whole_difference() -> None:
    """Ten replications never in the base and never otherwise in none: p = 2 / 2¹⁰, and there is no amount to speak of."""
    found = paired([INF] * 10, [1.0] * 10)
    assert (found.estimate, found.bounds, found.p) == (None, None, 2 / 2**10)
    assert judge(found, 1e9) is Verdict.REAL
    assert judge(paired([INF] * 3, [1.0] * 3)) is Verdict.UNDECIDED


def test_a_few_nevers_keep_a_difference_from_being_too_small() -> None:
    """The amount is tiny, but a never is no tiny amount."""
    base, other = np.arange(9.0), np.arange(9.0) + 0.1 + np.tile([0, 0.01, 0.02], 3)
    assert judge(paired(base, other), 5) is Verdict.TOO_SMALL
    assert judge(paired([*base, INF], [*other, 1.0]), 5) is Verdict.REAL
    assert judge(paired([*base, INF], [*(base + np.tile([-1, 1, 0], 3)), 1.0]), 5) is Verdict.UNDECIDED


def test_nevers_keep_the_error_of_the_whole() -> None:
    """Equal in law with nevers at random in each: called different in at most 5 %."""
    random, studies, wrong = np.random.default_rng(6), 2_000, 0
    for _ in range(studies):
        series = np.where(random.random((2, 20)) < 0.3, INF, random.normal(size=(2, 20)))
        wrong += judge(paired(*series)) is Verdict.REAL
        wrong += judge(independent(*series)) is Verdict.REAL
    assert wrong / (2 * studies) < 0.05 + 3 * math.sqrt(0.05 * 0.95 / studies)
    assert wrong / (2 * studies) > 0.015  # half the error goes to the amount at least


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12), st.integers(0, 12))
def test_fisher_is_scipys(a: int, b: int, c: int, d: int) -> None:
    """Against `scipy.stats.fisher_exact`, two-sided."""
    from scipy import stats

    if a + c == 0 or a + b == 0 or c + d == 0:
        return
    found = independent([INF] * a + [1.0] * b, [INF] * c + [2.0] * d)
    assert found.never == Never(a, c, None, pytest.approx(stats.fisher_exact([[a, b], [c, d]]).pvalue, rel=1e-6))


# --- independent -------------------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 99), min_size=2, max_size=20), st.lists(st.integers(0, 99), min_size=2, max_size=20))
def test_independent_is_scipys_welch(a: list[int], b: list[int]) -> None:
    """Against `scipy.stats.ttest_ind(equal_var=False)`."""
    from scipy import stats

    if len(set(a)) == 1 or len(set(b)) == 1:
        return
    truth = stats.ttest_ind(b, a, equal_var=False)
    found = independent(a, b, 0.99)
    assert found.p == pytest.approx(truth.pvalue, rel=1e-8, abs=1e-12)
    assert found.bounds == pytest.approx(tuple(truth.confidence_interval(0.99)), rel=1e-8, abs=1e-9)


def test_welch_covers_with_unequal_variances_and_sizes() -> None:
    """3,000 studies of 20 against 10, deviations 1 and 4: 95 %, within a percent (Welch is approximate) and the error."""
    random, studies, hits = np.random.default_rng(8), 3_000, 0
    for _ in range(studies):
        low, high = independent(random.normal(0, 1, 20), random.normal(2, 4, 10)).bounds
        hits += low <= 2 <= high
    assert near(hits, studies, 0.95, slack=0.01)


def test_equal_in_law_is_called_the_same_at_the_stated_rate() -> None:
    """Two configurations equal in law with independent seeds: "no real difference" in 95 % of 3,000 studies."""
    random, studies = np.random.default_rng(10), 3_000
    same = sum(judge(independent(*random.normal(5, 2, (2, 15)))) is Verdict.NONE for _ in range(studies))
    assert near(same, studies, 0.95)


def test_independent_constants() -> None:
    """Two constants: equal ones are identical, unequal ones differ for certain; one replication gives no interval."""
    assert independent([2, 2], [2, 2, 2]).identical
    assert independent([INF, INF], [INF]).identical
    found = independent([2, 2], [3, 3])
    assert (found.estimate, found.bounds, found.p) == (1, (1, 1), 0)
    assert independent([2], [3, 4]).bounds is None
    assert independent([INF], [3, 4]).estimate is None


# --- verdict -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bounds", "indifference", "verdict"),
    [((1, 3), None, Verdict.REAL), ((-3, -1), 2, Verdict.REAL), ((1, 3), 3, Verdict.TOO_SMALL),
     ((-3, -1), 4, Verdict.TOO_SMALL), ((-1, 3), None, Verdict.NONE), ((0, 3), None, Verdict.NONE), ((-1, 3), 3, Verdict.NONE), ((-1, 3), 2, Verdict.UNDECIDED),
     ((-1, 3), 0, Verdict.UNDECIDED), (None, None, Verdict.UNDECIDED), ((2, INF), 9, Verdict.REAL)],
)  # fmt: skip
def test_verdict_by_interval_and_indifference(bounds: tuple | None, indifference: float | None, verdict: Verdict) -> None:
    """The table of the docstring, row by row."""
    assert judge(Difference(1.0, bounds, 0.95, (9, 9), 1.0, 0.5), indifference) is verdict


def test_every_verdict_has_words() -> None:
    """In both languages, each its own."""
    assert len({verdict.words for verdict in Verdict}) == 5
    assert Verdict.NONE.words.en == "no real difference"


def test_negative_indifference_is_refused() -> None:
    """Below 0 is refused, 0 is not."""
    found = paired([1, 2], [2, 4])
    with pytest.raises(InputError) as error:
        judge(found, -1)
    assert codes(error.value) == ["bad-indifference"]
    assert judge(found, 0)


# --- many comparisons --------------------------------------------------------------------------------------------------------


def test_holm_by_hand() -> None:
    """0.01, 0.04, 0.03, 0.005: in order 4 · 0.005, 3 · 0.01, 2 · 0.03, 1 · 0.04 raised to 0.06."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.7]) == pytest.approx([1, 1])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.floats(0.001, 0.5))
def test_holm_rejects_what_the_steps_reject(p: list[float], alpha: float) -> None:
    """Step by step: smallest first against α / (m − i), until the first that is not below."""
    rejected = set()
    for i, place in enumerate(sorted(range(len(p)), key=lambda j: p[j])):
        if p[place] * (len(p) - i) > alpha:
            break
        rejected.add(place)
    assert {i for i, q in enumerate(holm(p)) if q <= alpha} == rejected


def test_bonferroni_holds_all_intervals_at_once() -> None:
    """Ten true differences of 0: all ten intervals hold theirs in at least 95 % of 500 studies, and not in far more."""
    random, studies, all_hold = np.random.default_rng(12), 500, 0
    level = level_each(0.95, 10)
    assert level == pytest.approx(0.995)
    for _ in range(studies):
        base = random.normal(size=12)
        all_hold += all(judge(paired(base, random.normal(size=12), level)) is Verdict.NONE for _ in range(10))
    assert all_hold / studies > 0.95 - 3 * math.sqrt(0.95 * 0.05 / studies)


@pytest.mark.parametrize("p", [[0.5, -0.1], [1.1], [math.nan]])
def test_what_is_no_p_value_is_refused(p: list[float]) -> None:
    """Outside 0 to 1, and NaN; the ends are taken."""
    with pytest.raises(InputError) as error:
        holm(p)
    assert codes(error.value) == ["bad-p-value"]
    assert list(holm([0, 1])) == [0, 1]


def test_no_comparison_is_refused() -> None:
    """None to adjust, none to share the error, no level."""
    with pytest.raises(InputError) as error:
        holm([])
    assert codes(error.value) == ["empty-series"]
    with pytest.raises(InputError) as error:
        level_each(1.0, 0)
    assert codes(error.value) == ["bad-level", "bad-count"]
    assert level_each(0.9, 1) == pytest.approx(0.9)


# --- refusals ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "other", "level", "expected"),
    [([], [], 0.95, ["empty-series", "empty-series"]), ([1, 2], [1], 0.95, ["unequal-lengths"]),
     ([1, math.nan], [1, 2], 0.95, ["not-a-number"]), ([1, 2], [-INF, 2], 0.95, ["minus-infinity"]),
     ([[1, 2]], [1, 2], 0.95, ["bad-shape"]), ([1, 2], [2, 3], 1.0, ["bad-level"]),
     ([math.nan], [1, -INF], 0.0, ["not-a-number", "minus-infinity", "unequal-lengths", "bad-level"])],
)  # fmt: skip
def test_bad_series_are_refused_with_all_that_is_wrong(base: list, other: list, level: float, expected: list[str]) -> None:
    """Every finding at once, in both languages; the nearest good input passes."""
    with pytest.raises(InputError) as error:
        paired(base, other, level)
    assert codes(error.value) == expected
    assert paired([1, 2], [2, 3], 0.5).estimate == 1


def test_unequal_lengths_are_no_matter_when_independent() -> None:
    """But NaN, nothing and a bad level are."""
    assert independent([1, 2, 3], [1, 2]).used == (3, 2)
    with pytest.raises(InputError) as error:
        independent([], [math.nan], 2.0)
    assert codes(error.value) == ["empty-series", "not-a-number", "bad-level"]


def test_a_finding_names_the_replications() -> None:
    """The first five, in order."""
    with pytest.raises(InputError, match="2、3、4、5、6 …"):
        paired([1, 2, *[math.nan] * 6], range(8))
