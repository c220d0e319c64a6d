"""Choices in words that a duty officer would use: who was sent, who was not and why, in the order of the clock."""

from __future__ import annotations

import unicodedata
from itertools import groupby
from typing import TYPE_CHECKING

from sim.analysis.rounding import say_minutes
from sim.engine.policies import OWN
from sim.engine.trace import (
    Answered,
    Asked,
    Considered,
    Decision,
    FirstResponse,
    HospitalChoice,
    Judged,
    Replanned,
    Told,
    WhyNot,
)
from sim.errors import Language, Words
from sim.log import CAUSE_CODE, Cause, Kind
from sim.log_words import CAUSE_NAMES
from sim.scenario.conditions import LEVEL_OF, Comparison, spoken
from sim.units import MINUTE, NEVER, clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sim.experiment.why import Why
    from sim.experiment.why_log import Row

REASONS: dict[WhyNot, Words] = {
    WhyNot.TAKEN: Words("sent for something else here", "已另派"),
    WhyNot.LATER: Words("no sooner", "不更快"),
    WhyNot.SUBSTITUTE: Words("can only stand in", "只能顶替"),
    WhyNot.PASSED_OVER: Words("passed over by the policy", "按策略未选"),
    WhyNot.ENOUGH: Words("enough without it", "已够数"),
    WhyNot.BUSY: Words("busy", "正在执行任务"),
    WhyNot.RETURNING: Words("on its way home, not to be called", "在归建或前移途中,不可调用"),
    WhyNot.REFIT: Words("refitting", "正在整备"),
    WhyNot.NO_WAY: Words("no way there", "道路不通"),
    WhyNot.NOT_ORDERED: Words("may not be ordered by the post in charge", "本级无权直接调派"),
    WhyNot.NOT_OWN: Words("only named lenders are asked for this", "本项只请指定支援方"),
    WhyNot.TURNED_DOWN: Words("asked for before, in vain", "此前已请求未果"),
    WhyNot.NO_CHANNEL: Words("no channel by which to ask for it", "没有可请求的通道"),
    WhyNot.KEPT: Words("must stay at home (floor)", "留守底线"),
    WhyNot.LIMIT: Words("beyond the limit of the agreement", "超出协议限额"),
    WhyNot.NOT_MOVABLE: Words("the channel cannot move such forces", "通道不适用该类力量"),
    WhyNot.NOT_RELEASED: Words("nobody on the channel may let it cross the border", "通道上无权准其出省"),
}
"""Why a team was not sent, in the order in which reasons are given."""
_SHOWN = 4
"""Teams that are named for one reason."""
_DROPPED = ("Cc", "Cf", "Cs", "Zl", "Zp")
_TAKEN_AWAY = (Cause.RETARGETED, Cause.CALLED_AWAY, Cause.LOAN_ENDED, Cause.LEVEL_LOWERED)
_REASON_OF = {
    CAUSE_CODE[Cause.NEAREST_IDLE]: Words("the earliest of those who could come", "可派者中最快到场"),
    CAUSE_CODE[Cause.EARLIEST_COMPLETE]: Words(
        "so that the package as a whole is complete earliest", "使整个编成最早到齐"
    ),
    CAUSE_CODE[Cause.RUN_CARD]: Words("next on the run card", "按出动卡顺序"),
    CAUSE_CODE[Cause.RETARGETED]: Words("sent on from what is less urgent", "由次急事件改派"),
    CAUSE_CODE[Cause.CALLED_AWAY]: Words("called away from there, since nobody else could come", "无他队可派,由有权机构调来"),
}


def printable(text: str) -> str:
    """Return a text from a file as plain text: nothing in it that turns, hides or controls what is shown."""
    return " ".join("".join(" " if c in "\n\t\r" else c for c in text if c in "\n\t\r" or unicodedata.category(c) not in _DROPPED).split())


class Namer:
    """Names of things in one language, as plain text."""

    def __init__(self, why: Why, language: Language) -> None:
        self.why = why
        self.scenario = why.scenario
        self.command = why.scenario.command
        self.language = language
        self._incidents = {
            one.id: one.name
            for one in (*self.scenario.planned, *(row for table in self.scenario.recorded for row in table.rows))
        }

    def say(self, en: str, zh: str) -> str:
        """Return one of two sentences."""
        return Words(en, zh).say(self.language)

    @staticmethod
    def plain(text: str) -> str:
        """Return a text that holds names from files as plain text."""
        return printable(text)

    def clock(self, ticks: int) -> str:
        """Return a moment as ``09:30``."""
        return clock(ticks, self.scenario.start)

    def there(self, ticks: int) -> str:
        """Return a moment of arrival to the nearest minute, as durations are."""
        return self.clock(round(ticks / MINUTE) * MINUTE)

    def minutes(self, ms: int) -> str:
        """Return a duration in words."""
        return say_minutes(ms / MINUTE, self.language)

    def team(self, number: int) -> str:
        """Return the name of a team."""
        return printable(self.scenario.teams[number].name)

    def capability(self, code: int) -> str:
        """Return the name of a capability."""
        return printable(self.scenario.capabilities[code])

    def site(self, number: int) -> str:
        """Return the name of a place."""
        return printable(self.scenario.sites[number].name)

    def post(self, number: int) -> str:
        """Return the name of a post."""
        return printable(self.command.posts[number].name)

    def lender(self, number: int) -> str:
        """Return the name of a lender."""
        return printable(self.command.lenders[number].name)

    def channel(self, number: int) -> str:
        """Return the name of a channel."""
        return printable(self.command.channels[number].name)

    def incident(self, number: int) -> str:
        """Return the name of an incident, or its id."""
        name = self.why.incidents[number]
        return printable(self._incidents.get(name) or name)

    def listed(self, parts: Sequence[str]) -> str:
        """Return parts one after the other."""
        return self.say(", ", "、").join(parts)

    def notes(self, parts: Sequence[str]) -> str:
        """Return remarks in brackets."""
        return f" ({self.say(', ', ',').join(parts)})" if parts else ""

    def teams(self, said: Sequence[tuple[int, str]], *, all_of_them: bool = False) -> str:
        """Return teams with what is said of each; teams of one group as one, those beyond the first few as a number."""
        alike: dict[tuple[str, str], list[int]] = {}
        for team, note in said:
            alike.setdefault((self.scenario.teams[team].group, note), []).append(team)
        parts = [(self.together(group) + note, len(group)) for (_, note), group in alike.items()]
        shown = parts if all_of_them or len(parts) <= _SHOWN + 1 else parts[:_SHOWN]
        rest = len(said) - sum(count for _, count in shown)
        listed = self.say(", ", ",").join(part for part, _ in shown)
        return listed + (self.say(f" and {rest} more", f"等 {len(said)} 支") if rest else "")

    def together(self, teams: Sequence[int]) -> str:
        """Return the names of teams of one group, such as ``平鲁区站 1、2``."""
        names = [self.team(team) for team in teams]
        stems = {name.rpartition(" ")[0] for name in names}
        numbers = [name.rpartition(" ")[2] for name in names]
        if len(names) == 1 or len(stems) != 1 or not all(stems) or not all(number.isdigit() for number in numbers):
            return self.listed(names)
        run = [int(number) for number in numbers]
        if len(run) > 2 and run == list(range(run[0], run[0] + len(run))):
            return f"{stems.pop()} {numbers[0]}–{numbers[-1]}"
        return f"{stems.pop()} {self.say(', ', '、').join(numbers[:-1])}{self.say(' and ', '、')}{numbers[-1]}"

    def reason(self, verdict: WhyNot, orderer: int) -> str:
        """Return why a team was not sent; `orderer` is the post that orders the teams of the line, or -1."""
        if verdict == WhyNot.NOT_ORDERED:
            if orderer < 0:
                return self.say("only lent, when asked for", "只能请求借调")
            return self.say(f"may not be ordered by {self.post(orderer)}", f"{self.post(orderer)}无权直接调派")
        return REASONS[verdict].say(self.language)


class Teller:
    """Says what was decided.

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
        self._waiting: set[tuple[int, int, int]] = set()
        """Slots of which it has been said that they wait."""
        self._lost = False
        """The incident is turned away, since one of its slots cannot be filled and nobody waits in this scenario."""
        self._events = why.diary.of_incident(why.number)
        self._judged: dict[tuple[int, int, bool], tuple[bool, object]] = {}

    def told(self) -> Iterator[tuple[int, str]]:
        """Yield the sentences with their moments, choices and what became of them, in order."""
        found: list[tuple[tuple[int, int], int, str]] = []
        for (row, kind), group in groupby(self.why.decisions, key=lambda told: (told.row, type(told))):
            for time, said in self._choices(kind, list(group)):
                found.append(((row, 0), time, said))
        for event in self._events:
            said = self._event(event)
            if said and (self.only is None or event.team == self.only):
                found.append(((event.seq, 1), event.time, said))
        for _, time, said in sorted(found, key=lambda one: one[0]):
            yield time, f"{self.names.clock(time)} {said}"

    def _choices(self, kind: type[Told], group: list[Told]) -> Iterator[tuple[int, str]]:
        if kind is Decision:
            decisions = [told for told in group if isinstance(told, Decision)]
            self._lost = not self.why.scenario.queue and any(told.chosen is None for told in decisions)
            for _, slots in groupby(decisions, key=lambda told: told.line):
                said = self._decision(list(slots))
                if said:
                    yield decisions[0].time, said
            return
        for told in group:
            said = self._other(told)
            if said:
                yield told.time, said

    def _other(self, told: Told) -> str:
        match told:
            case FirstResponse():
                return self._first(told)
            case Asked():
                return self._asked(told) if self.only is None else ""
            case Answered():
                return self._answered(told)
            case Judged():
                return self._judgement(told) if self.only is None else ""
            case HospitalChoice():
                return self._hospital(told) if self.only in (None, told.team) else ""
            case Replanned():
                return self._replanned(told) if self.only in (None, told.team) else ""
        return ""

    # --- a team for a slot ---------------------------------------------------------------------------------------------

    def _decision(self, slots: list[Decision]) -> str:
        """Say who was found for slots of one line, and why the others were not."""
        if self.only is not None and all(one.team != self.only for slot in slots for one in slot.considered):
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
                parts.append((self.say("could have sent ", "本可派 ") if self._lost else verb) + self._sent(some))
        if empty:
            lost = self.say("the incident is turned away", "整起未受理") if self._lost else self.say("on the waiting list", "转入等待")
            some = self.say(f"{len(empty)} of them: ", f"另 {len(empty)} 组") if filled else ""
            parts.append(some + self.say("nobody can be sent, ", "无人可派,") + lost)
        rest = self._not_sent(slots, {slot.chosen for slot in filled})
        return f"{self._wanted(slots, waited=waited)}: {self.say('; ', ';').join(parts)}{self._stop()}{rest}"

    def _stop(self) -> str:
        return self.say(".", "。")

    def _wanted(self, slots: list[Decision], *, waited: bool) -> str:
        """Say what was sought: capability, how many, for which level, and whether again."""
        line = self.why.course.lines[slots[0].line]
        said = self.names.capability(line.capability) + self.say(f" × {len(slots)}", f" {len(slots)} 组")
        notes = []
        if line.stage:
            level = self.why.course.levels[line.stage - 1]
            notes.append(f"{self.names.post(level.post)} {printable(level.name)}")
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
                notes.append(self.say(f"from '{self.names.incident(one.at)}'", f"原在处置“{self.names.incident(one.at)}”"))
            said.append((one.team, self.names.notes(notes)))
        reasons = list(dict.fromkeys(self._reason(slot) for slot in slots))
        return self.names.teams(said, all_of_them=True) + self.say(", ", ",") + self.say(" and ", "、").join(reasons)

    def _calls(self, one: Considered) -> str:
        channel, calls = self.names.channel(one.channel), self.names.minutes(one.calls)
        return self.say(f"of which {calls} for the calls of '{channel}'", f"其中经“{channel}”批复 {calls}")

    def _reason(self, slot: Decision) -> str:
        """Say why the chosen one was chosen."""
        could = [one for one in slot.considered if one.eta < NEVER and one.verdict != WhyNot.TAKEN]
        chosen = next(one for one in could if one.verdict == WhyNot.CHOSEN)
        if slot.cause in (CAUSE_CODE[Cause.RETARGETED], CAUSE_CODE[Cause.CALLED_AWAY]):
            said = _REASON_OF[slot.cause].say(self.names.language)
            others = [one.eta for one in could if one is not chosen and one.substitute <= chosen.substitute]
            gain = self.names.minutes(min(others) - chosen.eta) if others and min(others) > chosen.eta else ""
            return said + (self.say(f", {gain} sooner", f",早 {gain}") if gain else "")
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
        words = _REASON_OF.get(slot.cause, Words("chosen by the policy", "按策略选定"))
        return words.say(self.names.language)

    def _not_sent(self, slots: list[Decision], sent: set[int | None]) -> str:
        """Say who was considered and not sent, reason by reason."""
        others = {one.team: one for slot in reversed(slots) for one in slot.considered if one.team not in sent}
        if self.only is not None:
            others = {team: one for team, one in others.items() if team == self.only}
        orderer = self.why.course.lines[slots[0].line].orderer
        said = self._grouped(list(others.values()), slots[0].row, slots[0].incident, orderer)
        return self.say(" Not sent: ", "未派:") + self.say("; ", ";").join(said) + self._stop() if said else ""

    def _grouped(self, teams: list[Considered], row: int, incident: int, orderer: int = -1) -> list[str]:
        """Return one phrase a reason: the teams it holds for."""
        found = []
        for verdict in REASONS:
            some = sorted((one for one in teams if one.verdict == verdict), key=lambda one: (one.eta, one.team))
            if some:
                said = [(one.team, self._detail(one, row, incident)) for one in some]
                label = self.names.reason(verdict, orderer)
                found.append(f"{label}: {self.names.teams(said, all_of_them=self.only is not None)}")
        return found

    def _detail(self, one: Considered, row: int, incident: int) -> str:
        """Return what is to be said of one team, in brackets."""
        notes = []
        if one.eta < NEVER:
            notes.append(self.names.minutes(one.eta))
        if one.channel != OWN and one.verdict not in (WhyNot.CHOSEN, WhyNot.KEPT, WhyNot.ENOUGH):
            notes.append(self.say(f"by '{self.names.channel(one.channel)}'", f"经“{self.names.channel(one.channel)}”"))
        if one.verdict == WhyNot.TAKEN or (one.verdict == WhyNot.BUSY and one.at == incident and one.doing >= 0):
            notes.append(self.say(f"here for {self.names.capability(one.doing)}", f"本事件{self.names.capability(one.doing)}"))
        elif one.verdict == WhyNot.BUSY and one.at == incident:
            notes.append(self.say("here already", "已在本事件"))
        elif one.verdict in (WhyNot.BUSY, WhyNot.RETURNING, WhyNot.REFIT):
            if one.at >= 0:
                notes.append(self.say(f"at '{self.names.incident(one.at)}'", f"在处置“{self.names.incident(one.at)}”"))
            free = self.why.diary.free_again(one.team, row, incident)
            if free is not None:
                notes.append(self.say(f"free at {self.names.clock(free)}", f"{self.names.clock(free)} 恢复可派"))
        return self.names.notes(notes)

    # --- first response ------------------------------------------------------------------------------------------------

    def _first(self, told: FirstResponse) -> str:
        if self.only is not None and all(one.team != self.only for one in told.named):
            return ""
        teams = tuple(one.team for one in told.named)
        basis = next((order.basis for order in self.why.course.first if order.teams == teams and order.basis), "")
        head = self.say("First response", "先期处置") + (f" ({printable(basis)})" if basis else "")
        sent = [one for one in told.named if one.verdict == WhyNot.CHOSEN]
        parts = []
        for one in sent:
            order = self.why.diary.order(one.team, told.incident, told.row)
            task = "" if order is None or order.item < 0 else self.say(" for ", " 任") + self.names.capability(order.item)
            parts.append((one.team, task + self._there(told.time, one)))
        who = self.names.teams(parts, all_of_them=True)
        said = self.say("sends ", "派 ") + who if parts else self.say("nobody can be sent", "无队可派")
        others = [one for one in told.named if one.verdict != WhyNot.CHOSEN and self.only in (None, one.team)]
        rest = self.say("; ", ";").join(self._grouped(others, told.row, told.incident))
        return f"{head}: {said}{self._stop()}" + (self.say(" Not sent: ", "未派:") + rest + self._stop() if rest else "")

    # --- mutual aid ----------------------------------------------------------------------------------------------------

    def _asked(self, told: Asked) -> str:
        channel = self.names.command.channels[told.channel]
        posts = " → ".join(self.names.post(link.post) for link in channel.links)
        what = self.names.capability(self.why.course.lines[told.line].capability)
        name, lender, calls = self.names.channel(told.channel), self.names.lender(told.lender), self.names.minutes(told.calls)
        asks = self.names.post(channel.asks)
        there = "" if told.eta >= NEVER else self.names.there(told.time + told.eta)
        total = "" if told.eta >= NEVER else self.names.minutes(told.eta)
        en = f"{asks} asks {lender} for {told.wanted} × {what} by '{name}' ({posts}): an answer is planned in {calls}"
        zh = f"{asks}向{lender}请求{what} {told.wanted} 支:经“{name}”({posts}),预计 {calls}批复"
        if there:
            en, zh = f"{en}, the first on the scene {there}, {total} in all", f"{zh},合计 {total},{there} 前后到场"
        return self.say(en, zh) + self._stop()

    def _there(self, time: int, one: Considered) -> str:
        """Say when a team will be there, in brackets."""
        there, lasts = self.names.there(time + one.eta), self.names.minutes(one.eta)
        return self.names.notes([self.say(f"there {there}, in {lasts}", f"{there} 到,预计 {lasts}")])

    def _answered(self, told: Answered) -> str:
        if self.only is not None and all(one.team != self.only for one in told.teams):
            return ""
        sent = [one for one in told.teams if one.verdict == WhyNot.CHOSEN]
        lender = self.why.scenario.command.lenders[told.lender]
        name, left, wanted = self.names.lender(told.lender), told.at_home - len(sent), told.wanted
        home = self.say(f"{told.at_home} ready at home", f"在家 {told.at_home} 支")
        if lender.floor.teams:
            home += self.say(f", {lender.floor.teams} to stay", f",须留守 {lender.floor.teams} 支")
        if lender.floor.share:
            home += self.say(", its own places to stay covered", ",须保住本地守备")
        if not sent:
            said = self.say(f"{name} sends none of {wanted}", f"{name}未能派出(请求 {wanted} 支)")
        else:
            who = self.names.teams([(one.team, self._there(told.time, one)) for one in sent], all_of_them=True)
            said = self.say(f"{name} sends {len(sent)} of {wanted}: {who}", f"{name}同意派 {len(sent)} 支(请求 {wanted} 支):{who}")
            home += self.say(f", {left} left", f",派后余 {left} 支")
        others = [one for one in told.teams if one.verdict != WhyNot.CHOSEN and self.only in (None, one.team)]
        rest = self.say("; ", ";").join(self._grouped(others, told.row, told.incident))
        return f"{said}{self.say('; ', ';')}{home}{self._stop()}" + (self.say(" Not sent: ", "未派:") + rest + self._stop() if rest else "")

    # --- levels, hospitals, ways ---------------------------------------------------------------------------------------

    def _judgement(self, told: Judged) -> str:
        """Say how a condition was judged, when that is new."""
        key, values = (told.post, told.level, told.ending), told.values
        telling = tuple((signal, value) for signal, value in values if signal != "elapsed")
        if self._judged.get(key) == (told.held, telling):
            return ""
        self._judged[key] = (told.held, telling)
        if told.ending and not told.held:
            return ""
        level = self.why.course.levels[told.level]
        condition = level.until if told.ending else level.when
        assert condition is not None
        text = self._posts_named(spoken(condition, self.names.language))
        known = self.names.listed(
            [self._posts_named(spoken(Comparison(signal, "==", value), self.names.language)) for signal, value in values]
        )
        post, name = self.names.post(told.post), printable(level.name)
        held = self.say("holds" if told.held else "does not hold", "成立" if told.held else "不成立")
        what = self.say(f"{post} on ending {name}" if told.ending else f"{post} on {name}",
                        f"{post}研判{'终止' if told.ending else ''}{name}响应")  # fmt: skip
        en, zh = f": '{text}' {held}", f":条件“{text}”{held}"
        if known:
            en, zh = f"{en} (known: {known})", f"{zh}(已知:{known})"
        if not told.ending and self._proposed(told, level.index):
            signs = printable(level.signatory)
            en, zh = f"{en}; {signs or 'approval'} is sought", f"{zh},提请{signs}批准"
        return what + self.say(en, zh) + self._stop()

    def _proposed(self, told: Judged, level: int) -> bool:
        """Tell whether a level was put to its signatory just then."""
        return any(
            row.kind == Kind.LEVEL_PROPOSED and row.item == self._item(level) and row.time == told.time
            for row in self._events
        )

    def _posts_named(self, text: str) -> str:
        """Return a condition with posts by name."""
        for post in self.names.command.posts:
            text = text.replace(f"({post.id})", f"({post.name})")
        return printable(text.replace(LEVEL_OF, ""))

    def _hospital(self, told: HospitalChoice) -> str:
        chosen = next(drive for drive, site in told.hospitals if site == told.chosen)
        others = [
            f"{self.names.site(site)} ({self.say('no way', '道路不通') if drive >= NEVER else self.names.minutes(drive)})"
            for drive, site in told.hospitals
            if site != told.chosen
        ]
        why = self.say("named by the scenario", "情景指定") if told.named else self.say("the nearest", "最近")
        team, site = self.names.team(told.team), self.names.site(told.chosen)
        drive = self.say("no way yet", "暂无通路") if chosen >= NEVER else self.names.minutes(chosen)
        said = self.say(f"{team} takes a casualty to {site} ({drive}, {why})", f"{team} 送医:送往{site}(行车 {drive},{why})")
        rest = self.say("; others: ", ";其余:") + self.names.listed(others[:_SHOWN]) if others else ""
        return said + rest + self._stop()

    def _replanned(self, told: Replanned) -> str:
        team, road = self.names.team(told.team), printable(self.why.scenario.road_events[told.road].name)
        new = self.names.there(told.new)
        if told.old >= NEVER:
            return self.say(f"{team} has a way again ('{road}'): there {new}.", f"{team} 恢复通行(“{road}”),{new} 到。")
        old, late = self.names.there(told.old), told.new - told.old
        by = self.say(f"{self.names.minutes(abs(late))} {'later' if late > 0 else 'earlier'}",
                      f"{'晚' if late > 0 else '早'} {self.names.minutes(abs(late))}") if late else self.say("no later", "不误时")  # fmt: skip
        return self.say(
            f"{team} takes another way because of '{road}': there {new} instead of {old} ({by}).",
            f"{team} 因“{road}”改道:原 {old} 到,现 {new} 到({by})。",
        )

    # --- what became of it ---------------------------------------------------------------------------------------------

    def _event(self, row: Row) -> str:
        """Say what the log tells and no choice does; "" for most rows."""
        match row.kind:
            case Kind.INCIDENT_ALARM:
                return self.say(f"Alarm: {self.names.incident(row.incident)}.", f"接警:{self.names.incident(row.incident)}。")
            case Kind.LEVEL_RAISED | Kind.LEVEL_LOWERED:
                return self._level(row)
            case Kind.REQUEST_REFUSED if row.cause in (Cause.DECLINED, Cause.NOT_REACHED):
                post, why, whom = self.names.post(row.post), CAUSE_NAMES[row.cause].say(self.names.language), self._lender(row)
                return self.say(f"The request to {whom} comes to nothing at {post}: {why}.", f"向{whom}的请求在{post}未果:{why}。")
            case Kind.REQUEST_WITHDRAWN:
                whom = self._lender(row)
                return self.say(f"The request to {whom} is taken back: it is no longer needed.", f"撤回向{whom}的请求:已不需要。")
            case Kind.TEAM_RELEASED if row.cause in _TAKEN_AWAY:
                return self._taken_away(row)
            case Kind.TEAM_STUCK:
                return self.say(f"{self.names.team(row.team)} has no way and waits for a road.", f"{self.names.team(row.team)} 无路可走,就地等待。")
            case Kind.INCIDENT_CLOSED:
                return self.say("The incident is over.", "处置结束。")
        return ""

    def _lender(self, row: Row) -> str:
        """Return the lender that a request went to."""
        told = (one for one in self.why.decisions if isinstance(one, Asked | Answered) and one.request == row.request)
        return next((self.names.lender(one.lender) for one in told), "?")

    def _level(self, row: Row) -> str:
        level = next(level for level in self.why.course.levels if self._item(level.index) == row.item)
        post, name, signs = self.names.post(level.post), printable(level.name), printable(level.signatory)
        if row.kind == Kind.LEVEL_LOWERED:
            return self.say(f"{post} ends {name}.", f"{post}终止{name}响应。")
        by = self.say(f" ({signs} approves)", f"({signs}批准)") if signs else ""
        return self.say(f"{post} raises {name}{by}.", f"{post}启动{name}响应{by}。")

    def _item(self, level: int) -> int:
        return len(self.why.scenario.capabilities) + len(self.why.scenario.road_events) + level

    def _taken_away(self, row: Row) -> str:
        team, why = self.names.team(row.team), CAUSE_NAMES[row.cause].say(self.names.language)
        to = self.why.diary.ordered_next(row.team, row.seq)
        where = "" if to is None or to.time != row.time else self.say(f" (to '{self.names.incident(to.incident)}')", f"(去“{self.names.incident(to.incident)}”)")
        return self.say(f"{team} leaves: {why}{where}.", f"{team} 离开本事件:{why}{where}。")
