"""Names from files as they may stand in a figure: plain text, never markup, only characters that the font has."""

from __future__ import annotations

import unicodedata
import warnings
from functools import cache
from pathlib import Path

from sim.errors import Words

FONT = Path(__file__).with_name("fonts") / "NotoSansSC-GBK-Regular.otf"
GETA = "〓"
"""Printers' sign for a character that is not in the case; stands where the font has no glyph."""
_SHOWN = 40
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories that would break a line, turn its direction or show nothing."""


class MissingGlyphWarning(UserWarning):
    """The font of the figures lacks characters of a text; `〓` is drawn in their place.

    Attributes
    ----------
    characters
        What is missing, each once.
    text
        The text that holds them.
    words
        The message in both languages.
    """

    def __init__(self, characters: str, text: str) -> None:
        self.characters = characters
        self.text = text
        named = ", ".join(f"{character} (U+{ord(character):04X})" for character in characters)
        shown = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
        self.words = Words(
            f"the font of the figures has no {named}, in '{shown}': {GETA} is drawn instead",
            f"图用字体里没有 {named},见“{shown}”:以 {GETA} 代替",
        )
        super().__init__(self.words.en)


@cache
def glyphs() -> frozenset[int]:
    """Return the code points that the font has."""
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(str(FONT)).get_charmap())


def check_glyphs(text: str) -> str:
    """Return the characters of a text that the font lacks, each once, with a `MissingGlyphWarning` if there are any.

    Signs that have a plainer form in the font, such as the 2 of CO₂, are not missing: `safe` writes that form.
    """
    known = glyphs()
    missing = "".join(dict.fromkeys(character for character in text if ord(_plainer(character)[0]) not in known))
    if missing:
        warnings.warn(MissingGlyphWarning(missing, text), stacklevel=2)
    return missing


def _plainer(character: str) -> str:
    """Return a character as it is if the font has it, else its compatible form if the font has that."""
    known = glyphs()
    if ord(character) in known:
        return character
    form = unicodedata.normalize("NFKC", character)
    return form if form and all(ord(part) in known for part in form) else character


def plain(text: str) -> str:
    """Return a text on one line: composed, without control and direction characters, runs of blanks made one."""
    composed = unicodedata.normalize("NFC", text)
    kept = (" " if character.isspace() else character for character in composed)
    return " ".join("".join(c for c in kept if unicodedata.category(c) not in _DROPPED).split())


def columns(text: str) -> int:
    """Return how wide a text is: two columns for a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def shorten(text: str, width: int) -> str:
    """Return a text cut to so many columns, with … where something is left out."""
    if columns(text) <= width:
        return text
    kept, used = "", 1
    for character in text:
        used += columns(character)
        if used > width:
            break
        kept += character
    return kept.rstrip() + "…"


def safe(text: str, width: int | None = None) -> str:
    """Return a name from a file as matplotlib may draw it.

    Control characters go, what the font lacks becomes `〓` (with a `MissingGlyphWarning`), ``$`` is escaped so that it never
    begins a formula, and a text wider than `width` columns is cut.
    """
    cleaned = plain(text)
    missing = check_glyphs(cleaned)
    cleaned = "".join(GETA if character in missing else _plainer(character) for character in cleaned)
    return (cleaned if width is None else shorten(cleaned, width)).replace("$", r"\$")


def entry(text: str, width: int | None = None) -> str:
    """Return a name as `safe` does, fit for a legend: matplotlib leaves out entries that begin with an underscore."""
    cleaned = safe(text, width)
    return "\uff3f" + cleaned[1:] if cleaned.startswith("_") else cleaned
