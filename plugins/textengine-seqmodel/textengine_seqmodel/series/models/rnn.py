"""A plain recurrent network: the state is a tanh of the last state and the value.

Source: Elman, Finding structure in time, Cognitive Science 14, 1990.
"""

from __future__ import annotations

from torch import nn

from textengine_seqmodel.series.forecaster import Floats, OnEpoch, Windowed
from textengine_seqmodel.series.models import FitOptions
from textengine_seqmodel.series.models.recurrent import HIDDEN, Recurrent
from textengine_seqmodel.series.models.windows import fit_windows


class RNN(Recurrent):
    """Maps windows of any length (rows, tau) to forecasts (rows, 1) through a plain recurrent layer."""

    def __init__(self, hidden: int = HIDDEN) -> None:
        super().__init__(nn.RNN(1, hidden, batch_first=True))


def fit_forecaster(series: Floats, options: FitOptions, horizon: int = 1, on_epoch: OnEpoch | None = None) -> Windowed:
    """Train the network on windows of `series`."""
    return fit_windows(RNN(), series, options, horizon, on_epoch)
