"""The earliest complete package: which team fills which slot, so that the last one arrives as early as possible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Sequence


def earliest_complete(etas: Sequence[Sequence[int]]) -> list[int]:
    """Choose one team for each slot: as many slots as possible, then the earliest last arrival, then the next to last.

    Parameters
    ----------
    etas
        ``etas[slot][team]`` in ms; `NEVER` where the team cannot fill the slot.

    Returns
    -------
    list of int
        Team of each slot, or -1. Among equals, teams with lower numbers.

    Notes
    -----
    The lexicographic bottleneck assignment as an ordinary one (Burkard and Rendl 1991, "Lexicographic bottleneck
    problems", Operations Research Letters 10): the k-th smallest time costs (slots + 1)^k in whole numbers of any length,
    so that one later arrival outweighs all earlier ones. An unfilled slot costs more than any arrival.
    """
    slots = len(etas)
    teams = len(etas[0]) if etas else 0
    if not slots or not teams:
        return [-1] * slots
    rank = {value: k for k, value in enumerate(sorted({v for row in etas for v in row if v < NEVER}))}
    weight = [(slots + 1) ** k * (slots * teams + 1) for k in range(len(rank) + 1)]
    # One column for each slot stands for "nobody"; lower team numbers break ties.
    cost = [
        [weight[rank[v]] + team if v < NEVER else weight[-1] * (slots + 1) for team, v in enumerate(row)]
        + [weight[-1] if other == slot else weight[-1] * (slots + 1) for other in range(slots)]
        for slot, row in enumerate(etas)
    ]
    return [column if column < teams else -1 for column in _cheapest(cost)]


def _cheapest(cost: list[list[int]]) -> list[int]:
    """Return the column of each row in a cheapest assignment, rows ≤ columns (Kuhn 1955, with potentials)."""
    rows, columns = len(cost), len(cost[0])
    infinite = sum(max(row) for row in cost) + 1
    row_price, column_price = [0] * (rows + 1), [0] * (columns + 1)
    owner, way = [0] * (columns + 1), [0] * (columns + 1)
    for row in range(1, rows + 1):
        owner[0], column = row, 0
        least, seen = [infinite] * (columns + 1), [False] * (columns + 1)
        while owner[column]:
            seen[column] = True
            column = _grow(cost, owner[column], column, row_price, column_price, owner, way, least, seen, infinite)
        while column:
            owner[column], column = owner[way[column]], way[column]
    chosen = [-1] * rows
    for column in range(1, columns + 1):
        if owner[column]:
            chosen[owner[column] - 1] = column - 1
    return chosen


def _grow(
    cost: list[list[int]], row: int, column: int, row_price: list[int], column_price: list[int], owner: list[int],
    way: list[int], least: list[int], seen: list[bool], infinite: int,
) -> int:  # fmt: skip
    """Grow the tree of alternating ways by the cheapest column, adjust the prices, and return that column."""
    delta, best = infinite, 0
    for other in range(1, len(column_price)):
        if not seen[other]:
            reduced = cost[row - 1][other - 1] - row_price[row] - column_price[other]
            if reduced < least[other]:
                least[other], way[other] = reduced, column
            if least[other] < delta:
                delta, best = least[other], other
    for other in range(len(column_price)):
        if seen[other]:
            row_price[owner[other]] += delta
            column_price[other] -= delta
        else:
            least[other] -= delta
    return best
