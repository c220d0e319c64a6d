"""Choices in words that a duty officer would use, and what became of them, in the order of the clock."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from sim.engine.supply_trace import SupplyDecision
from sim.engine.trace import Answered, Asked, Decision, FirstResponse, HospitalChoice, Judged, Replanned, Told, WhyNot
from sim.experiment.why_names import SHOWN, printable
from sim.experiment.why_supplies import said as said_of_goods
from sim.experiment.why_teams import TeamTeller
from sim.log import Cause, Kind
from sim.log_words import CAUSE_NAMES
from sim.scenario.conditions import LEVEL_OF, Comparison, spoken
from sim.units import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.errors import Language
    from sim.experiment.why import Why
    from sim.experiment.why_log import Row

_TAKEN_AWAY = (Cause.RETARGETED, Cause.CALLED_AWAY, Cause.LOAN_ENDED, Cause.LEVEL_LOWERED)


class Teller(TeamTeller):
    """Says everything that was decided (see `TeamTeller`)."""

    def __init__(self, why: Why, language: Language, team: int | None = None) -> None:
        super().__init__(why, language, team)
        self._events = why.diary.of_incident(why.number)
        self._turned_away = any(row.kind == Kind.INCIDENT_LOST for row in self._events)
        self._judged: dict[tuple[int, int, bool], tuple[bool, object]] = {}
        """(post, level, end) → how it was judged last, and by what."""

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
            lost = not self.why.scenario.queue and any(told.chosen is None for told in decisions)
            for _, slots in groupby(decisions, key=lambda told: told.line):
                said = self.decision(list(slots), lost=lost)
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
                return self.first(told)
            case Asked():
                return self._asked(told) if self.only is None else ""
            case Answered():
                return self._answered(told)
            case SupplyDecision():
                return said_of_goods(self.names, told) if self.only is None else ""
            case Judged():
                return self._judgement(told) if self.only is None else ""
            case HospitalChoice():
                return self._hospital(told) if self.only in (None, told.team) else ""
            case Replanned():
                return self._replanned(told) if self.only in (None, told.team) else ""
        return ""

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
        return self.say(en, zh) + self.stop

    def _answered(self, told: Answered) -> str:
        if not self._concerns(told.teams):
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
            who = self.names.teams([(one.team, self.there(told.time, one)) for one in sent], all_of_them=True)
            said = self.say(
                f"{name} sends {len(sent)} of {wanted}: {who}", f"{name}同意派 {len(sent)} 支(请求 {wanted} 支):{who}"
            )
            home += self.say(f", {left} left", f",派后余 {left} 支")
        others = [one for one in told.teams if one.verdict != WhyNot.CHOSEN]
        return f"{said}{self.say('; ', ';')}{home}{self.stop}{self.not_sent(others, told)}"

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
        return what + self.say(en, zh) + self.stop

    def _proposed(self, told: Judged, level: int) -> bool:
        """Tell whether a level was put to its signatory just then."""
        return any(
            row.kind == Kind.LEVEL_PROPOSED and row.item == self._item(level) and row.time == told.time for row in self._events
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
        team, site, drive = self.names.team(told.team), self.names.site(told.chosen), self.names.minutes(chosen)
        way = self.say("no way yet", "暂无通路") if chosen >= NEVER else self.say(drive, f"行车 {drive}")
        said = self.say(f"{team} takes a casualty to {site} ({way}, {why})", f"{team} 送医:送往{site}({way},{why})")
        rest = self.say("; others: ", ";其余:") + self.names.listed(others[:SHOWN]) if others else ""
        return said + rest + self.stop

    def _replanned(self, told: Replanned) -> str:
        team, road = self.names.team(told.team), printable(self.why.scenario.road_events[told.road].name)
        new = self.names.there(told.new)
        if told.old >= NEVER:
            return self.say(f"{team} has a way again ('{road}'): there {new}.", f"{team} 恢复通行(“{road}”),{new} 到。")
        old, late = self.names.there(told.old), self.names.minutes(abs(told.new - told.old))
        by = self.say(f"{late} later", f"晚 {late}") if told.new >= told.old else self.say(f"{late} earlier", f"早 {late}")
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
                return self.say(
                    f"The request to {whom} comes to nothing at {post}: {why}.", f"向{whom}的请求在{post}未果:{why}。"
                )
            case Kind.REQUEST_WITHDRAWN:
                whom = self._lender(row)
                return self.say(f"The request to {whom} is taken back: it is no longer needed.", f"撤回向{whom}的请求:已不需要。")
            case Kind.TEAM_RELEASED if row.cause in _TAKEN_AWAY:
                return self._taken_away(row)
            case Kind.TEAM_STUCK if row.place != self.why.scenario.teams[row.team].base:  # home can wait
                return self.say(
                    f"{self.names.team(row.team)} has no way and waits for a road.",
                    f"{self.names.team(row.team)} 无路可走,就地等待。",
                )
            case Kind.INCIDENT_LOST:
                return self.say(
                    "Turned away: somebody is lacking, and needs do not wait in this scenario.",
                    "未受理:有一组派不出,本情景又不排队。",
                )
            case Kind.INCIDENT_CLOSED if not self._turned_away:
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
        where = (
            ""
            if to is None or to.time != row.time
            else self.say(f" (to '{self.names.incident(to.incident)}')", f"(去“{self.names.incident(to.incident)}”)")
        )
        return self.say(f"{team} leaves: {why}{where}.", f"{team} 离开本事件:{why}{where}。")
