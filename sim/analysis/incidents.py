"""Incidents: one row for each, with its moments; and which course of the scenario each follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import RunError
from sim.log import NONE, Kind
from sim.units import NEVER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.analysis.missions import Missions
    from sim.analysis.needs import NeedLines
    from sim.analysis.records import Integers, Log
    from sim.scenario.frozen import Scenario


@dataclass(frozen=True, slots=True, eq=False)
class Incidents:
    """Incidents of one replication by number, a field an array. Moments in ms, `NEVER` where it did not happen."""

    alarm: Integers
    place: Integers
    raised: Integers
    """The need is known: that of the package, or where there is none what a level releases first."""
    called: Integers
    """The package is called for: the decision, or the need being known when nobody decides."""
    wanted: Integers
    """Teams of the package."""
    first: Integers
    """First team of any kind on the scene."""
    first_mission: Integers
    """Its mission; -1 without one."""
    complete: Integers
    last_mission: Integers
    """Mission whose arrival completed the package; -1 when it never was."""
    ready: Integers
    """Every team of the package is ready to work."""
    closed: Integers
    lost: NDArray[np.bool_]


def incidents_of(log: Log, missions: Missions) -> Incidents:
    """Return the incidents in a log."""
    count = len(log.incidents)

    def moment(kind: Kind) -> Integers:
        rows = log.of(kind)
        found = np.full(count, NEVER, dtype=np.int64)
        found[log.column("incident", rows)] = log.column("time", rows)
        return found

    alarms, needs = log.of(Kind.INCIDENT_ALARM), missions.needs
    place = np.full(count, NONE, dtype=np.int64)
    place[log.column("incident", alarms)] = log.column("place", alarms)
    package = needs.package
    wanted = np.bincount(needs.incident[package], weights=needs.quantity[package], minlength=count).astype(np.int64)
    raised, decided = np.full(count, NEVER, dtype=np.int64), moment(Kind.INCIDENT_DECIDED)
    np.minimum.at(raised, needs.incident, needs.raised)
    raised[needs.incident[package]] = needs.raised[package]
    first_mission, last_mission = _arrivals(log, count)
    return Incidents(
        alarm=moment(Kind.INCIDENT_ALARM), place=place, raised=raised,
        called=np.where(decided < NEVER, decided, raised), wanted=wanted,
        first=_pick(missions.arrived, first_mission), first_mission=first_mission, complete=moment(Kind.INCIDENT_COMPLETE),
        last_mission=last_mission, ready=_ready(log, needs, missions, wanted, moment(Kind.INCIDENT_READY)),
        closed=moment(Kind.INCIDENT_CLOSED), lost=moment(Kind.INCIDENT_LOST) < NEVER,
    )  # fmt: skip


def _arrivals(log: Log, count: int) -> tuple[Integers, Integers]:
    """Return the mission that was first at each incident, and the one whose arrival completed the package; -1 for none."""
    rows = log.of(Kind.TEAM_ARRIVED)
    first, last = np.full(count, NONE, dtype=np.int64), np.full(count, NONE, dtype=np.int64)
    backwards = rows[::-1]  # of equal indices numpy keeps the last value that it is given
    first[log.column("incident", backwards)] = log.column("mission", backwards)
    completions = log.of(Kind.INCIDENT_COMPLETE)
    complete = np.full(count, NONE, dtype=np.int64)
    complete[log.column("incident", completions)] = completions
    on_lines = rows[log.column("need", rows) >= 0]
    on_lines = on_lines[on_lines < complete[log.column("incident", on_lines)]]
    last[log.column("incident", on_lines)] = log.column("mission", on_lines)
    return first, last


def _pick(moments: Integers, missions: Integers) -> Integers:
    found = np.full(len(missions), NEVER, dtype=np.int64)
    some = missions >= 0
    found[some] = moments[missions[some]]
    return found


def _ready(log: Log, needs: NeedLines, missions: Missions, wanted: Integers, ready: Integers) -> Integers:
    """Add packages of one team: they have no row of their own for being ready, their team's row says it."""
    rows = log.of(Kind.TEAM_WORKING)[::-1]  # of equal indices numpy keeps the last value that it is given: the first row
    at = needs.find(log.column("incident", rows), log.column("need", rows))
    rows, at = rows[at >= 0], at[at >= 0]
    alone = rows[needs.package[at] & (wanted[log.column("incident", rows)] == 1)]
    ready[log.column("incident", alone)] = missions.working[log.column("mission", alone)]
    return ready


def courses_of(scenario: Scenario, incidents: tuple[str, ...]) -> Integers:
    """Return the number of the course that each incident follows.

    Raises
    ------
    RunError
        If an id is none of the scenario's incidents, tables and sources.
    """
    whole = {row.id: row.course for table in scenario.recorded for row in table.rows}
    whole |= {incident.id: incident.course for incident in scenario.planned}
    sources = {source.id: source.course for source in scenario.sources}
    found = np.empty(len(incidents), dtype=np.int64)
    for number, name in enumerate(incidents):
        course = whole.get(name)
        if course is None:
            course = sources.get(name.rpartition("/")[0])
            if course is None:
                message = f"the log names incident '{name}', which the scenario does not have"
                raise RunError(message)
        found[number] = course
    return found
