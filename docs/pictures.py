"""Draw the pictures of the READMEs and pages anew: ``python docs/pictures.py`` runs two scenarios and keeps some figures.

They are kept small (256 colours), in both languages.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import sim  # noqa: E402

KEPT = {"hazchem-pingshuo": ("map", "timeline"), "jsm-hazchem-joint": ("command", "cover")}
"""Scenario → the figures of it that are kept."""
LANGUAGES = ("zh", "en")


def main() -> None:
    """Write ``docs/pictures/<figure>.<language>.png``."""
    from PIL import Image

    from sim.report import make_figures

    pictures = ROOT / "docs" / "pictures"
    pictures.mkdir(exist_ok=True)
    for name, kept in KEPT.items():
        scenario = sim.load_scenario(ROOT / "scenarios" / f"{name}.yaml")
        with tempfile.TemporaryDirectory() as folder:
            results = sim.run(scenario, out=folder)
            for language in LANGUAGES:
                for figure in make_figures(scenario, results, language, Path(folder) / language):
                    if figure.stem in kept:
                        with Image.open(figure) as drawn:
                            small = drawn.convert("RGB").quantize(256)
                            small.save(pictures / f"{figure.stem}.{language}.png", optimize=True)


if __name__ == "__main__":
    main()
