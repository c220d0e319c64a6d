"""Radio: where it fails or is weak, orders and reports take longer, until somebody has driven or a relay stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.field import Phase
from sim.log import Cause, Kind, Rank

if TYPE_CHECKING:
    from sim.engine.field import Mission
    from sim.engine.run import Run
    from sim.scenario.command import RadioGap


class Radio:
    """Keeps which gaps are open."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.gaps = run.scenario.command.radio
        self.open: dict[int, RadioGap] = {}
        self._lags: dict[int, int] = {}
        """How much longer a message takes in each gap: drawn once a replication."""

    def begin(self) -> None:
        """Schedule every gap."""
        run = self.run
        for number, gap in enumerate(self.gaps):
            run.clock.at(max(0, gap.begins), Rank.ROAD, number, self._down, number)
            ends = gap.ends
            if gap.lasts is not None:
                ends = gap.begins + run.durations.once(gap.key, "radio", gap.lasts)
            if ends is not None:
                run.clock.at(max(0, ends), Rank.ROAD, number, self.restore, number, -1, Cause.NONE)

    def _down(self, number: int) -> None:
        gap = self.gaps[number]
        if any(self._relays(unit.mission, gap) for unit in self.run.units if unit.mission is not None):
            return
        longer = gap.messenger if gap.delay is None else gap.delay
        self._lags[number] = self.run.durations.once(gap.key, "radio_lag", longer)
        self.open[number] = gap
        self.run.write(Kind.RADIO_DOWN, item=self._item(number))

    def restore(self, number: int, ref: int, cause: Cause) -> None:
        """End a gap: its time is over, or a relay stands in the area."""
        if self.open.pop(number, None) is not None:
            self.run.write(Kind.RADIO_RESTORED, item=self._item(number), ref=ref, cause=cause)

    def stands(self, mission: Mission) -> None:
        """Let a relay vehicle that is ready restore radio around it."""
        for number, gap in tuple(self.open.items()):
            if gap.relay in mission.unit.team.capabilities and mission.target in gap.sites:
                self.restore(number, mission.ref, Cause.RELAY)

    @staticmethod
    def _relays(mission: Mission, gap: RadioGap) -> bool:
        """Tell whether a team stands ready in the area of a gap, and carries radio there."""
        ready = Phase.HELD_UP <= mission.phase <= Phase.HOLD
        return ready and gap.relay in mission.unit.team.capabilities and mission.target in gap.sites

    def lag(self, site: int) -> int:
        """Return how much longer it takes to get a message to or from a site now (ms); 0 where radio works."""
        return max((self._lags[number] for number, gap in self.open.items() if site in gap.sites), default=0)

    def _item(self, number: int) -> int:
        return self.run.command.items["radio"] + number
