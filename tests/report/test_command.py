"""The figure of command and mutual aid: what the log has, readable, and only where there is something of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.experiment.runs import run
from sim.log import Cause
from sim.report.command import LOOKS, command_sections, draw_command
from sim.report.command_data import MOST_LANES, _Teller
from sim.report.command_shifts import stops_of
from sim.report.style import new_figure, use_style
from sim.report.view import View
from sim.units import HOUR, MINUTE, NEVER

from .conftest import HARM, viewed

SHOWN = ("joint", "refused", "lender", "silent", "three")


def drawn(view):
    figure = new_figure(1, 1)
    with use_style():
        draw_command(figure, command_sections(view), language=view.language, title="题", note="注", start=view.scenario.start)
        figure.canvas.draw()
    return figure


def section(view, word):
    return next(found for found in command_sections(view) if found.title.startswith(word))


def lane(view, word, name):
    return next(lane for lane in section(view, word).lanes if lane.name == name)


def minutes(bars):
    return [(bar.kind, (bar.ends - bar.begins) / MINUTE) for bar in bars]


def at(hours, mins, start=9.5):
    return round((hours + mins / 60 - start) * HOUR)


def test_the_chain_of_story_one(joint):
    """Each link, turn-out, drive, report-in and set-up stand one behind the other as the hand count has them, up to 14:08."""
    chain = lane(joint, "增援请求", "准格尔 · 堵漏")
    assert minutes(chain.bars) == [
        ("link", 20), ("link", 25), ("link", 15), ("link", 10), ("turnout", 25), ("travel", 138), ("report_in", 10), ("set_up", 15),
    ]  # fmt: skip
    assert chain.bars[0].begins == at(9, 50)
    assert all(one.ends == other.begins for one, other in zip(chain.bars, chain.bars[1:], strict=False))
    assert chain.bars[0].text == "山西省应急厅 20 分"
    assert (chain.tail, chain.below) == ("可作业 14:08", ("请求 1 支,同意 1 支",))


def test_posts_told_at_the_same_time_are_named():
    """With the direct clause both provinces are told off the path, and the chain has two links."""
    view = viewed("jsm-hazchem-joint-direct")
    chain = lane(view, "增援请求", "准格尔 · 堵漏")
    assert minutes(chain.bars)[:3] == [("link", 15), ("link", 5), ("turnout", 25)]
    assert chain.below[1] == "同时报备:山西省应急厅、内蒙古应急厅"
    assert chain.tail == "可作业 13:18"


def test_refused_and_granted_in_part(refused, lender):
    """A lender that may not send is crossed out with its cause; one that sends fewer says how many, and why."""
    no = lane(refused, "增援请求", "准格尔 · 堵漏")
    assert {bar.kind for bar in no.bars} == {"link"}
    assert [mark.kind for mark in no.marks] == ["refused"]
    assert (no.tail, no.below, no.late) == ("11:00 未获同意", ("请求 1 支,未获同意", "留守底线"), True)
    part = lane(lender, "增援请求", "平朔 · 堵漏")
    assert part.below == ("请求 3 支,部分同意 2 支", "留守底线")
    assert any(other.name == "平朔危化救援队 2" for other in section(lender, "增援请求").lanes)


def test_reports_from_post_to_post(joint):
    """A link runs from when the post before had the report until this one has it; its deadline is a green mark."""
    first, second = (lane(joint, "首报", name) for name in ("园区管委会 → 平鲁区应急局", "平鲁区应急局 → 朔州市指挥部"))
    assert (first.bars[0].begins, first.bars[0].ends) == (at(9, 32), at(9, 37))
    assert (second.bars[0].begins, second.bars[0].ends) == (at(9, 37), at(9, 41))
    assert [(mark.kind, mark.at) for mark in second.marks] == [("due_met", at(11, 30))]
    assert second.tail == "09:41 · 时限 11:30"


def test_a_late_report_is_red(joint):
    """Past its deadline a link is hatched red and its mark is red; one that never comes says so."""
    teller = _Teller(joint)
    from sim.analysis.command import Report

    late = teller._report(Report(0, 0, 1, Cause.FIRST, 70 * MINUTE, 70 * MINUTE, 60 * MINUTE), 0, 50 * MINUTE)
    assert [(bar.kind, bar.begins, bar.ends) for bar in late.bars] == [
        ("report", 50 * MINUTE, 60 * MINUTE), ("late", 60 * MINUTE, 70 * MINUTE),
    ]  # fmt: skip
    assert [mark.kind for mark in late.marks] == ["due_missed"]
    assert late.late
    assert late.tail == "10:40 · 时限 10:30,超时 10 分"
    never = teller._report(Report(0, 0, 1, Cause.FIRST, NEVER, NEVER, 60 * MINUTE), 0, 50 * MINUTE)
    assert ([bar.kind for bar in never.bars], never.tail) == (["lost"], "未送达 · 时限 10:30")
    nothing = teller._report(Report(0, 0, 1, Cause.FIRST, NEVER, NEVER, None), 0, NEVER)
    assert (nothing.bars, nothing.tail) == ((), "未送达")


def test_response_levels(joint, refused):
    """Proposed, approved, complete and ready are told where they happened; forces that never come are told in red."""
    level = lane(joint, "各级政府", "朔州市指挥部 二级")
    assert [flag.text for flag in level.flags] == ["提请 09:47", "批准 09:50", "到齐 13:43", "可作业 14:08"]
    assert [bar.kind for bar in level.bars] == ["deciding", "in_force"]
    assert [(mark.kind, mark.at) for mark in level.marks] == [("complete", at(13, 43)), ("ready", at(14, 8))]
    short = lane(refused, "各级政府", "朔州市指挥部 二级")
    assert (short.tail, short.late) == ("力量未到齐", True)


def test_scene_command(joint):
    """Three posts hold command one after the other; hand-overs lie before each takes it."""
    bars = lane(joint, "现场指挥权", "指挥员").bars
    held = [bar for bar in bars if bar.kind != "handing"]
    assert [bar.text for bar in held] == ["园区管委会 09:30", "平鲁区指挥部 10:30", "朔州市指挥部 10:54"]
    assert all(one.ends == other.begins for one, other in zip(held, held[1:], strict=False))
    assert [(bar.begins, bar.ends) for bar in bars if bar.kind == "handing"] == [
        (at(10, 25), at(10, 30)), (at(10, 44), at(10, 54)),
    ]  # fmt: skip


def test_the_last_village_is_lit_up(silent):
    """The silent village is the last: tried twice, driven to, moved when the crest comes; the danger runs across the lanes."""
    calls = section(silent, "叫应")
    (last,) = [lane for lane in calls.lanes if lane.strong]
    assert (last.name, last.below, last.tail) == ("丙乡三村(55 人)", ("2 次无应答、驱车前往",), "转移完毕 04:10 · 最后")
    assert minutes(last.bars) == [("trying", 21), ("doors", 20), ("moving", 45)]
    (danger,) = calls.across
    assert danger.begins == danger.ends == at(4, 10, 2.5)
    assert (danger.first, danger.last) == (1, len(calls.lanes))
    assert "余量 0 分" in calls.lanes[0].name
    third = lane(silent, "叫应", "甲乡三村(45 人)")
    assert (third.bars[0].begins, third.bars[0].ends) == (at(2, 44, 2.5), at(2, 47, 2.5))  # in turn: after the second village


def test_no_text_lies_on_the_line_of_the_danger():
    """Where what a lane says would run over the line of the danger, it stands behind it."""
    figure = drawn(viewed("call-and-answer-youyu-second-contact"))
    axes = figure.axes[0]
    (line,) = [artist for artist in axes.lines if artist.get_gid() == "across-danger"]
    x = axes.transData.transform((line.get_xdata()[0], 0))[0]
    heads = {text.get_text() for text in axes.texts if "余量" in text.get_text()}
    boxes = {text.get_text(): text.get_window_extent() for text in axes.texts if text.get_text() not in heads}
    assert "转移完毕 03:58 · 最后" in boxes
    assert all(box.x1 < x or x < box.x0 for box in boxes.values())


def test_shifts_and_stops(three):
    """Three squads break at 22:00 for four hours; each has its turns, and the stop runs across all of them."""
    shifts = section(three, "轮班")
    assert "22:00 停止入井" in shifts.lanes[0].name
    squads = {found.name: found for found in shifts.lanes if found.name.startswith("市矿山救护")}
    assert [found.tail for found in squads.values()] == ["4 班", "3 班", "3 班"]
    first = shifts.across[0]
    assert (first.begins, first.ends) == (at(22, 0, 12), at(26, 0, 12))
    assert [shifts.lanes[number].name for number in range(first.first, first.last)] == list(squads)
    assert all(bar.ends - bar.begins == 4 * HOUR for found in squads.values() for bar in found.bars if bar.kind == "inside")


def test_a_squad_that_joins_stands_with_the_others():
    """The fourth squad, called from elsewhere on a line of its own, joins the shifts of the three."""
    shifts = section(viewed("mine-rescue-majialiang"), "轮班")
    assert [found.name for found in shifts.lanes if not found.head] == [
        "市矿山救护 1",
        "市矿山救护 2",
        "市矿山救护 3",
        "大同矿山救护 1",
    ]
    assert "共 15 班" in shifts.lanes[0].name


def test_a_stop_that_never_ends():
    """It lasts until the incident is over; where it is over at once, there is none."""
    from types import SimpleNamespace

    from sim.log import Kind

    rows = [SimpleNamespace(kind=Kind.SHIFT_STOPPED, time=5, cause=Cause.NOBODY_RESTED)]
    assert [tuple(stop) for stop in stops_of(rows, 9)] == [(5, 9, Cause.NOBODY_RESTED)]
    assert stops_of(rows, 5) == []


def test_rest_that_was_cut_is_marked():
    """Each use of the life-saving exception is a mark on the lane of its squad."""
    shifts = section(viewed("mine-rescue-majialiang-life-saving"), "轮班")
    assert sum(mark.kind == "finding" for found in shifts.lanes for mark in found.marks) == 13


def test_short_sections_have_an_axis_of_their_own(three):
    """A report of minutes beside shifts of days is shown large, and says so; the shifts keep the common axis."""
    report, shifts = section(three, "首报"), section(three, "轮班")
    assert report.title.endswith("时间轴单独放大")
    assert report.high - report.low < 2 * HOUR < shifts.high - shifts.low
    assert not shifts.title.endswith("放大")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("which", SHOWN)
def test_every_text_can_be_read(which, language, request, legible):
    """In both languages no text covers another one, and none is cut at an edge."""
    view = request.getfixturevalue(which)
    assert legible(drawn(View(view.scenario, view.results, language, view.places))) > 15


def test_languages(joint):
    """Headings, flags and legend are of one language; names stay as they are."""
    english = View(joint.scenario, joint.results, "en")
    texts = " ".join(text.get_text() for text in drawn(english).findobj(lambda artist: hasattr(artist, "get_text")))
    assert all(word in texts for word in ("First reports", "approved 09:50", "山西省应急厅 20 min", "ready 14:08", "hand-over"))
    assert not any(word in texts for word in ("首报", "批准", "展开", "分钟"))


def test_the_legend_has_only_what_is_drawn(joint, silent):
    """Nobody is late in the joint drill and nobody calls: neither is in its legend."""
    names = {text.get_text() for text in drawn(joint).legends[0].get_texts()}
    assert {"逐级批转", "行进", "现场指挥", "指挥权移交", "时限(按时)"} <= names
    assert not {"超过时限", "呼叫", "佩用入井"} & names
    assert {text.get_text() for text in drawn(silent).legends[0].get_texts()} == {
        LOOKS[kind].words.zh for kind in ("calling", "trying", "doors", "moving", "danger")
    }


def test_nothing_of_command_nothing_drawn(hazchem, city, places):
    """A drill without reports, levels, lenders and calls has no such figure; nor has a campaign of very many incidents."""
    assert command_sections(View(*hazchem, "zh", places)) == ()
    assert command_sections(View(*city, "zh", places)) == ()


def test_without_a_log(joint):
    """Without a log there is nothing to gather."""
    assert command_sections(View(joint.scenario, run(joint.scenario, keep_log=False), "zh")) == ()


def test_long_lists_are_cut(joint):
    """More lanes than can be shown end in a line that says how many are left."""
    from sim.report.command_data import Part
    from sim.report.lanes import Bar, Lane

    parts = [Part(tuple(Lane(f"{n}", bars=(Bar("link", 0, 1),)) for n in range(MOST_LANES + 5)))]
    lanes = _Teller(joint).section("节", parts).lanes
    assert len(lanes) == MOST_LANES + 1
    assert lanes[-1].name == "… 另 5 项"


def test_names_that_mean_harm(joint, legible):
    """Formulas, markup, control characters and very long names of posts, lenders and plans are drawn as text."""
    scenario = joint.scenario
    command = replace(
        scenario.command,
        posts=tuple(replace(post, name=f"{HARM}{n}") for n, post in enumerate(scenario.command.posts)),
        lenders=tuple(replace(one, name=HARM) for one in scenario.command.lenders),
    )
    courses = tuple(replace(
        course, levels=tuple(replace(level, name=HARM) for level in course.levels),
        reports=tuple(replace(line, name=HARM) for line in course.reports),
    ) for course in scenario.courses)  # fmt: skip
    bad = replace(scenario, command=command, courses=courses, name=HARM)
    view = View(bad, joint.results, "zh")
    legible(drawn(view))
    assert not any("\u202e" in text or "\x07" in text for text in (t.get_text() for t in drawn(view).axes[0].texts))
