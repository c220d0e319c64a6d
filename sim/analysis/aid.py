"""Mutual aid of one replication, from the log alone: requests and what came of them, who could not come, who stayed at home.

Records in the order of the log; `sim.analysis.tables` makes tables of them. Moments are ms, `NEVER` where a thing did not
happen; posts, teams and lenders are positions in the scenario's tables, -1 for none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from sim.analysis.rows import Row, courses_followed, rows_of
from sim.errors import Words
from sim.log import NONE, Cause, Kind
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.analysis.replication import Replication
    from sim.scenario.command import Channel, Lender
    from sim.scenario.frozen import Course, Scenario

OUTCOMES: dict[Kind, str] = {
    Kind.REQUEST_GRANTED: "granted",
    Kind.REQUEST_PARTLY: "partly",
    Kind.REQUEST_REFUSED: "refused",
    Kind.REQUEST_WITHDRAWN: "withdrawn",
}
"""Row that ends a request → what came of it; one that nothing ends is ``open``."""
OUTCOME_NAMES: dict[str, Words] = {
    "granted": Words("granted", "同意"),
    "partly": Words("granted in part", "部分同意"),
    "refused": Words("refused", "未获同意"),
    "withdrawn": Words("taken back", "撤回"),
    "open": Words("not answered", "未答复"),
}


class Link(NamedTuple):
    """A post on the channel that a request went up, and when it had decided."""

    post: int
    moment: int


@dataclass(slots=True)
class Request:
    """One lender asked for teams."""

    number: int
    incident: int
    line: int
    capability: int
    asks: int
    asked: int
    made: int
    lender: int = NONE
    """-1 where posts and teams leave open which lender it was."""
    granted: int = 0
    outcome: str = "open"
    cause: Cause = Cause.NONE
    answered: int = NEVER
    answering: int = NONE
    """Post at which it ended."""
    settled: int = NONE
    """Row of the log at which all that it grants is ordered."""
    links: list[Link] = field(default_factory=list)
    """Posts that passed it on, and the one that answered."""
    told: list[int] = field(default_factory=list)
    """Posts that were told at the same time."""
    teams: list[int] = field(default_factory=list)
    """Teams that were sent."""


class NotComing(NamedTuple):
    """Somebody who could not come, or was not found."""

    time: int
    incident: int
    line: int
    capability: int
    kind: Kind
    """Refused, granted in part, not sent, or waiting."""
    team: int
    lender: int
    short: int
    """Teams that are missing for it."""
    cause: Cause


def requests_of(replication: Replication) -> list[Request]:
    """Return every request for teams, in the order in which they were made."""
    found: dict[int, Request] = {}
    kinds = (Kind.REQUEST_MADE, Kind.REQUEST_PASSED, Kind.REQUEST_NOTIFIED, *OUTCOMES, Kind.TEAM_ORDERED)
    for row in rows_of(replication, *kinds):
        if row.kind == Kind.REQUEST_MADE:
            found[row.request] = Request(row.request, row.incident, row.need, row.item, row.post, row.quantity, row.time)
            continue
        request = found.get(row.request)
        if request is None:
            continue
        if row.kind == Kind.TEAM_ORDERED:
            request.teams.append(row.team)
            request.settled = row.number if row.time == request.answered else request.settled
        elif row.kind == Kind.REQUEST_NOTIFIED:
            request.told.append(row.post)
        elif row.kind == Kind.REQUEST_PASSED:
            request.links.append(Link(row.post, row.time))
        else:
            request.outcome, request.cause, request.answered = OUTCOMES[row.kind], row.cause, row.time
            request.answering, request.granted, request.settled = row.post, row.quantity, row.number
            if row.kind != Kind.REQUEST_WITHDRAWN:
                request.links.append(Link(row.post, row.time))
    courses = courses_followed(replication) if found else []
    for request in found.values():
        request.lender = _lender(replication.scenario, courses[request.incident], request)
    return list(found.values())


def _lender(scenario: Scenario, course: Course, request: Request) -> int:
    """Return who was asked: by the teams that came, else the only one whose channel the request can have gone up."""
    for team in request.teams:
        if scenario.teams[team].lender >= 0:
            return scenario.teams[team].lender
    command, line = scenario.command, course.lines[request.line]
    able = [
        number
        for number in line.lenders
        if any(_fits(command.channels[channel], request) for channel in command.lenders[number].channels)
    ]
    return able[0] if len(able) == 1 else NONE


def _fits(channel: Channel, request: Request) -> bool:
    posts, seen = [link.post for link in channel.links], [link.post for link in request.links]
    if channel.asks != request.asks or posts[: len(seen)] != seen:
        # a lender that can spare nobody is told of at the end of its channel, like one that grants
        return False
    return request.outcome not in ("granted", "partly") or len(seen) == len(posts)


def not_coming(replication: Replication) -> list[NotComing]:
    """Return who could not come and why: refused, granted in part, not sent, or nobody to be found."""
    requests = {request.number: request for request in requests_of(replication)}
    found = []
    kinds = (Kind.REQUEST_REFUSED, Kind.REQUEST_PARTLY, Kind.TEAM_NOT_SENT, Kind.NEED_WAITING)
    for row in rows_of(replication, *kinds):
        request = requests.get(row.request)
        short = row.quantity if request is None else request.asked - request.granted
        lender = NONE if request is None else request.lender
        found.append(NotComing(row.time, row.incident, row.need, row.item, row.kind, row.team, lender, max(1, short), row.cause))
    return found


def teams_left(replication: Replication, lender: Lender) -> list[tuple[int, int]]:
    """Return how many of a lender's own teams stand ready at home, from each moment of the window on.

    A team is at home again when it is back and refitted; on the way home it is not, even if it could be called back.
    """
    begins, ends = replication.window
    if begins >= ends:
        return []
    home = _Home(replication, lender.teams)
    found = {begins: len(lender.teams)}
    for row in home.rows:
        home.take(row)
        if row.time < ends:
            found[max(row.time, begins)] = home.count(lender.teams)
    return list(found.items())


def floors_kept(replication: Replication, requests: Sequence[Request]) -> list[bool]:
    """Tell for each request that was granted by a known lender whether its floor of teams held right after.

    The lender's own teams at home count, and neighbours that have moved up to its base.
    """
    found = []
    for number, lender in enumerate(replication.scenario.command.lenders):
        granted = [one for one in requests if one.lender == number and one.outcome in ("granted", "partly")]
        if not granted:
            continue
        neighbours = [team for team in lender.backfill if team not in lender.teams]
        home, base = _Home(replication, (*lender.teams, *neighbours)), replication.scenario.teams[lender.teams[0]].base
        rows = iter([*home.rows, None])
        row = next(rows)
        for request in sorted(granted, key=lambda one: one.settled):
            while row is not None and row.number <= request.settled:
                home.take(row)
                row = next(rows)
            left = home.count(lender.teams) + home.count(neighbours, base)
            found.append(left >= lender.floor.teams)
    return found


class _Home:
    """Where some teams stand ready, row by row."""

    def __init__(self, replication: Replication, teams: Sequence[int]) -> None:
        self.bases = {team: replication.scenario.teams[team].base for team in teams}
        self.at = dict(self.bases)
        """Team → where it stands ready; -1 while it does not."""
        self._refits = replication.missions.refitted < NEVER
        kinds = (Kind.TEAM_ORDERED, Kind.TEAM_HOME, Kind.TEAM_READY, Kind.TEAM_MOVING_UP, Kind.TEAM_MOVED_UP)
        self.rows = [row for row in rows_of(replication, *kinds) if row.team in self.bases]

    def take(self, row: Row) -> None:
        """Take note of a row."""
        home = self.bases[row.team]
        self.at[row.team] = {
            Kind.TEAM_READY: home,
            Kind.TEAM_HOME: NONE if row.mission >= 0 and self._refits[row.mission] else home,
            Kind.TEAM_MOVED_UP: row.place,
        }.get(row.kind, NONE)

    def count(self, teams: Sequence[int], place: int | None = None) -> int:
        """Return how many of some teams stand ready at a place; by default each at its own base."""
        return sum(self.at[team] == (self.bases[team] if place is None else place) for team in teams)
