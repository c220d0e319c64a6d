"""The event log: one flat, typed, append-only table. Everything a planner sees is computed from it.

A row is a tuple in the order of `COLUMNS`; inside a run ids are small integers (positions in the scenario's tables), on
disk they are names. ``ref`` is the row, within the replication, that caused this one; ``cause`` says why.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum

NONE = -1
"""No such thing in this row."""

COLUMNS = (
    "time", "kind", "incident", "need", "team", "mission", "request", "post", "region", "depot", "item", "quantity", "place",
    "ref", "cause",
)  # fmt: skip
"""Columns that the engine writes; `replication` and `seq` (the position of the row) come in front on disk."""

WIDTH = len(COLUMNS)
"""Numbers in a row. The engine appends rows to one flat list: plain numbers are no work for the collector."""



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
    REPORT_SENT = "report.sent"
    REPORT_RECEIVED = "report.received"
    REPORT_LOST = "report.lost"
    CALL_NO_ANSWER = "call.no_answer"
    CALL_SECOND = "call.second_contact"
    CALL_BY_ROAD = "call.by_road"
    CALL_ANSWERED = "call.answered"
    CALL_FAILED = "call.failed"
    CALL_ACTED = "call.acted"
    CALL_MOVED = "call.moved"
    LEVEL_PROPOSED = "level.proposed"
    LEVEL_RAISED = "level.raised"
    LEVEL_LOWERED = "level.lowered"
    LEVEL_COMPLETE = "level.complete"
    LEVEL_READY = "level.ready"
    COMMAND_TAKEN = "command.taken"
    COMMAND_HANDING = "command.handing_over"
    REQUEST_MADE = "request.made"
    REQUEST_PASSED = "request.passed"
    REQUEST_NOTIFIED = "request.notified"
    REQUEST_GRANTED = "request.granted"
    REQUEST_PARTLY = "request.partly"
    REQUEST_REFUSED = "request.refused"
    REQUEST_WITHDRAWN = "request.withdrawn"
    NEED_REOPENED = "need.reopened"
    TEAM_TOLD = "team.told"
    TEAM_FORMED = "team.formed_up"
    TEAM_RESTING = "team.resting"
    TEAM_DROVE_ON = "team.drove_on"
    TEAM_BRIEFING = "team.briefing"
    TEAM_STANDBY = "team.standby"
    TEAM_STOOD_DOWN = "team.stood_down"
    TEAM_MOVING_UP = "team.moving_up"
    TEAM_MOVED_UP = "team.moved_up"
    SHIFT_ENTERED = "shift.entered"
    SHIFT_STANDBY = "shift.standing_by"
    SHIFT_OUT = "shift.came_out"
    SHIFT_RESTED = "shift.rested"
    SHIFT_STOPPED = "shift.stopped"
    SHIFT_RESUMED = "shift.resumed"
    FINDING = "finding"
    WARNING_ISSUED = "warning.issued"
    RADIO_DOWN = "radio.down"
    RADIO_RESTORED = "radio.restored"
    SUPPLY_NEEDED = "supply.needed"
    SUPPLY_ORDERED = "supply.ordered"
    SUPPLY_PASSED = "supply.passed"
    SUPPLY_RELEASED = "supply.released"
    SUPPLY_REFUSED = "supply.refused"
    SUPPLY_WAITING = "supply.waiting"
    SUPPLY_WITHDRAWN = "supply.withdrawn"
    SUPPLY_COMPLETE = "supply.complete"
    KEEPER_IN = "depot.keeper_in"
    TRUCKS_FOUND = "depot.trucks_found"
    TRUCKS_FAILED = "depot.trucks_failed"
    TRUCK_DEPARTED = "truck.departed"
    TRUCK_ARRIVED = "truck.arrived"
    TRUCK_HOME = "truck.home"
    STOCK_REORDERED = "stock.reordered"
    STOCK_FAILED = "stock.not_delivered"
    STOCK_RESTOCKED = "stock.restocked"
    STOCK_MADE = "stock.made"
    STOCK_LOADED = "stock.loaded"
    STOCK_UNLOADED = "stock.unloaded"
    STOCK_DELIVERED = "stock.delivered"
    STOCK_HANDED_OUT = "stock.handed_out"
    STOCK_USED = "stock.used"
    STOCK_WORN = "stock.worn"
    STOCK_FILLED = "stock.filled"
    STOCK_TAKEN_BACK = "stock.taken_back"
    STOCK_REFILLED = "stock.refilled"
    STOCK_COLLECTED = "stock.collected"
    STOCK_LEFT_OVER = "stock.left_over"
    STOCK_LOST = "stock.lost"
    STOCK_REFITTED = "stock.refitted"
    STOCK_EXPIRED = "stock.expired"
    TASK_DRY = "task.dry"
    TASK_RESUMED = "task.resumed"
    RUN_ENDED = "run.ended"


class Account(StrEnum):
    """Where goods can be. What leaves one account enters another."""

    SUPPLIER = "supplier"
    DEPOT = "depot"
    VEHICLE = "vehicle"
    SCENE = "scene"
    IN_USE = "in_use"
    REFIT = "refit"
    USED = "used"
    EXPIRED = "expired"
    LOST = "lost"


MOVES: dict[Kind, tuple[Account, Account]] = {
    Kind.STOCK_RESTOCKED: (Account.SUPPLIER, Account.DEPOT),
    Kind.STOCK_MADE: (Account.SUPPLIER, Account.DEPOT),
    Kind.STOCK_LOADED: (Account.DEPOT, Account.VEHICLE),
    Kind.STOCK_UNLOADED: (Account.VEHICLE, Account.DEPOT),
    Kind.STOCK_DELIVERED: (Account.VEHICLE, Account.SCENE),
    Kind.STOCK_HANDED_OUT: (Account.SCENE, Account.IN_USE),
    Kind.STOCK_USED: (Account.SCENE, Account.USED),
    Kind.STOCK_WORN: (Account.SCENE, Account.REFIT),
    Kind.STOCK_FILLED: (Account.REFIT, Account.SCENE),
    Kind.STOCK_TAKEN_BACK: (Account.SCENE, Account.VEHICLE),
    Kind.STOCK_REFILLED: (Account.SUPPLIER, Account.VEHICLE),
    Kind.STOCK_COLLECTED: (Account.IN_USE, Account.REFIT),
    Kind.STOCK_LEFT_OVER: (Account.SCENE, Account.REFIT),
    Kind.STOCK_LOST: (Account.IN_USE, Account.LOST),
    Kind.STOCK_REFITTED: (Account.REFIT, Account.DEPOT),
    Kind.STOCK_EXPIRED: (Account.DEPOT, Account.EXPIRED),
}
"""Double entry: each of these rows moves its `quantity` (thousandths of a unit) of its `item` from one account to another.

A depot account is that of the row's `depot` (one owner in one depot), a vehicle's that of its `team`, scene and in use those of
its `incident`; what is refitted is that of its `incident` until it is home.
"""


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
    FLOOR = "floor"
    NOT_MOVABLE = "not_movable"
    NOT_RELEASED = "not_released"
    DECLINED = "declined"
    NOT_REACHED = "not_reached"
    LIMIT = "limit"
    NOT_NEEDED = "not_needed"
    MUTUAL_AID = "mutual_aid"
    RELIEVED = "relieved"
    RETARGETED = "retargeted"
    CALLED_AWAY = "called_away"
    LOAN_ENDED = "loan_ended"
    NO_STANDBY_SQUAD = "no_standby_squad"
    NOBODY_RESTED = "nobody_rested"
    LIFE_SAVING = "life_saving"
    RADIO = "radio"
    RELAY = "relay"
    CLEARED = "cleared"
    LEVEL_LOWERED = "level_lowered"
    REST = "rest"
    FUEL = "fuel"
    COVER = "cover"
    WARNING = "warning"
    FIRST = "first"
    FOLLOW_UP = "follow_up"
    FINAL = "final"
    NEAREST_STOCK = "nearest_stock"
    FEWEST_VEHICLES = "fewest_vehicles"
    SUBSTITUTE = "substitute"
    NO_STOCK = "no_stock"
    NO_TRUCKS = "no_trucks"
    KEPT_BACK = "kept_back"
    NOT_IN_TIME = "not_in_time"
    SHELF_LIFE = "shelf_life"
    REORDER = "reorder"
    CONTRACT_FAILED = "contract_failed"
    RUNNING_LOW = "running_low"
    ALL_HOME = "all_home"


KINDS: tuple[Kind, ...] = tuple(Kind)
CAUSES: tuple[Cause, ...] = tuple(Cause)
KIND_CODE: dict[Kind, int] = {kind: code for code, kind in enumerate(KINDS)}
CAUSE_CODE: dict[Cause, int] = {cause: code for code, cause in enumerate(CAUSES)}


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
