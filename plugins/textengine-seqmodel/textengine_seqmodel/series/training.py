"""Fitting a model to the training part: forward or backward, one step ahead or many, standardized or not."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from textengine.errors import ConfigurationError
from textengine_seqmodel.series.baselines import choose_lags
from textengine_seqmodel.series.forecaster import Floats, Forecaster, OnEpoch, Scaled, by_target
from textengine_seqmodel.series.models import FitOptions, Model, find_model
from textengine_seqmodel.series.options import ForecastOptions
from textengine_seqmodel.series.parts import Parts, Predictions, divide


@dataclass
class Training:
    """The parts of a series, and the models that are fitted to its training part.

    tau: the number of lags, chosen if the options leave it open. lags: the number that least squares works best with.
    losses: of the model after each epoch. Raises ConfigurationError if the series is too short for the options.
    """

    series: Floats
    options: ForecastOptions
    on_epoch: OnEpoch | None = None
    tau: int = field(init=False)
    lags: int = field(init=False)
    parts: Parts = field(init=False)
    losses: list[float] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        options = self.options
        if max(options.horizons) >= len(self.series):
            raise ConfigurationError(
                f"--horizons reaches {max(options.horizons)} steps ahead, and the series has {len(self.series)} values"
            )
        self.tau = choose_lags(self.series[: options.train], options.horizons) if options.tau is None else options.tau
        # Rows of lag features are counted. Without padding, the first of them has tau values before its label.
        before = self.tau if options.padding == "drop" else 0
        first = before + options.train
        if first >= len(self.series):
            most = len(self.series) - before - 1
            advice = f"give --train {most} or less" if most > 0 else "give more values, or lower --tau"
            raise ConfigurationError(
                f"{len(self.series)} values leave nothing to hold out after {options.train} training rows of "
                f"{self.tau} lags; {advice}"
            )
        self.parts = divide(self.series, first, backward=options.direction == "backward")
        self.lags = choose_lags(self.parts.training, options.horizons)

    def model(self) -> Forecaster:
        """Fit the model of the options, and keep its losses."""
        return self._fitted(self._model, self.parts, 1, self._note)

    def forward(self) -> tuple[Forecaster, Parts]:
        """Fit the model of the options forward, whatever its direction."""
        parts = divide(self.series, len(self.parts.training))
        return self._fitted(self._model, parts, 1), parts

    def direct(self, fitted: Forecaster) -> Predictions | None:
        """Fit the model anew for every horizon but the first, if it can be; `fitted` is the one for one step."""
        if not self._model.direct:
            return None
        forecasts = {}
        for step in self.options.horizons:
            model = fitted if step == 1 else self._fitted(self._model, self.parts, step)
            forecast = by_target(model.ahead(self.parts.values, 1), 1, len(self.series))
            # What it says right after its window is meant for `step` after it.
            forecasts[step] = np.concatenate([np.full(step - 1, np.nan), forecast[: len(forecast) - step + 1]])
        return Predictions(self._model.name, "direct", fitted.context, forecasts.__getitem__)

    def least_squares(self) -> Forecaster:
        """Fit least squares with the number of lags that was chosen for it."""
        return self._scaled(find_model("linear"), self.parts, 1, FitOptions(tau=self.lags))

    @property
    def _model(self) -> Model:
        return find_model(self.options.model)

    def _fitted(self, model: Model, parts: Parts, horizon: int, on_epoch: OnEpoch | None = None) -> Forecaster:
        return self._scaled(model, parts, horizon, self.options.for_fit(self.tau), on_epoch)

    def _scaled(
        self, model: Model, parts: Parts, horizon: int, how: FitOptions, on_epoch: OnEpoch | None = None
    ) -> Forecaster:
        if not self.options.standardize:
            return model.fit(parts.training, how, horizon, on_epoch)
        mean = float(parts.training.mean())
        deviation = float(parts.training.std()) or 1.0
        return Scaled(model.fit((parts.training - mean) / deviation, how, horizon, on_epoch), mean, deviation)

    def _note(self, epoch: int, loss: float) -> None:
        self.losses.append(loss)
        if self.on_epoch is not None:
            self.on_epoch(epoch, loss)
