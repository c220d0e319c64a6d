"""The answer in words: one sentence that a leader can use, then what was asked for, then what it rests on."""

from __future__ import annotations

import math
import unicodedata
from typing import TYPE_CHECKING

from sim.analysis.objectives import Verdict, verdicts
from sim.analysis.rounding import say_amount, say_minutes, say_share, step_of
from sim.analysis.supply_words import supply_sentences
from sim.errors import Language, Words
from sim.scenario.metric_names import PHASES, SHARE, arguments_of, split, title
from sim.units import MINUTE, clock

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sim.analysis.summary import Line, Summary
    from sim.scenario.frozen import Assumption, Scenario

_HAPPENS: dict[str, Words] = {
    "response": Words("the first team is on the scene", "首支力量到场"),
    "first": Words("the first {} is on the scene", "首支{}到场"),
    "ready": Words("the first {} is ready to work", "首支{}可作业"),
    "started": Words("the first {} begins its work", "首支{}开始作业"),
    "complete": Words("every {} is on the scene", "{}到齐"),
    "package.complete": Words("the package is complete", "到齐"),
    "package.ready": Words("the package is ready to work", "编成可作业"),
    "wait.queue": Words("a team is found", "派到力量"),
    "hospital": Words("casualties are at the hospital", "送达医院"),
    "duration": Words("the incident is closed", "处置结束"),
    "answered": Words("the last door is reached", "通知到最后一户"),
    "moved": Words("everybody is in safety", "全部转移完毕"),
    "entry": Words("the first squad goes in", "首队入井"),
    "approval": Words("a request for help is approved", "增援请求获批"),
    "level.raised": Words("{} is raised", "{}启动"),
    "level.complete": Words("the forces of {} are complete", "{}力量到齐"),
    "level.ready": Words("the forces of {} are ready to work", "{}力量可作业"),
    "report": Words("the first report is through on {}", "{}首报送达"),
    "supply.delay": Words("{} is there in full", "{}供足"),
}
"""How the happening of each metric is said within a sentence."""
_NOT_SINCE_ALARM = ("supply.delay", "dry")
"""Lengths of time that do not begin with the alarm: no sentence begins with them."""
_ENOUGH = 10
"""Observations from which "nine in ten" can be said."""
_SHORT = 4
"""Shortfalls that are named."""
_NAMED = 3
"""Assumptions that are named."""

_PARTS: dict[str, tuple[int, Words]] = {
    "incidents": (1, Words("incident", "突发事件")),
    "sources": (1, Words("source of incidents", "事件源")),
    "incident_tables": (1, Words("incident table", "事件表")),
    "incident_types": (2, Words("incident type", "事件类型")),
    "teams": (3, Words("team", "队伍")),
    "team_types": (3, Words("team type", "队伍类型")),
    "bases": (4, Words("base", "驻地")),
    "hospitals": (5, Words("hospital", "医院")),
    "channels": (3, Words("channel", "增援通道")),
    "depots": (3, Words("depot", "储备库")),
    "items": (3, Words("item of supplies", "物资")),
    "sets": (3, Words("set of supplies", "成套物资")),
    "fleets": (4, Words("fleet of trucks", "运力")),
    "suppliers": (4, Words("supplier", "供应商")),
    "restock": (5, Words("rule of restocking", "补库办法")),
    "shelters": (4, Words("shelter", "安置点")),
    "supply": (5, Words("rules of supplies", "保障办法")),
    "lenders": (3, Words("lender", "支援方")),
    "plans": (3, Words("plan", "预案")),
    "authorities": (4, Words("authority", "指挥机构")),
    "agreements": (4, Words("agreement", "协议")),
    "measured_times": (4, Words("measured time", "实测行车时间")),
    "standards": (5, Words("standard of cover", "守备标准")),
    "warnings": (5, Words("early warning", "预警")),
    "radio": (5, Words("radio gap", "通信盲区")),
    "weather": (6, Words("weather", "天气")),
    "scenario": (7, Words("scenario", "情景")),
}
"""Parts of a scenario that assumptions are about: how near they are to the answer, and their names."""


def answer(
    scenario: Scenario,
    summary: Summary,
    *,
    worst: Mapping[str, float] | None = None,
    drives: tuple[int, int] | None = None,
    involved: Collection[str] = (),
    told: Sequence[tuple[str, str]] = (),
    language: Language | None = None,
) -> list[str]:
    """Return the answer as lines of plain text: the sentence, the verdicts, what it rests on, then a short table.

    Parameters
    ----------
    scenario, summary
        What was run, and `Pool.summary` of it.
    worst
        `Pool.worst`.
    drives
        How many pairs of places were driven by measured times, and how many by derived ones.
    involved
        Ids or names of teams and bases that the result turns on; assumptions about them are named first.
    told
        What a drill tells of command (`sim.analysis.drill_words.drill_lines`).
    language
        That of the scenario by default.
    """
    spoken = language or scenario.language
    lines = [sentence(scenario, summary, worst or {}, spoken)]
    lines += [said for said in supply_sentences(scenario, summary, spoken) if said not in lines]
    lines += [say_verdict(scenario, verdict, summary, spoken) for verdict in verdicts(scenario, summary, worst)]
    said = (say_late(scenario, summary, spoken), say_assumptions(scenario, involved, spoken), say_drives(drives, spoken))
    lines += [line for line in said if line]
    lines += ["", *_padded(list(told))] if told else []
    lines += ["", *_padded(rows(scenario, summary, spoken))]
    table = capability_rows(scenario, summary, spoken)
    if table:
        lines += ["", *_padded(table)]
    return lines + say_waterfall(summary, spoken)


def headline_metric(scenario: Scenario, summary: Summary) -> str:
    """Return what the sentence is about: the first timed objective, else the package, else the first team."""
    families = [(objective.metric, split(objective.metric)[0]) for objective in scenario.objectives]
    timed = [name for name, family in families if family.is_duration and family.key not in _NOT_SINCE_ALARM]
    several = any(sum(line.count for line in course.lines) > 1 for course in scenario.courses)
    calls = [] if any(course.lines for course in scenario.courses) else ["moved", "answered"]
    wanted = [*timed, *calls, *(["package.complete"] if several else []), "response"]
    return next((name for name in wanted if name in summary and summary[name]["n"]), "response")


def sentence(scenario: Scenario, summary: Summary, worst: Mapping[str, float], language: Language) -> str:
    """Return the one sentence that a leader can use."""
    name = headline_metric(scenario, summary)
    line = summary.get(name)
    zh = language == "zh"
    if line is None or not line["n"] or not any(course.lines or course.first or course.calls for course in scenario.courses):
        served = supply_sentences(scenario, summary, language)
        if served:
            return served[0]
    if line is None or not line["n"]:
        return "没有发生需要统计的事件。" if zh else "Nothing happened that could be measured."
    happens = _happens(scenario, name, language)
    if line["never"] == line["n"]:
        return f"始终未能{happens}。" if zh else f"It never comes to this: {happens}."
    if scenario.mode == "drill":
        return _of_drill(scenario, name, line, worst, language)
    step, n = step_of(line), line["n"]
    if line["p90"] is None:
        share = say_share(line["never"] / n)
        if zh:
            return f"有 {share} 的情况始终未能{happens}。"
        return f"In {share} of cases it never comes to this: {happens}."
    bad = worst.get(name)
    at_worst = _at_worst(line, bad, step, language)
    if n < _ENOUGH:
        middle = say_minutes(line["p50"] or 0.0, language, step)
        said = f"{n} 次中,一半在 {middle}内{happens}" if zh else f"In half of {n} cases {happens} within {middle}"
    else:
        p90 = say_minutes(line["p90"], language, step)
        said = f"十次有九次在 {p90}内{happens}" if zh else f"Nine times in ten {happens} within {p90}"
    return f"{said}{at_worst}。" if zh else f"{said}{at_worst}."


def _at_worst(line: Line, bad: float | None, step: int, language: Language) -> str:
    zh = language == "zh"
    if line["never"]:
        return f";有 {line['never']} 次始终没有" if zh else f"; {line['never']} times it never comes"
    if bad is None or not math.isfinite(bad):
        return ""
    shown = say_minutes(bad, language, step)
    return f";最不利 {shown}" if zh else f"; at worst {shown}"


def _of_drill(scenario: Scenario, name: str, line: Line, worst: Mapping[str, float], language: Language) -> str:
    zh, happens, n = language == "zh", _happens(scenario, name, language), line["n"]
    latest = worst.get(name, line["p90"] if line["p90"] is not None else math.inf)
    if line["never"]:
        never = line["never"]
        if zh:
            return f"按计划值,{n} 起中有 {never} 起始终未能{happens}。"
        return f"As planned, in {never} of {n} it never comes to this: {happens}."
    took = say_minutes(latest, language)
    when = _clock(scenario, latest) if n == 1 else None
    if when is not None:
        what = f"编成{happens}" if zh and name == "package.complete" else happens
        said = f"{when} {what}(接警后 {took})" if zh else f"{what} at {when} ({took} after the alarm)"
    elif n == 1:
        said = f"接警后 {took}{happens}" if zh else f"{happens} {took} after the alarm"
    else:
        said = f"{n} 起都在 {took}内{happens}" if zh else f"in all {n} {happens} within {took}"
    return f"按计划值,{said}。" if zh else f"As planned, {said}."


def _clock(scenario: Scenario, minutes: float) -> str | None:
    """Return the time of day of something after the alarm, where the scenario has one incident only."""
    if len(scenario.planned) != 1 or scenario.recorded or scenario.sources or not math.isfinite(minutes):
        return None
    return clock(scenario.planned[0].time + round(minutes) * MINUTE, scenario.start)


def say_verdict(scenario: Scenario, verdict: Verdict, summary: Summary, language: Language) -> str:
    """Return whether a target is met, and by how much it is missed."""
    name, zh = verdict.objective.metric, language == "zh"
    most = verdict.objective.at_most is not None
    bound = ("不超过" if most else "不少于") if zh else ("at most" if most else "at least")
    wanted = f"{_title(scenario, name, language)} {bound} {_say(name, verdict.target, language)}"
    basis = verdict.objective.basis
    according = (f"按{basis}" if zh else f"By {basis}") if basis else ("按要求" if zh else "Target")
    if verdict.met is None:
        result = "无从判断(没有发生)" if zh else "cannot be told (nothing happened)"
    elif verdict.met:
        result = "达到" if zh else "met"
    elif not math.isfinite(verdict.gap):
        never, n = summary[name]["never"], summary[name]["n"]
        result = f"未达到({n} 次中 {never} 次始终没有)" if zh else f"missed (never: {never} of {n})"
    else:
        gap = _say_gap(name, verdict.gap, summary[name], language)
        result = f"未达到(差 {gap})" if zh else f"missed (by {gap})"
    return f"{according}: {wanted}: {result}"


def _say_gap(name: str, gap: float, line: Line, language: Language) -> str:
    family = split(name)[0]
    if family.is_duration:
        return say_minutes(gap, language, step_of(line))
    if family.unit == SHARE:
        points = f"{100 * gap:.0f}" if gap >= 0.01 else "< 1"
        return f"{points} 个百分点" if language == "zh" else f"{points} percentage points"
    return f"{say_amount(gap)} {family.unit.say(language)}".strip()


def say_assumptions(scenario: Scenario, involved: Collection[str], language: Language) -> str:
    """Return how many inputs are assumed, and the most relevant of them; "" when none is."""
    assumed = scenario.assumptions
    if not assumed:
        return ""
    ranked = sorted(assumed, key=lambda assumption: _rank(assumption, involved))
    named = [_say_assumption(assumption, language) for assumption in ranked[:_NAMED]]
    some = len(named) < len(assumed)
    if language == "zh":
        said = f"此结论取决于 {len(assumed)} 项假定,其中主要的" if some else f"此结论主要取决于 {len(assumed)} 项假定"
        return f"{said}: {'、'.join(named)}"
    noun = "assumption" if len(assumed) == 1 else "assumptions"
    return f"This rests on {len(assumed)} {noun}{', above all' if some else ''}: {', '.join(named)}"


def _rank(assumption: Assumption, involved: Collection[str]) -> tuple[bool, int]:
    part = assumption.what.partition("/")[0]
    return assumption.value not in involved, _PARTS[part][0] if part in _PARTS else len(_PARTS)


def _say_assumption(assumption: Assumption, language: Language) -> str:
    part = assumption.what.partition("/")[0]
    label = _PARTS[part][1].say(language) if part in _PARTS else assumption.what
    return f"{label}“{assumption.value}”" if language == "zh" else f"{label} '{assumption.value}'"


def say_drives(drives: tuple[int, int] | None, language: Language) -> str:
    """Return how many of the drives rest on measured times."""
    if drives is None or not sum(drives):
        return ""
    measured, derived = drives
    if language == "zh":
        return f"行车时间: 实测 {measured} 次,路网推算 {derived} 次"
    return f"Driving times: {measured} measured, {derived} derived"


_WORTH = (
    "response", "within", "package.complete", "package.ready", "deadline.met", "hospital", "wait.queue", "waiting", "busy.all",
    "idle.min", "duration", "released", "lost.share", "open", "stuck", "approval", "requests.refused", "level.raised",
    "level.complete", "level.ready", "report", "entry", "shifts.stopped", "findings", "answered", "moved", "margin",
    "cover.none", "lender.left", "floor.kept", "supplied.in_time", "supplied.short", "supply.delay", "supply.in_time", "ran_out",
    "dry", "cost.total",
)  # fmt: skip
"""Metrics of the short table."""
_QUIET = (
    "waiting", "wait.queue", "lost.share", "open", "stuck", "requests.refused", "shifts.stopped", "findings", "ran_out",
    "dry", "cost.total",
)  # fmt: skip
"""Metrics that are good not to have happened: no row when they are nothing."""
_TOLD = (
    "approval", "level.raised", "level.complete", "level.ready", "report", "entry", "shifts.stopped", "findings", "answered",
    "moved", "margin", "cover.none", "lender.left", "floor.kept", "supplied.in_time", "supplied.short",
)  # fmt: skip
"""Metrics that a drill tells in lines of their own (`sim.analysis.drill_words`)."""


def rows(scenario: Scenario, summary: Summary, language: Language) -> list[tuple[str, ...]]:
    """Return a short table: a heading, then title, mean or planned value, nine in ten, and how many never.

    The whole list is in ``summary.json`` and ``metrics.csv``.
    """
    drill, zh = scenario.mode == "drill", language == "zh"
    middle = Words("planned" if drill else "mean", "计划值" if drill else "平均").say(language)
    table: list[tuple[str, ...]] = [
        ("指标", middle, "十次有九次", "从未") if zh else ("metric", middle, "nine in ten", "never")
    ]
    for name, line in summary.items():
        family = split(name)[0]
        if not _worth_a_row(scenario, name, line):
            continue
        enough = family.aggregation == "observations" and line["n"] >= _ENOUGH
        p90 = _say(name, line["p90"], language, line) if enough else ""
        never = str(line["never"]) if line["never"] else ""
        table.append((_title(scenario, name, language), _say_mean(name, line, language), p90, never))
    return _without_empty_columns(table)


def _worth_a_row(scenario: Scenario, name: str, line: Line) -> bool:
    family = split(name)[0]
    if family.key not in _WORTH or not line["n"] or (line["mean"] is None and not line["never"]):
        return False
    if family.key in _QUIET:
        return bool(line["mean"]) or bool(line["never"])
    if family.key in _TOLD and scenario.mode == "drill":
        return False  # the drill's own lines say it with the time of day
    if family.key == "lender.left":
        lender = next(lender for lender in scenario.command.lenders if lender.id == split(name)[1])
        return line["mean"] is not None and line["mean"] < len(lender.teams)
    if name.startswith("package."):
        return any(sum(need.count for need in course.lines) > 1 for course in scenario.courses)
    return True


def capability_rows(scenario: Scenario, summary: Summary, language: Language) -> list[tuple[str, ...]]:
    """Return a table of capabilities: first on the scene, first ready, all there, and the deadline they are held against.

    Planned values in a drill, else nine in ten. Nothing where there is one capability only.
    """
    asked = dict.fromkeys(line.capability for course in scenario.courses for line in course.lines)
    if len(asked) < 2:
        return []
    zh, drill = language == "zh", scenario.mode == "drill"
    head = ("能力", "首支到场", "首支可作业", "开始作业", "到齐", "限时")
    if not zh:
        head = ("capability", "first there", "first ready", "at work", "all there", "deadline")
    note = "" if drill else (" (十次有九次)" if zh else " (nine in ten)")
    table: list[tuple[str, ...]] = [(head[0] + note, *head[1:])]
    for code in asked:
        capability = scenario.capabilities[code]
        names = [f"{key}.{capability}" for key in ("first", "ready", "started", "complete")]
        if any(name not in summary for name in names):
            continue
        lines = [summary[name] for name in names]
        cells = [_say(f"first.{capability}", line["p90"], language, line) if line["n"] else "—" for line in lines]
        if cells[2] == cells[1]:
            cells[2] = ""  # nobody is held up
        table.append((capability, *cells, _say_deadline(scenario, code, lines[3], language)))
    return _without_empty_columns(table) if len(table) > 1 else []


def say_late(scenario: Scenario, summary: Summary, language: Language) -> str:
    """Return which capabilities are not all there in time, worst first; "" when all are."""
    late: list[tuple[float, str]] = []
    for code, capability in enumerate(scenario.capabilities):
        line, held = summary.get(f"complete.{capability}"), _deadline(scenario, code)
        if line is None or held is None or not line["n"]:
            continue
        p90 = math.inf if line["p90"] is None else line["p90"]
        if p90 > held:
            late.append((held - p90, capability))
    if not late:
        return ""
    zh = language == "zh"
    said = []
    for gap, capability in sorted(late)[:_SHORT]:
        if gap == -math.inf:
            said.append(f"{capability}未到齐" if zh else f"{capability} never complete")
        else:
            minutes = say_minutes(-gap, language, step_of(summary[f"complete.{capability}"]))
            said.append(f"{capability}晚 {minutes}" if zh else f"{capability} late by {minutes}")
    more = len(late) - len(said)
    rest = (f" 等 {len(late)} 项" if zh else f" and {more} more") if more > 0 else ""
    return ("短板: " if zh else "Short of the deadlines: ") + ("、" if zh else ", ").join(said) + rest


def _deadline(scenario: Scenario, code: int) -> float | None:
    """Return the time by which all of a capability must be there (minutes): the last deadline of its lines, if all have one."""
    lines = [(course, line) for course in scenario.courses for line in course.lines if line.capability == code]
    if any(line.deadline is None for _, line in lines):
        return None
    # Lines of one incident are due one after the other; of several incidents the strictest counts.
    last: dict[str, int] = {}
    for course, line in lines:
        last[course.kind] = max(last.get(course.kind, 0), line.deadline or 0)
    return min(last.values()) / MINUTE if last else None


def _say_deadline(scenario: Scenario, code: int, complete: Line, language: Language) -> str:
    """Return the deadline of a capability, and whether all are there in time."""
    limit = _deadline(scenario, code)
    if limit is None or not complete["n"]:
        return ""
    zh = language == "zh"
    shown, p90 = say_minutes(limit, language), complete["p90"]
    if p90 is None:
        return f"{shown} 未到齐" if zh else f"{shown} never"
    if p90 <= limit:
        return f"{shown} 达到" if zh else f"{shown} met"
    late = say_minutes(p90 - limit, language, step_of(complete))
    return f"{shown} 晚 {late}" if zh else f"{shown} late by {late}"


def _without_empty_columns(table: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    kept = [column for column in range(len(table[0])) if any(row[column] for row in table[1:])]
    return [tuple(row[column] for column in kept) for row in table]


def say_waterfall(summary: Summary, language: Language) -> list[str]:
    """Return where the time goes until the first team is ready to work, phases that take none left out."""
    parts = []
    for phase, words in PHASES.items():
        line = summary.get(f"waterfall.{phase}")
        if line is not None and line["mean"]:
            parts.append(f"{words.say(language)} {say_minutes(line['mean'], language)}")
    if not parts:
        return []
    return [("首支力量用时: " if language == "zh" else "First team, where the time goes: ") + " · ".join(parts)]


def _happens(scenario: Scenario, name: str, language: Language) -> str:
    family, argument = split(name)
    words = _HAPPENS.get(family.key, family.title)
    if family.argument is not None:
        argument = arguments_of(scenario).get(family.argument, {}).get(argument, argument)
    return words.say(language).format(argument)


def _say_mean(name: str, line: Line, language: Language) -> str:
    mean, half = line["mean"], _half(line)
    said = _say(name, mean, language, line)
    if half is None or not split(name)[0].is_duration:
        return said
    return f"{said} ± {say_minutes(half, language)}" if half >= 1 else said


def _say(name: str, value: float | None, language: Language, line: Line | None = None) -> str:
    """Return a value of a metric with its unit, rounded to what it supports."""
    if value is None:
        return "—"
    family = split(name)[0]
    if family.is_duration:
        return say_minutes(value, language, 1 if line is None else step_of(line))
    half = None if line is None else _half(line)
    if family.unit == SHARE:
        return say_share(value, half)
    return f"{say_amount(value, half)} {family.unit.say(language)}".strip()


def _half(line: Line) -> float | None:
    return None if line["ci95"] is None else (line["ci95"][1] - line["ci95"][0]) / 2


def _title(scenario: Scenario, name: str, language: Language) -> str:
    """Return the title of a metric, with names in place of ids."""
    return title(name, language, _team_names(scenario), arguments_of(scenario))


def _team_names(scenario: Scenario) -> dict[str, str]:
    return {team.id: team.name for team in scenario.teams}


def width(text: str) -> int:
    """Return how many columns a text takes in a terminal: two for a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _padded(table: list[tuple[str, ...]]) -> list[str]:
    widths = [max(width(row[column]) for row in table) for column in range(len(table[0]))]
    return [
        "  ".join(cell + " " * (room - width(cell)) for cell, room in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]
