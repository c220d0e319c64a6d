"""What all tests share: random examples that are the same at every run."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "project",
    derandomize=True,  # a failure is a failure for everybody
    deadline=None,
    # Random towns are often not connected; that they are put aside is meant.
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
settings.load_profile("project")
