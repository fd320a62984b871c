"""What `textengine forecast` prints for people."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from textengine_seqmodel.series.experiment import Forecast

_WIDTH_WITHOUT_TERMINAL = 100


def show(forecast: Forecast, output: Path, files: Mapping[str, Mapping[str, Any]], seconds: float) -> None:
    """Print errors, intervals, likelihoods, and where the files are."""
    width = None if sys.stdout.isatty() else _WIDTH_WITHOUT_TERMINAL
    console = Console(width=width, highlight=False, markup=False, emoji=False)
    count = forecast.scored[1] - forecast.scored[0]
    click.echo()
    console.print(Text(f"mean squared error; held out: {count} values", style="bold"))
    console.print(_errors(forecast))
    name, stated = forecast.options.model, forecast.options.coverage
    click.echo(f"\n{stated:.0%} split conformal intervals of {name}, measured on {_half(forecast)}:")
    for each in forecast.intervals:
        click.echo(f"  {each.step:>3} ahead: +-{each.half_width:.3g}, {each.coverage:.1%} inside")
    if forecast.likelihoods:
        _show_likelihoods(forecast.likelihoods)
    click.echo(f"\n{output}  ({seconds:.1f} s)")
    for role in files:
        if not role.endswith(".svg"):  # each lies beside a PNG
            click.echo(f"  {output / files[role]['name']}")


def _half(forecast: Forecast) -> str:
    start, stop = forecast.intervals[0].measured
    return f"{stop - start} of the held-out values"


def _errors(forecast: Forecast) -> Table:
    grid = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    grid.add_column("method")
    grid.add_column("")
    grid.add_column("training", justify="right")
    for step in forecast.options.horizons:
        grid.add_column(f"{step} ahead", justify="right")
    for method in forecast.methods:
        errors = [forecast.error(method, step) for step in forecast.options.horizons]
        cells = (method.name, method.kind, *(number(value) for value in (forecast.training_error(method), *errors)))
        grid.add_row(*(Text(cell) for cell in cells))
    if forecast.noise_floor is not None:
        floor = number(forecast.noise_floor)
        grid.add_row("noise", "the best possible", *[floor] * (len(forecast.options.horizons) + 1))
    return grid


def number(value: float) -> str:
    """Return an error as people read it: four places, or four digits where it is large."""
    return f"{value:.4f}" if abs(value) < 100 else f"{value:,.4g}"


def _show_likelihoods(found: Mapping[str, Any]) -> None:
    click.echo(f"\nlog-likelihood of {found['values']} held-out values, in nats per value (normal errors):")
    for name, meaning in (("forward", "each given those before it"), ("backward", "each given those after it")):
        click.echo(f"  {name:<10} {found[name]['mean']:+.4f}  {meaning}")
    difference = found["difference"]
    click.echo(f"  difference {difference['mean']:+.4f}  with a standard error of {difference['standard_error']:.4f}")
