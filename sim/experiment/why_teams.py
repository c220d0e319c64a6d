"""Teams in words: who was sent, who was considered and not sent, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.policies import OWN
from sim.engine.trace import Considered, Decision, FirstResponse, WhyNot
from sim.errors import Words
from sim.experiment.why_names import REASONS, Namer, printable
from sim.log import CAUSE_CODE, Cause
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.engine.trace import Told
    from sim.errors import Language
    from sim.experiment.why import Why

_REASON_OF = {
    CAUSE_CODE[Cause.NEAREST_IDLE]: Words("the earliest of those who could come", "可派者中最快到场"),
    CAUSE_CODE[Cause.EARLIEST_COMPLETE]: Words("so that the package as a whole is complete earliest", "使整个编成最早到齐"),
    CAUSE_CODE[Cause.RUN_CARD]: Words("next on the run card", "按出动卡顺序"),
}
_TAKEN = (CAUSE_CODE[Cause.RETARGETED], CAUSE_CODE[Cause.CALLED_AWAY])


class TeamTeller:
    """Says which teams were sent.

    Parameters
    ----------
    why
        What was decided.
    language
        Of the sentences.
    team
        Only what concerns this team; None: everything.
    """

    def __init__(self, why: Why, language: Language, team: int | None = None) -> None:
        self.why = why
        self.names = Namer(why, language)
        self.say = self.names.say
        self.only = team
        self.stop = self.say(".", "。")
        self._waiting: set[tuple[int, int, int]] = set()
        """Slots of which it has been said that they wait."""

    def _concerns(self, teams: Sequence[Considered]) -> bool:
        """Tell whether the team asked about is among some; any will do when none was asked about."""
        return self.only is None or any(one.team == self.only for one in teams)

    # --- a team for a slot ---------------------------------------------------------------------------------------------

    def decision(self, slots: list[Decision], *, lost: bool) -> str:
        """Say who was found for slots of one line, and why the others were not.

        Parameters
        ----------
        lost
            Nobody is sent at all: another slot cannot be filled, and needs do not wait in this scenario.
        """
        if not self._concerns(slots[0].considered):
            return ""
        filled = [slot for slot in slots if slot.chosen is not None]
        empty = [slot for slot in slots if slot.chosen is None and (slot.line, slot.slot, slot.attempt) not in self._waiting]
        self._waiting.update((slot.line, slot.slot, slot.attempt) for slot in empty)
        if not filled and not empty:
            return ""
        waited = any((slot.line, slot.slot, slot.attempt) in self._waiting for slot in filled)
        parts = []
        for asked, verb in ((False, self.say("sends ", "派 ")), (True, self.say("asks for ", "向外请求 "))):
            some = [slot for slot in filled if (slot.channel != OWN) == asked]
            if some:
                parts.append((self.say("could have sent ", "本可派 ") if lost else verb) + self._sent(some))
        if empty:
            count = self.say(f"{len(empty)} of them: ", f"另 {len(empty)} 组") if filled else ""
            then = self.say("the incident is turned away", "整起未受理") if lost else self.say("on the waiting list", "转入等待")
            parts.append(count + self.say("nobody can be sent, ", "无人可派,") + then)
        sent = {slot.chosen for slot in filled}
        others: dict[int, Considered] = {}
        for one in (one for slot in slots for one in slot.considered if one.team not in sent):
            if one.team not in others or one.verdict == WhyNot.PASSED_OVER:
                others[one.team] = one
        rest = self.not_sent(list(others.values()), slots[0], self.why.course.lines[slots[0].line].orderer)
        return f"{self._wanted(slots, waited=waited)}: {self.say('; ', ';').join(parts)}{self.stop}{rest}"

    def _wanted(self, slots: list[Decision], *, waited: bool) -> str:
        """Say what was sought: capability, how many, for which level, and whether again."""
        line = self.why.course.lines[slots[0].line]
        said = self.names.capability(line.capability) + self.say(f" × {len(slots)}", f" {len(slots)} 组")
        notes = []
        if line.stage:
            level = self.why.course.levels[line.stage - 1]
            notes.append(f"{self.names.post(level.post)} {printable(level.name)}")
        if line.ahead:
            notes.append(self.say("called ahead, so that the shifts do not break", "为轮班不断档提前调集"))
        if slots[0].attempt:
            notes.append(self.say("sought again", "重新寻求"))
        elif waited:
            notes.append(self.say("had to wait", "此前等待"))
        return said + self.names.notes(notes)

    def _sent(self, slots: list[Decision]) -> str:
        """Say who is sent (or asked for), how soon they are there, and why they."""
        said = []
        for slot in slots:
            one = next(one for one in slot.considered if one.verdict == WhyNot.CHOSEN)
            there, lasts = self.names.there(slot.time + one.eta), self.names.minutes(one.eta)
            notes = [self.say(f"there {there}, in {lasts}", f"{there} 到,预计 {lasts}")]
            if one.channel != OWN:
                notes.append(self._calls(one))
            if one.substitute:
                notes.append(self.say("stands in", "顶替"))
            if one.at >= 0:
                notes += self._taken_from(slot, one)
            said.append((one.team, self.names.notes(notes)))
        reasons = list(dict.fromkeys(self._reason(slot) for slot in slots if slot.cause not in _TAKEN))
        return self.say(", ", ",").join([self.names.teams(said, all_of_them=True), *reasons])

    def _taken_from(self, slot: Decision, one: Considered) -> list[str]:
        """Say from where a team is taken, and what that gains."""
        where = self.names.incident(one.at)
        if slot.cause == CAUSE_CODE[Cause.CALLED_AWAY]:
            away = self.say(f"called away from '{where}'", f"由有权机构从“{where}”调来")
            return [away, self.say("nobody else could come", "别无他队可派")]
        others = [
            other.eta for other in slot.considered
            if other is not one and other.eta < NEVER and other.verdict != WhyNot.TAKEN and other.substitute <= one.substitute
        ]  # fmt: skip
        said = [self.say(f"sent on from '{where}', which is less urgent", f"由次急的“{where}”改派")]
        if others and min(others) > one.eta:
            gain = self.names.minutes(min(others) - one.eta)
            said.append(self.say(f"{gain} sooner", f"早 {gain}"))
        return said

    def _calls(self, one: Considered) -> str:
        channel, calls = self.names.channel(one.channel), self.names.minutes(one.calls)
        return self.say(f"of which {calls} for the calls of '{channel}'", f"其中经“{channel}”批复 {calls}")

    def _reason(self, slot: Decision) -> str:
        """Say why the chosen one was chosen."""
        could = [one for one in slot.considered if one.eta < NEVER and one.verdict != WhyNot.TAKEN]
        chosen = next(one for one in could if one.verdict == WhyNot.CHOSEN)
        if len(could) == 1:
            return self.say("nobody else could come", "别无他队可派")
        if slot.cause == CAUSE_CODE[Cause.RUN_CARD]:
            return _REASON_OF[slot.cause].say(self.names.language)
        if (chosen.substitute, chosen.eta) == min((one.substitute, one.eta) for one in could):
            if chosen.channel != OWN:
                return self.say("the earliest of those who can be asked", "可请各家中最早到场")
            if not chosen.substitute and any(one.substitute and one.eta < chosen.eta for one in could):
                return self.say("the earliest of those who can do it in full", "能完全胜任者中最快到场")
            return _REASON_OF[CAUSE_CODE[Cause.NEAREST_IDLE]].say(self.names.language)
        if slot.cause in _REASON_OF and not any(one.verdict == WhyNot.PASSED_OVER for one in could):
            return _REASON_OF[slot.cause].say(self.names.language)
        return self.say("chosen by the policy", "按策略选定")

    def not_sent(self, teams: Sequence[Considered], told: Told, orderer: int = -1) -> str:
        """Say who was considered and not sent, reason by reason; `orderer` is the post that orders the teams of the line."""
        found = []
        for verdict in REASONS:
            some = [one for one in teams if one.verdict == verdict and self.only in (None, one.team)]
            if some:
                some.sort(key=lambda one: (one.eta, one.team))
                said = [(one.team, self._detail(one, told)) for one in some]
                found.append(
                    f"{self.names.reason(verdict, orderer)}: {self.names.teams(said, all_of_them=self.only is not None)}"
                )
        return self.say(" Not sent: ", "未派:") + self.say("; ", ";").join(found) + self.stop if found else ""

    def _detail(self, one: Considered, told: Told) -> str:
        """Return what is to be said of one team, in brackets."""
        notes = []
        if one.eta < NEVER:
            notes.append(self.names.minutes(one.eta))
        if one.channel != OWN and one.verdict not in (WhyNot.CHOSEN, WhyNot.KEPT, WhyNot.ENOUGH):
            notes.append(self.say(f"by '{self.names.channel(one.channel)}'", f"经“{self.names.channel(one.channel)}”"))
        if one.verdict == WhyNot.TAKEN or (one.verdict == WhyNot.BUSY and one.at == told.incident and one.doing >= 0):
            notes.append(self.say(f"here for {self.names.capability(one.doing)}", f"本事件{self.names.capability(one.doing)}"))
        elif one.verdict == WhyNot.BUSY and one.at == told.incident:
            notes.append(self.say("here already", "已在本事件"))
        elif one.verdict in (WhyNot.BUSY, WhyNot.RETURNING, WhyNot.REFIT):
            if one.at >= 0:
                notes.append(self.say(f"at '{self.names.incident(one.at)}'", f"在处置“{self.names.incident(one.at)}”"))
            free = self.why.diary.free_again(one.team, told.row, told.incident)
            if free is not None and free > told.time:
                notes.append(self.say(f"free at {self.names.clock(free)}", f"{self.names.clock(free)} 恢复可派"))
        return self.names.notes(notes)

    # --- first response ------------------------------------------------------------------------------------------------

    def first(self, told: FirstResponse) -> str:
        """Say who of those named for first response was sent."""
        if not self._concerns(told.named):
            return ""
        teams = tuple(one.team for one in told.named)
        basis = next((order.basis for order in self.why.course.first if order.teams == teams and order.basis), "")
        head = self.say("First response", "先期处置") + (f" ({printable(basis)})" if basis else "")
        sent = [one for one in told.named if one.verdict == WhyNot.CHOSEN]
        parts = []
        for one in sent:
            order = self.why.diary.order(one.team, told.incident, told.row)
            task = "" if order is None or order.item < 0 else self.say(" for ", " 任") + self.names.capability(order.item)
            parts.append((one.team, task + self.there(told.time, one)))
        who = self.names.teams(parts, all_of_them=True)
        said = self.say("sends ", "派 ") + who if parts else self.say("nobody can be sent", "无队可派")
        others = [one for one in told.named if one.verdict != WhyNot.CHOSEN]
        return f"{head}: {said}{self.stop}{self.not_sent(others, told)}"

    def there(self, time: int, one: Considered) -> str:
        """Say when a team will be there, in brackets."""
        there, lasts = self.names.there(time + one.eta), self.names.minutes(one.eta)
        return self.names.notes([self.say(f"there {there}, in {lasts}", f"{there} 到,预计 {lasts}")])
