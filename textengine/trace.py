"""Trace: what plugins' hooks and components cost, and where a worker is. Nothing is measured unless it is asked for."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

IMPORT = "(import)"  # stands for a hook's name where a plugin's module was imported
CONVERSION = ("engine", "text <-> batch", "between stages")
MERGING = ("engine", "merging tokens", "shard by shard")
INTERNING = ("engine", "interning tokens", "for definitions")


@dataclass(frozen=True, slots=True)
class HookCall:
    """One call of a hook, or the import of a plugin. size: how many components it returned; error: why it failed."""

    hook: str
    plugin: str
    version: str
    seconds: float
    size: int | None
    error: str = ""


@dataclass(slots=True)
class Cost:
    """What a component did: `calls` of it, for so many `records`, in so many `seconds` over all workers."""

    calls: int = 0
    records: int = 0
    seconds: float = 0.0


@dataclass
class Tally:
    """Costs by (kind, qualified name, what ran). A worker fills one a shard, which travels back with the shard."""

    costs: dict[tuple[str, str, str], Cost] = field(default_factory=dict)
    seconds: float = 0.0
    place: tuple[int, int] = field(default_factory=lambda: (os.getpid(), threading.get_ident()))

    def add(self, kind: str, component: str, ran: str, records: int, seconds: float) -> None:
        """Add one call to the costs."""
        cost = self.costs.setdefault((kind, component, ran), Cost())
        cost.calls += 1
        cost.records += records
        cost.seconds += seconds

    def merge(self, other: Tally) -> None:
        """Add another tally's costs."""
        for key, found in other.costs.items():
            cost = self.costs.setdefault(key, Cost())
            cost.calls += found.calls
            cost.records += found.records
            cost.seconds += found.seconds

    @contextmanager
    def timed(self, kind: str, component: str, ran: str, records: int = 0) -> Iterator[None]:
        """Add the time that the block takes, also where it raises."""
        started = perf_counter()
        try:
            yield
        finally:
            self.add(kind, component, ran, records, perf_counter() - started)

    @property
    def is_from_here(self) -> bool:
        """Whether it was filled in this thread: then its time is part of what this thread measured around it."""
        return self.place == (os.getpid(), threading.get_ident())


class Trace:
    """Gathers the hook calls and the costs of components of one engine: ``Engine(trace=Trace())``.

    tell: called with each HookCall when it is over. hooks: all of them. tally: the costs, over all workers.
    """

    def __init__(self, tell: Callable[[HookCall], None] | None = None) -> None:
        self.hooks: list[HookCall] = []
        self.tally = Tally()
        self._tell, self._started = tell, perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds since the trace was begun: the wall time of everything."""
        return perf_counter() - self._started

    def hook(self, call: HookCall) -> None:
        """Note a hook call."""
        self.hooks.append(call)
        if self._tell is not None:
            self._tell(call)


@dataclass
class Watch:
    """What a worker notes while it encodes: costs, and where it is, for whoever finds it dead.

    tally: where costs are added, or None. place: a file that says which component is at work on which records, or None.
    where: the shard, as JSON can hold it; `records`, `count` and `offset` say which of its records come next.
    """

    tally: Tally | None = None
    place: Path | None = None
    where: dict[str, Any] = field(default_factory=dict)

    def at(self, kind: str, component: str, ran: str, records: int, owner: str = "") -> AbstractContextManager[None]:
        """Return a context in which the component is at work."""
        if self.place is not None:
            note = {**self.where, "pid": os.getpid(), "kind": kind, "component": component, "owner": owner}
            with suppress(OSError):  # another machine, perhaps, where there is no such folder: it is a help, no more
                self.place.write_text(json.dumps(note), encoding="utf-8")
        return nullcontext() if self.tally is None else self.tally.timed(kind, component, ran, records)

    def over(self) -> None:
        """Say that the worker is through with its shard."""
        if self.place is not None:
            with suppress(OSError):
                self.place.unlink(missing_ok=True)
