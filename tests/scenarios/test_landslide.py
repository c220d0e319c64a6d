"""The landslide at 右玉: who goes round, when the road opens again, who is cut off until then, and what the radio costs.

Durations are those of the file, added up by hand; driving times are asked of the travel service, not of the engine.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from sim.analysis.cut_off import cut_off, cut_off_from_hospitals, cut_off_table
from sim.analysis.replication import Replication
from sim.engine.simulate import simulate
from sim.scenario import check_scenario, load_scenario
from sim.units import MINUTE
from tests.scenarios.files import told

FOLDER = Path(__file__).parents[2] / "scenarios"
NAMES = ("landslide-youyu", "landslide-youyu-no-clearing", "landslide-youyu-radio-ok")
CUT_OFF = ["右卫镇", "李达窑乡", "杨千河乡"]
LAG = 10


class Run(NamedTuple):
    """A scenario, its planned run, and the rows of the log: minute, kind, incident, team, item, place, cause."""

    scenario: object
    outcome: object
    rows: list


def planned(name: str) -> Run:
    scenario = load_scenario(FOLDER / f"{name}.yaml")
    outcome = simulate(scenario)
    return Run(scenario, outcome, told(scenario, outcome, "incident", "team", "item", "place", "cause"))


@pytest.fixture(scope="module")
def run() -> Run:
    return planned(NAMES[0])


@pytest.fixture(scope="module")
def uncleared() -> Run:
    return planned(NAMES[1])


@pytest.fixture(scope="module")
def radio_ok() -> Run:
    return planned(NAMES[2])


def at(run: Run, kind: str, *words: str) -> list[float]:
    """Return the minutes after 08:00 of rows of a kind that name all the words."""
    return [row[0] for row in run.rows if row[1] == kind and set(words) <= set(row[2:])]


def one(run: Run, kind: str, *words: str) -> float:
    (minute,) = at(run, kind, *words)
    return minute


def clock(text: str) -> int:
    """Return minutes after 08:00."""
    hours, minutes = text.split(":")
    return 60 * int(hours) + int(minutes) - 480


def site(run: Run, name: str) -> int:
    return next(number for number, place in enumerate(run.scenario.sites) if place.name == name)


def profile(run: Run, vehicle: str, hour: int) -> int:
    return run.scenario.travel.profile(vehicle, hour, run.scenario.weather)


def state(run: Run, *events: str) -> int:
    return run.scenario.travel.state(frozenset(event.effect for event in run.scenario.road_events if event.id in events))


@pytest.mark.parametrize("name", NAMES)
def test_the_files_are_good(name):
    scenario, findings, _ = check_scenario(FOLDER / f"{name}.yaml")
    assert scenario is not None
    assert findings == ()


def test_the_road_is_one_that_the_traffic_uses(run):
    """From the county seat to each of the places to the north, and on to Inner Mongolia, the quickest way is longer once it is
    closed; southward nothing changes.
    """
    travel, base = run.scenario.travel, run.scenario.travel.spot(site(run, "右玉县"))
    car, open_, closed = profile(run, "light", 8), state(run), state(run, "slide-1")
    for name in ("右卫镇", "李达窑乡", "杨千河乡", "牛心堡乡", "丁家窑乡"):
        assert travel.drive(base, site(run, name), car, closed) > travel.drive(base, site(run, name), car, open_)
    for name in ("元堡子镇", "威远镇", "白头里乡", "朔城区"):
        assert travel.drive(base, site(run, name), car, closed) == travel.drive(base, site(run, name), car, open_)


def test_the_ambulance_under_way_goes_round(run):
    """Alarm 08:32:30 + 1.5 + 2 = 08:36; at 08:40 it is before the slide: it turns at the next spot and goes the way round."""
    assert one(run, "team.departed", "amb-youyu-1", "patient-1") == clock("8:36")
    first = [row for row in run.rows if row[1] == "team.rerouted" and row[0] == clock("8:40")]
    assert [row[3] for row in first] == ["amb-youyu-1"]
    travel, target, car = run.scenario.travel, site(run, "右卫镇"), profile(run, "ambulance", 8)
    base, slide, now = travel.spot(site(run, "右玉县")), clock("8:40") * MINUTE, state(run, "slide-1", "ford")
    trip = travel.trip(base, target, car, state(run, "ford"), clock("8:36") * MINUTE)
    spot, lead = travel.locate(trip, slide)
    arrives = slide + lead + travel.drive(spot, target, car, now)
    assert one(run, "team.arrived", "amb-youyu-1", "patient-1") == arrives / MINUTE
    assert arrives - trip.arrives > 30 * MINUTE


def test_those_ordered_later_take_the_way_round_from_the_start(run):
    """Fire brigade: 08:40 + 1 + 1, then the way round from the county seat; nobody re-routes it."""
    travel, base = run.scenario.travel, run.scenario.travel.spot(site(run, "右玉县"))
    drive = travel.drive(base, site(run, "滑坡北侧"), profile(run, "heavy", 8), state(run, "slide-1", "ford"))
    assert one(run, "team.arrived", "fire-youyu", "bus") == clock("8:42") + drive / MINUTE
    assert at(run, "team.rerouted", "fire-youyu") == []


def test_the_road_opens_when_the_clearing_team_has_done_its_work(run):
    """Report 08:43, 5 + 10 (radio) and 2 min; signatory 4, decision 6: ordered 09:10. Turn-out 20, the drive, 5 + 15, 150 min."""
    ordered = clock("8:43") + 5 + LAG + 2 + 4 + 6
    assert one(run, "team.ordered", "clear-youyu") == ordered == clock("9:10")
    arrived = one(run, "team.arrived", "clear-youyu")
    travel = run.scenario.travel
    base, plant = travel.spot(site(run, "右玉县")), profile(run, "plant", 9)
    drive = travel.drive(base, site(run, "第一处滑坡南侧"), plant, state(run, "slide-1", "ford"))
    assert arrived == ordered + 20 + drive / MINUTE
    assert one(run, "road.restored", "slide-1", "cleared") == pytest.approx(arrived + 5 + 15 + 150)


def test_the_second_slide_opens_in_the_same_way(run):
    """The city's team: arrival, 5 + 15, 90 min; on its way it is re-routed when the first slide is open."""
    arrived = one(run, "team.arrived", "clear-city")
    opened = one(run, "road.restored", "slide-1")
    assert one(run, "team.rerouted", "clear-city", "road-2") == opened < arrived
    assert one(run, "road.restored", "slide-2", "cleared") == pytest.approx(arrived + 5 + 15 + 90)


def test_who_is_cut_off_and_how_long(run):
    """Three places, from the second slide to its clearing: the way to Inner Mongolia is flooded until 18:00. To hospitals too."""
    rep = Replication(run.scenario, run.outcome.rows, run.outcome.incidents)
    ends = one(run, "road.restored", "slide-2")
    ambulance = run.scenario.capabilities.index("医疗救护")
    for found in (cut_off(rep, capability=ambulance), cut_off_from_hospitals(rep)):
        assert sorted(run.scenario.sites[span.site].name for span in found) == sorted(CUT_OFF)
        assert {(span.begins / MINUTE, span.ends / MINUTE) for span in found} == {(clock("10:10"), ends)}
        assert {tuple(run.scenario.road_events[number].id for number in span.by) for span in found} == {("slide-2", "ford")}
    assert cut_off_table(rep, cut_off(rep, capability=ambulance))["people"].sum() == 3 * 3697


def test_without_clearing_they_are_cut_off_until_the_flood_is_gone(uncleared):
    """Nothing opens before 18:00, when there is a way again over Inner Mongolia: 470 min instead."""
    rep = Replication(uncleared.scenario, uncleared.outcome.rows, uncleared.outcome.incidents)
    found = cut_off_from_hospitals(rep)
    assert sorted(uncleared.scenario.sites[span.site].name for span in found) == sorted(CUT_OFF)
    assert {(span.begins / MINUTE, span.ends / MINUTE) for span in found} == {(clock("10:10"), clock("18:00"))}
    assert at(uncleared, "road.restored", "slide-1") == at(uncleared, "road.restored", "slide-2") == []


def test_the_patient_cannot_be_brought_out_before_the_road_is_open(run):
    """Worked on 15 min, then no way to the hospital: the ambulance waits, and drives when the second slide is cleared."""
    opened = one(run, "road.restored", "slide-2")
    assert one(run, "team.stuck", "amb-youyu-1", "road_closed") == one(run, "team.carrying", "amb-youyu-1", "patient-1")
    travel = run.scenario.travel
    hour = int(opened // 60) + 8
    drive = travel.drive(
        travel.spot(site(run, "右卫镇")), site(run, "右玉县"), profile(run, "ambulance", hour), state(run, "ford")
    )
    assert one(run, "team.at_hospital", "amb-youyu-1", "patient-1") == pytest.approx(opened + drive / MINUTE)


def test_nobody_reaches_a_patient_on_the_island(run):
    """Alarm 11:00 + 1.5: nobody reaches; ordered at the moment the road opens."""
    assert one(run, "need.waiting", "patient-2", "nobody_reaches") == clock("11:00") + 1.5
    assert one(run, "team.ordered", "patient-2") == one(run, "road.restored", "slide-2")


def test_an_order_into_the_valley_comes_late(run, radio_ok):
    """The squad at 右卫 is told 10 min after its order; with radio at once."""
    assert one(run, "team.told", "youwei-squad", "radio") == one(run, "team.ordered", "youwei-squad") + LAG
    assert one(run, "team.departed", "youwei-squad") == one(radio_ok, "team.departed", "youwei-squad") + LAG
    assert at(radio_ok, "team.told") == []


def test_the_relay_restores_radio(run):
    """Ordered 09:10, turn-out 10, the drive, set-up 10: from then on reports from the scene are quick again."""
    arrived = one(run, "team.arrived", "comms-youyu")
    restored = one(run, "radio.restored", "valley-radio", "relay")
    assert restored == pytest.approx(arrived + 10)
    assert one(run, "team.departed", "comms-youyu") == clock("9:10") + 10
    for incident, line in (("bus", "bus-report"), ("road-1", "road-report")):
        sent, received = at(run, "report.sent", incident, line), at(run, "report.received", incident, line)
        assert received[0] == sent[0] + 5 + LAG
        assert sent[1] > restored
        assert received[2] == pytest.approx(sent[1] + 5)


def test_what_the_radio_costs(run, radio_ok):
    """The level is raised and the road opens 10 min later than with radio, as the first call took 10 min longer."""
    assert one(run, "level.raised", "road-1") == one(radio_ok, "level.raised", "road-1") + LAG
    assert one(run, "road.restored", "slide-1") == pytest.approx(one(radio_ok, "road.restored", "slide-1") + LAG)
    assert at(radio_ok, "radio.down", "valley-radio") == [clock("8:40")]


@pytest.mark.parametrize("name", NAMES)
def test_a_replication_run_twice_is_the_same(name):
    scenario = load_scenario(FOLDER / f"{name}.yaml").as_plan()
    first = simulate(scenario, 3)
    assert simulate(scenario, 3).digest == first.digest
    assert simulate(scenario, 4).digest != first.digest
