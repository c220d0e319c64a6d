"""Lanes: texts that never cover each other, whatever stands in them."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import Words
from sim.report.lanes import Across, Bar, Curve, Flag, Lane, Look, Mark, Ruler, Section, staircase
from sim.report.lanes_draw import draw_sections
from sim.report.style import new_figure, use_style
from sim.units import HOUR, MINUTE

START = dt.datetime(2026, 11, 24, 9, 30)
LOOKS = {
    "a": Look(Words("one", "甲"), "#0072b2"), "b": Look(Words("two", "乙"), "#e69f00"), "c": Look(Words("three", "丙"), "#ffffff", "////"),
    "tick": Look(Words("tick", "时限"), "#1b7f5c", marker="|"), "over": Look(Words("over", "越线"), "#c0392b"),
}  # fmt: skip


def drawn(sections, language="zh", looks=None):
    figure = new_figure(1, 1)
    with use_style():
        draw_sections(figure, sections, looks or LOOKS, language=language, title="题", note="注", start=START)
        figure.canvas.draw()
    return figure


def said(figure, gid):
    return [text.get_text() for text in figure.findobj() if text.get_gid() == gid]


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(1, 60)), max_size=12))
def test_a_staircase_keeps_texts_and_staffs_apart(flags):
    """For any flags: texts of one row do not touch, and no staff crosses the text of a lower row."""
    flags.sort()
    begins, widths = [float(begin) for begin, _ in flags], [float(width) for _, width in flags]
    rows = staircase(begins, widths)
    assert len(rows) == len(flags)
    placed = list(zip(begins, widths, rows, strict=True))
    for (x, wide, row), (other, _, higher) in itertools.combinations(placed, 2):
        if row == higher:
            assert x + wide <= other
        if higher > row:  # the staff of the other goes through this row
            assert not x < other < x + wide
    assert not rows or min(rows) == 0


def test_a_staircase_is_no_higher_than_it_must_be():
    """Flags with room lie in one row; three that run over each other take three, the last one lowest."""
    assert staircase([0.0, 10.0, 20.0], [5.0, 5.0, 5.0]) == [0, 0, 0]
    assert staircase([0.0, 1.0, 2.0], [5.0, 5.0, 5.0]) == [2, 1, 0]
    assert staircase([], []) == []


@settings(deadline=None, max_examples=25)
@given(st.data())
def test_any_lanes_can_be_read(legible, data):
    """For any bars, marks, flags and tails of any length, near the edges too, every text lies inside and alone."""
    moment = st.integers(0, 6 * HOUR)
    words = st.text(st.sampled_from("县队$_^1 到a"), max_size=16)
    lanes = data.draw(st.lists(st.builds(
        Lane, words, st.lists(words, max_size=2).map(tuple),
        st.lists(st.builds(lambda kind, at, lasts, text: Bar(kind, at, at + lasts, text), st.sampled_from("abc"), moment,
                           st.integers(1, HOUR), words), max_size=3).map(_in_turn),
        st.lists(st.builds(Mark, st.just("tick"), moment), max_size=1).map(tuple),
        st.lists(st.builds(Flag, moment, words), max_size=2).map(tuple), words,
    ), min_size=1, max_size=4))  # fmt: skip
    legible(drawn([Section("节", tuple(lanes), 0, 7 * HOUR)]))


def _in_turn(bars):
    """Return bars one after the other: those of one thing do not overlap."""
    found, ends = [], 0
    for bar in sorted(bars, key=lambda bar: bar.begins):
        if bar.begins >= ends:
            found.append(bar)
            ends = bar.ends
    return tuple(found)


def test_a_text_stands_inside_its_bar_or_above_it():
    """A text stands in the middle of a long bar; above a short one, with its staff where the bar begins."""
    lane = Lane("道", bars=(Bar("a", 0, 3 * HOUR, "行进 180 分"), Bar("b", 3 * HOUR, 3 * HOUR + MINUTE, "展开 1 分")))
    figure = drawn([Section("节", (lane,), 0, 4 * HOUR)])
    axes = figure.axes[0]
    at = {text.get_text(): text for text in axes.texts if text.get_gid() == "text"}
    bar = {artist.get_gid(): artist.get_paths()[0].get_extents() for artist in axes.collections}
    inside, above = at["行进 180 分"], at["展开 1 分"]
    assert bar["bar-a"].y0 < inside.get_position()[1] < bar["bar-a"].y1
    assert inside.get_color() == "white"
    assert above.get_position()[1] < bar["bar-b"].y0  # inches from the top
    (staff,) = [line for line in axes.lines if line.get_gid() is None and line.get_xdata()[0] == pytest.approx(3 * HOUR)]
    assert max(staff.get_ydata()) == pytest.approx(bar["bar-b"].y0)


def test_bars_are_where_they_happen_and_can_be_seen():
    """A bar runs from its beginning to its end; one of a second is drawn as long as the least that can be seen."""
    section = Section("节", (Lane("道", bars=(Bar("a", HOUR, 2 * HOUR), Bar("b", 3 * HOUR, 3 * HOUR + 1000))),), 0, 6 * HOUR)
    bars = {artist.get_gid(): artist.get_paths()[0].get_extents() for artist in drawn([section]).axes[0].collections}
    assert (bars["bar-a"].x0, bars["bar-a"].x1) == (HOUR, 2 * HOUR)
    assert bars["bar-b"].x1 - bars["bar-b"].x0 > MINUTE


def test_the_legend_names_what_there_is_once():
    """Only kinds that stand in the sections are named, each word once, in the order of the looks."""
    looks = LOOKS | {"d": Look(LOOKS["a"].words, "#123456")}
    lane = Lane("道", bars=(Bar("d", 0, HOUR), Bar("a", HOUR, 2 * HOUR)), marks=(Mark("tick", 3 * HOUR),))
    figure = drawn([Section("节", (lane,), 0, 4 * HOUR, across=(Across("over", HOUR, HOUR, 0, 1),))], looks=looks)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["甲", "时限", "越线"]


def test_a_curve_stands_above_its_lanes():
    """A step line in per cent, with the same limits as the lanes below it."""
    section = Section("节", (Lane("道", bars=(Bar("a", 0, HOUR),)),), 0, 4 * HOUR,
                      curve=Curve((0, HOUR), (100.0, 25.0), 3 * HOUR, (Bar("b", HOUR, 2 * HOUR),)))  # fmt: skip
    figure = drawn([section])
    above, below = figure.axes
    (curve,) = [line for line in above.lines if line.get_gid() == "curve"]
    assert list(curve.get_xdata()) == [0, HOUR, 3 * HOUR]
    assert list(curve.get_ydata()) == [100, 25, 25]
    assert above.get_xlim() == below.get_xlim()
    assert above.get_position().y0 >= below.get_position().y1


def test_long_names_are_cut_to_their_room():
    """A name longer than the room beside the axes ends in …; one that fits is whole."""
    long = "很长的名字" * 12
    figure = drawn([Section("节", (Lane(long, (long,), (Bar("a", 0, HOUR),)), Lane("短")), 0, HOUR)])
    names = said(figure, "name")
    assert "短" in names
    assert sum(name.endswith("…") for name in names) == 2
    with use_style():
        assert Ruler(figure).width("", 8.0) == 0.0
