"""Reading a file: the meaning of plain values, where each value stands, and every refusal with its line."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import Mark
from sim.scenario import reader
from sim.scenario.core_values import core_value
from sim.scenario.decoding import MAX_BYTES, decode
from sim.scenario.node import Marks, plain
from sim.scenario.reader import MAX_DEPTH, parse, read

WIDE_COLON, WIDE_COMMA = "\uff1a", "\uff0c"


def codes(text):
    """Return (code, line) of each finding."""
    return [(f.code, f.where.line) for f in parse(text, "f.yaml").findings]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10:00", "10:00"), ("no", "no"), ("yes", "yes"), ("on", "on"), ("off", "off"), ("是", "是"), ("否", "否"), ("true", True),
        ("False", False), ("null", None), ("~", None), ("", None), ("0o17", 15), ("0x1F", 31), ("017", 17), ("1_000", "1_000"),
        ("1e3", 1000.0), (".5", 0.5), ("5.", 5.0), ("-3", -3), ("+3", 3), ("2026-11-24", "2026-11-24"), ("=", "="), ("0b11", "0b11"),
        ("1:30:00", "1:30:00"), ("nan", "nan"), ("- ", "- "), ("1" * 41, "1" * 41), ("\u0663", "\u0663"),
    ],
)  # fmt: skip
def test_plain_values_follow_the_core_schema(text, value):
    """Truth: the tables of YAML 1.2.2, section 10.3.2; `=`, base 2, sexagesimals and underscores were of YAML 1.1."""
    assert core_value(text) == value
    assert type(core_value(text)) is type(value)


def test_quotes_and_the_text_tag_make_text():
    """A quoted number, and one tagged `!!str`, are text."""
    assert plain(parse("a: '10'\nb: !!str 10\nc: \"true\"\n").top) == {"a": "10", "b": "10", "c": "true"}


# JSON escapes others in pairs, which YAML does not know; control signs and changes of direction are refused on purpose.
letters = st.characters(max_codepoint=0xD7FF, exclude_categories=("Cc", "Cf"))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False) | st.text(letters, max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(letters, min_size=1, max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(letters, min_size=1, max_size=5), values, min_size=1, max_size=4))
def test_json_reads_as_json_reads_it(tree):
    """Second method: JSON with escapes is YAML 1.2, so the standard json module must agree on every tree."""
    document = parse(json.dumps(tree))
    assert document.findings == ()
    assert plain(document.top) == json.loads(json.dumps(tree))


def test_marks_are_the_lines_of_keys_and_items():
    """Lines counted by hand; a value below its key has the line of the key."""
    top = parse("# note\na:\n  - x\n  - b: 1\n    c:\n      d: 2\ne: {f: [1,\n  2]}\n", "f.yaml").top
    lines = {place: mark.line for place, mark in Marks(top).items()}
    assert lines == {
        (): 2, ("a",): 2, ("a", 0): 3, ("a", 1): 4, ("a", 1, "b"): 4, ("a", 1, "c"): 5, ("a", 1, "c", "d"): 6,
        ("e",): 7, ("e", "f"): 7, ("e", "f", 0): 7, ("e", "f", 1): 8,
    }  # fmt: skip
    assert Marks(top).nearest(("a", 1, "zzz", 4)) == Mark("f.yaml", 4)
    assert Marks(top).get(("a", 9)) is None


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_count_alike(line_end):
    """The same file from Windows has the same lines."""
    assert codes(line_end.join(["a: 1", "b: 2", "a: 3", ""])) == [("duplicate-key", 3)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: 1\nb: 2\na: 3\n", [("duplicate-key", 3)]),
        ("a: &x 1\nb: *x\n", [("alias", 1), ("alias", 2)]),
        ("a: 1\nb: *nowhere\n", [("alias", 2)]),
        ("a:\n  <<: {b: 1}\n", [("merge-key", 2)]),
        ("a: 1\n---\nb: 2\n", [("several-documents", 2)]),
        ("a: !!python/object:os.system {}\n", [("tag", 1)]),
        ("a: !secret x\n", [("tag", 1)]),
        ("a: 1\n? [b, c]\n: 2\n", [("key-not-text", 2)]),
        ("{a: 1}: 2\n", [("key-not-text", 1)]),
        ("a: 1\n~: 2\n'': 3\n", [("key-not-text", 2), ("key-not-text", 3)]),
        ("a: 1\nb: .nan\nc: -.inf\nd: 1e999\n", [("not-finite", 2), ("not-finite", 3), ("not-finite", 4)]),
        ("# only a note\n", [("empty-file", None)]),
    ],
)
def test_what_yaml_allows_and_we_do_not(text, found):
    """Each refusal names its line, and reading goes on behind it."""
    assert codes(text) == found


@pytest.mark.parametrize(
    "text",
    ["a: 1\nb: 2\nc: 3\n", "a: x & y\nb: 5 * x\n", "a: '<<'\n'<<': 1\n", "--- \na: 1\n...\n", "a: !!str x\n", "1: a\ntrue: b\n"],
)
def test_the_nearest_right_files_pass(text):
    """The same signs where they do no harm are no findings."""
    assert codes(text) == []


def test_reading_goes_on_after_a_refused_key():
    """What stands behind an odd key is read as if the key were not there."""
    assert plain(parse("? {a: 1}\n: [1, 2]\nb: 3\n").top) == {"b": 3}
    assert plain(parse("a: [*x, 2]\n*y : 5\nb: 3\n").top) == {"a": [None, 2], "b": 3}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: 1\n\tb: 2\n", [("tab", 2)]),
        ("a:\n\t- 1\n", [("tab", 2)]),
        (f"名称{WIDE_COLON}平鲁\n格式: 1\n", [("full-width", 1)]),
        (f"格式: 1\n名称{WIDE_COLON}平鲁\n", [("full-width", 2)]),
        (f"格式: 1\n名称 {WIDE_COLON} 平鲁\n开始: 2\n", [("full-width", 2)]),
        (f"a: {{x: 1{WIDE_COMMA}b: 2}}\n", [("full-width", 1)]),
        (f"格式: 1\n名称{WIDE_COLON}甲\n问题: 二\n方式{WIDE_COLON}演练\n", [("full-width", 2), ("full-width", 4)]),
        ("格式:1\n名称: 平鲁\n", [("no-space", 1)]),
        (f"轮子:\n  - 编号: a\n    尺寸{WIDE_COLON}2\n", [("full-width", 3)]),
        ("轮子:\n  - 编号: a\n    尺寸:2\n", [("no-space", 3)]),
        ("a: 'x\n\nb: 1\n", [("open-quote", 1)]),
        ("a: {b: 1\nc: 2\n", [("open-brace", 2)]),
        ("a: [1, 2\nb: 3\n", [("open-bracket", 2)]),
        ("a: @x\n", [("sign-first", 1)]),
        ("a: b: c\n", [("second-colon", 1)]),
        ("a:\n  - b\n  c: 1\n", [("indentation", 3)]),
        ('a: "\\q"\n', [("syntax", 1)]),
        ("- a: 1\n  b: 2\n c: 3\n", [("indentation", 3)]),
    ],
)
def test_broken_layout_is_explained(text, found):
    """What planners mistype is named as such, with the line where it stands."""
    assert codes(text) == found


def test_full_width_signs_in_texts_and_notes_are_not_blamed():
    """Only layout is looked at: quotes, notes and blocks of text may hold full-width signs."""
    text = f"# 注{WIDE_COLON}甲{WIDE_COMMA}乙\na: '甲{WIDE_COLON}乙'\nb: |\n  丙{WIDE_COLON}丁\nc: [1\nd: 2\n"
    assert codes(text) == [("open-bracket", 6)]


def test_findings_speak_both_languages():
    """The character that is meant is named in either language."""
    finding = parse(f"格式: 1\n名称{WIDE_COLON}甲\n", "f.yaml").findings[0]
    assert "':'" in finding.remedy.en
    assert WIDE_COLON in finding.what.zh
    assert "半角" in finding.what.zh


def test_nesting_is_limited():
    """Depth 50 is read, depth 51 refused; a million brackets cost nothing."""
    assert codes("[" * MAX_DEPTH + "]" * MAX_DEPTH) == []
    assert codes("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)) == [("too-deep", 1)]
    assert codes("{a: " * 1_000_000) == [("too-deep", 1)]


def test_encodings():
    """UTF-8 with or without mark, and GBK with a warning, give the same text; others are refused with a line."""
    text = "格式: 1\n名称: 平鲁区液氨泄漏\n"
    assert decode(text.encode(), "f").text == text
    assert decode(b"\xef\xbb\xbf" + text.encode(), "f") == decode(text.encode(), "f")
    gbk = decode(text.encode("gbk"), "f")
    assert gbk.text == text
    assert [(f.code, f.severity) for f in gbk.findings] == [("gb18030", "warning")]
    damaged = decode(text.encode().replace("平".encode(), b"\xe5\xb9"), "f")
    assert damaged.text is None
    assert [(f.code, f.where.line) for f in damaged.findings] == [("unreadable-encoding", 2)]
    assert [f.code for f in decode("a: 1\n".encode("utf-16"), "f").findings] == ["unreadable-encoding"]


def test_bytes_that_are_no_text():
    """Empty, NUL, binary, too large: one finding each, and no text."""
    assert [f.code for f in decode(b"", "f").findings] == ["empty-file"]
    assert [f.code for f in decode(b" \r\n", "f").findings] == ["empty-file"]
    nul = decode(b"a: 1\nb: \x00\n", "f")
    assert (nul.text, nul.findings[0].code, nul.findings[0].where.line) == (None, "control-character", 2)
    assert decode(bytes(range(256)) * 10, "f").text is None
    assert [f.code for f in decode(b"#" * (MAX_BYTES + 1), "f").findings] == ["file-too-large"]
    assert decode(b"#" * MAX_BYTES, "f").findings == ()


def test_places_that_are_no_files(tmp_path, monkeypatch):
    """A folder, nothing, and a file that may not be read."""
    assert [f.code for f in read(tmp_path).findings] == ["not-a-file"]
    assert [f.code for f in read(tmp_path / "none.yaml").findings] == ["no-such-file"]
    assert [f.code for f in read(tmp_path / ("x" * 5000)).findings] == ["no-such-file"]
    locked = tmp_path / "locked.yaml"
    locked.write_text("a: 1")
    assert read(locked).findings == ()

    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(locked), "open", refuse)
    finding = read(locked).findings[0]
    assert finding.code == "unreadable-file"
    assert "Permission denied" in finding.what.en


@given(st.text(alphabet="ab:,{}[]\n\t -#'\"&*!|>?%@\uff1a\uff0c“1", max_size=60))
def test_no_text_makes_the_reader_fail(text):
    """Whatever is written, reading ends with a tree or with findings, in lines that the text has."""
    document = parse(text, "f")
    assert document.top is not None or document.findings
    lines = text.count("\n") + 1
    assert all(f.where.line is None or 1 <= f.where.line <= lines for f in document.findings)


@given(st.text(alphabet="ab:,{}[]\n -#'\"&*!1", max_size=40))
def test_both_parsers_of_pyyaml_serve(text):
    """Second method: the parser in Python gives the same tree as the one in C where both can read."""
    try:
        list(yaml.parse(text, Loader=yaml.SafeLoader))
        list(yaml.parse(text, Loader=yaml.CSafeLoader))
    except yaml.YAMLError:
        return
    fast = parse(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "_LOADER", yaml.SafeLoader)
        slow = parse(text)
    assert repr(fast.top) == repr(slow.top)
    assert [f.code for f in fast.findings] == [f.code for f in slow.findings]


@pytest.mark.parametrize("sign", ["\\e[31m", "\\u202e", "\\a", "\\0"])
def test_hidden_signs_are_refused(sign):
    """A name cannot steer the terminal or turn the direction of a line; tabs and line ends in a text may stand."""
    found = parse(f'name: "a{sign}b"\n').findings
    assert [(finding.code, finding.where.line) for finding in found] == [("hidden-character", 1)]
    assert parse('name: "a\\tb\\nc"\n').findings == ()
