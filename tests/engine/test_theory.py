"""The engine against queueing theory. Tolerance: four standard errors over independent replications of the run itself."""

from __future__ import annotations

from math import factorial

import numpy as np
import pytest

from sim.engine.outlook import Outlook
from sim.engine.simulate import simulate
from sim.log import COLUMNS, KIND_CODE, Kind
from sim.quantities import Exponential, Gamma, Lognormal
from sim.units import HOUR, MINUTE
from tests.engine.builders import course, line, per_hour, scenario, source, team

TIME, KIND, INCIDENT, TEAM = (COLUMNS.index(name) for name in ("time", "kind", "incident", "team"))
SERVICE = HOUR
WARM_UP = 50 * HOUR


def of_kind(rows, kind):
    """Return the rows of one kind."""
    return rows[rows[:, KIND] == KIND_CODE[kind]]


def replicate(model, count, measure, first=0):
    """Return one value a replication."""
    outlook = Outlook(model)
    return np.array([measure(simulate(model, first + k, outlook=outlook)) for k in range(count)])


def assert_agrees(values, theory):
    """Assert that the mean lies within four of its own standard errors of the theory."""
    error = values.std(ddof=1) / np.sqrt(len(values))
    assert abs(values.mean() - theory) < 4 * error, f"{values.mean():.5f} ± {error:.5f} against {theory:.5f}"
    assert error < 0.1 * theory + 1e-3, "the run is too short to tell"


def erlang_c(servers, load):
    """Return P(wait) of M/M/c (Erlang 1917)."""
    busy = load**servers / factorial(servers) * servers / (servers - load)
    return busy / (sum(load**k / factorial(k) for k in range(servers)) + busy)


def erlang_b(servers, load):
    """Return P(loss) of M/G/c/c."""
    return load**servers / factorial(servers) / sum(load**k / factorial(k) for k in range(servers + 1))


def station(servers, load, service, hours, **traits):
    """Return one place at which `servers` teams stand, with Poisson calls there."""
    return scenario(
        [(0.0, 0.0)], [team(n, 0) for n in range(servers)], [course(line(work=service))],
        sources=(source("calls", per_hour(load), (0,), hours * HOUR),), ends=hours * HOUR, warm_up=WARM_UP, **traits,
    )  # fmt: skip


def waits(out):
    """Return the wait of every call after the warm-up (ms)."""
    raised, ordered = of_kind(out.rows, Kind.NEED_RAISED), of_kind(out.rows, Kind.TEAM_ORDERED)
    begin = dict(zip(raised[:, INCIDENT].tolist(), raised[:, TIME].tolist(), strict=True))
    found = [t - begin[i] for i, t in zip(ordered[:, INCIDENT].tolist(), ordered[:, TIME].tolist(), strict=True)]
    return np.array([w for w, i in zip(found, ordered[:, INCIDENT].tolist(), strict=True) if begin[i] >= WARM_UP])


@pytest.mark.parametrize(("servers", "load", "published"), [(2, 1.0, 1 / 3), (3, 2.0, 4 / 9), (5, 4.0, 0.554113)])
def test_waiting_follows_erlang_c(servers, load, published):
    """M/M/c: share of calls that wait, and mean wait = P(wait) / (cμ − λ)."""
    assert erlang_c(servers, load) == pytest.approx(published, abs=1e-6)
    model = station(servers, load, Exponential(SERVICE, SERVICE), 600)
    pairs = replicate(model, 30, lambda out: ((waits(out) > 0).mean(), waits(out).mean() / SERVICE))
    assert_agrees(pairs[:, 0], published)
    assert_agrees(pairs[:, 1], published / (servers - load))


@pytest.mark.parametrize("servers", [2, 4])
def test_loss_follows_erlang_b_whatever_the_service(servers):
    """M/G/c/c with queueing off: the share lost depends on the service time through its mean alone."""
    model = station(servers, 2.0, Gamma(0.5, 2.0 * SERVICE, SERVICE), 600, queue=False)

    def lost(out):
        alarms = of_kind(out.rows, Kind.INCIDENT_ALARM)
        counted = set(alarms[alarms[:, TIME] >= WARM_UP][:, INCIDENT].tolist())
        return len(counted & set(of_kind(out.rows, Kind.INCIDENT_LOST)[:, INCIDENT].tolist())) / len(counted)

    assert_agrees(replicate(model, 30, lost), erlang_b(servers, 2.0))


def test_busy_count_of_a_large_force_is_poisson():
    """M/G/∞: with far more teams than are ever needed, the number at work is Poisson with mean λ·E[S]."""
    mean = SERVICE
    service = Lognormal(mean * np.exp(-0.5 * 0.8**2), 0.8, mean)
    model = station(40, 6.0, service, 300)

    def busy(out):
        begins, ends = of_kind(out.rows, Kind.TEAM_ORDERED)[:, TIME], of_kind(out.rows, Kind.TEAM_RELEASED)[:, TIME]
        at = np.arange(WARM_UP, 300 * HOUR, 10 * MINUTE)
        count = np.searchsorted(np.sort(begins), at, "right") - np.searchsorted(np.sort(ends), at, "right")
        return count.mean(), (count == 0).mean(), (count <= 6).mean()

    found = replicate(model, 30, busy)
    poisson = [np.exp(-6.0) * 6.0**k / factorial(k) for k in range(7)]
    assert_agrees(found[:, 0], 6.0)
    assert_agrees(found[:, 2], sum(poisson))


def nearest_on_unit_square(n):
    """Return the exact mean distance from a random point to the nearest of n random points in a unit square.

    E[D] = ∫∫∫ (1 − area of the disc of radius r about (x, y) within the square)^n dr dy dx, by Gauss–Legendre; the disc
    is cut into strips at u = x + r·sin(t), which removes the root at its edge.
    """
    nodes, weights = np.polynomial.legendre.leggauss(40)
    half, whole = (nodes + 1) / 4, (nodes + 1) / 2  # on (0, ½): a quarter of the square, by symmetry; on (0, 1)
    x, y, s, q = np.meshgrid(half, half, whole, nodes, indexing="ij")
    r = s * np.hypot(1 - x, 1 - y)
    low, high = np.arcsin(np.maximum(-x / r, -1)), np.arcsin(np.minimum((1 - x) / r, 1))
    t = (low + high) / 2 + q * (high - low) / 2
    h = r * np.cos(t)
    strip = (np.minimum(y + h, 1) - np.maximum(y - h, 0)) * h
    area = (strip * weights).sum(axis=3) * (high - low)[..., 0] / 2
    beyond = (1 - np.clip(area, 0, 1)) ** n * np.hypot(1 - x, 1 - y)[..., 0]
    weight = weights[:, None, None] * weights[None, :, None] * weights[None, None, :] / 4 / 4 / 2
    return float(4 * (beyond * weight).sum())


def test_the_integral_gives_the_known_mean_distance_of_two_points():
    """One unit: the mean distance of two random points, (2 + √2 + 5 ln(1 + √2)) / 15 (Robbins 1978)."""
    known = (2 + np.sqrt(2) + 5 * np.log(1 + np.sqrt(2))) / 15
    assert nearest_on_unit_square(1) == pytest.approx(known, abs=1e-6)


@pytest.mark.parametrize(("n", "scaled"), [(4, 0.558), (9, 0.552), (25, 0.536)])
def test_mean_distance_to_the_nearest_unit(n, scaled):
    """Kolesar and Blum's law with edges: E[D]·√(n/A) by exact integration is well above the asymptotic 0.5."""
    side = 10_000.0
    exact = nearest_on_unit_square(n)
    assert exact * np.sqrt(n) == pytest.approx(scaled, abs=5e-4)
    rng = np.random.default_rng(n)

    def one(k):
        points = [tuple(p) for p in rng.uniform(0, side, (n + 40, 2))]
        units = [team(i, i) for i in range(n)]
        model = scenario(
            points, units, [course(line(work=1))], speed_kmh=3.6,  # 1 m/s: ms of driving are mm
            sources=(source("calls", per_hour(0.05), tuple(range(n, n + 40)), 800 * HOUR),), ends=800 * HOUR,
        )  # fmt: skip
        rows = simulate(model, k).rows
        departed, arrived = of_kind(rows, Kind.TEAM_DEPARTED), of_kind(rows, Kind.TEAM_ARRIVED)
        began = dict(zip(departed[:, INCIDENT].tolist(), departed[:, TIME].tolist(), strict=True))
        drives = [t - began[i] for i, t in zip(arrived[:, INCIDENT].tolist(), arrived[:, TIME].tolist(), strict=True)]
        return np.mean(drives) / 1000 / side

    # Calls 20 h apart on average, a drive lasts at most 4 h: hardly ever is the nearest unit away.
    assert_agrees(np.array([one(k) for k in range(200)]), exact)
