"""A sizing study in words: one sentence that a leader can use, how sure it is, and short tables.

It reads what ``summary.json`` of a sizing holds (`sim.planning.sizing.papers`), and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.analysis.wording import _padded
from sim.errors import Words
from sim.planning.sizing.papers import PLANS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.errors import Language

    Summary = Mapping[str, Any]

_SHOWN = 14
"""Lines of the plan that are shown; the rest is in ``proposal.csv``."""


def answer(summary: Summary, language: Language) -> list[str]:
    """Return the answer as lines of plain text."""
    lines = [sentence(summary, language), said_of_proof(summary, language), said_of_gap(summary, language)]
    lines += [said_of_money(summary, language), said_of_assumptions(summary, language)]
    lines = [line for line in lines if line]
    for table in (plan_table(summary, language), service_table(summary, language), curve_table(summary, language)):
        if len(table) > 1:
            lines += ["", *_padded(table)]
    return lines + [f"! {warning}" for warning in summary["warnings"]]


def money(amount: float, language: Language) -> str:
    """Return an amount of money as people say it."""
    if language == "zh":
        return f"{amount / 10_000:,.4g} 万元" if abs(amount) >= 10_000 else f"{amount:,.0f} 元"
    return f"{amount:,.0f} yuan"


def percent(share: float) -> str:
    """Return a share in whole percent; almost all is not all."""
    shown = f"{100 * share:.0f}"
    if shown == "100" and share < 1 - 1e-9:
        return ">99 %"
    return f"{shown} %"


def sentence(summary: Summary, language: Language) -> str:
    """Return what the plan costs and gives, as the program promises it."""
    spent, now, then = summary["spent"], summary["today"]["service"], summary["promised"]["service"]
    lines = [line for line in summary["proposal"] if line["bought"] > 0]
    dearest = sorted(lines, key=lambda line: -line["cost"])[:3]
    what = [_bought(line) for line in dearest]
    if not lines:
        return Words("Nothing need be bought: today's stock serves as well as any within the budget.",
                     "不必增购:在此预算内没有比现有储备更好的方案。").say(language)  # fmt: skip
    zh = (f"增购 {money(spent, 'zh')}({'、'.join(what)}等 {len(lines)} 项),按时满足率(按损失加权)由 {percent(now)} 提高到 {percent(then)}"
          f"(规划承诺)。")  # fmt: skip
    en = (f"Buying for {money(spent, 'en')} ({', '.join(what)}; {len(lines)} lines in all) raises what comes in time (weighed by "
          f"loss) from {percent(now)} to {percent(then)}, as the program promises.")  # fmt: skip
    return Words(en, zh).say(language)


def _bought(line: Mapping[str, Any]) -> str:
    return f"{line['depot']} {line['item']} {line['bought']:,.10g} {line['unit']}".rstrip()


def said_of_proof(summary: Summary, language: Language) -> str:
    """Return what simulation says of the promise."""
    proof = summary["proof"]
    if proof is None:
        return Words("Not simulated: only promised.", "未经仿真验证:仅为规划承诺。").say(language)
    reached = {name: percent(share) for name, share in proof["service"].items()}
    saved, bounds = proof["saved"]["mean"], proof["saved"]["ci95"]
    told = [f"{PLANS[name].say(language)} {share}" for name, share in reached.items()]
    zh = f"仿真验证(每种情形 {proof['replications']} 次,随机数相同)实际达到:{'、'.join(told)}"
    en = f"Simulated ({proof['replications']} replications a case, common draws) it reaches: {', '.join(told)}"
    if bounds is None:
        return Words(f"{en}.", f"{zh}。").say(language)
    zh += f";每年期望损失比现有少 {money(saved, 'zh')}(95% 区间 {money(bounds[0], 'zh')} 至 {money(bounds[1], 'zh')})"
    en += f"; a year's expected loss is {money(saved, 'en')} lower than today's (95 % {bounds[0]:,.0f} to {bounds[1]:,.0f})"
    if bounds[0] <= 0 <= bounds[1]:
        zh += ",差别不足为据"
        en += ", which is no real difference"
    return Words(f"{en}.", f"{zh}。").say(language)


def said_of_gap(summary: Summary, language: Language) -> str:
    """Return how near the best the plan is."""
    gap = summary["gap"]
    share = 100 * gap["within"]
    if gap["confidence"] >= 1:
        return Words(f"The plan is within {share:.2g} % of the best for these cases (proven).",
                     f"就所列情形,方案与最优相差不超过 {share:.2g}%(已证明)。").say(language)  # fmt: skip
    sure = 100 * gap["confidence"]
    return Words(f"Within {share:.2g} % of the best with {sure:.3g} % confidence, the drawing of needs included.",
                 f"计入需求抽样,有 {sure:.3g}% 的把握与最优相差不超过 {share:.2g}%。").say(language)  # fmt: skip


def said_of_money(summary: Summary, language: Language) -> str:
    """Return what a further 10,000 yuan buy."""
    step = summary["next_10000"]
    if step is None:
        return ""
    saved, service = step["saved"], 100 * step["service"]
    if saved <= step["uncertain"]:
        return Words("A further 10,000 yuan buy nothing that matters.", "再多 1 万元已买不到有意义的改善。").say(language)
    return Words(
        f"A further 10,000 yuan save {saved:,.0f} yuan of loss a year and raise what comes in time by {service:.3g} points.",
        f"再多 1 万元,每年少损失 {saved:,.0f} 元,按时满足率再升 {service:.3g} 个百分点。",
    ).say(language)


def said_of_assumptions(summary: Summary, language: Language) -> str:
    """Return how much of it is assumed."""
    count = summary["assumptions"]
    return "" if not count else Words(
        f"This rests on {count} assumptions, the probabilities of the cases and the cost of shortage among them.",
        f"此结论取决于 {count} 项假定,其中包括各情形的概率和缺货损失。",
    ).say(language)  # fmt: skip


def plan_table(summary: Summary, language: Language) -> list[tuple[str, ...]]:
    """Return the dearest lines of the plan."""
    head = [
        Words("item", "物资"),
        Words("depot", "储备库"),
        Words("now", "现有"),
        Words("proposed", "建议"),
        Words("cost", "费用"),
    ]
    lines = sorted((line for line in summary["proposal"] if line["bought"] > 0), key=lambda line: -line["cost"])
    rows = [
        [
            line["item"],
            line["depot"],
            f"{line['now']:,.10g}",
            f"{line['proposed']:,.10g} {line['unit']}",
            money(line["cost"], language),
        ]
        for line in lines[:_SHOWN]
    ]
    if len(lines) > _SHOWN:
        rest = sum(line["cost"] for line in lines[_SHOWN:])
        more = len(lines) - _SHOWN
        rows.append([Words(f"{more} more", f"其余 {more} 项").say(language), "", "", "", money(rest, language)])
    return [tuple(word.say(language) for word in head), *(tuple(row) for row in rows)]


def service_table(summary: Summary, language: Language) -> list[tuple[str, ...]]:
    """Return service by case and want where it is not whole: promised, and reached by each plan."""
    plans = [] if summary["proof"] is None else list(summary["proof"]["service"])
    head = [Words("case", "情形"), Words("want", "需求"), Words("promised", "承诺"), *(PLANS[name] for name in plans)]
    rows = []
    for line in summary["service"]:
        shares = [line["reached"][name]["mean"] for name in plans if name in line["reached"]]
        if min([line["promised"], *shares]) < 0.995:
            told = [percent(line["reached"][name]["mean"]) if name in line["reached"] else "" for name in plans]
            rows.append([line["case"], line["want"], percent(line["promised"]), *told])
    return [tuple(word.say(language) for word in head), *(tuple(row) for row in rows)]


def curve_table(summary: Summary, language: Language) -> list[tuple[str, ...]]:
    """Return the price–service curve."""
    head = [
        Words("budget", "预算"),
        Words("spent", "采购"),
        Words("in time", "按时满足率"),
        Words("expected loss a year", "年期望损失"),
    ]
    rows = [
        [
            money(one["budget"], language),
            money(one["spent"], language),
            percent(one["service"]),
            money(one["shortage_cost"], language),
        ]
        for one in summary["curve"]
    ]
    return [tuple(word.say(language) for word in head), *(tuple(row) for row in rows)]
