"""A recorded history replays exactly: every duration that the table gives, call by call, checked by hand."""

from __future__ import annotations

import pytest

from sim.engine.simulate import simulate
from sim.scenario import check_scenario
from tests.scenarios.files import load, told, write

HEAD = """\
format: 1
name: history
mode: plan
start: 2026-01-01 08:00
seed: 3
coordinates: metres
network: {straight_line: {speed: 60 km/h, detour: 1}}
vehicles: [{id: car, like: light, ordinary_factor: 1}]
bases:
  - {id: west, place: "0, 0"}
  - {id: east, place: "20000, 0"}
hospitals:
  - {id: near, place: "8000, 0"}
  - {id: far, place: "11000, 0"}
teams:
  - {id: a, base: west, vehicle: car, capabilities: [help], turnout: {planned: 4 min, p90: 9 min}}
  - {id: b, base: east, vehicle: car, capabilities: [help], turnout: {planned: 4 min, p90: 9 min}}
incident_types:
  ill:
    priority: 2
    call_handling: {planned: 3 min, p90: 8 min}
    package:
      - capability: help
        work: {planned: 15 min, p90: 40 min}
        carry: {chance: 0.5, hospital: nearest, handover: {planned: 10 min, p90: 30 min}}
  fire:
    call_handling: {planned: 3 min, p90: 8 min}
    package: [{capability: help, work: {planned: 15 min, p90: 40 min}}]
incident_tables: [{id: h, file: h.csv, kind: ill}]
"""
TABLE = """\
id,time,place,kind,call_handling,turnout,on_scene,carry,hospital,handover
A1,2026-01-01 08:00,"5000, 0",,2,1,10,yes,far,3
A2,2026-01-01 08:10,"10000, 0",ill,1,2 min,4.5,no,,
A3,2026-01-01 08:20,"8000, 0",,90 s,0,6,1,,2
"""
HISTORY_ZH = """\
编号,时间,地点,类型,接警,出动,现场,送医,医院,交接
A1,2026-01-01 08:00,"5000, 0",,2,1,10,是,far,3
A2,2026-01-01 08:10,"10000, 0",ill,1,2 分钟,4.5,否,,
A3,2026-01-01 08:20,"8000, 0",,90 秒,0,6,1,,2
"""
BY_HAND = {
    # raised, ordered, who, departed, arrived, carrying, at hospital, released
    "h/A1": (2, 2, "a", 3, 8, 18, 24, 27),  # 5 km there, 6 km to 'far', though 'near' is nearer
    "h/A2": (11, 11, "b", 13, 23, None, None, 27.5),  # a is busy; 10 km from the east
    "h/A3": (21.5, 27, "a", 27, 30, 36, 36, 38),  # waits for a, which comes free at 'far' (11 km) at once: 3 km; 'near' is there
}


def happened(scenario, out):
    """Return the same tuple for every call, from the log."""
    kinds = (
        "need.raised",
        "team.ordered",
        None,
        "team.departed",
        "team.arrived",
        "team.carrying",
        "team.at_hospital",
        "team.released",
    )
    rows = told(scenario, out, "incident", "team")
    found = {}
    for name in out.incidents:
        times = {row[1]: row[0] for row in rows if row[2] == name}
        who = next(row[3] for row in rows if row[2] == name and row[1] == "team.ordered")
        found[name] = tuple(who if kind is None else times.get(kind) for kind in kinds)
    return found


@pytest.mark.parametrize("table", [TABLE, HISTORY_ZH], ids=["en", "zh"])
def test_a_history_replays_call_by_call(tmp_path, table):
    """Every given time holds, in whichever replication, although each of them has a spread in the scenario."""
    scenario = load(tmp_path, HEAD, h_csv=table)
    for k in range(3):
        assert happened(scenario, simulate(scenario, k)) == BY_HAND
    assert len({simulate(scenario, k).digest for k in range(3)}) == 1
    assert simulate(scenario, planned=True).digest == simulate(scenario).digest


def test_what_the_table_does_not_give_is_drawn(tmp_path):
    """Without `on_scene` the work differs from replication to replication; turn-out and call handling do not."""
    scenario = load(tmp_path, HEAD, h_csv="time,place,kind,call_handling,turnout\n08:00,west,fire,2,1\n")
    seen = [told(scenario, simulate(scenario, k)) for k in range(20)]
    assert {row[0] for rows in seen for row in rows if row[1] == "team.departed"} == {3}
    assert len({row[0] for rows in seen for row in rows if row[1] == "team.released"}) == 20


def test_the_order_of_rows_does_not_matter(tmp_path):
    """A table that is not in order of time is the same history: ids, not places in the file, key the draws."""
    table = TABLE.replace(",10,yes", ",,yes")  # the work of A1 is drawn
    lines = table.splitlines(keepends=True)
    one = load(tmp_path, HEAD, h_csv=table)
    turned = load(tmp_path, HEAD, h_csv="".join([lines[0], *reversed(lines[1:])]))
    logs = [told(scenario, simulate(scenario, 1), "incident", "team", "cause") for scenario in (one, turned)]
    assert logs[0] == logs[1]


def test_a_history_beside_planned_and_random_incidents(tmp_path):
    """Tables, incidents and sources run together; the recorded calls come at their times, named table/id."""
    text = (
        HEAD
        + 'end: 1 d\nincidents: [{id: x, kind: fire, place: "0, 0", at: 08:05}]\n'
        + ('sources: [{id: s, kind: fire, rate: 2 /h, places: [{place: "0, 0"}]}]\n')
    )
    scenario = load(tmp_path, text, h_csv=TABLE)
    out = simulate(scenario)
    at = dict(zip(out.incidents, (time / 60_000 for time in out.arrivals.times), strict=True))
    assert {name: at[name] for name in ("h/A1", "x", "h/A2", "h/A3")} == {"h/A1": 0, "x": 5, "h/A2": 10, "h/A3": 20}
    assert sum(name.startswith("s/") for name in at) > 20


BAD_ROWS = {
    "time": ('A4,2026-13-01 08:00,"5000, 0",,,,,,,', "bad-moment"),
    "time-missing": ('A4,,"5000, 0",,,,,,,', "bad-moment"),
    "before-start": ('A4,2025-12-31 08:00,"5000, 0",,,,,,,', "before-start"),
    "place": ("A4,2026-01-01 09:00,wst,,,,,,,", "unknown-place"),
    "place-missing": ("A4,2026-01-01 09:00,,,,,,,,", "missing-place"),
    "kind": ('A4,2026-01-01 09:00,"5000, 0",il,,,,,,', "unknown-id"),
    "negative": ('A4,2026-01-01 09:00,"5000, 0",,-2,,,,,', "quantity"),
    "nan": ('A4,2026-01-01 09:00,"5000, 0",,nan,,,,,', "quantity"),
    "unit": ('A4,2026-01-01 09:00,"5000, 0",,2 km,,,,,', "quantity"),
    "carry": ('A4,2026-01-01 09:00,"5000, 0",,,,,maybe,,', "bad-word"),
    "hospital": ('A4,2026-01-01 09:00,"5000, 0",,,,,yes,neer,', "unknown-id"),
    "id-twice": ('A1,2026-01-01 09:00,"5000, 0",,,,,,,', "duplicate-id"),
    "cut-off": ("A4,2026-01-01 09:0", "truncated-file"),
    "too-long": ('A4,2026-01-01 09:00,"5000, 0",,,,,,,,,', "row-width"),
}


def errors(path):
    _, findings, language = check_scenario(path)
    assert all(f.remedy.say(language) for f in findings)
    return [(f.code, f.where.file.rpartition("/")[2], f.where.line) for f in findings if f.severity == "error"]


@pytest.mark.parametrize(("row", "code"), BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_bad_row_is_told_with_its_line(tmp_path, row, code):
    """The fifth line of the table; the same table without it is good."""
    assert errors(write(tmp_path, HEAD, h_csv=TABLE + row + "\n")) == [(code, "h.csv", 5)]
    assert errors(write(tmp_path, HEAD, h_csv=TABLE)) == []


def test_lines_are_counted_through_quoted_cells(tmp_path):
    """A note with a line break in quotes counts as two lines."""
    table = 'time,place,x-note\n08:00,west,"two\nlines"\n08:01,wst,\n'
    assert errors(write(tmp_path, HEAD, h_csv=table)) == [("unknown-place", "h.csv", 4)]


def test_a_column_that_nobody_knows(tmp_path):
    """A typo in the header would silently turn a recorded time into a drawn one: it is told; a column x-… is a note."""
    assert errors(write(tmp_path, HEAD, h_csv=TABLE.replace("on_scene", "onscene")))[0][1:] == ("h.csv", 1)
    assert errors(write(tmp_path, HEAD, h_csv=TABLE.replace("\n", ",\n").replace("handover,", "handover,x-note", 1))) == []


@pytest.mark.parametrize("table", ["", "\n", "time,place\n"], ids=["nothing", "blank", "header only"])
def test_an_empty_table(tmp_path, table):
    """0 bytes, a blank line, a header alone: refused (nothing else happens in this scenario)."""
    assert errors(write(tmp_path, HEAD, h_csv=table))


def test_a_table_that_is_missing(tmp_path):
    """At the line of the scenario file that names it."""
    path = write(tmp_path, HEAD)
    assert errors(path) == [("missing-file", "a.yaml", 29)]


def test_all_bad_rows_at_once(tmp_path):
    """Five bad rows are five findings."""
    names = ("time", "place", "kind", "negative", "hospital")
    rows = [BAD_ROWS[name][0].replace("A4", f"B{n}") for n, name in enumerate(names)]
    found = errors(write(tmp_path, HEAD, h_csv=TABLE + "\n".join(rows) + "\n"))
    assert [line for _, _, line in found] == [5, 6, 7, 8, 9]


def told_at(path):
    """Return (file, line) of every finding, warnings included."""
    _, findings, _ = check_scenario(path)
    return [(f.where.file.rpartition("/")[2], f.where.line) for f in findings]


@pytest.mark.parametrize(
    ("row", "good"),
    [
        ("2026-01-01 08:00,west,fire,yes", "2026-01-01 08:00,west,ill,yes"),  # a fire carries nobody: where to, and how long?
        ("2026-02-01 08:00,west,ill,yes", "2026-01-01 09:00,west,ill,yes"),  # after the end: it would never happen
        ("07:00,west,ill,yes", "09:00,west,ill,yes"),  # before the start: taken as the next day
    ],
    ids=["carried though the type carries nobody", "after the end", "next day"],
)
def test_a_row_that_will_not_happen_as_it_is_written_is_told(tmp_path, row, good):
    """What the run would leave out or shift in silence is at least a warning, at its line; the nearest good row has none."""
    text = HEAD + "end: 2026-01-02 08:00\n"
    header = "time,place,kind,carry\n"
    assert told_at(write(tmp_path, text, h_csv=f"{header}{row}\n")) == [("h.csv", 2)]
    assert told_at(write(tmp_path, text, h_csv=f"{header}{good}\n")) == []
