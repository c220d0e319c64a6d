"""Names on a map that do not overlap: the important ones first, each at the first free spot beside its point."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in pixels."""
_AROUND = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1))
"""Directions to try, in order."""
_FAR = (1.0, 2.2, 4.0)
"""How far names that must be shown may be moved away, in times the usual distance."""
_PAD = 2.0
_EVERY = 5.0
"""Pixels between the points at which a line to be avoided is looked at."""


class Labels:
    """Places names on axes whose limits are final.

    Parameters
    ----------
    axes
        A map.
    """

    def __init__(self, axes: Axes) -> None:
        self.axes = axes
        self.figure: Any = axes.figure
        canvas: Any = self.figure.canvas
        self.renderer: Any = canvas.get_renderer()
        frame = axes.get_window_extent(self.renderer)
        self.frame: Box = (frame.x0 + 3, frame.y0 + 3, frame.x1 - 3, frame.y1 - 3)
        self._taken: list[Box] = []
        self._lines: NDArray[np.float64] = np.empty((0, 2))

    def keep_free(self, box: Box) -> None:
        """Let no name cover a box (pixels)."""
        self._taken.append(box)

    def keep_point_free(self, x: float, y: float, points: float) -> None:
        """Let no name cover a marker of that many points across."""
        px, py = self.axes.transData.transform((x, y))
        half = points * self.figure.dpi / 144
        self.keep_free((px - half, py - half, px + half, py + half))

    def avoid(self, xy: NDArray[np.float64]) -> None:
        """Let names keep off a line (data, shape (k, 2)) where there is room elsewhere."""
        pixels = self.axes.transData.transform(xy)
        pieces = [self._lines]
        for start, end in itertools.pairwise(pixels):
            steps = max(2, int(np.hypot(*(end - start)) / _EVERY))
            pieces.append(start + (end - start) * np.linspace(0, 1, min(steps, 2000))[:, None])
        self._lines = np.concatenate(pieces)

    def place(self, x: float, y: float, text: str, *, size: float, colour: str, gap: float, must: bool = False) -> bool:
        """Put a name (already `safe`) beside a point, if there is room.

        Parameters
        ----------
        x, y
            The point, in data.
        gap
            Points between it and the name.
        must
            Look farther away, with a thin line to the point.

        Returns
        -------
        bool
            Whether there was room.
        """
        width, height = self._size(text, size)
        px, py = self.axes.transData.transform((x, y))
        if not (self.frame[0] <= px <= self.frame[2] and self.frame[1] <= py <= self.frame[3]):
            return False
        for clear, far in itertools.product((True, False), _FAR if must else _FAR[:1]):
            reach = gap * far * self.figure.dpi / 72
            for dx, dy in _AROUND:
                left = px + dx * reach - (1 - dx) / 2 * width
                low = py + dy * reach * (0.7 if dx else 1.0) - (1 - dy) / 2 * height
                box = (left, low, left + width, low + height)
                if self._free(box) and not (clear and self._on_line(box)):
                    self._draw((px, py), box, text, size, colour, line=far > 1)
                    return True
        return False

    def _size(self, text: str, size: float) -> tuple[float, float]:
        from matplotlib.font_manager import FontProperties

        shown = text.replace(r"\$", "$")
        width, height, _ = self.renderer.get_text_width_height_descent(shown, FontProperties(size=size), ismath=False)
        return width + 2 * _PAD, height + 2 * _PAD

    def _free(self, box: Box) -> bool:
        inside = (
            box[0] >= self.frame[0] and box[1] >= self.frame[1] and box[2] <= self.frame[2] and box[3] <= self.frame[3]
        )
        if not inside or not self._taken:
            return inside
        taken: NDArray[np.float64] = np.array(self._taken)
        apart = (taken[:, 0] >= box[2]) | (taken[:, 2] <= box[0]) | (taken[:, 1] >= box[3]) | (taken[:, 3] <= box[1])
        return bool(apart.all())

    def _on_line(self, box: Box) -> bool:
        x, y = self._lines[:, 0], self._lines[:, 1]
        return bool(((x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])).any())

    def _draw(self, point: tuple[float, float], box: Box, text: str, size: float, colour: str, *, line: bool) -> None:
        from matplotlib.patheffects import withStroke

        self.keep_free(box)
        middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        back = self.axes.transData.inverted()
        if line:
            (x0, y0), (x1, y1) = back.transform(point), back.transform(middle)
            self.axes.plot([x0, x1], [y0, y1], color=colour, linewidth=0.6, zorder=8)
        x, y = back.transform(middle)
        self.axes.text(
            x, y, text, fontsize=size, color=colour, ha="center", va="center", zorder=9, gid="label",
            path_effects=[withStroke(linewidth=2.2, foreground="white")],
        )  # fmt: skip
