"""What a process does with a batch of replications: this process, or a worker of another."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from sim.errors import RunError, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from sim.engine.outlook import Outlook
    from sim.experiment.blocks import Record
    from sim.scenario.frozen import Scenario

_LOOKS_EACH = 0.5
"""Seconds between two looks at whether the parent is still there."""


class Order(NamedTuple):
    """What is the same for all batches of a run."""

    token: str
    """Tells this scenario from others that the worker may still hold."""
    seed: int
    keep_log: bool
    first: int
    """The replication whose routes are kept."""


class Bench:
    """A scenario and what is learned of it from one replication to the next."""

    def __init__(self, scenario: Scenario) -> None:
        from sim.engine.outlook import Outlook

        self.scenario = scenario
        self.outlook: Outlook = Outlook(scenario)

    def replicate(self, order: Order, replication: int) -> Record:
        """Run one replication.

        Raises
        ------
        RunError
            If the simulator fails.
        """
        from sim.analysis.fold import fold
        from sim.engine.simulate import simulate
        from sim.experiment.blocks import Record
        from sim.experiment.routes import routes_file

        scenario = self.scenario
        try:
            first = replication == order.first
            outcome = simulate(scenario, replication, seed=order.seed, outlook=self.outlook, keep_drives=first)
            return Record(
                replication,
                outcome.digest,
                len(outcome.rows),
                outcome.measured,
                outcome.driven - outcome.measured,
                fold(scenario, outcome.rows, outcome.incidents),
                outcome.rows if order.keep_log else None,
                outcome.incidents if order.keep_log else (),
                routes_file(scenario, outcome.drives) if first else b"",
            )
        except Exception as error:
            what = f"{type(error).__name__}: {error}"
            words = Words(f"replication {replication} failed ({what})", f"第 {replication} 次重复运行失败({what})")
            raise RunError(words.say(scenario.language)) from error


def packed(scenario: Scenario) -> bytes:
    """Return a scenario for another process."""
    return pickle.dumps(scenario, protocol=5)


_held: dict[str, Bench] = {}


def work(order: Order, scenario: NDArray[np.uint8], replications: Sequence[int]) -> tuple[bytes, float]:
    """Run a batch in a worker; return its block, and the seconds that a replication took.

    Parameters
    ----------
    scenario
        Bytes of `packed`; unpacked once a worker.
    """
    from sim.experiment.blocks import encode

    if order.token not in _held:
        _held.clear()
        _held[order.token] = Bench(pickle.loads(scenario.data))  # noqa: S301  (packed by the parent, a moment ago)
    begun = time.perf_counter()
    block = encode([_held[order.token].replicate(order, replication) for replication in replications])
    return block, (time.perf_counter() - begun) / len(replications)


def settle_in(parent: int) -> None:
    """Begin the life of a worker: Ctrl-C is the parent's business, and without the parent there is nothing to do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, args=(parent,), daemon=True).start()


def _end_with_parent(parent: int) -> None:
    if sys.platform == "win32":
        import ctypes

        kernel, synchronize, forever = ctypes.windll.kernel32, 0x00100000, 0xFFFFFFFF
        handle = kernel.OpenProcess(synchronize, False, parent)
        if handle:
            kernel.WaitForSingleObject(handle, forever)
    else:
        while os.getppid() == parent:
            time.sleep(_LOOKS_EACH)
    os._exit(1)
