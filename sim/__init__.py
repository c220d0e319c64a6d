"""drillsim: emergency-resource and drill simulation on road networks (应急资源与演练仿真)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Comparison", "InputError", "Results", "__version__", "compare", "load_scenario", "run", "size", "why"]

if TYPE_CHECKING:
    from sim.errors import InputError
    from sim.experiment.compare import Comparison, compare
    from sim.experiment.runs import Results, run
    from sim.experiment.why import why
    from sim.planning.sizing.answer import size
    from sim.scenario import load_scenario

_HOMES = {
    "Comparison": "sim.experiment.compare",
    "compare": "sim.experiment.compare",
    "InputError": "sim.errors",
    "Results": "sim.experiment.runs",
    "load_scenario": "sim.scenario",
    "run": "sim.experiment.runs",
    "size": "sim.planning.sizing.answer",
    "why": "sim.experiment.why",
}


def __getattr__(name: str) -> Any:
    """Import the public names when they are first used: `import sim` stays light."""
    if name not in _HOMES:
        message = f"module 'sim' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
