"""An autoregressive process: each value is a weighted sum of the last tau and noise, about a mean that stays.

Unlike least squares, Burg's method always finds a stable process: however far ahead, the forecasts tend to the mean and
never run off. Source: Burg, Maximum entropy spectral analysis, 1967.
"""

from __future__ import annotations

import numpy as np

from textengine.errors import ConfigurationError
from textengine_seqmodel.series.forecaster import Floats, OnEpoch, Windowed
from textengine_seqmodel.series.models import FitOptions


def fit_forecaster(series: Floats, options: FitOptions, horizon: int = 1, on_epoch: OnEpoch | None = None) -> Windowed:
    """Fit a process of order `options.tau`. It has no direct form, so `horizon` must be 1."""
    if not 1 <= options.tau < len(series):
        raise ConfigurationError(f"tau is {options.tau}; for {len(series)} values it must be 1 to {len(series) - 1}")
    mean = float(np.mean(series))
    weights = burg(np.asarray(series, dtype=np.float64) - mean, options.tau)[::-1]

    def predict(windows: Floats) -> Floats:
        found: Floats = (windows - mean) @ weights + mean
        return found

    return Windowed(options.tau, predict)


def burg(values: Floats, order: int) -> Floats:
    """Return the weights of the last `order` values, the latest first, for values about zero.

    Order by order, the reflection coefficient is chosen that makes the errors of forecasting forwards and backwards
    smallest together; it is never above one in size, which is what keeps the process stable.
    """
    forward, backward = values[1:], values[:-1]
    weights = np.empty(0)
    for _ in range(order):
        power = forward @ forward + backward @ backward
        reflection = 2 * (forward @ backward) / power if power > 0 else 0.0
        weights = np.append(weights - reflection * weights[::-1], reflection)
        forward, backward = (forward - reflection * backward)[1:], (backward - reflection * forward)[:-1]
    return weights
