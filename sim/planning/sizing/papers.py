"""The files of a sizing study: a table that a planner can file, service by case, the price–service curve, the summary."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.errors import Words
from sim.experiment import papers
from sim.experiment.disk import MANIFEST
from sim.experiment.identity import code_version, run_id
from sim.planning.sizing.question import name_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.analysis.statistics import Interval
    from sim.planning.sizing.answer import Sizing
    from sim.planning.sizing.proof import Reached
    from sim.planning.stockpile import Plan
    from sim.scenario.frozen import Assumption
    from sim.scenario.size_study import SizeStudy

RESOLVED = "study.resolved.yaml"
PLANS = {
    "today": Words("today's stock", "现有储备"), "proposal": Words("the proposal", "建议方案"),
    "standard": Words("the standard's", "按标准"),
}  # fmt: skip
"""What the plans of the proof are called."""
_SMALL = 1e-6


class Line(NamedTuple):
    """One item in one depot."""

    item: str
    depot: str
    unit: str
    now: float
    proposed: float
    bought: float
    price: float
    cost: float


class CaseLine(NamedTuple):
    """One want in one case: what is asked, what the program promises, what simulation reaches (shares in time)."""

    case: str
    want: str
    asked: float
    promised: float
    reached: dict[str, Interval]


def identity_of(study: SizeStudy) -> dict[str, Any]:
    """Return everything that decides what a sizing gives."""
    scenarios = [case.scenario for case in study.cases if case.scenario is not None]
    return {
        "study": sha256(study.resolved.encode()).hexdigest(),
        "scenarios": sha256("".join(one.digest + one.network_hash for one in scenarios).encode()).hexdigest(),
        "seed": study.seed, "mode": "size", "code": code_version(),
    }  # fmt: skip


def lines_of(answer: Sizing) -> list[Line]:
    """Return the plan, item by item and depot by depot; where there is nothing now nor later no line."""
    study, problem, plan = answer.study, answer.problem, answer.plan
    units = {item.id: item.unit for item in study.first.supplies.items}
    found = []
    for column, item in enumerate(study.items):
        for row in range(len(study.depots)):
            now, then, more = problem.have[row, column], plan.stock[row, column], plan.bought[row, column]
            if now > _SMALL or then > _SMALL:
                price = float(problem.price[row, column])
                found.append(Line(
                    problem.items[column], problem.depots[row], units[item], _round(now), _round(then), _round(more), price,
                    round(float(more) * price, 2) + 0.0,
                ))  # fmt: skip
    return found


def _round(amount: float) -> float:
    return round(float(amount), 3) + 0.0  # no −0


def case_lines(answer: Sizing) -> list[CaseLine]:
    """Return service by case and want."""
    study, needs, supplies, found = answer.study, answer.needs, answer.study.first.supplies, list[CaseLine]()
    wants = [number for number, key in enumerate(needs.wants) if name_of(supplies, key.id) in answer.problem.want_names]
    reached: dict[tuple[str, str], list[Reached]] = {}
    for row in () if answer.proof is None else answer.proof.rows:
        reached.setdefault((row.case, row.want), []).append(row)
    for position, case in enumerate(study.cases):
        here = np.flatnonzero(needs.case == position)
        for column, want in enumerate(wants):
            asked = needs.demand[here, want].sum(axis=1)
            if asked.any():
                key = needs.wants[want].id
                promised = float(np.average(answer.plan.service[here, column], weights=np.maximum(asked, _SMALL)))
                rows = reached.get((case.id, key), [])
                shares = {row.plan: row.share for row in rows}
                found.append(CaseLine(case.name, name_of(supplies, key), float(asked.mean()), promised, shares))
    return found


def written(answer: Sizing) -> dict[str, bytes]:
    """Return the files of a results folder by name."""
    study, identity = answer.study, identity_of(answer.study)
    manifest = {
        "format": 1, "study": study.name, "kind": "size", "id": run_id(identity), "seed": study.seed, "proof": study.proof,
        "identity": identity, **papers.surroundings(),
    }  # fmt: skip
    found = {
        RESOLVED: study.resolved.encode(),
        "proposal.csv": papers.as_csv(_proposal(answer)),
        "service.csv": papers.as_csv(_service(answer)),
        "summary.json": papers.as_json(summary_of(answer)),
        MANIFEST: papers.as_json(manifest),
    }
    if answer.curve:
        found["curve.csv"] = papers.as_csv(_curve(answer))
    return found


def _heads(answer: Sizing, *words: Words) -> list[str]:
    return [one.say(answer.study.language) for one in words]


def _proposal(answer: Sizing) -> list[list[Any]]:
    head = _heads(
        answer, Words("item", "物资"), Words("depot", "储备库"), Words("unit", "单位"), Words("now", "现有"),
        Words("proposed", "建议"), Words("to buy", "新增"), Words("price, yuan", "单价(元)"), Words("cost, yuan", "费用(元)"),
    )  # fmt: skip
    return [head, *([*line] for line in lines_of(answer))]


def _service(answer: Sizing) -> list[list[Any]]:
    plans = () if answer.proof is None else answer.proof.plans
    head = _heads(
        answer, Words("case", "情形"), Words("want", "需求"), Words("asked on average", "平均需要"),
        Words("promised by the program", "规划承诺按时率"),
    )  # fmt: skip
    for plan in plans:
        said = PLANS[plan].say(answer.study.language)
        words = (Words(f"{said}: reached", f"{said}:仿真达到"), Words(f"{said}: 95 % from", f"{said}:95% 下限"),
                 Words(f"{said}: 95 % to", f"{said}:95% 上限"))  # fmt: skip
        head += _heads(answer, *words)
    rows = []
    for line in case_lines(answer):
        row: list[Any] = [line.case, line.want, round(line.asked, 3), round(line.promised, 4)]
        for plan in plans:
            share = line.reached.get(plan)
            bounds = (None, None) if share is None or share.bounds is None else share.bounds
            row += [None if share is None else share.mean, *bounds]
        rows.append(row)
    return [head, *rows]


def _curve(answer: Sizing) -> list[list[Any]]:
    head = _heads(
        answer, Words("budget, yuan", "预算(元)"), Words("spent, yuan", "实际采购(元)"),
        Words("shortage expected in a year, yuan", "年期望缺货损失(元)"), Words("share of wants met", "需求满足率(按损失加权)"),
        Words("nobody short with probability", "各地均不缺的概率"), Words("on the frontier", "在前沿上"),
    )  # fmt: skip
    return [head, *([*point_values(point.budget, point.plan), int(point.best)] for point in answer.curve)]


def point_values(budget: float, plan: Plan) -> list[float]:
    """Return what the price–service curve shows of one budget."""
    return [
        budget,
        round(plan.spent, 2),
        round(plan.costs.shortage, 2),
        round(plan.expected_service, 5),
        round(plan.full_service, 5),
    ]


def summary_of(answer: Sizing) -> dict[str, Any]:
    """Return what ``summary.json`` holds."""
    study, plan, proof, step = answer.study, answer.plan, answer.proof, answer.next_step
    certified = answer.certificate
    return {
        "study": study.name, "kind": "size", "question": study.question, "language": study.language,
        "id": run_id(identity_of(study)), "seed": study.seed, "budget": study.budget, "spent": plan.spent,
        "cases": [
            {"id": case.id, "name": case.name, "probability": case.probability, "draws": case.draws} for case in study.cases
        ],
        "proposal": [line._asdict() for line in lines_of(answer)],
        "service": [
            {
                "case": line.case, "want": line.want, "asked": line.asked, "promised": line.promised,
                "reached": {name: _interval(share) for name, share in line.reached.items()},
            }
            for line in case_lines(answer)
        ],
        "costs": plan.costs._asdict(), "today": {"costs": answer.today.costs._asdict(), "service": answer.today.expected_service},
        "promised": {"service": plan.expected_service, "nobody_short": plan.full_service},
        "gap": {
            "within": certified.within if np.isfinite(certified.within) else None, "confidence": certified.confidence,
            "bound": certified.lower, "method": plan.method,
        },
        "curve": [dict(zip(_CURVE, point_values(point.budget, point.plan), strict=True)) for point in answer.curve],
        "next_10000": None if step is None else step._asdict(),
        "quick": dict(zip(study.items, answer.quick, strict=True)),
        "proof": None if proof is None else {
            "replications": proof.replications, "service": dict(proof.service), "spent": spent_on(answer),
            "shortage_cost": {name: _interval(cost) for name, cost in proof.cost.items()}, "saved": _interval(proof.gain),
        },
        "assumptions": len(assumptions_of(study)),
        "warnings": [finding.what.say(study.language) for finding in answer.problem.warnings],
    }  # fmt: skip


def spent_on(answer: Sizing) -> dict[str, float]:
    """Return what each plan of the proof buys (yuan)."""
    price, have = answer.problem.price, answer.problem.have
    spent = {"today": 0.0, "proposal": answer.plan.spent}
    spent["standard"] = round(float((np.maximum(answer.standard - have, 0.0) * price).sum()), 2)
    return {name: spent[name] for name in (() if answer.proof is None else answer.proof.plans)}


def assumptions_of(study: SizeStudy) -> list[Assumption]:
    """Return the assumed inputs of all cases, each once: cases share most of their files."""
    scenarios = (case.scenario for case in study.cases if case.scenario is not None)
    return list(dict.fromkeys(found for scenario in scenarios for found in scenario.assumptions))


_CURVE = ("budget", "spent", "shortage_cost", "service", "nobody_short")


def _interval(found: Interval) -> dict[str, Any]:
    return {"mean": found.mean, "ci95": None if found.bounds is None else list(found.bounds)}


def totals(lines: Sequence[Line]) -> float:
    """Return what all purchases cost (yuan)."""
    return sum(line.cost for line in lines)
