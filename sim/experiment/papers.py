"""The small files of a results folder: summary, tables for a spreadsheet, manifest."""

from __future__ import annotations

import csv
import io
import json
import math
import platform
from importlib import metadata
from typing import TYPE_CHECKING, Any

import sim
from sim.errors import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sim.analysis.summary import Pool, Summary
    from sim.experiment.blocks import Record
    from sim.scenario.frozen import Scenario

_LIBRARIES = ("numpy", "scipy", "simpy", "pyarrow")
_METRIC_HEADS = (
    Words("metric", "指标"), Words("title", "名称"), Words("mean", "平均"), Words("95 % from", "95% 区间下限"),
    Words("95 % to", "95% 区间上限"), Words("p50", "中位数"), Words("p90", "十次有九次"), Words("n", "观测数"),
    Words("never", "从未发生"), Words("unit", "单位"),
)  # fmt: skip
_ASSUMPTION_HEADS = (Words("what", "项目"), Words("value", "取值"), Words("file", "文件"), Words("line", "行"))


def as_json(value: object) -> bytes:
    """Return a value as JSON for people and programs."""
    return (json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()


def as_csv(rows: Iterable[Sequence[object]], *, mark: bool = True) -> bytes:
    """Return rows as CSV; with a byte-order mark, by which spreadsheets tell that it is UTF-8."""
    sink = io.StringIO(newline="")
    csv.writer(sink, lineterminator="\r\n" if mark else "\n").writerows([harmless(cell) for cell in row] for row in rows)
    return sink.getvalue().encode("utf-8-sig" if mark else "utf-8")


def harmless(cell: object) -> object:
    """Return a cell that a spreadsheet does not take for a formula."""
    if isinstance(cell, str) and cell.lstrip(" \t\r\n").startswith(("=", "+", "-", "@", "=", "+", "-", "@")):
        return f"'{cell}"
    return cell


def summary_of(
    scenario: Scenario, pool: Pool, *, seed: int, run: str, digest: str, alone: int | None, drives: tuple[int, int]
) -> dict[str, Any]:
    """Return what ``summary.json`` holds. Times are in minutes; None stands for what never happened or is not known."""
    from sim.analysis.objectives import verdicts

    lines, worst = pool.summary(), pool.worst()
    found: dict[str, Any] = {
        "scenario": scenario.name,
        "question": scenario.question,
        "mode": scenario.mode,
        "language": scenario.language,
        "start": scenario.start.isoformat(),
        "run": run,
        "replications": len(pool),
        "seed": seed,
        "digest": digest,
        "metrics": lines,
        "worst": {name: _finite(value) for name, value in worst.items()},
        "objectives": [
            {
                "metric": verdict.objective.metric,
                "basis": verdict.objective.basis,
                "bound": "at_least" if verdict.objective.at_most is None else "at_most",
                "target": verdict.target,
                "value": None if verdict.value is None else _finite(verdict.value),
                "met": verdict.met,
                "gap": _finite(verdict.gap),
            }
            for verdict in verdicts(scenario, lines, worst)
        ],
        "drives": {"measured": drives[0], "derived": drives[1]},
        "assumptions": len(scenario.assumptions),
    }
    return found if alone is None else found | {"replication": alone}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def metrics_csv(scenario: Scenario, lines: Summary) -> bytes:
    """Return ``metrics.csv``: one row a metric, in the language of the scenario."""
    from sim.scenario.metric_names import arguments_of, title, unit

    language, names, others = scenario.language, {team.id: team.name for team in scenario.teams}, arguments_of(scenario)
    rows: list[Sequence[object]] = [[head.say(language) for head in _METRIC_HEADS]]
    for name, line in lines.items():
        low, high = line["ci95"] or (None, None)
        rows.append([
            name, title(name, language, names, others), line["mean"], low, high, line["p50"], line["p90"], line["n"],
            line["never"], unit(name, language),
        ])  # fmt: skip
    return as_csv(rows)


def assumptions_csv(scenario: Scenario) -> bytes:
    """Return ``assumptions.csv``: every input that is assumed, with file and line."""
    heads = [head.say(scenario.language) for head in _ASSUMPTION_HEADS]
    return as_csv([heads, *([found.what, found.value, found.file, found.line] for found in scenario.assumptions)])


def replications_csv(records: Iterable[Record]) -> bytes:
    """Return ``replications.csv``: digest, rows of the log, and drives of each replication."""
    from sim.experiment.folder import REPLICATION_COLUMNS

    rows = ([found.replication, found.digest, found.size, found.measured, found.derived] for found in records)
    return as_csv([REPLICATION_COLUMNS, *rows], mark=False)


def notices_txt(scenario: Scenario) -> bytes:
    """Return ``notices.txt``: licences of the data used."""
    return "".join(f"{notice.rstrip()}\n" for notice in scenario.notices).encode()


def surroundings() -> dict[str, Any]:
    """Return what the last bits of a result may depend on: versions, platform, features of the processor."""
    import numpy as np

    features: Mapping[str, Any] = np.show_config(mode="dicts") or {}
    return {
        "versions": {
            "drillsim": sim.__version__,
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in _LIBRARIES},
        },
        "platform": {"system": platform.system(), "release": platform.release(), "machine": platform.machine()},
        "cpu": features.get("SIMD Extensions", {}),
    }
