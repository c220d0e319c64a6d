"""Standards, warnings, moving up and radio in a scenario file: what is compiled, and what is found wrong, in both languages."""

from __future__ import annotations

import pytest

from sim.engine.simulate import simulate
from sim.randomness import name_key
from sim.scenario import check_scenario
from sim.units import HOUR, MINUTE
from tests.scenarios.files import five_places, found, load, told, write

BASE = """\
format: 1
name: three bases
mode: drill
start: 2026-01-01 08:00
coordinates: metres
network: {straight_line: {speed: 60 km/h, detour: 1}}
bases: [{id: west, place: "0, 0"}, {id: middle, place: "10000, 0"}, {id: east, place: "30000, 0"}]
teams:
  - {id: w, base: west, capabilities: [help], turnout: 2 min}
  - {id: m, base: middle, capabilities: [help], turnout: 2 min}
  - {id: e, base: east, capabilities: [help, relay], turnout: 2 min}
packages: {p: [{capability: help, work: 60 min}]}
incidents: [{id: one, place: east, at: 08:05, package: p}]
place_groups: {towns: [{place: "2000, 0", weight: 100}, {place: "28000, 0", weight: 300}]}
"""
"""Three teams on a road, 1 km a minute; the group of places is line 14."""

BASIS = """\
格式: 1
名称: 三处驻地
方式: 演练
开始: 2026-01-01 08:00
坐标系: 平面米
路网: {直线: {车速: 60 km/h, 绕行系数: 1}}
驻地: [{编号: 西, 地点: "0, 0"}, {编号: 中, 地点: "10000, 0"}, {编号: 东, 地点: "30000, 0"}]
队伍:
  - {编号: 西队, 驻地: 西, 能力: [救援], 出动: 2 min}
  - {编号: 中队, 驻地: 中, 能力: [救援], 出动: 2 min}
  - {编号: 东队, 驻地: 东, 能力: [救援, 通信], 出动: 2 min}
力量编成: {p: [{能力: 救援, 作业: 60 min}]}
突发事件: [{编号: 一, 地点: 东, 发生: 08:05, 力量编成: p}]
地点组: {城镇: [{地点: "2000, 0", 权重: 100}, {地点: "28000, 0", 权重: 300}]}
"""

STANDARD = "standards: [{id: s, capability: help, within: 8 min, places: towns}]\n"
WARNING = "warnings: [{id: storm, colour: 红, begins: 09:00, ends: 10:00, standby: [w, m]}]\n"
TABLE = "move_up: [{id: u, capability: help, bases: [west, middle, east], table: {1: [middle], 2: [west, east]}}]\n"
GREEDY = "move_up: [{id: u, rule: greedy, capability: help, bases: [west, east], standard: s, busy: 0.2}]\n"
RADIO = 'radio: [{id: hills, around: "29000, 0", radius: 2 km, begins: 08:10, ends: 09:00, delay: 5 min, relay: relay}]\n'

STANDARD_ZH = "守备标准: [{编号: s, 能力: 救援, 时限: 8 min, 点位: 城镇}]\n"
WARNING_ZH = "预警: [{编号: 暴雪, 颜色: 红, 自: 09:00, 至: 10:00, 备勤: [西队, 中队]}]\n"
TABLE_ZH = "前移驻防: [{编号: u, 能力: 救援, 驻地: [西, 中, 东], 守备表: {1: [中], 2: [西, 东]}}]\n"
GREEDY_ZH = "前移驻防: [{编号: u, 办法: 期望覆盖最大, 能力: 救援, 驻地: [西, 东], 标准: s, 忙碌比例: 0.2}]\n"
RADIO_ZH = '通信: [{编号: 山区, 中心: "29000, 0", 半径: 2 km, 自: 08:10, 至: 09:00, 延误: 5 min, 通信保障: 通信}]\n'

WEST, MIDDLE, EAST = 0, 1, 2


# --- what is compiled ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [BASE + STANDARD + WARNING + TABLE + RADIO, BASIS + STANDARD_ZH + WARNING_ZH + TABLE_ZH + RADIO_ZH],
    ids=["en", "zh"],
)
def test_everything_is_compiled_in_both_languages(tmp_path, text):
    """Sites, teams and moments are numbers; a file without mistakes has no findings."""
    assert found(write(tmp_path, text)) == []
    scenario = load(tmp_path, text)
    command, sites = scenario.command, scenario.sites
    (standard,), (warning,), (rule,), (gap,) = command.standards, command.warnings, command.move_up, command.radio
    assert (standard.capability, standard.within, standard.squads, standard.people) == (0, 8 * MINUTE, 1, False)
    assert [sites[site].x for site in standard.sites] == [2000, 28_000]
    assert standard.weights == (1, 1)
    assert standard.served_by == ((), ())
    assert (warning.colour, warning.begins, warning.ends, warning.teams) == ("红", HOUR, 2 * HOUR, (0, 1))
    assert (rule.capability, rule.teams, rule.bases, rule.standard) == (0, {0, 1, 2}, (WEST, MIDDLE, EAST), -1)
    assert rule.table == ((MIDDLE,), (WEST, EAST))
    assert (gap.key, gap.begins, gap.ends, gap.lasts) == (name_key(gap.id), 10 * MINUTE, HOUR, None)
    assert (gap.delay.planned, gap.messenger.planned, gap.relay) == (5 * MINUTE, 30 * MINUTE, 1)
    assert sorted(sites[site].x for site in gap.sites) == [28_000, 30_000]
    assert len(sites) == 5  # the middle of the area is no site: nobody has to drive there


def test_people_and_contracts(tmp_path):
    """Weights count as people; of a place served by contract, by whom."""
    more = "people: true, served_by: {'28000, 0': [e, m]}}]"
    (standard,) = load(tmp_path, BASE + STANDARD.replace("}]", ", " + more)).command.standards
    assert standard.weights == (100, 300)
    assert standard.served_by == ((), (2, 1))


def test_radio_begins_at_the_start_and_is_lost_when_nothing_is_said(tmp_path):
    """Without times it is gone from the start on, until a relay stands there; without a delay it is lost."""
    (gap,) = load(tmp_path, BASE + "radio: [{id: r, around: east, radius: 100 m}]\n").command.radio
    assert (gap.begins, gap.ends, gap.lasts, gap.delay, gap.relay) == (0, None, None, None, -1)
    assert gap.sites == {EAST}


def test_distance_of_an_area_is_that_on_the_globe(tmp_path):
    """0.1 degree of longitude is 8.6 km at 39.55 N: a circle of 8.7 km reaches that far, one of 8.5 km does not."""
    text = BASE.replace("coordinates: metres\n", "")
    for lon, metres in enumerate((0, 10_000, 30_000, 2000, 28_000)):
        text = text.replace(f'"{metres}, 0"', f'"{112 + lon / 10:.1f}, 39.55"')
    for radius, inside in (("8.7 km", {WEST, MIDDLE}), ("8.5 km", {WEST})):
        (gap,) = load(tmp_path, text + f"radio: [{{id: r, around: west, radius: {radius}}}]\n").command.radio
        assert gap.sites == inside


@pytest.mark.parametrize("around", ["C", "node C", '"20000, 0"'])
def test_a_site_named_by_its_node_lies_where_the_node_does(tmp_path, around):
    """On a road network too; the middle may be a place, a node or coordinates."""
    text = ROADS.replace("place: C", "place: node C").replace("network: net", "network: net\ncoordinates: metres")
    found = load(five_places(tmp_path), text + f"radio: [{{id: r, around: {around}, radius: 10 m}}]\n")
    (gap,) = found.command.radio
    assert {found.sites[site].id for site in gap.sites} == {"node C", "C"}  # the end of a closed road is there too


def test_greedy_names_its_standard(tmp_path):
    """By number among the standards; no table."""
    for text in (BASE + STANDARD + GREEDY, BASIS + STANDARD_ZH + GREEDY_ZH):
        (rule,) = load(tmp_path, text).command.move_up
        assert (rule.table, rule.standard, rule.busy, rule.bases) == ((), 0, 0.2, (WEST, EAST))


def test_a_substitute_is_not_moved_unless_it_is_named(tmp_path):
    """Of those with the capability, only those that have it in full are moved."""
    text = BASE.replace("base: west, capabilities: [help]", "base: west, capabilities: [x], substitutes: {help: 0.5}")
    (rule,) = load(tmp_path, text + TABLE).command.move_up
    assert rule.teams == {1, 2}


# --- what is found wrong ---------------------------------------------------------------------------------------------------------

WRONG = {
    # name: (good file, what is good there, what is bad, code, severity)
    "unknown-capability": (BASE + STANDARD, "capability: help, within", "capability: hepl, within", "unknown-id", "error"),
    "unknown-capability-zh": (BASIS + STANDARD_ZH, "能力: 救援, 时限", "能力: 救火, 时限", "unknown-id", "error"),
    "unknown-group": (BASE + STANDARD, "places: towns", "places: villages", "unknown-id", "error"),
    "unknown-group-zh": (BASIS + STANDARD_ZH, "点位: 城镇", "点位: 村庄", "unknown-id", "error"),
    "unknown-place": (BASE + STANDARD, "places: towns", "places: [{place: nowhere}]", "unknown-place", "error"),
    "no-place": (BASE + STANDARD, "places: towns", "places: []", "no-place", "error"),
    "listed-twice": (BASE + STANDARD, "places: towns", "places: [{place: east}, {place: east}]", "listed-twice", "warning"),
    "nobody-lives-there": (
        BASE + STANDARD.replace("}]", ", people: true}]"), "places: towns", "places: [{place: east, weight: 0}]", "no-share", "error",
    ),
    "too-many-squads": (BASE + STANDARD, "within: 8 min", "within: 8 min, squads: 4", "never-met", "warning"),
    "unknown-server": (BASE + STANDARD, "towns}", "towns, served_by: {'2000, 0': [v]}}", "unknown-id", "error"),
    "serves-another-place": (BASE + STANDARD, "towns}", "towns, served_by: {east: [e]}}", "unknown-id", "error"),
    "serves-without-being-able": (
        BASE.replace("[help]", "[help, x]", 1) + STANDARD.replace("capability: help", "capability: relay"),
        "towns}", "towns, served_by: {'2000, 0': [w]}}", "not-able", "error",
    ),
    "unknown-standby-team": (BASE + WARNING, "standby: [w, m]", "standby: [w, n]", "unknown-id", "error"),
    "unknown-standby-team-zh": (BASIS + WARNING_ZH, "备勤: [西队, 中队]", "备勤: [西队, 南队]", "unknown-id", "error"),
    "warning-ends-first": (BASE + WARNING, "ends: 10:00", "ends: 08:59", "end-before-start", "error"),
    "warning-before-the-start": (BASE + WARNING, "begins: 09:00", "begins: 2025-12-31 09:00", "before-start", "error"),
    "two-warnings": (
        BASE + WARNING.replace("}]", "}, {id: flood, begins: 09:00}]"), "id: flood", "id: storm", "duplicate-id", "error",
    ),
    "unknown-base": (BASE + TABLE, "bases: [west, middle, east]", "bases: [west, midle, middle, east]", "unknown-id", "error"),
    "unknown-base-in-the-table": (BASE + TABLE, "1: [middle]", "1: [midle]", "unknown-id", "error"),
    "base-of-no-rule": (BASE + TABLE, "bases: [west, middle, east]", "bases: [west, east]", "unknown-id", "error"),
    "base-of-no-rule-zh": (BASIS + TABLE_ZH, "驻地: [西, 中, 东]", "驻地: [西, 东]", "unknown-id", "error"),
    "not-a-number": (BASE + TABLE, "2: [west, east]", "two: [west, east]", "bad-table", "error"),
    "zero": (BASE + TABLE, "table: {1", "table: {0: [], 1", "bad-table", "error"),
    "not-a-whole-number": (BASE + TABLE, "2: [west, east]", "1.5: [west, east]", "bad-table", "error"),
    "a-row-left-out": (BASE + TABLE, "2: [west, east]", "3: [west, east]", "bad-table", "error"),
    "more-bases-than-teams": (BASE + TABLE, "1: [middle]", "1: [middle, west]", "bad-table", "error"),
    "more-bases-than-teams-zh": (BASIS + TABLE_ZH, "1: [中]", "1: [中, 西]", "bad-table", "error"),
    "more-rows-than-teams": (
        BASE + TABLE, "2: [west, east]", "2: [west, east], 3: [west], 4: [west]", "bad-table", "warning",
    ),
    "no-table": (BASE + TABLE, ", table: {1: [middle], 2: [west, east]}", "", "missing", "error"),
    "unknown-moved-team": (BASE + TABLE, "u, capability: help,", "u, capability: help, teams: [w, m, v],", "unknown-id", "error"),
    "moved-without-being-able": (
        BASE.replace("[help]", "[help, x]", 1) + TABLE, "u, capability: help,", "u, capability: relay, teams: [e, w],", "not-able", "error",
    ),
    "nobody-to-move": (BASE + TABLE, "u, capability: help,", "u, capability: hepl,", "unknown-id", "error"),
    "moved-by-two": (
        BASE + TABLE.replace("}]", "}, {id: v, capability: help, teams: [], bases: [west], table: {1: [west]}}]").replace(
            "id: u, capability: help", "id: u, capability: help, teams: [w, e]").replace("teams: []", "teams: [m]"),
        "teams: [m]", "teams: [w]", "moved-twice", "error",
    ),
    "greedy-without-standard": (BASE + STANDARD + GREEDY, "standard: s, ", "", "missing", "error"),
    "greedy-without-standard-zh": (BASIS + STANDARD_ZH + GREEDY_ZH, "标准: s, ", "", "missing", "error"),
    "unknown-standard": (BASE + STANDARD + GREEDY, "standard: s", "standard: t", "unknown-id", "error"),
    "greedy-with-a-table": (BASE + STANDARD + GREEDY, "standard: s", "standard: s, table: {1: [west]}", "contradiction", "error"),
    "greedy-for-another-capability": (
        BASE + STANDARD.replace("help", "relay") + GREEDY.replace("help", "relay"),
        "greedy, capability: relay", "greedy, capability: help", "not-able", "error",
    ),
    "empty-area": (BASE + RADIO, "29000, 0", "50000, 0", "empty-area", "warning"),
    "empty-area-zh": (BASIS + RADIO_ZH, "29000, 0", "50000, 0", "empty-area", "warning"),
    "unknown-middle": (BASE + RADIO, '"29000, 0"', "nowhere", "unknown-place", "error"),
    "middle-without-a-position": (BASE + RADIO, '"29000, 0"', "node 7", "no-position", "error"),
    "unknown-relay": (BASE + RADIO, "relay: relay", "relay: relais", "unknown-id", "error"),
    "radio-ends-first": (BASE + RADIO, "ends: 09:00", "ends: 08:10", "end-before-start", "error"),
    "radio-ends-and-lasts": (BASE + RADIO, "ends: 09:00", "ends: 09:00, lasts: 1 h", "contradiction", "error"),
    "radio-wraps": (BASE + RADIO, "ends: 09:00", "ends: 07:00", "end-before-start", "error"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "good", "bad", "code", "severity"), WRONG.values(), ids=WRONG)
def test_each_mistake_is_found_once_with_its_line(tmp_path, text, good, bad, code, severity):
    """The file is good but for this one thing."""
    assert text.count(good) == 1
    assert found(write(tmp_path, text)) == []
    line = text[: text.index(good)].count("\n") + 1
    assert found(write(tmp_path, text.replace(good, bad))) == [(code, line, severity)]


def test_all_mistakes_are_told_together(tmp_path):
    """One run names them all."""
    text = BASE + STANDARD + WARNING + TABLE + RADIO
    for good, bad in (("within: 8 min, places: towns", "within: 8 min, places: villages"), ("standby: [w, m]", "standby: [n]"),
                      ("1: [middle]", "x: [middle]"), ("relay: relay", "relay: relais")):  # fmt: skip
        text = text.replace(good, bad)
    assert [code for code, _, severity in found(write(tmp_path, text)) if severity == "error"] == [
        "unknown-id", "unknown-id", "unknown-id", "bad-table",
    ]  # fmt: skip


def test_a_misspelt_name_is_offered_in_the_language_of_the_file(tmp_path):
    """The remedy names what was probably meant."""
    wrong = BASE + STANDARD.replace("capability: help", "capability: hepl")
    _, (finding,), language = check_scenario(write(tmp_path, wrong))
    assert finding.render(language).endswith("no team has the capability 'hepl' · did you mean help?")
    wrong = (
        BASIS
        + GREEDY_ZH.replace("驻地: [西, 东], 标准: s", "驻地: [西, 东], 标准: 矿山")
        + STANDARD_ZH.replace("s,", "矿山守备,")
    )
    _, (finding,), language = check_scenario(write(tmp_path, wrong))
    assert finding.render(language).endswith("没有“矿山”这个守备标准 · 是否想写:矿山守备?")


# --- on the road ---------------------------------------------------------------------------------------------------------------

ROADS = """\
format: 1
name: roads
mode: drill
start: 2026-01-01 08:00
network: net
vehicles: [{id: v, speed: 60 km/h, ordinary_factor: 1}]
bases: [{id: left, place: A}, {id: right, place: C}]
teams:
  - {id: l, base: left, vehicle: v, capabilities: [help], turnout: 1 min}
  - {id: r, base: right, vehicle: v, capabilities: [help], turnout: 1 min}
packages: {p: [{capability: help, work: 90 min}]}
incidents: [{id: one, place: C, at: 08:00, package: p}]
move_up: [{id: u, capability: help, bases: [left, right], table: {1: [right], 2: [left, right]}}]
road_events:
  - {id: slide, close: {begin: B, end: C}, begins: 08:08, ends: 09:00}
"""
"""A -10- B -10- C, and B -5- D -10- E -5- C: the team of A moves up to C, and at 08:08 the straight way is closed."""
MOVING = ("team.moving_up", "team.moved_up", "team.rerouted", "team.stuck")


def on_the_road(tmp_path, text):
    """Return (minute, kind, place) of what the team of A does without a mission."""
    scenario = load(five_places(tmp_path), text)
    return [
        row[:2] + row[3:] for row in told(scenario, simulate(scenario), "team", "place") if row[2] == "l" and row[1] in MOVING
    ]


def test_a_closure_sends_a_team_that_moves_up_round(tmp_path):
    """8 km from A it learns of it, turns off at B and comes by D and E: 10 + 20 min."""
    assert on_the_road(tmp_path, ROADS)[:3] == [
        (0, "team.moving_up", "C"), (8, "team.rerouted", "C"), (30, "team.moved_up", "C"),
    ]  # fmt: skip


def test_without_a_way_it_waits_and_goes_on_when_the_road_opens(tmp_path):
    """B-C and D-E are closed: from 10 on it stands at B; at 60 the straight way opens, and it is in C at 70."""
    more = "  - {id: flood, close: {begin: D, end: E}, begins: 08:08}\n"
    assert on_the_road(tmp_path, ROADS + more)[:5] == [
        (0, "team.moving_up", "C"), (8, "team.rerouted", "C"), (8, "team.stuck", "C"), (60, "team.rerouted", "C"),
        (70, "team.moved_up", "C"),
    ]  # fmt: skip
