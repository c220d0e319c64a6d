"""What all steps of compiling share: the file, where its parts stand, and the findings so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.errors import Finding, InputError, Mark, Words, did_you_mean
from sim.scenario.frozen import ZERO, Ticks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from sim.quantities import Quantity
    from sim.scenario.schema.root import ScenarioFile
    from sim.units import Moment

Path_ = tuple[str | int, ...]


@dataclass(slots=True)
class Context:
    """The scenario file being compiled."""

    file: ScenarioFile
    path: Path
    root: Path
    """Project root: nothing outside it is read."""
    marks: Mapping[Path_, Mark]
    findings: list[Finding] = field(default_factory=list)
    tables: list[Path] = field(default_factory=list)
    """Tables read beside the scenario's own text, as they were found."""
    found: dict[Path_, Path] = field(default_factory=dict)
    """Where a file is named → the file."""
    _ticks: dict[Quantity, Ticks] = field(default_factory=dict)

    def where(self, *path: str | int) -> Mark:
        """Return file and line of a part of the file, or of the nearest part around it."""
        for length in range(len(path), -1, -1):
            mark = self.marks.get(path[:length])
            if mark is not None:
                return mark
        return Mark(str(self.path))

    def add(self, code: str, what: Words, remedy: Words, *path: str | int, severity: str = "error") -> None:
        """Add a finding about a part of the file; once, though several incidents may use that part."""
        finding = Finding(code, what, remedy, self.where(*path), severity)  # type: ignore[arg-type]
        if finding not in self.findings:
            self.findings.append(finding)

    def warn(self, code: str, what: Words, remedy: Words, *path: str | int) -> None:
        """Add a warning about a part of the file."""
        self.add(code, what, remedy, *path, severity="warning")

    def unknown(self, kind: Words, name: str, known: Iterable[str], *path: str | int) -> None:
        """Add a finding about a name that is not defined."""
        what = Words(f"there is no {kind.en} '{name}'", f"没有“{name}”这个{kind.zh}")
        self.add("unknown-id", what, did_you_mean(name, known), *path)

    def take(self, error: InputError, *path: str | int) -> None:
        """Add the findings of an error; those without a place get that of a part of the file."""
        for finding in error.findings:
            where = finding.where or self.where(*path)
            self.findings.append(Finding(finding.code, finding.what, finding.remedy, where, finding.severity))

    def ticks(self, quantity: Quantity | None) -> Ticks:
        """Return a duration in whole ms; equal durations share one object."""
        if quantity is None:
            return ZERO
        found = self._ticks.get(quantity)
        if found is None:
            found = Ticks(round(quantity.planned), quantity if quantity.spread else None)
            self._ticks[quantity] = found
        return found

    def moment(self, moment: Moment, *path: str | int) -> int:
        """Return ms after the start; a moment before it is a finding, one taken as the next day a warning."""
        start = self.file.start.date
        assert start is not None
        ticks = moment.ticks(start)
        if ticks < 0:
            what = Words(
                f"{moment.text} is before the start ({start:%Y-%m-%d %H:%M})",
                f"{moment.text} 早于情景开始({start:%Y-%m-%d %H:%M})",
            )
            self.add("before-start", what, Words("move it, or start earlier", "改时刻,或把开始提前"), *path)
        elif moment.wraps(start) and path[-1] == "ends":
            what = Words(f"{moment.text} is before the start of that day", f"{moment.text} 早于当天的开始时刻")
            remedy = Words(f"for the next day write 'day 2 {moment.text}'", f"若指次日,请写“次日 {moment.text}”")
            self.add("end-before-start", what, remedy, *path)
        elif moment.wraps(start):
            what = Words(
                f"{moment.text} is taken as the next day, since the start is later that day",
                f"{moment.text} 早于开始时刻,按次日理解",
            )
            self.warn(
                "next-day", what, Words(f"write 'day 2 {moment.text}' to be plain", f"写成“次日 {moment.text}”更清楚"), *path
            )
        return ticks

    def stop_if_wrong(self) -> None:
        """Raise all findings so far if any of them is an error.

        Raises
        ------
        InputError
            With every finding, warnings included.
        """
        if any(finding.severity == "error" for finding in self.findings):
            raise InputError(self.findings)
