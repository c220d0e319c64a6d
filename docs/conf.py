"""Sphinx: MyST pages, Chinese first, with an English twin of each below ``en/``."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from docutils import nodes  # noqa: E402
from generate import write_pages  # noqa: E402

import sim  # noqa: E402

if TYPE_CHECKING:
    from sphinx.application import Sphinx

write_pages(HERE)

project = "drillsim"
author = "drillsim contributors"
copyright = f"2026, {author}"  # noqa: A001
version = release = sim.__version__
language = "zh_CN"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "drillsim 应急资源与演练仿真"
html_copy_source = False
html_show_sphinx = False

_CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


def _wants_no_blank(before: str, after: str) -> bool:
    """Tell whether a break of the line stands between signs that Chinese does not part."""
    signs = before[-1:], after[:1]
    plain = [re.match("[A-Za-z0-9]", sign) is not None for sign in signs]
    return not any(plain) and any(_CHINESE.match(sign) for sign in signs)


def _join_lines(_: Sphinx, page: nodes.document) -> None:
    for text in [found for found in page.findall(nodes.Text) if found == "\n"]:
        siblings = text.parent.children
        at = next(number for number, sibling in enumerate(siblings) if sibling is text)
        before, after = (side[0].astext() if side else "" for side in (siblings[at - 1 : at], siblings[at + 1 : at + 2]))
        if _wants_no_blank(before, after):
            del text.parent[at]  # not remove(): that takes the first that is equal


def setup(app: Sphinx) -> None:
    """Join the lines of Chinese paragraphs."""
    app.connect("doctree-read", _join_lines)
