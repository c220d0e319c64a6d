"""The command `size`, and `check` and `translate` of studies, as a planner uses them."""

from __future__ import annotations

import json
import os
from pathlib import Path

from click.testing import CliRunner

from sim.cli.main import front
from sim.experiment.stop import Interrupted
from tests.experiment.studies import STUDY as COMPARISON
from tests.experiment.studies import write as write_comparison
from tests.planning.sizing_files import DRAWN, STUDY, write

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
    """One sentence first, then the proof, tables, and where results, figures and report lie; `--json` is the summary."""
    done = call("size", write(tmp_path), "--out", tmp_path / "results")
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert lines[1] == "tents    sizing of the reserve"
    assert lines[2].startswith("Answer  Buying for 10,000 yuan (Far Tent 10 pc; of 20,000 yuan): what comes in time")
    assert "Simulated (planned values) it reaches: today's stock 32 %, the proposal 100 %" in done.output
    assert lines[-1].endswith("figures 3")
    folder = Path(lines[-1].split()[1])
    assert {path.name for path in folder.iterdir()} == {
        "proposal.csv", "service.csv", "curve.csv", "summary.json", "manifest.json", "study.resolved.yaml", "figures", "report.html",
    }  # fmt: skip
    assert sorted(path.name for path in (folder / "figures").iterdir()) == ["curve.png", "plan.png", "service.png"]
    again = call("size", tmp_path / "study.yaml", "--out", tmp_path / "results", "--resume", "--json", "--no-figures")
    assert json.loads(again.output) == json.loads((folder / "summary.json").read_text(encoding="utf-8"))


def test_without_a_proof(tmp_path):
    """Only promised, and said so; the language asked for."""
    done = call("size", write(tmp_path), "--out", tmp_path / "results", "--no-proof", "--no-figures", "--lang", "zh")
    assert done.exit_code == 0
    assert "结论  增购 1 万元(Far Tent 10 pc,预算 2 万元)" in done.output
    assert "规划承诺,未经仿真" in done.output
    assert "未经仿真验证:仅为规划承诺。" in done.output


def test_replications_and_seed_are_asked_for(tmp_path):
    """`-n` and `--seed` take the place of what the file says."""
    words = ("--out", tmp_path / "results", "--no-figures", "--json", "-n", 2, "--seed", 5)
    summary = json.loads(call("size", write(tmp_path, DRAWN), *words).output)
    assert (summary["proof"]["replications"], summary["seed"]) == (2, 5)


def test_mistakes_end_with_two(tmp_path):
    """Findings with file and line; nothing is written. A budget below the minimum says what fights."""
    done = call("size", write(tmp_path, STUDY.replace("70 %", "60 %")), "--out", tmp_path / "results")
    assert done.exit_code == 2
    assert "the probabilities make 0.9, not 1" in done.output
    assert call("size", tmp_path / "none.yaml").exit_code == 2
    assert call("size", tmp_path / "case.yaml").exit_code == 2
    fight = STUDY + "minimum: [{item: tent, amount: 100 pc, basis: the rule}]\n"
    done = call("size", write(tmp_path, fight), "--out", tmp_path / "results")
    assert done.exit_code == 2
    assert "budget" in done.output
    assert not (tmp_path / "results").exists()


def test_interrupted_says_where(tmp_path, monkeypatch):
    """Ctrl-C: exit 130, and how to go on."""

    def stopped(*_: object, **__: object):
        raise Interrupted(2, 3, 10, tmp_path / "here")

    monkeypatch.setattr("sim.planning.sizing.answer.size", stopped)
    done = call("size", write(tmp_path))
    assert done.exit_code == 130
    assert "--resume" in done.output
    assert "here" in done.output


def test_check_reads_studies_of_both_kinds(tmp_path):
    """Sound ones end with nothing to say; mistakes of the study and of its scenarios are told; a kind must exist."""
    assert call("check", write(tmp_path)).output.endswith("study.yaml: 0 errors, 0 warnings\n")
    assert call("check", write_comparison(tmp_path / "compare")).exit_code == 0
    for study in ("size-reserve", "compare-direct-clause"):
        assert call("check", f"studies/{study}.yaml").exit_code == 0
    done = call("check", write(tmp_path, STUDY.replace("budget: 20000 yuan", "buget: 3 yuan")), "--json")
    told = json.loads(done.output)
    assert (done.exit_code, told["ok"]) == (2, False)
    assert [(one["code"], one["line"]) for one in told["findings"]] == [("unknown-key", 13)]
    done = call("check", write_comparison(tmp_path / "compare", COMPARISON.replace("turnout:", "turnot:")))
    assert done.exit_code == 2
    assert "unknown key 'turnot'" in done.output
    done = call("check", write(tmp_path, STUDY.replace("study: size", "study: sizes")))
    assert done.exit_code == 2
    assert "there is no study 'sizes'" in done.output


def test_translate_reads_studies_of_both_kinds(tmp_path):
    """Keys of the study and of what stands under `change`, and back again to the same text."""
    for name, path in (("size", write(tmp_path / "size")), ("compare", write_comparison(tmp_path / "compare"))):
        chinese = tmp_path / name / "zh.yaml"
        assert call("translate", path, "--to", "zh", "-o", chinese).exit_code == 0
        text = chinese.read_text(encoding="utf-8")
        assert text.startswith({"size": "格式: 1\n研究: 定量\n", "compare": "格式: 1\n研究: 比选\n"}[name])
        assert "change" not in text
        assert call("translate", chinese, "--to", "en").output == path.read_text(encoding="utf-8")
        assert call("check", chinese).exit_code == 0
