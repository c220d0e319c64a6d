"""Rows of a log one by one, by name: for what is told step by step and not counted by the thousand."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.analysis.incidents import courses_of
from sim.log import CAUSES, COLUMNS, KINDS, Cause, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.analysis.replication import Replication
    from sim.scenario.frozen import Course, Scenario


class Row(NamedTuple):
    """One row of the log by name, and its number."""

    number: int
    time: int
    kind: Kind
    incident: int
    need: int
    team: int
    mission: int
    request: int
    post: int
    depot: int
    item: int
    quantity: int
    place: int
    ref: int
    cause: Cause


def rows_of(replication: Replication, *kinds: Kind) -> Iterator[Row]:
    """Yield the rows of some kinds, in the order of the log."""
    log = replication.log
    numbers = np.sort(np.concatenate([log.of(kind) for kind in kinds]))
    wanted = [COLUMNS.index(name) for name in Row._fields[1:]]
    kind_at, cause_at = Row._fields.index("kind") - 1, Row._fields.index("cause") - 1
    for number, values in zip(numbers.tolist(), log.rows[numbers][:, wanted].tolist(), strict=True):
        values[kind_at], values[cause_at] = KINDS[values[kind_at]], CAUSES[values[cause_at]]
        yield Row(number, *values)


def first_item(scenario: Scenario, group: str) -> int:
    """Return the first code of the levels (``level``) or report lines (``report``) in the log's item column."""
    first = len(scenario.capabilities) + len(scenario.road_events)
    return first if group == "level" else first + len(scenario.command.levels)


def courses_followed(replication: Replication) -> list[Course]:
    """Return the course of each incident."""
    scenario = replication.scenario
    return [scenario.courses[number] for number in courses_of(scenario, replication.log.incidents).tolist()]
