"""What commands show alike: a progress bar, figures drawn beside the results, the answer, where things lie."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from sim.errors import Language, Words


@contextmanager
def progress_bar(language: Language, *, worth_it: bool = True) -> Iterator[Callable[[Words, int, int], None] | None]:
    """Show a progress bar on a terminal; gives what is to be told (what, done, total), or None.

    Parameters
    ----------
    worth_it
        Whether there is enough to wait for.
    """
    if not worth_it or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("")
        yield lambda what, done, total: bar.update(task, description=what.say(language), completed=done, total=total)


def drawn(draw: Callable[[], list[Path]], language: Language) -> int:
    """Draw figures and say once what the font cannot write; return how many there are."""
    import warnings

    from sim.report import MissingGlyphWarning

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", MissingGlyphWarning)
        figures = draw()
    for words in dict.fromkeys(w.message.words for w in caught if isinstance(w.message, MissingGlyphWarning)):
        click.echo(words.say(language), err=True)
    return len(figures)


def print_answer(title: str, lines: Sequence[str], path: Path | None, figures: int, language: Language) -> None:
    """Print the answer under a title, and where the results lie."""
    click.echo(f"\n{title}")
    lead = {"zh": "结论  ", "en": "Answer  "}[language]
    for number, line in enumerate(lines):
        click.echo((lead if number == 0 else "      " if line else "") + line)
    words = {"zh": ("结果", "图"), "en": ("Results", "figures")}[language]
    click.echo(f"\n{words[0]}  {path}" + (f"    {words[1]} {figures}" if figures else ""))
