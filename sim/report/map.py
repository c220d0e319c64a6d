"""The map of a run: roads, bases, the incident, the ways driven; for a campaign, incidents counted by place."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sim.errors import Words
from sim.report.labels import Labels
from sim.report.map_data import RANKS, RATIO, MapData, Point, km_per_unit
from sim.report.map_layers import (
    MARKS,
    across,
    apart,
    draw_obstacles,
    draw_points,
    draw_roads,
    draw_spots,
    draw_ways,
    seen,
)
from sim.report.style import HEAD_ROOM, INK, SOFT, TARGET, heading, note_no_data, safe

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.errors import Language

WIDTH, MAP_HEIGHT, SIDE, FOOT = 9.9, 6.4, 2.4, 0.42
"""Inches: the figure, the map, the column beside it, the line of credits below."""
_SIZES = {
    "incident": 10.0, "base": 8.5, "depot": 8.0, "hospital": 8.0, "city": 9.0, "county": 8.5, "own": 7.5, "mine": 6.8,
    "township": 6.5,
}  # fmt: skip
"""Points of a name."""
_CREDITS = ("OpenStreetMap", "GeoNames")


def draw_map(
    figure: Figure, data: MapData, *, language: Language, title: str, note: str, start: dt.datetime,
    notices: Sequence[str] = (), thresholds: Sequence[float] = (15, 30, 60),
) -> None:  # fmt: skip
    """Draw a map over the whole figure.

    Parameters
    ----------
    figure
        An empty figure; its size is set here.
    data
        See `sim.report.map_data.map_data`.
    title, note
        Already `safe`: what is shown, and from how many observations.
    start
        Clock time of the scenario's start.
    notices
        Licence notices of the data.
    thresholds
        Minutes at which the colours of counted incidents change; the first three are used.
    """
    height = HEAD_ROOM + MAP_HEIGHT + FOOT
    figure.set_size_inches(WIDTH, height)
    heading(figure, title, note)
    if data.extent is None:
        note_no_data(figure, Words("no data: nothing in this run has a position", "无数据:本次运行的地点都没有坐标"), language)
        return
    map_width = MAP_HEIGHT * RATIO
    axes = figure.add_axes((0.1 / WIDTH, FOOT / height, map_width / WIDTH, MAP_HEIGHT / height))
    side = figure.add_axes(((map_width + 0.25) / WIDTH, FOOT / height, SIDE / WIDTH, MAP_HEIGHT / height))
    side.set_axis_off()
    _frame(axes, data)
    data = apart(axes, data)
    roads = draw_roads(axes, data, language)
    ways = draw_ways(axes, data, language)
    obstacles = draw_obstacles(axes, data, start, language)
    limits = sorted(thresholds)[:3]
    shades, sizes = draw_spots(axes, data, limits, language)
    points = draw_points(axes, data, language)
    labels = Labels(axes)
    for way in data.driven:
        labels.avoid(way.xy)
    _scale_and_north(axes, data, labels, language)
    _name(labels, data)
    zh = language == "zh"
    _legends(side, [
        ("", points),
        (("出动路线(按权属)" if zh else "ways driven, by owner"), ways),
        (("首支力量到场(中位)" if zh else "first team there, median"), shades),
        (("事件数" if zh else "incidents"), sizes),
        (("路况" if zh else "road events"), obstacles),
        (("道路" if zh else "roads"), roads),
    ])  # fmt: skip
    credit = _credit_line(notices, data, language)
    figure.text(0.1 / WIDTH, 0.13 / height, credit, fontsize=6.5, color=SOFT, ha="left", va="bottom")


def _frame(axes: Axes, data: MapData) -> None:
    x0, x1, y0, y1 = data.extent or (0.0, 1.0, 0.0, 1.0)
    axes.set_xlim(x0, x1)
    axes.set_ylim(y0, y1)
    x_km, y_km = km_per_unit((y0 + y1) / 2, projected=data.projected)
    axes.set_aspect(y_km / x_km, adjustable="box")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor("#fbfaf7")
    for spine in axes.spines.values():
        spine.set_visible(True)


def _name(labels: Labels, data: MapData) -> None:
    """Name what is on the map, the important first; no name covers a marker or another name."""
    late = sorted(data.spots, key=lambda spot: (-spot.minutes, -spot.count))
    counted = [Point("township", spot.name, spot.x, spot.y) for spot in late]
    known = [point for point in data.points if point.kind != "township" or not late]
    shown = seen(data, sorted(known, key=lambda point: (RANKS[point.kind], -point.teams, point.name)) + counted)
    most = max((spot.count for spot in data.spots), default=1)
    circles = {(spot.x, spot.y): across(spot.count, most) for spot in data.spots}
    for (x, y), size in circles.items():
        labels.keep_point_free(x, y, 0.8 * size)
    for point in shown:
        if RANKS[point.kind] < RANKS["township"]:
            labels.keep_point_free(point.x, point.y, MARKS[point.kind][2])
    done: set[str] = set()
    for point in shown:
        kind = point.kind
        if point.name in done or (kind == "township" and len(done) > _MANY_NAMES):
            continue
        must = kind == "incident" or (kind in ("base", "depot") and (point.teams > 0 or point.asked))
        size, strong = _SIZES[kind], RANKS[kind] <= RANKS["own"]
        colour = TARGET if kind == "incident" else INK if strong else SOFT
        gap = circles.get((point.x, point.y), MARKS[kind][2]) / 2 + 2.5
        name = safe(point.name, 28)
        full = f"{name} {safe(point.note, 40)}"  # what a depot holds, where there is room for it
        full_fits = bool(point.note) and labels.place(point.x, point.y, full, size=size - 1.5, colour=colour, gap=gap)
        if full_fits or labels.place(point.x, point.y, name, size=size, colour=colour, gap=gap, must=must):
            done.add(point.name)


_MANY_NAMES = 60
"""Townships are named only while there are fewer names than this."""


def _scale_and_north(axes: Axes, data: MapData, labels: Labels, language: Language) -> None:
    """Draw a scale bar at the lower left and an arrow to the north at the upper right."""
    x0, x1, y0, y1 = data.extent or (0.0, 1.0, 0.0, 1.0)
    x_km, _ = km_per_unit((y0 + y1) / 2, projected=data.projected)
    about = (x1 - x0) * x_km / 5
    power = 10.0 ** math.floor(math.log10(about))
    long = max(step * power for step in (1, 2, 5) if step * power <= about)
    share = long / ((x1 - x0) * x_km)
    trans = axes.transAxes
    white = {"facecolor": "white", "alpha": 0.85, "edgecolor": "none", "pad": 2.0}
    axes.plot([0.025, 0.025 + share], [0.028, 0.028], color=INK, linewidth=2.2, transform=trans, zorder=12, solid_capstyle="butt",
              gid="scale")  # fmt: skip
    text = axes.text(
        0.025 + share / 2, 0.04, f"{long:g} km", transform=trans, ha="center", va="bottom", fontsize=8, zorder=12, bbox=white
    )
    north = axes.annotate(
        "北" if language == "zh" else "N", xy=(0.967, 0.975), xytext=(0.967, 0.9), xycoords=trans, textcoords=trans,
        ha="center", va="center", fontsize=9, zorder=12, arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.0},
    )  # fmt: skip
    for artist in (text, north):
        box = artist.get_window_extent(labels.renderer)
        labels.keep_free((box.x0 - 6, box.y0 - 14, box.x1 + 6, box.y1 + 40))
    (left, low), (right, _) = trans.transform([(0.025, 0.028), (0.025 + share, 0.028)])
    labels.keep_free((left - 4, low - 4, right + 4, low + 4))


def _legends(side: Axes, parts: list[tuple[str, list[Any]]]) -> None:
    """Stack legends from the top of the column beside the map."""
    from matplotlib.legend import Legend

    figure: Any = side.figure
    renderer = figure.canvas.get_renderer()
    frame, top = side.get_window_extent(renderer), 1.0
    for title, handles in parts:
        if not handles:
            continue
        tall = max(handle.get_markersize() if handle.get_marker() not in (None, "None", "") else 0.0 for handle in handles)
        legend = Legend(
            side, handles, [handle.get_label() for handle in handles], title=title or None, loc="upper left",
            bbox_to_anchor=(0.0, top), borderaxespad=0.0, alignment="left", handlelength=2.2 if tall < _TALL else 3.4,
            labelspacing=0.45 if tall < _TALL else 1.9, title_fontsize=8.5, borderpad=0.2,
        )  # fmt: skip
        side.add_artist(legend)
        top -= (legend.get_window_extent(renderer).height + 14) / frame.height


_TALL = 18.0
"""Points from which a marker in a legend needs more room."""


def _credit_line(notices: Sequence[str], data: MapData, language: Language) -> str:
    """Return who must be named for the data; the notices in full stand in the report."""
    known = {"OpenStreetMap": "© OpenStreetMap contributors (ODbL)", "GeoNames": "GeoNames (CC BY 4.0)"}
    text = " ".join(notices)
    named = [known[key] for key in _CREDITS if key in text]
    others = [safe(credit, 60) for credit in notices if not any(key in credit for key in _CREDITS)]
    named += [other for other in others if "©" in other][:2]
    straight = "" if data.roads else Words("straight lines, no roads", "直线示意,无道路数据").say(language)
    lead = Words("data: ", "数据: ").say(language)
    return " · ".join(part for part in (lead + ", ".join(named) if named else "", straight) if part)
