"""Call-and-answer (叫应): a tree of calls after a warning, down to the last door, until the people have moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.cases import PACKAGE
from sim.log import Kind

if TYPE_CHECKING:
    from collections.abc import Generator

    from simpy import Event

    from sim.engine.field import Case
    from sim.engine.run import Run
    from sim.scenario.command import CallNode

    Story = Generator[Event, object, None]


class CallTrees:
    """Runs the call trees of a replication."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.open: dict[int, int] = {}
        """Incident → stories of its tree that are under way."""

    def begin(self, case: Case) -> None:
        """Begin with the root."""
        assert case.course.calls is not None
        self._tell(case, self._call(case, case.course.calls.root, case.ref))

    def _tell(self, case: Case, told: Story) -> None:
        self.open[case.number] = self.open.get(case.number, 0) + 1
        self.run.story(self._until_over(case, told))

    def _until_over(self, case: Case, told: Story) -> Story:
        yield from told
        self.open[case.number] -= 1
        asked = any(line.stage == PACKAGE or line.stage in case.stages for line in case.course.lines)
        if not self.open[case.number] and not case.closed and not asked:
            self.run.cases.close(case, case.ref)

    def _call(self, case: Case, node: CallNode, ref: int) -> Story:
        """Call a post; what follows from its answer goes on by itself, so that the caller can call the next."""
        run = self.run
        post = run.scenario.command.posts[node.link.post]
        if (yield from run.calls.reach(case, node.link, f"call/{post.id}")):
            row = run.write(Kind.CALL_ANSWERED, case, post=node.link.post, quantity=node.people, ref=ref)
            self._tell(case, self._pass_on(case, node, row))
            if node.doors.planned or node.doors.quantity or node.moves.planned or node.moves.quantity:
                self._tell(case, self._move(case, node, row))

    def _pass_on(self, case: Case, node: CallNode, ref: int) -> Story:
        for below in node.below:
            if node.in_turn:
                yield from self._call(case, below, ref)
            else:
                self._tell(case, self._call(case, below, ref))
        return
        yield  # a story even when nobody is below

    def _move(self, case: Case, node: CallNode, ref: int) -> Story:
        run, post = self.run, self.run.scenario.command.posts[node.link.post]
        doors = run.durations.get(case.block, case.n, f"doors/{post.id}", node.doors)
        yield run.wait(doors, case.number)
        ref = run.write(Kind.CALL_ACTED, case, post=node.link.post, quantity=node.people, ref=ref)
        if node.moves.planned or node.moves.quantity:
            yield run.wait(run.durations.get(case.block, case.n, f"moves/{post.id}", node.moves), case.number)
            run.write(Kind.CALL_MOVED, case, post=node.link.post, quantity=node.people, ref=ref)
