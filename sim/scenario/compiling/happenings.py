"""What happens: explicit incidents, recorded tables, random sources; and which run card is for whom."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import Finding, Mark, Words, did_you_mean
from sim.randomness import name_key
from sim.scenario.compiling.context import Context, duplicates
from sim.scenario.compiling.courses import KIND, Courses
from sim.scenario.frozen import Planned, ReadOnly, Recorded, RunCard, Source
from sim.units import MINUTE, Moment, UnitError, parse, parse_moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.quantities import Quantity
    from sim.scenario.compiling.forces import Forces
    from sim.scenario.compiling.places import Sites
    from sim.scenario.schema.incidents import PlaceWeight
    from sim.scenario.schema.incidents import Source as SourceEntry

MOST_ROWS = 2_000_000
MOST_BYTES = 500 << 20
_COLUMNS = {
    "id": "编号", "time": "时间", "place": "地点", "lon": "经度", "lat": "纬度", "kind": "类型", "call_handling": "接警",
    "turnout": "出动", "on_scene": "现场", "carry": "送医", "hospital": "医院", "handover": "交接",
}  # fmt: skip
_ENGLISH = {zh: en for en, zh in _COLUMNS.items()}
_DURATIONS = {"call_handling": "call_handling", "turnout": "turnout", "on_scene": "work", "handover": "handover"}
_YES, _NO = ("1", "yes", "true", "是"), ("0", "no", "false", "否", "")


class Happenings:
    """Incidents, tables and sources, compiled."""

    def __init__(self, context: Context, sites: Sites, forces: Forces, courses: Courses, ends: int | None) -> None:
        self.context, self.sites, self.forces, self.courses, self.ends = context, sites, forces, courses, ends
        assert context.file.start.date is not None
        self.start = context.file.start.date
        self.planned = self._incidents()
        self.recorded = tuple(
            table for position in range(len(context.file.incident_tables)) if (table := self._table(position)) is not None
        )
        self.sources = self._sources()

    def moment(self, moment: Moment, *path: str | int) -> int:
        """Return ms after the start; a moment before it is a finding, one taken as the next day a warning."""
        ticks = moment.ticks(self.start)
        if ticks < 0:
            what = Words(
                f"{moment.text} is before the start ({self.start:%Y-%m-%d %H:%M})",
                f"{moment.text} 早于情景开始({self.start:%Y-%m-%d %H:%M})",
            )
            self.context.add("before-start", what, Words("move it, or start earlier", "改时刻,或把开始提前"), *path)
        elif moment.wraps(self.start):
            what = Words(
                f"{moment.text} is taken as the next day, since the start is later that day",
                f"{moment.text} 早于开始时刻,按次日理解",
            )
            self.context.warn(
                "next-day", what, Words(f"write 'day 2 {moment.text}' to be plain", f"写成“次日 {moment.text}”更清楚"), *path
            )
        return ticks

    def _incidents(self) -> tuple[Planned, ...]:
        context, found = self.context, []
        duplicates(context, "incidents", [entry.id for entry in context.file.incidents], Words("incident", "突发事件"))
        for position, entry in enumerate(context.file.incidents):
            path = ("incidents", position)
            course = self.courses.of_incident(position)
            site = self.sites.find(entry.place, entry.place_name or entry.name or entry.id, *path, "place")
            time = self.moment(entry.at, *path, "at")
            if site is None:
                continue
            self.sites.name(entry.id, site)
            self._off_town(position, site, course)
            found.append(Planned(entry.id, entry.name or entry.id, name_key(entry.id), time, site, course))
        return tuple(sorted(found, key=lambda incident: incident.time))

    def _off_town(self, position: int, site: int, course: int) -> None:
        """Ask for coordinates where a release sits on a town's name: a footprint never does."""
        place = self.sites.places.get(site)
        if place is None or place.kind in ("own", "mine") or self.courses.courses[course].leak is None:
            return
        what = Words(
            f"a release is placed on the name of a town ({place.name}), that is, in its middle",
            f"泄漏放在了城镇名“{place.name}”上,等于放在城镇中心",
        )
        remedy = Words("write the coordinates of the plant: 'lon, lat'", "请写厂区坐标:“经度, 纬度”")
        self.context.add("footprint-on-town", what, remedy, "incidents", position, "place")

    # --- sources ---------------------------------------------------------------------------------------------------

    def _sources(self) -> tuple[Source, ...]:
        context, found = self.context, []
        duplicates(context, "sources", [entry.id for entry in context.file.sources], Words("source", "事件源"))
        for position, entry in enumerate(context.file.sources):
            path = ("sources", position)
            if str(context.file.mode) == "drill":
                what = Words(
                    f"a drill has one planned course, but source '{entry.id}' is random",
                    f"演练只按计划走一遍,事件源“{entry.id}”却是随机的",
                )
                remedy = Words("write mode: plan, or list the incidents", "写 方式: 推演,或逐一列出事件")
                context.add("random-in-drill", what, remedy, *path)
            course = self.courses.of_kind(entry.kind, *path, "kind")
            begins = 0 if entry.begins is None else self.moment(entry.begins, *path, "begins")
            ends = self.ends if entry.ends is None else self.moment(entry.ends, *path, "ends")
            if ends is None:
                what = Words(f"source '{entry.id}' never ends", f"事件源“{entry.id}”没有结束")
                context.add("no-end", what, Words("write end: … for the scenario", "请给情景写 结束: …"), *path)
                continue
            if ends <= begins:
                what = Words("it ends before it begins", "结束早于开始")
                context.add("end-before-start", what, Words("correct one of the two", "请改正其一"), *path)
                continue
            places, places_path = self._places(entry, path)
            sites = [self.sites.find(place.place, place.place, *places_path, n, "place") for n, place in enumerate(places)]
            shares = np.array([place.weight.planned for place in places])
            if shares.sum() <= 0:
                what = Words("all shares are zero", "各地点份额都是零")
                context.add("no-share", what, Words("give one place a share", "至少一处份额大于零"), *places_path)
                continue
            if any(site is None for site in sites):
                continue
            cumulative = np.cumsum(shares) / shares.sum()
            cumulative.setflags(write=False)
            found.append(Source(
                entry.id, name_key(entry.id), course, entry.rate.planned,
                tuple(site for site in sites if site is not None), cumulative,
                self._shape(entry.by_hour, *path, "by_hour"), self._shape(entry.by_weekday, *path, "by_weekday"),
                self._shape(entry.by_month, *path, "by_month"), begins, ends,
            ))  # fmt: skip
        return tuple(found)

    def _places(self, entry: SourceEntry, path: tuple[str | int, ...]) -> tuple[list[PlaceWeight], tuple[str | int, ...]]:
        """Return the places of a source, and where they are written."""
        if not isinstance(entry.places, str):
            return entry.places, (*path, "places")
        groups = self.context.file.place_groups
        if entry.places not in groups:
            self.context.unknown(Words("group of places", "地点组"), entry.places, groups, *path, "places")
        return groups.get(entry.places, []), ("place_groups", entry.places)

    def _shape(self, weights: list[Quantity] | None, *path: str | int) -> tuple[float, ...] | None:
        if weights is None:
            return None
        shape = tuple(weight.planned for weight in weights)
        if sum(shape) <= 0:
            self.context.add(
                "no-share", Words("all weights are zero", "权重全为零"), Words("give one a weight", "至少一项大于零"), *path
            )
            return None
        return shape

    # --- recorded tables -------------------------------------------------------------------------------------------

    def _table(self, position: int) -> Recorded | None:
        entry = self.context.file.incident_tables[position]
        path = ("incident_tables", position, "file")
        rows = read_table(self.context, entry.file, *path)
        if rows is None:
            return None
        return _Table(self, position, entry.id, entry.kind, rows).compile()


class _Table:
    """Compiles one table of recorded incidents."""

    def __init__(
        self, happenings: Happenings, position: int, name: str, kind: str | None, rows: list[tuple[Mark, dict[str, str]]]
    ) -> None:
        self.happenings, self.name, self.kind, self.rows = happenings, name, kind, rows
        self.findings = happenings.context.findings
        self.path = ("incident_tables", position)

    def compile(self) -> Recorded:
        planned, given, seen = [], [], set[str]()
        for number, (mark, row) in enumerate(self.rows):
            row_id = f"{self.name}/{row.get('id') or number + 1}"
            if row_id in seen:
                self._bad(mark, "duplicate-id", f"the id '{row_id}' is used twice", f"编号“{row_id}”用了两次")
            seen.add(row_id)
            time, site, course = self._time(row, mark), self._site(row, row_id, mark), self._course(row, mark)
            durations = self._given(row, mark)
            if time is not None and site is not None and course is not None:
                planned.append(Planned(row_id, row_id, name_key(row_id), time, site, course))
                given.append(ReadOnly(durations))
        order = sorted(range(len(planned)), key=lambda k: planned[k].time)
        return Recorded(self.name, name_key(self.name), tuple(planned[k] for k in order), tuple(given[k] for k in order))

    def _bad(self, mark: Mark, code: str, en: str, zh: str, remedy: Words | None = None) -> None:
        self.findings.append(Finding(code, Words(en, zh), remedy or Words("correct this cell", "请改正这一格"), mark))

    def _time(self, row: Mapping[str, str], mark: Mark) -> int | None:
        try:
            ticks = parse_moment(row.get("time", "")).ticks(self.happenings.start)
        except UnitError as error:
            self.findings.append(Finding("bad-moment", error.words, Words("correct the time", "请改正时间"), mark))
            return None
        if ticks < 0:
            self._bad(mark, "before-start", f"{row['time']} is before the start", f"{row['time']} 早于情景开始")
            return None
        return ticks

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
        before = len(self.findings)
        site = self.happenings.sites.find(text, row_id, *self.path)
        self.findings[before:] = [Finding(f.code, f.what, f.remedy, mark, f.severity) for f in self.findings[before:]]
        return site

    def _course(self, row: Mapping[str, str], mark: Mark) -> int | None:
        kind = row.get("kind") or self.kind
        types = self.happenings.context.file.incident_types
        if kind is None or kind not in types:
            what = Words(f"there is no {KIND.en} '{kind or ''}'", f"没有“{kind or ''}”这个{KIND.zh}")
            self.findings.append(Finding("unknown-id", what, did_you_mean(kind or "", types), mark))
            return None
        return self.happenings.courses.of_kind(kind, *self.path)

    def _given(self, row: Mapping[str, str], mark: Mark) -> dict[str, int]:
        given: dict[str, int] = {}
        for column, purpose in _DURATIONS.items():
            text = row.get(column, "").strip()
            if text:
                try:
                    given[purpose] = round(float(text) * MINUTE if _is_number(text) else parse(text, "duration"))
                except UnitError as error:
                    self.findings.append(Finding("quantity", error.words, error.remedy, mark))
                    continue
                if given[purpose] < 0:
                    self._bad(mark, "quantity", f"{column} is negative: {text}", f"{_COLUMNS[column]}是负数:{text}")
        carry = row.get("carry", "").strip().lower()
        if carry not in _YES + _NO:
            self._bad(mark, "bad-word", f"carry is '{carry}', neither yes nor no", f"送医写的是“{carry}”,应为是或否")
        elif "carry" in row and carry != "":
            given["carry"] = int(carry in _YES)
        hospital = row.get("hospital", "").strip()
        if hospital:
            hospitals = self.happenings.forces.hospitals
            if hospital in hospitals:
                given["hospital"] = hospitals[hospital]
            else:
                what = Words(f"there is no hospital '{hospital}'", f"没有“{hospital}”这个医院")
                self.findings.append(Finding("unknown-id", what, did_you_mean(hospital, hospitals), mark))
        return given


def _is_number(text: str) -> bool:
    try:
        number = float(text)
    except ValueError:
        return False
    return number - number == 0.0


def read_table(context: Context, name: str, *path: str | int) -> list[tuple[Mark, dict[str, str]]] | None:
    """Read a CSV table with a header in either language: (file and line, column → text) a row.

    A missing, oversized, unreadable or empty file, and columns nobody knows, are findings (then None).
    """
    file = inside(context, name, *path)
    if file is None:
        return None
    if file.stat().st_size > MOST_BYTES:
        what = Words(f"'{name}' is larger than {MOST_BYTES >> 20} MB", f"“{name}”超过 {MOST_BYTES >> 20} MB")
        context.add("too-large", what, Words("split it", "请拆分"), *path)
        return None
    raw = file.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        what = Words(f"'{name}' is in an unreadable encoding", f"“{name}”的编码无法识别")
        context.add("unreadable", what, Words("save it as UTF-8", "请另存为 UTF-8"), *path)
        return None
    reader = csv.reader(io.StringIO(text))
    header = [_ENGLISH.get(cell.strip(), cell.strip()) for cell in next(reader, [])]
    if not any(header):
        what = Words(f"'{name}' is empty", f"“{name}”是空的")
        context.add("empty-file", what, Words("write a header and rows", "请写表头和各行"), *path)
        return None
    return [(Mark(name, reader.line_num), dict(zip(header, cells, strict=False))) for cells in reader if any(cells)]


def inside(context: Context, name: str, *path: str | int) -> Path | None:
    """Return a file that the scenario names, beside it or under the project root; a finding is added when there is none."""
    for folder in (Path(context.where(*path).file).parent, context.path.parent, context.root):
        file = (folder / name).resolve()
        if not file.is_relative_to(context.root.resolve()):
            what = Words(f"'{name}' lies outside the project", f"“{name}”在项目文件夹之外")
            context.add("outside", what, Words(f"move it below {context.root}", f"请放到 {context.root} 之下"), *path)
            return None
        if file.exists():
            return file
    context.add(
        "missing-file", Words(f"there is no file '{name}'", f"没有文件“{name}”"), Words("correct the path", "请改正路径"), *path
    )
    return None


def run_cards(context: Context, sites: Sites, forces: Forces) -> tuple[RunCard, ...]:
    """Return the run cards in the order of the file."""
    cards = []
    duplicates(context, "run_cards", [entry.id for entry in context.file.run_cards], Words("run card", "出动卡"))
    for position, entry in enumerate(context.file.run_cards):
        path = ("run_cards", position)
        for n, kind in enumerate(entry.kinds):
            if kind not in context.file.incident_types:
                context.unknown(KIND, kind, context.file.incident_types, *path, "kinds", n)
        places = {sites.find(place, place, *path, "places", n) for n, place in enumerate(entry.places)}
        teams = [team for n, name in enumerate(entry.teams) for team in forces.numbers(name, *path, "teams", n)]
        cards.append(RunCard(
            frozenset(entry.kinds), frozenset(site for site in places if site is not None), tuple(dict.fromkeys(teams))
        ))  # fmt: skip
    return tuple(cards)
