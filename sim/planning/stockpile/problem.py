"""The question in numbers: how much of each item to hold in each depot, against needs that differ from scenario to scenario.

Everything is a plain array. Axes, in this order wherever they occur: scenario s, want w, depot i, item k, place j. Amounts
are in the item's own unit, times in hours, money in yuan, masses in tonnes, volumes in cubic metres.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from sim.errors import Finding, Language

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Want:
    """What a place asks for: an item, or a set of items that count only together, or either of several such sets.

    Parameters
    ----------
    name
        For people.
    recipes
        Amount of each item that makes one unit; one row a way of making it (shape recipes × items), best first is not needed.
    deadline
        Longest drive that still helps (h).
    penalty
        Cost of one unit that does not come in time (yuan).
    """

    name: str
    recipes: ArrayLike
    deadline: float
    penalty: float


@dataclass(frozen=True)
class Minimum:
    """What a standard asks to be held: so much of an item, in a depot or in several together (positions)."""

    item: int
    depots: tuple[int, ...]
    amount: float
    name: str = ""


@dataclass(frozen=True)
class Risk:
    """Weight given to the worst cases: CVaR of the shortage cost at `level`, times `weight`, is added to the cost.

    R. T. Rockafellar and S. Uryasev (2000), Journal of Risk 2(3), 21–41.
    """

    weight: float
    level: float = 0.9


@dataclass(frozen=True)
class Service:
    """Chance constraint: with probability `level` no place is short of more than `tolerance` of any want (a share)."""

    level: float
    tolerance: float = 0.0


@dataclass(frozen=True, eq=False)
class Problem:
    """A checked question, made by `sim.planning.stockpile.check`; arrays cannot be written.

    Fields are those of `Question`, in full shape. `recipes` holds the amounts of all recipes (rows) by item, `recipe_want` the
    want that each belongs to.
    """

    depots: tuple[str, ...]
    items: tuple[str, ...]
    places: tuple[str, ...]
    want_names: tuple[str, ...]
    recipes: Floats
    recipe_want: Whole
    deadline: Floats
    penalty: Floats
    probability: Floats
    demand: Floats
    time: Floats
    state: Whole
    have: Floats
    keep: Floats
    price: Floats
    yearly_cost: Floats
    budget: float
    volume: Floats
    space: Floats
    minimums: tuple[Minimum, ...]
    pack: Floats
    open_cost: Floats
    survive: Floats
    mass: Floats
    carry: Floats
    handling: Floats
    grows: Floats
    freight: float
    move_cost: Floats
    discard_cost: Floats
    risk: Risk | None
    service: Service | None
    language: Language
    warnings: tuple[Finding, ...] = ()

    @property
    def shape(self) -> tuple[int, int, int, int, int]:
        """Return the numbers of scenarios, wants, depots, items and places."""
        scenarios, wants, places = self.demand.shape
        return scenarios, wants, len(self.depots), len(self.items), places

    def of_scenarios(self, chosen: Sequence[int] | Whole, probability: ArrayLike | None = None) -> Problem:
        """Return the same question over some of the scenarios, with their own probabilities (made to sum to 1 when left out)."""
        index = np.asarray(chosen, dtype=np.int64)
        share = self.probability[index] if probability is None else np.asarray(probability, dtype=np.float64)
        return replace(
            self,
            probability=frozen(share / share.sum()),
            demand=frozen(self.demand[index]),
            state=frozen(self.state[index]),
            survive=frozen(self.survive[index]),
            carry=frozen(self.carry[index]),
        )

    def with_budget(self, budget: float) -> Problem:
        """Return the same question with another budget."""
        return replace(self, budget=float(budget))

    def neutral(self) -> Problem:
        """Return the question of expected cost alone: no weight on the worst cases, no promise of service."""
        return replace(self, risk=None, service=None)


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Return a copy in one piece that cannot be written."""
    held = np.array(array, order="C")
    held.setflags(write=False)
    return held


def yearly_share(price: ArrayLike, life: ArrayLike, holding_share: float = 0.0, after_life: ArrayLike = 0.0) -> Floats:
    """Return the yearly cost of holding a unit: the part of its price that a year of its life uses up, and of keeping it.

    Parameters
    ----------
    price
        Yuan a unit.
    life
        Years until it is replaced; infinite if it keeps for ever.
    holding_share
        Cost of keeping it, as a share of the price a year.
    after_life
        What a unit still fetches then (yuan).

    Notes
    -----
    Straight-line: (price − after_life) / life + holding_share × price.
    """
    bought = np.asarray(price, dtype=np.float64)
    share: Floats = (bought - np.asarray(after_life)) / np.asarray(life, dtype=np.float64) + holding_share * bought
    return share
