"""One call from a post to the next: tried, tried again, the second contact, then somebody drives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simpy import Resource

from sim.log import Kind
from sim.scenario.frozen import Ticks

if TYPE_CHECKING:
    from collections.abc import Generator

    from simpy import Event

    from sim.engine.field import Case
    from sim.engine.run import Run
    from sim.scenario.command import Link

    Story = Generator[Event, object, bool]


class Calls:
    """Makes the calls of reports, requests, decisions and call trees.

    Every draw is keyed by `purpose` and the number of the try, so that two chains which share a post share its luck.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self._desks: dict[int, Resource] = {}

    def reach(
        self, case: Case, link: Link, purpose: str, *, place: int = -1, request: int = -1, decide: Ticks | None = None
    ) -> Story:
        """Call a post until it has understood and decided; tell whether it could be reached.

        Parameters
        ----------
        place
            Site where the caller stands, for the radio; -1: it is not asked.
        decide
            Time to decide once the person is found, where it is not part of the call.
        """
        run = self.run
        for attempt in range(link.tries):
            if not self._fails(case, f"{purpose}/no_answer", link.no_answer, attempt):
                yield from self._talk(case, link, purpose, place)
                yield from self._decide(case, link, purpose, decide)
                return True
            again = Ticks(link.time.planned) if link.again is None else link.again
            yield run.wait(self._lasts(case, f"{purpose}/again", again, attempt), case.number)
            run.write(Kind.CALL_NO_ANSWER, case, post=link.post, request=request, quantity=attempt + 1, ref=case.ref)
        reached = yield from self._other_ways(case, link, purpose, request)
        if reached:
            yield from self._decide(case, link, purpose, decide)
        return reached

    def _other_ways(self, case: Case, link: Link, purpose: str, request: int) -> Story:
        run = self.run
        if link.second is not None:
            run.write(Kind.CALL_SECOND, case, post=link.post, request=request, ref=case.ref)
            yield run.wait(self._lasts(case, f"{purpose}/second", link.second), case.number)
            if not self._fails(case, f"{purpose}/second/no_answer", link.second_no_answer):
                return True
            run.write(Kind.CALL_NO_ANSWER, case, post=link.post, request=request, quantity=link.tries + 1, ref=case.ref)
        if link.by_road is not None:
            run.write(Kind.CALL_BY_ROAD, case, post=link.post, request=request, ref=case.ref)
            yield run.wait(self._lasts(case, f"{purpose}/by_road", link.by_road), case.number)
            return True
        run.write(Kind.CALL_FAILED, case, post=link.post, request=request, ref=case.ref)
        return False

    def declines(self, case: Case, link: Link, purpose: str) -> bool:
        """Tell whether a post that was reached says no."""
        return self._fails(case, f"{purpose}/refuses", link.refuses)

    def _talk(self, case: Case, link: Link, purpose: str, place: int) -> Generator[Event, object, None]:
        """Make an answered call, once a desk is free; where radio is weak at either end it takes longer."""
        run, post = self.run, self.run.scenario.command.posts[link.post]
        lasts = self._lasts(case, purpose, link.time)
        if run.radio.gaps:
            lasts += max(run.radio.lag(place), run.radio.lag(post.place))
        if not post.desks:
            yield run.wait(lasts, case.number)
            return
        desk = self._desks.setdefault(link.post, Resource(run.clock, post.desks))
        with desk.request() as turn:
            yield turn
            yield run.wait(lasts, case.number)

    def _decide(self, case: Case, link: Link, purpose: str, decide: Ticks | None) -> Generator[Event, object, None]:
        if decide is not None:
            yield self.run.wait(self._lasts(case, f"{purpose}/decide", decide), case.number)

    def _lasts(self, case: Case, purpose: str, ticks: Ticks, attempt: int = 0) -> int:
        return self.run.durations.get(case.block, case.n, purpose, ticks, 0, attempt)

    def _fails(self, case: Case, purpose: str, chance: float, attempt: int = 0) -> bool:
        """Tell whether something goes wrong; as planned it does when that is likelier than not."""
        if chance == 0.0:
            return False
        durations = self.run.durations
        if durations.draws is None:
            return chance > 0.5
        return durations.happens(case.block, case.n, purpose, chance, 0, attempt)
