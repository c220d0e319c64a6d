"""The best of several systems, spending replications where they matter (KN: Kim and Nelson).

Every system is run; one that falls too far behind another leaves the race, and only those still in it are run further.
How far is too far shrinks with every replication, faster for pairs whose difference varies little: so systems that
share their luck are told apart in far fewer replications.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.analysis.series import INDIFFERENCE, PROMISE, above_zero, at_least, read_numbers, share, stop
from sim.errors import Finding, Words

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from sim.analysis.series import Better

    Numbers = NDArray[np.float64]


class Out(NamedTuple):
    """A system that has left the race, and after how many replications."""

    system: int
    after: int


class Race:
    """The race of KN, fed row by row; what comes out does not depend on how many rows come at once.

    Parameters
    ----------
    systems
        How many there are, k; a system is its position from 0.
    indifference
        The smallest difference of means worth finding, δ, in the metric's unit.
    better
        Whether low or high is good.
    promise
        Probability that the best is chosen, above 1/k, if it is better than the second best by δ or more.
    first
        Replications of all before the first decision, n₀.
    independent
        Whether each system has seeds of its own. It may be left False, which is right for common draws and safe without.

    Attributes
    ----------
    racing : tuple of int
        Systems still in the race, ascending: the columns of the next rows.
    out : tuple of Out
        Systems that have left, in order.
    replications : int
        Rows used so far.

    Raises
    ------
    InputError
        ``bad-systems`` or ``bad-first`` below 2, ``bad-indifference`` not above 0, ``bad-promise``.

    Notes
    -----
    S.-H. Kim and B. L. Nelson (2001), ACM TOMACS 11: 251-273, with c = 1: η = ½ [(2 β)^(−2/(n₀−1)) − 1], h² = 2 η (n₀ − 1),
    where β = α / (k − 1), or 1 − (1 − α)^(1/(k−1)) with independent systems. System i leaves after r replications if it is
    behind another by more than max(0, (h² S² / δ − δ r) / 2 r), S² the variance of their paired differences over the
    first n₀. Observations are taken to be normal, as means over a replication roughly are.
    """

    def __init__(
        self,
        systems: int,
        indifference: float,
        *,
        better: Better,
        promise: float = 0.95,
        first: int = 10,
        independent: bool = False,
    ) -> None:
        findings: list[Finding] = []
        at_least(systems, 2, "bad-systems", Words("the number of systems", "方案数"), findings)
        at_least(first, 2, "bad-first", Words("the number of first replications", "首批推演次数"), findings)
        above_zero(indifference, "bad-indifference", INDIFFERENCE, findings)
        share(promise, "bad-promise", PROMISE, findings, 1 / systems if systems >= 2 else 0.0)
        stop(findings)
        self.racing: tuple[int, ...] = tuple(range(systems))
        self.out: tuple[Out, ...] = ()
        self.replications = 0
        self._systems, self._delta, self._first = systems, indifference, first
        self._sign = 1.0 if better == "high" else -1.0
        self._square = h_square(systems, first, promise, independent=independent)
        self._start: list[Numbers] = []
        self._sums = np.zeros(systems)
        self._reach = np.full((systems, systems), np.inf)  # h² S² / δ², the replications after which nothing is forgiven

    @property
    def finished(self) -> bool:
        """Whether one is left, or those left are equal in every replication that could have told them apart."""
        return len(self.racing) == 1 or (self.replications >= self._first and self.replications > self._last())

    @property
    def leader(self) -> int | None:
        """The system in the race with the best mean so far, the first of equals: the choice, once finished."""
        return self.racing[int(np.argmax(self._sums[list(self.racing)]))] if self.replications else None

    @property
    def needed_at_most(self) -> int | None:
        """How many more replications the race can last; None before the first decision, when nothing is known."""
        if self.replications < self._first:
            return None
        return 0 if self.finished else self._last() + 1 - self.replications

    @property
    def spent(self) -> tuple[int, ...]:
        """Replications used of each system."""
        after = dict(self.out)
        return tuple(after.get(system, self.replications) for system in range(self._systems))

    def feed(self, rows: ArrayLike) -> tuple[Out, ...]:
        """Take the next replications, in order, and return who leaves the race.

        Parameters
        ----------
        rows
            Shape (m, systems in `racing`): a row a replication, the same replication in all columns. Rows beyond the end of
            the race, and numbers of systems that leave on the way, are not used.

        Raises
        ------
        InputError
            ``bad-shape`` for another number of columns, ``race-over`` if there is nothing left to decide,
            ``not-a-number``, ``minus-infinity``, ``never-has-no-mean``.
        """
        given = np.asarray(rows, dtype=np.float64)
        self._refuse(given)
        columns, before = self.racing, len(self.out)
        for row in self._sign * given:
            if self.finished:
                break
            self._take(row, columns)
        return self.out[before:]

    def _take(self, row: Numbers, columns: tuple[int, ...]) -> None:
        self._sums[list(columns)] += row  # those that leave on the way are not looked at again
        self.replications += 1
        if self.replications <= self._first:
            self._start.append(row)
        if self.replications == self._first:
            gaps = np.array(self._start)
            variance = np.var(gaps[:, :, None] - gaps[:, None, :], axis=0, ddof=1)
            self._reach = self._square * variance / self._delta**2
        if self.replications >= self._first:
            self._screen()

    def _screen(self) -> None:
        """Let those go that are too far behind any other that was in the race before this replication."""
        racing, r = np.array(self.racing), self.replications
        means = self._sums[racing] / r
        forgiven = np.maximum(0.0, self._delta / 2 * (self._reach[np.ix_(racing, racing)] / r - 1))
        behind = (means[:, None] < means - forgiven).any(axis=1)
        if behind.any():
            self.out += tuple(Out(int(system), r) for system in racing[behind])
            self.racing = tuple(int(system) for system in racing[~behind])

    def _last(self) -> int:
        """Return the last replication after which any pair in the race is still forgiven anything."""
        racing = list(self.racing)
        return int(self._reach[np.ix_(racing, racing)].max())

    def _refuse(self, rows: Numbers) -> None:
        findings: list[Finding] = []
        if self.finished:
            what = Words("the race is over: there is nothing left to decide", "选优已经结束,无需再判定")
            findings.append(Finding("race-over", what, Words("take the leader", "请采用领先的方案")))
        elif rows.ndim != 2 or rows.shape[1] != len(self.racing):
            size = " × ".join(str(n) for n in rows.shape)
            what = Words(
                f"the rows are {size} and {len(self.racing)} systems are in the race",
                f"数据为 {size},而仍在比较的方案有 {len(self.racing)} 个",
            )
            remedy = Words(
                "give a row a replication with a column for each system in the race", "请每次推演给出一行,每个仍在比较的方案一列"
            )
            findings.append(Finding("bad-shape", what, remedy))
        else:
            read_numbers(rows, Words("the rows", "数据"), findings, never=False)
        stop(findings)


def h_square(systems: int, first: int, promise: float, *, independent: bool) -> float:
    """Return h² of KN; see `Race`."""
    error, others = 1 - promise, systems - 1
    each = 1 - promise ** (1 / others) if independent else error / others
    return float(((2 * each) ** (-2 / (first - 1)) - 1) * (first - 1))
