"""Mistakes in supplies, in Chinese and in English: exactly the finding meant, at its line, exit 2, nothing written.

Each case changes one thing in a good file, which is the nearest input that is good.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import yaml
from click.testing import CliRunner

from sim.cli.main import front
from sim.scenario import check_scenario
from tests.scenarios.files import five_places, found, load, write
from tests.scenarios.supplies import GOOD, chinese

if TYPE_CHECKING:
    from pathlib import Path

CASES = {
    # name: (what is good there, what is bad, code, text of the line at which it is told; "": that of the mistake)
    "negative stock": ("quantity: 90 tents", "quantity: -90 tents", "quantity", ""),
    "stock that is no number": ("quantity: 90 tents", "quantity: many", "quantity", ""),
    "unknown unit of stock": ("quantity: 90 tents", "quantity: 90 boxes", "unknown-unit", ""),
    "unknown unit of an amount that the item lacks": ("{per_day: 240,", "{per_day: 240 sheds,", "unknown-unit", ""),
    "less than a thousandth": ("keeps: 10}", "keeps: 0.0001}", "out-of-range", ""),
    "lot without an amount": ("{id: stoves, item: stove, quantity: 120,", "{id: stoves, item: stove,", "missing-key", ""),
    "unknown item in stock": ("{item: tent, quantity: 60", "{item: tint, quantity: 60", "unknown-id", ""),
    "unknown post that releases": ("released_by: province", "released_by: provinz", "unknown-id", ""),
    "owner who never answers": ("released_by: province, time", "released_by: neighbour, no_answer: 1, time", "never-reached", ""),
    "owner who always declines": ("refuses: 20 %", "refuses: 100 %", "never-approved", ""),
    "unknown channel of stock": ("channel: aid}", "channel: aidd}", "unknown-id", ""),
    "channel that ends elsewhere": ("owner: neighbour, channel: aid", "owner: someone, channel: aid", "nobody-approves", ""),
    "time beside a channel": ("owner: neighbour, channel: aid", "owner: neighbour, time: 5 min, channel: aid", "contradiction", ""),
    "unknown agreement of stock": ("item: shed, agreement: cartage", "item: shed, agreement: carriage", "unknown-id", ""),
    "more stays than there is": ("keeps: 10}", "keeps: 40}", "floor-too-high", ""),
    "expired before the start": ("expires: 2030-01-01", "expires: 2025-01-01", "expired", ""),
    "expiry that is no moment": ("expires: 30 d", "expires: soon", "quantity", ""),
    "nothing made": ("per_day: 240", "per_day: 0", "out-of-range", ""),
    "id of stock twice": ("{item: tent, quantity: 90 tents", "{id: stoves, item: tent, quantity: 90 tents", "duplicate-id", "id: stoves, item: stove"),
    "unknown region of a depot": ("region: ours", "region: oars", "unknown-id", ""),
    "unknown fleet": ("fleets: [lorries, carrier]", "fleets: [lorrys, carrier]", "unknown-id", ""),
    "unit that no item has": ("loading: 120 tents/h", "loading: 120 boxes/h", "unknown-unit", ""),
    "loading without a time": ("loading: 120 tents/h", "loading: 120 tents", "quantity", ""),
    "loading that never ends": ("loading: 120 tents/h", "loading: 0 tents/h", "out-of-range", ""),
    "step twice": ("{step: receiving, time: 60 min}", "{step: order, time: 60 min}", "duplicate-id", ""),
    "step that is none": ("{step: receiving,", "{step: recieving,", "unknown-word", ""),
    "unknown post of a keeper": ("post: keeper, no_answer", "post: kepper, no_answer", "unknown-id", ""),
    "unknown post of the order": ("post: city, tries: 3", "post: citty, tries: 3", "unknown-id", ""),
    "depot twice": ("  - id: next\n", "  - id: main\n", "duplicate-id", '  - id: main\n    place: "30000'),
    "item twice": ("{id: shed, mass", "{id: bottle, mass", "duplicate-id", "{id: bottle, unit"),
    "item called like a capability": ("{id: bottle, unit", "{id: foam attack, unit", "duplicate-id", ""),
    "set called like an item": ("{id: camp, parts", "{id: stove, parts", "duplicate-id", ""),
    "item without a mass": ("{id: shed, mass: 120 kg, volume", "{id: shed, volume", "missing-key", ""),
    "kind of item that is none": ("kind: reusable\n", "kind: reusible\n", "unknown-word", ""),
    "stands in for itself": ("substitutes: {shed: 0.5}", "substitutes: {winter tent: 0.5}", "circle", ""),
    "unknown substitute": ("substitutes: {shed: 0.5}", "substitutes: {shad: 0.5}", "unknown-id", ""),
    "none stands in": ("substitutes: {shed: 0.5}", "substitutes: {shed: 0}", "out-of-range", ""),
    "loss above all": ("loss: 5 %", "loss: 105 %", "quantity", ""),
    "amount a day in an unknown unit": ("per_person_day: 3}", "per_person_day: 3 kg}", "unknown-unit", ""),
    "set without parts": ("{id: camp, parts: {winter unit: 20, stove: 5}}", "{id: camp}", "no-parts", ""),
    "set in itself": ("parts: {winter unit: 20, stove: 5}", "parts: {camp: 20, stove: 5}", "circle", ""),
    "unknown part": ("parts: {tent: 1, stove: 1}", "parts: {tent: 1, stofe: 1}", "unknown-id", ""),
    "part of which there is none": ("parts: {tent: 1, stove: 1}", "parts: {tent: 1, stove: 0}", "out-of-range", ""),
    "people of a set in tents": ("serves: 6 people", "serves: 6 tents", "unknown-unit", ""),
    "unknown item that a team carries": ("carries: {bottle: 12}", "carries: {bottel: 12}", "unknown-id", ""),
    "unit of what a team carries": ("bottle: 36 bottles", "bottle: 36 boxes", "unknown-unit", ""),
    "fleet at a base and elsewhere": ("{id: carrier, place:", "{id: carrier, base: yard, place:", "contradiction", ""),
    "fleet nowhere": ('{id: carrier, place: "1000, 0",', "{id: carrier,", "contradiction", ""),
    "unknown base of a fleet": ("    base: yard\n    count: 2\n", "    base: yart\n    count: 2\n", "unknown-id", ""),
    "unknown vehicle of a fleet": ("vehicle: light", "vehicle: lite", "unknown-vehicle", ""),
    "trucks that carry nothing": ("payload: 8 t", "payload: 0 t", "out-of-range", ""),
    "no trucks": ("vehicle: light, count: 3", "vehicle: light, count: 0", "out-of-range", ""),
    "fleet that is never had": ("find: 2 h, fails: 10 %", "find: 2 h, fails: 100 %", "never-reached", ""),
    "fleet by a pact of governments": ("owner: carrier, agreement: cartage", "owner: carrier, agreement: pact", "no-contract", ""),
    "stop that never ends": ("rest: {every: 4 h", "rest: {every: 0 h", "out-of-range", ""),
    "truck called like a team": ("{id: other, type: engine", "{id: carrier-2, type: engine", "duplicate-id", "{id: carrier, place"),
    "fleet twice": ("{id: carrier, place", "{id: lorries, place", "duplicate-id", ""),
    "unit that fits no truck": ("payload: 1500 kg", "payload: 100 kg", "fits-no-truck", "item: shed, agreement"),
    "order level above what is filled up to": ("when: 40, up_to: 100", "when: 100, up_to: 100", "contradiction", ""),
    "nothing ordered": ("order: 50 tents", "order: 0 tents", "out-of-range", ""),
    "order of an unknown unit": ("order: 50 tents", "order: 50 boxes", "unknown-unit", ""),
    "rule without its order": ("when: 40, order: 50 tents,", "when: 40,", "missing-key", ""),
    "rule with a key of another": ("policy: base_stock, up_to", "policy: base_stock, when: 3, up_to", "contradiction", ""),
    "rule of several owners": ("{depot: main, owner: city, item: stove, policy", "{depot: main, item: stove, policy", "contradiction", ""),
    "rule of an unknown owner": ("{depot: main, owner: city, item: stove, policy", "{depot: main, owner: citty, item: stove, policy", "unknown-id", ""),
    "rule of an unknown depot": ("{depot: next, item: foam", "{depot: nexxt, item: foam", "unknown-id", ""),
    "rule of an unknown item": ("{depot: next, item: foam", "{depot: next, item: fome", "unknown-id", ""),
    "rule twice": ("owner: city, item: stove, policy: s_s", "owner: city, item: tent, policy: s_s", "duplicate-id", ""),
    "unknown supplier": ("up_to: 1 m3, supplier: maker", "up_to: 1 m3, supplier: makker", "unknown-id", ""),
    "supplier who never delivers": ("fails: 5 %, prices", "fails: 100 %, prices", "never-reached", ""),
    "price of an unknown item": ("prices: {tent: 1400 yuan}", "prices: {tint: 1400 yuan}", "unknown-id", ""),
    "price without money": ("prices: {tent: 1400 yuan}", "prices: {tent: 1400}", "quantity", ""),
    "supplier by no contract": ("1400 yuan}, agreement: cartage", "1400 yuan}, agreement: pact", "no-contract", ""),
    "shelter with area and people": ("per_head: 2 m2}", "per_head: 2 m2, people: 200}", "contradiction", ""),
    "shelter with neither": ('{id: hall, place: "20000, 2000", people: 100}', '{id: hall, place: "20000, 2000"}', "missing-key", ""),
    "shelter without an area a head": (", per_head: 2 m2}", "}", "missing-key", "{id: school"),
    "use of nothing": ("rate: 6 L/min", "rate: 0 L/min", "out-of-range", ""),
    "use without a time": ("rate: 6 L/min", "rate: 6 L", "quantity", ""),
    "use in another unit": ("rate: 6 L/min", "rate: 6 kg/min", "unknown-unit", ""),
    "use of an unknown item": ("uses: [{item: foam", "uses: [{item: fome", "unknown-id", ""),
    "asked for without when": ("ask_when: 30 min, ", "", "missing-key", "rate: 6 L/min"),
    "asked when without how much": (", ask_for: 2 h", "", "missing-key", "rate: 6 L/min"),
    "asked for nothing": ("ask_for: 2 h", "ask_for: 0 h", "out-of-range", ""),
    "work that is faster when dry": ("when_dry: 50 %", "when_dry: 150 %", "quantity", ""),
    "use twice": ("ask_for: 2 h}]", "ask_for: 2 h}, {item: foam, rate: 1 L/min}]", "duplicate-id", ""),
    "fill of an unknown item": ("fills: [{item: bottle", "fills: [{item: botle", "unknown-id", ""),
    "fill of nothing": ("rate: 60 /h", "rate: 0 /h", "out-of-range", ""),
    "fill twice": ("rate: 60 /h}]", "rate: 60 /h}, {item: bottle, rate: 1 /h}]", "duplicate-id", ""),
    "need of an item and a set": ("- {set: winter unit, per", "- {set: winter unit, item: tent, per", "contradiction", ""),
    "need of nothing": ("- {set: camp, per: {", "- {per: {", "missing-key", ""),
    "need of an amount and a signal": ("{set: camp, per", "{set: camp, quantity: 3, per", "contradiction", ""),
    "need without an amount": ("{set: camp, per: {signal: hurt, less: school}}", "{set: camp}", "missing-key", ""),
    "need of an unknown item": ("{item: stove, quantity: {planned", "{item: stofe, quantity: {planned", "unknown-id", ""),
    "need of an unknown set": ("{set: camp, per", "{set: kamp, per", "unknown-id", ""),
    "need in several units": ("p90: 40 stoves", "p90: 40 tents", "quantity", ""),
    "need in an unknown unit": ("{planned: 20 stoves, p90: 40 stoves}", "20 tents", "unknown-unit", "{item: stove, quantity: 20"),
    "need of a set in tents": ("per: {signal: hurt, less: school}", "quantity: 3 tents", "unknown-unit", ""),
    "need from an unknown depot": ("stores: [next]", "stores: [nexxt]", "unknown-id", ""),
    "need from an unknown owner": ("stores: [main/city]", "stores: [main/citty]", "unknown-id", ""),
    "policy that is none": ("policy: earliest_complete", "policy: earliest", "unknown-word", ""),
    "unknown signal": ("signal: displaced", "signal: displazed", "unknown-id", ""),
    "leak that is none": ("signal: hurt, less", "signal: released, less", "unknown-id", ""),
    "for each of nothing": ("each: 6,", "each: 0,", "out-of-range", ""),
    "people by the tonne": ("each: 6,", "each: 6 t,", "unknown-unit", ""),
    "unknown shelter": ("less: school", "less: scool", "unknown-id", ""),
    "less than nothing": ("less: school", "less: -3", "out-of-range", ""),
    "nobody holds it": ("{set: camp, per: {signal: hurt, less: school}}", "{item: bottle, quantity: 3}", "nobody-holds", ""),
    "nobody who may be asked holds it": ("stores: [next]", "stores: [main]", "nobody-holds", ""),
    "channel of another government": ("  fire:\n    jurisdiction: city", "  fire:\n    jurisdiction: province", "nobody-holds", "per: {signal: released"),
    "trucks in first response": ("    package: attack\n    release", "    package: attack\n    first_response: [{team: lorries}]\n    release", "unknown-id", "first_response"),
    "spread in another unit": ("{planned: 20 stoves, p90: 40 stoves}, after", "5, after: 2 h}\n      - {item: foam, quantity: {planned: 1 m3, p90: 2 m3}, after", "unknown-unit", "{item: foam, quantity: {planned"),
    "no truck at all": ("    loading: 10 t/h\n    fleets: [carrier]\n", "    loading: 10 t/h\n", "no-fleet", "  - id: next"),
}  # fmt: skip
AND_MORE = {
    # Mistakes from which others follow, told as well: what is renamed or refused is missing where it was used.
    "depot twice", "item twice", "id of stock twice", "fleet twice", "item without a mass", "unknown part", "set in itself",
    "item called like a capability", "unit that fits no truck", "rule twice", "unknown channel of stock", "unknown item that a team carries",
    "part of which there is none", "set called like an item", "unknown base of a fleet",
}  # fmt: skip


def errors(path: Path):
    """Return (code, line) of every error."""
    return [(code, line) for code, line, severity in found(path) if severity == "error"]


def into_chinese(path: Path) -> None:
    """Translate a file in place."""
    done = CliRunner().invoke(front, ["translate", str(path), "--to", "zh"], catch_exceptions=False)
    assert done.exit_code == 0
    path.write_text(done.output, encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_mistake_is_told_with_its_line_in_either_language(tmp_path, name, language):
    """The finding is there, at the line of the mistake; it is the only one, but for what follows from it."""
    right, wrong, code, at = CASES[name]
    assert GOOD.count(right) == 1, "the case itself"
    bad = GOOD.replace(right, wrong)
    line = 1 + bad[: bad.index(at or wrong.lstrip("\n"))].count("\n")
    path = write(tmp_path, bad, "bad.yaml")
    if language == "zh":
        into_chinese(path)
    told_there = errors(path)
    assert (code, line) in told_there
    if name not in AND_MORE:
        assert told_there == [(code, line)]


def test_the_good_file_is_good_in_both_languages(tmp_path):
    """The nearest valid input of all cases: no finding."""
    assert found(write(tmp_path, GOOD)) == []
    assert found(write(tmp_path, chinese(tmp_path), "good-zh.yaml")) == []


def test_both_languages_are_the_same_scenario(tmp_path):
    """Every key and word has an equal: the same tree, the same supplies; translated back the English file is there again."""
    zh = chinese(tmp_path)
    assert not re.search(r"[{\s](item|items|stock|quantity|fleets|steps|per|uses|fills|carries|supplies|depot|owner|parts):", zh)
    one, other = load(tmp_path, GOOD), load(tmp_path, zh, "good-zh.yaml")
    assert yaml.safe_load(one.resolved) == yaml.safe_load(other.resolved)
    assert repr(one.supplies) == repr(other.supplies)
    assert repr(one.teams) == repr(other.teams)
    assert repr(one.courses) == repr(other.courses)
    done = CliRunner().invoke(front, ["translate", str(tmp_path / "good-zh.yaml"), "--to", "en"], catch_exceptions=False)
    assert done.output == GOOD


@pytest.mark.parametrize(("right", "english", "zh"), [
    ("less: shelters", "扣除: shelters", "扣除: 安置点"),
    ("when_dry: 50 %", "断供时: 50 %", "断供时: 停止"),
    ("signal: released", "态势: released", "态势: 泄漏量"),
    ("quantity: 90 tents", "数量: 90 tents", "数量: 90 tent"),
])  # fmt: skip
def test_words_inside_values_are_read_in_either_language(tmp_path, right, english, zh):
    """What stands where a number may stand too has a Chinese word as well."""
    assert GOOD.count(right) == 1
    text = chinese(tmp_path)
    assert text.count(english) == 1
    same = load(tmp_path, GOOD.replace("when_dry: 50 %", "when_dry: stop") if "50" in right else GOOD)
    assert repr(load(tmp_path, text.replace(english, zh), "zh.yaml").courses) == repr(same.courses)


def test_five_mistakes_are_told_at_once_and_nothing_is_written(tmp_path):
    """All of them in one go with file, line and remedy; exit 2; no results folder."""
    text = GOOD
    names = ("unknown unit of stock", "set in itself", "trucks that carry nothing", "nothing ordered", "unknown shelter")
    for name in names:
        text = text.replace(*CASES[name][:2])
    path = write(tmp_path, text, "bad.yaml")
    told_there = errors(path)
    assert {CASES[name][2] for name in names} <= {code for code, _ in told_there}
    done = CliRunner().invoke(front, [str(path), "--out", str(tmp_path / "out"), "--no-figures"], catch_exceptions=False)
    assert done.exit_code == 2
    assert all(f"bad.yaml:{line}:" in done.output for _, line in told_there)
    assert not (tmp_path / "out").exists()


def test_the_remedy_names_the_unit_and_the_nearest_name(tmp_path):
    """A planner is told which unit it is, and what the misspelt name may mean."""
    for right, wrong, said in (
        ("quantity: 90 tents", "quantity: 90 boxes", "'tent'"),
        ("less: school", "less: scool", "school"),
        ("stores: [main/city]", "stores: [main/citty]", "main/city"),
        ("quantity: 120, owner: city", "quantity: 120 boxes, owner: city", "'stove'"),
    ):
        _, findings, _ = check_scenario(write(tmp_path, GOOD.replace(right, wrong)))
        assert said in findings[0].remedy.en
        assert said.strip("'") in findings[0].remedy.zh


@pytest.mark.parametrize(("right", "wrong", "code", "at"), [
    ("space: 2000 m3", "space: 80 m3", "no-room", ""),  # 180 tents of 0.4 m³ and 127 stoves of 0.1 m³ are 84.7 m³
    ("stores: [main/city], when_missing", "stores: [next], when_missing", "nobody-holds", ""),
    ("uses: [{item: foam", "uses: [{item: stove, rate: 1 /h}, {item: foam", "", ""),
    ("work: 60 min", "deadline: 60 min", "no-work", "uses: [{"),
    ("{planned: 20 stoves, p90: 40 stoves}", "0", "nothing", "{item: stove, quantity: 0"),
])  # fmt: skip
def test_what_is_only_strange_is_a_warning(tmp_path, right, wrong, code, at):
    """The file runs, and says so."""
    assert GOOD.count(right) == 1
    text = GOOD.replace(right, wrong)
    line = 1 + text[: text.index(at or wrong)].count("\n")
    assert found(write(tmp_path, text)) == ([(code, line, "warning")] if code else [])


def test_work_that_uses_what_nobody_holds_is_a_warning(tmp_path):
    """Neither a store nor a team has it; when a team carries it, all is good."""
    text = GOOD.replace("uses: [{item: foam", "uses: [{item: oil, rate: 1 L/h}, {item: foam")
    text = text.replace("sets:\n", "  - {id: oil, unit: L, mass: 0.9 kg}\nsets:\n")
    line = 1 + text[: text.index("uses: [{")].count("\n")
    assert found(write(tmp_path, text)) == [("nobody-holds", line, "warning")]
    assert found(write(tmp_path, text.replace("{foam: 2 m3,", "{oil: 5, foam: 2 m3,"))) == []


def test_what_stands_in_counts_as_held(tmp_path):
    """No tent anywhere but sheds that stand in for them, made by a firm: good. Without the substitute nobody holds tents."""
    text = re.sub(r"      - \{item: tent, .*\n", "", GOOD).replace(
        "  - {depot: main, owner: city, item: tent, policy: r_q, when: 40, order: 50 tents, supplier: maker, order_cost: 300 yuan}\n",
        "",
    )
    assert found(write(tmp_path, text)) == []
    codes = [code for code, _ in errors(write(tmp_path, text.replace("    substitutes: {shed: 0.5}\n", "")))]
    assert codes == ["nobody-holds"] * 2  # the winter unit and the camp


def test_a_depot_on_the_spot_needs_no_truck(tmp_path):
    """Goods that lie where they are asked for never have to leave; anywhere else they need a fleet."""
    text = GOOD.replace('    place: "30000, 0"\n    loading: 10 t/h\n    fleets: [carrier]\n', '    place: "25000, 0"\n')
    assert found(write(tmp_path, text)) == []
    assert [
        code for code, _ in errors(write(tmp_path, text.replace('place: "25000, 0"\n    stock', 'place: "25500, 0"\n    stock')))
    ] == ["no-fleet"]


ISLAND = """\
format: 1
name: island
mode: drill
start: 2026-01-01 08:00
network: net
coordinates: metres
items: [{id: tent, mass: 50 kg}]
fleets: [{id: lorries, place: A, payload: 1 t, vehicle: tall}]
vehicles: [{id: tall, like: heavy, height: 3.5 m}]
depots:
  - {id: store, place: B, fleets: [lorries], stock: [{item: tent, quantity: 5}]}
incidents:
  - {id: quake, place: E, at: 08:00, supplies: [{item: tent, quantity: 3}]}
"""


def test_goods_need_a_road_that_their_trucks_may_pass(tmp_path):
    """The ways from B to E are too low for a tall truck: told at the place of the incident; a lower truck passes.

    With a second store behind the low bridge it is only a warning. The fleet itself must reach its depot too.
    """
    five_places(tmp_path, max_height_m="9,3,3,9,9")
    line = 1 + ISLAND[: ISLAND.index("{id: quake")].count("\n")
    assert found(write(tmp_path, ISLAND)) == [("unreachable", line, "error")]
    assert found(write(tmp_path, ISLAND.replace("height: 3.5 m", "height: 2.5 m"))) == []
    more = ISLAND.replace("incidents:", "  - {id: far, place: D, fleets: [near], stock: [{item: tent, quantity: 5}]}\nincidents:")
    more = more.replace("fleets: [{id: lorries", "fleets: [{id: near, place: D, payload: 1 t, vehicle: tall}, {id: lorries")
    assert found(write(tmp_path, more)) == [("unreachable", line + 1, "warning")]
    cut = ISLAND.replace("lorries, place: A", "lorries, place: E")
    depot = 1 + ISLAND[: ISLAND.index("{id: store")].count("\n")
    assert ("unreachable", depot, "error") in found(write(tmp_path, cut))


def test_an_incident_may_ask_for_goods_alone(tmp_path):
    """No package is needed then; with neither it is a mistake as ever."""
    assert found(write(tmp_path, ISLAND.replace("network: net", "network: {straight_line: {speed: 60 km/h}}").replace(
        "place: A", 'place: "0, 0"').replace("place: B", 'place: "1, 0"').replace("place: E", 'place: "2, 0"'))) == []  # fmt: skip
    text = re.sub(", supplies: .*", "}", ISLAND).replace("network: net", "network: {straight_line: {speed: 60 km/h}}")
    text = text.replace("place: A", 'place: "0, 0"').replace("place: B", 'place: "1, 0"').replace("place: E", 'place: "2, 0"')
    assert [code for code, _ in errors(write(tmp_path, text))] == ["no-package"]


def test_a_capacity_is_written_once(tmp_path):
    """Two lots of one item and one owner that a firm makes are told: whose capacity would it be."""
    lot = "{item: shed, agreement: cartage, makes: {per_day: 240, after: 12 h, most: 500}}"
    text = GOOD.replace(f"[{lot}]", f"[{lot}, {lot}]")
    line = 1 + text[: text.index(lot)].count("\n")
    assert errors(write(tmp_path, text)) == [("duplicate-id", line)]
    assert found(write(tmp_path, GOOD.replace(f"[{lot}]", f"[{lot}, {lot.replace('cartage', 'pact')}]"))) == []


def test_receiving_is_the_last_step(tmp_path):
    """The other steps may stand in any order."""
    steps = re.findall(r"      - \{step: .*\n", GOOD)
    good = GOOD.replace("".join(steps), steps[1] + steps[0] + steps[2])
    assert found(write(tmp_path, good)) == []
    bad = GOOD.replace("".join(steps), steps[2] + steps[0] + steps[1])
    assert errors(write(tmp_path, bad)) == [("bad-order", 1 + bad[: bad.index("    steps:")].count("\n"))]


def test_a_depot_that_is_asked_holds_something(tmp_path):
    """An empty list of stores would mean all of them: naming a depot without stock is told, with quantity 0 it is not."""
    text = GOOD.replace("suppliers:\n", '  - {id: empty, place: "1, 1", fleets: [lorries]}\nsuppliers:\n')
    text = text.replace("stores: [main/city]", "stores: [empty, main/city]")
    line = 1 + text[: text.index("stores: [empty")].count("\n")
    assert errors(write(tmp_path, text)) == [("missing", line)]
    assert (
        found(write(tmp_path, text.replace("fleets: [lorries]}\n", "fleets: [lorries], stock: [{item: tent, quantity: 0}]}\n")))
        == []
    )


def test_shelters_that_there_are_not(tmp_path):
    """`less: shelters` without any shelter."""
    text = re.sub(r"shelters:\n(  - .*\n)+", "", GOOD).replace(", less: school", "")
    line = 1 + text[: text.index("less: shelters")].count("\n")
    assert errors(write(tmp_path, text)) == [("missing", line)]
    assert found(write(tmp_path, text.replace("less: shelters", "less: 300"))) == []
