"""Lag features: a series as a table in which each value stands beside those before it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from textengine.errors import ConfigurationError, suggest

PADDINGS = ("drop", "zeros")


def lag_features(
    series: ArrayLike, tau: int, *, padding: str = "drop", horizon: int = 1
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return (features, labels): rows of `tau` consecutive values, and the value `horizon` steps after each row.

    series: T values, an array or a tensor on the CPU; float32 stays float32, everything else becomes float64.
    Features have the shape (rows, tau), oldest value first, and labels (rows, 1). padding: "drop" leaves out the first
    tau values as labels, because the values before them are not known, so rows = T - tau - horizon + 1; "zeros" keeps
    them, with 0 for each value before the series began, so rows = T - horizon + 1. Both are copies.

    Raises ConfigurationError if an argument is out of range or the series is too short for one row.
    Source: Zhang et al., Dive into Deep Learning 0.17, section 8.1.
    """
    values = np.asarray(series)
    if values.dtype != np.float32:
        values = values.astype(np.float64)
    if values.ndim != 1:
        raise ConfigurationError(f"a series has one dimension, not the shape {values.shape}")
    for name, number in (("tau", tau), ("horizon", horizon)):
        if number < 1:
            raise ConfigurationError(f"{name} is {number}; it must be 1 or more")
    if padding not in PADDINGS:
        there = f"there is: {', '.join(PADDINGS)}"
        raise ConfigurationError(f"no padding is named {padding!r}{suggest(padding, PADDINGS, there)}")
    if padding == "zeros":
        values = np.concatenate([np.zeros(tau, values.dtype), values])
    rows = len(values) - tau - horizon + 1
    if rows < 1:
        raise ConfigurationError(
            f"{np.size(series)} values are too few for one row of {tau} lags and a label {horizon} ahead; "
            f"lower tau or the horizon"
        )
    features = np.lib.stride_tricks.sliding_window_view(values[: rows + tau - 1], tau).copy()
    return features, values[tau + horizon - 1 :, None].copy()
