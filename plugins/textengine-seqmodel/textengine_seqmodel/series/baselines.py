"""What a model of a series must beat: the last value, and least squares with a number of lags that was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from textengine.errors import ConfigurationError
from textengine_seqmodel.series.forecaster import Floats, Windowed, by_target
from textengine_seqmodel.series.models import FitOptions
from textengine_seqmodel.series.models.linear import fit_forecaster as fit_linear

CANDIDATES = (1, 2, 4, 8, 16, 32, 64, 96, 128)
_SHARE_TO_FIT = 0.8
_VALUES_PER_LAG = 4  # fewer, and the weights are mostly noise


def naive() -> Windowed:
    """Return the forecaster that expects the last value to stay."""
    return Windowed(1, lambda windows: windows[:, -1])


def choose_lags(series: Floats, horizons: Sequence[int] = (1,), candidates: Sequence[int] = CANDIDATES) -> int:
    """Return the number of lags with which least squares forecasts the end of `series` best.

    For each candidate the first 80 % of `series` are fitted, and the remaining values are forecast recursively; the
    mean of the squared errors over all `horizons` decides, on the same values for every candidate. Give the training
    part only: what is held out must not choose. Candidates and horizons that the series is too short for are left out.

    Raises ConfigurationError if the series is too short for any.
    """
    series = np.asarray(series, dtype=np.float64)
    split = int(len(series) * _SHARE_TO_FIT)
    usable = [lags for lags in candidates if lags * _VALUES_PER_LAG <= split]
    if not usable:
        raise ConfigurationError(f"{len(series)} values are too few to choose a number of lags")
    reach = len(series) - max(usable)
    steps = [step for step in horizons if step <= reach // 2] or [1]
    first = max(split, max(usable) + max(steps) - 1)
    scores = [_score(series, lags, steps, split, first) for lags in usable]
    return usable[int(np.argmin(scores))]


def _score(series: Floats, lags: int, steps: Sequence[int], split: int, first: int) -> float:
    model = fit_linear(series[:split], replace(FitOptions(), tau=lags))
    paths = model.ahead(series, max(steps))
    with np.errstate(over="ignore", invalid="ignore"):
        errors = [np.mean((by_target(paths, step, len(series)) - series)[first:] ** 2) for step in steps]
        score = float(np.mean(errors))
    return score if np.isfinite(score) else np.inf
