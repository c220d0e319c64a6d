"""How long a depot's trucks are planned to take: by the first truck of its first fleet, at the hour of leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.units import NEVER

if TYPE_CHECKING:
    from sim.scenario.frozen import Scenario
    from sim.scenario.supplies import Depot, Fleet


def first_fleet(scenario: Scenario, depot: Depot) -> Fleet | None:
    """Return the fleet that carries a depot's goods first, or None without trucks."""
    return scenario.supplies.fleets[depot.fleets[0]] if depot.fleets else None


def planned_drive(scenario: Scenario, depot: Depot, site: int, at: int, state: int) -> int:
    """Return the planned drive from a depot with its stops (ms); `NEVER` without a way, without trucks only to its own place.

    Parameters
    ----------
    at
        Moment of leaving (ms).
    state
        State of the roads, as the travel service numbers it.
    """
    travel, fleet = scenario.travel, first_fleet(scenario, depot)
    if fleet is None:  # goods are handed over where they lie
        return 0 if travel.spot(depot.site) == travel.spot(site) else NEVER
    drive = travel.drive(travel.spot(depot.site), site, _profile(scenario, fleet, at), state)
    return drive if drive >= NEVER else drive + sum((drive - 1) // every * lasts for every, lasts, _ in fleet.stops)


def planned_approach(scenario: Scenario, depot: Depot, at: int) -> int:
    """Return the planned drive of trucks from their base to a depot on open roads (ms); 0 where there is none."""
    travel, fleet = scenario.travel, first_fleet(scenario, depot)
    if fleet is None:
        return 0
    base = scenario.teams[fleet.trucks[0]].base
    drive = travel.drive(travel.spot(base), depot.site, _profile(scenario, fleet, at), travel.state(frozenset()))
    return 0 if drive >= NEVER else drive


def _profile(scenario: Scenario, fleet: Fleet, at: int) -> int:
    vehicle = scenario.teams[fleet.trucks[0]].vehicle
    return scenario.travel.profile(vehicle, scenario.hour_of_day(at), scenario.weather)
