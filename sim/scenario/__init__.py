"""Scenario files: the model, the loader, the checks, and the frozen scenario that the rest works on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.scenario.frozen import Scenario
    from sim.scenario.load import check_scenario, load_scenario

__all__ = ["Scenario", "check_scenario", "load_scenario"]

_HOMES = {"Scenario": "frozen", "check_scenario": "load", "load_scenario": "load"}


def __getattr__(name: str) -> Any:
    """Import the public names when they are first used: pydantic is not needed to look at a saved result."""
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
