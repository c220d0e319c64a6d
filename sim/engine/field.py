"""What moves in a run: units (teams at work), cases (incidents under way), slots of their needs, and missions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.engine.durations import Block
    from sim.network.trips import Spot, Trip
    from sim.scenario.frozen import Course, Line, Team

EXTRA = -1
"""Line of a mission that fills no line of the package: a run-card team that stays until the end."""
_EXTRA_KEY = (1 << 16) - 1


class Status:
    """What a unit is doing, as far as dispatch cares (plain numbers: they are compared all the time)."""

    IDLE = 0
    BUSY = 1
    RETURNING = 2
    """On the way home, or moving up; one that can be called again is in `Missions.returning`."""
    REFIT = 3
    POSTED = 4
    """Stands ready at another base; it is in `Missions.returning` too, since its times are not those from its own base."""


class Unit:
    """A team in a run."""

    __slots__ = (
        "arrived", "at", "clear_from", "full", "index", "mission", "paused", "posted", "profiles", "rolling", "since_stop",
        "standby", "stands_in", "status", "stops", "team", "trip", "version",
    )  # fmt: skip

    def __init__(self, team: Team, at: Spot, profiles: tuple[int, ...]) -> None:
        self.team = team
        self.index = team.index
        self.profiles = profiles
        """Profile of its vehicle in each kind of hour."""
        self.full = frozenset(code for code, quality in team.capabilities.items() if quality >= 1.0)
        self.stands_in = frozenset(team.capabilities) - self.full
        self.status: int = Status.IDLE
        self.at: Spot = at
        """Where it stands when it is not driving."""
        self.trip: Trip | None = None
        """The drive under way."""
        self.mission: Mission | None = None
        self.version = 0
        """Grows whenever what was scheduled for the unit no longer holds."""
        self.clear_from = 0
        """Where it waits for a road to open: from when it is at `at` (ms)."""
        self.standby = False
        """Turns out quicker."""
        self.posted = -1
        """Base that it has moved up to, or is on its way to; -1: its own. Until it departs for an incident."""
        self.paused: tuple[int, int] | None = None
        """A stop on the way: since when, and until when (ms)."""
        self.stops: tuple[tuple[int, int, str], ...] = ()
        """Stops on its way: after every so many ms of driving, how long, why."""
        self.since_stop: list[int] = []
        """Driven since the last stop of each kind (ms), up to `rolling`."""
        self.rolling = 0
        """Since when it has been driving without a stop, where it makes any (ms)."""
        self.arrived: Callable[[Unit], None] | None = None
        """Is told when it arrives while it is on no mission."""

    @property
    def base(self) -> int:
        """Return the base that it turns out from: its own, or the one that it has moved up to."""
        return self.team.base if self.posted < 0 else self.posted


class State:
    """Where a slot stands (plain numbers)."""

    OPEN = 0
    ASKED = 1
    """A lender has been asked."""
    WAITING = 2
    """Nobody could be found."""
    ORDERED = 3
    OVER = 4
    """Taken back."""


class Slot:
    """One team of a need line."""

    __slots__ = ("__dict__", "case", "line", "number", "state")
    # Made for every team that is asked for, and seldom more than asked for: what is the same for most is the class's.
    attempt = 0
    """Times it had to be filled anew: draws of each attempt are its own."""
    given = 0.0
    """What the team that fills it makes up of what is wanted."""
    ref = -1
    """Row since which it waits, or that reopened it."""
    order = (0, 0)
    """Priority, then how long it has waited."""
    turned_down: frozenset[int] = frozenset()
    """Lenders that will not be asked for it again."""

    def __init__(self, case: Case, line: int, number: int) -> None:
        self.case = case
        self.line = line
        self.number = number
        """Within its line."""
        self.state: int = State.OPEN

    @property
    def need(self) -> Line:
        """Return its need line."""
        return self.case.course.lines[self.line]

    def __lt__(self, other: Slot) -> bool:
        return self.order < other.order


class Stage:
    """The lines that are raised together: the package of the incident, or what a response level releases."""

    __slots__ = ("complete", "missing", "ready", "unready")

    def __init__(self, lines: int) -> None:
        self.missing = lines
        """Lines that have not all arrived."""
        self.unready = lines
        """Lines whose teams do not all stand ready."""
        self.complete = False
        self.ready = False


class Case:
    """An incident under way."""

    __slots__ = (
        "arrived", "block", "closed", "course", "done", "extras", "missions", "n", "number", "plain", "raised", "ref", "single",
        "site", "slots", "stages", "standing", "waiting",
    )  # fmt: skip

    def __init__(
        self, number: int, block: Block, n: int, site: int, course: Course, plain: bool, single: bool  # noqa: FBT001  (made by the thousand)
    ) -> None:
        self.number = number
        self.block = block
        self.n = n
        self.site = site
        self.course = course
        self.ref = -1
        """Row of the alarm, then of the need, that later orders refer to."""
        lines = course.lines
        self.plain = plain
        """Nobody reports, decides, asks or commands (`Course.plain`)."""
        self.single = single
        """One team and nobody else (`Course.single`): nothing to be counted."""
        self.slots: list[list[Slot]] = [[]] if single else [[] for _ in lines]
        """Slots of each line, once it is raised."""
        if not single:
            self.missions: list[Mission] = []
            self.arrived = [0.0] * len(lines)
            """Of each line, what is on the scene: teams, people or L/s."""
            self.standing = [0.0] * len(lines)
            """… what stands ready, or has stood ready and done its work."""
            self.done = [0.0] * len(lines)
            """… what has done its work."""
            self.stages: dict[int, Stage] = {}
        self.extras = 0
        """First-response teams that fill no line."""
        self.closed = False
        self.raised = False
        """Its needs are known."""
        self.waiting = 0
        """Slots that wait for somebody."""


class Phase:
    """Where a mission stands (plain numbers, in order)."""

    TURNOUT = 0
    FORMING = 1
    """Turned out, and waits for its convoy."""
    DRIVE = 2
    REPORT_IN = 3
    SET_UP = 4
    HELD_UP = 5
    """Ready, but the work must wait for others."""
    WORK = 6
    HOLD = 7
    CARRY = 8
    HANDOVER = 9
    RETURN = 10
    OVER = 11


class Mission:
    """One team sent to one incident, to fill one slot."""

    __slots__ = (
        "__dict__", "case", "cause", "incident", "item", "key", "line", "number", "phase", "ref", "request", "slot", "target",
        "team", "unit",
    )  # fmt: skip
    ends = -1
    """When its work is done, while it works (ms)."""
    own_line: int | None = None
    """Line that it was sent for, once it has taken over from a team of another."""

    def __init__(self, number: int, slot: Slot, unit: Unit, cause: int, request: int = -1) -> None:
        case, line = slot.case, slot.line
        self.case = case
        self.unit = unit
        self.incident = case.number
        self.team = unit.index
        self.number = number
        self.slot = slot
        self.line = line
        self.key = line if line != EXTRA else _EXTRA_KEY
        """Line that keys its draws: its own; extra teams have one that no package reaches: a longer one shifts no luck."""
        self.item = -1 if line == EXTRA else case.course.lines[line].capability
        """Capability that it fills, for the log."""
        self.cause = cause
        """Why it was ordered."""
        self.request = request
        """Request that it was lent on, or -1."""
        self.phase: int = Phase.TURNOUT
        self.ref = -1
        """Its last row in the log."""
        self.target = case.site
        """Site that it drives to."""

    @property
    def was_sent_for(self) -> int:
        """Return the line that it was sent for; `line` changes when it takes over from another."""
        return self.line if self.own_line is None else self.own_line
