"""Conditions as planners write them, in both languages."""

from __future__ import annotations

import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import Words
from sim.scenario.condition_text import DEEPEST, LONGEST, is_taken, parse_condition
from sim.scenario.conditions import (
    GRADES,
    LEVELS,
    All,
    Always,
    Any_,
    Comparison,
    ConditionError,
    Not,
    grade_name,
    grade_of,
    holds,
    level_name,
    level_of,
    signals_of,
    spoken,
)
from sim.units import HOUR, MINUTE

OWN = (
    "需转移人数", "people to move", "people", "县级请求", "非煤矿数", "not reached", "reached", "2号罐液位", "fire and smoke", "A", "a",
    "order", "风险(高)",
)  # fmt: skip
POSTS = {"county": "county", "县级": "county", "city": "city", "市级": "city", "city office": "office", "市级(二部)": "office"}

SERIOUS = Comparison("grade", ">=", 2)
OUTSIDE = Comparison("asks_outside", ">", 0)
COUNTY = Comparison("level:county", ">=", 3)
MANY = Comparison("需转移人数", ">", 500)


def read(text):
    return parse_condition(text, own=OWN, posts=POSTS)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("事故等级 >= 较大", SERIOUS), ("事故等级>=较大", SERIOUS), ("事故等级≥较大", SERIOUS), ("事故等级达到较大", SERIOUS),
        ("事故等级\uff1e\uff1d较大", SERIOUS), ("初判较大", SERIOUS), ("初判较大及以上", SERIOUS), ("初判为较大及以上事故", SERIOUS),
        ("事故等级 = 较大及以上", SERIOUS), ("grade >= serious", SERIOUS), ("Grade Serious", SERIOUS), ("grade at least SERIOUS", SERIOUS),
        ("grade >= major", Comparison("grade", ">=", 3)), ("事故等级 > 特别重大", Comparison("grade", ">", 4)),
        ("grade = especially serious", Comparison("grade", "==", 4)), ("事故等级 ≠ 一般", Comparison("grade", "!=", 1)),
        ("需转移人数 > 500", MANY), ("需转移人数超过500", MANY), ("需转移人数\u3000\uff1e\u3000\uff15\uff10\uff10 人", MANY),
        ("people to move > 500", Comparison("people to move", ">", 500)), ("People to  move>500", Comparison("people to move", ">", 500)),
        ("people > -1.5", Comparison("people", ">", -1.5)), ("2号罐液位 < 0.8", Comparison("2号罐液位", "<", 0.8)),
        ("A > 1", Comparison("A", ">", 1)), ("a > 1", Comparison("a", ">", 1)), ("order > 3", Comparison("order", ">", 3)),
        ("风险\uff08高\uff09 > 3", Comparison("风险(高)", ">", 3)), ("fire and smoke > 3", Comparison("fire and smoke", ">", 3)),
        ("泄漏量 > 5 t", Comparison("released", ">", 5000)), ("released > 5 t", Comparison("released", ">", 5000)),
        ("泄漏量不少于 500 公斤", Comparison("released", ">=", 500)), ("released", Comparison("released", ">", 0)),
        ("历时 > 2 h", Comparison("elapsed", ">", 2 * HOUR)), ("elapsed > 2 h", Comparison("elapsed", ">", 2 * HOUR)),
        ("历时超过1小时30分钟", Comparison("elapsed", ">", 90 * MINUTE)), ("elapsed <= 1.1 h", Comparison("elapsed", "<=", 66 * MINUTE)),
        ("响应级别(county) >= 二级", COUNTY), ("响应级别\uff08县级\uff09\uff1e\uff1d\u2161级", COUNTY), ("level(county) >= II", COUNTY),
        ("level(county) >= 2", COUNTY), ("level( 县级 ) II", COUNTY), ("county 二级", COUNTY), ("县级二级", COUNTY),
        ("县级二级响应", COUNTY), ("县级二级及以上响应", COUNTY), ("县级达到二级", COUNTY), ("county II", COUNTY),
        ("county < I", Comparison("level:county", "<", 4)), ("response level(city office) = IV", Comparison("level:office", "==", 1)),
        ("响应级别(市级(二部)) >= 三级", Comparison("level:office", ">=", 2)),
        ("请求省外增援", OUTSIDE), ("asks outside", OUTSIDE), ("县级请求", Comparison("县级请求", ">", 0)), ("总是", Always()),
        ("always", Always()), ("非煤矿数 > 3", Comparison("非煤矿数", ">", 3)), ("not reached", Comparison("not reached", ">", 0)),
        ("not (reached)", Not(Comparison("reached", ">", 0))), ("非请求省外增援", Not(OUTSIDE)), ("not not asks outside", Not(Not(OUTSIDE))),
    ],
)  # fmt: skip
def test_one_condition(text, tree):
    """Names, signs, short forms and amounts; a text in the other language, or with full-width signs, is the same tree."""
    assert read(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("需转移人数 > 500 或 请求省外增援", Any_((MANY, OUTSIDE))), ("需转移人数>500或请求省外增援", Any_((MANY, OUTSIDE))),
        ("初判较大 或者 县级请求", Any_((SERIOUS, Comparison("县级请求", ">", 0)))), ("初判较大且县级二级", All((SERIOUS, COUNTY))),
        ("泄漏量 > 5 t并且历时 > 2 小时", All((Comparison("released", ">", 5000), Comparison("elapsed", ">", 2 * HOUR)))),
        ("grade serious and county II or asks outside", Any_((All((SERIOUS, COUNTY)), OUTSIDE))),
        ("asks outside or grade serious AND county II", Any_((OUTSIDE, All((SERIOUS, COUNTY))))),
        ("grade serious and (county II or asks outside)", All((SERIOUS, Any_((COUNTY, OUTSIDE))))),
        ("初判较大 且 \uff08县级二级 或 请求省外增援\uff09", All((SERIOUS, Any_((COUNTY, OUTSIDE))))),
        ("非 初判较大 且 请求省外增援", All((Not(SERIOUS), OUTSIDE))), ("非(初判较大 且 请求省外增援)", Not(All((SERIOUS, OUTSIDE)))),
        ("always and always and always", All((Always(), Always(), Always()))), ("((总是))", Always()),
        ("(always and always) and always", All((All((Always(), Always())), Always()))),
        ("people > 5 and order > 3 or a", Any_((All((Comparison("people", ">", 5), Comparison("order", ">", 3))), Comparison("a", ">", 0)))),
    ],
)  # fmt: skip
def test_joined(text, tree):
    """`or` binds least, then `and`, then `not`; brackets change that."""
    assert read(text) == tree


@pytest.mark.parametrize(
    ("text", "en", "zh"),
    [("初判较大 或 县级二级", "grade >= serious or level(county) >= II", "事故等级 >= 较大 或 响应级别(county) >= 二级"),
     ("released > 5300 kg and not elapsed >= 90 min", "released > 5.3 t and not (elapsed >= 1 h 30 min)", "泄漏量 > 5.3 t 且 非(历时 >= 1 h 30 min)"),
     ("asks outside and (a or always)", "asks outside and (a > 0 or always)", "请求省外增援 且 (a > 0 或 总是)"),
     ("released > 12.5 kg or elapsed = 0", "released > 12.5 kg or elapsed = 0 min", "泄漏量 > 12.5 kg 或 历时 = 0 min")],
)  # fmt: skip
def test_spoken(text, en, zh):
    """A condition is told in short sentences of either language."""
    assert (spoken(read(text), "en"), spoken(read(text), "zh")) == (en, zh)


OPS = st.sampled_from([">", ">=", "<", "<=", "==", "!="])
COMPARISONS = st.one_of(
    st.builds(Comparison, st.just("grade"), OPS, st.integers(1, 4).map(float)),
    st.builds(Comparison, st.sampled_from(["level:county", "level:city", "level:office"]), OPS, st.integers(1, 4).map(float)),
    st.builds(Comparison, st.just("elapsed"), OPS, st.integers(0, 10**12).map(float)),
    st.builds(Comparison, st.just("released"), OPS, st.floats(0, 1e12)),
    st.builds(Comparison, st.just("asks_outside"), OPS, st.integers(0, 1).map(float)),
    st.builds(Comparison, st.sampled_from(OWN), OPS, st.floats(-1e12, 1e12)),
)
TREES = st.recursive(
    st.one_of(COMPARISONS, st.builds(Always)),
    lambda parts: st.one_of(
        st.builds(All, st.lists(parts, min_size=2, max_size=3).map(tuple)),
        st.builds(Any_, st.lists(parts, min_size=2, max_size=3).map(tuple)),
        st.builds(Not, parts),
    ),
    max_leaves=8,
)
IDS = {**POSTS, "office": "office"}


@given(TREES, st.sampled_from(["zh", "en"]))
def test_spoken_is_read_back(tree, language):
    """What is told is read back to the same tree, whatever it is, unless it is longer than a text may be."""
    said = spoken(tree, language)
    if len(said) > LONGEST:
        with pytest.raises(ConditionError, match="longer than"):
            parse_condition(said, own=OWN, posts=IDS)
    else:
        assert parse_condition(said, own=OWN, posts=IDS) == tree


@given(TREES)
def test_trees_are_values(tree):
    """A tree is equal to its pickled self and hashes alike."""
    twin = pickle.loads(pickle.dumps(tree))
    assert twin == tree
    assert hash(twin) == hash(tree)


def in_python(tree):
    """Return the same condition as an expression of Python (another way to the same truth)."""
    match tree:
        case Comparison(signal, op, value):
            return f"(s.get({signal!r}, 0) {op} {value!r})"
        case All(parts):
            return "(" + " and ".join(map(in_python, parts)) + ")"
        case Any_(parts):
            return "(" + " or ".join(map(in_python, parts)) + ")"
        case Not(part):
            return f"(not {in_python(part)})"
    return "True"


NAMES = ["grade", "level:county", "elapsed", "released", "asks_outside", *OWN]


@given(TREES, st.dictionaries(st.sampled_from(NAMES), st.one_of(st.integers(0, 5), st.floats(-1e12, 1e12))))
def test_truth(tree, signals):
    """A condition is as true as the same expression of Python; missing signals count as 0."""
    assert holds(tree, signals) is bool(eval(in_python(tree), {"s": signals}))


@given(TREES, st.sampled_from(["zh", "en"]))
def test_equal_values_are_on_the_right_side(tree, language):
    """At the very value, `>=`, `<=` and `=` hold, the others do not."""
    for signal in signals_of(tree):
        for op, true in ((">", False), (">=", True), ("<", False), ("<=", True), ("==", True), ("!=", False)):
            assert holds(Comparison(signal, op, 3.0), {signal: 3}) is true


def test_worse_grades_and_levels_are_above():
    """At least as severe: 特别重大 meets >= 较大, 四级 does not meet >= 二级, and no response is below 四级."""
    assert [holds(read("初判较大"), {"grade": GRADES[g]}) for g in ("一般", "较大", "重大", "特别重大")] == [
        False,
        True,
        True,
        True,
    ]
    assert [holds(read("county 二级"), {"level:county": LEVELS[x]}) for x in ("四级", "三级", "二级", "一级")] == [
        False,
        False,
        True,
        True,
    ]
    assert not holds(read("county 四级"), {})
    assert holds(read("总是"), {})


def test_signals_in_the_order_of_writing():
    """Each signal once, first mention first."""
    assert signals_of(read("a > 1 and (not county II or a > 3) and grade serious")) == ("a", "level:county", "grade")
    assert signals_of(Always()) == ()


@pytest.mark.parametrize(
    ("text", "grade"),
    [("较大", 2), ("较大(初判)", 2), ("较大\uff08初判\uff09", 2), ("(初判) 重大", 3), ("初判较大", 2), ("特别重大事故", 4), ("一般", 1),
     ("Serious", 2), ("serious (first judgement)", 2), ("major accident", 3), ("extraordinary", 4), ("", None), ("huge", None), ("二级", None)],
)  # fmt: skip
def test_grades(text, grade):
    """Remarks in brackets and the case of letters do not matter."""
    assert grade_of(text) == grade


@pytest.mark.parametrize(
    ("text", "level"),
    [("四级", 1), ("IV", 1), ("4", 1), ("三级", 2), ("iii", 2), ("二级(县)", 3), ("\u2161级", 3), ("二级响应", 3), ("一级", 4), ("I", 4),
     ("1级", 4), ("0", None), ("五级", None), ("较大", None), ("", None)],
)  # fmt: skip
def test_levels(text, level):
    """一级 is the most severe; Roman, Arabic and Chinese figures."""
    assert level_of(text) == level


@pytest.mark.parametrize("language", ["zh", "en"])
def test_names_back(language):
    """Each rank has a word in either language that is read back."""
    for rank in range(1, 5):
        assert grade_of(grade_name(rank, language)) == rank
        assert level_of(level_name(rank, language)) == rank
    assert (grade_name(4, "zh"), grade_name(4, "en")) == ("特别重大", "extraordinary")
    assert (level_name(4, "zh"), level_name(4, "en")) == ("一级", "I")
    assert level_name(0, language) == grade_name(0, language) == {"zh": "无", "en": "none"}[language]


def test_words_of_the_grammar_are_taken():
    """A scenario's own signal cannot bear a name that means something already; the word of the grammar goes first."""
    assert [name for name in ("grade", "历时", " Not ", "或", "level:county", "", ">", *OWN) if is_taken(name)] == [
        "grade", "历时", " Not ", "或", "level:county", "", ">",
    ]  # fmt: skip
    assert parse_condition("grade serious", own=["grade"], posts={}) == SERIOUS


@pytest.mark.parametrize(
    ("text", "said", "help_en", "nearest"),
    [
        ("需转移人 > 500", "no signal '需转移人'", "需转移人数", "需转移人数 > 500"),
        ("peopel to move > 500", "no signal 'peopel to move'", "people to move", "people to move > 500"),
        ("relaesed > 5 t", "no signal 'relaesed'", "released", "released > 5 t"),
        ("总是 且 浓度 > 5", "no signal '浓度'", "known here", "总是 且 A > 5"),
        ("县级要求 或 总是", "no signal '县级要求'", "县级请求", "县级请求 或 总是"),
        ("需转移人数量 > 500", "no signal '需转移人数量'", "需转移人数", "需转移人数 > 500"),
        ("500 < 需转移人数", "no signal '500'", "known here", "需转移人数 > 500"),
        ("level(conty) >= II", "no authority 'conty'", "county", "level(county) >= II"),
        ("level(county x) >= II", "no authority 'county x'", "county", "level(county) >= II"),
        ("level >= II", "whose response level", "level\\(county\\)", "level(county) >= II"),
        ("level(county >= II", "not closed", r"\)", "level(county) >= II"),
        ("level(county", "not closed", r"\)", "level(county) II"),
        ("level(county) >=", "response level to compare with is missing", "IV, III, II, I", "level(county) >= II"),
        ("county > 3 t", "'t' cannot be read", "", "county II"),
        ("county V", "'V' is no response level", "IV", "county IV"),
        ("grade", "accident grade to compare with is missing", "serious", "grade serious"),
        ("grade >= seroius", "'seroius' is no accident grade", "serious", "grade >= serious"),
        ("level() II", "no authority ''", "county", "level(city) II"),
        ("事故等级 >= 3", "'3' is no accident grade", "one of ordinary", "事故等级 >= 重大"),
        ("需转移人数 >", "'需转移人数' stands without a value", "> …", "需转移人数 > 0"),
        ("需转移人数 > 且 总是", "stands without a value", "3", "需转移人数 > 0 且 总是"),
        ("elapsed", "'elapsed' stands without a value", "2 h", "elapsed > 2 h"),
        ("elapsed > soon", "'soon' is not a quantity", "15 min", "elapsed > 15 min"),
        ("elapsed > 2", "no unit", "15 min", "elapsed > 2 h"),
        ("elapsed > 2 t", "'elapsed' takes a duration: unknown unit 't'", "15 min", "elapsed > 2 h"),
        ("泄漏量 > 2 h", "'released' takes a mass: unknown unit 'h'", "500 kg", "泄漏量 > 2 t"),
        ("泄漏量 > -2 t", "-2 t is negative", "zero", "泄漏量 > 2 t"),
        ("需转移人数 > 500 km", "takes a plain number: unknown unit 'km'", "for example 3", "需转移人数 > 500"),
        ("需转移人数 > 1e999", "not finite", "", "需转移人数 > 1e9"),
        ("(总是", "opened and not closed", r"\)", "(总是)"),
        ("非(总是 且 (A", "opened and not closed", r"\)", "非(总是 且 (A))"),
        ("总是)", "closed that was not opened", r"\(", "(总是)"),
        ("总是 总是", "'总是' cannot be read here", "'and' or 'or'", "总是 且 总是"),
        ("需转移人数 500", "'500' cannot be read here", "such as >", "需转移人数 > 500"),
        ("(A 500) and a", "'500\\) and a' cannot be read here", "such as >", "(A > 500) and a"),
        ("", "a condition is missing", "for example", "总是"),
        ("> 5", "missing before '> 5'", "for example", "A > 5"),
        ("()", r"missing before '\)'", "for example", "(总是)"),
        ("A 且", "a condition is missing", "for example", "A 且 a"),
        ("非", "a condition is missing", "for example", "非 A"),
    ],
)  # fmt: skip
def test_what_cannot_be_read(text, said, help_en, nearest):
    """Each is refused with its reason and help in both languages; the nearest right text passes."""
    with pytest.raises(ConditionError, match=said) as caught:
        read(text)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value.words, Words)
    assert caught.value.words.zh != caught.value.words.en
    assert caught.value.remedy.zh
    assert re.search(help_en, caught.value.remedy.en)
    read(nearest)


def test_long_and_deep_texts_are_refused():
    """One sign or one level too many; up to there all is well, and what is told of the deepest is read back."""
    assert read("总是".ljust(LONGEST)) == Always()
    with pytest.raises(ConditionError, match="longer than 500"):
        read("总是".ljust(LONGEST + 1))
    for opened, closed in (("(", ")"), ("非", ""), ("not (", ")"), ("a 或 A 且 (", ")")):
        deepest = read(opened * DEEPEST + "总是" + closed * DEEPEST)
        said = spoken(deepest, "zh")
        assert len(said) > LONGEST or read(said) == deepest
        with pytest.raises(ConditionError, match="more than 20 levels"):
            read(opened * (DEEPEST + 1) + "总是" + closed * (DEEPEST + 1))
    with pytest.raises(ConditionError, match="more than 20 levels"):
        read("(" * LONGEST)


PIECES = st.sampled_from(
    ["需转移人数", "people", "总是", "not", "非", "且", "or", "(", ")", "\uff08", ">", ">=", "超过", "5", "t", "2 h", "二级", "county", "level",
     "grade", "较大", " ", "released", "elapsed", "-", "1e", ".", ",", "\ufb03", "\u00bd"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=14).map("".join), st.lists(PIECES, max_size=14).map(" ".join)))
def test_any_text_is_read_or_refused(text):
    """Nothing but a condition or a finding comes out; a condition that was read is told and read back."""
    try:
        found = read(text)
    except ConditionError:
        return
    assert parse_condition(spoken(found, "zh"), own=OWN, posts=IDS) == found
    assert parse_condition(spoken(found, "en"), own=OWN, posts=IDS) == found
