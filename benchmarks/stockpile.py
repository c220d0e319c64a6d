"""Sizing stocks: building the two-stage model and solving it, against Pyomo and linopy with the same HiGHS.

Three things are measured. *Building* the large model from the same arrays until a solver could take it. *Solving in all*, build
included, on a medium one without whole packs, as a peer does not end on the large one. *A certified gap of 1 %* on the large
one, against HiGHS on the whole program in one piece, stopped after ten minutes: where it was, the ratio is a lower limit.

The peers write the model as their manuals do: index sets, sums over them, one rule a family of constraints (Pyomo); arrays of
variables over labelled sets, sums by group (linopy).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
from measure import Goal, Row

from sim.planning.stockpile import Question, Want, check, solve
from sim.planning.stockpile.extensive import Extensive, extensive
from sim.planning.stockpile.highs import load, minimise, solved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sim.planning.stockpile import Problem

LARGE = (30, 20, 200, 25)
MEDIUM = (12, 8, 20, 10)
SMALL = (6, 5, 10, 6)
CAP = 600.0
"""Seconds (on the clock) after which a peer is stopped."""
CERTIFIED = 0.01


def measure(*, quick: bool) -> Iterator[Row]:
    """Build and solve; a quick run takes smaller models."""
    large, medium = (MEDIUM, SMALL) if quick else (LARGE, MEDIUM)
    yield from _building(check(instance(*large)), large, rounds=3)
    yield from _in_all(check(instance(*medium)), medium, rounds=3 if quick else 2)
    yield _certified(check(instance(*large)), large, 30.0 if quick else CAP)


def instance(depots: int, items: int, scenarios: int, places: int, seed: int = 1) -> Question:
    """Return an invented region of 200 × 200 km; every scenario harms every place, most near its centre.

    One item in five counts only as a set with another, one in five has a substitute. Roads have ten states, in each of which
    one pair in twenty is cut. A pair is an arc where its drive is within the deadline, 2 or 3 h.
    """
    rng = np.random.default_rng(seed)
    here, there = rng.uniform(0, 200, (depots, 2)), rng.uniform(0, 200, (places, 2))
    far = _distance(here, there)
    states = min(10, scenarios)
    drive = far[None] / 60 * rng.uniform(1, 1.8, (states, depots, places))
    drive[rng.random(drive.shape) < 0.05] = np.inf
    price = rng.uniform(50, 2000, items).round()
    wants = [Want(f"want {k + 1}", _recipes(k, items), (2.0, 3.0)[k % 2], 20 * price[k]) for k in range(items)]
    reach = rng.uniform(20, 120, scenarios)[:, None]
    hit = np.exp(-_distance(rng.uniform(0, 200, (scenarios, 2)), there) / reach) * rng.lognormal(0, 0.7, (scenarios, 1))
    rate = rng.uniform(0.2, 1.5, items)[:, None] * rng.uniform(0.5, 1.5, (scenarios, items, places))
    demand = np.round(hit[:, None, :] * rng.uniform(50, 500, places) * rate) + 1
    mass = rng.uniform(0.005, 0.1, items)
    mean = demand.sum(axis=2).mean(axis=0)
    return Question(
        wants=wants,
        probability=np.full(scenarios, 1 / scenarios),
        demand=demand,
        time=drive,
        state=rng.integers(0, states, scenarios),
        price=price,
        yearly_cost=0.15 * price,
        have=np.round(rng.uniform(0, 60, (depots, items)) * (rng.random((depots, items)) < 0.3)),
        budget=1.5 * float(mean @ price),
        volume=3 * mass,
        space=np.full(depots, 9 * mass.sum() * mean.mean() / depots),
        pack=np.where(np.arange(items) % 2, 5.0, 10.0),
        survive=np.where(rng.random((scenarios, depots)) < 0.1, 0.4, 1.0),
        mass=mass,
        carry=rng.uniform(0.5, 1.5, (scenarios, depots)) * 6 * float(mean @ mass) / depots,
        freight=2.0,
    )


def _distance(a: Any, b: Any) -> Any:
    return np.hypot(*(a[:, None] - b[None]).transpose(2, 0, 1))


def _recipes(item: int, items: int) -> Any:
    own, before = np.eye(items)[item], np.eye(items)[item - 1]
    if item % 5 == 1:
        return own + 0.5 * before
    return np.array([own, 1.3 * before]) if item % 5 == 3 else own


def _building(problem: Problem, size: tuple[int, ...], rounds: int) -> Iterator[Row]:
    whole = extensive(problem)
    note = f"{_said(size)}; {whole.program.columns:,} columns, {whole.program.rows:,} rows, {len(whole.second.arcs.time):,} flows"
    ours = [_timed(lambda: extensive(problem))[0] for _ in range(rounds)]
    best = [sorted(ours)[len(ours) // 2]]
    for name, build, goal in (("pyomo", pyomo_model, Goal(">=", 50)), ("linopy", linopy_model, None)):
        try:
            spent, _ = _timed(lambda build=build: build(problem, whole))
        except ImportError:
            yield Row(f"building the model, {name}", note=f"{name} is not installed")
            continue
        yield Row("building the model", (name, [spent]), ("sim", best), goal, note)


def _in_all(problem: Problem, size: tuple[int, ...], rounds: int) -> Iterator[Row]:
    """Build and solve without whole packs: the same optimum, or it does not count."""
    whole = extensive(problem)
    seconds: dict[str, list[float]] = {"sim": [], "pyomo": [], "linopy": []}
    values: dict[str, float] = {}
    peers: dict[str, Callable[[], float]] = {
        "sim": lambda: minimise(extensive(problem).program, relax=True).objective,
        "pyomo": lambda: _pyomo_value(pyomo_model(problem, whole)),
        "linopy": lambda: _linopy_value(linopy_model(problem, whole)),
    }
    missing = set()
    for _ in range(rounds):
        for name, work in peers.items():
            try:
                spent, values[name] = _timed(work)
                seconds[name].append(spent)
            except ImportError:
                missing.add(name)
    for name in ("pyomo", "linopy"):
        if name in missing:
            yield Row(f"building and solving, {name}", note=f"{name} is not installed")
            continue
        if abs(values[name] / values["sim"] - 1) > 1e-6:
            message = f"{name} finds {values[name]}, sim {values['sim']}"
            raise RuntimeError(message)
        yield Row(
            "building and solving", (name, seconds[name]), ("sim", seconds["sim"]), Goal(">=", 1), f"{_said(size)}; same optimum"
        )


def _certified(problem: Problem, size: tuple[int, ...], cap: float) -> Row:
    """CPU time like the rest; both use several threads, so the note says what the clock showed too."""
    begun = time.perf_counter()
    ours, plan = _timed(lambda: solve(problem, gap=CERTIFIED, method="decomposition", jobs=2, seconds=cap))
    between = time.perf_counter()
    theirs, outcome = _timed(lambda: solved(load(extensive(problem).program, gap=1e-4, seconds=cap), whole=True))
    clock = f"on the clock {time.perf_counter() - between:.0f} s and {between - begun:.0f} s"
    gap = (outcome.objective - outcome.bound) / outcome.objective if outcome.values.size else np.inf
    left = f"a gap of {gap:.2%}" if np.isfinite(gap) else "no plan"
    ended = "solved to 0.01 %" if outcome.status == "optimal" else f"stopped after {cap:g} s with {left}"
    note = f"{_said(size)}; sim certifies {plan.gap:.2%} ({plan.status}); HiGHS in one piece {ended}; {clock}"
    return Row("a certified gap of 1 %", ("HiGHS in one piece", [theirs]), ("sim", [ours]), Goal(">=", 5), note)


def _said(size: tuple[int, ...]) -> str:
    return "{} depots × {} items × {} scenarios × {} places".format(*size)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.process_time()
    found = work()
    return time.process_time() - begun, found


def pyomo_model(problem: Problem, whole: Extensive) -> Any:
    """Return the same model in Pyomo. Which flows and recipes there are is given; lists by row are made here, as a user would."""
    import pyomo.environ as pyo

    arcs = list(zip(*(axis.tolist() for axis in whole.second.arcs[:4]), strict=True))
    drive = dict(zip(arcs, whole.second.arcs.time.tolist(), strict=True))
    given = list(zip(*(axis.tolist() for axis in whole.second.given), strict=True))
    short = list(zip(*(axis.tolist() for axis in whole.second.short), strict=True))
    by_stock, by_place, by_depot, by_want, by_use = ({} for _ in range(5))
    for s, i, k, j in arcs:
        by_stock.setdefault((s, i, k), []).append(j)
        by_place.setdefault((s, k, j), []).append(i)
        by_depot.setdefault((s, i), []).append((k, j))
    deadlines = problem.deadline.tolist()
    want_of = problem.recipe_want.tolist()
    amounts = [[(k, a) for k, a in enumerate(row) if a > 0] for row in problem.recipes.tolist()]
    for s, q, j in given:
        by_want.setdefault((s, want_of[q], j), []).append(q)
        for k, a in amounts[q]:
            by_use.setdefault((s, k, j), []).append((q, a))
    due = sorted({(s, k, j, deadlines[want_of[q]]) for (s, k, j), uses in by_use.items() for q, _ in uses})
    price, yearly, have, keep = (a.tolist() for a in (problem.price, problem.yearly_cost, problem.have, problem.keep))
    pack, mass, volume, chance = (a.tolist() for a in (problem.pack, problem.mass, problem.volume, problem.probability))
    survive, carry, penalty, demand = (a.tolist() for a in (problem.survive, problem.carry, problem.penalty, problem.demand))
    depots, items = range(len(problem.depots)), range(len(problem.items))
    model = pyo.ConcreteModel()
    model.stock = pyo.Var(depots, items, bounds=lambda _, i, k: (keep[i][k], None))
    model.packs = pyo.Var(depots, items, within=pyo.NonNegativeIntegers)
    model.flow = pyo.Var(arcs, within=pyo.NonNegativeReals)
    model.met = pyo.Var(given, within=pyo.NonNegativeReals)
    model.short = pyo.Var(short, within=pyo.NonNegativeReals)
    model.cost = pyo.Objective(
        expr=pyo.quicksum(yearly[i][k] * model.stock[i, k] for i in depots for k in items)
        + pyo.quicksum(chance[a[0]] * problem.freight * 2 * mass[a[2]] * drive[a] * model.flow[a] for a in arcs)
        + pyo.quicksum(chance[u[0]] * penalty[u[1]] * model.short[u] for u in short)
    )
    model.balance = pyo.Constraint(depots, items, rule=lambda m, i, k: m.stock[i, k] == have[i][k] + pack[k] * m.packs[i, k])
    model.budget = pyo.Constraint(
        expr=pyo.quicksum(price[i][k] * pack[k] * model.packs[i, k] for i in depots for k in items) <= problem.budget
    )
    model.space = pyo.Constraint(
        depots, rule=lambda m, i: pyo.quicksum(volume[k] * m.stock[i, k] for k in items) <= float(problem.space[i])
    )
    model.stocked = pyo.Constraint(
        list(by_stock),
        rule=lambda m, s, i, k: pyo.quicksum(m.flow[s, i, k, j] for j in by_stock[s, i, k]) <= survive[s][i] * m.stock[i, k],
    )
    model.trucks = pyo.Constraint(
        list(by_depot),
        rule=lambda m, s, i: (
            pyo.quicksum(2 * mass[k] * drive[s, i, k, j] * m.flow[s, i, k, j] for k, j in by_depot[s, i]) <= carry[s][i]
        ),
    )
    model.delivered = pyo.Constraint(
        due,
        rule=lambda m, s, k, j, d: (
            pyo.quicksum(a * m.met[s, q, j] for q, a in by_use[s, k, j] if deadlines[want_of[q]] <= d)
            <= pyo.quicksum(m.flow[s, i, k, j] for i in by_place[s, k, j] if drive[s, i, k, j] <= d)
        ),
    )
    model.wanted = pyo.Constraint(
        short,
        rule=lambda m, s, w, j: (
            pyo.quicksum(m.met[s, q, j] for q in by_want.get((s, w, j), ())) + m.short[s, w, j] == demand[s][w][j]
        ),
    )
    return model


def _pyomo_value(model: Any) -> float:
    import pyomo.environ as pyo

    pyo.TransformationFactory("core.relax_integer_vars").apply_to(model)
    pyo.SolverFactory("appsi_highs").solve(model)
    return float(pyo.value(model.cost))


def linopy_model(problem: Problem, whole: Extensive) -> Any:
    """Return the same model in linopy: long vectors of variables, sums by group, as its manual does for sparse index sets."""
    import linopy
    import pandas as pd
    import xarray as xr

    second, program = whole.second, whole.program
    model = linopy.Model()
    blocks = (
        ("stock", whole.first.stock, problem.have.size), ("packs", whole.first.bought, problem.have.size),
        ("flow", second.flow, len(second.arcs.time)), ("met", second.met, len(second.given.recipe)),
        ("short", second.shortage, len(second.short.want)),
    )  # fmt: skip
    entries = np.repeat(np.arange(program.columns), np.diff(program.start))
    signs = np.where(program.row_lower == program.row_upper, "=", np.where(np.isfinite(program.row_upper), "<=", ">="))
    objective, parts = 0, []
    for name, first, size in blocks:
        at = slice(first, first + size)
        axis = pd.RangeIndex(size, name=name)
        variable = model.add_variables(
            xr.DataArray(program.lower[at], coords=[axis]), xr.DataArray(program.upper[at], coords=[axis]), name=name
        )
        objective += (variable * xr.DataArray(program.cost[at], coords=[axis])).sum()
        mine = (entries >= first) & (entries < first + size)
        parts.append((variable, name, entries[mine] - first, program.index[mine], program.value[mine]))
    total = None
    for variable, name, column, row, value in parts:
        picked = variable.sel({name: xr.DataArray(column, dims="entry")}) * xr.DataArray(value, dims="entry")
        grouped = picked.groupby(xr.DataArray(row, dims="entry", name="row")).sum()
        total = grouped if total is None else linopy.expressions.merge([total, grouped], join="outer")
    right = np.where(np.isfinite(program.row_upper), program.row_upper, program.row_lower)
    rows = total.indexes["row"]
    model.add_constraints(
        total, xr.DataArray(signs[rows], coords={"row": rows}), xr.DataArray(right[rows], coords={"row": rows}), name="rows"
    )
    model.add_objective(objective)
    return model


def _linopy_value(model: Any) -> float:
    model.solve("highs", io_api="direct", output_flag=False)
    return float(model.objective.value)
