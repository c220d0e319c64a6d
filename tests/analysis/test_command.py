"""Command and mutual aid from logs that are written out here row by row; answers worked out by hand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis.aid import not_coming, requests_of, teams_left
from sim.analysis.call_trees import calls_of, trees_of
from sim.analysis.command import command_faults, holders_of, levels_of, reports_of
from sim.analysis.fold import fold, metrics_of
from sim.analysis.replication import Replication
from sim.analysis.rows import first_item
from sim.analysis.tables import (
    HEADINGS,
    call_table,
    cover_table,
    gaps_table,
    levels_table,
    missions_table,
    not_coming_table,
    readable,
    reports_table,
    requests_table,
    scene_table,
    team_timeline,
    waterfall_table,
)
from sim.analysis.waterfall import phases
from sim.engine.simulate import simulate
from sim.log import Cause, Kind
from sim.scenario.command import (
    CallNode,
    CallTree,
    Channel,
    Command,
    Commander,
    Convoy,
    Floor,
    Lender,
    Level,
    Link,
    Post,
    RadioGap,
    ReportLine,
    SceneCommand,
    Shifts,
    Standard,
)
from sim.scenario.conditions import Always
from sim.scenario.frozen import ZERO
from sim.scenario.metric_names import PHASES, arguments_of, metric_examples, names_of, parse_metric, split, title
from sim.units import HOUR, MINUTE, NEVER
from tests.analysis.builders import START, Book, course, line, minutes, planned, scenario, team

if TYPE_CHECKING:
    from sim.analysis.fold import Fold
    from sim.scenario.frozen import Scenario

CITY, PROVINCE, NEIGHBOUR, ORDOS, DESK, OTHER = range(6)
POSTS = tuple(
    Post(name, name, -1, -1, 0) for name in ("市指挥部", "省应急厅", "内蒙古应急厅", "鄂尔多斯应急局", "准格尔", "大同")
)


def in_minutes(found: Fold, name: str) -> list[float]:
    return [value / MINUTE for value in found[name]]


def link(post: int, time: float, **more: Any) -> Link:
    return Link(post, minutes(time), **more)


def lender(index: int, teams: tuple[int, ...], channel: int, keeps: int = 1, backfill: tuple[int, ...] = ()) -> Lender:
    return Lender(index, f"l{index}", f"出借方{index}", teams, (channel,), Floor(keeps), Convoy(True, "", ()), backfill)


def neighbours(*, direct: bool = False) -> Scenario:
    """Return story 1: three squads of our own, three at 准格尔 (138 km away) of which one stays, and the chain or the clause."""
    chain = (link(PROVINCE, 20), link(NEIGHBOUR, 25), link(ORDOS, 15), link(DESK, 10))
    links, told = ((link(ORDOS, 15), link(DESK, 5)), (PROVINCE, NEIGHBOUR)) if direct else (chain, ())
    command = Command(
        posts=POSTS, channels=(Channel(0, "c", "通道", CITY, links, told, frozenset(), -1),),
        lenders=(lender(0, (3, 4, 5), 0),), unlent=frozenset({0, 1, 2}), orderable=(frozenset({0, 1, 2}),) * len(POSTS),
        standards=(Standard("plants", "化工企业", 0, 30 * MINUTE, 1, (0,), (1.0,), ((),), False, ""),),
    )  # fmt: skip
    own = tuple(team(number, turnout=minutes(5)) for number in range(3))
    lent = tuple(
        team(number, 2, turnout=minutes(25), report_in=minutes(10), set_up=minutes(15), lender=0) for number in (3, 4, 5)
    )
    lines = (line(0, 0, 3, work=minutes(600)), line(1, 0, 3, own=False, lenders=(0,), orderer=CITY, relieves=0))
    points = ((0.0, 0.0), (10_000.0, 0.0), (148_000.0, 0.0))
    return scenario(own + lent, (course(*lines, decision=minutes(20)),), (planned("leak", 0, 1),), points, command=command)


# --- mutual aid -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("direct", "approval"), [(False, 70), (True, 20)])
def test_the_chain_and_the_clause_as_the_engine_runs_them(direct: bool, approval: float) -> None:
    """Alarm 09:30, decision 09:50; ready at 14:08 by the chain, at 13:18 by the clause; the way adds up to it."""
    case = neighbours(direct=direct)
    outcome = simulate(case)
    seen = Replication(case, outcome.rows, outcome.incidents)
    (request,) = requests_of(seen)
    assert (request.asked, request.granted, request.outcome, request.cause) == (3, 2, "partly", Cause.FLOOR)
    assert (request.asks, request.lender, request.teams) == (CITY, 0, [3, 4])
    assert (request.made / MINUTE, request.answered / MINUTE) == (20, 20 + approval)
    expected = [(ORDOS, 35), (DESK, 40)] if direct else [(PROVINCE, 40), (NEIGHBOUR, 65), (ORDOS, 80), (DESK, 90)]
    assert [(step.post, step.moment / MINUTE) for step in request.links] == expected
    assert request.told == ([PROVINCE, NEIGHBOUR] if direct else [])
    mission = int(np.flatnonzero(seen.missions.team == 3)[0])
    told = {name: int(length[0]) / MINUTE for name, length in phases(seen.missions, seen.incidents, np.array([mission])).items()}
    assert told == {
        "report": 0, "decision": 20, "approval": approval, "queue": 0, "contact": 0, "turnout": 25, "forming": 0, "travel": 138,
        "report_in": 10, "set_up": 15,
    }  # fmt: skip
    assert list(told) == list(PHASES)
    found = fold(case, outcome.rows, outcome.incidents)
    assert in_minutes(found, "approval") == [approval]
    assert found["requests.refused"].tolist() == [0.0]
    assert found["lender.left.l0"].tolist() == [1.0]
    assert found["floor.kept"].tolist() == [1.0]
    assert in_minutes(found, "cover.none.plants") == [278 - 70 + approval - 20]
    shown = requests_table(seen, "en")
    assert shown.loc[0, "cause_name"] == "what must stay at home stays"
    assert shown.loc[0, "links"].endswith(f"准格尔 {'10:10' if direct else '11:00'}")
    assert [(one.kind, one.short) for one in not_coming(seen)] == [(Kind.REQUEST_PARTLY, 1), (Kind.NEED_WAITING, 1)]


def two_lenders() -> Scenario:
    """Return two lenders of one team each, whose channels begin alike."""
    channels = (
        Channel(0, "a", "甲", CITY, (link(PROVINCE, 5), link(DESK, 5)), (), frozenset(), -1),
        Channel(1, "b", "乙", CITY, (link(PROVINCE, 5), link(OTHER, 5)), (), frozenset(), -1),
    )
    command = Command(posts=POSTS, channels=channels, lenders=(lender(0, (1,), 0, 0), lender(1, (2,), 1, 0)))
    teams = (team(0), team(1, 1, lender=0), team(2, 1, lender=1))
    lines = (line(0, 0, 2, lenders=(0, 1), orderer=CITY),)
    return scenario(teams, (course(*lines, decision=minutes(5)),), (planned("a", 0),), command=command)


def asking_on() -> tuple[Scenario, Book]:
    """Write how one slot waits, asks one lender in vain and then the other, and another is filled by our own team.

    Slot 1: known at 1, decided at 5, nobody free until 12, the first asked 12 to 20, the second 20 to 30; granted.
    Slot 2: the first lender asked 5 to 10, refused; waits; our own team is ordered at 40.
    """
    log = Book()
    log(0, Kind.INCIDENT_ALARM, incident=0)
    n = log(1, Kind.NEED_RAISED, incident=0, need=0, item=0, quantity=2, ref=0)
    d = log(5, Kind.INCIDENT_DECIDED, incident=0, ref=n)
    w = log(5, Kind.NEED_WAITING, Cause.NOBODY_FREE, incident=0, need=0, item=0, quantity=1, ref=d)
    named: dict[str, int] = {"incident": 0, "need": 0, "item": 0}
    m = log(5, Kind.REQUEST_MADE, **named, request=0, post=CITY, quantity=1, ref=d)
    r = log(10, Kind.REQUEST_REFUSED, Cause.DECLINED, **named, request=0, post=PROVINCE, ref=m)
    x = log(10, Kind.NEED_WAITING, Cause.NOBODY_FREE, incident=0, need=0, item=0, quantity=1, ref=r)
    m = log(12, Kind.REQUEST_MADE, **named, request=1, post=CITY, quantity=1, ref=w)
    p = log(16, Kind.REQUEST_PASSED, **named, request=1, post=PROVINCE, ref=m)
    r = log(20, Kind.REQUEST_REFUSED, Cause.NOT_REACHED, **named, request=1, post=DESK, ref=p)
    m = log(20, Kind.REQUEST_MADE, **named, request=2, post=CITY, quantity=1, ref=r)
    g = log(30, Kind.REQUEST_GRANTED, **named, request=2, post=OTHER, quantity=1, ref=m)
    log(30, Kind.TEAM_ORDERED, Cause.MUTUAL_AID, incident=0, need=0, team=2, mission=0, item=0, request=2, ref=g)
    log(40, Kind.TEAM_ORDERED, Cause.NEAREST_IDLE, incident=0, need=0, team=0, mission=1, item=0, ref=x)
    for mission, (who, lag) in enumerate(((2, 30), (0, 40))):
        for after, kind in ((3, Kind.TEAM_DEPARTED), (9, Kind.TEAM_ARRIVED), (11, Kind.TEAM_WORKING)):
            log(lag + after, kind, incident=0, need=0, team=who, mission=mission)
    log(60, Kind.INCIDENT_CLOSED, incident=0)
    return two_lenders(), log


def test_asking_is_approval_and_the_rest_of_the_wait_is_queue() -> None:
    """25 min from the decision: 7 in the queue, 8 + 10 asking; of 35 min, 5 asking and 30 in the queue."""
    case, log = asking_on()
    seen = Replication(case, log.array, ("a",))
    told = phases(seen.missions, seen.incidents, np.array([0, 1]))
    assert (told["report"] / MINUTE).tolist() == [1, 1]
    assert (told["decision"] / MINUTE).tolist() == [4, 4]
    assert (told["approval"] / MINUTE).tolist() == [18, 5]
    assert (told["queue"] / MINUTE).tolist() == [7, 30]
    assert (sum(told.values()) / MINUTE).tolist() == [41, 51]
    assert (seen.missions.waited_since / MINUTE).tolist() == [5, 10]
    found = fold(case, log.array, ("a",))
    assert sorted(in_minutes(found, "wait.queue")) == [25, 30]
    assert found["waiting"].tolist() == [1.0]
    assert found["requests.refused"].tolist() == [2 / 3]
    assert in_minutes(found, "approval") == [10]


def test_whom_a_request_went_to() -> None:
    """A refusal at a post that both channels share leaves it open; the last post or the team tells it."""
    case, log = asking_on()
    requests = requests_of(Replication(case, log.array, ("a",)))
    assert [request.lender for request in requests] == [-1, 0, 1]
    assert [request.outcome for request in requests] == ["refused", "refused", "granted"]
    assert [len(request.links) for request in requests] == [1, 2, 1]


def test_a_request_that_nobody_answers_is_open() -> None:
    """Taken back and never answered are told apart; neither counts as refused."""
    case = two_lenders()
    log = Book()
    log(0, Kind.INCIDENT_ALARM, incident=0)
    for number in range(2):
        log(1, Kind.REQUEST_MADE, incident=0, need=0, item=0, request=number, post=CITY, quantity=1)
    log(3, Kind.REQUEST_WITHDRAWN, Cause.NOT_NEEDED, incident=0, need=0, item=0, request=0, post=CITY)
    seen = Replication(case, log.array, ("a",))
    assert [request.outcome for request in requests_of(seen)] == ["withdrawn", "open"]
    assert fold(case, log.array, ("a",))["requests.refused"].tolist() == [0.0]
    assert len(fold(case, log.array, ("a",))["approval"]) == 0
    assert requests_table(seen)["answered"].isna().tolist() == [False, True]


def lent_twice(keeps: int, backfill: tuple[int, ...] = ()) -> Replication:
    """Write a lender of two teams that sends both, one at 10 and one at 20; a neighbour stands at its base from 15."""
    channel = Channel(0, "a", "甲", CITY, (link(DESK, 5),), (), frozenset(), -1)
    command = Command(posts=POSTS, channels=(channel,), lenders=(lender(0, (0, 1), 0, keeps, backfill),))
    teams = (team(0, lender=0, refit=minutes(5)), team(1, lender=0), team(2, 1))
    case = scenario(teams, (course(line(0, 0, 2, lenders=(0,))),), (planned("a", 0, 1),), command=command)
    log = Book()
    log(0, Kind.INCIDENT_ALARM, incident=0)
    for number, moment in enumerate((10, 20)):
        log(moment - 5, Kind.REQUEST_MADE, incident=0, need=0, item=0, request=number, post=CITY, quantity=1)
        g = log(moment, Kind.REQUEST_GRANTED, incident=0, need=0, item=0, request=number, post=DESK, quantity=1)
        log(moment, Kind.TEAM_ORDERED, incident=0, need=0, team=number, mission=number, item=0, request=number, ref=g)
        if not number:
            log(15, Kind.TEAM_MOVED_UP, Cause.COVER, team=2, place=0)
    log(30, Kind.TEAM_RELEASED, Cause.WORK_DONE, incident=0, need=0, team=0, mission=0, request=0)
    log(40, Kind.TEAM_HOME, incident=0, team=0, mission=0, request=0)
    log(45, Kind.TEAM_READY, incident=0, team=0, mission=0, request=0)
    log(50, Kind.INCIDENT_CLOSED, incident=0)
    return Replication(case, log.array, ("a",))


@pytest.mark.parametrize(("keeps", "backfill", "kept"), [(0, (), 1.0), (1, (), 0.5), (1, (2,), 1.0), (2, (2,), 0.0)])
def test_floors_at_the_moment_of_release(keeps: int, backfill: tuple[int, ...], kept: float) -> None:
    """1 and 0 own teams are left; the neighbour at its base counts for the second loan, if it is a neighbour at all."""
    seen = lent_twice(keeps, backfill)
    assert fold(seen.scenario, seen.log.rows, ("a",))["floor.kept"].tolist() == [kept]


def test_teams_left_at_home_are_back_and_refitted() -> None:
    """2 at first, 1 from 10, none from 20; the first is home at 40 but refits until 45."""
    seen = lent_twice(0)
    left = teams_left(seen, seen.scenario.command.lenders[0])
    at = {moment // MINUTE: count for moment, count in left}
    assert (at[0], at[10], at[20], at[40], at[45]) == (2, 1, 0, 0, 1)
    assert fold(seen.scenario, seen.log.rows, ("a",))["lender.left.l0"].tolist() == [0.0]


# --- levels ---------------------------------------------------------------------------------------------------------


def level(index: int, post: int, lines: tuple[int, ...], name: str = "三级") -> Level:
    return Level(index, "市预案", post, name, 2, Always(), None, "市长", link(post, 5), ZERO, lines, "")


def with_level() -> tuple[Scenario, Book, int]:
    """Write a package of one team (ready at 9) and a level proposed at 10, raised at 20, that releases one more (ready at 35)."""
    answer = course(line(0), line(1, 1, 1, stage=1), levels=(level(0, CITY, (1,)), level(1, CITY, (), "二级")))
    command = Command(posts=POSTS, levels=("city/三级", "city/二级"))
    case = scenario((team(0), team(1, capabilities={1: 1.0})), (answer,), (planned("a", 0), planned("b", 0)), command=command)
    item, log = first_item(case, "level"), Book()
    for incident in range(2):
        log(0, Kind.INCIDENT_ALARM, incident=incident)
    n = log(1, Kind.NEED_RAISED, incident=0, need=0, item=0, quantity=1, ref=0)
    d = log(3, Kind.INCIDENT_DECIDED, incident=0, ref=n)
    log(3, Kind.TEAM_ORDERED, Cause.NEAREST_IDLE, incident=0, need=0, team=0, mission=0, item=0, ref=d)
    log(4, Kind.TEAM_DEPARTED, incident=0, need=0, team=0, mission=0)
    log(8, Kind.TEAM_ARRIVED, incident=0, need=0, team=0, mission=0)
    log(8, Kind.INCIDENT_COMPLETE, incident=0)
    log(9, Kind.TEAM_WORKING, incident=0, need=0, team=0, mission=0)
    p = log(10, Kind.LEVEL_PROPOSED, incident=0, post=CITY, item=item, ref=d)
    r = log(20, Kind.LEVEL_RAISED, incident=0, post=CITY, item=item, ref=p)
    n = log(20, Kind.NEED_RAISED, incident=0, need=1, item=1, quantity=1, ref=r)
    log(22, Kind.TEAM_ORDERED, Cause.NEAREST_IDLE, incident=0, need=1, team=1, mission=1, item=1, ref=n)
    log(24, Kind.TEAM_DEPARTED, incident=0, need=1, team=1, mission=1)
    log(30, Kind.TEAM_ARRIVED, incident=0, need=1, team=1, mission=1)
    log(30, Kind.LEVEL_COMPLETE, incident=0, post=CITY, item=item)
    log(35, Kind.TEAM_WORKING, incident=0, need=1, team=1, mission=1)
    log(35, Kind.LEVEL_READY, incident=0, post=CITY, item=item)
    log(50, Kind.LEVEL_LOWERED, incident=0, post=CITY, item=item)
    log(60, Kind.LEVEL_PROPOSED, incident=0, post=CITY, item=item)
    log(70, Kind.INCIDENT_CLOSED, incident=0)
    return case, log, item


def test_what_a_level_releases_is_no_part_of_the_package() -> None:
    """The package is one team, complete at 8 and ready at 9; the level is proposed at 10, its team called for at 20."""
    case, log, _ = with_level()
    seen = Replication(case, log.array, ("a", "b"))
    incidents = seen.incidents
    assert (incidents.wanted.tolist(), incidents.last_mission.tolist()) == ([1, 0], [0, -1])
    assert (incidents.raised[0] // MINUTE, incidents.called[0] // MINUTE, incidents.ready[0] // MINUTE) == (1, 3, 9)
    told = phases(seen.missions, incidents, np.array([0, 1]))
    assert {name: (lengths / MINUTE).tolist() for name, lengths in told.items() if lengths.any()} == {
        "report": [1, 10], "decision": [2, 10], "queue": [0, 2], "turnout": [1, 2], "travel": [4, 6], "set_up": [1, 5],
    }  # fmt: skip
    found = fold(case, log.array, ("a", "b"))
    assert in_minutes(found, "package.complete") == [8]
    assert in_minutes(found, "complete.洗消") == [30]


def test_levels() -> None:
    """Two proposals of one level; the second incident never had it: never. A level that releases nothing has no forces."""
    case, log, _ = with_level()
    seen = Replication(case, log.array, ("a", "b"))
    one, again = levels_of(seen)
    assert [getattr(one, name) / MINUTE for name in ("proposed", "raised", "complete", "ready", "lowered")] == [
        10,
        20,
        30,
        35,
        50,
    ]
    assert (again.proposed / MINUTE, again.raised) == (60, NEVER)
    found = fold(case, log.array, ("a", "b"))
    assert in_minutes(found, "level.raised.city/三级") == [20, math.inf]
    assert in_minutes(found, "level.complete.city/三级") == [30, math.inf]
    assert in_minutes(found, "level.raised.city/二级") == [math.inf, math.inf]
    assert "level.complete.city/二级" not in found
    assert levels_table(seen)["level"].tolist() == ["市指挥部三级"] * 2


def test_a_deadline_of_a_level_counts_where_the_level_was_raised() -> None:
    """Both incidents have the line; only one was asked for it, and met it."""
    case, log, _ = with_level()
    late = course(line(0), line(1, 1, 1, stage=1, deadline=31 * MINUTE), levels=case.courses[0].levels)
    dated = scenario(case.teams, (late,), case.planned, command=case.command)
    assert fold(dated, log.array, ("a", "b"))["deadline.met"].tolist() == [1.0]


# --- reports --------------------------------------------------------------------------------------------------------


def test_reports_and_their_deadlines() -> None:
    """Two lines: the first is in time at one post and late at the next, the second is lost on the way."""
    links, deadlines = (link(CITY, 1), link(PROVINCE, 1)), (30 * MINUTE, 60 * MINUTE)
    lines = tuple(ReportLine(name, f"{name}线", -1, ZERO, links, deadlines, "") for name in ("部门", "总值班室"))
    case = scenario(
        (team(0),), (course(reports=lines),), (planned("a", 10),), command=Command(posts=POSTS, reports=("部门", "总值班室"))
    )
    first, log = first_item(case, "report"), Book()
    log(10, Kind.INCIDENT_ALARM, incident=0)
    for number in range(2):
        log(12, Kind.REPORT_SENT, Cause.FIRST, incident=0, item=first + number)
        log(40 if number else 15, Kind.REPORT_RECEIVED, Cause.FIRST, incident=0, item=first + number, post=CITY)
    log(50, Kind.REPORT_LOST, Cause.NOT_REACHED, incident=0, item=first + 1, post=PROVINCE)
    log(71, Kind.REPORT_RECEIVED, Cause.FIRST, incident=0, item=first, post=PROVINCE)
    log(80, Kind.REPORT_RECEIVED, Cause.FOLLOW_UP, incident=0, item=first + 1, post=PROVINCE)
    seen = Replication(case, log.array, ("a",))
    assert [(one.line, one.post, one.met) for one in reports_of(seen)] == [
        (0, CITY, True), (1, CITY, True), (0, PROVINCE, False), (1, PROVINCE, None), (1, PROVINCE, False),
    ]  # fmt: skip
    found = fold(case, log.array, ("a",))
    assert in_minutes(found, "report.部门") == [61]
    assert in_minutes(found, "report.总值班室") == [math.inf]
    shown = readable(reports_table(seen), START)
    assert shown["报告线"].tolist()[:2] == ["部门线", "总值班室线"]
    assert shown["收到"].isna().tolist() == [False] * 4 + [True]
    assert shown["接警后"].tolist()[2] == 61.0


# --- scene command --------------------------------------------------------------------------------------------------

SCENE = SceneCommand((Commander(CITY, -1, ZERO, ZERO), Commander(PROVINCE, -1, ZERO, minutes(10))), 1)


def scene(*rows: tuple[float, Kind, int], of: SceneCommand | None = SCENE) -> Replication:
    case = scenario((team(0),), (course(command=of),), (planned("a", 0),), command=Command(posts=POSTS))
    log = Book()
    log(0, Kind.INCIDENT_ALARM, incident=0)
    log(0, Kind.TEAM_ORDERED, Cause.FIRST_RESPONSE, incident=0, team=0, mission=0, ref=0)
    for moment, kind, post in rows:
        log(moment, kind, incident=0, **({"team": 0, "mission": 0} if kind == Kind.TEAM_BRIEFING else {"post": post}))
    return Replication(case, log.array, ("a",))


TAKEN, HANDING, BRIEFING, CLOSED = Kind.COMMAND_TAKEN, Kind.COMMAND_HANDING, Kind.TEAM_BRIEFING, Kind.INCIDENT_CLOSED
ORDERLY = ((5, TAKEN, CITY), (10, BRIEFING, 0), (20, HANDING, PROVINCE), (30, TAKEN, PROVINCE), (40, CLOSED, -1))


def test_who_holds_scene_command() -> None:
    """The city from 5 to 30, the province from 30 until the end; nothing is amiss."""
    seen = scene(*ORDERLY)
    assert [(one.post, one.begins / MINUTE, one.ends / MINUTE) for one in holders_of(seen)] == [(CITY, 5, 30), (PROVINCE, 30, 40)]
    assert [one.handing for one in holders_of(seen)] == [NEVER, 20 * MINUTE]
    assert command_faults(seen) == []
    assert scene_table(seen)["post"].tolist() == ["市指挥部", "省应急厅"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (((1, BRIEFING, 0), *ORDERLY), "nobody holds"),
        ((*ORDERLY[:3], (25, BRIEFING, 0), *ORDERLY[3:]), "during a hand-over"),
        ((*ORDERLY[:4], (35, TAKEN, CITY), ORDERLY[4]), "ranks no higher"),
        ((*ORDERLY[:4], (35, TAKEN, PROVINCE), ORDERLY[4]), "ranks no higher"),
        ((*ORDERLY[:3], (22, HANDING, PROVINCE), *ORDERLY[3:]), "two hand-overs"),
        (((5, TAKEN, OTHER), *ORDERLY[1:]), "does not name"),
        (((5, TAKEN, CITY), (20, HANDING, CITY), (30, TAKEN, PROVINCE)), "another is being handed it"),
        ((ORDERLY[0], (10, CLOSED, -1), (12, TAKEN, PROVINCE)), "after the incident is over"),
    ],
)
def test_faults_of_scene_command(rows: tuple[tuple[float, Kind, int], ...], said: str) -> None:
    """Each fault is found alone; the orderly course beside it passes (see above)."""
    faults = command_faults(scene(*rows))
    assert len(faults) == 1
    assert said in faults[0].what.en
    assert all(faults[0].what)


# --- call trees -----------------------------------------------------------------------------------------------------

COUNTY, TOWN, NEAR, FAR, THIRD = range(5)


def warned(third: float | None, *, second: bool = False, before: float | None = 100) -> Replication:
    """Return story 4: alarm 02:30, crest 04:10; county 3, township 5, three villages in turn, doors 20, transfer 45."""

    def village(post: int) -> CallNode:
        return CallNode(link(post, 3), minutes(20), minutes(45), 140, True, ())

    root = CallNode(link(COUNTY, 3), ZERO, ZERO, 0, False, (
        CallNode(link(TOWN, 5), ZERO, ZERO, 0, True, tuple(village(post) for post in (NEAR, FAR, THIRD))),
    ))  # fmt: skip
    posts = tuple(Post(name, name, -1, -1, 0) for name in ("县", "乡", "一村", "二村", "三村"))
    tree = CallTree(root, None if before is None else round(before * MINUTE))
    case = scenario((team(0),), (course(line(), calls=tree),), (planned("flood", 0),), command=Command(posts=posts))
    log = Book()
    log(0, Kind.INCIDENT_ALARM, incident=0)
    answers = [(COUNTY, 3), (TOWN, 8), (NEAR, 11), (FAR, 14), *([] if third is None else [(THIRD, third)])]
    for attempt in range(2 if third != 17 else 0):
        log(14 + 3 * (attempt + 1), Kind.CALL_NO_ANSWER, incident=0, post=THIRD, quantity=attempt + 1)
    if third != 17:
        log(20, Kind.CALL_SECOND if second else Kind.CALL_BY_ROAD, incident=0, post=THIRD)
    for post, moment in answers:
        log(moment, Kind.CALL_ANSWERED, incident=0, post=post)
        if post >= NEAR:
            log(moment + 20, Kind.CALL_ACTED, incident=0, post=post, quantity=140)
            log(moment + 65, Kind.CALL_MOVED, incident=0, post=post, quantity=140)
    log(40, Kind.CALL_NO_ANSWER, incident=0, post=NEAR)  # a call of another kind, after it had answered
    return Replication(case, log.array, ("flood",))


@pytest.mark.parametrize(
    ("third", "second", "answered", "moved", "margin"),
    [(17, False, 37, 82, 18), (35, False, 55, 100, 0), (23, True, 43, 88, 12), (50, False, 70, 115, -15)],
)
def test_call_and_answer(third: float, second: bool, answered: float, moved: float, margin: float) -> None:
    """03:07, 03:25, 03:13 answered; 18, 0, 12 min before the crest; later than it the margin is negative."""
    seen = warned(third, second=second)
    found = fold(seen.scenario, seen.log.rows, ("flood",))
    assert in_minutes(found, "answered") == [answered]
    assert in_minutes(found, "moved") == [moved]
    assert in_minutes(found, "margin") == [margin]
    assert trees_of(seen)[0].last == THIRD
    calls = {call.post: call for call in calls_of(seen)}
    assert (calls[THIRD].tries, calls[THIRD].second, calls[THIRD].by_road) == (
        2 * (third != 17),
        second,
        third != 17 and not second,
    )
    assert calls[NEAR].tries == 0
    table = call_table(seen)
    assert table["last"].tolist() == [False] * 4 + [True]
    assert table["depth"].tolist() == [0, 1, 2, 2, 2]
    assert table["margin"].dropna().tolist()[-1] == margin * MINUTE


def test_a_village_that_is_never_reached() -> None:
    """It is named as the last, and the tree never ends: infinite, as in every time."""
    seen = warned(None)
    found = fold(seen.scenario, seen.log.rows, ("flood",))
    assert [in_minutes(found, name) for name in ("answered", "moved", "margin")] == [[math.inf]] * 3
    assert trees_of(seen)[0].last == THIRD
    assert call_table(seen)["margin"].isna().tolist() == [False, False, False, False, True]


def test_without_a_danger_there_is_no_margin() -> None:
    """Nothing comes to be late for."""
    seen = warned(17, before=None)
    assert "margin" not in metrics_of(seen.scenario)
    assert call_table(seen)["margin"].isna().all()


# --- shifts ---------------------------------------------------------------------------------------------------------


def test_shifts() -> None:
    """Entry at 80; stopped from 100 to 130 and from 150 until the incident is closed at 200: 80 min; one finding."""
    shifts = Shifts(240, 480, 50, 20, True, 0, 2, False, -1)
    case = scenario((team(0),), (course(line(shifts=shifts)), course()), (planned("a", 0), planned("b", 0, of_course=1)))
    log = Book()
    log(0, Kind.INCIDENT_ALARM, incident=0)
    log(0, Kind.INCIDENT_ALARM, incident=1)
    for moment in (80, 140):
        log(moment, Kind.SHIFT_ENTERED, incident=0, need=0, team=0, mission=0)
    log(90, Kind.FINDING, Cause.LIFE_SAVING, incident=0, need=0, team=0)
    log(100, Kind.SHIFT_STOPPED, Cause.NO_STANDBY_SQUAD, incident=0, need=0)
    log(130, Kind.SHIFT_RESUMED, incident=0, need=0)
    log(150, Kind.SHIFT_STOPPED, Cause.NOBODY_RESTED, incident=0, need=0)
    log(200, Kind.INCIDENT_CLOSED, incident=0)
    log(300, Kind.INCIDENT_CLOSED, incident=1)
    log.rows.sort(key=lambda row: row[0])
    found = fold(case, log.array, ("a", "b"))
    assert in_minutes(found, "entry") == [80]
    assert in_minutes(found, "shifts.stopped") == [80]
    assert found["findings"].tolist() == [1.0]


# --- stages of a mission --------------------------------------------------------------------------------------------


def under_way() -> Replication:
    """Write a lent team: ordered 10, told 13, formed up 33, off 40, rests 60 to 70, there 100, briefed 110, tasked 115, ready 120."""
    base = neighbours()
    radio = RadioGap("r", "盲区", 1, frozenset({2}), 0, None, None, minutes(3), ZERO, -1)
    command = Command(posts=POSTS, channels=base.command.channels, lenders=base.command.lenders, radio=(radio,))
    points = ((0.0, 0.0), (10_000.0, 0.0), (148_000.0, 0.0))
    case = scenario(base.teams, (course(command=SCENE),), (planned("a", 0),), points, command=command)
    log = Book()
    log(0, Kind.INCIDENT_ALARM, incident=0)
    n = log(2, Kind.NEED_RAISED, incident=0, need=0, item=0, quantity=1, ref=0)
    m = log(2, Kind.REQUEST_MADE, incident=0, need=0, item=0, request=0, post=CITY, quantity=1, ref=n)
    g = log(10, Kind.REQUEST_GRANTED, incident=0, need=0, item=0, request=0, post=DESK, quantity=1, ref=m)
    log(10, Kind.TEAM_ORDERED, Cause.MUTUAL_AID, incident=0, need=0, team=3, mission=0, item=0, request=0, ref=g)
    stages = (
        (13, Kind.TEAM_TOLD, 0), (33, Kind.TEAM_FORMED, 0), (40, Kind.TEAM_DEPARTED, 0), (60, Kind.TEAM_RESTING, 10 * MINUTE),
        (70, Kind.TEAM_DROVE_ON, 0), (100, Kind.TEAM_ARRIVED, 0), (110, Kind.TEAM_BRIEFING, 0), (115, Kind.TEAM_TASKED, 0),
        (120, Kind.TEAM_WORKING, 0), (200, Kind.TEAM_RELEASED, 0), (260, Kind.TEAM_HOME, 0),
    )  # fmt: skip
    for moment, kind, quantity in stages:
        log(moment, kind, incident=0, need=0, team=3, mission=0, request=0, quantity=quantity)
    log(262, Kind.TEAM_STUCK, Cause.ROAD_CLOSED, team=4, place=0)  # moving up, on no mission
    log(265, Kind.TEAM_REROUTED, Cause.ROAD_OPENED, team=4, place=0)
    return Replication(case, log.array, ("a",))


def test_stages_of_a_lent_team() -> None:
    """Every wait has its phase in the waterfall and its span in the timeline; a stop lies over the drive."""
    seen = under_way()
    (row,) = waterfall_table(seen).to_dict("records")
    assert {name: row[name] / MINUTE for name in PHASES} == {
        "report": 2, "decision": 0, "approval": 8, "queue": 0, "contact": 3, "turnout": 20, "forming": 7, "travel": 60,
        "report_in": 15, "set_up": 5,
    }  # fmt: skip
    assert row["total"] == 120 * MINUTE
    spans = [(row.phase, row.begins // MINUTE, row.ends // MINUTE) for row in team_timeline(seen).itertuples()]
    assert spans == [
        ("contact", 10, 13), ("turnout", 13, 33), ("forming", 33, 40), ("travel", 40, 100), ("rest", 60, 70),
        ("briefing_wait", 100, 110), ("report_in", 110, 115), ("set_up", 115, 120), ("work", 120, 200), ("return", 200, 260),
    ]  # fmt: skip
    table = missions_table(seen)
    assert table.loc[0, ["told", "formed", "briefed"]].tolist() == [13 * MINUTE, 33 * MINUTE, 110 * MINUTE]
    assert table["request"].tolist() == [0]
    assert table["stuck"].tolist() == [0]


@st.composite
def ways(draw: st.DrawFn) -> tuple[Replication, np.ndarray]:
    """Draw missions at random through all stages, some of which are skipped, after needs, decisions, levels and requests."""
    case, log, missions = two_lenders(), Book(), draw(st.integers(1, 6))
    ready = []
    log(0, Kind.INCIDENT_ALARM, incident=0)
    at = draw(st.integers(0, 5))
    cause = log(at, Kind.LEVEL_RAISED, incident=0, post=CITY) if draw(st.booleans()) else 0
    n = log(at, Kind.NEED_RAISED, incident=0, need=0, item=0, quantity=missions, ref=cause)
    decided = at + draw(st.integers(0, 5))
    ref = log(decided, Kind.INCIDENT_DECIDED, incident=0, ref=n) if draw(st.booleans()) else n
    request = 0
    for mission in range(missions):
        now, last = decided, ref
        named: dict[str, int] = {"incident": 0, "need": 0, "item": 0}
        for _ in range(draw(st.integers(0, 3))):
            if draw(st.booleans()):
                last = log(now, Kind.NEED_WAITING, Cause.NOBODY_FREE, **named, quantity=1, ref=last)
                now += draw(st.integers(0, 9))
            m = log(now, Kind.REQUEST_MADE, **named, request=request, post=CITY, quantity=1, ref=last)
            now += draw(st.integers(0, 9))
            last = log(now, Kind.REQUEST_REFUSED, Cause.DECLINED, **named, request=request, post=PROVINCE, ref=m)
            request += 1
        first = draw(st.booleans())
        now = draw(st.integers(0, now)) if first else now
        why = Cause.FIRST_RESPONSE if first else Cause.NEAREST_IDLE
        log(now, Kind.TEAM_ORDERED, why, **named, team=mission % 3, mission=mission, ref=0 if first else last)
        stages = (Kind.TEAM_TOLD, Kind.TEAM_FORMED, Kind.TEAM_DEPARTED, Kind.TEAM_ARRIVED, Kind.TEAM_BRIEFING, Kind.TEAM_TASKED)
        for kind in stages:
            now += draw(st.integers(0, 9))
            if kind in (Kind.TEAM_DEPARTED, Kind.TEAM_ARRIVED) or draw(st.booleans()):
                log(now, kind, incident=0, need=0, team=mission % 3, mission=mission)
        now += draw(st.integers(0, 9))
        log(now, Kind.TEAM_WORKING, incident=0, need=0, team=mission % 3, mission=mission)
        ready.append(now)
    return Replication(case, log.array, ("a",)), np.array(ready)


@settings(max_examples=150, deadline=None)
@given(ways())
def test_phases_add_up_whatever_happens(drawn: tuple[Replication, np.ndarray]) -> None:
    """From the alarm until ready, to the millisecond, for every mission; and no phase is negative."""
    seen, ready = drawn
    told = phases(seen.missions, seen.incidents, np.arange(len(ready)))
    assert list(told) == list(PHASES)
    assert np.array_equal(sum(told.values()), ready * MINUTE)
    assert all((lengths >= 0).all() for lengths in told.values())


# --- names and tables -----------------------------------------------------------------------------------------------


def everything() -> Scenario:
    """Return a scenario with a bit of all: lenders, radio, a level, a report line, a tree, shifts, a standard."""
    base, shifts = neighbours(), Shifts(4 * HOUR, 8 * HOUR, 0, 0, True, 0, 2, False, -1)
    radio = RadioGap("r", "盲区", 1, frozenset({2}), 0, None, None, minutes(3), ZERO, -1)
    command = Command(
        posts=POSTS, channels=base.command.channels, lenders=base.command.lenders, radio=(radio,), levels=("city/三级",),
        reports=("部门",), standards=base.command.standards,
    )  # fmt: skip
    tree = warned(17).scenario.courses[0].calls
    reports = (ReportLine("部门", "部门线", -1, ZERO, (link(CITY, 1),), (None,), ""),)
    answer = course(line(shifts=shifts), levels=(level(0, CITY, (0,)),), reports=reports, calls=tree, command=SCENE)
    return scenario(base.teams, (answer,), (), ((0.0, 0.0), (10_000.0, 0.0), (148_000.0, 0.0)), command=command)


def test_metrics_are_there_with_what_they_tell_of() -> None:
    """None of command's in a plain scenario; all of them where there is everything."""
    plain, full = set(metrics_of(scenario((team(0),)))), metrics_of(everything())
    new = [name for name in full if name not in plain]
    assert new == [
        "busy.t1", "busy.t2", "busy.t3", "busy.t4", "busy.t5", "approval", "requests.refused", "lender.left.l0", "floor.kept",
        "level.raised.city/三级", "level.complete.city/三级", "level.ready.city/三级", "report.部门", "entry", "shifts.stopped", "findings", "answered",
        "moved", "margin", "uncovered.plants", "cover.none.plants", "cover.min.plants", "cover.mean.plants",
        "waterfall.approval", "waterfall.contact", "waterfall.forming", "waterfall.package.approval",
        "waterfall.package.contact", "waterfall.package.forming",
    ]  # fmt: skip
    assert not {split(name)[0].key for name in plain} & {"approval", "margin", "findings", "uncovered"}


def test_names_with_arguments_lead_back_to_themselves() -> None:
    """Canonical name and titles, with ids and with names, in both languages."""
    others = arguments_of(everything())
    ids = {kind: list(known) for kind, known in others.items()}
    names = names_of((), (), (), ids)
    assert len(names) == len(set(names))
    for name in names:
        assert parse_metric(name, (), (), others) == name
        for language in ("zh", "en"):
            assert parse_metric(title(name, language), (), (), others) == name
            assert parse_metric(title(name, language, None, others), (), (), others) == name
    assert parse_metric("化工企业全无守备时长", (), (), others) == "cover.none.plants"
    assert parse_metric("市指挥部三级启动", (), (), others) == "level.raised.city/三级"
    assert parse_metric("uncovered.mines", (), (), others) is None
    assert parse_metric("uncovered.plants", ()) is None
    assert set(metric_examples((), (), others)) >= set(names)


def test_ids_may_hold_dots() -> None:
    """The name of a metric ends where its argument begins, whatever the argument is."""
    assert split("level.raised.a.b/三级")[1] == "a.b/三级"
    assert split("cover.min.x")[0].key == "cover.min"
    for wrong in ("level.raised", "level.raised.", "cover.x", "uncovered", "margin.x", ".x", "x."):
        with pytest.raises(KeyError):
            split(wrong)


def test_a_margin_is_held_against_a_least() -> None:
    """It is in minutes, but the more the better; every other time of the list is best short."""
    assert not split("margin")[0].is_duration
    assert split("uncovered.x")[0].is_duration


def test_tables_of_a_scenario_with_nothing_in_them() -> None:
    """Every table has its columns, each with a heading in both languages, and no rows when nothing happened."""
    empty = Replication(everything(), Book().array, ())
    tables = (requests_table, not_coming_table, reports_table, levels_table, scene_table, call_table, gaps_table, missions_table)
    for table in tables:
        made = table(empty)
        assert len(made) == 0
        assert len(made.columns)
        assert not [column for column in made.columns if column not in HEADINGS]
        assert len(readable(made, START, "zh").columns) == len(made.columns)
    assert set(cover_table(empty).columns) <= set(HEADINGS)
    assert all(words.zh and words.en for words in HEADINGS.values())


def test_the_engine_agrees_with_the_hand_on_waits_and_levels() -> None:
    """Three own squads are engaged at once, so the third call for aid waits: counted once, and the phases add up."""
    case = neighbours()
    outcome = simulate(case)
    seen = Replication(case, outcome.rows, outcome.incidents)
    ready = np.flatnonzero(seen.missions.working < NEVER)
    told = phases(seen.missions, seen.incidents, ready)
    assert np.array_equal(sum(told.values()), seen.missions.working[ready])
    found = fold(case, outcome.rows, outcome.incidents)
    assert sorted(found["wait.queue"].tolist()) == [0.0] * 5 + [math.inf]
    assert found["waiting"].tolist() == [1 / 6]
