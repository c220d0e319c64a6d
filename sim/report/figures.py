"""The figures of a run, one function: `make_figures`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.errors import Words
from sim.report.style import new_figure, safe, save, use_style
from sim.report.view import View
from sim.units import MINUTE

if TYPE_CHECKING:
    from pathlib import Path

    from sim.errors import Language
    from sim.experiment.results import Results
    from sim.scenario.frozen import Scenario


def map_figure(view: View, path: Path) -> Path:
    """Draw the map of a run."""
    from sim.report.map import draw_map
    from sim.report.map_data import map_data

    data = map_data(view)
    figure = new_figure(8, 6)
    sent, trucks = (len({team for way in data.driven if way.trucks is of for team in way.teams}) for of in (False, True))
    language = view.language
    parts = [view.kind(), view.of_first()]
    if data.spots:
        count = sum(spot.count for spot in data.spots)
        said = Words(f"{count} incidents at {len(data.spots)} places", f"{len(data.spots)} 处共 {count} 起事件")
        parts.append(said.say(language))
        title = Words("Incidents and when the first team is there", "事件分布与到场时间")
    else:
        derived = data.drives - data.measured
        who = Words(f"{sent} teams", f"{sent} 支队伍")
        if trucks and sent:
            who = Words(f"{sent} teams, {trucks} trucks", f"{sent} 支队伍、{trucks} 辆货车")
        elif trucks:
            who = Words(f"{trucks} trucks", f"{trucks} 辆货车")
        said = Words(
            f"{who.en} on {data.routes} ways; driving times: {data.measured} measured, {derived} derived",
            f"{who.zh}、{data.routes} 条路线;行车时间实测 {data.measured}、推算 {derived} {'次' if trucks else '队次'}",
        )
        parts.append(said.say(language))
        title = Words("Bases and ways driven", "力量分布与出动路线")
        if trucks and not sent:
            title = Words("Depots and ways driven", "储备库与运输路线")
    limits = [threshold / MINUTE for threshold in view.scenario.thresholds] or [15, 30, 60]
    draw_map(
        figure, data, language=language, title=f"{title.say(language)} · {safe(view.scenario.name, 60)}",
        note=" · ".join(part for part in parts if part), start=view.scenario.start, notices=view.scenario.notices,
        thresholds=limits,
    )  # fmt: skip
    return save(figure, path)


def timeline_figure(view: View, path: Path) -> Path:
    """Draw the timeline of every team."""
    from datetime import timedelta

    from sim.report.timeline import draw_timeline, timeline_data

    data, language, start = timeline_data(view), view.language, view.scenario.start
    parts = [view.kind(), view.of_first(), Words(f"{data.rows} rows", f"{data.rows} 行").say(language)]
    if data.day:
        day = start + timedelta(milliseconds=data.low)
        parts[-1] = Words(f"busiest day {day:%Y-%m-%d} ({data.incidents} incidents, {data.rows} teams)",
                          f"最忙的一天 {day:%Y-%m-%d}({data.incidents} 起事件、{data.rows} 支队伍)").say(language)  # fmt: skip
    elif data.rows:
        parts[-1] = Words(f"{data.rows} teams sent, {data.incidents} incident{'s' if data.incidents > 1 else ''}",
                          f"{data.incidents} 起事件、出动 {data.rows} 队次").say(language)  # fmt: skip
    if data.left_out:
        parts.append(Words(f"{data.left_out} less busy rows not shown", f"另有 {data.left_out} 行较空闲的未画出").say(language))
    title = Words("Timeline of the teams", "各队行动时间线").say(language)
    figure = new_figure(8, 6)
    draw_timeline(
        figure, data, language=language, title=f"{title} · {safe(view.scenario.name, 60)}",
        note=" · ".join(part for part in parts if part), start=start,
    )  # fmt: skip
    return save(figure, path)


def arrivals_figures(view: View, folder: Path, name: str = "arrivals") -> list[Path]:
    """Draw arrival curves: of each incident in a drill, over all incidents and replications in a plan test."""
    from sim.report.arrivals import Shares, Steps, draw_arrivals, shares_of, steps_of

    language = view.language
    title = Words("Arrival of capabilities", "各类力量到场曲线").say(language)
    found = []
    first = view.first
    apart = first is not None and view.scenario.mode == "drill" and view.few
    incidents = list(first.log.incidents[:MOST_CURVES]) if apart and first is not None else [""]
    for number, incident in enumerate(incidents):
        data: tuple[Steps, ...] | tuple[Shares, ...] = steps_of(view, incident) if apart else shares_of(view)
        subject = view.incident_names.get(incident, incident) if apart else view.scenario.name
        note = [view.kind()]
        if apart and first is not None and len(first.log.incidents) > MOST_CURVES:
            note.append(Words(f"the first {MOST_CURVES} of {len(first.log.incidents)} incidents have a figure",
                              f"共 {len(first.log.incidents)} 起事件,只画前 {MOST_CURVES} 起").say(language))  # fmt: skip
        if not apart:
            said = Words("n: incidents that ask for it, all replications", "n 为各次推演中需要该能力的事件总数")
            note.append(said.say(language))
        else:
            asked = sum(steps.needed[-1] for steps in data if isinstance(steps, Steps))
            note.append(Words(f"{asked} teams asked for", f"共需 {asked} 支(组)").say(language))
        figure = new_figure(8, 6)
        draw_arrivals(figure, data, language=language, title=f"{title} · {safe(subject, 60)}", note=" · ".join(note))
        tail = f"-{number + 1}" if len(incidents) > 1 else ""
        found.append(save(figure, folder / f"{name}{tail}.png"))
    return found


MOST_CURVES = 6
"""Incidents of a drill that have arrival curves of their own."""


def response_figure(view: View, path: Path) -> Path:
    """Draw the distribution of response times; where a drill has few incidents, where the time goes instead."""
    from sim.report.response import draw_response, draw_waterfall, spreads_of, ways_of

    language, figure, name = view.language, new_figure(8, 6), safe(view.scenario.name, 60)
    if view.scenario.mode == "drill" and view.few:
        ways = ways_of(view)
        title = Words("Where the time goes until ready to work", "从接警到可作业:时间用在哪里").say(language)
        said = Words("from the alarm until ready to work", "自接警至展开完毕可作业").say(language)
        draw_waterfall(figure, ways, language=language, title=f"{title} · {name}", note=f"{view.kind()} · {said}")
    else:
        title = Words("Response times", "响应时间分布").say(language)
        said = Words("n: incidents, all replications", "n 为各次推演的事件总数").say(language)
        draw_response(figure, spreads_of(view), language=language, title=f"{title} · {name}", note=f"{view.kind()} · {said}")
    return save(figure, path)


def command_figure(view: View, path: Path) -> list[Path]:
    """Draw command and mutual aid over time; no figure where the scenario has none of it."""
    from sim.report.command import command_sections, draw_command

    sections = command_sections(view)
    if not sections:
        return []
    language, figure = view.language, new_figure(8, 6)
    title = Words("Command and mutual aid over time", "指挥与增援时序").say(language)
    draw_command(
        figure, sections, language=language, title=f"{title} · {safe(view.scenario.name, 60)}", note=_note(view),
        start=view.scenario.start,
    )  # fmt: skip
    return [save(figure, path)]


def cover_figure(view: View, path: Path) -> list[Path]:
    """Draw cover over time; no figure where the scenario has no standard of cover."""
    from sim.report.cover import MOST_STANDARDS, cover_sections, draw_cover

    sections = cover_sections(view)
    if not sections:
        return []
    language, figure = view.language, new_figure(8, 6)
    title = Words("Cover over time", "守备变化").say(language)
    left = len(view.scenario.command.standards) - MOST_STANDARDS
    more = Words(f"{left} more standards not shown", f"另 {left} 项标准未画").say(language) if left > 0 else ""
    draw_cover(
        figure, sections, language=language, title=f"{title} · {safe(view.scenario.name, 60)}", note=_note(view, more),
        start=view.scenario.start,
    )  # fmt: skip
    return [save(figure, path)]


def supply_figure(view: View, path: Path) -> list[Path]:
    """Draw what was wanted against what was there; no figure where nobody asks for supplies, or of very many incidents."""
    from sim.report.panels import right_end
    from sim.report.supply import draw_supply
    from sim.report.supply_data import MOST_NEEDS, MOST_PEOPLE, horizon, needs_of, people_of

    people, needs = people_of(view), needs_of(view)
    if view.first is None or not (people or needs):
        return []
    language, figure = view.language, new_figure(8, 6)
    left = max(len(people) - MOST_PEOPLE, 0) + max(len(needs) - MOST_NEEDS, 0)
    more = Words(f"{left} more not shown", f"另 {left} 项未画").say(language) if left else ""
    title = Words("Supplies: wanted and there", "物资保障:所需与到位").say(language)
    draw_supply(
        figure, people, needs, language=language, title=f"{title} · {safe(view.scenario.name, 60)}", note=_note(view, more),
        start=view.scenario.start, end=right_end(horizon(view.first)),
    )  # fmt: skip
    return [save(figure, path)]


def stock_figure(view: View, path: Path) -> list[Path]:
    """Draw stocks over time; no figure where nothing is held."""
    from sim.report.stock import draw_stock, stock_data

    data = stock_data(view)
    if not (data.panels or data.untouched):
        return []
    language, figure = view.language, new_figure(8, 6)
    title = Words("Stocks over time", "库存变化").say(language)
    spread = view.supply_spread
    used = 0 if spread is None else spread.replications
    more = Words(f"band: the first {used}", f"范围取前 {used} 次").say(language) if 0 < used < view.results.replications else ""
    draw_stock(
        figure, data, language=language, title=f"{title} · {safe(view.scenario.name, 60)}", note=_note(view, more),
        start=view.scenario.start,
    )  # fmt: skip
    return [save(figure, path)]


def _teams_are_wanted(view: View) -> bool:
    """Tell whether incidents ask for teams: a drill of supplies alone has no arrivals to show."""
    courses = view.scenario.courses
    return not view.scenario.supplies.items or any(course.lines or course.first or course.levels for course in courses)


def _note(view: View, *more: str) -> str:
    """Return what stands under the title of a figure of the first replication."""
    return " · ".join(part for part in (view.kind(), view.of_first(), *more) if part)


def make_figures(
    scenario: Scenario, results: Results, language: Language | None = None, folder: Path | None = None
) -> list[Path]:
    """Draw the figures of a run as PNG files.

    Parameters
    ----------
    scenario, results
        What was run, and what came of it.
    language
        Of titles, axes and legends; that of the scenario by default.
    folder
        Where to write; ``figures`` in the results folder by default.

    Returns
    -------
    list of Path
        ``map.png``, ``timeline.png``, ``arrivals.png`` (``arrivals-1.png`` … in a drill of several incidents) and
        ``response.png``; a figure without data says so. Where there is something of it, ``command.png``, ``cover.png``,
        ``supply.png`` and ``stock.png`` follow the timeline; where supplies are all that is asked for, there is nothing else
        but the map.

    Raises
    ------
    ValueError
        If the run is in memory and no folder is given.

    Warns
    -----
    MissingGlyphWarning
        If a name holds characters that the font lacks.
    """
    if folder is None:
        if results.path is None:
            message = "a run in memory has no folder: say where the figures go"
            raise ValueError(message)
        folder = results.path / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    view = View(scenario, results, language or scenario.language, scenario.places)
    with use_style():
        teams = _teams_are_wanted(view)
        return [
            map_figure(view, folder / "map.png"),
            *([timeline_figure(view, folder / "timeline.png")] if teams else []),
            *command_figure(view, folder / "command.png"),
            *cover_figure(view, folder / "cover.png"),
            *supply_figure(view, folder / "supply.png"),
            *stock_figure(view, folder / "stock.png"),
            *(arrivals_figures(view, folder) if teams else []),
            *([response_figure(view, folder / "response.png")] if teams else []),
        ]


FOLDER = "figures"
"""Folder of figures within a results folder."""
