"""Prediction intervals that assume no distribution: split conformal prediction.

The sizes of errors on values that the model was not fitted to say how wide an interval must be. If errors come in no
particular order, an interval made from n of them covers the next value with at least the stated probability. Errors of
a series do come in an order, so the coverage is also measured, on values that neither the model nor the width saw.

Sources: Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World, 2005; Lei et al., Distribution-free
predictive inference for regression, 2018.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from textengine.errors import ConfigurationError


def conformal_quantile(errors: ArrayLike, coverage: float) -> float:
    """Return half the width of the interval: the ceil((n + 1) * coverage)-th smallest of the n absolute errors.

    coverage: above 0 and below 1. With too few errors for it the answer is infinity, the only width that keeps the
    promise. Raises ConfigurationError for another coverage, or for an error that is not a number.
    """
    check_coverage(coverage)
    sizes = np.sort(np.abs(np.asarray(errors, dtype=np.float64)))
    if np.isnan(sizes).any():
        raise ConfigurationError("an error is not a number, so no interval can be made from it")
    # As a fraction of the decimal that was written: 0.95 * 20 must be 19, not a little more or less.
    rank = math.ceil((len(sizes) + 1) * Fraction(str(coverage)))
    return float(sizes[rank - 1]) if rank <= len(sizes) else math.inf


def fewest_errors(coverage: float) -> int:
    """Return how many errors an interval of finite width needs."""
    check_coverage(coverage)
    share = Fraction(str(coverage))
    return math.ceil(share / (1 - share))


def check_coverage(coverage: float) -> None:
    """Raise ConfigurationError unless `coverage` is between 0 and 1."""
    if not 0 < coverage < 1:
        raise ConfigurationError(f"the coverage is {coverage}; it must be above 0 and below 1, such as 0.9")
