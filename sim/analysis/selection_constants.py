"""The constants of two-stage selection, by numerical integration: no table has to be looked up or interpolated."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.analysis.series import PROMISE, at_least, share, stop
from sim.errors import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from sim.errors import Finding

    Numbers = NDArray[np.float64]

_POINTS: Final = 256
_TAIL: Final = 1e-14


@lru_cache(maxsize=256)
def rinott(systems: int, first: int, promise: float) -> float:
    """Return Rinott's constant h for k systems, first stages of n₀ and a promised probability P*.

    Raises
    ------
    InputError
        ``bad-systems`` and ``bad-first`` below 2, ``bad-promise`` not above 1/k and below 1.

    Notes
    -----
    h solves ∫ [∫ Φ(h / √(ν (1/x + 1/y))) f(x) dx]^(k−1) f(y) dy = P*, with f the density of χ² with ν = n₀ − 1 degrees of
    freedom (Rinott 1978; R. E. Bechhofer, T. J. Santner and D. M. Goldsman 1995, Design and Analysis of Experiments for
    Statistical Selection, Screening, and Multiple Comparisons, table 2.13). Over log x the integrand is smooth and dies
    away on both sides, where the trapezoid rule converges faster than any power: 256 points give ten digits.
    """
    _refuse_constant(systems, first, promise)
    from scipy.special import ndtr

    x, weight = _chi_square(first - 1)
    spread = np.sqrt((first - 1) * (1 / x[:, None] + 1 / x))
    return _solve(lambda h: float((ndtr(h / spread) @ weight) ** (systems - 1) @ weight), promise)


@lru_cache(maxsize=256)
def dudewicz_dalal(systems: int, first: int, promise: float) -> float:
    """Return the constant h₁ of Dudewicz and Dalal, which weighted means need; for two systems it is Rinott's h.

    Raises
    ------
    InputError
        As `rinott`.

    Notes
    -----
    h solves ∫ F(t + h)^(k−1) f(t) dt = P* for Student's t with n₀ − 1 degrees of freedom (E. J. Dudewicz and S. R. Dalal
    1975, Sankhyā B37: 28-78; tabled by Law 2015, section 10.4). Over arsinh t the trapezoid rule converges as above.
    """
    _refuse_constant(systems, first, promise)
    from scipy.special import stdtr

    freedom = first - 1
    s = np.linspace(-40.0, 40.0, 64 * _POINTS + 1) if freedom < 4 else np.linspace(-12.0, 12.0, 4 * _POINTS + 1)
    t = np.sinh(s)
    weight = (1 + t**2 / freedom) ** (-first / 2) * np.cosh(s)
    weight /= weight.sum()
    return _solve(lambda h: float(stdtr(freedom, t + h) ** (systems - 1) @ weight), promise)


def _chi_square(freedom: int) -> tuple[Numbers, Numbers]:
    """Return points and weights (summing to 1) that integrate against the χ² density, evenly spaced in log x."""
    from scipy.special import gammainccinv, gammaincinv

    low, high = 2 * gammaincinv(freedom / 2, _TAIL), 2 * gammainccinv(freedom / 2, _TAIL)
    s = np.linspace(np.log(low), np.log(high), _POINTS)
    log = freedom / 2 * s - np.exp(s) / 2
    weight = np.exp(log - log.max())
    return np.exp(s), weight / weight.sum()


def _solve(chance: Callable[[float], float], promise: float) -> float:
    """Return where a growing function reaches the promise, by halving."""
    low, high = 0.0, 1.0
    while chance(high) < promise:
        low, high = high, 2 * high
    while high - low > 1e-10 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if chance(middle) < promise else (low, middle)
    return (low + high) / 2


def _refuse_constant(systems: int, first: int, promise: float) -> None:
    findings: list[Finding] = []
    at_least(systems, 2, "bad-systems", Words("the number of systems", "方案数"), findings)
    at_least(first, 2, "bad-first", Words("the size of the first stage", "第一阶段的推演次数"), findings)
    share(promise, "bad-promise", PROMISE, findings, 1 / systems if systems >= 2 else 0.0)
    stop(findings)
