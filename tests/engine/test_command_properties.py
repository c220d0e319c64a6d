"""What holds in every world of command and mutual aid, counted again from the log by other means than the engine's."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sim.engine.outlook import Outlook
from sim.engine.simulate import simulate
from sim.log import CAUSES, COLUMNS, KINDS, Cause, Kind
from sim.randomness import Draws, name_key
from sim.scenario import load_scenario
from sim.scenario.frozen import ZERO
from sim.units import MINUTE
from tests.engine.builders import course, line, planned, team
from tests.engine.random_command import CAPABILITIES, worlds

often = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
ENDS = (Kind.REQUEST_GRANTED, Kind.REQUEST_PARTLY, Kind.REQUEST_REFUSED, Kind.REQUEST_WITHDRAWN)
TAKEN = (Cause.RETARGETED, Cause.CALLED_AWAY)


def cells(out):
    """Return the log as dicts, kind and cause by name."""
    found = [dict(zip(COLUMNS, row, strict=True)) for row in out.rows.tolist()]
    for cell in found:
        cell["kind"], cell["cause"] = KINDS[cell["kind"]], CAUSES[cell["cause"]]
    return found


class Whereabouts:
    """Who is at home and ready, row by row: ordered away; home again, and refitted if there is anything to refit."""

    def __init__(self, model):
        self.model = model
        self.ready = set(range(len(model.teams)))
        self.left = set()
        """Teams that have driven off since they were last at home."""

    def see(self, cell):
        """Take in one row."""
        who, kind = cell["team"], cell["kind"]
        if kind == Kind.TEAM_ORDERED:
            self.ready.discard(who)
        elif kind == Kind.TEAM_DEPARTED:
            self.left.add(who)
        elif kind == Kind.TEAM_READY or (
            kind == Kind.TEAM_HOME and (who not in self.left or self.model.teams[who].refit is ZERO)
        ):
            self.ready.add(who)
            self.left.discard(who)


# --- requests ----------------------------------------------------------------------------------------------------------------


@often
@given(worlds(), st.integers(0, 3))
def test_every_request_ends_once(model, replication):
    """Made once, by the post that asks; passed on along its channel in order; then granted, partly granted, refused or withdrawn:
    once, with a cause where it is not granted, and nothing of it afterwards but its teams.
    """  # fmt: skip
    made, over, passed = {}, set(), defaultdict(list)
    for cell in cells(simulate(model, replication)):
        request, kind = cell["request"], cell["kind"]
        if kind == Kind.REQUEST_MADE:
            assert request not in made
            made[request] = cell
        elif kind in ENDS:
            assert request in made
            assert request not in over
            over.add(request)
            sent = cell["quantity"]
            assert (sent == 0) == (kind in (Kind.REQUEST_REFUSED, Kind.REQUEST_WITHDRAWN))
            assert sent <= made[request]["quantity"]
            assert (cell["cause"] == Cause.NONE) == (kind == Kind.REQUEST_GRANTED)
        elif kind == Kind.REQUEST_PASSED:
            assert request not in over
            passed[request].append(cell["post"])
        elif request >= 0 and kind == Kind.TEAM_ORDERED:
            assert request in over
    assert set(made) == over
    chains = {tuple(link.post for link in channel.links) for channel in model.command.channels}
    for posts in passed.values():
        assert any(chain[: len(posts)] == tuple(posts) and len(posts) < len(chain) for chain in chains)


@often
@given(worlds(), st.integers(0, 3))
def test_as_many_are_ordered_as_were_granted(model, replication):
    """The teams of a request are the lender's, all different, can do what is asked, and are as many as the answer says; nobody
    else's team moves on a request, and a lender's team never moves without one, but as first response.
    """  # fmt: skip
    rows = cells(simulate(model, replication))
    granted, sent = {}, defaultdict(list)
    for cell in rows:
        if cell["kind"] in ENDS:
            granted[cell["request"]] = cell["quantity"]
        elif cell["kind"] == Kind.TEAM_ORDERED and cell["request"] >= 0:
            assert cell["cause"] == Cause.MUTUAL_AID
            assert cell["item"] in model.teams[cell["team"]].capabilities
            sent[cell["request"]].append(cell["team"])
        elif cell["kind"] == Kind.TEAM_ORDERED and model.teams[cell["team"]].lender >= 0:
            assert cell["cause"] == Cause.FIRST_RESPONSE
    for request, quantity in granted.items():
        teams = sent.get(request, [])
        assert len(teams) == len(set(teams)) == quantity
        assert len({model.teams[one].lender for one in teams}) <= 1
        assert -1 not in {model.teams[one].lender for one in teams}


def reaches(model, one, site, within):
    """Tell whether a team at home is at a site in time: turn-out and the straight line at 60 km/h (None: too near to tell)."""
    a, b = model.sites[model.teams[one].base], model.sites[site]
    eta = model.teams[one].turnout.planned + math.hypot(a.x - b.x, a.y - b.y) / 1000 * MINUTE
    return None if abs(eta - within) < 2000 else eta < within


def floor_holds(model, floor, rest):
    """Tell whether a floor holds with the teams that remain, by a second count; None where a distance lies on the border."""
    if len(rest) < floor.teams:
        return False
    able = [one for one in rest if floor.capability in model.teams[one].capabilities]
    met, most = 0.0, 0.0
    for site, weight in zip(floor.sites, floor.weights, strict=True):
        found = [reaches(model, one, site, floor.within) for one in able]
        met += weight if True in found else 0.0
        most += weight if True in found or None in found else 0.0
    needed = floor.share * sum(floor.weights)
    if met >= needed - 1e-9:
        return True
    return None if most >= needed - 1e-9 else False


@often
@given(worlds(), st.integers(0, 3))
def test_no_loan_leaves_a_lender_below_its_floor(model, replication):
    """At the moment of release, once all of a request have been ordered, those that are at home and ready keep the floor: by
    number, or by the share of sites that one of them reaches in time.
    """  # fmt: skip
    where, to_come, lender = Whereabouts(model), 0, None
    for cell in cells(simulate(model, replication)):
        where.see(cell)
        if cell["kind"] in (Kind.REQUEST_GRANTED, Kind.REQUEST_PARTLY):
            to_come = cell["quantity"]
        elif cell["kind"] == Kind.TEAM_ORDERED and cell["request"] >= 0:
            lender = model.command.lenders[model.teams[cell["team"]].lender]
            to_come -= 1
            if not to_come:
                assert floor_holds(model, lender.floor, [one for one in lender.teams if one in where.ready]) is not False


@often
@given(worlds(), st.integers(0, 3))
def test_a_floor_or_a_limit_is_named_only_where_there_is_one(model, replication):
    """Cause floor: the lender has a floor, and with one more team gone it would be broken or nobody else could go. Cause limit: the
    channel rests on an agreement with a limit or kinds of its own. Not movable, not released: some team is such a one.
    """  # fmt: skip
    where = Whereabouts(model)
    made = {}
    for cell in cells(simulate(model, replication)):
        where.see(cell)
        if cell["kind"] == Kind.REQUEST_MADE:
            made[cell["request"]] = cell
        if cell["kind"] not in ENDS or cell["cause"] not in (Cause.FLOOR, Cause.LIMIT, Cause.NOT_MOVABLE, Cause.NOT_RELEASED):
            continue
        asks, said = made[cell["request"]]["post"], cell["post"]
        channels = [one for one in model.command.channels if one.asks == asks and said in (asks, one.links[-1].post)]
        lenders = [one for one in model.command.lenders if set(one.channels) & {channel.index for channel in channels}]
        assert lenders
        if cell["cause"] == Cause.FLOOR:
            assert any(one.floor.teams or one.floor.share for one in lenders)
        elif cell["cause"] == Cause.LIMIT:
            found = [model.command.agreements[one.agreement] for one in channels if one.agreement >= 0]
            assert any(one.most or one.kinds for one in found)
        elif cell["cause"] == Cause.NOT_MOVABLE:
            assert any(one.excluded for one in channels)
        else:
            assert any(model.teams[one].release_by >= 0 for lender in lenders for one in lender.teams)


@often
@given(worlds(), st.integers(0, 3))
def test_an_agreement_is_kept(model, replication):
    """So many teams at a time and no more; and none is kept at work beyond the time agreed, until its work or its incident is over."""
    rows = cells(simulate(model, replication))
    channel_of = {}
    for cell in rows:
        if cell["kind"] == Kind.REQUEST_MADE:
            channel_of[cell["request"]] = cell["post"]
    where, lent, began, ends = Whereabouts(model), {}, {}, {}
    for cell in rows:
        where.see(cell)
        if cell["kind"] == Kind.TEAM_ORDERED and cell["request"] >= 0:
            lender = model.command.lenders[model.teams[cell["team"]].lender]
            (channel,) = (
                model.command.channels[one]
                for one in lender.channels
                if model.command.channels[one].asks == channel_of[cell["request"]]
            )
            if channel.agreement >= 0:
                lent[cell["team"]] = channel.agreement
                began[cell["mission"]] = (cell["time"], channel.agreement)
        elif cell["kind"] == Kind.TEAM_RELEASED:
            ends[cell["mission"]] = cell["time"]
        lent = {one: agreement for one, agreement in lent.items() if one not in where.ready}
        for agreement, count in Counter(lent.values()).items():
            most = model.command.agreements[agreement].most
            assert not most or count <= most
    for mission, (time, agreement) in began.items():
        lasts = model.command.agreements[agreement].lasts
        if lasts and mission in ends:
            assert ends[mission] <= time + lasts


# --- first response ----------------------------------------------------------------------------------------------------------


def first_rows(out):
    """Return what first response did: (time, incident, team, kind) in order."""
    return [
        (cell["time"], cell["incident"], cell["team"], cell["kind"])
        for cell in cells(out)
        if (cell["kind"] == Kind.TEAM_ORDERED and cell["cause"] == Cause.FIRST_RESPONSE) or cell["kind"] == Kind.TEAM_NOT_SENT
    ]


@often
@given(worlds(), st.integers(0, 3))
def test_first_response_stands_at_the_alarm_and_its_delay(model, replication):
    """Every row of first response is at the moment of an order: alarm + its own delay, drawn by a second method. None is missing,
    unless the incident was over by then, whatever reports, assessment, levels and requests do meanwhile.
    """  # fmt: skip
    out = simulate(model, replication)
    closed = {cell["incident"]: cell["time"] for cell in cells(out) if cell["kind"] == Kind.INCIDENT_CLOSED}
    draws = Draws(model.seed, replication)
    moments = defaultdict(list)
    for time, incident, who, _ in first_rows(out):
        moments[incident, time].append(who)
    expected = set()
    for incident, name in enumerate(out.incidents):
        alarm = out.arrivals.times[incident]
        for slot, order in enumerate(model.courses[out.arrivals.courses[incident]].first):
            after = order.after.planned
            if order.after.quantity is not None:
                after = round(float(order.after.quantity.quantiles(draws.uniforms("first_response", _key(name), 0, slot))[0]))
            if alarm + after < closed.get(incident, math.inf):
                expected.add((incident, alarm + after))
                assert set(moments[incident, alarm + after]) & set(order.teams)
            else:
                expected.add((incident, alarm + after))
    assert {key for key, who in moments.items() if who} <= expected


def _key(name):
    import numpy as np

    return np.array([name_key(name)], dtype=np.uint64)


def without_command(model):
    """Return the same world in which nobody reports, assesses, raises levels, asks or commands: first response and the package."""
    bare = tuple(
        replace(
            one,
            lines=tuple(
                replace(entry, lenders=(), orderer=-1) for entry in one.lines if not entry.stage
            ),
            levels=(), reports=(), command=None, calls=None, changes=(), decision=ZERO,
        )
        for one in model.courses
    )  # fmt: skip
    return replace(model, courses=bare, command=replace(model.command, retarget=None))


@often
@given(worlds(most=1), st.integers(0, 3))
def test_first_response_is_the_same_without_any_command(model, replication):
    """One incident; first response at once: the same teams are ordered, turn out and drive off at the same moments when nobody
    reports, assesses or asks.
    """  # fmt: skip
    assume(any(one.first for one in model.courses))
    model = replace(
        model,
        courses=tuple(replace(one, first=tuple(replace(order, after=ZERO) for order in one.first)) for one in model.courses),
    )

    def done(world):
        out, left = simulate(world, replication), {}
        mine = {
            cell["mission"] for cell in cells(out) if cell["kind"] == Kind.TEAM_ORDERED and cell["cause"] == Cause.FIRST_RESPONSE
        }
        for cell in cells(out):
            if cell["kind"] == Kind.TEAM_DEPARTED and cell["mission"] in mine:
                left[cell["team"]] = cell["time"]
        return first_rows(out), left

    (orders, left), (orders_bare, left_bare) = done(model), done(without_command(model))
    assert orders == orders_bare
    assert all(left_bare.get(who, time) == time for who, time in left.items())


# --- scene command -----------------------------------------------------------------------------------------------------------


@often
@given(worlds(), st.integers(0, 3))
def test_one_post_commands_at_a_time_and_hand_overs_go_up(model, replication):
    """Of those in the plan each takes over at most once, a higher one after a lower one; a hand-over begins, then ends, before the
    next; nobody is given a task before somebody commands, and no briefing begins during a hand-over.
    """  # fmt: skip
    out = simulate(model, replication)
    plans = [model.courses[number].command for number in out.arrivals.courses]
    holder, handing = defaultdict(lambda: -1), {}
    for cell in cells(out):
        incident, kind = cell["incident"], cell["kind"]
        plan = plans[incident] if incident >= 0 else None
        if kind in (Kind.COMMAND_TAKEN, Kind.COMMAND_HANDING):
            rank = [one.post for one in plan.commanders].index(cell["post"])
            assert rank > holder[incident]
            if kind == Kind.COMMAND_HANDING:
                assert incident not in handing
                assert holder[incident] >= 0
                handing[incident] = rank
            else:
                assert handing.pop(incident, rank) == rank
                holder[incident] = rank
        elif kind == Kind.TEAM_BRIEFING:
            assert incident not in handing
            assert holder[incident] >= 0
        elif kind == Kind.TEAM_TASKED and plan is not None:
            assert holder[incident] >= 0
    for incident in handing:  # a hand-over that the end of the incident has cut short
        assert any(cell["kind"] == Kind.INCIDENT_CLOSED and cell["incident"] == incident for cell in cells(out))


@often
@given(worlds(), st.integers(0, 3))
def test_so_many_are_briefed_at_once(model, replication):
    """From arrival, or from the row that says that its turn has come, until it has its task, a team takes a commander: never more
    at once than he can brief.
    """  # fmt: skip
    out = simulate(model, replication)
    plans = [model.courses[number].command for number in out.arrivals.courses]
    rows = cells(out)
    waited = {cell["mission"] for cell in rows if cell["kind"] == Kind.TEAM_BRIEFING}
    begun = {
        cell["mission"]: cell["time"] for cell in rows if cell["kind"] == Kind.TEAM_ARRIVED and cell["mission"] not in waited
    }
    begun |= {cell["mission"]: cell["time"] for cell in rows if cell["kind"] == Kind.TEAM_BRIEFING}
    spells = defaultdict(list)
    for cell in rows:
        if cell["kind"] == Kind.TEAM_TASKED and plans[cell["incident"]] is not None and plans[cell["incident"]].briefs:
            spells[cell["incident"]].append((begun[cell["mission"]], cell["time"]))
    for incident, found in spells.items():
        for moment, _ in found:
            assert sum(a <= moment < b for a, b in found) <= plans[incident].briefs


# --- teams -------------------------------------------------------------------------------------------------------------------


@often
@given(worlds(), st.integers(0, 3))
def test_nobody_is_on_two_missions_or_tasked_twice(model, replication):
    """A team is ordered when it is free: at home and refitted, on its way home if it may be called there, or taken from another
    incident by a rule; all rows between belong to that mission, and it gets one task.
    """  # fmt: skip
    mission, last, tasked, released = {}, {}, Counter(), {}
    for cell in cells(simulate(model, replication)):
        who, kind = cell["team"], cell["kind"]
        if who < 0 or cell["mission"] < 0:
            continue
        if kind == Kind.TEAM_ORDERED:
            assert cell["mission"] not in mission.values()
            before = last.get(who)
            if before == Kind.TEAM_RELEASED:
                assert model.teams[who].call_back or (cell["cause"] in TAKEN and released[who] == (cell["time"], cell["cause"]))
                assert not (model.teams[who].lender >= 0 and cell["request"] >= 0)
            else:
                assert before in (None, Kind.TEAM_READY, Kind.TEAM_HOME)
            mission[who] = cell["mission"]
        else:
            assert cell["mission"] == mission[who]
        if kind == Kind.TEAM_RELEASED:
            released[who] = (cell["time"], cell["cause"])
        tasked[cell["mission"]] += kind == Kind.TEAM_TASKED
        last[who] = kind
    assert max(tasked.values(), default=0) <= 1


@often
@given(worlds(), st.integers(0, 3))
def test_slots_add_up_and_the_run_ends(model, replication):
    """Of every line: asked for and sought again = ordered + taken back + still waiting. An incident that is over waits for nobody and
    everybody of it is home; one that is not over waits for somebody.
    """  # fmt: skip
    rows = cells(simulate(model, replication))
    assert rows[-1]["kind"] == Kind.RUN_ENDED
    left, raised, closed, lost, away, names = Counter(), set(), set(), set(), {}, set()
    for cell in rows:
        key = (cell["incident"], cell["need"])
        names.add(cell["incident"])
        if cell["kind"] == Kind.NEED_RAISED:
            left[key] += cell["quantity"]
            raised.add(key)
        elif cell["kind"] == Kind.NEED_REOPENED:
            left[key] += 1
        elif cell["kind"] == Kind.NEED_WITHDRAWN:
            left[key] -= cell["quantity"]
        elif cell["kind"] == Kind.TEAM_ORDERED:
            left[key] -= cell["need"] >= 0
            away[cell["team"]] = cell["incident"]
        elif cell["kind"] == Kind.TEAM_HOME:
            del away[cell["team"]]
        elif cell["kind"] == Kind.INCIDENT_CLOSED:
            closed.add(cell["incident"])
        elif cell["kind"] == Kind.INCIDENT_LOST:
            lost.add(cell["incident"])
    left = {key: count for key, count in left.items() if key in raised}  # first response may have come and ended it before
    assert all(count >= 0 for count in left.values())
    for (incident, _), count in left.items():
        assert not count or incident not in closed
    waiting = {incident for (incident, _), count in left.items() if count}
    assert waiting == names - closed - {-1}
    assert set(away.values()) <= waiting
    assert lost <= closed


# --- luck goes by meaning ----------------------------------------------------------------------------------------------------


@often
@given(worlds(most=2), st.integers(0, 3), st.booleans())
def test_an_incident_elsewhere_shifts_no_call(model, replication, before):
    """A third incident, with a team, a capability and a chain of calls of its own, changes no row of the others but their numbers."""
    command = model.command
    own = team(len(model.teams), 0, able={3: 1.0})
    posts = (*command.posts, replace(command.posts[0], id="far", name="far"))
    extra = course(
        line(0, 3, work=9 * MINUTE), kind="far", handling=MINUTE,
        reports=tuple(
            replace(entry, id="rf", links=(replace(entry.links[0], post=len(posts) - 1),))
            for one in model.courses[:1] for entry in one.reports[:1]
        ),
    )  # fmt: skip
    allowed = None if command.unlent is None else command.unlent | {own.index}
    more = replace(
        model,
        teams=(*model.teams, own),
        capabilities=(*CAPABILITIES, "d"),
        courses=(*model.courses, extra),
        planned=tuple(
            sorted((*model.planned, planned("far", 0 if before else 30 * MINUTE, 0, len(model.courses))), key=lambda call: call.time)
        ),
        command=replace(
            command, posts=posts, reports=(*command.reports, "rf"), unlent=allowed, orderable=(allowed,) * len(posts)
        ),
    )  # fmt: skip

    def told(world):
        out = simulate(world, replication)
        found = defaultdict(list)
        for cell in cells(out):
            if cell["incident"] >= 0 and cell["incident"] < len(out.incidents):
                found[out.incidents[cell["incident"]]].append(
                    (cell["time"], cell["kind"], cell["need"], cell["team"], cell["post"], cell["quantity"], cell["cause"])
                )
        return {name: sorted(rows, key=lambda row: row[0]) for name, rows in found.items()}

    plain, fuller = told(model), told(more)
    assert "far" in fuller
    for name, rows in plain.items():
        assert fuller[name] == rows


@often
@given(worlds(), st.integers(0, 3))
def test_the_same_world_has_the_same_log(model, replication):
    """Twice the same digest; alone or after others with what they learned of the roads."""
    outlook = Outlook(model)
    simulate(model, replication + 1, outlook=outlook)
    assert simulate(model, replication, outlook=outlook).digest == simulate(model, replication).digest


# --- shorter delays never make it later --------------------------------------------------------------------------------------

ROOT = Path(__file__).parents[2]
ORDER = ("", "-framework", "-direct", "-standby")
"""Variants of the joint drill, each with terms that are equal to, or better than, those of the one before."""
REPLICATIONS = 200
_LENT = (Kind.TEAM_ORDERED, Kind.TEAM_DEPARTED, Kind.TEAM_ARRIVED, Kind.TEAM_TASKED, Kind.TEAM_WORKING)


@cache
def moments(name):
    """Return, for each replication of a variant, when the outside squad reached each stage, and when packages were whole."""
    scenario = load_scenario(ROOT / "scenarios" / f"jsm-hazchem-joint{name}.yaml")
    outlook, found = Outlook(scenario), []
    for replication in range(REPLICATIONS):
        seen = {}
        for cell in cells(simulate(scenario, replication, planned=False, outlook=outlook, keep_drives=False)):
            if cell["kind"] in _LENT and cell["request"] >= 0:
                seen.setdefault(str(cell["kind"]), cell["time"])
            elif cell["kind"] in (Kind.LEVEL_COMPLETE, Kind.LEVEL_READY, Kind.INCIDENT_COMPLETE):
                seen[f"{cell['kind']} {scenario.signals[cell['item']] if cell['item'] >= 0 else ''}"] = cell["time"]
            elif cell["kind"] == Kind.REQUEST_MADE:
                seen["asked"] = cell["time"]
        found.append(seen)
    return found


@pytest.mark.parametrize(("slow", "fast"), list(zip(ORDER, ORDER[1:], strict=False)), ids=lambda name: name or "chain")
def test_shorter_delays_never_make_it_later(slow, fast):
    """Replication by replication, with common random numbers: asked at the same moment, every stage of the outside squad and every
    complete package comes no later (what never comes counts as later than everything).
    """  # fmt: skip
    one, other = moments(slow), moments(fast)
    assert [seen.get("asked") for seen in one] == [seen.get("asked") for seen in other]
    for replication, (before, after) in enumerate(zip(one, other, strict=True)):
        for stage, time in before.items():
            assert after.get(stage, math.inf) <= time, (replication, stage)
    gained = sum(
        after["team.working"] < before["team.working"]
        for before, after in zip(one, other, strict=True)
        if "team.working" in before
    )
    assert gained > REPLICATIONS // 2


def test_a_leak_is_never_over_before_it_is_plugged():
    """In none of the replications is the incident closed before the plugging line has done its work."""
    scenario = load_scenario(ROOT / "scenarios" / "jsm-hazchem-joint.yaml")
    (plug,) = (entry.index for entry in scenario.courses[0].lines if entry.stops_release)
    for replication in range(50):
        rows = cells(simulate(scenario, replication, planned=False, keep_drives=False))
        done = next(cell["time"] for cell in rows if cell["kind"] == Kind.WORK_DONE and cell["need"] == plug)
        assert done <= next(cell["time"] for cell in rows if cell["kind"] == Kind.INCIDENT_CLOSED)
