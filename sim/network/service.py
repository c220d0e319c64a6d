"""One door to travel times, whatever the form of the network. Roads (scipy) are imported only when there are roads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.network.line import Line, LineTravel
from sim.network.matrix import MatrixTravel, TravelMatrix
from sim.network.speeds import DEFAULT_SPEEDS, SpeedTable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.network.graph import RoadGraph
    from sim.network.states import Effect
    from sim.network.trips import Measured, Site, Travel


def compile_travel(
    form: RoadGraph | TravelMatrix | Line,
    sites: Sequence[Site],
    *,
    effects: Sequence[Effect] = (),
    measured: Sequence[Measured] = (),
    speeds: SpeedTable = DEFAULT_SPEEDS,
    border_ms: Mapping[tuple[str, str], int] | None = None,
    tolerance_m: float | None = None,
    access_kmh: float | None = None,
    cache_bytes: int | None = None,
) -> Travel:
    """Return the travel service of one scenario.

    Parameters
    ----------
    form
        Roads, a matrix or the straight line; what follows `speeds` bears on roads only (None: the default).

    Raises
    ------
    InputError
        See `RoadTravel`, `MatrixTravel`, `LineTravel`.

    """
    if isinstance(form, Line):
        return LineTravel(form, sites, effects=effects, measured=measured, speeds=speeds)
    if isinstance(form, TravelMatrix):
        return MatrixTravel(form, sites, effects=effects, measured=measured, speeds=speeds)
    from sim.network import travel

    return travel.RoadTravel(
        form, sites, effects=effects, measured=measured, speeds=speeds, border_ms=border_ms,
        tolerance_m=travel.TOLERANCE_M if tolerance_m is None else tolerance_m,
        access_kmh=travel.ACCESS_KMH if access_kmh is None else access_kmh,
        cache_bytes=travel.CACHE_BYTES if cache_bytes is None else cache_bytes,
    )  # fmt: skip
