"""What the options of the recurrent networks have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from textengine_seqmodel.recurrent.network import RecurrentNetwork

_LARGEST = 1 << 16
_MOST_LAYERS = 64


@dataclass(frozen=True)
class Recurrent:
    """Options of a recurrent network.

    units: the width of the hidden state. layers: how many are stacked. embedding: the width of the learned vectors that
    tokens enter as; 0 lets them enter one-hot, as in the d2l book. tied: whether the output uses the same vectors (H.
    Inan et al., 2017; O. Press and L. Wolf, 2017), over a projection where the widths differ.

    Three shares of numbers are set to zero while training; the usual values suit a book: some hundred thousand
    characters, read tens of times. dropout: of what a layer gives, the same ones for all times of a window (Y. Gal and
    Z. Ghahramani, 2016). input_dropout: of what the first layer is given, in the same way. weight_dropout: of the
    weights from hidden state to hidden state (S. Merity et al., "Regularizing and optimizing LSTM language models",
    2018).
    """

    cell: ClassVar[str]

    units: int = 512
    layers: int = 1
    embedding: int = 128
    tied: bool = False
    dropout: float = 0.4
    input_dropout: float = 0.1
    weight_dropout: float = 0.3

    def __post_init__(self) -> None:
        if not 1 <= self.units <= _LARGEST or not 0 <= self.embedding <= _LARGEST:
            raise ValueError(f"units must be 1 to {_LARGEST}, embedding 0 (one-hot) to {_LARGEST}")
        if not 1 <= self.layers <= _MOST_LAYERS:
            raise ValueError(f"layers must be 1 to {_MOST_LAYERS}, not {self.layers}")
        for name in ("dropout", "input_dropout", "weight_dropout"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must be 0 to below 1, not {getattr(self, name)}")
        if self.tied and not self.embedding:
            raise ValueError("tied needs an embedding, and it is 0 (one-hot)")

    def __call__(self, vocab_size: int) -> RecurrentNetwork:
        """Return the network, its weights drawn from torch's random numbers."""
        from textengine_seqmodel.recurrent.network import RecurrentNetwork

        return RecurrentNetwork(self, vocab_size)
