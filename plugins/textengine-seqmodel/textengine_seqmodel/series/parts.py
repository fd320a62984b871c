"""Which values a model is fitted to, and which ones are held out, in the order in which the model reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from textengine_seqmodel.series.forecaster import Floats, Forecaster, by_target


@dataclass(frozen=True)
class Parts:
    """A series in reading order, with the training part and the held-out part as (start, stop) in it.

    Backward, the series is reversed, so that the held-out values come first; the training part holds the same values
    in both directions.
    """

    values: Floats
    train: tuple[int, int]
    held: tuple[int, int]
    backward: bool = False

    @property
    def training(self) -> Floats:
        """The values to fit to."""
        return self.values[slice(*self.train)]

    def in_time(self, values: Floats) -> Floats:
        """Return an array over the positions of `values`, in the order of time."""
        return values[::-1] if self.backward else values


def divide(series: Floats, first: int, *, backward: bool = False) -> Parts:
    """Return the parts of a series of which the first values, in time, are for training."""
    length = len(series)
    if not backward:
        return Parts(series, (0, first), (first, length))
    return Parts(series[::-1].copy(), (length - first, length), (0, length - first), backward=True)


@dataclass(frozen=True)
class Predictions:
    """The forecasts of one method: `at(step)` has the shape (T,), in reading order, NaN where there is none."""

    name: str
    kind: str
    context: int
    at: Callable[[int], Floats]


def recursive(name: str, kind: str, forecaster: Forecaster, parts: Parts, steps: int) -> Predictions:
    """Return the forecasts of a forecaster from every moment of the series."""
    paths = forecaster.ahead(parts.values, steps)
    return Predictions(name, kind, forecaster.context, lambda step: by_target(paths, step, len(parts.values)))


def mean_squared_error(forecast: Floats, values: Floats, where: tuple[int, int]) -> float:
    """Return the mean of (forecast - value)**2 from the first to before the second position, forecasts only."""
    part = slice(*where)
    with np.errstate(over="ignore", invalid="ignore"):
        errors = (forecast[part] - values[part]) ** 2
    there = errors[~np.isnan(forecast[part])]
    return float(np.mean(there)) if len(there) else float("nan")
