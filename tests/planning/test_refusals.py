"""What is refused at the door, all at once; and why no plan exists, with what each constraint alone would have to be."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from towns import Minimum, question

from sim.errors import InputError, RunError
from sim.planning.stockpile import Question, Risk, Service, Want, check, judge, sample_average, solve


def codes(changes) -> list[str]:
    """Return the codes of what is found in a changed question, each said in both languages."""
    with pytest.raises(InputError) as caught:
        check(question(1, **changes))
    for finding in caught.value.findings:
        assert all((finding.what.en, finding.what.zh, finding.remedy.en, finding.remedy.zh))
    return [finding.code for finding in caught.value.findings]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"have": [[-1, 0], [0, 0]]}, "bad-number"),
        ({"price": [1, float("nan")]}, "bad-number"),
        ({"price": [1, -2]}, "bad-number"),
        ({"price": [[[1, 1]]]}, "bad-shape"),
        ({"budget": float("nan")}, "bad-number"),
        ({"budget": -1}, "bad-number"),
        ({"demand": np.full((3, 3, 2), np.inf)}, "bad-number"),
        ({"demand": np.ones((3, 2, 2))}, "bad-shape"),
        ({"demand": np.ones((3, 3, 1))}, "bad-shape"),
        ({"demand": [1, 2]}, "bad-shape"),
        ({"demand": "many"}, "not-numbers"),
        ({"time": np.zeros((3, 0, 2))}, "bad-shape"),
        ({"time": np.full((3, 2, 2), np.nan)}, "bad-number"),
        ({"time": np.ones((2, 2, 2))}, "bad-state"),
        ({"state": [0, 1, 3]}, "bad-state"),
        ({"state": [0.0, 1.0, 2.0]}, "bad-state"),
        ({"probability": [0.5, 0.3, 0.3]}, "probabilities"),
        ({"probability": [-0.5, 0.5, 1.0]}, "bad-number"),
        ({"probability": 1 / 3}, "bad-shape"),
        ({"survive": np.full((3, 2), 1.5)}, "bad-number"),
        ({"mass": [1, 2, 3]}, "bad-shape"),
        ({"keep": [[9, 0], [0, 0]]}, "keep-above-stock"),
        ({"minimums": [Minimum(7, (0,), 1)]}, "unknown-position"),
        ({"minimums": [Minimum(0, (0,), -1)]}, "bad-number"),
        ({"risk": Risk(1, 1.0)}, "bad-share"),
        ({"risk": Risk(-1, 0.5)}, "bad-number"),
        ({"service": Service(1.5)}, "bad-share"),
        ({"depots": ["north"]}, "bad-names"),
        ({"items": ["tent", "tent"]}, "bad-names"),
        ({"wants": (Want("tent", [[1, 0, 0]], 1, 1),) * 3}, "bad-shape"),
        ({"wants": (Want("tent", [[0, 0]], 1, 1),) * 3}, "empty-recipe"),
        ({"wants": (Want("tent", [[1, 0]], -1, 1),) * 3}, "bad-number"),
    ],
)
def test_wrong_input_is_refused(changes, code):
    """Each kind of mistake has its finding; the question without it is accepted (all other tests)."""
    assert code in codes(changes)


def test_everything_is_said_at_once():
    """Four mistakes, four findings."""
    found = codes({"have": [[-1, 0], [0, 0]], "probability": [0.5, 0.5, 0.5], "freight": -1, "survive": np.full((3, 2), 2)})
    assert sorted(found) == ["bad-number", "bad-number", "bad-number", "probabilities"]


def test_a_want_that_nobody_can_bring_is_a_warning_or_an_error():
    """As the question says; the plan carries the warning."""
    far = {"time": np.full((3, 2, 2), 99.0)}
    assert {finding.code for finding in solve(check(question(1, **far))).warnings} == {"unreachable-want"}
    assert set(codes(far | {"unreachable": "error"})) == {"unreachable-want"}
    assert check(question(1, time=np.ones((3, 2, 2)))).warnings == ()


def refusal(**changes) -> InputError:
    """Return why a question has no plan."""
    with pytest.raises(InputError) as caught:
        solve(check(question(1, **changes)))
    return caught.value


def test_budget_below_the_minimums_says_what_they_cost():
    """10 tents at 7 yuan and 5 quilts at 4, none there: 90 yuan, 40 given; 2 tents fewer than needed is said too."""
    changes = {"have": np.zeros((2, 2)), "price": [7, 4], "budget": 40, "minimums": [Minimum(0, (0, 1), 10, "tents"), Minimum(1, (0,), 5, "quilts")]}  # fmt: skip
    (finding,) = refusal(**changes).findings
    assert finding.code == "budget-below-minimum"
    assert finding.what.en == "these cannot all hold: budget 40 yuan; minimum of tents 10 units"
    assert finding.remedy.en == "budget of at least 70 yuan or minimum of tents of at most 5 units"
    assert solve(check(question(1, **(changes | {"budget": 90}))))


def test_space_and_minimum_fight_and_so_do_budget_and_another():
    """Two conflicts that have nothing to do with each other are both named."""
    changes = {
        "have": np.zeros((2, 2)), "price": [7, 4], "budget": 40, "volume": [0, 2], "space": [6, np.inf],
        "minimums": [Minimum(0, (0, 1), 10, "tents"), Minimum(1, (0,), 5, "quilts")], "depots": ["north", "south"],
    }  # fmt: skip
    found = {finding.code: finding for finding in refusal(**changes).findings}
    assert set(found) == {"budget-below-minimum", "space-below-minimum"}
    assert "space in north 6 m³" in found["space-below-minimum"].what.en
    assert "space in north of at least 10 m³ or minimum of quilts of at most 3 units" in found["space-below-minimum"].remedy.en


def test_present_stock_that_does_not_fit_is_a_conflict_of_its_own():
    """What is there takes 4 m³ of 3."""
    (finding,) = refusal(have=[[2, 2], [0, 0]], volume=[1, 1], space=[3, 9]).findings
    assert finding.code == "space-below-stock"
    assert "at least 4 m³" in finding.remedy.en


def test_service_out_of_reach_says_what_can_be_reached():
    """Without a budget nothing is bought; the scenario without needs (0.3) is all that is served; money alone would do it all."""
    given = Question(
        wants=[Want("food", [[1]], 1, 10)], probability=[0.3, 0.7], demand=[[[0]], [[5]]], time=[[[1]]], price=[2], budget=0,
        service=Service(0.9), language="en",
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        solve(check(given))
    (finding,) = caught.value.findings
    assert finding.code == "service-out-of-reach"
    assert "at most 0.3" in finding.what.en
    assert finding.remedy.en.endswith("1 could be reached")


def test_service_is_not_decomposed_and_not_sampled():
    """Both say so; the whole program takes it."""
    problem = check(question(1, service=Service(0.0)))
    with pytest.raises(InputError, match="cannot be decomposed"):
        solve(problem, method="decomposition")
    with pytest.raises(InputError, match="cannot be bounded by samples"):
        sample_average(problem, batches=2, size=2)
    assert solve(problem).status == "optimal"


def test_a_stock_that_breaks_a_constraint_is_not_judged():
    """100 tents are beyond the budget, with risk too."""
    for changes in ({}, {"risk": Risk(1.0)}):
        problem = check(question(1, **changes))
        with pytest.raises(InputError, match="breaks a constraint"):
            judge(problem, np.full((2, 2), 100.0))
        assert judge(problem, problem.have).status == "judged"


def test_bad_programs_and_early_ends_are_run_errors(monkeypatch):
    """A program that HiGHS refuses, or one stopped before any plan, is no fault of the input."""
    from sim.planning.stockpile import solve as module_function
    from sim.planning.stockpile.extensive import extensive
    from sim.planning.stockpile.highs import Outcome, load

    program = extensive(check(question(1))).program
    program.index[0] = 10**6
    with pytest.raises(RunError, match="refuses"):
        load(program)
    module = sys.modules[module_function.__module__]
    monkeypatch.setattr(module, "minimise", lambda *_, **__: Outcome("time", np.zeros(0), np.inf, 0.0, 0.0))
    with pytest.raises(RunError, match="clock"):
        solve(check(question(1)))
