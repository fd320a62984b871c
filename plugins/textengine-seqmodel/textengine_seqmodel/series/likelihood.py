"""The two ways to factorize a series: each value given those before it, or given those after it.

Both are exact for the true distribution; fitted models may find one easier. A model becomes a distribution by putting a
normal one about each forecast, whose variance is the mean squared error on the training part.
Source: Zhang et al., Dive into Deep Learning 0.17, section 8.1.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from textengine.errors import ConfigurationError
from textengine_seqmodel.series.forecaster import Floats, Forecaster, by_target
from textengine_seqmodel.series.parts import Parts, mean_squared_error


def log_likelihoods(forecaster: Forecaster, parts: Parts) -> tuple[Floats, float]:
    """Return the log density of each value in order of time, in nats, NaN without a forecast; and the variance."""
    forecast = by_target(forecaster.ahead(parts.values, 1), 1, len(parts.values))
    start, stop = parts.train
    variance = mean_squared_error(forecast, parts.values, (start + forecaster.context, stop))
    variance = max(variance, np.finfo(np.float64).tiny)  # a model may fit its training part exactly
    density = -0.5 * (math.log(2 * math.pi * variance) + (forecast - parts.values) ** 2 / variance)
    return parts.in_time(density), variance


def compare_directions(forward: tuple[Forecaster, Parts], backward: tuple[Forecaster, Parts]) -> dict[str, Any]:
    """Return both log-likelihoods of the held-out values for which both models find their whole context held out too.

    "mean" is nats per value. "difference" is backward less forward, with the standard error of its mean (from values
    taken as independent). Raises ConfigurationError if too few values are held out.
    """
    (ahead, parts), (behind, _) = forward, backward
    start, stop = parts.held
    common = slice(start + ahead.context, max(stop - behind.context, 0))
    count = len(range(*common.indices(stop)))
    if count < 2:
        raise ConfigurationError(
            f"{stop - start} held-out values are too few to compare the directions; lower --train or --tau"
        )
    found: dict[str, Any] = {"values": count}
    densities = []
    for name, (model, its) in (("forward", forward), ("backward", backward)):
        density, variance = log_likelihoods(model, its)
        densities.append(density[common])
        found[name] = {
            "mean": float(densities[-1].mean()),
            "total": float(densities[-1].sum()),
            "variance": variance,
        }
    difference = densities[1] - densities[0]
    found["difference"] = {
        "mean": float(difference.mean()),
        "standard_error": float(difference.std(ddof=1) / math.sqrt(count)),
    }
    return found
