"""Small studies for comparisons: one team on a straight line, 1 km a minute; changes whose effect a hand can count."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CALLS = """\
format: 1
name: two calls
mode: plan
start: 2026-01-01 08:00
coordinates: metres
replications: 30
network: {straight_line: {speed: 60 km/h, detour: 1}}
bases: [{id: b, place: "0, 0"}]
teams:
  - {id: t, base: b, capabilities: [help], turnout: {planned: 4 min, p90: 8 min}, source: assumed}
packages: {p: [{capability: help, work: {planned: 10 min, p90: 20 min}}]}
incidents:
  - {id: one, place: "12000, 0", at: 08:00, package: p}
  - {id: two, place: "6000, 0", at: 08:05, package: p}
objectives: [{metric: response, at_most: 30 min}]
"""
STUDY = """\
format: 1
study: compare
name: quick or slow
scenario: calls.yaml
variants:
  - {id: slow}
  - {id: quick, name: Quick turnout, change: {teams: [{id: t, turnout: {planned: 2 min, p90: 4 min}}]}, cost: 20000 yuan}
metrics: [response, wait.queue]
"""


def write(folder: Path, study: str = STUDY, scenario: str = CALLS) -> Path:
    """Write a scenario and a study beside it; returns the study."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "drillsim.toml").touch()
    (folder / "calls.yaml").write_text(dedent(scenario), encoding="utf-8")
    path = folder / "study.yaml"
    path.write_text(dedent(study), encoding="utf-8")
    return path


def row(found, metric: str, variant: str):
    """Return the row of a metric and a variant."""
    return next(one for one in found.summary["comparison"] if (one["metric"], one["variant"]) == (metric, variant))
