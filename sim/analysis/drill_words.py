"""What a drill tells beside its table: reports, levels, requests, who stays at home, calls, shifts, supplies. One line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.analysis.aid import OUTCOME_NAMES, floors_kept, requests_of, teams_left
from sim.analysis.call_trees import trees_of
from sim.analysis.command import holders_of, levels_of, reports_of
from sim.analysis.cover import cover_steps
from sim.analysis.cut_off import cut_off, cut_off_from_hospitals
from sim.analysis.latest_call import latest_calls
from sim.analysis.rows import rows_of
from sim.analysis.supply_words import SupplyTeller
from sim.log import Cause, Kind
from sim.log_words import CAUSE_NAMES
from sim.units import MINUTE, NEVER, clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.analysis.aid import Request
    from sim.analysis.command import Report
    from sim.analysis.replication import Replication
    from sim.errors import Language

Told = tuple[str, str]
"""What a line is about, and what it says."""
_NEXT = " \u00b7 "


def drill_lines(replication: Replication, language: Language) -> list[Told]:
    """Return what one replication tells of command, mutual aid and supplies; nothing where the scenario has none of it."""
    teller = _Teller(replication, language)
    parts = (
        teller.reports, teller.levels, teller.holders, teller.requests, teller.lenders, teller.cover, teller.calls,
        teller.shifts, teller.supplies, teller.cut_off,
    )  # fmt: skip
    return [line for part in parts for line in part()]


class _Teller:
    def __init__(self, replication: Replication, language: Language) -> None:
        self.replication, self.language = replication, language
        self.scenario = replication.scenario
        self.command = replication.scenario.command

    def say(self, en: str, zh: str) -> str:
        return zh if self.language == "zh" else en

    def at(self, moment: int) -> str:
        """Return the time of day of a moment, to the minute below: what has not been reached is not said."""
        return clock(moment // MINUTE * MINUTE, self.scenario.start) if moment < NEVER else self.say("never", "始终没有")

    def length(self, ms: int) -> str:
        """Return a length of time."""
        hours, minutes = divmod(round(ms / MINUTE), 60)
        if not hours:
            return self.say(f"{minutes} min", f"{minutes} 分钟")
        return self.say(f"{hours} h {minutes} min", f"{hours} 小时 {minutes} 分")

    def post(self, number: int) -> str:
        return self.command.posts[number].name if number >= 0 else "?"

    def of(self, incident: int) -> str:
        """Return an incident's name in front, where there are several."""
        if len(self.replication.log.incidents) == 1:
            return ""
        names = {planned.id: planned.name for planned in self.scenario.planned}
        given = self.replication.log.incidents[incident]
        return f"{names.get(given, given)}: "

    def reports(self) -> Iterator[Told]:
        """Say when each line's first report reached its last post, and whether the deadlines were kept."""
        lines: dict[tuple[int, int], list[Report]] = {}
        for report in reports_of(self.replication):
            if report.what == Cause.FIRST:
                lines.setdefault((report.incident, report.line), []).append(report)
        names = {line.id: line.name for course in self.scenario.courses for line in course.reports}
        for (incident, line), found in lines.items():
            last = max(found, key=lambda report: report.received)
            late = [report for report in found if report.met is False]
            name = names[self.command.reports[line]]
            said = f"{self.of(incident)}{self.at(last.received)} {self.post(last.post)}({name})"
            if late:
                posts = self.say(", ", "、").join(self.post(report.post) for report in late)
                said += self.say(f": late at {posts}", f":{posts}超过时限")
            elif any(report.met for report in found):
                said += self.say(": within the deadlines", ":均在时限内")
            yield self.say("Report", "首报"), said

    def levels(self) -> Iterator[Told]:
        """Say when each response level was approved and its forces were complete."""
        levels = {level.index: level for course in self.scenario.courses for level in course.levels}
        for span in levels_of(self.replication):
            level = levels[span.level]
            if span.raised >= NEVER:
                approved = self.say("not approved", "未获批准")
            else:
                approved = self.say(f"approved {self.at(span.raised)}", f"批准 {self.at(span.raised)}")
            said = [self.say(f"proposed {self.at(span.proposed)}", f"提请 {self.at(span.proposed)}"), approved]
            if span.proposed >= NEVER:  # a higher level of the same plan includes it
                said = [self.say(f"with the higher level {self.at(span.raised)}", f"随上一级别启动 {self.at(span.raised)}")]
            if level.lines and span.raised < NEVER:
                said.append(self.say(f"forces complete {self.at(span.complete)}", f"力量到齐 {self.at(span.complete)}"))
                if span.ready < NEVER:
                    said.append(self.say(f"ready {self.at(span.ready)}", f"可作业 {self.at(span.ready)}"))
            if span.lowered < NEVER:
                said.append(self.say(f"ended {self.at(span.lowered)}", f"终止 {self.at(span.lowered)}"))
            yield f"{self.post(span.post)}{level.name}", self.of(span.incident) + _NEXT.join(said)

    def holders(self) -> Iterator[Told]:
        """Say who held scene command from when on."""
        by_incident: dict[int, list[str]] = {}
        for holder in holders_of(self.replication):
            by_incident.setdefault(holder.incident, []).append(f"{self.at(holder.begins)} {self.post(holder.post)}")
        for incident, said in by_incident.items():
            yield self.say("Scene command", "现场指挥"), self.of(incident) + " → ".join(said)

    def requests(self) -> Iterator[Told]:
        """Say of each request when it was made and answered, and when its first team left, arrived and stood ready."""
        for request in requests_of(self.replication):
            lender = self.command.lenders[request.lender].name if request.lender >= 0 else self.say("a lender", "支援方")
            what = self.scenario.capabilities[request.capability]
            said = [self.say(f"asked for {request.asked} × {what} {self.at(request.made)}",
                             f"{self.at(request.made)} 请求{what} {request.asked} 支")]  # fmt: skip
            said += self._answer(request)
            yield self.say(f"Aid, {lender}", f"增援({lender})"), self.of(request.incident) + _NEXT.join(said)

    def _answer(self, request: Request) -> Iterator[str]:
        outcome = OUTCOME_NAMES[request.outcome].say(self.language)
        why = CAUSE_NAMES[request.cause].say(self.language) if request.cause else ""
        because = f"({why})" if why else ""
        if request.outcome == "open":
            yield outcome
            return
        sent = self.say(f" {request.granted}", f" {request.granted} 支") if request.granted else ""
        yield f"{self.at(request.answered)} {outcome}{sent}{because}"
        missions = self.replication.missions
        mine = [
            number
            for number, team in enumerate(missions.team)
            if team in request.teams and missions.incident[number] == request.incident
            and missions.ordered[number] == request.answered
        ]  # fmt: skip
        stages = (("departed", "left", "出动"), ("arrived", "on the scene", "到场"), ("working", "ready to work", "可作业"))
        for stage, en, zh in stages:
            moments = [int(getattr(missions, stage)[number]) for number in mine]
            if moments and min(moments) < NEVER:
                yield self.say(f"{en} {self.at(min(moments))}", f"{zh} {self.at(min(moments))}")

    def lenders(self) -> Iterator[Told]:
        """Say whether each lender's floor held when it lent, and how few of its teams there were at any time."""
        requests = requests_of(self.replication)
        for number, lender in enumerate(self.command.lenders):
            granted = [request for request in requests if request.lender == number and request.granted]
            if not granted:
                continue
            floor, kept = lender.floor.teams, all(floors_kept(self.replication, granted))
            left = min((count for _, count in teams_left(self.replication, lender)), default=len(lender.teams))
            met = self.say("kept", "达到") if kept else self.say("not kept", "未达到")
            en = f"{lender.name}: floor of {floor} when it lent: {met}; fewest at any time {left}"
            zh = f"{lender.name}:借出时底线 {floor} 支{met};全程最少 {left} 支"
            yield self.say("Stays at home", "留守"), self.say(en, zh)

    def cover(self) -> Iterator[Told]:
        """Say when nothing, or not everything, that a standard lists was covered."""
        for standard in self.command.standards:
            steps = cover_steps(self.replication, standard)
            ends = [*steps.moments[1:].tolist(), self.replication.window.ends]
            spans = list(zip(steps.moments.tolist(), ends, steps.share.tolist(), strict=True))
            bare = _joined([(begins, end) for begins, end, share in spans if share <= 0])
            if bare:
                said = self.say(", ", "、").join(f"{self.at(a)}–{self.at(b)}" for a, b in bare[:_SPANS])
                total = self.length(sum(b - a for a, b in bare))
                yield self.say("Cover", "守备"), self.say(
                    f"{standard.name}: nothing covered {said} ({total})", f"{standard.name}:{said} 全无守备({total})"
                )
            elif spans:
                least = min(share for _, _, share in spans)
                yield self.say("Cover", "守备"), self.say(
                    f"{standard.name}: at least {least:.0%} covered", f"{standard.name}:最少 {least:.0%} 在标准内"
                )

    def calls(self) -> Iterator[Told]:
        """Say when the last door was reached and the last people moved, who was last, and the margin."""
        for tree in trees_of(self.replication):
            said = [
                self.say(f"last door {self.at(tree.answered)}", f"最后到户 {self.at(tree.answered)}"),
                self.say(f"moved {self.at(tree.moved)}", f"转移完毕 {self.at(tree.moved)}"),
            ]
            if tree.margin is not None and tree.margin < NEVER:
                minutes = round(tree.margin / MINUTE)
                said.append(self.say(f"{minutes} min before the danger", f"比危险到来早 {minutes} 分钟"))
            said.append(self.say(f"last: {self.post(tree.last)}", f"最后一处:{self.post(tree.last)}"))
            yield self.say("Call-and-answer", "叫应"), self.of(tree.incident) + _NEXT.join(said)

    def shifts(self) -> Iterator[Told]:
        """Say when the first squad went in, how many shifts there were, when entry stopped, and what was excepted."""
        kinds = (Kind.SHIFT_ENTERED, Kind.SHIFT_STOPPED, Kind.FINDING)
        by_incident: dict[int, dict[Kind, list[tuple[int, Cause]]]] = {}
        for row in rows_of(self.replication, *kinds):
            by_incident.setdefault(row.incident, {}).setdefault(row.kind, []).append((row.time, row.cause))
        for incident, rows in by_incident.items():
            entered = rows.get(Kind.SHIFT_ENTERED, [])
            said = []
            if entered:
                said.append(self.say(f"first entry {self.at(entered[0][0])}", f"首次入井 {self.at(entered[0][0])}"))
                said.append(self.say(f"{len(entered)} shifts", f"共 {len(entered)} 班"))
            for moment, cause in rows.get(Kind.SHIFT_STOPPED, [])[:1]:
                why = CAUSE_NAMES[cause].say(self.language)
                said.append(self.say(f"stopped {self.at(moment)}: {why}", f"{self.at(moment)} 停止入井:{why}"))
            for call in latest_calls(self.replication)[:1] if rows.get(Kind.SHIFT_STOPPED) else ():
                lender = self.command.lenders[call.lender].name
                when, lead = self.at(call.call), self.length(call.lead)
                said.append(self.say(
                    f"{lender} had to be called by {when} ({lead} ahead)", f"若请{lender},最迟 {when} 呼叫(提前 {lead})"
                ))  # fmt: skip
            excepted = rows.get(Kind.FINDING, [])
            if excepted:
                first = self.at(excepted[0][0])
                said.append(
                    self.say(
                        f"FINDING: rest cut {len(excepted)} times to save lives, first at {first}",
                        f"须说明:启用救人例外 {len(excepted)} 次,首次 {first}",
                    )
                )
            yield self.say("Shifts", "轮班"), self.of(incident) + _NEXT.join(said)

    def supplies(self) -> Iterator[Told]:
        """Say what was ordered from whom, who is served in time, what is short and who could fill it."""
        if self.scenario.supplies.items:
            yield from SupplyTeller(self.replication, self.language).lines()

    def cut_off(self) -> Iterator[Told]:
        """Say which places were cut off by closed roads, from when to when; those of the same spans together."""
        if not self.scenario.road_events:
            return
        spans: dict[tuple[int, int], list[str]] = {}
        for found in cut_off_from_hospitals(self.replication) or cut_off(self.replication):
            spans.setdefault((found.begins, found.ends), []).append(self.scenario.sites[found.site].name)
        for (begins, ends), names in sorted(spans.items())[:_SPANS]:
            shown = self.say(", ", "、").join(names[:_NAMES])
            more = self.say(f" and {len(names) - _NAMES} more", f" 等 {len(names)} 处") if len(names) > _NAMES else ""
            yield self.say("Cut off", "交通中断"), f"{self.at(begins)}–{self.at(ends)} {shown}{more}"


_SPANS = 3
"""Spans that are named."""
_NAMES = 5
"""Places that are named."""


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join spans that follow each other without a gap."""
    found: list[tuple[int, int]] = []
    for begins, ends in spans:
        if found and found[-1][1] == begins:
            found[-1] = (found[-1][0], ends)
        elif ends > begins:
            found.append((begins, ends))
    return found
