"""Findings and errors: what is wrong, where, and what to do about it, in the language of the file."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Language = Literal["zh", "en"]
Severity = Literal["error", "warning"]


class Words(NamedTuple):
    """One sentence in both languages."""

    en: str
    zh: str

    def say(self, language: Language) -> str:
        """Return the sentence in one language."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Mark:
    """Where something stands in a file; lines count from 1."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with the input.

    Parameters
    ----------
    code
        Stable name of the kind of finding, such as ``unknown-key``.
    what, remedy
        What is wrong, and how to put it right.
    where
        File and line, if the finding has one.
    severity
        Only errors stop a run.
    """

    code: str
    what: Words
    remedy: Words
    where: Mark | None = None
    severity: Severity = "error"

    def render(self, language: Language = "zh") -> str:
        """Return ``file:line: what · remedy``."""
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what.say(language)} · {self.remedy.say(language)}"


class InputError(ValueError):
    """The input cannot be run; carries every finding, not only the first."""

    def __init__(self, findings: Iterable[Finding], language: Language = "zh") -> None:
        self.findings: tuple[Finding, ...] = tuple(findings)
        self.language: Language = language
        super().__init__("\n".join(f.render(language) for f in self.findings))


class RunError(RuntimeError):
    """A run failed for a reason that lies in the simulator, not in the input."""


def nearest(name: str, known: Iterable[str], count: int = 3) -> Sequence[str]:
    """Return up to `count` known names that look most like `name`, best first."""
    return difflib.get_close_matches(name, list(dict.fromkeys(known)), n=count, cutoff=0.45)


def did_you_mean(name: str, known: Iterable[str]) -> Words:
    """Return a remedy that offers the nearest known names, or lists what there is."""
    options = list(dict.fromkeys(known))
    close = nearest(name, options)
    if close:
        return Words(f"did you mean {', '.join(close)}?", f"是否想写:{'、'.join(close)}?")
    if options:
        shown = options[:8]
        more = " …" if len(options) > len(shown) else ""
        return Words(f"known here: {', '.join(shown)}{more}", f"此处可用:{'、'.join(shown)}{more}")
    return Words("nothing of this kind is defined yet", "此处尚未定义任何同类条目")
