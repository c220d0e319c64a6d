"""Draw the pictures of the READMEs anew: ``python docs/pictures.py`` runs the first scenario and keeps two of its figures.

They are kept small (256 colours), in both languages.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import sim  # noqa: E402

KEPT = ("map", "timeline")
LANGUAGES = ("zh", "en")


def main() -> None:
    """Write ``docs/pictures/<figure>.<language>.png``."""
    from PIL import Image

    from sim.report import make_figures

    scenario = sim.load_scenario(ROOT / "scenarios" / "hazchem-pingshuo.yaml")
    pictures = ROOT / "docs" / "pictures"
    pictures.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        results = sim.run(scenario, out=folder)
        for language in LANGUAGES:
            for figure in make_figures(scenario, results, language, Path(folder) / language):
                if figure.stem in KEPT:
                    with Image.open(figure) as drawn:
                        drawn.convert("RGB").quantize(256).save(pictures / f"{figure.stem}.{language}.png", optimize=True)


if __name__ == "__main__":
    main()
