"""Figures of a sizing: what money buys, what lies where now and then, and what is promised beside what is reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sim.errors import Words
from sim.planning.sizing.papers import PLANS
from sim.planning.sizing.words import money, percent, units
from sim.report.style import (
    FAINT,
    HEAD_ROOM,
    INK,
    SERIES,
    SOFT,
    heading,
    new_figure,
    note_no_data,
    safe,
    save,
    use_style,
)
from sim.report.text import columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.errors import Language

    Summary = Mapping[str, Any]
    Interval = tuple[float, float]

CURVE, PLAN, SERVICE = "curve.png", "plan.png", "service.png"
WIDTH = 10.6
"""Inches."""
ITEMS, DEPOTS, WANTS = 14, 8, 34
"""So many are drawn; all are in the tables."""
_TEN_THOUSAND = 10_000.0
_LOOKS: dict[str, tuple[str, str]] = {"today": (SOFT, "o"), "proposal": (SERIES[0], "D"), "standard": (SERIES[1], "s")}
"""Plan → colour and mark."""


class Mark(NamedTuple):
    """One plan as simulation finds it, on the price–service curve."""

    plan: str
    spent: float
    """Yuan."""
    service: float
    lost: float
    """Expected loss of a year (yuan)."""
    interval: Interval | None


class Cell(NamedTuple):
    """One item in one depot."""

    now: float
    proposed: float


class Sheet(NamedTuple):
    """The plan as a table: the dearest items by depots."""

    items: tuple[str, ...]
    unit: tuple[str, ...]
    depots: tuple[str, ...]
    cells: tuple[tuple[Cell | None, ...], ...]
    """Items × depots."""
    cost: tuple[float, ...]
    """Of each item, in all depots (yuan)."""
    left: int
    """Items, or depots, that are bought for and are not shown."""


class Served(NamedTuple):
    """One want in one case."""

    case: str
    want: str
    promised: float
    reached: Mapping[str, tuple[float, Interval | None]]


def draw_sizing(summary: Summary, folder: Path, language: Language) -> list[Path]:
    """Draw the figures of a sizing into a folder and return them.

    Parameters
    ----------
    summary
        What ``summary.json`` of a sizing holds. Names in it are data: they are drawn as plain text.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with use_style():
        return [
            save(curve_figure(summary, language), folder / CURVE),
            save(plan_figure(summary, language), folder / PLAN),
            save(service_figure(summary, language), folder / SERVICE),
        ]


# --- what money buys -----------------------------------------------------------------------------------------------------


def curve_points(summary: Summary) -> list[tuple[float, float, float]]:
    """Return (spent, service, expected loss of a year) as promised: today's stock, then each budget, by rising sum."""
    today = summary["today"]
    points = {0.0: (today["service"], today["costs"]["shortage"])}
    points |= {one["spent"]: (one["service"], one["shortage_cost"]) for one in summary["curve"]}
    return [(spent, *points[spent]) for spent in sorted(points)]


def marks_of(summary: Summary) -> list[Mark]:
    """Return the plans of the proof."""
    proof = summary["proof"]
    if proof is None:
        return []
    return [
        Mark(name, proof["spent"][name], share, proof["shortage_cost"][name]["mean"], _pair(proof["shortage_cost"][name]["ci95"]))
        for name, share in proof["service"].items()
    ]


def _pair(bounds: Sequence[float] | None) -> Interval | None:
    return None if bounds is None else (bounds[0], bounds[1])


def curve_figure(summary: Summary, language: Language) -> Figure:
    """Return the price–service curve, and beside it the loss of a year, promised and reached."""
    height = 5.0
    figure = new_figure(WIDTH, height)
    title = Words("What money buys", "价格与服务:花多少,保多少").say(language)
    note = Words("the curve has no minimums of standards to obey", "曲线不受最低储备下限约束").say(language)
    heading(figure, title, f"{safe(summary['study'], 80)} · {note}")
    bottom, size = 1.16 / height, (height - HEAD_ROOM - 1.55) / height
    left = figure.add_axes((0.08, bottom, 0.39, size))
    right = figure.add_axes((0.585, bottom, 0.39, size))
    scale = _TEN_THOUSAND if language == "zh" else 1e6
    points = curve_points(summary)
    spent = [one / scale for one, _, _ in points]
    for axes, number, factor in ((left, 1, 100.0), (right, 2, 1 / scale)):
        axes.plot(spent, [point[number] * factor for point in points], color=SERIES[2], marker=".", markersize=7)
        chosen = summary["promised"]["service"] if number == 1 else summary["costs"]["shortage"]
        axes.plot(summary["spent"] / scale, chosen * factor, marker="D", markerfacecolor="none", markeredgecolor=SERIES[0],
                  markeredgewidth=1.6, markersize=9.5, linestyle="none")  # fmt: skip
        for mark in marks_of(summary):
            colour, shape = _LOOKS[mark.plan]
            if number == 2 and mark.interval is not None:
                axes.plot([mark.spent / scale] * 2, [max(0.0, bound) / scale for bound in mark.interval], color=colour, alpha=0.6)
            value = (mark.service if number == 1 else mark.lost) * factor
            axes.plot(mark.spent / scale, value, marker=shape, color=colour, markersize=5.5, linestyle="none")
        if summary["budget"] is not None:
            axes.axvline(summary["budget"] / scale, color=SOFT, linewidth=0.9, linestyle=(0, (4, 3)))
        axes.grid(visible=True)
        axes.margins(x=0.06, y=0.1)
        unit = Words("million yuan", "万元").say(language)
        axes.set_xlabel(Words(f"spent on purchases ({unit})", f"采购费用({unit})").say(language))
    low, most = min(left.get_ylim()[0], 90.0), right.get_ylim()[1]
    left.set_ylim(low, 100 + 0.04 * (100 - low))
    right.set_ylim(-0.04 * most, most)
    left.set_title(Words("comes in time, weighed by loss (%)", "按时满足率,按损失加权(%)").say(language), loc="left")
    loss = Words("expected loss of shortage a year (million yuan)", "年期望缺货损失(万元)")
    right.set_title(loss.say(language), loc="left")
    _curve_legend(figure, summary, language, height)
    return figure


def _curve_legend(figure: Figure, summary: Summary, language: Language, height: float) -> None:
    from matplotlib.lines import Line2D

    none = {"linestyle": "none", "markersize": 6}
    looks: list[tuple[str, dict[str, Any]]] = [
        (Words("best for each budget, promised (0: today's stock)", "各档预算的最好方案,承诺(0 为现有储备)").say(language),
         {"color": SERIES[2], "marker": "."}),
        (Words(f"the proposal, promised: {percent(summary['promised']['service'])}",
               f"建议方案,承诺 {percent(summary['promised']['service'])}").say(language),
         none | {"marker": "D", "markerfacecolor": "none", "markeredgecolor": SERIES[0]}),
    ]  # fmt: skip
    for mark in marks_of(summary):
        colour, shape = _LOOKS[mark.plan]
        said = PLANS[mark.plan]
        words = Words(f"{said.en}, simulated: {percent(mark.service)}", f"{said.zh},仿真 {percent(mark.service)}")
        looks.append((words.say(language), none | {"color": colour, "marker": shape}))
    if summary["budget"] is not None:
        words = Words(f"budget: {money(summary['budget'], 'en')}", f"预算 {money(summary['budget'], 'zh')}")
        looks.append((words.say(language), {"color": SOFT, "linewidth": 0.9, "linestyle": (0, (4, 3))}))
    if any(mark.interval is not None for mark in marks_of(summary)):
        looks.append((Words("line through a mark: 95 % interval", "标记上的竖线:95% 区间").say(language), {"color": SOFT}))
    handles = [Line2D([], [], label=label, **look) for label, look in looks]
    figure.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 0.05 / height), ncols=3, columnspacing=1.6)


# --- what lies where -----------------------------------------------------------------------------------------------------


def sheet_of(summary: Summary) -> Sheet:
    """Return the plan by items and depots: the items that cost most, the depots that change most."""
    lines = summary["proposal"]
    cost: dict[str, float] = {}
    weight: dict[str, float] = {}
    unit: dict[str, str] = {}
    for line in lines:
        cost[line["item"]] = cost.get(line["item"], 0.0) + line["cost"]
        weight[line["depot"]] = weight.get(line["depot"], 0.0) + line["cost"]
        unit[line["item"]] = line["unit"]
    changed = {line["item"] for line in lines if line["proposed"] != line["now"]}
    items = [item for item in sorted(cost, key=lambda item: -cost[item]) if item in changed]
    ranked = sorted(weight, key=lambda depot: -weight[depot])[:DEPOTS]
    depots = [depot for depot in weight if depot in ranked]  # as the study names them
    cells = {(line["item"], line["depot"]): Cell(line["now"], line["proposed"]) for line in lines}
    gone = [depot for depot in weight if depot not in ranked and weight[depot] > 0]
    shown = items[:ITEMS]
    return Sheet(
        tuple(shown), tuple(unit[item] for item in shown), tuple(depots),
        tuple(tuple(cells.get((item, depot)) for depot in depots) for item in shown), tuple(cost[item] for item in shown),
        len(items) - len(shown) + len(gone),
    )  # fmt: skip


def plan_figure(summary: Summary, language: Language) -> Figure:
    """Return a table of the dearest items: in each depot what is proposed, and under it what is there now."""
    sheet = sheet_of(summary)
    row, head = 0.44, 0.5
    height = HEAD_ROOM + head + row * max(len(sheet.items), 2) + 0.2
    figure = new_figure(WIDTH, height)
    title = Words("What should lie where", "什么、多少、放在哪里").say(language)
    note = Words("proposed, and below it what is there now; shaded: more, the darker the dearer",
                 "上为建议,下为现有;着色为增加,越深越费钱").say(language)  # fmt: skip
    if sheet.left:
        note += Words(f"; {sheet.left} more in the table", f";另 {sheet.left} 项见表").say(language)
    heading(figure, title, f"{safe(summary['study'], 60)} · {note}")
    if not sheet.items:
        note_no_data(figure, Words("nothing changes: today's stock stays", "没有变化:维持现有储备"), language)
        return figure
    axes = figure.add_axes((0.0, 0.1 / height, 1.0, (height - HEAD_ROOM - 0.1) / height))
    axes.set_axis_off()
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(head + row * max(len(sheet.items), 2), 0)
    name, sum_wide = 2.1, 1.05
    wide = (WIDTH - 0.3 - name - sum_wide) / len(sheet.depots)
    room = int((wide - 0.08) / 0.059)
    for column, depot in enumerate(sheet.depots):
        axes.text(0.2 + name + (column + 0.5) * wide, head - 0.1, _two_lines(depot, room), ha="center", va="bottom", fontsize=8)
    axes.text(WIDTH - 0.15, head - 0.1, Words("cost", "费用").say(language), ha="right", va="bottom", fontsize=8)
    for number, item in enumerate(sheet.items):
        top = head + number * row
        axes.plot([0.2, WIDTH - 0.1], [top, top], color=FAINT, linewidth=0.7)
        unit = f"({safe(sheet.unit[number], 6)})" if sheet.unit[number] else ""
        axes.text(0.2, top + row / 2, safe(item, 32 - columns(unit)) + unit, va="center", fontsize=8.5)
        axes.text(WIDTH - 0.15, top + row / 2, money(sheet.cost[number], language).replace(" yuan", ""), ha="right", va="center",
                  fontsize=8.5)  # fmt: skip
        _cells(axes, sheet, number, (0.2 + name, top, wide, row), language)
    return figure


def _two_lines(name: str, width: int) -> str:
    """Return a name on two lines if it is too wide for one, cut if it is too wide for two."""
    if columns(name) <= width:
        return safe(name, width)
    half, used, at = min(width, (columns(name) + 1) // 2), 0, 0
    while used < half:
        used += columns(name[at])
        at += 1
    space = name.rfind(" ", 0, at + 1)
    at = space if space > 0 else at
    return f"{safe(name[:at], width)}\n{safe(name[at:].strip(), width)}"


def _cells(axes: Axes, sheet: Sheet, number: int, where: tuple[float, float, float, float], language: Language) -> None:
    from matplotlib.patches import Rectangle

    left, top, wide, row = where
    cells = sheet.cells[number]
    most = max(sheet.cost) or 1.0
    more = sum(max(0.0, cell.proposed - cell.now) for cell in cells if cell is not None)
    for column, cell in enumerate(cells):
        middle = left + (column + 0.5) * wide
        if cell is None:
            continue
        if cell.proposed > cell.now:
            share = sheet.cost[number] * (cell.proposed - cell.now) / more / most
            axes.add_patch(Rectangle(
                (left + column * wide + 0.03, top + 0.03), wide - 0.06, row - 0.06, color=SERIES[0], alpha=0.1 + 0.35 * share,
                linewidth=0,
            ))  # fmt: skip
        if cell.proposed == cell.now:
            axes.text(middle, top + row / 2, units(cell.now), ha="center", va="center", fontsize=8, color=SOFT)
            continue
        axes.text(middle, top + row * 0.31, units(cell.proposed), ha="center", va="center", fontsize=9, color=INK)
        now = Words(f"now {units(cell.now)}", f"现 {units(cell.now)}").say(language)
        axes.text(middle, top + row * 0.73, now, ha="center", va="center", fontsize=7, color=SOFT)


# --- promised and reached ------------------------------------------------------------------------------------------------


def served_of(summary: Summary) -> list[Served]:
    """Return the wants of each case: where there are too many, those that are met worst."""
    found = [
        Served(
            line["case"], line["want"], line["promised"],
            {name: (share["mean"], _pair(share["ci95"])) for name, share in line["reached"].items()},
        )
        for line in summary["service"]
    ]  # fmt: skip
    worst = sorted(range(len(found)), key=lambda at: min([found[at].promised, *(mean for mean, _ in found[at].reached.values())]))
    return [found[at] for at in sorted(worst[:WANTS])]


def service_figure(summary: Summary, language: Language) -> Figure:
    """Return, case by case and want by want, the share in time: promised, and reached by each plan."""
    rows = served_of(summary)
    cases = list(dict.fromkeys(row.case for row in rows))
    line, gap = 0.3, 0.34
    tall = line * len(rows) + gap * len(cases)
    height = HEAD_ROOM + max(tall, 0.8) + 0.86
    figure = new_figure(WIDTH, height)
    title = Words("What comes in time: promised, and reached", "按时满足率:承诺与实际").say(language)
    note = safe(summary["study"], 80)
    left = len(summary["service"]) - len(rows)
    note += Words(f" · {left} more, met better, in the table", f" · 另 {left} 项满足得更好,见表").say(language) if left else ""
    proof = summary["proof"]
    count = 0 if proof is None else proof["replications"]
    if count > 1:
        note += Words(f" · {count} replications a case; lines: 95 %", f" · 每种情形仿真 {count} 次;横线为 95% 区间").say(language)
    heading(figure, title, note)
    if not rows:
        note_no_data(figure, Words("no case asks for anything", "各情形都没有需求"), language)
        return figure
    axes = figure.add_axes((0.27, 0.74 / height, 0.69, max(tall, 0.8) / height))
    at, seen, ticks = 0.0, "", []
    for row in rows:
        if row.case != seen:
            axes.text(0, at + gap * 0.62, safe(row.case, 40), fontsize=9.5, va="center", ha="right", color=INK,
                      transform=axes.get_yaxis_transform())  # fmt: skip
            seen, at = row.case, at + gap
        at += line
        ticks.append(at - line / 2)
        _served(axes, row, at - line / 2)
    axes.set_ylim(at + 0.05, 0)
    axes.set_yticks(ticks)
    axes.set_yticklabels([safe(row.want, 34) for row in rows])
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(-2, 103)
    axes.grid(visible=True, axis="x")
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(Words("share that comes in time (%)", "按时满足的比例(%)").say(language))
    _service_legend(figure, summary, language, height)
    return figure


def _served(axes: Axes, row: Served, at: float) -> None:
    axes.plot(100 * row.promised, at, marker="|", color=SERIES[2], markersize=13, markeredgewidth=2.2, linestyle="none")
    lift = 0.065 * (len(row.reached) - 1) / 2
    for number, (name, (mean, bounds)) in enumerate(row.reached.items()):
        colour, shape = _LOOKS[name]
        where = at - lift + 0.065 * number
        if bounds is not None:
            low, high = (100 * min(1.0, max(0.0, bound)) for bound in bounds)
            axes.plot([low, high], [where, where], color=colour, linewidth=1.5, alpha=0.75, solid_capstyle="butt")
        axes.plot(100 * mean, where, marker=shape, color=colour, markersize=4.6, linestyle="none", alpha=0.9)


def _service_legend(figure: Figure, summary: Summary, language: Language, height: float) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], marker="|", color=SERIES[2], markersize=11, markeredgewidth=2.2, linestyle="none",
               label=Words("the proposal, promised", "建议方案,承诺").say(language))
    ]  # fmt: skip
    for mark in marks_of(summary):
        colour, shape = _LOOKS[mark.plan]
        said = PLANS[mark.plan]
        label = Words(f"{said.en}, simulated", f"{said.zh},仿真").say(language)
        handles.append(Line2D([], [], marker=shape, color=colour, markersize=5.5, linestyle="none", label=label))
    figure.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 0.04 / height), ncols=4, columnspacing=1.8)
