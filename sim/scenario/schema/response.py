"""What long and wide responses add to an incident: turns it takes, call trees, work in shifts."""

from __future__ import annotations

from typing import Annotated

from sim.quantities import Quantity
from sim.scenario.schema.command import Link
from sim.scenario.schema.fields import Choice, Duration, Part, PlainDuration, QuantityOf, field

Amount = Annotated[Quantity, QuantityOf("count", plain=True)]


class Change(Part):
    """A turn that an incident takes by itself."""

    after: Duration = field("何时", "from the alarm", "接警后多久")
    grade: str | None = field("事故等级", "accident grade from then on", "此后的事故等级", None)
    signals: dict[str, Amount] = field("态势", "amounts from then on", "此后的各项数值", factory=dict)


class HowWord(Choice):
    """How a post calls those below it."""

    IN_TURN = "in_turn"
    AT_ONCE = "at_once"

    @classmethod
    def names(cls) -> dict[str, str]:
        """Return the Chinese word of each way."""
        return {"in_turn": "依次", "at_once": "同时"}


class Call(Link):
    """One call of a call tree, or several alike."""

    to: str | list[str] = field("到", "who is called; several in order", "呼叫谁;可按次序列出几个")  # type: ignore[assignment]
    calls: HowWord = field("下叫", "calls those below in turn, or all at once", "向下呼叫:依次或同时", "at_once")
    doors: Duration | None = field("到户", "from the answer until the last door is reached", "从叫应到通知到户", None)
    moves: Duration | None = field("转移", "from then until its people are in safety", "从到户到转移完毕", None)


class CallTree(Part):
    """Call-and-answer after a warning."""

    calls: list[Call] = field("呼叫", "calls; each names who calls", "各次呼叫,写明由谁叫谁", min_length=1)
    before: PlainDuration | None = field("危险到来", "from the alarm until the danger comes", "自预警到危险到来的时间", None)


class Shifts(Part):
    """Work in shifts on breathing apparatus."""

    on: PlainDuration = field("每班", "on apparatus, ways and reserve included", "每班佩用时间(含进出与备用)", "4 h")
    rest: PlainDuration = field("班后休息", "rest after a shift", "下班后至少休息", "8 h")
    way: PlainDuration = field("单程", "way in, and way out: each", "进、出各需时间", "0 min")
    reserve: PlainDuration = field("备用", "reserve of the apparatus", "备用时间", "0 min")
    standby: bool = field("基地待机", "another squad stands by underground: not rest", "井下基地另有一队待机(不算休息)", True)
    lasts: PlainDuration | None = field(
        "历时", "length of the operation; until the work is done when not written", "行动历时;不写为作业完成", None
    )
    sets: int = field("每班呼吸器", "apparatus sets a squad uses a shift", "每班用几台呼吸器", 6, ge=0, le=1000)
    life_saving: bool = field(
        "救人例外", "rest may be cut to save lives: it is then a finding", "为救人可缩短休息(须作为问题记录)", False
    )
