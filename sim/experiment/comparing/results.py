"""What a comparison gives back; also read from its saved folder."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import Finding, InputError, Mark, Words
from sim.experiment import disk
from sim.experiment.comparing.papers import comparison_rows, marginal_rows, rests_on_rows
from sim.experiment.folder import read_json

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from sim.errors import Language
    from sim.experiment.results import Results


class Comparison:
    """The results of one comparison.

    Parameters
    ----------
    summary
        What ``summary.json`` holds.
    path
        The results folder; None for a comparison in memory.
    values
        Returns one number a replication of a variant (by id) in a metric; None reads them from the folder.
    """

    def __init__(self, summary: dict[str, Any], path: Path | None, values: Callable[[str, str], Any] | None) -> None:
        self.summary = summary
        self.path = path
        self._values = values or self.from_folder

    def __repr__(self) -> str:
        where = "in memory" if self.path is None else str(self.path)
        return f"<Comparison {self.summary['study']!r}: {len(self.summary['variants'])} variants, {where}>"

    @classmethod
    def load(cls, path: str | Path) -> Comparison:
        """Read a saved results folder.

        Raises
        ------
        InputError
            If there is no whole comparison.
        """
        path = Path(path)
        try:
            disk.complete_alone(path)
            manifest, summary = read_json(path / disk.MANIFEST), read_json(path / "summary.json")
            if manifest["kind"] != "compare" or manifest["id"] != summary["id"]:
                raise ValueError(path)  # noqa: TRY301
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError([_no_comparison(path)]) from error
        return cls(summary, path, None)

    def from_folder(self, variant: str, metric: str) -> Any:
        """Return one number a replication, from the saved observations of a variant."""
        import numpy as np

        frame = self.results(variant).observations
        frame = frame[frame["metric"] == metric]
        count = next(entry["n"] for entry in self.summary["variants"] if entry["id"] == variant)
        found = np.full(count, np.nan)
        for number, values in frame.groupby("replication", observed=True)["value"]:
            happened = values[np.isfinite(values)]
            found[int(str(number))] = happened.mean() if len(happened) else np.inf
        return found

    def values(self, variant: str, metric: str) -> Any:
        """Return one number a replication of a variant (by id) in a metric's unit: +inf for never, NaN for nothing to measure."""
        return self._values(variant, metric)

    def results(self, variant: str) -> Results:
        """Return the results of one variant.

        Raises
        ------
        ValueError
            If the comparison is in memory.
        """
        from sim.experiment.results import Results

        entry = next(entry for entry in self.summary["variants"] if entry["id"] == variant)
        if self.path is None or entry["folder"] is None:
            message = "a comparison in memory has no folders"
            raise ValueError(message)
        return Results.load(self.path / entry["folder"])

    @cached_property
    def table(self) -> pd.DataFrame:
        """Return the comparison: one row a metric and variant."""
        return _frame(comparison_rows(self.summary))

    @cached_property
    def marginal(self) -> pd.DataFrame:
        """Return the marginal table: one row a small change and metric."""
        return _frame(marginal_rows(self.summary))

    @cached_property
    def rests_on(self) -> pd.DataFrame:
        """Return the assumed numbers that turn the ranking, nearest first."""
        return _frame(rests_on_rows(self.summary))

    def answer(self, language: Language | None = None) -> list[str]:
        """Return the answer in words, line by line; the first is the sentence for a leader."""
        from sim.analysis.study_words import answer

        return answer(self.summary, language or self.summary["language"])


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows)


def _no_comparison(path: Path) -> Finding:
    what = Words("there is no whole comparison here", "这里没有完整的比选结果")
    remedy = Words(
        "name a folder of a finished comparison; a broken-off one is finished with --resume",
        "请指定已完成的比选结果文件夹;中断的可用 --resume 继续",
    )
    return Finding("no-result", what, remedy, Mark(str(path)))
