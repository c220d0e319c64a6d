"""The files of a study's results folder: tables for a spreadsheet, the summary for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.analysis.verdict import Verdict
from sim.errors import Words
from sim.experiment.papers import as_csv, as_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.errors import Language

RESOLVED = "study.resolved.yaml"
_COMPARISON = (
    ("metric", Words("metric", "指标")), ("title", Words("title", "名称")), ("variant", Words("variant", "方案编号")),
    ("name", Words("name", "方案")), ("n", Words("replications", "次数")), ("planned", Words("planned", "计划值")),
    ("mean", Words("mean", "平均")), ("mean_low", Words("95 % from", "95% 区间下限")),
    ("mean_high", Words("95 % to", "95% 区间上限")),
    ("p50", Words("p50", "中位数")), ("p90", Words("p90", "十次有九次")), ("never", Words("never", "从未发生")),
    ("planned_difference", Words("planned difference", "计划值之差")), ("difference", Words("difference", "与基准之差")),
    ("low", Words("difference from", "之差 95% 下限")), ("high", Words("difference to", "之差 95% 上限")),
    ("p", Words("p", "p 值")), ("p_holm", Words("p after Holm", "Holm 校正后 p 值")),
    ("p90_difference", Words("difference of p90", "十次九次之差")), ("p90_low", Words("p90 from", "十次九次之差下限")),
    ("p90_high", Words("p90 to", "十次九次之差上限")), ("variance_ratio", Words("variance ratio", "方差比(独立/配对)")),
    ("verdict", Words("verdict", "判断")), ("cost", Words("cost, yuan", "费用(元)")),
    ("per_10k", Words("per 10,000 yuan", "每万元")), ("unit", Words("unit", "单位")),
)  # fmt: skip
_MARGINAL = (
    ("change", Words("change", "改动")), ("of", Words("variant", "在何方案上")), ("metric", Words("metric", "指标")),
    ("title", Words("title", "名称")), ("n", Words("replications", "次数")),
    ("planned_difference", Words("planned difference", "计划值之差")), ("difference", Words("difference", "之差")),
    ("low", Words("difference from", "之差 95% 下限")), ("high", Words("difference to", "之差 95% 上限")),
    ("verdict", Words("verdict", "判断")), ("price", Words("price, yuan", "价格(元)")),
    ("per_10k", Words("per 10,000 yuan", "每万元")), ("unit", Words("unit", "单位")),
)  # fmt: skip
_RESTS_ON = (
    ("what", Words("assumption", "假定")), ("value", Words("value", "取值")),
    ("factor", Words("factor at the turn", "到几倍时改变")), ("turned", Words("value at the turn", "改变时的取值")),
    ("file", Words("file", "文件")), ("line", Words("line", "行")),
)  # fmt: skip


def study_papers(summary: Mapping[str, Any], resolved: str) -> dict[str, bytes]:
    """Return the files of a comparison by name."""
    language: Language = summary["language"]
    found = {
        RESOLVED: resolved.encode(),
        "summary.json": as_json(summary),
        "comparison.csv": _csv(_COMPARISON, comparison_rows(summary), language),
    }
    if summary["marginal"]:
        found["marginal.csv"] = _csv(_MARGINAL, marginal_rows(summary), language)
    if summary["rests_on"] is not None:
        found["rests_on.csv"] = _csv(_RESTS_ON, rests_on_rows(summary), language)
    return found


def _csv(heads: Sequence[tuple[str, Words]], rows: Sequence[Mapping[str, Any]], language: Language) -> bytes:
    return as_csv([[words.say(language) for _, words in heads], *([row.get(key) for key, _ in heads] for row in rows)])


def comparison_rows(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the comparison with one plain value a column."""
    metrics = {line["metric"]: line for line in summary["metrics"]}
    variants = {line["id"]: line for line in summary["variants"]}
    rows = []
    for row in summary["comparison"]:
        low, high = row["ci95"] or (None, None)
        gap, far = row["difference"] or {}, row["p90_difference"] or {}
        metric, variant = metrics[row["metric"]], variants[row["variant"]]
        rows.append({
            **{key: row[key] for key in ("metric", "variant", "n", "planned", "mean", "p50", "p90", "never", "planned_difference",
                                         "per_10k")},
            "title": metric["title"], "unit": metric["unit"], "name": variant["name"], "cost": variant["cost"],
            "mean_low": low, "mean_high": high, **_gap(gap), "p": gap.get("p"), "p_holm": gap.get("p_holm"),
            "variance_ratio": gap.get("variance_ratio"), "p90_difference": far.get("estimate"), "p90_low": far.get("low"),
            "p90_high": far.get("high"), "verdict": verdict_word(row["verdict"], summary["language"]),
        })  # fmt: skip
    return rows


def _gap(found: Mapping[str, Any]) -> dict[str, Any]:
    return {"difference": found.get("estimate"), "low": found.get("low"), "high": found.get("high")}


def verdict_word(value: str | None, language: Language) -> str:
    """Return a verdict in words; "" for none."""
    return "" if value is None else Verdict(value).words.say(language)


def marginal_rows(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the marginal table with one plain value a column."""
    metrics = {line["metric"]: line for line in summary["metrics"]}
    return [
        {
            **{key: row[key] for key in ("change", "of", "metric", "n", "planned_difference", "price", "per_10k")},
            "title": metrics[row["metric"]]["title"], "unit": metrics[row["metric"]]["unit"], **_gap(row["difference"]),
            "verdict": verdict_word(row["verdict"], summary["language"]),
        }
        for row in summary["marginal"]
    ]  # fmt: skip


def rests_on_rows(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the assumptions that turn the ranking, nearest first."""
    found = summary["rests_on"]["found"] if summary["rests_on"] is not None else []
    key = "what_zh" if summary["language"] == "zh" else "what"
    return [{**line, "what": line[key]} for line in found]
