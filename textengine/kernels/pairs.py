"""Bytes looked up two at a time: half the look-ups, through a table of all pairs of bytes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from textengine.kernels.jit import inlined

BYTE = 1 << 8
UNPAIRED = np.uint64(0xFFFF0000FFFF0000)  # in each half, the bits that no two bytes have

Uint32s = NDArray[np.uint32]


def pair_table(keys: NDArray[np.integer], values: NDArray[np.integer]) -> Uint32s:
    """Return, for each two bytes, the values of both, a byte each, or bits of `UNPAIRED` where one is not in `keys`.

    keys, values: below 256, shape (known,). Result: uint32, shape (65536,), by the two bytes as a little-endian number.
    """
    table = np.full((BYTE, BYTE), UNPAIRED >> np.uint64(32), np.uint32)
    wide = values.astype(np.uint32)
    table[np.ix_(keys, keys)] = wide[:, None] << np.uint32(8) | wide
    return table.ravel()


@inlined
def look_up_pairs(word: np.uint64, pairs: Uint32s) -> tuple[np.uint64, np.uint64]:
    """Return the values of the eight bytes of `word`, and a number that has a bit of `UNPAIRED` where one has none."""
    half, up = np.uint64(0xFFFF), np.uint64(32)
    first, second = np.uint64(pairs[word & half]), np.uint64(pairs[word >> np.uint64(16) & half])
    third, fourth = np.uint64(pairs[word >> up & half]), np.uint64(pairs[word >> np.uint64(48)])
    even, odd = first | third << up, second | fourth << up
    return even | odd << np.uint64(16), even | odd
