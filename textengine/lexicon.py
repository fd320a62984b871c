"""Lexicon: a shard's own tokens, numbered as they first appear and counted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class _Ids(dict[str, int]):
    """Token -> local id; a token met for the first time takes the next number."""

    def __missing__(self, token: str) -> int:
        # Each distinct token passes here once, so the checks cost nothing per token.
        if not isinstance(token, str):
            raise TypeError(f"a token must be a str, not {type(token).__name__}: {token!r}")
        token.encode()  # a lone surrogate is no Unicode scalar value and could never be stored
        self[token] = number = len(self)
        return number


class Lexicon:
    """Interns tokens into local ids 0, 1, 2, ... in first-appearance order, and counts them.

    `add` is the definition. `add_all`, `intern` and `intern_codepoints` are equal to calling `add` on each
    token in turn. All raise TypeError for a token that is no str and UnicodeEncodeError for one with a lone
    surrogate.
    """

    def __init__(self) -> None:
        self._ids = _Ids()
        self._counts = np.zeros(0, np.int64)

    def __len__(self) -> int:
        """Return the number of distinct tokens."""
        return len(self._ids)

    def add(self, token: str) -> int:
        """Count `token` once and return its local id."""
        return int(self.add_all([token])[0])

    def add_all(self, tokens: Sequence[str]) -> NDArray[np.uint32]:
        """Count every token and return the local ids, uint32, shape (len(tokens),)."""
        ids = np.fromiter(map(self._ids.__getitem__, tokens), np.uint32, len(tokens))
        counts = np.bincount(ids, minlength=len(self._ids)).astype(np.int64, copy=False)
        counts[: len(self._counts)] += self._counts
        self._counts = counts
        return ids

    def intern(
        self, buffer: NDArray[np.uint8], starts: NDArray[np.int64], stops: NDArray[np.int64]
    ) -> NDArray[np.uint32]:
        """Add the tokens ``buffer[starts[i]:stops[i]]``, each valid UTF-8; return their local ids."""
        data = buffer.tobytes()
        pairs = zip(starts.tolist(), stops.tolist(), strict=True)
        return self.add_all([data[start:stop].decode() for start, stop in pairs])

    def intern_codepoints(self, codepoints: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """Add one token per Unicode code point; return their local ids."""
        return self.add_all([chr(codepoint) for codepoint in codepoints.tolist()])

    @property
    def tokens(self) -> list[str]:
        """The distinct tokens in first-appearance order."""
        return list(self._ids)

    @property
    def counts(self) -> NDArray[np.int64]:
        """How often each token was added, int64, shape (len(self),), in the order of `tokens`."""
        return self._counts
