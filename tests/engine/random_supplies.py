"""Small random worlds of supplies: depots, owners, lenders, firms, trucks, restocking, closures, incidents that end early."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from sim.network.graph import build_graph
from sim.network.service import compile_travel
from sim.network.states import Effect, Parts
from sim.network.trips import Site as TravelSite
from sim.quantities import Lognormal
from sim.randomness import name_key
from sim.scenario.command import Agreement, Change, Channel, Command, Link, Post
from sim.scenario.frozen import Leak, ReadOnly, RoadEvent
from sim.scenario.supplies import MILLI, Kit, Lot, Restock, Supplier
from sim.units import HOUR, MINUTE
from tests.engine.builders import course, line, team, ticks
from tests.engine.random_scenarios import durations
from tests.engine.supply_world import depot, fill, fleet, item, need, per, steps, store, use, world

GRID = [(6.0 * column, 6.0 * row) for row in range(3) for column in range(3)]
STREETS = [(a, a + 1) for a in range(9) if a % 3 < 2] + [(a, a + 3) for a in range(6)]
ORDERS = (
    ("order", "keeper", "trucks", "loading", "receiving"),
    ("order", "loading", "trucks", "receiving"),
    ("keeper", "order", "trucks", "loading", "receiving"),
)
chances = st.sampled_from((0.0, 0.0, 0.0, 0.3, 0.8))
places = st.integers(0, 8)
whole = st.integers(1, 20)


@st.composite
def goods(draw):
    """Return two to four items: some reusable, some with a shelf life, the second may stand in for the first."""
    found = [
        item(
            index,
            mass=float(draw(st.sampled_from((0, 1, 7, 30)))),
            volume=draw(st.sampled_from((0.0, 0.1, 0.7))),
            reusable=draw(st.booleans()),
            shelf_life=draw(st.sampled_from((None, None, 3 * HOUR))),
            refit=draw(durations(0, 60)),
            loss=draw(st.sampled_from((0.0, 0.1, 1.0))),
        )
        for index in range(draw(st.integers(2, 4)))
    ]
    found[0] = replace(found[0], substitutes=draw(st.sampled_from(((), ((1, 1000),), ((1, 3000),), ((1, 700),)))))
    return found


@st.composite
def calls(draw, posts):
    """Return a call to one of some posts."""
    return Link(
        draw(st.sampled_from(posts)), draw(durations(0, 30)), draw(chances), draw(st.integers(1, 2)), None,
        draw(st.none() | durations(1, 10)), draw(chances), draw(st.none() | durations(1, 20)), draw(chances),
    )  # fmt: skip


@st.composite
def depots_of(draw, fleets):
    """Return one to three depots with their release steps."""
    found = []
    for index in range(draw(st.integers(1, 3))):
        kinds = draw(st.sampled_from(ORDERS))
        mine = tuple(draw(st.permutations(range(fleets)))[: draw(st.integers(0 if index else 1, fleets))])
        release = steps(
            draw(st.integers(0, 20)), draw(st.sampled_from((None, 0, 15))), 0, draw(st.integers(0, 20)), draw(st.integers(0, 20)),
            kinds=kinds, call=draw(st.none() | calls((0, 1))),
        )  # fmt: skip
        found.append(
            depot(
                index,
                draw(places),
                each=draw(st.sampled_from((0.0, 0.5, 3.0))),
                bays=draw(st.integers(0, 2)),
                fleets=mine,
                steps=release,
            )
        )
    return found


@st.composite
def stores_of(draw, depots, items):
    """Return what several owners have: with calls, by a channel, kept back, past its time soon, or made to order."""
    found, channels = [], []
    for where in depots:
        for _ in range(draw(st.integers(1, 2))):
            has = draw(st.dictionaries(st.integers(0, len(items) - 1), st.integers(0, 40), min_size=1))
            lots = {
                number: tuple(
                    Lot(amount * MILLI, draw(st.sampled_from((None, None, 40 * MINUTE, 4 * HOUR))))
                    for amount in (count // 2, count - count // 2)
                    if amount
                )
                for number, count in has.items()
            }
            asked, channel = tuple(draw(st.lists(calls((0, 1, 2)), max_size=2))), -1
            if draw(st.integers(0, 3)) == 0:
                channel, asked = len(channels), (draw(calls((2,))),)
                channels.append(
                    Channel(
                        channel,
                        f"c{channel}",
                        "",
                        draw(st.integers(0, 1)),
                        asked,
                        (1,),
                        frozenset(draw(st.sampled_from(((), ("i0",))))),
                        -1,
                    )
                )
            makes = (
                {0: (draw(durations(0, 60)), 1000 / MINUTE, draw(st.integers(1, 40)) * MILLI)}
                if draw(st.integers(0, 3)) == 0
                else None
            )
            found.append(
                store(
                    len(found), where.index, lots=ReadOnly(lots), call=asked, channel=channel, agreement=draw(st.sampled_from((-1, -1, 0))),
                    usable=draw(st.integers(0, 9)) > 0, keeps=draw(st.sampled_from((None, {0: 5 * MILLI}))), makes=makes,
                )
            )  # fmt: skip
    return found, tuple(channels)


@st.composite
def needs_of(draw, items, kits, stores):
    """Return what an incident asks for."""
    found = []
    for number in range(draw(st.integers(1, 3))):
        traits = {
            "after": draw(st.sampled_from((0, 0, 25))),
            "stores": tuple(sorted(draw(st.sets(st.integers(0, stores - 1), max_size=2)))),
            "policy": draw(st.sampled_from((None, "nearest", "fewest_vehicles", "earliest_complete"))),
        }
        what = draw(st.integers(0, items - 1))
        if kits and draw(st.booleans()):
            traits |= {"item": -1, "kit": 0}
        elif draw(st.booleans()):
            traits["feeds"] = True
        how = draw(st.integers(0, 3))
        if how == 0:
            traits |= per(
                draw(st.sampled_from(("displaced", "released"))),
                draw(st.sampled_from((1.0, 6.0))),
                draw(whole),
                draw(st.sampled_from((0.0, 3.0))),
            )
        elif how == 1:
            mean = draw(whole)
            traits |= {"amount": Lognormal(mean, 0.5, mean)}
        else:
            traits["amount"] = float(draw(st.integers(0, 40)))
        quantity = traits.pop("amount")
        made = need(number, what, quantity if isinstance(quantity, float) else None, **traits)
        found.append(replace(made, amount=quantity) if how == 1 else made)
    return tuple(found)


@st.composite
def courses_of(draw, items, kits, stores):
    """Return a way of answering: goods, and perhaps work that uses or fills some; it may end the incident early."""
    lines = []
    for index in range(draw(st.integers(0, 2))):
        uses = tuple(
            use(what, draw(st.sampled_from((0.1, 1 / 3, 2.0))), when_dry=draw(st.sampled_from((0.0, 0.5))), ask_when=draw(st.sampled_from((-1, 5, 30))), ask_for=40)
            for what in sorted(draw(st.sets(st.integers(0, items - 1), max_size=2)))
        )  # fmt: skip
        fills = tuple(
            fill(what, draw(st.sampled_from((0.2, 1.0)))) for what in sorted(draw(st.sets(st.integers(0, items - 1), max_size=1)))
        )
        holds = index > 0 and draw(st.booleans())
        lines.append(line(
            index, 0, work=0 if holds else draw(st.integers(1, 200)) * MINUTE, count=draw(st.integers(1, 2)), uses=uses, fills=fills,
            holds=holds, ends=not holds and draw(st.booleans()),
        ))  # fmt: skip
    leak = Leak("x", Lognormal(40.0, 0.5, 40.0), Lognormal(1.0 / MINUTE, 0.2, 1.0 / MINUTE)) if draw(st.booleans()) else None
    changes = tuple(
        Change(ticks(draw(st.integers(1, 120)) * MINUTE), (("displaced", float(draw(whole))),))
        for _ in range(draw(st.integers(0, 2)))
    )
    return course(
        *lines, supplies=draw(needs_of(items, kits, stores)), leak=leak, changes=changes, signals=(("displaced", float(draw(st.integers(0, 20)))),),
        priority=draw(st.integers(1, 3)), jurisdiction=draw(st.sampled_from((-1, 0, 1))),
    )  # fmt: skip


@st.composite
def supplied(draw, *, roads=None):
    """Return a random world of supplies, on a plane or on roads that close and open."""
    items = draw(goods())
    kits = (Kit(0, "k0", "k0", ((0, 1000), (1, draw(st.sampled_from((1000, 2000))))), 4.0),) if draw(st.booleans()) else ()
    fleets = [
        fleet(
            n, draw(st.integers(1, 3)), base=draw(places), payload=draw(st.sampled_from((30.0, 100.0, 1000.0))), volume=draw(st.sampled_from((0.0, 2.0, 9.0))),
            find=draw(durations(0, 30)), fails=draw(chances), stops=draw(st.sampled_from(((), ((7 * MINUTE, 2 * MINUTE, "rest"), (11 * MINUTE, 5 * MINUTE, "fuel"))))),
        )
        for n in range(draw(st.integers(1, 2)))
    ]  # fmt: skip
    depots = draw(depots_of(len(fleets)))
    stores, channels = draw(stores_of(depots, items))
    kinds = draw(st.lists(courses_of(len(items), kits, len(stores)), min_size=1, max_size=3))
    suppliers = (Supplier(0, "s", "s", draw(durations(1, 200)), draw(chances), {}),)
    restock, ruled = [], set()
    for _ in range(draw(st.integers(0, 2))):
        where, what = draw(st.integers(0, len(stores) - 1)), draw(st.integers(0, len(items) - 1))
        rule, level = draw(st.sampled_from(("r_q", "s_s", "base_stock"))), draw(st.integers(0, 15))
        if (where, what) not in ruled:
            ruled.add((where, what))
            amount = level + draw(whole) if rule == "s_s" else draw(whole)
            restock.append(
                Restock(
                    len(restock),
                    where,
                    what,
                    rule,
                    level * MILLI,
                    amount * MILLI,
                    draw(st.sampled_from((0, 0, 50))) * MINUTE,
                    0,
                    0.0,
                )
            )
    teams = [
        team(n, draw(places), turnout=draw(st.integers(0, 10)) * MINUTE, call_back=draw(st.booleans()), carries=tuple((what, draw(whole) * MILLI) for what in range(draw(st.integers(0, 2)))))
        for n in range(draw(st.integers(1, 3)))
    ]  # fmt: skip
    posts = tuple(Post(f"p{n}", f"p{n}", -1, -1, draw(st.integers(0, 1))) for n in range(3))
    command = Command(
        posts=posts,
        signals=("displaced",),
        channels=channels,
        agreements=(Agreement("g", "g", "supply", ("p0",), frozenset(), 0, 0),),
        orderable=(None,) * 3,
    )
    at = sorted(
        (draw(st.integers(0, 300)), draw(places), draw(st.integers(0, len(kinds) - 1))) for _ in range(draw(st.integers(1, 4)))
    )
    model = world(
        GRID, items=items, depots=depots, stores=stores, fleets=fleets, teams=teams, courses=kinds, at=tuple(at), command=command, mode="plan",
        seed=draw(st.integers(0, 1000)),
        supplies={
            "kits": kits, "suppliers": suppliers, "restock": tuple(restock), "policy": draw(st.sampled_from(("nearest", "fewest_vehicles", "earliest_complete"))),
            "collect": draw(st.none() | durations(0, 120)),
        },
    )  # fmt: skip
    return draw(with_roads(model)) if (draw(st.booleans()) if roads is None else roads) else model


@st.composite
def with_roads(draw, model):
    """Return a world on the streets of the grid, with up to four closures."""
    graph = build_graph(
        list(range(9)), [1000 * x for x, _ in GRID], [1000 * y for _, y in GRID], [a for a, _ in STREETS], [b for _, b in STREETS],
        [draw(st.integers(6000, 12_000)) for _ in STREETS], road_class=["motorway"] * len(STREETS), projected=True,
    )  # fmt: skip
    effects, events = [], []
    for n in range(draw(st.integers(1, 4))):
        edges = draw(st.sets(st.integers(0, len(STREETS) - 1), min_size=1, max_size=8))
        effects.append(Effect(Parts.whole(edges), draw(st.sampled_from((0.0, 0.0, 0.3))), frozenset(), f"e{n}"))
        begins = draw(st.integers(0, 200)) * MINUTE
        ends = begins + draw(st.integers(1, 200)) * MINUTE if draw(st.integers(0, 2)) else None
        events.append(RoadEvent(f"e{n}", f"e{n}", name_key(f"e{n}"), n, begins, ends, None))
    sites = [TravelSite(np.nan, np.nan, f"s{n}", n) for n in range(9)]
    return replace(model, travel=compile_travel(graph, sites, effects=effects), road_events=tuple(events))
