"""What figures and reports look at: a run, its first replication laid out, and the places around it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sim.errors import RunError, Words
from sim.experiment.folder import EVENTS, OBSERVATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from sim.analysis.replication import Replication
    from sim.errors import Language
    from sim.experiment.results import Results
    from sim.network.places import Place
    from sim.report.supply_spread import Spread
    from sim.scenario.frozen import Scenario

FEW = 12
"""Up to so many incidents in a replication each is shown by itself; beyond, they are counted."""


@dataclass(frozen=True, eq=False)
class View:
    """A run to be shown.

    Parameters
    ----------
    scenario, results
        What was run, and what came of it.
    language
        Of all texts.
    places
        Named places for the map.
    """

    scenario: Scenario
    results: Results
    language: Language
    places: tuple[Place, ...] = ()

    @property
    def number(self) -> int:
        """Return the number of the replication that is laid out."""
        return self.results.numbers[0]

    @cached_property
    def first(self) -> Replication | None:
        """Return the first replication laid out; None when its log was not kept."""
        from sim.analysis.replication import Replication

        try:
            events = self._first_events()
        except RunError:
            return None
        return Replication.of_table(self.scenario, events)

    def _first_events(self) -> pd.DataFrame:
        path = self.results.path
        if path is not None and (path / EVENTS).exists():
            import pyarrow.parquet as pq

            table: pd.DataFrame = pq.read_table(path / EVENTS, filters=[("replication", "==", self.number)]).to_pandas()
            return table
        events = self.results.events
        return events[events["replication"] == self.number]

    def replications(self, most: int) -> Iterator[Replication]:
        """Yield up to so many replications laid out, the first ones; none when their logs were not kept."""
        from sim.analysis.replication import Replication

        path, numbers = self.results.path, self.results.numbers[:most]
        if path is not None and (path / EVENTS).exists():
            import pyarrow.parquet as pq

            from sim.experiment.events import Names

            table = pq.read_table(path / EVENTS, filters=[("replication", "in", list(numbers))])
            for log in Names(self.scenario).logs(table):
                yield Replication(self.scenario, log.rows, log.incidents)
            return
        try:
            events = self.results.events
        except RunError:
            return
        for number in numbers:
            yield Replication.of_table(self.scenario, events[events["replication"] == number])

    @cached_property
    def supply_spread(self) -> Spread | None:
        """Return how supplies spread over replications; None in a drill, of many incidents or of too few replications."""
        from sim.report.panels import right_end
        from sim.report.supply_data import horizon
        from sim.report.supply_spread import LEAST, MOST, spread_of

        first = self.first
        if self.scenario.mode == "drill" or first is None or not self.few or self.results.replications < LEAST:
            return None
        return spread_of(self.replications(MOST), right_end(horizon(first)))

    @cached_property
    def routes(self) -> pd.DataFrame | None:
        """Return the routes of the first replication; None when there are none."""
        try:
            return self.results.routes
        except (RunError, FileNotFoundError):
            return None

    @property
    def few(self) -> bool:
        """Tell whether the incidents of a replication are few enough to be shown one by one."""
        return self.first is not None and len(self.first.log.incidents) <= FEW

    @cached_property
    def incident_names(self) -> Mapping[str, str]:
        """Return the name of each incident that the scenario puts at a moment, by id."""
        tables = [row for table in self.scenario.recorded for row in table.rows]
        return {incident.id: incident.name or incident.id for incident in (*self.scenario.planned, *tables)}

    def observed(self, metrics: Sequence[str]) -> dict[str, NDArray[np.float64]]:
        """Return the pooled observations of some metrics, in the units of the summary (+inf: never)."""
        from sim.scenario.metric_names import split

        path = self.results.path
        if path is not None and (path / OBSERVATIONS).exists():
            import pyarrow.parquet as pq

            frame = pq.read_table(path / OBSERVATIONS, columns=["metric", "value"], filters=[("metric", "in", list(metrics))])
            frame = frame.unify_dictionaries().to_pandas()
            return {
                name: frame.loc[frame["metric"] == name, "value"].to_numpy(float) / split(name)[0].per_unit for name in metrics
            }
        frame = self.results.observations
        return {name: frame.loc[frame["metric"] == name, "value"].to_numpy(float) for name in metrics}

    def kind(self) -> str:
        """Return how the run was made: planned values, or how many replications from which seed."""
        start = f"{self.scenario.start:%Y-%m-%d %H:%M}"
        count, seed = self.results.replications, self.results.summary["seed"]
        if self.scenario.mode == "drill":
            return Words(f"drill, planned values, from {start}", f"演练(计划值),{start} 起").say(self.language)
        return Words(
            f"plan test, {count} replication{'s' if count > 1 else ''}, seed {seed}", f"推演 {count} 次,种子 {seed}"
        ).say(self.language)

    def of_first(self) -> str:
        """Return which replication is shown, when there are several; else an empty text."""
        if self.scenario.mode == "drill":
            return ""
        count = self.results.replications
        return Words(
            f"shown: replication {self.number} of {count}, numbered from 0", f"图示第 {self.number} 次(自 0 起,共 {count} 次)"
        ).say(self.language)


def is_projected(scenario: Scenario) -> bool:
    """Tell whether positions are metres, not degrees."""
    travel = scenario.travel
    for form in ("graph", "matrix", "line"):
        if hasattr(travel, form):
            return bool(getattr(travel, form).projected)
    return False
