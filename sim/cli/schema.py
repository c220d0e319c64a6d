"""``run_scenario.py schema``: the JSON Schema of scenario files, for editors."""

from __future__ import annotations

import json
from pathlib import Path

import click

from sim.cli.doors import guarded

DEFAULT = Path("scenarios/scenario.schema.json")


@click.command("schema")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=DEFAULT, show_default=True, help="写到哪里 (file to write)"
)
@guarded
def command(output: Path) -> None:
    """生成情景文件的 JSON Schema(中英文键均可)。Write the JSON Schema of scenario files."""
    from sim.scenario.json_schema import scenario_schema

    output.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(scenario_schema(), ensure_ascii=False, indent=1)
    output.write_text(text + "\n", encoding="utf-8", newline="\n")
    click.echo(str(output))
