"""Runs to be shown: the hazchem drill, some days of routine calls, and a small drill whose names mean harm."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sim.experiment.runs import run
from sim.network.line import Line as StraightLine
from sim.network.line import LineTravel
from sim.network.trips import Site as TravelSite
from sim.report.view import View
from sim.scenario import load_scenario
from sim.units import DAY

if TYPE_CHECKING:
    from sim.experiment.results import Results
    from sim.scenario.frozen import Scenario

ROOT = Path(__file__).resolve().parents[2]
HARM = "$x^2$<script>alert(1)</script>\u202e=1+1\x07 '\"><img src=x onerror=y> " + "很长的名字" * 30


@pytest.fixture(scope="session")
def hazchem() -> tuple[Scenario, Results]:
    """Run the shipped drill, planned values."""
    scenario = load_scenario(ROOT / "scenarios/hazchem-pingshuo.yaml")
    return scenario, run(scenario)


@pytest.fixture(scope="session")
def city() -> tuple[Scenario, Results]:
    """Run four days of the shipped routine calls, three replications."""
    scenario = replace(load_scenario(ROOT / "scenarios/city-daily.yaml"), ends=4 * DAY)
    return scenario, run(scenario, 3)


@pytest.fixture(scope="session")
def harmful(hazchem) -> tuple[Scenario, Results]:
    """Run the drill on straight lines, with every name out of a bad dream."""
    scenario, _ = hazchem
    sites = tuple(replace(site, name=f"{HARM}{n}") for n, site in enumerate(scenario.sites))
    travel = LineTravel(StraightLine(60.0), [TravelSite(site.x, site.y, site.name) for site in sites])
    bad = replace(
        scenario, name=HARM, question=HARM, travel=travel, road_events=(), sites=sites, resolved="name: x\n", notices=(f"© {HARM}",),
        teams=tuple(replace(team, name=f"_{n}{HARM}", owner=f"_{n % 10}{HARM}") for n, team in enumerate(scenario.teams)),
        planned=tuple(replace(incident, name=HARM) for incident in scenario.planned),
        assumptions=tuple(replace(found, what=f"teams/{HARM}", value=HARM, file=HARM) for found in scenario.assumptions[:2]),
        objectives=tuple(replace(goal, basis=HARM) for goal in scenario.objectives),
    )  # fmt: skip
    return bad, run(bad)


@pytest.fixture(scope="session")
def places(hazchem):
    return hazchem[0].places


@pytest.fixture
def view(hazchem, places) -> View:
    """Show the drill in Chinese."""
    return View(*hazchem, "zh", places)


@pytest.fixture
def city_view(city, places) -> View:
    """Show the routine calls in Chinese."""
    return View(*city, "zh", places)
