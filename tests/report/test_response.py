"""Response times: histograms of many, waterfalls of a few."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.report.response import Spread, draw_response, draw_waterfall, spreads_of, ways_of
from sim.report.style import GOOD, TARGET, new_figure, use_style
from sim.units import MINUTE


def drawn(draw, data, language="zh"):
    figure = new_figure(1, 1)
    with use_style():
        draw(figure, data, language=language, title="题", note="注")
        figure.canvas.draw()
    return figure


def by_gid(axes, gid):
    return [artist for artist in axes.get_children() if artist.get_gid() == gid]


def heights(axes):
    return [patch.get_height() for container in axes.containers for patch in container]


def notes(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_bars_are_the_observations(city_view):
    """Bars add up to the share of what is drawn; the p90 line is the value that nine in ten do not exceed."""
    (response, *_) = spreads_of(city_view)
    axes = drawn(draw_response, [response]).axes[0]
    shown = response.values <= axes.get_xlim()[1]
    assert sum(heights(axes)) == pytest.approx(100 * shown.mean())
    (line,) = by_gid(axes, "p90")
    assert line.get_xdata()[0] == np.sort(response.values)[math.ceil(0.9 * len(response.values)) - 1]
    assert f"n  {len(response.values)}" in notes(axes)


def test_thresholds_tell_the_share_within(city_view):
    """The scenario asks for 80 % within 15 min: that line is red, with the share counted by hand."""
    (response, *_) = spreads_of(city_view)
    assert response.thresholds == {15.0: 0.8, 30.0: None, 60.0: None}
    axes = drawn(draw_response, [response]).axes[0]
    share = round(100 * (response.values <= 15).mean())
    assert f"≤ 15 分钟  {share} %(要求 80 %)" in notes(axes)
    assert [(line.get_xdata()[0], line.get_color() == TARGET) for line in by_gid(axes, "threshold")] == [(15, True), (30, False), (60, False)]


def test_target_and_never():
    """The target stands as a line; those that never arrive are counted, not drawn."""
    spread = Spread("package.complete", np.array([10.0, 20.0, 30.0, math.inf]), 25.0)
    axes = drawn(draw_response, [spread], "en").axes[0]
    (target,) = by_gid(axes, "target")
    assert target.get_xdata()[0] == 25
    assert sum(heights(axes)) == pytest.approx(75)
    assert {"n  4", "target ≤ 25 min  50 %", "never  1", "nine in ten within  never"} <= set(notes(axes))
    assert axes.get_xlabel() == "minutes since the alarm"
    assert axes.get_title(loc="left") == "Package complete"


def test_a_waterfall_is_the_time_until_ready(view, hazchem):
    """The stacked bar of the plugging squad ends when the log has it ready to work, and its arrival is that of the log."""
    events = hazchem[1].events
    mine = events[events["team"] == "pingshuo-haz-2"].set_index("kind")["time"] / MINUTE
    ways = ways_of(view)
    number, way = next((n, way) for n, way in enumerate(ways) if way.name == "首支堵漏")
    assert way.total == pytest.approx(mine["team.working"])
    assert way.arrived == pytest.approx(mine["team.arrived"])
    axes = drawn(draw_waterfall, ways).axes[0]
    stack = [container[number] for container in axes.containers]
    assert max(bar.get_x() + bar.get_width() for bar in stack) == pytest.approx(mine["team.working"])
    assert sum(bar.get_width() for bar in stack) == pytest.approx(mine["team.working"])


def test_first_and_last(view):
    """The first bar is the first team on the scene, the last the one that completes the package; between, each capability."""
    ways = ways_of(view)
    asked = {need.capability for need in view.scenario.courses[view.scenario.planned[0].course].lines}
    assert (ways[0].name, ways[0].team) == ("首支到场", "园区专职队")
    assert len(ways) == len(asked) + 2
    assert ways[-1].arrived == pytest.approx(view.first.incidents.complete[0] / MINUTE)


def test_the_deadline_is_that_of_its_own_line(joint):
    """Of three lines that ask for plugging, the first team is held against the deadline of the one that it fills."""
    way = next(way for way in ways_of(joint) if way.name == "首支堵漏")
    assert way.deadline == 60


def test_deadlines_are_told_apart(view):
    """A deadline that the first team meets is green, one that it misses red."""
    ways = ways_of(view)
    axes = drawn(draw_waterfall, ways).axes[0]
    colours = [line.get_color() for line in by_gid(axes, "deadline")]
    wanted = [TARGET if way.arrived > way.deadline else GOOD for way in ways if way.deadline is not None]
    assert colours == wanted
    assert set(colours) == {TARGET, GOOD}


@pytest.mark.parametrize("draw", [draw_response, draw_waterfall])
@pytest.mark.parametrize(("language", "words"), [("zh", "无数据"), ("en", "no data")])
def test_nothing_to_tell(draw, language, words):
    """Without observations there is no empty axis but a sentence."""
    figure = drawn(draw, (), language)
    assert not figure.axes
    assert any(words in text.get_text() for text in figure.texts)
