"""Calls against closed forms: one link, a chain of links, a desk that is busy, and whole call trees.

One call: up to k tries, each unanswered with chance p; an answered one takes t, an unanswered one a; then the second contact,
who takes s and does not answer with chance q; then somebody drives r. So, with n the number of unanswered tries,

    P(n = j) = pʲ (1 − p) for j < k, and pᵏ that all fail;
    E[time] = Σ pʲ (1 − p) (j a + t) + pᵏ (k a + s + q r).
"""  # fmt: skip

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.simulate import simulate
from sim.log import CAUSES, COLUMNS, KINDS, Cause, Kind
from sim.quantities import Exponential, Lognormal
from sim.randomness import Draws, name_key
from sim.scenario.command import CallNode, CallTree, Channel, Command, Convoy, Floor, Lender, Link, Post
from sim.scenario.frozen import ZERO
from sim.units import HOUR, MINUTE
from tests.engine.builders import course, line, planned, scenario, team, ticks

often = settings(max_examples=60, deadline=None)
T, A, S, R = 4 * MINUTE, 7 * MINUTE, 11 * MINUTE, 29 * MINUTE
"""Means of an answered try, an unanswered one, the second contact, and a drive: no two sums of them are alike."""
MANY = 4000


def rows_of(out):
    """Return the log as dicts, kind and cause by name."""
    found = [dict(zip(COLUMNS, row, strict=True)) for row in out.rows.tolist()]
    for row in found:
        row["kind"], row["cause"] = KINDS[row["kind"]], CAUSES[row["cause"]]
    return found


def post(number: int, **traits: object) -> Post:
    """Return a post that sits nowhere."""
    return Post(f"post{number}", f"post{number}", -1, -1, **{"desks": 0, **traits})  # type: ignore[arg-type]


def spread(mean: int, random: bool):
    """Return ticks of a mean, exponential or fixed (planned: the mean)."""
    return ticks(Exponential(mean, mean)) if random else ticks(mean)


def one_link(link: Link, calls: int, **traits: object):
    """Return a scenario of so many incidents at once, each of which is one call to one post."""
    ring = course(kind="k", calls=CallTree(CallNode(link, ZERO, ZERO, 0, False, ()), None))
    incidents = tuple(planned(f"c{n}", 0, 0) for n in range(calls))
    return scenario([(0.0, 0.0)], [team(0, 0)], [ring], planned=incidents, command=Command(posts=(post(0, **traits),)))


def ended(out):
    """Return, for each incident, when its call ended (ms) and how: answered or failed."""
    kinds = (Kind.CALL_ANSWERED, Kind.CALL_FAILED)
    found = {row["incident"]: (row["time"], row["kind"] == Kind.CALL_ANSWERED) for row in rows_of(out) if row["kind"] in kinds}
    assert sorted(found) == list(range(len(out.incidents)))
    return [found[number] for number in sorted(found)]


LINKS = {
    # name: (p, tries, second contact, its q, by road)
    "one try": (0.3, 1, False, 0.0, False),
    "three tries": (0.5, 3, False, 0.0, False),
    "then by road": (0.6, 2, False, 0.0, True),
    "second contact": (0.7, 2, True, 0.4, False),
    "second contact, then by road": (0.7, 3, True, 0.5, True),
    "never the first": (1.0, 2, True, 0.5, True),
    "always the first": (0.0, 2, True, 0.5, True),
}


def link_of(case, *, random: bool) -> Link:
    """Return the link of a case."""
    p, tries, second, q, road = case
    return Link(
        0, spread(T, random), p, tries, spread(A, random), spread(S, random) if second else None, q,
        spread(R, random) if road else None,
    )  # fmt: skip


def closed_form(case):
    """Return (chance that the post is reached, expected time until the call has ended)."""
    p, tries, second, q, road = case
    tail = p**tries
    q = q if second else 1.0
    time = sum(p**j * (1 - p) * (j * A + T) for j in range(tries)) + tail * (tries * A + S * second + q * R * road)
    return (1.0 if road else 1 - tail * q), time


@pytest.mark.parametrize("random", [False, True], ids=["fixed times", "exponential times"])
@pytest.mark.parametrize("case", LINKS.values(), ids=LINKS)
def test_a_link_has_its_expected_time_and_chance(case, random):
    """Mean time and share of success over many calls lie within 4 standard errors of the closed form."""
    chance, expected = closed_form(case)
    found = ended(simulate(one_link(link_of(case, random=random), MANY), 1))
    times = np.array([time for time, _ in found], dtype=float)
    share = np.mean([reached for _, reached in found])
    assert abs(share - chance) <= 4 * math.sqrt(chance * (1 - chance) / MANY)
    assert abs(times.mean() - expected) <= 4 * times.std(ddof=1) / math.sqrt(MANY) + 1


@pytest.mark.parametrize("case", LINKS.values(), ids=LINKS)
def test_the_number_of_unanswered_tries_is_geometric(case):
    """P(n = j) = pʲ (1 − p), cut at k; with fixed times each outcome has just its one length."""
    p, tries, second, _, road = case
    out = simulate(one_link(link_of(case, random=False), MANY), 2)
    tried, ways = Counter(), {number: [] for number in range(MANY)}
    for row in rows_of(out):
        if row["kind"] == Kind.CALL_NO_ANSWER and row["quantity"] <= tries:
            tried[row["incident"]] += 1
            assert row["quantity"] == tried[row["incident"]]
        elif row["kind"] in (Kind.CALL_SECOND, Kind.CALL_BY_ROAD):
            ways[row["incident"]].append(row["kind"])
    counts = Counter(tried[number] for number in range(MANY))
    for j in range(tries + 1):
        chance = p**j * (1 - p) if j < tries else p**tries
        assert abs(counts[j] / MANY - chance) <= 4 * math.sqrt(chance * (1 - chance) / MANY)
    for number, (time, _) in enumerate(ended(out)):
        n = tried[number]
        if n < tries:
            assert (time, ways[number]) == (n * A + T, [])
        else:
            drove = Kind.CALL_BY_ROAD in ways[number]
            assert time == n * A + S * second + R * drove
            assert (Kind.CALL_SECOND in ways[number]) == second
            assert road or not drove


@pytest.mark.parametrize("p", [0.0, 0.3, 0.5, 0.51, 1.0])
@pytest.mark.parametrize("q", [0.0, 0.5, 0.6, 1.0])
@pytest.mark.parametrize("road", [False, True])
def test_planned_a_call_takes_the_likelier_way(p, q, road):
    """A drill has no chance: a try fails when that is likelier than not, and then all of them do."""
    link = link_of((p, 3, True, q, road), random=True)
    (found,) = ended(simulate(one_link(link, 1), planned=True))
    if p <= 0.5:
        assert found == (T, True)
    elif q <= 0.5:
        assert found == (3 * A + S, True)
    else:
        assert found == (3 * A + S + (R if road else 0), road)


def test_an_unanswered_try_takes_the_planned_time_of_an_answered_one_where_nothing_is_written():
    """`again` left out: k · t in a drill, whatever the spread of t."""
    link = Link(0, ticks(Lognormal(T, 0.5, T)), 1.0, 3, None, None, 0.0, ticks(R))
    assert ended(simulate(one_link(link, 1), planned=True)) == [(3 * T + R, True)]


@pytest.mark.parametrize("desks", [1, 2, 3])
@pytest.mark.parametrize("calls", [1, 2, 5, 7])
def test_a_desk_takes_one_call_at_a_time(desks, calls):
    """N calls at once at d desks, t each: the j-th is answered after ⌈j / d⌉ t; 0 desks: no limit."""
    link = Link(0, ticks(T))
    found = sorted(time for time, _ in ended(simulate(one_link(link, calls, desks=desks), planned=True)))
    assert found == [math.ceil(j / desks) * T for j in range(1, calls + 1)]
    assert {time for time, _ in ended(simulate(one_link(link, calls), planned=True))} == {T}


# --- a chain that asks for a team ------------------------------------------------------------------------------------------


APART = 100 * HOUR
"""Between incidents that use the same lender one after the other."""


def asking(links, count: int):
    """Return a scenario of so many incidents, one after the other, each asking the same lender up the same chain; none waits."""
    wants = course(line(0, 0, work=MINUTE, lenders=(0,), own=False, orderer=0), kind="k", jurisdiction=0)
    command = Command(
        posts=tuple(post(n) for n in range(len(links) + 1)),
        channels=(Channel(0, "up", "up", 0, tuple(links), (), frozenset(), -1),),
        lenders=(Lender(0, "l", "l", (0,), (0,), Floor(0), Convoy(True, "", ()), ()),),
        orderable=(frozenset(),) * (len(links) + 1), unlent=frozenset(),
    )  # fmt: skip
    incidents = tuple(planned(f"c{n}", n * APART, 0) for n in range(count))
    return scenario([(0.0, 0.0)], [team(0, 0, lender=0)], [wants], command=command, planned=incidents, queue=False)


def test_a_chain_is_granted_with_the_product_of_its_chances():
    """P(granted) = Π P(reached) (1 − refusal); given that, the time is the sum of each link's, given that it was reached."""
    cases = [((0.3, 2, False, 0.0, True), 0.1), ((0.6, 2, True, 0.3, False), 0.2), ((0.5, 1, False, 0.0, True), 0.0)]
    links = [replace(link_of(case, random=True), post=n + 1, refuses=refuses) for n, (case, refuses) in enumerate(cases)]
    chance, expected = 1.0, 0.0
    for case, refuses in cases:
        p, tries, second, q, road = case
        reached, _ = closed_form(case)
        chance *= reached * (1 - refuses)
        tail = p**tries * (1 - q) if second and not road else p**tries * bool(road)
        ways = sum(p**j * (1 - p) * (j * A + T) for j in range(tries)) + tail * (tries * A + (S if second else R))
        expected += ways / reached
    count = 2000
    rows = rows_of(simulate(asking(links, count), 3))
    granted = np.array([row["time"] % APART for row in rows if row["kind"] == Kind.REQUEST_GRANTED], dtype=float)
    refused = Counter(row["cause"] for row in rows if row["kind"] == Kind.REQUEST_REFUSED)
    assert len(granted) + sum(refused.values()) == count
    assert abs(len(granted) / count - chance) <= 4 * math.sqrt(chance * (1 - chance) / count)
    assert abs(granted.mean() - expected) <= 4 * granted.std(ddof=1) / math.sqrt(len(granted)) + 3
    lost = 0.9 * (0.6**2 * 0.3)  # only the second link can fail to be reached
    assert abs(refused[Cause.NOT_REACHED] / count - lost) <= 4 * math.sqrt(lost * (1 - lost) / count)


def test_a_chain_as_planned_is_the_sum_of_its_links():
    """Five links of 1, 2, 4, 8, 16 min: passed on at each partial sum, granted at 31."""
    links = [Link(n + 1, ticks(Lognormal(2**n * MINUTE, 0.7, 2**n * MINUTE))) for n in range(5)]
    rows = rows_of(simulate(asking(links, 1), planned=True))
    assert [row["time"] // MINUTE for row in rows if row["kind"] == Kind.REQUEST_PASSED] == [1, 3, 7, 15]
    assert [row["time"] // MINUTE for row in rows if row["kind"] == Kind.REQUEST_GRANTED] == [31]


# --- call trees --------------------------------------------------------------------------------------------------------------


@dataclass
class Luck:
    """What a call of a tree draws, by a second method: uniforms taken one by one, by the meaning of the draw."""

    draws: Draws | None
    key: int

    def lasts(self, purpose: str, tick, slot: int = 0) -> int:
        """Return a duration (ms)."""
        if self.draws is None or tick.quantity is None:
            return tick.planned
        return int(np.rint(tick.quantity.quantiles(np.array([self.draws.uniform(purpose, self.key, 0, slot)]))[0]))

    def fails(self, purpose: str, chance: float, slot: int = 0) -> bool:
        """Tell whether something goes wrong."""
        if self.draws is None or chance in (0.0, 1.0):
            return chance > 0.5
        return self.draws.uniform(purpose, self.key, 0, slot) < chance


def reached(luck: Luck, link: Link) -> tuple[int, bool]:
    """Return how long a call takes, and whether the post is reached."""
    name, time = f"call/post{link.post}", 0
    for attempt in range(link.tries):
        if not luck.fails(f"{name}/no_answer", link.no_answer, attempt):
            return time + luck.lasts(name, link.time), True
        time += luck.lasts(f"{name}/again", ticks(link.time.planned) if link.again is None else link.again, attempt)
    if link.second is not None:
        time += luck.lasts(f"{name}/second", link.second)
        if not luck.fails(f"{name}/second/no_answer", link.second_no_answer):
            return time, True
    if link.by_road is not None:
        return time + luck.lasts(f"{name}/by_road", link.by_road), True
    return time, False


def told_down(luck: Luck, node: CallNode, start: int, found: dict[str, dict[int, int]]) -> int:
    """Add when each post below answers, acts and has moved; return when the call to this one has ended."""
    lasts, success = reached(luck, node.link)
    ends, number = start + lasts, node.link.post
    if not success:
        found["failed"][number] = ends
        return ends
    found["answered"][number] = ends
    if node.doors.planned or node.moves.planned:
        found["acted"][number] = ends + luck.lasts(f"doors/post{number}", node.doors)
        if node.moves.planned:
            found["moved"][number] = found["acted"][number] + luck.lasts(f"moves/post{number}", node.moves)
    moment = ends
    for child in node.below:
        done = told_down(luck, child, moment, found)
        moment = done if node.in_turn else ends
    return ends


def by_recursion(tree: CallTree, draws: Draws | None, key: int) -> dict[str, dict[int, int]]:
    """Return kind → post → moment."""
    found: dict[str, dict[int, int]] = {"answered": {}, "acted": {}, "moved": {}, "failed": {}}
    told_down(Luck(draws, key), tree.root, 0, found)
    return found


def in_the_log(out, incident: int = 0) -> dict[str, dict[int, int]]:
    """Return the same from the log."""
    kinds = {Kind.CALL_ANSWERED: "answered", Kind.CALL_ACTED: "acted", Kind.CALL_MOVED: "moved", Kind.CALL_FAILED: "failed"}
    found: dict[str, dict[int, int]] = {name: {} for name in kinds.values()}
    for row in rows_of(out):
        if row["kind"] in kinds and row["incident"] == incident:
            assert row["post"] not in found[kinds[row["kind"]]], "told twice"
            found[kinds[row["kind"]]][row["post"]] = row["time"]
    return found


@st.composite
def spreads(draw, least=0, most=30):
    """Return ticks: none, fixed or with a spread."""
    minutes = draw(st.integers(least, most))
    if not minutes:
        return ZERO
    kind = draw(st.sampled_from(("fixed", "lognormal", "exponential")))
    if kind == "fixed":
        return ticks(minutes * MINUTE)
    return ticks(
        Lognormal(minutes * MINUTE, 0.5, minutes * MINUTE)
        if kind == "lognormal"
        else Exponential(minutes * MINUTE, minutes * MINUTE)
    )


chances = st.sampled_from((0.0, 0.0, 0.2, 0.5, 0.7, 1.0))


@st.composite
def trees(draw, most=12):
    """Return a call tree of up to `most` posts; each hangs below an earlier one."""
    count = draw(st.integers(1, most))
    parents = [-1, *(draw(st.integers(0, n - 1)) for n in range(1, count))]
    links = [
        Link(
            n, draw(spreads(1)), draw(chances), draw(st.integers(1, 3)), draw(st.none() | spreads(1)),
            draw(st.none() | spreads(1)), draw(chances), draw(st.none() | spreads(1, 60)),
        )
        for n in range(count)
    ]  # fmt: skip
    traits = [(draw(spreads()), draw(spreads()), draw(st.integers(0, 300)), draw(st.booleans())) for _ in range(count)]

    def node(number: int) -> CallNode:
        below = tuple(node(child) for child in range(count) if parents[child] == number)
        return CallNode(links[number], *traits[number], below)

    return CallTree(node(0), None), count


def model_of(tree: CallTree, count: int, names=("x",)):
    """Return a scenario with that tree, once for each name."""
    return scenario(
        [(0.0, 0.0)], [team(0, 0)], [course(kind="k", calls=tree)], planned=tuple(planned(name, 0, 0) for name in names),
        command=Command(posts=tuple(post(n) for n in range(count))), seed=11,
    )  # fmt: skip


@often
@given(trees())
def test_a_tree_as_planned_is_its_recursion(drawn):
    """All at once: each child begins when its caller has answered. In turn: when the child before has been dealt with. The incident
    is over when the last call, door or move is.
    """  # fmt: skip
    tree, count = drawn
    out = simulate(model_of(tree, count), planned=True)
    found = by_recursion(tree, None, 0)
    assert in_the_log(out) == found
    (closed,) = [row["time"] for row in rows_of(out) if row["kind"] == Kind.INCIDENT_CLOSED]
    assert closed == max(moment for part in found.values() for moment in part.values())


@often
@given(trees(), st.integers(0, 50))
def test_a_tree_by_chance_is_its_recursion_on_the_same_draws(drawn, replication):
    """Two warnings at once, each with luck of its own: every moment equals that of a recursion that takes the uniforms itself."""
    tree, count = drawn
    out = simulate(model_of(tree, count, ("x", "y")), replication)
    for incident, name in enumerate(("x", "y")):
        assert in_the_log(out, incident) == by_recursion(tree, Draws(11, replication), name_key(name))


@often
@given(trees())
def test_a_tree_where_everybody_answers_ends_with_its_longest_path(drawn):
    """Without silence: a post answers after the sum, along its way from the root, of its own call and of those made before it."""
    tree, count = drawn

    def always(node: CallNode) -> CallNode:
        return replace(node, link=replace(node.link, no_answer=0.0), below=tuple(always(child) for child in node.below))

    calm = CallTree(always(tree.root), None)
    expected: dict[int, int] = {}

    def walk(node: CallNode, caller: int) -> None:
        expected[node.link.post] = caller + node.link.time.planned
        for position, child in enumerate(node.below):
            before = sum(other.link.time.planned for other in node.below[:position]) if node.in_turn else 0
            walk(child, expected[node.link.post] + before)

    walk(calm.root, 0)
    assert in_the_log(simulate(model_of(calm, count), planned=True))["answered"] == expected
    assert len(expected) == count


def test_the_people_told_and_moved_are_those_of_the_posts():
    """The log's people are those written for the posts that are reached: nobody twice."""
    leaf = [CallNode(Link(n, ticks(T)), ticks(MINUTE), ticks(MINUTE), 10 * n, False, ()) for n in (1, 2, 3)]
    silent = replace(leaf[1], link=replace(leaf[1].link, no_answer=1.0))
    root = CallNode(Link(0, ticks(T)), ZERO, ZERO, 0, True, (leaf[0], silent, leaf[2]))
    rows = rows_of(simulate(model_of(CallTree(root, None), 4), planned=True))
    for kind in (Kind.CALL_ANSWERED, Kind.CALL_ACTED, Kind.CALL_MOVED):
        assert {row["post"]: row["quantity"] for row in rows if row["kind"] == kind and row["post"]} == {1: 10, 3: 30}
    assert [row["post"] for row in rows if row["kind"] == Kind.CALL_FAILED] == [2]
