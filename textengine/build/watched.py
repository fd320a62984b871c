"""Watching a build: what its components cost, and where a worker was when it died."""

from __future__ import annotations

import json
import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, perf_counter, sleep
from typing import Any

from textengine.components import Bound, FastLoader
from textengine.errors import WorkerLostError
from textengine.text import Batch
from textengine.trace import Tally, Watch

_PATIENCE = 2.0  # seconds
_REMEDY = "perhaps killed for its memory; build again with fewer --workers, or with --executor serial to see the cause"


def watched(batches: Iterable[Batch], loader: Bound | None, watch: Watch | None) -> Iterator[Batch]:
    """Yield the batches that a loader reads; the reading is told to `watch`."""
    if watch is None or loader is None:
        yield from batches
        return
    owner = f"{loader.component.distribution} {loader.component.version}"
    ran = "fast path: read" if isinstance(loader.call, FastLoader) else "definition"
    reading = iter(batches)
    while True:
        started = perf_counter()
        with watch.at(loader.component.kind, loader.component.qualified, "", 0, owner):
            batch = next(reading, None)
        if watch.tally is not None:  # the records are known only now
            del watch.tally.costs[loader.component.kind, loader.component.qualified, ""]
            if batch is not None:
                seconds = perf_counter() - started
                watch.tally.add(loader.component.kind, loader.component.qualified, ran, len(batch), seconds)
        if batch is None:
            return
        yield batch


def next_records(batch: Batch, before: int) -> dict[str, Any]:
    """Return which records of a shard a batch holds, and the byte at which they begin, where that is known."""
    offset = None if batch.offsets is None or not len(batch) else int(batch.offsets[0])
    return {"records": before, "count": len(batch), "offset": offset}


def planning(shards: Iterable[Any], tally: Tally) -> Iterator[Any]:
    """Yield planned shards; the time that their loaders take is added to the costs."""
    rest = iter(shards)
    while True:
        started = perf_counter()
        planned = next(rest, None)
        if planned is None:
            return
        if planned.loader is not None:
            seconds, component = perf_counter() - started, planned.loader.component
            fast = isinstance(planned.loader.call, FastLoader)
            ran, records = ("fast path: plan", 0) if fast else ("definition", len(planned.shard.payload))
            tally.add(component.kind, component.qualified, ran, records, seconds)
        yield planned


class MeasuredExecutor(Executor):
    """Hands work on to an executor, and adds the time that this takes to the costs.

    Where the work is done at once, in the calling thread, its time is not the executor's.
    """

    def __init__(self, executor: Executor, factory: Bound, tally: Tally) -> None:
        self._executor, self._factory, self._tally = executor, factory, tally

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if not getattr(args[0], "traced", False):  # other work than a shard; it may be done at once, and says not when
            return self._executor.submit(fn, *args, **kwargs)
        started = perf_counter()
        future = self._executor.submit(fn, *args, **kwargs)
        seconds = perf_counter() - started
        if future.done() and future.exception() is None:
            tally = getattr(future.result(), "tally", None)
            if isinstance(tally, Tally) and tally.is_from_here:
                seconds -= tally.seconds
        component = self._factory.component
        self._tally.add(component.kind, component.qualified, "submitting shards", 0, max(seconds, 0.0))
        return future


@contextmanager
def places_of_workers(factory: Bound) -> Iterator[str | None]:
    """Make the folder in which workers say where they are, if they are processes that can die alone."""
    if getattr(factory.call, "in_process", True):
        yield None
        return
    with TemporaryDirectory(prefix="textengine-", ignore_cleanup_errors=True) as folder:
        yield folder


def lost(places: str | None, shards: int, records: Counter[int]) -> WorkerLostError:
    """Return the error of a build that lost a worker: which component was at work there, and on which records.

    shards: how many are done, in order. records: how many records of each source they hold.
    """
    notes = [] if places is None else [_note(path) for path in sorted(Path(places).glob("*.json"))]
    dead: list[dict[str, Any]] = []
    patience = monotonic() + _PATIENCE
    while not dead and any(notes) and monotonic() < patience:
        alive = {process.pid for process in multiprocessing.active_children()}
        dead = [note for note in notes if note and note.get("pid") not in alive]
        sleep(0.0 if dead else 0.01)  # a process closes its pipes, by which it is missed, before it is gone
    told = " or ".join(_told(note, note["number"] == shards, records[note["index"]]) for note in dead)
    return WorkerLostError(f"a worker process died{f' while {told}' if told else ''}, {_REMEDY}")


def _note(path: Path) -> dict[str, Any] | None:
    try:
        note: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # a worker that died while it wrote
        return None
    return note


def _told(note: Mapping[str, Any], first: bool, before: int) -> str:
    """Return "plugin ... was at work on records ...". first: whether all shards before it are done, and counted."""
    start, stop = note["bytes"]
    start = start if note.get("offset") is None else note["offset"]
    name = str(note["component"]).rpartition("/")[2]
    which = "records"
    if "count" in note and first:
        begin = before + note["records"]
        end = begin + note["count"] - 1
        which = f"record {begin} (counted from 0)" if begin == end else f"records {begin} to {end} (counted from 0)"
    return (
        f"plugin {note['owner']}: {note['kind']} {name!r} was at work on {which} of {note['source']}, "
        f"bytes {start} to {stop}"
    )
