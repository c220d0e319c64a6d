"""Mistakes in command and mutual aid, in Chinese and in English: exactly the finding meant, at its line, exit 2, nothing written.

Each case also shows the nearest input that is good; both languages resolve to the same scenario, and translate into each other.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from sim.cli.main import front
from sim.engine.simulate import simulate
from sim.scenario import check_scenario, load_scenario
from tests.scenarios.files import found, load, told, write

GOOD = """\
format: 1
name: command
mode: drill
start: 2026-01-01 08:00
coordinates: metres
network: {straight_line: {speed: 60 km/h, detour: 1}}
regions:
  - {id: ours}
  - {id: town, parent: ours}
  - {id: next}
authorities:
  - {id: city, region: town, no_answer: 0.1, second: {time: 2 min}}
  - {id: province, region: ours}
  - {id: neighbour, region: next, by_road: 30 min}
  - {id: village, people: 30}
  - {id: hamlet, people: 10}
bases:
  - {id: west, place: "0, 0", region: town}
  - {id: east, place: "30000, 0", region: next}
teams:
  - {id: own, base: west, capabilities: [plug, look], owner: works, ordered_by: [city, province], turnout: 1 min}
  - {id: lent, count: 2, base: east, capabilities: [plug], ordered_by: [neighbour], turnout: 5 min}
  - {id: far, base: east, capabilities: [pump], turnout: 5 min}
agreements:
  - {id: pact, parties: [city, neighbour], most: 2, lasts: 24 h}
  - {id: contract, kind: rescue, parties: [plant, works]}
channels:
  - id: chain
    agreement: pact
    links:
      - {caller: city, to: province, time: 10 min}
      - {to: neighbour, time: 5 min, refuses: 0.1}
    notify: [village]
  - {id: short, links: [{caller: city, to: far, time: 5 min}]}
lenders:
  - {id: south, teams: [lent], channel: chain, keeps: {teams: 1}, convoy: {rest: {every: 4 h, lasts: 20 min}}}
  - {id: pumps, teams: [far], channel: short}
packages:
  first: [{capability: plug, work: 60 min}]
  more:
    - {capability: plug, count: 1, holds: yes, lenders: [south]}
plans:
  - id: plan
    government: city
    levels:
      - {level: III, when: people > 5, until: people < 2, signatory: {name: mayor, find: 5 min, no_answer: 0.2}, package: more}
incidents:
  - id: leak
    place: "1000, 0"
    at: 08:00
    jurisdiction: city
    signals: {people: 10}
    package: first
    first_response: [{team: own, ordered_by: city, contract: contract}]
    reports:
      - {id: line, links: [{caller: village, to: city, time: 2 min, deadline: 60 min}, {to: province, time: 3 min}]}
    command:
      commanders: [{post: village}, {post: city, level: III, handover: 5 min}]
    call_tree:
      before: 90 min
      calls:
        - {to: city, time: 1 min, calls: in_turn}
        - {caller: city, to: village, time: 1 min, doors: 5 min}
        - {caller: village, to: hamlet, time: 1 min}
mutual_aid: {ask: one_by_one}
"""


def chinese(folder: Path) -> str:
    """Return the same file with Chinese keys and words, by the command `translate`."""
    path = write(folder, GOOD, "good-en.yaml")
    done = CliRunner().invoke(front, ["translate", str(path), "--to", "zh"], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


CASES = {
    # name: (what is good there, what is bad, code, text of the line at which it is told; "": that of the mistake)
    "order from a post that may not": ("team: own, ordered_by: city", "team: own, ordered_by: neighbour", "may-not-order", ""),
    "first response that nobody there may order": ("{team: own, ordered_by: city", "{team: lent-1, ordered_by: city", "may-not-order", ""),
    "channel with a gap": ("{to: neighbour, time: 5 min", "{caller: village, to: neighbour, time: 5 min", "gap", ""),
    "channel that nobody begins": ("{caller: city, to: far", "{to: far", "gap", ""),
    "channel in a circle": ("{caller: city, to: province, time: 10 min}", "{caller: city, to: city, time: 10 min}", "circle", ""),
    "report in a circle": ("{to: province, time: 3 min}", "{to: village, time: 3 min}", "circle", ""),
    "report with a gap": ("{to: province, time: 3 min}", "{caller: hamlet, to: province, time: 3 min}", "gap", ""),
    "contract with oneself": ("parties: [plant, works]", "parties: [works, works]", "own-party", ""),
    "pact with oneself": ("parties: [city, neighbour]", "parties: [city, city]", "own-party", ""),
    "channel to who cannot send": ("teams: [far], channel: short", "teams: [far], channel: chain", "nobody-approves", ""),
    "team that the end of the channel may not order": ("ordered_by: [neighbour]", "ordered_by: [province]", "nobody-approves", "id: south,"),
    "link that always declines": ("refuses: 0.1", "refuses: 1", "never-approved", ""),
    "post that never answers": ("{caller: village, to: hamlet, time: 1 min}", "{caller: village, to: hamlet, time: 1 min, no_answer: 1}", "never-reached", ""),
    "signatory who never answers": ("find: 5 min, no_answer: 0.2", "find: 5 min, no_answer: 1", "never-reached", ""),
    "second contact who never answers": (
        "to: hamlet, time: 1 min}", "to: hamlet, time: 1 min, no_answer: 1, second: {time: 1 min, no_answer: 1}}", "never-reached", "",
    ),
    "package that nobody to be had holds": ("count: 1, holds: yes, lenders: [south]", "count: 3, holds: yes, lenders: [south]", "nobody-to-be-had", "level: III, when"),
    "package of another's force": ("{capability: plug, work: 60 min}", "{capability: pump, work: 60 min}", "nobody-to-be-had", "package: first"),
    "floor above what it has": ("keeps: {teams: 1}", "keeps: {teams: 3}", "floor-too-high", ""),
    "region in itself": ("{id: ours}", "{id: ours, parent: town}", "circle", ""),
    "call tree without a root": ("{to: city, time: 1 min,", "{caller: hamlet, to: city, time: 1 min,", "no-root", "calls:\n"),
    "call tree with two roots": ("{caller: city, to: village", "{to: village", "many-roots", "calls:\n"),
    "call tree with a circle": ("{caller: city, to: village", "{caller: hamlet, to: village", "circle", ""),
    "call tree with a gap": ("{caller: village, to: hamlet", "{caller: province, to: hamlet", "gap", ""),
    "called twice": ("{caller: village, to: hamlet", "{caller: city, to: village", "circle", ""),
    "unknown post on a channel": ("to: province, time: 10", "to: provins, time: 10", "unknown-id", ""),
    "unknown post of a team": ("ordered_by: [city, province]", "ordered_by: [city, provins]", "unknown-id", ""),
    "unknown post that is told": ("notify: [village]", "notify: [vilage]", "unknown-id", ""),
    "unknown government": ("government: city", "government: citty", "unknown-id", ""),
    "unknown jurisdiction": ("jurisdiction: city", "jurisdiction: citty", "unknown-id", ""),
    "unknown commander": ("[{post: village}", "[{post: vilage}", "unknown-id", ""),
    "unknown level of a commander": ("{post: city, level: III", "{post: city, level: I", "unknown-id", ""),
    "unknown lender": ("lenders: [south]", "lenders: [north]", "unknown-id", ""),
    "unknown channel": ("channel: short", "channel: shart", "unknown-id", ""),
    "unknown agreement": ("agreement: pact", "agreement: pakt", "unknown-id", ""),
    "unknown contract": ("contract: contract", "contract: kontract", "unknown-id", ""),
    "contract that is none": ("contract: contract", "contract: pact", "no-contract", ""),
    "unknown team of a lender": ("teams: [far], channel", "teams: [fat], channel", "unknown-id", ""),
    "unknown region": ("region: next, by_road", "region: nexxt, by_road", "unknown-id", ""),
    "unknown parent": ("parent: ours", "parent: hours", "unknown-id", ""),
    "unknown standard of a floor": ("keeps: {teams: 1}", "keeps: {teams: 1, standard: none}", "unknown-id", ""),
    "condition that cannot be read": ("when: people > 5", "when: people >", "bad-condition", ""),
    "condition on nothing known": ("when: people > 5", "when: peple > 5", "bad-condition", ""),
    "end on nothing known": ("until: people < 2", "until: peple < 2", "bad-condition", ""),
    "level that is none": ("level: III, when", "level: V, when", "bad-level", ""),
    "commander twice": ("[{post: village}", "[{post: city}", "circle", ""),
    "lender without a channel": ("teams: [far], channel: short", "teams: [far]", "no-channel", ""),
    "team of two lenders": ("teams: [far], channel: short", "teams: [lent], channel: chain", "duplicate-id", ""),
    "authority twice": ("{id: hamlet", "{id: village", "duplicate-id", ""),
    "region twice": ("{id: next}", "{id: ours}", "duplicate-id", ""),
    "agreement twice": ("{id: contract, kind", "{id: pact, kind", "duplicate-id", ""),
    "channel twice": ("{id: short, links", "{id: chain, links", "duplicate-id", ""),
    "lender twice": ("{id: pumps, teams", "{id: south, teams", "duplicate-id", ""),
    "stop that never ends": ("every: 4 h", "every: 0 h", "out-of-range", ""),
    "chance above one": ("refuses: 0.1", "refuses: 1.1", "quantity", ""),
    "chance below none": ("no_answer: 0.1", "no_answer: -0.1", "quantity", ""),
    "no tries": ("by_road: 30 min", "by_road: 30 min, tries: 0", "out-of-range", ""),
    "half a limit": ("most: 2", "most: 1.5", "wrong-kind", ""),
}  # fmt: skip
AND_MORE = {
    # Mistakes from which others follow, told as well: what is renamed is missing where it was used, a circle catches all in it.
    "agreement twice", "authority twice", "region twice", "channel twice", "team of two lenders", "call tree with a circle",
    "first response that nobody there may order", "level that is none", "unknown government", "unknown lender",
}  # fmt: skip


def run(path: Path, out: Path):
    """Run a file from the command line; return the exit code, what was said, and what was left behind."""
    before = {entry for entry in path.parent.rglob("*") if entry.is_file()}
    done = CliRunner().invoke(front, [str(path), "--out", str(out), "--no-figures"], catch_exceptions=False)
    return done.exit_code, done.output, {entry for entry in path.parent.rglob("*") if entry.is_file()} - before


def errors(path: Path):
    """Return (code, line) of every error."""
    return [(code, line) for code, line, severity in found(path) if severity == "error"]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_mistake_is_told_with_its_line_in_either_language(tmp_path, name, language):
    """The finding is there, at the line of the mistake; it is the only one, but for what follows from it; nothing is written."""
    right, wrong, code, at = CASES[name]
    assert GOOD.count(right) == 1, "the case itself"
    bad = GOOD.replace(right, wrong)
    line = 1 + GOOD[: GOOD.index(at or right)].count("\n")
    path = write(tmp_path, bad, "bad.yaml")
    if language == "zh":
        done = CliRunner().invoke(front, ["translate", str(path), "--to", "zh"], catch_exceptions=False)
        assert done.exit_code == 0
        path.write_text(done.output, encoding="utf-8")
    told_there = errors(path)
    assert (code, line) in told_there
    if name not in AND_MORE:
        assert told_there == [(code, line)]
    status, said, left = run(path, tmp_path / "out")
    assert status == 2
    assert f"bad.yaml:{line}:" in said
    assert not left
    assert ("nothing was written" in said) == (language == "en")


def test_the_good_file_is_good_in_both_languages(tmp_path):
    """The nearest valid input of all cases: no finding, and it runs."""
    assert found(write(tmp_path, GOOD)) == []
    assert found(write(tmp_path, chinese(tmp_path), "good-zh.yaml")) == []
    status, _, left = run(tmp_path / "good-zh.yaml", tmp_path / "out")
    assert status == 0
    assert any(entry.name == "summary.json" for entry in left)


def test_both_languages_are_the_same_scenario(tmp_path):
    """Resolved text but for nothing, and the log: the same; translated back the English file is there again, letter by letter."""
    zh = chinese(tmp_path)
    assert zh != GOOD
    assert not re.search(r"^\s*-? *\{?(id|links|teams|levels|calls|channel|parties):", zh, flags=re.MULTILINE)
    one, other = load(tmp_path, GOOD), load(tmp_path, zh, "good-zh.yaml")
    assert yaml.safe_load(one.resolved) == yaml.safe_load(other.resolved)
    assert (one.language, other.language) == ("en", "zh")
    assert repr(one.command) == repr(other.command)
    assert told(one, simulate(one)) == told(other, simulate(other))
    assert simulate(one).digest == simulate(other).digest
    done = CliRunner().invoke(front, ["translate", str(tmp_path / "good-zh.yaml"), "--to", "en"], catch_exceptions=False)
    assert done.output == GOOD


@pytest.mark.parametrize(
    "file", ["jsm-hazchem-joint", "jsm-hazchem-joint-direct", "jsm-hazchem-joint-lender", "call-and-answer-youyu-silent"]
)
def test_shipped_files_translate_there_and_back(tmp_path, file):
    """In English they resolve to the same tree as in Chinese; back again they are the same text."""
    root = Path(__file__).parents[2]
    path = root / "scenarios" / f"{file}.yaml"
    english = CliRunner().invoke(front, ["translate", str(path), "--to", "en"], catch_exceptions=False).output
    write(tmp_path, english, "en.yaml")
    back = CliRunner().invoke(front, ["translate", str(tmp_path / "en.yaml"), "--to", "zh"], catch_exceptions=False).output
    assert back == path.read_text(encoding="utf-8")
    beside = path.with_name(f".{file}-en-{tmp_path.name}.yaml")
    try:
        beside.write_text(english, encoding="utf-8")
        assert yaml.safe_load(load_scenario(beside).resolved) == yaml.safe_load(load_scenario(path).resolved)
    finally:
        beside.unlink()


def test_five_mistakes_are_told_at_once(tmp_path):
    """All of them in one go, in the order of the file, and nothing is run."""
    text = GOOD
    names = (
        "contract with oneself",
        "channel with a gap",
        "floor above what it has",
        "condition on nothing known",
        "commander twice",
    )
    for name in names:
        text = text.replace(*CASES[name][:2])
    path = write(tmp_path, text, "bad.yaml")
    assert sorted(code for code, _ in errors(path)) == sorted(CASES[name][2] for name in names)
    status, said, left = run(path, tmp_path / "out")
    assert (status, left) == (2, set())
    assert all(f"bad.yaml:{line}:" in said for _, line in errors(path))


def test_a_plan_for_no_kind_of_incident(tmp_path):
    """`kinds` names what there is not: the line of the plan's kinds; with one that there is, all is good."""
    text = GOOD.replace("    government: city\n", "    government: city\n    kinds: [spill]\n")
    assert [code for code, _ in errors(write(tmp_path, text))] == ["unknown-id"] * len(errors(write(tmp_path, text)))
    line = 1 + text[: text.index("kinds:")].count("\n")
    assert ("unknown-id", line) in errors(write(tmp_path, text))
    assert check_scenario(write(tmp_path, text.replace("[spill]", "[leak]")))[0] is not None
