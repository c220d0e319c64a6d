"""Hostile and broken scenario files, end to end: always findings with a file, quickly, never an exception."""

from __future__ import annotations

import os
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.scenario.load_tree import check_tree, load_tree, validate
from sim.scenario.schema.root import ScenarioFile

GOOD = "格式: 1\n名称: x\n开始: 2026-11-24 09:30\n"


def found(path):
    """Return (code, line) of each finding of a file."""
    _, findings = check_tree(ScenarioFile, load_tree(path, ScenarioFile))
    assert all(f.where is not None and f.where.file for f in findings)
    return [(f.code, f.where.line) for f in findings]


LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(8)
)


@pytest.mark.parametrize(
    ("raw", "first"),
    [
        (LAUGHS.encode(), ("alias", 1)),
        (b"a: " + b"[" * 60, ("too-deep", 1)),
        (b"{a: " * 1_200_000, ("too-deep", 1)),
        (b"a: " + b"- " * 100_000, ("indentation", 1)),
        (b"x" * 5_000_001, ("file-too-large", None)),
        (b"", ("empty-file", None)),
        (b"\xef\xbb\xbf", ("empty-file", None)),
        (b"---\n", ("empty-file", None)),
        (GOOD.encode() + b"\x00", ("control-character", 4)),
        (b"\x7fELF\x02\x01\x01" + bytes(200), ("control-character", 1)),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), ("unreadable-encoding", 1)),
        (b"PK\x03\x04" + bytes(range(256)) * 3, ("unreadable-encoding", 2)),
        (GOOD.encode() + b"a: !!python/object/apply:os.system [ls]\n", ("tag", 4)),
        (GOOD.encode() + b"? {a: 1}\n: 2\n", ("key-not-text", 4)),
        (GOOD.encode() + b"<<: {a: 1}\n", ("merge-key", 4)),
        (GOOD.encode() + "种子: ".encode() + b"9" * 5000 + b"\n", ("wrong-kind", 4)),
        (GOOD.encode() + "种子: ".encode() + b"9" * 30 + b"\n", ("out-of-range", 4)),
        (GOOD.encode() + "次数: 0x".encode() + b"f" * 30 + b"\n", ("out-of-range", 4)),
        (GOOD.encode() + "预热: .nan\n".encode(), ("not-finite", 4)),
        (b"just a text\n", ("not-a-map", 1)),
        (b"- 1\n- 2\n", ("not-a-map", 1)),
        (b"42\n", ("not-a-map", 1)),
    ],
)
def test_hostile_files(tmp_path, raw, first):
    """Each ends within two seconds with the finding that matters first."""
    path = tmp_path / "a.yaml"
    path.write_bytes(raw)
    begin = time.perf_counter()
    findings = found(path)
    assert findings[0] == first
    assert time.perf_counter() - begin < 2


def test_the_nearest_good_file_passes(tmp_path):
    """The same three lines without the harm are a scenario."""
    path = tmp_path / "a.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert found(path) == []
    assert validate(ScenarioFile, load_tree(path, ScenarioFile)).name == "x"


def test_a_gbk_file_is_read_with_a_warning(tmp_path):
    """Met with help and not refused."""
    path = tmp_path / "a.yaml"
    path.write_bytes(GOOD.encode("gb18030"))
    loaded = load_tree(path, ScenarioFile)
    assert loaded.ok
    assert [(f.code, f.severity) for f in loaded.findings] == [("gb18030", "warning")]
    assert validate(ScenarioFile, loaded).name == "x"


def test_files_that_are_none(tmp_path):
    """A folder, nothing, a name that no system has, a pipe that would never end."""
    assert found(tmp_path) == [("not-a-file", None)]
    assert found(tmp_path / "none.yaml") == [("no-such-file", None)]
    assert found(tmp_path / ("n" * 300 + ".yaml")) == [("no-such-file", None)]
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    assert found(pipe) == [("not-a-file", None)]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read(tmp_path):
    """No permission is a finding."""
    path = tmp_path / "a.yaml"
    path.write_text(GOOD, encoding="utf-8")
    path.chmod(0)
    assert found(path) == [("unreadable-file", None)]


def test_a_circle_of_links(tmp_path):
    """A symbolic link to itself is no file."""
    path = tmp_path / "a.yaml"
    path.symlink_to(path)
    assert [code for code, _ in found(path)] == ["no-such-file"]


def test_findings_speak_the_language_of_the_file(tmp_path):
    """English keys, English words; a file that cannot be read at all is met in Chinese."""
    path = tmp_path / "a.yaml"
    for text, language in [("format: 1\nnam: x\n", "en"), ("格式: 1\n", "zh"), ("a: [1\nb: 2\n", "en"), ("名: [1\nb: 2\n", "zh"), ("", "zh")]:
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError) as caught:
            validate(ScenarioFile, load_tree(path, ScenarioFile))
        assert caught.value.language == language


def test_many_mistakes_do_not_flood(tmp_path):
    """A hundred thousand aliases are a hundred findings."""
    path = tmp_path / "a.yaml"
    path.write_text("a: [" + "*x, " * 100_000 + "1]\n", encoding="utf-8")
    assert len(found(path)) <= 100


@settings(max_examples=150)
@given(st.data())
def test_a_file_cut_or_changed_anywhere_is_met_with_findings(data):
    """Property: whatever happens to the bytes of a good file, loading ends with a model or with findings."""
    import tempfile
    from pathlib import Path

    whole = (
        GOOD + "天气: {状况: 晴}\n队伍:\n  - {编号: a, 驻地: b, 出动: {计划值: 2 min, 不利: 4 min}}\n"
        '驻地:\n  - 编号: b\n    地点: "112.3, 39.5"\n'
    ).encode()
    at = data.draw(st.integers(0, len(whole)))
    raw = data.draw(st.sampled_from([whole[:at], whole[:at] + data.draw(st.binary(max_size=3)) + whole[at + 1 :]]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.yaml"
        path.write_bytes(raw)
        model, findings = check_tree(ScenarioFile, load_tree(path, ScenarioFile))
    assert model is not None or any(f.severity == "error" for f in findings)
