"""How many replications: looked at after fixed numbers of them, in their order, whatever the number of workers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.selection import Race
from sim.analysis.two_stage import best_mean, total_sizes
from sim.errors import Words
from sim.experiment.comparing.table import difference

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from sim.analysis.series import Better
    from sim.experiment.comparing.campaign import Campaign, Cell
    from sim.scenario.study import Choice, Precision, Study

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What came of choosing the best.

    Parameters
    ----------
    variant
        Position of the choice; None when the metric could not rank.
    decided
        Whether the promised probability is reached.
    dropped
        Variants that left on the way, and after how many replications.
    why_not
        Why it is not decided.
    """

    variant: int | None
    decided: bool
    dropped: tuple[tuple[int, int], ...]
    why_not: Words | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """How the replications were spent: of each variant, how the choice ended, which precisions were reached."""

    counts: tuple[int, ...]
    chosen: Chosen | None
    precise: tuple[bool, ...]
    """One for each precision asked for."""


def spend(study: Study, campaign: Campaign, cells: Sequence[Cell]) -> Spent:
    """Run the variants of a study for as long as it asks."""
    if study.drill:
        campaign.extend(cells, 1)
        return Spent((1,) * len(cells), None, ())
    rules: list[_Rule] = []
    race = _choosing(study.choice, study) if study.choice is not None else None
    if race is not None:
        rules.append(race)
    rules += [_Precise(study, one) for one in study.precision]
    if not rules:
        campaign.extend(cells, study.most)
        return Spent((study.most,) * len(cells), None, ())
    counts = [0] * len(cells)
    for count in _looks(study):
        asked = {place for rule in rules for place in rule.racing} if any(counts) else set(range(len(cells)))
        if not asked:
            break
        counts = [count if place in asked else counts[place] for place in range(len(cells))]
        campaign.extend(cells, counts)
        for rule in rules:
            rule.look(cells, count)
    if isinstance(race, _Rinott):
        counts = [max(pair) for pair in zip(counts, race.sizes, strict=True)]
        campaign.extend(cells, counts)
    chosen = None if race is None else race.chosen(cells)
    return Spent(tuple(counts), chosen, tuple(rule.met for rule in rules if isinstance(rule, _Precise)))


def _looks(study: Study) -> Iterator[int]:
    yield from range(study.first, study.most, study.batch)
    yield study.most


class _Rule:
    """Something that asks for more replications of some variants."""

    racing: tuple[int, ...]
    """Variants that need more."""

    def look(self, cells: Sequence[Cell], count: int) -> None:
        """Take in what is there after `count` replications."""
        raise NotImplementedError


class _Precise(_Rule):
    """The difference of each variant to the baseline is to be known so exactly."""

    def __init__(self, study: Study, asked: Precision) -> None:
        self._study, self._asked = study, asked
        self._open = [place for place in range(len(study.variants)) if place != study.baseline]

    @property
    def racing(self) -> tuple[int, ...]:  # type: ignore[override]
        return tuple(sorted({*self._open, self._study.baseline})) if self._open else ()

    @property
    def met(self) -> bool:
        return not self._open

    def look(self, cells: Sequence[Cell], count: int) -> None:
        if self._open and cells[self._open[0]].done >= count:
            self._open = [place for place in self._open if not self._exact(cells, place, count)]

    def _exact(self, cells: Sequence[Cell], place: int, count: int) -> bool:
        if count < 2:
            return False
        bounds = difference(self._study, cells[self._study.baseline], cells[place], self._asked.metric, count).bounds
        return bounds is not None and (bounds[1] - bounds[0]) / 2 <= self._asked.within


class _Choosing(_Rule):
    """The best variant is to be chosen."""

    def __init__(self, choice: Choice, study: Study) -> None:
        self._choice, self._study = choice, study
        self._better: Better = "low" if choice.best == "least" else "high"
        self.unranked = False
        """A replication had nothing to measure, or it never happened: means do not rank."""

    def chosen(self, cells: Sequence[Cell]) -> Chosen:
        """Return the choice."""
        raise NotImplementedError

    def rows(self, cells: Sequence[Cell], places: Sequence[int], first: int, count: int) -> Floats | None:
        """Return replications `first` … `count` − 1 of some variants; None when one of them has no number."""
        table = np.array([cells[place].values(self._choice.metric, count)[first:] for place in places]).T
        if np.isfinite(table).all():
            return table
        self.unranked = True
        return None

    def _unranked(self) -> Chosen:
        why = Words(
            "in some replications it never happened or there was nothing to measure, so means do not rank",
            "有的推演里它从未发生或无可计量,不能按平均排序",
        )
        return Chosen(None, False, (), why)


_TOO_FEW = Words("the most replications came before the decision", "到最多次数时仍分不出")


class _Kn(_Choosing):
    def __init__(self, choice: Choice, study: Study) -> None:
        super().__init__(choice, study)
        self._race = Race(
            len(study.variants), choice.indifference, better=self._better, promise=choice.probability, first=study.first,
            independent=study.seeds == "independent",
        )  # fmt: skip

    @property
    def racing(self) -> tuple[int, ...]:  # type: ignore[override]
        return () if self.unranked or self._race.finished else self._race.racing

    def look(self, cells: Sequence[Cell], count: int) -> None:
        racing = self.racing
        if racing and cells[racing[0]].done >= count:
            rows = self.rows(cells, racing, self._race.replications, count)
            if rows is not None:
                self._race.feed(rows)

    def chosen(self, cells: Sequence[Cell]) -> Chosen:
        if self.unranked:
            return self._unranked()
        race = self._race
        dropped = tuple((out.system, out.after) for out in race.out)
        return Chosen(race.leader, race.finished, dropped, None if race.finished else _TOO_FEW)


class _Rinott(_Choosing):
    def __init__(self, choice: Choice, study: Study) -> None:
        super().__init__(choice, study)
        self.sizes = [study.first] * len(study.variants)
        """Replications of both stages, of each variant."""
        self._capped = False
        self._begun = False

    @property
    def racing(self) -> tuple[int, ...]:  # type: ignore[override]
        return () if self._begun else tuple(range(len(self._study.variants)))

    def look(self, cells: Sequence[Cell], count: int) -> None:
        if self._begun:
            return
        self._begun = True
        rows = self.rows(cells, range(len(cells)), 0, count)
        if rows is not None:
            wanted = total_sizes(rows, self._choice.indifference, self._choice.probability, common=False)
            self._capped = max(wanted) > self._study.most
            self.sizes = [min(size, self._study.most) for size in wanted]

    def chosen(self, cells: Sequence[Cell]) -> Chosen:
        samples = [cell.values(self._choice.metric) for cell in cells]
        if self.unranked or not all(np.isfinite(sample).all() for sample in samples):
            return self._unranked()
        return Chosen(best_mean(samples, self._better), not self._capped, (), _TOO_FEW if self._capped else None)


def _choosing(choice: Choice, study: Study) -> _Choosing:
    return _Rinott(choice, study) if choice.method == "rinott" else _Kn(choice, study)
