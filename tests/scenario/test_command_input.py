"""Mistakes in command and mutual aid: each is told with its place and a remedy, in both languages, and nothing is run."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from sim.cli.main import front
from sim.scenario.load import check_scenario

GOOD = """\
format: 1
name: test
mode: drill
start: 2026-01-01 08:00
coordinates: metres
network: {straight_line: {speed: 60 km/h}}
regions:
  - {id: north}
  - {id: city-region, parent: north}
  - {id: south}
authorities:
  - {id: city, region: city-region}
  - {id: province, region: north}
  - {id: other, region: south}
  - {id: village}
bases:
  - {id: b1, place: "0, 0", region: city-region}
  - {id: b2, place: "50000, 0", region: south}
teams:
  - {id: own, capabilities: [plug], base: b1, ordered_by: [city], owner: works}
  - {id: away, count: 2, capabilities: [plug], base: b2, ordered_by: [other]}
agreements:
  - {id: pact, parties: [city, other]}
  - {id: contract, kind: rescue, parties: [plant, works]}
channels:
  - {id: chain, agreement: pact, links: [{caller: city, to: province, time: 10 min}, {to: other, time: 5 min}]}
lenders:
  - {id: south-lender, teams: [away], channel: chain, keeps: {teams: 1}}
packages:
  first: [{capability: plug, work: 1 h}]
  more: [{capability: plug, work: 1 h, lenders: [south-lender]}]
plans:
  - {id: plan, government: city, levels: [{level: III, when: people > 5, package: more}]}
incidents:
  - id: leak
    place: "1000, 0"
    at: 08:00
    jurisdiction: city
    signals: {people: 1}
    package: first
    first_response: [{team: own, ordered_by: city, contract: contract}]
    reports: [{id: line, links: [{to: city, time: 2 min, deadline: 1 h}]}]
    command: {commanders: [{post: village}, {post: city, level: III, handover: 5 min}]}
"""
MISTAKES = {
    # What is written instead of what: code, line, words in English and Chinese.
    "order": ("ordered_by: city, contract", "ordered_by: other, contract", "may-not-order", "may not order", "无权直接命令"),
    "gap": ("{to: other, time: 5 min}", "{caller: village, to: other, time: 5 min}", "gap", "has a gap", "链条断开"),
    "twice": ("{to: other, time: 5 min}", "{to: province, time: 5 min}", "circle", "comes twice", "出现两次"),
    "own contract": ("parties: [plant, works]", "parties: [works, works]", "own-party", "signs with itself", "与自己签了协议"),
    "own channel": ("{caller: city, to: province", "{caller: other, to: province", "circle", "comes twice", "出现两次"),
    "nobody approves": ("ordered_by: [other]", "ordered_by: [village]", "nobody-approves", "nobody approves it", "没有人能批准"),
    "always declines": (
        "{to: other, time: 5 min}", "{to: other, time: 5 min, refuses: 1}", "never-approved", "always declines", "总是不同意",
    ),
    "never reached": (
        "{to: other, time: 5 min}", "{to: other, time: 5 min, no_answer: 1}", "never-reached", "can never be reached", "永远联系不上",
    ),
    "package": ("more: [{capability: plug, work: 1 h, lenders: [south-lender]}]",
                "more: [{capability: plug, work: 1 h, count: 3, lenders: [south-lender]}]",
                "nobody-to-be-had", "can order or ask for 2 of the 3", "能调动或请到的"),
    "floor": ("keeps: {teams: 1}", "keeps: {teams: 3}", "floor-too-high", "only 2", "只有 2 支"),
    "regions": ("{id: north}", "{id: north, parent: city-region}", "circle", "lies in itself", "绕回了自己"),
    "condition": ("when: people > 5", "when: peopel > 5", "bad-condition", "peopel", "peopel"),
    "level": ("level: III, when", "level: VII, when", "bad-level", "is no response level", "不是响应级别"),
    "post": ("to: province, time", "to: provinz, time", "unknown-id", "no authority 'provinz'", "没有“provinz”"),
    "lender": ("lenders: [south-lender]", "lenders: [north-lender]", "unknown-id", "no lender 'north-lender'", "没有“north-lender”"),
    "agreement": ("agreement: pact", "agreement: pakt", "unknown-id", "no agreement 'pakt'", "没有“pakt”"),
    "contract": ("contract: contract", "contract: pact", "no-contract", "is no rescue contract", "不是企业救援协议"),
    "no party": ("parties: [plant, works]", "parties: [plant, others]", "no-contract", "is no party", "不是协议"),
    "commander": ("{post: city, level: III", "{post: city, level: II", "unknown-id", "has no level 'II'", "没有“II”"),
    "twice in command": ("{post: village}", "{post: city}", "circle", "take command twice", "两次接过指挥权"),
    "alone": ("work: 1 h}]\n  more", "work: 1 h, shifts: {on: 4 h}}]\n  more", "too-few", "alone never goes in", "不得单队入井"),
    "no work": ("work: 1 h}]\n  more", "count: 1, work: 1 h, shifts: {on: 1 h, way: 1 h}}]\n  more", "no-work", "no time to work", "没有作业时间"),
}  # fmt: skip
TREE = """    call_tree:
      calls:
        - {to: city, time: 1 min}
        - {caller: city, to: village, time: 1 min}
"""
TREES = {
    "circle": ("{to: city, time: 1 min}", "{caller: village, to: city, time: 1 min}", "no-root"),
    "nobody calls": ("caller: city, to: village", "caller: other, to: village", "gap"),
    "called twice": ("to: village", "to: city", "circle"),
}


def write(tmp_path, text):
    (tmp_path / "drillsim.toml").touch()
    file = tmp_path / "s.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_good_file_is_good(tmp_path):
    scenario, findings, _ = check_scenario(write(tmp_path, GOOD + TREE))
    assert scenario is not None
    assert findings == ()


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_told_where_it_is(tmp_path, mistake):
    good, bad, code, en, zh = MISTAKES[mistake]
    assert GOOD.count(good) == 1
    text = GOOD.replace(good, bad)
    line = 1 + GOOD[: GOOD.index(good)].count("\n")
    scenario, findings, _ = check_scenario(write(tmp_path, text))
    assert scenario is None
    found = [finding for finding in findings if finding.code == code]
    assert found, [finding.code for finding in findings]
    said = found[0]
    assert en in said.what.en
    assert zh in said.what.zh
    assert said.remedy.en
    assert said.remedy.zh
    assert any(finding.where.line in (line, *NEAR.get(mistake, ())) for finding in found), [f.where.line for f in found]


NEAR = {
    # Told where the thing is used that cannot be had, not where it is written.
    "package": (33,), "nobody approves": (28,), "no party": (41,), "commander": (51,), "own channel": (26,), "regions": (8, 9),
}  # fmt: skip


@pytest.mark.parametrize("mistake", TREES)
def test_call_trees_are_trees(tmp_path, mistake):
    good, bad, code = TREES[mistake]
    scenario, findings, _ = check_scenario(write(tmp_path, GOOD + TREE.replace(good, bad)))
    assert scenario is None
    assert code in [finding.code for finding in findings]


def test_all_are_told_at_once_and_nothing_is_written(tmp_path, monkeypatch):
    text = GOOD
    for mistake in ALL_AT_ONCE:
        text = text.replace(*MISTAKES[mistake][:2])
    file = write(tmp_path, text)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(front, [str(file)], catch_exceptions=False)
    assert done.exit_code == 2
    for mistake in ALL_AT_ONCE:
        assert MISTAKES[mistake][3] in done.output
    assert not (tmp_path / "results").exists()


ALL_AT_ONCE = ("gap", "floor", "condition", "contract", "level")
