"""textengine-seqmodel: sequence models for series and for corpora.

The public names are resolved when they are first used: importing the package imports neither torch nor numpy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # series
    from textengine_seqmodel.series.baselines import choose_lags
    from textengine_seqmodel.series.conformal import conformal_quantile
    from textengine_seqmodel.series.csvfile import read_series
    from textengine_seqmodel.series.experiment import run_forecast
    from textengine_seqmodel.series.fit import fit
    from textengine_seqmodel.series.lags import lag_features
    from textengine_seqmodel.series.models import fit_forecaster
    from textengine_seqmodel.series.models.gru import GRU
    from textengine_seqmodel.series.models.lstm import LSTM
    from textengine_seqmodel.series.models.mlp import MLP
    from textengine_seqmodel.series.models.rnn import RNN
    from textengine_seqmodel.series.options import ForecastOptions
    from textengine_seqmodel.series.output import read_forecast
    from textengine_seqmodel.series.sine import sine_series

_HOME = {
    # series
    "GRU": "textengine_seqmodel.series.models.gru",
    "LSTM": "textengine_seqmodel.series.models.lstm",
    "MLP": "textengine_seqmodel.series.models.mlp",
    "RNN": "textengine_seqmodel.series.models.rnn",
    "ForecastOptions": "textengine_seqmodel.series.options",
    "choose_lags": "textengine_seqmodel.series.baselines",
    "conformal_quantile": "textengine_seqmodel.series.conformal",
    "fit": "textengine_seqmodel.series.fit",
    "fit_forecaster": "textengine_seqmodel.series.models",
    "lag_features": "textengine_seqmodel.series.lags",
    "read_forecast": "textengine_seqmodel.series.output",
    "read_series": "textengine_seqmodel.series.csvfile",
    "run_forecast": "textengine_seqmodel.series.experiment",
    "sine_series": "textengine_seqmodel.series.sine",
}

__all__ = [
    "GRU",
    "LSTM",
    "MLP",
    "RNN",
    "ForecastOptions",
    "choose_lags",
    "conformal_quantile",
    "fit",
    "fit_forecaster",
    "lag_features",
    "read_forecast",
    "read_series",
    "run_forecast",
    "sine_series",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'textengine_seqmodel' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
