"""Quantities with a planned value and a spread.

A quantity is a plain value, ``{planned, p90}`` (a lognormal whose median is the planned value and whose ninth decile is
the bad day) or a named distribution. Every one has a planned value, for drills, and a quantile function, for plan tests:
one uniform in, one value out, increasing, so that shared uniforms give comparable runs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from sim.errors import Words
from sim.units import Dimension, UnitError, parse

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

Z90 = 1.2815515655446004
"""Standard normal quantile at 0.9."""


class Quantity(Protocol):
    """A planned value and a quantile function, in the unit that is kept."""

    @property
    def planned(self) -> float:
        """Return the value that a drill takes."""

    @property
    def spread(self) -> bool:
        """Tell whether values differ between replications."""

    def quantiles(self, u: Array) -> Array:
        """Return the value at each probability (0 < u < 1)."""


@dataclass(frozen=True, slots=True)
class Constant:
    """Always the same value."""

    planned: float
    spread = False

    def quantiles(self, u: Array) -> Array:
        """Return the value, once for each probability."""
        return u * 0.0 + self.planned


@dataclass(frozen=True, slots=True)
class Uniform:
    """Uniform between two values."""

    low: float
    high: float
    planned: float
    spread = True

    def quantiles(self, u: Array) -> Array:
        """Return low + u (high − low)."""
        return self.low + u * (self.high - self.low)


@dataclass(frozen=True, slots=True)
class Triangular:
    """Triangular: least, likeliest, greatest."""

    low: float
    mode: float
    high: float
    planned: float
    spread = True

    def quantiles(self, u: Array) -> Array:
        """Invert the two quadratic branches of the distribution function."""
        import numpy as np

        width = self.high - self.low
        turn = (self.mode - self.low) / width
        left = self.low + np.sqrt(u * width * (self.mode - self.low))
        right = self.high - np.sqrt((1.0 - u) * width * (self.high - self.mode))
        return np.where(u < turn, left, right)


@dataclass(frozen=True, slots=True)
class Exponential:
    """Exponential with a mean."""

    mean: float
    planned: float
    spread = True

    def quantiles(self, u: Array) -> Array:
        """Return −mean · ln(1 − u)."""
        import numpy as np

        return -self.mean * np.log1p(-u)


@dataclass(frozen=True, slots=True)
class Gamma:
    """Gamma with a shape and a scale (mean = shape · scale)."""

    shape: float
    scale: float
    planned: float
    spread = True

    def quantiles(self, u: Array) -> Array:
        """Invert the regularised incomplete gamma function."""
        from scipy.special import gammaincinv

        return cast("Array", self.scale * gammaincinv(self.shape, u))


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Lognormal with a median and the standard deviation of its logarithm."""

    median: float
    sigma: float
    planned: float
    spread = True

    def quantiles(self, u: Array) -> Array:
        """Return median · exp(σ Φ⁻¹(u))."""
        import numpy as np
        from scipy.special import ndtri

        found: Array = self.median * np.exp(self.sigma * ndtri(u))
        return found


@dataclass(frozen=True, slots=True)
class Weibull:
    """Weibull with a shape and a scale."""

    shape: float
    scale: float
    planned: float
    spread = True

    def quantiles(self, u: Array) -> Array:
        """Return scale · (−ln(1 − u))^(1/shape)."""
        import numpy as np

        found: Array = self.scale * (-np.log1p(-u)) ** (1.0 / self.shape)
        return found


@dataclass(frozen=True, slots=True)
class Empirical:
    """The recorded values, each as likely as the other."""

    values: tuple[float, ...]
    planned: float
    spread = True

    def quantiles(self, u: Array) -> Array:
        """Return the smallest recorded value whose share reaches u."""
        import numpy as np

        ordered = np.asarray(self.values)
        index = np.minimum(np.ceil(u * len(ordered)).astype(np.int64), len(ordered)) - 1
        found: Array = ordered[index]
        return found


PARAMETERS: dict[str, tuple[str, ...]] = {
    "constant": ("value",),
    "uniform": ("min", "max"),
    "triangular": ("min", "mode", "max"),
    "exponential": ("mean",),
    "gamma": ("mean", "sd", "shape", "scale"),
    "lognormal": ("median", "p90", "mean", "sd"),
    "weibull": ("shape", "scale"),
    "empirical": ("values",),
}
"""Parameters of each named distribution; gamma and lognormal take one pair or the other."""

KEY_NAMES: dict[str, str] = {
    "planned": "计划值", "p90": "不利", "distribution": "分布", "value": "值", "min": "最小", "max": "最大", "mode": "最可能",
    "mean": "均值", "sd": "标准差", "median": "中位数", "shape": "形状", "scale": "尺度", "values": "数据",
}  # fmt: skip
"""Chinese name of each key of a quantity."""

DISTRIBUTION_NAMES: dict[str, str] = {
    "constant": "常数", "uniform": "均匀", "triangular": "三角", "exponential": "指数", "gamma": "伽马", "lognormal": "对数正态",
    "weibull": "威布尔", "empirical": "实测",
}  # fmt: skip
"""Chinese name of each distribution."""


def read(raw: object, dimension: Dimension, *, least: float = 0.0, most: float = math.inf) -> Quantity:
    """Read a quantity in any of its three forms; keys and distribution names are the English ones.

    Raises
    ------
    UnitError
        If it cannot be read, or a value lies outside ``least`` … ``most`` (in the unit that is kept).
    """
    reader = _Reader(dimension, least, most)
    if not isinstance(raw, Mapping):
        return Constant(reader.number(raw))
    if "distribution" in raw:
        return reader.named(raw)
    return reader.spoken(raw)


class _Reader:
    """Reads one quantity; holds what each of its numbers must satisfy."""

    def __init__(self, dimension: Dimension, least: float, most: float) -> None:
        self.dimension, self.least, self.most = dimension, least, most

    def fail(self, en: str, zh: str) -> UnitError:
        return UnitError(Words(en, zh), self.dimension)

    def number(self, raw: object) -> float:
        value = parse(raw, self.dimension)
        if value < self.least:
            if self.least == 0.0:
                raise self.fail(f"{raw} is negative", f"{raw} 是负数")
            raise self.fail(f"{raw} is too small", f"{raw} 太小")
        if value > self.most:
            raise self.fail(f"{raw} is too large", f"{raw} 太大")
        return value

    def only(self, raw: Mapping[str, object], allowed: tuple[str, ...]) -> None:
        for key in raw:
            if key not in allowed:
                zh = "、".join(KEY_NAMES.get(k, k) for k in allowed)
                raise self.fail(f"'{key}' does not belong here (allowed: {', '.join(allowed)})", f"这里不能写“{key}”(可写:{zh})")

    def spoken(self, raw: Mapping[str, object]) -> Quantity:
        self.only(raw, ("planned", "p90"))
        if "planned" not in raw:
            raise self.fail("the planned value is missing", "缺少计划值")
        planned = self.number(raw["planned"])
        if "p90" not in raw:
            return Constant(planned)
        p90 = self.number(raw["p90"])
        if p90 < planned:
            raise self.fail("the bad day (p90) is better than planned", "不利值小于计划值")
        if p90 == planned:
            return Constant(planned)
        if planned <= 0:
            raise self.fail("a spread needs a planned value above zero", "有不利值时,计划值须大于零")
        return Lognormal(planned, math.log(p90 / planned) / Z90, planned)

    def named(self, raw: Mapping[str, object]) -> Quantity:
        name = str(raw["distribution"])
        if name not in PARAMETERS:
            zh = "、".join(DISTRIBUTION_NAMES.values())
            raise self.fail(f"no distribution '{name}' (known: {', '.join(PARAMETERS)})", f"没有“{name}”分布(可用:{zh})")
        self.only(raw, ("distribution", "planned", *PARAMETERS[name]))
        planned = self.number(raw["planned"]) if "planned" in raw else None
        build = getattr(self, f"_{name}")
        found: Quantity = build(raw, planned)
        return found

    def need(self, raw: Mapping[str, object], key: str) -> float:
        if key not in raw:
            raise self.fail(f"'{key}' is missing", f"缺少“{KEY_NAMES[key]}”")
        if key == "shape":
            shape = parse(raw[key], "count")
            if shape <= 0:
                raise self.fail("'shape' must be above zero", "“形状”须大于零")
            return shape
        return self.number(raw[key])

    def positive(self, raw: Mapping[str, object], key: str) -> float:
        value = self.need(raw, key)
        if value <= 0:
            raise self.fail(f"'{key}' must be above zero", f"“{KEY_NAMES[key]}”须大于零")
        return value

    def _constant(self, raw: Mapping[str, object], planned: float | None) -> Quantity:
        value = self.need(raw, "value")
        if planned is not None and planned != value:
            raise self.fail("a constant has no other planned value", "常数不能另写计划值")
        return Constant(value)

    def _uniform(self, raw: Mapping[str, object], planned: float | None) -> Quantity:
        low, high = self.need(raw, "min"), self.need(raw, "max")
        self.ordered(low, high)
        return Uniform(low, high, (low + high) / 2 if planned is None else planned)

    def _triangular(self, raw: Mapping[str, object], planned: float | None) -> Quantity:
        low, mode, high = self.need(raw, "min"), self.need(raw, "mode"), self.need(raw, "max")
        self.ordered(low, high)
        if not low <= mode <= high:
            raise self.fail("'mode' is not between 'min' and 'max'", "“最可能”不在“最小”与“最大”之间")
        return _with_median(Triangular(low, mode, high, mode), planned)

    def _exponential(self, raw: Mapping[str, object], planned: float | None) -> Quantity:
        return _with_median(Exponential(self.positive(raw, "mean"), 0.0), planned)

    def _gamma(self, raw: Mapping[str, object], planned: float | None) -> Quantity:
        if "mean" in raw:
            self.only(raw, ("distribution", "planned", "mean", "sd"))
            mean, sd = self.positive(raw, "mean"), self.positive(raw, "sd")
            return _with_median(Gamma((mean / sd) ** 2, sd * sd / mean, 0.0), planned)
        return _with_median(Gamma(self.need(raw, "shape"), self.positive(raw, "scale"), 0.0), planned)

    def _lognormal(self, raw: Mapping[str, object], planned: float | None) -> Quantity:
        if "mean" in raw:
            self.only(raw, ("distribution", "planned", "mean", "sd"))
            mean, sd = self.positive(raw, "mean"), self.positive(raw, "sd")
            variance = math.log1p((sd / mean) ** 2)
            median = mean * math.exp(-variance / 2)
            return Lognormal(median, math.sqrt(variance), median if planned is None else planned)
        median, p90 = self.positive(raw, "median"), self.positive(raw, "p90")
        self.ordered(median, p90)
        return Lognormal(median, math.log(p90 / median) / Z90, median if planned is None else planned)

    def _weibull(self, raw: Mapping[str, object], planned: float | None) -> Quantity:
        return _with_median(Weibull(self.need(raw, "shape"), self.positive(raw, "scale"), 0.0), planned)

    def _empirical(self, raw: Mapping[str, object], planned: float | None) -> Quantity:
        values = raw.get("values")
        if not isinstance(values, list | tuple) or not values:
            raise self.fail("'values' is not a list of recorded values", "“数据”不是实测值的列表")
        ordered = tuple(sorted(self.number(value) for value in values))
        return _with_median(Empirical(ordered, 0.0), planned)

    def ordered(self, low: float, high: float) -> None:
        if not low < high:
            raise self.fail("the greater value must be above the lesser", "较大的值须大于较小的值")


_Q = TypeVar("_Q", Triangular, Exponential, Gamma, Weibull, Empirical)


def _with_median(quantity: _Q, planned: float | None) -> _Q:
    import numpy as np

    median = float(quantity.quantiles(np.array([0.5]))[0])
    return replace(quantity, planned=median if planned is None else planned)
