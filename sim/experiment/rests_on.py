"""What a conclusion rests on: assumed numbers, by how far each would have to move for the ranking to turn.

Each number alone is made a quarter and four times of what is assumed; where the better variant is no longer better at
one of these ends, the turn is found by halving. Ends are looked at, and what lies between is taken to go one way.
"""

from __future__ import annotations

import math
import pickle
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.wording import _PARTS
from sim.experiment.comparing.trial import Change, Pair, measured, try_out
from sim.scenario.compiling.study_inputs import Input, assumed_inputs, said, scaled

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.experiment.comparing.folder import Notes
    from sim.experiment.comparing.pools import Pool
    from sim.scenario.study import Study

Values = Sequence[float]
"""One number a replication; +inf for never."""
FEW = 10
"""Replications of one trial of a scenario that has no plan."""
MOST_FACTOR = 4.0
"""How far an input is moved: to a quarter, and to four times."""
HALVINGS = 8
"""The turn is known to a factor of 4^(1/256), about half a per cent."""
_FOR_ENDS = 0.7
"""Share of the trials that the ends may take; the rest is for halving."""


@dataclass(frozen=True, slots=True)
class Found:
    """One assumed number, and where the ranking turns with it.

    Parameters
    ----------
    what, what_zh
        Where it stands in the scenario.
    value, turned
        What is written, and what it would be at the turn; None when the ranking does not turn.
    factor
        How many times as large it is at the turn.
    """

    what: str
    what_zh: str
    value: str
    factor: float | None
    turned: str | None
    file: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Turn:
    """What was found about a ranking.

    Parameters
    ----------
    best, second
        Ids of the better variant, and of the next.
    lead
        By how much it is better, in the unit of the metric.
    found
        Assumed numbers that turn it, nearest first.
    steady
        How many were moved without a turn.
    unseen
        How many were not looked at, for lack of trials.
    trials
        How many there were.
    """

    metric: str
    best: str
    second: str
    lead: float | None
    found: tuple[Found, ...]
    steady: int
    unseen: int
    trials: int
    replications: int

    def as_dict(self) -> dict[str, Any]:
        """Return it fit for JSON."""
        return {**asdict(self), "found": [asdict(one) for one in self.found], "range": MOST_FACTOR}


@dataclass(slots=True)
class _Moved:
    """An input in one direction: its factor is known not to turn up to `low`, and to turn from `high` on (as exponents)."""

    inputs: tuple[Input | None, Input | None]
    up: bool
    low: float = 0.0
    high: float = 1.0

    @property
    def one(self) -> Input:
        return next(found for found in self.inputs if found is not None)

    def factor(self, exponent: float) -> float:
        most = min(MOST_FACTOR, self.one.greatest) if self.up else 1 / MOST_FACTOR
        return float(most**exponent)


def rests_on(study: Study, pool: Pool, notes: Notes | None = None, tell: Callable[[int, int], None] | None = None) -> Turn | None:
    """Return what the ranking of the best and the second rests on; None when the study does not ask.

    Parameters
    ----------
    pool
        Who does the work.
    notes
        Where trials are kept, for a later run to go on from.
    tell
        Is told (trials done, trials at most).
    """
    return None if study.rests_on is None else _Search(study, pool, notes, tell or (lambda _done, _total: None)).turn()


class _Search:
    def __init__(self, study: Study, pool: Pool, notes: Notes | None, tell: Callable[[int, int], None]) -> None:
        assert study.rests_on is not None
        self.study, self.pool, self.notes, self.tell = study, pool, notes, tell
        self.question = study.rests_on
        self.sign = 1.0 if self.question.best == "most" else -1.0
        self.known: dict[str, Any] = notes.read() if notes is not None else {}
        self.trials = 0

    def turn(self) -> Turn:
        """Return what was found."""
        study, question = self.study, self.question
        trees = [_tree(study, place) for place in range(len(study.variants))]
        count = self.replications()
        values = [measured(Pair((tree, tree), question.metric, study.seed, count), 0) for tree in trees]
        order = sorted(range(len(values)), key=lambda place: (*self.worth(values[place]), place))
        best, second = order[0], order[1]
        self.base = values[best], values[second]
        self.pair = Pair((trees[best], trees[second]), question.metric, study.seed, count)
        names = study.variants[best].id, study.variants[second].id
        if not self.better(self.base):
            return Turn(question.metric, *names, 0.0, (), 0, 0, 0, count)
        inputs = matched(trees[best], trees[second])
        looked = inputs[: max(1, int(question.most * _FOR_ENDS) // 2)]
        moved = self.ends(looked)
        self.halve(moved)
        nearest: dict[tuple[str, str], Found] = {}
        for one in sorted(map(_told, moved), key=_distance):
            nearest.setdefault((one.what, one.value), one)
        lead = self.lead(*self.base)
        return Turn(
            question.metric, *names, lead if math.isfinite(lead) else None, tuple(nearest.values()),
            len(looked) - len(nearest), len(inputs) - len(looked), self.trials, count,
        )  # fmt: skip

    def replications(self) -> int:
        """Return the replications of one trial; 0 for planned values, where there is a plan."""
        random = any(variant.scenario.sources for variant in self.study.variants)
        asked = self.question.replications
        return 0 if self.study.drill or (asked is None and not random) else asked or FEW

    def worth(self, values: Values) -> tuple[int, float]:
        """Return what ranks a variant, least first: how often it never happened, then its mean where it did."""
        happened = [value for value in values if math.isfinite(value)]
        mean = self.sign * sum(happened) / len(happened) if happened else 0.0
        return len(values) - len(happened), -mean

    def lead(self, one: Values, other: Values) -> float:
        """Return by how much the first is better, over the replications where it happened under both; NaN for none."""
        gaps = [self.sign * (a - b) for a, b in zip(one, other, strict=True) if math.isfinite(a) and math.isfinite(b)]
        return sum(gaps) / len(gaps) if gaps else math.nan

    def better(self, values: tuple[Values, Values]) -> bool:
        """Tell whether the first is still better than the second: never less often, else by its mean under the same luck."""
        missed = [sum(not math.isfinite(value) for value in side) for side in values]
        if missed[0] != missed[1]:
            return missed[0] < missed[1]
        return self.lead(*values) > 0

    def ends(self, inputs: Sequence[tuple[Input | None, Input | None]]) -> list[_Moved]:
        """Return the inputs and directions in which the ranking turns within the range."""
        moves = [_Moved(pair, up) for pair in inputs for up in (True, False)]
        moves = [move for move in moves if abs(math.log(move.factor(1.0))) > 1e-9]
        turned = self.turned([(move, 1.0) for move in moves])
        return [move for move, turns in zip(moves, turned, strict=True) if turns]

    def halve(self, moves: Sequence[_Moved]) -> None:
        """Close in on each turn."""
        for _ in range(HALVINGS):
            left = self.question.most - self.trials
            asked = [(move, (move.low + move.high) / 2) for move in moves][: max(0, left)]
            for (move, middle), turns in zip(asked, self.turned(asked), strict=True):
                if turns:
                    move.high = middle
                else:
                    move.low = middle

    def turned(self, asked: Sequence[tuple[_Moved, float]]) -> list[bool]:
        """Tell of each input at a factor whether the better variant is no longer better; one that cannot be does not turn."""
        jobs = [_changes(move, exponent) for move, exponent in asked]
        fresh = [job for job in dict.fromkeys(map(_key, jobs)) if job not in self.known]
        by_key = {_key(job): job for job in jobs}
        payload = np.frombuffer(pickle.dumps(self.pair, protocol=5), dtype=np.uint8)
        token = f"{id(self)}-{len(payload)}"
        results = self.pool.each(try_out, ((token, payload, by_key[key]) for key in fresh))
        try:
            for key, values in zip(fresh, results, strict=True):
                self.known[key] = list(values)
                if self.notes is not None:
                    self.notes.add(key, list(values))
                self.trials += 1
                self.tell(self.trials, self.question.most)
        finally:
            results.close()
        return [self.verdict(self.known[_key(job)]) for job in jobs]

    def verdict(self, found: Sequence[Values | None]) -> bool:
        """Tell whether the ranking is turned by what a trial gave; a scenario that cannot be gives nothing, and turns nothing."""
        one, other = (base if values is None else values for values, base in zip(found, self.base, strict=True))
        return bool(one) and bool(other) and not self.better((one, other))


def _distance(found: Found) -> float:
    return abs(math.log(found.factor or 1.0))


def _tree(study: Study, place: int) -> Any:
    from sim.scenario.load_tree import load_tree
    from sim.scenario.schema.root import ScenarioFile

    variant = study.variants[place]
    return load_tree(variant.file, ScenarioFile, variant.patch, study.root)


def matched(one: Any, other: Any) -> list[tuple[Input | None, Input | None]]:
    """Return the assumed numbers of two scenarios; what both share, written the same, is one input."""
    sides = [{(found.key, repr(found.value)): found for found in assumed_inputs(tree)} for tree in (one, other)]
    pairs = [(sides[0].get(key), sides[1].get(key)) for key in dict.fromkeys([*sides[0], *sides[1]])]
    return sorted(pairs, key=_nearness)


def _nearness(pair: tuple[Input | None, Input | None]) -> tuple[bool, int]:
    """Order inputs by how likely they matter: what only one variant has, then by the part of the scenario."""
    part = next(found for found in pair if found is not None).key[0]
    return None not in pair, _PARTS[part][0] if part in _PARTS else len(_PARTS)


def _changes(move: _Moved, exponent: float) -> tuple[Change, ...]:
    factor = move.factor(exponent)
    return tuple(
        (which, found.place, scaled(found, factor)) for which, found in enumerate(move.inputs) if found is not None
    )  # fmt: skip


def _key(changes: tuple[Change, ...]) -> str:
    return repr(changes)


def _told(move: _Moved) -> Found:
    found, factor = move.one, move.factor(move.high)
    turned = scaled(found, factor)
    if found.dimension is None:
        factor = turned / found.value
    shown = said(turned)
    return Found(found.label.en, found.label.zh, found.said, factor, _rounded(shown), found.mark.file, found.mark.line)


def _rounded(text: str) -> str:
    """Return a text with its number to three figures."""
    number, _, unit = text.partition(" ")
    try:
        return f"{float(f'{float(number):.3g}'):,.10g} {unit}".strip()
    except ValueError:
        return text
