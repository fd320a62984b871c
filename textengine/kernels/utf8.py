"""UTF-8: whether bytes are well-formed, 64 at a time."""

from __future__ import annotations

import numpy as np

from textengine.kernels.bits import BLOCK, Bytes, padded, range_mask
from textengine.kernels.jit import BYTES, INT, inlined, kernel

LONGEST = 4  # bytes in a sequence


def first_malformed_definition(raw: bytes) -> int:
    """Return ``UnicodeDecodeError.start`` of ``raw.decode()``, or -1 where there is no error."""
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return error.start
    return -1


def first_malformed(raw: Bytes) -> int:
    """Return the offset of the first malformed sequence of `raw` (uint8, shape (bytes,)), or -1."""
    block = _first_malformed_block(padded(raw), len(raw))
    if block < 0:
        return -1
    # All before the block is sound, but for a sequence that reaches into it.
    start = max(block - LONGEST + 1, 0)
    while start < block and raw[start] & 0xC0 == 0x80:
        start += 1
    return start + first_malformed_definition(raw[start : block + BLOCK].tobytes())


@inlined
def _shifted(mask: np.uint64, distance: int, into: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Return `mask` moved up by `distance`, with `into` below, and the bits that fall out above."""
    return mask << np.uint64(distance) | into, mask >> np.uint64(BLOCK - distance)


@inlined
def _check(raw: Bytes, at: int, shift: np.uint64, owed: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Return which bytes of a block break a rule, and what it owes to the next block.

    owed: bits 0-2, where the previous block's sequences still need continuation bytes; bits 8, 16, 24 and 32,
    whether it ended in E0, ED, F0 or F4, each of which narrows the byte that follows.
    """
    one, low = np.uint64(1), np.uint64(7)
    four = range_mask(raw, at, 0xF0, 0xF4) >> shift
    three = four | (range_mask(raw, at, 0xE0, 0xEF) >> shift)
    two = three | (range_mask(raw, at, 0xC2, 0xDF) >> shift)
    needed, owes = _shifted(two, 1, owed & low)
    for mask, distance in ((three, 2), (four, 3)):
        more, above = _shifted(mask, distance, np.uint64(0))
        needed, owes = needed | more, owes | above
    wrong = needed ^ (range_mask(raw, at, 0x80, 0xBF) >> shift)
    wrong |= (range_mask(raw, at, 0xC0, 0xC1) | range_mask(raw, at, 0xF5, 0xFF)) >> shift
    # Overlong forms, surrogates and what lies past U+10FFFF show in the second byte.
    after, out = _shifted(range_mask(raw, at, 0xE0, 0xE0) >> shift, 1, owed >> np.uint64(8) & one)
    wrong, owes = wrong | after & (range_mask(raw, at, 0x80, 0x9F) >> shift), owes | out << np.uint64(8)
    after, out = _shifted(range_mask(raw, at, 0xED, 0xED) >> shift, 1, owed >> np.uint64(16) & one)
    wrong, owes = wrong | after & (range_mask(raw, at, 0xA0, 0xBF) >> shift), owes | out << np.uint64(16)
    after, out = _shifted(range_mask(raw, at, 0xF0, 0xF0) >> shift, 1, owed >> np.uint64(24) & one)
    wrong, owes = wrong | after & (range_mask(raw, at, 0x80, 0x8F) >> shift), owes | out << np.uint64(24)
    after, out = _shifted(range_mask(raw, at, 0xF4, 0xF4) >> shift, 1, owed >> np.uint64(32) & one)
    wrong, owes = wrong | after & (range_mask(raw, at, 0x90, 0xBF) >> shift), owes | out << np.uint64(32)
    return wrong, owes


@kernel(INT(BYTES, INT))
def _first_malformed_block(raw: Bytes, size: int) -> int:
    """Return the offset of the first block that holds a malformed byte, or -1; `raw` holds one at least."""
    owed = np.uint64(0)
    for index in range(0, size, BLOCK):
        at = min(index, len(raw) - BLOCK)
        shift = np.uint64(index - at)
        if range_mask(raw, at, 0x80, 0xFF) >> shift == 0 and owed == 0:
            continue
        wrong, owed = _check(raw, at, shift, owed)
        if wrong != 0:
            return index
    # Past the end there are zeros, which a cut sequence runs into, unless a block ends there too.
    return size - BLOCK if owed != 0 else -1
