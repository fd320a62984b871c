"""A latent-variable model: a level and a slope that are never seen, and are updated by the error of each forecast.

The state says all that is kept of the past: forecast = level + damping * slope; after the value is known, level moves
by `gain_level` and slope by `gain_slope` times the error. It is the steady-state Kalman filter of a damped local trend.
Sources: Gardner and McKenzie, Forecasting trends in time series, Management Science 31, 1985; Hyndman et al.,
Forecasting with Exponential Smoothing, 2008.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from textengine.errors import ConfigurationError
from textengine_seqmodel.series.forecaster import Floats, OnEpoch
from textengine_seqmodel.series.models import FitOptions

_GAINS_LEVEL = np.linspace(0.02, 1, 25)
_GAINS_SLOPE = np.concatenate([[0.0], np.geomspace(1e-4, 0.5, 20)])
_DAMPINGS = np.array([0.8, 0.9, 0.95, 0.98, 0.99, 1.0])
_ROUNDS = 3


@dataclass(frozen=True)
class LocalTrend:
    """The three parameters. The state begins at the first value, with no slope."""

    gain_level: float
    gain_slope: float
    damping: float
    context: int = 2

    def ahead(self, series: Floats, steps: int) -> Floats:
        """Return level + (damping + ... + damping**k) * slope, after each value."""
        levels, slopes, _ = _filtered(series, self.gain_level, self.gain_slope, self.damping)
        reach = np.cumsum(self.damping ** np.arange(1, steps + 1))
        first = self.context - 1
        found: Floats = levels[first:, None] + slopes[first:, None] * reach
        return found


def fit_forecaster(
    series: Floats, options: FitOptions, horizon: int = 1, on_epoch: OnEpoch | None = None
) -> LocalTrend:
    """Find the parameters with the smallest squared error one step ahead, on a grid that is made finer twice.

    It keeps no lags and has no direct form, so `options` are not used and `horizon` must be 1.
    """
    if len(series) < 3:
        raise ConfigurationError(f"{len(series)} values are too few for a latent level and slope; give 3 or more")
    axes = [_GAINS_LEVEL, _GAINS_SLOPE, _DAMPINGS]
    best = [0.0, 0.0, 0.0]
    for _ in range(_ROUNDS):
        grid = [axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")]
        _, _, errors = _filtered(series, *grid)
        place = int(np.argmin(errors))
        best = [float(axis[place]) for axis in grid]
        axes = [_nearer(axis, value) for axis, value in zip(axes, best, strict=True)]
    gain_level, gain_slope, damping = best
    return LocalTrend(gain_level, gain_slope, damping)


def _filtered(
    series: Floats, gain_level: Floats | float, gain_slope: Floats | float, damping: Floats | float
) -> tuple[Floats, Floats, Floats]:
    """Return levels and slopes after each value, and the summed squared errors; for each set of parameters."""
    level = np.full(np.shape(gain_level), float(series[0]))
    slope = np.zeros_like(level)
    total = np.zeros_like(level)
    levels, slopes = [level], [slope]
    for value in series[1:]:
        forecast = level + damping * slope
        error = value - forecast
        level = forecast + gain_level * error
        slope = damping * slope + gain_slope * error
        total = total + error**2
        levels.append(level)
        slopes.append(slope)
    return np.array(levels), np.array(slopes), total


def _nearer(axis: Floats, value: float) -> Floats:
    """Return a finer axis between the neighbours of `value`."""
    place = int(np.argmin(abs(axis - value)))
    low, high = axis[max(place - 1, 0)], axis[min(place + 1, len(axis) - 1)]
    return np.unique(np.append(np.linspace(low, high, 9), value))
