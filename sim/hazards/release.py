"""A leak from a tank: a constant rate until work stops it or the tank is empty."""

from __future__ import annotations


class Release:
    """A release of a substance.

    Parameters
    ----------
    mass
        In the tank at the beginning (kg).
    rate
        Of release (kg per ms).
    since
        When it begins (ms).
    """

    def __init__(self, mass: float, rate: float, since: int) -> None:
        self.mass = mass
        self.rate = rate
        self.since = since
        self.stopped: int | None = None

    def stop(self, now: int) -> None:
        """Stop the release; a second stop changes nothing."""
        if self.stopped is None:
            self.stopped = now

    def released(self, now: int) -> float:
        """Return what has escaped up to a moment (kg)."""
        until = now if self.stopped is None else min(now, self.stopped)
        return min(self.mass, self.rate * (until - self.since))

    def next_change(self) -> int | None:
        """Return when the tank is empty if nobody stops it (ms), or None if it never is."""
        return None if self.rate <= 0 else self.since + -int(-self.mass // self.rate)
