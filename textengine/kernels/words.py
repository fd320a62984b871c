"""Words: the spans between whitespace, as `str.split` without arguments finds them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from textengine.kernels.bits import BLOCK, Bytes, low_bits, ones, padded, trailing_zeros
from textengine.kernels.jit import BYTES, INT, INT64S, OUT_INT64S, kernel
from textengine.kernels.whitespace import whitespace_block

Int64s = NDArray[np.int64]
ROOM = 1 << 16  # int64 edges found at a time: 512 KiB, which stays in the cache until they are interned
RECORD, INDEX, WORDS, INSIDE, CARRY, START = range(6)  # what `_word_edges` keeps between calls


def words_definition(texts: Iterable[str]) -> list[list[str]]:
    """Return each text's words."""
    return [text.split() for text in texts]


def word_edges(buffer: Bytes, ends: Int64s, token_ends: Int64s, room: int = ROOM) -> Iterator[Int64s]:
    """Yield the words' edges, start and stop in turn, int64, shape (2 * words,), some thousand at a time.

    token_ends: int64, shape (records,), is filled: words up to the end of each record. What was yielded is
    overwritten by the next step.
    """
    source, state = padded(buffer), np.zeros(6, np.int64)
    edges = np.empty(max(room, 2 * BLOCK), np.int64)
    while state[RECORD] < len(ends):
        count = _word_edges(source, ends, token_ends, edges, state)
        yield edges[:count]


@kernel(INT(BYTES, INT64S, OUT_INT64S, OUT_INT64S, OUT_INT64S))
def _word_edges(buffer: Bytes, ends: Int64s, token_ends: Int64s, edges: Int64s, state: Int64s) -> int:
    """Fill `edges` and return their number, which is even; go on from `state`, and note there how far."""
    one, limit = np.uint64(1), len(edges) - BLOCK - 10
    index, words, count = state[INDEX], state[WORDS], state[INSIDE]  # a word may go on from the last call
    inside, carry = np.uint64(state[INSIDE]), np.uint64(state[CARRY])
    edges[0] = state[START]
    for record in range(state[RECORD], len(ends)):
        stop = ends[record]
        while index < stop:
            if count > limit:
                state[RECORD], state[INDEX], state[WORDS] = record, index, words + (count >> 1)
                state[INSIDE], state[CARRY], state[START] = inside, carry, edges[count - 1]
                return int(count & ~1)
            spaces, width, carry = whitespace_block(buffer, index, stop, carry)
            word = ~spaces & low_bits(width)
            changes = word ^ (word << one | inside)
            if width < BLOCK and index + width < stop:
                changes &= low_bits(width)
                inside = word >> np.uint64(width - 1) & one
            else:
                inside = word >> np.uint64(BLOCK - 1)
            at = np.uint64(count)  # unsigned: a negative index would be looked for at each access
            count += ones(changes)
            while at < np.uint64(count):
                for _ in range(8):  # past the last one too: garbage that the next block overwrites
                    edges[at] = index + trailing_zeros(changes)
                    changes &= changes - one
                    at += one
            index += width
        if inside != 0:
            edges[count] = stop
            count += 1
            inside = np.uint64(0)
        carry = np.uint64(0)
        token_ends[record] = words + (count >> 1)
    state[RECORD] = len(ends)
    return int(count)
