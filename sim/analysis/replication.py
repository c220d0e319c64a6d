"""One replication laid out as missions and incidents: what metrics and tables are computed from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.analysis.incidents import incidents_of
from sim.analysis.levels import window_of
from sim.analysis.missions import missions_of
from sim.analysis.records import Log, coded
from sim.units import NEVER

if TYPE_CHECKING:
    import pandas as pd

    from sim.analysis.records import Integers
    from sim.scenario.frozen import Scenario


class Replication:
    """One replication.

    Parameters
    ----------
    scenario
        The scenario that gave the log.
    rows
        The coded log, shape (rows, columns of `sim.log.COLUMNS`).
    incidents
        Id of each incident, by its number in the log.
    """

    def __init__(self, scenario: Scenario, rows: Integers, incidents: tuple[str, ...]) -> None:
        """Lay out a coded log."""
        self.scenario = scenario
        self.log = Log(rows, incidents)
        self.missions = missions_of(self.log)
        self.incidents = incidents_of(self.log, self.missions)
        self.window = window_of(scenario, self.log)
        alarm, end = self.incidents.alarm, NEVER if scenario.ends is None else scenario.ends
        self.counted = (alarm >= scenario.warm_up) & (alarm < end)
        """Which incidents count in metrics."""

    @classmethod
    def of_table(cls, scenario: Scenario, events: pd.DataFrame) -> Replication:
        """Lay out one replication of a saved ``events.parquet`` (see `sim.analysis.records.coded`)."""
        return cls(scenario, *coded(events, scenario))
