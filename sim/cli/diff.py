"""``run_scenario.py diff A B``: the first event in which two results differ, and what followed."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from sim.cli.doors import guarded, language_or
from sim.cli.main import FAILED, OK


@click.command("diff")
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
@click.option("--lang", type=click.Choice(["zh", "en"]), default=None, help="语言 language")
@guarded
def command(first: Path, second: Path, lang: str | None) -> None:
    """逐条比较两次结果的事件记录。Compare two results, event by event. Ends with 0 if they are the same, else 1."""
    from sim.experiment.diff import diff_results

    difference = diff_results(first, second)
    for line in difference.render(language_or("zh", lang)):
        click.echo(line)
    sys.exit(OK if difference.same else FAILED)
