"""Moving up: by table and by expected cover, checked by hand and by enumeration; it never takes a team off a mission."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations_with_replacement
from math import e

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.expected_cover import best_bases, expected_cover
from sim.engine.floor import at_home
from sim.engine.move_up import MoveUps
from sim.engine.outlook import Outlook
from sim.engine.simulate import simulate
from sim.log import CAUSES, COLUMNS, KINDS, Cause, Kind
from sim.network.line import Line as StraightLine
from sim.network.service import compile_travel
from sim.network.states import Effect
from sim.network.trips import Site as TravelSite
from sim.quantities import Exponential
from sim.randomness import name_key
from sim.scenario.command import Command, Convoy, Floor, Lender, MoveUp, RadioGap, Standard
from sim.scenario.frozen import RoadEvent, Ticks
from sim.units import HOUR, MINUTE
from tests.engine.builders import course, line, planned, scenario, team
from tests.engine.random_scenarios import small_scenarios

MOVES = (Kind.TEAM_MOVING_UP, Kind.TEAM_MOVED_UP)
WEST, MIDDLE, EAST = 0, 1, 2
BASES = [(0.0, 0.0), (10_000.0, 0.0), (30_000.0, 0.0)]
"""Three bases on a road, 1 km a minute: West at 0, Middle at 10, East at 30 km."""


def table(*rows, teams=(0, 1, 2), name="m"):
    """Return a compliance table: for 1, 2, … idle teams, the bases to man."""
    return MoveUp(name, 0, frozenset(teams), (WEST, MIDDLE, EAST), rows, -1, 0.3)


def greedy(teams=(0, 1, 2), bases=(WEST, MIDDLE, EAST), busy=0.3):
    """Return the rule of expected cover, on the first standard."""
    return MoveUp("m", 0, frozenset(teams), bases, (), 0, busy)


def standard(sites, within, weights=None, served_by=None):
    """Return a standard of cover."""
    weights = tuple(weights or [1.0] * len(sites))
    return Standard("s", "s", 0, within, 1, tuple(sites), weights, tuple(served_by or [()] * len(sites)), True, "")


def cells(out):
    """Return the log as dicts, kind and cause by name, time in minutes."""
    found = [dict(zip(COLUMNS, row, strict=True)) for row in out.rows.tolist()]
    for cell in found:
        cell["kind"], cell["cause"], cell["time"] = KINDS[cell["kind"]], CAUSES[cell["cause"]], cell["time"] / MINUTE
    return found


def moves(out):
    """Return (minute, kind, team, base) of every move."""
    return [(c["time"], c["kind"], c["team"], c["place"]) for c in cells(out) if c["kind"] in MOVES]


def rows_of(out, kind):
    """Return (minute, team) of the rows of a kind."""
    return [(c["time"], c["team"]) for c in cells(out) if c["kind"] == kind]


def three_bases(calls, *rules, points=(), teams=None, work=60 * MINUTE, standards=(), **traits):
    """Return a drill: a team at each base, turn-out 2 min, whose calls take an hour."""
    teams = teams or [team(n, n, turnout=2 * MINUTE) for n in range(3)]
    command = Command(move_up=rules, standards=standards, **traits.pop("more", {}))
    incidents = tuple(planned(f"p{n}", minute * MINUTE, site) for n, (minute, site) in enumerate(calls))
    return scenario(
        [*BASES, *points], teams, [course(line(work=work))], planned=incidents, mode="drill", command=command, **traits
    )


GAP = table((MIDDLE,), (WEST, EAST), (WEST, MIDDLE, EAST))
"""One team stands in the middle, two at the ends, three at home."""


# --- the table -----------------------------------------------------------------------------------------------------------------


def test_a_gap_is_covered_and_the_team_goes_home_again():
    """East leaves at 5 for an hour on the spot: Middle drives 20 min to East, and home when East is back."""
    out = simulate(three_bases([(5, EAST)], GAP))
    assert moves(out) == [
        (5, Kind.TEAM_MOVING_UP, 1, EAST), (25, Kind.TEAM_MOVED_UP, 1, EAST),
        (67, Kind.TEAM_MOVING_UP, 1, MIDDLE), (87, Kind.TEAM_MOVED_UP, 1, MIDDLE),
    ]  # fmt: skip
    rows = cells(out)
    assert {cell["cause"] for cell in rows if cell["kind"] in MOVES} == {Cause.COVER}
    assert all(cell["incident"] == cell["mission"] == -1 for cell in rows if cell["kind"] in MOVES)
    caused = [rows[cell["ref"]]["kind"] for cell in rows if cell["kind"] in MOVES]
    assert caused == [Kind.TEAM_ORDERED, Kind.TEAM_MOVING_UP, Kind.TEAM_HOME, Kind.TEAM_MOVING_UP]
    assert rows[-1]["kind"] == Kind.RUN_ENDED
    assert rows[-1]["time"] == 87


def test_the_last_idle_team_goes_to_the_middle():
    """East leaves at 5, West at 6: Middle has driven 1 of 20 min to East, turns and is back a minute later."""
    out = simulate(three_bases([(5, EAST), (6, WEST)], GAP))
    assert moves(out)[:3] == [
        (5, Kind.TEAM_MOVING_UP, 1, EAST), (6, Kind.TEAM_MOVING_UP, 1, MIDDLE), (7, Kind.TEAM_MOVED_UP, 1, MIDDLE),
    ]  # fmt: skip


def test_the_longest_drive_is_as_short_as_can_be():
    """East must be manned, Middle too: rather two drives of 10 and 20 min than one of 30."""
    rule = table((MIDDLE,), (MIDDLE, EAST), (WEST, MIDDLE, EAST))
    out = simulate(three_bases([(5, EAST)], rule))
    assert moves(out)[:4] == [
        (5, Kind.TEAM_MOVING_UP, 0, MIDDLE), (5, Kind.TEAM_MOVING_UP, 1, EAST),
        (15, Kind.TEAM_MOVED_UP, 0, MIDDLE), (25, Kind.TEAM_MOVED_UP, 1, EAST),
    ]  # fmt: skip


def test_nobody_moves_for_a_table_that_is_met():
    """West and East man the ends already when Middle is away; the log is that of a run without rules."""
    assert moves(simulate(three_bases([(5, MIDDLE)], GAP))) == []
    plain = simulate(three_bases([(5, MIDDLE)]))
    assert simulate(three_bases([(5, MIDDLE)], GAP)).digest == plain.digest


def test_a_short_table_goes_on_with_its_last_row_and_the_rest_stays_at_home():
    """One row: the middle. Its own team stands there; nobody else moves, however many are idle."""
    assert moves(simulate(three_bases([(5, EAST)], table((MIDDLE,))))) == []
    out = simulate(three_bases([(5, MIDDLE)], table((MIDDLE,))))
    assert moves(out)[:2] == [(5, Kind.TEAM_MOVING_UP, 0, MIDDLE), (15, Kind.TEAM_MOVED_UP, 0, MIDDLE)]


def test_a_base_may_be_manned_by_two():
    """The row for two idle teams names the middle twice: both go, and neither to its own base."""
    out = simulate(three_bases([(5, MIDDLE)], table((MIDDLE,), (MIDDLE, MIDDLE), (WEST, MIDDLE, EAST))))
    assert moves(out)[:2] == [(5, Kind.TEAM_MOVING_UP, 0, MIDDLE), (5, Kind.TEAM_MOVING_UP, 2, MIDDLE)]


def test_moving_up_is_ordinary_driving():
    """A team that takes 1.5 times as long without lights takes 30 min for 20 km."""
    teams = [team(n, n, turnout=2 * MINUTE, return_factor=1.5) for n in range(3)]
    assert moves(simulate(three_bases([(5, EAST)], GAP, teams=teams)))[1] == (35, Kind.TEAM_MOVED_UP, 1, EAST)


def test_the_quicker_team_goes():
    """To the middle, West takes three times as long as with lights, 30 min; East drives its 20 km in 20."""
    teams = [team(0, 0, return_factor=3.0), team(1, 1), team(2, 2)]
    out = simulate(three_bases([(5, MIDDLE)], table((MIDDLE,), (MIDDLE,)), teams=teams))
    assert moves(out)[0] == (5, Kind.TEAM_MOVING_UP, 2, MIDDLE)


def test_a_run_ends_when_the_last_move_has_ended():
    """A road event a week later is not waited for, however often teams were redirected, ordered on the move, or posted."""
    sites = [TravelSite(x, y, f"s{n}") for n, (x, y) in enumerate([*BASES, (28_000.0, 0.0)])]
    snow = Effect(None, 0.5, frozenset(), "snow", None)
    travel = compile_travel(StraightLine(60.0, 1.0, projected=True), sites, effects=[snow])
    event = RoadEvent("snow", "snow", name_key("snow"), 0, 10_000 * MINUTE, None, None)
    for calls in ([(5, EAST)], [(5, EAST), (6, WEST)], [(5, EAST), (15, 3)], [(5, EAST), (30, 3)]):
        out = simulate(three_bases(calls, GAP, points=[(28_000.0, 0.0)], travel=travel, road_events=(event,)))
        last, end = cells(out)[-2:]
        assert (last["kind"], end["kind"]) == (Kind.TEAM_MOVED_UP, Kind.RUN_ENDED) or last["kind"] == Kind.TEAM_HOME
        assert last["time"] == end["time"] < 200
    table_of_one = table((EAST,), (EAST,), (EAST,), teams=(0,))  # West belongs in East, and never comes home
    out = simulate(three_bases([(40, MIDDLE)], table_of_one, points=[(28_000.0, 0.0)], travel=travel, road_events=(event,)))
    assert moves(out) == [(0, Kind.TEAM_MOVING_UP, 0, EAST), (30, Kind.TEAM_MOVED_UP, 0, EAST)]
    assert cells(out)[-1]["time"] == 102


def test_the_rules_hold_from_the_start():
    """Three idle teams, all in the west: one goes to each base before anything happens."""
    teams = [team(n, WEST) for n in range(3)]
    out = simulate(three_bases([(90, WEST)], GAP, teams=teams))
    assert moves(out)[:2] == [(0, Kind.TEAM_MOVING_UP, 1, MIDDLE), (0, Kind.TEAM_MOVING_UP, 2, EAST)]


# --- sent while moving or posted -------------------------------------------------------------------------------------------------


def test_ordered_while_moving_it_goes_on_at_once():
    """Middle is at 20 km at 15, on the way to East; a call at 28 km is 8 min away, without turn-out."""
    out = simulate(three_bases([(5, EAST), (15, 3)], GAP, points=[(28_000.0, 0.0)]))
    assert rows_of(out, Kind.TEAM_ORDERED)[1] == (15, 1)
    assert rows_of(out, Kind.TEAM_DEPARTED)[1] == (15, 1)
    assert rows_of(out, Kind.TEAM_ARRIVED)[1] == (23, 1)
    assert (25, Kind.TEAM_MOVED_UP, 1, EAST) not in moves(out)
    assert rows_of(out, Kind.TEAM_HOME)[-1] == (23 + 60 + 18, 1)  # to its own base, as from any incident


def test_ordered_while_posted_it_turns_out_there():
    """Middle stands in East from 25 on; a call at 30, 2 km off: turn-out 2 min, drive 2."""
    out = simulate(three_bases([(5, EAST), (30, 3)], GAP, points=[(28_000.0, 0.0)]))
    assert rows_of(out, Kind.TEAM_ORDERED)[1] == (30, 1)
    assert rows_of(out, Kind.TEAM_DEPARTED)[1] == (32, 1)
    assert rows_of(out, Kind.TEAM_ARRIVED)[1] == (34, 1)


def test_the_turn_out_of_a_posted_team_is_counted_when_teams_are_compared():
    """A call at 14.5 km: West is there in 2 + 14.5 min, Middle, posted in East at 30 km, in 2 + 15.5; at 15.5 km it is first."""
    for metres, who in ((14_500.0, 0), (15_500.0, 1)):
        out = simulate(three_bases([(5, EAST), (30, 3)], GAP, points=[(metres, 0.0)]))
        assert rows_of(out, Kind.TEAM_ORDERED)[1] == (30, who)


def test_a_posted_team_that_is_taken_back_before_it_leaves_stands_there_again():
    """Middle, posted, is one of two teams for a call that West ends at once; it has not left: no drive, no refit."""
    first = course(line(work=60 * MINUTE))
    both = course(line(count=2, work=MINUTE), line(1, 1, work=MINUTE, ends=True), kind="both")
    teams = [
        team(0, WEST, able={1: 1.0}), team(1, MIDDLE, turnout=20 * MINUTE), team(2, EAST), team(3, 3, turnout=30 * MINUTE),
    ]  # fmt: skip
    rule = table((MIDDLE,), (EAST, 3), (MIDDLE, EAST, 3), teams=(1, 2, 3))
    model = scenario(
        [*BASES, (31_000.0, 0.0)], teams, [first, both], capabilities=("c", "d"), mode="drill",
        planned=(planned("a", 5 * MINUTE, EAST), planned("b", 60 * MINUTE, WEST, 1)),
        command=Command(move_up=(rule,)),
    )  # fmt: skip
    rows = cells(simulate(model))
    assert [(c["time"], c["team"]) for c in rows if c["kind"] == Kind.INCIDENT_CLOSED] == [(61, -1), (65, -1)]
    told = [(c["time"], c["kind"], c["place"]) for c in rows if c["team"] == 1]
    assert told == [
        (5, Kind.TEAM_MOVING_UP, EAST), (25, Kind.TEAM_MOVED_UP, EAST), (60, Kind.TEAM_ORDERED, WEST),
        (61, Kind.TEAM_RELEASED, WEST), (61, Kind.TEAM_HOME, -1), (61, Kind.TEAM_MOVED_UP, EAST),
        (65, Kind.TEAM_MOVING_UP, MIDDLE), (85, Kind.TEAM_MOVED_UP, MIDDLE),
    ]  # fmt: skip


def test_radio_where_it_stands_counts():
    """Radio is weak in East: an order takes 7 min longer to reach the team that is posted there."""
    weak = RadioGap("r", "r", name_key("r"), frozenset({EAST}), 20 * MINUTE, None, None, Ticks(7 * MINUTE), Ticks(0), -1)
    model = three_bases([(5, EAST), (30, 3)], GAP, points=[(28_000.0, 0.0)], more={"radio": (weak,)})
    told = [(c["time"], c["team"], c["place"]) for c in cells(simulate(model)) if c["kind"] == Kind.TEAM_TOLD]
    assert told == [(37, 1, EAST)]


def test_whoever_cannot_be_called_on_the_road_can_be_called_once_posted():
    """Without call-back Middle is not to be reached at 15; the call waits until it stands in East at 25."""
    teams = [replace(team(n, n, turnout=2 * MINUTE), call_back=False) for n in range(3)]
    teams[WEST] = replace(teams[WEST], capabilities={1: 1.0})
    rule = table((EAST,), (MIDDLE, EAST), teams=(1, 2))
    model = three_bases([(5, EAST), (15, EAST)], rule, teams=teams, capabilities=("c", "d"))
    out = simulate(model)
    assert rows_of(out, Kind.TEAM_ORDERED) == [(5, 2), (25, 1)]


# --- roads ---------------------------------------------------------------------------------------------------------------------


def test_a_change_of_the_roads_touches_a_team_on_the_move():
    """From 10 on every drive takes twice as long: Middle, 5 km into its way, is in East at 40 and not at 25."""
    sites = [TravelSite(x, y, f"s{n}") for n, (x, y) in enumerate(BASES)]
    slow = Effect(None, 0.5, frozenset(), "snow", None)
    travel = compile_travel(StraightLine(60.0, 1.0, projected=True), sites, effects=[slow])
    event = RoadEvent("snow", "snow", name_key("snow"), 0, 10 * MINUTE, None, None)
    out = simulate(three_bases([(5, EAST)], GAP, travel=travel, road_events=(event,)))
    rows = cells(out)
    rerouted = [(c["time"], c["team"], c["incident"]) for c in rows if c["kind"] == Kind.TEAM_REROUTED]
    assert rerouted[0] == (10, 1, -1)
    assert moves(out)[1] == (40, Kind.TEAM_MOVED_UP, 1, EAST)


# --- expected cover --------------------------------------------------------------------------------------------------------------


def test_expected_cover_by_hand():
    """Busy 0.5: one team covers half of a place's people, two three quarters."""
    reached = [[True, False], [True, True]]
    assert expected_cover([4.0, 8.0], reached, [0], 0.5) == 2.0
    assert expected_cover([4.0, 8.0], reached, [1], 0.5) == 6.0
    assert expected_cover([4.0, 8.0], reached, [0, 1], 0.5) == 3.0 + 4.0
    assert expected_cover([4.0, 8.0], reached, [], 0.5) == 0.0
    assert best_bases([4.0, 8.0], reached, 2, 0.5) == [1, 1]
    assert best_bases([9.0, 1.0], [[True, False], [False, True]], 3, 0.1) == [0, 1, 0]  # 8.1, then 0.9 against 0.81


def test_of_equal_bases_the_first_is_taken_and_nobody_stands_where_nothing_is_gained():
    """Two bases that reach the same; never busy: a second team adds nothing."""
    assert best_bases([3.0], [[True], [True]], 3, 0.0) == [0]
    assert best_bases([3.0], [[False], [True]], 2, 0.5) == [1, 1]
    assert best_bases([3.0], [[False]], 2, 0.5) == []
    assert best_bases([], [], 2, 0.5) == []


@given(st.data())
def test_greedy_against_all_choices(data):
    """One team stands best; several have at least 1 - 1/e of the best cover of all choices, and never less with one more."""
    places, bases = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 4))
    weights = data.draw(st.lists(st.integers(0, 9), min_size=places, max_size=places))
    reached = [data.draw(st.lists(st.booleans(), min_size=places, max_size=places)) for _ in range(bases)]
    busy, before = data.draw(st.sampled_from((0.0, 0.1, 0.5, 0.9))), 0.0
    for teams in range(1, 4):
        chosen = expected_cover(weights, reached, best_bases(weights, reached, teams, busy), busy)
        best = max(
            expected_cover(weights, reached, standing, busy) for standing in combinations_with_replacement(range(bases), teams)
        )
        assert chosen <= best * (1 + 1e-12)
        assert chosen >= best * (1 - 1 / e) - 1e-9
        assert chosen >= before - 1e-12
        before = chosen
        if teams == 1:
            assert chosen == pytest.approx(best)


TOWN = standard((3, 4), 7 * MINUTE, (100.0, 300.0))
TOWNS = [(2000.0, 0.0), (28_000.0, 0.0)]
"""100 people near West, 300 near East."""


def test_the_gap_that_weighs_most_is_covered():
    """East is away, then West: Middle, which reaches nobody from home, drives to the 300 in the east and not to the 100."""
    model = three_bases([(5, EAST), (6, WEST)], greedy(busy=0.0), points=TOWNS, standards=(TOWN,))
    assert moves(simulate(model))[:2] == [(5, Kind.TEAM_MOVING_UP, 1, EAST), (25, Kind.TEAM_MOVED_UP, 1, EAST)]


def test_a_second_team_counts_when_the_first_may_be_busy():
    """Busy 0.1: from the start Middle adds 300 * 0.9 * 0.1 = 27 in the east, against 9 in the west and nothing at home."""
    model = three_bases([(60, MIDDLE)], greedy(busy=0.1), points=TOWNS, standards=(TOWN,))
    assert moves(simulate(model))[:2] == [(0, Kind.TEAM_MOVING_UP, 1, EAST), (20, Kind.TEAM_MOVED_UP, 1, EAST)]


def test_nobody_is_moved_for_the_same_cover():
    """Never busy, a second team adds nothing: two towns, a team near each, and the third stays where it is."""
    out = simulate(three_bases([(5, MIDDLE)], greedy(busy=0.0), points=TOWNS, standards=(TOWN,)))
    assert moves(out) == []


def test_of_two_bases_that_cover_the_same_the_manned_one_is_kept():
    """A town half-way between West and Middle: Middle covers it from home, and is not moved to West, the first of the bases."""
    town = standard((3,), 7 * MINUTE)
    model = three_bases([(5, EAST)], greedy((1,), busy=0.0), points=[(5000.0, 0.0)], standards=(town,))
    assert moves(simulate(model)) == []


def test_turn_out_counts_for_the_time_in_which_a_place_is_reached():
    """2 km and 2 min are over a standard of 3 min: no base reaches anybody, so nobody moves."""
    town = replace(TOWN, within=3 * MINUTE)
    assert moves(simulate(three_bases([(5, EAST)], greedy(), points=TOWNS, standards=(town,)))) == []


def test_places_served_by_others_under_contract_do_not_count():
    """The 300 in the east are served by a team that the rule does not move: only West's 100 are left, and they are covered."""
    town = replace(TOWN, served_by=((), (2,)))
    model = three_bases([(5, EAST)], greedy((0, 1), busy=0.0), points=TOWNS, standards=(town,))
    assert moves(simulate(model)) == []
    served = replace(model.command, standards=(replace(TOWN, served_by=((), (1,))),))
    assert moves(simulate(replace(model, command=served)))[0] == (0, Kind.TEAM_MOVING_UP, 1, EAST)


# --- backfill of lenders -----------------------------------------------------------------------------------------------------------


def backfilled(monkeypatch, calls=((1, WEST),)):
    """Run a scenario whose lender, East, is backfilled by West or Middle from minute 2 on; return its log and what was told."""
    told = []
    lender = Lender(0, "l", "l", (2,), (), Floor(1), Convoy(False, "", ()), (0, 1))
    teams = [team(0, WEST), team(1, MIDDLE), team(2, EAST, lender=0)]
    model = three_bases(calls, teams=teams, more={"lenders": (lender,)})
    begin = MoveUps.begin

    def asked(self):
        begin(self)
        run = self.run

        def back(which):
            told.append(("there", run.clock.now_ms / MINUTE, [unit.index for unit in at_home(run, which)]))

        monkeypatch.setattr(run.aid, "backfilled", back, raising=False)
        run.clock.at(
            2 * MINUTE, 7, 0, lambda: told.append((self.backfill(lender), [unit.index for unit in at_home(run, lender)]))
        )

    monkeypatch.setattr(MoveUps, "begin", asked)
    return simulate(model), told


def test_the_nearest_neighbour_backfills_and_counts_once_it_stands_there(monkeypatch):
    """Middle drives 20 min to East; until then only East's own team is at home."""
    out, told = backfilled(monkeypatch)
    assert told == [(True, [2]), ("there", 22, [2, 1])]
    assert moves(out) == [(2, Kind.TEAM_MOVING_UP, 1, EAST), (22, Kind.TEAM_MOVED_UP, 1, EAST)]


def test_a_neighbour_that_is_away_does_not_backfill(monkeypatch):
    """Middle and West have calls of their own."""
    out, told = backfilled(monkeypatch, ((1, MIDDLE), (1, WEST)))
    assert told == [(False, [2])]
    assert moves(out) == []


def test_a_neighbour_goes_home_when_the_lender_is_whole_again(monkeypatch):
    """East leaves for a call of an hour at 2, before Middle is there; when it is back at 62, Middle drives home."""
    out, _ = backfilled(monkeypatch, ((1, WEST), (2, EAST)))
    assert rows_of(out, Kind.TEAM_ORDERED) == [(1, 0), (2, 2)]
    assert moves(out)[-2:] == [(62, Kind.TEAM_MOVING_UP, 1, MIDDLE), (82, Kind.TEAM_MOVED_UP, 1, MIDDLE)]


def test_a_neighbour_that_is_called_away_no_longer_covers(monkeypatch):
    """Two calls in East at 30 take its own team and the neighbour; both go home from there, each to its own base."""
    out, _ = backfilled(monkeypatch, ((1, WEST), (30, EAST), (30, EAST)))
    assert rows_of(out, Kind.TEAM_ORDERED) == [(1, 0), (30, 1), (30, 2)]
    assert rows_of(out, Kind.TEAM_HOME)[1:] == [(90, 2), (110, 1)]
    assert len(moves(out)) == 2


# --- any scenario ------------------------------------------------------------------------------------------------------------------


@st.composite
def moving_scenarios(draw):
    """Return a small random scenario with a table or a greedy rule for one capability, some teams of a second rule."""
    model = draw(small_scenarios())
    places = range(len(model.sites))
    rules, free = [], set(range(len(model.teams)))
    for capability in draw(st.sets(st.integers(0, 2), min_size=1, max_size=2)):
        teams = frozenset(n for n in free if capability in model.teams[n].capabilities)
        free -= teams
        bases = tuple(draw(st.lists(st.sampled_from(places), min_size=1, max_size=3, unique=True)))
        rows = tuple(
            tuple(draw(st.lists(st.sampled_from(bases), max_size=n))) for n in range(1, draw(st.integers(0, len(teams))) + 1)
        )
        rules.append(MoveUp(f"m{capability}", capability, teams, bases, rows, 0, draw(st.sampled_from((0.0, 0.3, 0.8)))))
    covered = standard(tuple(places), draw(st.integers(5, 40)) * MINUTE)
    return replace(model, command=Command(move_up=tuple(rules), standards=(covered,)))


often = settings(max_examples=60)


@often
@given(moving_scenarios())
def test_the_same_twice_and_in_a_batch(model):
    """Digest for digest, whatever was learned before; and the run ends."""
    outlook = Outlook(model)
    batch = [simulate(model, n, outlook=outlook).digest for n in range(2)]
    assert [simulate(model, n).digest for n in range(2)] == batch


@often
@given(moving_scenarios())
def test_nobody_moves_up_on_a_mission_and_every_move_ends(model):
    """A team sets out for a base when it is at home, posted or on a move; it gets there, is redirected, or is ordered away.

    It is posted at bases of its rule, or back at its own. Ordered while it stands, it turns out; on the road it goes at once.
    """
    rule = {team: one for one in model.command.move_up for team in one.teams}
    doing, goes, left = {}, {}, set()
    turnout = {one.index: one.turnout.planned / MINUTE for one in model.teams}
    refits = {one.index for one in model.teams if one.refit.planned}
    rows = cells(simulate(model, planned=True))
    for cell in rows:
        who, kind = cell["team"], cell["kind"]
        if who < 0 or kind == Kind.TEAM_NOT_SENT:
            continue
        now = doing.get(who, "home")
        if kind in MOVES:
            assert who in rule
            assert cell["place"] in (*rule[who].bases, model.teams[who].base)
            if kind == Kind.TEAM_MOVING_UP:
                assert now in ("home", "posted", "moving")
                assert goes.get(who) != cell["place"] or now != "moving"
                doing[who], goes[who] = "moving", cell["place"]
            else:
                called_off = rows[cell["ref"]]["kind"] == Kind.TEAM_HOME
                assert now == ("home" if called_off else "moving")
                assert called_off or goes[who] == cell["place"]
                doing[who] = "home" if cell["place"] == model.teams[who].base else "posted"
        elif kind == Kind.TEAM_ORDERED:
            goes[who] = cell["time"] + (turnout[who] if now in ("home", "posted") else 0)
            doing[who] = "mission"
            left.discard(who)
        elif kind == Kind.TEAM_DEPARTED:
            assert cell["time"] == pytest.approx(goes[who])
            left.add(who)
        elif kind == Kind.TEAM_HOME:
            doing[who] = "refit" if who in refits and who in left else "home"
        elif kind == Kind.TEAM_READY:
            assert now == "refit"
            doing[who] = "home"
    assert "moving" not in doing.values()


@often
@given(moving_scenarios())
def test_a_rule_that_wants_everybody_at_home_changes_nothing(model):
    """Every row names the own bases of so many teams that none has to move: log for log the run without rules."""
    one = model.teams[0].base
    model = replace(model, teams=tuple(replace(other, base=one) for other in model.teams))
    rule = MoveUp("m", 0, frozenset(range(len(model.teams))), (one,), ((one,),), -1, 0.3)
    ruled, free = replace(model, command=Command(move_up=(rule,))), replace(model, command=Command())
    assert simulate(ruled, 1).digest == simulate(free, 1).digest


def test_random_work_does_not_end_in_a_circle():
    """A busy week with a table and exponential work: every team is home or posted at the end, in finite time."""
    work = Exponential(40 * MINUTE, 40 * MINUTE)
    calls = [(minute, minute % 3) for minute in range(0, 7 * 24 * 60, 50)]
    out = simulate(three_bases(calls, GAP, work=work), planned=False)
    rows = cells(out)
    assert rows[-1]["kind"] == Kind.RUN_ENDED
    assert rows[-1]["time"] * MINUTE < 8 * 24 * HOUR
    assert sum(cell["kind"] == Kind.TEAM_MOVING_UP for cell in rows) > 20
