"""What the torch models share: training on lag features, and forecasting from windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from textengine_seqmodel.series.fit import fit_network
from textengine_seqmodel.series.forecaster import Floats, OnEpoch, Windowed
from textengine_seqmodel.series.lags import lag_features
from textengine_seqmodel.series.models import FitOptions

if TYPE_CHECKING:
    from torch import nn


def fit_windows(
    module: nn.Module, series: Floats, options: FitOptions, horizon: int, on_epoch: OnEpoch | None
) -> Windowed:
    """Train a module that maps (rows, tau) to (rows, 1) on the lag features of `series`; return its forecaster."""
    features, labels = lag_features(series, options.tau, padding=options.padding, horizon=horizon)
    fit_network(
        module,
        features,
        labels,
        epochs=options.epochs,
        batch_size=options.batch_size,
        lr=options.lr,
        on_epoch=on_epoch,
    )
    return forecaster(module, options.tau)


def forecaster(module: nn.Module, tau: int) -> Windowed:
    """Return a trained module as a forecaster from windows of `tau` values."""
    import torch

    def predict(windows: Floats) -> Floats:
        with torch.no_grad():
            found = module(torch.from_numpy(windows.astype(np.float32)))
        values: Floats = found.numpy()[:, 0].astype(np.float64)
        return values

    return Windowed(tau, predict)
