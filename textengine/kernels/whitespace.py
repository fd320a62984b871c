"""Whitespace: what `str.isspace` calls so, found in blocks and at the two ends of a range of UTF-8.

That is U+0009-000D, 001C-0020, 0085, 00A0, 1680, 2000-200A, 2028, 2029, 202F, 205F and 3000.
"""

from __future__ import annotations

import numpy as np

from textengine.kernels.bits import BLOCK, Bytes, low_bits, range_mask
from textengine.kernels.jit import inlined

WHITESPACE = "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B)))
WHITESPACE += "\u2028\u2029\u202f\u205f\u3000"


@inlined
def whitespace_block(buffer: Bytes, index: int, stop: int, carried: np.uint64) -> tuple[np.uint64, int, np.uint64]:
    """Return (mask, width, carry): which of the `width` bytes from `index` on are whitespace.

    carried: the carry of the block before; 0 at the start of a record. stop: the end of the record.
    The width is 62 at most where sequences of several bytes occur, so that each is seen whole; the bits of
    the mask above the width mean nothing.
    """
    at = min(index, len(buffer) - BLOCK)
    shift = np.uint64(index - at)
    width = min(stop - index, BLOCK)
    mask = (range_mask(buffer, at, 9, 13) | range_mask(buffer, at, 28, 32)) >> shift
    leads = (range_mask(buffer, at, 0xC2, 0xC2) | range_mask(buffer, at, 0xE1, 0xE3)) >> shift
    carry = np.uint64(0)
    if leads != 0:
        width = min(width, BLOCK - 2)
        two, three = _wide(buffer, at)
        two, three = two >> shift & low_bits(width), three >> shift & low_bits(width)
        one = np.uint64(1)
        mask |= two | three | (two | three) << one | three << np.uint64(2)
        carry = ((two | three) << one | three << np.uint64(2)) >> np.uint64(width)
    return mask | carried, width, carry


@inlined
def _wide(buffer: Bytes, at: int) -> tuple[np.uint64, np.uint64]:
    """Return where whitespace of two and of three bytes starts in the 64 bytes from `at` on."""
    one, two = np.uint64(1), np.uint64(2)
    x80 = range_mask(buffer, at, 0x80, 0x80)
    c2 = range_mask(buffer, at, 0xC2, 0xC2)
    c2 &= (range_mask(buffer, at, 0x85, 0x85) | range_mask(buffer, at, 0xA0, 0xA0)) >> one
    e1 = range_mask(buffer, at, 0xE1, 0xE1) & range_mask(buffer, at, 0x9A, 0x9A) >> one & x80 >> two
    in_20 = range_mask(buffer, at, 0x80, 0x8A) | range_mask(buffer, at, 0xA8, 0xA9)
    in_20 = x80 >> one & (in_20 | range_mask(buffer, at, 0xAF, 0xAF)) >> two
    in_20 |= range_mask(buffer, at, 0x81, 0x81) >> one & range_mask(buffer, at, 0x9F, 0x9F) >> two
    e2 = range_mask(buffer, at, 0xE2, 0xE2) & in_20
    e3 = range_mask(buffer, at, 0xE3, 0xE3) & x80 >> one & x80 >> two
    return c2, e1 | e2 | e3


@inlined
def _is_wide(lead: int, second: int, third: int) -> bool:
    """Return whether three bytes are a whitespace character."""
    if lead == 0xE2:
        if second == 0x80:
            return third <= 0x8A or third == 0xA8 or third == 0xA9 or third == 0xAF
        return second == 0x81 and third == 0x9F
    return ((lead == 0xE1 and second == 0x9A) or (lead == 0xE3 and second == 0x80)) and third == 0x80


@inlined
def _is_narrow(byte: int) -> bool:
    return 9 <= byte <= 13 or 28 <= byte <= 32


@inlined
def skip_whitespace(buffer: Bytes, start: int, stop: int) -> int:
    """Return where the first character of buffer[start:stop] stands that is no whitespace, or `stop`."""
    while start < stop:
        byte = buffer[start]
        if _is_narrow(byte):
            start += 1
        elif byte == 0xC2 and (buffer[start + 1] == 0x85 or buffer[start + 1] == 0xA0):
            start += 2
        elif 0xE1 <= byte <= 0xE3 and _is_wide(byte, buffer[start + 1], buffer[start + 2]):
            start += 3
        else:
            break
    return start


@inlined
def drop_whitespace(buffer: Bytes, start: int, stop: int) -> int:
    """Return where the last character of buffer[start:stop] ends that is no whitespace, or `start`."""
    while start < stop:
        byte = buffer[stop - 1]
        if _is_narrow(byte):
            stop -= 1
        elif byte < 0x80 or stop - start < 2:
            break
        elif buffer[stop - 2] == 0xC2:
            if byte != 0x85 and byte != 0xA0:
                break
            stop -= 2
        elif stop - start > 2 and _is_wide(buffer[stop - 3], buffer[stop - 2], byte):
            stop -= 3
        else:
            break
    return stop
