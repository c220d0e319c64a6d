"""Small worlds of supplies whose answer a hand can check: a kilometre is a minute, times are minutes, amounts are units."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.log import Account, Cause, Kind
from sim.network.graph import build_graph
from sim.network.service import compile_travel
from sim.network.states import Effect, Parts
from sim.network.trips import Site as TravelSite
from sim.quantities import Constant
from sim.randomness import name_key
from sim.scenario.command import Change, Channel, Command, Link, Post
from sim.scenario.frozen import Leak, RoadEvent
from sim.scenario.supplies import Restock, Supplier
from sim.units import MINUTE
from tests.engine.builders import course, line, team, ticks
from tests.engine.supply_world import (
    HANDED,
    LOADED,
    USED,
    Told,
    depot,
    fill,
    fleet,
    item,
    kit,
    need,
    per,
    steps,
    store,
    units,
    use,
    world,
)

CITY, PROVINCE, NEIGHBOUR = 0, 1, 2
POSTS = tuple(Post(name, name, -1, -1, 0) for name in ("city", "province", "neighbour"))
COMMAND = Command(posts=POSTS, signals=("displaced",))


def call(post, minutes, **traits):
    """Return a call to a post."""
    return Link(post, ticks(minutes * MINUTE), **traits)


# --- release -----------------------------------------------------------------------------------------------------------------


def test_two_owners_in_one_building_are_released_by_two_posts_and_the_keeper_is_called_once():
    """City: released 10, keeper 25, trucks 30, 20 km, 7 to receive. Province: released 60, the keeper is in, trucks 65."""
    model = world(
        [0, 20], needs=[need(0, 0, 50)], depots=[depot(steps=steps(0, 15, trucks=5, receiving=7))], command=COMMAND,
        stores=[store(0, 0, {0: 30}, call=(call(CITY, 10),)), store(1, 0, {0: 100}, call=(call(PROVINCE, 60),))],
        fleets=[fleet(count=2)],
    )  # fmt: skip
    told = Told(model)
    assert told.rows(Kind.SUPPLY_ORDERED, "depot", "quantity") == [(0, 0, 30), (0, 1, 20)]
    assert told.rows(Kind.SUPPLY_RELEASED, "post") == [(10, CITY), (60, PROVINCE)]
    assert told.at(Kind.KEEPER_IN) == [25]
    assert told.at(LOADED) == [30, 65]
    assert told.rows(USED, "quantity") == [(57, 30), (92, 20)]
    assert told.at(Kind.SUPPLY_COMPLETE) == told.at(Kind.INCIDENT_CLOSED) == [92]
    assert told.at(Kind.TRUCK_HOME) == [77, 112]


def test_loading_before_or_after_the_trucks_are_found():
    """40 units at half a minute each, one bay, two trucks of 20, 30 min to find. Before: dock full at 20, both leave at 50."""

    def leaves(kinds):
        where = depot(bays=1, each=0.5, steps=steps(kinds=kinds))
        trucks = [fleet(count=2, payload=20, find=ticks(30 * MINUTE))]
        model = world([0, 10], needs=[need(0, 0, 40)], depots=[where], stores=[store(0, 0, {0: 40})], fleets=trucks)
        return Told(model).at(LOADED)

    assert leaves(("order", "loading", "trucks", "receiving")) == [50, 50]
    assert leaves(("order", "trucks", "loading", "receiving")) == [40, 50]


@pytest.mark.parametrize(("bays", "moments"), [(0, [10] * 4), (1, [10, 20, 30, 40]), (2, [10, 10, 20, 20])])
def test_bays_are_a_bottleneck(bays, moments):
    """Four trucks, ten minutes of loading each."""
    where = depot(bays=bays, each=1)
    model = world(
        [0, 10], needs=[need(0, 0, 40)], depots=[where], stores=[store(0, 0, {0: 40})], fleets=[fleet(count=4, payload=10)]
    )
    assert Told(model).at(LOADED) == moments


def test_a_keeper_who_cannot_be_reached_sends_nothing():
    """One try of 5 min (planned: no answer); the other depot, 30 km away, sends it."""
    away = call(CITY, 5, no_answer=0.9, tries=1)
    model = world(
        [0, 40, 10], needs=[need(0, 0, 5)], command=COMMAND, at=((0, 2, 0),), fleets=[fleet(), fleet(1, base=1)],
        depots=[depot(steps=steps(keeper=20, call=away)), depot(1, 1)], stores=[store(0, 0, {0: 9}), store(1, 1, {0: 9})],
    )  # fmt: skip
    told = Told(model)
    assert told.rows(Kind.SUPPLY_REFUSED, "cause") == [(5, Cause.NOT_REACHED)]
    assert told.at(USED) == [35]


def test_the_call_to_a_keeper_is_what_it_takes_to_have_him_in():
    """Called for 20 min: in at 20, not at 40."""
    where = depot(steps=steps(keeper=20, call=call(CITY, 20)))
    model = world([0, 10], needs=[need(0, 0, 5)], command=COMMAND, depots=[where], stores=[store(0, 0, {0: 9})])
    assert Told(model).at(Kind.KEEPER_IN) == [20]


def test_a_depot_without_trucks_serves_its_own_place_by_hand():
    """Keeper 15, loading 10 units at half a minute, receiving 6; nobody else can have it."""
    where = depot(0, 0, each=0.5, bays=1, fleets=(), steps=steps(keeper=15, receiving=6))
    model = world(
        [0, 9], needs=[need(0, 0, 10)], depots=[where], stores=[store(0, 0, {0: 10})], at=((0, 0, 0), (1, 1, 0)), fleets=[]
    )
    told = Told(model)
    assert told.rows(USED, "quantity") == [(26, 10)]
    assert told.rows(Kind.SUPPLY_WAITING, "incident", "cause") == [(1, 1, Cause.NO_STOCK)]


# --- trucks ------------------------------------------------------------------------------------------------------------------


def test_a_load_keeps_within_payload_and_volume_in_whole_units():
    """10 kg and 1 m³ each: 10 by payload, 7 by volume."""
    model = world(
        [0, 10], needs=[need(0, 0, 15)], items=[item(mass=10, volume=1)], stores=[store(0, 0, {0: 15})],
        fleets=[fleet(count=3, payload=100, volume=7.5)],
    )  # fmt: skip
    assert [row[1] for row in Told(model).rows(LOADED, "quantity")] == [7, 7, 1]


def test_the_parts_of_sets_travel_in_proportion():
    """20 sets of 50 + 25 kg, trucks of 700 kg: 9 + 9 and a stove, 10 + 8 as what is left has it, 1 + 2."""
    model = world(
        [0, 10], needs=[need(0, -1, 20, item=-1, kit=0)], items=[item(mass=50, reusable=True), item(1, mass=25, reusable=True)],
        stores=[store(0, 0, {0: 30, 1: 30})], fleets=[fleet(count=3, payload=700)], supplies={"kits": (kit(0, {0: 1, 1: 1}),)},
    )  # fmt: skip
    told = Told(model)
    loads = {}
    for _, truck, what, amount in told.rows(LOADED, "team", "item", "quantity"):
        loads.setdefault(truck, {})[what] = amount
    assert list(loads.values()) == [{0: 9, 1: 10}, {0: 10, 1: 8}, {0: 1, 1: 2}]
    assert told.rows(Kind.SUPPLY_COMPLETE, "item", "quantity") == [(10, 0, 20), (10, 1, 20), (10, 2, 20)]


def test_one_truck_goes_three_times():
    """25 units, 10 a load, 10 km, 2 min to receive: there at 10, 32, 54; home at 66."""
    model = world(
        [0, 10], needs=[need(0, 0, 25)], depots=[depot(steps=steps(receiving=2))], stores=[store(0, 0, {0: 25})],
        fleets=[fleet(count=1, payload=10)],
    )  # fmt: skip
    told = Told(model)
    assert told.rows(USED, "quantity") == [(12, 10), (34, 10), (56, 5)]
    assert told.at(Kind.TRUCK_HOME) == [66]


def test_the_second_fleet_comes_when_the_first_fails():
    """10 min of looking in vain, 20 min for the next, 5 km to the depot."""
    model = world(
        [0, 5, 15], needs=[need(0, 0, 5)], depots=[depot(fleets=(0, 1))], stores=[store(0, 0, {0: 5})],
        fleets=[fleet(find=ticks(10 * MINUTE), fails=0.9), fleet(1, base=1, find=ticks(20 * MINUTE))],
    )  # fmt: skip
    told = Told(model)
    assert told.rows(Kind.TRUCKS_FAILED, "cause") == [(10, Cause.CONTRACT_FAILED)]
    assert told.rows(LOADED, "team") == [(35, 1)]


def test_a_second_fleet_helps_when_the_trucks_of_the_first_are_full_by_volume():
    """Two trucks of 10 m³ do not hold 30 m³, though they could carry the weight."""
    model = world(
        [0, 10], needs=[need(0, 0, 30)], items=[item(volume=1)], depots=[depot(fleets=(0, 1))], stores=[store(0, 0, {0: 30})],
        fleets=[fleet(count=2, volume=10), fleet(1, volume=10)],
    )  # fmt: skip
    assert Told(model).rows(LOADED, "quantity") == [(0, 10)] * 3


def test_without_any_trucks_the_goods_come_from_elsewhere():
    """The carrier fails after 10 min; the store 30 km away has trucks."""
    model = world(
        [0, 40, 10], needs=[need(0, 0, 5)], depots=[depot(), depot(1, 1)], stores=[store(0, 0, {0: 5}), store(1, 1, {0: 5})],
        fleets=[fleet(find=ticks(10 * MINUTE), fails=0.9), fleet(1, base=1)],
    )  # fmt: skip
    told = Told(model)
    assert told.rows(Kind.SUPPLY_REFUSED, "depot", "cause") == [(10, 0, Cause.NO_TRUCKS)]
    assert told.rows(USED, "quantity") == [(40, 5)]


def test_drivers_stop_after_so_much_driving_on_the_way_there_and_home():
    """50 km, 5 min of fuelling after each 30 of driving: there at 55; home 50 + stops after 10 and 40 = 60 later."""
    stops = ((30 * MINUTE, 5 * MINUTE, "fuel"),)
    model = world([0, 50], needs=[need(0, 0, 5)], stores=[store(0, 0, {0: 5})], fleets=[fleet(stops=stops)])
    told = Told(model)
    assert told.at(USED) == [55]
    assert told.at(Kind.TEAM_RESTING) == [30, 65, 100]
    assert told.at(Kind.TRUCK_HOME) == [115]


# --- who sends it ------------------------------------------------------------------------------------------------------------


def test_a_refusal_is_answered_by_the_second_source():
    """The owner declines after 10 min; the other, farther store releases at 10 + 20."""
    model = world(
        [0, 40, 10], needs=[need(0, 0, 5)], command=COMMAND, depots=[depot(), depot(1, 1)], fleets=[fleet(), fleet(1, base=1)],
        stores=[store(0, 0, {0: 5}, call=(call(CITY, 10, refuses=0.9),)), store(1, 1, {0: 5}, call=(call(PROVINCE, 20),))],
    )  # fmt: skip
    told = Told(model)
    assert told.rows(Kind.SUPPLY_REFUSED, "cause") == [(10, Cause.DECLINED)]
    assert told.rows(Kind.SUPPLY_RELEASED, "depot") == [(30, 1)]
    assert told.at(USED) == [60]


def lending(**traits):
    """Return two incidents, at 0 and 5, of 15 each, and a neighbour who has 30, must keep 10, and answers after 30 min."""
    channel = Channel(0, "c", "", CITY, (call(PROVINCE, 10), call(NEIGHBOUR, 20)), (PROVINCE,), frozenset(), -1)
    return world(
        [0, 10], at=((0, 1, 0), (5, 1, 0)), command=replace(COMMAND, channels=(channel,)), fleets=[fleet(count=2)],
        stores=[store(0, 0, {0: 30}, call=channel.links, channel=0, keeps=units({0: 10}))],
        courses=[course(supplies=(need(0, 0, 15),), jurisdiction=CITY)], **traits,
    )  # fmt: skip


def test_what_a_lender_keeps_is_decided_when_it_answers():
    """Both are told yes at first; at 30 the first has its 15, at 35 the second 5: 10 stay. The post above is told at the same time."""
    told = Told(lending())
    assert told.rows(Kind.SUPPLY_ORDERED, "quantity") == [(0, 15), (5, 15)]
    assert told.rows(Kind.SUPPLY_PASSED, "post") == [(10, PROVINCE), (15, PROVINCE)]
    assert told.rows(Kind.REQUEST_NOTIFIED, "post", "request") == [(0, PROVINCE, -1), (5, PROVINCE, -1)]
    assert told.rows(Kind.SUPPLY_RELEASED, "quantity") == [(30, 15), (35, 5)]
    assert told.rows(Kind.SUPPLY_WAITING, "quantity", "cause") == [(35, 10, Cause.KEPT_BACK)]
    assert told.balance(Account.DEPOT) == 10


def test_a_channel_is_for_the_post_that_asks_by_it():
    """An incident of the province cannot use the city's channel."""
    model = lending()
    told = Told(replace(model, courses=(replace(model.courses[0], jurisdiction=PROVINCE),)))
    assert told.rows(Kind.SUPPLY_ORDERED) == []
    assert told.at(Kind.INCIDENT_CLOSED) == [0, 5]


def test_what_stands_in_counts_for_its_ratio():
    """Three small for one large: 10 large are 30 small, in loads of 10; complete only with the last."""
    goods = [item(substitutes=((1, 3000),)), item(1)]
    model = world(
        [0, 10], needs=[need(0, 0, 10)], items=goods, stores=[store(0, 0, {1: 40})], fleets=[fleet(count=1, payload=10)]
    )
    told = Told(model)
    assert told.rows(Kind.SUPPLY_ORDERED, "item", "quantity", "cause") == [(0, 1, 30, Cause.SUBSTITUTE)]
    assert told.rows(USED, "item", "quantity") == [(10, 1, 10), (30, 1, 10), (50, 1, 10)]
    assert told.at(Kind.SUPPLY_COMPLETE) == told.at(Kind.INCIDENT_CLOSED) == [50]


def test_what_stands_in_comes_whole():
    """Three small for two large: 5 large are 7.5 small, so 8 are sent, and make up 5 and no more."""
    goods = [item(substitutes=((1, 1500),)), item(1)]
    told = Told(world([0, 10], needs=[need(0, 0, 5)], items=goods, stores=[store(0, 0, {1: 40})]))
    assert told.rows(Kind.SUPPLY_ORDERED, "item", "quantity", "cause") == [(0, 1, 8, Cause.SUBSTITUTE)]
    assert told.rows(USED, "item", "quantity") == [(10, 1, 8)]
    assert told.rows(Kind.SUPPLY_COMPLETE, "quantity") == [(10, 5)]


def test_nothing_stands_in_for_what_a_task_draws_on():
    """The work uses the item itself: what stands in for it elsewhere is not sent to feed it."""
    goods = [item(substitutes=((1, 1000),)), item(1)]
    what = course(task(30, use(0, 1, ask_when=5, ask_for=20)), supplies=(need(0, 0, 5, feeds=True),))
    told = Told(world([0, 10], items=goods, courses=[what], teams=[team(0, 1)], stores=[store(0, 0, {1: 99})]))
    assert told.rows(Kind.SUPPLY_ORDERED) == []
    assert told.rows(Kind.TASK_DRY, "quantity") == [(0, 0)]


def test_a_task_that_nothing_ends_does_not_ask_for_ever():
    """The second team that is wanted does not exist, the store is filled up again and again: the run ends all the same."""
    supplier = Supplier(0, "s", "s", ticks(MINUTE), 0.0, {})
    holds = replace(task(0, use(0, 1, ask_when=5, ask_for=20)), holds=True)
    model = world(
        [0, 10], courses=[course(holds, line(1, 1, work=MINUTE))], capabilities=("a", "b"), teams=[team(0, 1)],
        stores=[store(0, 0, {0: 99})], fleets=[fleet(count=3)],
        supplies={"suppliers": (supplier,), "restock": (Restock(0, 0, 0, "base_stock", 99_000, 99_000, 0, 0, 0.0),)},
    )  # fmt: skip
    assert len(Told(model).at(Kind.SUPPLY_NEEDED)) == 1000


def test_what_is_not_in_stock_is_made_to_order():
    """5 in stock; 15 are made after 60 min of setting up at one a minute, so all leaves at 75."""
    makes = {0: (ticks(60 * MINUTE), 1000 / MINUTE, 50_000)}
    model = world([0, 10], needs=[need(0, 0, 20)], stores=[store(0, 0, {0: 5}, makes=makes)])
    told = Told(model)
    assert told.rows(Kind.STOCK_MADE, "quantity") == [(75, 15)]
    assert told.rows(USED, "quantity") == [(85, 5), (85, 15)]


def test_a_firm_makes_no_more_than_it_can_and_one_order_after_the_other():
    """20 for the first until 60 + 20; 20 for the second until 100; of the third's 20 only 10 are promised. What is called off
    can be promised again.
    """  # fmt: skip
    makes = {0: (ticks(60 * MINUTE), 1000 / MINUTE, 50_000)}
    told = Told(
        world([0, 10], needs=[need(0, 0, 20)], stores=[store(0, 0, {}, makes=makes)], fleets=[fleet(count=3)], at=[(0, 1, 0)] * 3)
    )
    assert told.rows(Kind.STOCK_MADE, "quantity") == [(80, 20), (100, 20), (110, 10)]
    assert told.rows(Kind.SUPPLY_WITHDRAWN, "quantity") == [(120, 10)]


# --- how much ----------------------------------------------------------------------------------------------------------------


def test_a_need_that_follows_a_signal_grows_with_it():
    """One for each 6, 4 taken off: ⌈(10 − 4) / 6⌉ = 1; 30 min later ⌈(20 − 4) / 6⌉ = 3. Though all had come, it was waited for."""
    turn = Change(ticks(30 * MINUTE), (("displaced", 20.0),))
    asked = need(0, 0, **per("displaced", 6, less=4))
    what = course(supplies=(asked,), signals=(("displaced", 10.0),), changes=(turn,))
    told = Told(world([0, 10], courses=[what], command=COMMAND, stores=[store(0, 0, {0: 9})]))
    assert told.rows(Kind.SUPPLY_NEEDED, "quantity") == [(0, 1), (30, 2)]
    assert told.at(Kind.SUPPLY_COMPLETE) == [10, 40]
    assert told.at(Kind.INCIDENT_CLOSED) == [40]


def test_a_need_that_follows_a_leak_grows_with_it():
    """100 kg/min out of 2500 kg, one for each tonne begun: looked at after 10, 20 and when it is empty, at 25."""
    what = course(supplies=(need(0, 0, **per("released", 1000)),), leak=Leak("x", Constant(2500.0), Constant(100 / MINUTE)))
    told = Told(world([0, 5], courses=[what], stores=[store(0, 0, {0: 9})], fleets=[fleet(count=3)]))
    assert told.rows(Kind.SUPPLY_NEEDED, "quantity") == [(10, 1), (20, 1), (25, 1)]
    assert told.at(Kind.INCIDENT_CLOSED) == [30]


def test_a_leak_that_nobody_stops_does_not_keep_the_run_going():
    """The team that is wanted does not exist; the tank is empty at 25."""
    what = course(
        line(), supplies=(need(0, 0, **per("released", 1000)),), leak=Leak("x", Constant(2500.0), Constant(100 / MINUTE))
    )
    told = Told(world([0, 5], courses=[what], stores=[store(0, 0, {0: 9})], fleets=[fleet(count=3)]))
    assert told.at(Kind.RUN_ENDED) == [35]


# --- roads -------------------------------------------------------------------------------------------------------------------


def on_roads(model, edges, events):
    """Return a world on roads of 60 km/h: edges (a, b, km) between its sites; events (edge, begins, ends in minutes)."""
    graph = build_graph(
        list(range(len(model.sites))), [one.x for one in model.sites], [one.y for one in model.sites], [a for a, _, _ in edges],
        [b for _, b, _ in edges], [1000.0 * km for *_, km in edges], minutes=[float(km) for *_, km in edges], projected=True,
    )  # fmt: skip
    effects = [Effect(Parts.whole({edge}), 0.0, frozenset(), f"e{n}") for n, (edge, _, _) in enumerate(events)]
    sites = [TravelSite(float("nan"), float("nan"), f"s{n}", n) for n in range(len(model.sites))]
    changes = tuple(
        RoadEvent(f"e{n}", f"e{n}", name_key(f"e{n}"), n, begins * MINUTE, None if ends is None else ends * MINUTE, None)
        for n, (_, begins, ends) in enumerate(events)
    )
    light = tuple(replace(one, vehicle="light") for one in model.teams)
    return replace(model, teams=light, travel=compile_travel(graph, sites, effects=effects), road_events=changes)


SQUARE = [(0, 0), (10, 0), (20, 0), (10, 10)]
WAYS = [(0, 1, 10), (1, 2, 10), (1, 3, 15), (3, 2, 15)]


def closing(*events, ways=WAYS):
    """Return 5 units asked for at the end of a road of 20 km on which something happens."""
    model = world(SQUARE, needs=[need(0, 0, 5)], stores=[store(0, 0, {0: 5})], at=((0, 2, 0),))
    return Told(on_roads(model, ways, events))


def test_a_truck_goes_round_a_closure():
    """At 5 the second half is closed: 10 + 15 + 15 = 40 there; and home the same way."""
    told = closing((1, 5, None))
    assert told.at(Kind.TEAM_REROUTED) == [5]
    assert told.at(USED) == [40]
    assert told.at(Kind.TRUCK_HOME) == [80]


def test_a_truck_waits_for_the_road():
    """No way round; closed from 5 to 60, when the truck stands at the last place where it could turn, 10 km out."""
    told = closing((1, 5, 60), ways=WAYS[:3])
    assert told.at(Kind.TEAM_STUCK) == [5]
    assert told.at(USED) == [70]


def test_goods_wait_at_home_while_there_is_no_way():
    """Closed before it is asked for, open again at 60: the incident waits for it."""
    told = closing((0, 0, 60), (1, 0, 30))
    assert told.rows(Kind.SUPPLY_WAITING, "cause") == [(0, Cause.NOBODY_REACHES)]
    assert told.at(Kind.SUPPLY_ORDERED) == [60]
    assert told.at(USED) == [80]
    assert told.at(Kind.INCIDENT_CLOSED) == [80]


def test_where_no_road_will_open_nobody_waits():
    """Closed for good, known at the end of the last change of the roads: the incident says what it lacks, and is over."""
    told = closing((0, 0, None), (1, 0, 30))
    assert told.rows(Kind.SUPPLY_WITHDRAWN, "quantity") == [(30, 5)]
    assert told.at(Kind.RUN_ENDED) == [30]


# --- an incident is over -----------------------------------------------------------------------------------------------------


def test_trucks_turn_round_when_the_incident_is_over_and_others_have_the_goods():
    """Work ends it at 25, the truck is 25 km out: back and unloaded at 50, when the one that waits is served."""
    ends = course(line(0, 0, work=25 * MINUTE, ends=True), supplies=(need(0, 0, 8),))
    model = world(
        [0, 40], teams=[team(0, 1)], courses=[ends, course(supplies=(need(0, 0, 8),))], stores=[store(0, 0, {0: 8})],
        at=((0, 1, 0), (10, 1, 1)), supplies={"restock": (), "collect": None}, fleets=[fleet(count=2)], road_events=(),
    )  # fmt: skip
    waits = replace(model, courses=(ends, course(line(0, 0, work=200 * MINUTE), supplies=(need(0, 0, 8),))), teams=(
        *model.teams[:1], *model.teams[1:]
    ))  # fmt: skip
    told = Told(waits)
    assert told.rows(Kind.SUPPLY_WITHDRAWN, "quantity") == [(25, 8)]
    assert told.rows(Kind.STOCK_UNLOADED, "quantity") == [(50, 8)]
    assert told.rows(Kind.SUPPLY_ORDERED, "incident", "quantity") == [(0, 0, 8), (50, 1, 8)]
    assert told.at(USED) == [90]


def test_what_is_promised_and_not_loaded_is_there_for_others_at_once():
    """The goods stand at the dock, the only truck is half-way to it, when the incident is over at 5."""
    ends = course(line(0, 0, work=5 * MINUTE, ends=True), supplies=(need(0, 0, 8),))
    waits = course(line(0, 0, work=99 * MINUTE), supplies=(need(0, 0, 8),))
    model = world(
        [0, 10, 20], teams=[team(0, 2), team(1, 2)], courses=[ends, waits], depots=[depot(0, 1)], stores=[store(0, 0, {0: 8})],
        at=((0, 2, 0), (1, 2, 1)),
    )  # fmt: skip
    told = Told(model)
    assert told.rows(Kind.SUPPLY_ORDERED, "incident") == [(0, 0), (5, 1)]
    assert told.rows(Kind.TRUCK_HOME) == [(20,), (60,)]
    assert told.at(USED) == [40]


def test_what_comes_back_is_lost_in_part_refitted_and_served_to_who_waits():
    """20 in use until 10; on its way after 60, 10 km, a tenth is lost; 30 min of refitting: at 110 18 are ready."""
    tent = item(reusable=True, loss=0.1, refit=ticks(30 * MINUTE))
    model = world(
        [0, 10], items=[tent], needs=[need(0, 0, 20)], stores=[store(0, 0, {0: 20})], at=((0, 1, 0), (50, 1, 0)),
        supplies={"collect": ticks(60 * MINUTE)},
    )  # fmt: skip
    told = Told(model)
    assert told.rows(Kind.SUPPLY_WAITING, "quantity", "cause") == [(50, 20, Cause.NO_STOCK), (110, 2, Cause.NO_STOCK)]
    assert told.rows(Kind.STOCK_LOST, "quantity") == [(80, 2)]
    assert told.rows(Kind.STOCK_COLLECTED, "quantity") == [(80, 18)]
    assert told.rows(Kind.STOCK_REFITTED, "quantity", "depot") == [(110, 18, 0)]
    assert told.rows(HANDED, "quantity") == [(10, 20), (120, 18)]
    assert told.rows(Kind.SUPPLY_WITHDRAWN, "quantity") == [(120, 2)]
    assert told.at(Kind.INCIDENT_CLOSED) == [10, 120]


# --- tasks -------------------------------------------------------------------------------------------------------------------


def task(work, *uses, fills=(), **traits):
    """Return a line whose team works so many minutes and uses goods."""
    return line(0, 0, work=work * MINUTE, uses=tuple(uses), fills=tuple(fills), **traits)


def thirsty(when_dry=0.0, receiving=0):
    """Return 30 min of work at one unit a minute by a team that carries 10; 40 come 20 km after 5 min."""
    what = course(task(30, use(0, 1, when_dry=when_dry)), supplies=(need(0, 0, 40, after=5, feeds=True),))
    return Told(world(
        [0, 20], courses=[what], teams=[team(0, 1, carries=((0, 10_000),))], stores=[store(0, 0, {0: 60})],
        depots=[depot(steps=steps(receiving=receiving))],
    ))  # fmt: skip


def test_a_task_that_runs_dry_stops_and_its_end_moves():
    """Dry at 10, supplied at 25: the 20 minutes that are left end at 45. 30 are used, 10 are taken back."""
    told = thirsty()
    assert told.rows(Kind.TASK_DRY, "quantity") == [(10, 0)]
    assert told.rows(Kind.TASK_RESUMED, "quantity") == [(25, 1)]
    assert told.at(Kind.INCIDENT_CLOSED) == [45]
    assert told.balance(Account.USED) == 30
    assert told.rows(Kind.STOCK_TAKEN_BACK, "quantity") == [(45, 10)]
    assert told.rows(Kind.STOCK_REFILLED) == []


def test_a_task_that_runs_dry_slows():
    """From 10 to 25 at half its rate: 12.5 minutes are left."""
    told = thirsty(when_dry=0.5)
    assert told.rows(Kind.TASK_DRY, "quantity") == [(10, 0.5)]
    assert told.at(Kind.INCIDENT_CLOSED) == [37.5]
    assert told.balance(Account.USED) == 22.5


def test_goods_can_be_used_once_they_are_received():
    """7 min of receiving: the work goes on at 32."""
    told = thirsty(receiving=7)
    assert told.at(Kind.STOCK_DELIVERED) == [0, 25]
    assert told.at(Kind.TASK_RESUMED) == [32]
    assert told.at(Kind.INCIDENT_CLOSED) == [52]
    assert told.balance(Account.USED) == 30


def test_a_team_uses_what_it_carries_takes_the_rest_back_and_fills_up_at_home():
    """4 of 10 are used; 6 come home, 4 are filled up."""
    told = Told(world([0, 20], courses=[course(task(4, use(0, 1)))], teams=[team(0, 0, carries=((0, 10_000),))], at=((0, 1, 0),)))
    assert told.rows(Kind.STOCK_TAKEN_BACK, "quantity") == [(24, 6)]
    assert told.rows(Kind.STOCK_REFILLED, "quantity") == [(44, 4)]
    assert told.balance(Account.VEHICLE) == 10


def test_a_second_team_that_begins_on_a_dry_scene_stands_dry_too():
    """Line 0 is dry from 10 on; line 1 begins at 15 and stops at once; both go on at 40, and end at 60 and 60."""
    lines = (task(30, use(0, 1)), replace(task(20, use(0, 1)), index=1, capability=1))
    model = world(
        [0, 15, 40], courses=[course(*lines, supplies=(need(0, 0, 60, feeds=True),))], capabilities=("a", "b"), at=((0, 1, 0),),
        teams=[team(0, 1, carries=((0, 10_000),)), team(1, 0, able={1: 1.0})], depots=[depot(0, 2)], stores=[store(0, 0, {0: 60})],
        fleets=[fleet(base=2, find=ticks(15 * MINUTE))],
    )  # fmt: skip
    told = Told(model)
    assert told.rows(Kind.TASK_DRY, "need") == [(10, 0), (15, 1)]
    assert told.rows(Kind.TASK_RESUMED, "need") == [(40, 0), (40, 1)]
    assert told.at(Kind.TEAM_RELEASED) == [60, 60]
    assert told.balance(Account.USED) == 50


def test_the_filling_rate_of_air_cylinders_binds():
    """24 cylinders, two a minute on air, one filled: empty at 24, then work at half pace: 36 minutes take 72, the end is at 96."""
    lines = (task(60, use(0, 2)), replace(line(1, 1, holds=True), fills=(fill(0, 1),)))
    model = world(
        [0], items=[item(reusable=True)], courses=[course(*lines)], capabilities=("a", "b"), fleets=[], depots=[],
        teams=[team(0, 0, carries=((0, 24_000),)), team(1, 0, able={1: 1.0})],
    )  # fmt: skip
    told = Told(model)
    assert told.rows(Kind.TASK_DRY, "quantity") == [(24, 0.5)]
    assert told.at(Kind.INCIDENT_CLOSED) == [96]
    assert told.balance(Account.REFIT) == 24


def test_a_filling_vehicle_that_comes_late_lets_work_go_on():
    """12 cylinders, one a minute; dry at 12, the filling vehicle (one a minute) is there at 20: 18 minutes are left, the end is at 38."""
    lines = (task(30, use(0, 1)), replace(line(1, 1, holds=True), fills=(fill(0, 1),)))
    model = world(
        [0, 20], items=[item(reusable=True)], courses=[course(*lines)], capabilities=("a", "b"), fleets=[], depots=[], at=((0, 0, 0),),
        teams=[team(0, 0, carries=((0, 12_000),)), team(1, 1, able={1: 1.0})],
    )  # fmt: skip
    assert Told(model).at(Kind.INCIDENT_CLOSED) == [38]


def test_without_any_cylinder_there_is_nothing_to_fill():
    """The filling vehicle alone lets nobody go on air."""
    lines = (task(30, use(0, 1)), replace(line(1, 1, holds=True), fills=(fill(0, 5),)))
    model = world(
        [0], items=[item(reusable=True)], courses=[course(*lines)], capabilities=("a", "b"), fleets=[], depots=[],
        teams=[team(0, 0), team(1, 0, able={1: 1.0})],
    )  # fmt: skip
    told = Told(model)
    assert told.rows(Kind.TASK_DRY, "quantity") == [(0, 0)]
    assert told.at(Kind.INCIDENT_CLOSED) == []


def test_the_scarcest_of_two_items_sets_the_pace_and_the_other_lasts_longer():
    """Foam (10) is gone at 10: half pace, so that water (15) lasts until 10 + 5 / 0.5 = 20, when the work stops."""
    told = Told(world(
        [0], items=[item(), item(1)], courses=[course(task(30, use(0, 1, when_dry=0.5), use(1, 1)))], fleets=[], depots=[],
        teams=[team(0, 0, carries=((0, 10_000), (1, 15_000)))],
    ))  # fmt: skip
    assert told.rows(Kind.TASK_DRY, "item", "quantity") == [(10, 0, 0.5), (20, 1, 0)]


def test_more_is_asked_for_when_it_runs_low():
    """10 minutes' worth left at 20: 20 minutes' worth is asked for, there at 25; then again at 40, 60, 80. Never dry."""
    model = world(
        [0, 5], courses=[course(task(95, use(0, 1, ask_when=10, ask_for=20)))], teams=[team(0, 1, carries=((0, 30_000),))],
        stores=[store(0, 0, {0: 500})], fleets=[fleet(count=2)],
    )  # fmt: skip
    told = Told(model)
    assert told.rows(Kind.SUPPLY_NEEDED, "quantity", "cause", "need") == [
        (t, 20, Cause.RUNNING_LOW, -1) for t in (20, 40, 60, 80)
    ]
    assert told.rows(Kind.TASK_DRY) == []
    assert told.balance(Account.USED) == 95


# --- stock -------------------------------------------------------------------------------------------------------------------


def test_what_expires_before_it_is_loaded_is_sought_elsewhere():
    """Released at 20, past its time at 15: the other store sends it, 30 km, released at 40."""
    model = world(
        [0, 40, 10], needs=[need(0, 0, 5)], depots=[depot(steps=steps(20)), depot(1, 1, steps=steps(20))],
        stores=[store(0, 0, {0: 5}, expires=15 * MINUTE), store(1, 1, {0: 5})], fleets=[fleet(), fleet(1, base=1)],
    )  # fmt: skip
    told = Told(model)
    assert told.rows(Kind.STOCK_EXPIRED, "quantity") == [(15, 5)]
    assert told.rows(Kind.SUPPLY_ORDERED, "depot") == [(0, 0), (20, 1)]
    assert told.at(USED) == [70]


def test_what_comes_back_past_its_time_expires_at_once():
    """Loaded at 9, called off at 25, back at 41, past its time at 40."""
    ends = course(line(0, 0, work=25 * MINUTE, ends=True), supplies=(need(0, 0, 8),))
    model = world(
        [0, 40, -9], teams=[team(0, 1)], courses=[ends], stores=[store(0, 0, {0: 8}, expires=40 * MINUTE)], at=((0, 1, 0),),
        fleets=[fleet(base=2)],
    )  # fmt: skip
    told = Told(model)
    assert told.at(Kind.STOCK_UNLOADED) == [41]
    assert told.rows(Kind.STOCK_EXPIRED, "quantity") == [(41, 8)]


def restocking(rule, level, order, *, stock=12, fails=0.0, review=0):
    """Return 8 asked for at 0 and 10 at 20, with a lead time of 100 minutes."""
    supplier = Supplier(0, "s", "s", ticks(100 * MINUTE), fails, {})
    model = world(
        [0, 10], courses=[course(supplies=(need(0, 0, 8),)), course(supplies=(need(0, 0, 10),))], stores=[store(0, 0, {0: stock})],
        at=((0, 1, 0), (20, 1, 1)), fleets=[fleet(count=2)],
        supplies={
            "suppliers": (supplier,),
            "restock": (Restock(0, 0, 0, rule, level * 1000, order * 1000, review * MINUTE, 0, 0.0),),
        },
    )  # fmt: skip
    return Told(model)


def test_order_quantity():
    """(5, 10): at 4 an order; at 20 four go, six wait: the position is 0 + 10 − 6 = 4, another. At 100 six are served."""
    told = restocking("r_q", 5, 10)
    assert told.rows(Kind.STOCK_REORDERED, "quantity") == [(0, 10), (20, 10)]
    assert told.rows(Kind.SUPPLY_WAITING, "quantity") == [(20, 6)]
    assert told.rows(USED, "quantity") == [(10, 8), (30, 4), (110, 6)]


def test_order_up_to():
    """(5, 20): 16 at 0; at 20 the position is 0 + 16 − 6 = 10: no other."""
    told = restocking("s_s", 5, 20)
    assert told.rows(Kind.STOCK_REORDERED, "quantity") == [(0, 16)]
    assert told.at(USED) == [10, 30, 110]


def test_base_stock():
    """12: 8 at 0, 10 at 20; the six are there from the first order, at 100."""
    told = restocking("base_stock", 12, 12)
    assert told.rows(Kind.STOCK_REORDERED, "quantity") == [(0, 8), (20, 10)]
    assert told.at(USED) == [10, 30, 110]


def test_periodic_review():
    """Looked at every 15: at 15 the position is 4; at 30 it is 0 + 16 − 6 = 10. The order of 15 comes at 115."""
    told = restocking("s_s", 5, 20, review=15)
    assert told.rows(Kind.STOCK_REORDERED, "quantity") == [(15, 16)]
    assert told.at(USED) == [10, 30, 125]


@pytest.mark.parametrize("review", [0, 15])
def test_a_supplier_that_never_delivers_is_not_waited_for(review):
    """Its failure is seen at the end of the lead time; then the incident says what it lacks, and is over."""
    told = restocking("s_s", 5, 20, fails=0.9, review=review)
    assert told.rows(Kind.STOCK_FAILED, "quantity") == [(100 + review, 16)]
    assert told.rows(Kind.SUPPLY_WITHDRAWN, "quantity") == [(100 + review, 6)]
    assert told.at(Kind.RUN_ENDED) == [100 + review]


def test_stock_is_not_kept_up_for_ever_for_an_incident_that_nobody_can_end():
    """A team that does not exist is waited for; the stock expires and is ordered again, every week of it: the run ends all the same."""
    supplier = Supplier(0, "s", "s", ticks(5 * MINUTE), 0.0, {})
    model = world(
        [0], items=[item(shelf_life=60 * MINUTE)], courses=[course(line())], stores=[store(0, 0, {0: 5}, expires=60 * MINUTE)],
        supplies={"suppliers": (supplier,), "restock": (Restock(0, 0, 0, "base_stock", 5000, 5000, 7 * MINUTE, 0, 0.0),)}, fleets=[],
        depots=[depot(fleets=())],
    )  # fmt: skip
    assert len(Told(model).cells) < 20


def test_restocked_goods_expire_too():
    """Ordered at 0, there at 10, good for 30 min: gone at 40, ordered again, there at 50."""
    supplier = Supplier(0, "s", "s", ticks(10 * MINUTE), 0.0, {})
    model = world(
        [0], items=[item(shelf_life=30 * MINUTE)], courses=[course(line(work=60 * MINUTE))], stores=[store()], teams=[team(0, 0)],
        supplies={"suppliers": (supplier,), "restock": (Restock(0, 0, 0, "base_stock", 5000, 5000, 0, 0, 0.0),)}, fleets=[],
        depots=[depot(fleets=())],
    )  # fmt: skip
    told = Told(model)
    assert told.at(Kind.STOCK_RESTOCKED) == [10, 50]
    assert told.at(Kind.STOCK_EXPIRED) == [40]


def test_who_waits_is_served_by_priority():
    """10 wait from 0 on, 10 more urgent ones from 5 on; what comes at 100 goes to the second, at 105 to the first."""
    supplier = Supplier(0, "s", "s", ticks(100 * MINUTE), 0.0, {})
    asks = (need(0, 0, 10),)
    model = world(
        [0, 10], courses=[course(supplies=asks, priority=5), course(supplies=asks, priority=1)], stores=[store()],
        at=((0, 1, 0), (5, 1, 1)), fleets=[fleet(count=2)],
        supplies={"suppliers": (supplier,), "restock": (Restock(0, 0, 0, "base_stock", 0, 0, 0, 0, 0.0),)},
    )  # fmt: skip
    assert Told(model).rows(Kind.SUPPLY_ORDERED, "incident", "quantity") == [(100, 1, 10), (105, 0, 10)]
