"""The figure of cover: the share within each standard over time, and the places without."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.analysis.cover import cover_steps, gaps
from sim.analysis.levels import Window
from sim.report.cover import MOST_STANDARDS, cover_sections, draw_cover
from sim.report.style import new_figure, use_style
from sim.report.view import View
from sim.units import HOUR

from .conftest import HARM, viewed


def drawn(view):
    figure = new_figure(1, 1)
    with use_style():
        draw_cover(figure, cover_sections(view), language=view.language, title="题", note="注", start=view.scenario.start)
        figure.canvas.draw()
    return figure


@pytest.fixture(scope="module")
def two() -> View:
    """Run two incidents at once: three standards, two of them by people."""
    return viewed("two-at-once")


def test_the_curve_is_the_cover(joint):
    """The step line has the shares of the log at its moments; the shaded spans are those with nothing covered."""
    (section,) = cover_sections(joint)
    standard, window = joint.scenario.command.standards[0], Window(0, joint.first.log.last)
    steps = cover_steps(joint.first, standard, window)
    assert section.curve.moments == tuple(steps.moments.tolist())
    assert section.curve.percent == pytest.approx(100 * steps.share)
    ends = np.append(steps.moments[1:], window.ends)
    bare = sum(end - begin for begin, end, share in zip(steps.moments, ends, steps.share, strict=True) if share == 0)
    assert sum(band.ends - band.begins for band in section.curve.bands) == bare > HOUR
    (curve,) = [line for line in drawn(joint).axes[0].lines if line.get_gid() == "curve"]
    assert set(curve.get_ydata()) == {0.0, 100.0}


def test_a_lane_for_each_place_the_worst_first(two):
    """Each lane holds the gaps of its place; the next one has no longer ones; those never covered are told together."""
    for section, standard in zip(cover_sections(two), two.scenario.command.standards, strict=True):
        lanes = [lane for lane in section.lanes if not lane.head]
        total = [sum(bar.ends - bar.begins for bar in lane.bars) for lane in lanes]
        assert total == sorted(total, reverse=True)
        window = Window(0, two.first.log.last)
        found: dict[int, int] = {}
        for gap in gaps(two.first, standard, window):
            found[gap.site] = found.get(gap.site, 0) + gap.ends - gap.begins
        never = sum(length >= window.length for length in found.values())
        notes = " ".join(lane.name for lane in section.lanes if lane.head)
        assert (f"始终不在标准内 {never} 处" in notes) == bool(never)
        left = len(found) - never - len(lanes)
        assert (f"… 另 {left} 处" in notes) == bool(left)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("which", ["joint", "three", "two"])
def test_every_text_can_be_read(which, language, request, legible):
    """In both languages no text covers another one, and none is cut at an edge."""
    view = request.getfixturevalue(which)
    assert legible(drawn(View(view.scenario, view.results, language, view.places))) > 10


def test_names_that_mean_harm(joint, legible):
    """Places and standards with formulas, control characters and very long names are drawn as text."""
    scenario = joint.scenario
    standards = tuple(replace(one, name=HARM) for one in scenario.command.standards)
    sites = tuple(replace(site, name=f"{HARM}{n}") for n, site in enumerate(scenario.sites))
    legible(
        drawn(View(replace(scenario, sites=sites, command=replace(scenario.command, standards=standards)), joint.results, "zh"))
    )


def test_many_standards(joint):
    """No more than four standards are drawn; where everything is always covered, that is said."""
    standard = joint.scenario.command.standards[0]
    easy = replace(standard, within=24 * HOUR * 100, squads=0)
    scenario = replace(joint.scenario, command=replace(joint.scenario.command, standards=(easy,) * (MOST_STANDARDS + 1)))
    sections = cover_sections(View(scenario, joint.results, "zh"))
    assert len(sections) == MOST_STANDARDS
    assert [lane.name for lane in sections[0].lanes] == ["所有点位始终在标准内"]


def test_no_standard_no_figure(hazchem, city, places):
    """A drill without standards of cover has no such figure; nor has a campaign of very many incidents."""
    assert cover_sections(View(*hazchem, "zh", places)) == ()
    assert cover_sections(View(*city, "zh", places)) == ()
