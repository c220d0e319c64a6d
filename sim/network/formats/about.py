"""What network.yaml says about a network folder: name, coordinates, notices, how many rows each table has."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sim.errors import Finding, InputError, Mark, Words, did_you_mean
from sim.network.coordinates import SYSTEMS, System, system_named
from sim.network.formats.table import read_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PROJECTED = ("projected", "metres", "meters", "投影", "投影坐标", "米")
KEYS: Mapping[str, str] = MappingProxyType({
    "name": "name", "名称": "name", "coordinates": "coordinates", "坐标系": "coordinates", "notices": "notices",
    "声明": "notices", "counts": "counts", "行数": "counts", "source": "source", "来源": "source", "made": "made",
    "制作": "made",
})  # fmt: skip

_MOST = 1_000_000


@dataclass(frozen=True)
class About:
    """A network folder in short.

    Parameters
    ----------
    name
        As shown in reports.
    system, projected
        Coordinates: one of `SYSTEMS`, or metres.
    notices
        Licences and limits.
    counts
        Rows that ``nodes``, ``roads`` and ``places`` must have: a file cut off between two rows is found by it.
    """

    name: str
    system: System = "WGS-84"
    projected: bool = False
    notices: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


def read_about(folder: Path) -> About:
    """Read network.yaml; without one, take the folder's name and WGS-84.

    Raises
    ------
    InputError
        ``bad-yaml``, ``unknown-key``, ``unknown-coordinates``, ``bad-count``.
    """
    path = folder / "network.yaml"
    if not path.exists():
        return About(folder.resolve().name)
    values, marks = _entries(path)
    findings = [_unknown_key(key, marks[key]) for key in values if key not in KEYS and not key.startswith("x-")]
    said = {KEYS[key]: (value, marks[key]) for key, value in values.items() if key in KEYS}
    system, projected = _coordinates(said, findings)
    counts = _counts(said, findings)
    if findings:
        raise InputError(findings)
    notices, _ = said.get("notices", ([], None))
    listed = notices if isinstance(notices, list) else [notices]
    name, _ = said.get("name", (folder.resolve().name, None))
    return About(str(name), system, projected, tuple(str(notice) for notice in listed), counts)


def _entries(path: Path) -> tuple[dict[str, Any], dict[str, Mark]]:
    """Return the keys of the file with their values and lines."""
    import yaml

    text = read_text(path)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    if len(text) > _MOST:
        what = Words(f"the file is longer than {_MOST} characters", f"文件超过 {_MOST} 个字符")
        remedy = Words("keep to name, notices and the like", "只写名称、声明等")
        raise InputError([Finding("too-large", what, remedy, Mark(str(path)))])
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=loader)):
            what = Words("aliases (*) are not used here", "这里不能用 YAML 别名(*)")
            raise InputError([Finding("alias", what, Words("write the value out", "请直接写出内容"), Mark(str(path)))])
        node = yaml.compose(text, Loader=loader)
        values = yaml.load(text, Loader=loader)  # noqa: S506 (a safe loader: see above)
    except yaml.YAMLError as error:
        at = getattr(error, "problem_mark", None)
        what = Words(f"not valid YAML: {getattr(error, 'problem', error)}", "不是有效的 YAML(检查冒号、缩进、引号)")
        mark = Mark(str(path), at.line + 1 if at else None)
        raise InputError([Finding("bad-yaml", what, Words("correct the line", "请改正这一行"), mark)]) from None
    if not isinstance(values, dict):
        what = Words("'key: value' lines are expected", "应为“键: 值”的行")
        raise InputError([Finding("bad-yaml", what, Words("see NOTICE.md", "例如 name: 路网名"), Mark(str(path), 1))])
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    marks = {str(key.value): Mark(str(path), key.start_mark.line + 1) for key, _ in pairs}
    return {str(key): value for key, value in values.items()}, marks


def _unknown_key(key: str, mark: Mark) -> Finding:
    return Finding("unknown-key", Words(f"unknown key '{key}'", f"不认识的键“{key}”"), did_you_mean(key, KEYS), mark)


def _coordinates(said: Mapping[str, tuple[Any, Mark]], findings: list[Finding]) -> tuple[System, bool]:
    if "coordinates" not in said:
        return "WGS-84", False
    value, mark = said["coordinates"]
    if str(value).strip().casefold() in PROJECTED:
        return "WGS-84", True
    system = system_named(str(value))
    if system is None:
        what = Words(f"unknown coordinates '{value}'", f"不认识的坐标系“{value}”")
        known = ", ".join((*SYSTEMS, "projected"))
        findings.append(Finding("unknown-coordinates", what, Words(f"known: {known}", f"可用:{known}(投影,米)"), mark))
    return system or "WGS-84", False


def _counts(said: Mapping[str, tuple[Any, Mark]], findings: list[Finding]) -> dict[str, int]:
    value, mark = said.get("counts", ({}, Mark("")))
    if isinstance(value, dict) and all(isinstance(number, int) for number in value.values()):
        return {str(name): int(number) for name, number in value.items()}
    what = Words("'counts' must hold whole numbers", "“counts”里应为整数")
    findings.append(
        Finding("bad-count", what, Words("counts: {nodes: 3, roads: 2}", "counts: {nodes: 3, roads: 2}"), mark)
    )
    return {}
