"""Compare configurations: `compare` in, `Comparison` out."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import Finding, InputError, Words
from sim.experiment import papers
from sim.experiment.comparing.campaign import Campaign, Cell, planned_values
from sim.experiment.comparing.folder import StudyFolder, manifest_of
from sim.experiment.comparing.papers import study_papers
from sim.experiment.comparing.pools import pool_of
from sim.experiment.comparing.results import Comparison
from sim.experiment.comparing.stages import spend
from sim.experiment.comparing.table import compare_cells, family_size, metric_lines
from sim.experiment.disk import MANIFEST
from sim.experiment.identity import code_version, folder_name, run_id
from sim.experiment.marginal import marginal_rows
from sim.experiment.replications import usable_jobs
from sim.experiment.rests_on import Turn, rests_on
from sim.experiment.runs import settle
from sim.experiment.stop import Interrupted, Signals

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sim.experiment.comparing.pools import Pool
    from sim.experiment.comparing.stages import Spent
    from sim.scenario.study import Study, Variant

    Progress = Callable[[Words, int, int], None]

__all__ = ["Comparison", "compare"]

_RUNNING, _SMALL, _TURNING = Words("variants", "各方案"), Words("small changes", "边际"), Words("assumptions", "假定")
_MAIN = ("package.complete", "answered", "moved", "response")
"""What is looked at where neither the study nor the objectives say."""


def compare(
    study: Study | str | Path | Sequence[str | Path],
    jobs: int = 1,
    out: str | Path | None = None,
    *,
    replications: int | None = None,
    seed: int | None = None,
    resume: bool = False,
    keep_log: bool = True,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Compare configurations under common draws.

    Parameters
    ----------
    study
        A compiled study, a study file, or two scenario files or more (the first is the baseline).
    jobs
        Processes at work; 0 for one a processor. It bears on nothing but the time that it takes.
    out
        Root of results: the study gets a folder ``<out>/<study>/<id>``. None: all stays in memory.
    replications, seed
        Otherwise than the file says; `replications` is the most, and turns chance on.
    resume
        Go on from what is finished there.
    keep_log
        Keep the event log of each variant.
    cluster
        Address of a Dask scheduler, or ``local`` for a cluster of `jobs` processes here.
    progress
        Is told (what, done, total).

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        If the study cannot be run as asked; nothing is written.
    RunError
        If the simulator fails.
    Interrupted
        On Ctrl-C or SIGTERM. Finished replications are kept in the folder for `resume`.
    """
    study = checked(compiled(study, replications, seed))
    work = _Work(study, progress, keep_log=keep_log)
    jobs = usable_jobs(jobs)
    with Signals() as signals, closing(pool_of(jobs, cluster, study.language)) as pool:
        if out is None:
            return Comparison(work.done(pool, None), None, work.values)
        with StudyFolder(Path(out), study.name, identity_of(study), signals, study.language, resume=resume) as folder:
            if resume and _finished(folder, study, keep_log=keep_log):
                return Comparison.load(folder.path)
            try:
                return work.written(pool, folder, jobs)
            except KeyboardInterrupt as stop:
                signum = stop.signum if isinstance(stop, Interrupted) else Interrupted().signum
                raise Interrupted(signum, *work.progress, folder.path) from None


def compiled(study: Study | str | Path | Sequence[str | Path], replications: int | None, seed: int | None) -> Study:
    """Return a study, loaded where a file is named.

    Raises
    ------
    InputError
        With every finding.
    """
    from sim.scenario.compiling.study_files import study_of_files
    from sim.scenario.study import Study, load_study

    if isinstance(study, Study):
        if replications is not None:
            study = replace(study, most=replications, first=min(study.first, replications), mode="plan")
        return study if seed is None else replace(study, seed=seed)
    wanted: dict[str, Any] = {key: value for key, value in (("replications", replications), ("seed", seed)) if value is not None}
    if isinstance(study, str | Path):
        found: Study = load_study(study, **wanted)
        return found
    return study_of_files(study, asked=wanted)


def checked(study: Study) -> Study:
    """Return a study whose metrics every variant measures; with the main ones where it names none.

    Raises
    ------
    InputError
        If a variant has nothing that a metric measures, or there is nothing to look at.
    """
    from sim.analysis.fold import metrics_of

    held = [metrics_of(variant.scenario) for variant in study.variants]
    wanted = study.metrics or tuple(name for name in _MAIN if all(name in names for names in held))[:2]
    findings = []
    for name in wanted:
        lacking = [variant.id for variant, names in zip(study.variants, held, strict=True) if name not in names]
        if lacking:
            what = Words(
                f"'{name}' measures nothing in {', '.join(lacking)}", f"方案“{'、'.join(lacking)}”里没有“{name}”要量的事"
            )
            findings.append(Finding("nothing-measured", what, Words("choose another metric", "请换一个指标")))
    if not wanted:
        what = Words("the study names no metric, and its scenarios have no objective", "研究没有写指标,情景也没有目标")
        findings.append(Finding("nothing-asked", what, Words("write 'metrics: […]'", "请写“看什么: […]”")))
    if study.most < 2 and (study.precision or study.choice is not None):
        what = Words("one replication shows no spread", "只做一次看不出波动")
        findings.append(Finding("bad-replications", what, Words("ask for 20 or more", "请写 20 次以上")))
    if findings:
        raise InputError(findings, study.language)
    return replace(study, metrics=tuple(wanted))


def identity_of(study: Study) -> dict[str, Any]:
    """Return everything that decides what a comparison gives, save the most replications."""
    scenarios = [*(variant.scenario for variant in study.variants), *(change.variant.scenario for change in study.marginal)]
    asked = {
        "ids": [variant.id for variant in study.variants], "baseline": study.baseline, "metrics": study.metrics,
        "seeds": study.seeds, "looks": [study.first, study.batch], "precision": study.precision, "choice": study.choice,
        "small": [(change.name, change.of, change.variant.cost) for change in study.marginal], "rests_on": study.rests_on,
        "costs": [variant.cost for variant in study.variants],
    }  # fmt: skip
    return {
        "study": sha256(repr(asked).encode()).hexdigest(),
        "scenarios": sha256("".join(scenario.digest + scenario.network_hash for scenario in scenarios).encode()).hexdigest(),
        "seed": study.seed,
        "mode": study.mode,
        "code": code_version(),
    }


def _finished(folder: StudyFolder, study: Study, *, keep_log: bool) -> bool:
    manifest = manifest_of(folder.path)
    return manifest is not None and manifest["most"] == study.most and (manifest["log"] or not keep_log)


def seed_of(study: Study, place: int) -> int:
    """Return the seed of a variant: the study's own, or one derived from it by the id where luck is not shared."""
    if study.seeds == "common" or place == study.baseline:
        return study.seed
    return int.from_bytes(sha256(f"{study.seed}/{study.variants[place].id}".encode()).digest()[:8], "big") >> 1


class _Work:
    """Carries a comparison out."""

    def __init__(self, study: Study, progress: Progress | None, *, keep_log: bool) -> None:
        self.study = study
        self.keep_log = keep_log
        self.progress = (0, len(study.variants) * study.most)
        self._tell = progress or (lambda _what, _done, _total: None)
        drill = study.drill
        scenarios = [variant.scenario for variant in study.variants]
        self.cells = [
            Cell(scenario if drill else scenario.as_plan(), seed_of(study, place), keep_log=keep_log)
            for place, scenario in enumerate(scenarios)
        ]
        self.small = [
            Cell(change.variant.scenario if drill else change.variant.scenario.as_plan(), self.cells[change.of].seed)
            for change in study.marginal
        ]
        self.counts: tuple[int, ...] = ()

    def values(self, variant: str, metric: str) -> Any:
        """Return one number a replication of a variant."""
        place = [one.id for one in self.study.variants].index(variant)
        return self.cells[place].values(metric, self.counts[place])

    def campaign(self, pool: Pool, what: Words) -> Campaign:
        """Return a campaign that tells how far it is."""
        ran = sum(cell.done for cell in self.cells)

        def tell(done: int, total: int) -> None:
            if what is _RUNNING:
                self.progress = (ran + done, self.progress[1])
            self._tell(what, done, total)

        return Campaign(pool, self.study.metrics, tell)

    def done(self, pool: Pool, folder: StudyFolder | None) -> dict[str, Any]:
        """Run everything and return the summary."""
        study = self.study
        if folder is not None:
            self._open(folder)
        spent = self._variants(pool)
        planned = [planned_values(cell.scenario, study.metrics) for cell in self.cells]
        rows = compare_cells(study, self.cells, spent.counts, planned)
        marginal = self._marginal(pool, planned)
        notes = folder.note("rests_on") if folder is not None and study.rests_on is not None else None
        turns = rests_on(study, pool, notes, lambda done, total: self._tell(_TURNING, done, total))
        return _summary(study, self.cells, spent, rows, marginal, turns)

    def _open(self, folder: StudyFolder) -> None:
        from sim.scenario.compiling.study_files import distinct

        names = distinct([folder_name(variant.id).lower() for variant in self.study.variants])
        for name, cell in zip(names, self.cells, strict=True):
            cell.store = folder.variant(name, cell)
        if not self.study.drill:
            for cell in self.small:
                cell.store = folder.blocks(cell)

    def _variants(self, pool: Pool) -> Spent:
        campaign = self.campaign(pool, _RUNNING)
        campaign.recall(self.cells, self.study.most)
        spent = spend(self.study, campaign, self.cells)
        self.counts = spent.counts
        return spent

    def _marginal(self, pool: Pool, planned: Sequence[Any]) -> list[dict[str, Any]]:
        study = self.study
        if not study.marginal:
            return []
        campaign = self.campaign(pool, _SMALL)
        campaign.recall(self.small, study.most)
        campaign.extend(self.small, [self.counts[change.of] for change in study.marginal])
        plans = [planned_values(cell.scenario, study.metrics) for cell in self.small]
        return marginal_rows(study, self.cells, self.small, self.counts, planned, plans)

    def written(self, pool: Pool, folder: StudyFolder, jobs: int) -> Comparison:
        """Run everything and write the results folder."""
        study, began, clock = self.study, datetime.now(UTC), time.perf_counter()
        identity = identity_of(study)
        summary = self.done(pool, folder)
        for entry, cell, count in zip(summary["variants"], self.cells, self.counts, strict=True):
            assert cell.store is not None
            place: Any = cell.store
            settle(cell.scenario, count, cell.seed, place, keep_log=self.keep_log)
            entry["folder"] = place.path.relative_to(folder.path).as_posix()
        summary["id"] = run_id(identity)
        for name, data in study_papers(summary, study.resolved).items():
            folder.stage(name).write_bytes(data)
        manifest = {
            "format": 1, "study": study.name, "kind": "compare", "id": summary["id"], "mode": study.mode, "most": study.most,
            "seed": study.seed, "log": self.keep_log, "identity": identity, "jobs": jobs, "began": began.isoformat(),
            "ended": datetime.now(UTC).isoformat(), "seconds": time.perf_counter() - clock, **papers.surroundings(),
        }  # fmt: skip
        folder.stage(MANIFEST).write_bytes(papers.as_json(manifest))
        folder.commit()
        return Comparison(summary, folder.path, self.values)


def _summary(
    study: Study, cells: Sequence[Cell], spent: Spent, rows: list[dict[str, Any]], marginal: list[dict[str, Any]],
    turns: Turn | None,
) -> dict[str, Any]:  # fmt: skip
    """Return what ``summary.json`` holds. Values are in the unit of their metric; None stands for never or not known.

    Notes
    -----
    ``study kind question language mode id seed seeds baseline most``
        What was asked; `mode` is drill or plan, `seeds` common or independent, `baseline` an id.
    ``metrics``
        ``metric title title_zh title_en unit better indifference`` of each.
    ``variants``
        ``id name scenario n seed cost cost_source start one_incident alarm digest assumptions folder`` of each; `n` is how
        many replications count, `folder` its results folder under this one.
    ``comparison``
        For each metric and variant: ``metric variant n mean ci95 p50 p90 observations never planned``, and against the
        baseline ``planned_difference difference p90_difference verdict per_10k`` (None for the baseline itself). A
        difference has ``estimate low high p p_holm used identical variance_ratio never``; see
        `sim.analysis.comparison.Difference`. Verdicts are those of `sim.analysis.verdict.Verdict`.
    ``comparisons``
        How many p values Holm's correction is over.
    ``precision``
        ``metric within met`` of each that was asked for.
    ``choice``
        ``metric best indifference probability method variant decided dropped why_not``; None if not asked.
    ``marginal``
        For each small change and metric: ``change of metric n difference planned_difference verdict price per_10k``.
    ``rests_on``
        ``metric best second lead found steady unseen trials replications range``; of each found
        ``what what_zh value factor turned file line``. None if not asked.
    """
    return {
        "study": study.name, "kind": "compare", "question": study.question, "language": study.language, "mode": study.mode,
        "id": "", "seed": study.seed, "seeds": study.seeds, "baseline": study.base.id, "most": study.most,
        "metrics": metric_lines(study),
        "variants": [_said(*one) for one in zip(study.variants, cells, spent.counts, strict=True)],
        "comparison": rows,
        "comparisons": family_size(rows),
        "precision": [
            {"metric": one.metric, "within": one.within, "met": met}
            for one, met in zip(study.precision, spent.precise, strict=False)
        ],
        "choice": _chosen(study, spent),
        "marginal": marginal,
        "rests_on": None if turns is None else turns.as_dict(),
    }  # fmt: skip


def _said(variant: Variant, cell: Cell, count: int) -> dict[str, Any]:
    scenario = variant.scenario
    return {
        "id": variant.id, "name": variant.name, "scenario": scenario.name, "n": count, "seed": cell.seed,
        "cost": variant.cost, "cost_source": variant.source, "start": scenario.start.isoformat(),
        "one_incident": len(scenario.planned) == 1 and not (scenario.recorded or scenario.sources),
        "alarm": scenario.planned[0].time if scenario.planned else 0, "digest": scenario.digest,
        "assumptions": len(scenario.assumptions), "folder": None,
    }  # fmt: skip


def _chosen(study: Study, spent: Spent) -> dict[str, Any] | None:
    chosen = spent.chosen
    if study.choice is None or chosen is None:
        return None
    return {
        **asdict(study.choice), "decided": chosen.decided,
        "variant": None if chosen.variant is None else study.variants[chosen.variant].id,
        "dropped": [{"variant": study.variants[place].id, "after": after} for place, after in chosen.dropped],
        "why_not": None if chosen.why_not is None else chosen.why_not.say(study.language),
    }  # fmt: skip
