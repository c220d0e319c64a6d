"""Start-up: the command line against a bare interpreter, and a whole drill against the imports that it needs."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from measure import Goal, Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parents[1]
DRILL = "scenarios/jsm-hazchem-joint.yaml"
BARE = ["-c", "pass"]


def measure(*, quick: bool) -> Iterator[Row]:
    """Time programs in turns, in CPU time of the child."""
    rounds = 5 if quick else 15
    works = {"bare python": BARE, "--help": ["run_scenario.py", "--help"], "import sim": ["-c", "import sim"]}
    seconds = _take_turns(works, rounds)
    bare = ("bare python", seconds["bare python"])
    yield Row("run_scenario.py --help", ("--help", seconds["--help"]), bare, Goal("<=", 6))
    yield Row("import sim", ("import sim", seconds["import sim"]), bare)
    yield from _drill(3 if quick else 7)


def _drill(rounds: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        drill = [DRILL, "--no-figures", "--out", f"{folder}/results"]
        modules = _third_party(drill, Path(folder, "modules.json"))
        script = Path(folder, "imports.py")
        # A few modules are made at run time and cannot be imported by name.
        lines = [f"for name in {modules!r}:", "    try:", "        __import__(name)", "    except ImportError:", "        pass"]
        script.write_text("\n".join(lines), encoding="utf-8")
        works = {"imports alone": [str(script)], "drill": ["run_scenario.py", *drill]}
        seconds = _take_turns(works, rounds)
    roots = sorted({name.partition(".")[0] for name in modules if not name.startswith("_")})
    note = f"--no-figures; {len(modules)} modules of {', '.join(roots)}"
    alone = ("imports alone", seconds["imports alone"])
    yield Row("joint drill, whole", ("drill", seconds["drill"]), alone, Goal("<=", 1.5), note)


def _third_party(arguments: Sequence[str], out: Path) -> list[str]:
    """Return the third-party modules that a run imports, in the order of their import."""
    code = f"""
import json, runpy, sys
sys.argv = ["run_scenario.py", *{list(arguments)!r}]
try:
    runpy.run_path("run_scenario.py", run_name="__main__")
finally:
    mine = [n for n, m in list(sys.modules.items()) if "site-packages" in (getattr(m, "__file__", None) or "")]
    open({str(out)!r}, "w").write(json.dumps(mine))
"""
    _run(["-c", code])
    found: list[str] = json.loads(out.read_text(encoding="utf-8"))
    return found


def _take_turns(works: dict[str, list[str]], rounds: int) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(rounds + 1):
        for name, arguments in works.items():
            spent = _run(arguments)
            if turn:  # the first round fills the caches of the disk and of bytecode
                seconds[name].append(spent)
    return seconds


def _run(arguments: Sequence[str]) -> float:
    """Run the interpreter and return the CPU seconds of the child."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
