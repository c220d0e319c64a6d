"""The report of a run: one HTML file that holds everything, figures too, and needs no network to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sim
from sim.analysis.objectives import verdicts
from sim.analysis.wording import (
    capability_rows,
    rows,
    say_assumptions,
    say_drives,
    say_verdict,
    say_waterfall,
    sentence,
)
from sim.errors import Words
from sim.report.command_page import command_page
from sim.report.figures import make_figures
from sim.report.page import REPORT, place_of, rendered, shown
from sim.report.supply_page import supply_page, without_supplies
from sim.report.view import View
from sim.scenario.metric_names import arguments_of, split, title, unit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sim.errors import Language
    from sim.experiment.results import Results
    from sim.scenario.frozen import Scenario

_TEMPLATE = "report.html.j2"
_TEXTS: dict[str, Words] = {
    "answer": Words("Answer", "结论"), "objectives": Words("Held against its targets", "对照目标"),
    "results": Words("Results", "主要结果"), "capabilities": Words("Capabilities", "各类力量"), "figures": Words("Figures", "图"),
    "command": Words("Command and mutual aid", "指挥与增援"), "supplies": Words("Supplies", "物资保障"),
    "assumptions": Words("What this rests on: assumed inputs", "前提:假定的输入"), "annex": Words("Annex", "附录"),
    "metrics": Words("All metrics", "全部指标"), "run": Words("How it was run", "运行情况"),
    "notices": Words("Data and licences", "数据与许可"), "none": Words("none", "无"),
    "made": Words("made by drillsim", "由 drillsim 生成"), "question": Words("Question", "问题"),
    "invented": Words(
        "Assumed inputs are not surveyed facts: replace them before deciding on this result.",
        "假定的输入不是调查所得,用于决策前须用实际数据替换。",
    ),
    "where": Words("file and line", "文件与行"), "what": Words("what", "项目"), "value": Words("value", "取值"),
    "metric": Words("metric", "指标"), "mean": Words("mean", "平均"), "interval": Words("95 % interval", "95% 区间"),
    "median": Words("median", "中位数"), "p90": Words("nine in ten", "十次有九次"), "n": Words("n", "观测数"),
    "never": Words("never", "从未"), "unit": Words("unit", "单位") }  # fmt: skip

_CAPTIONS: dict[str, Words] = {
    "map": Words("Where things are, and the ways driven", "位置与出动路线"),
    "timeline": Words("What each team did when", "各队行动时间线"),
    "arrivals": Words("Arrival of capabilities against what is needed", "各类力量到场与所需"),
    "response": Words("Response times", "响应时间"),
    "command": Words("Command and mutual aid over time", "指挥与增援时序"),
    "cover": Words("Cover over time", "守备变化"),
    "supply": Words("Supplies: wanted and there", "物资保障:所需与到位"),
    "stock": Words("Stocks over time", "库存变化"),
}


def write_report(
    scenario: Scenario, results: Results, language: Language | None = None, folder: Path | None = None
) -> list[Path]:
    """Draw the figures of a run and write ``report.html`` beside them.

    Parameters
    ----------
    scenario, results
        What was run, and what came of it.
    language
        Of the report; that of the scenario by default.
    folder
        Where ``report.html`` and the folder ``figures`` go; the results folder by default.

    Returns
    -------
    list of Path
        The figures; the report is ``folder / "report.html"``.

    Raises
    ------
    ValueError
        If the run is in memory and no folder is given.
    """
    from sim.experiment.disk import write_whole
    from sim.report.figures import FOLDER

    folder = place_of(folder, results.path, "a run")
    spoken = language or scenario.language
    figures = make_figures(scenario, results, spoken, folder / FOLDER)
    write_whole(folder / REPORT, render(scenario, results, spoken, figures).encode())
    return figures


def render(scenario: Scenario, results: Results, language: Language, figures: Sequence[Path] = ()) -> str:
    """Return the report as HTML. Every name from a file is escaped by the template."""
    pictures = [shown(path, _CAPTIONS, language) for path in figures]
    return rendered(_TEMPLATE, _TEXTS, language, figures=pictures, **_contents(scenario, results, language))


def _contents(scenario: Scenario, results: Results, language: Language) -> dict[str, Any]:
    summary = results.summary
    lines, worst = summary["metrics"], summary["worst"]
    infinite = {name: float("inf") if value is None else value for name, value in worst.items()}
    drives = summary["drives"]["measured"], summary["drives"]["derived"]
    view = View(scenario, results, language, scenario.places)
    command, supplies = command_page(view), supply_page(view)
    command["lines"] = without_supplies(view, command["lines"])
    return {
        "name": scenario.name,
        "asked": scenario.question,
        "sentence": sentence(scenario, lines, infinite, language),
        "verdicts": [
            (verdict.met, say_verdict(scenario, verdict, lines, language)) for verdict in verdicts(scenario, lines, infinite)
        ],
        "notes": [line for line in (
            say_assumptions(scenario, (), language), say_drives(drives, language), *say_waterfall(lines, language),
        ) if line],
        "main": rows(scenario, lines, language),
        "capabilities": capability_rows(scenario, lines, language),
        "command": command,
        "supplies": supplies,
        "metrics": metric_rows(scenario, lines, language),
        "assumptions": [
            (say_part(found.what, found.value, language), found.value, f"{found.file}:{found.line}")
            for found in scenario.assumptions
        ],
        "notices": scenario.notices,
        "run": run_rows(scenario, results, language),
    }  # fmt: skip


def say_part(what: str, value: str, language: Language) -> str:
    """Return what an assumption is about, in the words of scenario files: ``teams/turnout`` is 队伍 / turnout in Chinese."""
    from sim.scenario.schema.root import ScenarioFile

    part, _, rest = what.partition("/")
    known = ScenarioFile.model_fields.get(part)
    named: Any = known.json_schema_extra if known is not None else None
    label = named["zh"] if language == "zh" and isinstance(named, dict) and "zh" in named else part.replace("_", " ")
    return f"{label} / {rest}" if rest and rest != value else label


def metric_rows(scenario: Scenario, lines: Any, language: Language) -> list[tuple[str, ...]]:
    """Return every metric that was observed: title, mean, interval, median, nine in ten, n, never, unit."""
    names, others = {team.id: team.name for team in scenario.teams}, arguments_of(scenario)
    found = []
    for name, line in lines.items():
        if not line["n"]:
            continue
        places = 1 if split(name)[0].is_duration else 3
        interval = "" if line["ci95"] is None else " – ".join(_number(bound, places) for bound in line["ci95"])
        middle = [_number(line[key], places) for key in ("p50", "p90")]
        never = str(line["never"]) if line["never"] else ""
        found.append((
            title(name, language, names, others), _number(line["mean"], places), interval, *middle, str(line["n"]), never,
            unit(name, language),
        ))  # fmt: skip
    return found


def _number(value: float | None, places: int) -> str:
    if value is None:
        return "—"
    shown = f"{value:.{places}f}"
    return shown.rstrip("0").rstrip(".") if places > 1 else shown


def run_rows(scenario: Scenario, results: Results, language: Language) -> list[tuple[str, str]]:
    """Return what decides the numbers of a run: mode, replications, seed, digests."""
    summary = results.summary
    drill = scenario.mode == "drill"
    mode = Words("drill (planned values)" if drill else "plan test", "演练(计划值)" if drill else "推演")
    pairs = [
        (Words("scenario", "情景"), scenario.name),
        (Words("mode", "方式"), mode.say(language)),
        (Words("start", "开始"), f"{scenario.start:%Y-%m-%d %H:%M}"),
        (Words("replications", "推演次数"), f"{results.replications}"),
        (Words("seed", "随机种子"), f"{summary['seed']}"),
        (Words("run", "运行编号"), f"{summary['run']}"),
        (Words("digest of the event log", "事件记录摘要"), results.digest),
        (Words("digest of scenario and roads", "情景与路网摘要"), scenario.digest),
        (Words("drives: measured, derived", "行车时间:实测、推算"), "{measured}, {derived}".format(**summary["drives"])),
        (Words("program", "程序"), f"drillsim {sim.__version__}"),
    ]
    return [(words.say(language), value) for words, value in pairs]
