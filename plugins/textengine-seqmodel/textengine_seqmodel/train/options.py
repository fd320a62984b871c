"""What can be set about training, and how long it lasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from textengine.errors import ConfigurationError

_EPOCHS = 20
_MOST_EPOCHS = 100_000


@dataclass(frozen=True)
class Training:
    """How a network is trained.

    batch, length, sampler: the windows of a step (see textengine_seqmodel.windowing); with "sequential" the state is
    carried from step to step within an epoch, and cut off from the gradient.
    optimizer: adamw (I. Loshchilov and F. Hutter, 2019), adam (D. Kingma and J. Ba, 2015) or sgd, with `momentum`.
    lr: the highest learning rate, reached after `warmup` steps; schedule: "cosine" lets it fall to `final_lr` times
    that at the end of the run, "constant" leaves it. clip: the longest gradient allowed (0: any). average: the decay of
    the moving average of the weights, which is what is scored and kept as the best; 0: none. precision: of the
    products; "auto" is bfloat16 where the processor has instructions for it. validate: what chooses among the
    checkpoints: the part "val"; "tail", the last tenth of the training part, which is then not trained on; or "none",
    which keeps the last. evaluations: how often that is done, spread over the run; patience: how many in a row may
    bring nothing better before training stops (0: any number). train_tokens: train on the first so many tokens only (0:
    all). direction: "backward" reads the text from its end.
    """

    batch: int = 32
    length: int = 64
    sampler: Literal["random", "sequential", "uniform"] = "sequential"
    optimizer: Literal["adamw", "adam", "sgd"] = "adamw"
    lr: float = 4e-3
    momentum: float = 0.0
    weight_decay: float = 0.01
    warmup: int = 50
    schedule: Literal["cosine", "constant"] = "cosine"
    final_lr: float = 0.02
    clip: float = 1.0
    average: float = 0.99
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    validate: Literal["val", "tail", "none"] = "val"
    evaluations: int = 20
    patience: int = 5
    train_tokens: int = 0
    direction: Literal["forward", "backward"] = "forward"

    def __post_init__(self) -> None:
        if self.batch < 1 or self.length < 1 or self.evaluations < 1:
            raise ValueError("batch, length and evaluations must be 1 or more")
        for name in ("momentum", "average"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must be 0 to below 1, not {getattr(self, name)}")
        for name in ("lr", "weight_decay", "warmup", "final_lr", "clip", "patience", "train_tokens"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name} must be 0 or more, not {getattr(self, name)}")

    def __call__(self, epochs: int | None, steps: int | None, minutes: float | None) -> Budget:
        """Return how long to train: as long as named, or for as many epochs as are usual."""
        if epochs is steps is minutes is None:
            epochs = _EPOCHS
        return Budget(epochs, steps, minutes)


@dataclass(frozen=True)
class Budget:
    """How long to train: until the first of what is named is used up."""

    epochs: int | None = None
    steps: int | None = None
    minutes: float | None = None

    def __post_init__(self) -> None:
        for name in ("epochs", "steps", "minutes"):
            value = getattr(self, name)
            if value is not None and not 0 < value < float("inf"):
                raise ConfigurationError(f"--{name} must be more than 0, not {value}")
        if self.epochs is not None and self.epochs > _MOST_EPOCHS:  # each is looked at to know how many steps there are
            raise ConfigurationError(f"--epochs must be {_MOST_EPOCHS:,} or less, not {self.epochs:,}; use --minutes")
