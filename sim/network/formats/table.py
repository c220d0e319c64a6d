"""CSV tables as people keep them: read fast, every complaint with its file and line.

UTF-8 (with or without byte-order mark), UTF-16 and GB18030 (GBK) are told apart; commas or tabs separate cells.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import Finding, InputError, Mark, Words, did_you_mean
from sim.network.places import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

Floats = NDArray[np.float64]

FULL_WIDTH_COMMA = "\uff0c"
SHOWN = 20
"""Findings of one kind that are listed for one column; the rest is counted."""


def read_text(path: Path) -> str:
    """Return the text of a file, whatever its encoding.

    Raises
    ------
    InputError
        ``missing-file``, ``empty-file`` or ``bad-encoding``.
    """
    mark = Mark(str(path))
    try:
        data = path.read_bytes()
    except OSError:
        remedy = _siblings(path)
        raise InputError(
            [Finding("missing-file", Words("the file cannot be read", "文件不存在或无法读取"), remedy, mark)]
        ) from None
    if not data.strip():
        what = Words("the file is empty (0 bytes of content)", "文件是空的(没有内容)")
        remedy = Words("copy it again from its source, or delete it", "请从来源重新复制,或删除它")
        raise InputError([Finding("empty-file", what, remedy, mark)])
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    what = Words("the file is not text, or in an unknown encoding", "文件不是文本,或编码无法识别")
    raise InputError([Finding("bad-encoding", what, Words("save it as UTF-8 CSV", "请另存为 UTF-8 的 CSV"), mark)])


def _siblings(path: Path) -> Words:
    names = sorted(p.name for p in path.parent.iterdir()) if path.parent.is_dir() else []
    return did_you_mean(path.name, names) if names else Words("check the path", "请检查路径")


@dataclass(frozen=True)
class Table:
    """A CSV file as columns of trimmed text.

    Parameters
    ----------
    path
        The file.
    text
        What is in it.
    columns
        Column by its canonical name (string arrays of Arrow).
    rows
        Number of rows under the header.
    findings
        Complaints so far; readers of columns add theirs.
    """

    path: Path
    text: str
    columns: Mapping[str, pa.StringArray]
    rows: int
    findings: list[Finding]

    @cached_property
    def _lines(self) -> list[int]:
        """File line on which each row begins; made only when there is something to complain about."""
        return [line for line, row in _records(self.text) if len(row) == self._width][1:]

    @cached_property
    def _width(self) -> int:
        return len(next(_records(self.text))[1])

    def mark(self, row: int) -> Mark:
        """Return file and line of a row, counted from 0 under the header."""
        return Mark(str(self.path), self._lines[row])

    def has(self, name: str) -> bool:
        """Tell whether there is such a column."""
        return name in self.columns

    def texts(self, name: str, default: str = "") -> list[str]:
        """Return a column as text; the default where there is no such column."""
        return self.columns[name].to_pylist() if name in self.columns else [default] * self.rows

    def numbers(self, name: str, code: str = "bad-number", *, required: bool = False) -> Floats:
        """Return a column as floats, NaN for empty cells (and for bad ones, which are added to the findings)."""
        if name not in self.columns:
            return np.full(self.rows, np.nan)
        values, empty, bad = _floats(self.columns[name])
        wrong = np.flatnonzero(bad | empty) if required else np.flatnonzero(bad)
        cells = self.columns[name]

        def what(row: int) -> Words:
            if empty[row]:
                return Words(f"'{name}' is empty", f"“{name}”是空的")
            return Words(f"'{name}' is '{cells[row]}', not a number", f"“{name}”写的是“{cells[row]}”,不是数")

        empty_ok = "" if required else " or leave it empty"
        empty_zh = "" if required else ",不明则留空"
        self.complain(code, wrong.tolist(), what, Words(f"write a number{empty_ok}", f"请写一个数{empty_zh}"))
        return values

    def choices(self, name: str, known: Mapping[str, Any], default: Any, code: str) -> list[Any]:
        """Return what `known` (keys in small letters) holds for each cell; the default where empty."""
        if name not in self.columns:
            return [default] * self.rows
        encoded = self.columns[name].dictionary_encode()
        words = encoded.dictionary.to_pylist()
        found = [default if word == "" else known.get(word.casefold(), _UNKNOWN) for word in words]
        codes = encoded.indices.to_numpy(zero_copy_only=False)
        wrong = [at for at, value in enumerate(found) if value is _UNKNOWN]
        if wrong:
            rows = np.flatnonzero(np.isin(codes, wrong)).tolist()
            remedy = did_you_mean(words[wrong[0]], known)
            self.complain(
                code,
                rows,
                lambda row: Words(f"'{name}' is '{words[codes[row]]}'", f"“{name}”写的是“{words[codes[row]]}”"),
                remedy,
            )
            found = [default if value is _UNKNOWN else value for value in found]
        return [found[at] for at in codes.tolist()]

    def complain(self, code: str, rows: Sequence[int], what: Any, remedy: Words) -> None:
        """Add a finding for each of the rows, the first of them in full and the rest counted."""
        self.findings.extend(Finding(code, what(row), remedy, self.mark(row)) for row in rows[:SHOWN])
        if len(rows) > SHOWN:
            more = len(rows) - SHOWN
            words = Words(f"and {more} more of this kind", f"同类问题还有 {more} 处")
            self.findings.append(Finding(code, words, remedy, Mark(str(self.path))))


_UNKNOWN = object()


def read_table(path: Path, names: Mapping[str, Sequence[str]], required: Sequence[str]) -> Table:
    """Read a CSV file.

    Parameters
    ----------
    path
        The file.
    names
        Canonical column names, each with the other words that may stand in the header.
    required
        Columns that must be there.

    Raises
    ------
    InputError
        If the file is missing, empty, not text, or lacks a required column. Rows of a wrong width are put in the
        table's findings.
    """
    text = read_text(path)
    header_line, header = _header(path, text)
    mark = Mark(str(path), header_line)
    if len(header) == 1 and FULL_WIDTH_COMMA in header[0]:
        what = Words(f"cells are parted by full-width '{FULL_WIDTH_COMMA}'", f"单元格之间用了全角“{FULL_WIDTH_COMMA}”")
        raise InputError(
            [Finding("full-width-comma", what, Words("use the plain comma ','", "请改用半角逗号“,”"), mark)]
        )
    known = {plain(word): name for name, words in names.items() for word in (name, *words)}
    canonical = [known.get(plain(cell), f"x-{at}-{cell}") for at, cell in enumerate(header)]
    missing = [_no_column(name, header, mark) for name in required if name not in canonical]
    twice = [_column_twice(name, mark) for at, name in enumerate(canonical) if name in canonical[:at]]
    if missing or twice:
        raise InputError(missing + twice)
    try:
        columns, skipped = _arrow(text, canonical)
    except ValueError as error:  # what Arrow raises, such as for a quote that is never closed
        raise InputError([_not_a_table(path, str(error))]) from None
    rows = len(columns[canonical[0]])
    return Table(path, text, columns, rows, _wrong_width(path, text, len(header)) if skipped else [])


def _header(path: Path, text: str) -> tuple[int, list[str]]:
    try:
        return next(_records(text))
    except (StopIteration, csv.Error):
        raise InputError([_not_a_table(path, "no header")]) from None


def _not_a_table(path: Path, why: str) -> Finding:
    return Finding(
        "bad-table",
        Words(f"the file is not a CSV table ({why.splitlines()[0]})", "文件不是完整的 CSV 表(可能有未闭合的引号)"),
        Words("open it in a spreadsheet and save it again as CSV", "请用表格软件打开,另存为 CSV"),
        Mark(str(path)),
    )


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield file line and trimmed cells of each row that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    line = 1
    for row in reader:
        cells = [cell.strip() for cell in row]
        if any(cells):
            yield line, cells
        line = reader.line_num + 1


def _delimiter(text: str) -> str:
    head = text.lstrip("\r\n").partition("\n")[0]
    return "\t" if "\t" in head and "," not in head else ","


def _arrow(text: str, names: Sequence[str]) -> tuple[dict[str, pa.StringArray], bool]:
    """Return trimmed text columns, and whether rows of a wrong width were left out."""
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import csv as arrow_csv

    skipped = []

    def leave_out(row: Any) -> str:
        skipped.append(row.actual_columns)
        return "skip"

    table = arrow_csv.read_csv(
        pa.BufferReader(text.encode("utf-8")),
        read_options=arrow_csv.ReadOptions(column_names=list(names), skip_rows_after_names=0, skip_rows=0),
        parse_options=arrow_csv.ParseOptions(
            delimiter=_delimiter(text), newlines_in_values='"' in text, invalid_row_handler=leave_out
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, quoted_strings_can_be_null=False
        ),
    )
    columns = {name: pc.utf8_trim_whitespace(table.column(name).combine_chunks()) for name in names}
    written = np.zeros(table.num_rows, np.bool_)
    for column in columns.values():
        written |= pc.not_equal(column, "").to_numpy(zero_copy_only=False)
    if not written.all():  # spreadsheets leave rows of commas behind
        columns = {name: column.filter(pa.array(written)) for name, column in columns.items()}
    return {name: column.slice(1) for name, column in columns.items()}, bool(skipped)


def _floats(cells: pa.StringArray) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return values (NaN where there is none), which cells are empty, and which are not finite numbers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    empty = pc.equal(cells, "").to_numpy(zero_copy_only=False)
    try:
        filled = pc.if_else(pc.equal(cells, ""), pa.scalar(None, pa.string()), cells)
        values = pc.cast(filled, pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        values = np.array([_float(cell) for cell in cells.to_pylist()])
    bad = ~empty & ~np.isfinite(values)
    return np.where(np.isfinite(values), values, np.nan), empty, bad


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


def _wrong_width(path: Path, text: str, width: int) -> list[Finding]:
    """Return the rows with too few or too many cells; a short last row means that the file was cut off."""
    rows = list(_records(text))
    findings = []
    for at, (line, row) in enumerate(rows):
        if len(row) == width:
            continue
        what = Words(f"{len(row)} cells where the header has {width}", f"本行 {len(row)} 格,表头 {width} 格")
        remedy = Words("correct the row", "请改正这一行")
        cut_off = at == len(rows) - 1 and len(row) < width
        if cut_off:
            what = Words(
                f"the file breaks off: the last row has {len(row)} of {width} cells",
                f"文件不完整:最后一行只有 {len(row)} 格(应有 {width} 格)",
            )
            remedy = Words("copy it again from its source", "请从来源重新复制")
        findings.append(Finding("truncated-file" if cut_off else "row-width", what, remedy, Mark(str(path), line)))
    return findings[:SHOWN]


def _no_column(name: str, header: Sequence[str], mark: Mark) -> Finding:
    there = ", ".join(header[:SHOWN])
    return Finding(
        "missing-column",
        Words(f"there is no column '{name}' (there are: {there})", f"缺少“{name}”列(现有:{there})"),
        Words("add it, or correct the header in the first line", "请补上该列,或改正首行的列名"),
        mark,
    )


def _column_twice(name: str, mark: Mark) -> Finding:
    return Finding(
        "duplicate-column",
        Words(f"column '{name}' is there twice", f"“{name}”列出现了两次"),
        Words("keep one of them", "请只留一列"),
        mark,
    )
