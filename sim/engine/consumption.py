"""What tasks use up on the scene: a pool of each item at each incident, drawn on at a rate, filled by trucks and by teams.

A pool is settled whenever its rate changes; between, its level is a straight line, so that the moment when it runs dry is
known. A task without what it needs goes on at a lower rate, or stops, and says so.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from sim.engine.field import EXTRA, Phase
from sim.log import Account, Cause, Kind, Rank
from sim.scenario.supplies import MILLI
from sim.units import NEVER

if TYPE_CHECKING:
    from sim.engine.field import Case, Mission, Unit
    from sim.engine.run import Run
    from sim.engine.supply import SupplyDesk
    from sim.scenario.supplies import Use


_MOST_ASKED = 1000
"""So often tasks ask for more of an item at one incident: where stores fill up and nothing ends it, a run would never end."""
_NOISE = 1e-6
"""Thousandths that come of adding rates up in floating point."""


class User(NamedTuple):
    """A team at work, and what it draws from a pool."""

    mission: Mission
    use: Use
    uses: tuple[Use, ...]
    """All that its task uses."""


class Pool:
    """One item on one scene."""

    __slots__ = ("asked", "carry", "case", "dry", "fills", "item", "since", "times", "told", "users", "version")

    def __init__(self, case: Case, item: int, now: int) -> None:
        self.case = case
        self.item = item
        self.users: dict[int, User] = {}
        """Mission → the team at work and what it uses."""
        self.fills: dict[int, float] = {}
        """Mission → what the team makes ready again (thousandths a ms)."""
        self.since = now
        self.carry = 0.0
        """Part of a thousandth that is used and not booked yet."""
        self.dry = False
        self.told: dict[int, None] = {}
        """Need lines that the log says stand dry."""
        self.version = 0
        self.asked = 0
        """What tasks have asked for up to now."""
        self.times = 0
        """… and how often."""


class Consumption:
    """Runs the pools of a replication."""

    def __init__(self, run: Run, desk: SupplyDesk) -> None:
        self.run = run
        self.desk = desk
        self.pools: dict[tuple[int, int], Pool] = {}
        self.speed: dict[int, float] = {}
        """Mission → share of its full rate of work, where it is not 1."""
        self._left: dict[int, float] = {}
        """Mission that stands still → work left (ms at the full rate)."""
        self.brought: dict[tuple[int, int], int] = {}
        """(mission, item) → what the team brought along."""
        self.unloading: dict[tuple[int, int], int] = {}
        """(incident, item) → what is on the scene and still being received: nobody can draw on it."""

    # --- teams come and go -----------------------------------------------------------------------------------------

    def arrives(self, mission: Mission) -> None:
        """Let a team put what it carries at everybody's disposal."""
        for item, _ in mission.unit.team.carries:
            amount = self.desk.ledger.held(Account.VEHICLE, mission.team, item)
            if amount:
                self._settle_all(mission.incident)
                self.brought[mission.number, item] = amount
                mission.ref, _ = self.desk.ledger.move(
                    Kind.STOCK_DELIVERED, item, amount, case=mission.case, team=mission.team, ref=mission.ref
                )
                self._look_all(mission.incident)

    def begins(self, mission: Mission) -> None:
        """Let a team draw on what its task uses, and fill what it fills."""
        line = mission.case.course.lines[mission.line]
        if not (line.uses or line.fills):
            return
        self._settle_all(mission.incident)
        for use in line.uses:
            self._pool(mission.case, use.item).users[mission.number] = User(mission, use, line.uses)
        for fill in line.fills:
            self._pool(mission.case, fill.item).fills[mission.number] = fill.rate
        self._look_all(mission.incident)

    def ends(self, mission: Mission) -> None:
        """Let a team use nothing any more: its work is done, or it leaves."""
        mine = [pool for pool in self._pools(mission.incident) if mission.number in pool.users or mission.number in pool.fills]
        if mine:
            self._settle_all(mission.incident)
            for pool in mine:
                pool.users.pop(mission.number, None)
                pool.fills.pop(mission.number, None)
        self.speed.pop(mission.number, None)
        self._left.pop(mission.number, None)
        if mine:
            self._look_all(mission.incident)

    def hands_over(self, old: Mission, new: Mission) -> None:
        """Let one team go on with what another has been using: their task and its pace are the same."""
        for pool in self._pools(new.incident):
            if old.number in pool.users:
                pool.users[new.number] = pool.users.pop(old.number)._replace(mission=new)
            if old.number in pool.fills:
                pool.fills[new.number] = pool.fills.pop(old.number)
        for kept in (self.speed, self._left):
            if old.number in kept:
                kept[new.number] = kept.pop(old.number)

    def leaves(self, mission: Mission) -> None:
        """Let a team end its use and take back what it brought, as far as it is still there."""
        self.ends(mission)
        for item, _ in mission.unit.team.carries:
            brought = self.brought.pop((mission.number, item), 0)
            if brought:
                self._settle_all(mission.incident)
            back = min(brought, self._there(mission.incident, item))
            if back:
                mission.ref, _ = self.desk.ledger.move(
                    Kind.STOCK_TAKEN_BACK, item, back, case=mission.case, team=mission.team, ref=mission.ref
                )
                self._look_all(mission.incident)

    def refill(self, unit: Unit, item: int, full: int) -> None:
        """Fill up what a team carries, at its base."""
        missing = full - self.desk.ledger.held(Account.VEHICLE, unit.index, item)
        if missing > 0:
            self.desk.ledger.move(Kind.STOCK_REFILLED, item, missing, team=unit.index, place=unit.team.base)

    def unloads(self, case: Case, item: int, amount: int) -> None:
        """Keep goods that have come to a scene from being drawn on (with a negative amount: let them be)."""
        self._settle_all(case.number)
        key = (case.number, item)
        self.unloading[key] = self.unloading.get(key, 0) + amount

    def changed(self, case: Case) -> None:
        """Look at the pools of an incident again, since goods have come."""
        self._settle_all(case.number)
        self._look_all(case.number)

    def closed(self, case: Case) -> None:
        """Book what has been used up to the end of an incident."""
        for key in [key for key in self.pools if key[0] == case.number]:
            pool = self.pools.pop(key)
            self._settle(pool)
            pool.version += 1

    # --- the pools of an incident ----------------------------------------------------------------------------------

    def _pools(self, incident: int) -> list[Pool]:
        return [pool for (number, _), pool in self.pools.items() if number == incident]

    def _pool(self, case: Case, item: int) -> Pool:
        pool = self.pools.get((case.number, item))
        if pool is None:
            pool = self.pools[case.number, item] = Pool(case, item, self.run.clock._now)
        return pool

    def _settle_all(self, incident: int) -> None:
        """Book what has been used up to now: at the rates that have held, before anything changes them."""
        for pool in self._pools(incident):
            self._settle(pool)

    def _look_all(self, incident: int) -> None:
        """See which pools are dry, let work go on at the pace that they allow, ask for more, and see when to look again."""
        pools = self._pools(incident)
        for _ in pools:  # one that is dry slows what draws on others
            turned = [pool for pool in pools if self._turns(pool)]
            if not turned:
                break
        for pool in pools:
            self._tell(pool)
        self._keep_pace(pools)
        for pool in pools:
            pool.version += 1
            there = self._there(incident, pool.item)
            drawn, filled = self._rates(pool)
            self._ask(pool, there, drawn - filled)
            moment = self._next(pool, there, drawn, filled)
            if moment is not None:
                self.run.clock.at(moment, Rank.TASK, incident, self._wake, pool, pool.version)

    def _wake(self, pool: Pool, version: int) -> None:
        if version == pool.version:
            self._settle_all(pool.case.number)
            self._look_all(pool.case.number)

    def _keep_pace(self, pools: list[Pool]) -> None:
        """Let every team work at the pace that what it uses allows."""
        for pool in pools:
            for mission, _, uses in pool.users.values():
                old, new = self.speed.get(mission.number, 1.0), self._pace(pool.case, uses)
                if new != old:
                    self.speed[mission.number] = new
                    if mission.phase == Phase.WORK and mission.line != EXTRA:
                        self._reschedule(mission, old, new)

    # --- one pool --------------------------------------------------------------------------------------------------

    def _there(self, incident: int, item: int) -> int:
        """Return what can be drawn on."""
        return self.desk.ledger.held(Account.SCENE, incident, item) - self.unloading.get((incident, item), 0)

    def _rates(self, pool: Pool) -> tuple[float, float]:
        """Return what would be drawn at the present pace of work if there were enough, and what can be made ready (per ms)."""
        drawn = sum(user.use.rate * self._pace(pool.case, user.uses, pool.item) for user in pool.users.values())
        return drawn, self._filled(pool)

    def _filled(self, pool: Pool) -> float:
        """Return what can be made ready a ms: nothing where there is nothing at all to be made ready, or it is used up."""
        number, item = pool.case.number, pool.item
        if not pool.fills or not self.desk.supplies.items[item].reusable:
            return 0.0
        any_left = self._there(number, item) > 0 or self.desk.ledger.held(Account.REFIT, number, item) > 0
        return sum(pool.fills.values()) if any_left else 0.0

    def _pace(self, case: Case, uses: tuple[Use, ...], but: int = -1) -> float:
        """Return at what share of its full rate a task is done for all that the items it uses let it, but for one."""
        return min((self._share(case, use) for use in uses if use.item != but), default=1.0)

    def _share(self, case: Case, use: Use) -> float:
        """Return the share of the full rate that one item lets a task have."""
        pool = self.pools.get((case.number, use.item))
        if pool is None or not pool.dry:
            return 1.0
        full = sum(user.use.rate for user in pool.users.values())
        return max(use.when_dry, min(1.0, self._filled(pool) / full if full else 1.0))

    def _turns(self, pool: Pool) -> bool:
        """Tell whether a pool turns dry, or is no longer."""
        drawn, filled = self._rates(pool)
        before, pool.dry = pool.dry, self._there(pool.case.number, pool.item) < 1 and drawn > filled
        if pool.dry:
            pool.carry = 0.0
        return before != pool.dry

    def _settle(self, pool: Pool) -> None:
        """Book what has been used, and made ready again, since the pool was last looked at."""
        now, ledger, number, item = self.run.clock._now, self.desk.ledger, pool.case.number, pool.item
        lasted, pool.since = now - pool.since, now
        drawn, filled = self._rates(pool)
        if not lasted or pool.dry or not (drawn or filled):
            return  # what is filled while a pool is dry is used at once
        there = self._there(number, item)
        net = (filled - drawn) * lasted + pool.carry
        whole = int(net + (_NOISE if net > 0 else -_NOISE))
        pool.carry = net - whole
        if whole > 0:
            amount = min(whole, ledger.held(Account.REFIT, number, item))
            kind = Kind.STOCK_FILLED
        else:
            amount = min(-whole, there)
            kind = Kind.STOCK_WORN if self.desk.supplies.items[item].reusable else Kind.STOCK_USED
        if amount:
            ledger.move(kind, item, amount, case=pool.case)

    def _next(self, pool: Pool, there: int, drawn: float, filled: float) -> int | None:
        """Return when the pool will be dry, or low, or all that was empty full."""
        now, net = self.run.clock._now, drawn - filled
        if net > 0 and there > 0:
            lasts = there / net
            low = max((user.use.ask_when for user in pool.users.values()), default=-1)
            to_low = lasts - low if low >= 0 else -1.0
            return now + max(1, -int(-(to_low if to_low >= 1 else lasts) // 1))
        if net < 0:
            empties = self.desk.ledger.held(Account.REFIT, pool.case.number, pool.item)
            return now + max(1, -int(empties // net)) if empties else None
        return None

    def _ask(self, pool: Pool, there: int, net: float) -> None:
        """Ask for more when what is there, and on its way, lasts too short a time."""
        uses = [user.use for user in pool.users.values() if user.use.ask_when >= 0]
        if not uses or net <= 0 or pool.case.closed or pool.times >= _MOST_ASKED:
            return
        coming = pool.asked - self._received(pool)
        if there + coming <= net * max(use.ask_when for use in uses) + 1:
            units = ceil(net * max(use.ask_for for use in uses) / MILLI - _NOISE)
            pool.times += 1
            pool.asked += max(1, units) * MILLI
            self.desk.ask(pool.case, -1, [(pool.item, pool.asked)], Cause.RUNNING_LOW)

    def _received(self, pool: Pool) -> int:
        demands = self.desk.demands.get(pool.case.number, ())
        return sum(demand.received for demand in demands if demand.need < 0 and demand.item == pool.item)

    def _tell(self, pool: Pool) -> None:
        """Say of every task once that it stands dry, and when it goes on."""
        lines = {user.mission.line: user.use for user in pool.users.values()}
        pool.told = {line: None for line in pool.told if line in lines}
        for line, use in lines.items():
            if pool.dry == (line in pool.told):
                continue
            if pool.dry:
                pool.told[line] = None
            else:
                del pool.told[line]
            self.run.write(
                Kind.TASK_DRY if pool.dry else Kind.TASK_RESUMED, pool.case, line=line, item=self.desk.ledger.first + pool.item,
                quantity=round(self._share(pool.case, use) * 1000), ref=pool.case.ref,
            )  # fmt: skip

    def _reschedule(self, mission: Mission, old: float, new: float) -> None:
        """Move the end of a team's work, since it goes on at another rate."""
        now = self.run.clock._now
        left = self._left.pop(mission.number, 0.0) if old == 0 else (mission.ends - now) * old
        if new == 0:
            self._left[mission.number] = left
            mission.ends = NEVER
        else:
            mission.ends = now + -int(-left // new)
        self.run.missions.work_until(mission)
