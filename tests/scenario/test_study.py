"""Study files: what they mean, in both languages; and every mistake in one, told at once at its line."""

from __future__ import annotations

import pytest

from sim.errors import InputError
from sim.scenario.compiling.study_context import opened, stacked
from sim.scenario.compiling.study_files import distinct
from sim.scenario.compiling.study_inputs import assumed_inputs, scaled, with_value
from sim.scenario.compiling.study_small import shortened, small_patch
from sim.scenario.load_tree import load_tree
from sim.scenario.node import plain, with_marks
from sim.scenario.schema.root import ScenarioFile
from sim.scenario.schema.study import CompareStudy
from sim.scenario.study import load_study, study_kind
from sim.scenario.translate import translate
from tests.experiment.studies import CALLS, STUDY, write

CHINESE = """\
格式: 1
研究: 比选
名称: 快还是慢
情景: calls.yaml
方案:
  - {编号: slow}
  - {编号: quick, 名称: 快, 改动: {队伍: [{编号: t, 出动: {计划值: 2 min, 不利: 4 min}}]}, 费用: 2 万元}
看什么: [首支力量到场, 排队等待]
"""
FULL = STUDY + """\
question: which?
baseline: quick
mode: plan
replications: {most: 50, first: 10, batch: 5}
precision: [{metric: response, within: ±5 min}]
choose: {metric: within.12min, indifference: 2 %, best: most, probability: 90 %}
seed: 7
marginal:
  - {team: t, add: 2, price: 1 万元, name: two more}
  - {of: slow, change: {teams: [{id: t, turnout: 1 min}]}}
rests_on: {metric: response, most: 9, replications: 3}
"""


def found(path, **asked):
    """Return (code, line) of each finding of a study."""
    with pytest.raises(InputError) as error:
        load_study(path, **asked)
    assert all(finding.what.zh and finding.remedy.zh for finding in error.value.findings)
    return [(finding.code, finding.where.line) for finding in error.value.findings]


def test_chinese_and_english_mean_the_same(tmp_path):
    """Keys, words and changes in Chinese give the same scenarios."""
    english, chinese = load_study(write(tmp_path / "en")), load_study(write(tmp_path / "zh", CHINESE))
    assert chinese.language == "zh"
    assert [variant.scenario.digest for variant in english.variants] == [variant.scenario.digest for variant in chinese.variants]
    assert english.metrics == chinese.metrics == ("response", "wait.queue")
    assert [variant.cost for variant in chinese.variants] == [None, 20_000.0]
    assert translate(english.path, "zh", CompareStudy).startswith("格式: 1\n研究: 比选\n名称: quick or slow\n情景: calls.yaml\n")


def test_everything_that_can_be_written(tmp_path):
    """Each key arrives where it belongs, in the unit of its metric."""
    study = load_study(write(tmp_path, FULL))
    assert (study.base.id, study.mode, study.most, study.first, study.batch, study.seed) == ("quick", "plan", 50, 10, 5, 7)
    assert study.metrics == ("response", "wait.queue", "within.12min")
    assert [(one.metric, one.within) for one in study.precision] == [("response", 5.0)]
    choice = study.choice
    assert (choice.metric, choice.best, choice.indifference, choice.probability, choice.method) == ("within.12min", "most", 0.02, 0.9, "kn")
    assert [(small.name, study.variants[small.of].id, small.variant.cost) for small in study.marginal] == [
        ("two more", "quick", 10_000.0), ("change", "slow", None),
    ]  # fmt: skip
    assert len(study.marginal[0].variant.scenario.teams) == 3
    assert (study.rests_on.metric, study.rests_on.best, study.rests_on.most, study.rests_on.replications) == ("response", "least", 9, 3)
    assert "digest:" in study.resolved
    asked = load_study(write(tmp_path, FULL), seed=9, replications=77)
    assert (asked.seed, asked.most) == (9, 77)


def test_what_is_not_written(tmp_path):
    """Objectives give the metrics, the scenario its mode, seed and replications, the first variant the baseline."""
    study = load_study(write(tmp_path, STUDY.replace("metrics: [response, wait.queue]\n", "")))
    assert (study.metrics, study.mode, study.most, study.seed, study.baseline) == (("response",), "plan", 30, 1, 0)
    assert (study.precision, study.choice, study.marginal, study.rests_on) == ((), None, (), None)


def test_a_mode_for_all(tmp_path):
    """`mode: drill` makes drills of plan tests; replications asked for make plan tests of drills."""
    drill = write(tmp_path, STUDY + "mode: drill\n")
    assert {variant.scenario.mode for variant in load_study(drill).variants} == {"drill"}
    assert load_study(drill, replications=5).mode == "plan"


def test_kinds(tmp_path):
    """The kind is told without reading more; another kind, no study and no file are findings."""
    path = write(tmp_path)
    assert study_kind(path) == "compare"
    assert study_kind(write(tmp_path / "zh", CHINESE)) == "compare"
    assert study_kind(path.with_name("calls.yaml")) is None
    assert found(path.with_name("calls.yaml")) == [("another-study", 1)]
    assert found(write(tmp_path, STUDY.replace("compare", "size"))) == [("another-study", 1)]
    assert found(write(tmp_path, STUDY.replace("study: compare", "study: compete"))) == [("unknown-word", 2)]
    assert found(tmp_path / "none.yaml") == [("missing-file", None)]


def test_two_variants_of_one_name(tmp_path):
    """Ids apart, names alike: nobody could tell the rows of the answer apart; both are the second's fault."""
    study = "format: 1\nstudy: compare\nname: x\nscenario: calls.yaml\nmetrics: [response]\nvariants:\n"
    alike = study + "  - {id: a, name: today}\n  - {id: b, name: today}\n  - {id: c}\n  - {id: d, name: c}\n"
    assert found(write(tmp_path, alike)) == [("duplicate-name", 8), ("duplicate-name", 10)]


BAD = """\
format: 1
study: compare
name: wrong in many places
scenario: calls.yaml
variants:
  - {id: a}
  - {id: a, change: {teams: [{id: t, turnout: soon}]}}
  - {id: b, change: {teems: []}}
  - {id: c, scenario: ../outside.yaml}
  - {id: d, scenario: none.yaml}
  - {id: e, change: {teams: [{id: t, base: nowhere}]}}
  - {id: f, change: {include: [more.yaml]}}
  - {id: g, change: fast}
  - {id: h, change: {teams: [{id: nobody, remove: yes}]}}
baseline: z
metrics: [respons, response]
precision: [{metric: response, within: 0 min}, {metric: response, within: 3 kg}, {metric: speed, within: 1 min}]
choose: {indifference: 1 min, probability: 1, method: rinott}
marginal:
  - {team: nobody, add: 1}
  - {team: t, add: 1.5}
  - {team: t}
  - {depot: d, item: tent, add: 100}
  - {channel: c, sooner: 10 min}
  - {channel: c, sooner: 10 min, add: 3}
  - {team: t, add: 1, channel: c}
  - {of: nobody, change: {}}
  - {change: {teams: [{id: t, turnout: never}]}}
rests_on: {metric: nothing}
seeds: common
"""


def test_every_mistake_at_once(tmp_path):
    """The same id twice, unknown keys, files, metrics, teams, depots, channels, variants, bad values: all told, at their lines."""
    codes = found(write(tmp_path, BAD))
    expected = {
        ("duplicate-id", 7), ("quantity", 7), ("unknown-key", 8), ("outside", 9), ("missing-file", 10), ("unknown-id", 11),
        ("not-in-a-change", 12), ("wrong-kind", 13), ("nothing-to-remove", 14), ("unknown-id", 15), ("unknown-metric", 16),
        ("out-of-range", 17), ("quantity", 17), ("unknown-metric", 17), ("missing-key", 18), ("out-of-range", 18),
        ("contradiction", 18), ("unknown-id", 20), ("out-of-range", 21), ("missing-key", 22), ("unknown-id", 23),
        ("unknown-id", 24), ("contradiction", 25), ("contradiction", 26), ("unknown-id", 27), ("quantity", 28), ("unknown-metric", 29),
    }  # fmt: skip
    assert set(codes) == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("mode: drill\nprecision: [{metric: response, within: 1 min}]\n", [("contradiction", 10)]),
        ("mode: drill\nchoose: {metric: response, indifference: 1 min}\n", [("contradiction", 10)]),
        ("replications: {most: 5, first: 10}\n", [("contradiction", 9)]),
        ("replications: 0\n", [("bad-replications", 9)]),
        ("choose: {metric: busy.t, indifference: 1 %}\n", [("missing-key", 9)]),
        ("choose: {metric: response}\n", [("missing-key", 9)]),
        ("marginal: [{team: t, add: -1}]\n", [("out-of-range", 9)]),
        ("marginal: [{team: t, add: many}]\n", [("quantity", 9)]),
        ("seeds: sometimes\n", [("unknown-word", 9)]),
        ("speed: 3\n", [("unknown-key", 9)]),
    ],
)
def test_single_mistakes(tmp_path, more, expected):
    """Precision and choice without chance, numbers that contradict each other, words that are not known."""
    assert found(write(tmp_path, STUDY + more)) == expected


def test_study_and_scenario_wrong(tmp_path):
    """A mistake of the scenario is told once, at its own file, beside those of the study."""
    path = write(tmp_path, STUDY.replace("turnout: {planned: 2 min", "turnout: {planed: 2 min"), CALLS.replace(" work: {", " wrok: {"))
    with pytest.raises(InputError) as error:
        load_study(path)
    places = [(finding.code, finding.where.file.rpartition("/")[2], finding.where.line) for finding in error.value.findings]
    assert ("unknown-key", "calls.yaml", 11) in places
    assert ("unknown-key", "study.yaml", 7) in places
    assert len(places) == len(set(places))


def test_one_variant_and_no_scenario(tmp_path):
    """Nothing to choose from, no ranking; a variant without a scenario; variants that differ in mode."""
    alone = STUDY.partition("  - {id: quick")[0] + "choose: {metric: response, indifference: 1 min}\nrests_on: yes\n"
    assert found(write(tmp_path, alone)) == [("contradiction", 7), ("contradiction", 8)]
    assert found(write(tmp_path, STUDY.replace("scenario: calls.yaml\n", "")))[0] == ("missing-key", 5)
    path = write(tmp_path, STUDY + "  \n")
    (tmp_path / "drill.yaml").write_text(CALLS.replace("mode: plan", "mode: drill"), encoding="utf-8")
    path.write_text(STUDY.replace("{id: slow}", "{id: slow, scenario: drill.yaml}"), encoding="utf-8")
    assert found(path) == [("contradiction", 7)]


# --- the parts ---------------------------------------------------------------------------------------------------------


def test_two_changes_one_after_the_other():
    """Maps merge, things with an id merge by id, removals stay removals, quantities are replaced as one."""
    first = {"teams": [{"id": "a", "turnout": {"planned": "1 min", "p90": "2 min"}}, {"id": "b", "count": 2}], "weather": None}
    second = {"teams": [{"id": "a", "turnout": {"planned": "3 min"}, "count": 4}, {"id": "b", "remove": True}], "question": "?"}
    assert plain(stacked(with_marks(first), with_marks(second))) == {
        "teams": [{"id": "a", "turnout": {"planned": "3 min"}, "count": 4}, {"id": "b", "remove": True}], "weather": None, "question": "?",
    }  # fmt: skip
    assert stacked(None, None) is None


@pytest.mark.parametrize(
    ("raw", "minutes", "expected"),
    [
        ("25 min", 10, "15 min"),
        ({"planned": "25 min", "p90": "1 h"}, 10, {"planned": "15 min", "p90": "50 min"}),
        ("10 min", 10, "0 min"),
        ("5 min", 10, None),
        ({"planned": "10 min", "p90": "20 min"}, 10, None),
        ({"distribution": "exponential", "mean": "25 min"}, 10, None),
    ],
)
def test_a_link_shortened(raw, minutes, expected):
    """Planned and bad day by the same; not below nothing, and not where there is no planned value to shorten."""
    assert shortened(raw, minutes * 60_000) == expected


DEPOTS = {"depots": [{"id": "d", "stock": [
    {"item": "tent", "quantity": "900 顶", "owner": "city"}, {"item": "stove", "quantity": 1200}, {"item": "tent", "quantity": 600},
]}]}  # fmt: skip


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{depot: d, item: tent, add: 100}", "1000 顶"),
        ("{depot: d, item: tent, add: 100 顶}", "1000 顶"),
        ("{depot: d, item: stove, add: -200}", 1000),
        ("{depot: d, item: tent, add: 100 套}", "quantity"),
        ("{depot: d, item: tent, add: some}", "quantity"),
        ("{depot: d, item: stove, add: -1201}", "out-of-range"),
        ("{depot: d, item: quilt, add: 1}", "unknown-id"),
        ("{depot: e, item: tent, add: 1}", "unknown-id"),
        ("{depot: d, add: 1}", "missing-key"),
    ],
)
def test_more_of_an_item(tmp_path, written, expected):
    """The first stock of the item grows, in its own unit; the rest of the depot's stock stays."""
    context = opened(write(tmp_path, STUDY + f"marginal: [{written}]\n"), CompareStudy)
    patch = small_patch(context, context.file.marginal[0], DEPOTS, ("marginal", 0))
    if patch is None:
        assert [finding.code for finding in context.findings] == [expected]
        return
    stock = plain(patch)["depots"][0]["stock"]
    changed = [now["quantity"] for now, before in zip(stock, DEPOTS["depots"][0]["stock"], strict=True) if now != before]
    assert changed == [expected]
    assert not context.findings


def test_assumed_numbers(tmp_path):
    """The nearest source decides; what is counted, demanded or priced is left out; shares stay at most 1."""
    scenario = CALLS.replace("source: assumed}", "source: assumed, crew: 6, substitutes: {aid: 0.5}}")
    path = write(tmp_path, scenario=scenario).with_name("calls.yaml")
    inputs = assumed_inputs(load_tree(path, ScenarioFile))
    assert [(one.label.en, one.said) for one in inputs] == [
        ("teams t turnout", "4 min"), ("teams t crew", "6"), ("teams t substitutes aid", "0.5"),
    ]  # fmt: skip
    turnout, crew, share = inputs
    assert scaled(turnout, 2.5) == {"planned": "10 min", "p90": "20 min"}
    assert scaled(crew, 0.25) == 2
    assert share.greatest == 2.0
    assert scaled(share, 4.0) == 1.0
    loaded = load_tree(path, ScenarioFile)
    changed = with_value(loaded.top, turnout.place, scaled(turnout, 0.5))
    assert plain(changed)["teams"][0]["turnout"] == {"planned": "2 min", "p90": "4 min"}
    assert loaded.tree["teams"][0]["turnout"] == {"planned": "4 min", "p90": "8 min"}


def test_names_that_differ():
    """The second of the same name gets a number, also where that is taken."""
    assert distinct(["a", "a", "a-2", "a"]) == ["a", "a-2", "a-2-2", "a-3"]
