"""The font and the look of the figures: every name from a file is drawn, literally, or its gap is named."""

from __future__ import annotations

import io
import time
import unicodedata
import warnings
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.font_manager import FontProperties

from sim.report.style import new_figure, save, use_style
from sim.report.text import FONT, GETA, MissingGlyphWarning, check_glyphs, glyphs, plain, safe

if TYPE_CHECKING:
    from pathlib import Path

NOT_IN_FACE = {"≒"}
"""In GBK, but the face from which the font is cut has no glyph for it (U+2252)."""
HOSTILE = (
    r"$x^2$", r"$\frac{1}{2}$ 号", "100% 到位", r"C:\车队\a_b{c}^d", r"\$5", r"\\$5$", "$", "$$", r"$\undefined$",
    "# & ~ _ ^ <b>县</b>",
)  # fmt: skip
"""Names that would be read as markup by a careless drawer."""


def encodable() -> set[str]:
    """Return every assigned, visible character that GBK can write, found by trying all of the basic plane."""
    found = set()
    for character in map(chr, range(0x10000)):
        try:
            character.encode("gbk")
        except UnicodeEncodeError:
            continue
        if unicodedata.category(character) not in {"Cc", "Cn", "Co", "Cs"}:
            found.add(character)
    return found


def picture(text: str, *, parse_math: bool = True) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return the pixels of a text, drawn alone; `parse_math=False` is matplotlib's own way to say "as it stands"."""
    with use_style():
        figure = new_figure(4, 0.6)
        figure.text(0.02, 0.4, text, parse_math=parse_math)
        figure.canvas.draw()
        return np.asarray(figure.canvas.buffer_rgba()).copy()  # type: ignore[attr-defined]


def test_font_has_all_of_gbk() -> None:
    """Proves that the font draws whatever GBK writes, but for the one sign that its source lacks."""
    wanted = encodable()
    assert len(wanted) == 21_791 + 95  # in two bytes (as the codec maps them), and ASCII: the search did find them
    assert {character for character in wanted if ord(character) not in glyphs()} == NOT_IN_FACE


def test_font_has_the_signs_of_figures() -> None:
    """Proves the signs that labels use: units, comparisons, quotes, circled numbers, full-width forms, true minus."""
    latin = [chr(code) for code in (*range(0x20, 0x7F), *range(0xA0, 0x100))]
    circled = [chr(code) for code in range(0x2460, 0x2474)]
    full_width = [chr(code) for code in range(0xFF01, 0xFF5F)]
    signs = [*"²³‰℃°µ×÷±≤≥→–—‘’“”…‖−αΩ■□▲●◆┌│", GETA]
    assert [character for character in (*latin, *circled, *full_width, *signs) if ord(character) not in glyphs()] == []


def test_missing_glyph_is_named() -> None:
    """Proves that the warning has its own class, and names the text and each missing character once, by code point."""
    with pytest.warns(MissingGlyphWarning, match=r"U\+1F600.*右玉") as caught:
        assert check_glyphs("右玉😀消防😀站🚒") == "😀🚒"
    assert len(caught) == 1
    warning = caught[0].message
    assert isinstance(warning, MissingGlyphWarning)
    assert (warning.characters, warning.text) == ("😀🚒", "右玉😀消防😀站🚒")
    for said in warning.words:
        assert all(part in said for part in ("U+1F600", "U+1F692", "右玉"))


def test_nothing_missing_is_silent() -> None:
    """Proves the nearest valid input: the same name without the emoji gives no warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert check_glyphs("右玉消防站") == ""
        assert safe("右玉消防站") == "右玉消防站"


def test_missing_glyph_is_drawn_as_geta() -> None:
    """Proves that a gap warns by name before drawing, and that matplotlib's own nameless warning then never comes."""
    with pytest.warns(MissingGlyphWarning):
        text = safe("站😀")
    assert text == f"站{GETA}"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture(text)
    with pytest.warns(UserWarning, match="Glyph 128512"):  # what would come without `safe`
        picture("站😀")


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_drawn_literally(name: str) -> None:
    """Proves pixel for pixel that a name with markup is drawn as it stands, wherever it stands in a label."""
    assert np.array_equal(picture(safe(name)), picture(plain(name), parse_math=False))
    label = "车队 {} · {}"
    expected = picture(label.format(plain(name), plain(name)), parse_math=False)
    assert np.array_equal(picture(label.format(safe(name), safe(name))), expected)


def test_unescaped_name_would_be_a_formula() -> None:
    """Proves that the comparison of pixels can fail: without `safe` the same name is drawn as a formula."""
    assert not np.array_equal(picture("$x^2$"), picture("$x^2$", parse_math=False))


@given(st.text(st.sampled_from("县a 2$\\_^{}%#&~\t\n\u202e\u200b\x00"), max_size=12))
def test_safe_is_one_plain_line(name: str) -> None:
    """Proves for any mixture of markup and controls: one line, nothing invisible, every visible character kept."""
    text = safe(name)
    assert not any(unicodedata.category(character) in {"Cc", "Cf"} for character in text)
    assert text == " ".join(text.split())
    assert text.count("$") == text.count(r"\$")  # none is left that could begin a formula
    kept = [character for character in name if character not in "\t\n \u202e\u200b\x00"]
    assert [character for character in text.replace(r"\$", "$") if character != " "] == kept


def test_width_is_cut_before_escaping() -> None:
    """Proves that cutting never leaves half an escape: the cut name still has no open formula."""
    for width in range(2, 9):
        text = safe("$$$$$$$$$$", width)
        assert text == r"\$" * (width - 1) + "…"


def test_style_is_given_back() -> None:
    """Proves that the style holds within its context only, and that only the project's font is asked for."""
    before = dict(mpl.rcParams)
    with use_style():
        assert mpl.rcParams["font.family"] == [FontProperties(fname=FONT).get_name()]
        assert mpl.rcParams["axes.unicode_minus"]
        assert ord("−") in glyphs()
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
@pytest.mark.parametrize("as_text", [False, True])
def test_font_is_embedded(kind: str, *, as_text: bool) -> None:
    """Proves that every format takes the font without a warning, with negative ticks; SVG as outlines and as text."""
    with use_style(), warnings.catch_warnings(), mpl.rc_context({"svg.fonttype": "none"} if as_text else {}):
        warnings.simplefilter("error")
        figure = new_figure(4, 3)
        axes = figure.add_subplot()
        axes.plot([-1, 0, 1], [-2, 0, 2])
        axes.set_title("演练 右玉县 ≤ 15 分钟 · 10³ kg · −8 ℃ · 60 ‰")
        sink = io.BytesIO()
        figure.savefig(sink, format=kind)
    if kind == "pdf":
        assert FONT.stem.encode() in sink.getvalue()
    if kind == "svg":
        as_written = b"".join(line for line in sink.getvalue().splitlines() if b"<text" in line)
        assert ("演练".encode() in as_written) == as_text


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_same_figure_same_bytes(ending: str, tmp_path: Path) -> None:
    """Proves that a figure drawn again, later, is the same file."""

    def draw(name: str) -> bytes:
        with use_style():
            figure = new_figure(3, 2)
            figure.add_subplot().plot([0, 1], label="车队")
            figure.axes[0].legend()
            return save(figure, tmp_path / f"{name}.{ending}").read_bytes()

    first = draw("a")
    time.sleep(1.1)  # a date would differ by now
    assert draw("b") == first


def test_licence_goes_with_the_font() -> None:
    """Proves that the font carries its licence, and uses no reserved name (OFL 1.1, conditions 2 and 3)."""
    ttlib = pytest.importorskip("fontTools.ttLib", reason="fonttools is not installed")
    names = ttlib.TTFont(FONT)["name"]
    assert "Adobe" in names.getDebugName(0)
    assert "SIL Open Font License, Version 1.1" in names.getDebugName(13)
    assert not any("source" in names.getDebugName(number).casefold() for number in (1, 4, 6))
    text = FONT.with_name("OFL.txt").read_text(encoding="utf-8")
    assert "2014-2021 Adobe" in text.splitlines()[0]
    assert all(part in text for part in ("SIL OPEN FONT LICENSE Version 1.1", "PERMISSION & CONDITIONS", "DISCLAIMER"))


@pytest.fixture
def source() -> Path:
    """Return the collection from which the font is cut, where it and fonttools are installed."""
    pytest.importorskip("fontTools", reason="fonttools is not installed")
    from sim.report.fonts.build_font import SOURCE

    if not SOURCE.is_file():
        pytest.skip(f"the source font is not on this machine: {SOURCE}")
    return SOURCE


def test_build_is_reproducible(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves on a small cut (a whole one takes a minute) that the bytes do not depend on when or where it is made."""
    from sim.report.fonts import build_font

    monkeypatch.setattr(build_font, "wanted", lambda: set(map(ord, "演练 ABC−1")))
    assert build_font.build(source, tmp_path / "a.otf") == len(set("演练 ABC−1"))
    time.sleep(1.1)  # a time stamp would differ by now
    build_font.build(source, tmp_path / "b.otf")
    assert (tmp_path / "a.otf").read_bytes() == (tmp_path / "b.otf").read_bytes()


def test_kept_font_is_what_the_script_makes(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that the kept file and the script belong together: characters, outlines, names, tables and time stamp."""
    from fontTools.pens.recordingPen import RecordingPen
    from fontTools.ttLib import TTCollection, TTFont

    from sim.report.fonts import build_font

    def outline(font: Any, code: int) -> tuple[Any, int]:
        pen, glyph_set = RecordingPen(), font.getGlyphSet()
        glyph = glyph_set[font.getBestCmap()[code]]
        glyph.draw(pen)
        return pen.value, glyph.width

    kept = TTFont(FONT)
    face = next(font for font in TTCollection(source).fonts if font["name"].getDebugName(6) == build_font.FACE)
    codes = set(kept.getBestCmap())
    assert codes == build_font.wanted() & set(face.getBestCmap())
    sample = sorted(codes)[::311]
    assert [outline(kept, code) for code in sample] == [outline(face, code) for code in sample]

    monkeypatch.setattr(build_font, "wanted", lambda: {0x41})
    build_font.build(source, tmp_path / "small.otf")
    small = TTFont(tmp_path / "small.otf")
    assert sorted(kept.keys()) == sorted(small.keys())
    kept_names, small_names = ([(n.nameID, n.langID, str(n)) for n in font["name"].names] for font in (kept, small))
    assert kept_names == small_names
    assert kept["head"].modified == small["head"].modified == build_font.MADE
