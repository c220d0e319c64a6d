"""What stands beside a package: report lines, response levels, scene command, call trees, turns of the incident."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sim.errors import Words, did_you_mean
from sim.scenario.command import CallNode, CallTree, Change, Commander, Level, ReportLine, SceneCommand
from sim.scenario.condition_text import is_taken, parse_condition
from sim.scenario.conditions import Always, ConditionError, grade_of, level_of
from sim.scenario.schema.response import HowWord

if TYPE_CHECKING:
    from sim.scenario.compiling.context import Context
    from sim.scenario.compiling.posts import Posts, Steps
    from sim.scenario.conditions import Condition
    from sim.scenario.schema.command import Level as LevelEntry
    from sim.scenario.schema.command import Plan
    from sim.scenario.schema.command import ReportLine as ReportEntry
    from sim.scenario.schema.command import SceneCommand as CommandEntry
    from sim.scenario.schema.response import Call
    from sim.scenario.schema.response import CallTree as TreeEntry
    from sim.scenario.schema.response import Change as ChangeEntry


class _Called(NamedTuple):
    """One post that is called, and by which entry."""

    entry: Call
    post: int
    name: str
    path: Steps


class Plans:
    """Numbers levels, report lines and own signals over all incidents, and compiles what a course has of them."""

    def __init__(self, context: Context, posts: Posts) -> None:
        self.context, self.posts = context, posts
        self.levels: dict[str, int] = {}
        """Name in the log → number."""
        self.reports: dict[str, int] = {}
        self.report_names: dict[str, str] = {}
        self.signals: dict[str, int] = {}
        self._parsed: dict[tuple[str | int, ...], Condition] = {}

    # --- levels ----------------------------------------------------------------------------------------------------

    def of_kind(self, kind: str, jurisdiction: int) -> list[tuple[Steps, Plan, LevelEntry]]:
        """Return the levels of every plan for a kind of incident, with where they are written.

        A government's plan is for incidents in its own region and those below it.
        """
        return [
            (("plans", position, "levels", number), plan, level)
            for position, plan in enumerate(self.context.file.plans)
            if (not plan.kinds or kind in plan.kinds) and self.posts.covers(plan.government, jurisdiction)
            for number, level in enumerate(plan.levels)
        ]

    def check_kinds(self) -> None:
        """Check that plans are for kinds that exist."""
        kinds = {*self.context.file.incident_types, *(incident.id for incident in self.context.file.incidents)}
        for position, plan in enumerate(self.context.file.plans):
            for number, kind in enumerate(plan.kinds):
                if kind not in kinds:
                    self.context.unknown(Words("incident type", "事件类型"), kind, kinds, "plans", position, "kinds", number)

    def level(self, path: Steps, plan: Plan, entry: LevelEntry, lines: tuple[int, ...], own: tuple[str, ...]) -> Level:
        """Compile one level for one course."""
        context = self.context
        post = self.posts.find(plan.government, *path[:2], "government")
        severity = level_of(entry.level)
        if severity is None:
            what = Words(f"'{entry.level}' is no response level", f"“{entry.level}”不是响应级别")
            context.add(
                "bad-level", what, Words("write 一级, 二级, 三级 or 四级", "请写 一级、二级、三级 或 四级"), *path, "level"
            )
        index = self.levels.setdefault(f"{plan.id}/{entry.level}", len(self.levels))
        return Level(
            index, plan.name or plan.id, post, entry.level, severity or 1, self._condition(entry.when, own, *path, "when"),
            None if entry.until is None else self._condition(entry.until, own, *path, "until"), entry.signatory.name,
            self.posts.signatory(entry.signatory, post, (*path, "signatory")), context.ticks(entry.decide), lines, entry.basis,
        )  # fmt: skip

    def _condition(self, text: str, own: tuple[str, ...], *path: str | int) -> Condition:
        try:
            return parse_condition(text, own=(*own, *self.signals), posts=self.posts.names)
        except ConditionError as error:
            if path not in self._parsed:
                self.context.add("bad-condition", error.words, error.remedy, *path)
                self._parsed[path] = Always()
            return Always()

    # --- the incident ----------------------------------------------------------------------------------------------

    def own_signals(self, signals: dict[str, Any] | None, changes: list[ChangeEntry] | None, path: Steps) -> tuple[str, ...]:
        """Give every amount that an incident tells of a number."""
        names = [*(signals or {}), *(name for change in changes or () for name in change.signals)]
        for name in dict.fromkeys(names):
            if is_taken(name):
                what = Words(f"'{name}' means something else in conditions", f"“{name}”在条件里另有含义")
                self.context.add("duplicate-id", what, Words("call the amount something else", "换个名称"), *path)
            self.signals.setdefault(name, len(self.signals))
        return tuple(dict.fromkeys(names))

    def grade(self, text: str, *path: str | int) -> int:
        """Return an accident grade; 0 when none is written."""
        grade = grade_of(text) if text else 0
        if grade is None:
            what = Words(f"'{text}' is no accident grade", f"“{text}”不是事故等级")
            remedy = Words("write 一般, 较大, 重大 or 特别重大", "请写 一般、较大、重大 或 特别重大")
            self.context.warn("bad-grade", what, remedy, *path)
        return grade or 0

    def changes(self, entries: list[ChangeEntry] | None, path: Steps) -> tuple[Change, ...]:
        """Compile the turns that an incident takes."""
        found = []
        for position, entry in enumerate(entries or ()):
            values = {name: amount.planned for name, amount in entry.signals.items()}
            if entry.grade is not None:
                values["grade"] = float(self.grade(entry.grade, *path, position, "grade"))
            if not values:
                what = Words("nothing changes here", "这里没有写什么变化")
                self.context.add("nothing", what, Words("write grade or signals", "请写 事故等级 或 态势"), *path, position)
            found.append(Change(self.context.ticks(entry.after), tuple(values.items())))
        return tuple(found)

    def report_lines(self, entries: list[ReportEntry] | None, path: Steps) -> tuple[ReportLine, ...]:
        """Compile the lines on which reports go up."""
        found, seen = [], set[str]()
        for position, entry in enumerate(entries or ()):
            here = (*path, position)
            if entry.id in seen:
                what = Words(f"two report lines are called '{entry.id}'", f"有两条报告线都叫“{entry.id}”")
                self.context.add("duplicate-id", what, Words("give one another id", "给其中一条换个编号"), *here, "id")
            seen.add(entry.id)
            self.reports.setdefault(entry.id, len(self.reports))
            self.report_names.setdefault(entry.id, entry.name or entry.id)
            sender, links = self.posts.chain(entry.links, (*here, "links"))
            deadlines = tuple(None if link.deadline is None else round(link.deadline.planned) for link in entry.links)
            found.append(ReportLine(
                entry.id, entry.name or entry.id, sender, self.context.ticks(entry.after), links, deadlines, entry.basis
            ))  # fmt: skip
        return tuple(found)

    def scene(self, entry: CommandEntry | None, levels: tuple[Level, ...], path: Steps) -> SceneCommand | None:
        """Compile scene command."""
        if entry is None:
            return None
        found, seen = [], set[int]()
        for position, commander in enumerate(entry.commanders):
            here = (*path, "commanders", position)
            post = self.posts.find(commander.post, *here, "post")
            if post in seen:
                what = Words(f"'{commander.post}' would take command twice", f"“{commander.post}”会两次接过指挥权")
                self.context.add("circle", what, Words("take one of the two out", "去掉其中之一"), *here, "post")
            seen.add(post)
            level = -1
            if commander.level is not None:
                severity = level_of(commander.level)
                mine = [n for n, other in enumerate(levels) if other.post == post and other.severity == severity]
                if mine:
                    level = mine[0]
                else:
                    what = Words(
                        f"'{commander.post}' has no level '{commander.level}' in its plan",
                        f"“{commander.post}”的预案没有“{commander.level}”",
                    )
                    names = [other.name for other in levels if other.post == post]
                    self.context.add("unknown-id", what, did_you_mean(commander.level, names), *here, "level")
            found.append(Commander(post, level, self.context.ticks(commander.arrives), self.context.ticks(commander.handover)))
        return SceneCommand(tuple(found), entry.briefs)

    # --- call trees ------------------------------------------------------------------------------------------------

    def tree(self, entry: TreeEntry | None, path: Steps) -> CallTree | None:
        """Compile a call tree from its calls, each of which names who calls."""
        if entry is None:
            return None
        calls: list[_Called] = []
        for position, call in enumerate(entry.calls):
            here = (*path, "calls", position)
            names = [call.to] if isinstance(call.to, str) else call.to
            calls += [_Called(call, self.posts.find(name, *here, "to"), name, here) for name in names]
        number_of: dict[int, int] = {}
        for number, called in enumerate(calls):
            if number_of.setdefault(called.post, number) != number and called.post >= 0:
                what = Words(f"'{called.name}' is called twice", f"“{called.name}”被叫了两次")
                self.context.add("circle", what, Words("take one of the two out", "去掉其中之一"), *called.path, "to")
        roots, below = [], dict[int, list[int]]()
        for number, called in enumerate(calls):
            caller = called.entry.caller
            if caller is None:
                roots.append(number)
                continue
            post = self.posts.find(caller, *called.path, "caller")
            if post >= 0 and post not in number_of:
                what = Words(f"'{caller}' calls, but nobody calls it", f"“{caller}”要往下叫,却没有人叫它")
                self.context.add("gap", what, Words("add a call to it", "补上叫它的一行"), *called.path, "caller")
            below.setdefault(number_of.get(post, -1), []).append(number)
        if len(roots) != 1:
            what = Words("a call tree begins with one post", "叫应须从一个机构开始")
            remedy = Words("leave 'caller' out in just one call", "只有一行不写“从”")
            self.context.add("no-root" if not roots else "many-roots", what, remedy, *path, "calls")
            return None
        reached = self._reached([roots[0], *below.get(-1, ())], below)  # what nobody calls has its own finding
        for number, called in enumerate(calls):
            if number not in reached:
                what = Words(f"'{called.name}' is called in a circle", f"“{called.name}”的呼叫成了循环")
                self.context.add("circle", what, Words("correct 'caller'", "请改正“从”"), *called.path, "caller")
        before = None if entry.before is None else round(entry.before.planned)
        return CallTree(self._node(roots[0], calls, below), before)

    @staticmethod
    def _reached(begins: list[int], below: dict[int, list[int]]) -> set[int]:
        found, todo = set(begins), list(begins)
        while todo:
            for position in below.get(todo.pop(), ()):
                if position not in found:
                    found.add(position)
                    todo.append(position)
        return found

    def _node(self, number: int, calls: list[_Called], below: dict[int, list[int]], depth: int = 0) -> CallNode:
        called, ticks = calls[number], self.context.ticks
        if depth > _DEEPEST:
            what = Words("the call tree is too deep", "叫应层级太多")
            self.context.add("too-deep", what, Words(f"at most {_DEEPEST} levels", f"至多 {_DEEPEST} 层"), *called.path)
            below = {}
        call = called.entry
        return CallNode(
            self.posts.link(call, called.post, called.path),
            ticks(call.doors),
            ticks(call.moves),
            self.posts.posts[called.post].people if called.post >= 0 else 0,
            call.calls == HowWord.IN_TURN,
            tuple(self._node(other, calls, below, depth + 1) for other in below.get(number, ())),
        )


_DEEPEST = 20
