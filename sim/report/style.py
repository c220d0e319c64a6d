"""The look of every figure: font, colours, sizes; and how a figure is begun and saved."""

from __future__ import annotations

import io
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from sim.report.text import FONT, MissingGlyphWarning, check_glyphs, safe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from matplotlib.figure import Figure

    from sim.errors import Words

__all__ = ["INK", "MissingGlyphWarning", "check_glyphs", "new_figure", "note_no_data", "safe", "save", "use_style"]

DPI = 150
INK, SOFT, FAINT = "#222222", "#6b6b6b", "#d9d9d9"
"""Text, secondary text, grid."""
TARGET, GOOD = "#c0392b", "#1b7f5c"
"""What must be met; what is met."""
SERIES = ("#0072b2", "#d55e00", "#009e73", "#8e5aa8", "#b8860b", "#56b4e9", "#7a4b2a", "#4d4d4d")
"""Colours of owners and capabilities (after Okabe and Ito, readable with colour-vision deficiency)."""

PHASE_COLOURS: dict[str, str] = {
    "report": "#cfcfcf",
    "decision": "#9a9a9a",
    "approval": "#a5755a",
    "queue": "#f6d7d3",
    "contact": "#f7e7c6",
    "turnout": "#e69f00",
    "forming": "#f3cf85",
    "travel": "#0072b2",
    "stuck": "#d55e00",
    "rest": "#d7e6f3",
    "briefing_wait": "#efe7f5",
    "report_in": "#c9b6dc",
    "set_up": "#8e5aa8",
    "held_up": "#ffffff",
    "work": "#009e73",
    "hold": "#a5d8c6",
    "carry": "#56b4e9",
    "handover": "#1f4e79",
    "return": "#b5cfe3",
    "refit": "#bdbdbd",
}
"""By phase of a mission; what is like in kind (moving, getting ready, working) is like in hue."""
PHASE_HATCHES: dict[str, str] = {
    "stuck": "////", "held_up": "////", "queue": "xxxx", "contact": "xxxx", "forming": "\\\\\\\\", "rest": "||||",
    "briefing_wait": "\\\\\\\\",
}  # fmt: skip
"""Waiting is hatched, so that it is told apart without colour."""

_SETTINGS: dict[str, Any] = {
    "font.size": 9.0, "axes.titlesize": 10.0, "axes.labelsize": 9.0, "xtick.labelsize": 8.0, "ytick.labelsize": 8.0,
    "legend.fontsize": 8.0, "axes.edgecolor": "#8a8a8a", "axes.linewidth": 0.7, "axes.labelcolor": INK, "text.color": INK,
    "xtick.color": SOFT, "ytick.color": SOFT, "xtick.labelcolor": INK, "ytick.labelcolor": INK, "axes.grid": False,
    "grid.color": FAINT, "grid.linewidth": 0.6, "axes.axisbelow": True, "axes.spines.top": False, "axes.spines.right": False,
    "legend.frameon": False, "hatch.linewidth": 0.6, "hatch.color": "#7d7d7d", "lines.linewidth": 1.6,
    "figure.facecolor": "white", "savefig.facecolor": "white", "svg.fonttype": "path", "svg.hashsalt": "drillsim",
    "path.simplify": True, "axes.unicode_minus": True,
}  # fmt: skip


@cache
def family() -> str:
    """Return the name of the font, made known to matplotlib the first time."""
    from matplotlib.font_manager import FontProperties, fontManager

    fontManager.addfont(FONT)
    return FontProperties(fname=FONT).get_name()


@contextmanager
def use_style() -> Iterator[None]:
    """Give figures made and saved within this context their font and look; settings outside are left alone."""
    from matplotlib import rc_context

    settings: Any = {**_SETTINGS, "font.family": [family()]}
    with rc_context(settings):
        yield


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure (inches). It belongs to nobody else: pyplot is not involved."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=DPI)
    FigureCanvasAgg(figure)
    return figure


def save(figure: Figure, path: Path) -> Path:
    """Write a figure as the ending of its name says (.png, .svg): whole or not at all, the same bytes each time."""
    from sim.experiment.disk import write_whole

    sink, kind = io.BytesIO(), path.suffix.lstrip(".")
    figure.savefig(sink, format=kind, dpi=DPI, metadata={"Software": None} if kind == "png" else {"Date": None})
    write_whole(path, sink.getvalue())
    return path


def heading(figure: Figure, title: str, note: str) -> None:
    """Write the title of a figure, and under it what it shows and from how many observations. Both are already `safe`."""
    _, height = figure.get_size_inches()
    figure.text(0.02, 1 - 0.12 / height, title, fontsize=13, va="top", ha="left")
    figure.text(0.02, 1 - 0.42 / height, note, fontsize=8.5, va="top", ha="left", color=SOFT)


HEAD_ROOM = 0.78
"""Inches at the top that `heading` takes."""


def note_no_data(figure: Figure, words: Words, language: str) -> None:
    """Say in the middle of a figure that there is nothing to show, and why."""
    text = words.zh if language == "zh" else words.en
    figure.text(0.5, 0.45, text, fontsize=11, color=SOFT, ha="center", va="center")
