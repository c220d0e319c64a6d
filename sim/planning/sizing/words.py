"""A sizing study in words: one sentence that a leader can use, how sure it is, and short tables.

It reads what ``summary.json`` of a sizing holds (`sim.planning.sizing.papers`), and nothing else.
"""

from __future__ import annotations

import math
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
_LITTLE = 1e-3
_WORSE = 0.01
"""Reaching so much less than promised is said."""
_POINT, _YEARLY = 0.01, 100.0
"""A smaller gain in service (points) is not told; a smaller saving of 10,000 yuan (yuan a year) is not worth them."""


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
    """Return an amount of money as people say it: to four figures."""
    if language == "zh":
        return f"{_figures(amount / 10_000)} 万元" if abs(amount) >= 10_000 else f"{amount:,.0f} 元"
    return f"{amount:,.0f} yuan"


def _figures(number: float) -> str:
    """Return a number with four figures at most behind which nothing is known, never in powers of ten."""
    places = max(0, 3 - math.floor(math.log10(abs(number)))) if number else 0
    shown = f"{number:,.{places}f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def units(amount: float) -> str:
    """Return an amount of an item: whole, but for small amounts of what is measured."""
    return f"{amount:,.0f}" if abs(amount) >= 100 or amount == round(amount) else f"{amount:,.3g}"


def percent(share: float) -> str:
    """Return a share in whole percent; almost all is not all."""
    shown = f"{100 * share:.0f}"
    if shown == "100" and share < 1 - 1e-9:
        return ">99 %"
    return f"{shown.replace('-0', '0')} %"


def sentence(summary: Summary, language: Language) -> str:
    """Return what the plan costs and what it gives: as simulation reaches it, and where that is another thing, as promised."""
    act = _act(summary)
    promised = summary["promised"]["service"]
    proof, now = summary["proof"], summary["today"]["service"]
    if act is None:
        return Words(*_nothing_better(summary)).say(language)
    if proof is None:
        zh = f"{act.zh},按时满足率(按损失加权)承诺{_from_to(now, promised).zh}(规划承诺,未经仿真)。"
        en = (f"{act.en}: what comes in time (weighed by loss) {_from_to(now, promised).en}, as the program promises; "
              f"not simulated.")  # fmt: skip
        return Words(en, zh).say(language)
    before, after = proof["service"]["today"], proof["service"]["proposal"]
    change = _from_to(before, after)
    beside = Words("", "")
    if percent(after) != percent(promised):
        beside = Words(f" (promised {percent(promised)})", f"(承诺 {percent(promised)})")
    if _real(summary) is None:
        zh = f"{act.zh},仿真中与现有储备没有实质差别,不足为据;按时满足率(按损失加权)实际{change.zh}{beside.zh}。"
        en = (f"{act.en}: simulation shows no real difference from today's stock; what comes in time (weighed by loss) "
              f"{change.en}{beside.en}.")  # fmt: skip
    elif _real(summary) is False:
        zh = f"{act.zh},仿真中反而不如现有储备:按时满足率(按损失加权)实际{change.zh}{beside.zh};不宜照此采购。"
        en = (f"{act.en}: in simulation it does worse than today's stock; what comes in time (weighed by loss) "
              f"{change.en}{beside.en}. Do not buy by it.")  # fmt: skip
    else:
        zh = f"{act.zh},按时满足率(按损失加权)实际{change.zh}{beside.zh}。"
        en = f"{act.en}: what comes in time (weighed by loss) {change.en} in simulation{beside.en}."
    return Words(en, zh).say(language)


def _act(summary: Summary) -> Words | None:
    """Return what is bought, or moved; None when nothing changes."""
    lines = [line for line in summary["proposal"] if line["bought"] > 0]
    moved = [line for line in summary["proposal"] if abs(line["proposed"] - line["now"] - line["bought"]) > _LITTLE]
    if not lines and not moved:
        return None
    if not lines:
        return Words(f"Buying nothing, but moving stock ({len(moved)} lines)", f"不必增购,只调整存放({len(moved)} 项)")
    dearest = sorted(lines, key=lambda line: -line["cost"])[:3]
    what = [_bought(line) for line in dearest]
    count, spent, budget = len(lines), summary["spent"], summary["budget"]
    of = Words("", "")
    if budget is None:
        of = Words("; no budget set", ",未限预算")
    elif spent < 0.99 * budget:
        of = Words(f"; of {money(budget, 'en')}", f",预算 {money(budget, 'zh')}")
    more_zh, more_en = (f"等 {count} 项", f"; {count} lines in all") if count > len(dearest) else ("", "")
    shift = Words(" and moving stock", ",并调整存放") if moved else Words("", "")
    return Words(
        f"Buying for {money(spent, 'en')} ({', '.join(what)}{more_en}{of.en}){shift.en}",
        f"增购 {money(spent, 'zh')}({'、'.join(what)}{more_zh}{of.zh}){shift.zh}",
    )


def _nothing_better(summary: Summary) -> tuple[str, str]:
    proof = summary["proof"]
    share = percent(summary["today"]["service"] if proof is None else proof["service"]["today"])
    limit = Words("within the budget", "在此预算内") if summary["budget"] is not None else Words("at its price", "按此价格和损失")
    how = Words("promised", "规划承诺") if proof is None else Words("simulated", "仿真")
    return (
        f"Nothing need be bought: {limit.en} no plan is better than today's stock ({how.en}: {share} comes in time).",
        f"不必增购:{limit.zh}没有比现有储备更好的方案(按时满足率 {share},{how.zh})。",
    )


def _from_to(before: float, after: float) -> Words:
    """Return a change of a share; none where both are shown alike."""
    one, other = percent(before), percent(after)
    if one == other:
        return Words(f"stays at {other}", f"仍为 {other}")
    if after > before:
        return Words(f"rises from {one} to {other}", f"由 {one} 提高到 {other}")
    return Words(f"falls from {one} to {other}", f"由 {one} 降到 {other}")


def _real(summary: Summary) -> bool | None:
    """Tell whether simulation shows the proposal to save loss (True) or to add to it (False); None: no real difference."""
    saved = summary["proof"]["saved"]
    low, high = saved["ci95"] or (saved["mean"], saved["mean"])
    return None if low <= 0 <= high else low > 0


def _bought(line: Mapping[str, Any]) -> str:
    return f"{line['depot']} {line['item']} {units(line['bought'])} {line['unit']}".rstrip()


def said_of_proof(summary: Summary, language: Language) -> str:
    """Return what simulation says of the promise."""
    proof = summary["proof"]
    if proof is None:
        return Words("Not simulated: only promised.", "未经仿真验证:仅为规划承诺。").say(language)
    reached = {name: percent(share) for name, share in proof["service"].items()}
    saved, bounds, count = proof["saved"]["mean"], proof["saved"]["ci95"], proof["replications"]
    told = [f"{PLANS[name].say(language)} {share}" for name, share in reached.items()]
    how = Words(f"{count} replication{'s' * (count > 1)} a case, common draws", f"每种情形 {count} 次,随机数相同")
    if bounds is None:
        how = Words("planned values", "按计划值")
    zh = f"仿真验证({how.zh})实际达到:{'、'.join(told)}"
    en = f"Simulated ({how.en}) it reaches: {', '.join(told)}"
    less, lower = ("少", "lower") if saved >= 0 else ("多", "higher")
    zh += f";每年期望损失比现有{less} {money(abs(saved), 'zh')}"
    en += f"; a year's expected loss is {money(abs(saved), 'en')} {lower} than today's"
    if bounds is not None:
        shown = sorted(bounds if saved >= 0 else (-bounds[0], -bounds[1]))
        zh += f"(95% 区间 {money(shown[0], 'zh')} 至 {money(shown[1], 'zh')})"
        en += f" (95 % {shown[0]:,.0f} to {shown[1]:,.0f})"
    if _real(summary) is None:
        zh += ",差别不足为据"
        en += ", which is no real difference"
    short = summary["promised"]["service"] - proof["service"]["proposal"]
    if short > _WORSE:
        zh += (f"。建议方案承诺 {percent(summary['promised']['service'])},实际 {reached['proposal']}:"
               f"承诺是按最好的调运、对抽到的需求算的")  # fmt: skip
        en += (f". The proposal promises {percent(summary['promised']['service'])} and reaches {reached['proposal']}: "
               f"the promise takes the best moves, and the needs that were drawn for the plan")  # fmt: skip
    return Words(f"{en}.", f"{zh}。").say(language)


def said_of_gap(summary: Summary, language: Language) -> str:
    """Return how near the best the plan is."""
    gap = summary["gap"]
    if gap["within"] is None:
        return Words("The draws are too few or too unlike to say how near the best it is.",
                     "抽样太少或相差太大,给不出与最优的差距。").say(language)  # fmt: skip
    share = f"{100 * gap['within']:{'.0f' if gap['within'] > 0.1 else '.2g'}}"  # never in powers of ten
    if gap["confidence"] >= 1:
        return Words(f"The plan is within {share} % of the best for these cases and draws (proven).",
                     f"就所列情形及所抽需求,方案与最优相差不超过 {share}%(已证明)。").say(language)  # fmt: skip
    sure = 100 * gap["confidence"]
    return Words(f"Within {share} % of the best with {sure:.3g} % confidence, the drawing of needs included.",
                 f"计入需求抽样,有 {sure:.3g}% 的把握与最优相差不超过 {share}%。").say(language)  # fmt: skip


def said_of_money(summary: Summary, language: Language) -> str:
    """Return what a further 10,000 yuan buy."""
    step = summary["next_10000"]
    if step is None:
        return ""
    saved, service = step["saved"], 100 * step["service"]
    if saved <= step["uncertain"]:
        return Words("A further 10,000 yuan buy nothing that matters.", "再多 1 万元已买不到有意义的改善。").say(language)
    zh, en = f"再多 1 万元,每年少损失 {units(saved)} 元", f"A further 10,000 yuan save {units(saved)} yuan of loss a year"
    if service >= _POINT:
        zh, en = f"{zh},按时满足率再升 {service:.2g} 个百分点", f"{en} and raise what comes in time by {service:.2g} points"
    if saved < _YEARLY:  # a yuan a year for many yuan now
        zh, en = f"{zh},不值得", f"{en}, which is not worth it"
    return Words(f"{en}.", f"{zh}。").say(language)


def said_of_assumptions(summary: Summary, language: Language) -> str:
    """Return how much of it is assumed."""
    count = summary["assumptions"]
    return "" if not count else Words(
        f"This rests on {count} assumed input{'s' * (count > 1)}, on the probabilities of the cases and the cost of shortage.",
        f"此结论取决于 {count} 项假定,以及各情形的概率和缺货损失。",
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
            units(line["now"]),
            f"{units(line['proposed'])} {line['unit']}".rstrip(),
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
