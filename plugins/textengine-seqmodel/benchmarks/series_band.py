"""The chapter's experiment over 100 seeds: the band of its losses, and errors many steps ahead beside least squares.

Prints whether the losses that the book shows lie within 5 to 95 %, and what the chapter's network and least squares
with chosen lags are worth 1, 4, 16 and 64 steps ahead on the held-out values. Draws the band.

    python benchmarks/series_band.py [PICTURE.png] [SEEDS]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import torch
from figure import Figures
from numpy.typing import NDArray

from textengine_seqmodel import ForecastOptions, run_forecast, sine_series
from textengine_seqmodel.drawing import BLUE, SKY, VERMILION, canvas, save

PUBLISHED = (0.063649, 0.060103, 0.056767, 0.056202, 0.054945)  # Dive into Deep Learning 0.17, section 8.1
HORIZONS = (1, 4, 16, 64)
KNOWN = {"mlp": (0.053, 0.060, 0.114, 0.409), "least squares": (0.041, 0.042, 0.044, 0.059)}  # 64 lags; one other run
TARGET, FEWER = 0.2, 25

Floats = NDArray[np.float64]


def measure(seeds: int) -> tuple[Floats, Floats, list[int]]:
    """Return losses (seeds, 5), errors (seeds, method, horizon), and the numbers of lags that were chosen."""
    losses, errors, lags = [], [], []
    for seed in range(seeds):
        torch.manual_seed(seed)
        found = run_forecast(sine_series(), ForecastOptions(horizons=HORIZONS))
        network, direct, chosen, naive = found.methods
        losses.append(found.losses)
        errors.append([[found.error(m, step) for step in HORIZONS] for m in (network, direct, chosen, naive)])
        lags.append(found.lags)
    return np.array(losses), np.array(errors), lags


def show_band(losses: Floats) -> Floats:
    """Print and return the 5, 50 and 95 % quantiles of the losses."""
    band = np.quantile(losses, [0.05, 0.5, 0.95], axis=0)
    print(f"training loss, {len(losses)} seeds")
    print(f"{'epoch':>5} {'5 %':>9} {'median':>9} {'95 %':>9} {'the book':>9}  within")
    for epoch, (low, middle, high) in enumerate(band.T):
        book = PUBLISHED[epoch]
        print(
            f"{epoch + 1:>5} {low:9.6f} {middle:9.6f} {high:9.6f} {book:9.6f}  {'yes' if low <= book <= high else 'NO'}"
        )
    return band


def show_errors(errors: Floats, lags: list[int]) -> None:
    """Print the errors by horizon, and the ratio at the farthest."""
    print("\nheld-out mean squared error by steps ahead, median over seeds (noise: 0.0400)")
    print(f"{'':<38}" + "".join(f"{step:>9}" for step in HORIZONS))
    names = ["mlp, recursive", "mlp, direct", f"least squares, {min(lags)}-{max(lags)} lags chosen", "naive"]
    for name, row in zip(names, np.median(errors, axis=0), strict=True):
        print(f"{name:<38}" + "".join(f"{value:9.4f}" for value in row))
    for name, values in KNOWN.items():
        print(f"{name + ', as reported elsewhere':<38}" + "".join(f"{value:9.3f}" for value in values))
    ratio = errors[:, 2, -1] / errors[:, 0, -1]
    middle = float(np.median(ratio))
    print(f"\nleast squares / mlp, {HORIZONS[-1]} steps ahead: median {middle:.3f}, 5-95 % "
          f"{np.quantile(ratio, 0.05):.3f}-{np.quantile(ratio, 0.95):.3f}; target {TARGET}: "
          f"{'met' if middle <= TARGET else 'MISSED'}")  # fmt: skip
    print(f"ratio of the medians: {np.median(errors[:, 2, -1]) / np.median(errors[:, 0, -1]):.3f}")


def draw(losses: Floats, band: Floats, picture: Path) -> None:
    """Draw the band with the book's losses, as PNG and SVG."""
    epochs = np.arange(1, losses.shape[1] + 1)
    with canvas() as (figure, axes):
        axes.fill_between(epochs, band[0], band[2], color=SKY, alpha=0.45, linewidth=0, label="5-95 % of the seeds")
        axes.plot(epochs, band[1], color=BLUE, linewidth=2, label="median")
        axes.plot(epochs, PUBLISHED, color=VERMILION, linestyle="", marker="D", markersize=7, label="the book's run")
        axes.set(xlabel="epoch", ylabel="training loss", xticks=epochs)
        axes.set_title(f"The chapter's experiment with {len(losses)} seeds")
        for file in save(figure, picture.parent, picture.stem):
            print(file)


def sine(folder: str, figures: Figures) -> None:
    """The part of `figures.py`: errors 64 steps ahead, over fewer seeds than the band has."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the networks are so small that threads only wait for each other
    print(
        f"the sine with noise, {FEWER} seeds: held-out errors of least squares with chosen lags and the chapter's MLP"
    )
    losses, errors, lags = measure(FEWER)
    torch.set_num_threads(threads)
    print(f"  training loss in epoch 5, median: {np.median(losses[:, -1]):.4f}; lags: {min(lags)} to {max(lags)}")
    ratio = float(np.median(errors[:, 2, -1] / errors[:, 0, -1]))
    figures.say(f"sine, {HORIZONS[-1]} steps ahead: least squares, times the chapter's MLP", ratio, "x", TARGET)


def main() -> None:
    torch.set_num_threads(1)
    picture = Path(sys.argv[1] if len(sys.argv) > 1 else "series-band.png")
    started = time.perf_counter()
    losses, errors, lags = measure(int(sys.argv[2]) if len(sys.argv) > 2 else 100)
    band = show_band(losses)
    show_errors(errors, lags)
    print(f"\n{time.perf_counter() - started:.0f} s")
    draw(losses, band, picture)


if __name__ == "__main__":
    main()
