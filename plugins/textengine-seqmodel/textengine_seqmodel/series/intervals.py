"""Prediction intervals for the held-out part: half of it says how wide they are, the other half how often they hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from textengine_seqmodel.series.conformal import conformal_quantile
from textengine_seqmodel.series.forecaster import Floats
from textengine_seqmodel.series.parts import Parts, Predictions


@dataclass(frozen=True)
class Interval:
    """The interval `step` ahead: forecast plus and minus `half_width`.

    calibration, measured: positions (start, stop) in reading order. coverage: the share of measured values inside.
    """

    step: int
    stated: float
    half_width: float
    coverage: float
    calibration: tuple[int, int]
    measured: tuple[int, int]


def interval(predictions: Predictions, parts: Parts, step: int, stated: float, where: tuple[int, int]) -> Interval:
    """Return the interval for the forecasts `step` ahead of the positions `where`, its first half for calibration."""
    start, stop = where
    middle = (start + stop) // 2
    with np.errstate(over="ignore", invalid="ignore"):
        errors: Floats = np.abs(predictions.at(step) - parts.values)
    errors = np.where(np.isnan(errors), np.inf, errors)  # a forecast that ran off to infinity and back
    half_width = conformal_quantile(errors[start:middle], stated)
    coverage = float(np.mean(errors[middle:stop] <= half_width))
    return Interval(step, stated, half_width, coverage, (start, middle), (middle, stop))
