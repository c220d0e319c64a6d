"""Small random worlds of command and mutual aid: posts, chains with refusals, lenders with floors, agreements, levels, scenes."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from sim.scenario.command import (
    Agreement,
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
    ReportLine,
    SceneCommand,
)
from sim.scenario.conditions import Always, Comparison
from sim.scenario.frozen import ZERO, FirstOrder, ReadOnly
from sim.units import HOUR, MINUTE
from tests.engine.builders import course, line, planned, scenario, team
from tests.engine.random_scenarios import durations

CAPABILITIES = ("a", "b", "c")
DISTRICT, CITY, PROVINCE = 0, 1, 2
"""Posts that order or ask; those behind them are links of chains."""
SIGNALS = ("trapped",)
chances = st.sampled_from((0.0, 0.0, 0.0, 0.2, 0.5, 0.9))


@st.composite
def links(draw, posts, count):
    """Return calls one after the other, to posts all different."""
    chosen = draw(st.permutations(posts))[:count]
    return tuple(
        Link(
            post,
            draw(durations(0, 30)),
            draw(chances),
            draw(st.integers(1, 3)),
            draw(st.none() | durations(1, 10)),
            draw(st.none() | durations(1, 10)),
            draw(chances),
            draw(st.none() | durations(1, 60)),
            draw(chances),
        )
        for post in chosen
    )


@st.composite
def sets_of_teams(draw, places):
    """Return own teams, then those of lenders, and whose each lender's are."""
    lenders = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    own = draw(st.integers(1, 4))
    whose = [-1] * own + [number for number, count in enumerate(lenders) for _ in range(count)]
    homes = [draw(st.sampled_from(places)) for _ in lenders]
    found = []
    for index, lender in enumerate(whose):
        able = draw(st.dictionaries(st.integers(0, 2), st.sampled_from((0.5, 1.0, 1.0)), min_size=1))
        base = draw(st.sampled_from(places)) if lender < 0 else homes[lender]
        plain = team(index, base, able=able, report_in=draw(durations(0, 5)), set_up=draw(durations(0, 10)))
        found.append(
            replace(
                plain,
                turnout=draw(durations(0, 15)),
                refit=draw(durations(0, 30)),
                call_back=draw(st.booleans()),
                return_factor=draw(st.sampled_from((1.0, 1.5))),
                crew=draw(st.integers(1, 9)),
                lender=lender,
                kind=draw(st.sampled_from(("x", "y"))),
                called_away_by=frozenset({PROVINCE}) if lender < 0 and draw(st.integers(0, 3)) == 0 else frozenset(),
                province=draw(st.sampled_from((0, 1))),
                release_by=3 if draw(st.integers(0, 4)) == 0 else -1,
                capabilities=ReadOnly(able),
            )
        )
    return found, [tuple(n for n, other in enumerate(whose) if other == lender) for lender in range(len(lenders))]


@st.composite
def lines_of(draw, first, stage, orderer, lenders, *, only_lent):
    """Return one or two lines of a stage; the first of a package works and goes."""
    found = []
    for index in range(first, first + draw(st.integers(1, 2))):
        asks = draw(st.booleans()) or only_lent
        holds = (index > 0) and draw(st.booleans())
        measure = draw(st.sampled_from(("", "", "", "people")))
        plain = line(
            index,
            draw(st.integers(0, 2)),
            draw(st.integers(1, 3)) if not measure else 9,
            holds=holds,
            stage=stage,
            orderer=orderer,
            lenders=tuple(draw(st.sets(st.sampled_from(range(lenders)), min_size=1))) if asks else (),
            own=not asks or draw(st.booleans()),
            measure=measure,
            amount=float(draw(st.integers(1, 20))) if measure else 0.0,
            relieves=0 if stage and asks and not measure and draw(st.booleans()) else -1,
        )
        found.append(replace(plain, work=ZERO if holds and draw(st.booleans()) else draw(durations(1, 120))))
    return found


@st.composite
def conditions(draw, *, ends=False):
    """Return a condition on what has been reported."""
    op = "<" if ends else draw(st.sampled_from((">=", "<")))
    if not ends and draw(st.integers(0, 2)) == 0:
        return draw(st.sampled_from((Always(), Comparison("elapsed", ">=", 40.0 * MINUTE), Comparison("level:post0", ">=", 2.0))))
    return Comparison("trapped", op, float(draw(st.sampled_from((5, 10, 20)))))


@st.composite
def courses(draw, number, lenders, teams, posts):
    """Return a way of answering: a package, levels of two governments, reports, scene command, turns."""
    jurisdiction = draw(st.sampled_from((DISTRICT, PROVINCE)))
    lines = draw(lines_of(0, 0, jurisdiction, lenders, only_lent=False))
    levels = []
    for government in (DISTRICT, CITY):
        for severity in sorted(draw(st.sets(st.integers(1, 3), max_size=2))):
            more = draw(lines_of(len(lines), len(levels) + 1, government, lenders, only_lent=False))
            lines += more
            levels.append(
                Level(
                    len(levels), f"plan{government}", government, f"L{severity}", severity, draw(conditions()),
                    draw(st.none() | conditions(ends=True)), "who", draw(links((government,), 1))[0], draw(durations(0, 30)),
                    tuple(entry.index for entry in more), "",
                )
            )  # fmt: skip
    reports = tuple(
        ReportLine(
            f"r{n}",
            f"r{n}",
            -1,
            draw(durations(0, 5)),
            tuple(draw(links((DISTRICT, CITY), draw(st.integers(1, 2))))),
            (None, None),
            "",
        )
        for n in range(draw(st.integers(0, 2)))
    )
    commanders = draw(st.permutations(posts))[: draw(st.integers(1, 3))]
    raised_by = [-1, *range(len(levels))]
    scene = SceneCommand(
        tuple(
            Commander(post, -1 if n == 0 else draw(st.sampled_from(raised_by)), draw(durations(0, 40)), draw(durations(0, 10)))
            for n, post in enumerate(commanders)
        ),
        draw(st.integers(0, 2)),
    )
    changes = tuple(
        Change(draw(durations(1, 120)), (("trapped", float(draw(st.sampled_from((0, 6, 12, 25))))),))
        for _ in range(draw(st.integers(0, 3)))
    )
    first = tuple(
        FirstOrder(tuple(sorted(who)), draw(st.integers(1, len(who))), draw(durations(0, 10)), "")
        for who in draw(st.lists(st.sets(st.sampled_from(range(len(teams))), min_size=1, max_size=2), max_size=2))
    )
    return course(
        *lines, kind=f"k{number}", priority=draw(st.integers(1, 3)), call_handling=draw(durations(0, 5)),
        decision=draw(durations(0, 20)), first=first, jurisdiction=jurisdiction, province=0, levels=tuple(levels), reports=reports,
        command=draw(st.sampled_from((None, scene))), signals=(("trapped", float(draw(st.integers(0, 25)))),), changes=changes,
    )  # fmt: skip


@st.composite
def worlds(draw, most=4):
    """Return a random world of command and mutual aid."""
    points = [
        (float(x), float(y))
        for x, y in draw(st.lists(st.tuples(st.integers(0, 60_000), st.integers(0, 60_000)), min_size=3, max_size=5))
    ]
    places = range(len(points))
    teams, lent = draw(sets_of_teams(places))
    posts = [Post(f"post{n}", f"post{n}", -1, -1, draw(st.integers(0, 2))) for n in range(8)]
    agreements = tuple(
        Agreement(
            f"g{n}", f"g{n}", "government", ("post1", f"l{n}"), frozenset(draw(st.sampled_from(((), (), ("k0",))))),
            draw(st.integers(0, 2)), draw(st.sampled_from((0, 20 * MINUTE, HOUR, 3 * HOUR))),
        )
        for n in range(draw(st.integers(0, 2)))
    )  # fmt: skip
    channels, lenders = [], []
    for number, members in enumerate(lent):
        mine = []
        for asks in (DISTRICT, CITY, PROVINCE):
            mine.append(len(channels))
            channels.append(
                Channel(
                    len(channels), f"c{len(channels)}", "", asks, draw(links(range(3, 8), draw(st.integers(1, 5)))), (),
                    frozenset(draw(st.sampled_from(((), (), ("x",))))), draw(st.integers(-1, len(agreements) - 1)),
                )
            )  # fmt: skip
        weights = tuple(1.0 for _ in places)
        floor = draw(
            st.sampled_from(
                (
                    Floor(draw(st.integers(0, len(members)))),
                    Floor(
                        0,
                        tuple(places),
                        weights,
                        draw(st.integers(0, 2)),
                        draw(st.integers(10, 90)) * MINUTE,
                        draw(st.sampled_from((0.2, 0.5, 1.0))),
                    ),
                )
            )
        )
        stops = draw(
            st.sampled_from(
                ((), ((20 * MINUTE, 5 * MINUTE, "rest"),), ((15 * MINUTE, 4 * MINUTE, "rest"), (25 * MINUTE, 3 * MINUTE, "fuel")))
            )
        )
        lenders.append(
            Lender(number, f"l{number}", f"l{number}", members, tuple(mine), floor, Convoy(draw(st.booleans()), "", stops), ())
        )
    kinds = tuple(draw(courses(n, len(lent), teams, range(8))) for n in range(draw(st.integers(1, 3))))
    kinds, names = _numbered(kinds)
    own = frozenset(one.index for one in teams if one.lender < 0)
    everybody = frozenset(range(len(teams)))
    command = Command(
        posts=tuple(posts), levels=names, reports=("r0", "r1"), signals=SIGNALS, agreements=agreements, channels=tuple(channels),
        lenders=tuple(lenders), ask_all=draw(st.booleans()), retarget=draw(st.sampled_from((None, 0, 5 * MINUTE))),
        orderable=(None if own == everybody else own,) * 8, unlent=None if own == everybody else own,
    )  # fmt: skip
    calls = [
        planned(f"p{n}", draw(st.integers(0, 120)) * MINUTE, draw(st.sampled_from(places)), draw(st.integers(0, len(kinds) - 1)))
        for n in range(draw(st.integers(1, most)))
    ]
    return scenario(
        points, teams, kinds, capabilities=CAPABILITIES, planned=tuple(sorted(calls, key=lambda call: call.time)), command=command,
        policies=draw(st.sampled_from((("nearest_idle",), ("earliest_complete",)))), queue=draw(st.sampled_from((True, True, True, False))),
        seed=draw(st.integers(0, 1000)),
    )  # fmt: skip


def _numbered(kinds):
    """Number the levels of all courses one after the other, as the log names them."""
    names, found = [], []
    for kind in kinds:
        levels = []
        for level in kind.levels:
            levels.append(replace(level, index=len(names)))
            names.append(f"{kind.kind}/{level.plan}/{level.name}")
        found.append(replace(kind, levels=tuple(levels)))
    return tuple(found), tuple(names)
