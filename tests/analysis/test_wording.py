"""The answer in words: what a leader reads, rounded to what the inputs support."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.analysis.objectives import verdicts
from sim.analysis.rounding import say_amount, say_minutes, say_share, step_of, to_step
from sim.analysis.summary import Line, Pool
from sim.analysis.wording import answer, headline_metric, say_verdict, width
from sim.scenario.frozen import Assumption, Scenario
from sim.units import HOUR, MINUTE
from tests.analysis.builders import Objective, course, line, planned, replace, scenario, team

PACKAGE = (course(line(0, 0, 2), line(1, 1, 1)),)


def plan(*objectives: Objective, **more: object) -> Scenario:
    return scenario((team(0),), PACKAGE, (), mode="plan", objectives=objectives, **more)


def pool(name: str, *replications: list[float]) -> Pool:
    found = Pool()
    for number, values in enumerate(replications):
        found.add(number, {name: np.array(values, dtype=float) * MINUTE})
    return found


def test_nine_times_in_ten() -> None:
    """Nine of ten packages by 170 min, the last at 220: the sentence of the handbook, word for word."""
    found = pool("package.complete", [60, 70, 80, 90, 100, 110, 120, 130, 170, 220])
    said = answer(plan(), found.summary(), worst=found.worst())
    assert said[0] == "十次有九次在 2 小时 50 分内到齐;最不利 3 小时 40 分。"
    english = answer(plan(), found.summary(), worst=found.worst(), language="en")
    assert english[0] == "Nine times in ten the package is complete within 2 h 50 min; at worst 3 h 40 min."


def test_never_is_said_and_not_averaged_away() -> None:
    """One in ten never: said beside the nine; two in ten: nine in ten cannot be said at all; all: nothing else is said."""
    one = pool("package.complete", [60.0] * 9 + [math.inf])
    assert answer(plan(), one.summary(), worst=one.worst())[0] == "十次有九次在 1 小时内到齐;有 1 次始终没有。"
    two = pool("package.complete", [60.0] * 8 + [math.inf] * 2)
    assert answer(plan(), two.summary(), worst=two.worst())[0] == "有 20 % 的情况始终未能到齐。"
    every = pool("package.complete", [math.inf] * 10)
    assert answer(plan(), every.summary(), worst=every.worst())[0] == "始终未能到齐。"


def test_few_cases_are_not_called_nine_in_ten() -> None:
    """Of four cases the half and the worst are told."""
    found = pool("package.complete", [30, 40, 50, 60])
    assert answer(plan(), found.summary(), worst=found.worst())[0] == "4 次中,一半在 40 分钟内到齐;最不利 1 小时。"


def test_a_drill_tells_the_clock() -> None:
    """Alarm at 09:30 + 0, complete after 88 min: 10:58, as in the example of what comes back."""
    case = scenario((team(0),), PACKAGE, (planned("leak", 0),))
    found = pool("package.complete", [88])
    assert answer(case, found.summary(), worst=found.worst())[0] == "按计划值,10:58 编成到齐(接警后 1 小时 28 分)。"
    english = answer(case, found.summary(), worst=found.worst(), language="en")
    assert english[0] == "As planned, the package is complete at 10:58 (1 h 28 min after the alarm)."


def test_objectives_met_and_missed_with_the_gap() -> None:
    """Package by 52 min against 40: missed by 12; against 60: met; nobody came: never; nothing happened: cannot be told."""
    case = scenario(
        (team(0),), PACKAGE, (planned("leak", 0),),
        objectives=(Objective("package.complete", 40 * MINUTE, None, "市预案"), Objective("package.complete", HOUR, None, "")),
    )  # fmt: skip
    found = pool("package.complete", [52])
    said = answer(case, found.summary(), worst=found.worst())
    assert said[1] == "按市预案: 编成到齐 不超过 40 分钟: 未达到(差 12 分钟)"
    assert said[2] == "按要求: 编成到齐 不超过 1 小时: 达到"
    never = pool("package.complete", [math.inf])
    first = verdicts(case, never.summary(), never.worst())[0]
    assert first.met is False
    assert say_verdict(case, first, never.summary(), "zh").endswith("未达到(1 次中 1 次始终没有)")
    assert verdicts(case, never.summary())[0].met is False
    nothing = verdicts(case, {}, {})[0]
    assert nothing.met is None
    assert say_verdict(case, nothing, {}, "en").endswith("cannot be told (nothing happened)")


def test_a_target_just_missed_is_not_met_by_rounding() -> None:
    """40.2 min against 40 is missed, by less than a minute; exactly 40 is met."""
    case = scenario((team(0),), PACKAGE, objectives=(Objective("response", 40 * MINUTE, None, ""),))
    late, exact = pool("response", [40.2]), pool("response", [40.0])
    verdict = verdicts(case, late.summary(), late.worst())[0]
    assert verdict.met is False
    assert "差 不足 1 分钟" in say_verdict(case, verdict, late.summary(), "zh")
    assert verdicts(case, exact.summary(), exact.worst())[0].met is True


def test_a_drill_must_meet_in_every_incident_a_plan_nine_in_ten() -> None:
    """Nine at 10 min and one at 50 against 40: met in a plan test, missed in a drill."""
    target = Objective("response", 40 * MINUTE, None, "")
    found = pool("response", [10.0] * 9 + [50.0])
    assert verdicts(plan(target), found.summary(), found.worst())[0].met is True
    drill = replace(plan(target), mode="drill")
    assert verdicts(drill, found.summary(), found.worst())[0].gap == 10.0


def test_share_objectives() -> None:
    """0.87 within 15 min against 0.9: three points short; the value held against is the mean."""
    case = plan(Objective("within.15min", None, 0.9, ""))
    found = Pool()
    found.add(0, {"within.15min": np.array([0.86])})
    found.add(1, {"within.15min": np.array([0.88])})
    verdict = verdicts(case, found.summary())[0]
    assert verdict.met is False
    assert say_verdict(case, verdict, found.summary(), "zh") == "按要求: 15 分钟内到场比例 不少于 90 %: 未达到(差 3 个百分点)"


def test_assumptions_are_counted_and_the_nearest_named() -> None:
    """Four assumptions: those about whoever the result turns on come first, then incidents before bases; none: no line."""
    assumed = tuple(
        Assumption(what, value, "x.yaml", 1)
        for what, value in (("bases", "驻地甲"), ("teams", "准格尔队"), ("incidents", "氨罐区"), ("places", "丁"))
    )
    found = pool("package.complete", [10.0] * 10)
    said = answer(plan(assumptions=assumed), found.summary(), involved=("准格尔队",))
    assert "此结论取决于 4 项假定,其中主要的: 队伍“准格尔队”、突发事件“氨罐区”、驻地“驻地甲”" in said
    few = answer(plan(assumptions=assumed[:2]), found.summary())
    assert "此结论主要取决于 2 项假定: 队伍“准格尔队”、驻地“驻地甲”" in few
    assert not any("假定" in row for row in answer(plan(), found.summary()))


def test_drives_measured_and_derived() -> None:
    """How many pairs rest on measured times; nothing when nobody drove."""
    found = pool("response", [10.0] * 10)
    assert "行车时间: 实测 1 次,路网推算 34 次" in answer(plan(), found.summary(), drives=(1, 34))
    assert not any("实测" in row for row in answer(plan(), found.summary(), drives=(0, 0)))


def test_headline_is_the_first_timed_objective_that_happened() -> None:
    """A share is no headline; a metric without observations is passed over; without objectives the package counts."""
    found = pool("package.complete", [10.0])
    found_first = Pool()
    found_first.add(0, {"first.堵漏": np.array([MINUTE]), "ready.堵漏": np.empty(0), "package.complete": np.array([MINUTE])})
    wished = (Objective("within.15min", None, 0.9, ""), Objective("ready.堵漏", HOUR, None, ""), Objective("first.堵漏", HOUR, None, ""))
    assert headline_metric(plan(*wished), found_first.summary()) == "first.堵漏"
    assert headline_metric(plan(), found.summary()) == "package.complete"
    single = scenario((team(0),), (course(line()),), mode="plan")
    assert headline_metric(single, pool("response", [5.0]).summary()) == "response"


@pytest.mark.parametrize(
    ("half", "step"), [(None, 1), (0.2, 1), (4.9, 1), (5.0, 5), (12.0, 10), (45.0, 30), (600.0, 60)]
)
def test_minutes_are_rounded_to_the_order_of_the_interval(half: float | None, step: int) -> None:
    """Never finer than a minute; a half-width of 12 min supports tens of minutes."""
    ci = None if half is None else [100.0 - half, 100.0 + half]
    assert step_of(Line(mean=100.0, ci95=ci, p50=None, p90=None, n=9, never=0, unit="min")) == step


def test_minutes_as_they_are_said() -> None:
    """Whole hours lose their minutes; less than a step is said so; halves go to the even multiple."""
    assert say_minutes(170, "zh") == "2 小时 50 分"
    assert say_minutes(120, "zh") == "2 小时"
    assert say_minutes(138.46, "en") == "2 h 18 min"
    assert say_minutes(0.3, "zh") == "不足 1 分钟"
    assert say_minutes(0, "en") == "0 min"
    assert say_minutes(173, "zh", 10) == "2 小时 50 分"
    assert (to_step(2.5), to_step(3.5), to_step(25, 10), to_step(35, 10)) == (2, 4, 20, 40)


def test_shares_and_amounts_as_they_are_said() -> None:
    """A share that is not all is not called 100 %; amounts keep the places that the interval supports."""
    assert say_share(0.87) == "87 %"
    assert say_share(0.9999) == "> 99 %"
    assert say_share(0.001) == "< 1 %"
    assert say_share(1.0) == "100 %"
    assert say_share(0.8734, 0.001) == "87.3 %"
    assert say_amount(12.0) == "12"
    assert say_amount(12.3456, 0.03) == "12.35"
    assert say_amount(12.3456, 3.0) == "12"


def test_table_lines_up_in_a_terminal() -> None:
    """Chinese characters take two columns: the second column of every row begins at the same place."""
    found = pool("package.complete", [60.0] * 10)
    found.add(1, {"package.complete": np.array([60.0 * MINUTE] * 10), "busy.all": np.array([0.25]), "waiting": np.array([0.1])})
    table = [row for row in answer(plan(), found.summary()) if row.startswith(("指标", "编成到齐", "全部队伍忙碌比例"))]
    columns = [("平均", 0), ("1 小时", 1), ("25 %", 2)]
    assert len({width(table[row][: table[row].index(cell)]) for cell, row in columns}) == 1
