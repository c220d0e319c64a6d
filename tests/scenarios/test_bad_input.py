"""Every item of bad input: a finding with its file and line, a remedy in the file's language, exit 2, nothing written.

Each case also shows the nearest input that is good.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli.main import front
from sim.engine.simulate import simulate
from sim.scenario import check_scenario, load_scenario
from tests.scenarios.files import KLEIN, SMALL, found, load, times, told, write

KINDS_EN = "incident_types: {k: {package: p}}\n"
KINDS_ZH = "事件类型: {k: {力量编成: p}}\n"
PLAN_EN = SMALL.replace("mode: drill", "mode: plan") + KINDS_EN
PLAN_ZH = KLEIN.replace("演练", "推演") + KINDS_ZH


def errors(path):
    """Return (code, line) of every error."""
    return [(code, line) for code, line, severity in found(path) if severity == "error"]


def command(path: Path, out: Path):
    """Run the file from the command line; return the exit code, what was said, and what was left behind."""
    before = {entry for entry in path.parent.rglob("*") if entry.is_file()}
    done = CliRunner().invoke(front, [str(path), "--out", str(out), "--no-figures"], catch_exceptions=False)
    left = {entry for entry in path.parent.rglob("*") if entry.is_file()} - before
    return done.exit_code, done.output, left


ONE_LINE = {
    # name: (good file, what is good there, what is bad, code, line)
    "unknown-key": (SMALL, "turnout: 1 min", "turnuot: 1 min", "unknown-key", 10),
    "unknown-key-zh": (KLEIN, "出动: 1 min", "出勤: 1 min", "unknown-key", 10),
    "unknown-base": (SMALL, "base: b", "base: bb", "unknown-id", 10),
    "unknown-base-zh": (KLEIN, "驻地: b", "驻地: 北站", "unknown-id", 10),
    "unknown-package": (KLEIN, "力量编成: p}", "力量编成: q}", "unknown-id", 15),
    "unknown-capability": (SMALL, "{capability: help, work", "{capability: hepl, work", "unknown-id", 13),
    "unknown-incident-type": (SMALL.replace("package: p}", "kind: k}") + KINDS_EN, "kind: k}", "kind: kk}", "unknown-id", 15),
    "unknown-incident-type-zh": (KLEIN.replace("力量编成: p}", "类型: k}") + KINDS_ZH, "类型: k}", "类型: kk}", "unknown-id", 15),
    "unknown-vehicle": (KLEIN, "出动:", "车型: 重行, 出动:", "unknown-vehicle", 10),
    "unknown-policy": (SMALL + "dispatch: {policy: [nearest_idle]}\n", "nearest_idle", "nearest", "unknown-id", 16),
    "unknown-metric": (KLEIN + "目标: [{看什么: 首支救援到场, 不超过: 5 min}]\n", "首支救援到场", "首支救火到场", "unknown-metric", 16),
    "negative": (SMALL, "turnout: 1 min", "turnout: -1 min", "quantity", 10),
    "negative-zh": (KLEIN, "作业: 10 min", "作业: -10 min", "quantity", 13),
    "negative-speed": (SMALL, "speed: 60 km/h", "speed: -60 km/h", "quantity", 6),
    "zero-speed": (SMALL, "speed: 60 km/h", "speed: 0 km/h", "bad-speed", 6),
    "zero-speed-zh": (KLEIN, "车速: 60 km/h", "车速: 0 km/h", "bad-speed", 6),
    "no-unit": (SMALL, "turnout: 1 min", "turnout: 1", "quantity", 10),
    "no-unit-zh": (KLEIN, "作业: 10 min", "作业: 10", "quantity", 13),
    "wrong-unit": (SMALL, "turnout: 1 min", "turnout: 1 km", "quantity", 10),
    "nan": (KLEIN, "出动: 1 min", "出动: .nan", "not-finite", 10),
    "nan-text": (SMALL, "turnout: 1 min", "turnout: nan min", "quantity", 10),
    "end-before-start": (SMALL + "end: 2026-01-02\n", "end: 2026-01-02", "end: 2025-12-31", "end-before-start", 16),
    "end-before-start-zh": (KLEIN + "结束: 2026-01-02\n", "结束: 2026-01-02", "结束: 2026-01-01 08:00", "end-before-start", 16),
    "source-ends-first": (
        PLAN_EN + 'sources:\n  - {id: s, kind: k, rate: 1 /h, places: [{place: "0, 0"}], begins: 09:00, ends: 10:00}\n',
        "ends: 10:00", "ends: 08:30", "end-before-start", 18,
    ),
    "incident-before-start": (KLEIN, "发生: 08:00", "发生: 2025-12-31 23:00", "before-start", 15),
    "duplicate-incident": (
        SMALL + '  - {id: two, place: "1, 0", at: 08:05, package: p}\n', "id: two", "id: one", "duplicate-id", 16,
    ),
    "duplicate-key": (KLEIN + "种子: 3\n", "种子: 3", "名称: x", "duplicate-key", 16),
    "duplicate-place": (
        SMALL + 'places:\n  - {id: x, at: "1, 1"}\n  - {id: y, at: "2, 2"}\n', "{id: y", "{id: x", "duplicate-id", 18,
    ),
    "duplicate-numbered-team": (
        SMALL.replace("  - {id: t,", "  - {id: u, count: 2, base: b, capabilities: [help]}\n  - {id: t,"), "{id: t,", "{id: u-1,",
        "duplicate-id", 11,
    ),
    "one-id-for-a-table-and-a-source": (
        PLAN_EN + "end: 1 d\nincident_tables: [{id: h, kind: k, file: h.csv}]\n"
        'sources: [{id: s, kind: k, rate: 1 /h, places: [{place: "0, 0"}]}]\n', "id: s,", "id: h,", "duplicate-id", 19,
    ),
    "unfillable": (SMALL.replace("{capability: help", "{count: 1, capability: help"), "count: 1", "count: 2", "unfillable-package", 13),
    "unfillable-zh": (KLEIN, "{能力: 救援,", "{能力: 救援, 组数: 3,", "unfillable-package", 13),
    "no-package": (SMALL, ", package: p}", "}", "no-package", 15),
    "never-ends": (SMALL, "help, work: 10 min", "help, holds: yes", "never-ends", 12),
    "waits-for-a-holder": (
        SMALL.replace("[help]", "[help, aid], count: 2").replace(
            "    - {capability: help, work: 10 min}\n",
            "    - {capability: help, holds: yes, work: 1 min}\n    - {capability: aid, work: 5 min, after_done: [help]}\n",
        ),
        "holds: yes, work: 1 min", "holds: yes", "never-ends", 14,
    ),
    "circle-of-work": (
        SMALL.replace("[help]", "[help, aid], count: 2").replace(
            "    - {capability: help, work: 10 min}\n",
            "    - {capability: help, work: 1 min}\n    - {capability: aid, work: 5 min, after_done: [help]}\n",
        ),
        "help, work: 1 min", "help, work: 1 min, after_done: [aid]", "circle", 12,
    ),
    "not-a-coordinate": (SMALL, '"5000, 0"', '"5000; 0"', "unknown-place", 15),
    "no-network": (KLEIN, "路网: {直线: {车速: 60 km/h, 绕行系数: 1}}", "x-路网: 无", "no-network", 1),
    "detour-below-one": (SMALL, "detour: 1}", "detour: 0.5}", "quantity", 6),
    "closure-on-a-line": (
        KLEIN + "种子: 1\n", "种子: 1", "路况: [{编号: r, 封闭: {周围: one, 半径: 1 km}, 自: 08:10}]", "closure-needs-roads", 16,
    ),
    "random-drill": (
        PLAN_EN + 'end: 1 d\nsources: [{id: s, kind: k, rate: 1 /h, places: [{place: "0, 0"}]}]\n', "mode: plan", "mode: drill",
        "random-in-drill", 18,
    ),
    "source-without-end": (
        PLAN_ZH + '结束: 1 天\n事件源: [{编号: s, 类型: k, 频率: 1 /小时, 地点: [{地点: "0, 0"}]}]\n', "结束: 1 天", "种子: 2", "no-end", 18,
    ),
    "nan-weight": (
        PLAN_ZH + '结束: 1 天\n事件源: [{编号: s, 类型: k, 频率: 1 /小时, 地点: [{地点: "0, 0", 权重: 2}]}]\n', "权重: 2", "权重: .nan",
        "not-finite", 18,
    ),
    "negative-weight": (
        PLAN_EN + 'end: 1 d\nsources: [{id: s, kind: k, rate: 1 /h, places: [{place: "0, 0", weight: 1}]}]\n', "weight: 1",
        "weight: -1", "quantity", 18,
    ),
    "zero-weights": (
        PLAN_EN + 'end: 1 d\nsources: [{id: s, kind: k, rate: 1 /h, places: [{place: "0, 0", weight: 1}]}]\n', "weight: 1",
        "weight: 0", "no-share", 18,
    ),
    "zero-measured": (
        SMALL + "measured_times: [{begin: b, end: one, time: 3 min}]\n", "time: 3 min", "time: 0 min", "bad-measured", 16,
    ),
    "no-hospital": (SMALL, "work: 10 min", "work: 10 min, carry: {chance: 0.5}", "no-hospital", 13),
    "too-many-first": (
        KLEIN.replace("力量编成: p}", "力量编成: p, 先期处置: [{谁: t, 数量: 1}]}"), "数量: 1", "数量: 2", "too-many", 15,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ONE_LINE.values(), ids=ONE_LINE)
def test_one_mistake_is_one_finding_at_its_line(tmp_path, case):
    """The mistake is told with code and line, and nothing else is; the same file without it is a scenario."""
    good, right, wrong, code, line = case
    assert good.count(right) == 1, "the case itself"
    bad = good.replace(right, wrong)
    (tmp_path / "h.csv").write_text("time,place\n08:01,b\n", encoding="utf-8")
    assert errors(write(tmp_path, bad, "bad.yaml")) == [(code, line)]
    assert errors(write(tmp_path, good, "good.yaml")) == []
    status, said, left = command(tmp_path / "bad.yaml", tmp_path / "out")
    assert status == 2
    assert f"bad.yaml:{line}:" in said
    assert not left
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("good", "right", "wrong", "line"),
    [
        (  # nobody is on a card for this place, and no other policy is asked: the need would wait for ever
            SMALL + 'dispatch: {policy: [run_card]}\nrun_cards: [{id: c, places: ["5000, 0"], teams: [t]}]\n',
            'places: ["5000, 0"]', 'places: ["7000, 0"]', 15,
        ),
        (  # the card names only a team that cannot do it
            SMALL.replace("teams:\n", "teams:\n  - {id: u, base: b, capabilities: [other]}\n")
            + "dispatch: {policy: [run_card]}\nrun_cards: [{id: c, teams: [t]}]\n", "teams: [t]", "teams: [u]", 16,
        ),
    ],
    ids=["no card fits", "nobody on the card can"],
)  # fmt: skip
def test_a_package_that_the_run_cards_cannot_fill(tmp_path, good, right, wrong, line):
    """A package nobody can fill by the only policy named is told at the incident (at least a warning); with `nearest_idle` behind it is good."""
    bad = good.replace(right, wrong)
    assert found(write(tmp_path, good)) == []
    assert [at for _, at, _ in found(write(tmp_path, bad))] == [line]
    assert found(write(tmp_path, bad.replace("policy: [run_card]", "policy: [run_card, nearest_idle]"))) == []


def test_a_warm_up_longer_than_the_run(tmp_path):
    """Nothing would be counted: told at its line; a shorter one is good."""
    text = PLAN_EN + 'end: 1 d\nsources: [{id: s, kind: k, rate: 1 /h, places: [{place: "0, 0"}]}]\nwarm_up: '
    assert [at for _, at, _ in found(write(tmp_path, text + "1 d\n"))] == [19]
    assert found(write(tmp_path, text + "1 h\n")) == []


def test_the_nearest_known_key_is_offered_in_the_language_of_the_file(tmp_path):
    """`turnuot` → turnout; 出洞 → 出动."""
    for text, near, language in (
        (SMALL.replace("turnout", "turnuot"), "turnout", "en"),
        (KLEIN.replace("出动", "出洞"), "出动", "zh"),
    ):
        _, findings, spoken = check_scenario(write(tmp_path, text))
        assert spoken == language
        assert near in findings[0].remedy.say(language)
        assert ("是否想写" in findings[0].render(language)) == (language == "zh")


def test_a_file_with_five_mistakes_of_one_step_gives_five(tmp_path):
    """All at once: what only the compiler sees."""
    text = SMALL.replace("base: b,", "base: bb,").replace("[help]", "[hlep]").replace("package: p}", "package: q}") + (
        "run_cards: [{id: c, teams: [tt]}]\nobjectives: [{metric: respons, at_most: 5 min}]\n"
    )
    assert errors(write(tmp_path, text)) == [
        ("unknown-id", 10), ("unknown-id", 15), ("unknown-id", 16), ("unknown-metric", 17),
    ]  # fmt: skip
    assert errors(write(tmp_path, text.replace("package: q}", "package: p}"))) == [
        ("unknown-id", 10), ("unknown-id", 13), ("unknown-id", 16), ("unknown-metric", 17),
    ]  # fmt: skip


def test_a_file_with_five_mistakes_of_all_steps_gives_five(tmp_path):
    """All at once, whichever step sees them: a key, a quantity, a duplicate, an unknown base, a package nobody can fill."""
    text = """\
format: 1
name: five
mode: drill
start: 2026-01-01 08:00
coordinates: metres
network: {straight_line: {speed: 60 km/h, detour: 1}}
bases:
  - {id: b, place: "0, 0"}
teams:
  - {id: t, base: bb, capabilities: [help], turnout: -1 min}
  - {id: t, base: b, capabilities: [help], turnuot: 1 min}
packages:
  p:
    - {capability: help, count: 3, work: 10 min}
incidents:
  - {id: one, place: "5000, 0", at: 08:00, package: p}
"""
    assert set(errors(write(tmp_path, text))) == {
        ("unknown-id", 10), ("quantity", 10), ("unknown-key", 11), ("duplicate-id", 11), ("unfillable-package", 14),
    }  # fmt: skip


# --- files ---------------------------------------------------------------------------------------------------------------------


def test_include_in_a_circle(tmp_path):
    """A includes b includes a: the entry that closes the circle; without it both load."""
    write(tmp_path, "种子: 3\n引用: [a.yaml]\n", "b.yaml")
    path = write(tmp_path, KLEIN + "引用: [b.yaml]\n")
    _, findings, language = check_scenario(path)
    assert [(f.code, f.where.line, Path(f.where.file).name) for f in findings] == [("include-cycle", 2, "b.yaml")]
    assert language == "zh"
    write(tmp_path, "种子: 3\n", "b.yaml")
    assert load_scenario(path).seed == 3


def test_include_outside_the_project(tmp_path):
    """`..` out of the root (the folder with drillsim.toml) is refused; the same file below the root is read."""
    root = tmp_path / "root"
    root.mkdir()
    (root / "drillsim.toml").write_text("", encoding="utf-8")
    (tmp_path / "out.yaml").write_text("seed: 5\n", encoding="utf-8")
    (root / "in.yaml").write_text("seed: 5\n", encoding="utf-8")
    assert errors(write(root, SMALL + "include: [../out.yaml]\n")) == [("outside", 16)]
    assert errors(write(root, SMALL + f"include: ['{tmp_path}/out.yaml']\n")) == [("outside", 16)]
    assert load(root, SMALL + "include: [in.yaml]\n").seed == 5
    assert errors(write(root, SMALL + "include: [nowhere.yaml]\n")) == [("missing-file", 16)]


def test_a_table_outside_the_project(tmp_path):
    """A CSV is a file that the scenario names, too."""
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "h.csv").write_text("time,place\n08:01,b\n", encoding="utf-8")
    (root / "h.csv").write_text("time,place\n08:01,b\n", encoding="utf-8")
    table = "incident_tables: [{id: h, kind: k, file: FILE}]\n"
    assert errors(write(root, SMALL + KINDS_EN + table.replace("FILE", "../h.csv"))) == [("outside", 17)]
    assert errors(write(root, SMALL + KINDS_EN + table.replace("FILE", "h.csv"))) == []


@pytest.mark.parametrize("file", [".", "nets"])
def test_a_table_that_is_a_folder(tmp_path, file):
    """A folder in place of a CSV is a finding, not a crash."""
    (tmp_path / "nets").mkdir()
    path = write(tmp_path, SMALL + KINDS_EN + f"incident_tables: [{{id: h, kind: k, file: {file}}}]\n")
    assert [line for _, line in errors(path)] == [17]


def test_yaml_aliases(tmp_path):
    """`&` and `*` at their lines, and no complaint that the value is missing."""
    text = SMALL.replace('place: "0, 0"', 'place: &here "0, 0"').replace('place: "5000, 0"', "place: *here")
    assert errors(write(tmp_path, text)) == [("alias", 8), ("alias", 15)]
    assert errors(write(tmp_path, SMALL.replace("name: one call", "name: '*here'"))) == []


@pytest.mark.parametrize("raw", [b"", b"\xef\xbb\xbf", b"\n  \n"], ids=["nothing", "mark", "blank"])
def test_an_empty_file(tmp_path, raw):
    """0 bytes, a byte-order mark alone, blank lines: the same finding, exit 2, nothing written."""
    path = tmp_path / "a.yaml"
    path.write_bytes(raw)
    assert [code for code, _ in errors(path)] == ["empty-file"]
    status, said, left = command(path, tmp_path / "out")
    assert (status, left) == (2, set())
    assert "格式: 1" in said or "format: 1" in said


def test_unreadable_encoding(tmp_path):
    """UTF-16 and broken bytes are refused with the remedy to save as UTF-8; GBK is read, with a warning, and runs the same."""
    path = tmp_path / "a.yaml"
    path.write_bytes(KLEIN.encode("utf-16"))
    assert len(errors(path)) == 1
    path.write_bytes(KLEIN.encode().replace("一起".encode(), b"\xff\xfe\xff\x80"))
    assert errors(path) == [("unreadable-encoding", 2)]
    path.write_bytes(KLEIN.encode("gbk"))
    assert [(code, severity) for code, _, severity in found(path)] == [("gb18030", "warning")]
    gbk = load_scenario(path)
    assert simulate(gbk).digest == simulate(load(tmp_path, KLEIN, "utf8.yaml")).digest


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8-sig"])
def test_a_table_in_gbk(tmp_path, encoding):
    """CSV as Excel and WPS save it: read as it is."""
    (tmp_path / "h.csv").write_bytes("时间,地点,接警\n08:03,b,2\n".encode(encoding))
    scenario = load(tmp_path, KLEIN + KINDS_ZH + "事件表: [{编号: h, 类型: k, 文件: h.csv}]\n")
    assert [row.time for row in scenario.recorded[0].rows] == [180_000]


@pytest.mark.parametrize(
    ("good", "right", "wrong", "line", "meant"),
    [
        (KLEIN, "名称: 一起警情", "名称：一起警情", 2, ":"),
        (KLEIN, "驻地: b,", "驻地：b,", 10, ":"),
        (KLEIN, "驻地: b,", "驻地: b，", 10, ","),
        (SMALL, "base: b,", "base: b，", 10, ","),
        (SMALL, "name: one call", "name：one call", 2, ":"),
    ],
    ids=["colon-zh", "colon-in-braces", "comma-zh", "comma-en", "colon-en"],
)
def test_full_width_punctuation(tmp_path, good, right, wrong, line, meant):
    """Reported as such, with the line and the character meant; nothing is written."""
    path = write(tmp_path, good.replace(right, wrong))
    _, findings, language = check_scenario(path)
    found_there = [f for f in findings if f.code.startswith("full-width")]
    assert [f.where.line for f in found_there] == [line]
    assert f"“{meant}”" in found_there[0].remedy.zh
    assert f"'{meant}'" in found_there[0].remedy.en
    assert language == ("zh" if good is KLEIN else "en")
    assert errors(write(tmp_path, good)) == []


def test_full_width_punctuation_inside_text_is_fine(tmp_path):
    """A name may hold ：and ，— a planner's prose is not layout."""
    assert errors(write(tmp_path, KLEIN.replace("一起警情", "“平鲁：一起，警情”"))) == []


def test_tabs(tmp_path):
    """A tab before a line is named with its line; spaces are good."""
    path = write(tmp_path, SMALL.replace("  - {id: one", "\t- {id: one"))
    assert errors(path) == [("tab", 15)]
    assert errors(write(tmp_path, SMALL)) == []


# --- roads and places ----------------------------------------------------------------------------------------------------------

ROADS = """\
from,to,length_m,class
1,2,10000,primary
2,3,10000,primary
3,4,10000,primary
8,9,5000,primary
"""
NODES = """\
id,lon,lat
1,112.0,39.0
2,112.1,39.0
3,112.2,39.0
4,112.3,39.0
8,112.2,39.2
9,112.25,39.2
"""
PLACES = """\
id,name,aliases,lon,lat,region,kind
p1,平鲁区,平鲁,112.0,39.0,朔州市,county
p2,新城镇,,112.1,39.0,右玉县,town
p3,新城镇,,112.2,39.0,怀仁市,town
p4,安太堡,,112.3,39.0,平鲁区,mine
p5,张家崖,,112.3,39.6,平鲁区,village
"""
ON_ROADS = """\
格式: 1
名称: 路上
方式: 演练
开始: 2026-01-01 10:00
路网: net
驻地:
  - {编号: b, 地点: 平鲁区}
队伍:
  - {编号: t, 驻地: b, 能力: [救援]}
力量编成:
  p: [{能力: 救援, 作业: 10 min}]
突发事件:
  - {编号: one, 地点: "112.15, 39.001", 发生: 10:00, 力量编成: p}
"""


@pytest.fixture
def net(tmp_path):
    """Write a good network folder; return the folder in which scenarios stand."""
    folder = tmp_path / "net"
    folder.mkdir()
    for name, text in (("roads.csv", ROADS), ("nodes.csv", NODES), ("places.csv", PLACES)):
        (folder / name).write_text(text, encoding="utf-8")
    return tmp_path


def road_errors(path):
    """Return (code, file, line) of every error."""
    _, findings, _ = check_scenario(path)
    return [(f.code, Path(f.where.file).name, f.where.line) for f in findings if f.severity == "error"]


def test_the_roads_are_good(net):
    """The nearest valid input of all cases below."""
    assert road_errors(write(net, ON_ROADS)) == []


def test_missing_network(net):
    """Only that is said: the names of places cannot be known without it, and are not blamed."""
    assert road_errors(write(net, ON_ROADS.replace("路网: net", "路网: ent"))) == [("missing-file", "a.yaml", 5)]


@pytest.mark.parametrize("lost", ["nodes.csv", "roads.csv"])
def test_a_network_that_lacks_a_file(net, lost):
    """The file is named."""
    (net / "net" / lost).unlink()
    assert (lost in {file for _, file, _ in road_errors(write(net, ON_ROADS))}) is True


@pytest.mark.parametrize(("name", "line"), [("roads.csv", 5), ("nodes.csv", 7)])
def test_a_truncated_network_file(net, name, line):
    """Cut in the middle of its last row: file and line."""
    path = net / "net" / name
    text = path.read_text(encoding="utf-8").rstrip()
    path.write_text(text[: text.rindex(",") - 3], encoding="utf-8")
    assert ("truncated-file", name, line) in road_errors(write(net, ON_ROADS))


def test_an_empty_network_file(net):
    """0 bytes."""
    (net / "net" / "roads.csv").write_bytes(b"")
    assert ("empty-file", "roads.csv") in {(code, file) for code, file, _ in road_errors(write(net, ON_ROADS))}


@pytest.mark.parametrize("length", ["nan", "-10", "inf", "NaN", "ten"])
def test_the_length_of_a_road(net, length):
    """NaN, negative, infinite or no number: the line of the table. An empty length is the distance between the ends."""
    path = net / "net" / "roads.csv"
    path.write_text(ROADS.replace("2,3,10000", f"2,3,{length}"), encoding="utf-8")
    assert road_errors(write(net, ON_ROADS)) == [("bad-length", "roads.csv", 3)]
    path.write_text(ROADS.replace("2,3,10000", "2,3,"), encoding="utf-8")
    assert road_errors(write(net, ON_ROADS)) == []


def test_parallel_roads_keep_the_quicker(net):
    """Two roads between 2 and 3, of 10 and 30 km: the time is that of the 10 km (a sum would be 40), and both may be closed."""
    path = net / "net" / "roads.csv"
    text = ON_ROADS.replace('"112.15, 39.001"', "节点 3")
    one = load(net, text)
    path.write_text(ROADS + "2,3,30000,primary\n", encoding="utf-8")
    two = load(net, text)
    assert simulate(one).digest == simulate(two).digest


@pytest.mark.parametrize("far", ['"112.15, 39.5"', "张家崖"])
def test_a_place_out_of_reach_of_any_road(net, far):
    """60 km from the road; within the tolerance it is good."""
    text = ON_ROADS.replace('"112.15, 39.001"', far)
    assert road_errors(write(net, text)) == [("out-of-reach", "a.yaml", 13)]
    wide = text.replace("路网: net", "路网: {文件: net, 接路距离: 100 km}")
    assert road_errors(write(net, wide)) == []


def test_a_base_on_an_island(net):
    """Node 8 is joined to 9 alone; node 4 belongs to the main part. By coordinates the base meets the main part, never the island."""
    assert road_errors(write(net, ON_ROADS.replace("地点: 平鲁区", "地点: 节点 8"))) == [("on-island", "a.yaml", 7)]
    assert road_errors(write(net, ON_ROADS.replace("地点: 平鲁区", "地点: 节点 4"))) == []
    near = ON_ROADS.replace("地点: 平鲁区", '地点: "112.2, 39.2"')
    assert road_errors(write(net, near)) == [("out-of-reach", "a.yaml", 7)]


def test_a_mistyped_place_name(net):
    """平卢区 → 平鲁区; an alias finds it too."""
    path = write(net, ON_ROADS.replace("地点: 平鲁区", "地点: 平卢区"))
    assert road_errors(path) == [("unknown-place", "a.yaml", 7)]
    _, findings, language = check_scenario(path)
    assert "平鲁区" in findings[0].remedy.say(language)
    assert road_errors(write(net, ON_ROADS.replace("地点: 平鲁区", "地点: 平鲁"))) == []


def test_a_name_that_two_places_share(net):
    """新城镇 is in 右玉县 and in 怀仁市: the remedy names both; the id, or region/name, is good."""
    path = write(net, ON_ROADS.replace("地点: 平鲁区", "地点: 新城镇"))
    assert road_errors(path) == [("shared-name", "a.yaml", 7)]
    _, findings, language = check_scenario(path)
    assert all(word in findings[0].remedy.say(language) for word in ("p2", "p3", "右玉县"))
    for one in ("p2", "右玉县/新城镇"):
        scenario = load(net, ON_ROADS.replace("地点: 平鲁区", f"地点: {one}"))
        assert scenario.sites[scenario.teams[0].base].x == pytest.approx(112.1)


def test_a_footprint_on_a_town(net):
    """A leak may not sit on the name of a town; on a mine, or on coordinates, it may."""
    leak = ON_ROADS.replace("力量编成: p}", "力量编成: p, 泄漏: {物质: 液氨, 罐内存量: 60 t, 速率: 0.1 t/min}}")
    assert road_errors(write(net, leak.replace('"112.15, 39.001"', "平鲁区"))) == [("footprint-on-town", "a.yaml", 13)]
    assert road_errors(write(net, leak.replace('"112.15, 39.001"', "安太堡"))) == []
    assert road_errors(write(net, leak)) == []


def test_an_unknown_incident_type_at_a_town(net):
    """The place being a town does not turn the finding into a crash."""
    text = ON_ROADS.replace('"112.15, 39.001"', "平鲁区").replace(", 力量编成: p}", ", 类型: 火灾}")
    assert road_errors(write(net, text)) == [("unknown-id", "a.yaml", 13)]
    assert road_errors(write(net, text + "事件类型: {火灾: {力量编成: p}}\n")) == []


def test_a_package_that_nobody_can_bring(net):
    """The only team stands behind a one-way road that leads away from the incident: it is told at the incident's line."""
    (net / "net" / "roads.csv").write_text("from,to,length_m,class,max_weight_t\n" + "".join(
        f"{a},{b},10000,primary,{limit}\n" for a, b, limit in ((1, 2, ""), (2, 3, 5), (3, 4, ""))
    ), encoding="utf-8")  # fmt: skip
    text = ON_ROADS.replace('"112.15, 39.001"', "节点 4")
    assert road_errors(write(net, text)) == [("unreachable", "a.yaml", 13)]
    assert road_errors(write(net, text.replace("能力: [救援]", "能力: [救援], 车型: 轻型"))) == []


def test_a_good_file_in_the_command_writes_results(tmp_path):
    """The counterpart of exit 2: exit 0 and a folder."""
    path = write(tmp_path, SMALL)
    status, _, left = command(path, tmp_path / "out")
    assert status == 0
    assert any(entry.name == "summary.json" for entry in left)


def test_check_tells_json_in_order(tmp_path):
    """`check --json` carries every finding with file and line."""
    import json

    path = write(tmp_path, SMALL.replace("base: b,", "base: bb,").replace("package: p}", "package: q}"))
    done = CliRunner().invoke(front, ["check", "--json", str(path)], catch_exceptions=False)
    assert done.exit_code == 2
    told_there = json.loads(done.output)
    listed = told_there if isinstance(told_there, list) else told_there["findings"]
    assert [(entry["code"], entry["line"]) for entry in listed] == [("unknown-id", 10), ("unknown-id", 15)]


def test_a_scenario_in_a_folder_that_cannot_be_written_is_still_checked(tmp_path):
    """Checking writes nothing beside the file."""
    path = write(tmp_path, SMALL)
    before = sorted(os.listdir(tmp_path))
    assert errors(path) == []
    assert sorted(os.listdir(tmp_path)) == before


def test_what_the_small_files_do(tmp_path):
    """Both small files are the same call: 1 min turn-out, 5 min drive, 10 min work."""
    for text in (SMALL, KLEIN):
        scenario = load(tmp_path, text)
        out = simulate(scenario)
        assert times(scenario, out, "team.arrived") == [6]
        assert told(scenario, out)[-1][1] == "run.ended"
