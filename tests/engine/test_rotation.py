"""Rotation of squads on apparatus: a known answer, closed forms, and every minute told by a second program."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.rotation import Rotation, first_break, latest_call, worked
from sim.log import Cause, Kind
from sim.scenario.command import Shifts
from sim.units import HOUR, MINUTE

OUT, RESTED, IN, BY = Kind.SHIFT_OUT, Kind.SHIFT_RESTED, Kind.SHIFT_ENTERED, Kind.SHIFT_STANDBY
STOPPED, RESUMED, FINDING = Kind.SHIFT_STOPPED, Kind.SHIFT_RESUMED, Kind.FINDING
A, B, C, D, E = range(5)


def rules(on=4 * HOUR, rest=8 * HOUR, way=50 * MINUTE, reserve=20 * MINUTE, lasts=60 * HOUR, **others):
    """Return the rules of sixty hours at one face."""
    others = {"standby": True, "sets": 6, "life_saving": False, "joins": -1} | others
    return Shifts(on, rest, way, reserve, lasts=lasts, **others)


def play(shifts, joins, leaves=(), tired=(), *, opens=0, work=0, until=10**12):
    """Run a rotation with squads that join (some tired: rest is missing) and leave at given moments; returns it and (moment, kind, squad, quantity, cause)."""
    rotation, told, now = Rotation(shifts, work), [], 0
    happenings = sorted([(t, 1, squad) for squad, t in joins.items()] + [(t, 0, squad) for squad, t in dict(leaves).items()])
    while not rotation.over:
        due = [
            t for t in (rotation.next, opens if not rotation.open else None, *(t for t, _, _ in happenings[:1])) if t is not None
        ]
        if not due or min(due) > until:
            break
        now = max(now, min(due))
        rotation.open = rotation.open or now >= opens
        steps = []
        while happenings and happenings[0][0] <= now:
            _, comes, squad = happenings.pop(0)
            if comes:
                rotation.join(squad, now, now + dict(tired).get(squad, 0))
            else:
                steps += rotation.leave(squad, now)
        steps += rotation.step(now)
        told += [(now, *step) for step in steps]
    return rotation, told


def count(told, kind):
    """Return how often each squad did something."""
    squads = [entry[2] for entry in told if entry[1] == kind]
    return {squad: squads.count(squad) for squad in sorted(set(squads))}


# --- a known answer ----------------------------------------------------------------------------------------------------------


def test_sixty_hours_need_four_squads():
    """15 shifts as 4, 4, 4, 3; 2 h of work in each; 6 sets each; nobody lacks at any time."""
    rotation, told = play(rules(), {A: 0, B: 0, C: 0, D: 0})
    assert count(told, IN) == {A: 4, B: 4, C: 4, D: 3}
    assert [entry[0] for entry in told if entry[1] == IN] == [k * 4 * HOUR for k in range(15)]
    assert rotation.done == 30 * HOUR
    assert sum(entry[3] for entry in told if entry[1] == IN) == 90_000
    assert not [entry for entry in told if entry[1] in (STOPPED, FINDING)]
    assert [entry[:3] for entry in told[-2:]] == [(60 * HOUR, OUT, C), (60 * HOUR, RESTED, A)]
    assert first_break(4, rules()) is None


def test_three_squads_break_after_eight_hours_and_go_on_four_hours_later():
    """By hand: two shifts, then four hours without anybody to stand by, and so on; 10 shifts in 60 hours."""
    rotation, told = play(rules(), {A: 0, B: 0, C: 0})
    none = Cause.NONE
    assert told[:15] == [
        (0, IN, A, 6000, none), (0, BY, B, 0, none),
        (4 * HOUR, OUT, A, 0, none), (4 * HOUR, IN, B, 6000, none), (4 * HOUR, BY, C, 0, none),
        (8 * HOUR, OUT, B, 0, none), (8 * HOUR, STOPPED, -1, 0, Cause.NO_STANDBY_SQUAD),
        (12 * HOUR, RESTED, A, 0, none), (12 * HOUR, RESUMED, -1, 0, none), (12 * HOUR, IN, C, 6000, none), (12 * HOUR, BY, A, 0, none),
        (16 * HOUR, OUT, C, 0, none), (16 * HOUR, RESTED, B, 0, none), (16 * HOUR, IN, A, 6000, none), (16 * HOUR, BY, B, 0, none),
    ]  # fmt: skip
    assert [entry[0] // HOUR for entry in told if entry[1] == IN] == [0, 4, 12, 16, 24, 28, 36, 40, 48, 52]
    assert rotation.done == 20 * HOUR
    assert first_break(3, rules()) == 8 * HOUR


def test_relief_must_be_called_four_hours_and_nine_minutes_after_the_first_entry():
    """231 min of lead before the break at 8 h; joining just then it averts the break, a minute later it does not."""
    call = latest_call(first_break(3, rules()), 231 * MINUTE)
    assert call == 249 * MINUTE
    assert first_break(3, rules(), later=[call + 231 * MINUTE]) is None
    assert first_break(3, rules(), later=[call + 232 * MINUTE]) == 8 * HOUR


def test_life_saving_cuts_the_rest_that_is_nearest_its_end_and_says_so():
    """Three squads: at 8 h A stands by with 4 of its 8 hours missing; nothing stops."""
    _, told = play(rules(life_saving=True), {A: 0, B: 0, C: 0})
    at_break = [entry[1:] for entry in told if entry[0] == 8 * HOUR]
    assert at_break == [
        (OUT, B, 0, Cause.NONE), (IN, C, 6000, Cause.NONE), (FINDING, A, 4 * HOUR, Cause.LIFE_SAVING), (BY, A, 0, Cause.NONE),
    ]  # fmt: skip
    assert sum(count(told, IN).values()) == 15
    assert not count(told, STOPPED)
    assert first_break(3, rules(life_saving=True)) == 8 * HOUR


def test_who_has_just_come_out_may_stand_by_only_to_save_lives():
    """Two squads take turns with all of their rest missing; without the exception they stop after one shift."""
    _, told = play(rules(life_saving=True, lasts=12 * HOUR), {A: 0, B: 0})
    assert [entry[2:4] for entry in told if entry[1] == FINDING] == [(A, 8 * HOUR), (B, 8 * HOUR)]
    _, told = play(rules(lasts=12 * HOUR), {A: 0, B: 0})
    assert [entry[:3] for entry in told if entry[1] in (IN, STOPPED)] == [(0, IN, A), (4 * HOUR, STOPPED, -1)]


def test_work_ends_with_the_shift_that_completes_it():
    """Without a set length: 5 h of work at 2 h a shift take three shifts."""
    rotation, told = play(rules(lasts=0), {A: 0, B: 0, C: 0, D: 0}, work=5 * HOUR)
    assert rotation.over
    assert [entry[:3] for entry in told[-2:]] == [(12 * HOUR, OUT, C), (12 * HOUR, RESTED, A)]
    assert sum(count(told, IN).values()) == 3


def test_without_standby_one_squad_is_enough_and_nobody_rested_is_the_reason_to_stop():
    """One squad alone: 4 h in, 8 h out."""
    _, told = play(rules(standby=False, lasts=24 * HOUR), {A: 0})
    assert [entry[:2] for entry in told] == [
        (0, IN), (4 * HOUR, OUT), (4 * HOUR, STOPPED), (12 * HOUR, RESTED), (12 * HOUR, RESUMED), (12 * HOUR, IN), (16 * HOUR, OUT),
        (16 * HOUR, STOPPED), (24 * HOUR, RESTED),
    ]  # fmt: skip
    assert told[2][4] == Cause.NOBODY_RESTED


# --- who leaves --------------------------------------------------------------------------------------------------------------


def test_a_squad_that_stood_by_and_leaves_is_replaced_at_once():
    """B is taken away at 1 h: C stands by; D would have been next."""
    _, told = play(rules(lasts=8 * HOUR), {A: 0, B: 0, C: 0, D: 0}, {B: HOUR})
    assert [entry[:3] for entry in told][2:6] == [(HOUR, BY, C), (4 * HOUR, OUT, A), (4 * HOUR, IN, C), (4 * HOUR, BY, D)]


def test_a_squad_left_alone_comes_out_at_once():
    """Two squads: B leaves at 3 h, so A comes out, with 80 min of its work done; a new squad lets them go on once A has rested."""
    rotation, told = play(rules(lasts=12 * HOUR), {A: 0, B: 0, C: 5 * HOUR}, {B: 3 * HOUR})
    assert [entry[:3] for entry in told][2:] == [
        (3 * HOUR, OUT, A), (3 * HOUR, STOPPED, -1), (11 * HOUR, RESTED, A), (11 * HOUR, RESUMED, -1), (11 * HOUR, IN, C),
        (11 * HOUR, BY, A), (12 * HOUR, OUT, C),
    ]  # fmt: skip
    assert told[3][4] == Cause.NO_STANDBY_SQUAD
    assert rotation.done == 80 * MINUTE


def test_the_squad_inside_leaves_and_the_next_goes_in_at_once():
    """A is taken away at 1 h: B enters, C stands by; the cadence counts from then."""
    _, told = play(rules(lasts=6 * HOUR), {A: 0, B: 0, C: 0}, {A: HOUR})
    assert [entry[:3] for entry in told][2:] == [
        (HOUR, OUT, A), (HOUR, IN, B), (HOUR, BY, C), (5 * HOUR, OUT, B), (5 * HOUR, STOPPED, -1),
    ]  # fmt: skip


# --- closed form, second program, rules --------------------------------------------------------------------------------------


@given(st.integers(2, 9), st.integers(1, 12), st.integers(0, 40), st.booleans(), st.booleans())
def test_the_first_break_has_a_closed_form(squads, on, rest, standby, life_saving):
    """With n squads they last for ever if rest <= (n - 2) shifts (n - 1 without standby); otherwise they break at n - 1 (n) shifts."""
    shifts = rules(on * HOUR, rest * HOUR, lasts=1000 * HOUR, standby=standby, life_saving=life_saving)
    free = squads - 2 if standby else squads - 1
    expected = None if rest <= free * on else (free + 1) * on * HOUR
    assert first_break(squads, shifts) == expected


def minute_by_minute(shifts, joins, leaves, tired, opens, work, until):
    """Tell the same story looking at every minute: what each squad does is a letter and how many minutes it has done it."""
    doing, told, stopped, begun, done = {}, [], False, None, 0

    def who(*letters, but=()):
        return [s for s in doing if doing[s][0] in letters and s not in but]

    def best(but=()):
        free = sorted(who("F", but=but), key=lambda s: (-doing[s][1], s))
        tired = sorted(who("R", but=but), key=lambda s: (-doing[s][1], s)) if shifts.life_saving else []
        return (free + tired)[0] if free + tired else None

    def work_of(minutes):
        return max(0, min(minutes - 2 * shifts.way, shifts.effective))

    def send(squad, letter, kind, now):
        if doing[squad][0] == "R":
            told.append((now, FINDING, squad, shifts.rest - doing[squad][1]))
        told.append((now, kind, squad, shifts.sets * 1000 if kind == IN else 0))
        doing[squad] = [letter, 0]

    for now in range(until + 1):
        outs, back = [], []
        for state in doing.values():
            state[1] += 1
        for squad in sorted(s for s, t in leaves.items() if t == now and s in doing):
            if doing[squad][0] == "I":
                told.append((now, OUT, squad, 0))
                done += work_of(doing[squad][1])
            del doing[squad]
        for squad in sorted(s for s, t in joins.items() if t == now):
            doing[squad] = ["R", shifts.rest - tired[squad]] if tired.get(squad) else ["F", 0]
        back = sorted(s for s in who("R") if doing[s][1] >= shifts.rest)
        for squad in back:
            doing[squad] = ["F", 0]
        if begun is None:
            told += [(now, RESTED, s, 0) for s in back]
        else:
            ending = bool(shifts.lasts) and now == begun + shifts.lasts
            lonely = shifts.standby and who("I") and not who("S") and best() is None
            for squad in who("I"):
                if doing[squad][1] == shifts.on or ending or lonely:
                    outs.append(squad)
                    done += work_of(doing[squad][1])
                    doing[squad] = ["R", 0] if shifts.rest else ["F", 0]
            told += [(now, OUT, s, 0) for s in outs] + [(now, RESTED, s, 0) for s in back]
            told += [(now, RESTED, s, 0) for s in outs if not shifts.rest]
            if ending or (not shifts.lasts and not who("I") and done >= work):
                return told
        if now < opens:
            continue
        if not who("I"):
            first = (who("S") or [best()])[0]
            second = best([first]) if first is not None and shifts.standby else None
            if first is None or (shifts.standby and second is None):
                if begun is not None and not stopped:
                    told.append((now, STOPPED, -1, 0))
                    stopped = True
                continue
            if stopped:
                told.append((now, RESUMED, -1, 0))
            stopped, begun = False, now if begun is None else begun
            send(first, "I", IN, now)
            if shifts.standby:
                send(second, "S", BY, now)
        elif shifts.standby and not who("S"):
            send(best(), "S", BY, now)
    return told


@st.composite
def operations(draw):
    """Return rules and squads that come, and perhaps go; in steps so small that a minute is a long time."""
    on = draw(st.integers(1, 12))
    way = draw(st.integers(0, on // 3))
    shifts = Shifts(
        on, draw(st.integers(0, 30)), way, draw(st.integers(0, on // 4)), draw(st.booleans()), draw(st.sampled_from((0, 40, 77))), 6,
        draw(st.booleans()), -1,
    )  # fmt: skip
    squads = draw(st.integers(2, 8))
    joins = {squad: draw(st.integers(0, 40)) if draw(st.booleans()) else 0 for squad in range(squads)}
    leaves = {s: joins[s] + draw(st.integers(1, 60)) for s in range(squads) if draw(st.integers(0, 3)) == 0}
    tired = {s: draw(st.integers(0, shifts.rest)) for s in range(squads) if draw(st.integers(0, 3)) == 0}
    return shifts, joins, leaves, tired, draw(st.sampled_from((0, 0, 5))), draw(st.integers(0, 60))


@settings(max_examples=400, deadline=None)
@given(operations())
def test_every_minute_told_by_a_second_program(operation):
    """The rotation, which jumps from event to event, tells the same story as a program that looks at every minute."""
    shifts, joins, leaves, tired, opens, work = operation
    _, told = play(shifts, joins, leaves, tired, opens=opens, work=work, until=200)
    assert [entry[:4] for entry in told] == minute_by_minute(shifts, joins, leaves, tired, opens, work, 200)


def check_rules(shifts, told, leaves=(), came_out=()):
    """Hold a story against the rules, from its rows alone: (moment, kind, squad, quantity, ...) in order."""
    inside, standing, out_at, excused = [], [], dict(came_out), {}
    for moment in sorted({entry[0] for entry in told} | {moment for _, moment in leaves}):
        gone = [squad for squad, at in leaves if at == moment]
        standing = [squad for squad in standing if squad not in gone]
        for _, kind, squad, quantity, *_ in (entry for entry in told if entry[0] == moment):
            if kind == OUT:
                inside.remove(squad)
                out_at[squad] = moment
            elif kind == FINDING:
                assert shifts.life_saving
                excused[squad] = quantity
            elif kind == RESTED:
                assert moment - out_at[squad] >= shifts.rest
            elif kind in (IN, BY):
                if squad in standing:
                    assert kind == IN
                    standing.remove(squad)
                else:
                    missing = max(0, out_at[squad] + shifts.rest - moment) if squad in out_at else 0
                    assert missing == excused.pop(squad, 0)
                (inside if kind == IN else standing).append(squad)
        assert len(inside) <= 1
        assert len(standing) <= shifts.standby
        assert not set(inside) & set(standing)
        assert standing or not inside or not shifts.standby
    assert not excused


@settings(max_examples=400, deadline=None)
@given(operations())
def test_no_rest_is_cut_silently_and_no_squad_is_ever_alone(operation):
    """At most one squad inside, never without another standing by; who goes in or stands by has rested, or a finding says how much is missing."""
    shifts, joins, leaves, tired, opens, work = operation
    _, told = play(shifts, joins, leaves, tired, opens=opens, work=work, until=400)
    came_out = {squad: joins[squad] + missing - shifts.rest for squad, missing in tired.items()}
    check_rules(shifts, told, tuple(leaves.items()), came_out)


@pytest.mark.parametrize(("minutes", "expected"), [(240, 120), (220, 120), (150, 50), (100, 0), (10, 0)])
def test_a_shift_cut_short_still_had_to_go_in_and_out(minutes, expected):
    """Effective work of a shift: at most what the reserve leaves; nothing before the way in and out is made up."""
    assert worked(rules(), minutes * MINUTE) == expected * MINUTE
