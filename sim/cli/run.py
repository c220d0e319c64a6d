"""``run_scenario.py SCENARIO``: run it, show the answer, keep the results."""

from __future__ import annotations

import math
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.doors import LANGUAGE, guarded, language_or, refuse, show
from sim.cli.main import INTERRUPTED
from sim.cli.shown import drawn, print_answer, progress_bar
from sim.errors import Finding, InputError, Language, Mark, Words

if TYPE_CHECKING:
    from sim.experiment.results import Results
    from sim.scenario.frozen import Scenario

_RUNNING = Words("running", "推演")
_SOON = 2
"""Below so many replications there is nothing to show progress of."""


@click.command("run")
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option(
    "-n", "--replications", type=click.IntRange(1), help="重复次数;给出即按推演计入随机 (replications; turns chance on)"
)
@click.option("--seed", type=click.IntRange(0), help="随机种子 (seed)")
@click.option(
    "--jobs", type=click.IntRange(0), default=1, show_default=True, help="并行进程数,0 为每核一个 (processes; 0: one a core)"
)
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("results"), show_default=True, help="结果根目录 (results folder)"
)
@click.option("--resume", is_flag=True, help="接着未完成的或次数较少的结果做 (go on from what is finished)")
@click.option("--replication", type=click.IntRange(0), help="只做第几次,自 0 起 (only this replication)")
@click.option("--no-figures", is_flag=True, help="不画图 (no figures)")
@click.option("--no-log", is_flag=True, help="不留事件记录 (keep no event log)")
@click.option("--cluster", help="Dask 集群的调度器地址,或 local (run on a Dask cluster)")
@LANGUAGE
@guarded
def command(
    scenario: Path, replications: int | None, seed: int | None, jobs: int, out: Path, replication: int | None,
    cluster: str | None, lang: str | None, *, resume: bool, no_figures: bool, no_log: bool,
) -> None:  # fmt: skip
    """运行一个情景文件,给出答案并保存结果。Run a scenario file.

    演练(方式: 演练)默认按计划值走一遍;写了 -n 就按推演重复 N 次。
    """
    from sim.scenario.load import check_scenario

    loaded, findings, found = check_scenario(scenario)
    language = language_or(found, lang)
    if loaded is None:
        refuse(InputError(_of_a_study(scenario) or findings, found), language)
    show(findings, language)
    if replications is not None and loaded.mode == "drill":
        loaded = loaded.as_plan()
    from sim.experiment.runs import Interrupted, run

    try:
        with progress_bar(language, worth_it=_total(loaded, replications, replication) >= _SOON) as bar:
            tell = None if bar is None else partial(bar, _RUNNING)
            results = run(
                loaded, replications, seed, jobs, out, resume=resume, keep_log=not no_log, replication=replication, progress=tell,
                cluster=cluster,
            )  # fmt: skip
    except Interrupted as stop:
        click.echo(_stopped(stop.done, stop.total, stop.path, language), err=True)
        sys.exit(INTERRUPTED)
    figures = 0 if no_figures else drawn(lambda: _report(loaded, results, language), language)
    _answer(loaded, results, language, figures)


def _of_a_study(path: Path) -> list[Finding]:
    """Return what there is to say when the file is a study: it has a command of its own."""
    from sim.scenario.study import study_kind

    kind = study_kind(path) if path.is_file() else None
    if kind is None:
        return []
    what = Words("this is a study, not a scenario", "这是研究文件,不是情景文件")
    remedy = Words(f"python run_scenario.py {kind} {path}", f"请用 python run_scenario.py {kind} {path}")
    return [Finding("a-study", what, remedy, Mark(str(path), 1))]


def _total(scenario: Scenario, replications: int | None, replication: int | None) -> int:
    if scenario.mode == "drill" or replication is not None:
        return 1
    return replications or scenario.replications


def _report(scenario: Scenario, results: Results, language: Language) -> list[Path]:
    from sim.report import write_report

    return write_report(scenario, results, language)


def _answer(scenario: Scenario, results: Results, language: Language, figures: int) -> None:
    """Print the answer: one sentence, what was asked for, what it rests on, two short tables, where things lie."""
    from sim.analysis.wording import answer

    summary = results.summary
    drives = summary["drives"]["measured"], summary["drives"]["derived"]
    worst = {name: math.inf if value is None else value for name, value in summary["worst"].items()}
    told = _told(scenario, results, language)
    lines = answer(scenario, summary["metrics"], worst=worst, drives=drives, told=told, language=language)
    print_answer(f"{scenario.name}    {_kind(scenario, results.replications, language)}", lines, results.path, figures, language)
    if (scenario.commanded or scenario.supplies.items) and scenario.planned:
        why = {"zh": "为什么", "en": "Why"}[language]
        click.echo(f"{why}  python run_scenario.py why {results.path} --incident {scenario.planned[0].id}")


def _told(scenario: Scenario, results: Results, language: Language) -> list[tuple[str, str]]:
    """Return what a drill tells of command, mutual aid and supplies; its log must have been kept. Of a plan test, a promise."""
    if scenario.mode != "drill":
        from sim.report.supply_promise import say_promises
        from sim.report.view import View

        label = {"zh": "物资", "en": "Supplies"}[language]
        return [(label, said) for said in say_promises(View(scenario, results, language))]
    if not (scenario.commanded or scenario.supplies.items) or not results.holds_log:
        return []
    from sim.analysis.drill_words import drill_lines
    from sim.analysis.supply_words import SupplyTeller
    from sim.report.supply_told import short_lines

    replication = results.laid_out(scenario)
    told = drill_lines(replication, language)
    if not scenario.supplies.items:
        return told
    long = set(SupplyTeller(replication, language).lines())  # the report has them as tables
    return [*short_lines(replication, language), *(line for line in told if line not in long)]


def _kind(scenario: Scenario, replications: int, language: Language) -> str:
    start = f"{scenario.start:%Y-%m-%d %H:%M}"
    if scenario.mode == "drill":
        return {"zh": f"演练(计划值)  {start} 起", "en": f"drill (planned values)  from {start}"}[language]
    return {"zh": f"推演 {replications} 次  {start} 起", "en": f"plan test, {replications} replications  from {start}"}[language]


def _stopped(done: int, total: int, path: Path | None, language: Language) -> str:
    if language == "zh":
        return f"已中断:完成 {done}/{total} 次" + (f",保存在 {path};加 --resume 接着做。" if path else "。")
    return f"interrupted: {done} of {total} done" + (f", kept in {path}; go on with --resume." if path else ".")
