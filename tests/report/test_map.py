"""The map: what is on it, and that names can be read."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from sim.report.map import draw_map
from sim.report.map_data import RATIO, Driven, MapData, Obstacle, Point, Spot, map_data
from sim.report.map_layers import beside
from sim.report.style import TARGET, new_figure, use_style
from sim.units import HOUR, MINUTE

START = dt.datetime(2026, 11, 24, 9, 30)
BOX = (112.0, 112.5, 39.3, 39.3 + 0.5 * math.cos(math.radians(39.5)) / RATIO)


def drawn(data, language="zh", **more):
    figure = new_figure(1, 1)
    with use_style():
        draw_map(figure, data, language=language, title="题", note="注", start=START, **more)
        figure.canvas.draw()
    return figure


def texts(figure):
    return [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text")) if text.get_text()]


def named(figure, gid):
    return [artist for artist in figure.findobj() if artist.get_gid() == gid]


def test_every_team_that_drove_is_on_the_map(view):
    """The ways are those of the teams that the log has on the road to the scene, by owner; ways home are not among them."""
    missions = view.first.missions
    moved = {view.scenario.teams[t].id for t in missions.team[missions.arrived > missions.departed]}
    data = map_data(view)
    assert set().union(*(way.teams for way in data.driven)) == moved
    assert {way.owner for way in data.driven} == {team.owner for team in view.scenario.teams if team.id in moved}
    assert data.routes == len({way.xy.tobytes() for way in data.driven}) < len(view.routes)
    assert (data.drives, data.measured) == (len(moved), 0)
    incident = view.scenario.sites[view.scenario.planned[0].site]
    assert all(np.hypot(*(way.xy[-1] - (incident.x, incident.y))) < 1e-9 for way in data.driven)


def test_the_map_holds_what_matters(view):
    """Incident, bases of teams sent and all ways lie inside; the shape is that of the axes, in kilometres."""
    data = map_data(view)
    x0, x1, y0, y1 = data.extent
    inside = np.concatenate([way.xy for way in data.driven])
    assert ((inside > (x0, y0)) & (inside < (x1, y1))).all()
    assert {point.name for point in data.points if point.kind == "incident"} == {"液氨泄漏"}
    assert (x1 - x0) * math.cos(math.radians((y0 + y1) / 2)) / (y1 - y0) == pytest.approx(RATIO)


def test_lenders_that_were_asked_are_on_the_map(refused):
    """The base of a lender that sent nobody is in sight and named, hollow; the way of the one that sent is driven."""
    data = map_data(refused)
    asked = {point.name: point for point in data.points if point.asked}
    assert {name: point.teams > 0 for name, point in asked.items()} == {"准格尔旗": False, "府谷县": True}
    x0, x1, y0, y1 = data.extent
    assert all(x0 < point.x < x1 and y0 < point.y < y1 for point in asked.values())
    assert "府谷县" in {way.owner for way in data.driven}
    assert set(asked) <= {label.get_text() for label in named(drawn(data), "label")}


def test_nobody_asked_nobody_in_sight(view):
    """Without lenders no base counts as asked."""
    assert not [point for point in map_data(view).points if point.asked]


def test_a_kilometre_is_as_long_east_as_north(view):
    """On paper one kilometre to the east is as long as one to the north (to a thousandth)."""
    figure = drawn(map_data(view))
    axes = figure.axes[0]
    y = np.mean(axes.get_ylim())
    x = np.mean(axes.get_xlim())
    east = axes.transData.transform([(x, y), (x + 0.01 / math.cos(math.radians(y)), y)])
    north = axes.transData.transform([(x, y), (x, y + 0.01)])
    assert east[1, 0] - east[0, 0] == pytest.approx(north[1, 1] - north[0, 1], rel=1e-3)


@pytest.mark.parametrize("which", ["view", "city_view"])
def test_names_do_not_overlap(which, request):
    """No name on the map covers another one, and all lie inside the frame."""
    figure = drawn(map_data(request.getfixturevalue(which)))
    boxes = [label.get_window_extent() for label in named(figure, "label")]
    assert len(boxes) > 8
    frame = figure.axes[0].get_window_extent()
    for a, b in itertools.combinations(boxes, 2):
        assert a.x1 <= b.x0 or b.x1 <= a.x0 or a.y1 <= b.y0 or b.y1 <= a.y0
    assert all(box.x0 >= frame.x0 and box.x1 <= frame.x1 and box.y0 >= frame.y0 and box.y1 <= frame.y1 for box in boxes)


@pytest.mark.parametrize("which", ["view", "three", "refused"])
def test_no_name_lies_on_the_scale_bar(which, request):
    """The bar of the scale is free of names over its whole length."""
    figure = drawn(map_data(request.getfixturevalue(which)))
    (bar,) = named(figure, "scale")
    box = bar.get_window_extent()
    for label in named(figure, "label"):
        name = label.get_window_extent()
        assert name.x1 <= box.x0 or box.x1 <= name.x0 or name.y1 <= box.y0 or box.y1 <= name.y0, label.get_text()


def test_the_sources_are_named(view):
    """OpenStreetMap and GeoNames stand under the map; a straight-line map says that it has no roads."""
    said = " ".join(texts(drawn(map_data(view), notices=view.scenario.notices)))
    assert "© OpenStreetMap contributors (ODbL), GeoNames (CC BY 4.0)" in said
    assert "直线" not in said
    assert "直线示意" in " ".join(texts(drawn(replace(map_data(view), roads={}))))


def test_languages(view):
    """The words around the map are of one language; names stay as they are."""
    english = texts(drawn(map_data(view), "en"))
    assert {"incident", "base", "roads", "ways driven, by owner", "N", "液氨泄漏"} <= set(english)
    assert {"突发事件", "驻地", "道路", "出动路线(按权属)", "北"} <= set(texts(drawn(map_data(view), "zh")))


def test_closed_and_slow_roads():
    """A closed road is red and said to be closed, a slow one is not; both with their clock times."""
    road = np.array([[112.1, 39.4], [112.3, 39.5]])
    events = (Obstacle("塌方", 0.0, HOUR, None, (road,)), Obstacle("堵车", 0.5, 0, 90 * MINUTE, (road,)))
    data = MapData(False, BOX, points=(Point("incident", "甲", 112.2, 39.4),), obstacles=events)
    figure = drawn(data)
    assert {"塌方\n封闭,10:30–", "堵车\n车速 × 0.5,09:30–11:00"} <= set(texts(figure))
    assert any("speed × 0.5, 09:30–11:00" in text for text in texts(drawn(data, "en")))
    from matplotlib.colors import to_rgb

    red = [c for c in figure.axes[0].collections if len(c.get_colors()) and tuple(c.get_colors()[0][:3]) == to_rgb(TARGET)]
    assert len(red) == 2


def test_ways_that_share_a_road_lie_side_by_side():
    """Ways of three owners on one road are drawn apart, by the width of a lane."""
    way = np.array([[112.1, 39.4], [112.3, 39.4]])
    data = MapData(False, BOX, driven=tuple(Driven(owner, frozenset({owner}), way) for owner in "甲乙丙"))
    figure = drawn(data)
    axes = figure.axes[0]
    lines = [c.get_segments()[0] for c in axes.collections if len(c.get_segments()) == 1]
    heights = sorted(axes.transData.transform(line)[0, 1] for line in lines)
    assert np.diff(heights) == pytest.approx([2.1 * figure.dpi / 72] * 2, rel=2e-3)


def test_a_lane_keeps_the_length_of_a_straight_way():
    """Moving a straight line to its left neither turns nor stretches it."""
    figure = drawn(MapData(False, BOX))
    axes = figure.axes[0]
    way = np.array([[112.1, 39.4], [112.2, 39.4], [112.3, 39.4]])
    before, after = axes.transData.transform(way), axes.transData.transform(beside(axes, way, 3.0))
    assert after - before == pytest.approx(np.tile([0.0, 3.0 * figure.dpi / 72], (3, 1)), abs=1e-6)


def test_counted_incidents(city_view):
    """With many incidents the map counts them by place: as many as the log has, with the median time by brute force."""
    data = map_data(city_view)
    first = city_view.first
    assert sum(spot.count for spot in data.spots) == len(first.log.incidents)
    assert data.driven == ()
    busiest = data.spots[0]
    site = next(n for n, site in enumerate(city_view.scenario.sites) if site.name == busiest.name)
    here = np.flatnonzero(first.incidents.place == site)
    times = sorted((first.incidents.first[n] - first.incidents.alarm[n]) / MINUTE for n in here)
    assert busiest.minutes == pytest.approx(times[(len(times) - 1) // 2])
    (circles,) = named(drawn(data), "spots")
    assert len(circles.get_sizes()) == len(data.spots)
    assert max(circles.get_sizes()) == circles.get_sizes()[0]


def test_circles_are_coloured_by_time():
    """Under the first limit, between, beyond the last, and never: four colours, named beside the map."""
    spots = tuple(Spot(name, 112.1 + n / 10, 39.4, 3, t) for n, (name, t) in enumerate([("a", 5), ("b", 20), ("c", 99), ("d", math.inf)]))
    figure = drawn(MapData(False, BOX, spots=spots))
    (circles,) = named(figure, "spots")
    assert len(np.unique(circles.get_facecolors(), axis=0)) == 4
    assert {"≤ 15 分钟", "≤ 30 分钟", "> 60 分钟", "始终无人到场"} <= set(texts(figure))
    assert "≤ 60 分钟" not in texts(figure)


@pytest.mark.parametrize(("language", "words"), [("zh", "无数据"), ("en", "no data")])
def test_nothing_with_a_position(language, words):
    """Without any position there is no empty frame but a sentence."""
    figure = drawn(MapData(False, None), language)
    assert not figure.axes
    assert any(words in text for text in texts(figure))
