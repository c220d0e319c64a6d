"""When and where incidents happen: planned ones, recorded ones, and those of Poisson sources."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.engine.durations import Block
from sim.randomness import Draws, child_keys
from sim.units import HOUR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sim.scenario.frozen import Planned, Scenario, Source

_CHUNK = 4096
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Days of the months of an ordinary year."""


@dataclass(slots=True)
class Arrivals:
    """Alarms of one replication in order of time; ties in the order of the file."""

    times: list[int]
    stream: list[int]
    """Which block each belongs to."""
    number: list[int]
    """Its number in the block."""
    sites: list[int]
    courses: list[int]
    blocks: list[Block]
    prefixes: list[str | None]
    """Id of each block's source or table; None: `ids` of the block are whole."""
    ids: list[list[str]]

    def name(self, alarm: int) -> str:
        """Return the id of an incident."""
        stream, number = self.stream[alarm], self.number[alarm]
        prefix = self.prefixes[stream]
        return self.ids[stream][number] if prefix is None else f"{prefix}/{number + 1}"


def arrivals(scenario: Scenario, draws: Draws | None) -> Arrivals:
    """Draw all alarms of one replication (sources need `draws`: a drill has none)."""
    columns: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]] = []
    blocks: list[Block] = []
    prefixes: list[str | None] = []
    ids: list[list[str]] = []

    def add(block: Block, prefix: str | None, names: list[str], *arrays: NDArray[np.int64]) -> None:
        blocks.append(block)
        prefixes.append(prefix)
        ids.append(names)
        columns.append((arrays[0], arrays[1], arrays[2]))

    def fixed(rows: tuple[Planned, ...], given: tuple[Mapping[str, int], ...] = ()) -> None:
        block = Block(np.array([row.key for row in rows], dtype=np.uint64), given)
        times, sites, courses = (
            np.array([getattr(row, name) for row in rows], dtype=np.int64) for name in ("time", "site", "course")
        )
        add(block, None, [row.id for row in rows], times, sites, courses)

    if scenario.planned:
        fixed(scenario.planned)
    for table in scenario.recorded:
        fixed(table.rows, table.given)
    for source in scenario.sources:
        if draws is not None:
            times, sites = _poisson(source, scenario, draws)
            keys = child_keys(source.key, np.arange(len(times), dtype=np.uint64))
            add(Block(keys), source.id, [], times, sites, np.full(len(times), source.course, dtype=np.int64))
    return _merge(scenario, columns, blocks, prefixes, ids)


def _merge(
    scenario: Scenario,
    columns: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]],
    blocks: list[Block],
    prefixes: list[str | None],
    ids: list[list[str]],
) -> Arrivals:
    if not columns:
        return Arrivals([], [], [], [], [], blocks, prefixes, ids)
    times = np.concatenate([c[0] for c in columns])
    stream = np.repeat(np.arange(len(columns)), [len(c[0]) for c in columns])
    number = np.concatenate([np.arange(len(c[0])) for c in columns])
    order = np.lexsort((number, stream, times))
    if scenario.ends is not None:
        order = order[times[order] < scenario.ends]
    sites, courses = (np.concatenate([c[i] for c in columns]) for i in (1, 2))
    in_order = [array[order].tolist() for array in (times, stream, number, sites, courses)]
    return Arrivals(in_order[0], in_order[1], in_order[2], in_order[3], in_order[4], blocks, prefixes, ids)


def _poisson(source: Source, scenario: Scenario, draws: Draws) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return times and sites. Unit-rate arrivals are mapped through the inverse of the cumulative rate (Çinlar 1975)."""
    edges, cumulative = _cumulative(source, scenario.start)
    total = float(cumulative[-1])
    pieces: list[NDArray[np.float64]] = []
    reached, begun = 0.0, 0
    while reached < total:
        keys = child_keys(source.key, np.arange(begun, begun + _CHUNK, dtype=np.uint64))
        unit_times = reached + np.cumsum(-np.log1p(-draws.uniforms("gap", keys)))
        pieces.append(unit_times)
        reached, begun = float(unit_times[-1]), begun + _CHUNK
    unit = np.concatenate(pieces) if pieces else np.empty(0)
    unit = unit[unit < total]
    times = np.floor(np.interp(unit, cumulative, edges)).astype(np.int64)
    keys = child_keys(source.key, np.arange(len(times), dtype=np.uint64))
    where = np.searchsorted(source.shares, draws.uniforms("place", keys), side="right")
    return times, np.asarray(source.sites, dtype=np.int64)[np.minimum(where, len(source.sites) - 1)]


def _cumulative(source: Source, start: dt.datetime) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return edges (ms) and the expected number of arrivals up to each: the rate is constant within a clock hour."""
    if source.by_hour is None and source.by_weekday is None and source.by_month is None:
        span = float(source.ends - source.begins)
        return np.array([source.begins, source.ends], dtype=float), np.array([0.0, source.rate * span])
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    offset = round((start - midnight).total_seconds() * 1000)
    first, last = (source.begins + offset) // HOUR, -(-(source.ends + offset) // HOUR)
    hours = np.arange(first, last)
    factor = np.ones(len(hours))
    if source.by_hour is not None:
        factor *= _relative(source.by_hour)[hours % 24]
    days = hours // 24
    if source.by_weekday is not None:
        factor *= _relative(source.by_weekday)[(days + start.weekday()) % 7]
    if source.by_month is not None:
        every_day = range(int(days[0]), int(days[-1]) + 1)
        months = np.array([(midnight + dt.timedelta(days=day)).month - 1 for day in every_day])
        factor *= _relative(source.by_month, _DAYS)[months[days - days[0]]]
    edges = np.concatenate([hours, [last]]).astype(float) * HOUR - offset
    edges[0], edges[-1] = source.begins, source.ends
    return edges, np.concatenate([[0.0], np.cumsum(factor * source.rate * np.diff(edges))])


def _relative(weights: tuple[float, ...], lengths: tuple[int, ...] | None = None) -> NDArray[np.float64]:
    """Return weights relative to their mean over time; months differ in length."""
    array = np.asarray(weights, dtype=float)
    relative: NDArray[np.float64] = array / np.average(array, weights=lengths)
    return relative
