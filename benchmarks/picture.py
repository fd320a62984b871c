"""The picture of the README, from results.json: how fast each makes ids, on a logarithmic axis. ``make bench-picture``

Drawn twice, for a light and for a dark page, as PNG and SVG in docs/pictures/. ``python picture.py [RESULTS [FOLDER]]``
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

HERE = Path(__file__).parent
PANELS = {
    "words": ["words", "wc", "pyarrow", "sklearn", "d2l-words", "huggingface"],
    "characters": ["chars", "d2l-chars"],
}
NAMES = {
    "words": "textengine",
    "chars": "textengine",
    "wc": "wc -w (only counts)",
    "pyarrow": "pyarrow",
    "sklearn": "scikit-learn",
    "d2l-words": "the d2l book's Python",
    "d2l-chars": "the d2l book's Python",
    "huggingface": "HF tokenizers",
}
OURS = ("words", "chars")
WIDTH = 8.4  # inches; at 110 dots the width of a README
LEFT = 0.225  # where bars begin, as a share of it


@dataclass(frozen=True)
class Theme:
    """Colours."""

    page: str
    text: str
    faint: str
    ours: str
    others: str


THEMES = {
    "light": Theme("#ffffff", "#1f2328", "#6e7781", "#0a7d5c", "#c3cad2"),
    "dark": Theme("#0d1117", "#e6edf3", "#8b949e", "#2fd6a0", "#3d4652"),
}


def measured(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the rows of each panel, from the group that has most of its peers: one file, one run."""
    rows = {}
    for keys in PANELS.values():
        groups = [
            {key: group["rows"][key] for key in keys if key in group["rows"]} for group in document["groups"].values()
        ]
        rows |= {key: row for key, row in max(groups, key=len).items() if row["rounds"]}
    if not {"words", "huggingface"} <= set(rows):
        raise SystemExit("these results have no peers in them; run: make bench")
    return rows


def places(rows: dict[str, dict[str, Any]]) -> tuple[dict[str, float], dict[str, float]]:
    """Return how far down each bar and each panel's title is, in bars; the fastest is on top."""
    bars, titles, down = {}, {}, 0.0
    for title, keys in PANELS.items():
        there = sorted((key for key in keys if key in rows), key=lambda key: -rows[key]["mb_per_s"])
        titles[title] = down
        bars |= {key: down + 0.85 + number for number, key in enumerate(there)}
        down += len(there) + 1.2
    return bars, titles


def draw(document: dict[str, Any], theme: Theme) -> Figure:
    """Return the picture."""
    rows, machine = measured(document), document["machine"]
    bars, titles = places(rows)
    last = max(bars.values()) + 0.6
    height = 1.5 + 0.36 * last
    figure = Figure(figsize=(WIDTH, height), facecolor=theme.page)
    axis = figure.add_axes((LEFT, 0.70 / height, 0.985 - LEFT, 1 - 1.42 / height), facecolor=theme.page)
    axis.set(xscale="log", xlim=(1, 2.3 * max(rows[key]["mb_per_s"] for key in bars)), ylim=(last, -0.35), yticks=[])
    _scale(axis, theme)
    for key, place in bars.items():
        _bar(axis, key, rows[key], place, theme)
    for title, place in titles.items():
        size = next(rows[key]["bytes"] for key in PANELS[title] if key in rows) / 2**20
        axis.text(1.015, place, f"{title}, {size:,.0f} MiB", color=theme.faint, size=10, va="center")
    where = f"English books, {machine['processor']}, {machine['cores']} cores"
    note = "Whole processes in turn, medians. textengine also hashes its input, and syncs and commits what it writes."
    for text, down, style in [
        ("From text to ids: MB per second", 0.33, {"color": theme.text, "size": 14, "weight": "bold"}),
        (f"{where}, {document['date']}; longer is faster, logarithmic", 0.58, {"color": theme.faint, "size": 9.5}),
        (note, height - 0.14, {"color": theme.faint, "size": 8.5}),
    ]:
        figure.text(0.018, 1 - down / height, text, **style)
    return figure


def _scale(axis: Axes, theme: Theme) -> None:
    """Draw lines at powers of ten, behind the bars: the axis is logarithmic, and should be seen to be."""
    axis.set_xticks([1, 10, 100], ["1", "10", "100 MB/s"])
    axis.minorticks_off()
    axis.tick_params(length=0, colors=theme.faint, labelsize=9, pad=3)
    axis.grid(axis="x", color=theme.others, alpha=0.55, linewidth=0.8)
    axis.set_axisbelow(True)
    for side in axis.spines.values():
        side.set_visible(False)


def _bar(axis: Axes, key: str, row: dict[str, Any], place: float, theme: Theme) -> None:
    """Draw a bar with its name, its speed, and how many times as fast ours is."""
    ours, speed = key in OURS, row["mb_per_s"]
    weight = "bold" if ours else "normal"
    axis.barh(place, max(speed - 1, 0), left=1, height=0.68, color=theme.ours if ours else theme.others, linewidth=0)
    page = {"color": theme.page, "pad": 1.5, "linewidth": 0}  # the lines of the scale end before a text
    beside = {"textcoords": "offset points", "va": "center", "annotation_clip": False, "zorder": 3, "bbox": page}
    style = {"color": theme.text, "size": 10.5, "weight": weight}
    axis.annotate(NAMES[key], (1, place), (-7, 0), ha="right", **style, **beside)
    label = f"{speed:,.0f}" if speed >= 10 else f"{speed:.1f}"
    shown = axis.annotate(label, (speed, place), (6, 0), **style, **beside)
    if row["against"] in OURS and row["ratio"]:
        factor = f"{row['ratio']:,.0f}" if row["ratio"] >= 10 else f"{row['ratio']:.1f}"
        text = f"textengine is {factor}x as fast"
        axis.annotate(text, (1, 0.5), (7, 0), xycoords=shown, color=theme.faint, size=9, **beside)


def main(results: Path, folder: Path) -> None:
    document = json.loads(results.read_text(encoding="utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    mpl.rcParams.update({"font.family": "DejaVu Sans", "svg.hashsalt": "textengine"})  # equal results, equal files
    for name, theme in THEMES.items():
        figure = draw(document, theme)
        figure.savefig(folder / f"speed-{name}.png", dpi=220, facecolor=theme.page)
        figure.savefig(folder / f"speed-{name}.svg", facecolor=theme.page, metadata={"Date": None})


if __name__ == "__main__":
    given = [Path(argument) for argument in sys.argv[1:]]
    main(*[*given, *[HERE / "results.json", HERE.parent / "docs" / "pictures"][len(given) :]])
