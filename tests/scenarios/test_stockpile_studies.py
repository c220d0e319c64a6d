"""The shipped study of stockpiles: in planned values it equals story 2, its marginal table finds the stoves, pairing pays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.scenario.study import load_study

STUDY = Path(__file__).parents[2] / "studies" / "compare-stockpiles.yaml"
HOUSED = "supplied.people.winter-tent"


@pytest.fixture(scope="module")
def study():
    """Return the study as it is shipped."""
    return load_study(STUDY)


@pytest.fixture(scope="module")
def planned(study):
    """Compare in planned values, without asking what it rests on."""
    return sim.compare(replace(study, mode="drill", rests_on=None, choice=None, precision=(), most=1))


def test_planned_values_are_those_of_the_story(planned):
    """7,200 with or without the provincial tents; 11,100 with 650 stoves; all 12,000 with 800 stoves and 150 tents."""
    housed = {row["variant"]: row["planned"] for row in planned.summary["comparison"] if row["metric"] == HOUSED}
    assert housed == {"now": 7200, "untouched": 7200, "stoves": 11100, "both": 12000, "spread": 7200}


def test_the_marginal_table_finds_the_stoves(planned):
    """A hundred stoves house 600 people more, 1,500 for 10 yuan each; a hundred tents, or a quicker word, house nobody."""
    gains = {row["change"]: row["planned_difference"] for row in planned.summary["marginal"] if row["metric"] == HOUSED}
    assert gains == {"多 100 台炉": 600, "多 100 顶帐篷": 0, "省厅动用指令快 10 分钟": 0, "新设一个库(放 200 台炉)": 1200}


def test_common_draws_pay(study):
    """The variance of the paired difference is below that of independent runs: now against the same goods spread out, in cost.

    Thirty nights; the trucks of both drive on the same roads with the same luck.
    """
    two = tuple(one for one in study.variants if one.id in ("now", "spread"))
    found = sim.compare(
        replace(study, variants=two, baseline=0, rests_on=None, choice=None, precision=(), marginal=(), most=30, first=30)
    )
    costs = [found.values(one, "cost.moved") for one in ("now", "spread")]
    paired = np.var(costs[1] - costs[0], ddof=1)
    assert paired < np.var(costs[0], ddof=1) + np.var(costs[1], ddof=1)
