"""Make the font of the figures: the Simplified Chinese face of Noto Sans CJK, cut to GBK and the signs that figures use.

Run ``python -m sim.report.fonts.build_font [NotoSansCJK-Regular.ttc]`` (needs fonttools). The same input and the same
version of fonttools give the same bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

SOURCE = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
"""Where Debian's package fonts-noto-cjk puts it."""
FACE = "NotoSansCJKsc-Regular"
TARGET = Path(__file__).with_name("NotoSansSC-GBK-Regular.otf")
FAMILY = "Noto Sans SC GBK"
MADE = 3_750_000_000
"""Time written into the head table (seconds since 1904): fixed, so that the bytes do not depend on the day."""

RANGES = (
    (0x0020, 0x007E), (0x00A0, 0x00FF),  # ASCII, Latin-1
    (0x0370, 0x03FF),  # Greek
    (0x2010, 0x203F), (0x2070, 0x209F),  # punctuation, super- and subscripts
    (0x20A0, 0x20BF), (0x2100, 0x214F), (0x2150, 0x218F),  # currency, letterlike (degree Celsius), number forms
    (0x2190, 0x21FF), (0x2200, 0x22FF),  # arrows, mathematical operators
    (0x2460, 0x24FF), (0x2500, 0x257F), (0x2580, 0x259F), (0x25A0, 0x25FF),  # circled, box, blocks, shapes
    (0x2600, 0x266F), (0x2713, 0x2718),  # signs, ticks and crosses
    (0x3000, 0x303F), (0x3200, 0x33FF),  # CJK punctuation, enclosed, squared units
    (0xFF00, 0xFFEF),  # full-width forms
)  # fmt: skip
"""What is kept beside GBK, as far as the face has it."""


def gbk() -> set[int]:
    """Return the code points that GBK writes in two bytes."""
    found = set()
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            try:
                text = bytes((lead, trail)).decode("gbk")
            except UnicodeDecodeError:
                continue
            found.add(ord(text))
    return found


def wanted() -> set[int]:
    """Return every code point to keep."""
    return gbk().union(*(range(low, high + 1) for low, high in RANGES))


def build(source: Path, target: Path) -> int:
    """Write the font; return how many characters it has."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTCollection

    face = next(font for font in TTCollection(source).fonts if font["name"].getDebugName(6) == FACE)
    face.recalcTimestamp = False
    options = Options()
    options.layout_features = []
    options.hinting = False
    options.desubroutinize = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14]
    options.name_languages = [0x409]
    options.notdef_outline = True
    options.recalc_timestamp = False
    options.drop_tables += ["BASE", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted())
    subsetter.subset(face)
    _rename(face)
    face["head"].created = face["head"].modified = MADE
    beside = target.with_name(target.name + ".tmp")
    face.save(beside, reorderTables=True)
    beside.replace(target)  # a program that is drawing goes on with the old one
    return len(face.getBestCmap())


def _rename(face: Any) -> None:
    """Give the cut font a name of its own, so that it is not taken for the whole one."""
    names = face["name"]
    version = names.getDebugName(5).split(";")[0]
    new = {
        1: FAMILY, 3: f"{version};drillsim;{TARGET.stem}", 4: FAMILY, 5: f"{version}; cut to GBK",
        6: TARGET.stem,
    }  # fmt: skip
    for number, text in new.items():
        names.setName(text, number, 3, 1, 0x409)
    top = face["CFF "].cff
    top.fontNames = [TARGET.stem]
    top.topDictIndex[0].FullName, top.topDictIndex[0].FamilyName = FAMILY, FAMILY


def main(arguments: Iterable[str]) -> None:
    """Make the font from the file that is named, or from the usual place."""
    given = [Path(argument) for argument in arguments]
    build(given[0] if given else SOURCE, TARGET)


if __name__ == "__main__":
    main(sys.argv[1:])
