"""The command line as a planner uses it: what it prints, what it writes, and how it ends."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli.main import front

ROOT = Path(__file__).parents[2]
LEAK = "scenarios/hazchem-pingshuo.yaml"
SMALL = """\
format: 1
name: two calls
mode: drill
start: 2026-01-01 08:00
coordinates: metres
network: {straight_line: {speed: 60 km/h, detour: 1}}
bases: [{id: b, place: "0, 0"}]
teams: [{id: t, base: b, capabilities: [help], turnout: 1 min}]
packages: {p: [{capability: help, work: 10 min}]}
incidents:
  - {id: one, place: "5000, 0", at: 08:00, package: p}
  - {id: two, place: "10000, 0", at: 08:02, package: p}
"""


def call(*words: str):
    """Run a command in this process, from the root of the project."""
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        return CliRunner().invoke(front, list(words), catch_exceptions=False)
    finally:
        os.chdir(before)


@pytest.fixture
def small(tmp_path):
    """Return a small scenario file in a folder of its own."""
    file = tmp_path / "small.yaml"
    file.write_text(SMALL, encoding="utf-8")
    return file


def test_a_scenario_runs_and_answers(tmp_path):
    """The main job: the answer comes first, in the language of the file; the results lie where it says."""
    done = call(LEAK, "--out", str(tmp_path), "--no-figures")
    assert done.exit_code == 0
    assert "结论  按计划值" in done.output
    assert "按市预案(假定): 首支堵漏到场 不超过 40 分钟: 达到" in done.output
    folder = next(tmp_path.glob("*/*"))
    assert str(folder) in done.output
    kept = {path.name for path in folder.iterdir()}
    assert {"manifest.json", "scenario.resolved.yaml", "events.parquet", "routes.parquet", "summary.json", "metrics.csv",
            "assumptions.csv"} <= kept  # fmt: skip


def test_the_answer_is_right_to_the_minute(small, tmp_path):
    """Two calls, one team, by hand: 5 km in 5 min; the second waits until 08:16, then 5 km more."""
    done = call(str(small), "--out", str(tmp_path / "out"), "--no-figures")
    summary = json.loads(next(tmp_path.glob("out/*/*/summary.json")).read_text(encoding="utf-8"))
    # one: 1 turn-out + 5 drive; two: raised 08:02, ordered 08:16 at the first scene, there 08:21.
    assert summary["metrics"]["response"]["mean"] == pytest.approx((6 + 19) / 2)
    assert summary["metrics"]["wait.queue"]["mean"] == pytest.approx((0 + 14) / 2)
    assert summary["drives"] == {"measured": 0, "derived": 3}
    assert done.exit_code == 0


def test_replications_turn_chance_on(tmp_path):
    """`-n` makes a plan test of a drill; means have an interval."""
    call(LEAK, "--out", str(tmp_path), "--no-figures", "-n", "5")
    summary = json.loads(next(tmp_path.glob("*/*/summary.json")).read_text(encoding="utf-8"))
    assert summary["replications"] == 5
    low, high = summary["metrics"]["package.complete"]["ci95"]
    assert low < summary["metrics"]["package.complete"]["mean"] < high


def test_replication_k_alone_equals_itself_in_the_batch(tmp_path):
    """`--replication 2` gives the digest that replication 2 has among five."""
    import pandas as pd

    call(LEAK, "--out", str(tmp_path / "all"), "--no-figures", "-n", "5")
    call(LEAK, "--out", str(tmp_path / "one"), "--no-figures", "-n", "5", "--replication", "2")
    digest = [
        pd.read_csv(next((tmp_path / name).glob("*/*/replications.csv"))).set_index("replication")["digest"][2]
        for name in ("all", "one")
    ]
    assert digest[0] == digest[1]


def test_english_on_demand(tmp_path):
    """`--lang en` answers a Chinese file in English."""
    done = call(LEAK, "--out", str(tmp_path), "--no-figures", "--lang", "en")
    assert "As planned, the first 堵漏 is on the scene at 10:01" in done.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("chek", LEAK), "是否想用 check"),
        (("scenarios/hazchem-pingshou.yaml",), "hazchem-pingshuo.yaml"),
        (("run", LEAK, "-n", "0"), "0"),
    ],
)
def test_mistyped_words_are_told_apart(words, said):
    """A mistyped command offers the command, a mistyped file the file; both end with 2."""
    done = call(*words)
    assert done.exit_code == 2
    assert said in done.output


def test_bad_input_ends_with_2_and_writes_nothing(small, tmp_path):
    """Every finding has file, line and remedy; no folder appears."""
    small.write_text(SMALL.replace("base: b,", "base: bb,").replace("turnout: 1 min", "turnout: -1 min"), encoding="utf-8")
    done = call(str(small), "--out", str(tmp_path / "out"))
    assert done.exit_code == 2
    assert f"{small}:8" in done.output
    assert not (tmp_path / "out").exists()


def test_check_lists_findings_as_json(small):
    """`check --json` is for programs: code, file, line, words in both languages."""
    small.write_text(SMALL.replace("turnout", "turnuot"), encoding="utf-8")
    done = call("check", str(small), "--json")
    found = json.loads(done.output)
    assert done.exit_code == 2
    assert not found["ok"]
    finding = found["findings"][0]
    assert (finding["code"], finding["line"]) == ("unknown-key", 8)
    assert "turnout" in finding["remedy"]["en"]
    assert finding["remedy"]["zh"]
    small.write_text(SMALL, encoding="utf-8")
    assert json.loads(call("check", str(small), "--json").output) == {"ok": True, "findings": []}


def test_strict_makes_warnings_count(small):
    """A time that is taken as the next day is a warning; `--strict` refuses it."""
    small.write_text(SMALL.replace("at: 08:02", "at: 07:59"), encoding="utf-8")
    relaxed, strict = call("check", str(small)), call("check", str(small), "--strict")
    assert (relaxed.exit_code, strict.exit_code) == (0, 2)
    assert "day 2 07:59" in strict.output


def test_diff_finds_the_first_event_that_differs(small, tmp_path):
    """The same file twice is the same; a later turn-out shows first in the departure."""
    call(str(small), "--out", str(tmp_path / "a"), "--no-figures")
    call(str(small), "--out", str(tmp_path / "b"), "--no-figures")
    small.write_text(SMALL.replace("turnout: 1 min", "turnout: 2 min"), encoding="utf-8")
    call(str(small), "--out", str(tmp_path / "c"), "--no-figures")
    a, b, c = (next((tmp_path / name).glob("*/*")) for name in "abc")
    same, other = call("diff", str(a), str(b)), call("diff", str(a), str(c))
    assert (same.exit_code, other.exit_code) == (0, 1)
    assert "team.departed" in other.output or "出动" in other.output


def test_a_translated_scenario_runs_the_same(tmp_path):
    """English keys and Chinese keys give one and the same log."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    (tmp_path / "networks").symlink_to(ROOT / "networks")
    shutil.copy(ROOT / "drillsim.toml", tmp_path)
    english = tmp_path / "scenarios" / "leak-en.yaml"
    assert call("translate", LEAK, "--to", "en", "-o", str(english)).exit_code == 0
    assert "incidents:" in english.read_text(encoding="utf-8")
    (tmp_path / "networks").unlink()
    shutil.copytree(ROOT / "networks" / "jin-shaan-meng", tmp_path / "networks" / "jin-shaan-meng")
    from sim.engine.simulate import simulate
    from sim.scenario import load_scenario

    assert simulate(load_scenario(english)).digest == simulate(load_scenario(ROOT / LEAK)).digest


def test_the_schema_is_current(tmp_path):
    """`scenarios/scenario.schema.json` is what the command writes today."""
    call("schema", "-o", str(tmp_path / "s.json"))
    assert (tmp_path / "s.json").read_text(encoding="utf-8") == (ROOT / "scenarios/scenario.schema.json").read_text(encoding="utf-8")


def test_a_network_is_inspected():
    """Counts, classes, islands, and what a scenario's road events take."""
    done = call("network", "networks/jin-shaan-meng", "--show", LEAK)
    assert "4,927" in done.output
    assert "朔城区至平鲁区运煤车流拥堵" in done.output
    assert done.exit_code == 0


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_within_two_seconds_and_keeps_what_is_finished(tmp_path, signum):
    """Exit code 130, finished replications kept, no worker left behind, and `--resume` goes on from there."""
    words = [sys.executable, "run_scenario.py", LEAK, "--out", str(tmp_path), "--no-figures", "--jobs", "2", "-n", "100000"]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("*/*/.partial/*.block")) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert list(tmp_path.glob("*/*/.partial/*.block")), "no block was finished within a minute"
    began = time.monotonic()
    process.send_signal(signum)
    _, errors = process.communicate(timeout=20)
    assert time.monotonic() - began < 2.5
    assert process.returncode == 130, errors
    assert "--resume" in errors
    assert not list(tmp_path.glob("*/*/summary.json"))
