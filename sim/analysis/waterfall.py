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
    for an assessment: all its time before the order is `report`. What a response level released is known and called for
    when the level is raised. While lenders are being asked it is `approval`; the rest of the wait for a team is `queue`.
    """
    alarm, ordered = incidents.alarm[missions.incident[which]], missions.ordered[which]
    arrived, departed = missions.arrived[which], missions.departed[which]
    at_once = missions.cause[which] == FIRST_RESPONSE
    raised = np.where(at_once, ordered, np.minimum(missions.raised[which], ordered))
    called = np.where(at_once, ordered, np.minimum(missions.called[which], ordered))
    approval = np.minimum(missions.asked[which], ordered - called)
    told = _or(missions.told[which], ordered)
    formed = _or(missions.formed[which], departed)
    tasked = _or(missions.tasked[which], _or(missions.briefed[which], arrived))
    lengths = {
        "report": raised - alarm,
        "decision": called - raised,
        "approval": approval,
        "queue": ordered - called - approval,
        "contact": told - ordered,
        "turnout": formed - told,
        "forming": departed - formed,
        "travel": arrived - departed,
        "report_in": tasked - arrived,
        "set_up": missions.working[which] - tasked,
    }
    assert list(lengths) == list(PHASES)
    return lengths


def _or(moments: Integers, otherwise: Integers) -> Integers:
    """Return moments, and where they never came other ones."""
    return np.where(moments < NEVER, moments, otherwise)


def tellers(missions: Missions, incidents: Incidents, prefix: str) -> Integers:
    """Return the mission that a waterfall tells of at each incident; -1 where that team never became ready to work."""
    which = incidents.first_mission if WATERFALLS[prefix] == "first" else incidents.last_mission
    if not len(missions.working):
        return which
    return np.where((which >= 0) & (missions.working[which] < NEVER), which, -1)
