"""Keys and words in two languages: one canonical tree, whatever the writer chose."""

from __future__ import annotations

import pytest

from sim.scenario.names import canonical
from sim.scenario.node import plain
from sim.scenario.reader import parse
from sim.scenario.schema.fields import Choice, Duration, Part, field
from sim.scenario.schema.root import ScenarioFile
from sim.scenario.shapes import PartShape, all_keys, part_shape

WIDE_COLON, WIDE_COMMA = "\uff1a", "\uff0c"


class Colour(Choice):
    """Colours."""

    RED = "red"
    BLUE = "blue"

    @classmethod
    def names(cls):
        """Return the Chinese words."""
        return {"red": "红色", "blue": "蓝色"}


class Wheel(Part):
    """A wheel."""

    id: str = field("编号", "identifier", "编号")
    size: int = field("尺寸", "size", "尺寸", 1)


class Cart(Part):
    """A cart of every kind of field."""

    name: str = field("名称", "name", "名称", "")
    colour: Colour | None = field("颜色", "colour", "颜色", None)
    locked: bool = field("上锁", "locked", "是否上锁", False)
    count: int = field("数量", "count", "数量", 1)
    weight: float | None = field("重量", "weight", "重量", None)
    time: Duration | None = field("用时", "time", "用时", None)
    times: list[Duration] = field("各次用时", "times", "各次用时", factory=list)
    wheels: list[Wheel] = field("轮子", "wheels", "轮子", factory=list)
    plan: str | list[Wheel] | None = field("方案", "plan", "方案", None)
    by_name: dict[str, Wheel] = field("按名称", "by name", "按名称", factory=dict)
    by_colour: dict[Colour, int] = field("按颜色", "by colour", "按颜色", factory=dict)
    trailer: Cart | None = field("挂车", "trailer", "挂车", None)


def named(text, model=Cart):
    """Read and name a text."""
    return canonical(parse(text, "f.yaml").top, model, text)


def tree(text):
    """Return the canonical tree of a text that has no findings."""
    found = named(text)
    assert found.findings == []
    return plain(found.top)


def codes(text, model=Cart):
    """Return (code, line) of each finding."""
    return [(f.code, f.where.line) for f in named(text, model).findings]


CHINESE = """\
名称: 名称
颜色: 红色
上锁: 是
数量: 3 辆
用时: {计划值: 15 min, 不利: 30 min}
各次用时: [5 min, {分布: 伽马, 均值: 3 min, 标准差: 1 min}]
轮子: [{编号: 编号, 尺寸: 2}]
方案: [{编号: a}]
按名称: {名称: {编号: 颜色}}
按颜色: {蓝色: 2}
挂车: {颜色: 蓝色, 上锁: 否, 挂车: {名称: x}}
x-备注: 随便写
"""
ENGLISH = """\
name: 名称
colour: red
locked: true
count: 3
time: {planned: 15 min, p90: 30 min}
times: [5 min, {distribution: gamma, mean: 3 min, sd: 1 min}]
wheels: [{id: 编号, size: 2}]
plan: [{id: a}]
by_name: {名称: {id: 颜色}}
by_colour: {blue: 2}
trailer: {colour: blue, locked: no, trailer: {name: x}}
"""


def test_both_languages_give_one_tree():
    """The same file in either language is the same scenario; names that look like keys are left alone."""
    assert tree(CHINESE) == tree(ENGLISH)
    assert tree(CHINESE)["by_name"] == {"名称": {"id": "颜色"}}
    assert tree(CHINESE)["trailer"]["locked"] is False


def test_the_language_is_that_of_the_keys():
    """Chinese values do not make a file Chinese; one Chinese key does."""
    assert named(ENGLISH).language == "en"
    assert named(CHINESE).language == "zh"
    assert named("name: 平鲁\n").language == "en"
    assert named("name: x\n数量: 1\n").language == "zh"


@pytest.mark.parametrize(
    ("text", "value"),
    [("名称: 101", "101"), ("名称: 0o17", "0o17"), ("名称: true", "true"), ("名称: 1.50", "1.50"), ("名称: no", "no"), ("名称: ", None)],
)
def test_text_fields_keep_what_is_written(text, value):
    """An id such as 101 is a text; nothing is reformatted."""
    assert tree(text) == {"name": value}


@pytest.mark.parametrize(
    ("word", "value"),
    [("是", True), ("否", False), ("yes", True), ("No", False), ("true", True), ("false", False), ("也许", "也许"), ("1", "1")],
)
def test_yes_and_no(word, value):
    """Words for yes and no count only where the field is one of yes and no; 1 is not yes."""
    assert tree(f"上锁: {word}\n名称: {word}") == {"locked": value, "name": word}


def test_true_is_no_number():
    """A truth value under a number stays a word, for the model to refuse (Python would take it for 1)."""
    assert tree("数量: true\n重量: false") == {"count": "true", "weight": "false"}


def test_unknown_keys_offer_the_nearest_in_both_languages():
    """The nearest key is looked for among those of the writer's language, then the other's."""
    (finding,) = named("颜社: 红色\n").findings
    assert (finding.code, finding.where.line) == ("unknown-key", 1)
    assert "颜色" in finding.remedy.zh
    assert "colour" in finding.remedy.en
    (finding,) = named("name: x\ncolor: red\n").findings
    assert finding.where.line == 2
    assert "colour" in finding.remedy.en
    (finding,) = named("qqqq: 1\n").findings
    assert "name" in finding.remedy.en
    assert codes("colour: red\n") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("名称: a\nname: b\n", [("duplicate-key", 2)]),
        ("用时:\n  planned: 1 min\n  计划值: 2 min\n", [("duplicate-key", 3)]),
        ("颜色: 绿色\n", [("unknown-word", 1)]),
        ("按颜色:\n  绿色: 1\n", [("unknown-word", 2)]),
        ("用时: {分布: 正态}\n", [("unknown-word", 1)]),
        ("用时:\n  计划: 5 min\n", [("unknown-key", 2)]),
        ("轮子:\n  - 编号: a\n  - 编号: b\n  - 编号: a\n", [("duplicate-id", 4)]),
        ("挂车:\n  挂车:\n    色: 1\n", [("unknown-key", 3)]),
        ("remove: true\n", [("unknown-key", 1)]),
    ],
)
def test_findings_have_code_and_line(text, found):
    """Each mistake is one finding on the line where it stands."""
    assert codes(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"名称{WIDE_COLON}a\n数量{WIDE_COLON}1\n", [("full-width", 1), ("full-width", 2)]),
        (f"名称: 甲\n挂车:\n  名称{WIDE_COLON}a\n", [("full-width", 3)]),
        (f"轮子:\n  - 编号: a\n      尺寸{WIDE_COLON}2\n", [("full-width", 3)]),
        ("轮子:\n  - 编号: a\n      尺寸:2\n", [("no-space", 3)]),
        (f"挂车: {{名称{WIDE_COLON}a}}\n", [("full-width", 1)]),
        (f"轮子: [{{编号: a{WIDE_COMMA} 尺寸{WIDE_COLON} 2}}]\n", [("full-width", 1)]),
        ("挂车:\n  名称:甲\n", [("no-space", 2)]),
    ],
)
def test_layout_that_yaml_took_for_text(text, found):
    """YAML reads `名称` + full-width colon as text; where keys belong, that is reported with line and sign."""
    assert codes(text) == found


def test_full_width_signs_are_welcome_in_texts():
    """Sentences may hold full-width signs; only a comma in a list without quotes is a warning."""
    assert codes(f"名称: 甲{WIDE_COLON}乙{WIDE_COMMA}丙\n") == []
    assert codes(f"名称: 甲\n  乙{WIDE_COLON}丙\n") == []
    (finding,) = named(f"挂车: {{名称: 甲{WIDE_COMMA}乙}}\n").findings
    assert (finding.code, finding.severity) == ("full-width", "warning")
    assert codes(f"挂车: {{名称: '甲{WIDE_COMMA}乙'}}\n") == []


def test_naming_leaves_what_was_read_alone():
    """The tree that was read can be used again."""
    top = parse(CHINESE).top
    before = repr(top)
    canonical(top, Cart, CHINESE)
    assert repr(top) == before


def parts_of(model):
    """Return the shapes of all parts under a model."""
    seen, queue = {}, [part_shape(model)]
    while queue:
        shape = queue.pop()
        if isinstance(shape, PartShape):
            if shape.model not in seen:
                seen[shape.model] = shape
                queue += [f.shape for f in shape.fields.values()]
        else:
            queue += [getattr(shape, name) for name in ("item", "value") if hasattr(shape, name)] + list(getattr(shape, "options", ()))
    return list(seen.values())


@pytest.mark.parametrize("shape", parts_of(ScenarioFile), ids=lambda shape: shape.model.__name__)
def test_every_field_of_the_scenario_has_its_own_name_in_both_languages(shape):
    """No field without a Chinese key and both descriptions; no key that means two fields of one part."""
    english, chinese = list(shape.fields), [f.zh for f in shape.fields.values()]
    assert len(set(english) | set(chinese)) == 2 * len(english)
    for f in shape.fields.values():
        assert f.info.description, f.name
        assert f.info.json_schema_extra["zh_description"], f.name


def test_all_keys_reaches_inner_parts():
    """Keys of parts inside lists, maps and unions are known."""
    assert {"id", "编号", "size", "颜色", "planned", "计划值"} <= all_keys(Cart)
