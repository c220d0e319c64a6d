"""The figure of stocks: every layer is what the ledger says, items that tell most come first, the rest is told in words."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.supply_tables import stock_table, stock_total_table
from sim.report.stock import MOST_ITEMS, draw_stock, stock_data
from sim.report.style import new_figure, use_style
from sim.report.supply_spread import at_moments, band, spread_of
from sim.report.view import View
from sim.units import HOUR, MINUTE

from .conftest import HARM
from .supply_views import named_harmfully, tank, village, winter, winter_plan


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> View:
    return village(tmp_path_factory.mktemp("village"))


def drawn(view):
    figure = new_figure(1, 1)
    with use_style():
        draw_stock(figure, stock_data(view), language=view.language, title="题", note="注", start=view.scenario.start)
        figure.canvas.draw()
    return figure


def layers(panel):
    return [(layer.owner, layer.kind, layer.amounts) for layer in panel.layers]


def test_a_village_by_hand(small):
    """At 02:50 all is loaded, at 03:10 it is on the scene, at 04:10 it is handed out; the province's tents stay where they are."""
    data = stock_data(small)
    assert [panel.item for panel in data.panels] == ["stove", "tent"]  # 30 of 100 short before 10 of 100
    stove, tent = data.panels
    loaded, arrived, handed_out = 50 * MINUTE, 70 * MINUTE, 130 * MINUTE
    assert stove.moments == (0, loaded, arrived, handed_out)
    assert layers(stove) == [("city", "own", (70, 0, 0, 0)), ("", "way", (0, 70, 70, 0))]
    assert layers(tent) == [
        ("province", "barred", (60,) * 4), ("city", "own", (90, 0, 0, 0)), ("", "way", (0, 90, 90, 0)),
    ]  # fmt: skip
    assert (stove.out, stove.left, tent.out, tent.left) == (loaded, 0, loaded, 0)
    assert stove.received == (arrived,)
    assert (stove.came_in, stove.dry, data.moved, data.untouched) == ((), (), (), ())


@pytest.mark.parametrize("which", [winter, tank])
def test_layers_are_the_ledger(which):
    """The layers of each owner add up to the stock curves of the tables at every moment."""
    view = which()
    data, table = stock_data(view), stock_table(view.first)
    total = stock_total_table(view.first)
    for panel in data.panels:
        moments = np.array(panel.moments)
        for layer in panel.layers:
            if layer.kind == "way":
                continue
            mine = table[(table["item"] == panel.item) & (table["owner"] == layer.owner)]
            expected = sum(
                at_moments(part["time"].to_numpy(np.int64), part["amount"].to_numpy(float), moments)
                for _, part in mine.groupby("store")
            )
            assert layer.amounts == pytest.approx(expected)
        mine = total[total["item"] == panel.item]
        assert panel.stored == pytest.approx(at_moments(mine["time"].to_numpy(np.int64), mine["amount"].to_numpy(float), moments))


def test_running_out_and_what_lies_still():
    """Stoves run out before tents, as the ledger has it; what was not moved is told with its amount."""
    data = stock_data(winter())
    total = stock_total_table(winter().first)
    for panel in data.panels:
        empty = total[(total["item"] == panel.item) & total["empty"]]
        assert panel.out == int(empty["time"].min())
    assert data.panels[0].item == "帐篷取暖炉"
    assert "棉被 15,000 床" in data.untouched
    assert len(data.untouched) + len(data.panels) + len(data.moved) == total["item"].nunique()


def test_dry_spans_are_shaded():
    """Where a task stood dry the panel of the item is shaded for as long."""
    foam = next(panel for panel in stock_data(tank()).panels if panel.item == "抗溶泡沫")
    ((begins, ends),) = foam.dry
    axes = next(axes for axes in drawn(tank()).axes if axes.get_title(loc="left").startswith("抗溶泡沫"))
    (shade,) = [patch for patch in axes.patches if patch.get_gid() == "dry"]
    assert (shade.get_x(), shade.get_x() + shade.get_width()) == (begins, ends)


def test_what_is_drawn(small):
    """The line is all that lies in stores; run-out and receipts are marked at their moments."""
    axes = drawn(small).axes[1]  # tents: 60 that may not be touched below 90
    marks = {line.get_gid(): line for line in axes.lines}
    assert marks["stored"].get_ydata().tolist() == [150, 60, 60, 60, 60]
    assert set(marks["out"].get_xdata()) == {50 * MINUTE}
    assert list(marks["received"].get_xdata()) == [70 * MINUTE]
    assert axes.get_title(loc="right") == "可动用余 0 tent"


def test_bands_over_replications():
    """Each bound is a value of some replication: two of twenty lie below the low one at most, two above the high one."""
    view = winter_plan()
    panel = stock_data(view).panels[0]
    assert panel.band.replications == 20
    moments = np.array(panel.band.moments)
    found = []
    for one in view.replications(20):
        table = stock_total_table(one)
        mine = table[table["item"] == panel.item]
        found.append(at_moments(mine["time"].to_numpy(np.int64), mine["amount"].to_numpy(float), moments))
    values = np.array(found)
    assert len(values) == 20
    assert ((values < np.array(panel.band.low)).sum(axis=0) <= 2).all()
    assert ((values > np.array(panel.band.high)).sum(axis=0) <= 2).all()
    assert all(low in column for low, column in zip(panel.band.low, values.T, strict=True))


def test_quantiles_by_hand():
    """Of 1 … 10 nine in ten are at least 2 and at most 9; the middle is the fifth."""
    found = band(np.array([0]), np.arange(1.0, 11.0)[:, None])
    assert (found.low, found.middle, found.high) == ((2.0,), (5.0,), (9.0,))


def test_too_few_replications(small):
    """Below ten replications there is no band; a drill has none."""
    assert spread_of([small.first] * 9, HOUR) is None
    assert spread_of([small.first] * 10, HOUR).replications == 10
    assert small.supply_spread is None


def test_whole_sets_at_many_moments():
    """The same numbers as the analysis gives for one moment after the other."""
    from sim.analysis.supply_needs import Wants
    from sim.report.supply_spread import complete_at

    wants, moments = Wants(winter().first), np.arange(0, 10 * HOUR, 7 * MINUTE)
    assert complete_at(wants, 0, moments).tolist() == [int(wants.sets.complete(np.array([at]))[0][0]) for at in moments]


def test_at_moments():
    assert at_moments(np.array([5, 10]), np.array([1.0, 2.0]), np.array([4, 5, 9, 10, 99])).tolist() == [0, 1, 1, 2, 2]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("which", [winter, tank, winter_plan, lambda: winter("-untouched")])
def test_every_text_can_be_read(which, language, legible):
    view = which()
    assert legible(drawn(View(view.scenario, view.results, language, view.places))) > 10


def test_names_that_mean_harm(small, legible):
    legible(drawn(named_harmfully(small, HARM)))


def test_a_view_of_a_saved_run(tmp_path):
    """Replications of a saved run are read from its folder, the first ones; none where the log was not kept."""
    from sim.experiment.results import Results
    from sim.experiment.runs import run

    plan = winter_plan()
    saved = View(plan.scenario, Results.load(run(plan.scenario, 3, out=tmp_path).path), "zh")
    both = zip(saved.replications(2), plan.replications(2), strict=True)
    assert [np.array_equal(one.log.rows, other.log.rows) for one, other in both] == [True, True]
    assert list(View(plan.scenario, run(plan.scenario, 2, keep_log=False), "zh").replications(2)) == []


def test_nothing_held(hazchem, places):
    """A drill without supplies has no stock to show."""
    data = stock_data(View(*hazchem, "zh", places))
    assert (data.panels, data.untouched) == ((), ())
    assert MOST_ITEMS >= 4


def test_an_owner_has_one_colour_in_all_variants():
    """City, county and province look the same whichever of them has most."""
    from sim.report.stock import _colours

    assert _colours(stock_data(winter())) == _colours(stock_data(winter("-stoves")))
