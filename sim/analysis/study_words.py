"""A comparison in words: one sentence that a leader can use, what it rests on, a short table for each metric.

It reads what ``summary.json`` of a comparison holds (`sim.experiment.compare`), and nothing else.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from sim.analysis.rounding import STEPS, say_amount, say_minutes, to_step
from sim.analysis.verdict import Verdict
from sim.analysis.wording import _padded
from sim.errors import Words
from sim.scenario.metric_names import SHARE, split
from sim.units import MINUTE, clock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.errors import Language

    Summary = Mapping[str, Any]
    Row = Mapping[str, Any]

_NAMED = 3
"""Assumptions that are named in the answer."""
_SMALLS = 12
"""Small changes that are shown; the rest is in ``marginal.csv``."""


def answer(summary: Summary, language: Language) -> list[str]:
    """Return the answer as lines of plain text: the sentence, the choice, what it rests on, then a table a metric.

    Parameters
    ----------
    summary
        What ``summary.json`` of a comparison holds.
    """
    lines = [sentence(summary, language)]
    said = (say_choice(summary, language), say_rests_on(summary, language), say_how(summary, language))
    lines += [line for line in said if line]
    for metric in summary["metrics"]:
        lines += ["", _head(metric, language), *_padded(table(summary, metric["metric"], language))]
    small = marginal_table(summary, language)
    if small:
        lines += ["", *_padded(small)]
    return lines


def _head(metric: Mapping[str, Any], language: Language) -> str:
    unit = split(metric["metric"])[0].unit.say(language)
    title: str = metric[f"title_{language}"]
    return title + ((f"({unit})" if language == "zh" else f" ({unit})") if unit else "")


# --- the sentence ----------------------------------------------------------------------------------------------------


def main_metric(summary: Summary) -> str:
    """Return what the sentence is about: what the best is chosen by, else the first metric."""
    choice = summary["choice"]
    return str(choice["metric"] if choice is not None else summary["metrics"][0]["metric"])


def rows_of(summary: Summary, metric: str) -> list[Row]:
    """Return the rows of a metric, a variant each."""
    return [row for row in summary["comparison"] if row["metric"] == metric]


def better_of(summary: Summary, metric: str) -> str | None:
    """Return whether low or high is good: as the study chooses, else the metric's own direction."""
    choice = summary["choice"]
    if choice is not None and choice["metric"] == metric:
        return "low" if choice["best"] == "least" else "high"
    found: str | None = next(line["better"] for line in summary["metrics"] if line["metric"] == metric)
    return found


def best_row(summary: Summary, metric: str) -> Row | None:
    """Return the row of the best variant; None when the metric has no good direction or nothing was measured."""
    rows, better, choice = rows_of(summary, metric), better_of(summary, metric), summary["choice"]
    if choice is not None and choice["metric"] == metric and choice["variant"] is not None:
        return next(row for row in rows if row["variant"] == choice["variant"])
    measured = [row for row in rows if row["mean"] is not None]
    if better is None or not measured:
        return None
    sign = 1 if better == "low" else -1
    return min(measured, key=lambda row: (_never_share(row), sign * row["mean"]))


def _never_share(row: Row) -> float:
    return float(row["never"] / row["observations"]) if row["observations"] else 1.0


def sentence(summary: Summary, language: Language) -> str:
    """Return the one sentence that a leader can use."""
    metric, zh = main_metric(summary), language == "zh"
    rows, best = rows_of(summary, metric), best_row(summary, metric)
    base = next(row for row in rows if row["variant"] == summary["baseline"])
    others = [row for row in rows if row is not base]
    if best is None:
        return "没有可以排序的结果,各方案见下表。" if zh else "Nothing can be ranked; the variants are in the table below."
    if not others:
        return _state(summary, best, language) + ("。" if zh else ".")
    real = [row for row in others if row["verdict"] == Verdict.REAL.value]
    if best is base:
        if not real:
            return _no_difference(summary, others, language)
        first = f"{_name(summary, best)}不输其他方案" if zh else f"No variant beats {_name(summary, best)}"
        return f"{first}:{_state(summary, best, language)}。" if zh else f"{first}: {_state(summary, best, language)}."
    if best["verdict"] != Verdict.REAL.value:
        return _no_difference(summary, others, language)
    gap, state = say_gap(metric, best["difference"], language), _state(summary, best, language)
    if zh:
        return f"{_name(summary, best)}最好:{state},比{_name(summary, base)}{gap},差别真实。"
    return f"{_name(summary, best)} is best: {state}, {gap} against {_name(summary, base)}; the difference is real."


def _no_difference(summary: Summary, others: Sequence[Row], language: Language) -> str:
    """Return that nothing is to be decided by the differences, and up to what size that is known."""
    metric, zh = main_metric(summary), language == "zh"
    base, title = _named(summary, summary["baseline"]), _title(summary, metric, language)
    little = next(line["indifference"] for line in summary["metrics"] if line["metric"] == metric)
    kinds = {row["verdict"] for row in others}
    if kinds == {Verdict.IDENTICAL.value}:
        if zh:
            return f"各方案的{title}与{base}完全相同,无实质差别。"
        return f"All variants give exactly the same {title}: no real difference."
    if Verdict.UNDECIDED.value in kinds and summary["mode"] != "drill":
        widest = max((reach for reach in map(_reach, others) if reach is not None), default=None)
        much = "" if widest is None else say_value(metric, widest, language)
        said = f"差别可能大到 {much}" if zh else f"it may be as large as {much}"
        tail = f"({said})" if zh and much else f" ({said})" if much else ""
        if zh:
            return f"各方案的{title}与{base}的差别尚不能断定{tail},不作为决策依据;需要更多次推演。"
        return f"No difference in {title} from {base} is shown{tail}: not a basis for a decision; more replications are needed."
    if little is not None:
        much = say_value(metric, little, language)
        if zh:
            return f"各方案的{title}与{base}差别不足 {much},不作为决策依据。"
        return f"The variants differ from {base} in {title} by less than {much}: not a basis for a decision."
    if zh:
        return f"各方案的{title}与{base}未见差别{_up_to(metric, others, language)},不作为决策依据。"
    return f"No real difference from {base} in {title} is shown{_up_to(metric, others, language)}: not a basis for a decision."


def _up_to(metric: str, others: Sequence[Row], language: Language) -> str:
    """Return how large a difference may still be."""
    widest = max((reach for reach in map(_reach, others) if reach is not None), default=None)
    if widest is None:
        return ""
    much = say_value(metric, widest, language)
    return f"(至多 {much})" if language == "zh" else f" (at most {much})"


def _reach(row: Row) -> float | None:
    bounds = [bound for bound in (row["difference"]["low"], row["difference"]["high"]) if bound is not None]
    return max(map(abs, bounds)) if bounds else None


def _state(summary: Summary, row: Row, language: Language) -> str:
    """Return how a variant does by itself: planned, or nine times in ten."""
    metric, zh, title = row["metric"], language == "zh", _title(summary, row["metric"], language)
    if summary["mode"] == "drill":
        when = moment(summary, row, row["mean"], language)
        return f"按计划值{title} {when}" if zh else f"as planned, {title} {when}"
    if split(metric)[0].is_duration and row["p90"] is not None:
        when = moment(summary, row, row["p90"], language)
        return f"{title}十次有九次在 {when}" if zh else f"{title} nine times in ten by {when}"
    value = say_value(metric, row["mean"], language)
    never = _say_never(row, language)
    said = f"{title}平均 {value}" if zh else f"mean {title} {value}"
    return said + (f"({never})" if never and zh else f" ({never})" if never else "")


def moment(summary: Summary, row: Row, minutes: float | None, language: Language) -> str:
    """Return a time as a time of day where there is one incident, else as a length; other metrics as their value."""
    metric, zh = row["metric"], language == "zh"
    if minutes is None:
        return "从未" if zh else "never"
    variant = next(line for line in summary["variants"] if line["id"] == row["variant"])
    if not split(metric)[0].is_duration or split(metric)[0].aggregation != "observations":
        return say_value(metric, minutes, language)
    plan, drill = summary["mode"] == "plan", summary["mode"] == "drill"
    if not variant["one_incident"] or metric.startswith(("wait.", "waterfall", "supply.delay.")):
        said = say_minutes(minutes, language)
        return (f"{said}内" if zh else f"{said}") if plan and not drill else said
    start = dt.datetime.fromisoformat(variant["start"])
    at = clock(variant["alarm"] + round(minutes) * MINUTE, start)
    return (f"{at} 前" if zh else at) if plan else at


# --- the choice, the assumptions ---------------------------------------------------------------------------------------


def say_choice(summary: Summary, language: Language) -> str:
    """Return what came of choosing the best with a stated probability; "" when that was not asked."""
    choice, zh = summary["choice"], language == "zh"
    if choice is None:
        return ""
    share = f"{100 * choice['probability']:g} %"
    little = say_value(choice["metric"], choice["indifference"], language)
    if choice["variant"] is None:
        return f"选优未能进行:{choice['why_not']}" if zh else f"The best could not be chosen: {choice['why_not']}"
    name = _named(summary, choice["variant"])
    if not choice["decided"]:
        if zh:
            return f"选优未达到 {share} 的把握:{choice['why_not']};目前领先的是{name}"
        return f"The best is not known with {share}: {choice['why_not']}; {name} leads so far"
    if zh:
        return f"有 {share} 的把握:{name}最优,或与最优相差不到 {little}"
    return f"With {share} probability {name} is the best, or within {little} of it"


def say_rests_on(summary: Summary, language: Language) -> str:
    """Return which assumptions turn the ranking, and at what; "" when that was not asked."""
    rests, zh = summary["rests_on"], language == "zh"
    if rests is None:
        return ""
    pair = _named(summary, rests["best"]), _named(summary, rests["second"])
    if rests["lead"] == 0:
        if zh:
            return f"{pair[0]}与{pair[1]}不分先后,无所谓取决于哪项假定"
        return f"{pair[0]} and {pair[1]} tie: no ranking could turn"
    unseen = rests["unseen"]
    more = (f";另有 {unseen} 项未试" if zh else f"; {unseen} more were not tried") if unseen else ""
    ranking = f"{pair[0]}优于{pair[1]}" if zh else f"{pair[0]} before {pair[1]}"
    if not rests["found"]:
        steady = rests["steady"]
        if zh:
            return f"“{ranking}”:试过的 {steady} 项假定各自缩至 ¼、增至 4 倍,都不改变{more}"
        return f"'{ranking}': none of {steady} assumptions turns it, each at a quarter and at four times{more}"
    named = [_say_turn(found, language) for found in rests["found"][:_NAMED]]
    count = len(rests["found"])
    if zh:
        some = "其中最近的" if count > len(named) else ""
        return f"此结论({ranking})主要取决于 {count} 项假定,{some}:{';'.join(named)}{more}".replace(",:", ":")
    noun = "assumption" if count == 1 else "assumptions"
    some = ", the nearest" if count > len(named) else ""
    return f"This ({ranking}) rests on {count} {noun}{some}: {'; '.join(named)}{more}"


def _say_turn(found: Mapping[str, Any], language: Language) -> str:
    factor = f"×{found['factor']:.2g}"
    if language == "zh":
        return f"{found['what_zh']} {found['value']},到 {found['turned']}({factor})即改变"
    return f"{found['what']} {found['value']}, turns at {found['turned']} ({factor})"


def say_how(summary: Summary, language: Language) -> str:
    """Return how sure the intervals are: common or independent draws, how many replications, which correction."""
    zh = language == "zh"
    if summary["mode"] == "drill":
        return "按计划值各走一遍,没有随机" if zh else "Planned values, once each: no chance in it"
    counts = [variant["n"] for variant in summary["variants"]]
    runs = f"{min(counts)}" if min(counts) == max(counts) else f"{min(counts)}–{max(counts)}"
    common = summary["seeds"] == "common"
    luck = Words("common draws, paired" if common else "independent seeds", "共用随机数、配对" if common else "各自的随机数")
    missed = [one for one in summary["precision"] if not one["met"]]
    many = summary["comparisons"]
    lacking = ("、" if zh else ", ").join(
        f"{_title(summary, one['metric'], language)} ±{say_value(one['metric'], one['within'], language)}" for one in missed
    )
    if zh:
        said = f"各方案推演 {runs} 次,{luck.zh};区间为 95 %" + (f",判断经 Holm 校正({many} 项比较)" if many else "")
        return said + (f";要求的精度未达到:{lacking}" if missed else "")
    said = f"{runs} replications a variant, {luck.en}; 95 % intervals" + (
        f", verdicts after Holm's correction for {many} comparisons" if many else ""
    )
    return said + (f"; the precision asked for is not reached: {lacking}" if missed else "")


# --- tables ------------------------------------------------------------------------------------------------------------


def table(summary: Summary, metric: str, language: Language) -> list[tuple[str, ...]]:
    """Return a short table of one metric: variant, planned, mean, nine in ten, difference, verdict, cost, per yuan, never."""
    drill = summary["mode"] == "drill"
    base = _named(summary, summary["baseline"])
    heads = [
        Words("variant", "方案"), Words("planned", "计划值"), Words("mean", "平均"), Words("nine in ten", "十次有九次"),
        Words(f"against {base}" + ("" if drill else " (95 %)"), f"与{base}相比" + ("" if drill else "(95 %)")),
        Words("verdict", "判断"), Words("cost", "费用"), Words("per 10,000 yuan", "每万元"), Words("never", "从未"),
    ]  # fmt: skip
    rows: list[tuple[str, ...]] = [tuple(head.say(language) for head in heads)]
    for row in rows_of(summary, metric):
        variant = next(line for line in summary["variants"] if line["id"] == row["variant"])
        planned = row["mean"] if drill else row["planned"]
        never = f"{row['never']}/{row['observations']}" if row["never"] else ""
        rows.append((
            variant["name"], "" if planned is None else _moment_alone(summary, row, planned, language),
            "" if drill or row["mean"] is None else say_value(metric, row["mean"], language),
            _nine_in_ten(summary, row, language),
            "—" if row["difference"] is None else say_gap(metric, row["difference"], language),
            verdict_of(summary, row, language), "" if variant["cost"] is None else say_money(variant["cost"], language),
            "" if row["per_10k"] is None else say_per_price(metric, row["per_10k"], language), never,
        ))  # fmt: skip
    return _without_empty(rows)


def _nine_in_ten(summary: Summary, row: Row, language: Language) -> str:
    if summary["mode"] == "drill" or split(row["metric"])[0].aggregation != "observations" or not row["observations"]:
        return ""
    if row["p90"] is None:
        return "不足九成" if language == "zh" else "less often"
    return _moment_alone(summary, row, row["p90"], language)


def _moment_alone(summary: Summary, row: Row, minutes: float, language: Language) -> str:
    return moment({**summary, "mode": "drill"}, row, minutes, language)


def _without_empty(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    kept = [at for at in range(len(rows[0])) if any(row[at] for row in rows[1:])]
    return [tuple(row[at] for at in kept) for row in rows]


def _verdict(row: Row, language: Language) -> str:
    if row["verdict"] is None:
        return ""
    return _VERDICTS[Verdict(row["verdict"])].say(language)


def verdict_of(summary: Summary, row: Row, language: Language) -> str:
    """Return the verdict on a row; where nobody has said what is too little to matter, none is shown, not none is there."""
    little = next(line["indifference"] for line in summary["metrics"] if line["metric"] == row["metric"])
    if row["verdict"] == Verdict.NONE.value and little is None:
        return Words("no difference shown", "未见差别").say(language)
    return _verdict(row, language)


_VERDICTS: dict[Verdict, Words] = {
    Verdict.IDENTICAL: Words("identical", "完全相同"),
    Verdict.NONE: Words("no real difference", "无实质差别"),
    Verdict.TOO_SMALL: Words("too small to decide by", "差别太小"),
    Verdict.REAL: Words("real difference", "真实差别"),
    Verdict.UNDECIDED: Words("undecided", "尚不能断定"),
}


def marginal_table(summary: Summary, language: Language) -> list[tuple[str, ...]]:
    """Return the marginal table: a small change a row, a column for each metric that any of them moves."""
    rows = summary["marginal"]
    if not rows:
        return []
    moved = [row["metric"] for row in rows if not row["difference"]["identical"]]
    metrics = [line for line in summary["metrics"] if line["metric"] in moved] or list(summary["metrics"][:1])
    changes = list(dict.fromkeys((row["change"], row["of"]) for row in rows))[:_SMALLS]
    main = metrics[0]["metric"]
    heads = [
        Words("small change", "边际"), Words("of", "在何方案上"),
        *(Words(line["title_en"], line["title_zh"]) for line in metrics),
        Words("price", "价格"), Words(f"{metrics[0]['title_en']}, per 10,000 yuan", f"每万元({metrics[0]['title_zh']})"),
    ]  # fmt: skip
    found: list[tuple[str, ...]] = [tuple(head.say(language) for head in heads)]
    for change, of in changes:
        mine = {row["metric"]: row for row in rows if (row["change"], row["of"]) == (change, of)}
        first = mine[main]
        found.append((
            change, _named(summary, of),
            *(say_gap(line["metric"], mine[line["metric"]]["difference"], language) for line in metrics),
            "" if first["price"] is None else say_money(first["price"], language),
            "" if first["per_10k"] is None else say_per_price(main, first["per_10k"], language),
        ))  # fmt: skip
    return _without_empty(found)


# --- values ------------------------------------------------------------------------------------------------------------


def say_gap(metric: str, gap: Mapping[str, Any], language: Language) -> str:
    """Return a difference with its interval: ``早 58 ± 6 分钟``; rounded to what the interval supports."""
    zh = language == "zh"
    estimate, low, high = gap["estimate"], gap["low"], gap["high"]
    if gap["identical"] or (estimate == 0 and low in (None, 0.0) and high in (None, 0.0)):
        return "相同" if zh else "the same"
    if estimate is None:
        never = gap["never"] or {"base": 0, "other": 0}
        more = never["other"] - never["base"]
        if more == 0:
            return "无从比较" if zh else "cannot be told"
        return ("更常从未" if more > 0 else "更少从未") if zh else ("more often never" if more > 0 else "less often never")
    half = None if low is None or high is None else (high - low) / 2
    amount, spread = _amounts(metric, abs(estimate), half)
    word = _direction(metric, estimate, language)
    both = amount if spread is None else f"{amount} ± {spread}"
    unit = _unit(metric, language)
    if zh:
        return f"{word} {both} {unit}".strip()
    return f"{both} {unit} {word}".replace("  ", " ").strip()


def _amounts(metric: str, amount: float, half: float | None) -> tuple[str, str | None]:
    family = split(metric)[0]
    if family.unit.en == "min":
        step = max((step for step in STEPS[:2] if half is not None and step <= half / 5), default=1)
        if amount < 1 if half is None else half < 1:
            return f"{amount:.1f}", None if half is None else f"{half:.1f}"
        return str(to_step(amount, step)), None if half is None else str(max(1, round(half)))
    if family.unit == SHARE and family.aggregation == "share":
        return f"{100 * amount:.1f}", None if half is None else f"{100 * half:.1f}"
    return say_amount(amount, half), None if half is None else say_amount(half, half)


def _unit(metric: str, language: Language) -> str:
    family = split(metric)[0]
    if family.unit == SHARE and family.aggregation == "share":
        return Words("points", "个百分点").say(language)
    return family.unit.say(language)


def _direction(metric: str, estimate: float, language: Language) -> str:
    family = split(metric)[0]
    if family.is_duration and family.aggregation == "observations" and not metric.startswith(("wait.", "waterfall", "duration")):
        return Words("earlier" if estimate < 0 else "later", "早" if estimate < 0 else "晚").say(language)
    if family.unit == SHARE and family.aggregation == "share":
        return Words("lower" if estimate < 0 else "higher", "低" if estimate < 0 else "高").say(language)
    return Words("less" if estimate < 0 else "more", "少" if estimate < 0 else "多").say(language)


def say_value(metric: str, value: float | None, language: Language) -> str:
    """Return a value of a metric with its unit."""
    if value is None:
        return "—"
    family = split(metric)[0]
    if family.unit.en == "min":
        return say_minutes(value, language) if abs(value) >= 1 or value == 0 else f"{value:.1f} {family.unit.say(language)}"
    if family.unit == SHARE and family.aggregation == "share":
        return f"{100 * value:.1f} %"
    return f"{say_amount(value)} {family.unit.say(language)}".strip()


def say_per_price(metric: str, value: float, language: Language) -> str:
    """Return what a price buys, to three figures; "—" for nothing."""
    if value == 0:
        return "—"
    family = split(metric)[0]
    amount = 100 * value if family.unit == SHARE and family.aggregation == "share" else value
    word, shown = _direction(metric, value, language), f"{float(f'{abs(amount):.3g}'):,.10g} {_unit(metric, language)}".strip()
    return f"{word} {shown}" if language == "zh" else f"{shown} {word}"


def say_money(yuan: float, language: Language) -> str:
    """Return an amount of money: ``2 万元`` or ``20,000 yuan``."""
    if language == "zh":
        return f"{yuan / 10_000:g} 万元" if abs(yuan) >= 10_000 else f"{yuan:g} 元"
    return f"{yuan:,.0f} yuan"


def _say_never(row: Row, language: Language) -> str:
    if not row["never"]:
        return ""
    if language == "zh":
        return f"{row['observations']} 次中 {row['never']} 次从未"
    return f"never in {row['never']} of {row['observations']}"


def _name(summary: Summary, row: Row) -> str:
    return _named(summary, row["variant"])


def _named(summary: Summary, variant: str) -> str:
    found: str = next(line["name"] for line in summary["variants"] if line["id"] == variant)
    return found


def _title(summary: Summary, metric: str, language: Language) -> str:
    found: str = next(line[f"title_{language}"] for line in summary["metrics"] if line["metric"] == metric)
    return found
