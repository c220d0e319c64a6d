"""Ctrl-C and SIGTERM: a run ends at once, except while it puts finished work on disk."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import FrameType, TracebackType


class Interrupted(KeyboardInterrupt):
    """The run was told to stop. What was finished is kept where there is a results folder.

    Parameters
    ----------
    signum
        Signal that stopped it.
    done, total
        Replications finished, and asked for.
    path
        Folder that a later run with ``resume`` goes on from; None when nothing was kept.
    """

    def __init__(self, signum: int = signal.SIGINT, done: int = 0, total: int = 0, path: Path | None = None) -> None:
        super().__init__(signum, done, total, path)
        self.signum = signum
        self.done = done
        self.total = total
        self.path = path

    def __str__(self) -> str:
        return f"interrupted after {self.done} of {self.total} replications"


class Signals:
    """Within this context SIGINT and SIGTERM raise `Interrupted`; `held` puts that off for a moment.

    Outside the main thread, where Python delivers no signals, it does nothing.
    """

    def __init__(self) -> None:
        self._old: dict[int, Any] = {}
        self._holding = 0
        self._pending: int | None = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
                signum = getattr(signal, name, None)
                # What the caller has chosen to ignore (nohup, a background job of a shell) stays ignored.
                if signum is not None and signal.getsignal(signum) not in (signal.SIG_IGN, None):
                    self._old[signum] = signal.signal(signum, self._told)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for signum, handler in self._old.items():
            signal.signal(signum, handler)

    def _told(self, signum: int, _: FrameType | None) -> None:
        if self._holding:
            self._pending = signum
        else:
            raise Interrupted(signum)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Put off an interruption until the end of the context."""
        self._holding += 1
        try:
            yield
        finally:
            self._holding -= 1
        if self._pending is not None and not self._holding:
            signum, self._pending = self._pending, None
            raise Interrupted(signum)
