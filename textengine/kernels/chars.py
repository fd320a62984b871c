"""Chars: an id for each Unicode scalar value of a buffer, through a table of code points."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textengine.kernels.bits import BLOCK, Bytes, load8, low_bits, ones, range_mask, store8
from textengine.kernels.jit import (
    BYTES,
    INT,
    INT64S,
    NONE,
    OUT_BYTES,
    OUT_INT64S,
    OUT_UINT32S,
    UINT32S,
    inlined,
    kernel,
)
from textengine.kernels.pairs import BYTE, UNPAIRED, look_up_pairs, pair_table

Int64s = NDArray[np.int64]
Uint32s = NDArray[np.uint32]
Int = int | np.int64
Ids = NDArray[Any]  # uint8 or uint32
FRESH = 1024  # new characters that one call may meet
ASCII = 0x80
READ, WRITTEN, FOUND = range(3)  # what the kernels keep between calls


class CharIndex:
    """What the kernels know about characters.

    numbers: uint32, the id of each code point plus one, or 0. pairs: the ids of each two ASCII characters, as
    `pair_table` has them; `pair` makes it. met: int64, how often the kernels met each two, which `take_counts` turns
    into counts. fresh: uint32, characters met for the first time.
    """

    CODEPOINTS = 0x110000

    def __init__(self) -> None:
        self.numbers = np.zeros(self.CODEPOINTS, np.uint32)  # pages that are not used take no memory
        self.pair()
        self.met = np.zeros(1 << 16, np.int64)
        self.fresh = np.empty(FRESH, np.uint32)

    def pair(self) -> None:
        """Make `pairs` anew from `numbers`."""
        numbers = self.numbers[:ASCII]
        known = np.flatnonzero((numbers > 0) & (numbers <= BYTE))
        self.pairs = pair_table(known, numbers[known] - 1)

    def take_counts(self) -> tuple[Uint32s, Int64s]:
        """Return the ids of the ASCII characters in `met` and how often each stands there; forget those."""
        square = self.met.reshape(256, 256)
        counts = square.sum(axis=0) + square.sum(axis=1)
        found = np.flatnonzero(counts)
        self.met[:] = 0
        return self.numbers[found] - np.uint32(1), counts[found]


def chars_definition(texts: Iterable[str]) -> list[list[str]]:
    """Return each text's characters."""
    return [list(text) for text in texts]


@inlined
def _number(codepoint: Int, numbers: Uint32s, fresh: Uint32s, found: int, known: int) -> tuple[Int, int]:
    """Return (id, found): a character met for the first time takes the id ``known + found``."""
    number = np.int64(numbers[codepoint])
    if number == 0:
        fresh[found] = codepoint
        found += 1
        number = np.int64(known + found)
        numbers[codepoint] = number
    return number - 1, found


@inlined
def _decode(buffer: Bytes, index: int) -> tuple[Int, int]:
    """Return the code point that starts at `index` and its length; the buffer is valid UTF-8."""
    lead = np.int64(buffer[index])
    if lead < 0x80:
        return lead, 1
    second = np.int64(buffer[index + 1]) & 0x3F
    if lead < 0xE0:
        return (lead & 0x1F) << 6 | second, 2
    third = np.int64(buffer[index + 2]) & 0x3F
    if lead < 0xF0:
        return (lead & 0x0F) << 12 | second << 6 | third, 3
    return (lead & 0x07) << 18 | second << 12 | third << 6 | np.int64(buffer[index + 3]) & 0x3F, 4


@inlined
def _number_each(
    buffer: Bytes, index: int, stop: int, known: int, numbers: Uint32s, fresh: Uint32s, found: int, counts: Int64s,
    ids: Ids, at: int,
) -> tuple[int, int, int]:  # fmt: skip
    """Number and count the characters that start from `index` to before `stop`; return (index, found, at) then."""
    while index < stop:
        codepoint, length = _decode(buffer, index)
        number, found = _number(codepoint, numbers, fresh, found, known)
        counts[number] += 1
        ids[at] = number
        index += int(length)
        at += 1
    return index, found, at


@inlined
def _is_ascii(buffer: Bytes, index: int) -> bool:
    """Return whether 64 ASCII characters start at `index`."""
    return index + BLOCK <= len(buffer) and bool(range_mask(buffer, index, ASCII, 0xFF) == 0)


@inlined
def _count_pairs(buffer: Bytes, index: int, met: Int64s) -> None:
    """Count 64 ASCII characters, two at a time."""
    for k in range(0, BLOCK, 8):
        word = load8(buffer, index + k)
        for j in range(0, 64, 16):
            met[word >> np.uint64(j) & np.uint64(0xFFFF)] += 1


@inlined
def _number_ascii(buffer: Bytes, index: int, numbers: Uint32s, met: Int64s, ids: Ids, at: int) -> bool:
    """Write the ids of 64 ASCII characters and count them; return False, uncounted, if one is unknown."""
    lowest, first = np.uint32(1), np.uint64(at)  # unsigned: a negative index would be looked for at each access
    for k in range(0, BLOCK, 8):
        word = load8(buffer, index + k)
        for j in range(8):
            number = numbers[word >> np.uint64(8 * j) & np.uint64(0xFF)]
            ids[first + np.uint64(k + j)] = number - np.uint32(1)
            lowest = min(lowest, number)
    if lowest == 0:
        return False
    _count_pairs(buffer, index, met)
    return True


@kernel(NONE(BYTES, INT, OUT_UINT32S, OUT_UINT32S, OUT_INT64S, OUT_INT64S, OUT_UINT32S, OUT_INT64S))
def number_chars(
    buffer: Bytes, known: int, numbers: Uint32s, fresh: Uint32s, met: Int64s, counts: Int64s, ids: Uint32s,
    state: Int64s,
) -> None:  # fmt: skip
    """Write the id of each character to `ids`, from `state` on, and count it, in `met` or in `counts`.

    numbers, fresh, met: a CharIndex. Characters met for the first time are numbered from `known` on.
    counts: shape (known + len(fresh),) at least. Stops before the end of `buffer` where `fresh` might not suffice.
    """
    index, at, found = state[READ], state[WRITTEN], state[FOUND]
    while index < len(buffer) and found <= len(fresh) - BLOCK:
        if _is_ascii(buffer, index) and _number_ascii(buffer, index, numbers, met, ids, at):
            index += BLOCK
            at += BLOCK
        else:
            stop = min(index + BLOCK, len(buffer))
            index, found, at = _number_each(buffer, index, stop, known, numbers, fresh, found, counts, ids, at)
    state[READ], state[WRITTEN], state[FOUND] = index, at, found


@inlined
def _number_pairs(buffer: Bytes, index: int, pairs: Uint32s, met: Int64s, ids: Bytes, at: int) -> bool:
    """Write the ids of 64 ASCII characters and count them; return False, uncounted, if a pair is unknown."""
    unpaired = np.uint64(0)
    for k in range(0, BLOCK, 8):
        word, marks = look_up_pairs(load8(buffer, index + k), pairs)
        store8(word, ids, at + k)
        unpaired |= marks
    if unpaired & UNPAIRED != 0:
        return False
    _count_pairs(buffer, index, met)
    return True


@kernel(NONE(BYTES, INT, OUT_UINT32S, OUT_UINT32S, UINT32S, OUT_INT64S, OUT_INT64S, OUT_BYTES, OUT_INT64S))
def number_narrow_chars(
    buffer: Bytes, known: int, numbers: Uint32s, fresh: Uint32s, pairs: Uint32s, met: Int64s, counts: Int64s,
    ids: Bytes, state: Int64s,
) -> None:  # fmt: skip
    """Do what `number_chars` does with ids of a byte, two at a time; pairs: the CharIndex's.

    Stops too where an id might not fit, and where an ASCII character was met that `pairs` does not know yet.
    """
    index, at, found = state[READ], state[WRITTEN], state[FOUND]
    most, paired = min(len(fresh), BYTE - known) - BLOCK, True
    while index < len(buffer) and found <= most and paired:
        ascii_only = _is_ascii(buffer, index)
        if ascii_only and _number_pairs(buffer, index, pairs, met, ids, at):
            index += BLOCK
            at += BLOCK
        else:
            paired = not ascii_only
            stop = min(index + BLOCK, len(buffer))
            index, found, at = _number_each(buffer, index, stop, known, numbers, fresh, found, counts, ids, at)
    state[READ], state[WRITTEN], state[FOUND] = index, at, found


@kernel(NONE(UINT32S, INT, OUT_UINT32S, OUT_UINT32S, OUT_INT64S, OUT_UINT32S, OUT_INT64S))
def number_codepoints(
    codepoints: Uint32s,
    known: int,
    numbers: Uint32s,
    fresh: Uint32s,
    counts: Int64s,
    ids: Uint32s,
    state: Int64s,
) -> None:
    """Do what `number_chars` does for characters that are given as code points, all below 0x110000."""
    index, found = state[READ], state[FOUND]
    while index < len(codepoints) and found < len(fresh):
        number, found = _number(codepoints[index], numbers, fresh, found, known)
        counts[number] += 1
        ids[index] = number
        index += 1
    state[READ], state[WRITTEN], state[FOUND] = index, index, found


@kernel(NONE(BYTES, INT64S, OUT_INT64S))
def char_ends(buffer: Bytes, ends: Int64s, token_ends: Int64s) -> None:
    """Write the number of characters up to the end of each record; `buffer` holds a block at least."""
    index = count = 0
    for record in range(len(ends)):
        stop = ends[record]
        while index < stop:
            at = min(index, len(buffer) - BLOCK)
            width = min(stop - index, BLOCK)
            inner = range_mask(buffer, at, 0x80, 0xBF) >> np.uint64(index - at) & low_bits(width)
            count += width - ones(inner)
            index += width
        token_ends[record] = count
