"""The project that a scenario belongs to: its root, and paths that stay under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.errors import Words

if TYPE_CHECKING:
    from pathlib import Path

ROOT_SIGN = "drillsim.toml"
"""File that marks the root of a project."""


class OutsideError(ValueError):
    """A path leads out of the project; `what` and `remedy` say so in both languages."""

    def __init__(self, written: str, root: Path) -> None:
        self.what = Words(f"'{written}' leads out of the project ({root})", f"“{written}”不在项目文件夹({root})之内")
        self.remedy = Words(
            f"move the file into the project, or put an empty '{ROOT_SIGN}' in the folder that holds both",
            f"把文件移入项目文件夹,或在包含两者的文件夹里放一个空的 {ROOT_SIGN}",
        )
        super().__init__(self.what.en)


def real(path: Path) -> Path:
    """Return a path with its symbolic links followed; one whose links go round in a circle as it is written."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return path.absolute()


def project_root(scenario: Path) -> Path:
    """Return the nearest folder above a scenario that holds ``drillsim.toml``, else the scenario's own folder."""
    folder = real(scenario).parent
    for candidate in (folder, *folder.parents):
        if (candidate / ROOT_SIGN).is_file():
            return candidate
    return folder


def under_root(written: str, beside: Path, root: Path) -> Path:
    """Return the path that a file means by `written`.

    Parameters
    ----------
    written
        The path as it is written; relative to the folder of the file that holds it.
    beside
        That file.
    root
        Root of the project.

    Returns
    -------
    pathlib.Path
        The path in the form of `beside`; it need not exist.

    Raises
    ------
    OutsideError
        If it leads out of the project: up, by an absolute path, or through a symbolic link.
    """
    path = beside.parent / written
    try:
        inside = path.resolve().is_relative_to(root.resolve())
    except (OSError, ValueError, RuntimeError):
        inside = False
    if not inside:
        raise OutsideError(written, root)
    return path
