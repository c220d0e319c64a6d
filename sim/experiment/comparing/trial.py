"""One trial: two variants with one assumed number changed, and the metric by which they are ranked."""

from __future__ import annotations

import pickle
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.experiment.comparing.campaign import _value
from sim.scenario.metric_names import split

if TYPE_CHECKING:
    from sim.scenario.frozen import Scenario
    from sim.scenario.load_tree import Loaded
    from sim.scenario.node import Place

Change = tuple[int, "Place", Any]
"""Variant (0 or 1), place in its tree, and what is written there instead."""


class Pair(NamedTuple):
    """What all trials share."""

    trees: tuple[Loaded, Loaded]
    metric: str
    seed: int
    replications: int
    """0: planned values."""


_held: dict[str, Pair] = {}
_turn = threading.Lock()


def try_out(token: str, pair: Any, changes: tuple[Change, ...]) -> list[list[float] | None]:
    """Return the metric of both variants with changes; None for a variant without a change, nothing for one that cannot be.

    Parameters
    ----------
    token
        Tells this pair from others that the worker may still hold.
    pair
        Bytes of a pickled `Pair`, in any form that gives a buffer.
    """
    with _turn:
        if token not in _held:
            _held.clear()
            _held[token] = pickle.loads(memoryview(pair))  # noqa: S301  (packed by the parent)
        held = _held[token]
    found: list[list[float] | None] = [None, None]
    for which, place, value in changes:
        found[which] = measured(held, which, place, value)
    return found


def measured(pair: Pair, which: int, place: Place = (), value: object = None) -> list[float]:
    """Return the metric of one variant in each replication, with another value at a place; nothing when that cannot be."""
    scenario = _compiled(pair.trees[which], place, value)
    if scenario is None:
        return []
    if not pair.replications:
        return [_one(scenario, pair, 0, planned=True)]
    plan = scenario.as_plan()
    return [_one(plan, pair, number, planned=False) for number in range(pair.replications)]


def _one(scenario: Scenario, pair: Pair, number: int, *, planned: bool) -> float:
    from sim.analysis.fold import fold
    from sim.engine.simulate import simulate

    outcome = simulate(scenario, number, seed=pair.seed, planned=planned, keep_drives=False)
    found = fold(scenario, outcome.rows, outcome.incidents)[pair.metric]
    return _value(found / split(pair.metric)[0].per_unit)


def _compiled(loaded: Loaded, place: Place, value: object) -> Scenario | None:
    from dataclasses import replace

    from sim.errors import InputError
    from sim.scenario.compiling.assemble import assemble
    from sim.scenario.compiling.context import Context
    from sim.scenario.compiling.study_inputs import with_value
    from sim.scenario.load_tree import check_tree
    from sim.scenario.schema.root import ScenarioFile

    if place:
        assert loaded.top is not None
        loaded = replace(loaded, top=with_value(loaded.top, place, value))
    file, findings = check_tree(ScenarioFile, loaded)
    if file is None:
        return None
    try:
        return assemble(Context(file, loaded.path, loaded.root, loaded.marks, list(findings)), loaded.tree, loaded.language)
    except InputError:
        return None
