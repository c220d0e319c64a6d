"""Bytes of a file → text: size, encoding, characters that no text has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from sim.errors import Finding, Mark, Words, nearest

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 5_000_000
"""Largest file that is read."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_CHINESE = re.compile("[㐀-鿿]")
_SAVE_AS = Words("save it as UTF-8 (Notepad: Save as, Encoding: UTF-8)", "请另存为 UTF-8 编码(记事本:另存为,编码选 UTF-8)")


class Text(NamedTuple):
    """What a file says; `text` is None when it cannot be read."""

    text: str | None
    findings: tuple[Finding, ...] = ()


def read_text(path: Path, file: str) -> Text:
    """Read a file as text.

    Parameters
    ----------
    path
        The file.
    file
        How messages call it.

    Returns
    -------
    Text
        Line ends as they stand; a byte-order mark is dropped. GB18030 (GBK) gives a warning.
    """
    problem = _no_file(path, file)
    if problem is not None:
        return Text(None, (problem,))
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        what = Words(f"the file cannot be read: {reason}", f"文件读不出来:{reason}")
        remedy = Words("check that you may read it and that no other program holds it", "检查读取权限,以及是否被其他程序占用")
        return Text(None, (Finding("unreadable-file", what, remedy, Mark(file)),))
    return decode(raw, file)


def _no_file(path: Path, file: str) -> Finding | None:
    try:
        if path.is_file():
            return None
        there, folder = path.exists(), path.is_dir()
    except (OSError, ValueError):
        there, folder = False, False
    if folder:
        what, remedy = Words("this is a folder", "这是一个文件夹"), Words("name a .yaml file in it", "请写出其中的 .yaml 文件")
        return Finding("not-a-file", what, remedy, Mark(file))
    if there:
        what = Words("this is not an ordinary file", "这不是普通文件")
        return Finding("not-a-file", what, Words("name a .yaml file", "请写出一个 .yaml 文件"), Mark(file))
    return Finding("no-such-file", Words("there is no such file", "没有这个文件"), _near(path), Mark(file))


def _near(path: Path) -> Words:
    """Return a remedy that offers files with nearly that name in the folder."""
    try:
        beside = sorted(entry.name for entry in path.parent.iterdir() if entry.is_file())
    except (OSError, ValueError):
        beside = []
    close = [str(path.parent / name) for name in nearest(path.name, beside)]
    if close:
        return Words(f"did you mean {', '.join(close)}?", f"是否想写:{'、'.join(close)}?")
    return Words("check the name and the folder", "检查文件名和所在文件夹")


def decode(raw: bytes, file: str) -> Text:
    """Return the text of a file: UTF-8, or GB18030 with a warning."""
    if len(raw) > MAX_BYTES:
        what = Words(f"the file is larger than {MAX_BYTES // 1_000_000} MB", f"文件超过 {MAX_BYTES // 1_000_000} MB")
        remedy = Words("split it with 'include', or move tables to CSV files", "用“引用”拆成几个文件,或把表格放进 CSV")
        return Text(None, (Finding("file-too-large", what, remedy, Mark(file)),))
    if not raw.strip():
        what = Words("the file is empty", "文件是空的")
        remedy = Words("write a scenario that begins with 'format: 1'", "写入情景,第一行为“格式: 1”")
        return Text(None, (Finding("empty-file", what, remedy, Mark(file)),))
    text, findings = _decoded(raw, file)
    if text is None:
        return Text(None, tuple(findings))
    control = _CONTROL.search(text)
    if control is not None:
        line = text.count("\n", 0, control.start()) + 1
        what = Words(
            f"there is a character that no text has (U+{ord(control[0]):04X})", f"含有文本中不应有的字符(U+{ord(control[0]):04X})"
        )
        remedy = Words("this is no text file, or it is damaged: delete the character", "不是文本文件,或文件已损坏;请删去该字符")
        return Text(None, (Finding("control-character", what, remedy, Mark(file, line)),))
    return Text(text, tuple(findings))


def _decoded(raw: bytes, file: str) -> tuple[str | None, list[Finding]]:
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
    if not _is_damaged_utf8(raw):
        try:
            text = raw.decode("gb18030")
        except UnicodeDecodeError:
            pass
        else:
            if _CONTROL.search(text) is None:
                what = Words(
                    "the file is in GB18030 (GBK), not UTF-8; it was read as such", "文件编码为 GB18030(GBK)而非 UTF-8,已照此读入"
                )
                return text, [Finding("gb18030", what, _SAVE_AS, Mark(file), "warning")]
    what = Words("the text is neither UTF-8 nor GB18030 (GBK)", "文字编码既不是 UTF-8,也不是 GB18030(GBK)")
    return None, [Finding("unreadable-encoding", what, _SAVE_AS, Mark(file, line))]


def _is_damaged_utf8(raw: bytes) -> bool:
    """Tell UTF-8 with a few broken bytes from GBK, which hardly ever holds whole UTF-8 characters."""
    shown = raw.decode("utf-8", "replace")
    return len(_CHINESE.findall(shown)) > 3 * shown.count("\ufffd")
