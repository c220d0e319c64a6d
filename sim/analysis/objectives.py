"""Results held against the targets of a scenario."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.scenario.metric_names import split
from sim.units import MINUTE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.analysis.summary import Line, Summary
    from sim.scenario.frozen import Objective, Scenario


@dataclass(frozen=True, slots=True)
class Verdict:
    """An objective and what came of it, in the unit of the metric's summary."""

    objective: Objective
    target: float
    value: float | None
    """None when nothing was observed; +inf when it never happened as often as the target asks."""
    met: bool | None
    """None when nothing was observed."""
    gap: float
    """How far the value is from the target on the wrong side; 0 when met."""


def verdicts(scenario: Scenario, summary: Summary, worst: Mapping[str, float] | None = None) -> tuple[Verdict, ...]:
    """Return the verdict on each objective.

    A time in a drill must be met by every incident (the worst is held against the target); in a plan test nine times in
    ten (the 90 % quantile; what never happened counts as too late). Of shares and amounts the mean is held against it.
    """
    bad = worst or {}
    return tuple(_verdict(scenario, target, summary.get(target.metric), bad) for target in scenario.objectives)


def _verdict(scenario: Scenario, objective: Objective, line: Line | None, worst: Mapping[str, float]) -> Verdict:
    at_most = objective.at_most
    target = at_most / MINUTE if at_most is not None else float(objective.at_least or 0)
    if line is None or line["n"] == 0:
        return Verdict(objective, target, None, None, 0.0)
    family = split(objective.metric)[0]
    if not family.is_duration:
        found = line["mean"]
    elif scenario.mode == "drill":
        found = math.inf if line["never"] else worst.get(objective.metric, line["p90"] or 0.0)
    else:
        found = line["p90"]
    if line["never"] and family.better == "high" and not family.is_duration:
        found = -math.inf
    value = math.inf if found is None else found
    over = value - target if at_most is not None else target - value
    return Verdict(objective, target, value, over <= 0, max(0.0, over))
