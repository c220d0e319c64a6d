"""What is said and drawn of supplies: wanted against there, people served, the section of the report, the short lines."""

from __future__ import annotations

import numpy as np
import pytest
from click.testing import CliRunner

from sim.report.html import render
from sim.report.map_data import map_data
from sim.report.panels import right_end, staircase
from sim.report.style import new_figure, use_style
from sim.report.supply import draw_supply
from sim.report.supply_data import horizon, needs_of, people_of
from sim.report.supply_page import supply_page
from sim.report.supply_promise import least, say_promises
from sim.report.supply_told import short_lines
from sim.report.view import View
from sim.units import HOUR, MINUTE

from .conftest import HARM
from .supply_views import VILLAGE, named_harmfully, tank, village, winter, winter_plan
from .test_html import Page

TABLE = {
    # variant: tents, stoves, people in 10 h, short, the part that binds
    "": (1_850, 1_200, 7_200, 4_800, "帐篷取暖炉"),
    "-untouched": (1_250, 1_200, 7_200, 4_800, "帐篷取暖炉"),
    "-stoves": (1_850, 1_850, 11_100, 900, "12平方米棉帐篷"),
    "-both": (2_000, 2_000, 12_000, 0, ""),
    "-late": (1_250, 1_850, 7_500, 4_500, "12平方米棉帐篷"),
}


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> View:
    return village(tmp_path_factory.mktemp("village"))


def drawn(view, people=None, needs=None):
    figure = new_figure(1, 1)
    end = right_end(horizon(view.first))
    with use_style():
        draw_supply(
            figure, people_of(view) if people is None else people, needs_of(view) if needs is None else needs,
            language=view.language, title="题", note="注", start=view.scenario.start, end=end,
        )  # fmt: skip
        figure.canvas.draw()
    return figure


def line(axes, gid):
    (found,) = [one for one in axes.lines if one.get_gid() == gid]
    return found


@pytest.mark.parametrize("variant", TABLE, ids=lambda name: name or "now")
def test_the_table_of_the_story_is_what_is_drawn(variant):
    """People served and short, each item's amount in time and the part that binds are those of the story."""
    tents, stoves, people, short, binds = TABLE[variant]
    view = winter(variant)
    (one,) = people_of(view)
    assert (one.in_time, one.short, one.wanted[-1], one.binds) == (people, short, 12_000, binds)
    assert one.deadline == 10 * HOUR
    found = {need.name: need for need in needs_of(view)}
    assert {name: need.in_time for name, need in found.items()} == {"12平方米棉帐篷": tents, "帐篷取暖炉": stoves}
    assert [name for name, need in found.items() if need.binds] == ([binds] if binds else [])
    assert all(need.short == 2_000 - need.in_time for need in found.values())


def test_a_village_by_hand(small):
    """600 people ask for 100 sets at 02:00; at 04:10 there are 90 tents and 70 stoves: 420 people, 180 short, stoves bind."""
    (one,) = people_of(small)
    assert (one.moments, one.wanted, one.there) == ((0, 130 * MINUTE), (600.0, 600.0), (0.0, 420.0))
    assert (one.in_time, one.short, one.complete, one.binds) == (420, 180, None, "stove")
    stove, tent = needs_of(small)
    assert (stove.name, stove.in_time, stove.short, stove.binds) == ("stove", 70, 30, "stove")
    assert (tent.name, tent.in_time, tent.short, tent.binds) == ("tent", 90, 10, "")


def test_the_lines_drawn_are_the_data(small):
    """Step lines, deadline, gap and its label show the same numbers."""
    figure = drawn(small)
    axes = figure.axes[0]
    assert max(line(axes, "wanted").get_ydata()) == 600
    assert line(axes, "there").get_ydata()[-1] == 420
    assert set(line(axes, "deadline").get_xdata()) == {10 * HOUR}
    (gap,) = [part for part in axes.collections if part.get_gid() == "gap"]
    corners = gap.get_paths()[0].vertices
    assert (corners[:, 0].min(), corners[:, 1].min(), corners[:, 1].max()) == (10 * HOUR, 420, 600)
    assert [text.get_text() for text in axes.texts] == ["限时 12:00", "缺 180 人"]
    assert [panel.get_title(loc="right") for panel in figure.axes] == ["短板:stove", "短板", "未到齐"]


def test_what_tasks_ask_for():
    """Foam has no deadline: all of it is there when the last truck is received, and nothing is short."""
    foam = next(need for need in needs_of(tank()) if need.name == "抗溶泡沫")
    assert (foam.note, foam.deadline, foam.short, foam.wanted[-1]) == ("作业请供", None, 0, foam.there[-1])
    assert foam.complete == max(moment for moment in foam.moments)
    assert people_of(tank()) == ()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("which", [winter, tank, winter_plan])
def test_every_text_can_be_read(which, language, legible):
    view = which()
    assert legible(drawn(View(view.scenario, view.results, language, view.places))) > 10


def test_nothing_asked_for(hazchem, places):
    """A drill without supplies has no such data; the figure then says so."""
    view = View(*hazchem, "zh", places)
    assert (people_of(view), needs_of(view), view.supply_spread) == ((), (), None)
    assert supply_page(view)["tables"] == []
    assert short_lines(view.first, "zh") == []
    assert "没有提出物资需求" in [text.get_text() for text in drawn(winter(), (), ()).texts][-1]


def test_a_staircase():
    """Nothing before the first moment; what happens after the right end is not drawn."""
    assert staircase((5, 9, 20), (1.0, 3.0, 4.0), 10) == ([0, 5, 9, 10], [0.0, 1.0, 3.0, 3.0])
    assert staircase((), (), 10) == ([0, 10], [0.0, 0.0])


def test_the_promise_is_kept_by_nine_in_ten():
    """The number said is reached in at least 18 of 20 replications, and a larger observed one in fewer."""
    view = winter_plan()
    people = view.observed(["supplied.in_time.winter-tent"])["supplied.in_time.winter-tent"]
    number = least(people)
    assert (people >= number).sum() >= 18
    assert all((people >= other).sum() < 18 for other in people[people > number])
    (said,) = say_promises(view)
    assert said.startswith(f"十次有九次在 10 小时内至少安置 {number:,.0f} 人(冬季帐篷成套)")
    assert f"最不利 {people.min():,.0f} 人" in said
    assert say_promises(winter()) == []
    (english,) = say_promises(View(view.scenario, view.results, "en"))
    assert english.startswith(f"Nine times in ten at least {number:,.0f} people are housed within 10 h")


def test_too_few_for_nine_in_ten(small):
    """Of three replications the least is told, not nine in ten."""
    from sim.experiment.runs import run

    scenario = small.scenario.as_plan()
    (said,) = say_promises(View(scenario, run(scenario, 3), "zh"))
    assert said == "3 次推演中,在 10 小时内最少安置 420 人(winter-tent)。"


def test_people_over_replications():
    """At the deadline the band holds the observed people of the replications: its low end is what is promised."""
    view = winter_plan()
    (one,) = people_of(view)
    people = np.sort(view.observed(["supplied.in_time.winter-tent"])["supplied.in_time.winter-tent"])
    last = int(np.searchsorted(one.band.moments, one.deadline, side="right")) - 1
    assert one.band.replications == 20
    assert one.band.low[last] <= people[2] <= one.band.high[last]
    assert one.band.high[last] == people[-3] == 7_200


def test_short_lines(small):
    """A block of short lines: sets, orders, what is short and who could fill it, what ran out when."""
    lines = short_lines(small.first, "zh")
    assert lines[0] == ("物资", "winter-tent 12:00 前 70/100 套 · 420/600 人 · 短板 stove · 未达到(缺 180 人)")
    assert lines[1] == (
        "调运",
        "02:00 起 1 批 · 首批同意动用 02:20 · 首车出发 02:50 · 首批到场 03:10 · 末批到场 03:10 · 发放完毕 04:10",
    )
    assert ("缺口", "stove缺 30 stove · 无处可补") in lines
    assert any("tent缺 10 tent · 可补:city store province 10 tent" in said and "本情景不得动用" in said for _, said in lines)
    assert lines[-1] == ("用尽", "tent 02:50、stove 02:50")
    english = short_lines(small.first, "en")
    assert english[0][1].endswith("missed (180 people short)")
    assert all(len(said) < 130 for _, said in english)


def test_dry_and_items_are_told():
    """Items that no set asks for and tasks that stood dry have lines of their own."""
    lines = short_lines(tank().first, "zh")
    assert any(about == "断供" and said.startswith("抗溶泡沫 ") and "剩余效率 0%" in said for about, said in lines)
    assert any(about == "物资" and said.startswith("抗溶泡沫 10,800/10,800 升 · ") for about, said in lines)


def test_the_section_of_the_report(small):
    """Sentence, short lines and all tables; an assumed price is marked, one that is not is not, and the mark is explained."""
    page = Page(render(small.scenario, small.results, "zh"))
    section = page.text[page.text.index("物资保障") : page.text.index("前提:假定的输入")]
    at = 0
    for words in ("按计划值,10 小时内安置 420 人", "未达到(缺 180 人)", "安置人数", "物资需求", "缺口清单", "调运过程", "费用",
                  "* 单价或运价为假定"):  # fmt: skip
        at = section.index(words, at)
    rows = {row[0][0]: [text for text, _ in row] for row in _rows(small, "缺口清单")}
    assert "1.5 万元*" in rows["tent"]
    assert "1.2 万元" in rows["stove"]
    (order_row,) = _rows(small, "调运过程")
    assert [text for text, _ in order_row][2:] == ["1", "02:00", "02:20", "02:50", "02:50", "02:50", "03:10", "04:10"]
    english = Page(render(small.scenario, small.results, "en")).text
    assert all(words in english for words in ("Supplies", "Needs", "Shortfalls, and who could fill them", "Orders to depots"))


def _rows(view, title):
    (table,) = [table for table in supply_page(view)["tables"] if table.title == title]
    assert all(len(row) == len(table.heading) for row in table.rows)
    return table.rows


def test_dry_spans_and_endurance_are_tables():
    """The tank fire has a table of dry spans, and its forces last as long as what is carried and stored is used up slowly."""
    assert len(_rows(tank(), "作业断供")) == 2
    foam = next(row for row in _rows(tank(), "期初库存可供力量作业的小时数") if row[1][0] == "抗溶泡沫")
    assert [text for text, _ in foam][3:] == ["10,800", "4,000", "32,000", "0.4", "3.3"]


def test_a_long_table_is_cut(monkeypatch):
    from sim.report import supply_page as module

    monkeypatch.setattr(module, "MOST_ROWS", 3)
    (table,) = [table for table in supply_page(winter())["tables"] if table.title == "调运过程"]
    assert (len(table.rows), table.left_out) == (3, "… 另 5 行")


def test_lines_are_told_once():
    """The lines of supplies stand in their own section, not in that of command."""
    view = winter()
    html = render(view.scenario, view.results, "zh")
    assert html.count("短板 帐篷取暖炉") == 1
    assert "首车出发 04:09" not in html


def test_names_that_mean_harm(small, legible):
    """Names of items, sets, depots, owners are data: no element in the page, no formula in the figure."""
    bad = named_harmfully(small, HARM)
    html = render(bad.scenario, bad.results, "zh")
    assert "<script" not in html
    assert "\u202e" not in html
    assert not Page(html).all("img")
    legible(drawn(bad))


def test_depots_and_trucks_on_the_map():
    """Depots are points with what they held of the goods ordered; trucks' ways are apart from teams' and end at the scene."""
    data = map_data(winter())
    depots = {point.name: point for point in data.points if point.kind == "depot"}
    assert depots["市救灾物资储备库"].teams == 2
    assert depots["市救灾物资储备库"].note == "12平方米棉帐篷 1,200 顶、帐篷取暖炉 600 台"
    assert (depots["消防战勤保障库"].teams, depots["消防战勤保障库"].note) == (0, "")
    assert all(way.trucks for way in data.driven)
    scene = winter().scenario.sites[winter().scenario.planned[0].site]
    assert all(np.hypot(*(way.xy[-1] - (scene.x, scene.y))) < 1e-9 for way in data.driven)
    fire = map_data(tank())
    assert {way.trucks for way in fire.driven} == {True, False}
    assert "平朔危化救援队" in {point.name for point in fire.points if point.kind == "base"}


def test_figures_of_a_drill_of_supplies_alone(small, tmp_path):
    """There are no arrivals where no team is wanted; a drill of both has all figures."""
    from sim.report.figures import make_figures

    assert [path.name for path in make_figures(small.scenario, small.results, "zh", tmp_path)] == [
        "map.png",
        "supply.png",
        "stock.png",
    ]


def test_the_console(tmp_path):
    """A drill of supplies tells its block and how to ask why; a plan test tells what nine in ten reach."""
    from sim.cli.main import front

    path = tmp_path / "village.yaml"
    path.write_text(VILLAGE, encoding="utf-8")
    said = CliRunner().invoke(front, ["run", str(path), "--out", str(tmp_path / "r"), "--no-figures", "--lang", "zh"])
    assert said.exit_code == 0, said.output
    assert "物资  winter-tent 12:00 前 70/100 套" in said.output
    assert "为什么  python run_scenario.py why" in said.output
    said = CliRunner().invoke(front, ["run", str(path), "-n", "12", "--out", str(tmp_path / "r"), "--no-figures", "--lang", "en"])
    assert "Nine times in ten at least 420 people are housed within 10 h" in said.output
