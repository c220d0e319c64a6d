"""Load a study file: the question that it asks, and every scenario that it needs, compiled.

A study file names its kind (``study: compare``). Each kind has a model and a compiler of its own; `KINDS` knows them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sim.errors import Finding, InputError, Words
from sim.scenario.names import is_chinese, unknown_word
from sim.scenario.reader import read
from sim.scenario.schema.study import StudyWord

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

    from sim.errors import Language
    from sim.scenario.frozen import Scenario
    from sim.scenario.node import Node

STUDY_KEYS = ("study", "研究")
KINDS: dict[str, str] = {
    "compare": "sim.scenario.compiling.study_compare", "size": "sim.scenario.compiling.study_size",
}  # fmt: skip
"""Kind of study → module whose ``load(path, root, asked)`` compiles it."""
MODELS: dict[str, tuple[str, str]] = {
    "compare": ("sim.scenario.schema.study", "CompareStudy"), "size": ("sim.scenario.schema.study_size", "SizeStudy"),
}  # fmt: skip
"""Kind of study → module and name of the model of its file."""
Seeds = Literal["common", "independent"]
Best = Literal["least", "most"]


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """One configuration, compiled.

    Parameters
    ----------
    file, patch
        The scenario file, and the change that is laid over it.
    """

    id: str
    name: str
    file: Path
    patch: Node | None
    scenario: Scenario
    cost: float | None = None
    """Yuan."""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Precision:
    """A metric, and the half-width that is asked of the interval of its difference, in the metric's unit."""

    metric: str
    within: float


@dataclass(frozen=True, slots=True)
class Choice:
    """Choose the best variant: metric, direction, what does not matter (in its unit), with which probability, and how."""

    metric: str
    best: Best
    indifference: float
    probability: float
    method: Literal["kn", "rinott"]


@dataclass(frozen=True, slots=True, eq=False)
class SmallChange:
    """One small change whose worth is measured: `variant` is the baseline (or another) with it."""

    name: str
    of: int
    """Variant that it changes."""
    variant: Variant


@dataclass(frozen=True, slots=True)
class Question:
    """What the conclusion rests on: by which metric, with how much work."""

    metric: str
    best: Best
    most: int
    replications: int | None
    """None: planned values where there is a plan."""


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """A comparison, compiled: everything `sim.experiment.compare` needs."""

    name: str
    question: str
    language: Language
    path: Path
    root: Path
    mode: Literal["drill", "plan"]
    variants: tuple[Variant, ...]
    baseline: int
    metrics: tuple[str, ...]
    seed: int
    seeds: Seeds = "common"
    most: int = 100
    first: int = 20
    batch: int = 20
    precision: tuple[Precision, ...] = ()
    choice: Choice | None = None
    marginal: tuple[SmallChange, ...] = ()
    rests_on: Question | None = None
    resolved: str = ""
    """The whole study as YAML text, with the digests of its scenarios."""
    warnings: tuple[Finding, ...] = field(default=())

    @property
    def drill(self) -> bool:
        """Tell whether it takes planned values, once."""
        return self.mode == "drill"

    @property
    def base(self) -> Variant:
        """Return the variant that the others are held against."""
        return self.variants[self.baseline]


def names_a_study(path: str | Path) -> bool:
    """Tell whether a file says that it is a study, of a kind that exists or not."""
    return _kind_node(Path(path))[0] is not None


def _kind_node(path: Path) -> tuple[Node | None, str]:
    """Return where a file names its kind, and its text."""
    document = read(path, os.path.normpath(path))
    top = document.top
    value = None if top is None else top.value
    node = next((value[key] for key in STUDY_KEYS if key in value), None) if isinstance(value, dict) else None
    return node, document.text or ""


def study_kind(path: str | Path) -> str | None:
    """Return the kind of a study file; None when it is no study.

    Raises
    ------
    InputError
        If it names a kind that does not exist.
    """
    node, text = _kind_node(Path(path))
    if node is None:
        return None
    words = StudyWord.names()
    word = node.text.strip()
    for kind, zh in words.items():
        if word in (kind, zh):
            return kind
    what = Words(f"there is no study '{word}'", f"没有“{word}”这种研究")
    language: Language = "zh" if is_chinese(text) else "en"
    raise InputError([Finding("unknown-word", what, unknown_word(word, words), node.mark)], language)


def study_model(path: str | Path) -> type[BaseModel] | None:
    """Return the model of a study file; None when it is no study, or cannot be read.

    Raises
    ------
    InputError
        If it names a kind that does not exist.
    """
    kind = study_kind(path)
    if kind is None or kind not in MODELS:
        return None
    module, name = MODELS[kind]
    model: type[BaseModel] = getattr(import_module(module), name)
    return model


def check_study(path: str | Path, root: Path | None = None) -> tuple[Any, tuple[Finding, ...], Language]:
    """Return a compiled study of any kind (None if it cannot be run), every finding, warnings included, and its language."""
    language: Language = "zh" if is_chinese(read(Path(path), os.path.normpath(path)).text or "") else "en"
    try:
        kind = study_kind(path)
        study = load_study(path, root, kind=kind or "compare")
    except InputError as error:
        return None, tuple(error.findings), language
    return study, tuple(study.warnings), language


def load_study(path: str | Path, root: Path | None = None, *, kind: str = "compare", **asked: Any) -> Any:
    """Load a study file of one kind.

    Parameters
    ----------
    path
        The study file.
    root
        Root of the project; by default looked for above the file.
    kind
        Kind that is wanted.
    asked
        What is asked otherwise than the file says (``seed``, ``replications``).

    Returns
    -------
    Study
        For ``compare``; other kinds have their own class.

    Raises
    ------
    InputError
        With every finding, in the language of the file; also if it is no study of this kind.
    """
    path = Path(path)
    found = study_kind(path)
    if found != kind or kind not in KINDS:
        raise InputError([_another_kind(path, found, kind)])
    loader = import_module(KINDS[kind]).load
    return loader(path, root, _only_asked(asked))


def _only_asked(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in asked.items() if value is not None}


def _another_kind(path: Path, found: str | None, kind: str) -> Finding:
    from sim.errors import Mark

    words = StudyWord.names()
    if not path.is_file():
        what = Words(f"there is no file '{path}'", f"没有文件“{path}”")
        return Finding("missing-file", what, Words("correct the path", "请改正路径"), Mark(str(path)))
    if found is None:
        what = Words("this is no study file", "这不是研究文件")
        remedy = Words(f"write 'study: {kind}' in it", f"请在其中写“研究: {words[kind]}”")
    else:
        what = Words(f"this study is of the kind '{found}', not '{kind}'", f"这份研究是“{words[found]}”,不是“{words[kind]}”")
        remedy = Words(f"use the command for '{found}'", f"请用“{words[found]}”的命令")
    return Finding("another-study", what, remedy, Mark(str(path), 1))
