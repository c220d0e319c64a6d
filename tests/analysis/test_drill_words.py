"""What a drill tells of command, against the stories whose answers a hand can check."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.analysis.drill_words import drill_lines
from sim.analysis.latest_call import latest_calls
from sim.analysis.replication import Replication
from sim.engine.simulate import simulate
from sim.scenario.load import load_scenario
from sim.units import MINUTE

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def replicated(name: str) -> Replication:
    """Run a shipped drill."""
    scenario = load_scenario(SCENARIOS / f"{name}.yaml")
    outcome = simulate(scenario)
    return Replication(scenario, outcome.rows, outcome.incidents)


@pytest.fixture(scope="module")
def chain() -> Replication:
    """Return the joint drill by the chain of command."""
    return replicated("jsm-hazchem-joint")


def test_the_chain_is_told_with_the_minutes_of_the_story(chain):
    told = drill_lines(chain, "zh")
    said = dict(told)
    assert said["增援(准格尔)"].startswith("09:50 请求堵漏 1 支")
    assert said["增援(准格尔)"].endswith("11:00 同意 1 支 \u00b7 出动 11:25 \u00b7 到场 13:43 \u00b7 可作业 14:08")
    assert said["留守"] == "准格尔:借出时底线 1 支达到;全程最少 2 支"
    assert "10:05–14:08" in said["守备"]
    assert "09:30 园区管委会" in said["现场指挥"]
    assert next(text for about, text in told if about == "首报") == "09:41 朔州市指挥部(部门线):均在时限内"


def test_the_same_is_told_in_english(chain):
    said = dict(drill_lines(chain, "en"))
    assert said["Aid, 准格尔"].endswith("left 11:25 \u00b7 on the scene 13:43 \u00b7 ready to work 14:08")
    assert "floor of 1 when it lent: kept" in said["Stays at home"]
    assert not [text for text in said.values() if any(word in text for word in ("底线", "请求", "到场"))]


@pytest.mark.parametrize(
    ("name", "acted", "moved", "margin"),
    [("", "03:07", "03:52", 18), ("-silent", "03:25", "04:10", 0), ("-second-contact", "03:13", "03:58", 12)],
)
def test_the_call_tree_is_told_with_its_margin(name, acted, moved, margin):
    said = dict(drill_lines(replicated(f"call-and-answer-youyu{name}"), "zh"))["叫应"]
    assert f"最后到户 {acted}" in said
    assert f"转移完毕 {moved}" in said
    assert f"比危险到来早 {margin} 分钟" in said
    assert ("丙乡三村" in said) == bool(name)  # when all answer, the third villages are last together


def test_three_squads_stop_and_the_call_that_would_have_helped_is_named():
    seen = replicated("mine-rescue-majialiang-three")
    (call,) = latest_calls(seen)
    # Story: call 10 + turn-out 20 + drive 141 + report-in 15 + down to the base 45 = 231 min before 22:00.
    assert call.lead == 231 * MINUTE
    assert call.stops == 10 * 60 * MINUTE
    said = dict(drill_lines(seen, "zh"))["轮班"]
    assert "首次入井 14:00" in said
    assert "22:00 停止入井" in said
    assert "最迟 18:09 呼叫" in said


def test_the_life_saving_exception_is_a_finding():
    said = dict(drill_lines(replicated("mine-rescue-majialiang-life-saving"), "zh"))["轮班"]
    assert "须说明:启用救人例外" in said


def test_a_plain_scenario_tells_nothing():
    assert drill_lines(replicated("hazchem-pingshuo"), "zh") == []
