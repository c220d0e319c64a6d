"""Why: every choice of a run, with everyone who was considered and why the others were not taken.

A tracer is told; it never changes what the run does. Without one the run pays a look at `None` at each choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from sim.engine.field import Phase, Status
from sim.engine.floor import at_home, held_back, holds
from sim.engine.policies import OWN
from sim.log import CAUSE_CODE, COLUMNS, WIDTH, Cause
from sim.scenario.conditions import holds as is_true
from sim.scenario.conditions import signals_of
from sim.scenario.frozen import NEAREST
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sim.engine.aid import Request
    from sim.engine.field import Case, Mission, Slot, Unit
    from sim.engine.floor import Loanable
    from sim.engine.policies import Offer
    from sim.engine.run import Run
    from sim.engine.supply import Demand
    from sim.engine.supply_offers import SupplyOffer
    from sim.network.trips import Trip


class WhyNot(StrEnum):
    """What became of a team that was considered."""

    CHOSEN = "chosen"
    LATER = "later"
    """It could come, but not before whoever was chosen."""
    SUBSTITUTE = "substitute"
    """It could only stand in, and somebody was to be had who can do it in full."""
    PASSED_OVER = "passed_over"
    """It could come as soon or sooner, but the policy goes by something else, such as a run card."""
    TAKEN = "taken"
    """Sent, in the same decision, to fill another slot."""
    ENOUGH = "enough"
    """It could come, but as many as were wanted are on their way."""
    BUSY = "busy"
    RETURNING = "returning"
    """On the way home, and not to be sent before it is there."""
    REFIT = "refit"
    NO_WAY = "no_way"
    NOT_ORDERED = "not_ordered"
    """The post in charge may not order it."""
    NOT_OWN = "not_own"
    """Only lenders are to fill this line, and it is none of theirs."""
    TURNED_DOWN = "turned_down"
    """Its lender has said no, or sent fewer, before."""
    NO_CHANNEL = "no_channel"
    """The post that asks has no channel to its lender."""
    KEPT = "kept"
    """Stays at home: the lender's floor."""
    LIMIT = "limit"
    """The agreement allows no more."""
    NOT_MOVABLE = "not_movable"
    NOT_RELEASED = "not_released"
    """Nobody on the channel may release it beyond the border."""


_HELD_BACK = {
    Cause.NOT_MOVABLE: WhyNot.NOT_MOVABLE, Cause.NOT_RELEASED: WhyNot.NOT_RELEASED, Cause.TEAM_BUSY: WhyNot.BUSY,
}  # fmt: skip
_ITEM = COLUMNS.index("item")
_BY_CARD = CAUSE_CODE[Cause.RUN_CARD]


class Considered(NamedTuple):
    """A team that might have come, and what became of it."""

    team: int
    substitute: bool
    eta: int
    """ms from now, planned calls in it; `NEVER` when it could not come."""
    verdict: WhyNot
    channel: int = OWN
    """Channel by which it would be asked for."""
    calls: int = 0
    """How much of `eta` is planned for the calls of that channel."""
    at: int = -1
    """Incident (its number) that keeps it busy."""
    doing: int = -1
    """Capability that it fills there, or that it was taken for."""


@dataclass(frozen=True, slots=True)
class Told:
    """Something that was decided about an incident."""

    time: int
    row: int
    """Rows of the log so far: what followed stands there and later."""
    incident: int


@dataclass(frozen=True, slots=True)
class Decision(Told):
    """A team was sought for one slot: who was considered, who was chosen (or nobody)."""

    line: int
    slot: int
    attempt: int
    """Times that the slot had been filled before."""
    considered: tuple[Considered, ...]
    """Everybody who has the capability, earliest first."""
    chosen: int | None
    cause: int
    """Code of the cause that the order carries."""
    channel: int
    """Channel by which the chosen one is asked for; `OWN`: it is ordered."""


@dataclass(frozen=True, slots=True)
class FirstResponse(Told):
    """The teams named for first response were gone through, in their order."""

    named: tuple[Considered, ...]
    count: int


@dataclass(frozen=True, slots=True)
class HospitalChoice(Told):
    """A hospital was chosen for a casualty."""

    team: int
    chosen: int
    """Site of the hospital."""
    named: bool
    """The scenario names it; otherwise the nearest is taken."""
    hospitals: tuple[tuple[int, int], ...]
    """(planned drive in ms, site), nearest first."""


@dataclass(frozen=True, slots=True)
class Replanned(Told):
    """A team under way looked for another way."""

    team: int
    target: int
    road: int
    """Number of the road event."""
    old: int
    """When it would have been there on the way it was on; `NEVER` where it stood without one."""
    new: int
    """When it will be there."""


@dataclass(frozen=True, slots=True)
class Asked(Told):
    """A request was made."""

    request: int
    lender: int
    channel: int
    line: int
    wanted: int
    calls: int
    """Planned for the calls of the channel (ms)."""
    eta: int
    """Planned until the first of its teams is there, calls and all (ms)."""


@dataclass(frozen=True, slots=True)
class Answered(Told):
    """A lender decided what it sends."""

    request: int
    lender: int
    line: int
    wanted: int
    cause: Cause
    """Why it does not send as many as wanted."""
    at_home: int
    """Teams that stood ready at its home, with those that had moved up for it."""
    teams: tuple[Considered, ...]
    """Its teams that have the capability."""


@dataclass(frozen=True, slots=True)
class Judged(Told):
    """A government held what it had been told against the condition of a response level."""

    post: int
    level: int
    """Number of the level in the course of the incident."""
    ending: bool
    """The condition under which the level ends; otherwise that under which it begins."""
    held: bool
    values: tuple[tuple[str, float], ...]
    """What was known of the amounts that the condition names."""


class Tracer:
    """Tells somebody every choice.

    Parameters
    ----------
    tell
        Is called with each `Told`.
    incident
        Number of the only incident to tell about; None: all.
    """

    def __init__(self, tell: Callable[[Told], None], incident: int | None = None) -> None:
        self.tell = tell
        self.incident = incident

    def _skips(self, case: Case) -> bool:
        return self.incident is not None and case.number != self.incident

    @staticmethod
    def _base(run: Run, case: Case) -> tuple[int, int, int]:
        return run.clock.now_ms, len(run.rows) // WIDTH, case.number

    # --- teams ---------------------------------------------------------------------------------------------------------

    def chose(self, run: Run, slots: Sequence[Slot], chosen: Mapping[Slot, tuple[Offer, int]]) -> None:
        """Tell of a choice for some slots of one incident, just before it is carried out."""
        if not slots or self._skips(slots[0].case):
            return
        taken = {offer.provider: slot for slot, (offer, _) in chosen.items()}
        for slot in slots:
            offer, cause = chosen.get(slot, (None, 0))
            found = sorted(_considered(run, slot, offer, cause, taken), key=lambda one: one.eta)
            picked, channel = (None, OWN) if offer is None else (offer.provider, offer.channel)
            self.tell(
                Decision(*self._base(run, slot.case), slot.line, slot.number, slot.attempt, tuple(found), picked, cause, channel)
            )

    def first(self, run: Run, case: Case, teams: Sequence[int], count: int) -> None:
        """Tell of a first response, just before it is ordered."""
        if self._skips(case):
            return
        found: list[Considered] = []
        for index in teams:
            unit = run.units[index]
            eta = run.dispatcher._eta(unit, case.site) if run.dispatcher._available(unit) else NEVER
            one = _hindered(run, unit) if eta >= NEVER else Considered(index, False, eta, WhyNot.CHOSEN)
            if one.verdict == WhyNot.CHOSEN and sum(other.verdict == WhyNot.CHOSEN for other in found) == count:
                one = one._replace(verdict=WhyNot.ENOUGH)
            found.append(one)
        self.tell(FirstResponse(*self._base(run, case), tuple(found), count))

    # --- mutual aid ----------------------------------------------------------------------------------------------------

    def asked(self, run: Run, request: Request) -> None:
        """Tell of a request."""
        if self._skips(request.case):
            return
        calls = request.channel.planned
        capability = request.case.course.lines[request.line].capability
        units = [run.units[team] for team in request.lender.teams]
        etas = [
            run.aid.eta(unit, request.lender, request.case.site)
            for unit in units
            if capability in unit.team.capabilities and unit.status == Status.IDLE
        ]
        best = min(etas, default=NEVER)
        self.tell(
            Asked(
                *self._base(run, request.case), request.number, request.lender.index, request.channel.index, request.line,
                len(request.slots), calls, min(NEVER, calls + best),
            )
        )  # fmt: skip

    def answered(self, run: Run, request: Request, wanted: int, found: Loanable) -> None:
        """Tell of a lender's answer, just before it is carried out."""
        if self._skips(request.case):
            return
        home = at_home(run, request.lender)
        rest = [unit for unit in home if unit not in found.units]
        capability = request.case.course.lines[request.line].capability
        teams = []
        for unit in (run.units[team] for team in request.lender.teams):
            if capability in unit.team.capabilities:
                one = _lent(run, request, unit)
                if one.verdict == WhyNot.CHOSEN and unit not in found.units:
                    spared = holds(run, request.lender.floor, [other for other in rest if other is not unit])
                    left = WhyNot.LIMIT if spared else WhyNot.KEPT
                    one = one._replace(verdict=WhyNot.ENOUGH if len(found.units) == wanted else left)
                teams.append(one)
        self.tell(
            Answered(
                *self._base(run, request.case), request.number, request.lender.index, request.line, wanted, found.cause,
                len(home), tuple(teams),
            )
        )  # fmt: skip

    # --- goods -------------------------------------------------------------------------------------------------------

    def supplied(
        self, run: Run, demand: Demand, wanted: int, offers: Mapping[tuple[int, int, bool], SupplyOffer],
        taken: Mapping[tuple[int, int, bool], int], policy: str,
    ) -> None:  # fmt: skip
        """Tell which stores are to send goods, just before they are ordered."""
        if not self._skips(demand.case):
            from sim.engine.supply_trace import decision

            self.tell(decision(run, self._base(run, demand.case), demand, wanted, offers, taken, policy))

    # --- levels, hospitals, ways ---------------------------------------------------------------------------------------

    def judged(self, run: Run, case: Case, post: int, values: Mapping[str, float], proposed: int, raised: Sequence[int]) -> None:
        """Tell what a post makes of the conditions of its levels: those above the one proposed, and the ends of those raised."""
        if self._skips(case):
            return
        for number, level in enumerate(case.course.levels):
            if level.post != post:
                continue
            ending = number in raised
            condition = level.until if ending else level.when
            if condition is None or (not ending and level.severity <= proposed):
                continue
            known = tuple((signal, values.get(signal, 0.0)) for signal in signals_of(condition))
            self.tell(Judged(*self._base(run, case), post, number, ending, is_true(condition, values), known))

    def hospital(self, run: Run, mission: Mission) -> None:
        """Tell which hospital a team drives to."""
        case, unit = mission.case, mission.unit
        if self._skips(case):
            return
        carry, given = case.course.lines[mission.line].carry, case.block.given[case.n] if case.block.given else {}
        assert carry is not None
        profile = unit.profiles[run.outlook.kind_of_hour(run.clock.now_ms)]
        times = sorted(
            (run.travel.drive(unit.at, site, profile, run.state), site) for site in (*run.scenario.hospitals, mission.target)
        )
        named = given.get("hospital", carry.hospital) != NEAREST
        self.tell(HospitalChoice(*self._base(run, case), unit.index, mission.target, named, tuple(dict.fromkeys(times))))

    def replanned(self, run: Run, unit: Unit, old: Trip | None, row: int) -> None:
        """Tell that a team took another way because of a road event (which began or ended in `row`)."""
        mission = unit.mission
        if mission is None or mission.phase not in (Phase.DRIVE, Phase.CARRY) or unit.trip is None or self._skips(mission.case):
            return
        pause = 0 if unit.paused is None else unit.paused[1] - unit.paused[0]
        road = run.rows[row * WIDTH + _ITEM] - len(run.scenario.capabilities)
        was = NEVER if old is None else old.arrives + pause
        self.tell(Replanned(*self._base(run, mission.case), unit.index, unit.trip.target, road, was, unit.trip.arrives))


# --- why not ---------------------------------------------------------------------------------------------------------------


def _considered(run: Run, slot: Slot, picked: Offer | None, cause: int, taken: Mapping[int, Slot]) -> list[Considered]:
    """Return everybody with the capability that a slot asks for, and what becomes of them."""
    aid = run.aid.offers(slot, substitute=False) + run.aid.offers(slot, substitute=True) if slot.need.lenders else []
    asked = {offer.provider: offer for offer in aid}
    found = []
    for unit in run.units:
        quality = unit.team.capabilities.get(slot.need.capability)
        if quality is None:
            continue
        options = [offer for offer in (run.dispatcher.offer(unit.index, slot), asked.get(unit.index)) if offer is not None]
        if picked is not None and unit.index == picked.provider:
            one = _offered(run, picked, WhyNot.CHOSEN)
            if unit.status == Status.BUSY:
                one = one._replace(at=-1 if unit.mission is None else unit.mission.incident)
        elif options:
            best = min(options)
            one = _offered(run, best, _verdict(best, picked, cause))
            if unit.index in taken:
                one = one._replace(verdict=WhyNot.TAKEN, doing=taken[unit.index].need.capability)
        elif unit.index in taken:
            one = Considered(unit.index, quality < 1.0, NEVER, WhyNot.TAKEN, doing=taken[unit.index].need.capability)
        else:
            one = _cannot(run, slot, unit)
        found.append(one._replace(substitute=quality < 1.0))
    return found


def _offered(run: Run, offer: Offer, verdict: WhyNot) -> Considered:
    calls = 0 if offer.channel == OWN else run.scenario.command.channels[offer.channel].planned
    return Considered(offer.provider, offer.substitute, offer.eta, verdict, offer.channel, calls)


def _verdict(offer: Offer, picked: Offer | None, cause: int) -> WhyNot:
    """Return why somebody who could come was not chosen."""
    if picked is None or cause == _BY_CARD:
        return WhyNot.PASSED_OVER
    if offer.substitute and not picked.substitute:
        return WhyNot.SUBSTITUTE
    return WhyNot.LATER if offer[:3] > picked[:3] else WhyNot.PASSED_OVER


def _cannot(run: Run, slot: Slot, unit: Unit) -> Considered:
    """Return why a team with the capability could not come: what no waiting would change comes first."""
    need, lender = slot.need, unit.team.lender
    if unit.status == Status.BUSY and unit.mission is not None and unit.mission.case is slot.case:
        return _hindered(run, unit)
    lent = lender >= 0 and lender in need.lenders
    if lent and lender in slot.turned_down:
        return _said(unit, WhyNot.TURNED_DOWN)
    if lent and run.scenario.command.channel_to(run.scenario.command.lenders[lender], need.orderer) is None:
        return _said(unit, WhyNot.NO_CHANNEL)
    if not lent and not need.own:
        return _said(unit, WhyNot.NOT_OWN)
    if not lent and not run.dispatcher.may_order(slot, unit.index):
        return _said(unit, WhyNot.NOT_ORDERED)
    if lent and unit.status in (Status.RETURNING, Status.POSTED):
        return _said(unit, WhyNot.RETURNING)
    return _hindered(run, unit)


def _said(unit: Unit, verdict: WhyNot) -> Considered:
    return Considered(unit.index, False, NEVER, verdict)


def _hindered(run: Run, unit: Unit) -> Considered:
    """Return what keeps a team: it is busy, refitting or on its way home, else it has no way."""
    if unit.status == Status.REFIT:
        return _said(unit, WhyNot.REFIT)
    if unit.status == Status.BUSY:
        mission = unit.mission
        assert mission is not None
        return _said(unit, WhyNot.BUSY)._replace(at=mission.incident, doing=mission.item)
    if unit.status == Status.RETURNING and unit.index not in run.missions.returning:
        return _said(unit, WhyNot.RETURNING)
    return _said(unit, WhyNot.NO_WAY)


def _lent(run: Run, request: Request, unit: Unit) -> Considered:
    """Return whether a lender's team could go at all, and how soon it would be there."""
    why = held_back(run, request, unit)
    if why == Cause.TEAM_BUSY:
        return _hindered(run, unit)
    if why is not None:
        return _said(unit, _HELD_BACK[why])
    eta = run.aid.eta(unit, request.lender, request.case.site)
    return Considered(unit.index, False, eta, WhyNot.NO_WAY if eta >= NEVER else WhyNot.CHOSEN)
