"""A drill of three teams computed by hand: every row of the log, from files with Chinese and with English keys."""

from __future__ import annotations

import pytest

from sim.engine.simulate import simulate
from tests.scenarios.files import load, told

ENGLISH = """\
format: 1
name: by hand
mode: drill
start: 2026-01-01 08:00
end: all home
coordinates: metres
network: {straight_line: {speed: 60 km/h, detour: 1}}    # 1 km a minute
vehicles:
  - {id: truck, like: heavy, ordinary_factor: 1.5}       # home at 1.5 min a km
bases:
  - {id: north, place: "10000, 8000"}
  - {id: west, place: "0, 0"}
  - {id: east, place: "22000, 0"}
hospitals:
  - {id: far, place: "10000, -7000"}
  - {id: near, place: "16000, 0"}
teams:
  - {id: recon, base: north, vehicle: truck, capabilities: [look], turnout: 1 min, report_in: 1 min, set_up: 2 min, refit: 10 min}
  - {id: rescue, base: west, vehicle: truck, capabilities: [dig], turnout: 3 min, report_in: 1 min, set_up: 3 min, refit: 20 min}
  - {id: medics, base: east, vehicle: truck, capabilities: [heal], turnout: 4 min, report_in: 4 min, set_up: 3 min}
packages:
  whole:
    - {capability: look, work: 5 min}
    - {capability: dig, work: 20 min, after: [heal], after_done: [look]}
    - {capability: heal, work: 10 min, after_done: [dig], carry: {hospital: nearest, handover: 3 min}}
  glance:
    - {capability: look, work: 6 min}
incidents:
  - id: one
    place: "10000, 0"
    at: 08:00
    call_handling: 2 min
    decision: 4 min
    first_response: [{team: recon, after: 1 min}]
    package: whole
  - {id: two, place: "13000, 4000", at: 08:24, package: glance}
  - {id: three, place: "10000, 9000", at: 08:31, priority: 7, package: glance}
  - {id: four, place: "13000, 9000", at: 08:33, priority: 1, package: glance}
"""

CHINESE = """\
格式: 1
名称: 手算
方式: 演练
开始: 2026-01-01 08:00
结束: 全部归建
坐标系: 平面米
路网: {直线: {车速: 60 公里/小时, 绕行系数: 1}}
车型表:
  - {编号: truck, 参照: 重型, 普通行车系数: 1.5}
驻地:
  - {编号: north, 地点: "10000, 8000"}
  - {编号: west, 地点: "0, 0"}
  - {编号: east, 地点: "22000, 0"}
医院:
  - {编号: far, 地点: "10000, -7000"}
  - {编号: near, 地点: "16000, 0"}
队伍:
  - {编号: recon, 驻地: north, 车型: truck, 能力: [look], 出动: 1 分钟, 报到: 1 分钟, 展开: 2 分钟, 整备: 10 分钟}
  - {编号: rescue, 驻地: west, 车型: truck, 能力: [dig], 出动: 3 分钟, 报到: 1 分钟, 展开: 3 分钟, 整备: 20 分钟}
  - {编号: medics, 驻地: east, 车型: truck, 能力: [heal], 出动: 4 分钟, 报到: 4 分钟, 展开: 3 分钟}
力量编成:
  whole:
    - {能力: look, 作业: 5 分钟}
    - {能力: dig, 作业: 20 分钟, 须先就位: [heal], 须先完成: [look]}
    - {能力: heal, 作业: 10 分钟, 须先完成: [dig], 送医: {医院: 就近, 交接: 3 分钟}}
  glance:
    - {能力: look, 作业: 6 分钟}
突发事件:
  - 编号: one
    地点: "10000, 0"
    发生: 08:00
    接警: 2 分钟
    研判: 4 分钟
    先期处置: [{谁: recon, 何时: 1 分钟}]
    力量编成: whole
  - {编号: two, 地点: "13000, 4000", 发生: 08:24, 力量编成: glance}
  - {编号: three, 地点: "10000, 9000", 发生: 08:31, 优先级: 7, 力量编成: glance}
  - {编号: four, 地点: "13000, 9000", 发生: 08:33, 优先级: 1, 力量编成: glance}
"""

BY_HAND = [
    (0, "incident.alarm", "one", "", ""),
    (1, "team.ordered", "one", "recon", "first_response"),
    (2, "team.departed", "one", "recon", ""),  # 1 min turn-out
    (2, "need.raised", "one", "", ""),  # 2 min call handling: three lines
    (2, "need.raised", "one", "", ""),
    (2, "need.raised", "one", "", ""),
    (6, "incident.decided", "one", "", ""),  # 4 min decision; the first response has long been driving
    (6, "team.ordered", "one", "rescue", "nearest_idle"),
    (6, "team.ordered", "one", "medics", "nearest_idle"),
    (9, "team.departed", "one", "rescue", ""),
    (10, "team.arrived", "one", "recon", ""),  # 8 km
    (10, "team.departed", "one", "medics", ""),
    (11, "team.tasked", "one", "recon", ""),
    (13, "team.working", "one", "recon", ""),
    (18, "team.released", "one", "recon", "work_done"),  # turns for home: 8 km at 1.5 min, home at 30
    (19, "team.arrived", "one", "rescue", ""),  # 10 km
    (20, "team.tasked", "one", "rescue", ""),
    (22, "team.arrived", "one", "medics", ""),  # 12 km
    (22, "incident.complete", "one", "", ""),
    (23, "team.working", "one", "rescue", ""),  # may not begin: the medics do not stand ready
    (24, "incident.alarm", "two", "", ""),
    (24, "need.raised", "two", "", ""),
    (24, "team.ordered", "two", "recon", "nearest_idle"),  # after 6 of 12 min: at (10000, 4000)
    (24, "team.departed", "two", "recon", ""),
    (26, "team.tasked", "one", "medics", ""),
    (27, "team.arrived", "two", "recon", ""),  # 3 km from there
    (27, "incident.complete", "two", "", ""),
    (28, "team.tasked", "two", "recon", ""),
    (29, "team.working", "one", "medics", ""),
    (29, "incident.ready", "one", "", ""),
    (29, "work.started", "one", "rescue", ""),  # the medics wait for its work
    (30, "team.working", "two", "recon", ""),
    (31, "incident.alarm", "three", "", ""),
    (31, "need.raised", "three", "", ""),
    (31, "need.waiting", "three", "", "nobody_free"),
    (33, "incident.alarm", "four", "", ""),
    (33, "need.raised", "four", "", ""),
    (33, "need.waiting", "four", "", "nobody_free"),
    (36, "team.released", "two", "recon", "work_done"),
    (36, "incident.closed", "two", "", ""),
    (36, "team.ordered", "four", "recon", "nearest_idle"),  # priority 1 goes before 7, though it came later
    (36, "team.departed", "four", "recon", ""),
    (41, "team.arrived", "four", "recon", ""),  # 5 km
    (41, "incident.complete", "four", "", ""),
    (42, "team.tasked", "four", "recon", ""),
    (44, "team.working", "four", "recon", ""),
    (49, "team.released", "one", "rescue", "work_done"),
    (49, "work.started", "one", "medics", ""),
    (50, "team.released", "four", "recon", "work_done"),
    (50, "incident.closed", "four", "", ""),
    (50, "team.ordered", "three", "recon", "nearest_idle"),
    (50, "team.departed", "three", "recon", ""),
    (53, "team.arrived", "three", "recon", ""),  # 3 km
    (53, "incident.complete", "three", "", ""),
    (54, "team.tasked", "three", "recon", ""),
    (56, "team.working", "three", "recon", ""),
    (59, "team.carrying", "one", "medics", ""),  # 6 km to 'near', 7 km to 'far'
    (59, "incident.closed", "one", "", ""),
    (62, "team.released", "three", "recon", "work_done"),
    (62, "incident.closed", "three", "", ""),
    (63.5, "team.home", "three", "recon", ""),  # 1 km at 1.5 min
    (64, "team.home", "one", "rescue", ""),  # 10 km at 1.5 min from 49
    (65, "team.at_hospital", "one", "medics", ""),
    (68, "team.released", "one", "medics", "handed_over"),
    (73.5, "team.ready", "three", "recon", ""),
    (77, "team.home", "one", "medics", ""),  # 6 km at 1.5 min; nothing to refit
    (84, "team.ready", "one", "rescue", ""),
    (84, "run.ended", "", "", "all_home"),
]


@pytest.mark.parametrize("text", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_every_row_as_by_hand(tmp_path, text):
    """Call handling, decision, first response before it, turn-out … refit, a call-back from the road and a queue by priority."""
    scenario = load(tmp_path, text)
    assert told(scenario, simulate(scenario), "incident", "team", "cause") == BY_HAND


def test_both_languages_write_the_same_log(tmp_path):
    """Chinese keys and words are full equals of English ones: same canonical rows, same ids."""
    english, chinese = (load(tmp_path, text, name) for text, name in ((ENGLISH, "en.yaml"), (CHINESE, "zh.yaml")))
    assert simulate(english).digest == simulate(chinese).digest
    assert (english.language, chinese.language) == ("en", "zh")


def test_needs_places_and_items_of_the_hand_drill(tmp_path):
    """The carrying team heads for the nearer hospital; each need row says what and how many; home rows are at no incident."""
    scenario = load(tmp_path, ENGLISH)
    out = simulate(scenario)
    rows = told(scenario, out, "need", "item", "quantity", "place", "incident")
    assert [row[2:] for row in rows if row[1] == "need.raised" and row[6] == "one"] == [
        (0, "look", 1, "one", "one"), (1, "dig", 1, "one", "one"), (2, "heal", 1, "one", "one"),
    ]  # fmt: skip
    assert [row[5] for row in rows if row[1] in ("team.carrying", "team.at_hospital")] == ["near", "near"]
    assert {row[5] for row in rows if row[1] in ("team.home", "team.ready")} == {""}
    assert out.measured == 0
    assert len(out.drives) == 11  # 6 out, 1 to hospital, 4 that turn for home (one of them called back)


def test_who_turns_for_home_drives_at_the_ordinary_factor_and_to_the_scene_without_it(tmp_path):
    """Factor 1.0 to scene and hospital, that of the vehicle on the way home."""
    scenario = load(tmp_path, ENGLISH)
    drives = [(drive.trip.duration / 60_000, drive.trip.factor) for drive in simulate(scenario).drives]
    assert drives == [
        (8, 1.0), (10, 1.0), (12, 1.0), (12, 1.5), (3, 1.0), (5, 1.0), (15, 1.5), (3, 1.0), (6, 1.0), (1.5, 1.5), (9, 1.5),
    ]  # fmt: skip


def test_a_mission_called_back_is_not_called_when_the_team_may_not_be(tmp_path):
    """With `call_back: no` the second incident waits until the team is home and refitted: ready at 30 + 10 min."""
    scenario = load(tmp_path, ENGLISH.replace("capabilities: [look],", "capabilities: [look], call_back: no,"))
    rows = told(scenario, simulate(scenario), "incident", "team")
    assert (30, "team.home", "one", "recon") in rows
    ordered = [row for row in rows if row[1] == "team.ordered" and row[3] == "recon"]
    assert [row[2] for row in ordered] == ["one", "four", "two", "three"]  # four first by priority, then 5 before 7
    assert ordered[1][0] == 40
