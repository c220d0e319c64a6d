"""Figures and reports of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.report.figures import make_figures
    from sim.report.html import write_report
    from sim.report.style import MissingGlyphWarning

__all__ = ["MissingGlyphWarning", "make_figures", "write_report"]

_HOMES = {"MissingGlyphWarning": "style", "make_figures": "figures", "write_report": "html"}


def __getattr__(name: str) -> Any:
    """Import the public names when they are first used: matplotlib is slow to import."""
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
