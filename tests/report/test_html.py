"""The report: complete, self-contained, and deaf to markup in names."""

from __future__ import annotations

import base64
from html.parser import HTMLParser

import pytest

from sim.analysis.wording import sentence
from sim.experiment.runs import run
from sim.report.html import render, write_report


class Page(HTMLParser):
    """Counts elements, gathers attributes and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def page(hazchem) -> Page:
    return Page(render(*hazchem, "zh"))


def test_the_answer_comes_first(page, hazchem):
    """The sentence stands before objectives, tables and annex."""
    scenario, results = hazchem
    said = sentence(scenario, results.summary["metrics"], results.summary["worst"], "zh")
    order = ["结论", said, "对照目标", "主要结果", "前提:假定的输入", "附录", "全部指标", "数据与许可"]
    positions = [page.text.index(words) for words in order]
    assert positions == sorted(positions)


def test_objectives_are_marked(page, hazchem):
    """Each objective is a line marked met or missed, as the run's summary has it."""
    marks = [line["class"] for line in page.all("li") if line.get("class")]
    assert marks == ["met" if goal["met"] else "missed" for goal in hazchem[1].summary["objectives"]]


def test_every_assumption_is_there(page, hazchem):
    """As many rows as assumptions, each with its file and line, and the word that they are not surveyed facts."""
    assumptions = hazchem[0].assumptions
    assert f"前提:假定的输入 ({len(assumptions)})" in page.text
    assert all(f"{found.file}:{found.line}" in page.text for found in assumptions)
    assert "不是调查所得" in page.text


def test_annex(page, hazchem):
    """Seed, number of replications, digests and every licence notice stand in the annex."""
    scenario, results = hazchem
    annex = page.text[page.text.index("附录") :]
    assert all(text in annex for text in (results.digest, scenario.digest, results.summary["run"], *scenario.notices))


def test_intervals(city):
    """In a plan test the table of metrics has the 95 % interval of the summary, to one place in minutes."""
    low, high = city[1].summary["metrics"]["response"]["ci95"]
    assert f"{low:.1f} – {high:.1f}" in Page(render(*city, "en")).text


def test_english(hazchem):
    """In English the headings are English, and the page says so."""
    page = Page(render(*hazchem, "en"))
    assert page.all("html") == [{"lang": "en"}]
    assert "What this rests on: assumed inputs" in page.text
    assert "结论" not in page.text


def test_figures_are_inside(hazchem, tmp_path):
    """Nothing is fetched: each image is in the page, byte for byte the file beside it."""
    figures = write_report(*hazchem, "zh", tmp_path)
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    images = [image["src"] for image in page.all("img")]
    assert [base64.b64decode(source.removeprefix("data:image/png;base64,")) for source in images] == [f.read_bytes() for f in figures]
    assert not [attributes for _, attributes in page.tags if {"href", "srcset"} & set(attributes)]
    assert any("default-src 'none'" in (meta.get("content") or "") for meta in page.all("meta"))


def test_names_are_no_markup(harmful, hazchem):
    """Names that hold markup add no element: the page has the elements of a harmless one, no script, no image."""
    html = render(*harmful, "zh")
    page = Page(html)
    assert "<script" not in html
    assert not page.all("script")
    assert not page.all("img")
    assert "<script>alert(1)</script>=1+1" in page.text
    assert {tag for tag, _ in page.tags} <= {tag for tag, _ in Page(render(*hazchem, "zh")).tags}
    assert "\u202e" not in html
    assert "\x07" not in html


def test_command_and_mutual_aid(lender):
    """The page has the lines of the command line, and tables of requests, reports and levels with names and clock times."""
    from sim.analysis.drill_words import drill_lines

    page = Page(render(lender.scenario, lender.results, "zh"))
    order = [page.text.index(words) for words in ("主要结果", "指挥与增援", "增援请求", "来不了的力量及原因", "响应级别", "前提:")]
    assert order == sorted(order)
    lines = drill_lines(lender.first, "zh")
    assert len(lines) > 8
    assert all(about in page.text and said in page.text for about, said in lines)
    assert "山西省应急厅 10:10 → 内蒙古应急厅 10:35" in page.text
    assert "平朔危化救援队 1、平朔危化救援队 2" in page.text
    assert "朔州市指挥部二级" in page.text
    english = Page(render(lender.scenario, lender.results, "en")).text
    assert all(words in english for words in ("Command and mutual aid", "Requests for help", "granted in part", "Response levels"))


def test_calls_are_a_table(silent):
    """Each post of the call tree is a row; no and zero are left empty, and a column with nothing in it is not there."""
    page = Page(render(silent.scenario, silent.results, "zh"))
    table = page.text[page.text.index("叫应与转移") :]
    assert all(name in table for name in ("丙乡三村", "04:10", "无应答次数", "驱车"))
    assert "改叫B角" not in table


def test_no_command_no_section(hazchem):
    """A drill without command has no such section."""
    assert "指挥与增援" not in Page(render(*hazchem, "zh")).text


def test_a_plan_test_says_which_replication(joint):
    """In a plan test the section is of the first replication, and says so."""
    scenario = joint.scenario.as_plan()
    page = Page(render(scenario, run(scenario, 2), "zh"))
    assert "图示第 0 次" in page.text[page.text.index("指挥与增援") :]


def test_names_of_posts_are_no_markup(joint):
    """Names of posts and lenders that hold markup add no element."""
    from dataclasses import replace

    from sim.report.view import View

    from .conftest import HARM

    command = joint.scenario.command
    command = replace(command, posts=tuple(replace(post, name=HARM) for post in command.posts),
                      lenders=tuple(replace(one, name=HARM) for one in command.lenders))  # fmt: skip
    bad = View(replace(joint.scenario, command=command), joint.results, "zh")
    html = render(bad.scenario, bad.results, "zh")
    assert "<script" not in html
    assert "\u202e" not in html
    assert not Page(html).all("img")
    assert "<script>alert(1)</script>=1+1" in Page(html).text


def test_a_long_table_is_cut(silent, monkeypatch):
    """A table of more rows than can be shown says how many are left out."""
    from sim.report import command_page

    monkeypatch.setattr(command_page, "MOST_ROWS", 5)
    assert "… 另 8 行" in Page(render(silent.scenario, silent.results, "zh")).text


def test_a_run_in_memory_needs_a_folder(hazchem, tmp_path):
    """A run in memory has no folder of its own; a saved one gets its report beside its results."""
    with pytest.raises(ValueError, match="say where"):
        write_report(*hazchem)
    results = run(hazchem[0], out=tmp_path)
    write_report(hazchem[0], results)
    assert (results.path / "report.html").stat().st_size > 100_000
