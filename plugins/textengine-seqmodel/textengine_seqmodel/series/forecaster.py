"""What every fitted model of a series can do, and the two general ways to do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
OnEpoch = Callable[[int, float], None]


class Forecaster(Protocol):
    """A model that was fitted to the values of a series."""

    @property
    def context(self) -> int:
        """The number of values that must be known before the first forecast."""

    def ahead(self, series: Floats, steps: int) -> Floats:
        """Return the forecasts of `series` from each moment: shape (T - context + 1, steps).

        Row i is made from the first `context` + i values alone and forecasts those that follow, 1 to `steps` ahead;
        the last row looks beyond the end.
        """


@dataclass(frozen=True)
class Windowed:
    """A forecaster that sees the last `context` values, and reaches further by taking its forecasts for values.

    predict: windows of shape (rows, context), oldest value first -> forecasts of shape (rows,).
    """

    context: int
    predict: Callable[[Floats], Floats]

    def ahead(self, series: Floats, steps: int) -> Floats:
        """Forecast recursively: each forecast is an input of the next one."""
        windows = np.lib.stride_tricks.sliding_window_view(series, self.context)
        path = np.empty((len(windows), self.context + steps))
        path[:, : self.context] = windows
        with np.errstate(over="ignore", invalid="ignore"):  # an unstable model runs off to infinity, and is shown so
            for step in range(steps):
                path[:, self.context + step] = self.predict(path[:, step : step + self.context])
        return path[:, self.context :]


@dataclass(frozen=True)
class Scaled:
    """A forecaster that was fitted to (series - mean) / deviation, in the units of the series."""

    inner: Forecaster
    mean: float
    deviation: float

    @property
    def context(self) -> int:
        """The inner forecaster's."""
        return self.inner.context

    def ahead(self, series: Floats, steps: int) -> Floats:
        """Forecast in the units of the series."""
        return self.inner.ahead((series - self.mean) / self.deviation, steps) * self.deviation + self.mean


def by_target(paths: Floats, step: int, length: int) -> Floats:
    """Return the forecasts `step` ahead by the position that they are for: shape (length,), NaN where there is none.

    paths: what `Forecaster.ahead` returned for a series of `length` values.
    """
    context = length - len(paths) + 1
    found = np.full(length, np.nan)
    first = context + step - 1
    if first < length:
        found[first:] = paths[: length - first, step - 1]
    return found
