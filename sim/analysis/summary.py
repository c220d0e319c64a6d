"""The summary of a run: folds of replications in, one line for each metric out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

from sim.analysis.statistics import quantile, t_interval
from sim.scenario.metric_names import Family, split

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.analysis.fold import Fold, Observations


class Line(TypedDict):
    """What a summary says of one metric; None where there is nothing to say or it is never."""

    mean: float | None
    """Mean of the replications' means, over what happened: read it with `never`."""
    ci95: list[float] | None
    """None for fewer than two replications."""
    p50: float | None
    p90: float | None
    n: int
    """Observations; of shares and levels, replications."""
    never: int
    """How many of them never happened."""
    unit: str


Summary = dict[str, Line]
_NEVER = np.uint32(0xFFFFFFFF)


class Pool:
    """Gathers the folds of replications, in any order and any batches: the summary is the same to the bit."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._kept: dict[int, dict[str, NDArray[Any]]] = {}
        self._means: dict[int, dict[str, float]] = {}

    def __len__(self) -> int:
        """Return how many replications there are."""
        return len(self._kept)

    def add(self, replication: int, fold: Fold) -> None:
        """Take the fold of one replication.

        Raises
        ------
        ValueError
            If that replication is there already.
        """
        if replication in self._kept:
            message = f"replication {replication} is counted already"
            raise ValueError(message)
        self._kept[replication] = {name: _compact(values) for name, values in fold.items()}
        self._means[replication] = {name: _mean(name, values) for name, values in fold.items()}

    @property
    def replications(self) -> tuple[int, ...]:
        """Return the numbers of the replications, ascending."""
        return tuple(sorted(self._kept))

    @property
    def names(self) -> tuple[str, ...]:
        """Return the metrics, in the order of the folds."""
        return tuple(dict.fromkeys(name for replication in self.replications for name in self._kept[replication]))

    def means(self, name: str) -> NDArray[np.float64]:
        """Return the mean of each replication in the metric's unit, ascending by replication; NaN where it has none."""
        return np.array([self._means[replication].get(name, math.nan) for replication in self.replications])

    def observations(self, name: str) -> Observations:
        """Return all observations in the metric's unit, replication after replication; +inf for never."""
        kept = [self._kept[replication] for replication in self.replications]
        parts = [_expand(values[name]) for values in kept if name in values]
        pooled: Observations = np.concatenate([np.empty(0), *parts]) / split(name)[0].per_unit
        return pooled

    def summary(self) -> Summary:
        """Return the summary, fit for JSON: full precision, no inf, no NaN."""
        return {name: self._line(name) for name in self.names}

    def worst(self) -> dict[str, float]:
        """Return the worst observation of each metric that has a bad direction, in its unit; +inf for never."""
        found = {}
        for name in self.names:
            family, values = split(name)[0], self.observations(name)
            if len(values) and family.better is not None:
                found[name] = float(values.max() if family.better == "low" else values.min())
        return found

    def _line(self, name: str) -> Line:
        family: Family = split(name)[0]
        values, means = self.observations(name), self.means(name)
        means = means[np.isfinite(means)]
        mean, bounds = t_interval(means) if len(means) else (math.nan, None)
        return Line(
            mean=_plain(mean),
            ci95=None if bounds is None else [float(bound) for bound in bounds],
            p50=_plain(quantile(values, 50)) if len(values) else None,
            p90=_plain(quantile(values, 90)) if len(values) else None,
            n=len(values),
            never=int(np.isinf(values).sum()),
            unit=family.unit.en,
        )


def _mean(name: str, values: Observations) -> float:
    happened = values[np.isfinite(values)]
    return float(np.mean(happened)) / split(name)[0].per_unit if len(happened) else math.nan


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _compact(values: Observations) -> NDArray[Any]:
    """Keep observations in less room, exactly: one value many times, or whole ms in four bytes."""
    if len(values) < 2:
        return values.copy()
    low, high = values.min(), values.max()
    if low == high:
        return np.broadcast_to(np.float64(low), values.shape)
    happened = np.isfinite(values)
    if low >= 0 and values[happened].max() < float(_NEVER) and np.array_equal(np.floor(values), values):
        return np.where(happened, np.where(happened, values, 0), float(_NEVER)).astype(np.uint32)
    return values.copy()


def _expand(kept: NDArray[Any]) -> Observations:
    if kept.dtype != np.uint32:
        return kept
    return np.where(kept == _NEVER, np.inf, kept.astype(np.float64))
