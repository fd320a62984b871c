"""The synthetic series: a sine with noise, for which the error of the best possible forecast is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LENGTH, FREQUENCY, NOISE = 1000, 0.01, 0.2
NOISE_VARIANCE = 0.04  # of the default noise, without the rounding of 0.2**2


def sine_series(length: int = LENGTH, *, frequency: float = FREQUENCY, noise: float = NOISE) -> NDArray[np.float32]:
    """Return sin(frequency * t) + N(0, noise) for t = 1 .. length, as float32 of shape (length,).

    frequency: in radians per step. noise: the standard deviation; no forecast of a value can have an expected squared
    error below its square. The noise is one draw of ``torch.normal`` from torch's global generator, so
    ``torch.manual_seed`` before the call decides it.

    Source: Zhang et al., Dive into Deep Learning 0.17, section 8.1.
    """
    import torch

    time = torch.arange(1, length + 1, dtype=torch.float32)
    values = torch.sin(frequency * time) + torch.normal(0, noise, (length,))
    found: NDArray[np.float32] = values.numpy()
    return found


def clean_sine(length: int = LENGTH, *, frequency: float = FREQUENCY) -> NDArray[np.float64]:
    """Return the same sine without its noise, as float64 of shape (length,)."""
    found: NDArray[np.float64] = np.sin(frequency * np.arange(1, length + 1))
    return found
