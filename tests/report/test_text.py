"""Names from files as figures draw them, and the font that they are drawn in."""

from __future__ import annotations

import unicodedata
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.cbook import is_math_text

import sim.report.text as module
from sim.report.style import family, new_figure, save, use_style
from sim.report.text import FONT, GETA, MissingGlyphWarning, check_glyphs, columns, entry, glyphs, plain, safe, shorten


def test_dollars_never_begin_a_formula():
    """A name with two dollars is drawn as it is written: matplotlib sees no formula, and takes the escapes off again."""
    assert is_math_text("$x^2$")
    assert not is_math_text(safe("$x^2$"))
    assert new_figure(1, 1).text(0, 0, safe("$x^2$"))._preprocess_math(safe("$x^2$")) == ("$x^2$", False)


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
    """matplotlib drops legend entries that begin with an underscore; ours begin with the full-width one."""
    assert entry("_甲") == "\uff3f甲"
    assert entry("甲_") == "甲_"


def test_the_font_has_gbk():
    """Every character that GBK writes in two bytes is in the font, but for U+2252, which the face itself lacks."""
    codes = (bytes((lead, trail)) for lead in range(0x81, 0xFF) for trail in range(0x40, 0xFF))
    characters = {text for code in codes if (text := code.decode("gbk", "ignore")) and len(text) == 1 and not text.isascii()}
    assert len(characters) > 21_000
    assert {character for character in characters if ord(character) not in glyphs()} == {"≒"}


def test_the_font_has_what_figures_use():
    """Latin-1, Greek, signs of units and comparisons, arrows, circled numbers, and the minus sign of axes."""
    wanted = {chr(code) for code in (*range(0x20, 0x7F), *range(0xA0, 0x100))} | set("αβΔμσ²³‰℃°×÷±≤≥→–—“”…‖①⑳−〓，：（）★■▲●")
    assert {character for character in wanted if ord(character) not in glyphs()} == set()


def test_the_licence_lies_beside_the_font():
    """The licence in full and its copyright line are there, and the cut does not bear the reserved name."""
    text = FONT.with_name("OFL.txt").read_text(encoding="utf-8")
    assert text.startswith("Copyright 2014-2021 Adobe (http://www.adobe.com/), with Reserved Font Name 'Source'.")
    assert "SIL OPEN FONT LICENSE Version 1.1 - 26 February 2007" in text
    assert "5) The Font Software, modified or unmodified" in text
    assert "Source" not in family()
    assert FONT.stat().st_size < 8e6


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_a_figure_is_set_in_the_font(tmp_path, kind):
    """Within the style text is drawn in our font without a warning, and the same figure gives the same bytes."""
    def draw(path: Path) -> bytes:
        with use_style():
            figure = new_figure(2, 1)
            text = figure.text(0.1, 0.5, "园区 −8 ℃")
            assert text.get_fontfamily() == [family()]
            return save(figure, path).read_bytes()

    first = draw(tmp_path / f"a.{kind}")
    assert first == draw(tmp_path / f"b.{kind}")
    assert len(first) > 1500


def test_the_style_leaves_settings_alone():
    """Outside the style matplotlib's settings are what they were."""
    from matplotlib import rcParams

    before = dict(rcParams)
    with use_style():
        assert rcParams["font.family"] == [family()]
    assert dict(rcParams) == before
    assert module.FONT.exists()
