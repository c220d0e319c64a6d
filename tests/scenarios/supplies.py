"""A good file that uses every key of supplies: the tests of this folder change one thing in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.testing import CliRunner

from sim.cli.main import front
from tests.scenarios.files import write

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
format: 1
name: supplies
mode: plan
replications: 3
start: 2026-01-10 02:00
coordinates: metres
network: {straight_line: {speed: 60 km/h, detour: 1}}
regions:
  - {id: ours}
authorities:
  - {id: city, no_answer: 10 %, again: 2 min}
  - {id: province, second: {time: 4 min}}
  - {id: neighbour}
  - {id: keeper, by_road: 30 min}
items:
  - id: tent
    name: winter tent
    unit: tent
    kind: reusable
    mass: 50 kg
    volume: 0.4 m3
    price: 1500 yuan
    shelf_life: 3650 d
    refit: {planned: 2 d, p90: 5 d}
    loss: 5 %
    substitutes: {shed: 0.5}
    shortage: 3000 yuan
    source: assumed
  - {id: shed, mass: 120 kg, volume: 2 m3}
  - {id: stove, unit: stove, mass: 20 kg, volume: 100 L, price: 400 yuan}
  - {id: foam, unit: L, mass: 1.1 kg, volume: 1 L, per_person_day: 3}
  - {id: bottle, unit: bottle, kind: reusable, mass: 12 kg}
sets:
  - {id: winter unit, parts: {tent: 1, stove: 1}, serves: 6 people}
  - {id: camp, parts: {winter unit: 20, stove: 5}}
bases:
  - {id: yard, place: "0, 0"}
team_types:
  engine: {capabilities: [foam attack], turnout: 1 min, carries: {bottle: 12}}
teams:
  - {id: own, type: engine, base: yard, carries: {foam: 2 m3, bottle: 36 bottles}}
  - {id: other, type: engine, base: yard}
agreements:
  - {id: cartage, kind: supply, parties: [city, carrier]}
  - {id: pact, parties: [city, neighbour]}
channels:
  - {id: aid, agreement: pact, links: [{caller: city, to: neighbour, time: 30 min, refuses: 10 %}]}
fleets:
  - id: lorries
    base: yard
    count: 2
    payload: 8 t
    volume: 30 m3
    find: 20 min
    per_hour: 200 yuan
    rest: {every: 4 h, lasts: 20 min}
  - {id: carrier, place: "1000, 0", vehicle: light, count: 3, payload: 1500 kg, find: 2 h, fails: 10 %, owner: carrier, agreement: cartage}
depots:
  - id: main
    name: main store
    place: "0, 1000"
    region: ours
    space: 2000 m3
    bays: 2
    loading: 120 tents/h
    fleets: [lorries, carrier]
    steps:
      - {step: order, time: 20 min, post: city, tries: 3}
      - {step: keeper, time: {planned: 20 min, p90: 45 min}, post: keeper, no_answer: 20 %}
      - {step: receiving, time: 60 min}
    stock:
      - {item: tent, quantity: 90 tents, owner: city, expires: 2030-01-01}
      - {item: tent, quantity: 30, owner: city, expires: 30 d, keeps: 10}
      - {item: tent, quantity: 60, owner: province, released_by: province, time: 60 min, refuses: 20 %}
      - {id: stoves, item: stove, quantity: 120, owner: city}
      - {item: stove, quantity: 7, owner: state, usable: no}
  - id: next
    place: "30000, 0"
    loading: 10 t/h
    fleets: [carrier]
    stock: [{item: foam, quantity: 2 m3, owner: neighbour, channel: aid}]
  - id: works
    place: "0, 5000"
    firm: yes
    fleets: [carrier]
    stock: [{item: shed, agreement: cartage, makes: {per_day: 240, after: 12 h, most: 500}}]
suppliers:
  - {id: maker, lead: {planned: 5 d, p90: 8 d}, fails: 5 %, prices: {tent: 1400 yuan}, agreement: cartage}
restock:
  - {depot: main, owner: city, item: tent, policy: r_q, when: 40, order: 50 tents, supplier: maker, order_cost: 300 yuan}
  - {depot: main, owner: city, item: stove, policy: s_s, when: 40, up_to: 100, review: 1 d, supplier: maker}
  - {depot: next, item: foam, policy: base_stock, up_to: 1 m3, supplier: maker}
shelters:
  - {id: school, place: "20000, 1000", area: 401 m2, per_head: 2 m2}
  - {id: hall, place: "20000, 2000", people: 100}
supply: {policy: earliest_complete, holding: 12 %, collect: {planned: 24 h, p90: 36 h}}
packages:
  attack:
    - capability: foam attack
      work: 60 min
      uses: [{item: foam, rate: 6 L/min, when_dry: 50 %, ask_when: 30 min, ask_for: 2 h}]
      fills: [{item: bottle, rate: 60 /h}]
incident_types:
  fire:
    jurisdiction: city
    package: attack
    release: {mass: 30 t, rate: 100 kg/min}
    supplies:
      - {item: foam, per: {signal: released, each: 1 t, quantity: 50 L}, feeds: yes, stores: [next]}
incidents:
  - {id: plant, kind: fire, place: "25000, 0", at: 02:30}
  - id: quake
    place: "20000, 0"
    at: 02:00
    jurisdiction: city
    signals: {displaced: 860}
    changes: [{after: 3 h, signals: {displaced: 1200, hurt: 10}}]
    supplies:
      - {set: winter unit, per: {signal: displaced, each: 6, less: shelters}, deadline: 10 h, policy: nearest}
      - {item: stove, quantity: {planned: 20 stoves, p90: 40 stoves}, after: 1 h, stores: [main/city], when_missing: warning}
      - {set: camp, per: {signal: hurt, less: school}}
"""


def chinese(folder: Path, text: str = GOOD) -> str:
    """Return the same file with Chinese keys and words, by the command `translate`."""
    path = write(folder, text, "good-en.yaml")
    done = CliRunner().invoke(front, ["translate", str(path), "--to", "zh"], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output
