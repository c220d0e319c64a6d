"""The difference between two results, in words."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from sim.errors import Language, Words
from sim.log import Kind
from sim.log_words import KIND_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sim.experiment.diff import Change, Difference, Event

_METRICS_SHOWN = 10
_FIELDS: dict[str, Words] = {
    "team": Words("", ""),
    "incident": Words("incident ", "事件 "),
    "need": Words("line ", "需求行 "),
    "item": Words("", ""),
    "place": Words("at ", "地点 "),
    "mission": Words("mission ", "任务 "),
    "ref": Words("from row ", "起因行 "),
    "cause": Words("because ", "原因 "),
}
"""What is said of an event, and the word in front of it."""
_STATISTICS: dict[str, Words] = {
    "mean": Words("mean", "平均"),
    "p50": Words("p50", "中位数"),
    "p90": Words("p90", "十次有九次"),
    "never": Words("never", "从未"),
    "n": Words("n", "观测数"),
}


class Teller:
    """Says a difference in one language."""

    def __init__(self, found: Difference, language: Language) -> None:
        self.found = found
        self.language = language

    def say(self, en: str, zh: str) -> str:
        """Return one of two sentences."""
        return Words(en, zh).say(self.language)

    def lines(self) -> Iterator[str]:
        """Yield the whole text."""
        found, (a, b) = self.found, self.found.replications
        if found.same:
            yield self.say(f"The results are the same ({a} replications).", f"两次结果完全相同({a} 次重复运行)。")
            return
        yield f"A  {found.paths[0]}"
        yield f"B  {found.paths[1]}"
        if found.replication is None:
            yield self.say("The replications that both have are the same.", "两次结果共有的重复运行完全相同。")
        elif found.first is None:
            yield self.say(
                f"They differ from replication {found.replication} on; without both logs the event cannot be named.",
                f"从第 {found.replication} 次重复运行起不同;两边没有都保留事件记录,无法指出是哪个事件。",
            )
        else:
            yield from self._events(found.first)
        if a != b:
            yield self.say(f"A has {a} replications, B {b}.", f"重复运行次数:A {a} 次,B {b} 次。")
        yield from self._metrics()

    def _events(self, first: Change) -> Iterator[str]:
        found = self.found
        yield self.say(
            f"The first event that differs: replication {found.replication}, row {found.seq}",
            f"首个不同的事件:第 {found.replication} 次重复运行,第 {found.seq} 行",
        )
        yield from self._pair(first)
        if found.followed:
            yield self.say(
                f"What followed: {found.followed_in_all} more events differ, first of them",
                f"随后还有 {found.followed_in_all} 个事件不同,最先的是",
            )
            for change in found.followed:
                yield from self._pair(change)

    def _pair(self, change: Change) -> Iterator[str]:
        for label, event, start in zip("AB", (change.one, change.other), self.found.starts, strict=True):
            yield f"  {label}  {self._event(event, start)}"

    def _event(self, event: Event | None, start: dt.datetime) -> str:
        if event is None:
            return self.say("(no such event)", "(没有这个事件)")
        kind = event["kind"]
        parts = [self.say(kind, KIND_NAMES[Kind(kind)].zh) if kind in list(Kind) else kind]
        for name, words in _FIELDS.items():
            if name in event:
                parts.append(words.say(self.language) + str(event[name]))
            if name == "item" and event.get("quantity"):
                parts[-1] += f" × {event['quantity']}"
        return f"{_moment(event['time'], start)}  {' · '.join(parts)}"

    def _metrics(self) -> Iterator[str]:
        from sim.scenario.metric_names import title, unit

        changes = self.found.metrics
        if not changes:
            yield self.say("No metric changed.", "各项指标没有变化。")
            return
        yield self.say(f"Metrics that changed ({len(changes)}), as A → B:", f"变化的指标({len(changes)} 项),A → B:")
        for change in changes[:_METRICS_SHOWN]:
            sides = [self._metric(side, other) for side, other in ((change.one, change.other), (change.other, change.one))]
            yield f"  {title(change.name, self.language)}: {sides[0]} → {sides[1]} {unit(change.name, self.language)}".rstrip()
        if len(changes) > _METRICS_SHOWN:
            yield "  …"

    def _metric(self, line: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> str:
        """Say the numbers of a metric that are not the same on the other side."""
        if line is None:
            return self.say("none", "无")
        told = [key for key in _STATISTICS if other is None or line[key] != other[key]] or ["mean"]
        return ", ".join(f"{_STATISTICS[key].say(self.language)} {_number(line[key])}" for key in told)


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:.6g}"


def _moment(ticks: int, start: dt.datetime) -> str:
    """Return a moment to the ms, so that small differences show; with the day in front when it is not the first."""
    moment = start + dt.timedelta(milliseconds=ticks)
    days = (moment.date() - start.date()).days
    part = f".{moment.microsecond // 1000:03d}" if moment.microsecond else ""
    return (f"D{days + 1} " if days else "") + f"{moment:%H:%M:%S}{part}"
