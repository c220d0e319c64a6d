"""Reports: first, follow-up and final, on several lines at once; each post on a line then knows what was reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.log import Cause, Kind

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from simpy import Event

    from sim.engine.field import Case
    from sim.engine.run import Run
    from sim.scenario.command import ReportLine


class Reports:
    """Sends the reports of a replication."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._sent: dict[tuple[int, str], int] = {}

    def send(self, case: Case, cause: Cause, values: Mapping[str, float], ref: int) -> None:
        """Send a report on every line of an incident; it says what holds now."""
        for number, line in enumerate(case.course.reports):
            sent = self._sent[case.number, line.id] = self._sent.get((case.number, line.id), -1) + 1
            self.run.story(self._go(case, number, line, cause, dict(values), sent, ref))

    def _go(
        self, case: Case, number: int, line: ReportLine, cause: Cause, values: Mapping[str, float], sent: int, ref: int
    ) -> Generator[Event, object, None]:
        run = self.run
        purpose = f"report/{line.id}" if not sent else f"report#{sent}/{line.id}"
        after = run.durations.get(case.block, case.n, f"{purpose}/after", line.after)
        if after:
            yield run.wait(after, case.number)
        item = run.command.items["report"] + run.command.report_number(line)
        ref = run.write(Kind.REPORT_SENT, case, post=line.sender, item=item, ref=ref, cause=cause)
        place = case.site
        for link in line.links:
            post = run.scenario.command.posts[link.post]
            if not (yield from run.calls.reach(case, link, f"{purpose}/{post.id}", place=place)):
                run.write(Kind.REPORT_LOST, case, post=link.post, item=item, ref=ref, cause=Cause.NOT_REACHED)
                return
            ref = run.write(Kind.REPORT_RECEIVED, case, post=link.post, item=item, ref=ref, cause=cause)
            place = post.place
            run.command.levels.informed(case, link.post, values, ref)
