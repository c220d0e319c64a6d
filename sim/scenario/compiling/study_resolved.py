"""A study as one text: what is asked, and the digest of every scenario that it is asked of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.scenario.project import real

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sim.scenario.compiling.study_context import StudyContext
    from sim.scenario.study import Variant


def resolved_text(context: StudyContext, variants: Iterable[Variant]) -> str:
    """Return a study file with English keys; paths from the root of the project, and the digest of each variant."""
    kept: dict[str, Any] = dict(context.loaded.tree)
    kept.pop("scenario", None)
    written = {entry["id"]: entry for entry in kept.get("variants", [])}
    kept["variants"] = [_variant(variant, written.get(variant.id, {}), context) for variant in variants]
    for position, entry in enumerate(kept.get("marginal", [])):
        change = context.change("marginal", position, "change") if "change" in entry else None
        if change is not None:
            kept["marginal"][position] = {**entry, "change": _plain(change)}
    return as_text(kept)


def _variant(variant: Variant, written: dict[str, Any], context: StudyContext) -> dict[str, Any]:
    entry = {**written, "id": variant.id, "scenario": shown(variant.file, context.root)}
    if variant.patch is not None:
        entry["change"] = _plain(variant.patch)
    return {**entry, "digest": variant.scenario.digest}


def _plain(node: Any) -> Any:
    from sim.scenario.node import plain

    return plain(node)


def shown(path: Path, root: Path) -> str:
    """Return a path as it is written from the root of the project."""
    try:
        return real(path).relative_to(real(root)).as_posix()
    except ValueError:
        return path.as_posix()


def as_text(tree: dict[str, Any]) -> str:
    """Return a tree as YAML text."""
    import yaml

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text: str = yaml.dump(tree, Dumper=dumper, allow_unicode=True, sort_keys=False, width=120)
    return text
