"""Blocks of 64 bytes as bit masks: the few machine operations that Python has no name for.

They take uint8 arrays and indices that the caller has checked: nothing here looks at bounds. Words are little-endian.
`machine.py` says what each is to the compiler.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from textengine.kernels.jit import Instruction, inlined

BLOCK = 64  # bytes in a block, bits in a mask

Bytes = NDArray[np.uint8]

range_mask: Callable[[Bytes, int, int, int], np.uint64] = Instruction("range_mask")
"""Bit k says that ``low <= buffer[index + k] <= high``; 64 bytes are read."""

letters_mask: Callable[[Bytes, int], np.uint64] = Instruction("letters_mask")
"""The same for ASCII letters."""

load8: Callable[[Bytes, int], np.uint64] = Instruction("load8")
"""``buffer[index:index + 8]`` as one little-endian word."""

store8: Callable[[np.uint64, Bytes, int], None] = Instruction("store8")
"""``buffer[index:index + 8]`` becomes the bytes of a little-endian word."""

copy_block: Callable[[Bytes, int, Bytes, int], None] = Instruction("copy_block")
"""``target[at:at + 64] = source[start:start + 64]``."""

letters_block: Callable[[Bytes, int, Bytes, int], None] = Instruction("letters_block")
"""The same, with ASCII letters in lower case, and a space for every other byte."""

squeeze_block: Callable[[Bytes, int, Bytes, int, np.uint64, np.uint64], None] = Instruction("squeeze_block")
"""(source, start, target, at, keep, blank): write the bytes of a block that `keep` marks, without gaps, and
those of them that `blank` marks as spaces. 64 bytes are written: what follows the kept ones is garbage."""

trailing_zeros: Callable[[np.uint64], int] = Instruction("trailing_zeros")
"""The index of the lowest bit that is set; 64 for an empty mask."""

folded_product: Callable[[np.uint64, np.uint64], np.uint64] = Instruction("folded_product")
"""The exclusive or of the two halves of the product, which has 128 bits: every bit depends on all others."""

ones: Callable[[np.uint64], int] = Instruction("ones")
"""How many bits are set."""


@inlined
def low_bits(width: int) -> np.uint64:
    """Return the mask of the lowest `width` bits, for 1 <= width <= 64."""
    return ~np.uint64(0) >> np.uint64(BLOCK - width)


def padded(buffer: Bytes) -> Bytes:
    """Return `buffer`, with zeros behind it where it is shorter than a block.

    Kernels read the block at `index` from ``at = min(index, len(buffer) - 64)`` and shift its masks right by
    ``index - at``: no byte past the end is touched, and none is handled one by one.
    """
    if len(buffer) >= BLOCK:
        return buffer
    block = np.zeros(BLOCK, np.uint8)
    block[: len(buffer)] = buffer
    return block
