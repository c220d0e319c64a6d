"""The ledger against balances kept by hand, and against a dictionary on random rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis.replication import Replication
from sim.analysis.stock import ACCOUNTS, changes_of, levels_of, moves_of, stock_faults, stored, together, totals
from sim.log import KIND_CODE, MOVES, Account, Kind
from sim.scenario.supplies import Supplies
from sim.units import MINUTE, NEVER
from tests.analysis.builders import course, planned, replace, scenario, team
from tests.analysis.supply_builders import STOVE, TENT, SupplyBook, depot, item, store, story_log, winter


def laid_out(case, log, *incidents: str) -> Replication:
    return Replication(case, log.array, incidents or ("quake",))


def test_balances_of_story_2_by_hand():
    """Stores 1,250 and 1,200, the province's 600; all of ours is handed out at 300 min."""
    case = winter()
    seen = laid_out(case, story_log(case, 1250, 1200))
    assert stock_faults(seen) == []
    assert stored(seen, 299 * MINUTE) == {(0, TENT): 1_250_000, (0, STOVE): 1_200_000, (1, TENT): 600_000}
    assert stored(seen) == {(0, TENT): 0, (0, STOVE): 0, (1, TENT): 600_000}
    moves = moves_of(case, seen.log)
    after = totals(moves, STOVE)
    assert after[0].tolist() == [0, 1_200_000, 0, 0, 0, 0, 0, 0, 0]
    assert after[-1].tolist() == [0, 0, 0, 0, 1_200_000, 0, 0, 0, 0]
    levels = levels_of(changes_of(moves, Account.DEPOT))
    rows = list(zip(*(column.tolist() for column in levels), strict=True))
    assert rows == [
        (0, TENT, 0, 1_250_000), (0, TENT, 300 * MINUTE, 0), (0, STOVE, 0, 1_200_000), (0, STOVE, 300 * MINUTE, 0),
        (1, TENT, 0, 600_000),
    ]  # fmt: skip
    assert levels.until(1000 * MINUTE).tolist() == [value * MINUTE for value in (300, 1000, 300, 1000, 1000)]
    both = levels_of(together(changes_of(moves, Account.DEPOT)))
    assert both.amount.tolist() == [1_850_000, 600_000, 1_200_000, 0]


def test_what_a_team_carries_is_an_opening_balance():
    """50 units carried in, 20 used, 10 worn, 10 filled again, 30 taken back, 20 refilled at the base."""
    goods = (item(0, "泡沫", "L", reusable=False), item(1, "气瓶", "个"))
    case = scenario(
        (team(0, carries=((0, 50_000), (1, 10_000))),), (course(),), (planned("fire", 0),), supplies=Supplies(items=goods)
    )
    log = SupplyBook(case)
    log(0, Kind.INCIDENT_ALARM, incident=0)
    log.goods(5, Kind.STOCK_DELIVERED, 0, 50, team=0, incident=0)
    log.goods(5, Kind.STOCK_DELIVERED, 1, 10, team=0, incident=0)
    log.goods(9, Kind.STOCK_USED, 0, 20, incident=0)
    log.goods(9, Kind.STOCK_WORN, 1, 10, incident=0)
    log.goods(12, Kind.STOCK_FILLED, 1, 10, incident=0)
    log.goods(20, Kind.STOCK_TAKEN_BACK, 0, 30, team=0, incident=0)
    log.goods(20, Kind.STOCK_TAKEN_BACK, 1, 10, team=0, incident=0)
    log.goods(30, Kind.STOCK_REFILLED, 0, 20, team=0)
    seen = laid_out(case, log, "fire")
    assert stock_faults(seen) == []
    moves = moves_of(case, seen.log)
    vehicle = levels_of(changes_of(moves, Account.VEHICLE))
    assert vehicle.amount[vehicle.item == 0].tolist() == [50_000, 0, 30_000, 50_000]
    assert dict(zip(ACCOUNTS, totals(moves, 0)[-1].tolist(), strict=True)) == dict.fromkeys(ACCOUNTS, 0) | {
        Account.SUPPLIER: -20_000, Account.VEHICLE: 50_000, Account.USED: 20_000,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "which", "units", "named", "words"),
    [
        (Kind.STOCK_LOADED, TENT, 1251, {"depot": 0, "team": 1}, "more leaves 'depot'"),
        (Kind.STOCK_LOADED, TENT, 1, {"team": 1}, "whose depot"),
        (Kind.STOCK_RESTOCKED, TENT, -1, {"depot": 0}, "less than nothing"),
        (Kind.STOCK_RESTOCKED, 7, 1, {"depot": 0}, "no item"),
        (Kind.STOCK_USED, TENT, 0, {"incident": 0}, "used up"),
        (Kind.STOCK_HANDED_OUT, 2, 0, {"incident": 0}, "treated as one that comes back"),
    ],
)
def test_what_must_not_be_is_a_fault(kind, which, units, named, words):
    """Each fault is found at its row, once; the row before it is right."""
    case = winter()
    goods = (*case.supplies.items, item(2, "水", "L", reusable=False))
    case = replace(case, supplies=replace(case.supplies, items=goods))
    log = SupplyBook(case)
    log(0, Kind.INCIDENT_ALARM, incident=0, place=1)
    log.goods(1, Kind.STOCK_RESTOCKED, STOVE, 5, depot=0)
    row = log.goods(2, kind, which, units, **named)
    faults = stock_faults(laid_out(case, log))
    assert {fault.row for fault in faults} == {row}
    assert any(words in fault.what.en for fault in faults)


KINDS = tuple(MOVES)


@st.composite
def random_moves(draw):
    """Return a scenario with two stores and two teams, and rows that never overdraw, with the balances that a dictionary says."""
    goods = (item(0, "甲"), item(1, "乙", reusable=False))
    case = scenario(
        (team(0, carries=((1, 7000),)), team(1, fleet=0, capabilities={})),
        (course(),),
        (planned("a", 0), planned("b", 1)),
        supplies=Supplies(items=goods, depots=(depot(0),), stores=(store(0, {0: 9, 1: 4}), store(1, {0: 3}))),
    )
    log, held = SupplyBook(case), {(Account.DEPOT, 0, 0): 9000, (Account.DEPOT, 0, 1): 4000, (Account.DEPOT, 1, 0): 3000}
    held[Account.VEHICLE, 0, 1] = 7000
    history = [dict(held)]
    log(0, Kind.INCIDENT_ALARM, incident=0)
    log(1, Kind.INCIDENT_ALARM, incident=1)
    for minute in range(draw(st.integers(0, 25))):
        kind = draw(st.sampled_from(KINDS))
        which, incident, truck, of_store = (draw(st.integers(0, 1)) for _ in range(4))
        owner = {
            Account.DEPOT: of_store, Account.VEHICLE: truck, Account.SCENE: incident, Account.IN_USE: incident,
            Account.REFIT: incident,
        }  # fmt: skip
        giver, taker = ((account, owner.get(account, -1), which) for account in MOVES[kind])
        most = 5000 if giver[0] == Account.SUPPLIER else held.get(giver, 0)
        if most:
            amount = draw(st.integers(1, most))
            log.goods(2 + minute // 2, kind, which, amount / 1000, incident=incident, team=truck, depot=of_store)
            held[giver] = held.get(giver, 0) - amount
            held[taker] = held.get(taker, 0) + amount
            history.append(dict(held))
    return case, log, history


@settings(max_examples=60, deadline=None)
@given(random_moves())
def test_random_rows_agree_with_a_dictionary(made):
    """After each row the sum of all accounts of an item is what it was; every balance is the dictionary's; nothing is a fault."""
    case, log, history = made
    seen = Replication(case, log.array, ("a", "b"))
    assert [fault for fault in stock_faults(seen) if "leaves" in fault.what.en or "whose" in fault.what.en] == []
    moves = moves_of(case, seen.log)
    for which in (0, 1):
        sums = totals(moves, which)
        assert (sums.sum(axis=1) == sums[0].sum()).all()
        for number, account in enumerate(ACCOUNTS):
            final = sum(amount for (name, _, one), amount in history[-1].items() if name == account and one == which)
            assert sums[-1, number] == final
    for account in ACCOUNTS:
        levels = levels_of(changes_of(moves, account))
        for owner, which in {(int(a), int(b)) for a, b in zip(levels.owner, levels.item, strict=True)}:
            mine = (levels.owner == owner) & (levels.item == which)
            assert levels.amount[mine][-1] == history[-1].get((account, owner, which), 0)
            assert (np.diff(levels.time[mine]) > 0).all()
    assert stored(seen, NEVER) == {
        (owner, which): history[-1].get((Account.DEPOT, owner, which), 0)
        for owner, which in stored(seen, NEVER)
    }  # fmt: skip


def test_an_overdraft_is_seen_on_random_rows():
    """Taking one thousandth more than a store has is a fault of that row alone."""
    case = winter()
    log = SupplyBook(case)
    log(0, Kind.INCIDENT_ALARM, incident=0, place=1)
    row = log.goods(1, Kind.STOCK_LOADED, TENT, 1250.001, depot=0, team=1, incident=0)
    assert [fault.row for fault in stock_faults(laid_out(case, log))] == [row]
    assert log.rows[row][1] == KIND_CODE[Kind.STOCK_LOADED]


def test_a_scenario_without_supplies_has_an_empty_ledger():
    case = scenario((team(0),), (course(),), (planned("fire", 0),))
    log = SupplyBook(case)
    log(0, Kind.INCIDENT_ALARM, incident=0)
    seen = laid_out(case, log, "fire")
    assert stock_faults(seen) == []
    assert stored(seen) == {}
    assert len(levels_of(changes_of(moves_of(case, seen.log), Account.DEPOT)).until(5)) == 0
