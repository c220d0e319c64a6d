"""What the report says of supplies: the sentence, and tables of needs, shortages, orders, costs and endurance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sim.analysis.rounding import say_minutes
from sim.analysis.supply_words import SupplyTeller, say_units, say_yuan, supply_sentences
from sim.errors import Words
from sim.report.command_page import MOST_ROWS, Table
from sim.report.supply_promise import say_promises
from sim.report.supply_told import handed_out, short_lines
from sim.units import DAY, MINUTE, clock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from sim.report.view import View

_FEW_TO_FEED = 10_000
"""People for whom endurance is told where nobody is housed."""
_YES, _NO = Words("yes", "是"), Words("no", "否")


class Part(NamedTuple):
    """A table to be shown: its title, the table, its columns, and columns whose numbers rest on a price of the row's item."""

    title: Words
    frame: Callable[[View], pd.DataFrame]
    columns: tuple[str, ...]
    priced: tuple[str, ...] = ()


def supply_page(view: View) -> dict[str, Any]:
    """Return sentences, tables and notes; all empty where a scenario has no supplies."""
    nothing: dict[str, Any] = {"note": "", "sentences": [], "lines": [], "tables": [], "below": []}
    if not view.scenario.supplies.items:
        return nothing
    said = supply_sentences(view.scenario, view.results.summary["metrics"], view.language)
    said += [promise for promise in say_promises(view) if promise not in said]
    if view.first is None or not view.few:
        return nothing | {"sentences": said}
    lines = short_lines(view.first, view.language)
    tables = [table for part in _parts(view) if (table := _table(view, part)) is not None]
    return {"note": view.of_first(), "sentences": said, "lines": lines, "tables": tables, "below": _below(view, tables)}


def without_supplies(view: View, lines: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the lines of a drill without those on supplies, which have a section of their own."""
    if not view.scenario.supplies.items or view.first is None or not lines:
        return list(lines)
    told = set(SupplyTeller(view.first, view.language).lines())
    return [line for line in lines if line not in told]


def _parts(view: View) -> list[Part]:
    from sim.analysis import supply_tables as tables

    first, language = view.first, view.language
    assert first is not None
    scenario, people = view.scenario, fed(view)
    return [
        Part(Words("People served", "安置人数"), lambda _: tables.people_table(first), (
            "incident", "set", "due", "sets", "sets_early", "sets_in_time", "people_early", "people_in_time", "people_short",
            "binds")),
        Part(Words("Needs", "物资需求"), lambda _: tables.needs_table(first), (
            "incident", "set", "item", "unit", "first_asked", "due", "asked_for", "in_time", "missing", "came", "delay")),
        Part(Words("Shortfalls, and who could fill them", "缺口清单"), lambda _: tables.shortfall_table(first, language), (
            "incident", "item", "unit", "due", "missing", "worth", "who", "way", "substitute", "fills", "cost", "takes", "by",
            "barred"), ("worth", "cost")),
        Part(Words("Orders to depots, step by step", "调运过程"), lambda _: _orders(view), (
            "incident", "store", "goods", "trucks", "ordered", "let_go", "trucks_found", "set_out", "loaded", "received_at",
            "handed_out", "goods_received", "why_not")),
        Part(Words("Tasks that stood dry", "作业断供"), lambda _: tables.dry_table(first), (
            "incident", "item", "begins", "ends", "length", "share_left", "resumed")),
        Part(Words("Costs", "费用"), lambda _: _costs(view), ("what", "yuan"), ("yuan",)),
        Part(Words(f"How long the stock at the start lasts {people:,} people", f"期初库存可供 {people:,} 人的天数"),
             lambda _: tables.people_endurance_table(scenario, people), ("item", "unit", "stored", "days")),
        Part(Words("How long the stock at the start lasts the forces", "期初库存可供力量作业的小时数"),
             lambda _: _forces(view), (
            "kind", "item", "unit", "rate_hour", "carried", "stored", "hours_alone", "hours")),
    ]  # fmt: skip


def fed(view: View) -> int:
    """Return for how many people endurance is told: those whom sets were asked for, or 10,000 where there are none."""
    from sim.analysis.supply_needs import Wants
    from sim.units import NEVER

    assert view.first is not None
    sets = Wants(view.first).sets
    if not len(sets.kit):
        return _FEW_TO_FEED
    import numpy as np

    asked = sets.asked(np.arange(len(sets.kit)), np.full(len(sets.kit), NEVER))
    return round(float((asked * sets.serves).sum())) or _FEW_TO_FEED


def _orders(view: View) -> pd.DataFrame:
    """Return the orders with the moment at which the last goods of each were handed out."""
    from sim.analysis.frames import moment_column
    from sim.analysis.supply_tables import consignments_table
    from sim.units import NEVER

    assert view.first is not None
    frame, moments = consignments_table(view.first, view.language), handed_out(view.first)
    frame["handed_out"] = moment_column([moments.get(number, NEVER) for number in frame["consignment"].tolist()])
    return frame


def _costs(view: View) -> pd.DataFrame:
    """Return the costs that are not nothing; the total always."""
    from sim.analysis.supply_tables import cost_table

    assert view.first is not None
    frame = cost_table(view.first, view.language)
    keep = frame["yuan"] > 0
    keep.iloc[-1] = True
    return frame[keep].reset_index(drop=True) if keep.sum() > 1 else frame.iloc[:0]


def _forces(view: View) -> pd.DataFrame:
    """Return endurance of forces under the names of the incidents instead of the kinds of course."""
    from sim.analysis.supply_tables import force_endurance_table

    frame = force_endurance_table(view.scenario)
    frame["kind"] = [view.incident_names.get(kind, kind) for kind in frame["kind"]]
    return frame


def _table(view: View, part: Part) -> Table | None:
    """Return one table; None without rows. Columns in which nothing stands are left out."""
    frame = part.frame(view)
    if not len(frame):
        return None
    several = view.first is not None and len(view.first.log.incidents) > 1
    shown = [column for column in part.columns if column in frame and (column != "incident" or several)]
    if "incident" in shown:
        frame["incident"] = [view.incident_names.get(given, given) for given in frame["incident"]]
    if "set" in frame and "need" in frame:
        tasks = Words("(asked for by tasks)", "(作业请供)").say(view.language)
        frame["set"] = [tasks if need < 0 else kit for kit, need in zip(frame["set"], frame["need"], strict=True)]
    for column, same in (("goods_received", "goods"), ("substitute", "item")):
        if column in frame:
            frame[column] = ["" if one == other else one for one, other in zip(frame[column], frame[same], strict=True)]
    if "trucks" in shown:
        frame["trucks"] = [len(given.split()) for given in frame["trucks"]]
    frame = frame.iloc[: MOST_ROWS + 1] if len(frame) > MOST_ROWS + 1 else frame
    doubted = _doubted(view, frame) if part.priced else [False] * len(frame)
    cells = {column: _cells(view, column, frame[column], doubted if column in part.priced else None) for column in shown}
    shown = [column for column in shown if any(text for text, _ in cells[column])]
    rows = list(zip(*(cells[column] for column in shown), strict=True))
    left = len(part.frame(view)) - MOST_ROWS
    more = Words(f"… and {left} more rows", f"… 另 {left} 行").say(view.language) if left > 0 else ""
    return Table(part.title.say(view.language), _heading(view, shown), tuple(rows[:MOST_ROWS]), more)


def _heading(view: View, shown: Sequence[str]) -> tuple[str, ...]:
    from sim.analysis.supply_tables import SUPPLY_HEADINGS
    from sim.analysis.tables import HEADINGS

    own = {"what": Words("what", "项目"), "kind": Words("incident", "突发事件"), "begins": Words("from", "起"),
           "ends": Words("until", "止"), "length": Words("lasted", "历时"),
           "received_at": Words("last goods there", "末批到场"), "handed_out": Words("handed out", "发放完毕")}  # fmt: skip
    words = {**HEADINGS, **SUPPLY_HEADINGS, **own}
    return tuple(words[column].say(view.language) for column in shown)


_CLOCKED = frozenset({"ordered", "begins", "ends", "handed_out"})
_WHOLE = frozenset({"trucks", "sets", "sets_early", "sets_in_time"})
_MONEY = frozenset({"worth", "cost", "yuan"})
_BLANK = frozenset({"trucks", "fills", "cost", "people_short", "missing", "came"})
"""Columns in which nothing is left empty."""
ASSUMED_MARK = "*"


def _cells(view: View, column: str, values: Any, doubted: Sequence[bool] | None) -> list[tuple[str, bool]]:
    """Return the values of a column as texts, and whether they are short enough not to be broken into lines."""
    import pandas as pd

    from sim.analysis.supply_tables import SUPPLY_LENGTHS, SUPPLY_MOMENTS

    language = view.language

    def say(value: Any) -> str:
        if value is None or value is pd.NA or (column in _BLANK and not value):
            return ""
        if isinstance(value, bool):
            return (_YES if value else _NO).say(language)
        if isinstance(value, str):
            return value
        if column in SUPPLY_MOMENTS or column in _CLOCKED:
            return clock(int(value) // MINUTE * MINUTE, view.scenario.start)
        if column in SUPPLY_LENGTHS or column == "length":
            return _length(int(value), view)
        if column == "share_left":
            return f"{value:.0%}"
        if column in _MONEY:
            return say_yuan(float(value), language)
        if column in ("days", "hours", "hours_alone"):
            return f"{value:.1f}" if value < 1e9 else Words("without end", "不限").say(language)
        return say_units(float(value))

    given = values.tolist()
    short = not any(isinstance(value, str) for value in given)
    marks = [ASSUMED_MARK if doubt else "" for doubt in doubted or [False] * len(given)]
    said = [say(value) for value in given]
    return [(text and text + mark, short) for text, mark in zip(said, marks, strict=True)]


def _length(length: int, view: View) -> str:
    if length >= 2 * DAY:
        return f"{length / DAY:.0f} 天" if view.language == "zh" else f"{length / DAY:.0f} d"
    return say_minutes(length / MINUTE, view.language)


def _assumed(source: str) -> bool:
    from sim.scenario.compiling.assemble import ASSUMED

    return any(word in source.lower() for word in ASSUMED)


def _doubted(view: View, frame: pd.DataFrame) -> list[bool]:
    """Tell which rows rest on an assumed price: that of the row's item; of costs as a whole, that of any item or fleet."""
    supplies = view.scenario.supplies
    assumed = {item.name for item in supplies.items if _assumed(item.source)}
    if "item" in frame:
        return [name in assumed for name in frame["item"]]
    any_fleet = any(found.what.partition("/")[0] in ("items", "fleets", "suppliers") for found in view.scenario.assumptions)
    return [bool(assumed) or any_fleet] * len(frame)


def _below(view: View, tables: Sequence[Table]) -> list[str]:
    """Return what must be said of the tables: that prices are assumed, on what the shortfall list and endurance rest."""
    zh, found = view.language == "zh", list[str]()
    texts = [text for table in tables for row in table.rows for text, _ in row]
    if any(text.endswith(ASSUMED_MARK) and text[:1].isdigit() for text in texts):
        found.append("* 单价或运价为假定,不是询价所得;金额随之而变。" if zh else
                     "* rests on assumed prices, not on offers: the amounts move with them.")  # fmt: skip
    titles = {table.title for table in tables}
    if Words("Shortfalls, and who could fill them", "缺口清单").say(view.language) in titles:
        en = "Who could fill a shortfall is judged by planned times on open roads, from when it was asked for."
        found.append("可由谁补:按计划用时、道路畅通、自提出需求时起算。" if zh else en)
    return found
