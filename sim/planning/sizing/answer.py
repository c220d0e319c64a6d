"""Size the reserve: needs out of the cases, a plan, what money buys, and the proof by simulation."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import Words
from sim.experiment.comparing.folder import StudyFolder
from sim.experiment.comparing.pools import pool_of
from sim.experiment.replications import usable_jobs
from sim.experiment.stop import Interrupted, Signals
from sim.planning.sizing.certificate import Certificate, Judged, certificate
from sim.planning.sizing.needs import needs_of
from sim.planning.sizing.proof import PROPOSAL, STANDARD, TODAY, proved
from sim.planning.sizing.question import penalty_of, question_of, recipe_of
from sim.planning.stockpile import check, judge, marginal, newsvendor_empirical, price_service, solve
from sim.scenario.study import load_study

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from sim.planning.sizing.needs import Needs
    from sim.planning.sizing.proof import Proof
    from sim.planning.stockpile import Marginal, Plan, Point, Problem
    from sim.scenario.size_study import SizeStudy

    Floats = NDArray[np.float64]
    Progress = Callable[[Words, int, int], None]

DRAWING, JUDGING, PROVING = Words("needs", "需求"), Words("other needs", "另抽需求"), Words("proof", "验证")


@dataclass(frozen=True, eq=False)
class Sizing:
    """A plan for the reserve, and what is known of it.

    Parameters
    ----------
    problem, plan
        The question in numbers, and its answer.
    today, standard
        Today's stock and the least that the standards ask for, held against the same question.
    certificate
        How near the best the plan is.
    curve
        The best plan for each budget of the study.
    next_step
        What a further 10,000 yuan buy; None without a budget.
    quick
        Item → units that the newsvendor's rule holds in one depot for all: the quick first answer.
    proof
        What simulation says.
    """

    study: SizeStudy
    needs: Needs
    problem: Problem
    plan: Plan
    today: Plan
    standard: Floats
    certificate: Certificate
    curve: tuple[Point, ...]
    next_step: Marginal | None
    quick: tuple[float, ...]
    proof: Proof | None
    path: Path | None = None


def size(
    study: SizeStudy | str | Path, jobs: int = 1, out: str | Path | None = None, *, replications: int | None = None,
    seed: int | None = None, resume: bool = False, proof: bool = True, cluster: str | None = None,
    progress: Progress | None = None,
) -> Sizing:  # fmt: skip
    """Size a reserve.

    Parameters
    ----------
    study
        A compiled study, or its file.
    jobs
        Processes at work; 0 for one a processor.
    out
        Root of results: the study gets a folder ``<out>/<study>/<id>``. None: all stays in memory.
    replications, seed
        Otherwise than the file says: replications of each case in the proof, seed of all draws.
    resume
        Go on from what the proof has finished there.
    proof
        Simulate the plans; without it the answer is only what the program promises.
    cluster
        Address of a Dask scheduler.
    progress
        Is told (what, done, total).

    Raises
    ------
    InputError
        If the study is wrong, or no plan obeys all its constraints (it says which fight).
    """
    if isinstance(study, str | Path):
        loaded: SizeStudy = load_study(study, kind="size", replications=replications, seed=seed)
        study = loaded
    tell = progress or (lambda _what, _done, _total: None)
    answer = _planned(study, tell)
    if not proof and out is None:
        return answer
    with Signals() as signals, closing(pool_of(usable_jobs(jobs), cluster, study.language)) as pool:
        if out is None:
            return _proved(answer, pool, None, tell)
        from sim.planning.sizing.papers import identity_of, written

        with StudyFolder(Path(out), study.name, identity_of(study), signals, study.language, resume=resume) as folder:
            try:
                whole = _proved(answer, pool, folder, tell) if proof else answer
                for name, data in written(whole).items():
                    folder.stage(name).write_bytes(data)
                folder.commit()
                return _with(whole, path=folder.path)
            except KeyboardInterrupt as stop:
                signum = stop.signum if isinstance(stop, Interrupted) else Interrupted().signum
                raise Interrupted(signum, 0, 0, folder.path) from None


def _with(answer: Sizing, **changes: object) -> Sizing:
    from dataclasses import replace

    return replace(answer, **changes)  # type: ignore[arg-type]


def _planned(study: SizeStudy, tell: Progress) -> Sizing:
    """Return the plan, and what the program says of it."""
    needs = needs_of(study, lambda done, total: tell(DRAWING, done, total))
    problem = check(question_of(study, needs))
    plan = solve(problem, gap=study.gap)
    certified = certificate(problem, needs, plan, study.gap, lambda: _judged_afresh(study, plan, tell))
    free = _without_minimums(problem)  # today's stock, and small budgets, need not meet the standard
    today = judge(free.with_budget(np.inf), problem.have)
    curve = price_service(free, study.budgets, gap=study.gap) if study.budgets else ()
    step = None if study.budget is None else marginal(problem)
    return Sizing(
        study, needs, problem, plan, today, standard_of(study, problem), certified, curve, step,
        quick_answer(study, needs, problem), None,
    )  # fmt: skip


def _judged_afresh(study: SizeStudy, plan: Plan, tell: Progress) -> Judged:
    """Judge a plan by needs that it was not made for, nor will be proven by."""
    from dataclasses import replace

    other = replace(study, seed=(study.seed + 2) % 2**63)
    needs = needs_of(other, lambda done, total: tell(JUDGING, done, total))
    fresh = judge(_without_minimums(check(question_of(other, needs))).with_budget(np.inf), plan.stock)
    return Judged(fresh.cost, fresh.scenario_cost, needs.case, needs.probability)


def _without_minimums(problem: Problem) -> Problem:
    from dataclasses import replace

    return replace(problem, minimums=(), service=None)


def standard_of(study: SizeStudy, problem: Problem) -> Floats:
    """Return the stock that holds today's and, of every minimum, no more than it asks for: shared out as today's is."""
    stock = np.array(problem.have)
    for floor in study.minimum:
        rows = list(floor.depots)
        held = stock[rows, floor.item]
        missing = floor.amount - held.sum()
        if missing > 0:
            share = held / held.sum() if held.sum() else np.full(len(rows), 1 / len(rows))
            stock[rows, floor.item] += missing * share
    return stock


def quick_answer(study: SizeStudy, needs: Needs, problem: Problem) -> tuple[float, ...]:
    """Return what the newsvendor holds of each item in one depot for all cases: no roads, trucks, sets or budget."""
    supplies = study.first.supplies
    by_id = {item.id: item for item in supplies.items}
    items = [by_id[name] for name in study.items]
    found = []
    for number, _ in enumerate(items):
        wanted, weight = np.zeros(len(needs.case)), 0.0
        for want, key in enumerate(needs.wants):
            recipe = recipe_of(supplies, items, key)
            each = 0.0 if recipe is None else recipe[0][number]
            wanted += each * needs.demand[:, want].sum(axis=1)
            weight = max(weight, penalty_of(study, supplies, key) / each if each else 0.0)
        yearly = float(np.max(problem.yearly_cost[:, number]))
        if not weight or not wanted.any():
            found.append(0.0)
        else:
            found.append(float(newsvendor_empirical(max(yearly, 1e-9), weight, wanted, needs.probability).level))
    return tuple(found)


def _proved(answer: Sizing, pool: object, folder: StudyFolder | None, tell: Progress) -> Sizing:
    """Simulate today's stock, the proposal and the standard's."""
    study, problem = answer.study, answer.problem
    supplies = study.first.supplies
    stocks = {TODAY: problem.have, PROPOSAL: answer.plan.stock}
    if study.minimum:
        stocks[STANDARD] = answer.standard
    plans = {
        name: {
            (depot, item): float(stock[row, column] - problem.have[row, column])
            for row, depot in enumerate(study.depots) for column, item in enumerate(study.items)
        }
        for name, stock in stocks.items()
    }  # fmt: skip
    items = [next(item for item in supplies.items if item.id == name) for name in study.items]
    sized = [want for want in answer.needs.wants if recipe_of(supplies, items, want) is not None]
    penalties = {want.id: penalty_of(study, supplies, want) for want in sized}
    proof = proved(study, penalties, plans, pool, folder, lambda done, total: tell(PROVING, done, total))  # type: ignore[arg-type]
    return _with(answer, proof=proof)
