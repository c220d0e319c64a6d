"""Reading conditions as planners write them, in both languages: a hand-written scanner and recursive descent.

    condition = both {或 both}      both = factor {且 factor}      factor = 非 factor | ( condition ) | 总是 | comparison
    comparison = signal [sign value] | 响应级别(post) [sign] level | post [sign] level

The longest known name is taken, so a name of the planner's own may hold spaces, brackets, or a word such as `或`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from sim.errors import Words, did_you_mean
from sim.scenario.conditions import (
    GRADE_NAMES,
    GRADES,
    LEVEL_NAMES,
    LEVEL_OF,
    LEVELS,
    SPOKEN,
    All,
    Always,
    Any_,
    Comparison,
    Condition,
    ConditionError,
    Not,
    plain,
)  # fmt: skip
from sim.units import EXAMPLES, Dimension, UnitError, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Names = Mapping[str, str]

_T = TypeVar("_T")
LONGEST = 500
"""Characters of a text."""
DEEPEST = 20
"""Levels of brackets and of `not`; a bracket right behind `not` is no level of its own."""

_SIGNALS = {
    "事故等级": "grade", "grade": "grade", "accident grade": "grade", "初判": "grade", "初判为": "grade", "初判等级": "grade",
    "历时": "elapsed", "elapsed": "elapsed", "泄漏量": "released", "released": "released", "泄露量": "released",
    "请求省外增援": "asks_outside", "asks outside": "asks_outside", "asks_outside": "asks_outside",
}  # fmt: skip
_GRAMMAR = {"非": "not", "并非": "not", "not": "not", "(": "open", "总是": "always", "always": "always",
            "响应级别": "level", "response level": "level", "level": "level"}  # fmt: skip
_AND = {"且": True, "并且": True, "and": True}
_OR = {"或": True, "或者": True, "or": True}
_CLOSE = {")": True}
_SIGNS = {
    ">=": ">=", "=>": ">=", "≥": ">=", "≧": ">=", "不少于": ">=", "不低于": ">=", "不小于": ">=", "至少": ">=", "达到": ">=",
    "at least": ">=", "<=": "<=", "=<": "<=", "≤": "<=", "≦": "<=", "不超过": "<=", "不大于": "<=", "不高于": "<=", "至多": "<=",
    "at most": "<=", ">": ">", "超过": ">", "大于": ">", "高于": ">", "more than": ">", "<": "<", "少于": "<", "小于": "<",
    "低于": "<", "less than": "<", "==": "==", "=": "==", "等于": "==", "!=": "!=", "≠": "!=", "不等于": "!=",
}  # fmt: skip
_OR_WORSE = {"及以上": True, "以上": True}
_AFTER = dict.fromkeys(("事故", "响应", "accident", "response"), True)
_DIMENSIONS: dict[str, Dimension] = {"elapsed": "duration", "released": "mass"}
_KINDS: dict[Dimension, Words] = {
    "duration": Words("a duration", "时长"), "mass": Words("a mass", "质量"), "count": Words("a plain number", "普通的数"),
}  # fmt: skip


def is_taken(name: str) -> bool:
    """Tell whether the grammar itself gives a name a meaning, so that no own signal can bear it."""
    name = plain(name).lower()
    words = (*_GRAMMAR, *_SIGNALS, *_AND, *_OR, *_CLOSE, *_SIGNS)
    return not name or name.startswith(LEVEL_OF) or name in (word.lower() for word in words)


def parse_condition(text: str, *, own: Iterable[str], posts: Names) -> Condition:
    """Read a condition.

    Parameters
    ----------
    text
        What the planner wrote, with full-width or half-width signs.
    own
        Names of the scenario's own signals; those that `is_taken` are left out.
    posts
        Id and name of each authority → its id.

    Raises
    ------
    ConditionError
        If it cannot be read, is longer than `LONGEST`, or nests deeper than `DEEPEST`.
    """
    if len(text) > LONGEST:
        what = Words(f"the condition is longer than {LONGEST} characters", f"条件超过 {LONGEST} 个字符")
        raise ConditionError(what, Words("split it, or give the signal a short name", "请拆开写,或给信号起一个短名字"))
    return _Parser(plain(text), own, posts).whole()


_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_UNIT = r"(?!(?:and|or)\b)(?:(?!并且|[且或])[^\d\s()<>=!≥≤≠≧≦+\-.])(?:(?!并且|[且或])[^\d\s()<>=!≥≤≠≧≦])*"
_AMOUNT = re.compile(rf"(?:{_NUMBER}(?: ?{_UNIT})?(?: (?=[-+.\d]))?)+", re.IGNORECASE | re.ASCII)
_STOP = re.compile(
    "|".join([rf"\b{word}\b" if word[0].isascii() and word[0].isalpha() else re.escape(word) for word in (*_SIGNS, *_AND, *_OR)])
    + "|[()]",
    re.IGNORECASE | re.ASCII,
)
_CHINESE = re.compile("[\u3400-\u9fff]")


def _is_letter(sign: str) -> bool:
    """Tell whether a sign belongs to a word that is written without gaps, unlike Chinese."""
    return (sign.isalnum() or sign == "_") and not _CHINESE.match(sign)


class _Scanner:
    """Takes one word or amount after the other from a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    @property
    def rest(self) -> str:
        return self.text[self.at :].strip()

    def take(self, words: Mapping[str, _T]) -> _T | None:
        """Return the meaning of the longest of some words that stands here and step over it; equal writing goes first."""
        self.skip()
        best: tuple[int, bool] = (0, False)
        found: _T | None = None
        for word, meaning in words.items():
            piece = self.text[self.at : self.at + len(word)]
            rank = (len(word), piece == word)
            if rank > best and piece.lower() == word.lower() and not self.runs_on(word):
                best, found = rank, meaning
        self.at += best[0]
        return found

    def runs_on(self, word: str) -> bool:
        """Tell whether a word that stands here is only the beginning of a longer one."""
        after = self.text[self.at + len(word) : self.at + len(word) + 1]
        return after != "" and _is_letter(word[-1]) and _is_letter(after)

    def skip(self) -> None:
        while self.text[self.at : self.at + 1] == " ":
            self.at += 1

    def sees(self, words: Mapping[str, bool]) -> bool:
        """Tell whether one of some words stands here."""
        here, found = self.at, self.take(words) is not None
        self.at = here
        return found

    def phrase(self, start: int | None = None) -> str:
        """Return the text from here (or from an earlier place) to the next sign, bracket or joining word."""
        self.skip()
        begin = self.at if start is None else start
        stop = _STOP.search(self.text, self.at)
        return self.text[begin : stop.start() if stop else len(self.text)].strip()

    def amount(self) -> str:
        """Return the amount that stands here and step over it; what stands in its place, if there is none."""
        self.skip()
        match = _AMOUNT.match(self.text, self.at)
        if match is None:
            return self.phrase()
        self.at = match.end()
        return match[0].strip()


class _Parser:
    """Reads one condition by recursive descent."""

    def __init__(self, text: str, own: Iterable[str], posts: Names) -> None:
        self.scan = _Scanner(text)
        self.posts = {plain(name): post for name, post in posts.items() if plain(name)}
        self.starts: dict[str, tuple[str, str]] = {word: (kind, "") for word, kind in _GRAMMAR.items()}
        self.starts |= {word: ("signal", signal) for word, signal in _SIGNALS.items()}
        mine = [name for name in own if not is_taken(name)]
        for name in mine:
            self.starts.setdefault(plain(name), ("signal", name))
        for name, post in self.posts.items():
            self.starts.setdefault(name, ("post", post))
        self.known = [*mine, *(word for words in SPOKEN.values() for word in words), *self.posts]

    def whole(self) -> Condition:
        """Return the condition that is the whole text."""
        found = self.either(0)
        rest = self.scan.rest
        if rest.startswith(")"):
            what = Words("a bracket is closed that was not opened", "有右括号,没有对应的左括号")
            raise ConditionError(what, Words("take out ')' or add '('", "删去“)”,或补上“(”"))
        if rest:
            what = Words(f"'{_short(rest)}' cannot be read here", f"“{_short(rest)}”在这里读不懂")
            remedy = Words(
                "put 'and' or 'or' between two conditions, a sign such as > before a value",
                "两个条件之间写“且”或“或”,数值前面写 > 之类的符号",
            )
            raise ConditionError(what, remedy)
        return found

    def either(self, depth: int) -> Condition:
        parts = [self.both(depth)]
        while self.scan.take(_OR):
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else Any_(tuple(parts))

    def both(self, depth: int) -> Condition:
        parts = [self.factor(depth)]
        while self.scan.take(_AND):
            parts.append(self.factor(depth))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def factor(self, depth: int) -> Condition:
        """Return one condition without joining words outside brackets."""
        if depth > DEEPEST:
            what = Words(f"more than {DEEPEST} levels of brackets and 'not'", f"括号和“非”超过 {DEEPEST} 层")
            raise ConditionError(what, Words("write it flatter", "请写得平一些"))
        self.scan.skip()
        start = self.scan.at
        kind, name = self.scan.take(self.starts) or ("", "")
        match kind:
            case "not":
                behind = self.scan.take({"(": True})
                return Not(self.group(depth + 1) if behind else self.factor(depth + 1))
            case "open":
                return self.group(depth + 1)
            case "always":
                return Always()
            case "signal":
                return self.signal(name, start)
            case "level":
                return self.rank(LEVEL_OF + self.post(), start)
            case "post":
                return self.rank(LEVEL_OF + name, start)
        raise self.unknown(start)

    def group(self, depth: int) -> Condition:
        """Return what stands in a bracket that is open."""
        found = self.either(depth)
        if self.scan.rest and not self.scan.sees(_CLOSE):
            return found  # `whole` says what cannot be read
        self.close()
        return found

    def close(self) -> None:
        if not self.scan.take(_CLOSE):
            what = Words("a bracket is opened and not closed", "左括号没有对应的右括号")
            raise ConditionError(what, Words("add ')'", "补上“)”"))

    def signal(self, name: str, start: int) -> Condition:
        """Return a signal against a value, or by itself: above zero."""
        if name == "grade":
            return self.rank(name, start)
        sign = self.scan.take(_SIGNS)
        if sign is not None:
            return Comparison(name, sign, self.amount(name))
        if self.glued():
            raise self.unknown(start)
        if name == "elapsed":
            raise self.missing(name)
        return Comparison(name, ">", 0.0)

    def glued(self) -> bool:
        """Tell whether the word that was just taken goes on: the name meant is another one."""
        after = self.scan.text[self.scan.at : self.scan.at + 1]
        return bool(_CHINESE.match(after)) and not any(self.scan.sees(words) for words in (_AND, _OR))

    def amount(self, name: str) -> float:
        """Return the amount that stands here, in the unit of a signal."""
        written = self.scan.amount()
        if not written:
            raise self.missing(name)
        dimension = _DIMENSIONS.get(name, "count")
        try:
            value = parse(written, dimension)
        except UnitError as error:
            kind, (en, zh) = _KINDS[dimension], SPOKEN.get(name, Words(name, name))
            what = Words(f"'{en}' takes {kind.en}: {error.words.en}", f"“{zh}”后面应是{kind.zh}:{error.words.zh}")
            raise ConditionError(what, error.remedy) from None
        if value < 0 and name in _DIMENSIONS:
            what = Words(f"{written} is negative", f"{written} 是负数")
            raise ConditionError(what, Words("write an amount of zero or more", "请写不小于零的数量"))
        return float(round(value)) if dimension == "duration" else value

    def missing(self, name: str) -> ConditionError:
        """Return the error that a signal has no value to stand against."""
        en, zh = SPOKEN.get(name, Words(name, name))
        en_like, zh_like = EXAMPLES[_DIMENSIONS.get(name, "count")]
        what = Words(f"'{en}' stands without a value", f"“{zh}”后面缺少数值")
        return ConditionError(what, Words(f"write it as '{en} > …' ({en_like})", f"写成“{zh} > …”({zh_like})"))

    def rank(self, signal: str, start: int) -> Condition:
        """Return a grade or a level against a word; without a sign it means at least as bad."""
        words = GRADES if signal == "grade" else LEVELS
        sign = self.scan.take(_SIGNS)
        value = self.scan.take(words)
        if value is None and sign is None and signal != "grade" and self.glued():
            raise self.unknown(start)
        if value is None:
            raise self.no_rank(signal)
        self.scan.take(_AFTER)
        if sign in {None, ">=", "=="} and self.scan.take(_OR_WORSE):
            sign = ">="
            self.scan.take(_AFTER)
        return Comparison(signal, sign or ">=", float(value))

    def no_rank(self, signal: str) -> ConditionError:
        """Return the error that no grade or level stands here."""
        names, kind = (GRADE_NAMES, Words("accident grade", "事故等级"))
        if signal != "grade":
            names, kind = (LEVEL_NAMES, Words("response level", "响应级别"))
        phrase = _short(self.scan.phrase())
        what = Words(f"the {kind.en} to compare with is missing", f"缺少要比较的{kind.zh}")
        if phrase:
            what = Words(f"'{phrase}' is no {kind.en}", f"“{phrase}”不是{kind.zh}")
        en, zh = ", ".join(name.en for name in names), "、".join(name.zh for name in names)
        return ConditionError(what, Words(f"write one of {en}", f"可写:{zh}"))

    def post(self) -> str:
        """Return the id of the post in brackets behind `level`."""
        if not self.scan.take({"(": True}):
            what = Words("it is not said whose response level is meant", "没有写明是谁的响应级别")
            raise ConditionError(what, Words("write for example level(county) >= II", "例如写成 响应级别(县级) >= 二级"))
        self.scan.skip()
        start = self.scan.at
        found = self.scan.take(self.posts)
        if found is None or (self.scan.phrase() and not self.scan.sees(_CLOSE)):
            name = self.scan.phrase(start)
            what = Words(f"no authority '{_short(name)}'", f"没有“{_short(name)}”这个指挥机构")
            raise ConditionError(what, did_you_mean(name, self.posts))
        self.close()
        return found

    def unknown(self, start: int) -> ConditionError:
        """Return the error that no condition stands here."""
        name = self.scan.phrase(start)
        if not name:
            before = f" before '{_short(self.scan.rest)}'" if self.scan.rest else ""
            ahead = f"“{_short(self.scan.rest)}”前面" if self.scan.rest else ""
            what = Words(f"a condition is missing{before}", f"{ahead}缺少条件")
            return ConditionError(what, Words("write for example grade >= serious", "例如写成 事故等级 >= 较大"))
        return ConditionError(
            Words(f"no signal '{_short(name)}'", f"没有“{_short(name)}”这个信号"), did_you_mean(name, self.known)
        )


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "…"
