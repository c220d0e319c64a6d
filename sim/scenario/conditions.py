"""Conditions on signals, as a frozen tree. `sim.scenario.condition_text` reads them as planners write them."""

from __future__ import annotations

import operator
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from sim.errors import Language, Words
from sim.units import HOUR, MINUTE, SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


GRADE_NAMES = (Words("ordinary", "一般"), Words("serious", "较大"), Words("major", "重大"), Words("extraordinary", "特别重大"))
LEVEL_NAMES = (Words("IV", "四级"), Words("III", "三级"), Words("II", "二级"), Words("I", "一级"))
_NONE = Words("none", "无")

GRADES: dict[str, int] = {
    **{name.zh: rank for rank, name in enumerate(GRADE_NAMES, 1)},
    **{name.en: rank for rank, name in enumerate(GRADE_NAMES, 1)},
    "general": 1, "minor": 1, "considerable": 2, "larger": 2, "relatively serious": 2, "relatively large": 2, "severe": 3,
    "特大": 4, "extraordinarily serious": 4, "especially serious": 4, "particularly serious": 4, "especially major": 4,
    "catastrophic": 4,
}  # fmt: skip
"""Word → accident grade (1 一般 … 4 特别重大)."""
LEVELS: dict[str, int] = {
    word: rank
    for rank, (roman, zh) in enumerate(LEVEL_NAMES, 1)
    for word in (zh, roman, f"{roman}级", f"{5 - rank}", f"{5 - rank}级")
}
"""Word → response level (1 四级, IV … 4 一级, I)."""

SPOKEN = {
    "grade": Words("grade", "事故等级"), "elapsed": Words("elapsed", "历时"), "released": Words("released", "泄漏量"),
    "asks_outside": Words("asks outside", "请求省外增援"),
}  # fmt: skip
LEVEL_OF = "level:"
_ENDINGS = ("事故", "响应", "accident", "response")
_TESTS: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comparison:
    """A signal against a value, in the unit that is kept (ms, kg, ordinals of `GRADES` and `LEVELS`); `op` as in Python.

    Signals: ``grade``, ``elapsed``, ``released``, ``level:<id of a post>``, ``asks_outside``, and the scenario's own by name.
    """

    signal: str
    op: str
    value: float


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any_:  # noqa: N801 (`Any` is a word of `typing`)
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Always:
    """Holds whatever happens."""


Condition: TypeAlias = Comparison | All | Any_ | Not | Always


class ConditionError(ValueError):
    """A condition cannot be read; `words` says why in both languages, `remedy` how to write it."""

    def __init__(self, words: Words, remedy: Words) -> None:
        self.words = words
        self.remedy = remedy
        super().__init__(words.en)


def holds(condition: Condition, signals: Mapping[str, float]) -> bool:
    """Tell whether a condition holds; a missing signal counts as 0."""
    match condition:
        case Comparison(signal, op, value):
            return _TESTS[op](signals.get(signal, 0), value)
        case All(parts):
            return all(holds(part, signals) for part in parts)
        case Any_(parts):
            return any(holds(part, signals) for part in parts)
        case Not(part):
            return not holds(part, signals)
    return True


def signals_of(condition: Condition) -> tuple[str, ...]:
    """Return the signals that a condition reads, each once, in the order in which they are written."""
    return tuple(dict.fromkeys(leaf.signal for leaf in leaves_of(condition)))


def leaves_of(condition: Condition) -> Iterator[Comparison]:
    """Yield every comparison in a condition, in the order in which they are written."""
    match condition:
        case Comparison():
            yield condition
        case All(parts) | Any_(parts):
            for part in parts:
                yield from leaves_of(part)
        case Not(part):
            yield from leaves_of(part)


def plain(text: str) -> str:
    """Return a text with narrow signs and single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def grade_of(text: str) -> int | None:
    """Return the accident grade that a text names, such as ``较大(初判)``, or None."""
    return _rank_of(plain(text).removeprefix("初判"), GRADES)


def level_of(text: str) -> int | None:
    """Return the response level that a text names, such as ``二级`` or ``II``, or None."""
    return _rank_of(plain(text), LEVELS)


def _rank_of(text: str, ranks: Mapping[str, int]) -> int | None:
    """Look a word up without remarks in brackets and endings such as 事故."""
    bare = " ".join(re.sub(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕", " ", text).split())
    for ending in _ENDINGS:
        bare = bare.removesuffix(ending).strip()
    return next((rank for word, rank in ranks.items() if word.lower() == bare.lower()), None)


def grade_name(grade: int, language: Language) -> str:
    """Return the word for an accident grade (1 … 4; 0 is none)."""
    return (_NONE, *GRADE_NAMES)[grade].say(language)


def level_name(level: int, language: Language) -> str:
    """Return the word for a response level (1 … 4; 0 is none)."""
    return (_NONE, *LEVEL_NAMES)[level].say(language)



def spoken(condition: Condition, language: Language) -> str:
    """Return a condition as a short sentence, posts by their id.

    `parse_condition` reads it back to the same tree, if the sentence is no longer than `LONGEST`.
    """
    match condition:
        case Comparison():
            return _say_comparison(condition, language)
        case All(parts):
            return Words(" and ", " 且 ").say(language).join(_bracketed(part, language, All, Any_) for part in parts)
        case Any_(parts):
            return Words(" or ", " 或 ").say(language).join(_bracketed(part, language, Any_) for part in parts)
        case Not(part):
            return f"{Words('not ', '非').say(language)}({spoken(part, language)})"
    return Words("always", "总是").say(language)


def _bracketed(part: Condition, language: Language, *kinds: type) -> str:
    said = spoken(part, language)
    return f"({said})" if isinstance(part, kinds) else said


def _say_comparison(found: Comparison, language: Language) -> str:
    signal, op, value = found.signal, found.op, found.value
    if found == Comparison("asks_outside", ">", 0):
        return SPOKEN[signal].say(language)
    name = SPOKEN.get(signal, Words(signal, signal)).say(language)
    amount = _number(value)
    if signal.startswith(LEVEL_OF):
        name = f"{Words('level', '响应级别').say(language)}({signal.removeprefix(LEVEL_OF)})"
        amount = level_name(int(value), language)
    elif signal == "grade":
        amount = grade_name(int(value), language)
    elif signal == "elapsed":
        amount = _say_duration(round(value))
    elif signal == "released":
        amount = f"{_number(value / 1000)} t" if value >= 1000 and value / 1000 * 1000 == value else f"{amount} kg"
    return f"{name} {'=' if op == '==' else op} {amount}"


def _say_duration(ms: int) -> str:
    parts = []
    for unit, factor in (("h", HOUR), ("min", MINUTE), ("s", SECOND), ("ms", 1)):
        count, ms = divmod(ms, factor)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts) or "0 min"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
