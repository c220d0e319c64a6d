"""Names and reasons in words: what the sentences of `why` are put together from."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from sim.analysis.rounding import say_minutes
from sim.engine.trace import WhyNot
from sim.errors import Language, Words
from sim.units import MINUTE, clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.experiment.why import Why

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
SHOWN = 4
"""What is named before the rest is counted."""
_DROPPED = ("Cc", "Cf", "Cs", "Zl", "Zp")


def printable(text: str) -> str:
    """Return a text from a file as plain text: nothing in it that turns, hides or controls what is shown."""
    kept = (" " if char.isspace() else char for char in text)
    return " ".join("".join(char for char in kept if unicodedata.category(char) not in _DROPPED).split())


class Namer:
    """Names of things in one language, as plain text."""

    def __init__(self, why: Why, language: Language) -> None:
        self.why = why
        self.scenario = why.scenario
        self.command = why.scenario.command
        self.language = language
        self._incidents = {
            one.id: one.name for one in (*self.scenario.planned, *(row for table in self.scenario.recorded for row in table.rows))
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
        shown = parts if all_of_them or len(parts) <= SHOWN + 1 else parts[:SHOWN]
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
