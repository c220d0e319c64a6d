"""Who cannot come, and why: one row a team and reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.analysis.wording import width
from sim.engine.trace import Answered, Considered, Decision, FirstResponse, WhyNot
from sim.errors import Words
from sim.experiment.why_names import Namer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sim.errors import Language
    from sim.experiment.why import Why

HEADS = (
    Words("team", "队伍"), Words("capability", "能力"), Words("why not", "原因"), Words("from", "自"),
    Words("free again", "何时可派"), Words("came", "后来"),
)  # fmt: skip
_FOR_A_TIME = (WhyNot.BUSY, WhyNot.RETURNING, WhyNot.REFIT)
_CANNOT = (
    *_FOR_A_TIME, WhyNot.NO_WAY, WhyNot.NOT_ORDERED, WhyNot.NOT_OWN, WhyNot.TURNED_DOWN, WhyNot.NO_CHANNEL, WhyNot.KEPT,
    WhyNot.LIMIT, WhyNot.NOT_MOVABLE, WhyNot.NOT_RELEASED,
)  # fmt: skip
_RULES = (WhyNot.NOT_ORDERED, WhyNot.NOT_OWN, WhyNot.NO_CHANNEL, WhyNot.TURNED_DOWN)
"""What bars a team from one line only: no row for who came all the same, for another line or when asked for."""


_BY_LENDER = (WhyNot.KEPT, WhyNot.LIMIT, WhyNot.NOT_MOVABLE, WhyNot.NOT_RELEASED)
"""What a lender says of its own team; that it sent no more when asked follows."""


class Absent(NamedTuple):
    """A team that could not come."""

    team: int
    capabilities: tuple[int, ...]
    """What it was considered for."""
    reason: WhyNot
    at: int
    """Incident that kept it busy, or -1."""
    since: int
    """When it was first found out (ms)."""
    free_again: int | None
    """When it could be sent again; None: not in this run, or not a matter of time."""
    orderer: int
    """Post that orders the teams of the line, or -1."""
    came: int | None
    """When it was sent to this incident after all."""


def absent(why: Why) -> tuple[Absent, ...]:
    """Return who could not come when asked for, in the order in which it was found out."""
    found: dict[tuple[int, WhyNot, int], Absent] = {}
    for time, row, line, one in _seen(why):
        if one.verdict not in _CANNOT or one.at == why.number:
            continue
        sent = why.diary.order(one.team, why.number, 0 if one.verdict in _RULES else row)
        if sent is not None and (one.verdict in _RULES or sent.time == time):  # it came, if not for this
            continue
        key = (one.team, one.verdict, one.at)
        if key not in found:
            free = why.diary.free_again(one.team, row, why.number) if one.verdict in _FOR_A_TIME else None
            orderer = -1 if line < 0 else why.course.lines[line].orderer
            found[key] = Absent(one.team, (), one.verdict, one.at, time, free, orderer, None if sent is None else sent.time)
        capability = -1 if line < 0 else why.course.lines[line].capability
        if capability >= 0 and capability not in found[key].capabilities:
            found[key] = found[key]._replace(capabilities=(*found[key].capabilities, capability))
    told = {one.team for one in found.values() if one.reason in _BY_LENDER}
    return tuple(one for one in found.values() if one.reason != WhyNot.TURNED_DOWN or one.team not in told)


def _seen(why: Why) -> Iterator[tuple[int, int, int, Considered]]:
    """Yield everybody who was looked at: when, the row of the log, for which line, and what became of it."""
    for told in why.decisions:
        if isinstance(told, FirstResponse):
            yield from ((told.time, told.row, -1, one) for one in told.named)
        elif isinstance(told, Decision):
            yield from ((told.time, told.row, told.line, one) for one in told.considered)
        elif isinstance(told, Answered):
            yield from ((told.time, told.row, told.line, one) for one in told.teams)


def padded(rows: list[tuple[str, ...]]) -> list[str]:
    """Return the rows as lines of a terminal, in columns; columns that are empty but for their heading are left out."""
    kept = [column for column in range(len(rows[0])) if any(row[column] for row in rows[1:])]
    widths = {column: max(width(row[column]) for row in rows) for column in kept}
    return ["  ".join(row[column] + " " * (widths[column] - width(row[column])) for column in kept).rstrip() for row in rows]


def table(why: Why, language: Language, team: int | None = None) -> list[tuple[str, ...]]:
    """Return the rows in words, a heading first; teams of one group of which the same is said share a row."""
    names = Namer(why, language)
    alike: dict[tuple[str, ...], list[int]] = {}
    for found in _by_team(why.who_cannot):
        one = found[0]
        if team in (None, one.team):
            able = dict.fromkeys(code for other in found for code in other.capabilities)
            group = why.scenario.teams[one.team].group
            reasons = names.say("; ", ";").join(dict.fromkeys(_reason(names, other) for other in found))
            cells = (
                names.listed([names.capability(code) for code in able]),
                reasons,
                names.clock(one.since),
                *_times(names, one),
            )
            alike.setdefault((group, *cells), []).append(one.team)
    rows = [(names.together(teams), *cells[1:]) for cells, teams in alike.items()]
    return [tuple(head.say(language) for head in HEADS), *rows]


def _by_team(rows: Sequence[Absent]) -> list[list[Absent]]:
    """Return the reasons of one team that no waiting changes together, its lender's first; what only takes time stands alone."""
    found: dict[tuple[object, ...], list[Absent]] = {}
    for one in rows:
        lasting = one.reason not in _FOR_A_TIME
        found.setdefault((one.team, lasting) if lasting else (one.team, one.reason, one.at), []).append(one)
    return [sorted(reasons, key=lambda one: one.reason not in _BY_LENDER) for reasons in found.values()]


def _reason(names: Namer, one: Absent) -> str:
    if one.at >= 0:
        return names.say(f"at '{names.incident(one.at)}'", f"在处置“{names.incident(one.at)}”")
    return names.reason(one.reason, one.orderer)


def _times(names: Namer, one: Absent) -> tuple[str, str]:
    """Say when it could be sent again, and when it came."""
    never = names.say("not in this run", "本次未再空闲") if one.reason in _FOR_A_TIME else "—"
    free = never if one.free_again is None else names.clock(one.free_again)
    return free, "" if one.came is None else names.say(f"sent {names.clock(one.came)}", f"{names.clock(one.came)} 派出")
