"""Signals and sudden ends, in processes of their own: over soon, finished work kept, nobody left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from sim.experiment import disk
from sim.experiment.runs import run
from sim.experiment.stop import Interrupted, Signals
from tests.experiment.scenarios import make

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at processes through /proc")

ROOT = Path(__file__).parents[2]
MANY = 100_000
"""Replications: more than can be done."""


@dataclass
class Started:
    """A run under way in a process of its own."""

    process: subprocess.Popen[str]
    out: Path

    def done(self) -> int:
        try:
            return int((self.out / "progress").read_text().partition("/")[0] or 0)
        except FileNotFoundError:
            return 0

    def wait_until(self, done: int) -> None:
        until = time.monotonic() + 60
        while self.done() < done:
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < until
            time.sleep(0.02)

    def descendants(self) -> list[int]:
        found = [self.process.pid]
        for pid in found:
            found += [int(child) for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()]
        return found[1:]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def all_gone(pids: list[int], within: float) -> bool:
    until = time.monotonic() + within
    while any(map(alive, pids)) and time.monotonic() < until:
        time.sleep(0.02)
    return not any(map(alive, pids))


@pytest.fixture
def start(tmp_path):
    started = []

    def begin(count: int, jobs: int, resume: bool = False, calls: int = 60, days: int = 1) -> Started:
        arguments = [tmp_path, count, jobs, calls, days, int(resume)]
        process = subprocess.Popen(
            [sys.executable, "-W", "error", str(Path(__file__).parent / "scenarios.py"), *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        started.append(process)
        return Started(process, tmp_path)

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def result_of(out: Path) -> Path:
    (found,) = out.glob("*/*/")
    return found


@pytest.mark.parametrize(("signum", "jobs", "group"), [
    (signal.SIGINT, 1, False), (signal.SIGTERM, 2, False), (signal.SIGINT, 2, True),
])  # fmt: skip
def test_signal_ends_a_run_within_two_seconds(start, signum, jobs, group):
    """Exit 130 within 2 s, no worker left, nothing on stderr, and the run goes on from there to the same digest.

    The last case is a terminal's Ctrl-C, which workers get too.
    """
    running = start(MANY, jobs)
    running.wait_until(4)
    workers = running.descendants()
    assert len(workers) >= (jobs if jobs > 1 else 0)
    begun = time.monotonic()
    (os.killpg if group else os.kill)(running.process.pid, signum)
    said, complaints = running.process.communicate(timeout=20)
    assert time.monotonic() - begun < 2
    assert running.process.returncode == 130
    assert all_gone(workers, within=1)
    assert complaints == ""
    kept = int(said.split()[2])
    assert kept >= 4
    assert not (result_of(running.out) / "manifest.json").exists()
    again = start(kept + 1, jobs, resume=True)
    said, complaints = again.process.communicate(timeout=60)
    assert (again.process.returncode, complaints) == (0, "")
    assert said.strip() == run(make(), kept + 1).digest


def test_signal_in_a_long_replication(start):
    """A replication that takes long is not waited for."""
    running = start(2, 1, calls=3000, days=200)
    time.sleep(2.5)
    assert running.done() == 0
    begun = time.monotonic()
    running.process.send_signal(signal.SIGTERM)
    running.process.communicate(timeout=20)
    assert time.monotonic() - begun < 2
    assert running.process.returncode == 130
    assert list(running.out.glob("*/*/")) == []


def test_workers_end_when_the_parent_is_killed(start):
    """SIGKILL of the parent: its workers, busy or idle, are gone within 2 s; what was on disk is good for going on."""
    running = start(MANY, 2)
    running.wait_until(60)
    workers = running.descendants()
    assert len(workers) >= 2
    running.process.kill()
    assert all_gone(workers, within=2)
    path = result_of(running.out)
    assert list((path / disk.PARTIAL).glob("*.block"))
    assert not (path / "manifest.json").exists()
    again = start(30, 2, resume=True)
    said, _ = again.process.communicate(timeout=60)
    assert said.strip() == run(make(), 30).digest


def test_workers_end_when_the_parent_is_killed_at_their_start(start):
    """The parent may be gone before a worker has begun to look after it."""
    running = start(MANY, 2)
    until = time.monotonic() + 30
    while len(running.descendants()) < 3 and time.monotonic() < until:
        time.sleep(0.001)
    workers = running.descendants()
    running.process.kill()
    assert all_gone(workers, within=4)


def test_killed_worker_fails_the_run(start):
    """A worker that the system kills ends the run with a message, and no other worker stays."""
    running = start(MANY, 2)
    running.wait_until(4)
    workers = [pid for pid in running.descendants() if "popen_loky" in Path(f"/proc/{pid}/cmdline").read_text()]
    os.kill(workers[0], signal.SIGKILL)
    _, complaints = running.process.communicate(timeout=20)
    assert running.process.returncode == 1
    assert "工作进程被外部终止" in complaints
    assert all_gone(workers, within=1)


def test_held_signal_comes_at_the_end():
    """While work is put on disk a signal waits; it is not lost."""
    steps = []
    with Signals() as signals:
        with pytest.raises(Interrupted) as stop, signals.held():  # noqa: PT012
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.05)
            steps.append("finished")
        steps.append("after")
    assert steps == ["finished", "after"]
    assert stop.value.signum == signal.SIGTERM


def test_handlers_are_put_back():
    """After a run signals do what they did before; what was ignored stays ignored."""
    before = signal.getsignal(signal.SIGINT)
    old = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with Signals():
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.05)
            assert signal.getsignal(signal.SIGINT) is not before
        assert signal.getsignal(signal.SIGINT) is before
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, old)
