"""Lines: the bytes of a shard cut at universal newlines (LF, CRLF and bare CR)."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

from textengine.kernels.bits import BLOCK, Bytes, copy_block, ones, padded, range_mask, trailing_zeros
from textengine.kernels.jit import BYTES, INT, OUT_BYTES, OUT_INT64S, inlined, kernel

LF, CR = 10, 13
Int64s = NDArray[np.int64]


def split_lines_definition(raw: bytes) -> list[str]:
    """Return the lines of valid UTF-8 without their terminators, as iterating over a text file gives them."""
    lines = list(io.StringIO(raw.decode(), newline=None))
    return [line.removesuffix("\n") for line in lines]


def split_lines(raw: Bytes) -> tuple[Bytes, Int64s, Int64s]:
    """Return the records' bytes, their ends in those, and their offsets in `raw`.

    raw: uint8, shape (bytes,). Bytes other than 0x0A and 0x0D are copied as they are. The last line may lack
    its terminator; a terminator at the end starts no further record.
    """
    source = padded(raw)
    room = _count_terminators(source, len(raw)) + 1
    buffer = np.empty(len(raw) + BLOCK, np.uint8)  # whole blocks are written
    ends, offsets = np.empty(room, np.int64), np.empty(room, np.int64)
    records = _split_lines(source, len(raw), buffer, ends, offsets)
    size = int(ends[records - 1]) if records else 0
    return buffer[:size], ends[:records], offsets[:records]


@inlined
def _terminators(raw: Bytes, index: int) -> np.uint64:
    at = min(index, len(raw) - BLOCK)
    return (range_mask(raw, at, LF, LF) | range_mask(raw, at, CR, CR)) >> np.uint64(index - at)


@kernel(INT(BYTES, INT))
def _count_terminators(raw: Bytes, size: int) -> int:
    """Return how many of the first `size` bytes are LF or CR; `raw` holds a block at least."""
    count = 0
    for index in range(0, size, BLOCK):
        count += ones(_terminators(raw, index))
    return count


@kernel(INT(BYTES, INT, OUT_BYTES, OUT_INT64S, OUT_INT64S))
def _split_lines(raw: Bytes, size: int, buffer: Bytes, ends: Int64s, offsets: Int64s) -> int:
    """Fill `buffer`, `ends` and `offsets`; return the number of records.

    A block is copied whole and the next one over what stood behind its first terminator.
    """
    record = index = at = start = 0
    while index < size:
        width = min(size - index, BLOCK)
        if width == BLOCK:
            copy_block(raw, index, buffer, at)
        else:
            for k in range(width):
                buffer[at + k] = raw[index + k]
        length = min(trailing_zeros(_terminators(raw, index)), width)
        index += length
        at += length
        if length < width:
            offsets[record] = start
            ends[record] = at
            record += 1
            index += 2 if raw[index] == CR and index + 1 < size and raw[index + 1] == LF else 1
            start = index
    if start < size:
        offsets[record] = start
        ends[record] = at
        record += 1
    return record
