"""How a build's progress is shown: a bar on a terminal, lines otherwise, nothing when asked to be quiet."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from textengine.build.progress import Progress

_SECONDS_BETWEEN_LINES = 2.0


@contextmanager
def shown(quiet: bool) -> Iterator[Callable[[Progress], None] | None]:
    """Yield the callback that shows progress on standard error, or None where nothing is to be shown."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar() as callback:
            yield callback
    else:
        yield _Lines()


class _Lines:
    """One line every few seconds, and one at the end of reading."""

    def __init__(self) -> None:
        self._started = self._last = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        finished = progress.done == progress.total
        if progress.stage == "write" or (now - self._last < _SECONDS_BETWEEN_LINES and not finished):
            return
        self._last = now
        seconds = max(now - self._started, 1e-9)
        parts = [
            f"{progress.done / 1e6:,.1f} MB",
            f"{progress.records:,} records",
            f"{progress.tokens:,} tokens",
        ]
        parts.append(f"{progress.done / 1e6 / seconds:,.1f} MB/s")
        if progress.total:
            parts.insert(0, f"{progress.done / progress.total:4.0%}")
            left = (progress.total - progress.done) / max(progress.done / seconds, 1e-9)
            parts.append(f"{left:,.0f} s left")
        click.echo("read " + "  ".join(parts), err=True)


@contextmanager
def _bar() -> Iterator[Callable[[Progress], None]]:
    from rich import progress as rich
    from rich.console import Console

    columns = (
        rich.TextColumn("{task.description:>5}"),
        rich.BarColumn(bar_width=30),
        rich.TaskProgressColumn(),
        rich.TextColumn("{task.fields[counted]}"),
        rich.TimeRemainingColumn(),
    )
    started = time.monotonic()
    with rich.Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks = {"encode": bars.add_task("read", total=None, counted="")}

        def update(progress: Progress) -> None:
            if progress.stage not in tasks:
                tasks["write"] = bars.add_task("write", total=progress.total, counted="")
            counted = f"{progress.tokens:,} tokens"
            if progress.stage == "encode":
                speed = progress.done / 1e6 / max(time.monotonic() - started, 1e-9)
                counted = f"{progress.done / 1e6:,.1f} MB  {progress.records:,} records  {speed:,.1f} MB/s"
            total = progress.total
            bars.update(tasks[progress.stage], completed=progress.done, total=total, counted=counted)

        yield update
