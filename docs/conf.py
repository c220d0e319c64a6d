"""Sphinx: MyST pages, Chinese first, with an English twin of each below ``en/``."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from generate import write_pages  # noqa: E402

import sim  # noqa: E402

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
