"""A sizing study, compiled: cases with their scenarios and probabilities, depots and items to size, what is asked of the plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sim.errors import Finding, Language
    from sim.scenario.frozen import Scenario
    from sim.scenario.node import Node


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A case that may come in a year.

    Parameters
    ----------
    scenario
        What happens; None: nothing.
    file, patch
        Its scenario file, and the change that is laid over it.
    probability
        Of the case; all cases make 1.
    draws
        How often its needs are drawn; 1 for a drill.
    """

    id: str
    name: str
    scenario: Scenario | None
    file: Path | None
    patch: Node | None
    probability: float
    draws: int


@dataclass(frozen=True, slots=True)
class Floor:
    """What a standard asks to be held: units of an item in some depots together (numbers among `SizeStudy.depots`)."""

    item: int
    depots: tuple[int, ...]
    amount: float
    basis: str


@dataclass(frozen=True, slots=True, eq=False)
class SizeStudy:
    """Everything that `sim.planning.sizing` needs. Items and depots are named by their ids, in order.

    Parameters
    ----------
    items, depots
        Those to size.
    owners
        For each depot, whose new stock is.
    survives
        (case id, depot id) → share of the stock that can be used.
    prices, packs
        Yuan a unit, units a pack (0: any amount), in the order of `items`.
    shortage
        Item or set id → yuan a unit short, where the study says so.
    within
        Deadline of needs without one (ms).
    risk
        (weight, level) of the worst cases, or None.
    service
        (level, tolerance) of the promise, or None.
    gap
        Share by which the plan may be worse than the best.
    """

    name: str
    question: str
    language: Language
    path: Path
    root: Path
    cases: tuple[Case, ...]
    items: tuple[str, ...]
    depots: tuple[str, ...]
    owners: tuple[str, ...]
    open_cost: tuple[float, ...]
    survives: Mapping[tuple[str, str], float]
    prices: tuple[float, ...]
    packs: tuple[float, ...]
    shortage: Mapping[str, float]
    minimum: tuple[Floor, ...]
    within: int
    budget: float | None
    budgets: tuple[float, ...]
    movable: bool
    move_cost: float
    risk: tuple[float, float] | None
    service: tuple[float, float] | None
    gap: float
    proof: int
    seed: int
    resolved: str
    warnings: tuple[Finding, ...] = field(default=())

    @property
    def first(self) -> Scenario:
        """Return the scenario that says what lies where today: that of the first case in which something happens."""
        return next(case.scenario for case in self.cases if case.scenario is not None)
