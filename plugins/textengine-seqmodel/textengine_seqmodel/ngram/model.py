"""NGramModel: n-grams of a text, smoothed, and the choice of their length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from textengine.errors import UsageError
from textengine_seqmodel.ngram import LONGEST
from textengine_seqmodel.ngram.grams import Grams, Ids, count_grams, matched
from textengine_seqmodel.ngram.kneser_ney import kneser_ney
from textengine_seqmodel.ngram.laplace import laplace
from textengine_seqmodel.ngram.levels import Floats, Level, Smoothing, apply, distribution, probabilities
from textengine_seqmodel.ngram.witten_bell import witten_bell

_TAIL = 10  # the share of the training text that chooses the order is one in so many
_PARTS = ("keys", "share", "backoff")


class Options(Protocol):
    """What can be set; see textengine_seqmodel.models.ngram, which stands above this file."""

    @property
    def method(self) -> str: ...
    @property
    def order(self) -> int: ...
    @property
    def max_order(self) -> int: ...
    @property
    def epsilon(self) -> float: ...


class NGramModel:
    """A smoothed n-gram model over a vocabulary. `levels` is empty until `fit` or `load`."""

    def __init__(self, options: Options, vocab_size: int) -> None:
        self.options, self.vocab_size = options, vocab_size
        self.levels: list[Level] = []

    @property
    def order(self) -> int:
        """The length of the longest n-gram."""
        return len(self.levels)

    def fit(self, ids: Ids) -> Mapping[str, Any]:
        """Count `ids`; return {"order": ...} and, where it was chosen, the nats by which ("nats_by_order").

        Raises UsageError if there is nothing to count.
        """
        if len(ids) == 0:
            raise UsageError("there is no token to count n-grams of")
        smoothing, order, facts = self._smoothing(), self.options.order, {}
        if order == 0:
            by_order = nats_by_order(ids, self.options.max_order, self.vocab_size, smoothing)
            order = 1 + int(np.argmin(by_order))
            facts = {"nats_by_order": [round(value, 6) for value in by_order]}
        self.levels = smoothing.levels(count_grams(ids, order, self.vocab_size))
        return {"method": self.options.method, "order": self.order, **facts}

    def score(self, ids: Ids) -> Floats:
        """Return the nats of each of `ids` after those before it, shape (tokens,); those before `ids` are not known."""
        return -np.log(probabilities(self.levels, ids, self.vocab_size))

    def distribution(self, context: Sequence[int]) -> Floats:
        """Return the probability of every token after `context`, shape (vocabulary,)."""
        return distribution(self.levels, context, self.vocab_size)

    def tensors(self) -> Mapping[str, NDArray[Any]]:
        """Return the tables of all levels: "1.keys", "1.share", "1.backoff", "2.keys", ..."""
        pairs = enumerate(self.levels, 1)
        return {f"{length}.{part}": getattr(level, part) for length, level in pairs for part in _PARTS}

    def load(self, tensors: Mapping[str, NDArray[Any]]) -> None:
        """Take what `tensors` returned. Raises ValueError or KeyError for tables that do not fit one another."""
        order = len(tensors) // len(_PARTS)
        if not 1 <= order <= LONGEST or len(tensors) % len(_PARTS):
            raise ValueError(f"{len(tensors)} tables are not those of an n-gram model")
        levels: list[Level] = []
        contexts = 1
        for length in range(1, order + 1):
            level = Level(*(tensors[f"{length}.{part}"] for part in _PARTS))
            kinds = [str(tensors[f"{length}.{part}"].dtype) for part in _PARTS]
            if kinds != ["int64", "float64", "float64"] or level.share.shape != level.keys.shape:
                raise ValueError(f"the tables of length {length} are of the wrong kind")
            if level.backoff.shape != (contexts,) or level.keys.ndim != 1 or not len(level.keys):
                raise ValueError(f"the tables of length {length} do not fit those below")
            contexts = len(level.keys)
            levels.append(level)
        if (
            len(levels[0].keys) > self.vocab_size
            or not 0 <= levels[0].keys.min() <= levels[0].keys.max() < self.vocab_size
        ):
            raise ValueError(f"the tables are not for a vocabulary of {self.vocab_size} tokens")
        self.levels = levels

    def _smoothing(self) -> Smoothing:
        if self.options.method == "laplace":
            return laplace(self.options.epsilon)
        return kneser_ney() if self.options.method == "kneser-ney" else witten_bell()


def nats_by_order(ids: Ids, max_order: int, vocab_size: int, smoothing: Smoothing) -> list[float]:
    """Return the mean nats of the last tenth of `ids` by a model of the rest, for each order from 1 up.

    All orders in one pass: a model of order n has the lower levels of every longer one.
    """
    cut = len(ids) - len(ids) // _TAIL
    grams: list[Grams] = count_grams(ids[:cut], max_order, vocab_size)
    scored = ids[max(0, cut - max_order) :]
    held_out = len(ids) - cut
    below: Floats = np.full(len(scored), 1.0 / vocab_size)
    means = []
    for gram, (contexts, found) in zip(grams, matched([gram.keys for gram in grams], scored, vocab_size), strict=True):
        whole = apply(smoothing.top(gram), contexts, found, below)
        means.append(float(-np.log(whole[len(scored) - held_out :]).mean()) if held_out else 0.0)
        below = apply(smoothing.inner(gram), contexts, found, below)
    return means
