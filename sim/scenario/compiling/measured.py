"""Measured driving times: from the file, or from tables beside it. They override the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.errors import Finding, InputError, Words
from sim.network.trips import Measured
from sim.scenario.compiling.history import YES, is_number, open_table
from sim.units import MINUTE, UnitError, parse, parse_moment

if TYPE_CHECKING:
    from sim.network.formats.table import Table
    from sim.network.speeds import SpeedTable
    from sim.scenario.compiling.context import Context
    from sim.scenario.compiling.places import Sites

_MEASURED: dict[str, tuple[str, ...]] = {
    "from": ("起",), "to": ("止",), "minutes": ("用时", "分钟"), "vehicle": ("车型",), "date": ("日期",), "both_ways": ("往返",),
}  # fmt: skip
"""Columns of a table of measured times, each with its Chinese names."""


class MeasuredTimes:
    """Compiles measured times against the sites."""

    def __init__(self, context: Context, sites: Sites, speeds: SpeedTable) -> None:
        self.context, self.sites, self.speeds = context, sites, speeds

    def all(self) -> tuple[Measured, ...]:
        """Return every measured time of the file and its tables."""
        context = self.context
        found: list[Measured] = []
        for position, entry in enumerate(context.file.measured_times):
            path = ("measured_times", position)
            begin = self.sites.find(entry.begin, entry.begin, *path, "begin")
            end = self.sites.find(entry.end, entry.end, *path, "end")
            vehicle = self._vehicle(entry.vehicle, *path, "vehicle")
            time = round(entry.time.planned)
            if self._sensible(time, *path, "time") and begin is not None and end is not None:
                self._dated(entry.date, *path, "date")
                self._once(found, Measured(begin, end, time, vehicle, entry.date, entry.both_ways), *path)
        for position, name in enumerate(context.file.measured_tables):
            table = open_table(context, name, _MEASURED, ("from", "to", "minutes"), "measured_tables", position)
            if table is not None:
                found += self._from_table(table, position)
        return tuple(found)

    def _from_table(self, table: Table, position: int) -> list[Measured]:
        """Return the measured times of a table; findings name its file and line."""
        cells = {column: table.texts(column) for column in _MEASURED if table.has(column)}
        found, findings = [], self.context.findings
        for number in range(table.rows):
            before = len(findings)
            row = {column: values[number].strip() for column, values in cells.items()}
            measured = self._row(row, ("measured_tables", position))
            mark = table.mark(number) if len(findings) > before else None
            findings[before:] = [Finding(f.code, f.what, f.remedy, mark, f.severity) for f in findings[before:]]
            if measured is not None:
                found.append(measured)
        return found

    def _row(self, row: dict[str, str], path: tuple[str | int, ...]) -> Measured | None:
        begin = self.sites.find(row["from"], row["from"], *path)
        end = self.sites.find(row["to"], row["to"], *path)
        vehicle = self._vehicle(row.get("vehicle") or None, *path)
        self._dated(row.get("date", ""), *path)
        try:
            text = row["minutes"]
            time = round(float(text) * MINUTE if is_number(text) else parse(text, "duration"))
        except UnitError as error:
            self.context.add("quantity", error.words, error.remedy, *path)
            return None
        if not self._sensible(time, *path) or begin is None or end is None:
            return None
        both = row.get("both_ways", "").lower() in YES
        return Measured(begin, end, time, vehicle, row.get("date", ""), both)

    def _dated(self, date: str, *path: str | int) -> None:
        """Check that a date is one: of two times for a pair the later counts."""
        try:
            moment = parse_moment(date) if date else None
        except UnitError:
            moment = None
        if date and (moment is None or moment.date is None):
            what = Words(f"'{date}' is not a date", f"“{date}”不是日期")
            self.context.add("bad-date", what, Words("write for example 2026-09-03", "例如 2026-09-03"), *path)

    def _once(self, found: list[Measured], measured: Measured, *path: str | int) -> None:
        """Check that a pair has one time for a vehicle and a date, and take it."""
        for other in found:
            if (other.origin, other.target, other.vehicle, other.date) == (
                measured.origin, measured.target, measured.vehicle, measured.date,
            ):  # fmt: skip
                what = Words("this pair has a measured time already", "这一对地点已有实测时间")
                self.context.add("duplicate", what, Words("keep one, or write the dates", "只留一条,或写明日期"), *path)
                return
        found.append(measured)

    def _sensible(self, time: int, *path: str | int) -> bool:
        if time <= 0:
            what = Words("a measured time must be above zero", "实测时间须大于零")
            self.context.add("bad-measured", what, Words("write for example 138 min", "例如 138 min"), *path)
        return time > 0

    def _vehicle(self, name: str | None, *path: str | int) -> str | None:
        if name is None:
            return None
        try:
            return self.speeds.vehicle(name).name
        except InputError as error:
            self.context.take(error, *path)
            return None
