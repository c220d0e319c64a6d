"""``why`` on the command line: sentences, a table, JSON, one team, and how it refuses."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

import sim
from sim.cli.main import front

ROOT = Path(__file__).parents[2]
LENDER = "scenarios/jsm-hazchem-joint-lender.yaml"


def call(*words: str):
    """Run a command in this process, from the root of the project."""
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        return CliRunner().invoke(front, list(words), catch_exceptions=False)
    finally:
        os.chdir(before)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return the results folder of the drill in which our team is lent."""
    out = tmp_path_factory.mktemp("out")
    assert call(LENDER, "--out", str(out), "--no-figures").exit_code == 0
    return str(next(out.glob("*/*")))


def test_why_in_the_language_of_the_run(folder):
    """Chronological, with clock times; the table of who cannot come at the end."""
    done = call("why", folder, "--incident", "datong-leak")
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert lines[0] == "晋陕蒙联动 · 平鲁液氨泄漏 · 我为出借方 · 大同某园区液氨泄漏 (datong-leak) · 计划值"
    clocks = [line[:5] for line in lines[2:] if line[2:3] == ":"]
    assert clocks == sorted(clocks)
    assert "08:57 平朔同意派 2 支(请求 3 支)" in done.output
    assert "谁来不了,为什么" in done.output
    assert any(line.split()[:2] == ["平朔危化救援队", "3"] and "留守底线" in line for line in lines)


def test_why_in_english_and_of_one_team(folder):
    """`--lang en`, `--team`: what concerns that team, by id or name."""
    one = call("why", folder, "--incident", "leak", "--team", "pingshuo-haz-1", "--lang", "en")
    assert one.exit_code == 0
    assert "busy: 平朔危化救援队 1 (at '大同某园区液氨泄漏', free at 13:41)" in one.output
    assert "Who cannot come, and why" in one.output
    assert "准格尔危化救援队 2" not in one.output
    assert one.output == call("why", folder, "--incident", "leak", "--team", "平朔危化救援队 1", "--lang", "en").output


def test_why_as_json(folder):
    """Everything with ids and minutes, for programs."""
    told = json.loads(call("why", folder, "--incident", "datong-leak", "--json").output)
    answer = next(choice for choice in told["choices"] if choice["kind"] == "answer")
    assert [team["verdict"] for team in answer["teams"]] == ["chosen", "chosen", "kept"]
    assert answer["time"] == 57
    assert {"team": "pingshuo-haz-3", "why_not": "kept"}.items() <= next(
        row for row in told["who_cannot"] if row["team"] == "pingshuo-haz-3"
    ).items()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--incident", "datong-leek"), "是否想写:datong-leak"),
        ((), "此处可用:datong-leak、leak"),
        (("--incident", "leak", "--replication", "3"), "没有第 3 次重复运行"),
        (("--incident", "leak", "--team", "平朔危化"), "没有队伍“平朔危化”"),
    ],
)
def test_why_helps_with_what_it_does_not_know(folder, words, said):
    """Near misses are offered; exit code 2, and nothing else on the screen."""
    done = call("why", folder, *words)
    assert done.exit_code == 2
    assert said in done.output


def test_why_refuses_a_run_that_does_not_repeat(folder):
    """Exit code 2, in both languages."""
    file = Path(folder) / "replications.csv"
    kept = file.read_bytes()
    try:
        head, row, *_ = kept.decode().splitlines()
        cells = row.split(",")
        file.write_text("\n".join([head, ",".join([cells[0], "f" * 64, *cells[2:]])]) + "\n", encoding="utf-8")
        for language, said in (("zh", "与结果中保存的不一致"), ("en", "does not come out as it is in these results")):
            done = call("why", folder, "--incident", "leak", "--lang", language)
            assert done.exit_code == 2
            assert said in done.output
    finally:
        file.write_bytes(kept)


def test_goods_have_no_list_of_teams(tmp_path):
    """A night that asks for goods alone: which store sends what, what nobody can send, and no word of teams that cannot come."""
    results = sim.run(sim.load_scenario(ROOT / "scenarios" / "winter-huairen-untouched.yaml"), out=tmp_path)
    done = call("why", str(results.path), "--incident", "quake")
    assert done.exit_code == 0
    assert "帐篷取暖炉:需 2,000 台" in done.output
    assert "尚缺 800 台,暂无处可调" in done.output
    assert "不得动用" in done.output
    assert "谁来不了" not in done.output
