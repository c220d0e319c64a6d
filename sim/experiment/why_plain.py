"""The choices about an incident as plain data for programs: ids instead of positions, minutes instead of ms."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from sim.engine.trace import Considered, Decision, HospitalChoice
from sim.log import CAUSES
from sim.units import MINUTE, NEVER

if TYPE_CHECKING:
    from sim.engine.trace import Told
    from sim.errors import Language
    from sim.experiment.why import Why

_KINDS = {
    "Decision": "choice", "FirstResponse": "first_response", "HospitalChoice": "hospital", "Replanned": "replanned",
    "Asked": "request", "Answered": "answer", "Judged": "level",
}  # fmt: skip
_SPANS = ("time", "old", "new", "calls", "eta")
"""Fields in ms."""


def plain(why: Why, language: Language, team: str | None = None) -> dict[str, Any]:
    """Return everything: the sentences, the choices, who could not come."""
    number = None if team is None else why.team(team)
    return {
        "scenario": why.scenario.name,
        "start": why.scenario.start.isoformat(),
        "replication": why.replication,
        "incident": why.incident,
        "sentences": [{"time": time / MINUTE, "said": said} for time, said in why.told(language, team)],
        "choices": [_told(why, told) for told in why.decisions],
        "who_cannot": [
            {
                "team": why.scenario.teams[one.team].id,
                "capabilities": [why.scenario.capabilities[code] for code in one.capabilities],
                "why_not": str(one.reason),
                "at": why.incidents[one.at] if one.at >= 0 else None,
                "from": one.since / MINUTE,
                "free_again": _minutes(one.free_again),
                "came": _minutes(one.came),
            }
            for one in why.who_cannot
            if number in (None, one.team)
        ],
    }


def _minutes(ms: int | None) -> float | None:
    return None if ms is None or ms >= NEVER else ms / MINUTE


def _told(why: Why, told: Told) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": _KINDS[type(told).__name__]}
    for field in fields(told):
        found[field.name] = _value(why, field.name, getattr(told, field.name))
    found["incident"] = why.incident
    if isinstance(told, HospitalChoice):
        found["chosen"] = why.scenario.sites[told.chosen].name
    elif isinstance(told, Decision):
        found["chosen"] = None if told.chosen is None else why.scenario.teams[told.chosen].id
    if "line" in found:
        found["capability"] = why.scenario.capabilities[why.course.lines[found["line"]].capability]
    if "level" in found:
        found["level"] = why.scenario.command.levels[why.course.levels[found["level"]].index]
    return found


def _value(why: Why, name: str, value: Any) -> Any:
    """Return the value of a field by its name: ids for positions."""
    scenario, command = why.scenario, why.scenario.command
    match name:
        case "considered" | "named" | "teams" if isinstance(value, tuple):
            return [_considered(why, one) for one in value]
        case "hospitals":
            return [{"hospital": scenario.sites[site].name, "drive": _minutes(drive)} for drive, site in value]
        case "values":
            return dict(value)
        case "cause":
            return str(CAUSES[value]) if isinstance(value, int) else str(value)
        case "team":
            return scenario.teams[value].id
        case "lender":
            return command.lenders[value].id
        case "channel":
            return command.channels[value].id if value >= 0 else None
        case "post":
            return command.posts[value].id
        case "road":
            return scenario.road_events[value].id
        case "target":
            return scenario.sites[value].name
    return _minutes(value) if name in _SPANS else value


def _considered(why: Why, one: Considered) -> dict[str, Any]:
    scenario = why.scenario
    return {
        "team": scenario.teams[one.team].id,
        "name": scenario.teams[one.team].name,
        "eta": _minutes(one.eta),
        "verdict": str(one.verdict),
        "substitute": one.substitute,
        "channel": scenario.command.channels[one.channel].id if one.channel >= 0 else None,
        "calls": _minutes(one.calls),
        "at": why.incidents[one.at] if one.at >= 0 else None,
        "doing": scenario.capabilities[one.doing] if one.doing >= 0 else None,
    }
