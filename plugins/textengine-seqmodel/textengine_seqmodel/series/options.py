"""The options of an experiment, and what it refuses before it begins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from textengine.errors import ConfigurationError, suggest
from textengine_seqmodel.series.conformal import check_coverage
from textengine_seqmodel.series.forecaster import Floats
from textengine_seqmodel.series.lags import PADDINGS
from textengine_seqmodel.series.models import FitOptions, find_model

DIRECTIONS = ("forward", "backward")
LARGEST = 1e100  # squares and sums of what is larger run over


@dataclass(frozen=True)
class ForecastOptions:
    """What to do with a series.

    model: a name in `MODELS`. tau: number of lags, or None to choose it on the training part. train: the number of
    rows to train on. epochs, batch_size, lr, padding: see `fit_network` and `lag_features`. horizons: how many
    steps ahead to forecast. direction: "forward", or "backward" to forecast each value from those after it.
    coverage: of the intervals. standardize: whether models see (series - mean) / deviation of the training part.
    """

    model: str = "mlp"
    tau: int | None = 4
    train: int = 600
    epochs: int = 5
    batch_size: int = 16
    lr: float = 0.01
    padding: str = "drop"
    horizons: tuple[int, ...] = (1, 4, 16, 64)
    direction: str = "forward"
    coverage: float = 0.9
    standardize: bool = False

    def for_fit(self, tau: int) -> FitOptions:
        """Return the part of them that a model is fitted with."""
        return FitOptions(tau, self.epochs, self.batch_size, self.lr, self.padding)


def check_series(series: ArrayLike) -> Floats:
    """Return a series as float64. Raises ConfigurationError unless it has one dimension and finite values."""
    values = np.asarray(series, dtype=np.float64)
    if values.ndim != 1:
        raise ConfigurationError(f"a series has one dimension, not the shape {values.shape}")
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        raise ConfigurationError(f"value {bad[0]} of the series (counted from 0) is {values[bad[0]]}, no finite number")
    large = np.flatnonzero(abs(values) > LARGEST)
    if len(large):
        raise ConfigurationError(
            f"value {large[0]} of the series (counted from 0) is {values[large[0]]:g}, too large to be squared; "
            f"give the series in other units"
        )
    return values


def check_options(options: ForecastOptions) -> None:
    """Raise UnknownNameError for a model that there is not, ConfigurationError for anything else that cannot be."""
    find_model(options.model)
    _check_name("direction", options.direction, DIRECTIONS)
    _check_name("padding", options.padding, PADDINGS)
    numbers = {"tau": options.tau, "train": options.train, "epochs": options.epochs, "batch": options.batch_size}
    for name, number in numbers.items():
        if number is not None and number < 1:
            raise ConfigurationError(f"--{name} is {number}; it must be 1 or more")
    if not 0 < options.lr < float("inf"):
        raise ConfigurationError(f"--lr is {options.lr}; it must be a number above 0")
    listed = ",".join(map(str, options.horizons)) or "empty"
    if not options.horizons or min(options.horizons) < 1:
        raise ConfigurationError(f"--horizons is {listed}; give whole numbers from 1 on, such as 1,4,16")
    if len(set(options.horizons)) < len(options.horizons):
        raise ConfigurationError(f"--horizons is {listed}; give each number once")
    check_coverage(options.coverage)


def _check_name(what: str, name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        there = f"there is: {', '.join(known)}"
        raise ConfigurationError(f"no {what} is named {name!r}{suggest(name, known, there)}")
