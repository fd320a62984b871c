"""How training is shown: a bar on a terminal, a line every few seconds otherwise, nothing when asked to be quiet."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from textengine_seqmodel.train.session import Progress

_SECONDS_BETWEEN_LINES = 5.0
_WIDE = 110  # columns of a terminal that has room for more than numbers


@contextmanager
def shown(quiet: bool, what: str = "train") -> Iterator[Callable[[Progress], None] | None]:
    """Yield the callback that shows progress on standard error, called `what`, or None where nothing is to be shown."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar(what) as callback:
            yield callback
    else:
        yield _Lines(what)


def described(progress: Progress) -> str:
    """Return a moment of training as text."""
    steps = f"step {progress.step:,}" + (f"/{progress.total:,}" if progress.total else "")
    val = "" if progress.val_nats is None else f"  val {progress.val_nats:.3f}"
    return f"{steps}  loss {progress.nats:.3f}{val}  {progress.tokens_per_second:,.0f} tokens/s"


class _Lines:
    """A line every few seconds, and one at the end."""

    def __init__(self, what: str) -> None:
        self._what, self._last = what, time.monotonic()

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._last < _SECONDS_BETWEEN_LINES and progress.fraction < 1:
            return
        self._last = now
        click.echo(
            f"{self._what} {progress.fraction:4.0%}  {described(progress)}  {progress.seconds_left:,.0f} s left",
            err=True,
        )


@contextmanager
def _bar(what: str) -> Iterator[Callable[[Progress], None]]:
    from rich import progress as rich
    from rich.console import Console

    console = Console(stderr=True)
    columns = (
        rich.TextColumn(what),
        rich.BarColumn(bar_width=24 if console.width >= _WIDE else 5),
        rich.TaskProgressColumn(),
        rich.TextColumn("{task.fields[said]}"),
    )
    with rich.Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task("train", total=1.0, said="")

        def update(progress: Progress) -> None:
            said = f"{described(progress)}  {progress.seconds_left:,.0f} s left"
            bars.update(task, completed=progress.fraction, said=said)

        yield update
