"""``run_scenario.py translate FILE --to zh|en``: the same scenario, or study, with keys in the other language."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.doors import guarded


@click.command("translate")
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--to", type=click.Choice(["zh", "en"]), required=True, help="译成哪种语言 (language of the keys)")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="写到文件;不写则显示 (file to write; else shown)")
@guarded
def command(scenario: Path, to: str, output: Path | None) -> None:
    """改写情景或研究文件的键为另一种语言,注释与排版不变。Rewrite a scenario or study with keys in the other language."""
    from sim.cli.doors import language_or
    from sim.scenario.study import study_model
    from sim.scenario.translate import translate

    text = translate(scenario, language_or("zh", to), study_model(scenario))
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8", newline="")
