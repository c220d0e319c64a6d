"""What the log adds to the choices: what became of them, and when a team was free again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.log import CAUSES, COLUMNS, KINDS, Cause, Kind
from sim.scenario.frozen import ZERO

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from sim.scenario.frozen import Scenario

_AT = {name: column for column, name in enumerate(COLUMNS)}


class Row(NamedTuple):
    """A row of the log, as far as sentences need it."""

    seq: int
    time: int
    kind: Kind
    incident: int
    line: int
    team: int
    request: int
    post: int
    item: int
    quantity: int
    place: int
    cause: Cause


class Diary:
    """The log of one replication, to look things up in.

    Parameters
    ----------
    scenario
        What was run.
    rows
        Shape (rows, columns of `sim.log.COLUMNS`), coded.
    """

    def __init__(self, scenario: Scenario, rows: NDArray[np.int64]) -> None:
        self.scenario = scenario
        self._rows = rows
        self._of_team: dict[int, list[Row]] = {}

    def _read(self, numbers: Iterable[int]) -> Iterator[Row]:
        for seq in numbers:
            row = self._rows[seq].tolist()
            at = dict(zip(COLUMNS, row, strict=True))
            yield Row(
                seq, at["time"], KINDS[at["kind"]], at["incident"], at["need"], at["team"], at["request"], at["post"], at["item"],
                at["quantity"], at["place"], CAUSES[at["cause"]],
            )  # fmt: skip

    def of_incident(self, number: int) -> list[Row]:
        """Return the rows of an incident."""
        return list(self._read(np.flatnonzero(self._rows[:, _AT["incident"]] == number).tolist()))

    def of_team(self, team: int) -> list[Row]:
        """Return the rows of a team."""
        if team not in self._of_team:
            self._of_team[team] = list(self._read(np.flatnonzero(self._rows[:, _AT["team"]] == team).tolist()))
        return self._of_team[team]

    def order(self, team: int, incident: int, since: int) -> Row | None:
        """Return the order, at row `since` or later, by which a team was sent to an incident."""
        return next(
            (
                row
                for row in self.of_team(team)
                if row.seq >= since and row.kind == Kind.TEAM_ORDERED and row.incident == incident
            ),
            None,
        )

    def ordered_next(self, team: int, since: int) -> Row | None:
        """Return the next order that a team was given, at row `since` or later."""
        return next((row for row in self.of_team(team) if row.seq >= since and row.kind == Kind.TEAM_ORDERED), None)

    def free_again(self, team: int, since: int, incident: int) -> int | None:
        """Return when a team could next be sent to an incident, at row `since` or later (ms); None: never in this run."""
        plan, rows = self.scenario.teams[team], self.of_team(team)
        away = False
        for row, following in zip(rows, (*rows[1:], None), strict=True):
            if row.kind in (Kind.TEAM_ORDERED, Kind.TEAM_DEPARTED):
                away = row.kind == Kind.TEAM_DEPARTED
            if row.seq < since:
                continue
            sent_on = (
                following is not None
                and following.kind == Kind.TEAM_ORDERED
                and following.time == row.time
                and following.incident != incident
            )
            on_the_way = row.kind == Kind.TEAM_RELEASED and away and plan.call_back and not sent_on
            at_base = row.kind == Kind.TEAM_HOME and (plan.refit is ZERO or not away)
            if on_the_way or at_base or row.kind == Kind.TEAM_READY:
                return row.time
        return None
