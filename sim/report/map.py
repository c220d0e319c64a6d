"""The map of a run: roads, bases, the incident, the ways driven; for a campaign, incidents counted by place."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import Words
from sim.network.speeds import CLASS_WORDS, CLASSES
from sim.report.labels import Labels
from sim.report.map_data import RANKS, RATIO, MapData, Obstacle, Point, km_per_unit
from sim.report.style import HEAD_ROOM, INK, SERIES, SOFT, TARGET, heading, note_no_data, safe
from sim.report.text import columns, entry
from sim.units import clock

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.errors import Language

WIDTH, MAP_HEIGHT, SIDE, FOOT = 9.9, 6.4, 2.4, 0.42
"""Inches: the figure, the map, the column beside it, the line of credits below."""
_ROADS: dict[str, tuple[str, float]] = {
    "motorway": ("#8c8c8c", 2.0), "trunk": ("#9c9c9c", 1.5), "primary": ("#adadad", 1.1), "secondary": ("#bcbcbc", 0.8),
    "tertiary": ("#cccccc", 0.6), "local": ("#d6d6d6", 0.45), "access": ("#dedede", 0.4), "unknown": ("#d2d2d2", 0.6),
}  # fmt: skip
_MARKS: dict[str, tuple[str, str, float]] = {
    "incident": ("*", TARGET, 15.0), "base": ("s", "#1f4e79", 6.0), "hospital": ("P", "#1b7f5c", 8.0), "city": ("o", INK, 3.6),
    "county": ("o", INK, 3.0), "own": ("o", SOFT, 2.6), "mine": ("^", SOFT, 3.2), "township": ("o", "#a6a6a6", 1.8),
}  # fmt: skip
_SIZES = {"incident": 10.0, "base": 8.5, "hospital": 8.0, "city": 9.0, "county": 8.5, "own": 7.5, "mine": 6.8, "township": 6.5}
_KINDS: dict[str, Words] = {
    "incident": Words("incident", "突发事件"), "base": Words("base", "驻地"), "hospital": Words("hospital", "医院"),
    "county": Words("county or city seat", "县(市、区)"), "township": Words("township", "乡镇"), "mine": Words("mine", "矿山"),
}  # fmt: skip
_SHADES = ("#2b6ca3", "#8db8d8", "#f0b46c", "#c0392b", "#6b6b6b")
"""Median minutes until the first team, from short to long; last: nobody comes."""
_LANE = 2.1
"""Points between ways of different owners that share a road."""
NO_OWNER = Words("owner not given", "权属未写")
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
    data = _apart(axes, data)
    roads = _draw_roads(axes, data, language)
    ways = _draw_ways(axes, data, language)
    obstacles = _draw_obstacles(axes, data, start, language)
    limits = sorted(thresholds)[:3]
    shades, sizes = _draw_spots(axes, data, limits, language)
    points = _draw_points(axes, data, language)
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


def _draw_roads(axes: Axes, data: MapData, language: Language) -> list[Any]:
    from matplotlib.collections import LineCollection
    from matplotlib.lines import Line2D

    handles: list[Any] = []
    for code in sorted(data.roads, reverse=True):
        colour, width = _ROADS[CLASSES[code]]
        axes.add_collection(LineCollection(data.roads[code], colors=colour, linewidths=width, zorder=2), autolim=False)
        name = CLASS_WORDS[CLASSES[code]].say(language)
        handles.insert(0, Line2D([], [], color=colour, linewidth=width + 0.4, label=name))
    if data.left_out:
        said = Words(f"{data.left_out} minor roads not drawn", f"另有 {data.left_out} 条次要道路未画").say(language)
        handles.append(Line2D([], [], linestyle="none", label=said))
    return handles


def _draw_ways(axes: Axes, data: MapData, language: Language) -> list[Any]:
    """Draw the ways driven, a lane for each owner so that none hides another."""
    from matplotlib.collections import LineCollection
    from matplotlib.lines import Line2D

    teams: dict[str, set[str]] = {}
    for way in data.driven:
        teams.setdefault(way.owner, set()).update(way.teams)
    owners = sorted(teams, key=lambda owner: (-len(teams[owner]), owner))
    handles: list[Any] = []
    for lane, owner in enumerate(owners):
        colour = SERIES[min(lane, len(SERIES) - 1)]
        shift = (min(lane, len(SERIES)) - (min(len(owners), len(SERIES)) - 1) / 2) * _LANE
        lines = [_beside(axes, way.xy, shift) for way in data.driven if way.owner == owner]
        axes.add_collection(LineCollection(lines, colors=colour, linewidths=1.7, zorder=5, capstyle="round"), autolim=False)
        name, count = entry(owner, 22) if owner else NO_OWNER.say(language), len(teams[owner])
        said = f"{name} · {count} 队" if language == "zh" else f"{name} · {count}"
        if lane < len(SERIES):
            handles.append(Line2D([], [], color=colour, linewidth=2.4, label=said))
    if len(owners) > len(SERIES):
        more = Words(f"and {len(owners) - len(SERIES)} more owners", f"另有 {len(owners) - len(SERIES)} 个单位").say(language)
        handles.append(Line2D([], [], color=SERIES[-1], linewidth=2.4, label=more))
    return handles


def _beside(axes: Axes, xy: Any, points: float) -> Any:
    """Return a line moved to its left by so many points, as the map is drawn."""
    figure: Any = axes.figure
    pixels = axes.transData.transform(xy)
    keep = np.concatenate([[True], np.hypot(*np.diff(pixels, axis=0).T) > 0.5])
    pixels = pixels[keep]
    if len(pixels) < 2:
        return xy
    along = np.diff(pixels, axis=0)
    along /= np.hypot(along[:, 0], along[:, 1])[:, None]
    left = np.stack([-along[:, 1], along[:, 0]], axis=1)
    at = np.concatenate([left[:1], left[:-1] + left[1:], left[-1:]])
    long = np.hypot(at[:, 0], at[:, 1])[:, None]
    at = np.where(long > 0.8, at / np.maximum(long, 1e-9), 0.0)
    at[0], at[-1] = left[0], left[-1]
    moved = pixels + at * points * figure.dpi / 72
    return axes.transData.inverted().transform(moved)


def _draw_obstacles(axes: Axes, data: MapData, start: dt.datetime, language: Language) -> list[Any]:
    from matplotlib.collections import LineCollection
    from matplotlib.lines import Line2D

    handles: list[Any] = []
    for event in data.obstacles:
        closed = event.factor == 0
        colour, dashes = (TARGET, (0, (1.0, 0.7))) if closed else ("#d98500", (0, (2.2, 1.2)))
        if event.roads:
            wide = LineCollection(list(event.roads), colors=colour, linewidths=7.5, alpha=0.35, zorder=3, capstyle="butt")
            dashed = LineCollection(list(event.roads), colors=colour, linewidths=7.5, linestyles=[dashes], alpha=0.55, zorder=3)
            axes.add_collection(wide, autolim=False)
            axes.add_collection(dashed, autolim=False)
        said = _say_event(event, start, language)
        handles.append(Line2D([], [], color=colour, linewidth=6, alpha=0.6, linestyle=dashes, label=said))
    return handles[:6]


def _say_event(event: Obstacle, start: dt.datetime, language: Language) -> str:
    what = Words("closed", "封闭") if event.factor == 0 else Words(f"speed × {event.factor:g}", f"车速 × {event.factor:g}")
    when = clock(event.begins, start) + ("–" + clock(event.ends, start) if event.ends is not None else "–")
    comma = "," if language == "zh" else ", "
    return f"{_folded(entry(event.name, 60), 30)}\n{what.say(language)}{comma}{when}"


def _folded(text: str, width: int) -> str:
    """Return a text on lines of at most `width` columns."""
    lines = [""]
    for character in text:
        if columns(lines[-1] + character) > width:
            lines.append("")
        lines[-1] += character
    return "\n".join(lines)


def _draw_spots(axes: Axes, data: MapData, limits: Sequence[float], language: Language) -> tuple[list[Any], list[Any]]:
    """Draw incidents counted by place: area by number, colour by the median time until the first team."""
    from matplotlib.lines import Line2D

    if not data.spots:
        return [], []
    most = max(spot.count for spot in data.spots)
    area = [_across(spot.count, most) ** 2 for spot in data.spots]
    colours = [_SHADES[_class_of(spot.minutes, limits)] for spot in data.spots]
    axes.scatter(
        [spot.x for spot in data.spots], [spot.y for spot in data.spots], s=area, c=colours, alpha=0.75, linewidths=0.8,
        edgecolors="white", zorder=6, gid="spots",
    )  # fmt: skip
    zh, unit = language == "zh", "分钟" if language == "zh" else "min"
    names = [f"≤ {limit:g} {unit}" for limit in limits] + [f"> {limits[-1]:g} {unit}", "始终无人到场" if zh else "nobody comes"]
    used = {_class_of(spot.minutes, limits) for spot in data.spots}
    shades = [*_SHADES[: len(limits)], _SHADES[3], _SHADES[4]]
    keys = [*range(len(limits)), 3, 4]
    handles = [
        Line2D([], [], marker="o", linestyle="none", color=shade, markersize=8, label=name)
        for key, shade, name in zip(keys, shades, names, strict=True)
        if key in used
    ]
    sizes = []
    for count in dict.fromkeys((most, max(1, most // 4), max(1, most // 40))):
        size = _across(count, most)
        sizes.append(Line2D(
            [], [], marker="o", linestyle="none", markerfacecolor="none", color=SOFT, markersize=size, label=f"{count}"
        ))  # fmt: skip
    return handles, sizes


def _across(count: int, most: int) -> float:
    """Return the diameter (points) of a circle whose area grows with the count."""
    return math.sqrt(40 + 700 * count / most)


def _class_of(minutes: float, limits: Sequence[float]) -> int:
    if math.isinf(minutes):
        return 4
    return next((number for number, limit in enumerate(limits) if minutes <= limit), 3)


def _draw_points(axes: Axes, data: MapData, language: Language) -> list[Any]:
    from matplotlib.lines import Line2D

    handles: list[Any] = []
    busy = bool(data.spots)
    for kind in reversed(_MARKS):
        here = _seen(data, [point for point in data.points if point.kind == kind])
        if not here or (busy and kind == "township"):
            continue
        mark, colour, size = _MARKS[kind]
        idle = [point for point in here if kind == "base" and not point.teams]
        active = [point for point in here if point not in idle]
        for points, face in ((idle, "white"), (active, colour)):
            axes.plot(
                [p.x for p in points], [p.y for p in points], linestyle="none", marker=mark, markersize=size, color=colour,
                markerfacecolor=face, markeredgecolor="white" if face == colour else colour, markeredgewidth=0.6,
                zorder=10 - RANKS[kind] / 2 if kind in ("incident", "base", "hospital") else 4, gid=f"points-{kind}",
            )  # fmt: skip
        if kind in _KINDS:
            handles.insert(0, Line2D([], [], linestyle="none", marker=mark, color=colour, markersize=min(size, 10),
                                     label=_KINDS[kind].say(language)))  # fmt: skip
    return handles


def _apart(axes: Axes, data: MapData) -> MapData:
    """Return the data with each hospital beside the base that it shares its place with."""
    bases = {(point.x, point.y) for point in data.points if point.kind == "base"}
    shared = [point.kind == "hospital" and (point.x, point.y) in bases for point in data.points]
    points = (_moved(axes, point) if both else point for point, both in zip(data.points, shared, strict=True))
    return replace(data, points=tuple(points))


def _moved(axes: Axes, point: Point) -> Point:
    """Return a point a little to the lower left."""
    figure: Any = axes.figure
    x, y = axes.transData.transform((point.x, point.y))
    x, y = axes.transData.inverted().transform((x - 7 * figure.dpi / 72, y - 5 * figure.dpi / 72))
    return replace(point, x=float(x), y=float(y))


def _seen(data: MapData, points: list[Point]) -> list[Point]:
    x0, x1, y0, y1 = data.extent or (0.0, 0.0, 0.0, 0.0)
    return [point for point in points if x0 <= point.x <= x1 and y0 <= point.y <= y1]


def _name(labels: Labels, data: MapData) -> None:
    """Name what is on the map, the important first; no name covers a marker or another name."""
    late = sorted(data.spots, key=lambda spot: (-spot.minutes, -spot.count))
    counted = [Point("township", spot.name, spot.x, spot.y) for spot in late]
    known = [point for point in data.points if point.kind != "township" or not late]
    seen = _seen(data, sorted(known, key=lambda point: (RANKS[point.kind], -point.teams, point.name)) + counted)
    most = max((spot.count for spot in data.spots), default=1)
    across = {(spot.x, spot.y): _across(spot.count, most) for spot in data.spots}
    for (x, y), size in across.items():
        labels.keep_point_free(x, y, 0.8 * size)
    for point in seen:
        if RANKS[point.kind] < RANKS["township"]:
            labels.keep_point_free(point.x, point.y, _MARKS[point.kind][2])
    done: set[str] = set()
    for point in seen:
        kind = point.kind
        if point.name in done or (kind == "township" and len(done) > _MANY_NAMES):
            continue
        must = kind == "incident" or (kind == "base" and point.teams > 0)
        size, strong = _SIZES[kind], RANKS[kind] <= RANKS["own"]
        colour = TARGET if kind == "incident" else INK if strong else SOFT
        gap = across.get((point.x, point.y), _MARKS[kind][2]) / 2 + 2.5
        if labels.place(point.x, point.y, safe(point.name, 28), size=size, colour=colour, gap=gap, must=must):
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
    axes.plot([0.025, 0.025 + share], [0.028, 0.028], color=INK, linewidth=2.2, transform=trans, zorder=12, solid_capstyle="butt")
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
            labelspacing=0.45 if tall < _TALL else 1.4, title_fontsize=8.5, borderpad=0.2,
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
