"""What a run gives back; also read from a saved folder, without the engine."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import Finding, InputError, Mark, RunError, Words
from sim.experiment import disk
from sim.experiment.folder import EVENTS, OBSERVATIONS, REPLICATIONS, ROUTES, read_json, read_replications

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd
    import pyarrow as pa

    from sim.analysis.replication import Replication
    from sim.scenario.frozen import Scenario


class Results:
    """The results of one run.

    Parameters
    ----------
    summary
        What ``summary.json`` holds.
    numbers, digests
        Number and digest of each replication, in order.
    path
        The results folder; None for a run in memory.
    source
        Returns a table of the results by the name of its file, or None when it was not kept.
    """

    def __init__(
        self,
        summary: dict[str, Any],
        numbers: Sequence[int],
        digests: Sequence[str],
        path: Path | None,
        source: Callable[[str], pa.Table | None],
    ) -> None:
        self.summary = summary
        self.numbers = tuple(numbers)
        self.digests = tuple(digests)
        self.path = path
        self._source = source

    def __repr__(self) -> str:
        where = "in memory" if self.path is None else str(self.path)
        return f"<Results of {self.summary['scenario']!r}: {len(self.digests)} replications, {where}>"

    @classmethod
    def load(cls, path: str | Path) -> Results:
        """Read a saved results folder.

        Raises
        ------
        InputError
            If there is no whole result.
        """
        path = Path(path)
        try:
            disk.complete_alone(path)
            manifest, summary = read_json(path / disk.MANIFEST), read_json(path / "summary.json")
            replications = read_replications(path / REPLICATIONS)
            assert_same(manifest["digest"], summary["digest"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError([_no_result(path)]) from error

        def source(name: str) -> pa.Table | None:
            import pyarrow.parquet as pq

            return pq.read_table(path / name) if (path / name).exists() else None

        numbers = [line["replication"] for line in replications]
        return cls(summary, numbers, [line["digest"] for line in replications], path, source)

    @property
    def digest(self) -> str:
        """Return the SHA-256 over the digests of the replications, in order."""
        found: str = self.summary["digest"]
        return found

    @property
    def replications(self) -> int:
        """Return how many replications there are."""
        return len(self.digests)

    @cached_property
    def events(self) -> pd.DataFrame:
        """Return the log: one row an event, names as categories, `time` in ms after the start.

        Raises
        ------
        RunError
            If the log was not kept.
        """
        from sim.experiment.events import frame_of

        return frame_of(self._table(EVENTS))

    @property
    def holds_log(self) -> bool:
        """Tell whether the log was kept."""
        return self.path is None or (self.path / EVENTS).exists()

    def laid_out(self, scenario: Scenario) -> Replication:
        """Return the first replication as missions and incidents, without pandas.

        Raises
        ------
        RunError
            If the log was not kept.
        """
        import pyarrow.compute as pc

        from sim.analysis.replication import Replication
        from sim.experiment.events import Names

        table = self._table(EVENTS)
        table = table.filter(pc.equal(table.column("replication"), self.numbers[0]))
        log = next(Names(scenario).logs(table))
        return Replication(scenario, log.rows, log.incidents)

    @cached_property
    def routes(self) -> pd.DataFrame:
        """Return the distinct routes of the first replication (see `sim.experiment.routes.routes_file`)."""
        return self._frame(ROUTES)

    @cached_property
    def observations(self) -> pd.DataFrame:
        """Return every observation: replication, metric, value in the unit of the summary (+inf: never)."""
        from sim.scenario.metric_names import split

        frame = self._frame(OBSERVATIONS)
        per_unit = {name: split(name)[0].per_unit for name in frame["metric"].cat.categories}
        frame["value"] /= frame["metric"].map(per_unit).astype(float)
        return frame

    @cached_property
    def metrics(self) -> pd.DataFrame:
        """Return the summary as a table: one row a metric; times in minutes."""
        import pandas as pd

        rows = []
        for name, line in self.summary["metrics"].items():
            low, high = line["ci95"] or (None, None)
            numbers = {"mean": line["mean"], "ci95_low": low, "ci95_high": high, "p50": line["p50"], "p90": line["p90"]}
            floats = {key: float("nan") if value is None else float(value) for key, value in numbers.items()}
            rows.append({"metric": name, **floats, "n": line["n"], "never": line["never"], "unit": line["unit"]})
        columns = ["metric", "mean", "ci95_low", "ci95_high", "p50", "p90", "n", "never", "unit"]
        return pd.DataFrame(rows, columns=columns).set_index("metric")

    def _frame(self, name: str) -> pd.DataFrame:
        frame: pd.DataFrame = self._table(name).unify_dictionaries().to_pandas()
        return frame

    def _table(self, name: str) -> pa.Table:
        table = self._source(name)
        if table is None:
            words = Words(f"{name} was not kept in this run", f"这次运行没有保留 {name}")
            raise RunError(words.say(self.summary["language"]))
        return table


def assert_same(one: object, other: object) -> None:
    """Raise `ValueError` if two things that must be the same are not."""
    if one != other:
        message = f"{one} is not {other}"
        raise ValueError(message)


def _no_result(path: Path) -> Finding:
    what = Words("there is no whole result here", "这里没有完整的运行结果")
    remedy = Words(
        "name a folder that holds manifest.json; a broken-off run is finished with --resume",
        "请指定含有 manifest.json 的文件夹;中断的运行可用 --resume 继续",
    )
    return Finding("no-result", what, remedy, Mark(str(path)))
