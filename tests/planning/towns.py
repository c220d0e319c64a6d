"""Small random questions, and a second stage written a second time: with loops, for scipy's linear programs."""

from __future__ import annotations

import itertools

import numpy as np
from scipy.optimize import linprog

from sim.planning.stockpile import Minimum, Question, Want


def question(seed: int, **changes) -> Question:
    """Two depots, two items, two places, three scenarios: a want of one item, a set, and a want with a substitute."""
    rng = np.random.default_rng(seed)
    wants = (
        Want("tent", [[1, 0]], 2.0, 40.0),
        Want("set", [[1, 2]], 3.0, 90.0),
        Want("heat", [[0, 1], [1.5, 0]], 1.5, 25.0),
    )
    chance = rng.dirichlet(np.ones(3))
    given = {
        "wants": wants,
        "probability": chance / chance.sum(),
        "demand": rng.integers(0, 4, (3, 3, 2)),
        "time": np.where(rng.random((3, 2, 2)) < 0.15, np.inf, rng.uniform(0.3, 3.2, (3, 2, 2))),
        "price": rng.uniform(3, 9, 2),
        "yearly_cost": rng.uniform(1, 6, 2),
        "have": rng.integers(0, 2, (2, 2)),
        "pack": [1, 1],
        "survive": np.where(rng.random((3, 2)) < 0.2, 0.5, 1.0),
        "mass": [0.2, 0.1],
        "carry": rng.uniform(1, 6, (3, 2)),
        "freight": 0.5,
        "budget": 40.0,
        "language": "en",
    }
    return Question(**(given | changes))


def second_stage(asked: Question, scenario: int, stock: np.ndarray) -> tuple[float, float, np.ndarray]:
    """Return cost, shortage cost and shortages (W × J) of a scenario, each flow kept apart by the want that it serves."""
    demand, time = np.asarray(asked.demand)[scenario], np.asarray(asked.time)[scenario]
    depots, places = time.shape
    items = stock.shape[1]
    ways = [
        (w, r, np.atleast_2d(want.recipes)[r])
        for w, want in enumerate(asked.wants)
        for r in range(len(np.atleast_2d(want.recipes)))
    ]
    flows = [
        (i, k, j, w)
        for i, k, j, w in itertools.product(range(depots), range(items), range(places), range(len(asked.wants)))
        if time[i, j] <= asked.wants[w].deadline
    ]
    met = [(w, row, j) for w, _, row in ways for j in range(places)]
    short = [(w, j) for w in range(len(asked.wants)) for j in range(places)]
    mass = np.asarray(asked.mass)
    toll = [2 * mass[k] * time[i, j] for i, k, j, _ in flows]
    cost = [asked.freight * t for t in toll] + [0.0] * len(met) + [asked.wants[w].penalty for w, _ in short]
    limits, caps = [], []
    for i, k in itertools.product(range(depots), range(items)):
        limits.append([float((f[0], f[1]) == (i, k)) for f in flows] + [0.0] * (len(met) + len(short)))
        caps.append(np.asarray(asked.survive)[scenario, i] * stock[i, k])
    for i in range(depots):
        limits.append([t * (f[0] == i) for f, t in zip(flows, toll, strict=True)] + [0.0] * (len(met) + len(short)))
        caps.append(np.asarray(asked.carry)[scenario, i])
    for k, j, w in itertools.product(range(items), range(places), range(len(asked.wants))):
        row = [-float(f[1:] == (k, j, w)) for f in flows]
        row += [recipe[k] * ((v, at) == (w, j)) for v, recipe, at in met] + [0.0] * len(short)
        limits.append(row)
        caps.append(0.0)
    asks = [
        [0.0] * len(flows) + [float((v, at) == (w, j)) for v, _, at in met] + [float(one == (w, j)) for one in short]
        for w, j in short
    ]
    done = linprog(cost, A_ub=limits, b_ub=caps, A_eq=asks, b_eq=[demand[w, j] for w, j in short])
    assert done.status == 0
    lack = np.zeros(demand.shape)
    for (w, j), units in zip(short, done.x[-len(short) :], strict=True):
        lack[w, j] = units
    penalty = np.array([want.penalty for want in asked.wants])
    return float(done.fun), float((lack * penalty[:, None]).sum()), lack


def stocks(asked: Question, most: int):
    """Yield every stock that buys whole packs up to `most` of each item in each depot, within budget, space and minimums."""
    have = np.asarray(asked.have)
    pack, price = np.asarray(asked.pack), np.asarray(asked.price)
    for packs in itertools.product(range(most + 1), repeat=have.size):
        bought = np.array(packs).reshape(have.shape) * pack
        stock = have + bought
        spent = float((bought * price).sum())
        if spent > asked.budget + 1e-9:
            continue
        if asked.space is not None and ((stock * np.asarray(asked.volume)).sum(axis=1) > np.asarray(asked.space) + 1e-9).any():
            continue
        if any(sum(stock[i, m.item] for i in m.depots) < m.amount - 1e-9 for m in asked.minimums):
            continue
        yield stock


__all__ = ["Minimum", "question", "second_stage", "stocks"]
