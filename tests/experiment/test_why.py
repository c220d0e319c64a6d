"""Why: a replication run again tells every choice, and says it so that a duty officer can follow; it never changes the run."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim
from sim.engine.simulate import simulate
from sim.engine.trace import Answered, Asked, Decision, FirstResponse, HospitalChoice, Judged, Replanned, Tracer, WhyNot
from sim.errors import InputError
from sim.experiment.runs import run
from sim.experiment.why import why
from sim.experiment.why_names import printable
from sim.experiment.why_plain import plain
from sim.experiment.why_table import padded, table
from sim.log import CAUSES, COLUMNS, KINDS, Cause, Kind
from sim.scenario.command import Command
from sim.scenario.frozen import RunCard
from sim.scenario.load import load_scenario
from sim.units import MINUTE, NEVER
from tests.engine.random_scenarios import small_scenarios
from tests.experiment.scenarios import make
from tests.scenarios.files import five_places, write

ROOT = Path(__file__).parents[2]
AT = {name: column for column, name in enumerate(COLUMNS)}
often = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))

TWO = """\
format: 1
name: two calls
mode: drill
start: 2026-01-01 08:00
coordinates: metres
network: {straight_line: {speed: 60 km/h, detour: 1}}
bases: [{id: b, place: "0, 0"}, {id: far, place: "60000, 0"}]
hospitals: [{id: h1, place: "0, 3000"}, {id: h2, place: "0, 9000"}]
teams:
  - {id: t, base: b, capabilities: [help], turnout: 1 min}
  - {id: f, base: far, capabilities: [help], turnout: 1 min}
  - {id: s, base: far, capabilities: [carry], substitutes: {help: 0.5}, turnout: 1 min}
incident_types: {urgent: {priority: 1}, minor: {priority: 5}}
dispatch: {retarget: 5 min}
packages:
  p: [{capability: help, work: 10 min}]
  q: [{capability: help, work: 10 min, carry: {chance: 1, hospital: nearest, handover: 5 min}}]
incidents:
  - {id: one, name: a fall, kind: minor, place: "-20000, 0", at: 08:00, package: p}
  - {id: two, name: a crash, kind: urgent, place: "10000, 0", at: 08:05, package: q}
"""
ONE_TEAM = """\
format: 1
name: one team
mode: drill
start: 2026-01-01 08:00
coordinates: metres
network: {straight_line: {speed: 60 km/h, detour: 1}}
bases: [{id: b, place: "0, 0"}]
teams: [{id: t, base: b, capabilities: [help], turnout: 1 min}]
packages: {p: [{capability: help, work: 10 min}]}
incidents:
  - {id: one, place: "5000, 0", at: 08:00, package: p}
  - {id: two, place: "10000, 0", at: 08:02, package: p}
"""
ROADS = """\
format: 1
name: roads
mode: drill
start: 2026-01-01 10:00
network: net
coordinates: metres
vehicles: [{id: car, like: light, speed: 60 km/h}]
bases: [{id: a, place: A}]
teams: [{id: t, base: a, vehicle: car, capabilities: [help]}]
packages: {p: [{capability: help, work: 1 min}]}
incidents: [{id: one, place: C, at: 10:00, package: p}]
road_events:
  - {id: slide, close: {begin: B, end: C}, begins: 10:05}
"""


@cache
def shipped(name: str):
    """Return a shipped scenario and its run in memory."""
    scenario = load_scenario(ROOT / "scenarios" / f"{name}.yaml")
    return scenario, run(scenario)


def asked(name: str, incident: str | None = None):
    scenario, results = shipped(name)
    return why(results, incident, scenario=scenario)


def of_text(folder: Path, text: str, incident: str | None = None):
    """Run a scenario file; return why."""
    scenario = load_scenario(write(folder, text))
    return why(run(scenario), incident, scenario=scenario)


def of(found, kind):
    return [told for told in found.decisions if isinstance(told, kind)]


# --- the run is the same -----------------------------------------------------------------------------------------------------


@often
@given(small_scenarios(), st.sampled_from((None, 0, 5 * MINUTE)))
def test_a_tracer_never_changes_a_run(model, retarget):
    """With and without, and told of one incident only: the same digest; the one incident's choices are those among all."""
    model = replace(model, command=Command(retarget=retarget))
    told, some = [], []
    digest = simulate(model, 1).digest
    assert simulate(model, 1, tracer=told.append).digest == digest
    assert simulate(model, 1, tracer=Tracer(some.append, 1)).digest == digest
    assert some == [one for one in told if one.incident == 1]


@pytest.mark.parametrize(
    "name",
    [
        "hazchem-pingshuo",
        "jsm-hazchem-joint",
        "jsm-hazchem-joint-direct",
        "jsm-hazchem-joint-lender",
        "jsm-hazchem-joint-standby",
    ],
)
def test_a_tracer_never_changes_a_shipped_run(name):
    """Command, levels, requests and convoys too, as planned and by chance."""
    scenario, _ = shipped(name)
    for model, replications in ((scenario, [0]), (scenario.as_plan(), range(4))):
        for k in replications:
            assert simulate(model, k, tracer=lambda _: None).digest == simulate(model, k).digest


@often
@given(small_scenarios())
def test_every_order_has_its_choice_and_everybody_is_considered(model):
    """Orders by a policy were chosen; all who have the capability appear once, with a reason that fits their time."""
    told = []
    rows = simulate(model, 1, tracer=told.append).rows.tolist()
    decisions = [one for one in told if isinstance(one, Decision)]
    chosen = {(one.time, one.incident, one.chosen) for one in decisions}
    for row in rows:
        if KINDS[row[AT["kind"]]] == Kind.TEAM_ORDERED and CAUSES[row[AT["cause"]]] != Cause.FIRST_RESPONSE:
            assert (row[AT["time"]], row[AT["incident"]], row[AT["team"]]) in chosen
    for one in decisions:
        if len(model.courses) == 1:
            capability = model.courses[0].lines[one.line].capability
            assert sorted(c.team for c in one.considered) == [t.index for t in model.teams if capability in t.capabilities]
        picked = [c for c in one.considered if c.verdict == WhyNot.CHOSEN]
        assert [c.team for c in picked] == ([] if one.chosen is None else [one.chosen])
        for other in one.considered:
            if other.verdict in (WhyNot.BUSY, WhyNot.REFIT, WhyNot.RETURNING, WhyNot.NO_WAY):
                assert other.eta == NEVER
            if other.verdict == WhyNot.BUSY:
                assert other.at >= 0
            if other.verdict == WhyNot.LATER:
                assert (other.substitute, other.eta, other.team) > (picked[0].substitute, picked[0].eta, picked[0].team)
            if one.chosen is None and model.policies != ("run_card",):
                assert other.eta == NEVER or other.verdict == WhyNot.TAKEN


@often
@given(small_scenarios())
def test_first_response_is_told_as_it_is_ordered(model):
    """Whoever is told to be sent is ordered then; whoever is not gets a row that says so, or was not needed."""
    told = []
    rows = simulate(model, 1, tracer=told.append).rows.tolist()
    sent, refused = (
        {
            (row[AT["time"]], row[AT["incident"]], row[AT["team"]])
            for row in rows
            if KINDS[row[AT["kind"]]] == kind and (kind != Kind.TEAM_ORDERED or CAUSES[row[AT["cause"]]] == Cause.FIRST_RESPONSE)
        }
        for kind in (Kind.TEAM_ORDERED, Kind.TEAM_NOT_SENT)
    )
    named = [(one.time, one.incident, c.team, c.verdict) for one in told if isinstance(one, FirstResponse) for c in one.named]
    assert {key[:3] for key in named if key[3] == WhyNot.CHOSEN} == sent
    assert {key[:3] for key in named if key[3] not in (WhyNot.CHOSEN, WhyNot.ENOUGH)} == refused


@often
@given(small_scenarios())
def test_everything_can_be_said_in_both_languages(model):
    """Any choice of any scenario has its sentence, its row of a table and its JSON, in order of time."""
    results = run(model, 1)
    for incident in dict.fromkeys(simulate(model, 0).incidents[:3]):
        found = why(results, incident, scenario=model)
        for language in ("zh", "en"):
            told = list(found.told(language))
            assert [time for time, _ in told] == sorted(time for time, _ in told)
            assert all(said == printable(said) for _, said in told)
            assert len(padded(table(found, language))) >= 1
            for team in model.teams[:2]:
                assert set(found.sentences(language, team.id)) is not None
            json.dumps(plain(found, language), allow_nan=False)
        for one in found.who_cannot:
            assert one.free_again is None or one.free_again >= one.since


# --- what it says ------------------------------------------------------------------------------------------------------------


def test_who_waits_is_said_once_and_who_was_busy_and_until_when(tmp_path):
    """One team: at 08:02 it is at the first call until 08:16; then it goes on from there, 5 km."""
    found = of_text(tmp_path, ONE_TEAM, "two")
    assert found.sentences() == [
        "08:02 Alarm: two.",
        "08:02 help × 1: nobody can be sent, on the waiting list. Not sent: busy: t (at 'one', free at 08:16).",
        "08:16 help × 1 (had to wait): sends t (there 08:21, in 5 min), nobody else could come.",
        "08:31 The incident is over.",
    ]
    assert found.sentences("zh")[1] == "08:02 help 1 组: 无人可派,转入等待。未派:正在执行任务: t (在处置“one”,08:16 恢复可派)。"
    (absent,) = found.who_cannot
    assert (absent.reason, absent.at, absent.since, absent.free_again, absent.came) == (
        WhyNot.BUSY, 0, 2 * MINUTE, 16 * MINUTE, 16 * MINUTE,
    )  # fmt: skip
    frame = found.who_cannot_table("en")
    assert list(frame.columns) == ["team", "capability", "why not", "from", "free again", "came"]
    assert frame.iloc[0].tolist() == ["t", "help", "at 'one'", "08:02", "08:16", "sent 08:16"]


def test_a_team_sent_on_is_told_on_both_sides(tmp_path):
    """t, 4 km out, is sent back to what is more urgent: 4 + 10 km, where f would take 1 + 50 min."""
    crash = of_text(tmp_path, TWO, "two").sentences()
    assert crash[1] == (
        "08:05 help × 1: sends t (there 08:19, in 14 min, sent on from 'a fall', which is less urgent, 37 min sooner). "
        "Not sent: no sooner: f (51 min); can only stand in: s (51 min)."
    )
    assert crash[2] == "08:29 t takes a casualty to h1 (10 min, the nearest); others: h2 (13 min)."
    fall = of_text(tmp_path, TWO, "one")
    assert "08:05 t leaves: sent on to a more urgent incident (to 'a crash')." in fall.sentences()
    assert fall.sentences()[3].startswith("08:05 help × 1 (sought again): sends f")


def test_incidents_are_found_by_name_too(tmp_path):
    """The name that the file gives does as well as the id."""
    assert of_text(tmp_path, TWO, "a fall").incident == "one"


def test_a_way_round_is_told_with_its_cost(tmp_path):
    """Closed at 10:05: there at 10:30 over D and E instead of 10:20."""
    found = of_text(five_places(tmp_path), ROADS)
    (way,) = of(found, Replanned)
    assert (way.old, way.new) == (20 * MINUTE, 30 * MINUTE)
    assert "10:05 t takes another way because of 'slide': there 10:30 instead of 10:20 (10 min later)." in found.sentences()


def test_a_team_cut_off_waits_and_has_a_way_again(tmp_path):
    """Both ways closed at 10:05, one opened at 10:40: it stands at B, then needs 10 min."""
    more = f"{ROADS}  - {{id: flood, close: {{begin: D, end: E}}, begins: 10:05}}\n"
    said = of_text(
        five_places(tmp_path), more.replace("begins: 10:05}\n  - {id: flood", "begins: 10:05, ends: 10:40}\n  - {id: flood")
    )
    assert "10:05 t has no way and waits for a road." in said.sentences()
    assert "10:40 t has a way again ('slide'): there 10:50." in said.sentences()


def test_the_joint_drill_in_words():
    """The request of story 1: 70 min of calls, 3 h 53 in all, the earliest of those who can be asked; floor kept."""
    found = asked("jsm-hazchem-joint", "leak")
    said = found.sentences()
    line = next(s for s in said if s.startswith("09:50 堵漏 1 组"))
    assert (
        "向外请求 准格尔危化救援队 1 (13:43 到,预计 3 小时 53 分,其中经“逐级(准格尔)”批复 1 小时 10 分),可请各家中最早到场"
        in line
    )
    assert "本项只请指定支援方" in line
    assert any(
        s.startswith(
            "09:50 朔州市指挥部向准格尔请求堵漏 1 支:经“逐级(准格尔)”(山西省应急厅 → 内蒙古应急厅 → 鄂尔多斯应急局 → 准格尔危化救援队),预计 1 小时 10 分批复"
        )
        for s in said
    )
    answer = next(s for s in said if s.startswith("11:00 准格尔同意派 1 支"))
    assert "须留守 1 支,派后余 2 支" in answer
    (ask,), (given_,) = of(found, Asked), of(found, Answered)
    assert (ask.calls, ask.eta) == (70 * MINUTE, (70 + 25 + 138) * MINUTE)
    assert sum(one.verdict == WhyNot.CHOSEN for one in given_.teams) == 1
    assert any(isinstance(one, Judged) and one.held for one in found.decisions)
    assert "09:41 朔州市指挥部研判二级响应:条件“需转移人数 > 500”不成立(已知:需转移人数 = 120)。" in said
    assert "09:47 朔州市指挥部研判二级响应:条件“需转移人数 > 500”成立(已知:需转移人数 = 620),提请市长批准。" in said


def test_the_lender_keeps_one_and_says_so():
    """Asked for three, it sends two: the third stays at home by the floor, and is in the table."""
    found = asked("jsm-hazchem-joint-lender", "datong-leak")
    (given_,) = of(found, Answered)
    assert (given_.wanted, given_.cause, given_.at_home) == (3, Cause.FLOOR, 3)
    assert [one.verdict for one in given_.teams] == [WhyNot.CHOSEN, WhyNot.CHOSEN, WhyNot.KEPT]
    assert any("平朔同意派 2 支(请求 3 支)" in said and "留守底线: 平朔危化救援队 3" in said for said in found.sentences())
    kept = [one for one in found.who_cannot if found.scenario.teams[one.team].name == "平朔危化救援队 3"]
    assert [one.reason for one in kept] == [WhyNot.KEPT]
    barred = {found.scenario.teams[one.team].group for one in found.who_cannot if one.reason == WhyNot.NOT_ORDERED}
    assert "zhungeer-haz" in barred
    assert "datong-haz" not in barred


def variant(**traits):
    """Return why of the joint drill with the channel to 准格尔 (or the lenders) changed."""
    scenario, _ = shipped("jsm-hazchem-joint")
    changed = replace(scenario, command=replace(scenario.command, **traits))
    return why(run(changed), "leak", scenario=changed)


def links(change):
    """Return the channels, the links of the one to 准格尔 changed."""
    channels = shipped("jsm-hazchem-joint")[0].command.channels
    return tuple(replace(c, links=change(c.links)) if "准格尔" in c.name else c for c in channels)


def test_a_request_that_comes_to_nothing_names_the_post():
    """The last post declines, or the first cannot be reached: who, why, and whom is asked next."""
    declined = variant(channels=links(lambda chain: (*chain[:-1], replace(chain[-1], refuses=1.0)))).sentences()
    assert "11:00 向准格尔的请求在准格尔危化救援队未果:对方不同意。" in declined
    again = next(s for s in declined if s.startswith("11:00 堵漏 1 组"))
    assert "向外请求 府谷危化救援队" in again
    assert "此前已请求未果: 准格尔危化救援队 1–3" in again
    silent = variant(channels=links(lambda chain: (replace(chain[0], no_answer=0.9), *chain[1:]))).sentences("en")
    assert any("The request to 准格尔 comes to nothing at 山西省应急厅: nobody could be reached." in s for s in silent)


def test_all_lenders_at_once_and_the_rest_taken_back():
    """Each request is told; those that were not needed in the end are taken back by name."""
    found = variant(ask_all=True)
    assert len(of(found, Asked)) == 5
    assert sum("撤回向" in said for said in found.sentences()) == 4


def test_a_floor_that_lets_nobody_go():
    """A floor of three of three: none is sent, all are named, and all are in the table with the lender's reason first."""
    lenders = shipped("jsm-hazchem-joint")[0].command.lenders
    found = variant(
        lenders=tuple(replace(one, floor=replace(one.floor, teams=3)) if one.id == "zhungeer" else one for one in lenders)
    )
    assert any(
        "准格尔未能派出(请求 1 支);在家 3 支,须留守 3 支。未派:留守底线: 准格尔危化救援队 1–3" in s for s in found.sentences()
    )
    assert any(row[0] == "准格尔危化救援队 1–3" and row[2].startswith("留守底线") for row in table(found, "zh"))


def test_a_policy_that_passes_somebody_over_and_needs_that_do_not_wait():
    """A run card of two: whoever is not on it is passed over, though sooner; without a queue nobody is sent at all."""
    scenario, _ = shipped("hazchem-pingshuo")
    number = {team.id: team.index for team in scenario.teams}
    card = RunCard(frozenset(), frozenset(), (number["fire-shanyin-1"],))
    for queue, words in ((True, ("派 山阴站 1", "转入等待")), (False, ("本可派 山阴站 1", "整起未受理"))):
        changed = replace(scenario, policies=("run_card",), run_cards=(card,), queue=queue)
        found = why(run(changed), scenario=changed)
        said = "".join(found.sentences())
        assert all(word in said for word in words)
        assert "按策略未选: 开发区特勤站 1、2" in said
        assert said.endswith("未受理:有一组派不出,本情景又不排队。") != queue


def test_of_one_team_only():
    """Asked about one team, every sentence is about it, and it is named even where many others are not."""
    found = asked("jsm-hazchem-joint-lender", "leak")
    said = found.sentences("zh", "平朔危化救援队 2")
    assert said
    assert all("平朔危化救援队" in s for s in said)
    assert "在处置“大同某园区液氨泄漏”,13:41 恢复可派" in said[0]
    with pytest.raises(InputError) as refused:
        found.sentences("zh", "平朔危化救援队 9")
    assert "是否想写" in refused.value.findings[0].render("zh")


def test_a_hospital_is_told_with_all_others():
    """Every hospital of the scenario is listed with its drive, the nearest first; three in four are taken to one."""
    scenario = load_scenario(ROOT / "scenarios" / "city-daily.yaml")
    days = replace(scenario, ends=36 * 3_600_000)
    results = run(days, 1, keep_log=False)
    hospitals = [choice for n in range(1, 9) for choice in of(why(results, f"ems/{n}", scenario=days), HospitalChoice)]
    assert hospitals
    for choice in hospitals:
        assert len(choice.hospitals) == len(scenario.hospitals)
        assert choice.hospitals == tuple(sorted(choice.hospitals))
        assert choice.chosen == choice.hospitals[0][1]


def test_names_from_a_file_stay_text():
    """Escape sequences, turned text and line breaks in names do not reach the terminal."""
    assert printable("a\x1b[31mb\u202ec\nd\u200b") == "a[31mbc d"
    model = make(mode="drill")
    evil = replace(model, teams=tuple(replace(team, name=f"\x1b]0;{team.name}\n{{x}}") for team in model.teams))
    found = why(run(evil), scenario=evil)
    assert all(char.isprintable() for said in found.sentences() for char in said)
    assert all(char.isprintable() for line in padded(table(found, "zh")) for char in line)


# --- from a results folder ---------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    """Return the results folder of a drill run as a plan: three replications."""
    return run(load_scenario(ROOT / "scenarios" / "jsm-hazchem-joint.yaml"), 3, seed=5, out=tmp_path).path


def test_a_replication_out_of_a_folder(folder, monkeypatch):
    """A drill run as a plan, seed of its own: each replication repeats; in Python from the path or the results."""
    monkeypatch.chdir(ROOT)
    found = [sim.why(folder, "leak", k) for k in range(3)]
    assert [one.replication for one in found] == [0, 1, 2]
    assert len({tuple(one.sentences()) for one in found}) == 3
    assert sim.why(sim.Results.load(folder)).sentences() == found[0].sentences()
    with pytest.raises(InputError) as refused:
        sim.why(folder, "leak", 3)
    assert refused.value.findings[0].code == "no-replication"


def test_the_root_of_the_project_is_looked_for_or_given(folder, tmp_path, monkeypatch):
    """Away from the project its root must be named; the finding says so."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as refused:
        sim.why(folder, "leak")
    assert refused.value.findings[0].code == "cannot-repeat"
    assert "--root" in refused.value.findings[0].render("en")
    assert sim.why(folder, "leak", root=ROOT).incident == "leak"


def test_a_run_that_does_not_repeat_is_refused(folder):
    """Another digest, another version, a changed scenario: no answer, and the reason as far as it can be told."""
    lines = (folder / "replications.csv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.reader(lines))
    rows[1][1] = "0" * 64
    (folder / "replications.csv").write_text("\n".join(",".join(row) for row in rows) + "\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        sim.why(folder, "leak", 0, root=ROOT)
    assert refused.value.findings[0].code == "not-repeated"
    assert sim.why(folder, "leak", 1, root=ROOT).replication == 1
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["identity"]["code"] = "0.0.1+old"
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        sim.why(folder, "leak", 0, root=ROOT)
    for language, words in (("en", "another version of the simulator (0.0.1+old)"), ("zh", "另一版本的程序(0.0.1+old)")):
        assert words in refused.value.findings[0].render(language)


def test_unknown_incidents_are_helped(tmp_path):
    """A near miss is offered, several are listed, and results in memory need their scenario."""
    scenario = load_scenario(write(tmp_path, TWO))
    results = run(scenario)
    for incident, words in (("tow", "did you mean two"), (None, "known here: one, two"), ("xyz", "known here: one, two")):
        with pytest.raises(InputError) as refused:
            why(results, incident, scenario=scenario)
        assert words in refused.value.findings[0].render("en")
    with pytest.raises(InputError) as refused:
        why(results, "one")
    assert refused.value.findings[0].code == "no-scenario"
