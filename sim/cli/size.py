"""``run_scenario.py size STUDY``: how much of what should lie where, and whether that holds in simulation."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.doors import LANGUAGE, guarded, language_or, show
from sim.cli.main import INTERRUPTED
from sim.cli.shown import drawn, print_answer, progress_bar

if TYPE_CHECKING:

    from sim.errors import Language
    from sim.planning.sizing.answer import Sizing


@click.command("size")
@click.argument("study", type=click.Path(path_type=Path))
@click.option(
    "-n", "--replications", type=click.IntRange(1), help="仿真验证每种情形重复次数 (replications of each case in the proof)"
)
@click.option("--seed", type=click.IntRange(0), help="随机种子 (seed)")
@click.option(
    "--jobs", type=click.IntRange(0), default=1, show_default=True, help="并行进程数,0 为每核一个 (processes; 0: one a core)"
)
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("results"), show_default=True, help="结果根目录 (results folder)"
)
@click.option("--resume", is_flag=True, help="接着未完成的验证做 (go on from what the proof has finished)")
@click.option("--no-proof", is_flag=True, help="不做仿真验证 (do not simulate the plans)")
@click.option("--no-figures", is_flag=True, help="不画图 (no figures)")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出 (the summary as JSON)")
@click.option("--cluster", help="Dask 集群的调度器地址,或 local (run the proof on a Dask cluster)")
@LANGUAGE
@guarded
def command(
    study: Path, replications: int | None, seed: int | None, jobs: int, out: Path, lang: str | None, cluster: str | None,
    *, resume: bool, no_proof: bool, no_figures: bool, as_json: bool,
) -> None:  # fmt: skip
    """储备定量:什么、多少、放在哪个库,并用仿真验证。Size the reserve, and prove the plan by simulation."""
    from sim.experiment.stop import Interrupted
    from sim.planning.sizing.answer import size
    from sim.scenario.study import load_study

    loaded = load_study(study, kind="size", replications=replications, seed=seed)
    language = language_or(loaded.language, lang)
    show(loaded.warnings, language)
    try:
        with progress_bar(language) as tell:
            found = size(loaded, jobs, out, resume=resume, proof=not no_proof, cluster=cluster, progress=tell)
    except Interrupted as stop:
        path = getattr(stop, "path", None)
        said = {"zh": f"已中断,完成的保存在 {path};加 --resume 接着做。", "en": f"interrupted; go on with --resume ({path})."}
        click.echo(said[language], err=True)
        sys.exit(INTERRUPTED)
    figures = 0 if no_figures else drawn(lambda: _report(found, language), language)
    _answer(found, language, figures, as_json=as_json)


def _report(found: Sizing, language: Language) -> list[Path]:
    from sim.report.sizing_page import write_sizing_report

    return write_sizing_report(found, language)


def _answer(found: Sizing, language: Language, figures: int, *, as_json: bool) -> None:
    from sim.planning.sizing.papers import summary_of
    from sim.planning.sizing.words import answer

    summary = summary_of(found)
    if as_json:
        import json

        click.echo(json.dumps(summary, ensure_ascii=False, indent=1))
        return
    kind = {"zh": "储备定量", "en": "sizing of the reserve"}[language]
    print_answer(f"{summary['study']}    {kind}", answer(summary, language), found.path, figures, language)
