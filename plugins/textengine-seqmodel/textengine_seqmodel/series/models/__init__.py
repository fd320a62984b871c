"""The models of a series by name. Each is one file here, and is imported when it is fitted."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from textengine.errors import UnknownNameError, suggest

if TYPE_CHECKING:
    from textengine_seqmodel.series.forecaster import Floats, Forecaster, OnEpoch


@dataclass(frozen=True)
class FitOptions:
    """How a model is fitted. tau: the number of lags, or the order. The others are those of `fit_network` and
    `lag_features`; a model that needs one of them not ignores it."""

    tau: int = 4
    epochs: int = 5
    batch_size: int = 16
    lr: float = 0.01
    padding: str = "drop"


class Fit(Protocol):
    """What a model's file offers as ``fit_forecaster``."""

    def __call__(
        self, series: Floats, options: FitOptions, horizon: int = 1, on_epoch: OnEpoch | None = None
    ) -> Forecaster:
        """Fit to a series. horizon: how far ahead of its window the model is trained to look."""


@dataclass(frozen=True)
class Model:
    """A named model. direct: whether it can be fitted to look any number of steps ahead at once. by_gradient: whether
    it is trained in epochs."""

    name: str
    summary: str
    direct: bool = True
    by_gradient: bool = False

    @property
    def fit(self) -> Fit:
        """The function that fits it."""
        found: Fit = import_module(f"{__name__}.{self.name}").fit_forecaster
        return found


MODELS = {
    model.name: model
    for model in (
        Model("mlp", "the chapter's network: tau lags, 10 hidden units, ReLU", by_gradient=True),
        Model("linear", "least squares on tau lags"),
        Model("rnn", "a plain recurrent network over tau lags", by_gradient=True),
        Model("gru", "a gated recurrent unit over tau lags", by_gradient=True),
        Model("lstm", "a long short-term memory over tau lags", by_gradient=True),
        Model("markov", "a Markov chain of order tau over ten states", direct=False),
        Model("autoregressive", "an autoregressive process of order tau, by Burg's method", direct=False),
        Model("latent", "a latent level and slope, filtered from everything before", direct=False),
    )
}


def find_model(name: str) -> Model:
    """Return the model of that name. Raises UnknownNameError, which lists what there is."""
    if name not in MODELS:
        there = f"there is: {', '.join(MODELS)}"
        raise UnknownNameError(f"no model of a series is named {name!r}{suggest(name, MODELS, there)}")
    return MODELS[name]


def fit_forecaster(
    name: str, series: Floats, options: FitOptions | None = None, *, horizon: int = 1, on_epoch: OnEpoch | None = None
) -> Forecaster:
    """Fit the model `name` to a series and return it as a `Forecaster`.

    series: float64 of shape (T,), its values around 1 in size for the models that are trained by gradient. on_epoch:
    called with epoch and training loss by those models.

    Raises UnknownNameError for a name, ConfigurationError for an option that the series or the model cannot have, and
    RunError if training diverges.
    """
    return find_model(name).fit(series, options or FitOptions(), horizon, on_epoch)
