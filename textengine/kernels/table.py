"""TokenTable: distinct tokens as bytes, numbered as they first appear and counted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textengine.kernels.bits import Bytes, padded
from textengine.kernels.chars import (
    FOUND,
    FRESH,
    READ,
    WRITTEN,
    CharIndex,
    char_ends,
    number_chars,
    number_codepoints,
    number_narrow_chars,
)
from textengine.kernels.intern import intern_spans, move_slots
from textengine.kernels.pairs import BYTE
from textengine.kernels.words import word_edges

Int64s = NDArray[np.int64]
Ids = NDArray[Any]  # uint8, uint16 or uint32
Uint32s = NDArray[np.uint32]

MULTIPLIER = int.from_bytes(os.urandom(8), "little") | 1  # random: no text can be written that collides
MOST_TOKENS = 1 << 32  # ids are uint32
MIDDLE = 1 << 16  # ids that uint16 holds


def intern_definition(tokens: Iterable[str]) -> tuple[list[int], dict[str, int]]:
    """Return the ids of `tokens`, in first-appearance order, and the count of each distinct one."""
    numbers: dict[str, int] = {}
    counts: dict[str, int] = {}
    ids = []
    for token in tokens:
        ids.append(numbers.setdefault(token, len(numbers)))
        counts[token] = counts.get(token, 0) + 1
    return ids, counts


class TokenTable:
    """Interns tokens into ids 0, 1, 2, ... in first-appearance order, and counts them.

    Every array of tokens is given and kept as UTF-8; nothing becomes a Python string but in `tokens`. It
    pickles as its arena, offsets and counts. Not for use by two threads at once.
    """

    def __init__(self, tokens: int = 1 << 13, arena: int = 1 << 16, multiplier: int = MULTIPLIER) -> None:
        """Make an empty table with room for `tokens` tokens of `arena` bytes together; it grows as needed."""
        self._multiplier = np.uint64(multiplier)
        self._size = np.zeros(1, np.int64)
        self._arena = np.empty(arena, np.uint8)
        self._offsets = np.zeros(tokens + 1, np.int64)
        self._counts = np.zeros(tokens, np.int64)
        self._slots: NDArray[np.uint64] | None = _slots_for(tokens)
        self._chars: CharIndex | None = None

    def __len__(self) -> int:
        """Return the number of distinct tokens."""
        return int(self._size[0])

    @property
    def counts(self) -> Int64s:
        """How often each token was added, int64, shape (len(self),)."""
        if self._chars is not None:
            ids, counts = self._chars.take_counts()
            self._counts[ids] += counts
        return self._counts[: len(self)]

    @property
    def offsets(self) -> Int64s:
        """Token i is ``arena[offsets[i]:offsets[i + 1]]``; int64, shape (len(self) + 1,)."""
        return self._offsets[: len(self) + 1]

    @property
    def arena(self) -> Bytes:
        """The tokens' bytes back to back, uint8."""
        return self._arena[: self._offsets[len(self)]]

    def tokens(self) -> list[str]:
        """Return the distinct tokens in first-appearance order."""
        data, edges = self.arena.tobytes(), pairwise(self.offsets.tolist())
        if data.isascii():  # then bytes are characters, and one decoding serves all
            text = data.decode()
            return [text[start:stop] for start, stop in edges]
        return [data[start:stop].decode() for start, stop in edges]

    def intern(self, buffer: Bytes, starts: Int64s, stops: Int64s) -> Uint32s:
        """Add the tokens ``buffer[starts[i]:stops[i]]``, each valid UTF-8; return their ids, uint32.

        Raises ValueError for a span that does not lie in `buffer`.
        """
        if len(starts) != len(stops) or np.any(starts < 0) or np.any(starts > stops):
            raise ValueError("every token needs a start and a stop that is not before it")
        if len(stops) and stops.max() > len(buffer):
            raise ValueError(f"a token stops at {stops.max()}, past the {len(buffer)} bytes of the buffer")
        return self._intern(buffer, np.stack((starts, stops), axis=1).astype(np.int64, copy=False).ravel(), 2)

    def intern_words(self, buffer: Bytes, ends: Int64s) -> tuple[Ids, Int64s]:
        """Add the words of each record, as `str.split` finds them; return their ids and the token ends.

        The ids are uint16, or uint32 where they must be; the ends int64, shape (len(ends),): tokens up to the end of
        each record.
        """
        token_ends = np.empty(len(ends), np.int64)
        source = padded(buffer)
        ids = []
        for edges in word_edges(source, ends, token_ends):
            some = self._intern(source, edges, 2)  # narrowed while they are in the cache: half the memory for the whole
            ids.append(some.astype(np.uint16) if len(self) <= MIDDLE else some)
        return np.concatenate(ids) if ids else np.empty(0, np.uint16), token_ends

    def encode_chars(self, buffer: Bytes, ends: Int64s, narrow: bool = False) -> tuple[Ids, Int64s]:
        """Add every character of each record; return the ids and the token ends, int64.

        The ids are uint32; with `narrow` they are uint8 wherever the table then holds at most 256 tokens.
        """
        token_ends = np.empty(len(ends), np.int64)
        char_ends(padded(buffer), ends, token_ends)

        def number(known: int, index: CharIndex, ids: Ids, state: Int64s) -> None:
            kept = self._counts, ids, state
            if ids.dtype == np.uint8:
                number_narrow_chars(buffer, known, index.numbers, index.fresh, index.pairs, index.met, *kept)
            else:
                number_chars(buffer, known, index.numbers, index.fresh, index.met, *kept)

        count = int(token_ends[-1]) if len(ends) else 0
        return self._intern_chars(number, len(buffer), count, narrow), token_ends

    def intern_codepoints(self, codepoints: Uint32s) -> Uint32s:
        """Add one token per Unicode scalar value; return the ids, uint32. Raises ValueError for any other."""
        wrong = (codepoints >= CharIndex.CODEPOINTS) | (codepoints >> 11 == 0xD800 >> 11)
        if np.any(wrong):
            raise ValueError(f"0x{int(codepoints[wrong][0]):X} is no Unicode scalar value")
        source = np.ascontiguousarray(codepoints, np.uint32)

        def number(known: int, index: CharIndex, ids: Ids, state: Int64s) -> None:
            number_codepoints(source, known, index.numbers, index.fresh, self._counts, ids, state)

        return self._intern_chars(number, len(codepoints), len(codepoints), False)

    def merge(self, other: TokenTable) -> Uint32s:
        """Add the tokens of `other` in its order, with their counts; return their ids here, uint32."""
        if len(other) > len(self):
            self._grow(len(other) - len(self), len(other.arena))
        return self._intern(other.arena, other.offsets, 1, other.counts)

    def _intern(self, buffer: Bytes, spans: Int64s, step: int, weights: Int64s | None = None) -> Uint32s:
        ids = np.empty(len(spans) // 2 if step == 2 else len(spans) - 1, np.uint32)
        weighted, added = weights is not None, spans if weights is None else weights
        done = 0
        while True:
            done = intern_spans(
                buffer, spans, step, done, ids, added, weighted, self._filled_slots(), self._arena,
                self._offsets, self._counts, self._size, self._multiplier,
            )  # fmt: skip
            if done == len(ids):
                return ids
            self._grow(1, int(spans[done * step + 1] - spans[done * step]))

    def _grow(self, tokens: int, size: int) -> None:
        """Make room for so many more tokens, and for `size` more bytes, by doubling what is too small."""
        tokens += len(self)
        if tokens > MOST_TOKENS:
            raise OverflowError(f"more than {MOST_TOKENS} distinct tokens do not fit into uint32 ids")
        slots = self._filled_slots()
        self._reserve(tokens)
        if len(self._arena) - int(self._offsets[len(self)]) < size:
            self._arena = _enlarged(self._arena, max(2 * len(self._arena), len(self._arena) + size))
        if tokens > (len(slots) >> 1) * 3 >> 2:
            self._slots = _slots_for(tokens)
            move_slots(slots, self._slots, self._multiplier)

    def _reserve(self, tokens: int) -> None:
        if tokens > len(self._counts):
            room = max(2 * len(self._counts), tokens)
            self._counts = _enlarged(self._counts, room)
            self._offsets = _enlarged(self._offsets, room + 1)

    def _intern_chars(
        self, number: Callable[[int, CharIndex, Ids, Int64s], None], size: int, count: int, narrow: bool
    ) -> Ids:
        """Return the ids of `count` characters, from a source of `size` units that `number` reads."""
        self._filled_slots()  # the arrays that counts are added to must be this table's own
        if self._chars is None:
            self._chars = CharIndex()
        index, state = self._chars, np.zeros(3, np.int64)
        ids: Ids = np.empty(count, np.uint8 if narrow else np.uint32)
        while state[READ] < size:
            known, written, state[FOUND] = len(self), int(state[WRITTEN]), 0
            self._reserve(known + FRESH)
            self._counts[known : known + FRESH] = 0
            number(known, index, ids, state)
            found, done = int(state[FOUND]), int(state[WRITTEN])
            if found:
                self._add_chars(index, index.fresh[:found], ids[written:done])
                index.pair()
            elif done == written:  # ids might not fit into bytes any more
                ids = ids.astype(np.uint32)
        return ids.astype(np.uint8) if narrow and len(self) <= BYTE else ids

    def _add_chars(self, index: CharIndex, fresh: Uint32s, ids: Ids) -> None:
        """Add characters that the kernel met for the first time, and numbered on from the last token."""
        known, encoded = len(self), [chr(codepoint).encode() for codepoint in fresh.tolist()]
        spans = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
        counts = self._counts[known : known + len(fresh)].copy()
        actual = self._intern(np.frombuffer(b"".join(encoded), np.uint8), spans, 1, counts)
        if len(self) == known + len(fresh):
            return
        # Some of them were tokens before they were met as characters.
        index.numbers[fresh] = actual + np.uint32(1)
        new = ids >= known
        ids[new] = actual[ids[new].astype(np.int64) - known]

    def __reduce__(self) -> tuple[Any, ...]:
        return TokenTable.from_arrays, (self.arena.copy(), self.offsets.copy(), self.counts.copy())

    @classmethod
    def from_arrays(cls, arena: Bytes, offsets: Int64s, counts: Int64s) -> TokenTable:
        """Return the table that has these. They are copied when something is first added to it."""
        table = cls(1, 0)
        table._arena, table._offsets, table._counts = arena, offsets, counts
        table._size[0] = len(counts)
        table._slots = None
        return table

    def _filled_slots(self) -> NDArray[np.uint64]:
        """Return the slots; a table made `from_arrays` makes them and its own arrays when first needed."""
        if self._slots is None:
            own = TokenTable(len(self), len(self.arena), int(self._multiplier))
            own.merge(self)
            self._arena, self._offsets, self._counts, self._slots = (
                own._arena, own._offsets, own._counts, own._slots
            )  # fmt: skip
        assert self._slots is not None
        return self._slots


def _slots_for(tokens: int) -> NDArray[np.uint64]:
    """Return empty slots, a power of two, of which `tokens` fill three quarters at most."""
    return np.zeros(2 << (tokens * 4 // 3).bit_length(), np.uint64)


def _enlarged(array: NDArray[Any], size: int) -> NDArray[Any]:
    larger = np.empty(size, array.dtype)
    larger[: len(array)] = array
    return larger
