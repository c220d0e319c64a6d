"""The report of a comparison: one HTML file that holds everything, figures too, and needs no network to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sim
from sim.analysis.study_words import marginal_table, say_choice, say_how, say_rests_on, sentence, table
from sim.errors import Words
from sim.report.comparison import draw_study
from sim.report.figures import FOLDER
from sim.report.page import REPORT, place_of, rendered, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sim.errors import Language
    from sim.experiment.comparing.results import Comparison

_TEMPLATE = "comparison.html.j2"
_TEXTS: dict[str, Words] = {
    "question": Words("Question", "问题"), "answer": Words("Answer", "结论"), "results": Words("Variants", "各方案"),
    "marginal": Words("What small changes are worth", "边际:小改动的作用"), "figures": Words("Figures", "图"),
    "rests_on": Words("What the ranking rests on", "排序取决于哪些假定"), "annex": Words("Annex", "附录"),
    "range": Words(
        "Each assumed number alone, from a quarter to four times; the others do not turn the ranking there.",
        "每项假定单独改变,自四分之一至四倍;其余各项在此范围内不改变排序。",
    ),
    "made": Words("made by drillsim", "由 drillsim 生成"),
}  # fmt: skip
_CAPTIONS = {
    "comparison": Words("Variants, and their differences to the baseline", "各方案,及与基准之差"),
    "marginal": Words("What small changes are worth", "边际:小改动的作用"),
}


def write_study_report(found: Comparison, language: Language | None = None, folder: Path | None = None) -> list[Path]:
    """Draw the figures of a comparison and write ``report.html`` beside them.

    Parameters
    ----------
    found
        The comparison.
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
        If the comparison is in memory and no folder is given.
    """
    from sim.experiment.disk import write_whole

    folder = place_of(folder, found.path, "a comparison")
    spoken: Language = language or found.summary["language"]
    figures = draw_study(found.summary, folder / FOLDER, spoken)
    write_whole(folder / REPORT, render_study(found.summary, spoken, figures).encode())
    return figures


def render_study(summary: Mapping[str, Any], language: Language, figures: Sequence[Path] = ()) -> str:
    """Return the report as HTML. Every name from a file is escaped by the template."""
    notes = (say_choice(summary, language), say_rests_on(summary, language), say_how(summary, language))
    return rendered(
        _TEMPLATE, _TEXTS, language, name=summary["study"], asked=summary["question"], sentence=sentence(summary, language),
        notes=[note for note in notes if note],
        tables=[(line[f"title_{language}"], table(summary, line["metric"], language)) for line in summary["metrics"]],
        marginal=marginal_table(summary, language), turns=_turns(summary, language), runs=_runs(summary, language),
        run=_run(summary, language), figures=[shown(path, _CAPTIONS, language) for path in figures],
    )  # fmt: skip


def _turns(summary: Mapping[str, Any], language: Language) -> list[tuple[str, ...]]:
    rests = summary["rests_on"]
    if rests is None or not rests["found"]:
        return []
    heads = (
        Words("assumption", "假定"), Words("value", "取值"), Words("turns at", "改变于"), Words("times", "倍数"),
        Words("file and line", "文件与行"),
    )  # fmt: skip
    key = "what_zh" if language == "zh" else "what"
    rows = [
        (found[key], found["value"], found["turned"], f"×{found['factor']:.2f}", f"{found['file']}:{found['line']}")
        for found in rests["found"]
    ]
    return [tuple(head.say(language) for head in heads), *rows]


def _runs(summary: Mapping[str, Any], language: Language) -> list[tuple[str, ...]]:
    heads = (
        Words("variant", "方案"), Words("scenario", "情景"), Words("replications", "推演次数"), Words("seed", "随机种子"),
        Words("assumptions", "假定条数"),
    )  # fmt: skip
    rows = [
        (line["name"], line["scenario"], str(line["n"]), str(line["seed"]), str(line["assumptions"]))
        for line in summary["variants"]
    ]
    return [tuple(head.say(language) for head in heads), *rows]


def _run(summary: Mapping[str, Any], language: Language) -> list[tuple[str, str]]:
    pairs = [
        (Words("study", "研究"), summary["study"]), (Words("id", "编号"), summary["id"]),
        (Words("program", "程序"), f"drillsim {sim.__version__}"),
    ]  # fmt: skip
    return [(words.say(language), str(value)) for words, value in pairs]
