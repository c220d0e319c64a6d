"""The command `compare` as a planner uses it: what it prints, what it writes, and how it ends."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli.main import front
from sim.errors import InputError
from sim.experiment.stop import Interrupted
from tests.experiment.studies import CALLS, STUDY, write

ROOT = Path(__file__).parents[2]


def call(*words: object):
    """Run a command in this process, from the root of the project."""
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        return CliRunner().invoke(front, [str(word) for word in words], catch_exceptions=False)
    finally:
        os.chdir(before)


def test_a_study_answers(tmp_path):
    """One sentence first, then how sure it is, a table a metric, and where the results lie."""
    done = call("compare", write(tmp_path), "--out", tmp_path / "results", "--no-log")
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert lines[1] == "quick or slow    comparison (plan test)"
    assert lines[2].startswith("Answer  Quick turnout is best: First team on the scene")
    assert "the difference is real" in lines[2]
    assert "30 replications a variant, common draws, paired; 95 % intervals, verdicts after Holm's correction for 2" in done.output
    assert "20,000 yuan" in done.output
    folder = Path(lines[-1].split()[1])
    assert sorted(path.name for path in folder.iterdir()) == [
        "comparison.csv", "figures", "manifest.json", "report.html", "study.resolved.yaml", "summary.json", "variants",
    ]  # fmt: skip
    assert sorted(path.name for path in (folder / "variants").iterdir()) == ["quick", "slow"]
    again = call("compare", tmp_path / "study.yaml", "--out", tmp_path / "results", "--no-log", "--resume", "--json", "--no-figures")
    assert json.loads(again.output) == json.loads((folder / "summary.json").read_text(encoding="utf-8"))


def test_files_answer_in_the_language_asked(tmp_path):
    """Scenario files are variants; `--lang` decides the language."""
    file = write(tmp_path).with_name("calls.yaml")
    done = call("compare", file, file, "-n", 3, "--out", tmp_path / "results", "--no-figures", "--lang", "zh", "--seed", 4)
    assert done.exit_code == 0
    assert "结论  各方案的首支力量到场与calls完全相同,无实质差别。" in done.output
    assert "各方案推演 3 次" in done.output


def test_planned_values_have_no_interval(tmp_path):
    """A drill: no replications, no ±, no correction."""
    done = call("compare", write(tmp_path, STUDY + "mode: drill\n"), "--out", tmp_path / "results", "--no-figures")
    assert done.exit_code == 0
    assert "comparison (planned values)" in done.output
    assert "no chance in it" in done.output
    assert "±" not in done.output


def test_mistakes_end_with_two(tmp_path):
    """Findings with file and line; nothing is written."""
    done = call("compare", write(tmp_path, STUDY.replace("turnout:", "turnot:")), "--out", tmp_path / "results")
    assert done.exit_code == 2
    assert "study.yaml:7: unknown key 'turnot' · did you mean turnout" in done.output
    assert "nothing was written" in done.output
    assert not (tmp_path / "results").exists()
    assert call("compare", tmp_path / "calls.yaml").exit_code == 2
    assert call("compare", tmp_path / "none.yaml").exit_code == 2
    assert call("compare").exit_code == 2


def test_interrupted_says_where(tmp_path, monkeypatch):
    """Ctrl-C: exit 130, and how to go on."""

    def stopped(*_: object, **__: object):
        raise Interrupted(2, 1, 4, tmp_path / "kept")

    monkeypatch.setattr("sim.experiment.compare.compare", stopped)
    done = call("compare", write(tmp_path, STUDY), "--lang", "zh")
    assert done.exit_code == 130
    assert f"已中断,完成的保存在 {tmp_path / 'kept'};加 --resume 接着做。" in done.output


def test_a_cluster_of_this_machine(tmp_path):
    """`--cluster local` gives the numbers of this process."""
    pytest.importorskip("distributed")
    study = write(tmp_path, STUDY, CALLS)
    words = ("compare", study, "-n", 2, "--no-figures", "--json")
    here = call(*words, "--out", tmp_path / "a")
    there = call(*words, "--out", tmp_path / "b", "--cluster", "local")
    assert here.exit_code == there.exit_code == 0
    assert json.loads(here.output) == json.loads(there.output)


def test_dask_that_is_not_there(tmp_path, monkeypatch):
    """Without the package: how to install it."""
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    from sim.experiment.cluster import Cluster

    with pytest.raises(InputError) as error:
        Cluster("local", 1, "en")
    assert [finding.code for finding in error.value.findings] == ["no-dask"]


def test_a_study_is_sent_to_its_command():
    """Run as a scenario, a study is refused with one finding: the command to use."""
    done = call("studies/size-reserve.yaml")
    assert done.exit_code == 2
    assert "run_scenario.py size studies/size-reserve.yaml" in done.output
    assert done.output.count("studies/size-reserve.yaml:1") == 1
