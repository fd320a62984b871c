"""Plain output for people: facts in two columns, tokens in quotation marks, sizes. Imports nothing to speak of."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

_LONGEST = 80


def facts(title: str, rows: Sequence[tuple[str, object]]) -> None:
    """Print `rows` of (name, value), aligned, under a title."""
    width = max(len(name) for name, _ in rows)
    click.echo(click.style(title, bold=True))
    for name, value in rows:
        click.echo(f"  {click.style(name.ljust(width), dim=True)}  {value}")
    click.echo()


def quoted(token: str) -> str:
    """Return a token in quotation marks, with control characters as escapes; of a very long one, the beginning."""
    shown = json.dumps(token[:_LONGEST], ensure_ascii=not token[:_LONGEST].isprintable())
    return shown if len(token) <= _LONGEST else f"{shown} ... ({len(token):,} characters)"


def size(nbytes: float) -> str:
    """Return a number of bytes as people write it, such as "178 kB"."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if nbytes < 1000 or unit == "GB":
            return f"{nbytes:,.0f} {unit}" if unit == "bytes" or nbytes >= 100 else f"{nbytes:,.1f} {unit}"
        nbytes /= 1000
    raise AssertionError("unreachable")
