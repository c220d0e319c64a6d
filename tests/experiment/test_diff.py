"""Comparing two results: where they part, and what followed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.errors import InputError
from sim.experiment.diff import diff_results
from sim.experiment.runs import run
from sim.quantities import Lognormal
from sim.scenario.frozen import Ticks
from sim.units import MINUTE
from tests.experiment.scenarios import make


@pytest.fixture(scope="module")
def scenario():
    return make(days=0.5)


@pytest.fixture(scope="module")
def one(scenario, tmp_path_factory):
    return run(scenario, 4, out=tmp_path_factory.mktemp("one"))


def slower(scenario, minutes):
    """Return the same scenario, but team 0 turns out late: what is planned, and so who is sent at first, stays."""
    late = Ticks(scenario.teams[0].turnout.planned, Lognormal(minutes * MINUTE, 0.1, minutes * MINUTE))
    teams = (replace(scenario.teams[0], turnout=late), *scenario.teams[1:])
    return replace(scenario, teams=teams, resolved=scenario.resolved + f"slower: {minutes}\n")


def test_equal_results_are_the_same(scenario, one, tmp_path):
    """A repeated run is the same as the first, event by event and number by number."""
    found = diff_results(one.path, run(scenario, 4, out=tmp_path, jobs=2).path)
    assert found.same
    assert found.replication is None
    assert found.render("zh") == ["两次结果完全相同(4 次重复运行)。"]
    assert found.render("en") == ["The results are the same (4 replications)."]


def test_first_difference_is_where_the_cause_first_shows(scenario, one, tmp_path):
    """A slower turnout first shows where that team first departs; all rows before are the same, and its arrival follows."""
    other = run(slower(scenario, 60), 4, out=tmp_path)
    found = diff_results(one.path, other.path)
    assert not found.same
    a, b = (frame[frame["replication"] == found.replication].astype(object).to_dict("records") for frame in (one.events, other.events))
    same = [str(x) == str(y) for x, y in zip(a, b, strict=False)]
    assert found.seq == same.index(False)
    assert found.replication == 0
    departed = next(row for row in a if row["kind"] == "team.departed" and row["team"] == "队0")
    assert found.first.one["seq"] == departed["seq"]
    assert found.first.one["time"] == departed["time"]
    arrived = next(row for row in b if row["kind"] == "team.arrived" and row["team"] == "队0")
    assert any(change.other is not None and change.other["seq"] == arrived["seq"] for change in found.followed) or found.followed_in_all > 10
    times = [min(row["time"] for row in (change.one, change.other) if row is not None) for change in found.followed]
    assert times == sorted(times)
    assert {"response", "waterfall.turnout"} <= {change.name for change in found.metrics}
    text = "\n".join(found.render("zh"))
    assert f"第 0 次重复运行,第 {found.seq} 行" in text
    assert "出动 · 队0" in text
    assert "首支力量到场" in text
    assert "team.departed" in "\n".join(found.render("en"))


def test_one_event_more(scenario, one, tmp_path):
    """A result that has an event which the other lacks says so: nothing stands on the other side."""
    extra = replace(scenario.planned[0], id="第二起", key=99, time=scenario.planned[0].time + 1)
    more = replace(scenario, planned=(*scenario.planned, extra), resolved=scenario.resolved + "extra\n")
    found = diff_results(one.path, run(more, 4, out=tmp_path).path)
    assert found.first.other["incident"] == "第二起"
    assert any(change.one is None and change.other["incident"] == "第二起" for change in found.followed)
    assert "(没有这个事件)" in "\n".join(found.render("zh"))


def test_difference_in_a_later_replication(scenario, one, tmp_path):
    """Two seeds agree in no replication; a run of more replications agrees in all that both have."""
    assert diff_results(one.path, run(scenario, 4, seed=8, out=tmp_path).path).replication == 0
    longer = diff_results(one.path, run(scenario, 6, out=tmp_path).path)
    assert longer.replication is None
    assert not longer.same
    assert longer.replications == (4, 6)
    assert "共有的重复运行完全相同" in longer.render("zh")[2]


def test_names_are_compared_not_codes(scenario, one, tmp_path):
    """A capability nobody asks for shifts codes and digests, but no name: the logs are the same."""
    renumbered = replace(scenario, capabilities=(*scenario.capabilities, "洗消"), road_events=(), resolved="other text")
    other = run(renumbered, 4, out=tmp_path)
    found = diff_results(one.path, other.path)
    assert found.replication is None


def test_without_logs_the_replication_is_named(scenario, tmp_path):
    """Digests tell which replication differs even where no log was kept; the event is then not invented."""
    one = run(scenario, 2, out=tmp_path / "a", keep_log=False)
    other = run(slower(scenario, 60), 2, out=tmp_path / "b", keep_log=False)
    found = diff_results(one.path, other.path)
    assert (found.replication, found.first) == (0, None)
    assert "无法指出是哪个事件" in "\n".join(found.render("zh"))
    assert diff_results(one.path, run(scenario, 2, out=tmp_path / "c").path).same


def test_no_result_is_refused(one, tmp_path):
    """A path that holds no result is told; the one that does compares with itself."""
    with pytest.raises(InputError):
        diff_results(one.path, tmp_path)
    assert diff_results(one.path, one.path).same
