"""What compiling a study of any kind shares: the file, where its parts stand, the scenarios it points at, the findings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from sim.errors import Finding, InputError, Mark, Words, did_you_mean
from sim.scenario.load import check_scenario
from sim.scenario.load_tree import check_tree, load_tree
from sim.scenario.metric_names import arguments_of, metric_examples, parse_metric
from sim.scenario.names import canonical
from sim.scenario.node import Node, follow
from sim.scenario.project import OutsideError, under_root
from sim.scenario.salvage import salvage
from sim.scenario.schema.root import ScenarioFile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pydantic import BaseModel

    from sim.errors import Language
    from sim.scenario.frozen import Scenario
    from sim.scenario.load_tree import Loaded

    M = TypeVar("M", bound=BaseModel)

_NOT_IN_A_CHANGE = ("format", "include", "extends")
"""What a file says of itself; a change of a study cannot say it."""


@dataclass(slots=True)
class StudyContext:
    """A study file being compiled."""

    loaded: Loaded
    file: Any
    """The validated model of the study."""
    findings: list[Finding] = field(default_factory=list)
    checked: dict[int, bool] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """Return the study file."""
        return self.loaded.path

    @property
    def root(self) -> Path:
        """Return the root of the project."""
        return self.loaded.root

    @property
    def language(self) -> Language:
        """Return the language of the file."""
        return self.loaded.language

    def node(self, *path: str | int) -> Node:
        """Return what is written at a place, or the nearest value around it."""
        assert self.loaded.top is not None
        return follow(self.loaded.top, path)[0]

    def where(self, *path: str | int) -> Mark:
        """Return file and line of a part of the file."""
        return self.node(*path).mark

    def add(self, code: str, what: Words, remedy: Words, *path: str | int) -> None:
        """Add a finding about a part of the file."""
        self.take([Finding(code, what, remedy, self.where(*path))])

    def unknown(self, kind: Words, name: str, known: Iterable[str], *path: str | int) -> None:
        """Add a finding about a name that is not defined."""
        what = Words(f"there is no {kind.en} '{name}'", f"没有“{name}”这个{kind.zh}")
        self.add("unknown-id", what, did_you_mean(name, known), *path)

    def take(self, findings: Iterable[Finding]) -> None:
        """Add findings, each once: variants share most of their files."""
        self.findings.extend(finding for finding in dict.fromkeys(findings) if finding not in self.findings)

    @property
    def wrong(self) -> bool:
        """Tell whether anything stops a run so far."""
        return any(finding.severity == "error" for finding in self.findings)

    def stop_if_wrong(self) -> None:
        """Raise all findings so far if any of them is an error.

        Raises
        ------
        InputError
            With every finding, warnings included.
        """
        if self.wrong:
            raise InputError(self.findings, self.language)

    def scenario_file(self, written: str, *path: str | int) -> Path | None:
        """Return the scenario file that an entry names; a finding is added when there is none or it is outside."""
        try:
            target = under_root(written, self.path, self.root)
        except OutsideError as error:
            self.add("outside", error.what, error.remedy, *path)
            return None
        if not target.is_file():
            what = Words(f"there is no file '{written}'", f"没有文件“{written}”")
            folder = self.path.parent
            remedy = Words(f"paths are relative to the folder of this file ({folder})", f"路径相对于本文件所在的文件夹({folder})")
            self.add("missing-file", what, remedy, *path)
            return None
        return target

    def change(self, *path: str | int) -> Node | None:
        """Return the change that is written at a place, in canonical keys; None when there is none."""
        written = self.node(*path)
        if written.value is None:
            return None
        if not isinstance(written.value, dict):
            what = Words("a change is written in the keys of the scenario file", "改动须按情景文件的键来写")
            remedy = Words("write for example {lenders: [{id: …, channel: …}]}", "例如 {支援方: [{编号: …, 通道: …}]}")
            self.add("wrong-kind", what, remedy, *path)
            return None
        named = canonical(written, ScenarioFile)
        self.take(named.findings)
        kept = dict(named.top.value)
        for key in _NOT_IN_A_CHANGE:
            if key in kept:
                mark = kept.pop(key).mark
                what = Words(f"'{key}' cannot be changed by a study", f"研究不能改动“{key}”")
                remedy = Words("write a scenario file and name it under 'scenario'", "请另写一个情景文件,在“情景”里引用")
                self.take([Finding("not-in-a-change", what, remedy, mark)])
        return named.top.holding(kept)

    def compiled(self, file: Path, patch: Node | None) -> Scenario | None:
        """Return a scenario with a change; its findings are added to those of the study."""
        scenario, findings, _ = check_scenario(file, patch, self.root)
        self.take(findings)
        return scenario

    def tree(self, file: Path, patch: Node | None) -> Loaded:
        """Return the canonical tree of a scenario with a change."""
        return load_tree(file, ScenarioFile, patch, self.root)

    def metric(self, text: str, scenario: Scenario, *path: str | int) -> str | None:
        """Return the canonical name of a metric of a scenario; a finding is added when it has none of that name."""
        names, others = {team.id: team.name for team in scenario.teams}, arguments_of(scenario)
        found = parse_metric(text, scenario.capabilities, names, others)
        if found is None:
            what = Words(f"there is no metric '{text}' in '{scenario.name}'", f"情景“{scenario.name}”没有“{text}”这个指标")
            self.add("unknown-metric", what, did_you_mean(text, metric_examples(scenario.capabilities, (), others)), *path)
        return found


def opened(path: Path, model: type[M], root: Path | None = None) -> StudyContext:
    """Return a study file as it was read, with the findings of reading; `file` is what is sound of it.

    Raises
    ------
    InputError
        If there is nothing to go on with.
    """
    loaded = load_tree(path, model, None, root)
    file, findings = check_tree(model, loaded)
    if file is None:
        file, loaded, _ = salvage(model, loaded)
    if file is None:
        raise InputError(findings, loaded.language)
    return StudyContext(loaded, file, list(findings))


def stacked(first: Node | None, second: Node | None) -> Node | None:
    """Return one change that does what two do one after the other: removals stay removals."""
    if first is None or second is None:
        return second if first is None else first
    if isinstance(first.value, dict) and isinstance(second.value, dict) and not _is_quantity(second):
        merged = dict(first.value)
        for key, change in second.value.items():
            known = merged.get(key)
            merged[key] = change if known is None or known.value is None else stacked(known, change)
        return second.holding(merged)
    if _has_ids(first) and _has_ids(second):
        held = {item.value["id"].value: item for item in first.value}
        for item in second.value:
            name = item.value["id"].value
            held[name] = item if "remove" in item.value else stacked(held.get(name), item)
        return second.holding(list(held.values()))
    return second


def _is_quantity(node: Node) -> bool:
    return "planned" in node.value or "distribution" in node.value


def _has_ids(node: Node) -> bool:
    return (
        isinstance(node.value, list)
        and bool(node.value)
        and all(isinstance(item.value, dict) and "id" in item.value for item in node.value)
    )
