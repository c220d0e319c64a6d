"""Call-and-answer (叫应) of one replication, from the log alone: who was reached when, who moved, who was last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.analysis.rows import courses_followed, rows_of
from sim.log import NONE, Kind
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.analysis.replication import Replication
    from sim.scenario.command import CallNode


@dataclass(slots=True)
class Call:
    """A post of a call tree."""

    incident: int
    post: int
    caller: int
    depth: int
    people: int
    knocks: bool
    """It has doors to reach or people to move."""
    moves: bool
    tries: int = 0
    """Tries that were not answered."""
    second: bool = False
    by_road: bool = False
    answered: int = NEVER
    acted: int = NEVER
    moved: int = NEVER

    @property
    def done(self) -> int:
        """Return when its last door was reached; when it answered, where it has no doors."""
        return self.acted if self.knocks else self.answered


@dataclass(slots=True)
class Tree:
    """What came of a call tree."""

    incident: int
    answered: int
    """The last door of all posts is reached."""
    moved: int
    """The people of the last post have moved; as `answered` where nobody moves."""
    last: int
    """Post that was last; of those that never got there the first in the tree."""
    danger: int | None
    """Moment at which the danger comes."""

    @property
    def margin(self) -> int | None:
        """Return ms from the last people having moved until the danger; `NEVER` if they never have, None without a danger."""
        if self.danger is None:
            return None
        return NEVER if self.moved >= NEVER else self.danger - self.moved


def calls_of(replication: Replication) -> list[Call]:
    """Return every post of every call tree, callers before those they call; also those that were never reached."""
    found: dict[tuple[int, int], Call] = {}
    for incident, course in enumerate(courses_followed(replication)):
        if course.calls is not None:
            for call in _nodes(course.calls.root, incident, NONE, 0):
                found[incident, call.post] = call
    kinds = (
        Kind.CALL_NO_ANSWER, Kind.CALL_SECOND, Kind.CALL_BY_ROAD, Kind.CALL_ANSWERED, Kind.CALL_ACTED, Kind.CALL_MOVED,
    )  # fmt: skip
    for row in rows_of(replication, *kinds):
        if (row.incident, row.post) not in found or row.request >= 0:
            continue
        call = found[row.incident, row.post]
        if row.kind == Kind.CALL_ANSWERED:
            call.answered = row.time
        elif row.kind == Kind.CALL_ACTED:
            call.acted = row.time
        elif row.kind == Kind.CALL_MOVED:
            call.moved = row.time
        elif call.answered >= NEVER:  # later ones are calls of other kinds to the same post
            call.tries += row.kind == Kind.CALL_NO_ANSWER
            call.second |= row.kind == Kind.CALL_SECOND
            call.by_road |= row.kind == Kind.CALL_BY_ROAD
    return list(found.values())


def _nodes(node: CallNode, incident: int, caller: int, depth: int) -> Iterator[Call]:
    moves = bool(node.moves.planned or node.moves.quantity)
    knocks = moves or bool(node.doors.planned or node.doors.quantity)
    yield Call(incident, node.link.post, caller, depth, node.people, knocks, moves)
    for below in node.below:
        yield from _nodes(below, incident, node.link.post, depth + 1)


def trees_of(replication: Replication) -> list[Tree]:
    """Return what came of each call tree."""
    by_incident: dict[int, list[Call]] = {}
    for call in calls_of(replication):
        by_incident.setdefault(call.incident, []).append(call)
    courses, found = courses_followed(replication), []
    for incident, calls in by_incident.items():
        tree, alarm = courses[incident].calls, int(replication.incidents.alarm[incident])
        assert tree is not None
        movers = [call for call in calls if call.moves]
        last = max(movers, key=lambda call: call.moved) if movers else max(calls, key=lambda call: call.done)
        answered = max(call.done for call in calls)
        moved = last.moved if movers else answered
        danger = None if tree.before is None else alarm + tree.before
        found.append(Tree(incident, answered, moved, last.post, danger))
    return found
