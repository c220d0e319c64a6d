"""Names from files as figures write them: whatever they hold, one plain line that the font has."""

from __future__ import annotations

import unicodedata
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.cbook import is_math_text

from sim.report.text import GETA, MissingGlyphWarning, check_glyphs, columns, entry, glyphs, plain, safe, shorten


@given(st.text(max_size=80))
def test_any_text_can_be_drawn(text):
    """Whatever a file holds, what is drawn is one line of characters that the font has, and never a formula."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingGlyphWarning)
        drawn = safe(text)
    assert not is_math_text(drawn)
    assert {ord(character) for character in drawn} <= glyphs()
    assert not any(unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in drawn)


@given(st.text(max_size=60), st.integers(2, 30))
def test_shortened_text_fits(text, width):
    """A text cut to a width is no wider, and one that fits is not touched."""
    cut = shorten(text, width)
    assert columns(cut) <= max(width, 2) or columns(text) <= width
    assert columns(text) > width or cut == text


def test_a_missing_glyph_is_a_named_warning():
    """The warning names the characters, their code points and the text; a sign stands in their place."""
    with pytest.warns(MissingGlyphWarning, match=r"🔥 \(U\+1F525\).*'火🔥队'") as caught:
        assert safe("火🔥队") == f"火{GETA}队"
    warning = caught[0].message
    assert (warning.characters, warning.text) == ("🔥", "火🔥队")
    assert "U+1F525" in warning.words.zh


def test_the_nearest_good_name_passes():
    """Chinese with rare but standard characters, units and signs passes without a warning, unchanged."""
    name = "薛圐圙乡 −8 ℃ 0.5‰ m² ≤ 60 → ①"
    assert check_glyphs(name) == ""
    assert safe(name) == name


def test_a_plainer_form_is_no_missing_glyph():
    """The subscript of CO₂, which the face lacks, is written as a plain digit, without a warning."""
    assert ord("₂") not in glyphs()
    assert safe("CO₂ 泄漏") == "CO2 泄漏"


def test_hidden_characters_go():
    """Characters that turn the direction of text, ring bells or break lines do not reach a figure."""
    assert plain("甲\u202e乙\x07\r\n丙\u200b\ud800 丁") == "甲乙 丙 丁"


def test_a_legend_keeps_names_with_an_underscore():
    """Legends leave out entries that begin with an underscore; ours begin with the full-width one."""
    assert entry("_甲") == "\uff3f甲"
    assert entry("甲_") == "甲_"
