"""``run_scenario.py check FILE``: every finding about a scenario or a study, with file, line and remedy."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.doors import LANGUAGE, guarded, language_or, show
from sim.cli.main import BAD_INPUT

if TYPE_CHECKING:
    from sim.errors import Finding


@click.command("check")
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出 (findings as JSON)")
@click.option("--strict", is_flag=True, help="提醒也算错误 (warnings count as errors)")
@LANGUAGE
@guarded
def command(scenario: Path, lang: str | None, *, as_json: bool, strict: bool) -> None:
    """检查情景或研究文件,一次列出全部问题。Check a scenario or study file and list every finding."""
    from sim.scenario.load import check_scenario
    from sim.scenario.study import check_study, names_a_study

    loaded, findings, found = check_study(scenario) if names_a_study(scenario) else check_scenario(scenario)
    language = language_or(found, lang)
    bad = loaded is None or (strict and bool(findings))
    if as_json:
        import json

        click.echo(
            json.dumps({"ok": not bad, "findings": [_plain(finding) for finding in findings]}, ensure_ascii=False, indent=1)
        )
    else:
        show(findings, language)
        errors = sum(finding.severity == "error" for finding in findings)
        warnings = len(findings) - errors
        said = {"zh": f"{scenario}:{errors} 处错误,{warnings} 处提醒", "en": f"{scenario}: {errors} errors, {warnings} warnings"}
        click.echo(said[language])
    if bad:
        sys.exit(BAD_INPUT)


def _plain(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code, "severity": finding.severity,
        "file": finding.where.file if finding.where else None, "line": finding.where.line if finding.where else None,
        "what": {"zh": finding.what.zh, "en": finding.what.en}, "remedy": {"zh": finding.remedy.zh, "en": finding.remedy.en},
    }  # fmt: skip
