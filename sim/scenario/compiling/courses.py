"""How incidents are answered: packages, first response, the order of work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.errors import Words
from sim.scenario.compiling.packages import Packages
from sim.scenario.frozen import Course, FirstOrder, Leak, Line

if TYPE_CHECKING:
    from sim.scenario.command import Agreement, Level
    from sim.scenario.compiling.aid import MutualAid
    from sim.scenario.compiling.context import Context
    from sim.scenario.compiling.forces import Forces
    from sim.scenario.compiling.plans import Plans
    from sim.scenario.compiling.posts import Steps
    from sim.scenario.compiling.supply_needs import Needs
    from sim.scenario.frozen import Team
    from sim.scenario.schema.incidents import Course as CourseEntry
    from sim.scenario.schema.incidents import FirstResponse

KIND = Words("incident type", "事件类型")
_FIELDS = (
    "priority", "call_handling", "decision", "first_response", "package", "release", "jurisdiction", "reports", "command",
    "call_tree", "signals", "changes", "supplies",
)  # fmt: skip
MIDDLE_PRIORITY = 5
_Given = dict[str, tuple[Any, tuple[str | int, ...]]]
"""Field → its value, and where that is written."""


class Courses:
    """Compiles each way of answering once, and numbers it."""

    def __init__(
        self, context: Context, forces: Forces, aid: MutualAid, plans: Plans, needs: Needs, capabilities: dict[str, int]
    ) -> None:
        self.context, self.forces, self.aid, self.plans, self.needs = context, forces, aid, plans, needs
        self.posts = aid.posts
        self.packages = Packages(context, forces, aid, needs, capabilities)
        self.courses: list[Course] = []
        self._of_kind: dict[str, int] = {}

    def of_kind(self, kind: str, *path: str | int) -> int | None:
        """Return the course of an incident type; None, with a finding, when there is no such type."""
        if kind not in self._of_kind:
            entry = self.context.file.incident_types.get(kind)
            if entry is None:
                self.context.unknown(KIND, kind, self.context.file.incident_types, *path)
                return None
            given: _Given = {name: (getattr(entry, name), ("incident_types", kind, name)) for name in _FIELDS}
            self._of_kind[kind] = self._add(kind, given, ("incident_types", kind))
        return self._of_kind[kind]

    def of_incident(self, position: int) -> int | None:
        """Return the course of an explicit incident: its own, else that of its type."""
        entry = self.context.file.incidents[position]
        path: tuple[str | int, ...] = ("incidents", position)
        own: _Given = {name: (getattr(entry, name), (*path, name)) for name in _FIELDS}
        if all(value is None for value, _ in own.values()) and entry.kind is not None and not entry.grade:
            return self.of_kind(entry.kind, *path, "kind")
        base: CourseEntry | None = None
        if entry.kind is not None:
            base = self.context.file.incident_types.get(entry.kind)
            if base is None:
                self.context.unknown(KIND, entry.kind, self.context.file.incident_types, *path, "kind")
                return None
        if base is not None:
            for name in _FIELDS:
                if own[name][0] is None:
                    own[name] = (getattr(base, name), ("incident_types", str(entry.kind), name))
        return self._add(entry.kind or entry.id, own, path, entry.grade)

    def _add(self, kind: str, given: _Given, path: tuple[str | int, ...], grade: str = "") -> int:
        context, plans = self.context, self.plans
        package, package_path = given["package"]
        jurisdiction = -1
        if given["jurisdiction"][0] is not None:
            jurisdiction = self.posts.find(given["jurisdiction"][0], *given["jurisdiction"][1])
        tree = plans.tree(*given["call_tree"])
        lines: tuple[Line, ...] = ()
        if package is None or package == []:
            if tree is None and not given["supplies"][0]:
                what = Words(f"'{kind}' calls for no package", f"“{kind}”没有写力量编成")
                context.add("no-package", what, Words("write package: …", "请写 力量编成: …"), *path)
        else:
            lines = self.packages.lines(package, package_path, (), 0, jurisdiction)
        own = plans.own_signals(given["signals"][0], given["changes"][0], given["signals"][1])
        lines, levels = self._levels(kind, jurisdiction, lines, own)
        release = given["release"][0]
        signals = tuple((name, amount.planned) for name, amount in (given["signals"][0] or {}).items())
        entries, where = given["supplies"]
        supplies = self.needs.of_course(len(self.courses), entries, own, where, leaks=release is not None)
        self.courses.append(Course(
            kind, given["priority"][0] or MIDDLE_PRIORITY, context.ticks(given["call_handling"][0]),
            context.ticks(given["decision"][0]), self._first(*given["first_response"]), lines,
            None if release is None else Leak(release.substance, release.mass, release.rate), jurisdiction,
            self.posts.province(self.posts.posts[jurisdiction].region) if jurisdiction >= 0 else -1,
            plans.grade(grade, *path, "grade"), levels, plans.report_lines(*given["reports"]),
            plans.scene(given["command"][0], levels, given["command"][1]), tree, signals, plans.changes(*given["changes"]),
            supplies,
        ))  # fmt: skip
        return len(self.courses) - 1

    def _levels(
        self, kind: str, jurisdiction: int, lines: tuple[Line, ...], own: tuple[str, ...]
    ) -> tuple[tuple[Line, ...], tuple[Level, ...]]:
        """Return the lines of a course with those that levels release behind them, and the levels."""
        levels: list[Level] = []
        for path, plan, entry in self.plans.of_kind(kind, jurisdiction):
            more: tuple[Line, ...] = ()
            if entry.package is not None:
                post = self.posts.find(plan.government, *path[:2], "government")
                more = self.packages.lines(entry.package, (*path, "package"), lines, len(levels) + 1, post)
            lines += more
            levels.append(self.plans.level(path, plan, entry, tuple(line.index for line in more), own))
        return lines, tuple(levels)

    def _first(self, entries: Any, path: tuple[str | int, ...]) -> tuple[FirstOrder, ...]:
        orders = []
        for position, entry in enumerate(entries or ()):
            teams = self.forces.numbers(entry.team, *path, position, "team")
            if entry.count is not None and entry.count > len(teams) > 0:
                what = Words(f"'{entry.team}' has only {len(teams)} teams", f"“{entry.team}”只有 {len(teams)} 支队伍")
                self.context.add("too-many", what, Words("lower the count", "请减少数量"), *path, position, "count")
            self._may_order(entry, teams, (*path, position))
            orders.append(FirstOrder(teams, entry.count or len(teams), self.context.ticks(entry.after), entry.basis))
        return tuple(orders)

    def _may_order(self, entry: FirstResponse, teams: tuple[int, ...], path: Steps) -> None:
        """Check that the post that orders first response may, and that the contract it goes by binds the teams."""
        called = [self.forces.teams[number] for number in teams]
        if entry.ordered_by is not None:
            post = self.posts.find(entry.ordered_by, *path, "ordered_by")
            for team in called if post >= 0 else ():
                if team.ordered_by and post not in team.ordered_by:
                    what = Words(
                        f"'{entry.ordered_by}' may not order '{team.id}'", f"“{entry.ordered_by}”无权直接命令“{team.id}”"
                    )
                    remedy = Words(
                        "choose a post in its ordered_by, or ask for it by a channel",
                        "改由其“可直接命令”中的机构下令,或经增援通道请求",
                    )
                    self.context.add("may-not-order", what, remedy, *path, "ordered_by")
        number = self.aid.agreement(entry.contract, *path, "contract")
        if number >= 0:
            self._bound(self.aid.agreements[number], called, (*path, "contract"))

    def _bound(self, contract: Agreement, teams: list[Team], path: Steps) -> None:
        """Check that a contract is a rescue contract to which the teams, or those whose they are, are a party."""
        if contract.kind != "rescue":
            what = Words(f"'{contract.id}' is no rescue contract", f"“{contract.id}”不是企业救援协议")
            remedy = Words("name a contract of kind 'rescue'", "请写性质为“企业救援”的协议")
            self.context.add("no-contract", what, remedy, *path)
            return
        for team in teams:
            if not {team.id, team.group, team.name, team.owner} & set(contract.parties):
                what = Words(f"'{team.id}' is no party to '{contract.id}'", f"“{team.id}”不是协议“{contract.id}”的一方")
                remedy = Words("add it, or its owner, to the parties", "把它或其隶属写进各方")
                self.context.add("no-contract", what, remedy, *path)
