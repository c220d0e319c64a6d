"""All figures of a run as files."""

from __future__ import annotations

import struct
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.image import imread

from sim.experiment.runs import run
from sim.report import MissingGlyphWarning, make_figures
from sim.report.figures import command_figure, cover_figure
from sim.report.style import use_style
from sim.report.view import View

NAMES = ["map.png", "timeline.png", "arrivals.png", "response.png"]


def size(path):
    return struct.unpack(">II", path.read_bytes()[16:24])


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("which", ["hazchem", "city"])
def test_four_figures(which, language, request, tmp_path):
    """A drill and a plan test give four pictures of full width that are not blank, without any warning."""
    paths = make_figures(*request.getfixturevalue(which), language, tmp_path)
    assert [path.name for path in paths] == NAMES
    for path in paths:
        width, height = size(path)
        assert 1450 <= width <= 1600
        assert 500 <= height <= 2200
        grey = imread(path)[..., :3].mean(axis=2)
        assert 0.02 < (grey < 0.95).mean() < 0.6
        margin = np.concatenate([grey[:4].ravel(), grey[-4:].ravel(), grey[:, :4].ravel(), grey[:, -4:].ravel()])
        assert (margin == 1).all(), "something is cut at the edge"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_two_more_with_command(joint, language, tmp_path):
    """A drill with command and a standard of cover has two more figures, of the same width; the same bytes each time."""
    paths = make_figures(joint.scenario, joint.results, language, tmp_path / "a")
    assert [path.name for path in paths] == [*NAMES[:2], "command.png", "cover.png", *NAMES[2:]]
    for path in paths[2:4]:
        assert size(path)[0] == 1590
        grey = imread(path)[..., :3].mean(axis=2)
        margin = np.concatenate([grey[:4].ravel(), grey[-4:].ravel(), grey[:, :4].ravel(), grey[:, -4:].ravel()])
        assert (margin == 1).all(), "something is cut at the edge"
    with use_style():
        view = View(joint.scenario, joint.results, language)
        again = [*command_figure(view, tmp_path / "again-1.png"), *cover_figure(view, tmp_path / "again-2.png")]
    assert [path.read_bytes() for path in paths[2:4]] == [path.read_bytes() for path in again]


def test_the_same_run_gives_the_same_bytes(hazchem, tmp_path):
    """Nothing in a picture depends on when it was drawn."""
    first, second = make_figures(*hazchem, "zh", tmp_path / "a"), make_figures(*hazchem, "zh", tmp_path / "b")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert len({path.read_bytes() for path in first}) == 4


def test_names_that_mean_harm(harmful, tmp_path):
    """Formulas, markup, control characters, underscores and very long names are drawn as text, without any warning."""
    assert [path.name for path in make_figures(*harmful, "zh", tmp_path)] == NAMES


def test_a_missing_glyph_is_told(hazchem, tmp_path):
    """A name with an emoji is drawn, with a warning that names it."""
    scenario = replace(hazchem[0], name="火🔥")
    with pytest.warns(MissingGlyphWarning, match="U\\+1F525"):
        make_figures(scenario, hazchem[1], "zh", tmp_path)


def test_a_run_without_log(hazchem, tmp_path):
    """Without a log three figures say that there is nothing to show or show what they can; none is left out."""
    paths = make_figures(hazchem[0], run(hazchem[0], keep_log=False), "zh", tmp_path)
    assert [path.name for path in paths] == NAMES


def test_where_they_go(hazchem, tmp_path):
    """They lie in the results folder; a run in memory needs to be told a folder."""
    with pytest.raises(ValueError, match="say where"):
        make_figures(*hazchem)
    results = run(hazchem[0], out=tmp_path)
    assert make_figures(hazchem[0], results)[0].parent == results.path / "figures"
