"""Figures of a comparison: each variant by itself beside its difference to the baseline; what small changes are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.analysis.study_words import main_metric, rows_of, say_gap, say_how
from sim.analysis.verdict import Verdict
from sim.errors import Words
from sim.report.style import (
    FAINT,
    GOOD,
    HEAD_ROOM,
    INK,
    SERIES,
    SOFT,
    TARGET,
    heading,
    new_figure,
    note_no_data,
    safe,
    save,
    use_style,
)
from sim.scenario.metric_names import split

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.errors import Language

    Summary = Mapping[str, Any]
    Row = Mapping[str, Any]

COMPARISON, MARGINAL = "comparison.png", "marginal.png"
WIDTH, LINE, PAD, FOOT = 10.6, 0.36, 0.92, 0.36
"""Inches: the figure, a variant, title and axis of a panel, the legend."""
METRICS, VARIANTS, SMALLS = 4, 24, 24
"""So many are drawn; all are in the tables."""
_LEFT, _MIDDLE, _RIGHT = 0.2, 0.565, 0.97
_NAME = 26
"""Columns of a name."""


def draw_study(summary: Summary, folder: Path, language: Language) -> list[Path]:
    """Draw the figures of a comparison into a folder and return them.

    Parameters
    ----------
    summary
        What ``summary.json`` of a comparison holds. Names in it are data: they are drawn as plain text.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with use_style():
        found = [save(comparison_figure(summary, language), folder / COMPARISON)]
        if summary["marginal"]:
            found.append(save(marginal_figure(summary, language), folder / MARGINAL))
    return found


def comparison_figure(summary: Summary, language: Language) -> Figure:
    """Return a row of two panels for each metric: the variants, and their differences to the baseline."""
    metrics = _shown(summary)
    lines = min(len(summary["variants"]), VARIANTS)
    tall = PAD + LINE * lines
    height = HEAD_ROOM + tall * max(1, len(metrics)) + FOOT
    figure = new_figure(WIDTH, height)
    heading(figure, safe(summary["study"], 60), safe(say_how(summary, language), 130))
    if not metrics:
        note_no_data(figure, Words("no data: nothing was measured", "无数据:没有可比的结果"), language)
        return figure
    for position, metric in enumerate(metrics):
        rows = rows_of(summary, metric["metric"])[:VARIANTS]
        bottom = 1 - (HEAD_ROOM + (position + 1) * tall - 0.52) / height
        size = (tall - PAD + 0.12) / height
        left = figure.add_axes((_LEFT, bottom, _MIDDLE - 0.05 - _LEFT, size))
        right = figure.add_axes((_MIDDLE, bottom, _RIGHT - _MIDDLE, size))
        _levels(left, summary, metric, rows, language)
        _gaps(right, metric, [row["difference"] for row in rows], [row["verdict"] for row in rows], language)
        base = next(variant["name"] for variant in summary["variants"] if variant["id"] == summary["baseline"])
        right.set_title(Words(f"against {safe(base, 20)}", f"与{safe(base, 20)}相比").say(language), loc="left", fontsize=9.5)
    _legend(figure, summary, language, height)
    return figure


def _shown(summary: Summary) -> list[Mapping[str, Any]]:
    """Return the metrics that are drawn: the main one, then those in which variants differ."""
    main = main_metric(summary)
    measured = [line for line in summary["metrics"] if any(row["mean"] is not None for row in rows_of(summary, line["metric"]))]
    differ = [line for line in measured if line["metric"] == main or _differs(summary, line["metric"])]
    return sorted(differ, key=lambda line: line["metric"] != main)[:METRICS]


def _differs(summary: Summary, metric: str) -> bool:
    verdicts = {row["verdict"] for row in rows_of(summary, metric)} - {None}
    return bool(verdicts - {Verdict.IDENTICAL.value})


def _factor(metric: str) -> tuple[float, Words]:
    """Return what values are drawn in: hours for long times, per cent for shares."""
    family = split(metric)[0]
    if family.aggregation == "share":
        return 100.0, Words("%", "%")
    return 1.0, family.unit


def _levels(axes: Axes, summary: Summary, metric: Mapping[str, Any], rows: Sequence[Row], language: Language) -> None:
    factor, unit = _factor(metric["metric"])
    names = {variant["id"]: variant["name"] for variant in summary["variants"]}
    for at, row in enumerate(rows):
        if row["planned"] is not None and summary["mode"] == "plan":
            axes.plot(row["planned"] * factor, at, marker="|", color=SOFT, markersize=11, markeredgewidth=1.6)
        if row["mean"] is None:
            axes.text(0.02, at, Words("never", "从未").say(language), color=TARGET, fontsize=8, va="center",
                      transform=axes.get_yaxis_transform())  # fmt: skip
            continue
        mean = row["mean"] * factor
        if row["ci95"] is not None:
            axes.plot([bound * factor for bound in row["ci95"]], [at, at], color=SERIES[0], linewidth=3.2, solid_capstyle="butt")
        axes.plot(mean, at, marker="o", color=SERIES[0], markersize=5.5)
        if row["p90"] is not None and split(metric["metric"])[0].aggregation == "observations" and summary["mode"] == "plan":
            axes.plot(row["p90"] * factor, at, marker="D", color=SERIES[1], markersize=4.6, markerfacecolor="white")
        if row["never"]:
            axes.annotate(
                Words(f"never {row['never']}/{row['observations']}", f"从未 {row['never']}/{row['observations']}").say(language),
                (1.0, at), xycoords=axes.get_yaxis_transform(), xytext=(-2, 0), textcoords="offset points", ha="right",
                va="center", fontsize=7, color=TARGET, bbox={"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 0.6},
            )  # fmt: skip
    _rows(axes, [safe(names[row["variant"]], _NAME) for row in rows])
    axes.margins(x=0.09)
    if any(row["never"] for row in rows):  # room for how often it never happened
        low, high = axes.get_xlim()
        axes.set_xlim(low, high + 0.22 * (high - low))
    said = f"({unit.say(language)})" if unit.say(language) else ""
    axes.set_title(f"{safe(metric[f'title_{language}'], 34)}{said}", loc="left", fontsize=9.5)


def _rows(axes: Axes, names: Sequence[str] | None) -> None:
    count = len(names) if names is not None else round(axes.get_ylim()[0] + 0.5)
    axes.set_ylim(count - 0.4, -0.6)
    axes.set_yticks(range(count))
    axes.set_yticklabels(names if names is not None else [""] * count)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=True, axis="x")
    axes.spines["left"].set_visible(False)


def _gaps(
    axes: Axes, metric: Mapping[str, Any], gaps: Sequence[Mapping[str, Any] | None], verdicts: Sequence[str | None],
    language: Language,
) -> None:  # fmt: skip
    factor, _ = _factor(metric["metric"])
    little = metric["indifference"]
    if little is not None:
        axes.axvspan(-little * factor, little * factor, color=FAINT, alpha=0.55, linewidth=0)
    axes.axvline(0, color=SOFT, linewidth=0.9)
    axes.set_ylim(len(gaps) - 0.4, -0.6)
    _rows(axes, [""] * len(gaps))
    for at, (gap, verdict) in enumerate(zip(gaps, verdicts, strict=True)):
        if gap is None:
            continue
        colour = _colour(metric, gap, verdict)
        if gap["low"] is not None and gap["high"] is not None:
            axes.plot([gap["low"] * factor, gap["high"] * factor], [at, at], color=colour, linewidth=2.6, solid_capstyle="butt")
        if gap["estimate"] is not None:
            axes.plot(gap["estimate"] * factor, at, marker="o", color=colour, markersize=5.5)
    low, high = axes.get_xlim()
    reach = max(abs(low), abs(high), 1e-9)
    axes.set_xlim(min(low, -0.25 * reach) - 0.06 * reach, max(high, 0.25 * reach) + 0.06 * reach)
    for at, gap in enumerate(gaps):
        if gap is not None:
            _said(axes, at, gap, metric, factor, language)


def _said(axes: Axes, at: int, gap: Mapping[str, Any], metric: Mapping[str, Any], factor: float, language: Language) -> None:
    """Write a difference above its mark, on the side where there is room."""
    where = (gap["estimate"] or 0.0) * factor
    low, high = axes.get_xlim()
    share = (where - low) / (high - low)
    side = "left" if share < 0.13 else "right" if share > 0.87 else "center"
    axes.annotate(
        safe(say_gap(metric["metric"], gap, language)), (where, at), xytext=(0, 5), textcoords="offset points", ha=side,
        va="bottom", fontsize=7.5, color=INK,
        bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.6},
    )  # fmt: skip


def _colour(metric: Mapping[str, Any], gap: Mapping[str, Any], verdict: str | None) -> str:
    """Green for really better, red for really worse, blue where neither direction is good, grey for no real difference."""
    if verdict != Verdict.REAL.value or gap["estimate"] is None:
        return SOFT
    if metric["better"] is None:
        return SERIES[0]
    return GOOD if (gap["estimate"] < 0) == (metric["better"] == "low") else TARGET


def _legend(figure: Figure, summary: Summary, language: Language, height: float) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    plan = summary["mode"] == "plan"
    marks: list[tuple[Words, dict[str, Any]]] = [
        (Words("mean and 95 % interval", "平均与 95 % 区间") if plan else Words("planned value", "计划值"),
         {"marker": "o", "color": SERIES[0], "linewidth": 3.2 if plan else 0}),
    ]  # fmt: skip
    if plan:
        marks += [
            (Words("nine in ten", "十次有九次"), {"marker": "D", "color": SERIES[1], "markerfacecolor": "white", "linewidth": 0}),
            (Words("planned", "计划值"), {"marker": "|", "color": SOFT, "linewidth": 0, "markersize": 9}),
        ]  # fmt: skip
    marks += [
        (Words("really better", "真实更好"), {"color": GOOD, "marker": "o", "linewidth": 2.6}),
        (Words("really worse", "真实更差"), {"color": TARGET, "marker": "o", "linewidth": 2.6}),
        (Words("no real difference, or undecided", "无实质差别或不能断定"), {"color": SOFT, "marker": "o", "linewidth": 2.6}),
    ]  # fmt: skip
    handles: list[Any] = [Line2D([], [], label=words.say(language), **({"markersize": 5} | look)) for words, look in marks]
    if any(line["indifference"] is not None for line in summary["metrics"]):
        handles.append(Patch(color=FAINT, label=Words("too small to decide by", "小到不作依据").say(language)))
    figure.legend(
        handles=handles, loc="lower center", bbox_to_anchor=(0.5, 0.04 / height), ncols=len(handles), columnspacing=1.2,
        handlelength=1.6,
    )  # fmt: skip


def marginal_figure(summary: Summary, language: Language) -> Figure:
    """Return what each small change moves the main metric by, with its interval."""
    main = main_metric(summary)
    rows = [row for row in summary["marginal"] if row["metric"] == main][:SMALLS]
    metric = next(line for line in summary["metrics"] if line["metric"] == main)
    height = HEAD_ROOM + PAD - 0.2 + 0.42 * len(rows)
    figure = new_figure(WIDTH, height)
    title = Words("What small changes are worth", "边际:每一处小改动的作用").say(language)
    unit = _factor(main)[1].say(language)
    note = f"{metric[f'title_{language}']}" + (f"({unit})" if unit else "")
    heading(figure, title, safe(f"{summary['study']} · {note} · 95 %", 120))
    axes = figure.add_axes((0.34, 0.42 / height, 0.62, (0.42 * len(rows) + 0.2) / height))
    _gaps(axes, metric, [row["difference"] for row in rows], [row["verdict"] for row in rows], language)
    names = {variant["id"]: variant["name"] for variant in summary["variants"]}
    axes.set_yticklabels([
        safe(row["change"] if row["of"] == summary["baseline"] else f"{row['change']}({names[row['of']]})", 44) for row in rows
    ])  # fmt: skip
    return figure
