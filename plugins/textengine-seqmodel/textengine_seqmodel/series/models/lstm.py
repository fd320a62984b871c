"""A long short-term memory: a cell beside the state, with gates for what enters, stays and leaves.

Source: Hochreiter and Schmidhuber, Long short-term memory, Neural Computation 9, 1997.
"""

from __future__ import annotations

from torch import nn

from textengine_seqmodel.series.forecaster import Floats, OnEpoch, Windowed
from textengine_seqmodel.series.models import FitOptions
from textengine_seqmodel.series.models.recurrent import HIDDEN, Recurrent
from textengine_seqmodel.series.models.windows import fit_windows


class LSTM(Recurrent):
    """Maps windows of any length (rows, tau) to forecasts (rows, 1) through a long short-term memory."""

    def __init__(self, hidden: int = HIDDEN) -> None:
        super().__init__(nn.LSTM(1, hidden, batch_first=True))


def fit_forecaster(series: Floats, options: FitOptions, horizon: int = 1, on_epoch: OnEpoch | None = None) -> Windowed:
    """Train the network on windows of `series`."""
    return fit_windows(LSTM(), series, options, horizon, on_epoch)
