"""What a lender may send: who can, who must be let go by whom, what the agreement allows, and what must stay at home."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.engine.field import Status, Unit
from sim.log import Cause
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.engine.aid import Request
    from sim.engine.run import Run
    from sim.scenario.command import Floor, Lender


class Loanable(NamedTuple):
    """Who may go, and why not more."""

    units: list[Unit]
    cause: Cause


def loanable(run: Run, request: Request, wanted: int) -> Loanable:
    """Return the teams that a lender sends, nearest first, and why it does not send as many as wanted."""
    able, cause = _able(run, request)
    most, limit = _allowed(run, request, wanted)
    chosen: list[Unit] = []
    home = at_home(run, request.lender)
    for unit in able:
        if len(chosen) == most:
            cause = limit if len(chosen) < wanted else cause
            break
        rest = [other for other in home if other is not unit and other not in chosen]
        if holds(run, request.lender.floor, rest):
            chosen.append(unit)
        else:
            cause = Cause.FLOOR
    return Loanable(chosen, Cause.NONE if len(chosen) == wanted else cause)


def at_home(run: Run, lender: Lender) -> list[Unit]:
    """Return a lender's teams that could be sent from home now, with those that have moved up to cover for them."""
    own = [run.units[team] for team in lender.teams if run.units[team].status == Status.IDLE]
    neighbours = [run.units[team] for team in lender.backfill if team not in lender.teams]
    posted = [unit for unit in neighbours if unit.status == Status.POSTED and unit.posted == home_of(run, lender)]
    return own + posted


def home_of(run: Run, lender: Lender) -> int:
    """Return the base that neighbours move up to when they cover for a lender: that of its first team."""
    return run.units[lender.teams[0]].team.base


def holds(run: Run, floor: Floor, rest: Sequence[Unit]) -> bool:
    """Tell whether a floor holds with the teams that would remain."""
    if len(rest) < floor.teams:
        return False
    if not floor.share:
        return True
    hour = run.outlook.kind_of_hour(run.clock._now)
    able = [unit for unit in rest if floor.capability in unit.team.capabilities]
    met = sum(
        weight
        for site, weight in zip(floor.sites, floor.weights, strict=True)
        if any(
            unit.team.turnout.planned + run.travel.drive(unit.at, site, unit.profiles[hour], run.state) <= floor.within
            for unit in able
        )
    )
    return met >= floor.share * sum(floor.weights) * (1 - 1e-12)


def _able(run: Run, request: Request) -> tuple[list[Unit], Cause]:
    """Return those who could go, in order, and the first reason why others cannot."""
    capability = request.case.course.lines[request.line].capability
    found, cause = [], Cause.TEAM_BUSY
    for team in request.lender.teams:
        unit = run.units[team]
        quality = unit.team.capabilities.get(capability)
        if quality is None:
            continue
        why = held_back(run, request, unit)
        eta = run.aid.eta(unit, request.lender, request.case.site) if why is None else NEVER
        if why is None and eta >= NEVER:
            why = Cause.NOBODY_REACHES
        if why is None:
            found.append((quality < 1.0, eta, team))
        elif why != Cause.TEAM_BUSY:
            cause = why
    return [run.units[team] for _, _, team in sorted(found)], cause


def movable(run: Run, request: Request) -> bool:
    """Tell whether a request's channel can move any of its lender's teams that have the capability, if there are any."""
    capability = request.case.course.lines[request.line].capability
    able = [run.units[team] for team in request.lender.teams if capability in run.units[team].team.capabilities]
    return not able or any(held_back(run, request, unit) != Cause.NOT_MOVABLE for unit in able)


def held_back(run: Run, request: Request, unit: Unit) -> Cause | None:
    """Return why a team may not go, or None."""
    team, channel, scenario = unit.team, request.channel, run.scenario
    forces = {team.kind, team.owner, *(scenario.capabilities[code] for code in team.capabilities)}
    if forces & channel.excluded:
        return Cause.NOT_MOVABLE
    if team.release_by >= 0 and request.case.course.province != team.province:
        posts = {link.post for link in channel.links}
        if team.release_by not in posts:
            return Cause.NOT_RELEASED
    return Cause.TEAM_BUSY if unit.status != Status.IDLE else None


def _allowed(run: Run, request: Request, wanted: int) -> tuple[int, Cause]:
    """Return how many teams the agreement behind the channel allows."""
    if request.channel.agreement < 0:
        return wanted, Cause.NONE
    agreement = run.scenario.command.agreements[request.channel.agreement]
    if agreement.kinds and request.case.course.kind not in agreement.kinds:
        return 0, Cause.LIMIT
    if not agreement.most:
        return wanted, Cause.NONE
    return min(wanted, max(0, agreement.most - run.aid.loans.get(request.channel.agreement, 0))), Cause.LIMIT
