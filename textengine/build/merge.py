"""Merge: shards' own tokens and counts, folded in shard order into one numbering of the whole input."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from textengine.lexicon import Lexicon
from textengine.vocab import Counts, Vocab


@dataclass(frozen=True, slots=True)
class Tables:
    """Final ids. numbers: for each shard, the number in the whole input of each local id; final: the id of a number.

    missing: whether a number's token is not in the vocabulary, or None if all are.
    """

    numbers: list[NDArray[np.uint32]]
    final: NDArray[np.unsignedinteger]
    missing: NDArray[np.bool_] | None

    def of(self, shard: int) -> tuple[NDArray[np.unsignedinteger], NDArray[np.bool_] | None]:
        """Return for a shard: the final id of each local id, and which of them the vocabulary does not hold, if any.

        A token that the vocabulary does not hold has the unknown token's id, or 0 where there is none.
        """
        numbers = self.numbers[shard]
        unknown = None if self.missing is None else self.missing[numbers]
        return self.final[numbers], unknown if unknown is not None and unknown.any() else None


class Merger:
    """Numbers the tokens of the whole input by first appearance. `add` must be called in shard order.

    lexicon: an empty one, of the kind that the shards' lexicons are.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._numbers: list[NDArray[np.uint32]] = []
        self._counts: list[NDArray[np.int64]] = []

    def add(self, lexicon: Lexicon) -> None:
        """Take the next shard's distinct tokens and their counts."""
        self._numbers.append(self._lexicon.merge(lexicon))
        self._counts.append(lexicon.counts.copy())

    def counts(self, shards: int, rest: NDArray[np.int64] | None = None) -> Counts:
        """Return the counts over the first `shards` shards, and `rest`: counts over a part of the next one.

        Shards are a prefix of the text, so first appearance in the prefix is first appearance in the whole.
        """
        totals = np.zeros(len(self._lexicon), np.int64)
        for numbers, counts in zip(self._numbers[:shards], self._counts, strict=False):
            totals[numbers] += counts  # a shard's tokens are distinct, so no place is named twice
        if rest is not None:
            totals[self._numbers[shards][: len(rest)]] += rest
        seen = np.flatnonzero(totals)
        tokens = self._tokens if len(seen) == len(self._tokens) else [self._tokens[n] for n in seen.tolist()]
        return Counts.of(dict(zip(tokens, totals[seen].tolist(), strict=True)))

    def tables(self, vocab: Vocab, dtype: np.dtype[np.unsignedinteger]) -> Tables:
        """Return what tells each shard's local ids their final ones."""
        found = map(vocab.token_to_idx.get, self._tokens, repeat(-1))
        final = np.fromiter(found, np.int64, len(self._tokens))
        missing = final < 0
        final[missing] = vocab.unk or 0
        return Tables(self._numbers, final.astype(dtype), missing if missing.any() else None)

    def token(self, shard: int, local: int) -> str:
        """Return the token that has the id `local` in a shard."""
        return self._tokens[int(self._numbers[shard][local])]

    @cached_property
    def _tokens(self) -> list[str]:
        """The tokens of the whole input; asked for only when all shards are added."""
        return self._lexicon.tokens
