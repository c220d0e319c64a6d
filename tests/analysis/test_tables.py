"""Tables of a replication against what the log written out in `test_fold` says, coded and saved."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from sim.analysis.fold import fold
from sim.analysis.records import coded
from sim.analysis.replication import Replication
from sim.analysis.tables import (
    arrival_curve,
    idle_over_time,
    incident_table,
    missions_table,
    readable,
    team_timeline,
    waterfall_table,
)
from sim.engine.simulate import simulate
from sim.errors import RunError
from sim.log import CAUSES, COLUMNS, KINDS, Cause, Kind
from sim.units import MINUTE
from tests.analysis.builders import START, Book, course, line, minutes, planned, scenario, team
from tests.analysis.test_fold import drill

if TYPE_CHECKING:
    from sim.scenario.frozen import Scenario


def saved(case: Scenario, rows: np.ndarray, names: tuple[str, ...]) -> pd.DataFrame:
    """Return the log as it is on disk: names for codes."""
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    tables = {
        "kind": [str(kind) for kind in KINDS], "cause": [str(cause) for cause in CAUSES], "incident": list(names),
        "team": [member.id for member in case.teams], "item": list(case.signals), "place": [site.id for site in case.sites],
    }  # fmt: skip
    for column, table in tables.items():
        frame[column] = [table[code] if code >= 0 else "" for code in frame[column]]
    frame.insert(0, "replication", 0)
    frame.insert(1, "seq", range(len(frame)))
    return frame


def test_a_saved_log_reads_back_to_the_same_codes() -> None:
    """Names to codes and back, even when the rows come in another order; gaps may be empty or missing."""
    case, rows, names = drill()
    frame = saved(case, rows, names)
    assert np.array_equal(coded(frame, case).rows, rows)
    shuffled = frame.sample(frac=1.0, random_state=1).replace({"team": {"": None}})
    again = coded(shuffled.astype({"kind": "category", "cause": "category"}), case, names)
    assert np.array_equal(again.rows, rows)
    assert again.incidents == names
    one, two = fold(case, *again), fold(case, rows, names)
    assert all(np.array_equal(one[name], two[name]) for name in two)


def test_a_saved_log_of_another_scenario_is_refused() -> None:
    """A team that the scenario does not have, and two replications at once, are refused by name; the right log passes."""
    case, rows, names = drill()
    frame = saved(case, rows, names)
    coded(frame, case)
    with pytest.raises(RunError, match="team 'x9'"):
        coded(frame.replace({"team": {"t1": "x9"}}), case)
    with pytest.raises(RunError, match="several replications"):
        coded(pd.concat([frame, frame.assign(replication=1)]), case)


def seen() -> Replication:
    case, rows, names = drill()
    return Replication.of_table(case, saved(case, rows, names))


def test_incident_table() -> None:
    """One row an incident, its moments as in the log, who came in order of arrival."""
    table = incident_table(seen()).set_index("incident")
    assert (table.loc["fire", ["alarm", "raised", "called", "first_on_scene", "complete", "ready", "closed"]] / MINUTE).tolist() == [
        0, 2, 5, 9, 42, 44, 74,
    ]  # fmt: skip
    assert table.loc["fire", "teams"] == "t0 t1 t2"
    assert table.loc["fire", "kind"] == "fire"
    assert table.loc["crash", "place"] == "地点1"
    assert table["wanted"].tolist() == [1, 3]
    assert not table["lost"].any()


def test_missions_table() -> None:
    """One row a mission; a stage that never came is missing, not a huge number."""
    table = missions_table(seen())
    assert table["team"].tolist() == ["t2", "t0", "t1", "t2"]
    assert table["cause"].tolist() == ["nearest_idle", "first_response", "nearest_idle", "nearest_idle"]
    assert table["capability"].tolist() == ["洗消", "堵漏", "堵漏", "洗消"]
    assert table["home"].isna().tolist() == [True, False, False, False]
    assert table["tasked"].isna().tolist() == [True, True, False, True]
    assert table.loc[1, "refitted"] == 54 * MINUTE


def test_team_timeline() -> None:
    """t2 is called on its way home: no return leg; t0 refits; each phase from the log."""
    table = team_timeline(seen())
    found = {
        name: [(row.phase, row.begins // MINUTE, row.ends // MINUTE) for row in mine.itertuples()]
        for name, mine in table.groupby("team")
    }
    assert found["t2"] == [
        ("turnout", 0, 3), ("travel", 3, 15), ("work", 15, 30), ("travel", 30, 42), ("set_up", 42, 44), ("work", 44, 74),
        ("return", 74, 100),
    ]  # fmt: skip
    assert found["t0"] == [
        ("turnout", 1, 4), ("travel", 4, 9), ("set_up", 9, 10), ("work", 10, 40), ("return", 40, 45), ("refit", 45, 54),
    ]  # fmt: skip
    assert found["t1"][2:4] == [("report_in", 17, 18), ("set_up", 18, 21)]


def test_timeline_tells_waiting_from_holding_from_work() -> None:
    """Four teams ready at 5, closed at 20: one held up by a line that never stood, one that holds, two whose work is cut.

    The last had to wait for a line that stood ready in the same moment, before it: it began at once.
    """
    lines = (line(0, 0, after=(3,)), line(1, 0, holds=True, work=minutes(0)), line(2, 0), line(3, 1), line(4, 0, after=(2,)))
    case = scenario(tuple(team(number) for number in range(4)), (course(*lines),), (planned("a", 0),))
    log = Book()
    log(0, Kind.INCIDENT_ALARM, incident=0)
    for number, need in enumerate((0, 1, 2, 4)):
        log(0, Kind.TEAM_ORDERED, incident=0, need=need, team=number, mission=number, item=0, ref=0)
        for kind in (Kind.TEAM_DEPARTED, Kind.TEAM_ARRIVED):
            log(0, kind, incident=0, need=need, team=number, mission=number)
        log(5, Kind.TEAM_WORKING, incident=0, need=need, team=number, mission=number)
    for number, need in enumerate((0, 1, 2, 4)):
        log(20, Kind.TEAM_RELEASED, Cause.WORK_ENDED, incident=0, need=need, team=number, mission=number)
        log(20, Kind.TEAM_HOME, incident=0, team=number, mission=number)
    table = team_timeline(Replication(case, log.array, ("a",)))
    assert table.loc[table["begins"] == 5 * MINUTE, "phase"].tolist() == ["held_up", "hold", "work", "work"]
    assert (table.loc[table["begins"] == 5 * MINUTE, "ends"] == 20 * MINUTE).all()


def test_arrival_curve() -> None:
    """Needed and arrived per capability, as one counts them in the log of the fire."""
    curve = arrival_curve(seen(), "fire")
    plug = curve[curve["capability"] == "堵漏"]
    assert (plug["since_alarm"] // MINUTE).tolist() == [2, 9, 10, 17, 21]
    assert plug["needed"].tolist() == [2, 2, 2, 2, 2]
    assert plug["arrived"].tolist() == [0, 1, 1, 2, 2]
    assert plug["ready"].tolist() == [0, 0, 1, 1, 2]
    wash = curve[curve["capability"] == "洗消"]
    assert (wash["time"] // MINUTE).tolist() == [2, 42, 44]
    assert wash["arrived"].tolist() == [0, 1, 1]
    with pytest.raises(RunError, match="no incident 'flood'"):
        arrival_curve(seen(), "flood")


def test_idle_over_time() -> None:
    """Three teams; ordered at 0, 1, 5; the first free again at 40 is t0 (until it refits at 45)."""
    table = idle_over_time(seen())
    assert list(zip(table["time"] // MINUTE, table["idle"], strict=True)) == [
        (0, 2), (1, 1), (5, 0), (40, 1), (45, 0), (51, 1), (54, 2), (74, 3),
    ]  # fmt: skip


def test_waterfall_table() -> None:
    """The fire's last team: 2 + 3 + 25 + 0 + 12 + 0 + 2 = 44 min."""
    table = waterfall_table(seen())
    last = table[(table["which"] == "last") & (table["incident"] == "fire")].iloc[0]
    assert last["team"] == "t2"
    assert last["total"] == 44 * MINUTE
    assert table["which"].tolist() == ["first", "first", "last", "last"]


def test_readable_gives_clock_times_minutes_and_headings() -> None:
    """09:30 + 42 min is 10:12; lengths are minutes; headings are in the language asked for; missing stays missing."""
    shown = readable(incident_table(seen()), START, "zh")
    assert f"{shown.loc[1, '编成到齐']:%H:%M}" == "10:12"
    falls = readable(waterfall_table(seen()), START, "en")
    assert falls["total"].tolist() == [15.0, 10.0, 15.0, 44.0]
    assert readable(missions_table(seen()), START)["归建"].isna().tolist() == [True, False, False, False]
    assert readable(arrival_curve(seen(), "fire"), START, "en")["package ready"].tolist()[:2] == [0, 0]


def test_stuck_lies_over_the_drive() -> None:
    """A team stops at 4 for want of a way and goes on at 9: one stuck span, within its travel."""
    case = scenario((team(0),), (), (planned("a", 0),))
    log = Book()
    log(0, Kind.INCIDENT_ALARM, incident=0)
    log(0, Kind.TEAM_ORDERED, incident=0, need=0, team=0, mission=0, item=0, ref=0)
    log(1, Kind.TEAM_DEPARTED, incident=0, need=0, team=0, mission=0)
    log(4, Kind.TEAM_STUCK, Cause.ROAD_CLOSED, incident=0, need=0, team=0, mission=0)
    log(9, Kind.TEAM_REROUTED, Cause.ROAD_OPENED, incident=0, need=0, team=0, mission=0)
    log(15, Kind.TEAM_ARRIVED, incident=0, need=0, team=0, mission=0)
    log(30, Kind.TEAM_RELEASED, incident=0, need=0, team=0, mission=0)
    table = team_timeline(Replication(case, log.array, ("a",))).set_index("phase")
    assert (table.loc["stuck", ["begins", "ends"]] / MINUTE).tolist() == [4, 9]
    assert (table.loc["travel", ["begins", "ends"]] / MINUTE).tolist() == [1, 15]


def test_tables_of_an_empty_run_are_empty() -> None:
    """No incident: tables have their columns and no rows."""
    case = scenario((team(0),))
    outcome = simulate(case)
    empty = Replication(case, outcome.rows, outcome.incidents)
    for table in (incident_table(empty), missions_table(empty), team_timeline(empty), waterfall_table(empty)):
        assert len(table) == 0
        assert len(table.columns) > 0


def test_analysis_does_not_need_the_engine() -> None:
    """With `sim.engine` unimportable, every module of the analysis still imports, and the fold does not load pandas."""
    code = (
        "import sys; sys.modules['sim.engine'] = None\n"
        "import sim.analysis.fold, sim.analysis.summary, sim.analysis.wording\n"
        "assert 'pandas' not in sys.modules and 'scipy.stats' not in sys.modules\n"
        "import sim.analysis.tables\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
