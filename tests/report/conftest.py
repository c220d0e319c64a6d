"""Runs to be shown: the hazchem drill, some days of routine calls, and a small drill whose names mean harm."""

from __future__ import annotations

import itertools
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


def viewed(name: str, language: str = "zh", change=None) -> View:
    """Run a shipped drill and show it; `change` makes another scenario of it first."""
    scenario = load_scenario(ROOT / f"scenarios/{name}.yaml")
    scenario = scenario if change is None else change(scenario)
    return View(scenario, run(scenario), language, scenario.places)


def with_floor(teams: int, *lenders: str):
    """Return a change that lets some lenders keep so many teams at home."""
    def change(scenario: Scenario) -> Scenario:
        changed = tuple(
            replace(lender, floor=replace(lender.floor, teams=teams)) if lender.id in lenders else lender
            for lender in scenario.command.lenders
        )
        return replace(scenario, command=replace(scenario.command, lenders=changed))

    return change


@pytest.fixture(scope="session")
def joint() -> View:
    """Run the joint drill by the chain of command."""
    return viewed("jsm-hazchem-joint")


@pytest.fixture(scope="session")
def refused() -> View:
    """Run the joint drill with two lenders that must keep more than they have."""
    return viewed("jsm-hazchem-joint", change=with_floor(9, "zhungeer", "hohhot"))


@pytest.fixture(scope="session")
def lender() -> View:
    """Run the drill in which we lend, and in part."""
    return viewed("jsm-hazchem-joint-lender")


@pytest.fixture(scope="session")
def silent() -> View:
    """Run the call tree with a village that does not answer."""
    return viewed("call-and-answer-youyu-silent")


@pytest.fixture(scope="session")
def three() -> View:
    """Run the mine rescue with three squads."""
    return viewed("mine-rescue-majialiang-three")


@pytest.fixture(scope="session")
def legible():
    """Return a check that every text of a drawn figure lies inside it and that none covers another."""
    from matplotlib.text import Text

    def check(figure) -> int:
        renderer = figure.canvas.get_renderer()
        width, height = figure.get_size_inches() * figure.dpi
        shown = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
        boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in shown]
        for said, box in boxes:
            assert box.x0 >= 0, said
            assert box.y0 >= 0, said
            assert box.x1 <= width, said
            assert box.y1 <= height, said
        for (one, a), (other, b) in itertools.combinations(boxes, 2):
            apart = a.x1 <= b.x0 + 0.5 or b.x1 <= a.x0 + 0.5 or a.y1 <= b.y0 + 1.5 or b.y1 <= a.y0 + 1.5
            assert apart, (one, other)
        return len(boxes)

    return check


@pytest.fixture
def city_view(city, places) -> View:
    """Show the routine calls in Chinese."""
    return View(*city, "zh", places)
