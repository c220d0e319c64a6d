"""What the report says of command and mutual aid: the lines that the command line prints, and tables of the first replication."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sim.analysis.drill_words import drill_lines
from sim.errors import Words
from sim.units import MINUTE, clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from sim.report.view import View

MOST_ROWS = 60
"""Rows of a table; beyond, it says how many are left out."""
_KEPT: dict[str, tuple[str, ...]] = {
    "requests": ("incident", "asks", "lender", "capability", "asked", "granted", "outcome_name", "cause_name", "made", "answered",
                 "approval", "links", "told_posts", "teams"),
    "not_coming": ("time", "incident", "what", "team_name", "lender", "capability", "short", "cause_name"),
    "reports": ("incident", "report_line", "post", "what", "received", "since_alarm", "deadline", "met"),
    "levels": ("incident", "level", "proposed", "in_force", "forces_complete", "forces_ready", "lowered"),
    "scene": ("incident", "post", "handing", "begins", "ends"),
    "calls": ("incident", "post", "caller", "people", "tries", "second", "by_road", "reached", "acted", "moved", "margin",
              "last"),
}  # fmt: skip
"""Table → its columns."""
_TITLES: dict[str, Words] = {
    "requests": Words("Requests for help", "增援请求"), "not_coming": Words("Who could not come, and why", "来不了的力量及原因"),
    "reports": Words("Reports", "报告"), "levels": Words("Response levels", "响应级别"),
    "scene": Words("Scene command", "现场指挥"), "calls": Words("Call-and-answer", "叫应与转移"),
}  # fmt: skip
_YES, _NO = Words("yes", "是"), Words("no", "否")
_BARE = frozenset({"second", "by_road", "last", "people", "tries"})
"""Columns in which no and zero are not worth a word."""
_ALWAYS = frozenset({"asked", "granted", "received", "proposed", "in_force", "begins", "reached"})
"""Columns that are told even where nothing stands in them."""


class Table(NamedTuple):
    """A table for people: rows as long as the heading."""

    title: str
    heading: tuple[str, ...]
    rows: tuple[tuple[tuple[str, bool], ...], ...]
    """Each text, and whether it is a moment or a number, which is not broken into lines."""
    left_out: str
    """That there are more rows; empty when there are none."""


def command_page(view: View) -> dict[str, Any]:
    """Return lines, tables and the note which replication they are of; all empty where there is nothing to tell."""
    nothing: dict[str, Any] = {"note": "", "lines": [], "tables": []}
    if not view.scenario.commanded or not view.few or view.first is None:
        return nothing
    told = drill_lines(view.first, view.language)
    tables = [table for name in _KEPT if (table := _table(view, name)) is not None]
    return {"note": view.of_first(), "lines": told, "tables": tables} if told or tables else nothing


def _table(view: View, name: str) -> Table | None:
    """Return one table; None without rows."""
    frame = _frame(view, name)
    if not len(frame):
        return None
    several = view.first is not None and len(view.first.log.incidents) > 1
    shown = [column for column in _KEPT[name] if column in frame and (column != "incident" or several)]
    if "incident" in shown:
        frame["incident"] = [view.incident_names.get(given, given) for given in frame["incident"]]
    if "teams" in shown:
        names = {team.id: team.name for team in view.scenario.teams}
        frame["teams"] = ["、".join(names.get(team, team) for team in given.split()) for given in frame["teams"]]
    cells = {column: _cells(view, column, frame[column]) for column in shown}
    shown = [column for column in shown if column in _ALWAYS or any(text for text, _ in cells[column])]
    rows = list(zip(*(cells[column] for column in shown), strict=True))
    left = len(rows) - MOST_ROWS
    more = Words(f"… and {left} more rows", f"… 另 {left} 行").say(view.language) if left > 0 else ""
    return Table(_TITLES[name].say(view.language), _heading(view, shown), tuple(rows[:MOST_ROWS]), more)


def _frame(view: View, name: str) -> pd.DataFrame:
    from sim.analysis import tables

    first, language = view.first, view.language
    assert first is not None
    if name == "requests":
        return tables.requests_table(first, language)
    if name == "not_coming":
        return tables.not_coming_table(first, language)
    if name == "reports":
        return tables.reports_table(first, language)
    return {"levels": tables.levels_table, "scene": tables.scene_table, "calls": tables.call_table}[name](first)


def _heading(view: View, shown: Sequence[str]) -> tuple[str, ...]:
    from sim.analysis.tables import HEADINGS, LENGTHS

    unit = Words(" (min)", "(分)").say(view.language)
    return tuple(HEADINGS[column].say(view.language) + (unit if column in LENGTHS else "") for column in shown)


def _cells(view: View, column: str, values: Any) -> list[tuple[str, bool]]:
    """Return the values of a column as texts (clock times, minutes, yes and no, names), and whether they are short."""
    from sim.analysis.tables import LENGTHS, MOMENTS

    def say(value: Any) -> str:
        if value is None or value is missing or (column in _BARE and not value):
            return ""
        if isinstance(value, bool):
            return (_YES if value else _NO).say(view.language)
        if column in LENGTHS:
            return f"{value / MINUTE:.1f}".removesuffix(".0")
        return clock(int(value), view.scenario.start) if column in MOMENTS else str(value)

    import pandas as pd

    missing, given = pd.NA, values.tolist()
    short = not any(isinstance(value, str) for value in given)
    return [(say(value), short) for value in given]
