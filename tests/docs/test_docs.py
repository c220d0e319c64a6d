"""The docs say what is so: every command runs, every output shown is printed, every scenario loads, the site builds."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import sim
from sim.cli.main import COMMANDS, front
from sim.log import CAUSES, COLUMNS, KINDS, MOVES, Account, Rank
from sim.log_words import CAUSE_NAMES, KIND_NAMES
from sim.scenario.condition_text import parse_condition
from sim.scenario.conditions import spoken
from sim.scenario.load import check_scenario
from sim.scenario.study import load_study, study_kind
from tests.docs.pages import (
    DOCS,
    FRONT_DOORS,
    MAKES_AN_ENVIRONMENT,
    ROOT,
    Block,
    all_commands,
    arguments,
    blocks,
    blocks_of,
    chinese_pages,
    commands,
    name_of,
    pages,
    twin,
    workspace,
)

LARGEST_BYTES = 300_000
SITE_SECONDS = 40
NEEDS_CODE = {"owner-first.yaml": "its policy is registered by the Python beside it"}
"""Scenario files that cannot be checked alone."""
OF_A_FRAGMENT = {"missing-key", "missing", "unknown-id", "no-network", "no-incident", "no-package", "no-date"}
"""What is wrong with a part of a scenario because it is only a part."""


def generate():
    """Import the script that writes the reference pages."""
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Give a copy of what the docs work on."""
    return workspace(tmp_path_factory.mktemp("docs"))


# --- commands ------------------------------------------------------------------------------------------------------------


def runs_elsewhere(page: Path) -> bool:
    """Tell whether the Chinese twin of an English page runs the very same commands, and no output is shown to compare."""
    if DOCS / "en" not in page.parents or any(block.is_output for block in blocks_of(page)):
        return False
    return all_commands(page) == all_commands(DOCS / page.relative_to(DOCS / "en"))


RUNNABLE = [page for page in pages() if all_commands(page) and not runs_elsewhere(page)]


def squeezed(text: str) -> str:
    """Return a text with every run of blanks as one."""
    return re.sub(r"\s+", " ", text).strip()


def wanted_lines(block: Block) -> list[str]:
    """Return the lines of an output block, those of "…" alone left out."""
    return [squeezed(line) for line in block.text.splitlines() if line.strip() not in ("", "…")]


@pytest.mark.parametrize("page", RUNNABLE, ids=name_of)
def test_commands_run_and_print_what_is_shown(page, place, monkeypatch):
    """Commands of a page run in order and end as said; lines of an output block occur in what was printed since the last."""
    monkeypatch.chdir(place)
    printed = ""
    for block in blocks_of(page):
        if block.is_output:
            shown = squeezed(printed)
            absent = [line for line in wanted_lines(block) if line not in shown]
            assert not absent, f"not printed: {absent}\n{printed}"
            printed = ""
        for command in commands(block) if block.runs else []:
            done = CliRunner().invoke(front, arguments(command, place), prog_name="run_scenario.py")
            printed += done.output
            assert done.exit_code == block.exit_code, f"{command} ended with {done.exit_code}\n{done.output}\n{done.exception!r}"


def test_the_first_command_runs_through_the_front_door(place):
    """The main job of the README works as its own process, without the package being installed, and leaves a whole result."""
    command = next(command for block in blocks_of(ROOT / "README.md")[2:] if block.runs for command in commands(block))
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    line = [sys.executable, "run_scenario.py", *arguments(command, place), "--out", "front-door"]
    done = subprocess.run(line, cwd=place, env=env, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert len(list(place.glob("front-door/*/*/manifest.json"))) == 1


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_command_is_run_or_says_why_not(page):
    """A line of a shell block is a run of the front door or makes an environment; any other stands in a block with a reason."""
    for block in blocks_of(page):
        if block.runs:
            strange = [line for line in block.lines if not line.startswith((*FRONT_DOORS, MAKES_AN_ENVIRONMENT))]
            assert not strange, f"never run: {strange}"
        elif block.is_shell:
            assert re.fullmatch(r"no-run: \S.*", block.marker), f"'{block.marker}' gives no reason"


def test_blocks_are_read_as_written():
    """Language, marker, continued lines and comments are told apart; a directive is no block of commands."""
    text = "```bash exit-1\n# note\npython run_scenario.py diff a \\\n  b\n```\n```{literalinclude} x\n```\n```text output\na  b\n```\n"
    first, second = blocks(text)
    assert (first.runs, first.exit_code) == (True, 1)
    assert squeezed(commands(first)[0]) == "diff a b"
    assert second.is_output
    assert not Block("bash", "no-run: why", "x\n").runs


# --- READMEs -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_readme_opens_with_two_commands(name):
    """Two one-line commands come right after the title: one runs a scenario, one the tests; each makes its environment."""
    text = (ROOT / name).read_text(encoding="utf-8")
    main, tests = blocks(text)[:2]
    assert re.match(r"# [^\n]+\n\n```bash\n[^\n]+\n```\n\n```bash\n[^\n]+\n```\n", text)
    for block in (main, tests):
        assert block.text.startswith(f"{MAKES_AN_ENVIRONMENT} .venv && ")
        lock = re.search(r"-r (\S+)", block.text)[1]
        assert (ROOT / lock).is_file()
    scenario = re.search(r"run_scenario\.py (\S+)", main.text)[1]
    assert (ROOT / scenario).is_file()
    assert tests.text.rstrip().endswith("-m pytest")


def test_both_readmes_open_alike():
    """The two READMEs show the same commands at the top."""
    one, other = (blocks_of(ROOT / name)[:3] for name in ("README.md", "README.zh-CN.md"))
    assert one == other


@pytest.mark.parametrize("page", [page for page in pages() if DOCS not in page.parents], ids=name_of)
def test_links_lead_somewhere(page):
    """Links of pages outside the site name files that are there (Sphinx looks after those inside)."""
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    gone = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not gone


# --- twins ---------------------------------------------------------------------------------------------------------------


def alike(command: str) -> str:
    """Return a command without what only its language makes different."""
    plain = command.removesuffix(" --lang en").replace("docs/en/tutorial", "docs/tutorial")
    return re.sub(r"results/tutorial/\S+", "results/tutorial/…", plain)


@pytest.mark.parametrize("page", chinese_pages(), ids=name_of)
def test_english_twin_shows_the_same(page):
    """Each Chinese page has an English one with the same commands, sections and files."""
    assert twin(page).is_file()
    assert [alike(c) for c in all_commands(page)] == [alike(c) for c in all_commands(twin(page))]
    zh, en = page.read_text(encoding="utf-8"), twin(page).read_text(encoding="utf-8")
    assert [len(mark) for mark in re.findall(r"^(#+) ", zh, re.MULTILINE)] == [
        len(mark) for mark in re.findall(r"^(#+) ", en, re.MULTILINE)
    ]
    files = [[Path(name).name for name in re.findall(r"\{literalinclude\} (\S+)", text)] for text in (zh, en)]
    assert files[0] == files[1]


def test_every_english_page_has_a_chinese_one():
    """No English page of the site stands alone but the architecture."""
    alone = [page for page in pages() if DOCS / "en" in page.parents and not (DOCS / page.relative_to(DOCS / "en")).is_file()]
    assert not alone


# --- scenarios and Python on pages ---------------------------------------------------------------------------------------

FILES = [
    file
    for file in sorted(DOCS.rglob("*.yaml"))
    if re.match(r"(格式|format): ", file.read_text(encoding="utf-8")) and study_kind(file) is None
]
STUDIES = [file for file in sorted(DOCS.rglob("*.yaml")) if study_kind(file) is not None]


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_scenario_files_are_good(file):
    """Scenario files that pages show can be run; one that needs code is wrong for no other reason."""
    scenario, findings, _ = check_scenario(file)
    if file.name in NEEDS_CODE:
        assert {(finding.code, "owner_first" in finding.what.en) for finding in findings if finding.severity == "error"} == {
            ("unknown-id", True)
        }
    else:
        assert scenario is not None, [finding.render() for finding in findings]


@pytest.mark.parametrize("file", STUDIES, ids=name_of)
def test_study_files_are_good(file):
    """Study files that pages show can be run, without a warning."""
    kind = study_kind(file)
    assert load_study(file, kind=kind).warnings == ()


SHOWN_YAML = [
    (page, block) for page in pages() for block in blocks_of(page) if block.language == "yaml" and block.marker != "study"
]
"""Scenarios and parts of them; parts of studies are marked."""
SHOWN_STUDIES = [
    (page, block) for page in pages() for block in blocks_of(page) if block.language == "yaml" and block.marker == "study"
]


@pytest.mark.parametrize(("page", "block"), SHOWN_YAML, ids=[f"{name_of(page)}-{n}" for n, (page, _) in enumerate(SHOWN_YAML)])
def test_yaml_on_pages_is_good(page, block, place):
    """A whole scenario on a page loads; of a part every key, word and quantity is known."""
    whole = re.match(r"(格式|format): ", block.text)
    file = place / "shown.yaml"
    file.write_text(block.text if whole else f"format: 1\n{block.text}", encoding="utf-8")
    _, findings, _ = check_scenario(file)
    wrong = [finding for finding in findings if finding.severity == "error" and (whole or finding.code not in OF_A_FRAGMENT)]
    assert not wrong, (name_of(page), [finding.render() for finding in wrong])


@pytest.mark.parametrize(("page", "block"), SHOWN_STUDIES, ids=[name_of(page) for page, _ in SHOWN_STUDIES])
def test_parts_of_studies_on_pages_are_good(page, block, place):
    """Laid over a whole study of the docs, a part of one that a page shows can still be read."""
    whole = (place / "docs" / "howto" / "files" / "compare-study.yaml").read_text(encoding="utf-8")
    names = {"precision": "精度", "replications": "次数"}
    keys = [names.get(key, key) for key in re.findall(r"^([^\s:]+):", block.text, re.MULTILINE)]
    kept = "".join(line for line in whole.splitlines(keepends=True) if line.partition(":")[0] not in keys)
    file = place / "docs" / "howto" / "files" / "shown-study.yaml"
    file.write_text(kept + block.text, encoding="utf-8")
    try:
        assert load_study(file).precision
    finally:
        file.unlink()


SHOWN_PYTHON = {
    ast.unparse(ast.parse("\n".join(block.text for block in blocks_of(page) if block.language == "python"))): page
    for page in pages()
    if any(block.language == "python" for block in blocks_of(page))
}
"""The Python of each page, comments aside: pages that show the same are run once."""


@pytest.mark.parametrize("code", SHOWN_PYTHON, ids=[name_of(page) for page in SHOWN_PYTHON.values()])
def test_python_on_pages_runs(code, place):
    """Python shown on a page runs from the project's folder."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    done = subprocess.run([sys.executable, "-c", code], cwd=place, env=env, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr


def minutes(scenario, metric: str) -> float:
    """Return the planned value of a metric."""
    return sim.run(scenario).summary["metrics"][metric]["p50"]


def test_the_tutorial_counts_right():
    """Its first two steps by hand: 10 km x 1.3 at 60 km/h is 13 min, 15 km 19.5; call 1, turn-out 2 and 3, set-up 5 and 20, work 40."""
    one, two = (sim.load_scenario(DOCS / "tutorial" / f"step{n}.yaml") for n in (1, 2))
    assert [minutes(one, name) for name in ("response", "package.ready", "duration")] == [1 + 2 + 13, 16 + 5, 21 + 40]
    assert [minutes(two, name) for name in ("package.complete", "package.ready", "duration")] == [
        1 + 3 + 19.5,
        23.5 + 20,
        43.5 + 40,
    ]


BY_HAND = {
    "orders": {"first.堵漏": 1 + 2 + 3, "complete.堵漏": 1 + 10 + 2 + 10},
    "aid": {"complete.堵漏": 1 + 15 + 10 + 10 + 10 + 20 + 80 + 10, "lender.left.east": 3 - 2},
    "reports": {"report.department": 5 + 3 + 3 + 5 + 5, "report.duty": 5 + 4 + 6},
    "levels": {
        "level.raised.county-plan/二级": 20 + 5 + 5,
        "level.raised.city-plan/三级": 30 + 5 + 5,
        "level.complete.city-plan/三级": 40 + 3 + 30,
    },
    "scene": {"package.complete": 1 + 1 + 10, "package.ready": 12 + 5 + 2 + 5 + 5 + 5},
    "calls": {"answered": 3 + 5 + 3 * 2 + 3 * 2 + 3 + 20, "moved": 43 + 40, "margin": 90 - 83},
    "shifts": {"entry": 1 + 10 + 9 + 40, "shifts.stopped": 0, "approval": 20},
    "cover": {"first.堵漏": 1 + 3 + 5, "uncovered.plants": 20 * 1.15, "cover.none.plants": 20 * 1.15},
    "radio": {"first.搜救": 1 + 20 + 3 + 1, "ready.通信保障": 1 + 5 + 20 + 5},
    "depot": {"supply.delay.tent": 15 + 20 + 15 + 48 + 24 + 24 + 20 + 30, "supply.in_time.tent": 150 / 200},
    "supply-needs": {"supplied.in_time.warm": 90 * 6, "supply.short.stove": 10, "released": 20 * 115},
    "task-supplies": {"dry": 3 + 5 + 18 + 20 + 2 - 15, "duration": 16 + 20 + 33 + 30},
    "contracts": {"supply.delay.quilt": 60 * 26, "supply.in_time.quilt": 1000 / 1240},
    "restock": {
        "cost.expired": 600 * 30, "cost.purchases": 1000 * 26, "cost.ordering": 3 * 200,
        "cost.holding": (1000 * 10 + 600 * 5 + 1100 * 15 + 500 * 5 + 1000 * 5) * 30 * 0.10 / 365,
    },
    "lend-stock": {"supply.in_time.tent": 270 / 300, "supply.short.tent": 30},
}
"""Page of the how-to → metrics in planned minutes, as its text counts them."""


@pytest.mark.parametrize("name", BY_HAND)
def test_the_how_to_counts_right(name):
    """What the pages about command and supplies say is worked out by hand comes out of the run."""
    scenario = sim.load_scenario(DOCS / "howto" / "files" / f"{name}.yaml")
    summary = sim.run(scenario).summary["metrics"]
    assert {metric: summary[metric]["p90"] for metric in BY_HAND[name]} == pytest.approx(BY_HAND[name])


def test_a_road_cleared_is_open_to_who_leaves_later():
    """Cleared at 09:32 + 5 + 5 + 15 min; the water unit, ordered at 10:01, needs what it needs on open roads (step 3)."""
    cleared, plain = (sim.load_scenario(DOCS / name) for name in ("howto/files/clearing.yaml", "tutorial/step3.yaml"))
    events = sim.run(cleared).events
    assert events[events["kind"] == "road.restored"]["time"].tolist() == [27 * 60_000]
    assert minutes(cleared, "complete.供水") == pytest.approx(30 + minutes(plain, "complete.供水"))


def test_re_targeting_and_calling_away_as_the_page_tells():
    """The near team goes to the urgent leak at 10:10 and is called away at 12:00; the far one fills both places."""
    events = sim.run(sim.load_scenario(DOCS / "howto" / "files" / "retarget.yaml")).events
    orders = events[events["kind"] == "team.ordered"]
    told = [(row.time // 60_000, row.team, row.incident, row.cause) for row in orders.itertuples() if row.team != "national"]
    assert told == [
        (0, "near", "minor", "nearest_idle"), (10, "near", "urgent", "retargeted"), (10, "far", "minor", "nearest_idle"),
        (120, "near", "abroad-2", "called_away"), (120, "far", "urgent", "nearest_idle"),
    ]  # fmt: skip


@pytest.mark.parametrize("page", ["howto/levels.md", "en/howto/levels.md"])
def test_conditions_on_pages_can_be_read(page):
    """Every example in the table of conditions is understood, and said again it means the same."""
    own, posts = ("疏散人数", "县级请求", "evacuated"), {"甲县指挥部": "county-command", "county-command": "county-command"}
    rows = [line.split("|") for line in (DOCS / page).read_text(encoding="utf-8").splitlines() if line.count("|") == 4]
    shown = [example for row in rows for example in re.findall("`([^`]+)`", row[2])]
    assert len(shown) >= 12
    for example in shown:
        found = parse_condition(example, own=own, posts=posts)
        assert parse_condition(spoken(found, "zh"), own=own, posts=posts) == found


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_both_tutorials_run_the_same(step):
    """The English files of the tutorial give the same log as the Chinese ones, row by row."""
    from sim.engine.simulate import simulate

    zh, en = (
        simulate(sim.load_scenario(folder / f"step{step}.yaml")) for folder in (DOCS / "tutorial", DOCS / "en" / "tutorial")
    )
    assert np.array_equal(zh.rows, en.rows)


# --- generated pages and the site ----------------------------------------------------------------------------------------


def test_generated_pages_have_words_for_everything():
    """Every kind, cause, column and rank of the log is described in both languages, and nothing else is."""
    made = generate()
    assert set(KIND_NAMES) == set(KINDS)
    assert set(CAUSE_NAMES) == set(CAUSES)
    assert set(made.COLUMN_WORDS) == set(COLUMNS)
    assert set(made.RANK_WORDS) == {rank.name for rank in Rank}
    assert set(made.ACCOUNT_WORDS) == set(Account)


@pytest.mark.parametrize("folder", ["reference/generated", "en/reference/generated"])
def test_generated_pages_cover_the_program(folder):
    """Every field, metric, command and option, vehicle and weather stands on its page."""
    from sim.network.speeds import DEFAULT_SPEEDS
    from sim.scenario.metric_names import FAMILIES
    from sim.scenario.schema.root import ScenarioFile
    from sim.scenario.schema.study import CompareStudy
    from sim.scenario.schema.study_size import SizeStudy

    texts = {
        name.removeprefix(f"{folder}/").removesuffix(".md"): text
        for name, text in generate().pages().items()
        if name.startswith(folder + "/")
    }
    assert set(texts) == set(generate().PAGES)
    assert [key for key in ScenarioFile.model_fields if f"`{key}`" not in texts["scenario"]] == []
    studies = (*CompareStudy.model_fields, *SizeStudy.model_fields)
    assert [key for key in studies if f"`{key}`" not in texts["studies"]] == []
    moves = texts["log"].partition("| kind |")[2].rpartition("| kind |")[2]
    assert [kind for kind in MOVES if moves.count(f"`{kind}`") != 1] == []
    assert [family.key for family in FAMILIES if f"`{family.key}" not in texts["metrics"]] == []
    assert [name for name in COMMANDS if f"## {name}\n" not in texts["commands"]] == []
    assert [option for option in ("--replications", "--resume", "--strict", "--show") if option not in texts["commands"]] == []
    assert [name for name in (*DEFAULT_SPEEDS.vehicles, *DEFAULT_SPEEDS.weather) if f"`{name}`" not in texts["speeds"]] == []


@pytest.mark.slow
@pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("sphinx", "myst_parser", "furo")),
    reason="Sphinx, MyST or furo is not installed",
)
def test_the_site_builds_without_a_warning(tmp_path):
    """``sphinx-build -W`` on a copy of the docs: links, tables of contents and included files are all there."""
    copy = workspace(tmp_path)
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    line = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "docs", "site"]
    done = subprocess.run(line, cwd=copy, env=env, capture_output=True, encoding="utf-8", check=False, timeout=SITE_SECONDS)
    assert done.returncode == 0, done.stderr
    assert (copy / "site" / "en" / "index.html").is_file()


def test_nothing_large_lies_in_the_docs():
    """No file that is kept with the docs is larger than 300 kB."""
    kept = [file for file in DOCS.rglob("*") if file.is_file() and not {"_build", "generated", "__pycache__"} & set(file.parts)]
    assert [file.name for file in kept if file.stat().st_size > LARGEST_BYTES] == []
