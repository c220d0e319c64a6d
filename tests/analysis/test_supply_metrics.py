"""Metrics of supplies against story 2 and hand counts; their names, their words, the way to disk and back."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis.drill_words import drill_lines
from sim.analysis.fold import fold, metrics_of
from sim.analysis.records import coded
from sim.analysis.replication import Replication
from sim.analysis.summary import Pool
from sim.analysis.supply_cost import YEAR, costs_of, driven
from sim.analysis.supply_metrics import supply_metrics
from sim.analysis.supply_needs import Wants
from sim.analysis.supply_words import supply_sentences
from sim.analysis.tables import idle_over_time
from sim.analysis.wording import answer
from sim.experiment.events import Logged, Names, frame_of
from sim.log import Cause, Kind
from sim.scenario.frozen import Objective
from sim.scenario.metric_names import arguments_of, metric_examples, names_of, parse_metric, split, title
from sim.units import DAY, HOUR, MINUTE
from tests.analysis.builders import course, planned, replace, scenario, team
from tests.analysis.supply_builders import (
    STOVE,
    TENT,
    Fleet,
    Lot,
    Restock,
    Supplier,
    Supplies,
    SupplyBook,
    depot,
    item,
    minutes,
    need,
    store,
    story_log,
    winter,
)


def changed(case, **more):
    return replace(case, supplies=replace(case.supplies, **more))


def summed(case, log, *incidents: str):
    pool = Pool()
    pool.add(0, fold(case, log.array, incidents or ("quake",)))
    return pool.summary()


# --- story 2 ------------------------------------------------------------------------------------------------------------

ROWS = [
    # provincial, more stoves, more tents; sets, housed, short, the part that is short
    (False, 0, 0, 7_200, 4_800, ",缺 4,800 人:短板是取暖炉,缺 800 台(另缺帐篷 750 顶)。"),
    (True, 0, 0, 7_200, 4_800, ",缺 4,800 人:短板是取暖炉,缺 800 台(另缺帐篷 150 顶)。"),
    (True, 650, 0, 11_100, 900, ",缺 900 人:短板是帐篷,缺 150 顶(另缺取暖炉 150 台)。"),
    (True, 800, 150, 12_000, 0, ",无缺口。"),
]


@pytest.mark.parametrize(("provincial", "stoves", "tents", "housed", "short", "said"), ROWS)
def test_story_2_row_by_row(provincial, stoves, tents, housed, short, said):
    """Stoves bind, not tents; with both in equal number the first part is named first."""
    case = winter(provincial, stoves, tents)
    log = story_log(case, 1250 + tents, 1200 + stoves, 600 if provincial else 0)
    found = fold(case, log.array, ("quake",))
    assert found["supplied.people.k"].tolist() == found["supplied.in_time.k"].tolist() == [housed]
    assert found["supplied.short.k"].tolist() == [short]
    assert found["supplied.share.k"].tolist() == [housed / 12_000]
    assert found["supply.in_time.i1"].tolist() == [(1200 + stoves) / 2000]
    assert found["supply.short.i1"].tolist() == [(800 - stoves) * 1000]
    there_at = (300 - 30) * MINUTE if short == 0 else math.inf
    assert found["supply.delay.k"].tolist() == [there_at]
    assert supply_sentences(case, summed(case, log), "zh") == [f"按计划值,10 小时内安置 {housed:,} 人(冬季帐篷){said}"]


def test_the_provinces_release_comes_after_the_ten_hours():
    """The third row is 4,500 short then: 1,250 sets in time; ever after, 1,850."""
    case = winter(True, 650)
    log = story_log(case, 1250, 1850)
    log.bring(601, TENT, 600, depot=1, request=1, incident=0, need=0)
    found = fold(case, log.array, ("quake",))
    assert found["supplied.people.k"].tolist() == [7_500]
    assert found["supplied.short.k"].tolist() == [4_500]
    assert found["supply.in_time.i0"].tolist() == [1250 / 2000]
    assert found["supply.fill.i0"].tolist() == [1850 / 2000]


def test_the_answer_of_a_drill():
    """The sentence comes first where nobody but supplies answers; the lines name orders, shortages and who could fill them."""
    case = winter()
    log = story_log(case, 1250, 1200)
    seen = Replication(case, log.array, ("quake",))
    said = answer(case, summed(case, log), told=drill_lines(seen, "zh"))
    assert said[0].startswith("按计划值,10 小时内安置 7,200 人(冬季帐篷),缺 4,800 人:短板是取暖炉,缺 800 台")
    text = "\n".join(said)
    assert "19:30 前配齐 1,200/2,000 套,7,200 人;缺 4,800 人;短板是取暖炉" in text
    assert "10:01 下令调 帐篷 1,250 顶、取暖炉 1,200 台 \u00b7 10:30 同意动用 \u00b7 13:30 首车出发 \u00b7 14:30 全部到场" in text
    assert "19:30 帐篷缺 750 顶;可补:库存1(600 顶,240 元,最早 11:00,本情景不得动用)" in text
    assert "19:30 取暖炉缺 800 台;无处可补" in text
    assert said.count(said[0]) == 1
    english = "\n".join(answer(case, summed(case, log), told=drill_lines(seen, "en"), language="en"))
    assert english.startswith(
        "As planned, within 10 h 7,200 people are housed (冬季帐篷), 4,800 are not: the short part is 取暖炉, 800 台"
    )
    assert not [word for word in ("可补", "缺", "下令", "安置") if word in english]


def test_refusals_dry_tasks_and_ends_are_told():
    case = winter()
    log = story_log(case, 1250, 1200)
    log(
        310,
        Kind.SUPPLY_ORDERED,
        Cause.NEAREST_STOCK,
        incident=0,
        need=0,
        depot=1,
        request=1,
        item=case.first_item,
        quantity=600_000,
    )
    log(320, Kind.SUPPLY_REFUSED, Cause.NOT_REACHED, incident=0, depot=1, request=1)
    log.goods(330, Kind.TASK_DRY, STOVE, 0.5, incident=0, need=0)
    for language, refused, dry in (
        ("zh", "14:50 未能动用:联系不上", "剩余效率 50%"),
        ("en", "not released 14:50", "50% of the rate"),
    ):
        text = "\n".join(said for _, said in drill_lines(Replication(case, log.array, ("quake",)), language))
        assert refused in text
        assert dry in text


# --- costs and running out ------------------------------------------------------------------------------------------------------


def test_costs_of_story_2_by_hand():
    """Holding: all for 5 h, then the province's 600 tents for 1 h more; a truck drives 2 × 1 h at 120; 750 tents lack at 100."""
    case = winter()
    seen = Replication(case, story_log(case, 1250, 1200).array, ("quake",))
    costs = costs_of(seen, Wants(seen))
    worth = (1250 + 600) * 1500 + 1200 * 400
    assert costs.holding == pytest.approx(0.1 / YEAR * (worth * 5 * HOUR + 600 * 1500 * HOUR), rel=1e-12)
    assert costs[1:] == (0.0, 240.0, 75_000.0, 0.0, 0.0)
    assert costs.total == pytest.approx(costs.holding + 75_240)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 1), st.integers(1, 5), st.integers(1, 40)), max_size=12),
    st.integers(0, 10), st.integers(11, 30),
)  # fmt: skip
def test_holding_cost_against_a_sum_over_minutes(events, warm_up, ends):
    """What lies there in each minute of the window, times its price: the same to the last digits."""
    case = changed(winter(warm_up=warm_up * MINUTE, ends=ends * MINUTE), stores=(store(0, {TENT: 50, STOVE: 7}),))
    log, minute = SupplyBook(case), 0
    log(0, Kind.INCIDENT_ALARM, incident=0, place=1)
    stock = {TENT: [50] * 100, STOVE: [7] * 100}
    for into, which, step, most in events:
        minute += step
        units = most if into else min(most, stock[which][minute])
        kind = Kind.STOCK_RESTOCKED if into else Kind.STOCK_LOADED
        log.goods(minute, kind, which, units, depot=0, team=-1 if into else 1, incident=-1 if into else 0)
        for later in range(minute, 100):
            stock[which][later] += units if into else -units
    seen = Replication(case, log.array, ("quake",))
    worth = sum(stock[TENT][m] * 1500 + stock[STOVE][m] * 400 for m in range(warm_up, ends))
    assert costs_of(seen, Wants(seen)).holding == pytest.approx(worth * MINUTE * 0.1 / YEAR, rel=1e-9, abs=1e-12)
    ran_out = float(any(stock[TENT][m] == 0 for m in range(warm_up, ends + 1)))
    assert dict(supply_metrics(seen))["ran_out.i0"].tolist() == [ran_out]


def test_expired_ordered_and_bought():
    """10 expire at 1,500; two orders at 50; 20 come in at the supplier's 380, 5 are made at the item's own 400."""
    case = changed(
        winter(), restock=(Restock(0, 0, STOVE, "r_q", 100, 20, 0, 0, 50.0),),
        suppliers=(Supplier(0, "s", "厂", minutes(60), 0.0, {STOVE: 380.0}),),
    )  # fmt: skip
    log = SupplyBook(case)
    log(0, Kind.INCIDENT_ALARM, incident=0, place=1)
    log.goods(5, Kind.STOCK_EXPIRED, TENT, 10, depot=0)
    for minute in (6, 7):
        log.goods(minute, Kind.STOCK_REORDERED, STOVE, 20, Cause.REORDER, depot=0)
    log.goods(8, Kind.STOCK_RESTOCKED, STOVE, 20, depot=0)
    log.goods(9, Kind.STOCK_MADE, STOVE, 5, depot=1, incident=0)
    seen = Replication(case, log.array, ("quake",))
    costs = costs_of(seen, Wants(seen))
    assert (costs.expired, costs.ordering, costs.purchases) == (15_000, 100, 20 * 380 + 5 * 400)


def test_drives_that_are_paid():
    """To the depot until it is loaded, to the scene, turned round on the way, and home; a truck that stands is not paid."""
    case = winter()
    log = SupplyBook(case)
    log(0, Kind.INCIDENT_ALARM, incident=0, place=1)
    log(0, Kind.TRUCK_DEPARTED, team=1, incident=0, place=0)
    log.goods(10, Kind.STOCK_LOADED, TENT, 1, team=1, depot=0, incident=0)
    log(15, Kind.TRUCK_DEPARTED, team=1, incident=0, place=1)
    log(40, Kind.TRUCK_DEPARTED, team=1, incident=0, place=0)
    log.goods(70, Kind.STOCK_UNLOADED, TENT, 1, team=1, depot=0, incident=0)
    log(80, Kind.TRUCK_DEPARTED, team=1, incident=0, place=0)
    log(100, Kind.TRUCK_HOME, team=1, incident=0, place=0)
    seen = Replication(case, log.array, ("quake",))
    assert (driven(seen)[1] / MINUTE).tolist() == [10, 25, 30, 20]
    assert costs_of(seen, Wants(seen)).moved == pytest.approx(85 / 60 * 120)


def test_one_store_runs_out_and_all_of_them():
    """Ours is empty, the province's may be used: a store ran out, the item did not; what nobody ever had is out."""
    for usable, total in ((True, 0.0), (False, 1.0)):
        case = winter(usable)
        found = fold(case, story_log(case, 1250, 1100).array, ("quake",))
        assert found["ran_out.i0"].tolist() == [total]
        assert found["store_empty.i0"].tolist() == [1.0]
        assert found["ran_out.i1"].tolist() == found["store_empty.i1"].tolist() == [0.0]


def test_probability_of_running_out_over_replications():
    """Two of four replications use everything up: one half."""
    case, pool = winter(), Pool()
    for replication, stoves in enumerate((1200, 1199, 1200, 10)):
        pool.add(replication, fold(case, story_log(case, 1000, stoves).array, ("quake",)))
    assert pool.summary()["ran_out.i1"]["mean"] == 0.5


def test_people_supplied_by_a_need_a_day_and_time_dry():
    """36,000 L of water at 3 L a day are there for 12,000 people within 10 h, of 20,000; a task stood dry for 15 min."""
    water = item(0, "水", "L", reusable=False, per_person_day=3.0)
    asked = replace(course(supplies=(need(0, 0),)), lines=())
    case = scenario((team(0),), (asked,), (planned("quake", 0, 1),), supplies=Supplies(items=(water,), depots=(depot(0),)))
    log = SupplyBook(case)
    log(0, Kind.INCIDENT_ALARM, incident=0, place=1)
    log.goods(10, Kind.SUPPLY_NEEDED, 0, 60_000, incident=0, need=0)
    for minute, amount in ((20, 36_000), (700, 24_000)):
        log.goods(minute, Kind.STOCK_DELIVERED, 0, amount, incident=0, need=0, request=0, team=-1)
        log.goods(minute, Kind.STOCK_USED, 0, amount, incident=0, need=0, request=0)
    log.goods(30, Kind.TASK_DRY, 0, 0, incident=0, need=0)
    log.goods(45, Kind.TASK_RESUMED, 0, 1, incident=0, need=0)
    found = dict(supply_metrics(Replication(case, log.array, ("quake",))))
    assert found["supplied.people.i0"].tolist() == [12_000]
    assert found["supplied.short.i0"].tolist() == [8_000]
    assert found["supply.delay.i0"].tolist() == [690 * MINUTE]
    assert found["supply.fill.i0"].tolist() == [1.0]
    assert found["dry"].tolist() == [15 * MINUTE]
    assert supply_sentences(case, summed(case, log), "zh") == ["按计划值,10 小时内供应 12,000 人(水),缺 8,000 人。"]


def test_warm_up_leaves_early_incidents_out():
    case = winter(warm_up=MINUTE)
    found = fold(case, story_log(case, 1250, 1200).array, ("quake",))
    assert "supplied.people.k" in found
    for name in ("supplied.people.k", "supply.fill.i0", "supply.delay.i0", "supply.short.i0"):
        assert len(found[name]) == 0
    assert found["cost.short"].tolist() == [0.0]


# --- names ----------------------------------------------------------------------------------------------------------------------


def test_metrics_are_those_that_the_scenario_has():
    """Nothing without supplies; no price of ordering without a rule of restocking; an objective brings its own."""
    plain = scenario((team(0),))
    assert not [name for name in metrics_of(plain) if name.startswith(("suppl", "cost", "ran", "short", "dry", "store"))]
    names = set(metrics_of(winter()))
    assert {"supply.delay.k", "supply.delay.i0", "supplied.people.k", "ran_out.i1", "cost.moved", "cost.total"} <= names
    assert not {"dry", "cost.ordering", "cost.expired", "cost.purchases", "supplied.people.i0", "busy.t1"} & names
    dated = changed(winter(), stores=(store(0, {}, lots={TENT: (Lot(1000, DAY),)}),))
    assert "cost.expired" in metrics_of(dated)
    wished = winter(objectives=(Objective("supplied.people.k", None, 12_000.0, "预案"), Objective("dry", MINUTE, None, "")))
    assert "dry" in metrics_of(wished)
    log = story_log(wished, 1250, 1200)
    said = answer(wished, summed(wished, log))
    assert "按预案: 10小时内冬季帐篷安置供应人数 不少于 12000 人: 未达到(差 4800 人)" in said


def test_names_and_titles_of_supplies_lead_back():
    """Each name and both titles of every metric of items and sets are read as that metric; so are a planner's spellings."""
    case = winter()
    others = arguments_of(case)
    names = names_of((), (), (), others)
    mine = [name for name in names if split(name)[0].argument in ("item", "supply") or name.startswith("cost.")]
    assert len(mine) == 2 * 6 + 3 * 5 + 7
    for name in mine:
        assert parse_metric(name, (), (), others) == name
        for language in ("zh", "en"):
            assert parse_metric(title(name, language, None, others), (), (), others) == name
    for written, name in (
        ("取暖炉满足率", "supply.fill.i1"), ("冬季帐篷供足用时", "supply.delay.k"), ("10 小时内冬季帐篷安置人数", "supplied.people.k"),
        ("帐篷断货概率", "ran_out.i0"), ("物资总费用", "cost.total"), ("ran_out.取暖炉", "ran_out.i1"), ("断供时长", "dry"),
    ):  # fmt: skip
        assert parse_metric(written, (), (), others) == name
    assert parse_metric("棉被满足率", (), (), others) is None
    assert "取暖炉满足率" in metric_examples((), (), others)


# --- to disk and back, teams, speed -----------------------------------------------------------------------------------------------


def test_stores_and_items_survive_the_way_to_disk():
    """Names of stores, items and sets in place of codes, and the way back by both readers."""
    case = winter()
    log = story_log(case, 1250, 1200, 600)
    names = Names(case)
    table = names.table([Logged(0, log.array, ("quake",))])
    assert set(table.column("depot").to_pylist()) == {None, "x0", "x1"}
    assert {"i0", "i1", "k"} <= set(table.column("item").to_pylist())
    (back,) = names.logs(table)
    assert np.array_equal(back.rows, log.array)
    assert np.array_equal(coded(frame_of(table), case).rows, log.array)


def test_trucks_are_no_idle_teams():
    """One team and one truck: one team that could be sent."""
    case = winter()
    log = story_log(case, 1250, 1200)
    found = fold(case, log.array, ("quake",))
    assert found["idle.min"].tolist() == found["idle.mean"].tolist() == [1.0]
    assert idle_over_time(Replication(case, log.array, ("quake",)))["idle"].tolist() == [1]


def test_many_incidents_fold_like_one_by_one():
    """Three hundred incidents with needs of their own: sums and delays are those of each alone, added up."""
    goods = (item(0, "水", "L", reusable=False, shortage=2.0), item(1, "炉"))
    supplies = Supplies(
        items=goods, depots=(depot(0),), stores=(store(0, {0: 10**6, 1: 10**6}),),
        fleets=(Fleet(0, "f", "车", (1,), 1e6, 0.0, minutes(0), 0.0, 60.0),),
    )  # fmt: skip
    asked = replace(course(supplies=(need(0, 0, deadline=30 * MINUTE), need(1, 1))), lines=())
    count = 300
    names = tuple(f"c{number}" for number in range(count))
    case = scenario(
        (team(0), team(1, fleet=0, capabilities={})), (asked,), tuple(planned(name, 0, 1) for name in names), supplies=supplies
    )
    log, rng, delays, short = SupplyBook(case), np.random.default_rng(3), [], 0.0
    happens: list[tuple[int, Kind, int, int, int]] = []
    for number in range(count):
        alarm, after, wanted, sent = (int(rng.integers(1, 50)) for _ in range(4))
        happens += [(alarm, Kind.INCIDENT_ALARM, number, 0, 0), (alarm, Kind.SUPPLY_NEEDED, number, 0, wanted)]
        happens += [(alarm + after, kind, number, 0, sent) for kind in (Kind.STOCK_LOADED, Kind.STOCK_DELIVERED, Kind.STOCK_USED)]
        delays.append(after if sent >= wanted else math.inf)
        short += wanted - (min(sent, wanted) if after <= 30 else 0)
    for minute, kind, number, which, units in sorted(happens, key=lambda one: one[0]):
        if kind == Kind.INCIDENT_ALARM:
            log(minute, kind, incident=number, place=1)
        else:
            log.goods(minute, kind, which, units, incident=number, need=0, team=1, depot=0, request=number)
    found = fold(case, log.array, names)
    assert sorted((found["supply.delay.i0"] / MINUTE).tolist()) == sorted(delays)
    assert found["supply.short.i0"].tolist() == [short * 1000]
    assert found["cost.short"].tolist() == [pytest.approx(2 * short)]
