"""Dispatch: who is available, who is asked, and who waits when nobody is."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

from sim.engine.field import EXTRA, Case, Status, Unit, Waiting
from sim.engine.policies import Offer, Slot, policy
from sim.engine.run import Codes
from sim.engine.trace import explain
from sim.log import CAUSE_CODE, Cause
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.engine.run import Run

_NOBODY: frozenset[int] = frozenset()


class Dispatcher:
    """Fills needs with teams, and keeps the queue of needs that nobody could fill."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.clock = run.clock
        self.units = run.units
        self.outlook = run.outlook
        self.reach = run.travel.reach
        self.returning = run.missions.returning
        self.waiting: dict[int, list[Waiting]] = {}
        """Capability → heap of slots that wait, in order of priority, then of waiting; those filled since are marked over."""
        self.open = 0
        """How many wait."""
        self._asked = 0
        self._policies = [policy(name) for name in run.scenario.policies]
        self._simple = run.scenario.policies == ("nearest_idle",) and run.tracer is None
        self._cards: dict[tuple[str, int], tuple[int, ...]] = {}

    # --- sending ---------------------------------------------------------------------------------------------------

    def send_first(self, case: Case, teams: Sequence[int], count: int) -> None:
        """Order first response: the teams named, those that can be sent; each fills an open line that it can do."""
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
            line, slot = self._line_for(case, unit)
            self.run.missions.order(unit, case, line, slot, case.ref, Codes.FIRST_RESPONSE)

    def _line_for(self, case: Case, unit: Unit) -> Slot:
        """Return the first open slot that the unit can fill, in full if possible; `EXTRA` if there is none."""
        able = [
            (unit.team.capabilities[line.capability] < 1.0, line.index)
            for line in case.course.lines
            if line.capability in unit.team.capabilities and case.ordered[line.index] < line.count
        ]
        if not able:
            case.extras += 1
            return EXTRA, case.extras - 1
        line = min(able)[1]
        slot = case.ordered[line]
        case.ordered[line] += 1
        return line, slot

    def dispatch(self, case: Case) -> None:
        """Order the package: every slot that is still open."""
        lines = case.course.lines
        if self._simple and case.single and not case.ordered[0]:
            _, team = self._earliest(lines[0].capability, case.site, _NOBODY, substitute=False)
            if team >= 0:
                case.ordered[0] = 1
                self.run.missions.order(self.units[team], case, 0, 0, case.ref, _NEAREST)
                return
        slots = [(line.index, slot) for line in lines for slot in range(case.ordered[line.index], line.count)]
        chosen = self._choose(case, slots)
        if len(chosen) < len(slots) and not self.run.scenario.queue:
            self._lose(case)
            return
        for line in lines:
            case.ordered[line.index] = line.count
        for slot in slots:
            if slot in chosen:
                offer, cause = chosen[slot]
                self.run.missions.order(self.units[offer.provider], case, *slot, case.ref, cause)
        for slot in slots:
            if slot not in chosen:
                self._wait(case, slot)

    def _choose(self, case: Case, slots: Sequence[Slot]) -> dict[Slot, tuple[Offer, int]]:
        chosen: dict[Slot, tuple[Offer, int]] = {}
        for choose, cause in self._policies:
            rest = [slot for slot in slots if slot not in chosen]
            if not rest:
                break
            taken = frozenset(offer.provider for offer, _ in chosen.values())
            for slot, offer in choose(case, rest, self, taken).items():
                chosen[slot] = (offer, CAUSE_CODE[cause])
        if self.run.tracer is not None:
            taken = frozenset(offer.provider for offer, _ in chosen.values())
            for slot in slots:
                self.run.tracer(explain(self.run, case, slot, chosen.get(slot), taken))
        return chosen

    # --- waiting ---------------------------------------------------------------------------------------------------

    def _wait(self, case: Case, slot: Slot) -> None:
        line = case.course.lines[slot[0]]
        free = any(self._available(unit) and line.capability in unit.team.capabilities for unit in self.units)
        ref = self.run.log(
            Codes.WAITING, case.number, line.index, item=line.capability, quantity=1, place=case.site,
            ref=case.ref, cause=Codes.NOBODY_REACHES if free else Codes.NOBODY_FREE,
        )  # fmt: skip
        self._asked += 1
        case.waiting += 1
        self.open += 1
        heappush(self.waiting.setdefault(line.capability, []), Waiting(case, *slot, ref, (case.course.priority, self._asked)))

    def _lose(self, case: Case) -> None:
        row = self.run.log(Codes.LOST, case.number, place=case.site, ref=case.ref, cause=Codes.QUEUE_OFF)
        self.run.cases.close(case, row)

    def withdraw(self, case: Case, ref: int) -> None:
        """Take back what an incident still waits for, because it is closed."""
        for wait in sorted(wait for heap in self.waiting.values() for wait in heap if wait.case is case and not wait.over):
            wait.over = True
            self.open -= 1
            item = case.course.lines[wait.line].capability
            self.run.log(Codes.WITHDRAWN, case.number, wait.line, item=item, quantity=1, place=case.site, ref=ref)
        case.waiting = 0

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
        unserved: list[Waiting] = []
        while unit is None or self._available(unit):
            wait = self._next(heaps)
            if wait is None:
                break
            slot = (wait.line, wait.slot)
            chosen = self._choose(wait.case, [slot])
            if slot in chosen:
                offer, cause = chosen[slot]
                wait.over = True
                self.open -= 1
                wait.case.waiting -= 1
                self.run.missions.order(self.units[offer.provider], wait.case, *slot, wait.ref, cause)
            else:
                unserved.append(wait)
        for wait in unserved:
            heappush(self.waiting[wait.case.course.lines[wait.line].capability], wait)

    @staticmethod
    def _next(heaps: list[list[Waiting]]) -> Waiting | None:
        """Take the first in order out of several heaps, dropping those that are over."""
        first: list[Waiting] | None = None
        for heap in heaps:
            while heap and heap[0].over:
                heappop(heap)
            if heap and (first is None or heap[0] < first[0]):
                first = heap
        return None if first is None else heappop(first)

    # --- who could come --------------------------------------------------------------------------------------------

    def _available(self, unit: Unit) -> bool:
        return unit.status == Status.IDLE or unit.index in self.run.missions.returning

    def _eta(self, unit: Unit, site: int) -> int:
        """Return planned time to arrive, from now (ms)."""
        if unit.status != Status.IDLE:
            return self.run.missions.eta_returning(unit, site)
        run = self.run
        profile = unit.profiles[run.outlook.kind_of_hour(self.clock._now)]
        drive = run.travel.drive(unit.at, site, profile, run.state)
        return NEVER if drive >= NEVER else unit.team.turnout.planned + drive

    def offer(self, team: int, capability: int, site: int) -> Offer | None:
        """Return what one team offers for a need, if it is available, can do it and has a way."""
        unit = self.units[team]
        quality = unit.team.capabilities.get(capability)
        if quality is None or not self._available(unit):
            return None
        eta = self._eta(unit, site)
        return None if eta >= NEVER else Offer(quality < 1.0, eta, team)

    def offers(self, capability: int, site: int, *, substitute: bool) -> list[Offer]:
        """Return the offers of all who are available, earliest first."""
        run = self.run
        hour = run.outlook.kind_of_hour(self.clock._now)
        units = self.units
        found = [
            Offer(substitute, eta, team)
            for eta, team in run.outlook.ranking(capability, site, hour, run.state, full=not substitute)
            if units[team].status == Status.IDLE
        ]
        for unit in run.missions.returning.values():
            quality = unit.team.capabilities.get(capability)
            if quality is not None and (quality < 1.0) == substitute:
                eta = run.missions.eta_returning(unit, site)
                if eta < NEVER:
                    found.append(Offer(substitute, eta, unit.index))
        return sorted(found)

    def nearest(self, capability: int, site: int, taken: frozenset[int]) -> Offer | None:
        """Return the earliest offer of a team that is not taken; substitutes only when nobody else can come."""
        eta, team = self._earliest(capability, site, taken, substitute=False)
        if team >= 0:
            return Offer(False, eta, team)
        if self.run.outlook.partial[capability]:
            eta, team = self._earliest(capability, site, taken, substitute=True)
        return None if team < 0 else Offer(True, eta, team)

    def _earliest(self, capability: int, site: int, taken: frozenset[int], *, substitute: bool) -> tuple[int, int]:
        """Return (eta, team) of who can be there first, or team -1: the first idle in the ranking, or one on its way home."""
        units, outlook, now, state = self.units, self.outlook, self.clock._now, self.run.state
        hour = outlook.kind_of_hour(now)
        best_eta, best = NEVER, -1
        for eta, team in outlook.ranking(capability, site, hour, state, full=not substitute):
            if units[team].status == Status.IDLE and team not in taken:
                best_eta, best = eta, team
                break
        for index, unit in self.returning.items():
            if capability in (unit.stands_in if substitute else unit.full) and index not in taken:
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
