"""serial: runs everything in the calling thread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any, ClassVar


class _SerialExecutor(Executor):
    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - a future carries any error to whoever asks for the result
            future.set_exception(error)
        return future


@dataclass(frozen=True)
class Serial:
    """One task after the other, in the calling thread; the number of workers is ignored."""

    in_process: ClassVar[bool] = True

    def __call__(self, workers: int) -> Executor:
        return _SerialExecutor()
