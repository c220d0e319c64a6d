"""Where the time goes between the alarm and a team that is ready to work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.missions import FIRST_RESPONSE, Missions
from sim.scenario.metric_names import PHASES
from sim.units import NEVER

if TYPE_CHECKING:
    from sim.analysis.incidents import Incidents
    from sim.analysis.records import Integers

WATERFALLS: dict[str, str] = {"waterfall": "first", "waterfall.package": "last"}
"""Prefix of the metric → whose way it tells: the first team on the scene, or the one that completes the package."""


def phases(missions: Missions, incidents: Incidents, which: Integers) -> dict[str, Integers]:
    """Return the length of each phase (ms) of missions that became ready to work.

    The phases add up to the time from the alarm until ready, to the millisecond. First response moves without waiting
    for an assessment: all its time before the order is `report`.
    """
    incident, ordered = missions.incident[which], missions.ordered[which]
    arrived, tasked = missions.arrived[which], missions.tasked[which]
    at_once = missions.cause[which] == FIRST_RESPONSE
    milestones = np.stack([
        incidents.alarm[incident],
        np.where(at_once, ordered, incidents.raised[incident]),
        np.where(at_once, ordered, incidents.called[incident]),
        ordered,
        missions.departed[which],
        arrived,
        np.where(tasked < NEVER, tasked, arrived),
        missions.working[which],
    ])
    return dict(zip(PHASES, np.diff(milestones, axis=0), strict=True))


def tellers(missions: Missions, incidents: Incidents, prefix: str) -> Integers:
    """Return the mission that a waterfall tells of at each incident; -1 where that team never became ready to work."""
    which = incidents.first_mission if WATERFALLS[prefix] == "first" else incidents.last_mission
    if not len(missions.working):
        return which
    return np.where((which >= 0) & (missions.working[which] < NEVER), which, -1)
