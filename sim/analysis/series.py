"""Numbers that come in from outside, one a replication: looked at before anything is computed from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from sim.errors import Finding, InputError, Words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray

Better = Literal["low", "high"]
"""Whether low or high numbers are good."""
BASE, OTHER = Words("the base", "基准方案"), Words("the other configuration", "对比方案")
PROMISE = Words("the promised probability", "承诺的正确选择概率")
INDIFFERENCE = Words("the indifference", "无差别界限")
_SHOWN = 5


def read_series(values: ArrayLike, name: Words, findings: list[Finding], *, never: bool = True) -> NDArray[np.float64]:
    """Return one number a replication as an array, and add to the findings what is wrong with it.

    Parameters
    ----------
    values
        One number a replication, shape (n,).
    name
        What the findings call it.
    findings
        Grows by ``bad-shape``, ``empty-series``, ``not-a-number``, ``minus-infinity`` and ``never-has-no-mean``.
    never
        Whether +inf ("never happened") is taken.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        what = Words(
            f"{name.en} has {array.ndim} dimensions, not one number a replication",
            f"{name.zh}的数据是 {array.ndim} 维的,不是每次推演一个数",
        )
        findings.append(Finding("bad-shape", what, Words("give one list of numbers", "请给出一列数字")))
        return array.ravel()
    if len(array) == 0:
        what = Words(f"{name.en} has no replications", f"{name.zh}没有任何一次推演")
        findings.append(Finding("empty-series", what, Words("run at least one replication", "请至少推演一次")))
    read_numbers(array, name, findings, never=never)
    return array


def read_numbers(array: NDArray[np.float64], name: Words, findings: list[Finding], *, never: bool) -> None:
    """Add to the findings what is no number in an array whose rows are replications; see `read_series`."""
    remedy = Words(
        "leave these replications out of every configuration, or compare another metric",
        "请在所有方案中都去掉这些推演,或改比另一项指标",
    )
    absent = Words(f"{name.en} has no number in replications", f"{name.zh}缺少数值的推演:")
    _refuse(np.isnan(array), Finding("not-a-number", absent, remedy), findings)
    below = Words(f"{name.en} is minus infinity in replications", f"{name.zh}为负无穷的推演:")
    _refuse(np.isneginf(array), Finding("minus-infinity", below, remedy), findings)
    if not never:
        what = Words(f"{name.en} never happened in replications", f"{name.zh}中始终未发生的推演:")
        other = Words(
            "what never happened has no mean: choose by a share, such as the share in time",
            "未发生的事没有均值:请改用比例类指标,如按时比例",
        )
        _refuse(np.isposinf(array), Finding("never-has-no-mean", what, other), findings)


def same_length(base: NDArray[np.float64], other: NDArray[np.float64], findings: list[Finding]) -> None:
    """Add the finding ``unequal-lengths`` if two series cannot be paired."""
    if len(base) != len(other):
        what = Words(
            f"the base has {len(base)} replications and the other configuration {len(other)}, so they make no pairs",
            f"基准方案有 {len(base)} 次推演,对比方案有 {len(other)} 次,无法配对",
        )
        remedy = Words("compare the same replications of both, or compare without pairing", "请比较双方相同的推演,或不配对比较")
        findings.append(Finding("unequal-lengths", what, remedy))


def share(value: float, code: str, name: Words, findings: list[Finding], low: float = 0.0) -> None:
    """Add a finding unless a probability lies strictly between `low` and 1."""
    if not low < value < 1:
        what = Words(f"{name.en} is {value:g}", f"{name.zh}为 {value:g}")
        remedy = Words(f"give a number above {low:g} and below 1, such as 0.95", f"请给出大于 {low:g}、小于 1 的数,如 0.95")
        findings.append(Finding(code, what, remedy))


def level_of(value: float, findings: list[Finding]) -> None:
    """Add the finding ``bad-level`` unless a confidence level lies strictly between 0 and 1."""
    share(value, "bad-level", Words("the confidence level", "置信水平"), findings)


def at_least(value: float, least: float, code: str, name: Words, findings: list[Finding]) -> None:
    """Add a finding unless a number is finite and at least `least`."""
    if not least <= value < np.inf:
        what = Words(f"{name.en} is {value:g}", f"{name.zh}为 {value:g}")
        findings.append(Finding(code, what, Words(f"give at least {least:g}", f"请给出不小于 {least:g} 的数")))


def above_zero(value: float, code: str, name: Words, findings: list[Finding]) -> None:
    """Add a finding unless a number is finite and above zero."""
    if not 0 < value < np.inf:
        what = Words(f"{name.en} is {value:g}", f"{name.zh}为 {value:g}")
        findings.append(Finding(code, what, Words("give a number above 0", "请给出大于 0 的数")))


def stop(findings: Iterable[Finding]) -> None:
    """Raise all findings at once, if there are any.

    Raises
    ------
    InputError
        If there is a finding.
    """
    found = list(findings)
    if found:
        raise InputError(found)


def _refuse(bad: NDArray[np.bool_], finding: Finding, findings: list[Finding]) -> None:
    rows = np.flatnonzero(bad.reshape(len(bad), -1).any(axis=1)) if bad.size else np.empty(0, dtype=int)
    if len(rows):
        more = " …" if len(rows) > _SHOWN else ""
        shown = [str(row) for row in rows[:_SHOWN]]
        what = Words(f"{finding.what.en} {', '.join(shown)}{more}", f"{finding.what.zh}{'、'.join(shown)}{more}")
        findings.append(Finding(finding.code, what, finding.remedy))
