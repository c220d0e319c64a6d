"""The report of a sizing: one HTML file that holds everything, figures too, and needs no network to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sim
from sim.errors import Words
from sim.planning.sizing.papers import PLANS, assumptions_of, summary_of
from sim.planning.sizing.question import name_of, penalty_of
from sim.planning.sizing.words import (
    curve_table,
    money,
    percent,
    said_of_gap,
    said_of_money,
    said_of_proof,
    sentence,
    units,
)
from sim.report.figures import FOLDER
from sim.report.page import REPORT, place_of, rendered, shown
from sim.report.sizing import draw_sizing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sim.errors import Language
    from sim.planning.sizing.answer import Sizing

    Summary = Mapping[str, Any]
    Table = list[tuple[str, ...]]

_TEMPLATE = "sizing.html.j2"
_TEXTS: dict[str, Words] = {
    "question": Words("Question", "问题"), "answer": Words("Answer", "结论"), "plan": Words("The plan", "储备方案"),
    "service": Words("What comes in time: promised, and reached", "按时满足率:承诺与实际"),
    "curve": Words("What money buys", "价格与服务"), "rests": Words("What this rests on", "前提"),
    "cases": Words("Cases and their probabilities", "各情形及其概率"),
    "losses": Words("What one that does not come in time costs", "每缺一单位(未按时到位)的损失"),
    "minimum": Words("What standards ask for", "标准要求的最低储备"),
    "assumed": Words("Assumed inputs", "假定的输入"), "quick": Words("The quick answer beside it", "对照:快速估算"),
    "warnings": Words("Warnings", "提醒"), "annex": Words("Annex", "附录"), "made": Words("made by drillsim", "由 drillsim 生成"),
    "invented": Words(
        "Assumed inputs are not surveyed facts: replace them before deciding on this result. The cost of shortage is a judgement "
        "of value: it decides the plan.",
        "假定的输入不是调查所得,用于决策前须用实际数据替换。缺货损失是价值判断:它定了,方案就定了。",
    ),
    "newsvendor": Words(
        "The newsvendor's rule, each item alone: all of it in one place, no roads, trucks, sets or budget.",
        "报童公式:各物资单独算,全放一处,不计路、车、成套和预算。",
    ),
    "promise": Words(
        "Promised: by somebody who knows each case and moves goods as well as can be. Reached: by the simulated response, with "
        "other draws than the plan was made for.",
        "承诺:按事先知道情形、货调得最好算。实际:仿真的响应做到的,所抽需求不是编方案用的那些。",
    ),
}  # fmt: skip
_CAPTIONS = {
    "curve": Words("What money buys: promised, and simulated", "价格与服务:承诺与仿真"),
    "plan": Words("What should lie where: the dearest items", "什么、多少、放在哪里:最费钱的各项"),
    "service": Words("What comes in time, by case and want", "各情形各需求的按时满足率"),
}
_MOST = 60
"""Assumptions that are listed."""


def write_sizing_report(found: Sizing, language: Language | None = None, folder: Path | None = None) -> list[Path]:
    """Draw the figures of a sizing and write ``report.html`` beside them.

    Parameters
    ----------
    found
        The sizing.
    language
        Of the report; that of the study by default.
    folder
        Where they go; the results folder by default.

    Returns
    -------
    list of Path
        The figures.

    Raises
    ------
    ValueError
        If the sizing is in memory and no folder is given.
    """
    from sim.experiment.disk import write_whole

    folder = place_of(folder, found.path, "a sizing")
    spoken: Language = language or found.study.language
    figures = draw_sizing(summary_of(found), folder / FOLDER, spoken)
    write_whole(folder / REPORT, render_sizing(found, spoken, figures).encode())
    return figures


def render_sizing(found: Sizing, language: Language, figures: Sequence[Path] = ()) -> str:
    """Return the report as HTML. Every name from a file is escaped by the template."""
    summary = summary_of(found)
    notes = (said_of_proof(summary, language), said_of_gap(summary, language), said_of_money(summary, language))
    return rendered(
        _TEMPLATE, _TEXTS, language, name=summary["study"], asked=summary["question"], sentence=sentence(summary, language),
        notes=[note for note in notes if note], plan=filed_table(summary, language), service=_service(summary, language),
        curve=curve_table(summary, language), cases=_cases(found, language), losses=_losses(found, language),
        minimum=_minimum(found, language),
        assumed=_assumed(found, language), quick=quick_table(found, language),
        warnings=[finding.what.say(language) for finding in (*found.study.warnings, *found.problem.warnings)],
        run=_run(found, summary, language), figures={path.stem: shown(path, _CAPTIONS, language) for path in figures},
    )  # fmt: skip


def _headed(language: Language, heads: Sequence[Words], rows: Sequence[Sequence[str]]) -> Table:
    return [tuple(head.say(language) for head in heads), *(tuple(row) for row in rows)]


def filed_table(summary: Summary, language: Language) -> Table:
    """Return the plan for the files: every item in every depot, what it costs, and the sum."""
    heads = (
        Words("item", "物资"), Words("depot", "储备库"), Words("unit", "单位"), Words("now", "现有"), Words("proposed", "建议"),
        Words("to buy", "新增"), Words("price, yuan", "单价(元)"), Words("cost, yuan", "费用(元)"),
    )  # fmt: skip
    rows = [
        (line["item"], line["depot"], line["unit"], units(line["now"]), units(line["proposed"]), units(line["bought"]),
         f"{line['price']:,.10g}", f"{line['cost']:,.0f}")
        for line in summary["proposal"]
    ]  # fmt: skip
    total = sum(line["cost"] for line in summary["proposal"])
    return _headed(language, heads, [*rows, (Words("sum", "合计").say(language), *[""] * 6, f"{total:,.0f}")])


def _service(summary: Summary, language: Language) -> Table:
    plans = [] if summary["proof"] is None else list(summary["proof"]["service"])
    heads = (
        Words("case", "情形"), Words("want", "需求"), Words("asked on average", "平均需要"), Words("promised", "承诺"),
        *(PLANS[name] for name in plans),
    )  # fmt: skip
    rows = []
    for line in summary["service"]:
        told = [_interval(line["reached"].get(name)) for name in plans]
        rows.append((line["case"], line["want"], units(line["asked"]), percent(line["promised"]), *told))
    return _headed(language, heads, rows)


def _interval(share: Mapping[str, Any] | None) -> str:
    """Return a share with its interval, which cannot go beyond nothing and all."""
    if share is None:
        return ""
    if share["ci95"] is None:
        return percent(share["mean"])
    low, high = (min(1.0, max(0.0, bound)) for bound in share["ci95"])
    return f"{percent(share['mean'])} ({100 * low:.0f}–{100 * high:.0f})"


def quick_table(found: Sizing, language: Language) -> Table:
    """Return what the newsvendor's rule holds in all, beside what there is and what the plan holds."""
    heads = (
        Words("item", "物资"), Words("now, all depots", "现有合计"), Words("proposed, all depots", "建议合计"),
        Words("quick answer", "快速估算"),
    )  # fmt: skip
    have, stock = found.problem.have.sum(axis=0), found.plan.stock.sum(axis=0)
    unit = {item.id: item.unit for item in found.study.first.supplies.items}
    rows = [
        (found.problem.items[number], units(float(have[number])), units(round(float(stock[number]), 3)),
         f"{units(found.quick[number])} {unit[item]}".rstrip())
        for number, item in enumerate(found.study.items)
    ]  # fmt: skip
    return _headed(language, heads, rows)


def _cases(found: Sizing, language: Language) -> Table:
    heads = (
        Words("case", "情形"), Words("probability a year", "年概率"), Words("draws of its needs", "需求抽样次数"),
        Words("scenario", "情景"),
    )  # fmt: skip
    nothing = Words("nothing happens", "无事").say(language)
    rows = [
        (case.name, f"{100 * case.probability:.4g} %", "" if case.scenario is None else str(case.draws),
         nothing if case.scenario is None else case.scenario.name)
        for case in found.study.cases
    ]  # fmt: skip
    return _headed(language, heads, rows)


def _losses(found: Sizing, language: Language) -> Table:
    supplies, problem = found.study.first.supplies, found.problem
    heads = (Words("want", "需求"), Words("yuan each", "元"))
    losses = {name_of(supplies, key.id): penalty_of(found.study, supplies, key) for key in found.needs.wants}
    return _headed(language, heads, [(name, f"{yuan:,.10g}") for name, yuan in losses.items() if name in problem.want_names])


def _minimum(found: Sizing, language: Language) -> Table:
    if not found.study.minimum:
        return []
    problem, study = found.problem, found.study
    heads = (Words("item", "物资"), Words("at least", "至少"), Words("depots together", "合计于"), Words("basis", "依据"))
    every = Words("all depots", "全部储备库").say(language)
    rows = [
        (problem.items[floor.item], units(floor.amount),
         every if len(floor.depots) == len(study.depots) else "、".join(problem.depots[row] for row in floor.depots), floor.basis)
        for floor in study.minimum
    ]  # fmt: skip
    return _headed(language, heads, rows)


def _assumed(found: Sizing, language: Language) -> Table:
    assumptions = assumptions_of(found.study)
    heads = (Words("what", "项目"), Words("value", "取值"), Words("file and line", "文件与行"))
    rows = [(one.what, one.value, f"{one.file}:{one.line}") for one in assumptions[:_MOST]]
    left = len(assumptions) - len(rows)
    if left:
        rows.append((Words(f"… {left} more", f"… 另 {left} 项").say(language), "", ""))
    return _headed(language, heads, rows) if rows else []


def _run(found: Sizing, summary: Summary, language: Language) -> list[tuple[str, str]]:
    budget = Words("not limited", "不限").say(language) if summary["budget"] is None else money(summary["budget"], language)
    pairs = [
        (Words("study", "研究"), summary["study"]), (Words("id", "编号"), summary["id"]), (Words("budget", "预算"), budget),
        (Words("seed", "随机种子"), str(summary["seed"])),
        (Words("replications of each case in the proof", "仿真验证每种情形次数"),
         str(0 if found.proof is None else found.proof.replications)),
        (Words("program", "程序"), f"drillsim {sim.__version__}"),
    ]  # fmt: skip
    return [(words.say(language), str(value)) for words, value in pairs]
