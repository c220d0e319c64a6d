"""Going on from what is finished: equal to a run in one go, whatever was there before."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import InputError
from sim.experiment import disk, events, observations
from sim.experiment.results import Results
from sim.experiment.runs import Interrupted, run
from tests.experiment.scenarios import make
from tests.experiment.test_runs import contents


def stop_after(count: int):
    """Return a progress callback that stops the run as Ctrl-C would."""

    def tell(done: int, _: int) -> None:
        if done >= count:
            raise KeyboardInterrupt

    return tell


@pytest.fixture(scope="module")
def scenario():
    return make()


@pytest.fixture
def small_groups(monkeypatch):
    """Several row groups even in a small run."""
    monkeypatch.setattr(events, "GROUP_ROWS", 1500)
    monkeypatch.setattr(observations, "GROUP_ROWS", 3000)


@pytest.fixture
def whole(scenario, tmp_path, small_groups):
    return contents(run(scenario, 12, out=tmp_path / "whole").path)


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("keep_log", [True, False])
def test_interrupted_run_goes_on(scenario, whole, tmp_path, monkeypatch, jobs, keep_log):
    """Interrupted twice and resumed, every file equals that of a run in one go."""
    monkeypatch.setattr("sim.experiment.replications._BATCH_SECONDS", 0.01)
    for count in (3, 7):
        with pytest.raises(Interrupted) as stop:
            run(scenario, 12, out=tmp_path, jobs=jobs, resume=True, keep_log=keep_log, progress=stop_after(count))
        assert stop.value.done >= count
        assert stop.value.total == 12
        with pytest.raises(InputError):
            Results.load(stop.value.path)
    seen: list[int] = []
    found = run(scenario, 12, out=tmp_path, jobs=jobs, resume=True, keep_log=keep_log, progress=lambda done, _: seen.append(done))
    assert seen[:7] == list(range(1, 8)), "what was finished was not run again"
    if not keep_log:
        del whole["events.parquet"]
    assert contents(found.path) == whole
    assert not (found.path / disk.PARTIAL).exists()


def test_finished_run_is_extended(scenario, whole, tmp_path):
    """Twelve replications from a finished run of five equal twelve in one go, row groups and all."""
    import pyarrow.parquet as pq

    first = run(scenario, 5, out=tmp_path)
    found = run(scenario, 12, out=tmp_path, resume=True)
    assert found.path == first.path
    assert contents(found.path) == whole
    assert pq.ParquetFile(found.path / "events.parquet").num_row_groups > 2
    assert pq.ParquetFile(found.path / "observations.parquet").num_row_groups > 1


def test_extension_that_is_interrupted(scenario, whole, tmp_path, monkeypatch):
    """Until the extension is finished the shorter result stays whole; then the longer one takes its place."""
    monkeypatch.setattr("sim.experiment.replications._BATCH_SECONDS", 0.01)
    short = run(scenario, 5, out=tmp_path)
    with pytest.raises(Interrupted):
        run(scenario, 12, out=tmp_path, resume=True, progress=stop_after(9))
    assert Results.load(short.path).digests == short.digests
    assert contents(run(scenario, 12, out=tmp_path, resume=True).path) == whole


def test_resuming_needs_what_is_stored(scenario, tmp_path, monkeypatch):
    """What is finished is read, not run again: with the engine taken away a finished run still comes back, an unfinished one not."""
    run(scenario, 5, out=tmp_path)

    def no_engine(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("sim.experiment.worker.Bench.replicate", no_engine)
    assert run(scenario, 5, out=tmp_path, resume=True).replications == 5
    with pytest.raises(AssertionError):
        run(scenario, 6, out=tmp_path, resume=True)


def test_fewer_than_finished_gives_what_is_there(scenario, tmp_path):
    """Resuming never throws finished replications away; a fresh run does as it is told."""
    run(scenario, 5, out=tmp_path)
    assert run(scenario, 3, out=tmp_path, resume=True).replications == 5
    assert run(scenario, 3, out=tmp_path).replications == 3


def test_log_can_be_added_to_a_run_that_kept_none(scenario, whole, tmp_path):
    """A run without log, resumed with log, is run again for its log and ends as if it had been kept from the start."""
    run(scenario, 12, out=tmp_path, keep_log=False)
    found = run(scenario, 12, out=tmp_path, resume=True)
    assert contents(found.path) == whole


def test_extension_without_log_has_no_log(scenario, whole, tmp_path):
    """A log of some replications only would mislead: an extension without log drops it."""
    run(scenario, 5, out=tmp_path)
    found = run(scenario, 12, out=tmp_path, resume=True, keep_log=False)
    del whole["events.parquet"]
    assert contents(found.path) == whole


def test_without_resume_everything_is_new(scenario, tmp_path):
    """A damaged remainder does not matter to a fresh run."""
    with pytest.raises(Interrupted) as stop:
        run(scenario, 8, out=tmp_path, progress=stop_after(1))
    for block in (stop.value.path / disk.PARTIAL).glob("*.block"):
        block.write_bytes(b"rubbish")
    assert run(scenario, 8, out=tmp_path).digest == run(scenario, 8).digest


@pytest.mark.parametrize("harm", ["cut", "empty", "flip"])
def test_damaged_blocks_are_run_again(scenario, whole, tmp_path, monkeypatch, harm):
    """A block that the disk has lost part of, or changed, is recognised; its replications are run again."""
    monkeypatch.setattr("sim.experiment.replications._BATCH_SECONDS", 0.01)
    monkeypatch.setattr("sim.experiment.folder._FLUSH_SECONDS", 0.0)
    with pytest.raises(Interrupted) as stop:
        run(scenario, 12, out=tmp_path, progress=stop_after(6))
    blocks = sorted((stop.value.path / disk.PARTIAL).glob("*.block"))
    data = blocks[1].read_bytes()
    middle = len(data) // 2
    blocks[1].write_bytes({"cut": data[:middle], "empty": b"", "flip": data[:middle] + b"\xff\x00\xff" + data[middle + 3 :]}[harm])
    assert contents(run(scenario, 12, out=tmp_path, resume=True).path) == whole


def test_changed_log_is_run_again(scenario, whole, tmp_path):
    """Events that do not match their digest are not carried into a longer result."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = run(scenario, 5, out=tmp_path).path / "events.parquet"
    table = pq.read_table(path)
    times = table.column("time").to_numpy().copy()
    times[1000] += 1
    pq.write_table(table.set_column(table.schema.get_field_index("time"), "time", pa.array(times)), path)
    assert contents(run(scenario, 12, out=tmp_path, resume=True).path) == whole


def test_files_of_another_run_are_not_mixed_in(scenario, tmp_path):
    """A folder whose files are of another seed is refused; left alone, each run goes on in its own."""
    one, other = run(scenario, 3, out=tmp_path), run(scenario, 3, seed=8, out=tmp_path)
    assert one.path != other.path
    own = contents(one.path) | {"manifest.json": (one.path / "manifest.json").read_bytes()}
    for file in other.path.iterdir():
        (one.path / file.name).write_bytes(file.read_bytes())
    with pytest.raises(InputError, match="属于另一次运行"):
        run(scenario, 6, out=tmp_path, resume=True)
    for name, data in own.items():
        (one.path / name).write_bytes(data)
    assert run(scenario, 6, out=tmp_path, resume=True).digest == run(scenario, 6).digest


def test_folder_is_for_one_run_at_a_time(scenario, tmp_path):
    """A second run into the same folder is refused while the first is at it."""

    def second(_done: int, _total: int) -> None:
        with pytest.raises(InputError, match="另一次运行"):
            run(scenario, 2, out=tmp_path)

    assert run(scenario, 2, out=tmp_path, progress=second).replications == 2


def test_interrupted_before_anything_is_finished_leaves_nothing(scenario, tmp_path, monkeypatch):
    """No replication finished, no folder."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.experiment.worker.Bench.replicate", stop)
    with pytest.raises(Interrupted) as interrupted:
        run(scenario, 2, out=tmp_path)
    assert interrupted.value.path is None
    assert list(tmp_path.iterdir()) == []


def test_killed_between_any_two_steps_of_the_change(scenario, whole, tmp_path, monkeypatch):
    """Broken off after any file operation of the last step, a folder holds the short result, the long one, or none; never a mixture.

    Whoever reads it next, or resumes, finds the long one as soon as the list of work was on disk.
    """

    class Killed(BaseException):
        pass

    def count(left: list[int], real):
        def step(*args, **kwargs):
            if left[0] == 0:
                raise Killed
            left[0] -= 1
            return real(*args, **kwargs)

        return step

    short = run(scenario, 5, out=tmp_path / "short")
    long_digest = run(scenario, 12).digest
    reached_end, seen = False, set()
    for steps in range(60):
        out = tmp_path / f"run{steps}"
        path = run(scenario, 5, out=out).path
        left = [10**9]
        with monkeypatch.context() as patch:
            for name in ("replace", "unlink"):
                patch.setattr(Path, name, count(left, getattr(Path, name)))
            real = disk.commit
            patch.setattr(disk, "commit", lambda *args, left=left, steps=steps, real=real: (left.__setitem__(0, steps), real(*args)))
            try:
                run(scenario, 12, out=out, resume=True)
                reached_end = True
            except Killed:
                pass
        digest = Results.load(path).digest
        assert digest in (short.digest, long_digest)
        seen.add(digest)
        assert contents(run(scenario, 12, out=out, resume=True).path) == whole
        if reached_end:
            break
    assert reached_end
    assert seen == {short.digest, long_digest}



def test_a_forged_list_of_work_deletes_nothing_outside(tmp_path):
    """A results folder from somebody else cannot name files elsewhere: reading it is refused, the file stays."""
    import json

    from sim.experiment import disk

    victim = tmp_path / "victim.txt"
    victim.write_text("here", encoding="utf-8")
    partial = tmp_path / "result" / disk.PARTIAL
    partial.mkdir(parents=True)
    (partial / disk._COMMIT).write_text(json.dumps({"files": [], "dropped": ["../victim.txt"]}), encoding="utf-8")
    with pytest.raises(InputError):
        Results.load(tmp_path / "result")
    assert victim.read_text(encoding="utf-8") == "here"
