"""One HTML file that holds everything, figures too, and needs no network to be read: what all reports share."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.errors import Language, Words

REPORT = "report.html"
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
"""Characters that show nothing, turn the direction of text, or cannot be written: no name brings them into the page."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One figure: what it is, and its image as a data URI."""

    caption: str
    source: str


def shown(path: Path, captions: Mapping[str, Words], language: Language) -> Shown:
    """Return a figure for a page; of several of a kind (``map-2.png``) the number stands behind the caption."""
    kind, _, number = path.stem.partition("-")
    caption = captions[kind].say(language) if kind in captions else path.stem
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    return Shown(f"{caption} {number}".rstrip(), f"data:image/png;base64,{data}")


def rendered(template: str, texts: Mapping[str, Words], language: Language, **contents: object) -> str:
    """Return a page as HTML. Every name from a file is escaped by the template."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    words = {key: said.say(language) for key, said in texts.items()}
    page = environment.get_template(template).render(t=words, language={"zh": "zh-CN", "en": "en"}[language], **contents)
    return _HIDDEN.sub("", page)


def place_of(folder: Path | None, results: Path | None, what: str) -> Path:
    """Return where a report goes: the folder asked for, else that of the results.

    Raises
    ------
    ValueError
        If there is neither.
    """
    place = results if folder is None else folder
    if place is None:
        message = f"{what} in memory has no folder: say where the report goes"
        raise ValueError(message)
    return place
