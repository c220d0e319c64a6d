"""The travel-time matrix: places x places, minutes, no roads."""

from __future__ import annotations

import csv
import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.errors import Finding, Mark, Words, did_you_mean
from sim.network.speeds import DEFAULT_SPEEDS, SpeedTable
from sim.network.trips import (
    Measured,
    Profile,
    Route,
    Site,
    Spot,
    TravelBase,
    Trip,
    check_measured,
    raise_all,
    refuse_located,
)
from sim.units import MINUTE, NEVER

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sim.network.states import Effect

Floats = npt.NDArray[np.float64]
NO_WAY = frozenset({"", "-", "—", "/", "inf", "无"})
"""Cells that mean: no way."""


@dataclass(frozen=True, eq=False)
class TravelMatrix:
    """Driving times between places.

    Attributes
    ----------
    names
        Of the places.
    ms
        int64, shape (places, places): from row to column; `NEVER` where there is no way. Need not be symmetric.
    x, y
        Positions (NaN where unknown).
    content_hash
        SHA-256 of all the above (hex).
    projected
        Positions are metres, not lon, lat.

    """

    names: tuple[str, ...]
    ms: npt.NDArray[np.int64]
    x: Floats
    y: Floats
    content_hash: str
    projected: bool = False

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for array in (self.ms, self.x, self.y):
            array.setflags(write=False)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Unpickled arrays are writable again: freeze them."""
        self.__dict__.update(state)
        self.__post_init__()


def build_matrix(
    names: Sequence[str],
    minutes: npt.ArrayLike,
    x: npt.ArrayLike | None = None,
    y: npt.ArrayLike | None = None,
    *,
    projected: bool = False,
    mark: Mark | None = None,
) -> TravelMatrix:
    """Check and build a matrix.

    Parameters
    ----------
    names
        Of the places, unique.
    minutes
        Shape (places, places); inf where there is no way, NaN is refused.
    x, y
        lon, lat or metres; NaN where unknown.

    Raises
    ------
    InputError
        ``matrix-shape``, ``duplicate-place``, ``bad-time`` (negative or NaN).

    """
    table = np.array(minutes, np.float64)
    count = len(names)
    shape = Words("give one row and one column for each place", "每个地点应有一行一列")
    if table.shape != (count, count) or count == 0:
        size = "x".join(map(str, table.shape))
        what = Words(f"{count} places, but a table of {size}", f"{count} 个地点,表却是 {size}")
        raise_all([Finding("matrix-shape", what, shape, mark)])
    findings = [
        Finding("duplicate-place", Words(f"place '{name}' is there twice", f"地点“{name}”重复"),
                Words("keep one of them", "请只留一个"), mark)
        for at, name in enumerate(names)
        if name in names[:at]
    ]  # fmt: skip
    for a, b in np.argwhere(np.isnan(table) | (table < 0)):
        value = table[a, b]
        what = Words(
            f"time {names[a]} -> {names[b]} is {value:g} min", f"{names[a]} → {names[b]} 的时间是 {value:g} 分钟"
        )
        findings.append(Finding("bad-time", what, Words("write minutes, 0 or more; leave it empty for no way",
                                                        "请写不小于 0 的分钟数;走不通则留空"), mark))  # fmt: skip
    raise_all(findings)
    ms = np.where(np.isinf(table), NEVER, np.rint(np.where(np.isinf(table), 0, table) * MINUTE).astype(np.int64))
    xs = np.full(count, np.nan) if x is None else np.array(x, np.float64)
    ys = np.full(count, np.nan) if y is None else np.array(y, np.float64)
    digest = hashlib.sha256("\x1f".join(names).encode() + ms.tobytes() + xs.tobytes() + ys.tobytes()).hexdigest()
    return TravelMatrix(tuple(names), ms, xs, ys, digest, projected)


def read_matrix(path: Path, *, encoding: str = "utf-8-sig") -> TravelMatrix:
    """Read a CSV of minutes: the first row and the first column carry the place names.

    Two extra columns ``lon`` and ``lat`` (经度, 纬度) may follow. Empty cells mean no way.

    Raises
    ------
    InputError
        ``matrix-shape``, ``matrix-names``, ``bad-time``, with file and line.

    """
    with path.open(encoding=encoding, newline="") as file:
        rows = [(line, row) for line, row in enumerate(csv.reader(file), 1) if any(cell.strip() for cell in row)]
    if not rows:
        what = Words("the matrix file is empty", "矩阵文件是空的")
        remedy = Words("check that it is complete", "请检查文件是否完整")
        raise_all([Finding("matrix-shape", what, remedy, Mark(str(path)))])
    head = [cell.strip() for cell in rows[0][1]][1:]
    titles = (("lon", "经度"), ("lat", "纬度"))
    at = [next((i for i, name in enumerate(head) if name.lower() in title), -1) for title in titles]
    places = [i for i in range(len(head)) if i not in at]
    names = [head[i] for i in places]
    findings: list[Finding] = []
    if [row[0].strip() for _, row in rows[1:]] != names:
        what = Words("the names of the first column are not those of the first row, in the same order",
                     "首列地名与首行地名不一致(次序也应相同)")  # fmt: skip
        findings.append(Finding("matrix-names", what, Words("repeat the names in both", "请两处写同样的地名"),
                                Mark(str(path), rows[0][0])))  # fmt: skip
    table = [[_cell(row, i + 1, Mark(str(path), line), findings) for i in places] for line, row in rows[1:]]
    xy = [[_cell(row, i + 1, Mark(str(path), line), findings, coordinate=True) if i >= 0 else math.nan for i in at]
          for line, row in rows[1:]]  # fmt: skip
    raise_all(findings)
    return build_matrix(names, table, [p[0] for p in xy], [p[1] for p in xy], mark=Mark(str(path)))


def _cell(row: list[str], at: int, mark: Mark, findings: list[Finding], *, coordinate: bool = False) -> float:
    text = row[at].strip() if at < len(row) else None
    if text is not None and text.lower() in NO_WAY:
        return math.nan if coordinate else math.inf
    try:
        value = float(text) if text is not None else math.nan
    except ValueError:
        value = math.nan
    if math.isnan(value) or (value < 0 and not coordinate):
        if text is None:
            what = Words("the row is cut short", "这一行不完整")
        else:
            what = Words(f"'{text}' is not a number of 0 or more", f"“{text}”不是不小于 0 的数")
        remedy = Words("write minutes; leave the cell empty for no way", "请写分钟数;走不通则留空")
        findings.append(Finding("bad-time", what, remedy, mark))
    return value


class MatrixTravel(TravelBase):
    """Travel times from a matrix (see `Travel`). A spot is the number of a place.

    Weather and road events without a location slow every drive alike; hours have no influence. A team under way stands
    at the place nearest to the point of the straight line between the ends that its share of the trip has reached.
    """

    def __init__(
        self,
        matrix: TravelMatrix,
        sites: Sequence[Site],
        *,
        effects: Sequence[Effect] = (),
        measured: Sequence[Measured] = (),
        speeds: SpeedTable = DEFAULT_SPEEDS,
    ) -> None:
        """Find the place of each site."""
        super().__init__(len(sites), effects, measured)
        self.matrix = matrix
        self.speeds = speeds
        number = {name: at for at, name in enumerate(matrix.names)}
        self._place: list[int] = []
        findings = refuse_located(self.effects, Words("a matrix", "时间矩阵")) + check_measured(measured, sites)
        for site in sites:
            name = site.name if site.node is None else str(site.node)
            if name in number:
                self._place.append(number[name])
            else:
                what = Words(f"'{name}' is not a place of the matrix", f"矩阵里没有“{name}”")
                findings.append(Finding("unknown-place", what, did_you_mean(name, matrix.names), site.where))
        raise_all(findings)
        self._rows: list[list[int]] = matrix.ms.tolist()
        self._lay_over({m.vehicle: speeds.vehicle(m.vehicle).name for m in measured if m.vehicle is not None})

    def spot(self, site: int) -> Spot:
        """Return where a team at a site stands: the number of the place."""
        return self._place[site]

    def point(self, spot: Spot) -> tuple[float, float]:
        """Return lon, lat (x, y) of a spot; NaN where unknown."""
        return float(self.matrix.x[spot]), float(self.matrix.y[spot])  # type: ignore[index]

    def _profile_key(self, vehicle: str, hour: int | None, weather: str) -> Profile:
        return Profile(self.speeds.vehicle(vehicle).name, self.speeds.weather_factor(weather))

    def _slow(self, profile: int, state: int) -> float:
        entry = self._profiles[profile]
        factor: float = entry.key * self.states.everywhere(state, entry.vehicle)  # type: ignore[operator]
        return factor

    def _derived(self, origin: Spot, target: int, profile: int, state: int) -> int:
        ms = self._rows[origin][self._place[target]]  # type: ignore[index]
        factor = self._slow(profile, state)
        if factor == 1 or ms >= NEVER:
            return ms
        return round(ms / factor) if factor > 0 else NEVER

    def _derived_row(self, origins: Sequence[int], target: int, profile: int, state: int) -> list[int]:
        return [self._derived(self._place[origin], target, profile, state) for origin in origins]

    def locate(self, trip: Trip, now: int) -> tuple[Spot, int]:
        """Return the place a team under way counts as standing at, and 0."""
        share = min(max((now - trip.departs) / trip.duration, 0.0), 1.0) if trip.duration else 1.0
        target = self._place[trip.target]
        (x0, y0), (x1, y1) = self.point(trip.origin), self.point(target)
        if share in (0, 1) or any(math.isnan(v) for v in (x0, y0, x1, y1)):
            return (trip.origin if share < 0.5 else target), 0
        x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
        narrow = 1.0 if self.matrix.projected else math.cos(math.radians(y))
        far = ((self.matrix.x - x) * narrow) ** 2 + (self.matrix.y - y) ** 2
        return int(np.nanargmin(far)), 0

    def touched(self, trip: Trip, now: int, before: int, after: int) -> bool:
        """Tell whether a change of road state changes the time of the rest of the way."""
        return now < trip.arrives and self._slow(trip.profile, before) != self._slow(trip.profile, after)

    def route(self, trip: Trip) -> Route:
        """Return the straight line between the ends (NaN where a place has no position)."""
        xy = np.array([self.point(trip.origin), self.point(self._place[trip.target])])
        return Route(xy, np.array([0, trip.duration], np.int64))
