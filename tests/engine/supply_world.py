"""Small worlds of supplies, on a plane where a kilometre is a minute: sites in km, times in minutes, amounts in units."""

from __future__ import annotations

from dataclasses import replace

from sim.engine.simulate import simulate
from sim.log import CAUSES, COLUMNS, KINDS, MOVES, Account, Kind
from sim.quantities import Constant
from sim.scenario.frozen import ZERO, ReadOnly
from sim.scenario.supplies import MILLI, Depot, Fill, Fleet, Item, Kit, Lot, PerSignal, Step, Store, Supplies, SupplyNeed, Use
from sim.units import MINUTE
from tests.engine.builders import course, planned, scenario, team, ticks


def units(amounts):
    """Return a map of amounts in thousandths."""
    return ReadOnly({item: round(amount * MILLI) for item, amount in amounts.items()})


def item(index=0, *, mass=1.0, volume=0.0, **traits):
    """Return an item; a consumable unless said."""
    plain = Item(index, f"i{index}", f"i{index}", "", False, mass, volume, 10.0, None, ZERO, 0.0, (), 0.0, 0.0)
    return replace(plain, **traits)


def steps(
    order=0,
    keeper=None,
    loading=0,
    trucks=0,
    receiving=0,
    *,
    kinds=("order", "keeper", "trucks", "loading", "receiving"),
    call=None,
):
    """Return the steps of a release, each so many minutes; without a keeper unless his minutes are given."""
    lasts = {"order": order, "keeper": keeper, "trucks": trucks, "loading": loading, "receiving": receiving}
    return tuple(
        Step(kind, "", ticks(lasts[kind] * MINUTE), call if kind == "keeper" else None)
        for kind in kinds
        if kind != "keeper" or keeper is not None
    )


def depot(index=0, site=0, *, each=0.0, **traits):
    """Return a depot whose bays take `each` minutes to load one unit."""
    plain = Depot(
        index, f"d{index}", f"d{index}", site, -1, 0.0, steps(), 0, 0.0, MILLI / (each * MINUTE) if each else 0.0, (index,), False
    )
    return replace(plain, **traits)


def store(index=0, where=0, has=None, *, expires=None, **traits):
    """Return what one owner has in a depot."""
    lots = {} if has is None else {number: (Lot(round(amount * MILLI), expires),) for number, amount in has.items()}
    return replace(Store(index, f"st{index}", f"st{index}", where, "", ReadOnly(lots), ()), **traits)


def fleet(index=0, count=1, *, base=0, payload=1e6, **traits):
    """Return a fleet and where it stands; its trucks are numbered by `world`."""
    return replace(Fleet(index, f"f{index}", f"f{index}", (), payload, 0.0, ZERO, 0.0, 0.0), **traits), base, count


def need(number=0, what=0, amount=1.0, *, after=0, **traits):
    """Return what an incident asks for: so many of an item (of a set with ``kit=…``, of a signal with ``per=…``)."""
    plain = SupplyNeed(
        number,
        what,
        -1,
        None if amount is None else Constant(float(amount)),
        None,
        ticks(after * MINUTE),
        None,
        (),
        None,
        False,
        True,
    )
    return replace(plain, **traits)


def per(signal, each=1.0, amount=1.0, less=0.0):
    """Return an amount that follows a signal."""
    return {"per": PerSignal(signal, each, less, round(amount * MILLI)), "amount": None}


def use(what, a_minute, *, when_dry=0.0, ask_when=-1, ask_for=0):
    """Return what a team uses a minute."""
    return Use(what, a_minute * MILLI / MINUTE, when_dry, ask_when * MINUTE if ask_when >= 0 else -1, ask_for * MINUTE)


def fill(what, a_minute):
    """Return what a team fills a minute."""
    return Fill(what, a_minute * MILLI / MINUTE)


def kit(index, parts, serves=1.0):
    """Return a set."""
    return Kit(index, f"k{index}", f"k{index}", tuple(sorted(units(parts).items())), serves)


def world(sites, *, needs=(), items=None, depots=None, stores=None, fleets=None, teams=(), courses=None, supplies=None, **traits):
    """Return a scenario; sites are km on a line, or (x, y). Incident n is at `traits['at'][n]` = (minute, site, course)."""
    points = [(1000.0 * s, 0.0) if isinstance(s, (int, float)) else (1000.0 * s[0], 1000.0 * s[1]) for s in sites]
    fleets = [fleet()] if fleets is None else fleets
    everybody, done = list(teams), []
    for one, base, count in fleets:
        numbers = tuple(range(len(everybody), len(everybody) + count))
        everybody += [team(n, base, capabilities=ReadOnly({}), fleet=one.index, kind="truck", call_back=False) for n in numbers]
        done.append(replace(one, trucks=numbers))
    courses = [course(supplies=tuple(needs))] if courses is None else courses
    at = traits.pop("at", ((0, len(sites) - 1, 0),))
    calls = tuple(planned(f"p{n}", minute * MINUTE, site, which) for n, (minute, site, which) in enumerate(at))
    goods = Supplies(
        items=tuple([item()] if items is None else items), depots=tuple([depot()] if depots is None else depots), stores=tuple([] if stores is None else stores),
        fleets=tuple(done), **(supplies or {}),
    )  # fmt: skip
    return scenario(points, everybody, courses, planned=calls, supplies=goods, **{"mode": "drill", **traits})


class Told:
    """A log, as a hand-made case reads it: minutes and units."""

    def __init__(self, model, **how):
        self.model = model
        self.out = simulate(model, **how)
        self.cells = cells(self.out)

    def rows(self, kind, *columns, **only):
        """Return (minute, columns …) of the rows of a kind; a quantity is in units."""
        found = []
        for cell in self.cells:
            if cell["kind"] == kind and all(cell[name] == value for name, value in only.items()):
                values = [self._value(cell, column) for column in columns]
                found.append((round(cell["time"] / MINUTE, 4), *values))
        return found

    def _value(self, cell, column):
        if column == "item":
            return cell["item"] - self.model.first_item
        return cell["quantity"] / MILLI if column == "quantity" else cell[column]

    def at(self, kind, **only):
        """Return the minutes of the rows of a kind."""
        return [row[0] for row in self.rows(kind, **only)]

    def balance(self, account, what=0):
        """Return what an account holds at the end, over all owners (units)."""
        return balances(self.model, self.cells, what).get(account, 0) / MILLI


def cells(out):
    """Return the log as dicts, kind and cause by name."""
    found = [dict(zip(COLUMNS, row, strict=True)) for row in out.rows.tolist()]
    for number, cell in enumerate(found):
        cell["kind"], cell["cause"], cell["row"] = KINDS[cell["kind"]], CAUSES[cell["cause"]], number
    return found


def balances(model, rows, what):
    """Return what each kind of account holds of an item at the end, counted from the log and the stock at the start."""
    held = dict.fromkeys(Account, 0)
    for one in model.supplies.stores:
        held[Account.DEPOT] += sum(lot.amount for lot in one.lots.get(what, ()))
    for one in model.teams:
        held[Account.VEHICLE] += sum(amount for number, amount in one.carries if number == what)
    for cell in rows:
        if cell["kind"] in MOVES and cell["item"] == model.first_item + what:
            giver, taker = MOVES[cell["kind"]]
            held[giver] -= cell["quantity"]
            held[taker] += cell["quantity"]
    return held


HANDED, USED, LOADED, DELIVERED = Kind.STOCK_HANDED_OUT, Kind.STOCK_USED, Kind.STOCK_LOADED, Kind.STOCK_DELIVERED
