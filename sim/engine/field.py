"""What moves in a run: units (teams at work), cases (incidents under way) and missions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.engine.durations import Block
    from sim.network.trips import Spot, Trip
    from sim.scenario.frozen import Course, Team

EXTRA = -1
"""Line of a mission that fills no line of the package: a run-card team that stays until the end."""


class Status:
    """What a unit is doing, as far as dispatch cares (plain numbers: they are compared all the time)."""

    IDLE = 0
    BUSY = 1
    RETURNING = 2
    REFIT = 3


class Unit:
    """A team in a run."""

    __slots__ = ("at", "clear_from", "full", "index", "mission", "profiles", "stands_in", "status", "team", "trip", "version")

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


class Case:
    """An incident under way."""

    __slots__ = (
        "arrived", "block", "closed", "course", "done", "extras", "missions", "n", "number", "ordered", "raised", "ready", "ref",
        "single", "site", "standing", "waiting", "wanted",
    )  # fmt: skip

    def __init__(self, number: int, block: Block, n: int, site: int, course: Course) -> None:
        self.number = number
        self.block = block
        self.n = n
        self.site = site
        self.course = course
        self.ref = -1
        """Row of the alarm, then of the need, that later orders refer to."""
        lines = course.lines
        self.single = len(lines) == 1 and lines[0].count == 1 and not course.first
        """One team and nobody else: nothing to be counted."""
        self.wanted = 1
        self.ordered = [0] * len(lines)
        if not self.single:
            self.wanted = sum(line.count for line in lines)
            self.missions: list[Mission] = []
            self.standing = [0] * len(lines)
            self.done = [0] * len(lines)
        self.extras = 0
        """First-response teams that fill no line."""
        self.arrived = 0
        self.ready = 0
        self.closed = False
        self.raised = False
        """Its needs are known."""
        self.waiting = 0
        """Slots that wait for somebody."""


class Phase:
    """Where a mission stands (plain numbers, in order)."""

    TURNOUT = 0
    DRIVE = 1
    REPORT_IN = 2
    SET_UP = 3
    HELD_UP = 4
    """Ready, but the work must wait for others."""
    WORK = 5
    HOLD = 6
    CARRY = 7
    HANDOVER = 8
    RETURN = 9
    OVER = 10


class Mission:
    """One team sent to one incident."""

    __slots__ = ("case", "incident", "item", "key", "line", "number", "phase", "ref", "slot", "target", "team", "unit")

    def __init__(self, number: int, case: Case, line: int, slot: int, unit: Unit) -> None:
        self.case = case
        self.unit = unit
        self.incident = case.number
        self.team = unit.index
        self.number = number
        self.line = line
        self.slot = slot
        self.key = line if line != EXTRA else len(case.course.lines)
        """Line that keys its draws: its own; extra teams have one behind the last."""
        self.item = -1 if line == EXTRA else case.course.lines[line].capability
        """Capability that it fills, for the log."""
        self.phase: int = Phase.TURNOUT
        self.ref = -1
        """Its last row in the log."""
        self.target = case.site
        """Site that it drives to."""


class Waiting:
    """A slot of a need line that nobody could be found for."""

    __slots__ = ("case", "line", "order", "over", "ref", "slot")

    def __init__(self, case: Case, line: int, slot: int, ref: int, order: tuple[int, int]) -> None:
        self.case = case
        self.line = line
        self.slot = slot
        self.ref = ref
        self.order = order
        """Priority, then how long it has waited."""
        self.over = False
        """Filled or taken back."""

    def __lt__(self, other: Waiting) -> bool:
        return self.order < other.order
