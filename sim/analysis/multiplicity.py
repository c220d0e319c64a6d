"""Many comparisons at once: p values and levels that keep the error of the whole table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.series import at_least, level_of, stop
from sim.errors import Finding, Words

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def holm(p_values: ArrayLike) -> NDArray[np.float64]:
    """Return Holm's adjusted p values, in the order given: below α for any true null with probability at most α.

    Parameters
    ----------
    p_values
        Shape (m,); they may depend on each other in any way.

    Raises
    ------
    InputError
        ``bad-p-value`` for one that is no number from 0 to 1, ``empty-series`` for none.

    Notes
    -----
    S. Holm (1979), Scand. J. Statist. 6: 65-70. The i-th smallest (from 0) is multiplied by m − i; the result never
    falls along the order and never exceeds 1.
    """
    given = np.asarray(p_values, dtype=np.float64).ravel()
    findings = []
    if len(given) == 0:
        what = Words("there are no p values to adjust", "没有可校正的 p 值")
        findings.append(Finding("empty-series", what, Words("compare at least one pair", "请至少做一次比较")))
    wrong = given[~((given >= 0) & (given <= 1))]
    if len(wrong):
        what = Words(f"{wrong[0]:g} is no p value", f"{wrong[0]:g} 不是 p 值")
        findings.append(Finding("bad-p-value", what, Words("give numbers from 0 to 1", "请给出 0 到 1 的数")))
    stop(findings)
    order = np.argsort(given, kind="stable")
    raised = np.maximum.accumulate(given[order] * np.arange(len(given), 0, -1))
    adjusted = np.empty_like(given)
    adjusted[order] = np.minimum(raised, 1.0)
    return adjusted


def level_each(level: float, count: int) -> float:
    """Return the level of each of `count` intervals that all hold at once with probability `level` (Bonferroni).

    Raises
    ------
    InputError
        ``bad-level``, or ``bad-count`` for fewer than one.

    Notes
    -----
    Law (2015), section 10.3: 1 − (1 − level) / count, whatever the dependence.
    """
    findings: list[Finding] = []
    level_of(level, findings)
    at_least(count, 1, "bad-count", Words("the number of comparisons", "比较的次数"), findings)
    stop(findings)
    return 1 - (1 - level) / count
