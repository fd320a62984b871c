"""The options of an n-gram model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from textengine_seqmodel.ngram import LONGEST

if TYPE_CHECKING:
    from textengine_seqmodel.ngram.model import NGramModel


@dataclass(frozen=True)
class NGram:
    """A smoothed n-gram model of any order.

    method: kneser-ney (interpolated, modified), witten-bell, or laplace as the d2l book has it. order: the length of
    the longest n-gram; 0 lets the last tenth of the training text choose, for a model that is then counted on all of
    it. max_order: the longest that may be chosen. epsilon: what laplace adds.
    """

    method: Literal["kneser-ney", "witten-bell", "laplace"] = "kneser-ney"
    order: int = 0
    max_order: int = 10
    epsilon: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.order <= LONGEST or not 1 <= self.max_order <= LONGEST:
            raise ValueError(f"order must be 0 (chosen) to {LONGEST}, max_order 1 to {LONGEST}")
        if not 0 < self.epsilon < float("inf"):
            raise ValueError(f"epsilon must be above 0, not {self.epsilon}")

    def __call__(self, vocab_size: int) -> NGramModel:
        """Return the model, not yet counted."""
        from textengine_seqmodel.ngram.model import NGramModel

        return NGramModel(self, vocab_size)
