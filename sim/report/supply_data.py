"""What figures of supplies show: people served, and goods wanted against what was there, of the first replication."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.incidents import courses_of
from sim.analysis.supply_needs import RELIEF, Wants
from sim.errors import Words
from sim.log import Kind
from sim.report.supply_spread import complete_at
from sim.scenario.supplies import MILLI
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sim.analysis.records import Integers
    from sim.analysis.replication import Replication
    from sim.report.supply_spread import Band
    from sim.report.view import View

MOST_NEEDS, MOST_PEOPLE = 9, 3
_STIRRING = (
    Kind.SUPPLY_NEEDED, Kind.SUPPLY_ORDERED, Kind.STOCK_LOADED, Kind.STOCK_DELIVERED, Kind.STOCK_HANDED_OUT, Kind.STOCK_USED,
    Kind.TASK_DRY, Kind.TASK_RESUMED, Kind.STOCK_RESTOCKED, Kind.STOCK_MADE, Kind.STOCK_EXPIRED,
)  # fmt: skip
"""What happens to supplies before they are collected again, which may take weeks."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was wanted of one thing and what was there of it, each from a moment (ms) until the next."""

    name: str
    """Item, or set that houses people."""
    unit: str
    note: str
    """Set that the item is a part of, where there are several sets; or that tasks asked for it."""
    incident: str
    """Its name, where there are several."""
    moments: tuple[int, ...]
    wanted: tuple[float, ...]
    there: tuple[float, ...]
    deadline: int | None
    """Moment at which it is judged; None: no deadline."""
    ten_hours: bool
    """There is no deadline of its own: people are judged 10 h after the alarm."""
    short: float
    """What was missing then (without a deadline: at the end)."""
    in_time: float
    complete: int | None
    """When all that was wanted was first there; None: never."""
    binds: str = ""
    """Of a set: the item that there is least of. Of an item: its own name when it is that."""
    band: Band | None = None
    """People served over the replications of a plan test."""


def horizon(replication: Replication) -> int:
    """Return until when something happens to supplies, deadlines included (ms)."""
    log = replication.log
    rows = np.concatenate([log.of(kind) for kind in _STIRRING])
    latest = [int(log.column("time", rows).max(initial=0))]
    courses = [replication.scenario.courses[code] for code in courses_of(replication.scenario, log.incidents).tolist()]
    for alarm, course in zip(replication.incidents.alarm.tolist(), courses, strict=True):
        limits = [RELIEF if need.deadline is None else need.deadline for need in course.supplies
                  if need.deadline is not None or need.kit >= 0]  # fmt: skip
        latest += [alarm + limit for limit in limits if alarm < NEVER]
    return max(*latest, 1)


def needs_of(view: View) -> tuple[Wanted, ...]:
    """Return what was wanted of each item: parts of sets first, then what is shortest; none without few incidents."""
    first = view.first
    if first is None or not view.few or not view.scenario.supplies.items:
        return ()
    wants = Wants(first)
    binds, several = _binding(wants), len(set(wants.sets.kit.tolist())) > 1
    missing, (_, there) = wants.missing_at(wants.held_against), wants.met(wants.held_against)
    found: list[tuple[tuple[float, ...], Wanted]] = []
    for line in range(len(wants.keys)):
        item, incident, need = (int(column[line]) for column in (wants.item, wants.incident, wants.need))
        kit, thing, due = _kit_of(wants, line), view.scenario.supplies.items[item], int(wants.deadline[line])
        moments = _moments(wants, [line])
        asked, came = (series.by(np.full(len(moments), line), moments) for series in (wants.asks, wants.comes))
        total = int(wants.asks.by(np.array([line]), np.array([NEVER]))[0])
        lacks = int(missing[line])
        found.append(((-float(kit >= 0), -lacks / max(total, 1), line), Wanted(
            thing.name, thing.unit, _note(view, kit if several else -1, need), _incident(view, incident),
            _whole(moments), _units(asked), _units(came), due if due < NEVER else None, False, lacks / MILLI,
            int(there[line]) / MILLI, _complete(moments, asked, came), thing.name if binds.get((incident, need)) == item else "",
        )))  # fmt: skip
    return tuple(one for _, one in sorted(found, key=lambda pair: pair[0]))


def people_of(view: View) -> tuple[Wanted, ...]:
    """Return how many people were to be served by each set and how many were; the shortest first."""
    first = view.first
    if first is None or not view.few or not view.scenario.supplies.kits:
        return ()
    wants = Wants(first)
    sets, bands = wants.sets, view.supply_spread
    judged = np.where(sets.deadline < NEVER, sets.deadline, sets.alarm + RELIEF)
    whole, binds = sets.complete(judged)
    asked, found = sets.asked(np.arange(len(sets.kit)), judged), list[Wanted]()
    for line in np.flatnonzero(sets.serves > 0).tolist():
        kit, serves = view.scenario.supplies.kits[int(sets.kit[line])], float(sets.serves[line])
        parts = np.flatnonzero((wants.incident == sets.incident[line]) & (wants.need == sets.need[line])).tolist()
        moments = _moments(wants, parts)
        served = complete_at(wants, line, moments)
        wanted = sets.asked(np.full(len(moments), line), moments)
        item, alone = int(binds[line]), int((sets.kit == sets.kit[line]).sum()) == 1
        found.append(Wanted(
            kit.name, "", "", _incident(view, int(sets.incident[line])), _whole(moments),
            tuple((wanted * serves).tolist()), tuple((served * serves).tolist()), int(judged[line]),
            bool(sets.deadline[line] >= NEVER), float((asked[line] - whole[line]) * serves), float(whole[line] * serves),
            _complete(moments, wanted, served), view.scenario.supplies.items[item].name if item >= 0 else "",
            bands.people.get(kit.index) if bands is not None and alone else None,
        ))  # fmt: skip
    return tuple(sorted(found, key=lambda one: (-one.short, one.name, one.incident)))


def asks_for_supplies(view: View) -> bool:
    """Tell whether anybody asked for supplies in the first replication."""
    return view.first is not None and len(view.first.log.of(Kind.SUPPLY_NEEDED)) > 0


def _binding(wants: Wants) -> dict[tuple[int, int], int]:
    """Return the item that binds each set: (incident, need) → item."""
    sets = wants.sets
    _, binds = sets.complete(np.where(sets.deadline < NEVER, sets.deadline, sets.alarm + RELIEF))
    keys = zip(sets.incident.tolist(), sets.need.tolist(), strict=True)
    return {key: item for key, item in zip(keys, binds.tolist(), strict=True) if item >= 0}


def _kit_of(wants: Wants, line: int) -> int:
    need = int(wants.need[line])
    if need < 0:
        return -1
    return wants.scenario.courses[wants.course_of(int(wants.incident[line]))].supplies[need].kit


def _note(view: View, kit: int, need: int) -> str:
    if need < 0:
        return Words("asked for by tasks", "作业请供").say(view.language)
    return "" if kit < 0 else view.scenario.supplies.kits[kit].name


def _incident(view: View, number: int) -> str:
    first = view.first
    if first is None or len(first.log.incidents) < 2:
        return ""
    given = first.log.incidents[number]
    return view.incident_names.get(given, given)


def _moments(wants: Wants, lines: Sequence[int]) -> Integers:
    """Return every moment at which something of some lines was asked for or came."""
    times = [series.time[np.isin(series.line, lines)] for series in (wants.asks, wants.comes)]
    return np.unique(np.concatenate(times))


def _complete(moments: Integers, wanted: Integers, there: Integers) -> int | None:
    """Return the first moment from which on all that is ever wanted is there."""
    whole = np.flatnonzero((there >= wanted[-1]) & (wanted >= wanted[-1])) if len(moments) else moments
    return int(moments[whole[0]]) if len(whole) else None


def _whole(values: Iterable[int]) -> tuple[int, ...]:
    return tuple(int(value) for value in values)


def _units(values: Integers) -> tuple[float, ...]:
    return tuple((values / MILLI).tolist())
