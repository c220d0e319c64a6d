"""Mistakes that planners make, each met with a sentence that helps; and the right spelling beside it."""

from __future__ import annotations

import pytest

from sim.scenario import check_scenario

GOOD = """\
格式: 1
名称: 甲
方式: 演练
开始: 2026-01-01 09:30
坐标系: 平面米
路网: {直线: {车速: 60 km/h}}
驻地: [{编号: b, 地点: "0, 0"}]
队伍: [{编号: t, 驻地: b, 能力: [救援], 出动: 1 min}]
力量编成: {p: [{能力: 救援, 作业: 5 min}]}
突发事件: [{编号: i, 地点: "5000, 0", 发生: 09:30, 力量编成: p}]
行车时间实测: [{起: b, 止: i, 用时: 9 min, 日期: 2026-01-01}]
时限: [10 min]
目标: [{看什么: 10 分钟内到场比例, 不少于: 90 %}]
"""

CASES = {
    "share-over-one": ("不少于: 90 %", "不少于: 90", "out-of-range", "90 %"),
    "bound-of-the-wrong-kind": ("看什么: 10 分钟内到场比例, 不少于: 90 %", "看什么: 首支力量到场, 不少于: 5", "contradiction", "另一种"),
    "end-of-the-day-before": ("路网:", "结束: 08:00\n路网:", "end-before-start", "次日 08:00"),
    "no-date": ("日期: 2026-01-01}", "日期: 昨天}", "bad-date", "2026-09-03"),
    "two-times-for-a-pair": ("日期: 2026-01-01}", "日期: 2026-01-01}, {起: b, 止: i, 用时: 8 min, 日期: 2026-01-01}", "duplicate", "日期"),
    "distribution-as-a-key": ("出动: 1 min", "出动: {均匀: {最小: 1 min, 最大: 2 min}}", "unknown-key", "分布: 均匀"),
    "no-name": ("名称: 甲", "名称: ''", "out-of-range", ""),
    "capability-of-nobody": ("{能力: 救援,", "{能力: 救缓,", "unknown-id", "救援"),
    "network-mistyped": ("{直线: {车速: 60 km/h}}", "netz", "missing-file", "nets"),
}


@pytest.mark.parametrize(("right", "wrong", "code", "help_"), CASES.values(), ids=CASES)
def test_the_remedy_says_how_to_write_it(tmp_path, right, wrong, code, help_):
    """The file as it stands is good; with the mistake there is one finding of that kind, and its remedy holds the way out."""
    (tmp_path / "nets").mkdir()
    file = tmp_path / "a.yaml"
    file.write_text(GOOD, encoding="utf-8")
    assert check_scenario(file)[1] == ()
    assert GOOD.count(right) == 1
    file.write_text(GOOD.replace(right, wrong), encoding="utf-8")
    _, findings, _ = check_scenario(file)
    assert code in {finding.code for finding in findings}
    assert help_ in next(finding for finding in findings if finding.code == code).remedy.zh


def test_chinese_quotes_around_a_place_are_understood(tmp_path):
    """A word processor turns quotes into Chinese ones: the place is found all the same."""
    file = tmp_path / "a.yaml"
    file.write_text(GOOD.replace('"5000, 0"', "\u201c5000, 0\u201d").replace("[{编号: i", "\n  - {编号: i"), encoding="utf-8")
    scenario, findings, _ = check_scenario(file)
    assert scenario is None or scenario.sites[scenario.planned[0].site].x == 5000
    assert all(finding.code != "unknown-place" for finding in findings)
