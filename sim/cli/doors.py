"""What commands share: findings on the screen, exit codes, the language to speak."""

from __future__ import annotations

import sys
from functools import wraps
from typing import TYPE_CHECKING, Any, NoReturn, cast

import click

from sim.cli.main import BAD_INPUT, FAILED
from sim.errors import Finding, InputError, Language, RunError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LANGUAGE = click.option("--lang", type=click.Choice(["zh", "en"]), default=None, help="语言 language (default: that of the file)")


def language_or(found: Language, asked: str | None) -> Language:
    """Return the language asked for, else the one found."""
    return found if asked is None else cast("Language", asked)


def show(findings: Sequence[Finding], language: Language) -> None:
    """Print findings, one a line, errors first."""
    for finding in sorted(findings, key=lambda f: f.severity != "error"):
        mark = {"error": {"zh": "错误", "en": "error"}, "warning": {"zh": "提醒", "en": "warning"}}[finding.severity][language]
        click.echo(f"{mark} {finding.render(language)}", err=True)


def refuse(error: InputError, language: Language) -> NoReturn:
    """Print what is wrong with the input and end with exit code 2."""
    show(error.findings, language)
    count = sum(f.severity == "error" for f in error.findings)
    said = {"zh": f"共 {count} 处须改正,未写出任何结果。", "en": f"{count} to put right; nothing was written."}[language]
    click.echo(said, err=True)
    sys.exit(BAD_INPUT)


def guarded(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn errors of a command into messages and exit codes."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except InputError as error:
            refuse(error, language_or(error.language, kwargs.get("lang")))
        except RunError as error:
            click.echo(str(error), err=True)
            sys.exit(FAILED)

    return run
