"""A question about stocks as it is asked: plain numbers, most of which may be left out. `check` makes a `Problem` of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from sim.errors import Language
    from sim.planning.stockpile.problem import Minimum, Risk, Service, Want


@dataclass(frozen=True, kw_only=True, eq=False)
class Question:
    """How much of what should lie where: S scenarios, wants W, I depots, K items, J places.

    Parameters
    ----------
    wants
        What can be asked for, at least one.
    probability
        Of each scenario (S); sums to 1. A scenario is a year, or a case of which one happens a year.
    demand
        Units of each want at each place (S × W × J).
    time
        Drive from depot to place (h); infinite where there is no way. Shape R × I × J over states of the roads.
    price
        Of a unit bought (yuan; K, or I × K).
    state
        State of the roads in each scenario (S), positions in `time`; when left out, one state for all, or one a scenario.
    have
        Present stock (I × K), 0 when left out.
    keep
        Part of the present stock that stays where it is (I × K); all of it when left out.
    yearly_cost
        Of holding a unit for a year, wear and expiry in it (yuan; K, or I × K); 0 when left out. See `yearly_share`.
    budget
        For what is bought (yuan).
    volume, space
        Of a unit (K, m³), in a depot (I, m³, infinite when left out).
    minimums
        What standards ask to be held.
    pack
        Whole packs or truckloads of so many units are bought (K); 0 for any amount.
    open_cost
        Yearly cost of a depot that holds anything (I, yuan).
    survive
        Share of a depot's stock that is usable in a scenario (S × I), 1 when left out.
    mass, carry
        Of a unit (K, t); what the trucks of a depot carry in a scenario, payload × hours on the road (S × I, t h, infinite
        when left out). A unit takes its mass × twice the drive.
    handling
        Part of `time` that is not driven, at each depot (I, h): release, loading, receiving. Trucks and freight are by the
        drive alone.
    grows
        Whether more may be bought for a depot (I); for all when left out. A firm's store serves as it is.
    freight
        Cost of transport (yuan a tonne and hour, there and back).
    move_cost, discard_cost
        Of present stock that is not kept: per unit moved to another depot, per unit given away (K); 0 when left out.
    risk, service
        CVaR in the cost; chance constraint.
    depots, items, places
        Names for messages, numbered from 1 when left out.
    unreachable
        Whether a want that no depot can ever bring to a place is an error or a warning, kept in `Problem.warnings`.
    language
        Of the messages.

    """

    wants: Sequence[Want]
    probability: ArrayLike
    demand: ArrayLike
    time: ArrayLike
    price: ArrayLike
    state: ArrayLike | None = None
    have: ArrayLike | None = None
    keep: ArrayLike | None = None
    yearly_cost: ArrayLike | None = None
    budget: float = float("inf")
    volume: ArrayLike | None = None
    space: ArrayLike | None = None
    minimums: Sequence[Minimum] = ()
    pack: ArrayLike | None = None
    open_cost: ArrayLike | None = None
    survive: ArrayLike | None = None
    mass: ArrayLike | None = None
    carry: ArrayLike | None = None
    handling: ArrayLike | None = None
    grows: ArrayLike | None = None
    freight: float = 0.0
    move_cost: ArrayLike | None = None
    discard_cost: ArrayLike | None = None
    risk: Risk | None = None
    service: Service | None = None
    depots: Sequence[str] | None = None
    items: Sequence[str] | None = None
    places: Sequence[str] | None = None
    unreachable: Literal["error", "warning"] = "warning"
    language: Language = "zh"
