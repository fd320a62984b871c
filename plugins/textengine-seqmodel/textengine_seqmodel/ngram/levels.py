"""Backing off: every smoothed n-gram model here is a row of levels, one for each length of n-gram.

At the level of length n, with h the n-1 tokens before w, and h' the last n-2 of them::

    p_n(w | h) = share(h w) + backoff(h) * p_{n-1}(w | h')

`share` is 0 for an n-gram that was not seen, `backoff` is 1 for a context that was not seen, and p_0 is uniform over
the vocabulary. The methods of smoothing differ only in the two tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textengine_seqmodel.ngram.grams import Grams, Ids, Ints, matched

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Level:
    """One length of n-gram: `keys` int64 and `share` float64, shape (grams,); `backoff` float64, shape (contexts,)."""

    keys: Ints
    share: Floats
    backoff: Floats


@dataclass(frozen=True)
class Smoothing:
    """A method of smoothing. inner: the level for n-grams below the order of the model; top: that of the order."""

    name: str
    inner: Callable[[Grams], Level]
    top: Callable[[Grams], Level]

    def levels(self, grams: list[Grams]) -> list[Level]:
        """Return the levels of the model whose order is the number of `grams`."""
        return [*map(self.inner, grams[:-1]), self.top(grams[-1])]


def apply(level: Level, contexts: Ints, grams: Ints, below: Floats) -> Floats:
    """Return the probabilities of one level, given ranks as `matched` gives them and the shorter level's, `below`."""
    share = np.where(grams >= 0, level.share[grams], 0.0) if len(level.share) else 0.0
    backoff = np.where(contexts >= 0, level.backoff[contexts], 1.0)
    return np.asarray(share + backoff * below, np.float64)


def probabilities(levels: list[Level], ids: Ids, vocab_size: int) -> Floats:
    """Return the probability of each of `ids` after those before it, shape (tokens,)."""
    chances = np.full(len(ids), 1.0 / vocab_size)
    for level, (contexts, grams) in zip(
        levels, matched([level.keys for level in levels], ids, vocab_size), strict=True
    ):
        chances = apply(level, contexts, grams, chances)
    return chances


def distribution(levels: list[Level], context: Iterable[int], vocab_size: int) -> Floats:
    """Return the probability of every token after `context`, shape (vocabulary,)."""
    # Followed by any token, a context of the order less one has the n-grams that end at its own last positions.
    tail = np.asarray([*context][max(0, len([*context]) - len(levels) + 1) :], np.int64)
    ranks = [0]  # of the last 0, 1, 2, ... tokens of the context
    ranks += [int(grams[-1]) for _, grams in matched([level.keys for level in levels[: len(tail)]], tail, vocab_size)]
    chances = np.full(vocab_size, 1.0 / vocab_size)
    for level, rank in zip(levels, ranks, strict=False):
        if rank < 0:
            break  # a longer context cannot have been seen either
        wanted = rank * vocab_size + np.arange(vocab_size)
        place = np.minimum(np.searchsorted(level.keys, wanted), len(level.keys) - 1)
        grams = np.where(level.keys[place] == wanted, place, -1)
        chances = apply(level, np.full(vocab_size, rank), grams, chances)
    return chances
