"""Who could come from where they stand: planned times from every base to an incident place, kept for all replications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.units import DAY, HOUR, NEVER

if TYPE_CHECKING:
    from sim.scenario.frozen import Scenario, Team

Ranking = list[tuple[int, int]]
"""(planned turn-out + drive in ms, team) in order; who has no way is left out."""
_Group = tuple[str, list[int], list[tuple[int, int, int]]]


class Outlook:
    """Planned times to arrive, from the bases, by place, capability, hour of day and state of the roads.

    One object serves all replications of a scenario in a process: the answers depend on the scenario alone.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.travel = scenario.travel
        self._into_day = scenario.hour_of_day(0) * HOUR + (scenario.start.minute * 60 + scenario.start.second) * 1000
        convoys = {lender.convoy.vehicle for lender in scenario.command.lenders} - {""}
        vehicles = sorted({team.vehicle for team in scenario.teams} | convoys)
        by_hour = [
            {vehicle: scenario.travel.profile(vehicle, hour, scenario.weather) for vehicle in vehicles} for hour in range(24)
        ]
        kinds: dict[tuple[int, ...], int] = {}
        self.hour_kind = [kinds.setdefault(tuple(profiles.values()), len(kinds)) for profiles in by_hour]
        """Hours whose travel times are alike share one number."""
        self.profiles = [by_hour[self.hour_kind.index(kind)] for kind in range(len(kinds))]
        """For each kind of hour: vehicle → profile of the travel service."""
        self._varies = len(kinds) > 1
        self.full: list[list[Team]] = [[] for _ in scenario.capabilities]
        self.partial: list[list[Team]] = [[] for _ in scenario.capabilities]
        for team in scenario.teams:
            for capability, quality in team.capabilities.items():
                (self.full if quality >= 1.0 else self.partial)[capability].append(team)
        self._groups: dict[tuple[int, bool], list[_Group]] = {}
        self._rankings: dict[tuple[int, int, bool, int, int], Ranking] = {}

    def kind_of_hour(self, now: int) -> int:
        """Return the kind of hour at a moment."""
        return self.hour_kind[(self._into_day + now) % DAY // HOUR] if self._varies else 0

    def ranking(self, capability: int, site: int, hour: int, state: int, *, full: bool) -> Ranking:
        """Return who can reach `site` from base with a capability (in full, or as a substitute), earliest first."""
        key = (capability, site, full, hour, state)
        found = self._rankings.get(key)
        if found is None:
            found = self._rankings[key] = self._rank(capability, site, hour, state, full=full)
        return found

    def _rank(self, capability: int, site: int, hour: int, state: int, *, full: bool) -> Ranking:
        profiles, ranked = self.profiles[hour], []
        for vehicle, bases, who in self._by_vehicle(capability, full=full):
            times = dict(zip(bases, self.travel.row(bases, site, profiles[vehicle], state), strict=True))
            ranked += [(turnout + times[base], team) for turnout, base, team in who if times[base] < NEVER]
        ranked.sort()
        return ranked

    def _by_vehicle(self, capability: int, *, full: bool) -> list[_Group]:
        """Return the teams of a capability by vehicle class: their bases, and for each (planned turn-out, base, number)."""
        groups = self._groups.get((capability, full))
        if groups is None:
            teams = (self.full if full else self.partial)[capability]
            groups = self._groups[capability, full] = [
                (
                    vehicle,
                    sorted({team.base for team in teams if team.vehicle == vehicle}),
                    [(team.turnout.planned, team.base, team.index) for team in teams if team.vehicle == vehicle],
                )
                for vehicle in dict.fromkeys(team.vehicle for team in teams)
            ]
        return groups
