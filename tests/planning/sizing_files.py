"""A small reserve on a straight line at 1 km a minute: two depots 30 km apart, two cases; a hand counts all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CASE = """\
format: 1
name: tents for A
mode: drill
start: 2026-01-15 02:00
coordinates: metres
network: {straight_line: {speed: 60 km/h, detour: 1}}
items:
  - {id: tent, name: Tent, unit: pc, kind: reusable, mass: 80 kg, volume: 0.4 m3, price: 1000 yuan, shelf_life: 3650 d,
     shortage: 5000 yuan, source: assumed}
fleets:
  - {id: near-lorries, place: "0, 0", vehicle: heavy, count: 2, payload: 8 t, volume: 40 m3, find: 5 min}
  - {id: far-lorries, place: "30000, 0", vehicle: heavy, count: 2, payload: 8 t, volume: 40 m3, find: 5 min}
depots:
  - id: near
    name: Near
    place: "0, 0"
    loading: 100 t/h
    steps: [{step: order, time: 10 min}, {step: receiving, time: 20 min}]
    fleets: [near-lorries]
    stock: [{item: tent, quantity: 2 pc, owner: city}]
  - id: far
    name: Far
    place: "30000, 0"
    loading: 100 t/h
    steps: [{step: order, time: 10 min}, {step: receiving, time: 20 min}]
    fleets: [far-lorries]
    stock: [{item: tent, quantity: 3 pc, owner: county}]
incidents:
  - id: one
    name: A
    place: "10000, 0"
    at: 02:00
    supplies: [{item: tent, quantity: 10 pc, deadline: 70 min, when_missing: warning}]
"""
STUDY = """\
format: 1
study: size
name: tents
question: how many, and where?
cases:
  - {id: a, name: Case A, scenario: case.yaml, probability: 10 %}
  - id: b
    name: Case B
    scenario: case.yaml
    change: {incidents: [{id: one, name: B, place: "40000, 0", supplies: [{item: tent, quantity: 12 pc, deadline: 70 min, when_missing: warning}]}]}
    probability: 20 %
  - {id: none, name: Quiet, probability: 70 %}
budget: 20000 yuan
budgets: [0 yuan, 5000 yuan, 10000 yuan]
packs: {tent: 5 pc}
gap: 0 %
"""
ASKED = {"a": 10, "b": 12}
CHANCE = {"a": 0.1, "b": 0.2}
PENALTY, YEARLY = 5000.0, 100.0
"""Yuan a tent short; a tenth of the price a year."""
DRAWN = STUDY.replace("scenario: case.yaml", "scenario: drawn.yaml").replace("probability: 10 %", "probability: 10 %, draws: 4").replace(
    "probability: 20 %", "probability: 20 %\n    draws: 4"
).replace("quantity: 12 pc,", "quantity: {planned: 12 pc, p90: 24 pc},") + "proof: 6\nminimum: [{item: tent, amount: 12 pc, basis: <b>rule</b>}]\n"  # fmt: skip
"""The same with needs that are drawn, and a standard."""


def write(folder: Path, study: str = STUDY, case: str = CASE) -> Path:
    """Write a study with its scenario files; returns the study."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "drillsim.toml").touch()
    (folder / "case.yaml").write_text(case, encoding="utf-8")
    drawn = case.replace("mode: drill", "mode: plan\nreplications: 4").replace(
        "quantity: 10 pc,", "quantity: {planned: 10 pc, p90: 20 pc},"
    )
    (folder / "drawn.yaml").write_text(drawn, encoding="utf-8")
    path = folder / "study.yaml"
    path.write_text(study, encoding="utf-8")
    return path


def short(near: float, far: float) -> dict[str, float]:
    """Return the tents short in each case: A is reached from both depots in time, B from the far one alone."""
    return {"a": max(0.0, ASKED["a"] - near - far), "b": max(0.0, ASKED["b"] - far)}


def cost(near: float, far: float) -> float:
    """Return what a stock costs in an expected year: a tenth of its price, and what is short."""
    return YEARLY * (near + far) + PENALTY * sum(CHANCE[case] * lacking for case, lacking in short(near, far).items())


def service(near: float, far: float) -> float:
    """Return the share that comes in time; all tents weigh alike."""
    lacking = sum(CHANCE[case] * units for case, units in short(near, far).items())
    return 1 - lacking / sum(CHANCE[case] * units for case, units in ASKED.items())
