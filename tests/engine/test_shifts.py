"""Work in shifts on the clock: sixty hours at one face to the minute, relief just in time, and the rules in every log."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.engine.simulate import simulate
from sim.log import CAUSES, COLUMNS, KINDS, Cause, Kind
from sim.scenario.command import Agreement, Channel, Command, Convoy, Floor, Lender, Link, Post, Shifts
from sim.scenario.frozen import Ticks
from sim.units import HOUR, MINUTE
from tests.engine.builders import course, line, planned, scenario, team
from tests.engine.test_rotation import check_rules, minute_by_minute, rules

OUT, RESTED, IN, BY = Kind.SHIFT_OUT, Kind.SHIFT_RESTED, Kind.SHIFT_ENTERED, Kind.SHIFT_STANDBY
STOPPED, RESUMED, FINDING = Kind.SHIFT_STOPPED, Kind.SHIFT_RESUMED, Kind.FINDING
SHIFT_KINDS = (OUT, RESTED, IN, BY, STOPPED, RESUMED, FINDING)
TWO = 14 * HOUR
"""14:00, when the first squad enters."""
FAR = 141_000.0
"""141 min at 60 km/h."""


def rows(out):
    """Return the log as dicts, kinds and causes by name."""
    found = [dict(zip(COLUMNS, row, strict=True)) for row in out.rows.tolist()]
    for row in found:
        row["kind"], row["cause"] = KINDS[row["kind"]], CAUSES[row["cause"]]
    return found


def shift_rows(out):
    """Return (time, kind, team, quantity, cause) of what the shifts wrote."""
    return [(r["time"], r["kind"], r["team"], r["quantity"], r["cause"]) for r in rows(out) if r["kind"] in SHIFT_KINDS]


def times(out, kind, **cells):
    """Return when something happened."""
    return [r["time"] for r in rows(out) if r["kind"] == kind and all(r[name] == value for name, value in cells.items())]


def everybody_home(out):
    """Tell whether the run ended with every incident closed, and every team that was ordered home since."""
    last = {}
    for row in rows(out):
        if row["kind"] in (Kind.TEAM_ORDERED, Kind.TEAM_HOME):
            last[row["team"]] = row["kind"]
    kinds = [row["kind"] for row in rows(out)]
    closed = kinds.count(Kind.INCIDENT_CLOSED) == kinds.count(Kind.INCIDENT_ALARM)
    return closed and set(last.values()) == {Kind.TEAM_HOME} and kinds[-1] == Kind.RUN_ENDED


def asked(lent, teams, loan):
    """Return what it takes to ask for some of the teams: one call of 10 min; a loan may end."""
    agreements = (Agreement("a", "a", "rescue", (), frozenset(), 0, loan),)
    channel = Channel(0, "ch", "ch", 0, (Link(1, Ticks(10 * MINUTE)),), (), frozenset(), 0)
    lender = Lender(0, "l", "l", lent, (0,), Floor(0), Convoy(False, "", ()), ())
    posts = tuple(Post(name, name, -1, -1, 0) for name in ("city", "desk"))
    unlent = frozenset(range(teams)) - set(lender.teams)
    return Command(posts=posts, agreements=agreements, channels=(channel,), lenders=(lender,), unlent=unlent)


def mine(squads, shifts=None, *, others=(), relief=0, loan=0, teams=(), **traits):
    """Return a mine with its squads at the gate, and a relief squad 141 km away that can be asked for."""
    shifts = shifts or rules()
    face = line(0, 0, squads, shifts=shifts, **traits)
    units = [team(n, 0) for n in range(squads)]
    lines, command = [face, *others], Command()
    if relief:
        joined = replace(shifts, joins=0)
        lines.append(line(len(lines), 0, relief, shifts=joined, ahead=True, own=False, lenders=(0,)))
        slow = {"turnout": 20 * MINUTE, "report_in": Ticks(15 * MINUTE), "set_up": Ticks(45 * MINUTE)}
        units += [team(squads + n, 1, lender=0, **slow) for n in range(relief)]
        command = asked(lent=tuple(range(squads, squads + relief)), teams=len(units) + len(teams), loan=loan)
    units += teams
    return scenario(
        [(0.0, 0.0), (FAR, 0.0)], units, [course(*lines)], capabilities=("rescue", "gas", "guard"),
        planned=(planned("m", TWO, 0),), command=command,
    )  # fmt: skip


def drill(model):
    """Run with planned values."""
    return simulate(model, planned=True)


# --- sixty hours -------------------------------------------------------------------------------------------------------------


def test_four_squads_carry_on_for_sixty_hours():
    """15 shifts as 4, 4, 4, 3, 90 sets, no stop; the incident closes after 60 h and everybody goes home."""
    out = drill(mine(4))
    entered = [(t, squad) for t, kind, squad, *_ in shift_rows(out) if kind == IN]
    assert entered == [(TWO + 4 * HOUR * k, k % 4) for k in range(15)]
    assert sum(quantity for _, kind, _, quantity, _ in shift_rows(out) if kind == IN) == 90_000
    assert not times(out, STOPPED)
    assert times(out, Kind.INCIDENT_CLOSED) == [TWO + 60 * HOUR]
    released = {(r["time"], r["cause"]) for r in rows(out) if r["kind"] == Kind.TEAM_RELEASED}
    assert released == {(TWO + 60 * HOUR, Cause.WORK_DONE)}
    assert everybody_home(out)


def test_three_squads_stop_at_ten_in_the_evening():
    """By hand: stopped at 22:00, C stays on standby; A has rested at 02:00, so C enters with A standing by, and so on."""
    out = drill(mine(3))
    a, b, c, none = 0, 1, 2, Cause.NONE
    assert shift_rows(out)[:15] == [
        (TWO, IN, a, 6000, none), (TWO, BY, b, 0, none),
        (18 * HOUR, OUT, a, 0, none), (18 * HOUR, IN, b, 6000, none), (18 * HOUR, BY, c, 0, none),
        (22 * HOUR, OUT, b, 0, none), (22 * HOUR, STOPPED, -1, 0, Cause.NO_STANDBY_SQUAD),
        (26 * HOUR, RESTED, a, 0, none), (26 * HOUR, RESUMED, -1, 0, none), (26 * HOUR, IN, c, 6000, none), (26 * HOUR, BY, a, 0, none),
        (30 * HOUR, OUT, c, 0, none), (30 * HOUR, RESTED, b, 0, none), (30 * HOUR, IN, a, 6000, none), (30 * HOUR, BY, b, 0, none),
    ]  # fmt: skip
    assert len(times(out, IN)) == 10
    assert times(out, Kind.INCIDENT_CLOSED) == [TWO + 60 * HOUR]
    assert everybody_home(out)


def test_relief_is_called_at_nine_past_six_and_work_does_not_stop():
    """Lead 10 + 20 + 141 + 15 + 45 = 231 min before 22:00: called at 18:09, stands by at 22:00, 15 shifts."""
    out = drill(mine(3, relief=1))
    call = 18 * HOUR + 9 * MINUTE
    assert times(out, Kind.NEED_RAISED, need=1) == [call]
    assert times(out, Kind.REQUEST_MADE) == [call]
    assert times(out, Kind.TEAM_ORDERED, team=3) == [call + 10 * MINUTE]
    assert times(out, Kind.TEAM_WORKING, team=3) == [22 * HOUR]
    assert (22 * HOUR, BY, 3, 0, Cause.NONE) in shift_rows(out)
    assert not times(out, STOPPED)
    assert len(times(out, IN)) == 15
    assert everybody_home(out)


def test_no_relief_is_called_when_the_shifts_do_not_break():
    """Four squads, or an operation of eight hours: the neighbour is left in peace."""
    for model in (mine(4, relief=1), mine(3, rules(lasts=8 * HOUR), relief=1)):
        out = drill(model)
        assert not times(out, Kind.REQUEST_MADE)
        assert everybody_home(out)


def test_relief_is_called_at_the_first_entry_when_that_is_late_already():
    """Two squads break at 18:00, 231 min before which lies 14:09; with shifts of 3 h it would lie before the first entry."""
    assert times(drill(mine(2, relief=1)), Kind.REQUEST_MADE) == [TWO + 9 * MINUTE]
    late = drill(mine(2, rules(on=3 * HOUR), relief=1))
    assert times(late, Kind.REQUEST_MADE) == [TWO]
    assert times(late, STOPPED)[0] == TWO + 3 * HOUR
    assert times(late, RESUMED)[0] == TWO + 231 * MINUTE
    assert everybody_home(late)


def test_a_squad_on_its_way_is_planned_with():
    """The third squad is an hour away when two go in: relief is still called at 18:09, not at 14:09."""
    model = mine(3, relief=1)
    model = replace(model, teams=(*model.teams[:2], replace(model.teams[2], turnout=Ticks(HOUR)), model.teams[3]))
    assert times(drill(model), Kind.REQUEST_MADE) == [18 * HOUR + 9 * MINUTE]


def test_a_squad_that_comes_just_when_the_shift_changes_counts():
    """Its set-up ends at 18:00 sharp, when somebody must stand by."""
    model = mine(3, rules(lasts=8 * HOUR))
    model = replace(model, teams=(*model.teams[:2], replace(model.teams[2], set_up=Ticks(4 * HOUR))))
    assert not times(drill(model), STOPPED)


def test_the_life_saving_exception_is_a_finding_with_the_rest_that_is_missing():
    """Three squads and the exception: at 22:00 A stands by after 4 of 8 hours, and the log says so."""
    out = drill(mine(3, rules(life_saving=True)))
    assert [entry for entry in shift_rows(out) if entry[0] == 22 * HOUR] == [
        (22 * HOUR, OUT, 1, 0, Cause.NONE), (22 * HOUR, IN, 2, 6000, Cause.NONE),
        (22 * HOUR, FINDING, 0, 4 * HOUR, Cause.LIFE_SAVING), (22 * HOUR, BY, 0, 0, Cause.NONE),
    ]  # fmt: skip
    assert len(times(out, IN)) == 15
    assert everybody_home(out)


# --- entry, end, and who leaves ----------------------------------------------------------------------------------------------


def test_entry_waits_for_what_must_come_first():
    """Gas is read (30 min, then 10 of work), and the underground base stands (an hour): only then the first squad goes in."""
    gas, base = line(1, 1, 1, work=10 * MINUTE), line(2, 2, 1, holds=True)
    others = [team(4, 0, turnout=30 * MINUTE, able={1: 1.0}), team(5, 0, turnout=HOUR, able={2: 1.0})]
    for after, expected in (((), 40 * MINUTE), ((2,), HOUR)):
        out = drill(mine(4, others=(gas, base), teams=others, after_done=(1,), after=after))
        assert times(out, IN)[0] == TWO + expected
        assert everybody_home(out)


def test_entry_waits_for_the_second_squad():
    """The measure is the entry, not the first arrival: the second squad needs an hour."""
    model = mine(2, rules(lasts=4 * HOUR))
    model = replace(model, teams=(model.teams[0], replace(model.teams[1], turnout=Ticks(HOUR))))
    out = drill(model)
    assert times(out, Kind.TEAM_ARRIVED)[0] == TWO
    assert times(out, IN) == [TWO + HOUR]
    assert times(out, Kind.INCIDENT_CLOSED) == [TWO + 5 * HOUR]


def test_the_end_of_the_work_lets_others_begin():
    """5 h of work are done by three shifts at 02:00; then the guard may close up. Squads that hold stay until the end."""
    for holds in (False, True):
        after = line(1, 2, 1, work=HOUR, after_done=(0,))
        guard = team(4, 0, able={2: 1.0})
        out = drill(mine(4, rules(lasts=0), others=(after,), teams=[guard], work=5 * HOUR, holds=holds))
        assert times(out, Kind.WORK_STARTED) == [TWO + 12 * HOUR]
        assert times(out, Kind.INCIDENT_CLOSED) == [TWO + 13 * HOUR]
        assert set(times(out, Kind.TEAM_RELEASED, need=0)) == {TWO + (13 if holds else 12) * HOUR}
        assert len(times(out, Kind.WORK_DONE, need=0)) == (4 if holds else 0)
        assert everybody_home(out)


def test_who_is_still_on_the_way_at_the_end_turns_back():
    """The operation ends at 17:30, the incident goes on: the relief on the road, and a third squad at its base, are not needed."""
    other, guard = line(1, 2, 1, work=30 * HOUR), team(4, 0, able={2: 1.0})
    model = mine(3, rules(on=3 * HOUR, lasts=3 * HOUR + 30 * MINUTE), others=(other,), relief=1, teams=[guard])
    sleepy = replace(model.teams[2], turnout=Ticks(9 * HOUR))
    out = drill(replace(model, teams=(*model.teams[:2], sleepy, *model.teams[3:])))
    end = TWO + 3 * HOUR + 30 * MINUTE
    assert times(out, Kind.REQUEST_MADE) == [TWO]
    assert [times(out, Kind.TEAM_RELEASED, team=squad) for squad in range(4)] == [[end]] * 4
    assert times(out, Kind.TEAM_HOME, team=2) == [end]
    assert times(out, Kind.TEAM_WORKING, team=3) == []
    assert times(out, Kind.INCIDENT_CLOSED) == [TWO + 30 * HOUR]
    assert everybody_home(out)


def test_what_is_still_asked_for_at_the_end_is_taken_back():
    """The operation ends at 17:05, while the lender's desk is being asked."""
    other = line(1, 2, 1, work=30 * HOUR)
    model = mine(2, rules(on=3 * HOUR, lasts=3 * HOUR + 5 * MINUTE), others=(other,), relief=1, teams=[team(3, 0, able={2: 1.0})])
    slow = replace(model.command.channels[0], links=(Link(1, Ticks(4 * HOUR)),))
    out = drill(replace(model, command=replace(model.command, channels=(slow,))))
    end = TWO + 3 * HOUR + 5 * MINUTE
    assert times(out, Kind.REQUEST_MADE) == [TWO]
    assert times(out, Kind.REQUEST_WITHDRAWN) == times(out, Kind.NEED_WITHDRAWN) == [end]
    assert everybody_home(out)


def test_a_closed_incident_ends_the_shifts():
    """Another line ends the incident at 15:00: the squad inside comes out, everybody goes home, no shift begins afterwards."""
    ending = line(1, 2, 1, work=HOUR, ends=True)
    out = drill(mine(3, others=(ending,), teams=[team(3, 0, able={2: 1.0})]))
    assert [entry[:3] for entry in shift_rows(out)] == [(TWO, IN, 0), (TWO, BY, 1), (TWO + HOUR, OUT, 0)]
    assert everybody_home(out)


def test_a_lent_squad_whose_loan_is_over_is_replaced_or_entry_stops():
    """The loan of the relief ends: it is used no more, and another is asked for."""
    out = drill(mine(3, relief=1, loan=10 * HOUR))
    ordered = times(out, Kind.TEAM_ORDERED, team=3)
    assert ordered[0] == 18 * HOUR + 19 * MINUTE
    left = ordered[0] + 10 * HOUR
    assert times(out, Kind.TEAM_RELEASED, team=3)[0] == left
    assert times(out, Kind.NEED_REOPENED) != []
    back = times(out, Kind.TEAM_WORKING, team=3)[1]
    used = [t for t, kind, squad, *_ in shift_rows(out) if squad == 3 and kind in (IN, BY)]
    assert not [t for t in used if left <= t < back]
    assert everybody_home(out)


def test_a_squad_called_away_from_below_ground_is_followed_by_the_next():
    """At 15:00 a post takes A, which is inside: B goes in at once, C stands by. A is back at 16:00, but must rest until 23:00."""
    model = mine(4, rules(lasts=16 * HOUR))
    taken = tuple(replace(one, called_away_by=frozenset({0})) for one in model.teams)
    elsewhere = course(line(0, 0, 1, work=HOUR, orderer=0), kind="other")
    command = Command(posts=(Post("state", "state", -1, -1, 0),), orderable=(None,))
    called = (*model.planned, planned("o", 15 * HOUR, 0, 1))
    # The fourth squad comes too late to be free for the other incident.
    late = (*taken[:3], replace(taken[3], turnout=Ticks(3 * HOUR)))
    out = drill(replace(model, teams=late, courses=(*model.courses, elsewhere), command=command, planned=called))
    assert next(r["cause"] for r in rows(out) if r["kind"] == Kind.TEAM_RELEASED) == Cause.CALLED_AWAY
    assert [entry[:3] for entry in shift_rows(out)][2:5] == [(15 * HOUR, OUT, 0), (15 * HOUR, IN, 1), (15 * HOUR, BY, 2)]
    assert times(out, Kind.TEAM_WORKING, team=0, incident=0) == [TWO, 16 * HOUR]
    assert times(out, RESTED, team=0) == [23 * HOUR]
    assert times(out, BY, team=0) == [23 * HOUR]
    assert not times(out, STOPPED)
    assert everybody_home(out)


def test_nothing_is_told_of_shifts_once_the_incident_is_closed():
    """Both squads are called away at 15:00 for days, another line ends the incident at 15:30: no row of shifts comes later."""
    ending = line(1, 2, 1, work=90 * MINUTE, ends=True)
    model = mine(2, rules(lasts=8 * HOUR), others=(ending,), teams=[team(2, 0, able={2: 1.0})])
    taken = tuple(replace(one, called_away_by=frozenset({0})) for one in model.teams)
    elsewhere = course(line(0, 0, 2, work=100 * HOUR, orderer=0), kind="other")
    command = Command(posts=(Post("state", "state", -1, -1, 0),), orderable=(None,))
    called = (*model.planned, planned("o", 15 * HOUR, 0, 1))
    out = drill(replace(model, teams=taken, courses=(*model.courses, elsewhere), command=command, planned=called))
    assert [entry[:3] for entry in shift_rows(out)][2:] == [(15 * HOUR, OUT, 0), (15 * HOUR, STOPPED, -1)]
    assert everybody_home(out)


def test_relief_that_is_asked_for_is_taken_back_when_the_incident_closes():
    """Another line ends the incident at 18:15, six minutes after the call to a desk that takes ten: request and need are withdrawn."""
    ending = line(1, 2, 1, work=4 * HOUR + 15 * MINUTE, ends=True)
    out = drill(mine(3, others=(ending,), relief=1, teams=[team(4, 0, able={2: 1.0})]))
    close = TWO + 4 * HOUR + 15 * MINUTE
    assert times(out, Kind.NEED_RAISED, need=2) == times(out, Kind.REQUEST_MADE) == [close - 6 * MINUTE]
    assert times(out, Kind.REQUEST_WITHDRAWN) == times(out, Kind.NEED_WITHDRAWN, need=2) == [close]
    assert everybody_home(out)


def test_a_second_relief_is_not_called_while_the_first_is_enough():
    """Two neighbours could be called ahead: one call averts the break, so the other is never made."""
    model = mine(3, relief=2)
    first = replace(model.courses[0].lines[1], count=1)
    lines = (model.courses[0].lines[0], first, replace(first, index=2))
    out = drill(replace(model, courses=(replace(model.courses[0], lines=lines),)))
    assert times(out, Kind.NEED_RAISED, need=1) == [18 * HOUR + 9 * MINUTE]
    assert times(out, Kind.NEED_RAISED, need=2) == []
    assert len(times(out, IN)) == 15
    two = drill(
        replace(
            model,
            courses=(replace(model.courses[0], lines=lines),),
            teams=(*model.teams[:2], replace(model.teams[2], turnout=Ticks(90 * HOUR)), *model.teams[3:]),
        )
    )
    assert len(times(two, Kind.REQUEST_MADE)) == 2
    assert not times(two, STOPPED)


def test_rest_is_taken_along_to_the_next_incident():
    """An operation of one shift ends at 18:00; called to another mine at once, the squad that was inside goes in only at 02:00."""
    model = mine(2, rules(lasts=4 * HOUR))
    out = drill(replace(model, planned=(*model.planned, planned("n", 18 * HOUR + MINUTE, 0))))
    assert times(out, IN, incident=1) == [26 * HOUR]
    assert times(out, RESTED, incident=1, team=0) == [26 * HOUR]
    assert everybody_home(out)


def test_squads_of_two_lines_share_the_shifts():
    """Two squads of the mine and two of the district, asked for on a line of their own that joins: as four of one line."""
    joined = line(1, 0, 2, shifts=rules(joins=0))
    out = drill(mine(2, others=(joined,), teams=[team(2, 0), team(3, 0)]))
    assert shift_rows(out) == shift_rows(drill(mine(4)))
    assert everybody_home(out)


def test_without_enough_squads_nobody_ever_goes_in():
    """One squad, and a rule that asks for two: nothing happens, and the run ends with the incident open."""
    out = drill(mine(1))
    assert shift_rows(out) == []
    assert rows(out)[-1]["kind"] == Kind.RUN_ENDED


# --- in every log ------------------------------------------------------------------------------------------------------------


@st.composite
def operations(draw):
    """Return a mine and its rules: squads that turn out at different times, relief that is called ahead, perhaps a short loan."""
    on = draw(st.integers(1, 6)) * HOUR
    shifts = Shifts(
        on, draw(st.integers(0, 12)) * HOUR, draw(st.integers(0, 20)) * MINUTE, draw(st.integers(0, 20)) * MINUTE, draw(st.booleans()),
        draw(st.integers(1, 40)) * HOUR, 6, draw(st.booleans()), -1,
    )  # fmt: skip
    loan = draw(st.sampled_from((0, 8 * HOUR)))
    model = mine(draw(st.integers(2, 8)), shifts, relief=draw(st.integers(0, 2)), loan=loan)
    teams = [one if one.lender >= 0 else replace(one, turnout=Ticks(draw(st.integers(0, 300)) * MINUTE)) for one in model.teams]
    return replace(model, teams=tuple(teams)), shifts


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(operations())
def test_rules_hold_in_every_log(operation):
    """No rest cut silently, never one squad alone, one squad inside at most; the run ends and everybody is home."""
    model, shifts = operation
    out = drill(model)
    gone = [(r["team"], r["time"]) for r in rows(out) if r["kind"] == Kind.TEAM_RELEASED and r["cause"] == Cause.LOAN_ENDED]
    check_rules(shifts, shift_rows(out), gone)
    assert everybody_home(out)
    entered = times(out, IN)
    assert times(out, Kind.INCIDENT_CLOSED) == [entered[0] + shifts.lasts]
    assert len(times(out, OUT)) == len(entered)
    assert shifts.life_saving or not times(out, FINDING)
    assert simulate(model, planned=True).digest == out.digest


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(operations())
def test_the_log_is_what_every_minute_tells(operation):
    """Without relief, the rows equal those of a program that looks at every minute, given when each squad stands ready."""
    model, shifts = operation
    own = tuple(one for one in model.teams if one.lender < 0)
    lines = model.courses[0].lines[:1]
    out = drill(replace(model, teams=own, courses=(replace(model.courses[0], lines=lines),), command=Command()))
    in_minutes = replace(
        shifts, on=shifts.on // MINUTE, rest=shifts.rest // MINUTE, way=shifts.way // MINUTE, reserve=shifts.reserve // MINUTE,
        lasts=shifts.lasts // MINUTE,
    )  # fmt: skip
    joins = {one.index: (TWO + one.turnout.planned) // MINUTE for one in own}
    told = minute_by_minute(in_minutes, joins, {}, {}, 0, 0, 100 * 60)
    found = [(t // MINUTE, kind, squad, q // MINUTE if kind == FINDING else q) for t, kind, squad, q, _ in shift_rows(out)]
    assert found == told


@pytest.mark.parametrize("squads", [3, 4, 5])
def test_relief_ahead_never_makes_fewer_shifts(squads):
    """With relief that may be called, there are at least as many shifts and no more stops."""
    alone, helped = drill(mine(squads)), drill(mine(squads, relief=1))
    assert len(times(helped, IN)) >= len(times(alone, IN))
    assert len(times(helped, STOPPED)) <= len(times(alone, STOPPED))
