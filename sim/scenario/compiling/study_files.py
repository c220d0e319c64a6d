"""A comparison of scenario files alone, without a study file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import Finding, InputError, Mark, Words
from sim.scenario.compiling.study_compare import BATCH, FIRST, shared_objectives
from sim.scenario.compiling.study_resolved import as_text, shown
from sim.scenario.load import check_scenario
from sim.scenario.node import with_marks
from sim.scenario.project import project_root
from sim.scenario.study import Study, Variant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.errors import Language
    from sim.scenario.frozen import Scenario


def study_of_files(files: Sequence[str | Path], root: Path | None = None, asked: Mapping[str, Any] | None = None) -> Study:
    """Return the comparison of two or more scenario files; the first is the baseline.

    Parameters
    ----------
    files
        Scenario files; the same file may come twice.
    root
        Root of the project; by default looked for above each file.
    asked
        ``replications`` (they make plan tests of drills) and ``seed``.

    Raises
    ------
    InputError
        With every finding of every file, or if there are fewer than two.
    """
    wanted = dict(asked or {})
    paths = [Path(file) for file in files]
    if len(paths) < 2:
        what = Words("one file alone cannot be compared", "只有一个文件,无从比较")
        remedy = Words("name two scenario files or more, or a study file", "请给出两个以上情景文件,或一个研究文件")
        raise InputError([Finding("too-few-files", what, remedy, Mark(str(paths[0])) if paths else None)])
    patch = with_marks({"mode": "plan"}) if "replications" in wanted else None
    findings: list[Finding] = []
    scenarios: list[Scenario] = []
    language: Language | None = None
    for path in paths:
        scenario, found, spoken = check_scenario(path, patch, root)
        language = language or spoken
        findings += [finding for finding in found if finding not in findings]
        if scenario is not None:
            scenarios.append(scenario)
    if len({scenario.mode for scenario in scenarios}) > 1:
        what = Words("some files are drills and others plan tests", "有的文件是演练,有的是推演")
        remedy = Words("ask for replications with -n", "请用 -n 写明次数")
        findings.append(Finding("contradiction", what, remedy, Mark(str(paths[0]))))
    if len(scenarios) < len(paths) or any(finding.severity == "error" for finding in findings):
        raise InputError(findings, language or "zh")
    return _study(paths, scenarios, language or "zh", root, wanted, tuple(findings))


def _study(
    paths: Sequence[Path], scenarios: Sequence[Scenario], language: Language, root: Path | None, wanted: Mapping[str, Any],
    warnings: tuple[Finding, ...],
) -> Study:  # fmt: skip
    root = root or project_root(paths[0])
    ids = distinct([path.stem for path in paths])
    variants = tuple(
        Variant(name, scenario.name, path, None, scenario) for name, path, scenario in zip(ids, paths, scenarios, strict=True)
    )
    variants = tuple(
        variant if [other.name for other in variants].count(variant.name) == 1
        else Variant(variant.id, variant.id, variant.file, None, variant.scenario)
        for variant in variants
    )  # fmt: skip
    base = scenarios[0]
    metrics = shared_objectives(dict(zip(ids, scenarios, strict=True)), ids[0])
    drill = base.mode == "drill"
    most = 1 if drill else wanted.get("replications", base.replications)
    name = " · ".join(ids)
    resolved = {
        "format": 1, "study": "compare", "name": name, "mode": base.mode, "metrics": metrics,
        "variants": [
            {"id": variant.id, "scenario": shown(variant.file, root), "digest": variant.scenario.digest} for variant in variants
        ],
    }  # fmt: skip
    return Study(
        name=name, question="", language=language, path=paths[0], root=root, mode=base.mode, variants=variants, baseline=0,
        metrics=tuple(metrics), seed=wanted.get("seed", base.seed), most=most, first=min(FIRST, most), batch=BATCH,
        resolved=as_text(resolved), warnings=warnings,
    )  # fmt: skip


def distinct(names: Sequence[str]) -> list[str]:
    """Return names that differ: the second of the same gets ``-2`` and so on."""
    found: list[str] = []
    for name in names:
        candidate, number = name, 2
        while candidate in found:
            candidate, number = f"{name}-{number}", number + 1
        found.append(candidate)
    return found
