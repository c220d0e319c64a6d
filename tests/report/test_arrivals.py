"""Arrival curves: counts of one incident, shares of many."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.report.arrivals import Shares, Steps, draw_arrivals, shares_of, steps_of
from sim.report.style import GOOD, TARGET, new_figure, use_style
from sim.units import MINUTE


def drawn(data, language="zh"):
    figure = new_figure(1, 1)
    with use_style():
        draw_arrivals(figure, data, language=language, title="题", note="注")
        figure.canvas.draw()
    return figure


def line(axes, gid):
    (found,) = [artist for artist in axes.lines if artist.get_gid() == gid]
    return found


def panel(figure, name):
    return next(axes for axes in figure.axes if axes.get_title(loc="left").startswith(name))


def test_curves_are_the_log(view, hazchem):
    """The curve of 堵漏 steps up when the log has its team arrive, and that of ready when it has it ready."""
    events = hazchem[1].events
    mine = events[events["team"] == "pingshuo-haz-2"].set_index("kind")["time"] / MINUTE
    axes = panel(drawn(steps_of(view, "leak")), "堵漏")
    for gid, kind in (("arrived", "team.arrived"), ("ready", "team.working")):
        x, y = line(axes, gid).get_data()
        assert x[np.flatnonzero(np.asarray(y) == 1)[0]] == pytest.approx(mine[kind])


def test_every_capability_has_a_panel_and_its_deadline(view):
    """As many panels as capabilities asked for, each with needed, arrived, ready and the deadline of the scenario."""
    data = steps_of(view, "leak")
    figure = drawn(data)
    lines = view.scenario.courses[view.scenario.planned[0].course].lines
    assert len(figure.axes) == len(lines) == 11
    for need in lines:
        axes = panel(figure, view.scenario.capabilities[need.capability])
        assert line(axes, "deadline").get_xdata()[0] == need.deadline / MINUTE
        assert max(line(axes, "needed").get_ydata()) == need.count
        assert axes.get_title(loc="left").endswith(f"{need.count}/{need.count}")


def test_all_are_held_against_the_last_deadline(joint):
    """Three lines ask for plugging within 1, 2 and 5 h: all three teams are in time when they are there within 5 h."""
    steps = next(steps for steps in steps_of(joint, "leak") if steps.capability == "堵漏")
    assert (steps.needed[-1], steps.deadline) == (3, 300)
    assert steps.complete < 300


def test_late_is_red():
    """All there before the deadline is green, after it red, never red."""
    base = {"capability": "甲", "minutes": (0.0, 10.0), "needed": (1, 1), "arrived": (0, 1), "ready": (0, 0)}
    cases = [Steps(**base, deadline=12), Steps(**base, deadline=8), Steps(**base | {"arrived": (0, 0)}, deadline=8)]
    titles = [axes._right_title for axes in drawn(cases).axes]
    assert [title.get_color() for title in titles] == [GOOD, TARGET, TARGET]
    assert [title.get_text() for title in titles] == ["10 分钟到齐", "10 分钟到齐", "未到齐"]
    assert cases[2].complete == math.inf


def test_shares_over_replications(city_view):
    """In a plan test the curve at 30 minutes is the share of the observations within 30 minutes, counted by hand."""
    data = shares_of(city_view)
    assert [shares.capability for shares in data] == ["医疗救护", "稀释抑爆", "侦检"]
    frame = city_view.results.observations
    axes = panel(drawn(data), "稀释抑爆")
    values = frame.loc[frame["metric"] == "complete.稀释抑爆", "value"].to_numpy()
    x, y = line(axes, "complete").get_data()
    assert np.asarray(y)[np.asarray(x) <= 30][-1] == pytest.approx(100 * (values <= 30).mean())
    assert axes.get_title(loc="left").endswith(f"n = {len(values)}")


def test_never_lowers_the_curve():
    """Those that never arrive keep the curve below 100 %, and are counted."""
    values = np.array([5.0, math.inf, 15.0, math.inf])
    axes = drawn([Shares("甲", values, values, None)]).axes[0]
    assert max(line(axes, "complete").get_ydata()) == 50
    assert axes.get_title(loc="right") == "未到齐 2"


@pytest.mark.parametrize(
    ("language", "x", "names"),
    [("zh", "接警后(分钟)", {"所需", "已到场", "可作业", "限时"}), ("en", "minutes since the alarm", {"needed", "arrived", "ready to work", "deadline"})],
)
def test_languages(view, language, x, names):
    """Axis and legend are of one language."""
    figure = drawn(steps_of(view, "leak"), language)
    assert figure.get_supxlabel() == x
    assert {text.get_text() for text in figure.legends[0].get_texts()} == names


@pytest.mark.parametrize(("language", "words"), [("zh", "无数据"), ("en", "no data")])
def test_nothing_asked_for(language, words):
    """Without needs there is no empty axis but a sentence."""
    figure = drawn((), language)
    assert not figure.axes
    assert any(words in text.get_text() for text in figure.texts)
