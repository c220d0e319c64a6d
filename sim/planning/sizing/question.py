"""The question in numbers: needs, present stock, prices, roads and trucks of a study, as arrays for the two-stage program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.planned_haul import first_fleet, planned_approach, planned_drive
from sim.errors import Finding, InputError, Mark, Words
from sim.planning.stockpile import Minimum, Question, Risk, Service, Want, yearly_share
from sim.scenario.supplies import MILLI
from sim.units import DAY, HOUR, NEVER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.planning.sizing.needs import Needs, Spot, WantKey
    from sim.scenario.frozen import Scenario
    from sim.scenario.size_study import Case, Floor, SizeStudy
    from sim.scenario.supplies import Depot, Item, Supplies

    Floats = NDArray[np.float64]

_YEAR = 365 * DAY
_TONNE = 1000.0


def question_of(study: SizeStudy, needs: Needs) -> Question:
    """Return the question that the two-stage program answers.

    Only wants made of items that are sized count. Every depot serves with what it has, a firm's too; only those of the study
    grow. What may not be touched in the scenarios does not count; what a firm would have to make first does not either.

    Raises
    ------
    InputError
        If a shortage costs nothing, so that nothing would ever be bought.
    """
    scenario, items = study.first, _items(study)
    supplies = scenario.supplies
    depots = depots_of(study)
    others = len(depots) - len(study.depots)
    recipes = [recipe_of(supplies, items, key) for key in needs.wants]
    kept = [number for number, recipe in enumerate(recipes) if recipe is not None]
    penalties = [penalty_of(study, supplies, needs.wants[number]) for number in kept]
    _priced(study, [needs.wants[number] for number in kept], penalties)
    have = present_stock(supplies, depots, items)
    prices = np.array(study.prices)
    life = np.array([np.inf if item.shelf_life is None else item.shelf_life / _YEAR for item in items])
    cases = [case for case in study.cases if case.scenario is not None]
    state = {case.id: number for number, case in enumerate(cases)}
    draws = [study.cases[number] for number in needs.case.tolist()]
    ids = [depot.id for depot in depots]
    times = np.array([hours(case, study, needs.places, ids) for case in cases])
    wants = [
        Want(name_of(supplies, needs.wants[number].id), np.array(recipes[number]), needs.wants[number].within / HOUR, penalty)
        for number, penalty in zip(kept, penalties, strict=True)
    ]
    return Question(
        wants=wants, probability=needs.probability, demand=needs.demand[:, kept], time=times, price=prices,
        state=np.array([state.get(case.id, 0) for case in draws]), have=have,
        keep=_kept(study, have) if study.movable else None,
        yearly_cost=yearly_share(prices, life, supplies.holding),
        budget=np.inf if study.budget is None else study.budget, volume=np.array([item.volume for item in items]),
        space=np.array([depot.space or np.inf for depot in depots]),
        minimums=[Minimum(floor.item, floor.depots, floor.amount, _floor_name(floor, items)) for floor in study.minimum],
        pack=np.array(study.packs), open_cost=np.array([*study.open_cost, *[0.0] * others]),
        survive=np.array([[study.survives.get((case.id, depot), 1.0) for depot in ids] for case in draws]),
        mass=np.array([item.mass / _TONNE for item in items]), carry=np.array([_carry(study, depots, needs)] * len(draws)),
        handling=np.array([_fixed(study.first, depot, owner_of(study, depot), 0) for depot in depots]) / HOUR,
        grows=np.array([1.0] * len(study.depots) + [0.0] * others), freight=_freight(supplies, depots),
        move_cost=np.array([item.mass / _TONNE * study.move_cost for item in items]) if study.movable else None,
        risk=None if study.risk is None else Risk(*study.risk),
        service=None if study.service is None else Service(*study.service),
        depots=[depot.name for depot in depots], items=[item.name for item in items], places=needs.names, language=study.language,
    )  # fmt: skip


def _items(study: SizeStudy) -> list[Item]:
    by_id = {item.id: item for item in study.first.supplies.items}
    return [by_id[name] for name in study.items]


def _floor_name(floor: Floor, items: list[Item]) -> str:
    """Return what a minimum is called in messages: its item, and the rule that sets it."""
    name = items[floor.item].name
    return f"{name} ({floor.basis})" if floor.basis else name


def depots_of(study: SizeStudy) -> list[Depot]:
    """Return the depots that may hold more, in the order of the study, then all others that serve with what they have."""
    supplies = study.first.supplies
    by_id = {depot.id: depot for depot in supplies.depots}
    grows = [by_id[name] for name in study.depots]
    serve = {store.depot for store in supplies.stores if store.usable and store.lots}
    return grows + [depot for depot in supplies.depots if depot.index in serve and depot not in grows]


def name_of(supplies: Supplies, want: str) -> str:
    """Return what an item or a set is called."""
    names = {item.id: item.name for item in supplies.items} | {kit.id: kit.name for kit in supplies.kits}
    return names[want]


def recipe_of(supplies: Supplies, items: list[Item], key: WantKey) -> list[list[float]] | None:
    """Return the ways to make up a want: amounts of each sized item, one row a way; None if it takes items not sized.

    A single item may be stood in for, one substitute at a time; the parts of a set may not.
    """
    place = {item.index: number for number, item in enumerate(items)}
    kit = next((kit for kit in supplies.kits if kit.id == key.id), None)
    if kit is not None:
        ways = [dict(kit.parts)]
    else:
        item = next(item for item in supplies.items if item.id == key.id)
        ways = [{item.index: MILLI}, *({other: each} for other, each in item.substitutes)]
    rows = [[way.get(item.index, 0) / MILLI for item in items] for way in ways if all(number in place for number in way)]
    return rows or None


def penalty_of(study: SizeStudy, supplies: Supplies, key: WantKey) -> float:
    """Return what one unit that does not come in time costs (yuan): as the study says, else of the item, or of a set's parts."""
    if key.id in study.shortage:
        return study.shortage[key.id]
    kit = next((kit for kit in supplies.kits if kit.id == key.id), None)
    parts = kit.parts if kit is not None else ((next(item.index for item in supplies.items if item.id == key.id), MILLI),)
    return sum(supplies.items[item].shortage * each / MILLI for item, each in parts)


def _priced(study: SizeStudy, wants: list[WantKey], penalties: list[float]) -> None:
    """Refuse wants whose shortage costs nothing."""
    free = dict.fromkeys(want.id for want, penalty in zip(wants, penalties, strict=True) if penalty <= 0)
    findings = [
        Finding(
            "missing-key", Words(f"nothing says what it costs to be short of '{name}'", f"没有写缺“{name}”的损失"),
            Words("write it under 'shortage' of the study, or for the item", "请写在研究的“缺货损失”里,或写在物资表里"),
            Mark(str(study.path), 1),
        )
        for name in free
    ]  # fmt: skip
    if findings:
        raise InputError(findings, study.language)


def present_stock(supplies: Supplies, depots: list[Depot], items: list[Item]) -> Floats:
    """Return the units of each item in each depot that may be used (depots × items), whoever owns them."""
    held = np.zeros((len(depots), len(items)))
    row = {depot.index: number for number, depot in enumerate(depots)}
    column = {item.index: number for number, item in enumerate(items)}
    for store in supplies.stores:
        if store.usable and store.depot in row:
            for item, lots in store.lots.items():
                if item in column:
                    keeps = (store.keeps or {}).get(item, 0)
                    held[row[store.depot], column[item]] += max(0, sum(lot.amount for lot in lots) - keeps) / MILLI
    return held


def _kept(study: SizeStudy, have: Floats) -> Floats:
    """Return the present stock that stays: that of depots which are not sized."""
    kept = np.array(have)
    kept[: len(study.depots)] = 0.0
    return kept


def owner_of(study: SizeStudy, depot: Depot) -> str:
    """Return whose word counts for a depot: of new stock as the study says, else of the first store that may be used."""
    if depot.id in study.depots:
        return study.owners[study.depots.index(depot.id)]
    stores = study.first.supplies.stores
    return next(store.owner for store in stores if store.depot == depot.index and store.usable)


def hours(case: Case, study: SizeStudy, places: tuple[Spot, ...], ids: list[str]) -> Floats:
    """Return planned hours from the need to goods handed out, depots × places, on the roads of a case; infinite: no way.

    Release, finding trucks, their way to the depot, loading one truckload, the drive, receiving. Roads are those with every
    closure of the case in force that begins before the longest deadline: no plan rests on a road that may be gone.
    """
    scenario = case.scenario
    assert scenario is not None
    depots = {depot.id: depot for depot in scenario.supplies.depots}
    sites = {(site.x, site.y): number for number, site in reversed(list(enumerate(scenario.sites)))}
    alarm = min((one.time for one in scenario.planned), default=0)
    effects = frozenset(event.effect for event in scenario.road_events if event.begins <= alarm + study.within)
    state = scenario.travel.state(effects)
    found = np.full((len(ids), len(places)), np.inf)
    for row, name in enumerate(ids):
        depot, fixed = depots[name], _fixed(scenario, depots[name], owner_of(study, depots[name]), alarm)
        for column, place in enumerate(places):
            site = sites.get((place.x, place.y))
            drive = NEVER if site is None else planned_drive(scenario, depot, site, alarm, state)
            if drive < NEVER:
                found[row, column] = (fixed + drive) / HOUR
    return found


def _fixed(scenario: Scenario, depot: Depot, owner: str, at: int) -> int:
    """Return what it takes besides the drive (ms)."""
    supplies, fleet = scenario.supplies, first_fleet(scenario, depot)
    store = next(store for store in supplies.stores if store.depot == depot.index and store.owner == owner)
    total = supplies.planned_release(store) + supplies.planned_receiving(depot) + planned_approach(scenario, depot, at)
    if fleet is not None:
        loads = (round(supplies.loading(depot, item, supplies.truckload(item, fleet))) for item in supplies.items)
        total += max(loads, default=0)
    return total


def _carry(study: SizeStudy, depots: list[Depot], needs: Needs) -> list[float]:
    """Return what the trucks of each depot carry within the longest deadline (tonne hours); shared trucks are shared out."""
    supplies = study.first.supplies
    longest = max((want.within for want in needs.wants), default=0) / HOUR
    users = [sum(number in depot.fleets for depot in supplies.depots) for number in range(len(supplies.fleets))]
    found = []
    for depot in depots:
        loads = (len(supplies.fleets[number].trucks) * supplies.fleets[number].payload / users[number] for number in depot.fleets)
        found.append(sum(loads) / _TONNE * longest if depot.fleets else np.inf)
    return found


def _freight(supplies: Supplies, depots: list[Depot]) -> float:
    """Return the cost of a tonne and hour: the mean over the first fleets of the depots."""
    fleets = [supplies.fleets[depot.fleets[0]] for depot in depots if depot.fleets]
    rates = [fleet.per_hour / (fleet.payload / _TONNE) for fleet in fleets]
    return float(np.mean(rates)) if rates else 0.0
