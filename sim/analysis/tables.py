"""Tables of one replication, for figures and workbooks. pandas is slow to import: import this module late.

Moments are ms after the start, lengths of time are ms, both whole (`Int64`) and missing where a thing never happened;
`readable` turns them into clock times and minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.analysis.incidents import courses_of
from sim.analysis.levels import Window, busy_spans, idle_steps
from sim.analysis.missions import STAGES
from sim.analysis.timeline import PHASE_NAMES, spans_of
from sim.analysis.waterfall import WATERFALLS, phases, tellers
from sim.errors import RunError, Words
from sim.log import CAUSES, Kind
from sim.scenario.metric_names import PHASES
from sim.units import MINUTE, NEVER

if TYPE_CHECKING:
    import datetime as dt

    from sim.analysis.records import Integers
    from sim.analysis.replication import Replication
    from sim.errors import Language

MOMENTS = frozenset({
    "alarm", "raised", "called", "first_on_scene", "complete", "ready", "closed", "begins", "ends", "time", *STAGES,
})  # fmt: skip
"""Columns that hold moments."""
LENGTHS = frozenset({*PHASES, "total", "since_alarm", "length"})
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
    "total": Words("total", "合计"),
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
        "alarm": _moments(incidents.alarm),
        "raised": _moments(incidents.raised),
        "called": _moments(incidents.called),
        "first_on_scene": _moments(incidents.first),
        "complete": _moments(incidents.complete),
        "ready": _moments(incidents.ready),
        "closed": _moments(incidents.closed),
        "lost": incidents.lost,
        "wanted": incidents.wanted,
        "teams": _teams_there(replication),
    })


def missions_table(replication: Replication) -> pd.DataFrame:
    """Return one row a mission: who was sent where, for what, why, and the moment of each stage."""
    missions, scenario, log = replication.missions, replication.scenario, replication.log
    fixed = {
        "mission": np.arange(len(missions.team)),
        "incident": _named(log.incidents, missions.incident),
        "team": _named(tuple(team.id for team in scenario.teams), missions.team),
        "team_name": _named(tuple(team.name for team in scenario.teams), missions.team),
        "line": missions.line,
        "capability": _named(scenario.capabilities, missions.capability),
        "cause": _named(tuple(str(cause) for cause in CAUSES), missions.cause),
    }
    moments = {stage: _moments(getattr(missions, stage)) for stage in STAGES}
    return pd.DataFrame(fixed | moments | {"reroutes": missions.reroutes, "stuck": missions.stuck})


def team_timeline(replication: Replication, language: Language = "zh") -> pd.DataFrame:
    """Return one row a phase of a mission, by team and time: what a Gantt chart draws.

    Phases of a team follow each other without overlap, but for ``stuck``, which lies over the drive that it stops. A
    way home ends when the team is ordered again; what never ends runs to the last row of the log.
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
        "team": _named(tuple(team.id for team in scenario.teams), team),
        "team_name": _named(tuple(team.name for team in scenario.teams), team),
        "mission": mission,
        "incident": _named(replication.log.incidents, missions.incident[mission] if len(mission) else mission),
        "phase": phase.astype(object),
        "phase_name": [PHASE_NAMES[name].say(language) for name in phase],
        "begins": _moments(begins),
        "ends": _moments(ends),
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
        "capability": _named(scenario.capabilities, steps["item"].to_numpy()),
        "time": _moments(steps["time"].to_numpy()),
        "since_alarm": _moments(steps["time"].to_numpy() - alarm),
        **{column: counts[column].to_numpy() for column in counts},
    })


def idle_over_time(replication: Replication) -> pd.DataFrame:
    """Return how many teams could be sent, from each moment on at which the number changes, from the start on."""
    whole = Window(0, max(replication.log.last, 1))
    teams = len(replication.scenario.teams)
    moments, level = idle_steps(busy_spans(replication.scenario, replication.missions, whole), teams, whole)
    return pd.DataFrame({"time": _moments(moments), "idle": level})


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
            "incident": _named(replication.log.incidents, number),
            "which": which,
            "team": _named(teams, missions.team[mission] if len(mission) else mission),
            "alarm": _moments(incidents.alarm[number]),
            **{phase: _moments(lengths) for phase, lengths in told.items()},
            "total": _moments(np.sum(list(told.values()), axis=0, dtype=np.int64)),
        }))
    return pd.concat(pieces, ignore_index=True)


def readable(table: pd.DataFrame, start: dt.datetime, language: Language = "zh") -> pd.DataFrame:
    """Return a table for people: clock times for moments, minutes for lengths of time, headings in one language."""
    shown = table.copy()
    for column in table:
        if column in MOMENTS and column in table.select_dtypes("Int64"):
            shown[column] = pd.Timestamp(start) + pd.to_timedelta(table[column], unit="ms")
        elif column in LENGTHS:
            shown[column] = table[column].astype("Float64") / MINUTE
    return shown.rename(columns={name: words.say(language) for name, words in HEADINGS.items()})


def _moments(values: Integers) -> pd.Series[int]:
    return pd.Series(pd.arrays.IntegerArray(np.asarray(values, dtype=np.int64), np.asarray(values) >= NEVER))


def _named(names: tuple[str, ...], codes: Integers) -> pd.Series[str]:
    """Return the name of each code; "" for none."""
    table = np.array([*names, ""], dtype=object)
    return pd.Series(table[codes] if len(codes) else np.empty(0, dtype=object), dtype=object)


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
