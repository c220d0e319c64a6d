"""Who is busy and who is idle, over time.

A team is **busy** while it cannot be ordered: from its order until its release; on the way home too, if it cannot be
called back there; and while it refits. All other time it is **idle**. A team that is never released is busy to the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.units import NEVER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.analysis.missions import Missions
    from sim.analysis.records import Integers, Log
    from sim.scenario.frozen import Scenario


class Window(NamedTuple):
    """The time over which levels are averaged: from `begins`, before `ends` (ms)."""

    begins: int
    ends: int

    @property
    def length(self) -> int:
        """Return its length (ms); 0 when nothing is left of it."""
        return max(0, self.ends - self.begins)


class Spans(NamedTuple):
    """Spans in which teams are busy, cut to a window; those of one team do not overlap."""

    team: Integers
    begins: Integers
    ends: Integers


def window_of(scenario: Scenario, log: Log) -> Window:
    """Return the window of a replication: after the warm-up, to the scenario's end or the last that happened."""
    return Window(scenario.warm_up, log.last if scenario.ends is None else scenario.ends)


def busy_spans(scenario: Scenario, missions: Missions, window: Window) -> Spans:
    """Return the spans in which teams cannot be ordered, within a window."""
    call_back = np.array([team.call_back for team in scenario.teams], dtype=bool)
    may_return = call_back[missions.team] if len(missions.team) else np.empty(0, dtype=bool)
    refits = missions.refitted < NEVER
    team = np.concatenate([missions.team, missions.team[refits]])
    begins = np.concatenate([missions.ordered, missions.home[refits]])
    ends = np.concatenate([np.where(may_return, missions.released, missions.home), missions.refitted[refits]])
    begins, ends = np.maximum(begins, window.begins), np.minimum(ends, window.ends)
    some = begins < ends
    return Spans(team[some], begins[some], ends[some])


def busy_shares(spans: Spans, teams: int, window: Window) -> NDArray[np.float64]:
    """Return the busy share of each team; sums of whole ms below 2⁵³ are exact in floats."""
    total = np.bincount(spans.team, weights=spans.ends - spans.begins, minlength=teams)
    found: NDArray[np.float64] = total / window.length
    return found


def idle_steps(spans: Spans, teams: int, window: Window) -> tuple[Integers, Integers]:
    """Return the moments at which the number of idle teams changes, from the beginning on, and the number from each."""
    changes = np.concatenate([spans.begins, spans.ends, [window.begins]])
    delta = np.concatenate([np.full(len(spans.begins), -1), np.full(len(spans.ends), 1), [teams]])
    order = np.argsort(changes, kind="stable")
    moments, level = changes[order], np.cumsum(delta[order])
    last_of_moment = np.append(moments[1:] != moments[:-1], True)
    moments, level = moments[last_of_moment], level[last_of_moment]
    inside = moments < window.ends
    moments, level = moments[inside], level[inside]
    changed = np.append(True, level[1:] != level[:-1])[: len(level)]
    return moments[changed], level[changed]
