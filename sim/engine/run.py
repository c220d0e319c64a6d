"""One replication: the scenario, the clock and the log that all parts of the engine share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.engine.arrivals import Arrivals, arrivals
from sim.engine.clock import Clock
from sim.engine.durations import Durations
from sim.engine.field import Unit
from sim.engine.trace import Tracer
from sim.log import CAUSE_CODE, KIND_CODE, NONE, WIDTH, Cause, Kind, Rank

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from simpy import Event

    from sim.engine.aid import MutualAid
    from sim.engine.calls import Calls
    from sim.engine.cases import Cases
    from sim.engine.command import CommandPost
    from sim.engine.dispatch import Dispatcher
    from sim.engine.field import Case, Mission
    from sim.engine.hazards import Hazards
    from sim.engine.missions import Missions
    from sim.engine.move_up import MoveUps
    from sim.engine.outlook import Outlook
    from sim.engine.radio import Radio
    from sim.engine.roads import RoadWatch
    from sim.engine.shifts import ShiftWork
    from sim.engine.standby import Standby
    from sim.engine.supply import SupplyDesk
    from sim.engine.trace import Told
    from sim.network.trips import Trip
    from sim.randomness import Draws
    from sim.scenario.frozen import Scenario


@dataclass(slots=True)
class Drive:
    """A drive as it was begun: for maps, and for telling measured times from derived ones."""

    row: int
    mission: int
    team: int
    trip: Trip


class Run:
    """What the parts of the engine share during one replication."""

    def __init__(
        self,
        scenario: Scenario,
        draws: Draws | None,
        outlook: Outlook,
        *,
        keep_drives: bool,
        tracer: Tracer | Callable[[Told], None] | None = None,
    ) -> None:
        self.scenario = scenario
        self.travel = scenario.travel
        self.outlook = outlook
        self.durations = Durations(draws)
        self.arrivals: Arrivals = arrivals(scenario, draws)
        self.clock = Clock()
        self.rows: list[int] = []
        """The log, flat: a row is `WIDTH` numbers."""
        self.drives: list[Drive] | None = [] if keep_drives else None
        self.measured = 0
        """Drives so far whose time rests on a measurement."""
        self.driven = 0
        """Drives so far."""
        self.units = [
            Unit(team, scenario.travel.spot(team.base), tuple(hour[team.vehicle] for hour in outlook.profiles))
            for team in scenario.teams
        ]
        self.state = 0
        """State of the roads, as the travel service numbers it."""
        self.tracer = tracer if tracer is None or isinstance(tracer, Tracer) else Tracer(tracer)
        self.stories = 0
        """What people are doing step by step: reports, requests, decisions, call trees, shifts."""
        self.may_retarget = scenario.command.retarget is not None or any(team.called_away_by for team in scenario.teams)
        self.dispatcher: Dispatcher
        self.missions: Missions
        self.cases: Cases
        self.roads: RoadWatch
        self.hazards: Hazards
        self.calls: Calls
        self.command: CommandPost
        self.aid: MutualAid
        self.radio: Radio
        self.standby: Standby
        self.move_ups: MoveUps
        self.shifts: ShiftWork
        self.supply: SupplyDesk

    def log(
        self, kind: int, incident: int = NONE, need: int = NONE, team: int = NONE, mission: int = NONE, *,
        item: int = NONE, quantity: int = 0, place: int = NONE, ref: int = NONE, cause: int = 0,
    ) -> int:  # fmt: skip
        """Append a row at the present time and return its number."""
        rows = self.rows
        rows.extend((self.clock._now, kind, incident, need, team, mission, -1, -1, -1, -1, item, quantity, place, ref, cause))
        return len(rows) // WIDTH - 1

    def write(
        self, kind: Kind, case: Case | None = None, *, line: int = NONE, mission: Mission | None = None, team: int = NONE,
        request: int = NONE, post: int = NONE, depot: int = NONE, item: int = NONE, quantity: int = 0, place: int | None = None,
        ref: int = NONE, cause: Cause | str = Cause.NONE,
    ) -> int:  # fmt: skip
        """Append a row of what is told less often than missions are; the place is that of the incident unless given."""
        if mission is not None:
            line, team, request, item = mission.line, mission.team, mission.request, mission.item
        rows = self.rows
        rows.extend((
            self.clock._now, KIND_CODE[kind], NONE if case is None else case.number, line, team,
            NONE if mission is None else mission.number, request, post, NONE, depot, item, quantity,
            (NONE if case is None else case.site) if place is None else place, ref, CAUSE_CODE[Cause(cause)],
        ))  # fmt: skip
        return len(rows) // WIDTH - 1

    def story(self, told: Generator[Event, object, object]) -> None:
        """Begin something that people do step by step: a SimPy process, in the order of its being told."""
        self.stories += 1
        self.clock.process(self._until_over(told))

    def _until_over(self, told: Generator[Event, object, object]) -> Generator[Event, object, None]:
        yield from told
        self.stories -= 1
        self.settle()

    def wait(self, lasts: int, entity: int) -> Event:
        """Return an event for a story to wait for."""
        return self.clock.until(self.clock._now + lasts, Rank.COMMAND, entity)

    def settle(self) -> None:
        """End the run once everybody is home and nothing is under way: only roads are left to change."""
        if not (self.missions.away or self.cases.unfinished or self.stories):
            self.clock.halt()


class Codes:
    """Codes of the kinds and causes, as plain numbers for the engine's inner loop."""

    ALARM = KIND_CODE[Kind.INCIDENT_ALARM]
    DECIDED = KIND_CODE[Kind.INCIDENT_DECIDED]
    COMPLETE = KIND_CODE[Kind.INCIDENT_COMPLETE]
    READY = KIND_CODE[Kind.INCIDENT_READY]
    LOST = KIND_CODE[Kind.INCIDENT_LOST]
    CLOSED = KIND_CODE[Kind.INCIDENT_CLOSED]
    RAISED = KIND_CODE[Kind.NEED_RAISED]
    WAITING = KIND_CODE[Kind.NEED_WAITING]
    REOPENED = KIND_CODE[Kind.NEED_REOPENED]
    WITHDRAWN = KIND_CODE[Kind.NEED_WITHDRAWN]
    NOT_SENT = KIND_CODE[Kind.TEAM_NOT_SENT]
    ORDERED = KIND_CODE[Kind.TEAM_ORDERED]
    TOLD = KIND_CODE[Kind.TEAM_TOLD]
    FORMED = KIND_CODE[Kind.TEAM_FORMED]
    DEPARTED = KIND_CODE[Kind.TEAM_DEPARTED]
    ARRIVED = KIND_CODE[Kind.TEAM_ARRIVED]
    TASKED = KIND_CODE[Kind.TEAM_TASKED]
    WORKING = KIND_CODE[Kind.TEAM_WORKING]
    STARTED = KIND_CODE[Kind.WORK_STARTED]
    DONE = KIND_CODE[Kind.WORK_DONE]
    CARRYING = KIND_CODE[Kind.TEAM_CARRYING]
    AT_HOSPITAL = KIND_CODE[Kind.TEAM_AT_HOSPITAL]
    RELEASED = KIND_CODE[Kind.TEAM_RELEASED]
    HOME = KIND_CODE[Kind.TEAM_HOME]
    TEAM_READY = KIND_CODE[Kind.TEAM_READY]
    REROUTED = KIND_CODE[Kind.TEAM_REROUTED]
    STUCK = KIND_CODE[Kind.TEAM_STUCK]
    ROAD_CHANGED = KIND_CODE[Kind.ROAD_CHANGED]
    ROAD_RESTORED = KIND_CODE[Kind.ROAD_RESTORED]
    SIGNAL = KIND_CODE[Kind.SIGNAL]
    ENDED = KIND_CODE[Kind.RUN_ENDED]

    WORK_DONE = CAUSE_CODE[Cause.WORK_DONE]
    WORK_ENDED = CAUSE_CODE[Cause.WORK_ENDED]
    HANDED_OVER = CAUSE_CODE[Cause.HANDED_OVER]
    TEAM_BUSY = CAUSE_CODE[Cause.TEAM_BUSY]
    NOBODY_FREE = CAUSE_CODE[Cause.NOBODY_FREE]
    NOBODY_REACHES = CAUSE_CODE[Cause.NOBODY_REACHES]
    QUEUE_OFF = CAUSE_CODE[Cause.QUEUE_OFF]
    FIRST_RESPONSE = CAUSE_CODE[Cause.FIRST_RESPONSE]
    ROAD_CLOSED = CAUSE_CODE[Cause.ROAD_CLOSED]
    ROAD_OPENED = CAUSE_CODE[Cause.ROAD_OPENED]
    CLEARED = CAUSE_CODE[Cause.CLEARED]
    RADIO = CAUSE_CODE[Cause.RADIO]
    RELIEVED = CAUSE_CODE[Cause.RELIEVED]
    ALL_HOME = CAUSE_CODE[Cause.ALL_HOME]
