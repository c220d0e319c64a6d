"""``run_scenario.py why RESULT --incident X``: every choice, who was considered, and why not."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.doors import LANGUAGE, guarded, language_or


@click.command("why")
@click.argument("result", type=click.Path(path_type=Path))
@click.option("--incident", help="事件编号,如 leak、ems/12;只有一起时可不写 (id of the incident)")
@click.option("--team", help="只说这支队伍:为什么来、为什么没来 (only this team)")
@click.option("--replication", type=click.IntRange(0), help="第几次,自 0 起;默认结果中的第一次 (which replication)")
@click.option("--root", type=click.Path(path_type=Path), help="情景中路径所依据的项目文件夹 (root of the project)")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出 (as JSON)")
@LANGUAGE
@guarded
def command(
    result: Path, incident: str | None, team: str | None, replication: int | None, root: Path | None, lang: str | None,
    *, as_json: bool,
) -> None:  # fmt: skip
    """把这次过程重跑一遍,说明每一步选了谁、考虑过谁、为什么不派。Run a replication again and say why.

    RESULT 是结果文件夹。重跑与保存的过程不一致(程序或数据已变)时拒绝回答。
    """
    from sim.experiment.why import why

    found = why(result, incident, replication, root=root)
    language = language_or(found.language, lang)
    only = None if team is None else found.team(team)
    if as_json:
        import json

        from sim.experiment.why_plain import plain

        click.echo(json.dumps(plain(found, language, team), ensure_ascii=False, indent=1))
        return
    from sim.experiment.why_table import padded, table

    click.echo(found.title(language) + "\n")
    said = found.sentences(language, team)
    if not said:
        click.echo({"zh": "没有与此有关的选择。", "en": "No choice was about this."}[language])
    for sentence in said:
        click.echo(sentence)
    if not (found.course.lines or found.course.first):  # goods alone were asked for
        return
    rows = table(found, language, only)
    click.echo("\n" + {"zh": "谁来不了,为什么", "en": "Who cannot come, and why"}[language])
    if len(rows) == 1:
        click.echo(
            {"zh": "  无:凡考虑到的队伍都派得出。", "en": "  nobody: every team that was considered could be sent."}[language]
        )
    else:
        for line in padded(rows):
            click.echo(f"  {line}")
