"""Cover over time: by hand for one morning without a hazchem team, and minute by minute on small random logs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis.cover import Absence, Gap, absences, cover_steps, gaps
from sim.analysis.fold import fold, metrics_of
from sim.analysis.levels import Window
from sim.analysis.replication import Replication
from sim.analysis.tables import cover_table, gaps_table, readable
from sim.log import Cause, Kind
from sim.scenario.command import Command, Standard
from sim.units import MINUTE
from tests.analysis.builders import START, Book, course, line, minutes, planned, scenario, team

if TYPE_CHECKING:
    from sim.scenario.frozen import Scenario

PLANTS = (1, 2)


def standard(sites: tuple[int, ...] = PLANTS, within: float = 30, squads: int = 1, **more: object) -> Standard:
    plain = {
        "id": "plants", "name": "化工企业", "capability": 0, "within": round(within * MINUTE), "squads": squads, "sites": sites,
        "weights": (1.0,) * len(sites), "served_by": ((),) * len(sites), "people": False, "basis": "",
    }  # fmt: skip
    return Standard(**(plain | more))


def sent(
    log: Book, mission: int, unit: int, ordered: float, released: float, home: float, cause: Cause = Cause.WORK_DONE
) -> None:
    """Write a mission from the order until it is home."""
    log(ordered, Kind.TEAM_ORDERED, incident=0, need=0, team=unit, mission=mission, item=0, ref=0)
    log(ordered, Kind.TEAM_DEPARTED, incident=0, need=0, team=unit, mission=mission)
    log(released, Kind.TEAM_RELEASED, cause, incident=0, need=0, team=unit, mission=mission)
    log(home, Kind.TEAM_HOME, incident=0, team=unit, mission=mission)


def morning(relieved: float, *standards: Standard) -> Replication:
    """Return a morning from 09:30 on: three squads, all engaged from 10:05 until the first is relieved.

    Squads 0 to 2 stand at place 0. Plants lie 10 and 20 km away: 10 and 20 min, as planned, after 5 min of turn-out.
    """
    case = scenario(
        tuple(team(number, turnout=minutes(5)) for number in range(3)), (), (planned("leak", 0, 3),),
        ((0.0, 0.0), (10_000.0, 0.0), (20_000.0, 0.0), (0.0, 5_000.0)), command=Command(standards=standards or (standard(),)),
    )  # fmt: skip
    log = Book()
    log(0, Kind.INCIDENT_ALARM, incident=0, place=3)
    log(0, Kind.NEED_RAISED, incident=0, need=0, item=0, quantity=3, ref=0)
    sent(log, 0, 0, 0, relieved, relieved + 5, Cause.RELIEVED)
    sent(log, 1, 1, 20, 600, 605)
    sent(log, 2, 2, 35, 600, 605)
    log(610, Kind.INCIDENT_CLOSED, incident=0)
    return Replication(case, log.array, ("leak",))


@pytest.mark.parametrize(("ready", "gone"), [(278, 243), (228, 193), (213, 178)])
def test_plants_are_without_a_team_until_the_first_is_relieved(ready: float, gone: float) -> None:
    """Alarm 09:30, all engaged from 10:05; relief stands ready at 14:08, 13:18 or 13:03: 4 h 03, 3 h 13, 2 h 58 without."""
    seen = morning(ready)
    moments, share, uncovered = cover_steps(seen, seen.scenario.command.standards[0])
    assert (moments / MINUTE).tolist() == [0, 35, ready]
    assert share.tolist() == [1.0, 0.0, 1.0]
    assert uncovered.tolist() == [0, 2, 0]
    found = fold(seen.scenario, seen.log.rows, ("leak",))
    assert found["uncovered.plants"].tolist() == found["cover.none.plants"].tolist() == [gone * MINUTE]
    assert found["cover.min.plants"].tolist() == [0.0]
    assert found["cover.mean.plants"][0] == pytest.approx(1 - gone / 610, abs=1e-15)


def test_who_leaves_which_plant_uncovered() -> None:
    """Every squad serves both plants; squad 0 is away from 0 but nobody misses it before 35."""
    seen = morning(278)
    held = seen.scenario.command.standards[0]
    span = (35 * MINUTE, 278 * MINUTE)
    assert gaps(seen, held) == [Gap(1, *span), Gap(2, *span)]
    assert absences(seen, held) == [Absence(number, site, *span) for number in range(3) for site in PLANTS]


def test_how_many_and_how_soon_decide() -> None:
    """Two squads within 30 min: a gap from 20 (one left). Within 20 min the far plant (25 min) is never covered."""
    two, soon = standard(squads=2, id="two"), standard(within=20, id="soon")
    seen = morning(278, two, soon)
    assert gaps(seen, two)[0] == Gap(1, 20 * MINUTE, 600 * MINUTE)
    steps = cover_steps(seen, soon)
    assert steps.share.tolist() == [0.5, 0.0, 0.5]
    assert steps.uncovered.tolist() == [1, 2, 1]
    assert gaps(seen, soon)[1:] == [Gap(2, 0, 610 * MINUTE)]
    assert {absence.site for absence in absences(seen, soon)} == {1}
    found = fold(seen.scenario, seen.log.rows, ("leak",))
    assert found["uncovered.soon"].tolist() == [610 * MINUTE]
    assert found["cover.none.soon"].tolist() == [243 * MINUTE]


def test_contract_and_people() -> None:
    """Plant 2 is served by squad 2 alone; weights are people: 300 of 400 are covered while only squad 2 is away."""
    held = standard(served_by=((), (2,)), weights=(300.0, 100.0), people=True)
    seen = morning(278, held)
    steps = cover_steps(seen, held)
    assert (steps.moments / MINUTE).tolist() == [0, 35, 278, 600]
    assert steps.share.tolist() == [1.0, 0.0, 0.75, 1.0]
    assert [absence.team for absence in absences(seen, held) if absence.site == 2] == [2]
    assert gaps(seen, held)[-1] == Gap(2, 35 * MINUTE, 600 * MINUTE)


def test_a_substitute_covers_nothing() -> None:
    """Only teams with the full capability count; a standard without anybody is never met, one without places always."""
    case = scenario(
        (team(0, capabilities={0: 0.5}),), (), (planned("a", 0),), ((0.0, 0.0), (1.0, 0.0), (2.0, 0.0)),
        command=Command(standards=(standard(), standard((), id="none"))),
    )  # fmt: skip
    log = Book()
    log(0, Kind.INCIDENT_ALARM, incident=0)
    log(10, Kind.INCIDENT_CLOSED, incident=0)
    seen = Replication(case, log.array, ("a",))
    assert cover_steps(seen, case.command.standards[0]).share.tolist() == [0.0]
    assert cover_steps(seen, case.command.standards[1]).share.tolist() == [1.0]
    found = fold(case, log.array, ("a",))
    assert found["cover.none.plants"].tolist() == [10 * MINUTE]
    assert len(found["cover.min.none"]) == 0


def moved() -> tuple[Scenario, Replication]:
    """Return a team 40 km away that sets out at 10 to the base beside the plant, stands there at 30, is ordered at 50."""
    case = scenario(
        (team(0, turnout=minutes(5)),), (), (planned("a", 0),), ((0.0, 0.0), (40_000.0, 0.0), (38_000.0, 0.0)),
        command=Command(standards=(standard((1,), within=10),)),
    )  # fmt: skip
    log = Book()
    log(0, Kind.INCIDENT_ALARM, incident=0)
    log(10, Kind.TEAM_MOVING_UP, Cause.COVER, team=0, place=2)
    log(30, Kind.TEAM_MOVED_UP, Cause.COVER, team=0, place=2)
    sent(log, 0, 0, 50, 60, 100)
    log(120, Kind.INCIDENT_CLOSED, incident=0)
    return case, Replication(case, log.array, ("a",))


def test_a_team_that_moved_up_counts_where_it_stands() -> None:
    """At home it would take 45 min; from the other base 7: covered from 30 until it is ordered at 50, then from home again."""
    case, seen = moved()
    steps = cover_steps(seen, case.command.standards[0])
    assert (steps.moments / MINUTE).tolist() == [0, 30, 50]
    assert steps.share.tolist() == [0.0, 1.0, 0.0]
    assert absences(seen, case.command.standards[0]) == []


def test_on_the_move_a_team_covers_nothing() -> None:
    """What it covered from home is lost from the moment it sets out, and its absence is named."""
    _, seen = moved()
    home = standard((0,), within=10)
    assert gaps(seen, home) == [Gap(0, 10 * MINUTE, 60 * MINUTE)]
    assert absences(seen, home) == [Absence(0, 0, 10 * MINUTE, 60 * MINUTE)]


def test_on_standby_a_team_turns_out_quicker() -> None:
    """25 min of turn-out, 10 on standby (from 20 to 50): a place 10 min away is within 20 min only then."""
    case = scenario(
        (team(0, turnout=minutes(25), standby=minutes(10)),), (), (planned("a", 0),),
        command=Command(standards=(standard((1,), within=20),)),
    )  # fmt: skip
    log = Book()
    log(0, Kind.INCIDENT_ALARM, incident=0)
    log(20, Kind.TEAM_STANDBY, Cause.WARNING, team=0, place=0)
    log(50, Kind.TEAM_STOOD_DOWN, team=0, place=0)
    log(60, Kind.INCIDENT_CLOSED, incident=0)
    seen = Replication(case, log.array, ("a",))
    assert gaps(seen, case.command.standards[0]) == [Gap(1, 0, 20 * MINUTE), Gap(1, 50 * MINUTE, 60 * MINUTE)]


def test_tables_of_cover() -> None:
    """The curve and the gaps with their absent teams; an empty scenario has empty tables with their columns."""
    seen = morning(278)
    curve = cover_table(seen)
    assert curve["time"].tolist() == [0, 35 * MINUTE, 278 * MINUTE]
    shown = readable(gaps_table(seen), START, "zh")
    assert shown["不在位队伍"].tolist() == ["t0 t1 t2"] * 2
    assert shown["用时"].tolist() == [243.0] * 2
    assert f"{shown['开始'][0]:%H:%M}" == "10:05"
    assert f"{shown['结束'][0]:%H:%M}" == "14:08"
    bare = Replication(scenario((team(0),)), Book().array, ())
    for table in (cover_table(bare), gaps_table(bare)):
        assert len(table) == 0
        assert len(table.columns)


def test_without_standards_there_are_no_metrics_of_cover() -> None:
    """Metrics of cover come with standards, each by its id."""
    assert not [name for name in metrics_of(scenario((team(0),))) if "cover" in name]
    with_it = metrics_of(scenario((team(0),), command=Command(standards=(standard((0,)),))))
    assert [name for name in with_it if "cover" in name] == [
        "uncovered.plants", "cover.none.plants", "cover.min.plants", "cover.mean.plants",
    ]  # fmt: skip


# --- by a second method ---------------------------------------------------------------------------------------------

MINUTES = 60


@st.composite
def logs(draw: st.DrawFn) -> Replication:
    """Draw an hour of missions, moves and standby of up to four teams, in whole minutes."""
    count = draw(st.integers(1, 4))
    points = ((0.0, 0.0), (6_000.0, 0.0), (0.0, 9_000.0), (14_000.0, 3_000.0))
    teams = tuple(
        team(
            number, draw(st.integers(0, 3)), {0: draw(st.sampled_from([1.0, 1.0, 0.5]))}, turnout=minutes(draw(st.integers(0, 6))),
            standby=draw(st.sampled_from([None, minutes(0)])), call_back=draw(st.booleans()),
        )
        for number in range(count)
    )  # fmt: skip
    served = tuple(draw(st.sampled_from([(), (0,), tuple(range(count))])) for _ in points)
    held = standard(
        (0, 1, 2, 3), draw(st.integers(3, 20)), draw(st.integers(1, 2)), served_by=served,
        weights=tuple(float(draw(st.integers(0, 3))) for _ in points),
    )  # fmt: skip
    case = scenario(teams, (course(line(0, 0, count)),), (planned("a", 0),), points, command=Command(standards=(held,)))
    log, mission = Book(), 0
    rows: list[tuple[int, int, Kind, dict[str, int]]] = [(0, -1, Kind.INCIDENT_ALARM, {"incident": 0})]
    for unit in teams:
        cuts = sorted(draw(st.sets(st.integers(1, MINUTES - 1), max_size=8)))
        at = 0
        while at < len(cuts):
            what = draw(st.sampled_from(["mission", "move", "standby", "stood_down"]))
            if what == "mission" and at + 2 < len(cuts):
                named = {"incident": 0, "team": unit.index, "mission": mission, "need": 0}
                rows += [
                    (moment, unit.index, kind, named)
                    for moment, kind in zip(cuts[at:], (Kind.TEAM_ORDERED, Kind.TEAM_RELEASED, Kind.TEAM_HOME), strict=False)
                ]
                mission, at = mission + 1, at + 3
            elif what == "move" and at + 1 < len(cuts):
                base = draw(st.integers(0, 3))
                kinds = (Kind.TEAM_MOVING_UP, Kind.TEAM_MOVED_UP)
                rows += [(cuts[at + n], unit.index, kind, {"team": unit.index, "place": base}) for n, kind in enumerate(kinds)]
                at += 2
            else:
                kind = Kind.TEAM_STANDBY if what == "standby" else Kind.TEAM_STOOD_DOWN
                rows.append((cuts[at], unit.index, kind, {"team": unit.index}))
                at += 1
    rows.append((MINUTES, 9, Kind.INCIDENT_CLOSED, {"incident": 0}))
    for moment, _, kind, named in sorted(rows, key=lambda row: row[:2]):
        log(moment, kind, **({"ref": 0} if kind == Kind.TEAM_ORDERED else {}), **named)
    return Replication(case, log.array, ("a",))


def minute_by_minute(seen: Replication) -> tuple[np.ndarray, np.ndarray]:
    """Walk the log once, minute after minute: which places are covered in each, and which teams reach which."""
    case, held = seen.scenario, seen.scenario.command.standards[0]
    rows = [dict(zip(("time", "kind", "team", "place"), row[[0, 1, 4, 12]].tolist(), strict=True)) for row in seen.log.rows]
    kinds = list(Kind)
    state = [{"busy": False, "at": unit.base, "ready": False} for unit in case.teams]
    covered = np.zeros((MINUTES, len(held.sites)), dtype=bool)
    reached = np.zeros((MINUTES, len(case.teams), len(held.sites)), dtype=bool)
    for minute in range(MINUTES):
        for row in rows:
            if row["time"] == minute * MINUTE and row["team"] >= 0:
                kind, unit = kinds[row["kind"]], state[row["team"]]
                own = case.teams[row["team"]]
                if kind == Kind.TEAM_ORDERED:
                    unit["busy"], unit["at"] = True, own.base
                elif kind == Kind.TEAM_RELEASED:
                    unit["busy"] = not own.call_back
                elif kind == Kind.TEAM_HOME:
                    unit["busy"] = False
                elif kind == Kind.TEAM_MOVING_UP:
                    unit["at"] = None
                elif kind == Kind.TEAM_MOVED_UP:
                    unit["at"] = row["place"]
                else:
                    unit["ready"] = kind == Kind.TEAM_STANDBY
        for own, unit in zip(case.teams, state, strict=True):
            if unit["busy"] or unit["at"] is None or own.capabilities[0] < 1.0:
                continue
            turnout = own.standby.planned if unit["ready"] and own.standby is not None else own.turnout.planned
            base = case.sites[unit["at"]]
            for place, (site, by) in enumerate(zip(held.sites, held.served_by, strict=True)):
                drive = round(math.hypot(case.sites[site].x - base.x, case.sites[site].y - base.y) * 60)
                reached[minute, own.index, place] = turnout + drive <= held.within and (not by or own.index in by)
        covered[minute] = reached[minute].sum(axis=0) >= held.squads
    return covered, reached


@settings(max_examples=150, deadline=None)
@given(logs())
def test_cover_minute_by_minute(seen: Replication) -> None:
    """Shares, numbers of places, gaps and absences are those of a walk over every minute."""
    held = seen.scenario.command.standards[0]
    covered, reached = minute_by_minute(seen)
    whole = Window(0, MINUTES * MINUTE)
    steps = cover_steps(seen, held, whole)
    at = np.searchsorted(steps.moments, np.arange(MINUTES) * MINUTE, side="right") - 1
    assert np.array_equal(steps.uncovered[at], (~covered).sum(axis=1))
    weights = np.array(held.weights)
    total = weights.sum()
    for now, share in zip(covered, steps.share[at], strict=True):
        expected = 0.0 if not now.any() else weights[now].sum() / total if total else 1.0
        assert share == pytest.approx(expected, abs=1e-12)
    open_now = np.zeros_like(covered)
    for gap in gaps(seen, held, whole):
        assert gap.begins < gap.ends
        assert not open_now[gap.begins // MINUTE : gap.ends // MINUTE, held.sites.index(gap.site)].any()
        open_now[gap.begins // MINUTE : gap.ends // MINUTE, held.sites.index(gap.site)] = True
    assert np.array_equal(open_now, ~covered)
    away = np.zeros_like(reached)
    for absence in absences(seen, held, whole):
        away[absence.begins // MINUTE : absence.ends // MINUTE, absence.team, held.sites.index(absence.site)] = True
    own = np.zeros(reached.shape[1:], dtype=bool)
    for unit in seen.scenario.teams:
        for place, (site, by) in enumerate(zip(held.sites, held.served_by, strict=True)):
            base, target = seen.scenario.sites[unit.base], seen.scenario.sites[site]
            time = unit.turnout.planned + round(math.hypot(base.x - target.x, base.y - target.y) * 60)
            own[unit.index, place] = unit.capabilities[0] >= 1 and time <= held.within and (not by or unit.index in by)
    assert np.array_equal(away, own & ~reached & ~covered[:, None, :])


@settings(max_examples=60, deadline=None)
@given(logs())
def test_metrics_of_cover_are_sums_over_the_steps(seen: Replication) -> None:
    """Times uncovered and without any cover, least and mean share, in the window of levels."""
    covered, _ = minute_by_minute(seen)
    found = fold(seen.scenario, seen.log.rows, ("a",))
    assert found["uncovered.plants"][0] == (~covered.all(axis=1)).sum() * MINUTE
    assert found["cover.none.plants"][0] == (~covered.any(axis=1)).sum() * MINUTE
    assert found["cover.min.plants"][0] <= found["cover.mean.plants"][0] + 1e-12 <= 1.0 + 1e-12
