"""The best of several systems in two stages, for seeds that are independent between systems (Rinott).

A first stage estimates each system's variance; the second runs each as long as its own variance asks for. Then the
system with the best mean over both stages is the best with the promised probability, if it is better than the second
best by the indifference or more.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.selection_constants import rinott
from sim.analysis.series import INDIFFERENCE, PROMISE, above_zero, read_numbers, read_series, share, stop
from sim.errors import Finding, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from sim.analysis.series import Better


def total_sizes(first: ArrayLike, indifference: float, promise: float = 0.95, *, common: bool) -> tuple[int, ...]:
    """Return how many replications each system needs over both stages.

    Parameters
    ----------
    first
        The first stage, shape (n₀, k): a row a replication, a column a system.
    indifference
        The smallest difference of means worth finding, δ, in the metric's unit.
    promise
        Probability of choosing the best, above 1/k.
    common
        Whether the systems share their draws. Then it refuses: the promise rests on independence.

    Raises
    ------
    InputError
        ``common-draws``, ``bad-shape`` (fewer than two systems or replications), ``not-a-number``, ``minus-infinity``,
        ``never-has-no-mean``, ``bad-indifference``, ``bad-promise``.

    Notes
    -----
    Y. Rinott (1978), Communications in Statistics A7: 799-811: N = max(n₀, ⌈(h S / δ)²⌉).
    """
    findings: list[Finding] = []
    rows = np.asarray(first, dtype=np.float64)
    if common:
        what = Words("Rinott's procedure was asked for with common draws", "要求用 Rinott 两阶段法,但各方案使用公共随机数")
        remedy = Words(
            "use KN, which is made for common draws, or give each system a seed of its own",
            "请改用适合公共随机数的 KN 法,或给每个方案独立的种子",
        )
        findings.append(Finding("common-draws", what, remedy))
    if rows.ndim != 2 or min(rows.shape) < 2:
        findings.append(_bad_table(rows.shape))
    else:
        share(promise, "bad-promise", PROMISE, findings, 1 / rows.shape[1])
        read_numbers(rows, Words("the first stage", "第一阶段"), findings, never=False)
    above_zero(indifference, "bad-indifference", INDIFFERENCE, findings)
    stop(findings)
    constant = rinott(rows.shape[1], rows.shape[0], promise)
    spread = np.std(rows, axis=0, ddof=1)
    return tuple(max(len(rows), ceil((constant * float(s) / indifference) ** 2)) for s in spread)


def best_mean(samples: Sequence[ArrayLike], better: Better) -> int:
    """Return the system with the best mean over both stages; the first of equals.

    Parameters
    ----------
    samples
        For each system its observations of both stages, shape (Nᵢ,).
    better
        Whether low or high is good.

    Raises
    ------
    InputError
        ``empty-series``, ``not-a-number``, ``minus-infinity``, ``never-has-no-mean``, ``bad-shape``.
    """
    findings: list[Finding] = []
    if len(samples) == 0:
        what = Words("there are no systems to choose from", "没有可供选择的方案")
        findings.append(Finding("empty-series", what, Words("give at least one", "请至少给出一个方案")))
    named = [(Words(f"system {i}", f"方案 {i}"), sample) for i, sample in enumerate(samples)]
    read = [read_series(sample, name, findings, never=False) for name, sample in named]
    stop(findings)
    sign = 1 if better == "high" else -1
    return int(np.argmax([sign * np.mean(sample) for sample in read]))


def _bad_table(shape: tuple[int, ...]) -> Finding:
    size = " × ".join(str(n) for n in shape)
    what = Words(
        f"the first stage is {size} and not a table of replications by systems", f"第一阶段数据为 {size},不是推演次数乘方案数的表"
    )
    remedy = Words("give at least two replications of at least two systems", "请给出至少两个方案、各至少两次推演")
    return Finding("bad-shape", what, remedy)
