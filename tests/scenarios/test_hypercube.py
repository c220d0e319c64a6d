"""The hypercube example of Larson and Odoni (1981, 5.4) from a scenario file with run cards: fixed preference lists."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engine.outlook import Outlook
from sim.engine.simulate import simulate
from sim.log import COLUMNS, KIND_CODE, Kind
from sim.units import HOUR
from tests.scenarios.files import load

CLASSES = (((1, 2, 3), 0.5), ((1, 3, 2), 0.25), ((2, 1, 3), 0.35), ((3, 1, 2), 0.4))
"""Preference list and calls an hour of each class of atoms; service takes 1 h on average."""
WORKLOADS, DELAYED, ELSEWHERE = (0.5574, 0.4734, 0.4693), 0.23684, 0.43529
"""Published: exact workloads, P(delay) and the fraction of inter-response dispatches (Larson and Odoni 1981, 5.4.4)."""
WARM_UP, ENDS = 40, 540
"""Hours."""
REPLICATIONS = 60
TIME, KIND, INCIDENT, TEAM = (COLUMNS.index(name) for name in ("time", "kind", "incident", "team"))


def text() -> str:
    classes = range(1, len(CLASSES) + 1)
    cards = "".join(
        f"  - {{id: card-{n}, places: [atom-{n}], teams: [{', '.join(f'unit-{unit}' for unit in prefer)}]}}\n"
        for n, (prefer, _) in zip(classes, CLASSES, strict=True)
    )
    sources = "".join(
        f"  - {{id: calls-{n}, kind: call, rate: {rate} /h, places: [{{place: atom-{n}}}]}}\n"
        for n, (_, rate) in zip(classes, CLASSES, strict=True)
    )
    return f"""\
format: 1
name: three servers
mode: plan
start: 2026-01-01 00:00
end: {ENDS} h
warm_up: {WARM_UP} h
seed: 1981
coordinates: metres
network: {{straight_line: {{speed: 60 km/h, detour: 1}}}}
places:                                         # all at one point: service is work alone
{"".join(f'  - {{id: atom-{n}, at: "0, 0"}}{chr(10)}' for n in classes)}\
bases: [{{id: base, place: "0, 0"}}]
teams:
{"".join(f"  - {{id: unit-{n}, base: base, capabilities: [serve]}}{chr(10)}" for n in (1, 2, 3))}\
incident_types:
  call: {{package: [{{capability: serve, work: {{distribution: exponential, mean: 1 h}}}}]}}
sources:
{sources}\
dispatch: {{policy: [run_card]}}
run_cards:
{cards}"""


def busy_share(rows):
    """Return the share of the time after the warm-up that each unit is busy."""
    begins, ends = WARM_UP * HOUR, ENDS * HOUR
    busy = np.zeros(3)
    since = {}
    for time, kind, team in rows[:, [TIME, KIND, TEAM]].tolist():
        if kind == KIND_CODE[Kind.TEAM_ORDERED]:
            since[team] = time
        elif kind == KIND_CODE[Kind.TEAM_RELEASED]:
            busy[team] += max(0, min(time, ends) - max(since.pop(team), begins))
    return busy / (ends - begins)


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Return workloads (3), share of calls that wait, and share not answered by the first on their card, one row a replication."""
    scenario = load(tmp_path_factory.mktemp("hypercube"), text())
    first = {scenario.sites[card_site].id: card.teams[0] for card in scenario.run_cards for card_site in card.sites}
    outlook = Outlook(scenario)
    found = []
    for k in range(REPLICATIONS):
        out = simulate(scenario, k, outlook=outlook, keep_drives=False)
        rows = out.rows
        counted = {n for n, time in enumerate(out.arrivals.times) if time >= WARM_UP * HOUR}
        waited = set(rows[rows[:, KIND] == KIND_CODE[Kind.NEED_WAITING]][:, INCIDENT].tolist())
        ordered = rows[rows[:, KIND] == KIND_CODE[Kind.TEAM_ORDERED]][:, [INCIDENT, TEAM]].tolist()
        other = [team != first[scenario.sites[out.arrivals.sites[n]].id] for n, team in ordered if n in counted]
        found.append([*busy_share(rows), len(waited & counted) / len(counted), np.mean(other)])
    return np.array(found)


@pytest.mark.parametrize(
    ("column", "published"),
    list(enumerate((*WORKLOADS, DELAYED, ELSEWHERE))),
    ids=["unit 1", "unit 2", "unit 3", "delayed", "elsewhere"],
)
def test_published_values(measured, column, published):
    """Within four standard errors of the run's own replications, which are small enough to tell."""
    values = measured[:, column]
    error = values.std(ddof=1) / np.sqrt(len(values))
    assert abs(values.mean() - published) < 4 * error, f"{values.mean():.5f} ± {error:.5f} against {published}"
    assert error < 0.01


def test_workloads_add_up_to_the_load(measured):
    """λ/μ = 1.5 servers are busy on average."""
    total = measured[:, :3].sum(axis=1)
    assert abs(total.mean() - 1.5) < 4 * total.std(ddof=1) / np.sqrt(len(total))


def test_the_test_could_tell_a_wrong_preference(tmp_path, measured):
    """With the card of the first class turned round (2, 1, 3) the workloads are no longer the published ones."""
    wrong = text().replace(
        "places: [atom-1], teams: [unit-1, unit-2, unit-3]", "places: [atom-1], teams: [unit-2, unit-1, unit-3]"
    )
    scenario = load(tmp_path, wrong)
    shares = np.array([busy_share(simulate(scenario, k, keep_drives=False).rows) for k in range(20)])
    error = shares[:, 0].std(ddof=1) / np.sqrt(len(shares))
    assert WORKLOADS[0] - shares[:, 0].mean() > 4 * error


def test_exact_values_solve_the_balance_of_the_eight_states():
    """The published numbers again, from the steady state of the 8 states and the queue (second method, no simulation)."""
    mu, total = 1.0, sum(rate for _, rate in CLASSES)
    rates = np.zeros((8, 8))
    for state in range(8):
        for prefer, rate in CLASSES:
            free = [unit - 1 for unit in prefer if not state >> (unit - 1) & 1]
            if free:
                rates[state, state | 1 << free[0]] += rate
        for unit in range(3):
            if state >> unit & 1:
                rates[state, state & ~(1 << unit)] += mu
    # The queue behind state 7 is M/M/1 with λ and 3μ: its states hold r/(1-r) times what state 7 holds.
    balance = rates.T - np.diag(rates.sum(axis=1))
    balance[0] = 1.0
    ratio = total / (3 * mu)
    balance[0, 7] = 1 / (1 - ratio)
    p = np.linalg.solve(balance, np.eye(8)[0])
    queued = p[7] * ratio / (1 - ratio)
    workloads = [sum(p[s] for s in range(8) if s >> unit & 1) + queued for unit in range(3)]
    assert workloads == pytest.approx(WORKLOADS, abs=1e-4)
    assert p[7] + queued == pytest.approx(DELAYED, abs=1e-4)
