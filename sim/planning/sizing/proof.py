"""The proof: the proposed stock, today's and the standard's are simulated in every case under common draws.

The program promises what could be done by somebody who knows each case and moves goods as well as can be. What is reached is
what the simulated response does: with its calls, keepers, bays, trucks and roads. Its draws are others than those that the
plan was made for: a plan that was fitted to chance would be found out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.analysis.statistics import Interval, t_quantile
from sim.experiment.comparing.campaign import Campaign, Cell
from sim.planning.sizing.needs import asked_again
from sim.planning.sizing.plans import with_stock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from sim.experiment.comparing.folder import StudyFolder
    from sim.experiment.comparing.pools import Pool
    from sim.scenario.frozen import Scenario
    from sim.scenario.size_study import Case, SizeStudy
    from sim.scenario.supplies import SupplyNeed

    Floats = NDArray[np.float64]
    Stocks = Mapping[tuple[str, str], float]

TODAY, PROPOSAL, STANDARD = "today", "proposal", "standard"


class Reached(NamedTuple):
    """What one plan reaches for one want in one case: share in time, with its 95 % interval."""

    plan: str
    case: str
    want: str
    share: Interval


@dataclass(frozen=True, eq=False)
class Proof:
    """What simulation says of the plans."""

    plans: tuple[str, ...]
    rows: tuple[Reached, ...]
    cost: Mapping[str, Interval]
    """Plan → expected shortage cost of a year (yuan)."""
    service: Mapping[str, float]
    """Plan → share of all wants met in time, each weighed by its penalty, over all cases."""
    gain: Interval
    """Expected shortage cost of a year that the proposal saves over today, paired (yuan)."""
    replications: int


def proved(
    study: SizeStudy, penalties: Mapping[str, float], plans: Mapping[str, Stocks], pool: Pool, folder: StudyFolder | None,
    tell: Callable[[int, int], None] | None = None,
) -> Proof:  # fmt: skip
    """Simulate every plan in every case.

    Parameters
    ----------
    penalties
        Want → yuan a unit short.
    plans
        Plan → what it adds to today's stock: (depot, item) → units.
    """
    cases = [case for case in study.cases if case.scenario is not None]
    wants = list(penalties)
    metrics = tuple(dict.fromkeys(name for want in wants for name in _metrics(study, want)))
    cells: dict[tuple[str, str], Cell] = {}
    for case in cases:
        assert case.scenario is not None
        for name, more in plans.items():
            scenario = with_stock(study, case, more) if any(more.values()) else case.scenario
            cells[name, case.id] = Cell(measured(scenario, study.within), fresh_seed(study))
    campaign = Campaign(pool, metrics, tell)
    counts = [1 if cell.scenario.mode == "drill" else study.proof for cell in cells.values()]
    if folder is not None:
        for cell in cells.values():
            if cell.scenario.mode != "drill":
                cell.store = folder.blocks(cell)
        campaign.recall(list(cells.values()), max(counts))
    campaign.extend(list(cells.values()), counts)
    rows = tuple(
        Reached(name, case.id, want, _mean(cells[name, case.id].values(_metrics(study, want)[0])))
        for name in plans for case in cases for want in wants
        if np.isfinite(cells[name, case.id].values(_metrics(study, want)[0])).any()
    )  # fmt: skip
    lost = {key: _cost(study, cell, penalties) for key, cell in cells.items()}
    chance = {case.id: case.probability for case in cases}
    asked = _asked_cost(study, cases, {case.id: cells[TODAY, case.id].done for case in cases}, penalties)
    cost = {name: _over_cases([lost[name, case.id] for case in cases], list(chance.values())) for name in plans}
    service = {name: 1 - cost[name].mean / asked if asked else 1.0 for name in plans}
    saved = [lost[TODAY, case.id] - lost[PROPOSAL, case.id] for case in cases]
    gain = _over_cases(saved, list(chance.values()))
    return Proof(tuple(plans), rows, cost, service, gain, max(counts))


def _kit(scenario: Scenario, want: str) -> float | None:
    """Return the people whom a set serves; None for an item."""
    return next((kit.serves for kit in scenario.supplies.kits if kit.id == want), None)


def _metrics(study: SizeStudy, want: str) -> tuple[str, str]:
    """Return the metrics of a want: the share that comes in time, and what is short."""
    if _kit(study.first, want) is not None:
        return f"supplied.share.{want}", f"supplied.short.{want}"
    return f"supply.in_time.{want}", f"supply.short.{want}"


def _cost(study: SizeStudy, cell: Cell, penalties: Mapping[str, float]) -> Floats:
    """Return the shortage cost of each replication (yuan)."""
    total = np.zeros(cell.done)
    for want, penalty in penalties.items():
        serves = _kit(study.first, want)
        short = np.nan_to_num(cell.values(_metrics(study, want)[1]), nan=0.0)
        total += penalty * short / (serves or 1.0)
    return total


def fresh_seed(study: SizeStudy) -> int:
    """Return the seed of the proof: another than that of the draws which the plan was made for."""
    return (study.seed + 1) % 2**63


def measured(scenario: Scenario, within: int) -> Scenario:
    """Return a scenario in which every want can be measured.

    Needs without a deadline get that of the study, from when they are known; sets that are said to serve nobody serve one.
    """
    def need(one: SupplyNeed) -> SupplyNeed:
        return one if one.deadline is not None else replace(one, deadline=one.after.planned + within)

    courses = tuple(replace(one, supplies=tuple(map(need, one.supplies))) for one in scenario.courses)
    kits = tuple(replace(kit, serves=kit.serves or 1.0) for kit in scenario.supplies.kits)
    return replace(scenario, courses=courses, supplies=replace(scenario.supplies, kits=kits))


def _asked_cost(study: SizeStudy, cases: Sequence[Case], counts: Mapping[str, int], penalties: Mapping[str, float]) -> float:
    """Return what an expected year would cost if nothing came (yuan): of the very draws that the plans are simulated with."""
    total = 0.0
    for case in cases:
        draws = asked_again(case, study, fresh_seed(study), counts[case.id])
        lost = [sum(penalties.get(want, 0.0) * units for want, units in asked.items()) for asked in draws]
        total += case.probability * float(np.mean(lost))
    return total


def _mean(values: Floats) -> Interval:
    values = values[np.isfinite(values)]
    mean = float(values.mean())
    if len(values) < 2:
        return Interval(mean, None)
    half = t_quantile(len(values) - 1, 0.975) * float(values.std(ddof=1)) / len(values) ** 0.5
    return Interval(mean, (mean - half, mean + half))


def _over_cases(values: Sequence[Floats], chance: Sequence[float]) -> Interval:
    """Return the mean over cases, and its interval from the spread within each (none where every case is a drill)."""
    mean = sum(share * float(one.mean()) for share, one in zip(chance, values, strict=True))
    drawn = [(share, one) for share, one in zip(chance, values, strict=True) if len(one) > 1]
    spread = [(share**2 * float(one.var(ddof=1)) / len(one), len(one)) for share, one in drawn]
    if not spread:
        return Interval(mean, None)
    half = t_quantile(min(count for _, count in spread) - 1, 0.975) * sum(part for part, _ in spread) ** 0.5
    return Interval(mean, (mean - half, mean + half))
