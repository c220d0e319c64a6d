"""Command and mutual aid over clock time: reports, response levels, requests, scene command, call trees, shifts.

Only what the scenario has; a scenario with none of it has no such figure. `sim.report.lanes_draw` draws it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.analysis.timeline import OVER_THE_DRIVE, PHASE_NAMES
from sim.errors import Words
from sim.report.command_data import command_sections
from sim.report.lanes import Look
from sim.report.lanes_draw import draw_sections
from sim.report.style import GOOD, INK, PHASE_COLOURS, PHASE_HATCHES, SOFT, TARGET

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from sim.errors import Language
    from sim.report.lanes import Section

__all__ = ["LOOKS", "command_sections", "draw_command"]

_RED = "#f6d7d3"
_STOPPED, _HOLDS = Words("nobody may go in", "停止入井"), Words("holds scene command", "现场指挥")
_PHASES = ("contact", "turnout", "forming", "travel", "stuck", "rest", "briefing_wait", "report_in", "set_up")


def _phase(name: str) -> Look:
    """Return the look of a phase of a mission: as in the timeline of the teams."""
    hatch = PHASE_HATCHES.get(name, "")
    half = 0.5 if name in OVER_THE_DRIVE else 1.0
    return Look(PHASE_NAMES[name], PHASE_COLOURS[name], hatch, half, "#8a8a8a" if hatch else "white")


LOOKS: dict[str, Look] = {
    "report": Look(Words("on its way to the next post", "上报"), "#56b4e9"),
    "late": Look(Words("past the deadline", "超过时限"), _RED, "////", 1.0, TARGET),
    "lost": Look(Words("not got through", "未送达、未叫应"), "#ffffff", "////", 1.0, TARGET),
    "due_met": Look(Words("deadline, kept", "时限(按时)"), GOOD, marker="|"),
    "due_missed": Look(Words("deadline, missed", "时限(超时)"), TARGET, marker="|"),
    "deciding": Look(Words("proposed, being decided", "提请、待批"), PHASE_COLOURS["decision"]),
    "in_force": Look(Words("response level in force", "响应期间"), "#c9dfd3", "", 0.62),
    "complete": Look(Words("its forces complete", "该级力量到齐"), "#1f4e79", marker="D"),
    "ready": Look(Words("its forces ready", "该级力量可作业"), GOOD, marker="o"),
    "lowered": Look(Words("level ended", "响应终止或降低"), SOFT, marker="v"),
    "link": Look(Words("a post on the channel decides", "逐级批转"), PHASE_COLOURS["approval"]),
    "open": Look(Words("not answered", "未答复"), "#ffffff", "////", 1.0, "#8a8a8a"),
    "refused": Look(Words("nothing comes of it", "未获同意"), TARGET, marker="x"),
    **{name: _phase(name) for name in _PHASES},
    "holds": Look(_HOLDS, "#b9d3e8"),
    "holds_next": Look(_HOLDS, "#8fbbdc"),
    "handing": Look(Words("hand-over", "指挥权移交"), "#ffffff", "////", 0.62, "#7a5c99"),
    "calling": Look(Words("being called", "呼叫"), "#56b4e9"),
    "trying": Look(Words("no answer: tried again, others called, driven to", "无应答:重叫、改叫B角或驱车"), "#d3ebf9", "////",
                   1.0, "#2f7fb8"),
    "doors": Look(Words("from door to door", "挨户通知"), "#e69f00"),
    "moving": Look(Words("people moving", "转移"), "#009e73"),
    "danger": Look(Words("the danger comes", "危险到来"), TARGET),
    "inside": Look(Words("in, on apparatus", "佩用入井"), "#0072b2"),
    "standby": Look(Words("standing by (not rest)", "待机(不算休息)"), "#a5c8e1"),
    "resting": Look(Words("rest", "休息"), "#e3e3e3"),
    "stop": Look(_STOPPED, "#c8493c"),
    "stopped": Look(_STOPPED, "#f6c3bc", "", 1.0, "#f6c3bc"),
    "finding": Look(Words("rest cut to save lives: a finding", "启用救人例外(须说明)"), INK, marker="^"),
}  # fmt: skip
"""Every kind of bar and mark, in the order of the legend, which names each word once."""


def draw_command(
    figure: Figure, sections: Sequence[Section], *, language: Language, title: str, note: str, start: dt.datetime
) -> None:
    """Draw the sections of `command_sections`. `title` and `note` are already `safe`."""
    draw_sections(figure, sections, LOOKS, language=language, title=title, note=note, start=start)
