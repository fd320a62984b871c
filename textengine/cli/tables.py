"""Tables for people: aligned, never cut, and safe for text that looks like markup."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from functools import cache

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDTH_WITHOUT_TERMINAL = 100


@cache
def console(err: bool = False) -> Console:
    """Return the console on standard output, or on standard error; where no terminal is, lines of a fixed width."""
    width = None if (sys.stderr if err else sys.stdout).isatty() else _WIDTH_WITHOUT_TERMINAL * (1 + err)
    return Console(width=width, highlight=False, markup=False, emoji=False, stderr=err)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "", err: bool = False) -> None:
    """Print a table; a column whose name begins with ">" is aligned to the right. err: on standard error."""
    grid = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name in columns:
        grid.add_column(name.removeprefix(">"), justify="right" if name.startswith(">") else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(Text(str(cell)) for cell in row))
    if title:
        console(err).print(Text(title, style="bold"))
    console(err).print(grid)
    console(err).print()
