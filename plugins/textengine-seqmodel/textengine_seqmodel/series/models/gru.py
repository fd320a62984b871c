"""A gated recurrent unit: gates decide how much of the state is kept and how much is new.

Source: Cho et al., Learning phrase representations using RNN encoder-decoder, 2014.
"""

from __future__ import annotations

from torch import nn

from textengine_seqmodel.series.forecaster import Floats, OnEpoch, Windowed
from textengine_seqmodel.series.models import FitOptions
from textengine_seqmodel.series.models.recurrent import HIDDEN, Recurrent
from textengine_seqmodel.series.models.windows import fit_windows


class GRU(Recurrent):
    """Maps windows of any length (rows, tau) to forecasts (rows, 1) through gated recurrent units."""

    def __init__(self, hidden: int = HIDDEN) -> None:
        super().__init__(nn.GRU(1, hidden, batch_first=True))


def fit_forecaster(series: Floats, options: FitOptions, horizon: int = 1, on_epoch: OnEpoch | None = None) -> Windowed:
    """Train the network on windows of `series`."""
    return fit_windows(GRU(), series, options, horizon, on_epoch)
