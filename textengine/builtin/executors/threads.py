"""threads: a pool of threads. Faster than `serial` where components release the interpreter's lock."""

from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Threads:
    """A pool of threads in this process."""

    in_process: ClassVar[bool] = True

    def __call__(self, workers: int) -> Executor:
        return ThreadPoolExecutor(workers, thread_name_prefix="textengine")
