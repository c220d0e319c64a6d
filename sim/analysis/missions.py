"""Missions: one row for each team sent to an incident, with the moment of each of its stages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.needs import NeedLines, need_lines, sought
from sim.log import CAUSE_CODE, NONE, Cause, Kind
from sim.units import NEVER

if TYPE_CHECKING:
    from sim.analysis.records import Integers, Log

FIRST_RESPONSE = CAUSE_CODE[Cause.FIRST_RESPONSE]
_WORK_DONE = CAUSE_CODE[Cause.WORK_DONE]

STAGES: dict[str, Kind] = {
    "ordered": Kind.TEAM_ORDERED,
    "departed": Kind.TEAM_DEPARTED,
    "arrived": Kind.TEAM_ARRIVED,
    "tasked": Kind.TEAM_TASKED,
    "working": Kind.TEAM_WORKING,
    "started": Kind.WORK_STARTED,
    "done": Kind.WORK_DONE,
    "carrying": Kind.TEAM_CARRYING,
    "at_hospital": Kind.TEAM_AT_HOSPITAL,
    "released": Kind.TEAM_RELEASED,
    "home": Kind.TEAM_HOME,
    "refitted": Kind.TEAM_READY,
}
"""Stages of a mission that the log may hold, each once, in order."""
WAITS: dict[str, Kind] = {"told": Kind.TEAM_TOLD, "formed": Kind.TEAM_FORMED, "briefed": Kind.TEAM_BRIEFING}
"""Ends and beginnings of waits that only some scenarios know: for the radio, for a convoy, for a commander."""


@dataclass(frozen=True, slots=True, eq=False)
class Missions:
    """Missions of one replication by number, a field an array. Moments in ms, `NEVER` where it did not happen."""

    incident: Integers
    line: Integers
    """Line of the package; -1 for a first-response team that fills none."""
    team: Integers
    capability: Integers
    """What it was called for; -1 as for the line."""
    cause: Integers
    """Why this team was ordered."""
    waited_since: Integers
    """Since when the need had waited; -1 when the team was there at once."""
    asked: Integers
    """How long lenders were being asked for this team (ms), refusals on the way included."""
    request: Integers
    """Request on which it was lent; -1 for one of our own."""
    raised: Integers
    """Its need line was first raised."""
    called: Integers
    """Its need line was called for: the decision on the package; for what a level releases, when it was raised."""
    ordered: Integers
    told: Integers
    """The order got through that the radio could not carry at once."""
    formed: Integers
    """Turned out, and waits for its convoy."""
    departed: Integers
    arrived: Integers
    briefed: Integers
    """A commander is free to brief the team, which had to wait."""
    tasked: Integers
    working: Integers
    """Ready to work."""
    started: Integers
    """Work begun that had to wait for others."""
    done: Integers
    carrying: Integers
    at_hospital: Integers
    released: Integers
    home: Integers
    refitted: Integers
    finished: Integers
    """Work on the scene finished: done, carrying, or released because the work is done."""
    recalled: Integers
    """Next order of the same team."""
    reroutes: Integers
    stuck: Integers
    needs: NeedLines
    """Not by mission: the need lines that missions are for."""
    unmet: Integers
    """Not by mission: rows of the log at which the wait for a team began that nothing came of."""

    @property
    def work_begun(self) -> Integers:
        """Return when work began, for missions that finished some."""
        return np.where(self.started < NEVER, self.started, self.working)

    @property
    def back(self) -> Integers:
        """Return when the way home ended: at home, or on being ordered again."""
        return np.minimum(self.home, self.recalled)


def missions_of(log: Log) -> Missions:
    """Return the missions in a log."""
    ordered = log.of(Kind.TEAM_ORDERED)
    number = log.column("mission", ordered)
    count = int(number.max()) + 1 if len(number) else 0

    def spread(values: Integers, fill: int = NONE) -> Integers:
        found = np.full(count, fill, dtype=np.int64)
        found[number] = values
        return found

    moments = {}
    for stage, kind in (STAGES | WAITS).items():
        rows = log.of(kind)
        moments[stage] = np.full(count, NEVER, dtype=np.int64)
        moments[stage][log.column("mission", rows)] = log.column("time", rows)
    looked = sought(log, ordered)
    needs, waits = need_lines(log), log.of(Kind.NEED_WAITING)
    raised, called = _called(log, needs, ordered)
    fixed = {
        "incident": spread(log.column("incident", ordered)),
        "line": spread(log.column("need", ordered)),
        "team": spread(log.column("team", ordered)),
        "capability": spread(log.column("item", ordered)),
        "cause": spread(log.column("cause", ordered), 0),
        "waited_since": spread(looked.since),
        "asked": spread(looked.asked, 0),
        "request": spread(log.column("request", ordered)),
        "raised": spread(raised),
        "called": spread(called),
        "reroutes": _times(log, Kind.TEAM_REROUTED, count),
        "stuck": _times(log, Kind.TEAM_STUCK, count),
    }
    return Missions(
        **fixed, **moments, finished=_finished(log, moments), recalled=_next_order(fixed["team"], moments["ordered"]),
        needs=needs, unmet=waits[~looked.led_on[waits]],
    )  # fmt: skip


def _called(log: Log, needs: NeedLines, ordered: Integers) -> tuple[Integers, Integers]:
    """Return when the need line of each order was known, and called for; `NEVER` for what fills none."""
    incident = log.column("incident", ordered)
    at = needs.find(incident, log.column("need", ordered))
    if not len(needs.line):
        return np.full(len(at), NEVER, dtype=np.int64), np.full(len(at), NEVER, dtype=np.int64)
    decisions = log.of(Kind.INCIDENT_DECIDED)
    decided = np.full(len(log.incidents), NEVER, dtype=np.int64)
    decided[log.column("incident", decisions)] = log.column("time", decisions)
    raised, known = (np.where(at >= 0, moments[at], NEVER) for moments in (needs.raised, needs.known))
    waits = (at >= 0) & needs.package[at] & (decided[incident] < NEVER)
    return known, np.where(waits, decided[incident], raised)


def _times(log: Log, kind: Kind, count: int) -> Integers:
    """Return how often something happened to each mission; what happens to a team on none does not count."""
    mission = log.column("mission", log.of(kind))
    return np.bincount(mission[mission >= 0], minlength=count).astype(np.int64)


def _finished(log: Log, moments: dict[str, Integers]) -> Integers:
    released = log.of(Kind.TEAM_RELEASED)
    by_work = released[log.column("cause", released) == _WORK_DONE]
    finished = np.minimum(moments["done"], moments["carrying"])
    ended = np.full(len(finished), NEVER, dtype=np.int64)
    ended[log.column("mission", by_work)] = log.column("time", by_work)
    found: Integers = np.minimum(finished, ended)
    return found


def _next_order(team: Integers, ordered: Integers) -> Integers:
    found = np.full(len(team), NEVER, dtype=np.int64)
    order = np.argsort(team, kind="stable")
    same = team[order[1:]] == team[order[:-1]]
    found[order[:-1][same]] = ordered[order[1:][same]]
    return found
