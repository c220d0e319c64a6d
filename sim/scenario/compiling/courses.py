"""How incidents are answered: packages, first response, the order of work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.errors import Words, did_you_mean
from sim.scenario.compiling.forces import HOSPITAL, Forces
from sim.scenario.frozen import NEAREST, Carry, Course, FirstOrder, Leak, Line

if TYPE_CHECKING:
    from sim.scenario.compiling.context import Context
    from sim.scenario.schema.incidents import Course as CourseEntry
    from sim.scenario.schema.incidents import NeedLine

PACKAGE, KIND = Words("package", "力量编成"), Words("incident type", "事件类型")
_FIELDS = ("priority", "call_handling", "decision", "first_response", "package", "release")
_NEAREST_WORDS = ("nearest", "就近", "最近")
MIDDLE_PRIORITY = 5
_Given = dict[str, tuple[Any, tuple[str | int, ...]]]
"""Field → its value, and where that is written."""


class Courses:
    """Compiles each way of answering once, and numbers it."""

    def __init__(self, context: Context, forces: Forces, capabilities: dict[str, int]) -> None:
        self.context, self.forces, self.capabilities = context, forces, capabilities
        self.courses: list[Course] = []
        self._packages: dict[str, tuple[Line, ...]] = {}
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
        if all(value is None for value, _ in own.values()) and entry.kind is not None:
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
        return self._add(entry.kind or entry.id, own, path)

    def _add(self, kind: str, given: _Given, path: tuple[str | int, ...]) -> int:
        context = self.context
        package, package_path = given["package"]
        lines: tuple[Line, ...] = ()
        if package is None or package == []:
            what = Words(f"'{kind}' calls for no package", f"“{kind}”没有写力量编成")
            context.add("no-package", what, Words("write package: …", "请写 力量编成: …"), *path)
        elif isinstance(package, str):
            lines = self._named(package, package_path)
        else:
            lines = self._lines(package, package_path)
        release = given["release"][0]
        self.courses.append(Course(
            kind, given["priority"][0] or MIDDLE_PRIORITY, context.ticks(given["call_handling"][0]),
            context.ticks(given["decision"][0]), self._first(*given["first_response"]), lines,
            None if release is None else Leak(release.substance, release.mass, release.rate),
        ))  # fmt: skip
        return len(self.courses) - 1

    def _first(self, entries: Any, path: tuple[str | int, ...]) -> tuple[FirstOrder, ...]:
        orders = []
        for position, entry in enumerate(entries or ()):
            teams = self.forces.numbers(entry.team, *path, position, "team")
            if entry.count is not None and entry.count > len(teams) > 0:
                what = Words(f"'{entry.team}' has only {len(teams)} teams", f"“{entry.team}”只有 {len(teams)} 支队伍")
                self.context.add("too-many", what, Words("lower the count", "请减少数量"), *path, position, "count")
            orders.append(FirstOrder(teams, entry.count or len(teams), self.context.ticks(entry.after), entry.basis))
        return tuple(orders)

    def _named(self, name: str, path: tuple[str | int, ...]) -> tuple[Line, ...]:
        if name not in self._packages:
            entry = self.context.file.packages.get(name)
            if entry is None:
                self.context.unknown(PACKAGE, name, self.context.file.packages, *path)
                return ()
            self._packages[name] = self._lines(entry, ("packages", name))
        return self._packages[name]

    def _lines(self, entries: list[NeedLine], path: tuple[str | int, ...]) -> tuple[Line, ...]:
        where = {entry.capability: position for position, entry in enumerate(entries)}
        lines = []
        for position, entry in enumerate(entries):
            here = (*path, position)
            self._fillable(entry, here)
            after, done = (self._others(getattr(entry, key), where, position, (*here, key)) for key in ("after", "after_done"))
            if entry.ends and entry.holds:
                what = Words(
                    "a line cannot both end the incident and stay until its end", "同一项不能既“完成即结束”又“保持到结束”"
                )
                self.context.add("contradiction", what, Words("drop one of the two", "去掉其中之一"), *here)
            lines.append(Line(
                position, self.capabilities[entry.capability], entry.count,
                None if entry.deadline is None else round(entry.deadline.planned), self.context.ticks(entry.work), entry.holds,
                entry.ends, entry.stops_release, after, done, self._carry(entry, here),
            ))  # fmt: skip
        self._acyclic(lines, entries, path)
        if lines and all(line.holds for line in lines):
            what = Words("every line stays until the end, so the incident never ends", "各项都“保持到结束”,事件永远不会结束")
            self.context.add("never-ends", what, Words("drop 'holds' from one line", "至少一项去掉“保持到结束”"), *path)
        for line in lines:
            self._can_be_done(line, lines, entries, path)
        return tuple(lines)

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
        elif len(able) < entry.count:
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

    def _can_be_done(self, line: Line, lines: list[Line], entries: list[NeedLine], path: tuple[str | int, ...]) -> None:
        """Check that what a line waits to be done is ever done: a line that only holds has no end of work."""
        for other in line.after_done:
            if lines[other].holds and entries[other].work is None:
                name = entries[other].capability
                what = Words(
                    f"'{name}' only stays until the end, so its work is never done", f"“{name}”只保持到结束,没有作业可完成"
                )
                remedy = Words("give it work, or write 'after' instead", "给它写 作业,或改用“须先就位”")
                self.context.add("never-ends", what, remedy, *path, line.index, "after_done")

    def _acyclic(self, lines: list[Line], entries: list[NeedLine], path: tuple[str | int, ...]) -> None:
        """Check that the order of work can be followed."""
        done: set[int] = set()
        while len(done) < len(lines):
            ready = {line.index for line in lines if line.index not in done and {*line.after_done} <= done}
            if not ready:
                names = "、".join(entries[line.index].capability for line in lines if line.index not in done)
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
