"""Normalizers over bytes: letters only, lower case, stripped, whitespace collapsed.

All take a batch as (buffer, ends): valid UTF-8, uint8, shape (bytes,), and int64, shape (records,). They
return the new buffer and its ends, of the same dtypes and with as many records.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from textengine.kernels.bits import (
    BLOCK,
    Bytes,
    copy_block,
    letters_block,
    letters_mask,
    low_bits,
    ones,
    padded,
    squeeze_block,
    trailing_zeros,
)
from textengine.kernels.jit import BYTES, INT, INT64S, OUT_BOOLS, OUT_BYTES, OUT_INT64S, kernel
from textengine.kernels.whitespace import drop_whitespace, skip_whitespace, whitespace_block

Int64s = NDArray[np.int64]


def ascii_letters_definition(texts: Iterable[str], strip: bool = True) -> list[str]:
    """Keep the ASCII letters, lower-cased; one space for each run of others, at the ends only without `strip`."""
    letters = [re.sub("[^A-Za-z]+", " ", text).lower() for text in texts]
    return [text.strip() for text in letters] if strip else letters


def lower_definition(texts: Iterable[str]) -> list[str]:
    """Lower-case each text."""
    return [text.lower() for text in texts]


def casefold_definition(texts: Iterable[str]) -> list[str]:
    """Case-fold each text."""
    return [text.casefold() for text in texts]


def strip_definition(texts: Iterable[str]) -> list[str]:
    """Remove whitespace at both ends of each text."""
    return [text.strip() for text in texts]


def collapse_whitespace_definition(texts: Iterable[str]) -> list[str]:
    """Replace each run of whitespace by one space, also at the ends."""
    return [re.sub(r"\s+", " ", text) for text in texts]


def ascii_letters(buffer: Bytes, ends: Int64s, strip: bool = True) -> tuple[Bytes, Int64s]:
    """Equal `ascii_letters_definition` on every record."""

    def write(buffer: Bytes, ends: Int64s, out: Bytes, out_ends: Int64s) -> int:
        return _ascii_letters(buffer, ends, out, out_ends, strip)

    return _shrunk(write, buffer, ends)


def strip(buffer: Bytes, ends: Int64s) -> tuple[Bytes, Int64s]:
    """Equal `strip_definition` on every record."""
    return _shrunk(_strip, buffer, ends)


def collapse_whitespace(buffer: Bytes, ends: Int64s) -> tuple[Bytes, Int64s]:
    """Equal `collapse_whitespace_definition` on every record."""
    return _shrunk(_collapse_whitespace, buffer, ends)


def lower(buffer: Bytes, ends: Int64s) -> tuple[Bytes, Int64s]:
    """Equal `lower_definition` on every record."""
    return _cased(buffer, ends, str.lower)


def casefold(buffer: Bytes, ends: Int64s) -> tuple[Bytes, Int64s]:
    """Equal `casefold_definition` on every record."""
    return _cased(buffer, ends, str.casefold)


def _shrunk(write: Callable[[Bytes, Int64s, Bytes, Int64s], int], buffer: Bytes, ends: Int64s) -> tuple[Bytes, Int64s]:
    out, out_ends = np.empty(len(buffer) + BLOCK, np.uint8), np.empty(len(ends), np.int64)
    size = write(padded(buffer), ends, out, out_ends)
    return out[:size], out_ends


def _cased(buffer: Bytes, ends: Int64s, method: Callable[[str], str]) -> tuple[Bytes, Int64s]:
    """Map ASCII records in the kernel, others by `method`: case depends on neighbours (final sigma)."""
    out, wide = np.empty_like(buffer), np.empty(len(ends), np.bool_)
    if not _lower_ascii(buffer, ends, out, wide):
        return out, ends
    data, lowered, done = buffer.tobytes(), out.tobytes(), 0
    pieces: list[bytes] = []
    lengths = np.diff(ends, prepend=0)
    for record in np.flatnonzero(wide).tolist():
        stop = int(ends[record])
        start = stop - int(lengths[record])
        piece = method(data[start:stop].decode()).encode()
        pieces += lowered[done:start], piece
        lengths[record], done = len(piece), stop
    pieces.append(lowered[done:])
    return np.frombuffer(b"".join(pieces), np.uint8), np.cumsum(lengths)


@kernel(INT(BYTES, INT64S, OUT_BYTES, OUT_INT64S, INT))
def _ascii_letters(buffer: Bytes, ends: Int64s, out: Bytes, out_ends: Int64s, strip: bool) -> int:
    """Return the bytes written; `buffer` holds a block at least, `out` one more than its records need."""
    index = size = 0
    for record in range(len(ends)):
        stop, first = ends[record], size
        after_letter = np.uint64(0) if strip else np.uint64(1)  # a space is kept where a letter stands before it
        while index < stop:
            at = min(index, len(buffer) - BLOCK)
            shift = np.uint64(index - at)
            letters = letters_mask(buffer, at) >> shift
            width = min(stop - index, BLOCK)
            keep = (letters | letters << np.uint64(1) | after_letter) & low_bits(width)
            if index + 2 * BLOCK <= len(buffer):
                # Most blocks are a few runs of bytes to keep, each of which is written with whatever follows it.
                while keep != 0:
                    start = trailing_zeros(keep)
                    letters_block(buffer, index + start, out, size)
                    size += trailing_zeros(~(keep >> np.uint64(start)))
                    keep &= keep + (np.uint64(1) << np.uint64(start))
            else:
                squeeze_block(buffer, at, out, size, keep << shift, ~letters << shift)
                for k in range(ones(keep)):
                    out[size + k] |= 0x20  # a to z, and the space as it is
                size += ones(keep)
            after_letter = letters >> np.uint64(width - 1) & np.uint64(1)
            index += width
        # A space stands behind the last letter unless the record ends with that letter.
        if strip and after_letter == 0 and size > first:
            size -= 1
        out_ends[record] = size
    return size


@kernel(INT(BYTES, INT64S, OUT_BYTES, OUT_INT64S))
def _collapse_whitespace(buffer: Bytes, ends: Int64s, out: Bytes, out_ends: Int64s) -> int:
    """Return the bytes written; `buffer` holds a block at least, `out` one more than its records need."""
    index = size = 0
    for record in range(len(ends)):
        stop = ends[record]
        carry = after_space = np.uint64(0)
        while index < stop:
            spaces, width, carry = whitespace_block(buffer, index, stop, carry)
            at = min(index, len(buffer) - BLOCK)
            shift = np.uint64(index - at)
            keep = ~(spaces & (spaces << np.uint64(1) | after_space)) & low_bits(width)
            squeeze_block(buffer, at, out, size, keep << shift, spaces << shift)
            size += ones(keep)
            after_space = spaces >> np.uint64(width - 1) & np.uint64(1)
            index += width
        out_ends[record] = size
    return size


@kernel(INT(BYTES, INT64S, OUT_BYTES, OUT_INT64S))
def _strip(buffer: Bytes, ends: Int64s, out: Bytes, out_ends: Int64s) -> int:
    """Return the bytes written; `out` holds a block more than its records need."""
    size = stop = 0
    for record in range(len(ends)):
        first, stop = stop, ends[record]
        start = skip_whitespace(buffer, first, stop)
        length = drop_whitespace(buffer, start, stop) - start
        done = 0
        while done < length and start + done + BLOCK <= len(buffer):
            copy_block(buffer, start + done, out, size + done)
            done += BLOCK
        for k in range(done, length):
            out[size + k] = buffer[start + k]
        size += length
        out_ends[record] = size
    return size


@kernel(INT(BYTES, INT64S, OUT_BYTES, OUT_BOOLS))
def _lower_ascii(buffer: Bytes, ends: Int64s, out: Bytes, wide: NDArray[np.bool_]) -> int:
    """Lower-case the ASCII letters into `out`, note in `wide` which records hold other bytes, count those."""
    count = start = 0
    for record in range(len(ends)):
        stop, bits = ends[record], np.uint8(0)
        for k in range(start, stop):
            byte = buffer[k]
            bits |= byte
            out[k] = byte | 0x20 if 0x41 <= byte <= 0x5A else byte
        start = stop
        wide[record] = bits >= 0x80
        count += int(wide[record])
    return count
