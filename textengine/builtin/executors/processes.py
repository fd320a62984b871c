"""processes: a pool of processes, for components in plain Python."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from typing import Any, ClassVar, Literal


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
        # Workers are started here, and inherit the signal mask. Without it, Ctrl-C would also end workers that are
        # just starting, each with a traceback; the parent's own interrupt only waits until they have started.
        before = set(multiprocessing.active_children())
        with _interrupts_held():
            future = super().submit(fn, *args, **kwargs)
        self._started |= set(multiprocessing.active_children()) - before
        return future

    def abandon(self) -> None:
        """Stop the workers now."""
        for process in self._started:
            process.terminate()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    mask = getattr(signal, "pthread_sigmask", None)  # not on every system
    if mask is None:
        yield
        return
    before = mask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        mask(signal.SIG_SETMASK, before)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
