"""``run_scenario.py compare STUDY`` or ``compare A.yaml B.yaml …``: which configuration is better, and how sure that is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.doors import LANGUAGE, guarded, language_or, show
from sim.cli.main import INTERRUPTED
from sim.cli.shown import drawn, print_answer, progress_bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.errors import Language
    from sim.experiment.comparing.results import Comparison


@click.command("compare")
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option(
    "-n", "--replications", type=click.IntRange(1), help="最多次数;给出即按推演计入随机 (most replications; turns chance on)"
)
@click.option("--seed", type=click.IntRange(0), help="随机种子 (seed)")
@click.option(
    "--jobs", type=click.IntRange(0), default=1, show_default=True, help="并行进程数,0 为每核一个 (processes; 0: one a core)"
)
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("results"), show_default=True, help="结果根目录 (results folder)"
)
@click.option("--resume", is_flag=True, help="接着未完成的做 (go on from what is finished)")
@click.option("--no-figures", is_flag=True, help="不画图 (no figures)")
@click.option("--no-log", is_flag=True, help="不留事件记录 (keep no event logs)")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出 (the summary as JSON)")
@click.option("--cluster", help="Dask 集群的调度器地址,或 local (run on a Dask cluster)")
@LANGUAGE
@guarded
def command(
    files: tuple[Path, ...], replications: int | None, seed: int | None, jobs: int, out: Path, lang: str | None,
    cluster: str | None, *, resume: bool, no_figures: bool, no_log: bool, as_json: bool,
) -> None:  # fmt: skip
    """比较各方案:哪个更好,差别是不是真的。Compare configurations, with the error bar of the difference.

    给一个研究文件(研究: 比选),或两个以上情景文件。各方案用同样的随机数。
    """
    from sim.experiment.compare import compare, compiled
    from sim.experiment.stop import Interrupted

    study = compiled(named(files), replications, seed)
    language = language_or(study.language, lang)
    show(study.warnings, language)
    try:
        with progress_bar(language, worth_it=not study.drill or study.rests_on is not None) as tell:
            found = compare(study, jobs, out, resume=resume, keep_log=not no_log, cluster=cluster, progress=tell)
    except Interrupted as stop:
        click.echo(_stopped(stop, language), err=True)
        sys.exit(INTERRUPTED)
    figures = 0 if no_figures else drawn(lambda: _report(found, language), language)
    if as_json:
        import json

        click.echo(json.dumps(found.summary, ensure_ascii=False, indent=1))
    else:
        _answer(found, language, figures)


def named(files: Sequence[Path]) -> Path | Sequence[Path]:
    """Return a study file, or scenario files; one file that is no study is taken as a scenario alone."""
    from sim.scenario.study import study_kind

    if len(files) == 1 and (study_kind(files[0]) is not None or not files[0].is_file()):
        return files[0]
    return files


def _report(found: Comparison, language: Language) -> list[Path]:
    from sim.report.comparison_page import write_study_report

    return write_study_report(found, language)


def _answer(found: Comparison, language: Language, figures: int) -> None:
    summary = found.summary
    kind = {"zh": "比选(计划值)", "en": "comparison (planned values)"} if summary["mode"] == "drill" else {
        "zh": "比选(推演)", "en": "comparison (plan test)"}  # fmt: skip
    print_answer(f"{summary['study']}    {kind[language]}", found.answer(language), found.path, figures, language)


def _stopped(stop: BaseException, language: Language) -> str:
    path = getattr(stop, "path", None)
    if language == "zh":
        return f"已中断,完成的保存在 {path};加 --resume 接着做。"
    return f"interrupted; what is done is kept in {path}; go on with --resume."
