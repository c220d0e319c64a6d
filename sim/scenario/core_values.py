"""Plain values by the core schema of YAML 1.2: `10:00` and `no` are words, `0o17` is fifteen, `1_000` is text."""

from __future__ import annotations

import re

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+\Z", re.ASCII)
_PREFIXED = re.compile(r"(0o[0-7]+|0x[0-9a-fA-F]+)\Z", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z", re.ASCII)
_INFINITE = re.compile(r"([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\Z")
_FIRST = frozenset("0123456789.+-~ntfNTF")
_LONGEST = 40
"""No number of a scenario has more digits; longer ones stay text and are refused as numbers later."""


def core_value(text: str) -> str | int | float | bool | None:
    """Return the meaning of a plain value by the YAML 1.2 core schema (section 10.3.2)."""
    if text and text[0] not in _FIRST:
        return text
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if len(text) > _LONGEST:
        return text
    if _INT.match(text):
        return int(text)
    if _PREFIXED.match(text):
        return int(text, 0)
    if _FLOAT.match(text):
        return float(text)
    return float(text.lower().replace(".", "")) if _INFINITE.match(text) else text
