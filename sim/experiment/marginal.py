"""The marginal table: what one more team, a hundred more of an item, ten minutes less on a link are worth.

Each small change is run with the same luck as the variant that it changes, for as many replications.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.analysis.verdict import Verdict, judge
from sim.experiment.comparing.table import PER_YUAN, difference, gap, indifference, said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.experiment.comparing.campaign import Cell
    from sim.scenario.study import Study


def marginal_rows(
    study: Study,
    cells: Sequence[Cell],
    small: Sequence[Cell],
    counts: Sequence[int],
    planned: Sequence[Mapping[str, float] | None],
    planned_small: Sequence[Mapping[str, float] | None],
) -> list[dict[str, Any]]:
    """Return a row for each small change and metric.

    Parameters
    ----------
    cells, small
        The variants, and the small changes in the order of ``study.marginal``.
    counts
        Replications of each variant that count.
    planned, planned_small
        Planned values; None where there is no plan.

    Notes
    -----
    Each row answers a question of its own, so the intervals are not widened for how many rows there are.
    """
    rows = []
    for position, change in enumerate(study.marginal):
        plan, base_plan = planned_small[position], planned[change.of]
        for metric in study.metrics:
            found = difference(study, cells[change.of], small[position], metric, counts[change.of])
            price, estimate = change.variant.cost, found.estimate
            verdict = judge(found, indifference(study, metric))
            if study.drill and not found.identical:
                verdict = Verdict.REAL if estimate is None or estimate else Verdict.IDENTICAL
            rows.append({
                "change": change.name, "of": study.variants[change.of].id, "metric": metric, "n": counts[change.of],
                "difference": said(found), "planned_difference": gap(plan, base_plan, metric), "verdict": verdict.value,
                "price": price, "per_10k": estimate / price * PER_YUAN if price and estimate is not None else None,
            })  # fmt: skip
    return rows
