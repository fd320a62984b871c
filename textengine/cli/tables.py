"""Tables for people: aligned, never cut, and safe for text that looks like markup or holds control characters."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from functools import cache

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDTH_WITHOUT_TERMINAL = 100


@cache
def console() -> Console:
    """Return the console on standard output; a file or a pipe gets lines of a fixed width."""
    width = None if sys.stdout.isatty() else _WIDTH_WITHOUT_TERMINAL
    return Console(width=width, highlight=False, markup=False, emoji=False)


def facts(title: str, rows: Iterable[tuple[str, object]]) -> None:
    """Print `rows` of (name, value) under a title."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        grid.add_row(Text(f"  {name}"), Text(str(value)))
    console().print(Text(title, style="bold"))
    console().print(grid)
    console().print()


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
    """Print a table; a column whose name begins with ">" is aligned to the right."""
    grid = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name in columns:
        grid.add_column(name.removeprefix(">"), justify="right" if name.startswith(">") else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(Text(str(cell)) for cell in row))
    if title:
        console().print(Text(title, style="bold"))
    console().print(grid)
    console().print()


def quoted(token: str) -> str:
    """Return a token in quotation marks, with control characters as escapes."""
    return json.dumps(token, ensure_ascii=not token.isprintable())


def size(nbytes: float) -> str:
    """Return a number of bytes as people write it, such as "178 kB"."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if nbytes < 1000 or unit == "GB":
            return f"{nbytes:,.0f} {unit}" if unit == "bytes" or nbytes >= 100 else f"{nbytes:,.1f} {unit}"
        nbytes /= 1000
    raise AssertionError("unreachable")
