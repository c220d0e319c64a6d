"""Roads that change while teams drive, on five places whose every driving time is a sum in the head.

A ──10── B ──10── C         1 km a minute (60 km/h on every road)
5        5
D ──10── E
"""  # fmt: skip

from __future__ import annotations

import numpy as np
import pytest

from sim.engine.simulate import simulate
from tests.scenarios.files import five_places, load, times, told

HEAD = """\
format: 1
name: roads
mode: drill
start: 2026-01-01 10:00
network: net
coordinates: metres
vehicles:
  - {id: car, like: light, speed: 60 km/h, ordinary_factor: 1.5}
  - {id: truck, like: heavy, speed: 60 km/h}
bases: [{id: a, place: A}]
teams: [{id: t, base: a, vehicle: car, capabilities: [help]}]
packages: {p: [{capability: help, work: 1 min}]}
incidents: [{id: one, place: C, at: 10:00, package: p}]
"""
BC = "close: {begin: B, end: C}"
DE = "close: {begin: D, end: E}"
AB = "close: {begin: A, end: B}"


@pytest.fixture
def net(tmp_path):
    """Write the network folder; return the folder in which scenarios stand."""
    return five_places(tmp_path)


def events(*entries: str) -> str:
    return "road_events:\n" + "".join(f"  - {{id: e{n}, {entry}}}\n" for n, entry in enumerate(entries))


def run(folder, *entries: str, text: str = HEAD, **how):
    """Run a file with road events; return the scenario and the outcome."""
    scenario = load(folder, text + (events(*entries) if entries else ""))
    return scenario, simulate(scenario, **how)


def arrives(folder, *entries: str, text: str = HEAD):
    scenario, out = run(folder, *entries, text=text)
    return times(scenario, out, "team.arrived")


def test_without_events_the_way_is_the_shorter_one(net):
    """A to C: 20 km over B, not 30 over D and E; the way back takes 1.5 times as long."""
    scenario, out = run(net)
    assert times(scenario, out, "team.arrived") == [20]
    assert times(scenario, out, "team.home") == [21 + 30]


def test_a_closure_ahead_sends_the_team_round_from_where_it_is(net):
    """Closed at 10:05: the team, at km 5, drives on to B (10) and from there 20 km over D and E."""
    scenario, out = run(net, f"{BC}, begins: 10:05")
    assert times(scenario, out, "team.rerouted") == [5]
    assert times(scenario, out, "team.arrived") == [30]
    rows = told(scenario, out, "ref", "item")
    rerouted = next(row for row in rows if row[1] == "team.rerouted")
    assert rows[rerouted[2]][:2] == (5, "road.changed")
    assert rows[rerouted[2]][3] == "e0"


def test_a_closure_before_departure_counts_from_the_start(net):
    """The eta of dispatch and the drive take the state of the roads at the time: 30 min at once, nobody is re-routed."""
    scenario, out = run(net, f"{BC}, begins: 10:00")
    assert times(scenario, out, "team.rerouted") == []
    assert times(scenario, out, "team.arrived") == [30]


@pytest.mark.parametrize(
    "entry", [f"{DE}, begins: 10:05", f"{AB}, begins: 10:12", f"{BC}, begins: 10:12", f"{BC}, begins: 10:20"]
)
def test_a_closure_that_does_not_touch_the_rest_of_the_way_changes_nothing(net, entry):
    """Elsewhere, behind the team, or of the stretch that it is on (it counts as at its next place): 20 min as ever."""
    scenario, out = run(net, entry)
    assert times(scenario, out, "team.rerouted") == []
    assert times(scenario, out, "team.arrived") == [20]


def test_without_a_way_the_team_waits_where_it_is_and_goes_on(net):
    """B to C and D to E closed at 10:05, B to C open again at 10:25: on to B (10), wait, and 10 km more from 25."""
    scenario, out = run(net, f"{BC}, begins: 10:05, ends: 10:25", f"{DE}, begins: 10:05")
    assert times(scenario, out, "team.stuck") == [5]
    assert [row[2] for row in told(scenario, out, "cause") if row[1] == "team.stuck"] == ["road_closed"]
    assert [row[2] for row in told(scenario, out, "cause") if row[1] == "team.rerouted"][-1] == "road_opened"
    assert times(scenario, out, "team.arrived") == [35]


def test_a_way_that_opens_before_the_team_has_come_to_a_stand(net):
    """Closed from 5 to 8 min: the team is still on its way to B, and loses nothing."""
    assert arrives(net, f"{BC}, begins: 10:05, ends: 10:08", f"{DE}, begins: 10:05") == [20]


def test_the_row_of_a_stuck_team_points_at_the_road_that_closed(net):
    """`ref` is the row that caused it: that of the road event, not the team's departure."""
    scenario, out = run(net, f"{BC}, begins: 10:05, ends: 10:25", f"{DE}, begins: 10:05")
    rows = told(scenario, out, "ref")
    stuck = next(row for row in rows if row[1] == "team.stuck")
    assert rows[stuck[2]][1] == "road.changed"


def test_who_waits_for_ever_is_told(net):
    """Never reopened: the team is stuck, never arrives, the incident never closes, and the run ends."""
    scenario, out = run(net, f"{BC}, begins: 10:05", f"{DE}, begins: 10:05")
    kinds = [row[1] for row in told(scenario, out)]
    assert "team.stuck" in kinds
    assert not {"team.arrived", "incident.closed"} & set(kinds)
    assert kinds[-1] == "run.ended"


def test_a_base_that_is_cut_off_sends_nobody_until_the_road_opens(net):
    """Cut off at the alarm: the need waits (nobody reaches); opened at 10:30: ordered then, there 20 min later."""
    scenario, out = run(net, f"{AB}, begins: 10:00, ends: 10:30")
    waiting = [row for row in told(scenario, out, "cause") if row[1] == "need.waiting"]
    assert waiting == [(0, "need.waiting", "nobody_reaches")]
    assert times(scenario, out, "team.ordered") == [30]
    assert times(scenario, out, "team.arrived") == [50]


def test_a_base_cut_off_during_turn_out(net):
    """Ordered at 0, ready to leave at 2, but cut off from 1 to 9: it waits at its base and is there at 29."""
    text = HEAD.replace("capabilities: [help]}", "capabilities: [help], turnout: 2 min}")
    scenario, out = run(net, f"{AB}, begins: 10:01, ends: 10:09", text=text)
    assert times(scenario, out, "team.stuck") == [2]
    assert times(scenario, out, "team.arrived") == [29]


@pytest.mark.parametrize(("factor", "minute"), [(0.8, 22.5), (0.6, 10 + 10 / 0.6), (0.4, 30)])
def test_a_slow_road_takes_longer_or_is_driven_round(net, factor, minute):
    """B to C at 0.8: 12.5 min instead of 10; at 0.4 it would be 25, and the way round is 20."""
    assert arrives(net, f"slow: {{begin: B, end: C}}, factor: {factor}, begins: 10:05") == pytest.approx([minute], abs=1e-4)


def test_a_road_that_becomes_quick_again_is_taken_again(net):
    """Sent round over D at 10:05; B to C opens at 10:12, the team (next place: D, at 15) turns: 5 + 10 back to C is 30 at best."""
    assert arrives(net, f"{BC}, begins: 10:05, ends: 10:07") == [20]
    assert arrives(net, f"{BC}, begins: 10:05, ends: 10:12") == [30]


def test_only_the_vehicles_on_the_allow_list_pass(net):
    """Closed but for cars: the car is there at 20, a truck from the same base goes round."""
    text = HEAD.replace("teams: [", "teams: [{id: u, base: a, vehicle: truck, capabilities: [help]}, ").replace(
        "capability: help, work", "capability: help, count: 2, work"
    )
    scenario, out = run(net, f"{BC}, begins: 10:00, allow: [car]", text=text)
    assert times(scenario, out, "team.arrived", "t") == [20]
    assert times(scenario, out, "team.arrived", "u") == [30]


def test_a_circle_takes_only_what_lies_inside(net):
    """1 km about km 15 is closed from km 14 to 16 when the team is at km 12: on to 14, 4 back to B, 20 round: 38."""
    assert arrives(net, 'close: {around: "15000, 0", radius: 1 km}, begins: 10:12') == [38]


def test_a_circle_already_passed_or_not_reached_changes_nothing(net):
    """The same circle when the team is at km 17; and one that touches no road gives a warning."""
    assert arrives(net, 'close: {around: "15000, 0", radius: 1 km}, begins: 10:17') == [20]


def test_a_slow_circle_slows_the_part_inside(net):
    """2 km at half speed: 2 min more."""
    assert arrives(net, 'slow: {around: "15000, 0", radius: 1 km}, factor: 0.5, begins: 10:12') == pytest.approx([22])


def test_the_way_home_is_re_planned_too(net):
    """Released at 21, home at 1.5 min a km; A to B closed at 30: on to B (36), stuck, opened at 50: home at 65."""
    scenario, out = run(net, f"{AB}, begins: 10:30, ends: 10:50")
    assert times(scenario, out, "team.stuck") == [30]
    assert times(scenario, out, "team.home") == [65]


def test_measured_times_override_the_roads_and_are_counted(net):
    """15 min measured from A to C: there at 15; the way back is derived unless it holds both ways."""
    one, out = run(net, text=HEAD + "measured_times: [{begin: A, end: C, time: 15 min}]\n")
    assert times(one, out, "team.arrived") == [15]
    assert times(one, out, "team.home") == [16 + 30]
    assert (out.measured, len(out.drives)) == (1, 2)
    both, out = run(net, text=HEAD + "measured_times: [{begin: A, end: C, time: 15 min, both_ways: yes}]\n")
    assert times(both, out, "team.home") == [16 + 22.5]
    assert out.measured == 2
    truck, out = run(net, text=HEAD + "measured_times: [{begin: A, end: C, time: 15 min, vehicle: truck}]\n")
    assert times(truck, out, "team.arrived") == [20]
    assert out.measured == 0


def test_a_measured_time_grows_as_the_roads_do(net):
    """15 min measured where 20 are derived; with B to C closed at the start 30 are derived: 15 × 30 / 20 = 22.5."""
    text = HEAD + "measured_times: [{begin: A, end: C, time: 15 min}]\n"
    assert arrives(net, f"{BC}, begins: 10:00", text=text) == [22.5]


def test_a_table_of_measured_times(net):
    """The same from a CSV with Chinese headers; minutes without a unit are minutes."""
    (net / "m.csv").write_text("起,止,用时,车型,日期\nA,C,15,,2026-01-01\n", encoding="utf-8")
    assert arrives(net, text=HEAD + "measured_tables: [m.csv]\n") == [15]


def test_a_road_added_in_one_line_shortens_the_way(net):
    """To E it is 25 km; a road B to E of 12 km makes it 22. One way from E to B it helps nobody on the way out."""
    text = HEAD.replace("place: C", "place: E")
    assert arrives(net, text=text) == [25]
    added = text + "extra_roads: [{begin: B, end: E, length: 12 km}]\n"
    assert arrives(net, text=added) == [22]
    one_way = text + "extra_roads: [{begin: E, end: B, length: 12 km, one_way: yes}]\n"
    assert arrives(net, text=one_way) == [25]


def test_a_closure_with_a_random_end(net):
    """Plan: each replication draws when B to C opens, with the mean given; the team drives on 10 min after that moment."""
    entry = f"{BC}, begins: 10:05, lasts: {{distribution: exponential, mean: 40 min}}"
    scenario = load(net, HEAD.replace("drill", "plan") + events(entry, f"{DE}, begins: 10:05"))
    opened = []
    for k in range(200):
        out = simulate(scenario, k)
        (at,) = times(scenario, out, "road.restored")
        opened.append(at - 5)
        (there,) = times(scenario, out, "team.arrived")
        assert there == pytest.approx(max(at, 10) + 10, abs=1e-9)
    values = np.array(opened)
    assert len(set(opened)) == 200
    assert abs(values.mean() - 40) < 4 * values.std(ddof=1) / np.sqrt(200)


def test_a_drill_takes_the_planned_end(net):
    """Planned 20 min, p90 60 min: open at 10:25."""
    entry = f"{BC}, begins: 10:05, lasts: {{planned: 20 min, p90: 60 min}}"
    scenario, out = run(net, entry, f"{DE}, begins: 10:05")
    assert times(scenario, out, "road.restored") == [25]
    assert times(scenario, out, "team.arrived") == [35]


def test_dispatch_sees_the_closure_when_it_chooses(net):
    """A team at E is 5 min from C, one at A 20: E goes. With C to E and D to E closed, A goes though it is further."""
    text = HEAD.replace("bases: [", "bases: [{id: e, place: E}, ").replace(
        "teams: [", "teams: [{id: near, base: e, vehicle: car, capabilities: [help]}, "
    )
    scenario, out = run(net, text=text)
    assert times(scenario, out, "team.arrived", "near") == [5]
    scenario, out = run(net, "close: {begin: C, end: E}, begins: 10:00", f"{DE}, begins: 10:00", text=text)
    assert times(scenario, out, "team.ordered", "near") == []
    assert times(scenario, out, "team.arrived", "t") == [20]


@pytest.mark.parametrize(("place", "who", "arrives"), [("A", "u", 35.5), ("E", "t", 36)])
def test_a_team_on_its_way_home_is_judged_from_its_next_place(net, place, who, arrives):
    """At 25:30 the team is 3 km from C on its way home, 7 km (10.5 min at its factor) from B, where it is wanted: another with
    10 min from A goes, another with 15 min from E does not.
    """
    text = HEAD.replace("bases: [", f"bases: [{{id: other, place: {place}}}, ")
    text = text.replace(
        "capabilities: [help]}]", "capabilities: [help, more]}, {id: u, base: other, vehicle: car, capabilities: [more]}]"
    )
    text = text.replace("packages: {p:", "packages: {q: [{capability: more, work: 1 min}], p:")
    text = text.replace("package: p}]", "package: p}, {id: two, place: B, at: 10:25:30, package: q}]")
    scenario, out = run(net, f"{DE}, begins: 12:00", text=text)
    ordered = [row for row in told(scenario, out, "incident", "team") if row[1] == "team.ordered"]
    assert [row[3] for row in ordered] == ["t", who]
    assert times(scenario, out, "team.arrived")[1] == arrives


def test_chinese_keys_say_the_same(net):
    """Road events in Chinese: same log."""
    english = load(net, HEAD + events(f"{BC}, begins: 10:05, ends: 10:25", f"{DE}, begins: 10:05"))
    chinese = load(
        net,
        """\
格式: 1
名称: 道路
方式: 演练
开始: 2026-01-01 10:00
路网: net
坐标系: 平面米
车型表:
  - {编号: car, 参照: 轻型, 车速: 60 公里/小时, 普通行车系数: 1.5}
驻地: [{编号: a, 地点: A}]
队伍: [{编号: t, 驻地: a, 车型: car, 能力: [help]}]
力量编成: {p: [{能力: help, 作业: 1 分钟}]}
突发事件: [{编号: one, 地点: C, 发生: 10:00, 力量编成: p}]
路况:
  - {编号: e0, 封闭: {起: B, 止: C}, 自: 10:05, 至: 10:25}
  - {编号: e1, 封闭: {起: D, 止: E}, 自: 10:05}
""",
        "zh.yaml",
    )
    assert simulate(english).digest == simulate(chinese).digest
