"""Who is cut off, from when to when: places to which closed roads leave no way, from the log alone.

A place is cut off from a capability while no way leads there from the base of any team that fully has it, and from
hospitals while no way leads to any of them. However long a way round is, it is a way. What has no way when all roads are
open is not cut off by a closure, and is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from sim.log import KINDS, Kind
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from sim.analysis.replication import Replication
    from sim.errors import Language
    from sim.network.trips import Travel
    from sim.scenario.frozen import Scenario


class CutOff(NamedTuple):
    """A place that is cut off, from when to when (ms)."""

    site: int
    begins: int
    ends: int
    by: tuple[int, ...]
    """Numbers of the road events of which any one, opened, would have given it a way; where only several together would, all
    that were active."""


class RoadSpan(NamedTuple):
    """From when to when (ms) the same road events were active."""

    begins: int
    ends: int
    active: frozenset[int]
    """Numbers of the road events."""


class _Ways(NamedTuple):
    """Ways that are looked for: between sites and, with vehicles of a class, their other ends."""

    to_sites: bool
    """From the other ends to the sites; otherwise from the sites."""
    others: tuple[tuple[str, tuple[int, ...]], ...]
    """Vehicle class → bases or hospitals."""


_known: WeakKeyDictionary[Travel, dict[tuple[_Ways, tuple[int, ...], int], NDArray[np.bool_]]] = WeakKeyDictionary()
"""Travel service → (ways, sites, state) → which sites have one: the same in every replication."""


def road_spans(replication: Replication) -> list[RoadSpan]:
    """Return the spans between changes of the roads, from the beginning to the end of the replication's window."""
    log, window, first = replication.log, replication.window, len(replication.scenario.capabilities)
    rows = np.sort(np.concatenate([log.of(Kind.ROAD_CHANGED), log.of(Kind.ROAD_RESTORED)]))
    columns = (log.column(name, rows).tolist() for name in ("time", "kind", "item"))
    changes: dict[int, frozenset[int]] = {window.begins: frozenset()}
    active: frozenset[int] = frozenset()
    for time, kind, item in zip(*columns, strict=True):
        active = active | {item - first} if KINDS[kind] == Kind.ROAD_CHANGED else active - {item - first}
        changes[max(time, window.begins)] = active
    moments = [*changes, window.ends]
    return [
        RoadSpan(begins, min(ends, window.ends), now)
        for (begins, now), ends in zip(changes.items(), moments[1:], strict=True)
        if begins < min(ends, window.ends)
    ]


def cut_off(replication: Replication, sites: Sequence[int] | None = None, *, capability: int | None = None) -> list[CutOff]:
    """Return when each place had no way from the base of any team.

    Parameters
    ----------
    replication
        What happened.
    sites
        Places to look at; by default `places`.
    capability
        Code of a capability that the teams fully have; None: of whatever teams.

    Returns
    -------
    list
        In the order of the sites, then of time; spans of one site do not touch. What lasts to the end of the replication's
        window ends there.
    """
    bases: dict[str, dict[int, None]] = {}
    for team in replication.scenario.teams:
        if capability is None or team.capabilities.get(capability, 0.0) >= 1.0:
            bases.setdefault(team.vehicle, {})[team.base] = None
    ways = _Ways(to_sites=True, others=tuple((vehicle, tuple(found)) for vehicle, found in sorted(bases.items())))
    return _without(replication, sites, ways)


def cut_off_from_hospitals(
    replication: Replication, sites: Sequence[int] | None = None, *, vehicle: str = "ambulance"
) -> list[CutOff]:
    """Return when no way led from each place to any hospital, for a class of vehicles; otherwise as `cut_off`."""
    hospitals = replication.scenario.hospitals
    return _without(replication, sites, _Ways(to_sites=False, others=((vehicle, hospitals),) if hospitals else ()))


def places(scenario: Scenario) -> tuple[int, ...]:
    """Return the sites at which somebody is: places of standards and of incidents, bases, hospitals, posts."""
    command = scenario.command
    found = [site for standard in command.standards for site in standard.sites]
    found += [site for source in scenario.sources for site in source.sites]
    found += [planned.site for planned in (*scenario.planned, *(row for table in scenario.recorded for row in table.rows))]
    found += [*(team.base for team in scenario.teams), *scenario.hospitals]
    found += [post.place for post in command.posts if post.place >= 0]
    return tuple(sorted(set(found)))


def cut_off_table(replication: Replication, found: Sequence[CutOff], language: Language = "zh") -> pd.DataFrame:
    """Return one row a span in which a place was cut off: its people, and which road would have had to open.

    `sim.analysis.tables.readable` turns it into clock times and minutes with headings in one language.
    """
    import pandas as pd

    scenario = replication.scenario
    people, comma = _people(scenario), ", " if language == "en" else "、"
    roads = [comma.join(scenario.road_events[number].name for number in one.by) for one in found]
    return pd.DataFrame({
        "place": pd.Series([scenario.sites[one.site].name for one in found], dtype=object),
        "begins": pd.array([one.begins for one in found], dtype="Int64"),
        "ends": pd.array([one.ends for one in found], dtype="Int64"),
        "length": pd.array([one.ends - one.begins for one in found], dtype="Int64"),
        "people": pd.array([people.get(one.site) for one in found], dtype="Int64"),
        "cause_name": pd.Series(roads, dtype=object),
    })  # fmt: skip


def _people(scenario: Scenario) -> dict[int, int]:
    """Return the people of the places whose people a standard of cover counts."""
    found: dict[int, int] = {}
    for standard in scenario.command.standards:
        if standard.people:
            for site, weight in zip(standard.sites, standard.weights, strict=True):
                found[site] = max(found.get(site, 0), round(weight))
    return found


def _without(replication: Replication, sites: Sequence[int] | None, ways: _Ways) -> list[CutOff]:
    """Return the spans in which sites had none of some ways, though they have one when all roads are open."""
    scenario, spans = replication.scenario, road_spans(replication)
    if not ways.others or not any(span.active for span in spans):
        return []
    order = places(scenario) if sites is None else tuple(dict.fromkeys(sites))
    usual = _reached(scenario, ways, order, frozenset())
    found: list[list[CutOff]] = [[] for _ in order]
    for span in spans:
        lost = np.flatnonzero(usual & ~_reached(scenario, ways, order, span.active)).tolist()
        opened = {number: _reached(scenario, ways, order, span.active - {number}) for number in span.active if lost}
        for place in lost:
            by = {number for number, reached in opened.items() if reached[place]} or span.active
            mine, begins = found[place], span.begins
            if mine and mine[-1].ends == begins:
                before = mine.pop()
                begins, by = before.begins, {*before.by, *by}
            mine.append(CutOff(order[place], begins, span.ends, tuple(sorted(by))))
    return [one for mine in found for one in mine]


def _reached(scenario: Scenario, ways: _Ways, sites: tuple[int, ...], active: frozenset[int]) -> NDArray[np.bool_]:
    """Return which sites have one of some ways while some road events are active."""
    travel = scenario.travel
    state = travel.state(frozenset(scenario.road_events[number].effect for number in active))
    kept, key = _known.setdefault(travel, {}), (ways, sites, state)
    if key not in kept:
        reached = np.zeros(len(sites), dtype=bool)
        for vehicle, others in ways.others:
            ends = (others, sites) if ways.to_sites else (sites, others)
            table = travel.table(*ends, travel.profile(vehicle, None, scenario.weather), state)
            reached |= (table < NEVER).any(axis=0 if ways.to_sites else 1)
        kept[key] = reached
    return kept[key]
