"""Lanes over clock time, laid out so that no text covers another: in sections that may have a time axis of their own.

Everything is laid out in inches; `sim.report.lanes_draw` draws it. A text belongs to a moment (a flag above the bars, its
staff at the moment), to a bar (inside it, where it fits; else a flag) or to the whole lane (behind its last bar). Texts are
raw: `safe` is for what draws them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.report.style import INK, TARGET
from sim.report.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from matplotlib.figure import Figure

    from sim.errors import Words

WIDTH = 10.6
_PLOT_LEAST, MARGIN = 4.6, 0.18
"""Inches: the least width of the axes; what stays free at the edges of the figure."""
TITLE, AXIS, FLAG, _BAR, LABEL, _HEAD, CURVE = 0.36, 0.36, 0.165, 0.29, 0.155, 0.235, 0.95
"""Inches: title of a section, its time axis, a row of flags, the bars, a line of a label, a heading, a curve."""
HALF = 0.095
"""Inches: half the height of a bar."""
THIN = 0.03
"""Inches: the least length of a bar."""
GAP = 0.06
"""Inches between a thing and the text beside it."""
NAME, SMALL, TEXT = 8.5, 7.2, 7.5
"""Points: names of lanes, what stands below them, texts among the bars."""
_DARK = 0.46
"""Bars darker than this (0: white, 1: black) bear white texts."""


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
    ends: int
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


class Spot(NamedTuple):
    """A text, and where it begins (inches from the left of the axes, from the top of the lane)."""

    x: float
    y: float
    text: str
    staff: float | None = None
    """It is a flag: where its staff ends, at the bars."""
    colour: str = INK


@dataclass(frozen=True, slots=True)
class Placed:
    """A lane laid out: inches from the top of the section."""

    lane: Lane
    top: float
    height: float
    bar: float
    """Middle of its bars, from the top of the lane."""
    spots: tuple[Spot, ...] = field(default=())


class Frame(NamedTuple):
    """Left and width (inches) of the axes, and what is left to their right."""

    left: float
    width: float
    right: float


def frame_of(sections: Sequence[Section], ruler: Ruler) -> Frame:
    """Return where the axes go: names to their left, room for texts that run over their right end."""
    lanes = [lane for section in sections for lane in section.lanes if not lane.head]
    names = [ruler.width(lane.name, NAME) for lane in lanes]
    names += [ruler.width(line, SMALL) for lane in lanes for line in lane.below]
    left = min(max(names, default=0.6), 2.9) + MARGIN + 0.12
    whole, right = WIDTH - left, 0.45
    for section in sections:
        for share, wide in _ends(section, ruler):
            # what begins at `share * (whole - right)` must end before the edge
            right = max(right, whole - (whole - MARGIN - wide) / share)
    right = min(right, whole - _PLOT_LEAST)
    return Frame(left, whole - right, right)


def _ends(section: Section, ruler: Ruler) -> Iterator[tuple[float, float]]:
    """Yield where each text begins at the latest (share of the axes), and how wide it is with the gaps around it."""
    span = max(1, section.high - section.low)
    for number, lane in enumerate(section.lanes):
        begins = [(bar.begins, bar.text) for bar in lane.bars] + [(flag.at, flag.text) for flag in lane.flags]
        if lane.tail:
            begins.append((max([*(bar.ends for bar in lane.bars), *_stops(section, number)], default=0), lane.tail))
        for moment, text in begins:
            if text and moment > section.low:
                yield (moment - section.low) / span, ruler.width(text, TEXT) + 2 * GAP + HALF


def _stops(section: Section, number: int) -> list[int]:
    """Return the moments in a lane that its tail must not cover: its marks, and what runs across it."""
    lines = [across.begins for across in section.across if across.begins == across.ends and across.first <= number < across.last]
    return sorted([*lines, *(mark.at for mark in section.lanes[number].marks)])


def lay_out(section: Section, frame: Frame, looks: Mapping[str, Look], ruler: Ruler) -> list[Placed]:
    """Place the lanes of a section one below the other."""
    found, top = [], 0.0
    for number, lane in enumerate(section.lanes):
        placed = _head(lane, top, frame, ruler) if lane.head else _lane(number, top, section, frame, looks, ruler)
        found.append(placed)
        top += placed.height
    return found


def _head(lane: Lane, top: float, frame: Frame, ruler: Ruler) -> Placed:
    said = ruler.cut(lane.name, NAME, frame.width + frame.right - MARGIN - GAP)
    return Placed(lane, top, _HEAD, _HEAD / 2, (Spot(GAP, _HEAD / 2, said),))


def _lane(number: int, top: float, section: Section, frame: Frame, looks: Mapping[str, Look], ruler: Ruler) -> Placed:
    lane = section.lanes[number]

    def x(moment: int) -> float:
        return (moment - section.low) / max(1, section.high - section.low) * frame.width

    inside = [bar for bar in lane.bars if _fits(bar, x(bar.ends) - x(bar.begins), looks, ruler)]
    flags = [*lane.flags, *(Flag(bar.begins, bar.text) for bar in lane.bars if bar.text and bar not in inside)]
    flags.sort(key=lambda flag: flag.at)
    room = [frame.width + frame.right - MARGIN - x(flag.at) - GAP for flag in flags]
    said = [ruler.cut(flag.text, TEXT, space) for flag, space in zip(flags, room, strict=True)]
    widths = [ruler.width(text, TEXT) + 2 * GAP for text in said]
    rows = staircase([x(flag.at) for flag in flags], widths)
    above = (max(rows) + 1) * FLAG if rows else 0.0
    height = max(above + _BAR, LABEL * (1 + len(lane.below)) + 0.1)
    bar = height - _BAR / 2
    spots = [
        Spot(x(flag.at) + GAP / 2, bar - HALF - (row + 0.5) * FLAG, text, bar - HALF)
        for flag, text, row in zip(flags, said, rows, strict=True)
    ]
    for one in inside:
        middle = (x(one.begins) + x(one.ends)) / 2 - ruler.width(one.text, TEXT) / 2
        colour = "white" if _darkness(looks[one.kind].colour) > _DARK else INK
        spots.append(Spot(middle, bar, one.text, None, colour))
    if lane.tail:
        after = _after(lane, [x(stop) for stop in _stops(section, number)], x, ruler)
        said_last = ruler.cut(lane.tail, TEXT, frame.width + frame.right - MARGIN - after)
        spots.append(Spot(after, bar, said_last, None, TARGET if lane.late else INK))
    return Placed(lane, top, height, bar, tuple(spots))


def _fits(bar: Bar, room: float, looks: Mapping[str, Look], ruler: Ruler) -> bool:
    look = looks[bar.kind]
    return bool(bar.text) and look.half >= 1 and not look.hatch and ruler.width(bar.text, TEXT) + 0.08 <= room


def _darkness(colour: str) -> float:
    from matplotlib.colors import to_rgb

    red, green, blue = to_rgb(colour)
    return 1 - (0.299 * red + 0.587 * green + 0.114 * blue)


def _after(lane: Lane, stops: Sequence[float], x: Any, ruler: Ruler) -> float:
    """Return where the tail begins: behind the last bar, or behind the first mark or line after which it has room."""
    ends = max((x(bar.ends) for bar in lane.bars), default=0.0)
    wide = ruler.width(lane.tail, TEXT) + 2 * GAP
    for stop in stops:
        if ends + HALF + wide > stop - HALF and stop + HALF > ends:
            ends = max(ends, stop)
    return float(ends) + GAP + (HALF / 2 if lane.marks else 0.0)


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


def height_of(section: Section, lanes: Sequence[Placed]) -> float:
    """Return the height of a section (inches): title, curve, lanes, time axis."""
    return TITLE + (CURVE + 0.12 if section.curve else 0.0) + sum(placed.height for placed in lanes) + AXIS
