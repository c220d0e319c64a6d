"""Why a file is not YAML, in words that a planner can act on: full-width signs, tabs, missing spaces, open quotes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.errors import Finding, Mark, Words

if TYPE_CHECKING:
    from collections.abc import Iterator

_WIDE_OFFSET = 0xFEE0
WIDE_COLON, WIDE_COMMA = "\uff1a", "\uff0c"
MEANT = {chr(ord(sign) + _WIDE_OFFSET): sign for sign in ":,[]{}#-\"'"} | {
    "\u201c": '"', "\u201d": '"', "\u2018": "'", "\u2019": "'", "\u3010": "[", "\u3011": "]",
}  # fmt: skip
"""Full-width sign → the sign of YAML that is meant."""
MOST_LINES = 20
"""Lines that are reported as likely causes."""

_LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_QUOTED = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'""")
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*")
_TAB = re.compile(r" *(?:- +)*\t")
_WORD = r"""[^\s:,{}\[\]"'#\uff1a\uff0c]{1,20}"""
_WIDE_KEY = re.compile(rf"\s*(?:-\s+)*{_WORD}(?: {_WORD})?\s?\uff1a")
_WIDE_KEY_IN_BRACES = re.compile(rf"[{{,\uff0c]\s*{_WORD}\s?\uff1a")
_NO_SPACE = re.compile(rf"\s*(?:-\s+)*({_WORD}):(?=[^\s:/\\])(?!\d\d\b)")
_BLOCK_TEXT = re.compile(r"(?::|-)\s+[|>][-+0-9]*\s*$")


class Suspect(NamedTuple):
    """A line that breaks the layout, and why."""

    line: int
    code: str
    what: Words
    remedy: Words

    def finding(self, file: str) -> Finding:
        """Return it as a finding."""
        return Finding(self.code, self.what, self.remedy, Mark(file, self.line))


def split_lines(text: str) -> list[str]:
    """Return the lines as YAML counts them."""
    return _LINE_END.split(text)


def wide_sign(text: str) -> str | None:
    """Return the first full-width sign in a text that stands for a sign of YAML, if there is one."""
    return next((sign for sign in text if sign in MEANT), None)


def wide_words(sign: str) -> tuple[Words, Words]:
    """Return what is wrong with a full-width sign, and the remedy."""
    meant = MEANT[sign]
    after = {":": (" and a space", "(后面加一个空格)"), ",": (" and a space", "(后面加一个空格)")}.get(meant, ("", ""))
    names = {":": ("colon", "冒号"), ",": ("comma", "逗号")}.get(meant, ("sign", "符号"))
    what = Words(f"full-width {names[0]} '{sign}' where '{meant}' is needed", f"这里用了全角{names[1]}“{sign}”,应为半角“{meant}”")
    remedy = Words(
        f"write '{meant}'{after[0]}; if it belongs to the text, put the text in quotes",
        f"改成半角“{meant}”{after[1]};若是文字的一部分,请给文字加引号",
    )
    return what, remedy


def explain(text: str, error: Any, file: str) -> list[Finding]:
    """Return what is wrong with a text that YAML could not read.

    The lines that YAML was reading when it gave up are searched for the usual causes; when they hold one, surely wrong
    lines elsewhere are named too, since YAML stops at the first. Otherwise YAML's own complaint is put into words.
    """
    lines = split_lines(text)
    problem = _line(getattr(error, "problem_mark", None)) or _line(getattr(error, "context_mark", None)) or 1
    problem = min(problem, len(lines))
    begin = min(_line(getattr(error, "context_mark", None)) or problem, problem)
    window = range(max(1, begin if problem - begin <= MOST_LINES else problem - 1, 1) - (begin == problem), problem + 1)
    causes = [s for s in suspects(lines) if s.line in window]
    if not causes:
        return [_complaint(lines, error, problem, file)]
    rest = [s for s in suspects(lines) if s.line not in window and s.code in ("tab", "full-width")]
    return [s.finding(file) for s in [*causes, *rest][:MOST_LINES]]


def suspects(lines: list[str]) -> Iterator[Suspect]:
    """Find lines that look like layout gone wrong; the insides of blocks of text are left out."""
    inside: int | None = None
    for number, line in enumerate(lines, 1):
        indent = len(line) - len(line.lstrip(" "))
        if inside is not None and (not line.strip() or indent > inside):
            continue
        inside = None
        bare = _COMMENT.sub("", _QUOTED.sub(lambda m: '"' + "x" * (len(m[0]) - 2) + '"', line))
        if not bare.strip():
            continue
        if _BLOCK_TEXT.search(bare):
            inside = indent
        found = suspect(number, bare)
        if found is not None:
            yield found


def suspect(number: int, bare: str) -> Suspect | None:
    """Return what is suspicious about one line without its quotes and comments."""
    if _TAB.match(bare):
        what = Words("a tab stands where the line begins", "行首用了制表符(Tab)")
        return Suspect(number, "tab", what, Words("write spaces in its place (two a level)", "改用空格缩进(每级两个空格)"))
    flow = re.search(r"[{\[].*", bare)
    if _WIDE_KEY.match(bare) or (flow and _WIDE_KEY_IN_BRACES.search(flow[0])):
        return Suspect(number, "full-width", *wide_words(WIDE_COLON))
    if flow and WIDE_COMMA in flow[0]:
        return Suspect(number, "full-width", *wide_words(WIDE_COMMA))
    sign = wide_sign(re.sub("[\uff1a\uff0c]", "", bare))
    if sign is not None and re.search(rf"(?:^|:\s*|-\s+){re.escape(sign)}", bare):
        return Suspect(number, "full-width-sign", *wide_words(sign))
    missing = _NO_SPACE.match(bare)
    if missing:
        what = Words(f"no space after the colon of '{missing[1]}'", f"“{missing[1]}”的冒号后面没有空格")
        return Suspect(number, "no-space", what, Words("write a space after ':'", "请在“:”后面加一个空格"))
    return None


def _line(mark: Any) -> int | None:
    return None if mark is None else int(mark.line) + 1


_COMPLAINTS: tuple[tuple[str, str, Words, Words], ...] = (
    (
        "mapping values are not allowed", "second-colon",
        Words("a ':' stands where none can be", "这里不能再有“: ”"),
        Words("check the indentation of this line and the one before; put text that holds ': ' in quotes",
              "检查本行与上一行的缩进;文字里含“: ”时请加引号"),
    ),
    (
        "could not find expected ':'", "no-colon",
        Words("a key without ':'", "键后面缺少“:”"),
        Words("write 'key: value', with a space after the colon", "写成“键: 值”,冒号后加一个空格"),
    ),
    (
        "found unexpected end of stream", "open-quote",
        Words("a quote is opened and never closed", "引号没有配对"),
        Words("close the quote", "请补上另一个引号"),
    ),
    (
        "cannot start any token", "sign-first",
        Words("a text begins with a sign that YAML keeps for itself (@, %, `)", "文字以 YAML 保留的符号(@、%、`)开头"),
        Words("put the text in quotes", "请给文字加引号"),
    ),
    (
        "did not find expected ',' or '}'", "open-brace",
        Words("'{' is not closed, or a ',' is missing", "“{”没有配对,或中间缺少“,”"),
        Words("close it with '}', and write ', ' between the entries", "补上“}”,各项之间写“, ”"),
    ),
    (
        "did not find expected ',' or ']'", "open-bracket",
        Words("'[' is not closed, or a ',' is missing", "“[”没有配对,或中间缺少“,”"),
        Words("close it with ']', and write ', ' between the entries", "补上“]”,各项之间写“, ”"),
    ),
    (
        "undefined alias", "alias",
        Words("'*' at the beginning refers to another part of the file", "以“*”开头表示引用文件别处"),
        Words("put the text in quotes, or write the value out", "是文字请加引号;是引用请把内容写出来"),
    ),
    (
        "tab character", "tab",
        Words("a tab stands where spaces belong", "应为空格的地方用了制表符(Tab)"),
        Words("write spaces in its place", "请改用空格"),
    ),
    (
        "did not find expected", "indentation",
        Words("this line does not fit the indentation of the lines above", "本行缩进与上文对不上"),
        Words("align it with the entries that it belongs to; lists begin with '- '", "与同级各行左对齐;列表每项以“- ”开头"),
    ),
    (
        "block sequence entries are not allowed", "indentation",
        Words("a list entry ('- ') cannot begin here", "这里不能开始列表项(“- ”)"),
        Words("begin the list on a line of its own, under its key", "列表请另起一行,写在键的下面"),
    ),
)  # fmt: skip


def _complaint(lines: list[str], error: Any, line: int, file: str) -> Finding:
    problem = str(getattr(error, "problem", None) or error)
    for phrase, code, what, remedy in _COMPLAINTS:
        if phrase in problem:
            mark = getattr(error, "context_mark", None)
            where = (_line(mark) or line) if code == "open-quote" else line
            return Finding(code, what, remedy, Mark(file, where))
    shown = lines[line - 1].strip()[:40]
    what = Words(f"YAML cannot read the line '{shown}'", f"这一行不合 YAML 格式:{shown}")
    remedy = Words(f"check quotes, brackets and indentation ({problem.splitlines()[0][:80]})", "检查引号、括号和缩进")
    return Finding("syntax", what, remedy, Mark(file, line))
