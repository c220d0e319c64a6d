"""What a map shows, layer by layer: roads, road events, ways driven, counted incidents, points."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import Words
from sim.network.speeds import CLASS_WORDS, CLASSES
from sim.report.map_data import RANKS, MapData, Obstacle, Point
from sim.report.style import INK, SERIES, SOFT, TARGET
from sim.report.text import columns, entry
from sim.units import clock

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from sim.errors import Language

_ROADS: dict[str, tuple[str, float]] = {
    "motorway": ("#8c8c8c", 2.0), "trunk": ("#9c9c9c", 1.5), "primary": ("#adadad", 1.1), "secondary": ("#bcbcbc", 0.8),
    "tertiary": ("#cccccc", 0.6), "local": ("#d6d6d6", 0.45), "access": ("#dedede", 0.4), "unknown": ("#d2d2d2", 0.6),
}  # fmt: skip
MARKS: dict[str, tuple[str, str, float]] = {
    "incident": ("*", TARGET, 15.0), "base": ("s", "#1f4e79", 6.0), "depot": ("s", "#9a5b13", 7.0),
    "hospital": ("P", "#1b7f5c", 8.0), "city": ("o", INK, 3.6),
    "county": ("o", INK, 3.0), "own": ("o", SOFT, 2.6), "mine": ("^", SOFT, 3.2), "township": ("o", "#a6a6a6", 1.8),
}  # fmt: skip
_KINDS: dict[str, Words] = {
    "incident": Words("incident", "突发事件"), "base": Words("base", "驻地"), "depot": Words("depot", "储备库"),
    "hospital": Words("hospital", "医院"),
    "county": Words("county or city seat", "县(市、区)"), "township": Words("township", "乡镇"), "mine": Words("mine", "矿山"),
}  # fmt: skip
_SHADES = ("#2b6ca3", "#8db8d8", "#f0b46c", "#c0392b", "#6b6b6b")
"""Median minutes until the first team, from short to long; last: nobody comes."""
_LANE = 2.1
"""Points between ways of different owners that share a road."""
NO_OWNER = Words("owner not given", "权属未写")


def draw_roads(axes: Axes, data: MapData, language: Language) -> list[Any]:
    """Draw the roads by class; return the entries of a legend (as all of these functions do)."""
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


def draw_ways(axes: Axes, data: MapData, language: Language) -> list[Any]:
    """Draw the ways driven, a lane for each owner so that none hides another; those of trucks dashed."""
    from matplotlib.collections import LineCollection
    from matplotlib.lines import Line2D

    teams: dict[tuple[bool, str], set[str]] = {}
    for way in data.driven:
        teams.setdefault((way.trucks, way.owner), set()).update(way.teams)
    owners = sorted(teams, key=lambda key: (key[0], -len(teams[key]), key[1]))
    handles: list[Any] = []
    for lane, (trucks, owner) in enumerate(owners):
        colour = SERIES[min(lane, len(SERIES) - 1)]
        shift = (min(lane, len(SERIES)) - (min(len(owners), len(SERIES)) - 1) / 2) * _LANE
        lines = [beside(axes, way.xy, shift) for way in data.driven if (way.trucks, way.owner) == (trucks, owner)]
        dashes: Any = (0, (3.0, 1.6)) if trucks else "-"
        cap: Any = "butt" if trucks else "round"
        ways = LineCollection(lines, colors=colour, linewidths=1.7, linestyles=[dashes], zorder=5, capstyle=cap)
        axes.add_collection(ways, autolim=False)
        name, count = entry(owner, 22) if owner else NO_OWNER.say(language), len(teams[trucks, owner])
        said = f"{name} · {count} {'辆' if trucks else '队'}" if language == "zh" else f"{name} · {count}{' trucks' * trucks}"
        if lane < len(SERIES):
            handles.append(Line2D([], [], color=colour, linewidth=2.4, linestyle=dashes, label=said))
    if len(owners) > len(SERIES):
        more = Words(f"and {len(owners) - len(SERIES)} more owners", f"另有 {len(owners) - len(SERIES)} 个单位").say(language)
        handles.append(Line2D([], [], color=SERIES[-1], linewidth=2.4, label=more))
    return handles


def beside(axes: Axes, xy: Any, points: float) -> Any:
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


def draw_obstacles(axes: Axes, data: MapData, start: dt.datetime, language: Language) -> list[Any]:
    """Draw the roads that events take, wide and dashed: closed ones red, slow ones amber."""
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


def draw_spots(axes: Axes, data: MapData, limits: Sequence[float], language: Language) -> tuple[list[Any], list[Any]]:
    """Draw incidents counted by place: area by number, colour by the median time until the first team."""
    from matplotlib.lines import Line2D

    if not data.spots:
        return [], []
    most = max(spot.count for spot in data.spots)
    area = [across(spot.count, most) ** 2 for spot in data.spots]
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
        size = across(count, most)
        sizes.append(Line2D(
            [], [], marker="o", linestyle="none", markerfacecolor="none", color=SOFT, markersize=size, label=f"{count}"
        ))  # fmt: skip
    return handles, sizes


def across(count: int, most: int) -> float:
    """Return the diameter (points) of a circle whose area grows with the count."""
    return math.sqrt(40 + 700 * count / most)


def _class_of(minutes: float, limits: Sequence[float]) -> int:
    if math.isinf(minutes):
        return 4
    return next((number for number, limit in enumerate(limits) if minutes <= limit), 3)


def draw_points(axes: Axes, data: MapData, language: Language) -> list[Any]:
    """Draw incidents, bases and depots (hollow: nothing was sent from there), hospitals and places."""
    from matplotlib.lines import Line2D

    handles: list[Any] = []
    busy = bool(data.spots)
    for kind in reversed(MARKS):
        here = seen(data, [point for point in data.points if point.kind == kind])
        if not here or (busy and kind == "township"):
            continue
        mark, colour, size = MARKS[kind]
        idle = [point for point in here if kind in ("base", "depot") and not point.teams]
        active = [point for point in here if point not in idle]
        for points, face in ((idle, "white"), (active, colour)):
            axes.plot(
                [p.x for p in points], [p.y for p in points], linestyle="none", marker=mark, markersize=size, color=colour,
                markerfacecolor=face, markeredgecolor="white" if face == colour else colour, markeredgewidth=0.6,
                zorder=10 - RANKS[kind] / 2 if kind in ("incident", "base", "depot", "hospital") else 4, gid=f"points-{kind}",
            )  # fmt: skip
        if kind in _KINDS:
            handles.insert(0, Line2D([], [], linestyle="none", marker=mark, color=colour, markersize=min(size, 10),
                                     label=_KINDS[kind].say(language)))  # fmt: skip
    return handles


def apart(axes: Axes, data: MapData) -> MapData:
    """Return the data with each hospital, depot beside what it shares its place with: a base, the scene, another depot."""
    taken = {(point.x, point.y): 0 for point in data.points if point.kind in ("base", "incident")}
    found = []
    for point in data.points:
        place, shown = (point.x, point.y), point
        if point.kind == "hospital" and place in taken:
            shown = _moved(axes, point, -7, -5)
        elif point.kind == "depot":
            before = taken.get(place)
            taken[place] = 1 if before is None else before + 1
            shown = point if before is None else _moved(axes, point, 7, -5 - 10 * (taken[place] - 1))
        found.append(shown)
    return replace(data, points=tuple(found))


def _moved(axes: Axes, point: Point, right: float, up: float) -> Point:
    """Return a point moved by so many points (of type) to the right and up."""
    figure: Any = axes.figure
    x, y = axes.transData.transform((point.x, point.y))
    x, y = axes.transData.inverted().transform((x + right * figure.dpi / 72, y + up * figure.dpi / 72))
    return replace(point, x=float(x), y=float(y))


def seen(data: MapData, points: list[Point]) -> list[Point]:
    """Return the points within the limits of the map."""
    x0, x1, y0, y1 = data.extent or (0.0, 0.0, 0.0, 0.0)
    return [point for point in points if x0 <= point.x <= x1 and y0 <= point.y <= y1]
