"""The resolved scenario that a results folder keeps stands for the run: it loads by itself and gives the same log."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.engine.simulate import simulate
from sim.experiment.runs import run
from sim.scenario import load_scenario
from sim.units import DAY

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["hazchem-pingshuo", "city-daily"])
def test_a_resolved_scenario_gives_the_same_log(name, tmp_path):
    """Out of a folder outside the project, with the project's root given; a drill run as a plan says so."""
    from dataclasses import replace

    scenario = load_scenario(ROOT / "scenarios" / f"{name}.yaml").as_plan()
    file = tmp_path / "scenario.resolved.yaml"
    file.write_text(scenario.resolved, encoding="utf-8")
    again = load_scenario(file, root=ROOT)
    assert again.mode == "plan"
    short = [replace(one, ends=DAY if one.sources else one.ends) for one in (scenario, again)]
    assert simulate(short[0], 3).digest == simulate(short[1], 3).digest


def test_a_table_beside_an_included_file_counts(tmp_path):
    """Changing it changes the digest of the scenario, and so the folder that a run goes to; its path is kept from the root."""
    (tmp_path / "drillsim.toml").write_text("", encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "h.csv").write_text("time,place\n2026-01-01 08:05,b\n", encoding="utf-8")
    (tmp_path / "data" / "inc.yaml").write_text(
        "incident_tables: [{id: h, kind: k, file: h.csv}]\nincident_types: {k: {package: p}}\npackages: {p: [{capability: help}]}\n",
        encoding="utf-8",
    )
    (tmp_path / "s").mkdir()
    file = tmp_path / "s" / "a.yaml"
    file.write_text(
        "format: 1\nname: a\nmode: drill\nstart: 2026-01-01 08:00\ncoordinates: metres\ninclude: [../data/inc.yaml]\n"
        "network: {straight_line: {speed: 60 km/h}}\nbases: [{id: b, place: '0, 0'}]\n"
        "teams: [{id: t, base: b, capabilities: [help]}]\n",
        encoding="utf-8",
    )
    first = load_scenario(file)
    assert "file: data/h.csv" in first.resolved
    (tmp_path / "data" / "h.csv").write_text("time,place\n2026-01-01 08:06,b\n", encoding="utf-8")
    assert load_scenario(file).digest != first.digest


def test_a_policy_of_ones_own_runs_in_one_process_only(tmp_path):
    """With more jobs it is refused before anything is written, not by a crash in a worker."""
    from dataclasses import replace

    from sim.errors import InputError

    scenario = replace(load_scenario(ROOT / "scenarios/hazchem-pingshuo.yaml").as_plan(), policies=("owner_first",))
    with pytest.raises(InputError, match="owner_first"):
        run(scenario, 2, jobs=2, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    plain = replace(scenario, policies=("nearest_idle",))
    assert run(plain, 2, jobs=2).replications == 2
