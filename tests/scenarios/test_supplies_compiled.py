"""What a planner writes on supplies, compiled: every number counted by hand from the good file."""

from __future__ import annotations

import datetime as dt

import pytest
import yaml
from click.testing import CliRunner

from sim.cli.main import front
from sim.scenario import load_scenario
from sim.scenario.supplies import Lot, PerSignal, Restock, Shelter, Use
from sim.units import DAY, HOUR, MINUTE, parse
from tests.scenarios.files import SMALL, found, load, write
from tests.scenarios.supplies import GOOD, chinese

CITY, PROVINCE, NEIGHBOUR, KEEPER = range(4)
TENT, SHED, STOVE, FOAM, BOTTLE = range(5)


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    """Return the good file, compiled."""
    return load(tmp_path_factory.mktemp("supplies"), GOOD)


def store(scenario, name):
    """Return a store by its id."""
    return next(store for store in scenario.supplies.stores if store.id == name)


def test_items_are_in_si_and_thousandths(scenario):
    """0.4 m³, 100 L = 0.1 m³; two sheds for one tent when half a shed stands in; shelf life ten years of 365 days."""
    tent, shed, stove, foam, bottle = scenario.supplies.items
    assert (tent.mass, tent.volume, tent.price, tent.loss, tent.shortage) == (50, 0.4, 1500, 0.05, 3000)
    assert (tent.name, tent.unit, tent.reusable, tent.shelf_life) == ("winter tent", "tent", True, 3650 * DAY)
    assert (tent.refit.planned, tent.refit.quantity.planned) == (2 * DAY, 2 * DAY)
    assert tent.substitutes == ((SHED, 500),)
    assert (shed.name, shed.price, shed.shelf_life, shed.substitutes, shed.refit.planned) == ("shed", 0, None, (), 0)
    assert (stove.volume, stove.reusable, foam.volume, foam.per_person_day) == (0.1, False, 0.001, 3)
    assert bottle.reusable


def test_sets_are_items_however_deep(scenario):
    """A camp is 20 winter units, each a tent and a stove, and 5 stoves: 20 tents, 25 stoves."""
    unit, camp = scenario.supplies.kits
    assert (unit.parts, unit.serves) == (((TENT, 1000), (STOVE, 1000)), 6)
    assert (camp.parts, camp.serves) == (((TENT, 20_000), (STOVE, 25_000)), 0)


def test_the_log_names_items_then_sets(scenario):
    """They follow capabilities and what command names; `first_item` is the code of the first."""
    names = scenario.signals
    assert names[scenario.first_item :][:7] == ("tent", "shed", "stove", "foam", "bottle", "winter unit", "camp")


def test_lots_of_one_owner_and_one_key_are_one_store(scenario):
    """Three owners in the main store: the city's two lots of tents lie together, what expires first in front."""
    assert [store.id for store in scenario.supplies.stores] == ["main/city", "main/province", "main/state", "next", "works"]
    city = store(scenario, "main/city")
    later = round((dt.datetime(2030, 1, 1) - dt.datetime(2026, 1, 10, 2)).total_seconds() * 1000)
    assert city.lots[TENT] == (Lot(30_000, 30 * DAY), Lot(90_000, later))
    assert city.lots[STOVE] == (Lot(120_000, None),)
    assert (city.keeps, city.makes, city.usable, city.channel) == ({TENT: 10_000}, None, True, -1)
    assert store(scenario, "main/province").lots == {TENT: (Lot(60_000, None),)}
    assert not store(scenario, "main/state").usable
    assert store(scenario, "works").lots == {SHED: ()}


def test_who_releases_and_how_he_is_reached(scenario):
    """The step's post and time hold for lots without their own; what neither says is as usual for the post."""
    (city,) = store(scenario, "main/city").call
    assert (city.post, city.time.planned, city.no_answer, city.tries, city.again.planned) == (
        CITY,
        20 * MINUTE,
        0.1,
        3,
        2 * MINUTE,
    )
    (province,) = store(scenario, "main/province").call
    assert (province.post, province.time.planned, province.refuses, province.tries) == (PROVINCE, HOUR, 0.2, 2)
    assert province.second.planned == 4 * MINUTE
    aided = store(scenario, "next")
    assert aided.channel == 0
    assert aided.call == scenario.command.channels[0].links
    assert aided.call[-1].post == NEIGHBOUR
    assert store(scenario, "works").call == ()


def test_what_a_firm_makes(scenario):
    """240 a day are 10 an hour; the first after 12 h, no more than 500."""
    works = store(scenario, "works")
    first, rate, most = works.makes[SHED]
    assert (first.planned, most, works.agreement) == (12 * HOUR, 500_000, 0)
    assert rate * HOUR == pytest.approx(10_000)
    assert scenario.supplies.depots[2].firm


def test_steps_in_order_with_those_that_are_not_written(scenario):
    """Trucks and loading follow the keeper; the keeper has a post and ways to reach him; receiving is last."""
    main, other, _ = scenario.supplies.depots
    assert [step.kind for step in main.steps] == ["order", "keeper", "trucks", "loading", "receiving"]
    keeper = main.steps[1]
    assert (keeper.call.post, keeper.call.no_answer, keeper.call.by_road.planned) == (KEEPER, 0.2, 30 * MINUTE)
    assert keeper.call.time is keeper.time
    assert (main.steps[0].call, main.steps[-1].time.planned) == (None, HOUR)
    assert [step.kind for step in other.steps] == ["order", "trucks", "loading", "receiving"]
    assert all(step.time.planned == 0 for step in other.steps)


def test_loading_is_counted_in_units_or_by_mass(scenario):
    """120 tents an hour; 10 t an hour."""
    main, other, works = scenario.supplies.depots
    assert (main.load_units * HOUR, main.load_mass, main.bays, main.space) == (pytest.approx(120_000), 0, 2, 2000)
    assert (other.load_mass * HOUR, other.load_units) == (pytest.approx(10_000), 0)
    assert (works.load_mass, works.load_units, works.fleets, main.fleets) == (0, 0, (1,), (0, 1))


def test_trucks_are_teams_behind_all_others(scenario):
    """They have no capability, stand where their fleet stands, and travel can answer for their class of vehicle."""
    trucks = [team for team in scenario.teams if team.fleet >= 0]
    assert [team.id for team in trucks] == ["lorries-1", "lorries-2", "carrier-1", "carrier-2", "carrier-3"]
    assert [team.index for team in trucks] == [2, 3, 4, 5, 6]
    assert all(team.kind == "truck" and not team.capabilities and team.lender < 0 for team in trucks)
    lorries, carrier = scenario.supplies.fleets
    assert (lorries.trucks, lorries.payload, lorries.volume, lorries.find.planned) == ((2, 3), 8000, 30, 20 * MINUTE)
    assert (lorries.stops, lorries.per_hour, lorries.agreement) == (((4 * HOUR, 20 * MINUTE, "rest"),), 200, -1)
    assert (carrier.volume, carrier.fails, carrier.agreement, scenario.teams[4].owner) == (0, 0.1, 0, "carrier")
    assert (scenario.teams[4].vehicle, scenario.teams[2].base == scenario.teams[0].base) == ("light", True)
    site, quake = scenario.teams[4].base, scenario.planned[0].site
    assert scenario.travel.row([site], quake, scenario.travel.profile("light"), 0) == [19 * MINUTE]  # 19 km at 60 km/h
    assert scenario.command.unlent is None


def test_what_teams_bring_along(scenario):
    """A team's own list stands in place of its type's; 2 m³ of what is counted in litres are 2,000 L."""
    own, other = scenario.teams[:2]
    assert own.carries == ((FOAM, 2_000_000), (BOTTLE, 36_000))
    assert other.carries == ((BOTTLE, 12_000),)


def test_what_work_uses_and_fills(scenario):
    """6 L a minute, at half the rate when dry, 2 h asked for when half an hour is left; 60 bottles an hour."""
    (line,) = scenario.courses[0].lines
    assert line.uses == (Use(FOAM, 6 * 1000 / MINUTE, 0.5, 30 * MINUTE, 2 * HOUR),)
    assert line.fills[0].item == BOTTLE
    assert line.fills[0].rate * HOUR == pytest.approx(60_000)
    assert not line.simple


def test_what_incidents_ask_for(scenario):
    """401 m² at 2 m² a head take 200 people, the hall 100: 300 are taken off; 50 L of foam a tonne leaked."""
    fire, quake = scenario.courses
    assert scenario.supplies.shelters[0] == Shelter("school", "school", scenario.supplies.shelters[0].site, 200)
    (foam,) = fire.supplies
    assert (foam.per, foam.feeds, foam.stores) == (PerSignal("released", 1000, 0, 50_000), True, (3,))
    units, stoves, camps = quake.supplies
    assert (units.kit, units.item, units.deadline, units.policy) == (0, -1, 10 * HOUR, "nearest")
    assert (units.per, units.amount, units.must) == (PerSignal("displaced", 6, 300, 1000), None, True)
    assert (stoves.item, stoves.amount.planned, stoves.after.planned, stoves.stores, stoves.must) == (
        STOVE,
        20,
        HOUR,
        (0,),
        False,
    )
    assert stoves.amount.spread
    assert camps.per == PerSignal("hurt", 1, 200, 1000)
    assert quake.plain is False
    assert not quake.lines


def test_suppliers_and_rules(scenario):
    """(r, Q), (s, S) and base stock: level and what is ordered, in thousandths; 1 m³ is 1,000 L."""
    (maker,) = scenario.supplies.suppliers
    assert (maker.lead.planned, maker.fails, maker.price) == (5 * DAY, 0.05, {TENT: 1400})
    assert scenario.supplies.restock == (
        Restock(0, 0, TENT, "r_q", 40_000, 50_000, 0, 0, 300),
        Restock(1, 0, STOVE, "s_s", 40_000, 100_000, DAY, 0, 0),
        Restock(2, 3, FOAM, "base_stock", 1_000_000, 1_000_000, 0, 0, 0),
    )


def test_how_supplies_are_chosen_and_come_back(scenario):
    """The scenario's policy, the yearly cost of holding, and when goods start back."""
    supplies = scenario.supplies
    assert (supplies.policy, supplies.holding, supplies.collect.planned) == ("earliest_complete", 0.12, DAY)


def test_what_is_assumed_is_told(scenario):
    """The tent is marked as assumed, with its line; a lot without a name is called by its item."""
    assert [(a.what, a.value) for a in scenario.assumptions] == [("items", "winter tent")]
    line = 1 + GOOD[: GOOD.index("- id: tent")].count("\n")
    assert scenario.assumptions[0].line in (line, line + 1)


def test_an_assumed_lot_is_called_by_its_item(tmp_path):
    """`source: 假定` on a lot of stock."""
    text = GOOD.replace("{item: tent, quantity: 60,", "{item: tent, source: 假定, quantity: 60,")
    assert ("depots/stock", "tent") in [(a.what, a.value) for a in load(tmp_path, text).assumptions]


def test_stores_that_differ_in_who_releases_them_are_told_apart(tmp_path):
    """Four lots of one owner under four keys: four stores, each with an id of its own; a need may name the owner or one."""
    lots = "".join(f"      - {{item: stove, quantity: {n}, owner: city{more}}}\n" for n, more in enumerate((
        ", released_by: province, time: 10 min", ", released_by: province, time: 20 min", ", usable: no", ", agreement: cartage",
    ), 1))  # fmt: skip
    text = GOOD.replace("    stock:\n", "    stock:\n" + lots, 1)
    text = re_restock(text).replace("stores: [main/city]", "stores: [main/city/province]")
    path = write(tmp_path, text)
    assert found(path) == []
    scenario = load_scenario(path)
    ids = [store.id for store in scenario.supplies.stores]
    assert ids == [
        "main/city/province", "main/city/province-2", "main/city/untouched", "main/city/city", "main/city/city-2", "main/province",
        "main/state", "next", "works",
    ]  # fmt: skip
    assert scenario.courses[1].supplies[1].stores == (0,)
    assert load(tmp_path, text.replace("[main/city/province]", "[main/city]")).courses[1].supplies[1].stores == (0, 1, 2, 3, 4)


def re_restock(text: str) -> str:
    """Drop the rules of restocking of the main store."""
    return "\n".join(line for line in text.splitlines() if "{depot: main" not in line) + "\n"


def test_a_study_changes_one_lot_by_its_id(tmp_path):
    """A file that extends another names the lot by its id: that amount alone is another."""
    write(tmp_path, GOOD)
    over = "format: 1\nextends: a.yaml\ndepots: [{id: next, space: 9 m3}]\nitems: [{id: stove, price: 500 yuan}]\n"
    scenario = load_scenario(write(tmp_path, over, "b.yaml"))
    assert scenario.supplies.items[STOVE].price == 500
    named = GOOD.replace("[{item: foam, quantity: 2 m3,", "[{id: foam, item: foam, quantity: 2 m3,")
    write(tmp_path, named)
    over = "format: 1\nextends: a.yaml\ndepots: [{id: next, stock: [{id: foam, quantity: 3 m3}]}]\n"
    scenario = load_scenario(write(tmp_path, over, "b.yaml"))
    assert store(scenario, "next").lots[FOAM] == (Lot(3_000_000, None),)


def test_an_incident_may_lie_at_a_depot_and_a_time_be_measured_to_it(tmp_path):
    """Depots, fleets' places and shelters are sites like any other."""
    text = GOOD.replace('- {id: plant, kind: fire, place: "25000, 0"', "- {id: plant, kind: fire, place: next")
    text = text.replace("regions:\n", "measured_times: [{begin: main, end: school, time: 55 min}]\nregions:\n")
    scenario = load(tmp_path, text)
    main, school = scenario.supplies.depots[0].site, scenario.supplies.shelters[0].site
    assert next(p for p in scenario.planned if p.id == "plant").site == scenario.supplies.depots[1].site
    assert scenario.travel.row([main], school, scenario.travel.profile("heavy"), 0) == [55 * MINUTE]


def test_a_channel_may_end_at_the_depot_itself(tmp_path):
    """Each depot has a desk of its own."""
    text = GOOD.replace("{caller: city, to: neighbour, time: 30 min", "{caller: city, to: next, time: 30 min")
    scenario = load(tmp_path, text)
    assert scenario.command.posts[store(scenario, "next").call[-1].post].id == "next"


def test_a_scenario_without_supplies_has_none(tmp_path):
    """Nothing is added to it."""
    scenario = load(tmp_path, SMALL)
    assert not any((scenario.supplies.items, scenario.supplies.stores, scenario.supplies.fleets))
    assert scenario.first_item == len(scenario.capabilities)
    assert scenario.courses[0].single


def test_the_resolved_text_compiles_to_the_same(tmp_path):
    """What the results folder keeps is a scenario file: loaded again it is the same, in Chinese too."""
    for text in (GOOD, chinese(tmp_path)):
        first = load(tmp_path, text)
        again = load(tmp_path, first.resolved, "again.yaml")
        assert repr(again.supplies) == repr(first.supplies)
        assert yaml.safe_load(again.resolved) == yaml.safe_load(first.resolved)


def test_the_command_checks_and_resolves(tmp_path):
    """`check` finds nothing; `resolve`-like output keeps the keys of supplies."""
    path = write(tmp_path, GOOD)
    done = CliRunner().invoke(front, ["check", str(path)], catch_exceptions=False)
    assert done.exit_code == 0


@pytest.mark.parametrize(("text", "dimension", "amount"), [
    ("2 m3", "volume", 2), ("0.4m3", "volume", 0.4), ("40000 m2", "area", 40_000), ("36 m3/h", "flow", 10), ("3 m²", "area", 3),
])  # fmt: skip
def test_units_with_a_power_are_read(text, dimension, amount):
    """m2, m3 and m3/h hold a digit; it belongs to the unit."""
    assert parse(text, dimension) == pytest.approx(amount)
