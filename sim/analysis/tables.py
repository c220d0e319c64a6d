"""Tables of one replication, for figures and workbooks. pandas is slow to import: import this module late.

Moments are ms after the start, lengths of time are ms, both whole (`Int64`) and missing where a thing never happened;
`readable` turns them into clock times and minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.analysis.aid import OUTCOME_NAMES, not_coming, requests_of
from sim.analysis.call_trees import calls_of, trees_of
from sim.analysis.command import holders_of, levels_of, reports_of
from sim.analysis.cover import absences, cover_steps, gaps
from sim.analysis.frames import moment_column, name_column, text_column
from sim.analysis.incidents import courses_of
from sim.analysis.levels import Window, busy_spans, idle_steps
from sim.analysis.missions import STAGES, WAITS
from sim.analysis.supply_tables import SUPPLY_HEADINGS, SUPPLY_LENGTHS, SUPPLY_MOMENTS
from sim.analysis.timeline import PHASE_NAMES, spans_of
from sim.analysis.waterfall import WATERFALLS, phases, tellers
from sim.errors import RunError, Words
from sim.log import CAUSES, Cause, Kind
from sim.log_words import CAUSE_NAMES, KIND_NAMES
from sim.scenario.metric_names import PHASES, arguments_of
from sim.units import MINUTE, NEVER
from sim.units import clock as clock_time

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sim.analysis.records import Integers
    from sim.analysis.replication import Replication
    from sim.errors import Language
    from sim.scenario.frozen import Scenario

MOMENTS = frozenset({
    "alarm", "raised", "called", "first_on_scene", "complete", "ready", "closed", "begins", "ends", "time", *STAGES, *WAITS,
    "made", "answered", "received", "proposed", "in_force", "lowered", "forces_complete", "forces_ready", "handing", "reached",
    "acted", "moved", *SUPPLY_MOMENTS,
})  # fmt: skip
"""Columns that hold moments."""
LENGTHS = frozenset({*PHASES, "total", "since_alarm", "length", "deadline", "margin", *SUPPLY_LENGTHS})
"""Columns that hold lengths of time."""

HEADINGS: dict[str, Words] = {
    "incident": Words("incident", "事件"), "place": Words("place", "地点"), "kind": Words("kind", "类型"),
    "alarm": Words("alarm", "接警"), "raised": Words("need known", "明确需求"),
    "called": Words("package called for", "调派编成"), "first_on_scene": Words("first on scene", "首支到场"),
    "complete": Words("package complete", "编成到齐"), "ready": Words("package ready", "编成可作业"),
    "closed": Words("closed", "处置结束"), "lost": Words("lost", "未受理"),
    "wanted": Words("teams asked for", "所需队数"), "teams": Words("teams", "到场队伍"),
    "team": Words("team", "队伍"), "team_name": Words("team name", "队伍名称"),
    "mission": Words("mission", "任务序号"), "phase": Words("phase", "阶段"),
    "phase_name": Words("phase name", "阶段名称"), "begins": Words("begins", "开始"), "ends": Words("ends", "结束"),
    "length": Words("minutes", "用时"), "line": Words("need line", "需求项"),
    "capability": Words("capability", "能力"), "cause": Words("why", "缘由"), "ordered": Words("ordered", "下令"),
    "departed": Words("departed", "出动"), "arrived": Words("arrived", "到场"), "tasked": Words("tasked", "领受任务"),
    "working": Words("ready to work", "可作业"), "started": Words("late start of work", "等待后开始作业"),
    "done": Words("work done", "作业完成"), "carrying": Words("left for hospital", "送医出发"),
    "at_hospital": Words("at hospital", "到医院"), "released": Words("released", "解除任务"),
    "home": Words("home", "归建"), "refitted": Words("ready again", "恢复待命"),
    "reroutes": Words("re-routed", "改道次数"), "stuck": Words("stopped by closures", "受阻次数"),
    "time": Words("time", "时刻"), "since_alarm": Words("since alarm", "接警后"), "needed": Words("needed", "所需"),
    "idle": Words("idle teams", "空闲队伍"), "which": Words("which team", "哪支力量"),
    "total": Words("total", "合计"), "told": Words("order got through", "命令送达"),
    "formed": Words("formed up", "集结待发"), "briefed": Words("briefing begun", "开始受领任务"),
    "request": Words("request", "请求序号"), "asks": Words("asks", "请求方"), "lender": Words("lender", "出借方"),
    "asked": Words("teams asked for", "请求队数"), "granted": Words("teams granted", "同意队数"),
    "outcome": Words("outcome code", "结果代码"), "outcome_name": Words("outcome", "结果"),
    "cause_name": Words("reason", "原因"), "made": Words("asked at", "提出"), "answered": Words("answered at", "答复"),
    "links": Words("by way of", "逐级"), "told_posts": Words("told as well", "同时报备"), "post": Words("post", "机构"),
    "report_line": Words("report line", "报告线"), "what": Words("what", "何种"), "received": Words("received", "收到"),
    "deadline": Words("deadline", "时限"), "met": Words("in time", "按时"), "level": Words("level", "响应级别"),
    "proposed": Words("proposed", "提请启动"), "in_force": Words("in force", "启动"), "lowered": Words("ended", "终止或降低"),
    "forces_complete": Words("its forces complete", "该级力量到齐"), "forces_ready": Words("its forces ready", "该级力量可作业"),
    "handing": Words("hand-over begins", "移交开始"), "caller": Words("called by", "呼叫方"), "depth": Words("step", "层级"),
    "people": Words("people", "人数"), "tries": Words("tries without answer", "无应答次数"),
    "second": Words("second contact", "改叫B角"), "by_road": Words("by road", "驱车"), "reached": Words("answered", "叫应"),
    "acted": Words("last door", "通知到户"), "moved": Words("moved", "转移完毕"), "margin": Words("before the danger", "提前量"),
    "last": Words("last", "最后"), "standard": Words("standard", "守备标准"), "share": Words("share covered", "守备率"),
    "uncovered": Words("places uncovered", "未覆盖点位"), "absent": Words("absent teams", "不在位队伍"),
    "short": Words("teams short", "缺少队数"),
    **SUPPLY_HEADINGS,
    **PHASES,
}  # fmt: skip
"""Heading of each column in both languages."""


def incident_table(replication: Replication) -> pd.DataFrame:
    """Return one row an incident: place, kind, its moments, teams asked for, and the ids of those that came."""
    incidents, scenario, log = replication.incidents, replication.scenario, replication.log
    courses = courses_of(scenario, log.incidents)
    return pd.DataFrame({
        "incident": pd.Series(log.incidents, dtype=object),
        "place": [scenario.sites[site].name if site >= 0 else "" for site in incidents.place],
        "kind": [scenario.courses[course].kind for course in courses],
        "alarm": moment_column(incidents.alarm),
        "raised": moment_column(incidents.raised),
        "called": moment_column(incidents.called),
        "first_on_scene": moment_column(incidents.first),
        "complete": moment_column(incidents.complete),
        "ready": moment_column(incidents.ready),
        "closed": moment_column(incidents.closed),
        "lost": incidents.lost,
        "wanted": incidents.wanted,
        "teams": _teams_there(replication),
    })


def missions_table(replication: Replication) -> pd.DataFrame:
    """Return one row a mission: who was sent where, for what, why, and the moment of each stage."""
    missions, scenario, log = replication.missions, replication.scenario, replication.log
    fixed = {
        "mission": np.arange(len(missions.team)),
        "incident": name_column(log.incidents, missions.incident),
        "team": name_column(tuple(team.id for team in scenario.teams), missions.team),
        "team_name": name_column(tuple(team.name for team in scenario.teams), missions.team),
        "line": missions.line,
        "capability": name_column(scenario.capabilities, missions.capability),
        "cause": name_column(tuple(str(cause) for cause in CAUSES), missions.cause),
    }
    moments = {stage: moment_column(getattr(missions, stage)) for stage in STAGES}
    extra = {name: moment_column(getattr(missions, name)) for name in _waits_known(scenario)}
    if scenario.command.lenders:
        extra |= {"request": pd.Series(pd.arrays.IntegerArray(missions.request, missions.request < 0))}
    return pd.DataFrame(fixed | moments | {"reroutes": missions.reroutes, "stuck": missions.stuck} | extra)


def _waits_known(scenario: Scenario) -> list[str]:
    """Return which of `WAITS` a scenario can have."""
    command = scenario.command
    there = {
        "told": command.radio, "formed": command.lenders, "briefed": any(course.command for course in scenario.courses),
    }  # fmt: skip
    return [name for name in WAITS if there[name]]


def team_timeline(replication: Replication, language: Language = "zh") -> pd.DataFrame:
    """Return one row a phase of a mission, by team and time: what a Gantt chart draws.

    Phases of a team follow each other without overlap, but for ``stuck`` and ``rest``, which lie over the drive that they
    hold up. A way home ends when the team is ordered again; what never ends runs to the last row of the log.
    """
    missions, scenario = replication.missions, replication.scenario
    spans = spans_of(replication)
    mission = np.concatenate([span.mission for span in spans])
    phase = np.repeat([span.phase for span in spans], [len(span.mission) for span in spans])
    begins = np.concatenate([span.begins for span in spans])
    ends = np.concatenate([span.ends for span in spans])
    order = np.lexsort((ends, begins, missions.team[mission] if len(mission) else mission))
    mission, phase, begins, ends = mission[order], phase[order], begins[order], ends[order]
    team = missions.team[mission] if len(mission) else mission
    return pd.DataFrame({
        "team": name_column(tuple(team.id for team in scenario.teams), team),
        "team_name": name_column(tuple(team.name for team in scenario.teams), team),
        "mission": mission,
        "incident": name_column(replication.log.incidents, missions.incident[mission] if len(mission) else mission),
        "phase": phase.astype(object),
        "phase_name": [PHASE_NAMES[name].say(language) for name in phase],
        "begins": moment_column(begins),
        "ends": moment_column(ends),
    })


def arrival_curve(replication: Replication, incident: str) -> pd.DataFrame:
    """Return, for each capability of an incident, how many teams were needed, had arrived and were ready, over time.

    One row a change and capability; each holds until the next of that capability. Counts never fall.

    Raises
    ------
    RunError
        If the replication has no such incident.
    """
    log, missions, scenario = replication.log, replication.missions, replication.scenario
    if incident not in log.incidents:
        message = f"there is no incident '{incident}' in this replication"
        raise RunError(message)
    number = log.incidents.index(incident)
    raised = log.of(Kind.NEED_RAISED)
    raised = raised[log.column("incident", raised) == number]
    pieces = [_steps("needed", log.column("item", raised), log.column("time", raised), log.column("quantity", raised))]
    mine = (missions.incident == number) & (missions.line >= 0)
    for column, moments in (("arrived", missions.arrived), ("ready", missions.working)):
        there = mine & (moments < NEVER)
        pieces.append(_steps(column, missions.capability[there], moments[there], np.ones(int(there.sum()), np.int64)))
    counted = ["needed", "arrived", "ready"]
    steps = pd.concat(pieces, ignore_index=True).groupby(["item", "time"], as_index=False)[counted].sum()
    counts = steps.groupby("item")[counted].cumsum()
    alarm = int(replication.incidents.alarm[number])
    return pd.DataFrame({
        "incident": incident,
        "capability": name_column(scenario.capabilities, steps["item"].to_numpy()),
        "time": moment_column(steps["time"].to_numpy()),
        "since_alarm": moment_column(steps["time"].to_numpy() - alarm),
        **{column: counts[column].to_numpy() for column in counts},
    })


def idle_over_time(replication: Replication) -> pd.DataFrame:
    """Return how many teams (no trucks) could be sent, from each moment on at which the number changes, from the start on."""
    whole = Window(0, max(replication.log.last, 1))
    teams = sum(team.fleet < 0 for team in replication.scenario.teams)
    moments, level = idle_steps(busy_spans(replication.scenario, replication.missions, whole), teams, whole)
    return pd.DataFrame({"time": moment_column(moments), "idle": level})


def waterfall_table(replication: Replication) -> pd.DataFrame:
    """Return the phases from the alarm until ready to work, one row an incident and teller.

    `which` is ``first`` (the first team on the scene) or ``last`` (the one that completes the package).
    """
    missions, incidents, scenario = replication.missions, replication.incidents, replication.scenario
    teams = tuple(team.id for team in scenario.teams)
    pieces = []
    for prefix, which in WATERFALLS.items():
        mission = tellers(missions, incidents, prefix)
        mission = mission[mission >= 0]
        told = phases(missions, incidents, mission)
        number = missions.incident[mission] if len(mission) else mission
        pieces.append(pd.DataFrame({
            "incident": name_column(replication.log.incidents, number),
            "which": which,
            "team": name_column(teams, missions.team[mission] if len(mission) else mission),
            "alarm": moment_column(incidents.alarm[number]),
            **{phase: moment_column(lengths) for phase, lengths in told.items()},
            "total": moment_column(np.sum(list(told.values()), axis=0, dtype=np.int64)),
        }))
    return pd.concat(pieces, ignore_index=True)


# --- command and mutual aid -----------------------------------------------------------------------------------------


def requests_table(replication: Replication, language: Language = "zh") -> pd.DataFrame:
    """Return one row a request for teams: who asked whom by way of whom, for how many, and what came of it."""
    scenario, incidents, found = replication.scenario, replication.log.incidents, requests_of(replication)
    posts, clock = scenario.command.posts, scenario.start
    return pd.DataFrame({
        "request": [one.number for one in found],
        "incident": text_column(incidents[one.incident] for one in found),
        "asks": text_column(_name(posts, one.asks) for one in found),
        "lender": text_column(_name(scenario.command.lenders, one.lender) for one in found),
        "line": [one.line for one in found],
        "capability": text_column(scenario.capabilities[one.capability] for one in found),
        "asked": [one.asked for one in found],
        "granted": [one.granted for one in found],
        "outcome": text_column(one.outcome for one in found),
        "outcome_name": text_column(OUTCOME_NAMES[one.outcome].say(language) for one in found),
        "cause": text_column(str(one.cause) for one in found),
        "cause_name": text_column(_why(one.cause, language) for one in found),
        "made": moment_column([one.made for one in found]),
        "answered": moment_column([one.answered for one in found]),
        "approval": moment_column([one.answered - one.made if one.answered < NEVER else NEVER for one in found]),
        "links": text_column(
            " → ".join(f"{_name(posts, link.post)} {clock_time(link.moment, clock)}" for link in one.links)
            for one in found
        ),
        "told_posts": text_column("、".join(_name(posts, post) for post in one.told) for one in found),
        "teams": text_column(" ".join(scenario.teams[team].id for team in one.teams) for one in found),
    })


def not_coming_table(replication: Replication, language: Language = "zh") -> pd.DataFrame:
    """Return who could not come and why: one row a refusal, a grant in part, a team not sent, a need that waits."""
    scenario, incidents, found = replication.scenario, replication.log.incidents, not_coming(replication)
    return pd.DataFrame({
        "time": moment_column([one.time for one in found]),
        "incident": text_column(incidents[one.incident] for one in found),
        "line": [one.line for one in found],
        "capability": text_column(scenario.capabilities[one.capability] if one.capability >= 0 else "" for one in found),
        "what": text_column(KIND_NAMES[one.kind].say(language) for one in found),
        "team": text_column(scenario.teams[one.team].id if one.team >= 0 else "" for one in found),
        "team_name": text_column(_name(scenario.teams, one.team) for one in found),
        "lender": text_column(_name(scenario.command.lenders, one.lender) for one in found),
        "short": [one.short for one in found],
        "cause": text_column(str(one.cause) for one in found),
        "cause_name": text_column(_why(one.cause, language) for one in found),
    })


def reports_table(replication: Replication, language: Language = "zh") -> pd.DataFrame:
    """Return one row a report and post: when it came, and whether in time; first reports that never came included."""
    scenario, incidents, found = replication.scenario, replication.log.incidents, reports_of(replication)
    lines = list(arguments_of(scenario)["report"].values())
    return pd.DataFrame({
        "incident": text_column(incidents[one.incident] for one in found),
        "report_line": text_column(lines[one.line] for one in found),
        "post": text_column(_name(scenario.command.posts, one.post) for one in found),
        "what": text_column(CAUSE_NAMES[one.what].say(language) for one in found),
        "received": moment_column([one.received for one in found]),
        "since_alarm": moment_column([one.since_alarm for one in found]),
        "deadline": moment_column([NEVER if one.deadline is None else one.deadline for one in found]),
        "met": pd.array([one.met for one in found], dtype="boolean"),
    })


def levels_table(replication: Replication) -> pd.DataFrame:
    """Return one row a response level that was proposed, with its moments."""
    scenario, incidents, found = replication.scenario, replication.log.incidents, levels_of(replication)
    levels = list(arguments_of(scenario)["level"].values())
    return pd.DataFrame({
        "incident": text_column(incidents[one.incident] for one in found),
        "post": text_column(_name(scenario.command.posts, one.post) for one in found),
        "level": text_column(levels[one.level] for one in found),
        "proposed": moment_column([one.proposed for one in found]),
        "in_force": moment_column([one.raised for one in found]),
        "forces_complete": moment_column([one.complete for one in found]),
        "forces_ready": moment_column([one.ready for one in found]),
        "lowered": moment_column([one.lowered for one in found]),
    })


def scene_table(replication: Replication) -> pd.DataFrame:
    """Return one row a post that held scene command, from when to when."""
    posts, incidents, found = replication.scenario.command.posts, replication.log.incidents, holders_of(replication)
    return pd.DataFrame({
        "incident": text_column(incidents[one.incident] for one in found),
        "post": text_column(_name(posts, one.post) for one in found),
        "handing": moment_column([one.handing for one in found]),
        "begins": moment_column([one.begins for one in found]),
        "ends": moment_column([one.ends for one in found]),
    })


def call_table(replication: Replication) -> pd.DataFrame:
    """Return one row a post of a call tree: tries, answer, last door, people moved, margin before the danger, who was last."""
    posts, incidents, found = replication.scenario.command.posts, replication.log.incidents, calls_of(replication)
    trees = {tree.incident: tree for tree in trees_of(replication)}
    margins = []
    for call in found:
        danger, done = trees[call.incident].danger, call.moved if call.moves else call.done
        margins.append(NEVER if danger is None or done >= NEVER else danger - done)
    return pd.DataFrame({
        "incident": text_column(incidents[one.incident] for one in found),
        "post": text_column(_name(posts, one.post) for one in found),
        "caller": text_column(_name(posts, one.caller) for one in found),
        "depth": [one.depth for one in found],
        "people": [one.people for one in found],
        "tries": [one.tries for one in found],
        "second": pd.Series([one.second for one in found], dtype=bool),
        "by_road": pd.Series([one.by_road for one in found], dtype=bool),
        "reached": moment_column([one.answered for one in found]),
        "acted": moment_column([one.acted for one in found]),
        "moved": moment_column([one.moved for one in found]),
        "margin": moment_column(margins),
        "last": pd.Series([one.post == trees[one.incident].last for one in found], dtype=bool),
    })


def cover_table(replication: Replication) -> pd.DataFrame:
    """Return the cover by each standard, from each moment on at which it changes, from the start on."""
    whole, pieces = Window(0, max(replication.log.last, 1)), []
    for standard in replication.scenario.command.standards:
        steps = cover_steps(replication, standard, whole)
        pieces.append(pd.DataFrame({
            "standard": pd.Series([standard.name] * len(steps.moments), dtype=object),
            "time": moment_column(steps.moments),
            "share": steps.share,
            "uncovered": steps.uncovered,
        }))
    columns = ["standard", "time", "share", "uncovered"]
    return pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame(columns=columns)


def gaps_table(replication: Replication) -> pd.DataFrame:
    """Return when each place is not covered, and which teams that serve it from their base are absent meanwhile."""
    scenario, whole, rows = replication.scenario, Window(0, max(replication.log.last, 1)), []
    for standard in scenario.command.standards:
        away = absences(replication, standard, whole)
        for gap in gaps(replication, standard, whole):
            teams = dict.fromkeys(
                one.team for one in away if one.site == gap.site and one.begins < gap.ends and one.ends > gap.begins
            )
            names = " ".join(scenario.teams[team].id for team in teams)
            rows.append((standard.name, scenario.sites[gap.site].name, gap.begins, gap.ends, names))
    return pd.DataFrame({
        "standard": text_column(row[0] for row in rows),
        "place": text_column(row[1] for row in rows),
        "begins": moment_column([row[2] for row in rows]),
        "ends": moment_column([row[3] for row in rows]),
        "length": moment_column([row[3] - row[2] for row in rows]),
        "absent": text_column(row[4] for row in rows),
    })


def _name(things: Sequence[Any], number: int) -> str:
    """Return the name of a post, lender or team; "" for none."""
    return str(things[number].name) if number >= 0 else ""


def _why(cause: Cause, language: Language) -> str:
    return "" if cause == Cause.NONE else CAUSE_NAMES[cause].say(language)


# --- for people -----------------------------------------------------------------------------------------------------


def readable(table: pd.DataFrame, start: dt.datetime, language: Language = "zh") -> pd.DataFrame:
    """Return a table for people: clock times for moments, minutes for lengths of time, headings in one language."""
    shown = table.copy()
    for column in table:
        if column in MOMENTS and column in table.select_dtypes("Int64"):
            shown[column] = pd.Timestamp(start) + pd.to_timedelta(table[column], unit="ms")
        elif column in LENGTHS:
            shown[column] = table[column].astype("Float64") / MINUTE
    return shown.rename(columns={name: words.say(language) for name, words in HEADINGS.items()})


def _steps(column: str, item: Integers, time: Integers, count: Integers) -> pd.DataFrame:
    empty = np.zeros(len(item), dtype=np.int64)
    counts = {"needed": empty, "arrived": empty, "ready": empty} | {column: count}
    return pd.DataFrame({"item": item, "time": time, **counts})


def _teams_there(replication: Replication) -> list[str]:
    missions, scenario = replication.missions, replication.scenario
    there: list[list[str]] = [[] for _ in replication.log.incidents]
    arrived = np.flatnonzero(missions.arrived < NEVER)
    for mission in arrived[np.argsort(missions.arrived[arrived], kind="stable")]:
        there[missions.incident[mission]].append(scenario.teams[missions.team[mission]].id)
    return [" ".join(teams) for teams in there]
