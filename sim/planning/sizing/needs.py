"""What the cases of a study ask for: each is run as often as its needs are to be drawn, and the log says what was asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.engine.outlook import Outlook
from sim.engine.simulate import simulate
from sim.log import COLUMNS, KIND_CODE, Kind
from sim.scenario.supplies import MILLI

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from sim.scenario.frozen import Scenario
    from sim.scenario.size_study import Case, SizeStudy
    from sim.scenario.supplies import SupplyNeed

_AT = {name: position for position, name in enumerate(COLUMNS)}
_NEEDED = KIND_CODE[Kind.SUPPLY_NEEDED]


class WantKey(NamedTuple):
    """What is asked for: an item or a set by its id, and how long after the need is known it still helps (ms)."""

    id: str
    within: int


class Spot(NamedTuple):
    """A place that asks, by its coordinates: cases share it, though their sites are numbered apart."""

    x: float
    y: float


@dataclass(frozen=True, eq=False)
class Needs:
    """Everything that is asked for.

    Parameters
    ----------
    wants, places
        In the order of their first being asked for.
    case
        Case of each draw (positions in the study).
    probability
        Of each draw: that of its case, shared out.
    demand
        Units of each want at each place (draws × wants × places).
    names
        Of the places.
    """

    wants: tuple[WantKey, ...]
    places: tuple[Spot, ...]
    names: tuple[str, ...]
    case: NDArray[np.int64]
    probability: NDArray[np.float64]
    demand: NDArray[np.float64]


def needs_of(study: SizeStudy, tell: Callable[[int, int], None] | None = None) -> Needs:
    """Run every case and return what it asks for.

    Parameters
    ----------
    tell
        Is told (done, total) draws.
    """
    total, done = sum(case.draws for case in study.cases), 0
    wants: dict[WantKey, int] = {}
    places: dict[Spot, int] = {}
    names: list[str] = []
    found: list[tuple[int, float, dict[tuple[int, int], float]]] = []
    for position, case in enumerate(study.cases):
        outlook = None if case.scenario is None else Outlook(case.scenario)
        for draw in range(case.draws):
            asked: dict[tuple[int, int], float] = {}
            if case.scenario is not None:
                for (want, site), amount in _asked(case, study, draw, outlook).items():
                    spot = Spot(case.scenario.sites[site].x, case.scenario.sites[site].y)
                    if spot not in places:
                        places[spot] = len(places)
                        names.append(case.scenario.sites[site].name)
                    key = (wants.setdefault(want, len(wants)), places[spot])
                    asked[key] = asked.get(key, 0.0) + amount
            found.append((position, case.probability / case.draws, asked))
            done += 1
            if tell is not None:
                tell(done, total)
    demand = np.zeros((len(found), len(wants), len(places)))
    for number, (_, _, asked) in enumerate(found):
        for (row, column), amount in asked.items():
            demand[number, row, column] = amount
    return Needs(
        tuple(wants), tuple(places), tuple(names), np.array([entry[0] for entry in found]),
        np.array([entry[1] for entry in found]), demand,
    )  # fmt: skip


def asked_again(case: Case, study: SizeStudy, seed: int, count: int) -> list[dict[str, float]]:
    """Return what other draws of a case ask for, one by one: want → units."""
    outlook = None if case.scenario is None else Outlook(case.scenario)
    found = []
    for draw in range(count):
        units: dict[str, float] = {}
        for (want, _), amount in _asked(case, study, draw, outlook, seed).items():
            units[want.id] = units.get(want.id, 0.0) + amount
        found.append(units)
    return found


def _asked(
    case: Case, study: SizeStudy, draw: int, outlook: Outlook | None, seed: int | None = None
) -> dict[tuple[WantKey, int], float]:
    """Return what one run of a case asks for: (want, site) → units."""
    scenario = case.scenario
    assert scenario is not None
    outcome = simulate(scenario, draw, seed=study.seed if seed is None else seed, outlook=outlook, keep_drives=False)
    alarms, courses = outcome.arrivals.sites, outcome.arrivals.courses
    found: dict[tuple[WantKey, int], float] = {}
    for row in outcome.rows[outcome.rows[:, _AT["kind"]] == _NEEDED].tolist():
        incident, line = row[_AT["incident"]], row[_AT["need"]]
        if line < 0:  # tasks ask again for what they have used: what they use up, no reserve is sized for here
            continue
        need = scenario.courses[courses[incident]].supplies[line]
        name = _name_if_counted(scenario, need, row[_AT["item"]] - scenario.first_item)
        if name is not None:
            within = study.within if need.deadline is None else max(0, need.deadline - need.after.planned)
            key = (WantKey(name, within), alarms[incident])
            found[key] = found.get(key, 0.0) + row[_AT["quantity"]] / MILLI
    return found


def _name_if_counted(scenario: Scenario, need: SupplyNeed, number: int) -> str | None:
    """Return the id of what a row asks for; None for the parts of a set, which its own row has counted."""
    items = len(scenario.supplies.items)
    if need.kit >= 0:
        return scenario.supplies.kits[need.kit].id if number == items + need.kit else None
    return scenario.supplies.items[number].id if number < items else None
