"""The timeline: one bar a phase of a mission, as the log has it."""

from __future__ import annotations

import datetime as dt

import pytest

from sim.report.style import new_figure, use_style
from sim.report.timeline import MOST_ROWS, ROW, Bar, Group, Row, TimelineData, draw_timeline, timeline_data
from sim.units import DAY, HOUR, MINUTE

START = dt.datetime(2026, 11, 24, 9, 30)


def drawn(data, language="zh"):
    figure = new_figure(1, 1)
    with use_style():
        draw_timeline(figure, data, language=language, title="题", note="注", start=START)
        figure.canvas.draw()
    return figure


def bars_of(figure):
    return {
        artist.get_gid().removeprefix("phase-"): artist.get_paths()
        for artist in figure.findobj() if str(artist.get_gid()).startswith("phase-")
    }


def test_as_many_bars_as_the_log_has_phases(view, hazchem):
    """Between two rows of one mission at different moments lies one phase: as many bars are drawn, no more, no fewer."""
    events = hazchem[1].events
    rows = events[events["mission"].notna() & (events["mission"] >= 0)]
    gaps = sum(len(set(part["time"])) - 1 for _, part in rows.groupby("mission"))
    data = timeline_data(view)
    assert data.bars == gaps
    assert sum(len(paths) for paths in bars_of(drawn(data)).values()) == gaps


def test_a_bar_is_as_long_as_its_phase(view, hazchem):
    """The travel bar of the plugging squad runs from its departure to its arrival in the log."""
    events = hazchem[1].events
    mine = events[events["team"] == "pingshuo-haz-2"].set_index("kind")["time"]
    row = next(row for row in timeline_data(view).groups[0].rows if row.task == "堵漏")
    assert row.team == "平朔危化救援队 2"
    travel = next(bar for bar in row.bars if bar.phase == "travel")
    assert (travel.begins, travel.ends) == (mine["team.departed"], mine["team.arrived"])
    paths = bars_of(drawn(timeline_data(view)))["travel"]
    assert any(path.get_extents().x0 == travel.begins and path.get_extents().x1 == travel.ends for path in paths)


def test_rows_by_first_arrival(view):
    """The first row is the first team on the scene; each later row arrived no earlier."""
    first = view.first
    arrived = {view.scenario.teams[t].name: a for t, a in zip(first.missions.team, first.missions.arrived, strict=True)}
    order = [arrived[row.team] for row in timeline_data(view).groups[0].rows]
    assert order == sorted(order)
    assert order[0] == first.incidents.first[0]


def test_labels_and_clock(view):
    """Each row bears team and capability; the axis shows clock times; the moments of the incident are told and drawn."""
    figure = drawn(timeline_data(view))
    axes = figure.axes[0]
    assert "平朔危化救援队 2 · 堵漏" in [label.get_text() for label in axes.get_yticklabels()]
    assert [label.get_text() for label in axes.get_xticklabels()][:3] == ["10:00", "11:00", "12:00"]
    assert list(axes.get_xticks()[:2]) == [30 * MINUTE, 90 * MINUTE]
    assert axes.get_xlabel() == "时刻"
    (line,) = [text.get_text() for text in axes.texts if text.get_gid() == "incident"]
    assert line.startswith("液氨泄漏   接警 09:30   编成到齐 10:52")
    (complete,) = [artist for artist in axes.lines if artist.get_gid() == "moment-complete"]
    assert complete.get_xdata()[0] == view.first.incidents.complete[0]


def test_phases_of_command(joint):
    """Waiting for a commander has its bar and its word; what no team did is not in the legend."""
    data = timeline_data(joint)
    assert any(bar.phase == "briefing_wait" for group in data.groups for row in group.rows for bar in row.bars)
    names = {text.get_text() for text in drawn(data).legends[0].get_texts()}
    assert "等待布置任务" in names
    assert not {"集结待发", "途中休整", "道路中断等待", "命令传达"} & names


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_phase_can_be_drawn(language, legible):
    """All phases at once: each has a colour and a word, stops lie thin over the drive, and the legend still fits."""
    from sim.analysis.timeline import OVER_THE_DRIVE, PHASE_NAMES

    bars = tuple(Bar(phase, n * HOUR, (n + 1) * HOUR) for n, phase in enumerate(PHASE_NAMES))
    moments = dict.fromkeys(("alarm", "complete", "ready", "closed"), HOUR)
    figure = drawn(TimelineData((Group("火", moments, (Row("队", "", bars),)),), 0, 20 * HOUR, 0, 1), language)
    tall = {phase: paths[0].get_extents().height for phase, paths in bars_of(figure).items()}
    assert set(tall) == set(PHASE_NAMES)
    assert {phase for phase, height in tall.items() if height < 0.5} == OVER_THE_DRIVE
    assert [text.get_text() for text in figure.legends[0].get_texts() if text.get_text() == PHASE_NAMES["rest"].say(language)]
    legible(figure)


def test_english(view):
    """In English the axis and the phases are English."""
    figure = drawn(timeline_data(view), "en")
    assert figure.axes[0].get_xlabel() == "clock time"
    assert {"turnout", "travel", "waiting for others", "return"} <= {text.get_text() for text in figure.legends[0].get_texts()}


def test_only_the_busiest_of_very_many():
    """With more than sixty teams the busiest stay, and how many are left out is counted."""
    from types import SimpleNamespace

    import numpy as np
    import pandas as pd

    from sim.report.timeline import _by_incident

    count = MOST_ROWS + 7
    spans = pd.DataFrame({
        "team": [f"t{n}" for n in range(count)], "team_name": [f"队{n}" for n in range(count)], "mission": range(count),
        "incident": "火", "phase": "work", "begins": 0, "ends": [MINUTE * (n + 1) for n in range(count)],
    })  # fmt: skip
    missions = pd.DataFrame({"arrived": range(count), "ordered": 0, "capability": "灭火"})
    moments = dict.fromkeys(("alarm", "complete", "ready", "closed"), np.array([0]))
    first = SimpleNamespace(log=SimpleNamespace(incidents=("火",)), incidents=SimpleNamespace(**moments))
    data = _by_incident(SimpleNamespace(first=first, incident_names={}), spans, missions)
    assert (data.rows, data.left_out) == (MOST_ROWS, 7)
    assert {row.team for row in data.groups[0].rows} == {f"队{n}" for n in range(7, count)}


def test_the_busiest_day(city_view):
    """Of a long run one calendar day is shown, the one on which teams are out longest, cut at both midnights."""
    from sim.analysis.tables import team_timeline

    data = timeline_data(city_view)
    assert data.day
    assert data.high - data.low == DAY
    assert data.low % DAY == 0
    spans = team_timeline(city_view.first)
    out = [
        int((spans["ends"].clip(upper=day * DAY + DAY) - spans["begins"].clip(lower=day * DAY)).clip(lower=0).sum()) for day in range(5)
    ]
    shown = sum(bar.ends - bar.begins for row in data.groups[0].rows for bar in row.bars)
    assert shown == max(out)
    assert all(data.low <= bar.begins < bar.ends <= data.high for row in data.groups[0].rows for bar in row.bars)


def test_the_height_grows_with_the_rows():
    """Forty teams take thirty rows' height more than ten."""
    def height(count):
        rows = tuple(Row(f"队{n}", "", (Bar("work", 0, HOUR),)) for n in range(count))
        return drawn(TimelineData((Group("", {}, rows),), 0, HOUR, 0, 1)).get_size_inches()[1]

    assert height(40) - height(10) == pytest.approx(30 * ROW)


def test_midnight_is_shown_by_its_date():
    """An axis over midnight names the new day."""
    data = TimelineData((Group("", {}, (Row("甲", "", (Bar("work", 0, 20 * HOUR),)),)),), 0, 20 * HOUR, 0, 1)
    labels = {language: [t.get_text() for t in drawn(data, language).axes[0].get_xticklabels()] for language in ("zh", "en")}
    assert labels["zh"][:8] == ["10:00", "12:00", "14:00", "16:00", "18:00", "20:00", "22:00", "11 月 25 日"]
    assert "25 Nov" in labels["en"]


@pytest.mark.parametrize(("language", "words"), [("zh", "无数据"), ("en", "no data")])
def test_nobody_sent(language, words):
    """Without missions there is no empty axis but a sentence."""
    figure = drawn(TimelineData((), 0, 0, 0, 0), language)
    assert not figure.axes
    assert any(words in text.get_text() for text in figure.texts)
