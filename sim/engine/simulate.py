"""Run one replication of a scenario: scenario and seed in, log out."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sim.digest import digest_of
from sim.engine.aid import MutualAid
from sim.engine.calls import Calls
from sim.engine.cases import Cases
from sim.engine.command import CommandPost
from sim.engine.dispatch import Dispatcher
from sim.engine.hazards import Hazards
from sim.engine.missions import Missions
from sim.engine.move_up import MoveUps
from sim.engine.outlook import Outlook
from sim.engine.radio import Radio
from sim.engine.roads import RoadWatch
from sim.engine.run import Codes, Drive, Run
from sim.engine.shifts import ShiftWork
from sim.engine.standby import Standby
from sim.engine.supply import SupplyDesk
from sim.log import WIDTH
from sim.randomness import Draws

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from sim.engine.arrivals import Arrivals
    from sim.engine.trace import Told, Tracer
    from sim.scenario.frozen import Scenario


@dataclass(frozen=True)
class Outcome:
    """One replication."""

    replication: int
    log: list[int]
    """The rows as the engine wrote them, one after the other."""
    arrivals: Arrivals
    drives: tuple[Drive, ...]
    driven: int
    """Drives begun."""
    measured: int
    """Drives whose time rests on a measurement; the others are derived from the network."""

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """Return the log as an array: shape (rows, columns of `sim.log.COLUMNS`), coded."""
        return np.array(self.log, dtype=np.int64).reshape(-1, WIDTH)

    @cached_property
    def incidents(self) -> tuple[str, ...]:
        """Return the id of each incident, by its number in the log."""
        return tuple(self.arrivals.name(alarm) for alarm in range(len(self.arrivals.times)))

    @property
    def digest(self) -> str:
        """Return the fingerprint of the log (see `sim.digest`)."""
        return digest_of(self.rows, self.incidents)


def simulate(
    scenario: Scenario,
    replication: int = 0,
    *,
    seed: int | None = None,
    planned: bool | None = None,
    outlook: Outlook | None = None,
    keep_drives: bool = True,
    tracer: Tracer | Callable[[Told], None] | None = None,
) -> Outcome:
    """Run one replication.

    Parameters
    ----------
    scenario
        The compiled scenario.
    replication
        Its number; with the seed it decides every draw.
    seed
        Seed of the draws; the scenario's own by default.
    planned
        Take planned values instead of drawing; by default when the scenario is a drill.
    outlook
        What is known of travel times from earlier replications of the same scenario.
    keep_drives
        Keep every drive, for maps.
    tracer
        Is told every choice with everyone considered (see `sim.engine.trace`). It does not change the run.
    """
    drill = scenario.mode == "drill" if planned is None else planned
    draws = None if drill else Draws(scenario.seed if seed is None else seed, replication)
    run = Run(scenario, draws, outlook or Outlook(scenario), keep_drives=keep_drives, tracer=tracer)
    run.missions, run.roads, run.cases = Missions(run), RoadWatch(run), Cases(run)
    run.hazards, run.radio, run.standby, run.calls = Hazards(run), Radio(run), Standby(run), Calls(run)
    run.aid, run.shifts, run.move_ups = MutualAid(run), ShiftWork(run), MoveUps(run)
    run.supply, run.command = SupplyDesk(run), CommandPost(run)
    run.dispatcher = Dispatcher(run)
    run.roads.begin()
    run.radio.begin()
    run.standby.begin()
    run.move_ups.begin()
    run.supply.restock.begin()
    run.cases.begin()
    with _no_collection():
        run.clock.play()
    run.log(Codes.ENDED, cause=Codes.ALL_HOME)
    return Outcome(replication, run.rows, run.arrivals, tuple(run.drives or ()), run.driven, run.measured)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Pause the cycle collector: missions and cases leave no cycles behind, so that it would only look in vain."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
