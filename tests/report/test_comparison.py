"""Figures and page of a comparison: names are data, nothing is cut or overlaps, what is drawn is what was found."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.text import Text

from sim.experiment.compare import compare
from sim.report.comparison import comparison_figure, draw_study, marginal_figure
from sim.report.comparison_page import render_study, write_study_report
from sim.report.style import use_style
from tests.experiment.studies import STUDY, row, write

MARKED = STUDY.replace("id: slow", 'id: slow, name: "<b>$x_1$ & Co</b> 逐级请求省应急厅再到内蒙古应急厅"') + """\
question: "<script>alert(1)</script>"
replications: 20
precision: [{metric: response, within: 0.1 min}]
marginal: [{team: t, add: 1, name: "<i>one</i> more", price: 1 万元}, {of: slow, change: {teams: [{id: t, turnout: 1 min}]}}]
rests_on: {most: 20}
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return compare(write(tmp_path_factory.mktemp("marked"), MARKED))


def unseen(axis):
    """Yield the labels of ticks that lie beyond the ends of an axis: they are not drawn."""
    low, high = sorted(axis.get_view_interval())
    for tick in axis.get_major_ticks():
        if not low <= tick.get_loc() <= high:
            yield from (tick.label1, tick.label2)


def boxes(figure):
    """Return the box of every text of a figure, in pixels, with the text."""
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    beyond = {id(label) for axes in figure.axes for axis in (axes.xaxis, axes.yaxis) for label in unseen(axis)}
    texts = [
        text for text in figure.findobj(Text)
        if text.get_text().strip() and text.get_visible() and id(text) not in beyond
    ]  # fmt: skip
    return [(text.get_text(), text.get_window_extent(renderer)) for text in {id(text): text for text in texts}.values()]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("make", [comparison_figure, marginal_figure])
def test_nothing_is_cut_or_overlaps(found, make, language):
    """Every text lies within the figure, and no two lie over each other."""
    with use_style():
        figure = make(found.summary, language)
        placed = boxes(figure)
    width, height = figure.canvas.get_width_height()
    for text, box in placed:
        assert min(box.x0, box.y0, width - box.x1, height - box.y1) >= -1, text
    for at, (text, box) in enumerate(placed):
        for other, beside in placed[at + 1 :]:
            apart = min(box.x1, beside.x1) - max(box.x0, beside.x0) <= 2 or min(box.y1, beside.y1) - max(box.y0, beside.y0) <= 2
            assert apart, (text, other)


def test_what_is_drawn_is_what_was_found(found):
    """The difference to the baseline and its interval, in the right panel of the first metric."""
    with use_style():
        figure = comparison_figure(found.summary, "en")
    gap = row(found, "response", "quick")["difference"]
    lines = [np.asarray(line.get_xdata(), dtype=float) for line in figure.axes[1].lines]
    assert any(len(line) == 2 and np.allclose(line, [gap["low"], gap["high"]]) for line in lines)
    assert any(len(line) == 1 and np.allclose(line, gap["estimate"]) for line in lines)


def test_files_are_the_same_each_time(found, tmp_path):
    """Two figures, the same bytes; a page beside them."""
    first, second = (draw_study(found.summary, tmp_path / name, "zh") for name in "ab")
    assert [path.name for path in first] == ["comparison.png", "marginal.png"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert len(write_study_report(found, "en", tmp_path / "page")) == 2
    assert (tmp_path / "page" / "report.html").exists()
    with pytest.raises(ValueError, match="say where"):
        write_study_report(found)


def test_names_in_the_page_are_text(found):
    """Whatever a file writes is escaped; the sentence, the tables and the assumptions are there."""
    page = render_study(found.summary, "zh")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<i>one</i>" not in page
    assert "&lt;b&gt;$x_1$ &amp; Co&lt;/b&gt;" in page
    assert "真实差别" in page
    assert "方案" in page
