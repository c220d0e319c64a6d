"""The house holds: imports go down, a saved result needs no engine, the front door opens without heavy furniture."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import sim

ROOT = Path(__file__).parents[1]
FLOORS = ("cli", "report", "planning", "experiment", "analysis", "engine", "scenario", "network", "hazards", "ground")
SIDE_BY_SIDE = {("network", "hazards"), ("hazards", "network")}


def floor_of(module: str) -> str:
    """Return the floor of a module: its package, or `ground` for the modules directly in `sim`."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in FLOORS else "ground"


def imports_of(path: Path):
    """Yield every module of `sim` that a file imports, wherever in the file, but for type checking alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.ImportFrom) and node.module == "sim":
            yield from (sim._HOMES.get(alias.name, f"sim.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "sim":
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "sim")


FILES = sorted((ROOT / "sim").rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down(path):
    """A module imports its own floor and those below; `network` and `hazards` do not know each other."""
    own = floor_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
    if path == ROOT / "sim" / "__init__.py":
        return
    for module in imports_of(path):
        other = floor_of(module)
        assert FLOORS.index(own) <= FLOORS.index(other), f"{own} imports {module}"
        assert (own, other) not in SIDE_BY_SIDE, f"{own} imports {module}"


def test_the_check_would_see_an_import_upward(tmp_path):
    """The reading of imports finds those inside functions, and skips those for type checking."""
    file = tmp_path / "m.py"
    file.write_text("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import sim.cli\ndef f():\n    from sim.engine import run\n")
    assert list(imports_of(file)) == ["sim.engine"]


def run_python(code: str) -> str:
    """Run code in a fresh interpreter; returns what it prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_saved_result_is_read_without_the_engine(tmp_path):
    """Results, tables and summary of a saved run work with `sim.engine` impossible to import."""
    run_python(
        "import sim\n"
        "s = sim.load_scenario('scenarios/hazchem-pingshuo.yaml')\n"
        f"r = sim.run(s, out={str(tmp_path)!r})\nprint(r.path)"
    )
    folder = next(tmp_path.glob("*/*/manifest.json")).parent
    shown = run_python(
        "import sys\nsys.modules['sim.engine'] = None\n"
        "from sim.experiment.results import Results\n"
        f"r = Results.load({str(folder)!r})\n"
        "print(len(r.events) > 100, 'package.complete' in r.metrics.index, r.summary['replications'])"
    )
    assert shown.split() == ["True", "True", "1"]


def test_help_imports_nothing_heavy():
    """`--help` needs click alone: no numpy, pydantic, pandas, matplotlib, scipy, simpy, rich."""
    heavy = ("numpy", "pydantic", "pandas", "matplotlib", "scipy", "simpy", "rich", "pyarrow", "networkx", "joblib", "yaml")
    shown = run_python(
        "import sys\nsys.argv = ['run_scenario.py', '--help']\n"
        "from sim.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('HEAVY', [m for m in {heavy!r} if m in sys.modules])"
    )
    assert shown.splitlines()[-1] == "HEAVY []"
