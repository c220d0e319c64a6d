"""Mutual aid: a request goes up a channel, post by post; the lender sends what its floor allows, as a convoy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.convoy import Convoy
from sim.engine.field import Case, Phase, Slot, State, Status, Unit
from sim.engine.floor import Loanable, loanable, movable
from sim.engine.policies import Offer
from sim.log import CAUSE_CODE, Cause, Kind, Rank
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from simpy import Event

    from sim.engine.field import Mission
    from sim.engine.run import Run
    from sim.scenario.command import Channel, Lender

_MOST_TURNS = 100
"""After so many loans that ended for one slot its lender is asked no more: where nothing else ends it, a run would never end."""
_AID, _LOAN_ENDED = CAUSE_CODE[Cause.MUTUAL_AID], CAUSE_CODE[Cause.LOAN_ENDED]


class Request:
    """One lender asked for teams of one need line."""

    __slots__ = ("case", "channel", "convoy", "lender", "line", "number", "ref", "slots")

    def __init__(self, number: int, case: Case, line: int, lender: Lender, channel: Channel, slots: list[Slot]) -> None:
        self.number = number
        self.case = case
        self.line = line
        self.lender = lender
        self.channel = channel
        self.slots = slots
        self.ref = -1
        self.convoy: Convoy | None = None
        """Once it is granted."""


class MutualAid:
    """Asks lenders, and lets them answer."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.command = run.scenario.command
        self.requests: list[Request] = []
        self.open: list[Request] = []
        """Requests that have not been answered or withdrawn."""
        self.loans: dict[int, int] = {}
        """Agreement → teams lent under it now."""
        self.held_back: dict[int, list[Request]] = {}
        """Lender → requests of which its floor kept something back until a neighbour stands in."""

    # --- asking ----------------------------------------------------------------------------------------------------

    def offers(self, slot: Slot, *, substitute: bool) -> list[Offer]:
        """Return what lenders' teams could do for a slot: planned calls, turn-out, drive and stops."""
        need, run, found = slot.need, self.run, []
        for index in need.lenders:
            lender = self.command.lenders[index]
            channel = self.command.channel_to(lender, need.orderer)
            if channel is None or index in slot.turned_down:
                continue
            calls = channel.planned
            for team in lender.teams:
                unit = run.units[team]
                quality = unit.team.capabilities.get(need.capability)
                if quality is None or (quality < 1.0) != substitute or unit.status != Status.IDLE:
                    continue
                eta = self.eta(unit, lender, slot.case.site)
                if eta < NEVER:
                    found.append(Offer(substitute, calls + eta, team, channel.index))
        return found

    def eta(self, unit: Unit, lender: Lender, site: int) -> int:
        """Return planned turn-out, drive and stops of a lender's team (ms), `NEVER` without a way."""
        run, hour = self.run, self.run.outlook.kind_of_hour(self.run.clock._now)
        vehicle = lender.convoy.vehicle
        profile = run.outlook.profiles[hour][vehicle] if vehicle else unit.profiles[hour]
        drive = run.travel.drive(unit.at, site, profile, run.state)
        if drive >= NEVER:
            return NEVER
        return run.missions.turnout_of(unit).planned + drive + lender.convoy.stopped(drive)

    def ask(self, case: Case, asked: Sequence[tuple[Slot, Offer]]) -> None:
        """Ask for slots: each lender for those that it was chosen for, or every lender for all of a line at once."""
        groups: dict[tuple[int, int, int], list[Slot]] = {}
        for slot, offer in asked:
            slot.state = State.ASKED
            lender = self.run.units[offer.provider].team.lender
            groups.setdefault((slot.line, lender, offer.channel), []).append(slot)
        if self.command.ask_all:
            groups = self._everybody(groups)
        for (line, number, channel), slots in groups.items():
            request = self._new(case, line, self.command.lenders[number], self.command.channels[channel], slots)
            if self.run.tracer is not None:
                self.run.tracer.asked(self.run, request)
            self.run.story(self._go(request))

    def _new(self, case: Case, line: int, lender: Lender, channel: Channel, slots: list[Slot]) -> Request:
        request = Request(len(self.requests), case, line, lender, channel, slots)
        self.requests.append(request)
        self.open.append(request)
        return request

    def _everybody(self, groups: dict[tuple[int, int, int], list[Slot]]) -> dict[tuple[int, int, int], list[Slot]]:
        """Let every lender of a line be asked for all of its slots."""
        by_line: dict[int, list[Slot]] = {}
        for (line, _, _), slots in groups.items():
            by_line.setdefault(line, []).extend(slots)
        found = {}
        for line, slots in by_line.items():
            need = slots[0].need
            for index in need.lenders:
                lender = self.command.lenders[index]
                channel = self.command.channel_to(lender, need.orderer)
                wanted = [slot for slot in slots if index not in slot.turned_down]
                able = any(need.capability in self.run.units[team].team.capabilities for team in lender.teams)
                if channel is not None and able and wanted:
                    found[line, index, channel.index] = wanted
        return found

    def _go(self, request: Request) -> Generator[Event, object, None]:
        """Go up the channel, link by link; parallel notices take no time on the path."""
        run, case, channel = self.run, request.case, request.channel
        if request not in self.open:  # taken back in the very moment, before anybody spoke
            return
        need = case.course.lines[request.line]
        first = request.slots[0]
        request.ref = run.write(
            Kind.REQUEST_MADE, case, line=request.line, request=request.number, post=channel.asks, item=need.capability,
            quantity=len(request.slots), ref=first.ref if first.ref >= 0 else case.ref,
        )  # fmt: skip
        if not movable(run, request):  # the paper itself says so: nobody goes up the channel for it
            self._refuse(request, Cause.NOT_MOVABLE, channel.asks)
            return
        for post in channel.notify:
            self._row(Kind.REQUEST_NOTIFIED, request, post)
        for number, link in enumerate(channel.links):
            purpose = f"aid/{request.lender.id}/{self.command.posts[link.post].id}"
            reached = yield from run.calls.reach(case, link, purpose, request=request.number)
            if request not in self.open:
                return
            if not reached or run.calls.declines(case, link, purpose):
                self._refuse(request, Cause.DECLINED if reached else Cause.NOT_REACHED, link.post)
                return
            if number < len(channel.links) - 1:
                request.ref = self._row(Kind.REQUEST_PASSED, request, link.post)
        self._answer(request)

    def _row(self, kind: Kind, request: Request, post: int, quantity: int = 0, cause: Cause = Cause.NONE) -> int:
        return self.run.write(
            kind, request.case, line=request.line, request=request.number, post=post, quantity=quantity, ref=request.ref,
            item=request.case.course.lines[request.line].capability, cause=cause,
        )  # fmt: skip

    # --- answering -------------------------------------------------------------------------------------------------

    def _answer(self, request: Request) -> None:
        """Let the lender decide at the moment of release: what may go, what must stay."""
        wanted = [slot for slot in request.slots if slot.state == State.ASKED]
        desk = request.channel.links[-1].post
        if not wanted:
            self.open.remove(request)
            self._row(Kind.REQUEST_WITHDRAWN, request, desk, cause=Cause.NOT_NEEDED)
            return
        found = loanable(self.run, request, len(wanted))
        if self.run.tracer is not None:
            self.run.tracer.answered(self.run, request, len(wanted), found)
        if found.cause == Cause.FLOOR and request.lender.backfill and self.run.move_ups.backfill(request.lender):
            self.held_back.setdefault(request.lender.index, []).append(request)
        if not found.units:
            self._refuse(request, found.cause, desk)
            return
        self.open.remove(request)
        kind = Kind.REQUEST_GRANTED if len(found.units) == len(wanted) else Kind.REQUEST_PARTLY
        request.ref = self._row(kind, request, desk, len(found.units), found.cause)
        self._send(request, found, wanted)

    def _send(self, request: Request, found: Loanable, wanted: Sequence[Slot]) -> None:
        run, need = self.run, request.case.course.lines[request.line]
        request.convoy = Convoy(run, request.lender.convoy, tuple(unit.index for unit in found.units))
        agreement = request.channel.agreement
        for unit, slot in zip(found.units, wanted, strict=False):
            request.convoy.take(unit)
            mission = run.missions.order(unit, slot, request.ref, _AID, request.number)
            if agreement >= 0:
                self.loans[agreement] = self.loans.get(agreement, 0) + 1
                lasts = self.command.agreements[agreement].lasts
                if lasts:
                    run.clock.at(run.clock._now + lasts, Rank.COMMAND, request.case.number, self._loan_over, mission)
        self._seek_elsewhere(request, [slot for slot in wanted if slot.state == State.ASKED])
        if need.measure:
            run.dispatcher.make_up(request.case, wanted)

    def _refuse(self, request: Request, cause: Cause, post: int) -> None:
        self.open.remove(request)
        request.ref = self._row(Kind.REQUEST_REFUSED, request, post, cause=cause)
        self._seek_elsewhere(request, [slot for slot in request.slots if slot.state == State.ASKED])

    def _seek_elsewhere(self, request: Request, slots: Sequence[Slot]) -> None:
        """Look for others for what a lender did not send, unless somebody else is still being asked for it."""
        left = []
        for slot in slots:
            slot.turned_down |= {request.lender.index}
            if not any(slot in other.slots for other in self.open):
                slot.state, slot.ref = State.OPEN, request.ref
                left.append(slot)
        if left:
            self.run.dispatcher.fill(request.case, left)

    def withdraw(self, case: Case, ref: int, lines: Sequence[int] | None = None) -> None:
        """Take back open requests of an incident (on some lines); their slots are open again, for whoever closes them."""
        for request in tuple(self.open):
            if request.case is case and (lines is None or request.line in lines):
                self.open.remove(request)
                if request.ref >= 0:
                    request.ref = ref
                    self._row(Kind.REQUEST_WITHDRAWN, request, request.channel.asks, cause=Cause.NOT_NEEDED)
                for slot in request.slots:
                    if slot.state == State.ASKED:
                        slot.state = State.OPEN

    def backfilled(self, lender: Lender) -> None:
        """Let a lender send, now that a neighbour stands in for it, what its floor had kept back and nobody else fills."""
        for held in self.held_back.pop(lender.index, []):
            slots = [slot for slot in held.slots if slot.state == State.WAITING and not held.case.closed]
            if slots:
                again = self._new(held.case, held.line, lender, held.channel, slots)
                again.ref = held.ref
                again.ref = self._row(Kind.REQUEST_MADE, again, held.channel.links[-1].post, len(slots), Cause.COVER)
                for slot in slots:
                    self.run.dispatcher.take_out(slot)
                    slot.state = State.ASKED
                self._answer(again)

    # --- under way -------------------------------------------------------------------------------------------------

    def convoy_of(self, mission: Mission) -> Convoy:
        """Return the convoy that a lent team travels in."""
        convoy = self.requests[mission.request].convoy
        assert convoy is not None
        return convoy

    def back(self, unit: Unit, mission: Mission) -> None:
        """Count a lent team as back at its base."""
        agreement = self.requests[mission.request].channel.agreement
        if agreement >= 0:
            self.loans[agreement] -= 1
        self.convoy_of(mission).leave(unit)

    def _loan_over(self, mission: Mission) -> None:
        """Let a lent team go home when its time is over, and look for another."""
        if mission.case.closed or mission.phase >= Phase.CARRY or mission.unit.mission is not mission:
            return
        run, slot = self.run, mission.slot
        if slot.attempt >= _MOST_TURNS:
            slot.turned_down |= {self.requests[mission.request].lender.index}
        if mission.phase <= Phase.FORMING:  # it has not left: it stands down where it is
            run.missions.release(mission, _LOAN_ENDED, mission.ref)
            run.dispatcher.reopen(slot, mission.ref)
        else:
            run.missions.take_away(mission, _LOAN_ENDED, mission.ref)
            run.missions.send_home(mission)
        run.dispatcher.fill(mission.case, [slot])


