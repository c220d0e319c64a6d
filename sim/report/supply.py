"""What was wanted against what was there: people served by whole sets, then each item, over clock time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.analysis.supply_words import say_units
from sim.errors import Words
from sim.report.legend import Foot, legend_below
from sim.report.panels import WIDTH, arranged, finish, note_at, panel_rows, staircase
from sim.report.style import GOOD, INK, SERIES, SOFT, TARGET, heading, note_no_data, safe
from sim.report.supply_data import MOST_NEEDS, MOST_PEOPLE
from sim.units import clock

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.errors import Language
    from sim.report.supply_data import Wanted

_PEOPLE_TALL, _NEED_TALL, _ONE_ROW_TALL = 1.75, 1.25, 1.75
_THERE, _PEOPLE = SERIES[0], GOOD
_GAP = "#f6d7d3"
_TEXT = 0.16
"""Inches that a line of text takes."""
_NAME = {1: 60, 2: 34, 3: 22}
"""Columns of a name, by panels in a row."""


def draw_supply(
    figure: Figure, people: Sequence[Wanted], needs: Sequence[Wanted], *, language: Language, title: str, note: str,
    start: dt.datetime, end: int,
) -> None:  # fmt: skip
    """Draw a panel for each set that serves people and for each item wanted, over the whole figure.

    Parameters
    ----------
    title, note
        Already `safe`.
    end
        Right end of all panels (ms).
    """
    people, needs = people[:MOST_PEOPLE], needs[:MOST_NEEDS]
    rows = arranged(len(needs))
    foot = Foot(figure, _handles(people, needs, language), WIDTH)
    tall = _ONE_ROW_TALL if len(rows) == 1 else _NEED_TALL
    axes = panel_rows(figure, [*((1, _PEOPLE_TALL) for _ in people), *((across, tall) for across in rows)], foot.height)
    heading(figure, title, note)
    if not axes:
        figure.set_size_inches(WIDTH, 4)
        note_no_data(figure, Words("no data: nothing was asked for", "无数据:没有提出物资需求"), language)
        return
    for row, one in zip(axes, people, strict=False):
        _draw(row[0], one, language, start, end, 1, people=True)
    below = [(one, len(row)) for row in axes[len(people) :] for one in row]
    for (panel, across), one in zip(below, needs, strict=False):
        _draw(panel, one, language, start, end, across, people=False)
    for panel, _ in below[len(needs) :]:
        panel.remove()
    legend_below(figure, foot)


def _draw(
    axes: Axes, one: Wanted, language: Language, start: dt.datetime, end: int, across: int, *, people: bool
) -> None:  # fmt: skip
    wanted, there = staircase(one.moments, one.wanted, end), staircase(one.moments, one.there, end)
    colour = _PEOPLE if people else _THERE
    if one.short:
        begins = one.deadline or next((moment for moment, value in zip(*wanted, strict=True) if value), 0)
        _shade(axes, one, begins, end)
    axes.fill_between(*there, step="post", color=colour, alpha=0.16, linewidth=0)
    if one.band is not None:
        axes.fill_between(one.band.moments, one.band.low, one.band.high, step="post", color=colour, alpha=0.28, linewidth=0,
                          gid="band")  # fmt: skip
    axes.step(*wanted, where="post", color=INK, linestyle=(0, (4, 2)), linewidth=1.3, gid="wanted")
    axes.step(*there, where="post", color=colour, linewidth=1.9, gid="there")
    finish(axes, max(*one.wanted, *one.there, 1e-9) * 1.2, end, start, language, across)
    _titles(axes, one, language, start, across, people=people)
    if one.deadline is not None:
        axes.axvline(one.deadline, color=TARGET, linewidth=1.2, linestyle=(0, (2, 1.5)), zorder=4, gid="deadline")
        word = Words("10 h", "10 小时") if one.ten_hours else Words("by", "限时")
        note_at(axes, one.deadline, end, f"{word.say(language)} {clock(one.deadline, start)}", TARGET, 0.08)
    if one.short:
        at = one.deadline if one.deadline is not None else end
        high, tall = axes.get_ylim()[1], axes.get_window_extent().height / axes.figure.dpi
        narrow = one.short / high * tall < _TEXT  # no room between the lines: above them
        level = (one.in_time + one.short) / high + 0.6 * _TEXT / tall if narrow else (one.in_time + one.short / 2) / high
        note_at(axes, at, end, _lacks(one, language, people=people), TARGET, min(max(level, 0.24), 0.93))


def _shade(axes: Axes, one: Wanted, begins: int, end: int) -> None:
    """Shade what is missing, from the deadline on (without one: from when it was first asked for)."""
    moments = sorted({begins, end, *(moment for moment in one.moments if begins < moment < end)})

    def level(values: Sequence[float], at: int) -> float:
        return next((value for moment, value in zip(one.moments[::-1], values[::-1], strict=True) if moment <= at), 0.0)

    wanted, there = ([level(values, moment) for moment in moments] for values in (one.wanted, one.there))
    axes.fill_between(moments, there, wanted, where=[a < b for a, b in zip(there, wanted, strict=True)], step="post", color=_GAP,
                      linewidth=0, gid="gap")  # fmt: skip


def _lacks(one: Wanted, language: Language, *, people: bool) -> str:
    amount = f"{say_units(one.short)} {_unit(one, language, people=people)}".rstrip()
    return f"缺 {amount}" if language == "zh" else f"{amount} short"


def _unit(one: Wanted, language: Language, *, people: bool) -> str:
    return Words("people", "人").say(language) if people else safe(one.unit, 8)


def _titles(
    axes: Axes, one: Wanted, language: Language, start: dt.datetime, across: int, *, people: bool
) -> None:  # fmt: skip
    """Write what it is and how much of it was there, and beside that how it came out."""
    zh, wanted = language == "zh", one.wanted[-1] if one.wanted else 0.0
    name = safe(" · ".join(part for part in (one.incident, one.name, one.note) if part), _NAME.get(across, 20))
    amount = f"{say_units(one.in_time)}/{say_units(wanted)} {_unit(one, language, people=people)}".rstrip()
    lead = Words("People served: ", "安置人数:").say(language) if people else ""
    axes.set_title(f"{lead}{name}  {amount}", loc="left", fontsize=9.5)
    if people and one.binds:
        said = f"短板:{safe(one.binds, 30)}" if zh else f"short part: {safe(one.binds, 30)}"
    elif one.binds and one.short:
        said = "短板" if zh else "short part"
    elif one.complete is not None:
        said = f"{clock(one.complete, start)} 到齐" if zh else f"all at {clock(one.complete, start)}"
    else:
        said = "" if one.short else ("按时到位" if zh else "in time")
        said = said or ("未到齐" if zh else "never all")
    bad = bool(one.short) or (one.deadline is not None and (one.complete is None or one.complete > one.deadline))
    axes.set_title(said, loc="right", fontsize=8.5, color=TARGET if bad else GOOD if one.deadline is not None else SOFT)


def _handles(people: Sequence[Wanted], needs: Sequence[Wanted], language: Language) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    both = (*people, *needs)
    said = Words("wanted", "所需").say(language)
    found: list[Any] = [Line2D([], [], color=INK, linestyle=(0, (4, 2)), linewidth=1.3, label=said)]
    if people:
        said = Words("people served by whole sets", "配齐成套的人数").say(language)
        found.append(Line2D([], [], color=_PEOPLE, linewidth=1.9, label=said))
    if any(one.band for one in people):
        said = Words("eight replications in ten (p10–p90)", "十次中有八次的范围(p10–p90)").say(language)
        found.append(Patch(color=_PEOPLE, alpha=0.28, linewidth=0, label=said))
    if needs:
        found.append(Line2D([], [], color=_THERE, linewidth=1.9, label=Words("there", "已到位").say(language)))
    if any(one.deadline is not None for one in both):
        said = Words("deadline", "时限").say(language)
        found.append(Line2D([], [], color=TARGET, linestyle=(0, (2, 1.5)), linewidth=1.2, label=said))
    if any(one.short for one in both):
        found.append(Patch(color=_GAP, linewidth=0, label=Words("missing", "缺口").say(language)))
    return found
