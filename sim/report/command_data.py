"""What the figure of command and mutual aid shows, gathered from one replication: sections of lanes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.analysis.aid import OUTCOME_NAMES, requests_of
from sim.analysis.call_trees import calls_of, trees_of
from sim.analysis.command import holders_of, levels_of, reports_of
from sim.analysis.rows import courses_followed, first_item, rows_of
from sim.analysis.timeline import OVER_THE_DRIVE, spans_of
from sim.errors import Words
from sim.log import Cause, Kind
from sim.log_words import CAUSE_NAMES
from sim.report.command_shifts import shifts_section
from sim.report.lanes import Across, Bar, Flag, Lane, Mark, Section
from sim.report.text import plain, shorten
from sim.units import MINUTE, NEVER, clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sim.analysis.aid import Request
    from sim.analysis.call_trees import Call, Tree
    from sim.analysis.command import Holder, LevelSpan, Report
    from sim.report.view import View

MOST_LANES = 24
"""Lanes of a section; beyond, the section says how many are not shown."""
MOST_TEAMS = 4
"""Teams of a request that have a lane."""
_NAME = 20
"""Columns of the name of a post."""
_OWN_AXIS = 0.4
"""A section that takes less than this share of the whole time has an axis of its own."""
_PHASES = ("contact", "turnout", "forming", "travel", "briefing_wait", "report_in", "set_up")
_SHORT: dict[str, Words] = {
    "contact": Words("getting through", "传令"), "turnout": Words("turnout", "出动"), "forming": Words("forming up", "集结"),
    "travel": Words("drive", "行进"), "briefing_wait": Words("waits for a commander", "待布置"),
    "report_in": Words("report in", "报到"), "set_up": Words("set-up", "展开"),
}  # fmt: skip


class Part(NamedTuple):
    """Lanes of one thing (a line, a tree, an incident); what cannot be shown is left out by whole lanes from the end."""

    lanes: tuple[Lane, ...]
    across: tuple[Across, ...] = ()
    """Lanes counted from the first of the part."""


def command_sections(view: View) -> tuple[Section, ...]:
    """Return the sections of the first replication; none where there is nothing of command and mutual aid."""
    if view.first is None or not view.few or not view.scenario.commanded:
        return ()
    teller = _Teller(view)
    found = [
        section
        for section in (
            teller.reports(), teller.levels(), teller.requests(), teller.holders(), teller.calls(),
            shifts_section(view.first, view.language, teller.of),
        )
        if section is not None
    ]  # fmt: skip
    if not found:
        return ()
    low, high = min(section.low for section in found), max(section.high for section in found)
    return tuple(_on_axis(section, low, high, view.language) for section in found)


def _on_axis(section: Section, low: int, high: int, language: str) -> Section:
    """Return a section on the common axis; a short one on its own, and then it says so."""
    span, title = section.high - section.low, section.title
    if (low, high) == (section.low, section.high) or span >= (high - low) * _OWN_AXIS:
        pad = max((high - low) // 60, MINUTE)
        return Section(title, section.lanes, low - pad, high + pad, section.across)
    pad = max(span // 40, MINUTE)
    own = "时间轴单独放大" if language == "zh" else "time axis of its own"
    return Section(f"{title} · {own}", section.lanes, section.low - pad, section.high + pad, section.across)


class _Teller:
    def __init__(self, view: View) -> None:
        assert view.first is not None
        self.view, self.replication, self.language = view, view.first, view.language
        self.scenario, self.command = view.scenario, view.scenario.command
        self.alarm = self.replication.incidents.alarm
        self.last = max(self.replication.log.last, 1)

    # --- words ------------------------------------------------------------------------------------------------------

    def say(self, en: str, zh: str) -> str:
        return zh if self.language == "zh" else en

    def at(self, moment: int) -> str:
        return clock(moment, self.scenario.start)

    def minutes(self, ms: int) -> str:
        return self.say(f"{round(ms / MINUTE)} min", f"{round(ms / MINUTE)} 分")

    def post(self, number: int) -> str:
        """Return the name of a post; the scene is where nobody sends."""
        return _cut(self.command.posts[number].name) if number >= 0 else self.say("scene", "现场")

    def of(self, incident: int) -> str:
        """Return the name of an incident where there are several."""
        given = self.replication.log.incidents
        if len(given) == 1:
            return ""
        return _cut(self.view.incident_names.get(given[incident], given[incident]), 28)

    def over(self, incident: int) -> int:
        """Return when an incident is closed, or the log ends."""
        return min(int(self.replication.incidents.closed[incident]), self.last)

    def section(self, title: str, parts: Sequence[Part], high: int | None = None) -> Section | None:
        """Put parts together, no more lanes than can be shown; None when there are none."""
        lanes, across = list[Lane](), list[Across]()
        for part in parts:
            first = len(lanes)
            lanes += part.lanes
            across += [one._replace(first=one.first + first, last=one.last + first) for one in part.across]
        if not lanes:
            return None
        left = sum(not lane.head for lane in lanes[MOST_LANES:])
        if left:
            lanes = [*lanes[:MOST_LANES], Lane(self.say(f"… and {left} more", f"… 另 {left} 项"), head=True)]
            across = [one._replace(last=min(one.last, MOST_LANES)) for one in across if one.first < MOST_LANES]
        moments = [moment for lane in lanes for moment in _moments(lane)]
        moments += [moment for one in across for moment in (one.begins, one.ends)]
        return Section(title, tuple(lanes), min(moments, default=0), max([*moments, high or 0], default=1), tuple(across))

    # --- reports ----------------------------------------------------------------------------------------------------

    def reports(self) -> Section | None:
        """Return the first report on each line, link by link."""
        first, sent = first_item(self.scenario, "report"), dict[tuple[int, int], tuple[int, int]]()
        for row in rows_of(self.replication, Kind.REPORT_SENT):
            if row.cause == Cause.FIRST:
                sent.setdefault((row.incident, row.item - first), (row.time, row.post))
        got = {(one.incident, one.line, one.post): one for one in reports_of(self.replication) if one.what == Cause.FIRST}
        numbers = {name: number for number, name in enumerate(self.command.reports)}
        parts = []
        for incident, course in enumerate(courses_followed(self.replication)):
            for line in course.reports:
                number = numbers[line.id]
                if (incident, number) not in sent:
                    continue
                since, sender = sent[incident, number]
                said = [self.of(incident), plain(line.name), self.say(f"sent {self.at(since)}", f"起报 {self.at(since)}")]
                lanes = [Lane(" · ".join(part for part in said if part), head=True)]
                for link in line.links:
                    report = got[incident, number, link.post]
                    lanes.append(self._report(report, sender, since))
                    sender, since = link.post, report.received
                parts.append(Part(tuple(lanes)))
        title = self.say("First reports, from post to post", "首报:逐级上报")
        return self.section(title, parts)

    def _report(self, report: Report, sender: int, since: int) -> Lane:
        name = f"{self.post(sender)} → {self.post(report.post)}"
        due = None if report.deadline is None else int(self.alarm[report.incident]) + report.deadline
        until = self.say("due", "时限") + f" {self.at(due)}" if due is not None else ""
        if report.received >= NEVER:
            ends = max(min(self.last, due if due is not None else self.over(report.incident)), min(since, self.last) + MINUTE)
            bars = [Bar("lost", since, ends)] if since < NEVER else []
            said = self.say("never got there", "未送达")
        else:
            cut = report.received if due is None else max(since, min(report.received, due))
            bars = [bar for bar in (Bar("report", since, cut), Bar("late", cut, report.received)) if bar.begins < bar.ends]
            bars = bars or [Bar("report", since, report.received + 1)]
            said = self.at(report.received)
        met = report.met is not False
        marks = () if due is None else (Mark("due_met" if met else "due_missed", due),)
        if not met and due is not None and report.received < NEVER:
            until += self.say(f", late by {self.minutes(report.received - due)}", f",超时 {self.minutes(report.received - due)}")
        return Lane(name, bars=tuple(bars), marks=marks, tail=" · ".join(part for part in (said, until) if part), late=not met)

    # --- response levels --------------------------------------------------------------------------------------------

    def levels(self) -> Section | None:
        """Return each response level: proposed, raised, its forces complete and ready, ended."""
        known = {level.index: level for course in self.scenario.courses for level in course.levels}
        by_incident: dict[int, list[Lane]] = {}
        for span in levels_of(self.replication):
            level = known[span.level]
            name = f"{self.post(span.post)} {_cut(level.name, 10)}"
            by_incident.setdefault(span.incident, []).append(self._level(span, name, releases=bool(level.lines)))
        title = self.say("Response levels of each government", "各级政府响应级别")
        return self.section(title, self._parts(by_incident))

    def _level(self, span: LevelSpan, name: str, *, releases: bool) -> Lane:
        over = self.over(span.incident)
        if span.raised >= NEVER:
            ends = min(span.lowered, max(over, span.proposed + MINUTE))
            flag = Flag(span.proposed, self.say("proposed", "提请") + f" {self.at(span.proposed)}")
            tail = self.say("not approved", "未获批准")
            return Lane(name, bars=(Bar("deciding", span.proposed, ends),), flags=(flag,), tail=tail, late=True)
        proposed, ends = min(span.proposed, span.raised), max(span.raised + 1, min(span.lowered, over))
        bars = (Bar("deciding", proposed, span.raised), Bar("in_force", span.raised, ends))
        said = {
            "proposed": (proposed, "proposed", "提请"), "raised": (span.raised, "approved", "批准"),
            "complete": (span.complete, "complete", "到齐"), "ready": (span.ready, "ready", "可作业"),
            "lowered": (span.lowered, "ended", "终止"),
        }  # fmt: skip
        flags = tuple(Flag(at, f"{self.say(en, zh)} {self.at(at)}") for at, en, zh in said.values() if at < NEVER)
        marks = tuple(Mark(kind, said[kind][0]) for kind in ("complete", "ready", "lowered") if said[kind][0] < NEVER)
        short = releases and span.complete >= NEVER
        tail = self.say("forces not complete", "力量未到齐") if short else ""
        return Lane(name, bars=bars, marks=marks, flags=flags, tail=tail, late=short)

    def _parts(self, by_incident: dict[int, list[Lane]]) -> list[Part]:
        """Return the lanes of each incident under its name; one incident needs none."""
        several = len(self.replication.log.incidents) > 1
        heads = {incident: [Lane(self.of(incident), head=True)] if several else [] for incident in by_incident}
        return [Part((*heads[incident], *lanes)) for incident, lanes in by_incident.items()]

    # --- requests ---------------------------------------------------------------------------------------------------

    def requests(self) -> Section | None:
        """Return each request: every link of its channel, then the way of its teams until ready."""
        by_incident: dict[int, list[Lane]] = {}
        for request in requests_of(self.replication):
            by_incident.setdefault(request.incident, []).extend(self._request(request))
        title = self.say("Requests for help: each link of the channel, then the team until it stands ready",
                         "增援请求:逐级批转,再到出动、行进、可作业")  # fmt: skip
        return self.section(title, self._parts(by_incident))

    def _request(self, request: Request) -> Iterator[Lane]:
        ways = self._ways(request)
        bars, since = list[Bar](), request.made
        for link in request.links:
            said = f"{self.post(link.post)} {self.minutes(link.moment - since)}"
            bars.append(Bar("link", since, max(link.moment, since + 1), said))
            since = link.moment
        if request.outcome in ("open", "withdrawn"):
            bars.append(Bar("open", since, max(since + 1, min(request.answered, self.last))))
        lender = self.command.lenders[request.lender].name if request.lender >= 0 else self.say("a lender", "支援方")
        outcome = OUTCOME_NAMES[request.outcome].say(self.language)
        count = self.say(f" {request.granted}", f" {request.granted} 支") if request.granted else ""
        below = [self.say(f"asked for {request.asked}, {outcome}{count}", f"请求 {request.asked} 支,{outcome}{count}")]
        if request.cause:
            below.append(_cut(CAUSE_NAMES[request.cause].say(self.language), 44))
        if request.told:
            posts = self.say(", ", "、").join(self.post(post) for post in request.told)
            below.append(_cut(self.say(f"told as well: {posts}", f"同时报备:{posts}"), 44))
        refused = request.outcome == "refused"
        marks = (Mark("refused", request.answered),) if refused else ()
        tail = f"{self.at(request.answered)} {outcome}" if request.answered < NEVER and not ways else ""
        name = self.say(f"{_cut(lender)}, ", f"{_cut(lender)} · ") + _cut(self.scenario.capabilities[request.capability], 14)
        first = ways[0] if ways else _Way("", (), "")
        yield Lane(name, tuple(below), (*bars, *first.bars), marks, (), first.said or tail, late=refused)
        for way in ways[1:MOST_TEAMS]:
            yield Lane(way.team, bars=way.bars, tail=way.said)
        if len(ways) > MOST_TEAMS:
            left = len(ways) - MOST_TEAMS
            yield Lane(self.say(f"… and {left} more teams", f"… 另 {left} 支"), head=True)

    def _ways(self, request: Request) -> list[_Way]:
        """Return the way of each team that was sent on a request, the first to be ready first."""
        missions = self.replication.missions
        mine = [number for number in range(len(missions.team)) if missions.request[number] == request.number]
        mine.sort(key=lambda number: (int(missions.working[number]), int(missions.arrived[number]), number))
        spans = [span for span in spans_of(self.replication) if span.phase in (*_PHASES, *OVER_THE_DRIVE)] if mine else []
        found = []
        for mission in mine:
            bars = []
            for span in spans:
                for at in (span.mission == mission).nonzero()[0].tolist():
                    begins, ends = int(span.begins[at]), int(span.ends[at])
                    said = _SHORT[span.phase].say(self.language) if span.phase in _SHORT else ""
                    bars.append(Bar(span.phase, begins, ends, f"{said} {self.minutes(ends - begins)}" if said else ""))
            team, ready = self.scenario.teams[int(missions.team[mission])], int(missions.working[mission])
            released = int(missions.released[mission])
            when = self.say("ready", "可作业") + f" {self.at(ready)}" if ready < NEVER else ""
            if ready >= NEVER and released < NEVER:
                when = self.say("released", "解除任务") + f" {self.at(released)}"
            found.append(_Way(_cut(team.name, 26), tuple(bars), when))
        return found

    # --- scene command ----------------------------------------------------------------------------------------------

    def holders(self) -> Section | None:
        """Return who held scene command, and the hand-overs."""
        by_incident: dict[int, list[Holder]] = {}
        for holder in holders_of(self.replication):
            by_incident.setdefault(holder.incident, []).append(holder)
        lanes = []
        for incident, holders in by_incident.items():
            bars = []
            for number, holder in enumerate(holders):
                kind = ("holds", "holds_next")[number % 2]
                ends = max(min(holder.ends, self.over(incident)), holder.begins + 1)
                bars.append(Bar(kind, holder.begins, ends, f"{self.post(holder.post)} {self.at(holder.begins)}"))
                if holder.handing < holder.begins:
                    bars.append(Bar("handing", holder.handing, holder.begins))
            lanes.append(Lane(self.of(incident) or self.say("commander", "指挥员"), bars=tuple(bars)))
        return self.section(self.say("Scene command", "现场指挥权"), [Part((lane,)) for lane in lanes])

    # --- call trees -------------------------------------------------------------------------------------------------

    def calls(self) -> Section | None:
        """Return each call tree: called, answered, from door to door, people moved; the last one is lit up."""
        by_incident: dict[int, list[Call]] = {}
        for call in calls_of(self.replication):
            by_incident.setdefault(call.incident, []).append(call)
        parts = [self._tree(tree, by_incident[tree.incident]) for tree in trees_of(self.replication)]
        return self.section(self.say("Call-and-answer", "叫应与转移"), parts)

    def _tree(self, tree: Tree, calls: list[Call]) -> Part:
        begins = self._called(tree, calls)
        keep = sorted(calls, key=lambda call: (call.post != tree.last, -min(call.moved if call.moves else call.done, NEVER)))
        kept = {call.post for call in keep[: MOST_LANES - 2]}
        said = [self.of(tree.incident)]
        said.append(self.say("last door", "最后到户") + f" {self._when(tree.answered)}")
        if any(call.moves for call in calls):
            said.append(self.say("all moved", "转移完毕") + f" {self._when(tree.moved)}")
        if tree.danger is not None:
            said.append(self.say("danger", "危险到来") + f" {self.at(tree.danger)}")
            if tree.margin is not None and tree.margin < NEVER:
                said.append(self.say(f"margin {self.minutes(tree.margin)}", f"余量 {self.minutes(tree.margin)}"))
        lanes = [Lane(" · ".join(part for part in said if part), head=True)]
        lanes += [self._call(call, begins[call.post], tree) for call in calls if call.post in kept]
        across = () if tree.danger is None else (Across("danger", tree.danger, tree.danger, 1, len(lanes)),)
        left = len(calls) - len(kept)
        if left:
            lanes.append(Lane(self.say(f"… and {left} more that were earlier", f"… 另 {left} 处较早完成"), head=True))
        return Part(tuple(lanes), across)

    def _when(self, moment: int) -> str:
        return self.at(moment) if moment < NEVER else self.say("never", "始终没有")

    def _called(self, tree: Tree, calls: list[Call]) -> dict[int, int]:
        """Return when the call of each post began: the caller had answered, and in turn the one before was dealt with."""
        course, alarm = courses_followed(self.replication)[tree.incident], int(self.alarm[tree.incident])
        assert course.calls is not None
        given_up = {row.post: row.time for row in rows_of(self.replication, Kind.CALL_FAILED) if row.incident == tree.incident}
        answered = {call.post: call.answered for call in calls}
        found, nodes = {course.calls.root.link.post: alarm}, [course.calls.root]
        while nodes:
            node = nodes.pop()
            since = answered[node.link.post]
            for below in node.below:
                post = below.link.post
                found[post] = since
                if node.in_turn:
                    since = min(answered[post], given_up.get(post, NEVER))
                nodes.append(below)
        return found

    def _call(self, call: Call, begins: int, tree: Tree) -> Lane:
        bars, last = list[Bar](), call.post == tree.last
        hard = bool(call.tries or call.second or call.by_road)
        if call.answered < NEVER:
            bars.append(Bar("trying" if hard else "calling", begins, call.answered))
            bars += [Bar("doors", call.answered, min(call.acted, self.last))] if call.knocks else []
            bars += [Bar("moving", call.acted, min(call.moved, self.last))] if call.moves and call.acted < NEVER else []
        elif begins < NEVER:
            bars.append(Bar("lost", begins, max(self.over(tree.incident), begins + MINUTE)))
        done = call.moved if call.moves else call.done
        if done >= NEVER:
            said = self.say("never", "始终没有") if call.answered < NEVER else self.say("not reached", "未叫应")
        else:
            what = ("moved", "转移完毕") if call.moves else ("last door", "到户") if call.knocks else ("answered", "叫应")
            said = f"{self.say(*what)} {self.at(done)}"
        said += self.say(" · last", " · 最后") if last else ""
        people = self.say(f" ({call.people} people)", f"({call.people} 人)") if call.people else ""
        late = done >= NEVER or (tree.danger is not None and done > tree.danger and call.moves)
        below = (self._trouble(call),) if hard else ()
        kept = tuple(bar for bar in bars if bar.begins < bar.ends)
        return Lane(self.post(call.post) + people, below, kept, tail=said, late=late, strong=last)

    def _trouble(self, call: Call) -> str:
        """Say what it took to reach a post."""
        said = [self.say(f"{call.tries} without answer", f"{call.tries} 次无应答")] if call.tries else []
        said += [self.say("second contact", "改叫B角")] if call.second else []
        said += [self.say("driven to", "驱车前往")] if call.by_road else []
        return self.say(", ", "、").join(said)


class _Way(NamedTuple):
    """A team sent on a request: phases from its order until ready, and when that was."""

    team: str
    bars: tuple[Bar, ...]
    said: str


def _cut(name: str, width: int = _NAME) -> str:
    return shorten(plain(name), width)


def _moments(lane: Lane) -> Iterator[int]:
    for bar in lane.bars:
        yield bar.begins
        yield bar.ends
    for mark in lane.marks:
        yield mark.at
    for flag in lane.flags:
        yield flag.at
