"""Lanes over clock time: bars, marks and texts that never cover each other, in sections that may have a time axis of their own.

Everything is laid out in inches before it is drawn. A text belongs to a moment (a flag above the bars, its staff at the
moment), to a bar (inside it, where it fits; else a flag) or to the whole lane (behind its last bar). Texts are raw: they
are made `safe` here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.errors import Words
from sim.report.clock_axis import clock_axis
from sim.report.legend import Foot, legend_below
from sim.report.style import FAINT, HEAD_ROOM, INK, SOFT, TARGET, heading
from sim.report.text import safe

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.errors import Language

WIDTH = 10.6
_PLOT_LEAST, _MARGIN = 4.6, 0.18
"""Inches: the least width of the axes; what stays free at the edges of the figure."""
_TITLE, _AXIS, _FLAG, _BAR, _LABEL, _HEAD, _CURVE = 0.36, 0.36, 0.165, 0.29, 0.155, 0.235, 0.95
"""Inches: title of a section, its time axis, a row of flags, the bars, a line of a label, a heading, a curve."""
_HALF = 0.095
"""Inches: half the height of a bar."""
_GAP = 0.06
"""Inches between a thing and the text beside it."""
_NAME, _SMALL, _TEXT = 8.5, 7.2, 7.5
"""Points: names of lanes, what stands below them, texts among the bars."""
_DARK = 0.42
"""Bars darker than this bear white texts."""


class Look(NamedTuple):
    """How a kind of bar or mark looks, and what the legend calls it."""

    words: Words
    colour: str
    hatch: str = ""
    half: float = 1.0
    """Share of the usual half height."""
    edge: str = "white"
    marker: str = ""
    """A mark instead of a bar."""


class Bar(NamedTuple):
    """A span (ms) of a kind; its text stands inside where there is room, else above."""

    kind: str
    begins: int
    ends: int
    text: str = ""


class Mark(NamedTuple):
    """A moment (ms) of a kind."""

    kind: str
    at: int


class Flag(NamedTuple):
    """A text above a moment (ms)."""

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One thing over time. A heading is a lane with nothing but a name."""

    name: str
    below: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()
    marks: tuple[Mark, ...] = ()
    flags: tuple[Flag, ...] = ()
    tail: str = ""
    """Text behind the last bar, before the next mark where it fits there."""
    late: bool = False
    """Its tail is red."""
    strong: bool = False
    """It is lit up."""
    head: bool = False


class Across(NamedTuple):
    """A span or (with `begins == ends`) a moment that runs across some lanes, from one to before another (numbers)."""

    kind: str
    begins: int
    ends: int
    first: int
    last: int


class Curve(NamedTuple):
    """Per cent from each moment on, drawn above the lanes."""

    moments: tuple[int, ...]
    percent: tuple[float, ...]
    bands: tuple[Bar, ...] = ()
    """Spans shaded behind it."""


@dataclass(frozen=True, slots=True)
class Section:
    """Lanes with one time axis (ms)."""

    title: str
    lanes: tuple[Lane, ...]
    low: int
    high: int
    across: tuple[Across, ...] = ()
    curve: Curve | None = None


class Ruler:
    """Tells how wide texts are (inches), as the figure will draw them."""

    def __init__(self, figure: Figure) -> None:
        canvas: Any = figure.canvas
        self._renderer, self._dpi = canvas.get_renderer(), figure.dpi
        self._known: dict[tuple[str, float], float] = {}

    def width(self, text: str, size: float) -> float:
        """Return the width of a raw text."""
        from matplotlib.font_manager import FontProperties

        if (text, size) not in self._known:
            shown = safe(text).replace(r"\$", "$")
            wide, _, _ = self._renderer.get_text_width_height_descent(shown, FontProperties(size=size), ismath=False)
            self._known[text, size] = wide / self._dpi
        return self._known[text, size]

    def cut(self, text: str, size: float, room: float) -> str:
        """Return a text cut to so many inches, with … where something is left out."""
        if self.width(text, size) <= room:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            fits = self.width(text[:middle].rstrip() + "…", size) <= room
            low, high = (middle, high) if fits else (low, middle - 1)
        return text[:low].rstrip() + "…"


class _Spot(NamedTuple):
    """A text, and where it begins (inches from the left of the axes, from the top of the lane)."""

    x: float
    y: float
    text: str
    staff: float | None = None
    """It is a flag: where its staff ends, at the bars."""
    colour: str = INK


@dataclass(frozen=True, slots=True)
class _Placed:
    """A lane laid out: inches from the top of the section."""

    lane: Lane
    top: float
    height: float
    bar: float
    """Middle of its bars, from the top of the lane."""
    spots: tuple[_Spot, ...] = field(default=())


class _Frame(NamedTuple):
    """Left and width (inches) of the axes, and what is left to their right."""

    left: float
    width: float
    right: float


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
    frame = _frame(sections, ruler)
    laid = [_lay_out(section, frame, looks, ruler) for section in sections]
    foot = Foot(figure, _entries(sections, looks, language), WIDTH)
    heights = [_height(section, lanes) for section, lanes in zip(sections, laid, strict=True)]
    whole = HEAD_ROOM + sum(heights) + foot.height
    figure.set_size_inches(WIDTH, whole)
    heading(figure, title, note)
    top = HEAD_ROOM
    for section, lanes, height in zip(sections, laid, heights, strict=True):
        _draw(figure, section, lanes, frame, top, looks, language, start)
        top += height
    legend_below(figure, foot)


def _height(section: Section, lanes: Sequence[_Placed]) -> float:
    return _TITLE + (_CURVE + 0.12 if section.curve else 0.0) + sum(placed.height for placed in lanes) + _AXIS


# --- where everything goes ------------------------------------------------------------------------------------------


def _frame(sections: Sequence[Section], ruler: Ruler) -> _Frame:
    """Return where the axes go: names to their left, room for texts that run over their right end."""
    lanes = [lane for section in sections for lane in section.lanes if not lane.head]
    names = [ruler.width(lane.name, _NAME) for lane in lanes]
    names += [ruler.width(line, _SMALL) for lane in lanes for line in lane.below]
    left = min(max(names, default=0.6), 2.9) + _MARGIN + 0.1
    texts = [text for lane in lanes for text in (lane.tail, *(f.text for f in lane.flags), *(b.text for b in lane.bars))]
    right = max((ruler.width(text, _TEXT) for text in texts if text), default=0.0) + 2 * _GAP + _MARGIN
    right = max(0.45, min(right, WIDTH - left - _PLOT_LEAST))
    return _Frame(left, WIDTH - left - right, right)


def _lay_out(section: Section, frame: _Frame, looks: Mapping[str, Look], ruler: Ruler) -> list[_Placed]:
    found, top = [], 0.0
    for lane in section.lanes:
        placed = _head(lane, top, frame, ruler) if lane.head else _lane(lane, top, section, frame, looks, ruler)
        found.append(placed)
        top += placed.height
    return found


def _head(lane: Lane, top: float, frame: _Frame, ruler: Ruler) -> _Placed:
    said = ruler.cut(lane.name, _NAME, frame.width + frame.right - _MARGIN - _GAP)
    return _Placed(lane, top, _HEAD, _HEAD / 2, (_Spot(_GAP, _HEAD / 2, said),))


def _lane(lane: Lane, top: float, section: Section, frame: _Frame, looks: Mapping[str, Look], ruler: Ruler) -> _Placed:
    def x(moment: int) -> float:
        return (moment - section.low) / max(1, section.high - section.low) * frame.width

    inside = [bar for bar in lane.bars if _fits(bar, x(bar.ends) - x(bar.begins), looks, ruler)]
    flags = [*lane.flags, *(Flag(bar.begins, bar.text) for bar in lane.bars if bar.text and bar not in inside)]
    flags.sort(key=lambda flag: flag.at)
    room = [frame.width + frame.right - _MARGIN - x(flag.at) - _GAP for flag in flags]
    said = [ruler.cut(flag.text, _TEXT, space) for flag, space in zip(flags, room, strict=True)]
    widths = [ruler.width(text, _TEXT) + 2 * _GAP for text in said]
    rows = staircase([x(flag.at) for flag in flags], widths)
    above = (max(rows) + 1) * _FLAG if rows else 0.0
    height = max(above + _BAR, _LABEL * (1 + len(lane.below)) + 0.1)
    bar = height - _BAR / 2
    spots = [
        _Spot(x(flag.at) + _GAP / 2, bar - _HALF - (row + 0.5) * _FLAG, text, bar - _HALF)
        for flag, text, row in zip(flags, said, rows, strict=True)
    ]
    for one in inside:
        middle = (x(one.begins) + x(one.ends)) / 2 - ruler.width(one.text, _TEXT) / 2
        colour = "white" if _darkness(looks[one.kind].colour) > 1 - _DARK else INK
        spots.append(_Spot(middle, bar, one.text, None, colour))
    if lane.tail:
        after = _after(lane, x, ruler)
        said_last = ruler.cut(lane.tail, _TEXT, frame.width + frame.right - _MARGIN - after)
        spots.append(_Spot(after, bar, said_last, None, TARGET if lane.late else INK))
    return _Placed(lane, top, height, bar, tuple(spots))


def _fits(bar: Bar, room: float, looks: Mapping[str, Look], ruler: Ruler) -> bool:
    look = looks[bar.kind]
    return bool(bar.text) and look.half >= 1 and not look.hatch and ruler.width(bar.text, _TEXT) + 0.08 <= room


def _darkness(colour: str) -> float:
    from matplotlib.colors import to_rgb

    red, green, blue = to_rgb(colour)
    return 1 - (0.299 * red + 0.587 * green + 0.114 * blue)


def _after(lane: Lane, x: Any, ruler: Ruler) -> float:
    """Return where the tail begins: behind the last bar, or behind the first mark after which it has room."""
    ends = max((x(bar.ends) for bar in lane.bars), default=0.0)
    wide = ruler.width(lane.tail, _TEXT) + 2 * _GAP
    for mark in sorted(x(mark.at) for mark in lane.marks):
        if ends + _HALF + wide > mark - _HALF and mark + _HALF > ends:
            ends = mark
    return float(ends) + _GAP + (_HALF / 2 if lane.marks else 0.0)


def staircase(begins: Sequence[float], widths: Sequence[float]) -> list[int]:
    """Return a row for each flag, so that no text lies over another or over the staff of another.

    Staffs stand at the left ends of texts. From right to left each flag takes the lowest row that lies above the rows of all
    flags that its text would run over: the staffs of those end below it.

    Parameters
    ----------
    begins
        Left ends, ascending.
    widths
        Of the texts, with the gap behind them.
    """
    rows: list[int] = []
    for number in range(len(begins) - 1, -1, -1):
        end = begins[number] + widths[number]
        over = [row for row, other in zip(rows, begins[number + 1 :], strict=True) if other < end]
        rows.insert(0, max(over) + 1 if over else 0)
    return rows


# --- drawing --------------------------------------------------------------------------------------------------------


def _draw(
    figure: Figure, section: Section, lanes: Sequence[_Placed], frame: _Frame, top: float, looks: Mapping[str, Look],
    language: Language, start: dt.datetime,
) -> None:  # fmt: skip
    whole = float(figure.get_size_inches()[1])
    figure.text(_MARGIN / WIDTH, 1 - (top + 0.14) / whole, safe(section.title, 110), fontsize=10, va="center", gid="section")
    top += _TITLE
    if section.curve:
        axes = figure.add_axes((frame.left / WIDTH, 1 - (top + _CURVE) / whole, frame.width / WIDTH, _CURVE / whole))
        _draw_curve(axes, section.curve, section, looks, start, language)
        top += _CURVE + 0.12
    tall = max(sum(placed.height for placed in lanes), 0.02)
    axes = figure.add_axes((frame.left / WIDTH, 1 - (top + tall) / whole, frame.width / WIDTH, tall / whole))
    axes.set_ylim(tall, 0)
    axes.set_yticks([])
    clock_axis(axes, section.low, section.high, start, language, most=10)
    inch = (section.high - section.low) / frame.width
    for across in section.across:
        _draw_across(axes, across, lanes, looks)
    for kind in looks:
        _draw_bars(axes, kind, lanes, looks[kind])
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
    moments, percent = [*curve.moments, section.high], [*curve.percent, *curve.percent[-1:]]
    axes.plot(moments, percent, drawstyle="steps-post", color=INK, linewidth=1.5, zorder=4, gid="curve")


def _draw_across(axes: Axes, across: Across, lanes: Sequence[_Placed], looks: Mapping[str, Look]) -> None:
    look = looks[across.kind]
    high, low = lanes[across.first].top, lanes[across.last - 1].top + lanes[across.last - 1].height
    if across.begins == across.ends:
        axes.plot([across.begins] * 2, [high, low], color=look.colour, linewidth=1.5, linestyle=(0, (4, 2)), zorder=5,
                  gid=f"across-{across.kind}")  # fmt: skip
        return
    axes.fill_between([across.begins, across.ends], high, low, facecolor=look.colour, hatch=look.hatch, edgecolor=look.edge,
                      linewidth=0, zorder=1, gid=f"across-{across.kind}")  # fmt: skip


def _draw_bars(axes: Axes, kind: str, lanes: Sequence[_Placed], look: Look) -> None:
    """Draw all bars or marks of one kind."""
    from matplotlib.collections import PolyCollection

    if look.marker:
        points = [(mark.at, placed.top + placed.bar) for placed in lanes for mark in placed.lane.marks if mark.kind == kind]
        if points:
            across, down = zip(*points, strict=True)
            style = {"markeredgewidth": 2.0} if look.marker in "|x" else {"markeredgecolor": "white", "markeredgewidth": 0.6}
            size = 13 if look.marker == "|" else 6.5
            axes.plot(across, down, linestyle="none", marker=look.marker, markersize=size, color=look.colour, zorder=5, clip_on=False,
                      gid=f"mark-{kind}", **style)  # type: ignore[arg-type]  # fmt: skip
        return
    half, boxes = _HALF * look.half, []
    for placed in lanes:
        y = placed.top + placed.bar
        boxes += [
            [(bar.begins, y - half), (bar.ends, y - half), (bar.ends, y + half), (bar.begins, y + half)]
            for bar in placed.lane.bars
            if bar.kind == kind
        ]
    if boxes:
        axes.add_collection(PolyCollection(
            boxes, facecolors=look.colour, edgecolors=look.edge, linewidths=0.7, hatch=look.hatch or None,
            zorder=3.5 if look.half < 1 else 3, gid=f"bar-{kind}",
        ), autolim=False)  # fmt: skip


def _draw_lane(axes: Axes, placed: _Placed, low: int, inch: float, frame: _Frame) -> None:
    """Draw the texts of a lane: `inch` is how many ms one inch is."""
    lane, middle = placed.lane, placed.top + placed.height / 2
    if lane.head or lane.strong:
        axes.axhspan(placed.top, placed.top + placed.height, color="#f1efe9" if lane.head else "#fdf0c4", zorder=0)
    elif placed.top:
        axes.axhline(placed.top, color=FAINT, linewidth=0.5, zorder=0.5)
    for spot in placed.spots:
        x, y = low + spot.x * inch, placed.top + spot.y
        if spot.staff is not None:
            begins = low + (spot.x - _GAP / 2) * inch
            axes.plot([begins, begins], [placed.top + spot.staff, y - _FLAG * 0.36], color=SOFT, linewidth=0.6, zorder=2.5)
        axes.text(x, y, safe(spot.text), fontsize=_NAME if lane.head else _TEXT, color=spot.colour, va="center", ha="left",
                  zorder=6, gid="text")  # fmt: skip
    if lane.head:
        return
    lines = [(lane.name, _NAME, INK), *((line, _SMALL, SOFT) for line in lane.below)]
    ruler = Ruler(axes.figure)  # type: ignore[arg-type]
    for number, (text, size, colour) in enumerate(lines):
        y = middle + (number - (len(lines) - 1) / 2) * _LABEL
        cut = ruler.cut(text, size, frame.left - _MARGIN - 0.1)
        axes.text(low - 0.08 * inch, y, safe(cut), fontsize=size, color=colour, va="center", ha="right", gid="name")


def _entries(sections: Sequence[Section], looks: Mapping[str, Look], language: Language) -> list[Any]:
    """Return legend entries for the kinds that there are."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    lanes = [lane for section in sections for lane in section.lanes]
    used = {thing.kind for lane in lanes for thing in (*lane.bars, *lane.marks)}
    used |= {band.kind for section in sections if section.curve for band in section.curve.bands}
    moments = {across.kind for section in sections for across in section.across if across.begins == across.ends}
    used |= moments | {across.kind for section in sections for across in section.across}
    found: list[Any] = []
    for kind, look in looks.items():
        if kind not in used:
            continue
        label = look.words.say(language)
        if look.marker:
            size = 9 if look.marker == "|" else 6.5
            found.append(Line2D([], [], linestyle="none", marker=look.marker, color=look.colour, markersize=size, label=label,
                                markeredgewidth=2.0 if look.marker in "|x" else 0.6))  # fmt: skip
        elif kind in moments:
            found.append(Line2D([], [], color=look.colour, linewidth=1.5, linestyle=(0, (4, 2)), label=label))
        else:
            found.append(Patch(facecolor=look.colour, hatch=look.hatch or None, label=label, linewidth=0.4,
                               edgecolor="#8a8a8a" if look.edge == "white" else look.edge))  # fmt: skip
    return found
