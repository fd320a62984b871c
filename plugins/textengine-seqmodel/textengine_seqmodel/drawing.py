"""How every picture looks, and saving one as PNG and SVG. matplotlib is imported here, so import this late."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, GREY = "#2f6db5", "#d9701e", "#2a8f6a", "#8a8a8a"
_STYLE: Any = {
    "font.size": 11, "axes.titlesize": 13, "axes.titleweight": "bold", "axes.titlelocation": "left",
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": "#e4e4e4",
    "axes.axisbelow": True, "axes.edgecolor": "#666666", "lines.linewidth": 1.8, "legend.frameon": False,
    "svg.hashsalt": "textengine", "figure.constrained_layout.use": True,
}  # fmt: skip


@contextmanager
def picture(stem: Path, width: float = 8.0, height: float = 4.8) -> Iterator[Axes]:
    """Yield axes to draw on; then save them as `stem`.png and `stem`.svg. Sizes in inches."""
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(width, height))  # without pyplot, which would keep it and choose a window system
        FigureCanvasAgg(figure)
        yield figure.add_subplot()
        figure.savefig(stem.with_suffix(".png"), dpi=144)
        figure.savefig(stem.with_suffix(".svg"), metadata={"Date": None})
