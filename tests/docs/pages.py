"""Pages as the tests read them: fenced blocks with their markers, the commands in them, the twin of a page."""

from __future__ import annotations

import re
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
FRONT_DOORS = ("python run_scenario.py", ".venv/bin/python run_scenario.py")
MAKES_AN_ENVIRONMENT = "python3 -m venv"
_FENCE = re.compile(r"^```([a-z]+)[ ]*([^\n]*)\n(.*?)^```[ ]*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: language, what stands behind it, text."""

    language: str
    marker: str
    text: str

    @property
    def lines(self) -> list[str]:
        """Return its lines that say something, continued ones joined."""
        joined = self.text.replace("\\\n", " ")
        return [
            line.strip().removeprefix("$ ") for line in joined.splitlines() if line.strip() and not line.strip().startswith("#")
        ]

    @property
    def is_shell(self) -> bool:
        """Tell whether it shows commands."""
        return self.language in ("bash", "console", "sh")

    @property
    def runs(self) -> bool:
        """Tell whether its commands are to be run."""
        return self.is_shell and not self.marker.startswith("no-run")

    @property
    def is_output(self) -> bool:
        """Tell whether it shows what the commands before it print."""
        return self.language == "text" and self.marker == "output"

    @property
    def exit_code(self) -> int:
        """Return the exit code that its commands end with."""
        found = re.search(r"\bexit-(\d+)", self.marker)
        return int(found[1]) if found else 0


def blocks(text: str) -> list[Block]:
    """Return the fenced blocks of a page (directives are none)."""
    return [Block(language, marker.strip(), body) for language, marker, body in _FENCE.findall(text)]


def blocks_of(page: Path) -> list[Block]:
    """Return the fenced blocks of a page in a file."""
    return blocks(page.read_text(encoding="utf-8"))


def commands(block: Block) -> list[str]:
    """Return the arguments of every run of the front door in a block."""
    return [line.partition("run_scenario.py")[2].strip() for line in block.lines if line.startswith(FRONT_DOORS)]


def all_commands(page: Path) -> list[str]:
    """Return the arguments of every run of the front door on a page that is to be run."""
    return [command for block in blocks_of(page) if block.runs for command in commands(block)]


def arguments(command: str, folder: Path) -> list[str]:
    """Return the words of a command, with `*` expanded as a shell does in a folder."""
    words = []
    for word in shlex.split(command, comments=True):
        found = sorted(path.relative_to(folder).as_posix() for path in folder.glob(word)) if "*" in word else []
        words += found or [word]
    return words


def pages() -> list[Path]:
    """Return every page that is written by hand."""
    found = [ROOT / name for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md", "scenarios/README.md")]
    found += [page for page in sorted(DOCS.rglob("*.md")) if not {"generated", "_build"} & set(page.parts)]
    return found


def chinese_pages() -> list[Path]:
    """Return the pages of the site that have an English twin."""
    return [
        page for page in pages() if DOCS in page.parents and DOCS / "en" not in page.parents and page.name != "architecture.md"
    ]


def twin(page: Path) -> Path:
    """Return the English page of a Chinese one."""
    return DOCS / "en" / page.relative_to(DOCS)


def name_of(page: Path) -> str:
    """Return how a page is called in the names of tests."""
    return page.relative_to(ROOT).as_posix()


def workspace(folder: Path) -> Path:
    """Copy what the commands of the docs read into a folder; the program itself stays where it is."""
    for name in ("run_scenario.py", "drillsim.toml"):
        shutil.copy(ROOT / name, folder / name)
    for name in ("scenarios", "studies", "networks/jin-shaan-meng", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("_build", "generated", "__pycache__"))
    return folder
