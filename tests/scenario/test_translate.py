"""Translation changes keys and words alone: there and back is the same text, and both texts are the same scenario."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.scenario.json_schema import scenario_schema
from sim.scenario.names import canonical
from sim.scenario.node import plain
from sim.scenario.reader import parse
from sim.scenario.reference import reference_markdown
from sim.scenario.schema.root import ScenarioFile
from sim.scenario.shapes import (
    ChoiceShape,
    ListShape,
    NamedShape,
    PartShape,
    QuantityShape,
    ScalarShape,
    UnionShape,
    part_shape,
)
from sim.scenario.translate import translate, translate_node

CHINESE = """\
# 说明: 名称、编号 等词在注释里不动
格式: 1     # 格式
"名称": '名称: 演练'
方式: 演练
开始: 2026-11-24 09:30

天气: {状况: 晴, 风: {来向: 315°,   风速: 4 m/s}}   # 晴
队伍:
  - 编号: 编号
    名称: |
      能力: 侦检
    驻地: 驻地
    途中可再派: 否
    出动:
      计划值: 2 min   # 计划值
      不利:   4 min
    展开: {分布: 对数正态, 中位数: 3 min, 不利: 9 min}
    x-备注: {名称: 不动}
力量编成:
  演练: [{能力: 能力, 保持到结束: 是}]
"""
ENGLISH = """\
# 说明: 名称、编号 等词在注释里不动
format: 1     # 格式
"name": '名称: 演练'
mode: drill
start: 2026-11-24 09:30

weather: {condition: clear, wind: {blows_from: 315°,   speed: 4 m/s}}   # 晴
teams:
  - id: 编号
    name: |
      能力: 侦检
    base: 驻地
    call_back: no
    turnout:
      planned: 2 min   # 计划值
      p90:   4 min
    set_up: {distribution: lognormal, median: 3 min, p90: 9 min}
    x-备注: {名称: 不动}
packages:
  演练: [{capability: 能力, holds: yes}]
"""


def into(text, language):
    """Translate a text."""
    return translate_node(text, parse(text).top, language, ScenarioFile)


def tree(text):
    """Return the canonical tree."""
    named = canonical(parse(text).top, ScenarioFile, text)
    assert {f.code for f in named.findings} <= {"duplicate-id"}  # made-up things often share an id
    return plain(named.top)


def test_translated_by_hand():
    """The English text was written by hand beside the Chinese one."""
    assert into(CHINESE, "en") == ENGLISH
    assert into(ENGLISH, "zh") == CHINESE
    assert into(CHINESE, "zh") == CHINESE
    assert tree(CHINESE) == tree(ENGLISH)


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_line_ends_stay(line_end, tmp_path):
    """A file from Windows stays one; GBK is read."""
    path = tmp_path / "a.yaml"
    path.write_bytes(CHINESE.replace("\n", line_end).encode("utf-8"))
    assert translate(path, "en") == ENGLISH.replace("\n", line_end)
    simple = "格式: 1\n名称: 平鲁\n"
    path.write_bytes(simple.encode("gbk"))
    assert translate(path, "en") == "format: 1\nname: 平鲁\n"


def test_a_broken_file_is_refused(tmp_path):
    """What cannot be read cannot be translated; the nearest right file can."""
    path = tmp_path / "a.yaml"
    path.write_text("格式: [1\n名称: x\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        translate(path, "en")
    assert [f.where.line for f in caught.value.findings] == [2]
    path.write_text("格式: [1]\n名称: x\n", encoding="utf-8")
    assert translate(path, "en") == "format: [1]\nname: x\n"


def values(shape, depth=3):
    """Return a strategy for (Chinese, English) texts in flow style of values of a shape."""
    if isinstance(shape, UnionShape):
        return st.one_of(*[values(option, depth) for option in shape.options])
    if isinstance(shape, ChoiceShape):
        return st.sampled_from([(zh, en) for en, zh in shape.zh.items()])
    if isinstance(shape, ScalarShape):
        words = {"bool": [("是", "yes"), ("否", "no")], "int": [("3", "3")], "float": [("0.5", "0.5")]}
        return st.sampled_from(words.get(shape.kind, [("名称", "名称"), ("'是'", "'是'"), ("演练", "演练"), ("10:00", "10:00")]))
    if isinstance(shape, QuantityShape):
        return st.sampled_from([
            ("5 min", "5 min"), ("{计划值: 5, 不利: 9}", "{planned: 5, p90: 9}"), ("{分布: 实测, 数据: [1, 2]}", "{distribution: empirical, values: [1, 2]}"),
        ])  # fmt: skip
    if depth == 0:
        return st.just(("~", "~"))
    if isinstance(shape, ListShape):
        return st.lists(values(shape.item, depth - 1), max_size=2).map(lambda vs: tuple("[" + ", ".join(v) + "]" for v in zip(*vs, strict=True)) or ("[]", "[]"))
    if isinstance(shape, NamedShape):
        keys = [("编号", "编号")] if shape.key is None else [(zh, en) for en, zh in shape.key.zh.items()]
        return st.tuples(st.sampled_from(keys), values(shape.value, depth - 1)).map(
            lambda kv: tuple("{" + key + ": " + one + "}" for key, one in zip(*kv, strict=True))
        )
    assert isinstance(shape, PartShape)
    names = sorted(shape.fields)

    def part(chosen):
        return st.tuples(*[values(shape.fields[n].shape, depth - 1) for n in chosen]).map(
            lambda vs: (
                "{" + ", ".join(f"{shape.zh(n)}: {v[0]}" for n, v in zip(chosen, vs, strict=True)) + "}",
                "{" + ", ".join(f"{n}: {v[1]}" for n, v in zip(chosen, vs, strict=True)) + "}",
            )
        )

    return st.lists(st.sampled_from(names), max_size=3, unique=True).flatmap(part)


@given(values(part_shape(ScenarioFile), 4))
def test_there_and_back_is_the_same_text(texts):
    """Property over the whole model: pairs of texts built from the names translate into each other."""
    chinese, english = texts
    assert into(chinese, "en") == english
    assert into(english, "zh") == chinese


@given(values(part_shape(ScenarioFile), 4))
def test_both_texts_are_the_same_scenario(texts):
    """Property over the whole model: either language gives the same canonical tree."""
    assert tree(texts[0]) == tree(texts[1])


def test_the_schema_takes_both_languages():
    """Every key and word of the model stands in the JSON Schema in both languages, with both descriptions."""
    schema = scenario_schema()
    json.dumps(schema)
    top = schema["$defs"]["ScenarioFile"]
    assert set(top["properties"]) == set(ScenarioFile.model_fields) | {f.zh for f in part_shape(ScenarioFile).fields.values()}
    assert top["properties"]["方式"] == top["properties"]["mode"]
    assert set(top["properties"]["mode"]["enum"]) == {"drill", "plan", "演练", "推演"}
    assert "演练" in top["properties"]["mode"]["description"]
    for part in schema["$defs"].values():
        for value in part.get("properties", {}).values():
            for ref in [value.get("$ref"), *(option.get("$ref") for option in value.get("anyOf", []))]:
                assert ref is None or ref.removeprefix("#/$defs/") in schema["$defs"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_reference_has_every_field(language):
    """Each field has a row with both names; tables have five cells a row."""
    page = reference_markdown(language)
    for f in part_shape(ScenarioFile).fields.values():
        row = next(line for line in page.splitlines() if f"`{f.zh}`" in line and f"`{f.name}`" in line)
        assert len(row.replace("\\|", "").strip("|").split("|")) == 5
