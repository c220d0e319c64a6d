"""What the tests of this folder share: writing a scenario file, loading it, and telling its log in words."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from sim.log import CAUSES, COLUMNS, KINDS
from sim.scenario import check_scenario, load_scenario

if TYPE_CHECKING:
    from pathlib import Path

SMALL = """\
format: 1
name: one call
mode: drill
start: 2026-01-01 08:00
coordinates: metres
network: {straight_line: {speed: 60 km/h, detour: 1}}
bases:
  - {id: b, place: "0, 0"}
teams:
  - {id: t, base: b, capabilities: [help], turnout: 1 min}
packages:
  p:
    - {capability: help, work: 10 min}
incidents:
  - {id: one, place: "5000, 0", at: 08:00, package: p}
"""
"""A good file in English: every mistake in it is a change of one line."""

KLEIN = """\
格式: 1
名称: 一起警情
方式: 演练
开始: 2026-01-01 08:00
坐标系: 平面米
路网: {直线: {车速: 60 km/h, 绕行系数: 1}}
驻地:
  - {编号: b, 地点: "0, 0"}
队伍:
  - {编号: t, 驻地: b, 能力: [救援], 出动: 1 min}
力量编成:
  p:
    - {能力: 救援, 作业: 10 min}
突发事件:
  - {编号: one, 地点: "5000, 0", 发生: 08:00, 力量编成: p}
"""
"""The same file in Chinese, line by line."""


POINTS = {"A": (0, 0), "B": (10_000, 0), "C": (20_000, 0), "D": (10_000, 5_000), "E": (20_000, 5_000)}
ROADS = (("A", "B", 10_000), ("B", "C", 10_000), ("B", "D", 5_000), ("D", "E", 10_000), ("C", "E", 5_000))


def five_places(folder: Path, **more: str) -> Path:
    """Write a network folder ``net`` of five places, 1 km a minute at 60 km/h, and return the folder beside it.

        A ──10── B ──10── C
                 5        5
                 D ──10── E

    `more` are further columns of the roads, cell by cell: ``max_height_m="3,,,,"``.
    """
    net = folder / "net"
    net.mkdir()
    (net / "network.yaml").write_text("name: five\ncoordinates: projected\n", encoding="utf-8")
    nodes = "".join(f"{name},{x},{y},{'west' if x < 5000 else 'east'}\n" for name, (x, y) in POINTS.items())
    (net / "nodes.csv").write_text("id,lon,lat,region\n" + nodes, encoding="utf-8")
    columns = {name: cells.split(",") for name, cells in more.items()}
    roads = "".join(
        f"{a},{b},{m},motorway{''.join(',' + cells[n] for cells in columns.values())}\n" for n, (a, b, m) in enumerate(ROADS)
    )
    header = "".join("," + name for name in columns)
    (net / "roads.csv").write_text(f"from,to,length_m,class{header}\n" + roads, encoding="utf-8")
    places = "".join(f"{name},{name},{x},{y}\n" for name, (x, y) in POINTS.items())
    (net / "places.csv").write_text("id,name,lon,lat\n" + places, encoding="utf-8")
    return folder


def write(folder: Path, text: str, name: str = "a.yaml", **tables: str) -> Path:
    """Write a scenario and the tables beside it (``history_csv`` is history.csv); return the scenario's path."""
    for table, cells in tables.items():
        stem, _, ending = table.rpartition("_")
        (folder / f"{stem}.{ending}").write_text(dedent(cells), encoding="utf-8")
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def load(folder: Path, text: str, name: str = "a.yaml", **tables: str):
    """Write and load a scenario; it must be good."""
    return load_scenario(write(folder, text, name, **tables))


def found(path: Path):
    """Return (code, line, severity) of every finding; each has words and a remedy in both languages, and a file."""
    scenario, findings, language = check_scenario(path)
    for finding in findings:
        assert finding.where is not None, finding
        assert finding.where.file, finding
        assert all(text.strip() for text in (*finding.what, *finding.remedy)), finding
        assert finding.remedy.say(language) in finding.render(language)
    assert (scenario is None) == any(finding.severity == "error" for finding in findings)
    return [(finding.code, finding.where.line, finding.severity) for finding in findings]


def told(scenario, outcome, *columns: str):
    """Return the log in words: time in minutes after the start, kind, then the columns asked for."""
    names = {
        "incident": outcome.incidents,
        "team": [team.id for team in scenario.teams],
        "item": scenario.signals,
        "place": [site.name for site in scenario.sites],
        "cause": [str(cause) for cause in CAUSES],
    }
    told = []
    for row in outcome.rows.tolist():
        cell = dict(zip(COLUMNS, row, strict=True))
        words = [(names[name][cell[name]] if cell[name] >= 0 else "") if name in names else cell[name] for name in columns]
        told.append((cell["time"] / 60_000, str(KINDS[cell["kind"]]), *words))
    return told


def times(scenario, outcome, kind: str, team: str | None = None):
    """Return the minutes at which rows of a kind were written (of one team)."""
    return [row[0] for row in told(scenario, outcome, "team") if row[1] == kind and team in (None, row[2])]
