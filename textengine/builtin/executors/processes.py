"""processes: a pool of processes, for components in plain Python."""

from __future__ import annotations

import multiprocessing
import signal
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from typing import ClassVar, Literal


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@dataclass(frozen=True)
class Processes:
    """A pool of processes.

    start_method: "spawn" starts clean interpreters and works everywhere; a script that uses it needs the usual
    ``if __name__ == "__main__":``. "forkserver" and "fork" are the operating system's, where it has them.
    """

    in_process: ClassVar[bool] = False
    start_method: Literal["spawn", "forkserver", "fork"] = "spawn"

    def __call__(self, workers: int) -> Executor:
        context = multiprocessing.get_context(self.start_method)
        return ProcessPoolExecutor(workers, context, initializer=_leave_interrupts_to_the_parent)
