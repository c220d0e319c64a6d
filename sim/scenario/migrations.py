"""Formats of the scenario file: which are known, and how an older one becomes today's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.errors import Finding, Mark, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sim.scenario.node import Node

CURRENT = 1
"""Format that is written today."""
FORMAT_KEYS = ("format", "格式")

MIGRATIONS: Mapping[int, Callable[[Node], Node]] = {}
"""Format n → function that turns a file of format n, as it was read, into one of format n + 1."""


def migrate(
    top: Node, *, required: bool, current: int = CURRENT, migrations: Mapping[int, Callable[[Node], Node]] = MIGRATIONS
) -> tuple[Node, list[Finding]]:
    """Bring a file as it was read to today's format.

    Parameters
    ----------
    top
        The file; keys are still in the writer's language.
    required
        Whether the file must name its format (an included file need not).
    current, migrations
        Today's format, and the steps to it.

    Returns
    -------
    tuple
        The file in today's format, and what is wrong with the format that it names.
    """
    if not isinstance(top.value, dict):
        return top, []
    node = next((top.value[key] for key in FORMAT_KEYS if key in top.value), None)
    add = Words(f"write 'format: {current}' at the top", f"请在开头写“格式: {current}”")
    if node is None:
        if not required:
            return top, []
        what = Words("the format of the file is missing", "缺少文件格式")
        return top, [Finding("missing-format", what, add, Mark(top.file, 1))]
    found = node.value
    if isinstance(found, bool) or not isinstance(found, int) or found < 1:
        what = Words(f"'{node.text}' is no format of a scenario file", f"“{node.text}”不是文件格式")
        return top, [Finding("unknown-format", what, add, node.mark)]
    if found > current:
        what = Words(
            f"format {found} is newer than this program, which knows {current}", f"文件格式 {found} 比本程序(只认到 {current})新"
        )
        remedy = Words("update the program", "请更新程序")
        return top, [Finding("unknown-format", what, remedy, node.mark)]
    for step in range(found, current):
        top = migrations[step](top)
    return top, []
