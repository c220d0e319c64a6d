"""Laying one tree over another: maps and things by id merge, the rest is replaced, marks come along."""

from __future__ import annotations

import copy

from hypothesis import given
from hypothesis import strategies as st

from sim.errors import Mark
from sim.scenario.node import Marks, plain, with_marks
from sim.scenario.overlay import overlay


def laid(base, patch):
    """Return the plain result of two plain trees."""
    return plain(overlay(with_marks(base), with_marks(patch)))


def test_maps_merge_by_key_and_null_drops():
    """Hand-written: nested maps merge, null takes a key away, other values are replaced."""
    base = {"a": 1, "b": {"c": 2, "d": 3}, "e": 4}
    assert laid(base, {"b": {"c": 5, "f": 6}, "e": None, "g": None}) == {"a": 1, "b": {"c": 5, "d": 3, "f": 6}}
    assert laid(base, {"b": 7}) == {"a": 1, "b": 7, "e": 4}


def test_things_with_ids_merge_by_id():
    """Order of the base is kept, new things follow, removed things go."""
    base = {"teams": [{"id": "a", "crew": 1}, {"id": "b", "crew": 2}, {"id": "c"}]}
    patch = {"teams": [{"id": "d"}, {"id": "b", "crew": 9, "x": {"y": 1}}, {"id": "a", "remove": True}]}
    assert laid(base, patch) == {"teams": [{"id": "b", "crew": 9, "x": {"y": 1}}, {"id": "c"}, {"id": "d"}]}


def test_remove_false_removes_nothing():
    """Only a true mark removes."""
    assert laid([{"id": "a", "n": 1}], [{"id": "a", "remove": False}])[0]["n"] == 1


def test_other_lists_are_replaced():
    """Lists of plain values or of things without ids, and an empty list, stand for themselves."""
    assert laid({"a": [1, 2]}, {"a": [3]}) == {"a": [3]}
    assert laid({"a": [{"x": 1}]}, {"a": [{"x": 2}]}) == {"a": [{"x": 2}]}
    assert laid({"a": [{"id": 1}]}, {"a": []}) == {"a": []}
    assert laid({"a": []}, {"a": [{"id": 1}]}) == {"a": [{"id": 1}]}


def test_a_quantity_is_one_value():
    """A planned value or a distribution replaces the whole quantity; a bad day alone changes the bad day."""
    base = {"t": {"planned": "15 min", "p90": "30 min"}}
    assert laid(base, {"t": {"planned": "60 min"}}) == {"t": {"planned": "60 min"}}
    assert laid(base, {"t": {"distribution": "uniform", "min": 1}}) == {"t": {"distribution": "uniform", "min": 1}}
    assert laid(base, {"t": {"p90": "20 min"}}) == {"t": {"planned": "15 min", "p90": "20 min"}}


def test_marks_come_along():
    """What the patch wrote is blamed on the patch, what it left on the base."""
    base = with_marks({"teams": [{"id": "a", "crew": 1, "n": 2}], "x": 1}, "base", 10)
    marks = Marks(overlay(base, with_marks({"teams": [{"id": "a", "crew": 3}]}, "patch", 20)))
    assert marks["teams", 0, "crew"] == Mark("patch", 20)
    assert marks["teams", 0, "n"] == Mark("base", 10)
    assert marks["x",] == Mark("base", 10)


things = st.lists(
    st.fixed_dictionaries({"id": st.sampled_from("abcd")}, optional={"n": st.integers(0, 3)}), max_size=4, unique_by=lambda t: t["id"]
)
trees = st.recursive(
    st.integers(0, 3) | st.text("xy", max_size=2) | things,
    lambda inner: st.dictionaries(st.sampled_from(["k", "l", "m"]), inner, max_size=3),
    max_leaves=8,
)


@given(trees, trees)
def test_laying_twice_changes_nothing_more(base, patch):
    """Property: an overlay is idempotent, and neither tree is changed."""
    left, right = with_marks(base), with_marks(patch)
    before = copy.deepcopy((plain(left), plain(right)))
    once = overlay(left, right)
    assert plain(overlay(once, right)) == plain(once)
    assert (plain(left), plain(right)) == before


@given(trees)
def test_an_empty_patch_changes_nothing(base):
    """Property: the empty map is neutral on both sides of maps."""
    if isinstance(base, dict):
        assert laid(base, {}) == base
        assert laid({}, base) == base
    assert laid(base, base) == base
