"""Reading a long scenario file with the line of every value, against other readers of YAML (for information)."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING, Any

import yaml
from measure import Row, Work, take_turns

from sim.scenario.reader import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LINES = 5_000
HEAD = ("格式: 1", "名称: 长文件", "开始: 2026-01-01 00:00", "突发事件:")
INCIDENT = (
    "  - 编号: call-{n}",
    "    名称: 第 {n} 起警情",
    '    地点: "112.{n:04d}, 39.5"',
    "    发生: {hour:02d}:{minute:02d}",
    "    优先级: {priority}",
    "    力量编成:",
    "      - {{能力: 侦检, 组数: 2, 限时: 30 min, 作业: {{计划值: 20 min, 不利: 35 min}}}}",
    "      - 能力: 医疗救护",
    "        作业: {{计划值: 15 min, 不利: 35 min}}   # 假定",
    "    资料来源: 假定",
)


def long_file() -> str:
    """Return a scenario of `LINES` lines, written as a planner would write it."""
    lines = list(HEAD)
    for n in range((LINES - len(HEAD)) // len(INCIDENT) + 1):
        lines += [line.format(n=n, hour=n // 60 % 24, minute=n % 60, priority=1 + n % 3) for line in INCIDENT]
    return "\n".join(lines[:LINES]) + "\n"


def measure(*, quick: bool) -> Iterator[Row]:
    """Read the same text with every reader."""
    text = long_file()
    document = parse(text)
    if document.top is None or document.findings:
        message = "the long file does not read cleanly"
        raise RuntimeError(message)
    sizes = {"lines": text.count("\n"), "bytes": len(text.encode())}
    readers: dict[str, Callable[[], Any]] = {
        "sim": lambda: parse(text),
        "PyYAML, no lines": lambda: yaml.load(text, yaml.CSafeLoader),
        "PyYAML nodes": lambda: yaml.compose(text, yaml.CSafeLoader),
    }
    said = {"PyYAML, no lines": "values alone", "PyYAML nodes": "nodes with lines, values as text", "ruamel.yaml": "with lines"}
    plain = json.dumps(yaml.load(text, yaml.CSafeLoader), default=str, ensure_ascii=False)
    sizes["json_bytes"] = len(plain.encode())
    readers["json"] = lambda: json.loads(plain)
    said["json"] = f"the same values as JSON, {sizes['json_bytes']:,} bytes: the floor"
    try:
        from ruamel.yaml import YAML
    except ImportError:
        yield Row(f"read {sizes['lines']:,} lines with ruamel.yaml", note="ruamel.yaml is not installed", data={"sizes": sizes})
    else:
        readers["ruamel.yaml"] = lambda: YAML(typ="rt").load(StringIO(text))
    seconds = take_turns({name: Work(run) for name, run in readers.items()}, 3 if quick else 5)
    what = f"read {sizes['lines']:,} lines, {sizes['bytes']:,} bytes"
    for name, note in said.items():
        if name in seconds:
            yield Row(what, (name, seconds[name]), ("sim", seconds["sim"]), None, note, {"sizes": sizes})
