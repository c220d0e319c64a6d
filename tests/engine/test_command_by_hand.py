"""Small worlds of command whose answer a hand can check: levels that are skipped, ended and raised again, command, loans."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from sim.engine.simulate import simulate
from sim.log import CAUSES, COLUMNS, KINDS, Cause, Kind
from sim.scenario.command import (
    Agreement,
    CallNode,
    CallTree,
    Change,
    Channel,
    Command,
    Commander,
    Convoy,
    Floor,
    Lender,
    Level,
    Link,
    Post,
    SceneCommand,
)
from sim.scenario.conditions import Always, Comparison
from sim.scenario.frozen import ZERO, FirstOrder
from sim.units import HOUR, MINUTE
from tests.engine.builders import course, line, planned, scenario, team, ticks

CITY, DESK = 0, 1
POSTS = tuple(Post(name, name, -1, -1, 0) for name in ("city", "desk", "county"))


def over(value):
    """Return a condition: more than so many trapped."""
    return Comparison("trapped", ">", float(value))


def level(number, severity, when, lines, *, find=0, until=None, plan="plan"):
    """Return a level of the city's plan; the signatory takes `find` minutes."""
    return Level(
        number, plan, CITY, f"L{severity}", severity, when, until, "mayor", Link(CITY, ticks(find * MINUTE)), ZERO, lines, ""
    )


def world(teams, *courses, **traits):
    """Return a scenario in which everybody stands at the incident: what counts are the delays."""
    traits.setdefault("planned", tuple(planned(f"p{n}", 0, 0, n) for n in range(len(courses))))
    command = traits.pop("command", Command(posts=POSTS, levels=("L1", "L2", "L3"), signals=("trapped",), orderable=(None,) * 3))
    return scenario([(0.0, 0.0)], teams, courses, capabilities=("a", "b", "c"), command=command, **traits)


def told(model, *kinds):
    """Return (minute, kind, team, need) of the rows of some kinds, planned."""
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in simulate(model, planned=True).rows.tolist()]
    found = [(row["time"] / MINUTE, KINDS[row["kind"]], row["team"], row["need"]) for row in rows]
    return [row for row in found if row[1] in kinds]


def causes(model, kind):
    """Return the causes of the rows of a kind, planned."""
    rows = simulate(model, planned=True).rows.tolist()
    return [CAUSES[row[-1]] for row in rows if KINDS[row[1]] == kind]


# --- levels ------------------------------------------------------------------------------------------------------------------


def stages(*work):
    """Return a package of one line and one line for each level: capability a, b, c … in order, each with so many minutes of work."""
    return tuple(line(n, n, stage=n, work=minutes * MINUTE) for n, minutes in enumerate(work))


def test_a_level_that_is_skipped_is_included_in_the_higher_one():
    """30 trapped: at once above both thresholds, so the higher is put to the mayor; with it come the forces of the lower."""
    model = world(
        [team(0, 0, able={0: 1.0}), team(1, 0, able={1: 1.0}), team(2, 0, able={2: 1.0})],
        course(
            *stages(60, 30, 30), jurisdiction=CITY, signals=(("trapped", 30.0),),
            levels=(level(0, 1, over(5), (1,), find=20), level(1, 2, over(20), (2,), find=7)),
        ),
    )  # fmt: skip
    assert [row[:2] for row in told(model, Kind.LEVEL_PROPOSED)] == [(0, Kind.LEVEL_PROPOSED)]
    assert [row[0] for row in told(model, Kind.LEVEL_RAISED)] == [7, 7]
    assert told(model, Kind.TEAM_ORDERED) == [
        (0, Kind.TEAM_ORDERED, 0, 0),
        (7, Kind.TEAM_ORDERED, 1, 1),
        (7, Kind.TEAM_ORDERED, 2, 2),
    ]


def test_a_lower_level_whose_approval_comes_later_changes_nothing():
    """10 trapped: the lower is proposed, 20 min to find the mayor's deputy; 30 after 2 min: the higher, approved at 9. At 20 nothing."""
    model = world(
        [team(0, 0, able={0: 1.0}), team(1, 0, able={1: 1.0}), team(2, 0, able={2: 1.0})],
        course(
            *stages(60, 30, 30), jurisdiction=CITY, signals=(("trapped", 10.0),),
            changes=(Change(ticks(2 * MINUTE), (("trapped", 30.0),)),),
            levels=(level(0, 1, over(5), (1,), find=20), level(1, 2, over(20), (2,), find=7)),
        ),
    )  # fmt: skip
    assert [row[0] for row in told(model, Kind.LEVEL_PROPOSED)] == [0, 2]
    assert [row[0] for row in told(model, Kind.LEVEL_RAISED)] == [9, 9]
    assert Counter(row[2] for row in told(model, Kind.TEAM_ORDERED)) == {0: 1, 1: 1, 2: 1}


def test_a_level_that_is_raised_again_has_its_forces_again():
    """Raised at 1, ended at 10 before its team (20 min to turn out) has left, raised again at 30: ordered at 1 and at 30."""
    model = world(
        [team(0, 0, able={0: 1.0}), team(1, 0, able={1: 1.0}, turnout=20 * MINUTE)],
        course(
            *stages(120, 15), jurisdiction=CITY,
            changes=tuple(Change(ticks(at * MINUTE), (("trapped", value),)) for at, value in ((1, 9.0), (10, 0.0), (30, 9.0))),
            levels=(level(0, 1, over(5), (1,), until=Comparison("trapped", "<", 1.0)),),
        ),
    )  # fmt: skip
    assert [row[0] for row in told(model, Kind.TEAM_ORDERED) if row[2] == 1] == [1, 30]
    assert [row[0] for row in told(model, Kind.TEAM_WORKING) if row[2] == 1] == [50]
    assert [(row[0], row[3]) for row in told(model, Kind.NEED_RAISED)] == [(0, 0), (1, 1), (30, 1)]
    assert [row[0] for row in told(model, Kind.INCIDENT_CLOSED)] == [120]


def test_what_an_ended_level_asked_for_keeps_no_incident_open():
    """Own work ends at 40. The level's only team would have to turn out until 90; at 60 the level ends: and so does the incident."""
    model = world(
        [team(0, 0, able={0: 1.0}), team(1, 0, able={1: 1.0}, turnout=90 * MINUTE)],
        course(
            *stages(40, 15), jurisdiction=CITY,
            changes=tuple(Change(ticks(at * MINUTE), (("trapped", value),)) for at, value in ((1, 9.0), (60, 0.0))),
            levels=(level(0, 1, over(5), (1,), until=Comparison("trapped", "<", 1.0)),),
        ),
    )  # fmt: skip
    assert [row[0] for row in told(model, Kind.INCIDENT_CLOSED)] == [60]
    assert [row[0] for row in told(model, Kind.TEAM_HOME) if row[2] == 1] == [60]


def test_who_works_for_a_level_that_has_ended_finishes():
    """The level's team works from 1 to 81; the level ends at 60, own work at 40: the incident is over at 81."""
    model = world(
        [team(0, 0, able={0: 1.0}), team(1, 0, able={1: 1.0}), team(2, 0, able={1: 1.0}, turnout=200 * MINUTE)],
        course(
            stages(40)[0], line(1, 1, 2, stage=1, work=80 * MINUTE), jurisdiction=CITY,
            changes=tuple(Change(ticks(at * MINUTE), (("trapped", value),)) for at, value in ((1, 9.0), (60, 0.0))),
            levels=(level(0, 1, over(5), (1,), until=Comparison("trapped", "<", 1.0)),),
        ),
    )  # fmt: skip
    assert [row[0] for row in told(model, Kind.TEAM_RELEASED)] == [40, 60, 81]
    assert [row[0] for row in told(model, Kind.INCIDENT_CLOSED)] == [81]


def test_a_level_whose_end_holds_is_not_begun():
    """Two plans whose conditions contradict themselves (raised always, ended below 10): nothing goes to and fro, the run ends."""
    flap = {"until": Comparison("trapped", "<", 10.0)}
    model = world(
        [team(0, 0, able={0: 1.0}), team(1, 0, able={1: 1.0})],
        course(*stages(30, 10), jurisdiction=CITY, signals=(("trapped", 3.0),), levels=(level(0, 1, Always(), (1,), **flap),)),
    )
    assert told(model, Kind.LEVEL_PROPOSED, Kind.LEVEL_RAISED, Kind.LEVEL_LOWERED) == []
    assert [row[0] for row in told(model, Kind.INCIDENT_CLOSED)] == [30]


def test_work_of_those_who_stay_is_done_before_the_incident_is_over():
    """Looking takes 10; the plug takes 50 and its team then stays: over at 50, not at 10. A team that only stays is not waited for."""
    teams = [team(0, 0, able={0: 1.0}), team(1, 0, able={1: 1.0}), team(2, 0, able={2: 1.0})]
    plug, guard = line(1, 1, work=50 * MINUTE, holds=True), line(2, 2, holds=True)
    assert [row[0] for row in told(world(teams, course(stages(10)[0], plug, guard)), Kind.INCIDENT_CLOSED)] == [50]
    stays = course(stages(10)[0], replace(guard, index=1))
    assert [row[0] for row in told(world(teams, stays), Kind.INCIDENT_CLOSED)] == [10]


def test_a_warning_whose_levels_are_never_raised_ends_with_its_calls():
    """A call tree of 3 min, and a plan that would send a team from 5 trapped on: nobody is trapped; over at 3."""
    tree = CallTree(CallNode(Link(DESK, ticks(3 * MINUTE)), ZERO, ZERO, 0, False, ()), None)
    model = world(
        [team(0, 0)],
        course(line(0, 0, stage=1, work=10 * MINUTE), jurisdiction=CITY, calls=tree, levels=(level(0, 1, over(5), (0,)),)),
    )
    assert [row[0] for row in told(model, Kind.INCIDENT_CLOSED)] == [3]


# --- scene command -----------------------------------------------------------------------------------------------------------


def test_command_never_goes_down():
    """Rank 0 at 0, rank 2 at 10 with a hand-over of 10; rank 1 arrives meanwhile, at 15: it does not take over from rank 2."""
    plan = SceneCommand(
        (
            Commander(DESK, -1, ZERO, ZERO),
            Commander(2, -1, ticks(15 * MINUTE), ticks(3 * MINUTE)),
            Commander(CITY, -1, ticks(10 * MINUTE), ticks(10 * MINUTE)),
        ),
        0,
    )
    model = world([team(0, 0)], course(line(work=HOUR), command=plan))
    rows = simulate(model, planned=True).rows.tolist()
    taken = [(row[0] // MINUTE, row[COLUMNS.index("post")]) for row in rows if KINDS[row[1]] == Kind.COMMAND_TAKEN]
    assert taken == [(0, DESK), (20, CITY)]


# --- teams taken from elsewhere ----------------------------------------------------------------------------------------------


def test_two_incidents_of_one_post_do_not_pull_at_one_team():
    """Both are the city's, equally urgent, and the city may call the team away: the first keeps it, the second waits."""
    only = team(0, 0, called_away_by=frozenset({CITY}))
    need = line(0, 0, work=HOUR, orderer=CITY)
    model = world([only], course(need, kind="x", jurisdiction=CITY), course(need, kind="y", jurisdiction=CITY))
    assert [row[0] for row in told(model, Kind.TEAM_ORDERED)] == [0, 60]
    assert causes(model, Kind.TEAM_RELEASED) == [Cause.WORK_DONE, Cause.WORK_DONE]


def test_two_posts_that_may_call_a_team_away_do_not_pull_it_to_and_fro():
    """City and county may both take it; it works for the city, the county takes it once, and the city waits until that is done."""
    only = team(0, 0, called_away_by=frozenset({CITY, 2}))
    model = world(
        [only],
        course(line(0, 0, work=HOUR, orderer=CITY), kind="x", jurisdiction=CITY),
        course(line(0, 0, work=HOUR, orderer=2), kind="y", jurisdiction=2),
        planned=(planned("x", 0, 0, 0), planned("y", 10 * MINUTE, 0, 1)),
    )
    assert [row[0] for row in told(model, Kind.TEAM_ORDERED)] == [0, 10, 70]
    assert causes(model, Kind.TEAM_RELEASED) == [Cause.CALLED_AWAY, Cause.WORK_DONE, Cause.WORK_DONE]


# --- loans -------------------------------------------------------------------------------------------------------------------


def lent(count, teams, **traits):
    """Return command in which the city asks lenders of one team each, 5 min a call, by an agreement for an hour."""
    chain = Channel(0, "chain", "chain", CITY, (Link(DESK, ticks(5 * MINUTE)),), (), frozenset(), 0)
    lenders = tuple(Lender(n, f"l{n}", f"l{n}", (n,), (0,), Floor(0), Convoy(True, "", ()), ()) for n in range(count))
    own = frozenset(range(count, teams))
    return Command(
        posts=POSTS, agreements=(Agreement("pact", "pact", "government", ("city", "desk"), frozenset(), 0, HOUR),), channels=(chain,),
        lenders=lenders, orderable=(own,) * 3, unlent=own, **traits,
    )  # fmt: skip


def test_a_run_of_loans_without_end_ends():
    """A post is manned by a lent team for an hour at a time; another need waits for ever, so the incident is never over. The lender
    is asked again and again, but not for ever: a run ends.
    """  # fmt: skip
    need = line(0, 0, holds=True, lenders=(0,), own=False, orderer=CITY)
    model = world(
        [team(0, 0, lender=0, refit=ticks(MINUTE))],
        course(line(0, 1, work=HOUR), replace(need, index=1), jurisdiction=CITY), command=lent(1, 1),
    )  # fmt: skip
    ordered = [row[0] for row in told(model, Kind.TEAM_ORDERED)]
    assert ordered[:3] == [5, 71, 137]  # an hour, a minute of refit, five of asking
    assert 10 < len(ordered) < 1000
    assert told(model, Kind.RUN_ENDED)
    assert not told(model, Kind.INCIDENT_CLOSED)


def test_all_at_once_only_those_are_asked_who_have_what_is_wanted():
    """Two lenders, one without the capability: one request; and the two with it are both asked, the slower is not needed."""
    need = line(0, 0, work=MINUTE, lenders=(0, 1), own=False, orderer=CITY)
    plain = [team(0, 0, lender=0), team(1, 0, lender=1, able={1: 1.0})]
    model = world(plain, course(need, jurisdiction=CITY), command=lent(2, 2, ask_all=True))
    assert [row[0] for row in told(model, Kind.REQUEST_MADE)] == [0]
    both = [team(0, 0, lender=0), team(1, 0, lender=1)]
    model = world(both, course(need, jurisdiction=CITY), command=lent(2, 2, ask_all=True))
    kinds = Counter(row[1] for row in told(model, Kind.REQUEST_MADE, Kind.REQUEST_GRANTED, Kind.REQUEST_WITHDRAWN))
    assert kinds == {Kind.REQUEST_MADE: 2, Kind.REQUEST_GRANTED: 1, Kind.REQUEST_WITHDRAWN: 1}


def test_a_longer_plan_shifts_no_luck_of_first_response():
    """A team of first response that fills no line keeps its draws when a level gets another line."""
    from sim.quantities import Exponential

    first = (FirstOrder((1,), 1, ZERO, ""),)
    teams = [team(0, 0), team(1, 0, able={1: 1.0}, turnout=Exponential(20 * MINUTE, 20 * MINUTE))]
    short = course(stages(60)[0], first=first)
    long = course(*stages(60, 5), first=first, jurisdiction=CITY, levels=(level(0, 1, over(5), (1,)),))

    def left(model):
        rows = simulate(model, 3).rows.tolist()
        return [row[0] for row in rows if KINDS[row[1]] == Kind.TEAM_DEPARTED and row[COLUMNS.index("team")] == 1]

    assert left(world(teams, short)) == left(world(teams, long)) != []
