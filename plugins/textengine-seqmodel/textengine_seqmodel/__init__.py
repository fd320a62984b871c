"""textengine-seqmodel: models of series, and language models over the ids of a textengine corpus.

The public names are resolved when they are first used, so that importing the package imports neither numpy nor torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textengine_seqmodel.chapter import statistics
    from textengine_seqmodel.evaluation import evaluate
    from textengine_seqmodel.models.gru import GRU
    from textengine_seqmodel.models.lstm import LSTM
    from textengine_seqmodel.models.ngram import NGram
    from textengine_seqmodel.models.rnn import RNN
    from textengine_seqmodel.run import Run
    from textengine_seqmodel.sampling import generate
    from textengine_seqmodel.series.baselines import choose_lags
    from textengine_seqmodel.series.conformal import conformal_quantile
    from textengine_seqmodel.series.csvfile import read_series
    from textengine_seqmodel.series.experiment import run_forecast
    from textengine_seqmodel.series.fit import fit_network
    from textengine_seqmodel.series.lags import lag_features
    from textengine_seqmodel.series.models import fit_forecaster
    from textengine_seqmodel.series.models.mlp import MLP
    from textengine_seqmodel.series.options import ForecastOptions
    from textengine_seqmodel.series.output import read_forecast
    from textengine_seqmodel.series.sine import sine_series
    from textengine_seqmodel.train.directions import compare_directions, fit_forward
    from textengine_seqmodel.train.fit import fit
    from textengine_seqmodel.windowing import windows

_HOME = {
    "GRU": "textengine_seqmodel.models.gru",
    "LSTM": "textengine_seqmodel.models.lstm",
    "MLP": "textengine_seqmodel.series.models.mlp",
    "RNN": "textengine_seqmodel.models.rnn",
    "ForecastOptions": "textengine_seqmodel.series.options",
    "NGram": "textengine_seqmodel.models.ngram",
    "Run": "textengine_seqmodel.run",
    "compare_directions": "textengine_seqmodel.train.directions",
    "choose_lags": "textengine_seqmodel.series.baselines",
    "conformal_quantile": "textengine_seqmodel.series.conformal",
    "evaluate": "textengine_seqmodel.evaluation",
    "fit": "textengine_seqmodel.train.fit",
    "fit_forward": "textengine_seqmodel.train.directions",
    "fit_forecaster": "textengine_seqmodel.series.models",
    "fit_network": "textengine_seqmodel.series.fit",
    "generate": "textengine_seqmodel.sampling",
    "lag_features": "textengine_seqmodel.series.lags",
    "read_forecast": "textengine_seqmodel.series.output",
    "read_series": "textengine_seqmodel.series.csvfile",
    "run_forecast": "textengine_seqmodel.series.experiment",
    "sine_series": "textengine_seqmodel.series.sine",
    "statistics": "textengine_seqmodel.chapter",
    "windows": "textengine_seqmodel.windowing",
}

__all__ = [
    "GRU",
    "LSTM",
    "MLP",
    "RNN",
    "ForecastOptions",
    "NGram",
    "Run",
    "choose_lags",
    "compare_directions",
    "conformal_quantile",
    "evaluate",
    "fit",
    "fit_forecaster",
    "fit_forward",
    "fit_network",
    "generate",
    "lag_features",
    "read_forecast",
    "read_series",
    "run_forecast",
    "sine_series",
    "statistics",
    "windows",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
