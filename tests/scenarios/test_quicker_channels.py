"""A channel with shorter delays never makes the outside squad later: replication by replication, under common random numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.engine.outlook import Outlook
from sim.engine.simulate import simulate
from sim.log import COLUMNS, KINDS, Kind
from sim.scenario.load import load_scenario

SCENARIOS = Path(__file__).parents[2] / "scenarios"
VARIANTS = ("", "-framework", "-direct", "-standby")
"""Each has delays no longer than the one before, link by link."""
TIMES = 60
AT = {name: position for position, name in enumerate(COLUMNS)}
NEVER = np.iinfo(np.int64).max


def moments(name: str) -> np.ndarray:
    """Return when the outside squad was granted, had arrived, and when all of its level had: shape (replications, 3)."""
    scenario = load_scenario(SCENARIOS / f"jsm-hazchem-joint{name}.yaml").as_plan()
    outlook, found = Outlook(scenario), []
    item = scenario.signals.index("shuozhou-plan/二级")
    for replication in range(TIMES):
        rows = simulate(scenario, replication, outlook=outlook, keep_drives=False).rows
        kind = np.array(KINDS, dtype=object)[rows[:, AT["kind"]]]
        which = (
            kind == Kind.REQUEST_GRANTED,
            (kind == Kind.TEAM_ARRIVED) & (rows[:, AT["request"]] >= 0),
            (kind == Kind.LEVEL_COMPLETE) & (rows[:, AT["item"]] == item),
        )
        found.append([rows[mask, AT["time"]].min() if mask.any() else NEVER for mask in which])
    return np.array(found)


@pytest.fixture(scope="module")
def by_variant() -> dict[str, np.ndarray]:
    """Return the moments of every variant."""
    return {name: moments(name) for name in VARIANTS}


@pytest.mark.parametrize(("slower", "quicker"), list(zip(VARIANTS, VARIANTS[1:], strict=False)))
def test_no_replication_is_later_by_a_quicker_channel(by_variant, slower, quicker):
    assert (by_variant[quicker] <= by_variant[slower]).all()


def test_and_most_are_earlier(by_variant):
    """So that the comparison is not one of nothing with nothing."""
    asked = by_variant[""][:, 0] < NEVER
    assert asked.sum() > TIMES // 2
    assert (by_variant["-direct"][asked, 0] < by_variant[""][asked, 0]).all()
