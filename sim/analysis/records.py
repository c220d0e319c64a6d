"""The coded log of one replication, indexed by kind of row; and the way back from the names that are on disk."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import RunError
from sim.log import CAUSES, COLUMNS, KINDS, NONE, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from sim.scenario.frozen import Scenario

Integers = NDArray[np.int64]
COLUMN: dict[str, int] = {name: position for position, name in enumerate(COLUMNS)}


class Coded(NamedTuple):
    """The log of one replication as the engine gives it."""

    rows: Integers
    """Shape (rows, columns of `sim.log.COLUMNS`)."""
    incidents: tuple[str, ...]
    """Id of each incident, by its number in the log."""


class Log:
    """Rows of one replication, by kind.

    Parameters
    ----------
    rows
        Shape (rows, columns of `sim.log.COLUMNS`), coded, in the order of the log.
    incidents
        Id of each incident, by its number.
    """

    def __init__(self, rows: Integers, incidents: tuple[str, ...]) -> None:
        """Index the rows by kind."""
        self.rows = rows
        self.incidents = incidents
        kinds = rows[:, COLUMN["kind"]].astype(np.int16)
        self._order = np.argsort(kinds, kind="stable")
        self._bounds = np.searchsorted(kinds[self._order], np.arange(len(KINDS) + 1))

    def of(self, kind: Kind) -> Integers:
        """Return the numbers of the rows of a kind, in the order of the log."""
        code = KINDS.index(kind)
        found: Integers = self._order[self._bounds[code] : self._bounds[code + 1]]
        return found

    def column(self, name: str, rows: Integers) -> Integers:
        """Return one column of some rows."""
        found: Integers = self.rows[rows, COLUMN[name]]
        return found

    @cached_property
    def last(self) -> int:
        """Return when the last thing happened to an incident or a team (ms); later road changes do not count."""
        touched = self.rows[:, COLUMN["incident"]] >= 0
        return int(self.rows[touched, COLUMN["time"]].max()) if touched.any() else 0


def coded(frame: pd.DataFrame, scenario: Scenario, incidents: Iterable[str] | None = None) -> Coded:
    """Return the coded log of one replication from a table of names, such as one of ``events.parquet``.

    Parameters
    ----------
    frame
        Rows of one replication, with the columns of `sim.log.COLUMNS`; in the order of `seq` if it has that column.
    scenario
        The scenario that gave the log.
    incidents
        Ids of the incidents by number; by default in the order of their alarms.

    Raises
    ------
    RunError
        If there are several replications, or the log names something that the scenario does not have.
    """
    if "replication" in frame and len(frame["replication"].unique()) > 1:
        message = "the table holds several replications: choose one"
        raise RunError(message)
    if "seq" in frame:
        frame = frame.sort_values("seq", kind="stable")
    if incidents is None:
        alarms = frame["kind"].astype(str) == Kind.INCIDENT_ALARM
        incidents = dict.fromkeys(frame.loc[alarms, "incident"].astype(str))
    names: Mapping[str, tuple[str, ...]] = {
        "kind": tuple(KINDS),
        "cause": tuple(CAUSES),
        "incident": tuple(incidents),
        "team": tuple(team.id for team in scenario.teams),
        "post": tuple(post.id for post in scenario.command.posts),
        "region": (),
        "depot": tuple(store.id for store in scenario.supplies.stores),
        "item": scenario.signals,
        "place": tuple(site.id for site in scenario.sites),
    }
    rows = np.empty((len(frame), len(COLUMNS)), dtype=np.int64)
    for position, column in enumerate(COLUMNS):
        rows[:, position] = _codes(frame[column], names.get(column), column) if column in frame else NONE
    return Coded(rows, names["incident"])


def _codes(values: pd.Series[Any], names: tuple[str, ...] | None, column: str) -> Integers:
    """Return codes of names; numbers are taken as they are, gaps as `NONE`."""
    import pandas as pd

    if names is None or pd.api.types.is_numeric_dtype(values.dtype):
        numbers = pd.to_numeric(values.astype(object), errors="coerce") if values.dtype == object else values
        return numbers.fillna(NONE).to_numpy(dtype=np.int64)
    text = values.astype(object).where(values.notna(), "").astype(str)
    first: dict[str, int] = {}
    for code, name in enumerate(names):
        first.setdefault(name, code)
    found = pd.Index(list(first)).get_indexer(pd.Index(text))
    codes: Integers = np.array([*first.values(), NONE], dtype=np.int64)[found]
    strange = (codes < 0) & (text.to_numpy() != "")
    if strange.any():
        message = f"the log names {column} '{text.to_numpy()[strange][0]}', which the scenario does not have"
        raise RunError(message)
    if column == "cause":
        codes[codes < 0] = 0
    return codes
