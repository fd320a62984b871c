"""Merge: shards' own tokens and counts, folded in shard order into one numbering of the whole input."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from textengine.lexicon import Lexicon
from textengine.vocab import Counts, Vocab


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
        tokens = self._lexicon.tokens
        result = Counts()
        result.update([tokens[number] for number in seen.tolist()], totals[seen].tolist())
        return result

    def tables(
        self, vocab: Vocab, dtype: np.dtype[np.unsignedinteger]
    ) -> list[tuple[NDArray[np.unsignedinteger], NDArray[np.bool_] | None]]:
        """Return for each shard: the final id of each local id, and which of them `vocab` does not hold, if any.

        A token that the vocabulary does not hold has the unknown token's id, or 0 where there is none.
        """
        index = vocab.token_to_idx
        final = np.array([index.get(token, -1) for token in self._lexicon.tokens], np.int64)
        missing = final < 0
        final[missing] = vocab.unk or 0
        narrow = final.astype(dtype)
        unknown = [missing[numbers] for numbers in self._numbers]
        masks = [mask if mask.any() else None for mask in unknown]
        return list(zip((narrow[numbers] for numbers in self._numbers), masks, strict=True))

    def token(self, shard: int, local: int) -> str:
        """Return the token that has the id `local` in a shard."""
        return self._lexicon.tokens[int(self._numbers[shard][local])]
