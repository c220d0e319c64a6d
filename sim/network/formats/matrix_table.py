"""A travel-time matrix as a CSV table: places x places, minutes; perhaps a places.csv beside it."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import Finding, InputError, Mark, Words, did_you_mean
from sim.network.formats.about import About, read_about
from sim.network.formats.places_table import read_places
from sim.network.formats.table import read_text
from sim.network.load import Network
from sim.network.matrix import NO_WAY, build_matrix
from sim.network.places import Place, PlaceTable, plain

if TYPE_CHECKING:
    from pathlib import Path


def read_matrix_folder(path: Path) -> Network:
    """Read ``matrix.csv`` of a folder, with its network.yaml (see `read_matrix_table`)."""
    return _read(path / "matrix.csv", read_about(path))


def read_matrix_table(path: Path) -> Network:
    """Read a CSV of minutes between places.

    Parameters
    ----------
    path
        First row and first column carry the names of the places, in the same order or another; a cell is the minutes
        from the place of its row to that of its column. Empty or ``-`` is no way; on the diagonal it is 0. A
        ``places.csv`` beside it gives coordinates and aliases; its names and those of the matrix are matched.

    Raises
    ------
    InputError
        ``not-square``, ``unknown-place``, ``duplicate-place``, ``bad-minutes`` (negative, NaN, no number),
        ``row-width``; with file and line.
    """
    return _read(path, About(path.stem))


def _read(path: Path, about: About) -> Network:
    findings: list[Finding] = []
    rows = _rows(path)
    columns = rows[0][1][1:]
    names, minutes = _cells(path, rows, columns, findings)
    places = PlaceTable()
    beside = path.with_name("places.csv")
    try:
        if beside.exists() and beside != path:
            places = read_places(beside, about.system, projected=about.projected)
            findings += _strangers(path, rows[0][0], names, places)
    except InputError as error:
        findings += error.findings
    if findings:
        raise InputError(findings)
    known = [places.find(name)[0] if len(places) else None for name in names]
    x = np.array([math.nan if place is None else place.lon for place in known])
    y = np.array([math.nan if place is None else place.lat for place in known])
    if not len(places):
        places = PlaceTable(Place(name, name, math.nan, math.nan, source=path.name) for name in names)
    return Network(
        name=about.name, graph=None, matrix=build_matrix(names, minutes, x, y, mark=Mark(str(path))), places=places,
        notices=about.notices, projected=about.projected, source=str(path),
    )  # fmt: skip


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Return the rows that are not blank, with their lines."""
    text = read_text(path)
    head = text.lstrip("\r\n").partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in head and "," not in head else ",")
    rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    rows = [(line, row) for line, row in rows if any(row)]
    width = max(at + 1 for at, cell in enumerate(rows[0][1]) if cell) if any(rows[0][1]) else 0
    if width < 2 or len(rows) < 2:
        what = Words("a matrix has names in its first row and first column", "矩阵的首行和首列应是地名")
        remedy = Words("first row: ,A,B; next rows: A,0,12 …", "首行写 ,甲,乙;其下各行写 甲,0,12 ……")
        raise InputError([Finding("not-square", what, remedy, Mark(str(path), rows[0][0]))])
    # Spreadsheets leave empty cells behind the table.
    return [(line, row[:width] if not any(row[width:]) else row) for line, row in rows]


def _cells(
    path: Path, rows: list[tuple[int, list[str]]], columns: list[str], findings: list[Finding]
) -> tuple[list[str], list[list[float]]]:
    """Return the names and the minutes, in the order of the columns."""
    head = Mark(str(path), rows[0][0])
    findings += [_twice(name, head) for at, name in enumerate(columns) if name in columns[:at]]
    table: dict[str, list[float]] = {}
    for line, row in rows[1:]:
        mark, name = Mark(str(path), line), row[0]
        if name in table:
            findings.append(_twice(name, mark))
        if name not in columns:
            what = Words(f"'{name}' has a row but no column", f"“{name}”有行没有列")
            findings.append(Finding("not-square", what, did_you_mean(name, columns), mark))
        if len(row) != len(columns) + 1:
            what = Words(
                f"{len(row) - 1} times where there are {len(columns)} places",
                f"有 {len(row) - 1} 个时间,应为 {len(columns)} 个",
            )
            remedy = Words("give one time for each place", "每个地点写一个时间")
            findings.append(Finding("row-width", what, remedy, mark))
        cells = [*row[1:], *([""] * len(columns))][: len(columns)]
        table[name] = [_minutes(name, to, cell, mark, findings) for to, cell in zip(columns, cells, strict=True)]
    for name in columns:
        if name not in table:
            what = Words(f"'{name}' has a column but no row", f"“{name}”有列没有行")
            findings.append(Finding("not-square", what, did_you_mean(name, table), head))
    return columns, [table.get(name, []) for name in columns]


def _minutes(origin: str, target: str, cell: str, mark: Mark, findings: list[Finding]) -> float:
    if cell.casefold() in NO_WAY:
        return 0.0 if origin == target else math.inf
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if value >= 0 and math.isfinite(value):
        return value
    findings.append(
        Finding(
            "bad-minutes",
            Words(
                f"{origin} -> {target}: '{cell}' is not a number of 0 or more",
                f"{origin} → {target}:“{cell}”不是不小于 0 的数",
            ),
            Words("write minutes; leave it empty for no way", "请写分钟数;走不通则留空"),
            mark,
        )
    )
    return 0.0


def _twice(name: str, mark: Mark) -> Finding:
    what = Words(f"place '{name}' is there twice", f"地点“{name}”重复")
    return Finding("duplicate-place", what, Words("keep one of them", "请只留一个"), mark)


def _strangers(path: Path, line: int, names: list[str], places: PlaceTable) -> list[Finding]:
    """Return a finding for each name that places.csv does not have, or has twice."""
    found = [places.one(name, Mark(str(path), line)) for name in names if plain(name)]
    return [one for one in found if isinstance(one, Finding)]
