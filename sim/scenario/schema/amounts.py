"""Amounts of goods as planners write them: a number and the unit word of the item, which only the item can check."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from sim.errors import Words
from sim.quantities import Quantity
from sim.scenario.schema.fields import QuantityOf, quantity_error
from sim.units import UNITS, Dimension, Moment, UnitError, parse, parse_moment

STOP = ("stop", "停止")
"""Words for work that stops without goods."""
_PARTS = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(\D.*?)?\s*$")
_PLAIN_OR_MASS: tuple[Dimension, ...] = ("count", "mass")
_UNTOUCHED = ("distribution", "shape")
"""Keys of a quantity whose values have no unit."""


@dataclass(frozen=True, slots=True)
class Stated:
    """An amount (or a rate a ms) as it is written, and the unit word behind it."""

    quantity: Quantity
    unit: str
    """"" when none is written."""

    @property
    def planned(self) -> float:
        """Return the planned value, in the unit that is written."""
        return self.quantity.planned


class AmountOf(QuantityOf):
    """Marks a field as an amount of goods: 900, 900 tents, {planned: 900 tents, p90: 1200 tents}."""

    def validate(self, raw: object) -> Any:
        """Split the unit word off, and read the numbers."""
        if isinstance(raw, Stated):
            return raw
        try:
            numbers, unit = _without_unit(raw)
        except UnitError as error:
            raise quantity_error(error) from None
        return Stated(QuantityOf.validate(self, numbers), unit)


class RateOf(QuantityOf):
    """Marks a field as goods a time: 200 /h, 200 tents/h, 30 t/h."""

    def validate(self, raw: object) -> Any:
        """Split the unit word off, and read the rest as a rate."""
        if isinstance(raw, Stated):
            return raw
        match = _PARTS.match(raw) if isinstance(raw, str) else None
        word, slash, time = (match[2] or "").rpartition("/") if match else ("", "", "")
        if match is None or not slash:
            return Stated(QuantityOf.validate(self, raw), "")
        return Stated(QuantityOf.validate(self, f"{match[1]} /{time.strip()}"), word.strip())


class EachOf(QuantityOf):
    """Marks a field as an amount of a signal: a plain number, or a mass for what has leaked."""

    def validate(self, raw: object) -> Any:
        """Read a mass in kg where its unit says so, else a plain number."""
        if isinstance(raw, Stated):
            return raw
        match = _PARTS.match(raw) if isinstance(raw, str) else None
        if match is not None and match[2] in UNITS["mass"]:
            return Stated(QuantityOf("mass", self.least, plain=True).validate(raw), "kg")
        return Stated(QuantityOf.validate(self, raw), "")


def _without_unit(raw: object) -> tuple[Any, str]:
    """Return numbers without the unit words behind them, and that word.

    Raises
    ------
    UnitError
        If something that should be a number is none, or there are several units.
    """
    units: dict[str, None] = {}

    def number(value: object) -> object:
        if isinstance(value, str):
            match = _PARTS.match(value)
            if match is None:
                raise UnitError(Words(f"'{value[:40]}' is not a quantity", f"“{value[:40]}”不是数量"), "count")
            units.update(dict.fromkeys([match[2]] if match[2] else ()))
            return match[1]
        return value

    if not isinstance(raw, Mapping):
        return number(raw), next(iter(units), "")
    numbers: dict[str, object] = {}
    for key, value in raw.items():
        if key in _UNTOUCHED:
            numbers[key] = value
        else:
            numbers[key] = [number(one) for one in value] if isinstance(value, list) else number(value)
    if len(units) > 1:
        both = " / ".join(units)
        raise UnitError(Words(f"it has several units ({both})", f"单位不一致({both})"), "count")
    return numbers, next(iter(units), "")


@dataclass(frozen=True, slots=True)
class _Marked:
    """Marks a plain value that may be a word."""

    said: str

    def validate(self, raw: object) -> object:
        """Read the value, or raise what the loader turns into a finding."""
        raise NotImplementedError

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate by `validate` alone."""
        return core_schema.no_info_plain_validator_function(self.validate)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe the value for editors."""
        return {"type": ["string", "number"], "description": self.said}


class DryOf(_Marked):
    """Marks the share of the rate of work that is left without goods, or the word for none."""

    def validate(self, raw: object) -> float:
        """Return the share."""
        if isinstance(raw, str) and raw.strip().lower() in STOP:
            return 0.0
        found: Quantity = QuantityOf("share", most=1.0, plain=True).validate(raw)
        return found.planned


class LessOf(_Marked):
    """Marks what is taken off a signal: a number, or the name of something."""

    def validate(self, raw: object) -> float | str:
        """Return the number, or the name as it is written."""
        for dimension in _PLAIN_OR_MASS:
            try:
                return parse(raw, dimension)
            except UnitError:
                continue
        return str(raw).strip()


class ExpiryOf(_Marked):
    """Marks a moment, or a time from the start on."""

    def validate(self, raw: object) -> Moment | None:
        """Read it, or raise what the loader turns into a finding."""
        if raw is None or isinstance(raw, Moment):
            return raw
        try:
            return parse_moment(raw)
        except UnitError as error:
            try:
                return Moment(str(raw), offset=round(parse(raw, "duration")))
            except UnitError:
                raise quantity_error(error) from None


Amount = Annotated[Stated, AmountOf("count")]
"""An amount of an item or of sets, possibly with a spread."""
PlainAmount = Annotated[Stated, AmountOf("count", plain=True)]
ItemRate = Annotated[Stated, RateOf("rate", plain=True)]
Each = Annotated[Stated, EachOf("count", plain=True)]
WhenDry = Annotated[float, DryOf("50 %, or: stop")]
Less = Annotated[float | str, LessOf("20000, or: shelters")]
Expiry = Annotated[Moment | None, ExpiryOf("2027-05-31, or 180 d")]
