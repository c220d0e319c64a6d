"""The table of a comparison: each variant in each metric, and its difference to the baseline."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.bootstrap import quantile_difference
from sim.analysis.comparison import Difference, independent, paired
from sim.analysis.multiplicity import holm
from sim.analysis.statistics import LEVEL, quantile, t_interval
from sim.analysis.verdict import Verdict, judge
from sim.scenario.metric_names import arguments_of, split, title

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sim.errors import Language
    from sim.experiment.comparing.campaign import Cell
    from sim.scenario.frozen import Scenario
    from sim.scenario.study import Study

    Floats = NDArray[np.float64]

PER_YUAN = 10_000
"""What a price is told for."""
QUANTILE_FROM = 20
"""Replications from which the bootstrap interval of a quantile is told: with fewer it is too short."""


def metric_lines(study: Study) -> list[dict[str, Any]]:
    """Return what is looked at: name, title, unit, good direction."""
    scenario, language = study.base.scenario, study.language
    return [
        {
            "metric": name, "title": titled(scenario, name, language), "title_zh": titled(scenario, name, "zh"),
            "title_en": titled(scenario, name, "en"), "unit": split(name)[0].unit.say(language),
            "better": split(name)[0].better, "indifference": indifference(study, name),
        }
        for name in study.metrics
    ]  # fmt: skip


def titled(scenario: Scenario, name: str, language: Language) -> str:
    """Return the title of a metric, with names for ids."""
    return title(name, language, {team.id: team.name for team in scenario.teams}, arguments_of(scenario))


def indifference(study: Study, metric: str) -> float | None:
    """Return the difference below which nothing is decided: what the choice says, else what precision asks; None if neither."""
    if study.choice is not None and study.choice.metric == metric:
        return study.choice.indifference
    return next((one.within for one in study.precision if one.metric == metric), None)


def compare_cells(
    study: Study, cells: Sequence[Cell], counts: Sequence[int], planned: Sequence[Mapping[str, float] | None]
) -> list[dict[str, Any]]:
    """Return a row for each metric and variant, in that order.

    Parameters
    ----------
    counts
        Replications of each variant that count.
    planned
        Planned values of each variant; None where there is no plan.
    """
    rows, differences = [], list[tuple[dict[str, Any], Difference]]()
    for metric in study.metrics:
        for place, cell in enumerate(cells):
            plan, base_plan = planned[place], planned[study.baseline]
            row = _own(study, metric, place, cell, counts[place])
            row["planned"] = None if plan is None else finite(plan[metric])
            row["planned_difference"] = None
            if place != study.baseline:
                row["planned_difference"] = gap(plan, base_plan, metric)
                count = min(counts[place], counts[study.baseline])
                found = difference(study, cells[study.baseline], cell, metric, count)
                row["difference"] = said(found)
                row["p90_difference"] = said(_of_p90(study, cells[study.baseline], cell, metric, count))
                row["per_10k"] = _per_price(study, place, row)
                differences.append((row, found))
            rows.append(row)
    _judged(study, differences)
    return rows


def _own(study: Study, metric: str, place: int, cell: Cell, count: int) -> dict[str, Any]:
    values, pooled = cell.values(metric, count), np.concatenate([np.empty(0), *cell.observations(metric, count)])
    happened = values[np.isfinite(values)]
    mean, bounds = t_interval(happened) if len(happened) else (math.nan, None)
    return {
        "metric": metric, "variant": study.variants[place].id, "n": count, "mean": finite(mean),
        "ci95": None if bounds is None else list(bounds),
        "p50": finite(quantile(pooled, 50)) if len(pooled) else None,
        "p90": finite(quantile(pooled, 90)) if len(pooled) else None,
        "observations": len(pooled), "never": int(np.isinf(pooled).sum()), "difference": None, "p90_difference": None,
        "verdict": None, "per_10k": None,
    }  # fmt: skip


def finite(value: float) -> float | None:
    """Return a number, or None for what is none or never."""
    return float(value) if math.isfinite(value) else None


def gap(plan: Mapping[str, float] | None, base: Mapping[str, float] | None, metric: str) -> float | None:
    """Return the difference of planned values; None when one has none."""
    if plan is None or base is None:
        return None
    return 0.0 if plan[metric] == base[metric] else finite(plan[metric] - base[metric])


def difference(study: Study, base: Cell, other: Cell, metric: str, count: int) -> Difference:
    """Return other − base over the first `count` replications; replications with nothing to measure are left out of both."""
    a, b = base.values(metric, count), other.values(metric, count)
    if study.seeds == "independent":
        a, b = a[~np.isnan(a)], b[~np.isnan(b)]
        return independent(a, b) if len(a) and len(b) else _nothing()
    there = ~(np.isnan(a) | np.isnan(b))
    return paired(a[there], b[there]) if there.any() else _nothing()


def _nothing() -> Difference:
    return Difference(None, None, LEVEL, (0, 0), None, None)


def _of_p90(study: Study, base: Cell, other: Cell, metric: str, count: int) -> Difference | None:
    if count < QUANTILE_FROM or split(metric)[0].aggregation != "observations":
        return None
    a, b = base.observations(metric, count), other.observations(metric, count)
    if not sum(map(len, a)) or not sum(map(len, b)):
        return None
    if any(math.isinf(quantile(np.concatenate(side), 90)) for side in (a, b)):
        return None  # it never happens too often for nine in ten: the counts of never say so
    return quantile_difference(a, b, 90, common=study.seeds == "common")


def said(found: Difference | None) -> dict[str, Any] | None:
    """Return a difference fit for JSON."""
    if found is None:
        return None
    low, high = found.bounds or (math.nan, math.nan)
    ratio = found.variance_ratio
    return {
        "estimate": None if found.estimate is None else finite(found.estimate), "low": finite(low), "high": finite(high),
        "p": found.p, "p_holm": None, "used": list(found.used), "identical": found.identical,
        "variance_ratio": None if ratio is None else finite(ratio),
        "never": None if found.never is None else {"base": found.never.base, "other": found.never.other, "p": found.never.p},
    }  # fmt: skip


def _judged(study: Study, found: Sequence[tuple[dict[str, Any], Difference]]) -> None:
    """Write the verdicts; what Holm's correction over the whole table does not uphold is undecided."""
    asked = [(row, one.p) for row, one in found if one.p is not None and not one.identical]
    adjusted = holm([p for _, p in asked]).tolist() if asked else []
    for (row, _), p in zip(asked, adjusted, strict=True):
        row["difference"]["p_holm"] = float(p)
    for row, one in found:
        verdict = _planned_verdict(study, row) if study.drill else judge(one, indifference(study, row["metric"]))
        p = row["difference"]["p_holm"]
        if verdict in (Verdict.REAL, Verdict.TOO_SMALL) and not study.drill and p is not None and p > 1 - LEVEL:
            verdict = Verdict.UNDECIDED
        row["verdict"] = verdict.value


def _planned_verdict(study: Study, row: Mapping[str, Any]) -> Verdict:
    """Return the verdict on planned values: there is no chance in them."""
    estimate, too_little = row["difference"]["estimate"], indifference(study, row["metric"])
    if row["difference"]["identical"] or estimate == 0:
        return Verdict.IDENTICAL
    if estimate is None:
        never = row["difference"]["never"]
        return Verdict.REAL if never is not None and never["base"] != never["other"] else Verdict.UNDECIDED
    return Verdict.TOO_SMALL if too_little is not None and abs(estimate) <= too_little else Verdict.REAL


def _per_price(study: Study, place: int, row: Mapping[str, Any]) -> float | None:
    cost, base = study.variants[place].cost, study.base.cost or 0.0
    estimate = row["difference"]["estimate"]
    if cost is None or cost - base <= 0 or estimate is None:
        return None
    return float(estimate / (cost - base) * PER_YUAN)


def family_size(rows: Sequence[Mapping[str, Any]]) -> int:
    """Return how many comparisons are corrected for together."""
    return sum(row["difference"] is not None and row["difference"]["p_holm"] is not None for row in rows)
