"""``run_scenario.py compare STUDY`` or ``compare A.yaml B.yaml …``: which configuration is better, and how sure that is."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.doors import LANGUAGE, guarded, language_or, show
from sim.cli.main import INTERRUPTED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sim.errors import Language, Words
    from sim.experiment.comparing.results import Comparison
    from sim.scenario.study import Study


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
        with _progress(study, language) as tell:
            found = compare(study, jobs, out, resume=resume, keep_log=not no_log, cluster=cluster, progress=tell)
    except Interrupted as stop:
        click.echo(_stopped(stop, language), err=True)
        sys.exit(INTERRUPTED)
    figures = [] if no_figures else _figures(found, language)
    if as_json:
        import json

        click.echo(json.dumps(found.summary, ensure_ascii=False, indent=1))
    else:
        _answer(found, language, len(figures))


def named(files: Sequence[Path]) -> Path | Sequence[Path]:
    """Return a study file, or scenario files; one file that is no study is taken as a scenario alone."""
    from sim.scenario.study import study_kind

    if len(files) == 1 and (study_kind(files[0]) is not None or not files[0].is_file()):
        return files[0]
    return files


@contextmanager
def _progress(study: Study, language: Language) -> Iterator[Callable[[Words, int, int], None] | None]:
    """Show a progress bar on a terminal."""
    if (study.drill and study.rests_on is None) or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("")
        yield lambda what, done, total: bar.update(task, description=what.say(language), completed=done, total=total)


def _figures(found: Comparison, language: Language) -> list[Path]:
    """Draw the figures and the report beside the results."""
    import warnings

    from sim.report import MissingGlyphWarning
    from sim.report.comparison_page import write_study_report

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", MissingGlyphWarning)
        figures = write_study_report(found, language)
    for words in dict.fromkeys(w.message.words for w in caught if isinstance(w.message, MissingGlyphWarning)):
        click.echo(words.say(language), err=True)
    return figures


def _answer(found: Comparison, language: Language, figures: int) -> None:
    summary = found.summary
    kind = {"zh": "比选(计划值)", "en": "comparison (planned values)"} if summary["mode"] == "drill" else {
        "zh": "比选(推演)", "en": "comparison (plan test)"}  # fmt: skip
    click.echo(f"\n{summary['study']}    {kind[language]}")
    lead = {"zh": "结论  ", "en": "Answer  "}[language]
    for number, line in enumerate(found.answer(language)):
        click.echo((lead if number == 0 else "      " if line else "") + line)
    words = {"zh": ("结果", "图"), "en": ("Results", "figures")}[language]
    click.echo(f"\n{words[0]}  {found.path}" + (f"    {words[1]} {figures}" if figures else ""))


def _stopped(stop: BaseException, language: Language) -> str:
    path = getattr(stop, "path", None)
    if language == "zh":
        return f"已中断,完成的保存在 {path};加 --resume 接着做。"
    return f"interrupted; what is done is kept in {path}; go on with --resume."
