"""Running jobs: which executor, how many workers, results in order through a bounded window."""

from __future__ import annotations

import math
import os
import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager
from pathlib import Path
from typing import Generic, TypeVar

from textengine.components import Bound, Kind
from textengine.errors import ComponentError, ConfigurationError, RunError, WorkerLostError
from textengine.plugin.registry import Registry
from textengine.recipe.options import bind
from textengine.recipe.pipeline import Pipeline, fault

J = TypeVar("J")
R = TypeVar("R")

SMALL = 4 * 2**20  # bytes; below this, starting workers and loading kernels takes longer than the work


def usable_cores() -> int:
    """Return how many cores this process may use: its affinity and, on Linux, its control group's quota."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        cores = min(cores, max(1, math.ceil(int(quota) / int(period))))
    except (OSError, ValueError):  # no control group, or one without a limit ("max")
        pass
    return cores


def choose_executor(
    name: str, registry: Registry, much: bool, workers: int, pipeline: Pipeline, kernels: bool
) -> Bound:
    """Return the executor called `name`.

    "auto" is serial where there is not much text, threads where every stage releases the interpreter's lock (`kernels`
    are used, and every component has a fast path), and processes otherwise.
    Components that cannot be sent to another process are run in threads by "auto", and are a ComponentError where
    an executor that needs it was asked for.
    """
    if name != "auto":
        chosen = bind(registry.get(Kind.EXECUTOR, name), {})
        if not getattr(chosen.call, "in_process", True) and (problem := _unsendable(pipeline)) is not None:
            raise problem
        return chosen
    if workers == 1 or not much:
        name = "textengine/serial"
    elif (kernels and pipeline.releases_gil) or _unsendable(pipeline) is not None:
        name = "textengine/threads"
    else:
        name = "textengine/processes"
    return bind(registry.get(Kind.EXECUTOR, name), {})


def _unsendable(pipeline: Pipeline) -> ComponentError | None:
    """Return the error of the first component that another process could not receive, or None."""
    for bound in [*pipeline.normalizers, pipeline.tokenizer]:
        try:
            pickle.dumps(bound)
            # A function of the main program pickles as a name, which a fresh process would look up in vain.
            if getattr(bound.call, "__module__", "") == "__main__":
                raise pickle.PicklingError("it is defined in __main__")
        except Exception as error:  # noqa: BLE001 - pickling runs the component's own code
            problem = fault(bound, error)
            problem.reason = (
                f"it cannot be sent to another process ({error}); define it in a module that can be imported, or "
                "use the executor 'threads' or 'serial'"
            )
            return problem
    return None


@contextmanager
def opened(factory: Bound, workers: int) -> Iterator[Executor]:
    """Open an executor; on the way out, work not yet begun is dropped and running work is waited for."""
    if workers < 1:
        raise ConfigurationError(f"workers is {workers}; it must be 1 or more")
    try:
        executor = factory.call(workers)
    except OSError as error:
        name = factory.component.name
        raise RunError(f"the executor {name!r} could not start: {error.strerror or error}") from error
    except (Exception, SystemExit) as error:
        raise fault(factory, error) from error
    if not isinstance(executor, Executor):
        raise fault(factory, TypeError(f"it must return a concurrent.futures.Executor, not {type(executor).__name__}"))
    try:
        yield executor
    except BaseException:
        # Whoever interrupts a build need not wait for the work that is under way, where it can be stopped. Work that
        # is stopped must not be cancelled too: the pool fails it itself, and would stumble over what is cancelled.
        abandon = getattr(executor, "abandon", None)
        if abandon is not None:
            abandon()
        executor.shutdown(wait=True, cancel_futures=abandon is None)
        raise
    executor.shutdown(wait=True)


class Pending(Generic[J, R]):
    """Jobs that an executor has been handed, whose results come in the order in which they were handed over."""

    def __init__(self, executor: Executor, function: Callable[[J], R]) -> None:
        self._executor, self._function = executor, function
        self._futures: deque[Future[R]] = deque()

    def __len__(self) -> int:
        """Return the number of jobs whose results have not been taken."""
        return len(self._futures)

    def ready(self) -> bool:
        """Return whether `result` would not have to wait."""
        return bool(self._futures) and self._futures[0].done()

    def submit(self, job: J) -> None:
        """Hand over one more job."""
        with _worker_losses():
            self._futures.append(self._executor.submit(self._function, job))

    def result(self) -> R:
        """Wait for the first of the jobs; return its result, or raise its error."""
        with _worker_losses():
            return self._futures.popleft().result()


def in_order(executor: Executor, function: Callable[[J], R], jobs: Iterable[J], window: int) -> Iterator[R]:
    """Yield ``function(job)`` for each job, in order, with at most `window` jobs under way or waiting."""
    pending = Pending(executor, function)
    for job in jobs:
        pending.submit(job)
        if len(pending) >= window:
            yield pending.result()
    while len(pending):
        yield pending.result()


@contextmanager
def _worker_losses() -> Iterator[None]:
    try:
        yield
    except BrokenExecutor as error:
        raise WorkerLostError("a worker process died") from error
