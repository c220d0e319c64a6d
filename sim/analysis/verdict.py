"""What is said of a difference: one of five words, by its interval and by what would be too little to matter."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from sim.analysis.series import INDIFFERENCE, at_least, stop
from sim.errors import Words

if TYPE_CHECKING:
    from sim.analysis.comparison import Difference
    from sim.errors import Finding


class Verdict(Enum):
    """The closed list of what a comparison can find."""

    IDENTICAL = "identical"
    """Every replication gives exactly the same number."""
    NONE = "none"
    """No real difference: the interval holds 0, and lies within the indifference if one is stated."""
    TOO_SMALL = "too-small"
    """A difference, and all of the interval lies within the indifference."""
    REAL = "real"
    """A difference: the interval does not hold 0, or it happens more often in one of the two."""
    UNDECIDED = "undecided"
    """The interval holds 0 but also differences that would matter, or there is no interval: too few replications."""

    @property
    def words(self) -> Words:
        """How a planner is told."""
        return _WORDS[self]


_WORDS: Final = {
    Verdict.IDENTICAL: Words("the same in every replication", "每次推演结果都完全相同"),
    Verdict.NONE: Words("no real difference", "没有实际差别"),
    Verdict.TOO_SMALL: Words("a difference, but too small to matter", "有差别,但小到无关紧要"),
    Verdict.REAL: Words("a real difference", "确有差别"),
    Verdict.UNDECIDED: Words("undecided: more replications are needed", "尚无定论:需要更多次推演"),
}


def judge(difference: Difference, indifference: float | None = None) -> Verdict:
    """Return the verdict on a difference.

    Parameters
    ----------
    difference
        What `paired`, `independent` or `quantile_difference` found.
    indifference
        The largest difference that would not matter, in the metric's unit. Without it, whatever is not shown to differ
        is `NONE`; with it, "no difference" has to be shown as well, by an interval that is narrow enough.

    Raises
    ------
    InputError
        ``bad-indifference`` for one below 0.

    Notes
    -----
    Holds 0 or not is the t (or bootstrap) test at the interval's level; within ± the indifference is equivalence
    (D. J. Schuirmann 1987, J. Pharmacokinet. Biopharm. 15: 657-680), here at the interval's stricter level. Where some
    replications differ in whether it happened at all, nothing is called too small or shown to be the same.
    """
    findings: list[Finding] = []
    if indifference is not None:
        at_least(indifference, 0, "bad-indifference", INDIFFERENCE, findings)
    stop(findings)
    if difference.identical:
        return Verdict.IDENTICAL
    differs = difference.never is not None and difference.never.differs
    if differs and difference.p is not None and _happens_more(difference):
        return Verdict.REAL
    if difference.bounds is None:
        return Verdict.UNDECIDED
    low, high = difference.bounds
    within = indifference is not None and not differs and -indifference <= low and high <= indifference
    if not low <= 0 <= high:
        return Verdict.TOO_SMALL if within else Verdict.REAL
    return Verdict.NONE if within or indifference is None else Verdict.UNDECIDED


def _happens_more(difference: Difference) -> bool:
    """Whether it is shown to happen more often in one of the two, at its share of the error."""
    questions = 1 if difference.bounds is None else 2
    return difference.never is not None and difference.never.p * questions <= 1 - difference.level
