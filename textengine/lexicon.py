"""Lexicon: a shard's own tokens, numbered as they first appear and counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from textengine.text import Batch

if TYPE_CHECKING:
    from textengine.kernels.table import TokenTable


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

    `add` is the definition; every other method equals calling `add` on each token in turn. All raise TypeError for a
    token that is no str and UnicodeEncodeError for one with a lone surrogate. Picklable.
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
        self._count(np.bincount(ids, minlength=len(self)).astype(np.int64, copy=False))
        return ids

    def intern(
        self, buffer: NDArray[np.uint8], starts: NDArray[np.int64], stops: NDArray[np.int64]
    ) -> NDArray[np.uint32]:
        """Add the tokens ``buffer[starts[i]:stops[i]]``, each valid UTF-8; return their local ids, uint32."""
        data = buffer.tobytes()
        pairs = zip(starts.tolist(), stops.tolist(), strict=True)
        return self.add_all([data[start:stop].decode() for start, stop in pairs])

    def intern_words(
        self, buffer: NDArray[np.uint8], ends: NDArray[np.int64]
    ) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """Add the words of each record, as ``str.split`` finds them; return (local ids, token ends)."""
        return self._add_lists([text.split() for text in Batch(buffer, ends).texts()])

    def intern_chars(
        self, buffer: NDArray[np.uint8], ends: NDArray[np.int64]
    ) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Add the characters of each record; return (local ids, token ends). The ids may be of a smaller dtype."""
        return self._add_lists([list(text) for text in Batch(buffer, ends).texts()])

    def intern_codepoints(self, codepoints: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """Add one token per Unicode code point; return their local ids, uint32."""
        return self.add_all([chr(codepoint) for codepoint in codepoints.tolist()])

    def merge(self, other: Lexicon) -> NDArray[np.uint32]:
        """Add the tokens of `other`, in its order and with its counts; return their ids here, uint32."""
        ids = np.fromiter(map(self._ids.__getitem__, other.tokens), np.uint32, len(other))
        counts = np.zeros(len(self), np.int64)
        counts[ids] = other.counts
        self._count(counts)
        return ids

    @property
    def tokens(self) -> list[str]:
        """The distinct tokens in first-appearance order."""
        return list(self._ids)

    @property
    def counts(self) -> NDArray[np.int64]:
        """How often each token was added, int64, shape (len(self),), in the order of `tokens`."""
        return self._counts

    def arrays(self) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
        """Return the tokens' bytes back to back, uint8; the length of each in bytes, and its count, int64."""
        encoded = [token.encode() for token in self._ids]
        lengths = np.fromiter(map(len, encoded), np.int64, len(encoded))
        return np.frombuffer(b"".join(encoded), np.uint8), lengths, self.counts

    def restore(self, arena: NDArray[np.uint8], lengths: NDArray[Any], counts: NDArray[Any]) -> None:
        """Take over what `arrays` returned, any integers for lengths and counts; this lexicon must be empty."""
        data, start = arena.tobytes(), 0
        for length in lengths.tolist():
            self._ids[data[start : start + length].decode()]
            start += length
        self._counts = counts.astype(np.int64)

    def _count(self, counts: NDArray[np.int64]) -> None:
        counts[: len(self._counts)] += self._counts
        self._counts = counts

    def _add_lists(self, lists: list[list[str]]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        ends = np.cumsum([len(tokens) for tokens in lists], dtype=np.int64)
        return self.add_all([token for tokens in lists for token in tokens]), ends


class KernelLexicon(Lexicon):
    """The same over a table of UTF-8 bytes: `intern...` and `merge` run in kernels, without the interpreter's lock."""

    def __init__(self, table: TokenTable | None = None) -> None:
        from textengine.kernels.table import TokenTable

        self._table = TokenTable() if table is None else table

    def __len__(self) -> int:
        return len(self._table)

    def __reduce__(self) -> tuple[Any, ...]:
        return KernelLexicon, (self._table,)

    def add_all(self, tokens: Sequence[str]) -> NDArray[np.uint32]:
        for token in tokens:
            if not isinstance(token, str):
                raise TypeError(f"a token must be a str, not {type(token).__name__}: {token!r}")
        batch = Batch.from_texts(tokens)
        starts = np.concatenate([np.zeros(min(1, len(tokens)), np.int64), batch.ends[:-1]])
        return self._table.intern(batch.buffer, starts, batch.ends)

    def intern(
        self, buffer: NDArray[np.uint8], starts: NDArray[np.int64], stops: NDArray[np.int64]
    ) -> NDArray[np.uint32]:
        return self._table.intern(buffer, starts, stops)

    def intern_words(
        self, buffer: NDArray[np.uint8], ends: NDArray[np.int64]
    ) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        return self._table.intern_words(buffer, ends)

    def intern_chars(
        self, buffer: NDArray[np.uint8], ends: NDArray[np.int64]
    ) -> tuple[NDArray[Any], NDArray[np.int64]]:
        return self._table.encode_chars(buffer, ends, narrow=True)

    def intern_codepoints(self, codepoints: NDArray[np.uint32]) -> NDArray[np.uint32]:
        return self._table.intern_codepoints(codepoints)

    def merge(self, other: Lexicon) -> NDArray[np.uint32]:
        if not isinstance(other, KernelLexicon):
            raise TypeError("a table can take over the tokens of a table only")
        return self._table.merge(other._table)

    def arrays(self) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
        return self._table.arena, np.diff(self._table.offsets), self._table.counts

    def restore(self, arena: NDArray[np.uint8], lengths: NDArray[Any], counts: NDArray[Any]) -> None:
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])
        self._table = type(self._table).from_arrays(arena, offsets, counts.astype(np.int64))

    @property
    def tokens(self) -> list[str]:
        return self._table.tokens()

    @property
    def counts(self) -> NDArray[np.int64]:
        return self._table.counts
