"""The latest moment at which outside help must be called, computed backwards from the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.analysis.rows import courses_followed, rows_of
from sim.log import Kind
from sim.units import NEVER

if TYPE_CHECKING:
    from sim.analysis.replication import Replication
    from sim.scenario.command import Lender
    from sim.scenario.frozen import Line, Scenario, Team


class LatestCall(NamedTuple):
    """A lender that could have kept work in shifts from stopping, and by when it had to be called."""

    incident: int
    stops: int
    """When entry stopped for want of a squad (ms)."""
    lender: int
    lead: int
    """Planned time from the call until a squad stands ready: channel, turn-out, drive, report-in, set-up (ms)."""

    @property
    def call(self) -> int:
        """Return the moment by which the call must be made (ms)."""
        return self.stops - self.lead


def latest_calls(replication: Replication) -> list[LatestCall]:
    """Return, for the first stop of each incident's shifts, by when each lender with the capability had to be called.

    Lenders are those whose channel begins at the post that orders the line; quickest first.
    """
    scenario, found = replication.scenario, list[LatestCall]()
    courses, seen = courses_followed(replication), set[int]()
    for row in rows_of(replication, Kind.SHIFT_STOPPED):
        if row.incident in seen:
            continue
        seen.add(row.incident)
        line, site = courses[row.incident].lines[row.need], int(replication.incidents.place[row.incident])
        leads = [
            (lead, lender.index) for lender in scenario.command.lenders if (lead := _lead(scenario, lender, line, site)) < NEVER
        ]
        found += [LatestCall(row.incident, row.time, lender, lead) for lead, lender in sorted(leads)]
    return found


def _lead(scenario: Scenario, lender: Lender, line: Line, site: int) -> int:
    """Return the planned time of the quickest team of a lender, on open roads; `NEVER` where none can be had."""
    channel = scenario.command.channel_to(lender, line.orderer)
    if channel is None:
        return NEVER
    able = [scenario.teams[team] for team in lender.teams if line.capability in scenario.teams[team].capabilities]
    return min((channel.planned + _until_ready(scenario, lender, team, site) for team in able), default=NEVER)


def _until_ready(scenario: Scenario, lender: Lender, team: Team, site: int) -> int:
    travel = scenario.travel
    profile = travel.profile(lender.convoy.vehicle or team.vehicle, scenario.hour_of_day(0), scenario.weather)
    drive = travel.drive(travel.spot(team.base), site, profile, travel.state(frozenset()))
    if drive >= NEVER:
        return NEVER
    return drive + lender.convoy.stopped(drive) + team.turnout.planned + team.report_in.planned + team.set_up.planned
