"""Names that scenario files may use and that code may add to."""

from __future__ import annotations

from sim.scenario.schema.forces import PolicyWord

POLICIES: dict[str, str] = dict(PolicyWord.names())
"""Dispatch policies: name → Chinese name. `sim.engine.policies.register` adds to it."""
