"""Files of a sizing: what they mean in both languages, what is not written, and every mistake told at once at its line."""

from __future__ import annotations

import pytest

from sim.errors import InputError
from sim.scenario.compiling.study_size import asked_for, stock_of
from sim.scenario.schema.study_size import SizeStudy
from sim.scenario.study import check_study, load_study, names_a_study, study_kind, study_model
from sim.scenario.translate import translate
from sim.units import HOUR
from tests.planning.sizing_files import CASE, DRAWN, STUDY, write

FULL = (
    STUDY
    + """\
items: [Tent]
depots: [Far]
rooms: [{depot: far, owner: county, open_cost: 1 万元, survives: {b: 50 %}}]
within: 5 h
minimum: [{item: tent, amount: 4 pc, depots: [far], basis: rule}]
prices: {tent: 900 yuan}
shortage: {tent: 7000 yuan}
movable: yes
move_cost: 10 yuan
risk: {weight: 20 %, level: 95 %}
service: {level: 90 %, tolerance: 5 %}
proof: 7
seed: 3
"""
)


def loaded(path, **asked):
    """Load a sizing study."""
    return load_study(path, kind="size", **asked)


def found(path):
    """Return (code, line) of each finding of a study; each has words and a remedy in both languages."""
    with pytest.raises(InputError) as error:
        loaded(path)
    assert all(one.what.zh and one.what.en and one.remedy.zh and one.remedy.en for one in error.value.findings)
    return [(one.code, one.where.line) for one in error.value.findings]


def line_of(text, part):
    """Return the line of a text on which a part stands."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def test_everything_that_can_be_written(tmp_path):
    """Each key arrives where it belongs, in yuan, shares and milliseconds."""
    study = loaded(write(tmp_path, FULL))
    assert (study.items, study.depots, study.owners) == (("tent",), ("far",), ("county",))
    assert (study.open_cost, dict(study.survives)) == ((10_000.0,), {("b", "far"): 0.5})
    assert (study.prices, study.packs, dict(study.shortage)) == ((900.0,), (5.0,), {"tent": 7000.0})
    assert (study.within, study.budget, study.budgets) == (5 * HOUR, 20_000.0, (0.0, 5_000.0, 10_000.0))
    (floor,) = study.minimum
    assert (floor.item, floor.depots, floor.amount, floor.basis) == (0, (0,), 4.0, "rule")
    assert (study.movable, study.move_cost) == (True, 10.0)
    assert study.risk == pytest.approx((0.2, 0.95))
    assert study.service == pytest.approx((0.9, 0.05))
    assert (study.gap, study.proof, study.seed) == (0.0, 7, 3)
    assert study.resolved.count("digest:") == 2
    asked = loaded(write(tmp_path, FULL), seed=9, replications=11)
    assert (asked.seed, asked.proof) == (9, 11)


def test_what_is_not_written(tmp_path):
    """All items that are asked for, all depots; the owner of the first stock; prices of the item; nothing a drill draws."""
    study = loaded(write(tmp_path, STUDY.replace("budget: 20000 yuan\n", "").replace("packs: {tent: 5 pc}\n", "")))
    assert (study.items, study.depots, study.owners) == (("tent",), ("near", "far"), ("city", "county"))
    assert (study.prices, study.packs, study.budget, study.minimum) == ((1000.0,), (1.0,), None, ())
    assert [(case.id, case.name, case.draws, round(case.probability, 9)) for case in study.cases] == [
        ("a", "Case A", 1, 0.1), ("b", "Case B", 1, 0.2), ("none", "Quiet", 1, 0.7),
    ]  # fmt: skip
    assert study.cases[2].scenario is None
    assert study.first is study.cases[0].scenario
    assert asked_for(study.first) == {"tent"}
    assert stock_of(study.first) == {("near", "tent"): 2000, ("far", "tent"): 3000}


def test_drawn_needs_make_a_plan_test(tmp_path):
    """`draws` of more than one take the scenario as a plan test; each case keeps its number."""
    study = loaded(write(tmp_path, DRAWN))
    assert [case.draws for case in study.cases] == [4, 4, 1]
    assert {case.scenario.mode for case in study.cases[:2]} == {"plan"}
    assert loaded(write(tmp_path, STUDY.replace("10 %}", "10 %, draws: 3}"))).cases[0].scenario.mode == "plan"


def test_packs_of_what_is_measured(tmp_path):
    """What is counted is bought one by one, what is weighed by any amount."""
    study, case = (
        STUDY.replace("packs: {tent: 5 pc}\n", "").replace(" pc", " kg"),
        CASE.replace(" pc", " kg").replace("unit: pc", "unit: kg"),
    )
    assert loaded(write(tmp_path, study, case)).packs == (0.0,)


def test_chinese_and_english_mean_the_same(tmp_path):
    """Keys in Chinese, those of the change too; the study that comes of it is the same, and back again is the same text."""
    path = write(tmp_path, FULL)
    chinese = translate(path, "zh", study_model(path))
    assert chinese.startswith("格式: 1\n研究: 定量\n名称: tents\n")
    assert "改动: {突发事件: [{编号: one, 名称: B, 地点:" in chinese
    other = write(tmp_path / "zh", chinese)
    assert loaded(other).language == "zh"
    assert [one.scenario and one.scenario.digest for one in loaded(other).cases] == [
        one.scenario and one.scenario.digest for one in loaded(path).cases
    ]  # fmt: skip
    assert translate(other, "en", study_model(other)) == FULL


def test_kinds(tmp_path):
    """A study tells its kind and its model; a scenario and no file are none; a kind that does not exist is a finding."""
    path = write(tmp_path)
    assert (study_kind(path), study_model(path), names_a_study(path)) == ("size", SizeStudy, True)
    case = path.with_name("case.yaml")
    assert (study_kind(case), study_model(case), names_a_study(case)) == (None, None, False)
    assert not names_a_study(tmp_path / "none.yaml")
    assert [one.code for one in check_study(path)[1]] == []
    assert check_study(path)[0].name == "tents"
    study, findings, language = check_study(write(tmp_path, STUDY.replace("study: size", "study: sizes")))
    assert (study, [one.code for one in findings], language) == (None, ["unknown-word"], "en")
    assert found(case) == [("another-study", 1)]


BAD = """\
format: 1
study: size
name: wrong in many places
cases:
  - {id: a, scenario: case.yaml, probability: 10 %}
  - {id: a, scenario: case.yaml, probability: 20 %}
  - {id: b, scenario: none.yaml, probability: 1 %}
  - {id: c, scenario: ../outside.yaml, probability: 1 %}
  - {id: d, change: {mode: plan}, probability: 1 %}
  - {id: e, scenario: case.yaml, probability: 1 %, change: {depots: [{id: near, stock: [{item: tent, quantity: 9 pc, owner: city}]}]}}
  - {id: f, scenario: case.yaml, probability: 1 %, change: {incidents: [{id: one, supplies: [{item: tart, quantity: 1 pc}]}]}}
items: [tent, tant]
depots: [near, fur]
rooms:
  - {depot: nowhere}
  - {depot: far, owner: nobody}
  - {depot: near, survives: {z: 50 %}}
minimum:
  - {item: quilt, amount: 3}
  - {item: tent, amount: 3 kg}
  - {item: tent, amount: 3 pc, depots: [elsewhere]}
packs: {tent: 5 m3, sock: 2}
prices: {shoe: 3 yuan}
shortage: {glove: 4 yuan}
"""


def test_every_mistake_at_once(tmp_path):
    """Probabilities, ids, files, stock, items, depots, owners, cases and units: all told, at their lines."""
    expected = {
        ("probabilities", 4), ("duplicate-id", 6), ("missing-file", 7), ("outside", 8), ("missing-key", 9), ("different-stock", 10),
        ("unknown-id", 11), ("unknown-id", 12), ("unknown-id", 13), ("unknown-id", 15), ("unknown-id", 16), ("unknown-id", 17),
        ("unknown-id", 19), ("unknown-unit", 20), ("unknown-id", 21), ("unknown-unit", 22), ("unknown-id", 22), ("unknown-id", 23),
        ("unknown-id", 24),
    }  # fmt: skip
    assert set(found(write(tmp_path, BAD))) == expected


def test_mistakes_of_the_schema(tmp_path):
    """A gap beyond all, no case, a weight without a level, a key that is not there."""
    study = STUDY.replace("gap: 0 %", "gap: 200 %\nrisk: {level: 0.9}\nproof: 0\nbuget: 3 yuan")
    codes = found(write(tmp_path, study))
    lines = {line for _, line in codes}
    assert {line_of(study, part) for part in ("gap:", "risk:", "proof:", "buget:")} <= lines


def test_probabilities_make_one(tmp_path):
    """Ninety per cent is told with what it makes, and what a quiet year is written as."""
    with pytest.raises(InputError) as error:
        loaded(write(tmp_path, STUDY.replace("70 %", "60 %")))
    (one,) = error.value.findings
    assert "make 0.9, not 1" in one.what.en
    assert "a case without a scenario" in one.remedy.en


def test_nothing_happens_in_any_case(tmp_path):
    """No scenario at all."""
    study = "format: 1\nstudy: size\nname: x\ncases:\n  - {id: a, probability: 1}\n"
    assert found(write(tmp_path, study)) == [("no-scenario", 4)]


def test_a_scenario_without_supplies(tmp_path):
    """A scenario that has no depots, nor anything else of supplies: said, not stumbled over."""
    case = CASE[: CASE.index("items:")] + "incidents: [{id: one, name: A, place: '10000, 0', at: 02:00, package: p}]\n"
    case += "packages: {p: [{capability: help, work: 5 min}]}\nbases: [{id: x, place: '0, 0'}]\n"
    case += "teams: [{id: t, base: x, capabilities: [help], turnout: 1 min}]\n"
    study = STUDY[: STUDY.index("  - id: b")] + "  - {id: none, probability: 90 %}\n"
    assert [code for code, _ in found(write(tmp_path, study, case))] == ["no-needs"]


def test_an_item_without_a_price(tmp_path):
    """There is nothing to weigh: a finding, which a price in the study mends."""
    case = CASE.replace("price: 1000 yuan, ", "")
    assert [code for code, _ in found(write(tmp_path, STUDY, case))] == ["missing-key"]
    assert loaded(write(tmp_path, STUDY + "prices: {tent: 3 yuan}\n", case)).prices == (3.0,)


def test_a_depot_where_nothing_may_be_used(tmp_path):
    """New stock must be somebody's whose word can be asked: a depot without stock has nobody, an empty stock says who."""
    mine = "    stock: [{item: tent, quantity: 3 pc, owner: county}]\n"
    path = write(tmp_path, STUDY + "depots: [near, far]\n", CASE.replace(mine, ""))
    assert found(path) == [("nobody-owns", STUDY.count("\n") + 1)]
    assert loaded(write(tmp_path, STUDY, CASE.replace(mine, ""))).depots == ("near",)
    empty = CASE.replace("quantity: 3 pc, owner: county", "quantity: 0, owner: county")
    assert loaded(write(tmp_path, STUDY + "depots: [near, far]\n", empty)).owners == ("city", "county")
