"""Dispatch: who is available, who is asked, and who waits when nobody is."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from sim.engine.field import EXTRA, Case, Phase, Slot, State, Status, Unit
from sim.engine.policies import OWN, Offer, policy
from sim.engine.retarget import FROM_ELSEWHERE, better
from sim.engine.run import Codes
from sim.log import CAUSE_CODE, Cause, Kind, Rank
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.engine.field import Mission
    from sim.engine.run import Run
    from sim.scenario.frozen import Line

IDLE = Status.IDLE
_NOBODY: frozenset[int] = frozenset()
Chosen = dict[Slot, tuple[Offer, int]]
"""Slot → the offer that fills it, and the cause that its order carries."""


class Dispatcher:
    """Fills needs with teams, and keeps the queue of needs that nobody could fill."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.clock = run.clock
        self.units = run.units
        self.outlook = run.outlook
        self.reach = run.travel.reach
        self.returning = run.missions.returning
        self.command = run.scenario.command
        self.waiting: dict[int, list[Slot]] = {}
        """Capability → heap of slots that wait, in order of priority, then of waiting; others are dropped when they come up."""
        self.open = 0
        """How many wait."""
        self._asked = 0
        self._policies = [policy(name) for name in run.scenario.policies]
        self._simple = (
            run.scenario.policies == ("nearest_idle",)
            and run.tracer is None
            and self.command.unlent is None
            and not run.may_retarget
        )
        self._cards: dict[tuple[str, int], tuple[int, ...]] = {}
        self._most: dict[tuple[int, str], float] = {}

    # --- slots -----------------------------------------------------------------------------------------------------

    def open_slots(self, case: Case, line: Line) -> list[Slot]:
        """Return the slots that a line needs more: one a team, or as few as can make up its people or water."""
        slots, new = case.slots[line.index], list[Slot]()
        if not line.measure:
            missing = line.count - sum(slot.state != State.OVER for slot in slots)
            new = [Slot(case, line.index, len(slots) + number) for number in range(missing)]
        else:
            live = [slot for slot in slots if slot.state != State.OVER]
            likely = sum(slot.given if slot.state == State.ORDERED else self._best(line) for slot in live)
            while likely < line.amount and len(new) < line.count:
                new.append(Slot(case, line.index, len(slots) + len(new)))
                likely += self._best(line)
        slots += new
        if new and line.measure and line.stage in case.stages:  # asked for already, and those who come make up too little
            self.run.write(Kind.NEED_RAISED, case, line=line.index, item=line.capability, quantity=len(new), ref=case.ref)
        return new

    def _best(self, line: Line) -> float:
        """Return the most that one team makes up of a line."""
        key = (line.capability, line.measure)
        if key not in self._most:
            able = (unit.team for unit in self.units if line.capability in unit.team.capabilities)
            self._most[key] = max((line.gives(team) for team in able), default=0.0) or 1.0
        return self._most[key]

    # --- sending ---------------------------------------------------------------------------------------------------

    def send_first(self, case: Case, teams: Sequence[int], count: int) -> None:
        """Order first response: the teams named, those that can be sent; each fills an open line that it can do."""
        if self.run.tracer is not None:
            self.run.tracer.first(self.run, case, teams, count)
        sent = 0
        for index in teams:
            unit = self.units[index]
            if sent == count:
                break
            free = self._available(unit)
            if not free or self._eta(unit, case.site) >= NEVER:
                why = Codes.NOBODY_REACHES if free else Codes.TEAM_BUSY
                self.run.log(Codes.NOT_SENT, case.number, team=index, place=case.site, ref=case.ref, cause=why)
                continue
            sent += 1
            self.run.missions.order(unit, self._slot_for(case, unit), case.ref, Codes.FIRST_RESPONSE)

    def _slot_for(self, case: Case, unit: Unit) -> Slot:
        """Return the first open slot that the unit can fill, in full if possible; an extra one if there is none."""
        able = []
        for line in case.course.lines:
            if line.capability in unit.team.capabilities and not line.stage and not line.ahead and line.own:
                self.open_slots(case, line)
                found = [slot for slot in case.slots[line.index] if slot.state == State.OPEN]
                if found:
                    able.append((unit.team.capabilities[line.capability] < 1.0, line.index, found[0]))
        if able:
            return min(able, key=lambda entry: entry[:2])[2]
        case.extras += 1
        return Slot(case, EXTRA, case.extras - 1)

    def dispatch(self, case: Case, stage: int) -> None:
        """Order what a stage asks for: every slot that is still open."""
        lines = case.course.lines
        if self._simple and case.single and not case.slots[0]:
            slot = Slot(case, 0, 0)
            _, team = self._earliest(slot, _NOBODY, substitute=False)
            case.slots[0].append(slot)
            if team >= 0:
                self.run.missions.order(self.units[team], slot, case.ref, _NEAREST)
                return
        for line in lines:
            if line.stage == stage and not line.ahead:
                self.open_slots(case, line)
        self.fill(case, [
            slot for line in lines if line.stage == stage and not line.ahead
            for slot in case.slots[line.index] if slot.state == State.OPEN
        ])  # fmt: skip

    def fill(self, case: Case, slots: Sequence[Slot]) -> None:
        """Find somebody for slots of one incident: order own teams, ask lenders, let the rest wait."""
        chosen = self._choose(case, slots)
        if len(chosen) < len(slots) and not self.run.scenario.queue:
            self._lose(case)
            return
        self._send(case, slots, chosen)
        for slot in slots:
            if slot not in chosen:
                self._wait(slot)
        self.make_up(case, slots)

    def _send(self, case: Case, slots: Sequence[Slot], chosen: Chosen) -> None:
        asked, left = [], list[Slot]()
        for slot in slots:
            if slot in chosen:
                offer, cause = chosen[slot]
                if offer.channel == OWN:
                    left += self._order(self.units[offer.provider], slot, cause)
                else:
                    asked.append((slot, offer))
        if asked:
            self.run.aid.ask(case, asked)
        for slot in left:  # only now: nobody of those just chosen is to fill them
            self.fill(slot.case, [slot])

    def _order(self, unit: Unit, slot: Slot, cause: int) -> list[Slot]:
        """Order one team; one that is busy elsewhere must be told first. Return the slot that it leaves behind, if any."""
        ref = slot.ref if slot.ref >= 0 else slot.case.ref
        if unit.status != Status.BUSY:
            self.run.missions.order(unit, slot, ref, cause)
            return []
        old = unit.mission
        assert old is not None
        lag = self.run.radio.lag(old.target) if self.run.radio.gaps else 0
        if lag:
            slot.state = State.ASKED
            self.clock.at(self.clock._now + lag, Rank.COMMAND, unit.index, self._divert_late, old, slot, cause, ref)
            return []
        return self._divert(old, slot, cause, ref)

    def _divert_late(self, old: Mission, slot: Slot, cause: int, ref: int) -> None:
        """Tell a team that the radio did not reach at once, if it still is where it was thought."""
        if slot.case.closed or slot.state == State.OVER:
            return
        if old.unit.mission is not old or not Phase.DRIVE <= old.phase <= Phase.HOLD:
            slot.state = State.OPEN
            self.fill(slot.case, [slot])
            return
        for left in self._divert(old, slot, cause, ref):
            self.fill(left.case, [left])

    def _divert(self, old: Mission, slot: Slot, cause: int, ref: int) -> list[Slot]:
        """Take a team from one incident to another; return the slot that it leaves behind, to be filled anew."""
        left = self.run.missions.take_away(old, cause, ref)
        self.run.missions.order(old.unit, slot, ref, cause)
        return [] if left is None else [left]

    def make_up(self, case: Case, slots: Sequence[Slot]) -> None:
        """Open further slots of lines whose teams turned out to bring too little."""
        for index in dict.fromkeys(slot.line for slot in slots):
            line = case.course.lines[index]
            more = self.open_slots(case, line) if line.measure else []
            if more:
                self.fill(case, more)

    def _choose(self, case: Case, slots: Sequence[Slot]) -> Chosen:
        chosen = self._by_policy(case, slots, {})
        if self.run.may_retarget and better(self.run, slots, chosen):
            # Whom those from elsewhere have spared may fill other slots: all but theirs are thought over again.
            kept = {slot: pick for slot, pick in chosen.items() if pick[1] in FROM_ELSEWHERE}
            chosen = self._by_policy(case, [slot for slot in slots if slot not in kept], kept)
        if self.run.tracer is not None:
            self.run.tracer.chose(self.run, slots, chosen)
        return chosen

    def _by_policy(self, case: Case, slots: Sequence[Slot], kept: Chosen) -> Chosen:
        """Let one policy after the other fill slots, beside those that are filled already."""
        chosen = dict(kept)
        for choose, cause in self._policies:
            rest = [slot for slot in slots if slot not in chosen]
            if not rest:
                break
            taken = frozenset(offer.provider for offer, _ in chosen.values())
            for slot, offer in choose(case, rest, self, taken).items():
                chosen[slot] = (offer, CAUSE_CODE[cause])
        return chosen

    # --- waiting ---------------------------------------------------------------------------------------------------

    def _wait(self, slot: Slot) -> None:
        case, line = slot.case, slot.need
        free = any(
            self._available(unit) and line.capability in unit.team.capabilities and self.may_order(slot, unit.index)
            for unit in self.units
        )
        slot.ref = self.run.log(
            Codes.WAITING, case.number, line.index, item=line.capability, quantity=1, place=case.site,
            ref=slot.ref if slot.ref >= 0 else case.ref, cause=Codes.NOBODY_REACHES if free else Codes.NOBODY_FREE,
        )  # fmt: skip
        self._asked += 1
        slot.state, slot.order = State.WAITING, (case.course.priority, self._asked)
        case.waiting += 1
        self.open += 1
        heappush(self.waiting.setdefault(line.capability, []), slot)

    def _lose(self, case: Case) -> None:
        row = self.run.log(Codes.LOST, case.number, place=case.site, ref=case.ref, cause=Codes.QUEUE_OFF)
        self.run.cases.close(case, row)

    def withdraw(self, case: Case, ref: int, lines: Sequence[int] | None = None) -> None:
        """Take back what an incident still waits for (on some lines), because it is closed or needs it no more."""
        which = range(len(case.slots)) if lines is None else lines
        for slot in sorted(slot for line in which for slot in case.slots[line] if slot.state == State.WAITING):
            slot.state = State.OVER
            self.no_longer_waits(slot)
            item = slot.need.capability
            self.run.log(Codes.WITHDRAWN, case.number, slot.line, item=item, quantity=1, place=case.site, ref=ref)

    def no_longer_waits(self, slot: Slot) -> None:
        """Take a slot out of the count of those that wait."""
        self.open -= 1
        slot.case.waiting -= 1

    def take_out(self, slot: Slot) -> None:
        """Take a slot out of the queue, though its turn has not come: somebody else fills it."""
        heap = self.waiting[slot.need.capability]
        heap.remove(slot)
        heapify(heap)
        self.no_longer_waits(slot)

    def reopen(self, slot: Slot, ref: int) -> None:
        """Let a slot be filled anew, since its team has been taken away."""
        case = slot.case
        slot.attempt += 1
        slot.state, slot.given = State.OPEN, 0.0
        slot.ref = self.run.log(
            Codes.REOPENED, case.number, slot.line, item=slot.need.capability, quantity=1, place=case.site, ref=ref
        )

    def freed(self, unit: Unit) -> None:
        """Serve those who wait, now that a unit can be sent: in order of priority, then of waiting."""
        if self.open:
            self._serve(tuple(unit.team.capabilities), unit)

    def roads_changed(self) -> None:
        """Look again at everybody who waits: a road may have opened."""
        self._serve(tuple(self.waiting), None)

    def _serve(self, capabilities: tuple[int, ...], unit: Unit | None) -> None:
        """Go through those who wait for any of the capabilities, until `unit` is sent or nobody is left."""
        heaps = [self.waiting[capability] for capability in capabilities if capability in self.waiting]
        unserved: list[Slot] = []
        while unit is None or self._available(unit):
            slot = self._next(heaps)
            if slot is None:
                break
            chosen = self._choose(slot.case, [slot])
            if chosen:
                self.no_longer_waits(slot)
                self._send(slot.case, [slot], chosen)
                self.make_up(slot.case, [slot])
            else:
                unserved.append(slot)
        for slot in unserved:
            heappush(self.waiting[slot.need.capability], slot)

    @staticmethod
    def _next(heaps: list[list[Slot]]) -> Slot | None:
        """Take the first in order out of several heaps, dropping those that no longer wait."""
        first: list[Slot] | None = None
        for heap in heaps:
            while heap and heap[0].state != State.WAITING:
                heappop(heap)
            if heap and (first is None or heap[0] < first[0]):
                first = heap
        return None if first is None else heappop(first)

    # --- who could come --------------------------------------------------------------------------------------------

    def may_order(self, slot: Slot, team: int) -> bool:
        """Tell whether the post that orders the teams of a need may order this one."""
        allowed = self._allowed(slot)
        return allowed is None or team in allowed

    def _allowed(self, slot: Slot) -> frozenset[int] | None:
        orderer = slot.need.orderer
        return self.command.unlent if orderer < 0 else self.command.orderable[orderer]

    def _available(self, unit: Unit) -> bool:
        return unit.status == Status.IDLE or unit.index in self.run.missions.returning

    def _eta(self, unit: Unit, site: int) -> int:
        """Return planned time to arrive, from now (ms)."""
        if unit.status != Status.IDLE:
            return self.run.missions.eta_returning(unit, site)
        run = self.run
        profile = unit.profiles[run.outlook.kind_of_hour(self.clock._now)]
        drive = run.travel.drive(unit.at, site, profile, run.state)
        return NEVER if drive >= NEVER else run.missions.turnout_of(unit).planned + drive

    def offer(self, team: int, slot: Slot) -> Offer | None:
        """Return what one team offers for a slot, if it is available, may be ordered, can do it and has a way."""
        unit = self.units[team]
        quality = unit.team.capabilities.get(slot.need.capability)
        if quality is None or not slot.need.own or not self._available(unit) or not self.may_order(slot, team):
            return None
        eta = self._eta(unit, slot.case.site)
        return None if eta >= NEVER else Offer(quality < 1.0, eta, team)

    def offers(self, slot: Slot, *, substitute: bool) -> list[Offer]:
        """Return the offers of all who are available for a slot, lenders included, earliest first."""
        need = slot.need
        found = self._own_offers(slot, substitute=substitute) if need.own else []
        if need.lenders:
            found += self.run.aid.offers(slot, substitute=substitute)
        return sorted(found)

    def _own_offers(self, slot: Slot, *, substitute: bool) -> list[Offer]:
        run, units, capability, site = self.run, self.units, slot.need.capability, slot.case.site
        allowed, hour = self._allowed(slot), run.outlook.kind_of_hour(self.clock._now)
        found = [
            Offer(substitute, eta, team)
            for eta, team in run.outlook.ranking(capability, site, hour, run.state, full=not substitute)
            if units[team].status == Status.IDLE and not units[team].standby and (allowed is None or team in allowed)
        ]
        for unit in self._elsewhere():
            quality = unit.team.capabilities.get(capability)
            if quality is not None and (quality < 1.0) == substitute and (allowed is None or unit.index in allowed):
                eta = self._eta(unit, site)
                if eta < NEVER:
                    found.append(Offer(substitute, eta, unit.index))
        return found

    def _elsewhere(self) -> list[Unit]:
        """Return available units whose time is not that of their base and usual turn-out: on the way home, or on standby."""
        ready = [unit for unit in self.run.standby.units.values() if unit.status == Status.IDLE]
        return [*self.returning.values(), *ready]

    def nearest(self, slot: Slot, taken: frozenset[int]) -> Offer | None:
        """Return the earliest offer of a team that is not taken; substitutes only when nobody else can come."""
        if slot.need.lenders or not slot.need.own or self.run.standby.units:
            for substitute in (False, True):
                for offer in self.offers(slot, substitute=substitute):
                    if offer.provider not in taken:
                        return offer
            return None
        eta, team = self._earliest(slot, taken, substitute=False)
        if team >= 0:
            return Offer(False, eta, team)
        if self.run.outlook.partial[slot.need.capability]:
            eta, team = self._earliest(slot, taken, substitute=True)
        return None if team < 0 else Offer(True, eta, team)

    def _earliest(self, slot: Slot, taken: frozenset[int], *, substitute: bool) -> tuple[int, int]:
        """Return (eta, team) of who can be there first, or team -1: the first idle in the ranking, or one on its way home."""
        units, outlook, now, state, case = self.units, self.outlook, self.clock._now, self.run.state, slot.case
        hour, site, need = outlook.kind_of_hour(now), case.site, case.course.lines[slot.line]
        capability, allowed = need.capability, self.command.unlent if need.orderer < 0 else self.command.orderable[need.orderer]
        best_eta, best = NEVER, -1
        for eta, team in outlook.ranking(capability, site, hour, state, full=not substitute):
            if units[team].status == IDLE and team not in taken and (allowed is None or team in allowed):
                best_eta, best = eta, team
                break
        for index, unit in self.returning.items():
            if (
                capability in (unit.stands_in if substitute else unit.full)
                and index not in taken
                and (allowed is None or index in allowed)
            ):
                trip = unit.trip
                if trip is None:
                    eta = self.run.missions.eta_returning(unit, site)
                else:
                    eta = self.reach(trip, now, site, unit.profiles[hour], state)
                if eta < best_eta or (eta == best_eta < NEVER and index < best):
                    best_eta, best = eta, index
        return best_eta, best

    def card(self, case: Case) -> tuple[int, ...]:
        """Return the teams on the run card of an incident: of the first card that fits."""
        key = (case.course.kind, case.site)
        if key not in self._cards:
            fitting = (
                card.teams
                for card in self.run.scenario.run_cards
                if (not card.kinds or case.course.kind in card.kinds) and (not card.sites or case.site in card.sites)
            )
            self._cards[key] = next(fitting, ())
        return self._cards[key]


_NEAREST = CAUSE_CODE[Cause.NEAREST_IDLE]
