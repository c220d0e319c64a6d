"""Which run this is: the name of its folder, and everything that decides its numbers."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import sim

if TYPE_CHECKING:
    from sim.scenario.frozen import Scenario

_LONGEST = 60
"""Characters of a folder name: with three bytes a Chinese character well under the 255 that file systems take."""
_ID_LENGTH = 12
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|clock\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$", re.IGNORECASE)
_DECIDING = ("*.py", "scenario/**/*.py", "network/**/*.py", "hazards/**/*.py", "engine/**/*.py", "analysis/**/*.py")
"""Sources that decide the numbers of a run."""


def folder_name(name: str) -> str:
    """Return a name that is safe as a folder on every system: letters and digits of any script, ``-``, ``_`` and ``.``."""
    text = unicodedata.normalize("NFC", name)
    kept = "".join(char if unicodedata.category(char)[0] in "LN" or char in "._-" else "-" for char in text)
    slug = re.sub(r"-{2,}", "-", kept)[:_LONGEST].strip("-. ")
    while len(slug.encode()) > 4 * _LONGEST - 40:  # scripts of four bytes a letter
        slug = slug[:-1].rstrip("-. ")
    if _RESERVED.match(slug):
        slug = f"_{slug}"
    return slug or "scenario"


@cache
def code_version() -> str:
    """Return the version and a hash of the sources that decide the numbers of a run."""
    root = Path(sim.__file__).parent
    found = sha256()
    for path in sorted({path for pattern in _DECIDING for path in root.glob(pattern)}):
        found.update(path.relative_to(root).as_posix().encode() + b"\0")
        found.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return f"{sim.__version__}+{found.hexdigest()[:_ID_LENGTH]}"


def identity_of(scenario: Scenario, seed: int, alone: int | None) -> dict[str, str | int]:
    """Return everything that decides the numbers of a run, save how many replications there are.

    Parameters
    ----------
    alone
        Number of the replication that is run alone; None for the first n.
    """
    found: dict[str, str | int] = {
        "scenario": scenario.digest,
        "network": scenario.network_hash,
        "seed": seed,
        "mode": scenario.mode,
        "code": code_version(),
    }
    return found if alone is None else found | {"replication": alone}


def run_id(identity: dict[str, str | int]) -> str:
    """Return the short name of a run."""
    return sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:_ID_LENGTH]
