"""The experiment: fit a model to the first part of a series, forecast the rest, and say what that is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from textengine.errors import ConfigurationError
from textengine_seqmodel.series.baselines import naive
from textengine_seqmodel.series.conformal import fewest_errors
from textengine_seqmodel.series.forecaster import Floats, Forecaster, OnEpoch
from textengine_seqmodel.series.intervals import Interval, interval
from textengine_seqmodel.series.likelihood import compare_directions
from textengine_seqmodel.series.options import ForecastOptions, check_options, check_series
from textengine_seqmodel.series.parts import Parts, Predictions, mean_squared_error, recursive
from textengine_seqmodel.series.training import Training


@dataclass(frozen=True)
class Forecast:
    """What an experiment found.

    tau: the model's number of lags; lags: that of the least-squares baseline. methods: the model first, each with its
    forecasts. scored: where errors are measured, the held-out positions that every method can forecast at every
    horizon, as (start, stop) in reading order. losses: of the model after each epoch. free_run: what the model makes
    of all that follows the training part with nothing but its own forecasts, empty where it reads backward.
    likelihoods: see `compare_directions`, only backward.
    """

    options: ForecastOptions
    tau: int
    lags: int
    parts: Parts
    methods: list[Predictions]
    scored: tuple[int, int]
    losses: list[float]
    intervals: list[Interval]
    free_run: Floats
    likelihoods: dict[str, Any] | None = None
    noise_floor: float | None = None
    clean: Floats | None = None

    def error(self, method: Predictions, step: int) -> float:
        """Return a method's mean squared error over the scored values, `step` ahead."""
        return mean_squared_error(method.at(step), self.parts.values, self.scored)

    def training_error(self, method: Predictions) -> float:
        """Return a method's mean squared error on the training part, one step ahead."""
        start, stop = self.parts.train
        step = min(self.options.horizons) if method.kind == "direct" else 1
        return mean_squared_error(method.at(step), self.parts.values, (start + method.context + step - 1, stop))


def run_forecast(
    series: ArrayLike,
    options: ForecastOptions | None = None,
    *,
    noise_floor: float | None = None,
    clean: Floats | None = None,
    on_epoch: OnEpoch | None = None,
) -> Forecast:
    """Run the experiment on a series of shape (T,).

    noise_floor: the variance of the noise, where it is known. clean: the series without its noise, for the pictures.
    on_epoch: called with epoch and training loss while the model is trained.

    Random numbers come from torch's global generator, first for the model, so ``torch.manual_seed`` before the series
    is drawn repeats all of it. Raises ConfigurationError for options that the series cannot have, UnknownNameError for
    a model that does not exist, and RunError if training diverges.
    """
    options = options or ForecastOptions()
    values = check_series(series)
    check_options(options)
    training = Training(values, options, on_epoch)
    parts, steps = training.parts, max(options.horizons)
    fitted = training.model()
    methods = [recursive(options.model, "recursive", fitted, parts, steps)]
    if direct := training.direct(fitted):
        methods.append(direct)
    best = training.least_squares()
    methods.append(recursive(f"least squares, {training.lags} lags", "recursive", best, parts, steps))
    methods.append(recursive("naive", "last value", naive(), parts, steps))
    scored = _scored(parts, max(method.context for method in methods) + steps - 1, options)
    return Forecast(
        options=options,
        tau=training.tau,
        lags=training.lags,
        parts=parts,
        methods=methods,
        scored=scored,
        losses=training.losses,
        intervals=[interval(methods[0], parts, step, options.coverage, scored) for step in options.horizons],
        free_run=_free_run(fitted, parts),
        likelihoods=compare_directions(training.forward(), (fitted, parts)) if parts.backward else None,
        noise_floor=noise_floor,
        clean=clean,
    )


def _scored(parts: Parts, needed: int, options: ForecastOptions) -> tuple[int, int]:
    start, stop = max(parts.held[0], needed), parts.held[1]
    fewest = 2 * fewest_errors(options.coverage)
    if stop - start < fewest:
        raise ConfigurationError(
            f"{max(stop - start, 0)} held-out values can be forecast {max(options.horizons)} steps ahead, and {fewest} "
            f"are needed; lower --train (it is {options.train}) or the largest of --horizons"
        )
    return start, stop


def _free_run(fitted: Forecaster, parts: Parts) -> Floats:
    if parts.backward:
        return np.empty(0)
    paths = fitted.ahead(parts.training, len(parts.values) - len(parts.training))
    last: Floats = paths[-1]
    return last
