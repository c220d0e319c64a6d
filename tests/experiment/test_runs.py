"""Runs in memory and in a folder: what they give, and that nothing but scenario, seed and number bears on it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from sim.analysis.fold import fold
from sim.analysis.records import coded
from sim.engine.simulate import simulate
from sim.errors import InputError, RunError
from sim.experiment.results import Results
from sim.experiment.runs import run
from sim.log import CAUSES, COLUMNS, KINDS
from tests.experiment.scenarios import make

if TYPE_CHECKING:
    from pathlib import Path

FINAL = {
    "manifest.json", "scenario.resolved.yaml", "events.parquet", "routes.parquet", "observations.parquet", "summary.json", "metrics.csv",
    "assumptions.csv", "notices.txt", "replications.csv",
}  # fmt: skip


def contents(path: Path) -> dict[str, bytes]:
    """Every file of a result save the manifest, which holds times."""
    return {file.name: file.read_bytes() for file in path.iterdir() if file.is_file() and file.name != "manifest.json"}


@pytest.fixture(scope="module")
def scenario():
    return make()


@pytest.fixture(scope="module")
def plain(scenario):
    return run(scenario, 6)


@pytest.fixture(scope="module")
def saved(scenario, tmp_path_factory):
    return run(scenario, 6, out=tmp_path_factory.mktemp("results"))


def test_run_equals_the_engine(scenario, plain):
    """The digests are those of `simulate`, one by one, and the run's digest is their SHA-256 in order."""
    expected = [simulate(scenario, k).digest for k in range(6)]
    assert list(plain.digests) == expected
    assert plain.digest == sha256("".join(expected).encode()).hexdigest()


def test_events_carry_the_log_as_names(scenario, saved):
    """Every cell of the log on disk is the engine's row spelled out, checked cell by cell for one replication."""
    outcome = simulate(scenario, 3)
    names = {
        "kind": KINDS, "incident": outcome.incidents, "team": [t.id for t in scenario.teams], "item": scenario.signals,
        "place": [s.id for s in scenario.sites], "cause": CAUSES,
    }  # fmt: skip
    frame = saved.events
    frame = frame[frame["replication"] == 3]
    assert frame["seq"].tolist() == list(range(len(outcome.rows)))
    for position, column in enumerate(COLUMNS):
        found = frame[column].tolist()
        for code, cell in zip(outcome.rows[:, position].tolist(), found, strict=True):
            if column in ("time", "quantity"):
                assert cell == code
            elif code < 0 or (column == "cause" and not CAUSES[code]):
                assert pd.isna(cell)
            else:
                assert cell == (str(names[column][code]) if column in names else code)


def test_saved_log_gives_back_the_metrics(scenario, saved):
    """The analysis of the saved table gives the observations that were kept: the results stand alone."""
    frame = saved.events
    again = fold(scenario, *coded(frame[frame["replication"] == 2], scenario))
    seen = saved.observations
    seen = seen[(seen["replication"] == 2) & (seen["metric"] == "response")]["value"].to_numpy()
    np.testing.assert_array_equal(seen, again["response"] / 60_000)
    assert len(seen) > 10


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("keep_log", [True, False])
def test_same_whatever_jobs_and_log(scenario, plain, saved, tmp_path, jobs, keep_log):
    """One job or two, log kept or not: the digests are the same, and every file is to the byte."""
    found = run(scenario, 6, jobs=jobs, out=tmp_path, keep_log=keep_log)
    assert found.digests == plain.digests == saved.digests
    expected = contents(saved.path)
    if not keep_log:
        del expected["events.parquet"]
    assert contents(found.path) == expected


def test_large_scenario_goes_to_workers_once_and_whole(scenario):
    """A scenario too large for the queue goes through a shared file; results are the same."""
    noise = np.random.default_rng(1).bytes(300_000).hex()
    large = replace(scenario, resolved=noise, digest="large")
    assert run(large, 4, jobs=2).digests == run(scenario, 4).digests


def test_steps_that_are_absent_stay_absent_in_workers():
    """A scenario that went to a worker still tells "no decision" from "a decision that takes no time"."""
    from sim.experiment.worker import packed
    from sim.scenario.frozen import ZERO, Ticks

    import pickle  # isort: skip

    scenario = make()
    moved = pickle.loads(packed(replace(scenario, courses=(replace(scenario.courses[0], decision=Ticks(0)), scenario.courses[0]))))
    assert moved.courses[1].decision is ZERO
    assert moved.courses[0].decision is not ZERO


def test_replication_alone_equals_itself_in_the_batch(scenario, plain, tmp_path):
    """Replication 4 alone gives the digest and the rows it has among six, in a folder of its own."""
    alone = run(scenario, replication=4, out=tmp_path)
    assert alone.digests == plain.digests[4:5]
    assert alone.numbers == (4,)
    batch = plain.events
    one, other = (frame.astype(object).reset_index(drop=True) for frame in (alone.events, batch[batch["replication"] == 4]))
    pd.testing.assert_frame_equal(one, other)
    assert run(scenario, 5, out=tmp_path).path != alone.path


def test_seed_decides(scenario, plain):
    """Another seed gives other luck; the scenario's own is the default."""
    assert run(scenario, 2, seed=8).digests != plain.digests[:2]
    assert run(scenario, 2, seed=scenario.seed).digests == plain.digests[:2]


def test_fewer_replications_are_the_first_of_more(scenario, plain):
    """Common random numbers: the first three of six are the three of a run of three."""
    assert run(scenario, 3).digests == plain.digests[:3]
    assert run(scenario).replications == scenario.replications


def test_drill_is_one_run_until_more_are_asked_for():
    """A drill takes planned values once, its interval unknown; asked for replications it is a plan test, as with `-n`."""
    drill = make(mode="drill")
    planned, drawn = run(drill), run(drill, 50)
    assert planned.replications == planned.summary["replications"] == 1
    assert planned.summary["mode"] == "drill"
    assert all(line["ci95"] is None for line in planned.summary["metrics"].values())
    assert drawn.replications == 50
    assert drawn.summary["mode"] == "plan"
    assert drawn.digest == run(drill.as_plan(), 50).digest
    assert planned.digests == (simulate(drill, planned=True).digest,)
    assert run(drill, seed=99).digest == planned.digest


def test_folder_holds_what_is_promised(scenario, saved):
    """The files, the folder's name, and the summary's stable keys."""
    assert {file.name for file in saved.path.iterdir()} == FINAL
    assert saved.path.parent.name == "日常-calls"
    summary = json.loads((saved.path / "summary.json").read_text("utf-8"))
    assert {"scenario", "replications", "seed", "metrics"} <= set(summary)
    assert summary["scenario"] == scenario.name
    assert all(set(line) == {"mean", "ci95", "p50", "p90", "n", "never", "unit"} for line in summary["metrics"].values())
    assert (saved.path / "scenario.resolved.yaml").read_text("utf-8") == scenario.resolved
    assert (saved.path / "notices.txt").read_text("utf-8") == "© data\n"


def test_manifest_says_what_the_numbers_rest_on(scenario, saved):
    """Versions, platform and processor are there, since they may change the last bits."""
    manifest = json.loads((saved.path / "manifest.json").read_text("utf-8"))
    assert manifest["digest"] == saved.digest
    assert manifest["identity"]["network"] == scenario.network_hash
    assert set(manifest["versions"]) == {"drillsim", "python", "numpy", "scipy", "simpy", "pyarrow"}
    assert manifest["cpu"]["baseline"]
    assert (manifest["replications"], manifest["seed"], manifest["log"]) == (6, 7, True)


def test_objectives_and_drives(saved):
    """The summary carries the verdict on each objective, and how many drives rest on measured times."""
    (verdict,) = saved.summary["objectives"]
    assert verdict["target"] == 15
    assert verdict["value"] == saved.summary["metrics"]["response"]["p90"]
    assert verdict["met"] == (verdict["value"] <= 15)
    drives = saved.summary["drives"]
    assert drives["measured"] > 0
    assert drives["measured"] + drives["derived"] == sum(len(simulate(make(), k).drives) for k in range(6))


def test_spreadsheets_take_no_formula_from_a_scenario(saved):
    """A cell that begins like a formula is text for a spreadsheet; headings are in the language of the scenario."""
    text = (saved.path / "assumptions.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(text.decode("utf-8-sig").splitlines()))
    assert rows == [["项目", "取值", "文件", "行"], ["teams/队0/turnout", "'=2 min", "a.yaml", "3"], ["weather", "'-8 °C", "a.yaml", "9"]]


def test_routes_are_those_driven_first(scenario, saved):
    """Each drive of replication 0 is under exactly one route, which takes as long and ends where it should."""
    drives = {drive.row: drive for drive in simulate(scenario, 0).drives}
    routes = saved.routes
    listed = [seq for seqs in routes["seqs"] for seq in seqs]
    assert sorted(listed) == sorted(drives)
    assert len(routes) < len(listed)
    for route in routes.itertuples():
        for seq, team in zip(route.seqs, route.teams, strict=True):
            trip = drives[seq].trip
            assert (trip.duration, trip.measured, scenario.sites[trip.target].id) == (route.duration, route.measured, route.target)
            assert scenario.teams[drives[seq].team].id == team
        target = scenario.sites[drives[route.seqs[0]].trip.target]
        assert (route.lon[-1], route.lat[-1]) == (target.x, target.y)
        assert (route.ms[0], route.ms[-1]) == (0, route.duration)


def test_memory_and_folder_give_the_same_tables(plain, saved):
    """Tables of a run in memory are those of its folder."""
    for name in ("events", "observations", "metrics", "routes"):
        one, other = (getattr(results, name).astype(object) for results in (plain, saved))
        pd.testing.assert_frame_equal(one, other)
    assert plain.path is None
    assert {**plain.summary} == saved.summary


def test_metrics_table_shows_the_summary(plain):
    """`metrics` has the numbers of the summary, one row a metric."""
    line = plain.summary["metrics"]["response"]
    row = plain.metrics.loc["response"]
    assert (row["mean"], row["ci95_low"], row["p90"], row["n"]) == (line["mean"], line["ci95"][0], line["p90"], line["n"])
    assert list(plain.metrics.index) == list(plain.summary["metrics"])


def test_without_log_there_is_no_table_of_events(scenario):
    """Asking for a log that was not kept is told, and does not look like an empty log."""
    with pytest.raises(RunError, match="没有保留"):
        _ = run(scenario, 1, keep_log=False).events


def test_loading_needs_no_engine(saved):
    """A saved result is read where the engine cannot be imported."""
    script = f"""
import sys
sys.modules["sim.engine"] = None
from sim.experiment.results import Results
found = Results.load({str(saved.path)!r})
assert len(found.events) and len(found.metrics) and len(found.routes) and len(found.observations)
print(found.digest)
"""
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == saved.digest


def test_what_is_no_result_is_refused(saved, tmp_path):
    """A folder without manifest, or a half-copied one, is no result; the whole one beside it is."""
    with pytest.raises(InputError, match="没有完整的运行结果"):
        Results.load(tmp_path)
    for name, data in contents(saved.path).items():
        (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match="没有完整的运行结果"):
        Results.load(tmp_path)
    assert Results.load(saved.path).digest == saved.digest


@pytest.mark.parametrize("asked", [{"replications": 0}, {"replications": -3}, {"replication": -1}, {"replication": 1 << 40}])
def test_impossible_numbers_are_refused_and_nothing_is_written(scenario, tmp_path, asked):
    """What cannot be run leaves no folder behind; the nearest that can be run does."""
    with pytest.raises(InputError):
        run(scenario, out=tmp_path / "results", **asked)
    assert not (tmp_path / "results").exists()
    assert run(scenario, 1, out=tmp_path / "results").path.exists()


def test_drill_has_only_replication_zero():
    """Replication 1 of a drill does not exist; 0 does."""
    with pytest.raises(InputError, match="编号 0"):
        run(make(mode="drill"), replication=1)
    assert run(make(mode="drill"), replication=0).replications == 1


def test_out_that_is_a_file_is_refused(scenario, tmp_path):
    """A place where no folder can be made is told as such."""
    (tmp_path / "results").write_text("")
    with pytest.raises(InputError, match="--out"):
        run(scenario, 1, out=tmp_path / "results")


@pytest.mark.parametrize("jobs", [1, 2])
def test_failure_of_the_engine_names_the_replication(scenario, jobs):
    """A failure inside the engine comes out as one message with the number of the replication, from workers too."""
    broken = replace(scenario, courses=())
    with pytest.raises(RunError, match=r"第 [01] 次重复运行失败"):
        run(broken, 2, jobs=jobs)


def test_progress_comes_in_order_and_to_the_end(scenario):
    """Progress counts up to the total, and the total does not change."""
    for jobs in (1, 2):
        told: list[tuple[int, int]] = []
        run(scenario, 40, jobs=jobs, progress=lambda done, total, told=told: told.append((done, total)))
        assert told == sorted(told)
        assert told[-1] == (40, 40)
        assert {total for _, total in told} == {40}
