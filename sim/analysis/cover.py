"""Cover over time: which places could be reached within their standard at each moment, from the log alone.

A place is covered while enough available teams that fully have the capability could be there in time: planned turn-out,
and the drive as planned (roads in their ordinary state, at the hours that are like midnight). A team is available while it
is not busy (see `sim.analysis.levels`) and counts at its base, also when it could be called back on its way there. One that
has moved up counts at the base where it stands, until it is ordered or moves again; on the move it counts nowhere. On
standby it turns out quicker.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from sim.analysis.levels import busy_spans
from sim.log import KINDS, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from sim.analysis.levels import Window
    from sim.analysis.records import Integers
    from sim.analysis.replication import Replication
    from sim.network.trips import Travel
    from sim.scenario.command import Standard
    from sim.scenario.frozen import Scenario, Team

_MIDNIGHT = 0
_ORDINARY = 0
"""Number of the state of the roads in which nothing is amiss."""
_ON_THE_MOVE = -1
_MOVES = (Kind.TEAM_MOVING_UP, Kind.TEAM_MOVED_UP, Kind.TEAM_STANDBY, Kind.TEAM_STOOD_DOWN)
_drives: WeakKeyDictionary[Travel, dict[tuple[int, int, tuple[int, ...]], Integers]] = WeakKeyDictionary()
"""Travel service → (base, profile, sites) → ms: the same in every replication."""


class Steps(NamedTuple):
    """Cover from each moment on, until the next."""

    moments: Integers
    share: NDArray[np.float64]
    """Share of places (or people) that are covered."""
    uncovered: Integers
    """How many places are not."""


class Gap(NamedTuple):
    """A place that is not covered, from when to when (ms)."""

    site: int
    begins: int
    ends: int


class Absence(NamedTuple):
    """A team that is not there while a place is not covered, and that would reach it in time from its base."""

    team: int
    site: int
    begins: int
    ends: int


class _Post(NamedTuple):
    """Where a team stands, and its turn-out there (ms)."""

    team: int
    site: int
    turnout: int


class _Stretch(NamedTuple):
    """A team is available at a post (its number), from when to when (ms)."""

    post: int
    begins: int
    ends: int


def cover_steps(replication: Replication, standard: Standard, window: Window | None = None) -> Steps:
    """Return the cover by a standard, from each moment on at which it changes.

    Parameters
    ----------
    replication
        What happened.
    standard
        One of the scenario's standards of cover.
    window
        Time to look at; by default that of the metrics.
    """
    cover = _Cover(replication, standard, window or replication.window)
    moments, masks = cover.states()
    share = np.array([cover.share(mask) for mask in masks])
    uncovered = np.array([cover.uncovered(mask) for mask in masks], dtype=np.int64)
    changed = np.append(True, (share[1:] != share[:-1]) | (uncovered[1:] != uncovered[:-1]))[: len(share)]
    return Steps(np.array(moments, dtype=np.int64)[changed], share[changed], uncovered[changed])


def gaps(replication: Replication, standard: Standard, window: Window | None = None) -> list[Gap]:
    """Return the spans in which each place is not covered, in the order of the standard's places, then of time."""
    window = window or replication.window
    cover = _Cover(replication, standard, window)
    since: dict[int, int] = {}
    found: dict[int, list[Gap]] = {place: [] for place in range(len(standard.sites))}
    before = np.ones(len(standard.sites), dtype=bool)
    moments, masks = cover.states()
    for moment, mask in zip(moments, masks, strict=True):
        now = cover.covered(mask)
        for place in np.flatnonzero(before & ~now).tolist():
            since[place] = moment
        for place in np.flatnonzero(now & ~before).tolist():
            found[place].append(Gap(standard.sites[place], since.pop(place), moment))
        before = now
    for place in sorted(since):
        found[place].append(Gap(standard.sites[place], since[place], window.ends))
    return [gap for place in found for gap in found[place]]


def absences(replication: Replication, standard: Standard, window: Window | None = None) -> list[Absence]:
    """Return whose absence leaves which places uncovered, by team, place and time.

    Only teams are named that would reach the place in time from their own base, with their usual turn-out.
    """
    window = window or replication.window
    cover, found = _Cover(replication, standard, window), list[Absence]()
    place_of = {site: place for place, site in enumerate(standard.sites)}
    holes = gaps(replication, standard, window)
    for team in cover.able:
        home = cover.reaches(_Post(team.index, team.base, team.turnout.planned))
        stretches = [stretch for stretch in cover.stretches if cover.posts[stretch.post].team == team.index]
        for site, place in place_of.items():
            if home[place]:
                there = [stretch for stretch in stretches if cover.reach[stretch.post][place]]
                mine = (gap for gap in holes if gap.site == site)
                found += [Absence(team.index, site, *span) for gap in mine for span in _without(gap, there)]
    return found


def cover_metrics(replication: Replication) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Yield the metrics of cover by each of the scenario's standards, over the window of levels."""
    window = replication.window
    for standard in replication.scenario.command.standards:
        if not window.length or not standard.sites:
            continue
        steps = cover_steps(replication, standard)
        lasts = np.diff(np.append(steps.moments, window.ends))
        yield f"uncovered.{standard.id}", _one(lasts[steps.uncovered > 0].sum())
        yield f"cover.none.{standard.id}", _one(lasts[steps.uncovered == len(standard.sites)].sum())
        yield f"cover.min.{standard.id}", _one(steps.share.min())
        yield f"cover.mean.{standard.id}", _one(min(1.0, float((steps.share * lasts).sum()) / window.length))


def _one(amount: float) -> NDArray[np.float64]:
    return np.array([float(amount)])


class _Cover:
    """Who is available where, and what that covers. A state is a mask: bit k says that somebody is at post k."""

    def __init__(self, replication: Replication, standard: Standard, window: Window) -> None:
        scenario = replication.scenario
        self.scenario, self.standard, self.window = scenario, standard, window
        self.able = [team for team in scenario.teams if team.capabilities.get(standard.capability, 0.0) >= 1.0]
        self._numbers: dict[_Post, int] = {}
        self.reach: list[NDArray[np.bool_]] = []
        """For each post, the places that its team reaches in time."""
        self.stretches = list(self._stretches(replication))
        self._covered: dict[int, NDArray[np.bool_]] = {}
        self._shares: dict[int, float] = {}
        self._weights = np.array(standard.weights, dtype=np.float64)

    @property
    def posts(self) -> list[_Post]:
        """Return the posts by number."""
        return list(self._numbers)

    # --- who is where ----------------------------------------------------------------------------------------------

    def _stretches(self, replication: Replication) -> Iterator[_Stretch]:
        spans = busy_spans(self.scenario, replication.missions, self.window)
        moves = _moves(replication, self.able)
        for team in self.able:
            mine = spans.team == team.index
            busy = sorted(zip(spans.begins[mine].tolist(), spans.ends[mine].tolist(), strict=True))
            free = _without(Gap(-1, self.window.begins, self.window.ends), [_Stretch(-1, *span) for span in busy])
            posts = moves.get(team.index) or [(self.window.begins, _Post(team.index, team.base, team.turnout.planned))]
            since = [moment for moment, _ in posts]
            for begins, ends in free:
                first, last = max(0, bisect_left(since, begins + 1) - 1), bisect_left(since, ends)
                for number in range(first, last):
                    until = since[number + 1] if number + 1 < len(since) else ends
                    post, low, high = posts[number][1], max(begins, since[number]), min(ends, until)
                    if low < high and post.site != _ON_THE_MOVE:
                        yield _Stretch(self._number(post), low, high)

    def _number(self, post: _Post) -> int:
        if post not in self._numbers:
            self._numbers[post] = len(self._numbers)
            self.reach.append(self.reaches(post))
        return self._numbers[post]

    def reaches(self, post: _Post) -> NDArray[np.bool_]:
        """Return which places a team reaches in time from a post; of those served by contract, only by who serves them."""
        standard = self.standard
        drives = _drive(self.scenario, self.scenario.teams[post.team].vehicle, post.site, standard.sites)
        serves = np.array([not by or post.team in by for by in standard.served_by], dtype=bool)
        found: NDArray[np.bool_] = (drives + post.turnout <= standard.within) & serves
        return found

    # --- what that covers ------------------------------------------------------------------------------------------

    def states(self) -> tuple[list[int], list[int]]:
        """Return the moments at which anybody comes or goes, from the beginning of the window on, and the state from each."""
        changes: dict[int, int] = {self.window.begins: 0} if self.window.length else {}
        for post, begins, ends in self.stretches:
            changes[begins] = changes.get(begins, 0) ^ (1 << post)
            if ends < self.window.ends:
                changes[ends] = changes.get(ends, 0) ^ (1 << post)
        moments, masks, mask = sorted(changes), list[int](), 0
        for moment in moments:
            mask ^= changes[moment]
            masks.append(mask)
        return moments, masks

    def covered(self, mask: int) -> NDArray[np.bool_]:
        """Return which places are covered in a state."""
        if mask not in self._covered:
            count = np.zeros(len(self.standard.sites), dtype=np.int64)
            for post, reach in enumerate(self.reach):
                if mask >> post & 1:
                    count += reach
            self._covered[mask] = count >= self.standard.squads
        return self._covered[mask]

    def uncovered(self, mask: int) -> int:
        """Return how many places are not covered in a state."""
        return int((~self.covered(mask)).sum())

    def share(self, mask: int) -> float:
        """Return the share of places (or people) that are covered in a state; all of nothing is 1."""
        if mask not in self._shares:
            covered, weights = self.covered(mask), self._weights
            if covered.any() or not len(covered):
                whole = not weights[~covered].sum()
                self._shares[mask] = 1.0 if whole else float(weights[covered].sum() / weights.sum())
            else:
                self._shares[mask] = 0.0
        return self._shares[mask]


def _moves(replication: Replication, able: Sequence[Team]) -> dict[int, list[tuple[int, _Post]]]:
    """Return, for each team that moved up or stood by, where it stood from which moment on."""
    log, start = replication.log, min(0, replication.window.begins)
    moved = np.concatenate([log.of(kind) for kind in _MOVES])
    if not len(moved):
        return {}
    teams = set(log.column("team", moved).tolist())
    rows = np.sort(np.concatenate([moved, log.of(Kind.TEAM_ORDERED)]))
    columns = (log.column(name, rows).tolist() for name in ("time", "kind", "team", "place"))
    told = list(zip(*columns, strict=True))
    found = {}
    for team in able:
        if team.index in teams:
            site, turnout = team.base, team.turnout.planned
            posts = {start: _Post(team.index, site, turnout)}
            for moment, kind, _, place in (row for row in told if row[2] == team.index):
                if KINDS[kind] in (Kind.TEAM_STANDBY, Kind.TEAM_STOOD_DOWN):
                    ready = team.standby if KINDS[kind] == Kind.TEAM_STANDBY else None
                    turnout = (ready or team.turnout).planned
                else:
                    site = {Kind.TEAM_MOVING_UP: _ON_THE_MOVE, Kind.TEAM_MOVED_UP: place}.get(KINDS[kind], team.base)
                posts[moment] = _Post(team.index, site, turnout)
            found[team.index] = list(posts.items())
    return found


def _drive(scenario: Scenario, vehicle: str, base: int, sites: tuple[int, ...]) -> Integers:
    """Return planned ms from a base to each site."""
    travel = scenario.travel
    kept = _drives.setdefault(travel, {})
    profile = travel.profile(vehicle, _MIDNIGHT, scenario.weather)
    if (base, profile, sites) not in kept:
        kept[base, profile, sites] = travel.table([base], sites, profile, _ORDINARY)[0]
    return kept[base, profile, sites]


def _without(gap: Gap, there: Sequence[_Stretch]) -> list[tuple[int, int]]:
    """Return the parts of a span that lie outside some stretches, which are in order of time and do not overlap."""
    begins, found = gap.begins, list[tuple[int, int]]()
    for number in range(bisect_right(there, gap.begins, key=lambda stretch: stretch.ends), len(there)):
        _, low, high = there[number]
        if low >= gap.ends:
            break
        if begins < low:
            found.append((begins, low))
        begins = max(begins, high)
    if begins < gap.ends:
        found.append((begins, gap.ends))
    return found
