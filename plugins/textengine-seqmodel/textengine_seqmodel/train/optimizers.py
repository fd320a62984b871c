"""Optimizers by name, and the learning rate over a run."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import nn

from textengine_seqmodel.train.options import Training

_BETAS = (0.9, 0.99)  # the second is lower than usual: these runs are short


def make_optimizer(network: nn.Module, options: Training) -> torch.optim.Optimizer:
    """Return the optimizer that `options` name; weights decay, vectors such as biases do not."""
    weights = [weight for weight in network.parameters() if weight.dim() > 1]
    vectors = [vector for vector in network.parameters() if vector.dim() <= 1]
    groups: list[dict[str, Any]] = [
        {"params": weights, "weight_decay": options.weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    if options.optimizer == "sgd":
        return torch.optim.SGD(groups, options.lr, momentum=options.momentum)
    if options.optimizer == "adam":
        return torch.optim.Adam(groups, options.lr, betas=_BETAS)
    return torch.optim.AdamW(groups, options.lr, betas=_BETAS)


def learning_rate(options: Training, step: int, fraction: float) -> float:
    """Return the learning rate of a step. step: counted from 0; fraction: how much of the run is over, 0 to 1."""
    rate = options.lr * min(1.0, (step + 1) / (options.warmup + 1))
    if options.schedule == "cosine":
        fall = 0.5 * (1 + math.cos(math.pi * min(1.0, fraction)))
        rate *= options.final_lr + (1 - options.final_lr) * fall
    return rate
