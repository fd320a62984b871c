"""The pictures of an experiment, each as PNG and SVG: series, one step, many steps, interval, error by horizon."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from textengine_seqmodel.drawing import BLACK, BLUE, GREY, LINES, ORANGE, SKY, VERMILION, canvas, save
from textengine_seqmodel.series.experiment import Forecast
from textengine_seqmodel.series.forecaster import Floats


def draw(forecast: Forecast, folder: Path) -> list[Path]:
    """Draw every picture into `folder`; return the files."""
    pictures: dict[str, Callable[[Forecast, Axes], None]] = {
        "series": _series,
        "one-step": _one_step,
        "k-step": _k_step,
        "interval": _interval,
        "error-by-horizon": _error_by_horizon,
    }
    files = []
    for name, picture in pictures.items():
        with canvas() as (figure, axes):
            picture(forecast, axes)
            files += save(figure, folder, name)
    return files


def _in_time(forecast: Forecast, values: Floats) -> tuple[Floats, Floats]:
    return np.arange(1.0, len(values) + 1), forecast.parts.in_time(values)


def _data(forecast: Forecast, axes: Axes, *, faint: bool = True) -> None:
    """Draw the values and where the training part ends."""
    time, values = _in_time(forecast, forecast.parts.values)
    axes.plot(time, values, color=GREY if faint else BLUE, linewidth=0.8, alpha=0.7 if faint else 0.9, label="value")
    cut = len(forecast.parts.training) + 0.5
    axes.axvline(cut, color=BLACK, linewidth=0.8, linestyle=(0, (2, 2)))
    for text, side, place in (("training ", "right", cut), (" held out", "left", cut)):
        axes.annotate(text, (place, 0.02), xycoords=("data", "axes fraction"), ha=side, fontsize=9, color=BLACK)
    low, high = float(values.min()), float(values.max())
    room = (high - low) * 0.12 or 1.0
    axes.set(xlabel="t", ylabel="x", xlim=(1, len(values)), ylim=(low - room, high + room))


def _series(forecast: Forecast, axes: Axes) -> None:
    _data(forecast, axes, faint=False)
    if forecast.clean is not None:
        axes.plot(*_in_time(forecast, forecast.clean), color=ORANGE, linewidth=2.2, label="without noise")
    axes.set_title("The series")


def _one_step(forecast: Forecast, axes: Axes) -> None:
    _data(forecast, axes)
    method = forecast.methods[0]
    axes.plot(*_in_time(forecast, method.at(1)), color=BLUE, linewidth=1.3, label=f"{method.name}, 1 step ahead")
    if len(forecast.free_run):
        first = len(forecast.parts.training)
        time = np.arange(first + 1, first + len(forecast.free_run) + 1)
        axes.plot(time, forecast.free_run, color=VERMILION, linewidth=2, linestyle=(0, (5, 1.5)),
                  label="from its own forecasts alone")  # fmt: skip
    axes.set_title(f"One step ahead: {method.name}")


def _k_step(forecast: Forecast, axes: Axes) -> None:
    _data(forecast, axes)
    method = forecast.methods[0]
    for step, (color, style) in zip(forecast.options.horizons, cycle(LINES), strict=False):
        name = f"{step} step{'s' if step > 1 else ''} ahead"
        axes.plot(*_in_time(forecast, method.at(step)), color=color, linestyle=style, linewidth=1.6, label=name)
    axes.set_title(f"Several steps ahead: {method.name}")


def _interval(forecast: Forecast, axes: Axes) -> None:
    each = forecast.intervals[0]
    place = slice(*each.measured)
    values, centre = forecast.parts.values[place], forecast.methods[0].at(each.step)[place]
    time = forecast.parts.in_time(np.arange(1.0, len(forecast.parts.values) + 1))[place]
    inside = np.abs(values - centre) <= each.half_width
    if np.isfinite(each.half_width):
        axes.fill_between(time, centre - each.half_width, centre + each.half_width, color=SKY, alpha=0.45, linewidth=0,
                          label=f"{each.stated:.0%} interval")  # fmt: skip
    axes.plot(time, centre, color=BLUE, linewidth=1.4, label="forecast")
    axes.scatter(time[inside], values[inside], s=10, color=BLACK, linewidth=0, label="value inside", zorder=3)
    axes.scatter(time[~inside], values[~inside], s=30, color=VERMILION, marker="x", linewidth=1.6,
                 label="value outside", zorder=3)  # fmt: skip
    axes.set(xlabel="t", ylabel="x", xlim=(time.min(), time.max()))
    ahead = f"{each.step} step{'s' if each.step > 1 else ''} ahead"
    axes.set_title(f"Split conformal interval, {ahead}: {each.coverage:.1%} of {len(values)} values inside")


def _error_by_horizon(forecast: Forecast, axes: Axes) -> None:
    steps = range(1, max(forecast.options.horizons) + 1)
    for method, (color, style) in zip(forecast.methods, LINES, strict=False):
        if method.kind == "direct":
            some = forecast.options.horizons
            axes.plot(some, [forecast.error(method, step) for step in some], color=color, linestyle="", marker="D",
                      markersize=7, label=f"{method.name}, direct")  # fmt: skip
        else:
            kind = ", recursive" if method is forecast.methods[0] else ""
            errors = [forecast.error(method, step) for step in steps]
            axes.plot(steps, errors, color=color, linestyle=style, linewidth=2, label=f"{method.name}{kind}")
    if forecast.noise_floor is not None:
        floor = forecast.noise_floor
        axes.axhline(floor, color=BLACK, linewidth=1.2, linestyle=(0, (1, 2)), label=f"noise, {floor:g}")
    axes.set(xlabel="steps ahead", ylabel="mean squared error, held out", yscale="log")
    axes.set_title("Error against horizon")
