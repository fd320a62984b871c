"""The chapter's network: two linear layers with ReLU between them.

Source: Zhang et al., Dive into Deep Learning 0.17, section 8.1. Weights: Glorot and Bengio, Understanding the
difficulty of training deep feedforward neural networks, 2010.
"""

from __future__ import annotations

import torch
from torch import nn

from textengine_seqmodel.series.forecaster import Floats, OnEpoch, Windowed
from textengine_seqmodel.series.models import FitOptions
from textengine_seqmodel.series.models.windows import fit_windows


class MLP(nn.Module):
    """Maps windows (rows, tau) to forecasts (rows, 1). Weights are Xavier-uniform, biases torch's default."""

    def __init__(self, tau: int = 4, hidden: int = 10) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(tau, hidden), nn.ReLU(), nn.Linear(hidden, 1))
        for layer in self.layers:
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight)

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Return one forecast for each window."""
        found: torch.Tensor = self.layers(windows)
        return found


def fit_forecaster(series: Floats, options: FitOptions, horizon: int = 1, on_epoch: OnEpoch | None = None) -> Windowed:
    """Train the network on lag features of `series`."""
    return fit_windows(MLP(options.tau), series, options, horizon, on_epoch)
