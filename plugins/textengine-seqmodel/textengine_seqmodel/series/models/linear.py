"""Least squares on lag features: the best linear forecast on the values that it was fitted to."""

from __future__ import annotations

import numpy as np

from textengine_seqmodel.series.forecaster import Floats, OnEpoch, Windowed
from textengine_seqmodel.series.lags import lag_features
from textengine_seqmodel.series.models import FitOptions


def fit_forecaster(series: Floats, options: FitOptions, horizon: int = 1, on_epoch: OnEpoch | None = None) -> Windowed:
    """Fit `options.tau` weights and a constant; with fewer rows than weights, those of the smallest norm."""
    features, labels = lag_features(series, options.tau, padding=options.padding, horizon=horizon)
    with_constant = np.column_stack([features, np.ones(len(features))])
    weights = np.linalg.lstsq(with_constant, labels[:, 0], rcond=None)[0]
    lags, constant = weights[:-1], weights[-1]

    def predict(windows: Floats) -> Floats:
        found: Floats = windows @ lags + constant
        return found

    return Windowed(options.tau, predict)
