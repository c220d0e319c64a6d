"""Long-run cost of ordering rules against their exact formulas: one depot, Poisson demand for one unit at its own place."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import gammaln, stdtrit

from sim.engine.outlook import Outlook
from sim.engine.simulate import simulate
from sim.log import COLUMNS, KIND_CODE, Kind
from sim.scenario.supplies import MILLI, Restock, Supplier
from sim.units import HOUR
from tests.engine.builders import course, per_hour, source, ticks
from tests.engine.supply_world import depot, item, need, store, world

RATE, LEAD = 2.0, 5.0
"""An hour; hours."""
HOLDING, BACKORDER, ORDER = 1.0, 9.0, 6.0
"""Per unit and hour, and for each order."""
WARM_UP, ENDS, REPLICATIONS = 60.0, 360.0, 24
KIND, TIME, QUANTITY = COLUMNS.index("kind"), COLUMNS.index("time"), COLUMNS.index("quantity")
MOST = 120


def poisson(mean):
    """Return the chances of 0 … MOST demands."""
    count = np.arange(MOST + 1)
    return np.exp(count * np.log(mean) - mean - gammaln(count + 1))


def expected(position, mean):
    """Return the expected cost an hour of holding and backorders when so much is left less a Poisson demand."""
    left = position - np.arange(MOST + 1)
    return float(poisson(mean) @ (HOLDING * np.maximum(left, 0) + BACKORDER * np.maximum(-left, 0)))


def exact_r_q(r, q):
    """Return the long-run cost of (r, Q): the position is uniform on r + 1 … r + Q (Hadley & Whitin 1963; Zipkin 2000, 6.2)."""
    return ORDER * RATE / q + np.mean([expected(y, RATE * LEAD) for y in range(r + 1, r + q + 1)])


def exact_s_s(s, top, review):
    """Return the long-run cost of (s, S) looked at every `review` hours: the position after a look is a Markov chain on s + 1 … S;
    what it is then meets the demand of lead time and of part of a review (Zipkin 2000, 9.6).
    """  # fmt: skip
    states, demand = list(range(s + 1, top + 1)), poisson(RATE * review)
    chain = np.zeros((len(states), len(states)))
    for a, y in enumerate(states):
        for b, z in enumerate(states):
            chain[a, b] = demand[y - z] if z <= y else 0.0
        chain[a, -1] += 1.0 - demand[: y - s].sum()
    system = np.vstack([chain.T - np.eye(len(states)), np.ones(len(states))])
    share = np.linalg.lstsq(system, np.append(np.zeros(len(states)), 1.0), rcond=None)[0]
    orders = float(sum(p * (1.0 - demand[: y - s].sum()) for p, y in zip(share, states, strict=True)))
    nodes, weights = np.polynomial.legendre.leggauss(12)
    means = RATE * (LEAD + review * (nodes + 1) / 2)
    running = sum(
        p * float(np.dot(weights / 2, [expected(y, mean) for mean in means])) for p, y in zip(share, states, strict=True)
    )
    return ORDER * orders / review + running


def simulated(rule, level, amount, review, stock):
    """Return the cost an hour of each replication, counted from the log between warm-up and end."""
    asks = course(supplies=(need(0, 0, 1),))
    model = world(
        [0], items=[item()], courses=[asks], depots=[depot(fleets=())], stores=[store(0, 0, {0: stock})], fleets=[], at=(), mode="plan",
        sources=(source("d", per_hour(RATE), (0,), round(ENDS * HOUR)),), ends=round(ENDS * HOUR),
        supplies={
            "suppliers": (Supplier(0, "s", "s", ticks(round(LEAD * HOUR)), 0.0, {}),),
            "restock": (Restock(0, 0, 0, rule, level * MILLI, amount * MILLI, round(review * HOUR), 0, ORDER),),
        },
    )  # fmt: skip
    outlook = Outlook(model)
    return np.array([cost(simulate(model, n, outlook=outlook, keep_drives=False).rows, stock) for n in range(REPLICATIONS)])


def cost(rows, stock):
    """Return holding, backorder and order cost an hour of one log."""
    kinds, hours = rows[:, KIND], rows[:, TIME] / HOUR

    def area(start, signs):
        """Return the mean over time of a level that some kinds of row raise and lower."""
        mine = np.isin(kinds, [KIND_CODE[kind] for kind in signs])
        steps = rows[mine, QUANTITY] / MILLI * np.array([signs[kind] for kind in signs])[
            np.argmax(kinds[mine][:, None] == np.array([KIND_CODE[kind] for kind in signs]), axis=1)
        ]  # fmt: skip
        levels = np.concatenate(([start], start + np.cumsum(steps)))
        moments = np.clip(np.concatenate(([0.0], hours[mine], [ENDS])), WARM_UP, ENDS)
        assert (levels > -1e-9).all()
        return float(levels @ np.diff(moments)) / (ENDS - WARM_UP)

    held = area(stock, {Kind.STOCK_RESTOCKED: 1, Kind.STOCK_LOADED: -1})
    waiting = area(0.0, {Kind.SUPPLY_NEEDED: 1, Kind.STOCK_USED: -1})
    orders = ((kinds == KIND_CODE[Kind.STOCK_REORDERED]) & (hours >= WARM_UP) & (hours < ENDS)).sum() / (ENDS - WARM_UP)
    return HOLDING * held + BACKORDER * waiting + ORDER * orders


@pytest.mark.parametrize(
    ("rule", "level", "amount", "review", "stock", "exact"),
    [
        ("r_q", 10, 6, 0.0, 16, exact_r_q(10, 6)),
        ("base_stock", 14, 14, 0.0, 14, exact_r_q(13, 1)),
        ("s_s", 13, 20, 1.5, 20, exact_s_s(13, 20, 1.5)),
    ],
    ids=("(r, Q)", "base stock", "(s, S)"),
)
def test_the_long_run_cost_is_that_of_the_formula(rule, level, amount, review, stock, exact):
    """The mean of the replications lies within its own interval of 99.9 % around the formula, and is narrower than a tenth of it."""
    found = simulated(rule, level, amount, review, stock)
    half = stdtrit(REPLICATIONS - 1, 0.9995) * found.std(ddof=1) / np.sqrt(REPLICATIONS)
    assert abs(found.mean() - exact) < half
    assert half < 0.1 * exact
