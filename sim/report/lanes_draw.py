"""Sections of lanes, drawn as `sim.report.lanes` has laid them out: bars, marks, texts, curves, time axes, legend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.report.clock_axis import clock_axis
from sim.report.lanes import (
    CURVE,
    FLAG,
    GAP,
    HALF,
    LABEL,
    MARGIN,
    NAME,
    SMALL,
    TEXT,
    THIN,
    TITLE,
    WIDTH,
    Ruler,
    frame_of,
    height_of,
    lay_out,
)
from sim.report.legend import Foot, legend_below
from sim.report.style import FAINT, HEAD_ROOM, INK, SOFT, heading
from sim.report.text import safe

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.errors import Language
    from sim.report.lanes import Across, Curve, Frame, Look, Placed, Section


_STROKES = frozenset({"|", "x"})
"""Marks that are nothing but strokes."""


def draw_sections(
    figure: Figure, sections: Sequence[Section], looks: Mapping[str, Look], *, language: Language, title: str, note: str,
    start: dt.datetime,
) -> None:  # fmt: skip
    """Draw sections one below the other over the whole figure; its height is what they need.

    Parameters
    ----------
    looks
        Of every kind of bar, mark and span in the sections; the legend names those that there are, in this order.
    title, note
        Already `safe`.
    start
        Clock time of the scenario's start.
    """
    figure.set_size_inches(WIDTH, 6)
    ruler = Ruler(figure)
    frame = frame_of(sections, ruler)
    laid = [lay_out(section, frame, looks, ruler) for section in sections]
    foot = Foot(figure, _entries(sections, looks, language), WIDTH)
    heights = [height_of(section, lanes) for section, lanes in zip(sections, laid, strict=True)]
    whole = HEAD_ROOM + sum(heights) + foot.height
    figure.set_size_inches(WIDTH, whole)
    heading(figure, title, note)
    top = HEAD_ROOM
    for section, lanes, height in zip(sections, laid, heights, strict=True):
        _draw(figure, section, lanes, frame, top, looks, language, start)
        top += height
    legend_below(figure, foot)


def _draw(
    figure: Figure, section: Section, lanes: Sequence[Placed], frame: Frame, top: float, looks: Mapping[str, Look],
    language: Language, start: dt.datetime,
) -> None:  # fmt: skip
    whole = float(figure.get_size_inches()[1])
    figure.text(MARGIN / WIDTH, 1 - (top + 0.14) / whole, safe(section.title, 110), fontsize=10, va="center", gid="section")
    top += TITLE
    if section.curve:
        axes = figure.add_axes((frame.left / WIDTH, 1 - (top + CURVE) / whole, frame.width / WIDTH, CURVE / whole))
        _draw_curve(axes, section.curve, section, looks, start, language)
        top += CURVE + 0.12
    tall = max(sum(placed.height for placed in lanes), 0.02)
    axes = figure.add_axes((frame.left / WIDTH, 1 - (top + tall) / whole, frame.width / WIDTH, tall / whole))
    axes.set_ylim(tall, 0)
    axes.set_yticks([])
    clock_axis(axes, section.low, section.high, start, language, most=10)
    inch = (section.high - section.low) / frame.width
    for across in section.across:
        _draw_across(axes, across, lanes, looks)
    for kind in looks:
        _draw_bars(axes, kind, lanes, looks[kind], round(THIN * inch))
    for placed in lanes:
        _draw_lane(axes, placed, section.low, inch, frame)


def _draw_curve(
    axes: Axes, curve: Curve, section: Section, looks: Mapping[str, Look], start: dt.datetime, language: Language
) -> None:
    axes.set_ylim(0, 108)
    axes.set_yticks([0, 50, 100], ["0", "50 %", "100 %"])
    clock_axis(axes, section.low, section.high, start, language, most=10)
    axes.tick_params(axis="x", labelbottom=False)
    axes.grid(visible=True, axis="y")
    for band in curve.bands:
        look = looks[band.kind]
        axes.axvspan(band.begins, band.ends, facecolor=look.colour, hatch=look.hatch, edgecolor=look.edge, linewidth=0,
                     zorder=1, gid=f"band-{band.kind}")  # fmt: skip
    moments, percent = [*curve.moments, curve.ends], [*curve.percent, *curve.percent[-1:]]
    axes.plot(moments, percent, drawstyle="steps-post", color=INK, linewidth=1.5, zorder=4, gid="curve")


def _draw_across(axes: Axes, across: Across, lanes: Sequence[Placed], looks: Mapping[str, Look]) -> None:
    look = looks[across.kind]
    high, low = lanes[across.first].top, lanes[across.last - 1].top + lanes[across.last - 1].height
    if across.begins == across.ends:
        axes.plot([across.begins] * 2, [high, low], color=look.colour, linewidth=1.5, linestyle=(0, (4, 2)), zorder=5,
                  gid=f"across-{across.kind}")  # fmt: skip
        return
    axes.fill_between([across.begins, across.ends], high, low, facecolor=look.colour, hatch=look.hatch, edgecolor=look.edge,
                      linewidth=0, zorder=1, gid=f"across-{across.kind}")  # fmt: skip


def _draw_bars(axes: Axes, kind: str, lanes: Sequence[Placed], look: Look, least: int) -> None:
    """Draw all bars or marks of one kind; a bar shorter than `least` (ms) is drawn that long, so that it can be seen."""
    from matplotlib.collections import PolyCollection

    if look.marker:
        points = [(mark.at, placed.top + placed.bar) for placed in lanes for mark in placed.lane.marks if mark.kind == kind]
        if points:
            across, down = zip(*points, strict=True)
            thin = look.marker in _STROKES
            axes.plot(
                across, down, linestyle="none", marker=look.marker, color=look.colour, zorder=5, clip_on=False,
                markersize=13 if look.marker == "|" else 6.5, markeredgecolor=look.colour if thin else "white",
                markeredgewidth=2.0 if thin else 0.6, gid=f"mark-{kind}",
            )  # fmt: skip
        return
    half, boxes = HALF * look.half, []
    for placed in lanes:
        y = placed.top + placed.bar
        for begins, ends in ((bar.begins, bar.ends) for bar in placed.lane.bars if bar.kind == kind):
            right = max(ends, begins + least)
            boxes.append([(begins, y - half), (right, y - half), (right, y + half), (begins, y + half)])
    if boxes:
        axes.add_collection(PolyCollection(
            boxes, facecolors=look.colour, edgecolors=look.edge, linewidths=0.7, hatch=look.hatch or None,
            zorder=3.5 if look.half < 1 else 3, gid=f"bar-{kind}",
        ), autolim=False)  # fmt: skip


def _draw_lane(axes: Axes, placed: Placed, low: int, inch: float, frame: Frame) -> None:
    """Draw the texts of a lane: `inch` is how many ms one inch is."""
    lane, middle = placed.lane, placed.top + placed.height / 2
    if lane.head or lane.strong:
        axes.axhspan(placed.top, placed.top + placed.height, color="#f1efe9" if lane.head else "#fdf0c4", zorder=0)
    elif placed.top:
        axes.axhline(placed.top, color=FAINT, linewidth=0.5, zorder=0.5)
    for spot in placed.spots:
        x, y = low + spot.x * inch, placed.top + spot.y
        if spot.staff is not None:
            begins = low + (spot.x - GAP / 2) * inch
            axes.plot([begins, begins], [placed.top + spot.staff, y - FLAG * 0.36], color=SOFT, linewidth=0.6, zorder=2.5)
        axes.text(x, y, safe(spot.text), fontsize=NAME if lane.head else TEXT, color=spot.colour, va="center", ha="left",
                  zorder=6, gid="text")  # fmt: skip
    if lane.head:
        return
    lines = [(lane.name, NAME, INK), *((line, SMALL, SOFT) for line in lane.below)]
    ruler = Ruler(axes.figure)  # type: ignore[arg-type]
    for number, (text, size, colour) in enumerate(lines):
        y = middle + (number - (len(lines) - 1) / 2) * LABEL
        cut = ruler.cut(text, size, frame.left - MARGIN - 0.11)
        axes.text(low - 0.08 * inch, y, safe(cut), fontsize=size, color=colour, va="center", ha="right", gid="name")


def _entries(sections: Sequence[Section], looks: Mapping[str, Look], language: Language) -> list[Any]:
    """Return legend entries for the kinds that there are."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    lanes = [lane for section in sections for lane in section.lanes]
    used = {bar.kind for lane in lanes for bar in lane.bars} | {mark.kind for lane in lanes for mark in lane.marks}
    used |= {band.kind for section in sections if section.curve for band in section.curve.bands}
    moments = {across.kind for section in sections for across in section.across if across.begins == across.ends}
    used |= moments | {across.kind for section in sections for across in section.across}
    found, named = list[Any](), set[str]()
    for kind, look in looks.items():
        label = look.words.say(language)
        if kind not in used or label in named:
            continue
        named.add(label)
        if look.marker:
            size = 9 if look.marker == "|" else 6.5
            found.append(Line2D([], [], linestyle="none", marker=look.marker, color=look.colour, markersize=size, label=label,
                                markeredgewidth=2.0 if look.marker in _STROKES else 0.6))  # fmt: skip
        elif kind in moments:
            found.append(Line2D([], [], color=look.colour, linewidth=1.5, linestyle=(0, (4, 2)), label=label))
        else:
            found.append(Patch(facecolor=look.colour, hatch=look.hatch or None, label=label, linewidth=0.4,
                               edgecolor="#8a8a8a" if look.edge == "white" else look.edge))  # fmt: skip
    return found
