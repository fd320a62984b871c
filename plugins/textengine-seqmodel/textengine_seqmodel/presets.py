"""Runs with a name: a model, its options and how it is trained.

``rnn-d2l``, ``gru-d2l`` and ``lstm-d2l`` are the runs of "Dive into Deep Learning" (Zhang et al., d2l.ai), chapters
"Recurrent neural networks" and "Modern recurrent neural networks": the first 10,000 characters, one-hot, batch 32, 35
steps, 256 units, stochastic gradient descent at a learning rate of 1, gradients clipped at 1, 500 epochs. Its windows
are sequential, or random with ``--set sampler=random``. It chooses nothing by held-out text, and neither do these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Preset:
    """model: its qualified name. options: those of the model; training: those of training; epochs: how many."""

    model: str
    options: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    epochs: int | None = None


_BOOK_MODEL = {
    "units": 256, "embedding": 0, "layers": 1, "dropout": 0.0, "input_dropout": 0.0, "weight_dropout": 0.0,
}  # fmt: skip
_BOOK_TRAINING = {
    "train_tokens": 10_000, "batch": 32, "length": 35, "sampler": "sequential", "optimizer": "sgd", "lr": 1.0,
    "weight_decay": 0.0, "warmup": 0, "schedule": "constant", "clip": 1.0, "average": 0.0, "precision": "float32",
    "validate": "none",
}  # fmt: skip

PRESETS: Mapping[str, Preset] = {
    f"{cell}-d2l": Preset(f"textengine-seqmodel/{cell}", _BOOK_MODEL, _BOOK_TRAINING, 500)
    for cell in ("rnn", "gru", "lstm")
}
