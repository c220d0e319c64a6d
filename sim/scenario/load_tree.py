"""A scenario file and everything it includes → one canonical tree, then the validated model."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from sim.errors import Finding, InputError, Language, Mark, Words
from sim.scenario.include import combine, contents, lay_over
from sim.scenario.messages import how_to_write, placed_findings
from sim.scenario.migrations import migrate
from sim.scenario.names import canonical, is_chinese
from sim.scenario.node import Marks, Node, Place, follow, plain
from sim.scenario.overlay import overlay, removes
from sim.scenario.project import OutsideError, project_root, real, under_root
from sim.scenario.reader import read
from sim.scenario.shapes import REMOVE, ListShape, NamedShape, PartShape, Shape, UnionShape, part_shape

if TYPE_CHECKING:
    from pydantic import BaseModel

    M = TypeVar("M", bound=BaseModel)

Spoken = tuple[Mark, str | None]
"""A line, and the key there that a finding speaks of already."""

_MOST_FILES = 200
_VALUE_REFUSED = ("alias", "tag", "not-finite")
"""Findings of the reader after which a value is missing: that it is need not be said again."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A scenario as it was read: canonical keys, includes and overlays applied, nothing checked against the model yet.

    Parameters
    ----------
    path, root
        The scenario file, and the root of its project.
    top
        The tree with places; `tree` without, `marks` the places alone.
    language
        Chinese if the file uses any Chinese key.
    files
        Every file that was read, the scenario first.
    findings
        What is wrong so far, warnings included.
    """

    path: Path
    root: Path
    top: Node | None
    language: Language
    files: tuple[Path, ...]
    findings: tuple[Finding, ...]
    spoken_of: frozenset[Spoken] = frozenset()

    @property
    def tree(self) -> dict[str, Any]:
        """Return the canonical tree as plain dicts, lists and values."""
        return {} if self.top is None else dict(plain(self.top))

    @property
    def marks(self) -> Marks:
        """Return where each value stands."""
        return Marks(Node({}, str(self.path), 1) if self.top is None else self.top)

    @property
    def ok(self) -> bool:
        """Tell whether nothing stops a run so far."""
        return not any(finding.severity == "error" for finding in self.findings)


def load_tree(path: str | Path, model: type[BaseModel], patch: Node | None = None, root: Path | None = None) -> Loaded:
    """Read a scenario file with what it includes and extends; never raises for what is in the files.

    Parameters
    ----------
    path
        The scenario file.
    model
        Class of the root model.
    patch
        A canonical tree that is laid over the whole, such as a configuration of a study.
    root
        Root of the project; by default looked for above the file.
    """
    file = Path(path)
    gathering = _Gathering(model, root or project_root(file))
    top = gathering.file(file, None)
    if top is not None:
        if patch is not None:
            top = overlay(top, patch)
        top = _settle(top, gathering.shape, gathering.findings)
    return Loaded(
        file, gathering.root, top, gathering.language, tuple(gathering.files.values()), tuple(gathering.findings),
        frozenset(gathering.spoken_of),
    )  # fmt: skip


def validate(model: type[M], loaded: Loaded) -> M:
    """Return the model of a loaded scenario.

    Raises
    ------
    InputError
        With every finding of reading and of the model, in the language of the file.
    """
    found, findings = check_tree(model, loaded)
    if found is None or any(finding.severity == "error" for finding in findings):
        raise InputError(findings, loaded.language)
    return found


def check_tree(model: type[M], loaded: Loaded) -> tuple[M | None, tuple[Finding, ...]]:
    """Return the model, if there can be one, and every finding so far, in the order of the files."""
    if loaded.top is None:
        return None, loaded.findings
    try:
        return model.model_validate(loaded.tree), _sorted(loaded, loaded.findings)
    except ValidationError as error:
        placed = placed_findings(error, model, loaded.top)
    new = [one.finding for one in placed if _spoken(loaded.top, one.place) not in loaded.spoken_of]
    refused = {finding.where for finding in loaded.findings if finding.code in _VALUE_REFUSED}
    new = [finding for finding in new if finding.where not in refused]
    return None, _sorted(loaded, (*loaded.findings, *new))


def _sorted(loaded: Loaded, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return findings in the order of the files that were read, then of lines; one of each kind a place."""
    order = {name: position for position, name in enumerate(_shown(path) for path in loaded.files)}

    def key(finding: Finding) -> tuple[int, int]:
        where = finding.where
        return (order.get(where.file, -1), where.line or 0) if where else (-1, 0)

    return tuple(sorted(dict.fromkeys(findings), key=key))


@dataclass(slots=True)
class _Gathering:
    """Reads a file with what it extends and includes; every file once."""

    model: type[BaseModel]
    root: Path
    language: Language = "zh"
    files: dict[Path, Path] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    spoken_of: set[Spoken] = field(default_factory=set)
    stack: list[Path] = field(default_factory=list)
    texts: set[str] = field(default_factory=set)

    @property
    def shape(self) -> PartShape:
        """Return the shape of the whole file."""
        return part_shape(self.model)

    def file(self, path: Path, named_by: Node | None, *, whole: bool = True) -> Node | None:
        """Return the canonical tree of one file, with what it extends and includes."""
        own = self.own(path, named_by, whole=whole)
        if own is None:
            return None
        self.stack.append(real(path))
        try:
            extends, include = own.value.get("extends"), own.value.get("include")
            kept = {key: node for key, node in own.value.items() if key not in ("extends", "include")}
            own = own.holding(kept)
            base = self.extended(extends, path)
            included = self.included(include, path)
        finally:
            self.stack.pop()
        if included is not None:
            own = lay_over(included, own)
        return own if base is None else overlay(base, own)

    def own(self, path: Path, named_by: Node | None, *, whole: bool) -> Node | None:
        """Return the canonical tree of one file alone."""
        shown = _shown(path)
        document = read(path, shown)
        first = not self.files
        self.files[real(path)] = path
        findings = list(document.findings)
        if named_by is not None and document.text is None:
            findings = [Finding(f.code, _in_file(shown, f.what), f.remedy, named_by.mark, f.severity) for f in findings]
        self.findings.extend(findings)
        if document.top is None or document.text is None:
            if first and document.text is not None:
                self.language = "zh" if is_chinese(document.text) else "en"
            return None
        if not whole and document.text in self.texts:
            return document.top.holding({})
        self.texts.add(document.text)
        top, wrong = migrate(document.top, required=whole)
        self.findings.extend(wrong)
        named = canonical(top, self.model, document.text)
        if first:
            self.language = named.language
        self.findings.extend(named.findings)
        if not isinstance(named.top.value, dict):
            if not named.findings:
                what = Words("the file is not a map of keys and values", "文件不是由“键: 值”组成的")
                self.findings.append(Finding("not-a-map", what, how_to_write(self.shape), Mark(shown, named.top.line)))
            return None
        if wrong:
            self.spoken_of.add(_spoken(named.top, ("format",)))
        self.spoken_of.update(_spoken(named.top, place) for place in named.spoken_of)
        return named.top

    def extended(self, written: Node | None, path: Path) -> Node | None:
        """Return the scenario that a file extends."""
        if written is None or written.value is None:
            return None
        target = self.target(written, path)
        return None if target is None else self.file(target, written)

    def included(self, written: Node | None, path: Path) -> Node | None:
        """Return the contents of all included files, in order."""
        if written is None or written.value is None:
            return None
        entries = written.value if isinstance(written.value, list) else [written]
        found: Node | None = None
        for entry in entries:
            target = self.target(entry, path)
            if target is None or real(target) in self.files:
                continue
            top = self.file(target, entry, whole=False)
            if top is not None:
                inside = contents(top, self.shape)
                found = inside if found is None else combine(found, inside, self.shape, self.findings)
        return found

    def target(self, written: Node, path: Path) -> Path | None:
        """Return the file that an entry names, or add a finding about the entry."""
        if not isinstance(written.value, str) or not written.value.strip():
            what = Words("a file is named by its path", "引用的文件应写成路径")
            self.findings.append(
                Finding("wrong-kind", what, Words("write for example forces/city.yaml", "例如 力量/朔州.yaml"), written.mark)
            )
            return None
        try:
            target = under_root(written.value, path, self.root)
        except OutsideError as error:
            self.findings.append(Finding("outside", error.what, error.remedy, written.mark))
            return None
        if real(target) in self.stack:
            round_trip = " → ".join(_shown(self.files[p]) for p in (*self.stack[self.stack.index(real(target)) :], real(target)))
            what = Words(f"files include each other in a circle: {round_trip}", f"文件互相引用成了圈:{round_trip}")
            self.findings.append(
                Finding("include-cycle", what, Words("delete one of these entries", "删去其中一处引用"), written.mark)
            )
            return None
        if not target.exists():
            what = Words(f"there is no file '{written.value}'", f"没有文件“{written.value}”")
            remedy = Words(
                f"paths are relative to the folder of this file ({path.parent})", f"路径相对于本文件所在的文件夹({path.parent})"
            )
            self.findings.append(Finding("missing-file", what, remedy, written.mark))
            return None
        if len(self.files) >= _MOST_FILES:
            what = Words(f"more than {_MOST_FILES} files are included", f"引用的文件超过 {_MOST_FILES} 个")
            self.findings.append(
                Finding("too-many-files", what, Words("put some of them together", "请合并一些文件"), written.mark)
            )
            return None
        return target


def _shown(path: Path) -> str:
    return os.path.normpath(path)


def _in_file(file: str, what: Words) -> Words:
    return Words(f"{file}: {what.en}", f"{file}:{what.zh}")


def _spoken(top: Node, place: Place) -> Spoken:
    """Return the line and the key that a finding about a place speaks of."""
    node, _ = follow(top, place)
    return node.mark, next((step for step in reversed(place) if isinstance(step, str)), None)


def _settle(node: Node, shape: Shape, findings: list[Finding]) -> Node:
    """Drop keys that are written without a value, and report things that were to be removed and are not there."""
    if isinstance(shape, UnionShape):
        option = shape.for_map(node.value) if isinstance(node.value, dict) else shape.for_list()
        return node if option is None else _settle(node, option, findings)
    if isinstance(node.value, list) and isinstance(shape, ListShape):
        return node.holding([_settle(item, shape.item, findings) for item in node.value if not _left_over(item, findings)])
    if isinstance(node.value, dict) and isinstance(shape, NamedShape):
        return node.holding({key: _settle(child, shape.value, findings) for key, child in node.value.items()})
    if not isinstance(node.value, dict) or not isinstance(shape, PartShape):
        return node
    kept = {}
    for key, child in node.value.items():
        known = shape.fields.get(key)
        if known is None or (child.value is None and known.droppable):
            continue
        kept[key] = _settle(child, known.shape, findings)
    return node.holding(kept)


def _left_over(item: Node, findings: list[Finding]) -> bool:
    if not removes(item):
        return False
    name = plain(item.value["id"]) if "id" in item.value else "?"
    what = Words(f"'{name}' is to be removed, but it is not there", f"要删除“{name}”,但并没有它")
    remedy = Words("correct the id, or delete this entry", "改正编号,或删去此项")
    findings.append(Finding("nothing-to-remove", what, remedy, item.value[REMOVE[0]].mark))
    return True
