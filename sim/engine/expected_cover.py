"""Expected cover of places by teams that may be busy, and where to let teams stand for it."""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def expected_cover(weights: Sequence[float], reached: Sequence[Sequence[bool]], standing: Sequence[int], busy: float) -> float:
    """Return the weight of the places that a free team reaches in time, as expected.

    Parameters
    ----------
    weights
        Of each place.
    reached
        ``reached[base][place]``: a team at the base is at the place in time.
    standing
        Base of each team; a base may have several.
    busy
        Share of time that a team is busy, each for itself.

    Notes
    -----
    The objective of Daskin (1983), "A maximum expected covering location model", Transportation Science 17(1): the sum
    over places of weight * (1 - busy**k), with k teams in time.
    """
    return fsum(weight * (1.0 - busy ** sum(reached[base][place] for base in standing)) for place, weight in enumerate(weights))


def best_bases(weights: Sequence[float], reached: Sequence[Sequence[bool]], teams: int, busy: float) -> list[int]:
    """Return bases for up to so many teams, each where it adds most expected cover; of equals, the first base.

    The same base may come up more than once. When one more team would add nothing, no more are placed.

    Notes
    -----
    A further team adds weight * (1 - busy) * busy**k at each place that k reach already, so that gains shrink. Greedy
    choice then has at least 1 - 1/e of the best cover (Nemhauser, Wolsey and Fisher 1978, Mathematical Programming 14).
    """
    chosen: list[int] = []
    left = [weight * (1.0 - busy) for weight in weights]
    for _ in range(teams):
        gains = [fsum(gain for gain, here in zip(left, row, strict=True) if here) for row in reached]
        most = max(gains, default=0.0)
        if most <= 0.0:
            break
        base = gains.index(most)
        chosen.append(base)
        left = [gain * busy if here else gain for gain, here in zip(left, reached[base], strict=True)]
    return chosen
