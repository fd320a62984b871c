"""processes: a pool of processes, for components in plain Python."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from typing import Any, ClassVar, Literal

from textengine.interrupts import held


@dataclass(frozen=True)
class Processes:
    """A pool of processes.

    start_method: "spawn" starts clean interpreters and works everywhere; a script that uses it needs the usual
    ``if __name__ == "__main__":``. "forkserver" and "fork" are the operating system's, where it has them.
    """

    in_process: ClassVar[bool] = False
    start_method: Literal["spawn", "forkserver", "fork"] = "spawn"

    def __call__(self, workers: int) -> Executor:
        return _Pool(workers, self.start_method)


class _Pool(ProcessPoolExecutor):
    """A pool whose workers leave interrupts to the parent, and can be stopped in the middle of their work."""

    def __init__(self, workers: int, start_method: str) -> None:
        context = multiprocessing.get_context(start_method)
        super().__init__(workers, context, initializer=_leave_interrupts_to_the_parent)
        self._started: set[BaseProcess] = set()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        # Workers are started here. An interrupt in the middle of that would end them, each with a traceback.
        before = set(multiprocessing.active_children())
        with held(from_children=True):
            future = super().submit(fn, *args, **kwargs)
        self._started |= set(multiprocessing.active_children()) - before
        return future

    def abandon(self) -> None:
        """Stop the workers now, in the middle of whatever they do."""
        for process in self._started:
            process.kill()
        # A worker that dies while it sends a result leaves half of it in the pipe, and the thread that reads results
        # would wait for the other half for ever: closing our own end, which nobody uses, tells it that none will come.
        with suppress(AttributeError, OSError):
            self._result_queue._writer.close()  # type: ignore[attr-defined]


def _leave_interrupts_to_the_parent() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
