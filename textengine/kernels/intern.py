"""Intern: look tokens up in an open-addressed table, add those that are new, count all.

A slot is a pair of uint64: the token's key (0: the slot is free) and its id. The top byte of a key says what
the rest is, so that equal keys of short tokens are equal tokens:

    1-8   the bytes of a token of 0-7 bytes (its length is the top byte less one)
    9     a hash of 56 bits; the bytes themselves are compared
    10-   the 8 bytes of a token whose last byte is the top byte

So a token of 8 bytes that ends in U+0000-0009 is hashed like a longer one. Hashes are made
by multiplying with a random number, so that no text can be written that collides; ids never depend on it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from textengine.kernels.bits import Bytes, folded_product, load8
from textengine.kernels.jit import (
    BYTES,
    INT,
    INT64S,
    NONE,
    OUT_BYTES,
    OUT_INT64S,
    OUT_UINT32S,
    OUT_UINT64S,
    UINT64S,
    WORD,
    inlined,
    kernel,
)

Int64s = NDArray[np.int64]
Slots = NDArray[np.uint64]
HASHED = 9  # the top byte of a key that is a hash


@inlined
def _hash(buffer: Bytes, start: int, stop: int, multiplier: np.uint64) -> np.uint64:
    """Return the key of a token of 8 bytes or more."""
    state = np.uint64(stop - start) << np.uint64(32)
    while start < stop - 8:
        state = folded_product(state ^ load8(buffer, start), multiplier)
        start += 8
    state = folded_product(state ^ load8(buffer, stop - 8), multiplier)
    return state >> np.uint64(8) | np.uint64(HASHED) << np.uint64(56)


@inlined
def _key(buffer: Bytes, start: int, stop: int, multiplier: np.uint64) -> np.uint64:
    length = stop - start
    if length > 8:
        return _hash(buffer, start, stop, multiplier)
    if stop >= 8:
        word = load8(buffer, stop - 8)
    else:
        word = np.uint64(0)
        for k in range(stop):
            word |= np.uint64(buffer[k]) << np.uint64(64 - 8 * (stop - k))
    half = np.uint64(32 - 4 * length)  # in two steps: a shift by 64 is undefined
    key = word >> half >> half
    if length < 8:
        return key | np.uint64(length + 1) << np.uint64(56)
    if key >> np.uint64(56) <= np.uint64(HASHED):
        return _hash(buffer, start, stop, multiplier)
    return key


@inlined
def _slot(key: np.uint64, multiplier: np.uint64, mask: np.uint64) -> np.uint64:
    return folded_product(key, multiplier) & mask


@inlined
def _equal(buffer: Bytes, start: int, arena: Bytes, at: int, length: int) -> bool:
    """Compare two tokens of `length` bytes, 8 or more."""
    k = 0
    while k < length - 8:
        if load8(buffer, start + k) != load8(arena, at + k):
            return False
        k += 8
    return bool(load8(buffer, start + length - 8) == load8(arena, at + length - 8))


@kernel(
    INT(
        BYTES, INT64S, INT, INT, OUT_UINT32S, INT64S, INT,
        OUT_UINT64S, OUT_BYTES, OUT_INT64S, OUT_INT64S, OUT_INT64S, WORD,
    )
)  # fmt: skip
def intern_spans(
    buffer: Bytes, spans: Int64s, step: int, first: int, ids: NDArray[np.uint32], weights: Int64s,
    weighted: bool, slots: Slots, arena: Bytes, offsets: Int64s, counts: Int64s, size: Int64s,
    multiplier: np.uint64,
) -> int:  # fmt: skip
    """Write the id of token i, ``buffer[spans[i * step]:spans[i * step + 1]]``, to ids[i] from `first` on.

    step: 2 for pairs of start and stop, 1 for offsets. weights: what each token adds to its count; one
    everywhere unless `weighted`. offsets, arena: the tokens known, back to back; size[0]: their number.
    Returns len(ids), or the position of a new token that finds no room: in `counts`, in `arena`, or in
    `slots`, of which three quarters are filled at most.
    """
    # Unsigned indices, because Python's negative ones would be looked for at each access.
    one, two, apart = np.uint64(1), np.uint64(2), np.uint64(step)
    known, mask = np.uint64(size[0]), np.uint64((len(slots) >> 1) - 1)
    room = np.uint64(min(len(counts), (len(slots) >> 1) * 3 >> 2))
    for i in range(np.uint64(first), np.uint64(len(ids))):
        start, stop = spans[i * apart], spans[i * apart + one]
        length = stop - start
        key = _key(buffer, start, stop, multiplier)
        slot = _slot(key, multiplier, mask)
        while True:
            found, token = slots[two * slot], slots[two * slot + one]
            if found == key:
                if key >> np.uint64(56) != np.uint64(HASHED):
                    break
                at = offsets[token]
                if offsets[token + one] - at == length and _equal(buffer, start, arena, at, length):
                    break
            elif found == 0:
                at = offsets[known]
                if known >= room or length > len(arena) - at:
                    size[0] = known
                    return int(i)
                token = known
                slots[two * slot], slots[two * slot + one] = key, token
                for k in range(length):
                    arena[at + k] = buffer[start + k]
                known += one
                offsets[known], counts[token] = at + length, 0
                break
            slot = (slot + one) & mask
        counts[token] += weights[i] if weighted else 1
        ids[i] = token
    size[0] = known
    return len(ids)


@kernel(NONE(UINT64S, OUT_UINT64S, WORD))
def move_slots(slots: Slots, larger: Slots, multiplier: np.uint64) -> None:
    """Put every filled slot into `larger`, which is empty."""
    one, two, mask = np.uint64(1), np.uint64(2), np.uint64((len(larger) >> 1) - 1)
    for k in range(0, len(slots), 2):
        if slots[k] != 0:
            slot = _slot(slots[k], multiplier, mask)
            while larger[two * slot] != 0:
                slot = (slot + one) & mask
            larger[two * slot], larger[two * slot + one] = slots[k], slots[k + 1]
