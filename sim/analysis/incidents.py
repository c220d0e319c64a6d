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
    from sim.analysis.records import Integers, Log
    from sim.scenario.frozen import Scenario


@dataclass(frozen=True, slots=True, eq=False)
class Incidents:
    """Incidents of one replication by number, a field an array. Moments in ms, `NEVER` where it did not happen."""

    alarm: Integers
    place: Integers
    raised: Integers
    """The need is known."""
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

    alarms, raised_rows = log.of(Kind.INCIDENT_ALARM), log.of(Kind.NEED_RAISED)
    place = np.full(count, NONE, dtype=np.int64)
    place[log.column("incident", alarms)] = log.column("place", alarms)
    wanted = np.bincount(
        log.column("incident", raised_rows), weights=log.column("quantity", raised_rows), minlength=count
    ).astype(np.int64)
    raised, decided = moment(Kind.NEED_RAISED), moment(Kind.INCIDENT_DECIDED)
    complete = moment(Kind.INCIDENT_COMPLETE)
    first_mission, last_mission = _arrivals(log, count)
    last_mission[complete >= NEVER] = NONE
    return Incidents(
        alarm=moment(Kind.INCIDENT_ALARM), place=place, raised=raised,
        called=np.where(decided < NEVER, decided, raised), wanted=wanted,
        first=_pick(missions.arrived, first_mission), first_mission=first_mission, complete=complete,
        last_mission=last_mission, ready=_ready(log, missions, wanted, moment(Kind.INCIDENT_READY)),
        closed=moment(Kind.INCIDENT_CLOSED), lost=moment(Kind.INCIDENT_LOST) < NEVER,
    )  # fmt: skip


def _arrivals(log: Log, count: int) -> tuple[Integers, Integers]:
    """Return the mission that was first at each incident, and of those on need lines the last; -1 for none."""
    rows = log.of(Kind.TEAM_ARRIVED)
    first, last = np.full(count, NONE, dtype=np.int64), np.full(count, NONE, dtype=np.int64)
    backwards = rows[::-1]  # of equal indices numpy keeps the last value that it is given
    first[log.column("incident", backwards)] = log.column("mission", backwards)
    on_lines = rows[log.column("need", rows) >= 0]
    last[log.column("incident", on_lines)] = log.column("mission", on_lines)
    return first, last


def _pick(moments: Integers, missions: Integers) -> Integers:
    found = np.full(len(missions), NEVER, dtype=np.int64)
    some = missions >= 0
    found[some] = moments[missions[some]]
    return found


def _ready(log: Log, missions: Missions, wanted: Integers, ready: Integers) -> Integers:
    """Add packages of one team: they have no row of their own for being ready, their team's row says it."""
    rows = log.of(Kind.TEAM_WORKING)
    alone = rows[(log.column("need", rows) >= 0) & (wanted[log.column("incident", rows)] == 1)]
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
