"""Two questions of a city against answers by hand: what a direct call-out clause buys, and call-and-answer before a flood.

Planned values, the shipped scenario files; every step to the minute.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli.main import front
from sim.engine.simulate import simulate
from sim.log import CAUSES, COLUMNS, KINDS
from sim.scenario import load_scenario
from sim.scenario.reader import parse
from sim.units import MINUTE

ROOT = Path(__file__).parents[2]
JOINT = ROOT / "scenarios" / "jsm-hazchem-joint.yaml"
FLOOD = ROOT / "scenarios" / "call-and-answer-youyu.yaml"


def variant(path: Path, name: str) -> Path:
    """Return the file of a variant."""
    return path.with_stem(f"{path.stem}-{name}") if name else path


@cache
def played(path: Path):
    """Return a scenario and its log in words, played with planned values."""
    scenario = load_scenario(path)
    return scenario, spelled(scenario, simulate(scenario, planned=True))


def spelled(scenario, out):
    """Return the log as dicts: time of day to the second, names in place of numbers."""
    names = {
        "incident": out.incidents,
        "team": [team.id for team in scenario.teams],
        "item": scenario.signals,
        "post": [post.id for post in scenario.command.posts],
        "cause": [str(cause) for cause in CAUSES],
    }
    found = []
    for row in out.rows.tolist():
        cell = dict(zip(COLUMNS, row, strict=True))
        told = {key: (names[key][value] if value >= 0 else "") if key in names else value for key, value in cell.items()}
        told["kind"] = str(KINDS[cell["kind"]])
        told["clock"] = clock(scenario, cell["time"])
        found.append(told)
    return found


def clock(scenario, ms: int) -> str:
    """Return a moment of a run as a time of day, to the second."""
    return (scenario.start + timedelta(milliseconds=ms)).strftime("%H:%M:%S")


def when(rows, kind: str, **cells: object) -> list[str]:
    """Return the times of day of the rows of a kind with these cells; without the seconds where they are 0."""
    wanted = [row["clock"] for row in rows if row["kind"] == kind and all(row[key] == cells[key] for key in cells)]
    return [time.removesuffix(":00") for time in wanted]


def minutes(earlier: str, later: str) -> int:
    """Return the minutes between two times of one day."""
    return round((datetime.strptime(later, "%H:%M") - datetime.strptime(earlier, "%H:%M")).total_seconds() / 60)


# --- 1: what does a direct call-out clause buy? ------------------------------------------------------------------------------

STEPS = {
    # variant: (each post of the channel and its minutes, turn-out, ready to work)
    "": ((("shanxi-dept", 20), ("neimenggu-dept", 25), ("ordos-bureau", 15), ("zhungeer-haz", 10)), 25, "14:08"),
    "framework": ((("shanxi-dept", 15), ("neimenggu-dept", 15), ("ordos-bureau", 15), ("zhungeer-haz", 10)), 25, "13:53"),
    "direct": ((("ordos-bureau", 15), ("zhungeer-haz", 5)), 25, "13:18"),
    "standby": ((("ordos-bureau", 15), ("zhungeer-haz", 5)), 10, "13:03"),
}
DRIVE, REPORT_IN, SET_UP = 138, 10, 15
ASKED = "09:50"


def later(time: str, count: int) -> str:
    """Return the time of day so many minutes later."""
    return (datetime.strptime(time, "%H:%M") + timedelta(minutes=count)).strftime("%H:%M")


@pytest.mark.parametrize("name", STEPS, ids=lambda name: name or "chain")
def test_every_step_of_the_outside_squad(name):
    """Asked 09:50 by the city; each link, turn-out, 138 min of drive, 10 to report in and 15 to set up, one after the other."""
    links, turnout, ready = STEPS[name]
    scenario, rows = played(variant(JOINT, name))
    time, lender = ASKED, "zhungeer-haz-1"
    assert when(rows, "request.made", post="shuozhou-command") == [time]
    for post, lasts in links[:-1]:
        time = later(time, lasts)
        assert when(rows, "request.passed", post=post) == [time]
    desk, lasts = links[-1]
    time = later(time, lasts)
    assert when(rows, "request.granted", post=desk, quantity=1) == [time]
    assert when(rows, "team.ordered", team=lender, cause="mutual_aid") == [time]
    for kind, lasts in (("departed", turnout), ("arrived", DRIVE), ("tasked", REPORT_IN), ("working", SET_UP)):
        time = later(time, lasts)
        assert when(rows, f"team.{kind}", team=lender) == [time]
    assert time == ready
    assert [row["kind"] for row in rows if row["kind"].startswith("request.")] == (
        ["request.made", *["request.notified"] * 2 * (len(links) == 2), *["request.passed"] * (len(links) - 1), "request.granted"]
    )
    assert scenario.mode == "drill"


@pytest.mark.parametrize("name", ["direct", "standby"])
def test_both_provinces_are_told_at_once_and_nobody_waits_for_them(name):
    """The notices are at the moment of asking; the next row of the request is the bureau's, 15 min later."""
    _, rows = played(variant(JOINT, name))
    assert {post: when(rows, "request.notified", post=post) for post in ("shanxi-dept", "neimenggu-dept")} == {
        "shanxi-dept": [ASKED], "neimenggu-dept": [ASKED],
    }  # fmt: skip


def chain(scenario) -> int:
    """Return the planned minutes of the channel by which the city reaches 准格尔, from the compiled scenario."""
    command = scenario.command
    lender = next(lender for lender in command.lenders if lender.id == "zhungeer")
    city = next(number for number, post in enumerate(command.posts) if post.id == "shuozhou-command")
    (channel,) = (command.channels[number] for number in lender.channels if command.channels[number].asks == city)
    return sum(link.time.planned for link in channel.links) // MINUTE


@pytest.mark.parametrize(("name", "by_hand"), [("framework", 15), ("direct", 50)])
def test_the_gain_is_the_difference_of_the_chains(name, by_hand):
    """Two files that differ in one line: ready so much earlier as the planned times of the channels differ; nothing else is."""
    base, slow = played(JOINT)
    other, fast = played(variant(JOINT, name))
    gain = chain(base) - chain(other)
    ready = [when(rows, "team.working", team="zhungeer-haz-1")[0] for rows in (fast, slow)]
    assert minutes(*ready) == gain == by_hand
    lenders = [{lender.id: lender for lender in one.command.lenders} for one in (base, other)]
    assert [name for name in lenders[0] if lenders[0][name].channels != lenders[1][name].channels] == ["zhungeer"]


def test_standby_gains_the_quicker_turn_out():
    """25 − 10 = 15 more, so 65 over the chain; the warning puts all three squads on standby at 09:30."""
    _, direct = played(variant(JOINT, "direct"))
    _, standby = played(variant(JOINT, "standby"))
    _, slow = played(JOINT)
    ready = [when(rows, "team.working", team="zhungeer-haz-1")[0] for rows in (standby, direct, slow)]
    assert [minutes(ready[0], other) for other in ready] == [0, 15, 65]
    assert len(when(standby, "team.standby")) == 3
    assert set(when(standby, "team.standby")) == {"09:30"}


def engaged(scenario, rows, group: str):
    """Return (from, until) of each spell in which every squad of a group is on an incident: ordered, and not yet released."""
    out = {team.id: False for team in scenario.teams if team.group == group}
    spells, began = [], None
    for row in rows:
        if row["team"] in out and row["kind"] in ("team.ordered", "team.released"):
            out[row["team"]] = row["kind"] == "team.ordered"
            if all(out.values()) and began is None:
                began = row["clock"]
            elif began is not None and not all(out.values()):
                spells.append((began.removesuffix(":00"), row["clock"].removesuffix(":00")))
                began = None
    assert began is None
    return spells


@pytest.mark.parametrize(("name", "without"), [("", 243), ("framework", 228), ("direct", 193), ("standby", 178)])
def test_our_plants_without_a_squad(name, without):
    """All three 平朔 squads are engaged from 10:05 until one is relieved, when the outside squad stands ready: 4 h 03, 3 h 13, 2 h 58."""
    scenario, rows = played(variant(JOINT, name))
    ready = STEPS[name][2]
    assert engaged(scenario, rows, "pingshuo-haz") == [("10:05", ready)]
    assert minutes("10:05", ready) == without
    relieved = [row for row in rows if row["cause"] == "relieved"]
    assert [row["clock"].removesuffix(":00") for row in relieved] == [ready]
    assert relieved[0]["team"].startswith("pingshuo-haz")
    assert rows[relieved[0]["ref"]]["team"] == "zhungeer-haz-1"


@pytest.mark.parametrize("name", STEPS, ids=lambda name: name or "chain")
def test_what_the_lender_keeps(name):
    """Of three squads at most one is away at any moment, by counting the log: two stay, the floor is one."""
    scenario, rows = played(variant(JOINT, name))
    away, most = set(), 0
    for row in rows:
        if row["team"].startswith("zhungeer-haz"):
            away = away | {row["team"]} if row["kind"] == "team.ordered" else away
            away = away - {row["team"]} if row["kind"] == "team.ready" else away
            most = max(most, len(away))
    assert (most, len(away)) == (1, 0)
    floor = next(lender.floor for lender in scenario.command.lenders if lender.id == "zhungeer")
    assert floor.teams == 1


def asks_for_three(name: str, lenders: str, most: int):
    """Return a variant, and its log, in which the city asks for three squads, and the agreement allows so many at a time."""
    text = f"""\
packages:
  市级二级: [{{capability: 堵漏, count: 3, deadline: 5 h, lenders: [{lenders}], relieves: 堵漏}}]
agreements: [{{id: direct-clause, most: {most}}}]
"""
    scenario = load_scenario(variant(JOINT, name), parse(text).top)
    return scenario, spelled(scenario, simulate(scenario))


@pytest.mark.parametrize(
    ("name", "granted", "most", "cause"),
    [
        ("", "11:00", 2, "floor"),
        ("direct", "10:10", 0, "floor"),
        ("direct", "10:10", 2, "limit"),
        ("standby", "10:10", 3, "floor"),
    ],
)
def test_asked_for_three_the_lender_sends_two_and_says_why(name, granted, most, cause):
    """Three squads, one stays: two are sent, cause floor. The direct clause allows two at a time: where that binds as well, it is
    named. The third is sought elsewhere, and nobody else may be asked: it waits from that moment on.
    """  # fmt: skip
    _, rows = asks_for_three(name, "zhungeer", most)
    (asked,) = (row for row in rows if row["kind"] == "request.made")
    assert (asked["quantity"], asked["clock"], asked["item"]) == (3, "09:50:00", "堵漏")
    (partly,) = (row for row in rows if row["kind"] in ("request.partly", "request.granted", "request.refused"))
    assert (partly["kind"], partly["clock"], partly["quantity"], partly["cause"]) == ("request.partly", f"{granted}:00", 2, cause)
    sent = [row["team"] for row in rows if row["kind"] == "team.ordered" and row["cause"] == "mutual_aid"]
    assert sorted(sent) == ["zhungeer-haz-1", "zhungeer-haz-2"]
    (waits,) = (row for row in rows if row["kind"] == "need.waiting" and row["need"] == asked["need"])
    assert (waits["clock"], waits["ref"]) == (f"{granted}:00", rows.index(partly))


def test_the_second_outside_squad_does_not_relieve_the_first():
    """Two outside squads stand ready at the same moment, as one convoy. Of ours, one works on the line that they relieve: the
    first takes over from it, the second stays beside the first until the end.
    """  # fmt: skip
    _, rows = asks_for_three("direct", "zhungeer", 0)
    for team in ("zhungeer-haz-1", "zhungeer-haz-2"):
        assert when(rows, "team.departed", team=team) == ["10:35"]
        assert when(rows, "team.working", team=team) == ["13:18"]
        assert when(rows, "team.released", team=team) == when(rows, "incident.closed") != []
    relieved = [(row["clock"], row["team"]) for row in rows if row["cause"] == "relieved"]
    assert relieved == [("13:18:00", "pingshuo-haz-2")]


def test_the_third_squad_is_asked_of_the_next_lender():
    """With the other lenders named, the one that is missing is asked of them, and comes."""
    _, rows = asks_for_three("", "zhungeer, hohhot, fugu, shenmu, yulin-lender", 2)
    sent = [row["team"] for row in rows if row["kind"] == "team.ordered" and row["cause"] == "mutual_aid"]
    assert len(sent) == len(set(sent)) == 3
    assert sum(team.startswith("zhungeer") for team in sent) == 2
    assert [row["cause"] for row in rows if row["kind"] == "request.partly"] == ["floor"]
    assert not any(row["kind"] == "need.waiting" and row["item"] == "堵漏" for row in rows)


def test_we_are_the_lender():
    """大同 asks at 08:32 (2 + 10 min); 25 min of chain; of our three squads two go and one stays, by the floor. At 09:30 our own
    leak finds one squad: first response sends it, and says of the others that they are busy.
    """  # fmt: skip
    scenario, rows = played(variant(JOINT, "lender"))
    assert when(rows, "request.made", post="datong-command") == ["08:12", "08:32"][1:]
    assert when(rows, "request.passed", post="shanxi-dept", incident="datong-leak") == ["08:47"]
    partly = [row for row in rows if row["kind"] == "request.partly" and row["incident"] == "datong-leak"]
    assert [(row["clock"], row["quantity"], row["cause"]) for row in partly] == [("08:57:00", 2, "floor")]
    ours = [row for row in rows if row["team"].startswith("pingshuo-haz-") and row["incident"] == "leak"]
    assert [row["kind"] for row in ours if row["clock"] == "09:31:00"].count("team.ordered") == 1
    assert [row["cause"] for row in ours if row["kind"] == "team.not_sent"] == ["team_busy"] * 2
    assert scenario.start.strftime("%H:%M") == "08:00"


# --- 4: call-and-answer at 02:30 ---------------------------------------------------------------------------------------------

CASES = {
    # variant: (last village answers, its last door, its people moved, minutes before the crest)
    "": ("02:47", "03:07", "03:52", 18),
    "silent": ("03:05", "03:25", "04:10", 0),
    "second-contact": ("02:53", "03:13", "03:58", 12),
}


@pytest.mark.parametrize("name", CASES, ids=lambda name: name or "all-answer")
def test_call_and_answer(name):
    """Answered, moved, and the margin before 04:10; the last village is named."""
    answers, door, moved, margin = CASES[name]
    _, rows = played(variant(FLOOD, name))
    assert when(rows, "call.answered", post="county-desk") == ["02:33"]
    for town in (1, 2, 3):
        assert when(rows, "call.answered", post=f"town-{town}") == ["02:38"]
        for number, post in enumerate((f"village-{town}1", f"village-{town}2", f"village-{town}3"), 1):
            time = answers if post == "village-33" else later("02:38", 3 * number)
            assert when(rows, "call.answered", post=post) == [time]
            assert when(rows, "call.acted", post=post) == [later(time, 20)]
            assert when(rows, "call.moved", post=post) == [later(time, 65)]
    acted = [row for row in rows if row["kind"] == "call.acted"]
    assert (acted[-1]["post"], acted[-1]["clock"]) == ("village-33", f"{door}:00")
    last = [row for row in rows if row["kind"] == "call.moved"][-1]
    assert (last["post"], last["clock"]) == ("village-33", f"{moved}:00")
    assert minutes(moved, "04:10") == margin
    assert sum(row["quantity"] for row in rows if row["kind"] == "call.moved") == 420


@pytest.mark.parametrize(("name", "how"), [("silent", "call.by_road"), ("second-contact", "call.second_contact")])
def test_the_village_that_does_not_answer(name, how):
    """Two tries of 3 min from 02:44, then somebody drives 15 min, or the second contact answers within 3."""
    _, rows = played(variant(FLOOD, name))
    assert when(rows, "call.no_answer", post="village-33") == ["02:47", "02:50"]
    assert [row["quantity"] for row in rows if row["kind"] == "call.no_answer"] == [1, 2]
    assert when(rows, how, post="village-33") == ["02:50"]
    assert {row["kind"] for row in rows if row["kind"] in ("call.by_road", "call.second_contact", "call.failed")} == {how}


@pytest.mark.parametrize("name", CASES, ids=lambda name: name or "all-answer")
def test_the_danger_comes_at_ten_past_four(name):
    """Alarm 02:30, crest 100 min later; the incident is over when the last people have moved."""
    scenario, rows = played(variant(FLOOD, name))
    (tree,) = {course.calls for course in scenario.courses}
    assert clock(scenario, tree.before) == "04:10:00"
    assert when(rows, "incident.closed") == [CASES[name][2]]


# --- the same from the command line ------------------------------------------------------------------------------------------


def test_from_the_command_line(tmp_path):
    """`run_scenario.py` on the direct clause: the log that it keeps says the same minutes as the engine's."""
    import pandas as pd

    before = Path.cwd()
    os.chdir(ROOT)
    try:
        words = [str(variant(JOINT, "direct").relative_to(ROOT)), "--out", str(tmp_path), "--no-figures"]
        done = CliRunner().invoke(front, words, catch_exceptions=False)
    finally:
        os.chdir(before)
    assert done.exit_code == 0
    (folder,) = tmp_path.glob("*/*")
    events = pd.read_parquet(folder / "events.parquet")
    _, rows = played(variant(JOINT, "direct"))
    assert events["kind"].tolist() == [row["kind"] for row in rows]
    ready = events[(events["kind"] == "team.working") & (events["team"] == "zhungeer-haz-1")]
    granted = events[events["kind"] == "request.granted"]
    assert [len(ready), len(granted)] == [1, 1]
    assert (ready["time"].iloc[0], granted["time"].iloc[0]) == (228 * MINUTE, 40 * MINUTE)
    assert granted["post"].iloc[0] == "zhungeer-haz"


@pytest.mark.parametrize("name", CASES, ids=lambda name: name or "all-answer")
def test_the_answer_names_the_last_village(tmp_path, name):
    """The command says when the last door was reached, when everybody had moved, the margin, and which village was last (of three
    that tie, one of them); whether 10 min are met.
    """  # fmt: skip
    _, door, moved, margin = CASES[name]
    done = CliRunner().invoke(front, [str(variant(FLOOD, name)), "--out", str(tmp_path), "--no-figures"], catch_exceptions=False)
    assert done.exit_code == 0
    (said,) = (line for line in done.output.splitlines() if line.strip().startswith("叫应"))
    assert all(word in said for word in (door, moved, f"早 {margin} 分钟"))
    assert any(f"{town}三村" in said for town in (("丙乡",) if name else ("甲乡", "乙乡", "丙乡")))
    assert ("未达到" in done.output) == (margin < 10)
