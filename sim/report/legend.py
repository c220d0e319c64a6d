"""The legend below a figure: as many columns as fit its width, read row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

_LOW = 0.06
"""Inches below a legend."""
_SPACING, _HANDLE = 1.4, 1.6
_MOST = 9


class Foot:
    """Entries of a legend, arranged; made before the height of the figure is known.

    Parameters
    ----------
    figure
        On which it will stand.
    handles
        What it names.
    width
        Inches of the figure.
    """

    def __init__(self, figure: Figure, handles: Sequence[Any], width: float) -> None:
        self.handles, self.ncols, self.height = list(handles), 1, 2 * _LOW
        renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
        for ncols in range(min(_MOST, len(handles)), 0, -1):
            self.ncols = -(-len(handles) // -(-len(handles) // ncols))  # rows as even as they can be
            legend = _legend(figure, self, _LOW)
            box = legend.get_window_extent(renderer)
            legend.remove()
            self.height = box.height / figure.dpi + 2 * _LOW
            if box.width / figure.dpi <= width - 0.1:
                return


def legend_below(figure: Figure, foot: Foot) -> None:
    """Put a legend at the bottom of a figure that has its final size."""
    if foot.handles:
        _legend(figure, foot, _LOW / float(figure.get_size_inches()[1]))


def _legend(figure: Figure, foot: Foot, low: float) -> Any:
    by_row = [handle for column in range(foot.ncols) for handle in foot.handles[column :: foot.ncols]]  # filled by column
    return figure.legend(
        handles=by_row, loc="lower center", bbox_to_anchor=(0.5, low), ncols=foot.ncols, columnspacing=_SPACING,
        handlelength=_HANDLE,
    )  # fmt: skip
