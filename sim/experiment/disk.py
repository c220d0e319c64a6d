"""Writing that survives a crash: whole files or none, and whole sets of files or none."""

from __future__ import annotations

import json
import os
import shutil
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

PARTIAL = ".partial"
"""Folder within a results folder for all that is not yet a result."""
FINAL = "final"
_COMMIT = "commit.json"
LOCK = ".lock"
MANIFEST = "manifest.json"
"""The last file of a set to come, and the first to go: with it a results folder is whole."""


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    beside = path.with_name(path.name + ".tmp")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Have a file that was written on the disk."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Have names on the disk, where the system can be asked to."""
    if sys.platform == "win32":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def commit(folder: Path, dropped: Sequence[str] = ()) -> None:
    """Put everything in ``.partial/final`` in its place, in one step as far as a reader can tell.

    From the moment that the list of what is to be done is on disk, it will be done: `complete` goes on after a crash.
    The manifest goes first and comes last, so that a folder is never taken for whole in between.

    Parameters
    ----------
    dropped
        Names of files of an earlier result that the new one does not have.
    """
    staged = folder / PARTIAL / FINAL
    names = sorted(path.name for path in staged.iterdir())
    for name in names:
        sync_file(staged / name)
    sync_folder(staged)
    plan = {"files": names, "dropped": list(dropped)}
    write_whole(folder / PARTIAL / _COMMIT, json.dumps(plan).encode())
    complete(folder)


def complete_alone(folder: Path) -> None:
    """Finish a `commit` that was broken off, unless the run that began it is still at it."""
    if (folder / PARTIAL / _COMMIT).exists():
        lock = Lock(folder / LOCK)
        if lock.take():
            try:
                complete(folder)
            finally:
                lock.release()


def complete(folder: Path) -> bool:
    """Finish a `commit` that was broken off, by whoever holds the lock; return whether there was one.

    Raises
    ------
    ValueError
        If the list of work names anything but files of the folder: somebody else wrote it.
    """
    list_of_work = folder / PARTIAL / _COMMIT
    try:
        plan = json.loads(list_of_work.read_bytes())
    except FileNotFoundError:
        return False
    for name in (*plan["files"], *plan["dropped"]):
        if "/" in name or "\\" in name or name in ("", ".", ".."):
            message = f"{list_of_work} names '{name}', which is no file of this folder"
            raise ValueError(message)
    staged = folder / PARTIAL / FINAL
    if (staged / MANIFEST).exists():
        (folder / MANIFEST).unlink(missing_ok=True)
    for name in plan["dropped"]:
        (folder / name).unlink(missing_ok=True)
    for name in sorted(plan["files"], key=lambda name: name == MANIFEST):
        if (staged / name).exists():  # not yet moved
            (staged / name).replace(folder / name)
    sync_folder(folder)
    clear(folder)
    return True


def clear(folder: Path, keep: Collection[Path] = ()) -> None:
    """Remove what is not a result, save what is to be kept. The list of work goes last: without it the rest is rubbish."""
    partial = folder / PARTIAL
    if not partial.exists():
        return
    for path in sorted(partial.iterdir(), key=lambda path: path.name == _COMMIT):
        if path not in keep:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    if not keep:
        partial.rmdir()


class Lock:
    """Keeps a folder for one process; the system lets go of it when the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def take(self) -> bool:
        """Return whether the folder is ours now."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            mine = os.path.samestat(os.fstat(handle), self._path.stat())  # not one that its last holder has just removed
        except OSError:
            mine = False
        if mine:
            self._handle = handle
        else:
            os.close(handle)
        return mine

    def release(self) -> None:
        """Give the folder up."""
        handle, self._handle = self._handle, None
        if handle is None:
            return
        if sys.platform == "win32":  # an open file cannot be removed there
            os.close(handle)
            self._path.unlink(missing_ok=True)
            return
        try:
            self._path.unlink(missing_ok=True)
        finally:
            os.close(handle)
