"""Small random scenarios for property tests: a few teams, packages with an order of work, calls planned and random."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from sim.quantities import Exponential, Lognormal
from sim.scenario.frozen import NEAREST, ZERO, Carry, FirstOrder, ReadOnly
from sim.units import HOUR, MINUTE
from tests.engine.builders import course, line, per_hour, planned, scenario, source, team, ticks

CAPABILITIES = ("a", "b", "c")
ENDS = 6 * HOUR


@st.composite
def durations(draw, least=0, most=60):
    """Return ticks: none, fixed, or with a spread."""
    minutes = draw(st.integers(least, most))
    kind = draw(st.sampled_from(("fixed", "lognormal", "exponential")))
    if minutes == 0:
        return ZERO
    if kind == "fixed":
        return ticks(minutes * MINUTE)
    if kind == "lognormal":
        return ticks(Lognormal(minutes * MINUTE, 0.5, minutes * MINUTE))
    return ticks(Exponential(minutes * MINUTE, minutes * MINUTE))


@st.composite
def packages(draw):
    """Return lines that can be worked: earlier lines only are waited for, done lines have work, one line does not hold."""
    count = draw(st.integers(1, 3))
    lines = []
    for index in range(count):
        holds = index > 0 and draw(st.booleans())
        earlier = [n for n in range(index) if not lines[n].holds]
        lines.append(
            line(
                index,
                draw(st.integers(0, len(CAPABILITIES) - 1)),
                draw(st.integers(1, 2)),
                holds=holds,
                after=tuple(draw(st.sets(st.sampled_from(range(index)), max_size=1))) if index else (),
                after_done=tuple(draw(st.sets(st.sampled_from(earlier), max_size=1))) if earlier else (),
                carry=Carry(draw(st.sampled_from((0.0, 0.4, 1.0))), NEAREST, draw(durations(1, 20)))
                if not holds and draw(st.booleans())
                else None,
            )
        )
        lines[-1] = replace(lines[-1], work=ZERO if holds else draw(durations(1, 60)))
    if draw(st.booleans()):
        last = max(n for n, entry in enumerate(lines) if not entry.holds)
        lines[last] = replace(lines[last], ends=True)
    return lines


@st.composite
def small_scenarios(draw, *, first_response=True):
    """Return a plan of six hours: 2 to 5 teams, 1 to 3 ways of answering, up to 5 planned calls and one or two sources."""
    points = draw(st.lists(st.tuples(st.integers(0, 40_000), st.integers(0, 40_000)), min_size=4, max_size=6))
    points = [(float(x), float(y)) for x, y in points]
    places = range(len(points))
    teams = [
        team(
            n,
            draw(st.sampled_from(places)),
            able=draw(st.dictionaries(st.integers(0, 2), st.sampled_from((0.5, 1.0, 1.0)), min_size=1)),
            report_in=draw(durations(0, 5)),
            set_up=draw(durations(0, 10)),
            refit=draw(durations(0, 30)),
            call_back=draw(st.booleans()),
            return_factor=draw(st.sampled_from((1.0, 1.2, 1.5))),
        )
        for n in range(draw(st.integers(2, 5)))
    ]
    teams = [replace(one, turnout=draw(durations(0, 5)), capabilities=ReadOnly(one.capabilities)) for one in teams]
    courses = [
        course(
            *draw(packages()),
            kind=f"k{n}",
            priority=draw(st.integers(1, 3)),
            call_handling=draw(durations(0, 5)),
            decision=draw(durations(0, 30)),
            first=tuple(
                FirstOrder((who,), 1, draw(durations(0, 3)), "")
                for who in draw(st.sets(st.sampled_from(range(len(teams))), max_size=2))
            )
            if first_response
            else (),
        )
        for n in range(draw(st.integers(1, 3)))
    ]
    numbers = st.sampled_from(range(len(courses)))
    calls = tuple(
        planned(f"p{n}", draw(st.integers(0, 300)) * MINUTE, draw(st.sampled_from(places)), draw(numbers))
        for n in range(draw(st.integers(1, 5)))
    )
    sources = tuple(
        source(f"s{n}", per_hour(draw(st.sampled_from((0.3, 1.0, 2.0)))), tuple(places), ENDS, draw(numbers))
        for n in range(draw(st.integers(0, 2)))
    )
    return scenario(
        points,
        teams,
        courses,
        capabilities=CAPABILITIES,
        hospitals=(0, 1),
        planned=tuple(sorted(calls, key=lambda call: call.time)),
        sources=sources,
        ends=ENDS,
        queue=draw(st.sampled_from((True, True, True, False))),
        policies=draw(st.sampled_from((("nearest_idle",), ("earliest_complete",), ("run_card", "nearest_idle")))),
        seed=draw(st.integers(0, 1000)),
    )
