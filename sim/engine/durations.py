"""Durations of one replication: planned values in a drill, keyed draws in a plan test, recorded values where given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sim.quantities import Quantity
    from sim.randomness import Draws
    from sim.scenario.frozen import Ticks

Purpose = str
"""What a draw is for: `call_handling`, `decision`, `turnout`, `report_in`, `set_up`, `work`, `carry`, `handover`, `refit`, …"""


class Block:
    """Incidents that were drawn together: their keys, and the columns of durations drawn so far."""

    __slots__ = ("columns", "given", "keys")

    def __init__(self, keys: NDArray[np.uint64], given: tuple[Mapping[str, int], ...] = ()) -> None:
        self.keys = keys
        self.given = given
        self.columns: dict[tuple[str, Ticks | None, int, int], list[int]] = {}


class Durations:
    """Gives every duration of a replication.

    Parameters
    ----------
    draws
        Draws of this replication; None in a drill, where every quantity takes its planned value.
    """

    def __init__(self, draws: Draws | None) -> None:
        self.draws = draws

    def get(self, block: Block, n: int, purpose: Purpose, ticks: Ticks, line: int = 0, slot: int = 0) -> int:
        """Return ms for incident `n` of `block`; the same key gives the same value whenever it is asked for."""
        if ticks.quantity is None and not block.given:
            return ticks.planned
        column = block.columns.get((purpose, ticks, line, slot))
        if column is None:
            column = block.columns[purpose, ticks, line, slot] = self._column(block, purpose, ticks, line, slot)
        return column[n]

    def value(self, block: Block, n: int, purpose: Purpose, quantity: Quantity) -> float:
        """Return a drawn amount that is not a time."""
        if self.draws is None or not quantity.spread:
            return quantity.planned
        u = self.draws.uniforms(purpose, block.keys[n : n + 1])
        return float(quantity.quantiles(u)[0])

    def happens(self, block: Block, n: int, purpose: Purpose, chance: float, line: int = 0, slot: int = 0) -> bool:
        """Tell whether a chance comes true; planned: the likelier outcome (a tie counts as yes)."""
        if block.given and purpose in block.given[n]:
            return bool(block.given[n][purpose])
        if self.draws is None or chance in (0.0, 1.0):
            return chance >= 0.5
        key = (purpose, None, line, slot)
        column = block.columns.get(key)
        if column is None:
            u = self.draws.uniforms(purpose, block.keys, line, slot)
            column = block.columns[key] = (u * (1 << 52)).astype(np.int64).tolist()
        return column[n] < chance * (1 << 52)

    def once(self, key: int, purpose: Purpose, ticks: Ticks) -> int:
        """Return ms for something that is not an incident, such as how long a closure lasts."""
        if self.draws is None or ticks.quantity is None:
            return ticks.planned
        u = self.draws.uniforms(purpose, np.array([key], dtype=np.uint64))
        return int(np.rint(ticks.quantity.quantiles(u))[0])

    def fails_once(self, key: int, purpose: Purpose, chance: float) -> bool:
        """Tell whether something that is not an incident goes wrong; as planned it does when that is likelier than not."""
        if self.draws is None or not chance:
            return chance > 0.5
        return self.draws.uniform(f"{purpose}/fails", key) < chance

    def _column(self, block: Block, purpose: Purpose, ticks: Ticks, line: int, slot: int) -> list[int]:
        """Return the value of every incident of the block; recorded ones hold for the first slot of the first line."""
        if self.draws is None or ticks.quantity is None:
            column = [ticks.planned] * len(block.keys)
        else:
            u = self.draws.uniforms(purpose, block.keys, line, slot)
            column = np.rint(ticks.quantity.quantiles(u)).astype(np.int64).tolist()
        if block.given and line == slot == 0:
            column = [given.get(purpose, value) for given, value in zip(block.given, column, strict=True)]
        return column
