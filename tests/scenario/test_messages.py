"""What the model refuses is said in both languages, once a place, with the line; pydantic's own words never show."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError, field_validator
from pydantic_core import PydanticCustomError

from sim.scenario.load_tree import _settle, check_tree, load_tree
from sim.scenario.messages import placed_findings
from sim.scenario.names import canonical
from sim.scenario.node import plain, with_marks
from sim.scenario.reader import parse
from sim.scenario.schema.fields import Choice, Duration, Part, PlainDuration, When, field
from sim.scenario.schema.root import ScenarioFile
from sim.scenario.shapes import part_shape


class Colour(Choice):
    """Colours."""

    RED = "red"

    @classmethod
    def names(cls):
        """Return the Chinese words."""
        return {"red": "红色"}


class Item(Part):
    """An item."""

    name: str = field("名称", "name", "名称")
    count: int = field("数量", "count", "数量", 1, ge=1, le=9)


class Other(Part):
    """Another item."""

    place: str = field("地点", "place", "地点")
    at: When = field("时刻", "moment", "时刻")


class Model(Part):
    """Every kind of field."""

    text: str = field("文字", "text", "文字", "")
    whole: int = field("整数", "whole", "整数", 1, gt=0, lt=100)
    number: float = field("数", "number", "数", 1.0, allow_inf_nan=False)
    flag: bool = field("是否", "flag", "是否", False)
    colour: Colour = field("颜色", "colour", "颜色", "red")
    time: Duration | None = field("用时", "time", "用时", None)
    plain: PlainDuration | None = field("限时", "plain", "限时", None)
    at: When | None = field("时刻", "moment", "时刻", None)
    item: Item | None = field("物件", "item", "物件", None)
    items: list[Item] = field("物件表", "items", "物件表", factory=list, min_length=0, max_length=2)
    two: list[str] = field("两项", "two", "两项", factory=lambda: ["a", "b"], min_length=2)
    named: dict[str, Item] = field("按名称", "named", "按名称", factory=dict)
    plan: str | list[Item] | None = field("方案", "plan", "方案", None)
    either: Item | Other | None = field("二选一", "either", "二选一", None)
    code: Annotated[str, "x"] = field("代码", "code", "代码", "abc", min_length=2, max_length=3)
    word: Literal["a", "b"] = field("词", "word", "词", "a")
    even: int = field("偶数", "even", "偶数", 2, multiple_of=2)

    @field_validator("text")
    @classmethod
    def no_secrets(cls, value):
        """Refuse one text with words of its own, and one with none."""
        if value == "secret":
            raise PydanticCustomError("own", "secrets are out", {"zh": "不得写秘密", "remedy": "say less", "remedy_zh": "少说"})
        if value == "plain":
            message = "no Chinese here"
            raise ValueError(message)
        return value


def found(text, model=Model):
    """Return the findings of a text: naming, then the model."""
    named = canonical(parse(text, "f.yaml").top, model, text)
    findings = list(named.findings)
    top = _settle(named.top, part_shape(model), findings)
    try:
        model.model_validate(plain(top))
    except ValidationError as error:
        findings += [placed.finding for placed in placed_findings(error, model, top)]
    return findings


@pytest.mark.parametrize(
    ("wrong", "code", "line", "en", "zh", "right"),
    [
        ("文字: [1]", "wrong-kind", 1, "'text' must be a text, not a list", "“文字”应为文字", "文字: 1"),
        ("整数: 多", "wrong-kind", 1, "'whole' must be a whole number, not '多'", "“整数”应为整数,写的却是“多”", "整数: 7"),
        ("整数: 1.5", "wrong-kind", 1, "whole number", "整数", "整数: 1.0"),
        ("整数: true", "wrong-kind", 1, "not 'true'", "“true”", "整数: 1"),
        ("整数: " + "9" * 500, "out-of-range", 1, "must be below 100", "应小于 100", "整数: 99"),
        ("整数: 0", "out-of-range", 1, "must be above 0", "应大于 0", "整数: 1"),
        ("整数: 100", "out-of-range", 1, "must be below 100", "应小于 100", "整数: 99"),
        ("偶数: 3", "out-of-range", 1, "a multiple of 2", "整除于 2", "偶数: 4"),
        ("数: 一", "wrong-kind", 1, "'number' must be a number", "“数”应为数字", "数: 1"),
        ("是否: 也许", "wrong-kind", 1, "true or false", "是或否", "是否: 否"),
        ("用时: 15", "quantity", 1, "15 has no unit", "没有写单位", "用时: 15 min"),
        ("用时: -5 min", "quantity", 1, "negative", "负数", "用时: 5 min"),
        ("用时: [5 min]", "quantity", 1, "not a quantity", "不是数量", "用时: {计划值: 5 min}"),
        ("用时:\n  计划值: 30 min\n  不利: 5 min", "quantity", 1, "better than planned", "不利值小于计划值", "用时: {计划值: 5 min, 不利: 30 min}"),
        ("限时: {计划值: 5 min, 不利: 30 min}", "quantity", 1, "only one plain value", "只能写一个确定的值", "限时: {计划值: 5 min}"),
        ("时刻: 25:00", "quantity", 1, "no such time", "没有这个时刻", "时刻: 24:00"),
        ("物件: 3", "wrong-kind", 1, "a map of keys and values", "“键: 值”", "物件: {名称: a}"),
        ("物件: {数量: 3}", "missing-key", 1, "'name' is missing", "缺少“名称”", "物件: {名称: a, 数量: 3}"),
        ("文字: a\n物件:\n  名称:\n", "wrong-kind", 3, "'name' is empty", "“名称”是空的", "文字: a\n物件:\n  名称: b"),
        ("物件表:\n  - 名称: a\n  - 名称: b\n    数量: 10", "out-of-range", 4, "at most 9", "不大于 9", "物件表: [{名称: a, 数量: 9}]"),
        ("物件表: {名称: a}", "wrong-kind", 1, "must be a list", "应为列表", "物件表: [{名称: a}]"),
        ("物件表: [{名称: a}, {名称: a}, {名称: a}]", "out-of-range", 1, "at most 2 entries", "至多 2 项", "物件表: [{名称: a}, {名称: a}]"),
        ("物件表: [a]", "wrong-kind", 1, "item 1 of 'items'", "“物件表”第 1 项", "物件表: []"),
        ("两项: [a]", "out-of-range", 1, "at least 2 entries, there are 1", "至少 2 项,现有 1 项", "两项: [a, b]"),
        ("按名称:\n  甲:\n    名称: a\n    数量: x", "wrong-kind", 4, "'count'", "“数量”", "按名称: {甲: {名称: a}}"),
        ("按名称:\n  甲: 1", "wrong-kind", 2, "'甲' must be a map", "“甲”应为", "按名称: {甲: {名称: a}}"),
        ("方案:\n  - 名称: a\n    数量: 0", "out-of-range", 3, "at least 1", "不小于 1", "方案: a"),
        ("方案: {a: 1}", "wrong-kind", 1, "a text or a list", "文字或列表", "方案: [{名称: a}]"),
        ("二选一: {地点: a}", "missing-key", 1, "'at' is missing", "缺少“时刻”", "二选一: {地点: a, 时刻: 10:00}"),
        ("二选一: {名称: a, 数量: 0}", "out-of-range", 1, "'count'", "“数量”", "二选一: {名称: a, 数量: 1}"),
        ("二选一: x", "wrong-kind", 1, "'either' must be", "“二选一”应为", "二选一: {名称: a}"),
        ("代码: a", "out-of-range", 1, "at least 2 characters", "至少 2 个字", "代码: ab"),
        ("代码: abcd", "out-of-range", 1, "at most 3 characters", "至多 3 个字", "代码: abc"),
        ("颜色: 绿色", "unknown-word", 1, "is not one of the words", "这里不能写“绿色”", "颜色: 红色"),
        ("颜色: [红色]", "wrong-kind", 1, "one of red", "“红色”之一", "颜色: red"),
        ("词: c", "wrong-kind", 1, "'word'", "“词”", "词: b"),
        ("文字: secret", "own", 1, "secrets are out", "不得写秘密", "文字: public"),
        ("文字: plain", "wrong-value", 1, "no Chinese here", "不能写成", "文字: public"),
    ],
)
def test_each_refusal_has_its_words(wrong, code, line, en, zh, right):
    """One finding, its line, both languages; and the nearest right input passes."""
    findings = [f for f in found(wrong) if code != "unknown-word" or f.code == code]
    assert [(f.code, f.where.line) for f in findings] == [(code, line)]
    (finding,) = findings
    assert en in finding.what.en
    assert zh in finding.what.zh
    assert finding.remedy.en
    assert finding.remedy.zh
    assert found(right) == []


def test_keys_without_a_value_count_as_not_written():
    """An empty section is one that the planner has not filled in yet."""
    assert found("物件表:\n整数:\n物件:\n") == []


def test_several_mistakes_are_all_named():
    """Nothing hides behind the first mistake."""
    findings = found("整数: x\n物件:\n  数量: 0\n物件表:\n  - 名称: a\n  - b\n")
    assert [(f.code, f.where.line) for f in findings] == [
        ("wrong-kind", 1), ("missing-key", 2), ("out-of-range", 3), ("wrong-kind", 6),
    ]  # fmt: skip


MINIMAL = "格式: 1\n名称: x\n开始: 2026-11-24 09:30\n"


def test_one_mistyped_key_is_one_finding(tmp_path):
    """A required key that is mistyped is not reported as missing too."""
    path = tmp_path / "a.yaml"
    path.write_text(MINIMAL.replace("开始", "开使"), encoding="utf-8")
    _, findings = check_tree(ScenarioFile, load_tree(path, ScenarioFile))
    assert [(f.code, f.where.line) for f in findings] == [("unknown-key", 3)]
    assert "开始" in findings[0].remedy.zh
    path.write_text(MINIMAL, encoding="utf-8")
    model, findings = check_tree(ScenarioFile, load_tree(path, ScenarioFile))
    assert findings == ()
    assert model.name == "x"


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.sampled_from(["5 min", "是", "09:30"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["id", "编号", "name", "place", "count", "计划值", "x"]), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from(sorted(ScenarioFile.model_fields)), junk, min_size=1, max_size=6))
def test_whatever_is_written_is_refused_in_our_words(tree):
    """Property: any junk under any section gives findings in both languages and no word of pydantic's."""
    named = canonical(with_marks(tree, "f.yaml", 1), ScenarioFile)
    findings = list(named.findings)
    top = _settle(named.top, part_shape(ScenarioFile), findings)
    try:
        ScenarioFile.model_validate(plain(top))
    except ValidationError as error:
        findings += [placed.finding for placed in placed_findings(error, ScenarioFile, top)]
    for finding in findings:
        assert finding.where is not None
        for words in (finding.what, finding.remedy):
            assert words.en
            assert words.zh
            assert "Input should" not in words.en + words.zh
            assert "pydantic" not in words.en + words.zh
