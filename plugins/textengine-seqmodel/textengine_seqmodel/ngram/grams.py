"""Counting n-grams: every distinct run of n tokens in a sequence of ids, by sorting, without a Python object a token.

An n-gram is known by its rank among the distinct ones of its length. The key of an n-gram is
``rank of its first n-1 tokens * vocabulary size + its last token``, so keys stay below ``tokens * vocabulary`` for any
order, and the distinct n-grams of a sequence are one sorted array of int64.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textengine.errors import ConfigurationError

Ids = NDArray[Any]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Grams:
    """The distinct n-grams of one length.

    keys: int64, shape (grams,), sorted. counts: how often each occurs. first: where each occurs first.
    preceded: how many distinct tokens stand before each, zero for one that only begins the sequence.
    contexts: how many distinct (n-1)-grams there are. vocab_size: the number of tokens in the vocabulary.
    """

    keys: Ints
    counts: Ints
    first: Ints
    preceded: Ints
    contexts: int
    vocab_size: int

    @property
    def context(self) -> Ints:
        """The rank of each n-gram's first n-1 tokens, shape (grams,)."""
        return self.keys // self.vocab_size

    @property
    def last(self) -> Ints:
        """Each n-gram's last token, shape (grams,)."""
        return self.keys % self.vocab_size


def count_grams(ids: Ids, order: int, vocab_size: int) -> list[Grams]:
    """Return the n-grams of `ids`, shape (tokens,), for the lengths 1 to `order`, at most as many as there are tokens.

    `preceded` is not counted for the longest length, where no model needs it. Raises ConfigurationError for ids outside
    the vocabulary and for a sequence so long that keys would overflow.
    """
    tokens = check_ids(ids, vocab_size)
    lengths = min(order, len(tokens))
    ranks = np.zeros(len(tokens), np.int64)  # every position begins the one empty gram
    contexts, found = 1, []
    earlier = ranks
    for length in range(1, lengths + 1):
        starts = len(tokens) - length + 1
        packed = ranks[:starts] * vocab_size + tokens[length - 1 :]
        keys, first, inverse, counts = np.unique(packed, return_index=True, return_inverse=True, return_counts=True)
        earlier, ranks = ranks, inverse
        found.append(Grams(keys, counts, first, np.zeros(len(keys), np.int64), contexts, vocab_size))
        if length > 1:  # one more distinct token stands before the n-gram's own last n-1 tokens
            np.add.at(found[-2].preceded, earlier[first + 1], 1)
        contexts = len(keys)
    return found


def matched(keys: list[Ints], ids: Ids, vocab_size: int) -> Iterator[tuple[Ints, Ints]]:
    """Yield, for the lengths 1, 2, ..., (contexts, grams): ranks of the n-grams that end at each position of `ids`.

    contexts: the rank of the n-1 tokens before each position; grams: that of those with the position's own token; both
    int64, shape (tokens,), and -1 for what is not among `keys` or would begin before `ids`.
    """
    tokens = check_ids(ids, vocab_size)
    contexts = np.zeros(len(tokens), np.int64)
    for known in keys:
        grams = np.full(len(tokens), -1, np.int64)
        seen = np.flatnonzero(contexts >= 0)
        if len(known) and len(seen):
            wanted = contexts[seen] * vocab_size + tokens[seen]
            place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
            grams[seen] = np.where(known[place] == wanted, place, -1)
        yield contexts, grams
        # The context of the next length is the n-gram that ends one position earlier.
        contexts = np.concatenate((np.full(min(1, len(tokens)), -1, np.int64), grams[:-1]))


def check_ids(ids: Ids, vocab_size: int) -> Ints:
    """Return `ids` as int64. Raises ConfigurationError unless they are one row of ids of the vocabulary."""
    tokens = np.asarray(ids)
    if tokens.ndim != 1 or (len(tokens) and not np.issubdtype(tokens.dtype, np.integer)):
        raise ConfigurationError(f"ids are one row of whole numbers, not {tokens.dtype} of shape {tokens.shape}")
    tokens = tokens.astype(np.int64)
    if len(tokens) and not 0 <= int(tokens.min()) <= int(tokens.max()) < vocab_size:
        raise ConfigurationError(f"ids must be 0 to {vocab_size - 1}, not {tokens.min()} to {tokens.max()}")
    if (len(tokens) + 1) * vocab_size >= 2**63:
        raise ConfigurationError(
            f"{len(tokens)} tokens of a vocabulary of {vocab_size} are too many to count n-grams of"
        )
    return tokens
