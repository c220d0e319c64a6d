"""Every metric of one replication, from its log. Whole arrays at a time: a year of calls folds in some ten ms.

Only incidents with their alarm after the warm-up (and before the end) count; busy and idle are over that same window.
Lengths of time are in ms; +inf stands for what never happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.command_metrics import command_metrics
from sim.analysis.cover import cover_metrics
from sim.analysis.incidents import courses_of
from sim.analysis.levels import busy_shares, busy_spans, idle_steps
from sim.analysis.replication import Replication
from sim.analysis.supply_metrics import absent_of_supplies, supply_metrics
from sim.analysis.waterfall import WATERFALLS, phases, tellers
from sim.log import Kind
from sim.scenario.metric_names import ALL, arguments_of, names_of, threshold_of
from sim.units import NEVER

if TYPE_CHECKING:
    from sim.analysis.records import Integers
    from sim.scenario.frozen import Scenario

Observations = NDArray[np.float64]
Fold = dict[str, Observations]
"""Metric → its observations in one replication; of a share or a level at most one."""
Found = Iterator[tuple[str, Observations]]


def metrics_of(scenario: Scenario) -> tuple[str, ...]:
    """Return the metrics that a scenario has, in the order of summaries: the same for each of its replications."""
    lines = [line for course in scenario.courses for line in course.lines]
    asked = [scenario.capabilities[code] for code in sorted({line.capability for line in lines})]
    wished = [objective.metric for objective in scenario.objectives]
    thresholds = {*scenario.thresholds, *(ticks for ticks in map(threshold_of, wished) if ticks is not None)}
    others = arguments_of(scenario)
    absent = _absent_of_command(scenario) | absent_of_supplies(scenario) | {
        "deadline.met": all(line.deadline is None for line in lines),
        "hospital": all(line.carry is None for line in lines),
        "released": all(course.leak is None for course in scenario.courses),
        "lost": scenario.queue,
        "lost.share": scenario.queue,
        "reroutes": not scenario.road_events,
        "stuck": not scenario.road_events,
    }
    names = names_of(asked, [team.id for team in scenario.teams if team.fleet < 0], sorted(thresholds), others)
    kept = [name for name in names if not absent.get(name) or name in wished]
    return tuple(dict.fromkeys([*kept, *wished]))


def _absent_of_command(scenario: Scenario) -> dict[str, bool]:
    """Return which metrics of command and mutual aid a scenario has nothing for."""
    command, courses = scenario.command, scenario.courses
    levels = [level for course in courses for level in course.levels]
    trees = [course.calls for course in courses if course.calls is not None]
    releasing = {level.index for level in levels if level.lines}
    missing = {
        "approval": not command.lenders, "forming": not command.lenders, "contact": not command.radio,
        "requests.refused": not command.lenders, "floor.kept": not command.lenders,
        "answered": not trees, "moved": not trees, "margin": all(tree.before is None for tree in trees),
    }  # fmt: skip
    shifts = any(line.shifts is not None for course in courses for line in course.lines)
    missing |= dict.fromkeys(("entry", "shifts.stopped", "findings"), not shifts)
    missing |= {f"{prefix}.{phase}": missing[phase] for prefix in WATERFALLS for phase in ("approval", "contact", "forming")}
    teams_come = any(course.lines or course.first for course in courses)
    missing |= dict.fromkeys(("response", "package.complete", "package.ready"), not teams_come)
    return missing | {
        f"level.{moment}.{name}": number not in releasing
        for number, name in enumerate(command.levels)
        for moment in ("complete", "ready")
    }


def fold(scenario: Scenario, rows: Integers, incidents: tuple[str, ...]) -> Fold:
    """Return every metric of one replication.

    Parameters
    ----------
    scenario
        The scenario that gave the log.
    rows
        The coded log, shape (rows, columns of `sim.log.COLUMNS`).
    incidents
        Id of each incident, by its number in the log.

    Returns
    -------
    dict
        Observations of each of `metrics_of` (float64; ms, thousandths of kg, or plain numbers). Empty where a
        replication has nothing to observe.
    """
    view = _View(scenario, rows, incidents)
    found: Fold = {}
    for part in (view.times, view.waits, view.levels, view.counts, view.deadlines, view.waterfalls):
        found.update(part())
    found.update(cover_metrics(view))
    found.update(command_metrics(view))
    found.update(supply_metrics(view))
    nothing = np.empty(0)
    return {name: found.get(name, nothing) for name in metrics_of(scenario)}


class _View(Replication):
    """Yields the metrics of one replication, group by group."""

    def _since_alarm(self, moments: Integers, which: NDArray[np.bool_] | None = None) -> Observations:
        """Return ms from the alarm to a moment of each incident; +inf for never."""
        chosen = self.counted if which is None else self.counted & which
        moments = moments[chosen]
        return np.where(moments < NEVER, moments - self.incidents.alarm[chosen], np.inf)

    def times(self) -> Found:
        """Yield the times of incidents, and of their capabilities."""
        incidents, missions, log = self.incidents, self.missions, self.log
        response = self._since_alarm(incidents.first)
        yield "response", response
        for name in metrics_of(self.scenario):
            threshold = threshold_of(name)
            if threshold is not None:
                yield name, _share(response <= threshold)
        yield "package.complete", self._since_alarm(incidents.complete, incidents.wanted > 0)
        yield "package.ready", self._since_alarm(incidents.ready, incidents.wanted > 0)
        yield "duration", self._since_alarm(incidents.closed, ~incidents.lost)
        for code, capability in enumerate(self.scenario.capabilities):
            raised = log.of(Kind.NEED_RAISED)
            raised = raised[log.column("item", raised) == code]
            asked = np.zeros(len(incidents.alarm), dtype=bool)
            asked[log.column("incident", raised)] = True
            able = missions.capability == code
            yield f"first.{capability}", self._since_alarm(self._first(missions.arrived, able), asked)
            yield f"ready.{capability}", self._since_alarm(self._first(missions.working, able), asked)
            yield f"started.{capability}", self._since_alarm(self._first(missions.work_begun, able), asked)
            wanted = np.bincount(
                log.column("incident", raised), weights=log.column("quantity", raised), minlength=len(asked)
            )
            yield f"complete.{capability}", self._since_alarm(self._last(missions.arrived, able, wanted), asked)
        carries = (missions.carrying < NEVER) & self._counts(missions.incident)
        reached = missions.at_hospital[carries]
        since = reached - incidents.alarm[missions.incident[carries]]
        yield "hospital", np.where(reached < NEVER, since, np.inf)

    def _counts(self, incident: Integers) -> NDArray[np.bool_]:
        return self.counted[incident] if len(incident) else np.empty(0, dtype=bool)

    def _first(self, moments: Integers, which: NDArray[np.bool_]) -> Integers:
        found = np.full(len(self.counted), NEVER, dtype=np.int64)
        np.minimum.at(found, self.missions.incident[which], moments[which])
        return found

    def _last(self, moments: Integers, which: NDArray[np.bool_], wanted: NDArray[Any]) -> Integers:
        """Return the last moment of each incident once as many as wanted have happened."""
        there = which & (moments < NEVER)
        count = np.bincount(self.missions.incident[there], minlength=len(self.counted))
        found = np.zeros(len(self.counted), dtype=np.int64)
        np.maximum.at(found, self.missions.incident[there], moments[there])
        return np.where(count >= wanted, found, NEVER)

    def waits(self) -> Found:
        """Yield how long each team called for was waited for."""
        missions, log = self.missions, self.log
        on_lines = (missions.line >= 0) & self._counts(missions.incident)
        since = missions.waited_since[on_lines]
        waited = np.where(since >= 0, missions.ordered[on_lines] - since, 0)
        never = int(self._counts(log.column("incident", missions.unmet)).sum())
        yield "wait.queue", np.concatenate([waited.astype(float), np.full(never, np.inf)])
        called, waiting = len(waited) + never, never + int((since >= 0).sum())
        yield "waiting", np.array([waiting / called]) if called else np.empty(0)

    def levels(self) -> Found:
        """Yield busy shares and idle teams; trucks are none."""
        teams, window = self.scenario.teams, self.window
        forces = np.array([team.index for team in teams if team.fleet < 0], dtype=np.int64)
        if not window.length or not len(forces):
            return
        spans = busy_spans(self.scenario, self.missions, window)
        shares = busy_shares(spans, len(teams), window)[forces]
        for team, share in zip(forces.tolist(), shares, strict=True):
            yield f"busy.{teams[team].id}", np.array([share])
        yield f"busy.{ALL}", np.array([shares.mean()])
        yield "idle.min", np.array([float(idle_steps(spans, len(forces), window)[1].min())])
        yield "idle.mean", np.array([len(forces) - shares.sum()])

    def counts(self) -> Found:
        """Yield amounts."""
        incidents, missions, log = self.incidents, self.missions, self.log
        counted, lost = int(self.counted.sum()), int((self.counted & incidents.lost).sum())
        mine = self._counts(missions.incident)
        worked = mine & (missions.finished < NEVER) & (missions.work_begun < NEVER)
        work = (missions.finished - missions.work_begun)[worked].sum()
        amounts = {
            "incidents": counted,
            "lost": lost,
            "open": int((self.counted & (incidents.closed >= NEVER)).sum()),
            "work.done": work,
            "reroutes": missions.reroutes[mine].sum(),
            "stuck": missions.stuck[mine].sum(),
        }
        for name, amount in amounts.items():
            yield name, np.array([float(amount)])
        yield "lost.share", np.array([lost / counted]) if counted else np.empty(0)
        rows = log.of(Kind.SIGNAL)
        rows = rows[log.column("item", rows) >= len(self.scenario.signals) - 2]  # "released", "tank_empty"
        released = np.full(len(self.counted), -1, dtype=np.int64)
        np.maximum.at(released, log.column("incident", rows), log.column("quantity", rows))
        yield "released", released[self.counted & (released >= 0)].astype(float)

    def deadlines(self) -> Found:
        """Yield the share of need lines whose teams were all there in time; of what levels release, those that were raised."""
        missions, courses = self.missions, self.scenario.courses
        lines = [(code, line) for code, course in enumerate(courses) for line in course.lines]
        dated = [(code, line) for code, line in lines if line.deadline is not None]
        if not dated:
            return
        course_of = courses_of(self.scenario, self.log.incidents)
        after = np.full(len(missions.arrived), NEVER, dtype=np.int64)
        there = missions.arrived < NEVER
        after[there] = (missions.arrived - self.incidents.alarm[missions.incident])[there]
        needs, every = missions.needs, np.arange(len(course_of))
        met = asked = 0
        for code, line in dated:
            in_time = (missions.line == line.index) & (after <= (line.deadline or 0))
            gives = np.array([line.gives(team) for team in self.scenario.teams])[missions.team[in_time]]
            brought = np.bincount(missions.incident[in_time], weights=gives, minlength=len(course_of))
            mine = self.counted & (course_of == code)
            if line.stage or line.ahead:
                mine &= needs.find(every, np.full(len(every), line.index)) >= 0
            met += int((brought[mine] >= line.wanted).sum())
            asked += int(mine.sum())
        if asked:
            yield "deadline.met", np.array([met / asked])

    def waterfalls(self) -> Found:
        """Yield the phases of the first team, and of the one that completes the package."""
        for prefix in WATERFALLS:
            which = tellers(self.missions, self.incidents, prefix)
            told = phases(self.missions, self.incidents, which[self.counted & (which >= 0)])
            for phase, lengths in told.items():
                yield f"{prefix}.{phase}", lengths.astype(float)


def _share(hits: NDArray[np.bool_]) -> Observations:
    return np.array([hits.mean()]) if len(hits) else np.empty(0)
