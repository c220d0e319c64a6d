"""Recorded incidents: tables of what happened, replayed call by call."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import Finding, InputError, Mark, Words, did_you_mean, nearest
from sim.randomness import name_key
from sim.scenario.compiling.courses import KIND
from sim.scenario.frozen import Planned, ReadOnly, Recorded
from sim.units import MINUTE, UnitError, parse, parse_moment

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from sim.network.formats.table import Table
    from sim.scenario.compiling.context import Context
    from sim.scenario.compiling.courses import Courses
    from sim.scenario.compiling.forces import Forces
    from sim.scenario.compiling.places import Sites

_COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("编号",), "time": ("时间",), "place": ("地点",), "lon": ("经度", "x"), "lat": ("纬度", "y"), "kind": ("类型",),
    "call_handling": ("接警",), "turnout": ("出动",), "on_scene": ("现场",), "carry": ("送医",), "hospital": ("医院",),
    "handover": ("交接",),
}  # fmt: skip
"""Columns, each with its Chinese name."""
_MOST_BYTES = 500 << 20
_REMEDIES = {
    "next-day": Words("write the date to be plain", "写明日期更清楚"),
    "after-end": Words("correct the time, or end later", "改正时间,或把结束推后"),
    "nobody-carries": Words("delete this cell, or add carry to the type", "删去这一格,或在类型里写 送医"),
}
_DURATIONS = {"call_handling": "call_handling", "turnout": "turnout", "on_scene": "work", "handover": "handover"}
YES, NO = ("1", "yes", "true", "是"), ("0", "no", "false", "否")


def open_table(
    context: Context, name: str, columns: Mapping[str, tuple[str, ...]], required: Iterable[str], *path: str | int
) -> Table | None:
    """Open a CSV table that the scenario names; whatever is wrong with it becomes findings (then None)."""
    from sim.network.formats.table import read_table

    file = inside(context, name, *path)
    if file is None:
        return None
    if not file.is_file():
        what = Words(f"'{name}' is a folder, not a table", f"“{name}”是文件夹,不是表格")
        context.add("not-a-file", what, Words("name a .csv file", "请写 .csv 文件"), *path)
        return None
    if file.stat().st_size > _MOST_BYTES:
        what = Words(f"'{name}' is larger than {_MOST_BYTES >> 20} MB", f"“{name}”超过 {_MOST_BYTES >> 20} MB")
        context.add("too-large", what, Words("split it", "请拆分"), *path)
        return None
    context.tables.append(file)
    try:
        table = read_table(file, columns, tuple(required))
    except InputError as error:
        context.take(error, *path)
        return None
    for column in table.columns:
        if column.startswith("x-"):
            written = column.split("-", 2)[2]
            what = Words(f"nobody knows the column '{written}'", f"不认识的列“{written}”")
            remedy = did_you_mean(written, [word for name, words in columns.items() for word in (name, *words)])
            if written.strip() and not written.startswith("x-"):
                context.findings.append(Finding("unknown-column", what, remedy, Mark(str(file), 1), "error"))
    context.findings.extend(table.findings)
    if not table.rows and not table.findings:
        what = Words(f"'{name}' has a header and no rows", f"“{name}”只有表头,没有内容")
        context.findings.append(
            Finding("empty-file", what, Words("write a row for each entry", "请逐行填写"), Mark(str(file), 1))
        )
    return table


def inside(context: Context, name: str, *path: str | int) -> Path | None:
    """Return a file that the scenario names, beside it or under the project root; a finding is added when there is none."""
    root = context.root.resolve()
    files = [(folder / name).resolve() for folder in (Path(context.where(*path).file).parent, context.path.parent, context.root)]
    within = [file for file in files if file.is_relative_to(root)]
    for file in within:
        if file.exists():
            context.found[path] = file
            return file
    if any(file.exists() for file in files) or not within:
        what = Words(f"'{name}' lies outside the project", f"“{name}”在项目文件夹之外")
        context.add("outside", what, Words(f"move it below {context.root}", f"请放到 {context.root} 之下"), *path)
        return None
    what = Words(f"there is no file '{name}'", f"没有文件“{name}”")
    context.add("missing-file", what, _near(context.root / name, context), *path)
    return None


def _near(path: Path, context: Context) -> Words:
    """Return a remedy that offers files with nearly that name."""
    folders = [folder for folder in (path.parent, context.path.parent / path.parent.name) if folder.is_dir()]
    close = nearest(path.name, [entry.name for folder in folders for entry in sorted(folder.iterdir())])
    if not close:
        return Words("correct the path", "请改正路径")
    return Words(f"did you mean {', '.join(close)}?", f"是否想写:{'、'.join(close)}?")


def recorded_tables(
    context: Context, sites: Sites, forces: Forces, courses: Courses, start: dt.datetime, ends: int | None
) -> tuple[Recorded, ...]:
    """Return the recorded histories of a scenario."""
    found = []
    for position, entry in enumerate(context.file.incident_tables):
        path = ("incident_tables", position, "file")
        table = open_table(context, entry.file, _COLUMNS, ("time",), *path)
        if table is not None:
            found.append(_History(context, sites, forces, courses, (start, ends), position).compile(table))
    return tuple(found)


class _History:
    """Compiles one table of recorded incidents."""

    def __init__(
        self,
        context: Context,
        sites: Sites,
        forces: Forces,
        courses: Courses,
        span: tuple[dt.datetime, int | None],
        position: int,
    ) -> None:
        self.context, self.sites, self.forces, self.courses = context, sites, forces, courses
        self.start, self.ends = span
        entry = context.file.incident_tables[position]
        self.name, self.kind = entry.id, entry.kind
        self.path = ("incident_tables", position)

    def compile(self, table: Table) -> Recorded:
        """Return the history in order of time."""
        cells = {name: table.texts(name) for name in _COLUMNS if table.has(name)}
        planned: list[Planned] = []
        given: list[Mapping[str, int]] = []
        seen = set[str]()
        for number in range(table.rows):
            row = {name: column[number].strip() for name, column in cells.items()}
            mark = table.mark(number)
            row_id = f"{self.name}/{row.get('id') or number + 1}"
            if row_id in seen:
                self._bad(mark, "duplicate-id", f"the id '{row_id}' is used twice", f"编号“{row_id}”用了两次")
            seen.add(row_id)
            time, site, course = self._time(row, mark), self._site(row, row_id, mark), self._course(row, mark)
            durations = self._given(row, mark)
            if course is not None and durations.get("carry") and not self._carries(course):
                self._warn(
                    mark,
                    "nobody-carries",
                    "this type of incident carries nobody, so 'carry' has no effect",
                    "该事件类型不送医,“送医”不起作用",
                )
            if time is not None and site is not None and course is not None:
                planned.append(Planned(row_id, row_id, name_key(row_id), time, site, course))
                given.append(ReadOnly(durations))
        order = sorted(range(len(planned)), key=lambda k: planned[k].time)
        return Recorded(self.name, name_key(self.name), tuple(planned[k] for k in order), tuple(given[k] for k in order))

    def _carries(self, course: int) -> bool:
        return any(line.carry is not None for line in self.courses.courses[course].lines)

    def _bad(self, mark: Mark, code: str, en: str, zh: str, remedy: Words | None = None) -> None:
        self.context.findings.append(Finding(code, Words(en, zh), remedy or Words("correct this cell", "请改正这一格"), mark))

    def _time(self, row: Mapping[str, str], mark: Mark) -> int | None:
        try:
            moment = parse_moment(row.get("time", ""))
            ticks = moment.ticks(self.start)
        except UnitError as error:
            self.context.findings.append(Finding("bad-moment", error.words, Words("correct the time", "请改正时间"), mark))
            return None
        if ticks < 0:
            self._bad(mark, "before-start", f"{row['time']} is before the start", f"{row['time']} 早于情景开始")
            return None
        if moment.wraps(self.start):
            self._warn(mark, "next-day", f"{row['time']} is taken as the next day", f"{row['time']} 早于开始时刻,按次日理解")
        elif self.ends is not None and ticks >= self.ends:
            self._warn(mark, "after-end", "it comes after the end, so it never happens", "在情景结束之后,不会发生")
        return ticks

    def _warn(self, mark: Mark, code: str, en: str, zh: str) -> None:
        remedy = _REMEDIES[code]
        self.context.findings.append(Finding(code, Words(en, zh), remedy, mark, "warning"))

    def _site(self, row: Mapping[str, str], row_id: str, mark: Mark) -> int | None:
        text = row.get("place") or (f"{row['lon']}, {row['lat']}" if row.get("lon") and row.get("lat") else "")
        if not text:
            self._bad(
                mark,
                "missing-place",
                "the row names no place",
                "这一行没有地点",
                Words("write place, or lon and lat", "请写 地点,或 经度、纬度"),
            )
            return None
        findings = self.context.findings
        before = len(findings)
        site = self.sites.find(text, row_id, *self.path)
        findings[before:] = [Finding(f.code, f.what, f.remedy, mark, f.severity) for f in findings[before:]]
        return site

    def _course(self, row: Mapping[str, str], mark: Mark) -> int | None:
        kind = row.get("kind") or self.kind
        types = self.context.file.incident_types
        if kind is None or kind not in types:
            what = Words(f"there is no {KIND.en} '{kind or ''}'", f"没有“{kind or ''}”这个{KIND.zh}")
            self.context.findings.append(Finding("unknown-id", what, did_you_mean(kind or "", types), mark))
            return None
        return self.courses.of_kind(kind, *self.path)

    def _given(self, row: Mapping[str, str], mark: Mark) -> dict[str, int]:
        given: dict[str, int] = {}
        for column, purpose in _DURATIONS.items():
            text = row.get(column, "").strip()
            if text:
                try:
                    given[purpose] = round(float(text) * MINUTE if is_number(text) else parse(text, "duration"))
                except UnitError as error:
                    self.context.findings.append(Finding("quantity", error.words, error.remedy, mark))
                    continue
                if given[purpose] < 0:
                    self._bad(mark, "quantity", f"{column} is negative: {text}", f"{_COLUMNS[column][0]}是负数:{text}")
        carry = row.get("carry", "").strip().lower()
        if carry and carry not in YES + NO:
            self._bad(mark, "bad-word", f"carry is '{carry}', neither yes nor no", f"送医写的是“{carry}”,应为是或否")
        elif carry:
            given["carry"] = int(carry in YES)
        hospital = row.get("hospital", "").strip()
        if hospital:
            hospitals = self.forces.hospitals
            if hospital in hospitals:
                given["hospital"] = hospitals[hospital]
            else:
                what = Words(f"there is no hospital '{hospital}'", f"没有“{hospital}”这个医院")
                self.context.findings.append(Finding("unknown-id", what, did_you_mean(hospital, hospitals), mark))
        return given


def is_number(text: str) -> bool:
    """Tell whether a cell is a plain finite number."""
    try:
        number = float(text)
    except ValueError:
        return False
    return number - number == 0.0
