"""Fitting a torch module to rows of features and labels: the chapter's loop, with its guards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from textengine.errors import ConfigurationError, RunError
from textengine_seqmodel.series.forecaster import OnEpoch

if TYPE_CHECKING:
    import torch
    from torch import nn
    from torch.utils.data import DataLoader

    Rows = DataLoader[tuple[torch.Tensor, ...]]


def fit_network(
    module: nn.Module,
    features: ArrayLike,
    labels: ArrayLike,
    *,
    epochs: int = 5,
    batch_size: int = 16,
    lr: float = 0.01,
    on_epoch: OnEpoch | None = None,
) -> list[float]:
    """Train `module` in place with Adam on the squared error; return the mean loss over all rows after each epoch.

    features: (rows, ...), labels: (rows, 1); used as float32. The module maps a batch of features to (batch, 1). The
    loss is (output - label)**2, without a factor of one half, summed over a batch for the gradient. Rows are shuffled
    for every pass. on_epoch: called with the epoch, from 1, and its loss.

    Random numbers come from torch's global generator: ``torch.manual_seed`` before the module is made and the call
    repeats both. Raises ConfigurationError for numbers out of range, and RunError if the loss stops being finite.
    Source: Zhang et al., Dive into Deep Learning 0.17, section 8.1.
    """
    for name, number in (("epochs", epochs), ("batch_size", batch_size)):
        if number < 1:
            raise ConfigurationError(f"{name} is {number}; it must be 1 or more")
    if not 0 < lr < float("inf"):
        raise ConfigurationError(f"the learning rate is {lr}; it must be a number above 0")
    rows = _rows(features, labels, batch_size)
    losses = []
    optimizer = _adam(module, lr)
    for epoch in range(1, epochs + 1):
        _pass(module, rows, optimizer, epoch)
        losses.append(_mean_loss(module, rows))
        if not np.isfinite(losses[-1]):
            raise _diverged(epoch, len(rows), len(rows))
        if on_epoch is not None:
            on_epoch(epoch, losses[-1])
    return losses


def _rows(features: ArrayLike, labels: ArrayLike, batch_size: int) -> Rows:
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    with np.errstate(over="ignore"):  # what is too large becomes infinite, and the loss tells
        tensors = [torch.from_numpy(np.array(values, dtype=np.float32)) for values in (features, labels)]
    if len(tensors[0]) != len(tensors[1]):
        raise ConfigurationError(f"there are {len(tensors[0])} rows of features and {len(tensors[1])} labels")
    return DataLoader(TensorDataset(*tensors), min(batch_size, max(len(tensors[0]), 1)), shuffle=True)


def _adam(module: nn.Module, lr: float) -> torch.optim.Optimizer:
    from torch.optim import Adam

    return Adam(module.parameters(), lr=lr)


def _pass(module: nn.Module, rows: Rows, optimizer: torch.optim.Optimizer, epoch: int) -> None:
    """Take one step for every batch."""
    for step, (features, labels) in enumerate(rows, 1):
        optimizer.zero_grad()
        loss = ((module(features) - labels) ** 2).sum()
        if not loss.isfinite():
            raise _diverged(epoch, step, len(rows))
        loss.backward()
        optimizer.step()


def _mean_loss(module: nn.Module, rows: Rows) -> float:
    # Through the same shuffled rows: the chapter's loop draws random numbers here too, and so decides the next epoch.
    import torch

    total, count = 0.0, 0
    with torch.no_grad():
        for features, labels in rows:
            total += float(((module(features) - labels) ** 2).sum())
            count += labels.numel()
    return total / count


def _diverged(epoch: int, step: int, steps: int) -> RunError:
    return RunError(
        f"the loss is no longer a finite number in epoch {epoch}, step {step} of {steps}; "
        f"lower the learning rate (--lr), or look for extreme values in the series"
    )
