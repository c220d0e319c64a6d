"""Load a scenario file: read, validate, check, compile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import Finding, InputError, Language
from sim.scenario.compiling.assemble import assemble
from sim.scenario.compiling.context import Context
from sim.scenario.load_tree import check_tree, load_tree
from sim.scenario.salvage import salvage
from sim.scenario.schema.root import ScenarioFile

if TYPE_CHECKING:
    from sim.scenario.frozen import Scenario
    from sim.scenario.node import Node


def load_scenario(path: str | Path, patch: Node | None = None, root: Path | None = None) -> Scenario:
    """Load a scenario file.

    Parameters
    ----------
    path
        The scenario file.
    patch
        A canonical tree laid over the file, such as one configuration of a study.
    root
        Root of the project that paths in the file are relative to; by default looked for above the file. A resolved
        scenario out of a results folder elsewhere needs it.

    Returns
    -------
    Scenario
        Compiled and read-only.

    Raises
    ------
    InputError
        With every finding, in the language of the file; each has its file, line and remedy.
    """
    scenario, findings, language = check_scenario(path, patch, root)
    if scenario is None:
        raise InputError(findings, language)
    return scenario


def check_scenario(
    path: str | Path, patch: Node | None = None, root: Path | None = None
) -> tuple[Scenario | None, tuple[Finding, ...], Language]:
    """Return the compiled scenario (None if it cannot be run), every finding, warnings included, and the file's language."""
    loaded = load_tree(path, ScenarioFile, patch, root)
    file, findings = check_tree(ScenarioFile, loaded)
    gone: frozenset[str] = frozenset()
    if file is None:
        file, loaded, gone = salvage(ScenarioFile, loaded)
    if file is None:
        return None, findings, loaded.language
    context = Context(file, Path(path), loaded.root, loaded.marks, list(findings))
    try:
        scenario = assemble(context, loaded.tree, loaded.language)
    except InputError as error:
        lost = bool(gone) or any(f.severity == "error" for f in findings)
        new = [f for f in error.findings if f in findings or not _follows(f, gone, lost=lost)]
        return None, tuple(new), loaded.language
    return scenario, tuple(context.findings), loaded.language


def _follows(finding: Finding, gone: frozenset[str], *, lost: bool) -> bool:
    """Tell whether a finding only follows from a value that was refused, or a thing that had to be cut out."""
    if finding.code in ("no-incident", "no-share"):
        return lost
    return finding.code in ("unknown-id", "missing-key") and any(f"'{name}'" in finding.what.en for name in gone)
