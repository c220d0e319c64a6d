"""Moving up: idle teams drive to other bases and cover for those that are away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.assignment import earliest_complete
from sim.engine.expected_cover import best_bases, expected_cover
from sim.engine.field import Status
from sim.engine.floor import home_of
from sim.log import Cause, Kind, Rank
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.engine.field import Unit
    from sim.engine.run import Run
    from sim.scenario.command import Lender, MoveUp

_SAME = 1e-9
"""Share by which cover must be better for anybody to be moved."""


class MoveUps:
    """Moves idle teams up by the scenario's rules, and backfills the bases of lenders.

    Whenever a team of a rule becomes free or is ordered away, the rule is looked at again, once everything else of that
    moment has happened. It says which bases its idle teams are to man; whoever is not needed there belongs at its own base.
    A team on a move can be sent like one on its way home. One that stands at another base is posted: it turns out from there.

    Nothing is done about teams that are still posted when everything is over: a run does not wait for them to go home.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.rules = run.scenario.command.move_up
        taken = set[int]()
        self._teams: list[tuple[int, ...]] = []
        """Teams of each rule; the first rule that names a team moves it."""
        for rule in self.rules:
            self._teams.append(tuple(sorted(rule.teams - taken)))
            taken |= rule.teams
        self._ruled = frozenset(taken)
        self.backfills: dict[int, Lender] = {}
        """Team → lender at whose base it stands, or will stand, for cover."""
        self._back: set[int] = set()
        """Lenders of which a team has come home."""
        self._ref = -1
        self._due = False
        """The rules will be looked at, at the end of this moment."""
        self._moves: dict[int, int] = {}
        """Team → row of its last move."""
        self._times: dict[tuple[int, int, int, int], int] = {}
        """(base, site, profile, state of the roads) → planned drive (ms)."""

    def begin(self) -> None:
        """Man the bases as the rules want them from the start."""
        if self.rules or any(lender.backfill for lender in self.run.scenario.command.lenders):
            self.run.missions.moves = self
        if self.rules:
            self._look(-1)

    def changed(self, unit: Unit, ref: int) -> None:
        """Take note that a unit has become free, or has been ordered (after row `ref`)."""
        if unit.mission is None:
            if unit.posted >= 0:
                self._stand(unit, ref)
            else:
                self.backfills.pop(unit.index, None)
            lender = unit.team.lender
            if lender >= 0 and any(other.index == lender for other in self.backfills.values()):
                self._back.add(lender)
                self._look(ref)
        if unit.index in self._ruled:
            self._look(ref)

    def _look(self, ref: int) -> None:
        """Look at the rules once nothing else is left to happen at this moment; the run does not end before."""
        if not self._due:
            self._due, self._ref = True, ref
            self.run.stories += 1
            self.run.clock.at(self.run.clock._now, Rank.END, 0, self._review)

    def _review(self) -> None:
        self._due = False
        self.run.stories -= 1
        self._end_backfills()
        for rule, teams in zip(self.rules, self._teams, strict=True):
            idle = [self.run.units[team] for team in teams if self._may_move(team)]
            bases = self._bases(rule, idle) if idle else None
            if bases is not None:
                for unit, base in self._assign(idle, bases):
                    self._send(unit, base)
        self.run.settle()

    def _may_move(self, team: int) -> bool:
        """Tell whether a team is on no mission, back and ready, and does not stand in for a lender."""
        unit = self.run.units[team]
        return unit.mission is None and team not in self.backfills

    # --- where to -------------------------------------------------------------------------------------------------

    def _bases(self, rule: MoveUp, idle: Sequence[Unit]) -> Sequence[int] | None:
        """Return the bases to man, one entry a team; None when everybody stays where they are.

        A table with fewer rows than there are idle teams goes on with its last row.
        """
        if rule.table:
            return rule.table[min(len(idle), len(rule.table)) - 1]
        if rule.standard < 0:
            return None
        standard = self.run.scenario.command.standards[rule.standard]
        teams = {unit.index for unit in idle}
        places = [place for place, by in enumerate(standard.served_by) if not by or not teams.isdisjoint(by)]
        weights = [standard.weights[place] for place in places]
        sites = [standard.sites[place] for place in places]
        reached = [self._in_time(base, sites, standard.within, idle) for base in rule.bases]
        best = best_bases(weights, reached, len(idle), rule.busy)
        present = [self._in_time(unit.base, sites, standard.within, idle) for unit in idle]
        now = expected_cover(weights, present, range(len(idle)), rule.busy)
        if expected_cover(weights, reached, best, rule.busy) <= now * (1.0 + _SAME):
            return None
        return [rule.bases[number] for number in best]

    def _in_time(self, base: int, sites: Sequence[int], within: int, idle: Sequence[Unit]) -> list[bool]:
        """Tell for each site whether the slowest of the teams would be there in time from a base."""
        hour, found = self.run.outlook.kind_of_hour(self.run.clock._now), [True] * len(sites)
        turnouts: dict[int, int] = {}
        for unit in idle:
            profile, turnout = unit.profiles[hour], self.run.missions.turnout_of(unit).planned
            turnouts[profile] = max(turnouts.get(profile, 0), turnout)
        for profile, turnout in turnouts.items():
            drives = (self._drive(base, site, profile) for site in sites)
            found = [so_far and turnout + drive <= within for so_far, drive in zip(found, drives, strict=True)]
        return found

    def _drive(self, base: int, site: int, profile: int) -> int:
        """Return the planned drive from a base to a site (ms)."""
        state, travel = self.run.state, self.run.travel
        key = (base, site, profile, state)
        if key not in self._times:
            self._times[key] = travel.drive(travel.spot(base), site, profile, state)
        return self._times[key]

    # --- who --------------------------------------------------------------------------------------------------------

    def _assign(self, idle: Sequence[Unit], bases: Sequence[int]) -> list[tuple[Unit, int]]:
        """Return where each team belongs: the longest drive to a base to man is as short as can be, then the next longest."""
        chosen = earliest_complete([[self._way(unit, base) for unit in idle] for base in bases])
        goes = {idle[number].index: base for base, number in zip(bases, chosen, strict=True) if number >= 0}
        return [(unit, goes.get(unit.index, unit.team.base)) for unit in idle]

    def _way(self, unit: Unit, base: int) -> int:
        """Return the planned time until a unit could stand at a base (ms): none if it does, `NEVER` without a way."""
        run, now, spot, lead = self.run, self.run.clock._now, unit.at, 0
        if unit.base == base and unit.status != Status.RETURNING:
            return 0
        if unit.trip is not None:
            spot, lead = run.travel.locate(unit.trip, now)
        elif unit.status == Status.RETURNING:
            lead = max(0, unit.clear_from - now)
        drive = run.travel.drive(spot, base, unit.profiles[run.outlook.kind_of_hour(now)], run.state)
        return NEVER if drive >= NEVER else lead + round(drive * unit.team.return_factor)

    def _send(self, unit: Unit, base: int) -> None:
        """Let a unit drive to a base, if it neither stands there nor is on its way there, and there is a way."""
        if unit.base == base or self._way(unit, base) >= NEVER:
            return
        run, missions = self.run, self.run.missions
        if unit.status != Status.RETURNING:
            missions.away += 1
        unit.posted = -1 if base == unit.team.base else base
        missions.returning.pop(unit.index, None)
        if unit.team.call_back:
            missions.returning[unit.index] = unit
        self._moves[unit.index] = run.write(Kind.TEAM_MOVING_UP, team=unit.index, place=base, ref=self._ref, cause=Cause.COVER)
        missions.move(unit, base)

    # --- there -----------------------------------------------------------------------------------------------------

    def arrived(self, unit: Unit) -> None:
        """Let a unit stand at the base that it has moved up to, or be back at its own."""
        run = self.run
        run.missions.away -= 1
        ref = self._moves.pop(unit.index)
        if unit.posted >= 0:
            self._stand(unit, ref)
        else:
            unit.status = Status.IDLE
            unit.version += 1
            run.missions.returning.pop(unit.index, None)
            run.write(Kind.TEAM_MOVED_UP, team=unit.index, place=unit.base, ref=ref, cause=Cause.COVER)
        run.dispatcher.freed(unit)
        lender = self.backfills.get(unit.index)
        if lender is not None and unit.status == Status.POSTED:
            run.aid.backfilled(lender)
        run.settle()

    def _stand(self, unit: Unit, ref: int) -> None:
        unit.status = Status.POSTED
        unit.version += 1
        self.run.missions.returning[unit.index] = unit
        self.run.write(Kind.TEAM_MOVED_UP, team=unit.index, place=unit.posted, ref=ref, cause=Cause.COVER)

    # --- for lenders -----------------------------------------------------------------------------------------------

    def backfill(self, lender: Lender) -> bool:
        """Let the nearest idle neighbour set out for a lender's base; tell whether there is one.

        When it stands there, ``run.aid.backfilled(lender)`` is called. It goes home when, after one of the lender's teams
        has come home, all of them are there.
        """
        home, found = home_of(self.run, lender), list[tuple[int, int]]()
        for team in lender.backfill:
            unit = self.run.units[team]
            if unit.status == Status.IDLE and unit.base != home:
                found.append((self._way(unit, home), team))
        way, team = min(found, default=(NEVER, -1))
        if way >= NEVER:
            return False
        self.backfills[team] = lender
        self._send(self.run.units[team], home)
        return True

    def _end_backfills(self) -> None:
        """Let neighbours go home where all teams of the lender are back."""
        units, back = self.run.units, self._back
        self._back = set()
        for team, lender in sorted(self.backfills.items(), key=lambda entry: entry[0]):
            if lender.index in back and all(units[own].status == Status.IDLE for own in lender.teams):
                del self.backfills[team]
                if units[team].mission is None:
                    self._send(units[team], units[team].team.base)
