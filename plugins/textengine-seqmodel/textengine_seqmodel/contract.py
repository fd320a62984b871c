"""What a model may be, once it was made for a vocabulary: a network, or something that counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

HOOK = "seqmodel_models"


class ModelKind(str):
    """The kind of component that `HOOK` provides: looked up by the hook's name, called "model" in messages."""

    __slots__ = ()

    def __str__(self) -> str:
        return "model"

    def __format__(self, spec: str) -> str:
        return format("model", spec)


MODEL = ModelKind(HOOK)


class Network(Protocol):
    """A torch.nn.Module trained by gradient descent."""

    def __call__(self, ids: torch.Tensor, state: Any = None) -> tuple[torch.Tensor, Any]:
        """Return (logits, state) for int64 ids of shape (batch, time); logits: (batch, time, vocabulary)."""


@runtime_checkable
class Counted(Protocol):
    """A model that is counted in one pass over the training text."""

    def fit(self, ids: NDArray[Any]) -> Mapping[str, Any]:
        """Count `ids`, shape (tokens,); return what was chosen, as JSON can hold it, such as {"order": 7}."""

    def score(self, ids: NDArray[Any]) -> NDArray[np.float64]:
        """Return the nats that each of `ids` costs after those before it: minus the log of its probability."""

    def distribution(self, context: Sequence[int]) -> NDArray[np.float64]:
        """Return the probability of every token after `context`, shape (vocabulary,)."""

    def tensors(self) -> Mapping[str, NDArray[Any]]:
        """Return everything that was counted, for a file."""

    def load(self, tensors: Mapping[str, NDArray[Any]]) -> None:
        """Take what `tensors` returned. Raises ValueError, KeyError or TypeError for anything else."""
