"""Runs with supplies to be shown: a village that a hand can count, the winter earthquake, the tank fire."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from sim.experiment.runs import run
from sim.report.view import View
from sim.scenario import load_scenario

from .conftest import ROOT, viewed

VILLAGE = """
format: 1
name: tents for a village
mode: drill
start: 2026-01-10 02:00
coordinates: metres
network: {straight_line: {speed: 60 km/h, detour: 1}}
authorities: [{id: city}, {id: province}]
items:
  - {id: tent, unit: tent, kind: reusable, mass: 50 kg, price: 1500 yuan, source: assumed}
  - {id: stove, unit: stove, kind: reusable, mass: 20 kg, price: 400 yuan}
sets: [{id: winter-tent, parts: {tent: 1, stove: 1}, serves: 6}]
fleets: [{id: lorries, place: "0, 0", count: 3, payload: 8 t, find: 30 min, per_hour: 200 yuan}]
depots:
  - id: store
    name: city store
    place: "0, 0"
    fleets: [lorries]
    steps: [{step: order, time: 20 min, post: city}, {step: trucks}, {step: receiving, time: 60 min}]
    stock:
      - {item: tent, quantity: 90, owner: city}
      - {item: tent, quantity: 60, owner: province, usable: no}
      - {item: stove, quantity: 70, owner: city}
incidents:
  - id: quake
    place: "20000, 0"
    at: 02:00
    signals: {displaced: 600}
    supplies: [{set: winter-tent, per: {signal: displaced, each: 6}, deadline: 10 h}]
"""
"""100 sets are asked for at 02:00; 90 tents and 70 stoves are there after 20 + 30 + 20 min of driving + 60 min: at 04:10."""


@cache
def village(folder) -> View:
    """Run the drill of the village."""
    path = folder / "village.yaml"
    path.write_text(VILLAGE, encoding="utf-8")
    scenario = load_scenario(path)
    return View(scenario, run(scenario), "zh")


@cache
def winter(variant: str = "") -> View:
    """Run the winter earthquake, planned values."""
    return viewed(f"winter-huairen{variant}")


@cache
def winter_plan() -> View:
    """Run twenty replications of the winter earthquake."""
    scenario = load_scenario(ROOT / "scenarios/winter-huairen.yaml").as_plan()
    return View(scenario, run(scenario, 20), "zh", scenario.places)


@cache
def tank() -> View:
    """Run the tank fire, planned values."""
    return viewed("tank-fire-foam")


def named_harmfully(view: View, harm: str) -> View:
    """Return a view in which everything of supplies has a name out of a bad dream."""
    supplies = view.scenario.supplies
    changed = replace(
        supplies, items=tuple(replace(one, name=f"_{harm}", unit=harm) for one in supplies.items),
        kits=tuple(replace(one, name=harm) for one in supplies.kits),
        depots=tuple(replace(one, name=f"{n}{harm}") for n, one in enumerate(supplies.depots)),
        stores=tuple(replace(one, name=harm, owner=f"_{n}{harm}") for n, one in enumerate(supplies.stores)),
        suppliers=tuple(replace(one, name=harm) for one in supplies.suppliers),
    )  # fmt: skip
    return View(replace(view.scenario, name=harm, supplies=changed), view.results, "zh")
