"""Figures and page of a sizing: what is drawn is what was found, nothing is cut or overlaps, names are data."""

from __future__ import annotations

import re

import numpy as np
import pytest

from sim.planning.sizing.answer import size
from sim.planning.sizing.papers import summary_of
from sim.planning.sizing.words import sentence
from sim.report.sizing import (
    DEPOTS,
    ITEMS,
    Cell,
    Mark,
    curve_figure,
    curve_points,
    draw_sizing,
    marks_of,
    plan_figure,
    served_of,
    service_figure,
    sheet_of,
)
from sim.report.sizing_page import filed_table, quick_table, render_sizing, write_sizing_report
from sim.report.style import use_style
from tests.planning.sizing_files import CASE, DRAWN, STUDY, write

from .test_comparison import boxes
from .test_html import Page

MARKED = CASE.replace("name: Tent", 'name: "<b>$x_1$ & Co</b> 十二平方米棉帐篷带内胆"').replace(
    "name: Near", 'name: "<script>alert(2)</script>"'
)  # fmt: skip
ASKS = DRAWN.replace("how many, and where?", "<script>alert(1)</script>").replace("Case A", '"<i>A</i>"')


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Return the sizing that a hand counts."""
    return size(write(tmp_path_factory.mktemp("plain")))


@pytest.fixture(scope="module")
def marked(tmp_path_factory):
    """Return a sizing with drawn needs, a standard, and names that mean harm."""
    return size(write(tmp_path_factory.mktemp("marked"), ASKS, MARKED))


def large(summary):
    """Return the summary of a sizing with many items and depots with long names, and many wants in several cases."""
    depots = [f"第{number}救灾物资储备库(分库)及其转运场" for number in range(11)]
    lines = [
        {"item": f"十二平方米棉帐篷型号{item}", "depot": depot, "unit": "顶", "now": 1_000.0 * number, "proposed": 1_000.0 * number
         + 179_074.727 * (number > 3), "bought": 179_074.727 * (number > 3), "price": 1.0, "cost": 179_074.73 * (number > 3) * (item + 1)}
        for item in range(20) for number, depot in enumerate(depots)
    ]  # fmt: skip
    share = {"mean": 0.5, "ci95": [-0.2, 1.3]}
    reached = {"today": share, "proposal": share, "standard": share}
    service = [
        {"case": f"情形{case}", "want": f"十二平方米棉帐篷及取暖炉成套{want}", "asked": 5.0, "promised": 0.01 * want, "reached": reached}
        for case in range(4) for want in range(12)
    ]  # fmt: skip
    return summary | {"proposal": lines, "service": service}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("make", [curve_figure, plan_figure, service_figure])
@pytest.mark.parametrize("which", ["found", "marked", "large"])
def test_nothing_is_cut_or_overlaps(request, found, marked, make, language, which):
    """Every text lies within the figure, and no two lie over each other."""
    summary = large(summary_of(marked)) if which == "large" else summary_of({"found": found, "marked": marked}[which])
    with use_style():
        figure = make(summary, language)
        placed = boxes(figure)
    width, height = figure.canvas.get_width_height()
    for text, box in placed:
        assert min(box.x0, box.y0, width - box.x1, height - box.y1) >= -1, text
    for at, (text, box) in enumerate(placed):
        for other, beside in placed[at + 1 :]:
            apart = min(box.x1, beside.x1) - max(box.x0, beside.x0) <= 2 or min(box.y1, beside.y1) - max(box.y0, beside.y0) <= 2
            assert apart, (text, other)


def test_the_curve_is_of_the_hand_count(found):
    """Today's stock and each budget; two plans as simulated: 11,500 yuan a year lost today, nothing with ten tents more."""
    summary = summary_of(found)
    by_hand = np.array([[0.0, 5.5 / 17, 11_500.0], [5_000.0, 13 / 17, 4_000.0], [10_000.0, 1.0, 0.0]])
    assert np.array(curve_points(summary)) == pytest.approx(by_hand, abs=1e-5)  # kept to five places
    assert marks_of(summary) == [
        Mark("today", 0.0, pytest.approx(5.5 / 17), pytest.approx(11_500), None),
        Mark("proposal", 10_000.0, 1.0, 0.0, None),
    ]  # fmt: skip
    with use_style():
        left, right = curve_figure(summary, "zh").axes
    drawn = [np.column_stack(line.get_data()) for line in left.lines]
    assert drawn[0] == pytest.approx(np.array([[0, 550 / 17], [0.5, 1300 / 17], [1, 100]]), abs=1e-3)
    assert any(line == pytest.approx(np.array([[0.0, 550 / 17]])) for line in drawn[1:])
    assert np.column_stack(right.lines[0].get_data())[:, 1] == pytest.approx([1.15, 0.4, 0.0])


def test_the_sheet_is_the_plan(found):
    """One item, two depots, what is there and what is proposed."""
    sheet = sheet_of(summary_of(found))
    assert (sheet.items, sheet.unit, sheet.depots, sheet.cost, sheet.left) == (
        ("Tent",),
        ("pc",),
        ("Near", "Far"),
        (10_000.0,),
        0,
    )
    assert sheet.cells == ((Cell(2.0, 2.0), Cell(3.0, 13.0)),)


def test_a_large_sheet_says_what_it_leaves_out(marked):
    """The dearest items first; what is bought for and not shown is counted."""
    summary = large(summary_of(marked))
    sheet = sheet_of(summary)
    assert (len(sheet.items), len(sheet.depots)) == (ITEMS, DEPOTS)
    assert sheet.items[0].endswith("19")
    assert sheet.left == 6
    assert len(served_of(summary)) == 34


def test_service_is_promised_and_reached(found):
    """Half of A and a quarter of B today, all with the plan."""
    assert [(row.case, row.promised, row.reached) for row in served_of(summary_of(found))] == [
        ("Case A", 1.0, {"today": (0.5, None), "proposal": (1.0, None)}),
        ("Case B", 1.0, {"today": (0.25, None), "proposal": (1.0, None)}),
    ]  # fmt: skip


def test_nothing_to_draw_is_said(tmp_path):
    """No budgets, no change, no proof: the figures say so."""
    study = STUDY.replace("20000", "0").replace("budgets: [0 yuan, 5000 yuan, 10000 yuan]\n", "")
    summary = summary_of(size(write(tmp_path, study), proof=False))
    assert [path.name for path in draw_sizing(summary, tmp_path, "en")] == ["curve.png", "plan.png", "service.png"]
    with use_style():
        said = [text.get_text() for text in plan_figure(summary, "en").texts]
    assert "nothing changes: today's stock stays" in said
    assert marks_of(summary) == []
    with use_style():
        assert service_figure(summary | {"service": []}, "zh").texts[-1].get_text() == "各情形都没有需求"


def test_files_are_the_same_each_time(found, tmp_path):
    """Three figures, the same bytes; a page beside them; in memory there is no folder."""
    first, second = (draw_sizing(summary_of(found), tmp_path / name, "zh") for name in "ab")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert len(write_sizing_report(found, "en", tmp_path / "page")) == 3
    assert len(Page((tmp_path / "page" / "report.html").read_text(encoding="utf-8")).all("img")) == 3
    with pytest.raises(ValueError, match="say where"):
        write_sizing_report(found)


def test_the_table_can_be_filed(found):
    """Item, depot, now, proposed, bought, price, cost, and the sum; the quick answer beside the plan."""
    table = filed_table(summary_of(found), "en")
    assert table[1:] == [
        ("Tent", "Near", "pc", "2", "2", "0", "1,000", "0"), ("Tent", "Far", "pc", "3", "13", "10", "1,000", "10,000"),
        ("sum", "", "", "", "", "", "", "10,000"),
    ]  # fmt: skip
    assert quick_table(found, "zh") == [("物资", "现有合计", "建议合计", "快速估算"), ("Tent", "5", "15", "12 pc")]


def test_the_page_has_all_of_it(marked):
    """Sentence, plan, service, curve, quick answer, cases with probabilities, minimum with its rule, assumptions, seed."""
    page = Page(render_sizing(marked, "zh"))
    order = ["结论", sentence(summary_of(marked), "zh"), "储备方案", "承诺与实际", "价格与服务", "快速估算", "前提", "附录"]
    places = [page.text.index(words) for words in order]
    assert places == sorted(places)
    assert all(words in page.text for words in ("10 %", "70 %", "无事", "<b>rule</b>", "drawn.yaml:", "随机种子"))
    assert re.search(r"\d+ % \(\d+–\d+\)", page.text)
    assert page.all("html") == [{"lang": "zh-CN"}]
    assert "每缺一单位" in page.text
    assert "5,000" in page.text[page.text.index("每缺一单位") :]
    assert "结论" not in Page(render_sizing(marked, "en")).text


def test_names_in_the_page_are_text(marked, found):
    """Whatever a file writes is escaped: the page has no elements but those of a harmless one."""
    html = render_sizing(marked, "zh")
    page = Page(html)
    assert "<script" not in html
    assert "<script>alert(1)</script>" in page.text
    assert {tag for tag, _ in page.tags} <= {tag for tag, _ in Page(render_sizing(found, "zh")).tags}
    assert any("default-src 'none'" in (meta.get("content") or "") for meta in page.all("meta"))
