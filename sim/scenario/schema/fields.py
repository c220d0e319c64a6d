"""Building blocks of the scenario model: fields described in both languages, quantities, choices."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from sim.quantities import Quantity, read
from sim.units import EXAMPLES, Dimension, Moment, UnitError, parse_moment


class Part(BaseModel):
    """A part of a scenario: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, validate_default=True)


def field(zh: str, en: str, said: str, default: Any = ..., *, factory: Callable[[], Any] | None = None, **limits: Any) -> Any:
    """Describe one field.

    Parameters
    ----------
    zh
        Its Chinese key, a full equal of the English one.
    en, said
        What it means, in English and in Chinese.
    default, factory
        Default value, or what makes it; required without either.
    limits
        Limits that pydantic checks, such as ``ge=0``.
    """
    extra: dict[str, Any] = {"zh": zh, "zh_description": said}
    if factory is not None:
        return Field(default_factory=factory, description=en, json_schema_extra=extra, **limits)
    return Field(default, description=en, json_schema_extra=extra, **limits)


class Choice(StrEnum):
    """One of a few words; each member has a Chinese equal in `names`."""

    @classmethod
    def names(cls) -> dict[str, str]:
        """Return the Chinese word of each value."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class QuantityOf:
    """Marks a field as a quantity of a dimension (``{planned, p90}`` and named distributions allowed)."""

    dimension: Dimension
    least: float = 0.0
    most: float = math.inf
    plain: bool = False
    """Only one plain value: no spread."""

    def validate(self, raw: object) -> Quantity:
        """Read the quantity, or raise what the loader turns into a finding."""
        if hasattr(raw, "quantiles"):
            return raw  # type: ignore[return-value]
        try:
            found = read(raw, self.dimension, least=self.least, most=self.most)
        except UnitError as error:
            raise quantity_error(error) from None
        if self.plain and found.spread:
            raise PydanticCustomError(
                "quantity",
                "only one plain value is possible here",
                {"zh": "这里只能写一个确定的值", "remedy": "write one value", "remedy_zh": "只写一个值"},
            )
        return found

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate by `validate` alone: pydantic's union errors name things that are not in the file."""
        return core_schema.no_info_plain_validator_function(self.validate)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe the three forms for editors."""
        example = EXAMPLES[self.dimension][0]
        value = {"type": ["string", "number"], "description": f"{self.dimension}: {example}"}
        if self.plain:
            return value
        return {"anyOf": [value, {"type": "object", "description": "{planned, p90} or {distribution: …}"}]}


def quantity_error(error: UnitError) -> PydanticCustomError:
    """Turn a unit error into one that carries both languages through pydantic."""
    context = {"zh": error.words.zh, "remedy": error.remedy.en, "remedy_zh": error.remedy.zh}
    return PydanticCustomError("quantity", "{en}", {"en": error.words.en, **context})


@dataclass(frozen=True, slots=True)
class MomentOf:
    """Marks a field as a moment: a date, a time of day, or an offset such as ``+20 min``."""

    def validate(self, raw: object) -> Moment:
        """Read the moment, or raise what the loader turns into a finding."""
        if isinstance(raw, Moment):
            return raw
        try:
            return parse_moment(raw)
        except UnitError as error:
            raise quantity_error(error) from None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate by `validate` alone."""
        return core_schema.no_info_plain_validator_function(self.validate)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe a moment for editors."""
        return {"type": "string", "description": "2026-11-24 09:30, 09:30, day 2 09:30 or +20 min"}


Duration = Annotated[Quantity, QuantityOf("duration")]
"""A duration, possibly with a spread."""
PlainDuration = Annotated[Quantity, QuantityOf("duration", plain=True)]
Length = Annotated[Quantity, QuantityOf("length", plain=True)]
Area = Annotated[Quantity, QuantityOf("area", plain=True)]
Volume = Annotated[Quantity, QuantityOf("volume", plain=True)]
Money = Annotated[Quantity, QuantityOf("money", plain=True)]
Speed = Annotated[Quantity, QuantityOf("speed", plain=True)]
Mass = Annotated[Quantity, QuantityOf("mass")]
PlainMass = Annotated[Quantity, QuantityOf("mass", plain=True)]
Share = Annotated[Quantity, QuantityOf("share", most=1.0, plain=True)]
Rate = Annotated[Quantity, QuantityOf("rate", plain=True)]
Temperature = Annotated[Quantity, QuantityOf("temperature", least=-90.0, most=60.0, plain=True)]
Angle = Annotated[Quantity, QuantityOf("angle", most=360.0, plain=True)]
When = Annotated[Moment, MomentOf()]
"""A moment of the scenario."""
