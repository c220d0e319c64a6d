"""The closed list of metrics: complete in both languages, and every way of writing a name leads back to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario.metric_names import (
    FAMILIES,
    PHASES,
    metric_examples,
    names_of,
    parse_metric,
    split,
    threshold_of,
    threshold_text,
    title,
    unit,
)
from sim.units import MINUTE

CAPABILITIES, TEAMS = ("堵漏", "plugging", "heavy rescue"), {"t1": "消防一队", "平朔": "平朔危化救援队"}


def test_every_metric_is_named_and_explained_in_both_languages() -> None:
    """No empty title or meaning, no title twice, an argument wherever the name has one."""
    for family in FAMILIES:
        assert all(family.title)
        assert all(family.meaning)
        assert ("{}" in family.title.zh) == ("{}" in family.title.en) == (family.argument is not None)
        assert family.per_unit > 0
    for language in (0, 1):
        assert len({family.title[language] for family in FAMILIES}) == len(FAMILIES)
    assert len({family.key for family in FAMILIES}) == len(FAMILIES)


def test_the_names_promised_to_users_exist() -> None:
    """The names of the result format, each of them."""
    names = names_of(["堵漏"], ["t1"], [15 * MINUTE])
    promised = {
        "first.堵漏", "ready.堵漏", "package.complete", "package.ready", "response", "wait.queue", "busy.t1", "busy.all",
        "within.15min", "idle.min", "idle.mean", "work.done", "hospital", "duration", "incidents", "lost", "waiting", "open",
        "deadline.met", "released",
    } | {f"{prefix}.{phase}" for prefix in ("waterfall", "waterfall.package") for phase in PHASES}  # fmt: skip
    assert promised <= set(names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", names_of(CAPABILITIES, TEAMS, [15 * MINUTE, 90_000, 1_500]))
def test_name_and_titles_lead_back_to_the_name(name: str) -> None:
    """Canonical name, Chinese title and English title of every metric are read as that metric."""
    assert parse_metric(name, CAPABILITIES, TEAMS) == name
    assert parse_metric(title(name, "zh"), CAPABILITIES, TEAMS) == name
    assert parse_metric(title(name, "en"), CAPABILITIES, TEAMS) == name
    assert parse_metric(title(name, "zh", TEAMS), CAPABILITIES, TEAMS) == name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("首支堵漏力量到场", "first.堵漏"), ("首支 堵漏 到场", "first.堵漏"), ("首支堵漏可作业", "ready.堵漏"),
        ("编成到齐", "package.complete"), ("力量编成到齐", "package.complete"), ("编成可作业", "package.ready"),
        ("首支力量到场", "response"), ("15 分钟内到场比例", "within.15min"), ("15min内到场比例", "within.15min"),
        ("within.2 h", "within.120min"), ("消防一队忙碌比例", "busy.t1"), ("busy.t1", "busy.t1"),
        ("最少空闲队伍数", "idle.min"), ("送达医院", "hospital"), ("处置时长", "duration"), ("排队等待", "wait.queue"),
        ("First plugging on the scene", "first.plugging"), ("FIRST.Heavy Rescue", "first.heavy rescue"),
        ("作业量(队·小时)", "work.done"), ("作业量\uff08队·小时\uff09", "work.done"),
    ],
)  # fmt: skip
def test_spellings(written: str, name: str) -> None:
    """How planners write metrics, with blanks, units and full-width forms as they come."""
    assert parse_metric(written, CAPABILITIES, TEAMS) == name


@pytest.mark.parametrize("written", ["", "首支洗消到场", "first.", "first", "busy.t9", "within.0 min", "within.x", "到齐了吗"])
def test_what_is_no_metric_is_not_guessed(written: str) -> None:
    """An unknown capability, team or threshold is none; the right ones pass (see above)."""
    assert parse_metric(written, CAPABILITIES, TEAMS) is None


def test_an_exact_title_wins_over_a_pattern() -> None:
    """A capability called 力量 does not turn 首支力量到场 (anybody) into first.力量."""
    assert parse_metric("首支力量到场", ("力量",)) == "response"
    assert parse_metric("first.力量", ("力量",)) == "first.力量"


@given(st.integers(1, 10**9))
def test_thresholds_survive_their_name(ticks: int) -> None:
    """Any threshold in ms comes back from its name."""
    name = f"within.{threshold_text(ticks)}"
    assert threshold_of(name) == ticks
    assert parse_metric(name, ()) == name


def test_split_refuses_unknown_names() -> None:
    """Only names of the list have a family."""
    assert split("busy.t1")[1] == "t1"
    assert split("busy.all")[1] == ""
    assert unit("response", "zh") == "分钟"
    for wrong in ("first", "nothing", "response.x", "busy."):
        with pytest.raises(KeyError):
            split(wrong)


def test_examples_offer_both_languages() -> None:
    """What is offered to someone who mistyped a name can itself be written."""
    examples = metric_examples(["堵漏"], ["t1"])
    assert {"first.堵漏", "首支堵漏到场", "First 堵漏 on the scene"} <= set(examples)
    assert all(parse_metric(example, ["堵漏"], ["t1"]) for example in examples)
