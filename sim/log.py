"""The event log: one flat, typed, append-only table. Everything a planner sees is computed from it.

A row is a tuple in the order of `COLUMNS`; inside a run ids are small integers (positions in the scenario's tables), on
disk they are names. ``ref`` is the row, within the replication, that caused this one; ``cause`` says why.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum

NONE = -1
"""No such thing in this row."""

COLUMNS = (
    "time", "kind", "incident", "need", "team", "mission", "request", "region", "depot", "item", "quantity", "place", "ref",
    "cause",
)  # fmt: skip
"""Columns that the engine writes; `replication` and `seq` (the position of the row) come in front on disk."""

WIDTH = len(COLUMNS)
"""Numbers in a row. The engine appends rows to one flat list: plain numbers are no work for the collector."""

Row = tuple[int, int, int, int, int, int, int, int, int, int, int, int, int, int]
"""time (ms after the start), codes and ids as `COLUMNS`; quantity in thousandths."""


class Kind(StrEnum):
    """What happened. The closed list of kinds of row."""

    INCIDENT_ALARM = "incident.alarm"
    INCIDENT_DECIDED = "incident.decided"
    INCIDENT_COMPLETE = "incident.complete"
    INCIDENT_READY = "incident.ready"
    INCIDENT_LOST = "incident.lost"
    INCIDENT_CLOSED = "incident.closed"
    NEED_RAISED = "need.raised"
    NEED_WAITING = "need.waiting"
    NEED_WITHDRAWN = "need.withdrawn"
    TEAM_NOT_SENT = "team.not_sent"
    TEAM_ORDERED = "team.ordered"
    TEAM_DEPARTED = "team.departed"
    TEAM_ARRIVED = "team.arrived"
    TEAM_TASKED = "team.tasked"
    TEAM_WORKING = "team.working"
    WORK_STARTED = "work.started"
    WORK_DONE = "work.done"
    TEAM_CARRYING = "team.carrying"
    TEAM_AT_HOSPITAL = "team.at_hospital"
    TEAM_RELEASED = "team.released"
    TEAM_HOME = "team.home"
    TEAM_READY = "team.ready"
    TEAM_REROUTED = "team.rerouted"
    TEAM_STUCK = "team.stuck"
    ROAD_CHANGED = "road.changed"
    ROAD_RESTORED = "road.restored"
    SIGNAL = "signal"
    RUN_ENDED = "run.ended"


class Cause(StrEnum):
    """Why it happened. The closed list of causes."""

    NONE = ""
    NEAREST_IDLE = "nearest_idle"
    EARLIEST_COMPLETE = "earliest_complete"
    RUN_CARD = "run_card"
    FIRST_RESPONSE = "first_response"
    TEAM_BUSY = "team_busy"
    NOBODY_FREE = "nobody_free"
    NOBODY_REACHES = "nobody_reaches"
    QUEUE_OFF = "queue_off"
    WORK_DONE = "work_done"
    WORK_ENDED = "work_ended"
    HANDED_OVER = "handed_over"
    ROAD_CLOSED = "road_closed"
    ROAD_OPENED = "road_opened"
    ALL_HOME = "all_home"


KINDS: tuple[Kind, ...] = tuple(Kind)
CAUSES: tuple[Cause, ...] = tuple(Cause)
KIND_CODE: dict[Kind, int] = {kind: code for code, kind in enumerate(KINDS)}
CAUSE_CODE: dict[Cause, int] = {cause: code for code, cause in enumerate(CAUSES)}

KIND_NAMES: dict[Kind, str] = {
    Kind.INCIDENT_ALARM: "接警",
    Kind.INCIDENT_DECIDED: "研判完成",
    Kind.INCIDENT_COMPLETE: "编成到齐",
    Kind.INCIDENT_READY: "编成可作业",
    Kind.INCIDENT_LOST: "无力量可派(未受理)",
    Kind.INCIDENT_CLOSED: "处置结束",
    Kind.NEED_RAISED: "提出需求",
    Kind.NEED_WAITING: "等待力量",
    Kind.NEED_WITHDRAWN: "需求撤销",
    Kind.TEAM_NOT_SENT: "先期力量派不出",
    Kind.TEAM_ORDERED: "下达出动命令",
    Kind.TEAM_DEPARTED: "出动",
    Kind.TEAM_ARRIVED: "到场",
    Kind.TEAM_TASKED: "报到领受任务",
    Kind.TEAM_WORKING: "展开完毕可作业",
    Kind.WORK_STARTED: "待他队就位后开始作业",
    Kind.WORK_DONE: "作业完成待命",
    Kind.TEAM_CARRYING: "送医",
    Kind.TEAM_AT_HOSPITAL: "到医院",
    Kind.TEAM_RELEASED: "解除任务",
    Kind.TEAM_HOME: "归建",
    Kind.TEAM_READY: "恢复待命",
    Kind.TEAM_REROUTED: "改道",
    Kind.TEAM_STUCK: "道路中断等待",
    Kind.ROAD_CHANGED: "路况变化",
    Kind.ROAD_RESTORED: "路况恢复",
    Kind.SIGNAL: "态势",
    Kind.RUN_ENDED: "结束",
}
"""Chinese name of each kind."""


class Rank(IntEnum):
    """Order of events at equal times: first the roads, then teams that become free, last the calls that need them."""

    ROAD = 2
    HAZARD = 3
    FREE = 4
    TEAM = 5
    TASK = 6
    COMMAND = 7
    CALL = 8
    END = 9
