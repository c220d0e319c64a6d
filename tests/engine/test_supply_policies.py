"""Policies of supply against every other split that could be made, and what more stock does."""

from __future__ import annotations

import itertools
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.engine.supply_offers import Loads, SupplyOffer, earliest_complete, fewest_vehicles, nearest
from sim.log import Kind
from sim.scenario.supplies import MILLI
from tests.engine.builders import course
from tests.engine.supply_world import Told, depot, fleet, item, need, steps, store, world

often = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def offers(draw):
    """Return one to three offers of up to six units, in loads of up to four."""
    return [
        SupplyOffer(
            draw(st.integers(1, 60)), store, draw(st.integers(1, 6)) * MILLI, draw(st.integers(1, 4)) * MILLI, draw(st.integers(0, 60)),
            draw(st.integers(0, 40)), draw(st.integers(0, 2)), draw(st.integers(1, 2)), draw(st.integers(0, 9)), draw(st.sampled_from((0, 0, 30))),
        )
        for store in range(draw(st.integers(1, 3)))
    ]  # fmt: skip


def splits(found, wanted):
    """Yield every split in whole units that sends as much as can be sent."""
    enough = min(wanted, sum(offer.amount for offer in found)) // MILLI
    for units in itertools.product(*(range(offer.amount // MILLI + 1) for offer in found)):
        if sum(units) == enough:
            yield [MILLI * count for count in units]


def vehicles(found, amounts):
    """Return how many trucks a split needs."""
    return sum(-(-amount // offer.load) for offer, amount in zip(found, amounts, strict=True))


def complete(found, amounts):
    """Return when the last load of a split is handed out, by a second simulation of trucks and bays."""
    moments = [0]
    for offer, amount in zip(found, amounts, strict=True):
        made = amount * offer.making // offer.load
        trucks = [offer.ready] * offer.trucks
        bays = [0] * (offer.bays or 99)
        left = amount
        while left:
            load = min(left, offer.load)
            truck, bay = trucks.index(min(trucks)), bays.index(min(bays))
            loaded = max(trucks[truck], bays[bay]) + load * offer.loading // offer.load
            trucks[truck], bays[bay] = loaded + 2 * offer.drive + offer.receiving, loaded
            moments.append(loaded + offer.drive + offer.receiving + made)
            left -= load
    return max(moments)


def taken(found, shares):
    """Return a choice as amounts in the order of the offers."""
    amounts = dict(shares)
    assert len(amounts) == len(shares)
    assert all(amount > 0 for amount in amounts.values())
    return [amounts.get(offer.store, 0) for offer in found]


@often
@given(offers(), st.integers(1, 15))
def test_every_policy_sends_what_is_wanted_or_all_there_is(found, wanted):
    """Never more than a store has, never more than is wanted."""
    for choose in (nearest, fewest_vehicles, earliest_complete):
        amounts = taken(found, choose(found, wanted * MILLI))
        assert sum(amounts) == min(wanted * MILLI, sum(offer.amount for offer in found))
        assert all(amount <= offer.amount for offer, amount in zip(found, amounts, strict=True))


@often
@given(offers(), st.integers(1, 15))
def test_fewest_vehicles_are_the_fewest(found, wanted):
    """No split in whole units needs fewer trucks."""
    amounts = taken(found, fewest_vehicles(found, wanted * MILLI))
    assert vehicles(found, amounts) == min(vehicles(found, other) for other in splits(found, wanted * MILLI))


@often
@given(offers(), st.integers(1, 15))
def test_earliest_complete_is_the_earliest(found, wanted):
    """Where every truck takes the same time to load whatever is on it, no split in whole units is complete earlier."""
    found = [offer._replace(loading=0, making=0) for offer in found]
    amounts = taken(found, earliest_complete(found, wanted * MILLI))
    assert complete(found, amounts) == min(complete(found, other) for other in splits(found, wanted * MILLI))


@often
@given(offers(), st.integers(1, 15))
def test_earliest_complete_is_the_earliest_of_whole_truckloads(found, wanted):
    """With loading that takes time: no split in which all trucks of a store but one are full, and all stores but one send whole
    truckloads or all they have, is complete earlier.
    """  # fmt: skip
    load = found[0].load
    found = [offer._replace(load=load, making=0) for offer in found]
    amounts = taken(found, earliest_complete(found, wanted * MILLI))
    others = [
        other
        for other in splits(found, wanted * MILLI)
        if sum(amount % offer.load != 0 and amount != offer.amount for offer, amount in zip(found, other, strict=True)) <= 1
    ]
    assert complete(found, amounts) <= min(complete(found, other) for other in others)


@often
@given(offers())
def test_an_offer_says_when_each_load_comes(found):
    """The same as the second simulation says, load by load."""
    for offer in (offer._replace(making=0) for offer in found):
        arrivals, sent = [moment for moment, _, _ in offer.arrivals()], 0
        for number, moment in enumerate(arrivals):
            sent = min(offer.amount, (number + 1) * offer.load)
            assert complete([offer], [sent]) in (moment, max(arrivals[: number + 1]))
        assert sent == offer.amount
        assert Loads(offer).next(offer.amount)[0] == arrivals[0]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 12), st.integers(1, 4), st.integers(1, 3)), min_size=2, max_size=3),
    st.integers(1, 12), st.integers(0, 2), st.integers(1, 5), st.booleans(),
)  # fmt: skip
def test_more_stock_never_makes_one_need_complete_later(places, wanted, which, more, slow):
    """One incident that asks for one item, nobody else about, trucks enough, as planned: the earliest choice can only gain."""
    which %= len(places)

    def moment(extra):
        model = world(
            [*(km for km, *_ in places), 25], items=[item()], needs=[need(0, 0, wanted)],
            depots=[
                depot(n, n, fleets=(n,), bays=bays, each=1.5 if slow else 0, steps=steps(7 * n, receiving=3)) for n, (*_, bays) in enumerate(places)
            ],
            stores=[store(n, n, {0: has + (extra if n == which else 0)}) for n, (_, has, *_) in enumerate(places)],
            fleets=[fleet(n, 20, base=n, payload=load) for n, (_, _, load, _) in enumerate(places)],
            supplies={"policy": "earliest_complete"}, at=((0, len(places), 0),),
        )  # fmt: skip
        found = Told(model, planned=True).at(Kind.SUPPLY_COMPLETE)
        return found[-1] if found else float("inf")

    assert moment(more) <= moment(0) + 1e-9


def test_with_several_items_the_order_of_choice_is_the_same():
    """The stores of one depot are told apart by their number alone: the same answer whatever the order of items."""
    for order in ((0, 1), (1, 0)):
        goods = [replace(item(), index=n, id=f"i{n}") for n in range(2)]
        wants = [need(n, what, 4) for n, what in enumerate(order)]
        told = Told(
            world(
                [0, 10],
                items=goods,
                courses=[course(supplies=tuple(wants))],
                stores=[store(0, 0, {0: 9, 1: 9})],
                fleets=[fleet(count=2)],
            )
        )
        assert sorted(told.rows(Kind.STOCK_USED, "item", "quantity")) == [(10, 0, 4), (10, 1, 4)]
