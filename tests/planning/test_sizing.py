"""Sizing a reserve against hand counts and brute force: needs, times, the plan, its certificate, and its proof."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest

from sim.errors import InputError
from sim.experiment.stop import Interrupted
from sim.planning.sizing.answer import PROVING, quick_answer, size
from sim.planning.sizing.certificate import Judged, certificate
from sim.planning.sizing.needs import Needs, asked_again, needs_of
from sim.planning.sizing.papers import summary_of
from sim.planning.sizing.plans import _stock, with_stock
from sim.planning.sizing.proof import fresh_seed, measured
from sim.planning.sizing.question import hours
from sim.planning.sizing.words import answer, money, percent, said_of_gap, said_of_money, sentence, units
from sim.planning.stockpile import Question, Want, check, newsvendor_empirical, solve
from sim.scenario.compiling.study_size import stock_of
from sim.scenario.study import load_study
from sim.units import HOUR, MINUTE

from .sizing_files import CASE, DRAWN, PENALTY, STUDY, YEARLY, cost, service, write


def loaded(path):
    """Load a sizing study."""
    return load_study(path, kind="size")


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Return the sizing of the small reserve, in memory."""
    return size(write(tmp_path_factory.mktemp("sizing")))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Return the sizing with drawn needs and a standard, with its files."""
    folder = tmp_path_factory.mktemp("drawn")
    return size(write(folder, DRAWN), out=folder / "results")


def kept(folder):
    """Return the files of a result but for the manifest, which says when it was made."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name != "manifest.json"}


# --- the question --------------------------------------------------------------------------------------------------------


def test_needs_are_those_of_the_scenario(found):
    """Ten tents at A, twelve at B, none in a quiet year; the deadline is the need's."""
    needs = found.needs
    assert [(want.id, want.within) for want in needs.wants] == [("tent", 70 * MINUTE)]
    assert needs.names == ("A", "B")
    assert needs.demand.tolist() == [[[10.0, 0.0]], [[0.0, 12.0]], [[0.0, 0.0]]]
    assert needs.probability == pytest.approx([0.1, 0.2, 0.7])


def test_drawn_needs_share_the_probability(drawn):
    """Four draws a case, a quarter of its probability each; draws differ."""
    needs = drawn.needs
    assert needs.case.tolist() == [0] * 4 + [1] * 4 + [2]
    assert needs.probability == pytest.approx([0.025] * 4 + [0.05] * 4 + [0.7])
    assert len(set(needs.demand[:4, 0, 0])) == 4


def test_needs_without_a_deadline_take_that_of_the_study(tmp_path):
    """In the plan and in the proof; known 20 min after the alarm, they have so long from then."""
    case = CASE.replace(", deadline: 70 min", ", after: 20 min")
    study = loaded(write(tmp_path, STUDY.replace(", deadline: 70 min", "") + "within: 90 min\n", case))
    assert {want.within for want in needs_of(study).wants} == {90 * MINUTE}
    (course,) = measured(study.first, study.within).courses
    assert [need.deadline for need in course.supplies] == [110 * MINUTE]


def test_hours_are_release_loading_drive_and_receiving(found):
    """10 order + 5 trucks + 4.8 to load 8 t at 100 t/h + 20 receiving, and a minute a kilometre; B is a place of its own case."""
    study = found.study
    fixed = 10 + 5 + 4.8 + 20
    for case, column, drives in ((study.cases[0], 0, (10, 20)), (study.cases[1], 1, (40, 10))):
        table = hours(case, study, found.needs.places, ["near", "far"])
        assert table[:, column] == pytest.approx([(fixed + drive) / 60 for drive in drives], abs=1 / HOUR)
        assert np.isinf(table[:, 1 - column]).all()


# --- the plan ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("budget", [0, 5_000, 10_000, 20_000])
def test_plan_is_the_best_of_all_stocks(tmp_path, budget):
    """Every split of whole packs within the budget, counted by hand."""
    study = STUDY.replace("budget: 20000 yuan", f"budget: {budget} yuan").replace(
        "budgets: [0 yuan, 5000 yuan, 10000 yuan]\n", ""
    )
    found = size(write(tmp_path, study), proof=False)
    stocks = [
        (2 + 5 * near, 3 + 5 * far) for near, far in itertools.product(range(5), repeat=2) if 5_000 * (near + far) <= budget
    ]  # fmt: skip
    best = min(stocks, key=lambda stock: cost(*stock))
    assert found.plan.stock[:, 0] == pytest.approx(best)
    assert found.plan.cost == pytest.approx(cost(*best), abs=1e-4)
    assert found.plan.expected_service == pytest.approx(service(*best))
    assert found.today.costs.shortage == pytest.approx(cost(2, 3) - YEARLY * 5)


def test_the_curve_is_the_best_of_each_budget(found):
    """One pack, two packs, all of them at the far depot."""
    assert [point.plan.expected_service for point in found.curve] == pytest.approx([service(2, 3), service(2, 8), service(2, 13)])
    assert [point.plan.spent for point in found.curve] == pytest.approx([0, 5_000, 10_000])


def test_what_survives_counts(tmp_path):
    """Of the far depot a half is left in case B: 12 asked there need 24 held."""
    rooms = "rooms: [{depot: far, survives: {b: 50 %}}]\n"
    plan = size(write(tmp_path, STUDY.replace("20000", "50000") + rooms), proof=False).plan
    assert plan.stock[1, 0] == 28  # 3 + 5 packs; with 23 half a tent is short: 0.2 × 5000 × 0.5 = a pack a year: dearer than none


def test_standard_shares_out_as_today(drawn):
    """12 are asked, 5 are there as 2 and 3: 7 more, two fifths and three fifths."""
    assert drawn.standard[:, 0] == pytest.approx([2 + 7 * 2 / 5, 3 + 7 * 3 / 5])


def test_standard_without_stock_is_shared_alike(tmp_path):
    """Nothing is there: each depot the same."""
    case = CASE.replace("quantity: 2 pc", "quantity: 0 pc").replace("quantity: 3 pc", "quantity: 0 pc")
    found = size(write(tmp_path, STUDY + "minimum: [{item: tent, amount: 10 pc}]\n", case), proof=False)
    assert found.standard[:, 0].tolist() == [5.0, 5.0]


def test_quick_answer_is_the_newsvendor(found):
    """10, 12 or 0 tents with 0.1, 0.2, 0.7; 100 a year against 5,000: 12."""
    by_hand = newsvendor_empirical(YEARLY, PENALTY, [10, 12, 0], [0.1, 0.2, 0.7]).level
    assert quick_answer(found.study, found.needs, found.problem) == (by_hand,) == (12.0,)


def test_certificate_covers_the_true_optimum():
    """One depot, one item, demand even over 1 … 100: 5 % may miss; of 60 studies no more than the binomial allows."""
    wanted = np.arange(1, 101)
    holding, penalty = 1.0, 9.0
    true = min(
        holding * stock + penalty * np.maximum(wanted - stock, 0).mean() for stock in range(101)
    )  # fmt: skip
    rng, held = np.random.default_rng(5), 0
    for _ in range(60):
        demand = rng.integers(1, 101, 40).astype(float).reshape(40, 1, 1)
        asked = Question(
            wants=(Want("w", [[1.0]], 1.0, penalty),), probability=np.full(40, 1 / 40), demand=demand, time=[[[0.5]]],
            price=[1.0], yearly_cost=[holding], pack=[0], language="en",
        )  # fmt: skip
        problem = check(asked)
        plan = solve(problem, gap=1e-6)
        needs = Needs((), (), (), np.zeros(40, dtype=np.int64), np.full(40, 1 / 40), demand)
        stock, again = plan.stock[0, 0], rng.integers(1, 101, 40)
        cost = penalty * np.maximum(again - stock, 0)
        fresh = Judged(holding * stock + float(cost.mean()), cost, needs.case, needs.probability)
        told = certificate(problem, needs, plan, 1e-6, lambda fresh=fresh: fresh)
        really = holding * stock + penalty * np.maximum(wanted - stock, 0).mean()
        held += told.lower <= true + 1e-9 and really <= told.upper + 1e-9
        assert told.confidence == 0.95
    assert held >= 60 - 8  # P(more than 8 misses of 60 at 5 %) < 0.5 %


def test_few_draws_are_certified_for_themselves_alone(drawn):
    """Four draws cannot be split into ten batches: the bound of the program, for these draws."""
    assert drawn.certificate.confidence == 1.0
    assert drawn.certificate.within == pytest.approx(drawn.plan.gap)


# --- stock as a change of the scenario -----------------------------------------------------------------------------------


def test_with_stock_changes_what_is_meant_and_no_more(found):
    """More at one depot, fewer at the other; the rest of the scenario is the same."""
    study, case = found.study, found.study.cases[0]
    before = stock_of(case.scenario)
    after = stock_of(with_stock(study, case, {("near", "tent"): -2.0, ("far", "tent"): 10.0}))
    tents = {key: amount / 1000 for key, amount in after.items()}
    assert [tents[key] - before[key] / 1000 for key in before] == [-2.0, 10.0]
    same = with_stock(study, case, {})
    assert same.digest == case.scenario.digest


def test_new_stock_of_an_owner():
    """To his own lot; else a new one, with his word over it, an id where the others have one, and nobody else's changed."""
    city = {"item": "tent", "owner": "city", "quantity": "2 pc", "released_by": "post", "expires": "2027-01-01"}
    county = {"item": "tent", "owner": "county", "quantity": 3}
    assert _stock([city, county], {"tent": 4.5}, "county") == [city, county | {"quantity": 7.5}]
    assert _stock([city, county], {"tent": 4.0}, "city")[0]["quantity"] == "6 pc"
    new = {"item": "quilt", "owner": "city", "quantity": 5, "released_by": "post"}
    assert _stock([city, county], {"quilt": 5.0}, "city") == [city, county, new]
    named = [city | {"id": "lot-1"}, county | {"id": "lot-2"}]
    assert _stock(named, {"quilt": 5.0}, "city") == [*named, new | {"id": "new-quilt"}]
    assert city["quantity"] == "2 pc"


def test_stock_taken_away_is_gone_lot_by_lot():
    """Five of 2 and 4: the first is empty, one is left; more than there is leaves nothing below zero."""
    lots = [{"item": "tent", "owner": "a", "quantity": "2 pc"}, {"item": "tent", "owner": "b", "quantity": "4 pc"}]
    assert [lot["quantity"] for lot in _stock(lots, {"tent": -5.0}, "a")] == ["0 pc", "1 pc"]
    assert [lot["quantity"] for lot in _stock(lots, {"tent": -9.0}, "a")] == ["0 pc", "0 pc"]


# --- the proof -----------------------------------------------------------------------------------------------------------


def test_planned_proof_reaches_the_share_of_the_hand_count(found):
    """Today 5 of 10 at A and 3 of 12 at B: the near lorries are there after 75 min. The proposal is whole in both."""
    proof = found.proof
    reached = {(row.plan, row.case): row.share.mean for row in proof.rows}
    assert reached == {("today", "a"): 0.5, ("today", "b"): 0.25, ("proposal", "a"): 1.0, ("proposal", "b"): 1.0}
    assert proof.service == pytest.approx({"today": service(2, 3), "proposal": 1.0})
    assert proof.gain.mean == pytest.approx(cost(2, 3) - YEARLY * 5)
    assert proof.gain.bounds is None
    assert proof.replications == 1


def test_the_same_plan_gains_nothing(tmp_path):
    """No budget: the proposal is today's stock, replication by replication."""
    found = size(write(tmp_path, DRAWN.replace("20000", "0").replace("amount: 12 pc", "amount: 5 pc")))
    assert found.proof.gain == (0.0, (0.0, 0.0))
    assert found.proof.service["proposal"] == found.proof.service["today"]
    said = sentence(summary_of(found), "zh")
    assert said.startswith("不必增购:在此预算内没有比现有储备更好的方案")


def test_the_proof_has_draws_of_its_own(drawn):
    """Needs of the proof are not those that the plan was made for, and the share is of what is asked there."""
    study, case = drawn.study, drawn.study.cases[0]
    assert fresh_seed(study) != study.seed
    again = [units["tent"] for units in asked_again(case, study, fresh_seed(study), 4)]
    assert again != drawn.needs.demand[:4, 0, 0].tolist()
    lost = {(row.plan, row.case): row.share.mean for row in drawn.proof.rows}
    assert all(0 <= share <= 1 for share in (*lost.values(), *drawn.proof.service.values()))


def test_files_and_summary(drawn):
    """Each file is there; the table can be filed and its costs add up; the summary has what a reader needs."""
    names = {path.name for path in drawn.path.iterdir()}
    assert names == {"proposal.csv", "service.csv", "curve.csv", "summary.json", "manifest.json", "study.resolved.yaml"}
    summary = json.loads((drawn.path / "summary.json").read_text(encoding="utf-8"))
    assert summary == json.loads(json.dumps(summary_of(drawn)))
    assert set(summary) == {
        "study", "kind", "question", "language", "id", "seed", "budget", "spent", "cases", "proposal", "service", "costs", "today",
        "promised", "gap", "curve", "next_10000", "quick", "proof", "assumptions", "warnings",
    }  # fmt: skip
    assert set(summary["proof"]) == {"replications", "service", "spent", "shortage_cost", "saved"}
    assert sum(line["cost"] for line in summary["proposal"]) == pytest.approx(summary["spent"]) == 20_000
    assert summary["proof"]["spent"] == {"today": 0.0, "proposal": 20_000.0, "standard": 7_000.0}
    rows = (drawn.path / "proposal.csv").read_text(encoding="utf-8-sig").splitlines()
    assert rows == [
        'item,depot,unit,now,proposed,to buy,"price, yuan","cost, yuan"',
        "Tent,Near,pc,2.0,2.0,0.0,1000.0,0.0", "Tent,Far,pc,3.0,23.0,20.0,1000.0,20000.0",
    ]  # fmt: skip
    assert summary["assumptions"] == 1  # both cases read the same file: it is one


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupted_proof_goes_on(drawn, tmp_path, monkeypatch, jobs):
    """Stopped and resumed, with whatever jobs: the same files; what was finished is not run again."""
    monkeypatch.setattr("sim.experiment.comparing.campaign._BATCH_SECONDS", 1e-6)
    path = write(tmp_path, DRAWN)

    def stop(what, done, _):
        if what is PROVING and done >= 7:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted):
        size(path, 1, tmp_path / "results", progress=stop)
    totals = []
    again = size(path, jobs, tmp_path / "results", resume=True, progress=lambda what, _, total: totals.append((what, total)))
    assert 0 < max(total for what, total in totals if what is PROVING) < 36
    assert kept(again.path) == kept(drawn.path)


# --- in words ------------------------------------------------------------------------------------------------------------


def test_the_answer_leads_with_what_is_reached(found):
    """What is bought, and what simulation reaches; then the proof, the bound, the money."""
    lines = answer(summary_of(found), "en")
    assert lines[0] == (
        "Buying for 10,000 yuan (Far Tent 10 pc; of 20,000 yuan): what comes in time (weighed by loss) rises from 32 % to 100 % in "
        "simulation."
    )
    assert lines[1].startswith("Simulated (planned values) it reaches: today's stock 32 %, the proposal 100 %")
    assert "11,500 yuan lower" in lines[1]
    assert lines[4].startswith("This rests on 1 assumed input, on the")


def changed(found, **proof):
    """Return the summary of a sizing with another proof."""
    summary = summary_of(found)
    return summary | {"proof": summary["proof"] | proof}


def test_no_real_difference_is_said(found):
    """An interval around nothing: no rise is claimed."""
    summary = changed(found, saved={"mean": 900.0, "ci95": [-200.0, 2_000.0]}, service={"today": 0.6, "proposal": 0.64})
    assert "仿真中与现有储备没有实质差别,不足为据" in sentence(summary, "zh")
    assert "no real difference" in sentence(summary, "en")
    assert "差别不足为据" in answer(summary, "zh")[1]


def test_a_worse_plan_is_not_recommended(found):
    """An interval below nothing: more loss than today."""
    summary = changed(found, saved={"mean": -900.0, "ci95": [-2_000.0, -200.0]}, service={"today": 0.6, "proposal": 0.5})
    assert "反而不如现有储备" in sentence(summary, "zh")
    assert "不宜照此采购" in sentence(summary, "zh")
    assert "falls from 60 % to 50 % (promised 100 %). Do not buy by it." in sentence(summary, "en")
    assert "每年期望损失比现有多 900 元(95% 区间 200 元 至 2,000 元)" in answer(summary, "zh")[1]


def test_a_broken_promise_is_said(found):
    """Promised 100 %, reached 64 %: both, in the sentence and after it."""
    summary = changed(found, saved={"mean": 900.0, "ci95": [200.0, 2_000.0]}, service={"today": 0.6, "proposal": 0.64})
    assert "实际由 60 % 提高到 64 %(承诺 100 %)" in sentence(summary, "zh")
    assert "建议方案承诺 100 %,实际 64 %" in answer(summary, "zh")[1]


def test_without_a_budget_and_without_a_proof(tmp_path):
    """The sentence says that no budget was set, and that nothing was simulated; there is no next 10,000 yuan."""
    summary = summary_of(size(write(tmp_path, STUDY.replace("budget: 20000 yuan\n", "")), proof=False))
    assert summary["budget"] is None
    assert summary["next_10000"] is None
    assert "未限预算" in sentence(summary, "zh")
    assert "规划承诺,未经仿真" in sentence(summary, "zh")
    assert "no budget set" in sentence(summary, "en")
    assert not any("10,000 yuan buy" in line for line in answer(summary, "en"))


def test_nothing_is_said_in_powers_of_ten():
    """3,240 yuan of loss are not 3.24e+03, and 120 % is not 1.2e+02."""
    summary = {"next_10000": {"saved": 3240.4, "uncertain": 10.0, "service": 0.0}}
    assert said_of_money(summary, "zh") == "再多 1 万元,每年少损失 3,240 元。"
    assert said_of_money(summary, "en") == "A further 10,000 yuan save 3,240 yuan of loss a year."
    gap = {"within": 1.2, "confidence": 0.95}
    assert said_of_gap({"gap": gap}, "en").startswith("Within 120 % of the best")
    assert said_of_gap({"gap": gap | {"within": 0.0123}}, "en").startswith("Within 1.2 % of the best")


def test_moving_stock_is_no_purchase(tmp_path):
    """Nothing to spend, but two tents may go to where both cases are served."""
    study = STUDY.replace("20000", "0") + "movable: yes\n"
    found = size(write(tmp_path, study), proof=False)
    assert found.plan.stock[:, 0].tolist() == [0.0, 5.0]
    assert sentence(summary_of(found), "zh").startswith("不必增购,只调整存放(2 项)")


def test_no_bound_is_said(found):
    """A bound that is not above nothing is no share of anything."""
    summary = summary_of(found)
    summary["gap"]["within"] = None
    assert "给不出与最优的差距" in answer(summary, "zh")[2]


def test_numbers_as_people_say_them():
    """Never in powers of ten; almost all is not all; whole units."""
    assert [money(amount, "zh") for amount in (0, 9_999, 17_300, 199_000_000, 123_456)] == [
        "0 元", "9,999 元", "1.73 万元", "19,900 万元", "12.35 万元",
    ]  # fmt: skip
    assert money(123_456, "en") == "123,456 yuan"
    assert [percent(share) for share in (1.0, 0.9999, 0.004, -0.001)] == ["100 %", ">99 %", "0 %", "0 %"]
    assert [units(amount) for amount in (179_074.727, 12.0, 12.3456)] == ["179,075", "12", "12.3"]


def test_a_budget_below_the_minimum_says_which_fight(tmp_path):
    """100 tents cost more than 20,000 yuan buy: budget and minimum are named."""
    with pytest.raises(InputError) as error:
        size(write(tmp_path, STUDY + "minimum: [{item: tent, amount: 100 pc, basis: the rule}]\n"), proof=False)
    said = " ".join(finding.what.en + finding.remedy.en for finding in error.value.findings)
    assert "budget" in said.lower()
    assert "the rule" in said or "Tent" in said


def test_a_shortage_that_costs_nothing_is_refused(tmp_path):
    """Nothing would ever be bought: the item and the study are named."""
    case = CASE.replace(",\n     shortage: 5000 yuan", "")
    with pytest.raises(InputError) as error:
        size(write(tmp_path, STUDY, case), proof=False)
    (finding,) = error.value.findings
    assert finding.code == "missing-key"
    assert "'tent'" in finding.what.en
    assert size(write(tmp_path, STUDY + "shortage: {tent: 5000 yuan}\n", case), proof=False).plan.stock[1, 0] == 13
