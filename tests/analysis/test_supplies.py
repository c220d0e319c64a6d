"""Needs, orders, shortages and endurance from logs that are written out here; answers worked out by hand or by brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis.endurance import force_endurance, opening, people_endurance
from sim.analysis.replication import Replication
from sim.analysis.shortfall import moving_cost, release_time, shortfalls_of
from sim.analysis.supplies import consignments_of, dry_spans, empties
from sim.analysis.supply_needs import Series, Wants
from sim.analysis.supply_tables import (
    consignments_table,
    cost_table,
    dry_table,
    force_endurance_table,
    needs_table,
    people_endurance_table,
    people_table,
    shortfall_table,
    stock_table,
    stock_total_table,
    unmet_table,
)
from sim.analysis.tables import HEADINGS, LENGTHS, MOMENTS, readable
from sim.log import Cause, Kind
from sim.scenario.command import Link
from sim.scenario.frozen import Ticks
from sim.units import DAY, HOUR, MINUTE, NEVER
from tests.analysis.builders import START, course, line, planned, replace, scenario, team
from tests.analysis.supply_builders import (
    FOAM,
    STOVE,
    TENT,
    Fill,
    Fleet,
    Restock,
    Step,
    Supplier,
    Supplies,
    SupplyBook,
    Use,
    depot,
    item,
    minutes,
    need,
    store,
    story_log,
    winter,
)


def laid_out(case, log, *incidents: str) -> Replication:
    return Replication(case, log.array, incidents or ("quake",))


def changed(case, **more):
    """Return the scenario with other supplies."""
    return replace(case, supplies=replace(case.supplies, **more))


# --- sums over time -------------------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 5)), max_size=15),
    st.integers(0, 3), st.integers(-2, 40), st.integers(0, 30),
)  # fmt: skip
def test_a_series_agrees_with_adding_up(events, which, moment, amount):
    """What has come by a moment, and when an amount was reached, against a loop over the events."""
    time, rows = 0, []
    for number, step, units in events:
        time += step
        rows.append((number, time, units))
    columns = [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)] if rows else [np.empty(0, np.int64)] * 3
    series = Series(*columns, 4)
    assert series.by(np.array([which]), np.array([moment]))[0] == sum(u for n, t, u in rows if n == which and t <= moment)
    total, expected = 0, 0 if amount == 0 else NEVER
    for number, at, units in rows:
        if number == which and expected == NEVER:
            total += units
            if total >= amount:
                expected = at
    assert series.reached(np.array([which]), np.array([amount]))[0] == expected
    assert series.total().tolist() == [sum(u for n, _, u in rows if n == number) for number in range(4)]


def plain(*needs, goods=None, incidents=("fire",), **more):
    """Return a scenario whose incidents ask for goods by some needs."""
    goods = goods or (item(TENT, "帐篷", "顶"), item(STOVE, "取暖炉"), item(FOAM, "泡沫", "L", reusable=False))
    supplies = Supplies(items=goods, depots=(depot(0),), stores=(store(0, {0: 100, 1: 100}),))
    return scenario(
        (team(0), team(1, fleet=0, capabilities={})), (replace(course(supplies=needs), lines=()),),
        tuple(planned(name, 0, 1) for name in incidents), **({"supplies": supplies} | more),
    )  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 1), st.integers(1, 6), st.integers(0, 9)), min_size=1, max_size=14),
    st.integers(1, 50),
)  # fmt: skip
def test_delays_and_hours_short_against_a_clock(events, due):
    """Walk through time minute by minute: what is lacking is added up; each asking waits for all asked by then."""
    case = plain(need(0, TENT, deadline=due * MINUTE))
    log, minute = SupplyBook(case), 0
    log(0, Kind.INCIDENT_ALARM, incident=0, place=1)
    log(0, Kind.INCIDENT_ALARM, incident=1, place=1)
    asks, comes = [], []
    for asking, incident, step, units in events:
        minute += step
        if asking:
            log.goods(minute, Kind.SUPPLY_NEEDED, TENT, units, incident=incident, need=0)
            asks.append((incident, minute, units))
        else:
            log.bring(minute, TENT, units, incident=incident, need=0)
            comes.append((incident, minute, units))
    end = minute + 1
    for incident in (0, 1):
        log(end, Kind.INCIDENT_CLOSED, incident=incident)
    wants = Wants(laid_out(case, log, "fire", "fire"))
    over = max(end, due)
    known = sorted({incident for incident, _, _ in asks})
    expected = []
    for incident in known:
        mine, got = ([one for one in rows if one[0] == incident] for rows in (asks, comes))
        expected.append(sum(
            max(0, sum(u for _, t, u in mine if t <= at) - sum(u for _, t, u in got if t <= at)) for at in range(over)
        ))  # fmt: skip
    hours = wants.outstanding().hours(len(wants.keys)) / 1000 / MINUTE
    assert hours.tolist() == pytest.approx(expected, abs=1e-9)
    waited = []
    for incident in known:
        total = 0
        for _, at, units in (one for one in asks if one[0] == incident):
            total += units
            there = [t for t in range(over + 1) if sum(u for i, m, u in comes if i == incident and m <= t) >= total]
            waited.append(max(0, there[0] - at) if there else math.inf)
    assert (wants.delays()[1] / MINUTE).tolist() == waited
    missing = [
        max(
            0,
            sum(u for i, t, u in asks if i == incident and t <= due) - sum(u for i, t, u in comes if i == incident and t <= due),
        )
        for incident in known
    ]
    assert (wants.missing_at(wants.held_against) / 1000).tolist() == missing


# --- what counts as there ------------------------------------------------------------------------------------------------


def test_goods_for_tasks_count_on_arrival_and_not_what_teams_bring_along():
    """A need that feeds tasks: 30 received at 20 min; a team's own 50 and what a task uses up are no receipt."""
    case = plain(need(0, FOAM, feeds=True))
    log = SupplyBook(case)
    log(0, Kind.INCIDENT_ALARM, incident=0, place=1)
    log.goods(5, Kind.SUPPLY_NEEDED, FOAM, 30, incident=0, need=0)
    log.goods(6, Kind.SUPPLY_NEEDED, FOAM, 12, Cause.RUNNING_LOW, incident=0)
    log.goods(10, Kind.STOCK_DELIVERED, FOAM, 50, incident=0, team=0)
    log.goods(20, Kind.STOCK_DELIVERED, FOAM, 30, incident=0, need=0, team=1, request=0)
    log.goods(25, Kind.STOCK_USED, FOAM, 40, incident=0)
    log.goods(31, Kind.STOCK_DELIVERED, FOAM, 12, incident=0, team=1, request=1)
    wants = Wants(laid_out(case, log, "fire"))
    assert list(zip(wants.need.tolist(), wants.asks.total().tolist(), strict=True)) == [(-1, 12_000), (0, 30_000)]
    assert wants.delays()[1].tolist() == [25 * MINUTE, 15 * MINUTE]
    assert wants.missing_at(np.full(2, 30 * MINUTE)).tolist() == [12_000, 0]


def test_a_substitute_counts_for_what_it_stands_in_for():
    """1.5 of one stands in for 1 of the other: two loads of 1 and 2 make up 2, though each alone is no whole number."""
    goods = (item(TENT, "帐篷", "顶", substitutes=((STOVE, 1500),)), item(STOVE, "板房", "间"))
    case = plain(need(0, TENT), goods=goods)
    log = SupplyBook(case)
    log(0, Kind.INCIDENT_ALARM, incident=0, place=1)
    log.goods(0, Kind.SUPPLY_NEEDED, TENT, 3, incident=0, need=0)
    log.bring(10, STOVE, 1, incident=0, need=0)
    log.bring(20, STOVE, 2, incident=0, need=0)
    log.bring(30, TENT, 1, incident=0, need=0)
    wants = Wants(laid_out(case, log, "fire"))
    assert wants.comes.by(np.zeros(3, dtype=int), np.array([10, 20, 30]) * MINUTE).tolist() == [666, 2000, 3000]
    assert wants.delays()[1].tolist() == [30 * MINUTE]


def test_what_is_no_longer_needed_stops_the_count():
    """Ten lack from 0 on: to the end of the incident at 60 min; to the deadline of 120 when nothing more can come."""
    for cause, minutes_short in ((Cause.NOT_NEEDED, 60), (Cause.WORK_ENDED, 60), (Cause.NO_STOCK, 120)):
        case = plain(need(0, TENT, deadline=120 * MINUTE))
        log = SupplyBook(case)
        log(0, Kind.INCIDENT_ALARM, incident=0, place=1)
        log.goods(0, Kind.SUPPLY_NEEDED, TENT, 10, incident=0, need=0)
        log.goods(60, Kind.SUPPLY_WITHDRAWN, TENT, 10, cause, incident=0, need=0)
        log(90, Kind.INCIDENT_CLOSED, incident=0)
        wants = Wants(laid_out(case, log, "fire"))
        assert wants.outstanding().hours(1).tolist() == [10_000 * minutes_short * MINUTE]


@pytest.mark.parametrize("dry", [False, True])
def test_what_tasks_asked_for_ahead_and_did_not_need_is_not_short(dry):
    """15 asked for, 10 there when the work is over: 5 were asked for ahead; unless a task stands dry for want of them."""
    case = plain(need(0, TENT))
    log = SupplyBook(case)
    log(0, Kind.INCIDENT_ALARM, incident=0, place=1)
    log.goods(0, Kind.SUPPLY_NEEDED, FOAM, 9, Cause.RUNNING_LOW, incident=0)
    log.goods(10, Kind.STOCK_DELIVERED, FOAM, 10, incident=0, team=1, request=0)
    log.goods(20, Kind.SUPPLY_NEEDED, FOAM, 2, Cause.RUNNING_LOW, incident=0)
    log.goods(30, Kind.SUPPLY_NEEDED, FOAM, 4, Cause.RUNNING_LOW, incident=0)
    if dry:
        log.goods(40, Kind.TASK_DRY, FOAM, 0, incident=0, need=0)
    log(60, Kind.INCIDENT_CLOSED, incident=0)
    log.goods(60, Kind.SUPPLY_WITHDRAWN, FOAM, 5, incident=0)
    wants = Wants(laid_out(case, log, "fire"))
    assert wants.asks.total().tolist() == [15_000 if dry else 10_000]
    assert wants.missing_at(wants.held_against).tolist() == [5_000 if dry else 0]
    waited = [10 * MINUTE, math.inf, math.inf] if dry else [10 * MINUTE, 0]
    assert wants.delays()[1].tolist() == waited
    assert len(shortfalls_of(laid_out(case, log, "fire"))) == dry


def test_a_set_that_is_taken_back_takes_its_parts_along():
    case = winter()
    log = SupplyBook(case)
    log(0, Kind.INCIDENT_ALARM, incident=0, place=1)
    log.sets(0, 0, 4, {TENT: 4, STOVE: 4}, incident=0, need=0)
    log.goods(30, Kind.SUPPLY_WITHDRAWN, 2, 4, Cause.NOT_NEEDED, incident=0, need=0)
    wants = Wants(laid_out(case, log))
    assert wants.closes.tolist() == [30 * MINUTE] * 2


def test_sets_that_grow_and_come_in_parts():
    """4 sets at 0 and 2 more at 50; tents 6 at 10, stoves 3 at 20, 3 at 80: 3 sets at 20, all 6 at 80."""
    case = winter()
    log = SupplyBook(case)
    log(0, Kind.INCIDENT_ALARM, incident=0, place=1)
    log.sets(0, 0, 4, {TENT: 4, STOVE: 4}, incident=0, need=0)
    log.bring(10, TENT, 6, incident=0, need=0)
    log.bring(20, STOVE, 3, incident=0, need=0)
    log.sets(50, 0, 6, {TENT: 2, STOVE: 2}, incident=0, need=0)
    log.bring(80, STOVE, 3, incident=0, need=0)
    sets = Wants(laid_out(case, log)).sets

    def at(minute):
        whole, binds = sets.complete(np.array([minute * MINUTE]))
        return int(whole[0]), int(binds[0])

    assert [at(minute) for minute in (5, 10, 20, 60, 80)] == [(0, TENT), (0, STOVE), (3, STOVE), (3, STOVE), (6, -1)]
    assert sets.asked(np.array([0, 0]), np.array([0, 50]) * MINUTE).tolist() == [4, 6]
    assert sets.delays()[1].tolist() == [80 * MINUTE, 30 * MINUTE]


# --- orders, dry tasks, empty stores -----------------------------------------------------------------------------------------


def test_an_order_step_by_step():
    """Each step is read off; drives to the depot and home are none to the scene."""
    case = changed(winter(), depots=(depot(0, fleets=(0,)),))
    log = story_log(case, 1250, 1200)
    log(500, Kind.SUPPLY_ORDERED, Cause.SUBSTITUTE, incident=0, need=0, depot=1, request=1, item=case.first_item, quantity=5000)
    log(520, Kind.SUPPLY_REFUSED, Cause.NOT_REACHED, incident=0, depot=1, request=1)
    first, second = consignments_of(laid_out(case, log))
    assert first.ordered == {TENT: 1_250_000, STOVE: 1_200_000} == first.received
    assert (first.ordered_at, first.released, first.departed, first.arrived, first.delivered) == tuple(
        minute * MINUTE for minute in (31, 60, 240, 300, 300)
    )
    assert (first.trucks, first.cause, first.keeper_in) == ([1], Cause.NEAREST_STOCK, NEVER)
    assert (second.refused, second.why, second.delivered) == (520 * MINUTE, Cause.NOT_REACHED, NEVER)


def test_tasks_that_stood_dry():
    """Dry 10–25 and from 40 on, to the end of the incident at 60."""
    case = plain(need(0, FOAM))
    log = SupplyBook(case)
    log(0, Kind.INCIDENT_ALARM, incident=0, place=1)
    log.goods(10, Kind.TASK_DRY, FOAM, 0.5, incident=0, need=2)
    log.goods(12, Kind.TASK_DRY, FOAM, 0.0, incident=0, need=2)
    log.goods(25, Kind.TASK_RESUMED, FOAM, 1.0, incident=0, need=2)
    log.goods(40, Kind.TASK_DRY, FOAM, 0.0, incident=0, need=2)
    log(60, Kind.INCIDENT_CLOSED, incident=0)
    log(90, Kind.TRUCK_HOME, incident=0, team=1)
    spans = dry_spans(laid_out(case, log, "fire"))
    assert [(one.begins // MINUTE, one.ends // MINUTE, one.share, one.resumed) for one in spans] == [
        (10, 25, 0.5, True), (40, 60, 0.0, False),
    ]  # fmt: skip
    table = dry_table(laid_out(case, log, "fire"))
    assert table["length"].tolist() == [15 * MINUTE, 20 * MINUTE]


def test_a_store_runs_out_and_is_filled_again():
    """Only what a store had can run out: 5 gone at 3 min, 2 come in at 9; the province's stoves never were."""
    case = changed(winter(), stores=(store(0, {STOVE: 5}), store(1, {})))
    log = SupplyBook(case)
    log(0, Kind.INCIDENT_ALARM, incident=0, place=1)
    log.goods(3, Kind.STOCK_LOADED, STOVE, 5, depot=0, team=1, incident=0)
    log.goods(9, Kind.STOCK_RESTOCKED, STOVE, 2, depot=0)
    (found,) = empties(laid_out(case, log))
    assert (found.store, found.item, found.begins, found.ends) == (0, STOVE, 3 * MINUTE, 9 * MINUTE)


# --- who could fill it ------------------------------------------------------------------------------------------------------


def well_stocked():
    """Return story 2 with stoves at the province (kept back in part), at a firm that makes them, and at a supplier."""
    steps = (
        Step("order", "", minutes(5)), Step("keeper", "", minutes(20), Link(0, minutes(4))), Step("trucks", "", minutes(1)),
        Step("receiving", "", minutes(10)),
    )  # fmt: skip
    case = winter()
    goods = (
        replace(case.supplies.items[TENT], substitutes=((FOAM, 2000),)),
        replace(case.supplies.items[STOVE], mass=50.0),
        item(FOAM, "板房", "间", price=9000.0),
    )
    stores = (
        store(0, {TENT: 1250, STOVE: 1200}),
        store(1, {STOVE: 300}, 1, call=(Link(0, minutes(15)),), keeps={STOVE: 100_000}),
        store(2, {FOAM: 4}, 1, makes={STOVE: (minutes(60), 1000 / MINUTE, 500_000)}),
    )
    return changed(
        case, items=goods, stores=stores,
        depots=(depot(0, fleets=(0,)), depot(1, steps=steps, fleets=(1,), bays=2, load_mass=10_000.0 / HOUR)),
        fleets=(*case.supplies.fleets, Fleet(1, "g", "大车", (1,), 5000.0, 0.0, minutes(30), 0.0, 200.0, ((30 * MINUTE, 5 * MINUTE, "rest"),))),
        suppliers=(Supplier(0, "s", "炉具厂", Ticks(2 * DAY), 0.0, {STOVE: 380.0}),),
        restock=(Restock(0, 0, STOVE, "r_q", 0, 1000, 0, 0, 50.0),),
    )  # fmt: skip


def test_planned_time_of_a_release_by_hand():
    """Calls 15 + 4 (they are the whole time of the order and the keeper), steps 1 + 10, finding 30, two waves of 100 stoves.

    Loading 5,000 kg at 10 t an hour takes 30; the drive of 60 takes a rest of 5; the second wave adds 30 + 2 × 65 + 10 of receiving.
    """
    case = well_stocked()
    goods = case.supplies.items[STOVE]
    takes = release_time(case, case.supplies.stores[1], goods, 200_000, 1)
    assert takes == (15 + 4 + 11 + 30 + 30 + 65 + (30 + 130 + 10)) * MINUTE
    assert moving_cost(case, case.supplies.stores[1], goods, 200_000, 1) == pytest.approx(2 * 65 / 60 * 200 * 2)
    without = changed(case, depots=(case.supplies.depots[0], replace(case.supplies.depots[1], fleets=())))
    assert release_time(without, case.supplies.stores[1], goods, 1000, 1) == NEVER
    assert moving_cost(without, case.supplies.stores[1], goods, 1000, 1) == 0
    assert release_time(without, case.supplies.stores[1], goods, 200_000, 0) == (15 + 4 + 11 + 60) * MINUTE


def test_the_shortfall_list():
    """800 stoves and 750 tents short at ten hours; who could fill them, in order of time, what is barred last."""
    case = well_stocked()
    seen = laid_out(case, story_log(case, 1250, 1200))
    tents, stoves = shortfalls_of(seen)
    assert (tents.item, tents.short, tents.wanted, tents.judged, tents.kit) == (TENT, 750_000, 2_000_000, 10 * HOUR, 0)
    assert (stoves.short, stoves.worth, stoves.asked, stoves.late) == (800_000, 320_000.0, 30 * MINUTE, 0)
    said = [(one.way, one.store, one.amount, one.barred) for one in stoves.fillers]
    assert said == [
        ("store", 1, 200_000, ""), ("store", 1, 100_000, "kept"), ("maker", 2, 500_000, "late"), ("supplier", 0, 800_000, "late"),
    ]  # fmt: skip
    bought = stoves.fillers[-1]
    assert bought.takes == 2 * DAY + HOUR
    assert bought.by == 2 * DAY + HOUR + 30 * MINUTE
    assert bought.cost == pytest.approx(800 * 380 + 2 * 120)
    # 4 cabins stand in for 2 tents.
    assert [(one.way, one.item, one.amount) for one in tents.fillers] == [("store", FOAM, 2000)]


def test_late_goods_unusable_stores_and_stores_that_are_not_asked():
    """600 tents come 30 min late; the province's are out of bounds, then not among those to be asked."""
    case = winter()
    log = story_log(case, 1250, 1200)
    log.bring(630, STOVE, 600, incident=0, need=0)
    tents, stoves = shortfalls_of(laid_out(case, log))
    assert (stoves.short, stoves.late) == (800_000, 600_000)
    assert [one.barred for one in tents.fillers] == ["unusable"]
    asked = replace(case.courses[0].supplies[0], stores=(0,))
    limited = replace(winter(provincial=True), courses=(replace(case.courses[0], supplies=(asked,)),))
    tents = shortfalls_of(laid_out(limited, story_log(limited, 1250, 1200)))[0]
    assert [one.barred for one in tents.fillers] == ["not_asked"]
    assert shortfalls_of(laid_out(case, story_log(case, 2000, 2000))) == []


def test_only_what_is_short_is_moved():
    """A store with a hundred times as much needs no longer to fill the same shortage."""
    case = well_stocked()
    few, many = (
        changed(case, stores=(case.supplies.stores[0], store(1, {STOVE: amount}, 1), case.supplies.stores[2]))
        for amount in (800, 80_000)
    )
    first, second = (shortfalls_of(laid_out(one, story_log(one, 1250, 1200)))[1].fillers[0] for one in (few, many))
    assert first == second
    assert first.amount == 800_000


# --- endurance -------------------------------------------------------------------------------------------------------------


def test_endurance_of_people():
    """12,000 people, 3 L a day: 108,000 L last 3 days; what must stay and what may not be touched does not count."""
    water = item(0, "水", "L", reusable=False, per_person_day=3.0)
    stores = (store(0, {0: 100_000}, keeps={0: 10_000_000}), store(1, {0: 18_000}), store(2, {0: 5_000}, usable=False))
    case = plain(need(0, 0), goods=(water, item(1, "帐篷")))
    case = changed(case, stores=stores)
    (found,) = people_endurance(case, 12_000)
    assert (found.item, found.stored, found.days) == (0, 108_000_000, 3.0)
    assert people_endurance(case, 0)[0].days == math.inf
    assert people_endurance(case, 12_000, {(1, 0): 36_000_000})[0].days == 1.0
    assert people_endurance_table(case, 6_000)["days"].tolist() == [6.0]
    assert opening(case)[1, 0] == 18_000_000


def test_endurance_of_forces():
    """Two teams use 10 L/min each and carry 600 L at least: half an hour; 4,800 L more in store: 4.5 h. Filled cylinders last."""
    goods = (item(0, "泡沫", "L", reusable=False), item(1, "气瓶", "个"))
    uses = (Use(0, 10_000 / MINUTE, 0.0, -1, 0), Use(1, 1000 / HOUR, 0.0, -1, 0))
    fires = line(0, 0, 2, uses=uses), line(1, 1, 1, fills=(Fill(1, 4000 / HOUR),))
    teams = (team(0, carries=((0, 300_000),)), team(1, carries=((0, 900_000),)), team(2, carries=((0, 300_000), (1, 8000))))
    supplies = Supplies(items=goods, depots=(depot(0),), stores=(store(0, {0: 4800}),))
    case = scenario(teams, (course(*fires),), (planned("fire", 0),), supplies=supplies)
    foam, cylinders = force_endurance(case)
    assert (foam.item, foam.carried, foam.stored) == (0, 600_000, 4_800_000)
    assert foam.alone / MINUTE == pytest.approx(30)
    assert foam.lasts / HOUR == pytest.approx(4.5)
    assert (cylinders.rate, cylinders.lasts) == (0.0, math.inf)
    assert force_endurance(case, {})[0].lasts == foam.alone
    assert force_endurance_table(case)["hours"].tolist() == [pytest.approx(4.5), math.inf]


# --- tables ------------------------------------------------------------------------------------------------------------------


def test_tables_of_story_2():
    """The numbers of the story; running out is marked; unmet need by the hour."""
    case = winter(provincial=True)
    seen = laid_out(case, story_log(case, 1250, 1200, 600))
    needs = needs_table(seen)
    assert needs["missing"].tolist() == [150.0, 800.0]
    assert needs["set"].tolist() == ["冬季帐篷"] * 2
    people = people_table(seen).iloc[0]
    assert (people["sets_in_time"], people["people_in_time"], people["people_short"], people["binds"]) == (
        1200,
        7200,
        4800,
        "取暖炉",
    )
    hours = unmet_table(seen)
    stoves = hours[hours["item"] == "取暖炉"]
    assert stoves["unit_hours"].tolist() == [1000, 2000, 2000, 2000, 2000, 800, 800, 800, 800, 800]
    assert stoves["missing"].tolist() == [2000, 2000, 2000, 2000, 800, 800, 800, 800, 800, 800]
    assert needs["unit_hours"].tolist()[1] == stoves["unit_hours"].sum()
    total = stock_total_table(seen)
    assert total["amount"].tolist() == [1850.0, 0.0, 1200.0, 0.0]
    assert total["empty"].tolist() == [False, True, False, True]
    assert len(stock_table(seen)) == 6
    assert consignments_table(seen)["goods"].tolist() == ["帐篷 1250 顶、取暖炉 1200 台"]
    costs = dict(zip(*(cost_table(seen)[name] for name in ("what", "yuan")), strict=True))
    assert costs["缺货损失"] == 15_000
    assert shortfall_table(seen)["missing"].tolist() == [150.0, 800.0]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_tables_are_readable(language):
    """Every column has a heading; moments become times of day, lengths minutes; nothing is asked for: still tables."""
    case = well_stocked()
    empty = SupplyBook(case)
    empty(0, Kind.INCIDENT_ALARM, incident=0, place=1)
    for log in (story_log(case, 1250, 1200), empty):
        seen = laid_out(case, log)
        for table in (
            stock_table(seen), stock_total_table(seen), needs_table(seen), people_table(seen), unmet_table(seen),
            consignments_table(seen, language), shortfall_table(seen, language), cost_table(seen, language), dry_table(seen),
        ):  # fmt: skip
            assert set(table) <= set(HEADINGS)
            shown = readable(table, START, language)
            assert list(shown) == [HEADINGS[name].say(language) for name in table]
            assert len(set(shown)) == len(shown.columns)
    assert {"due", "by", "let_go"} <= MOMENTS
    assert {"delay", "takes"} <= LENGTHS
