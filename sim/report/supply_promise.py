"""How many people nine in ten replications of a plan test house or supply at least."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.supply_needs import RELIEF
from sim.errors import Words
from sim.report.supply_spread import LEAST
from sim.units import MINUTE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.report.view import View


def say_promises(view: View) -> list[str]:
    """Return, for each set and each item with a need a day, what nine in ten replications reach; nothing of a drill."""
    supplies = view.scenario.supplies
    named = [(one.id, one.name, True) for one in supplies.kits] + [(one.id, one.name, False) for one in supplies.items]
    metrics = view.results.summary["metrics"]
    asked = [(code, name, kit) for code, name, kit in named if metrics.get(f"supplied.in_time.{code}", {}).get("n")]
    if view.scenario.mode == "drill" or not asked:
        return []
    names = [f"supplied.{what}.{code}" for code, _, _ in asked for what in ("in_time", "short")]
    observed = view.observed(names)
    return [
        _say(view, code, name, observed[f"supplied.in_time.{code}"], observed[f"supplied.short.{code}"], is_kit=kit)
        for code, name, kit in asked
    ]


def least(values: NDArray[np.float64]) -> float:
    """Return the largest number that at least nine in ten of some values reach; no interpolation."""
    return float(np.sort(values)[len(values) // 10])


def _say(view: View, code: str, name: str, people: NDArray[np.float64], short: NDArray[np.float64], *, is_kit: bool) -> str:
    zh, n, within = view.language == "zh", len(people), _within(view, code)
    verb = Words("housed" if is_kit else "supplied", "安置" if is_kit else "供应").say(view.language)
    missing = float(np.sort(short)[-1 - n // 10])
    worst = round(float(people.min()))
    if n < LEAST:
        return (f"{n} 次推演中,{within}最少{verb} {worst:,} 人({name})。" if zh else
                f"In {n} replications at least {worst:,} people are {verb} {within} ({name}).")  # fmt: skip
    number = round(least(people))
    if zh:
        said = f"十次有九次{within}至少{verb} {number:,} 人({name})"
        said += f",缺不超过 {round(missing):,} 人" if missing else ",无缺口"
        return said + (f";最不利 {worst:,} 人。" if worst < number else "。")
    said = f"Nine times in ten at least {number:,} people are {verb} {within} ({name})"
    said += f", at most {round(missing):,} are not" if missing else ", none is left out"
    return said + (f"; at worst {worst:,}." if worst < number else ".")


def _within(view: View, code: str) -> str:
    """Return the time that people in time are counted by; where needs differ in it, that it is each one's own."""
    from sim.analysis.rounding import say_minutes

    supplies, zh = view.scenario.supplies, view.language == "zh"
    kits, items = ({one.id: one.index for one in many} for many in (supplies.kits, supplies.items))
    limits = {
        RELIEF if need.deadline is None else need.deadline
        for course in view.scenario.courses
        for need in course.supplies
        if (need.kit == kits[code] if code in kits else need.item == items[code])
    }
    if len(limits) != 1:
        return "按各自时限" if zh else "in time"
    limit = say_minutes(limits.pop() / MINUTE, view.language)
    return f"在 {limit}内" if zh else f"within {limit}"
