"""Packages: the lines of need, in what order they may work, and who can be had for them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sim.errors import Words, did_you_mean
from sim.scenario.command import Shifts
from sim.scenario.compiling.forces import HOSPITAL, Forces
from sim.scenario.frozen import NEAREST, ZERO, Carry, Line

if TYPE_CHECKING:
    from sim.scenario.compiling.aid import MutualAid
    from sim.scenario.compiling.context import Context
    from sim.scenario.compiling.posts import Steps
    from sim.scenario.compiling.supply_needs import Needs
    from sim.scenario.frozen import Team
    from sim.scenario.schema.incidents import NeedLine

PACKAGE = Words("package", "力量编成")
_NEAREST_WORDS = ("nearest", "就近", "最近")


def may_order(post: int, team: Team) -> bool:
    """Tell whether a post may order a team: it is named, or may even take it from an incident, or nobody is named."""
    return post in team.ordered_by or post in team.called_away_by or (not team.ordered_by and team.lender < 0)


class Packages:
    """Compiles packages for the courses that call for them."""

    def __init__(self, context: Context, forces: Forces, aid: MutualAid, needs: Needs, capabilities: dict[str, int]) -> None:
        self.context, self.forces, self.aid, self.needs, self.capabilities = context, forces, aid, needs, capabilities
        self._road_events = {event.id: number for number, event in enumerate(context.file.road_events)}

    def lines(
        self, package: str | list[NeedLine], path: Steps, before: tuple[Line, ...], stage: int, orderer: int
    ) -> tuple[Line, ...]:
        """Return the lines of a package behind those of a course so far; who can be had for them is checked."""
        entries = self.context.file.packages.get(package) if isinstance(package, str) else package
        if entries is None:
            self.context.unknown(PACKAGE, str(package), self.context.file.packages, *path)
            return ()
        where: Steps = ("packages", package) if isinstance(package, str) else path
        found = tuple(replace(line, stage=stage, orderer=orderer) for line in self._lines(entries, where, before))
        for line in found:
            self._can_be_had(line, path)
        return found

    def _can_be_had(self, line: Line, path: Steps) -> None:
        """Check that whoever orders or asks can reach enough teams with the capability."""
        if line.orderer < 0 and not line.lenders:
            return
        able = [team for team in self.forces.teams if line.capability in team.capabilities]
        own = [team for team in able if line.own and may_order(line.orderer, team)]
        lent = [team for team in able if team not in own and self._can_ask(line, team.lender)]
        have = sum(line.gives(team) for team in (*own, *lent))
        if have >= line.wanted or not able:
            return
        name = next(name for name, code in self.capabilities.items() if code == line.capability)
        who = self.aid.posts.posts[line.orderer].name if line.orderer >= 0 else "?"
        what = Words(
            f"'{who}' can order or ask for {have:g} of the {line.wanted:g} × {name} that are wanted",
            f"“{who}”能调动或请到的“{name}”只有 {have:g},编成要 {line.wanted:g}",
        )
        remedy = Words(
            "add it to ordered_by of a team, name lenders that it has a channel to, or lower the count",
            "在队伍的“可直接命令”里加上它,或写它有通道可请的支援方,或减少数量",
        )
        self.context.add("nobody-to-be-had", what, remedy, *path)

    def _can_ask(self, line: Line, lender: int) -> bool:
        if lender < 0 or lender not in line.lenders:
            return False
        channels = [channel for channel in self.aid.channels.values() if channel.index in self.aid.lenders[lender].channels]
        return any(channel.serves(line.orderer) for channel in channels)

    def _lines(self, entries: list[NeedLine], path: Steps, before: tuple[Line, ...]) -> tuple[Line, ...]:
        """Compile the lines of a package; each may name others of it, or of those that the course has already."""
        names = {code: name for name, code in self.capabilities.items()}
        own: dict[str, int] = {}
        for number, entry in enumerate(entries, len(before)):
            own.setdefault(entry.capability, number)
        earlier = {names[line.capability]: line.index for line in reversed(before)}
        shifts = {line.index: line.shifts for line in before}
        lines: list[Line] = []
        for number, entry in enumerate(entries):
            here, position = (*path, number), number + len(before)
            # By the name of its own capability a line means another: an earlier one.
            where = earlier | {name: line for name, line in own.items() if line != position or name not in earlier}
            measure, amount, count = self._amount(entry, here)
            lenders = self.aid.named(entry.lenders, *here, "lenders")
            by_own = entry.own if entry.own is not None else not entry.lenders
            self._fillable(entry, here)
            # A second line of the same capability means the first by that name.
            after, done = (self._others(getattr(entry, key), where, position, (*here, key)) for key in ("after", "after_done"))
            if entry.ends and entry.holds:
                what = Words(
                    "a line cannot both end the incident and stay until its end", "同一项不能既“完成即结束”又“保持到结束”"
                )
                self.context.add("contradiction", what, Words("drop one of the two", "去掉其中之一"), *here)
            lines.append(Line(
                position, self.capabilities[entry.capability], count,
                None if entry.deadline is None else round(entry.deadline.planned), self.context.ticks(entry.work), entry.holds,
                entry.ends, entry.stops_release, after, done, self._carry(entry, here), measure, amount, own=by_own,
                lenders=lenders, relieves=self._other(entry.relieves, where, position, (*here, "relieves")),
                shifts=self._shifts(entry, where, shifts, position, here), ahead=entry.ahead,
                reopens=self._reopens(entry, here), uses=self.needs.uses(entry, here), fills=self.needs.fills(entry, here),
            ))  # fmt: skip
            shifts[position] = lines[-1].shifts
        self._acyclic(lines, entries, path, len(before))
        if lines and not before and all(line.holds or line.relieves >= 0 for line in lines):
            what = Words("every line stays until the end, so the incident never ends", "各项都“保持到结束”,事件永远不会结束")
            self.context.add("never-ends", what, Words("drop 'holds' from one line", "至少一项去掉“保持到结束”"), *path)
        for line in lines:
            self._can_be_done(line, (*before, *lines), (*path, line.index - len(before)), names)
        return tuple(lines)

    def _amount(self, entry: NeedLine, path: Steps) -> tuple[str, float, int]:
        """Return what a line counts in, how much is wanted, and how many teams it may take at most."""
        if entry.people is not None and entry.flow is not None:
            what = Words("a line wants people or water, not both", "同一项不能既写人数又写流量")
            self.context.add("contradiction", what, Words("split it in two lines", "请分成两项"), *path)
        if entry.people is None and entry.flow is None:
            return "", 0.0, entry.count
        measure, amount = ("people", float(entry.people)) if entry.people is not None else ("flow", entry.flow.planned)  # type: ignore[union-attr]
        code = self.capabilities.get(entry.capability, -1)
        able = [team for team in self.forces.teams if code in team.capabilities]
        gives = [float(team.crew) if measure == "people" else team.flow for team in able]
        if able and sum(gives) < amount:
            what = Words(
                f"all teams with '{entry.capability}' together make up {sum(gives):g} of {amount:g}",
                f"具备“{entry.capability}”的队伍合计只有 {sum(gives):g},需要 {amount:g}",
            )
            remedy = Words("write 'crew' (or 'flow') of the teams, or ask for less", "请写队伍的“人数”(“供水流量”),或减少需求")
            self.context.add("unfillable-package", what, remedy, *path)
        return measure, amount, max(1, len(able))

    def _other(self, name: str | None, where: dict[str, int], position: int, path: tuple[str | int, ...]) -> int:
        """Return the line that another one names, or -1."""
        return -1 if name is None else next(iter(self._others([name], where, position, path)), -1)

    def _shifts(
        self, entry: NeedLine, where: dict[str, int], known: dict[int, Shifts | None], position: int, path: Steps
    ) -> Shifts | None:
        """Compile work in shifts: a line's own, or those that it joins."""
        joins = self._other(entry.joins, where, position, (*path, "joins"))
        if entry.ahead and joins < 0:
            what = Words("only a line that joins shifts is called ahead", "只有“编入轮班”的项目才能“提前请援”")
            self.context.add("contradiction", what, Words("write joins: …", "请写 编入轮班: …"), *path, "ahead")
        if joins >= 0:
            shared = known.get(joins)
            if shared is None:
                what = Words(f"'{entry.joins}' does not work in shifts", f"“{entry.joins}”没有轮班")
                self.context.add("contradiction", what, Words("give that line shifts", "请给那一项写 轮班"), *path, "joins")
                return None
            return replace(shared, joins=joins)
        relieved = where.get(entry.relieves or "", -1)
        if relieved >= 0 and known.get(relieved) is not None:
            what = Words(f"'{entry.relieves}' works in shifts: nobody relieves it", f"“{entry.relieves}”轮班作业,不能用“接替”")
            self.context.add("contradiction", what, Words("write 'joins' instead", "请改用 编入轮班"), *path, "relieves")
        given = entry.shifts
        if given is None:
            return None
        lengths = {name: round(getattr(given, name).planned) for name in ("on", "rest", "way", "reserve")}
        found = Shifts(
            **lengths, standby=given.standby, lasts=0 if given.lasts is None else round(given.lasts.planned), sets=given.sets,
            life_saving=given.life_saving, joins=-1,
        )  # fmt: skip
        if not found.effective:
            what = Words("the ways in and out and the reserve leave no time to work", "进出与备用占满了每班时间,没有作业时间")
            remedy = Words("lengthen 'on', or shorten 'way'", "加长“每班”,或缩短“单程”")
            self.context.add("no-work", what, remedy, *path, "shifts")
        if entry.count < 1 + found.standby:
            what = Words("one squad alone never goes in", "不得单队入井")
            self.context.add("too-few", what, Words("ask for 2 or more", "至少要 2 队"), *path, "count")
        return found

    def _reopens(self, entry: NeedLine, path: Steps) -> int:
        if entry.reopens is None:
            return -1
        if entry.reopens not in self._road_events:
            self.context.unknown(Words("road event", "路况"), entry.reopens, self._road_events, *path, "reopens")
        return self._road_events.get(entry.reopens, -1)

    def _fillable(self, entry: NeedLine, path: tuple[str | int, ...]) -> None:
        """Check that enough teams hold the capability."""
        code = self.capabilities.setdefault(entry.capability, len(self.capabilities))
        able = [team for team in self.forces.teams if code in team.capabilities]
        if not able:
            held = {name for team in self.forces.teams for name, c in self.capabilities.items() if c in team.capabilities}
            what = Words(f"no team has the capability '{entry.capability}'", f"没有哪支队伍具备“{entry.capability}”这个能力")
            offer = did_you_mean(entry.capability, sorted(held))
            remedy = Words(f"give it to a team; {offer.en}", f"给某支队伍加上这个能力;{offer.zh}")
            self.context.add("unknown-id", what, remedy, *path, "capability")
        elif len(able) < entry.count and entry.people is None and entry.flow is None:
            what = Words(
                f"the package asks for {entry.count} × {entry.capability}, but only {len(able)} teams can do it",
                f"编成要 {entry.count} 组“{entry.capability}”,只有 {len(able)} 支队伍具备",
            )
            remedy = Words("lower the count, or add teams that can", "减少组数,或增加具备该能力的队伍")
            self.context.add("unfillable-package", what, remedy, *path, "count")

    def _others(self, names: list[str], where: dict[str, int], position: int, path: tuple[str | int, ...]) -> tuple[int, ...]:
        found = []
        for name in names:
            if name not in where:
                self.context.unknown(Words("line of this package", "编成项目"), name, where, *path)
            elif where[name] == position:
                what = Words(f"'{name}' waits for itself", f"“{name}”在等自己")
                self.context.add("circle", what, Words("take it out of this list", "从这里去掉它"), *path)
            else:
                found.append(where[name])
        return tuple(found)

    def _can_be_done(self, line: Line, lines: tuple[Line, ...], path: Steps, names: dict[int, str]) -> None:
        """Check that what a line waits to be done is ever done: a line that only holds has no end of work."""
        for other in line.after_done:
            if lines[other].holds and lines[other].work is ZERO:
                name = names[lines[other].capability]
                what = Words(
                    f"'{name}' only stays until the end, so its work is never done", f"“{name}”只保持到结束,没有作业可完成"
                )
                remedy = Words("give it work, or write 'after' instead", "给它写 作业,或改用“须先就位”")
                self.context.add("never-ends", what, remedy, *path, "after_done")

    def _acyclic(self, lines: list[Line], entries: list[NeedLine], path: Steps, before: int) -> None:
        """Check that the order of work can be followed."""
        done = set(range(before))
        while len(done) < len(lines) + before:
            ready = {line.index for line in lines if line.index not in done and {*line.after_done} <= done}
            if not ready:
                names = "、".join(entries[line.index - before].capability for line in lines if line.index not in done)
                what = Words(f"the order of work is a circle: {names}", f"作业先后成了循环:{names}")
                self.context.add("circle", what, Words("drop one 'after_done'", "去掉一个“须先完成”"), *path)
                return
            done |= ready

    def _carry(self, entry: NeedLine, path: tuple[str | int, ...]) -> Carry | None:
        if entry.carry is None:
            return None
        hospitals = self.forces.hospitals
        hospital = NEAREST
        if entry.carry.hospital not in _NEAREST_WORDS:
            if entry.carry.hospital not in hospitals:
                self.context.unknown(HOSPITAL, entry.carry.hospital, hospitals, *path, "carry", "hospital")
            hospital = hospitals.get(entry.carry.hospital, NEAREST)
        elif not hospitals:
            what = Words("somebody is to be carried, but there is no hospital", "要送医,但没有写医院")
            self.context.add("no-hospital", what, Words("write hospitals: […]", "请写 医院: […]"), *path, "carry")
        return Carry(entry.carry.chance.planned, hospital, self.context.ticks(entry.carry.handover))
