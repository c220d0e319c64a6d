"""The table on the screen and in RESULTS.md: one dated section a part, replaced when that part runs again."""

from __future__ import annotations

import os
import platform
import statistics
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from measure import Row, spoken

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

FILE = Path(__file__).with_name("RESULTS.md")
LIBRARIES = (
    "numpy", "scipy", "networkx", "igraph", "simpy", "pandas", "pyarrow", "click", "pydantic", "PyYAML", "ruamel.yaml",
    "highspy", "linopy", "pyomo",
)  # fmt: skip
HEAD = """# Benchmarks

Written by `python benchmarks/run.py`. Each ratio is of two works that took turns in the same run; times are CPU time and
depend on the machine, ratios hardly do: only these are judged. Ratio: median over the pairs (least – greatest).
"""
COLUMNS = ("what", "ratio of", "median", "min – max", "goal", "", "times (medians)", "runs", "notes")


def machine() -> str:
    """Return processor, cores, Python and libraries in one line."""
    libraries = []
    for name in LIBRARIES:
        try:
            libraries.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    cores = f"{os.cpu_count()} cores"
    return f"{_processor()}, {cores}, {platform.system()}, Python {platform.python_version()}; {', '.join(libraries)}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def cells(row: Row) -> tuple[str, ...]:
    """Return a row of the table as text."""
    if not row.above[1]:
        return (row.what, "", "", "", "", row.verdict, "", "", row.note)
    above, below = row.above, row.below
    times = f"{spoken(statistics.median(above[1]))} / {spoken(statistics.median(below[1]))}"
    spread = f"{min(row.ratios):.2f} – {max(row.ratios):.2f}"
    goal, runs = str(row.goal) if row.goal else "", str(len(row.ratios))
    return (
        row.what, f"{above[0]} / {below[0]}", f"{row.ratio:.2f}", spread, goal, row.verdict, times, runs, row.note,
    )  # fmt: skip


def section(part: str, rows: Sequence[Row], when: dt.datetime) -> str:
    """Return the section of one part for RESULTS.md."""
    table = [COLUMNS, tuple("---" for _ in COLUMNS), *map(cells, rows)]
    lines = ["| " + " | ".join(line) + " |" for line in table]
    load = f"load of the machine at the end {os.getloadavg()[0]:.1f}"
    return f"## {part}\n\n{when:%Y-%m-%d}. {machine()}; {load}\n\n" + "\n".join(lines) + "\n"


def update(found: dict[str, Sequence[Row]], order: Sequence[str], when: dt.datetime) -> None:
    """Put the parts that ran into RESULTS.md; the others stay as they are."""
    kept: dict[str, str] = {}
    if FILE.exists():
        for old in FILE.read_text(encoding="utf-8").split("\n## ")[1:]:
            kept[old.partition("\n")[0]] = f"## {old.rstrip()}\n"
    kept |= {part: section(part, rows, when) for part, rows in found.items()}
    FILE.write_text("\n".join([HEAD, *(kept[part] for part in order if part in kept)]), encoding="utf-8")
