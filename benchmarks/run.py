"""Run the benchmarks: ``python benchmarks/run.py [--quick] [--only PART] [--json FILE]``.

Prints the ratios and keeps them in RESULTS.md. A quick run is rough, and is only printed. Parts that need data or a library
that is not there say so. The peers are in the extras: ``pip install -e .[bench,test]``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1]))

from results import FILE, cells, machine, update

if TYPE_CHECKING:
    from measure import Row

PARTS = ("engine", "campaign", "roads", "startup", "loader", "stockpile")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure against named peers; only ratios are judged.")
    parser.add_argument("--quick", action="store_true", help="fewer runs; RESULTS.md stays as it is")
    parser.add_argument("--only", choices=PARTS, help="one part")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything measured to a file")
    asked = parser.parse_args()
    print(machine())
    print(f"load when begun: {os.getloadavg()[0]:.1f}\n")
    found: dict[str, list[Row]] = {}
    for part in [asked.only] if asked.only else PARTS:
        print(part)
        found[part] = []
        for row in import_module(part).measure(quick=asked.quick):
            found[part].append(row)
            show(row)
        print()
    rows = [row for part in found.values() for row in part]
    count = {verdict: sum(row.verdict == verdict for row in rows) for verdict in ("met", "missed", "skipped")}
    print(", ".join(f"{number} {verdict}" for verdict, number in count.items()) + f"; load now {os.getloadavg()[0]:.1f}")
    when = dt.datetime.now(dt.UTC).astimezone()
    if asked.json:
        content = {part: [row.as_json() for row in rows] for part, rows in found.items()}
        whole = {"date": when.isoformat(timespec="seconds"), "machine": machine(), "quick": asked.quick, "parts": content}
        asked.json.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if not asked.quick:
        update(found, PARTS, when)
        print(f"written to {FILE.name}")


def show(row: Row) -> None:
    """Print a row as soon as it is there."""
    what, of, median, spread, goal, verdict, times, runs, note = cells(row)
    if not of:
        print(f"  {what:<44} {verdict}: {note}", flush=True)
        return
    print(f"  {what:<44} {of:<26} {median:>7} ({spread}) x{runs}  {goal:<7} {verdict:<7} {times}", flush=True)
    if note:
        print(f"      {note}", flush=True)


if __name__ == "__main__":
    main()
