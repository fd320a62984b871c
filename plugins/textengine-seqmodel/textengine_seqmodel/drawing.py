"""How pictures look: size, fonts, and colours that colour-blind eyes tell apart, each with a line style of its own.

Colours: Okabe and Ito, Color universal design, 2008. No display is needed and no state of matplotlib's is changed.
matplotlib is imported here, so import this late.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

BLACK, GREY = "#1a1a1a", "#9a9a9a"
BLUE, ORANGE, GREEN, VERMILION, SKY, PURPLE = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7"
LINES: list[tuple[str, Any]] = [
    (BLUE, "-"),
    (ORANGE, (0, (6, 1.5))),
    (GREEN, (0, (4, 1, 1, 1))),
    (VERMILION, (0, (2, 1))),
    (PURPLE, (0, (1, 1))),
    (SKY, "-"),
]
_INCHES, _DPI = (9.0, 4.6), 150
_STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "axes.titlesize": 13,
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.7,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "legend.fontsize": 10,
    "svg.hashsalt": "textengine",  # the same picture is the same bytes
}


@contextmanager
def canvas() -> Iterator[tuple[Figure, Axes]]:
    """Yield a figure and its axes, in the style of all pictures."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=_INCHES, layout="constrained")
        yield figure, figure.add_subplot()


def save(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Add the legend below the picture and write it as PNG and SVG; return the files."""
    axes = figure.axes[0]
    handles, _ = axes.get_legend_handles_labels()
    if handles:
        figure.legend(loc="outside lower center", ncols=min(len(handles), 5))
    if axes.get_yscale() == "log":  # 0.05 rather than 5 x 10^-2, and enough of them
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
    return _write(figure, folder / name)


@contextmanager
def picture(stem: Path) -> Iterator[Axes]:
    """Yield axes to draw on, and to put a legend into; then save them as `stem`.png and `stem`.svg."""
    with canvas() as (figure, axes):
        yield axes
        _write(figure, stem)


def _write(figure: Figure, stem: Path) -> list[Path]:
    png, svg = stem.with_name(f"{stem.name}.png"), stem.with_name(f"{stem.name}.svg")
    figure.savefig(png, dpi=_DPI)
    figure.savefig(svg, metadata={"Date": None})
    return [png, svg]
