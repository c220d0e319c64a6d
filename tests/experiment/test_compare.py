"""Comparisons: exact where there is nothing to differ, by hand where there is no chance, the same however they are run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.errors import InputError
from sim.experiment.compare import Comparison, compare
from sim.experiment.diff import diff_results
from sim.experiment.stop import Interrupted
from tests.experiment.studies import CALLS, STUDY, row, write

ROOT = Path(__file__).parents[2]
JOINT = ROOT / "scenarios"
SHIPPED = ROOT / "studies" / "compare-direct-clause.yaml"
READY = "level.ready.shuozhou-plan/二级"


def files(path: Path) -> dict[str, bytes]:
    """Return the tables of a comparison, and the hashes of its variants' logs."""
    names = ("comparison.csv", "marginal.csv", "rests_on.csv")
    found = {name: (path / name).read_bytes() for name in names if (path / name).exists()}
    return found | {str(file.relative_to(path)): file.read_bytes() for file in sorted(path.glob("variants/*/replications.csv"))}


def test_the_same_file_twice_differs_by_nothing(tmp_path):
    """Under common draws every difference is exactly 0, its interval too, and the answer says so."""
    scenario = write(tmp_path).with_name("calls.yaml")
    found = compare([scenario, scenario], replications=12)
    assert [variant["id"] for variant in found.summary["variants"]] == ["calls", "calls-2"]
    gaps = [one["difference"] for one in found.summary["comparison"] if one["difference"] is not None]
    assert gaps
    assert all(gap["identical"] and gap["estimate"] == gap["low"] == gap["high"] == 0.0 for gap in gaps)
    assert "no real difference" in found.answer()[0]
    assert np.array_equal(found.values("calls", "response"), found.values("calls-2", "response"))


# --- by hand -----------------------------------------------------------------------------------------------------------


def test_direct_call_out_by_hand():
    """Story of the clause: chain 14:08; direct 50 min earlier; with standby 65. Planned values, the shipped files."""
    names = ("", "-direct", "-standby")
    found = compare([JOINT / f"jsm-hazchem-joint{name}.yaml" for name in names])
    assert [row(found, READY, f"jsm-hazchem-joint{name}")["mean"] for name in names] == [278.0, 228.0, 213.0]
    assert [row(found, READY, f"jsm-hazchem-joint{name}")["difference"]["estimate"] for name in names[1:]] == [-50.0, -65.0]
    said = "\n".join(found.answer())
    assert all(clock in said for clock in ("14:08", "13:18", "13:03", "早 50 分钟", "早 65 分钟"))


SMALL = """\
format: 1
study: compare
name: small changes
scenario: scenarios/jsm-hazchem-joint.yaml
variants: [{{id: chain}}, {{id: direct, change: {{lenders: [{{id: zhungeer, channel: zhungeer-direct}}]}}}}]
metrics: ["{metric}"]
marginal:
  - {{name: link, channel: zhungeer-chain, post: neimenggu-dept, sooner: 10 min}}
  - {{name: slowest, channel: zhungeer-chain, sooner: 5 min, price: 50000 yuan}}
  - {{name: direct link, of: direct, channel: zhungeer-direct, post: ordos-bureau, sooner: 10 min}}
  - {{name: standby, of: direct, change: {{warnings: [{{id: w, name: w, colour: 黄, begins: 09:30, standby: [zhungeer-haz]}}]}}}}
"""


def test_ten_minutes_less_on_a_link_are_ten_minutes_less(tmp_path):
    """−10 min on a link gives −10 exactly; the slowest link is found; per 10,000 yuan by hand; standby 25 − 10 = 15."""
    for folder in ("scenarios", "networks/jin-shaan-meng"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    path = tmp_path / "study.yaml"
    path.write_text(SMALL.format(metric=READY), encoding="utf-8")
    found = compare(path)
    gaps = {line["change"]: line["difference"]["estimate"] for line in found.summary["marginal"]}
    assert gaps == {"link": -10.0, "slowest": -5.0, "direct link": -10.0, "standby": -15.0}
    assert {line["change"]: line["per_10k"] for line in found.summary["marginal"]}["slowest"] == -1.0
    assert {line["change"]: line["of"] for line in found.summary["marginal"]}["standby"] == "direct"


def test_one_more_team_by_hand(tmp_path):
    """Alone: 4 + 12 = 16, then 10 of work and 12 home, 34 past the second call's 5: 4 + 6 more. With two: 4 + 6 = 10."""
    study = STUDY.replace("metrics:", "mode: drill\nmetrics:") + "marginal: [{team: t, add: 1, price: 100000 yuan}]\n"
    found = compare(write(tmp_path, study))
    line = next(line for line in found.summary["marginal"] if line["metric"] == "wait.queue")
    waited = row(found, "wait.queue", "slow")["mean"]
    assert line["difference"]["estimate"] == -waited < 0
    assert line["per_10k"] == -waited / 10
    assert line["change"] == "t +1"


# --- the same however it is run ----------------------------------------------------------------------------------------

WHOLE = STUDY + """\
replications: {most: 60, first: 20, batch: 10}
precision: [{metric: response, within: 0.4 min}]
marginal: [{team: t, add: 1}]
rests_on: {most: 40}
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A study, and what it gives in one process in one go."""
    study = write(tmp_path_factory.mktemp("whole"), WHOLE)
    return study, compare(study, out=study.parent / "results")


def test_two_jobs_are_one_job(whole, tmp_path):
    """Every table, and the digests of every variant's replications, to the byte."""
    study, once = whole
    assert files(compare(study, 2, tmp_path).path) == files(once.path)
    assert len(files(once.path)) == 5


def test_a_cluster_is_this_process(whole, tmp_path):
    """On a Dask cluster of two processes, by the address of its scheduler: the same bytes; the command `run` too."""
    distributed = pytest.importorskip("distributed")
    study, once = whole
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        found = compare(study, 1, tmp_path, cluster=cluster.scheduler_address)
        scenario = sim.load_scenario(study.with_name("calls.yaml"))
        assert sim.run(scenario, 8, cluster=cluster.scheduler_address).digest == sim.run(scenario, 8).digest
    assert files(found.path) == files(once.path)


def test_nobody_answers_at_the_address(tmp_path, monkeypatch):
    """A finding; nothing is written."""
    pytest.importorskip("distributed")
    monkeypatch.setattr("sim.experiment.cluster._WAITS", 0.2)
    with pytest.raises(InputError) as error:
        compare(write(tmp_path), out=tmp_path / "results", cluster="tcp://127.0.0.1:9")
    assert [finding.code for finding in error.value.findings] == ["no-cluster"]
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("at", ["variants", "small changes", "assumptions"])
def test_interrupted_and_resumed(whole, tmp_path, at):
    """Stopped at any stage and resumed: the same bytes, and what was finished is not run again."""
    study, once = whole

    def stop(what, done, total):
        if what.en == at and done > total // 2 - 1:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as told:
        compare(study, out=tmp_path, progress=stop)
    assert not (told.value.path / "manifest.json").exists()
    again: list[str] = []
    found = compare(study, out=tmp_path, resume=True, progress=lambda what, done, total: again.append(what.en))
    assert files(found.path) == files(once.path)
    if at != "variants":
        assert "variants" not in again
    assert not (found.path / ".partial").exists()


def test_killed_and_resumed(whole, tmp_path):
    """Killed from outside while it runs, then resumed: the same bytes."""
    study, once = whole
    code = f"import sim\nfrom sim.experiment import replications as r\nsim.compare({str(study)!r}, 1, {str(tmp_path)!r})"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    child = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment)
    waited = time.monotonic() + 60
    while child.poll() is None and time.monotonic() < waited and not list(tmp_path.rglob("*.block")):
        time.sleep(0.005)
    child.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    child.wait()
    assert files(compare(study, 2, tmp_path, resume=True).path) == files(once.path)


def test_a_finished_comparison_is_read_back(whole):
    """Loaded or resumed, it is what was saved: summary, tables, values a replication."""
    study, once = whole
    loaded = Comparison.load(once.path)
    again = compare(study, out=once.path.parents[1], resume=True)
    for found in (loaded, again):
        assert found.summary == once.summary
        assert found.table.equals(once.table)
        assert np.array_equal(found.values("quick", "response"), once.values("quick", "response"))
    assert list(once.marginal["change"].unique()) == ["t +1"]
    with pytest.raises(InputError):
        Comparison.load(once.path / "variants" / "quick")


def test_variants_are_results_like_any_other(whole):
    """`diff` and `why` read the folders of variants."""
    _, once = whole
    results = once.results("quick")
    assert results.replications == next(line["n"] for line in once.summary["variants"] if line["id"] == "quick")
    assert results.holds_log
    difference = diff_results(once.results("slow").path, results.path)
    assert difference.replication == 0
    why = sim.why(results.path, "one")
    assert why.replication == 0
    memory = compare(write(once.path.parent / "again"), replications=2)
    with pytest.raises(ValueError, match="in memory"):
        memory.results("quick")


# --- how many replications, and which is best --------------------------------------------------------------------------


def test_it_stops_at_the_end_of_a_batch(whole):
    """The half-width asked for is reached at the number where it stopped, and was not at the look before."""
    _, once = whole
    count = next(line["n"] for line in once.summary["variants"] if line["id"] == "quick")
    assert count in range(20, 61, 10)
    gaps = once.values("quick", "response") - once.values("slow", "response")

    def half(values):
        from scipy.special import stdtrit

        return stdtrit(len(values) - 1, 0.975) * values.std(ddof=1) / len(values) ** 0.5

    assert half(gaps[:count]) <= 0.4 or count == 60
    assert all(half(gaps[:look]) > 0.4 for look in range(20, count, 10))
    assert once.summary["precision"] == [{"metric": "response", "within": 0.4, "met": bool(half(gaps[:count]) <= 0.4)}]


FOUR = """\
format: 1
study: compare
name: four
scenario: calls.yaml
variants:
  - {id: slow}
  - {id: quick, change: {teams: [{id: t, turnout: {planned: 3 min, p90: 6 min}}]}}
  - {id: quicker, change: {teams: [{id: t, turnout: {planned: 2 min, p90: 4 min}}]}}
  - {id: slowest, change: {teams: [{id: t, turnout: {planned: 12 min, p90: 24 min}}]}}
metrics: [response]
replications: {most: 400, first: 20, batch: 10}
"""


def test_the_best_is_chosen_and_the_others_leave(tmp_path):
    """KN under common draws: the quickest turnout wins; each other leaves, and is run to the end of that batch only."""
    found = compare(write(tmp_path, FOUR + "choose: {metric: response, indifference: 0.5 min}\n"))
    choice = found.summary["choice"]
    assert (choice["variant"], choice["decided"], choice["method"]) == ("quicker", True, "kn")
    counts = {line["id"]: line["n"] for line in found.summary["variants"]}
    left = {line["variant"]: line["after"] for line in choice["dropped"]}
    assert set(left) == {"slow", "quick", "slowest"}
    assert all(counts[name] == max(20, -(-after // 10) * 10) for name, after in left.items())
    assert counts["quicker"] == max(counts.values()) < 400
    assert min(left.values()) < counts["quicker"]
    assert found.answer()[1].startswith("With 95 % probability quicker is the best")


def test_rinott_runs_each_as_long_as_its_spread_asks(tmp_path):
    """Independent seeds: two stages, at most the most; the quickest wins; variants have seeds of their own."""
    choose = "seeds: independent\nchoose: {metric: response, indifference: 2 min}\n"
    found = compare(write(tmp_path, FOUR + choose))
    assert (found.summary["choice"]["method"], found.summary["choice"]["variant"]) == ("rinott", "quicker")
    assert len({line["seed"] for line in found.summary["variants"]}) == 4
    counts = {line["id"]: line["n"] for line in found.summary["variants"]}
    assert counts["slowest"] > counts["quicker"] >= 20
    assert not found.summary["choice"]["decided"] or max(counts.values()) <= 400
    assert row(found, "response", "quick")["difference"]["variance_ratio"] is None


def test_shared_luck_narrows_the_difference():
    """On the shipped study the paired variance is below that of independent runs, in every variant that differs."""
    study = sim.scenario.study.load_study(SHIPPED, replications=24)
    from dataclasses import replace

    found = compare(replace(study, precision=(), marginal=(), rests_on=None, metrics=(READY,)))
    ratios = [line["difference"]["variance_ratio"] for line in found.summary["comparison"] if line["difference"] is not None]
    assert len(ratios) == 3
    assert all(ratio > 1 for ratio in ratios)


def test_equal_in_law_is_called_the_same_at_the_stated_rate(tmp_path):
    """The same scenario with independent seeds, 30 studies: about one in twenty is called different, not more.

    The number called different is binomial(30, 0.05) at most: more than 5 comes once in 300 such tests.
    """
    from dataclasses import replace

    text = STUDY.replace(", change: {teams: [{id: t, turnout: {planned: 2 min, p90: 4 min}}]}", "") + "seeds: independent\n"
    study = sim.scenario.study.load_study(write(tmp_path, text), replications=10)
    study = replace(study, metrics=("response",))
    verdicts = [row(compare(study, seed=seed), "response", "quick")["verdict"] for seed in range(100, 130)]
    assert verdicts.count("real") <= 5


# --- what it rests on --------------------------------------------------------------------------------------------------

NEAR = """\
format: 1
name: near or quick
mode: drill
start: 2026-01-01 08:00
coordinates: metres
network: {straight_line: {speed: 60 km/h}}
bases: [{id: b, place: "0, 0", source: surveyed}]
teams: [{id: t, base: b, capabilities: [help], turnout: 1 min, set_up: 2 min, source: assumed}]
packages: {p: [{capability: help, work: 10 min}]}
incidents: [{id: one, place: "12000, 0", at: 08:00, package: p, call_handling: 1 min, source: "121 records"}]
measured_times: [{begin: b, end: one, time: 12 min, source: assumed}]
"""
NEARER = """\
format: 1
study: compare
name: near or quick
scenario: calls.yaml
variants:
  - {id: far, change: {}}
  - id: near
    change:
      teams: [{id: t, turnout: 4 min}]
      measured_times: [{begin: b, end: one, time: 6 min, source: assumed}]
metrics: [response]
rests_on: yes
"""


def test_the_turn_is_found_by_hand(tmp_path):
    """Far 1 + 1 + 12 = 14, near 1 + 4 + 6 = 11. It turns when near turns out in 7 (×1.75), drives 9 (×1.5) or far drives 9 (×0.75).

    Far's turnout would have to be −2 min; set-up and call handling are the same in both, and the latter is no assumption.
    """
    found = compare(write(tmp_path, NEARER, NEAR))
    rests = found.summary["rests_on"]
    assert (rests["best"], rests["second"], rests["lead"]) == ("near", "far", 3.0)
    turns = [(line["value"], line["factor"]) for line in rests["found"]]
    assert [value for value, _ in turns] == ["12 min", "6 min", "4 min"]
    assert [factor for _, factor in turns] == pytest.approx([0.75, 1.5, 1.75], rel=0.01)
    assert rests["unseen"] == 0
    assert rests["steady"] >= 1
    what = [line["what"] for line in rests["found"]]
    assert what[2] == "teams t turnout"
    assert found.rests_on["line"].tolist() == [11, 10, 9]
    assert "rests on 3 assumptions" in found.answer()[1]


def test_a_bound_on_trials_is_kept(tmp_path):
    """Two trials look at one input; the rest is said not to have been tried."""
    found = compare(write(tmp_path, NEARER.replace("rests_on: yes", "rests_on: {most: 2}"), NEAR))
    rests = found.summary["rests_on"]
    assert rests["trials"] <= 2
    assert rests["unseen"] > 0
    assert "not tried" in found.answer()[1]


def test_a_tie_rests_on_nothing(tmp_path):
    """Two equal variants have no ranking that could turn."""
    study = NEARER.partition("  - id: near")[0] + "  - {id: same}\nmetrics: [response]\nrests_on: yes\n"
    found = compare(write(tmp_path, study, NEAR))
    assert found.summary["rests_on"]["found"] == []
    assert "tie" in found.answer()[1]


# --- what is refused ---------------------------------------------------------------------------------------------------


def codes(*arguments, **named) -> list[str]:
    with pytest.raises(InputError) as error:
        compare(*arguments, **named)
    return [finding.code for finding in error.value.findings]


def test_what_cannot_be_compared(tmp_path):
    """One file; a file that is not there; a metric that a variant has nothing for; two replications with a precision pass."""
    study = write(tmp_path)
    assert codes([study.with_name("calls.yaml")]) == ["too-few-files"]
    assert codes([study.with_name("calls.yaml"), tmp_path / "none.yaml"]) == ["no-such-file"]
    assert codes(write(tmp_path, STUDY.replace("[response, wait.queue]", "[hospital]"))) == ["nothing-measured"]
    precise = STUDY + "precision: [{metric: response, within: 1 min}]\n"
    assert codes(write(tmp_path, precise), replications=1) == ["bad-replications"]
    assert compare(write(tmp_path, precise), replications=2).summary["variants"][0]["n"] == 2


def test_another_process_in_the_folder(whole, tmp_path):
    """The lock of the folder is held: a finding."""
    from sim.experiment import disk
    from sim.experiment.compare import checked, compiled, identity_of
    from sim.experiment.identity import folder_name, run_id

    study, _ = whole
    one = checked(compiled(study, None, None))
    folder = tmp_path / folder_name(one.name) / run_id(identity_of(one))
    folder.mkdir(parents=True)
    lock = disk.Lock(folder / disk.LOCK)
    assert lock.take()
    try:
        assert codes(study, out=tmp_path) == ["folder-in-use"]
    finally:
        lock.release()


def test_no_metric_and_no_objective(tmp_path):
    """The main metrics are looked at where nothing else is said."""
    scenario = CALLS.partition("objectives:")[0]
    found = compare(write(tmp_path, STUDY.replace("metrics: [response, wait.queue]\n", ""), scenario), replications=2)
    assert [line["metric"] for line in found.summary["metrics"]] == ["package.complete", "response"]
