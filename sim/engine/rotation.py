"""Rotation of squads on breathing apparatus: who goes in, who stands by, who rests. Arithmetic alone: no clock, no teams.

Squads are numbers, times are ms on whatever scale the caller counts. At one moment squads first come out, then end their
rest, then go in, then stand by.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, NamedTuple

from sim.log import Cause, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.scenario.command import Shifts

NOBODY = -1


class Step(NamedTuple):
    """One thing that happens in a rotation."""

    kind: Kind
    squad: int = NOBODY
    quantity: int = 0
    """Thousandths of apparatus sets used; of a finding, ms of rest that are missing."""
    cause: Cause = Cause.NONE


class Rotation:
    """The squads of one operation.

    Parameters
    ----------
    shifts
        The rules.
    work
        ms of work to be done; counts only where the operation does not last a set time.
    """

    def __init__(self, shifts: Shifts, work: int = 0) -> None:
        self.shifts = shifts
        self.work = work
        self.done = 0
        """Effective work so far (ms)."""
        self.open = False
        """Squads may go in: what must come first is in place."""
        self.begun: int | None = None
        """Moment of the first entry."""
        self.stopped = False
        self.over = False
        self.inside = NOBODY
        self.since = 0
        """When the squad inside went in."""
        self.standing = NOBODY
        """Squad that stands by."""
        self.fresh: dict[int, int] = {}
        """Squad → since when it has been free to go in."""
        self.resting: dict[int, int] = {}
        """Squad → when its rest is over."""

    def join(self, squad: int, now: int, rested: int = 0) -> None:
        """Take in a squad; its rest from an earlier shift is over at `rested`."""
        if rested > now:
            self.resting[squad] = rested
        else:
            self.fresh[squad] = now

    def leave(self, squad: int, now: int) -> list[Step]:
        """Do without a squad from now on; `step` sees to whatever it leaves open."""
        steps = [self._come_out(now)] if squad == self.inside else []
        if squad == self.standing:
            self.standing = NOBODY
        self.fresh.pop(squad, None)
        self.resting.pop(squad, None)
        return steps

    def step(self, now: int) -> list[Step]:
        """Do what is due by now; nothing, when nothing is."""
        out, rested = [], self._end_rests(now)
        alone = self._is_alone()
        if self.inside != NOBODY and (alone or now >= min(self.since + self.shifts.on, self._ends(now))):
            out = [self._come_out(now)]
            rested += self._end_rests(now)
        self.over = self.over or self._is_over(now)
        return out + rested + ([] if self.over else self._go_in(now, alone=alone))

    @property
    def next(self) -> int | None:
        """Return the next moment at which something is due by itself."""
        moments = list(self.resting.values())
        if self.inside != NOBODY:
            moments.append(self.since + self.shifts.on)
        if self.begun is not None and self.shifts.lasts:
            moments.append(self.begun + self.shifts.lasts)
        return min(moments, default=None) if not self.over else None

    def breaks(self, now: int, coming: Sequence[tuple[int, int]] = (), work: int | None = None) -> int | None:
        """Return when somebody will be lacking, as it stands now: entry stops, or rest is cut.

        Parameters
        ----------
        coming
            (moment, squad) of those who will join.
        work
            Work to be planned with, where it differs from the true one.
        """
        if self.stopped:
            return now
        plan, waiting = copy(self), sorted(coming)
        plan.fresh, plan.resting = dict(self.fresh), dict(self.resting)
        plan.work = self.work if work is None else work
        while True:
            moments = [moment for moment in (plan.next, waiting[0][0] if waiting else None) if moment is not None]
            if not moments:
                return None
            now = max(now, min(moments))
            while waiting and waiting[0][0] <= now:
                plan.join(waiting.pop(0)[1], now)
            if any(step.kind in (Kind.SHIFT_STOPPED, Kind.FINDING) for step in plan.step(now)):
                return now
            if plan.over:
                return None

    # --- the end ---------------------------------------------------------------------------------------------------

    def _ends(self, now: int) -> int:
        """Return when the operation ends by its length; a moment still to come when that is not set."""
        return self.begun + self.shifts.lasts if self.begun is not None and self.shifts.lasts else now + 1

    def _is_over(self, now: int) -> bool:
        if self.begun is None:
            return False
        return now >= self._ends(now) if self.shifts.lasts else self.inside == NOBODY and self.done >= self.work

    # --- out and rest ----------------------------------------------------------------------------------------------

    def _come_out(self, now: int) -> Step:
        squad, self.inside = self.inside, NOBODY
        self.done += worked(self.shifts, now - self.since)
        self.resting[squad] = now + self.shifts.rest
        return Step(Kind.SHIFT_OUT, squad)

    def _end_rests(self, now: int) -> list[Step]:
        rested = sorted((until, squad) for squad, until in self.resting.items() if until <= now)
        for until, squad in rested:
            del self.resting[squad]
            self.fresh[squad] = until
        return [Step(Kind.SHIFT_RESTED, squad) for _, squad in rested]

    # --- in and standing by ----------------------------------------------------------------------------------------

    def _pick(self, besides: int = NOBODY) -> int:
        """Return who is next: the one that has been free longest; to save lives, the one whose rest is nearest its end."""
        fresh = [(since, squad) for squad, since in self.fresh.items() if squad != besides]
        if not fresh and self.shifts.life_saving:
            fresh = [(until, squad) for squad, until in self.resting.items() if squad != besides]
        return min(fresh)[1] if fresh else NOBODY

    def _is_alone(self) -> bool:
        """Tell whether a squad is inside and nobody stands by, or could."""
        return self.shifts.standby and self.inside != NOBODY and self.standing == NOBODY and self._pick() == NOBODY

    def _go_in(self, now: int, *, alone: bool) -> list[Step]:
        standby = self.shifts.standby
        if not self.open:
            return []
        if self.inside != NOBODY:
            return self._stand_by(self._pick(), now) if standby and self.standing == NOBODY else []
        first = self.standing if self.standing != NOBODY else self._pick()
        second = self._pick(first) if standby and first != NOBODY else NOBODY
        if first == NOBODY or (standby and second == NOBODY):
            if self.begun is None or self.stopped:
                return []
            self.stopped = True
            lone = standby and (alone or first != NOBODY)
            return [Step(Kind.SHIFT_STOPPED, cause=Cause.NO_STANDBY_SQUAD if lone else Cause.NOBODY_RESTED)]
        steps = [Step(Kind.SHIFT_RESUMED)] if self.stopped else []
        self.stopped = False
        steps += self._enter(first, now)
        return steps + (self._stand_by(second, now) if standby else [])

    def _enter(self, squad: int, now: int) -> list[Step]:
        findings = self._take(squad, now)
        self.standing = NOBODY
        self.inside, self.since = squad, now
        if self.begun is None:
            self.begun = now
        return [*findings, Step(Kind.SHIFT_ENTERED, squad, self.shifts.sets * 1000)]

    def _stand_by(self, squad: int, now: int) -> list[Step]:
        findings = self._take(squad, now)
        self.standing = squad
        return [*findings, Step(Kind.SHIFT_STANDBY, squad)]

    def _take(self, squad: int, now: int) -> list[Step]:
        """Take a squad from those who are free or rest; cut rest is told."""
        self.fresh.pop(squad, None)
        missing = self.resting.pop(squad, now) - now
        return [Step(Kind.FINDING, squad, missing, Cause.LIFE_SAVING)] if missing else []


def worked(shifts: Shifts, elapsed: int) -> int:
    """Return the effective work of a shift that took so long (ms): one cut short has still had to go in and out."""
    return max(0, min(elapsed - 2 * shifts.way, shifts.effective))


def first_break(squads: int, shifts: Shifts, work: int = 0, later: Sequence[int] = ()) -> int | None:
    """Return how long after the first entry somebody is lacking, as planned; None: never before the operation ends.

    Parameters
    ----------
    squads
        Squads that stand ready at the first entry, all rested.
    shifts
        The rules.
    work
        ms of work to be done; counts only where the operation does not last a set time.
    later
        When further squads join: ms after the first entry.
    """
    rotation = Rotation(shifts, work)
    rotation.open = True
    for squad in range(squads):
        rotation.join(squad, 0)
    rotation.step(0)
    if rotation.begun is None:
        return 0
    return rotation.breaks(0, [(moment, squads + number) for number, moment in enumerate(later)])


def latest_call(breaks: int, lead: int) -> int:
    """Return the latest moment at which relief must be called so that work does not stop.

    Parameters
    ----------
    breaks
        When somebody will be lacking.
    lead
        From the call until the relief stands ready: calls of the channel, turn-out, drive, report-in and set-up.
    """
    return breaks - lead
